//! Sequences: functions over anything that has items.

use super::functions::native;
use super::stages::{Flow, Out, Stage, over, reducing};
use super::{builtins, stages};
use crate::lisp::value::{Callable, Context, Generator, Iter, Lazy, Node, Result, Seq, Value, args, collect, seq};

/// Feeds every item to a function and passes its value on.
struct Map(Value);

impl Stage for Map {
    fn feed(&mut self, cx: &mut dyn Context, item: Value, out: Out<'_>) -> Result<Flow> {
        let made = cx.call1(&self.0, item)?;
        out(cx, made)
    }
}

/// Passes on the items for which a function says yes, or those for which it says no.
struct Filter {
    predicate: Value,
    wanted: bool,
}

impl Stage for Filter {
    fn feed(&mut self, cx: &mut dyn Context, item: Value, out: Out<'_>) -> Result<Flow> {
        if cx.call1(&self.predicate, item.clone())?.is_truthy() == self.wanted { out(cx, item) } else { Ok(Flow::On) }
    }
}

/// Passes on the first items.
struct Take {
    left: i64,
}

impl Stage for Take {
    fn feed(&mut self, cx: &mut dyn Context, item: Value, out: Out<'_>) -> Result<Flow> {
        self.left = self.left.saturating_sub(1);
        let flow = out(cx, item)?;
        Ok(if self.left <= 0 { Flow::Done } else { flow })
    }

    fn is_done(&self) -> bool {
        self.left <= 0
    }
}

/// Passes on all but the first items.
struct Drop {
    left: i64,
}

impl Stage for Drop {
    fn feed(&mut self, cx: &mut dyn Context, item: Value, out: Out<'_>) -> Result<Flow> {
        if self.left > 0 {
            self.left = self.left.saturating_sub(1);
            return Ok(Flow::On);
        }
        out(cx, item)
    }
}

/// The values of a function over the items of several collections, as long as all have some.
struct Zipped {
    function: Value,
    items: Vec<Iter>,
}

impl Generator for Zipped {
    fn next(&mut self, cx: &mut dyn Context) -> Result<Option<Value>> {
        let mut arguments = args([]);
        for items in &mut self.items {
            match items.next(cx)? {
                Some(item) => arguments.push(item),
                None => return Ok(None),
            }
        }
        cx.spend(arguments.len() as u64)?;
        cx.call(&self.function, arguments).map(Some)
    }
}

/// `map` over several collections: at once if any of them surely ends and all are there.
fn map_many(cx: &mut dyn Context, function: Value, collections: Vec<Value>) -> Result<Value> {
    let eager = collections.iter().all(Value::is_eager);
    let items = collections.into_iter().map(Iter::new).collect::<Result<Vec<Iter>>>()?;
    let mut zipped = Zipped { function, items };
    if !eager {
        return Ok(Lazy::generate(zipped));
    }
    let mut made = Vec::new();
    while let Some(value) = zipped.next(cx)? {
        made.push(value);
    }
    Ok(Value::seq(made))
}

/// The value of a function over the items from the left, starting with `total`.
pub(super) fn reduce(cx: &mut dyn Context, function: &Value, total: Value, items: Value) -> Result<Value> {
    let mut total = total;
    if let Value::Seq(range) = &items
        && let Node::Range { start, count, step } = range.node()
    {
        // Integers are made one by one; the range itself is never laid out.
        let (mut next, mut left, step) = (*start, *count, *step);
        while left > 0 {
            cx.spend(1)?;
            total = cx.call2(function, total, Value::Int(next))?;
            if let Value::Reduced(inner) = total {
                return Ok((*inner).clone());
            }
            next = next.saturating_add(step);
            left = if left == usize::MAX { left } else { left.saturating_sub(1) };
        }
        return Ok(total);
    }
    let mut items = Iter::new(items)?;
    while let Some(item) = items.next(cx)? {
        cx.spend(1)?;
        total = cx.call2(function, total, item)?;
        if let Value::Reduced(inner) = total {
            return Ok((*inner).clone());
        }
    }
    Ok(total)
}

