//! Agents from Rust: typed tools, closures as models and refs, results as types, agents as tools of others.
#![cfg(feature = "agent")]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ptc::agent::Prompt;
use ptc::contract::{ToolSpec, Type};
use ptc::lisp::limits::Limits;
use ptc::lisp::value::parse_json;
use ptc::model::{Message, ModelError, ModelErrorKind, ModelOptions, Reply, Request, Role, Scripted, Tokens};
use ptc::tool::{Access, Call, Validation};
use ptc::trace::Verdict;
use ptc::{Budget, DelegateError, Options, Outcome, Refs, Tool, ToolError, Value, as_tool, delegate, spawn_agent};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// A model that writes this program, then answers, in whatever process it is asked.
fn program(text: &str) -> impl ptc::model::Model + use<> {
    let block = format!("```clojure\n{text}\n```");
    move |request: Request| {
        let reply = if request.turn == 1 { block.clone() } else { "done".into() };
        async move { Ok::<_, ModelError>(Reply::text(reply)) }
    }
}

async fn run(text: &str, tool: Tool) -> Outcome {
    delegate("use the tool", Options::new(program(text)).tools([tool])).await.expect("an outcome")
}

fn failed(result: Result<Outcome, DelegateError>) -> DelegateError {
    match result {
        Ok(outcome) => panic!("it did not fail: {}", outcome.result),
        Err(error) => error,
    }
}

/// What was told after the first turn.
fn told(outcome: &Outcome) -> String {
    let messages = &outcome.trace[1].messages;
    messages.last().map(|message| message.content.to_string()).unwrap_or_default()
}

#[derive(Debug, Deserialize, Serialize, JsonSchema, PartialEq, Clone, Copy)]
#[serde(rename_all = "kebab-case")]
enum Order {
    ByDate,
    BySize,
}

#[derive(Deserialize, JsonSchema)]
struct Range {
    from: i64,
    to: Option<i64>,
}

/// Searches the mail.
#[derive(Deserialize, JsonSchema)]
struct Search {
    /// What to look for.
    query: String,
    limit: Option<u32>,
    #[serde(default = "by_date")]
    order: Order,
    range: Option<Range>,
    #[serde(default)]
    tags: Vec<String>,
}

fn by_date() -> Order {
    Order::ByDate
}

#[derive(Debug, Serialize, Deserialize, JsonSchema, PartialEq)]
struct Hit {
    id: u64,
    title: String,
    order: Order,
    score: Option<f64>,
    places: BTreeMap<String, Vec<u32>>,
}

fn search(arguments: Search) -> Result<Vec<Hit>, String> {
    if arguments.query.is_empty() {
        return Err("the query is empty".into());
    }
    let range = arguments.range.map_or(0, |range| range.from + range.to.unwrap_or(100));
    let hit = |id| Hit {
        id,
        title: format!("{} {range} {}", arguments.query, arguments.tags.join(",")),
        order: arguments.order,
        score: (id == 1).then_some(0.5),
        places: BTreeMap::from([("body".to_owned(), vec![1, 2])]),
    };
    Ok((0..u64::from(arguments.limit.unwrap_or(1))).map(hit).collect())
}

#[tokio::test]
async fn typed_tool_from_function() {
    let tool = Tool::typed("search", search);
    assert_eq!(
        tool.signature(),
        "search(query :string, limit :int?, order (\"by-date\" | \"by-size\") = \"by-date\", \
         range {:from :int :to :int?}?, tags [:string] = []) -> \
         [{:id :int :title :string :order (\"by-date\" | \"by-size\") :score :float? :places {* [:int]}}]"
    );
    assert_eq!(tool.description.as_deref(), Some("Searches the mail."));
    let text = "(tool/search {:query \"x\" :limit 2 :order :by-size :range {:from 1 :to 2} :tags [\"a\" \"b\"]})";
    let outcome = run(text, tool).await;
    let hits: Vec<Hit> = outcome.result_as().expect("hits");
    assert_eq!(hits.len(), 2);
    assert_eq!((hits[0].title.as_str(), hits[1].order), ("x 3 a,b", Order::BySize));
    let system = outcome.trace[0].system.as_deref().expect("a prompt");
    assert!(system.contains(":query What to look for."), "{system}");
}

