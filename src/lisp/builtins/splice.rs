//! Putting collections together: `concat`, `mapcat`, `cat`, `flatten`.

use super::builtins;
use crate::lisp::ops::rows::{Rows, Zipped};
use crate::lisp::ops::splice::{Parts, concat, splice};
use crate::lisp::ops::stage;
use crate::lisp::ops::stage::{Flow, Out, SeqFunction, Stage, collect_or_lazy, function, in_order, transducer};
use crate::lisp::value::{Args, Context, Generator, Iter, Lazy, Result, Seq, Value};

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

impl SeqFunction for Mapcat {
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
    "concat" => "[a]… -> [a]" (cx; colls) => { concat(cx, colls) }

    /// The items of what a function gives for each item.
    /// (mapcat :tags [{:tags ["a" "b"]} {:tags ["c"]}])
    /// ;=> ("a" "b" "c")
    "mapcat" => "(a -> [b]) [a] -> [b]"
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
    "cat" (_cx, rf: Value) => { stage::reducing("cat", Cat, crate::lisp::value::args([rf])) }

    /// The items of nested vectors, lists and sequences, all in one sequence.
    /// (flatten [1 [2 [3]] '(4)])
    /// ;=> (1 2 3 4)
    "flatten" (cx, coll: Value) => {
        if !coll.is_sequential() {
            return Ok(Seq::empty());
        }
        let eager = coll.is_eager() && !coll.extent().lazy;
        collect_or_lazy(cx, Leaves(vec![Iter::new(coll)?]), eager)
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
