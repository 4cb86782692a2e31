//! Reading: the fields of a program file become a program.

use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use super::builtins;
use super::keys::{SECTIONS, builtin_rows, demo_rows, keys, link_rows, program_rows, ref_rows};
use super::program::{BuiltinTool, Demo, Link, Program, Remote};
use super::reader::{Fields, Reader, Result, table};
use crate::agent::{Ref, RefSource, Refs};
use crate::lisp::value::PathError;
use crate::settings::{KeyType, LoadError, Paging, did_you_mean, paging_rows};

/// Parameters that providers are known to take.
const PARAMETERS: [&str; 19] = [
    "frequency_penalty",
    "generationConfig",
    "logit_bias",
    "logprobs",
    "max_completion_tokens",
    "metadata",
    "presence_penalty",
    "reasoning",
    "reasoning_effort",
    "response_format",
    "safetySettings",
    "seed",
    "service_tier",
    "stop",
    "stop_sequences",
    "thinking",
    "top_k",
    "top_p",
    "user",
];

/// The tools that read descriptors.
const DESCRIPTOR_TOOLS: [&str; 3] = ["read_fd", "fd_search", "fd_to_file"];

impl Program {
    /// Reads the fields of a program file.
    pub(super) fn from_fields(file: &Path, fields: &Fields) -> Result<Self> {
        let folder = file.parent().unwrap_or(Path::new("."));
        let mut reader = Reader { folder, warnings: Vec::new() };
        let mut program = Self { file: file.to_owned(), ..Self::default() };
        reader.check_names(fields)?;
        reader.load("", &program_rows(), fields, &mut program)?;
        reader.prompt_file(fields, &mut program)?;
        reader.parameters(fields, &mut program)?;
        reader.tools(fields, &mut program)?;
        reader.links(fields, &mut program)?;
        for (name, entry) in table(fields, "refs")?.into_iter().flatten() {
            program.refs = reader.reference(program.refs, name, entry)?;
        }
        program.settings.paging = reader.paging(fields, &program)?;
        reader.environment(fields, &mut program);
        if fields.contains_key("demo") {
            let mut demo = Demo::default();
            reader.load("", &demo_rows(), fields, &mut demo)?;
            program.demo = Some(demo);
        }
        program.remote = Remote::read(fields, &mut reader)?;
        program.warnings = reader.warnings;
        Ok(program)
    }
}

