//! Maps: small ones as a shared row of keys and a row of values, large ones as a table, sorted ones in order.

use std::sync::{Arc, LazyLock, OnceLock};

use super::rows::Rows;
use super::table::{Folded, Table};
use super::{Extent, Meta, Value, equal, same_key};

/// Maps up to this many keys are rows.
const SMALL: usize = 16;

/// A map in insertion order, or sorted.
#[derive(Clone)]
pub struct Map {
    entries: Entries,
    extent: Extent,
    pub(super) meta: Meta,
}

#[derive(Clone)]
enum Entries {
    Small { shape: Arc<Shape>, values: Vec<Value> },
    Large(Box<Table<Folded>>),
    Sorted(Box<Sorted>),
}

/// The keys of small maps, shared by all records that have the same ones in the same order.
pub struct Shape {
    keys: Vec<Value>,
    /// Of the keys.
    extent: Extent,
    /// The shape with one more key that was asked for first, so that records grown alike share theirs.
    next: OnceLock<(Value, Arc<Shape>)>,
}

/// A sorted map's entries and what sorts them.
#[derive(Clone)]
struct Sorted {
    entries: Rows,
    by: Option<Value>,
}

static NO_KEYS: LazyLock<Arc<Shape>> = LazyLock::new(|| Arc::new(Shape::of(Vec::new())));

impl Shape {
    /// A shape of distinct keys; `None` if there are too many for a small map or two are one key.
    pub fn new(keys: Vec<Value>) -> Option<Arc<Self>> {
        if keys.len() > SMALL {
            return None;
        }
        let distinct = keys.iter().enumerate().all(|(at, key)| !keys.iter().take(at).any(|other| same_key(key, other)));
        distinct.then(|| Arc::new(Self::of(keys)))
    }

    fn of(keys: Vec<Value>) -> Self {
        let extent = Extent::of(&keys);
        Self { keys, extent, next: OnceLock::new() }
    }

    /// The keys in order.
    pub fn keys(&self) -> &[Value] {
        &self.keys
    }

    #[inline]
    fn find(&self, key: &Value) -> Option<usize> {
        match key {
            Value::Keyword(wanted) => self.keys.iter().position(|key| match key {
                Value::Keyword(key) => key == wanted,
                Value::Text(key) => key.as_str() == wanted.as_str(),
                _ => false,
            }),
            key => self.keys.iter().position(|other| same_key(key, other)),
        }
    }

    fn with(self: &Arc<Self>, key: &Value) -> Arc<Self> {
        if let Some((next, shape)) = self.next.get()
            && equal(next, key)
        {
            return shape.clone();
        }
        let keys = self.keys.iter().chain([key]).cloned().collect();
        let grown = Arc::new(Self::of(keys));
        // The empty shape lives as long as the process and must not hold on to a program's keys.
        if !self.keys.is_empty() && matches!(key, Value::Keyword(_) | Value::Text(_)) {
            let _ = self.next.set((key.clone(), grown.clone()));
        }
        grown
    }
}

impl Default for Map {
    fn default() -> Self {
        Self {
            entries: Entries::Small { shape: NO_KEYS.clone(), values: Vec::new() },
            extent: Extent::EMPTY,
            meta: Meta::NONE,
        }
    }
}

impl FromIterator<(Value, Value)> for Map {
    fn from_iter<I: IntoIterator<Item = (Value, Value)>>(entries: I) -> Self {
        let mut map = Self::default();
        for (key, value) in entries {
            map.insert(key, value);
        }
        map
    }
}

