//! Reading: the fields of a program file become a program.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::builtins;
use super::keys::{SECTIONS, SOURCES, builtin_rows, demo_rows, keys, link_rows, program_rows, ref_rows, tool_rows};
use super::program::{BuiltinTool, Demo, Link, Program, ToolEntry, ToolSource};
use super::remote::Remote;
use crate::agent::{Ref, RefSource, Refs};
use crate::lisp::syntax;
use crate::lisp::text::{Source, abridge, nearest};
use crate::lisp::value::PathError;
use crate::settings::{Kind, LoadError, Paging, Row, did_you_mean, join, paging_rows};
use crate::tool::Response;

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

type Fields = Map<String, Json>;
type Result<T> = std::result::Result<T, LoadError>;

/// Where a file is, and what is odd about it but no error.
pub(super) struct Reader<'a> {
    pub folder: &'a Path,
    pub warnings: Vec<String>,
}

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

/// The table of a key, if it is there.
pub(super) fn table<'a>(fields: &'a Fields, key: &str) -> Result<Option<&'a Fields>> {
    match fields.get(key) {
        None => Ok(None),
        Some(Json::Object(table)) => Ok(Some(table)),
        Some(other) => Err(LoadError::expected(key, "a table", other)),
    }
}

impl Reader<'_> {
    /// Sets the fields of the rows. Names of keys in messages begin with `at`.
    fn load<T: 'static>(&self, at: &str, rows: &[Row<T>], fields: &Fields, into: &mut T) -> Result<()> {
        rows.iter().try_for_each(|row| row.load(at, fields, into))
    }

    /// The fields of an entry, all of which have rows but for the `others`.
    fn entry<T: Default + 'static>(
        &mut self,
        at: &str,
        rows: &[Row<T>],
        others: &[&str],
        fields: &Fields,
    ) -> Result<T> {
        let mut entry = T::default();
        self.load(at, rows, fields, &mut entry)?;
        let known = rows.iter().map(|row| &*row.key.name).chain(others.iter().copied());
        self.warn_unknown(at, fields, &known.collect::<Vec<_>>());
        Ok(entry)
    }

    /// A text of an entry that no row reads.
    fn text(&self, at: &str, fields: &Fields, key: &str) -> Result<Option<String>> {
        let read = fields.get(key).map(|value| Kind::Text.read(&join(at, key), value)).transpose()?;
        Ok(read.and_then(|text| text.as_str().map(str::to_owned)))
    }

    /// Warns of the keys of a table that are not known, with the nearest that is.
    fn warn_unknown(&mut self, at: &str, fields: &Fields, known: &[&str]) {
        for key in fields.keys().filter(|key| !known.contains(&key.as_str())) {
            // A part of a name may be left out: `steps` for `max_steps`.
            let ends = |known: &&str| known.rsplit('_').next() == key.rsplit('_').next();
            let near = nearest(key, known.iter().copied()).or_else(|| known.iter().copied().find(ends));
            let near = near.map(|near| format!("; did you mean {near}?")).unwrap_or_default();
            self.warnings.push(format!("{}: unknown key{near}", join(at, &abridge(key, 100))));
        }
    }

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

    /// The text of a file that a key names.
    fn read_file(&self, key: &str, name: &str) -> Result<String> {
        std::fs::read_to_string(self.folder.join(name))
            .map_err(|error| LoadError::other(key, format!("{name} cannot be read: {error}")))
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
                    let list = Kind::Tools.read(&at, entry)?;
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

    pub(super) fn tool(&mut self, at: &str, name: &str, entry: &Json) -> Result<ToolEntry> {
        let Json::Object(fields) = entry else { return Err(LoadError::expected(at, "a table", entry)) };
        let others = SOURCES.map(|(name, ..)| name);
        let tool: ToolEntry = self.entry(at, &tool_rows(), &others, fields)?;
        Ok(ToolEntry { name: name.to_owned(), source: self.source(at, fields)?, ..tool })
    }

    fn source(&self, at: &str, fields: &Fields) -> Result<ToolSource> {
        let read = |key: &str, kind: Kind| fields.get(key).map(|value| kind.read(&join(at, key), value)).transpose();
        let command = read("command", Kind::Command)?;
        match (self.text(at, fields, "program")?, command, self.text(at, fields, "lisp")?) {
            (None, None, None) => {
                let at = join(at, "responses");
                let rows = read("responses", Kind::Responses)?.unwrap_or_else(|| Json::Array(Vec::new()));
                let responses: Vec<Response> =
                    serde_json::from_value(rows).map_err(|error| LoadError::other(&at, error))?;
                match responses.iter().position(|row| row.result.is_some() && row.error.is_some()) {
                    Some(row) => {
                        Err(LoadError::other(format!("{at}[{row}]"), "result and error are both given; give one"))
                    }
                    None => Ok(ToolSource::Table { responses, default: fields.get("default").cloned() }),
                }
            }
            (Some(path), None, None) => Ok(ToolSource::Program(self.folder.join(path))),
            (None, Some(command), None) => {
                let words = command.as_array().into_iter().flatten().filter_map(Json::as_str).map(str::to_owned);
                Ok(ToolSource::Command(words.collect()))
            }
            (None, None, Some(path)) => {
                let key = join(at, "lisp");
                let text = self.read_file(&key, &path)?;
                syntax::read(&Arc::new(Source::new(path.as_str(), text.as_str())))
                    .map_err(|error| LoadError::other(&key, error.plain()))?;
                Ok(ToolSource::Lisp(self.folder.join(&path), text))
            }
            _ => Err(LoadError::other(at, "program, command and lisp are different kinds of tools; give one")),
        }
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
            Json::String(text) => return Ok(refs.with(name, path(text)?)),
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
        Ok(refs.and(Ref { name: name.to_owned(), source, ..rest }))
    }

    fn paging(&mut self, fields: &Fields, program: &Program) -> Result<Option<Paging>> {
        let has_tool = program.builtins.iter().any(|tool| DESCRIPTOR_TOOLS.contains(&tool.name.as_str()));
        let mut paging = Paging::default();
        self.load("", &paging_rows(), fields, &mut paging)?;
        let key = "file_descriptor.enabled";
        let enabled = table(fields, "file_descriptor")?.and_then(|section| section.get("enabled"));
        match enabled.map(|enabled| Kind::Bool.read(key, enabled)).transpose()? {
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
