//! Sets: small ones as a row, large ones as a table, sorted ones as the keys of a sorted map.

use super::table::{Strict, Table};
use super::{Extent, Map, Meta, Value, equal};

/// Sets up to this many items are rows.
const SMALL: usize = 12;

/// A set in insertion order, or sorted. Unlike map keys, `:a` and `"a"` are two items.
#[derive(Clone)]
pub struct Set {
    items: Items,
    extent: Extent,
    pub(super) meta: Meta,
}

#[derive(Clone)]
enum Items {
    Small(Vec<Value>),
    Large(Box<Table<Strict>>),
    Sorted(Box<Map>),
}

impl Default for Set {
    fn default() -> Self {
        Self { items: Items::Small(Vec::new()), extent: Extent::EMPTY, meta: Meta::NONE }
    }
}

impl FromIterator<Value> for Set {
    fn from_iter<I: IntoIterator<Item = Value>>(items: I) -> Self {
        let mut set = Self::default();
        for item in items {
            set.insert(item);
        }
        set
    }
}

impl Set {
    /// An empty set that stays sorted by `compare`, or by a program's comparator.
    pub fn sorted(by: Option<Value>) -> Self {
        Self { items: Items::Sorted(Box::new(Map::sorted(by))), extent: Extent::EMPTY, meta: Meta::NONE }
    }

    /// An empty set of the same kind, with the same metadata.
    #[must_use]
    pub fn emptied(&self) -> Self {
        let items = match &self.items {
            Items::Sorted(map) => Items::Sorted(Box::new(map.emptied())),
            Items::Small(_) | Items::Large(_) => Items::Small(Vec::new()),
        };
        Self { items, extent: Extent::EMPTY, meta: self.meta.clone() }
    }

    /// The sorted map whose keys are the items, if the set is sorted.
    pub fn as_sorted(&self) -> Option<&Map> {
        match &self.items {
            Items::Sorted(map) => Some(map),
            Items::Small(_) | Items::Large(_) => None,
        }
    }

    /// The same, to be changed in place.
    pub fn as_sorted_mut(&mut self) -> Option<&mut Map> {
        match &mut self.items {
            Items::Sorted(map) => Some(map),
            Items::Small(_) | Items::Large(_) => None,
        }
    }

    /// The number of items.
    pub fn len(&self) -> usize {
        match &self.items {
            Items::Small(items) => items.len(),
            Items::Large(table) => table.len(),
            Items::Sorted(map) => map.len(),
        }
    }

    /// What changing the set costs in steps, if others hold it too.
    pub fn fork_cost(shared: &std::sync::Arc<Self>) -> u64 {
        match &shared.items {
            Items::Large(table) if std::sync::Arc::strong_count(shared) > 1 => table.copy_cost(),
            Items::Small(_) | Items::Large(_) | Items::Sorted(_) => 1,
        }
    }

    /// Whether there is no item.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Depth and weight.
    pub fn extent(&self) -> Extent {
        match &self.items {
            Items::Sorted(map) => map.extent(),
            Items::Small(_) | Items::Large(_) => self.extent,
        }
    }

    /// The item equal to `item`, as the set holds it.
    pub fn get(&self, item: &Value) -> Option<&Value> {
        match &self.items {
            Items::Small(items) => items.iter().find(|other| equal(other, item)),
            Items::Large(table) => table.get(item).map(|(item, _)| item),
            Items::Sorted(map) => map.entry(item).map(|(item, _)| item),
        }
    }

    /// Whether the item is in the set.
    pub fn contains(&self, item: &Value) -> bool {
        self.get(item).is_some()
    }

    /// Adds an item, in place; whether it was new.
    pub fn insert(&mut self, item: Value) -> bool {
        if self.contains(&item) {
            return false;
        }
        self.extent.add(&item);
        match &mut self.items {
            Items::Small(items) if items.len() < SMALL => items.push(item),
            Items::Small(items) => {
                let mut table = Table::default();
                for item in std::mem::take(items).into_iter().chain([item]) {
                    table.insert(item, Value::Nothing);
                }
                self.items = Items::Large(Box::new(table));
            }
            Items::Large(table) => table.insert(item, Value::Nothing),
            Items::Sorted(map) => map.insert(item, Value::Nothing),
        }
        true
    }

    /// Removes an item, in place.
    pub fn remove(&mut self, item: &Value) -> Option<Value> {
        match &mut self.items {
            Items::Small(items) => {
                let at = items.iter().position(|other| equal(other, item))?;
                Some(items.remove(at))
            }
            Items::Large(table) => table.remove(item).map(|(item, _)| item),
            Items::Sorted(map) => map.remove(item).map(|(item, _)| item),
        }
    }

    /// The items in order.
    pub fn iter_ref(&self) -> impl Iterator<Item = &Value> {
        let (small, large, sorted) = match &self.items {
            Items::Small(items) => (Some(items.iter()), None, None),
            Items::Large(table) => (None, Some(table.iter().map(|(item, _)| item)), None),
            Items::Sorted(map) => (None, None, Some(map.keys())),
        };
        let small = small.into_iter().flatten();
        small.chain(large.into_iter().flatten()).chain(sorted.into_iter().flatten())
    }

    /// The items in order, cloned.
    pub fn iter(&self) -> impl Iterator<Item = Value> {
        self.iter_ref().cloned()
    }

    /// As `=`: the same items in any order.
    pub fn equals(&self, other: &Self) -> bool {
        if self.len() != other.len() {
            return false;
        }
        if other.as_sorted().is_some_and(|map| map.sorting().flatten().is_some()) {
            // By equality such a set can only be searched item by item.
            let items: Self = other.iter().collect();
            return self.iter_ref().all(|item| items.contains(item));
        }
        self.iter_ref().all(|item| other.contains(item))
    }
}
