//! Lazy sequences: those that go on for ever, and looking at what is made of them.

use super::builtins;
use crate::lisp::ops::rows::Repeat;
use crate::lisp::ops::stage;
use crate::lisp::ops::stage::{amount, function};
use crate::lisp::value::{
    Context, Expected, Generator, Iter, Lazy, Number, Result, Seq, Value, arithmetic, seq, type_error,
};
use std::cmp::Ordering;

/// A value, what a function makes of it, what it makes of that.
struct Iterate {
    function: Value,
    last: Value,
    started: bool,
}

impl Generator for Iterate {
    fn next(&mut self, cx: &mut dyn Context) -> Result<Option<Value>> {
        if self.started {
            self.last = cx.call1(&self.function, self.last.clone())?;
        }
        self.started = true;
        Ok(Some(self.last.clone()))
    }

    fn is_bounded(&self, _depth: usize) -> bool {
        false
    }
}

/// The items of a sequence over and over.
struct Cycle {
    all: Value,
    items: Iter,
}

impl Generator for Cycle {
    fn next(&mut self, cx: &mut dyn Context) -> Result<Option<Value>> {
        cx.spend(1)?;
        if let Some(item) = self.items.next(cx)? {
            return Ok(Some(item));
        }
        self.items = Iter::new(self.all.clone())?;
        self.items.next(cx)
    }

    fn is_bounded(&self, _depth: usize) -> bool {
        false
    }
}

/// The items of the pages that a function of the last page's key gives.
struct Iteration {
    step: Value,
    key: Option<Value>,
    has_value: Option<Value>,
    value: Option<Value>,
    next_key: Option<Value>,
}

impl Generator for Iteration {
    fn next(&mut self, cx: &mut dyn Context) -> Result<Option<Value>> {
        let Some(key) = self.key.clone() else { return Ok(None) };
        let page = cx.call1(&self.step, key)?;
        let there = match &self.has_value {
            Some(test) => cx.call1(test, page.clone())?.is_truthy(),
            None => !page.is_nil(),
        };
        if !there {
            self.key = None;
            return Ok(None);
        }
        let item = match &self.value {
            Some(value) => cx.call1(value, page.clone())?,
            None => page.clone(),
        };
        let key = match &self.next_key {
            Some(next_key) => cx.call1(next_key, page)?,
            None => page,
        };
        self.key = if key.is_nil() { None } else { Some(key) };
        Ok(Some(item))
    }

    fn is_bounded(&self, _depth: usize) -> bool {
        self.key.is_none()
    }
}

/// Numbers from `next` up to `end`, where not all are integers.
struct Numbers {
    next: Value,
    end: Value,
    step: Value,
}

impl Numbers {
    /// About how many there are; not finite where they have no end.
    fn count(&self) -> f64 {
        let number = |value: &Value| Number::of(value).map_or(f64::NAN, Number::to_f64);
        (number(&self.end) - number(&self.next)) / number(&self.step)
    }

    /// Whether there surely are few.
    fn are_few(&self) -> bool {
        let count = self.count();
        count.is_finite() && count <= 1e6
    }
}

impl Generator for Numbers {
    fn next(&mut self, cx: &mut dyn Context) -> Result<Option<Value>> {
        cx.spend(1)?;
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

    fn is_bounded(&self, _depth: usize) -> bool {
        self.count().is_finite()
    }
}

/// Numbers from `start` up to `end`: laid out as a range where all are integers, else made one by one.
fn range(cx: &mut dyn Context, start: Value, end: Value, step: Value) -> Result<Value> {
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
            return Err(type_error("range", Expected::NUMBERS, value));
        }
    }
    let numbers = Numbers { next: start, end, step };
    let few = numbers.are_few();
    stage::collect_or_lazy(cx, numbers, few)
}

/// Makes the items of a sequence, at most so many.
fn realise(cx: &mut dyn Context, items: Value, most: i64) -> Result<()> {
    if matches!(items, Value::Seq(_) | Value::Vector(_)) && items.is_eager() {
        if let Value::Seq(made) = &items {
            made.see();
        }
        return Ok(());
    }
    let mut items = Iter::new(items)?;
    let mut left = most;
    while left > 0 && items.next(cx)?.is_some() {
        cx.spend(1)?;
        left = left.saturating_sub(1);
    }
    Ok(())
}

