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
use crate::tool::{Call, Dispatcher, Run, Toolbox, Validation};

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
        let mut evaluation = match finished {
            Ok(mut evaluation) => {
                evaluation.set_live_bytes(account.left());
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
    fn record(&self, name: Arc<str>, arguments: Value, result: Result<Value, Error>, cached: bool) {
        self.calls.borrow_mut().push(CallRecord { name, arguments, result, cached });
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
                let result = Err(fault.to_error());
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
        let recorded = result.clone().map_err(|fault| fault.to_error());
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
