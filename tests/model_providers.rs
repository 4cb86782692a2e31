//! The clients for Anthropic's and Gemini's own APIs against a server that really listens, on this machine.
#![cfg(feature = "agent")]

#[allow(dead_code)]
mod stub;

use std::time::Duration;

use ptc::model::{
    Anthropic, Gemini, Message, Model, ModelError, ModelErrorKind, Reply, Request, Retry, Role, Tokens, from_name,
};
use serde_json::{Value, json};
use stub::{Act, Seen, Server, ok};

const KEY: &str = "sk-very-secret-0123456789";

/// A request in which the user speaks twice in a row.
fn conversation() -> Request {
    let mut request = Request::new("be brief").user("hi").user("are you there?");
    request.messages.push(Message { role: Role::Assistant, content: "yes?".into() });
    let mut request = request.user("go on");
    request.options.max_tokens = Some(100);
    request.options.temperature = Some(0.5);
    request.options.extra_headers = json!({"X-Title": "a test"}).as_object().cloned().unwrap();
    request
}

fn request() -> Request {
    Request::new("be brief").user("hi")
}

fn with_extra(mut request: Request, extra: Value) -> Request {
    request.options.extra = extra.as_object().cloned().unwrap();
    request
}

fn anthropic(server: &Server) -> Anthropic {
    Anthropic::new("claude-x").base_url(&server.url).key(Some(KEY.into()))
}

fn gemini(server: &Server) -> Gemini {
    Gemini::new("gemini-x").base_url(server.url.replace("/v1", "")).key(Some(KEY.into()))
}

fn message(content: Value, stop_reason: &str) -> Act {
    let usage = json!({"input_tokens": 16, "cache_creation_input_tokens": 10, "cache_read_input_tokens": 64, "output_tokens": 7,
        "service_tier": "standard"});
    ok(json!({"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-x", "content": content,
        "stop_reason": stop_reason, "stop_sequence": null, "usage": usage}))
}

