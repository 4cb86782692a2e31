//! What a running program holds: its stack, its meter, its names and its output.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::rc::Rc;
use std::sync::{Arc, Mutex, Weak};

use super::{Atom, AtomExtras, Host, Raise, Suspend, Value};
use crate::lisp::limits::Limits;
use crate::lisp::text::LimitKind;

/// One line of evaluation: the main one of a program, or a branch of a `pmap`.
pub struct Machine<'way> {
    /// The frames, one after the other.
    pub stack: Vec<Value>,
    /// Where the current frame begins.
    pub base: usize,
    /// Steps left until the next look at clock and budget.
    pub fuel: u64,
    /// Calls within calls.
    pub depth: u32,
    /// Set by `recur` for the loop or function that it leads back to.
    pub recurring: bool,
    /// What all branches share.
    pub shared: Rc<Shared>,
    /// The way to wait.
    pub suspender: &'way dyn Suspend,
    /// The lowest address that the native stack may reach.
    pub floor: usize,
    /// The error on its way, while code gives no value.
    pub raised: Option<Box<Raise>>,
}

impl Machine<'_> {
    /// Sends an error on its way; the value says that there is none.
    #[cold]
    pub fn raise(&mut self, raise: Box<Raise>) -> Value {
        self.raised = Some(raise);
        Value::Nothing
    }
}

/// What all branches of a program share.
pub struct Shared {
    /// The host.
    pub host: Rc<dyn Host>,
    /// The limits.
    pub limits: Limits,
    /// Steps handed out so far.
    pub steps: Cell<u64>,
    /// Tool calls so far.
    pub tool_calls: Cell<u64>,
    /// Branches that are in progress.
    pub branches: Cell<usize>,
    /// Peak of live bytes seen.
    pub peak_bytes: Cell<u64>,
    /// The values of `def`s and of memory.
    pub globals: RefCell<Globals>,
    /// The names of the globals.
    pub names: Arc<Names>,
    /// What `ctx/…` shows.
    pub context: Value,
    /// The values of the last programs that succeeded, newest first.
    pub recent: [Value; 3],
    /// What was printed.
    pub output: RefCell<Printed>,
    /// What the model should know although nothing failed.
    pub warnings: RefCell<Vec<String>>,
    /// The number of this program, to tell older atoms from its own.
    pub program: u64,
    /// The values that older atoms had before this program.
    pub undo: RefCell<Vec<(Arc<Atom>, Value, AtomExtras)>>,
    /// What may be used up while something is tried that may fail.
    pub allowance: Cell<Option<Allowance>>,
    /// The atoms this program made, so that rings through them can be cut.
    pub atoms: RefCell<Vec<Weak<Atom>>>,
}

/// How far something may go that is only tried: beyond it is an error as beyond a limit, and so is any tool call.
#[derive(Clone, Copy, Debug)]
pub struct Allowance {
    /// The steps up to which it may go on, instead of those that the program has.
    pub steps: u64,
    /// The live bytes.
    pub bytes: u64,
}

impl Allowance {
    /// The error of a tool call where something is only tried.
    #[cold]
    pub fn no_tools() -> Box<Raise> {
        super::limit(LimitKind::ToolCalls, 0, 1)
    }
}

/// What a program has printed, and what `with-out-str` is catching.
#[derive(Default)]
pub struct Printed {
    /// What goes to the model.
    pub text: String,
    /// The texts of the `with-out-str` forms that are open.
    pub captures: Vec<String>,
    /// The bytes in all.
    pub bytes: usize,
}

/// The values of names, by number, and which of them a `def` made. Cheap to clone: copied when first changed.
#[derive(Clone, Default)]
pub struct Globals(Arc<Table>);

#[derive(Clone, Default)]
struct Table {
    values: Vec<Value>,
    defined: HashSet<usize>,
}

impl Globals {
    /// The value of a name.
    #[inline]
    pub fn get(&self, name: usize) -> Option<&Value> {
        self.0.values.get(name).filter(|value| !value.is_nothing())
    }

    /// Sets the value of a name, or unsets it with [`Value::Nothing`].
    pub fn set(&mut self, name: usize, value: Value) {
        let values = &mut Arc::make_mut(&mut self.0).values;
        if values.len() <= name {
            values.resize(name.saturating_add(1), Value::Nothing);
        }
        if let Some(place) = values.get_mut(name) {
            *place = value;
        }
    }

    /// The names that have a value.
    pub fn set_names(&self) -> impl Iterator<Item = (usize, &Value)> {
        self.0.values.iter().enumerate().filter(|(_, value)| !value.is_nothing())
    }

    /// Notes that a `def` made the name: it then shadows a builtin.
    pub fn define(&mut self, name: usize) {
        if !self.0.defined.contains(&name) {
            Arc::make_mut(&mut self.0).defined.insert(name);
        }
    }

    /// Whether a `def` made the name, which has a value.
    pub fn is_defined(&self, name: usize) -> bool {
        self.0.defined.contains(&name) && self.get(name).is_some()
    }
}

/// The names of an agent's memory and their numbers.
///
/// Each program has a copy to add to, which is kept if it succeeds: so the names of one that failed are gone with it, and
/// agents that began with the same memory do not number each other's.
#[derive(Default)]
pub struct Names(Mutex<NameTable>);

/// Persistent, so that a copy costs nothing.
#[derive(Clone, Default)]
struct NameTable {
    numbers: im::HashMap<Arc<str>, usize>,
    names: im::Vector<Arc<str>>,
}

impl Names {
    fn table(&self) -> std::sync::MutexGuard<'_, NameTable> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// The same names, to be added to without those that have these seeing it.
    #[must_use]
    pub fn copied(&self) -> Self {
        Self(Mutex::new(self.table().clone()))
    }

    /// The number of a name, if it has one.
    pub fn find(&self, name: &str) -> Option<usize> {
        self.table().numbers.get(name).copied()
    }

    /// The number of a name, a new one if need be.
    pub fn number(&self, name: &str) -> usize {
        let mut table = self.table();
        if let Some(number) = table.numbers.get(name) {
            return *number;
        }
        let (number, name): (usize, Arc<str>) = (table.names.len(), name.into());
        table.names.push_back(name.clone());
        table.numbers.insert(name, number);
        number
    }

    /// The name of a number.
    pub fn name(&self, number: usize) -> Option<Arc<str>> {
        self.table().names.get(number).cloned()
    }
}
