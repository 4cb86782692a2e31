//! Order: comparing, sorting, the greatest and the least, and none at all.

use super::builtins;
use crate::lisp::ops::order;
use crate::lisp::ops::order::Comparator;
use crate::lisp::ops::stage::{function, in_order};
use crate::lisp::value::native;
use crate::lisp::value::{
    Args, Callable, Context, Fault, FromValue, Function, Number, ParamRef, Result, Value, arity_error, collect,
    compare, force, is_before, type_error,
};
use std::cmp::Ordering;

/// The comparator that an argument is; nil stands for the usual order.
fn comparator_of(name: &'static str, comparator: Value) -> Result<Option<Value>> {
    let comparator = Option::<Comparator>::from_value(comparator, ParamRef { name, argument: "comparator" })?;
    Ok(comparator.map(|comparator| comparator.0))
}

/// How a whole collection of keys compares without asking the program and without errors.
enum Known {
    /// All are integers of 64 bits.
    Integers,
    /// `compare` is a total order on them and knows all.
    Comparable,
}

/// What `compare` takes as one kind; `None` for what may not compare at all.
fn kind(key: &Value) -> Option<u8> {
    match key {
        Value::Nil => Some(0),
        Value::Int(_) | Value::Big(_) => Some(1),
        Value::Float(x) if !x.get().is_nan() => Some(1),
        Value::Text(_) => Some(2),
        Value::Keyword(_) => Some(3),
        Value::Symbol(_) => Some(4),
        Value::Bool(_) => Some(5),
        Value::Date(_) => Some(6),
        _ => None,
    }
}

/// Whether all keys are nil or of one kind.
fn is_one_kind<'k>(keys: impl Iterator<Item = &'k Value>) -> bool {
    let mut seen = 0;
    for key in keys {
        match kind(key) {
            None => return false,
            Some(0) => {}
            Some(kind) if seen == 0 => seen = kind,
            Some(kind) if kind == seen => {}
            Some(_) => return false,
        }
    }
    true
}

fn known<'k>(keys: impl Iterator<Item = &'k Value> + Clone) -> Option<Known> {
    if keys.clone().all(|key| matches!(key, Value::Int(_))) {
        return Some(Known::Integers);
    }
    let vectors = || keys.clone().filter_map(|key| if let Value::Vector(items) = key { Some(items) } else { None });
    let comparable = match vectors().next() {
        None => is_one_kind(keys),
        // Vectors of one length, as `juxt` makes them, column by column.
        Some(first) => {
            keys.clone().all(|key| matches!(key, Value::Vector(items) if items.len() == first.len()))
                && (0..first.len()).all(|column| is_one_kind(vectors().filter_map(move |items| items.get(column))))
        }
    };
    comparable.then_some(Known::Comparable)
}

/// Which way a comparator sorts that is one of ours: forwards for `<` and `compare`, backwards for `>`.
fn direction(by: Option<&Value>, numbers: bool) -> Option<bool> {
    match by {
        None => Some(true),
        Some(Value::Function(function)) => match &**function {
            Function::Builtin(row) if row.name == "compare" => Some(true),
            Function::Builtin(row) if row.name == "<" && numbers => Some(true),
            Function::Builtin(row) if row.name == ">" && numbers => Some(false),
            Function::Builtin(_) | Function::Closure(_) | Function::Native { .. } | Function::Step { .. } => None,
        },
        Some(_) => None,
    }
}

