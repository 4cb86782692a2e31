//! Reducing: from many items to one value.

use super::builtins;
use crate::lisp::ops::reduce::{fold, unreduced};
use crate::lisp::ops::stage::{collect_or_lazy, function, in_order};
use crate::lisp::value::{Context, Generator, Iter, Result, Value, args, seq, type_error, type_error_as};
use std::sync::Arc;

const USAGE: &str = "(reduce f init coll)";

/// The totals on the way of a reduction.
struct Totals {
    function: Value,
    items: Iter,
    /// The last total; none before the first.
    total: Option<Value>,
    /// The item that comes next, taken but not reduced yet.
    item: Option<Value>,
    started: bool,
    ended: bool,
}

impl Generator for Totals {
    fn next(&mut self, cx: &mut dyn Context) -> Result<Option<Value>> {
        if self.ended {
            return Ok(None);
        }
        cx.spend(1)?;
        let total = match (self.total.clone(), self.started) {
            (Some(init), false) => init,
            (None, _) => match self.items.next(cx)? {
                Some(first) => first,
                None => {
                    let total = cx.call(&self.function, args([]))?;
                    self.ended = true;
                    total
                }
            },
            (Some(total), true) => {
                if self.item.is_none() {
                    self.item = self.items.next(cx)?;
                }
                let Some(item) = self.item.clone() else {
                    self.ended = true;
                    return Ok(None);
                };
                let total = cx.call2(&self.function, total, item)?;
                self.item = None;
                total
            }
        };
        self.started = true;
        self.ended |= matches!(total, Value::Reduced(_));
        let total = unreduced(total);
        self.total = Some(total.clone());
        Ok(Some(total))
    }

    fn is_bounded(&self, depth: usize) -> bool {
        self.ended || self.items.is_bounded(depth)
    }
}

builtins! { Sequences;
    /// The function of a total and the next item, over all items; `(reduced x)` ends early with x.
    /// (reduce + [1 2 3])
    /// ;=> 6
    /// (reduce conj [0] [1 2])
    /// ;=> [0 1 2]
    /// (reduce [1 2] +)
    /// ;! 1:1 type-error: reduce needs a collection as last argument, got the function +
    /// ;? the arguments stand the other way round: write (reduce f init coll)
    "reduce" => "(any a -> any) [a] -> any; (any a -> any) any [a] -> any" by Reduce ? "the function gets what came of the items before, and an item: (fn [result item] …)"
        (cx, f: Value, coll: Value) => {
            in_order(USAGE, &f, &coll)?;
            let f = function(USAGE, f)?;
            let mut items = Iter::new(coll)?;
            match items.next(cx)? {
                Some(first) => fold(cx, &f, first, items),
                None => cx.call(&f, args([])),
            }
        }
        (cx, f: Value, init: Value, coll: Value) => {
            in_order(USAGE, &f, &coll)?;
            if matches!(init, Value::Function(_)) && !matches!(f, Value::Function(_)) {
                in_order(USAGE, &f, &init)?;
            }
            let f = function(USAGE, f)?;
            fold(cx, &f, init, Iter::new(coll)?)
        }

    /// The totals on the way of a reduction.
    /// (reductions + [1 2 3])
    /// ;=> (1 3 6)
    "reductions"
        (cx, f: Value, coll: Value) => {
            in_order("(reductions f coll)", &f, &coll)?;
            let (function, eager) = (function("(reductions f coll)", f)?, coll.is_eager());
            let items = Iter::new(coll)?;
            collect_or_lazy(cx, Totals { function, items, total: None, item: None, started: false, ended: false }, eager)
        }
        (cx, f: Value, init: Value, coll: Value) => {
            let (function, eager) = (function("(reductions f init coll)", f)?, coll.is_eager());
            let items = Iter::new(coll)?;
            collect_or_lazy(cx, Totals { function, items, total: Some(init), item: None, started: false, ended: false }, eager)
        }

    /// The function of a total, a key and its value, over the entries of a map; of a vector with its indices.
    /// (reduce-kv (fn [total k v] (+ total v)) 0 {:a 1 :b 2})
    /// ;=> 3
    "reduce-kv" => "(any any v -> any) any {v} -> any"
        ? "the function gets what came of the entries before, a key and a value: (fn [result k v] …)"
        (cx, f: Value, init: Value, coll: Value) => {
        let f = function("(reduce-kv f init coll)", f)?;
        let indexed = matches!(coll, Value::Vector(_));
        let mut items = match coll {
            Value::Nil | Value::Map(_) | Value::Vector(_) => Iter::new(coll)?,
            Value::Seq(_) | Value::Lazy(_) => Iter::new(seq(coll, cx)?)?,
            other => return Err(type_error_as("reduce-kv".into(), "a map or vector".into(), Some("coll"), &other)),
        };
        let (mut total, mut at) = (init, 0_i64);
        while let Some(item) = items.next(cx)? {
            cx.spend(1)?;
            let (key, value) = if indexed {
                at = at.saturating_add(1);
                (Value::Int(at.saturating_sub(1)), item)
            } else {
                match &item {
                    Value::Vector(entry) if entry.len() == 2 => {
                        (entry.get(0).cloned().unwrap_or_default(), entry.get(1).cloned().unwrap_or_default())
                    }
                    other => return Err(type_error("reduce-kv", "entries [key value]", other)),
                }
            };
            total = cx.call(&f, args([total, key, value]))?;
            if let Value::Reduced(inner) = total {
                return Ok(Arc::unwrap_or_clone(inner));
            }
        }
        Ok(total)
    }

    /// A value that ends a reduction when the function gives it.
    /// (reduce (fn [total x] (if (> x 2) (reduced total) (+ total x))) [1 2 3 4])
    /// ;=> 3
    "reduced" (_cx, x: Value) => { Value::Reduced(Arc::new(x)).within_nesting() }

    /// Whether the value ends a reduction.
    /// (reduced? (reduced 1))
    /// ;=> true
    "reduced?" => "bool" (_cx, x: Value) => { Ok(Value::from(matches!(x, Value::Reduced(_)))) }

    /// What a reduced value holds; any other value itself.
    /// (unreduced (reduced 1))
    /// ;=> 1
    "unreduced" (_cx, x: Value) => { Ok(unreduced(x)) }

    /// The value as a reduced one, if it is not one already.
    /// (reduced? (ensure-reduced 1))
    /// ;=> true
    "ensure-reduced" (_cx, x: Value) => {
        Ok(match x {
            Value::Reduced(_) => x,
            other => Value::Reduced(Arc::new(other)),
        })
    }
}
