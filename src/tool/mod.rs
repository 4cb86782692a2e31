//! Tools: what programs may call, and the one place through which every call goes.

mod call;
mod describe;
mod discover;
mod dispatch;
mod outlines;
mod table;
mod toolbox;

#[cfg(feature = "mcp")]
pub(crate) use call::CallResult;
#[cfg(feature = "agent")]
pub(crate) use call::{BegunCall, panicked, run};
pub(crate) use call::{CallEffect, CallOutcome, CallSite, Dispatched, EndedCall, PendingCall, Recording, run_now};
pub use discover::discover;
#[cfg(feature = "agent")]
pub(crate) use dispatch::fault;
pub use dispatch::{Dispatcher, Validation};
pub use table::{Response, TableError, table_tool, table_tools};
pub use toolbox::{
    Access, Announce, Call, Contract, Immediate, Run, Running, Starts, Tool, ToolError, ToolKind, Toolbox,
};
