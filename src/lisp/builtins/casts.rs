//! From one kind of number to another, and from text to numbers.

use num_traits::ToPrimitive;

use super::builtins;
use crate::lisp::ops::number::{
    bounded, int, integer, no_number, out_of_range, read_double, reading_hint, whole, whole_part,
};
use crate::lisp::ops::uuid::read_uuid;
use crate::lisp::text::ErrorKind;
use crate::lisp::value::{Fault, Number, Result, Text, Value, What, type_error};

fn number(name: &'static str, value: Value) -> Result<Value> {
    match &value {
        Value::Int(_) | Value::Float(_) | Value::Big(_) => Ok(value),
        Value::Text(text) => Err(reading_hint(type_error(name, "a number", &value), text)),
        other => Err(type_error(name, "a number", other)),
    }
}

fn float(name: &'static str, value: &Value) -> Result<f64> {
    match Number::of(value) {
        Some(number) => Ok(number.to_f64()),
        None => number(name, value.clone()).map(|_| 0.0),
    }
}

/// The text of an argument of the `parse-` functions.
fn text<'a>(name: &'static str, value: &'a Value) -> Result<&'a str> {
    match value {
        Value::Text(text) => Ok(text.as_str()),
        other => {
            let what = What::needs(name, "a string", other);
            let fault = Fault::new(ErrorKind::Type, "IllegalArgumentException", what);
            let hint = match other {
                Value::Int(_) | Value::Float(_) | Value::Big(_) => "it is a number already",
                Value::Nil => "(some-> x (parse-long)) leaves nil as it is",
                _ => "(str x) makes a string of anything",
            };
            Err(fault.hint(hint.replace("parse-long", name)).into())
        }
    }
}

/// The simplest ratio that is this float when divided: 2/3 for 0.6666666666666666.
fn ratio(name: &'static str, value: &Value) -> Result<(i64, i64)> {
    const MAX_WHOLE: f64 = 1e15;
    let none = || {
        let what = What::needs(name, "a ratio", value);
        Err(Fault::new(ErrorKind::Type, "ClassCastException", what).into())
    };
    let x = match value {
        Value::Float(x) if x.get().abs() < MAX_WHOLE && x.get().trunc() != x.get() => x.get(),
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
        if p.1 > MAX_WHOLE || q.1 > MAX_WHOLE {
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
    "int" => "number" (_cx, x: Value) => { int("int", &x).map(Value::Int) }

    /// The number as an integer of 64 bits, or the code point of a character; a fraction is cut off.
    /// (long 3.7)
    /// ;=> 3
    /// (long "12")
    /// ;! 1:1 type-error: long needs a number or a character, got the string "12"
    /// ;? (parse-long s) reads a number from a string
    "long" => "number" (_cx, x: Value) => { bounded("long", &x, i64::MIN, i64::MAX).map(Value::Int) }

    /// The number as an integer of 16 bits; a fraction is cut off.
    /// (short 3.9)
    /// ;=> 3
    "short" => "number" (_cx, x: Value) => { bounded("short", &x, i16::MIN.into(), i16::MAX.into()).map(Value::Int) }

    /// The number as an integer of 8 bits; a fraction is cut off.
    /// (byte 3.9)
    /// ;=> 3
    /// (byte 200)
    /// ;! 1:1 value-error: Value out of range for byte: 200
    "byte" => "number" (_cx, x: Value) => { bounded("byte", &x, i8::MIN.into(), i8::MAX.into()).map(Value::Int) }

    /// The number as a float.
    /// (double 3)
    /// ;=> 3.0
    "double" => "number" (_cx, x: Value) => { float("double", &x).map(Value::from) }

    /// The number as a float that would fit into 32 bits.
    /// (float 3)
    /// ;=> 3.0
    "float" => "number" (_cx, x: Value) => {
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
    "bigint" => "number" (cx, x: Value) => { whole(cx, "bigint", x) }

    "biginteger" = "bigint"

    /// The number, or what a string reads as, as a float: there are no decimals.
    /// (bigdec "1.50")
    /// ;=> 1.5
    "bigdec" => "number" (cx, x: Value) => {
        let size = match &x {
            Value::Text(text) => {
                cx.spend(text.len() as u64 / 16)?;
                read_double(text.as_str()).ok_or_else(|| no_number(text.as_str()))?
            }
            other => float("bigdec", other)?,
        };
        if !size.is_finite() {
            let message = What::needs("bigdec", "a finite number", &x);
            return Err(Fault::value(message).class("NumberFormatException").into());
        }
        Ok(Value::from(size))
    }

    /// The number as an integer where it is one, else as it is: there are no ratios.
    /// (rationalize 3.0)
    /// ;=> 3
    /// (rationalize 1.5)
    /// ;=> 1.5
    "rationalize" => "number" (_cx, x: Value) => {
        match &x {
            Value::Nil => Ok(x),
            Value::Float(size) if !size.get().is_finite() => {
                let message = What::needs("rationalize", "a finite number", &x);
                Err(Fault::value(message).class("NumberFormatException").into())
            }
            Value::Float(size) if size.get().trunc() == size.get() => Ok(whole_part(size.get()).map_or(x, Value::from)),
            _ => number("rationalize", x),
        }
    }

    /// The upper part of a ratio; ratios are floats here, of which the simplest ratio counts.
    /// (numerator 2/3)
    /// ;=> 2
    "numerator" => "number" (_cx, x: Value) => { Ok(Value::Int(ratio("numerator", &x)?.0)) }

    /// The lower part of a ratio; ratios are floats here, of which the simplest ratio counts.
    /// (denominator 2/3)
    /// ;=> 3
    "denominator" => "number" (_cx, x: Value) => { Ok(Value::Int(ratio("denominator", &x)?.1)) }

    /// The integer that a string spells; nil if it spells none.
    /// (parse-long "-12")
    /// ;=> -12
    /// (parse-long "1.5")
    /// ;=> nil
    "parse-long" => "number?" (_cx, s: Value) => {
        let text = text("parse-long", &s)?;
        Ok(if text.len() > 64 { Value::Nil } else { integer(text).and_then(|n| n.to_i64()).into() })
    }

    /// The float that a string spells; nil if it spells none.
    /// (parse-double "1.5")
    /// ;=> 1.5
    /// (parse-double "1,5")
    /// ;=> nil
    "parse-double" => "number?" (cx, s: Value) => {
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
