//! What else Java's number classes compute: `BigInteger`, rounding of `BigDecimal`, bits and constructors.

use num_traits::Signed;

use super::builtins;
use crate::lisp::ops::parse::double;
use crate::lisp::ops::text::{Str, with_hint};
use crate::lisp::ops::{number, parse};
use crate::lisp::text::LimitKind;
use crate::lisp::value::{
    Context, Expected, Fault, FromValue, Number, ParamRef, Result, Value, arithmetic, limit, type_error,
};
use num_bigint::{BigInt, Sign};

/// The most bits that a power may have.
const MAX_BITS: u64 = crate::lisp::limits::MAX_INTEGER_BITS;

/// An integer of any size.
struct Big(BigInt);

impl FromValue for Big {
    fn from_value(value: Value, param: ParamRef) -> Result<Self> {
        match Number::of(&value) {
            Some(Number::Int(n)) => Ok(Self(n.into())),
            Some(Number::Big(n)) => Ok(Self(n.clone())),
            _ => Err(param.type_error(Expected::INTEGER, &value)),
        }
    }
}

fn small(n: BigInt) -> Result<Value> {
    // The sum with zero is in 64 bits where it fits.
    arithmetic::add(&Value::Big(n.into()), &Value::Int(0))
}

/// What is paid for steps over numbers of so many bits each.
fn pay(cx: &mut dyn Context, steps: u64, bits: u64) -> Result<()> {
    let limbs = bits.div_euclid(64).saturating_add(1);
    cx.spend(steps.saturating_mul(limbs.saturating_mul(limbs)).div_euclid(8).saturating_add(1))
}

/// How many bits a power has, give or take one.
fn power_bits(n: &BigInt, exponent: usize) -> u64 {
    let leading = n.magnitude().iter_u64_digits().next_back().unwrap_or(0);
    let last = n.bits().saturating_sub(leading.checked_ilog2().map_or(0, u64::from).saturating_add(1));
    #[expect(clippy::cast_precision_loss, reason = "the logarithm need not be exact")]
    let log = (leading as f64).log2() + last as f64;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "positive; saturates where it is far too large"
    )]
    let bits = (log * exponent as f64) as u64;
    bits.saturating_add(1)
}

fn binary(cx: &mut dyn Context, operation: fn(&Value, &Value) -> Result<Value>, a: &Value, b: &Value) -> Result<Value> {
    cx.spend(a.weight().saturating_mul(b.weight()).saturating_add(1))?;
    operation(a, b)
}

/// How `setScale` rounds, by the names of `RoundingMode`.
fn rounds_up(mode: &str, negative: bool, odd: bool, rest: std::cmp::Ordering, exact: bool) -> Option<bool> {
    use std::cmp::Ordering::{Equal, Greater, Less};
    Some(match mode {
        "half-up" => rest != Less,
        "half-down" => rest == Greater,
        "half-even" => rest == Greater || (rest == Equal && odd),
        "up" => !exact,
        "down" => false,
        "ceiling" => !exact && !negative,
        "floor" => !exact && negative,
        _ => return None,
    })
}

/// A number with so many digits after the point, rounded as its decimal spelling says.
fn scaled(n: &Value, places: i64, mode: &Value) -> Result<Value> {
    let x = match Number::of(n) {
        Some(Number::Int(_) | Number::Big(_)) if places >= 0 => return Ok(n.clone()),
        Some(number) => number.to_f64(),
        None => return Err(type_error(".setScale", "a number", n)),
    };
    let Some(places) = usize::try_from(places).ok().filter(|places| *places <= 400 && x.is_finite()) else {
        return Err(Fault::value("the scale is a number from 0 to 400, of a finite number").into());
    };
    let text = format!("{}", x.abs());
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let Some((kept, rest)) = fraction.split_at_checked(places) else { return Ok(Value::from(x)) };
    let digits = format!("{whole}{kept}");
    let odd = digits.bytes().last().is_some_and(|digit| digit & 1 == 1);
    let exact = rest.bytes().all(|digit| digit == b'0');
    let half = rest.trim_end_matches('0').cmp("5");
    let Some(up) = mode.as_name().and_then(|mode| rounds_up(mode, x < 0.0, odd, half, exact)) else {
        let error = type_error(".setScale", "a rounding mode", mode);
        return Err(with_hint(error, "write RoundingMode/HALF_UP, HALF_EVEN, UP, DOWN, CEILING or FLOOR"));
    };
    let mut digits = digits.into_bytes();
    let mut carry = up;
    for digit in digits.iter_mut().rev() {
        if !carry {
            break;
        }
        carry = *digit == b'9';
        *digit = if carry { b'0' } else { digit.saturating_add(1) };
    }
    if carry {
        digits.insert(0, b'1');
    }
    let mut spelled = String::from_utf8(digits).unwrap_or_default();
    spelled.insert(spelled.len().saturating_sub(places), '.');
    let rounded: f64 = spelled.parse().unwrap_or(x);
    Ok(Value::from(if x < 0.0 { -rounded } else { rounded }))
}

