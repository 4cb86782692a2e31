//! A process: one conversation, its memory, its place in the tree; and the driver that turns the loop's actions into
//! calls of models and runs of programs.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use indexmap::IndexMap;
use tokio::task::JoinSet;

use super::journal::{Journal, idempotency_key};
use super::pool::Pool;
use super::stop::ProcessError;
use super::turn::{Action, Ended, Rewind, Rules, TurnInput, Turns};
use crate::agent::budget::estimated_tokens;
use crate::agent::provenance::Sources;
use crate::agent::show::descriptors::Descriptors;
use crate::agent::show::render::traced;
use crate::agent::{Budget, Ledger};
use crate::host::random_bits;
use crate::lisp::memory::Memory;
use crate::lisp::text::LimitReached;
use crate::lisp::value::Value;
use crate::model::{Deltas, Message, Model, ModelError, ModelErrorKind, Reply, Request};
use crate::settings::Settings;
use crate::tool::{Call, Dispatcher, Run, Starts, ToolError};
use crate::trace::{EventKind, Provenance, Recorder, TurnResult};

/// What all processes of a tree share.
pub(crate) struct Tree {
    pub ledger: Ledger,
    pub recorder: Recorder,
    pub pool: Arc<Pool>,
    /// What no other run has; a run that is resumed keeps it.
    pub run_id: String,
    /// What happened before, in a run that is resumed.
    pub journal: Option<Journal>,
}

impl Tree {
    /// A tree without processes.
    pub fn new(budget: Budget, recorder: Recorder) -> Self {
        let run_id = format!("{:016x}", random_bits());
        Self { ledger: Ledger::new(budget), recorder, pool: Pool::shared(), run_id, journal: None }
    }

    /// The tree of a run that goes on.
    pub fn resumed(budget: Budget, recorder: Recorder, journal: Journal) -> Self {
        Self { run_id: journal.run_id().to_owned(), journal: Some(journal), ..Self::new(budget, recorder) }
    }
}

/// One process of a tree.
pub(crate) struct Process {
    pub tree: Arc<Tree>,
    pub path: String,
    pub depth: u64,
    pub model: Arc<dyn Model>,
    pub agent: Agent,
    descriptors: Mutex<Descriptors>,
    /// What a fork begins with.
    past: Mutex<Past>,
    /// How many children of each name were started.
    children: Mutex<HashMap<String, u32>>,
    forks: Mutex<usize>,
    /// What its tools gave, if refs are taken.
    pub(crate) sources: Sources,
    /// How many turns have begun, over all tasks.
    turns_begun: AtomicU32,
    /// Where the program that runs wants to go back to.
    rewind: Mutex<Option<Rewind>>,
}

/// A conversation and its memory before a turn. Cheap to clone: texts and values are shared.
#[derive(Clone, Default)]
pub(crate) struct Past {
    pub messages: Vec<Message>,
    pub memory: Memory,
}

/// What a process works with; the same for all its runs.
#[derive(Clone)]
pub(crate) struct Agent {
    pub system: Arc<str>,
    pub dispatcher: Dispatcher,
    pub context: Value,
    pub settings: Settings,
    pub rules: Rules,
    /// What is odd about it, but no error.
    pub warnings: Vec<String>,
}

impl Agent {
    /// Whether its programs can start processes, forks among them.
    fn starts_processes(&self) -> bool {
        self.dispatcher.tools.iter().any(|tool| matches!(tool.run, Run::Process(..)))
    }
}

/// The process whose program calls.
pub(crate) fn caller(call: &Call) -> Result<Arc<Process>, ToolError> {
    let caller = call.caller.clone().and_then(|caller| caller.downcast::<Process>().ok());
    caller.ok_or_else(|| ToolError::new("only the programs of an agent can call this"))
}

