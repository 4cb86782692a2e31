//! The calls of a program on the pool: checked, recorded, run in place or by the agent's own task.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value as Json;
use tokio::sync::mpsc;

use super::Process;
use super::process::traced;
use crate::alloc::Account;
use crate::contract::Effect;
use crate::host::{Stopwatch, random_bits, wall_clock};
use crate::lisp::text::{LimitReached, abridge};
use crate::lisp::value::{Fault, Host, ToolAnswer, ToolCall, Value};
use crate::tool::{Call, Dispatcher, Run, Tool, ToolError};
use crate::trace::{Event, EventKind};

/// A tool call that has begun.
#[derive(Clone)]
pub(super) struct Started {
    /// What the program knows it by.
    pub number: u64,
    /// Its place among the calls of the program.
    pub index: usize,
    pub tool: Arc<Tool>,
    pub call: Call,
}

impl Started {
    /// Runs the tool.
    pub async fn begin(&self) -> Result<Value, ToolError> {
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

/// Who a program calls for, and where its calls go.
pub(super) struct Caller {
    pub process: Arc<Process>,
    pub turn: u32,
    pub calls: mpsc::UnboundedSender<Started>,
    pub warnings: Arc<Mutex<Vec<String>>>,
}

/// The host of a program on the pool.
pub(super) struct PoolHost {
    caller: Caller,
    watch: Rc<Stopwatch>,
    next: Cell<u64>,
}

impl PoolHost {
    pub fn new(caller: Caller, watch: Rc<Stopwatch>) -> Self {
        Self { caller, watch, next: Cell::new(0) }
    }

    fn warn(&self, warnings: Vec<String>) {
        self.caller.warnings.lock().unwrap_or_else(PoisonError::into_inner).extend(warnings);
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
        let process = &self.caller.process;
        let dispatcher = &process.agent.dispatcher;
        if process.tree.ledger.take_tool_call().is_err() || process.is_stopped() {
            return ToolAnswer::Stop;
        }
        let number = self.next.replace(self.next.get() + 1);
        let index = usize::try_from(number).unwrap_or(usize::MAX);
        let (turn, name, given) = (self.caller.turn, call.name.clone(), call.arguments.clone());
        let started = |arguments: &Value| {
            process.record(EventKind::ToolStart { turn, call: index, name: name.to_string(), args: traced(arguments) });
        };
        let refused = Place { turn, call: index, name: &name, reached: Reached::Nothing };
        let prepared = match dispatcher.prepare(call) {
            Ok(prepared) => prepared,
            Err(fault) => {
                started(&given);
                let result = Err(fault);
                record_end(process, refused, &given, &result, &[]);
                return ToolAnswer::Now(result.map_err(|fault| *fault));
            }
        };
        self.warn(prepared.warnings);
        started(&prepared.arguments);
        if let Some(value) = prepared.cached {
            let result = Ok(value);
            record_end(process, Place { reached: Reached::Cache, ..refused }, &prepared.arguments, &result, &[]);
            return ToolAnswer::Now(result.map_err(|fault| *fault));
        }
        if let Run::Now(run) = &prepared.tool.run {
            self.watch.pause();
            let result = Dispatcher::run_now(&**run, &prepared.arguments);
            self.watch.go_on();
            let mut told = Vec::new();
            let place = Place { reached: Reached::of(&prepared.tool, &result), ..refused };
            let settled = dispatcher.settle(&prepared.tool, &prepared.arguments, result, &mut told);
            self.warn(told);
            record_end(process, place, &prepared.arguments, &settled, &[]);
            return ToolAnswer::Now(settled.map_err(|fault| *fault));
        }
        let mut call = Call {
            arguments: prepared.arguments,
            idempotency_key: format!("{}:{turn}:{index}", process.path),
            children: Vec::new(),
            caller: Some(process.clone()),
        };
        if let Run::Process(announce, _) = &prepared.tool.run {
            let refusal = |LimitReached { name: limit, configured, observed }| {
                ToolError(format!("no process for it: {limit} is {configured}, and this would be {observed}"))
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
        let _ = self.caller.calls.send(Started { number, index, tool: prepared.tool, call });
        ToolAnswer::Later(number)
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
pub(super) enum Reached {
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

/// Which call it is.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub turn: u32,
    pub call: usize,
    pub name: &'a str,
    pub reached: Reached,
}

/// Records how a call ended.
pub(super) fn record_end(
    process: &Process,
    place: Place<'_>,
    arguments: &Value,
    result: &Result<Value, Box<Fault>>,
    children: &[String],
) {
    let (result, error) = match result {
        Ok(value) => (Some(without_trace(traced(value), !children.is_empty())), None),
        Err(fault) => (None, Some(fault.message.clone())),
    };
    let children = children.iter().map(|child| format!("{}/{child}", process.path)).collect();
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
