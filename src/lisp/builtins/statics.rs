//! The static methods of Java's number and string classes that programs use: `Integer/parseInt`, `String/join`.

use super::builtins;
use crate::lisp::ops::parse::{double, in_radix, int, integer, integer_of};
use crate::lisp::ops::print::{append, shown};
use crate::lisp::ops::text::{Str, with_hint};
use crate::lisp::ops::{bytes, format};
use crate::lisp::value::{Args, Context, Iter, Number, Result, Value, collect, type_error};
use std::cmp::Ordering;

/// Refuses a number where a string is parsed.
fn only_text(value: &Value) -> Result<()> {
    match Number::of(value) {
        None => Ok(()),
        Some(_) => Err(with_hint(
            type_error("parsing a float", "a string", value),
            "it is a number already; (double x) makes a float",
        )),
    }
}

fn ordering(order: Ordering) -> Value {
    Value::Int(match order {
        Ordering::Less => -1,
        Ordering::Equal => 0,
        Ordering::Greater => 1,
    })
}

fn float(value: &Value, name: &'static str) -> Result<f64> {
    Number::of(value).map(Number::to_f64).ok_or_else(|| type_error(name, "a number", value))
}

fn text_of(cx: &mut dyn Context, value: &Value) -> Result<Value> {
    if value.is_nil() { Ok("null".into()) } else { shown(cx, value).map(Value::Text) }
}

