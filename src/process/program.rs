//! A program: an agent as pure data, read from a file.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Map, Value as Json};

use super::environment::Environment;
use crate::agent::Refs;
use crate::contract::Type;
use crate::settings::Settings;
use crate::tool::{Access, Response};

/// An agent as its file describes it.
#[derive(Clone, Default)]
pub struct Program {
    /// The file it was read from.
    pub file: PathBuf,
    /// What it may do and use.
    pub settings: Settings,
    /// The model's name.
    pub model: Option<String>,
    /// The provider's name.
    pub provider: Option<String>,
    /// What people call it.
    pub display_name: Option<String>,
    /// Who the agent is.
    pub system_prompt: Option<String>,
    /// The task when none is given.
    pub user: Option<String>,
    /// Tools of its own.
    pub tools: Vec<ToolEntry>,
    /// Tools of MCP servers.
    pub remote: Remote,
    /// Tools that are shown for planning.
    pub catalog: Vec<ToolEntry>,
    /// Built-in tools.
    pub builtins: Vec<BuiltinTool>,
    /// Programs it can spawn.
    pub links: Vec<Link>,
    /// What `ctx/…` shows.
    pub context: Map<String, Json>,
    /// What is taken from the result.
    pub refs: Refs,
    /// What the result must be.
    pub signature: Option<Type>,
    /// What `ptc run --demo` plays, if there is something.
    pub demo: Option<Demo>,
    /// Files that stand in the system prompt.
    pub preload: Preload,
    /// What the system prompt says of where it runs.
    pub environment: Environment,
    /// Unknown keys, and what else is odd but no error.
    pub warnings: Vec<String>,
}

/// Tasks that show what a program can do, one after the other on one conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Demo {
    /// The tasks.
    pub prompts: Vec<String>,
    /// The time between them, for those who read along.
    pub pause: Duration,
    /// What people call it.
    pub display_name: Option<String>,
}

/// Files that stand in the system prompt.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preload {
    /// Their paths, as written.
    pub files: Vec<String>,
    /// Whether they begin at the current folder instead of the program's.
    pub from_cwd: bool,
}

/// A tool of a program file.
#[derive(Clone, Debug, Default)]
pub struct ToolEntry {
    /// Its name.
    pub name: String,
    /// Its contract in words.
    pub spec: Option<String>,
    /// What it does.
    pub description: Option<String>,
    /// What it asks of the process.
    pub access: Option<Access>,
    /// Whether it only reads.
    pub reads: bool,
    /// Whether equal arguments give equal results.
    pub cacheable: bool,
    /// How long it may take.
    pub timeout: Option<Duration>,
    /// What it says of its parameters.
    pub parameters: Vec<(String, String)>,
    /// Where its results come from.
    pub source: ToolSource,
}

/// Where a tool's results come from.
#[derive(Clone, Debug)]
pub enum ToolSource {
    /// A table.
    Table {
        /// Its rows.
        responses: Vec<Response>,
        /// What it answers otherwise.
        default: Option<Json>,
    },
    /// Another program, as a sub-agent: its file.
    Program(PathBuf),
    /// A command of the host, with its arguments: arguments as JSON in, JSON or text out.
    Command(Vec<String>),
    /// A program of the language: its file and its text.
    Lisp(PathBuf, String),
}

/// A built-in tool that a program uses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BuiltinTool {
    /// Which one.
    pub name: String,
    /// What the program calls it.
    pub alias: Option<String>,
    /// What it says of it instead.
    pub description: Option<String>,
    /// What it asks of the process instead.
    pub access: Option<Access>,
    /// What it says of its parameters instead.
    pub parameters: Vec<(String, String)>,
}

/// The servers of a program, and what it takes of them.
#[derive(Clone, Debug, Default)]
pub struct Remote {
    /// The section `[mcp]`.
    pub servers: Map<String, Json>,
    /// The section `[tools.mcp]`: for each server `"all"`, names of tools, or settings by tool. Without it, all tools of all
    /// servers.
    pub chosen: Option<Map<String, Json>>,
}

/// A link to a program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Link {
    /// What this program calls it.
    pub name: String,
    /// When to use it.
    pub description: String,
    /// Its file, as written.
    pub path: String,
}

impl Default for ToolSource {
    fn default() -> Self {
        Self::Table { responses: Vec::new(), default: None }
    }
}

impl Program {
    /// The folder that its paths begin at.
    pub fn folder(&self) -> PathBuf {
        self.file.parent().map(Path::to_owned).unwrap_or_default()
    }
}
