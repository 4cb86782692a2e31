//! The clients of providers against servers that are strange, broken or hostile: never a wrong reply, never more than is bounded.
#![cfg(feature = "agent")]

#[allow(dead_code)]
mod stub;

use std::sync::Arc;
use std::time::{Duration, Instant};

use ptc::model::{Anthropic, Gemini, Model, ModelErrorKind, OpenAi, Reply, Request, Retry, Tokens};
use ptc::{Options, delegate};
use serde_json::{Value, json};
use stub::{Act, Server, ok};

type Client = (Arc<dyn Model>, fn(&str) -> Value);

/// The clients, and what their providers answer when they say this.
fn clients(server: &Server) -> [Client; 3] {
    [
        (Arc::new(OpenAi::new("m").base_url(&server.url)), |text| {
            json!({"id": "x", "object": "chat.completion", "choices": [{"index": 0, "finish_reason": "stop",
                "message": {"role": "assistant", "content": text}}], "usage": {"prompt_tokens": 9, "completion_tokens": 4}})
        }),
        (Arc::new(Anthropic::new("m").base_url(&server.url)), |text| {
            json!({"type": "message", "role": "assistant", "content": [{"type": "text", "text": text}],
                "stop_reason": "end_turn", "usage": {"input_tokens": 9, "output_tokens": 4}})
        }),
        (Arc::new(Gemini::new("m").base_url(&server.url)), |text| {
            json!({"candidates": [{"content": {"role": "model", "parts": [{"text": text}]}, "finishReason": "STOP",
                "index": 0}], "usageMetadata": {"promptTokenCount": 9, "candidatesTokenCount": 4}})
        }),
    ]
}

fn request(streamed: bool) -> Request {
    let mut request = Request::new("be brief").user("hi");
    request.options.stream = streamed;
    request.options.timeout = Some(Duration::from_millis(1500));
    request
}

/// An answer without a length, which ends when the connection does.
fn unmeasured(kind: &str, body: &[u8]) -> Act {
    let head = format!("HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\nconnection: close\r\n\r\n");
    Act::Raw([head.as_bytes(), body].concat())
}

#[tokio::test]
async fn an_answer_that_is_cut_anywhere_is_tried_again() {
    for which in 0..3 {
        let (_, answer) = &clients(&Server::start(vec![ok("")]))[which];
        let body = answer("Grüße 😀").to_string().replace("Grüße", "Gr\u{fc}\\u00dfe").into_bytes();
        let cuts = (0..body.len()).step_by(5).map(|at| unmeasured("application/json", &body[..at]));
        let cuts: Vec<Act> = cuts.collect();
        let tries = cuts.len();
        let server = Server::start(cuts);
        let (model, _) = &clients(&server)[which];
        for _ in 0..tries {
            let error = model.reply(request(false)).await.expect_err("half an answer");
            assert_eq!(error.kind, ModelErrorKind::Server, "{error}");
        }
        let server = Server::start(vec![unmeasured("application/json", b""), unmeasured("text/plain", &body)]);
        let (model, _) = clients(&server)[which].clone();
        let reply = Retry::new(model).without_waiting().reply(request(false)).await.expect("the second answer");
        assert_eq!(reply, Reply { text: "Grüße 😀".into(), tokens: Tokens { input: 9, output: 4, cached: 0 } });
    }
}

#[tokio::test]
async fn what_is_no_answer_is_an_error_and_no_reply() {
    let html = "<!doctype html><title>Sign in</title>";
    for (kind, body, expected) in [
        ("text/html", html, ModelErrorKind::Other),
        ("application/json", "null", ModelErrorKind::Other),
        ("application/json", "[]", ModelErrorKind::Other),
        ("application/json", "\"hello\"", ModelErrorKind::Other),
        ("application/json", "{}", ModelErrorKind::Other),
        ("application/json", "\u{fffd}", ModelErrorKind::Other),
        ("application/json", "", ModelErrorKind::Server),
        ("text/event-stream", "", ModelErrorKind::Server),
        ("Text/Event-Stream; charset=UTF-8", ": ping\n\n", ModelErrorKind::Server),
        (
            "text/event-stream",
            "data: {\"type\": \"odd\", \"choices\": 7, \"candidates\": {}}\n\n",
            ModelErrorKind::Server,
        ),
        ("text/event-stream", "data: nothing\n\n", ModelErrorKind::Other),
        ("text/event-stream", "data: [DONE]\n\n", ModelErrorKind::Server),
    ] {
        let server = Server::start(vec![unmeasured(kind, body.as_bytes())]);
        for (model, _) in clients(&server) {
            let error = model.reply(request(kind.contains("stream"))).await.expect_err("no answer");
            assert_eq!(error.kind, expected, "{} {kind} {body}: {error}", model.name());
        }
    }
}

