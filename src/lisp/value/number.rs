//! Numbers: integers that grow instead of overflowing, doubles, and how the two meet.

use std::cmp::Ordering;
use std::sync::Arc;

use num_bigint::BigInt;
use num_traits::{FromPrimitive, Signed, ToPrimitive, Zero};

use super::{Expected, Fault, Result, Value, limit, type_error};
use crate::lisp::text::LimitKind;

/// The most bits a big integer may have.
const MAX_BITS: u64 = crate::lisp::limits::MAX_INTEGER_BITS;

/// A number, borrowed from a value.
#[derive(Clone, Copy)]
pub enum Number<'a> {
    /// 64 bits.
    Int(i64),
    /// A double.
    Float(f64),
    /// Beyond 64 bits.
    Big(&'a BigInt),
}

impl<'a> Number<'a> {
    /// The number in a value.
    #[inline]
    pub fn of(value: &'a Value) -> Option<Self> {
        match value {
            Value::Int(n) => Some(Self::Int(*n)),
            Value::Float(x) => Some(Self::Float(x.get())),
            Value::Big(n) => Some(Self::Big(n)),
            _ => None,
        }
    }

    /// As a double.
    pub fn to_f64(self) -> f64 {
        match self {
            #[expect(clippy::cast_precision_loss, reason = "what mixing with a double means")]
            Self::Int(n) => n as f64,
            Self::Float(x) => x,
            Self::Big(n) => n.to_f64().unwrap_or(f64::INFINITY),
        }
    }

    fn to_big(self) -> Option<BigInt> {
        match self {
            Self::Int(n) => Some(n.into()),
            Self::Big(n) => Some(n.clone()),
            Self::Float(_) => None,
        }
    }

    /// How two numbers compare; nothing where one is not a number (NaN).
    pub fn compare(self, other: Number<'_>) -> Option<Ordering> {
        match (self, other) {
            (Self::Int(a), Number::Int(b)) => Some(a.cmp(&b)),
            (Self::Float(a), Number::Float(b)) => a.partial_cmp(&b),
            (Self::Int(a), Number::Float(b)) => int_and_float(a, b),
            (Self::Float(a), Number::Int(b)) => int_and_float(b, a).map(Ordering::reverse),
            (Self::Big(a), Number::Big(b)) => Some(a.cmp(b)),
            (Self::Big(a), Number::Int(_)) => Some(if a.is_negative() { Ordering::Less } else { Ordering::Greater }),
            (Self::Int(_), Number::Big(b)) => Some(if b.is_negative() { Ordering::Greater } else { Ordering::Less }),
            (Self::Big(a), Number::Float(b)) => big_and_float(a, b),
            (Self::Float(a), Number::Big(b)) => big_and_float(b, a).map(Ordering::reverse),
        }
    }
}

/// Exact also where the integer has more digits than a double.
fn int_and_float(a: i64, b: f64) -> Option<Ordering> {
    #[expect(clippy::cast_precision_loss, reason = "ties are settled below")]
    let rough = (a as f64).partial_cmp(&b)?;
    if rough != Ordering::Equal {
        return Some(rough);
    }
    #[expect(clippy::cast_possible_truncation, reason = "b equals an i64 rounded to a double")]
    let whole = b as i128;
    Some(i128::from(a).cmp(&whole))
}

/// Exact, so that all numbers together have one order: rounded to doubles, different integers equal the same one.
fn big_and_float(a: &BigInt, b: f64) -> Option<Ordering> {
    match BigInt::from_f64(b) {
        // The fraction that this cuts off matters to no integer beyond 64 bits.
        Some(whole) => Some(a.cmp(&whole)),
        None => 0.0.partial_cmp(&b),
    }
}

/// Whether two numbers are equal by value.
pub(super) fn equal(a: &Value, b: &Value) -> bool {
    match (Number::of(a), Number::of(b)) {
        (Some(a), Some(b)) => a.compare(b) == Some(Ordering::Equal),
        _ => false,
    }
}