fn candidate(parts: Value, finish_reason: &str) -> Act {
    let usage = json!({"promptTokenCount": 90, "cachedContentTokenCount": 64, "candidatesTokenCount": 4, "thoughtsTokenCount": 3,
        "totalTokenCount": 97, "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 90}]});
    ok(
        json!({"candidates": [{"content": {"parts": parts, "role": "model"}, "finishReason": finish_reason, "index": 0}],
        "usageMetadata": usage, "modelVersion": "gemini-x", "responseId": "r1"}),
    )
}

/// An error of Google's with what it knows of it.
fn google(status: &'static str, code: u16, message: &str, details: Value) -> Act {
    let error = json!({"code": code, "message": message, "status": "WHATEVER", "details": details});
    Act::Answer(status, Vec::new(), json!({"error": error}).to_string())
}

const TOKENS: Tokens = Tokens { input: 90, output: 7, cached: 64 };

fn assert_headers(seen: &Seen, expected: &[&str], secret: &str) {
    for header in expected.iter().copied().chain(["content-type: application/json", "x-title: a test", secret]) {
        assert!(seen.headers.iter().any(|one| one == header), "{header} among {:?}", seen.headers);
    }
    let keys = seen.headers.iter().filter(|header| header.contains(KEY)).count();
    assert_eq!(keys, 1, "the key is sent once: {:?}", seen.headers);
}

async fn failure(model: &impl Model) -> ModelError {
    let error = model.reply(request()).await.unwrap_err();
    assert!(!format!("{error} {error:?}").contains(KEY), "{error:?}");
    error
}

#[tokio::test]
async fn anthropic_is_asked_as_documented() {
    let thoughts = json!({"type": "thinking", "thinking": "hm", "signature": "EqQB"});
    let text = |text: &str| json!({"type": "text", "text": text});
    let server = Server::start(vec![message(json!([thoughts, text("(return "), text("1)")]), "end_turn")]);
    let request = with_extra(conversation(), json!({"top_k": 5, "model": "another", "stop_sequences": ["END"]}));

    let reply = anthropic(&server).reply(request).await.unwrap();

    assert_eq!(reply, Reply { text: "(return 1)".into(), tokens: TOKENS });
    let seen = server.first();
    assert_eq!(seen.line, "POST /v1/messages HTTP/1.1");
    assert_headers(&seen, &["anthropic-version: 2023-06-01"], &format!("x-api-key: {KEY}"));
    assert_eq!(
        seen.body,
        json!({
            "model": "claude-x",
            "max_tokens": 100,
            "system": [{"type": "text", "text": "be brief", "cache_control": {"type": "ephemeral"}}],
            "messages": [
                {"role": "user", "content": "hi\n\nare you there?"},
                {"role": "assistant", "content": "yes?"},
                {"role": "user", "content": "go on"},
            ],
            "temperature": 0.5,
            "top_k": 5,
            "stop_sequences": ["END"],
        })
    );
}

#[tokio::test]
async fn gemini_is_asked_as_documented() {
    let parts =
        json!([{"text": "hm", "thought": true}, {"text": "(return ", "thoughtSignature": "AY89"}, {"text": "1)"}]);
    let server = Server::start(vec![candidate(parts, "STOP")]);
    let request = with_extra(
        conversation(),
        json!({"topP": 0.9, "safetySettings": [], "generationConfig": {"seed": 7, "temperature": 1}, "contents": []}),
    );

    let reply = gemini(&server).reply(request).await.unwrap();

    assert_eq!(reply, Reply { text: "(return 1)".into(), tokens: TOKENS });
    let seen = server.first();
    assert_eq!(seen.line, "POST /v1beta/models/gemini-x:generateContent HTTP/1.1");
    assert_headers(&seen, &[], &format!("x-goog-api-key: {KEY}"));
    assert_eq!(
        seen.body,
        json!({
            "systemInstruction": {"parts": [{"text": "be brief"}]},
            "contents": [
                {"role": "user", "parts": [{"text": "hi\n\nare you there?"}]},
                {"role": "model", "parts": [{"text": "yes?"}]},
                {"role": "user", "parts": [{"text": "go on"}]},
            ],
            "generationConfig": {"maxOutputTokens": 100, "temperature": 0.5, "topP": 0.9, "seed": 7, "contents": []},
            "safetySettings": [],
        })
    );
}

#[tokio::test]
async fn nothing_is_sent_that_nobody_asked_for() {
    let server = Server::start(vec![message(json!([]), "end_turn")]);
    let empty = Anthropic::new("claude-x").base_url(&server.url).reply(Request::new("").user("hi")).await.unwrap();
    assert_eq!(empty, Reply { text: String::new(), tokens: TOKENS });
    let body = server.first().body;
    let messages = json!([{"role": "user", "content": "hi"}]);
    assert_eq!(body, json!({"model": "claude-x", "max_tokens": 8192, "messages": messages}));

    let server =
        Server::start(vec![ok(json!({"candidates": [{"content": {"role": "model"}, "finishReason": "STOP"}]}))]);
    let empty = gemini(&server).key(None).reply(Request::new("").user("hi")).await.unwrap();
    assert_eq!(empty, Reply::text(""));
    let seen = server.first();
    assert_eq!(seen.body, json!({"contents": [{"role": "user", "parts": [{"text": "hi"}]}]}));
    assert!(!seen.headers.iter().any(|header| header.starts_with("x-goog")));
}

#[tokio::test]
async fn replies_that_are_not_whole_are_no_replies() {
    let half = json!([{"type": "text", "text": "(tool/delete"}]);
    for (reason, expected) in [
        ("max_tokens", "cut off (max_tokens), and nothing of it is used: raise max_tokens, or shorten the task"),
        ("model_context_window_exceeded", "cut off (model_context_window_exceeded), and nothing of it is used"),
        ("refusal", "the model refused to answer (refusal)"),
    ] {
        let error = failure(&anthropic(&Server::start(vec![message(half.clone(), reason)]))).await;
        assert_eq!((error.kind, error.tokens), (ModelErrorKind::Other, TOKENS));
        assert!(error.message.contains(expected), "{error}");
    }
    for (reason, expected) in [
        ("MAX_TOKENS", "cut off (MAX_TOKENS), and nothing of it is used"),
        ("SAFETY", "the model refused to answer (SAFETY)"),
        ("RECITATION", "the model refused to answer (RECITATION)"),
    ] {
        let error = failure(&gemini(&Server::start(vec![candidate(json!([{"text": "(tool/"}]), reason)]))).await;
        assert_eq!((error.kind, error.tokens), (ModelErrorKind::Other, TOKENS));
        assert!(error.message.contains(expected), "{error}");
    }
    let blocked =
        json!({"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}, "usageMetadata": {"promptTokenCount": 9}});
    let error = failure(&gemini(&Server::start(vec![ok(blocked)]))).await;
    assert_eq!(error.message, "the model refused to answer (the prompt was blocked: PROHIBITED_CONTENT)");
}

#[tokio::test]
async fn errors_of_anthropic_become_kinds() {
    for (status, kind, expected) in [
        ("400 Bad Request", "invalid_request_error", ModelErrorKind::BadRequest),
        ("401 Unauthorized", "authentication_error", ModelErrorKind::Auth),
        ("403 Forbidden", "permission_error", ModelErrorKind::Auth),
        ("404 Not Found", "not_found_error", ModelErrorKind::BadRequest),
        ("413 Payload Too Large", "request_too_large", ModelErrorKind::BadRequest),
        ("429 Too Many Requests", "rate_limit_error", ModelErrorKind::RateLimit),
        ("500 Internal Server Error", "api_error", ModelErrorKind::Server),
        ("529", "overloaded_error", ModelErrorKind::Server),
    ] {
        let error = json!({"type": kind, "message": format!("wrong: {KEY}")});
        let body = json!({"type": "error", "error": error, "request_id": "req_1"}).to_string();
        let error = failure(&anthropic(&Server::start(vec![Act::Answer(status, Vec::new(), body)]))).await;
        assert_eq!(error.kind, expected, "{status}");
        assert!(error.message.ends_with(&format!(" answered {status}: wrong: ***")), "{error}");
    }
}

#[tokio::test]
async fn errors_of_gemini_become_kinds() {
    let reason = json!([{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}]);
    for (act, expected) in [
        (google("400 Bad Request", 400, "Invalid value", json!([])), ModelErrorKind::BadRequest),
        (google("400 Bad Request", 400, "API key not valid", reason), ModelErrorKind::Auth),
        (google("403 Forbidden", 403, "no", json!([])), ModelErrorKind::Auth),
        (google("404 Not Found", 404, "models/x is not found", json!([])), ModelErrorKind::BadRequest),
        (google("500 Internal Server Error", 500, "oh", json!([])), ModelErrorKind::Server),
        (google("503 Service Unavailable", 503, "overloaded", json!([])), ModelErrorKind::Server),
    ] {
        let error = failure(&gemini(&Server::start(vec![act]))).await;
        assert_eq!(error.kind, expected, "{error}");
    }
}

#[tokio::test]
async fn too_many_requests_wait_as_long_as_asked() {
    let body = json!({"type": "error", "error": {"type": "rate_limit_error", "message": "slow down"}}).to_string();
    let busy = Act::Answer("429 Too Many Requests", vec!["retry-after: 7".into()], body);
    let error = failure(&anthropic(&Server::start(vec![busy]))).await;
    assert_eq!((error.kind, error.retry_after), (ModelErrorKind::RateLimit, Some(Duration::from_secs(7))));

    let details = json!([
        {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": []},
        {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "8.5s"},
    ]);
    let server = Server::start(vec![
        google("429 Too Many Requests", 429, "You exceeded your current quota", details),
        candidate(json!([{"text": "at last"}]), "STOP"),
    ]);
    let error = failure(&gemini(&server)).await;
    assert_eq!((error.kind, error.retry_after), (ModelErrorKind::RateLimit, Some(Duration::from_millis(8500))));
    assert_eq!(Retry::new(gemini(&server)).reply(request()).await.unwrap().text, "at last");
}

#[tokio::test]
async fn answers_that_cannot_be_read_are_shown_in_part() {
    for body in ["<html> busy</html>", "{}", r#"{"type": "message_batch"}"#, r#"{"candidates": []}"#] {
        let server = Server::start(vec![ok(body)]);
        for error in [failure(&anthropic(&server)).await, failure(&gemini(&server)).await] {
            assert_eq!(error.kind, ModelErrorKind::Other);
            assert!(error.message.contains(" answered ") && error.message.contains(&body[..2]), "{error}");
        }
    }
}

#[tokio::test]
async fn names_with_a_base_url_speak_their_own_api() {
    let server = Server::start(vec![Act::Break, message(json!([{"type": "text", "text": "hello"}]), "end_turn")]);
    let bare = server.url.replace("/v1", "");
    let model = from_name("anthropic:claude-x", Some(&bare)).unwrap();
    assert_eq!(model.reply(request()).await.unwrap().text, "hello");
    assert_eq!(server.first().line, "POST /v1/messages HTTP/1.1");

    let server = Server::start(vec![candidate(json!([{"text": "hello"}]), "STOP")]);
    let model = from_name("gemini/tunedModels/mine", Some(&server.url)).unwrap();
    assert_eq!(model.reply(request()).await.unwrap().text, "hello");
    assert_eq!(server.first().line, "POST /v1/tunedModels/mine:generateContent HTTP/1.1");
}

#[tokio::test]
async fn vertex_has_other_addresses_and_keys() {
    let server = Server::start(vec![message(json!([{"type": "text", "text": "hello"}]), "end_turn")]);
    let project = format!("{}/projects/p/locations/l/publishers", server.url);
    let model = Anthropic::on_vertex("claude-x@1", format!("{project}/anthropic")).key(Some(KEY.into()));
    assert_eq!(model.reply(request()).await.unwrap().text, "hello");
    assert_eq!(model.name(), "anthropic_vertex:claude-x@1");
    let seen = server.first();
    assert_eq!(seen.line, "POST /v1/projects/p/locations/l/publishers/anthropic/models/claude-x@1:rawPredict HTTP/1.1");
    assert!(seen.headers.contains(&format!("authorization: Bearer {KEY}")));
    assert_eq!((&seen.body["anthropic_version"], &seen.body["model"]), (&json!("vertex-2023-10-16"), &Value::Null));

    let server = Server::start(vec![candidate(json!([{"text": "hello"}]), "STOP")]);
    let project = format!("{}/projects/p/locations/l/publishers", server.url);
    let model = from_name("gemini_vertex:gemini-x", Some(&format!("{project}/google"))).unwrap();
    assert_eq!(model.reply(request()).await.unwrap().text, "hello");
    let line = "POST /v1/projects/p/locations/l/publishers/google/models/gemini-x:generateContent HTTP/1.1";
    assert_eq!(server.first().line, line);
}