builtins! { Sequences;
    /// The integers from start (0 unless given) up to end, by step; without an end they go on for ever.
    /// (range 5)
    /// ;=> (0 1 2 3 4)
    /// (range 1 10 3)
    /// ;=> (1 4 7)
    "range"
        (_cx) => { Ok(Seq::range(0, usize::MAX, 1)) }
        (cx, end: Value) => { range(cx, Value::Int(0), end, Value::Int(1)) }
        (cx, start: Value, end: Value) => { range(cx, start, end, Value::Int(1)) }
        (cx, start: Value, end: Value, step: Value) => { range(cx, start, end, step) }

    /// A value, what the function gives for it, what it gives for that, and so on for ever.
    /// (take 4 (iterate #(* 2 %) 1))
    /// ;=> (1 2 4 8)
    "iterate" (_cx, f: Value, x: Value) => {
        Ok(Lazy::generate(Iterate { function: function("(iterate f x)", f)?, last: x, started: false }))
    }

    /// A value n times, or for ever.
    /// (repeat 3 :x)
    /// ;=> (:x :x :x)
    "repeat"
        (_cx, x: Value) => { Ok(Lazy::generate(Repeat::<false> { item: x, left: None })) }
        (_cx, n: i64, x: Value) => {
            Ok(if n > 0 { Lazy::generate(Repeat::<false> { item: x, left: Some(n) }) } else { Seq::empty() })
        }

    /// A value n times; repeat is the newer name.
    /// (replicate 2 :x)
    /// ;=> (:x :x)
    "replicate" (_cx, n: i64, x: Value) => { Ok(Lazy::generate(Repeat::<false> { item: x, left: Some(n) })) }

    /// What a function without arguments gives, called n times, or for ever.
    /// (let [n (atom 0)] (repeatedly 3 #(swap! n inc)))
    /// ;=> (1 2 3)
    "repeatedly"
        (_cx, f: Value) => {
            Ok(Lazy::generate(Repeat::<true> { item: function("(repeatedly f)", f)?, left: None }))
        }
        (_cx, n: Value, f: Value) => {
            let left = Some(amount("(repeatedly n f)", &n)?);
            Ok(Lazy::generate(Repeat::<true> { item: function("(repeatedly n f)", f)?, left }))
        }

    /// The items over and over.
    /// (take 5 (cycle [1 2]))
    /// ;=> (1 2 1 2 1)
    "cycle" => "[a] -> [a]" (cx, coll: Value) => {
        let all = seq(coll, cx)?;
        if all.is_nil() {
            return Ok(Seq::empty());
        }
        Ok(Lazy::generate(Cycle { items: Iter::new(all.clone())?, all }))
    }

    /// The pages that a function of a key gives, beginning with the key nil or :initk, until a page is nil.
    ///
    /// :vf takes the item out of a page, :kf the next key, :somef says whether there is an item.
    /// (iteration {nil {:items 1 :next :b} :b {:items 2}} :vf :items :kf :next)
    /// ;=> (1 2)
    "iteration" (_cx, step: Value; options) => {
        let mut iteration = Iteration {
            step: function("(iteration step & options)", step)?,
            key: Some(Value::Nil),
            has_value: None,
            value: None,
            next_key: None,
        };
        let mut options = options.into_iter();
        while let Some(option) = options.next() {
            let value = options.next();
            match option.as_name() {
                Some("somef") => iteration.has_value = value,
                Some("vf") => iteration.value = value,
                Some("kf") => iteration.next_key = value,
                Some("initk") => iteration.key = value,
                _ => return Err(type_error("iteration", "the options :somef, :vf, :kf and :initk", &option)),
            }
        }
        Ok(Lazy::generate(iteration))
    }

    /// Makes all items of a lazy sequence, or the first n, and gives the sequence.
    /// (doall (map inc [1 2]))
    /// ;=> (2 3)
    "doall" => "a -> a; any a -> a"
        (cx, coll: Value) => { realise(cx, coll.clone(), i64::MAX).map(|()| coll) }
        (cx, n: i64, coll: Value) => { realise(cx, coll.clone(), n).map(|()| coll) }

    /// Makes all items of a lazy sequence, or the first n, for their effects; nil.
    /// (dorun (map println [1]))
    /// ;| 1
    /// ;=> nil
    "dorun" => "nil"
        (cx, coll: Value) => { realise(cx, coll, i64::MAX).map(|()| Value::Nil) }
        (cx, n: i64, coll: Value) => { realise(cx, coll, n).map(|()| Value::Nil) }

    /// Calls a function with every item for its effects; nil.
    /// (run! println [1 2])
    /// ;| 1
    /// ;| 2
    /// ;=> nil
    "run!" => "(a -> any) [a] -> nil" (cx, f: Value, coll: Value) => {
        stage::in_order("(run! f coll)", &f, &coll)?;
        let f = function("(run! f coll)", f)?;
        let mut items = Iter::new(coll)?;
        while let Some(item) = items.next(cx)? {
            cx.spend(1)?;
            if matches!(cx.call1(&f, item)?, Value::Reduced(_)) {
                break;
            }
        }
        Ok(Value::Nil)
    }

    /// The number of items if it is known, else as many as there are up to n.
    /// (bounded-count 3 (iterate inc 1))
    /// ;=> 3
    "bounded-count" => "number" (cx, n: i64, coll: Value) => {
        if let Some(count) = coll.known_count() {
            return Ok(count.into());
        }
        let mut items = Iter::new(coll)?;
        let mut count = 0_i64;
        while count < n && items.next(cx)?.is_some() {
            cx.spend(1)?;
            count = count.saturating_add(1);
        }
        Ok(Value::Int(count))
    }
}
