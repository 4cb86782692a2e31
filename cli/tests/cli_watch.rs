//! The `ptc` command under watch: what runs cost by a file of prices, and their traces at a collector.

#[allow(dead_code)]
#[path = "../../tests/stub/mod.rs"]
mod stub;

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::{Value as Json, json};
use stub::{Act, Server, ok};

struct Folder(PathBuf);

struct Ran {
    status: Option<i32>,
    out: String,
    err: String,
}

impl Folder {
    fn new(name: &str) -> Self {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("watch-{name}"));
        fs::remove_dir_all(&folder).ok();
        fs::create_dir_all(&folder).unwrap();
        let reply = json!([{"text": "(return 7)", "input_tokens": 900_000, "output_tokens": 100_000, "cached_tokens": 400_000}]);
        fs::write(folder.join("script.json"), reply.to_string()).unwrap();
        fs::write(folder.join("steps.json"), json!({"main/seven#1": reply}).to_string()).unwrap();
        fs::write(folder.join("agent.toml"), "[prompt]\nuser = \"Seven, please\"\n[model]\n").unwrap();
        fs::write(folder.join("plan.md"), "- [ ] seven: Give seven\n").unwrap();
        Self(folder)
    }

    fn file(&self, name: &str, text: &str) {
        fs::write(self.0.join(name), text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    fn ptc(&self, arguments: &[&str], variables: &[(&str, &str)], input: &str) -> Ran {
        let mut child = Command::new(env!("CARGO_BIN_EXE_ptc"))
            .args(arguments)
            .current_dir(&self.0)
            .env_remove("OTEL_EXPORTER_OTLP_ENDPOINT")
            .envs(variables.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A command that refuses its arguments may not read.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ran { status: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        self.ptc(arguments, &[], "")
    }
}

const RUN: [&str; 4] = ["run", "agent.toml", "--script", "script.json"];
const PLAN: [&str; 6] = ["plan", "run", "plan.md", "--fresh", "--script", "steps.json"];

#[test]
fn prices_of_a_file_say_what_a_run_costs_and_bind_it() {
    let folder = Folder::new("prices");
    folder.file("prices.toml", "scripted = { input = 2, output = 8.0, cached = 0.5 }\n");
    folder.file("prices.json", r#"{"*": {"input": 1, "output": 0}}"#);
    let told = |ran: &Ran, line: &str| assert!(ran.out.contains(line), "{}\n{}", ran.out, ran.err);
    told(&folder.run(&[&RUN[..], &["--prices", "prices.toml"]].concat()), "(900000 in, 100000 out), cost 2.0000\n");
    told(&folder.run(&[&RUN[..], &["--prices", "prices.json"]].concat()), "out), cost 0.9000\n");
    let plan = folder.run(&[&PLAN[..], &["--prices", "prices.toml", "--json"]].concat());
    let plan: Json = serde_json::from_str(&plan.out).unwrap();
    assert_eq!(plan["usage"]["cost"], 2.0);
    // In place of those in the file, whose bound then binds.
    folder.file(
        "agent.toml",
        "[prompt]\nuser = \"x\"\n[budget]\ncost = 0.5\n[budget.prices.\"*\"]\ninput = 0\noutput = 0\n",
    );
    let free = folder.run(&RUN);
    assert_eq!((free.status, free.out.contains("cost 0.0000")), (Some(0), true), "{}{}", free.out, free.err);
    // A reply that was in progress is paid for; no other is asked for.
    let reply = json!({"text": "(+ 3 4)", "input_tokens": 900_000});
    folder.file("script.json", &json!([reply, "It is 7."]).to_string());
    let dear = folder.run(&[&RUN[..], &["--prices", "prices.toml"]].concat());
    assert!(dear.status == Some(3) && dear.err.contains("budget.cost"), "{}{}", dear.out, dear.err);

    for (text, named) in [
        ("x = { input = 1 }", "missing field `output`; a price has input, output and, if it differs, cached"),
        ("x = { input = 1, output = -2 }", "expected 0 or more, got -2"),
        ("x = { input = 1, output = nan }", "x.output: expected a number that JSON has, got NaN"),
        ("x = { input = 1, output = 2, cache = 3 }", "unknown field `cache`"),
        ("x = 3", "a price has input"),
        ("x = ", "line 1, column 5: "),
    ] {
        folder.file("wrong.toml", text);
        let ran = folder.run(&[&RUN[..], &["--prices", "wrong.toml"]].concat());
        assert!(ran.status == Some(2) && ran.err.contains("wrong.toml: ") && ran.err.contains(named), "{}", ran.err);
    }
    let none = folder.run(&[&RUN[..], &["--prices", "none.toml"]].concat());
    assert!(none.status == Some(2) && none.err.contains("none.toml: cannot be read"), "{}", none.err);
}

/// The spans of all requests, and the service they are of.
fn spans(server: &Server) -> (Vec<Json>, Json) {
    let seen = server.seen.lock().unwrap();
    let resources = seen.iter().map(|seen| seen.body["resourceSpans"][0].clone());
    let of = |resource: &Json| resource["scopeSpans"][0]["spans"].as_array().unwrap().clone();
    let service = seen[0].body["resourceSpans"][0]["resource"]["attributes"][0]["value"]["stringValue"].clone();
    (resources.flat_map(|resource| of(&resource)).collect(), service)
}

#[test]
fn traces_go_to_a_collector() {
    let folder = Folder::new("otel");
    let server = Server::start(vec![ok("{}")]);
    let url = server.url.trim_end_matches("/v1").to_owned();
    let to = format!("--otel={url}");
    let ran = folder.run(&[&RUN[..], &[&to]].concat());
    assert_eq!(
        (ran.status, &*ran.err.replace("● main ← Seven, please\n", "")),
        (Some(0), "  turn 1: (return 7)\n      => 7\n")
    );
    let (all, service) = spans(&server);
    let names: Vec<&str> = all.iter().filter_map(|span| span["name"].as_str()).collect();
    assert_eq!((names, &service), (vec!["chat scripted", "invoke_agent main"], &json!("ptc")));
    assert!(!format!("{all:?}").contains("Seven, please"), "prompts stay here unless they are asked for");

    // As the environment has it; a plan is a trace as well.
    let variables = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &*url),
        ("OTEL_EXPORTER_OTLP_HEADERS", "x-key=k%203y,x-team=a"),
        ("OTEL_SERVICE_NAME", "mailer"),
    ];
    let ran = folder.ptc(&[&PLAN[..], &["--otel", "--otel-content"]].concat(), &variables, "");
    assert_eq!(ran.status, Some(0), "{}", ran.err);
    let last = server.seen.lock().unwrap().last().cloned().unwrap();
    assert!(last.headers.contains(&"x-key: k 3y".into()) && last.headers.contains(&"x-team: a".into()), "{last:?}");
    let text = last.body.to_string();
    assert!(["mailer", "execute_tool seven", "Give seven"].iter().all(|part| text.contains(part)), "{text}");

    // Nothing is sent unasked.
    let before = server.requests();
    assert_eq!(folder.ptc(&RUN, &variables, "").status, Some(0));
    assert_eq!(server.requests(), before);
    // A collector that is not there is told, and no failure of the run.
    let away = folder.run(&[&RUN[..], &["--otel=http://127.0.0.1:9"]].concat());
    assert!(
        away.status == Some(0) && away.err.contains("warning: the trace was not sent: cannot connect"),
        "{}",
        away.err
    );
    let odd = folder.run(&[&RUN[..], &["--otel=gopher://x"]].concat());
    assert!(odd.status == Some(2) && odd.err.contains("--otel: the endpoint cannot be used"), "{}", odd.err);
    let alone = folder.run(&[&RUN[..], &["--otel-content"]].concat());
    assert!(alone.status == Some(2) && alone.err.contains("--otel"), "{}", alone.err);
}

#[test]
fn tasks_of_the_mcp_server_are_watched_too() {
    let folder = Folder::new("mcp");
    let server = Server::start(vec![ok("{}")]);
    folder.file("prices.toml", "\"*\" = { input = 2, output = 8 }\n");
    let reply = r#"{"text": "(return 7)", "input_tokens": 500000}"#;
    folder.file("script.json", &format!("[{reply}, {reply}]"));
    let hello =
        json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "0"}});
    let call = |id: u32| {
        let task = format!("Task {id}");
        json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": {"name": "delegate", "arguments": {"task": task}}})
    };
    let messages = [
        json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": hello}),
        json!({"jsonrpc": "2.0", "method": "notifications/initialized"}),
        call(1),
        call(2),
    ];
    let input: String = messages.iter().map(|message| format!("{message}\n")).collect();
    let to = format!("--otel={}", server.url.trim_end_matches("/v1"));
    let watch = ["--trace", "traces/run.jsonl", "--prices", "prices.toml", &to];
    fs::create_dir(folder.0.join("traces")).unwrap();
    let ran = folder.ptc(&[&["mcp", "--script", "script.json"], &watch[..]].concat(), &[], &input);
    assert_eq!(ran.status, Some(0), "{}", ran.err);
    for line in ran.out.lines().filter(|line| !line.contains("\"id\":0")) {
        assert!(line.contains("\"cost\":1.0"), "{line}");
    }
    let tasks: Vec<String> = (1..=2).map(|n| folder.read(&format!("traces/run-{n}.jsonl"))).collect();
    for task in ["Task 1", "Task 2"] {
        assert_eq!(tasks.iter().filter(|trace| trace.contains(task)).count(), 1, "{tasks:?}");
    }
    let (all, _) = spans(&server);
    assert_eq!(all.iter().filter(|span| span["name"] == "invoke_agent main").count(), 2);
    // The events of a task read as those of any run.
    let shown = folder.run(&["trace", "show", "traces/run-1.jsonl"]);
    assert!(shown.out.starts_with("main ← Task "), "{}{}", shown.out, shown.err);
}

