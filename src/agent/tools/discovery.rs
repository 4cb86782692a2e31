//! Choosing tools: an agent of its own finds those that a task needs.

use std::sync::Arc;

use crate::agent::{DelegateError, Options, delegate};
use crate::contract::{Effect, ToolSpec, Type};
use crate::lisp::text::nearest;
use crate::lisp::value::{Iter, Value};
use crate::tool::{Access, Tool, ToolError};

/// The tool by which the agent says what it has found.
pub(super) fn select(registry: Arc<Vec<Tool>>) -> Tool {
    let about = "Selects the tools of these names; its value is your result";
    let spec = ToolSpec::constant("(names [:string]) -> [:string]").effect(Effect::Read);
    let select = Tool::new("select-tools", move |arguments| {
        let names = arguments.get("names").cloned().unwrap_or_default();
        let names = Iter::ready(&names).map(|name| {
            let name = name.as_name().unwrap_or_default();
            let name = name.strip_prefix("tool/").unwrap_or(name);
            if registry.iter().any(|tool| tool.name == name) {
                return Ok(Value::text(name));
            }
            let near = nearest(name, registry.iter().map(|tool| tool.name.as_str()));
            let near = near.map(|near| format!("; did you mean {near:?}?")).unwrap_or_default();
            Err(ToolError(format!("there is no tool {name:?}{near} (apropos finds tools by what they do)")))
        });
        Ok(Value::vector(names.collect::<Result<Vec<Value>, ToolError>>()?))
    });
    Tool { access: Access::Read, ..select.with_spec(spec).description(about) }
}

/// Lets an agent choose, of the tools in the options, those that a task needs. The agent looks into the registry by
/// `(apropos "words")` and `(describe-tool "name")`, and calls none of what it finds; the task itself is then for [`delegate`],
/// with what was chosen.
///
/// ```
/// use ptc::{Options, Tool, agent::choose_tools, model::Scripted};
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// let registry = ["get_expenses", "sum_by", "send_mail"].map(|name| Tool::new(name, |_| Ok(1.into())));
/// let model = Scripted::new([
///     "```clojure\n(apropos \"expenses\")\n```",
///     "```clojure\n(return (tool/select-tools {:names [\"get_expenses\"]}))\n```",
/// ]);
/// let chosen = choose_tools("Analyze the travel expenses", Options::new(model).tools(registry)).await?;
/// assert_eq!(chosen[0].name, "get_expenses");
/// # Ok::<(), Box<dyn std::error::Error>>(()) })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As [`delegate`].
pub async fn choose_tools(task: &str, options: Options) -> Result<Vec<Tool>, DelegateError> {
    let registry: Arc<Vec<Tool>> = Arc::new(options.tools.iter().filter(|tool| !tool.for_planning).cloned().collect());
    let signature = Some(Type::list(Type::String));
    let hides = |tool: &Tool| tool.for_planning;
    let mut options = Options { tools: Vec::new(), signature, refs: crate::agent::Refs::new(), hides, ..options };
    options.settings.discovery = false;
    let options = options.tools([select(registry.clone())]).tool_catalog(registry.iter().cloned());
    let task = format!(
        "Which tools does this task need? Look for them with apropos, in several words; then return what select-tools gives. \
         Do not do the task.\n\nThe task: {task}"
    );
    let outcome = delegate(&task, options).await?;
    let names: Vec<Value> = Iter::ready(&outcome.result).collect();
    let named = |tool: &&Tool| names.iter().any(|name| name.as_name() == Some(&tool.name));
    Ok(registry.iter().filter(named).cloned().collect())
}
