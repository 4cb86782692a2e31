//! Program files: agents as data, linked to each other, started as processes.

mod bind;
mod calculate;
mod load;
mod program;
mod section;

pub use bind::{Grants, bind};
pub use load::{Library, LoadError};
pub use program::{BuiltinTool, Link, Program, ToolEntry, ToolSource};
pub use section::{parse_bytes, parse_time};
