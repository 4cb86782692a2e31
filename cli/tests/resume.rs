//! Runs that are killed, wherever that is: they go on from their journal, and nothing that was finished is done again.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use std::{fs, process};

use ptc::model::{Model, ModelError, ModelErrorKind, Reply, Request, Scripted, Tokens};
use ptc::trace::{CallEnd, Event, EventKind, TreeUsage, Turn, read_events};
use ptc::{DelegateError, Options, Outcome, Refs, Tool, ToolError, Value, as_tool, delegate, resume};
use serde_json::{Value as Json, json};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// What was really done, and how often.
#[derive(Clone, Default)]
struct Done(Arc<Mutex<BTreeMap<String, usize>>>);

impl Done {
    fn note(&self, what: String) {
        *self.0.lock().unwrap().entry(what).or_default() += 1;
    }

    fn all(&self) -> BTreeMap<String, usize> {
        self.0.lock().unwrap().clone()
    }
}

/// A folder of a test's own, gone when the test is over.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("ptc-resume-{name}-{}", process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        fs::write(self.0.join(name), text).unwrap();
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(future)
}

const REPLIES: [(&str, &[&str]); 2] = [
    (
        "main",
        &[
            "(do (def chance (rand-int 1000000)) (println chance (System/currentTimeMillis) (rand)) (def seen (tool/look {:at 0.1})))",
            "(def paid (doall (pmap (fn [n] (tool/pay {:n (:n (tool/slow {:n n}))})) [1 2 3])))",
            "(def found (tool/helper {:task \"Find.\"}))",
            "(try (tool/broken {}) (catch Exception e (def why (ex-message e))))",
            "(def chances (count (repeatedly 3 rand)))",
            "(return {:seen seen :paid paid :found (:summary found) :turns (count (:trace found)) :why why})",
        ],
    ),
    ("main/helper#1", &["(tool/look {:at 0.2})", "Found it."]),
];

/// A model that says the same at each place, however often it is asked.
fn model(done: &Done) -> impl Model + 'static {
    let done = done.clone();
    move |request: Request| {
        done.note(format!("model {} {}", request.path, request.turn));
        let of_process = REPLIES.iter().find(|(path, _)| *path == request.path).map(|(_, replies)| *replies);
        let text = of_process.and_then(|replies| replies.get(request.turn as usize - 1)).copied();
        async move {
            let text = text.ok_or_else(|| ModelError::new(ModelErrorKind::Other, "no reply left"))?;
            Ok(Reply { text: text.to_owned(), tokens: Tokens { input: 100, output: 10, cached: 0 } })
        }
    }
}

fn number(arguments: &Value) -> i64 {
    if let Some(Value::Int(number)) = arguments.get("n") { *number } else { 0 }
}

/// An agent with tools that read and write, at once and later, and a sub-agent. Of the calls of `slow` the last comes back
/// first; `slow` says which of them have come back.
fn agent(done: &Done, slow: [bool; 3]) -> Options {
    let look = || {
        let done = done.clone();
        let look = Tool::new("look", move |arguments| {
            let at = arguments.get("at").cloned().unwrap_or_default();
            done.note(format!("look {at}"));
            // JSON has neither keywords nor sets.
            Ok(Value::map([(Value::keyword("kind"), Value::keyword("mail")), (Value::keyword("at"), at)]))
        });
        let mut spec = ptc::contract::ToolSpec::parse("(at :float) -> {:kind :keyword :at :float}").unwrap();
        spec.effect = ptc::contract::Effect::Read;
        look.with_spec(spec)
    };
    let back = Arc::new(watch::Sender::new(slow));
    let noted = done.clone();
    let slow = Tool::asynchronous("slow", move |call| {
        let (n, back, done) = (number(&call.arguments), back.clone(), noted.clone());
        async move {
            done.note(format!("slow {n}"));
            let at = usize::try_from(n).map_err(ToolError::new)?;
            let _ = back.subscribe().wait_for(|back| back.get(at).is_none_or(|is_back| *is_back)).await;
            tokio::time::sleep(Duration::from_millis(10)).await;
            back.send_modify(|back| back[at - 1] = true);
            Ok(call.arguments)
        }
    });
    let mut spec = ptc::contract::ToolSpec::parse("(n :int) -> {:n :int}").unwrap();
    spec.effect = ptc::contract::Effect::Read;
    let slow = slow.with_spec(spec);
    let noted = done.clone();
    let pay = Tool::asynchronous("pay", move |call| {
        let (n, done) = (number(&call.arguments), noted.clone());
        async move {
            done.note(format!("pay {n}"));
            Ok(Value::from(n * 10))
        }
    });
    let pay = pay.spec("(n :int) -> :int").unwrap();
    let noted = done.clone();
    let broken = Tool::new("broken", move |_| {
        noted.note("broken".into());
        Err(ToolError::new("out of order"))
    });
    let helper = as_tool(Options::default().name("helper").tools([look()]));
    Options::new(model(done)).max_turns(8).refs(Refs::new().path("paid", "paid[0]").required()).tools([
        look(),
        slow,
        pay,
        broken.spec("() -> :any").unwrap(),
        helper,
    ])
}

