//! How a task ended: an outcome, or why it was not done.

use std::time::Duration;

use indexmap::IndexMap;
use serde::Serialize;

use super::run::stop::DelegateErrorKind;
use crate::lisp::memory::Memory;
use crate::lisp::text::LimitReached;
use crate::lisp::value::{Value, from_value};
use crate::tool::ToolError;
use crate::trace::{self, Provenance, TreeUsage};

/// What came of a task.
#[derive(Clone)]
pub struct Outcome {
    /// The value of the last program that succeeded, or the answer's text where none ran.
    pub result: Value,
    /// The answer's text.
    pub summary: String,
    /// What was taken from the result.
    pub refs: IndexMap<String, Value>,
    /// Where each ref that has a value comes from: its path or expression, and the tool calls that gave what it was read from.
    pub provenance: IndexMap<String, Provenance>,
    /// The usage of the whole tree, and under `own` that of the process itself.
    pub usage: TreeUsage,
    /// The turns, with those of sub-agents inside of the tool calls that started them.
    pub trace: trace::Trace,
    /// What the agent remembered.
    pub memory: Memory,
    /// How it ended.
    pub stop_reason: StopReason,
    /// What the model said last, program and all.
    pub last_message: String,
    /// The wall time it took; all else is the same when the models answer the same.
    pub duration: Duration,
    /// What is odd but no error.
    pub warnings: Vec<String>,
}

/// How a task ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StopReason {
    /// With an answer in words: `answer`.
    Answer,
    /// With a value alone, by `(return value)`: `return`.
    Return,
}

impl Outcome {
    /// The result as a Rust type.
    ///
    /// # Errors
    /// A result without a JSON form, or of another shape.
    pub fn result_as<T: serde::de::DeserializeOwned>(&self) -> Result<T, ToolError> {
        from_value(&self.result).map_err(|error| ToolError(format!("result: {error}")))
    }

    /// A ref as a Rust type; one that is not there is nil, which an `Option` takes.
    ///
    /// # Errors
    /// A ref without a JSON form, or of another shape.
    pub fn ref_as<T: serde::de::DeserializeOwned>(&self, name: &str) -> Result<T, ToolError> {
        let value = self.refs.get(name).cloned().unwrap_or_default();
        from_value(&value).map_err(|error| ToolError(format!("refs.{name}: {error}")))
    }
}

/// Why a task was not done, with all that happened until then.
#[derive(Clone, thiserror::Error)]
#[error("{message}")]
pub struct DelegateError {
    /// The kind of error.
    pub kind: DelegateErrorKind,
    /// What happened.
    pub message: String,
    /// The limit that was reached, if it was one.
    pub limit: Option<LimitReached>,
    /// The reason as data, after `(fail reason)`.
    pub reason: Option<Value>,
    /// The usage of the whole tree, and under `own` that of the process itself.
    pub usage: TreeUsage,
    /// The turns.
    pub trace: trace::Trace,
}

impl DelegateError {
    /// What is wrong before anything has begun.
    #[doc(hidden)]
    #[must_use]
    pub fn unusable(message: String) -> Self {
        let (usage, trace) = (TreeUsage::default(), trace::Trace::default());
        Self { kind: DelegateErrorKind::Config, message, limit: None, reason: None, usage, trace }
    }
}

impl std::fmt::Debug for DelegateError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.kind, self.message)
    }
}
