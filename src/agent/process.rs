//! A process: one conversation, its memory, its place in the tree; and the driver that turns the loop's actions into
//! calls of models and runs of programs.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value as Json;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

use super::pool::Pool;
use super::turn::{Action, Ended, Event, Ran, Reason, Rules, Turns};
use super::{Budget, Ledger, Options, discovery, system_prompt};
use crate::alloc::Account;
use crate::contract::Effect;
use crate::host::{Stopwatch, random_bits, wall_clock};
use crate::lisp::limits::Limits;
use crate::lisp::memory::Memory;
use crate::lisp::text::{LimitReached, Source, abridge};
use crate::lisp::value::{Fault, Host, ToolAnswer, ToolCall, Value, readable, to_json};
use crate::lisp::{End, Finished, Job};
use crate::model::{Deltas, Model, ModelError, ModelErrorKind, ModelOptions, Reply, Request, Tokens};
use crate::sandbox::settled;
use crate::tool::{Call, Dispatcher, Run, Tool, ToolError, Toolbox};
use crate::trace::{EventKind, Recorder};

/// What all processes of a tree share.
pub(crate) struct Tree {
    pub ledger: Ledger,
    pub recorder: Recorder,
    pub pool: Arc<Pool>,
}

impl Tree {
    /// A tree without processes.
    pub fn new(budget: Budget, recorder: Recorder) -> Self {
        Self { ledger: Ledger::new(budget), recorder, pool: Pool::shared() }
    }
}

/// One process of a tree.
pub(crate) struct Process {
    pub tree: Arc<Tree>,
    pub path: String,
    pub depth: u64,
    pub model: Arc<dyn Model>,
    /// How many children of each name were started.
    children: Mutex<HashMap<String, u32>>,
}

/// What a process works with; the same for all its runs.
#[derive(Clone)]
pub(crate) struct Agent {
    pub system: Arc<str>,
    pub dispatcher: Dispatcher,
    pub context: Value,
    pub limits: Limits,
    pub model_options: ModelOptions,
    pub rules: Rules,
}

/// Why a process ended without a result.
#[derive(Clone, Debug)]
pub(crate) enum Stop {
    Reason(Reason),
    Model { error: ModelError, turn: u32 },
    Budget(LimitReached),
    Observer,
    Unusable(String),
}

impl Agent {
    /// What a process of these options works with.
    pub fn of(options: &Options) -> Result<(Self, Vec<String>), String> {
        let mut tools = Toolbox::new();
        for tool in &options.tools {
            tools.add(tool.clone()).map_err(|error| error.to_string())?;
        }
        let mut shown = tools.clone();
        if options.discovery {
            let (planning, found): (Vec<Tool>, Vec<Tool>) = tools.iter().cloned().partition(|tool| tool.for_planning);
            let asking = discovery::tools(found);
            shown = asking.iter().cloned().chain(planning).collect();
            for tool in asking {
                tools.add(tool).map_err(|error| error.to_string())?;
            }
        }
        let tools = Arc::new(tools);
        let mut dispatcher = Dispatcher::new(tools.clone());
        (dispatcher.validation, dispatcher.access) = (options.validation, options.access);
        let warnings = dispatcher.missing_contracts().map_err(|error| error.to_string())?;
        let signature = options.signature.as_ref();
        let system = system_prompt(&options.prompt, &shown, &options.context, &options.refs, signature);
        let agent = Self {
            system: system.into(),
            dispatcher,
            context: options.context.clone(),
            limits: options.limits.clone(),
            model_options: options.model_options.clone(),
            rules: Rules {
                max_turns: options.max_turns,
                max_ref_retries: options.max_ref_retries,
                refs: options.refs.clone(),
                signature: options.signature.clone(),
            },
        };
        Ok((agent, warnings))
    }
}

/// The JSON of a value for traces: as it is, or as it prints where it has no JSON form.
pub(crate) fn traced(value: &Value) -> Json {
    to_json(value, "value").unwrap_or_else(|_| Json::String(readable(value)))
}

