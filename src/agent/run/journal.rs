//! Journals: how a run that was killed goes on.
//!
//! The journal is the file of events, each written as it happens. A run is resumed by running it anew: what a program does
//! depends on nothing but what comes from outside, and all of that is in the journal – replies, results of tools, the
//! order in which results came, the clock and the source of chance. So long as something is there, it is not asked for
//! again; from the first thing on that is not there, a process is live. A resumed run writes on in the same file, which
//! then holds what an uninterrupted run would have written.
//!
//! Each process has its own place in the journal, since siblings go on side by side. A place is the process and the number of
//! its turn, counted over all its tasks. Calls that start processes, and those that change nothing but the process that calls,
//! are made again: their replies and results are in the journal themselves. A call that ended before the processes that it had started, by its
//! timeout say, is known like any other.
//!
//! A call that has begun but not ended is made again when it reads. When it writes nobody knows whether it has happened:
//! the host decides.

use std::collections::{HashMap, HashSet, VecDeque};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value as Json;
use tokio::sync::Notify;

use crate::lisp::syntax::read_data;
use crate::lisp::text::{Source, abridge};
use crate::lisp::value::{Fault, Value, from_json, readable, says_all_in_json};
use crate::model::{Message, ModelError, Reply, contrast, difference};
use crate::tool::{CallEffect, CallOutcome, fault};
use crate::trace::{CallEnd, Event, EventKind, SampleSource, is_within, read_events};

/// How long a result waits for a call to be made that came to its end before it. A program takes no longer for that, unless it
/// goes another way.
const PATIENCE: Duration = Duration::from_secs(30);

/// What happened in a run until it was killed.
///
/// ```
/// use ptc::agent::Journal;
/// use ptc::{Options, delegate, model::Scripted, resume};
///
/// # let file = std::env::temp_dir().join(format!("ptc-journal-{}.jsonl", std::process::id()));
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// let options = || Options::new(Scripted::new(["(def x 20)", "(return (+ x 1))"])).journal(&file);
/// delegate("Count", options()).await?;
///
/// // As if the run had been killed in its second turn.
/// let text = std::fs::read_to_string(&file).unwrap();
/// let lines: Vec<&str> = text.lines().take(7).collect();
/// std::fs::write(&file, lines.join("\n")).unwrap();
///
/// assert_eq!(Journal::load(&file).expect("a journal").tasks(), ["Count"]);
/// let outcome = resume(&file, options()).await?;
/// assert_eq!(outcome.result, ptc::Value::from(21));
/// assert_eq!(std::fs::read_to_string(&file).unwrap().lines().count(), text.lines().count());
/// # Ok::<(), ptc::DelegateError>(()) })?;
/// # std::fs::remove_file(file)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Journal {
    file: PathBuf,
    events: Vec<Event>,
    run_id: String,
    tasks: Vec<String>,
    undecided: Vec<String>,
    state: Mutex<State>,
    moved: Notify,
}

/// The place of a turn: the process, and the number of the turn over all its tasks.
type Turn = (String, u32);

/// What of the journal has not happened again yet.
#[derive(Default)]
struct State {
    /// The tasks that each process was given.
    tasks: HashMap<String, VecDeque<String>>,
    /// What each process asked its model.
    exchanges: HashMap<String, VecDeque<Exchange>>,
    calls: HashMap<(Turn, usize), RecordedCall>,
    /// The calls of each turn in the order in which they ended.
    order: HashMap<Turn, Vec<usize>>,
    samples: HashMap<(Turn, SampleSource), VecDeque<i64>>,
    /// The processes that have ended, or whose caller no longer waits for them.
    over: HashSet<String>,
    /// The system prompt of each process.
    systems: HashMap<String, Arc<str>>,
    /// The turn that each process is in.
    at: HashMap<String, u32>,
    run_id: String,
    /// The first thing in which the run is not that of the journal.
    divergence: Option<String>,
}

struct Exchange {
    turn: u32,
    system: Arc<str>,
    messages: Vec<Message>,
    answer: Option<Result<Reply, ModelError>>,
}

struct RecordedCall {
    name: String,
    args: Json,
    end: Option<RecordedEnd>,
    /// Whether it may change the world.
    writes: bool,
    key: String,
}

/// How a call ended.
struct RecordedEnd {
    outcome: CallOutcome,
    /// Whether processes that it had started had not ended.
    is_cut: bool,
}

