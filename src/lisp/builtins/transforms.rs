//! Transformations: the stages that map, filter, take and drop, with and without a collection.

use super::builtins;
use crate::lisp::ops::rows::{Rows, Zipped};
use crate::lisp::ops::slice::{Drop, Take, drop_first, take_first};
use crate::lisp::ops::stage::{
    Flow, Out, SeqFunction, Stage, amount, apply, apply_into_vector, apply_stage_into_vector, collect_or_lazy,
    function, in_order, transducer,
};
use crate::lisp::ops::{lookup, rows, slice, stage};
use crate::lisp::value::{Args, Context, Fault, Generator, Iter, Lazy, Result, Seq, Set, Value, args, equal, force};

/// Feeds every item to a function and passes its value on.
struct Map(Value);

impl SeqFunction for Map {
    const USAGE: &'static str = "(map f coll)";
    fn new(held: Value) -> Result<Self> {
        function(Self::USAGE, held).map(Self)
    }
}

impl Stage for Map {
    #[inline]
    fn feed(&mut self, cx: &mut dyn Context, item: Value, out: Out<'_>) -> Result<Flow> {
        let made = cx.call1(&self.0, item)?;
        out(cx, made)
    }

    fn feed_row(&mut self, cx: &mut dyn Context, row: Args, out: Out<'_>) -> Result<Flow> {
        let made = cx.call(&self.0, row)?;
        out(cx, made)
    }

    fn calls(&self) -> Option<&Value> {
        Some(&self.0)
    }
}

/// Passes on the items for which a function says yes, or those for which it says no.
struct Filter<const WANTED: bool>(Value);

impl<const WANTED: bool> SeqFunction for Filter<WANTED> {
    const USAGE: &'static str = if WANTED { "(filter pred coll)" } else { "(remove pred coll)" };
    fn new(held: Value) -> Result<Self> {
        function(Self::USAGE, held).map(Self)
    }
}

impl<const WANTED: bool> Stage for Filter<WANTED> {
    #[inline]
    fn feed(&mut self, cx: &mut dyn Context, item: Value, out: Out<'_>) -> Result<Flow> {
        if cx.call1(&self.0, item.clone())?.is_truthy() == WANTED { out(cx, item) } else { Ok(Flow::On) }
    }
}

/// Passes on what a function gives, unless that is nil.
struct Keep(Value);

impl SeqFunction for Keep {
    const USAGE: &'static str = "(keep f coll)";
    fn new(held: Value) -> Result<Self> {
        function(Self::USAGE, held).map(Self)
    }
}

impl Stage for Keep {
    fn feed(&mut self, cx: &mut dyn Context, item: Value, out: Out<'_>) -> Result<Flow> {
        let made = cx.call1(&self.0, item)?;
        if made.is_nil() { Ok(Flow::On) } else { out(cx, made) }
    }
}

/// As map, or as keep, with the index as the function's first argument.
struct Indexed<const ALL: bool> {
    function: Value,
    at: i64,
}

impl<const ALL: bool> SeqFunction for Indexed<ALL> {
    const USAGE: &'static str = if ALL { "(map-indexed f coll)" } else { "(keep-indexed f coll)" };
    fn new(held: Value) -> Result<Self> {
        Ok(Self { function: function(Self::USAGE, held)?, at: 0 })
    }
}

impl<const ALL: bool> Stage for Indexed<ALL> {
    fn feed(&mut self, cx: &mut dyn Context, item: Value, out: Out<'_>) -> Result<Flow> {
        let made = cx.call2(&self.function, Value::Int(self.at), item)?;
        self.at = self.at.saturating_add(1);
        if ALL || !made.is_nil() { out(cx, made) } else { Ok(Flow::On) }
    }
}

/// Passes items on until a function says no.
struct TakeWhile(Value);

impl SeqFunction for TakeWhile {
    const USAGE: &'static str = "(take-while pred coll)";
    fn new(held: Value) -> Result<Self> {
        function(Self::USAGE, held).map(Self)
    }
}

impl Stage for TakeWhile {
    fn feed(&mut self, cx: &mut dyn Context, item: Value, out: Out<'_>) -> Result<Flow> {
        if cx.call1(&self.0, item.clone())?.is_truthy() { out(cx, item) } else { Ok(Flow::Done) }
    }
}

