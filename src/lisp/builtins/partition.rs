//! Partitions: items in groups of a size, or for as long as a function gives the same.

use std::collections::VecDeque;

use super::builtins;
use super::stages::{Flow, Named, Out, Stage, at_least_one, function, in_order, lazily, through, transducer};
use crate::lisp::value::{Context, Generator, Iter, Lazy, Result, Seq, Value, collect, equal, seq};

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
    const USAGE: &'static str = "(partition n step pad coll)";

    fn new(size: &Value, step: &Value, last: Last, vectors: bool) -> Result<Self> {
        let (size, step) = (at_least_one(Self::USAGE, size)?, at_least_one(Self::USAGE, step)?);
        Ok(Self { size, step, last, vectors, held: VecDeque::new(), skip: 0 })
    }

    /// What is held as a group; then goes on to where the next begins.
    fn advance(&mut self, cx: &mut dyn Context) -> Result<Value> {
        cx.spend(self.held.len() as u64)?;
        let items: Vec<Value> = if self.step >= self.held.len() {
            self.skip = self.step.saturating_sub(self.held.len());
            std::mem::take(&mut self.held).into()
        } else {
            cx.reserve(self.held.len().saturating_mul(size_of::<Value>()))?;
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
        self.held.push_back(item);
        if self.held.len() < self.size {
            return Ok(Flow::On);
        }
        let window = self.advance(cx)?;
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
                    let window = self.advance(cx)?;
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

impl Named for PartitionAll {
    const USAGE: &'static str = "(partition-all n coll)";
    fn new(held: Value) -> Result<Self> {
        Windows::new(&held, &held, Last::Kept, true).map(Self)
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

impl Named for PartitionBy {
    const USAGE: &'static str = "(partition-by f coll)";
    fn new(held: Value) -> Result<Self> {
        Ok(Self { function: function(Self::USAGE, held)?, key: None, held: Vec::new(), vectors: true })
    }
}

impl Stage for PartitionBy {
    fn feed(&mut self, cx: &mut dyn Context, item: Value, out: Out<'_>) -> Result<Flow> {
        let key = cx.call1(&self.function, item.clone())?;
        super::collections::charge(cx, &key)?;
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
        if let Some(last) = self.last.take() {
            let mut last = Iter::new(last)?;
            while last.next(cx)?.is_some() {
                cx.spend(1)?;
                if let Value::Seq(cells) = seq(std::mem::take(&mut self.items), cx)? {
                    self.items = Seq::into_rest(cells);
                }
            }
        }
        let Value::Seq(cells) = seq(self.items.clone(), cx)? else { return Ok(None) };
        let first = cells.first().unwrap_or_default();
        let key = cx.call1(&self.function, first.clone())?;
        let same = Same { function: self.function.clone(), key };
        let group = Seq::cons(first, lazily(same, cells.rest())?)?;
        self.last = Some(group.clone());
        Ok(Some(group))
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
        super::collections::charge(cx, &key)?;
        if equal(&self.key, &key) { out(cx, item) } else { Ok(Flow::Done) }
    }
}

fn windows(cx: &mut dyn Context, size: &Value, step: &Value, last: Last, items: Value) -> Result<Value> {
    in_order(Windows::USAGE, size, &items)?;
    if matches!((&last, size), (Last::Dropped | Last::Filled(_), Value::Int(..0))) {
        // No group has fewer than no items.
        return Ok(Seq::empty());
    }
    through(cx, Windows::new(size, step, last, false)?, items)
}

/// What fills up the last group: no more than that group needs is looked at.
fn padding(cx: &mut dyn Context, size: &Value, pad: Value) -> Result<Last> {
    let pad = super::transforms::take_first(cx, size.clone(), pad)?;
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
    "partition"
        (cx, n: Value, coll: Value) => { windows(cx, &n, &n, Last::Dropped, coll) }
        (cx, n: Value, step: Value, coll: Value) => { windows(cx, &n, &step, Last::Dropped, coll) }
        (cx, n: Value, step: Value, pad: Value, coll: Value) => {
            let last = padding(cx, &n, pad)?;
            windows(cx, &n, &step, last, coll)
        }

    /// As partition, but the last groups may be smaller.
    ///
    /// Without a collection a transducer, which makes vectors.
    /// (partition-all 2 [1 2 3])
    /// ;=> ((1 2) (3))
    "partition-all"
        (_cx, n: Value) => { transducer::<PartitionAll>(n) }
        (cx, n: Value, coll: Value) => { windows(cx, &n, &n, Last::Kept, coll) }
        (cx, n: Value, step: Value, coll: Value) => { windows(cx, &n, &step, Last::Kept, coll) }

    /// As partition, but the groups are vectors.
    /// (partitionv 2 [1 2 3 4])
    /// ;=> ([1 2] [3 4])
    "partitionv"
        (cx, n: Value, coll: Value) => { through(cx, Windows::new(&n, &n, Last::Dropped, true)?, coll) }
        (cx, n: Value, step: Value, coll: Value) => {
            through(cx, Windows::new(&n, &step, Last::Dropped, true)?, coll)
        }
        (cx, n: Value, step: Value, pad: Value, coll: Value) => {
            let last = padding(cx, &n, pad)?;
            through(cx, Windows::new(&n, &step, last, true)?, coll)
        }

    /// As partition-all, but the groups are vectors.
    /// (partitionv-all 2 [1 2 3])
    /// ;=> ([1 2] [3])
    "partitionv-all"
        (_cx, n: Value) => { transducer::<PartitionAll>(n) }
        (cx, n: Value, coll: Value) => { through(cx, Windows::new(&n, &n, Last::Kept, true)?, coll) }
        (cx, n: Value, step: Value, coll: Value) => { through(cx, Windows::new(&n, &step, Last::Kept, true)?, coll) }

    /// Groups of neighbours for which the function gives the same.
    /// (partition-by odd? [1 3 2 5])
    /// ;=> ((1 3) (2) (5))
    "partition-by"
        (_cx, f: Value) => { transducer::<PartitionBy>(f) }
        (cx, f: Value, coll: Value) => {
            in_order(PartitionBy::USAGE, &f, &coll)?;
            if !coll.is_eager() {
                let function = function(PartitionBy::USAGE, f)?;
                return Ok(Lazy::generate(Runs { function, items: coll, last: None }));
            }
            through(cx, PartitionBy { vectors: false, ..PartitionBy::new(f)? }, coll)
        }
}
