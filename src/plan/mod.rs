//! Plans: tasks that need each other, as data; checked before any model is asked, worked on step by step, saved and resumed.

mod check;
mod create;
#[cfg(feature = "github")]
mod embedded;
mod error;
mod executor;
#[cfg(feature = "github")]
mod github;
#[cfg(feature = "github")]
mod issue;
mod markdown;
mod steps;
mod store;

pub use create::create_plan;
pub use error::PlanError;
pub use executor::Executor;
#[cfg(feature = "github")]
pub use github::GitHub;
#[cfg(feature = "github")]
pub use issue::IssueStore;
pub use steps::{Done, Plan, PlanStep, StepOutput};
pub use store::{Store, Storing};
