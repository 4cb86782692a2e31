//! Lists and sequences: items that are there, cells, ranges, and lazy ones that are made when asked for.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError, TryLockError};

use super::drop::{drop_flat, drop_generator};
use super::{Context, Extent, Meta, Result, Value, Vector};

/// A list, or a sequence whose first item is there.
pub struct Seq {
    node: Node,
    extent: Extent,
    kind: Kind,
    /// Whether the items have been observed, which in Clojure would have made them.
    seen: AtomicBool,
    pub(super) meta: Meta,
}

/// What a sequence is to the program.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// What sequence functions give.
    Plain,
    /// A list: it has `peek` and `pop`, and `conj` puts items in front.
    List,
    /// A queue: it has `peek` and `pop`, and `conj` puts items at the end.
    Queue,
}

impl Kind {
    /// What follows the first item.
    fn rest(self) -> Self {
        if self == Self::Queue { Self::Plain } else { self }
    }
}

/// How a sequence holds its items.
#[derive(Clone)]
pub enum Node {
    /// `()`.
    Empty,
    /// The items of a vector from an index on; never empty.
    Slice {
        /// Where the items lie.
        items: Arc<Vector>,
        /// The index of the first.
        from: usize,
    },
    /// One item before others.
    Cons {
        /// The first item.
        first: Value,
        /// `nil`, a sequence or a lazy one.
        rest: Value,
        /// How many items there are, where that is known.
        count: Option<usize>,
    },
    /// Integers from `start` on; never empty.
    Range {
        /// The first.
        start: i64,
        /// How many; `usize::MAX` for an endless range.
        count: usize,
        /// The difference of neighbours.
        step: i64,
    },
}

/// How many generators may stand within each other where it is asked whether they end.
const MAX_GENERATOR_DEPTH: usize = 200;

/// How many cells are looked at to find out whether a sequence ends.
const FARTHEST: usize = 100_000;

static EMPTY: LazyLock<Arc<Seq>> = LazyLock::new(|| {
    Arc::new(Seq {
        node: Node::Empty,
        extent: Extent::EMPTY,
        kind: Kind::List,
        seen: AtomicBool::new(true),
        meta: Meta::NONE,
    })
});

impl From<Vec<Value>> for Seq {
    fn from(items: Vec<Value>) -> Self {
        Self::slice(Arc::new(Vector::from(items)), 0)
    }
}

impl Seq {
    /// `()`.
    pub fn empty() -> Value {
        Value::Seq(EMPTY.clone())
    }

    /// A list of these items.
    pub fn list(items: Vec<Value>) -> Self {
        let mut list = Self::from(items);
        list.kind = Kind::List;
        list
    }

    /// The items of a vector from an index on.
    pub fn slice(items: Arc<Vector>, from: usize) -> Self {
        let extent = items.extent();
        let node = if from < items.len() { Node::Slice { items, from } } else { Node::Empty };
        Self { node, extent, kind: Kind::Plain, seen: AtomicBool::default(), meta: Meta::NONE }
    }

    /// The items of a vector from an index on, or nothing if there are none.
    pub fn slice_or_nothing(items: Arc<Vector>, from: usize) -> Option<Value> {
        (from < items.len()).then(|| Self::slice(items, from).into())
    }

    /// One item before a sequence (`nil`, a sequence or a lazy one).
    ///
    /// # Errors
    /// The limit on nesting.
    pub fn cons(first: Value, rest: Value) -> Result<Value> {
        let (mut extent, count) = match &rest {
            Value::Seq(seq) => (seq.extent, seq.count()),
            Value::Nil => (Extent::EMPTY, Some(0)),
            _ => (Extent { lazy: true, ..Extent::EMPTY }, None),
        };
        extent.add(&first);
        let count = count.map(|count| count.saturating_add(1));
        Value::from(Self {
            node: Node::Cons { first, rest, count },
            extent,
            kind: Kind::Plain,
            seen: AtomicBool::default(),
            meta: Meta::NONE,
        })
        .within_nesting()
    }

