//! Splicing: the items of many collections in one.

use super::stage::MeteredVec;
use crate::lisp::value::{
    Args, Context, Function, Generator, Iter, Lazy, Node, Result, Seq, Value, Vector, Yield, collect, is_bounded,
};
use std::collections::VecDeque;
use std::sync::Arc;

/// What a function gives for each item, without what a comprehension leaves out.
pub(crate) struct Parts {
    function: Value,
    items: Iter,
    /// Whether an item is kept until there is a part for it, so that it can be tried again.
    keeps: bool,
    item: Option<Value>,
}

impl Parts {
    pub(crate) fn new(function: Value, items: Value) -> Result<Self> {
        let keeps = !items.is_eager();
        Ok(Self { function, items: Iter::new(items)?, keeps, item: None })
    }
}

impl Generator for Parts {
    fn next(&mut self, cx: &mut dyn Context) -> Result<Option<Value>> {
        loop {
            let item = match self.item.take() {
                Some(item) => item,
                None => match self.items.next(cx)? {
                    Some(item) => item,
                    None => return Ok(None),
                },
            };
            if self.keeps {
                self.item = Some(item.clone());
            }
            cx.spend(1)?;
            let part = cx.call1(&self.function, item)?;
            self.item = None;
            match part {
                Value::Nothing => {}
                Value::Reduced(inner) if inner.is_nothing() => return Ok(None),
                part => return Ok(Some(part)),
            }
        }
    }

    fn is_bounded(&self, depth: usize) -> bool {
        self.items.is_bounded(depth)
    }
}

/// The items of all the collections that a generator makes: at once, until one of them may be endless.
pub(crate) fn splice(cx: &mut dyn Context, mut parts: impl Generator + 'static, eager: bool) -> Result<Value> {
    let mut made = MeteredVec::default();
    while eager && let Some(part) = parts.next(cx)? {
        let endless = !part.is_eager();
        let mut items = Iter::new(part)?;
        if endless {
            let before = Iter::new(made.into_seq()?)?;
            return Ok(Lazy::generate(FlattenGenerator { ready: VecDeque::from([before, items]), parts }));
        }
        cx.spend(1)?;
        while let Some(item) = items.next(cx)? {
            made.push(cx, item)?;
        }
    }
    if eager { made.into_seq() } else { Ok(Lazy::generate(FlattenGenerator { ready: VecDeque::new(), parts })) }
}

struct FlattenGenerator<G> {
    ready: VecDeque<Iter>,
    parts: G,
}

impl<G: Generator> Generator for FlattenGenerator<G> {
    fn next(&mut self, cx: &mut dyn Context) -> Result<Option<Value>> {
        loop {
            cx.spend(1)?;
            if let Some(items) = self.ready.front_mut() {
                if let Some(item) = items.next(cx)? {
                    return Ok(Some(item));
                }
                self.ready.pop_front();
                continue;
            }
            match self.parts.next(cx)? {
                Some(part) => self.ready.push_back(Iter::new(part)?),
                None => return Ok(None),
            }
        }
    }

    // A part that is still to come may be endless: that is seen once it is there.
    fn is_bounded(&self, depth: usize) -> bool {
        self.parts.is_bounded(depth) && self.ready.iter().all(|items| items.is_bounded(depth))
    }
}

/// Collections one after the other, where some are lazy. The last takes the chain's place once it is reached, and a chain
/// without another owner is made longer instead of put into another one: so neither kind of nesting costs depth.
struct Chain {
    current: Option<Iter>,
    parts: VecDeque<Value>,
}

impl Generator for Chain {
    fn next(&mut self, cx: &mut dyn Context) -> Result<Option<Value>> {
        loop {
            match self.step(cx)? {
                Yield::Item(item) => return Ok(Some(item)),
                Yield::Rest(rest) => self.current = Some(Iter::new(rest)?),
                Yield::End => return Ok(None),
            }
        }
    }

