//! `#[ptc::tool]`: functions that are tools, called by programs.
#![cfg(all(feature = "macros", feature = "agent"))]

use std::collections::BTreeMap;
use std::time::Duration;

use ptc::contract::Effect;
use ptc::model::Scripted;
use ptc::tool::Access;
use ptc::{Options, Sandbox, Tool, Value, delegate};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Order {
    Newest,
    Oldest,
}

#[derive(Serialize, JsonSchema)]
struct Hit {
    id: u32,
    title: String,
}

/// Searches the library.
///
/// It knows owls only.
#[ptc::tool(effect = "read", timeout = "200ms", cacheable)]
async fn search(
    /// Words to look for.
    query: String,
    #[default = 10] mut limit: u32,
    #[default = "any"] shelf: String,
    #[default = Order::Newest] order: Order,
    #[serde(rename = "in-folder")] folder: Option<String>,
) -> Result<Vec<Hit>, std::io::Error> {
    if query == "for ever" {
        std::future::pending::<()>().await;
    }
    if query != "owls" {
        return Err(std::io::Error::other(format!("nothing on {query}")));
    }
    limit = limit.min(2);
    let first = if matches!(order, Order::Newest) { 7 } else { 1 };
    let title = format!("{shelf}/{}", folder.unwrap_or_default());
    Ok((first..first + limit).map(|id| Hit { id, title: title.clone() }).collect())
}

/// Adds.
#[ptc::tool(name = "sum-of")]
fn sum(numbers: Vec<i64>, weights: Option<BTreeMap<String, i64>>) -> i64 {
    numbers.iter().sum::<i64>() + weights.into_iter().flatten().map(|(_, weight)| weight).sum::<i64>()
}

#[ptc::tool]
async fn wait() {}

#[ptc::tool]
fn fails(r#type: String) -> Result<(), String> {
    Err(format!("no {type}"))
}

#[test]
fn contracts_come_from_functions() {
    for (tool, signature) in [
        (
            search::tool(),
            "search(query :string, limit :int = 10, shelf :string = \"any\", order (\"newest\" | \"oldest\") = \"newest\", \
             in-folder :string?) -> [{:id :int :title :string}]",
        ),
        (sum::tool(), "sum-of(numbers [:int], weights {* :int}?) -> :int"),
        (wait::tool(), "wait()"),
        (fails::tool(), "fails(type :string)"),
    ] {
        assert_eq!(tool.signature(), signature);
    }
}

#[test]
fn what_is_said_of_a_function_is_said_of_the_tool() {
    let tool = search::tool();
    assert_eq!(tool.description.as_deref(), Some("Searches the library.\n\nIt knows owls only."));
    let spec = tool.spec_of().unwrap();
    assert_eq!(spec.signature.parameter("query").unwrap().description.as_deref(), Some("Words to look for."));
    assert_eq!((spec.effect, spec.timeout, spec.cacheable), (Effect::Read, Some(Duration::from_millis(200)), true));
    assert_eq!(tool.access, Access::Read);
    let tool = sum::tool();
    let spec = tool.spec_of().unwrap();
    assert_eq!((spec.effect, spec.timeout, spec.cacheable, tool.access), (Effect::Write, None, false, Access::Write));
}

#[test]
fn programs_call_functions() {
    let mut sandbox = Sandbox::new().tools([sum::tool(), fails::tool()]);
    assert_eq!(sandbox.eval("(tool/sum-of {:numbers [1 2] :weights {:a 4}})").unwrap(), Value::from(7));
    let error = sandbox.eval("(tool/fails {:type \"way\"})").unwrap_err();
    assert_eq!(error.message, "fails: no way");
}

#[tokio::test]
async fn agents_call_async_functions() {
    let ask = async |program: &str| {
        let model = Scripted::new([format!("```clojure\n{program}\n```"), "Done.".into()]);
        let tools: [Tool; 2] = [search::tool(), wait::tool()];
        let outcome = delegate("look", Options::new(model).tools(tools).max_turns(2)).await;
        outcome.map_or_else(|error| error.to_string(), |outcome| outcome.result.to_string())
    };
    let found = ask("(do (tool/wait) (mapv :id (tool/search {:query \"owls\" :order \"oldest\"})))").await;
    assert_eq!(found, "[1 2]");
    let found = ask("(:title (first (tool/search {:query \"owls\" :in-folder \"birds\"})))").await;
    assert_eq!(found, "\"any/birds\"");
    let caught = "(try (tool/search {:query \"QUERY\"}) (catch Exception e (ex-message e)))";
    assert_eq!(ask(&caught.replace("QUERY", "cats")).await, "\"search: nothing on cats\"");
    assert_eq!(ask(&caught.replace("QUERY", "for ever")).await, "\"search: no result within 200ms\"");
}

#[tokio::test]
async fn functions_stay_functions() {
    assert_eq!(sum(vec![1, 2], None), 3);
    assert_eq!(search("owls".into(), 1, "a".into(), Order::Oldest, None).await.unwrap()[0].title, "a/");
}
