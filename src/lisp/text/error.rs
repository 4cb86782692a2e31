//! What went wrong: kind, place, message, and what to try.

use std::fmt;
use std::sync::Arc;

use super::{LimitReached, Place, Source, Span};

/// The kinds of error, named as models and `--json` see them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The text is no program.
    Parse,
    /// The program cannot mean anything: unknown names, wrong arities, unknown tools. Found before it runs.
    Analysis,
    /// Clojure has it, this sandbox has not.
    Unsupported,
    /// A value of the wrong type.
    Type,
    /// A function called with the wrong number of arguments.
    Arity,
    /// A value of the right type that cannot be used; also what programs throw themselves.
    Value,
    /// A tool failed or was called wrongly.
    Tool,
    /// The host does not allow it.
    Policy,
    /// A limit was reached. Programs cannot catch it.
    Limit,
    /// The program ended itself with `(fail reason)`.
    Fail,
}

impl ErrorKind {
    /// The name in messages: `type-error`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Parse => "parse-error",
            Self::Analysis => "analysis-error",
            Self::Unsupported => "unsupported-error",
            Self::Type => "type-error",
            Self::Arity => "arity-error",
            Self::Value => "value-error",
            Self::Tool => "tool-error",
            Self::Policy => "policy-error",
            Self::Limit => "limit-error",
            Self::Fail => "fail",
        }
    }

    /// Whether a limit was reached.
    pub fn is_limit(self) -> bool {
        self == Self::Limit
    }

    /// Whether the program is wrong as it is written, so that nothing of it ran.
    pub fn is_static(self) -> bool {
        matches!(self, Self::Parse | Self::Analysis | Self::Unsupported)
    }
}

/// An error as it leaves the language: for people, models and `--json`.
#[derive(Clone)]
pub struct Error {
    /// What kind of error.
    pub kind: ErrorKind,
    /// What was expected and what came.
    pub message: String,
    /// What to try.
    pub hint: Option<String>,
    /// Where in the source.
    pub place: Option<Place>,
    /// The limit, for errors of kind [`ErrorKind::Limit`].
    pub limit: Option<LimitReached>,
}

impl Error {
    /// The longest message kept, in bytes; longer ones are cut with a note.
    pub const MAX_MESSAGE: usize = 3000;

    /// The longest hint kept, in bytes.
    pub const LONGEST_HINT: usize = 800;

    /// An error without a place.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        let message = super::abridge(&message.into(), Self::MAX_MESSAGE).into_owned();
        Self { kind, message, hint: None, place: None, limit: None }
    }

    /// The same error with what to try.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(super::abridge(&hint.into(), Self::LONGEST_HINT).into_owned());
        self
    }

    /// The same error at a place, unless it has one.
    #[must_use]
    pub fn at(mut self, source: &Arc<Source>, span: Span) -> Self {
        self.place.get_or_insert_with(|| Place { source: source.clone(), span });
        self
    }

    /// Line and column, both from 1, where the error has a place.
    pub fn position(&self) -> Option<(usize, usize)> {
        self.place.as_ref().map(Place::position)
    }
}

/// One line for logs and models: `1:6 type-error: + needs numbers`, then the hint on a line of its own.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((line, column)) = self.position() {
            write!(f, "{line}:{column} ")?;
        }
        write!(f, "{}: {}", self.kind.name(), self.message)?;
        match &self.hint {
            Some(hint) => write!(f, "\n{hint}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Error {}