    /// The same items as a list, for `conj` on lists.
    pub fn into_list(value: Value) -> Value {
        match value {
            Value::Seq(seq) if !seq.is_list() => Value::Seq(Arc::new(Self {
                node: seq.node.clone(),
                extent: seq.extent,
                kind: Kind::List,
                seen: AtomicBool::new(true),
                meta: Meta::NONE,
            })),
            other => other,
        }
    }

    /// The same items with other metadata.
    pub(super) fn with_meta(this: Arc<Self>, meta: Meta) -> Value {
        let (extent, kind) = (this.extent, this.kind);
        let seen = AtomicBool::new(true);
        Self { node: Self::into_node(this), extent, kind, seen, meta }.into()
    }

    /// Integers from `start` on.
    pub fn range(start: i64, count: usize, step: i64) -> Value {
        if count == 0 {
            return Self::empty();
        }
        let weight = u32::try_from(count).unwrap_or(u32::MAX);
        Self {
            node: Node::Range { start, count, step },
            extent: Extent { weight, ..Extent::EMPTY },
            kind: Kind::Plain,
            seen: AtomicBool::default(),
            meta: Meta::NONE,
        }
        .into()
    }

    /// How the items are held.
    #[inline]
    pub fn node(&self) -> &Node {
        self.see();
        &self.node
    }

    /// Notes that the items are observed.
    #[inline]
    pub fn see(&self) {
        self.seen.store(true, Ordering::Relaxed);
    }

    /// Whether the items have been observed.
    pub fn is_seen(&self) -> bool {
        self.seen.load(Ordering::Relaxed)
    }

    /// Whether `list?` says yes.
    pub fn is_list(&self) -> bool {
        self.kind == Kind::List
    }

    /// Whether this is a queue: `conj` puts items at the end.
    pub fn is_queue(&self) -> bool {
        self.kind == Kind::Queue
    }

    /// A queue with one more item at the end, and what that costs in copied items.
    pub fn enqueue(this: Arc<Self>, item: Value) -> (Value, u64) {
        let meta = this.meta.clone();
        let (mut items, from) = match Self::into_node(this) {
            Node::Slice { items, from } => (items, from),
            Node::Empty | Node::Cons { .. } | Node::Range { .. } => (Arc::new(Vector::from(Vec::new())), 0),
        };
        // What was taken out is let go of when it is half of the vector.
        let (from, copied) = match items.len().checked_sub(from) {
            Some(left) if left < from => {
                items = Arc::new(items.slice(from, items.len()));
                (0, left as u64)
            }
            _ => (from, 0),
        };
        let cost = copied.saturating_add(Vector::fork_cost(&items));
        Vector::make_mut(&mut items).push(item);
        (Self::queue_of(items, from, meta), cost)
    }

    /// A queue without its first item.
    pub fn dequeue(this: Arc<Self>) -> Value {
        let meta = this.meta.clone();
        match Self::into_node(this) {
            Node::Slice { items, from } => Self::queue_of(items, from.saturating_add(1), meta),
            Node::Empty | Node::Cons { .. } | Node::Range { .. } => Self::queue(),
        }
    }

    /// A queue without items.
    pub fn queue() -> Value {
        Self::queue_of(Arc::new(Vector::from(Vec::new())), 0, Meta::NONE)
    }

    fn queue_of(items: Arc<Vector>, from: usize, meta: Meta) -> Value {
        let mut queue = Self::slice(items, from);
        (queue.kind, queue.meta) = (Kind::Queue, meta);
        queue.into()
    }

    /// Whether there is no item.
    pub fn is_empty(&self) -> bool {
        matches!(self.node, Node::Empty)
    }

    /// Depth and weight.
    pub fn extent(&self) -> Extent {
        self.extent
    }

    /// The number of items, where it is known without walking.
    pub fn count(&self) -> Option<usize> {
        self.see();
        match &self.node {
            Node::Empty => Some(0),
            Node::Slice { items, from } => Some(items.len().saturating_sub(*from)),
            Node::Cons { count, .. } => *count,
            Node::Range { count: usize::MAX, .. } => None,
            Node::Range { count, .. } => Some(*count),
        }
    }

