//! Collections: looking things up and putting things in.

use std::sync::Arc;

use super::builtins;
use crate::lisp::text::ErrorKind;
use crate::lisp::value::{
    Args, AtomKind, Callable, Context, Fault, Iter, Map, Result, Seq, Value, Vector, args, force, type_error,
};

/// Charges what comparing and hashing a key costs.
pub(super) fn charge(cx: &mut dyn Context, key: &Value) -> Result<()> {
    cx.spend(key.weight())?;
    force(key, cx)
}

/// What is under a key, or nothing.
pub(super) fn find(cx: &mut dyn Context, target: &Value, key: &Value) -> Result<Option<Value>> {
    Ok(match target {
        Value::Map(map) => {
            charge(cx, key)?;
            map.search(cx, key)?.map(|(_, value)| value.clone())
        }
        Value::Vector(items) => index(key).and_then(|at| items.get(at)).cloned(),
        Value::Set(set) => {
            charge(cx, key)?;
            set.search(cx, key)?.cloned()
        }
        Value::Text(text) => {
            cx.spend(text.index_cost())?;
            index(key).and_then(|at| text.nth(at)).map(|c| Value::Text(c.into()))
        }
        Value::Atom(atom) if atom.kind == AtomKind::Transient => find(cx, &super::transients::held(atom)?, key)?,
        _ => None,
    })
}

/// A value as an index.
pub(super) fn index(key: &Value) -> Option<usize> {
    match key {
        Value::Int(at) => usize::try_from(*at).ok(),
        _ => None,
    }
}

/// A collection with a value under a key.
pub(super) fn assoc(cx: &mut dyn Context, target: Value, key: Value, value: Value) -> Result<Value> {
    match target {
        Value::Nil => {
            charge(cx, &key)?;
            Value::map([(key, value)]).within_nesting()
        }
        Value::Map(mut map) => {
            charge(cx, &key)?;
            cx.spend(1)?;
            let target = super::maps::to_change(cx, &mut map)?;
            super::maps::insert(cx, target, key, value)?;
            Value::Map(map).within_nesting()
        }
        Value::Vector(mut items) => {
            if !matches!(key, Value::Int(_)) {
                let message = format!("assoc on a vector needs an integer as index, got {}", key.describe());
                return Err(Fault::new(ErrorKind::Type, "IllegalArgumentException", message).into());
            }
            let Some(at) = index(&key).filter(|at| *at <= items.len()) else {
                let message = format!("index {} is outside of a vector of {} items", key, items.len());
                let hint = "conj adds at the end";
                return Err(Fault::value(message).class("IndexOutOfBoundsException").hint(hint).into());
            };
            cx.spend(Vector::fork_cost(&items))?;
            Vector::make_mut(&mut items).set(at, value);
            Value::Vector(items).within_nesting()
        }
        other => Err(type_error("assoc", "a map or vector", &other)),
    }
}

/// Keys and values in turn, put into a collection one after the other.
pub(super) fn assoc_all(cx: &mut dyn Context, mut coll: Value, more: Args) -> Result<Value> {
    let mut more = more.into_iter();
    while let Some(key) = more.next() {
        let Some(value) = more.next() else {
            return Err(Fault::value(format!("assoc needs a value for every key; {} has none", key.describe())).into());
        };
        coll = assoc(cx, coll, key, value)?;
    }
    Ok(coll)
}

