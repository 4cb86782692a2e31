//! Walking over anything that has items.

use std::sync::Arc;

use super::{Context, Fault, Generator, Lazy, Map, Node, Result, Seq, Set, Text, Value, Vector, What, Yield};
use crate::lisp::text::ErrorKind;

/// The longest counted range that sequence functions handle at once; longer ones are lazy.
const EAGER_RANGE: usize = 1_000_000;

/// The items of a value, one at a time. Owns the value, so that nothing is kept alive that was passed.
pub enum Iter {
    /// Items that were moved out of a collection, or gathered from one.
    Items(std::vec::IntoIter<Value>),
    /// The items of a vector that others hold too.
    Vector {
        /// The vector.
        items: Arc<Vector>,
        /// The index of the next item.
        at: usize,
    },
    /// A sequence, or `nil` at the end.
    Cells(Value),
    /// Integers.
    Range {
        /// The next one.
        next: i64,
        /// How many are left; `usize::MAX` for an endless range.
        left: usize,
        /// The difference of neighbours.
        step: i64,
    },
    /// The characters of a string.
    Chars {
        /// The string.
        text: Text,
        /// The byte offset of the next character.
        at: usize,
    },
    /// A lazy sequence without another owner: its items need no cells.
    Generator(UniqueGenerator),
    /// A map of which no entry was taken yet.
    Map(Arc<Map>),
    /// A set of which no item was taken yet.
    Set(Arc<Set>),
}

/// What an entry takes that is made of a map's key and value.
const ENTRY: usize = 112;

/// The error for a value without items.
#[cold]
fn no_items(value: &Value) -> Box<super::Raise> {
    let fault = Fault::new(ErrorKind::Type, "IllegalArgumentException", What::no_items(value));
    match value {
        Value::Function(_) => {
            fault.hint("a function comes before the collection: (map f coll), (filter pred coll), (reduce f init coll)")
        }
        _ => fault,
    }
    .into()
}

impl Iter {
    /// The items of a value.
    ///
    /// # Errors
    /// A value without items, such as a number.
    pub fn new(value: Value) -> Result<Self> {
        Ok(match value {
            Value::Nil => Self::Items(Vec::new().into_iter()),
            Value::Vector(items) => match Arc::try_unwrap(items) {
                Ok(sole) => Self::Items(sole.into_items().into_iter()),
                Err(items) => Self::Vector { items, at: 0 },
            },
            Value::Seq(seq) if matches!(seq.node(), Node::Cons { .. }) => Self::Cells(Value::Seq(seq)),
            Value::Seq(seq) => match Seq::into_node(seq) {
                Node::Slice { items, from } => match Arc::try_unwrap(items) {
                    Ok(sole) => {
                        let mut items = sole.into_items().into_iter();
                        if let Some(before) = from.checked_sub(1) {
                            items.nth(before);
                        }
                        Self::Items(items)
                    }
                    Err(items) => Self::Vector { items, at: from },
                },
                Node::Range { start, count, step } => Self::Range { next: start, left: count, step },
                Node::Empty => Self::Items(Vec::new().into_iter()),
                Node::Cons { rest, .. } => Self::Cells(rest),
            },
            Value::Lazy(lazy) => match Lazy::into_generator(lazy) {
                Ok(generator) => Self::Generator(UniqueGenerator(Some(generator))),
                Err(lazy) => Self::Cells(Value::Lazy(lazy)),
            },
            Value::Map(map) => Self::Map(map),
            Value::Set(set) => Self::Set(set),
            Value::Text(text) => Self::Chars { text, at: 0 },
            other => return Err(no_items(&other)),
        })
    }

