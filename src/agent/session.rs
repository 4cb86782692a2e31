//! A session: a process that is given one task after the other, on one conversation and one memory.

use std::borrow::Borrow;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use indexmap::IndexSet;
use tokio::runtime::Runtime;

use super::outcome::{DelegateError, Outcome, StopReason};
use super::run::stop::{DelegateErrorKind, ProcessError};
use super::run::turn::{Ended, Turns};
use super::show::descriptors::Descriptors;
use super::{Journal, Options, Process, Tree};
use crate::lisp::memory::Memory;
use crate::model::Role;
use crate::trace::{self, Event, EventKind, Recorder};

/// The process at the root of a tree, which can be given tasks one after the other.
///
/// ```
/// use ptc::agent::Session;
/// use ptc::{Options, model::Scripted};
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// let model = Scripted::new(["(def name \"Ann\")", "Hello, Ann.", "(return name)"]);
/// let mut session = Session::start(&Options::new(model)).await?;
/// assert_eq!(session.run("I am Ann.").await?.summary, "Hello, Ann.");
/// assert_eq!(session.last_message(), Some("Hello, Ann.".into()));
/// assert_eq!(session.run("Who am I?").await?.result, ptc::Value::text("Ann"));
/// # Ok::<(), ptc::DelegateError>(()) })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Session {
    process: Arc<Process>,
    turns: Turns,
    memory: Memory,
    has_run: bool,
    /// What those wait with who have no runtime: what was connected to lives on it.
    runtime: Option<Runtime>,
}

impl Session {
    /// A process that waits for its first task.
    ///
    /// # Errors
    /// No model, tools that cannot be, a budget that allows no process.
    pub async fn start(options: &Options) -> Result<Self, DelegateError> {
        let recorder = Recorder::new(options.observers.clone());
        if let Some(file) = &options.journal {
            let unusable = |error| DelegateError::unusable(format!("{}: {error}", file.display()));
            recorder.write_to(file).map_err(unusable)?;
        }
        Self::recorded(options, recorder).await
    }

    /// The same with a recorder that the host made.
    #[doc(hidden)]
    pub async fn recorded(options: &Options, recorder: Recorder) -> Result<Self, DelegateError> {
        Self::begin(options, Tree::new(options.settings.budget.clone(), recorder)).map_err(|error| *error)
    }

    /// A process that does again what the journal holds, when it is given the tasks of the journal.
    ///
    /// # Errors
    /// See [`Session::start`]; and calls that write of which nobody knows whether they have happened.
    #[doc(hidden)]
    pub async fn resumed(options: &Options, mut recorder: Recorder, journal: Journal) -> Result<Self, DelegateError> {
        let file = journal.file().display();
        if let (false, [_, ..]) = (options.repeat_undecided, journal.undecided()) {
            let message = format!(
                "{file}: the run was killed in the midst of calls that write, and nobody knows whether they have happened:\n- {}\n\
                 Find out, and if they may be made once more, say so (Options::repeat_undecided, --resume-anyway)",
                journal.undecided().join("\n- ")
            );
            return Err(DelegateError { kind: DelegateErrorKind::Resume, ..DelegateError::unusable(message) });
        }
        let unusable = |error| DelegateError::unusable(format!("{file}: {error}"));
        recorder.go_on_in(journal.file(), journal.events()).map_err(unusable)?;
        let tree = Tree::resumed(options.settings.budget.clone(), recorder, journal);
        Self::begin(options, tree).map_err(|error| *error)
    }

    fn begin(options: &Options, tree: Tree) -> Result<Self, Box<DelegateError>> {
        let tree = Arc::new(tree);
        let failed = |stop: ProcessError| Box::new(failed(&tree, 0, &stop));
        let Some(model) = options.model.clone() else {
            let why = "the agent has no model: use Options::new(model)".into();
            return Err(failed(ProcessError::Unusable(why)));
        };
        let agent = options.agent().map_err(|why| failed(ProcessError::Unusable(why)))?;
        tree.ledger.start_processes(1, 1).map_err(|reached| failed(ProcessError::Budget(reached)))?;
        let descriptors = Descriptors::new(agent.settings.paging.clone());
        let process = Process::new(tree, "main".into(), 1, model, agent, descriptors);
        let turns = Turns::new(process.agent.rules.clone());
        Ok(Self { process, turns, memory: Memory::new(), has_run: false, runtime: None })
    }

