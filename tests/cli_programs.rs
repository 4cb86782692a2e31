//! The `ptc` command on program files: checks, exports, conversations.
#![cfg(feature = "cli")]

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value as Json, json};

/// What came of a run.
struct Ran {
    status: Option<i32>,
    out: String,
    err: String,
}

impl Ran {
    /// Fails unless the run ended with this status and named all of these.
    #[track_caller]
    fn refuses(&self, status: i32, named: &[&str]) {
        assert_eq!(self.status, Some(status), "{}", self.err);
        assert!(named.iter().all(|text| self.err.contains(text)), "{named:?} is not in:\n{}", self.err);
    }
}

fn ptc_with(input: &str, arguments: &[&str]) -> Ran {
    let mut child = Command::new(env!("CARGO_BIN_EXE_ptc"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
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

#[test]
fn a_program_file_is_checked_without_a_model() {
    let checked = ptc_with("", &["program", "check", "examples/forks/main.toml", "--root", "src:ro"]);
    assert_eq!(checked.status, Some(0), "{}", checked.err);
    for line in [
        "main: examples/forks/main.toml\n  model openai:gpt-4.1, 5 turns, admin access\n",
        "  tool takings() -> [{:day :string :euros :int}] (read)\n",
        "  tool fork(prompts [:any]) -> ",
        "  files examples/forks, src (read only); commands not granted\n",
        "  lawyer (Knows what the law allows): examples/forks/lawyer.toml\n    model openai:gpt-4.1, 5 turns, write access\n",
    ] {
        assert!(checked.out.contains(line), "{line:?} is not in:\n{}", checked.out);
    }
    let exported = ptc_with("", &["program", "export", "examples/forks/main.toml"]);
    assert_eq!(serde_json::from_str::<Json>(&exported.out).unwrap()["budget"], json!({ "turns": 12, "processes": 4 }));
    ptc_with("", &["program", "check", "missing.toml"]).refuses(2, &["missing.toml"]);
}

#[test]
fn what_the_trace_keeps_of_calls_counts_as_the_memory_of_the_program() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("traced");
    fs::create_dir_all(&folder).unwrap();
    let write = |name: &str, text: &str| {
        fs::write(folder.join(name), text).unwrap();
        folder.join(name).to_string_lossy().into_owned()
    };
    write("large.txt", &"x".repeat(4_000_000));
    let program = write(
        "agent.toml",
        "[model]\nname = \"m\"\nprovider = \"openai\"\n[tools]\nenabled = [\"read_file\"]\n[limits]\nmax_memory = \"32MiB\"\n",
    );
    let again = "(dotimes [_ 250] (call \"read_file\" {:path \"large.txt\"}))";
    let script = write("script.json", &json!([again, "It is large."]).to_string());
    let ran = ptc_with("", &["run", &program, "Read.", "--json", "--script", &script]);
    assert_eq!(ran.status, Some(0), "{}", ran.err);
    let outcome: Json = serde_json::from_str(&ran.out).unwrap();
    let error = outcome["trace"][0]["error"].as_str().unwrap();
    assert!(error.contains("the program holds too much memory"), "{error}");
    let calls = outcome["trace"][0]["tool_calls"].as_array().unwrap().len();
    assert!((1..=10).contains(&calls), "{calls}");
}

#[test]
fn a_conversation_is_a_task_a_line() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("conversation");
    fs::create_dir_all(&folder).unwrap();
    let write = |name: &str, text: &str| {
        fs::write(folder.join(name), text).unwrap();
        folder.join(name).to_string_lossy().into_owned()
    };
    let program = write(
        "agent.toml",
        "[model]\nname = \"m\"\nprovider = \"openai\"\n[tools]\nenabled = [\"write_stderr\"]\n[demo]\nprompts = [\"One.\", \"Two.\"]\n",
    );
    let script = write(
        "script.json",
        r#"["(def x 20)", "Kept.", "(do (write_stderr {:message \"red \u001b[31m\"}) (inc x))", "Twenty-one."]"#,
    );
    let told = ptc_with("Keep 20.\n\n  Add one.\n", &["run", &program, "--script", &script, "--interactive", "--json"]);
    assert_eq!((told.status, told.err.as_str()), (Some(0), "red \u{fffd}[31m\n"));
    let outcomes: Vec<Json> = told.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((&outcomes[0]["summary"], &outcomes[1]["summary"]), (&json!("Kept."), &json!("Twenty-one.")));
    assert_eq!((outcomes.len(), &outcomes[1]["result"], &outcomes[1]["usage"]["requests"]), (2, &json!(21), &json!(2)));
    // The second task follows upon the first.
    assert_eq!(outcomes[1]["trace"][0]["messages"].as_array().map(Vec::len), Some(5));
    let played = ptc_with("", &["run", &program, "--script", &script, "--demo", "--json"]);
    assert_eq!((played.status, played.out.lines().count()), (Some(0), 2));
    ptc_with("", &["run", &program, "--script", &script]).refuses(2, &["no task"]);
    ptc_with("", &["run", &program, "x", "--root", "nowhere"]).refuses(2, &["--root: nowhere is no folder"]);
}

/// `ptc … | head` closes the pipe before all is written.
#[cfg(unix)]
#[test]
fn who_closes_the_pipe_has_read_enough() {
    for arguments in [&["doc", "--search", "map"][..], &["eval", "-e", "(vec (range 9999))"], &["repl", "--help"]] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ptc"));
        let mut child = command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!said.contains("panicked"), "{arguments:?}: {said}");
    }
}
