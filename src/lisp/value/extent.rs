//! How deep and how large a collection is, known when it is made.
//!
//! Depth keeps every walk over a value within the stack; the weight, the number of leaves as a *tree*, tells before a
//! walk what it would cost, however much of the value is shared: `[v v]` sixty times is 60 nodes and 2^60 leaves. Long
//! texts weigh more than one leaf, because comparing and hashing read them.

use super::{Result, Value, limit};
pub use crate::lisp::limits::MAX_NESTING;
use crate::lisp::text::LimitKind;

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
            Value::Nil | Value::Bool(_) | Value::Int(_) | Value::Float(_) => {
                self.weight = self.weight.saturating_add(1);
            }
            Value::Text(text) => self.weight = self.weight.saturating_add(of_text(text.len())),
            Value::Keyword(name) => self.weight = self.weight.saturating_add(of_text(name.as_str().len())),
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

/// The weight of a text of this length in bytes.
#[inline]
fn of_text(bytes: usize) -> u32 {
    u32::try_from(bytes / 16).unwrap_or(u32::MAX).saturating_add(1)
}

impl Value {
    /// Depth and weight of the value; scalars have depth 0, and short ones weight 1.
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
            Value::Text(text) => Extent { depth: 0, weight: of_text(text.len()), lazy: false },
            Value::Keyword(name) => Extent { depth: 0, weight: of_text(name.as_str().len()), lazy: false },
            Value::Symbol(name) => Extent { depth: 0, weight: of_text(name.as_str().len()), lazy: false },
            Value::Nil
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Float(_)
            | Value::Function(_)
            | Value::Atom(_)
            | Value::Regex(_)
            | Value::Date(_)
            | Value::Nothing => Extent { depth: 0, weight: 1, lazy: false },
        }
    }

    /// What a walk over the whole value costs, in steps.
    pub fn weight(&self) -> u64 {
        u64::from(self.extent().weight)
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
            return Err(limit(LimitKind::Nesting, u64::from(MAX_NESTING), u64::from(depth)));
        }
        Ok(self)
    }
}
