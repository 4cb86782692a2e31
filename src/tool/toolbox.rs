//! A tool with its contract, and a set of tools by name.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::contract::{Effect, ParseError, ToolSpec, Type};
use crate::lisp::value::{Value, from_value, to_value};

/// Why a tool did not give a result; the message goes to the program and the model.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ToolError(pub String);

impl ToolError {
    /// An error with a message.
    pub fn new(message: impl std::fmt::Display) -> Self {
        Self(message.to_string())
    }
}

/// A tool call that has begun.
pub type Running = Pin<Box<dyn Future<Output = Result<Value, ToolError>> + Send>>;

/// A tool that answers at once.
pub type Immediate = Arc<dyn Fn(&Call) -> Result<Value, ToolError> + Send + Sync>;

/// How a tool runs.
#[derive(Clone)]
pub enum Run {
    /// At once, on the program's own thread.
    Now(Immediate),
    /// As a future, while the program waits and holds no thread.
    Later(Arc<dyn Fn(Call) -> Running + Send + Sync>),
    /// As processes of their own, below the one that calls.
    Process(Announce, Arc<dyn Fn(Call) -> Running + Send + Sync>),
}

/// The processes that a call starts, or why it starts none; asked before it is made.
pub type Announce = Arc<dyn Fn(&Call) -> Result<Starts, ToolError> + Send + Sync>;

/// The processes that a call starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Starts {
    /// A fresh one, counted by its name: `expert#1`, `expert#2`.
    Fresh(String),
    /// So many forks of the caller, numbered on over the process: `fork[0]`, `fork[1]`.
    Forks(usize),
}

/// A call, as a tool sees it.
#[derive(Clone)]
pub struct Call {
    /// The arguments: a map with the declared names as keywords.
    pub arguments: Value,
    /// The same for every try of this call, also when a run is resumed, and of no other call of any run: for tools that must not
    /// act twice.
    pub idempotency_key: String,
    /// The names given to the processes that this call starts.
    pub children: Vec<String>,
    /// The contract of the tool that is called.
    #[cfg_attr(not(feature = "agent"), expect(dead_code, reason = "only agents read it"))]
    pub(crate) contract: Contract,
    /// The process that calls, for tools that start others.
    #[cfg_attr(not(feature = "agent"), expect(dead_code, reason = "only agents start processes"))]
    pub(crate) caller: Option<Arc<dyn std::any::Any + Send + Sync>>,
}

/// What is known of a tool's arguments and result.
#[derive(Clone, Debug)]
pub enum Contract {
    /// Checked on the way in and out.
    Spec(Arc<ToolSpec>),
    /// Deliberately unchecked.
    Skip,
    /// Nothing is known: unchecked, with a warning.
    None,
}

/// What a tool is to the runtime.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToolKind {
    /// A plain function.
    Plain,
    /// A sub-agent: its calls start processes.
    Agent,
    /// It does nothing but to the process that calls, and does it again when a run is resumed.
    Internal,
}

/// What a process may do, and what a tool asks of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    /// Look at things.
    Read,
    /// Change things.
    Write,
    /// Start processes, and whatever the host reserves.
    Admin,
}

impl Access {
    /// The names of all levels.
    pub const NAMES: [&str; 3] = ["read", "write", "admin"];

    /// The name in files and messages.
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }

    /// The level of a name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Read, Self::Write, Self::Admin].into_iter().find(|level| level.name() == name)
    }
}

