//! Evaluation: analysed trees are compiled to closures once, which then run on a machine under a meter.

mod branches;
mod compile;
mod context;
mod coroutine;
mod counting;
mod invoke;
mod missing;
mod operand;
mod speculate;

pub use compile::{Compiler, compile_program};
pub use coroutine::{Coroutine, Resumed, run_to_end};
pub use invoke::machine;