impl Process {
    /// The root of a tree, or a child.
    pub fn new(tree: Arc<Tree>, path: String, depth: u64, model: Arc<dyn Model>) -> Arc<Self> {
        Arc::new(Self { tree, path, depth, model, children: Mutex::default() })
    }

    /// Counts the next child of a name: `expert#1`, `expert#2`. One that is refused has no number.
    pub fn count_child(&self, name: &str) -> Result<String, LimitReached> {
        self.tree.ledger.start_process(self.depth + 1)?;
        let mut children = self.children.lock().unwrap_or_else(PoisonError::into_inner);
        let count = children.entry(name.to_owned()).or_insert(0);
        *count += 1;
        Ok(format!("{name}#{count}"))
    }

    pub fn record(&self, kind: EventKind) {
        self.tree.recorder.record(&self.path, kind);
    }

    /// Works on a task until it ends.
    pub async fn work(
        self: &Arc<Self>,
        agent: &Agent,
        turns: &mut Turns,
        memory: &mut Memory,
        task: &str,
    ) -> Result<Ended, Stop> {
        self.record(EventKind::Start { task: task.to_owned(), max_turns: agent.rules.max_turns });
        let ended = self.drive(agent, turns, memory, task).await;
        let (result, error) = match &ended {
            Ok(ended) => (Some(traced(&ended.result)), None),
            Err(stop) => (None, Some(stop.message())),
        };
        self.record(EventKind::End { result, error });
        ended
    }

    async fn drive(
        self: &Arc<Self>,
        agent: &Agent,
        turns: &mut Turns,
        memory: &mut Memory,
        task: &str,
    ) -> Result<Ended, Stop> {
        let mut action = turns.step(Event::Begin(task.to_owned()));
        loop {
            if self.tree.recorder.stopped().is_some() {
                return Err(Stop::Observer);
            }
            action = match action {
                Action::Ask => {
                    let turn = turns.turn + 1;
                    self.record(EventKind::TurnStart { turn });
                    let reply = self.ask(agent, turns, turn, task).await?;
                    let next = turns.step(Event::Replied(reply.text));
                    if !matches!(next, Action::Run(_)) {
                        self.end_turn(turns);
                    }
                    next
                }
                Action::Run(program) => {
                    let ran = self.run(agent, memory, turns.turn, &program).await;
                    let next = turns.step(Event::Ran(ran));
                    self.end_turn(turns);
                    if let Some(spent) = self.tree.ledger.spent() {
                        return Err(Stop::Budget(spent));
                    }
                    next
                }
                Action::End(Ok(ended)) => return Ok(ended),
                Action::End(Err(reason)) => return Err(Stop::Reason(reason)),
            };
        }
    }

    fn end_turn(&self, turns: &Turns) {
        let note = turns.note.clone();
        self.record(EventKind::TurnEnd {
            turn: turns.turn,
            iteration: turns.iteration(),
            program: note.program,
            ran: note.ran,
            result: note.result.as_ref().map(traced),
            error: note.error,
            answer: note.answer,
            prints: note.prints,
            warnings: note.warnings,
        });
    }

