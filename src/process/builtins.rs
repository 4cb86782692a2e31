//! The tools that every host has, which program files enable by name.

use std::sync::Arc;

use super::confine::Roots;
use super::entry::describe_parameters;
use super::files;
use super::program::{BuiltinTool, Program};
use crate::agent::{MakeProgram, PROGRAMS, Spawner, caller, fd_search, fork_tool, goto_tool, read_fd, spawn_tool};
use crate::lisp::text::abridge;
use crate::lisp::value::Value;
use crate::plan::create_plan;
use crate::settings::LoadError;
use crate::tool::{Access, Call, Tool, ToolError, ToolKind};
use crate::trace::EventKind;

/// Whom the tools are made for.
pub(super) struct Host<'a> {
    pub program: &'a Program,
    pub roots: Arc<Roots>,
    /// Makes the options of linked programs, and of the program itself.
    pub make: MakeProgram,
}

/// A tool as the program wants it.
pub(super) fn built_in(host: &Host<'_>, wanted: &BuiltinTool) -> Result<Tool, LoadError> {
    let known = BUILTINS.into_iter().find(|(name, _)| *name == wanted.name);
    let (_, make) = known.ok_or_else(|| LoadError::other("", format!("there is no tool {:?}", wanted.name)))?;
    let mut tool = make(host);
    if let Some(alias) = &wanted.alias {
        tool.name.clone_from(alias);
    }
    if let Some(wanted) = &wanted.description {
        // Whatever is said of the tool: a model must know which programs there are.
        let list = tool.description.as_deref().and_then(|own| own.find(PROGRAMS).map(|at| format!(" {}", &own[at..])));
        tool.description = Some(format!("{wanted}{}", list.unwrap_or_default()));
    }
    tool.access = wanted.access.unwrap_or(tool.access);
    describe_parameters(&mut tool, &wanted.parameters, &wanted.name)?;
    Ok(tool)
}

/// Makes a tool for a program.
type Make = fn(&Host<'_>) -> Tool;

/// The tools that program files can enable, and what makes each.
const BUILTINS: [(&str, Make); 11] = [
    ("calculator", |_| calculator()),
    ("create_plan", |host| {
        let entries = host.program.catalog.iter().chain(&host.program.tools);
        create_plan(entries.map(|entry| entry.name.clone()))
    }),
    ("read_file", |host| files::read_file(host.roots.clone())),
    ("list_dir", |host| files::list_dir(host.roots.clone())),
    ("read_fd", |_| read_fd()),
    ("fd_search", |_| fd_search()),
    ("fd_to_file", |host| files::fd_to_file(host.roots.clone())),
    ("fork", |host| {
        let Spawner { links, make, .. } = spawner(host);
        fork_tool(host.program.settings.max_forks, links, make)
    }),
    ("spawn", |host| spawn_tool(spawner(host))),
    ("goto", |_| goto_tool()),
    ("write_stderr", |_| write_stderr()),
];

/// The names of the tools that program files can enable.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    BUILTINS.into_iter().map(|(name, _)| name)
}

/// What starts linked programs, and the program itself again.
fn spawner(host: &Host<'_>) -> Spawner {
    let (program, roots) = (host.program, host.roots.clone());
    Spawner {
        links: program.links.iter().map(|link| (link.name.clone(), link.description.clone())).collect(),
        make: host.make.clone(),
        read_file: Arc::new(move |path: &str| roots.read(path)),
        descriptors: program.settings.paging.is_some(),
    }
}

/// A message to the observers of the run.
fn write_stderr() -> Tool {
    let tool = Tool::asynchronous("write_stderr", |call: Call| async move {
        let message = call.arguments.get("message").and_then(Value::as_name).unwrap_or_default();
        let process = caller(&call)?;
        process.record(EventKind::Stderr { message: abridge(message, 10_000).into_owned() });
        Ok::<Value, ToolError>(Value::Nil)
    });
    let tool = tool.constant_spec("(message :string) -> :any").description("Says something to whoever watches the run");
    Tool { access: Access::Read, kind: ToolKind::Internal, ..tool }
}

/// Arithmetic as text, for models that want it: one expression in infix form.
fn calculator() -> Tool {
    let tool = Tool::new("calculator", |arguments| {
        let text = arguments.get("expression").and_then(Value::as_name).unwrap_or_default();
        super::calculate::calculate(text).map_err(crate::ToolError)
    });
    let tool = tool.constant_spec("(expression :string) -> :any");
    tool.description("Evaluates arithmetic: (1 + 2) * 3 / 4, sqrt(2), 2 ^ 10").reads()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_tool_has_a_contract() {
        let none = |_: &str| -> crate::agent::MadeOptions { Box::pin(std::future::ready(Err(String::new()))) };
        let program = Program::default();
        let host = Host { program: &program, roots: Arc::new(Roots::at(".".as_ref())), make: Arc::new(none) };
        for (name, make) in BUILTINS {
            assert!(make(&host).spec_of().is_some(), "{name}");
        }
    }
}
