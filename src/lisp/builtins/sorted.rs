//! Sorted maps and sets.

use super::builtins;
use crate::lisp::ops::order::Comparator;
use crate::lisp::ops::{maps, sets};
use crate::lisp::value::{Builtin, Context, Function, Map, Result, Set, Value, pair, type_error};

/// The items of a sorted collection from last to first; nothing for other values.
#[expect(dead_code, reason = "rseq asks for it")]
pub(super) fn reversed(coll: &Value) -> Option<Vec<Value>> {
    let sorted = Sorted::of(coll)?;
    Some((0..sorted.map.len()).rev().filter_map(|at| sorted.item(at)).collect())
}

/// A sorted map, or a sorted set as the map whose keys are its items.
struct Sorted<'a> {
    map: &'a Map,
    is_set: bool,
}

impl<'a> Sorted<'a> {
    fn of(coll: &'a Value) -> Option<Self> {
        match coll {
            Value::Map(map) if map.sorting().is_some() => Some(Self { map, is_set: false }),
            Value::Set(set) => set.as_sorted().map(|map| Self { map, is_set: true }),
            _ => None,
        }
    }

    fn item(&self, at: usize) -> Option<Value> {
        let (key, value) = self.map.nth(at)?;
        Some(if self.is_set { key.clone() } else { pair(key.clone(), value.clone()) })
    }

    /// The items in a range of places.
    fn items(&self, cx: &mut dyn Context, from: usize, to: usize, backwards: bool) -> Result<Value> {
        cx.spend(to.saturating_sub(from) as u64)?;
        let item = |at| self.item(at);
        let items =
            if backwards { (from..to).rev().filter_map(item).collect() } else { (from..to).filter_map(item).collect() };
        Ok(Value::seq(items))
    }
}

/// On which side of a key the items of a part lie.
#[derive(Clone, Copy)]
struct Bound {
    above: bool,
    inclusive: bool,
}

impl Bound {
    fn of(name: &'static str, test: &Value) -> Result<Self> {
        let builtin = match test {
            Value::Function(function) => match &**function {
                Function::Builtin(Builtin { name, .. }) => *name,
                Function::Closure(_) | Function::Native { .. } | Function::Step { .. } => "",
            },
            _ => "",
        };
        let (above, inclusive) = match builtin {
            "<" => (false, false),
            "<=" => (false, true),
            ">" => (true, false),
            ">=" => (true, true),
            _ => return Err(type_error(name, "one of < <= > >= as test", test)),
        };
        Ok(Self { above, inclusive })
    }

    /// The places of the items that the bound lets through.
    fn places(self, cx: &mut dyn Context, map: &Map, key: &Value) -> Result<(usize, usize)> {
        if map.is_empty() {
            return Ok((0, 0));
        }
        let place = map.place(cx, key)?;
        let (before, after) = match place {
            Ok(at) => (at, at.saturating_add(1)),
            Err(at) => (at, at),
        };
        Ok(match (self.above, self.inclusive) {
            (true, true) => (before, map.len()),
            (true, false) => (after, map.len()),
            (false, true) => (0, after),
            (false, false) => (0, before),
        })
    }
}

/// The part of a sorted collection on one side of a key.
fn part(
    cx: &mut dyn Context,
    name: &'static str,
    coll: &Value,
    test: &Value,
    key: &Value,
    backwards: bool,
) -> Result<Value> {
    let Some(sorted) = Sorted::of(coll) else { return Err(type_error(name, "a sorted map or set", coll)) };
    let bound = Bound::of(name, test)?;
    let (from, to) = bound.places(cx, sorted.map, key)?;
    // As in Clojure: nothing is nil where the search begins at the key, else ().
    if from >= to && bound.above != backwards { Ok(Value::Nil) } else { sorted.items(cx, from, to, backwards) }
}

/// The part of a sorted collection between two keys.
fn between(
    cx: &mut dyn Context,
    name: &'static str,
    coll: &Value,
    (start_test, start): (&Value, &Value),
    (end_test, end): (&Value, &Value),
    backwards: bool,
) -> Result<Value> {
    let Some(sorted) = Sorted::of(coll) else { return Err(type_error(name, "a sorted map or set", coll)) };
    let (from, above) = Bound::of(name, start_test)?.places(cx, sorted.map, start)?;
    let (below, to) = Bound::of(name, end_test)?.places(cx, sorted.map, end)?;
    // As in Clojure: nothing is nil where no item lies beyond the key at which the search begins, else ().
    let beyond = Bound { above: !backwards, inclusive: true };
    let (first, last) = beyond.places(cx, sorted.map, if backwards { end } else { start })?;
    if first >= last { Ok(Value::Nil) } else { sorted.items(cx, from.max(below), to.min(above), backwards) }
}

builtins! { Collections;
    /// A map of keys and values in turn that stays in the order of its keys.
    /// (sorted-map :b 2 :a 1)
    /// ;=> {:a 1, :b 2}
    "sorted-map" (cx; keyvals) => { maps::build(cx, "sorted-map", Map::sorted(None), keyvals) }

    /// As sorted-map, in the order of a comparator.
    /// (sorted-map-by > 1 :a 2 :b)
    /// ;=> {2 :b, 1 :a}
    "sorted-map-by" (cx, comparator: Comparator; keyvals) => {
        maps::build(cx, "sorted-map-by", Map::sorted(Some(comparator.0)), keyvals)
    }

    /// A set of the arguments that stays in order.
    /// (sorted-set 3 1 2)
    /// ;=> #{1 2 3}
    "sorted-set" (cx; items) => { sets::build(cx, Set::sorted(None), items) }

    /// As sorted-set, in the order of a comparator.
    /// (sorted-set-by > 3 1 2)
    /// ;=> #{3 2 1}
    "sorted-set-by" (cx, comparator: Comparator; items) => {
        sets::build(cx, Set::sorted(Some(comparator.0)), items)
    }

    /// Whether the value is a sorted map or set.
    /// (sorted? (sorted-set 1))
    /// ;=> true
    "sorted?" => "bool" (_cx, x: Value) => { Ok(Value::from(Sorted::of(&x).is_some())) }

    /// The items of a sorted collection on one side of a key, or between two; tests are < <= > >=.
    /// (subseq (sorted-set 1 2 3 4) > 2)
    /// ;=> (3 4)
    /// (subseq (sorted-map 1 :a 2 :b 3 :c) >= 1 < 3)
    /// ;=> ([1 :a] [2 :b])
    "subseq"
        (cx, coll: Value, test: Value, key: Value) => { part(cx, "subseq", &coll, &test, &key, false) }
        (cx, coll: Value, start_test: Value, start: Value, end_test: Value, end: Value) => {
            between(cx, "subseq", &coll, (&start_test, &start), (&end_test, &end), false)
        }

    /// As subseq, from last to first.
    /// (rsubseq (sorted-set 1 2 3 4) <= 3)
    /// ;=> (3 2 1)
    "rsubseq"
        (cx, coll: Value, test: Value, key: Value) => { part(cx, "rsubseq", &coll, &test, &key, true) }
        (cx, coll: Value, start_test: Value, start: Value, end_test: Value, end: Value) => {
            between(cx, "rsubseq", &coll, (&start_test, &start), (&end_test, &end), true)
        }
}
