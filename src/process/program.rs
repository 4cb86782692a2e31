//! A program: an agent as pure data, read from a file.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Map, Value as Json};

use super::section::Section;
use crate::agent::{Budget, Ref, RefSource, Refs};
use crate::contract::{Signature, Type};
use crate::lisp::limits::Limits;
use crate::model::ModelOptions;
use crate::tool::{Access, Response, Validation};

/// An agent as its file describes it.
#[derive(Clone)]
pub struct Program {
    /// The file it was read from.
    pub file: PathBuf,
    /// The model's name.
    pub model: Option<String>,
    /// The provider's name.
    pub provider: Option<String>,
    /// What people call it.
    pub display_name: Option<String>,
    /// Replies of the model.
    pub max_turns: u32,
    /// Who the agent is.
    pub system_prompt: Option<String>,
    /// The task when none is given.
    pub user: Option<String>,
    /// What is asked of the provider.
    pub parameters: ModelOptions,
    /// Tools of its own.
    pub tools: Vec<ToolEntry>,
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
    /// The limits of one program.
    pub limits: Limits,
    /// What the tree may use.
    pub budget: Budget,
    /// How strictly contracts are held.
    pub validation: Validation,
    /// Extra turns to repair refs.
    pub max_ref_retries: u32,
    /// Whether programs find tools instead of being shown them.
    pub discovery: bool,
    /// What the process may do.
    pub access: Access,
    /// Unknown keys and what is not built yet.
    pub warnings: Vec<String>,
}

/// A tool of a program file.
#[derive(Clone, Debug)]
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
}

/// A built-in tool that a program uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuiltinTool {
    /// Which one.
    pub name: String,
    /// What the program calls it.
    pub alias: Option<String>,
    /// What it says of it instead.
    pub description: Option<String>,
    /// What it asks of the process instead.
    pub access: Option<Access>,
}

/// A link to a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// What this program calls it.
    pub name: String,
    /// When to use it.
    pub description: String,
    /// Its file, as written.
    pub path: String,
}

/// The names of the tools that programs can enable.
pub(super) const BUILTINS: [&str; 3] = ["spawn", "calculator", "create_plan"];

const UNBUILT: [&str; 8] =
    ["read_file", "list_dir", "read_fd", "fd_search", "fd_to_file", "fork", "goto", "write_stderr"];

