//! The `ptc` command from the outside: what it prints, where, and with which status it ends.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs, process};

use serde_json::{Value as Json, json};

/// What came of a run.
struct Ran {
    status: Option<i32>,
    out: String,
    err: String,
}

impl Ran {
    fn json(&self) -> Json {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}\n{}", self.out, self.err))
    }

    /// Fails unless the run ended like this, and said nothing on the other stream.
    #[track_caller]
    fn gives(&self, status: i32, out: &str) {
        assert_eq!((self.status, self.out.as_str()), (Some(status), out), "{}", self.err);
    }

    /// Fails unless the run ended with this status, and named all of these on standard error.
    #[track_caller]
    fn names(&self, status: i32, named: &[&str]) {
        assert_eq!(self.status, Some(status), "{}", self.err);
        for text in named {
            assert!(self.err.contains(text), "{text:?} is not in:\n{}", self.err);
        }
    }

    /// Fails unless the run printed nothing, ended with this status, and named all of these.
    #[track_caller]
    fn refuses(&self, status: i32, named: &[&str]) {
        assert_eq!(self.out, "", "{}", self.err);
        self.names(status, named);
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
    // A command that reads nothing closes the pipe.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    Ran {
        status: output.status.code(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

fn ptc(arguments: &[&str]) -> Ran {
    ptc_with("", arguments)
}

/// A folder of a test's own, gone when the test is over.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = env::temp_dir().join(format!("ptc-cli-{name}-{}", process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// A file's path.
    fn path(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }

    /// Writes a file and gives its path.
    fn file(&self, name: &str, text: &str) -> String {
        fs::write(self.0.join(name), text).unwrap();
        self.path(name)
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).unwrap();
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

// eval

#[test]
fn a_program_comes_from_a_file_an_argument_or_standard_input() {
    let folder = Folder::new("sources");
    let file = folder.file("f.clj", "#!/usr/bin/env ptc\n(def a 40) ; the last form counts\n(+ a 2)\n");
    ptc(&["eval", &file]).gives(0, "42\n");
    ptc(&["eval", "-e", "(+ 40 2)"]).gives(0, "42\n");
    ptc_with("(+ 40\n   2)", &["eval", "-"]).gives(0, "42\n");
    ptc(&["eval", "-e", r#"{:a "x\ny" "b c" [nil true 1.0]}"#]).gives(0, "{:a \"x\\ny\", \"b c\" [nil true 1.0]}\n");
}

#[test]
fn errors_go_to_standard_error_with_the_line_and_a_mark() {
    let folder = Folder::new("errors");
    let file = folder.file("f.clj", "(def n 1)\n(+ n \"2\")\n");
    ptc(&["eval", &file]).refuses(
        1,
        &[
            "type-error: + needs numbers, got the string \"2\"",
            &format!("{file}:2:1"),
            "2 | (+ n \"2\")",
            "^^^",
            "try: ",
        ],
    );
    ptc(&["eval", "-e", "(mpa inc [1]) (inc)"]).refuses(1, &["did you mean map?", "inc was given 0 arguments"]);
    ptc(&["eval", "-e", "(+ 1"]).refuses(1, &["parse-error", "-e:1:"]);
}

#[test]
fn wrong_usage_is_status_2() {
    ptc(&["eval"]).refuses(2, &["nothing to evaluate"]);
    ptc(&["eval", "--max-stpes", "3", "-e", "1"]).refuses(2, &["--max-stpes", "--max-steps"]);
    ptc(&["eval", "--max-time", "soon", "-e", "1"]).refuses(2, &["soon", "5s"]);
    ptc(&["eval", "--batch", "-e", "1"]).refuses(2, &["--batch"]);
    ptc(&["evil"]).refuses(2, &["evil", "eval"]);
}

#[test]
fn unreadable_input_is_status_2_and_named() {
    let folder = Folder::new("unreadable");
    let missing = folder.path("missing");
    let (bad, list) = (folder.file("bad.json", "{\"a\": }"), folder.file("list.json", "[1]"));
    ptc(&["eval", &missing]).refuses(2, &[&missing, "No such file"]);
    ptc(&["eval", &folder.0.display().to_string()]).refuses(2, &["directory"]);
    ptc(&["eval", "-e", "1", "--ctx", &missing]).refuses(2, &[&missing]);
    ptc(&["eval", "-e", "1", "--ctx", &bad]).refuses(2, &[&bad, "line 1 column 7"]);
    ptc(&["eval", "-e", "1", "--ctx", &list]).refuses(2, &[&list, "object"]);
    ptc(&["eval", "-e", "1", "--tools", &bad]).refuses(2, &[&bad, "line 1 column 7"]);
    let no_spec = folder.file("tools.json", r#"{"f": {"spec": "(q :strin"}}"#);
    ptc(&["eval", "-e", "1", "--tools", &no_spec]).refuses(2, &[&no_spec, "tool f", "spec"]);
    let misspelt = folder.file("more.json", r#"{"f": {"respones": []}}"#);
    ptc(&["eval", "-e", "1", "--tools", &misspelt]).refuses(2, &["tool f", "respones"]);
}

#[test]
fn the_context_is_what_the_file_says() {
    let folder = Folder::new("context");
    let ctx = folder.file("ctx.json", r#"{"mails": [{"id": 1}, {"id": 2}], "limit": 1.0}"#);
    ptc(&["eval", "--ctx", &ctx, "-e", "[(mapv :id ctx/mails) ctx/limit ctx/none]"]).gives(0, "[[1 2] 1.0 nil]\n");
}

#[test]
fn tools_answer_from_their_table() {
    let folder = Folder::new("tools");
    let tools = folder.file(
        "tools.json",
        r#"{"find": {"spec": "(id :int) -> {:name :string}",
                     "responses": [{"args": {"id": 1}, "result": {"name": "Ada"}}, {"args": {"id": 2}, "error": "gone"}]},
            "any": {"default": 7}}"#,
    );
    let run = |program: &str| ptc(&["eval", "--tools", &tools, "-e", program]);
    run("(:name (tool/find {:id 1}))").gives(0, "\"Ada\"\n");
    run("[(:name (tool/find {:id \"1\"})) (:name (tool/find {:id 1}))]").gives(0, "[\"Ada\" \"Ada\"]\n");
    run("(tool/any {:what \"ever\"})").gives(0, "7\n");
    run("(tool/find {:id 2})").refuses(1, &["tool-error: find: gone"]);
    run("(tool/find {:id 3})").refuses(1, &["tool-error", "no response", "{:id 3}"]);
    run("(tool/fnid {:id 1})").refuses(1, &["did you mean find?"]);
    run("(tool/find {:id \"x\"})").refuses(1, &["id: expected integer, got string \"x\""]);
}

#[test]
fn limits_are_status_3() {
    let run = |limit: &[&str], program: &str| ptc(&[&["eval", "-e", program], limit].concat());
    let endless = "(loop [] (recur))";
    run(&["--max-steps", "1000"], endless).refuses(3, &["limit-error", "max_steps is 1000"]);
    run(&["--max-time", "50ms"], endless).refuses(3, &["limit-error", "max_time"]);
    run(&["--max-depth", "10"], "(defn f [n] (inc (f n))) (f 1)").refuses(3, &["limit-error", "max_depth is 10"]);
    run(&["--max-memory", "1MiB"], "(vec (range 1000000))").refuses(3, &["limit-error", "max_memory"]);
    run(&[], "(vec (repeat 600000 \"xxxxxxxx\"))").refuses(3, &["limit-error", "max_result is 4194304"]);
    let tools = Folder::new("limits");
    let file = tools.file("tools.json", r#"{"f": {"default": 1}}"#);
    run(&["--tools", &file, "--max-tool-calls", "1"], "(tool/f) (tool/f)").refuses(3, &["max_tool_calls is 1"]);
    // Output is cut where it becomes too long; the program goes on.
    let ran = run(&["--max-output", "10"], "(println (range 100)) 1");
    assert_eq!(
        (ran.status, ran.out.contains("(max_output)"), ran.out.ends_with("\n1\n")),
        (Some(0), true, true),
        "{}",
        ran.out
    );
    // What is caught is never a limit.
    run(&["--max-steps", "1000"], "(try (loop [] (recur)) (catch Throwable e 1))").refuses(3, &["max_steps"]);
}

#[test]
fn json_holds_all_that_came_of_a_program() {
    let folder = Folder::new("json");
    let tools = folder.file("tools.json", r#"{"f": {"default": {"x": 1}}}"#);
    let run = |program: &str| ptc(&["eval", "--json", "--tools", &tools, "-e", program]);

    let good = run("(println \"hi\") (def n 1) {:a #{n} :b (tool/f {:q \"z\"})}");
    assert_eq!(good.status, Some(0));
    let json = good.json();
    assert_eq!(json["value"], json!({"a": [1], "b": {"x": 1}}));
    assert_eq!(json["edn"], "{:a #{1}, :b {:x 1}}");
    assert_eq!(json["prints"], "hi\n");
    assert_eq!(json["memory"], json!({"n": 1}));
    assert_eq!(json["tool_calls"], json!([{"name": "f", "args": {"q": "z"}, "result": {"x": 1}}]));
    assert!(json["warnings"].is_array());
    for name in ["steps", "time_ms", "memory_bytes", "tool_calls"] {
        assert!(json["spent"][name].is_u64(), "{json}");
    }
    assert_eq!(json["spent"]["tool_calls"], 1);

    let function = run("inc").json();
    assert_eq!(function["value"], Json::Null);
    assert!(function["edn"].as_str().is_some_and(|text| text.contains("inc")), "{function}");

    let bad = run("(tool/f)\n (+ 1 nil)");
    assert_eq!((bad.status, bad.err.as_str()), (Some(1), ""));
    let json = bad.json();
    assert_eq!((&json["error"]["kind"], &json["error"]["line"]), (&json!("type-error"), &json!(2)));
    assert_eq!(json["error"]["column"], 2);
    assert_eq!(json["tool_calls"][0]["name"], "f");
    assert!(json.get("value").is_none());

    let limit = ptc(&["eval", "--json", "--max-steps", "99", "-e", "(loop [] (recur))"]);
    assert_eq!(limit.status, Some(3));
    let json = limit.json();
    assert_eq!(json["error"]["limit"]["name"], "max_steps");
    assert_eq!(json["error"]["limit"]["configured"], 99);
    assert!(json["error"]["limit"]["observed"].as_u64() > Some(99));
}

#[test]
fn batch_answers_every_line() {
    let lines = [
        r#""(+ 1 2)""#,
        r#""(def a 1)""#,
        r#""a""#,
        "",
        r#"{"program": "(* 2 ctx/n)", "ctx": {"n": 21}}"#,
        r#"{"programs": ["(def a 5)", "(inc a)"]}"#,
        r#"{"program": "(tool/f {:x 1})", "tools": {"f": {"responses": [{"args": {"x": 1}, "result": "one"}]}}}"#,
        r#"{"program": "(loop [] (recur))", "limits": {"steps": 1000}}"#,
        r#""\"two\nlines\"""#,
        "no json",
        r#"{"programm": "1"}"#,
        "7",
    ];
    let ran = ptc_with(&lines.join("\n"), &["eval", "--batch"]);
    assert_eq!(ran.status, Some(0), "{}", ran.err);
    let answers: Vec<&str> = ran.out.lines().collect();
    assert_eq!(answers.len(), lines.len() - 1, "{}", ran.out);
    assert_eq!(answers[0], "3");
    assert!(answers[2].starts_with("#error \"analysis-error: unknown symbol a"), "{}", answers[2]);
    assert_eq!(&answers[3..6], ["42", "6", "\"one\""]);
    assert!(answers[6].starts_with("#error \"limit-error: "), "{}", answers[6]);
    assert_eq!(answers[7], r#""two\nlines""#);
    for answer in &answers[8..] {
        assert!(answer.starts_with("#error \"usage-error: "), "{answer}");
    }
}

#[test]
fn batch_as_json_has_an_entry_for_each_program() {
    let lines = [r#"{"programs": ["(def a 5)", "(+ a \"\")", "(inc a)"]}"#, r#""(+ 1 1)""#, "no json"];
    let ran = ptc_with(&lines.join("\n"), &["eval", "--batch", "--json"]);
    assert_eq!(ran.status, Some(0), "{}", ran.err);
    let answers: Vec<Json> = ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers[0]["values"][2], 6);
    assert_eq!(answers[0]["values"][1]["error"]["kind"], "type-error");
    assert_eq!(answers[0]["memory"], json!({"a": 5}));
    assert_eq!(answers[1]["value"], 2);
    assert!(answers[2]["error"]["message"].as_str().is_some_and(|text| text.contains("no JSON")), "{}", answers[2]);
}

#[test]
fn memory_files_keep_what_programs_define() {
    let folder = Folder::new("memory");
    let memory = folder.path("m.edn");
    let run = |program: &str| ptc(&["eval", "--memory", &memory, "-e", program]);
    let first = run(
        "(def rate 3) (defn times [n] (* n rate)) (def add (let [k 10] (fn [n] (+ n k)))) (def seen #{:a \"b\"}) 1",
    );
    first.gives(0, "1\n");
    run("[(times 5) (add 1) (contains? seen :a)]").gives(0, "[15 11 true]\n");
    // A program that fails leaves the file as it was, and none beside it.
    let before = fs::read_to_string(&memory).unwrap();
    assert_eq!(run("(def rate 4) (+ rate nil)").status, Some(1));
    assert_eq!(fs::read_to_string(&memory).unwrap(), before);
    assert_eq!(folder.names(), ["m.edn"]);
    run("(def rate 4)").gives(0, "#'user/rate\n");
    run("(times 5)").gives(0, "20\n");
}

#[test]
fn memory_files_keep_atoms() {
    let folder = Folder::new("atoms");
    let memory = folder.path("m.edn");
    let run = |program: &str| ptc(&["eval", "--memory", &memory, "-e", program]);
    run("(def counter (atom {:n 1})) 1").gives(0, "1\n");
    run("(swap! counter update :n inc)").gives(0, "{:n 2}\n");
    run("@counter").gives(0, "{:n 2}\n");
}

#[test]
fn memory_files_that_cannot_be_used_stay_as_they_are() {
    let folder = Folder::new("bad-memory");
    for text in ["{a 1", "[1 2]", "{1 2}"] {
        let memory = folder.file("m.edn", text);
        ptc(&["eval", "--memory", &memory, "-e", "1"]).refuses(2, &[&memory]);
        assert_eq!(fs::read_to_string(&memory).unwrap(), text);
    }
    let nowhere = folder.path("no/such/folder/m.edn");
    ptc(&["eval", "--memory", &nowhere, "-e", "(def a 1)"]).refuses(1, &[&nowhere]);
}

// run

const AGENT: &str = r#"
[model]
provider = "openai"
name = "any"
max_turns = 3

[prompt]
user = "What is 6 times 7?"
"#;

fn agent(folder: &Folder, more: &str, replies: &Json) -> (String, String) {
    (folder.file("agent.toml", &format!("{AGENT}{more}")), folder.file("script.json", &replies.to_string()))
}

#[test]
fn an_agent_runs_from_a_script() {
    let folder = Folder::new("run");
    let replies = json!([{"text": "```clojure\n(* 6 7)\n```", "input_tokens": 10, "output_tokens": 5}, "It is 42."]);
    let (file, script) = agent(&folder, "[refs.answer]\nlisp = \"result\"\nrequired = true\n", &replies);

    let plain = ptc(&["run", &file, "--script", &script]);
    assert_eq!(plain.status, Some(0), "{}", plain.err);
    for line in ["result:  42", "summary: It is 42.", "refs:    {\"answer\":42}", "2 replies, 1 programs"] {
        assert!(plain.out.contains(line), "{line:?} is not in:\n{}", plain.out);
    }
    assert!(plain.err.contains("main ← What is 6 times 7?") && plain.err.contains("(* 6 7)"), "{}", plain.err);

    let json = ptc(&["run", &file, "--script", &script, "--json"]).json();
    assert_eq!((&json["result"], &json["summary"]), (&json!(42), &json!("It is 42.")));
    assert_eq!(json["refs"], json!({"answer": 42}));
    assert_eq!((&json["usage"]["total_tokens"], &json["usage"]["own"]["requests"]), (&json!(15), &json!(2)));
    let trace = json["trace"].as_array().unwrap();
    assert_eq!(trace.len(), 2);
    assert_eq!((&trace[0]["turn"], &trace[0]["iteration"], &trace[0]["result"]), (&json!(1), &json!(3), &json!(42)));
    assert_eq!(trace[0]["program"], "(* 6 7)");
    assert_eq!(trace[0]["messages"][0], json!({"role": "user", "content": "What is 6 times 7?"}));
    assert_eq!(trace[1]["answer"], "It is 42.");
}

#[test]
fn every_event_is_a_line_of_the_trace() {
    let folder = Folder::new("trace");
    let (file, script) = agent(&folder, "", &json!(["(* 6 7)", "It is 42."]));
    let trace = folder.path("trace.jsonl");
    let ran = ptc(&["run", &file, "What is 7 times 6?", "--script", &script, "--trace", &trace]);
    assert_eq!(ran.status, Some(0), "{}", ran.err);
    let lines: Vec<Json> =
        fs::read_to_string(&trace).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let names: Vec<&str> = lines.iter().map(|line| line["event"].as_str().unwrap()).collect();
    let turn = ["turn_start", "request", "response", "turn_end"];
    assert_eq!(names, [&["start"][..], &turn, &turn, &["end"]].concat());
    for (at, line) in lines.iter().enumerate() {
        assert_eq!((&line["path"], &line["sequence"]), (&json!("main"), &json!(at)));
    }
    assert_eq!(lines[0]["task"], "What is 7 times 6?");

    let tree = "main ← What is 7 times 6?\n  turn 1\n    (* 6 7)\n    => 42\n  turn 2\n    It is 42.\n  => 42\n\
                1 processes, 2 replies, 1 programs, 0 tool calls, 0 tokens (0 in, 0 out)\n";
    ptc(&["trace", "show", &trace]).gives(0, tree);
    let page = folder.path("trace.html");
    ptc(&["trace", "html", &trace, "-o", &page]).gives(0, "");
    assert_eq!(fs::read_to_string(&page).unwrap(), ptc(&["trace", "html", &trace]).out);
    ptc(&["trace", "show", &file]).refuses(2, &[&file, "line 1 is no event"]);

    let nowhere = folder.path("no/folder/trace.jsonl");
    ptc(&["run", &file, "--script", &script, "--trace", &nowhere]).refuses(2, &[&nowhere]);
}

#[test]
fn an_agent_that_does_not_end_well_says_how() {
    let folder = Folder::new("ends");
    let run = |replies: &Json| {
        let (file, script) = agent(&folder, "", replies);
        let ran = ptc(&["run", &file, "--script", &script, "--json"]);
        let json = ran.json();
        assert!(json["trace"].is_array() && json["usage"]["requests"].is_u64(), "{json}");
        (ran.status, json["error"].clone())
    };
    let (status, error) = run(&json!(["(* 1 1)", "(* 2 2)", "(* 3 3)"]));
    assert_eq!((status, &error["kind"]), (Some(3), &json!("limit-error")));
    assert_eq!(error["limit"]["name"], "max_turns");

    let (status, error) = run(&json!(["(* 1 1)"]));
    assert_eq!((status, &error["kind"]), (Some(1), &json!("model-error")));
    assert!(error["message"].as_str().is_some_and(|text| text.contains("main, turn 2")), "{error}");

    let (status, error) = run(&json!([{"error": {"kind": "auth", "message": "the key was refused"}}]));
    assert_eq!(status, Some(1));
    assert!(error["message"].as_str().is_some_and(|text| text.contains("the key was refused")), "{error}");
}

#[test]
fn programs_that_cannot_be_used_are_status_2() {
    let folder = Folder::new("unusable");
    let script = folder.file("script.json", "[\"hello\"]");
    let run = |text: &str| {
        let file = folder.file("agent.toml", text);
        ptc(&["run", &file, "--script", &script])
    };
    let model = "[model]\nprovider = \"openai\"\nname = \"any\"\n";
    run(model).refuses(2, &["no task"]);
    run(&format!("{model}max_turns = \"many\"\n[prompt]\nuser = \"x\"\n")).refuses(2, &["model.max_turns", "many"]);
    run(&format!("{model}[prompt]\nuser = \"x\"\n[tools]\nenabled = [\"spwan\"]\n"))
        .refuses(2, &["spwan", "did you mean spawn?"]);
    run(&format!("{model}[prompt]\nuser = \"x\"\n[linked_programs]\nexpert = \"./gone.toml\"\n"))
        .refuses(2, &["agent.toml", "the link expert", "gone.toml"]);
    run("[model\n").refuses(2, &["agent.toml"]);
    let missing = folder.path("missing.toml");
    ptc(&["run", &missing, "task"]).refuses(2, &[&missing]);
    let strict = format!("tool_validation = \"strict\"\n{model}[prompt]\nuser = \"x\"\n[tools.f]\ndefault = 1\n");
    run(&strict).refuses(2, &["strict", "f"]);
}

#[test]
fn unknown_keys_are_warnings_with_the_nearest_name() {
    let folder = Folder::new("warnings");
    let (file, script) = agent(&folder, "sytem_prompt = \"You count.\"\n", &json!(["Forty-two."]));
    let json = ptc(&["run", &file, "--script", &script, "--json"]).json();
    let warnings = json["warnings"].to_string();
    assert!(warnings.contains("prompt.sytem_prompt: unknown key; did you mean system_prompt?"), "{warnings}");
}

#[test]
fn scripts_and_recordings_that_cannot_be_used_are_status_2() {
    let folder = Folder::new("scripts");
    let file = folder.file("agent.toml", AGENT);
    let missing = folder.path("missing.json");
    ptc(&["run", &file, "--script", &missing]).refuses(2, &[&missing]);
    let wrong = folder.file("wrong.json", "[\"fine\", 7]");
    ptc(&["run", &file, "--script", &wrong]).refuses(2, &[&wrong, "reply 2 of main"]);
    let record = folder.path("record.jsonl");
    ptc(&["run", &file, "--script", &wrong, "--record", &record]).refuses(2, &["--record"]);
    ptc(&["run", &file, "--replay", &missing]).refuses(2, &[&missing]);
    assert!(!Path::new(&record).exists());
}

// fmt

#[test]
fn programs_are_indented_in_place_and_checked() {
    let folder = Folder::new("fmt");
    let wild = "; Sums\n(defn total [orders]\n(let [paid (filter :paid orders)   ; the paid ones\n sums (map :total\n paid)]\n\n\n\
                (reduce +\n0 sums) )  )\n(cond\n(= 1 2) :a\n:else {:b 1,\n:c \"x\n  y\"})";
    let tidy = "; Sums\n(defn total [orders]\n  (let [paid (filter :paid orders)   ; the paid ones\n        sums (map :total\n\
                \x20                 paid)]\n\n    (reduce +\n            0 sums)))\n(cond\n  (= 1 2) :a\n  :else {:b 1,\n         \
                :c \"x\n  y\"})\n";
    let (first, second, broken) =
        (folder.file("a.clj", wild), folder.file("b.clj", tidy), folder.file("c.clj", "(inc 1"));
    ptc(&["fmt", "--check", &first, &second]).gives(1, &format!("{first}\n"));
    let ran = ptc(&["fmt", &first, &second, &broken]);
    assert_eq!(ran.status, Some(1), "{}", ran.err);
    assert!(ran.err.contains("c.clj:1:1"), "{}", ran.err);
    assert_eq!(fs::read_to_string(&first).unwrap(), tidy);
    assert_eq!(fs::read_to_string(&broken).unwrap(), "(inc 1");
    ptc(&["fmt", "--check", &first, &second]).gives(0, "");
    ptc_with(wild, &["fmt", "-"]).gives(0, tidy);
    ptc(&["fmt", "nowhere.clj"]).refuses(2, &["nowhere.clj"]);
}

// check

#[test]
fn a_program_on_standard_input_is_checked() {
    ptc_with("(inc)", &["check", "-"]).names(1, &["standard input:1:1", "inc was given 0 arguments"]);
    ptc_with("(inc 1)", &["check", "-"]).gives(0, "nothing found\n");
}

/// What the pages about commands show is what the commands print; `TRYCMD=overwrite` writes it anew.
#[test]
fn the_pages_about_commands_show_what_happens() {
    trycmd::TestCases::new().case("tests/cli/*.md");
}

// Plans

const PLAN: &str = r#"# Double the number

- [ ] fetch: Fetch the number
  - tools: fetch
  - output: {:n :int}
- [ ] double: Double ctx/n
  - needs: n
"#;

#[test]
fn a_plan_is_worked_on_and_resumed_where_it_stopped() {
    let folder = Folder::new("plan");
    let plan = folder.file("plan.md", PLAN);
    let tools = folder.file("tools.json", r#"{"fetch": {"spec": "() -> :int", "default": 21}}"#);
    ptc(&["plan", "check", &plan, "--tools", &tools]).gives(0, &format!("{plan}: 2 steps, 0 of them done\n"));

    let fetch = json!(["(return {:n (tool/fetch)})"]);
    let first =
        folder.file("first.json", &json!({"main/fetch#1": fetch, "main/double#1": ["(fail :tired)"]}).to_string());
    let ran = ptc(&["plan", "run", &plan, "--tools", &tools, "--script", &first]);
    ran.refuses(1, &["step \"double\": ", "tired", "(1 of 2 steps are done)", &format!("ptc plan resume {plan}")]);
    let saved = fs::read_to_string(&plan).unwrap();
    assert!(saved.contains("- [x] fetch") && saved.contains("  - result: {:n 21}\n"), "{saved}");
    assert!(saved.contains("\n  - failed: :tired\n"), "what failed is there for the next attempt: {saved}");
    ptc(&["plan", "run", &plan, "--tools", &tools, "--script", &first]).refuses(2, &["has been begun", "--fresh"]);

    let second = folder.file("second.json", &json!({"main/double#1": ["(return (* 2 ctx/n))"]}).to_string());
    let resumed = ptc(&["plan", "resume", &plan, "--tools", &tools, "--script", &second, "--json"]);
    assert_eq!(resumed.status, Some(0), "{}", resumed.err);
    let json = resumed.json();
    assert_eq!((&json["result"], &json["refs"]), (&json!({"fetch": {"n": 21}, "double": 42}), &json!({"n": 21})));
    assert_eq!((&json["usage"]["requests"], &json["usage"]["processes"]), (&json!(1), &json!(2)));
    let trace = json["trace"][0]["tool_calls"].as_array().unwrap();
    assert_eq!((trace.len(), &trace[0]["children"][0]["path"]), (1, &json!("main/double#1")));
    ptc(&["plan", "resume", &plan, "--tools", &tools, "--script", &folder.file("none.json", "{}"), "--json"]).json();
}

#[test]
fn a_plan_that_was_killed_goes_on_from_its_file() {
    let folder = Folder::new("killed");
    let plan = folder.file("plan.md", PLAN);
    let tools = |delay: u64| {
        let slow = json!({"args": {}, "result": 2, "delay_ms": delay});
        let tools = json!({"fetch": {"default": 21}, "slow": {"spec": "() -> :int", "responses": [slow]}});
        folder.file("tools.json", &tools.to_string())
    };
    let slow = format!("{PLAN}  - tools: slow\n");
    fs::write(&plan, slow).unwrap();
    let script = |first: &[&str]| {
        let replies = json!({"main/fetch#1": first, "main/double#1": ["(return (* (tool/slow) ctx/n))"]});
        folder.file("script.json", &replies.to_string())
    };
    let fetch = ["(return {:n (tool/fetch)})"];
    let mut killed = Command::new(env!("CARGO_BIN_EXE_ptc"))
        .args(["plan", "run", &plan, "--tools", &tools(600_000), "--script", &script(&fetch)])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let until = std::time::Instant::now() + std::time::Duration::from_secs(60);
    while !fs::read_to_string(&plan).unwrap().contains("- [x] fetch") {
        assert!(std::time::Instant::now() < until, "the first step is not done");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    killed.kill().unwrap();
    killed.wait().unwrap();

    // The first step has no replies left: it is not asked again.
    let resumed = ptc(&["plan", "resume", &plan, "--tools", &tools(0), "--script", &script(&[]), "--json"]);
    assert_eq!(resumed.json()["result"], json!({"fetch": {"n": 21}, "double": 42}), "{}", resumed.err);
}

#[test]
fn plans_that_cannot_be_run_are_status_2_and_ask_nobody() {
    let folder = Folder::new("wrong-plan");
    let plan = folder.file("plan.json", r#"{"steps": [{"id": "a", "task": "x", "needs": ["b"], "tools": ["serch"]}]}"#);
    let file = folder.file("agent.toml", &format!("{AGENT}[tool_catalog.search]\nspec = \"() -> :int\"\n"));
    let known = ["it needs \"b\"", "there is no tool \"serch\"; did you mean \"search\"?"];
    ptc(&["plan", "check", &plan]).refuses(2, &known[..1]);
    ptc(&["plan", "check", &plan, "--agent", &file]).refuses(2, &known);
    let script = folder.file("script.json", "[]");
    ptc(&["plan", "run", &plan, "--agent", &file, "--script", &script]).refuses(2, &known);
    assert_eq!(fs::read_to_string(&plan).unwrap().find("done"), None);
    let other = folder.file("other.json", r#"{"steps": [{"id": "a", "taks": "x"}]}"#);
    ptc(&["plan", "check", &other]).refuses(2, &[&other, "unknown field `taks`"]);
    ptc(&["plan", "check", &folder.path("none.md")]).refuses(2, &["none.md", "cannot be read"]);
}

// README

/// What the README shows is what the command prints; `TRYCMD=overwrite cargo test --test cli` writes it anew.
#[test]
fn a_session_keeps_definitions_values_and_the_last_error() {
    let typed = r#"
        (def orders [{:id 1 :total 120}
                     {:id 2 :total 80}])
        (reduce + (map :total orders))
        (/ *1 2)
        [*1 *2]
        (throw (ex-info "no such order" {:id 3}))
        [(ex-message *e) (ex-data *e)]
        (fail {:why 1})
        *e
        :memory
        :a-keyword-that-is-no-command
        "a text
over two lines"
        :quit
        (println "never")"#;
    let ran = ptc_with(typed, &["repl"]);
    let shown = "#'user/orders\n200\n100\n[100 200]\n[\"no such order\" {:id 3}]\n{:why 1}\n\
                 orders               [{:id 1, :total 120} {:id 2, :total 80}]\n\
                 :a-keyword-that-is-no-command\n\"a text\\nover two lines\"\n";
    assert_eq!((ran.status, ran.out.as_str()), (Some(0), shown), "{}", ran.err);
    assert!(ran.err.contains("no such order {:id 3}") && ran.err.contains("repl:5"), "{}", ran.err);
}

#[test]
fn a_session_has_commands() {
    let tools = "--tools=examples/invoices/tools.json";
    let typed = ":tools\n:ctx\n:ctx examples/invoices/ctx.json\n(count ctx/invoices)\n:ctx nowhere.json\n:time\n(inc 1)\n:time\n\
                 :limits --max-steps 10\n(reduce + (range 100))\n:limits --max-step x\n:doc first\n:doc frist\n:search sort desc\n\
                 (def a 1)\n:memory clear\n:memory\n:help";
    let ran = ptc_with(typed, &["repl", tools]);
    for text in [
        "rate(currency :string) -> :float",
        "\n{}\n",
        "nowhere.json: No such file",
        "\n2\n0 ms, ",
        "--max-steps 10\n",
        "similar argument exists: '--max-steps'",
        "(first coll)",
        "there is no frist",
        "sort-by ",
        "/subagent ",
    ] {
        assert!(ran.out.contains(text), "{text:?} is not in:\n{}", ran.out);
    }
    assert!(ran.err.contains("too many steps"), "{}", ran.err);
    assert!(!ran.out.contains("a                    1"), "{}", ran.out);
}

#[test]
fn a_session_gives_tasks_to_agents() {
    let folder = Folder::new("repl");
    let script = folder
        .file("script.json", r#"["```clojure\n(* 6 ctx/n)\n```", "It is 42.", "```clojure\n(+ 1 1)\n```", "Two."]"#);
    let context = folder.file("context.json", r#"{"n": 7}"#);
    let typed = "/subagent \"Multiply\"\n(inc *1)\n/subagent:verbose Add\n/subagent\n/subagent More";
    let ran = ptc_with(typed, &["repl", "--script", &script, "--ctx", &context]);
    let shown = ["It is 42.\n=> 42\n2 replies, 1 programs", "\n43\n", "Two.\n=> 2\n", "give a task", "model-error: "];
    for text in shown {
        assert!(ran.out.contains(text), "{text:?} is not in:\n{}\n{}", ran.out, ran.err);
    }
    assert!(ran.err.contains("turn 1: (+ 1 1)"), "{}", ran.err);
    assert!(!ran.err.contains("(* 6 ctx/n)"), "only :verbose shows programs: {}", ran.err);
    let ran = ptc_with("/subagent Do it", &["repl"]);
    assert!(ran.out.contains("ptc repl --model"), "{}", ran.out);
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_the_program_and_not_the_session() {
    use std::io::{BufRead as _, BufReader};
    let mut child = Command::new(env!("CARGO_BIN_EXE_ptc"))
        .args(["repl", "--max-time", "60s", "--max-steps", "1000000000000"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(b":ready\n(while true)\n(+ 1 2)\n").unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert_eq!(lines.next().unwrap().unwrap(), ":ready");
    let started = std::time::Instant::now();
    let interrupt = || Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    std::thread::sleep(std::time::Duration::from_millis(200));
    assert!(interrupt().success());
    assert_eq!(lines.next().unwrap().unwrap(), "3");
    assert!(started.elapsed().as_secs() < 30);
    // Where nothing runs, it ends the session.
    assert!(interrupt().success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
}
