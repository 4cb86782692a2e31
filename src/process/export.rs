//! Export: a program as the fields of a file that loads as an equal program. What has its default is left out.

use std::path::Path;

use serde_json::{Map, Value as Json, json};

use super::program::{Program, ToolEntry, ToolSource};
use crate::agent::{MOST_FORKS, Paging, RefSource};
use crate::lisp::limits::Limits;
use crate::tool::Validation;

/// Fields that are only there if they say something.
#[derive(Default)]
struct Fields(Map<String, Json>);

impl Fields {
    fn set(&mut self, key: &str, value: impl Into<Json>) {
        self.0.insert(key.into(), value.into());
    }

    fn some(&mut self, key: &str, value: Option<impl Into<Json>>) {
        if let Some(value) = value {
            self.set(key, value);
        }
    }

    /// Sets what differs from its default.
    fn differs<T: PartialEq + Into<Json>>(&mut self, key: &str, value: T, default: T) {
        if value != default {
            self.set(key, value);
        }
    }

    fn section(&mut self, key: &str, section: Self) {
        if !section.0.is_empty() {
            self.set(key, Json::Object(section.0));
        }
    }

    fn list(&mut self, key: &str, items: Vec<Json>) {
        if !items.is_empty() {
            self.set(key, Json::Array(items));
        }
    }
}

fn validation(validation: Validation) -> &'static str {
    match validation {
        Validation::Enabled => "enabled",
        Validation::WarnOnly => "warn_only",
        Validation::Disabled => "disabled",
        Validation::Strict => "strict",
    }
}