#[tokio::test]
async fn typed_tool_fills_serde_defaults() {
    let outcome = run("(first (tool/search {:query \"x\" :range {:from 1}}))", Tool::typed("search", search)).await;
    let hit: Hit = outcome.result_as().expect("a hit");
    assert_eq!((hit.title.as_str(), hit.order, hit.score), ("x 101 ", Order::ByDate, None));
}

#[tokio::test]
async fn typed_tool_refuses_arguments_before_the_call() {
    let outcome = run(
        "(tool/search {:query 5 :order \"by-dat\" :range {:to \"x\"}})",
        Tool::typed("search", |_: Search| -> Result<u32, String> { panic!("it was reached") }),
    )
    .await;
    let told = told(&outcome);
    for line in [
        "- query: expected string, got integer 5",
        "- order: expected one of \"by-date\", \"by-size\", got string \"by-dat\"; did you mean \"by-date\"?",
        "- range.from: missing, expected integer",
        "- range.to: expected integer, got string \"x\"",
    ] {
        assert!(told.contains(line), "{line} is not in\n{told}");
    }
}

#[tokio::test]
async fn typed_tool_error_reaches_the_program() {
    let outcome =
        run("(try (tool/search {:query \"\"}) (catch Exception e (ex-message e)))", Tool::typed("search", search))
            .await;
    assert_eq!(outcome.result, Value::text("search: the query is empty"));
}

