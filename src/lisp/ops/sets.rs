//! Changing sets in place, sorted ones too.

use super::lookup::charge;
use super::maps;
use crate::lisp::value::{Args, Context, Result, Set, Value, type_error};
use std::sync::Arc;

/// A set to be changed: in place if it has no other owner, else a copy, which is paid for.
pub(crate) fn to_change<'s>(cx: &mut dyn Context, set: &'s mut Arc<Set>) -> Result<&'s mut Set> {
    let cost = Set::fork_cost(set);
    if cost > 1 {
        cx.spend(cost)?;
        cx.reserve(set.len().saturating_mul(maps::COPIED))?;
    }
    Ok(Arc::make_mut(set))
}

/// Inserts into a set of any kind; sorted ones are searched by their order.
pub(crate) fn insert(cx: &mut dyn Context, set: &mut Set, item: Value) -> Result<()> {
    match set.as_sorted_mut() {
        None => {
            set.insert(item);
        }
        Some(map) => {
            cx.spend(maps::sorted_cost(map))?;
            if let Err(at) = map.place(cx, &item)? {
                map.insert_at(Err(at), item, Value::Nothing);
            }
        }
    }
    Ok(())
}

/// Removes from a set of any kind.
pub(crate) fn remove(cx: &mut dyn Context, set: &mut Arc<Set>, item: &Value) -> Result<()> {
    charge(cx, item)?;
    if set.is_empty() {
        return Ok(());
    }
    match set.as_sorted() {
        Some(map) => {
            cx.spend(maps::sorted_cost(map))?;
            if let Ok(at) = map.place(cx, item)?
                && let Some(map) = to_change(cx, set)?.as_sorted_mut()
            {
                map.remove_at(at);
            }
        }
        None if set.contains(item) => {
            to_change(cx, set)?.remove(item);
        }
        None => {}
    }
    Ok(())
}

/// A set of these items.
pub(crate) fn build(cx: &mut dyn Context, mut set: Set, items: impl IntoIterator<Item = Value>) -> Result<Value> {
    for item in items {
        charge(cx, &item)?;
        insert(cx, &mut set, item)?;
    }
    Value::from(set).within_nesting()
}

/// A set without an item.
pub(crate) fn disj(cx: &mut dyn Context, set: Value, items: Args) -> Result<Value> {
    let mut set = match set {
        Value::Nil => return Ok(Value::Nil),
        Value::Set(set) => set,
        other => return Err(type_error("disj", "a set", &other)),
    };
    for item in items {
        cx.spend(1)?;
        remove(cx, &mut set, &item)?;
    }
    Ok(Value::Set(set))
}
