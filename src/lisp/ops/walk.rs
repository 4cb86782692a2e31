//! Walking: every part of a nested value.

use super::{change, sets};
use crate::lisp::value::{Context, Result, Value, collect, pair};

/// What is done with every part of a value.
pub(crate) type Visit<'a> = &'a mut dyn FnMut(&mut dyn Context, Value) -> Result<Value>;

/// A collection of the same kind with what `visit` makes of each item; other values as they are.
pub(crate) fn inside(cx: &mut dyn Context, form: Value, visit: Visit<'_>) -> Result<Value> {
    let mut all = |cx: &mut dyn Context, items: Vec<Value>| -> Result<Vec<Value>> {
        let mut visited = Vec::with_capacity(items.len());
        for item in items {
            cx.spend(1)?;
            visited.push(visit(cx, item)?);
        }
        Ok(visited)
    };
    let meta = form.meta().cloned();
    match form {
        Value::Vector(entry) if entry.is_entry() => {
            let mut items = all(cx, entry.iter().cloned().collect())?.into_iter();
            pair(items.next().unwrap_or_default(), items.next().unwrap_or_default()).within_nesting()
        }
        Value::Vector(_) => {
            let items = collect(form, cx)?;
            Value::vector(all(cx, items)?).with_meta(meta).within_nesting()
        }
        Value::Seq(_) | Value::Lazy(_) => {
            let list = matches!(&form, Value::Seq(seq) if seq.is_list());
            let items = collect(form, cx)?;
            let items = all(cx, items)?;
            if list { Value::list(items) } else { Value::seq(items) }.with_meta(meta).within_nesting()
        }
        Value::Map(map) => {
            let mut rebuilt = Value::from(map.emptied());
            for (key, value) in map.iter() {
                let visited = all(cx, vec![pair(key, value)])?;
                for entry in visited {
                    rebuilt = change::conj(cx, rebuilt, entry)?;
                }
            }
            Ok(rebuilt)
        }
        Value::Set(set) => {
            let items = all(cx, set.iter().collect())?;
            sets::build(cx, set.emptied(), items)
        }
        other => Ok(other),
    }
}

/// The same one level deeper in the counted depth.
pub(crate) fn deeper(cx: &mut dyn Context, form: Value, visit: Visit<'_>) -> Result<Value> {
    cx.enter()?;
    let rebuilt = inside(cx, form, visit);
    cx.leave();
    rebuilt
}

/// Visits the whole before the parts.
pub(crate) fn prewalk(cx: &mut dyn Context, form: Value, visit: Visit<'_>) -> Result<Value> {
    let visited = visit(cx, form)?;
    deeper(cx, visited, &mut |cx, item| prewalk(cx, item, visit))
}
