//! The limits of a program, with their defaults.

use std::time::Duration;

/// What a program may use. Every field can be set; the defaults are those of the language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Interpreter time; waiting for tools is not counted.
    pub max_time: Duration,
    /// Steps: calls, loop turns, and items that builtins handle.
    pub max_steps: u64,
    /// Live memory in bytes.
    pub max_memory: u64,
    /// Calls within calls.
    pub max_depth: u32,
    /// Tool calls.
    pub max_tool_calls: u64,
    /// Printed output in bytes.
    pub max_output: usize,
    /// The result in bytes of JSON.
    pub max_result: usize,
    /// The source in bytes.
    pub max_source: usize,
    /// Concurrent branches of `pmap` and its kin.
    pub max_branches: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_time: Duration::from_secs(5),
            max_steps: 100_000_000,
            max_memory: 64 << 20,
            max_depth: 2_000,
            max_tool_calls: 256,
            max_output: 64 << 10,
            max_result: 4 << 20,
            max_source: 1 << 20,
            max_branches: 64,
        }
    }
}
