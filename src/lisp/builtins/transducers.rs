//! Transducers put to use: `transduce`, `sequence`, `eduction`, and those that are no stages.

use super::builtins;
use crate::lisp::ops::reduce::transduce;
use crate::lisp::ops::rows::Rows;
use crate::lisp::ops::stage::{collect_or_lazy, function};
use crate::lisp::value::native;
use crate::lisp::value::{
    Args, Context, Function, Generator, Map, Result, StepFunction, Value, args, seq, value_error,
};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Where the items that a transducer makes wait until they are asked for.
#[derive(Clone, Default)]
struct Waiting(Arc<Mutex<VecDeque<Value>>>);

impl Waiting {
    fn lock(&self) -> MutexGuard<'_, VecDeque<Value>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl StepFunction for Waiting {
    fn call(&mut self, cx: &mut dyn Context, arguments: Args) -> Result<Value> {
        cx.spend(1)?;
        let mut arguments = arguments.into_iter();
        let total = arguments.next().unwrap_or_default();
        if let Some(item) = arguments.next() {
            self.lock().push_back(item);
        }
        Ok(total)
    }
}

/// What a transducer makes of rows of items.
struct Transformed {
    rows: Option<Rows>,
    /// A row that was taken and has not gone through yet.
    row: Option<Args>,
    step: Value,
    waiting: Waiting,
}

impl Generator for Transformed {
    fn next(&mut self, cx: &mut dyn Context) -> Result<Option<Value>> {
        loop {
            if let Some(item) = self.waiting.lock().pop_front() {
                return Ok(Some(item));
            }
            let Some(rows) = &mut self.rows else { return Ok(None) };
            cx.spend(1)?;
            if self.row.is_none() {
                self.row = rows.next(cx)?;
            }
            let ended = match self.row.clone() {
                Some(row) => {
                    let arguments = std::iter::once(Value::Nil).chain(row).collect();
                    matches!(cx.call(&self.step, arguments)?, Value::Reduced(_))
                }
                None => true,
            };
            self.row = None;
            if ended {
                self.rows = None;
                cx.call1(&self.step, Value::Nil)?;
            }
        }
    }

    fn is_bounded(&self, depth: usize) -> bool {
        self.rows.as_ref().is_none_or(|rows| rows.is_bounded(depth))
    }
}

fn transformed(cx: &mut dyn Context, xforms: &[Value], colls: Vec<Value>) -> Result<Value> {
    let waiting = Waiting::default();
    let mut step = Function::step("sequence", waiting.clone());
    for xform in xforms.iter().rev() {
        let xform = function("(sequence xform coll)", xform.clone())?;
        step = cx.call1(&xform, step)?;
    }
    let (rows, eager) = Rows::new(colls)?;
    collect_or_lazy(cx, Transformed { rows: Some(rows), row: None, step, waiting }, eager)
}

/// The key under which `halt-when` hides what it ends with, as Clojure has it.
fn halt() -> Value {
    Value::keyword("clojure.core/halt")
}

/// Ends a reduction at an item.
struct HaltWhen {
    predicate: Value,
    result: Option<Value>,
    next: Value,
}

impl StepFunction for HaltWhen {
    fn call(&mut self, cx: &mut dyn Context, arguments: Args) -> Result<Value> {
        let mut given = arguments.into_iter();
        match (given.next(), given.next()) {
            (None, _) => cx.call(&self.next, args([])),
            (Some(total), None) => {
                let halted = match &total {
                    Value::Map(map) => map.get(&halt()).cloned(),
                    _ => None,
                };
                match halted {
                    Some(value) => Ok(value),
                    None => cx.call1(&self.next, total),
                }
            }
            (Some(total), Some(item)) => {
                if !cx.call1(&self.predicate, item.clone())?.is_truthy() {
                    return cx.call2(&self.next, total, item);
                }
                let value = match &self.result {
                    Some(result) => {
                        let total = cx.call1(&self.next, total)?;
                        cx.call2(result, total, item)?
                    }
                    None => item,
                };
                let mut map = Map::default();
                map.insert(halt(), value);
                Ok(Value::Reduced(Arc::new(Value::from(map).within_nesting()?)))
            }
        }
    }
}

