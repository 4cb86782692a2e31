//! Overlapping reads: what a program is about to read is begun while it still waits for the read before.
//!
//! The program tells which calls come next (see `lisp/eval/speculate.rs`). Those of tools that only read are begun early, a
//! bounded number at once, and their results wait for the program to make the call. Only then is the call counted,
//! checked, recorded and given its place in the journal, by [`Dispatcher::call`](crate::tool::Dispatcher) like any other;
//! a call that is not the expected one discards everything that was begun. So all that can be seen of the run is as if
//! the reads had come one after the other: values, prints, errors, trace, usage, budget, journal, resumed runs.
//!
//! Two things differ. Time; and after an error, a limit or a stop in the midst of the calls, tools may have been
//! read in vain: at most as many times as reads may overlap. No read begins for which the budget has no call left.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::task::JoinSet;

use super::process::Process;
use crate::contract::Effect;
use crate::lisp::value::{ToolCall, Value};
use crate::tool::{Call, Run, ToolError, ToolKind};

/// A tool that was started before its call; dropping it ends it.
pub(crate) struct Prefetch(JoinSet<Result<Value, ToolError>>);

impl Prefetch {
    /// The result of the tool; a panic is that of the tool.
    pub async fn result(mut self) -> Result<Value, ToolError> {
        match self.0.join_next().await {
            Some(Ok(result)) => result,
            Some(Err(failed)) => match failed.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(_) => Err(ToolError::new("the call was cancelled")),
            },
            None => Err(ToolError::new("the call was not begun")),
        }
    }
}

/// Starts the reads that a program is about to make.
pub(crate) struct Prefetcher {
    /// How many reads may be in progress at once, that of the call at hand included; fewer than two do not overlap.
    at_once: usize,
    runtime: Handle,
    expected: RefCell<Expected>,
}

#[derive(Default)]
struct Expected {
    /// The calls that come next and are not started yet.
    calls: Option<Box<dyn Iterator<Item = ToolCall>>>,
    /// The calls that come before those. One without a prefetch is known already.
    started: VecDeque<(ToolCall, Option<Prefetch>)>,
}

impl Prefetcher {
    pub fn new(at_once: usize, runtime: Handle) -> Self {
        Self { at_once, runtime, expected: RefCell::default() }
    }

    /// Learns which calls come next.
    pub fn expect(&self, calls: Box<dyn Iterator<Item = ToolCall>>) {
        let calls = Some(calls).filter(|_| self.at_once > 1);
        *self.expected.borrow_mut() = Expected { calls, started: VecDeque::new() };
    }

    /// The prefetch of a call that is made now. A call that was not expected discards all others.
    pub fn take(&self, call: &ToolCall) -> Option<Prefetch> {
        let expected = &mut *self.expected.borrow_mut();
        let calls = &mut expected.calls;
        let next = expected.started.pop_front().or_else(|| Some((calls.as_mut()?.next()?, None)));
        match next {
            Some((expected_call, prefetch)) if expected_call == *call => prefetch,
            Some(_) | None => {
                *expected = Expected::default();
                None
            }
        }
    }

    /// Starts reads that follow on the call at hand; the first of them has the number `next`.
    pub fn advance(&self, process: &Arc<Process>, next: usize, at_hand: &ToolCall) {
        let expected = &mut *self.expected.borrow_mut();
        if expected.calls.is_none() {
            return;
        }
        let most = process.tree.ledger.tool_calls_left().min(self.at_once.saturating_sub(1) as u64);
        while (expected.started.len() as u64) < most {
            let Some(call) = expected.calls.as_mut().and_then(Iterator::next) else { break };
            let index = next + expected.started.len();
            let is_repeated =
                expected.started.iter().map(|(other, _)| other).chain([at_hand]).any(|other| *other == call);
            match self.start(process, &call, index, is_repeated) {
                Next::Started(prefetch) => expected.started.push_back((call, Some(prefetch))),
                Next::Known => expected.started.push_back((call, None)),
                Next::Wait => expected.calls = None,
            }
        }
    }

    fn start(&self, process: &Arc<Process>, call: &ToolCall, index: usize, is_repeated: bool) -> Next {
        if process.is_stopped() {
            return Next::Wait;
        }
        let dispatcher = &process.agent.dispatcher;
        let Ok(checked) = dispatcher.check_call(call.clone()) else { return Next::Wait };
        let (tool, arguments) = (checked.tool, checked.arguments);
        let overlaps =
            tool.effect() == Effect::Read && tool.kind == ToolKind::Plain && matches!(tool.run, Run::Later(_));
        if !overlaps {
            return Next::Wait;
        }
        let is_replayed = process.tree.journal.as_ref().is_some_and(|journal| journal.knows(&process.path, index));
        let is_cacheable = tool.spec_of().is_some_and(|spec| spec.cacheable);
        if is_replayed || (is_cacheable && is_repeated) || dispatcher.cached(&tool, &arguments).is_some() {
            return Next::Known;
        }
        let call = Call {
            arguments,
            idempotency_key: process.idempotency_key(index),
            children: Vec::new(),
            contract: tool.contract.clone(),
            caller: Some(process.clone()),
        };
        let mut running = JoinSet::new();
        running.spawn_on(crate::tool::run(tool, call), &self.runtime);
        Next::Started(Prefetch(running))
    }
}

/// What can be done about a call that comes next.
enum Next {
    /// Its tool was started.
    Started(Prefetch),
    /// Its result will be known without the tool.
    Known,
    /// Nothing before its time: the program will stop there, or the tool must not be started early.
    Wait,
}