impl Reader<'_> {
    /// Refuses sections that are no tables, and warns of keys that no section has.
    fn check_names(&mut self, fields: &Fields) -> Result<()> {
        let keys = keys();
        let names: Vec<&str> = keys.iter().flat_map(|key| key.spellings()).collect();
        for section in SECTIONS.iter().filter(|section| !section.name.contains('.')) {
            let mut known: Vec<&str> = names
                .iter()
                .filter_map(|name| if section.name.is_empty() { Some(*name) } else { below(name, section.name) })
                .map(|name| name.split('.').next().unwrap_or(name))
                .collect();
            let found = if section.name.is_empty() {
                known.extend(SECTIONS.iter().filter_map(|section| section.name.split('.').next()));
                Some(fields)
            } else {
                table(fields, section.name)?
            };
            // Where names are free, no name is unknown.
            if let (Some(found), false) = (found, section.others.is_some() || known.contains(&"NAME")) {
                self.warn_unknown(section.name, found, &known);
            }
        }
        if !fields.contains_key("model") {
            self.warnings.push("model: the section is missing; --model or a parent must give the model".into());
        }
        Ok(())
    }

    fn prompt_file(&self, fields: &Fields, program: &mut Program) -> Result<()> {
        let Some(prompt) = table(fields, "prompt")? else { return Ok(()) };
        let Some(name) = self.text("prompt", prompt, "system_prompt_file")? else { return Ok(()) };
        if program.system_prompt.is_some() {
            return Err(LoadError::both("prompt.system_prompt", "prompt.system_prompt_file"));
        }
        program.system_prompt = Some(self.read_file("prompt.system_prompt_file", &name)?);
        Ok(())
    }

    /// What is passed to the provider as it is.
    fn parameters(&mut self, fields: &Fields, program: &mut Program) -> Result<()> {
        let keys = keys();
        let ours: Vec<&str> = keys.iter().filter_map(|key| below(&key.name, "parameters")).collect();
        for (key, value) in table(fields, "parameters")?.into_iter().flatten() {
            if ours.contains(&key.as_str()) {
                continue;
            }
            if !PARAMETERS.contains(&key.as_str()) {
                let near = did_you_mean(key, ours.iter().copied().chain(PARAMETERS));
                let near = near.map(|near| format!("; {near}")).unwrap_or_default();
                self.warnings.push(format!("parameters.{key}: not known here, passed to the provider as it is{near}"));
            }
            program.settings.model_options.extra.insert(key.clone(), value.clone());
        }
        Ok(())
    }

    fn tools(&mut self, fields: &Fields, program: &mut Program) -> Result<()> {
        for (name, entry) in table(fields, "tools")?.into_iter().flatten() {
            let at = format!("tools.{name}");
            match name.as_str() {
                "enabled" | "builtin" => {
                    let list = KeyType::Tools.read(&at, entry)?;
                    for item in list.as_array().into_iter().flatten() {
                        program.builtins.push(self.builtin(&at, item)?);
                    }
                }
                // It is read together with the servers.
                "mcp" => {}
                _ => program.tools.push(self.tool(&at, name, entry)?),
            }
        }
        for (name, entry) in table(fields, "tool_catalog")?.into_iter().flatten() {
            program.catalog.push(self.tool(&format!("tool_catalog.{name}"), name, entry)?);
        }
        Ok(())
    }

    fn builtin(&mut self, at: &str, item: &Json) -> Result<BuiltinTool> {
        let tool = match item {
            Json::String(name) => BuiltinTool { name: name.clone(), ..BuiltinTool::default() },
            Json::Object(fields) => {
                let Some(name) = fields.get("name") else { return Err(LoadError::other(at, "a tool needs a name")) };
                let at = name.as_str().map_or_else(|| at.to_owned(), |name| format!("{at}.{name}"));
                self.entry(&at, &builtin_rows(), &[], fields)?
            }
            _ => return Err(LoadError::other(at, "expected a name or a table with a name")),
        };
        if !builtins::names().any(|name| name == tool.name) {
            let all = builtins::names().collect::<Vec<_>>().join(", ");
            let near = did_you_mean(&tool.name, builtins::names());
            let near = near.map(|near| format!("; {near}")).unwrap_or_default();
            return Err(LoadError::other(at, format!("there is no tool {:?}{near} (there are {all})", tool.name)));
        }
        Ok(tool)
    }

    fn links(&mut self, fields: &Fields, program: &mut Program) -> Result<()> {
        for (name, entry) in table(fields, "linked_programs")?.into_iter().flatten() {
            if name.trim() != name || name.is_empty() {
                let what = "the name of a link is not blank, and has no blanks around it";
                return Err(LoadError::other(format!("linked_programs.{name:?}"), what));
            }
            let at = format!("linked_programs.{name}");
            let link = match entry {
                Json::String(path) => Link { path: path.clone(), ..Link::default() },
                Json::Object(fields) if !fields.contains_key("path") => {
                    return Err(LoadError::other(at, "a link needs a path"));
                }
                Json::Object(fields) => self.entry(&at, &link_rows(), &[], fields)?,
                _ => return Err(LoadError::other(at, "expected a path, or a table with a path")),
            };
            program.links.push(Link { name: name.clone(), ..link });
        }
        let starts = program.builtins.iter().any(|tool| matches!(tool.name.as_str(), "spawn" | "fork"));
        if !program.links.is_empty() && !starts {
            self.warnings.push("linked_programs: nothing starts them; enable spawn or fork in tools".into());
        }
        Ok(())
    }

    fn reference(&mut self, refs: Refs, name: &str, entry: &Json) -> Result<Refs> {
        let at = format!("refs.{name}");
        let path = |text: &str| {
            let path = text.parse().map(RefSource::Path);
            path.map_err(|error: PathError| LoadError::other(&at, error))
        };
        let fields = match entry {
            Json::String(text) => return Ok(refs.push_source(name, path(text)?)),
            Json::Object(fields) => fields,
            _ => return Err(LoadError::other(at, "expected a path, or a table with path or lisp")),
        };
        let source = match (self.text(&at, fields, "path")?, self.text(&at, fields, "lisp")?) {
            (Some(text), None) => path(&text)?,
            (None, Some(expression)) => RefSource::Lisp(expression),
            (Some(_), Some(_)) => return Err(LoadError::other(at, "path and lisp are both given; give one")),
            (None, None) => return Err(LoadError::other(at, "path or lisp is needed")),
        };
        let rest: Ref = self.entry(&at, &ref_rows(), &["path", "lisp"], fields)?;
        Ok(refs.push(Ref { name: name.to_owned(), source, ..rest }))
    }

    fn paging(&mut self, fields: &Fields, program: &Program) -> Result<Option<Paging>> {
        let has_tool = program.builtins.iter().any(|tool| DESCRIPTOR_TOOLS.contains(&tool.name.as_str()));
        let mut paging = Paging::default();
        self.load("", &paging_rows(), fields, &mut paging)?;
        let key = "file_descriptor.enabled";
        let enabled = table(fields, "file_descriptor")?.and_then(|section| section.get("enabled"));
        match enabled.map(|enabled| KeyType::Bool.read(key, enabled)).transpose()? {
            Some(Json::Bool(true)) if !has_tool => {
                let tools = DESCRIPTOR_TOOLS.join(", ");
                let what = format!("nothing could read the descriptors; enable one of {tools} in tools");
                return Err(LoadError::other(key, what));
            }
            Some(Json::Bool(false)) if has_tool => {
                self.warnings.push(format!("{key}: false, but a descriptor tool is enabled, which turns them on"));
            }
            _ => {}
        }
        Ok(has_tool.then_some(paging))
    }

    /// The lines of the environment block that the file writes itself.
    fn environment(&mut self, fields: &Fields, program: &mut Program) {
        let keys = keys();
        let ours: Vec<&str> = keys.iter().filter_map(|key| below(&key.name, "env_info")).collect();
        let section = fields.get("env_info").and_then(Json::as_object);
        for (key, value) in section.into_iter().flatten().filter(|(key, _)| !ours.contains(&key.as_str())) {
            if let Some(near) = did_you_mean(key, ours.iter().copied()) {
                self.warnings.push(format!("env_info.{key}: taken as a line of its own; {near}"));
            }
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            program.environment.custom.push((key.clone(), text));
        }
    }
}

/// What follows a section in the name of a key.
pub(super) fn below<'a>(name: &'a str, section: &str) -> Option<&'a str> {
    name.strip_prefix(section)?.strip_prefix('.')
}

/// The path that a file has written, from its own folder.
pub(super) fn relative(path: &Path, folder: &Path) -> PathBuf {
    path.strip_prefix(folder).unwrap_or(path).to_owned()
}
