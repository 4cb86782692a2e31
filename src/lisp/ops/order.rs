//! Comparators, and whether two values are one.

use super::text::with_hint;
use crate::lisp::value::{FromValue, ParamRef, Result, Value, equal, type_error};
use std::sync::Arc;

/// A function that compares two values.
pub(crate) struct Comparator(pub(crate) Value);

impl FromValue for Comparator {
    fn from_value(value: Value, param: ParamRef) -> Result<Self> {
        if matches!(value, Value::Function(_)) {
            return Ok(Self(value));
        }
        let error = type_error(param.name, "a function that compares, such as < or >", &value);
        let hint =
            "(sort > coll) and (sort-by :key > coll) begin with the greatest, (sort-by :key coll) with the least";
        Err(with_hint(error, hint))
    }
}

/// Whether both are one object. Scalars and texts have no other identity than their value.
pub(crate) fn identical(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Float(a), Value::Float(b)) => a.get().to_bits() == b.get().to_bits(),
        (Value::Int(_), Value::Float(_)) | (Value::Float(_), Value::Int(_)) => false,
        (Value::Vector(a), Value::Vector(b)) => Arc::ptr_eq(a, b) || (a.is_empty() && b.is_empty()),
        (Value::Map(a), Value::Map(b)) => {
            Arc::ptr_eq(a, b) || [a, b].iter().all(|map| map.is_empty() && map.sorting().is_none())
        }
        (Value::Set(a), Value::Set(b)) => {
            Arc::ptr_eq(a, b) || [a, b].iter().all(|set| set.is_empty() && set.as_sorted().is_none())
        }
        (Value::Seq(a), Value::Seq(b)) => Arc::ptr_eq(a, b) || (a.is_empty() && b.is_empty()),
        (Value::Lazy(a), Value::Lazy(b)) => Arc::ptr_eq(a, b),
        (Value::Seq(_), Value::Vector(_) | Value::Lazy(_)) | (Value::Vector(_) | Value::Lazy(_), Value::Seq(_)) => {
            false
        }
        (Value::Vector(_), Value::Lazy(_)) | (Value::Lazy(_), Value::Vector(_)) => false,
        (a, b) => equal(a, b),
    }
}
