//! Characters as Java classes them: `Character/isDigit` and its kin.

use super::builtins;
use crate::lisp::ops::text::{character, is_space};
use crate::lisp::value::{Context, FromValue, ParamRef, Result, Text, Value, value_error};
use std::sync::LazyLock;

/// A character or its code.
struct Char {
    char: char,
    /// Whether it was given as a code, and so is given back as one.
    code: bool,
}

impl FromValue for Char {
    fn from_value(value: Value, param: ParamRef) -> Result<Self> {
        character(param.name, &value).map(|char| Self { char, code: !matches!(value, Value::Text(_)) })
    }
}

impl Char {
    /// Another character, given in the same way.
    fn with(&self, mut cased: impl Iterator<Item = char>) -> Value {
        let first = cased.next().filter(|_| cased.next().is_none()).unwrap_or(self.char);
        if self.code { Value::Int(i64::from(u32::from(first))) } else { Text::from(first).into() }
    }
}

/// Whether a character beyond ASCII is of a class that Rust's library does not know.
fn is_of(class: &regex::Regex, c: char) -> bool {
    class.is_match(c.encode_utf8(&mut [0; 4]))
}

fn class(pattern: &str) -> Option<regex::Regex> {
    regex::Regex::new(pattern).ok()
}

fn is_digit(c: char) -> bool {
    static DIGITS: LazyLock<Option<regex::Regex>> = LazyLock::new(|| class(r"\p{Nd}"));
    if c.is_ascii() { c.is_ascii_digit() } else { DIGITS.as_ref().is_some_and(|digits| is_of(digits, c)) }
}

fn is_letter(c: char) -> bool {
    static LETTERS: LazyLock<Option<regex::Regex>> = LazyLock::new(|| class(r"\p{L}"));
    if c.is_ascii() { c.is_ascii_alphabetic() } else { LETTERS.as_ref().is_some_and(|letters| is_of(letters, c)) }
}

/// The value of a digit in a radix, or -1.
fn digit(c: char, radix: i64) -> i64 {
    match u32::try_from(radix) {
        Ok(radix @ 2..=36) => c.to_digit(radix).map_or(-1, i64::from),
        _ => -1,
    }
}

fn yes(cx: &mut dyn Context, answer: bool) -> Result<Value> {
    cx.spend(1)?;
    Ok(Value::from(answer))
}

builtins! { Java;
    /// Whether the character is a digit.
    /// (Character/isDigit \7)
    /// ;=> true
    "Character/isDigit" => "bool" (cx, c: Char) => { yes(cx, is_digit(c.char)) }

    /// Whether the character is a letter.
    /// (filter Character/isLetter "a1-b")
    /// ;=> ("a" "b")
    "Character/isLetter" => "bool" (cx, c: Char) => { yes(cx, is_letter(c.char)) }

    /// Whether the character is a letter or a digit.
    /// (Character/isLetterOrDigit \_)
    /// ;=> false
    "Character/isLetterOrDigit" => "bool" (cx, c: Char) => { yes(cx, is_letter(c.char) || is_digit(c.char)) }

    /// Whether the character is alphabetic.
    /// (Character/isAlphabetic (int \a))
    /// ;=> true
    "Character/isAlphabetic" => "bool" (cx, c: Char) => { yes(cx, c.char.is_alphabetic()) }

    /// Whether the character is an upper-case letter.
    /// (Character/isUpperCase \A)
    /// ;=> true
    "Character/isUpperCase" => "bool" (cx, c: Char) => { yes(cx, c.char.is_uppercase()) }

    /// Whether the character is a lower-case letter.
    /// (Character/isLowerCase \A)
    /// ;=> false
    "Character/isLowerCase" => "bool" (cx, c: Char) => { yes(cx, c.char.is_lowercase()) }

    /// Whether the character is white space, no-break spaces excepted.
    /// (Character/isWhitespace \tab)
    /// ;=> true
    "Character/isWhitespace" => "bool" (cx, c: Char) => { yes(cx, is_space(c.char)) }

    /// Whether the character is a space.
    /// (Character/isSpaceChar \newline)
    /// ;=> false
    "Character/isSpaceChar" => "bool" (cx, c: Char) => {
        yes(cx, c.char == ' ' || (!c.char.is_ascii() && c.char.is_whitespace() && c.char != '\u{85}'))
    }

    /// The character in upper case; a code for a code.
    /// (Character/toUpperCase \a)
    /// ;=> "A"
    "Character/toUpperCase" => "string" (_cx, c: Char) => { Ok(c.with(c.char.to_uppercase())) }

    /// The character in lower case; a code for a code.
    /// (Character/toLowerCase \A)
    /// ;=> "a"
    "Character/toLowerCase" => "string" (_cx, c: Char) => { Ok(c.with(c.char.to_lowercase())) }

    /// The value of the character as a digit or, from 10 on, a letter; -1 if it has none.
    /// (Character/getNumericValue \7)
    /// ;=> 7
    "Character/getNumericValue" => "number" (_cx, c: Char) => { Ok(Value::Int(digit(c.char, 36))) }

    /// The value of the character as a digit in a radix; -1 if it is none.
    /// (Character/digit \f 16)
    /// ;=> 15
    "Character/digit" => "number" (_cx, c: Char, radix: i64) => { Ok(Value::Int(digit(c.char, radix))) }

    /// The character of a digit's value in a radix.
    /// (Character/forDigit 11 16)
    /// ;=> "b"
    "Character/forDigit" (_cx, digit: i64, radix: i64) => {
        match (u32::try_from(digit), u32::try_from(radix)) {
            (Ok(digit), Ok(radix @ 2..=36)) if digit < radix => Ok(char::from_digit(digit, radix).map(Text::from).into()),
            _ => Err(value_error(format!("{digit} is no digit in radix {radix}"))),
        }
    }

    /// The character as a string.
    /// (Character/toString \a)
    /// ;=> "a"
    "Character/toString" => "string" (_cx, c: Char) => { Ok(Text::from(c.char).into()) }

    "Character/valueOf" = "Character/toString"
}
