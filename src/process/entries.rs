//! The entries of a program file: tools, links, refs.

use std::path::Path;
use std::sync::Arc;

use serde_json::Value as Json;

use super::builtins;
use super::program::{BuiltinTool, Link, Program, ToolEntry, ToolSource};
use super::section::Section;
use crate::agent::{Ref, RefSource, Refs};
use crate::contract::Type;
use crate::lisp::syntax::read;
use crate::lisp::text::{Source, nearest};
use crate::lisp::value::PathError;
use crate::tool::{Access, Response};

pub(super) fn read_tools(
    top: &Section<'_>,
    program: &mut Program,
    warnings: &mut Vec<String>,
    folder: &Path,
) -> Result<(), String> {
    let Some(fields) = top.table("tools")? else { return Ok(()) };
    for (name, entry) in fields {
        match name.as_str() {
            "enabled" | "builtin" => {
                let Json::Array(items) = entry else { return Err(format!("tools.{name}: expected a list of tools")) };
                for item in items {
                    program.builtins.push(read_builtin(&format!("tools.{name}"), item, warnings)?);
                }
            }
            // What is taken of servers is read together with the servers.
            "mcp" => {}
            _ => program.tools.push(read_tool(&format!("tools.{name}"), name, entry, folder, warnings)?),
        }
    }
    Ok(())
}

fn read_builtin(at: &str, item: &Json, warnings: &mut Vec<String>) -> Result<BuiltinTool, String> {
    let tool = match item {
        Json::String(name) => BuiltinTool { name: name.clone(), ..BuiltinTool::default() },
        Json::Object(fields) => {
            let section = Section::new(at, fields);
            let access = section.text("access")?;
            let name = section.text("name")?.ok_or_else(|| format!("{at}: a tool needs a name"))?;
            let no_level = |level: &str| no_level(&format!("{at}: access of {name}"), level);
            let access = access.map(|level| Access::parse(&level).ok_or_else(|| no_level(&level))).transpose()?;
            let tool = BuiltinTool {
                name,
                alias: section.text("alias")?,
                description: section.text("description")?,
                access,
                parameters: read_parameters(&section)?,
            };
            section.unknown(warnings);
            tool
        }
        _ => return Err(format!("{at}: expected a name or a table with a name")),
    };
    if !builtins::names().any(|name| name == tool.name) {
        let near = nearest(&tool.name, builtins::names()).map(|near| format!("; did you mean {near}?"));
        let (near, all) = (near.unwrap_or_default(), builtins::names().collect::<Vec<_>>().join(", "));
        return Err(format!("{at}: there is no tool {:?}{near} (there are {all})", tool.name));
    }
    Ok(tool)
}

/// What a tool says of its parameters.
fn read_parameters(section: &Section<'_>) -> Result<Vec<(String, String)>, String> {
    let given = section.table("param_descriptions")?.into_iter().flatten();
    let text = |(name, value): (&String, &Json)| match value {
        Json::String(text) => Ok((name.clone(), text.clone())),
        _ => Err(format!("{}.{name}: expected a string", section.name("param_descriptions"))),
    };
    given.map(text).collect()
}

