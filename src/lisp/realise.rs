//! Lazy sequences that stay in memory: what of them is made when a program ends.
//!
//! A sequence that surely ends is made as a whole, under the limits of the program: its effects, tool calls and errors
//! belong to the program that made it. Any other is left as it is. Only its beginning is made as far as that costs
//! nothing that could be missed: no tool call, few steps and little memory, and an item that cannot be made ends it.

use std::collections::HashSet;
use std::sync::Arc;

use super::memory::{Memory, reachable_atoms};
use super::value::{
    Allowance, AtomKind, Context, Function, Iter, Lazy, Machine, Node, Raise, Result, Value, is_bounded,
};

/// How many items are made of a sequence that may be endless.
const MAX_ENDLESS_ITEMS: u64 = 1_000;

/// The steps that may be spent on sequences that may be endless.
const STEPS: u64 = 1_000_000;

/// How deep lazy sequences are looked for within values.
const MAX_SEARCH_DEPTH: usize = 200;

/// Realises what a program leaves in memory, as far as it has changed.
pub(super) fn realise(machine: &mut Machine<'_>, before: &Memory) -> Result<()> {
    let globals = machine.shared.globals.borrow().clone();
    let changed = globals.set_names().filter(|(number, kept)| {
        let same = before.globals.get(*number).is_some_and(|old| same_object(old, kept));
        !same
    });
    let mut changed: Vec<Value> = changed.map(|(_, kept)| kept.clone()).collect();
    let written = !machine.shared.undo.borrow().is_empty();
    let made = machine.shared.atoms.borrow().iter().any(|atom| atom.strong_count() > 0);
    if written || made {
        let atoms = reachable_atoms(globals.set_names().map(|(_, value)| value));
        changed.extend(atoms.into_iter().filter(|atom| atom.kind != AtomKind::Delay).map(|atom| atom.get()));
    }
    let most = machine.shared.limits.max_memory;
    let live = machine.shared.host.live_bytes().unwrap_or(0);
    let bytes = live.saturating_add(most / 16).min(most);
    let mut walk = Walk { machine, seen: HashSet::new(), steps: STEPS, bytes, trying: false };
    changed.iter().try_for_each(|value| walk.value(value, 0))
}

/// Whether a value of memory is another one than before; scalars hold nothing that could be lazy.
fn same_object(a: &Value, b: &Value) -> bool {
    address(a).is_some() && address(a) == address(b)
}

/// Where a value lies that may hold lazy sequences.
fn address(value: &Value) -> Option<usize> {
    Some(match value {
        Value::Vector(items) => Arc::as_ptr(items).addr(),
        Value::Map(map) => Arc::as_ptr(map).addr(),
        Value::Set(set) => Arc::as_ptr(set).addr(),
        Value::Seq(seq) => Arc::as_ptr(seq).addr(),
        Value::Lazy(lazy) => Arc::as_ptr(lazy).addr(),
        Value::Reduced(inner) => Arc::as_ptr(inner).addr(),
        _ => return None,
    })
}

/// The way through values, each once.
struct Walk<'m, 'way> {
    machine: &'m mut Machine<'way>,
    seen: HashSet<usize>,
    /// The steps that may still be spent on sequences that may be endless.
    steps: u64,
    /// The bytes that may live while they are made.
    bytes: u64,
    /// Whether this is an item of one of them: then nothing in it has to be made.
    trying: bool,
}

impl Walk<'_, '_> {
    fn value(&mut self, value: &Value, depth: usize) -> Result<()> {
        if !value.extent().lazy || depth > MAX_SEARCH_DEPTH || address(value).is_some_and(|at| !self.seen.insert(at)) {
            return Ok(());
        }
        self.machine.spend(1)?;
        let depth = depth.saturating_add(1);
        match value {
            Value::Vector(items) => items.iter().try_for_each(|item| self.value(item, depth)),
            Value::Map(map) => map.iter_ref().try_for_each(|(key, value)| {
                self.value(key, depth)?;
                self.value(value, depth)
            }),
            Value::Set(set) => set.iter_ref().try_for_each(|item| self.value(item, depth)),
            Value::Reduced(inner) => self.value(inner, depth),
            Value::Seq(_) | Value::Lazy(_) => self.items(value.clone(), depth),
            _ => Ok(()),
        }
    }

