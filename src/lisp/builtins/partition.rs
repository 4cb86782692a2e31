//! Partitions: items in groups of a size, or for as long as a function gives the same.

use super::builtins;
use crate::lisp::ops::stage::{
    Flow, Out, SeqFunction, Stage, apply_stage, at_least_one, function, in_order, lazy_stage, transducer,
};
use crate::lisp::ops::{lookup, slice};
use crate::lisp::value::{Context, Generator, Iter, Lazy, Result, Seq, Value, collect, equal, is_bounded, seq};
use std::collections::VecDeque;

/// A group of items: sequences over collections, vectors from transducers.
fn group(items: Vec<Value>, vectors: bool) -> Result<Value> {
    if vectors { Value::vector(items) } else { Value::seq(items) }.within_nesting()
}

/// What becomes of a last group that is not full.
enum Last {
    /// It is left out.
    Dropped,
    /// It is passed on, and those that begin within it.
    Kept,
    /// It is filled up as far as these items go.
    Filled(Vec<Value>),
}

const PARTITION: &str = "(partition n step pad coll)";

const PARTITION_ALL: &str = "(partition-all n step coll)";

/// Groups of `size` items that begin every `step` items.
struct Windows {
    size: usize,
    step: usize,
    last: Last,
    vectors: bool,
    held: VecDeque<Value>,
    skip: usize,
}

impl Windows {
    fn new(usage: &'static str, size: &Value, step: &Value, last: Last, vectors: bool) -> Result<Self> {
        let (size, step) = (at_least_one(usage, size)?, at_least_one(usage, step)?);
        Ok(Self { size, step, last, vectors, held: VecDeque::new(), skip: 0 })
    }

    /// Charges for a group of `count` items before any of them is taken.
    fn charge(&self, cx: &mut dyn Context, count: usize) -> Result<()> {
        cx.spend(count as u64)?;
        if self.step < count { cx.reserve(count.saturating_mul(size_of::<Value>())) } else { Ok(()) }
    }

    /// What is held as a group; then goes on to where the next begins.
    fn advance(&mut self) -> Result<Value> {
        let items: Vec<Value> = if self.step >= self.held.len() {
            self.skip = self.step.saturating_sub(self.held.len());
            std::mem::take(&mut self.held).into()
        } else {
            let items = self.held.iter().cloned().collect();
            self.held.drain(..self.step);
            items
        };
        group(items, self.vectors)
    }
}

impl Stage for Windows {
    fn feed(&mut self, cx: &mut dyn Context, item: Value, out: Out<'_>) -> Result<Flow> {
        if let Some(skip) = self.skip.checked_sub(1) {
            self.skip = skip;
            return Ok(Flow::On);
        }
        let count = self.held.len().saturating_add(1);
        if count < self.size {
            self.held.push_back(item);
            return Ok(Flow::On);
        }
        self.charge(cx, count)?;
        self.held.push_back(item);
        let window = self.advance()?;
        out(cx, window)
    }

    fn finish(&mut self, cx: &mut dyn Context, out: Out<'_>) -> Result<()> {
        match &self.last {
            Last::Dropped => {}
            Last::Filled(padding) => {
                if !self.held.is_empty() {
                    let missing = self.size.saturating_sub(self.held.len());
                    self.held.extend(padding.iter().take(missing).cloned());
                    let window = group(std::mem::take(&mut self.held).into(), self.vectors)?;
                    out(cx, window)?;
                }
            }
            Last::Kept => {
                while !self.held.is_empty() {
                    self.charge(cx, self.held.len())?;
                    let window = self.advance()?;
                    if out(cx, window)? == Flow::Done {
                        break;
                    }
                }
            }
        }
        Ok(())
    }
}

/// `partition-all` as a transducer: vectors of so many items.
struct PartitionAll(Windows);

impl SeqFunction for PartitionAll {
    const USAGE: &'static str = "(partition-all n coll)";
    fn new(held: Value) -> Result<Self> {
        Windows::new(Self::USAGE, &held, &held, Last::Kept, true).map(Self)
    }
}

impl Stage for PartitionAll {
    fn feed(&mut self, cx: &mut dyn Context, item: Value, out: Out<'_>) -> Result<Flow> {
        self.0.feed(cx, item, out)
    }

