//! Events, and the recorder that all processes of a tree write to.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fs::{File, TryLockError};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{self, BufWriter, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::model::{Message, ModelErrorKind, Tokens};

/// Something that happened in a process.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Event {
    /// The version of this format.
    pub version: u32,
    /// The number of the event in its tree.
    pub sequence: u64,
    /// Milliseconds since the run began.
    #[serde(default)]
    pub millis: u64,
    /// The process: `main`, `main/expert#1`.
    pub path: String,
    /// What happened.
    #[serde(flatten)]
    pub kind: EventKind,
}

/// What happened.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[expect(missing_docs, reason = "fields say what they are; the variants are documented")]
pub enum EventKind {
    /// A process began with a task.
    Start {
        task: String,
        max_turns: u32,
        /// What no other run has, and a run that is resumed keeps; only of roots.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        run_id: Option<String>,
        /// What is odd about the process, but no error.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        warnings: Vec<String>,
    },
    /// A turn began.
    TurnStart { turn: u32 },
    /// A model was asked.
    Request { turn: u32, model: String, system: Arc<str>, messages: Vec<Message> },
    /// It has written this much of its answer, where replies are streamed. A place `at` behind which something has come
    /// already begins that part anew. Observers see it; it is kept in no trace and no file.
    Delta { turn: u32, at: usize, text: String },
    /// It answered.
    Response {
        turn: u32,
        text: String,
        #[serde(flatten)]
        tokens: Tokens,
        /// In the money of `Budget::prices`, where the price is known.
        #[serde(skip_serializing_if = "Option::is_none")]
        cost: Option<f64>,
    },
    /// It did not answer.
    ModelError {
        turn: u32,
        kind: ModelErrorKind,
        message: String,
        #[serde(flatten, skip_serializing_if = "Tokens::is_none")]
        tokens: Tokens,
        #[serde(skip_serializing_if = "Option::is_none")]
        cost: Option<f64>,
    },
    /// A tool was called.
    ToolStart {
        turn: u32,
        call: usize,
        name: String,
        args: Json,
        /// Whether the call may change the world. One that does so by starting processes says it where they call.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        writes: bool,
    },
    /// It came back.
    ToolEnd {
        turn: u32,
        call: usize,
        name: String,
        args: Json,
        #[serde(skip_serializing_if = "Option::is_none")]
        result: Option<Json>,
        /// The result in Lisp, where JSON does not say all of it. Only in runs that are written to a file.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        edn: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        error: Option<String>,
        /// What to try, if the error says so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        hint: Option<String>,
        #[serde(default)]
        end: CallEnd,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        children: Vec<String>,
        /// Whether the call has changed the world, or may have.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        writes: bool,
        /// Whether the result is that of an earlier call.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        cached: bool,
    },
    /// A turn ended: with a program's value or error, or with an answer.
    TurnEnd(TurnResult),
    /// A program was told the time, or was given a source of chance. Only in runs that are written to a file.
    Sampled { turn: u32, source: SampleSource, value: i64 },
    /// A program wrote to the host's standard error.
    Stderr { message: String },
    /// A process ended.
    End {
        #[serde(skip_serializing_if = "Option::is_none")]
        result: Option<Arc<Json>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        error: Option<String>,
        /// The wall time it took.
        duration_ms: u64,
        /// Where its refs come from.
        #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
        provenance: IndexMap<String, Provenance>,
    },
}

/// How a tool call ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallEnd {
    /// With a result.
    #[default]
    Result,
    /// With an error.
    Error,
    /// The program ended before the call did.
    GivenUp,
}

/// How a turn ended: with a program's value or error, or with an answer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TurnResult {
    /// The number of the turn, from 1.
    pub turn: u32,
    /// How many turns are left, this one included.
    pub iteration: u32,
    /// The program, if the reply held one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub program: Option<String>,
    /// Whether the program was run.
    pub ran: bool,
    /// The value of the program; as it prints, where it has no JSON form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<Arc<Json>>,
    /// What went wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The answer, if the reply was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    /// What the program printed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub prints: String,
    /// What is odd, but no error.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

/// Where a ref comes from, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// The path in the result, or the expression over it; a closure of the host's has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The tool calls that gave what it was read from. None if a program made the value.
    pub calls: Vec<CallOrigin>,
}