/// Sorts values by their keys: stable, and safe with any comparator, also one that lies.
///
/// Keys whose order is known to be total are left to the library's sort. All others are merged here: the library may panic
/// where an order is not total, and it could not stop at an error or limit.
fn sort<T: Default>(
    cx: &mut dyn Context,
    by: Option<&Value>,
    mut items: Vec<T>,
    key: fn(&T) -> &Value,
) -> Result<Vec<T>> {
    let mut weight = 0_u64;
    for item in &items {
        force(key(item), cx)?;
        weight = weight.saturating_add(key(item).weight());
    }
    cx.reserve(items.len().saturating_mul(size_of::<T>()))?;
    let known = known(items.iter().map(key));
    let numbers = matches!(known, Some(Known::Integers))
        || (known.is_some() && items.iter().all(|item| Number::of(key(item)).is_some()));
    if items.len() > 1
        && let (Some(known), Some(forwards)) = (&known, direction(by, numbers))
    {
        let rounds = u64::from(items.len().ilog2()).saturating_add(1);
        cx.spend(weight.saturating_mul(rounds))?;
        let order = |a: &Value, b: &Value| match (known, a, b) {
            (Known::Integers, Value::Int(a), Value::Int(b)) => a.cmp(b),
            (_, a, b) => compare(a, b).unwrap_or(Ordering::Equal),
        };
        if forwards {
            items.sort_by(|a, b| order(key(a), key(b)));
        } else {
            items.sort_by(|a, b| order(key(b), key(a)));
        }
        return Ok(items);
    }
    merge_sort(cx, by, items, key)
}

/// From the bottom up, between two pieces of memory.
fn merge_sort<T: Default>(
    cx: &mut dyn Context,
    by: Option<&Value>,
    mut items: Vec<T>,
    key: fn(&T) -> &Value,
) -> Result<Vec<T>> {
    let length = items.len();
    let mut merged: Vec<T> = Vec::with_capacity(length);
    let mut width = 1_usize;
    while width < length {
        let mut start = 0_usize;
        while start < length {
            let middle = start.saturating_add(width).min(length);
            let end = middle.saturating_add(width).min(length);
            let (mut left, mut right) = (start, middle);
            while let (Some(a), Some(b)) = (items.get(left), items.get(right))
                && left < middle
                && right < end
            {
                cx.spend(1)?;
                let from = if is_before(cx, by, key(b), key(a))? { &mut right } else { &mut left };
                merged.extend(items.get_mut(*from).map(std::mem::take));
                *from = from.saturating_add(1);
            }
            for rest in [left..middle, right..end] {
                merged.extend(items.get_mut(rest).unwrap_or(&mut []).iter_mut().map(std::mem::take));
            }
            start = end;
        }
        std::mem::swap(&mut items, &mut merged);
        merged.clear();
        width = width.saturating_mul(2);
    }
    Ok(items)
}

fn sorted(cx: &mut dyn Context, by: Option<Value>, coll: Value) -> Result<Value> {
    let items = collect(coll, cx)?;
    Value::seq(sort(cx, by.as_ref(), items, |item| item)?).within_nesting()
}

fn sorted_by(cx: &mut dyn Context, f: &Value, by: Option<Value>, coll: Value) -> Result<Value> {
    let items = collect(coll, cx)?;
    cx.reserve(items.len().saturating_mul(size_of::<(Value, Value)>()))?;
    // The keys of one item are not compared, so Clojure does not ask for one.
    if items.len() < 2 {
        return Value::seq(items).within_nesting();
    }
    let mut keyed = Vec::with_capacity(items.len());
    for item in items {
        cx.spend(1)?;
        keyed.push((cx.call1(f, item.clone())?, item));
    }
    let sorted = sort(cx, by.as_ref(), keyed, |(key, _)| key)?;
    Value::seq(sorted.into_iter().map(|(_, item)| item).collect()).within_nesting()
}

/// The item for which a function gives the greatest number, or the least. Of equal ones that count as the last.
fn extreme(cx: &mut dyn Context, name: &'static str, f: Value, items: Args, wanted: Ordering) -> Result<Value> {
    let mut items = items.into_iter();
    let mut best = items.next().unwrap_or_default();
    if items.len() == 0 {
        return Ok(best);
    }
    let f = function(name, f)?;
    let mut key = cx.call1(&f, best.clone())?;
    for (at, item) in items.enumerate() {
        cx.spend(1)?;
        let other = cx.call1(&f, item.clone())?;
        let order = match (Number::of(&other), Number::of(&key)) {
            (Some(a), Some(b)) => a.compare(b),
            (None, _) => return Err(type_error(name, "a function that gives numbers", &other)),
            (_, None) => return Err(type_error(name, "a function that gives numbers", &key)),
        };
        // Where there is no order because of NaN, the second argument wins over the first and no later one does, as in Clojure.
        if order == Some(wanted) || order == Some(Ordering::Equal) || (order.is_none() && at == 0) {
            (best, key) = (item, other);
        }
    }
    Ok(best)
}

