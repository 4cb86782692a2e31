//! Agents: a task, a model, tools; programs instead of tool calls; one loop for all of them.

mod budget;
mod delegate;
mod extract;
mod feedback;
mod options;
mod pool;
mod process;
mod prompt;
mod refs;
mod spawn;
mod turn;

pub use budget::{Budget, Ledger, Reserved};
pub use delegate::{DelegateError, Outcome, as_tool, delegate};
pub(crate) use delegate::{agent_tool, run_root};
pub use extract::{Extracted, extract};
pub use options::Options;
pub use pool::Pool;
pub(crate) use process::{Process, Tree};
pub use prompt::{Prompt, system_prompt};
pub use refs::{FindRef, Path, Ref, RefSource, Refs};
pub(crate) use spawn::spawn_tool;
pub use turn::{Action, Ended, Event, Reason, Rules, Turns};
