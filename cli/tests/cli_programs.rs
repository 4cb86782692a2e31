//! The `ptc` command on program files: checks, exports, conversations.

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

/// Writes files into a folder of a test's own, and gives their paths.
fn writer(folder: &str) -> impl Fn(&str, &str) -> String {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(folder);
    fs::create_dir_all(&folder).unwrap();
    move |name, text| {
        fs::write(folder.join(name), text).unwrap();
        folder.join(name).to_string_lossy().into_owned()
    }
}

fn ptc_with(input: &str, arguments: &[&str]) -> Ran {
    let mut child = Command::new(env!("CARGO_BIN_EXE_ptc"))
        .args(arguments)
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
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
    let write = writer("traced");
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
    let write = writer("conversation");
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

#[test]
fn what_is_wrong_in_a_program_file_is_named_with_what_came() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("wrong-files");
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join("agent.toml");
    let model = "[model]\nname = \"m\"\nprovider = \"openai\"\n";
    for (before, after, named) in [
        ("", "[parameters]\nmax_tokens = \"x\"", ["parameters.max_tokens", "got the string \"x\""]),
        ("", "[parameters]\ntimeout = 1.5", ["parameters.timeout", "\"5s\""]),
        ("timeout = \"5\"", "", ["timeout: expected a time", "\"5\""]),
        ("max_turns = 2", "max_iterations = 3", ["max_turns", "model.max_iterations mean the same, and differ"]),
        ("timeout = \"1s\"", "[limits]\nmax_time = \"2s\"", ["timeout and limits.max_time", "differ"]),
        ("", "[limits]\nmax_steps = -1", ["limits.max_steps", "got -1"]),
        ("", "[context]\nf = inf", ["context.f", "got inf"]),
        ("", "[tools.t]\ncommand = \"sh -c 'echo a'\"", ["tools.t.command", "list of words"]),
        ("", "[tools.t]\ncommand = []", ["tools.t.command", "empty"]),
        ("", "[tools.t]\naccess = \"wirte\"", ["tools.t.access", "expected read, write or admin"]),
        (
            "",
            "[tools]\nenabled = [{ name = \"spawn\", access = \"x\" }]",
            ["tools.enabled.spawn.access", "read, write or admin"],
        ),
        ("", "[[tools.t.responses]]\nresult = 1\nerror = \"e\"", ["tools.t.responses[0]", "give one"]),
        ("", "[env_info]\nvariables = \"some\"", ["env_info.variables", "\"all\""]),
        ("", "[linked_programs]\n\" x \" = \"x.toml\"", ["linked_programs.\" x \"", "blank"]),
        ("", "[tools.mcp]\nmath = \"all\"", ["tools.mcp.math", "there are none"]),
        ("", "[tools]\nenabled = [\"goto\", \"goto\"]", ["there is a tool \"goto\" already", "error"]),
        ("tool_validation = \"strict\"", "[tools.t]\ndefault = 1", ["t", "error"]),
        ("", "[secret = \"hunter2\"", ["agent.toml: line ", "column "]),
    ] {
        fs::write(&file, format!("{before}\n{model}{after}\n")).unwrap();
        let checked = ptc_with("", &["program", "check", &file.to_string_lossy()]);
        let told = format!("{}{}", checked.out, checked.err);
        assert_eq!(checked.status, Some(2), "{before} {after}: {told}");
        assert!(named.iter().all(|part| told.contains(part)), "{before} {after}: {told}");
        assert!(!told.contains("hunter2"), "{told}");
    }
    // Dates are texts, and the files of sub-agents are looked at as well.
    fs::write(folder.join("kid.toml"), "[model]\nname = \"m\"\nprovider = \"nobody\"\n").unwrap();
    fs::write(&file, format!("{model}[context]\nday = 1979-05-27\n[tools.kid]\nprogram = \"kid.toml\"\n")).unwrap();
    let checked = ptc_with("", &["program", "check", &file.to_string_lossy()]);
    assert!(
        checked.status == Some(2) && checked.out.contains("tool kid: ") && checked.out.contains("nobody"),
        "{}",
        checked.out
    );
    let exported = ptc_with("", &["program", "export", &file.to_string_lossy()]);
    assert_eq!(serde_json::from_str::<Json>(&exported.out).unwrap()["context"], json!({ "day": "1979-05-27" }));
    // What has no end is not read, and what is no program file is not quoted.
    for path in ["/dev/zero", "/proc/self/environ"] {
        fs::write(&file, format!("{model}[tools]\nenabled = [\"spawn\"]\n[linked_programs]\nz = {path:?}\n")).unwrap();
        let checked = ptc_with("", &["program", "check", &file.to_string_lossy()]);
        assert!(checked.status == Some(2) && !checked.err.contains("PATH="), "{}", checked.err);
    }
}

#[test]
fn what_an_agent_says_does_not_steer_the_terminal() {
    let write = writer("steering");
    let program = write("agent.toml", "[model]\nname = \"m\"\nprovider = \"openai\"\n");
    for reply in [
        "\u{1b}[31mred\u{7} \u{202e}turned",
        "(fail \"\u{1b}[31mred \u{202e}turned\")",
        "(return \"\u{1b}]0;title\u{7}red turned\")",
    ] {
        let script = write("script.json", &json!([reply]).to_string());
        let ran = ptc_with("", &["run", &program, "Paint.", "--script", &script]);
        let told = format!("{}{}", ran.out, ran.err);
        assert!(told.contains("red") && told.contains("turned"), "{told}");
        assert!(!told.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{told:?}");
    }
}

#[test]
fn what_memory_holds_counts_from_program_to_program() {
    let write = writer("held");
    let program = write(
        "agent.toml",
        "max_turns = 14\n[model]\nname = \"m\"\nprovider = \"openai\"\n[limits]\nmax_memory = \"32MiB\"\n",
    );
    let fill = (0..10).map(|n| format!("(do (def a{n} (.repeat \"x\" 4000000)) {n})"));
    let replies: Vec<String> = fill.chain(["(do (def a0 nil) (def a1 nil) :freed)".into(), "Full.".into()]).collect();
    let script = write("script.json", &json!(replies).to_string());
    let ran = ptc_with("", &["run", &program, "Fill.", "--json", "--script", &script]);
    let outcome: Json = serde_json::from_str(&ran.out).unwrap();
    let failed: Vec<bool> = (0..11).map(|turn| outcome["trace"][turn]["error"].is_string()).collect();
    assert_eq!(failed[..6], [false; 6], "{}", outcome["trace"]);
    assert_eq!(failed[8..10], [true; 2], "{}", outcome["trace"]);
    assert!(!failed[10] && outcome["result"] == "freed", "{}", outcome["trace"][10]);
}
