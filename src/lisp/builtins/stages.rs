//! Stages: what sequence functions do to items, written once and used three times.
//!
//! `map`, `filter`, `take`, `partition-by` and their kin are stages. A stage is fed items and passes on none, one or
//! many. Over collections it is run at once ([`over`]); over lazy sequences it is pulled as items are asked for; without
//! a collection it is a transducer ([`reducing`]).

use std::collections::VecDeque;
use std::sync::Arc;

use crate::lisp::value::{Args, Context, Function, Generator, Iter, Lazy, Result, Step, Value, value_error};

/// What becomes of the feeding after an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    /// More items are welcome.
    On,
    /// No more items: what follows is not even looked at.
    Done,
}

/// Where a stage passes its items.
pub(super) type Out<'a> = &'a mut dyn FnMut(&mut dyn Context, Value) -> Result<Flow>;

/// What a sequence function does to one item after the other.
pub(super) trait Stage: Send + Sync {
    /// Takes an item and passes on what comes of it.
    fn feed(&mut self, cx: &mut dyn Context, item: Value, out: Out<'_>) -> Result<Flow>;

    /// Passes on what is left at the end.
    fn finish(&mut self, _cx: &mut dyn Context, _out: Out<'_>) -> Result<()> {
        Ok(())
    }

    /// Whether no item need be looked at, such as for `(take 0 …)`.
    fn is_done(&self) -> bool {
        false
    }
}

/// A stage over a collection: at once over what is there, lazily over what may be endless.
pub(super) fn over(cx: &mut dyn Context, stage: impl Stage + 'static, items: Value) -> Result<Value> {
    if items.is_eager() { run(cx, stage, items).map(Value::seq) } else { lazily(stage, items) }
}

/// A stage over all items of a collection.
pub(super) fn run(cx: &mut dyn Context, mut stage: impl Stage, items: Value) -> Result<Vec<Value>> {
    let mut made = Vec::new();
    let mut iter = Iter::new(items)?;
    let mut out = |cx: &mut dyn Context, item: Value| {
        if made.len() == made.capacity() {
            cx.reserve(made.len().saturating_mul(size_of::<[Value; 2]>()))?;
        }
        cx.spend(1)?;
        made.push(item);
        Ok(Flow::On)
    };
    if !stage.is_done() {
        while let Some(item) = iter.next(cx)? {
            cx.spend(1)?;
            if stage.feed(cx, item, &mut out)? == Flow::Done {
                break;
            }
        }
    }
    stage.finish(cx, &mut out)?;
    Ok(made)
}

/// A lazy sequence of what a stage makes of a collection's items.
pub(super) fn lazily(stage: impl Stage + 'static, items: Value) -> Result<Value> {
    Ok(Lazy::generate(Pulled { items: Some(Iter::new(items)?), stage: Box::new(stage), made: VecDeque::new() }))
}

/// A stage that is fed when somebody asks for an item.
struct Pulled {
    items: Option<Iter>,
    stage: Box<dyn Stage>,
    made: VecDeque<Value>,
}

impl Generator for Pulled {
    fn next(&mut self, cx: &mut dyn Context) -> Result<Option<Value>> {
        loop {
            if let Some(item) = self.made.pop_front() {
                return Ok(Some(item));
            }
            let Some(items) = &mut self.items else { return Ok(None) };
            cx.spend(1)?;
            let made = &mut self.made;
            let mut out = |_: &mut dyn Context, item: Value| {
                made.push_back(item);
                Ok(Flow::On)
            };
            let item = if self.stage.is_done() { None } else { items.next(cx)? };
            let flow = match item {
                Some(item) => self.stage.feed(cx, item, &mut out)?,
                None => Flow::Done,
            };
            if flow == Flow::Done {
                self.items = None;
                self.stage.finish(cx, &mut out)?;
            }
        }
    }
}

/// The reducing function that a transducer makes of another one: `stage` in front of it.
///
/// A transducer `(map f)` is a native function that holds `f` and calls this with a new stage.
pub(super) fn reducing(name: &'static str, stage: impl Stage + 'static, arguments: Args) -> Result<Value> {
    match arguments.into_iter().next() {
        Some(next) => Ok(Function::step(name, Reducing { stage: Box::new(stage), next })),
        None => Err(value_error(format!("the transducer {name} takes a reducing function"))),
    }
}

struct Reducing {
    stage: Box<dyn Stage>,
    next: Value,
}

impl Step for Reducing {
    fn call(&mut self, cx: &mut dyn Context, mut arguments: Args) -> Result<Value> {
        let next = &self.next;
        let item = if arguments.len() > 1 { arguments.pop() } else { None };
        let Some(mut total) = arguments.pop() else { return cx.call(next, Args::new()) };
        let mut ended = false;
        let mut out = |cx: &mut dyn Context, item: Value| {
            if ended {
                return Ok(Flow::Done);
            }
            total = cx.call2(next, std::mem::take(&mut total), item)?;
            if let Value::Reduced(inner) = &total {
                let inner = (**inner).clone();
                total = inner;
                ended = true;
                return Ok(Flow::Done);
            }
            Ok(Flow::On)
        };
        match item {
            Some(_) if self.stage.is_done() => Ok(Value::Reduced(Arc::new(total))),
            Some(item) => {
                let flow = self.stage.feed(cx, item, &mut out)?;
                Ok(if flow == Flow::Done || ended { Value::Reduced(Arc::new(total)) } else { total })
            }
            None => {
                self.stage.finish(cx, &mut out)?;
                cx.call1(next, total)
            }
        }
    }
}
