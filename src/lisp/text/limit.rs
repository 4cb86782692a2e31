//! Limits: which there are, and what is known of one that was reached.

use std::fmt;

/// The limits that a program or a run can reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LimitKind {
    /// Steps of a program.
    Steps,
    /// Interpreter time of a program, in milliseconds.
    Time,
    /// Live memory of a program, in bytes.
    Memory,
    /// Calls within calls.
    Depth,
    /// Tool calls of a program.
    ToolCalls,
    /// Printed output of a program, in bytes.
    Output,
    /// The result of a program, in bytes of JSON.
    Result,
    /// The source of a program, in bytes.
    Source,
    /// Concurrent branches of a program.
    Branches,
    /// Levels of a value.
    Nesting,
    /// Levels of a source.
    SourceNesting,
    /// Bits of an integer.
    IntegerBits,
    /// States of all regexes of a program.
    RegexStates,
    /// Locals that functions use of those around them.
    Captures,
    /// Turns of a process.
    Turns,
    /// Turns of a whole run.
    BudgetTurns,
    /// Tokens of a whole run.
    BudgetTokens,
    /// Cost of a whole run, in millionths.
    BudgetCost,
    /// Wall time of a whole run, in milliseconds.
    BudgetTime,
    /// Levels of processes.
    BudgetDepth,
    /// Processes of a whole run.
    BudgetProcesses,
    /// Tool calls of a whole run.
    BudgetToolCalls,
    /// Bytes that the descriptors of a whole run keep.
    BudgetDescriptorBytes,
}

impl LimitKind {
    /// The name in messages and `--json`, which is also the setting that raises it: `max_steps`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Steps => "max_steps",
            Self::Time => "max_time",
            Self::Memory => "max_memory",
            Self::Depth => "max_depth",
            Self::ToolCalls => "max_tool_calls",
            Self::Output => "max_output",
            Self::Result => "max_result",
            Self::Source => "max_source",
            Self::Branches => "max_branches",
            Self::Nesting => "max_nesting",
            Self::SourceNesting => "max_source_nesting",
            Self::IntegerBits => "max_integer_bits",
            Self::RegexStates => "max_regex_states",
            Self::Captures => "max_captures",
            Self::Turns => "max_turns",
            Self::BudgetTurns => "budget.turns",
            Self::BudgetTokens => "budget.tokens",
            Self::BudgetCost => "budget.cost",
            Self::BudgetTime => "budget.time",
            Self::BudgetDepth => "budget.depth",
            Self::BudgetProcesses => "budget.processes",
            Self::BudgetToolCalls => "budget.tool_calls",
            Self::BudgetDescriptorBytes => "budget.descriptor_bytes",
        }
    }
}

/// A limit that was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitReached {
    /// Which limit.
    pub limit: LimitKind,
    /// What it was set to, in the unit of the limit.
    pub configured: u64,
    /// What was used or asked for, in the same unit.
    pub observed: u64,
}

impl LimitReached {
    /// The name of the limit: `max_steps`.
    pub fn name(&self) -> &'static str {
        self.limit.name()
    }

    /// That one more was needed than there may be.
    pub(crate) fn one_more(limit: LimitKind, configured: u64) -> Self {
        Self { limit, configured, observed: configured.saturating_add(1) }
    }
}

/// `max_steps is 1000, and 1001 would be needed`.
impl fmt::Display for LimitReached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { limit, configured, observed } = self;
        let name = limit.name();
        if *limit == LimitKind::BudgetCost {
            let [configured, observed] = [configured, observed].map(|millionths| *millionths as f64 / 1e6);
            return write!(f, "{name} is {configured}, and {observed} would be needed");
        }
        write!(f, "{name} is {configured}, and {observed} would be needed")
    }
}
