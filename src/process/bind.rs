//! Binding: a program as data becomes an agent of this host.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::builtins::{Host, built_in};
use super::command;
use super::confine::{Root, Roots};
use super::library::Library;
use super::program::{Program, ToolEntry, ToolSource};
use crate::agent::{Budget, MadeOptions, Options, Prompt, agent_tool, framed, lisp_tool};
use crate::contract::ToolSpec;
use crate::lisp::value::{Value, from_json, json_text, parse_json};
use crate::model::{Model, from_name};
use crate::settings::{LoadError, Problem, join};
use crate::tool::{Call, Contract, Tool, ToolError, table_tool};

/// Makes a model of a provider's and a model's name.
type Connect = Arc<dyn Fn(&str, &str) -> Result<Arc<dyn Model>, LoadError> + Send + Sync>;

/// What the host gives to the programs of a library.
#[derive(Clone)]
pub struct Grants {
    /// Answers for every process, whatever its file says: a script, a recording.
    pub model: Option<Arc<dyn Model>>,
    /// The model of the root and of those that name none.
    pub root_model: Option<Arc<dyn Model>>,
    /// Folders that programs may touch, besides those of their files.
    pub roots: Vec<Root>,
    /// Whether tools and environment blocks may run commands.
    pub commands: bool,
    connect: Connect,
}

impl Grants {
    /// Models by their providers' names; `base_url` holds for the provider `of`, if one is given.
    pub fn new(base_url: Option<(String, String)>) -> Self {
        let connect: Connect = Arc::new(move |provider, name| {
            let base_url = base_url.as_ref().filter(|(of, _)| of == provider).map(|(_, url)| url.as_str());
            from_name(&format!("{provider}:{name}"), base_url).map_err(|error| LoadError::other("", error))
        });
        Self { model: None, root_model: None, roots: Vec::new(), commands: false, connect }
    }

    /// One model for every process, whatever its file says.
    pub fn with_model(model: impl Model + 'static) -> Self {
        Self { model: Some(Arc::new(model)), ..Self::new(None) }
    }

    fn model_of(&self, program: &Program, root: bool) -> Result<Option<Arc<dyn Model>>, LoadError> {
        let missing = |key: &str| LoadError { key: key.into(), problem: Problem::Missing, ..LoadError::default() };
        if let Some(model) = &self.model {
            return Ok(Some(model.clone()));
        }
        match (&program.provider, &program.model) {
            _ if root && self.root_model.is_some() => Ok(self.root_model.clone()),
            (Some(provider), Some(name)) => (self.connect)(provider, name).map(Some),
            (None, None) => Ok(self.root_model.clone()),
            (Some(_), None) => Err(missing("model.name")),
            (None, Some(_)) => Err(missing("model.provider")),
        }
    }
}

/// The agent of a program.
///
/// # Errors
/// A tool that cannot be made, with its name; a model without provider.
pub fn bind(library: &Arc<Library>, program: &Program, grants: &Grants, root: bool) -> Result<Options, LoadError> {
    bind_all(library, program, grants, root).map_err(|error| error.in_file(program.file.display()))
}

