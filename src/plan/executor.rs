//! Working on a plan: every step a process of one tree, those that can go at once at once, what is done saved.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use indexmap::{IndexMap, IndexSet};
use serde_json::json;
use tokio::task::JoinSet;

use super::check::{Known, Need, before, check};
use super::{Done, Plan, PlanError, PlanStep, StepOutput, Store};
use crate::agent::{
    Child, Descriptors, Ended, Process, ProcessError, StopReason, Tree, failed, traced, warnings, written,
};
use crate::contract::Type;
use crate::lisp::memory::Memory;
use crate::lisp::value::Value;
use crate::tool::{Call, Contract, Starts, Tool};
use crate::trace::{self, CallEnd, EventKind, Recorder, TurnResult};
use crate::{DelegateError, Options, Outcome, Refs};

/// What works on plans: the options that all steps share, and the tools that steps can name.
///
/// ```
/// use ptc::model::Scripted;
/// use ptc::{Executor, Options, Plan, Tool};
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// let mut plan = Plan::from_json(r#"{"goal": "Double it", "steps": [
///     {"id": "fetch", "task": "Fetch the number", "tools": ["fetch"], "output": "{:n :int}"},
///     {"id": "double", "task": "Double ctx/n", "needs": ["n"]}
/// ]}"#)?;
/// let model = Scripted::new(Vec::<String>::new())
///     .process("main/fetch#1", ["```clojure\n(return {:n (tool/fetch)})\n```"])
///     .process("main/double#1", ["```clojure\n(return (* 2 ctx/n))\n```"]);
/// let fetch = Tool::new("fetch", |_| Ok(21.into()));
///
/// let outcome = plan.run(&Executor::new(Options::new(model).tools([fetch]))).await?;
/// assert_eq!(outcome.result.to_string(), "{:fetch {:n 21}, :double 42}");
/// assert_eq!(outcome.refs["n"], 21.into());
/// # Ok::<(), Box<dyn std::error::Error>>(()) })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Executor {
    agent: Options,
    sets: IndexMap<String, Vec<Tool>>,
    parallel: usize,
    retries: u32,
    store: Option<Arc<dyn Store>>,
}

impl Executor {
    /// An executor whose steps are agents with these options. Its tools, those of the catalog too, are what steps can
    /// name; its context is seen by every step; its signature and its refs are not used.
    pub fn new(agent: Options) -> Self {
        Self { agent, sets: IndexMap::new(), parallel: 4, retries: 0, store: None }
    }

    /// Adds a name for several tools at once.
    #[must_use]
    pub fn tool_set(mut self, name: impl Into<String>, tools: impl IntoIterator<Item = Tool>) -> Self {
        self.sets.insert(name.into(), tools.into_iter().collect());
        self
    }

    /// Sets how many steps are worked on at once: 4 unless set.
    #[must_use]
    pub fn parallel(self, most: usize) -> Self {
        Self { parallel: most.max(1), ..self }
    }

    /// Sets how often a step that says nothing about it is tried again after a failure: 0 unless set. Beware: what the
    /// failed attempt did has happened, and may happen again.
    #[must_use]
    pub fn retries(self, retries: u32) -> Self {
        Self { retries, ..self }
    }

    /// Saves the plan into this file before the first step and after each.
    #[must_use]
    pub fn save(self, path: impl Into<PathBuf>) -> Self {
        self.save_to(path.into())
    }

    /// The same with a store of any kind.
    #[must_use]
    pub fn save_to(self, store: impl Store + 'static) -> Self {
        Self { store: Some(Arc::new(store)), ..self }
    }

    /// The tools that a name of a step stands for.
    fn tools(&self, name: &str) -> Vec<Tool> {
        match self.sets.get(name) {
            Some(tools) => tools.clone(),
            None => self.agent.tools.iter().filter(|tool| tool.name == name).cloned().collect(),
        }
    }

    /// The options of a step's agent.
    fn options(&self, plan: &Plan, step: &PlanStep, needs: &[Need]) -> Options {
        let mut names = HashSet::new();
        let tools = step.tools.iter().flat_map(|name| self.tools(name));
        let tools = tools.filter(|tool| names.insert(tool.name.clone()));
        let tools = tools.map(|tool| Tool { for_planning: false, ..tool }).collect();
        let kind = step.output.as_ref().and_then(|output| output.kind().ok());
        let mut options = Options { tools, signature: kind, refs: Refs::new(), ..self.agent.clone() };
        for (name, need) in step.needs.iter().zip(needs) {
            let result = |at: usize| plan.steps.get(at).and_then(|step| step.done.as_ref()).map(|done| &done.result);
            let value = match need {
                Need::Result(at) => result(*at).cloned(),
                Need::Field(at) => result(*at).and_then(|result| result.get(name)).cloned(),
                Need::Context => continue,
            };
            options = options.with_context(name, value.unwrap_or_default());
        }
        options
    }
}

