//! Language models call tools by program: a safe Clojure, run in-process under hard limits, and the sub-agents around it.

#[cfg(feature = "agent")]
pub mod agent;
pub mod alloc;
#[cfg(feature = "cli")]
pub mod cli;
pub mod contract;
mod host;
pub mod lisp;
#[cfg(feature = "cli")]
mod memory_file;
#[cfg(feature = "agent")]
pub mod model;
#[cfg(feature = "agent")]
pub mod process;
mod sandbox;
pub mod tool;
#[cfg(feature = "agent")]
pub mod trace;

#[cfg(feature = "agent")]
pub use agent::{Budget, DelegateError, Options, Outcome, Refs, as_tool, delegate};
pub use lisp::text::Error;
pub use lisp::value::Value;
pub use sandbox::{Evaluation, Failure, Sandbox};
pub use tool::{Tool, ToolError};

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
