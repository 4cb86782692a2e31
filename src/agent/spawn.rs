//! `spawn`: a fresh process of a linked program, or of the program itself.

use std::sync::Arc;

use super::Options;
use super::delegate::Child;
use crate::lisp::text::nearest;
use crate::lisp::value::Value;
use crate::tool::{Access, Call, Tool, ToolError};

/// Makes the options of a program by its name; the empty name is the program itself.
pub(crate) type MakeProgram = Arc<dyn Fn(&str) -> Result<Options, String> + Send + Sync>;

/// The tool that starts the programs of these names and descriptions.
pub(crate) fn spawn_tool(links: Vec<(String, String)>, make: MakeProgram) -> Tool {
    let list: Vec<String> = links
        .iter()
        .map(
            |(name, description)| if description.is_empty() { name.clone() } else { format!("{name} ({description})") },
        )
        .collect();
    let available = if list.is_empty() { "none; a blank name is this program".into() } else { list.join(", ") };
    let description =
        format!("Starts a fresh process of a program and gives its response. Available programs: {available}");
    let links: Vec<String> = links.into_iter().map(|(name, _)| name).collect();
    let title = move |arguments: &Value| title(arguments, &links, &available);
    let tool = Tool::process("spawn", title, move |call: Call| {
        let make = make.clone();
        async move { run(&call, &*make).await }
    });
    let contract = "(program_name :string = \"\", query :string?, prompt :string?) -> \
                    {:program :string :query :string :response :any :api_calls :int}";
    let mut tool = match tool.clone().spec(contract) {
        Ok(tool) => tool,
        // The contract is a constant that the tests read.
        Err(_) => tool,
    };
    tool.access = Access::Admin;
    tool.description(description)
}

fn argument<'a>(arguments: &'a Value, name: &str) -> Option<&'a str> {
    arguments.get(name).and_then(Value::as_name)
}

/// The program that is asked for; nothing is this one.
fn program(arguments: &Value) -> &str {
    argument(arguments, "program_name").unwrap_or_default().trim()
}

/// The name of the process that a call starts.
fn title(arguments: &Value, links: &[String], available: &str) -> Result<Option<String>, ToolError> {
    let query = match (argument(arguments, "query"), argument(arguments, "prompt")) {
        (Some(_), Some(_)) => return Err(ToolError::new("query and prompt mean the same; give query")),
        (query, prompt) => query.or(prompt).unwrap_or_default(),
    };
    if query.trim().is_empty() {
        return Err(ToolError::new("query is empty: say what the process should do"));
    }
    match program(arguments) {
        "" => Ok(Some("self".into())),
        name if links.iter().any(|link| link == name) => Ok(Some(name.into())),
        name => {
            let near = nearest(name, links.iter().map(String::as_str));
            let near = near.map(|near| format!(" (did you mean {near}?)")).unwrap_or_default();
            Err(ToolError(format!("there is no program {name:?}{near}; available: {available}")))
        }
    }
}

async fn run(call: &Call, make: &(dyn Fn(&str) -> Result<Options, String> + Send + Sync)) -> Result<Value, ToolError> {
    let name = program(&call.arguments);
    let title = if name.is_empty() { "self" } else { name };
    let query = argument(&call.arguments, "query").or(argument(&call.arguments, "prompt")).unwrap_or_default();
    let options = make(name).map_err(ToolError)?;
    let child = Child::start(call, &options)?;
    let ended = child.work(&options, query).await;
    let usage = child.usage();
    let count = |n: u64| Value::from(i64::try_from(n).unwrap_or(i64::MAX));
    match ended {
        Ok(ended) => Ok(Value::map([
            (Value::keyword("program"), Value::text(title)),
            (Value::keyword("query"), Value::text(query)),
            (Value::keyword("response"), Value::text(ended.summary)),
            (Value::keyword("api_calls"), count(usage.requests)),
            (Value::keyword("input_tokens"), count(usage.input_tokens)),
            (Value::keyword("output_tokens"), count(usage.output_tokens)),
            (Value::keyword("total_tokens"), count(usage.total_tokens)),
        ])),
        Err(stop) => Err(ToolError(format!("the program {title} failed: {}", stop.message()))),
    }
}
