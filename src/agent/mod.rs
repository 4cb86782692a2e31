//! Agents: a task, a model, tools; programs instead of tool calls; one loop for all of them.

mod budget;
mod delegate;
mod options;
mod prompt;
mod provenance;
mod refs;
mod run;
mod session;
mod show;
mod tools;

pub use crate::settings::{Budget, Paging};
pub use budget::{Ledger, Reserved};
pub(crate) use delegate::{Child, MadeOptions, agent_tool};
pub use delegate::{DelegateError, Outcome, StopReason, as_tool, delegate, delegate_all, delegate_blocking};
pub use options::Options;
pub(crate) use prompt::framed;
pub use prompt::{Prompt, system_prompt};
pub use refs::{FindRef, Ref, RefSource, Refs};
pub use run::extract::{Extracted, extract};
pub use run::journal::Journal;
pub use run::pool::Pool;
pub(crate) use run::process::{Agent, Process, Tree, caller};
pub(crate) use run::recording::written;
pub use run::stop::{DelegateErrorKind, ProcessError};
pub use run::turn::{Action, Ended, Rewind, Rules, TurnInput, Turns};
pub use session::{Session, resume};
pub(crate) use session::{failed, runtime, warnings};
pub(crate) use show::descriptors::Descriptors;
pub(crate) use show::render::traced;
pub use tools::discovery::choose_tools;
pub(crate) use tools::fork::fork_tool;
pub(crate) use tools::goto::goto_tool;
pub(crate) use tools::lisp_tool::lisp_tool;
pub(crate) use tools::reading::{fd_search, read_fd};
pub(crate) use tools::spawn::{MakeProgram, PROGRAMS, Spawner, spawn_tool};
pub use tools::spawn_agent::spawn_agent;
