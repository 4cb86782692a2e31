//! UUIDs: making, reading and recognising them.

use crate::lisp::value::{Context, Value};

/// A UUID in its usual spelling, from parts that may be shorter or longer, as Java reads it.
pub(crate) fn read_uuid(text: &str) -> Option<String> {
    if text.len() > 36 {
        return None;
    }
    let mut parts = text.split('-');
    let mut part = |bits: u32| {
        let digits = parts.next().filter(|part| !part.is_empty() && part.bytes().all(|c| c.is_ascii_hexdigit()))?;
        let value = u128::from_str_radix(digits, 16).ok()?;
        Some(value & 1_u128.wrapping_shl(bits).wrapping_sub(1))
    };
    let (a, b, c, d, e) = (part(32)?, part(16)?, part(16)?, part(16)?, part(48)?);
    if parts.next().is_some() {
        return None;
    }
    Some(format!("{a:08x}-{b:04x}-{c:04x}-{d:04x}-{e:012x}"))
}

/// Whether a text is a UUID in its usual spelling.
pub(crate) fn is_uuid(text: &str) -> bool {
    text.len() == 36 && read_uuid(text).is_some_and(|uuid| uuid.eq_ignore_ascii_case(text))
}

/// A random UUID, as a string.
pub(crate) fn uuid(cx: &mut dyn Context) -> crate::lisp::value::Result<Value> {
    let bits = u128::from(cx.random()).wrapping_shl(64) | u128::from(cx.random());
    // The version (4, random) and the variant have fixed places.
    let bits = bits & !(0xf_u128 << 76) | (4 << 76);
    let bits = bits & !(0b11_u128 << 62) | (0b10 << 62);
    let text = format!("{bits:032x}");
    let part = |from: usize, to: usize| text.get(from..to).unwrap_or("");
    Ok(format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)).into())
}
