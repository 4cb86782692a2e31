//! The program files of the examples run, without a key, and say what they are there to say.

use std::path::Path;
use std::process::Command;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

fn ptc(arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ptc"));
    command.args(arguments);
    let output = command.current_dir(ROOT).output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{:?}\n{out}\n{err}", output.status);
    out.into_owned()
}

#[track_caller]
fn says(text: &str, lines: &[&str]) {
    let mut rest = text;
    for line in lines {
        let Some(at) = rest.find(line) else { panic!("{line:?} is missing, or comes too early, in:\n{text}") };
        rest = &rest[at + line.len()..];
    }
}

#[test]
fn programs_start_programs() {
    let text = ptc(&["run", "examples/linked/main.toml", "--script", "examples/linked/script.json", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(json["result"]["text"], "Le train part à neuf heures.");
    assert_eq!((json["usage"]["requests"].as_u64(), json["usage"]["processes"].as_u64()), (Some(4), Some(3)));
    let calls = &json["trace"][0]["tool_calls"];
    assert_eq!(calls[0]["children"][0]["path"], "main/translator#1");
    assert_eq!(calls[1]["children"][0]["path"], "main/proofreader#1");
    assert_eq!(json["warnings"], serde_json::json!([]));
}

#[test]
fn an_agent_keeps_the_books() {
    let text = ptc(&["run", "examples/invoices/agent.toml", "--script", "examples/invoices/script.json"]);
    says(&text, &["summary: Polmar owes 1,300 euros", "\"total\":2200.0"]);
}

#[test]
fn a_process_goes_on_in_copies() {
    let text = ptc(&["run", "examples/forks/main.toml", "--script", "examples/forks/script.json", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(json["result"][0]["message"], "A day takes 2,633 euros on average. Open.");
    assert_eq!(json["result"][2]["message"], "Four Sundays a year are allowed, and no more.");
    let children = &json["trace"][1]["tool_calls"][0]["children"];
    assert_eq!((&children[0]["path"], &children[2]["path"]), (&"main/fork[0]".into(), &"main/fork[2]".into()));
    // A fork has the conversation from before the turn, then its own task.
    let messages = children[0]["trace"][0]["messages"].as_array().unwrap();
    assert_eq!(messages.len(), 3);
    let last = messages[2]["content"].as_str().unwrap();
    assert!(last.contains("You are child 1 of 3") && last.ends_with("Judge it by the takings alone."), "{last}");
    assert_eq!((&json["stop_reason"], &json["warnings"]), (&"answer".into(), &serde_json::json!([])));
}

#[test]
fn a_long_log_is_read_in_parts() {
    let text =
        ptc(&["run", "examples/descriptors/main.toml", "--script", "examples/descriptors/script.json", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(json["trace"][1]["result"][0]["line"], 45);
    assert_eq!(json["trace"][2]["result"], "The database took no more connections, so the orders could not be stored.");
    let system = json["trace"][2]["tool_calls"][1]["children"][0]["trace"][0]["system"].as_str().unwrap();
    assert!(system.contains("<fd name=\"fd:2\">\n22:43") && system.contains("too many connections"), "{system}");
    let report = Path::new(ROOT).join("examples/descriptors/report.txt");
    assert!(std::fs::read_to_string(&report).unwrap().starts_with("At 22:47 three orders were lost"));
    std::fs::remove_file(report).unwrap();
    assert_eq!(json["warnings"], serde_json::json!([]));
}
