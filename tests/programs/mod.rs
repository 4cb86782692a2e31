//! Runs programs one after the other on one memory, as an agent would, with a clock and chance that are always the same.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ptc::lisp::analyse::NoTools;
use ptc::lisp::eval::run_to_end;
use ptc::lisp::limits::Limits;
use ptc::lisp::memory::Memory;
use ptc::lisp::text::{ErrorKind, Source};
use ptc::lisp::value::{Fault, Host, ToolAnswer, ToolCall, Value};
use ptc::lisp::{Evaluation, Job};

/// A memory and what programs run against besides.
pub struct Session {
    pub memory: Memory,
    pub context: Value,
    pub limits: Limits,
    pub moves: bool,
}

impl Default for Session {
    fn default() -> Self {
        Self { memory: Memory::new(), context: Value::empty_map(), limits: Limits::default(), moves: true }
    }
}

impl Session {
    /// Runs a program; what it defines stays for the next if it succeeds.
    pub fn run(&mut self, program: &str) -> Evaluation {
        let job = (self.memory.clone(), self.context.clone(), self.limits.clone(), self.moves);
        let source = Arc::new(Source::new("program", program));
        let evaluation = run_to_end(
            || false,
            move |way| {
                let (memory, context, limits, moves) = job;
                let host = Rc::new(SteadyHost::default());
                ptc::lisp::run(Job { source, memory, context, limits, tools: Rc::new(NoTools), host, moves }, way)
            },
        );
        let evaluation = evaluation.expect("there is memory for a stack");
        self.memory = evaluation.memory.clone();
        evaluation
    }
}

/// The readable value, or the errors one to a line.
pub fn outcome(evaluation: &Evaluation) -> String {
    match &evaluation.result {
        Ok(value) => value.to_string(),
        Err(failure) => failure.errors.iter().map(|error| error.to_string()).collect::<Vec<_>>().join("\n"),
    }
}

/// A host whose time stands still on 2 January 2026, whose chance always falls alike, and which has no tools. The time
/// that limits measure is real.
struct SteadyHost {
    started: Instant,
    chance: Cell<u64>,
}

impl Default for SteadyHost {
    fn default() -> Self {
        Self { started: Instant::now(), chance: Cell::new(1) }
    }
}

impl Host for SteadyHost {
    fn now(&self) -> i64 {
        1_767_323_045_000
    }

    fn random(&self) -> u64 {
        // SplitMix64
        self.chance.set(self.chance.get().wrapping_add(0x9e37_79b9_7f4a_7c15));
        let mut bits = self.chance.get();
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    fn live_bytes(&self) -> Option<u64> {
        None
    }

    fn call(&self, call: ToolCall) -> ToolAnswer {
        let message = format!("there is no tool {:?}: this program was given none", call.name);
        ToolAnswer::Now(Err(Fault::new(ErrorKind::Tool, "ExceptionInfo", message).into()))
    }
}
