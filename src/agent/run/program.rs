//! One program of a process: run on the pool, while its calls are attended to here.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::mpsc::{self, UnboundedReceiver};
use tokio::sync::oneshot;
use tokio::task::{Id, JoinError, JoinSet};

use super::call::{Outbox, PoolHost};
use super::pool::{Finish, Ticket};
use super::prefetch::Prefetch;
use super::process::Process;
use super::recording::{CallRecorder, written};
use super::turn::Ran;
use crate::agent::show::render::ShownValue;
use crate::lisp::memory::Memory;
use crate::lisp::text::Source;
use crate::lisp::value::Value;
use crate::lisp::{Evaluation, Job, no_stack};
use crate::tool::{CallOutcome, PendingCall, ToolError, panicked};

/// How long a program or a tool that was told to end may take for it.
const GRACE: Duration = Duration::from_secs(1);

/// The calls of a program, from its side to ours.
type Inbox = UnboundedReceiver<(PendingCall, Option<Prefetch>)>;

/// The calls of a program that go on beside it.
#[derive(Default)]
struct InFlight {
    running: JoinSet<Result<Value, ToolError>>,
    /// By their tasks.
    calls: HashMap<Id, PendingCall>,
}

impl InFlight {
    fn begin(&mut self, process: &Arc<Process>, call: PendingCall, prefetch: Option<Prefetch>) {
        let task = self.running.spawn(resolve(process.clone(), &call, prefetch));
        self.calls.insert(task.id(), call);
    }

    /// The next call that ends, with the result of its tool.
    async fn ended(&mut self) -> Option<(PendingCall, Result<Value, ToolError>)> {
        match self.running.join_next_with_id().await? {
            Ok((id, result)) => Some((self.calls.remove(&id)?, result)),
            Err(failed) => Some((self.calls.remove(&failed.id())?, Err(error_of(failed)))),
        }
    }

    /// Ends all of them, and gives those that had not ended.
    async fn abandon(mut self) -> Vec<PendingCall> {
        let _ = tokio::time::timeout(GRACE, self.running.shutdown()).await;
        self.calls.into_values().collect()
    }
}

/// The result of a call: what was prefetched, or else that of the tool, which is run unless a journal knows how the call ended.
/// In a run that is resumed results come in the order in which they came before.
fn resolve(
    process: Arc<Process>,
    call: &PendingCall,
    prefetch: Option<Prefetch>,
) -> impl Future<Output = Result<Value, ToolError>> + Send + use<> {
    let index = call.index;
    let is_abandoned = matches!(call.replay(), Some(CallOutcome::Abandoned));
    let run = call.replay().is_none().then(|| call.run());
    async move {
        let result = match (run, prefetch) {
            (None, _) => Ok(Value::Nil),
            (Some(_), Some(prefetch)) => prefetch.result().await,
            (Some(run), None) => run.await,
        };
        if let Some(journal) = &process.tree.journal {
            if is_abandoned {
                journal.wait_until_turn_ends(&process.path).await;
            } else {
                journal.in_order(&process.path, index).await;
            }
        }
        result
    }
}

/// What a program gets of a call whose task did not end by itself.
fn error_of(failed: JoinError) -> ToolError {
    let panic = failed.try_into_panic();
    panic.map_or_else(|_| ToolError::new("the call was cancelled"), |panic| panicked(&*panic))
}