    async fn ask(self: &Arc<Self>, agent: &Agent, turns: &Turns, turn: u32, task: &str) -> Result<Reply, Stop> {
        let ledger = &self.tree.ledger;
        let most = agent.model_options.max_tokens.unwrap_or(0);
        let model = self.model.name();
        let price = ledger.price(&model).map_err(Stop::Unusable)?;
        let reserved = ledger.take_turn(most, price).map_err(Stop::Budget)?;
        let request = Request {
            path: self.path.clone(),
            turn,
            task: task.to_owned(),
            system: agent.system.clone(),
            messages: turns.messages.clone(),
            tool_names: agent.dispatcher.tools.callable_names(),
            options: agent.model_options.clone(),
            deltas: if agent.model_options.stream { self.deltas(turn) } else { Deltas::default() },
        };
        let (system, messages) = (request.system.clone(), request.messages.clone());
        self.record(EventKind::Request { turn, model, system, messages });
        // On a task of its own, so that a model that panics is an error; dropping the set ends it.
        let model = self.model.clone();
        let mut asking = JoinSet::new();
        asking.spawn(async move { model.reply(request).await });
        let panicked = || ModelError::new(ModelErrorKind::Other, "the model panicked");
        let answered = async {
            asking
                .join_next()
                .await
                .map_or_else(|| Err(panicked()), |joined| joined.unwrap_or_else(|_| Err(panicked())))
        };
        let reply = match ledger.time_left() {
            None => answered.await,
            Some(left) => match tokio::time::timeout(left, answered).await {
                Ok(reply) => reply,
                Err(_) => {
                    ledger.settle_turn(reserved, Tokens::default());
                    let spent = ledger.spent();
                    return Err(spent.map_or(Stop::Observer, Stop::Budget));
                }
            },
        };
        match reply {
            Ok(reply) => {
                let cost = ledger.settle_turn(reserved, reply.tokens);
                self.record(EventKind::Response { turn, text: reply.text.clone(), tokens: reply.tokens, cost });
                Ok(reply)
            }
            Err(error) => {
                let (tokens, cost) = (error.tokens, ledger.settle_turn(reserved, error.tokens));
                let kind = serde_json::to_value(error.kind).ok().and_then(|kind| Some(kind.as_str()?.to_owned()));
                let kind = kind.unwrap_or_default();
                self.record(EventKind::ModelError { turn, kind, message: error.message.clone(), tokens, cost });
                // An observer that stops the run in the midst of a reply makes the model fail, too.
                Err(if self.tree.recorder.stopped().is_some() { Stop::Observer } else { Stop::Model { error, turn } })
            }
        }
    }

    /// Shows observers the reply of a turn while it is written.
    fn deltas(self: &Arc<Self>, turn: u32) -> Deltas {
        let process = self.clone();
        Deltas::new(move |at, piece| {
            let recorder = &process.tree.recorder;
            recorder.show(&process.path, EventKind::Delta { turn, at, text: piece.to_owned() });
            if recorder.stopped().is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })
    }

    /// Runs a program on the pool; the memory changes only if it succeeds.
    async fn run(self: &Arc<Self>, agent: &Agent, memory: &mut Memory, turn: u32, program: &str) -> Ran {
        let (calls, mut started) = mpsc::unbounded_channel();
        let warnings: Arc<Mutex<Vec<String>>> = Arc::default();
        let source = Arc::new(Source::new("program", program));
        let (before, context, limits) = (memory.clone(), agent.context.clone(), agent.limits.clone());
        let host = PoolHostParts {
            process: self.clone(),
            dispatcher: agent.dispatcher.clone(),
            turn,
            calls,
            warnings: warnings.clone(),
        };
        let (ticket, mut finished) = self.tree.pool.start(Box::new(move |watch, way| {
            let tools = Rc::new(host.dispatcher.clone());
            let host = Rc::new(PoolHost { parts: host, watch, next: std::cell::Cell::new(0) });
            crate::lisp::run(Job { source, memory: before, context, limits, tools, host, moves: true }, way)
        }));
        let mut running: JoinSet<(Started, Result<Value, ToolError>)> = JoinSet::new();
        let mut underway: HashMap<tokio::task::Id, Started> = HashMap::new();
        let deadline = self.tree.ledger.time_left().map(|left| tokio::time::Instant::now() + left);
        let finished = loop {
            tokio::select! {
                // Calls begin in the order of the program, and before it is asked whether it has ended.
                biased;
                Some(call) = started.recv() => {
                    let begun = call.clone();
                    let task = running.spawn(async move {
                        let result = begun.begin().await;
                        (begun, result)
                    });
                    underway.insert(task.id(), call);
                }
                finished = &mut finished => break finished.unwrap_or_else(|_| no_thread(memory.clone())),
                Some(joined) = running.join_next_with_id() => {
                    let (id, call, result) = match joined {
                        Ok((id, (call, result))) => (id, Some(call), result),
                        Err(failed) => {
                            let id = failed.id();
                            let error = failed.try_into_panic().map_or_else(
                                |_| ToolError::new("the call was cancelled"),
                                |panic| crate::tool::panicked(&*panic),
                            );
                            (id, None, Err(error))
                        }
                    };
                    let known = underway.remove(&id);
                    if let Some(call) = call.or(known) {
                        let result = self.end_call(agent, turn, &call, result, &warnings);
                        if self.tree.ledger.spent().is_some() || self.tree.recorder.stopped().is_some() {
                            drop(ticket);
                            break cancelled(finished, memory).await;
                        }
                        ticket.resume(call.number, result.map_err(|fault| *fault));
                    }
                }
                () = past(deadline) => {
                    drop(ticket);
                    break cancelled(finished, memory).await;
                }
            }
        };
        // What the program did not wait for is given up, and the trace says so.
        let _ = tokio::time::timeout(GRACE, running.shutdown()).await;
        let mut given_up: Vec<Started> = underway.into_values().collect();
        given_up.extend(std::iter::from_fn(|| started.try_recv().ok()));
        given_up.sort_by_key(|call| call.index);
        for call in given_up {
            let error = ToolError::new("given up, because the program had ended");
            let _ = self.end_call(agent, turn, &call, Err(error), &warnings);
        }
        let returned = matches!(finished.end, End::Return(_));
        *memory = finished.memory.clone();
        let evaluation = settled(finished);
        let mut all = std::mem::take(&mut *warnings.lock().unwrap_or_else(PoisonError::into_inner));
        all.extend(evaluation.warnings);
        let remembered = memory.entries().iter().map(|(name, _)| name.to_string()).collect();
        let happened = match &evaluation.result {
            Ok(_) => Vec::new(),
            Err(_) => self.tree.recorder.find(|event| written(event, &self.path, Some(turn))),
        };
        Ran { result: evaluation.result, returned, prints: evaluation.prints, warnings: all, remembered, happened }
    }

