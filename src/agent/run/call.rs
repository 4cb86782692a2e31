//! The host of a program on the pool: its calls, its clock, its source of chance.

use std::any::Any;
use std::cell::Cell;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::mpsc::UnboundedSender;

use super::prefetch::{Prefetch, Prefetcher};
use super::process::Process;
use super::recording::CallRecorder;
use crate::alloc::Account;
use crate::host::{Stopwatch, random_bits, wall_clock};
use crate::lisp::text::LimitReached;
use crate::lisp::value::{Host, ToolAnswer, ToolCall, Value};
use crate::tool::{
    BegunCall, Call, CallOutcome, CallSite, Dispatched, Dispatcher, EndedCall, Immediate, PendingCall, Recording,
    Starts, ToolError, run_now,
};
use crate::trace::{EventKind, SampleSource};

/// Where a program sends the calls that go on beside it, each with what was begun of it.
pub(crate) type Outbox = UnboundedSender<(PendingCall, Option<Prefetch>)>;

/// How many readings of the clock are journaled of one program.
const MAX_READINGS: u32 = 1_000;

/// The host of a program on the pool.
pub(crate) struct PoolHost {
    recorder: Arc<CallRecorder>,
    calls: Outbox,
    prefetcher: Prefetcher,
    watch: Rc<Stopwatch>,
    /// The number of the next call.
    next: Cell<usize>,
    /// How often the clock was read.
    readings: Cell<u32>,
    /// What random numbers are made from, and how many were, in a run that can be resumed.
    chance: Cell<Option<(i64, u64)>>,
}

impl PoolHost {
    pub fn new(recorder: Arc<CallRecorder>, calls: Outbox, runtime: Handle, watch: Rc<Stopwatch>) -> Self {
        let prefetcher = Prefetcher::new(recorder.process.agent.settings.overlap_reads, runtime);
        let (next, readings, chance) = (Cell::new(0), Cell::new(0), Cell::new(None));
        Self { recorder, calls, prefetcher, watch, next, readings, chance }
    }

    fn process(&self) -> &Arc<Process> {
        &self.recorder.process
    }

    fn dispatcher(&self) -> &Dispatcher {
        &self.process().agent.dispatcher
    }

    /// Whether somebody keeps what the program is told, so that the run can be resumed or played again.
    fn is_kept(&self) -> bool {
        let process = self.process();
        process.tree.recorder.writes_file() || process.model.samples().is_some()
    }

    /// What the program is told: what a journal or a recording says that it was told, or what holds now.
    fn sample(&self, source: SampleSource, live: fn() -> i64) -> i64 {
        let (process, turn) = (self.process(), self.recorder.turn);
        let known = process.tree.journal.as_ref().and_then(|journal| journal.sample(&process.path, source));
        let value = match (known, process.model.samples()) {
            (Some(known), _) => known,
            (None, Some(samples)) => samples.sample((&process.path, turn), source.name(), &live),
            (None, None) => live(),
        };
        process.record(EventKind::Sampled { turn, source, value });
        value
    }
}

impl Recording for PoolHost {
    fn begin(&self, call: BegunCall<'_>) {
        self.recorder.begin(call);
    }

    fn end(&self, call: EndedCall<'_>) {
        // On the program's own thread, so what the trace keeps is on the program's account already.
        let _ = self.recorder.record_end(call);
    }

    fn warn(&self, warnings: Vec<String>) {
        self.recorder.warn(warnings);
    }
}

impl CallSite for PoolHost {
    fn admit(&self) -> Option<usize> {
        let process = self.process();
        if process.tree.ledger.take_tool_call().is_err() || process.is_stopped() || process.is_rewound() {
            return None;
        }
        Some(self.next.replace(self.next.get() + 1))
    }

    fn is_stopped(&self) -> bool {
        self.process().is_stopped()
    }

    fn replay(&self, index: usize, repeatable: bool) -> Option<CallOutcome> {
        let journal = self.process().tree.journal.as_ref()?;
        journal.replay(&self.process().path, index, repeatable)
    }

    fn idempotency_key(&self, index: usize) -> String {
        self.process().idempotency_key(index)
    }

    fn caller(&self) -> Option<Arc<dyn Any + Send + Sync>> {
        Some(self.process().clone())
    }

    fn announce(&self, starts: Starts) -> Result<Vec<String>, ToolError> {
        self.process().count_children(starts).map_err(|LimitReached { limit, configured, observed }| {
            ToolError(format!("no process for it: {} is {configured}, and this would be {observed}", limit.name()))
        })
    }

    fn run_now(&self, run: &Immediate, call: &Call) -> Option<Result<Value, ToolError>> {
        self.watch.pause();
        let result = run_now(run, call);
        self.watch.resume();
        Some(result)
    }
}

impl Host for PoolHost {
    fn now(&self) -> i64 {
        // A program that watches the clock must not fill the disk.
        if self.readings.get() >= MAX_READINGS || !self.is_kept() {
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
        Account::live_bytes().map(|bytes| bytes.saturating_add(self.recorder.traced_bytes()))
    }

    fn find_tools(&self, text: &str) -> Vec<String> {
        self.dispatcher().find_tools(text)
    }

    fn describe_tool(&self, name: &str) -> crate::lisp::value::Result<String> {
        self.dispatcher().describe_tool(name)
    }

    fn call(&self, call: ToolCall) -> ToolAnswer {
        let prefetch = self.prefetcher.take(&call);
        let answer = match self.dispatcher().call(call.clone(), self) {
            Dispatched::Stop => return ToolAnswer::Stop,
            Dispatched::Done(_) if self.process().is_rewound() => return ToolAnswer::End,
            Dispatched::Done(result) => ToolAnswer::Now(result),
            Dispatched::Pending(pending) => {
                let number = pending.index as u64;
                let _ = self.calls.send((pending, prefetch));
                ToolAnswer::Later(number)
            }
        };
        self.prefetcher.advance(self.process(), self.next.get(), &call);
        answer
    }

    fn prefetch(&self, calls: Box<dyn Iterator<Item = ToolCall>>) {
        self.prefetcher.expect(calls);
    }
}
