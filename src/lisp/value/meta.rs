//! Metadata: a map that a collection carries along, unseen by printing, comparing and hashing.
//!
//! Changing a collection keeps it, making one of the items of another does not; so it lies in the collection itself and
//! goes where `Clone` and changes in place take it.

use std::sync::Arc;

use super::drop::drop_flat;
use super::{Map, Value};

/// The metadata of a collection, mostly none.
#[derive(Clone, Default)]
pub struct Meta(Option<Arc<Map>>);

impl Meta {
    /// None.
    pub const NONE: Self = Self(None);

    /// This map as metadata, none if there is no map.
    pub fn new(map: Option<Arc<Map>>) -> Self {
        Self(map)
    }

    /// The map, if there is one.
    #[inline]
    pub fn map(&self) -> Option<&Arc<Map>> {
        self.0.as_ref()
    }
}

impl Drop for Meta {
    fn drop(&mut self) {
        // The metadata of metadata of metadata is no nesting that is counted.
        if let Some(map) = self.0.take() {
            drop_flat(Value::Map(map));
        }
    }
}

impl Value {
    /// The metadata of a collection, if there is any.
    pub fn meta(&self) -> Option<&Arc<Map>> {
        match self {
            Self::Vector(vector) => vector.meta.map(),
            Self::Seq(seq) => seq.meta.map(),
            Self::Map(map) => map.meta.map(),
            Self::Set(set) => set.meta.map(),
            Self::Nil
            | Self::Bool(_)
            | Self::Int(_)
            | Self::Float(_)
            | Self::Big(_)
            | Self::Text(_)
            | Self::Keyword(_)
            | Self::Symbol(_)
            | Self::Lazy(_)
            | Self::Function(_)
            | Self::Atom(_)
            | Self::Regex(_)
            | Self::Fault(_)
            | Self::Reduced(_)
            | Self::Date(_)
            | Self::Nothing => None,
        }
    }

    /// The same collection with other metadata; any other value as it is.
    #[must_use]
    pub fn with_meta(self, meta: Option<Arc<Map>>) -> Self {
        if self.meta().is_none() && meta.is_none() {
            return self;
        }
        match self {
            Self::Vector(mut vector) => {
                super::Vector::make_mut(&mut vector).meta = Meta::new(meta);
                Self::Vector(vector)
            }
            Self::Map(mut map) => {
                Arc::make_mut(&mut map).meta = Meta::new(meta);
                Self::Map(map)
            }
            Self::Set(mut set) => {
                Arc::make_mut(&mut set).meta = Meta::new(meta);
                Self::Set(set)
            }
            Self::Seq(seq) => super::Seq::with_meta(seq, Meta::new(meta)),
            other => other,
        }
    }

    /// The same collection with the metadata of another one.
    #[must_use]
    pub fn with_meta_of(self, other: &Value) -> Self {
        self.with_meta(other.meta().cloned())
    }
}
