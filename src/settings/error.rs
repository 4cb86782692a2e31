//! Errors of program files: the file, the key, the expected and the actual value.

use std::fmt;

use serde_json::Value as Json;

use crate::lisp::text::{abridge, nearest};

/// Why a program file cannot be used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LoadError {
    /// The file, as messages show it.
    pub file: String,
    /// The key, such as `limits.max_steps`. Empty if it is the whole file that is wrong.
    pub key: String,
    /// What is wrong.
    pub problem: Problem,
    /// What leads to the file, if it is not the one that was asked for: `the link expert of main.toml`.
    pub via: Option<String>,
}

/// What is wrong with a key of a program file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// A value of another type, or one that is not allowed.
    Expected {
        /// What was expected: `a string`.
        expected: String,
        /// What came: `the number 3`.
        got: String,
    },
    /// A key that is needed and not there.
    Missing,
    /// Two spellings of one key with different values. The other spelling.
    Differs(String),
    /// Two keys that exclude each other. The other key.
    Both(String),
    /// Anything else, in words.
    Other(String),
}

impl Default for Problem {
    fn default() -> Self {
        Self::Other(String::new())
    }
}

/// What came, for messages.
pub(crate) fn got(value: &Json) -> String {
    match value {
        Json::Null => "nothing".into(),
        Json::Bool(_) | Json::Number(_) => value.to_string(),
        Json::String(text) => format!("the string {:?}", abridge(text, 60)),
        Json::Array(_) => "a list".into(),
        Json::Object(_) => "a table".into(),
    }
}

/// `; did you mean max_turns?` if a known name is near.
pub(crate) fn did_you_mean<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    nearest(name, known).map(|near| format!("did you mean {near}?"))
}

impl LoadError {
    /// A key whose value is not what was expected.
    pub(crate) fn expected(key: impl Into<String>, expected: impl Into<String>, value: &Json) -> Self {
        Self::expected_not(key, expected, got(value))
    }

    /// A key with a value that is described already.
    pub(crate) fn expected_not(key: impl Into<String>, expected: impl Into<String>, got: String) -> Self {
        let problem = Problem::Expected { expected: expected.into(), got };
        Self { key: key.into(), problem, ..Self::default() }
    }

    /// A key with something else that is wrong, in words.
    pub(crate) fn other(key: impl Into<String>, what: impl fmt::Display) -> Self {
        Self { key: key.into(), problem: Problem::Other(what.to_string()), ..Self::default() }
    }

    /// Two keys of which only one can be given.
    pub(crate) fn both(key: impl Into<String>, other: impl Into<String>) -> Self {
        Self { key: key.into(), problem: Problem::Both(other.into()), ..Self::default() }
    }

    /// The same within a file, unless it says so already.
    #[must_use]
    pub(crate) fn in_file(mut self, file: impl fmt::Display) -> Self {
        if self.file.is_empty() {
            self.file = file.to_string();
        }
        self
    }
}

impl std::error::Error for LoadError {}

impl fmt::Display for LoadError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, key, problem, via } = self;
        if !file.is_empty() {
            write!(out, "{file}: ")?;
        }
        match problem {
            Problem::Expected { expected, got } => write!(out, "{key}: expected {expected}, got {got}")?,
            Problem::Missing => write!(out, "{key} is missing")?,
            Problem::Differs(other) => write!(out, "{key} and {other} mean the same, and differ; give one")?,
            Problem::Both(other) => write!(out, "{key} and {other} are both given; give one")?,
            Problem::Other(what) if key.is_empty() => out.write_str(what)?,
            Problem::Other(what) => write!(out, "{key}: {what}")?,
        }
        via.as_ref().map_or(Ok(()), |via| write!(out, " ({via} leads here)"))
    }
}
