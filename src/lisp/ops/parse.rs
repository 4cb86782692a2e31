//! Reading numbers from text in any radix, as Java's classes do.

use super::text::{walk, with_hint};
use crate::lisp::value::{Context, Fault, Number, Raise, Result, Text, Value, What, type_error, value_error};
use num_bigint::BigInt;

#[cold]
pub(crate) fn no_number(text: &Text) -> Box<Raise> {
    let shown = crate::lisp::text::abridge(text.as_str(), 80);
    let fault = Fault::value(format!("For input string: {shown:?}")).class("NumberFormatException");
    fault.hint("(parse-long s) and (parse-double s) give nil for what is no number; trim the string first").into()
}

/// The integer that a text spells, within a number of bits.
pub(crate) fn integer(cx: &mut dyn Context, text: &Value, radix: i64, bits: u32) -> Result<Value> {
    let text = match text {
        Value::Text(text) => text,
        Value::Nil => {
            let fault = Fault::value("Cannot parse null string: null").class("NumberFormatException");
            return Err(fault.hint("nil often comes from a key that is not there").into());
        }
        other if Number::of(other).is_some() => {
            let error = type_error("parsing an integer", "a string", other);
            return Err(with_hint(error, "it is a number already; (long x) cuts a fraction off"));
        }
        other => return Err(type_error("parsing an integer", "a string", other)),
    };
    walk(cx, text.as_str())?;
    let radix = u32::try_from(radix).ok().filter(|radix| (2..=36).contains(radix));
    let radix = radix.ok_or_else(|| value_error("a radix is a number from 2 to 36"))?;
    let parsed = i64::from_str_radix(text.as_str(), radix).ok();
    let fits = |n: &i64| bits == 64 || i32::try_from(*n).is_ok();
    parsed.filter(fits).map(Value::Int).ok_or_else(|| no_number(text))
}

/// `valueOf`: of a number itself, of a text what it spells.
pub(crate) fn integer_of(cx: &mut dyn Context, value: Value, bits: u32) -> Result<Value> {
    match value {
        Value::Int(_) => Ok(value),
        other => integer(cx, &other, 10, bits),
    }
}

pub(crate) fn double(cx: &mut dyn Context, value: &Value) -> Result<Value> {
    let text = match value {
        Value::Text(text) => text,
        Value::Nil => {
            return Err(Fault::value(What::unfit("a string is needed", &Value::Nil))
                .class("NullPointerException")
                .into());
        }
        other => match Number::of(other) {
            Some(number) => return Ok(Value::from(number.to_f64())),
            None => return Err(type_error("parsing a float", "a string", other)),
        },
    };
    walk(cx, text.as_str())?;
    let trimmed = text.as_str().trim_matches(|c| c <= ' ');
    let unsigned = trimmed.strip_prefix(['+', '-']).unwrap_or(trimmed);
    let special = matches!(unsigned, "NaN" | "Infinity");
    let plain = unsigned.strip_suffix(['d', 'D', 'f', 'F']).unwrap_or(unsigned);
    let digits = plain.bytes().all(|byte| byte.is_ascii_digit() || b".eE+-".contains(&byte));
    let parsed: Option<f64> =
        if special || digits { trimmed.trim_end_matches(['d', 'D', 'f', 'F']).parse().ok() } else { None };
    parsed.map(Value::from).ok_or_else(|| no_number(text))
}

pub(crate) fn int(value: i64) -> Result<u32> {
    i32::try_from(value)
        .map(i32::cast_unsigned)
        .map_err(|_| Fault::value(format!("integer overflow: {value} is beyond 32 bits")).hint("use Long/…").into())
}

/// The digits of an integer in a radix.
pub(crate) fn in_radix(n: i64, radix: i64) -> Value {
    let radix = u32::try_from(radix).ok().filter(|radix| (2..=36).contains(radix)).unwrap_or(10);
    BigInt::from(n).to_str_radix(radix).into()
}
