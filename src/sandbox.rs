//! One program after the other on one memory, on the calling thread: what `ptc::eval` is made of.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use crate::alloc::Account;
use crate::host::{Cancel, Stopwatch, random_bits, wall_clock};
use crate::lisp::limits::Limits;
use crate::lisp::memory::Memory;
use crate::lisp::text::{Error, ErrorKind, Finding, Source};
use crate::lisp::value::{Host, ToolAnswer, ToolCall, Value};
use crate::lisp::{End, Finished, Job, Spent};
use crate::tool::{Call, CallRecord, Dispatcher, Run, Toolbox, Validation};

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

/// All that came of a program.
pub struct Evaluation {
    /// The value, or what went wrong: all static errors, or the one that was raised.
    pub result: Result<Value, Failure>,
    /// What was printed.
    pub prints: String,
    /// The tool calls, in order.
    pub tool_calls: Vec<CallRecord>,
    /// What is odd but no error.
    pub warnings: Vec<String>,
    /// What was used.
    pub spent: Spent,
}

/// Why a program gave no value.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The errors; at least one.
    pub errors: Vec<Error>,
    /// The reason as data, after `(fail reason)`.
    pub reason: Option<Value>,
    /// The exception that nothing caught, for `ex-data` and its like.
    pub raised: Option<Value>,
}

impl Failure {
    /// The first error.
    pub fn error(&self) -> Error {
        self.errors.first().cloned().unwrap_or_else(|| Error::new(ErrorKind::Value, "the program failed"))
    }
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

    /// Runs a program and gives all that came of it.
    pub fn run(&mut self, source: &Arc<Source>) -> Evaluation {
        let dispatcher = self.dispatcher();
        let calls: Rc<RefCell<Vec<CallRecord>>> = Rc::default();
        let warnings: Rc<RefCell<Vec<String>>> = Rc::default();
        let parts = (source.clone(), self.memory.clone(), self.context.clone(), self.limits.clone());
        let (recorded, warned) = (calls.clone(), warnings.clone());
        let account = Account::beginning_with(self.memory.held());
        account.open();
        let cancel = self.cancel.clone();
        let finished = guarded(|| {
            crate::lisp::eval::run_to_end(
                move || cancel.is_cancelled(),
                move |way| {
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
                    crate::lisp::run(job, way)
                },
            )
        });
        account.close();
        let evaluation = match finished {
            Ok(mut finished) => {
                finished.leaves(account.left());
                self.memory = finished.memory.clone();
                settled(finished)
            }
            Err(error) => settled(unfinished(self.memory.clone(), error)),
        };
        let mut all = warnings.take();
        all.extend(evaluation.warnings);
        Evaluation { tool_calls: calls.take(), warnings: all, ..evaluation }
    }
}

/// Runs a program to its end. A panic is a fault of ours: it ends the program and nothing else.
fn guarded<T>(run: impl FnOnce() -> Option<T>) -> Result<T, Error> {
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(finished) => finished.ok_or_else(no_stack_error),
        Err(_) => Err(Error::new(ErrorKind::Value, "the interpreter failed on this program; please report it")),
    }
}

/// What came of a program that could not be run: memory is as it was.
pub(crate) fn unfinished(memory: Memory, error: Error) -> Finished {
    Finished {
        end: End::Errors(vec![error]),
        memory,
        prints: String::new(),
        warnings: Vec::new(),
        spent: Spent::default(),
    }
}

/// Why a program could not begin.
pub(crate) fn no_stack_error() -> Error {
    Error::new(ErrorKind::Limit, "the system has no memory for another program's stack")
        .hint("run fewer programs at once")
}

/// What came of a program, in the terms of its user.
pub(crate) fn settled(finished: Finished) -> Evaluation {
    let result = match finished.end {
        End::Value(value) | End::Return(value) => Ok(value),
        End::Fail(reason, error) => Err(Failure { errors: vec![*error], reason: Some(reason), raised: None }),
        End::Raised(fault, error) => {
            Err(Failure { errors: vec![*error], reason: None, raised: Some(Value::fault(fault)) })
        }
        End::Errors(errors) => Err(Failure { errors, reason: None, raised: None }),
    };
    Evaluation {
        result,
        prints: finished.prints,
        tool_calls: Vec::new(),
        warnings: finished.warnings,
        spent: finished.spent,
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
    fn record(&self, name: Arc<str>, arguments: Value, result: Result<Value, String>, cached: bool) {
        self.calls.borrow_mut().push(CallRecord { name, arguments, result, children: Vec::new(), cached });
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
        let (name, given) = (call.name.clone(), call.arguments.clone());
        let index = self.calls.borrow().len();
        let prepared = match self.dispatcher.prepare(call) {
            Ok(prepared) => prepared,
            Err(fault) => {
                let result = Err(fault.message.clone());
                self.record(name, given, result, false);
                return ToolAnswer::Now(Err(*fault));
            }
        };
        let mut warnings = prepared.warnings;
        if let Some(value) = prepared.cached {
            self.warnings.borrow_mut().extend(warnings);
            self.record(name, prepared.arguments, Ok(value.clone()), true);
            return ToolAnswer::Now(Ok(value));
        }
        let later = !matches!(prepared.tool.run, Run::Now(_));
        let idempotency_key = if later { format!("{:016x}:{index}", self.run) } else { String::new() };
        let contract = prepared.tool.contract.clone();
        let call =
            Call { arguments: prepared.arguments, idempotency_key, children: Vec::new(), contract, caller: None };
        self.watch.pause();
        let result = match &prepared.tool.run {
            Run::Now(run) => Dispatcher::run_now(run, &call),
            Run::Later(run) | Run::Process(_, run) => run_later(&**run, &call),
        };
        self.watch.go_on();
        let result = self.dispatcher.settle(&prepared.tool, &call.arguments, result, &mut warnings);
        self.warnings.borrow_mut().extend(warnings);
        let recorded = result.clone().map_err(|fault| fault.message);
        self.record(name, call.arguments, recorded, false);
        ToolAnswer::Now(result.map_err(|fault| *fault))
    }
}

/// Waits for an asynchronous tool on this thread.
#[cfg(feature = "agent")]
fn run_later(
    run: &(dyn Fn(Call) -> crate::tool::Running + Send + Sync),
    call: &Call,
) -> Result<Value, crate::ToolError> {
    if tokio::runtime::Handle::try_current().is_ok() {
        return Err(crate::ToolError::new(
            "this tool is asynchronous; within a runtime give the program to ptc::delegate",
        ));
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(crate::ToolError::new)?;
    runtime.block_on(run(call.clone()))
}

/// Without a runtime there is nothing to wait with.
#[cfg(not(feature = "agent"))]
fn run_later(_: &(dyn Fn(Call) -> crate::tool::Running + Send + Sync), _: &Call) -> Result<Value, crate::ToolError> {
    Err(crate::ToolError::new("this tool is asynchronous, which needs the feature `agent`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_of_ours_is_an_error_of_the_program() {
        let broken = || -> Option<()> { panic!("at /home/somebody/src/broken.rs") };
        let error = guarded(broken).expect_err("it panics");
        assert_eq!(error.to_string(), "value-error: the interpreter failed on this program; please report it");
        assert_eq!(guarded(|| Some(1)).ok(), Some(1));
    }
}
