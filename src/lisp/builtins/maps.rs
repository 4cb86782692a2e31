//! Maps: entries, keys, values, merging, sorted ones.

use super::builtins;
use crate::lisp::value::{Context, Map, Result, Value};

/// Inserts into a map of any kind; sorted ones with a comparator of their own ask it.
pub(super) fn insert(cx: &mut dyn Context, map: &mut Map, key: Value, value: Value) -> Result<()> {
    let by = match map.sorting() {
        None => {
            map.insert(key, value);
            return Ok(());
        }
        Some(by) => by.cloned(),
    };
    cx.spend(16)?;
    let place = place(cx, map, by.as_ref(), &key)?;
    map.insert_at(place, key, value);
    Ok(())
}

/// Where a key is in a sorted map (`Ok`), or where it would go (`Err`).
pub(super) fn place(
    cx: &mut dyn Context,
    map: &Map,
    by: Option<&Value>,
    key: &Value,
) -> Result<std::result::Result<usize, usize>> {
    use std::cmp::Ordering;
    let (mut low, mut high) = (0_usize, map.len());
    while low < high {
        let middle = low.midpoint(high);
        let Some((other, _)) = map.nth(middle) else { break };
        cx.spend(1)?;
        match super::order::compare_by(cx, by, &other.clone(), key)? {
            Ordering::Less => low = middle.saturating_add(1),
            Ordering::Greater => high = middle,
            Ordering::Equal => return Ok(Ok(middle)),
        }
    }
    if map.is_empty() {
        // The first key is compared with itself, so that what cannot be compared is refused at once.
        super::order::compare_by(cx, by, key, key)?;
    }
    Ok(Err(low))
}

builtins! { Maps;
    /// The keys of a map, in order; nil of an empty one.
    /// (keys {:a 1 :b 2})
    /// ;=> (:a :b)
    "keys" (_cx, map: Value) => {
        match &map {
            Value::Map(map) if !map.is_empty() => Ok(Value::seq(map.keys().cloned().collect())),
            Value::Nil | Value::Map(_) => Ok(Value::Nil),
            other => Err(crate::lisp::value::type_error("keys", "a map", other)),
        }
    }
}
