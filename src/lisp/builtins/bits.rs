//! Bits: and, or, shifts, and one bit of an integer.

use super::builtins;
use crate::lisp::text::ErrorKind;
use crate::lisp::value::{Args, Context, Expected, Fault, Result, Value, What, type_error};

/// An argument of a bit operation: an integer of 64 bits, nothing else.
fn bits(name: &'static str, value: &Value) -> Result<i64> {
    match value {
        Value::Int(n) => Ok(*n),
        Value::Big(_) | Value::Float(_) => {
            let what = What::unfit(format!("{name} works on integers of 64 bits"), value);
            Err(Fault::new(ErrorKind::Type, "IllegalArgumentException", what).into())
        }
        other => Err(type_error(name, Expected::INTEGERS, other)),
    }
}

/// `a op b op more`.
fn combined(
    cx: &mut dyn Context,
    name: &'static str,
    a: &Value,
    b: &Value,
    more: Args,
    operation: fn(i64, i64) -> i64,
) -> Result<Value> {
    let mut result = operation(bits(name, a)?, bits(name, b)?);
    for next in more {
        cx.spend(1)?;
        result = operation(result, bits(name, &next)?);
    }
    Ok(Value::Int(result))
}

/// The number of places to shift by, or of a bit: of any integer the last six bits count, as in Java.
fn places(name: &'static str, value: &Value) -> Result<u32> {
    let count = bits(name, value)? & 63;
    Ok(u32::try_from(count).unwrap_or(0))
}

/// The integer in which just the bit `n` is set.
fn bit(name: &'static str, n: &Value) -> Result<i64> {
    Ok(1_i64.wrapping_shl(places(name, n)?))
}

builtins! { Numbers;
    /// The bits that are set in all of the integers.
    /// (bit-and 12 10)
    /// ;=> 8
    "bit-and" => "number" (_cx, a: Value, b: Value) => { Ok(Value::Int(bits("bit-and", &a)? & bits("bit-and", &b)?)) }
        (cx, a: Value, b: Value; more) => { combined(cx, "bit-and", &a, &b, more, |a, b| a & b) }

    /// The bits that are set in any of the integers.
    /// (bit-or 12 10)
    /// ;=> 14
    "bit-or" => "number" (_cx, a: Value, b: Value) => { Ok(Value::Int(bits("bit-or", &a)? | bits("bit-or", &b)?)) }
        (cx, a: Value, b: Value; more) => { combined(cx, "bit-or", &a, &b, more, |a, b| a | b) }

    /// The bits that are set in one integer and not in the other.
    /// (bit-xor 12 10)
    /// ;=> 6
    "bit-xor" => "number" (_cx, a: Value, b: Value) => { Ok(Value::Int(bits("bit-xor", &a)? ^ bits("bit-xor", &b)?)) }
        (cx, a: Value, b: Value; more) => { combined(cx, "bit-xor", &a, &b, more, |a, b| a ^ b) }

    /// The bits of the first integer that are not set in the others.
    /// (bit-and-not 15 5)
    /// ;=> 10
    "bit-and-not" => "number"
        (cx, a: Value, b: Value) => { combined(cx, "bit-and-not", &a, &b, Args::new(), |a, b| a & !b) }
        (cx, a: Value, b: Value; more) => { combined(cx, "bit-and-not", &a, &b, more, |a, b| a & !b) }

    /// The integer with every bit turned over.
    /// (bit-not 5)
    /// ;=> -6
    "bit-not" => "number" (_cx, n: Value) => { Ok(Value::Int(!bits("bit-not", &n)?)) }

    /// The integer with its bits moved to the left; what leaves the 64 bits is lost.
    /// (bit-shift-left 1 4)
    /// ;=> 16
    "bit-shift-left" => "number" (_cx, n: Value, by: Value) => {
        let n = bits("bit-shift-left", &n)?;
        Ok(Value::Int(n.wrapping_shl(places("bit-shift-left", &by)?)))
    }

    /// The integer with its bits moved to the right, keeping its sign.
    /// (bit-shift-right -8 1)
    /// ;=> -4
    "bit-shift-right" => "number" (_cx, n: Value, by: Value) => {
        let n = bits("bit-shift-right", &n)?;
        Ok(Value::Int(n.wrapping_shr(places("bit-shift-right", &by)?)))
    }

    /// The integer with its bits moved to the right and zeros put in at the left.
    /// (unsigned-bit-shift-right -1 60)
    /// ;=> 15
    "unsigned-bit-shift-right" => "number" (_cx, n: Value, by: Value) => {
        let n = bits("unsigned-bit-shift-right", &n)?.cast_unsigned();
        Ok(Value::Int(n.wrapping_shr(places("unsigned-bit-shift-right", &by)?).cast_signed()))
    }

    /// The integer with the bit of this number set.
    /// (bit-set 0 3)
    /// ;=> 8
    "bit-set" => "number"
        (_cx, n: Value, index: Value) => { Ok(Value::Int(bits("bit-set", &n)? | bit("bit-set", &index)?)) }

    /// The integer with the bit of this number cleared.
    /// (bit-clear 15 1)
    /// ;=> 13
    "bit-clear" => "number"
        (_cx, n: Value, index: Value) => { Ok(Value::Int(bits("bit-clear", &n)? & !bit("bit-clear", &index)?)) }

    /// The integer with the bit of this number turned over.
    /// (bit-flip 5 1)
    /// ;=> 7
    "bit-flip" => "number"
        (_cx, n: Value, index: Value) => { Ok(Value::Int(bits("bit-flip", &n)? ^ bit("bit-flip", &index)?)) }

    /// Whether the bit of this number is set.
    /// (bit-test 4 2)
    /// ;=> true
    "bit-test" => "bool" (_cx, n: Value, index: Value) => {
        Ok(Value::from(bits("bit-test", &n)? & bit("bit-test", &index)? != 0))
    }

}
