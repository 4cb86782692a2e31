//! The calls of a program on the pool: checked, recorded, run in place or by the agent's own task.

use std::cell::Cell;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value as Json;
use tokio::runtime::Handle;
use tokio::sync::mpsc;

use super::journal::{CallError, GIVEN_UP, Known, edn};
use super::prefetch::{Ahead, Begun, ended};
use super::process::{Process, caller};
use crate::agent::show::descriptors::READ;
use crate::agent::show::render::traced;
use crate::alloc::Account;
use crate::contract::Effect;
use crate::host::{Stopwatch, random_bits, wall_clock};
use crate::lisp::text::{LimitReached, abridge};
use crate::lisp::value::{Fault, Host, ToolAnswer, ToolCall, Value};
use crate::tool::{Call, Dispatcher, Kind, Run, Tool, ToolError};
use crate::trace::{CallEnd, Event, EventKind, SampleSource};

/// A tool call that has begun.
#[derive(Clone)]
pub(crate) struct Started {
    /// What the program knows it by.
    pub number: u64,
    /// The turn that its program belongs to.
    pub turn: u32,
    /// Its place among the calls of the program.
    pub index: usize,
    pub tool: Arc<Tool>,
    pub call: Call,
    /// What came of it before the run was resumed.
    pub known: Option<Came>,
}

impl Started {
    /// Runs the tool, if what comes of it is not known and it was not begun before. In a run that is resumed results come in
    /// the order they came in.
    pub async fn begin(&self, begun: Option<Begun>) -> Result<Value, ToolError> {
        let result = match (&self.known, begun) {
            (Some(_), _) => Ok(Value::Nil),
            (None, Some(begun)) => ended(begun).await,
            (None, None) => self.run().await,
        };
        if let Ok(process) = caller(&self.call)
            && let Some(journal) = &process.tree.journal
        {
            match &self.known {
                Some(Came::GivenUp) => journal.for_ever(&process.path).await,
                Some(_) | None => journal.in_order(&process.path, self.index).await,
            }
        }
        result
    }

    pub async fn run(&self) -> Result<Value, ToolError> {
        let running = match &self.tool.run {
            Run::Later(run) | Run::Process(_, run) => run(self.call.clone()),
            Run::Now(run) => return Dispatcher::run_now(run, &self.call),
        };
        match self.tool.spec_of().and_then(|spec| spec.timeout) {
            None => running.await,
            Some(timeout) => tokio::time::timeout(timeout, running)
                .await
                .unwrap_or_else(|_| Err(ToolError(format!("no result within {timeout:?}")))),
        }
    }
}

/// Who a program calls for, and where its calls go.
pub(crate) struct Caller {
    pub process: Arc<Process>,
    pub turn: u32,
    pub calls: mpsc::UnboundedSender<(Started, Option<Begun>)>,
    pub notes: Arc<Notes>,
    pub runtime: Handle,
}

/// What the calls of a program leave behind.
#[derive(Default)]
pub(crate) struct Notes {
    warnings: Mutex<Vec<String>>,
    /// The bytes that the trace keeps of calls that were made on other threads. They count as the program's.
    traced: AtomicU64,
}

impl Notes {
    pub fn warn(&self, warnings: Vec<String>) {
        self.warnings.lock().unwrap_or_else(PoisonError::into_inner).extend(warnings);
    }

