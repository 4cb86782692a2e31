//! Overlapping reads: what a program is about to read is begun while it still waits for the read before.
//!
//! The program tells which calls come next (see `lisp/eval/ahead.rs`). Those of tools that only read are begun early, so
//! many at once, and what comes of them waits for the program to make the call. Only then is the call counted,
//! checked, recorded and given its place in the journal, by the same code as any other; a call that is not the one
//! that was expected discards all that was begun. So everything that can be seen of the run is that of the sequential one:
//! values, prints, errors, trace, usage, what is left of the budget, the journal, and what a resumed run does.
//!
//! Two things differ. Time; and after an error, a limit or a stop in the midst of the calls, tools may have been
//! read in vain: at most so many times as are under way at once. No read begins for which the budget has no call left.

use std::cell::RefCell;
use std::collections::VecDeque;

use tokio::runtime::Handle;
use tokio::task::JoinSet;

use super::call::{Caller, Started};
use crate::contract::Effect;
use crate::lisp::value::{ToolCall, Value};
use crate::tool::{Call, Kind, Run, ToolError};

/// A tool that was begun before its call; dropping it ends it.
pub(crate) type Begun = JoinSet<Result<Value, ToolError>>;

/// What a program is about to call.
pub(crate) struct Ahead {
    /// How many reads may be under way at once, that of the call at hand included.
    at_once: usize,
    runtime: Handle,
    expected: RefCell<Expected>,
}

#[derive(Default)]
struct Expected {
    /// What comes next and is not begun yet.
    calls: Option<Box<dyn Iterator<Item = ToolCall>>>,
    /// What comes before that, with what was begun of it.
    begun: VecDeque<(ToolCall, Option<Begun>)>,
}

impl Ahead {
    /// With so many reads at once; fewer than two do not overlap.
    pub fn new(at_once: usize, runtime: Handle) -> Self {
        Self { at_once, runtime, expected: RefCell::default() }
    }

    /// Takes in what comes next.
    pub fn expect(&self, calls: Box<dyn Iterator<Item = ToolCall>>) {
        let calls = Some(calls).filter(|_| self.at_once > 1);
        *self.expected.borrow_mut() = Expected { calls, begun: VecDeque::new() };
    }

    /// What was begun of a call that is made now. Another one than expected: the program goes another way.
    pub fn take(&self, call: &ToolCall) -> Option<Begun> {
        let expected = &mut *self.expected.borrow_mut();
        let calls = &mut expected.calls;
        let next = expected.begun.pop_front().or_else(|| Some((calls.as_mut()?.next()?, None)));
        match next {
            Some((foreseen, begun)) if foreseen == *call => begun,
            Some(_) | None => {
                *expected = Expected::default();
                None
            }
        }
    }

    /// Begins what may be begun of the calls that follow on this one, which is call `number`.
    pub fn go_on(&self, caller: &Caller, number: u64, at_hand: &ToolCall) {
        let expected = &mut *self.expected.borrow_mut();
        let most = caller.process.tree.ledger.tool_calls_left().min(self.at_once.saturating_sub(1) as u64);
        while (expected.begun.len() as u64) < most {
            let Some(call) = expected.calls.as_mut().and_then(Iterator::next) else { break };
            let index = number + 1 + expected.begun.len() as u64;
            let is_repeated =
                expected.begun.iter().map(|(other, _)| other).chain([at_hand]).any(|other| *other == call);
            match self.begin(caller, &call, index, is_repeated) {
                Some(begun) => expected.begun.push_back((call, begun)),
                // Here the program will stop, or do what is better done in its own time.
                None => expected.calls = None,
            }
        }
    }

    /// Begins a call, if it need be made at all; nothing, if it must not be made before its time.
    fn begin(&self, caller: &Caller, call: &ToolCall, index: u64, is_repeated: bool) -> Option<Option<Begun>> {
        let process = &caller.process;
        if process.is_stopped() {
            return None;
        }
        let prepared = process.agent.dispatcher.prepare(call.clone()).ok()?;
        let tool = prepared.tool;
        let overlaps = tool.effect() == Effect::Read && tool.kind == Kind::Plain && matches!(tool.run, Run::Later(_));
        if !overlaps {
            return None;
        }
        let at = usize::try_from(index).unwrap_or(usize::MAX);
        let is_known = process.tree.journal.as_ref().is_some_and(|journal| journal.knows(&process.path, at));
        let keeps = tool.spec_of().is_some_and(|spec| spec.cacheable);
        if is_known || prepared.cached.is_some() || (keeps && is_repeated) {
            return Some(None);
        }
        let call = Call {
            arguments: prepared.arguments,
            idempotency_key: process.idempotency_key(at),
            children: Vec::new(),
            contract: tool.contract.clone(),
            caller: Some(process.clone()),
        };
        let started = Started { number: index, turn: caller.turn, index: at, tool, call, known: None };
        let mut begun = Begun::new();
        begun.spawn_on(async move { started.run().await }, &self.runtime);
        Some(Some(begun))
    }
}

/// What came of a call that was begun before its time; a panic is that of the tool.
pub(crate) async fn ended(mut begun: Begun) -> Result<Value, ToolError> {
    match begun.join_next().await {
        Some(Ok(result)) => result,
        Some(Err(failed)) => match failed.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Err(ToolError::new("the call was cancelled")),
        },
        None => Err(ToolError::new("the call was not begun")),
    }
}