    /// The first item.
    pub fn first(&self) -> Option<Value> {
        self.see();
        match &self.node {
            Node::Empty => None,
            Node::Slice { items, from } => items.get(*from).cloned(),
            Node::Cons { first, .. } => Some(first.clone()),
            Node::Range { start, .. } => Some(Value::Int(*start)),
        }
    }

    /// How the items are held, moved out if the sequence has no other owner.
    pub fn into_node(this: Arc<Self>) -> Node {
        let mut this = this;
        match Arc::get_mut(&mut this) {
            Some(sole) => std::mem::replace(&mut sole.node, Node::Empty),
            None => this.node.clone(),
        }
    }

    /// As [`rest`](Self::rest), in place if the sequence has no other owner.
    pub fn into_rest(this: Arc<Self>) -> Value {
        let mut this = this;
        if let Some(Self { node: Node::Slice { items, from }, meta, .. }) = Arc::get_mut(&mut this)
            && from.saturating_add(1) < items.len()
        {
            *from = from.saturating_add(1);
            *meta = Meta::NONE;
            return Value::Seq(this);
        }
        this.rest()
    }

    /// What follows the first item: `()`, a sequence or a lazy one.
    pub fn rest(&self) -> Value {
        self.see();
        match &self.node {
            Node::Empty => Self::empty(),
            Node::Slice { items, from } => {
                let from = from.saturating_add(1);
                let rest = if from < items.len() { Some(Node::Slice { items: items.clone(), from }) } else { None };
                rest.map_or_else(Self::empty, |node| {
                    Self {
                        node,
                        extent: self.extent,
                        kind: self.kind.rest(),
                        seen: AtomicBool::default(),
                        meta: Meta::NONE,
                    }
                    .into()
                })
            }
            Node::Cons { rest: Value::Nil, .. } => Self::empty(),
            Node::Cons { rest, .. } => rest.clone(),
            Node::Range { start, count, step } => {
                let left = if *count == usize::MAX { *count } else { count.saturating_sub(1) };
                match start.checked_add(*step) {
                    Some(start) => Self::range(start, left, *step),
                    None => Self::empty(),
                }
            }
        }
    }
}

impl Drop for Seq {
    fn drop(&mut self) {
        if let Node::Cons { rest, .. } = &mut self.node {
            drop_flat(std::mem::take(rest));
        }
    }
}

/// Makes the items of a lazy sequence, one at a time.
pub trait Generator: Send + Sync {
    /// The next item, or nothing at the end.
    ///
    /// # Errors
    /// Whatever making the item raises.
    fn next(&mut self, cx: &mut dyn Context) -> Result<Option<Value>>;

    /// The next item, or what goes on in this generator's place: so a chain of sequences makes no chain of generators.
    ///
    /// # Errors
    /// Whatever making the item raises.
    fn step(&mut self, cx: &mut dyn Context) -> Result<Yield> {
        Ok(self.next(cx)?.map_or(Yield::End, Yield::Item))
    }

    /// True if the generator is known to be finite. `depth` counts enclosing generators; past the maximum the answer is `false`.
    ///
    /// After an error it can be asked for the same item again: it goes on where it was.
    fn is_bounded(&self, depth: usize) -> bool;

    /// Takes sequences to go on with after its own items; `false` if it cannot.
    fn append(&mut self, _more: &[Value]) -> bool {
        false
    }
}

/// What a generator gives.
pub enum Yield {
    /// The next item.
    Item(Value),
    /// A sequence of all that is still to come.
    Rest(Value),
    /// Nothing more.
    End,
}

/// A lazy sequence: a cell that is filled once, when it is first read.
pub struct Lazy {
    state: Mutex<State>,
}

/// What the cell of a lazy sequence holds.
pub enum State {
    /// A function of no arguments that gives a sequence.
    Thunk(Value),
    /// What makes the items.
    Generator(Box<dyn Generator>),
    /// Being filled right now.
    Running,
    /// `nil`, or a sequence that has a first item.
    Ready(Value),
}