fn bind_all(library: &Arc<Library>, program: &Program, grants: &Grants, root: bool) -> Result<Options, LoadError> {
    let mut options = Options {
        model: grants.model_of(program, root)?,
        refs: program.refs.clone(),
        signature: program.signature.clone(),
        settings: program.settings.clone(),
        prompt: Prompt { persona: program.system_prompt.clone(), ..Prompt::default() },
        numbered: program.builtins.iter().any(|tool| tool.name == "goto"),
        ..Options::default()
    };
    let is_other = library.root().is_some_and(|root| root.file != program.file);
    if is_other && program.settings.budget != Budget::default() {
        options.warnings.push("budget: there is one for the whole tree, that of the program that was asked for".into());
    }
    let roots = Arc::new(roots_of(library, program, grants));
    options.prompt.appendix = appendix(program, grants, &roots, &mut options.warnings)?;
    for (name, json) in &program.context {
        let value =
            from_json(json).map_err(|raise| LoadError::other(format!("context.{name}"), raise.to_error().message))?;
        options = options.with_context(name, value);
    }
    let mut warnings = Vec::new();
    let folder = program.folder();
    let mut bind_tools = |section: &str, entries: &[ToolEntry]| {
        let bind = |entry| tool(library, section, entry, grants, &folder, &mut warnings);
        entries.iter().map(bind).collect::<Result<Vec<Tool>, LoadError>>()
    };
    let tools = bind_tools("tools", &program.tools)?;
    let catalog = bind_tools("tool_catalog", &program.catalog)?;
    options.warnings.append(&mut warnings);
    options = options.tools(tools);
    match library.connected(program) {
        Some(tools) => options = options.tools(tools),
        None if !cfg!(feature = "mcp") || program.remote.is_empty() => {}
        None => options.warnings.push("mcp: its servers are not connected, and their tools are left out".into()),
    }
    let host = Host { library, program, grants, roots };
    let builtins = program.builtins.iter().map(|builtin| built_in(&host, builtin));
    options = options.tools(builtins.collect::<Result<Vec<Tool>, LoadError>>()?);
    Ok(options.tool_catalog(catalog))
}

/// The folders that a program may touch: its own, that of the program that was asked for, and what the host grants.
pub fn roots_of(library: &Library, program: &Program, grants: &Grants) -> Roots {
    let root = library.root().map(|root| Root { folder: root.folder(), writable: true });
    root.iter().chain(&grants.roots).fold(Roots::at(&program.folder()), Roots::and)
}

/// What stands at the end of the system prompt: the environment and the preloaded files.
fn appendix(
    program: &Program,
    grants: &Grants,
    roots: &Roots,
    warnings: &mut Vec<String>,
) -> Result<String, LoadError> {
    let (environment, odd) = program.environment.block(&program.folder(), grants.commands);
    warnings.extend(odd);
    let mut parts: Vec<String> = Some(environment).filter(|block| !block.is_empty()).into_iter().collect();
    let here = Path::new(".");
    let roots = if program.preload.from_cwd { roots.clone().from(here) } else { roots.clone() };
    let mut files = Vec::new();
    for path in &program.preload.files {
        match roots.read(path) {
            Ok(text) => files.push(framed("file", path, &text)),
            // What is not granted is an error, what is only missing is not.
            Err(why) if roots.grants(path) => warnings.push(format!("preload.files: {why}")),
            Err(why) => return Err(LoadError::other("preload.files", why)),
        }
    }
    if !files.is_empty() {
        parts.push(format!("## Preloaded (data)\n{}", files.join("\n")));
    }
    Ok(parts.join("\n\n"))
}

/// The options of a child. Connects to its servers; then reads files and runs commands on a thread that may block.
pub(super) fn bind_async(library: Arc<Library>, program: Arc<Program>, grants: Grants) -> MadeOptions {
    Box::pin(async move {
        library.connect_to(&program, &grants).await.map_err(|error| error.to_string())?;
        let bound = tokio::task::spawn_blocking(move || bind(&library, &program, &grants, false));
        let bound = bound.await.map_err(|_| "the program could not be made ready".to_owned())?;
        bound.map_err(|error| error.to_string())
    })
}

