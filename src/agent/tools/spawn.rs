//! `spawn`: a fresh process of a linked program, or of the program itself.

use std::sync::Arc;

use crate::agent::options::MadeOptions;
use crate::agent::prompt::framed;
use crate::agent::run::child::Child;
use crate::agent::run::process::{Process, caller};
use crate::agent::show::descriptors::{Descriptors, number_of};
use crate::lisp::text::nearest;
use crate::lisp::value::{Iter, Value};
use crate::tool::{Access, Call, Starts, Tool, ToolError};

/// Makes the options of a program by its name; the empty name is the program itself.
pub(crate) type MakeProgram = Arc<dyn Fn(&str) -> MadeOptions + Send + Sync>;

/// Reads a file that the program may read.
pub(crate) type ReadFile = Arc<dyn Fn(&str) -> Result<String, String> + Send + Sync>;

/// What the list of programs begins with in the tool's description.
pub(crate) const PROGRAMS: &str = "Available programs:";

/// The longest text that is preloaded, in characters.
const PRELOAD: usize = 400_000;

/// What `spawn` starts processes from.
pub(crate) struct Spawner {
    /// The names and descriptions of the linked programs.
    pub links: Vec<(String, String)>,
    pub make: MakeProgram,
    pub read_file: ReadFile,
    /// Whether the program has descriptors to pass on.
    pub descriptors: bool,
}

/// The names of programs with their descriptions, as texts list them.
fn listed(links: &[(String, String)]) -> String {
    let shown = |(name, description): &(String, String)| match description.as_str() {
        "" => name.clone(),
        description => format!("{name} ({description})"),
    };
    match links {
        [] => "none; a blank name is this program".into(),
        links => links.iter().map(shown).collect::<Vec<_>>().join(", "),
    }
}

/// Whether there is a program of this name.
pub(crate) fn known_program(name: &str, links: &[(String, String)]) -> Result<(), ToolError> {
    if links.iter().any(|(link, _)| link == name) {
        return Ok(());
    }
    let near = nearest(name, links.iter().map(|(link, _)| link.as_str()));
    let near = near.map(|near| format!(" (did you mean {near}?)")).unwrap_or_default();
    Err(ToolError(format!("there is no program {name:?}{near}; available: {}", listed(links))))
}

/// The tool that starts a program.
pub(crate) fn spawn_tool(spawner: Spawner) -> Tool {
    let available = listed(&spawner.links);
    let fds = if spawner.descriptors { "additional_preload_fds [:string]?, " } else { "" };
    let contract = format!(
        "(program_name :string?, query :string?, prompt :string?, additional_preload_files [:string]?, {fds}) -> \
         {{:program :string :query :string :response :any :api_calls :int}}"
    );
    let more =
        if spawner.descriptors { " Descriptors named in additional_preload_fds go along, and references." } else { "" };
    let description = format!(
        "Starts a fresh process of a program and gives its response. {PROGRAMS} {available}. Files named in \
         additional_preload_files stand in its prompt.{more}"
    );
    let example = match spawner.links.first() {
        Some((name, _)) => format!("{{:program_name {name:?} :query \"text\"}}"),
        None => "{:query \"text\"}".to_owned(),
    };
    let spawner = Arc::new(spawner);
    let asked = spawner.clone();
    let tool = Tool::process(
        "spawn",
        move |call: &Call| announce(call, &asked),
        move |call: Call| {
            let spawner = spawner.clone();
            async move { run(&call, &spawner).await }
        },
    );
    let mut tool = tool.constant_spec(&contract.replace(", )", ")")).description(description).example(example);
    tool.access = Access::Admin;
    tool
}

fn argument<'a>(arguments: &'a Value, name: &str) -> Option<&'a str> {
    arguments.get(name).and_then(Value::as_name)
}

fn names(arguments: &Value, name: &str) -> Vec<String> {
    let given = arguments.get(name).unwrap_or(&Value::Nil);
    Iter::ready(given).filter_map(|item| item.as_name().map(str::to_owned)).collect()
}

