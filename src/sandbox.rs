//! A sandbox: runs programs one after the other on one memory, on the calling thread.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use crate::alloc::Account;
use crate::host::{Cancel, Stopwatch, random_bits, wall_clock};
use crate::lisp::limits::Limits;
use crate::lisp::memory::Memory;
use crate::lisp::text::{Error, Finding, Source};
use crate::lisp::value::{Host, ToolAnswer, ToolCall, Value};
use crate::lisp::{CallRecord, Evaluation, Job, interpreter_failed, no_stack};
use crate::tool::{
    Call, CallEffect, CallOutcome, CallSite, Dispatched, Dispatcher, EndedCall, Immediate, PendingCall, Recording,
    ToolError, Toolbox, Validation, run_now,
};

/// What a program runs against: context, tools, limits and the memory of earlier programs.
///
/// ```
/// use ptc::{Sandbox, lisp::value::Value};
///
/// let mut sandbox = Sandbox::new();
/// sandbox.eval("(def seen #{1 2})")?;
/// let value = sandbox.eval("(contains? seen 2)")?;
/// assert_eq!(value, Value::from(true));
/// # Ok::<(), ptc::Error>(())
/// ```
#[derive(Clone)]
pub struct Sandbox {
    /// What `ctx/…` shows: a map.
    pub context: Value,
    /// The tools. Asynchronous ones are waited for on the calling thread.
    pub tools: Arc<Toolbox>,
    /// How strictly contracts are held.
    pub validation: Validation,
    /// What a program may use.
    pub limits: Limits,
    /// What earlier programs left.
    pub memory: Memory,
    /// Ends a program from outside of it.
    pub cancel: Cancel,
}

impl Default for Sandbox {
    fn default() -> Self {
        Self::new()
    }
}

impl Sandbox {
    /// A sandbox with nothing in it.
    pub fn new() -> Self {
        Self {
            context: Value::empty_map(),
            tools: Arc::default(),
            validation: Validation::Enabled,
            limits: Limits::default(),
            memory: Memory::new(),
            cancel: Cancel::new(),
        }
    }

    /// The same sandbox with this context, a map.
    #[must_use]
    pub fn context(self, context: Value) -> Self {
        Self { context, ..self }
    }

    /// The same sandbox with these tools.
    #[must_use]
    pub fn tools(self, tools: impl IntoIterator<Item = crate::Tool>) -> Self {
        Self { tools: Arc::new(tools.into_iter().collect()), ..self }
    }

    /// The same sandbox with these limits.
    #[must_use]
    pub fn limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// Runs a program and gives its value; the memory is changed only if it succeeds.
    ///
    /// # Errors
    /// The first error of the program; [`run`](Self::run) gives all of them and more.
    pub fn eval(&mut self, source: &str) -> Result<Value, Error> {
        self.run(&Arc::new(Source::new("program", source))).result.map_err(|failure| failure.error())
    }

    /// Checks a program without running it: what keeps it from running, what is certain to go wrong when it does, and
    /// what is odd. Findings are sorted by place.
    ///
    /// ```
    /// use ptc::{Sandbox, Tool, lisp::value::Value};
    ///
    /// let orders = Tool::new("orders", |_| Ok(Value::Nil)).spec("() -> [{:id :int :total :float}]")?;
    /// let findings = Sandbox::new().tools([orders]).check("(map :totl (tool/orders))");
    /// assert_eq!(
    ///     findings[0].error.to_string(),
    ///     "1:1 analysis-error: [*].totl is not in the result of orders; the keys there are :id, :total\n\
    ///      did you mean :total?"
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn check(&self, source: &str) -> Vec<Finding> {
        self.check_source(&Arc::new(Source::new("program", source)))
    }

    /// Checks a program that has a name.
    pub fn check_source(&self, source: &Arc<Source>) -> Vec<Finding> {
        let dispatcher = self.dispatcher();
        let parts = (source.clone(), self.memory.clone(), self.context.clone(), self.limits.clone());
        let checked = guarded(|| {
            crate::lisp::eval::run_to_end(
                || false,
                move |_| {
                    let (source, memory, context, limits) = parts;
                    crate::lisp::check(&source, &memory, &context, &limits, &dispatcher)
                },
            )
        });
        checked.unwrap_or_else(|error| vec![Finding::error(error)])
    }

    fn dispatcher(&self) -> Dispatcher {
        let mut dispatcher = Dispatcher::new(self.tools.clone());
        dispatcher.validation = self.validation;
        dispatcher
    }

