//! The one way a tool call goes: counted, checked, recorded, answered or run, checked again, recorded.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::dispatch::{CheckedCall, Dispatcher, fault_of};
use super::toolbox::{Call, Immediate, Run, Starts, Tool, ToolError, ToolKind};
use crate::contract::Effect;
use crate::lisp::value::{Fault, ToolCall, Value};

/// What a program gets from a call.
pub(crate) type CallResult = Result<Value, Box<Fault>>;

/// What keeps record of calls.
pub(crate) trait Recording {
    /// A call begins.
    fn begin(&self, _call: BegunCall<'_>) {}

    /// A call has ended, or was refused.
    fn end(&self, call: EndedCall<'_>);

    /// What is odd about a call, but no error.
    fn warn(&self, warnings: Vec<String>);
}

/// Where calls come from: what counts them, runs them and knows about earlier runs.
pub(crate) trait CallSite: Recording {
    /// Takes a call from the ledger and gives its number among those of the program, from 0. `None` ends the program.
    fn admit(&self) -> Option<usize>;

    /// Whether the program must end, as an observer may decide when it sees that a call begins.
    fn is_stopped(&self) -> bool {
        false
    }

    /// How the call ended before the run was resumed. A call that is `repeatable` is made again if it came to its end.
    fn replay(&self, _index: usize, _repeatable: bool) -> Option<CallOutcome> {
        None
    }

    /// A key that every try of this call has, and no other call.
    fn idempotency_key(&self, index: usize) -> String;

    /// The process that calls, for tools that start others.
    fn caller(&self) -> Option<Arc<dyn Any + Send + Sync>> {
        None
    }

    /// Names the processes that a call starts.
    fn announce(&self, _starts: Starts) -> Result<Vec<String>, ToolError> {
        Ok(Vec::new())
    }

    /// Runs a tool that answers at once, while the program's clock stands still. `None` leaves it to the pending call.
    fn run_now(&self, run: &Immediate, call: &Call) -> Option<Result<Value, ToolError>>;
}

/// A call that begins.
#[cfg_attr(not(feature = "agent"), expect(dead_code, reason = "only agents keep a trace"))]
pub(crate) struct BegunCall<'a> {
    pub index: usize,
    pub name: &'a str,
    pub arguments: &'a Value,
    /// Whether it may change the world itself.
    pub writes: bool,
}

/// A call that has ended.
#[cfg_attr(not(feature = "agent"), expect(dead_code, reason = "only agents keep a trace"))]
pub(crate) struct EndedCall<'a> {
    pub index: usize,
    pub name: &'a str,
    pub arguments: &'a Value,
    pub children: &'a [String],
    pub result: &'a CallResult,
    pub effect: CallEffect,
    /// Whether the program ended before the call did.
    pub is_abandoned: bool,
}

/// What a call has done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CallEffect {
    /// Nothing that lasts: it was refused, or it reads.
    None,
    /// Nothing: the result is that of an earlier call.
    Cached,
    /// It has changed the world, or may have.
    Performed,
}

impl CallEffect {
    /// A function that fails has done nothing; a remote tool may have acted even if it failed.
    fn of(tool: &Tool, result: &Result<Value, ToolError>) -> Self {
        let refused = matches!((&tool.run, result), (Run::Now(_), Err(_)));
        if refused || tool.effect() == Effect::Read { Self::None } else { Self::Performed }
    }
}

/// How a call came to its result.
#[derive(Clone)]
#[cfg_attr(not(feature = "agent"), expect(dead_code, reason = "only runs of agents are resumed"))]
pub(crate) enum CallOutcome {
    /// The tool was run.
    Live(Result<Value, ToolError>),
    /// The run was resumed, and this is how the call ended before.
    Replayed { result: CallResult, effect: CallEffect },
    /// The program ended before the call did.
    Abandoned,
}

/// The error of a call that the program did not wait for.
const ABANDONED: &str = "given up, because the program had ended";

/// How far a call has come.
pub(crate) enum Dispatched {
    /// It was not made: the program ends.
    Stop,
    /// It has ended.
    Done(CallResult),
    /// It goes on beside the program.
    Pending(PendingCall),
}

/// A call whose tool has yet to give its result; [`complete`](Self::complete) is its second half.
#[must_use = "a call that has begun must be completed, or the trace lacks its end"]
pub(crate) struct PendingCall {
    pub index: usize,
    dispatcher: Dispatcher,
    tool: Arc<Tool>,
    call: Call,
    replay: Option<CallOutcome>,
}