/// The value of an integer, in 64 bits where it fits.
pub(super) fn normal(n: BigInt) -> Value {
    n.to_i64().map_or_else(|| Value::Big(Arc::new(n)), Value::Int)
}

fn bounded(n: BigInt) -> Result<Value> {
    if n.bits() > MAX_BITS {
        return Err(limit(LimitKind::IntegerBits, MAX_BITS, n.bits()));
    }
    Ok(normal(n))
}

/// `+ - * /`, `quot`, `rem`, `mod`.
pub mod arithmetic {
    use super::{
        BigInt, Expected, Fault, LimitKind, MAX_BITS, Number, Result, Signed, Value, Zero, bounded, limit, normal,
        type_error,
    };

    fn numbers<'a>(name: &'static str, a: &'a Value, b: &'a Value) -> Result<(Number<'a>, Number<'a>)> {
        match (Number::of(a), Number::of(b)) {
            (Some(a), Some(b)) => Ok((a, b)),
            (Some(_), None) => Err(type_error(name, Expected::NUMBERS, b)),
            (None, _) => Err(type_error(name, Expected::NUMBERS, a)),
        }
    }

    /// How two numbers compare; nothing where one of them is NaN.
    ///
    /// # Errors
    /// What is no number.
    pub fn ordering(name: &'static str, a: &Value, b: &Value) -> Result<Option<std::cmp::Ordering>> {
        let (a, b) = numbers(name, a, b)?;
        Ok(a.compare(b))
    }

    fn bigs(a: Number<'_>, b: Number<'_>) -> Option<(BigInt, BigInt)> {
        a.to_big().zip(b.to_big())
    }

    macro_rules! operation {
        ($(#[$doc:meta])* $name:ident, $text:literal, $checked:ident, $op:tt) => {
            $(#[$doc])*
            ///
            /// # Errors
            /// What is no number; an integer beyond the limit.
            #[inline]
            pub fn $name(a: &Value, b: &Value) -> Result<Value> {
                if let (Value::Int(a), Value::Int(b)) = (a, b)
                    && let Some(n) = a.$checked(*b)
                {
                    return Ok(Value::Int(n));
                }
                let (a, b) = numbers($text, a, b)?;
                match bigs(a, b) {
                    Some((a, b)) if a.bits().saturating_add(b.bits()) > MAX_BITS.saturating_mul(2) => {
                        Err(limit(LimitKind::IntegerBits, MAX_BITS, a.bits().saturating_add(b.bits())))
                    }
                    #[expect(clippy::arithmetic_side_effects, reason = "big integers grow")]
                    Some((a, b)) => bounded(a $op b),
                    None => Ok(Value::from(a.to_f64() $op b.to_f64())),
                }
            }
        };
    }

    operation! {
        /// The sum.
        add, "+", checked_add, +
    }
    operation! {
        /// The difference.
        subtract, "-", checked_sub, -
    }
    operation! {
        /// The product.
        multiply, "*", checked_mul, *
    }

    fn by_zero() -> Box<super::super::Raise> {
        Fault::value("Divide by zero").class("ArithmeticException").into()
    }

    /// The quotient: an integer where it comes out even, else a double.
    ///
    /// # Errors
    /// What is no number; an integer divided by zero.
    pub fn divide(a: &Value, b: &Value) -> Result<Value> {
        let (a, b) = numbers("/", a, b)?;
        match bigs(a, b) {
            Some((_, b)) if b.is_zero() => Err(by_zero()),
            #[expect(clippy::arithmetic_side_effects, reason = "b is not zero")]
            Some((a, b)) => match (&a % &b).is_zero() {
                true => Ok(normal(a / b)),
                false => Ok(Value::from(Number::Big(&a).to_f64() / Number::Big(&b).to_f64())),
            },
            None if matches!(b, Number::Int(0)) => Err(by_zero()),
            None => Ok(Value::from(a.to_f64() / b.to_f64())),
        }
    }

    fn division(
        name: &'static str,
        a: &Value,
        b: &Value,
        whole: impl Fn(BigInt, BigInt) -> BigInt,
        float: impl Fn(f64, f64) -> f64,
    ) -> Result<Value> {
        let (a, b) = numbers(name, a, b)?;
        match bigs(a, b) {
            Some((_, b)) if b.is_zero() => Err(by_zero()),
            Some((a, b)) => Ok(normal(whole(a, b))),
            None if b.to_f64() == 0.0 => Err(by_zero()),
            None => {
                let result = float(a.to_f64(), b.to_f64());
                if !a.to_f64().is_finite() || b.to_f64().is_nan() {
                    return Err(Fault::value("Infinite or NaN").class("NumberFormatException").into());
                }
                Ok(Value::from(result))
            }
        }
    }

    /// The quotient without its fraction.
    ///
    /// # Errors
    /// What is no number; division by zero.
    #[expect(clippy::arithmetic_side_effects, reason = "the divisor is not zero")]
    pub fn quotient(a: &Value, b: &Value) -> Result<Value> {
        if let (Value::Int(a), Value::Int(b)) = (a, b)
            && let Some(n) = a.checked_div(*b)
        {
            return Ok(Value::Int(n));
        }
        division("quot", a, b, |a, b| a / b, |a, b| (a / b).trunc())
    }

    /// What is left of the quotient, with the sign of the dividend.
    ///
    /// # Errors
    /// What is no number; division by zero.
    #[expect(clippy::arithmetic_side_effects, reason = "the divisor is not zero")]
    pub fn remainder(a: &Value, b: &Value) -> Result<Value> {
        if let (Value::Int(a), Value::Int(b)) = (a, b)
            && let Some(n) = a.checked_rem(*b)
        {
            return Ok(Value::Int(n));
        }
        division("rem", a, b, |a, b| a % b, |a, b| a - b * (a / b).trunc())
    }

    /// What is left of the quotient, with the sign of the divisor.
    ///
    /// # Errors
    /// What is no number; division by zero.
    pub fn modulo(a: &Value, b: &Value) -> Result<Value> {
        let rest = remainder(a, b).map_err(|raise| raise.said_of("mod"))?;
        let negative = |value: &Value| match Number::of(value) {
            Some(Number::Int(n)) => n < 0,
            Some(Number::Float(x)) => x < 0.0,
            Some(Number::Big(n)) => n.is_negative(),
            None => false,
        };
        let zero = super::equal(&rest, &Value::Int(0));
        if zero || negative(&rest) == negative(b) { Ok(rest) } else { add(&rest, b) }
    }

    /// The number with its sign turned.
    ///
    /// # Errors
    /// What is no number.
    pub fn negate(a: &Value) -> Result<Value> {
        match a {
            Value::Float(x) => Ok(Value::from(-x.get())),
            other => subtract(&Value::Int(0), other),
        }
    }
}

/// A double as Clojure prints it: `1.0`, `1.0E10`, `##Inf`.
pub(super) fn float_text(x: f64, readable: bool) -> String {
    if x.is_nan() {
        return if readable { "##NaN" } else { "NaN" }.into();
    }
    if x.is_infinite() {
        return match (x > 0.0, readable) {
            (true, true) => "##Inf",
            (false, true) => "##-Inf",
            (true, false) => "Infinity",
            (false, false) => "-Infinity",
        }
        .into();
    }
    let size = x.abs();
    if x == 0.0 || (1e-3..1e7).contains(&size) {
        let text = format!("{x}");
        return if text.contains('.') { text } else { text + ".0" };
    }
    let text = format!("{x:E}");
    match text.split_once('E') {
        // Java writes two digits at least, and of all that read back as the number those that are nearest to it.
        Some((digits, _)) if !digits.contains('.') => format!("{x:.1E}"),
        _ => text,
    }
}
