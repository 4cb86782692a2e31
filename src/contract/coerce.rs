//! Which scalar passes for which: strictly for what tools give, gently for what models pass.
//!
//! A coercion loses nothing: the text of a number becomes the number only if no digit is lost on the way.

use num_traits::ToPrimitive;

use super::{Choice, Type};
use crate::lisp::value::{BigInt, Value, key_from_json};

/// The longest text that is looked at as a number.
const LONGEST_NUMBER: usize = 400;

/// Below this every whole double stands for one integer only: 2^53 itself stands for the next integer, too.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// How a value fits a type.
pub(super) enum Fit {
    /// As it is.
    AsIs,
    /// As this, which is the same to everybody: an integer where a float is wanted.
    Quietly(Value),
    /// As this, which its sender should hear of.
    Coerced(Value),
    /// Not at all.
    Wrong,
}

/// Whether a value is of a scalar type, to the letter.
///
/// Data from JSON has no keywords, so the string of a choice is that choice.
pub(super) fn strict(kind: &Type, value: &Value) -> bool {
    match kind {
        Type::String => matches!(value, Value::Text(_)),
        Type::Int => matches!(value, Value::Int(_) | Value::Big(_)),
        Type::Float => match value {
            Value::Float(x) => x.get().is_finite(),
            other => matches!(other, Value::Int(_) | Value::Big(_)),
        },
        Type::Bool => matches!(value, Value::Bool(_)),
        Type::Keyword => matches!(value, Value::Keyword(_)),
        Type::Map => matches!(value, Value::Map(_)),
        Type::Enum(choices) => choices.iter().any(|choice| match (choice, value) {
            (Choice::Keyword(name), Value::Keyword(keyword)) => keyword.as_str() == name,
            (Choice::Keyword(name) | Choice::Text(name), Value::Text(text)) => text.as_str() == name,
            (Choice::Keyword(_) | Choice::Text(_), _) => false,
        }),
        Type::Any | Type::List(_) | Type::Record(_) | Type::Dict(_) | Type::Optional(_) => true,
    }
}

/// How a value fits a scalar type, or what it can be read as without guessing.
pub(super) fn gentle(kind: &Type, value: &Value) -> Fit {
    let read = match (kind, value) {
        (Type::Enum(choices), Value::Keyword(_) | Value::Text(_)) => return spelt(choices, value),
        (Type::Float, Value::Int(n)) => return exact_float(*n).map_or(Fit::AsIs, |x| Fit::Quietly(Value::from(x))),
        (kind, value) if strict(kind, value) => return Fit::AsIs,
        (Type::Int, Value::Text(text)) => integer(text.as_str()),
        (Type::Int, Value::Float(x)) => whole(x.get()).map(Value::Int),
        (Type::Float, Value::Text(text)) => float(text.as_str()).map(Value::from),
        (Type::Bool, Value::Text(text)) => match text.as_str() {
            "true" => Some(Value::from(true)),
            "false" => Some(Value::from(false)),
            _ => None,
        },
        (Type::Keyword, Value::Text(text)) => {
            // Only what can be written as a keyword becomes one.
            Some(key_from_json(text.as_str())).filter(|key| matches!(key, Value::Keyword(_)))
        }
        (Type::String, Value::Keyword(keyword)) => Some(Value::text(keyword.as_str())),
        _ => None,
    };
    read.map_or(Fit::Wrong, Fit::Coerced)
}

/// The choice of this name, as the contract spells it.
fn spelt(choices: &[Choice], value: &Value) -> Fit {
    let named = || choices.iter().filter(|choice| Some(choice.name()) == value.as_name());
    match named().map(Choice::value).find(|choice| choice == value).or_else(|| named().map(Choice::value).next()) {
        Some(choice) if choice == *value => Fit::AsIs,
        Some(choice) => Fit::Coerced(choice),
        None => Fit::Wrong,
    }
}

/// The integer that a text writes just as it would be printed: no sign of plus, no zeros before it, no blanks.
fn integer(text: &str) -> Option<Value> {
    let number: BigInt = Some(text).filter(|text| text.len() <= LONGEST_NUMBER)?.parse().ok()?;
    (number.to_string() == text).then(|| Value::from(number))
}

/// The float that a text writes as JSON writes numbers, if the float keeps all its digits.
fn float(text: &str) -> Option<f64> {
    if text.len() > LONGEST_NUMBER || !is_number(text) {
        return None;
    }
    // What is too large to be one has become infinite, which has no digits.
    let x: f64 = text.parse().ok()?;
    (digits(text) == digits(&format!("{x:e}"))).then_some(x)
}

/// Whether the text is a number as JSON writes them.
fn is_number(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (number, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((number, exponent)) => (number, Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))),
        None => (unsigned, None),
    };
    let (whole, fraction) = match number.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (number, None),
    };
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(digits)
}