impl Program {
    /// Reads the fields of a program file.
    pub(super) fn from_fields(file: &Path, fields: &Map<String, Json>) -> Result<Self, String> {
        let top = Section::new("", fields);
        let mut warnings = Vec::new();
        let folder = file.parent().unwrap_or(Path::new("."));
        let mut program = Self {
            file: file.to_owned(),
            model: None,
            provider: None,
            display_name: None,
            max_turns: 5,
            system_prompt: None,
            user: None,
            parameters: ModelOptions::default(),
            tools: Vec::new(),
            catalog: Vec::new(),
            builtins: Vec::new(),
            links: Vec::new(),
            context: top.table("context")?.cloned().unwrap_or_default(),
            refs: Refs::new(),
            signature: None,
            limits: Limits::default(),
            budget: Budget::default(),
            validation: Validation::Enabled,
            max_ref_retries: 1,
            discovery: top.boolean("discovery")?.unwrap_or(false),
            access: Access::Admin,
            warnings: Vec::new(),
        };
        if let Some(model) = top.section("model")? {
            program.model = model.text("name")?;
            program.provider = model.text("provider")?;
            program.display_name = model.text("display_name")?;
            let turns = match (model.count("max_iterations")?, model.count("max_turns")?) {
                (Some(_), Some(_)) => {
                    return Err("model.max_iterations and model.max_turns mean the same; give one".into());
                }
                (one, other) => one.or(other),
            };
            if let Some(turns) = turns {
                program.max_turns = u32::try_from(turns).unwrap_or(u32::MAX);
            }
            model.unknown(&mut warnings);
        } else {
            warnings.push("model: the section is missing; --model or a parent must give the model".into());
        }
        if let Some(turns) = top.count("max_turns")? {
            program.max_turns = u32::try_from(turns).unwrap_or(u32::MAX);
        }
        if let Some(prompt) = top.section("prompt")? {
            let text = prompt.text_of(["system_prompt", "system"])?;
            let from_file = prompt.text("system_prompt_file")?;
            program.system_prompt = match (text, from_file) {
                (Some(_), Some(_)) => {
                    return Err("prompt.system_prompt and prompt.system_prompt_file are both given; give one".into());
                }
                (Some(text), None) => Some(text),
                (None, Some(name)) => {
                    let path = folder.join(&name);
                    let text = std::fs::read_to_string(&path)
                        .map_err(|error| format!("prompt.system_prompt_file: {name} cannot be read: {error}"))?;
                    Some(text)
                }
                (None, None) => None,
            };
            program.user = prompt.text_of(["user", "user_prompt"])?;
            prompt.unknown(&mut warnings);
        }
        if let Some(parameters) = top.table("parameters")? {
            program.parameters = serde_json::from_value(Json::Object(parameters.clone()))
                .map_err(|error| format!("parameters: {error}"))?;
        }
        read_tools(&top, &mut program, &mut warnings, folder)?;
        for (name, entry) in top.table("tool_catalog")?.into_iter().flatten() {
            program.catalog.push(read_tool(&format!("tool_catalog.{name}"), name, entry, folder, &mut warnings)?);
        }
        for (name, entry) in top.table("linked_programs")?.into_iter().flatten() {
            program.links.push(read_link(name, entry, &mut warnings)?);
        }
        for (name, entry) in top.table("refs")?.into_iter().flatten() {
            program.refs = read_ref(program.refs, name, entry, &mut warnings)?;
        }
        let signature = match (top.section("result")?, top.text("signature")?) {
            (Some(result), other) => {
                let text = result.text("signature")?.or(other);
                result.unknown(&mut warnings);
                text
            }
            (None, text) => text,
        };
        if let Some(text) = signature {
            let read = Signature::parse_result(&text).map_err(|error| format!("result.signature: {error}"))?;
            program.signature = Some(read.returns);
        }
        read_limits(&top, &mut program, &mut warnings)?;
        for unbuilt in ["preload", "env_info", "file_descriptor", "mcp", "demo"] {
            if top.get(unbuilt).is_some() {
                warnings.push(format!("{unbuilt}: this section is not built yet and is left out"));
            }
        }
        top.unknown(&mut warnings);
        program.warnings = warnings;
        Ok(program)
    }
}

fn read_limits(top: &Section<'_>, program: &mut Program, warnings: &mut Vec<String>) -> Result<(), String> {
    if let Some(time) = top.time("timeout")? {
        program.limits.max_time = time;
    }
    if let Some(retries) = top.count("max_ref_retries")? {
        program.max_ref_retries = u32::try_from(retries).unwrap_or(u32::MAX);
    }
    if let Some(name) = top.text("tool_validation")? {
        program.validation = Validation::parse(&name)
            .ok_or_else(|| format!("tool_validation: expected enabled, warn_only, disabled or strict, got {name:?}"))?;
    }
    if let Some(name) = top.text("access")? {
        program.access =
            Access::parse(&name).ok_or_else(|| format!("access: expected read, write or admin, got {name:?}"))?;
    }
    if let Some(limits) = top.section("limits")? {
        let set = |place: &mut u64, value: Option<u64>| *place = value.unwrap_or(*place);
        let size =
            |value: Option<u64>, old: usize| value.map_or(old, |value| usize::try_from(value).unwrap_or(usize::MAX));
        let target = &mut program.limits;
        set(&mut target.max_steps, limits.count("max_steps")?);
        set(&mut target.max_memory, limits.bytes("max_memory")?);
        set(&mut target.max_tool_calls, limits.count("max_tool_calls")?);
        target.max_time = limits.time("max_time")?.unwrap_or(target.max_time);
        target.max_output = size(limits.bytes("max_output")?, target.max_output);
        target.max_result = size(limits.bytes("max_result")?, target.max_result);
        target.max_source = size(limits.bytes("max_source")?, target.max_source);
        target.max_branches = size(limits.count("max_branches")?, target.max_branches);
        if let Some(depth) = limits.count("max_depth")? {
            target.max_depth = u32::try_from(depth).unwrap_or(u32::MAX);
        }
        limits.unknown(warnings);
    }
    if let Some(section) = top.section("budget")? {
        let budget = &mut program.budget;
        budget.turns = section.count("turns")?;
        budget.tokens = section.count("tokens")?;
        budget.time = section.time("time")?;
        budget.depth = section.count("depth")?.unwrap_or(budget.depth);
        budget.processes = section.count("processes")?;
        budget.tool_calls = section.count("tool_calls")?;
        section.unknown(warnings);
    }
    Ok(())
}

