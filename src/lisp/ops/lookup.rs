//! Looking up: what lies under a key of a collection.

use crate::lisp::text::ErrorKind;
use crate::lisp::value::{Atom, AtomKind, Context, Fault, Iter, Map, Result, Value, What, force};
use std::sync::Arc;

/// Charges what comparing and hashing a key costs.
pub(crate) fn charge(cx: &mut dyn Context, key: &Value) -> Result<()> {
    cx.spend(key.weight())?;
    force(key, cx)
}

/// What is under a key, or nothing.
pub(crate) fn find(cx: &mut dyn Context, target: &Value, key: &Value) -> Result<Option<Value>> {
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
        Value::Atom(atom) if atom.kind == AtomKind::Transient => find(cx, &transient_value(atom)?, key)?,
        _ => None,
    })
}

/// A value as an index.
pub(crate) fn index(key: &Value) -> Option<usize> {
    match key {
        Value::Int(at) => usize::try_from(*at).ok(),
        _ => None,
    }
}

/// Whether the collection has the key; for vectors whether it has the item.
pub(crate) fn contains(cx: &mut dyn Context, target: &Value, key: &Value) -> Result<bool> {
    charge(cx, key)?;
    let refused = |hint: &'static str| {
        let what = What::needs("contains?", "a map, set or vector", target);
        Err(Fault::new(ErrorKind::Type, "IllegalArgumentException", what).hint(hint).into())
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
        Value::Atom(atom) if atom.kind == AtomKind::Transient => contains(cx, &transient_value(atom)?, key),
        _ => refused("(some #{x} coll) looks for an item, (clojure.string/includes? s part) for a part of a string"),
    }
}

/// The item at an index.
pub(crate) fn nth(cx: &mut dyn Context, coll: Value, index: i64) -> Result<Option<Value>> {
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
        Value::Atom(atom) if atom.kind == AtomKind::Transient => nth(cx, transient_value(atom)?, index),
        other => {
            let what = What::needs("nth", "a vector, string or sequence", other);
            let fault = Fault::new(ErrorKind::Type, "UnsupportedOperationException", what);
            Err(fault.hint("maps and sets have no positions: (get m k), (nth (seq coll) i)").into())
        }
    }
}

/// The entry of a key, with the key as the collection spells it.
pub(crate) fn find_entry(cx: &mut dyn Context, coll: &Value, key: &Value) -> Result<Option<(Value, Value)>> {
    match coll {
        Value::Nil => Ok(None),
        Value::Map(map) => {
            charge(cx, key)?;
            Ok(map.search(cx, key)?.map(|(key, value)| (key.clone(), value.clone())))
        }
        Value::Vector(_) => Ok(find(cx, coll, key)?.map(|value| (key.clone(), value))),
        Value::Atom(atom) if atom.kind == AtomKind::Transient => find_entry(cx, &transient_value(atom)?, key),
        other => {
            let what = What::needs("find", "a map or vector", other);
            Err(Fault::new(ErrorKind::Type, "IllegalArgumentException", what).into())
        }
    }
}

/// The entries of a map whose keys are asked for, in the order in which they are.
pub(crate) fn select(cx: &mut dyn Context, coll: &Value, keys: &[Value]) -> Result<Value> {
    let mut chosen = Map::default();
    for key in keys {
        cx.spend(1)?;
        if let Some((key, value)) = find_entry(cx, coll, key)? {
            chosen.insert(key, value);
        }
    }
    Ok(chosen.into())
}

/// What a transient holds.
pub(crate) fn transient_value(atom: &Arc<Atom>) -> Result<Value> {
    usable(atom.get())
}

pub(crate) fn usable(held: Value) -> Result<Value> {
    if held.is_nothing() {
        let fault = Fault::value("a transient was used after persistent!").class("IllegalAccessError");
        return Err(fault.hint("use what persistent! gave; assoc!, conj! … are chained like assoc and conj").into());
    }
    Ok(held)
}

/// The number of items.
pub(crate) fn count(cx: &mut dyn Context, coll: Value) -> Result<Value> {
    let coll = match &coll {
        Value::Text(text) => {
            cx.spend(text.index_cost())?;
            return Ok(text.count().into());
        }
        Value::Atom(atom) if atom.kind == AtomKind::Transient => transient_value(atom)?,
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
                let what = What::needs("count", "a collection or string", &coll);
                Err(Fault::new(ErrorKind::Type, "UnsupportedOperationException", what).into())
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
