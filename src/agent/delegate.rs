//! `delegate`: one task, one call; and `as_tool`, the same agent as a tool of another one.

use std::future::ready;
use std::sync::Arc;

use indexmap::IndexMap;
use tokio::runtime::{Builder, Handle};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::options::MadeOptions;
use super::run::child::Child;
use super::run::process::caller;
use super::show::descriptors::Descriptors;
use super::{DelegateError, Options, Outcome, Refs, Session};
use crate::contract::{Field, Parameter, Signature, ToolSpec, Type};
use crate::lisp::value::{Keyword, Value, display};
use crate::tool::{Call, Contract, Starts, Tool, ToolError, ToolKind};

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
/// let from = &outcome.provenance["ids"].calls[0];
/// assert_eq!((from.turn, from.tool.as_str(), from.paths[0].as_str()), (1, "list_mails", "[0].id"));
/// # Ok::<(), ptc::DelegateError>(()) })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// Turns or budget used up, a model that does not answer, `(fail …)`, missing refs; always with usage and trace.
pub async fn delegate(task: impl Into<String>, options: Options) -> Result<Outcome, DelegateError> {
    Session::start(&options).await?.run(&task.into()).await
}

/// Gives a task to an agent and blocks the thread until it is done: [`delegate`] for programs without an async runtime.
///
/// ```
/// use ptc::{Options, delegate_blocking, model::Scripted};
///
/// let outcome = delegate_blocking("Say hello", Options::new(Scripted::new(["Hello!"])))?;
/// assert_eq!(outcome.summary, "Hello!");
/// # Ok::<(), ptc::DelegateError>(())
/// ```
///
/// # Errors
/// Those of [`delegate`]; and a `config-error` within an async runtime, whose thread must not block.
#[allow(clippy::result_large_err, reason = "it is made once for a whole run")]
pub fn delegate_blocking(task: impl Into<String>, options: Options) -> Result<Outcome, DelegateError> {
    if Handle::try_current().is_ok() {
        let why = "delegate_blocking was called within an async runtime: use ptc::delegate(…).await there";
        return Err(DelegateError::unusable(why.into()));
    }
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| DelegateError::unusable(format!("no async runtime can be started: {error}")))?;
    let outcome = runtime.block_on(delegate(task, options));
    // Does not wait for tool calls that were abandoned.
    runtime.shutdown_background();
    outcome
}

/// Gives a task to each of several agents, with at most this number running at once, and waits for all. What came of them is in
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
pub async fn delegate_all<T: Into<String>>(
    tasks: impl IntoIterator<Item = (T, Options)>,
    at_once: usize,
) -> Vec<Result<Outcome, DelegateError>> {
    let room = Arc::new(Semaphore::new(at_once.clamp(1, Semaphore::MAX_PERMITS)));
    let mut working = JoinSet::new();
    for (at, (task, options)) in tasks.into_iter().enumerate() {
        let (room, task) = (room.clone(), task.into());
        working.spawn(async move {
            let _place = room.acquire_owned().await;
            (at, delegate(task, options).await)
        });
    }
    // A task that panicked would be a fault of ours, and stays one.
    let mut outcomes = working.join_all().await;
    outcomes.sort_by_key(|(at, _)| *at);
    let (_, outcomes): (Vec<usize>, Vec<_>) = outcomes.into_iter().unzip();
    outcomes
}

/// An agent as a tool of others: `(tool/name {:task "…" :context {…}})` gives `{:result :summary :refs :trace}`.
///
/// ```
/// use ptc::{Options, as_tool};
///
/// let finder = as_tool(Options::default().name("finder").description("Finds mails"));
/// assert_eq!(finder.signature(), "finder: agent(task :string, context :map?) -> {:summary :string :refs :map}");
///
/// let refs = ptc::Refs::new().path("ids", "[*].id").required().typed(ptc::contract::Type::parse("[:int]")?).path("first", "[0]");
/// let finder = as_tool(Options::default().name("finder").refs(refs));
/// assert_eq!(
///     finder.signature(),
///     "finder: agent(task :string, context :map?) -> {:summary :string :refs {:ids [:int] :first :any?}}"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn as_tool(options: Options) -> Tool {
    let name = options.name.clone().unwrap_or_else(|| "agent".into());
    let (description, refs) = (options.description.clone(), options.refs.clone());
    let mut tool = agent_tool(&name, &refs, Arc::new(move |_| Box::pin(ready(Ok(options.clone())))));
    tool.description = description;
    tool
}

