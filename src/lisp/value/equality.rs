//! When two values are equal, and the hash that agrees with it.
//!
//! Both walk without a meter: who calls them has charged the weight of the value before.

use std::hash::{BuildHasher, Hasher};
use std::sync::LazyLock;

use num_traits::ToPrimitive;

use super::{Context, Iter, Result, Value, force};

/// Seeded once per process: names come from the outside.
static SEED: LazyLock<foldhash::quality::RandomState> = LazyLock::new(foldhash::quality::RandomState::default);

/// The hash of a text; keywords and symbols of the same name have the same.
pub(super) fn hash_text(text: &str) -> u64 {
    let mut hasher = SEED.build_hasher();
    hasher.write(text.as_bytes());
    hasher.finish()
}

fn hash_word(kind: u8, word: u64) -> u64 {
    let mut hasher = SEED.build_hasher();
    hasher.write_u8(kind);
    hasher.write_u64(word);
    hasher.finish()
}

/// A hash that equal values share.
pub fn hash(value: &Value) -> u64 {
    match value {
        Value::Nil | Value::Nothing => 1,
        Value::Bool(yes) => 2 | u64::from(yes.get()),
        Value::Int(n) => hash_word(1, n.cast_unsigned()),
        Value::Float(x) => hash_float(x.get()),
        Value::Big(n) => match n.to_i64() {
            Some(n) => hash_word(1, n.cast_unsigned()),
            // A double can equal a big integer only where it is one, so both hash what a double keeps of it.
            None => hash_word(2, n.to_f64().unwrap_or(0.0).to_bits()),
        },
        Value::Text(text) => hash_text(text.as_str()),
        Value::Keyword(keyword) => keyword.hash(),
        Value::Symbol(symbol) => symbol.hash().rotate_left(7),
        Value::Vector(_) | Value::Seq(_) | Value::Lazy(_) => {
            Iter::ready(value).fold(31, |sum: u64, item| hash_word(3, sum.rotate_left(5) ^ hash(&item)))
        }
        Value::Map(map) => map.iter().fold(5, |sum: u64, (key, value)| {
            let key = match key {
                // Folded as keys are, so that maps that are equal hash the same.
                Value::Keyword(keyword) => keyword.hash(),
                other => hash(&other),
            };
            sum.wrapping_add(hash_word(4, key ^ hash(&value).rotate_left(17)))
        }),
        Value::Set(set) => set.iter().fold(7, |sum: u64, item| sum.wrapping_add(hash_word(5, hash(&item)))),
        Value::Function(function) => std::sync::Arc::as_ptr(function).addr() as u64,
        Value::Atom(atom) => std::sync::Arc::as_ptr(atom).addr() as u64,
        Value::Regex(regex) => std::sync::Arc::as_ptr(regex).addr() as u64,
        Value::Fault(fault) => std::sync::Arc::as_ptr(fault).addr() as u64,
        Value::Reduced(inner) => hash(inner).rotate_left(3),
        Value::Date(date) => hash_text(&date.at.to_string()),
    }
}

fn hash_float(x: f64) -> u64 {
    #[expect(clippy::cast_possible_truncation, reason = "checked by going back")]
    let whole = x as i64;
    #[expect(clippy::cast_precision_loss, reason = "compared with the original")]
    if whole as f64 == x && whole != i64::MAX { hash_word(1, whole.cast_unsigned()) } else { hash_word(2, x.to_bits()) }
}

/// Clojure's `=`, but `1` equals `1.0`.
pub fn equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Nil, Value::Nil) | (Value::Nothing, Value::Nothing) => true,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Int(a), Value::Int(b)) => a == b,
        (Value::Text(a), Value::Text(b)) => a == b,
        (Value::Keyword(a), Value::Keyword(b)) => a == b,
        (Value::Symbol(a), Value::Symbol(b)) => a == b,
        (Value::Int(_) | Value::Float(_) | Value::Big(_), Value::Int(_) | Value::Float(_) | Value::Big(_)) => {
            super::number::equal(a, b)
        }
        (Value::Vector(_) | Value::Seq(_) | Value::Lazy(_), Value::Vector(_) | Value::Seq(_) | Value::Lazy(_)) => {
            equal_items(a, b)
        }
        (Value::Map(a), Value::Map(b)) => a.equals(b),
        (Value::Set(a), Value::Set(b)) => a.equals(b),
        (Value::Function(a), Value::Function(b)) => std::sync::Arc::ptr_eq(a, b) || a.is_same_builtin(b),
        (Value::Atom(a), Value::Atom(b)) => std::sync::Arc::ptr_eq(a, b),
        (Value::Regex(a), Value::Regex(b)) => std::sync::Arc::ptr_eq(a, b),
        (Value::Fault(a), Value::Fault(b)) => std::sync::Arc::ptr_eq(a, b),
        (Value::Reduced(a), Value::Reduced(b)) => std::sync::Arc::ptr_eq(a, b),
        (Value::Date(a), Value::Date(b)) => a == b,
        _ => false,
    }
}

fn equal_items(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Vector(a), Value::Vector(b)) if std::sync::Arc::ptr_eq(a, b) => return true,
        (Value::Vector(a), Value::Vector(b)) if a.len() != b.len() => return false,
        (Value::Seq(a), Value::Seq(b)) if std::sync::Arc::ptr_eq(a, b) => return true,
        (Value::Lazy(a), Value::Lazy(b)) if std::sync::Arc::ptr_eq(a, b) => return true,
        _ => {}
    }
    let (mut a, mut b) = (Iter::ready(a), Iter::ready(b));
    loop {
        match (a.next(), b.next()) {
            (None, None) => return true,
            (Some(a), Some(b)) if equal(&a, &b) => {}
            _ => return false,
        }
    }
}

/// Clojure's `=` of values of which not all may be there: of sequences no more is made than it takes to tell.
///
/// # Errors
/// A limit; whatever making items raises.
pub fn equal_as_made(cx: &mut dyn Context, a: &Value, b: &Value) -> Result<bool> {
    cx.spend(a.weight().min(b.weight()))?;
    if !((a.extent().lazy || b.extent().lazy) && a.is_sequential() && b.is_sequential()) {
        force(a, cx)?;
        force(b, cx)?;
        return Ok(equal(a, b));
    }
    cx.enter()?;
    let (mut a, mut b) = (Iter::new(a.clone())?, Iter::new(b.clone())?);
    let same = loop {
        match (a.next(cx)?, b.next(cx)?) {
            (None, None) => break true,
            (Some(a), Some(b)) if equal_as_made(cx, &a, &b)? => {}
            _ => break false,
        }
    };
    cx.leave();
    Ok(same)
}

/// Whether two values are one key of a map: as `=`, but a keyword and the string of its name are one.
#[inline]
pub fn same_key(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Keyword(a), Value::Keyword(b)) => a == b,
        (Value::Keyword(a), Value::Text(b)) => a.as_str() == b.as_str(),
        (Value::Text(a), Value::Keyword(b)) => a.as_str() == b.as_str(),
        (a, b) => equal(a, b),
    }
}