    fn items(&mut self, mut cells: Value, depth: usize) -> Result<()> {
        let (mut count, mut bounded, tried) = (0_u64, false, !is_bounded(&cells, 0));
        loop {
            cells = match cells {
                Value::Lazy(lazy) => match lazy.ready() {
                    Some(ready) => ready,
                    None => {
                        // What is put together of parts may turn out to be endless on the way. It is not asked each time,
                        // because asking may take as long as what is there.
                        if count.is_power_of_two() || count == 0 || !bounded {
                            bounded = is_bounded(&Value::Lazy(lazy.clone()), 0);
                        }
                        if bounded && !self.trying {
                            Lazy::realise(&lazy, self.machine)?
                        } else if (bounded || count < MAX_ENDLESS_ITEMS)
                            && let Some(made) = self.attempt(&lazy)?
                        {
                            made
                        } else {
                            return Ok(());
                        }
                    }
                },
                Value::Seq(seq) => {
                    if matches!(seq.node(), Node::Range { .. } | Node::Empty) {
                        return Ok(());
                    }
                    if let Some(first) = seq.first() {
                        let outer = self.trying;
                        self.trying = outer || tried;
                        self.value(&first, depth)?;
                        self.trying = outer;
                    }
                    count = count.saturating_add(1);
                    if count.is_multiple_of(16) {
                        self.machine.spend(16)?;
                    }
                    seq.rest()
                }
                _ => return Ok(()),
            };
        }
    }

    /// The cells that begin with the next item, if it can be made without a tool call and within what is left for it.
    fn attempt(&mut self, lazy: &Arc<Lazy>) -> Result<Option<Value>> {
        let machine = &mut *self.machine;
        let shared = machine.shared.clone();
        let (handed_out, fuel) = (shared.steps.get(), machine.fuel);
        let (height, base, depth) = (machine.stack.len(), machine.base, machine.depth);
        let captures = shared.output.borrow().captures.len();
        shared.allowance.set(Some(Allowance { steps: handed_out.saturating_add(self.steps), bytes: self.bytes }));
        machine.fuel = 0;
        let made = Lazy::realise(lazy, machine);
        shared.allowance.set(None);
        let spent = shared.steps.get().saturating_sub(handed_out).saturating_sub(machine.fuel);
        self.steps = self.steps.saturating_sub(spent);
        // Steps that nobody asked for are not the program's.
        shared.steps.set(handed_out);
        machine.fuel = fuel;
        match made {
            Ok(made) => Ok(Some(made)),
            Err(raise) if matches!(*raise, Raise::Cancelled) => Err(raise),
            Err(_) => {
                // What it had begun ends here; whoever asks for the item gets the error.
                machine.stack.truncate(height);
                (machine.base, machine.depth, machine.recurring) = (base, depth, false);
                shared.output.borrow_mut().captures.truncate(captures);
                Ok(None)
            }
        }
    }
}

/// Whether everything inside a value has been made, so that it can be written down as a whole.
pub fn is_finished(value: &Value) -> bool {
    within(value, &mut HashSet::new(), 0)
}

