//! Export: a program becomes the fields of a file that loads as an equal program. What has its default is left out.

use serde_json::{Map, Value as Json, json};

use super::keys::{builtin_rows, demo_rows, link_rows, program_rows, ref_rows, tool_rows};
use super::program::{BuiltinTool, Program, ToolEntry, ToolSource};
use super::read::relative;
use crate::agent::RefSource;
use crate::settings::{LoadError, Row, paging_rows};

type Fields = Map<String, Json>;

/// The fields of the rows that have not their defaults.
fn fields<T: 'static>(rows: &[Row<T>], of: &T) -> Fields {
    let mut fields = Fields::new();
    rows.iter().for_each(|row| row.store(of, &mut fields));
    fields
}

/// Adds a table to a section, unless it is empty.
fn add(top: &mut Fields, section: &str, fields: Fields) {
    if fields.is_empty() {
        return;
    }
    if let Json::Object(table) = top.entry(section).or_insert_with(|| Json::Object(Fields::new())) {
        table.extend(fields);
    }
}

impl Program {
    /// The program as the fields of a JSON file. Its paths are those of the file it was read from, in the same folder.
    ///
    /// ```
    /// use ptc::process::Program;
    ///
    /// let program = Program::load("examples/forks/main.toml")?.root().unwrap();
    /// let exported = program.export()?;
    /// assert_eq!(exported["linked_programs"]["lawyer"]["path"], "./lawyer.toml");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// What only a host can hold: a ref that is a closure.
    pub fn export(&self) -> Result<Json, LoadError> {
        let mut top = fields(&program_rows(), self);
        add(&mut top, "parameters", self.settings.model_options.extra.clone());
        let custom = self.environment.custom.iter().map(|(name, text)| (name.clone(), json!(text)));
        add(&mut top, "env_info", custom.collect());
        if let Some(paging) = &self.settings.paging {
            add(&mut top, "file_descriptor", [("enabled".to_owned(), json!(true))].into_iter().collect());
            paging_rows().iter().for_each(|row| row.store(paging, &mut top));
        }
        if let Some(demo) = &self.demo {
            top.insert("demo".into(), Json::Object(Fields::new()));
            demo_rows().iter().for_each(|row| row.store(demo, &mut top));
        }
        let mut tools: Fields = self.tools.iter().map(|tool| (tool.name.clone(), self.tool(tool))).collect();
        if !self.builtins.is_empty() {
            tools.insert("enabled".into(), self.builtins.iter().map(builtin).collect());
        }
        if let Some(chosen) = &self.remote.chosen {
            tools.insert("mcp".into(), Json::Object(chosen.clone()));
        }
        add(&mut top, "tools", tools);
        add(&mut top, "mcp", self.remote.servers.clone());
        add(&mut top, "tool_catalog", self.catalog.iter().map(|tool| (tool.name.clone(), self.tool(tool))).collect());
        let links = self.links.iter().map(|link| (link.name.clone(), Json::Object(fields(&link_rows(), link))));
        add(&mut top, "linked_programs", links.collect());
        add(&mut top, "refs", self.refs()?);
        Ok(Json::Object(top))
    }

    fn refs(&self) -> Result<Fields, LoadError> {
        let mut refs = Fields::new();
        for one in self.refs.iter() {
            let mut fields = fields(&ref_rows(), one);
            let (key, text) = match &one.source {
                RefSource::Path(path) => ("path", path.to_string()),
                RefSource::Lisp(expression) => ("lisp", expression.clone()),
                RefSource::Closure(_) => {
                    let what = "a closure of the host's has no form in a file";
                    return Err(LoadError::other(format!("refs.{}", one.name), what));
                }
            };
            fields.insert(key.into(), text.into());
            refs.insert(one.name.clone(), Json::Object(fields));
        }
        Ok(refs)
    }

    fn tool(&self, tool: &ToolEntry) -> Json {
        let mut fields = fields(&tool_rows(), tool);
        let path = |path| relative(path, &self.folder()).to_string_lossy().into_owned();
        match &tool.source {
            ToolSource::Table { responses, default } => {
                fields.insert("responses".into(), serde_json::to_value(responses).unwrap_or_default());
                fields.extend(default.clone().map(|default| ("default".to_owned(), default)));
            }
            ToolSource::Program(file) => drop(fields.insert("program".into(), path(file).into())),
            ToolSource::Command(words) => drop(fields.insert("command".into(), json!(words))),
            ToolSource::Lisp(file, _) => drop(fields.insert("lisp".into(), path(file).into())),
        }
        Json::Object(fields)
    }
}

/// The name alone where nothing else is said of the tool.
fn builtin(tool: &BuiltinTool) -> Json {
    let fields = fields(&builtin_rows(), tool);
    if fields.len() == 1 { json!(tool.name) } else { Json::Object(fields) }
}
