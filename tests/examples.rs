//! The examples run, without a key, and say what they are there to say.

use std::path::Path;
use std::process::Command;

/// Runs an example that `cargo test` has built beside this test.
fn example(name: &str) -> String {
    example_with(name, &[])
}

/// The same with arguments.
fn example_with(name: &str, arguments: &[&str]) -> String {
    let test = std::env::current_exe().unwrap();
    let folder = test.parent().and_then(Path::parent).unwrap().join("examples");
    let program = folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    assert!(program.exists(), "{} is not built: cargo build --examples", program.display());
    run(Command::new(program).args(arguments))
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
