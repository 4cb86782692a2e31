//! Tools: what programs may call, and the one place through which every call goes.

mod describe;
mod discover;
mod dispatch;
mod outlines;
mod table;
mod toolbox;

pub use discover::discover;
#[cfg(feature = "agent")]
pub(crate) use dispatch::panicked;
pub use dispatch::{Dispatcher, Validation};
pub use table::{Response, TableError, table_tool, table_tools};
pub use toolbox::{Access, Announce, Call, Contract, Immediate, Kind, Run, Running, Starts, Tool, ToolError, Toolbox};