    fn finish(&mut self, cx: &mut dyn Context, out: Out<'_>) -> Result<()> {
        self.0.finish(cx, out)
    }
}

/// Groups of neighbours for which a function gives the same.
struct PartitionBy {
    function: Value,
    key: Option<Value>,
    held: Vec<Value>,
    vectors: bool,
}

impl SeqFunction for PartitionBy {
    const USAGE: &'static str = "(partition-by f coll)";
    fn new(held: Value) -> Result<Self> {
        Ok(Self { function: function(Self::USAGE, held)?, key: None, held: Vec::new(), vectors: true })
    }
}

impl Stage for PartitionBy {
    fn feed(&mut self, cx: &mut dyn Context, item: Value, out: Out<'_>) -> Result<Flow> {
        let key = cx.call1(&self.function, item.clone())?;
        lookup::charge(cx, &key)?;
        let same = self.key.as_ref().is_none_or(|last| equal(last, &key));
        self.key = Some(key);
        if !same {
            let full = group(std::mem::take(&mut self.held), self.vectors)?;
            if out(cx, full)? == Flow::Done {
                return Ok(Flow::Done);
            }
        }
        self.held.push(item);
        Ok(Flow::On)
    }

    fn finish(&mut self, cx: &mut dyn Context, out: Out<'_>) -> Result<()> {
        if !self.held.is_empty() {
            let last = group(std::mem::take(&mut self.held), self.vectors)?;
            out(cx, last)?;
        }
        Ok(())
    }
}

/// The groups of neighbours in a lazy sequence: lazy themselves, for one of them may be endless.
struct Runs {
    function: Value,
    items: Value,
    /// The group given last: what follows it begins behind its end.
    last: Option<Value>,
}

impl Generator for Runs {
    fn next(&mut self, cx: &mut dyn Context) -> Result<Option<Value>> {
        if let Some(last) = &self.last {
            // Only when the end of the group is found it is behind us: an error on the way is met again there.
            let (mut last, mut items) = (Iter::new(last.clone())?, self.items.clone());
            while last.next(cx)?.is_some() {
                cx.spend(1)?;
                if let Value::Seq(cells) = seq(items, cx)? {
                    items = Seq::into_rest(cells);
                } else {
                    items = Value::Nil;
                }
            }
            (self.last, self.items) = (None, items);
        }
        let Value::Seq(cells) = seq(self.items.clone(), cx)? else { return Ok(None) };
        let first = cells.first().unwrap_or_default();
        let key = cx.call1(&self.function, first.clone())?;
        let same = Same { function: self.function.clone(), key };
        let group = Seq::cons(first, lazy_stage(same, cells.rest())?)?;
        self.last = Some(group.clone());
        Ok(Some(group))
    }

    fn is_bounded(&self, depth: usize) -> bool {
        is_bounded(&self.items, depth)
    }
}

/// Passes items on as long as a function gives the same for them.
struct Same {
    function: Value,
    key: Value,
}

impl Stage for Same {
    fn feed(&mut self, cx: &mut dyn Context, item: Value, out: Out<'_>) -> Result<Flow> {
        let key = cx.call1(&self.function, item.clone())?;
        lookup::charge(cx, &key)?;
        if equal(&self.key, &key) { out(cx, item) } else { Ok(Flow::Done) }
    }
}

/// Passes a group without items on for every so many items.
struct Nothings {
    step: usize,
    skip: usize,
    vectors: bool,
}

impl Stage for Nothings {
    fn feed(&mut self, cx: &mut dyn Context, _: Value, out: Out<'_>) -> Result<Flow> {
        if let Some(skip) = self.skip.checked_sub(1) {
            self.skip = skip;
            return Ok(Flow::On);
        }
        self.skip = self.step.saturating_sub(1);
        out(cx, group(Vec::new(), self.vectors)?)
    }
}

fn windows(
    cx: &mut dyn Context,
    usage: &'static str,
    sizes: [&Value; 2],
    last: Last,
    vectors: bool,
    items: Value,
) -> Result<Value> {
    let [size, step] = sizes;
    in_order(usage, size, &items)?;
    match (size, step) {
        // Groups without items, as many as there are places where one begins.
        (Value::Int(0), Value::Int(1..)) => {
            let step = at_least_one(usage, step)?;
            apply_stage(cx, Nothings { step, skip: 0, vectors }, items)
        }
        // No group has fewer than no items.
        (Value::Int(..=-1), _) if !matches!(last, Last::Kept) => Ok(Seq::empty()),
        _ => apply_stage(cx, Windows::new(usage, size, step, last, vectors)?, items),
    }
}

