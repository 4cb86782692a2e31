//! `spawn`: a fresh process of a linked program, or of the program itself.

use std::sync::Arc;

use super::Options;
use super::delegate::Child;
use crate::lisp::text::nearest;
use crate::lisp::value::Value;
use crate::tool::{Access, Call, Kind, Tool, ToolError};

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
    let links = Arc::new(links);
    let tool = Tool::asynchronous("spawn", move |call: Call| {
        let (links, make, available) = (links.clone(), make.clone(), available.clone());
        async move { run(&call, &links, &*make, &available).await }
    });
    let contract = "(program_name :string = \"\", query :string?, prompt :string?) -> \
                    {:program :string :query :string :response :any :api_calls :int}";
    let mut tool = match tool.clone().spec(contract) {
        Ok(tool) => tool,
        // The contract is a constant that the tests read.
        Err(_) => tool,
    };
    tool.kind = Kind::Spawn;
    tool.access = Access::Admin;
    tool.description(description)
}

async fn run(
    call: &Call,
    links: &[(String, String)],
    make: &(dyn Fn(&str) -> Result<Options, String> + Send + Sync),
    available: &str,
) -> Result<Value, ToolError> {
    let text = |name: &str| call.arguments.get(name).and_then(Value::as_name).map(str::to_owned);
    let name = text("program_name").unwrap_or_default();
    let name = name.trim();
    let query = match (text("query"), text("prompt")) {
        (Some(_), Some(_)) => return Err(ToolError::new("query and prompt mean the same; give query")),
        (query, prompt) => query.or(prompt).unwrap_or_default(),
    };
    if query.trim().is_empty() {
        return Err(ToolError::new("query is empty: say what the process should do"));
    }
    if !name.is_empty() && !links.iter().any(|(link, _)| link == name) {
        let near = nearest(name, links.iter().map(|(link, _)| link.as_str()));
        let near = near.map(|near| format!(" (did you mean {near}?)")).unwrap_or_default();
        return Err(ToolError(format!("there is no program {name:?}{near}; available: {available}")));
    }
    let title = if name.is_empty() { "self" } else { name };
    let options = make(name).map_err(ToolError)?;
    let child = Child::start(call, &options)?;
    let ended = child.work(&options, &query).await;
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
