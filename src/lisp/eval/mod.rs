//! Evaluation: analysed trees are compiled to closures once, which then run on a machine under a meter.

mod ahead;
mod branches;
mod compile;
mod context;
mod coroutine;
mod counting;
mod invoke;
mod missing;
mod operand;

pub use compile::{Compiler, compile_program};
pub use coroutine::{Coroutine, Resumed, run_to_end};
pub use invoke::machine;
