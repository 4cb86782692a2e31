//! Binding: a program as data becomes an agent of this host.

use std::sync::Arc;

use super::load::Library;
use super::program::{BuiltinTool, Program, ToolEntry, ToolSource};
use crate::agent::{Options, Prompt, agent_tool, spawn_tool};
use crate::contract::{Effect, ToolSpec};
use crate::lisp::value::{Value, from_json};
use crate::model::{Model, from_name};
use crate::plan::create_plan;
use crate::tool::{Access, Contract, Tool, table_tool};

/// Makes a model of a provider's and a model's name.
type Connect = Arc<dyn Fn(&str, &str) -> Result<Arc<dyn Model>, String> + Send + Sync>;

/// What the host gives to the programs of a library.
#[derive(Clone)]
pub struct Grants {
    /// Answers for every process, whatever its file says: a script, a recording.
    pub model: Option<Arc<dyn Model>>,
    /// The model of the root and of those that name none.
    pub root_model: Option<Arc<dyn Model>>,
    connect: Connect,
}

impl Grants {
    /// Models by their providers' names; `base_url` holds for the provider `of`, if one is given.
    pub fn new(base_url: Option<(String, String)>) -> Self {
        let connect: Connect = Arc::new(move |provider, name| {
            let base_url = base_url.as_ref().filter(|(of, _)| of == provider).map(|(_, url)| url.as_str());
            from_name(&format!("{provider}:{name}"), base_url).map_err(|error| error.to_string())
        });
        Self { model: None, root_model: None, connect }
    }

    fn model_of(&self, program: &Program, root: bool) -> Result<Option<Arc<dyn Model>>, String> {
        if let Some(model) = &self.model {
            return Ok(Some(model.clone()));
        }
        match (&program.provider, &program.model) {
            _ if root && self.root_model.is_some() => Ok(self.root_model.clone()),
            (Some(provider), Some(name)) => (self.connect)(provider, name).map(Some),
            (None, None) => Ok(self.root_model.clone()),
            (Some(_), None) => Err(format!("{}: model.name is missing", program.file.display())),
            (None, Some(_)) => Err(format!("{}: model.provider is missing", program.file.display())),
        }
    }
}

/// The agent of a program.
///
/// # Errors
/// A tool that cannot be made, with its name; a model without provider.
pub fn bind(library: &Arc<Library>, program: &Program, grants: &Grants, root: bool) -> Result<Options, String> {
    let file = program.file.display();
    let mut options = Options {
        model: grants.model_of(program, root)?,
        refs: program.refs.clone(),
        signature: program.signature.clone(),
        max_turns: program.max_turns,
        max_ref_retries: program.max_ref_retries,
        validation: program.validation,
        discovery: program.discovery,
        budget: program.budget.clone(),
        limits: program.limits.clone(),
        model_options: program.parameters.clone(),
        prompt: Prompt { persona: program.system_prompt.clone(), ..Prompt::default() },
        access: program.access,
        ..Options::default()
    };
    for (name, json) in &program.context {
        let value = from_json(json).map_err(|raise| format!("{file}: context.{name}: {}", raise.to_error().message))?;
        options = options.with_context(name, value);
    }
    let tools = program
        .tools
        .iter()
        .map(|entry| tool(library, entry, grants).map_err(|error| format!("{file}: tools.{error}")));
    options = options.tools(tools.collect::<Result<Vec<Tool>, String>>()?);
    let builtins = program.builtins.iter().map(|builtin| built_in(library, program, builtin, grants));
    options = options.tools(builtins.collect::<Result<Vec<Tool>, String>>()?);
    let catalog = program
        .catalog
        .iter()
        .map(|entry| tool(library, entry, grants).map_err(|error| format!("{file}: tool_catalog.{error}")));
    Ok(options.tool_catalog(catalog.collect::<Result<Vec<Tool>, String>>()?))
}

fn tool(library: &Arc<Library>, entry: &ToolEntry, grants: &Grants) -> Result<Tool, String> {
    let name = &entry.name;
    let mut tool = match &entry.source {
        ToolSource::Table { responses, default } => {
            table_tool(name, responses.clone(), default.clone()).map_err(|error| format!("{name}: {error}"))?
        }
        ToolSource::Program(file) => {
            let Some(program) = library.program(file) else {
                return Err(format!("{name}: its program was not loaded"));
            };
            let (library, grants) = (library.clone(), grants.clone());
            let refs = program.refs.clone();
            agent_tool(name, &refs, Arc::new(move |_| bind(&library, &program, &grants, false)))
        }
    };
    if let Some(spec) = &entry.spec {
        tool = tool.spec(spec).map_err(|error| format!("{name}.spec: {error}"))?;
    }
    if let Contract::Spec(spec) = &tool.contract {
        let effect = if entry.reads { Effect::Read } else { spec.effect };
        let cacheable = entry.cacheable || spec.cacheable;
        let spec = ToolSpec { effect, cacheable, timeout: entry.timeout.or(spec.timeout), ..(**spec).clone() };
        tool.contract = Contract::Spec(Arc::new(spec));
    }
    tool.description = entry.description.clone().or(tool.description);
    tool.access = entry.access.unwrap_or(tool.access);
    Ok(tool)
}

fn built_in(library: &Arc<Library>, program: &Program, builtin: &BuiltinTool, grants: &Grants) -> Result<Tool, String> {
    let mut tool = match builtin.name.as_str() {
        "spawn" => spawn(library, program, grants),
        "create_plan" => create_plan(program.catalog.iter().chain(&program.tools).map(|entry| entry.name.clone())),
        _ => calculator().map_err(|error| error.to_string())?,
    };
    if let Some(alias) = &builtin.alias {
        tool.name.clone_from(alias);
    }
    tool.description = builtin.description.clone().or(tool.description);
    tool.access = builtin.access.unwrap_or(tool.access);
    Ok(tool)
}

/// The tool that starts linked programs.
fn spawn(library: &Arc<Library>, program: &Program, grants: &Grants) -> Tool {
    let folder = program.file.parent().map(std::path::Path::to_owned).unwrap_or_default();
    let links: Vec<(String, String)> =
        program.links.iter().map(|link| (link.name.clone(), link.description.clone())).collect();
    let files: Vec<(String, std::path::PathBuf)> =
        program.links.iter().map(|link| (link.name.clone(), folder.join(&link.path))).collect();
    let (library, grants, own) = (library.clone(), grants.clone(), program.file.clone());
    spawn_tool(
        links,
        Arc::new(move |name: &str| {
            let file = if name.is_empty() {
                Some(&own)
            } else {
                files.iter().find(|(link, _)| link == name).map(|(_, file)| file)
            };
            let program =
                file.and_then(|file| library.program(file)).ok_or_else(|| format!("there is no program {name:?}"))?;
            bind(&library, &program, &grants, false)
        }),
    )
}

/// Arithmetic as text, for models that want it: evaluated as one expression in infix form or Lisp.
fn calculator() -> Result<Tool, crate::contract::ParseError> {
    let tool = Tool::new("calculator", |arguments| {
        let text = arguments.get("expression").and_then(Value::as_name).unwrap_or_default();
        super::calculate::calculate(text).map_err(crate::ToolError)
    });
    let mut tool = tool
        .spec("(expression :string) -> :any")?
        .description("Evaluates arithmetic: (1 + 2) * 3 / 4, sqrt(2), 2 ^ 10");
    tool.access = Access::Read;
    Ok(tool)
}
