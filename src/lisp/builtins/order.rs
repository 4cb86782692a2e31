//! Order: comparing and sorting.

use std::cmp::Ordering;

use super::builtins;
use crate::lisp::value::{Callable, Context, Result, Value, args, collect, compare, compare_by, force};

/// Sorts values by their keys: stable, and safe with any comparator, also one that lies.
///
/// A merge sort of our own: the library's may panic where an order is not total, and it could not stop at an error or limit.
pub(super) fn sort(cx: &mut dyn Context, by: Option<&Value>, mut items: Vec<(Value, Value)>) -> Result<Vec<Value>> {
    cx.reserve(items.len().saturating_mul(size_of::<[Value; 4]>()))?;
    for (key, _) in &items {
        force(key, cx)?;
    }
    let mut width = 1_usize;
    while width < items.len() {
        let mut merged = Vec::with_capacity(items.len());
        let mut rest = items.into_iter();
        loop {
            let left: Vec<_> = rest.by_ref().take(width).collect();
            if left.is_empty() {
                break;
            }
            let right: Vec<_> = rest.by_ref().take(width).collect();
            let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
            while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
                cx.spend(1)?;
                let order = compare_by(cx, by, &a.0, &b.0)?;
                merged.extend(if order == Ordering::Greater { right.next() } else { left.next() });
            }
            merged.extend(left);
            merged.extend(right);
        }
        items = merged;
        width = width.saturating_mul(2);
    }
    Ok(items.into_iter().map(|(_, item)| item).collect())
}

builtins! { Comparing;
    /// Negative, zero or positive as the first value comes before, with or after the second.
    /// (compare 1 2)
    /// ;=> -1
    "compare" (cx, a: Value, b: Value) => {
        cx.spend(a.weight().min(b.weight()))?;
        force(&a, cx)?;
        force(&b, cx)?;
        Ok(Value::Int(match compare(&a, &b)? {
            Ordering::Less => -1,
            Ordering::Equal => 0,
            Ordering::Greater => 1,
        }))
    }

    /// The items in order, by compare or a comparator.
    /// (sort [3 1 2])
    /// ;=> (1 2 3)
    /// (sort > [3 1 2])
    /// ;=> (3 2 1)
    "sort"
        (cx, coll: Value) => {
            let items = collect(coll, cx)?.into_iter().map(|item| (item.clone(), item)).collect();
            sort(cx, None, items).map(Value::seq)
        }
        (cx, comparator: Callable, coll: Value) => {
            let items = collect(coll, cx)?.into_iter().map(|item| (item.clone(), item)).collect();
            sort(cx, Some(&comparator), items).map(Value::seq)
        }

    /// The items in the order of what a function gives for each.
    /// (sort-by count ["ccc" "a" "bb"])
    /// ;=> ("a" "bb" "ccc")
    /// (sort-by :n > [{:n 1} {:n 3}])
    /// ;=> ({:n 3} {:n 1})
    "sort-by"
        (cx, key: Callable, coll: Value) => {
            let items = keyed(cx, &key, coll)?;
            sort(cx, None, items).map(Value::seq)
        }
        (cx, key: Callable, comparator: Callable, coll: Value) => {
            let items = keyed(cx, &key, coll)?;
            sort(cx, Some(&comparator), items).map(Value::seq)
        }
}

fn keyed(cx: &mut dyn Context, key: &Value, coll: Value) -> Result<Vec<(Value, Value)>> {
    let items = collect(coll, cx)?;
    let mut keyed = Vec::with_capacity(items.len());
    for item in items {
        keyed.push((cx.call(key, args([item.clone()]))?, item));
    }
    Ok(keyed)
}
