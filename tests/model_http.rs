//! The client for OpenAI-compatible endpoints against a server that really listens, on this machine.
#![cfg(feature = "agent")]

#[allow(dead_code)]
mod stub;

use std::net::TcpListener;
use std::time::{Duration, Instant};

use ptc::model::{Model, ModelError, ModelErrorKind, OpenAi, Reply, Request, Retry, Tokens, from_name};
use serde_json::json;
use stub::{Act, Server, ok};

const KEY: &str = "sk-very-secret-0123456789";

fn content(text: &str) -> Act {
    ok(json!({"choices": [{"message": {"role": "assistant", "content": text}}]}))
}

fn status(line: &'static str) -> Act {
    Act::Answer(line, Vec::new(), json!({"error": {"message": "the provider's words"}}).to_string())
}

fn client(server: &Server) -> OpenAi {
    OpenAi::new("gpt-x").base_url(&server.url).key(Some(KEY.into()))
}

fn request() -> Request {
    Request::new("be brief").user("hi")
}

async fn failure(model: &impl Model) -> ModelError {
    let error = model.reply(request()).await.unwrap_err();
    assert!(!format!("{error} {error:?}").contains(KEY), "{error:?}");
    error
}

#[tokio::test]
async fn a_conversation_goes_out_and_a_reply_comes_back() {
    let server = Server::start(vec![ok(json!({
        "choices": [{"message": {"role": "assistant", "content": "(return 1)"}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 90, "completion_tokens": 7, "prompt_tokens_details": {"cached_tokens": 64}},
    }))]);
    let mut request = request();
    request.messages.push(ptc::model::Message { role: ptc::model::Role::Assistant, content: "yes?".into() });
    let mut request = request.user("go on");
    request.options.max_tokens = Some(100);
    request.options.temperature = Some(0.5);
    request.options.extra = json!({"seed": 7, "model": "another"}).as_object().cloned().unwrap();
    request.options.extra_headers = json!({"X-Title": "a test"}).as_object().cloned().unwrap();

    let reply = client(&server).reply(request).await.unwrap();

    let tokens = Tokens { input: 90, output: 7, cached: 64 };
    assert_eq!(reply, Reply { text: "(return 1)".into(), tokens });
    let seen = server.seen.lock().unwrap().remove(0);
    assert_eq!(seen.line, "POST /v1/chat/completions HTTP/1.1");
    for header in [&format!("authorization: Bearer {KEY}"), "content-type: application/json", "x-title: a test"] {
        assert!(seen.headers.iter().any(|one| one == header), "{header} among {:?}", seen.headers);
    }
    assert_eq!(
        seen.body,
        json!({
            "model": "gpt-x",
            "messages": [
                {"role": "system", "content": "be brief"},
                {"role": "user", "content": "hi"},
                {"role": "assistant", "content": "yes?"},
                {"role": "user", "content": "go on"},
            ],
            "max_tokens": 100,
            "temperature": 0.5,
            "seed": 7,
        })
    );
}

#[tokio::test]
async fn a_reply_may_come_in_parts_and_without_usage() {
    let parts = json!([{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]);
    let server = Server::start(vec![ok(json!({"choices": [{"message": {"content": parts}}], "usage": null}))]);
    assert_eq!(client(&server).reply(request()).await, Ok(Reply::text("ab")));
}

#[tokio::test]
async fn nothing_is_sent_that_nobody_asked_for() {
    let server = Server::start(vec![content("fine")]);
    let model = OpenAi::new("gpt-x").base_url(&server.url);
    model.reply(Request::new("").user("hi")).await.unwrap();
    let seen = server.seen.lock().unwrap().remove(0);
    assert_eq!(seen.body, json!({"model": "gpt-x", "messages": [{"role": "user", "content": "hi"}]}));
    assert!(!seen.headers.iter().any(|header| header.starts_with("authorization")));
}

#[tokio::test]
async fn too_many_requests_waits_as_long_as_asked() {
    let busy = Act::Answer("429 Too Many Requests", vec!["Retry-After: 1".into()], "{}".into());
    let server = Server::start(vec![busy, content("at last")]);
    let model = Retry::new(client(&server)).base(Duration::ZERO);
    let start = Instant::now();
    assert_eq!(model.reply(request()).await.unwrap().text, "at last");
    assert!(start.elapsed() >= Duration::from_secs(1));
    assert_eq!(server.requests(), 2);
}

#[tokio::test]
async fn statuses_become_kinds() {
    for (line, kind) in [
        ("400 Bad Request", ModelErrorKind::BadRequest),
        ("401 Unauthorized", ModelErrorKind::Auth),
        ("403 Forbidden", ModelErrorKind::Auth),
        ("404 Not Found", ModelErrorKind::BadRequest),
        ("408 Request Timeout", ModelErrorKind::Timeout),
        ("429 Too Many Requests", ModelErrorKind::RateLimit),
        ("500 Internal Server Error", ModelErrorKind::Server),
        ("503 Service Unavailable", ModelErrorKind::Server),
    ] {
        let server = Server::start(vec![status(line)]);
        let error = failure(&client(&server)).await;
        assert_eq!(error.kind, kind);
        assert!(error.message.ends_with(&format!(" answered {line}: the provider's words")), "{error}");
    }
}

#[tokio::test]
async fn a_server_that_recovers_is_asked_again() {
    let server = Server::start(vec![status("500 Internal Server Error"), Act::Break, content("better")]);
    assert_eq!(Retry::new(client(&server)).without_waiting().reply(request()).await.unwrap().text, "better");
    assert_eq!(server.requests(), 3);
}

#[tokio::test]
async fn a_server_that_does_not_is_left_alone() {
    let server = Server::start(vec![status("500 Internal Server Error")]);
    let error = failure(&Retry::new(client(&server)).without_waiting()).await;
    assert_eq!(error.kind, ModelErrorKind::Server);
    assert_eq!(server.requests(), 4);
}

#[tokio::test]
async fn what_will_not_pass_is_not_tried_again() {
    let server = Server::start(vec![status("400 Bad Request"), content("never seen")]);
    let error = failure(&Retry::new(client(&server)).without_waiting()).await;
    assert_eq!(error.kind, ModelErrorKind::BadRequest);
    assert_eq!(server.requests(), 1);
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_is_shown_in_part() {
    for (body, expected) in [
        ("<html>\n  busy</html>".to_owned(), "what is no JSON (expected value at line 1 column 1): <html> busy</html>"),
        ("[".repeat(100_000), "what is no JSON (recursion limit exceeded"),
        (json!({"choices": []}).to_string(), r#"no choices[0].message.content: {"choices":[]}"#),
        (json!({"choices": [{"finish_reason": "odd"}]}).to_string(), r#"(it finished by "odd")"#),
    ] {
        let error = failure(&client(&Server::start(vec![ok(body)]))).await;
        assert_eq!(error.kind, ModelErrorKind::Other);
        assert!(error.message.contains(expected) && error.message.len() < 600, "{error}");
    }
}

#[tokio::test]
async fn a_reply_that_is_not_whole_is_no_reply_and_is_paid_for() {
    for (reason, expected) in [
        ("length", "the reply was cut off (length), and nothing of it is used: raise max_tokens, or shorten the task"),
        ("content_filter", "the model refused to answer (content_filter): (do (tool/delete"),
    ] {
        let choice = json!({"finish_reason": reason, "message": {"content": "(do (tool/delete"}});
        let usage = json!({"prompt_tokens": 9, "completion_tokens": 4});
        let error = failure(&client(&Server::start(vec![ok(json!({"choices": [choice], "usage": usage}))]))).await;
        assert_eq!((error.kind, error.message.as_str()), (ModelErrorKind::Other, expected));
        assert_eq!(error.tokens, Tokens { input: 9, output: 4, cached: 0 });
    }
}

#[tokio::test]
async fn a_gateway_reports_errors_in_a_success() {
    let server = Server::start(vec![ok(json!({"error": {"code": 502, "message": "upstream is down"}}))]);
    let error = failure(&client(&server)).await;
    assert_eq!(error.kind, ModelErrorKind::Server);
    assert!(error.message.ends_with("answered an error: upstream is down"), "{error}");
}

#[tokio::test]
async fn a_server_that_hangs_is_given_up() {
    for start in ["", "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"] {
        let server = Server::start(vec![Act::Hang(start)]);
        let mut request = request();
        request.options.timeout = Some(Duration::from_millis(100));
        let error = client(&server).reply(request).await.unwrap_err();
        assert_eq!(error.kind, ModelErrorKind::Timeout);
        assert!(error.message.ends_with("within 100ms"), "{error}");
    }
}

#[tokio::test]
async fn nobody_listening_is_an_error_of_the_server() {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let model = OpenAi::new("gpt-x").base_url(format!("http://user:{KEY}@{address}/v1?key={KEY}"));
    let error = failure(&model).await;
    assert_eq!(error.kind, ModelErrorKind::Server);
    assert!(error.message.starts_with(&format!("cannot connect to http://{address}: ")), "{error}");
}

#[tokio::test]
async fn https_needs_no_preparation() {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = failure(&OpenAi::new("gpt-x").base_url(format!("https://{address}/v1"))).await;
    // A machine without certificates cannot get as far as connecting.
    let expected =
        [format!("cannot connect to https://{address}: "), format!("cannot set up HTTPS for https://{address}: ")];
    assert!(expected.iter().any(|start| error.message.starts_with(start)), "{error}");
}

#[tokio::test]
async fn a_huge_answer_is_refused() {
    let server = Server::start(vec![content(&"x".repeat(17 * 1024 * 1024))]);
    let error = failure(&client(&server)).await;
    assert_eq!(error.kind, ModelErrorKind::Other);
    assert!(error.message.ends_with("answered more than 16 MiB"), "{error}");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let other = Server::start(vec![content("stolen")]);
    let target = format!("Location: {}/elsewhere?token={KEY}", other.url);
    let server = Server::start(vec![Act::Answer("307 Temporary Redirect", vec![target], String::new())]);
    let error = failure(&client(&server)).await;
    assert_eq!(error.kind, ModelErrorKind::BadRequest);
    assert!(error.message.contains("/elsewhere, which is not followed"), "{error}");
    assert_eq!(other.requests(), 0);
}

#[tokio::test]
async fn a_key_that_the_provider_repeats_is_hidden() {
    let told = |before: usize| format!("{}wrong key: {KEY}", "x".repeat(before));
    // 280 characters before it, the excerpt ends in the middle of the key.
    for act in [
        Act::Answer("401 Unauthorized", Vec::new(), json!({"error": {"message": told(0)}}).to_string()),
        Act::Answer("401 Unauthorized", Vec::new(), told(280)),
        Act::Answer("200 OK", Vec::new(), told(0)),
        ok(json!({"error": told(0)})),
        ok(json!({"choices": told(0)})),
    ] {
        let error = failure(&client(&Server::start(vec![act]))).await;
        assert!(error.message.contains("wrong key") && !error.message.contains("sk-very"), "{error}");
    }
    let server = Server::start(vec![Act::Answer("400 Bad Request", Vec::new(), told(0))]);
    let mut request = request();
    request.options.extra_headers = json!({"Authorization": format!("Bearer {KEY}")}).as_object().cloned().unwrap();
    assert!(!format!("{request:?}").contains(KEY));
    let error = OpenAi::new("gpt-x").base_url(&server.url).reply(request).await.unwrap_err();
    assert!(error.message.ends_with("wrong key: ***"), "{error}");
}

#[tokio::test]
async fn keys_and_headers_that_cannot_be_sent_are_refused() {
    let server = Server::start(vec![content("fine")]);
    let model = client(&server).key(Some(format!("{KEY}\r\nX-Evil: 1")));
    assert_eq!(failure(&model).await.kind, ModelErrorKind::Auth);
    for headers in [json!({"a b": "c"}), json!({"a": "b\nc"}), json!({"a": ["b"]})] {
        let mut request = request();
        request.options.extra_headers = headers.as_object().cloned().unwrap();
        assert_eq!(client(&server).reply(request).await.unwrap_err().kind, ModelErrorKind::BadRequest);
    }
    assert_eq!(server.requests(), 0);
    let model = client(&server).key(Some(format!(" {KEY}\n")));
    assert_eq!(model.reply(request()).await.unwrap().text, "fine");
}

#[tokio::test]
async fn a_name_with_a_base_url_reaches_the_server() {
    let server = Server::start(vec![status("503 Service Unavailable"), content("hello")]);
    let model = from_name("my-own/some/model:1", Some(&server.url)).unwrap();
    assert_eq!(model.name(), "my-own:some/model:1");
    assert_eq!(model.reply(request()).await.unwrap().text, "hello");
    assert_eq!(server.seen.lock().unwrap()[1].body["model"], "some/model:1");
}
