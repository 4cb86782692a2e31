//! Slices: the first items of a collection and those after them.

use super::stage::{Flow, Out, SeqFunction, Stage, amount, apply};
use crate::lisp::value::{Context, Node, Result, Seq, Value, Vector, collect};
use std::sync::Arc;

/// The vector that holds a value's items, and the index of the first.
pub(crate) fn as_slice(items: &Value) -> Option<(Arc<Vector>, usize)> {
    match items {
        Value::Vector(items) => Some((items.clone(), 0)),
        Value::Seq(seq) => match seq.node() {
            Node::Slice { items, from } => Some((items.clone(), *from)),
            Node::Empty | Node::Cons { .. } | Node::Range { .. } => None,
        },
        _ => None,
    }
}

/// Passes on the first items.
pub(crate) struct Take {
    left: i64,
}

impl SeqFunction for Take {
    const USAGE: &'static str = "(take n coll)";
    fn new(held: Value) -> Result<Self> {
        Ok(Self { left: amount(Self::USAGE, &held)? })
    }
}

impl Stage for Take {
    fn feed(&mut self, cx: &mut dyn Context, item: Value, out: Out<'_>) -> Result<Flow> {
        self.left = self.left.saturating_sub(1);
        let flow = out(cx, item)?;
        Ok(if self.left <= 0 { Flow::Done } else { flow })
    }

    fn is_bounded(&self) -> bool {
        true
    }

    fn is_done(&self) -> bool {
        self.left <= 0
    }
}

/// Passes on all but the first items.
pub(crate) struct Drop {
    left: i64,
}

impl SeqFunction for Drop {
    const USAGE: &'static str = "(drop n coll)";
    fn new(held: Value) -> Result<Self> {
        Ok(Self { left: amount(Self::USAGE, &held)? })
    }
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

/// All but the first items: those of a vector stay where they are.
pub(crate) fn drop_first(cx: &mut dyn Context, n: Value, items: Value) -> Result<Value> {
    if let (Value::Int(n), Some((held, from))) = (&n, as_slice(&items)) {
        let from = from.saturating_add(usize::try_from(*n).unwrap_or(0));
        return Ok(Seq::slice_or_nothing(held, from).unwrap_or_else(Seq::empty));
    }
    apply::<Drop>(cx, n, items)
}

/// The first items.
pub(crate) fn take_first(cx: &mut dyn Context, n: Value, items: Value) -> Result<Value> {
    apply::<Take>(cx, n, items)
}

/// A vector of the items. Those of a sequence that lies in one stay where they are.
pub(crate) fn vec(cx: &mut dyn Context, coll: Value) -> Result<Value> {
    match coll {
        Value::Vector(items) if !items.is_entry() => Ok(Value::Vector(items)),
        Value::Seq(seq) if matches!(seq.node(), Node::Slice { from: 0, .. }) => match Seq::into_node(seq) {
            Node::Slice { items, .. } => Ok(Value::Vector(items)),
            Node::Empty | Node::Cons { .. } | Node::Range { .. } => Ok(Value::vector(Vec::new())),
        },
        other => Value::vector(collect(other, cx)?).within_nesting(),
    }
}
