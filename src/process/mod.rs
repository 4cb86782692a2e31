//! Program files: agents as data, linked to each other, started as processes.

mod beneath;
mod bind;
mod builtins;
mod calculate;
mod command;
mod confine;
mod entries;
mod environment;
mod export;
mod files;
mod load;
mod program;
mod remote;
mod section;

#[doc(hidden)]
pub use bind::roots_of;
pub use bind::{Grants, bind};
pub use confine::{Opening, Root, Roots};
pub use environment::Environment;
pub use load::{Library, LoadError, read_prices};
pub use program::{BuiltinTool, Demo, Link, Preload, Program, ToolEntry, ToolSource};
pub use remote::Remote;
pub use section::{parse_bytes, parse_time};
