//! Changing: collections with something put in.

use super::lookup::{charge, find, index};
use super::maps::{insert, to_change};
use super::{maps, sets};
use crate::lisp::text::ErrorKind;
use crate::lisp::value::{
    Args, Context, Expected, Fault, Iter, Map, Result, Seq, Set, Value, Vector, What, args, type_error,
};
use std::sync::Arc;

/// A collection with a value under a key.
pub(crate) fn assoc(cx: &mut dyn Context, target: Value, key: Value, value: Value) -> Result<Value> {
    match target {
        Value::Nil => {
            charge(cx, &key)?;
            Value::map([(key, value)]).within_nesting()
        }
        Value::Map(mut map) => {
            charge(cx, &key)?;
            cx.spend(1)?;
            let target = maps::to_change(cx, &mut map)?;
            maps::insert(cx, target, key, value)?;
            Value::Map(map).within_nesting()
        }
        Value::Vector(mut items) => {
            if !matches!(key, Value::Int(_)) {
                let what = What::needs_as("assoc on a vector", "an integer", Some("index"), &key);
                return Err(Fault::new(ErrorKind::Type, "IllegalArgumentException", what).into());
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
pub(crate) fn assoc_all(cx: &mut dyn Context, mut coll: Value, more: Args) -> Result<Value> {
    let mut more = more.into_iter();
    while let Some(key) = more.next() {
        let Some(value) = more.next() else {
            return Err(Fault::value(What::unpaired("assoc", &key)).into());
        };
        coll = assoc(cx, coll, key, value)?;
    }
    Ok(coll)
}

/// A collection with one more item.
pub(crate) fn conj(cx: &mut dyn Context, target: Value, item: Value) -> Result<Value> {
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
            let target = sets::to_change(cx, &mut set)?;
            sets::insert(cx, target, item)?;
            Value::Set(set).within_nesting()
        }
        Value::Map(map) => conj_map(cx, map, item),
        other => Err(type_error("conj", "a collection", &other)),
    }
}

/// What is under a key, or `nil`: moved out, so that it may be changed in place, where the collection has no other owner.
///
/// Whoever takes it out puts another value under the key, or drops the collection.
pub(crate) fn take(cx: &mut dyn Context, coll: &mut Value, key: &Value) -> Result<Value> {
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
pub(crate) fn update(cx: &mut dyn Context, coll: Value, key: Value, f: &Value, more: Args) -> Result<Value> {
    let mut coll = coll;
    let old = take(cx, &mut coll, &key)?;
    let new =
        if more.is_empty() { cx.call1(f, old)? } else { cx.call(f, args([old]).into_iter().chain(more).collect())? };
    assoc(cx, coll, key, new)
}

/// The key and the value of an entry.
pub(crate) fn entry(name: &'static str, item: &Value) -> Result<(Value, Value)> {
    if let Value::Vector(pair) = item
        && let (Some(key), Some(value), 2) = (pair.get(0), pair.get(1), pair.len())
    {
        return Ok((key.clone(), value.clone()));
    }
    Err(type_error(name, "an entry [key value]", item))
}

/// A map with an entry or the entries of a map put in.
pub(crate) fn conj_map(cx: &mut dyn Context, mut map: Arc<Map>, item: Value) -> Result<Value> {
    match item {
        Value::Nil => {}
        Value::Vector(pair) => {
            let (Some(key), Some(value), 2) = (pair.get(0), pair.get(1), pair.len()) else {
                let message = format!("an entry of a map is a vector of a key and a value, got {} items", pair.len());
                return Err(Fault::value(message).into());
            };
            charge(cx, key)?;
            let target = to_change(cx, &mut map)?;
            insert(cx, target, key.clone(), value.clone())?;
        }
        Value::Map(more) if map.is_empty() && map.sorting().is_none() && more.sorting().is_none() => {
            let meta = Value::Map(map).meta().cloned();
            return described(cx, Value::Map(more), meta);
        }
        Value::Map(more) => {
            let target = to_change(cx, &mut map)?;
            for (key, value) in more.iter_ref() {
                charge(cx, key)?;
                insert(cx, target, key.clone(), value.clone())?;
            }
        }
        Value::Seq(ref seq) if !seq.is_list() || seq.is_empty() => return conj_entries(cx, map, item),
        Value::Lazy(_) => return conj_entries(cx, map, item),
        other => return Err(type_error("conj", Expected::argument("an entry [key value] or a map for a map"), &other)),
    }
    Value::Map(map).within_nesting()
}

/// A map with the entries that a sequence function gave.
pub(crate) fn conj_entries(cx: &mut dyn Context, mut map: Arc<Map>, entries: Value) -> Result<Value> {
    let mut entries = Iter::new(entries)?;
    while let Some(item) = entries.next(cx)? {
        let (key, value) = entry("conj on a map", &item)?;
        charge(cx, &key)?;
        let target = to_change(cx, &mut map)?;
        insert(cx, target, key, value)?;
    }
    Value::Map(map).within_nesting()
}

/// The collection with other metadata: a copy if others hold it, which is paid for.
pub(crate) fn described(cx: &mut dyn Context, value: Value, meta: Option<Arc<Map>>) -> Result<Value> {
    if value.meta().is_some() || meta.is_some() {
        cx.spend(match &value {
            Value::Vector(items) => Vector::fork_cost(items),
            Value::Map(map) => Map::fork_cost(map),
            Value::Set(set) => Set::fork_cost(set),
            _ => 1,
        })?;
    }
    Ok(value.with_meta(meta))
}
