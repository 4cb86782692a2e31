//! Events, and the recorder that all processes of a tree write to.

use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use serde_json::Value as Json;

use super::tree::is_within;
use crate::model::{Message, Tokens};

/// Something that happened in a process.
#[derive(Clone, Debug, Serialize)]
pub struct Event {
    /// The version of this format.
    pub version: u32,
    /// The number of the event in its tree.
    pub sequence: u64,
    /// The process: `main`, `main/expert#1`.
    pub path: String,
    /// What happened.
    #[serde(flatten)]
    pub kind: EventKind,
}

/// What happened.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[expect(missing_docs, reason = "fields say what they are; the variants are documented")]
pub enum EventKind {
    /// A process began with a task.
    Start { task: String, max_turns: u32 },
    /// A turn began.
    TurnStart { turn: u32 },
    /// A model was asked.
    Request { turn: u32, system: Arc<str>, messages: Vec<Message> },
    /// It answered.
    Response {
        turn: u32,
        text: String,
        #[serde(flatten)]
        tokens: Tokens,
        /// In dollars, where the price is known.
        #[serde(skip_serializing_if = "Option::is_none")]
        cost: Option<f64>,
    },
    /// It did not answer.
    ModelError { turn: u32, kind: String, message: String },
    /// A tool was called.
    ToolStart { turn: u32, call: usize, name: String, args: Json },
    /// It came back.
    ToolEnd {
        turn: u32,
        call: usize,
        name: String,
        args: Json,
        #[serde(skip_serializing_if = "Option::is_none")]
        result: Option<Json>,
        #[serde(skip_serializing_if = "Option::is_none")]
        error: Option<String>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        children: Vec<String>,
    },
    /// A turn ended: with a program's value or error, or with an answer.
    TurnEnd {
        turn: u32,
        iteration: u32,
        #[serde(skip_serializing_if = "Option::is_none")]
        program: Option<String>,
        /// Whether the program was run.
        ran: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        result: Option<Json>,
        #[serde(skip_serializing_if = "Option::is_none")]
        error: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        answer: Option<String>,
        #[serde(skip_serializing_if = "String::is_empty")]
        prints: String,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        warnings: Vec<String>,
    },
    /// A program wrote to the host's standard error.
    Stderr { message: String },
    /// A process ended.
    End {
        #[serde(skip_serializing_if = "Option::is_none")]
        result: Option<Json>,
        #[serde(skip_serializing_if = "Option::is_none")]
        error: Option<String>,
        /// The wall time it took.
        duration_ms: u64,
    },
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
#[derive(Default)]
pub struct Recorder {
    state: Mutex<State>,
    observers: Vec<Observer>,
}

#[derive(Default)]
struct State {
    events: Vec<Event>,
    file: Option<BufWriter<File>>,
    stopped: Vec<String>,
    write_error: Option<String>,
}

impl Recorder {
    /// A recorder with these observers.
    pub fn new(observers: Vec<Observer>) -> Self {
        Self { observers, ..Self::default() }
    }

    /// Writes every event as a line of JSON to a file, too.
    ///
    /// # Errors
    /// A file that cannot be created.
    pub fn write_to(&self, path: &Path) -> io::Result<()> {
        self.lock().file = Some(BufWriter::new(File::create(path)?));
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes in an event.
    pub fn record(&self, path: &str, kind: EventKind) {
        let event = {
            let mut state = self.lock();
            let event = Event { version: 1, sequence: state.events.len() as u64, path: path.to_owned(), kind };
            if let Some(file) = &mut state.file {
                let line = serde_json::to_string(&event).unwrap_or_default();
                if let Err(error) = writeln!(file, "{line}").and_then(|()| file.flush()) {
                    state.write_error.get_or_insert(error.to_string());
                    state.file = None;
                }
            }
            state.events.push(event.clone());
            event
        };
        for observer in &self.observers {
            // An observer that panics is not asked to stop anything.
            let verdict = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| observer(&event)));
            if matches!(verdict, Ok(Verdict::Stop)) {
                let mut state = self.lock();
                if !state.stopped.iter().any(|stopped| stopped == path) {
                    state.stopped.push(path.to_owned());
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

    /// The events so far.
    pub fn events(&self) -> Vec<Event> {
        self.since(0)
    }

    /// How many events there were.
    pub fn count(&self) -> usize {
        self.lock().events.len()
    }

    /// The events after so many.
    pub fn since(&self, count: usize) -> Vec<Event> {
        self.lock().events.get(count..).unwrap_or_default().to_vec()
    }
}
