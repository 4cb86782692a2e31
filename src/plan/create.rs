//! `create_plan`: the tool through which a planner hands in its plan.

use super::Plan;
use super::check::{Known, check};
use crate::contract::{Effect, ToolSpec};
use crate::lisp::value::{Value, to_value};
use crate::tool::{Access, Tool, ToolError};

const CONTRACT: &str = "(goal :string = \"\", steps [{:id :string :task :string :tools [:string]? :needs [:string]? :output :any?}]) \
                        -> {:status :string :steps :int :plan :map}";

/// The tool through which a planner hands in its plan, whose steps can name these tools. A plan with something wrong in
/// it is an error that says all of it, so that the planner can put it right; otherwise the plan comes back under `:plan`.
///
/// ```
/// use ptc::model::Scripted;
/// use ptc::{Options, Plan, Refs, Tool, create_plan, delegate};
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// let deploy = Tool::new("deploy", |_| Ok("deployed".into())).spec("(service :string) -> :string")?;
/// let model = Scripted::new([
///     "```clojure\n(tool/create_plan {:steps [{:id :web :task \"Deploy web\" :tools [\"deply\"]}]})\n```",
///     "```clojure\n(tool/create_plan {:steps [{:id :web :task \"Deploy web\" :tools [\"deploy\"]}]})\n```",
///     "There is a plan.",
/// ]);
/// let planner = Options::new(model)
///     .tools([create_plan(["deploy"])])
///     .tool_catalog([deploy])
///     .refs(Refs::new().path("plan", "plan").required());
/// let outcome = delegate("Plan the release", planner).await?;
/// assert!(outcome.trace[0].error.as_ref().is_some_and(|error| error.contains("did you mean")));
/// assert_eq!(Plan::from_value(&outcome.refs["plan"])?.steps[0].id, "web");
/// # Ok::<(), Box<dyn std::error::Error>>(()) })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn create_plan<N: Into<String>>(tools: impl IntoIterator<Item = N>) -> Tool {
    let tools: Vec<String> = tools.into_iter().map(Into::into).collect();
    let tool = Tool::new("create_plan", move |arguments| {
        let plan = Plan::from_value(arguments).map_err(ToolError::new)?;
        let known = Known { tools: Some(tools.iter().map(String::as_str).collect()), context: Vec::new() };
        check(&plan, &known).map_err(|error| {
            let problems: Vec<String> = error.problems.iter().map(|problem| format!("\n- {problem}")).collect();
            ToolError(format!("the plan cannot be carried out:{}", problems.concat()))
        })?;
        Ok(Value::map([
            (Value::keyword("status"), Value::text("success")),
            (Value::keyword("steps"), i64::try_from(plan.steps.len()).unwrap_or(i64::MAX).into()),
            (Value::keyword("plan"), to_value(&plan).map_err(ToolError::new)?),
        ]))
    });
    let spec = ToolSpec::constant(CONTRACT).effect(Effect::Read);
    let spec = spec
        .about("steps", "each is the task of an agent of its own; :tools are those it needs of the ones for planning")
        .description(
            "Hands in a plan. A step sees the result of each step it :needs as ctx/id, and each field of its :output as \
             ctx/field; :output is a contract such as {:ids [:int]}",
        );
    Tool { access: Access::Read, ..tool.with_spec(spec) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_are_contracts_as_text_or_data_or_words() {
        let outputs = |edn: &str| {
            let value = super::super::steps::edn(edn).expect("EDN");
            let plan = Plan::from_value(&value).expect("a plan");
            plan.steps.into_iter().map(|step| step.output.map(|output| output.kind())).collect::<Vec<_>>()
        };
        let kinds = outputs(
            "{:steps [{:id :a :task \"x\" :tools nil :output {:ids [:int]}} {:id \"b\" :task \"x\" :output \"{:ids [:int]}\"}
                      {:id :c :task \"x\" :output {:ids \"the ids\"}} {:id :d :task \"x\" :output nil}]}",
        );
        let shown: Vec<String> = kinds.into_iter().flatten().map(|kind| kind.expect("a type").to_string()).collect();
        assert_eq!(shown, ["{:ids [:int]}", "{:ids [:int]}", "{:ids :any}"]);
    }
}
