//! Functions of floats, under the names of `java.lang.Math` and of `clojure.math`.

use crate::lisp::ops::number::scaled;
use crate::lisp::value::{Builtin, Fault, Gives, Raise, Theme, Value};

/// Declares functions that have two names. The type says what an argument is read as; the value becomes one by itself.
macro_rules! math {
    ($($(#[doc = $doc:literal])* $java:literal $clojure:literal ($($arg:ident: $type:ty),*) $body:block)*) => {
        /// The builtins of this theme.
        pub(super) static BUILTINS: [Builtin; 2 * [$($java),*].len()] = [$(
            math!(row $java [$($doc),*] ($($arg: $type),*) $body),
            math!(row $clojure [$($doc),*] ($($arg: $type),*) $body),
        )*];
    };
    (row $name:literal [$($doc:literal),*] ($($arg:ident: $type:ty),*) $body:block) => {
        Builtin {
            name: $name,
            theme: Theme::Numbers,
            doc: &[$($doc),*],
            gives: Gives::new("number", None),
            hint: None,
            alias_of: None,
            clauses: &[crate::lisp::value::Clause {
                params: &[$(stringify!($arg)),*],
                variadic: false,
                code: super::clause!($name, _cx, ($($arg: $type),*), (), { Ok(Value::from($body)) }),
            }],
        }
    };
}

fn overflow() -> Box<Raise> {
    Fault::value("long overflow").class("ArithmeticException").into()
}

fn by_zero() -> Box<Raise> {
    Fault::value("/ by zero").class("ArithmeticException").into()
}

/// The quotient rounded down, and what is left of it; nothing where the divisor is 0.
fn divided(x: i64, y: i64) -> Option<(i64, i64)> {
    let (quotient, rest) = (x.checked_div(y)?, x.checked_rem(y)?);
    let below = rest != 0 && (rest < 0) != (y < 0);
    Some(if below { (quotient.wrapping_sub(1), rest.wrapping_add(y)) } else { (quotient, rest) })
}

/// The nearest integer; a half goes up. Beyond 64 bits it stays at the bounds.
#[expect(clippy::cast_possible_truncation, reason = "what Java does: it stays at the bounds, and NaN is 0")]
fn rounded(x: f64) -> i64 {
    let below = x.floor();
    (if x - below >= 0.5 { below + 1.0 } else { below }) as i64
}

fn power(x: f64, y: f64) -> f64 {
    // In C these are 1.
    if y.is_nan() || (x.abs() == 1.0 && y.is_infinite()) { f64::NAN } else { x.powf(y) }
}

/// The exponent of the power of two in a float.
fn exponent(x: f64) -> i64 {
    let bits = x.to_bits().wrapping_shr(52) & 0x7ff;
    i64::try_from(bits).unwrap_or(0).saturating_sub(1023)
}

/// The distance to the next float.
fn ulp(x: f64) -> f64 {
    let size = x.abs();
    if !size.is_finite() {
        size
    } else if size == f64::MAX {
        size - size.next_down()
    } else {
        size.next_up() - size
    }
}

/// What is left of `x` after the nearest multiple of `y`, as IEEE 754 has it: of two as near the even one.
fn ieee_remainder(x: f64, y: f64) -> f64 {
    if x.is_nan() || y.is_nan() || x.is_infinite() || y == 0.0 {
        return f64::NAN;
    }
    let y = y.abs();
    let twice = y + y;
    let mut rest = if twice.is_finite() { x.abs() % twice } else { x.abs() };
    if y < 1e-300 {
        // Half of it might not be exact.
        if rest + rest > y {
            rest -= y;
            if rest + rest >= y {
                rest -= y;
            }
        }
    } else if rest > y * 0.5 {
        rest -= y;
        if rest >= y * 0.5 {
            rest -= y;
        }
    }
    rest * 1.0_f64.copysign(x)
}

fn next_after(from: f64, towards: f64) -> f64 {
    match from.partial_cmp(&towards) {
        Some(std::cmp::Ordering::Less) => from.next_up(),
        Some(std::cmp::Ordering::Greater) => from.next_down(),
        Some(std::cmp::Ordering::Equal) => towards,
        None => f64::NAN,
    }
}

math! {
    /// The square root; NaN of a negative number.
    /// (Math/sqrt 9)
    /// ;=> 3.0
    "Math/sqrt" "clojure.math/sqrt" (x: f64) { x.sqrt() }

    /// The cube root.
    /// (Math/cbrt 27)
    /// ;=> 3.0
    "Math/cbrt" "clojure.math/cbrt" (x: f64) { x.cbrt() }

    /// The first number to the power of the second.
    /// (Math/pow 2 10)
    /// ;=> 1024.0
    /// (long (Math/pow 2 10))
    /// ;=> 1024
    "Math/pow" "clojure.math/pow" (x: f64, y: f64) { power(x, y) }

    /// The greatest whole number that is not greater, as a float.
    /// (Math/floor -2.5)
    /// ;=> -3.0
    "Math/floor" "clojure.math/floor" (x: f64) { x.floor() }

    /// The least whole number that is not less, as a float.
    /// (Math/ceil 2.1)
    /// ;=> 3.0
    "Math/ceil" "clojure.math/ceil" (x: f64) { x.ceil() }

    /// The nearest integer; a half goes up.
    /// (Math/round 2.5)
    /// ;=> 3
    /// (/ (Math/round (* 3.14159 100)) 100.0)
    /// ;=> 3.14
    "Math/round" "clojure.math/round" (x: f64) { rounded(x) }

    /// The nearest whole number as a float; a half goes to the even one.
    /// (Math/rint 2.5)
    /// ;=> 2.0
    "Math/rint" "clojure.math/rint" (x: f64) { x.round_ties_even() }

    /// -1.0, 0.0 or 1.0 as the number is negative, zero or positive.
    /// (Math/signum -5)
    /// ;=> -1.0
    "Math/signum" "clojure.math/signum" (x: f64) { if x == 0.0 || x.is_nan() { x } else { 1.0_f64.copysign(x) } }

    /// The number e to this power.
    /// (Math/exp 0)
    /// ;=> 1.0
    "Math/exp" "clojure.math/exp" (x: f64) { x.exp() }

    /// As exp less 1, exact also near 0.
    /// (Math/expm1 0)
    /// ;=> 0.0
    "Math/expm1" "clojure.math/expm1" (x: f64) { x.exp_m1() }

    /// The natural logarithm.
    /// (Math/log 1)
    /// ;=> 0.0
    "Math/log" "clojure.math/log" (x: f64) { x.ln() }

    /// The logarithm to the base 10.
    /// (Math/log10 1000)
    /// ;=> 3.0
    "Math/log10" "clojure.math/log10" (x: f64) { x.log10() }

    /// The natural logarithm of x plus 1, exact also near 0.
    /// (Math/log1p 0)
    /// ;=> 0.0
    "Math/log1p" "clojure.math/log1p" (x: f64) { x.ln_1p() }

    /// The sine of an angle in radians.
    /// (Math/sin 0)
    /// ;=> 0.0
    "Math/sin" "clojure.math/sin" (x: f64) { x.sin() }

    /// The cosine of an angle in radians.
    /// (Math/cos 0)
    /// ;=> 1.0
    "Math/cos" "clojure.math/cos" (x: f64) { x.cos() }

    /// The tangent of an angle in radians.
    /// (Math/tan 0)
    /// ;=> 0.0
    "Math/tan" "clojure.math/tan" (x: f64) { x.tan() }

    /// The angle in radians that has this sine.
    /// (Math/asin 0)
    /// ;=> 0.0
    "Math/asin" "clojure.math/asin" (x: f64) { x.asin() }

    /// The angle in radians that has this cosine.
    /// (Math/acos 1)
    /// ;=> 0.0
    "Math/acos" "clojure.math/acos" (x: f64) { x.acos() }

    /// The angle in radians that has this tangent.
    /// (Math/atan 0)
    /// ;=> 0.0
    "Math/atan" "clojure.math/atan" (x: f64) { x.atan() }

    /// The angle in radians of the point (x, y).
    /// (Math/atan2 0 1)
    /// ;=> 0.0
    "Math/atan2" "clojure.math/atan2" (y: f64, x: f64) { y.atan2(x) }

    /// The hyperbolic sine.
    /// (Math/sinh 0)
    /// ;=> 0.0
    "Math/sinh" "clojure.math/sinh" (x: f64) { x.sinh() }

    /// The hyperbolic cosine.
    /// (Math/cosh 0)
    /// ;=> 1.0
    "Math/cosh" "clojure.math/cosh" (x: f64) { x.cosh() }

    /// The hyperbolic tangent.
    /// (Math/tanh 0)
    /// ;=> 0.0
    "Math/tanh" "clojure.math/tanh" (x: f64) { x.tanh() }

    /// The length of the hypotenuse over two sides.
    /// (Math/hypot 3 4)
    /// ;=> 5.0
    "Math/hypot" "clojure.math/hypot" (x: f64, y: f64) { x.hypot(y) }

    /// An angle in degrees as radians.
    /// (Math/toRadians 180)
    /// ;=> 3.141592653589793
    "Math/toRadians" "clojure.math/to-radians" (degrees: f64) { degrees * 0.017_453_292_519_943_295 }

    /// An angle in radians as degrees.
    /// (Math/toDegrees Math/PI)
    /// ;=> 180.0
    "Math/toDegrees" "clojure.math/to-degrees" (radians: f64) { radians * 57.295_779_513_082_32 }

    /// What is left of x after the multiple of y that is nearest to it.
    /// (Math/IEEEremainder 5 3)
    /// ;=> -1.0
    "Math/IEEEremainder" "clojure.math/IEEE-remainder" (x: f64, y: f64) { ieee_remainder(x, y) }

    /// The number with the sign of another.
    /// (Math/copySign 1 -2)
    /// ;=> -1.0
    "Math/copySign" "clojure.math/copy-sign" (x: f64, sign: f64) { x.copysign(sign) }

    /// The power of two in a float.
    /// (Math/getExponent 1024.5)
    /// ;=> 10
    "Math/getExponent" "clojure.math/get-exponent" (x: f64) { exponent(x) }

    /// The distance from a float to the next one.
    /// (Math/ulp 1)
    /// ;=> 2.220446049250313E-16
    "Math/ulp" "clojure.math/ulp" (x: f64) { ulp(x) }

    /// The next float above.
    /// (Math/nextUp 1)
    /// ;=> 1.0000000000000002
    "Math/nextUp" "clojure.math/next-up" (x: f64) { x.next_up() }

    /// The next float below.
    /// (Math/nextDown 1)
    /// ;=> 0.9999999999999999
    "Math/nextDown" "clojure.math/next-down" (x: f64) { x.next_down() }

    /// The next float in the direction of another.
    /// (Math/nextAfter 1 2)
    /// ;=> 1.0000000000000002
    "Math/nextAfter" "clojure.math/next-after" (start: f64, direction: f64) { next_after(start, direction) }

    /// The number times a power of two.
    /// (Math/scalb 1.5 3)
    /// ;=> 12.0
    "Math/scalb" "clojure.math/scalb" (x: f64, power: i64) {
        scaled(x, i32::try_from(power.clamp(-2200, 2200)).unwrap_or(0))
    }

    /// The quotient rounded down.
    /// (Math/floorDiv -7 2)
    /// ;=> -4
    "Math/floorDiv" "clojure.math/floor-div" (x: i64, y: i64) {
        if y == -1 { x.wrapping_neg() } else { divided(x, y).ok_or_else(by_zero)?.0 }
    }

    /// What is left of the quotient rounded down: it has the sign of the divisor.
    /// (Math/floorMod -7 2)
    /// ;=> 1
    "Math/floorMod" "clojure.math/floor-mod" (x: i64, y: i64) {
        if y == -1 { 0 } else { divided(x, y).ok_or_else(by_zero)?.1 }
    }

    /// The sum of two integers; an error beyond 64 bits.
    /// (Math/addExact 1 2)
    /// ;=> 3
    "Math/addExact" "clojure.math/add-exact" (x: i64, y: i64) { x.checked_add(y).ok_or_else(overflow)? }

    /// The difference of two integers; an error beyond 64 bits.
    /// (Math/subtractExact 3 2)
    /// ;=> 1
    "Math/subtractExact" "clojure.math/subtract-exact" (x: i64, y: i64) { x.checked_sub(y).ok_or_else(overflow)? }

    /// The product of two integers; an error beyond 64 bits.
    /// (Math/multiplyExact 3 2)
    /// ;=> 6
    "Math/multiplyExact" "clojure.math/multiply-exact" (x: i64, y: i64) { x.checked_mul(y).ok_or_else(overflow)? }

    /// The integer plus one; an error beyond 64 bits.
    /// (Math/incrementExact 1)
    /// ;=> 2
    "Math/incrementExact" "clojure.math/increment-exact" (x: i64) { x.checked_add(1).ok_or_else(overflow)? }

    /// The integer less one; an error beyond 64 bits.
    /// (Math/decrementExact 1)
    /// ;=> 0
    "Math/decrementExact" "clojure.math/decrement-exact" (x: i64) { x.checked_sub(1).ok_or_else(overflow)? }

    /// The integer with its sign turned; an error beyond 64 bits.
    /// (Math/negateExact 5)
    /// ;=> -5
    "Math/negateExact" "clojure.math/negate-exact" (x: i64) { x.checked_neg().ok_or_else(overflow)? }
}