/// What fills up the last group: no more than that group needs is looked at.
fn padding(cx: &mut dyn Context, size: &Value, pad: Value) -> Result<Last> {
    let pad = slice::take_first(cx, size.clone(), pad)?;
    collect(pad, cx).map(Last::Filled)
}

builtins! { Sequences;
    /// Groups of n items, beginning every step items (n unless given); a last one that is not full is left out, or
    /// filled up from pad.
    /// (partition 2 [1 2 3 4 5])
    /// ;=> ((1 2) (3 4))
    /// (partition 2 1 [1 2 3])
    /// ;=> ((1 2) (2 3))
    /// (partition 2 2 [:none] [1 2 3])
    /// ;=> ((1 2) (3 :none))
    "partition" => "any [a] -> [[a]]; any any [a] -> [[a]]; any any [a] [a] -> [[a]]"
        (cx, n: Value, coll: Value) => { windows(cx, PARTITION, [&n, &n], Last::Dropped, false, coll) }
        (cx, n: Value, step: Value, coll: Value) => { windows(cx, PARTITION, [&n, &step], Last::Dropped, false, coll) }
        (cx, n: Value, step: Value, pad: Value, coll: Value) => {
            let last = padding(cx, &n, pad)?;
            windows(cx, PARTITION, [&n, &step], last, false, coll)
        }

    /// As partition, but the last groups may be smaller.
    ///
    /// Without a collection a transducer, which makes vectors.
    /// (partition-all 2 [1 2 3])
    /// ;=> ((1 2) (3))
    "partition-all" => "any [a] -> [[a]]; any any [a] -> [[a]]"
        (_cx, n: Value) => { transducer::<PartitionAll>(n) }
        (cx, n: Value, coll: Value) => { windows(cx, PARTITION_ALL, [&n, &n], Last::Kept, false, coll) }
        (cx, n: Value, step: Value, coll: Value) => { windows(cx, PARTITION_ALL, [&n, &step], Last::Kept, false, coll) }

    /// As partition, but the groups are vectors.
    /// (partitionv 2 [1 2 3 4])
    /// ;=> ([1 2] [3 4])
    "partitionv" => "any [a] -> [[a]]; any any [a] -> [[a]]; any any [a] [a] -> [[a]]"
        (cx, n: Value, coll: Value) => { windows(cx, PARTITION, [&n, &n], Last::Dropped, true, coll) }
        (cx, n: Value, step: Value, coll: Value) => {
            windows(cx, PARTITION, [&n, &step], Last::Dropped, true, coll)
        }
        (cx, n: Value, step: Value, pad: Value, coll: Value) => {
            let last = padding(cx, &n, pad)?;
            windows(cx, PARTITION, [&n, &step], last, true, coll)
        }

    /// As partition-all, but the groups are vectors.
    /// (partitionv-all 2 [1 2 3])
    /// ;=> ([1 2] [3])
    "partitionv-all" => "any [a] -> [[a]]; any any [a] -> [[a]]"
        (_cx, n: Value) => { transducer::<PartitionAll>(n) }
        (cx, n: Value, coll: Value) => { windows(cx, PARTITION_ALL, [&n, &n], Last::Kept, true, coll) }
        (cx, n: Value, step: Value, coll: Value) => { windows(cx, PARTITION_ALL, [&n, &step], Last::Kept, true, coll) }

    /// Groups of neighbours for which the function gives the same.
    /// (partition-by odd? [1 3 2 5])
    /// ;=> ((1 3) (2) (5))
    "partition-by" => "(a -> any) [a] -> [[a]]"
        (_cx, f: Value) => { transducer::<PartitionBy>(f) }
        (cx, f: Value, coll: Value) => {
            in_order(PartitionBy::USAGE, &f, &coll)?;
            if !coll.is_eager() {
                let function = function(PartitionBy::USAGE, f)?;
                return Ok(Lazy::generate(Runs { function, items: coll, last: None }));
            }
            apply_stage(cx, PartitionBy { vectors: false, ..PartitionBy::new(f)? }, coll)
        }
}