/// A tool call, and where in its result something was.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallOrigin {
    /// The turn, from 1.
    pub turn: u32,
    /// The call's place among those of the turn, from 0.
    pub call: usize,
    /// The tool.
    pub tool: String,
    /// Paths in what the tool gave: the first ten.
    pub paths: Vec<String>,
}

/// What a program gets from outside, besides the results of tools.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SampleSource {
    /// The host's clock, in milliseconds since 1970.
    Clock,
    /// What the program's random numbers are made from.
    Chance,
}

impl SampleSource {
    /// The name in recordings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Clock => "clock",
            Self::Chance => "chance",
        }
    }
}

/// Whether a process is another one or below it.
pub(crate) fn is_within(path: &str, root: &str) -> bool {
    path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The events of a file of lines, as [`Recorder::write_to`] leaves it. The last line may have been cut off in the middle.
///
/// # Errors
/// The first other line that is no event, with its number.
pub fn read_events(text: &str) -> Result<Vec<Event>, String> {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let mut events = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        match serde_json::from_str::<Event>(line) {
            Ok(mut event) => {
                // Files written before events said how a call ended tell it by the error.
                if let EventKind::ToolEnd { error: Some(_), end: end @ CallEnd::Result, .. } = &mut event.kind {
                    *end = CallEnd::Error;
                }
                events.push(event);
            }
            Err(_) if at + 1 == lines.len() && at > 0 => {}
            Err(error) => return Err(format!("line {} is no event of a trace: {error}", at + 1)),
        }
    }
    if events.is_empty() { Err("there are no events in it".into()) } else { Ok(events) }
}

/// What an observer says to an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Go on.
    Continue,
    /// End the process.
    Stop,
}

/// A function that sees every event as it happens.
pub type Observer = Arc<dyn Fn(&Event) -> Verdict + Send + Sync>;

/// Collects the events of a tree, shows them to observers, and writes them to a file.
pub struct Recorder {
    began: Instant,
    /// Milliseconds that earlier parts of the run took.
    before: u64,
    state: Mutex<State>,
    observers: Vec<Observer>,
}

#[derive(Default)]
struct State {
    events: Vec<Arc<Event>>,
    file: Option<BufWriter<File>>,
    /// How many events the file holds.
    written: u64,
    /// What the file of a resumed run held before, by its hash: it is not written a second time.
    held: HashMap<u64, usize>,
    stopped: Vec<String>,
    write_error: Option<String>,
}

impl State {
    /// Writes an event as a line, unless the file holds it.
    fn write(&mut self, event: &Event) -> io::Result<()> {
        let Some(file) = &mut self.file else { return Ok(()) };
        if !self.held.is_empty()
            && let Entry::Occupied(mut held) = self.held.entry(hash(&event.path, &event.kind))
        {
            *held.get_mut() -= 1;
            if *held.get() == 0 {
                held.remove();
            }
            return Ok(());
        }
        let line = serde_json::to_string(&Event { sequence: self.written, ..event.clone() })?;
        self.written += 1;
        writeln!(file, "{line}")?;
        file.flush()
    }
}

/// By what an event is known that happens again: all of it but the time it took, what it cost, and what was odd.
fn hash(path: &str, kind: &EventKind) -> u64 {
    let mut json = serde_json::to_value(kind).unwrap_or_default();
    if let Json::Object(fields) = &mut json {
        for field in ["duration_ms", "cost", "warnings"] {
            fields.shift_remove(field);
        }
    }
    let mut hasher = DefaultHasher::new();
    (path, json.to_string()).hash(&mut hasher);
    hasher.finish()
}

/// Keeps a file to one run at a time, where the system can.
fn lock_file(file: &File) -> io::Result<()> {
    const TRIES: usize = 10;
    for _ in 0..TRIES {
        match file.try_lock() {
            // A process that is just being started has all open files for a moment.
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(10)),
            Ok(()) | Err(TryLockError::Error(_)) => return Ok(()),
        }
    }
    Err(io::Error::other("another run is writing it"))
}

impl Recorder {
    /// A recorder with these observers.
    pub fn new(observers: Vec<Observer>) -> Self {
        Self { began: Instant::now(), before: 0, state: Mutex::default(), observers }
    }

