//! Large maps and sets: a hash table whose entries keep the order of their insertion.
//!
//! While one owner builds it, it is an ordinary one. Once it is shared, a persistent hash map leads from a key to the
//! place of its entry in a persistent vector; removing leaves a gap, and when gaps outnumber entries it is packed.

use std::hash::{BuildHasher, Hash, Hasher};

use super::equality::{equal, hash, same_key};
use super::{Extent, Value};

/// How keys compare: as map keys or as items of a set.
pub trait Same: Clone {
    /// Whether the two are one key.
    fn same(a: &Value, b: &Value) -> bool;
}

/// Map keys: a keyword and the string of its name are one.
#[derive(Clone)]
pub struct Folded;
/// Items of a set: as `=`.
#[derive(Clone)]
pub struct Strict;

impl Same for Folded {
    #[inline]
    fn same(a: &Value, b: &Value) -> bool {
        same_key(a, b)
    }
}
impl Same for Strict {
    #[inline]
    fn same(a: &Value, b: &Value) -> bool {
        equal(a, b)
    }
}

/// A key with its hash, which is computed once.
#[derive(Clone)]
struct Key<S> {
    value: Value,
    hash: u64,
    compare: std::marker::PhantomData<S>,
}

impl<S: Same> Key<S> {
    fn new(value: &Value) -> Self {
        Self { value: value.clone(), hash: hash(value), compare: std::marker::PhantomData }
    }
}
impl<S> Hash for Key<S> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.hash);
    }
}
impl<S: Same> PartialEq for Key<S> {
    fn eq(&self, other: &Self) -> bool {
        self.hash == other.hash && S::same(&self.value, &other.value)
    }
}
impl<S: Same> Eq for Key<S> {}

/// Keys are hashed with a seeded hasher already; this one passes that hash on.
#[derive(Clone, Default)]
struct PassOn(u64);

impl Hasher for PassOn {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }
    fn write_u64(&mut self, word: u64) {
        self.0 = word;
    }
}

#[derive(Clone, Default)]
struct PassOnBuilder;

impl BuildHasher for PassOnBuilder {
    type Hasher = PassOn;
    fn build_hasher(&self) -> PassOn {
        PassOn::default()
    }
}

/// A key that is only looked up: nothing is cloned.
struct Probe<'k, S> {
    value: &'k Value,
    hash: u64,
    compare: std::marker::PhantomData<S>,
}

impl<'k, S> Probe<'k, S> {
    fn new(value: &'k Value) -> Self {
        Self { value, hash: hash(value), compare: std::marker::PhantomData }
    }
}
impl<S> Hash for Probe<'_, S> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.hash);
    }
}
impl<S: Same> indexmap::Equivalent<Key<S>> for Probe<'_, S> {
    fn equivalent(&self, key: &Key<S>) -> bool {
        self.hash == key.hash && S::same(&key.value, self.value)
    }
}

/// A large map or set in insertion order.
///
/// It begins as an ordinary hash table, which is quick to build. When it is copied because it has another owner, too,
/// or when a key is removed, it becomes a persistent one, whose further copies share structure.
pub struct Table<S: Same> {
    store: Store<S>,
    extent: Extent,
}

enum Store<S: Same> {
    Sole(indexmap::IndexMap<Key<S>, Value, PassOnBuilder>),
    Persistent(Persistent<S>),
}

/// A persistent table: the hash map leads from a key to the place of its entry.
#[derive(Clone)]
struct Persistent<S: Same> {
    places: im::GenericHashMap<Key<S>, u32, PassOnBuilder, im::shared_ptr::DefaultSharedPtr>,
    entries: im::Vector<Option<(Value, Value)>>,
}

impl<S: Same> Default for Table<S> {
    fn default() -> Self {
        Self { store: Store::Sole(indexmap::IndexMap::with_hasher(PassOnBuilder)), extent: Extent::EMPTY }
    }
}

impl<S: Same> Clone for Table<S> {
    fn clone(&self) -> Self {
        let persistent = match &self.store {
            Store::Sole(sole) => sole.iter().map(|(key, value)| (key.value.clone(), value.clone())).collect(),
            Store::Persistent(persistent) => persistent.clone(),
        };
        Self { store: Store::Persistent(persistent), extent: self.extent }
    }
}

