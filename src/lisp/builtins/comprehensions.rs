//! What `for` and `doseq` are made of.

use super::builtins;
use crate::lisp::ops::splice::{Parts, splice};
use crate::lisp::ops::stage::{Flow, Out, Stage, apply_stage};
use crate::lisp::value::{Context, Iter, Result, Value};
use std::sync::Arc;

/// Passes on what the body gives: nothing where a `:when` says no; ends where a `:while` says no.
struct Gather(Value);

impl Stage for Gather {
    fn feed(&mut self, cx: &mut dyn Context, item: Value, out: Out<'_>) -> Result<Flow> {
        match cx.call1(&self.0, item)? {
            Value::Nothing => Ok(Flow::On),
            Value::Reduced(inner) if inner.is_nothing() => Ok(Flow::Done),
            made => out(cx, made),
        }
    }

    fn calls(&self) -> Option<&Value> {
        Some(&self.0)
    }
}

builtins! { Sequences;
    /// Gathers what the innermost body of a `for` gives.
    "%for" => "(a -> b) [a] -> [b]" (cx, body: Value, items: Value) => { apply_stage(cx, Gather(body), items) }

    /// Puts together what the levels within a `for` gather.
    "%for-each" => "(a -> [b]) [a] -> [b]" (cx, level: Value, items: Value) => {
        let eager = items.is_eager();
        splice(cx, Parts::new(level, items)?, eager)
    }

    /// Runs the body of a `doseq` for every item.
    "%doseq" => "(a -> any) [a] -> nil" (cx, body: Value, items: Value) => {
        let mut items = Iter::new(items)?;
        while let Some(item) = items.next(cx)? {
            cx.spend(1)?;
            if let Value::Reduced(inner) = cx.call1(&body, item)?
                && inner.is_nothing()
            {
                break;
            }
        }
        Ok(Value::Nil)
    }

    /// What leaves an item out.
    "%skip" => "never" (_cx) => { Ok(Value::Nothing) }

    /// What ends a level.
    "%stop" => "never" (_cx) => { Ok(Value::Reduced(Arc::new(Value::Nothing))) }
}