/// The digits that matter: neither the point, nor the exponent, nor zeros at the ends.
fn digits(number: &str) -> String {
    let mantissa = number.split(['e', 'E']).next().unwrap_or(number);
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    digits.trim_matches('0').into()
}

/// The integer that a float is, where no other one would be the same float.
fn whole(x: f64) -> Option<i64> {
    (x.abs() < EXACT && x.fract() == 0.0).then(|| x.to_i64()).flatten()
}

/// The float of an integer, if there is one that no other integer has.
fn exact_float(n: i64) -> Option<f64> {
    n.to_f64().filter(|x| x.abs() < EXACT)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reads(kind: Type, value: impl Into<Value>) -> String {
        match gentle(&kind, &value.into()) {
            Fit::AsIs => "as is".into(),
            Fit::Quietly(value) => format!("quietly {value}"),
            Fit::Coerced(value) => value.to_string(),
            Fit::Wrong => "wrong".into(),
        }
    }

    #[test]
    fn texts_become_integers_only_when_nothing_is_lost() {
        for text in ["42", "0", "-7", "9223372036854775807"] {
            assert_eq!(reads(Type::Int, text), text);
        }
        assert_eq!(reads(Type::Int, "9223372036854775808"), "9223372036854775808N");
        let not = ["3.14abc", "42.0", "0x2A", " 42", "42 ", "1e3", "+1", "007", "-0", "1_000", "", "-", "٣", "NaN"];
        for text in not {
            assert_eq!(reads(Type::Int, text), "wrong", "{text}");
        }
        assert_eq!(reads(Type::Int, "1".repeat(5000)), "wrong");
    }

    #[test]
    fn texts_become_floats_only_when_nothing_is_lost() {
        let table = [("3.5", "3.5"), ("3", "3.0"), ("0.1", "0.1"), ("-2.50", "-2.5"), ("1e3", "1000.0"), ("0", "0.0")];
        for (text, float) in table {
            assert_eq!(reads(Type::Float, text), float);
        }
        let not = "3.14abc 9007199254740993 1e400 1e-400 .5 5. inf NaN infinity 0x1p3 - +1.5 007 00.5 -01 1e 1e+ 1e5e5";
        for text in not.split(' ').chain([" 1.5", ""]) {
            assert_eq!(reads(Type::Float, text), "wrong", "{text}");
        }
        assert_eq!(reads(Type::Float, format!("1.{}", "0".repeat(5000))), "wrong");
    }

    #[test]
    fn numbers_of_the_other_kind() {
        assert_eq!(reads(Type::Int, 42.0), "42");
        assert_eq!(reads(Type::Int, 42.5), "wrong");
        assert_eq!(reads(Type::Int, 1e300), "wrong");
        assert_eq!(reads(Type::Int, 9_007_199_254_740_991.0), "9007199254740991");
        assert_eq!(reads(Type::Int, 9_007_199_254_740_992.0), "wrong", "it may have been …993");
        assert_eq!(reads(Type::Int, -1e17), "wrong");
        assert_eq!(reads(Type::Int, f64::NAN), "wrong");
        assert_eq!(reads(Type::Float, 1_i64), "quietly 1.0");
        assert_eq!(reads(Type::Float, 9_007_199_254_740_991_i64), "quietly 9.007199254740991E15");
        assert_eq!(reads(Type::Float, 9_007_199_254_740_993_i64), "as is", "the float would be …992");
        assert_eq!(reads(Type::Float, i64::MAX), "as is");
        assert_eq!(reads(Type::Float, f64::INFINITY), "wrong");
        assert_eq!(reads(Type::Bool, 1_i64), "wrong");
        assert_eq!(reads(Type::String, 1_i64), "wrong");
    }

    #[test]
    fn names() {
        assert_eq!(reads(Type::Keyword, "abc"), ":abc");
        assert_eq!(reads(Type::Keyword, "a b"), "wrong");
        assert_eq!(reads(Type::Keyword, ""), "wrong");
        assert_eq!(reads(Type::Keyword, true), "wrong");
        assert_eq!(reads(Type::String, Value::keyword("abc")), "\"abc\"");
        assert_eq!(reads(Type::String, Value::Nil), "wrong");
        assert_eq!(reads(Type::Bool, "true"), "true");
        assert_eq!(reads(Type::Bool, "false"), "false");
        assert_eq!(reads(Type::Bool, "True"), "wrong");
        assert_eq!(reads(Type::keywords(["low"]), "low"), ":low");
        assert_eq!(reads(Type::strings(["low"]), Value::keyword("low")), "\"low\"");
        assert_eq!(reads(Type::keywords(["low"]), Value::keyword("low")), "as is");
        assert_eq!(reads(Type::keywords(["low"]), "high"), "wrong");
        let both = Type::Enum(vec![Choice::Keyword("low".into()), Choice::Text("low".into())]);
        assert_eq!(reads(both.clone(), "low"), "as is");
        assert_eq!(reads(both, Value::keyword("low")), "as is");
    }
}