fn halt_when(predicate: Value, result: Option<Value>) -> Value {
    let held = std::iter::once(predicate).chain(result).collect();
    native("halt-when", held, |_, held, arguments| {
        let mut held = held.iter().cloned();
        let (predicate, result) = (held.next().unwrap_or_default(), held.next());
        match arguments.into_iter().next() {
            Some(next) => Ok(Function::step("halt-when", HaltWhen { predicate, result, next })),
            None => Err(value_error("the transducer halt-when takes a reducing function")),
        }
    })
}

builtins! { Transducers;
    /// Reduces what a transducer makes of the items, starting with init or with what f gives without arguments.
    /// (transduce (map inc) + [1 2 3])
    /// ;=> 9
    /// (transduce (comp (filter odd?) (map inc)) conj [] [1 2 3])
    /// ;=> [2 4]
    "transduce"
        (cx, xform: Value, f: Value, coll: Value) => {
            let f = function("(transduce xform f coll)", f)?;
            let init = cx.call(&f, args([]))?;
            transduce(cx, "(transduce xform f coll)", xform, f, init, coll)
        }
        (cx, xform: Value, f: Value, init: Value, coll: Value) => {
            let f = function("(transduce xform f init coll)", f)?;
            transduce(cx, "(transduce xform f init coll)", xform, f, init, coll)
        }

    /// A sequence of the items, () if there are none; or of what a transducer makes of them.
    /// (sequence (map inc) [1 2])
    /// ;=> (2 3)
    "sequence" => "[a] -> [a]"
        (cx, coll: Value) => {
            match coll {
                Value::Seq(_) | Value::Lazy(_) => Ok(coll),
                other => Ok(match seq(other, cx)? {
                    Value::Nil => crate::lisp::value::Seq::empty(),
                    items => items,
                }),
            }
        }
        (cx, xform: Value, coll: Value) => { transformed(cx, &[xform], vec![coll]) }
        (cx, xform: Value, coll: Value; more) => {
            transformed(cx, &[xform], std::iter::once(coll).chain(more).collect())
        }

    /// What transducers, one after the other, make of the items of the last argument.
    /// (eduction (filter odd?) (map inc) [1 2 3])
    /// ;=> (2 4)
    "eduction" (cx, first: Value; more) => {
        let mut xforms: Vec<Value> = std::iter::once(first).chain(more).collect();
        let coll = xforms.pop().unwrap_or_default();
        transformed(cx, &xforms, vec![coll])
    }

    /// A reducing function with a last step, which is given the total at the end.
    /// (transduce (map inc) (completing conj count) [] [1 2])
    /// ;=> 2
    "completing"
        (_cx, f: Value) => { completing(f, None) }
        (_cx, f: Value, last: Value) => { completing(f, Some(last)) }

    /// A transducer that ends the reduction at an item that passes the test: with that item, or with what a function
    /// of total and item gives.
    /// (transduce (halt-when neg?) conj [] [1 -2 3])
    /// ;=> -2
    "halt-when"
        (_cx, pred: Value) => { function("(halt-when pred)", pred).map(|pred| halt_when(pred, None)) }
        (_cx, pred: Value, f: Value) => {
            Ok(halt_when(
                function("(halt-when pred f)", pred)?,
                if f.is_nil() { None } else { Some(function("(halt-when pred f)", f)?) },
            ))
        }
}

fn completing(f: Value, last: Option<Value>) -> Result<Value> {
    let held = std::iter::once(function("(completing f last)", f)?).chain(last).collect();
    Ok(native("completing", held, |cx, held, arguments| match (arguments.len(), held) {
        (1, [_, last]) => cx.call(last, arguments),
        (1, _) => Ok(arguments.into_iter().next().unwrap_or_default()),
        (_, [f, ..]) => cx.call(f, arguments),
        (_, []) => Ok(Value::Nil),
    }))
}
