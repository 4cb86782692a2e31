//! Whole delegations as readable documents: what the model says, what it is told, what comes of it.
//!
//! A talk is a Markdown file below `tests/talks`:
//!
//! - its first `toml` block is the program file (a missing `[model]` is added), further ones are files named after the
//!   word `toml`: `` ```toml expert.toml ``;
//! - `## Task` is the task; `## Model` a reply as it is, up to the next heading of this list, `## Model (900 in, 12 out)`
//!   one with its tokens, `## Model fails` an error as `kind: message`;
//! - `## Told` is what the model is told next, quoted; `## Outcome` what came of the process;
//! - `## System` are lines of the system prompt, where somebody wants to see them;
//! - `# main/expert#1` begins the same for another process, whose task is then what it was given.
//!
//! In what is expected a line `…` stands for any lines, and `…` within a line for any text. `UPDATE=1` rewrites what
//! differs and writes what is missing. Of every talk, whatever it says, some things must hold: see `holds_always`.
#![cfg(feature = "agent")]

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use ptc::model::{Answer, Message, ModelError, ModelErrorKind, Reply, Request, Retry, Role, Tokens};
use ptc::process::{Grants, Library, bind};
use ptc::trace::{Event, EventKind, TreeUsage, Turn, Usage, Verdict};
use ptc::{DelegateError, Outcome, delegate};
use serde_json::Value as Json;

const MODEL: &str = "\n[model]\nname = \"scripted\"\nprovider = \"openai\"\n";

/// A part of a talk: its heading, if it has one, and the lines below.
struct Part {
    process: String,
    kind: Kind,
    heading: Option<String>,
    body: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    About,
    Process,
    System,
    Task,
    Reply,
    Failure,
    Told,
    Outcome,
}

/// What happened in a process.
#[derive(Default)]
struct Process {
    task: String,
    requests: Vec<(Arc<str>, Vec<Message>)>,
    calls: BTreeMap<(u32, usize), String>,
    end: Option<Result<Arc<Json>, String>>,
}

#[test]
fn talks_go_as_they_are_written() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/talks");
    let mut talks: Vec<PathBuf> =
        fs::read_dir(&folder).expect("tests/talks").map(|entry| entry.expect("an entry").path()).collect();
    talks.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    talks.sort();
    let only = std::env::var("TALK").unwrap_or_default();
    talks.retain(|path| path.to_string_lossy().contains(&only));
    assert!(!talks.is_empty(), "there are no talks");
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let wrong: Vec<String> = talks.iter().filter_map(|path| runtime.block_on(check(path)).err()).collect();
    let hint = "UPDATE=1 cargo test --test talks writes what happened";
    assert!(
        wrong.is_empty(),
        "{} of {} talks went another way; {hint}\n\n{}",
        wrong.len(),
        talks.len(),
        wrong.join("\n")
    );
}