/// A tool.
///
/// ```
/// use ptc::Tool;
///
/// #[derive(serde::Deserialize, schemars::JsonSchema)]
/// struct Search {
///     /// What to look for.
///     query: String,
///     limit: Option<u32>,
/// }
///
/// let search = Tool::typed("search", |arguments: Search| -> Result<Vec<String>, String> {
///     Ok(vec![arguments.query; arguments.limit.unwrap_or(1) as usize])
/// });
/// assert_eq!(search.signature(), "search(query :string, limit :int?) -> [:string]");
/// ```
///
/// # State
///
/// The function may capture what it works on: a database handle, a client, data behind a lock. Calls may come from several
/// threads at once, so it must be `Send + Sync`.
///
/// ```
/// use std::collections::BTreeMap;
/// use std::sync::{Arc, Mutex};
///
/// use ptc::{Sandbox, Tool};
///
/// #[derive(serde::Deserialize, schemars::JsonSchema)]
/// struct Take {
///     item: String,
/// }
///
/// let stock = Arc::new(Mutex::new(BTreeMap::from([("apple".to_owned(), 3)])));
/// let shelf = stock.clone();
/// let take = Tool::typed("take", move |call: Take| {
///     let mut shelf = shelf.lock().map_err(|_| "the shelf is locked for good".to_owned())?;
///     let left = shelf.get_mut(&call.item).filter(|left| **left > 0).ok_or(format!("no {} is left", call.item))?;
///     *left -= 1;
///     Ok::<i32, String>(*left)
/// });
///
/// Sandbox::new().tools([take]).eval(r#"(dotimes [_ 2] (tool/take {:item "apple"}))"#)?;
/// assert_eq!(stock.lock().unwrap()["apple"], 1);
/// # Ok::<(), ptc::Error>(())
/// ```
#[derive(Clone)]
pub struct Tool {
    /// Its name.
    pub name: String,
    /// What it does, for the model.
    pub description: Option<String>,
    /// A call that shows the model how, in the place of the one that the contract suggests.
    pub example: Option<String>,
    /// Its arguments and result.
    pub contract: Contract,
    /// What it is to the runtime.
    pub kind: ToolKind,
    /// Whether it is shown to planners and cannot be called.
    pub for_planning: bool,
    /// What it asks of the process that calls it.
    pub access: Access,
    /// How it runs.
    pub run: Run,
    /// What the runtime knows it by, if it is one of its own; programs may call it otherwise.
    pub builtin_id: Option<&'static str>,
}

