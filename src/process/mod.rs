//! Program files: agents as data, linked to each other, started as processes.

mod beneath;
mod bind;
mod builtins;
mod calculate;
mod command;
mod confine;
mod entry;
mod environment;
mod export;
mod files;
mod grants;
mod keys;
mod library;
mod program;
mod read;
mod reader;
mod reference;
mod remote;

pub use crate::settings::{LoadError, parse_bytes, parse_time};
pub use beneath::Opening;
pub use bind::bind;
#[doc(hidden)]
pub use bind::roots_of;
pub use confine::{Root, Roots};
pub use environment::Environment;
pub use grants::Grants;
pub use keys::{SECTIONS, Section, keys};
pub use library::{Library, read_prices};
pub use program::{BuiltinTool, Demo, Link, Preload, Program, Remote, ToolEntry, ToolSource};
pub use reference::{reference, schema};