/// A collection with one more item.
pub(super) fn conj(cx: &mut dyn Context, target: Value, item: Value) -> Result<Value> {
    cx.spend(1)?;
    match target {
        Value::Vector(mut items) => {
            cx.spend(Vector::fork_cost(&items))?;
            Vector::make_mut(&mut items).push(item);
            Value::Vector(items).within_nesting()
        }
        Value::Nil => Value::list(vec![item]).within_nesting(),
        Value::Seq(queue) if queue.is_queue() => {
            let (queue, cost) = Seq::enqueue(queue, item);
            cx.spend(cost)?;
            queue.within_nesting()
        }
        Value::Seq(ref seq) => {
            let (list, meta) = (seq.is_list(), target.meta().cloned());
            let made = Seq::cons(item, target)?;
            Ok(if list { Seq::into_list(made).with_meta(meta) } else { made })
        }
        Value::Lazy(_) => Seq::cons(item, target),
        Value::Set(mut set) => {
            charge(cx, &item)?;
            let target = super::sets::to_change(cx, &mut set)?;
            super::sets::insert(cx, target, item)?;
            Value::Set(set).within_nesting()
        }
        Value::Map(map) => super::maps::conj(cx, map, item),
        other => Err(type_error("conj", "a collection", &other)),
    }
}

