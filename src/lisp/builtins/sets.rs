//! Sets.

use super::builtins;
use crate::lisp::value::{Context, Result, Set, Value, collect};

/// Inserts into a set of any kind; sorted ones with a comparator of their own ask it.
pub(super) fn insert(cx: &mut dyn Context, set: &mut Set, item: Value) -> Result<()> {
    let Some(sorted) = set.as_sorted() else {
        set.insert(item);
        return Ok(());
    };
    let mut map = sorted.clone();
    let by = map.sorting().flatten().cloned();
    if let Err(at) = super::maps::place(cx, &map, by.as_ref(), &item)? {
        map.insert_at(Err(at), item, Value::Nothing);
    }
    *set = Set::from_sorted(map);
    Ok(())
}

builtins! { Sets;
    /// A set of the items of a collection.
    /// (set [1 2 1])
    /// ;=> #{1 2}
    "set" (cx, coll: Value) => {
        let mut set = Set::default();
        for item in collect(coll, cx)? {
            super::collections::charge(cx, &item)?;
            set.insert(item);
        }
        Value::from(set).within_nesting()
    }
}