/// The usage and the trace without what chance and the clock have made.
fn told(outcome: &Outcome) -> (String, String, TreeUsage, Vec<Turn>) {
    (format!("{}", outcome.result), outcome.summary.clone(), outcome.usage, outcome.trace.to_vec())
}

/// The calls of tools and models that a journal says are finished, and those of `slow` that are.
fn finished(events: &[Event]) -> (BTreeMap<String, usize>, [bool; 3]) {
    let (done, mut slow) = (Done::default(), [false; 3]);
    for event in events {
        match &event.kind {
            EventKind::Response { turn, .. } => done.note(format!("model {} {turn}", event.path)),
            EventKind::ToolEnd { name, args, .. } => match name.as_str() {
                "look" => done.note(format!("look {}", args["at"])),
                "helper" => {}
                "broken" => done.note("broken".into()),
                name => {
                    let n = args["n"].as_u64().unwrap();
                    if name == "slow" {
                        slow[n as usize - 1] = true;
                    }
                    done.note(format!("{name} {n}"));
                }
            },
            _ => {}
        }
    }
    (done.all(), slow)
}

/// The calls that a journal says have begun and not ended, and that write.
fn undecided(events: &[Event]) -> Vec<String> {
    let mut open = BTreeMap::new();
    let mut run = String::new();
    for event in events {
        match &event.kind {
            EventKind::Start { run_id: Some(run_id), .. } => run.clone_from(run_id),
            EventKind::ToolStart { turn, call, name, writes: true, .. } => {
                open.insert((event.path.clone(), *turn, *call), name.clone());
            }
            EventKind::ToolEnd { turn, call, .. } => {
                open.remove(&(event.path.clone(), *turn, *call));
            }
            _ => {}
        }
    }
    open.into_iter().map(|((path, turn, call), name)| format!("{name} {run}:{path}:{turn}:{call}")).collect()
}

fn kinds(text: &str) -> Vec<String> {
    let name = |event: &Event| {
        let json = serde_json::to_value(event).unwrap();
        let part = |name: &str| json.get(name).map(Json::to_string).unwrap_or_default();
        format!("{} {} {} {}", event.path, part("event"), part("turn"), part("call"))
    };
    let mut kinds: Vec<String> = read_events(text).unwrap().iter().map(name).collect();
    kinds.sort();
    kinds
}