impl Journal {
    /// Reads a journal.
    ///
    /// # Errors
    /// A file that cannot be read or holds something else.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, String> {
        let unusable = |why: String| format!("{}: {why}", path.as_ref().display());
        let bytes = fs::read(&path).map_err(|error| unusable(error.to_string()))?;
        // What was cut off in the middle may end in the middle of a character.
        let text = String::from_utf8_lossy(&bytes);
        let events = read_events(&text).map_err(unusable)?;
        Self::from_events(path.as_ref().to_owned(), events).map_err(unusable)
    }

    fn from_events(file: PathBuf, events: Vec<Event>) -> Result<Self, String> {
        let mut state = State::default();
        for event in decided(&events) {
            state.take(event)?;
        }
        let undecided = state.undecided();
        state.at.clear();
        let tasks: Vec<String> = state.tasks.get("main").cloned().unwrap_or_default().into();
        if tasks.is_empty() {
            return Err("it does not say with which task the run began".into());
        }
        let run_id = state.run_id.clone();
        Ok(Self { file, events, run_id, tasks, undecided, state: Mutex::new(state), moved: Notify::new() })
    }

    /// The tasks that the run was given, of which the last may not be finished.
    pub fn tasks(&self) -> &[String] {
        &self.tasks
    }

    /// The calls that write and have begun, but not ended: each with its arguments and its idempotency key. Nobody knows
    /// whether they have happened.
    pub fn undecided(&self) -> &[String] {
        &self.undecided
    }

    /// What no other run has.
    pub(crate) fn run_id(&self) -> &str {
        &self.run_id
    }

    /// The file.
    pub(crate) fn file(&self) -> &Path {
        &self.file
    }

    /// What the file holds.
    pub(crate) fn events(&self) -> &[Event] {
        &self.events
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The first thing in which the run is not that of the journal, if there is one.
    pub(crate) fn divergence(&self) -> Option<String> {
        self.lock().divergence.clone()
    }

    /// Holds an event that is about to happen against the journal.
    pub(crate) fn check(&self, path: &str, kind: &EventKind) {
        let mut state = self.lock();
        let differs = match kind {
            EventKind::Start { task, .. } => state.start(path, task),
            EventKind::TurnStart { .. } => {
                *state.at.entry(path.to_owned()).or_default() += 1;
                None
            }
            EventKind::Request { turn, system, messages, .. } => state.request(path, *turn, system, messages),
            EventKind::ToolStart { turn, call, name, args, .. } => state.call(path, *turn, *call, name, args),
            _ => None,
        };
        if let Some(differs) = differs {
            state.diverge(differs);
        }
    }

    /// Notes that a call has ended, so that those that ended after it may.
    pub(crate) fn ended(&self, path: &str, call: usize) {
        let mut state = self.lock();
        let turn = state.turn(path);
        if let Some(order) = state.order.get_mut(&turn) {
            order.retain(|ended| *ended != call);
            drop(state);
            self.moved.notify_waiters();
        }
    }

    /// The system prompt that a process began with, if it was the same but for what it says of where the run takes place: a run
    /// that goes on after midnight goes on with the day it began on.
    pub(crate) fn system(&self, path: &str, own: &str) -> Option<Arc<str>> {
        let known = self.lock().systems.get(path).cloned()?;
        (without_env_block(&known) == without_env_block(own)).then_some(known)
    }

    /// The answer to the request that a process makes, if it is known.
    pub(crate) fn answer(&self, path: &str) -> Option<Result<Reply, ModelError>> {
        self.lock().exchanges.get_mut(path)?.pop_front()?.answer
    }

    /// Whether a call has happened that a process is going to make in its turn.
    pub(crate) fn knows(&self, path: &str, call: usize) -> bool {
        let state = self.lock();
        state.calls.get(&(state.turn(path), call)).is_some_and(|known| known.end.is_some())
    }

    /// How a call ended, if that is known. One that is `repeatable` is made again if it had come to its end: what it did is
    /// in the journal itself.
    pub(crate) fn replay(&self, path: &str, call: usize, repeatable: bool) -> Option<CallOutcome> {
        let mut state = self.lock();
        let turn = state.turn(path);
        let end = state.calls.remove(&(turn, call)).and_then(|recorded| recorded.end);
        drop(state);
        self.moved.notify_waiters();
        let RecordedEnd { outcome, is_cut } = end?;
        let counts = is_cut || !repeatable || matches!(outcome, CallOutcome::Abandoned);
        counts.then_some(outcome)
    }

    /// What a program was told of the clock, or got of chance.
    pub(crate) fn sample(&self, path: &str, source: SampleSource) -> Option<i64> {
        let mut state = self.lock();
        let turn = state.turn(path);
        state.samples.get_mut(&(turn, source))?.pop_front()
    }

    /// Waits until all calls of a process's turn have ended that ended before this one.
    pub(crate) async fn in_order(&self, path: &str, call: usize) {
        let turn = self.lock().turn(path);
        loop {
            let moved = self.moved.notified();
            let wait = self.lock().wait(&turn, call);
            match wait {
                Wait::None => return,
                Wait::ToEnd => moved.await,
                Wait::ToBegin => {
                    if tokio::time::timeout(PATIENCE, moved).await.is_err() {
                        let (path, number) = turn;
                        let differs = format!("{path}, turn {number} of all: it does not make the calls it made");
                        return self.lock().diverge(differs);
                    }
                }
            }
        }
    }

    /// Waits for the end of a program that does not wait for a call.
    pub(crate) async fn wait_until_turn_ends(&self, path: &str) {
        let turn = self.lock().turn(path);
        loop {
            let moved = self.moved.notified();
            // Others may still be in progress, and take their time.
            let alone = self.lock().order.get(&turn).is_none_or(Vec::is_empty);
            if !alone {
                moved.await;
            } else if tokio::time::timeout(PATIENCE, moved).await.is_err() {
                let (path, number) = turn;
                return self
                    .lock()
                    .diverge(format!("{path}, turn {number} of all: the program does not end where it ended"));
            }
        }
    }
}