pub(super) fn read_tool(
    at: &str,
    name: &str,
    entry: &Json,
    folder: &Path,
    warnings: &mut Vec<String>,
) -> Result<ToolEntry, String> {
    let Json::Object(fields) = entry else { return Err(format!("{at}: expected a table")) };
    let section = Section::new(at, fields);
    let access = section.text("access")?;
    let access =
        access.map(|name| Access::parse(&name).ok_or_else(|| no_level(&format!("{at}.access"), &name))).transpose()?;
    let effect = section.text("effect")?;
    let reads = match effect.as_deref() {
        None | Some("write") => false,
        Some("read") => true,
        Some(other) => return Err(format!("{at}.effect: expected read or write, got {other:?}")),
    };
    let rows = section.get("responses").cloned().unwrap_or(Json::Array(Vec::new()));
    let responses: Vec<Response> = serde_json::from_value(rows).map_err(|error| format!("{at}.responses: {error}"))?;
    if let Some(row) = responses.iter().position(|row| row.result.is_some() && row.error.is_some()) {
        return Err(format!("{at}.responses[{row}]: result and error are both given; give one"));
    }
    let default = section.get("default").cloned();
    let command = section.command("command")?;
    let source = match (section.text("program")?, command, section.text("lisp")?) {
        (None, None, None) => ToolSource::Table { responses, default },
        (Some(path), None, None) => ToolSource::Program(folder.join(path)),
        (None, Some(command), None) => ToolSource::Command(command),
        (None, None, Some(path)) => {
            ToolSource::Lisp(folder.join(&path), read_lisp(&format!("{at}.lisp"), &path, folder)?)
        }
        _ => return Err(format!("{at}: program, command and lisp are different kinds of tools; give one")),
    };
    let tool = ToolEntry {
        name: name.to_owned(),
        spec: section.text("spec")?,
        description: section.text("description")?,
        access,
        reads,
        cacheable: section.boolean("cacheable")?.unwrap_or(false),
        timeout: section.time("timeout")?,
        parameters: read_parameters(&section)?,
        source,
    };
    section.unknown(warnings);
    Ok(tool)
}

/// The program of a file, if it reads.
fn read_lisp(at: &str, path: &str, folder: &Path) -> Result<String, String> {
    let text =
        std::fs::read_to_string(folder.join(path)).map_err(|error| format!("{at}: {path} cannot be read: {error}"))?;
    match read(&Arc::new(Source::new(path, text.as_str()))) {
        Ok(_) => Ok(text),
        Err(error) => Err(format!("{at}: {}", error.plain())),
    }
}

/// What is said of an access level that is none.
fn no_level(at: &str, name: &str) -> String {
    format!("{at}: expected read, write or admin, got {name:?}")
}

pub(super) fn read_link(name: &str, entry: &Json, warnings: &mut Vec<String>) -> Result<Link, String> {
    if name.trim() != name || name.is_empty() {
        return Err(format!("linked_programs.{name:?}: the name of a link is not blank, and has no blanks around it"));
    }
    let at = format!("linked_programs.{name}");
    match entry {
        Json::String(path) => Ok(Link { name: name.into(), description: String::new(), path: path.clone() }),
        Json::Object(fields) => {
            let section = Section::new(&at, fields);
            let path = section.text("path")?.ok_or_else(|| format!("{at}: a link needs a path"))?;
            let description = section.text("description")?.unwrap_or_default();
            section.unknown(warnings);
            Ok(Link { name: name.into(), description, path })
        }
        _ => Err(format!("{at}: expected a path, or a table with a path")),
    }
}

pub(super) fn read_ref(refs: Refs, name: &str, entry: &Json, warnings: &mut Vec<String>) -> Result<Refs, String> {
    let at = format!("refs.{name}");
    let path = |text: &str| text.parse().map(RefSource::Path).map_err(|error: PathError| format!("{at}: {error}"));
    let entry = match entry {
        Json::String(text) => return Ok(refs.with(name, path(text)?)),
        Json::Object(fields) => Section::new(&at, fields),
        _ => return Err(format!("{at}: expected a path, or a table with path or lisp")),
    };
    let source = match (entry.text("path")?, entry.text("lisp")?) {
        (Some(text), None) => path(&text)?,
        (None, Some(expression)) => RefSource::Lisp(expression),
        (Some(_), Some(_)) => return Err(format!("{at}: path and lisp are both given; give one")),
        (None, None) => return Err(format!("{at}: path or lisp is needed")),
    };
    let kind = entry.text("type")?;
    let kind = kind.map(|text| Type::parse(&text).map_err(|error| format!("{at}.type: {error}"))).transpose()?;
    let required = entry.boolean("required")?.unwrap_or(false);
    entry.unknown(warnings);
    Ok(refs.and(Ref { name: name.to_owned(), source, required, kind }))
}
