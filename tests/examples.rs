//! The examples run, without a key, and say what they are there to say.

use std::path::Path;
use std::process::Command;

/// Runs an example that `cargo test` has built beside the command.
fn example(name: &str) -> String {
    let folder = Path::new(env!("CARGO_BIN_EXE_ptc")).parent().unwrap();
    let program = folder.join("examples").join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    assert!(program.exists(), "{} is not built: cargo build --examples", program.display());
    run(&mut Command::new(program))
}

/// The same with arguments.
fn example_with(name: &str, arguments: &[&str]) -> String {
    let folder = Path::new(env!("CARGO_BIN_EXE_ptc")).parent().unwrap();
    run(Command::new(folder.join("examples").join(name)).args(arguments))
}

fn ptc(arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ptc"));
    command.args(arguments);
    run(&mut command)
}

fn run(command: &mut Command) -> String {
    let output = command.current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
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
fn mails_are_found_and_answered() {
    let text = example("mails");
    says(
        &text,
        &[
            "=== Find all urgent emails",
            "--- reply 1",
            "limit: expected integer, got string \"all\"",
            "--- reply 2",
            "tool list_emails {\"limit\":100} →",
            "summary Five mails are urgent",
            "ref     email_ids = [1041 1046 1052 1058 1067]",
            "usage   3 replies, 2 programs, 1 tool calls, 5683 tokens",
            "=== Draft a short reply",
            "type-error: + needs numbers, got the string \"Re: \"",
            "tool read_email {\"id\":1041}",
            "result  [1 2 3 4 5]",
            "The drafts:",
            "h.tanaka@kitsune-parts.example | Re: Container held at customs until noon",
        ],
    );
    // The lines that the README shows.
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let shown = readme.split("```text\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    says(&text, &shown.lines().collect::<Vec<_>>());
}

#[test]
fn agents_are_tools_of_agents() {
    says(
        &example("hierarchy"),
        &[
            "main/customers#1         called list_customers {}",
            "main                     called customers {\"task\":\"Who is the best customer?\"}",
            "main/orders#1            called list_orders {}",
            "\"customer_id\":2",
            "summary: Fjordline is the best customer",
            ":open 2}",
            "6 replies in the tree, 2 of them the analyst's own",
        ],
    );
}

#[test]
fn one_task_is_done_in_five_patterns() {
    let text = example("patterns");
    let made = ["result [{:meeting 101} {:meeting 103}]", "2 replies of 1 agents, 4 tool calls"];
    says(&text, &["dynamic: Both urgent mails", "7 replies of 3 agents, 7 tool calls"]);
    says(&text, &["predefined: Both urgent mails", "{:meeting_ids [101 103]}", "6 replies of 3 agents, 6 tool calls"]);
    says(&text, &["hybrid: Both urgent mails", made[0], made[1]]);
    says(
        &text,
        &[
            "# Meetings about the urgent mails\n\n- [ ] find: Find the urgent mails\n  - tools: list_mails",
            "  - needs: email_ids, free",
            "plan: find: ",
            ":meet [{:meeting 101} {:meeting 103}]}",
            // Three steps, one of them tried again.
            "4 replies of 5 agents, 8 tool calls",
        ],
    );
    says(&text, &["parallel: Server down", "parallel: Three slots", "parallel: Three."]);
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
    let report = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/descriptors/report.txt");
    assert!(std::fs::read_to_string(&report).unwrap().starts_with("At 22:47 three orders were lost"));
    std::fs::remove_file(report).unwrap();
    assert_eq!(json["warnings"], serde_json::json!([]));
}

#[test]
fn a_task_by_program_is_measured_against_single_calls() {
    let text = example_with("measure", &["task", "1000"]);
    let row = text.lines().find(|line| line.starts_with("| 1,000 |")).expect("a row");
    let bytes: Vec<usize> = row
        .split(" turns, ")
        .skip(1)
        .filter_map(|cell| cell.split(" bytes").next()?.replace(',', "").parse().ok())
        .collect();
    let [program, single, parallel] = bytes[..] else { panic!("three ways: {row}") };
    assert!(row.contains("| 3 turns") && row.contains("| 13 turns") && row.contains("| 5 turns"), "{row}");
    assert!(program * 20 < parallel && parallel < single, "{row}");

    let text = example_with("measure", &["delegates", "20"]);
    assert_eq!(text.lines().filter(|line| line.starts_with("| 20 |")).count(), 3, "{text}");
}
