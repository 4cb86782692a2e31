//! Numbers from values: casts, and reading text.

use crate::lisp::value::{BigInt, Context, Fault, Number, Raise, Result, Text, Value, What, arithmetic, type_error};

/// An integer is read from no more digits than the largest that may be made has.
const MAX_DIGITS: usize = 20_000;

pub(crate) fn out_of_range(kind: &str, value: &Value) -> Box<Raise> {
    Fault::value(format!("Value out of range for {kind}: {}", crate::lisp::value::shorten(value, 80))).into()
}

/// The code point of a string of one character, which is what a character is.
fn code_point(value: &Value) -> Option<i64> {
    match value {
        Value::Text(text) => text.as_char().map(|c| i64::from(u32::from(c))),
        _ => None,
    }
}

/// A number or a character as an integer between two bounds; fractions are cut off. The bounds hold for the number
/// itself where they are `strict`, else for what is left of it.
pub(crate) fn bounded(name: &'static str, value: &Value, low: i64, high: i64) -> Result<i64> {
    let within = |n: i64| if (low..=high).contains(&n) { Ok(n) } else { Err(out_of_range(name, value)) };
    match value {
        Value::Int(n) => within(*n),
        Value::Big(_) => Err(out_of_range(name, value)),
        #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "the range is checked before")]
        Value::Float(x) => {
            let x = x.get();
            if x.is_nan() && matches!(name, "int" | "long") {
                return Ok(0);
            }
            if x >= low as f64 && x <= high as f64 { Ok(x as i64) } else { Err(out_of_range(name, value)) }
        }
        other => match code_point(other) {
            Some(point) => within(point),
            None => {
                let raise = type_error(name, "a number or a character", other);
                Err(match &other {
                    Value::Text(text) => reading_hint(raise, text),
                    _ => raise,
                })
            }
        },
    }
}

/// What to write to read a number from a text.
pub(crate) fn reading_hint(mut raise: Box<Raise>, text: &Text) -> Box<Raise> {
    if let Raise::Fault(fault) = &mut *raise
        && fault.hint.is_none()
        && text.len() <= 64
        && text.as_str().trim().parse::<f64>().is_ok()
    {
        let reads = if text.as_str().trim().parse::<i64>().is_ok() { "parse-long" } else { "parse-double" };
        fault.hint = Some(format!("({reads} s) reads a number from a string").into());
    }
    raise
}

/// A number as `int` gives it.
pub(crate) fn int(name: &'static str, value: &Value) -> Result<i64> {
    bounded("int", value, i32::MIN.into(), i32::MAX.into()).map_err(|raise| raise.said_of(name))
}

/// A number, or a text of digits, as an integer of any size.
pub(crate) fn whole(cx: &mut dyn Context, name: &'static str, value: Value) -> Result<Value> {
    match &value {
        Value::Int(_) | Value::Big(_) => Ok(value),
        Value::Float(x) => match whole_part(x.get()) {
            Some(n) => Ok(n.into()),
            None => {
                Err(Fault::value(What::needs(name, "a finite number", &value)).class("NumberFormatException").into())
            }
        },
        Value::Text(text) => {
            let digits = text.as_str();
            // Reading takes the square of the length.
            cx.spend((text.len() as u64).saturating_mul(text.len() as u64) / 1024)?;
            let read = if digits.len() <= MAX_DIGITS { integer(digits) } else { None };
            read.map(Value::from).ok_or_else(|| no_number(digits))
        }
        other => Err(type_error(name, "a number or a string of digits", other)),
    }
}

/// The whole part of a float, by the digits it prints with: `1e30` is a one and thirty zeros.
pub(crate) fn whole_part(x: f64) -> Option<BigInt> {
    format!("{}", x.trunc()).parse().ok()
}

/// An integer as Java reads it: a sign and digits, nothing else.
pub(crate) fn integer(text: &str) -> Option<BigInt> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

pub(crate) fn no_number(text: &str) -> Box<Raise> {
    let shown = crate::lisp::text::abridge(text, 80);
    Fault::value(format!("For input string: {shown:?}")).class("NumberFormatException").into()
}

/// A float as Java reads it: with blanks around it and a `d` or `f` behind it, if need be.
pub(crate) fn read_double(text: &str) -> Option<f64> {
    let text = text.trim_matches(|c: char| c <= ' ');
    let (sign, size) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    match size {
        "NaN" => return Some(f64::NAN),
        "Infinity" => return Some(sign * f64::INFINITY),
        _ => {}
    }
    if let Some(digits) = size.strip_prefix("0x").or_else(|| size.strip_prefix("0X")) {
        return hexadecimal(digits).map(|size| sign * size);
    }
    let size = size.strip_suffix(['d', 'D', 'f', 'F']).unwrap_or(size);
    let plain = size.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && size.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-'));
    if plain { size.parse::<f64>().ok().map(|size| sign * size) } else { None }
}

/// `1.8p3`: digits of base 16 and a power of two.
fn hexadecimal(text: &str) -> Option<f64> {
    let (digits, power) = text.split_once(['p', 'P'])?;
    let power = power.strip_suffix(['d', 'D', 'f', 'F']).unwrap_or(power).parse::<i32>().ok()?;
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let mut value = 0.0_f64;
    for c in whole.chars().chain(fraction.chars()) {
        value = value * 16.0 + f64::from(c.to_digit(16)?);
    }
    let shift = i32::try_from(fraction.len()).ok()?.checked_mul(4)?;
    Some(scaled(value, power.checked_sub(shift)?))
}

/// A float times a power of two, rounded once: after the odd part every step either is exact or leaves nothing.
pub(crate) fn scaled(x: f64, power: i32) -> f64 {
    let power = power.clamp(-2200, 2200);
    let step = if power < 0 { 2.0_f64.powi(-512) } else { 2.0_f64.powi(512) };
    (0..(power / 512).unsigned_abs()).fold(x * 2.0_f64.powi(power % 512), |x, _| x * step)
}

/// The number without its sign.
pub(crate) fn absolute(name: &'static str, value: Value) -> Result<Value> {
    match value {
        Value::Int(n) if n >= 0 => Ok(value),
        Value::Float(x) => Ok(Value::from(x.get().abs())),
        Value::Int(_) | Value::Big(_) => {
            let negative = Number::of(&value).is_some_and(|n| n.to_f64() < 0.0);
            if negative { arithmetic::negate(&value) } else { Ok(value) }
        }
        other => Err(type_error(name, "a number", &other)),
    }
}
