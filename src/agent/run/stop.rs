//! Why a process ended without a result.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::lisp::text::{LimitKind, LimitReached};
use crate::lisp::value::Value;
use crate::model::ModelError;

/// Why a process ended without a result.
#[derive(Clone, Debug)]
pub enum ProcessError {
    /// The turns are used up.
    Turns {
        /// How many there were.
        max_turns: u32,
        /// How the last turn ended.
        last: String,
    },
    /// `(fail reason)`.
    Fail(Value),
    /// Required refs are missing after all retries.
    Refs(String),
    /// The model did not answer.
    Model {
        /// Why not.
        error: ModelError,
        /// The turn, from 1.
        turn: u32,
    },
    /// A limit of the budget was reached.
    Budget(LimitReached),
    /// An observer stopped the process.
    Observer,
    /// The run differs from its journal.
    Diverged(String),
    /// The agent could not be started.
    Unusable(String),
}

/// The kind of a [`DelegateError`](crate::DelegateError).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DelegateErrorKind {
    /// A limit of the agent or of the budget was reached: `limit-error`.
    Limit,
    /// The model did not answer: `model-error`.
    Model,
    /// The program ended with `(fail reason)`: `fail`.
    Fail,
    /// Required refs are missing: `ref-error`.
    Ref,
    /// An observer stopped the run: `stopped`.
    Stopped,
    /// The agent cannot be started: `config-error`.
    Config,
    /// The run cannot be resumed: `resume-error`.
    Resume,
}

impl DelegateErrorKind {
    /// The name that JSON and messages have.
    pub fn name(self) -> &'static str {
        match self {
            Self::Limit => "limit-error",
            Self::Model => "model-error",
            Self::Fail => "fail",
            Self::Ref => "ref-error",
            Self::Stopped => "stopped",
            Self::Config => "config-error",
            Self::Resume => "resume-error",
        }
    }

    /// Whether a limit of the agent or of the budget was reached.
    pub fn is_limit(self) -> bool {
        self == Self::Limit
    }

    /// Whether the model did not answer.
    pub fn is_model(self) -> bool {
        self == Self::Model
    }

    /// Whether the program ended with `(fail reason)`.
    pub fn is_fail(self) -> bool {
        self == Self::Fail
    }

    /// Whether required refs are missing.
    pub fn is_ref(self) -> bool {
        self == Self::Ref
    }

    /// Whether an observer stopped the run.
    pub fn is_stopped(self) -> bool {
        self == Self::Stopped
    }

    /// Whether the agent cannot be started: its options or its files are wrong.
    pub fn is_config(self) -> bool {
        self == Self::Config
    }

    /// Whether the run cannot be resumed.
    pub fn is_resume(self) -> bool {
        self == Self::Resume
    }
}

impl fmt::Display for DelegateErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for DelegateErrorKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl ProcessError {
    /// The kind of error.
    pub fn kind(&self) -> DelegateErrorKind {
        match self {
            Self::Turns { .. } | Self::Budget(_) => DelegateErrorKind::Limit,
            Self::Fail(_) => DelegateErrorKind::Fail,
            Self::Refs(_) => DelegateErrorKind::Ref,
            Self::Model { .. } => DelegateErrorKind::Model,
            Self::Observer => DelegateErrorKind::Stopped,
            Self::Diverged(_) => DelegateErrorKind::Resume,
            Self::Unusable(_) => DelegateErrorKind::Config,
        }
    }

    /// The limit that was reached, if it was one.
    pub fn limit(&self) -> Option<LimitReached> {
        match self {
            Self::Budget(reached) => Some(*reached),
            Self::Turns { max_turns, .. } => Some(LimitReached::one_more(LimitKind::Turns, u64::from(*max_turns))),
            Self::Fail(_)
            | Self::Refs(_)
            | Self::Model { .. }
            | Self::Observer
            | Self::Diverged(_)
            | Self::Unusable(_) => None,
        }
    }

    /// What happened, in a sentence.
    pub fn message(&self) -> String {
        match self {
            Self::Turns { max_turns, last } => {
                let plural = if *max_turns == 1 { "" } else { "s" };
                format!("no answer within {max_turns} turn{plural} (max_turns); {last}")
            }
            Self::Fail(reason) => crate::lisp::value::display(reason),
            Self::Refs(missing) => format!("required refs are missing:\n{}", missing.trim_end()),
            Self::Model { error, turn } => format!("the model did not answer turn {turn}: {}", error.message),
            Self::Budget(reached) => format!("the budget of the whole run is spent: {reached}"),
            Self::Observer => "an observer stopped the process".into(),
            Self::Diverged(differs) => {
                format!("the run does not go as its journal says, which is left as it was; {differs}")
            }
            Self::Unusable(why) => why.clone(),
        }
    }
}
