//! Bits, and arithmetic that wraps around as the machine's does.

use super::builtins;
use crate::lisp::ops::number;
use crate::lisp::ops::number::{wrapped_int, wrapped_long};
use crate::lisp::text::ErrorKind;
use crate::lisp::value::{Args, Context, Expected, Fault, Number, Result, Value, What, arithmetic, type_error};

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

/// Wraps where both are integers of 64 bits; anything else is added or multiplied as ever.
fn wrapping(
    a: &Value,
    b: &Value,
    wrap: fn(i64, i64) -> i64,
    otherwise: fn(&Value, &Value) -> Result<Value>,
    name: &'static str,
) -> Result<Value> {
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => Ok(Value::Int(wrap(*a, *b))),
        _ => otherwise(a, b).map_err(|raise| raise.said_of(name)),
    }
}

/// An argument of the `-int` functions.
fn narrow(name: &'static str, value: &Value) -> Result<i32> {
    number::int(name, value).map(|n| i32::try_from(n).unwrap_or_default())
}

fn by_zero() -> Box<crate::lisp::value::Raise> {
    Fault::value("/ by zero").class("ArithmeticException").into()
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

    /// The sum, wrapped around in 64 bits.
    /// (unchecked-add 9223372036854775807 1)
    /// ;=> -9223372036854775808
    "unchecked-add" (_cx, a: Value, b: Value) => {
        wrapping(&a, &b, i64::wrapping_add, arithmetic::add, "unchecked-add")
    }

    /// The difference, wrapped around in 64 bits.
    /// (unchecked-subtract -9223372036854775808 1)
    /// ;=> 9223372036854775807
    "unchecked-subtract" (_cx, a: Value, b: Value) => {
        wrapping(&a, &b, i64::wrapping_sub, arithmetic::subtract, "unchecked-subtract")
    }

    /// The product, wrapped around in 64 bits.
    /// (unchecked-multiply 9223372036854775807 2)
    /// ;=> -2
    "unchecked-multiply" (_cx, a: Value, b: Value) => {
        wrapping(&a, &b, i64::wrapping_mul, arithmetic::multiply, "unchecked-multiply")
    }

    /// The number plus one, wrapped around in 64 bits.
    /// (unchecked-inc 9223372036854775807)
    /// ;=> -9223372036854775808
    "unchecked-inc" (_cx, n: Value) => {
        wrapping(&n, &Value::Int(1), i64::wrapping_add, arithmetic::add, "unchecked-inc")
    }

    /// The number less one, wrapped around in 64 bits.
    /// (unchecked-dec -9223372036854775808)
    /// ;=> 9223372036854775807
    "unchecked-dec" (_cx, n: Value) => {
        wrapping(&n, &Value::Int(1), i64::wrapping_sub, arithmetic::subtract, "unchecked-dec")
    }

    /// The number with its sign turned, wrapped around in 64 bits.
    /// (unchecked-negate -9223372036854775808)
    /// ;=> -9223372036854775808
    "unchecked-negate" (_cx, n: Value) => {
        match &n {
            Value::Int(n) => Ok(Value::Int(n.wrapping_neg())),
            other => arithmetic::negate(other).map_err(|raise| raise.said_of("unchecked-negate")),
        }
    }

    /// The sum of two 32-bit integers, wrapped around in 32 bits.
    /// (unchecked-add-int 2147483647 1)
    /// ;=> -2147483648
    "unchecked-add-int" (_cx, a: Value, b: Value) => {
        let (a, b) = (narrow("unchecked-add-int", &a)?, narrow("unchecked-add-int", &b)?);
        Ok(Value::Int(a.wrapping_add(b).into()))
    }

    /// The difference of two 32-bit integers, wrapped around in 32 bits.
    /// (unchecked-subtract-int -2147483648 1)
    /// ;=> 2147483647
    "unchecked-subtract-int" (_cx, a: Value, b: Value) => {
        let (a, b) = (narrow("unchecked-subtract-int", &a)?, narrow("unchecked-subtract-int", &b)?);
        Ok(Value::Int(a.wrapping_sub(b).into()))
    }

    /// The product of two 32-bit integers, wrapped around in 32 bits.
    /// (unchecked-multiply-int 2147483647 2)
    /// ;=> -2
    "unchecked-multiply-int" (_cx, a: Value, b: Value) => {
        let (a, b) = (narrow("unchecked-multiply-int", &a)?, narrow("unchecked-multiply-int", &b)?);
        Ok(Value::Int(a.wrapping_mul(b).into()))
    }

    /// The quotient of two 32-bit integers without its fraction.
    /// (unchecked-divide-int 7 2)
    /// ;=> 3
    "unchecked-divide-int" (_cx, a: Value, b: Value) => {
        let (a, b) = (narrow("unchecked-divide-int", &a)?, narrow("unchecked-divide-int", &b)?);
        if b == -1 {
            return Ok(Value::Int(a.wrapping_neg().into()));
        }
        a.checked_div(b).map(|n| Value::Int(n.into())).ok_or_else(by_zero)
    }

    /// What is left when one 32-bit integer is divided by another.
    /// (unchecked-remainder-int 7 2)
    /// ;=> 1
    "unchecked-remainder-int" (_cx, a: Value, b: Value) => {
        let (a, b) = (narrow("unchecked-remainder-int", &a)?, narrow("unchecked-remainder-int", &b)?);
        if b == -1 {
            return Ok(Value::Int(0));
        }
        a.checked_rem(b).map(|n| Value::Int(n.into())).ok_or_else(by_zero)
    }

    /// A 32-bit integer plus one, wrapped around in 32 bits.
    /// (unchecked-inc-int 2147483647)
    /// ;=> -2147483648
    "unchecked-inc-int" (_cx, n: Value) => { Ok(Value::Int(narrow("unchecked-inc-int", &n)?.wrapping_add(1).into())) }

    /// A 32-bit integer less one, wrapped around in 32 bits.
    /// (unchecked-dec-int -2147483648)
    /// ;=> 2147483647
    "unchecked-dec-int" (_cx, n: Value) => { Ok(Value::Int(narrow("unchecked-dec-int", &n)?.wrapping_sub(1).into())) }

    /// A 32-bit integer with its sign turned, wrapped around in 32 bits.
    /// (unchecked-negate-int -2147483648)
    /// ;=> -2147483648
    "unchecked-negate-int" (_cx, n: Value) => { Ok(Value::Int(narrow("unchecked-negate-int", &n)?.wrapping_neg().into())) }

    /// The last 64 bits of a number as an integer.
    /// (unchecked-long 3.7)
    /// ;=> 3
    "unchecked-long" (_cx, x: Value) => { wrapped_long("unchecked-long", &x).map(Value::Int) }

    /// The last 32 bits of a number as an integer.
    /// (unchecked-int 3000000000)
    /// ;=> -1294967296
    "unchecked-int" (_cx, x: Value) => { wrapped_int("unchecked-int", &x).map(|n| Value::Int(n.into())) }

    /// The last 16 bits of a number as an integer.
    /// (unchecked-short 40000)
    /// ;=> -25536
    "unchecked-short" (_cx, x: Value) => {
        let n = wrapped_int("unchecked-short", &x)?;
        Ok(Value::Int(i64::from(n).wrapping_shl(48).wrapping_shr(48)))
    }

    /// The character of the last 16 bits of a number.
    /// (unchecked-char 97)
    /// ;=> "a"
    "unchecked-char" (_cx, x: Value) => {
        let unit = wrapped_int("unchecked-char", &x)? & 0xffff;
        let c = u32::try_from(unit).ok().and_then(char::from_u32);
        Ok(Value::text(c.unwrap_or(char::REPLACEMENT_CHARACTER).to_string()))
    }

    /// The last 8 bits of a number as an integer.
    /// (unchecked-byte 200)
    /// ;=> -56
    "unchecked-byte" (_cx, x: Value) => {
        let n = wrapped_int("unchecked-byte", &x)?;
        Ok(Value::Int(i64::from(n).wrapping_shl(56).wrapping_shr(56)))
    }

    /// The number as a float.
    /// (unchecked-double 1)
    /// ;=> 1.0
    "unchecked-double" (_cx, x: f64) => { Ok(Value::from(x)) }

    /// The number as a float, without a look at its size.
    /// (unchecked-float 1)
    /// ;=> 1.0
    "unchecked-float" (_cx, x: Value) => {
        match Number::of(&x) {
            Some(number) => Ok(Value::from(number.to_f64())),
            None => Err(type_error("unchecked-float", "a number", &x)),
        }
    }
}