    /// The next item.
    ///
    /// # Errors
    /// Whatever making the item raises.
    #[inline]
    pub fn next(&mut self, cx: &mut dyn Context) -> Result<Option<Value>> {
        match self {
            Self::Items(items) => Ok(items.next()),
            Self::Vector { items, at } => {
                let item = items.get(*at).cloned();
                *at = at.saturating_add(1);
                Ok(item)
            }
            Self::Range { next, left, step } => {
                if *left == 0 {
                    return Ok(None);
                }
                let item = *next;
                *left = match item.checked_add(*step) {
                    Some(following) => {
                        *next = following;
                        if *left == usize::MAX { *left } else { left.saturating_sub(1) }
                    }
                    None => 0,
                };
                Ok(Some(Value::Int(item)))
            }
            Self::Chars { text, at } => {
                let next = text.as_str().get(*at..).and_then(|rest| rest.chars().next());
                *at = at.saturating_add(next.map_or(0, char::len_utf8));
                Ok(next.map(|c| Value::Text(c.into())))
            }
            Self::Generator(_) | Self::Cells(_) => self.next_lazily(cx),
            Self::Map(_) | Self::Set(_) => {
                self.gather(cx)?;
                self.next(cx)
            }
        }
    }

    /// Takes the items of a map or set out of it. All at once, so that whoever is given them one by one can change the
    /// map in place.
    #[cold]
    fn gather(&mut self, cx: &mut dyn Context) -> Result<()> {
        let items: Vec<Value> = match self {
            Self::Map(map) => {
                cx.spend(map.len() as u64 / 4)?;
                cx.reserve(map.len().saturating_mul(ENTRY))?;
                map.iter().map(|(key, value)| pair(key, value)).collect()
            }
            Self::Set(set) => {
                cx.spend(set.len() as u64 / 4)?;
                cx.reserve(set.len().saturating_mul(size_of::<Value>()))?;
                set.iter().collect()
            }
            Self::Items(_)
            | Self::Vector { .. }
            | Self::Cells(_)
            | Self::Range { .. }
            | Self::Chars { .. }
            | Self::Generator(_) => return Ok(()),
        };
        *self = Self::Items(items.into_iter());
        Ok(())
    }

    fn next_lazily(&mut self, cx: &mut dyn Context) -> Result<Option<Value>> {
        loop {
            match self {
                Self::Generator(generator) => match generator.step(cx)? {
                    Yield::Item(item) => return Ok(Some(item)),
                    Yield::End => return Ok(None),
                    Yield::Rest(rest) => *self = Self::new(rest)?,
                },
                Self::Cells(cells) => {
                    if let Value::Lazy(lazy) = cells {
                        let lazy = lazy.clone();
                        *cells = Lazy::realise(&lazy, cx)?;
                    }
                    let Value::Seq(seq) = cells else { return Ok(None) };
                    let first = seq.first();
                    *cells = seq.rest();
                    return Ok(first);
                }
                Self::Items(_)
                | Self::Vector { .. }
                | Self::Range { .. }
                | Self::Chars { .. }
                | Self::Map(_)
                | Self::Set(_) => return self.next(cx),
            }
        }
    }

    /// Whether it is sure, without making any item, that there is none left.
    pub fn is_done(&self) -> bool {
        match self {
            Self::Items(items) => items.len() == 0,
            Self::Vector { items, at } => *at >= items.len(),
            Self::Range { left, .. } => *left == 0,
            Self::Chars { text, at } => *at >= text.len(),
            Self::Cells(Value::Seq(seq)) => seq.is_empty(),
            Self::Cells(cells) => cells.is_nil(),
            Self::Generator(_) => false,
            Self::Map(map) => map.is_empty(),
            Self::Set(set) => set.is_empty(),
        }
    }

    /// Whether the items surely end, as far as it can be told without making any.
    pub fn is_bounded(&self, depth: usize) -> bool {
        match self {
            Self::Items(_) | Self::Vector { .. } | Self::Map(_) | Self::Set(_) | Self::Chars { .. } => true,
            Self::Range { left, .. } => *left != usize::MAX,
            Self::Cells(cells) => super::sequence::is_bounded(cells, depth),
            Self::Generator(generator) => generator.is_bounded(depth),
        }
    }

