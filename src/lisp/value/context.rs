//! The one way from a builtin to the world.

use super::{Args, Atom, AtomExtras, AtomKind, Raise, Result, Value, args};
use std::sync::Arc;

/// What a builtin may ask for. What is not here, no builtin can do.
///
/// A context refuses whatever it does not implement; it has to count steps.
pub trait Context {
    /// The error of a method that the context does not have. Methods that give no `Result` call it and give an empty value.
    fn refuse(&mut self) -> Box<Raise> {
        Box::new(Raise::Cancelled)
    }

    /// Calls a function, or anything that can be called: a keyword, map, set, vector.
    ///
    /// # Errors
    /// Whatever the function raises.
    fn call(&mut self, _function: &Value, _arguments: Args) -> Result<Value> {
        Err(self.refuse())
    }

    /// Calls a function with one argument.
    ///
    /// # Errors
    /// Whatever the function raises.
    fn call1(&mut self, function: &Value, a: Value) -> Result<Value> {
        self.call(function, args([a]))
    }

    /// Calls a function with two arguments.
    ///
    /// # Errors
    /// Whatever the function raises.
    fn call2(&mut self, function: &Value, a: Value, b: Value) -> Result<Value> {
        self.call(function, args([a, b]))
    }

    /// Calls a function whose last arguments are the items of `rest`, of which no more are made than it has parameters.
    ///
    /// # Errors
    /// Whatever the function or making an item raises.
    fn call_with_rest(&mut self, _function: &Value, _arguments: Args, _rest: Value) -> Result<Value> {
        Err(self.refuse())
    }

    /// Charges steps: one for each item handled, before the work is done.
    ///
    /// # Errors
    /// The limit on steps, time or memory.
    fn spend(&mut self, steps: u64) -> Result<()>;

    /// Asks for memory before it is taken.
    ///
    /// # Errors
    /// The limit on memory.
    fn reserve(&mut self, bytes: usize) -> Result<()>;

    /// Goes one level deeper, so that recursion through values counts like recursion through calls; `leave` ends it.
    ///
    /// # Errors
    /// The limit on depth.
    fn enter(&mut self) -> Result<()>;

    /// Ends what `enter` began.
    fn leave(&mut self) {}

    /// Prints: to the output, or to the innermost open capture.
    ///
    /// # Errors
    /// No memory for it. What is beyond `max_output` is left out, with a note.
    fn print(&mut self, _text: &str) -> Result<()> {
        Err(self.refuse())
    }

    /// Opens a capture of what is printed.
    fn begin_capture(&mut self) {
        self.refuse();
    }

    /// Closes the innermost capture and gives its text.
    fn end_capture(&mut self) -> String {
        self.refuse();
        String::new()
    }

    /// Calls a tool.
    ///
    /// # Errors
    /// What the tool or its contract refuses.
    fn tool(&mut self, _name: &Arc<str>, _arguments: Value, _positional: bool) -> Result<Value> {
        Err(self.refuse())
    }

    /// The names of the tools that have most to do with a text, the best first.
    ///
    /// # Errors
    /// The limits.
    fn find_tools(&mut self, _text: &str) -> Result<Vec<String>> {
        Err(self.refuse())
    }

    /// What there is to know of a tool.
    ///
    /// # Errors
    /// A name that no tool has; the limits.
    fn describe_tool(&mut self, _name: &str) -> Result<String> {
        Err(self.refuse())
    }

    /// Calls a function for each list of arguments, overlapping their tool calls; results in order.
    ///
    /// # Errors
    /// What the first branch raises, in order.
    fn branches(&mut self, _function: &Value, _arguments: Vec<Args>) -> Result<Vec<Value>> {
        Err(self.refuse())
    }

    /// Says that a function will now be called with each of these items and nothing else be done meanwhile, so that its tool
    /// calls may be prefetched.
    fn prefetch(&mut self, _function: &Value, _items: &Value) {}

    /// Milliseconds since 1970, from the host.
    fn now(&mut self) -> i64 {
        self.refuse();
        0
    }

    /// Random bits, from the host.
    fn random(&mut self) -> u64 {
        self.refuse();
        0
    }

    /// The value of a name in memory.
    fn recall(&mut self, _name: &str) -> Option<Value> {
        self.refuse();
        None
    }

    /// Sets a name in memory.
    ///
    /// # Errors
    /// The limits.
    fn remember(&mut self, _name: &str, _value: Value) -> Result<()> {
        Err(self.refuse())
    }

    /// The names in memory.
    fn remembered(&mut self) -> Vec<Arc<str>> {
        self.refuse();
        Vec::new()
    }

    /// Sets what an atom holds, so that it can be undone if the program fails.
    fn write(&mut self, atom: &Arc<Atom>, _value: Value) -> Value {
        self.refuse();
        atom.get()
    }

    /// Gives an atom another validator, other watches and other metadata, so that it can be undone too.
    fn amend(&mut self, _atom: &Arc<Atom>, _extras: AtomExtras) {
        self.refuse();
    }

    /// An atom, volatile, delay or transient that holds `value`.
    fn make_atom(&mut self, _kind: AtomKind, _value: Value) -> Value {
        self.refuse();
        Value::Nil
    }

    /// Adds a warning for the model.
    fn warn(&mut self, _warning: String) {
        self.refuse();
    }

    /// The value of one of the last programs, 0 for the newest.
    fn recent(&mut self, _index: usize) -> Value {
        self.refuse();
        Value::Nil
    }
}
