//! Sequences: the first, the last and the rest of anything that has items, and questions about all of them.

use super::builtins;
use crate::lisp::ops::slice;
use crate::lisp::ops::slice::as_slice;
use crate::lisp::ops::stage::{amount, function, in_order};
use crate::lisp::value::{Context, Iter, Result, Seq, Value, pair, seq};
use std::collections::VecDeque;

/// The first item.
fn first(cx: &mut dyn Context, items: Value) -> Result<Value> {
    match &items {
        Value::Vector(vector) => Ok(vector.get(0).cloned().unwrap_or_default()),
        Value::Seq(cells) => Ok(cells.first().unwrap_or_default()),
        Value::Map(map) => {
            Ok(map.iter_ref().next().map(|(key, value)| pair(key.clone(), value.clone())).unwrap_or_default())
        }
        Value::Set(set) => Ok(set.iter_ref().next().cloned().unwrap_or_default()),
        _ => Ok(Iter::new(items)?.next(cx)?.unwrap_or_default()),
    }
}

/// The items after the first; `()` if there are none.
fn rest(cx: &mut dyn Context, items: Value) -> Result<Value> {
    match items {
        Value::Vector(items) => Ok(Seq::slice_or_nothing(items, 1).unwrap_or_else(Seq::empty)),
        Value::Seq(cells) => Ok(Seq::into_rest(cells)),
        other => Ok(match seq(other, cx)? {
            Value::Seq(cells) => Seq::into_rest(cells),
            _ => Seq::empty(),
        }),
    }
}

/// The items after the first; `nil` if there are none.
fn next(cx: &mut dyn Context, items: Value) -> Result<Value> {
    let rest = rest(cx, items)?;
    seq(rest, cx)
}

/// The last item.
fn last(cx: &mut dyn Context, items: Value) -> Result<Value> {
    if let Some((items, _)) = as_slice(&items) {
        return Ok(items.last().cloned().unwrap_or_default());
    }
    let mut items = Iter::new(items)?;
    let mut last = Value::Nil;
    while let Some(item) = items.next(cx)? {
        cx.spend(1)?;
        last = item;
    }
    Ok(last)
}

/// Whether there is no item.
fn is_empty(cx: &mut dyn Context, items: &Value) -> Result<bool> {
    Ok(match items {
        Value::Nil => true,
        Value::Vector(items) => items.is_empty(),
        Value::Map(map) => map.is_empty(),
        Value::Set(set) => set.is_empty(),
        Value::Text(text) => text.is_empty(),
        other => seq(other.clone(), cx)?.is_nil(),
    })
}