/// An OpenAI stream of these pieces.
fn stream(texts: &[&str], whole: bool) -> Act {
    let event = |choice: Json| format!("data: {}\n\n", json!({"choices": [choice]})).into_bytes();
    let mut events: Vec<Vec<u8>> = texts.iter().map(|text| event(json!({"delta": {"content": text}}))).collect();
    if whole {
        events.push(event(json!({"delta": {}, "finish_reason": "stop"})));
        events.push(b"data: [DONE]\n\n".to_vec());
    }
    Act::Stream(events, whole)
}

#[test]
fn the_command_shows_replies_while_they_are_written() {
    let server = Server::start(vec![stream(&["lo"], false), stream(&["one\n", "two"], true)]);
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let file = folder.join("streams.toml");
    fs::write(&file, "[model]\nname = \"m\"\nprovider = \"openai\"\n[prompt]\nuser = \"count\"\n").unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_ptc"))
        .args(["run", file.to_str().unwrap(), "--model", "openai:m", "--base-url", &server.url, "--stream"])
        .output()
        .unwrap();
    let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(output.status.success(), "{err}");
    assert!(err.ends_with("● main ← count\n  turn 1: lo\n  turn 1: one\n      two\n"), "{err:?}");
    assert!(out.contains("summary: one\ntwo\n"), "{out}");
}