builtins! { Sequences;
    /// The values of a function over the items of a collection, or of several side by side.
    ///
    /// Without a collection a transducer.
    /// (map inc [1 2 3])
    /// ;=> (2 3 4)
    /// (map + [1 2] [10 20 30])
    /// ;=> (11 22)
    "map"
        (_cx, f: Callable) => {
            Ok(native("map", vec![f.0], |_, held, arguments| {
                reducing("map", Map(held.first().cloned().unwrap_or_default()), arguments)
            }))
        }
        (cx, f: Callable, items: Value) => { over(cx, Map(f.0), items) }
        (cx, f: Callable, a: Value, b: Value) => { map_many(cx, f.0, vec![a, b]) }
        (cx, f: Callable, a: Value, b: Value; more) => {
            map_many(cx, f.0, [a, b].into_iter().chain(more).collect())
        }

    /// As map, but a vector.
    /// (mapv inc [1 2 3])
    /// ;=> [2 3 4]
    "mapv"
        (cx, f: Callable, items: Value) => { stages::run(cx, Map(f.0), items).map(Value::vector) }
        (cx, f: Callable, first: Value; more) => {
            let mapped = map_many(cx, f.0, std::iter::once(first).chain(more).collect())?;
            collect(mapped, cx).map(Value::vector)
        }

    /// The items for which the predicate is truthy.
    /// (filter odd? [1 2 3])
    /// ;=> (1 3)
    "filter"
        (_cx, pred: Callable) => {
            Ok(native("filter", vec![pred.0], |_, held, arguments| {
                let predicate = held.first().cloned().unwrap_or_default();
                reducing("filter", Filter { predicate, wanted: true }, arguments)
            }))
        }
        (cx, pred: Callable, items: Value) => { over(cx, Filter { predicate: pred.0, wanted: true }, items) }

    /// As filter, but a vector.
    /// (filterv odd? [1 2 3])
    /// ;=> [1 3]
    "filterv" (cx, pred: Callable, items: Value) => {
        stages::run(cx, Filter { predicate: pred.0, wanted: true }, items).map(Value::vector)
    }

    /// The items for which the predicate is nil or false.
    /// (remove odd? [1 2 3])
    /// ;=> (2)
    "remove"
        (_cx, pred: Callable) => {
            Ok(native("remove", vec![pred.0], |_, held, arguments| {
                let predicate = held.first().cloned().unwrap_or_default();
                reducing("remove", Filter { predicate, wanted: false }, arguments)
            }))
        }
        (cx, pred: Callable, items: Value) => { over(cx, Filter { predicate: pred.0, wanted: false }, items) }

    /// The first n items.
    /// (take 2 [1 2 3])
    /// ;=> (1 2)
    "take"
        (_cx, n: i64) => {
            Ok(native("take", vec![Value::Int(n)], |_, held, arguments| {
                let Some(Value::Int(left)) = held.first() else { return Ok(Value::Nil) };
                reducing("take", Take { left: *left }, arguments)
            }))
        }
        (cx, n: i64, items: Value) => { over(cx, Take { left: n }, items) }

    /// All but the first n items.
    /// (drop 2 [1 2 3])
    /// ;=> (3)
    "drop"
        (_cx, n: i64) => {
            Ok(native("drop", vec![Value::Int(n)], |_, held, arguments| {
                let Some(Value::Int(left)) = held.first() else { return Ok(Value::Nil) };
                reducing("drop", Drop { left: *left }, arguments)
            }))
        }
        (cx, n: i64, items: Value) => { over(cx, Drop { left: n }, items) }

    /// The function of a total and the next item, over all items; `(reduced x)` ends early with x.
    /// (reduce + [1 2 3])
    /// ;=> 6
    /// (reduce conj [0] [1 2])
    /// ;=> [0 1 2]
    "reduce"
        (cx, f: Callable, items: Value) => {
            let mut items = Iter::new(items)?;
            let Some(mut total) = items.next(cx)? else { return cx.call(&f, args([])) };
            while let Some(item) = items.next(cx)? {
                cx.spend(1)?;
                total = cx.call2(&f, total, item)?;
                if let Value::Reduced(inner) = total {
                    return Ok((*inner).clone());
                }
            }
            Ok(total)
        }
        (cx, f: Callable, init: Value, items: Value) => { reduce(cx, &f, init, items) }

    /// The first item, or nil.
    /// (first [1 2])
    /// ;=> 1
    "first" (cx, items: Value) => {
        match &items {
            Value::Vector(vector) => Ok(vector.get(0).cloned().unwrap_or_default()),
            Value::Seq(cells) => Ok(cells.first().unwrap_or_default()),
            _ => Ok(Iter::new(items)?.next(cx)?.unwrap_or_default()),
        }
    }

    /// The items after the first; () if there are none.
    /// (rest [1 2 3])
    /// ;=> (2 3)
    "rest" (cx, items: Value) => {
        Ok(match seq(items, cx)? {
            Value::Seq(cells) => cells.rest(),
            _ => Seq::empty(),
        })
    }

    /// The items after the first; nil if there are none.
    /// (next [1])
    /// ;=> nil
    "next" (cx, items: Value) => {
        match seq(items, cx)? {
            Value::Seq(cells) => seq(cells.rest(), cx),
            _ => Ok(Value::Nil),
        }
    }

    /// A sequence of the items, or nil if there are none.
    /// (seq [])
    /// ;=> nil
    "seq" (cx, items: Value) => { seq(items, cx) }

    /// An item before a sequence.
    /// (cons 0 [1 2])
    /// ;=> (0 1 2)
    "cons" (cx, first: Value, items: Value) => {
        let rest = match items {
            Value::Lazy(_) | Value::Seq(_) | Value::Nil => items,
            other => seq(other, cx)?,
        };
        Seq::cons(first, rest)
    }

    /// The integers from start (0 unless given) up to end, by step; without an end they go on for ever.
    /// (range 5)
    /// ;=> (0 1 2 3 4)
    /// (range 1 10 3)
    /// ;=> (1 4 7)
    "range"
        (_cx) => { Ok(Seq::range(0, usize::MAX, 1)) }
        (_cx, end: Value) => { super::sequences::range(Value::Int(0), end, Value::Int(1)) }
        (_cx, start: Value, end: Value) => { super::sequences::range(start, end, Value::Int(1)) }
        (_cx, start: Value, end: Value, step: Value) => { super::sequences::range(start, end, step) }
}