    /// Checks and records the result of an asynchronous call.
    fn end_call(
        &self,
        agent: &Agent,
        turn: u32,
        call: &Started,
        result: Result<Value, ToolError>,
        warnings: &Mutex<Vec<String>>,
    ) -> Result<Value, Box<Fault>> {
        let mut told = Vec::new();
        let reached = Reached::of(&call.tool, &result);
        let settled = agent.dispatcher.settle(&call.tool, &call.call.arguments, result, &mut told);
        warnings.lock().unwrap_or_else(PoisonError::into_inner).extend(told);
        let place = Place { turn, call: call.index, name: &call.tool.name, reached };
        record_end(self, place, &call.call.arguments, &settled, call.call.child.as_deref());
        settled
    }
}

/// A call that has changed the world, or may have, as a model is told of it.
pub(crate) fn written(event: &crate::trace::Event, path: &str, of: Option<u32>) -> Option<String> {
    match &event.kind {
        EventKind::ToolEnd { turn, name, args, error, writes: true, .. }
            if event.path == path && of.is_none_or(|of| of == *turn) =>
        {
            let failed = if error.is_some() { " (with an error)" } else { "" };
            Some(format!("{name} {}{failed}", abridge(&args.to_string(), 200)))
        }
        _ => None,
    }
}

/// How far a call came.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reached {
    /// It was refused, or changed nothing.
    Nothing,
    /// What the same call gave before.
    Cache,
    /// It has changed the world, or may have.
    World,
}

impl Reached {
    /// A function that answers with an error has done nothing; of what is further away nobody knows.
    fn of(tool: &Tool, result: &Result<Value, ToolError>) -> Self {
        let refused = matches!((&tool.run, result), (Run::Now(_), Err(_)));
        if refused || tool.effect() == Effect::Read { Self::Nothing } else { Self::World }
    }
}

/// Which call it is.
#[derive(Clone, Copy)]
struct Place<'a> {
    turn: u32,
    call: usize,
    name: &'a str,
    reached: Reached,
}

fn record_end(
    process: &Process,
    place: Place<'_>,
    arguments: &Value,
    result: &Result<Value, Box<Fault>>,
    child: Option<&str>,
) {
    let (result, error) = match result {
        Ok(value) => (Some(without_trace(traced(value), child.is_some())), None),
        Err(fault) => (None, Some(fault.message.clone())),
    };
    let children = child.map(|child| format!("{}/{child}", process.path)).into_iter().collect();
    let args = traced(arguments);
    let Place { turn, call, name, reached } = place;
    let (name, writes, cached) = (name.to_owned(), reached == Reached::World, reached == Reached::Cache);
    process.record(EventKind::ToolEnd { turn, call, name, args, result, error, children, writes, cached });
}

