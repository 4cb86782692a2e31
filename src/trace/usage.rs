//! Usage: tokens, replies, programs and calls, of a process and of the processes below it.

use std::ops::Deref;

use serde::{Serialize, Serializer};

use super::events::EventKind;
use crate::model::Tokens;

/// The usage of a process, or of a process and all processes below it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Usage {
    /// Tokens read.
    pub input_tokens: u64,
    /// Tokens written.
    pub output_tokens: u64,
    /// Both.
    pub total_tokens: u64,
    /// Of the tokens read, those that were cached.
    pub cached_tokens: u64,
    /// Replies of models.
    pub requests: u64,
    /// Programs run, failed ones too.
    pub total_runs: u64,
    /// Tool calls.
    pub tool_calls: u64,
    /// Processes.
    pub processes: u64,
    /// The cost of the tokens, in the currency of `Budget::prices`; `None` without prices.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<f64>,
}

impl Usage {
    pub(super) fn add(&mut self, event: &EventKind) {
        match event {
            EventKind::Response { tokens, cost, .. } => {
                self.pay(*tokens, *cost);
                self.requests += 1;
            }
            EventKind::ModelError { tokens, cost, .. } => self.pay(*tokens, *cost),
            EventKind::TurnEnd(end) => self.total_runs += u64::from(end.ran),
            EventKind::ToolEnd { .. } => self.tool_calls += 1,
            EventKind::Start { .. } => self.processes += 1,
            EventKind::TurnStart { .. }
            | EventKind::Request { .. }
            | EventKind::Delta { .. }
            | EventKind::ToolStart { .. }
            | EventKind::Sampled { .. }
            | EventKind::Stderr { .. }
            | EventKind::End { .. } => {}
        }
    }

    /// Both together.
    pub(super) fn and(mut self, other: &Self) -> Self {
        let Self { input_tokens, output_tokens, total_tokens, cached_tokens, .. } = &mut self;
        for (sum, more) in [
            (input_tokens, other.input_tokens),
            (output_tokens, other.output_tokens),
            (total_tokens, other.total_tokens),
            (cached_tokens, other.cached_tokens),
        ] {
            *sum = sum.saturating_add(more);
        }
        self.requests += other.requests;
        self.total_runs += other.total_runs;
        self.tool_calls += other.tool_calls;
        self.processes += other.processes;
        self.cost = match (self.cost, other.cost) {
            (Some(cost), Some(more)) => Some(cost + more),
            (cost, more) => cost.or(more),
        };
        self
    }

    fn pay(&mut self, tokens: Tokens, cost: Option<f64>) {
        // Providers may report any number.
        let add = |sum: &mut u64, more: u64| *sum = sum.saturating_add(more);
        add(&mut self.input_tokens, tokens.input);
        add(&mut self.output_tokens, tokens.output);
        add(&mut self.total_tokens, tokens.total());
        add(&mut self.cached_tokens, tokens.cached);
        if let Some(cost) = cost {
            *self.cost.get_or_insert_default() += cost;
        }
    }
}

/// The usage of a process and of all processes below it. Derefs to the total:
///
/// ```
/// # let usage = ptc::trace::TreeUsage::default();
/// assert_eq!(usage.requests, usage.total.requests);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TreeUsage {
    /// The usage of the process and of all processes below it.
    pub total: Usage,
    /// The usage of the process alone.
    pub own: Usage,
}

impl Deref for TreeUsage {
    type Target = Usage;

    fn deref(&self) -> &Usage {
        &self.total
    }
}

/// As traces and `--json` have it: the totals, and the process's own usage under `own`.
impl Serialize for TreeUsage {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Fields {
            #[serde(flatten)]
            total: Usage,
            api_calls: u64,
            own: Usage,
        }
        Fields { total: self.total, api_calls: self.total.requests, own: self.own }.serialize(serializer)
    }
}
