//! Random programs give what Clojure gives.
//!
//! They are made from a grammar of well-typed expressions (`clojure/programs.txt`) and put to one Clojure process
//! (`clojure/answers.clj`), which answers as long as there is time. Values are compared as they print, with the items of
//! sets and the entries of maps in order. Without a `clojure` command there is nobody to ask, and the test says so.

#[allow(dead_code)]
mod programs;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use programs::{Session, outcome};
use proptest::prelude::*;
use proptest::strategy::Union;
use proptest::test_runner::{RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use ptc::lisp::syntax::read_data;
use ptc::lisp::text::Source;
use ptc::lisp::value::{Iter, Value, readable};

/// How long programs are made.
const TIME: Duration = Duration::from_secs(40);

/// How many levels of expressions a program has.
const LEVELS: usize = 4;

/// A Clojure that answers programs.
struct Clojure {
    process: Child,
    input: ChildStdin,
    lines: Receiver<String>,
}

impl Clojure {
    /// Starts one, or says why there is none.
    fn start() -> Result<Self, String> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clojure/answers.clj");
        let mut process = Command::new("clojure")
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("no clojure command can be started ({error})"))?;
        let input = process.stdin.take().ok_or("no input")?;
        let output = BufReader::new(process.stdout.take().ok_or("no output")?);
        let (sender, lines) = channel();
        std::thread::spawn(move || output.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        let clojure = Self { process, input, lines };
        match clojure.lines.recv_timeout(Duration::from_secs(60)) {
            Ok(version) if version.starts_with("\"1.1") && version.as_str() >= "\"1.11" => Ok(clojure),
            other => Err(format!("the clojure command is not Clojure 1.11 or later: {other:?}")),
        }
    }

    /// The value of a program as it prints, with what the program printed; nothing if it raises an exception.
    fn ask(&mut self, program: &str) -> Result<Option<(String, String)>, String> {
        let line = readable(&Value::text(program));
        writeln!(self.input, "{line}").and_then(|()| self.input.flush()).map_err(|error| error.to_string())?;
        let answer = self.lines.recv_timeout(Duration::from_secs(20)).map_err(|error| error.to_string())?;
        let read = read_data(&Arc::new(Source::new("answer", &answer))).map_err(|error| error.to_string())?;
        let Some(Value::Vector(parts)) = read.first() else { return Err(format!("no answer: {answer}")) };
        let part = |at| parts.get(at).and_then(Value::as_name).unwrap_or_default().to_owned();
        Ok((part(0) == "value").then(|| (part(1), part(2))))
    }
}