impl Plan {
    /// Checks the plan as far as the plan itself goes; which tools there are is not known here.
    ///
    /// # Errors
    /// All that is wrong: ids that are not unique, needs that are not there, steps that wait for each other, outputs
    /// that are no contracts.
    pub fn check(&self) -> Result<(), PlanError> {
        check(self, &Known::default()).map(|_| ())
    }

    /// Checks the plan, its tools and its needs against what an executor has.
    ///
    /// # Errors
    /// As [`Plan::check`], and tools that are not there.
    pub fn check_with(&self, executor: &Executor) -> Result<(), PlanError> {
        self.needs(executor).map(|_| ())
    }

    fn needs(&self, executor: &Executor) -> Result<Vec<Vec<Need>>, PlanError> {
        let tools = executor.agent.tools.iter().map(|tool| &*tool.name);
        let context = match &executor.agent.context {
            Value::Map(context) => context.keys().filter_map(Value::as_name).collect(),
            _ => Vec::new(),
        };
        let tools = tools.chain(executor.sets.keys().map(String::as_str)).collect();
        check(self, &Known { tools: Some(tools), context })
    }

    /// Works on the steps that are not done, and leaves in the plan what came of each. A plan that has been begun, or
    /// loaded from where it was saved, goes on where it was.
    ///
    /// The result is a map of step ids to results, in the order of the plan. The process of a step is `main/id#1`, on
    /// its next attempt `main/id#2`.
    ///
    /// # Errors
    /// A plan that does not pass [`Plan::check_with`], before any model is asked. A step that fails: no other is begun
    /// then, those in progress are waited for. With usage and trace of this run; the plan holds what was done.
    pub async fn run(&mut self, executor: &Executor) -> Result<Outcome, DelegateError> {
        self.run_with(executor, Recorder::new(executor.agent.observers.clone())).await
    }

    /// The same with a recorder that the host made.
    ///
    /// # Errors
    /// See [`Plan::run`].
    #[doc(hidden)]
    pub async fn run_with(&mut self, executor: &Executor, recorder: Recorder) -> Result<Outcome, DelegateError> {
        let began = Instant::now();
        if executor.agent.journal.is_some() {
            let why = "Options::journal is for one task; a plan keeps what is done where Executor::save says";
            return Err(DelegateError::unusable(why.into()));
        }
        let tree = Arc::new(Tree::new(executor.agent.settings.budget.clone(), recorder));
        let needs = match self.needs(executor) {
            Ok(needs) => needs,
            Err(error) => return Err(failed(&tree, 0, &ProcessError::Unusable(error.to_string()))),
        };
        let Some(model) = executor.agent.model.clone() else {
            return Err(failed(&tree, 0, &ProcessError::Unusable("the executor has no model".into())));
        };
        let agent = match executor.agent.agent() {
            Ok(agent) => agent,
            Err(why) => return Err(failed(&tree, 0, &ProcessError::Unusable(why))),
        };
        let process = Process::new(tree.clone(), "main".into(), 1, model, agent, Descriptors::default());
        let ended = match tree.ledger.start_processes(1, 1) {
            Ok(()) => Run { plan: self, executor, process: &process, needs, calls: 0 }.work().await,
            Err(reached) => Err((None, ProcessError::Budget(reached))),
        };
        match ended {
            Ok(()) => Ok(self.outcome(&tree, began)),
            Err((step, stop)) => {
                let mut error = failed(&tree, 0, &stop);
                if let Some(step) = step {
                    let done = self.steps.iter().filter(|step| step.done.is_some()).count();
                    let steps = self.steps.len();
                    error.message = format!("step {step:?}: {} ({done} of {steps} steps are done)", error.message);
                }
                Err(error)
            }
        }
    }

