//! Traces shown: the tree in the terminal, the page, and that nothing in a trace is anything but text there.
#![cfg(feature = "agent")]

use std::path::PathBuf;
use std::process::Command;

use proptest::prelude::*;
use ptc::model::Scripted;
use ptc::trace::{Event, EventKind, Recorder, TurnResult, html, read_events, show};
use ptc::{Options, Tool, Value, as_tool, delegate};

/// What would run, load or break out, if anything let it.
const HOSTILE: &str = "</pre></script><script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">\
                       <style>*{display:none}</style>&lt;\u{202e}\u{1b}[31m'\"--><svg onload=alert(1)>";

/// A run with a sub-agent, a failed turn, a cached call, and hostile text everywhere.
async fn events() -> Vec<Event> {
    let program = format!(
        "I look first.\n```clojure\n; a comment {HOSTILE}\n(def x (tool/look {{:at {:?}}}))\n(println x)\n[x (tool/look {{:at {:?}}})]\n```",
        HOSTILE.replace(['\u{1b}', '\u{202e}'], ""),
        HOSTILE.replace(['\u{1b}', '\u{202e}'], "")
    );
    let model = Scripted::new([
        program,
        "```clojure\n(+ 1 \"2\")\n```".into(),
        "```clojure\n(:summary (tool/helper {:task \"Say something\"}))\n```".into(),
        format!("Done. {HOSTILE}"),
    ])
    .process("main/helper#1", ["```clojure\n(tool/look {:at \"here\"})\n```".to_owned(), HOSTILE.to_owned()]);
    let spec = ptc::contract::ToolSpec::parse("(at :string) -> :string").expect("a contract");
    let spec = spec.effect(ptc::contract::Effect::Read).cacheable();
    let look = Tool::new("look", |_| {
        std::thread::sleep(std::time::Duration::from_millis(15));
        Ok(Value::text(HOSTILE))
    });
    let look = look.with_spec(spec);
    let helper = as_tool(Options::default().name("helper").tools([look.clone()]));
    let recorder = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let seen = recorder.clone();
    let options = Options::new(model).tools([look, helper]).observer(move |event| {
        seen.lock().expect("no panic").push(serde_json::to_string(event).expect("JSON"));
        ptc::trace::Verdict::Continue
    });
    delegate(&format!("Look around {HOSTILE}"), options).await.expect("an outcome");
    let lines = recorder.lock().expect("no panic").join("\n");
    read_events(&lines).expect("events")
}

#[tokio::test]
async fn events_read_back() {
    let events = events().await;
    let again: Vec<String> = events.iter().map(|event| serde_json::to_string(event).expect("JSON")).collect();
    // A run that was killed may have left half a line.
    let mut text = again.join("\n");
    assert_eq!(read_events(&text).expect("events").len(), events.len());
    text.push_str("\n{\"version\":1,\"seq");
    assert_eq!(read_events(&text).expect("events").len(), events.len());
    let broken = text.replacen("\"event\":\"turn_start\"", "\"event\":\"turn_strat\"", 1);
    assert!(read_events(&broken).expect_err("no event").starts_with("line 2 is no event"));
    assert!(read_events("").is_err() && read_events("hello").is_err());
}

#[tokio::test]
async fn the_tree_shows_what_happened_where() {
    let tree = show(&events().await);
    let mut rest = tree.as_str();
    for wanted in [
        "main ← Look around",
        "  turn 1\n",
        "(def x (tool/look",
        "    look {\"at\":",
        "(cached)",
        "  turn 2\n    (+ 1 \"2\")\n    ! 1:1 type-error",
        "    helper {\"task\":\"Say something\"} →",
        "      main/helper#1 ← Say something\n        turn 1\n          (tool/look {:at \"here\"})\n          look {\"at\":\"here\"} →",
        "    Done. ",
        "2 processes, 6 replies, 4 programs, 4 tool calls",
    ] {
        let Some(at) = rest.find(wanted) else { panic!("{wanted:?} is missing, or comes too early, in:\n{tree}") };
        rest = &rest[at + wanted.len()..];
    }
    assert!(!tree.contains(['\u{1b}', '\u{202e}']), "a trace steers no terminal");
}

#[tokio::test]
async fn the_page_holds_everything_as_text() {
    let page = html(&events().await);
    assert!(!page.contains("<script") && !page.contains("<img") && !page.contains("<svg"), "hostile text is markup");
    assert_eq!(page.matches("<style>").count(), 1);
    assert!(!page.contains("http:") && !page.contains("https:"), "the page asks a network");
    for wanted in
        ["default-src 'none'", "main/helper#1", "class=\"tool\">tool/look", "cached", "system prompt", "type-error"]
    {
        assert!(page.contains(wanted), "{wanted}");
    }
}

#[test]
fn a_run_that_was_killed_is_shown_as_far_as_it_went() {
    let recorder = Recorder::new(Vec::new());
    let start = |task: &str| EventKind::Start { task: task.into(), max_turns: 5, run_id: None, warnings: Vec::new() };
    recorder.record("main", start("the task"));
    recorder.record("main", EventKind::TurnStart { turn: 1 });
    recorder.record(
        "main",
        EventKind::ToolStart { turn: 1, call: 0, name: "helper".into(), args: serde_json::json!({}), writes: false },
    );
    recorder.record("main/helper#1", start("a part of it"));
    let events = recorder.events();
    let tree = show(&events);
    assert!(
        tree.contains("helper {} ! did not end") && tree.contains("main/helper#1 ← a part of it\n  … it did not end"),
        "{tree}"
    );
    let page = html(&events);
    assert!(page.contains("The run did not end.") && page.contains("a part of it"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever a model or a tool says, the page has the same tags.
    #[test]
    fn no_text_makes_a_tag(text in "\\PC{0,20}|[<>\"'&;=/!a-z -]{0,30}") {
        let tags = |text: &str| {
            let recorder = Recorder::new(Vec::new());
            let (program, json) = (Some(format!("({text})")), serde_json::Value::from(text));
            recorder.record("main", EventKind::Start { task: text.into(), max_turns: 5, run_id: None, warnings: Vec::new() });
            recorder.record("main", EventKind::TurnStart { turn: 1 });
            recorder.record("main", EventKind::ToolStart { turn: 1, call: 0, name: text.into(), args: json.clone(), writes: false });
            recorder.record("main", EventKind::TurnEnd(TurnResult {
                turn: 1, iteration: 5, program, ran: true, result: Some(std::sync::Arc::new(json)), error: Some(text.into()),
                answer: None, prints: format!("x{text}"), warnings: vec![text.into()],
            }));
            let page = html(&recorder.events());
            // Of programs the tokens are marked, and how many there are depends on the text.
            let outside = page.replace("</span>", "");
            outside.split('<').skip(1).filter(|tag| !tag.starts_with("span class=")).map(|tag| tag.split([' ', '>', '\n']).next().unwrap_or("").to_owned()).collect::<Vec<_>>()
        };
        prop_assert_eq!(tags(&text), tags("plain"));
    }
}

/// A real browser shows the page and runs nothing in it. Left out, with a word, where there is no Chromium.
#[tokio::test]
async fn a_browser_shows_the_page() {
    let found =
        ["chromium", "chromium-browser"].into_iter().find(|name| Command::new(name).arg("--version").output().is_ok());
    let Some(browser) = found else {
        println!("there is no chromium: the page was not shown");
        return;
    };
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("viewer");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder");
    let page = folder.join("trace.html");
    std::fs::write(&page, html(&events().await)).expect("written");
    let run = |last: &str| {
        let output = Command::new(browser)
            .args([
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--disable-component-update",
            ])
            .args(["--disable-sync", "--no-first-run", "--hide-scrollbars", "--window-size=1200,2400"])
            .arg(format!("--user-data-dir={}", folder.join("profile").display()))
            .arg(last)
            .arg(format!("file://{}", page.display()))
            .output()
            .expect("the browser ran");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let dom = run("--dump-dom");
    assert!(
        dom.contains("<title>Look around &lt;/pre&gt;&lt;/script&gt;"),
        "{}",
        dom.chars().take(2_000).collect::<String>()
    );
    assert!(!dom.contains("<script") && !dom.contains("<img") && !dom.contains("<svg"));
    // Closed details are laid out when they are opened; what the page says is all there.
    assert!(dom.contains("main/helper#1") && dom.contains("class=\"timeline\""));
    let picture = folder.join("trace.png");
    run(&format!("--screenshot={}", picture.display()));
    assert!(std::fs::metadata(&picture).expect("a picture").len() > 20_000);
}