    /// Writes every event as a line of JSON to a file, too.
    ///
    /// # Errors
    /// A file that cannot be created, or that another run writes.
    pub fn write_to(&self, path: &Path) -> io::Result<()> {
        let file = File::options().write(true).create(true).truncate(false).open(path)?;
        lock_file(&file)?;
        if file.metadata()?.is_file() {
            file.set_len(0)?;
        }
        self.lock().file = Some(BufWriter::new(file));
        Ok(())
    }

    /// Goes on in a file that [`Recorder::write_to`] began and that holds these events: they are not written again when they
    /// happen again. A last line that was cut off is taken away.
    ///
    /// # Errors
    /// A file that cannot be written, or that another run writes.
    pub fn go_on_in(&mut self, path: &Path, held: &[Event]) -> io::Result<()> {
        let mut file = File::options().read(true).write(true).open(path)?;
        lock_file(&file)?;
        let mut text = Vec::new();
        file.read_to_end(&mut text)?;
        let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let (_, rest) = text.split_at(whole);
        if serde_json::from_slice::<Event>(rest).is_ok() {
            file.write_all(b"\n")?;
        } else {
            file.set_len(whole as u64)?;
            file.seek(SeekFrom::End(0))?;
        }
        self.before = held.last().map_or(0, |event| event.millis);
        let mut state = self.lock();
        state.written = held.last().map_or(0, |event| event.sequence + 1);
        for event in held {
            *state.held.entry(hash(&event.path, &event.kind)).or_default() += 1;
        }
        state.file = Some(BufWriter::new(file));
        Ok(())
    }

    /// Writes nothing to the file any more.
    pub fn close_file(&self) {
        self.lock().file = None;
    }

    /// Whether the events are written to a file.
    pub fn writes_file(&self) -> bool {
        self.lock().file.is_some()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes in an event.
    pub fn record(&self, path: &str, kind: EventKind) {
        let event = {
            let mut state = self.lock();
            let event = Arc::new(self.event(state.events.len(), path, kind));
            if let Err(error) = state.write(&event) {
                state.write_error.get_or_insert(error.to_string());
                state.file = None;
            }
            state.events.push(event.clone());
            event
        };
        self.tell(&event);
    }

    /// Shows observers an event that is not kept; its number is that of the next one that is.
    pub fn show(&self, path: &str, kind: EventKind) {
        let number = self.lock().events.len();
        self.tell(&self.event(number, path, kind));
    }

    fn event(&self, number: usize, path: &str, kind: EventKind) -> Event {
        let elapsed = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let millis = self.before.saturating_add(elapsed);
        Event { version: 1, sequence: number as u64, millis, path: path.to_owned(), kind }
    }

    fn tell(&self, event: &Event) {
        for observer in &self.observers {
            // An observer that panics is not asked to stop anything.
            let verdict = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| observer(event)));
            if matches!(verdict, Ok(Verdict::Stop)) {
                let mut state = self.lock();
                if !state.stopped.contains(&event.path) {
                    state.stopped.push(event.path.clone());
                }
            }
        }
    }

    /// Whether an observer has ended a process, or one above it.
    pub fn is_stopped(&self, path: &str) -> bool {
        self.lock().stopped.iter().any(|stopped| is_within(path, stopped))
    }

    /// Why the file could not be written to the end, if so.
    pub fn write_error(&self) -> Option<String> {
        self.lock().write_error.clone()
    }

    /// What a reading of the events so far finds.
    pub fn find<T>(&self, read: impl Fn(&Event) -> Option<T>) -> Vec<T> {
        self.lock().events.iter().map(|event| &**event).filter_map(read).collect()
    }

    /// The events so far.
    pub fn events(&self) -> Vec<Event> {
        self.lock().events.iter().map(|event| (**event).clone()).collect()
    }

    /// The events of a process and of those below it.
    pub fn within(&self, path: &str) -> Vec<Arc<Event>> {
        self.lock().events.iter().filter(|event| is_within(&event.path, path)).cloned().collect()
    }

    /// How many events there were.
    pub fn count(&self) -> usize {
        self.lock().events.len()
    }

    /// The events after the first `count`.
    pub fn since(&self, count: usize) -> Vec<Arc<Event>> {
        self.lock().events.get(count..).unwrap_or_default().to_vec()
    }
}
