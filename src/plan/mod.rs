//! Plans: tasks that need each other, as data; checked before any model is asked, worked on step by step, saved and resumed.

mod check;
mod create;
mod executor;
mod markdown;
mod steps;

pub use check::PlanError;
pub use create::create_plan;
pub use executor::Executor;
pub use steps::{Done, Output, Plan, Step};
