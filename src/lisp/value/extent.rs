//! How deep and how large a collection is, known when it is made.
//!
//! Depth keeps every walk over a value within the stack; the weight, the number of leaves as a *tree*, tells before a
//! walk what it would cost, however much of the value is shared: `[v v]` sixty times is 60 nodes and 2^60 leaves.

use super::{Result, Value, limit};

/// The deepest nesting of collections that is made.
pub const MAX_NESTING: u16 = 500;

/// Depth and weight of a collection; both only grow while it is changed in place, so they are upper bounds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extent {
    /// Levels of nesting: 1 for a collection of scalars.
    pub depth: u16,
    /// Nodes when shared parts are counted each time they occur; stays at the maximum once there.
    pub weight: u32,
    /// Whether a lazy sequence may be inside, which has to be realised before it is printed, compared or hashed.
    pub lazy: bool,
}

impl Extent {
    /// Of a collection without items.
    pub const EMPTY: Self = Self { depth: 1, weight: 1, lazy: false };

    /// Takes in one more item.
    #[inline]
    pub fn add(&mut self, item: &Value) {
        match item {
            Value::Nil | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Keyword(_) | Value::Text(_) => {
                self.weight = self.weight.saturating_add(1);
            }
            other => self.add_extent(other.extent()),
        }
    }

    /// Takes in an item of this extent.
    pub fn add_extent(&mut self, inner: Extent) {
        self.depth = self.depth.max(inner.depth.saturating_add(1));
        self.weight = self.weight.saturating_add(inner.weight);
        self.lazy |= inner.lazy;
    }

    /// Of a collection of these items.
    pub fn of<'a>(items: impl IntoIterator<Item = &'a Value>) -> Self {
        let mut extent = Self::EMPTY;
        for item in items {
            extent.add(item);
        }
        extent
    }
}

impl Value {
    /// Depth and weight of the value; scalars have depth 0 and weight 1.
    pub fn extent(&self) -> Extent {
        match self {
            Value::Vector(vector) => vector.extent(),
            Value::Seq(seq) => seq.extent(),
            Value::Lazy(lazy) => lazy.extent(),
            Value::Map(map) => map.extent(),
            Value::Set(set) => set.extent(),
            Value::Reduced(inner) => {
                let mut extent = Extent::EMPTY;
                extent.add(inner);
                extent
            }
            Value::Big(number) => {
                Extent { depth: 0, weight: u32::try_from(number.bits() / 64).unwrap_or(u32::MAX), lazy: false }
            }
            Value::Fault(fault) => Extent { depth: fault.depth(), weight: 8, lazy: false },
            Value::Nil
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Float(_)
            | Value::Text(_)
            | Value::Keyword(_)
            | Value::Symbol(_)
            | Value::Function(_)
            | Value::Atom(_)
            | Value::Regex(_)
            | Value::Date(_)
            | Value::Nothing => Extent { depth: 0, weight: 1, lazy: false },
        }
    }

    /// What a walk over the whole value costs, in steps.
    pub fn weight(&self) -> u64 {
        match self {
            Value::Text(text) => 1_u64.saturating_add(text.len() as u64 / 16),
            other => u64::from(other.extent().weight),
        }
    }

    /// The value itself, unless it is nested deeper than values may be.
    ///
    /// # Errors
    /// The limit on nesting.
    #[inline]
    pub fn within_nesting(self) -> Result<Value> {
        let depth = match &self {
            Value::Vector(vector) => vector.extent().depth,
            Value::Map(map) => map.extent().depth,
            other => other.extent().depth,
        };
        if depth > MAX_NESTING {
            return Err(limit("max_nesting", u64::from(MAX_NESTING), u64::from(depth)));
        }
        Ok(self)
    }
}
