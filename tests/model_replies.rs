//! Models that need no network: scripts, retries and recordings.
#![cfg(feature = "agent")]

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use ptc::model::{
    Answer, CassetteRecorder, Model, ModelError, ModelErrorKind, Recorded, Reply, Request, Retry, Scripted,
};
use tokio::time::Instant;

fn request(path: &str, turn: u32) -> Request {
    Request { path: path.into(), turn, ..Request::new("be brief").user("hi") }
}

async fn text(model: &impl Model, path: &str, turn: u32) -> String {
    model.reply(request(path, turn)).await.map_or_else(|error| error.to_string(), |reply| reply.text)
}

/// A file for one test, not there yet.
fn file(name: &str) -> PathBuf {
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::remove_file(&file).ok();
    file
}

#[tokio::test]
async fn a_plain_list_answers_main_only() {
    let model = Scripted::from_json(r#"["one"]"#).unwrap();
    assert_eq!(
        text(&model, "main/expert#1", 1).await,
        "the script is a plain list, which answers main only; for main/expert#1, turn 1 \
         it must be an object from process path to list"
    );
    assert_eq!(text(&model, "main", 1).await, "one");
    assert_eq!(text(&model, "main", 2).await, "the script has no reply left for main, turn 2 (it holds 1)");
}

#[tokio::test]
async fn an_object_answers_each_process() {
    let model = Scripted::from_json(r#"{"main": ["a"], "main/expert#1": ["b", "c"], "main/fork[0]": []}"#).unwrap();
    assert_eq!(text(&model, "main/expert#1", 1).await, "b");
    assert_eq!(text(&model, "main", 1).await, "a");
    assert_eq!(text(&model, "main/expert#1", 2).await, "c");
    assert_eq!(
        text(&model, "main/fork[0]", 1).await,
        "the script has no reply left for main/fork[0], turn 1 (it holds 0)"
    );
    assert_eq!(
        text(&model, "main/fork[1]", 1).await,
        "the script has no replies for main/fork[1], turn 1 (it has some for: main, main/expert#1, main/fork[0])"
    );
}

#[tokio::test]
async fn replies_may_cost_tokens_and_fail() {
    let model = Scripted::from_json(
        r#"[{"text": "a", "input_tokens": 9, "output_tokens": 2},
            {"error": {"kind": "rate_limit", "message": "slow down", "retry_after": 1.5}},
            {"error": {"kind": "bad_request", "message": "no"}}]"#,
    )
    .unwrap();
    let reply = model.reply(request("main", 1)).await.unwrap();
    assert_eq!((reply.tokens.input, reply.tokens.output, reply.tokens.cached), (9, 2, 0));
    let busy = ModelError {
        retry_after: Some(Duration::from_millis(1500)),
        ..ModelError::new(ModelErrorKind::RateLimit, "slow down")
    };
    assert_eq!(model.reply(request("main", 2)).await, Err(busy));
    assert_eq!(model.reply(request("main", 3)).await, Err(ModelError::new(ModelErrorKind::BadRequest, "no")));
}

#[test]
fn scripts_that_cannot_be_used_say_where_and_why() {
    let kinds = "rate_limit, server, timeout, auth, bad_request or other";
    for (script, expected) in [
        ("[", "script: not JSON: EOF while parsing a list at line 1 column 1".to_owned()),
        (r#""a""#, r#"script, the whole: expected a list of replies or an object from process path to list, got the text "a""#.into()),
        (r#"{"main": "a"}"#, r#"script, replies of main: expected a list, got the text "a""#.into()),
        (r#"["a", null]"#, r#"script, reply 2 of main: expected a text, {"text": …} or {"error": …}, got nothing"#.into()),
        (r#"[{"txt": "a"}]"#, r#"script, reply 1 of main: expected a text, {"text": …} or {"error": …}, got an object with the fields [txt]"#.into()),
        (r#"[{"text": 1}]"#, "script, text in reply 1 of main: expected a text, got the number 1".into()),
        (r#"[{"text": "a", "tokens": 1}]"#, r#"script, reply 1 of main: expected no fields but text, input_tokens, output_tokens, cached_tokens, got the field "tokens""#.into()),
        (r#"[{"text": "a", "input_tokens": -1}]"#, "script, input_tokens in reply 1 of main: expected a whole number, got the number -1".into()),
        (r#"{"main/a#1": [{"error": {"kind": "boom"}}]}"#, format!(r#"script, kind of the error in reply 1 of main/a#1: expected {kinds}, got the text "boom""#)),
        (r#"[{"error": {"message": "a"}}]"#, format!("script, kind of the error in reply 1 of main: expected {kinds}, got nothing")),
        (r#"[{"error": "a"}]"#, r#"script, error in reply 1 of main: expected {"kind", "message"}, got the text "a""#.into()),
        (r#"[{"error": {"kind": "server", "message": "a", "retry_after": -1}}]"#, "script, retry_after of the error in reply 1 of main: expected seconds, got the number -1".into()),
    ] {
        assert_eq!(Scripted::from_json(script).unwrap_err().to_string(), expected);
    }
}

#[tokio::test]
async fn a_retried_script_goes_on_to_its_next_entry() {
    let script = r#"[{"error": {"kind": "timeout", "message": "late", "retry_after": 50}}, "there"]"#;
    let model = Retry::new(Scripted::from_json(script).unwrap()).without_waiting();
    assert_eq!(text(&model, "main", 1).await, "there");
    assert_eq!(model.name(), "scripted");
}

/// How long a model that fails forever is waited for, and how often it is asked.
async fn patience(
    error: ModelError,
    retry: impl FnOnce(Retry<Arc<dyn Model>>) -> Retry<Arc<dyn Model>>,
) -> (Duration, usize) {
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = asked.clone();
    let model: Arc<dyn Model> = Arc::new(move |_: Request| {
        counter.fetch_add(1, Ordering::Relaxed);
        let error = error.clone();
        async move { Err(error) }
    });
    let start = Instant::now();
    retry(Retry::new(model)).reply(request("main", 1)).await.unwrap_err();
    (start.elapsed(), asked.load(Ordering::Relaxed))
}

#[tokio::test(start_paused = true)]
async fn waits_double_unless_the_provider_names_one() {
    let server = ModelError::new(ModelErrorKind::Server, "down");
    let asking = |seconds| ModelError { retry_after: Some(Duration::from_secs(seconds)), ..server.clone() };
    let millis = Duration::from_millis;
    assert_eq!(patience(server.clone(), |retry| retry).await, (millis(500 + 1000 + 2000), 4));
    assert_eq!(patience(server.clone(), |retry| retry.base(millis(1)).retries(2)).await, (millis(1 + 2), 3));
    assert_eq!(patience(server.clone(), |retry| retry.longest(millis(700))).await, (millis(500 + 700 + 700), 4));
    assert_eq!(patience(server.clone(), |retry| retry.retries(0)).await, (Duration::ZERO, 1));
    assert_eq!(patience(asking(7), |retry| retry).await, (millis(21_000), 4));
    assert_eq!(patience(asking(86_400), |retry| retry).await, (millis(180_000), 4));
    assert_eq!(patience(asking(9), |retry| retry.without_waiting()).await, (Duration::ZERO, 4));
    let refused = ModelError::new(ModelErrorKind::Auth, "no");
    assert_eq!(patience(refused, |retry| retry).await, (Duration::ZERO, 1));
    let (jittered, asked) = patience(server, |retry| retry.jitter(true)).await;
    assert!(jittered >= millis(3500) && asked == 4);
}

#[tokio::test]
async fn a_recording_plays_what_was_answered() {
    let file = file("plays.jsonl");
    let busy =
        ModelError { retry_after: Some(Duration::from_secs(2)), ..ModelError::new(ModelErrorKind::RateLimit, "busy") };
    let script = Scripted::new([Answer::from("one"), busy.into(), "two".into()]);
    let recorder = CassetteRecorder::new(script, &file).unwrap();
    let expert = recorder.another(Scripted::new(["never"]).process("main/expert#1", ["three"]));
    let asked = [request("main", 1), request("main", 1), request("main", 2), request("main/expert#1", 1)];
    let mut live = Vec::new();
    for (index, request) in asked.iter().enumerate() {
        let model: &dyn Model = if index == 3 { &expert } else { &recorder };
        live.push(model.reply(request.clone()).await);
    }
    let recorded = Recorded::load(&file).unwrap();
    // Each process's own order is what counts.
    for index in [3, 0, 1, 2] {
        assert_eq!(recorded.reply(asked[index].clone()).await, live[index]);
    }
    let lines = std::fs::read_to_string(&file).unwrap();
    assert_eq!(lines.lines().count(), 4);
    assert!(lines.starts_with(r#"{"version":1,"key":""#));
}

#[tokio::test]
async fn what_was_not_recorded_is_told_by_its_difference() {
    let file = file("differs.jsonl");
    let recorder = CassetteRecorder::new(|_: Request| async { Ok(Reply::text("yes")) }, &file).unwrap();
    let mut asked = request("main", 1);
    asked.options.temperature = Some(0.1);
    recorder.reply(asked.clone()).await.unwrap();

    let recorded = Recorded::load(&file).unwrap();
    let base = format!("the recording {} has no answer for ", file.display());
    let mut cooler = asked.clone();
    cooler.options.temperature = None;
    let other_system = Request { system: "be quick".into(), ..asked.clone() };
    let other_message = Request { messages: Request::new("").user("hey").messages, ..asked.clone() };
    for (request, expected) in [
        (cooler, r#"main, turn 1: option temperature differs: recorded "0.1", asked "nothing""#),
        (other_system, r#"main, turn 1: the system prompt differs: recorded "be brief", asked "be quick""#),
        (other_message, r#"main, turn 1: message 1 differs: recorded "hi", asked "hey""#),
        (asked.clone().user("more"), "main, turn 1: the number of messages differs: recorded 1, asked 2"),
        (Request { turn: 2, ..asked.clone() }, "main, turn 2: its last turn of main is 1"),
        (Request { path: "main/a#1".into(), ..asked.clone() }, "main/a#1, turn 1: it holds nothing of main/a#1"),
    ] {
        let error = recorded.reply(request).await.unwrap_err();
        assert_eq!(error, ModelError::new(ModelErrorKind::Other, format!("{base}{expected}")));
    }
    assert_eq!(recorded.reply(asked.clone()).await.unwrap().text, "yes");
    let error = recorded.reply(asked).await.unwrap_err();
    assert_eq!(error.message, format!("{base}main, turn 1: it was recorded once and is asked once more"));
}

#[tokio::test]
async fn headers_are_not_recorded() {
    let file = file("headers.jsonl");
    let recorder = CassetteRecorder::new(Scripted::new(["yes"]), &file).unwrap();
    let mut secret = request("main", 1);
    secret.options.extra_headers.insert("Authorization".into(), "Bearer sk-secret".into());
    recorder.reply(secret).await.unwrap();
    assert!(!std::fs::read_to_string(&file).unwrap().contains("sk-secret"));
    // Nor do they matter when it is played.
    assert_eq!(text(&Recorded::load(&file).unwrap(), "main", 1).await, "yes");
}

#[tokio::test]
async fn numbers_that_print_long_are_found_again() {
    let file = file("numbers.jsonl");
    let recorder = CassetteRecorder::new(|_: Request| async { Ok(Reply::text("yes")) }, &file).unwrap();
    let asked = |step: u32| {
        let mut request = request("main", step);
        request.options.temperature = Some(f64::from(step) / 7.0 + 0.1 + 0.2);
        request
    };
    for step in 1..200 {
        recorder.reply(asked(step)).await.unwrap();
    }
    let recorded = Recorded::load(&file).unwrap();
    for step in 1..200 {
        assert!(recorded.reply(asked(step)).await.is_ok());
    }
}

#[tokio::test]
async fn a_recording_replaces_a_recording_and_nothing_else() {
    let file = file("replaces.jsonl");
    for word in ["old", "new"] {
        CassetteRecorder::new(Scripted::new([word]), &file).unwrap().reply(request("main", 1)).await.unwrap();
    }
    assert_eq!(text(&Recorded::load(&file).unwrap(), "main", 1).await, "new");
    std::fs::write(&file, "precious").unwrap();
    let error = CassetteRecorder::new(Scripted::new(["word"]), &file).unwrap_err();
    assert!(error.to_string().ends_with("is no recording; it is left as it was"), "{error}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "precious");
}

#[tokio::test]
async fn files_that_are_no_recording_say_where() {
    let file = file("broken.jsonl");
    let name = file.display().to_string();
    let refusal = || Recorded::load(&file).unwrap_err().to_string();
    assert!(refusal().starts_with(&format!("recording {name}: ")));

    CassetteRecorder::new(Scripted::new(["yes"]), &file).unwrap().reply(request("main", 1)).await.unwrap();
    let line = std::fs::read_to_string(&file).unwrap();
    let (half, _) = line.split_at(line.len() / 2);
    for (content, expected) in [
        (format!("{line}{half}"), "line 2: cut off (not JSON: EOF"),
        (format!("{line}\n{half}\n{line}"), "line 3: not JSON: EOF"),
        (line.replace(r#""version":1"#, r#""version":9"#), "line 1: its version is 9, this program reads version 1"),
        ("{}\n".into(), "line 1: not a recorded exchange: it has no version"),
        (line.replace("reply", "said"), "line 1: not a recorded exchange: "),
    ] {
        std::fs::write(&file, content).unwrap();
        let refusal = refusal();
        assert!(refusal.starts_with(&format!("recording {name}, {expected}")), "{refusal}");
    }
    // A last line that is whole needs no end of line.
    std::fs::write(&file, line.trim_end()).unwrap();
    assert_eq!(text(&Recorded::load(&file).unwrap(), "main", 1).await, "yes");
}

#[tokio::test]
async fn chance_and_the_clock_are_played_as_they_were_recorded() {
    let file = file("chance.jsonl");
    let programs = [
        "(def dice (repeatedly 3 #(rand-int 1000000)))",
        "(return [dice (shuffle (range 20)) (System/currentTimeMillis)])",
    ];
    let recorder = CassetteRecorder::new(Scripted::new(programs), &file).unwrap();
    let live = ptc::delegate("Throw.", ptc::Options::new(recorder)).await.unwrap().result;
    tokio::time::sleep(Duration::from_millis(2)).await;
    let played = ptc::delegate("Throw.", ptc::Options::new(Recorded::load(&file).unwrap())).await.unwrap().result;
    assert_eq!(played, live);
    let lines = std::fs::read_to_string(&file).unwrap();
    assert_eq!(lines.matches("\"sample\":\"clock\"").count(), 1, "{lines}");
}

#[tokio::test]
async fn what_failed_attempts_used_is_told_with_what_came_of_them() {
    let spent = |kind| ModelError {
        tokens: ptc::model::Tokens { input: 100, output: 7, cached: 0 },
        ..ModelError::new(kind, "cut off")
    };
    let answers = [spent(ModelErrorKind::Server).into(), spent(ModelErrorKind::Server).into(), Answer::from("hello")];
    let model = Retry::new(Scripted::new(answers)).without_waiting();
    let reply = model.reply(request("main", 1)).await.unwrap();
    assert_eq!((reply.tokens.input, reply.tokens.output), (200, 14));
    let model = Retry::new(Scripted::new(
        [spent(ModelErrorKind::Server).into(), spent(ModelErrorKind::Auth).into()] as [Answer; 2]
    ))
    .without_waiting();
    assert_eq!(model.reply(request("main", 1)).await.unwrap_err().tokens.input, 200);
}
