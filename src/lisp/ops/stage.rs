//! Stages: what sequence functions do to items, written once and used three times.
//!
//! `map`, `filter`, `take`, `partition-by` and similar functions are stages. A stage is fed items and passes on none, one or
//! many. Over collections it is run at once ([`apply`]); over lazy sequences it is pulled as items are asked for; without
//! a collection it is a transducer ([`transducer`]).

use std::collections::VecDeque;
use std::sync::Arc;

use crate::lisp::value::{
    Args, Callable, Context, Expected, FromValue, Function, Generator, Iter, Lazy, Number, ParamRef, Raise, Result,
    StepFunction, Value, arity_error, native, type_error_as,
};

/// What becomes of the feeding after an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flow {
    /// More items are welcome.
    On,
    /// No more items: what follows is not even looked at.
    Done,
}

/// Where a stage passes its items.
pub(crate) type Out<'a> = &'a mut dyn FnMut(&mut dyn Context, Value) -> Result<Flow>;

/// What a sequence function does to one item after the other.
pub(crate) trait Stage: Send + Sync {
    /// Takes an item and passes on what comes of it.
    fn feed(&mut self, cx: &mut dyn Context, item: Value, out: Out<'_>) -> Result<Flow>;

    /// Takes items of several collections that lie side by side, as a transducer of `(sequence xform a b)`.
    fn feed_row(&mut self, _cx: &mut dyn Context, row: Args, _out: Out<'_>) -> Result<Flow> {
        Err(arity_error("a transducer's reducing function", row.len().saturating_add(1), "0, 1 or 2"))
    }

    /// Passes on what is left at the end.
    fn finish(&mut self, _cx: &mut dyn Context, _out: Out<'_>) -> Result<()> {
        Ok(())
    }

    /// The function, where a stage does nothing but to call it with each item.
    fn calls(&self) -> Option<&Value> {
        None
    }

    /// Whether it surely passes on a bounded number of items, such as `(take n …)`.
    fn is_bounded(&self) -> bool {
        false
    }

    /// Whether no item need be looked at, such as for `(take 0 …)`.
    fn is_done(&self) -> bool {
        false
    }
}

/// A stage with a name: `(map f coll)` is a stage made of `f`, `(map f)` the transducer of the same.
pub(crate) trait SeqFunction: Stage + Sized + 'static {
    /// How it is called.
    const USAGE: &'static str;

    /// The stage, made of what stands before the collection.
    fn new(held: Value) -> Result<Self>;
}