#[tokio::test]
async fn typed_async_tool_from_function() {
    #[derive(Deserialize, JsonSchema)]
    struct Wait {
        millis: u64,
    }
    let tool = Tool::typed_async("wait", |Wait { millis }: Wait| async move {
        tokio::time::sleep(Duration::from_millis(millis)).await;
        if millis > 5 { Err(format!("{millis} is long")) } else { Ok(millis) }
    });
    assert_eq!(tool.signature(), "wait(millis :int) -> :int");
    let text = "(pmap (fn [n] (try (tool/wait {:millis n}) (catch Exception e (ex-message e)))) [5 1 7])";
    let outcome = run(text, tool).await;
    assert_eq!(outcome.result.to_string(), r#"(5 1 "wait: 7 is long")"#);
}

#[tokio::test]
async fn idempotency_key_is_unique_per_call() {
    let keys: Arc<Mutex<Vec<String>>> = Arc::default();
    let seen = keys.clone();
    let tool = Tool::asynchronous("pay", move |call: Call| {
        seen.lock().expect("no panic").push(call.idempotency_key);
        async { Ok(Value::Nil) }
    });
    let child = as_tool(Options::new(program("(tool/pay {})")).tools([tool.clone()]).name("child"));
    let options = Options::new(program("(tool/pay {}) (tool/pay {}) (tool/child {:task \"t\"})")).tools([tool, child]);
    delegate("pay", options.clone()).await.expect("an outcome");
    let first = std::mem::take(&mut *keys.lock().expect("no panic"));
    let (run, _) = first[0].split_once(':').expect("a run and a place");
    assert_eq!(first, ["main:1:0", "main:1:1", "main/child#1:1:0"].map(|place| format!("{run}:{place}")));

    // Neither another run nor another task of the same process has the same ones.
    let mut session = ptc::agent::Session::start(&options).await.expect("a session");
    session.run("pay").await.expect("an outcome");
    session.run("pay again").await.expect("an outcome");
    let later = keys.lock().expect("no panic").clone();
    let all: std::collections::BTreeSet<&String> = first.iter().chain(&later).collect();
    assert_eq!((later.len(), all.len()), (6, 9), "{all:?}");
}

#[tokio::test]
async fn closure_model_sees_the_whole_request() {
    let requests: Arc<Mutex<Vec<Request>>> = Arc::default();
    let seen = requests.clone();
    let model = move |request: Request| {
        let reply = match request.turn {
            1 => "(+ 40 2)".to_owned(),
            _ => format!("They told me: {}", request.last_user().contains("42")),
        };
        seen.lock().expect("no panic").push(request);
        async move { Ok(Reply { text: reply, tokens: Tokens { input: 10, output: 2, cached: 5 } }) }
    };
    let options = Options::new(model)
        .tools([Tool::new("a", |_| Ok(1.into()))])
        .tool_catalog([Tool::new("b", |_| Ok(1.into()))])
        .model_options(ModelOptions { max_tokens: Some(7), ..ModelOptions::default() });
    let outcome = delegate("add", options).await.expect("an outcome");
    assert_eq!(outcome.summary, "They told me: true");
    assert_eq!(outcome.usage.total_tokens, 24);
    assert_eq!(outcome.usage.cached_tokens, 10);
    let requests = requests.lock().expect("no panic");
    let first = &requests[0];
    assert_eq!((first.path.as_str(), first.turn, &*first.task), ("main", 1, "add"));
    assert_eq!(first.messages, [Message { role: Role::User, content: "add".into() }]);
    assert_eq!((&first.tool_names, first.options.max_tokens), (&vec!["a".to_owned()], Some(7)));
    assert_eq!(first.system, requests[1].system);
    assert!(std::sync::Arc::ptr_eq(&first.task, &requests[1].task), "turns share the task");
}

#[tokio::test]
async fn refs_closure() {
    let refs = Refs::new()
        .closure("last", |result| Some(result.to_string().len().into()))
        .typed(Type::Int)
        .closure("none", |_| None)
        .path("first", "[0]")
        .required();
    let outcome = delegate("ids", Options::new(program("[7 8]")).refs(refs)).await.expect("an outcome");
    assert_eq!(outcome.refs.keys().collect::<Vec<_>>(), ["last", "none", "first"]);
    assert_eq!(
        (&outcome.refs["last"], &outcome.refs["none"], &outcome.refs["first"]),
        (&5.into(), &Value::Nil, &7.into())
    );
}

#[tokio::test]
async fn refs_take_without_an_agent() {
    let refs = Refs::new().path("city", "customer.address.city").lisp("items", "(count (:items result))").required();
    let order = parse_json(r#"{"customer": {"address": {"city": "Wien"}}, "items": [1, 2]}"#).expect("JSON");
    let found = refs.extract(&order).expect("refs");
    assert_eq!((&found["city"], &found["items"]), (&Value::text("Wien"), &2.into()));
    let problem = refs.extract(&Value::keyword("x")).map(|_| ());
    assert!(problem.is_ok(), "the count of nothing is 0: {problem:?}");
}

#[tokio::test]
async fn outcome_result_as_rust_type() {
    #[derive(Debug, Deserialize, PartialEq)]
    struct Count {
        total: u32,
        names: Vec<String>,
    }
    let options = || Options::new(program("(return {:total 2 :names [:a \"b\"]})"));
    let outcome = delegate("count", options()).await.expect("an outcome");
    assert_eq!(outcome.result_as::<Count>().expect("a count"), Count { total: 2, names: vec!["a".into(), "b".into()] });
    assert!(outcome.result_as::<Vec<u32>>().is_err());

    let outcome = delegate("count", Options::new(program("(return inc)"))).await.expect("an outcome");
    assert!(outcome.result_as::<Json>().is_err_and(|error| error.to_string().contains("result")));
}

#[tokio::test]
async fn options_builder_sets_every_option() {
    let events = Arc::new(Mutex::new(Vec::new()));
    let seen = events.clone();
    let options = Options::new(program("(return {:n ctx/n})"))
        .context(Value::map([(Value::keyword("n"), 1.into())]))
        .with_context("n", 2)
        .signature("-> {:n :int}")
        .expect("a signature")
        .max_turns(1)
        .max_ref_retries(0)
        .overlap_reads(4)
        .program_timeout(Duration::from_secs(1))
        .limits(Limits { max_steps: 10_000, ..Limits::default() })
        .budget(Budget { turns: Some(1), ..Budget::default() })
        .tool_validation(Validation::Strict)
        .prompt(Prompt { persona: Some("You count.".into()), appendix: "The end.".into(), ..Prompt::default() })
        .description("counts")
        .observer(move |event| {
            seen.lock().expect("no panic").push(event.path.clone());
            Verdict::Continue
        });
    let outcome = delegate("count", options).await.expect("an outcome");
    assert_eq!(outcome.result.to_string(), "{:n 2}");
    let system = outcome.trace[0].system.as_deref().expect("a prompt");
    assert!(system.starts_with("You count.\n") && system.ends_with("The end.\n"), "{system}");
    assert!(events.lock().expect("no panic").iter().all(|path| path == "main"));
}

#[tokio::test]
async fn delegate_without_model_is_config_error() {
    let error = failed(delegate("go", Options::default()).await);
    assert_eq!((error.kind.name(), error.trace.len()), ("config-error", 0));
    assert!(error.message.contains("no model"), "{error:?}");
}

#[tokio::test]
async fn duplicate_tools_are_config_error() {
    for (one, other) in [("send", "send"), ("send", "Send"), ("send", "sеnd"), ("send", ""), ("send", "a b")] {
        let tools = [one, other].map(|name| Tool::new(name, |_| Ok(1.into())));
        let error = failed(delegate("go", Options::new(program("1")).tools(tools)).await);
        assert_eq!((error.kind.name(), error.usage.requests), ("config-error", 0), "{other}");
    }
}

#[tokio::test]
async fn delegate_error_has_reason_usage_and_trace() {
    let error = failed(delegate("go", Options::new(program("(fail {:code 404})"))).await);
    assert_eq!(error.kind.name(), "fail");
    assert_eq!(error.reason.as_ref().map(ToString::to_string).as_deref(), Some("{:code 404}"));
    assert_eq!((error.usage.requests, error.usage.total_runs), (1, 1));
    assert_eq!(error.trace[0].program.as_deref(), Some("(fail {:code 404})"));

    let model = |_: Request| async { Err::<Reply, _>(ModelError::new(ModelErrorKind::Auth, "no key")) };
    let error = failed(delegate("go", Options::new(model)).await);
    assert_eq!((error.kind.name(), error.trace[0].error.as_deref()), ("model-error", Some("auth: no key")));
}

#[tokio::test]
async fn sub_agent_model_defaults_to_the_parents() {
    let own = as_tool(Options::new(Scripted::new(Vec::<&str>::new()).process("main/own#1", ["mine"])).name("own"));
    let heir = as_tool(Options::default().name("heir"));
    let source = "```clojure\n(mapv (fn [f] (:summary (f {:task \"speak\"}))) [tool/own tool/heir])\n```";
    let model = Scripted::new([source, "done"]).process("main/heir#1", ["my parent's"]);
    let outcome = delegate("both", Options::new(model).tools([own, heir])).await.expect("an outcome");
    assert_eq!(outcome.result.to_string(), r#"["mine" "my parent's"]"#);
}

#[tokio::test]
async fn spawn_agent_has_only_its_tool_sets() {
    let tool = |name: &str| Tool::new(name, |_| Ok(1.into()));
    let spawn = spawn_agent(Options::default(), [("mail", vec![tool("list")]), ("bank", vec![tool("pay")])]);
    let source = "```clojure\n(mapv (fn [sets] (try (:summary (tool/spawn_agent {:task \"pay\" :tools sets}))
                                               (catch Exception e (ex-message e))))
                         [[\"mail\"] [\"mial\"]])\n```";
    let child = "```clojure\n(tool/list)\n(tool/pay)\n```";
    let model = Scripted::new([source, "done"]).process("main/spawn_agent#1", [child, "I have no such tool."]);
    let outcome = delegate("pay", Options::new(model).tools([spawn, tool("pay")])).await.expect("an outcome");
    let text = outcome.result.to_string();
    assert!(text.starts_with("[\"I have no such tool.\" "), "{text}");
    assert!(text.contains("did you mean mail? (there are mail, bank)"), "{text}");
    let trace = &outcome.trace[0].tool_calls[0].children[0].turns[0];
    assert!(trace.error.as_ref().is_some_and(|error| error.contains("pay")), "{trace:?}");
}

#[tokio::test]
async fn sub_agent_contract_checks_context_and_refs() {
    let child = Options::default()
        .name("finder")
        .description("Finds mails")
        .refs(Refs::new().path("ids", "[*].id").typed(Type::list(Type::Int)).required())
        .with_context("kept", 1);
    let child = as_tool(child);
    assert_eq!(
        child.signature(),
        "finder: agent(task :string, context :map?) -> {:summary :string :refs {:ids [:int]}}"
    );
    let block = |text: &str| format!("```clojure\n{text}\n```");
    let model = Scripted::new([
        block("(tool/finder {:task \"find\" :context {:more [1 {:id 2}]}})"),
        block("(let [{:keys [result refs trace]} ctx/last-result] [result (:ids refs) (count trace)])"),
        "done".into(),
    ])
    .process("main/finder#1", [block("[{:id ctx/kept} (nth ctx/more 1)]"), "found".into()]);
    let outcome = delegate("find", Options::new(model).tools([child])).await.expect("an outcome");
    assert_eq!(outcome.result.to_string(), "[[{:id 1} {:id 2}] [1 2] 2]");
    let told = told(&outcome);
    assert!(told.contains(":summary \"found\"") && !told.contains(":trace"), "{told}");
}

#[tokio::test]
async fn access_above_the_process_is_refused() {
    let admin = Tool { access: Access::Admin, ..Tool::new("reboot", |_| Ok(1.into())) };
    let child = as_tool(Options::new(program("(tool/reboot {})")).tools([admin.clone()]).name("child").max_turns(1));
    let text = "[(tool/reboot {}) (try (tool/child {:task \"t\"}) (catch Exception e (ex-message e)))]";
    let outcome = delegate("go", Options::new(program(text)).tools([admin, child])).await.expect("an outcome");
    let text = outcome.result.to_string();
    assert!(text.contains("reboot needs admin access, and this process has write access"), "{text}");
}

#[tokio::test]
async fn tool_spec_builder() {
    let spec = ToolSpec::new().parameter("n", Type::Int).optional("by", Type::Int, 2).returns(Type::Int);
    let tool = Tool::new("times", |arguments: &Value| {
        let get = |name: &str| match arguments.get(name) {
            Some(Value::Int(n)) => Ok(*n),
            _ => Err(ToolError::new("no number")),
        };
        Ok(Value::from(get("n")? * get("by")?))
    })
    .with_spec(spec);
    assert_eq!(run("[(tool/times {:n 4}) (tool/times {:n \"4\" :by 3.0})]", tool).await.result.to_string(), "[8 12]");
}

/// Prices at which a reply of 1,000 tokens read and 100 written costs a cent.
fn prices() -> ptc::model::Prices {
    [("scripted", ptc::model::Price::new(5.0, 50.0))].into_iter().collect()
}

fn costly(text: &str) -> Reply {
    Reply { text: text.into(), tokens: Tokens { input: 1000, output: 100, cached: 0 } }
}

#[tokio::test]
async fn usage_has_cost_where_prices_are_known() {
    let script = || Scripted::new([costly("```clojure\n(+ 1 2)\n```"), costly("Three.")]);
    let priced = Options::new(script()).budget(Budget { prices: prices(), ..Budget::default() });
    let outcome = delegate("add", priced).await.unwrap();
    assert_eq!((outcome.usage.cost, outcome.trace[0].usage.unwrap().cost), (Some(0.02), Some(0.01)));
    let outcome = delegate("add", Options::new(script())).await.unwrap();
    assert_eq!(outcome.usage.cost, None);
}

#[tokio::test]
async fn budget_cost_bounds_the_whole_tree() {
    let script = Scripted::new([costly("```clojure\n(tool/helper {:task \"add\"})\n```"), costly("never")])
        .process("main/helper#1", [costly("```clojure\n1\n```"), costly("never")]);
    let budget = Budget { cost: Some(0.02), prices: prices(), ..Budget::default() };
    let helper = as_tool(Options::default().name("helper"));
    let error = delegate("add", Options::new(script).tools([helper]).budget(budget)).await.err().unwrap();
    let message = error.to_string();
    assert!(message.starts_with("the budget of the whole run is spent: budget.cost is 0.02, and 0.02"), "{message}");
    assert_eq!(error.usage.requests, 2);
}

#[tokio::test]
async fn budget_cost_needs_prices() {
    let budget = Budget { cost: Some(1.0), ..Budget::default() };
    let error = delegate("add", Options::new(Scripted::new(["hi"])).budget(budget)).await.err().unwrap();
    assert_eq!(error.kind.name(), "config-error");
    assert!(error.message.contains("no price for scripted"), "{error}");
}