    /// At least how many items are left.
    pub fn at_least(&self) -> usize {
        match self {
            Self::Items(items) => items.len(),
            Self::Vector { items, at } => items.len().saturating_sub(*at),
            Self::Cells(Value::Seq(seq)) => seq.count().unwrap_or(0),
            Self::Range { left, .. } => {
                if *left == usize::MAX {
                    0
                } else {
                    *left
                }
            }
            Self::Map(map) => map.len(),
            Self::Set(set) => set.len(),
            Self::Chars { .. } | Self::Cells(_) | Self::Generator(_) => 0,
        }
    }

    /// What is left, as a sequence; `()` at the end.
    ///
    /// # Errors
    /// Whatever making items raises.
    pub fn into_rest(self, cx: &mut dyn Context) -> Result<Value> {
        match self {
            Self::Cells(Value::Nil) => Ok(Seq::empty()),
            Self::Cells(cells) => Ok(cells),
            Self::Vector { items, at } => Ok(Seq::slice_or_nothing(items, at).unwrap_or_else(Seq::empty)),
            Self::Range { next, left, step } => Ok(Seq::range(next, left, step)),
            Self::Generator(generator) => Ok(Lazy::generate(generator)),
            mut rest => {
                let left = rest.at_least();
                cx.spend(left as u64)?;
                cx.reserve(left.saturating_mul(size_of::<Value>()))?;
                let mut items = Vec::with_capacity(left);
                while let Some(item) = rest.next(cx)? {
                    items.push(item);
                    if items.len().is_multiple_of(64) {
                        cx.spend(16)?;
                    }
                }
                Ok(Value::seq(items))
            }
        }
    }

    /// The items of a fully realised sequential value.
    pub fn ready(value: &Value) -> Ready {
        Ready(match value {
            Value::Vector(items) => Self::Vector { items: items.clone(), at: 0 },
            Value::Seq(_) | Value::Lazy(_) => Self::Cells(value.clone()),
            _ => Self::Cells(Value::Nil),
        })
    }
}

/// A generator that was taken out of its cell.
pub struct UniqueGenerator(Option<Box<dyn Generator>>);

impl Generator for UniqueGenerator {
    fn next(&mut self, cx: &mut dyn Context) -> Result<Option<Value>> {
        self.0.as_mut().map_or(Ok(None), |generator| generator.next(cx))
    }

    fn step(&mut self, cx: &mut dyn Context) -> Result<Yield> {
        cx.spend(1)?;
        cx.enter()?;
        let made = self.0.as_mut().map_or(Ok(Yield::End), |generator| generator.step(cx));
        cx.leave();
        made
    }

    fn is_bounded(&self, depth: usize) -> bool {
        // As deep as sequences may stand within each other.
        depth < 200 && self.0.as_ref().is_none_or(|generator| generator.is_bounded(depth.saturating_add(1)))
    }
}

impl Drop for UniqueGenerator {
    fn drop(&mut self) {
        if let Some(generator) = self.0.take() {
            super::drop::drop_generator(generator);
        }
    }
}

/// The items of a sequential value that has been realised; ends where it has not.
pub struct Ready(Iter);

impl Iterator for Ready {
    type Item = Value;

    fn next(&mut self) -> Option<Value> {
        match &mut self.0 {
            Iter::Vector { items, at } => {
                let item = items.get(*at).cloned();
                *at = at.saturating_add(1);
                item
            }
            Iter::Cells(cells) => {
                if let Value::Lazy(lazy) = cells {
                    *cells = lazy.ready()?;
                }
                let Value::Seq(seq) = cells else { return None };
                let first = seq.first();
                *cells = seq.rest();
                first
            }
            Iter::Items(_)
            | Iter::Range { .. }
            | Iter::Chars { .. }
            | Iter::Generator(_)
            | Iter::Map(_)
            | Iter::Set(_) => None,
        }
    }
}

/// A map's entry as programs see it.
pub fn pair(key: Value, value: Value) -> Value {
    Vector::entry(key, value).into()
}

