//! Replies that are shown while they are written: the wire formats of three providers, and what breaks.
#![cfg(feature = "agent")]

#[allow(dead_code)]
mod stub;

use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ptc::model::{Anthropic, Gemini, Model, ModelErrorKind, ModelOptions, OpenAi, Reply, Request, Retry, Tokens};
use ptc::trace::{Event, EventKind, Verdict};
use ptc::{Options, Tool, Value, delegate};
use serde_json::json;
use stub::{Act, Server, ok};

const OPENAI: &str = include_str!("streams/openai.txt");
const ANTHROPIC: &str = include_str!("streams/anthropic.txt");
const GEMINI: &str = include_str!("streams/gemini.txt");

/// The same reply in all three formats.
fn greeting() -> Reply {
    Reply { text: "Grüße 😀 an alle".into(), tokens: Tokens { input: 90, output: 7, cached: 64 } }
}

/// The models that understand the three formats.
fn models(server: &Server) -> [(&'static str, Arc<dyn Model>); 3] {
    [
        (OPENAI, Arc::new(OpenAi::new("m").base_url(&server.url))),
        (ANTHROPIC, Arc::new(Anthropic::new("m").base_url(&server.url))),
        (GEMINI, Arc::new(Gemini::new("m").base_url(&server.url))),
    ]
}

fn request() -> Request {
    let mut request = Request::new("be brief").user("hi");
    request.options.stream = true;
    request
}

type Seen = Arc<Mutex<Vec<(usize, String)>>>;

/// A request that gathers what is shown, with the places.
fn shown() -> (Request, Seen) {
    let seen = Seen::default();
    let screen = seen.clone();
    let request = request().on_delta(move |at, piece| {
        screen.lock().unwrap().push((at, piece.to_owned()));
        ControlFlow::Continue(())
    });
    (request, seen)
}

/// A stream in pieces of so many bytes.
fn cut(text: &str, size: usize) -> Act {
    Act::Stream(text.as_bytes().chunks(size).map(<[u8]>::to_vec).collect(), true)
}

/// A stream that ends before its end: in the midst of a transfer, or as if it were whole.
fn broken(text: &str, at: usize, as_if_whole: bool) -> Act {
    Act::Stream(vec![text.as_bytes()[..at].to_vec()], as_if_whole)
}

#[tokio::test]
async fn a_reply_is_shown_while_it_is_written() {
    for index in 0..3 {
        for size in [1, 7, 100, 10_000] {
            let text = [OPENAI, ANTHROPIC, GEMINI][index];
            let server = Server::start(vec![cut(text, size)]);
            let (request, seen) = shown();
            assert_eq!(models(&server)[index].1.reply(request).await, Ok(greeting()));
            assert_eq!(*seen.lock().unwrap(), [(0, "Grüße ".to_owned()), (8, "😀 an alle".to_owned())]);
        }
    }
}

#[tokio::test]
async fn streams_are_asked_for_as_documented() {
    let server = Server::start(vec![cut(OPENAI, 99), cut(ANTHROPIC, 99), cut(GEMINI, 99)]);
    for (_, model) in models(&server) {
        assert_eq!(model.reply(request()).await, Ok(greeting()));
    }
    let seen = server.seen.lock().unwrap();
    assert_eq!(
        (&seen[0].body["stream"], &seen[0].body["stream_options"]),
        (&json!(true), &json!({"include_usage": true}))
    );
    assert_eq!(seen[1].body["stream"], json!(true));
    assert_eq!(seen[2].line, "POST /v1/models/m:streamGenerateContent?alt=sse HTTP/1.1");
}

#[tokio::test]
async fn a_server_that_does_not_stream_is_understood() {
    let whole = json!({"choices": [{"message": {"content": "all at once"}}]});
    let server = Server::start(vec![ok(whole)]);
    let (request, seen) = shown();
    assert_eq!(models(&server)[0].1.reply(request).await.unwrap().text, "all at once");
    assert_eq!(*seen.lock().unwrap(), [(0, "all at once".to_owned())]);
}

#[tokio::test]
async fn a_stream_that_breaks_is_no_reply_and_is_tried_again() {
    for (index, text) in [OPENAI, ANTHROPIC, GEMINI].into_iter().enumerate() {
        // Behind the first piece of text, and everywhere else before the end of the reply is told.
        let first = text.find("Grüße").unwrap() + 60;
        for (at, as_if_whole) in
            [(0, true), (0, false), (first, true), (first, false), (text.find("😀").unwrap(), true)]
        {
            let server = Server::start(vec![broken(text, at, as_if_whole)]);
            let error = models(&server)[index].1.reply(request()).await.unwrap_err();
            assert_eq!(error.kind, ModelErrorKind::Server, "{error} at {at} of {text}");
            assert!(error.message.contains("broke"), "{error}");
        }
        let again = text.find("\n\n").or(text.find("\r\n\r\n")).unwrap();
        let server = Server::start(vec![broken(text, text.len() - again, false), cut(text, 50)]);
        let model = Retry::new(models(&server)[index].1.clone()).without_waiting();
        let (request, seen) = shown();
        let reply = model.reply(request).await.unwrap();
        assert_eq!(reply, greeting());
        // The second attempt begins at 0 again; whoever cuts there has the reply.
        let mut screen = String::new();
        for (at, piece) in seen.lock().unwrap().iter() {
            screen.truncate(*at);
            screen.push_str(piece);
        }
        assert_eq!(screen, reply.text);
    }
}

#[tokio::test]
async fn errors_within_a_stream_become_kinds() {
    let overloaded = r#"event: error
data: {"type":"error","error":{"details":null,"type":"overloaded_error","message":"Overloaded"}}

"#;
    let start = &ANTHROPIC[..ANTHROPIC.find("event: content_block_stop").unwrap()];
    let rate = "data: {\"error\":{\"code\":429,\"message\":\"slow down\",\"status\":\"RESOURCE_EXHAUSTED\"}}\r\n\r\n";
    for (index, text, kind, told) in [
        (
            0,
            "data: {\"error\":{\"code\":502,\"message\":\"upstream is down\"}}\n\n".to_owned(),
            ModelErrorKind::Server,
            "upstream is down",
        ),
        (1, format!("{start}{overloaded}"), ModelErrorKind::Server, "Overloaded"),
        (2, rate.to_owned(), ModelErrorKind::RateLimit, "slow down"),
    ] {
        let server = Server::start(vec![cut(&text, 64)]);
        let error = models(&server)[index].1.reply(request()).await.unwrap_err();
        assert_eq!(error.kind, kind);
        assert!(error.message.ends_with(&format!("answered an error: {told}")), "{error}");
    }
}

#[tokio::test]
async fn replies_that_are_not_whole_are_no_replies() {
    for (index, text, reason, cut_off) in [
        (0, OPENAI, "\"stop\"", "\"length\""),
        (1, ANTHROPIC, "end_turn", "max_tokens"),
        (2, GEMINI, "STOP", "MAX_TOKENS"),
    ] {
        let server = Server::start(vec![cut(&text.replace(reason, cut_off), 64)]);
        let error = models(&server)[index].1.reply(request()).await.unwrap_err();
        assert_eq!((error.kind, error.tokens), (ModelErrorKind::Other, greeting().tokens));
        assert!(error.message.contains("was cut off"), "{error}");
    }
}

#[tokio::test]
async fn a_stream_has_bounds() {
    let endless = format!("data: {}\n\n", json!({"choices": [{"delta": {"content": "x".repeat(1024 * 1024)}}]}));
    let server = Server::start(vec![Act::Stream(vec![endless.into_bytes(); 20], true)]);
    let error = models(&server)[0].1.reply(request()).await.unwrap_err();
    assert!(error.message.ends_with("answered more than 16 MiB"), "{error}");

    let server = Server::start(vec![Act::Hang(
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n6\r\ndata: \r\n",
    )]);
    let mut request = request();
    request.options.timeout = Some(Duration::from_millis(100));
    let error = models(&server)[0].1.reply(request).await.unwrap_err();
    assert_eq!(error.kind, ModelErrorKind::Timeout);
}

#[tokio::test]
async fn whoever_watches_may_give_the_reply_up() {
    let server = Server::start(vec![cut(ANTHROPIC, 64)]);
    let request = request().on_delta(|_, _| ControlFlow::Break(()));
    let error = Retry::new(models(&server)[1].1.clone()).reply(request).await.unwrap_err();
    assert_eq!((error.kind, server.requests()), (ModelErrorKind::Other, 1));
}

/// An OpenAI stream of these pieces.
fn pieces(texts: &[&str], whole: bool) -> Act {
    let event = |choice: serde_json::Value| format!("data: {}\n\n", json!({"choices": [choice]})).into_bytes();
    let mut events: Vec<Vec<u8>> = texts.iter().map(|text| event(json!({"delta": {"content": text}}))).collect();
    if whole {
        events.push(event(json!({"delta": {}, "finish_reason": "stop"})));
        events.push(b"data: [DONE]\n\n".to_vec());
    }
    Act::Stream(events, whole)
}

fn streaming(server: &Server) -> Options {
    let model = Retry::new(OpenAi::new("m").base_url(&server.url)).without_waiting();
    Options::new(model).model_options(ModelOptions { stream: true, ..ModelOptions::default() })
}

#[tokio::test]
async fn observers_of_an_agent_see_deltas_and_nothing_of_a_half_reply_is_run() {
    let server = Server::start(vec![
        pieces(&["```clojure\n(tool/note {:text \"half\"})\n```"], false),
        pieces(&["```clojure\n(tool/note", " {:text \"whole\"})\n```"], true),
        pieces(&["Noted."], true),
    ]);
    let notes: Arc<Mutex<Vec<String>>> = Arc::default();
    let book = notes.clone();
    let note = Tool::new("note", move |arguments| {
        book.lock().unwrap().push(arguments.get("text").map(ToString::to_string).unwrap_or_default());
        Ok(Value::from(1))
    });
    let deltas: Arc<Mutex<Vec<(u32, usize, String)>>> = Arc::default();
    let screen = deltas.clone();
    let options = streaming(&server).tools([note]).observer(move |event: &Event| {
        if let EventKind::Delta { turn, at, text } = &event.kind {
            screen.lock().unwrap().push((*turn, *at, text.clone()));
        }
        Verdict::Continue
    });

    let outcome = delegate("note it", options).await.unwrap();

    assert_eq!(outcome.summary, "Noted.");
    assert_eq!(*notes.lock().unwrap(), [r#""whole""#]);
    let deltas = deltas.lock().unwrap();
    let places: Vec<(u32, usize)> = deltas.iter().map(|(turn, at, _)| (*turn, *at)).collect();
    assert_eq!(places, [(1, 0), (1, 0), (1, 21), (2, 0)]);
    assert_eq!(deltas[3].2, "Noted.");
    // The trace holds replies, not their pieces.
    assert!(!serde_json::to_string(&outcome.trace).unwrap().contains("delta"));
}

#[tokio::test]
async fn an_observer_stops_a_run_in_the_midst_of_a_reply() {
    let server = Server::start(vec![pieces(&["I think", " and think"], true)]);
    let options = streaming(&server).observer(|event: &Event| match &event.kind {
        EventKind::Delta { .. } => Verdict::Stop,
        _ => Verdict::Continue,
    });
    let error = delegate("think", options).await.err().unwrap();
    assert_eq!(error.kind.name(), "stopped");
}
