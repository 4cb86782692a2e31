//! An agent's memory: what its programs define and put, kept if they succeed.

use std::collections::HashSet;
use std::sync::{Arc, Weak};

use super::analyse::Aliases;
use super::value::{Atom, Function, Globals, Iter, Names, Value};

/// The namespace of an agent, and the values of its last programs. Cheap to clone.
#[derive(Clone, Default)]
pub struct Memory {
    pub(super) names: Arc<Names>,
    pub(super) globals: Globals,
    pub(super) aliases: Arc<Aliases>,
    pub(super) recent: [Value; 3],
    pub(super) programs: u64,
    /// Whether programs have made atoms, which then may be in it.
    pub(super) has_atoms: bool,
    /// The bytes that programs have left alive in it, where they are counted.
    pub(super) live_bytes: u64,
}

impl Memory {
    /// An empty memory.
    pub fn new() -> Self {
        Self::default()
    }

    /// The bytes it takes, where they are counted: the next program starts with them.
    pub(crate) fn live_bytes(&self) -> u64 {
        self.live_bytes
    }

    /// Takes over the values of the last programs from another memory: the program that left this one gave none.
    #[cfg(feature = "agent")]
    pub(crate) fn with_results_of(mut self, other: &Self) -> Self {
        self.recent.clone_from(&other.recent);
        self
    }

    /// What is under a name.
    pub fn get(&self, name: &str) -> Option<Value> {
        self.globals.get(self.names.find(name)?).cloned()
    }

    /// Puts a value under a name.
    pub fn put(&mut self, name: &str, value: Value) {
        let number = self.names.number(name);
        self.has_atoms = self.has_atoms || !reachable_atoms(std::iter::once(&value)).is_empty();
        self.globals.set(number, value);
    }

    /// All names with their values, in the order they were made.
    pub fn entries(&self) -> Vec<(Arc<str>, Value)> {
        let entries = self.globals.set_names();
        entries.filter_map(|(number, value)| Some((self.names.name(number)?, value.clone()))).collect()
    }

    /// The aliases that its programs gave to namespaces.
    pub fn aliases(&self) -> &Aliases {
        &self.aliases
    }

    /// The value of the last program that succeeded.
    pub fn last_result(&self) -> &Value {
        let [last, ..] = &self.recent;
        last
    }

    /// Sets what `ctx/last-result` shows.
    pub fn push_result(&mut self, value: Value) {
        let [first, second, _] = std::mem::take(&mut self.recent);
        self.recent = [value, first, second];
    }

    pub(super) fn roots(&self) -> impl Iterator<Item = &Value> {
        self.globals.set_names().map(|(_, value)| value).chain(&self.recent)
    }
}

/// Empties the atoms that a program made and that nothing reaches any more: a ring through an atom would otherwise stay
/// forever.
pub(super) fn collect_cycles<'a>(atoms: &[Weak<Atom>], roots: impl Iterator<Item = &'a Value>) {
    let alive: Vec<Arc<Atom>> = atoms.iter().filter_map(Weak::upgrade).collect();
    if alive.is_empty() {
        return;
    }
    let reached: HashSet<*const Atom> = reachable_atoms(roots).iter().map(Arc::as_ptr).collect();
    for atom in alive {
        if !reached.contains(&Arc::as_ptr(&atom)) {
            atom.clear();
        }
    }
}

/// The atoms that values lead to, each once.
pub(super) fn reachable_atoms<'a>(roots: impl Iterator<Item = &'a Value>) -> Vec<Arc<Atom>> {
    let mut reached = Vec::new();
    let mut seen: HashSet<usize> = HashSet::new();
    let mut stack: Vec<Value> = roots.cloned().collect();
    while let Some(value) = stack.pop() {
        let address = match &value {
            Value::Vector(items) => Arc::as_ptr(items).addr(),
            Value::Map(map) => Arc::as_ptr(map).addr(),
            Value::Set(set) => Arc::as_ptr(set).addr(),
            Value::Function(function) => Arc::as_ptr(function).addr(),
            Value::Atom(atom) => Arc::as_ptr(atom).addr(),
            Value::Seq(seq) => Arc::as_ptr(seq).addr(),
            Value::Lazy(lazy) => Arc::as_ptr(lazy).addr(),
            Value::Reduced(inner) => Arc::as_ptr(inner).addr(),
            Value::Fault(fault) => Arc::as_ptr(fault).addr(),
            Value::Nil
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Float(_)
            | Value::Big(_)
            | Value::Text(_)
            | Value::Keyword(_)
            | Value::Symbol(_)
            | Value::Regex(_)
            | Value::Date(_)
            | Value::Nothing => continue,
        };
        if !seen.insert(address) {
            continue;
        }
        stack.extend(value.meta().cloned().map(Value::Map));
        match &value {
            Value::Vector(items) => stack.extend(items.iter().filter(|item| item.may_refer()).cloned()),
            Value::Map(map) => {
                stack.extend(
                    map.iter_ref().flat_map(|(key, value)| [key, value]).filter(|item| item.may_refer()).cloned(),
                );
            }
            Value::Set(set) => stack.extend(set.iter_ref().filter(|item| item.may_refer()).cloned()),
            Value::Seq(_) | Value::Lazy(_) => stack.extend(Iter::ready(&value).filter(Value::may_refer)),
            Value::Function(function) => match &**function {
                Function::Closure(closure) => stack.extend(closure.captures.iter().cloned()),
                Function::Native { held, .. } => stack.extend(held.iter().cloned()),
                Function::Builtin(_) | Function::Step { .. } => {}
            },
            Value::Atom(atom) => {
                reached.push(atom.clone());
                stack.push(atom.get());
                let extras = atom.extras();
                stack.extend([extras.validator, extras.watches]);
                stack.extend(extras.meta.map().cloned().map(Value::Map));
            }
            Value::Reduced(inner) => stack.push((**inner).clone()),
            Value::Fault(fault) => {
                stack.extend(fault.data.clone());
                stack.push(fault.cause.clone());
            }
            _ => {}
        }
    }
    reached
}

impl Value {
    /// Whether other values may be inside.
    fn may_refer(&self) -> bool {
        matches!(
            self,
            Value::Vector(_)
                | Value::Map(_)
                | Value::Set(_)
                | Value::Seq(_)
                | Value::Lazy(_)
                | Value::Function(_)
                | Value::Atom(_)
                | Value::Reduced(_)
                | Value::Fault(_)
        )
    }
}