/// The result of a sub-agent without its trace, which stands under the call's children.
fn without_trace(mut result: Json, has_child: bool) -> Json {
    if let (true, Json::Object(fields)) = (has_child, &mut result) {
        fields.shift_remove("trace");
    }
    result
}

fn no_thread(memory: Memory) -> Finished {
    crate::sandbox::no_stack(memory)
}

/// How long a program or a tool that was told to end may take for it.
const GRACE: Duration = Duration::from_secs(1);

/// What is left of a program that was cancelled; one that hangs in a tool of the host's is left behind.
async fn cancelled(finished: oneshot::Receiver<Finished>, memory: &Memory) -> Finished {
    match tokio::time::timeout(GRACE, finished).await {
        Ok(Ok(finished)) => finished,
        Ok(Err(_)) | Err(_) => no_thread(memory.clone()),
    }
}

/// Waits until a time, or for ever.
async fn past(deadline: Option<tokio::time::Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}

/// A tool call that has begun.
#[derive(Clone)]
struct Started {
    number: u64,
    index: usize,
    tool: Arc<Tool>,
    call: Call,
}

impl Started {
    async fn begin(&self) -> Result<Value, ToolError> {
        let running = match &self.tool.run {
            Run::Later(run) | Run::Process(_, run) => run(self.call.clone()),
            Run::Now(run) => return Dispatcher::run_now(&**run, &self.call.arguments),
        };
        match self.tool.spec_of().and_then(|spec| spec.timeout) {
            None => running.await,
            Some(timeout) => tokio::time::timeout(timeout, running)
                .await
                .unwrap_or_else(|_| Err(ToolError(format!("no result within {timeout:?}")))),
        }
    }
}

struct PoolHostParts {
    process: Arc<Process>,
    dispatcher: Dispatcher,
    turn: u32,
    calls: mpsc::UnboundedSender<Started>,
    warnings: Arc<Mutex<Vec<String>>>,
}

/// The host of a program on the pool.
struct PoolHost {
    parts: PoolHostParts,
    watch: Rc<Stopwatch>,
    next: std::cell::Cell<u64>,
}

impl PoolHost {
    fn warn(&self, warnings: Vec<String>) {
        self.parts.warnings.lock().unwrap_or_else(PoisonError::into_inner).extend(warnings);
    }
}

impl Host for PoolHost {
    fn now(&self) -> i64 {
        wall_clock()
    }

    fn random(&self) -> u64 {
        random_bits()
    }

    fn elapsed(&self) -> Duration {
        self.watch.elapsed()
    }

    fn live_bytes(&self) -> Option<u64> {
        Account::live_bytes()
    }