fn read_tools(
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
                    let tool = read_builtin(&format!("tools.{name}"), item, warnings)?;
                    program.builtins.extend(tool);
                }
            }
            "mcp" => warnings.push("tools.mcp: this section is not built yet and is left out".into()),
            _ => program.tools.push(read_tool(&format!("tools.{name}"), name, entry, folder, warnings)?),
        }
    }
    Ok(())
}

fn read_builtin(at: &str, item: &Json, warnings: &mut Vec<String>) -> Result<Option<BuiltinTool>, String> {
    let tool = match item {
        Json::String(name) => BuiltinTool { name: name.clone(), alias: None, description: None, access: None },
        Json::Object(fields) => {
            let section = Section::new(at, fields);
            let access = section.text("access")?;
            let access =
                access.map(|name| Access::parse(&name).ok_or(format!("{at}: unknown access {name:?}"))).transpose()?;
            let tool = BuiltinTool {
                name: section.text("name")?.ok_or_else(|| format!("{at}: a tool needs a name"))?,
                alias: section.text("alias")?,
                description: section.text("description")?,
                access,
            };
            section.get("param_descriptions");
            section.unknown(warnings);
            tool
        }
        _ => return Err(format!("{at}: expected a name or a table with a name")),
    };
    if UNBUILT.contains(&tool.name.as_str()) {
        warnings.push(format!("{at}: {} is not built yet and is left out", tool.name));
        return Ok(None);
    }
    if !BUILTINS.contains(&tool.name.as_str()) {
        let near = crate::lisp::text::nearest(&tool.name, BUILTINS)
            .map(|near| format!("; did you mean {near}?"))
            .unwrap_or_default();
        return Err(format!("{at}: there is no tool {:?}{near} (there are {})", tool.name, BUILTINS.join(", ")));
    }
    Ok(Some(tool))
}

fn read_tool(
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
        access.map(|name| Access::parse(&name).ok_or(format!("{at}.access: unknown level {name:?}"))).transpose()?;
    let effect = section.text("effect")?;
    let reads = match effect.as_deref() {
        None | Some("write") => false,
        Some("read") => true,
        Some(other) => return Err(format!("{at}.effect: expected read or write, got {other:?}")),
    };
    let rows = section.get("responses").cloned().unwrap_or(Json::Array(Vec::new()));
    let responses: Vec<Response> = serde_json::from_value(rows).map_err(|error| format!("{at}.responses: {error}"))?;
    let default = section.get("default").cloned();
    let source = match section.text("program")? {
        Some(path) => ToolSource::Program(folder.join(path)),
        None => ToolSource::Table { responses, default },
    };
    for unbuilt in ["command", "lisp"] {
        if section.get(unbuilt).is_some() {
            return Err(format!("{at}.{unbuilt}: tools of this kind are not built yet"));
        }
    }
    let tool = ToolEntry {
        name: name.to_owned(),
        spec: section.text("spec")?,
        description: section.text("description")?,
        access,
        reads,
        cacheable: section.boolean("cacheable")?.unwrap_or(false),
        timeout: section.time("timeout")?,
        source,
    };
    section.unknown(warnings);
    Ok(tool)
}

fn read_link(name: &str, entry: &Json, warnings: &mut Vec<String>) -> Result<Link, String> {
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

fn read_ref(refs: Refs, name: &str, entry: &Json, warnings: &mut Vec<String>) -> Result<Refs, String> {
    let at = format!("refs.{name}");
    let path =
        |text: &str| crate::agent::Path::parse(text).map(RefSource::Path).map_err(|error| format!("{at}: {error}"));
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
