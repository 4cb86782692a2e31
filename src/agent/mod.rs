//! Agents: a task, a model, tools; programs instead of tool calls; one loop for all of them.

mod budget;
mod calls;
mod delegate;
mod descriptors;
mod extract;
mod feedback;
mod fork;
mod goto;
mod options;
mod pages;
mod pool;
mod process;
mod prompt;
mod reading;
mod refs;
mod session;
mod spawn;
mod turn;

pub use budget::{Budget, Charge, Ledger, Price};
pub use delegate::{DelegateError, Outcome, as_tool, delegate};
pub(crate) use delegate::{agent_tool, run_root};
pub use descriptors::Paging;
pub use extract::{Extracted, extract};
pub(crate) use fork::fork_tool;
pub use goto::Rewind;
pub(crate) use goto::goto_tool;
pub use options::Options;
pub use pool::Pool;
pub(crate) use process::{Process, Tree};
pub(crate) use prompt::framed;
pub use prompt::{Prompt, system_prompt};
pub(crate) use reading::{caller, fd_search, read_fd};
pub use refs::{FindRef, Path, Ref, RefSource, Refs};
pub use session::Session;
pub(crate) use spawn::{Spawner, spawn_tool};
pub use turn::{Action, Ended, Event, Reason, Rules, Turns};