/// What a result waits for.
enum Wait {
    /// Nothing.
    None,
    /// The end of a call that is in progress.
    ToEnd,
    /// A call that the program has not made yet.
    ToBegin,
}

/// The events that a resumed run must repeat. How a run ended that was stopped from outside is not among them: what
/// failed may succeed now, and what was given up may be done.
fn decided(events: &[Event]) -> &[Event] {
    let mut decided = events;
    let mut was_stopped = false;
    while let [rest @ .., last] = decided {
        match &last.kind {
            EventKind::End { error: Some(_), .. } => was_stopped = true,
            EventKind::ModelError { .. } => {}
            EventKind::TurnEnd { .. } if was_stopped => {}
            EventKind::ToolEnd { end: CallEnd::GivenUp, .. } if was_stopped => {}
            _ => break,
        }
        decided = rest;
    }
    decided
}

impl State {
    /// Where a process is.
    fn turn(&self, path: &str) -> Turn {
        (path.to_owned(), self.at.get(path).copied().unwrap_or_default())
    }

    /// What the result of a call waits for.
    fn wait(&self, turn: &Turn, call: usize) -> Wait {
        match self.order.get(turn).and_then(|order| order.first()) {
            Some(first) if *first != call => {
                let is_made = !self.calls.contains_key(&(turn.clone(), *first));
                if is_made { Wait::ToEnd } else { Wait::ToBegin }
            }
            Some(_) | None => Wait::None,
        }
    }

    fn diverge(&mut self, differs: String) {
        self.divergence.get_or_insert(differs);
    }

    /// Takes in an event of the journal.
    fn take(&mut self, event: &Event) -> Result<(), String> {
        let path = event.path.as_str();
        let turn = self.turn(path);
        let answer = match &event.kind {
            EventKind::Start { task, run_id, .. } => {
                if let Some(run_id) = run_id {
                    self.run_id.clone_from(run_id);
                }
                self.tasks.entry(path.to_owned()).or_default().push_back(task.clone());
                None
            }
            EventKind::TurnStart { .. } => {
                *self.at.entry(path.to_owned()).or_default() += 1;
                None
            }
            EventKind::Request { turn, system, messages, .. } => {
                let (system, messages) = (system.clone(), messages.clone());
                self.systems.entry(path.to_owned()).or_insert_with(|| system.clone());
                let exchange = Exchange { turn: *turn, system, messages, answer: None };
                self.exchanges.entry(path.to_owned()).or_default().push_back(exchange);
                None
            }
            EventKind::Response { text, tokens, .. } => Some(Ok(Reply { text: text.clone(), tokens: *tokens })),
            EventKind::ModelError { kind, message, tokens, .. } => {
                Some(Err(ModelError { tokens: *tokens, ..ModelError::new(*kind, message.clone()) }))
            }
            EventKind::ToolStart { call, name, args, writes, .. } => {
                let (name, args) = (name.clone(), args.clone());
                let key = idempotency_key(&self.run_id, path, turn.1, *call);
                self.calls.insert((turn, *call), RecordedCall { name, args, end: None, writes: *writes, key });
                None
            }
            EventKind::ToolEnd { call, result, edn, error, hint, end, writes, children, .. } => {
                // All of them: one after the other they are over now.
                let cut = children.iter().filter(|child| self.over.insert((*child).clone())).count();
                let effect = if *writes { CallEffect::Performed } else { CallEffect::None };
                let outcome = match end {
                    CallEnd::GivenUp => CallOutcome::Abandoned,
                    CallEnd::Error => {
                        let error = fault(error.clone().unwrap_or_default());
                        let result = Err(hint.clone().into_iter().fold(error, Fault::hint).into());
                        CallOutcome::Replayed { result, effect }
                    }
                    CallEnd::Result => {
                        let result = Ok(value(result.as_ref(), edn.as_deref())?);
                        CallOutcome::Replayed { result, effect }
                    }
                };
                if *end != CallEnd::GivenUp {
                    self.order.entry(turn.clone()).or_default().push(*call);
                }
                let end = Some(RecordedEnd { outcome, is_cut: cut > 0 });
                if let Some(known) = self.calls.get_mut(&(turn, *call)) {
                    known.end = end;
                }
                None
            }
            EventKind::Sampled { source, value, .. } => {
                self.samples.entry((turn, *source)).or_default().push_back(*value);
                None
            }
            EventKind::End { .. } => {
                self.over.insert(path.to_owned());
                None
            }
            EventKind::Delta { .. } | EventKind::TurnEnd { .. } | EventKind::Stderr { .. } => None,
        };
        if let (Some(answer), Some(last)) = (answer, self.exchanges.get_mut(path).and_then(VecDeque::back_mut)) {
            last.answer = Some(answer);
        }
        Ok(())
    }

