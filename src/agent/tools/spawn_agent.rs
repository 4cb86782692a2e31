//! `spawn_agent`: an agent that the calling model makes, of a task and of sets of tools that the host allows.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::agent::Options;
use crate::agent::delegate::run_child;
use crate::lisp::text::nearest;
use crate::lisp::value::{Iter, Value};
use crate::tool::{Call, Starts, Tool, ToolError};

/// A tool by which a model makes agents of its own: it gives the task and names sets of tools; nothing else can be had.
/// The agents have these options otherwise, the model of the one who calls unless the options name one, and work in its
/// tree, on its budget.
///
/// ```
/// use ptc::{Options, Tool, spawn_agent};
///
/// let list = Tool::new("list_mails", |_| Ok(1.into()));
/// let spawn = spawn_agent(Options::default().max_turns(3), [("email", vec![list])]);
/// assert_eq!(
///     spawn.signature(),
///     "spawn_agent(task :string, tools [:string], context :map = {}) -> {:summary :string :refs :map}"
/// );
/// ```
pub fn spawn_agent<N: Into<String>>(options: Options, sets: impl IntoIterator<Item = (N, Vec<Tool>)>) -> Tool {
    let sets: Arc<IndexMap<String, Vec<Tool>>> =
        Arc::new(sets.into_iter().map(|(name, tools)| (name.into(), tools)).collect());
    let list: Vec<String> = sets
        .iter()
        .map(|(name, tools)| {
            let tools: Vec<&str> = tools.iter().map(|tool| tool.name.as_str()).collect();
            format!("{name} ({})", tools.join(", "))
        })
        .collect();
    let description =
        format!("Makes an agent with these sets of tools and gives it a task. The sets: {}", list.join("; "));
    let known = sets.clone();
    let announce = move |call: &Call| chosen(&call.arguments, &known).map(|_| Starts::Fresh("spawn_agent".to_owned()));
    let run = move |call: Call| {
        let (sets, options) = (sets.clone(), options.clone());
        async move {
            let tools = chosen(&call.arguments, &sets).map_err(|error| error.0);
            run_child(&call, tools.map(|tools| Options { tools, ..options })).await
        }
    };
    let contract = "(task :string, tools [:string], context :map = {}) -> {:summary :string :refs :map}";
    Tool::process("spawn_agent", announce, run).description(description).constant_spec(contract)
}

/// The tools of the sets that a call names.
fn chosen(arguments: &Value, sets: &IndexMap<String, Vec<Tool>>) -> Result<Vec<Tool>, ToolError> {
    let mut tools: IndexMap<String, Tool> = IndexMap::new();
    for name in arguments.get("tools").into_iter().flat_map(Iter::ready) {
        let name = name.as_name().unwrap_or_default().to_owned();
        let Some(set) = sets.get(&name) else {
            let near = nearest(&name, sets.keys().map(String::as_str));
            let near = near.map(|near| format!("; did you mean {near}?")).unwrap_or_default();
            let all: Vec<&str> = sets.keys().map(String::as_str).collect();
            return Err(ToolError(format!("there is no set of tools {name:?}{near} (there are {})", all.join(", "))));
        };
        tools.extend(set.iter().map(|tool| (tool.name.clone(), tool.clone())));
    }
    Ok(tools.into_values().collect())
}