/// A run that was killed when its journal held so much, and goes on.
async fn go_on(file: PathBuf, part: Vec<u8>, whole: (String, Outcome, BTreeMap<String, usize>)) {
    let (text, outcome, all) = whole;
    let shown = format!("after {} bytes, {:?}", part.len(), String::from_utf8_lossy(&part).lines().last());
    fs::write(&file, &part).unwrap();
    let lines = String::from_utf8_lossy(&part);
    let Ok(events) = read_events(&lines) else {
        assert!(resume(&file, agent(&Done::default(), [false; 3])).await.is_err(), "{shown}");
        return;
    };
    let (before, slow) = finished(&events);
    let done = Done::default();
    let mut options = agent(&done, slow);
    let undecided = undecided(&events);
    if !undecided.is_empty() {
        let error = resume(&file, options.clone()).await.err().expect(&shown);
        assert_eq!(error.kind.name(), "resume-error", "{shown}");
        for call in undecided {
            let (name, key) = call.split_once(' ').unwrap();
            assert!(error.message.contains(&format!("\n- {name} {{")), "{shown}: {error}");
            assert!(error.message.contains(&format!("(idempotency key {key})")), "{shown}: {error}");
        }
        assert_eq!((done.all().len(), fs::read(&file).unwrap() == part), (0, true), "{shown}");
        options = options.repeat_undecided();
    }
    let resumed = resume(&file, options).await.unwrap_or_else(|error| panic!("{shown}: {error}"));
    // What was finished is not done again, and all else is done once.
    let mut left = all;
    for (what, count) in before {
        *left.get_mut(&what).unwrap() -= count;
    }
    left.retain(|_, count| *count > 0);
    assert_eq!(done.all(), left, "{shown}");
    // The first turn shows chance and clock to the model; from then on all is as it was.
    let is_same = events.iter().any(|event| matches!(event.kind, EventKind::TurnEnd { .. }));
    let (was, is) = (told(&outcome), told(&resumed));
    assert_eq!((&was.0, &was.1, &was.2), (&is.0, &is.1, &is.2), "{shown}");
    if is_same {
        assert_eq!(was.3, is.3, "{shown}");
    }
    // The journal is that of a run that nobody killed, and there is nothing left to do.
    let written = fs::read_to_string(&file).unwrap();
    assert_eq!(kinds(&written), kinds(&text), "{shown}");
    let numbers: Vec<u64> = read_events(&written).unwrap().iter().map(|event| event.sequence).collect();
    assert_eq!(numbers, (0..numbers.len() as u64).collect::<Vec<u64>>(), "{shown}");
    let done = Done::default();
    let again = resume(&file, agent(&done, [true; 3])).await.unwrap_or_else(|error| panic!("{shown}: {error}"));
    assert_eq!((told(&again), done.all().len()), (told(&resumed), 0), "{shown}");
    assert_eq!(fs::read_to_string(&file).unwrap(), written, "{shown}");
}

#[test]
fn resume_after_any_event() {
    let folder = Folder::new("any");
    let file = folder.0.join("whole.jsonl");
    let done = Done::default();
    wait(async {
        let outcome = delegate("Go.", agent(&done, [false; 3]).journal(&file)).await.unwrap();
        let text = fs::read_to_string(&file).unwrap();
        assert_eq!(outcome.refs["paid"], Value::from(10));
        assert!(text.contains("\"edn\":\"{:kind :mail, :at 0.1}\""), "{text}");
        // As many cuts behind lines as in the midst of them.
        let mut cuts = Vec::new();
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            cuts.extend([at + line.len() / 2, at + line.len() - 1, at + line.len()]);
            at += line.len();
        }
        assert!(cuts.len() > 150, "{}", cuts.len());
        let mut running = JoinSet::new();
        for (number, cut) in cuts.into_iter().enumerate() {
            let file = folder.0.join(format!("{number}.jsonl"));
            let whole = (text.clone(), outcome.clone(), done.all());
            running.spawn(go_on(file, text.as_bytes()[..cut].to_vec(), whole));
            if running.len() >= 4 {
                running.join_next().await.unwrap().unwrap();
            }
        }
        while let Some(joined) = running.join_next().await {
            joined.unwrap();
        }
    });
}

/// A journal of a run of the agent up to the first event of which this is true.
fn journal(folder: &Folder, until: impl Fn(&Event) -> bool) -> PathBuf {
    let file = folder.0.join("run.jsonl");
    wait(delegate("Go.", agent(&Done::default(), [false; 3]).journal(&file))).unwrap();
    let text = fs::read_to_string(&file).unwrap();
    let count = read_events(&text).unwrap().iter().position(until).unwrap();
    let lines: String = text.split_inclusive('\n').take(count).collect();
    folder.write("run.jsonl", lines)
}