    fn call(&self, call: ToolCall) -> ToolAnswer {
        let parts = &self.parts;
        let process = &parts.process;
        if process.tree.ledger.take_tool_call().is_err() || process.tree.recorder.stopped().is_some() {
            return ToolAnswer::Stop;
        }
        let number = self.next.replace(self.next.get() + 1);
        let index = usize::try_from(number).unwrap_or(usize::MAX);
        let (turn, name, given) = (parts.turn, call.name.clone(), call.arguments.clone());
        let started = |arguments: &Value| {
            process.record(EventKind::ToolStart { turn, call: index, name: name.to_string(), args: traced(arguments) });
        };
        let refused = Place { turn, call: index, name: &name, reached: Reached::Nothing };
        let prepared = match parts.dispatcher.prepare(call) {
            Ok(prepared) => prepared,
            Err(fault) => {
                started(&given);
                let result = Err(fault);
                record_end(process, refused, &given, &result, None);
                return ToolAnswer::Now(result.map_err(|fault| *fault));
            }
        };
        self.warn(prepared.warnings);
        started(&prepared.arguments);
        if let Some(value) = prepared.cached {
            let result = Ok(value);
            record_end(process, Place { reached: Reached::Cache, ..refused }, &prepared.arguments, &result, None);
            return ToolAnswer::Now(result.map_err(|fault| *fault));
        }
        if let Run::Now(run) = &prepared.tool.run {
            self.watch.pause();
            let result = Dispatcher::run_now(&**run, &prepared.arguments);
            self.watch.go_on();
            let mut told = Vec::new();
            let place = Place { reached: Reached::of(&prepared.tool, &result), ..refused };
            let settled = parts.dispatcher.settle(&prepared.tool, &prepared.arguments, result, &mut told);
            self.warn(told);
            record_end(process, place, &prepared.arguments, &settled, None);
            return ToolAnswer::Now(settled.map_err(|fault| *fault));
        }
        let child = match &prepared.tool.run {
            Run::Process(title, _) => {
                let refusal = |LimitReached { name: limit, configured, observed }| {
                    ToolError(format!("no process for it: {limit} is {configured}, and this would be {observed}"))
                };
                match title(&prepared.arguments)
                    .and_then(|title| process.count_child(title.as_deref().unwrap_or(&name)).map_err(refusal))
                {
                    Ok(child) => Some(child),
                    Err(error) => {
                        let arguments = &prepared.arguments;
                        let result = parts.dispatcher.settle(&prepared.tool, arguments, Err(error), &mut Vec::new());
                        record_end(process, refused, arguments, &result, None);
                        return ToolAnswer::Now(result.map_err(|fault| *fault));
                    }
                }
            }
            Run::Now(_) | Run::Later(_) => None,
        };
        let call = Call {
            arguments: prepared.arguments,
            idempotency_key: format!("{}:{turn}:{index}", process.path),
            child,
            caller: Some(process.clone()),
        };
        let _ = parts.calls.send(Started { number, index, tool: prepared.tool, call });
        ToolAnswer::Later(number)
    }
}

impl Stop {
    /// The kind of error, as `--json` names it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Reason(Reason::Turns { .. }) | Self::Budget(_) => "limit-error",
            Self::Reason(Reason::Fail(_)) => "fail",
            Self::Reason(Reason::Refs(_)) => "ref-error",
            Self::Model { .. } => "model-error",
            Self::Observer => "stopped",
            Self::Unusable(_) => "config-error",
        }
    }

    /// The limit that was reached, if it was one.
    pub fn limit(&self) -> Option<LimitReached> {
        match self {
            Self::Budget(reached) => Some(reached.clone()),
            Self::Reason(Reason::Turns { max_turns, .. }) => Some(LimitReached {
                name: "max_turns",
                configured: u64::from(*max_turns),
                observed: u64::from(*max_turns) + 1,
            }),
            Self::Reason(Reason::Fail(_) | Reason::Refs(_))
            | Self::Model { .. }
            | Self::Observer
            | Self::Unusable(_) => None,
        }
    }

    /// What happened, in a sentence.
    pub fn message(&self) -> String {
        match self {
            Self::Reason(Reason::Turns { max_turns, last }) => {
                let plural = if *max_turns == 1 { "" } else { "s" };
                format!("no answer within {max_turns} turn{plural} (max_turns); {last}")
            }
            Self::Reason(Reason::Fail(reason)) => crate::lisp::value::display(reason),
            Self::Reason(Reason::Refs(missing)) => format!("required refs are missing:\n{}", missing.trim_end()),
            Self::Model { error, turn } => format!("the model did not answer turn {turn}: {}", error.message),
            Self::Budget(LimitReached { name: name @ "budget.cost", configured, observed }) => {
                let [configured, observed] = [configured, observed].map(|millionths| *millionths as f64 / 1e6);
                format!("the budget of the whole run is spent: {name} is {configured}, and {observed} would be needed")
            }
            Self::Budget(LimitReached { name, configured, observed }) => {
                format!("the budget of the whole run is spent: {name} is {configured}, and {observed} would be needed")
            }
            Self::Observer => "an observer stopped the run".into(),
            Self::Unusable(why) => why.clone(),
        }
    }
}