impl Dispatcher {
    /// Makes a tool call. Every call of every program goes through here.
    pub(crate) fn call(&self, call: ToolCall, site: &impl CallSite) -> Dispatched {
        let Some(index) = site.admit() else { return Dispatched::Stop };
        let (name, given) = (call.name.clone(), call.arguments.clone());
        let done = |arguments: &Value, result: CallResult, effect: CallEffect| {
            let ended = EndedCall {
                index,
                name: &name,
                arguments,
                children: &[],
                result: &result,
                effect,
                is_abandoned: false,
            };
            site.end(ended);
            Dispatched::Done(result)
        };
        // The tool, the access it asks for, the arguments and their contract.
        let CheckedCall { tool, arguments, warnings } = match self.check_call(call) {
            Ok(checked) => checked,
            Err(fault) => {
                site.begin(BegunCall { index, name: &name, arguments: &given, writes: false });
                return done(&given, Err(fault), CallEffect::None);
            }
        };
        site.warn(warnings);
        // A policy that judges calls by their values belongs here: nothing has happened yet, and nothing goes round it.
        let repeatable = is_repeatable(&tool);
        let writes = !repeatable && tool.effect() == Effect::Write;
        site.begin(BegunCall { index, name: &name, arguments: &arguments, writes });
        if site.is_stopped() {
            return Dispatched::Stop;
        }
        let replay = site.replay(index, repeatable);
        // A result that is known starts no processes, so the cache comes before they are named.
        if let Some(value) = self.cached(&tool, &arguments) {
            return done(&arguments, Ok(value), CallEffect::Cached);
        }
        let (idempotency_key, contract) = (site.idempotency_key(index), tool.contract.clone());
        let mut call = Call { arguments, idempotency_key, children: Vec::new(), contract, caller: site.caller() };
        if let Run::Process(announce, _) = &tool.run {
            match announce(&call).and_then(|starts| site.announce(starts)) {
                Ok(children) => call.children = children,
                Err(error) => return done(&call.arguments, Err(fault_of(&tool, &error)), CallEffect::None),
            }
        }
        let mut pending = PendingCall { index, dispatcher: self.clone(), tool, call, replay };
        if let Run::Now(run) = &pending.tool.run {
            let known = pending.replay.take();
            let outcome = known.or_else(|| site.run_now(run, &pending.call).map(CallOutcome::Live));
            if let Some(outcome) = outcome {
                return Dispatched::Done(pending.complete(site, outcome));
            }
        }
        Dispatched::Pending(pending)
    }
}

/// Whether a resumed run makes a call again that came to its end: what such a tool starts or changes is replayed itself.
fn is_repeatable(tool: &Tool) -> bool {
    tool.kind == ToolKind::Internal || matches!(tool.run, Run::Process(..))
}

impl PendingCall {
    /// How the call ended before the run was resumed, if that is known.
    #[cfg(feature = "agent")]
    pub fn replay(&self) -> Option<&CallOutcome> {
        self.replay.as_ref()
    }

    /// Runs the tool, within the time of its contract.
    #[cfg(feature = "agent")]
    pub fn run(&self) -> impl Future<Output = Result<Value, ToolError>> + Send + use<> {
        run(self.tool.clone(), self.call.clone())
    }

    /// Checks the result against the contract, records the end of the call, and gives what the program gets. What a
    /// journal knows of the call counts, whatever the outcome now.
    pub fn complete(self, recording: &(impl Recording + ?Sized), outcome: CallOutcome) -> CallResult {
        let Self { index, dispatcher, tool, call, replay } = self;
        let outcome = replay.unwrap_or(outcome);
        let is_abandoned = matches!(outcome, CallOutcome::Abandoned);
        let (effect, result) = match outcome {
            CallOutcome::Live(result) => {
                (CallEffect::of(&tool, &result), result.map_err(|error| fault_of(&tool, &error)))
            }
            CallOutcome::Replayed { result, effect } => (effect, result),
            CallOutcome::Abandoned => {
                let error = ToolError::new(ABANDONED);
                let fault = fault_of(&tool, &error);
                (CallEffect::of(&tool, &Err(error)), Err(fault))
            }
        };
        let mut warnings = Vec::new();
        let result = result.and_then(|value| dispatcher.check_result(&tool, &call.arguments, value, &mut warnings));
        recording.warn(warnings);
        recording.end(EndedCall {
            index,
            name: &tool.name,
            arguments: &call.arguments,
            children: &call.children,
            result: &result,
            effect,
            is_abandoned,
        });
        result
    }
}

/// Runs a tool that answers at once; a panic is an error of the tool.
pub(crate) fn run_now(run: &Immediate, call: &Call) -> Result<Value, ToolError> {
    catch_unwind(AssertUnwindSafe(|| run(call))).unwrap_or_else(|panic| Err(panicked(&*panic)))
}

/// Runs a tool, within the time of its contract.
#[cfg(feature = "agent")]
pub(crate) async fn run(tool: Arc<Tool>, call: Call) -> Result<Value, ToolError> {
    let running = match &tool.run {
        Run::Later(run) | Run::Process(_, run) => run(call),
        Run::Now(run) => {
            let run = run.clone();
            let running = tokio::task::spawn_blocking(move || run_now(&run, &call));
            Box::pin(async { running.await.unwrap_or_else(|error| Err(ToolError::new(error))) })
        }
    };
    match tool.spec_of().and_then(|spec| spec.timeout) {
        None => running.await,
        Some(timeout) => tokio::time::timeout(timeout, running)
            .await
            .unwrap_or_else(|_| Err(ToolError(format!("no result within {timeout:?}")))),
    }
}

/// The error of a tool that panicked.
pub(crate) fn panicked(panic: &(dyn Any + Send)) -> ToolError {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "without a message".into());
    ToolError(format!("the tool panicked: {text}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panicked_tool_is_an_error_with_its_message() {
        let words = |panic: Box<dyn std::any::Any + Send>| panicked(&*panic).to_string();
        assert_eq!(words(Box::new("no")), "the tool panicked: no");
        assert_eq!(words(Box::new("no".to_owned())), "the tool panicked: no");
        assert_eq!(words(Box::new(7)), "the tool panicked: without a message");
    }
}