fn refused(file: &Path, options: Options) -> DelegateError {
    let before = fs::read_to_string(file).unwrap();
    let error = wait(resume(file, options)).err().expect("a divergence");
    assert_eq!((error.kind.name(), fs::read_to_string(file).unwrap()), ("resume-error", before), "{error}");
    error
}

#[test]
fn resume_error_names_the_first_divergence() {
    let folder = Folder::new("divergence");
    let file = journal(&folder, |event| matches!(event.kind, EventKind::TurnStart { turn: 5 }));
    let done = Done::default();
    let prompt = ptc::agent::Prompt { appendix: "Be brief.".into(), ..Default::default() };
    let error = refused(&file, agent(&done, [false; 3]).prompt(prompt));
    assert!(error.message.contains("main, turn 1: the system prompt differs: recorded "), "{error}");
    // As if the program had called with something else.
    let text = fs::read_to_string(&file).unwrap();
    folder.write("run.jsonl", text.replacen("\"args\":{\"n\":3}", "\"args\":{\"n\":4}", 1));
    let error = refused(&file, agent(&done, [false; 3]));
    let expected = r#"main, turn 2: call 3 differs: recorded "slow {\"n\":4}", asked "slow {\"n\":3}""#;
    assert!(error.message.ends_with(expected), "{error}");
    // As if a tool had given something else.
    let (was, is) = ("\"args\":{\"n\":3},\"result\":{\"n\":3}", "\"args\":{\"n\":3},\"result\":{\"n\":5}");
    assert!(text.contains(was), "{text}");
    folder.write("run.jsonl", text.replacen(was, is, 1));
    let error = refused(&file, agent(&done, [false; 3]));
    let expected = r#"main, turn 2: call 4 differs: recorded "pay {\"n\":3}", asked "pay {\"n\":5}""#;
    assert!(error.message.ends_with(expected), "{error}");
    assert_eq!(done.all().len(), 0);
}

#[test]
fn resume_budget_counts_earlier_turns() {
    let folder = Folder::new("budget");
    let file = journal(&folder, |event| matches!(event.kind, EventKind::TurnStart { turn: 5 }));
    let done = Done::default();
    let budget = ptc::Budget { turns: Some(7), ..Default::default() };
    let error = wait(resume(&file, agent(&done, [false; 3]).budget(budget))).err().expect("a limit");
    assert_eq!((error.kind.name(), error.limit.map(|limit| limit.name())), ("limit-error", Some("budget.turns")));
    assert_eq!(done.all(), BTreeMap::from([("model main 5".into(), 1)]));
    // With more of it the run goes on.
    let outcome = wait(resume(&file, agent(&done, [false; 3]))).unwrap();
    assert_eq!(outcome.usage.requests, 8);
    assert_eq!(done.all(), BTreeMap::from([("model main 5".into(), 1), ("model main 6".into(), 1)]));
}

#[test]
fn resume_asks_a_failed_model_again() {
    let folder = Folder::new("model");
    let file = folder.0.join("run.jsonl");
    let down = ModelError::new(ModelErrorKind::Server, "down for a moment");
    let model = Scripted::new::<ptc::model::Answer>(["(def x 20)".into(), down.into()]);
    let error = wait(delegate("Go.", Options::new(model).journal(&file))).err().expect("no reply");
    assert_eq!(error.kind.name(), "model-error");
    let outcome = wait(resume(&file, Options::new(Scripted::new(["(def x 20)", "(return (inc x))"])))).unwrap();
    assert_eq!((outcome.result, outcome.usage.requests), (Value::from(21), 2));
}

