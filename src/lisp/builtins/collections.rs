//! Collections: looking things up and putting things in.

use super::builtins;
use crate::lisp::ops::change::{assoc, assoc_all, conj, update};
use crate::lisp::ops::lookup::{charge, contains, count, find, nth};
use crate::lisp::ops::{change, stage};
use crate::lisp::value::{Args, Callable, Fault, Map, Seq, Value};
use std::sync::Arc;

builtins! { Collections;
    /// The value under a key, or the default; nil where there is none. For vectors and strings by index.
    /// (get {:a 1} :a)
    /// ;=> 1
    /// (get {"a" 1} :a)
    /// ;=> 1
    /// (get [7 8] 5 :none)
    /// ;=> :none
    "get" by Get
        (cx, coll: Value, key: Value) => { Ok(find(cx, &coll, &key)?.unwrap_or_default()) }
        (cx, coll: Value, key: Value, default: Value) => { Ok(find(cx, &coll, &key)?.unwrap_or(default)) }

    "%lookup" = "get"

    /// The collection with values under keys; for vectors under indices up to the length.
    /// (assoc {:a 1} :b 2)
    /// ;=> {:a 1, :b 2}
    "assoc" by Assoc
        (cx, coll: Value, key: Value, value: Value) => { assoc(cx, coll, key, value) }
        (cx, coll: Value, key: Value, value: Value; more) => {
            let coll = assoc(cx, coll, key, value)?;
            assoc_all(cx, coll, more)
        }

    /// The collection with items put in: at the end of a vector, the beginning of a list.
    /// (conj [1 2] 3)
    /// ;=> [1 2 3]
    /// (conj '(1 2) 3)
    /// ;=> (3 1 2)
    "conj" by Conj
        (_cx) => { Ok(Value::vector(Vec::new())) }
        (_cx, coll: Value) => { Ok(coll) }
        (cx, coll: Value, item: Value) => { conj(cx, coll, item) }
        (cx, coll: Value, item: Value; more) => {
            let mut coll = conj(cx, coll, item)?;
            for item in more {
                coll = conj(cx, coll, item)?;
            }
            Ok(coll)
        }

    /// The number of items.
    /// (count [1 2 3])
    /// ;=> 3
    /// (count nil)
    /// ;=> 0
    "count" => "number" ? "count takes one collection; count what matches with (count (filter pred coll))"
        (cx, coll: Value) => { count(cx, coll) }

    "alength" = "count"

    /// Whether a map has the key, a set the item; whether a vector holds the item.
    /// (contains? {:a nil} :a)
    /// ;=> true
    /// (contains? [7 8] 8)
    /// ;=> true
    "contains?" => "tested any -> bool"
        (cx, coll: Value, key: Value) => { contains(cx, &coll, &key).map(Value::from) }

    /// A map of keys and values in turn, as a pattern for keyword arguments takes a sequence.
    "%keyword-arguments" by KeywordArguments (cx, given: Value) => {
        let Value::Seq(_) = &given else { return Ok(given) };
        let items = crate::lisp::value::collect(given, cx)?;
        // As in Clojure, a single one is what is taken apart, whatever it is.
        if let [only] = items.as_slice() {
            return Ok(only.clone());
        }
        let (mut items, mut map) = (items.into_iter(), Map::default());
        while let Some(key) = items.next() {
            let Some(value) = items.next() else {
                if let Value::Map(_) | Value::Vector(_) | Value::Nil = &key {
                    return change::conj_map(cx, Arc::new(map), key);
                }
                let shown = crate::lisp::value::shorten(&key, 80);
                return Err(Fault::value(format!("keyword arguments need a value for every key; {shown} has none")).into());
            };
            charge(cx, &key)?;
            map.insert(key, value);
        }
        Value::from(map).within_nesting()
    }

    /// The item at an index; nil or the default where there is none.
    /// (nth [7 8 9] 1)
    /// ;=> 8
    /// (nth [7] 5 :none)
    /// ;=> :none
    "nth" by Nth
        (cx, coll: Value, index: i64) => { nth(cx, coll, index).map(Option::unwrap_or_default) }
        (cx, coll: Value, index: i64, default: Value) => { Ok(nth(cx, coll, index)?.unwrap_or(default)) }

    "aget" = "nth"

    /// As nth, but maps and sets are walked too: for patterns with a rest.
    "%nth-walking" by Nth (cx, coll: Value, index: i64, default: Value) => {
        let coll = match coll {
            Value::Map(_) | Value::Set(_) => crate::lisp::value::seq(coll, cx)?,
            other => other,
        };
        Ok(nth(cx, coll, index)?.unwrap_or(default))
    }

    /// The items after the first n; nil if there are none.
    /// (nthnext [1 2 3] 2)
    /// ;=> (3)
    "nthnext" => "[a] any -> [a]?" by NthRest (cx, coll: Value, n: Value) => {
        let n = stage::amount("(nthnext coll n)", &n)?;
        let mut cells = crate::lisp::value::seq(coll, cx)?;
        if let Value::Seq(shared) = &cells
            && let crate::lisp::value::Node::Slice { items, from } = shared.node()
        {
            let from = from.saturating_add(usize::try_from(n).unwrap_or(0));
            return Ok(Seq::slice_or_nothing(items.clone(), from).unwrap_or_default());
        }
        for _ in 0..n.max(0) {
            cx.spend(1)?;
            cells = match &cells {
                Value::Seq(shared) => crate::lisp::value::seq(shared.rest(), cx)?,
                _ => return Ok(Value::Nil),
            };
        }
        Ok(cells)
    }

    /// The collection with a function's value in the place of what is under a key.
    /// (update {:a 1} :a inc)
    /// ;=> {:a 2}
    /// (update {:a 1} :b (fnil inc 0))
    /// ;=> {:a 1, :b 1}
    "update" by Update ? "the function gets the value that is there, then the arguments after it"
        (cx, coll: Value, key: Value, f: Callable) => { update(cx, coll, key, &f, Args::new()) }
        (cx, coll: Value, key: Value, f: Callable; more) => { update(cx, coll, key, &f, more) }
}
