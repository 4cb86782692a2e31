//! From one kind of number to another, and from text to numbers.

use num_traits::ToPrimitive;

use super::builtins;
use crate::lisp::text::ErrorKind;
use crate::lisp::value::{BigInt, Context, Fault, Number, Raise, Result, Text, Value, type_error};

/// An integer is read from no more digits than the largest that may be made has.
const MAX_DIGITS: usize = 20_000;

fn out_of_range(kind: &str, value: &Value) -> Box<Raise> {
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
fn bounded(name: &str, value: &Value, low: i64, high: i64) -> Result<i64> {
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
fn reading_hint(mut raise: Box<Raise>, text: &Text) -> Box<Raise> {
    if let Raise::Fault(fault) = &mut *raise
        && fault.hint.is_none()
        && text.len() <= 64
        && text.as_str().trim().parse::<f64>().is_ok()
    {
        let reads = if text.as_str().trim().parse::<i64>().is_ok() { "parse-long" } else { "parse-double" };
        fault.hint = Some(format!("({reads} s) reads a number from a string"));
    }
    raise
}

/// A number as `int` gives it.
pub(super) fn int(name: &'static str, value: &Value) -> Result<i64> {
    bounded("int", value, i32::MIN.into(), i32::MAX.into()).map_err(|raise| raise.renamed("int", name))
}

/// The last 64 bits of a number.
pub(super) fn wrapped_long(name: &str, value: &Value) -> Result<i64> {
    match value {
        Value::Int(n) => Ok(*n),
        #[expect(clippy::cast_possible_truncation, reason = "what Java does: it stays at the bounds")]
        Value::Float(x) => Ok(x.get() as i64),
        Value::Big(n) => {
            let low = n.iter_u64_digits().next().unwrap_or(0).cast_signed();
            Ok(if n.sign() == num_bigint::Sign::Minus { low.wrapping_neg() } else { low })
        }
        other => match code_point(other) {
            Some(point) => Ok(point),
            None => Err(type_error(name, "a number or a character", other)),
        },
    }
}

/// The last 32 bits of a number.
#[expect(clippy::cast_possible_truncation, reason = "wrapping is what it is for")]
pub(super) fn wrapped_int(name: &str, value: &Value) -> Result<i32> {
    match value {
        Value::Float(x) => Ok(x.get() as i32),
        other => wrapped_long(name, other).map(|n| n as i32),
    }
}

fn number(name: &str, value: Value) -> Result<Value> {
    match &value {
        Value::Int(_) | Value::Float(_) | Value::Big(_) => Ok(value),
        Value::Text(text) => Err(reading_hint(type_error(name, "a number", &value), text)),
        other => Err(type_error(name, "a number", other)),
    }
}

fn float(name: &str, value: &Value) -> Result<f64> {
    match Number::of(value) {
        Some(number) => Ok(number.to_f64()),
        None => number(name, value.clone()).map(|_| 0.0),
    }
}

/// A number, or a text of digits, as an integer of any size.
pub(super) fn whole(cx: &mut dyn Context, name: &str, value: Value) -> Result<Value> {
    match &value {
        Value::Int(_) | Value::Big(_) => Ok(value),
        Value::Float(x) => match whole_part(x.get()) {
            Some(n) => Ok(n.into()),
            None => {
                let message = format!("{name} needs a finite number, got {}", value.describe());
                Err(Fault::value(message).class("NumberFormatException").into())
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
fn whole_part(x: f64) -> Option<BigInt> {
    format!("{}", x.trunc()).parse().ok()
}

/// An integer as Java reads it: a sign and digits, nothing else.
fn integer(text: &str) -> Option<BigInt> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

fn no_number(text: &str) -> Box<Raise> {
    let shown = crate::lisp::text::abridge(text, 80);
    Fault::value(format!("For input string: {shown:?}")).class("NumberFormatException").into()
}

/// A float as Java reads it: with blanks around it and a `d` or `f` behind it, if need be.
pub(super) fn read_double(text: &str) -> Option<f64> {
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
    Some(super::math::scaled(value, power.checked_sub(shift)?))
}

/// The text of an argument of the `parse-` functions.
fn text<'a>(name: &str, value: &'a Value) -> Result<&'a str> {
    match value {
        Value::Text(text) => Ok(text.as_str()),
        other => {
            let message = format!("{name} needs a string, got {}", other.describe());
            let fault = Fault::new(ErrorKind::Type, "IllegalArgumentException", message);
            let hint = match other {
                Value::Int(_) | Value::Float(_) | Value::Big(_) => "it is a number already",
                Value::Nil => "(some-> x (parse-long)) leaves nil as it is",
                _ => "(str x) makes a string of anything",
            };
            Err(fault.hint(hint.replace("parse-long", name)).into())
        }
    }
}

/// A UUID in its usual spelling, from parts that may be shorter or longer, as Java reads it.
pub(super) fn read_uuid(text: &str) -> Option<String> {
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
pub(super) fn is_uuid(text: &str) -> bool {
    text.len() == 36 && read_uuid(text).is_some_and(|uuid| uuid.eq_ignore_ascii_case(text))
}

/// The simplest ratio that is this float when divided: 2/3 for 0.6666666666666666.
fn ratio(name: &str, value: &Value) -> Result<(i64, i64)> {
    const MOST: f64 = 1e15;
    let none = || {
        let message = format!("{name} needs a ratio, got {}", value.describe());
        Err(Fault::new(ErrorKind::Type, "ClassCastException", message).into())
    };
    let x = match value {
        Value::Float(x) if x.get().abs() < MOST && x.get().trunc() != x.get() => x.get(),
        Value::Int(_) | Value::Big(_) | Value::Float(_) => return none(),
        other => return Err(type_error(name, "a ratio", other)),
    };
    // Continued fractions: each step gives the best ratio with so small a denominator.
    let (mut p, mut q) = ((0.0, 1.0), (1.0, 0.0));
    let mut rest = x.abs();
    for _ in 0..40 {
        let whole = rest.floor();
        p = (p.1, whole * p.1 + p.0);
        q = (q.1, whole * q.1 + q.0);
        if p.1 > MOST || q.1 > MOST {
            break;
        }
        if p.1 / q.1 == x.abs() {
            #[expect(clippy::cast_possible_truncation, reason = "both are whole and not too large")]
            return Ok(((p.1 * 1.0_f64.copysign(x)) as i64, q.1 as i64));
        }
        rest = 1.0 / (rest - whole);
    }
    none()
}

builtins! { Numbers;
    /// The number as an integer of 32 bits, or the code point of a character; a fraction is cut off.
    /// (int 3.7)
    /// ;=> 3
    /// (int \a)
    /// ;=> 97
    /// (int 3000000000)
    /// ;! 1:1 value-error: Value out of range for int: 3000000000
    "int" (_cx, x: Value) => { int("int", &x).map(Value::Int) }

    /// The number as an integer of 64 bits, or the code point of a character; a fraction is cut off.
    /// (long 3.7)
    /// ;=> 3
    /// (long "12")
    /// ;! 1:1 type-error: long needs a number or a character, got the string "12"
    /// ;? (parse-long s) reads a number from a string
    "long" (_cx, x: Value) => { bounded("long", &x, i64::MIN, i64::MAX).map(Value::Int) }

    /// The number as an integer of 16 bits; a fraction is cut off.
    /// (short 3.9)
    /// ;=> 3
    "short" (_cx, x: Value) => { bounded("short", &x, i16::MIN.into(), i16::MAX.into()).map(Value::Int) }

    /// The number as an integer of 8 bits; a fraction is cut off.
    /// (byte 3.9)
    /// ;=> 3
    /// (byte 200)
    /// ;! 1:1 value-error: Value out of range for byte: 200
    "byte" (_cx, x: Value) => { bounded("byte", &x, i8::MIN.into(), i8::MAX.into()).map(Value::Int) }

    /// The number as a float.
    /// (double 3)
    /// ;=> 3.0
    "double" (_cx, x: Value) => { float("double", &x).map(Value::from) }

    /// The number as a float that would fit into 32 bits.
    /// (float 3)
    /// ;=> 3.0
    "float" (_cx, x: Value) => {
        let size = float("float", &x)?;
        if size.abs() > f64::from(f32::MAX) {
            return Err(out_of_range("float", &x));
        }
        // Below half of the smallest float of 32 bits nothing is left.
        Ok(Value::from(if size.abs() <= 7e-46 { size * 0.0 } else { size }))
    }

    /// The number itself; anything else is an error.
    /// (num 1)
    /// ;=> 1
    "num" (_cx, x: Value) => { if x.is_nil() { Ok(x) } else { number("num", x) } }

    /// The number, or the digits of a string, as an integer of any size.
    /// (bigint 1e20)
    /// ;=> 100000000000000000000N
    /// (bigint "12")
    /// ;=> 12
    "bigint" (cx, x: Value) => { whole(cx, "bigint", x) }

    /// The number, or the digits of a string, as an integer of any size.
    /// (biginteger 1.7)
    /// ;=> 1
    "biginteger" (cx, x: Value) => { whole(cx, "biginteger", x) }

    /// The number, or what a string reads as, as a float: there are no decimals.
    /// (bigdec "1.50")
    /// ;=> 1.5
    "bigdec" (cx, x: Value) => {
        let size = match &x {
            Value::Text(text) => {
                cx.spend(text.len() as u64 / 16)?;
                read_double(text.as_str()).ok_or_else(|| no_number(text.as_str()))?
            }
            other => float("bigdec", other)?,
        };
        if !size.is_finite() {
            let message = format!("bigdec needs a finite number, got {}", x.describe());
            return Err(Fault::value(message).class("NumberFormatException").into());
        }
        Ok(Value::from(size))
    }

    /// The number as an integer where it is one, else as it is: there are no ratios.
    /// (rationalize 3.0)
    /// ;=> 3
    /// (rationalize 1.5)
    /// ;=> 1.5
    "rationalize" (_cx, x: Value) => {
        match &x {
            Value::Nil => Ok(x),
            Value::Float(size) if !size.get().is_finite() => {
                let message = format!("rationalize needs a finite number, got {}", x.describe());
                Err(Fault::value(message).class("NumberFormatException").into())
            }
            Value::Float(size) if size.get().trunc() == size.get() => Ok(whole_part(size.get()).map_or(x, Value::from)),
            _ => number("rationalize", x),
        }
    }

    /// The upper part of a ratio; ratios are floats here, of which the simplest ratio counts.
    /// (numerator 2/3)
    /// ;=> 2
    "numerator" (_cx, x: Value) => { Ok(Value::Int(ratio("numerator", &x)?.0)) }

    /// The lower part of a ratio; ratios are floats here, of which the simplest ratio counts.
    /// (denominator 2/3)
    /// ;=> 3
    "denominator" (_cx, x: Value) => { Ok(Value::Int(ratio("denominator", &x)?.1)) }

    /// The integer that a string spells; nil if it spells none.
    /// (parse-long "-12")
    /// ;=> -12
    /// (parse-long "1.5")
    /// ;=> nil
    "parse-long" (_cx, s: Value) => {
        let text = text("parse-long", &s)?;
        Ok(if text.len() > 64 { Value::Nil } else { integer(text).and_then(|n| n.to_i64()).into() })
    }

    /// The float that a string spells; nil if it spells none.
    /// (parse-double "1.5")
    /// ;=> 1.5
    /// (parse-double "1,5")
    /// ;=> nil
    "parse-double" (cx, s: Value) => {
        let text = text("parse-double", &s)?;
        cx.spend(text.len() as u64 / 16)?;
        Ok(read_double(text).into())
    }

    /// True for "true", false for "false", nil for anything else.
    /// (parse-boolean "true")
    /// ;=> true
    /// (parse-boolean "yes")
    /// ;=> nil
    "parse-boolean" (_cx, s: Value) => {
        Ok(match text("parse-boolean", &s)? {
            "true" => Value::from(true),
            "false" => Value::from(false),
            _ => Value::Nil,
        })
    }

    /// The UUID that a string spells, as a string of small letters; nil if it spells none.
    /// (parse-uuid "B6883C0A-0342-4007-9966-BC2DFA6B109E")
    /// ;=> "b6883c0a-0342-4007-9966-bc2dfa6b109e"
    /// (parse-uuid "b6883c0a")
    /// ;=> nil
    "parse-uuid" (_cx, s: Text) => { Ok(read_uuid(s.as_str()).into()) }
}