/// The name that a usage such as `(map f coll)` begins with.
fn name_of(usage: &'static str) -> &'static str {
    usage.trim_start_matches('(').split([' ', ')']).next().unwrap_or(usage)
}

/// An argument that must be a function. One that is none says so when it is called: over no items nobody asks.
pub(crate) fn function(usage: &'static str, f: Value) -> Result<Value> {
    let param = ParamRef { name: name_of(usage), argument: "f" };
    Ok(match Callable::from_value(f.clone(), param) {
        Ok(f) => f.0,
        Err(raise) => Function::step(name_of(usage), NoFunction(raise)),
    })
}

/// Stands for an argument that is no function.
struct NoFunction(Box<Raise>);

impl StepFunction for NoFunction {
    fn call(&mut self, _cx: &mut dyn Context, _arguments: Args) -> Result<Value> {
        Err(self.0.clone())
    }
}

/// An argument that says how many; a fraction counts as a whole one.
pub(crate) fn amount(usage: &'static str, n: &Value) -> Result<i64> {
    match n {
        Value::Int(n) => Ok(*n),
        other => match Number::of(other) {
            #[expect(clippy::cast_possible_truncation, reason = "saturates: more than any collection has")]
            Some(number) => Ok(number.to_f64().ceil() as i64),
            None => Err(type_error_as(name_of(usage).into(), Expected::INTEGER, Some("n"), other)),
        },
    }
}

/// An argument that says how many and must be at least one.
pub(crate) fn at_least_one(usage: &'static str, n: &Value) -> Result<usize> {
    let amount = amount(usage, n)?;
    match usize::try_from(amount) {
        Ok(n) if n > 0 => Ok(n),
        _ => Err(type_error_as(name_of(usage).into(), Expected::POSITIVE, Some("n"), n)),
    }
}

/// Refuses arguments that stand the other way round: a collection first, then a function or number.
pub(crate) fn in_order(usage: &'static str, held: &Value, items: &Value) -> Result<()> {
    let swapped = match items {
        Value::Function(_) => true,
        Value::Int(_) | Value::Float(_) => held.is_sequential() || matches!(held, Value::Text(_)),
        _ => false,
    };
    if !swapped {
        return Ok(());
    }
    let mut raise = type_error_as(name_of(usage).into(), Expected::COLLECTION, Some("last argument"), items);
    if let Raise::Fault(fault) = &mut *raise {
        fault.class = "IllegalArgumentException";
        fault.hint = Some(format!("the arguments stand the other way round: write {usage}").into());
    }
    Err(raise)
}

/// A named stage over a collection.
pub(crate) fn apply<S: SeqFunction>(cx: &mut dyn Context, held: Value, items: Value) -> Result<Value> {
    in_order(S::USAGE, &held, &items)?;
    apply_stage(cx, S::new(held)?, items)
}

/// A named stage over a collection, as a vector.
pub(crate) fn apply_into_vector<S: SeqFunction>(cx: &mut dyn Context, held: Value, items: Value) -> Result<Value> {
    in_order(S::USAGE, &held, &items)?;
    apply_stage_into_vector(cx, S::new(held)?, items)
}

/// A stage over a collection, as a vector.
pub(crate) fn apply_stage_into_vector(cx: &mut dyn Context, stage: impl Stage, items: Value) -> Result<Value> {
    Value::vector(run(cx, stage, items)?).within_nesting()
}

/// A named stage as a transducer: a function that puts it in front of a reducing function.
pub(crate) fn transducer<S: SeqFunction>(held: Value) -> Result<Value> {
    S::new(held.clone())?;
    Ok(native(name_of(S::USAGE), vec![held], |_, held, arguments| {
        let stage = S::new(held.first().cloned().unwrap_or_default())?;
        reducing(name_of(S::USAGE), stage, arguments)
    }))
}

/// A stage over a collection: at once over what is there, lazily over what may be endless.
pub(crate) fn apply_stage(cx: &mut dyn Context, stage: impl Stage + 'static, items: Value) -> Result<Value> {
    if items.is_eager() { Value::seq(run(cx, stage, items)?).within_nesting() } else { lazy_stage(stage, items) }
}

/// Items that a builtin gathers, charged as they come.
#[derive(Default)]
pub(crate) struct MeteredVec(Vec<Value>);

impl MeteredVec {
    /// One more item.
    #[inline]
    pub(crate) fn push(&mut self, cx: &mut dyn Context, item: Value) -> Result<()> {
        if self.0.len() == self.0.capacity() {
            cx.reserve(self.0.len().saturating_mul(size_of::<[Value; 2]>()))?;
        }
        if self.0.len().is_multiple_of(16) {
            cx.spend(16)?;
        }
        self.0.push(item);
        Ok(())
    }

    /// The items as a sequence.
    pub(crate) fn into_seq(self) -> Result<Value> {
        Value::seq(self.0).within_nesting()
    }

    /// The items.
    pub(crate) fn into_items(self) -> Vec<Value> {
        self.0
    }
}

/// A stage over all items of a collection.
pub(crate) fn run(cx: &mut dyn Context, mut stage: impl Stage, items: Value) -> Result<Vec<Value>> {
    let mut made = MeteredVec::default();
    if let Some(function) = stage.calls() {
        cx.prefetch(function, &items);
    }
    let mut iter = Iter::new(items)?;
    let mut out = |cx: &mut dyn Context, item: Value| {
        made.push(cx, item)?;
        Ok(Flow::On)
    };
    let mut fed = 0_u64;
    if !stage.is_done() {
        while let Some(item) = iter.next(cx)? {
            fed = fed.saturating_add(1);
            if fed.is_multiple_of(16) {
                cx.spend(16)?;
            }
            if stage.feed(cx, item, &mut out)? == Flow::Done {
                break;
            }
        }
    }
    cx.spend(fed % 16)?;
    stage.finish(cx, &mut out)?;
    Ok(made.into_items())
}

/// What a generator makes: at once if it surely ends, else as it is asked for.
pub(crate) fn collect_or_lazy(
    cx: &mut dyn Context,
    mut generator: impl Generator + 'static,
    eager: bool,
) -> Result<Value> {
    if !eager {
        return Ok(Lazy::generate(generator));
    }
    let mut made = MeteredVec::default();
    while let Some(item) = generator.next(cx)? {
        made.push(cx, item)?;
    }
    made.into_seq()
}

/// A lazy sequence of what a stage makes of a collection's items.
pub(crate) fn lazy_stage(stage: impl Stage + 'static, items: Value) -> Result<Value> {
    let items = Some(Iter::new(items)?);
    Ok(Lazy::generate(LazyStage { items, stage: Box::new(stage), next: None, made: VecDeque::new() }))
}

/// A stage that is fed when somebody asks for an item.
struct LazyStage {
    items: Option<Iter>,
    stage: Box<dyn Stage>,
    /// An item that was taken and is not fed yet: after an error it is fed again, so that the same error comes again.
    next: Option<Value>,
    made: VecDeque<Value>,
}

impl LazyStage {
    fn pull(&mut self, cx: &mut dyn Context) -> Result<()> {
        let Some(items) = &mut self.items else { return Ok(()) };
        let made = &mut self.made;
        let mut out = |_: &mut dyn Context, item: Value| {
            made.push_back(item);
            Ok(Flow::On)
        };
        if self.next.is_none() && !self.stage.is_done() {
            self.next = items.next(cx)?;
        }
        let flow = match &self.next {
            Some(item) => self.stage.feed(cx, item.clone(), &mut out)?,
            None => Flow::Done,
        };
        self.next = None;
        if flow == Flow::Done {
            self.items = None;
            self.stage.finish(cx, &mut out)?;
        }
        Ok(())
    }
}

impl Generator for LazyStage {
    fn next(&mut self, cx: &mut dyn Context) -> Result<Option<Value>> {
        loop {
            if let Some(item) = self.made.pop_front() {
                return Ok(Some(item));
            }
            if self.items.is_none() {
                return Ok(None);
            }
            cx.spend(2)?;
            self.pull(cx)?;
        }
    }

    fn is_bounded(&self, depth: usize) -> bool {
        self.stage.is_bounded() || self.items.as_ref().is_none_or(|items| items.is_bounded(depth))
    }
}

/// The reducing function that a transducer makes of another one: `stage` in front of it.
pub(crate) fn reducing(name: &'static str, stage: impl Stage + 'static, arguments: Args) -> Result<Value> {
    match (arguments.len(), arguments.into_iter().next()) {
        (1, Some(next)) => Ok(Function::step(name, Reducing { stage: Box::new(stage), next })),
        (given, _) => Err(arity_error(format!("the transducer {name}"), given, "1: a reducing function")),
    }
}

struct Reducing {
    stage: Box<dyn Stage>,
    next: Value,
}

impl StepFunction for Reducing {
    fn call(&mut self, cx: &mut dyn Context, mut arguments: Args) -> Result<Value> {
        let next = &self.next;
        let mut row = if arguments.len() > 1 { arguments.drain(1..).collect() } else { Args::new() };
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
        if row.is_empty() {
            self.stage.finish(cx, &mut out)?;
            return cx.call1(next, total);
        }
        if self.stage.is_done() {
            return Ok(Value::Reduced(Arc::new(total)));
        }
        let flow = match (row.len(), row.pop()) {
            (1, Some(item)) => self.stage.feed(cx, item, &mut out)?,
            (_, last) => {
                row.extend(last);
                self.stage.feed_row(cx, row, &mut out)?
            }
        };
        Ok(if flow == Flow::Done || ended { Value::Reduced(Arc::new(total)) } else { total })
    }
}