    fn outcome(&self, tree: &Tree, began: Instant) -> Outcome {
        let done = || self.steps.iter().filter_map(|step| Some((step, step.done.as_ref()?)));
        let result = Value::map(done().map(|(step, done)| (Value::keyword(&step.id), done.result.clone())));
        let summaries: Vec<String> = done().map(|(step, done)| format!("{}: {}", step.id, done.summary)).collect();
        let mut refs = IndexMap::new();
        for (step, done) in done() {
            for name in step.output.iter().flat_map(StepOutput::names) {
                let value = done.result.get(&name).cloned().unwrap_or_default();
                refs.insert(name, value);
            }
        }
        let events = tree.recorder.since(0);
        let mut warnings = warnings(&events);
        warnings.extend(tree.recorder.write_error().map(|error| format!("the trace file is not complete: {error}")));
        Outcome {
            result,
            summary: summaries.join("\n"),
            refs,
            provenance: IndexMap::new(),
            stop_reason: StopReason::Answer,
            last_message: String::new(),
            duration: began.elapsed(),
            usage: trace::usage(&events, "main"),
            trace: trace::Trace::from_events(events, "main"),
            memory: Memory::new(),
            warnings,
        }
    }
}

/// A step that has been begun.
struct Attempt {
    step: usize,
    call: usize,
    tries: u32,
    child: String,
}

/// A plan that is being worked on. To traces it is a process of one turn, and its steps are the calls of it.
struct Run<'a> {
    plan: &'a mut Plan,
    executor: &'a Executor,
    process: &'a Arc<Process>,
    needs: Vec<Vec<Need>>,
    calls: usize,
}

type Working = JoinSet<(Attempt, Result<Ended, ProcessError>)>;

/// Why a plan ended, and the step that failed, if it was one.
type Failure = (Option<String>, ProcessError);

