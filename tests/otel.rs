//! Traces for OpenTelemetry against a collector on this machine.
#![cfg(feature = "otel")]

#[allow(dead_code)]
mod stub;

use std::collections::BTreeMap;

use ptc::model::{ModelError, ModelErrorKind, Price, Reply, Scripted, Tokens};
use ptc::trace::Otel;
use ptc::{Budget, Options, Tool, ToolError, Value, as_tool, delegate};
use serde_json::{Value as Json, json};
use stub::{Act, Server, ok};

fn collector(acts: Vec<Act>) -> (Server, Otel) {
    let server = Server::start(acts);
    let otel = Otel::new(server.url.trim_end_matches("/v1")).unwrap().service("tests").header("x-key", "k3y");
    (server, otel)
}

/// The spans of a request by their names, attributes made plain.
fn spans(body: &Json) -> BTreeMap<String, Json> {
    let spans = body["resourceSpans"][0]["scopeSpans"][0]["spans"].as_array().unwrap();
    let plain = |span: &Json| {
        let mut span = span.clone();
        let attributes = span["attributes"].as_array().unwrap().iter();
        let attributes = attributes.map(|one| {
            let (_, value) = one["value"].as_object().unwrap().iter().next().unwrap();
            (one["key"].as_str().unwrap().to_owned(), value.clone())
        });
        span["attributes"] = Json::Object(attributes.collect());
        (span["name"].as_str().unwrap().to_owned(), span)
    };
    let named: BTreeMap<String, Json> = spans.iter().map(plain).collect();
    assert_eq!(named.len(), spans.len(), "names are told apart");
    named
}

/// A tree of two processes: the root asks a helper, which calls a tool that fails.
async fn run(otel: &Otel) -> Result<ptc::Outcome, ptc::DelegateError> {
    let told = |text: &str| Reply { text: text.into(), tokens: Tokens { input: 1000, output: 100, cached: 600 } };
    let model = Scripted::new([told("```clojure\n(:summary (tool/helper {:task \"look\"}))\n```"), told("It looked.")]);
    // The names of the two models tell their spans apart.
    let helper = ptc::model::Scripted::new([told("never")]).process(
        "main/helper#1",
        [told("```clojure\n(try (tool/peek {:at 7}) (catch Exception e :blind))\n```"), told("Nothing seen.")],
    );
    let peek = Tool::new("peek", |_| Err::<Value, _>(ToolError::new("too dark"))).spec("(at :int)").unwrap();
    let named = Named("gemini:tiny", helper);
    let child = Options::new(named).name("helper").tools([peek]);
    let prices = [("*", Price::new(1.0, 10.0))].into_iter().collect();
    let budget = Budget { prices, ..Budget::default() };
    let options = Options::new(model).tools([as_tool(child)]).budget(budget).observing(otel.observer());
    delegate("have a look", options).await
}

/// A model under another name.
struct Named(&'static str, Scripted);

impl ptc::model::Model for Named {
    fn reply(&self, request: ptc::model::Request) -> ptc::model::Answering<'_> {
        self.1.reply(request)
    }

    fn name(&self) -> String {
        self.0.into()
    }
}

#[tokio::test]
async fn a_tree_is_a_trace() {
    let (server, otel) = collector(vec![ok("{}")]);
    run(&otel).await.unwrap();
    otel.flush().await.unwrap();

    let seen = server.first();
    assert_eq!(seen.line, "POST /v1/traces HTTP/1.1");
    assert!(
        seen.headers.contains(&"x-key: k3y".into()) && seen.headers.contains(&"content-type: application/json".into())
    );
    let service = json!([{"key": "service.name", "value": {"stringValue": "tests"}}]);
    assert_eq!(seen.body["resourceSpans"][0]["resource"]["attributes"], service);
    let all = seen.body["resourceSpans"][0]["scopeSpans"][0]["spans"].as_array().unwrap();
    // Two processes, two replies each, two calls.
    assert_eq!(all.len(), 8);
    let by = |name: &str, nth: usize| all.iter().filter(|span| span["name"] == name).nth(nth).unwrap();
    let (root, helper) = (by("invoke_agent main", 0), by("invoke_agent helper", 0));
    let (call, peek) = (by("execute_tool helper", 0), by("execute_tool peek", 0));
    assert_eq!(root.get("parentSpanId"), None);
    assert_eq!(call["parentSpanId"], root["spanId"]);
    assert_eq!(helper["parentSpanId"], call["spanId"]);
    assert_eq!(peek["parentSpanId"], helper["spanId"]);
    assert_eq!(by("chat tiny", 1)["parentSpanId"], helper["spanId"]);
    assert_eq!(by("chat scripted", 1)["parentSpanId"], root["spanId"]);
    for span in all {
        assert_eq!(span["traceId"], root["traceId"]);
        let (trace, id) = (span["traceId"].as_str().unwrap(), span["spanId"].as_str().unwrap());
        assert!(trace.len() == 32 && id.len() == 16 && format!("{trace}{id}").chars().all(|c| c.is_ascii_hexdigit()));
        let time = |name: &str| span[name].as_str().unwrap().parse::<u128>().unwrap();
        assert!(time("startTimeUnixNano") <= time("endTimeUnixNano"));
    }
}