fn millis(time: std::time::Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
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
    pub fn export(&self) -> Result<Json, String> {
        let mut top = Fields::default();
        let mut model = Fields::default();
        model.some("name", self.model.clone());
        model.some("provider", self.provider.clone());
        model.some("display_name", self.display_name.clone());
        model.differs("max_turns", self.max_turns, 5);
        top.section("model", model);
        let mut prompt = Fields::default();
        prompt.some("system_prompt", self.system_prompt.clone());
        prompt.some("user", self.user.clone());
        top.section("prompt", prompt);
        let parameters = serde_json::to_value(&self.parameters).map_err(|error| error.to_string())?;
        let mut parameters = Fields(parameters.as_object().cloned().unwrap_or_default());
        parameters.some("timeout", self.parameters.timeout.map(millis));
        top.section("parameters", parameters);
        top.section("context", Fields(self.context.clone()));
        top.section("tools", self.export_tools()?);
        top.section("mcp", Fields(self.remote.servers.clone()));
        let mut catalog = Fields::default();
        for entry in &self.catalog {
            catalog.section(&entry.name, export_tool(entry, &self.folder())?);
        }
        top.section("tool_catalog", catalog);
        let mut links = Fields::default();
        for link in &self.links {
            let mut fields = Fields::default();
            fields.set("path", link.path.clone());
            fields.differs("description", link.description.clone(), String::new());
            links.section(&link.name, fields);
        }
        top.section("linked_programs", links);
        top.section("refs", self.export_refs()?);
        let mut result = Fields::default();
        result.some("signature", self.signature.as_ref().map(|kind| format!("-> {kind}")));
        top.section("result", result);
        top.differs("max_ref_retries", self.max_ref_retries, 1);
        top.differs("tool_validation", validation(self.validation), validation(Validation::Enabled));
        top.differs("discovery", self.discovery, false);
        top.differs("overlap_reads", self.overlap_reads, 1);
        top.differs("access", self.access.name(), "admin");
        self.export_bounds(&mut top);
        let mut preload = Fields::default();
        preload.list("files", self.preload.files.iter().map(|file| json!(file)).collect());
        preload.differs("relative_to", if self.preload.from_cwd { "cwd" } else { "program" }, "program");
        top.section("preload", preload);
        let mut environment = Fields::default();
        environment.list("variables", self.environment.variables.iter().map(|name| json!(name)).collect());
        environment.list("env_vars", self.environment.env_vars.iter().map(|name| json!(name)).collect());
        environment.list("commands", self.environment.commands.iter().map(|words| json!(words)).collect());
        for (key, value) in &self.environment.custom {
            environment.set(key, value.clone());
        }
        top.section("env_info", environment);
        if let Some(demo) = &self.demo {
            let mut fields = Fields::default();
            fields.list("prompts", demo.prompts.iter().map(|prompt| json!(prompt)).collect());
            fields.differs("pause_between_prompts", demo.pause.as_secs_f64(), 0.0);
            fields.some("display_name", demo.display_name.clone());
            top.section("demo", fields);
        }
        Ok(Json::Object(top.0))
    }

    fn export_tools(&self) -> Result<Fields, String> {
        let mut tools = Fields::default();
        let builtins = self.builtins.iter().map(|tool| {
            let mut fields = Fields::default();
            fields.some("alias", tool.alias.clone());
            fields.some("description", tool.description.clone());
            fields.some("access", tool.access.map(|access| access.name()));
            fields.section("param_descriptions", described(&tool.parameters));
            if fields.0.is_empty() {
                return json!(tool.name);
            }
            fields.set("name", tool.name.clone());
            Json::Object(fields.0)
        });
        tools.list("enabled", builtins.collect());
        if let Some(chosen) = &self.remote.chosen {
            tools.set("mcp", chosen.clone());
        }
        for entry in &self.tools {
            tools.section(&entry.name, export_tool(entry, &self.folder())?);
        }
        Ok(tools)
    }

    fn export_refs(&self) -> Result<Fields, String> {
        let mut refs = Fields::default();
        for each in self.refs.iter() {
            let mut fields = Fields::default();
            match &each.source {
                RefSource::Path(path) => fields.set("path", path.to_string()),
                RefSource::Lisp(expression) => fields.set("lisp", expression.clone()),
                RefSource::Closure(_) => {
                    return Err(format!("refs.{}: a closure of the host's has no form in a file", each.name));
                }
            }
            fields.differs("required", each.required, false);
            fields.some("type", each.kind.as_ref().map(ToString::to_string));
            refs.section(&each.name, fields);
        }
        Ok(refs)
    }

    fn export_bounds(&self, top: &mut Fields) {
        let (limits, default) = (&self.limits, Limits::default());
        let mut fields = Fields::default();
        fields.differs("max_time", millis(limits.max_time), millis(default.max_time));
        fields.differs("max_steps", limits.max_steps, default.max_steps);
        fields.differs("max_memory", limits.max_memory, default.max_memory);
        fields.differs("max_depth", limits.max_depth, default.max_depth);
        fields.differs("max_tool_calls", limits.max_tool_calls, default.max_tool_calls);
        fields.differs("max_output", limits.max_output, default.max_output);
        fields.differs("max_result", limits.max_result, default.max_result);
        fields.differs("max_source", limits.max_source, default.max_source);
        fields.differs("max_branches", limits.max_branches, default.max_branches);
        fields.differs("max_forks", self.max_forks, MOST_FORKS);
        top.section("limits", fields);
        let (budget, default) = (&self.budget, crate::Budget::default());
        let mut fields = Fields::default();
        fields.some("turns", budget.turns);
        fields.some("tokens", budget.tokens);
        fields.some("time", budget.time.map(millis));
        fields.differs("depth", budget.depth, default.depth);
        fields.some("processes", budget.processes);
        fields.some("tool_calls", budget.tool_calls);
        fields.some("cost", budget.cost);
        let prices = serde_json::to_value(&budget.prices).unwrap_or_default();
        fields.section("prices", Fields(prices.as_object().cloned().unwrap_or_default()));
        fields.differs("descriptor_bytes", budget.descriptor_bytes, default.descriptor_bytes);
        top.section("budget", fields);
        if let Some(paging) = &self.paging {
            let default = Paging::default();
            let mut fields = Fields::default();
            fields.set("enabled", true);
            fields.differs("max_direct_output_chars", paging.max_direct, default.max_direct);
            fields.differs("default_page_size", paging.page_size, default.page_size);
            fields.differs("max_input_chars", paging.max_input, default.max_input);
            fields.differs("page_user_input", paging.page_input, default.page_input);
            fields.differs("enable_references", paging.references, default.references);
            top.section("file_descriptor", fields);
        }
    }
}

/// What is said of parameters.
fn described(parameters: &[(String, String)]) -> Fields {
    Fields(parameters.iter().map(|(name, text)| (name.clone(), json!(text))).collect())
}

/// A path as the file wrote it: from its own folder on.
fn below(path: &Path, folder: &Path) -> String {
    path.strip_prefix(folder).unwrap_or(path).to_string_lossy().into_owned()
}

fn export_tool(entry: &ToolEntry, folder: &Path) -> Result<Fields, String> {
    let mut fields = Fields::default();
    match &entry.source {
        ToolSource::Table { responses, default } => {
            let rows = serde_json::to_value(responses).map_err(|error| error.to_string())?;
            fields.set("responses", rows);
            fields.some("default", default.clone());
        }
        ToolSource::Program(file) => fields.set("program", below(file, folder)),
        ToolSource::Command(words) => fields.set("command", words.clone()),
        ToolSource::Lisp(file, _) => fields.set("lisp", below(file, folder)),
    }
    fields.some("spec", entry.spec.clone());
    fields.some("description", entry.description.clone());
    fields.some("access", entry.access.map(|access| access.name()));
    fields.differs("effect", if entry.reads { "read" } else { "write" }, "write");
    fields.differs("cacheable", entry.cacheable, false);
    fields.some("timeout", entry.timeout.map(millis));
    fields.section("param_descriptions", described(&entry.parameters));
    Ok(fields)
}