/// Passes items on from the first for which a function says no.
struct DropWhile(Option<Value>);

impl SeqFunction for DropWhile {
    const USAGE: &'static str = "(drop-while pred coll)";
    fn new(held: Value) -> Result<Self> {
        Ok(Self(Some(function(Self::USAGE, held)?)))
    }
}

impl Stage for DropWhile {
    fn feed(&mut self, cx: &mut dyn Context, item: Value, out: Out<'_>) -> Result<Flow> {
        if let Some(predicate) = &self.0 {
            if cx.call1(predicate, item.clone())?.is_truthy() {
                return Ok(Flow::On);
            }
            self.0 = None;
        }
        out(cx, item)
    }
}

/// Passes on the first of every so many items.
struct TakeNth {
    every: usize,
    skip: usize,
}

impl SeqFunction for TakeNth {
    const USAGE: &'static str = "(take-nth n coll)";
    fn new(held: Value) -> Result<Self> {
        let every = usize::try_from(amount(Self::USAGE, &held)?.saturating_abs()).unwrap_or(usize::MAX);
        if every == 0 {
            let fault = Fault::value("take-nth of every 0 items").class("ArithmeticException");
            return Err(fault.hint("n is at least 1").into());
        }
        Ok(Self { every, skip: 0 })
    }
}

impl Stage for TakeNth {
    fn feed(&mut self, cx: &mut dyn Context, item: Value, out: Out<'_>) -> Result<Flow> {
        match self.skip.checked_sub(1) {
            Some(skip) => {
                self.skip = skip;
                Ok(Flow::On)
            }
            None => {
                self.skip = self.every.saturating_sub(1);
                out(cx, item)
            }
        }
    }
}

/// Holds the last items back.
struct DropLast {
    n: i64,
    held: std::collections::VecDeque<Value>,
}

impl SeqFunction for DropLast {
    const USAGE: &'static str = "(drop-last n coll)";
    fn new(held: Value) -> Result<Self> {
        Ok(Self { n: amount(Self::USAGE, &held)?, held: std::collections::VecDeque::new() })
    }
}

impl Stage for DropLast {
    fn feed(&mut self, cx: &mut dyn Context, item: Value, out: Out<'_>) -> Result<Flow> {
        self.held.push_back(item);
        if i64::try_from(self.held.len()).unwrap_or(i64::MAX) <= self.n {
            return Ok(Flow::On);
        }
        let first = self.held.pop_front().unwrap_or_default();
        out(cx, first)
    }
}

/// Passes on what was not passed on before.
struct Distinct(Set);

impl SeqFunction for Distinct {
    const USAGE: &'static str = "(distinct coll)";
    fn new(_: Value) -> Result<Self> {
        Ok(Self(Set::default()))
    }
}

impl Stage for Distinct {
    fn feed(&mut self, cx: &mut dyn Context, item: Value, out: Out<'_>) -> Result<Flow> {
        lookup::charge(cx, &item)?;
        if self.0.insert(item.clone()) { out(cx, item) } else { Ok(Flow::On) }
    }
}

/// Passes on what is not equal to the item before.
struct Dedupe(Option<Value>);

impl SeqFunction for Dedupe {
    const USAGE: &'static str = "(dedupe coll)";
    fn new(_: Value) -> Result<Self> {
        Ok(Self(None))
    }
}

impl Stage for Dedupe {
    fn feed(&mut self, cx: &mut dyn Context, item: Value, out: Out<'_>) -> Result<Flow> {
        cx.spend(item.weight())?;
        force(&item, cx)?;
        if self.0.as_ref().is_some_and(|last| equal(last, &item)) {
            return Ok(Flow::On);
        }
        self.0 = Some(item.clone());
        out(cx, item)
    }
}

/// Passes a separator on between items.
struct Interpose {
    separator: Value,
    started: bool,
}

impl SeqFunction for Interpose {
    const USAGE: &'static str = "(interpose separator coll)";
    fn new(separator: Value) -> Result<Self> {
        Ok(Self { separator, started: false })
    }
}