/// Whether the collection has the key; for vectors whether it has the item.
pub(super) fn contains(cx: &mut dyn Context, target: &Value, key: &Value) -> Result<bool> {
    charge(cx, key)?;
    let refused = |hint: &str| {
        let message = format!("contains? needs a map, set or vector, got {}", target.describe());
        Err(Fault::new(ErrorKind::Type, "IllegalArgumentException", message).hint(hint).into())
    };
    match target {
        Value::Nil => Ok(false),
        Value::Map(map) => Ok(map.search(cx, key)?.is_some()),
        Value::Set(set) => Ok(set.search(cx, key)?.is_some()),
        Value::Vector(items) => {
            let weight = key.weight();
            for item in items.iter() {
                cx.spend(item.weight().min(weight))?;
                if item.extent().lazy {
                    force(item, cx)?;
                }
                if crate::lisp::value::equal(item, key) {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        Value::Text(text) => match key {
            Value::Int(_) => Ok(index(key).is_some_and(|at| at < text.count())),
            _ => refused("(clojure.string/includes? s part) looks for a part of a string"),
        },
        Value::Seq(_) | Value::Lazy(_) => refused("(some #{x} coll) looks for an item in a sequence"),
        Value::Atom(atom) if atom.kind == AtomKind::Transient => contains(cx, &super::transients::held(atom)?, key),
        _ => refused("(some #{x} coll) looks for an item, (clojure.string/includes? s part) for a part of a string"),
    }
}

builtins! { Collections;
    /// The value under a key, or the default; nil where there is none. For vectors and strings by index.
    /// (get {:a 1} :a)
    /// ;=> 1
    /// (get {"a" 1} :a)
    /// ;=> 1
    /// (get [7 8] 5 :none)
    /// ;=> :none
    "get"
        (cx, coll: Value, key: Value) => { Ok(find(cx, &coll, &key)?.unwrap_or_default()) }
        (cx, coll: Value, key: Value, default: Value) => { Ok(find(cx, &coll, &key)?.unwrap_or(default)) }

    /// What `(:key coll)` gives.
    "%lookup"
        (cx, coll: Value, key: Value) => { Ok(find(cx, &coll, &key)?.unwrap_or_default()) }
        (cx, coll: Value, key: Value, default: Value) => { Ok(find(cx, &coll, &key)?.unwrap_or(default)) }

    /// The collection with values under keys; for vectors under indices up to the length.
    /// (assoc {:a 1} :b 2)
    /// ;=> {:a 1, :b 2}
    "assoc"
        (cx, coll: Value, key: Value, value: Value) => { assoc(cx, coll, key, value) }
        (cx, coll: Value, key: Value, value: Value; more) => {
            let coll = assoc(cx, coll, key, value)?;
            assoc_all(cx, coll, more)
        }

    /// The collection with items put in: at the end of a vector, the beginning of a list.
    /// (conj [1 2] 3)
    /// ;=> [1 2 3]
    /// (conj '(1 2) 3)
    /// ;=> (3 1 2)
    "conj"
        (_cx) => { Ok(Value::vector(Vec::new())) }
        (_cx, coll: Value) => { Ok(coll) }
        (cx, coll: Value, item: Value) => { conj(cx, coll, item) }
        (cx, coll: Value, item: Value; more) => {
            let mut coll = conj(cx, coll, item)?;
            for item in more {
                coll = conj(cx, coll, item)?;
            }
            Ok(coll)
        }

    /// The number of items.
    /// (count [1 2 3])
    /// ;=> 3
    /// (count nil)
    /// ;=> 0
    "count" (cx, coll: Value) => {
        let coll = match &coll {
            Value::Text(text) => {
                cx.spend(text.index_cost())?;
                return Ok(text.count().into());
            }
            Value::Atom(atom) if atom.kind == AtomKind::Transient => super::transients::held(atom)?,
            Value::Lazy(_) => coll,
            _ => match coll.known_count() {
                Some(count) => return Ok(count.into()),
                None => coll,
            },
        };
        if !matches!(coll, Value::Seq(_) | Value::Lazy(_)) {
            return match coll.known_count() {
                Some(count) => Ok(count.into()),
                None => {
                    let message = format!("count needs a collection or string, got {}", coll.describe());
                    Err(Fault::new(ErrorKind::Type, "UnsupportedOperationException", message).into())
                }
            };
        }
        let mut items = Iter::new(coll)?;
        let mut count: i64 = 0;
        while items.next(cx)?.is_some() {
            cx.spend(1)?;
            count = count.saturating_add(1);
        }
        Ok(Value::Int(count))
    }

    /// Whether a map has the key, a set the item; whether a vector holds the item.
    /// (contains? {:a nil} :a)
    /// ;=> true
    /// (contains? [7 8] 8)
    /// ;=> true
    "contains?" (cx, coll: Value, key: Value) => { contains(cx, &coll, &key).map(Value::from) }

    /// A map of keys and values in turn, as a pattern for keyword arguments takes a sequence.
    "%keyword-arguments" (cx, given: Value) => {
        let Value::Seq(_) = &given else { return Ok(given) };
        let items = crate::lisp::value::collect(given, cx)?;
        // As in Clojure, a single one is what is taken apart, whatever it is.
        if let [only] = items.as_slice() {
            return Ok(only.clone());
        }
        let (mut items, mut map) = (items.into_iter(), Map::default());
        while let Some(key) = items.next() {
            let Some(value) = items.next() else {
                if let Value::Map(_) | Value::Vector(_) | Value::Nil = &key {
                    return super::maps::conj(cx, Arc::new(map), key);
                }
                let shown = crate::lisp::value::shorten(&key, 80);
                return Err(Fault::value(format!("keyword arguments need a value for every key; {shown} has none")).into());
            };
            charge(cx, &key)?;
            map.insert(key, value);
        }
        Value::from(map).within_nesting()
    }

    /// The item at an index; nil or the default where there is none.
    /// (nth [7 8 9] 1)
    /// ;=> 8
    /// (nth [7] 5 :none)
    /// ;=> :none
    "nth"
        (cx, coll: Value, index: i64) => { nth(cx, coll, index).map(Option::unwrap_or_default) }
        (cx, coll: Value, index: i64, default: Value) => { Ok(nth(cx, coll, index)?.unwrap_or(default)) }

    /// As nth, but maps and sets are walked too: for patterns with a rest.
    "%nth-walking" (cx, coll: Value, index: i64, default: Value) => {
        let coll = match coll {
            Value::Map(_) | Value::Set(_) => crate::lisp::value::seq(coll, cx)?,
            other => other,
        };
        Ok(nth(cx, coll, index)?.unwrap_or(default))
    }

    /// The items after the first n; nil if there are none.
    /// (nthnext [1 2 3] 2)
    /// ;=> (3)
    "nthnext" (cx, coll: Value, n: Value) => {
        let n = super::stages::amount("(nthnext coll n)", &n)?;
        let mut cells = crate::lisp::value::seq(coll, cx)?;
        if let Value::Seq(shared) = &cells
            && let crate::lisp::value::Node::Slice { items, from } = shared.node()
        {
            let from = from.saturating_add(usize::try_from(n).unwrap_or(0));
            return Ok(Seq::slice_or_nothing(items.clone(), from).unwrap_or_default());
        }
        for _ in 0..n.max(0) {
            cx.spend(1)?;
            cells = match &cells {
                Value::Seq(shared) => crate::lisp::value::seq(shared.rest(), cx)?,
                _ => return Ok(Value::Nil),
            };
        }
        Ok(cells)
    }

    /// The collection with a function's value in the place of what is under a key.
    /// (update {:a 1} :a inc)
    /// ;=> {:a 2}
    /// (update {:a 1} :b (fnil inc 0))
    /// ;=> {:a 1, :b 1}
    "update"
        (cx, coll: Value, key: Value, f: Callable) => { update(cx, coll, key, &f, Args::new()) }
        (cx, coll: Value, key: Value, f: Callable; more) => { update(cx, coll, key, &f, more) }
}

/// The item at an index.
fn nth(cx: &mut dyn Context, coll: Value, index: i64) -> Result<Option<Value>> {
    let Ok(at) = usize::try_from(index) else { return Ok(None) };
    match &coll {
        Value::Nil => Ok(None),
        Value::Vector(items) => Ok(items.get(at).cloned()),
        Value::Text(text) => {
            cx.spend(text.index_cost())?;
            Ok(text.nth(at).map(|c| Value::Text(c.into())))
        }
        Value::Seq(_) | Value::Lazy(_) => {
            if let Value::Seq(shared) = &coll {
                match shared.node() {
                    crate::lisp::value::Node::Slice { items, from } => {
                        return Ok(items.get(from.saturating_add(at)).cloned());
                    }
                    crate::lisp::value::Node::Range { start, count, step } => {
                        let offset = i64::try_from(at).ok().and_then(|at| at.checked_mul(*step));
                        return Ok(if at < *count {
                            offset.and_then(|offset| start.checked_add(offset)).map(Value::Int)
                        } else {
                            None
                        });
                    }
                    crate::lisp::value::Node::Empty => return Ok(None),
                    crate::lisp::value::Node::Cons { .. } => {}
                }
            }
            let mut items = Iter::new(coll)?;
            for _ in 0..at {
                cx.spend(1)?;
                if items.next(cx)?.is_none() {
                    return Ok(None);
                }
            }
            items.next(cx)
        }
        Value::Atom(atom) if atom.kind == AtomKind::Transient => nth(cx, super::transients::held(atom)?, index),
        other => {
            let message = format!("nth needs a vector, string or sequence, got {}", other.describe());
            let fault = Fault::new(ErrorKind::Type, "UnsupportedOperationException", message);
            Err(fault.hint("maps and sets have no positions: (get m k), (nth (seq coll) i)").into())
        }
    }
}

/// What is under a key, or `nil`: moved out, so that it may be changed in place, where nobody else holds the collection.
///
/// Whoever takes it out puts another value under the key, or drops the collection.
pub(super) fn take(cx: &mut dyn Context, coll: &mut Value, key: &Value) -> Result<Value> {
    let taken = match coll {
        Value::Map(map) if map.sorting().is_none() => {
            charge(cx, key)?;
            match Arc::get_mut(map) {
                Some(map) => return Ok(map.take(key).unwrap_or_default()),
                None => map.get(key).cloned(),
            }
        }
        Value::Vector(items) => match (Arc::get_mut(items), index(key)) {
            (Some(items), Some(at)) => items.take(at),
            _ => find(cx, coll, key)?,
        },
        other => find(cx, other, key)?,
    };
    Ok(taken.unwrap_or_default())
}

/// Takes the old value out before the function runs, so that it may be changed in place, and puts the new one in.
pub(super) fn update(cx: &mut dyn Context, coll: Value, key: Value, f: &Value, more: Args) -> Result<Value> {
    let mut coll = coll;
    let old = take(cx, &mut coll, &key)?;
    let new =
        if more.is_empty() { cx.call1(f, old)? } else { cx.call(f, args([old]).into_iter().chain(more).collect())? };
    assoc(cx, coll, key, new)
}