    fn step(&mut self, cx: &mut dyn Context) -> Result<Yield> {
        loop {
            cx.spend(1)?;
            if let Some(items) = &mut self.current
                && let Some(item) = items.next(cx)?
            {
                return Ok(Yield::Item(item));
            }
            self.current = None;
            match self.parts.pop_front() {
                Some(last) if self.parts.is_empty() => return Ok(Yield::Rest(last)),
                Some(part) => self.current = Some(Iter::new(part)?),
                None => return Ok(Yield::End),
            }
        }
    }

    fn is_bounded(&self, depth: usize) -> bool {
        self.current.as_ref().is_none_or(|items| items.is_bounded(depth))
            && self.parts.iter().all(|part| is_bounded(part, depth))
    }

    fn append(&mut self, more: &[Value]) -> bool {
        self.parts.extend(more.iter().cloned());
        true
    }
}

/// The items of collections one after the other.
pub(crate) fn concat(cx: &mut dyn Context, parts: Args) -> Result<Value> {
    cx.spend(parts.len() as u64)?;
    if parts.iter().all(Value::is_eager) {
        return concat_ready(cx, parts);
    }
    let mut parts = parts;
    if let Some((Value::Lazy(first), more)) = parts.split_first_mut()
        && Lazy::append(first, more)
    {
        return Ok(parts.swap_remove(0));
    }
    Ok(Lazy::generate(Chain { current: None, parts: parts.into_iter().collect() }))
}

/// Whether a function is `concat`, which `apply` need not give all its arguments at once.
pub(crate) fn is_concat(function: &Value) -> bool {
    matches!(function, Value::Function(function) if matches!(&**function, Function::Builtin(row) if row.name == "concat"))
}

/// The items of the collections in a lazy sequence.
pub(crate) fn concat_all(cx: &mut dyn Context, collections: Value) -> Result<Value> {
    splice(cx, Each(Iter::new(collections)?), false)
}

struct Each(Iter);

impl Generator for Each {
    fn next(&mut self, cx: &mut dyn Context) -> Result<Option<Value>> {
        self.0.next(cx)
    }

    fn is_bounded(&self, depth: usize) -> bool {
        self.0.is_bounded(depth)
    }
}

/// Appends to the first collection in place if it has no other owner.
fn concat_ready(cx: &mut dyn Context, parts: Args) -> Result<Value> {
    let mut parts = parts.into_iter();
    let first = parts.next().unwrap_or_default();
    let (mut items, from) = match first {
        Value::Vector(items) => (items, 0),
        Value::Seq(seq) => match Seq::into_node(seq) {
            Node::Slice { items, from } => (items, from),
            Node::Empty => (Arc::new(Vector::from(Vec::new())), 0),
            Node::Range { start, count, step } => {
                (Arc::new(Vector::from(collect(Seq::range(start, count, step), cx)?)), 0)
            }
            Node::Cons { first, rest, .. } => (Arc::new(Vector::from(collect(Seq::cons(first, rest)?, cx)?)), 0),
        },
        other => (Arc::new(Vector::from(collect(other, cx)?)), 0),
    };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return Ok(Seq::slice_or_nothing(items, from).unwrap_or_else(Seq::empty));
    }
    let (whole, from) = match Arc::get_mut(&mut items) {
        Some(whole) => (whole, from),
        None => {
            let left = items.len().saturating_sub(from);
            cx.reserve(left.saturating_mul(size_of::<[Value; 2]>()))?;
            cx.spend(left as u64)?;
            items = Arc::new(items.iter().skip(from).cloned().collect());
            match Arc::get_mut(&mut items) {
                Some(whole) => (whole, 0),
                None => return Ok(Seq::empty()),
            }
        }
    };
    for part in parts {
        let mut part = Iter::new(part)?;
        cx.reserve(part.at_least().saturating_mul(size_of::<Value>()))?;
        while let Some(item) = part.next(cx)? {
            cx.spend(1)?;
            whole.push(item);
        }
    }
    Seq::slice_or_nothing(items, from).unwrap_or_else(Seq::empty).within_nesting()
}