#[test]
fn resume_refuses_what_is_no_journal() {
    let folder = Folder::new("none");
    let model = || Options::new(Scripted::new(["done"]));
    for (text, told) in [("", "there are no events in it"), ("nonsense\n{}\n", "line 1 is no event of a trace")] {
        let error = wait(resume(folder.write("run.jsonl", text), model())).err().expect(text);
        assert!(error.kind.name() == "config-error" && error.message.contains(told), "{error}");
    }
    let error = wait(resume(folder.0.join("nowhere"), model())).err().expect("no file");
    assert!(error.message.contains("nowhere: No such file"), "{error}");
}

#[test]
fn journal_has_one_writer() {
    let folder = Folder::new("writer");
    let file = folder.0.join("run.jsonl");
    wait(async {
        let session = ptc::agent::Session::start(&Options::new(Scripted::new(["done"])).journal(&file)).await.unwrap();
        let error = delegate("Go.", Options::new(Scripted::new(["done"])).journal(&file)).await.err().expect("a lock");
        assert!(error.message.ends_with("run.jsonl: another run is writing it"), "{error}");
        drop(session);
        delegate("Go.", Options::new(Scripted::new(["done"])).journal(&file)).await.unwrap();
    });
}

#[test]
fn session_resume_continues_with_the_last_task() {
    let folder = Folder::new("session");
    let file = folder.0.join("run.jsonl");
    let options = || Options::new(Scripted::new(["(def x 20)", "Kept.", "(inc x)", "It is 21."]));
    wait(async {
        let mut session = ptc::agent::Session::start(&options().journal(&file)).await.unwrap();
        for (task, said) in [("Keep 20.", "Kept."), ("Add one.", "It is 21.")] {
            assert_eq!(session.run(task).await.unwrap().summary, said);
        }
        drop(session);
        let text = fs::read_to_string(&file).unwrap();
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        for count in 1..=lines.len() {
            folder.write("run.jsonl", lines[..count].concat());
            let tasks = ptc::agent::Journal::load(&file).unwrap().tasks().len();
            let outcome = resume(&file, options()).await.unwrap();
            let said = if tasks == 1 { ("Kept.", lines.len() / 2) } else { ("It is 21.", lines.len()) };
            assert_eq!((outcome.summary.as_str(), fs::read_to_string(&file).unwrap().lines().count()), said, "{count}");
        }
    });
}

#[cfg(unix)]
mod command {
    use std::process::{Command, Output, Stdio};
    use std::time::Instant;

    use super::*;

    const SCRIPT: &str = r#"["(def a (tool/note {}))", "(def b (tool/slow {}))", "(return [a b])"]"#;