    /// The calls that write and have not ended. Those of processes that nobody waits for any more are decided: the run went on
    /// without them.
    fn undecided(&self) -> Vec<String> {
        let is_over = |path: &str| self.over.iter().any(|over| is_within(path, over));
        let begun =
            self.calls.iter().filter(|(((path, _), _), known)| known.writes && known.end.is_none() && !is_over(path));
        let mut undecided: Vec<String> = begun
            .map(|(_, known)| {
                format!("{} {} (idempotency key {})", known.name, abridge(&known.args.to_string(), 300), known.key)
            })
            .collect();
        undecided.sort();
        undecided
    }

    fn start(&mut self, path: &str, task: &str) -> Option<String> {
        let recorded = self.tasks.get_mut(path)?.pop_front()?;
        (recorded != task).then(|| format!("the task of {path} differs: {}", contrast(&recorded, task)))
    }

    fn request(&self, path: &str, turn: u32, system: &Arc<str>, messages: &[Message]) -> Option<String> {
        let known = self.exchanges.get(path)?.front()?;
        let recorded = (known.system.clone(), known.messages.clone());
        let differs = difference(recorded, (system.clone(), messages.to_vec()))?;
        Some(format!(
            "{path}, turn {}: {differs}{}",
            known.turn,
            if turn == known.turn { "" } else { " (another turn)" }
        ))
    }

    fn call(&self, path: &str, turn: u32, call: usize, name: &str, args: &Json) -> Option<String> {
        let known = self.calls.get(&(self.turn(path), call))?;
        if known.name == name && known.args == *args {
            return None;
        }
        let [recorded, asked] =
            [(known.name.as_str(), &known.args), (name, args)].map(|(name, args)| format!("{name} {args}"));
        Some(format!("{path}, turn {turn}: call {} differs: {}", call + 1, contrast(&recorded, &asked)))
    }
}

/// A system prompt without what it says of where the run takes place.
fn without_env_block(system: &str) -> String {
    // As `framed` makes it; what is inside cannot close it.
    let around = system.split_once("<env name=\"environment\">").and_then(|(before, rest)| {
        let (_, after) = rest.split_once("\n</env>")?;
        Some(format!("{before}{after}"))
    });
    around.unwrap_or_else(|| system.to_owned())
}

/// What a tool is told a call by: the run, the process, its turn over all tasks, the call.
pub(crate) fn idempotency_key(run: &str, path: &str, turn: u32, call: usize) -> String {
    format!("{run}:{path}:{turn}:{call}")
}

/// A result as it was.
fn value(json: Option<&Json>, edn: Option<&str>) -> Result<Value, String> {
    let Some(edn) = edn else {
        return from_json(json.unwrap_or(&Json::Null)).map_err(|raise| raise.to_error().to_string());
    };
    let values = read_data(&Arc::new(Source::new("journal", edn))).map_err(|error| error.to_string())?;
    values.into_iter().next().ok_or_else(|| "a result is empty".into())
}

/// A result in Lisp, where the JSON in the trace does not say all of it.
pub(crate) fn edn(value: &Value, json: &Json) -> Option<String> {
    // The trace may keep a note in the place of a long result.
    let is_kept = match (json, value) {
        (Json::String(kept), Value::Text(text)) => kept == text.as_str(),
        (Json::String(_), _) => false,
        _ => true,
    };
    (!is_kept || !says_all_in_json(value)).then(|| readable(value))
}