/// `nil`, or a sequence with a first item: what `seq` gives.
///
/// # Errors
/// A value without items; whatever making the first one raises.
pub fn seq(value: Value, cx: &mut dyn Context) -> Result<Value> {
    Ok(match value {
        Value::Nil => Value::Nil,
        Value::Seq(seq) if seq.is_empty() => Value::Nil,
        Value::Seq(seq) => {
            seq.see();
            Value::Seq(seq)
        }
        Value::Lazy(lazy) => Lazy::realise(&lazy, cx)?,
        Value::Vector(items) => Seq::slice_or_nothing(items, 0).unwrap_or_default(),
        other => {
            let items = collect(other, cx)?;
            if items.is_empty() { Value::Nil } else { Value::seq(items) }
        }
    })
}

/// All items of a value, moved out of it if it has no other owner.
///
/// # Errors
/// A value without items; a limit; whatever making items raises.
pub fn collect(value: Value, cx: &mut dyn Context) -> Result<Vec<Value>> {
    let mut iter = Iter::new(value)?;
    let gathered = !matches!(iter, Iter::Items(_));
    iter.gather(cx)?;
    if let Iter::Items(items) = iter {
        if !gathered {
            cx.spend(items.len() as u64 / 4)?;
        }
        return Ok(items.collect());
    }
    let least = iter.at_least();
    cx.reserve(least.saturating_mul(size_of::<Value>()))?;
    let mut items = Vec::with_capacity(least);
    while let Some(item) = iter.next(cx)? {
        if items.len() == items.capacity() {
            cx.reserve(items.len().saturating_mul(size_of::<[Value; 2]>()))?;
        }
        if items.len().is_multiple_of(64) {
            cx.spend(16)?;
        }
        items.push(item);
    }
    Ok(items)
}

/// Realises every lazy sequence inside a value, so that it can be printed, compared, hashed or converted.
///
/// # Errors
/// A limit, where a sequence has no end; whatever making items raises.
pub fn force(value: &Value, cx: &mut dyn Context) -> Result<()> {
    if !value.extent().lazy {
        return Ok(());
    }
    cx.spend(1)?;
    match value {
        Value::Vector(items) => items.iter().try_for_each(|item| force(item, cx)),
        Value::Map(map) => map.iter_ref().try_for_each(|(key, value)| {
            force(key, cx)?;
            force(value, cx)
        }),
        Value::Set(set) => set.iter_ref().try_for_each(|item| force(item, cx)),
        Value::Reduced(inner) => force(inner, cx),
        Value::Seq(_) | Value::Lazy(_) => {
            let mut cells = value.clone();
            let mut count: u64 = 0;
            loop {
                if let Value::Lazy(lazy) = &cells {
                    let lazy = lazy.clone();
                    cells = Lazy::realise(&lazy, cx)?;
                }
                let Value::Seq(seq) = &cells else { return Ok(()) };
                let Some(first) = seq.first() else { return Ok(()) };
                if first.extent().lazy {
                    // The nesting is counted here, because cells are made before what is in their items is known.
                    cx.enter()?;
                    force(&first, cx)?;
                    cx.leave();
                }
                count = count.saturating_add(1);
                if count.is_multiple_of(16) {
                    cx.spend(16)?;
                }
                cells = seq.rest();
            }
        }
        _ => Ok(()),
    }
}

impl Value {
    /// Whether sequence functions handle the value at once; what may be endless they handle lazily.
    pub fn is_eager(&self) -> bool {
        match self {
            Value::Lazy(_) => false,
            Value::Seq(seq) => match seq.node() {
                Node::Range { count, .. } => *count <= EAGER_RANGE,
                Node::Empty | Node::Slice { .. } => true,
                Node::Cons { count, .. } => count.is_some(),
            },
            _ => true,
        }
    }

    /// The number of items, where it is known without walking.
    pub fn known_count(&self) -> Option<usize> {
        match self {
            Value::Nil => Some(0),
            Value::Vector(items) => Some(items.len()),
            Value::Seq(seq) => seq.count(),
            Value::Map(map) => Some(map.len()),
            Value::Set(set) => Some(set.len()),
            Value::Text(text) => Some(text.count()),
            _ => None,
        }
    }
}