fn within(value: &Value, seen: &mut HashSet<usize>, depth: usize) -> bool {
    let depth = depth.saturating_add(1);
    if depth > MAX_SEARCH_DEPTH.saturating_mul(4) {
        return true;
    }
    match value {
        Value::Function(function) => match &**function {
            Function::Closure(closure) => {
                let first = seen.insert(Arc::as_ptr(function).addr());
                !first || closure.captures.iter().all(|captured| within(captured, seen, depth))
            }
            Function::Native { held, .. } => held.iter().all(|held| within(held, seen, depth)),
            Function::Builtin(_) | Function::Step { .. } => true,
        },
        Value::Atom(atom) => !seen.insert(Arc::as_ptr(atom).addr()) || within(&atom.get(), seen, depth),
        other if address(other).is_some_and(|at| !seen.insert(at)) => true,
        Value::Vector(items) => items.iter().all(|item| within(item, seen, depth)),
        Value::Map(map) => map.iter_ref().all(|(key, value)| within(key, seen, depth) && within(value, seen, depth)),
        Value::Set(set) => set.iter_ref().all(|item| within(item, seen, depth)),
        Value::Seq(_) | Value::Lazy(_) => {
            has_end(value) && (!value.extent().lazy || Iter::ready(value).all(|item| within(&item, seen, depth)))
        }
        _ => true,
    }
}

/// Whether the last cell of a sequence is there.
fn has_end(cells: &Value) -> bool {
    let mut cells = cells.clone();
    loop {
        cells = match &cells {
            Value::Lazy(lazy) => match lazy.ready() {
                Some(ready) => ready,
                None => return false,
            },
            Value::Seq(seq) => match seq.node() {
                Node::Empty | Node::Slice { .. } => return true,
                Node::Range { count, .. } => return *count != usize::MAX,
                Node::Cons { rest, .. } => rest.clone(),
            },
            _ => return true,
        };
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicI64, Ordering};

    use crate::lisp::value::Value;
    use crate::{Sandbox, Tool};

    /// A sandbox with a tool that gives one page after the other, and how often it was called.
    fn pages() -> (Sandbox, Arc<AtomicI64>) {
        let calls = Arc::new(AtomicI64::new(0));
        let counted = calls.clone();
        let fetch = Tool::new("fetch", move |_| {
            let page = Value::Int(counted.fetch_add(1, Ordering::Relaxed));
            let items = Value::vector(vec![page.clone(), Value::keyword("more")]);
            Ok(Value::map([(Value::keyword("next"), page), (Value::keyword("items"), items)]))
        });
        (Sandbox::new().tools([fetch]), calls)
    }

    const PAGES: &str = "(def pages (iterate #(tool/fetch {:page (:next %)}) (tool/fetch {:page 1})))";

    #[test]
    fn a_sequence_without_end_calls_no_tools_by_itself() {
        let (mut sandbox, calls) = pages();
        let first = sandbox.eval(&format!("{PAGES} (mapcat :items (take 2 pages))")).expect("a value");
        assert_eq!((first.to_string().as_str(), calls.load(Ordering::Relaxed)), ("(0 :more 1 :more)", 2));
        let more = sandbox.eval("(mapcat :items (take 3 pages))").expect("a value");
        assert_eq!((more.to_string().as_str(), calls.load(Ordering::Relaxed)), ("(0 :more 1 :more 2 :more)", 3));
    }

    #[test]
    fn the_calls_of_a_sequence_that_ends_belong_to_its_program() {
        let (mut sandbox, calls) = pages();
        sandbox.eval(&format!("{PAGES} (def some-items (mapcat :items (take 4 pages))) nil")).expect("definitions");
        assert_eq!(calls.load(Ordering::Relaxed), 4);
        assert_eq!(sandbox.eval("(count some-items)").expect("a value").to_string(), "8");
        assert_eq!(calls.load(Ordering::Relaxed), 4);
    }

    #[test]
    fn what_is_only_tried_costs_no_more_than_it_may() {
        let mut sandbox = Sandbox::new();
        sandbox.limits.max_steps = 3_000_000;
        sandbox
            .eval("(def slow (map (fn [n] (reduce + (range 100000)) n) (iterate inc 0))) (take 2 slow)")
            .expect("definitions");
        assert_eq!(sandbox.eval("(take 3 slow)").expect("a value").to_string(), "(0 1 2)");
    }
}
