//! Settings at the command line: flags, `:limits`, `--batch` and the schema, all from one table.

use std::io::Write as _;
use std::process::{Command, Stdio};

use ptc::settings::limit_rows;

/// The status, the standard output and the standard error of a run.
fn ptc(input: &str, arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_ptc"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that reads nothing closes the pipe.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn limits_have_flags_with_defaults_in_the_help() {
    for help in [&["eval", "--help"][..], &["repl", "--help"], &["mcp", "--help"], &["help", "eval"]] {
        let (status, out, _) = ptc("", help);
        assert_eq!(status, Some(0), "{help:?}");
        let words: Vec<&str> = out.split_whitespace().collect();
        let out = words.join(" ");
        for row in limit_rows() {
            let flag = format!("--{} <{}>", row.key.flag(), row.key.kind.placeholder());
            let default = format!("[default: {}]", row.key.show(&row.key.default));
            assert!(out.contains(&flag) && out.contains(&default), "{help:?} {flag} {default}: {out}");
        }
    }
}

#[test]
fn limits_of_flags_and_of_batches_hold() {
    for (name, value, program, reached) in [
        ("max_result", "10", "(vec (range 100))", "max_result is 10"),
        ("max_source", "20", "(+ 1 2 3 4 5 6 7 8 9 10)", "max_source is 20"),
        ("max_depth", "10", "(defn f [n] (inc (f n))) (f 1)", "max_depth is 10"),
        ("max_steps", "1000", "(loop [] (recur))", "max_steps is 1000"),
    ] {
        let flag = format!("--{}", name.replace('_', "-"));
        let (status, _, err) = ptc("", &["eval", &flag, value, "-e", program]);
        assert!(status == Some(3) && err.contains(reached), "{flag}: {err}");
        for name in [name, name.trim_start_matches("max_")] {
            let line = format!("{{\"program\": {program:?}, \"limits\": {{{name:?}: {value}}}}}\n");
            let (_, out, _) = ptc(&line, &["eval", "--batch", "--json"]);
            assert!(out.contains(reached), "{line}: {out}");
        }
    }
    let (status, out, _) = ptc("", &["eval", "--max-branches", "1", "-e", "(pmap inc [1 2])"]);
    assert_eq!((status, out.as_str()), (Some(0), "(2 3)\n"));
    let (_, out, _) = ptc("{\"program\": \"1\", \"limits\": {\"max_stpes\": 1}}\n", &["eval", "--batch", "--json"]);
    assert!(out.contains("max_stpes") && out.contains("did you mean max_steps?"), "{out}");
}

#[test]
fn limits_of_the_repl_are_listed_as_they_can_be_given() {
    let (_, out, _) = ptc(":limits --max-memory 1GiB --max-time 90s\n:limits\n", &["repl"]);
    for line in
        ["--max-memory 1GiB", "--max-time 90s", "--max-result 4MiB", "--max-steps 100000000", "max_nesting 500 (fixed)"]
    {
        assert!(out.lines().any(|printed| printed.ends_with(line)), "{line}: {out}");
    }
}

#[test]
fn schema_is_the_one_in_the_docs() {
    let (status, out, _) = ptc("", &["program", "schema"]);
    let written = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/program.schema.json")).unwrap();
    assert_eq!((status, out), (Some(0), written));
}
