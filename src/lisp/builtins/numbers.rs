//! Numbers: arithmetic and comparison.

use super::builtins;
use crate::lisp::ops::number::absolute;
use crate::lisp::value::{Args, Context, Expected, Number, Result, Value, arithmetic, equal_as_made, type_error};
use std::cmp::Ordering;

/// Whether every neighbouring pair holds.
fn chain(
    cx: &mut dyn Context,
    first: Value,
    rest: Args,
    mut holds: impl FnMut(&mut dyn Context, &Value, &Value) -> Result<bool>,
) -> Result<Value> {
    let mut last = first;
    for next in rest {
        cx.spend(1)?;
        if !holds(cx, &last, &next)? {
            return Ok(Value::from(false));
        }
        last = next;
    }
    Ok(Value::from(true))
}

fn compared(name: &'static str, a: &Value, b: &Value, wanted: fn(Ordering) -> bool) -> Result<bool> {
    Ok(arithmetic::ordering(name, a, b)?.is_some_and(wanted))
}

/// The only argument of `max` or `min`, whatever it is; but a collection is a mistake.
fn only(name: &'static str, value: Value) -> Result<Value> {
    match value {
        Value::Vector(_) | Value::Seq(_) | Value::Lazy(_) | Value::Set(_) | Value::Map(_) => {
            Err(type_error(name, Expected::NUMBERS, &value))
        }
        other => Ok(other),
    }
}

/// A single argument of a comparison must be a number, too.
fn number(name: &'static str, value: Value) -> Result<Value> {
    if Number::of(&value).is_some() { Ok(value) } else { Err(type_error(name, Expected::NUMBERS, &value)) }
}

fn fold(
    cx: &mut dyn Context,
    first: Value,
    rest: Args,
    operation: fn(&Value, &Value) -> Result<Value>,
) -> Result<Value> {
    let mut total = first;
    for next in rest {
        cx.spend(total.weight())?;
        total = operation(&total, &next)?;
    }
    Ok(total)
}

/// The greater or smaller of two; NaN wins, as in Clojure.
fn pick(name: &'static str, a: Value, b: Value, wanted: Ordering) -> Result<Value> {
    let (Some(x), Some(y)) = (Number::of(&a), Number::of(&b)) else {
        let wrong = if Number::of(&a).is_none() { &a } else { &b };
        return Err(type_error(name, Expected::NUMBERS, wrong));
    };
    Ok(match x.compare(y) {
        Some(order) if order == wanted => a,
        Some(_) => b,
        None if x.to_f64().is_nan() => a,
        None => b,
    })
}

