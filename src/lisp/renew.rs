//! The memory of a fork: everything is shared but what can be changed, which is made anew.

use std::collections::HashMap;
use std::sync::Arc;

use super::memory::{Memory, reachable_atoms};
use super::value::{Atom, Closure, Function, Iter, Value};

/// How deep atoms are looked for within a value; what is deeper stays shared. Closures may hold closures without end.
const MAX_ATOM_DEPTH: usize = 200;

impl Memory {
    /// The same memory for another process: values are shared, atoms are its own and hold what they hold now.
    ///
    /// Costs the same whatever the memory holds, unless programs made atoms; then what can reach one is walked. Atoms
    /// that are keys of maps or members of sets, or that wait within lazy sequences, stay shared.
    pub fn forked(&self) -> Self {
        let mut forked = self.clone();
        if !self.has_atoms {
            return forked;
        }
        let old = reachable_atoms(self.roots());
        let fresh = |atom: &Arc<Atom>| {
            let copy = Atom::new(atom.kind, atom.program, Value::Nil);
            (Arc::as_ptr(atom), Arc::new(copy))
        };
        let mut renewal = Renewal { atoms: old.iter().map(fresh).collect(), known: HashMap::new() };
        for atom in &old {
            let held = atom.get();
            let held = renewal.renewed(&held, 0).unwrap_or(held);
            let mut extras = atom.extras();
            for function in [&mut extras.validator, &mut extras.watches] {
                if let Some(renewed) = renewal.renewed(function, 0) {
                    *function = renewed;
                }
            }
            if let Some(copy) = renewal.atoms.get(&Arc::as_ptr(atom)) {
                copy.replace(held);
                copy.set_extras(extras);
            }
        }
        for (number, value) in self.globals.set_names() {
            if let Some(value) = renewal.renewed(value, 0) {
                forked.globals.set(number, value);
            }
        }
        for value in &mut forked.recent {
            if let Some(renewed) = renewal.renewed(value, 0) {
                *value = renewed;
            }
        }
        forked
    }
}

/// New atoms for old ones, and what has been looked at.
struct Renewal {
    atoms: HashMap<*const Atom, Arc<Atom>>,
    /// By address: the value with new atoms, or nothing where there are none in it.
    known: HashMap<usize, Option<Value>>,
}

impl Renewal {
    /// The value with new atoms, if there are any in it.
    fn renewed(&mut self, value: &Value, depth: usize) -> Option<Value> {
        let address = match value {
            Value::Atom(atom) => return self.atoms.get(&Arc::as_ptr(atom)).cloned().map(Value::Atom),
            Value::Vector(items) => Arc::as_ptr(items).addr(),
            Value::Map(map) => Arc::as_ptr(map).addr(),
            Value::Seq(seq) => Arc::as_ptr(seq).addr(),
            Value::Function(function) => Arc::as_ptr(function).addr(),
            Value::Reduced(inner) => Arc::as_ptr(inner).addr(),
            _ => return None,
        };
        if let Some(known) = self.known.get(&address) {
            return known.clone();
        }
        if depth > MAX_ATOM_DEPTH {
            return None;
        }
        let renewed = self.rebuilt(value, depth.saturating_add(1));
        self.known.insert(address, renewed.clone());
        renewed
    }

    fn rebuilt(&mut self, value: &Value, depth: usize) -> Option<Value> {
        match value {
            Value::Vector(items) => self.items(items.iter(), depth).map(Value::vector),
            Value::Seq(_) => {
                let items: Vec<Value> = Iter::ready(value).collect();
                self.items(items.iter(), depth).map(Value::seq)
            }
            Value::Map(map) => {
                let mut changed: Option<super::value::Map> = None;
                for (key, value) in map.iter_ref() {
                    if let Some(renewed) = self.renewed(value, depth) {
                        changed.get_or_insert_with(|| (**map).clone()).insert(key.clone(), renewed);
                    }
                }
                changed.map(Value::from)
            }
            Value::Function(function) => match &**function {
                Function::Closure(closure) => self.items(closure.captures.iter(), depth).map(|captures| {
                    Function::Closure(Closure { template: closure.template.clone(), captures, member: closure.member })
                        .into()
                }),
                Function::Native { name, held, code } => {
                    self.items(held.iter(), depth).map(|held| Function::Native { name, held, code: *code }.into())
                }
                Function::Builtin(_) | Function::Step { .. } => None,
            },
            Value::Reduced(inner) => self.renewed(inner, depth).map(|inner| Value::Reduced(Arc::new(inner))),
            _ => None,
        }
    }

    /// The items with new atoms, if there are any in them.
    fn items<'a>(&mut self, items: impl Iterator<Item = &'a Value>, depth: usize) -> Option<Vec<Value>> {
        let mut changed = false;
        let renewed = items.map(|item| match self.renewed(item, depth) {
            Some(renewed) => {
                changed = true;
                renewed
            }
            None => item.clone(),
        });
        let renewed: Vec<Value> = renewed.collect();
        changed.then_some(renewed)
    }
}

#[cfg(test)]
mod tests {
    use crate::Sandbox;

    #[test]
    fn a_fork_has_atoms_of_its_own() {
        let mut parent = Sandbox::new();
        parent
            .eval(
                "(def a (atom 1)) (def b {:same [a a]}) (def add! (fn [] (swap! a inc))) (def ring (atom nil)) \
                 (reset! ring {:self ring}) (def plain [1 2]) (def seen (atom [])) \
                 (add-watch a :w (fn [_ _ _ new] (swap! seen conj new)))",
            )
            .expect("definitions");
        let mut child = Sandbox { memory: parent.memory.forked(), ..parent.clone() };
        assert_eq!(child.eval("(add!) (swap! (first (:same b)) + 10) @a").expect("a value").to_string(), "12");
        assert_eq!(child.eval("(identical? @(:self @ring) @ring)").expect("a value").to_string(), "true");
        assert_eq!(child.eval("@seen").expect("a value").to_string(), "[2 12]");
        assert_eq!(parent.eval("[@a plain @seen]").expect("a value").to_string(), "[1 [1 2] []]");
    }

    #[test]
    fn a_fork_costs_the_same_however_much_is_remembered() {
        let mut sandbox = Sandbox::new();
        sandbox.eval("(def many (vec (range 300000)))").expect("definitions");
        let began = std::time::Instant::now();
        let forks: Vec<_> = (0..1_000).map(|_| sandbox.memory.forked()).collect();
        // A walk over all of it would take a thousand times as long.
        assert!(began.elapsed().as_millis() < 500, "{:?}", began.elapsed());
        assert_eq!(forks.len(), 1_000);
    }
}
