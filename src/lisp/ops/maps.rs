//! Changing maps in place, sorted ones too.

use super::lookup::charge;
use crate::lisp::value::{Args, Context, Fault, Map, Result, Value, What};
use std::sync::Arc;

/// Inserts into a map of any kind; sorted ones are searched by their order.
pub(crate) fn insert(cx: &mut dyn Context, map: &mut Map, key: Value, value: Value) -> Result<()> {
    if map.sorting().is_none() {
        map.insert(key, value);
        return Ok(());
    }
    cx.spend(sorted_cost(map))?;
    let known = match map.spelt(&key) {
        Some(spelt) => map.place(cx, &spelt)?.ok(),
        None => None,
    };
    let place = match known {
        Some(at) => Ok(at),
        None => map.place(cx, &key)?,
    };
    map.insert_at(place, key, value);
    Ok(())
}

/// What putting an entry between those of a sorted map costs, or taking one out.
pub(crate) fn sorted_cost(map: &Map) -> u64 {
    (map.len() as u64 / 256).saturating_add(32)
}

/// A map to be changed: in place if it has no other owner, else a copy, which is paid for.
pub(crate) fn to_change<'m>(cx: &mut dyn Context, map: &'m mut Arc<Map>) -> Result<&'m mut Map> {
    let cost = Map::fork_cost(map);
    if cost > 1 {
        cx.spend(cost)?;
        cx.reserve(map.len().saturating_mul(COPIED))?;
    }
    Ok(Arc::make_mut(map))
}

/// About what an entry of a copied map or set takes.
pub(crate) const COPIED: usize = 128;

/// Removes from a map of any kind.
pub(crate) fn remove(cx: &mut dyn Context, map: &mut Arc<Map>, key: &Value) -> Result<()> {
    charge(cx, key)?;
    match map.find_place(cx, key)? {
        Some(Ok(at)) => {
            cx.spend(sorted_cost(map))?;
            to_change(cx, map)?.remove_at(at);
        }
        Some(Err(_)) => {}
        None if map.get(key).is_some() => {
            to_change(cx, map)?.remove(key);
        }
        None => {}
    }
    Ok(())
}

/// A map of keys and values in turn.
pub(crate) fn build(cx: &mut dyn Context, name: &'static str, mut map: Map, items: Args) -> Result<Value> {
    let mut items = items.into_iter();
    while let Some(key) = items.next() {
        let Some(value) = items.next() else {
            return Err(Fault::value(What::unpaired(name, &key)).into());
        };
        charge(cx, &key)?;
        insert(cx, &mut map, key, value)?;
    }
    Value::from(map).within_nesting()
}
