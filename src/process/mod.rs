//! Program files: agents as data, linked to each other, started as processes.

mod beneath;
mod bind;
mod builtins;
mod calculate;
mod command;
mod confine;
mod environment;
mod export;
mod files;
mod keys;
mod library;
mod program;
mod read;
mod reference;
mod remote;

pub use crate::settings::{LoadError, parse_bytes, parse_time};
#[doc(hidden)]
pub use bind::roots_of;
pub use bind::{Grants, bind};
pub use confine::{Opening, Root, Roots};
pub use environment::Environment;
pub use keys::{SECTIONS, Section, keys};
pub use library::{Library, read_prices};
pub use program::{BuiltinTool, Demo, Link, Preload, Program, ToolEntry, ToolSource};
pub use reference::{reference, schema};
pub use remote::Remote;
