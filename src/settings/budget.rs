//! The budget: what a whole tree of processes may use.

use std::time::Duration;

use crate::model::Prices;

/// What a tree of processes may use in all. Nothing is bounded but the depth unless it is set.
#[derive(Clone, Debug, PartialEq)]
pub struct Budget {
    /// Replies of models; those after a ref retry count, transport retries do not.
    pub turns: Option<u64>,
    /// Tokens, read and written.
    pub tokens: Option<u64>,
    /// What the tokens may cost, in the money of `prices`. Before a model is asked, the cost of the whole prompt (a token for
    /// three bytes) and of the longest reply (`max_tokens`, if that is set) must be left. In a [`LimitReached`](crate::lisp::text::LimitReached) it is counted
    /// in millionths.
    pub cost: Option<f64>,
    /// What models cost; with a bound on the cost, one without a price is not asked.
    pub prices: Prices,
    /// Wall time.
    pub time: Option<Duration>,
    /// Levels of processes: 3 is root, child, grandchild.
    pub depth: u64,
    /// Processes, finished ones too; the root counts.
    pub processes: Option<u64>,
    /// Tool calls.
    pub tool_calls: Option<u64>,
    /// Bytes that all descriptors may hold: 256 MiB unless set. Beyond it no more are made, and the run continues.
    pub descriptor_bytes: u64,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            turns: None,
            tokens: None,
            cost: None,
            prices: Prices::default(),
            time: None,
            depth: 3,
            processes: None,
            tool_calls: None,
            descriptor_bytes: 256 << 20,
        }
    }
}