impl Stage for Interpose {
    fn feed(&mut self, cx: &mut dyn Context, item: Value, out: Out<'_>) -> Result<Flow> {
        if self.started && out(cx, self.separator.clone())? == Flow::Done {
            return Ok(Flow::Done);
        }
        self.started = true;
        out(cx, item)
    }
}

/// Passes on what a map has for an item, else the item.
struct Replace(Value);

impl SeqFunction for Replace {
    const USAGE: &'static str = "(replace replacements coll)";
    fn new(held: Value) -> Result<Self> {
        Ok(Self(held))
    }
}

impl Stage for Replace {
    fn feed(&mut self, cx: &mut dyn Context, item: Value, out: Out<'_>) -> Result<Flow> {
        let found = lookup::find(cx, &self.0, &item)?;
        out(cx, found.unwrap_or(item))
    }
}

/// Passes items on by chance.
struct RandomSample(f64);

impl SeqFunction for RandomSample {
    const USAGE: &'static str = "(random-sample probability coll)";
    fn new(held: Value) -> Result<Self> {
        let param = crate::lisp::value::ParamRef { name: "random-sample", argument: "probability" };
        <f64 as crate::lisp::value::FromValue>::from_value(held, param).map(Self)
    }
}

impl Stage for RandomSample {
    fn feed(&mut self, cx: &mut dyn Context, item: Value, out: Out<'_>) -> Result<Flow> {
        #[expect(clippy::cast_precision_loss, reason = "53 bits fit a double")]
        let chance = (cx.random() >> 11) as f64 / (1_u64 << 53) as f64;
        if chance < self.0 { out(cx, item) } else { Ok(Flow::On) }
    }
}

/// `map` over several collections: at once if all are there, else lazily.
fn map_many(cx: &mut dyn Context, f: Value, collections: Vec<Value>) -> Result<Value> {
    let function = function(Map::USAGE, f)?;
    let (rows, eager) = Rows::new(collections)?;
    collect_or_lazy(cx, Zipped::new(function, rows, eager), eager)
}

/// The items of several collections in turn.
struct Interleaved {
    rows: Rows,
    row: smallvec::IntoIter<[Value; 4]>,
}

impl Generator for Interleaved {
    fn next(&mut self, cx: &mut dyn Context) -> Result<Option<Value>> {
        loop {
            if let Some(item) = self.row.next() {
                return Ok(Some(item));
            }
            match self.rows.next(cx)? {
                Some(row) if row.is_empty() => return Ok(None),
                Some(row) => self.row = row.into_iter(),
                None => return Ok(None),
            }
        }
    }

    fn is_bounded(&self, depth: usize) -> bool {
        self.rows.is_bounded(depth)
    }
}