impl Lazy {
    /// A sequence that `thunk`, a function of no arguments, gives.
    pub fn thunk(thunk: Value) -> Value {
        Self { state: Mutex::new(State::Thunk(thunk)) }.into()
    }

    /// A sequence of what a generator makes.
    pub fn generate(generator: impl Generator + 'static) -> Value {
        Self::from_box(Box::new(generator))
    }

    fn from_box(generator: Box<dyn Generator>) -> Value {
        Self { state: Mutex::new(State::Generator(generator)) }.into()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `nil` or a sequence with a first item, if the cell is filled.
    pub fn ready(&self) -> Option<Value> {
        match &*self.lock() {
            State::Ready(value) => Some(value.clone()),
            State::Thunk(_) | State::Generator(_) | State::Running => None,
        }
    }

    /// Whether the items surely end, where none is there yet; else what is there.
    fn is_bounded(&self, depth: usize) -> std::result::Result<bool, Value> {
        // A sequence that is made of itself is held while it is looked at: it must not wait for itself.
        let state = match self.state.try_lock() {
            Ok(state) => state,
            Err(TryLockError::Poisoned(error)) => error.into_inner(),
            Err(TryLockError::WouldBlock) => return Ok(false),
        };
        match &*state {
            State::Ready(cells) => Err(cells.clone()),
            State::Generator(generator) => {
                Ok(depth < MAX_GENERATOR_DEPTH && generator.is_bounded(depth.saturating_add(1)))
            }
            State::Thunk(_) | State::Running => Ok(false),
        }
    }

    /// Depth and weight of what is there.
    pub fn extent(&self) -> Extent {
        match self.ready() {
            Some(Value::Seq(seq)) => Extent { lazy: true, ..seq.extent },
            _ => Extent { lazy: true, ..Extent::EMPTY },
        }
    }

    /// Takes the generator out of a cell without another owner, so that its items need no cells.
    pub fn into_generator(this: Arc<Self>) -> std::result::Result<Box<dyn Generator>, Arc<Self>> {
        let mut this = this;
        let Some(sole) = Arc::get_mut(&mut this) else { return Err(this) };
        let state = sole.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        match std::mem::replace(state, State::Running) {
            State::Generator(generator) => Ok(generator),
            other => {
                *state = other;
                Err(this)
            }
        }
    }

    /// Gives the generator of a cell without another owner sequences to go on with; `false` if it takes none.
    pub fn append(this: &mut Arc<Self>, more: &[Value]) -> bool {
        let Some(sole) = Arc::get_mut(this) else { return false };
        match sole.state.get_mut().unwrap_or_else(PoisonError::into_inner) {
            State::Generator(generator) => generator.append(more),
            State::Thunk(_) | State::Running | State::Ready(_) => false,
        }
    }

    /// The state of a cell without another owner.
    fn into_state(this: Arc<Self>) -> std::result::Result<State, Arc<Self>> {
        let mut this = this;
        match Arc::get_mut(&mut this) {
            Some(sole) => {
                let state = sole.state.get_mut().unwrap_or_else(PoisonError::into_inner);
                Ok(std::mem::replace(state, State::Running))
            }
            None => Err(this),
        }
    }

    /// Fills the cell if need be: `nil`, or a sequence that has a first item.
    ///
    /// # Errors
    /// Whatever making the first item raises; the cell then tries again when next looked at.
    pub fn realise(this: &Arc<Self>, cx: &mut dyn Context) -> Result<Value> {
        let taken = {
            let mut state = this.lock();
            if let State::Ready(value) = &*state {
                return Ok(value.clone());
            }
            std::mem::replace(&mut *state, State::Running)
        };
        let (after, result) = Self::fill(taken, cx);
        let before = std::mem::replace(&mut *this.lock(), after);
        drop(before);
        result
    }

    /// What a state comes to, and the state that stands for it from now on.
    ///
    /// One sequence often goes on as another, which is lazy again; those are unwound in a loop, not by recursion.
    fn fill(state: State, cx: &mut dyn Context) -> (State, Result<Value>) {
        let mut state = state;
        loop {
            let made = match &mut state {
                State::Thunk(thunk) => cx.spend(2).and_then(|()| cx.call(thunk, super::Args::new())).map(Yield::Rest),
                State::Generator(generator) => Self::step(generator, cx),
                State::Ready(value) => Ok(Yield::Rest(value.clone())),
                State::Running => Err(super::value_error("a lazy sequence needs its own first item to make it")),
            };
            let made = match made {
                Ok(made) => made,
                Err(raise) => return (state, Err(raise)),
            };
            let (again, result) = match made {
                Yield::End => (Value::Nil, Ok(Value::Nil)),
                Yield::Item(first) => {
                    let rest = match state {
                        State::Generator(generator) => Self::from_box(generator),
                        State::Thunk(_) | State::Running | State::Ready(_) => Value::Nil,
                    };
                    match Seq::cons(first.clone(), rest.clone()) {
                        Ok(cells) => (Value::Nil, Ok(cells)),
                        Err(raise) => {
                            let again = RetryGenerator { first: Some(first), rest };
                            return (State::Generator(Box::new(again)), Err(raise));
                        }
                    }
                }
                Yield::Rest(Value::Lazy(lazy)) => match Self::into_state(lazy) {
                    Ok(inner) => {
                        state = inner;
                        continue;
                    }
                    Err(lazy) => (Value::Lazy(lazy.clone()), Self::realise(&lazy, cx)),
                },
                Yield::Rest(other) => (other.clone(), super::iterate::seq(other, cx)),
            };
            return match result {
                Ok(cells) => (State::Ready(cells.clone()), Ok(cells)),
                Err(raise) => (State::Thunk(giving(again)), Err(raise)),
            };
        }
    }

    fn step(generator: &mut Box<dyn Generator>, cx: &mut dyn Context) -> Result<Yield> {
        cx.spend(2)?;
        cx.enter()?;
        let made = generator.step(cx);
        cx.leave();
        made
    }
}

/// Whether the items of a sequence surely end, as far as it can be told without making any.
pub fn is_bounded(cells: &Value, depth: usize) -> bool {
    let mut cells = cells.clone();
    for _ in 0..FARTHEST {
        cells = match &cells {
            Value::Seq(seq) => match &seq.node {
                Node::Range { count, .. } => return *count != usize::MAX,
                Node::Cons { count: None, rest, .. } => rest.clone(),
                Node::Empty | Node::Slice { .. } | Node::Cons { .. } => return true,
            },
            Value::Lazy(lazy) => match lazy.is_bounded(depth) {
                Ok(bounded) => return bounded,
                Err(cells) => cells,
            },
            // Everything else is there as a whole.
            _ => return true,
        };
    }
    false
}

/// An item that could not be put in front of what follows it, to try again.
struct RetryGenerator {
    first: Option<Value>,
    rest: Value,
}

impl Generator for RetryGenerator {
    fn next(&mut self, cx: &mut dyn Context) -> Result<Option<Value>> {
        if let Some(first) = self.first.take() {
            return Ok(Some(first));
        }
        let Value::Seq(cells) = super::iterate::seq(self.rest.clone(), cx)? else { return Ok(None) };
        self.rest = cells.rest();
        Ok(cells.first())
    }

    fn step(&mut self, _cx: &mut dyn Context) -> Result<Yield> {
        Ok(match self.first.take() {
            Some(first) => Yield::Item(first),
            None => Yield::Rest(self.rest.clone()),
        })
    }

    fn is_bounded(&self, depth: usize) -> bool {
        is_bounded(&self.rest, depth)
    }
}

/// A function that gives a value, to try again from.
fn giving(value: Value) -> Value {
    super::Function::Native {
        name: "lazy-seq",
        held: vec![value],
        code: |_, held, _| Ok(held.first().cloned().unwrap_or_default()),
    }
    .into()
}

impl Drop for Lazy {
    fn drop(&mut self) {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        match std::mem::replace(state, State::Running) {
            State::Thunk(value) | State::Ready(value) => drop_flat(value),
            State::Generator(generator) => drop_generator(generator),
            State::Running => {}
        }
    }
}