#[tokio::test]
async fn attributes_have_the_names_of_the_conventions() {
    let (server, otel) = collector(vec![ok("{}")]);
    let told = Reply { text: "hello".into(), tokens: Tokens { input: 1000, output: 100, cached: 600 } };
    let prices = [("*", Price::new(1.0, 10.0))].into_iter().collect();
    let budget = Budget { prices, ..Budget::default() };
    let model = Named("mistral:large", Scripted::new([told]));
    delegate("greet", Options::new(model).budget(budget).observing(otel.observer())).await.unwrap();
    otel.flush().await.unwrap();

    let spans = spans(&server.first().body);
    let chat = &spans["chat large"];
    assert_eq!((&chat["kind"], chat.get("status")), (&json!(3), None));
    assert_eq!(
        chat["attributes"],
        json!({
            "gen_ai.provider.name": "mistral_ai",
            "gen_ai.request.model": "large",
            "gen_ai.operation.name": "chat",
            "ptc.turn": "1",
            "gen_ai.usage.input_tokens": "1000",
            "gen_ai.usage.output_tokens": "100",
            "gen_ai.usage.cache_read.input_tokens": "600",
            "ptc.cost": 0.002,
        })
    );
    assert_eq!(
        spans["invoke_agent main"]["attributes"],
        json!({
            "gen_ai.operation.name": "invoke_agent",
            "gen_ai.agent.name": "main",
            "ptc.path": "main",
            "gen_ai.provider.name": "mistral_ai",
            "gen_ai.request.model": "large",
        })
    );
    assert!(!server.first().body.to_string().contains("hello"), "content stays here unless it is asked for");
}

#[tokio::test]
async fn errors_and_content_are_told() {
    let (server, otel) = collector(vec![ok("{}")]);
    let model = Scripted::new([
        ptc::model::Answer::from("```clojure\n(try (tool/peek {:at 7}) (catch Exception e :blind))\n```"),
        ModelError::new(ModelErrorKind::RateLimit, "slow down").into(),
    ]);
    let peek = Tool::new("peek", |_| Err::<Value, _>(ToolError::new("too dark"))).spec("(at :int)").unwrap();
    let otel = otel.with_content();
    delegate("look", Options::new(Named("x:y", model)).tools([peek]).observing(otel.observer())).await.err().unwrap();
    otel.flush().await.unwrap();

    let body = server.first().body;
    let all = body["resourceSpans"][0]["scopeSpans"][0]["spans"].as_array().unwrap();
    let failed: Vec<(&Json, &Json)> = all
        .iter()
        .filter(|span| span["status"]["code"] == 2)
        .map(|span| (&span["name"], &span["status"]["message"]))
        .collect();
    assert_eq!(
        failed,
        [
            (&json!("execute_tool peek"), &json!("peek: too dark")),
            (&json!("chat y"), &json!("slow down")),
            (&json!("invoke_agent main"), &json!("the model did not answer turn 2: slow down")),
        ]
    );
    let text = body.to_string();
    assert!(text.contains(r#"{"key":"error.type","value":{"stringValue":"rate_limit"}}"#), "{text}");
    assert!(
        text.contains("gen_ai.input.messages")
            && text.contains("gen_ai.tool.call.arguments")
            && text.contains("tool/peek")
    );
}

#[tokio::test]
async fn a_collector_that_is_busy_is_asked_again_and_one_that_refuses_is_told() {
    let busy = Act::Answer("503 Service Unavailable", Vec::new(), String::new());
    let (server, otel) = collector(vec![busy, ok("{}")]);
    run(&otel).await.unwrap();
    otel.flush().await.unwrap();
    assert_eq!(server.requests(), 2);
    let bodies: Vec<Json> = server.seen.lock().unwrap().iter().map(|seen| seen.body.clone()).collect();
    assert_eq!(bodies[0], bodies[1]);

    let (_server, otel) = collector(vec![Act::Answer("401 Unauthorized", Vec::new(), "who are you? k3y".into())]);
    run(&otel).await.unwrap();
    let error = otel.flush().await.unwrap_err();
    assert_eq!(error.kind, ModelErrorKind::Auth);
    assert!(Otel::new("file:///tmp").is_err());
}

#[tokio::test]
async fn a_run_that_is_given_up_is_sent_as_far_as_it_came() {
    let (server, otel) = collector(vec![ok("{}")]);
    let model = |_: ptc::model::Request| async { std::future::pending::<Result<Reply, ModelError>>().await };
    let given_up = delegate("wait", Options::new(model).observing(otel.observer()));
    tokio::time::timeout(std::time::Duration::from_millis(50), given_up).await.err().unwrap();
    otel.flush().await.unwrap();
    let spans = spans(&server.first().body);
    assert_eq!(spans["chat model"]["parentSpanId"], spans["invoke_agent main"]["spanId"]);
    assert_eq!(spans["invoke_agent main"]["status"]["message"], json!("it did not end"));
}