builtins! { Sequences;
    /// The values of a function over the items of a collection, or of several side by side.
    ///
    /// Without a collection a transducer.
    /// (map inc [1 2 3])
    /// ;=> (2 3 4)
    /// (map + [1 2] [10 20 30])
    /// ;=> (11 22)
    "map" => "(a… -> b) [a]… -> [b]"
        (_cx, f: Value) => { transducer::<Map>(f) }
        (cx, f: Value, coll: Value) => { apply::<Map>(cx, f, coll) }
        (cx, f: Value, a: Value, b: Value) => { map_many(cx, f, vec![a, b]) }
        (cx, f: Value, a: Value, b: Value; more) => { map_many(cx, f, [a, b].into_iter().chain(more).collect()) }

    /// As map, but a vector.
    /// (mapv inc [1 2 3])
    /// ;=> [2 3 4]
    "mapv" => "(a… -> b) [a]… -> [b]"
        (cx, f: Value, coll: Value) => {
            let usage = "(mapv f coll)";
            in_order(usage, &f, &coll)?;
            apply_stage_into_vector(cx, Map(function(usage, f)?), coll)
        }
        (cx, f: Value, first: Value; more) => {
            let mapped = map_many(cx, f, std::iter::once(first).chain(more).collect())?;
            slice::vec(cx, mapped)
        }

    /// The items for which the predicate is truthy.
    /// (filter odd? [1 2 3])
    /// ;=> (1 3)
    /// (filter [1 2 3] odd?)
    /// ;! 1:1 type-error: filter needs a collection as last argument, got the function odd?
    /// ;? the arguments stand the other way round: write (filter pred coll)
    "filter" => "(a -> bool) [a] -> [a]"
        (_cx, pred: Value) => { transducer::<Filter<true>>(pred) }
        (cx, pred: Value, coll: Value) => { apply::<Filter<true>>(cx, pred, coll) }

    /// As filter, but a vector.
    /// (filterv odd? [1 2 3])
    /// ;=> [1 3]
    "filterv" => "(a -> bool) [a] -> [a]" (cx, pred: Value, coll: Value) => {
        let usage = "(filterv pred coll)";
        in_order(usage, &pred, &coll)?;
        apply_stage_into_vector(cx, Filter::<true>(function(usage, pred)?), coll)
    }

    /// The items for which the predicate is nil or false.
    /// (remove odd? [1 2 3])
    /// ;=> (2)
    "remove" => "(a -> bool) [a] -> [a]"
        (_cx, pred: Value) => { transducer::<Filter<false>>(pred) }
        (cx, pred: Value, coll: Value) => { apply::<Filter<false>>(cx, pred, coll) }

    /// What the function gives for each item, without nils.
    /// (keep :email [{:email "a@b.c"} {}])
    /// ;=> ("a@b.c")
    "keep" => "(a -> b?) [a] -> [b]"
        (_cx, f: Value) => { transducer::<Keep>(f) }
        (cx, f: Value, coll: Value) => { apply::<Keep>(cx, f, coll) }

    /// What a function of index and item gives, without nils.
    /// (keep-indexed (fn [i x] (when (odd? x) i)) [1 2 3])
    /// ;=> (0 2)
    "keep-indexed" => "(number a -> b?) [a] -> [b]"
        (_cx, f: Value) => { transducer::<Indexed<false>>(f) }
        (cx, f: Value, coll: Value) => { apply::<Indexed<false>>(cx, f, coll) }

    /// What a function of index and item gives.
    /// (map-indexed vector [:a :b])
    /// ;=> ([0 :a] [1 :b])
    "map-indexed" => "(number a -> b) [a] -> [b]"
        (_cx, f: Value) => { transducer::<Indexed<true>>(f) }
        (cx, f: Value, coll: Value) => { apply::<Indexed<true>>(cx, f, coll) }

    /// The first n items.
    /// (take 2 [1 2 3])
    /// ;=> (1 2)
    /// (take 3 (iterate inc 1))
    /// ;=> (1 2 3)
    "take" => "any [a] -> [a]"
        (_cx, n: Value) => { transducer::<Take>(n) }
        (cx, n: Value, coll: Value) => { take_first(cx, n, coll) }

    /// All but the first n items.
    /// (drop 2 [1 2 3])
    /// ;=> (3)
    "drop" => "any [a] -> [a]"
        (_cx, n: Value) => { transducer::<Drop>(n) }
        (cx, n: Value, coll: Value) => { drop_first(cx, n, coll) }

    /// The items before the first for which the predicate is nil or false.
    /// (take-while odd? [1 3 4 5])
    /// ;=> (1 3)
    "take-while" => "(a -> bool) [a] -> [a]"
        (_cx, pred: Value) => { transducer::<TakeWhile>(pred) }
        (cx, pred: Value, coll: Value) => { apply::<TakeWhile>(cx, pred, coll) }

    /// The items from the first for which the predicate is nil or false.
    /// (drop-while odd? [1 3 4 5])
    /// ;=> (4 5)
    "drop-while" => "(a -> bool) [a] -> [a]"
        (_cx, pred: Value) => { transducer::<DropWhile>(pred) }
        (cx, pred: Value, coll: Value) => { apply::<DropWhile>(cx, pred, coll) }

    /// The first of every n items.
    /// (take-nth 2 [1 2 3 4 5])
    /// ;=> (1 3 5)
    "take-nth" => "any [a] -> [a]"
        (_cx, n: Value) => { transducer::<TakeNth>(n) }
        (cx, n: Value, coll: Value) => {
            in_order(TakeNth::USAGE, &n, &coll)?;
            if amount(TakeNth::USAGE, &n)? > 0 {
                return apply::<TakeNth>(cx, n, coll);
            }
            // Going on by nothing gives the first for ever.
            Ok(match Iter::new(coll)?.next(cx)? {
                Some(item) => Lazy::generate(rows::Repeat::<false> { item, left: None }),
                None => Seq::empty(),
            })
        }

    /// All but the last n items, one unless given.
    /// (drop-last 2 [1 2 3])
    /// ;=> (1)
    "drop-last" => "[a] -> [a]; any [a] -> [a]"
        (cx, coll: Value) => { apply::<DropLast>(cx, Value::Int(1), coll) }
        (cx, n: Value, coll: Value) => { apply::<DropLast>(cx, n, coll) }

    /// The items without those that came before.
    /// (distinct [1 2 1 3])
    /// ;=> (1 2 3)
    "distinct" => "[a] -> [a]"
        (_cx) => { transducer::<Distinct>(Value::Nil) }
        (cx, coll: Value) => { apply::<Distinct>(cx, Value::Nil, coll) }

    /// The items without those equal to the one before.
    /// (dedupe [1 1 2 1])
    /// ;=> (1 2 1)
    "dedupe" => "[a] -> [a]"
        (_cx) => { transducer::<Dedupe>(Value::Nil) }
        (cx, coll: Value) => { apply::<Dedupe>(cx, Value::Nil, coll) }

    /// The items with a separator between them.
    /// (interpose :and [1 2 3])
    /// ;=> (1 :and 2 :and 3)
    "interpose" => "a [a] -> [a]"
        (_cx, separator: Value) => { transducer::<Interpose>(separator) }
        (cx, separator: Value, coll: Value) => { apply_any::<Interpose>(cx, separator, coll) }

    /// The first item of each collection, then the second of each, until one ends.
    /// (interleave [:a :b] [1 2])
    /// ;=> (:a 1 :b 2)
    "interleave" => "[a]… -> [a]" (cx; colls) => {
        let (rows, eager) = Rows::new(colls.into_vec())?;
        collect_or_lazy(cx, Interleaved { rows, row: args([]).into_iter() }, eager)
    }

    /// The items, each replaced by what a map has for it; a vector stays one.
    /// (replace {1 :one} [1 2])
    /// ;=> [:one 2]
    "replace"
        (_cx, replacements: Value) => { transducer::<Replace>(replacements) }
        (cx, replacements: Value, coll: Value) => {
            match coll {
                Value::Vector(_) => {
                    let meta = coll.meta().cloned();
                    Ok(apply_into_vector::<Replace>(cx, replacements, coll)?.with_meta(meta))
                }
                coll => apply_any::<Replace>(cx, replacements, coll),
            }
        }

    /// The items, each with this probability.
    /// (random-sample 1.0 [1 2])
    /// ;=> (1 2)
    "random-sample"
        (_cx, probability: Value) => { transducer::<RandomSample>(probability) }
        (cx, probability: Value, coll: Value) => { apply::<RandomSample>(cx, probability, coll) }

    /// A vector of the first n items and the rest.
    /// (split-at 1 [1 2 3])
    /// ;=> [(1) (2 3)]
    "split-at" => "any [a] -> [[a] [a]]" (cx, n: Value, coll: Value) => {
        in_order("(split-at n coll)", &n, &coll)?;
        let first = take_first(cx, n.clone(), coll.clone())?;
        Value::vector(vec![first, drop_first(cx, n, coll)?]).within_nesting()
    }

    /// A vector of the items before the first for which the predicate is nil or false, and those from it on.
    /// (split-with odd? [1 3 4 5])
    /// ;=> [(1 3) (4 5)]
    "split-with" => "(a -> bool) [a] -> [[a] [a]]" (cx, pred: Value, coll: Value) => {
        in_order("(split-with pred coll)", &pred, &coll)?;
        let first = apply::<TakeWhile>(cx, pred.clone(), coll.clone())?;
        Value::vector(vec![first, apply::<DropWhile>(cx, pred, coll)?]).within_nesting()
    }
}

/// A named stage made of any value, so that no order of arguments is wrong.
fn apply_any<S: SeqFunction>(cx: &mut dyn Context, held: Value, items: Value) -> Result<Value> {
    stage::apply_stage(cx, S::new(held)?, items)
}