    /// Gives the process a task and waits for what comes of it; usage and trace are those of the task.
    ///
    /// # Errors
    /// See [`delegate`](crate::delegate). The session goes on: the next task follows upon what was said.
    pub async fn run(&mut self, task: &str) -> Result<Outcome, DelegateError> {
        let tree = self.process.tree.clone();
        let (before, began) = (tree.recorder.count(), Instant::now());
        if std::mem::replace(&mut self.has_run, true) {
            self.turns.reset_for_task();
        }
        let ended = self.process.work(&mut self.turns, &mut self.memory, task, None).await;
        let Ended { result, json: _, summary, in_words, refs } = ended.map_err(|stop| failed(&tree, before, &stop))?;
        let events = tree.recorder.since(before);
        let mut warnings = warnings(&events);
        warnings.extend(tree.recorder.write_error().map(|error| format!("the trace file is not complete: {error}")));
        let provenance = events.iter().rev().find_map(|event| match &event.kind {
            EventKind::End { provenance, .. } if event.path == "main" => Some(provenance.clone()),
            _ => None,
        });
        Ok(Outcome {
            result,
            summary,
            refs,
            provenance: provenance.unwrap_or_default(),
            usage: trace::usage(&events, "main"),
            trace: trace::Trace::from_events(events, "main"),
            memory: self.memory.clone(),
            stop_reason: if in_words { StopReason::Answer } else { StopReason::Return },
            last_message: self.last_message().unwrap_or_default(),
            duration: began.elapsed(),
            warnings,
        })
    }

    /// The same for hosts without a runtime: waits on the calling thread.
    ///
    /// # Errors
    /// See [`Session::run`].
    ///
    /// # Panics
    /// From within an asynchronous runtime, where a thread must not wait.
    pub fn run_and_wait(&mut self, task: &str) -> Result<Outcome, Box<DelegateError>> {
        let runtime = match self.runtime.take() {
            Some(runtime) => runtime,
            None => runtime()?,
        };
        let ended = runtime.block_on(self.run(task));
        self.runtime = Some(runtime);
        ended.map_err(Box::new)
    }

    /// A session that was made on a runtime, and waits with it.
    pub(crate) fn with_runtime(mut self, runtime: Runtime) -> Self {
        self.runtime = Some(runtime);
        self
    }

    /// What the model said last.
    pub fn last_message(&self) -> Option<String> {
        let said = self.turns.messages.iter().rev().find(|message| message.role == Role::Assistant);
        said.map(|message| message.content.to_string())
    }

    /// What the process remembers.
    pub fn memory(&self) -> &Memory {
        &self.memory
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // The pool may hold on to the process for a moment.
        self.process.tree.recorder.close_file();
        // Also where a thread must not wait.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Goes on with a run that was killed, from its journal (see [`Options::journal`]) and with the same options. What is finished
/// is not done again: neither a reply is asked for nor a tool called whose result the journal holds. Gives what came of the last
/// task, with usage and trace as if nobody had killed the run; the journal goes on in its file.
///
/// What makes the run go another way than its journal is an error that says where. Reasons are another task, prompt,
/// contract or context; a program that was cut by a time limit; and more than 1,000 readings of the clock by one program.
///
/// # Errors
/// Of kind `resume-error`: the run goes another way; or it was killed in the midst of a call that writes, and nobody knows
/// whether that has happened (see [`Options::repeat_undecided`]). And those of [`delegate`](crate::delegate).
pub async fn resume(journal: impl AsRef<Path>, options: Options) -> Result<Outcome, DelegateError> {
    let journal = Journal::load(journal).map_err(DelegateError::unusable)?;
    let tasks = journal.tasks().to_vec();
    let mut session = Session::resumed(&options, Recorder::new(options.observers.clone()), journal).await?;
    let mut outcome = Err(DelegateError::unusable("the journal has no task".into()));
    for task in &tasks {
        outcome = session.run(task).await;
    }
    outcome
}

/// The error of a root that ended like this, with the events after the given number.
pub(crate) fn failed(tree: &Tree, before: usize, stop: &ProcessError) -> DelegateError {
    let events = tree.recorder.since(before);
    let reason = match stop {
        ProcessError::Fail(reason) => Some(reason.clone()),
        _ => None,
    };
    DelegateError {
        kind: stop.kind(),
        message: stop.message(),
        limit: stop.limit(),
        reason,
        usage: trace::usage(&events, "main"),
        trace: trace::Trace::from_events(events, "main"),
    }
}

/// What was odd about the processes of a run, without saying anything twice.
pub(crate) fn warnings<E: Borrow<Event>>(events: &[E]) -> Vec<String> {
    let mut all = IndexSet::new();
    for event in events.iter().map(Borrow::borrow) {
        if let EventKind::Start { warnings, .. } = &event.kind {
            let whose = if event.path == "main" { String::new() } else { format!("{}: ", event.path) };
            all.extend(warnings.iter().map(|warning| format!("{whose}{warning}")));
        }
    }
    all.into_iter().collect()
}

/// A runtime for hosts that have none.
pub(crate) fn runtime() -> Result<Runtime, Box<DelegateError>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| Box::new(DelegateError::unusable(format!("no runtime: {error}"))))
}