impl Map {
    /// The keys of what a sub-agent gives.
    pub const OUTCOME: [&'static str; 4] = ["result", "summary", "refs", "trace"];

    /// Whether it is what a sub-agent gave, or has all of that in it.
    pub fn is_outcome(&self) -> bool {
        Self::OUTCOME.iter().all(|key| self.get(&Value::keyword(key)).is_some())
    }

    /// A record: values in the order of a shape's keys.
    pub fn record(shape: Arc<Shape>, values: Vec<Value>) -> Self {
        let mut extent = shape.extent;
        for value in &values {
            extent.add(value);
        }
        Self { entries: Entries::Small { shape, values }, extent, meta: Meta::NONE }
    }

    /// An empty map that stays sorted by `compare`, or by a program's comparator.
    pub fn sorted(by: Option<Value>) -> Self {
        let entries = Entries::Sorted(Box::new(Sorted { entries: Rows::default(), by }));
        Self { entries, extent: Extent::EMPTY, meta: Meta::NONE }
    }

    /// An empty map of the same kind, with the same metadata.
    #[must_use]
    pub fn emptied(&self) -> Self {
        let emptied = match &self.entries {
            Entries::Sorted(sorted) => Self::sorted(sorted.by.clone()),
            Entries::Small { .. } | Entries::Large(_) => Self::default(),
        };
        Self { meta: self.meta.clone(), ..emptied }
    }

    /// Whether this is a sorted map, and the comparator if it has one of its own.
    pub fn sorting(&self) -> Option<Option<&Value>> {
        match &self.entries {
            Entries::Sorted(sorted) => Some(sorted.by.as_ref()),
            Entries::Small { .. } | Entries::Large(_) => None,
        }
    }

    /// The number of entries.
    pub fn len(&self) -> usize {
        match &self.entries {
            Entries::Small { values, .. } => values.len(),
            Entries::Large(table) => table.len(),
            Entries::Sorted(sorted) => sorted.entries.len(),
        }
    }

    /// What changing the map costs in steps, if others hold it too.
    pub fn fork_cost(shared: &Arc<Self>) -> u64 {
        match &shared.entries {
            Entries::Large(table) if Arc::strong_count(shared) > 1 => table.copy_cost(),
            Entries::Small { .. } | Entries::Large(_) | Entries::Sorted(_) => 1,
        }
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Depth and weight.
    #[inline]
    pub fn extent(&self) -> Extent {
        match &self.entries {
            Entries::Large(table) => table.extent(),
            Entries::Small { .. } | Entries::Sorted(_) => self.extent,
        }
    }

    /// The value of a key. Sorted maps with a comparator of their own are searched by equality here.
    #[inline]
    pub fn get(&self, key: &Value) -> Option<&Value> {
        match &self.entries {
            Entries::Small { shape, values } => values.get(shape.find(key)?),
            Entries::Large(table) => table.get(key).map(|(_, value)| value),
            Entries::Sorted(sorted) => sorted.entries.get(sorted.find(key).ok()?).map(|(_, value)| value),
        }
    }

    /// The value of a key, with a guess where it lies that is kept for the next record of the same shape.
    #[inline]
    pub fn get_near(&self, key: &Value, guess: &std::sync::atomic::AtomicUsize) -> Option<&Value> {
        use std::sync::atomic::Ordering::Relaxed;
        let Entries::Small { shape, values } = &self.entries else { return self.get(key) };
        let at = guess.load(Relaxed);
        if let (Some(Value::Keyword(here)), Value::Keyword(wanted)) = (shape.keys.get(at), key)
            && here == wanted
        {
            return values.get(at);
        }
        let at = shape.find(key)?;
        guess.store(at, Relaxed);
        values.get(at)
    }

    /// The entry of a key, with the key as the map spells it.
    pub fn entry(&self, key: &Value) -> Option<(&Value, &Value)> {
        match &self.entries {
            Entries::Small { shape, values } => {
                let at = shape.find(key)?;
                shape.keys.get(at).zip(values.get(at))
            }
            Entries::Large(table) => table.get(key),
            Entries::Sorted(sorted) => sorted.entries.get(sorted.find(key).ok()?).map(|(key, value)| (key, value)),
        }
    }

    /// Sets the value of a key, in place; a key that is there keeps its place and its spelling.
    pub fn insert(&mut self, key: Value, value: Value) {
        self.extent.add(&value);
        match &mut self.entries {
            Entries::Small { shape, values } => {
                if let Some(place) = shape.find(&key).and_then(|at| values.get_mut(at)) {
                    *place = value;
                    return;
                }
                self.extent.add(&key);
                if values.len() < SMALL {
                    match Arc::get_mut(shape) {
                        Some(sole) if sole.next.get().is_none() => {
                            sole.extent.add(&key);
                            sole.keys.push(key);
                        }
                        _ => *shape = shape.with(&key),
                    }
                    values.push(value);
                    return;
                }
                let mut table = Table::default();
                for (old, held) in shape.keys.iter().zip(std::mem::take(values)) {
                    table.insert(old.clone(), held);
                }
                table.insert(key, value);
                self.entries = Entries::Large(Box::new(table));
            }
            Entries::Large(table) => table.insert(key, value),
            Entries::Sorted(sorted) => {
                self.extent.add(&key);
                match sorted.find(&key) {
                    Ok(at) => {
                        if let Some((_, old)) = sorted.entries.get_mut(at) {
                            *old = value;
                        }
                    }
                    Err(at) => sorted.entries.insert(at, (key, value)),
                }
            }
        }
    }

    /// Inserts into a sorted map at a place that a program's comparator found: `Ok` replaces, `Err` adds.
    pub fn insert_at(&mut self, at: std::result::Result<usize, usize>, key: Value, value: Value) {
        self.extent.add(&key);
        self.extent.add(&value);
        if let Entries::Sorted(sorted) = &mut self.entries {
            match at {
                Ok(at) => {
                    if let Some((_, old)) = sorted.entries.get_mut(at) {
                        *old = value;
                    }
                }
                Err(at) => sorted.entries.insert(at, (key, value)),
            }
        }
    }

    /// Removes from a sorted map the entry at a place.
    pub fn remove_at(&mut self, at: usize) {
        if let Entries::Sorted(sorted) = &mut self.entries {
            sorted.entries.remove(at);
        }
    }

    /// The entry at a place, in order; quick for sorted and small maps.
    pub fn nth(&self, at: usize) -> Option<(&Value, &Value)> {
        match &self.entries {
            Entries::Small { shape, values } => shape.keys.get(at).zip(values.get(at)),
            Entries::Sorted(sorted) => sorted.entries.get(at).map(|(key, value)| (key, value)),
            Entries::Large(_) => self.iter_ref().nth(at),
        }
    }

    /// Takes the value of a key out, to change it and put it back; `nil` stands in meanwhile.
    pub fn take(&mut self, key: &Value) -> Option<Value> {
        match &mut self.entries {
            Entries::Small { shape, values } => values.get_mut(shape.find(key)?).map(std::mem::take),
            Entries::Large(table) => table.get_mut(key).map(std::mem::take),
            Entries::Sorted(sorted) => {
                let at = sorted.find(key).ok()?;
                sorted.entries.get_mut(at).map(|(_, value)| std::mem::take(value))
            }
        }
    }

    /// Removes a key, in place.
    pub fn remove(&mut self, key: &Value) -> Option<(Value, Value)> {
        match &mut self.entries {
            Entries::Small { shape, values } => {
                let at = shape.find(key)?;
                let mut keys = shape.keys.clone();
                let removed = (keys.remove(at), values.remove(at));
                *shape = Arc::new(Shape::of(keys));
                Some(removed)
            }
            Entries::Large(table) => table.remove(key),
            Entries::Sorted(sorted) => sorted.find(key).ok().and_then(|at| sorted.entries.remove(at)),
        }
    }

    /// The entries in order.
    pub fn iter_ref(&self) -> impl Iterator<Item = (&Value, &Value)> {
        let (small, large, sorted) = match &self.entries {
            Entries::Small { shape, values } => (Some(shape.keys.iter().zip(values)), None, None),
            Entries::Large(table) => (None, Some(table.iter()), None),
            Entries::Sorted(sorted) => (None, None, Some(sorted.entries.iter().map(|(key, value)| (key, value)))),
        };
        let small = small.into_iter().flatten();
        small.chain(large.into_iter().flatten()).chain(sorted.into_iter().flatten())
    }

    /// The entries in order, cloned.
    pub fn iter(&self) -> impl Iterator<Item = (Value, Value)> {
        self.iter_ref().map(|(key, value)| (key.clone(), value.clone()))
    }

    /// The keys in order.
    pub fn keys(&self) -> impl Iterator<Item = &Value> {
        self.iter_ref().map(|(key, _)| key)
    }

    /// The values in order.
    pub fn values(&self) -> impl Iterator<Item = &Value> {
        self.iter_ref().map(|(_, value)| value)
    }

    /// As `=`: the same keys in the same spelling with equal values, in any order.
    pub fn equals(&self, other: &Self) -> bool {
        if self.len() != other.len() {
            return false;
        }
        if other.sorting().flatten().is_some() {
            // By equality such a map can only be searched key by key.
            return self.equals(&other.iter().collect::<Self>());
        }
        self.iter_ref()
            .all(|(key, value)| other.entry(key).is_some_and(|(spelt, held)| equal(key, spelt) && equal(value, held)))
    }
}

impl Sorted {
    /// Where a key is, or where it would be.
    fn find(&self, key: &Value) -> std::result::Result<usize, usize> {
        if self.by.is_some() {
            return self.entries.iter().position(|(other, _)| same_key(key, other)).ok_or(self.entries.len());
        }
        self.entries.search(|(other, _)| {
            if same_key(key, other) { std::cmp::Ordering::Equal } else { super::order::total(other, key) }
        })
    }
}
