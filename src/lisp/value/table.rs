//! Large maps and sets: a persistent hash table whose entries keep the order of their insertion.
//!
//! The hash map leads from a key to the place of its entry in a persistent vector. Removing leaves a gap; when gaps
//! outnumber entries the table is packed.

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

/// A large map or set in insertion order.
#[derive(Clone)]
pub struct Table<S: Same> {
    places: im::GenericHashMap<Key<S>, u32, PassOnBuilder, im::shared_ptr::DefaultSharedPtr>,
    entries: im::Vector<Option<(Value, Value)>>,
    extent: Extent,
}

impl<S: Same> Default for Table<S> {
    fn default() -> Self {
        Self {
            places: im::GenericHashMap::with_hasher(PassOnBuilder),
            entries: im::Vector::new(),
            extent: Extent::EMPTY,
        }
    }
}

impl<S: Same> Table<S> {
    /// The number of entries.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Depth and weight.
    pub fn extent(&self) -> Extent {
        self.extent
    }

    fn place(&self, key: &Value) -> Option<usize> {
        self.places.get(&Key::new(key)).map(|place| *place as usize)
    }

    /// The entry of a key.
    pub fn get(&self, key: &Value) -> Option<&(Value, Value)> {
        self.entries.get(self.place(key)?)?.as_ref()
    }

    /// The value of a key, to be changed in place.
    pub fn get_mut(&mut self, key: &Value) -> Option<&mut Value> {
        let place = self.place(key)?;
        self.entries.get_mut(place)?.as_mut().map(|(_, value)| value)
    }

    /// Sets the value of a key; a key that is there keeps its place and its spelling.
    pub fn insert(&mut self, key: Value, value: Value) {
        self.extent.add(&value);
        let hashed = Key::new(&key);
        match self.places.get(&hashed).copied() {
            Some(place) => {
                if let Some(Some((_, old))) = self.entries.get_mut(place as usize) {
                    *old = value;
                }
            }
            None => {
                self.extent.add(&key);
                // More entries than this would be beyond any limit on memory.
                let place = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
                self.places.insert(hashed, place);
                self.entries.push_back(Some((key, value)));
            }
        }
    }

    /// Removes a key.
    pub fn remove(&mut self, key: &Value) -> Option<(Value, Value)> {
        let place = self.places.remove(&Key::new(key))?;
        let removed = self.entries.get_mut(place as usize).and_then(Option::take);
        let gaps = self.entries.len().saturating_sub(self.places.len());
        if gaps > self.places.len().saturating_add(32) {
            self.pack();
        }
        removed
    }

    fn pack(&mut self) {
        let mut packed = Self::default();
        for (key, value) in std::mem::take(&mut self.entries).into_iter().flatten() {
            packed.insert(key, value);
        }
        *self = packed;
    }

    /// The entries in the order of their insertion.
    pub fn iter(&self) -> impl Iterator<Item = (&Value, &Value)> {
        self.entries.iter().flatten().map(|(key, value)| (key, value))
    }
}
