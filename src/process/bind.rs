//! Binding: a program as data becomes an agent of this host.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::builtins::{Host, built_in};
use super::command;
use super::confine::{Root, Roots};
use super::entry::apply_entry;
use super::grants::Grants;
use super::library::Library;
use super::program::{Program, ToolEntry, ToolSource};
use crate::agent::{
    Budget, DelegateError, MadeOptions, MakeProgram, Options, Prompt, Session, agent_tool, framed, lisp_tool, runtime,
};
use crate::lisp::value::{Value, from_json, json_text, parse_json};
use crate::settings::{LoadError, join};
use crate::tool::{Call, Tool, ToolError, table_tool};

impl Library {
    /// Starts the program that was asked for as a process of this host.
    ///
    /// ```
    /// use ptc::model::Scripted;
    /// use ptc::process::{Grants, Program};
    ///
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
    /// let grants = Grants::with_model(Scripted::new(["(+ 1 2)", "Three.", "As I said: three."]));
    /// let mut process = Program::load("examples/linked/main.toml")?.start(&grants).await?;
    /// assert_eq!(process.run("One and two?").await?.summary, "Three.");
    /// assert_eq!(process.run("Again?").await?.summary, "As I said: three.");
    /// assert_eq!(process.last_message(), Some("As I said: three.".into()));
    /// # Ok::<(), Box<dyn std::error::Error>>(()) })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Tools that cannot be made, a model or a server that is not there.
    pub async fn start(self, grants: &Grants) -> Result<Session, DelegateError> {
        self.connect(grants).await.map_err(|error| DelegateError::unusable(error.to_string()))?;
        let library = Arc::new(self);
        let root = library.root().ok_or_else(|| DelegateError::unusable("the program was not loaded".into()))?;
        let options =
            bind(&library, &root, grants, true).map_err(|error| DelegateError::unusable(error.to_string()))?;
        Session::start(&options).await
    }

    /// The same for hosts without a runtime: waits on the calling thread.
    ///
    /// ```
    /// use ptc::model::Scripted;
    /// use ptc::process::{Grants, Program};
    ///
    /// let grants = Grants::with_model(Scripted::new(["(+ 1 2)", "Three."]));
    /// let mut process = Program::load("examples/linked/main.toml")?.start_and_wait(&grants)?;
    /// assert_eq!(process.run_and_wait("One and two?")?.summary, "Three.");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// See [`Library::start`].
    ///
    /// # Panics
    /// From within an asynchronous runtime, where a thread must not wait.
    pub fn start_and_wait(self, grants: &Grants) -> Result<Session, Box<DelegateError>> {
        let runtime = runtime()?;
        let session = runtime.block_on(self.start(grants))?;
        Ok(session.with_runtime(runtime))
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
    let host = Host { program, roots, make: make_program(library, program, grants) };
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
fn bind_async(library: Arc<Library>, program: Arc<Program>, grants: Grants) -> MadeOptions {
    Box::pin(async move {
        library.connect_to(&program, &grants).await.map_err(|error| error.to_string())?;
        let bound = tokio::task::spawn_blocking(move || bind(&library, &program, &grants, false));
        let bound = bound.await.map_err(|_| "the program could not be made ready".to_owned())?;
        bound.map_err(|error| error.to_string())
    })
}

/// Makes the options of the programs that a program links to, by their names; the empty name is the program itself.
fn make_program(library: &Arc<Library>, program: &Program, grants: &Grants) -> MakeProgram {
    let folder = program.folder();
    let files: Vec<(String, PathBuf)> =
        program.links.iter().map(|link| (link.name.clone(), folder.join(&link.path))).collect();
    let (library, grants, own) = (library.clone(), grants.clone(), program.file.clone());
    Arc::new(move |name: &str| {
        let file = match name {
            "" => Some(&own),
            name => files.iter().find(|(link, _)| link == name).map(|(_, file)| file),
        };
        let program = file.and_then(|file| library.program(file));
        match program {
            Some(program) => bind_async(library.clone(), program, grants.clone()),
            None => Box::pin(std::future::ready(Err(format!("there is no program {name:?}")))),
        }
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