/// Makes the options of a child when it is called.
pub(crate) type MakeOptions = Arc<dyn Fn(&Call) -> MadeOptions + Send + Sync>;

/// A tool that works as an agent, whose options are made when it is called.
pub(crate) fn agent_tool(name: &str, refs: &Refs, make: MakeOptions) -> Tool {
    let field = |name: &str, kind: Type| Field { name: Keyword::new(name), kind };
    let types = refs.types();
    let refs = match types.is_empty() {
        true => Type::Map,
        false => Type::Record(types.into_iter().map(|(name, kind)| field(&name, kind)).collect()),
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
        async move { run_child(&call, make(&call).await).await }
    };
    let own = name.to_owned();
    let announce = move |call: &Call| match call.arguments.get("task").and_then(Value::as_name) {
        Some(task) if task.trim().is_empty() => Err(ToolError::new("task is empty: say what the agent should do")),
        Some(_) | None => Ok(Starts::Fresh(own.clone())),
    };
    let mut tool = Tool::process(name, announce, run).with_spec(ToolSpec { signature, ..ToolSpec::new() });
    tool.kind = ToolKind::Agent;
    tool
}

/// Works on the task of a call as a child of the process that calls. A contract of another kind than an agent's is kept, too: its
/// arguments are the task, and the child's context; its result is the child's.
pub(super) async fn run_child(call: &Call, options: Result<Options, String>) -> Result<Value, ToolError> {
    let mut options = options.map_err(ToolError)?;
    let parent = caller(call)?;
    let mut others = Vec::new();
    for (key, value) in arguments(call) {
        match (key.as_name().unwrap_or("value"), value) {
            ("task", Value::Text(_) | Value::Keyword(_) | Value::Symbol(_)) => {}
            ("context", Value::Map(more)) => {
                for (key, value) in more.iter() {
                    options = options.with_context(key.as_name().unwrap_or("value"), value);
                }
            }
            ("context", Value::Nil) => {}
            (name, value) => {
                others.push(format!("{name}: {}", display(&value)));
                options = options.with_context(name, value);
            }
        }
    }
    let task = match call.arguments.get("task").and_then(Value::as_name) {
        Some(task) => task.to_owned(),
        None => others.join("\n"),
    };
    let returns = returns(&call.contract);
    // A text may be the answer itself.
    if let Some(returns) = returns.as_ref().filter(|returns| **returns != Type::String) {
        options.signature.get_or_insert_with(|| returns.clone());
    }
    let child = Child::start(&parent, call, &options, Descriptors::new(options.settings.paging.clone()))?;
    match child.work(&task).await {
        Ok(ended) if returns == Some(Type::String) => Ok(ended.response()),
        Ok(ended) if returns.is_some() => Ok(ended.result),
        Ok(ended) => Ok(Value::map([
            (Value::keyword("result"), ended.result),
            (Value::keyword("summary"), Value::text(ended.summary)),
            (Value::keyword("refs"), refs_value(&ended.refs)),
            (Value::keyword("trace"), child.trace()),
        ])),
        Err(stop) => Err(ToolError(format!("the sub-agent failed: {}", stop.message()))),
    }
}

fn arguments(call: &Call) -> Vec<(Value, Value)> {
    if let Value::Map(arguments) = &call.arguments { arguments.iter().collect() } else { Vec::new() }
}

/// What a sub-agent's contract says that it gives, if that is something else than summary and refs.
fn returns(contract: &Contract) -> Option<Type> {
    let Contract::Spec(spec) = contract else { return None };
    let returns = &spec.signature.returns;
    let is_outcome = match returns {
        Type::Record(fields) => fields.iter().any(|field| matches!(field.name.as_str(), "summary" | "refs" | "trace")),
        Type::Map | Type::Dict(_) | Type::Any => true,
        _ => false,
    };
    if is_outcome { None } else { Some(returns.clone()) }
}

/// Refs as a map with keywords.
fn refs_value(refs: &IndexMap<String, Value>) -> Value {
    Value::map(refs.iter().map(|(name, value)| (Value::keyword(name), value.clone())))
}
