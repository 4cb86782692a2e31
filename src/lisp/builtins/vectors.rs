//! Vectors and lists: making them, their ends, and their order turned round.

use super::builtins;
use crate::lisp::ops::slice::vec;
use crate::lisp::ops::{change, reduce};
use crate::lisp::value::{Context, Fault, Iter, Result, Seq, Value, Vector, collect, seq, type_error};
use std::sync::Arc;

/// The items from the last to the first.
fn reversed(cx: &mut dyn Context, coll: Value) -> Result<Vec<Value>> {
    let mut items = collect(coll, cx)?;
    cx.spend(items.len() as u64 / 4)?;
    items.reverse();
    Ok(items)
}

#[cold]
fn outside(what: &str) -> Box<crate::lisp::value::Raise> {
    Fault::value(what).class("IndexOutOfBoundsException").into()
}

fn subvec(cx: &mut dyn Context, items: &Vector, start: i64, end: Option<i64>) -> Result<Value> {
    let length = items.len();
    let place = |at: i64| usize::try_from(at).ok().filter(|at| *at <= length);
    let (from, to) = (place(start), end.map_or(Some(length), place));
    match (from, to) {
        (Some(from), Some(to)) if from <= to => {
            let count = to.saturating_sub(from);
            cx.reserve(count.saturating_mul(size_of::<Value>()))?;
            cx.spend(count as u64 / 4)?;
            Ok(items.slice(from, to).into())
        }
        _ => {
            let to = end.map_or_else(|| length.to_string(), |end| end.to_string());
            Err(outside(&format!("{start} to {to} is not within a vector of {length} items")))
        }
    }
}

#[cold]
fn no_stack(name: &'static str, got: &Value) -> Box<crate::lisp::value::Raise> {
    let mut raise = type_error(name, "a vector or list", got);
    if let crate::lisp::value::Raise::Fault(fault) = &mut *raise
        && matches!(got, Value::Seq(_) | Value::Lazy(_))
    {
        fault.hint = Some("a sequence has first and rest; (vec s) makes it a vector".into());
    }
    raise
}

fn nothing_to_pop(what: &str) -> Result<Value> {
    Err(Fault::value(format!("Can't pop empty {what}")).class("IllegalStateException").into())
}

