//! Clojure's `compare`, and a total order that agrees with it for sorting without surprises.

use std::cmp::Ordering;

use super::{Fault, Number, Result, Value};
use crate::lisp::text::ErrorKind;

/// How two values of a kind compare.
///
/// # Errors
/// Values that Clojure cannot compare: of different types, maps, sets, lists.
pub fn compare(a: &Value, b: &Value) -> Result<Ordering> {
    if let (Some(a), Some(b)) = (Number::of(a), Number::of(b)) {
        return Ok(a.compare(b).unwrap_or(Ordering::Equal));
    }
    match (a, b) {
        (Value::Nil, Value::Nil) => Ok(Ordering::Equal),
        (Value::Nil, _) => Ok(Ordering::Less),
        (_, Value::Nil) => Ok(Ordering::Greater),
        (Value::Bool(a), Value::Bool(b)) => Ok(a.cmp(b)),
        (Value::Text(a), Value::Text(b)) => Ok(by_utf16(a.as_str(), b.as_str())),
        (Value::Keyword(a), Value::Keyword(b)) => {
            Ok(a.namespace().cmp(&b.namespace()).then_with(|| by_utf16(a.name(), b.name())))
        }
        (Value::Symbol(a), Value::Symbol(b)) => {
            Ok(a.namespace().cmp(&b.namespace()).then_with(|| by_utf16(a.name(), b.name())))
        }
        (Value::Date(a), Value::Date(b)) => Ok(a.cmp(b)),
        (Value::Vector(a), Value::Vector(b)) => {
            if a.len() != b.len() {
                return Ok(a.len().cmp(&b.len()));
            }
            for (a, b) in a.iter().zip(b.iter()) {
                let order = compare(a, b)?;
                if order != Ordering::Equal {
                    return Ok(order);
                }
            }
            Ok(Ordering::Equal)
        }
        (Value::Map(_) | Value::Set(_) | Value::Vector(_) | Value::Seq(_) | Value::Lazy(_), _) => {
            Err(incomparable(a, b))
        }
        (a, b) if super::equal(a, b) => Ok(Ordering::Equal),
        (a, b) => Err(incomparable(a, b)),
    }
}

#[cold]
fn incomparable(a: &Value, b: &Value) -> Box<super::Raise> {
    let message = format!("{} and {} cannot be compared", a.describe(), b.describe());
    Fault::new(ErrorKind::Type, "ClassCastException", message)
        .hint("numbers, strings, keywords, symbols, booleans, dates and vectors compare with their own kind; sort-by a key of one type")
        .into()
}

/// Java compares strings by UTF-16 units, which differs from code points beyond the basic plane.
fn by_utf16(a: &str, b: &str) -> Ordering {
    if a.is_ascii() || b.is_ascii() { a.cmp(b) } else { a.encode_utf16().cmp(b.encode_utf16()) }
}

/// A total order over all values: `compare` where that answers, else by type and print.
pub(super) fn total(a: &Value, b: &Value) -> Ordering {
    compare(a, b)
        .unwrap_or_else(|_| a.type_name().cmp(b.type_name()).then_with(|| super::readable(a).cmp(&super::readable(b))))
}
