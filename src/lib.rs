//! Language models call tools by program: a safe Clojure, run in-process under hard limits, and the sub-agents around it.
//!
//! A model that calls one tool at a time reads every result itself. Here it writes a program that calls the tools, works
//! on their results and gives back what is worth reading. The language is PTC-Lisp, which is Clojure without a host:
//! models know it already, and there is nothing in it that a program could break out with.
//!
//! # The types
//!
//! - [`Value`] is what programs compute with: JSON's values, and keywords, sets, sequences, functions besides. It is
//!   immutable, cheap to clone, and `Send + Sync`.
//! - [`Tool`] is a function of yours that programs may call, with a contract that says what it takes and gives. The
//!   contract comes from Rust types (see the attribute [`tool`](macro@tool)), or from a line of text such as `(query :string) -> [{:id :int}]`.
//!   As values they are [`Type`](contract::Type), [`Signature`](contract::Signature) and [`ToolSpec`](contract::ToolSpec).
//! - [`Sandbox`] is what a program runs against: context, tools, limits, and the memory that earlier programs left.
//!   [`Evaluation`] is all that came of a program, [`Error`] what went wrong and where.
//! - [`Model`](model::Model) answers a conversation with text. Any async closure is one; there are clients for Anthropic,
//!   Gemini and endpoints that speak OpenAI's chat completions, scripts for tests, and recordings.
//! - [`Options`] put an agent together: a model, tools, [`Refs`] to take out of the result, limits, a [`Budget`].
//!   [`Outcome`] is what comes of its task, [`DelegateError`] why nothing did.
//! - [`Plan`] is a goal and steps that need each other, as data. An [`Executor`] works on it: every step an agent.
//! - [`Program`](process::Program) is an agent as data, read from a file together with the programs it is linked to.
//!   [`Grants`](process::Grants) are what the host gives to it; a [`Session`](agent::Session) is one that runs, and goes on with its
//!   conversation from task to task.
//! - [`Event`](trace::Event) is a thing that happened: a request, a reply, a call. Observers are told of each; results, usage and traces
//!   are read from them.
//!
//! Two functions go with them: [`eval`] runs a program, [`delegate`] gives a task to an agent, which writes programs
//! until it has an answer. [`as_tool`] makes an agent a tool of another one. The guide in the folder `docs/` goes from a first
//! program to agents of agents.
//!
//! # A program
//!
//! ```
//! use ptc::{Sandbox, Value};
//!
//! #[derive(serde::Serialize, schemars::JsonSchema)]
//! struct Book {
//!     title: String,
//!     pages: u32,
//! }
//!
//! /// Finds books.
//! #[ptc::tool]
//! fn search(
//!     /// What to look for.
//!     query: String,
//! ) -> Result<Vec<Book>, String> {
//!     Ok(vec![Book { title: format!("All about {query}"), pages: 240 }])
//! }
//! assert_eq!(search::tool().signature(), "search(query :string) -> [{:title :string :pages :int}]");
//!
//! let mut sandbox = Sandbox::new().tools([search::tool()]);
//! let pages = sandbox.eval(r#"(reduce + (map :pages (tool/search {:query "owls"})))"#)?;
//! assert_eq!(pages, Value::from(240));
//!
//! // What is wrong with a program is said before it runs, with what to try. No tool has been called then.
//! let error = sandbox.eval(r#"(tool/search {:qeury "owls"})"#).unwrap_err();
//! assert!(error.message.contains("qeury: unknown argument; did you mean query?"));
//! # Ok::<(), ptc::Error>(())
//! ```
//!
//! # Memory and limits
//!
//! What a program defines is there for the next one. A program that fails leaves nothing behind, and no program can
//! catch a limit.
//!
//! ```
//! use ptc::Sandbox;
//! use ptc::lisp::limits::Limits;
//!
//! let limits = Limits { max_steps: 10_000, ..Limits::default() };
//! let mut sandbox = Sandbox::new().limits(limits);
//! sandbox.eval("(def squares (mapv (fn [n] (* n n)) (range 5)))")?;
//! assert_eq!(sandbox.eval("(reduce + squares)")?.to_string(), "30");
//!
//! let error = sandbox.eval("(def squares []) (loop [] (recur))").unwrap_err();
//! assert_eq!(error.limit.map(|limit| limit.name()), Some("max_steps"));
//! assert_eq!(sandbox.eval("(count squares)")?.to_string(), "5");
//! # Ok::<(), ptc::Error>(())
//! ```
//!
//! # An agent
//!
//! ```
//! use ptc::lisp::value::parse_json;
//! use ptc::model::Scripted;
//! use ptc::{Options, Refs, Tool, ToolError, delegate};
//!
//! # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
//! // In earnest: ptc::model::from_name("openai:gpt-4.1", None)
//! let model = Scripted::new(["```clojure\n(filter :late (tool/orders))\n```", "One order is late."]);
//! let orders = Tool::new("orders", |_| {
//!     parse_json(r#"[{"id": 7, "late": true}, {"id": 8, "late": false}]"#).map_err(|raise| ToolError::new(raise.to_error()))
//! })
//! .spec("() -> [{:id :int :late :bool}]")?;
//!
//! let options = Options::new(model).tools([orders]).refs(Refs::new().path("ids", "[*].id").required());
//! let outcome = delegate("Which orders are late?", options).await?;
//! assert_eq!(outcome.summary, "One order is late.");
//! assert_eq!(outcome.result.to_string(), "({:id 7, :late true})");
//! assert_eq!(outcome.refs["ids"].to_string(), "[7]");
//! assert_eq!(outcome.usage.requests, 2);
//! # Ok::<(), Box<dyn std::error::Error>>(()) })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Features
//!
//! - `agent` (default): everything that needs a runtime: models, delegation, plans, program files.
//! - `macros` (default): the attribute [`tool`](macro@tool).
//! - `rustls-ring`: HTTPS to models, with ring for cryptography; `rustls`: the same with the crypto provider that your program has
//!   installed. Neither is on by default: the choice is yours.
//! - `mcp`: the tools of MCP servers as tools of programs, and an MCP server of tools.
//! - `github`: plans in GitHub issues.
//! - `otel`: traces for an OpenTelemetry collector.
//!
//! With `default-features = false` there is the language with its contracts and synchronous tools, and neither tokio nor a
//! network. The `ptc` command is a package of its own, `ptc-cli`.