    /// Runs a program and returns its result with everything it left behind.
    pub fn run(&mut self, source: &Arc<Source>) -> Evaluation {
        let dispatcher = self.dispatcher();
        let calls: Rc<RefCell<Vec<CallRecord>>> = Rc::default();
        let warnings: Rc<RefCell<Vec<String>>> = Rc::default();
        let parts = (source.clone(), self.memory.clone(), self.context.clone(), self.limits.clone());
        let (recorded, warned) = (calls.clone(), warnings.clone());
        let account = Account::beginning_with(self.memory.live_bytes());
        account.open();
        let cancel = self.cancel.clone();
        let finished = guarded(|| {
            crate::lisp::eval::run_to_end(
                move || cancel.is_cancelled(),
                move |suspender| {
                    let (source, memory, context, limits) = parts;
                    let host = LocalHost {
                        run: random_bits(),
                        dispatcher: dispatcher.clone(),
                        watch: Stopwatch::started(),
                        calls: recorded,
                        warnings: warned,
                    };
                    let job = Job {
                        source,
                        memory,
                        context,
                        limits,
                        tools: Rc::new(dispatcher),
                        host: Rc::new(host),
                        moves: true,
                    };
                    crate::lisp::run(job, suspender)
                },
            )
        });
        account.close();
        let mut evaluation = match finished {
            Ok(mut evaluation) => {
                evaluation.set_live_bytes(account.bytes_left_alive());
                self.memory = evaluation.memory.clone();
                evaluation
            }
            Err(error) => Evaluation::not_run(self.memory.clone(), vec![error]),
        };
        evaluation.tool_calls = calls.take();
        evaluation.warnings.splice(0..0, warnings.take());
        evaluation
    }
}

/// Runs a program to its end. A panic is a fault of ours: it ends the program and nothing else.
fn guarded<T>(run: impl FnOnce() -> Option<T>) -> Result<T, Error> {
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(finished) => finished.ok_or_else(no_stack),
        Err(_) => Err(interpreter_failed()),
    }
}

struct LocalHost {
    /// What no other program's host has.
    run: u64,
    dispatcher: Dispatcher,
    watch: Stopwatch,
    calls: Rc<RefCell<Vec<CallRecord>>>,
    warnings: Rc<RefCell<Vec<String>>>,
}

impl LocalHost {
    /// Runs something of the host's, while the program's clock stands still.
    fn pausing<T>(&self, run: impl FnOnce() -> T) -> T {
        self.watch.pause();
        let result = run();
        self.watch.resume();
        result
    }
}

impl Recording for LocalHost {
    fn end(&self, call: EndedCall<'_>) {
        self.calls.borrow_mut().push(CallRecord {
            name: call.name.into(),
            arguments: call.arguments.clone(),
            result: call.result.clone().map_err(|fault| fault.to_error()),
            cached: call.effect == CallEffect::Cached,
        });
    }

    fn warn(&self, warnings: Vec<String>) {
        self.warnings.borrow_mut().extend(warnings);
    }
}

impl CallSite for LocalHost {
    fn admit(&self) -> Option<usize> {
        Some(self.calls.borrow().len())
    }

    fn idempotency_key(&self, index: usize) -> String {
        format!("{:016x}:{index}", self.run)
    }

    fn run_now(&self, run: &Immediate, call: &Call) -> Option<Result<Value, ToolError>> {
        Some(self.pausing(|| run_now(run, call)))
    }
}

impl Host for LocalHost {
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

    fn find_tools(&self, text: &str) -> Vec<String> {
        self.dispatcher.find_tools(text)
    }

    fn describe_tool(&self, name: &str) -> crate::lisp::value::Result<String> {
        self.dispatcher.describe_tool(name)
    }

    fn call(&self, call: ToolCall) -> ToolAnswer {
        let result = match self.dispatcher.call(call, self) {
            Dispatched::Stop => return ToolAnswer::Stop,
            Dispatched::Done(result) => result,
            Dispatched::Pending(pending) => {
                let result = self.pausing(|| wait_for(&pending));
                pending.complete(self, CallOutcome::Live(result))
            }
        };
        ToolAnswer::Now(result)
    }
}

/// Waits for an asynchronous tool on this thread.
#[cfg(feature = "agent")]
fn wait_for(pending: &PendingCall) -> Result<Value, ToolError> {
    if tokio::runtime::Handle::try_current().is_ok() {
        return Err(ToolError::new("this tool is asynchronous; within a runtime give the program to ptc::delegate"));
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(ToolError::new)?;
    runtime.block_on(pending.run())
}

/// Without a runtime there is nothing to wait with.
#[cfg(not(feature = "agent"))]
fn wait_for(_: &PendingCall) -> Result<Value, ToolError> {
    Err(ToolError::new("this tool is asynchronous, which needs the feature `agent`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interpreter_panic_is_an_error_of_the_program() {
        let broken = || -> Option<()> { panic!("at /home/somebody/src/broken.rs") };
        let error = guarded(broken).expect_err("it panics");
        assert_eq!(error.to_string(), "value-error: the interpreter failed on this program; please report it");
        assert_eq!(guarded(|| Some(1)).ok(), Some(1));
    }
}
