//! Reducing: folding a function over items, with a transducer or without.

use super::stage::function;
use crate::lisp::value::{Context, Iter, Result, Value};
use std::sync::Arc;

/// What a reduced value holds; any other value itself.
pub(crate) fn unreduced(value: Value) -> Value {
    match value {
        Value::Reduced(inner) => Arc::unwrap_or_clone(inner),
        other => other,
    }
}

/// The value of a function over the items from the left, starting with `total`.
pub(crate) fn fold(cx: &mut dyn Context, f: &Value, total: Value, mut items: Iter) -> Result<Value> {
    let mut total = total;
    while let Some(item) = items.next(cx)? {
        cx.spend(1)?;
        total = cx.call2(f, total, item)?;
        if let Value::Reduced(inner) = total {
            return Ok(Arc::unwrap_or_clone(inner));
        }
    }
    Ok(total)
}

/// Reduces what a transducer makes of the items.
pub(crate) fn transduce(
    cx: &mut dyn Context,
    usage: &'static str,
    xform: Value,
    f: Value,
    init: Value,
    coll: Value,
) -> Result<Value> {
    let xform = function(usage, xform)?;
    let step = cx.call1(&xform, f)?;
    let total = fold(cx, &step, init, Iter::new(coll)?)?;
    cx.call1(&step, total)
}