/// By how much texts and names differ, as Java says it: the difference of the first characters that do, or of the lengths.
fn distance(a: &Value, b: &Value) -> Option<i64> {
    let texts = |a: &str, b: &str| {
        let differing = a.encode_utf16().zip(b.encode_utf16()).find(|(a, b)| a != b);
        differing.map_or_else(
            || {
                let count = |text: &str| i64::try_from(text.encode_utf16().count()).ok();
                Some(count(a)?.saturating_sub(count(b)?))
            },
            |(a, b)| Some(i64::from(a).saturating_sub(i64::from(b))),
        )
    };
    match (a, b) {
        (Value::Text(a), Value::Text(b)) => texts(a.as_str(), b.as_str()),
        (Value::Keyword(a), Value::Keyword(b)) if a.namespace() == b.namespace() => texts(a.name(), b.name()),
        (Value::Symbol(a), Value::Symbol(b)) if a.namespace() == b.namespace() => texts(a.name(), b.name()),
        (Value::Keyword(a), Value::Keyword(b)) => texts(a.namespace()?, b.namespace()?),
        (Value::Symbol(a), Value::Symbol(b)) => texts(a.namespace()?, b.namespace()?),
        (Value::Vector(a), Value::Vector(b)) if a.len() == b.len() => {
            let (a, b) =
                a.iter().zip(b.iter()).find(|(a, b)| compare(a, b).is_ok_and(|order| order != Ordering::Equal))?;
            distance(a, b)
        }
        _ => None,
    }
}

/// A number below `count`, by chance.
fn below(cx: &mut dyn Context, count: usize) -> usize {
    let scaled = u128::from(cx.random()).saturating_mul(count as u128) >> 64;
    usize::try_from(scaled).unwrap_or(0)
}

/// What sorting gives, with the metadata of what was sorted.
fn keeping(coll: Value, sort: impl FnOnce(Value) -> Result<Value>) -> Result<Value> {
    let meta = coll.meta().cloned();
    Ok(sort(coll)?.with_meta(meta))
}