impl Run<'_> {
    async fn work(mut self) -> Result<(), Failure> {
        let began = Instant::now();
        self.process.record(self.process.start(&self.plan.goal, 1));
        self.process.record(EventKind::TurnStart { turn: 1 });
        let ended = self.steps().await;
        let result = traced(&Value::map(
            self.plan
                .steps
                .iter()
                .filter_map(|step| Some((Value::keyword(&step.id), step.done.as_ref()?.result.clone()))),
        ));
        let error = ended.as_ref().err().map(|(_, stop)| stop.message());
        let result = Some(Arc::new(result)).filter(|_| error.is_none());
        self.process.record(EventKind::TurnEnd(TurnResult {
            turn: 1,
            iteration: 1,
            result: result.clone(),
            error: error.clone(),
            ..TurnResult::default()
        }));
        let duration_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.process.record(EventKind::End { result, error, duration_ms, provenance: IndexMap::new() });
        ended
    }

    async fn steps(&mut self) -> Result<(), Failure> {
        self.save().await?;
        let mut working = Working::new();
        let mut begun: IndexSet<usize> = IndexSet::new();
        let mut failure: Option<Failure> = None;
        loop {
            while failure.is_none() && working.len() < self.executor.parallel {
                let Some(step) = self.next(&begun) else { break };
                begun.insert(step);
                if let Err(stop) = self.begin(step, 0, &mut working) {
                    failure = Some((Some(self.id(step)), stop));
                }
            }
            let Some(joined) = working.join_next().await else { break };
            let Ok((attempt, ended)) = joined else {
                // A fault of ours; the others come to their ends.
                failure.get_or_insert((None, ProcessError::Unusable("a step panicked; please report it".into())));
                continue;
            };
            let id = self.id(attempt.step);
            let ended = self.end(attempt, ended, failure.is_none(), &mut working);
            // What was done is saved whether or not the step had come to an end.
            let saved = self.save().await;
            if let Err(why) = ended.map_err(|stop| (Some(id), stop)).and(saved) {
                failure.get_or_insert(why);
            }
        }
        failure.map_or(Ok(()), Err)
    }

    fn id(&self, step: usize) -> String {
        self.plan.steps.get(step).map(|step| step.id.clone()).unwrap_or_default()
    }

    /// The first step that is not done and whose needs are.
    fn next(&self, begun: &IndexSet<usize>) -> Option<usize> {
        let done = |at: usize| self.plan.steps.get(at).is_some_and(|step| step.done.is_some());
        let ready = |(at, needs): &(usize, &Vec<Need>)| !done(*at) && !begun.contains(at) && before(needs).all(done);
        self.needs.iter().enumerate().find(ready).map(|(at, _)| at)
    }

    /// Begins a step, as a child of the plan's process.
    fn begin(&mut self, at: usize, tries: u32, working: &mut Working) -> Result<(), ProcessError> {
        if self.process.is_stopped() {
            return Err(ProcessError::Observer);
        }
        let (Some(step), Some(needs)) = (self.plan.steps.get(at), self.needs.get(at)) else { return Ok(()) };
        let options = self.executor.options(self.plan, step, needs);
        let task = task(step);
        let named = self.process.count_children(Starts::Fresh(step.id.clone())).map_err(ProcessError::Budget)?;
        let child = named.first().cloned().unwrap_or_default();
        let (name, call) = (step.id.clone(), self.calls);
        self.calls += 1;
        self.process.record(EventKind::ToolStart { turn: 1, call, name, args: json!({ "task": task }), writes: false });
        let caller: Arc<Process> = self.process.clone();
        let request = Call {
            arguments: Value::Nil,
            idempotency_key: self.process.idempotency_key(call),
            children: named,
            contract: Contract::None,
            caller: Some(caller.clone()),
        };
        let attempt = Attempt { step: at, call, tries, child };
        working.spawn(async move {
            let descriptors = Descriptors::new(options.settings.paging.clone());
            let ended = match Child::start(&caller, &request, &options, descriptors) {
                Ok(child) => child.work(&task).await,
                Err(error) => Err(ProcessError::Unusable(error.0)),
            };
            (attempt, ended)
        });
        Ok(())
    }

    /// Takes in what came of a step, or tries it again.
    fn end(
        &mut self,
        attempt: Attempt,
        ended: Result<Ended, ProcessError>,
        may_retry: bool,
        working: &mut Working,
    ) -> Result<(), ProcessError> {
        let Attempt { step: at, call, tries, child } = attempt;
        let default = self.executor.retries;
        let path = format!("main/{child}");
        let Some(step) = self.plan.steps.get_mut(at) else { return Ok(()) };
        let (result, error, end) = match &ended {
            Ok(ended) => {
                let result = json!({ "result": &*ended.json, "summary": ended.summary });
                (Some(result), None, CallEnd::Result)
            }
            Err(stop) => (None, Some(stop.message()), CallEnd::Error),
        };
        self.process.record(EventKind::ToolEnd {
            turn: 1,
            call,
            name: step.id.clone(),
            args: json!({ "task": task(step) }),
            result,
            edn: None,
            error,
            hint: None,
            end,
            children: vec![path.clone()],
            writes: false,
            cached: false,
        });
        match ended {
            Ok(ended) => {
                step.done = Some(Done::new(&ended.result, ended.summary));
                step.failed = None;
                Ok(())
            }
            Err(stop) => {
                let written = self.process.tree.recorder.find(|event| written(event, &path, None));
                let lines: String = written.iter().map(|call| format!("\n- {call}")).collect();
                let happened = if lines.is_empty() { lines } else { format!("\nBefore that it called:{lines}") };
                step.failed = Some(format!("{}{happened}", stop.message()));
                let most = if step.retries > 0 { step.retries } else { default };
                let again = match stop {
                    ProcessError::Turns { .. }
                    | ProcessError::Fail(_)
                    | ProcessError::Refs(_)
                    | ProcessError::Model { .. } => may_retry && tries < most,
                    ProcessError::Budget(_)
                    | ProcessError::Observer
                    | ProcessError::Diverged(_)
                    | ProcessError::Unusable(_) => false,
                };
                if again { self.begin(at, tries + 1, working) } else { Err(stop) }
            }
        }
    }

    async fn save(&self) -> Result<(), Failure> {
        let Some(store) = &self.executor.store else { return Ok(()) };
        let wrong = |error| ProcessError::Unusable(format!("the plan cannot be saved: {}: {error}", store.name()));
        store.save(self.plan).await.map_err(|error| (None, wrong(error)))
    }
}

/// What a step's agent is told: the task, what its output is meant to be, and how an earlier attempt failed.
fn task(step: &PlanStep) -> String {
    let mut text = step.task.clone();
    if let Some(StepOutput::Fields(fields)) = &step.output {
        for (name, what) in fields.iter().filter(|(_, what)| Type::parse(what).is_err()) {
            text.push_str(&format!("\n- :{name} {what}"));
        }
    }
    if let Some(failed) = &step.failed {
        text.push_str(&format!(
            "\n\nAn earlier attempt failed; what it did is not undone: {}",
            crate::lisp::text::abridge(failed, 3_000)
        ));
    }
    text
}