    fn ptc(folder: &Folder, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ptc"));
        command.args(["run", "agent.toml", "--script", "script.json", "--allow-commands", "--json"]).args(arguments);
        command.current_dir(&folder.0).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn json(output: &Output) -> Json {
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
    }

    /// Kills `ptc run` while a tool is at work, by a signal that nobody can catch.
    fn killed(name: &str, effect: &str) -> Folder {
        let folder = Folder::new(name);
        folder.write("script.json", SCRIPT);
        folder.write(
            "agent.toml",
            format!(
                "[model]\nname = \"m\"\nprovider = \"openai\"\n[tools.note]\nspec = \"() -> :int\"\n\
                 command = [\"sh\", \"-c\", \"echo note >> log; echo 1\"]\n[tools.slow]\nspec = \"() -> :int\"\n\
                 effect = \"{effect}\"\n\
                 command = [\"sh\", \"-c\", \"echo slow >> log; until test -e quick || ! test -e log; do sleep 0.1; done; echo 2\"]\n"
            ),
        );
        let mut run = ptc(&folder, &["Go.", "--trace", "run.jsonl"]).spawn().unwrap();
        let began = Instant::now();
        while !fs::read_to_string(folder.0.join("log")).is_ok_and(|log| log.ends_with("slow\n")) {
            assert!(began.elapsed() < Duration::from_secs(20), "the tool is not called");
            std::thread::sleep(Duration::from_millis(10));
        }
        run.kill().unwrap();
        assert_eq!(run.wait().unwrap().code(), None);
        folder.write("quick", "");
        folder
    }

    fn log(folder: &Folder) -> String {
        fs::read_to_string(folder.0.join("log")).unwrap()
    }

    #[test]
    fn resume_repeats_an_interrupted_read() {
        let folder = killed("reads", "read");
        let other = ptc(&folder, &["Stop.", "--resume", "run.jsonl"]).output().unwrap();
        let expected = r#"; the task of main differs: recorded "Go.", asked "Stop.""#;
        assert!(json(&other)["error"]["message"].as_str().unwrap().ends_with(expected), "{other:?}");
        assert_eq!(other.status.code(), Some(2));
        let outcome = json(&ptc(&folder, &["--resume", "run.jsonl"]).output().unwrap());
        assert_eq!((&outcome["result"], &outcome["usage"]["tool_calls"]), (&json!([1, 2]), &json!(2)));
        assert_eq!(log(&folder), "note\nslow\nslow\n");
    }

    #[test]
    fn resume_asks_about_an_interrupted_write() {
        let folder = killed("writes", "write");
        let refused = ptc(&folder, &["--resume", "run.jsonl"]).output().unwrap();
        let message = json(&refused)["error"]["message"].as_str().unwrap().to_owned();
        assert!(message.contains("\n- slow {} (idempotency key ") && message.contains(":main:2:0)\n"), "{message}");
        assert_eq!((refused.status.code(), log(&folder).as_str()), (Some(2), "note\nslow\n"));
        let outcome = json(&ptc(&folder, &["--resume", "run.jsonl", "--resume-anyway"]).output().unwrap());
        assert_eq!((&outcome["result"], log(&folder).as_str()), (&json!([1, 2]), "note\nslow\nslow\n"));
    }

    #[test]
    fn resume_forks_and_descriptors_after_any_event() {
        let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
        let folder = Folder::new("examples");
        for example in ["forks", "descriptors"] {
            let run = |more: &[&str]| {
                let example = root.join("examples").join(example);
                let mut command = Command::new(env!("CARGO_BIN_EXE_ptc"));
                command.arg("run").arg(example.join("main.toml")).arg("--script").arg(example.join("script.json"));
                let output =
                    command.args(more).arg("--json").current_dir(&folder.0).stdin(Stdio::null()).output().unwrap();
                let mut json = json(&output);
                json["usage"].as_object_mut().unwrap().shift_remove("duration_ms");
                json
            };
            let whole = run(&["--trace", "run.jsonl"]);
            assert!(whole["error"].is_null(), "{whole}");
            let text = fs::read_to_string(folder.0.join("run.jsonl")).unwrap();
            let lines: Vec<&str> = text.split_inclusive('\n').collect();
            for count in 1..=lines.len() {
                let file = folder.write("run.jsonl", lines[..count].concat());
                assert_eq!(run(&["--resume", "run.jsonl", "--resume-anyway"]), whole, "{example}, {count} events");
                assert_eq!(kinds(&fs::read_to_string(file).unwrap()), kinds(&text), "{example}, {count} events");
            }
        }
    }
}

#[test]
fn resume_keeps_the_date_of_the_first_run() {
    let folder = Folder::new("midnight");
    let journal = folder.0.join("run.jsonl");
    let on = |day: &str| {
        let model = Scripted::new(["(def x 20)", "(return (+ x 1))"]);
        let mut options = Options::new(model).journal(&journal);
        options = options.prompt(ptc::agent::Prompt {
            appendix: format!("<env name=\"environment\">\ndate: {day}\n</env>"),
            ..ptc::agent::Prompt::default()
        });
        options
    };
    wait(delegate("Count.", on("2026-03-01"))).unwrap();
    let whole = fs::read_to_string(&journal).unwrap();
    let lines: Vec<&str> = whole.lines().collect();
    fs::write(&journal, lines[..7].join("\n")).unwrap();
    assert_eq!(wait(resume(&journal, on("2026-03-02"))).unwrap().result, Value::from(21));
    let after = fs::read_to_string(&journal).unwrap();
    assert_eq!(after.lines().count(), lines.len());
    assert!(!after.contains("2026-03-02"), "{after}");
}

/// A sub-agent whose call has a time limit, a run that goes on without it, and a journal that was cut after that.
#[test]
fn resume_replays_a_call_that_timed_out() {
    let folder = Folder::new("cut");
    let journal = folder.0.join("run.jsonl");
    let done = Done::default();
    let options = |wait_for: u64| {
        let (models, calls) = (done.clone(), done.clone());
        let model = move |request: Request| {
            models.note(format!("{} {}", request.path, request.turn));
            let text = match (request.path.as_str(), request.turn) {
                ("main", 1) => {
                    "(def told (try (tool/slow {:task \"Take your time.\"}) (catch Exception e (ex-message e))))"
                }
                ("main", 2) => "(return told)",
                _ => "(tool/save {:n 1})",
            };
            async move { Ok(Reply::text(text)) }
        };
        let save = Tool::asynchronous("save", move |_| {
            let done = calls.clone();
            async move {
                done.note("save".into());
                tokio::time::sleep(Duration::from_millis(wait_for)).await;
                Ok(Value::Nil)
            }
        });
        let child = as_tool(Options::default().name("slow").tools([save])).timeout(Duration::from_millis(200));
        Options::new(model).tools([child]).journal(&journal)
    };
    let first = wait(delegate("Go.", options(60_000))).unwrap();
    assert!(first.result.to_string().contains("no result within 200ms"), "{}", first.result);
    let whole = fs::read_to_string(&journal).unwrap();
    let events = read_events(&whole).unwrap();
    let second =
        events.iter().position(|event| event.path == "main" && matches!(event.kind, EventKind::TurnStart { turn: 2 }));
    let lines: Vec<&str> = whole.lines().take(second.unwrap() + 1).collect();
    fs::write(&journal, lines.join("\n") + "\n").unwrap();
    // Nobody asks whether the call may be repeated that the run went on without, and it is not repeated.
    let resumed = wait(resume(&journal, options(0))).unwrap();
    assert_eq!(resumed.result, first.result);
    assert_eq!(done.all()["save"], 1);
    assert_eq!(done.all()["main/slow#1 1"], 1);
}

/// A tool's error may read like the runtime's own: whether a call was given up stands in the event, not in the text.
#[test]
fn resume_replays_a_tool_error_that_reads_like_a_given_up_call() {
    let folder = Folder::new("reads-like");
    let file = folder.0.join("run.jsonl");
    let options = || {
        let job = Tool::asynchronous("job", |_| async {
            Err(ToolError::new("the job was given up, because the program had ended"))
        });
        let first = "(def why (try (tool/job {}) (catch Exception e (ex-message e))))";
        Options::new(Scripted::new([first, "(return why)"])).tools([job]).journal(&file)
    };
    let whole = wait(delegate("Go.", options())).unwrap();
    let text = fs::read_to_string(&file).unwrap();
    let ends = read_events(&text).unwrap().into_iter().filter_map(|event| match event.kind {
        EventKind::ToolEnd { end, .. } => Some(end),
        _ => None,
    });
    assert_eq!(ends.collect::<Vec<_>>(), [CallEnd::Error]);
    folder.write("run.jsonl", text.split_inclusive('\n').take(7).collect::<String>());
    let resumed = wait(resume(&file, options())).unwrap();
    assert_eq!(resumed.result, whole.result);
    assert_eq!(fs::read_to_string(&file).unwrap().lines().count(), text.lines().count());
}

/// Journals of before version 0.1 do not say how a call ended: one with an error ended with it.
#[test]
fn read_events_infers_the_end_of_old_tool_calls() {
    let old = r#"{"version":1,"sequence":0,"path":"main","event":"tool_end","turn":1,"call":0,"name":"job","args":{}"#;
    for (rest, expected) in [(r#","result":1}"#, CallEnd::Result), (r#","error":"no"}"#, CallEnd::Error)] {
        let events = read_events(&format!("{old}{rest}")).unwrap();
        assert!(matches!(events[0].kind, EventKind::ToolEnd { end, .. } if end == expected), "{rest}");
    }
}
