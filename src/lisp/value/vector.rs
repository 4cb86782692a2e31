//! Vectors: one flat piece of memory while they are small or held by one owner, a persistent tree once a large one is
//! changed while shared.

use super::{Extent, Meta, Value};

/// Shared vectors up to this length are copied when changed; longer ones become trees.
const FLAT: usize = 64;

/// A vector; also what lies behind sequences whose items are there.
#[derive(Clone)]
pub struct Vector {
    items: Items,
    extent: Extent,
    pub(super) meta: Meta,
}

#[derive(Clone)]
enum Items {
    /// The entry of a map, until it is changed.
    Entry([Value; 2]),
    Flat(Vec<Value>),
    Tree(Box<im::Vector<Value>>),
}

impl From<Vec<Value>> for Vector {
    fn from(items: Vec<Value>) -> Self {
        let extent = Extent::of(&items);
        Self { items: Items::Flat(items), extent, meta: Meta::NONE }
    }
}

impl FromIterator<Value> for Vector {
    fn from_iter<I: IntoIterator<Item = Value>>(items: I) -> Self {
        Self::from(items.into_iter().collect::<Vec<_>>())
    }
}

impl Vector {
    /// The entry of a map: a vector of a key and a value that knows what it is.
    pub fn entry(key: Value, value: Value) -> Self {
        let items = [key, value];
        let extent = Extent::of(&items);
        Self { items: Items::Entry(items), extent, meta: Meta::NONE }
    }

    /// Whether this is the entry of a map.
    pub fn is_entry(&self) -> bool {
        matches!(self.items, Items::Entry(_))
    }

    /// The place of an item. What is changed is no entry any more.
    fn place(&mut self, index: usize) -> Option<&mut Value> {
        if let Items::Entry(items) = &mut self.items {
            self.items = Items::Flat(std::mem::take(items).into());
        }
        match &mut self.items {
            Items::Entry(items) => items.get_mut(index),
            Items::Flat(items) => items.get_mut(index),
            Items::Tree(items) => items.get_mut(index),
        }
    }

    /// The number of items.
    #[inline]
    pub fn len(&self) -> usize {
        match &self.items {
            Items::Entry(items) => items.len(),
            Items::Flat(items) => items.len(),
            Items::Tree(items) => items.len(),
        }
    }

    /// Whether there is no item.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The item at an index.
    #[inline]
    pub fn get(&self, index: usize) -> Option<&Value> {
        match &self.items {
            Items::Entry(items) => items.get(index),
            Items::Flat(items) => items.get(index),
            Items::Tree(items) => items.get(index),
        }
    }

    /// The last item.
    pub fn last(&self) -> Option<&Value> {
        self.get(self.len().checked_sub(1)?)
    }

    /// The items in order.
    pub fn iter(&self) -> impl Iterator<Item = &Value> {
        let (flat, tree) = match &self.items {
            Items::Entry(items) => (Some(items.iter()), None),
            Items::Flat(items) => (Some(items.iter()), None),
            Items::Tree(items) => (None, Some(items.iter())),
        };
        flat.into_iter().flatten().chain(tree.into_iter().flatten())
    }

    /// The items as one slice, where they lie in one piece.
    pub fn as_slice(&self) -> Option<&[Value]> {
        match &self.items {
            Items::Entry(items) => Some(items),
            Items::Flat(items) => Some(items),
            Items::Tree(_) => None,
        }
    }

    /// The metadata, if there is any.
    pub fn meta(&self) -> Option<&std::sync::Arc<super::Map>> {
        self.meta.map()
    }

    /// Depth and weight.
    #[inline]
    pub fn extent(&self) -> Extent {
        self.extent
    }

    /// Adds an item at the end, in place.
    pub fn push(&mut self, item: Value) {
        self.extent.add(&item);
        match &mut self.items {
            Items::Entry(items) => {
                let [key, value] = std::mem::take(items);
                self.items = Items::Flat(vec![key, value, item]);
            }
            Items::Flat(items) => items.push(item),
            Items::Tree(items) => items.push_back(item),
        }
    }

    /// Removes the last item, in place.
    pub fn pop(&mut self) -> Option<Value> {
        match &mut self.items {
            Items::Entry(items) => {
                let [key, value] = std::mem::take(items);
                self.items = Items::Flat(vec![key]);
                Some(value)
            }
            Items::Flat(items) => items.pop(),
            Items::Tree(items) => items.pop_back(),
        }
    }

    /// Replaces the item at an index, or adds it where the index is the length; `false` beyond that.
    pub fn set(&mut self, index: usize, item: Value) -> bool {
        if index == self.len() {
            self.push(item);
            return true;
        }
        self.extent.add(&item);
        self.place(index).map(|place| *place = item).is_some()
    }

    /// Takes the item at an index out to change it and put it back; `nil` stands in meanwhile.
    pub fn take(&mut self, index: usize) -> Option<Value> {
        self.place(index).map(std::mem::take)
    }

    /// The items from one index up to another, clamped.
    #[must_use]
    pub fn slice(&self, from: usize, to: usize) -> Self {
        match &self.items {
            Items::Entry(items) => {
                Self::from(items.get(from.min(items.len())..to.min(items.len())).unwrap_or(&[]).to_vec())
            }
            Items::Flat(items) => {
                Self::from(items.get(from.min(items.len())..to.min(items.len())).unwrap_or(&[]).to_vec())
            }
            Items::Tree(items) => {
                let kept = items.iter().skip(from).take(to.saturating_sub(from)).cloned();
                kept.collect()
            }
        }
    }

    /// The items, moved out.
    pub fn into_items(self) -> Vec<Value> {
        match self.items {
            Items::Entry(items) => items.into(),
            Items::Flat(items) => items,
            Items::Tree(items) => items.into_iter().collect(),
        }
    }

    /// The vector to change: itself if `shared` has one owner, a copy that shares structure otherwise.
    pub fn own(shared: std::sync::Arc<Self>) -> Self {
        match std::sync::Arc::try_unwrap(shared) {
            Ok(sole) => sole,
            Err(shared) => shared.fork(),
        }
    }

    /// A mutable view: in place if `shared` has one owner, of a copy that shares structure otherwise.
    pub fn make_mut(shared: &mut std::sync::Arc<Self>) -> &mut Self {
        if std::sync::Arc::get_mut(shared).is_none() {
            *shared = std::sync::Arc::new(shared.fork());
        }
        // Just made sure that there is one owner, so this copies nothing.
        std::sync::Arc::make_mut(shared)
    }

    fn fork(&self) -> Self {
        let items = match &self.items {
            Items::Flat(items) if items.len() > FLAT => Items::Tree(Box::new(items.iter().cloned().collect())),
            other => other.clone(),
        };
        Self { items, extent: self.extent, meta: self.meta.clone() }
    }

    /// What changing the vector costs in copied items, if others hold it too.
    pub fn fork_cost(shared: &std::sync::Arc<Self>) -> u64 {
        match &shared.items {
            Items::Flat(items) if std::sync::Arc::strong_count(shared) > 1 => items.len() as u64,
            Items::Entry(_) | Items::Flat(_) | Items::Tree(_) => 1,
        }
    }
}
