//! Tools that are not all shown: found by programs, or chosen beforehand by an agent of their own.

use std::sync::Arc;

use super::prompt::described;
use super::{DelegateError, Options, delegate};
use crate::contract::{Effect, ToolSpec, Type};
use crate::lisp::text::nearest;
use crate::lisp::value::{Iter, Value};
use crate::tool::{Access, Index, Tool, ToolError};

/// What a registry can be asked.
struct Registry {
    tools: Vec<Tool>,
    index: Index,
}

impl Registry {
    fn new(tools: Vec<Tool>) -> Arc<Self> {
        let index = Index::new(tools.iter());
        Arc::new(Self { tools, index })
    }

    fn get(&self, name: &str) -> Result<&Tool, ToolError> {
        self.tools.iter().find(|tool| tool.name == name).ok_or_else(|| {
            let near = nearest(name, self.tools.iter().map(|tool| tool.name.as_str()));
            let near = near.map(|near| format!("; did you mean {near:?}?")).unwrap_or_default();
            ToolError(format!("there is no tool {name:?}{near} (apropos finds tools by what they do)"))
        })
    }
}

/// A tool that looks into the registry.
fn asking(
    name: &str,
    contract: &str,
    about: String,
    answer: impl Fn(&Value) -> Result<Value, ToolError> + Send + Sync + 'static,
) -> Tool {
    let spec = ToolSpec::parse(contract).unwrap_or_default().effect(Effect::Read).description(about);
    Tool { access: Access::Read, ..Tool::new(name, answer).with_spec(spec) }
}

fn text<'a>(arguments: &'a Value, name: &str) -> &'a str {
    arguments.get(name).and_then(Value::as_name).unwrap_or_default()
}

/// `apropos` and `describe-tool` over these tools.
pub(super) fn tools(tools: Vec<Tool>) -> [Tool; 2] {
    let registry = Registry::new(tools);
    [apropos(&registry), describe(&registry)]
}

fn apropos(registry: &Arc<Registry>) -> Tool {
    let registry = registry.clone();
    let about = format!(
        "Finds tools among {} that are not listed here, by words of what they do; each can be called as (tool/name {{…}})",
        registry.tools.len()
    );
    asking("apropos", "(text :string, limit :int = 10) -> [{:name :string :about :string}]", about, move |arguments| {
        let limit = match arguments.get("limit") {
            Some(Value::Int(limit)) => usize::try_from(*limit).unwrap_or(0),
            _ => 10,
        };
        let found = registry.index.search(text(arguments, "text"), limit);
        let shown = found.into_iter().filter_map(|at| registry.tools.get(at)).map(|tool| {
            let about = tool.description.clone().unwrap_or_else(|| tool.signature());
            Value::map([
                (Value::keyword("name"), Value::text(&tool.name)),
                (Value::keyword("about"), Value::text(about)),
            ])
        });
        Ok(Value::vector(shown.collect()))
    })
}

fn describe(registry: &Arc<Registry>) -> Tool {
    let registry = registry.clone();
    let about = "The contract of a tool, what it does, and how it is called".to_owned();
    asking("describe-tool", "(name :string) -> :string", about, move |arguments| {
        Ok(Value::text(described(registry.get(text(arguments, "name"))?)))
    })
}

/// The tool by which the discovery agent says what it has found.
fn select(registry: &Arc<Registry>) -> Tool {
    let registry = registry.clone();
    let about = "Selects the tools of these names; its value is your result".to_owned();
    asking("select-tools", "(names [:string]) -> [:string]", about, move |arguments| {
        let names = arguments.get("names").cloned().unwrap_or_default();
        for name in Iter::ready(&names) {
            registry.get(name.as_name().unwrap_or_default())?;
        }
        Ok(names)
    })
}

/// Lets an agent choose, of the tools in the options, those that a task needs. The agent sees no tool but those that look
/// into the registry, and calls none of what it finds; the task itself is then for [`delegate`], with what was chosen.
///
/// ```
/// use ptc::{Options, Tool, agent::choose_tools, model::Scripted};
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// let registry = ["get_expenses", "sum_by", "send_mail"].map(|name| Tool::new(name, |_| Ok(1.into())));
/// let model = Scripted::new([
///     "```clojure\n(tool/apropos {:text \"expenses\"})\n```",
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
    let registry = Registry::new(options.tools.iter().filter(|tool| !tool.for_planning).cloned().collect());
    let tools = vec![apropos(&registry), describe(&registry), select(&registry)];
    let signature = Some(Type::list(Type::String));
    let options = Options { tools, signature, refs: super::Refs::new(), discovery: false, ..options };
    let task = format!(
        "Which tools does this task need? Look for them with apropos, in several words; then return what select-tools gives. \
         Do not do the task.\n\nThe task: {task}"
    );
    let outcome = delegate(&task, options).await?;
    let names: Vec<Value> = Iter::ready(&outcome.result).collect();
    let named = |tool: &&Tool| names.iter().any(|name| name.as_name() == Some(&tool.name));
    Ok(registry.tools.iter().filter(named).cloned().collect())
}
