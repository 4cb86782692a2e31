//! Bytes: the numbers of a collection, and the UTF-8 of a string.

use super::text::{walk, with_hint};
use crate::lisp::value::{Context, Result, Value, collect, type_error};

/// The bytes of a string, or those that a vector of integers stands for.
pub(crate) fn bytes_of(cx: &mut dyn Context, name: &'static str, value: Value) -> Result<Vec<u8>> {
    if let Value::Text(text) = &value {
        walk(cx, text.as_str())?;
        cx.reserve(text.len())?;
        return Ok(text.as_str().as_bytes().to_vec());
    }
    collect(value, cx)?.iter().map(|item| byte(name, item)).collect()
}

pub(crate) fn byte(name: &'static str, item: &Value) -> Result<u8> {
    let found = match item {
        Value::Int(n) => u8::try_from(*n).ok().or_else(|| i8::try_from(*n).ok().map(i8::cast_unsigned)),
        _ => None,
    };
    found.ok_or_else(|| with_hint(type_error(name, "bytes", item), "(.getBytes s) gives the bytes of a string"))
}

pub(crate) fn as_bytes(cx: &mut dyn Context, bytes: &[u8]) -> Result<Value> {
    cx.reserve(bytes.len().saturating_mul(16))?;
    cx.spend(bytes.len() as u64)?;
    Ok(Value::vector(bytes.iter().map(|byte| Value::Int(byte.cast_signed().into())).collect()))
}