fn tool(
    library: &Arc<Library>,
    section: &str,
    entry: &ToolEntry,
    grants: &Grants,
    folder: &Path,
    warnings: &mut Vec<String>,
) -> Result<Tool, LoadError> {
    let name = &entry.name;
    let at = join(section, name);
    let tool = match &entry.source {
        ToolSource::Table { responses, default } => {
            table_tool(name, responses.clone(), default.clone()).map_err(|error| LoadError::other(&at, error))?
        }
        ToolSource::Program(file) => {
            let Some(program) = library.program(file) else {
                return Err(LoadError::other(at, "its program was not loaded"));
            };
            let (library, grants) = (library.clone(), grants.clone());
            let refs = program.refs.clone();
            let make = move |_: &Call| bind_async(library.clone(), program.clone(), grants.clone());
            agent_tool(name, &refs, Arc::new(make))
        }
        ToolSource::Command(command) => {
            if !grants.commands {
                warnings.push(format!("tools.{name}: {}", command::NOT_GRANTED));
            }
            command_tool(name, command.clone(), grants.commands, folder, entry.timeout)
        }
        ToolSource::Lisp(_, text) => lisp_tool(name, text.clone()),
    };
    apply_entry(tool, entry, &at)
}

/// The tool with what its entry says: contract, description, effect, access, timeout. `at` names the entry in errors.
pub(super) fn apply_entry(mut tool: Tool, entry: &ToolEntry, at: &str) -> Result<Tool, LoadError> {
    if let Some(spec) = &entry.spec {
        tool = tool.spec(spec).map_err(|error| LoadError::other(join(at, "spec"), error))?;
    }
    if entry.reads {
        tool = tool.reads();
    }
    if entry.cacheable {
        tool = tool.cacheable();
    }
    if let Some(timeout) = entry.timeout {
        tool = tool.timeout(timeout);
    }
    tool.description = entry.description.clone().or(tool.description);
    tool.access = entry.access.unwrap_or(tool.access);
    describe_parameters(&mut tool, &entry.parameters, at)?;
    Ok(tool)
}

/// Sets the descriptions of parameters. `at` names the entry in errors.
pub(super) fn describe_parameters(
    tool: &mut Tool,
    descriptions: &[(String, String)],
    at: &str,
) -> Result<(), LoadError> {
    if descriptions.is_empty() {
        return Ok(());
    }
    let wrong = |what: String| LoadError::other(join(at, "param_descriptions"), what);
    let mut spec = match &tool.contract {
        Contract::Spec(spec) => ToolSpec::clone(spec),
        Contract::Skip | Contract::None => return Err(wrong("a spec is needed to say of what".into())),
    };
    for (name, description) in descriptions {
        if spec.signature.parameter(name).is_none() {
            let names: Vec<&str> = spec.signature.parameters.iter().map(|one| one.name.as_str()).collect();
            let names = if names.is_empty() { "none".into() } else { names.join(", ") };
            return Err(wrong(format!("there is no parameter {name} (there are {names})")));
        }
        spec = spec.about(name, description);
    }
    tool.contract = Contract::Spec(Arc::new(spec));
    Ok(())
}

/// A command as a tool: its arguments as JSON on standard input, its result as JSON or text on standard output.
fn command_tool(name: &str, words: Vec<String>, granted: bool, folder: &Path, timeout: Option<Duration>) -> Tool {
    let (words, folder) = (Arc::new(words), folder.to_owned());
    // A little less than the tool's own timeout, so that the command's timeout fires first.
    let timeout = timeout.map_or(Duration::from_secs(30), |timeout| timeout.mul_f64(0.95));
    Tool::asynchronous(name, move |call: Call| {
        let (words, folder) = (words.clone(), folder.clone());
        async move {
            if !granted {
                return Err(ToolError::new(command::NOT_GRANTED));
            }
            let input = json_text(&call.arguments, "arguments").map_err(ToolError::new)?;
            // It is given up with the call.
            let waiting = Arc::new(());
            let watch = Arc::downgrade(&waiting);
            let given_up = move || watch.strong_count() == 0;
            let run = tokio::task::spawn_blocking(move || command::run(&words, &input, &folder, timeout, given_up));
            let output = run.await.unwrap_or_else(|_| Err("the command was given up".into())).map_err(ToolError)?;
            drop(waiting);
            Ok(parse_json(output.trim()).unwrap_or_else(|_| Value::text(output.trim_end_matches('\n'))))
        }
    })
}
