//! Agents: a task, a model, tools; programs instead of tool calls; one loop for all of them.

mod budget;
mod delegate;
mod discovery;
mod extract;
mod feedback;
mod options;
mod pool;
mod process;
mod prompt;
mod refs;
mod spawn;
mod spawn_agent;
mod turn;

pub use budget::{Budget, Ledger, Reserved};
pub(crate) use delegate::{Child, agent_tool, failed, run_root};
pub use delegate::{DelegateError, Outcome, as_tool, delegate, delegate_all};
pub use discovery::choose_tools;
pub use extract::{Extracted, extract};
pub use options::Options;
pub use pool::Pool;
pub(crate) use process::{Process, Stop, Tree, traced, written};
pub use prompt::{Prompt, system_prompt};
pub use refs::{FindRef, Path, Ref, RefSource, Refs};
pub(crate) use spawn::spawn_tool;
pub use spawn_agent::spawn_agent;
pub use turn::{Action, Ended, Event, Reason, Rules, Turns};
