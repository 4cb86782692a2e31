//! Programs with what `ptc check` finds in them, and what the inference does with any program at all.
//!
//! ```text
//! ; # A section, with its own surroundings
//! ; tool orders () -> [{:id :int}]
//! ; ctx {"today": "2026-01-02"}
//!
//! (map :ide (tool/orders))
//! ;! 1:1 analysis-error: [*].ide is not in the result of orders; the keys there are :id
//! ;? did you mean :id?
//! ```
//!
//! `;!` is an error and refuses the program, `;+` is an error that only `check` tells, `;~` is a warning, `;ok` stands for
//! no finding at all. `UPDATE=1 cargo test --test checks` writes anew what was found.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{env, fs};

use proptest::prelude::*;
use ptc::lisp::text::{Finding, Severity};
use ptc::lisp::value::{Value, parse_json};
use ptc::{Sandbox, Tool};

/// What the programs of a section are checked against.
#[derive(Default)]
struct Surroundings {
    tools: Vec<Tool>,
    context: Option<Value>,
}

impl Surroundings {
    fn read(&mut self, line: &str) {
        if let Some(tool) = line.strip_prefix("; tool ") {
            let (name, signature) = tool.split_once(' ').expect("a name and a signature");
            let tool = Tool::new(name, |_| Ok(Value::Nil)).spec(signature);
            self.tools.push(tool.unwrap_or_else(|error| panic!("{line}: {error}")));
        } else if let Some(json) = line.strip_prefix("; ctx ") {
            self.context = Some(parse_json(json).unwrap_or_else(|_| panic!("{line}: no JSON")));
        }
    }

    fn sandbox(&self) -> Sandbox {
        let sandbox = Sandbox::new().tools(self.tools.iter().cloned());
        sandbox.context(self.context.clone().unwrap_or_else(Value::empty_map))
    }
}

/// The findings as they stand below a program.
fn shown(findings: &[Finding]) -> String {
    let mut text = String::new();
    for finding in findings {
        let mark = match (finding.severity, finding.before_run) {
            (Severity::Error, true) => ";!",
            (Severity::Error, false) => ";+",
            (Severity::Warning, _) => ";~",
        };
        let (line, column) = finding.error.position().unwrap_or_default();
        let message = finding.error.message.replace('\n', "\n;  ");
        let _ = writeln!(text, "{mark} {line}:{column} {}: {message}", finding.error.kind.name());
        if let Some(hint) = &finding.error.hint {
            let _ = writeln!(text, ";? {hint}");
        }
    }
    if text.is_empty() { ";ok\n".into() } else { text }
}

fn is_finding(line: &str) -> bool {
    line == ";ok" || [";! ", ";+ ", ";~ ", ";? ", ";  "].iter().any(|mark| line.starts_with(mark))
}

/// The file with what is really found below each program, and how many programs there are.
fn checked(text: &str) -> (String, usize) {
    let mut around = Surroundings::default();
    let (mut out, mut programs) = (String::new(), 0);
    for paragraph in text.trim_end().split("\n\n") {
        let lines: Vec<&str> = paragraph.lines().filter(|line| !is_finding(line)).collect();
        if lines.iter().any(|line| line.starts_with("; # ")) {
            around = Surroundings::default();
        }
        lines.iter().for_each(|line| around.read(line));
        let program = lines.join("\n");
        if !out.is_empty() {
            out.push('\n');
        }
        let _ = writeln!(out, "{program}");
        if lines.iter().any(|line| !line.starts_with("; ")) {
            programs += 1;
            out.push_str(&shown(&around.sandbox().check(&program)));
        }
    }
    (out, programs)
}

