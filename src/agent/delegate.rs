//! `delegate`: one task, one call; and `as_tool`, the same agent as a tool of another one.

use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::Value as Json;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::process::{Agent, Stop};
use super::turn::{Ended, Turns};
use super::{Options, Process, Refs, Tree};
use crate::contract::{Field, Parameter, Signature, ToolSpec, Type};
use crate::lisp::memory::Memory;
use crate::lisp::text::LimitReached;
use crate::lisp::value::{Keyword, Value, from_json};
use crate::tool::{Call, Kind, Tool, ToolError};
use crate::trace::{Recorder, trace, usage_json};

/// What came of a task.
#[derive(Clone)]
pub struct Outcome {
    /// The value of the last program that succeeded, or the answer's text where none ran.
    pub result: Value,
    /// The answer's text.
    pub summary: String,
    /// What was taken from the result.
    pub refs: IndexMap<String, Value>,
    /// What the tree used, and under `own` the process itself.
    pub usage: Json,
    /// The turns, with those of sub-agents inside of the tool calls that started them.
    pub trace: Vec<Json>,
    /// What the agent remembered.
    pub memory: Memory,
    /// What is odd but no error.
    pub warnings: Vec<String>,
}

impl Outcome {
    /// The result as a Rust type.
    ///
    /// # Errors
    /// A result without a JSON form, or of another shape.
    pub fn result_as<T: serde::de::DeserializeOwned>(&self) -> Result<T, ToolError> {
        let json = crate::lisp::value::to_json(&self.result, "result").map_err(ToolError::new)?;
        serde_json::from_value(json).map_err(ToolError::new)
    }
}

/// Why a task was not done, with all that happened until then.
#[derive(Clone, thiserror::Error)]
#[error("{message}")]
pub struct DelegateError {
    /// The kind: `limit-error`, `model-error`, `fail`, `ref-error`, `stopped`, `config-error`.
    pub kind: &'static str,
    /// What happened.
    pub message: String,
    /// The limit that was reached, if it was one.
    pub limit: Option<LimitReached>,
    /// The reason as data, after `(fail reason)`.
    pub reason: Option<Value>,
    /// What was used.
    pub usage: Json,
    /// The turns.
    pub trace: Vec<Json>,
}

impl std::fmt::Debug for DelegateError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.kind, self.message)
    }
}

/// Gives a task to an agent and waits for what comes of it.
///
/// ```
/// use ptc::{Options, Refs, Tool, Value, delegate, model::Scripted};
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// let model = Scripted::new(["```clojure\n(filter :urgent (tool/list_mails))\n```", "One mail is urgent."]);
/// let list_mails = Tool::new("list_mails", |_| {
///     ptc::lisp::value::parse_json(r#"[{"id": 1, "urgent": true}, {"id": 2, "urgent": false}]"#)
///         .map_err(|raise| ptc::ToolError::new(raise.to_error()))
/// });
/// let refs = Refs::new().path("ids", "[*].id").required();
/// let outcome = delegate("Find the urgent mails", Options::new(model).tools([list_mails]).refs(refs)).await?;
/// assert_eq!(outcome.summary, "One mail is urgent.");
/// assert_eq!(outcome.refs["ids"], Value::vector(vec![1.into()]));
/// # Ok::<(), ptc::DelegateError>(()) })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// Turns or budget used up, a model that does not answer, `(fail …)`, missing refs; always with usage and trace.
pub async fn delegate(task: &str, options: Options) -> Result<Outcome, DelegateError> {
    let recorder = Recorder::new(options.observers.clone());
    run_root(task, &options, recorder).await
}