builtins! { Collections;
    /// A vector of the arguments.
    /// (vector 1 2)
    /// ;=> [1 2]
    "vector" by Tuple (cx; items) => {
        cx.spend(items.len() as u64 / 4)?;
        Value::vector(items.into_vec()).within_nesting()
    }

    /// A vector of the items.
    /// (vec '(1 2))
    /// ;=> [1 2]
    "vec" => "[a] -> [a]" (cx, coll: Value) => {
        let items = vec(cx, coll)?;
        change::described(cx, items, None)
    }

    "to-array" = "vec"

    "into-array" = "vec"

    /// A list of the arguments.
    /// (list 1 2)
    /// ;=> (1 2)
    "list" by Tuple (cx; items) => {
        cx.spend(items.len() as u64 / 4)?;
        Value::list(items.into_vec()).within_nesting()
    }

    /// A sequence of the arguments and the items of the last one.
    /// (list* 1 2 [3 4])
    /// ;=> (1 2 3 4)
    "list*" (cx, first: Value; more) => {
        let mut items: Vec<Value> = std::iter::once(first).chain(more).collect();
        let mut rest = match items.pop().unwrap_or_default() {
            lazy @ Value::Lazy(_) if !items.is_empty() => lazy,
            last => seq(last, cx)?,
        };
        for item in items.into_iter().rev() {
            cx.spend(1)?;
            rest = Seq::cons(item, rest)?;
        }
        Ok(rest)
    }

    /// The items of a vector from start up to end, as a vector.
    /// (subvec [1 2 3 4] 1 3)
    /// ;=> [2 3]
    /// (subvec [1 2] 1 5)
    /// ;! 1:1 value-error: 1 to 5 is not within a vector of 2 items
    "subvec" => "[a] any… -> [a]"
        (cx, v: Arc<Vector>, start: i64) => { subvec(cx, &v, start, None) }
        (cx, v: Arc<Vector>, start: i64, end: i64) => { subvec(cx, &v, start, Some(end)) }

    /// The last item of a vector, the first of a list.
    /// (peek [1 2 3])
    /// ;=> 3
    "peek" => "[a] -> a?" (_cx, coll: Value) => {
        match &coll {
            Value::Nil => Ok(Value::Nil),
            Value::Vector(items) => Ok(items.last().cloned().unwrap_or_default()),
            Value::Seq(list) if list.is_list() || list.is_queue() => Ok(list.first().unwrap_or_default()),
            other => Err(no_stack("peek", other)),
        }
    }

    /// A vector without the last item, a list without the first.
    /// (pop [1 2 3])
    /// ;=> [1 2]
    "pop" => "[a] -> [a]" (cx, coll: Value) => {
        match coll {
            Value::Nil => Ok(Value::Nil),
            Value::Vector(items) if items.is_empty() => nothing_to_pop("vector"),
            Value::Vector(mut items) => {
                cx.spend(Vector::fork_cost(&items))?;
                Vector::make_mut(&mut items).pop();
                Ok(Value::Vector(items))
            }
            Value::Seq(queue) if queue.is_queue() => Ok(Seq::dequeue(queue)),
            Value::Seq(list) if list.is_empty() => nothing_to_pop("list"),
            Value::Seq(list) if list.is_list() => Ok(Seq::into_rest(list)),
            other => Err(no_stack("pop", &other)),
        }
    }

    /// A list of the items from the last to the first.
    /// (reverse [1 2 3])
    /// ;=> (3 2 1)
    "reverse" => "[a] -> [a]" (cx, coll: Value) => { Value::list(reversed(cx, coll)?).within_nesting() }

    /// The items of a vector or sorted collection from the last to the first; nil if there are none.
    /// (rseq [1 2 3])
    /// ;=> (3 2 1)
    "rseq" => "[a] -> [a]" (cx, coll: Value) => {
        let reversible = match &coll {
            Value::Vector(_) => true,
            Value::Map(map) => map.sorting().is_some(),
            Value::Set(set) => set.as_sorted().is_some(),
            _ => false,
        };
        if !reversible {
            return Err(type_error("rseq", "a vector or sorted collection", &coll));
        }
        let items = reversed(cx, coll)?;
        if items.is_empty() { Ok(Value::Nil) } else { Value::seq(items).within_nesting() }
    }

    /// The collection with the items of another put in, as conj does; a transducer may stand between.
    /// (into [1] '(2 3))
    /// ;=> [1 2 3]
    /// (into {} [[:a 1] [:b 2]])
    /// ;=> {:a 1, :b 2}
    /// (into [] (map inc) [1 2])
    /// ;=> [2 3]
    "into" by Into
        (_cx) => { Ok(Value::vector(Vec::new())) }
        (_cx, to: Value) => { Ok(to) }
        (cx, to: Value, from: Value) => { into(cx, to, from) }
        (cx, to: Value, xform: Value, from: Value) => {
            let conj = super::named("conj");
            reduce::transduce(cx, "(into to xform from)", xform, conj, to, from)
        }
}

fn into(cx: &mut dyn Context, to: Value, from: Value) -> Result<Value> {
    let Value::Vector(mut items) = to else {
        // A list takes them from the front on: the last one comes first.
        if let Value::Seq(list) = &to
            && list.is_list()
            && list.is_empty()
            && to.meta().is_none()
        {
            let mut items = collect(from, cx)?;
            items.reverse();
            return Value::list(items).within_nesting();
        }
        let (mut to, mut from) = (to, Iter::new(from)?);
        while let Some(item) = from.next(cx)? {
            to = change::conj(cx, to, item)?;
        }
        return Ok(to);
    };
    if items.is_empty() {
        let meta = items.meta().cloned();
        let items = vec(cx, from)?;
        return change::described(cx, items, meta);
    }
    cx.spend(Vector::fork_cost(&items))?;
    let mut from = Iter::new(from)?;
    cx.reserve(from.at_least().saturating_mul(size_of::<Value>()))?;
    let whole = Vector::make_mut(&mut items);
    while let Some(item) = from.next(cx)? {
        cx.spend(1)?;
        whole.push(item);
    }
    Value::Vector(items).within_nesting()
}