#[test]
fn programs_have_these_findings() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/checks");
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut wrong = Vec::new();
    for path in &files {
        let text = fs::read_to_string(path).unwrap();
        let (found, programs) = checked(&text);
        assert!(programs > 0, "{} has no program", path.display());
        if found != text && env::var_os("UPDATE").is_some() {
            fs::write(path, &found).unwrap();
        } else if found != text {
            let at = found.lines().zip(text.lines()).position(|(a, b)| a != b).unwrap_or(0);
            let found: Vec<&str> = found.lines().skip(at).take(4).collect();
            wrong.push(format!("{}:{}: found\n{}", path.display(), at + 1, found.join("\n")));
        }
    }
    assert!(!files.is_empty() && wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// The sandbox of the properties.
fn orders() -> Sandbox {
    let mut around = Surroundings::default();
    around.read(
        "; tool orders () -> [{:id :int :name :string :customer {:name :string :tags [:string]} :note :string?}]",
    );
    around.read("; tool find (id :int, name :string?, tags [:string]?) -> {:id :int :by {* :float}}");
    around.read(r#"; ctx {"users": [{"name": "a", "age": 1}, {"name": "b"}], "n": 3}"#);
    around.sandbox()
}

/// Programs of calls of what inference knows, over what tools and data give.
fn programs() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec![
        "(tool/orders)",
        "(tool/find {:id 1})",
        "ctx/users",
        "ctx/n",
        "x",
        "f",
        ":name",
        ":nmae",
        ":customer",
        "nil",
        "1",
        "\"id\"",
        "[]",
        "{}",
        "[:customer :name]",
        "{:id 1 :name \"a\"}",
        "inc",
        "%",
        "(fn [a & b] a)",
        "+",
    ]);
    leaf.prop_map(str::to_owned).prop_recursive(6, 60, 4, |inner| {
        let calls = prop::sample::select(vec![
            "(get ? ?)",
            "(get-in ? ?)",
            "(map ? ?)",
            "(filter ? ?)",
            "(first ?)",
            "(let [x ?] ?)",
            "(let [{:keys [id name]} ?] ?)",
            "(for [x ?] ?)",
            "(doseq [[x f] ?] ?)",
            "(if ? ? ?)",
            "(or ? ?)",
            "(and ? ?)",
            "(assoc ? ? ?)",
            "(merge ? ?)",
            "(update ? ? ?)",
            "(select-keys ? ?)",
            "(reduce ? ? ?)",
            "(apply ? ?)",
            "((fn g [x] (g ?)) ?)",
            "(loop [x ?] (if ? ? (recur ?)))",
            "(group-by ? ?)",
            "(into ? ?)",
            "(+ ? ?)",
            "(str ?)",
            "(comp ? ?)",
            "(partial ? ?)",
            "(juxt ? ?)",
            "[? ?]",
            "{:a ? :name ?}",
            "(try ? (catch Exception e ?))",
            "(tool/find {:id ? :tags ?})",
            "(def x ?)",
            "(some-> ? ?)",
            "(vals ?)",
            "(sort-by ? ?)",
            "(letfn [(f [x] ?)] ?)",
            "(case ? 1 ? ?)",
            "(concat ? ?)",
            "(defn f [x] ?)",
            "#{? ?}",
            "(nth ? ?)",
            "(? ?)",
            "(mapcat ? ?)",
        ]);
        (calls, prop::collection::vec(inner, 4)).prop_map(|(call, parts)| {
            let mut parts = parts.into_iter();
            let mut text = String::new();
            for (at, piece) in call.split('?').enumerate() {
                if at > 0 {
                    text.push_str(&parts.next().unwrap_or_default());
                }
                text.push_str(piece);
            }
            text
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn findings_are_always_the_same(program in programs()) {
        let program = format!("(def x 1) (def f inc) {program}");
        let sandbox = orders();
        prop_assert_eq!(shown(&sandbox.check(&program)), shown(&sandbox.check(&program)));
    }

    /// What refuses a run is what `check` finds, and nothing that `check` calls an error runs to a value.
    #[test]
    fn programs_with_errors_of_their_own_give_no_value(program in programs()) {
        let program = format!("(def x 1) (def f inc) {}", program.replace("(tool/orders)", "ctx/users").replace("tool/find", "str"));
        let mut sandbox = orders();
        let findings = sandbox.check(&program);
        if findings.iter().any(|finding| finding.severity == Severity::Error) {
            let value = sandbox.eval(&program);
            prop_assert!(value.is_err(), "{program} gives {value:?}, and there is\n{}", shown(&findings));
        }
    }
}

#[test]
fn hostile_programs_are_checked_in_bounded_time() {
    let n = 3_000;
    let nested = |open: &str, inner: &str, close: &str, depth: usize| {
        format!("{}{inner}{}", open.repeat(depth), close.repeat(depth))
    };
    let programs = [
        nested("(first ", "(tool/orders)", ")", 900),
        nested("[", "(tool/orders)", "]", 900),
        nested("(if x ", "(tool/orders)", " {:a 1})", 900),
        // Each function is walked where it is called: naively, twice as often for each level.
        nested("(map (fn [x] (f x) ", "x", ") (tool/orders))", 200),
        nested("((fn [a] [a a]) ", "1", ")", 300),
        format!("(let [a (tool/orders) {}] a)", "a [a a] ".repeat(n)),
        format!("(let [a {{}} {}] (:z a))", (0..n).map(|i| format!("a (assoc a :k{i} a) ")).collect::<String>()),
        format!("(let [a {{}} {}] (:z a))", (0..n).map(|i| format!("a (if f a {{:k{i} a}}) ")).collect::<String>()),
        format!(
            "(let [{}] f0)",
            (0..n).map(|i| format!("f{i} (fn [g] (g f{})) ", if i > 0 { i - 1 } else { 0 })).collect::<String>()
        ),
        (0..n).map(|i| format!("(defn f{i} [x] (if x (f{0} x) (f{0} x))) ", if i > 0 { i - 1 } else { 0 })).collect(),
        format!("[{}]", (0..n).map(|i| format!("(:nmae{i} (tool/find {{:id {i}}})) ")).collect::<String>()),
        format!("(-> (tool/orders) {})", "(first) ".repeat(900)),
    ];
    let sandbox = orders();
    for program in programs {
        let program = format!("(def x 1) (def f inc) {program}");
        let started = Instant::now();
        let findings = sandbox.check(&program);
        let took = started.elapsed();
        let start: String = program.chars().skip(22).take(40).collect();
        assert!(took < Duration::from_secs(2), "{start}… took {took:?}");
        assert!(findings.len() <= 60, "{start}… has {} findings", findings.len());
    }
}