/// Gives a task to each of several agents, so many of them at work at once, and waits for all. What came of them is in
/// the order of the tasks. Each has a budget and a trace of its own.
///
/// ```
/// use ptc::{Options, delegate_all, model::Scripted};
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// let tasks = ["one", "two", "three"].map(|word| (format!("Say {word}"), Options::new(Scripted::new([word]))));
/// let outcomes = delegate_all(tasks, 2).await;
/// let said: Vec<String> = outcomes.into_iter().flatten().map(|outcome| outcome.summary).collect();
/// assert_eq!(said, ["one", "two", "three"]);
/// # });
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub async fn delegate_all(
    tasks: impl IntoIterator<Item = (String, Options)>,
    at_once: usize,
) -> Vec<Result<Outcome, DelegateError>> {
    let room = Arc::new(Semaphore::new(at_once.clamp(1, Semaphore::MAX_PERMITS)));
    let mut working = JoinSet::new();
    for (at, (task, options)) in tasks.into_iter().enumerate() {
        let room = room.clone();
        working.spawn(async move {
            let _place = room.acquire_owned().await;
            (at, delegate(&task, options).await)
        });
    }
    // A task that panicked would be a fault of ours, and stays one.
    let mut outcomes = working.join_all().await;
    outcomes.sort_by_key(|(at, _)| *at);
    let (_, outcomes): (Vec<usize>, Vec<_>) = outcomes.into_iter().unzip();
    outcomes
}

/// The same with a recorder that the host made.
pub(crate) async fn run_root(task: &str, options: &Options, recorder: Recorder) -> Result<Outcome, DelegateError> {
    let tree = Arc::new(Tree::new(options.budget.clone(), recorder));
    let Some(model) = options.model.clone() else {
        return Err(failed(&tree, "main", Stop::Unusable("the agent has no model: use Options::new(model)".into())));
    };
    let process = Process::new(tree.clone(), "main".into(), 1, model);
    let mut memory = Memory::new();
    let ended = match tree.ledger.start_process(1) {
        Ok(()) => run_agent(&process, options, &mut memory, task).await,
        Err(reached) => Err(Stop::Budget(reached)),
    };
    match ended {
        Ok((Ended { result, summary, refs }, mut warnings)) => {
            warnings
                .extend(tree.recorder.write_error().map(|error| format!("the trace file is not complete: {error}")));
            let events = tree.recorder.events();
            let (usage, trace) = (usage_json(&events, "main"), trace(&events, "main"));
            Ok(Outcome { result, summary, refs, usage, trace, memory, warnings })
        }
        Err(stop) => Err(failed(&tree, "main", stop)),
    }
}

/// The error of a process that ended so.
pub(crate) fn failed(tree: &Tree, path: &str, stop: Stop) -> DelegateError {
    let events = tree.recorder.events();
    let reason = match &stop {
        Stop::Reason(super::Reason::Fail(reason)) => Some(reason.clone()),
        _ => None,
    };
    DelegateError {
        kind: stop.kind(),
        message: stop.message(),
        limit: stop.limit(),
        reason,
        usage: usage_json(&events, path),
        trace: trace(&events, path),
    }
}

/// Runs an agent as a process.
pub(crate) async fn run_agent(
    process: &Arc<Process>,
    options: &Options,
    memory: &mut Memory,
    task: &str,
) -> Result<(Ended, Vec<String>), Stop> {
    let (agent, warnings) = Agent::of(options).map_err(Stop::Unusable)?;
    let mut turns = Turns::new(agent.rules.clone());
    let ended = process.work(&agent, &mut turns, memory, task).await?;
    Ok((ended, warnings))
}

/// An agent as a tool of others: `(tool/name {:task "…" :context {…}})` gives `{:result :summary :refs :trace}`.
///
/// ```
/// use ptc::{Options, as_tool};
///
/// let finder = as_tool(Options::default().name("finder").description("Finds mails"));
/// assert_eq!(finder.signature(), "finder: agent(task :string, context :map?) -> {:summary :string :refs :map}");
/// ```
pub fn as_tool(options: Options) -> Tool {
    let name = options.name.clone().unwrap_or_else(|| "agent".into());
    let (description, refs) = (options.description.clone(), options.refs.clone());
    let mut tool = agent_tool(&name, &refs, Arc::new(move |_| Ok(options.clone())));
    tool.description = description;
    tool
}