#[cfg(feature = "agent")]
pub mod agent;
pub mod alloc;
pub mod contract;
mod host;
pub mod lisp;
#[cfg(feature = "mcp")]
pub mod mcp;
#[cfg(feature = "agent")]
pub mod model;
#[cfg(feature = "agent")]
pub mod plan;
#[cfg(feature = "agent")]
pub mod process;
mod sandbox;
#[cfg(feature = "agent")]
pub mod settings;
pub mod tool;
#[cfg(feature = "agent")]
pub mod trace;

#[cfg(feature = "agent")]
pub use agent::{
    Budget, DelegateError, Options, Outcome, Refs, as_tool, delegate, delegate_all, delegate_blocking, resume,
    spawn_agent,
};
pub use host::Cancel;
pub use lisp::text::Error;
pub use lisp::value::{Value, from_value, to_value};
pub use lisp::{CallRecord, Evaluation, Failure};
#[cfg(feature = "agent")]
pub use plan::{Executor, Plan, PlanError, create_plan};
pub use sandbox::Sandbox;
pub use tool::{Tool, ToolError};

/// Makes a tool of a function: `search::tool()` beside `search(…)`.
///
/// Doc comments describe the tool and its parameters. Types that derive `Deserialize` and `JsonSchema` may be parameters,
/// those that derive `Serialize` and `JsonSchema` may be results; what a function gives may be a `Result` with an error
/// that can be shown, and it may be `async`. A parameter that is an `Option` may be left out, as may one with
/// `#[default = …]`; attributes of `serde` and `schemars` on parameters mean what they mean on fields.
///
/// ```
/// /// Searches the library.
/// #[ptc::tool(effect = "read", timeout = "5s")]
/// async fn search(
///     /// Words to look for.
///     query: String,
///     #[default = 10] limit: u32,
///     folder: Option<String>,
/// ) -> Result<Vec<String>, String> {
///     let folder = folder.ok_or("which folder?")?;
///     Ok(vec![format!("{folder}/{query}"); limit as usize])
/// }
///
/// let tool = search::tool();
/// assert_eq!(tool.signature(), "search(query :string, limit :int = 10, folder :string?) -> [:string]");
/// assert_eq!(tool.description.as_deref(), Some("Searches the library."));
///
/// // It is still a function.
/// # let runtime = tokio::runtime::Builder::new_current_thread().build()?;
/// # runtime.block_on(async {
/// assert_eq!(search("owls".into(), 1, Some("birds".into())).await?, ["birds/owls"]);
/// # Ok::<(), String>(()) })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Options
///
/// - `name = "…"`: the name of the tool; that of the function unless given.
/// - `effect = "read"`: it only looks, so that processes which may do no more can call it. Unless it is said, a tool writes.
/// - `timeout = "5s"`: how long a call of an `async` function may take, in `ms`, `s`, `m` or `h`.
/// - `cacheable`: two calls with equal arguments give the same.
#[cfg(feature = "macros")]
pub use ptc_macros::tool;

/// What the code that `#[ptc::tool]` writes needs of others.
#[cfg(feature = "macros")]
#[doc(hidden)]
pub mod __macro {
    pub use schemars;
    pub use serde;
}

/// What the command and the tests of this workspace need beyond the public API. Nothing in it is stable.
#[doc(hidden)]
pub mod internals {
    #[cfg(feature = "agent")]
    pub use crate::process::roots_of;
    #[cfg(feature = "agent")]
    pub use crate::trace::harmless;
}

/// Runs a program against a sandbox and gives its value.
///
/// ```
/// use ptc::{Sandbox, Tool, Value};
///
/// let mut sandbox = Sandbox::new().tools([Tool::new("fetch", |_| Ok(Value::from(20)))]);
/// assert_eq!(ptc::eval("(+ 1 (tool/fetch))", &mut sandbox)?, Value::from(21));
/// # Ok::<(), ptc::Error>(())
/// ```
///
/// # Errors
/// The first error of the program.
pub fn eval(source: &str, sandbox: &mut Sandbox) -> Result<Value, Error> {
    sandbox.eval(source)
}

/// The programs of the README and of the guide.
#[cfg(doctest)]
mod pages {
    #[doc = include_str!("../README.md")]
    struct Readme;
    #[doc = include_str!("../docs/2-tools.md")]
    struct Tools;
    #[doc = include_str!("../docs/3-delegate.md")]
    struct Delegate;
    #[doc = include_str!("../docs/4-agents-as-tools.md")]
    struct AgentsAsTools;
    #[doc = include_str!("../docs/5-plans.md")]
    struct Plans;
    #[doc = include_str!("../docs/7-traces.md")]
    struct Traces;
}