async fn check(path: &Path) -> Result<(), String> {
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let text = fs::read_to_string(path).map_err(|error| error.to_string())?;
    let mut parts = parts(&text);
    let processes: Arc<Mutex<BTreeMap<String, Process>>> = Arc::default();
    let script = Arc::new(Mutex::new(script(&parts).map_err(|why| format!("{name}: {why}\n"))?));
    let folder = lay_down(&name, &parts).map_err(|error| format!("{name}: {error}\n"))?;
    let task = parts.iter().find(|part| part.kind == Kind::Task).map(|part| text_of(&part.body)).unwrap_or_default();
    let ended = run(&folder, &task, script.clone(), processes.clone()).await;
    let mut seen = std::mem::take(&mut *processes.lock().expect("no panic"));
    let root = seen.entry("main".into()).or_default();
    let outcome = outcome(&ended, root, &folder);

    let mut wrong = String::new();
    for (process, left) in script.lock().expect("no panic").iter().filter(|(_, left)| !left.is_empty()) {
        let _ = writeln!(wrong, "{name}: {} replies of {process} were not asked for", left.len());
    }
    if let Err(why) = holds_always(&ended, &seen) {
        let _ = writeln!(wrong, "{name}: {why}");
    }
    let updating = std::env::var_os("UPDATE").is_some_and(|value| value == "1");
    let mut changed = false;
    for (at, expected, got) in expectations(&mut parts, &seen, &outcome) {
        if expected.as_deref().is_some_and(|expected| matches(expected, &got)) {
            continue;
        }
        if updating {
            write(&mut parts[at], &got);
            changed = true;
        } else {
            let heading = parts[at].heading.clone().unwrap_or_default();
            let expected = expected.map_or_else(|| "nothing".into(), |lines| lines.join("\n    "));
            let _ = writeln!(
                wrong,
                "{name}: {heading} of {}\n  expected\n    {expected}\n  got\n    {}\n",
                parts[at].process,
                got.join("\n    ")
            );
        }
    }
    if changed {
        let text: Vec<String> = parts.iter().flat_map(Part::lines).collect();
        fs::write(path, format!("{}\n", text.join("\n").trim_end())).map_err(|error| error.to_string())?;
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

impl Part {
    fn new(process: &str, kind: Kind, heading: &str) -> Self {
        let heading = Some(heading.to_owned()).filter(|heading| !heading.is_empty());
        Self { process: process.to_owned(), kind, heading, body: Vec::new() }
    }

    /// The part as the document has it.
    fn lines(&self) -> Vec<String> {
        self.heading.iter().cloned().chain(self.body.iter().cloned()).collect()
    }
}

/// The parts of a talk, in order.
fn parts(text: &str) -> Vec<Part> {
    let mut process = "main".to_owned();
    let mut parts = vec![Part::new(&process, Kind::About, "")];
    for line in text.lines() {
        let kind = match line {
            "## Task" => Some(Kind::Task),
            "## Told" => Some(Kind::Told),
            "## System" => Some(Kind::System),
            "## Outcome" => Some(Kind::Outcome),
            "## Model fails" => Some(Kind::Failure),
            _ if line == "## Model" || line.starts_with("## Model (") => Some(Kind::Reply),
            _ if line.starts_with("# main/") => Some(Kind::Process),
            _ => None,
        };
        match kind {
            Some(kind) => {
                if kind == Kind::Process {
                    line.trim_start_matches("# ").clone_into(&mut process);
                }
                parts.push(Part::new(&process, kind, line));
            }
            None => parts.last_mut().expect("the first part").body.push(line.to_owned()),
        }
    }
    // A reply that was asked for more has been told something: there is a place for it.
    let mut full: Vec<Part> = Vec::new();
    for part in parts {
        let place = full.last().is_some_and(|last| last.kind == Kind::Reply) && part.kind != Kind::Told;
        if let (true, Some(last)) = (place, full.last()) {
            let missing = Part { heading: None, ..Part::new(&last.process, Kind::Told, "") };
            full.push(missing);
        }
        full.push(part);
    }
    full
}

/// The text between the blank lines around it.
fn text_of(body: &[String]) -> String {
    body.join("\n").trim_matches('\n').to_owned()
}

/// The replies of the processes.
fn script(parts: &[Part]) -> Result<BTreeMap<String, VecDeque<Answer>>, String> {
    let mut script: BTreeMap<String, VecDeque<Answer>> = BTreeMap::new();
    for part in parts {
        let answer = match part.kind {
            Kind::Reply => {
                let mut tokens = Tokens::default();
                let heading = part.heading.as_deref().unwrap_or_default();
                if let Some(given) = heading.strip_prefix("## Model (") {
                    let counts = given.trim_end_matches(')').split(", ").map(|count| count.split_once(' '));
                    for count in counts {
                        match count.map(|(number, what)| (number.parse(), what)) {
                            Some((Ok(number), "in")) => tokens.input = number,
                            Some((Ok(number), "out")) => tokens.output = number,
                            _ => return Err(format!("{heading}: (900 in, 12 out) is meant")),
                        }
                    }
                }
                Answer::from(Reply { text: text_of(&part.body), tokens })
            }
            Kind::Failure => {
                let text = text_of(&part.body);
                let (kind, message) = text.split_once(": ").unwrap_or((&text, ""));
                let kind: ModelErrorKind =
                    serde_json::from_value(Json::from(kind)).map_err(|error| error.to_string())?;
                Answer::from(ModelError::new(kind, message))
            }
            Kind::About | Kind::Process | Kind::System | Kind::Task | Kind::Told | Kind::Outcome => continue,
        };
        script.entry(part.process.clone()).or_default().push_back(answer);
    }
    Ok(script)
}

/// Writes the program files into a folder of their own.
fn lay_down(name: &str, parts: &[Part]) -> std::io::Result<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("talks").join(name);
    fs::create_dir_all(&folder)?;
    let mut files: BTreeMap<String, String> = BTreeMap::from([("talk.toml".into(), String::new())]);
    let mut open: Option<String> = None;
    for line in parts.iter().filter(|part| part.kind == Kind::About).flat_map(|part| &part.body) {
        match &open {
            Some(_) if line == "```" => open = None,
            Some(file) => {
                let text = files.entry(file.clone()).or_default();
                text.push_str(line);
                text.push('\n');
            }
            None => {
                if let Some(file) = line.strip_prefix("```toml") {
                    let file = if file.trim().is_empty() { "talk.toml" } else { file.trim() };
                    files.entry(file.to_owned()).or_default();
                    open = Some(file.to_owned());
                }
            }
        }
    }
    for (file, mut text) in files {
        if !text.contains("[model]") {
            text.push_str(MODEL);
        }
        fs::write(folder.join(file), text)?;
    }
    Ok(folder)
}

/// Why a talk has no outcome: its files cannot be used, or its task failed.
enum NotRun {
    Unusable(String),
    Failed(Box<DelegateError>),
}

async fn run(
    folder: &Path,
    task: &str,
    script: Arc<Mutex<BTreeMap<String, VecDeque<Answer>>>>,
    processes: Arc<Mutex<BTreeMap<String, Process>>>,
) -> Result<(Outcome, Vec<String>), NotRun> {
    let unusable = NotRun::Unusable;
    let library = Arc::new(Library::load(&folder.join("talk.toml")).map_err(|error| unusable(error.to_string()))?);
    let root = library.root().ok_or_else(|| unusable("no program".into()))?;
    let mut grants = Grants::new(None);
    let model = move |request: Request| {
        let answer = script.lock().expect("no panic").get_mut(&request.path).and_then(VecDeque::pop_front);
        async move {
            let missing =
                || ModelError::new(ModelErrorKind::Other, format!("the talk has no reply for {}", request.path));
            answer.map_or_else(|| Err(missing()), Into::into)
        }
    };
    grants.model = Some(Arc::new(Retry::new(model).without_waiting()));
    let options = bind(&library, &root, &grants, true).map_err(|error| unusable(error.to_string()))?;
    let options = options.observer(move |event| {
        note(&mut processes.lock().expect("no panic"), event);
        Verdict::Continue
    });
    let outcome = delegate(task, options).await.map_err(|error| NotRun::Failed(Box::new(error)))?;
    Ok((outcome, library.warnings()))
}

fn note(processes: &mut BTreeMap<String, Process>, event: &Event) {
    let process = processes.entry(event.path.clone()).or_default();
    match &event.kind {
        EventKind::Start { task, .. } => process.task.clone_from(task),
        EventKind::Request { system, messages, .. } => process.requests.push((system.clone(), messages.clone())),
        EventKind::ToolEnd { turn, call, name, args, result, error, cached, .. } => {
            let mark = if *cached { " (cached)" } else { "" };
            let came = match (result, error) {
                (_, Some(error)) => format!("failed: {}", one_line(error)),
                (result, None) => format!("→ {}", result.clone().unwrap_or_default()),
            };
            process.calls.insert((*turn, *call), format!("- call: {name} {args} {came}{mark}"));
        }
        EventKind::End { result, error, .. } => {
            process.end = Some(match error {
                Some(error) => Err(error.clone()),
                None => Ok(result.clone().unwrap_or_default()),
            });
        }
        EventKind::TurnStart { .. }
        | EventKind::Response { .. }
        | EventKind::Delta { .. }
        | EventKind::ModelError { .. }
        | EventKind::ToolStart { .. }
        | EventKind::TurnEnd { .. }
        | EventKind::Sampled { .. }
        | EventKind::Stderr { .. } => {}
    }
}

fn one_line(text: &str) -> String {
    text.trim_end().replace('\n', " ⏎ ")
}

/// What came of the root, a line for each thing that is there.
fn outcome(ended: &Result<(Outcome, Vec<String>), NotRun>, root: &Process, folder: &Path) -> Vec<String> {
    let folder = format!("{}/", folder.display());
    let mut lines = Vec::new();
    let usage = match ended {
        Ok((outcome, _)) => {
            let result = outcome.result.to_string();
            lines.push(format!("- result: {}", one_line(&result)));
            lines.push(format!("- summary: {}", one_line(&outcome.summary)));
            lines.extend(
                outcome.refs.iter().map(|(name, value)| format!("- ref: {name} = {value}{}", origins(outcome, name))),
            );
            let entries = outcome.memory.entries();
            lines.extend(
                entries.iter().map(|(name, value)| format!("- memory: {name} = {}", one_line(&value.to_string()))),
            );
            &outcome.usage
        }
        Err(NotRun::Unusable(message)) => {
            lines.push(format!("- error: config-error: {}", one_line(message)));
            return lines.into_iter().map(|line| line.replace(&folder, "")).collect();
        }
        Err(NotRun::Failed(error)) => {
            lines.push(format!("- error: {}: {}", error.kind, one_line(&error.message)));
            lines
                .extend(error.limit.as_ref().map(|limit| format!("- limit: {} of {}", limit.name(), limit.configured)));
            lines.extend(error.reason.as_ref().map(|reason| format!("- reason: {reason}")));
            &error.usage
        }
    };
    lines.extend(root.calls.values().cloned());
    let shown = |of: &Usage| {
        let Usage { requests, total_runs, tool_calls, total_tokens, .. } = of;
        format!("replies {requests}, programs {total_runs}, calls {tool_calls}, tokens {total_tokens}")
    };
    lines.push(format!("- usage: {}", shown(usage)));
    if usage.processes > 1 {
        lines.push(format!("- own usage: {}", shown(&usage.own)));
    }
    if let Ok((outcome, warnings)) = ended {
        lines.extend(
            warnings.iter().chain(&outcome.warnings).map(|warning| format!("- warning: {}", one_line(warning))),
        );
    }
    lines.into_iter().map(|line| line.replace(&folder, "")).collect()
}

/// The tool calls that a ref comes from, by turn, call and path.
fn origins(outcome: &Outcome, name: &str) -> String {
    let calls = outcome.provenance.get(name).into_iter().flat_map(|provenance| &provenance.calls);
    calls.map(|call| format!(", from {} {}.{} at {}", call.tool, call.turn, call.call, call.paths.join(" "))).collect()
}

/// What each part says, if it says anything, and what it should say. Parts about which nothing is to be said go.
fn expectations(
    parts: &mut Vec<Part>,
    seen: &BTreeMap<String, Process>,
    outcome: &[String],
) -> Vec<(usize, Option<Vec<String>>, Vec<String>)> {
    let nothing = Process::default();
    let mut replies: BTreeMap<String, usize> = BTreeMap::new();
    let mut expectations = Vec::new();
    let mut kept = Vec::new();
    for mut part in std::mem::take(parts) {
        let process = seen.get(&part.process).unwrap_or(&nothing);
        let said: Vec<String> = text_of(&part.body).lines().map(|line| unquoted(line).to_owned()).collect();
        let expected = part.heading.is_some().then_some(said);
        let got = match part.kind {
            Kind::Reply => {
                *replies.entry(part.process.clone()).or_default() += 1;
                None
            }
            Kind::Told => {
                let request = replies.get(&part.process).copied().unwrap_or(0);
                let told = process.requests.get(request).and_then(|(_, messages)| messages.last());
                if told.is_none() && part.heading.is_none() {
                    continue;
                }
                part.heading = Some("## Told".into());
                let nothing = || vec!["(nothing: the model was not asked again)".to_owned()];
                Some(told.map_or_else(nothing, |told| told.content.lines().map(str::to_owned).collect()))
            }
            Kind::System => process.requests.first().map(|(system, _)| system.lines().map(str::to_owned).collect()),
            Kind::Task if part.process != "main" => Some(process.task.lines().map(str::to_owned).collect()),
            Kind::Outcome if part.process == "main" => Some(outcome.to_vec()),
            Kind::Outcome => Some(child_outcome(process)),
            Kind::About | Kind::Process | Kind::Task | Kind::Failure => None,
        };
        let expected = match part.kind {
            Kind::System => expected.map(|lines| [vec!["…".into()], lines, vec!["…".into()]].concat()),
            _ => expected,
        };
        kept.push(part);
        expectations.extend(got.map(|got| (kept.len() - 1, expected, got)));
    }
    *parts = kept;
    expectations
}

fn child_outcome(process: &Process) -> Vec<String> {
    let end = match &process.end {
        Some(Ok(result)) => format!("- result: {result}"),
        Some(Err(error)) => format!("- error: {}", one_line(error)),
        None => "- it did not end".into(),
    };
    [end].into_iter().chain(process.calls.values().cloned()).collect()
}

fn unquoted(line: &str) -> &str {
    line.strip_prefix("> ").unwrap_or(if line == ">" { "" } else { line })
}

fn write(part: &mut Part, got: &[String]) {
    let quoted = matches!(part.kind, Kind::Told | Kind::System);
    let line = |line: &String| match quoted {
        true => format!("> {line}").trim_end().to_owned(),
        false => line.clone(),
    };
    part.body = got.iter().map(line).chain([String::new()]).collect();
}

/// Whether lines are as expected, where `…` stands for any lines or any text.
fn matches(expected: &[String], got: &[String]) -> bool {
    let Some((first, rest)) = expected.split_first() else { return got.is_empty() };
    if first == "…" {
        return (0..=got.len()).any(|skipped| matches(rest, &got[skipped..]));
    }
    got.split_first().is_some_and(|(line, others)| is_like(first, line.trim_end()) && matches(rest, others))
}

fn is_like(expected: &str, got: &str) -> bool {
    match expected.split_once('…') {
        None => expected == got,
        Some((start, rest)) => got.strip_prefix(start).is_some_and(|left| {
            left.char_indices().map(|(at, _)| at).chain([left.len()]).any(|at| is_like(rest, &left[at..]))
        }),
    }
}

/// What holds of every talk: one system prompt for each process, roles that alternate, one conversation that only grows (unless it goes back),
/// an iteration that counts down, and a trace with the children inside whose usage adds up.
fn holds_always(
    ended: &Result<(Outcome, Vec<String>), NotRun>,
    seen: &BTreeMap<String, Process>,
) -> Result<(), String> {
    for (path, process) in seen {
        let mut before: &[Message] = &[];
        for (at, (system, messages)) in process.requests.iter().enumerate() {
            if *system != process.requests[0].0 {
                return Err(format!("the system prompt of {path} changes in turn {}", at + 1));
            }
            let roles = messages.iter().enumerate().map(|(at, message)| (at % 2 == 0) == (message.role == Role::User));
            if !roles.clone().all(|alternates| alternates) || messages.len() % 2 == 0 {
                return Err(format!("the roles of {path} do not alternate in turn {}", at + 1));
            }
            let goes_back = process.calls.values().any(|call| call.starts_with("- call: goto"));
            if !messages.starts_with(before) && !goes_back {
                return Err(format!("the conversation of {path} is another one in turn {}", at + 1));
            }
            before = messages;
        }
    }
    let (trace, usage) = match ended {
        Ok((outcome, _)) => (&outcome.trace, &outcome.usage),
        Err(NotRun::Failed(error)) => (&error.trace, &error.usage),
        Err(NotRun::Unusable(_)) => return Ok(()),
    };
    let mut told = BTreeMap::new();
    let mut own = 0;
    walk("main", trace, usage, &mut told, &mut own)?;
    for (path, process) in seen.iter().filter(|(_, process)| !process.requests.is_empty()) {
        let sent: Vec<Vec<Message>> = process.requests.iter().map(|(_, messages)| messages.clone()).collect();
        if told.get(path) != Some(&sent) {
            return Err(format!("the trace of {path} has other messages than those that were sent"));
        }
    }
    let total = usage.requests;
    if own != total {
        return Err(format!("the tree used {total} replies, its processes {own}"));
    }
    Ok(())
}

fn walk(
    path: &str,
    turns: &[Turn],
    usage: &TreeUsage,
    told: &mut BTreeMap<String, Vec<Vec<Message>>>,
    own: &mut u64,
) -> Result<(), String> {
    *own += usage.own.requests;
    let mut last = u32::MAX;
    for turn in turns {
        if turn.iteration > last {
            return Err(format!("the iteration of {path} counts up"));
        }
        last = turn.iteration;
        if !turn.messages.is_empty() {
            told.entry(path.to_owned()).or_default().push(turn.messages.clone());
        }
        for child in turn.tool_calls.iter().flat_map(|call| &call.children) {
            walk(&child.path, &child.turns, &child.usage, told, own)?;
        }
    }
    Ok(())
}
