//! One program of a process: run on the pool, while its calls are attended to here.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::mpsc::{self, UnboundedReceiver};
use tokio::sync::oneshot;
use tokio::task::{Id, JoinError, JoinSet};

use super::call::{Caller, Came, Notes, Place, PoolHost, Started, record_end, written};
use super::pool::{Finish, Ticket};
use super::prefetch::Begun;
use super::process::Process;
use super::turn::Ran;
use crate::agent::show::render::Shown;
use crate::lisp::memory::Memory;
use crate::lisp::text::Source;
use crate::lisp::value::{Fault, Value};
use crate::lisp::{Evaluation, Job, no_stack};
use crate::tool::ToolError;

/// How long a program or a tool that was told to end may take for it.
const GRACE: Duration = Duration::from_secs(1);

/// The calls of a program, from its side to ours.
type Inbox = UnboundedReceiver<(Started, Option<Begun>)>;

/// The calls of a program that are under way.
#[derive(Default)]
struct Underway {
    running: JoinSet<(Started, Result<Value, ToolError>)>,
    /// By their tasks, for those whose tool panics.
    calls: HashMap<Id, Started>,
}

impl Underway {
    fn begin(&mut self, call: Started, begun: Option<Begun>) {
        let own = call.clone();
        let task = self.running.spawn(async move {
            let result = own.begin(begun).await;
            (own, result)
        });
        self.calls.insert(task.id(), call);
    }

    /// The next call that ends, with what came of it.
    async fn ended(&mut self) -> Option<(Started, Result<Value, ToolError>)> {
        match self.running.join_next_with_id().await? {
            Ok((id, ended)) => {
                self.calls.remove(&id);
                Some(ended)
            }
            Err(failed) => Some((self.calls.remove(&failed.id())?, Err(fault_of(failed)))),
        }
    }

    /// Ends all of them, and gives those that had not ended.
    async fn give_up(mut self) -> Vec<Started> {
        let _ = tokio::time::timeout(GRACE, self.running.shutdown()).await;
        self.calls.into_values().collect()
    }
}

/// What a program gets of a call whose task did not end by itself.
fn fault_of(failed: JoinError) -> ToolError {
    let panic = failed.try_into_panic();
    panic.map_or_else(|_| ToolError::new("the call was cancelled"), |panic| crate::tool::panicked(&*panic))
}

impl Process {
    /// Runs a program on the pool; the memory changes only if it succeeds.
    pub(crate) async fn run(self: &Arc<Self>, memory: &mut Memory, turn: u32, program: &str) -> Ran {
        self.descriptors().begin();
        let (calls, mut inbox) = mpsc::unbounded_channel();
        let notes: Arc<Notes> = Arc::default();
        let caller = Caller { process: self.clone(), turn, calls, notes: notes.clone(), runtime: Handle::current() };
        let (ticket, finish) = self.start_program(memory, program, caller);
        let finished = self.attend(&mut inbox, ticket, finish, &notes).await;
        let evaluation = finished.unwrap_or_else(|error| Evaluation::not_run(memory.clone(), vec![error]));
        let (result, returned, prints) = (evaluation.result, evaluation.returned, evaluation.prints);
        let left = evaluation.memory;
        *memory = if self.is_rewound() { left.with_results_of(memory) } else { left };
        let mut warnings = notes.take_warnings();
        warnings.extend(evaluation.warnings);
        let remembered = memory.entries().iter().map(|(name, _)| name.to_string()).collect();
        let (mut descriptors, ledger) = (self.descriptors(), &self.tree.ledger);
        let shown = match &result {
            // A value that ends the process enters no message.
            Ok(value) if !returned => descriptors.show_value(value, ledger),
            Ok(_) | Err(_) => Shown::Bounded,
        };
        let most = self.agent.settings.paging.as_ref().map_or(0, |paging| paging.max_direct);
        let shown_prints = descriptors.show_text(&prints, most, ledger);
        let happened = match &result {
            Ok(_) => Vec::new(),
            Err(_) => self.tree.recorder.find(|event| written(event, &self.path, Some(turn))),
        };
        Ran { result, returned, prints, warnings, remembered, happened, shown, shown_prints }
    }

    fn start_program(&self, memory: &Memory, program: &str, caller: Caller) -> (Ticket, oneshot::Receiver<Finish>) {
        let source = Arc::new(Source::new("program", program));
        let (memory, context, limits) =
            (memory.clone(), self.agent.context.clone(), self.agent.settings.limits.clone());
        self.tree.pool.start(
            memory.live_bytes(),
            Box::new(move |watch, way| {
                let tools = Rc::new(caller.process.agent.dispatcher.clone());
                let host = Rc::new(PoolHost::new(caller, watch));
                crate::lisp::run(Job { source, memory, context, limits, tools, host, moves: true }, way)
            }),
        )
    }

    /// Makes the calls of a program until it ends, or until it must not go on. What it did not wait for is given up, and the
    /// trace says so.
    async fn attend(
        &self,
        inbox: &mut Inbox,
        ticket: Ticket,
        mut finish: oneshot::Receiver<Finish>,
        notes: &Notes,
    ) -> Finish {
        let mut underway = Underway::default();
        let left = self.tree.ledger.time_left();
        let deadline = left.and_then(|left| tokio::time::Instant::now().checked_add(left));
        let finished = loop {
            tokio::select! {
                // Calls begin in the order of the program, and before it is asked whether it has ended.
                biased;
                Some((call, begun)) = inbox.recv() => underway.begin(call, begun),
                finished = &mut finish => break finished.unwrap_or_else(|_| Err(no_stack())),
                Some((call, result)) = underway.ended() => {
                    let result = self.end_call(&call, Came::Live(result), notes);
                    if self.tree.ledger.spent().is_some() || self.is_stopped() {
                        break cancel(ticket, finish).await;
                    }
                    ticket.resume(call.number, result.map_err(|fault| *fault));
                }
                () = past(deadline) => break cancel(ticket, finish).await,
            }
        };
        let mut given_up = underway.give_up().await;
        given_up.extend(std::iter::from_fn(|| inbox.try_recv().ok()).map(|(call, _)| call));
        given_up.sort_by_key(|call| call.index);
        for call in given_up {
            let _ = self.end_call(&call, Came::GivenUp, notes);
        }
        finished
    }

    /// Checks and records the result of an asynchronous call.
    fn end_call(&self, call: &Started, came: Came, notes: &Notes) -> Result<Value, Box<Fault>> {
        let (mut told, arguments) = (Vec::new(), &call.call.arguments);
        let came = call.known.clone().unwrap_or(came);
        let given_up = came.is_given_up();
        let (reached, settled) = came.settle(&self.agent.dispatcher, &call.tool, arguments, &mut told);
        notes.warn(told);
        let place = Place { turn: call.turn, call: call.index, name: &call.tool.name, reached, given_up };
        notes.count_traced(record_end(self, place, arguments, &settled, &call.call.children));
        settled
    }
}

/// Ends a program, and waits for what is left of it; one that hangs in a tool of the host's is left behind.
async fn cancel(ticket: Ticket, finish: oneshot::Receiver<Finish>) -> Finish {
    drop(ticket);
    let finished = tokio::time::timeout(GRACE, finish).await;
    finished.unwrap_or(Ok(Err(no_stack()))).unwrap_or_else(|_| Err(no_stack()))
}

/// Waits until a time, or for ever.
async fn past(deadline: Option<tokio::time::Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}
