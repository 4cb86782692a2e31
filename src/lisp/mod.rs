//! The language: from text to a value, under limits. Pure: no clock, no files, no network, no threads.
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic
)]

pub mod analyse;
pub mod builtins;
pub mod doc;
pub mod eval;
pub mod forms;
mod layout;
pub mod limits;
pub mod memory;
mod ops;
mod realise;
mod renew;
mod run;
pub mod syntax;
pub mod text;
pub mod value;

pub use layout::layout;
pub use realise::is_finished;
pub use run::{CallRecord, Evaluation, Failure, Job, Spent, check, run};
pub(crate) use run::{interpreter_failed, no_stack};