impl Process {
    /// The root of a tree, or a child.
    pub fn new(
        tree: Arc<Tree>,
        path: String,
        depth: u64,
        model: Arc<dyn Model>,
        agent: Agent,
        descriptors: Descriptors,
    ) -> Arc<Self> {
        let descriptors = descriptors.read_with(&agent.dispatcher.tools);
        Arc::new(Self {
            tree,
            path,
            depth,
            model,
            agent,
            descriptors: Mutex::new(descriptors),
            past: Mutex::default(),
            children: Mutex::default(),
            forks: Mutex::default(),
            sources: Sources::default(),
            turns_begun: AtomicU32::new(0),
            rewind: Mutex::default(),
        })
    }

    pub fn descriptors(&self) -> MutexGuard<'_, Descriptors> {
        self.descriptors.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The conversation before the turn that is in progress, with the memory that is committed.
    pub fn past(&self) -> Past {
        self.past.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Names the children that a call starts: `expert#1`, `fork[0]`. Those that are refused have no number.
    pub fn count_children(&self, starts: Starts) -> Result<Vec<String>, LimitReached> {
        let count = match &starts {
            Starts::Fresh(_) => 1,
            Starts::Forks(count) => *count,
        };
        self.tree.ledger.start_processes(self.depth + 1, count as u64)?;
        Ok(match starts {
            Starts::Fresh(name) => {
                let mut children = self.children.lock().unwrap_or_else(PoisonError::into_inner);
                let number = children.entry(name.clone()).or_insert(0);
                *number += 1;
                vec![format!("{name}#{number}")]
            }
            Starts::Forks(count) => {
                let mut forks = self.forks.lock().unwrap_or_else(PoisonError::into_inner);
                let first = *forks;
                *forks += count;
                (first..*forks).map(|number| format!("fork[{number}]")).collect()
            }
        })
    }

    /// Ends the program that runs, to go back in the conversation.
    pub fn rewind(&self, rewind: Rewind) {
        *self.rewind.lock().unwrap_or_else(PoisonError::into_inner) = Some(rewind);
    }

    pub(crate) fn is_rewound(&self) -> bool {
        self.rewind.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// Why the process must not go on, if so: an observer has ended it, or one above it, or a resumed run went another way.
    pub fn stopped(&self) -> Option<ProcessError> {
        match self.tree.journal.as_ref().and_then(Journal::divergence) {
            Some(differs) => Some(ProcessError::Diverged(differs)),
            None => self.tree.recorder.is_stopped(&self.path).then_some(ProcessError::Observer),
        }
    }

    /// Whether the process must not go on.
    pub fn is_stopped(&self) -> bool {
        self.stopped().is_some()
    }

    /// The idempotency key of a call of the turn at hand: no other call of any run has it, and each try of this one does.
    pub fn idempotency_key(&self, call: usize) -> String {
        idempotency_key(&self.tree.run_id, &self.path, self.turns_begun.load(Ordering::Relaxed), call)
    }

    /// The event of a task that begins.
    pub fn start(&self, task: &str, max_turns: u32) -> EventKind {
        let run_id = Some(self.tree.run_id.clone()).filter(|_| self.depth == 1);
        let warnings = self.agent.warnings.clone();
        EventKind::Start { task: task.to_owned(), max_turns, run_id, warnings }
    }

    pub fn record(&self, kind: EventKind) {
        if matches!(kind, EventKind::TurnStart { .. }) {
            self.turns_begun.fetch_add(1, Ordering::Relaxed);
        }
        let Tree { recorder, journal, .. } = &*self.tree;
        let Some(journal) = journal else { return recorder.record(&self.path, kind) };
        journal.check(&self.path, &kind);
        if journal.divergence().is_some() {
            // The file stays that of the run that it tells of.
            recorder.close_file();
        }
        let ended = if let EventKind::ToolEnd { call, .. } = kind { Some(call) } else { None };
        recorder.record(&self.path, kind);
        if let Some(call) = ended {
            journal.ended(&self.path, call);
        }
    }

    /// Works on a task until it ends. A note stands before the task where the model reads it.
    pub async fn work(
        self: &Arc<Self>,
        turns: &mut Turns,
        memory: &mut Memory,
        task: &str,
        note: Option<&str>,
    ) -> Result<Ended, ProcessError> {
        let began = Instant::now();
        self.sources.clear();
        self.record(self.start(task, self.agent.rules.max_turns));
        let shown = self.descriptors().show_task(task, &self.tree.ledger);
        let shown = shown.as_deref().unwrap_or(task);
        let first = note.map_or_else(|| shown.to_owned(), |note| format!("{note}\n\n{shown}"));
        let ended = self.drive(turns, memory, &task.into(), first).await;
        let (result, error, provenance) = match &ended {
            Ok(ended) => (Some(ended.json.clone()), None, self.provenance(ended)),
            Err(stop) => (None, Some(stop.message()), IndexMap::new()),
        };
        let duration_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.record(EventKind::End { result, error, duration_ms, provenance });
        ended
    }

    fn provenance(&self, ended: &Ended) -> IndexMap<String, Provenance> {
        let refs = &self.agent.rules.refs;
        if refs.is_empty() { IndexMap::new() } else { self.sources.of(refs, &ended.result, &ended.refs) }
    }

    /// Runs one program, without a model.
    pub async fn run_alone(self: &Arc<Self>, memory: &mut Memory, program: &str) -> Result<Value, String> {
        let began = Instant::now();
        self.record(self.start("", 1));
        self.record(EventKind::TurnStart { turn: 1 });
        let ran = self.run(memory, 1, program).await;
        let value = ran.result.map_err(|failure| failure.error().to_string());
        let (result, error) = (value.as_ref().ok().map(|value| Arc::new(traced(value))), value.as_ref().err().cloned());
        self.record(EventKind::TurnEnd(TurnResult {
            turn: 1,
            iteration: 1,
            program: Some(program.to_owned()),
            ran: true,
            result: result.clone(),
            error: error.clone(),
            answer: None,
            prints: ran.prints,
            warnings: ran.warnings,
        }));
        let duration_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.record(EventKind::End { result, error, duration_ms, provenance: IndexMap::new() });
        value
    }

    async fn drive(
        self: &Arc<Self>,
        turns: &mut Turns,
        memory: &mut Memory,
        task: &Arc<str>,
        first: String,
    ) -> Result<Ended, ProcessError> {
        let mut action = turns.step(TurnInput::Begin(first));
        let mut unkept = Vec::new();
        loop {
            if let Some(stop) = self.stopped() {
                return Err(stop);
            }
            action = match action {
                Action::Ask => {
                    let turn = turns.turn + 1;
                    // A fork begins with the conversation before the reply.
                    let memory = if self.agent.starts_processes() { memory.forked() } else { Memory::new() };
                    let past = Past { messages: turns.messages.clone(), memory };
                    *self.past.lock().unwrap_or_else(PoisonError::into_inner) = past;
                    let reply = self.ask(turns, turn, task).await?;
                    unkept = self.descriptors().take_references(&reply.text, &self.tree.ledger);
                    let next = turns.step(TurnInput::Replied(reply.text));
                    if !matches!(next, Action::Run(_)) {
                        self.end_turn(turns);
                    }
                    next
                }
                Action::Run(program) => {
                    // The reply itself may have cost more than there was.
                    if let Some(spent) = self.tree.ledger.spent() {
                        turns.note.ran = false;
                        self.end_turn(turns);
                        return Err(ProcessError::Budget(spent));
                    }
                    let mut ran = self.run(memory, turns.turn, &program).await;
                    ran.warnings.append(&mut unkept);
                    let rewind = self.rewind.lock().unwrap_or_else(PoisonError::into_inner).take();
                    let next = turns.step(rewind.map_or_else(|| TurnInput::Ran(ran), TurnInput::Rewound));
                    self.end_turn(turns);
                    if let Some(spent) = self.tree.ledger.spent() {
                        return Err(ProcessError::Budget(spent));
                    }
                    next
                }
                Action::End(Ok(ended)) => return Ok(ended),
                Action::End(Err(error)) => return Err(error),
            };
        }
    }

    fn end_turn(&self, turns: &Turns) {
        self.record(EventKind::TurnEnd(turns.note.clone()));
    }

    async fn ask(self: &Arc<Self>, turns: &Turns, turn: u32, task: &Arc<str>) -> Result<Reply, ProcessError> {
        let (agent, ledger) = (&self.agent, &self.tree.ledger);
        let most = agent.settings.model_options.max_tokens.unwrap_or(0);
        let model = self.model.name();
        let price = ledger.price(&model).map_err(ProcessError::Unusable)?;
        let prompt = estimated_tokens(&agent.system, &turns.messages);
        let reserved = ledger.take_turn(prompt, most, price).map_err(ProcessError::Budget)?;
        self.record(EventKind::TurnStart { turn });
        let journal = self.tree.journal.as_ref();
        let began_with = journal.and_then(|journal| journal.system(&self.path, &agent.system));
        let request = Request {
            path: self.path.clone(),
            turn,
            task: task.clone(),
            system: began_with.unwrap_or_else(|| agent.system.clone()),
            messages: turns.messages.clone(),
            tool_names: agent.dispatcher.tools.callable_names(),
            options: agent.settings.model_options.clone(),
            deltas: if agent.settings.model_options.stream { self.deltas(turn) } else { Deltas::default() },
        };
        let (system, messages) = (request.system.clone(), request.messages.clone());
        self.record(EventKind::Request { turn, model, system, messages });
        if let Some(stop) = self.stopped() {
            return Err(stop);
        }
        let known = self.tree.journal.as_ref().and_then(|journal| journal.answer(&self.path));
        if known.is_some() {
            self.model.pass_over(&request);
        }
        // On a task of its own, so that a model that panics is an error; dropping the set ends it.
        let model = self.model.clone();
        let mut asking = JoinSet::new();
        if known.is_none() {
            asking.spawn(async move { model.reply(request).await });
        }
        let panicked = || ModelError::new(ModelErrorKind::Other, "the model panicked");
        let answered = async {
            if let Some(known) = known {
                return known;
            }
            asking
                .join_next()
                .await
                .map_or_else(|| Err(panicked()), |joined| joined.unwrap_or_else(|_| Err(panicked())))
        };
        let reply = match ledger.time_left() {
            None => answered.await,
            Some(left) => match tokio::time::timeout(left, answered).await {
                Ok(reply) => reply,
                Err(_) => return Err(ledger.spent().map_or(ProcessError::Observer, ProcessError::Budget)),
            },
        };
        match reply {
            Ok(reply) => {
                let cost = reserved.commit_tokens(reply.tokens);
                self.record(EventKind::Response { turn, text: reply.text.clone(), tokens: reply.tokens, cost });
                Ok(reply)
            }
            Err(error) => {
                let (tokens, cost) = (error.tokens, reserved.commit_tokens(error.tokens));
                let kind = error.kind;
                self.record(EventKind::ModelError { turn, kind, message: error.message.clone(), tokens, cost });
                // An observer that stops the run in the midst of a reply makes the model fail, too.
                Err(self.stopped().unwrap_or(ProcessError::Model { error, turn }))
            }
        }
    }

    /// Shows observers the reply of a turn while it is written.
    fn deltas(self: &Arc<Self>, turn: u32) -> Deltas {
        let process = self.clone();
        Deltas::new(move |at, piece| {
            process.tree.recorder.show(&process.path, EventKind::Delta { turn, at, text: piece.to_owned() });
            if process.is_stopped() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })
    }
}