impl<S: Same> FromIterator<(Value, Value)> for Persistent<S> {
    fn from_iter<I: IntoIterator<Item = (Value, Value)>>(entries: I) -> Self {
        let mut made = Self { places: im::GenericHashMap::with_hasher(PassOnBuilder), entries: im::Vector::new() };
        for (key, value) in entries {
            made.push(key, value);
        }
        made
    }
}

impl<S: Same> Persistent<S> {
    fn place(&self, key: &Value) -> Option<usize> {
        self.places.get(&Key::new(key)).map(|place| *place as usize)
    }

    /// Adds a key that is not there.
    fn push(&mut self, key: Value, value: Value) {
        // More entries than this would be beyond any limit on memory.
        let place = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
        self.places.insert(Key::new(&key), place);
        self.entries.push_back(Some((key, value)));
    }

    fn remove(&mut self, key: &Value) -> Option<(Value, Value)> {
        let place = self.places.remove(&Key::new(key))?;
        let removed = self.entries.get_mut(place as usize).and_then(Option::take);
        let gaps = self.entries.len().saturating_sub(self.places.len());
        if gaps > self.places.len().saturating_add(32) {
            *self = std::mem::take(&mut self.entries).into_iter().flatten().collect();
        }
        removed
    }
}

impl<S: Same> Table<S> {
    /// The number of entries.
    pub fn len(&self) -> usize {
        match &self.store {
            Store::Sole(sole) => sole.len(),
            Store::Persistent(persistent) => persistent.places.len(),
        }
    }

    /// Depth and weight.
    pub fn extent(&self) -> Extent {
        self.extent
    }

    /// What a copy costs in steps: an ordinary table becomes a persistent one, entry by entry.
    pub fn copy_cost(&self) -> u64 {
        match &self.store {
            Store::Sole(sole) => (sole.len() as u64).saturating_mul(8),
            Store::Persistent(_) => 1,
        }
    }

    /// The entry of a key.
    pub fn get(&self, key: &Value) -> Option<(&Value, &Value)> {
        match &self.store {
            Store::Sole(sole) => sole.get_key_value(&Probe::new(key)).map(|(key, value)| (&key.value, value)),
            Store::Persistent(persistent) => {
                let entry = persistent.entries.get(persistent.place(key)?)?.as_ref();
                entry.map(|(key, value)| (key, value))
            }
        }
    }

    /// The value of a key, to be changed in place.
    pub fn get_mut(&mut self, key: &Value) -> Option<&mut Value> {
        match &mut self.store {
            Store::Sole(sole) => sole.get_mut(&Probe::new(key)),
            Store::Persistent(persistent) => {
                let place = persistent.place(key)?;
                persistent.entries.get_mut(place)?.as_mut().map(|(_, value)| value)
            }
        }
    }

    /// Sets the value of a key; a key that is there keeps its place and its spelling.
    pub fn insert(&mut self, key: Value, value: Value) {
        self.extent.add(&value);
        match &mut self.store {
            Store::Sole(sole) => match sole.entry(Key::new(&key)) {
                indexmap::map::Entry::Occupied(mut there) => {
                    there.insert(value);
                }
                indexmap::map::Entry::Vacant(free) => {
                    self.extent.add(&key);
                    free.insert(value);
                }
            },
            Store::Persistent(persistent) => {
                let place = persistent.place(&key);
                match place.and_then(|place| persistent.entries.get_mut(place)) {
                    Some(Some((_, old))) => *old = value,
                    Some(None) | None => {
                        self.extent.add(&key);
                        persistent.push(key, value);
                    }
                }
            }
        }
    }

    /// Removes a key.
    pub fn remove(&mut self, key: &Value) -> Option<(Value, Value)> {
        if let Store::Sole(sole) = &mut self.store {
            sole.get_index_of(&Probe::new(key))?;
            let entries = std::mem::take(sole).into_iter().map(|(key, value)| (key.value, value));
            self.store = Store::Persistent(entries.collect());
        }
        match &mut self.store {
            Store::Persistent(persistent) => persistent.remove(key),
            Store::Sole(_) => None,
        }
    }

    /// The entries in the order of their insertion.
    pub fn iter(&self) -> impl Iterator<Item = (&Value, &Value)> {
        let (sole, persistent) = match &self.store {
            Store::Sole(sole) => (Some(sole.iter().map(|(key, value)| (&key.value, value))), None),
            Store::Persistent(persistent) => {
                (None, Some(persistent.entries.iter().flatten().map(|(key, value)| (key, value))))
            }
        };
        sole.into_iter().flatten().chain(persistent.into_iter().flatten())
    }
}