    pub fn take_warnings(&self) -> Vec<String> {
        std::mem::take(&mut *self.warnings.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub fn count_traced(&self, bytes: u64) {
        self.traced.fetch_add(bytes, Ordering::Relaxed);
    }
}

/// How many readings of the clock are journaled of one program.
const READINGS: u32 = 1_000;

/// The host of a program on the pool.
pub(crate) struct PoolHost {
    caller: Caller,
    ahead: Ahead,
    watch: Rc<Stopwatch>,
    next: Cell<u64>,
    /// How often the clock was read.
    readings: Cell<u32>,
    /// What random numbers are made from, and how many were, in a run that can be resumed.
    chance: Cell<Option<(i64, u64)>>,
}

impl PoolHost {
    pub fn new(caller: Caller, watch: Rc<Stopwatch>) -> Self {
        let ahead = Ahead::new(caller.process.agent.settings.overlap_reads, caller.runtime.clone());
        Self { caller, ahead, watch, next: Cell::new(0), readings: Cell::new(0), chance: Cell::new(None) }
    }

    /// Whether somebody keeps what the program is told, so that the run can be resumed or played again.
    fn is_kept(&self) -> bool {
        let process = &self.caller.process;
        process.tree.recorder.writes_file() || process.model.samples().is_some()
    }

    /// What the program is told: what a journal or a recording says that it was told, or what holds now.
    fn sample(&self, source: SampleSource, live: fn() -> i64) -> i64 {
        let (process, turn) = (&self.caller.process, self.caller.turn);
        let known = process.tree.journal.as_ref().and_then(|journal| journal.sample(&process.path, source));
        let value = match (known, process.model.samples()) {
            (Some(known), _) => known,
            (None, Some(samples)) => samples.sample((&process.path, turn), source.name(), &live),
            (None, None) => live(),
        };
        process.record(EventKind::Sampled { turn, source, value });
        value
    }

    fn warn(&self, warnings: Vec<String>) {
        self.caller.notes.warn(warnings);
    }
}

impl Host for PoolHost {
    fn now(&self) -> i64 {
        // A program that watches the clock must not fill the disk.
        if self.readings.get() >= READINGS || !self.is_kept() {
            return wall_clock();
        }
        self.readings.set(self.readings.get() + 1);
        self.sample(SampleSource::Clock, wall_clock)
    }

    fn random(&self) -> u64 {
        if !self.is_kept() {
            return random_bits();
        }
        let (seed, count) =
            self.chance.get().unwrap_or_else(|| (self.sample(SampleSource::Chance, || random_bits().cast_signed()), 0));
        self.chance.set(Some((seed, count + 1)));
        let mut hasher = DefaultHasher::new();
        (seed, count).hash(&mut hasher);
        hasher.finish()
    }

    fn elapsed(&self) -> Duration {
        self.watch.elapsed()
    }

    fn live_bytes(&self) -> Option<u64> {
        let traced = self.caller.notes.traced.load(Ordering::Relaxed);
        Account::live_bytes().map(|bytes| bytes.saturating_add(traced))
    }

    fn find_tools(&self, text: &str) -> Vec<String> {
        self.caller.process.agent.dispatcher.find_tools(text)
    }

    fn describe_tool(&self, name: &str) -> crate::lisp::value::Result<String> {
        self.caller.process.agent.dispatcher.describe_tool(name)
    }

    fn call(&self, call: ToolCall) -> ToolAnswer {
        let process = &self.caller.process;
        let dispatcher = &process.agent.dispatcher;
        if process.tree.ledger.take_tool_call().is_err() || process.is_stopped() || process.is_rewound() {
            return ToolAnswer::Stop;
        }
        let number = self.next.replace(self.next.get() + 1);
        let begun = self.ahead.take(&call);
        self.ahead.go_on(&self.caller, number, &call);
        let index = usize::try_from(number).unwrap_or(usize::MAX);
        let (turn, name, given) = (self.caller.turn, call.name.clone(), call.arguments.clone());
        let started = |arguments: &Value, writes: bool| {
            let (name, args) = (name.to_string(), traced(arguments));
            process.record(EventKind::ToolStart { turn, call: index, name, args, writes });
        };
        let refused = Place { turn, call: index, name: &name, reached: Reached::Nothing, given_up: false };
        let prepared = match dispatcher.prepare(call) {
            Ok(prepared) => prepared,
            Err(fault) => {
                started(&given, false);
                let result = Err(fault);
                record_end(process, refused, &given, &result, &[]);
                return ToolAnswer::Now(result.map_err(|fault| *fault));
            }
        };
        self.warn(prepared.warnings);
        // What starts processes is no write: their own calls are.
        let is_repeated = prepared.tool.kind == Kind::Inner || matches!(prepared.tool.run, Run::Process(..));
        started(&prepared.arguments, !is_repeated && prepared.tool.effect() == Effect::Write);
        if process.is_stopped() {
            return ToolAnswer::Stop;
        }
        let journal = process.tree.journal.as_ref();
        let end = journal.map_or(Known::Nothing, |journal| journal.call_end(&process.path, index));
        let known = Came::before(end, is_repeated);
        if let Some(value) = prepared.cached {
            let result = Ok(value);
            record_end(process, Place { reached: Reached::Cache, ..refused }, &prepared.arguments, &result, &[]);
            return ToolAnswer::Now(result.map_err(|fault| *fault));
        }
        let mut call = Call {
            arguments: prepared.arguments,
            idempotency_key: process.idempotency_key(index),
            children: Vec::new(),
            contract: prepared.tool.contract.clone(),
            caller: Some(process.clone()),
        };
        if let Run::Now(run) = &prepared.tool.run {
            let came = known.unwrap_or_else(|| {
                self.watch.pause();
                let result = Dispatcher::run_now(run, &call);
                self.watch.go_on();
                Came::Live(result)
            });
            let mut told = Vec::new();
            let given_up = came.is_given_up();
            let (reached, settled) = came.settle(dispatcher, &prepared.tool, &call.arguments, &mut told);
            self.warn(told);
            record_end(process, Place { reached, given_up, ..refused }, &call.arguments, &settled, &[]);
            return if process.is_rewound() {
                ToolAnswer::End
            } else {
                ToolAnswer::Now(settled.map_err(|fault| *fault))
            };
        }
        if let Run::Process(announce, _) = &prepared.tool.run {
            let refusal = |LimitReached { limit, configured, observed }| {
                let name = limit.name();
                ToolError(format!("no process for it: {name} is {configured}, and this would be {observed}"))
            };
            match announce(&call).and_then(|starts| process.count_children(starts).map_err(refusal)) {
                Ok(children) => call.children = children,
                Err(error) => {
                    let result = dispatcher.settle(&prepared.tool, &call.arguments, Err(error), &mut Vec::new());
                    record_end(process, refused, &call.arguments, &result, &[]);
                    return ToolAnswer::Now(result.map_err(|fault| *fault));
                }
            }
        }
        let _ = self.caller.calls.send((Started { number, turn, index, tool: prepared.tool, call, known }, begun));
        ToolAnswer::Later(number)
    }

    fn foresee(&self, calls: Box<dyn Iterator<Item = ToolCall>>) {
        self.ahead.expect(calls);
    }
}

/// A call that has changed the world, or may have, as a model is told of it.
pub(crate) fn written(event: &Event, path: &str, of: Option<u32>) -> Option<String> {
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
pub(crate) enum Reached {
    /// It was refused, or changed nothing.
    Nothing,
    /// What the same call gave before.
    Cache,
    /// It has changed the world, or may have.
    World,
}

impl Reached {
    /// A function that answers with an error has done nothing; of what is further away nobody knows.
    pub fn of(tool: &Tool, result: &Result<Value, ToolError>) -> Self {
        let refused = matches!((&tool.run, result), (Run::Now(_), Err(_)));
        if refused || tool.effect() == Effect::Read { Self::Nothing } else { Self::World }
    }
}

/// What came of a call.
#[derive(Clone)]
pub(crate) enum Came {
    /// What the tool gave.
    Live(Result<Value, ToolError>),
    /// What the journal of a resumed run says, and whether the call may have changed the world.
    Before(Result<Value, CallError>, bool),
    /// The program did not wait for it, as the journal of a resumed run says.
    GivenUp,
}

impl Came {
    /// What is known of a call from before the run was resumed. Those that are repeated are known by what they call, if that
    /// had come to its end.
    fn before(end: Known, is_repeated: bool) -> Option<Self> {
        match end {
            Known::GivenUp => Some(Self::GivenUp),
            Known::Ended { result, writes, is_cut } if is_cut || !is_repeated => Some(Self::Before(result, writes)),
            Known::Ended { .. } | Known::Nothing => None,
        }
    }

    pub fn is_given_up(&self) -> bool {
        matches!(self, Self::GivenUp)
    }

    /// How far the call came, and what the program gets.
    pub fn settle(
        self,
        dispatcher: &Dispatcher,
        tool: &Tool,
        arguments: &Value,
        warnings: &mut Vec<String>,
    ) -> (Reached, Result<Value, Box<Fault>>) {
        let result = match self {
            Self::Live(result) => result,
            Self::Before(result, writes) => {
                let reached = if writes { Reached::World } else { Reached::Nothing };
                let settled = match result {
                    Ok(value) => dispatcher.settle(tool, arguments, Ok(value), warnings),
                    Err(CallError { message, hint }) => Err(Dispatcher::settled_before(message, hint)),
                };
                return (reached, settled);
            }
            Self::GivenUp => Err(ToolError::new(GIVEN_UP)),
        };
        (Reached::of(tool, &result), dispatcher.settle(tool, arguments, result, warnings))
    }
}

/// Which call it is.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub turn: u32,
    pub call: usize,
    pub name: &'a str,
    pub reached: Reached,
    /// Whether the program ended before it.
    pub given_up: bool,
}

/// The most that the trace keeps of what one program read of descriptors, in bytes. It is in the trace already, where the
/// descriptor came from.
const READ_TRACED: usize = 1 << 20;

/// A result as the trace keeps it.
fn traced_result(process: &Process, name: &str, value: &Value) -> Json {
    let tool = process.agent.dispatcher.tools.get(name);
    if tool.is_some_and(|tool| tool.known_as == Some(READ)) {
        let mut descriptors = process.descriptors();
        let bytes = bytes_of(value);
        descriptors.read = descriptors.read.saturating_add(bytes);
        if descriptors.read > READ_TRACED {
            return Json::String(format!("(about {bytes} bytes of a descriptor, not kept here)"));
        }
    }
    traced(value)
}

/// Roughly how long what was read of a descriptor is.
fn bytes_of(value: &Value) -> usize {
    let text = |value: &Value| if let Value::Text(text) = value { text.len() } else { 0 };
    let inner = match value {
        Value::Vector(lines) => lines.iter().map(text).sum(),
        other => text(other.get("content").unwrap_or(other)),
    };
    inner + usize::try_from(value.weight()).unwrap_or(usize::MAX).saturating_mul(16)
}

/// What a JSON value takes, in bytes, about.
fn size(json: &Json) -> u64 {
    let inner: u64 = match json {
        Json::String(text) => text.len() as u64,
        Json::Array(items) => items.iter().map(size).sum(),
        Json::Object(fields) => fields.iter().map(|(key, value)| key.len() as u64 + size(value)).sum(),
        Json::Null | Json::Bool(_) | Json::Number(_) => 0,
    };
    inner.saturating_add(size_of::<Json>() as u64)
}

/// Records how a call ended, and gives the bytes that the trace keeps of its result.
pub(crate) fn record_end(
    process: &Process,
    place: Place<'_>,
    arguments: &Value,
    result: &Result<Value, Box<Fault>>,
    children: &[String],
) -> u64 {
    let (result, edn, error, hint, end) = match result {
        Ok(value) => {
            if !process.agent.rules.refs.is_empty() {
                process.sources.keep(place.turn, place.call, place.name, value);
            }
            let json = traced_result(process, place.name, value);
            // What processes gave is made again from what they did.
            let keeps = children.is_empty() && process.tree.recorder.writes_file();
            let edn = if keeps { edn(value, &json) } else { None };
            (Some(without_trace(json, !children.is_empty())), edn, None, None, CallEnd::Result)
        }
        Err(fault) => {
            let end = if place.given_up { CallEnd::GivenUp } else { CallEnd::Error };
            (None, None, Some(fault.message().into_owned()), fault.advice().map(std::borrow::Cow::into_owned), end)
        }
    };
    let children = children.iter().map(|child| format!("{}/{child}", process.path)).collect();
    let args = traced(arguments);
    let Place { turn, call, name, reached, .. } = place;
    let (name, writes, cached) = (name.to_owned(), reached == Reached::World, reached == Reached::Cache);
    let bytes = result.as_ref().map_or(0, size) + edn.as_ref().map_or(0, |edn| edn.len() as u64);
    process.record(EventKind::ToolEnd {
        turn,
        call,
        name,
        args,
        result,
        edn,
        error,
        hint,
        end,
        children,
        writes,
        cached,
    });
    bytes
}

/// The result of a sub-agent without its trace, which stands under the call's children.
fn without_trace(mut result: Json, has_child: bool) -> Json {
    if let (true, Json::Object(fields)) = (has_child, &mut result) {
        fields.shift_remove("trace");
    }
    result
}