builtins! { Java;
    "Integer." = "Integer/valueOf"

    "Long." = "Long/valueOf"

    "Double." = "Double/valueOf"

    "Float/valueOf" = "Double/valueOf"

    /// The integer of any size that a string spells, in base 10 unless given.
    /// (BigInteger. "123456789012345678901234567890")
    /// ;=> 123456789012345678901234567890N
    "BigInteger." => "number"
        (cx, s: Value) => { number::whole(cx, "BigInteger.", s) }
        (cx, s: Str, radix: usize) => {
            pay(cx, 1, (s.len() as u64).saturating_mul(6))?;
            let radix = u32::try_from(radix).ok().filter(|radix| (2..=36).contains(radix));
            let short = s.len().saturating_mul(6) as u64 <= MAX_BITS;
            let read = radix.filter(|_| short).and_then(|radix| BigInt::parse_bytes(s.as_str().as_bytes(), radix));
            read.map_or_else(|| Err(parse::no_number(&s)), small)
        }

    /// The integer itself: all grow.
    /// (BigInteger/valueOf 5)
    /// ;=> 5
    "BigInteger/valueOf" => "number" (_cx, n: Big) => { small(n.0) }

    /// The float that a string spells: there are no decimals.
    /// (BigDecimal. "1.50")
    /// ;=> 1.5
    "BigDecimal." => "number"
        (cx, s: Value) => { if matches!(s, Value::Int(_) | Value::Big(_)) { Ok(s) } else { double(cx, &s) } }

    /// The number itself: there are no decimals.
    /// (BigDecimal/valueOf 1.5)
    /// ;=> 1.5
    "BigDecimal/valueOf" = "BigDecimal."

    /// The number with so many digits after the point, rounded.
    /// (.setScale 2.345 2 java.math.RoundingMode/HALF_UP)
    /// ;=> 2.35
    /// (.setScale 2.5 0 RoundingMode/HALF_EVEN)
    /// ;=> 2.0
    ".setScale" => "number" (_cx, n: Value, places: i64, mode: Value) => { scaled(&n, places, &mode) }

    /// The sum of two numbers.
    /// (.add (biginteger 2) (biginteger 3))
    /// ;=> 5
    ".add" (cx, a: Value, b: Value) => {
        if Number::of(&a).is_none() {
            let error = type_error(".add", "a number", &a);
            return Err(with_hint(error, "nothing changes a collection in place: (conj coll x) gives another"));
        }
        binary(cx, arithmetic::add, &a, &b)
    }

    /// The difference of two numbers.
    /// (.subtract (biginteger 2) (biginteger 3))
    /// ;=> -1
    ".subtract" => "number" (cx, a: Value, b: Value) => { binary(cx, arithmetic::subtract, &a, &b) }

    /// The product of two numbers.
    /// (.multiply (biginteger 2) (biginteger 3))
    /// ;=> 6
    ".multiply" => "number" (cx, a: Value, b: Value) => { binary(cx, arithmetic::multiply, &a, &b) }

    /// The quotient of integers without its fraction; of floats the quotient.
    /// (.divide (biginteger 7) (biginteger 2))
    /// ;=> 3
    ".divide" => "number" (cx, a: Value, b: Value) => {
        let floats = matches!(a, Value::Float(_)) || matches!(b, Value::Float(_));
        binary(cx, if floats { arithmetic::divide } else { arithmetic::quotient }, &a, &b)
    }

    /// The remainder, never negative.
    /// (.mod (biginteger -7) (biginteger 3))
    /// ;=> 2
    ".mod" => "number" (cx, a: Value, b: Value) => { binary(cx, arithmetic::modulo, &a, &b) }

    /// The remainder, with the sign of the first.
    /// (.remainder (biginteger -7) (biginteger 3))
    /// ;=> -1
    ".remainder" => "number" (cx, a: Value, b: Value) => { binary(cx, arithmetic::remainder, &a, &b) }

    /// The number with the other sign.
    /// (.negate (biginteger 5))
    /// ;=> -5
    ".negate" => "number" (_cx, n: Value) => { arithmetic::negate(&n) }

    /// The number without its sign.
    /// (.abs (biginteger -5))
    /// ;=> 5
    ".abs" => "number" (_cx, n: Big) => { small(BigInt::from_biguint(Sign::Plus, n.0.into_parts().1)) }

    /// -1, 0 or 1 as the number is negative, zero or positive.
    /// (.signum (biginteger -5))
    /// ;=> -1
    ".signum" => "number" (_cx, n: Big) => {
        Ok(Value::Int(match n.0.sign() {
            Sign::Minus => -1,
            Sign::NoSign => 0,
            Sign::Plus => 1,
        }))
    }

    /// The integer to a power, exactly.
    /// (.pow (biginteger 2) 100)
    /// ;=> 1267650600228229401496703205376N
    ".pow" => "number" (cx, n: Big, exponent: usize) => {
        // These stay as small as they are, whatever the exponent.
        if n.0.magnitude().bits() <= 1 {
            let odd = exponent & 1 == 1;
            return small(if exponent == 0 { BigInt::from(1) } else if odd { n.0 } else { n.0.abs() });
        }
        let bits = power_bits(&n.0, exponent);
        if bits > MAX_BITS {
            return Err(limit(LimitKind::IntegerBits, MAX_BITS, bits));
        }
        pay(cx, 64, bits)?;
        small(n.0.pow(u32::try_from(exponent).unwrap_or(u32::MAX)))
    }

    /// The integer to a power, modulo another.
    /// (.modPow (biginteger 2) (biginteger 10) (biginteger 1000))
    /// ;=> 24
    ".modPow" => "number" (cx, n: Big, exponent: Big, modulus: Big) => {
        if modulus.0.sign() != Sign::Plus || exponent.0.sign() == Sign::Minus {
            let fault = Fault::value(".modPow needs a positive modulus and an exponent that is not negative");
            return Err(fault.class("ArithmeticException").into());
        }
        pay(cx, exponent.0.bits().saturating_mul(8), modulus.0.bits().max(n.0.bits()))?;
        small(n.0.modpow(&exponent.0, &modulus.0))
    }

    /// The integer by which another times this one is 1, modulo a modulus.
    /// (.modInverse (biginteger 3) (biginteger 11))
    /// ;=> 4
    ".modInverse" => "number" (cx, n: Big, modulus: Big) => {
        if modulus.0.sign() != Sign::Plus {
            let fault = Fault::value(".modInverse needs a positive modulus");
            return Err(fault.class("ArithmeticException").into());
        }
        pay(cx, modulus.0.bits(), modulus.0.bits().max(n.0.bits()))?;
        let none = || Fault::value("BigInteger not invertible.").class("ArithmeticException").into();
        n.0.modinv(&modulus.0).map_or_else(|| Err(none()), small)
    }

    /// The greatest common divisor.
    /// (.gcd (biginteger 12) (biginteger 18))
    /// ;=> 6
    ".gcd" => "number" (cx, a: Big, b: Big) => {
        let bits = a.0.bits().max(b.0.bits());
        pay(cx, bits.div_euclid(32), bits)?;
        let (mut a, mut b) = (a.0, b.0);
        while b.sign() != Sign::NoSign {
            #[expect(clippy::arithmetic_side_effects, reason = "the divisor is not zero")]
            let rest = &a % &b;
            a = std::mem::replace(&mut b, rest);
        }
        small(BigInt::from_biguint(Sign::Plus, a.into_parts().1))
    }

    /// How many bits the integer has, without its sign.
    /// (.bitLength (biginteger 255))
    /// ;=> 8
    ".bitLength" => "number" (_cx, n: Big) => { Ok(Value::Int(i64::try_from(n.0.bits()).unwrap_or(i64::MAX))) }

    /// Whether a bit of the integer is set.
    /// (.testBit (biginteger 5) 2)
    /// ;=> true
    ".testBit" => "bool" (_cx, n: Big, bit: usize) => { Ok(n.0.bit(bit as u64).into()) }

    /// The integer if it fits into 32 bits.
    /// (Math/toIntExact 5)
    /// ;=> 5
    "Math/toIntExact" => "number" (_cx, n: i64) => {
        i32::try_from(n)
            .map(|n| Value::Int(n.into()))
            .map_err(|_| Fault::value("integer overflow").class("ArithmeticException").into())
    }

    "Integer/max" = "Long/max"

    "Integer/min" = "Long/min"

    "Integer/sum" = "Long/sum"

    /// The larger of two integers.
    /// (Long/max 1 2)
    /// ;=> 2
    "Long/max" => "number" (_cx, a: i64, b: i64) => { Ok(Value::Int(a.max(b))) }

    /// The smaller of two integers.
    /// (Long/min 1 2)
    /// ;=> 1
    "Long/min" => "number" (_cx, a: i64, b: i64) => { Ok(Value::Int(a.min(b))) }

    /// The sum of two integers.
    /// (Long/sum 1 2)
    /// ;=> 3
    "Long/sum" => "number" (_cx, a: i64, b: i64) => { arithmetic::add(&Value::Int(a), &Value::Int(b)) }

    /// The lowest bit that is set, alone.
    /// (Long/lowestOneBit 12)
    /// ;=> 4
    "Long/lowestOneBit" => "number" (_cx, n: i64) => { Ok(Value::Int(n & n.wrapping_neg())) }

    /// The bits in reverse order.
    /// (Long/reverse 1)
    /// ;=> -9223372036854775808
    "Long/reverse" => "number" (_cx, n: i64) => { Ok(Value::Int(n.reverse_bits())) }

    /// The bits moved to the left; those that leave come back at the right.
    /// (Long/rotateLeft 1 2)
    /// ;=> 4
    "Long/rotateLeft" => "number" (_cx, n: i64, distance: i64) => { Ok(Value::Int(rotated(n, distance))) }

    /// The bits moved to the right; those that leave come back at the left.
    /// (Long/rotateRight 4 2)
    /// ;=> 1
    "Long/rotateRight" => "number"
        (_cx, n: i64, distance: i64) => { Ok(Value::Int(rotated(n, distance.wrapping_neg()))) }

    /// The highest bit of 32 that is set, alone.
    /// (Integer/highestOneBit 100)
    /// ;=> 64
    "Integer/highestOneBit" => "number" (_cx, n: i64) => {
        let bits = parse::int(n)?;
        let highest = bits.checked_ilog2().and_then(|log| 1_u32.checked_shl(log)).unwrap_or(0);
        Ok(Value::Int(highest.cast_signed().into()))
    }

    /// The bits of a float, as an integer.
    /// (Double/doubleToLongBits 1.0)
    /// ;=> 4607182418800017408
    "Double/doubleToLongBits" => "number" (_cx, x: f64) => { Ok(Value::Int(x.to_bits().cast_signed())) }

    /// The float that has these bits.
    /// (Double/longBitsToDouble 4607182418800017408)
    /// ;=> 1.0
    "Double/longBitsToDouble" => "number" (_cx, n: i64) => { Ok(Value::from(f64::from_bits(n.cast_unsigned()))) }

    /// The boolean as a string.
    /// (Boolean/toString true)
    /// ;=> "true"
    "Boolean/toString" => "string" (_cx, x: bool) => { Ok(x.to_string().into()) }
}

fn rotated(n: i64, distance: i64) -> i64 {
    n.rotate_left(u32::try_from(distance.rem_euclid(64)).unwrap_or(0))
}