impl std::fmt::Debug for Tool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tool").field("name", &self.name).field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl Tool {
    /// A tool of a closure over the map of arguments.
    ///
    /// ```
    /// use ptc::{Tool, lisp::value::Value};
    ///
    /// let double = Tool::new("double", |arguments| {
    ///     let Some(Value::Int(n)) = arguments.get("n") else { return Err(ptc::ToolError::new("n is needed")) };
    ///     Ok(Value::from(n * 2))
    /// })
    /// .spec("(n :int) -> :int")?;
    /// assert_eq!(double.signature(), "double(n :int) -> :int");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(
        name: impl Into<String>,
        run: impl Fn(&Value) -> Result<Value, ToolError> + Send + Sync + 'static,
    ) -> Self {
        Self::with(name, Run::Now(Arc::new(move |call| run(&call.arguments))))
    }

    /// A tool that answers at once, and is told who calls.
    #[cfg(feature = "agent")]
    pub(crate) fn of_caller(
        name: impl Into<String>,
        run: impl Fn(&Call) -> Result<Value, ToolError> + Send + Sync + 'static,
    ) -> Self {
        Self::with(name, Run::Now(Arc::new(run)))
    }

    /// A tool of an asynchronous closure over the call.
    pub fn asynchronous<F, Fut>(name: impl Into<String>, run: F) -> Self
    where
        F: Fn(Call) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Value, ToolError>> + Send + 'static,
    {
        Self::with(name, Run::Later(Arc::new(move |call| Box::pin(run(call)))))
    }

    /// A tool whose calls start processes, announced by what is asked for.
    #[cfg(feature = "agent")]
    pub(crate) fn process<F, Fut>(
        name: impl Into<String>,
        announce: impl Fn(&Call) -> Result<Starts, ToolError> + Send + Sync + 'static,
        run: F,
    ) -> Self
    where
        F: Fn(Call) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Value, ToolError>> + Send + 'static,
    {
        Self::with(name, Run::Process(Arc::new(announce), Arc::new(move |call| Box::pin(run(call)))))
    }

    fn with(name: impl Into<String>, run: Run) -> Self {
        Self {
            name: name.into(),
            description: None,
            example: None,
            contract: Contract::None,
            kind: ToolKind::Plain,
            for_planning: false,
            access: Access::Write,
            run,
            builtin_id: None,
        }
    }

    /// A tool of a function over typed arguments; the contract and the descriptions come from the types.
    pub fn typed<A, R, E>(name: impl Into<String>, run: impl Fn(A) -> Result<R, E> + Send + Sync + 'static) -> Self
    where
        A: DeserializeOwned + JsonSchema,
        R: Serialize + JsonSchema,
        E: std::fmt::Display,
    {
        let typed = move |arguments: &Value| encode(&run(decode(arguments)?).map_err(ToolError::new)?);
        Self::new(name, typed).with_spec(ToolSpec::of::<A, R>())
    }

    /// The same for an asynchronous function.
    pub fn typed_async<A, R, E, F, Fut>(name: impl Into<String>, run: F) -> Self
    where
        A: DeserializeOwned + JsonSchema + Send + 'static,
        R: Serialize + JsonSchema + Send + 'static,
        E: std::fmt::Display + Send + 'static,
        F: Fn(A) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<R, E>> + Send + 'static,
    {
        let run = Arc::new(run);
        let typed = move |call: Call| {
            let run = run.clone();
            async move { encode(&run(decode(&call.arguments)?).await.map_err(ToolError::new)?) }
        };
        Self::asynchronous(name, typed).with_spec(ToolSpec::of::<A, R>())
    }

    /// The same tool with a contract in words: `(query :string, limit :int = 10) -> [{:id :int}]`, or `skip`.
    ///
    /// # Errors
    /// A text that is no signature, with the place and what was expected.
    pub fn spec(self, signature: &str) -> Result<Self, ParseError> {
        if signature.trim() == "skip" {
            return Ok(Self { contract: Contract::Skip, ..self });
        }
        let spec = ToolSpec::parse(signature)?;
        Ok(self.with_spec(spec))
    }

    /// The same tool with a contract that this program writes itself.
    #[cfg(feature = "agent")]
    pub(crate) fn constant_spec(self, signature: &str) -> Self {
        self.with_spec(ToolSpec::constant(signature))
    }

    /// The same tool with a contract.
    #[must_use]
    pub fn with_spec(self, spec: ToolSpec) -> Self {
        let description = self.description.or_else(|| spec.description.clone());
        Self { contract: Contract::Spec(Arc::new(spec)), description, ..self }
    }

    /// The same tool with a description for the model.
    #[must_use]
    pub fn description(self, description: impl Into<String>) -> Self {
        Self { description: Some(description.into()), ..self }
    }

    /// The same tool with a call that shows the model how: `{:query "owls" :limit 3}`.
    #[must_use]
    pub fn example(self, arguments: impl Into<String>) -> Self {
        Self { example: Some(arguments.into()), ..self }
    }

    /// The same tool, which only looks: processes that may do no more than that can call it, and models are told.
    #[must_use]
    pub fn reads(self) -> Self {
        Self { access: Access::Read, ..self.more(|spec| spec.effect(Effect::Read)) }
    }

    /// The same tool with a time that a call may take, where it is asynchronous.
    #[must_use]
    pub fn timeout(self, timeout: Duration) -> Self {
        self.more(|spec| spec.timeout(timeout))
    }

    /// The same tool, of which it is known that equal arguments give equal results.
    #[must_use]
    pub fn cacheable(self) -> Self {
        self.more(ToolSpec::cacheable)
    }

    /// Says more in the contract. One that is there to be unchecked takes arguments of any name.
    fn more(self, say: impl FnOnce(ToolSpec) -> ToolSpec) -> Self {
        let spec = match &self.contract {
            Contract::Spec(spec) => (**spec).clone(),
            Contract::Skip | Contract::None => ToolSpec::new().rest(Type::Any).returns(Type::Any),
        };
        Self { contract: Contract::Spec(Arc::new(say(spec))), ..self }
    }

    /// The contract line as models see it.
    pub fn signature(&self) -> String {
        let named = |name: &str| match &self.contract {
            Contract::Spec(spec) => spec.signature.named(name).to_string(),
            Contract::Skip | Contract::None => format!("{name}(…)"),
        };
        match self.kind {
            ToolKind::Agent => format!("{}: {}", self.name, named("agent")),
            ToolKind::Plain | ToolKind::Internal => named(&self.name),
        }
    }

    /// Whether it changes the world; what nobody has said anything about is taken to.
    pub fn effect(&self) -> Effect {
        self.spec_of().map_or(Effect::Write, |spec| spec.effect)
    }

    /// The checked contract, if there is one.
    pub fn spec_of(&self) -> Option<&Arc<ToolSpec>> {
        match &self.contract {
            Contract::Spec(spec) => Some(spec),
            Contract::Skip | Contract::None => None,
        }
    }
}