builtins! { Numbers;
    /// The sum of the numbers; 0 without any. Integers grow instead of overflowing.
    /// (+ 1 2 3)
    /// ;=> 6
    /// (+ 1 "2")
    /// ;! 1:1 type-error: + needs numbers, got the string "2"
    /// ;? (parse-long "2") reads it as one
    "+" => "number" by Arithmetic (_cx) => { Ok(Value::Int(0)) }
        (_cx, a: Value) => { number("+", a) }
        (_cx, a: Value, b: Value) => { arithmetic::add(&a, &b) }
        (cx, a: Value, b: Value; more) => {
            let sum = arithmetic::add(&a, &b)?;
            fold(cx, sum, more, arithmetic::add)
        }

    /// The first number less the others; its negation if it stands alone.
    /// (- 10 1 2)
    /// ;=> 7
    /// (- 5)
    /// ;=> -5
    "-" => "number" by Arithmetic (_cx, a: Value) => { arithmetic::negate(&a) }
        (_cx, a: Value, b: Value) => { arithmetic::subtract(&a, &b) }
        (cx, a: Value, b: Value; more) => {
            let rest = arithmetic::subtract(&a, &b)?;
            fold(cx, rest, more, arithmetic::subtract)
        }

    /// The product of the numbers; 1 without any.
    /// (* 2 3 4)
    /// ;=> 24
    "*" => "number" by Arithmetic (_cx) => { Ok(Value::Int(1)) }
        (_cx, a: Value) => { number("*", a) }
        (cx, a: Value, b: Value) => {
            cx.spend(a.weight().saturating_mul(b.weight()) / 64)?;
            arithmetic::multiply(&a, &b)
        }
        (cx, a: Value, b: Value; more) => {
            let product = arithmetic::multiply(&a, &b)?;
            fold(cx, product, more, arithmetic::multiply)
        }

    /// The first number divided by the others: an integer where it comes out even, else a float.
    /// (/ 6 2)
    /// ;=> 3
    /// (/ 7 2)
    /// ;=> 3.5
    /// (/ 1 0)
    /// ;! 1:1 value-error: Divide by zero
    "/" => "number" by Arithmetic (_cx, a: Value) => { arithmetic::divide(&Value::Int(1), &a) }
        (_cx, a: Value, b: Value) => { arithmetic::divide(&a, &b) }
        (cx, a: Value, b: Value; more) => {
            let quotient = arithmetic::divide(&a, &b)?;
            fold(cx, quotient, more, arithmetic::divide)
        }

    /// The quotient without its fraction.
    /// (quot 7 2)
    /// ;=> 3
    "quot" => "number" by Arithmetic (_cx, a: Value, b: Value) => { arithmetic::quotient(&a, &b) }

    /// What is left of the quotient, with the sign of the dividend.
    /// (rem -7 2)
    /// ;=> -1
    "rem" => "number" by Arithmetic (_cx, a: Value, b: Value) => { arithmetic::remainder(&a, &b) }

    /// What is left of the quotient, with the sign of the divisor.
    /// (mod -7 2)
    /// ;=> 1
    "mod" => "number" by Arithmetic (_cx, a: Value, b: Value) => { arithmetic::modulo(&a, &b) }

    /// The number plus one.
    /// (inc 1)
    /// ;=> 2
    "inc" => "number" by Arithmetic
        (_cx, n: Value) => { arithmetic::add(&n, &Value::Int(1)).map_err(|raise| raise.said_of("inc")) }

    /// The number less one.
    /// (dec 1)
    /// ;=> 0
    "dec" => "number" by Arithmetic
        (_cx, n: Value) => { arithmetic::subtract(&n, &Value::Int(1)).map_err(|raise| raise.said_of("dec")) }

    /// The sum of the numbers, as + gives it.
    /// (+' 9223372036854775807 1)
    /// ;=> 9223372036854775808N
    "+'" = "+"

    /// The first number less the others, as - gives it.
    /// (-' -9223372036854775808 1)
    /// ;=> -9223372036854775809N
    "-'" = "-"

    /// The product of the numbers, as * gives it.
    /// (*' 9223372036854775807 2)
    /// ;=> 18446744073709551614N
    "*'" = "*"

    /// The number plus one, as inc gives it.
    /// (inc' 9223372036854775807)
    /// ;=> 9223372036854775808N
    "inc'" = "inc"

    /// The number less one, as dec gives it.
    /// (dec' -9223372036854775808)
    /// ;=> -9223372036854775809N
    "dec'" = "dec"

    /// The number without its sign.
    /// (abs -5)
    /// ;=> 5
    "abs" => "number" (_cx, n: Value) => { absolute("abs", n) }

    /// The number without its sign.
    /// (Math/abs -2.5)
    /// ;=> 2.5
    "Math/abs" => "number" (_cx, n: Value) => { absolute("Math/abs", n) }

    /// The greater of two numbers.
    /// (Math/max 1 2)
    /// ;=> 2
    "Math/max" => "number" (_cx, a: Value, b: Value) => { pick("Math/max", a, b, Ordering::Greater) }

    /// The lesser of two numbers.
    /// (Math/min 1 2)
    /// ;=> 1
    "Math/min" => "number" (_cx, a: Value, b: Value) => { pick("Math/min", a, b, Ordering::Less) }

    /// Whether each number is less than the next.
    /// (< 1 2 3)
    /// ;=> true
    "<" => "bool" (_cx, _a: Value) => { Ok(Value::from(true)) }
        (_cx, a: Value, b: Value) => { compared("<", &a, &b, Ordering::is_lt).map(Value::from) }
        (cx, a: Value, b: Value; more) => {
            let rest = std::iter::once(b).chain(more).collect();
            chain(cx, a, rest, |_, a, b| compared("<", a, b, Ordering::is_lt))
        }

    /// Whether each number is greater than the next.
    /// (> 3 2 1)
    /// ;=> true
    ">" => "bool" (_cx, _a: Value) => { Ok(Value::from(true)) }
        (_cx, a: Value, b: Value) => { compared(">", &a, &b, Ordering::is_gt).map(Value::from) }
        (cx, a: Value, b: Value; more) => {
            let rest = std::iter::once(b).chain(more).collect();
            chain(cx, a, rest, |_, a, b| compared(">", a, b, Ordering::is_gt))
        }

    /// Whether no number is greater than the next.
    /// (<= 1 1 2)
    /// ;=> true
    "<=" => "bool" (_cx, _a: Value) => { Ok(Value::from(true)) }
        (_cx, a: Value, b: Value) => { compared("<=", &a, &b, Ordering::is_le).map(Value::from) }
        (cx, a: Value, b: Value; more) => {
            let rest = std::iter::once(b).chain(more).collect();
            chain(cx, a, rest, |_, a, b| compared("<=", a, b, Ordering::is_le))
        }

    /// Whether no number is less than the next.
    /// (>= 2 1 1)
    /// ;=> true
    ">=" => "bool" (_cx, _a: Value) => { Ok(Value::from(true)) }
        (_cx, a: Value, b: Value) => { compared(">=", &a, &b, Ordering::is_ge).map(Value::from) }
        (cx, a: Value, b: Value; more) => {
            let rest = std::iter::once(b).chain(more).collect();
            chain(cx, a, rest, |_, a, b| compared(">=", a, b, Ordering::is_ge))
        }

    /// Whether the numbers are equal.
    /// (== 1 1.0)
    /// ;=> true
    "==" => "bool" (_cx, _a: Value) => { Ok(Value::from(true)) }
        (_cx, a: Value, b: Value) => { compared("==", &a, &b, Ordering::is_eq).map(Value::from) }
        (cx, a: Value, b: Value; more) => {
            let rest = std::iter::once(b).chain(more).collect();
            chain(cx, a, rest, |_, a, b| compared("==", a, b, Ordering::is_eq))
        }

    /// Whether the values are equal. Numbers compare by value, sequences and vectors by their items.
    /// (= [1 2] '(1 2))
    /// ;=> true
    /// (= 1 1.0)
    /// ;=> true
    "=" => "bool" (_cx, _a: Value) => { Ok(Value::from(true)) }
        (cx, a: Value, b: Value) => { equal_as_made(cx, &a, &b).map(Value::from) }
        (cx, a: Value, b: Value; more) => {
            let rest = std::iter::once(b).chain(more).collect();
            chain(cx, a, rest, equal_as_made)
        }

    /// Whether the values are not all equal.
    /// (not= 1 2)
    /// ;=> true
    "not=" => "bool" (_cx, _a: Value) => { Ok(Value::from(false)) }
        (cx, a: Value, b: Value) => { equal_as_made(cx, &a, &b).map(|same| Value::from(!same)) }
        (cx, a: Value, b: Value; more) => {
            let rest = std::iter::once(b).chain(more).collect();
            chain(cx, a, rest, equal_as_made).map(|same| Value::from(!same.is_truthy()))
        }

    /// The greatest of the numbers. For a collection write (apply max coll).
    /// (max 1 3 2)
    /// ;=> 3
    "max" => "any any… -> number" (_cx, a: Value) => { only("max", a) }
        (_cx, a: Value, b: Value) => { pick("max", a, b, Ordering::Greater) }
        (cx, a: Value, b: Value; more) => {
            let mut most = pick("max", a, b, Ordering::Greater)?;
            for next in more {
                cx.spend(1)?;
                most = pick("max", most, next, Ordering::Greater)?;
            }
            Ok(most)
        }

    /// The least of the numbers. For a collection write (apply min coll).
    /// (min 3 1 2)
    /// ;=> 1
    "min" => "any any… -> number" (_cx, a: Value) => { only("min", a) }
        (_cx, a: Value, b: Value) => { pick("min", a, b, Ordering::Less) }
        (cx, a: Value, b: Value; more) => {
            let mut least = pick("min", a, b, Ordering::Less)?;
            for next in more {
                cx.spend(1)?;
                least = pick("min", least, next, Ordering::Less)?;
            }
            Ok(least)
        }
}