builtins! { Java;
    /// The integer that a string spells, in base 10 unless given; within 32 bits.
    /// (Integer/parseInt "42")
    /// ;=> 42
    /// (Integer/parseInt "ff" 16)
    /// ;=> 255
    /// (Integer/parseInt "4x")
    /// ;! 1:1 value-error: For input string: "4x"
    /// ;? (parse-long s) and (parse-double s) give nil for what is no number; trim the string first
    "Integer/parseInt" => "number"
        (cx, s: Value) => { integer(cx, &s, 10, 32) }
        (cx, s: Value, radix: i64) => { integer(cx, &s, radix, 32) }

    /// The integer that a string spells; a number itself.
    /// (Integer/valueOf "42")
    /// ;=> 42
    "Integer/valueOf" => "number"
        (cx, s: Value) => { integer_of(cx, s, 32) }
        (cx, s: Value, radix: i64) => { integer(cx, &s, radix, 32) }

    /// The integer that a string spells, in base 10 unless given; within 64 bits.
    /// (Long/parseLong "-9000000000")
    /// ;=> -9000000000
    "Long/parseLong" => "number"
        (cx, s: Value) => { integer(cx, &s, 10, 64) }
        (cx, s: Value, radix: i64) => { integer(cx, &s, radix, 64) }

    /// The integer that a string spells; a number itself.
    /// (Long/valueOf "42")
    /// ;=> 42
    "Long/valueOf" => "number"
        (cx, s: Value) => { integer_of(cx, s, 64) }
        (cx, s: Value, radix: i64) => { integer(cx, &s, radix, 64) }

    /// The integer as a string, in base 10 unless given.
    /// (Integer/toString 255 16)
    /// ;=> "ff"
    "Integer/toString" => "string"
        (_cx, n: i64) => { Ok(in_radix(n, 10)) }
        (_cx, n: i64, radix: i64) => { Ok(in_radix(n, radix)) }

    "Long/toString" = "Integer/toString"

    /// The bits of a 32-bit integer as text.
    /// (Integer/toBinaryString 10)
    /// ;=> "1010"
    "Integer/toBinaryString" => "string" (_cx, n: i64) => { Ok(format!("{:b}", int(n)?).into()) }

    /// A 32-bit integer in hexadecimal.
    /// (Integer/toHexString 255)
    /// ;=> "ff"
    "Integer/toHexString" => "string" (_cx, n: i64) => { Ok(format!("{:x}", int(n)?).into()) }

    /// A 32-bit integer in octal.
    /// (Integer/toOctalString 8)
    /// ;=> "10"
    "Integer/toOctalString" => "string" (_cx, n: i64) => { Ok(format!("{:o}", int(n)?).into()) }

    /// The bits of an integer as text.
    /// (Long/toBinaryString 10)
    /// ;=> "1010"
    "Long/toBinaryString" => "string" (_cx, n: i64) => { Ok(format!("{n:b}").into()) }

    /// An integer in hexadecimal.
    /// (Long/toHexString -1)
    /// ;=> "ffffffffffffffff"
    "Long/toHexString" => "string" (_cx, n: i64) => { Ok(format!("{n:x}").into()) }

    /// An integer in octal.
    /// (Long/toOctalString 8)
    /// ;=> "10"
    "Long/toOctalString" => "string" (_cx, n: i64) => { Ok(format!("{n:o}").into()) }

    /// The number of bits that are set in 32 bits.
    /// (Integer/bitCount 255)
    /// ;=> 8
    "Integer/bitCount" => "number" (_cx, n: i64) => { Ok(Value::Int(i64::from(int(n)?.count_ones()))) }

    /// The number of bits that are set.
    /// (Long/bitCount 255)
    /// ;=> 8
    "Long/bitCount" => "number" (_cx, n: i64) => { Ok(Value::Int(i64::from(n.count_ones()))) }

    /// The number of zeros before the first bit that is set, of 32.
    /// (Integer/numberOfLeadingZeros 1)
    /// ;=> 31
    "Integer/numberOfLeadingZeros" => "number" (_cx, n: i64) => { Ok(Value::Int(i64::from(int(n)?.leading_zeros()))) }

    /// The number of zeros after the last bit that is set, of 32.
    /// (Integer/numberOfTrailingZeros 8)
    /// ;=> 3
    "Integer/numberOfTrailingZeros" => "number"
        (_cx, n: i64) => { Ok(Value::Int(i64::from(int(n)?.trailing_zeros()))) }

    /// The number of zeros before the first bit that is set, of 64.
    /// (Long/numberOfLeadingZeros 1)
    /// ;=> 63
    "Long/numberOfLeadingZeros" => "number" (_cx, n: i64) => { Ok(Value::Int(i64::from(n.leading_zeros()))) }

    /// The number of zeros after the last bit that is set, of 64.
    /// (Long/numberOfTrailingZeros 8)
    /// ;=> 3
    "Long/numberOfTrailingZeros" => "number" (_cx, n: i64) => { Ok(Value::Int(i64::from(n.trailing_zeros()))) }

    /// The highest bit that is set, alone.
    /// (Long/highestOneBit 100)
    /// ;=> 64
    "Long/highestOneBit" => "number" (_cx, n: i64) => {
        let highest = n.cast_unsigned().checked_ilog2().and_then(|log| 1_u64.checked_shl(log)).unwrap_or(0);
        Ok(Value::Int(highest.cast_signed()))
    }

    /// -1, 0 or 1 as the integer is negative, zero or positive.
    /// (Long/signum -5)
    /// ;=> -1
    "Long/signum" => "number" (_cx, n: i64) => { Ok(Value::Int(n.signum())) }

    "Integer/signum" = "Long/signum"

    "Integer/compare" = "Long/compare"

    /// -1, 0 or 1 as the first integer is less than, equal to or greater than the second.
    /// (Long/compare 2 1)
    /// ;=> 1
    "Long/compare" => "number" (_cx, a: i64, b: i64) => { Ok(ordering(a.cmp(&b))) }

    /// The float that a string spells.
    /// (Double/parseDouble "3.50")
    /// ;=> 3.5
    "Double/parseDouble" => "number" (cx, s: Value) => { only_text(&s)?; double(cx, &s) }

    "Float/parseFloat" = "Double/parseDouble"

    /// The float that a string spells; of a number the float.
    /// (Double/valueOf "1e3")
    /// ;=> 1000.0
    "Double/valueOf" => "number" (cx, s: Value) => { double(cx, &s) }

    /// The float as a string.
    /// (Double/toString 1.5)
    /// ;=> "1.5"
    "Double/toString" => "string" (cx, x: f64) => { shown(cx, &Value::from(x)).map(Value::Text) }

    /// Whether the number is not a number (NaN).
    /// (Double/isNaN ##NaN)
    /// ;=> true
    "Double/isNaN" => "bool" (_cx, x: Value) => { Ok(float(&x, "Double/isNaN")?.is_nan().into()) }

    /// Whether the number is infinite.
    /// (Double/isInfinite ##Inf)
    /// ;=> true
    "Double/isInfinite" => "bool" (_cx, x: Value) => { Ok(float(&x, "Double/isInfinite")?.is_infinite().into()) }

    /// Whether the number is neither infinite nor NaN.
    /// (Double/isFinite 1.0)
    /// ;=> true
    "Double/isFinite" => "bool" (_cx, x: Value) => { Ok(float(&x, "Double/isFinite")?.is_finite().into()) }

    /// -1, 0 or 1 as the first float is less than, equal to or greater than the second; -0.0 is less than 0.0.
    /// (Double/compare -0.0 0.0)
    /// ;=> -1
    "Double/compare" => "number" (_cx, a: f64, b: f64) => {
        let nan = |x: f64| if x.is_nan() { f64::NAN.abs() } else { x };
        Ok(ordering(nan(a).total_cmp(&nan(b))))
    }

    /// Whether the string is "true", in any case.
    /// (Boolean/parseBoolean "True")
    /// ;=> true
    "Boolean/parseBoolean" => "bool" (_cx, s: Option<Str>) => {
        Ok(s.is_some_and(|s| s.as_str().eq_ignore_ascii_case("true")).into())
    }

    /// Whether the string is "true", in any case; a boolean itself.
    /// (Boolean/valueOf "false")
    /// ;=> false
    "Boolean/valueOf" => "bool" (_cx, s: Value) => {
        Ok(match &s {
            Value::Bool(_) => s,
            Value::Text(text) => text.as_str().eq_ignore_ascii_case("true").into(),
            _ => Value::from(false),
        })
    }

    /// Nanoseconds from some moment on, as the host's clock says; it ticks in milliseconds.
    /// (nat-int? (- (System/nanoTime) (System/nanoTime)))
    /// ;=> true
    "System/nanoTime" => "number" (cx) => { Ok(Value::Int(cx.now().saturating_mul(1_000_000))) }

    /// The value as a string.
    /// (String/valueOf 12)
    /// ;=> "12"
    "String/valueOf" => "string" (cx, x: Value) => { text_of(cx, &x) }

    /// As format; the arguments may also be given as one vector.
    /// (String/format "%d-%s" [1 "a"])
    /// ;=> "1-a"
    "String/format" => "string" (cx, format: Str; more) => {
        let arguments: Args = match more.as_slice() {
            [Value::Vector(items)] => items.iter().cloned().collect(),
            _ => more,
        };
        format::format(cx, format.as_str(), &arguments).map(Value::from)
    }

    /// The strings of a collection with a separator between.
    /// (String/join "-" ["a" "b"])
    /// ;=> "a-b"
    "String/join" => "string" (cx, separator: Str, items: Value) => {
        let mut out = String::new();
        let mut items = Iter::new(items)?;
        let mut first = true;
        while let Some(item) = items.next(cx)? {
            if !std::mem::take(&mut first) {
                append(cx, &mut out, &Value::Text((*separator).clone()))?;
            }
            append(cx, &mut out, &item)?;
        }
        Ok(out.into())
    }

    /// A string of characters or of bytes, or the string itself.
    /// (String. "a")
    /// ;=> "a"
    /// (String. [104 105] "UTF-8")
    /// ;=> "hi"
    "String."
        (_cx) => { Ok("".into()) }
        (cx, x: Value) => {
            let mut out = String::new();
            match x {
                Value::Text(_) => return Ok(x),
                other => {
                    let items = collect(other, cx)?;
                    if matches!(items.first(), Some(Value::Int(_))) {
                        let bytes = bytes::bytes_of(cx, "String.", Value::vector(items))?;
                        return Ok(String::from_utf8_lossy(&bytes).into_owned().into());
                    }
                    for item in items {
                        append(cx, &mut out, &item)?;
                    }
                }
            }
            Ok(out.into())
        }
        (cx, bytes: Value, _charset: Str) => {
            let bytes = bytes::bytes_of(cx, "String.", bytes)?;
            Ok(String::from_utf8_lossy(&bytes).into_owned().into())
        }
}