/// Whether every item passes a test.
fn every(cx: &mut dyn Context, usage: &'static str, test: Value, items: Value) -> Result<bool> {
    in_order(usage, &test, &items)?;
    let test = function(usage, test)?;
    let mut items = Iter::new(items)?;
    while let Some(item) = items.next(cx)? {
        cx.spend(1)?;
        if !cx.call1(&test, item)?.is_truthy() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The first truthy value that a test gives.
fn some(cx: &mut dyn Context, usage: &'static str, test: Value, items: Value) -> Result<Value> {
    in_order(usage, &test, &items)?;
    let test = function(usage, test)?;
    let mut items = Iter::new(items)?;
    while let Some(item) = items.next(cx)? {
        cx.spend(1)?;
        let answer = cx.call1(&test, item)?;
        if answer.is_truthy() {
            return Ok(answer);
        }
    }
    Ok(Value::Nil)
}

builtins! { Sequences;
    /// The first item, or nil.
    /// (first [1 2])
    /// ;=> 1
    "first" => "[a] -> a?" by First (cx, coll: Value) => { first(cx, coll) }

    /// The second item, or nil.
    /// (second [1 2])
    /// ;=> 2
    "second" => "[a] -> a?" by Second (cx, coll: Value) => {
        let rest = rest(cx, coll)?;
        first(cx, rest)
    }

    /// The last item, or nil.
    /// (last [1 2 3])
    /// ;=> 3
    "last" => "[a] -> a?" (cx, coll: Value) => { last(cx, coll) }

    /// The items after the first; () if there are none.
    /// (rest [1 2 3])
    /// ;=> (2 3)
    "rest" => "[a] -> [a]" (cx, coll: Value) => { rest(cx, coll) }

    /// The items after the first; nil if there are none.
    /// (next [1])
    /// ;=> nil
    "next" => "[a] -> [a]?" (cx, coll: Value) => { next(cx, coll) }

    /// The first item of the first item.
    /// (ffirst [[1 2] [3]])
    /// ;=> 1
    "ffirst" (cx, coll: Value) => {
        let inner = first(cx, coll)?;
        first(cx, inner)
    }

    /// The first of the items after the first: the second.
    /// (fnext [1 2])
    /// ;=> 2
    "fnext" (cx, coll: Value) => {
        let rest = rest(cx, coll)?;
        first(cx, rest)
    }

    /// The items after the first of the first item.
    /// (nfirst [[1 2] [3]])
    /// ;=> (2)
    "nfirst" (cx, coll: Value) => {
        let inner = first(cx, coll)?;
        next(cx, inner)
    }

    /// The items after the second; nil if there are none.
    /// (nnext [1 2 3])
    /// ;=> (3)
    "nnext" => "[a] -> [a]?" (cx, coll: Value) => {
        let rest = rest(cx, coll)?;
        next(cx, rest)
    }

    /// The items after the first n; () if there are none.
    /// (nthrest [1 2 3] 2)
    /// ;=> (3)
    "nthrest" => "[a] any -> [a]" by NthRest (cx, coll: Value, n: Value) => {
        let mut left = amount("(nthrest coll n)", &n)?;
        // As in Clojure, what nothing is taken from stays what it is.
        if left <= 0 || matches!(&coll, Value::Vector(items) if items.is_empty()) {
            return Ok(coll);
        }
        if as_slice(&coll).is_some() {
            return slice::drop_first(cx, Value::Int(left), coll);
        }
        let mut cells = coll;
        while left > 0 {
            cx.spend(1)?;
            match seq(cells.clone(), cx)? {
                Value::Seq(shared) => cells = Seq::into_rest(shared),
                _ => break,
            }
            left = left.saturating_sub(1);
        }
        Ok(cells)
    }

    /// All items but the last; nil if there are none.
    /// (butlast [1 2 3])
    /// ;=> (1 2)
    "butlast" => "[a] -> [a]" (cx, coll: Value) => {
        let mut items = crate::lisp::value::collect(coll, cx)?;
        items.pop();
        if items.is_empty() { Ok(Value::Nil) } else { Value::seq(items).within_nesting() }
    }

    /// The last n items; nil if there are none.
    /// (take-last 2 [1 2 3])
    /// ;=> (2 3)
    "take-last" => "any [a] -> [a]" (cx, n: Value, coll: Value) => {
        in_order("(take-last n coll)", &n, &coll)?;
        let n = usize::try_from(amount("(take-last n coll)", &n)?).unwrap_or(0);
        if let Some((items, from)) = as_slice(&coll) {
            let from = items.len().saturating_sub(n).max(from);
            return Ok(Seq::slice_or_nothing(items, from).unwrap_or_default());
        }
        let mut items = Iter::new(coll)?;
        let mut held = VecDeque::new();
        while let Some(item) = items.next(cx)? {
            cx.spend(1)?;
            held.push_back(item);
            if held.len() > n {
                held.pop_front();
            }
        }
        if held.is_empty() { Ok(Value::Nil) } else { Value::seq(held.into()).within_nesting() }
    }

    /// A sequence of the items, or nil if there are none.
    /// (seq [])
    /// ;=> nil
    "seq" => "[a] -> [a]?" (cx, coll: Value) => { seq(coll, cx) }

    /// An item before a sequence.
    /// (cons 0 [1 2])
    /// ;=> (0 1 2)
    "cons" => "a [a] -> [a]" (cx, x: Value, coll: Value) => {
        let rest = match coll {
            Value::Nil => return Value::list(vec![x]).within_nesting(),
            Value::Lazy(_) | Value::Seq(_) => coll,
            other => seq(other, cx)?,
        };
        Seq::cons(x, rest)
    }

    /// Whether there is no item.
    /// (empty? [])
    /// ;=> true
    "empty?" => "bool" (cx, coll: Value) => { is_empty(cx, &coll).map(Value::from) }

    /// The collection, or nil if there is no item in it.
    /// (not-empty [])
    /// ;=> nil
    "not-empty" => "a -> a?" (cx, coll: Value) => { Ok(if is_empty(cx, &coll)? { Value::Nil } else { coll }) }

    /// An empty collection of the same kind.
    /// (empty [1 2])
    /// ;=> []
    "empty" (_cx, coll: Value) => {
        Ok(match coll {
            Value::Vector(items) if items.is_entry() => Value::Nil,
            Value::Vector(_) => Value::vector(Vec::new()).with_meta_of(&coll),
            Value::Seq(ref queue) if queue.is_queue() => Seq::queue().with_meta_of(&coll),
            Value::Seq(_) | Value::Lazy(_) => Seq::empty().with_meta_of(&coll),
            Value::Map(map) => map.emptied().into(),
            Value::Set(set) => set.emptied().into(),
            _ => Value::Nil,
        })
    }

    /// Whether every item passes the test.
    /// (every? pos? [1 2])
    /// ;=> true
    "every?" => "(a -> bool) [a] -> bool"
        (cx, pred: Value, coll: Value) => { every(cx, "(every? pred coll)", pred, coll).map(Value::from) }

    /// Whether any item fails the test.
    /// (not-every? pos? [1 -2])
    /// ;=> true
    "not-every?" => "(a -> bool) [a] -> bool" (cx, pred: Value, coll: Value) => {
        every(cx, "(not-every? pred coll)", pred, coll).map(|all| Value::from(!all))
    }

    /// The first truthy value that the function gives for an item, or nil.
    /// (some #{2 3} [1 2 3])
    /// ;=> 2
    "some" => "(a -> bool) [a] -> any" (cx, pred: Value, coll: Value) => { some(cx, "(some pred coll)", pred, coll) }

    /// Whether no item passes the test.
    /// (not-any? neg? [1 2])
    /// ;=> true
    "not-any?" => "(a -> bool) [a] -> bool" (cx, pred: Value, coll: Value) => {
        some(cx, "(not-any? pred coll)", pred, coll).map(|found| Value::from(!found.is_truthy()))
    }
}
