//! Putting collections together: `concat`, `mapcat`, `cat`, `flatten`.

use std::collections::VecDeque;
use std::sync::Arc;

use super::builtins;
use super::stages::{Flow, Made, Named, Out, Stage, function, generated, in_order, transducer};
use super::transforms::{Rows, Zipped};
use crate::lisp::value::{
    Args, Context, Function, Generator, Iter, Lazy, Node, Result, Seq, Value, Vector, Yield, collect, is_bounded,
};

/// What a function gives for each item, without what a comprehension leaves out.
pub(super) struct Parts {
    function: Value,
    items: Iter,
    /// Whether an item is kept until there is a part for it, so that it can be tried again.
    keeps: bool,
    item: Option<Value>,
}

impl Parts {
    pub(super) fn new(function: Value, items: Value) -> Result<Self> {
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
pub(super) fn splice(cx: &mut dyn Context, mut parts: impl Generator + 'static, eager: bool) -> Result<Value> {
    let mut made = Made::default();
    while eager && let Some(part) = parts.next(cx)? {
        let endless = !part.is_eager();
        let mut items = Iter::new(part)?;
        if endless {
            let before = Iter::new(made.into_seq()?)?;
            return Ok(Lazy::generate(Spliced { ready: VecDeque::from([before, items]), parts }));
        }
        cx.spend(1)?;
        while let Some(item) = items.next(cx)? {
            made.push(cx, item)?;
        }
    }
    if eager { made.into_seq() } else { Ok(Lazy::generate(Spliced { ready: VecDeque::new(), parts })) }
}

struct Spliced<G> {
    ready: VecDeque<Iter>,
    parts: G,
}

impl<G: Generator> Generator for Spliced<G> {
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
/// that nobody else holds is made longer instead of put into another one: so neither kind of nesting costs depth.
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
pub(super) fn concat(cx: &mut dyn Context, parts: Args) -> Result<Value> {
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
pub(super) fn is_concat(function: &Value) -> bool {
    matches!(function, Value::Function(function) if matches!(&**function, Function::Builtin(row) if row.name == "concat"))
}

/// The items of the collections in a lazy sequence.
pub(super) fn concat_all(cx: &mut dyn Context, collections: Value) -> Result<Value> {
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

/// Appends to the first collection in place if nobody else holds it.
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

/// Passes the items of every collection on.
struct Cat;

impl Stage for Cat {
    fn feed(&mut self, cx: &mut dyn Context, item: Value, out: Out<'_>) -> Result<Flow> {
        let mut items = Iter::new(item)?;
        while let Some(item) = items.next(cx)? {
            cx.spend(1)?;
            if out(cx, item)? == Flow::Done {
                return Ok(Flow::Done);
            }
        }
        Ok(Flow::On)
    }
}

/// Passes on the items of what a function gives.
struct Mapcat(Value);

impl Named for Mapcat {
    const USAGE: &'static str = "(mapcat f coll)";
    fn new(held: Value) -> Result<Self> {
        function(Self::USAGE, held).map(Self)
    }
}

impl Stage for Mapcat {
    fn feed(&mut self, cx: &mut dyn Context, item: Value, out: Out<'_>) -> Result<Flow> {
        let made = cx.call1(&self.0, item)?;
        Cat.feed(cx, made, out)
    }

    fn feed_row(&mut self, cx: &mut dyn Context, row: Args, out: Out<'_>) -> Result<Flow> {
        let made = cx.call(&self.0, row)?;
        Cat.feed(cx, made, out)
    }
}

/// The leaves of nested sequential values, in order.
struct Leaves(Vec<Iter>);

impl Generator for Leaves {
    fn next(&mut self, cx: &mut dyn Context) -> Result<Option<Value>> {
        while let Some(items) = self.0.last_mut() {
            cx.spend(1)?;
            match items.next(cx)? {
                Some(item) if item.is_sequential() => self.0.push(Iter::new(item)?),
                Some(item) => return Ok(Some(item)),
                None => {
                    self.0.pop();
                }
            }
        }
        Ok(None)
    }

    fn is_bounded(&self, depth: usize) -> bool {
        self.0.iter().all(|items| items.is_bounded(depth))
    }
}

/// A node and what is below it, depth first.
struct Tree {
    branches: Value,
    children: Value,
    root: Option<Value>,
    open: Vec<Iter>,
}

impl Generator for Tree {
    fn next(&mut self, cx: &mut dyn Context) -> Result<Option<Value>> {
        let node = loop {
            cx.spend(1)?;
            if let Some(root) = self.root.take() {
                break root;
            }
            let Some(siblings) = self.open.last_mut() else { return Ok(None) };
            match siblings.next(cx)? {
                Some(node) => break node,
                None => {
                    self.open.pop();
                }
            }
        };
        // Until what is below it is known it is the root of what comes, so that it can be tried again.
        self.root = Some(node.clone());
        if cx.call1(&self.branches, node.clone())?.is_truthy() {
            let children = cx.call1(&self.children, node.clone())?;
            cx.reserve(self.open.len().saturating_mul(size_of::<Iter>()))?;
            self.open.push(Iter::new(children)?);
        }
        self.root = None;
        Ok(Some(node))
    }

    fn is_bounded(&self, _depth: usize) -> bool {
        false
    }
}

builtins! { Sequences;
    /// The items of all collections, one after the other.
    /// (concat [1 2] '(3) nil #{4})
    /// ;=> (1 2 3 4)
    "concat" (cx; colls) => { concat(cx, colls) }

    /// The items of what a function gives for each item.
    /// (mapcat :tags [{:tags ["a" "b"]} {:tags ["c"]}])
    /// ;=> ("a" "b" "c")
    "mapcat"
        (_cx, f: Value) => { transducer::<Mapcat>(f) }
        (cx, f: Value, coll: Value) => {
            in_order(Mapcat::USAGE, &f, &coll)?;
            let function = function(Mapcat::USAGE, f)?;
            let eager = coll.is_eager();
            splice(cx, Parts::new(function, coll)?, eager)
        }
        (cx, f: Value, coll: Value; more) => {
            let function = function(Mapcat::USAGE, f)?;
            let (rows, eager) = Rows::new(std::iter::once(coll).chain(more).collect())?;
            splice(cx, Zipped::new(function, rows, eager), eager)
        }

    /// A transducer that puts the collections it is fed together.
    /// (into [] cat [[1 2] [3]])
    /// ;=> [1 2 3]
    "cat" (_cx, rf: Value) => { super::stages::reducing("cat", Cat, crate::lisp::value::args([rf])) }

    /// The items of nested vectors, lists and sequences, all in one sequence.
    /// (flatten [1 [2 [3]] '(4)])
    /// ;=> (1 2 3 4)
    "flatten" (cx, coll: Value) => {
        if !coll.is_sequential() {
            return Ok(Seq::empty());
        }
        let eager = coll.is_eager() && !coll.extent().lazy;
        generated(cx, Leaves(vec![Iter::new(coll)?]), eager)
    }

    /// A node of a tree and all below it, depth first.
    /// (tree-seq map? :parts {:n 1 :parts [{:n 2}]})
    /// ;=> ({:n 1, :parts [{:n 2}]} {:n 2})
    "tree-seq" (_cx, branch: Value, children: Value, root: Value) => {
        let usage = "(tree-seq branch? children root)";
        let (branches, children) = (function(usage, branch)?, function(usage, children)?);
        Ok(Lazy::generate(Tree { branches, children, root: Some(root), open: Vec::new() }))
    }
}