impl Drop for Clojure {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The lines of the grammar by what they are ways to write.
fn grammar() -> BTreeMap<&'static str, Vec<&'static str>> {
    let mut rules: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for rule in include_str!("clojure/programs.txt").split("\n\n") {
        let mut lines = rule.lines().filter(|line| !line.starts_with("# "));
        if let Some(name) = lines.next() {
            rules.insert(name, lines.collect());
        }
    }
    rules
}

/// A line as text and names in turn: `(inc $Int)` is `(inc `, `Int`, `)`.
fn parts(line: &str) -> (Vec<String>, Vec<String>) {
    let (mut texts, mut names) = (vec![String::new()], Vec::new());
    let mut rest = line;
    while let Some(at) = rest.find('$') {
        let (before, after) = rest.split_at(at);
        let length = after[1..].find(|c: char| !c.is_ascii_alphanumeric() && c != '-').unwrap_or(after.len() - 1);
        let name = &after[1..=length];
        let text = texts.last_mut().expect("there is a text before every name");
        text.push_str(before);
        if name.starts_with(|c: char| c.is_ascii_uppercase()) {
            names.push(name.to_owned());
            texts.push(String::new());
        } else {
            text.push('$');
            text.push_str(name);
        }
        rest = &after[length + 1..];
    }
    texts.last_mut().expect("there is a last text").push_str(rest);
    (texts, names)
}

/// Programs of so many levels. A level is made of what is one level lower, so that making them takes no recursion.
fn program() -> BoxedStrategy<String> {
    let rules = grammar();
    let mut level: BTreeMap<&str, BoxedStrategy<String>> = BTreeMap::new();
    for depth in 0..=LEVELS {
        let mut next = BTreeMap::new();
        for (name, lines) in &rules {
            let ways = lines.iter().filter_map(|line| {
                let (texts, names) = parts(line);
                for name in &names {
                    assert!(rules.contains_key(name.as_str()), "there is no rule {name}: {line}");
                }
                if names.is_empty() {
                    return Some((1, Just((*line).to_owned()).boxed()));
                }
                let inner: Option<Vec<_>> = names.iter().map(|name| level.get(name.as_str()).cloned()).collect();
                let joined = inner?.prop_map(move |parts| {
                    let parts = parts.into_iter().chain([String::new()]);
                    texts.iter().zip(parts).map(|(text, part)| format!("{text}{part}")).collect::<String>()
                });
                Some((3, joined.boxed()))
            });
            let ways: Vec<(u32, BoxedStrategy<String>)> = ways.collect();
            if !ways.is_empty() {
                next.insert(*name, Union::new_weighted(ways).boxed());
            }
        }
        assert!(depth > 0 || next.len() + 1 >= rules.len(), "every rule has a line without parts");
        level = next;
    }
    level.remove("Program").expect("there are programs")
}

/// A printed value with the items of its sets and the entries of its maps in order.
fn in_order(printed: &str) -> String {
    match read_data(&Arc::new(Source::new("printed", printed))) {
        Ok(values) => values.iter().map(ordered).collect::<Vec<_>>().join(" "),
        Err(_) => printed.to_owned(),
    }
}

fn ordered(value: &Value) -> String {
    let all = |items: &mut dyn Iterator<Item = Value>| items.map(|item| ordered(&item)).collect::<Vec<_>>();
    let sorted = |mut items: Vec<String>| {
        items.sort();
        items.join(" ")
    };
    match value {
        Value::Vector(items) => format!("[{}]", all(&mut items.iter().cloned()).join(" ")),
        Value::Seq(_) | Value::Lazy(_) => format!("({})", all(&mut Iter::ready(value)).join(" ")),
        Value::Set(set) => format!("#{{{}}}", sorted(all(&mut set.iter()))),
        Value::Map(map) => {
            let entries = map.iter().map(|(key, value)| format!("{} {}", ordered(&key), ordered(&value)));
            format!("{{{}}}", sorted(entries.collect()))
        }
        other => readable(other),
    }
}

/// Whether both give the same.
fn compare(clojure: &mut Clojure, program: &str) -> Result<(), String> {
    let expected = clojure.ask(program)?;
    let finished = Session::default().run(program);
    let got = match &finished.result {
        Ok(value) if !finished.returned => Some((readable(value), finished.prints.clone())),
        Ok(_) | Err(_) => None,
    };
    let same = match (&expected, &got) {
        (Some((value, printed)), Some((ours, our_print))) => in_order(value) == in_order(ours) && printed == our_print,
        (None, None) => true,
        _ => false,
    };
    if same {
        return Ok(());
    }
    let expected = expected.map_or("an exception".into(), |(value, printed)| format!("{value}, printed {printed:?}"));
    Err(format!("{program}\nClojure: {expected}\nhere:    {}, printed {:?}", outcome(&finished), finished.prints))
}

#[test]
fn random_programs_give_what_clojure_gives() {
    let clojure = match Clojure::start() {
        Ok(clojure) => std::cell::RefCell::new(clojure),
        Err(why) => {
            println!("not run: {why}; install Clojure 1.11 to compare with it");
            return;
        }
    };
    let started = Instant::now();
    let config =
        ProptestConfig { cases: 3_000, max_shrink_iters: 400, failure_persistence: None, ..Default::default() };
    // The same programs each time, so that what fails fails again; CHANCE=1 makes other ones.
    let mut runner = match std::env::var_os("CHANCE") {
        Some(_) => TestRunner::new(config),
        None => TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha)),
    };
    let asked = std::cell::Cell::new(0);
    let result = runner.run(&program(), |program| {
        // What is left when the time is over passes unasked.
        if started.elapsed() < TIME {
            asked.set(asked.get() + 1);
            compare(&mut clojure.borrow_mut(), &program).map_err(TestCaseError::fail)?;
        }
        Ok(())
    });
    println!("{} programs in {:?}", asked.get(), started.elapsed());
    match result {
        Ok(()) => assert!(asked.get() >= 100, "{} programs is too few", asked.get()),
        Err(TestError::Fail(why, _)) => panic!("{why}"),
        Err(TestError::Abort(why)) => panic!("{why}"),
    }
}