/// Makes the options of a child when it is called.
pub(crate) type MakeOptions = Arc<dyn Fn(&Call) -> Result<Options, String> + Send + Sync>;

/// A tool that works as an agent, whose options are made when it is called.
pub(crate) fn agent_tool(name: &str, refs: &Refs, make: MakeOptions) -> Tool {
    let field = |name: &str, kind: Type| Field { name: Keyword::new(name), kind };
    let types = refs.types();
    let refs = match types.is_empty() {
        true => Type::Map,
        false => Type::Record(types.into_iter().map(|(name, kind)| field(&name, kind.optional())).collect()),
    };
    let signature = Signature {
        parameters: vec![
            Parameter::new("task", Type::String),
            Parameter::new("context", Type::Optional(Box::new(Type::Map))),
        ],
        rest: None,
        returns: Type::Record(vec![field("summary", Type::String), field("refs", refs)]),
    };
    let run = move |call: Call| {
        let make = make.clone();
        async move { run_child(&call, &*make).await }
    };
    let mut tool = Tool::process(name, |_| Ok(None), run).with_spec(ToolSpec { signature, ..ToolSpec::new() });
    tool.kind = Kind::Agent;
    tool
}

/// Works on the task of a call as a child of the process that calls.
pub(super) async fn run_child(
    call: &Call,
    make: &(dyn Fn(&Call) -> Result<Options, String> + Send + Sync),
) -> Result<Value, ToolError> {
    let task = call.arguments.get("task").and_then(Value::as_name).unwrap_or_default().to_owned();
    let mut options = make(call).map_err(ToolError)?;
    if let Some(Value::Map(more)) = call.arguments.get("context") {
        for (key, value) in more.iter() {
            options = options.with_context(key.as_name().unwrap_or("value"), value);
        }
    }
    let child = Child::start(call, &options)?;
    match child.work(&options, &task).await {
        Ok(ended) => Ok(Value::map([
            (Value::keyword("result"), ended.result),
            (Value::keyword("summary"), Value::text(ended.summary)),
            (Value::keyword("refs"), refs_value(&ended.refs)),
            (Value::keyword("trace"), child.trace()),
        ])),
        Err(stop) => Err(ToolError(format!("the sub-agent failed: {}", stop.message()))),
    }
}

/// A process that a tool call starts.
pub(crate) struct Child {
    process: Arc<Process>,
}

impl Child {
    /// A new process below the caller's, which has counted it.
    pub fn start(call: &Call, options: &Options) -> Result<Self, ToolError> {
        let parent = call.caller.clone().and_then(|caller| caller.downcast::<Process>().ok());
        let (Some(parent), Some(child)) = (parent, &call.child) else {
            return Err(ToolError::new("a process is started by another process's program"));
        };
        let depth = parent.depth + 1;
        let model = options.model.clone().unwrap_or_else(|| parent.model.clone());
        let path = format!("{}/{child}", parent.path);
        Ok(Self { process: Process::new(parent.tree.clone(), path, depth, model) })
    }

    /// Works on the task with what a child may do at most.
    pub async fn work(&self, options: &Options, task: &str) -> Result<Ended, Stop> {
        let options = Options { access: options.access.min(crate::tool::Access::Write), ..options.clone() };
        let mut memory = Memory::new();
        run_agent(&self.process, &options, &mut memory, task).await.map(|(ended, _)| ended)
    }

    /// Its turns, as a program sees them.
    pub fn trace(&self) -> Value {
        let turns = Json::Array(trace(&self.process.tree.recorder.events(), &self.process.path));
        from_json(&turns).unwrap_or_default()
    }

    /// What it and its children used.
    pub fn usage(&self) -> crate::trace::Usage {
        crate::trace::usage(&self.process.tree.recorder.events(), &self.process.path).0
    }
}

/// Refs as a map with keywords.
pub(crate) fn refs_value(refs: &IndexMap<String, Value>) -> Value {
    Value::map(refs.iter().map(|(name, value)| (Value::keyword(name), value.clone())))
}