builtins! { Comparing;
    /// Negative, zero or positive as the first value comes before, with or after the second.
    /// (compare 1 2)
    /// ;=> -1
    "compare" => "number" (cx, a: Value, b: Value) => {
        // One collection is not compared with itself, which only vectors could be.
        if matches!(a, Value::Map(_) | Value::Set(_) | Value::Seq(_) | Value::Lazy(_) | Value::Function(_))
            && order::identical(&a, &b)
        {
            return Ok(Value::Int(0));
        }
        cx.spend(a.weight().min(b.weight()))?;
        force(&a, cx)?;
        force(&b, cx)?;
        Ok(Value::Int(match compare(&a, &b)? {
            Ordering::Less => distance(&a, &b).unwrap_or(-1),
            Ordering::Equal => 0,
            Ordering::Greater => distance(&a, &b).unwrap_or(1),
        }))
    }

    /// A comparator that gives -1, 0 or 1, from a function that says whether the first value comes before the second.
    /// (sort (comparator (fn [a b] (> a b))) [1 3 2])
    /// ;=> (3 2 1)
    "comparator" (_cx, pred: Callable) => {
        Ok(native("comparator", vec![pred.0], |cx, held, arguments| {
            let Some(before) = held.first() else { return Ok(Value::Nil) };
            if arguments.len() != 2 {
                return Err(arity_error("a function of comparator", arguments.len(), "2"));
            }
            if cx.call(before, arguments.clone())?.is_truthy() {
                return Ok(Value::Int(-1));
            }
            let turned = arguments.into_iter().rev().collect();
            Ok(Value::Int(i64::from(cx.call(before, turned)?.is_truthy())))
        }))
    }

    /// The items in order, by compare or a comparator.
    /// (sort [3 1 2])
    /// ;=> (1 2 3)
    /// (sort > [3 1 2])
    /// ;=> (3 2 1)
    "sort" => "[a] -> [a]; any [a] -> [a]"
        ? "the comparator gets two items: (sort (fn [a b] …) coll); a key goes to (sort-by f coll)"
        (cx, coll: Value) => { keeping(coll, |coll| sorted(cx, None, coll)) }
        (cx, comparator: Value, coll: Value) => {
            in_order("(sort comparator coll)", &comparator, &coll)?;
            let comparator = comparator_of("sort", comparator)?;
            keeping(coll, |coll| sorted(cx, comparator, coll))
        }

    /// The items in the order of what a function gives for each.
    /// (sort-by count ["ccc" "a" "bb"])
    /// ;=> ("a" "bb" "ccc")
    /// (sort-by :n > [{:n 1} {:n 3}])
    /// ;=> ({:n 3} {:n 1})
    "sort-by" => "(a -> any) [a] -> [a]; (a -> any) any [a] -> [a]"
        ? "the function gets one item: (sort-by :key coll); one of two items goes to (sort (fn [a b] …) coll)"
        (cx, f: Value, coll: Value) => {
            in_order("(sort-by f coll)", &f, &coll)?;
            let f = function("(sort-by f coll)", f)?;
            keeping(coll, |coll| sorted_by(cx, &f, None, coll))
        }
        (cx, f: Value, comparator: Value, coll: Value) => {
            in_order("(sort-by f comparator coll)", &f, &coll)?;
            let f = function("(sort-by f comparator coll)", f)?;
            let comparator = comparator_of("sort-by", comparator)?;
            keeping(coll, |coll| sorted_by(cx, &f, comparator, coll))
        }

    /// The argument for which the function gives the greatest number; the last of several.
    /// (max-key count "a" "bbb" "cc")
    /// ;=> "bbb"
    "max-key" by MinKey (cx, f: Value, x: Value; more) => {
        extreme(cx, "max-key", f, std::iter::once(x).chain(more).collect(), Ordering::Greater)
    }

    /// The argument for which the function gives the least number; the last of several.
    /// (min-key count "aa" "b")
    /// ;=> "b"
    "min-key" by MinKey (cx, f: Value, x: Value; more) => {
        extreme(cx, "min-key", f, std::iter::once(x).chain(more).collect(), Ordering::Less)
    }

    /// A vector of the items in an order left to chance.
    /// (count (shuffle [1 2 3]))
    /// ;=> 3
    "shuffle" => "[a] -> [a]" (cx, coll: Value) => {
        if matches!(coll, Value::Nil | Value::Map(_) | Value::Text(_)) {
            return Err(type_error("shuffle", "a vector, list, set or sequence", &coll));
        }
        let mut items = collect(coll, cx)?;
        for at in (1..items.len()).rev() {
            cx.spend(1)?;
            let other = below(cx, at.saturating_add(1));
            items.swap(at, other);
        }
        Value::vector(items).within_nesting()
    }

    /// An item left to chance; nil of nil.
    /// (rand-nth [7])
    /// ;=> 7
    "rand-nth" => "[a] -> a?" (cx, coll: Value) => {
        match coll {
            Value::Nil => Ok(Value::Nil),
            Value::Map(_) | Value::Set(_) => Err(type_error("rand-nth", "a vector, list, string or sequence", &coll)),
            other => {
                let items = match other {
                    Value::Vector(items) => items,
                    other => std::sync::Arc::new(collect(other, cx)?.into()),
                };
                if items.is_empty() {
                    return Err(Fault::value("rand-nth needs at least one item").class("IndexOutOfBoundsException").into());
                }
                let at = below(cx, items.len());
                Ok(items.get(at).cloned().unwrap_or_default())
            }
        }
    }
}