/// Numbers from `start` up to `end`: laid out as a range where all are integers, else made one by one.
fn range(start: Value, end: Value, step: Value) -> Result<Value> {
    use crate::lisp::value::{Number, type_error};
    if let (Value::Int(start), Value::Int(end), Value::Int(step)) = (&start, &end, &step)
        && *step != 0
    {
        let (low, high) = if *step > 0 { (start, end) } else { (end, start) };
        let distance = i128::from(*high).saturating_sub(i128::from(*low)).max(0);
        let count = distance.unsigned_abs().div_ceil(u128::from(step.unsigned_abs()));
        return Ok(Seq::range(*start, usize::try_from(count).unwrap_or(usize::MAX >> 1), *step));
    }
    for value in [&start, &end, &step] {
        if Number::of(value).is_none() {
            return Err(type_error("range", "numbers", value));
        }
    }
    let ends = Number::of(&end).map_or(0.0, Number::to_f64).is_finite();
    let numbers = Numbers { next: start, end, step };
    if ends && numbers.count().is_some_and(|count| count <= 1e6) {
        return numbers.all().map(Value::seq);
    }
    Ok(Lazy::generate(numbers))
}

struct Numbers {
    next: Value,
    end: Value,
    step: Value,
}

impl Numbers {
    /// About how many there are, if they end.
    fn count(&self) -> Option<f64> {
        use crate::lisp::value::Number;
        let number = |value: &Value| Number::of(value).map(Number::to_f64);
        let count = (number(&self.end)? - number(&self.next)?) / number(&self.step)?;
        count.is_finite().then_some(count)
    }

    fn all(mut self) -> Result<Vec<Value>> {
        let mut all = Vec::new();
        while let Some(next) = self.step()? {
            all.push(next);
        }
        Ok(all)
    }

    fn step(&mut self) -> Result<Option<Value>> {
        use crate::lisp::value::{Number, arithmetic};
        use std::cmp::Ordering;
        let order = |a: &Value, b: &Value| Number::of(a).zip(Number::of(b)).and_then(|(a, b)| a.compare(b));
        let ahead = match order(&self.step, &Value::Int(0)) {
            Some(Ordering::Less) => order(&self.next, &self.end) == Some(Ordering::Greater),
            Some(Ordering::Greater) => order(&self.next, &self.end) == Some(Ordering::Less),
            _ => order(&self.next, &self.end) != Some(Ordering::Equal),
        };
        if !ahead {
            return Ok(None);
        }
        let following = arithmetic::add(&self.next, &self.step)?;
        Ok(Some(std::mem::replace(&mut self.next, following)))
    }
}

impl Generator for Numbers {
    fn next(&mut self, cx: &mut dyn Context) -> Result<Option<Value>> {
        cx.spend(1)?;
        self.step()
    }
}
