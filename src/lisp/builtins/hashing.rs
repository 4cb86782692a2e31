//! Hashes of values as Clojure computes them: the same in every run and on every machine.

use super::builtins;
use crate::lisp::ops::lookup;
use crate::lisp::value::{Iter, Keyword, Number, Symbol, Value};

const fn mix_k(k: u32) -> u32 {
    k.wrapping_mul(0xcc9e_2d51).rotate_left(15).wrapping_mul(0x1b87_3593)
}

const fn mix_h(h: u32, k: u32) -> u32 {
    (h ^ k).rotate_left(13).wrapping_mul(5).wrapping_add(0xe654_6b64)
}

const fn finish(h: u32, length: u32) -> u32 {
    let h = h ^ length;
    let h = (h ^ (h >> 16)).wrapping_mul(0x85eb_ca6b);
    let h = (h ^ (h >> 13)).wrapping_mul(0xc2b2_ae35);
    h ^ (h >> 16)
}

fn of_int(n: u32) -> u32 {
    if n == 0 { 0 } else { finish(mix_h(0, mix_k(n)), 4) }
}

#[expect(clippy::cast_possible_truncation, reason = "the halves are mixed one after the other")]
fn of_long(n: i64) -> u32 {
    let bits = n.cast_unsigned();
    if n == 0 { 0 } else { finish(mix_h(mix_h(0, mix_k(bits as u32)), mix_k((bits >> 32) as u32)), 8) }
}

#[expect(clippy::cast_possible_truncation, reason = "as Java folds a double")]
fn of_float(x: f64) -> u32 {
    let whole = x as i64;
    // Equal numbers have equal hashes, and here 1 equals 1.0.
    #[expect(clippy::cast_precision_loss, reason = "compared with the original")]
    if whole as f64 == x && whole != i64::MAX {
        return of_long(whole);
    }
    let bits = x.to_bits();
    (bits ^ (bits >> 32)) as u32
}

/// Java's hash of a string.
fn java(text: &str) -> u32 {
    text.encode_utf16().fold(0, |hash: u32, unit| hash.wrapping_mul(31).wrapping_add(u32::from(unit)))
}

/// Of a name with a namespace.
fn of_name(space: Option<&str>, name: &str) -> u32 {
    let (mut hash, mut length) = (0, 0_u32);
    let mut units = name.encode_utf16();
    while let Some(low) = units.next() {
        match units.next() {
            Some(high) => {
                hash = mix_h(hash, mix_k(u32::from(low) | (u32::from(high) << 16)));
                length = length.wrapping_add(4);
            }
            None => {
                hash ^= mix_k(u32::from(low));
                length = length.wrapping_add(2);
            }
        }
    }
    let hash = finish(hash, length);
    let space = space.map_or(0, java);
    hash ^ space
        .wrapping_add(0x9e37_79b9)
        .wrapping_add(hash << 6)
        .wrapping_add((hash.cast_signed() >> 2).cast_unsigned())
}

fn of_collection(hash: u32, count: u32) -> u32 {
    finish(mix_h(0, mix_k(hash)), count)
}

fn ordered(items: impl Iterator<Item = Value>) -> u32 {
    let (mut hash, mut count) = (1_u32, 0_u32);
    for item in items {
        hash = hash.wrapping_mul(31).wrapping_add(hash_of(&item));
        count = count.wrapping_add(1);
    }
    of_collection(hash, count)
}

fn unordered(hashes: impl Iterator<Item = u32>) -> u32 {
    let (mut sum, mut count) = (0_u32, 0_u32);
    for hash in hashes {
        sum = sum.wrapping_add(hash);
        count = count.wrapping_add(1);
    }
    of_collection(sum, count)
}

/// Of any value; what has only an identity is hashed by its type, since addresses change from run to run.
fn hash_of(value: &Value) -> u32 {
    match value {
        Value::Nil | Value::Nothing => 0,
        Value::Bool(yes) => {
            if yes.get() {
                1231
            } else {
                1237
            }
        }
        Value::Int(n) => of_long(*n),
        Value::Float(x) => of_float(x.get()),
        Value::Big(_) => Number::of(value).map_or(0, |number| of_float(number.to_f64())),
        Value::Text(text) => of_int(java(text.as_str())),
        Value::Symbol(symbol) => of_symbol(symbol),
        Value::Keyword(keyword) => of_keyword(keyword),
        Value::Vector(_) | Value::Seq(_) | Value::Lazy(_) => ordered(Iter::ready(value)),
        Value::Map(map) => unordered(map.iter().map(|(key, value)| ordered([key, value].into_iter()))),
        Value::Set(set) => unordered(set.iter_ref().map(hash_of)),
        Value::Reduced(inner) => hash_of(inner).rotate_left(3),
        Value::Date(date) => of_int(java(&date.to_string())),
        Value::Regex(regex) => of_int(java(&regex.pattern)),
        Value::Function(function) => of_int(java(function.name().unwrap_or("fn"))),
        Value::Atom(_) | Value::Fault(_) => of_int(java(value.type_name())),
    }
}

fn of_symbol(symbol: &Symbol) -> u32 {
    of_name(symbol.namespace(), symbol.name())
}

fn of_keyword(keyword: &Keyword) -> u32 {
    of_name(keyword.namespace(), keyword.name()).wrapping_add(0x9e37_79b9)
}

builtins! { Comparing;
    /// A number that equal values share, the same in every run.
    /// (= (hash [1 2]) (hash '(1 2)))
    /// ;=> true
    /// (hash "a")
    /// ;=> 1455541201
    "hash" => "number" (cx, x: Value) => {
        lookup::charge(cx, &x)?;
        Ok(Value::Int(i64::from(hash_of(&x).cast_signed())))
    }
}
