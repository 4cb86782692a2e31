//! Why a process ended without a result.

use super::turn::Reason;
use crate::lisp::text::{LimitKind, LimitReached};
use crate::model::ModelError;

/// Why a process ended without a result.
#[derive(Clone, Debug)]
pub(crate) enum Stop {
    Reason(Reason),
    Model {
        error: ModelError,
        turn: u32,
    },
    Budget(LimitReached),
    Observer,
    /// The run is not that of its journal.
    Diverged(String),
    Unusable(String),
}

impl Stop {
    /// The kind of error, as `--json` names it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Reason(Reason::Turns { .. }) | Self::Budget(_) => "limit-error",
            Self::Reason(Reason::Fail(_)) => "fail",
            Self::Reason(Reason::Refs(_)) => "ref-error",
            Self::Model { .. } => "model-error",
            Self::Observer => "stopped",
            Self::Diverged(_) => "resume-error",
            Self::Unusable(_) => "config-error",
        }
    }

    /// The limit that was reached, if it was one.
    pub fn limit(&self) -> Option<LimitReached> {
        match self {
            Self::Budget(reached) => Some(*reached),
            Self::Reason(Reason::Turns { max_turns, .. }) => {
                Some(LimitReached::one_more(LimitKind::Turns, u64::from(*max_turns)))
            }
            Self::Reason(Reason::Fail(_) | Reason::Refs(_))
            | Self::Model { .. }
            | Self::Observer
            | Self::Diverged(_)
            | Self::Unusable(_) => None,
        }
    }

    /// What happened, in a sentence.
    pub fn message(&self) -> String {
        match self {
            Self::Reason(Reason::Turns { max_turns, last }) => {
                let plural = if *max_turns == 1 { "" } else { "s" };
                format!("no answer within {max_turns} turn{plural} (max_turns); {last}")
            }
            Self::Reason(Reason::Fail(reason)) => crate::lisp::value::display(reason),
            Self::Reason(Reason::Refs(missing)) => format!("required refs are missing:\n{}", missing.trim_end()),
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