fn decode<A: DeserializeOwned>(arguments: &Value) -> Result<A, ToolError> {
    from_value(arguments).map_err(|error| ToolError(format!("the arguments do not fit: {error}")))
}

fn encode<R: Serialize>(result: &R) -> Result<Value, ToolError> {
    to_value(result).map_err(|error| ToolError(format!("the result is no data: {error}")))
}

/// Tools by name, in the order they were added.
#[derive(Clone, Debug, Default)]
pub struct Toolbox {
    tools: IndexMap<String, Arc<Tool>, foldhash::fast::RandomState>,
}

impl Toolbox {
    /// No tools.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a tool.
    ///
    /// # Errors
    /// A name that is taken, empty, or looks like another one.
    pub fn add(&mut self, tool: Tool) -> Result<(), ToolError> {
        let name = &tool.name;
        let plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_./!?".contains(c));
        if !plain {
            return Err(ToolError(format!("{name:?} cannot be a tool's name: letters, digits and - _ . / ! ? can")));
        }
        let alike = |other: &&String| other.eq_ignore_ascii_case(name);
        if let Some(other) = self.tools.keys().find(alike) {
            return Err(ToolError(format!("there is a tool {other:?} already; {name:?} would be taken for it")));
        }
        self.tools.insert(tool.name.clone(), Arc::new(tool));
        Ok(())
    }

    /// The tool of a name.
    pub fn get(&self, name: &str) -> Option<&Arc<Tool>> {
        self.tools.get(name)
    }

    /// What programs call a tool of the runtime here, if it is there.
    pub(crate) fn name_of_builtin(&self, builtin_id: &str) -> Option<&str> {
        let mut callable = self.tools.values().filter(|tool| !tool.for_planning);
        callable.find(|tool| tool.builtin_id == Some(builtin_id)).map(|tool| tool.name.as_str())
    }

    /// All tools, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Tool> {
        self.tools.values().map(|tool| &**tool)
    }

    /// The names of the tools that can be called.
    pub fn callable_names(&self) -> Vec<String> {
        let callable = self.tools.values().filter(|tool| !tool.for_planning);
        callable.map(|tool| tool.name.clone()).collect()
    }

    /// Whether there is no tool.
    pub fn is_empty(&self) -> bool {
        self.tools.is_empty()
    }
}

impl FromIterator<Tool> for Toolbox {
    /// Later tools of a name replace earlier ones.
    fn from_iter<I: IntoIterator<Item = Tool>>(tools: I) -> Self {
        Self { tools: tools.into_iter().map(|tool| (tool.name.clone(), Arc::new(tool))).collect() }
    }
}