/// The program that is asked for; nothing is this one.
fn program(arguments: &Value) -> &str {
    argument(arguments, "program_name").unwrap_or_default().trim()
}

/// What a call starts, if all that it names is there.
fn announce(call: &Call, spawner: &Spawner) -> Result<Starts, ToolError> {
    let arguments = &call.arguments;
    let query = match (argument(arguments, "query"), argument(arguments, "prompt")) {
        (Some(_), Some(_)) => return Err(ToolError::new("query and prompt mean the same; give query")),
        (query, prompt) => query.or(prompt).unwrap_or_default(),
    };
    if query.trim().is_empty() {
        return Err(ToolError::new("query is empty: say what the process should do"));
    }
    let name = program(arguments);
    if !name.is_empty() {
        known_program(name, &spawner.links)?;
    }
    preloads(call, spawner, &*caller(call)?)?;
    Ok(Starts::Fresh(if name.is_empty() { "self".into() } else { name.into() }))
}

/// What stands in the prompt of the process besides its own: files and descriptors.
fn preloads(call: &Call, spawner: &Spawner, parent: &Process) -> Result<String, ToolError> {
    let mut parts = Vec::new();
    for path in names(&call.arguments, "additional_preload_files") {
        let text = (spawner.read_file)(&path).map_err(|why| ToolError(format!("additional_preload_files: {why}")))?;
        parts.push(framed("file", &path, &text));
    }
    for id in names(&call.arguments, "additional_preload_fds") {
        let descriptors = parent.descriptors();
        let found = descriptors.find(&id).map_err(|why| ToolError(format!("additional_preload_fds: {why}")))?;
        parts.push(framed("fd", &id, found.pages.text().as_str()));
    }
    let text = parts.join("\n");
    match text.chars().count() {
        count if count > PRELOAD => Err(ToolError(format!(
            "what should be preloaded has {count} characters, and {PRELOAD} is the most; extract the part that is needed"
        ))),
        _ => Ok(text),
    }
}

async fn run(call: &Call, spawner: &Spawner) -> Result<Value, ToolError> {
    let name = program(&call.arguments);
    let title = if name.is_empty() { "self" } else { name };
    let query = argument(&call.arguments, "query").or(argument(&call.arguments, "prompt")).unwrap_or_default();
    let parent = caller(call)?;
    let mut options = (spawner.make)(name).await.map_err(ToolError)?;
    let preloads = preloads(call, spawner, &parent)?;
    if !preloads.is_empty() {
        let appendix = &options.prompt.appendix;
        options.prompt.appendix =
            format!("{}\n\n## Preloaded (data)\n{preloads}", appendix.trim_end()).trim_start().to_owned();
    }
    let descriptors = match spawner.descriptors {
        true => {
            let numbers = names(&call.arguments, "additional_preload_fds");
            let numbers: Vec<u64> = numbers.iter().filter_map(|id| number_of(id)).collect();
            parent.descriptors().passed(&numbers, options.settings.paging.clone())
        }
        false => Descriptors::new(options.settings.paging.clone()),
    };
    let child = Child::start(&parent, call, &options, descriptors)?;
    let ended = child.work(query).await;
    let usage = child.usage();
    let count = |n: u64| Value::from(i64::try_from(n).unwrap_or(i64::MAX));
    match ended {
        Ok(ended) => Ok(Value::map([
            (Value::keyword("program"), Value::text(title)),
            (Value::keyword("query"), Value::text(query)),
            (Value::keyword("response"), ended.response()),
            (Value::keyword("api_calls"), count(usage.requests)),
            (Value::keyword("input_tokens"), count(usage.input_tokens)),
            (Value::keyword("output_tokens"), count(usage.output_tokens)),
            (Value::keyword("total_tokens"), count(usage.total_tokens)),
        ])),
        Err(stop) => Err(ToolError(format!("the program {title} failed: {}", stop.message()))),
    }
}