#[tokio::test]
async fn a_drip_is_ended_by_the_clock() {
    for streamed in [false, true] {
        for (at, kind) in [(0, "application/json"), (1, "text/event-stream"), (2, "text/event-stream")] {
            let drip = format!("HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\n\r\n{}", ": still there\n".repeat(500));
            let server = Server::start(vec![Act::Drip(drip.into_bytes())]);
            let began = Instant::now();
            let error = clients(&server)[at].0.reply(request(streamed)).await.expect_err("it takes too long");
            assert_eq!(error.kind, ModelErrorKind::Timeout, "{error}");
            assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
        }
    }
}

/// Events as a stream.
fn stream(events: &[Value]) -> Act {
    let text: String = events.iter().map(|event| format!("data: {event}\n\n")).collect();
    Act::Stream(vec![text.into_bytes()], true)
}

#[tokio::test]
async fn calls_of_tools_that_nobody_offered_are_no_answers() {
    let function = json!({"name": "search", "arguments": "{}"});
    let calls = json!([{"id": "c", "type": "function", "function": function}]);
    let openai = |content: Value| json!({"choices": [{"finish_reason": "tool_calls", "message": {"content": content, "tool_calls": calls}}]});
    let call = json!({"type": "tool_use", "id": "t", "name": "search", "input": {}});
    let anthropic = |content: Value| json!({"type": "message", "content": content, "stop_reason": "tool_use"});
    let text = json!({"type": "text", "text": "Let me look."});
    let gemini =
        |parts: Value, reason: &str| json!({"candidates": [{"content": {"parts": parts}, "finishReason": reason}]});
    let called = json!({"functionCall": {"name": "search", "args": {}}});
    let answers = [
        (0, ok(openai(Value::Null))),
        (0, ok(openai(json!("Let me look.")))),
        (
            0,
            stream(&[
                json!({"choices": [{"index": 0, "delta": {"role": "assistant", "content": "Let me"}}]}),
                json!({"choices": [{"index": 0, "delta": {"tool_calls": calls}}]}),
                json!({"choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]}),
            ]),
        ),
        (1, ok(anthropic(json!([call])))),
        (1, ok(anthropic(json!([text, call])))),
        (
            1,
            stream(&[
                json!({"type": "message_start", "message": {}}),
                json!({"type": "content_block_start", "index": 0, "content_block": call}),
                json!({"type": "content_block_delta", "index": 0, "delta": {"type": "input_json_delta", "partial_json": "{}"}}),
                json!({"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {"output_tokens": 3}}),
                json!({"type": "message_stop"}),
            ]),
        ),
        (2, ok(gemini(json!([called]), "STOP"))),
        (2, ok(gemini(json!([{"text": "Let me look."}, called]), "STOP"))),
        (
            2,
            ok(
                json!({"candidates": [{"content": {}, "finishReason": "MALFORMED_FUNCTION_CALL", "finishMessage": "print("}]}),
            ),
        ),
        (2, stream(&[gemini(json!([called]), ""), gemini(json!([{"text": ""}]), "STOP")])),
    ];
    for (at, answer) in answers {
        let server = Server::start(vec![answer]);
        let (model, _) = &clients(&server)[at];
        let reply = model.reply(request(true)).await.unwrap_or_else(|error| panic!("{}: {error}", model.name()));
        assert_eq!(reply.text, "", "{}", model.name());
        // An agent is told how to call tools, and goes on.
        let again = clients(&server)[at].1;
        let server = Server::start(vec![ok(again("")), ok(again("(return 7)"))]);
        let model = clients(&server)[at].0.clone();
        let outcome = delegate("Seven, please", Options::default().model(model)).await.expect("a second turn");
        assert_eq!(outcome.result, 7.into());
    }
}

#[tokio::test]
async fn models_with_nothing_to_say_reply_nothing() {
    for (at, answer) in [
        (0, json!({"choices": [{"finish_reason": "stop", "message": {"content": null, "reasoning_content": "Hm."}}]})),
        (0, json!({"choices": [{"finish_reason": "stop", "message": {}}]})),
        (1, json!({"type": "message", "content": [], "stop_reason": "end_turn"})),
        (
            1,
            json!({"type": "message", "content": [{"type": "thinking", "thinking": "Hm."}], "stop_reason": "end_turn"}),
        ),
        (2, json!({"candidates": [{"content": {"role": "model"}, "finishReason": "STOP"}]})),
        (
            2,
            json!({"candidates": [{"content": {"parts": [{"text": "Hm.", "thought": true}]}, "finishReason": "STOP"}]}),
        ),
    ] {
        let server = Server::start(vec![ok(&answer)]);
        let reply = clients(&server)[at].0.reply(request(false)).await;
        assert_eq!(reply.map(|reply| reply.text), Ok(String::new()), "{answer}");
    }
}

#[tokio::test]
async fn events_and_fields_that_are_not_known_yet_are_passed_over() {
    let server = Server::start(vec![stream(&[
        json!({"type": "message_start", "message": {"usage": {"input_tokens": 5, "service_tier": "x"}}}),
        json!({"type": "ping"}),
        json!({"type": "hologram", "content": [{"type": "text", "text": "no"}]}),
        json!({"type": "content_block_start", "index": 0, "content_block": {"type": "thinking", "thinking": "Hm"}}),
        json!({"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "Hm"}}),
        json!({"type": "content_block_delta", "index": 0, "delta": {"type": "signature_delta", "signature": "zz"}}),
        json!({"type": "content_block_stop", "index": 0}),
        json!({"type": "content_block_start", "index": 1, "content_block": {"type": "redacted_thinking", "data": "zz"}}),
        json!({"type": "content_block_start", "index": 2, "content_block": {"type": "text", "text": ""}}),
        json!({"type": "content_block_delta", "index": 2, "delta": {"type": "text_delta", "text": "yes"}}),
        json!({"type": "content_block_delta", "index": 2, "delta": {"type": "citations_delta", "citation": {}}}),
        json!({"type": "message_delta", "delta": {"stop_reason": "pause_turn"}, "usage": {"output_tokens": 2}}),
        json!({"type": "message_stop"}),
        json!({"type": "content_block_delta", "index": 2, "delta": {"type": "text_delta", "text": "after the end"}}),
    ])]);
    let reply = clients(&server)[1].0.reply(request(true)).await.expect("a reply");
    assert_eq!(reply, Reply { text: "yes".into(), tokens: Tokens { input: 5, output: 2, cached: 0 } });

    // Of several replies that parameters asked for, one is read.
    let chunk = |index: u64, text: &str| json!({"choices": [{"index": index, "delta": {"content": text}}]});
    let end = |index: u64| json!({"choices": [{"index": index, "delta": {}, "finish_reason": "stop"}]});
    let usage = json!({"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 4}});
    let server = Server::start(vec![stream(&[chunk(0, "ye"), chunk(1, "no"), end(1), chunk(0, "s"), end(0), usage])]);
    let reply = clients(&server)[0].0.reply(request(true)).await.expect("a reply");
    assert_eq!(reply, Reply { text: "yes".into(), tokens: Tokens { input: 9, output: 4, cached: 0 } });
}

#[tokio::test]
async fn whatever_a_provider_counts_is_no_overflow() {
    for count in [json!(u64::MAX), json!(-1), json!(1.5), json!("7"), json!(null), json!({})] {
        let usages = [
            json!({"prompt_tokens": count, "completion_tokens": count, "prompt_tokens_details": {"cached_tokens": count}}),
            json!({"input_tokens": count, "output_tokens": count, "cache_read_input_tokens": count}),
            json!({"promptTokenCount": count, "candidatesTokenCount": count, "thoughtsTokenCount": count}),
        ];
        for (at, usage) in usages.into_iter().enumerate() {
            let name = if at == 2 { "usageMetadata" } else { "usage" };
            let answers = ["(+ 1 2)", "(+ 3 4)", "Seven."].map(|text| {
                let server = Server::start(vec![ok("")]);
                let mut answer = clients(&server)[at].1(text);
                answer[name] = usage.clone();
                ok(answer)
            });
            let server = Server::start(answers.to_vec());
            let model = clients(&server)[at].0.clone();
            let prices = [("*", ptc::model::Price::new(1.0, 2.0))].into_iter().collect();
            let budget = ptc::Budget { prices, ..ptc::Budget::default() };
            let outcome =
                delegate("Seven, please", Options::default().model(model).budget(budget)).await.expect("seven");
            let total = Some(outcome.usage.total_tokens);
            assert_eq!(total, Some(if count == json!(u64::MAX) { u64::MAX } else { 0 }), "{count}");
        }
    }
}

#[tokio::test]
async fn waits_are_read_as_providers_write_them() {
    let busy =
        |status, headers: &[&str]| Act::Answer(status, headers.iter().map(|one| (*one).into()).collect(), "{}".into());
    for (act, kind, wait) in [
        (busy("529 Site is overloaded", &[]), ModelErrorKind::Server, None),
        (busy("503 Service Unavailable", &["retry-after: 2"]), ModelErrorKind::Server, Some(2_000)),
        (
            busy("429 Too Many Requests", &["retry-after-ms: 350", "retry-after: 1"]),
            ModelErrorKind::RateLimit,
            Some(350),
        ),
        (busy("429 Too Many Requests", &["retry-after: never"]), ModelErrorKind::RateLimit, None),
        (busy("429 Too Many Requests", &["retry-after: 99999999999999999999"]), ModelErrorKind::RateLimit, None),
    ] {
        let server = Server::start(vec![act]);
        for (model, _) in clients(&server) {
            let error = model.reply(request(false)).await.expect_err("busy");
            assert_eq!((error.kind, error.retry_after), (kind, wait.map(Duration::from_millis)), "{error}");
        }
    }
}
