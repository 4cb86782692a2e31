//! The way out of a program: the host it asks, and how it waits.

use std::sync::Arc;
use std::time::Duration;

use super::{Fault, Value};
use crate::lisp::text::ErrorKind;

/// The host of a program. What is not here, no program can do.
pub trait Host {
    /// Milliseconds since 1970, UTC.
    fn now(&self) -> i64;

    /// Random bits.
    fn random(&self) -> u64;

    /// Interpreter time used so far, waiting not counted.
    fn elapsed(&self) -> Duration;

    /// Live bytes of the program, where an allocator counts them.
    fn live_bytes(&self) -> Option<u64>;

    /// Dispatches a tool call: checks, limits, effects and trace are its business.
    fn call(&self, call: ToolCall) -> ToolAnswer;

    /// The names of the tools that have most to do with a text, the best first.
    fn find_tools(&self, _text: &str) -> Vec<String> {
        Vec::new()
    }

    /// What there is to know of a tool: its contract, what it does, how it is called.
    ///
    /// # Errors
    /// A name that no tool has.
    fn describe_tool(&self, name: &str) -> super::Result<String> {
        Err(Fault::new(ErrorKind::Tool, "ExceptionInfo", format!("there is no tool {name:?}")).into())
    }

    /// Hears which calls are likely to come next, in order, and may begin what does no harm if it was begun in vain.
    fn prefetch(&self, _calls: Box<dyn Iterator<Item = ToolCall>>) {}
}

/// A call of a tool.
#[derive(Clone, Debug, PartialEq)]
pub struct ToolCall {
    /// The tool's name.
    pub name: Arc<str>,
    /// The arguments, a map.
    pub arguments: Value,
    /// Whether `arguments` is one positional argument, in the place of a map.
    pub positional: bool,
}

/// What a host makes of a tool call.
pub enum ToolAnswer {
    /// The result is there.
    Now(std::result::Result<Value, Box<Fault>>),
    /// The result comes later, under this number.
    Later(u64),
    /// The program ends here: the budget of its tree is spent.
    Stop,
    /// The program has done what it should: it ends here as if it had returned nil.
    End,
}

/// What a program that is suspended waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Nothing: it gives others a turn.
    Tick,
    /// The result of any of these tool calls.
    Tools(Vec<u64>),
}

/// What a suspended program is resumed with.
pub enum Resumption {
    /// Go on.
    Go,
    /// The result of the tool call of this number.
    Tool(u64, std::result::Result<Value, Box<Fault>>),
    /// Stop: run no more program code.
    Cancel,
}

/// How a program gives the thread away until it is answered.
pub trait Suspend {
    /// Waits.
    fn suspend(&self, ask: Ask) -> Resumption;

    /// The lowest address that the stack may grow down to.
    fn stack_floor(&self) -> usize;
}