impl Process {
    /// Runs a program on the pool; the memory changes only if it succeeds.
    pub(crate) async fn run(self: &Arc<Self>, memory: &mut Memory, turn: u32, program: &str) -> Ran {
        self.descriptors().begin();
        let (calls, mut inbox) = mpsc::unbounded_channel();
        let recorder = Arc::new(CallRecorder::new(self.clone(), turn));
        let (ticket, finish) = self.start_program(memory, program, recorder.clone(), calls);
        let finished = self.attend(&mut inbox, ticket, finish, &recorder).await;
        let evaluation = finished.unwrap_or_else(|error| Evaluation::not_run(memory.clone(), vec![error]));
        let (result, returned, prints) = (evaluation.result, evaluation.returned, evaluation.prints);
        let left = evaluation.memory;
        *memory = if self.is_rewound() { left.with_results_of(memory) } else { left };
        let mut warnings = recorder.take_warnings();
        warnings.extend(evaluation.warnings);
        let remembered = memory.entries().iter().map(|(name, _)| name.to_string()).collect();
        let (mut descriptors, ledger) = (self.descriptors(), &self.tree.ledger);
        let shown = match &result {
            // A value that ends the process enters no message.
            Ok(value) if !returned => descriptors.show_value(value, ledger),
            Ok(_) | Err(_) => ShownValue::default(),
        };
        let most = self.agent.settings.paging.as_ref().map_or(0, |paging| paging.max_direct);
        let shown_prints = descriptors.show_text(&prints, most, ledger);
        let happened = match &result {
            Ok(_) => Vec::new(),
            Err(_) => self.tree.recorder.find(|event| written(event, &self.path, Some(turn))),
        };
        Ran { result, returned, prints, warnings, remembered, happened, shown, shown_prints }
    }

    fn start_program(
        &self,
        memory: &Memory,
        program: &str,
        recorder: Arc<CallRecorder>,
        calls: Outbox,
    ) -> (Ticket, oneshot::Receiver<Finish>) {
        let (tools, runtime) = (self.agent.dispatcher.clone(), Handle::current());
        let source = Arc::new(Source::new("program", program));
        let (memory, context, limits) =
            (memory.clone(), self.agent.context.clone(), self.agent.settings.limits.clone());
        self.tree.pool.start(
            memory.live_bytes(),
            Box::new(move |watch, suspender| {
                let (tools, host) = (Rc::new(tools), Rc::new(PoolHost::new(recorder, calls, runtime, watch)));
                crate::lisp::run(Job { source, memory, context, limits, tools, host, moves: true }, suspender)
            }),
        )
    }

    /// Makes the calls of a program until it ends, or until it must not go on. What it did not wait for is given up, and the
    /// trace says so.
    async fn attend(
        self: &Arc<Self>,
        inbox: &mut Inbox,
        ticket: Ticket,
        mut finish: oneshot::Receiver<Finish>,
        recorder: &CallRecorder,
    ) -> Finish {
        let mut in_flight = InFlight::default();
        let left = self.tree.ledger.time_left();
        let deadline = left.and_then(|left| tokio::time::Instant::now().checked_add(left));
        let finished = loop {
            tokio::select! {
                // Calls begin in the order of the program, and before it is asked whether it has ended.
                biased;
                Some((call, prefetch)) = inbox.recv() => in_flight.begin(self, call, prefetch),
                finished = &mut finish => break finished.unwrap_or_else(|_| Err(no_stack())),
                Some((call, result)) = in_flight.ended() => {
                    let number = call.index as u64;
                    let result = call.complete(recorder, CallOutcome::Live(result));
                    if self.tree.ledger.spent().is_some() || self.is_stopped() {
                        break cancel(ticket, finish).await;
                    }
                    ticket.resume(number, result);
                }
                () = past(deadline) => break cancel(ticket, finish).await,
            }
        };
        let mut abandoned = in_flight.abandon().await;
        abandoned.extend(std::iter::from_fn(|| inbox.try_recv().ok()).map(|(call, _)| call));
        abandoned.sort_by_key(|call| call.index);
        for call in abandoned {
            let _ = call.complete(recorder, CallOutcome::Abandoned);
        }
        finished
    }
}

/// Ends a program, and waits for what is left of it; one that hangs in a tool of the host's is left behind.
async fn cancel(ticket: Ticket, finish: oneshot::Receiver<Finish>) -> Finish {
    drop(ticket);
    let finished = tokio::time::timeout(GRACE, finish).await;
    finished.unwrap_or(Ok(Err(no_stack()))).unwrap_or_else(|_| Err(no_stack()))
}

/// Waits until a time, or forever.
async fn past(deadline: Option<tokio::time::Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}
