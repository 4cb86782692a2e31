//! Names and literals in contracts. The functions are called as the rules of `grammar/contract.ebnf`.

use nom::branch::alt;
use nom::bytes::complete::{take_while, take_while1};
use nom::character::complete::{char, digit1, one_of};
use nom::combinator::{cut, opt, recognize, verify};
use nom::multi::many_till;
use nom::sequence::{pair, preceded, terminated};
use nom::{IResult, Parser};

use super::error::{Wrong, is_gap};
use crate::lisp::value::{BigInt, Value, key_from_json};

/// What a rule gives: the rest of the text with what was read, or what was wrong.
pub(super) type Read<'t, T> = IResult<&'t str, T, Wrong<'t>>;

/// How deep types, and the literals of defaults, may nest.
pub const MAX_DEPTH: usize = 64;

/// The longest number that is read.
const LONGEST_NUMBER: usize = 400;

/// letter | digit | mark
fn in_name(c: char) -> bool {
    c.is_alphanumeric() || "-_?!.*+/$'".contains(c)
}

/// key mark = letter | digit | mark | "<" | ">" | "=" | "%" | "&" | "#" ;
fn in_keyword(c: char) -> bool {
    in_name(c) || "<>=%&#".contains(c)
}

/// Whether the text reads as a [`name`].
pub(super) fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic() || c == '_') && text.chars().all(in_name)
}

/// Whether the text reads as a [`keyword`] after its colon.
pub(super) fn is_keyword(text: &str) -> bool {
    text.chars().all(in_keyword) && matches!(key_from_json(text), Value::Keyword(_))
}

/// gap = { blank | "," } ;
pub(super) fn gap(input: &str) -> Read<'_, &str> {
    take_while(is_gap).parse(input)
}

/// name = ( letter | "_" ), { letter | digit | mark } ;
pub(super) fn name(input: &str) -> Read<'_, &str> {
    verify(take_while1(in_name), |name: &str| is_name(name)).parse(input)
}

/// keyword = ":", key mark, { key mark } ;
pub(super) fn keyword(input: &str) -> Read<'_, &str> {
    preceded(char(':'), verify(take_while1(in_keyword), |name: &str| is_keyword(name))).parse(input)
}

/// text = '"', { character | escape }, '"' ;
pub(super) fn text(input: &str) -> Read<'_, String> {
    let (mut rest, _) = char('"').parse(input)?;
    let mut text = String::new();
    loop {
        let plain;
        (rest, plain) = take_while(|c| c != '"' && c != '\\').parse(rest)?;
        text.push_str(plain);
        if let Some(rest) = rest.strip_prefix('"') {
            return Ok((rest, text));
        }
        if rest.is_empty() {
            return Wrong::hinted(rest, "`\"`", "the string is not closed");
        }
        let c;
        (rest, c) = escape(rest)?;
        text.push(c);
    }
}

/// escape = "\", ( '"' | "\" | "/" | "n" | "t" | "r" | "b" | "f" | "u", 4 * hexadecimal digit ) ;
fn escape(input: &str) -> Read<'_, char> {
    let after = input.strip_prefix('\\').unwrap_or(input);
    let mut letters = after.chars();
    let plain = match letters.next() {
        Some(c @ ('"' | '\\' | '/')) => Some(c),
        Some('n') => Some('\n'),
        Some('t') => Some('\t'),
        Some('r') => Some('\r'),
        Some('b') => Some('\u{8}'),
        Some('f') => Some('\u{c}'),
        Some('u') => {
            let (digits, rest) = letters.as_str().split_at_checked(4).unwrap_or_default();
            let all_digits = digits.chars().all(|c| c.is_ascii_hexdigit());
            let code = u32::from_str_radix(digits, 16).ok().filter(|_| all_digits);
            letters = rest.chars();
            code.and_then(char::from_u32)
        }
        _ => None,
    };
    match plain {
        Some(c) => Ok((letters.as_str(), c)),
        None => Wrong::hinted(input, "an escape", "strings know \\\" \\\\ \\/ \\n \\t \\r \\b \\f and \\u00e9"),
    }
}

/// One level further down, if there may be one.
pub(super) fn deeper(input: &str, depth: usize) -> Result<usize, nom::Err<Wrong<'_>>> {
    if depth < MAX_DEPTH {
        return Ok(depth.saturating_add(1));
    }
    Wrong::hinted(input, format!("at most {MAX_DEPTH} levels of nesting"), ":any and :map hold what is further down")
}

/// literal = number | text | keyword | constant | vector | map ;
pub(super) fn literal(input: &str, depth: usize) -> Read<'_, Value> {
    match input.chars().next() {
        Some('"') => text.map(Value::from).parse(input),
        Some(':') => keyword.map(Value::keyword).parse(input).or_else(|_| Wrong::expected(input, "a keyword")),
        Some('[') => vector(input, deeper(input, depth)?),
        Some('{') => map(input, deeper(input, depth)?),
        Some('-' | '0'..='9') => number(input),
        _ => constant(input),
    }
}

/// constant = "true" | "false" | "nil" ;
fn constant(input: &str) -> Read<'_, Value> {
    let mut word = verify(take_while1(in_keyword), |word: &str| matches!(word, "true" | "false" | "nil"));
    let (rest, word) = word.parse(input).or_else(|_: nom::Err<Wrong<'_>>| {
        Wrong::expected(input, "a literal: a number, a string, true, false, nil, a keyword, [ ] or { }")
    })?;
    Ok((rest, if word == "nil" { Value::Nil } else { Value::from(word == "true") }))
}

/// vector = "[", { literal }, "]" ;
fn vector(input: &str, depth: usize) -> Read<'_, Value> {
    let item = terminated(|input| literal(input, depth), gap);
    let items = preceded(pair(char('['), gap), cut(many_till(item, char(']'))));
    items.map(|(items, _)| Value::vector(items)).parse(input)
}

/// map = "{", { literal, literal }, "}" ;
fn map(input: &str, depth: usize) -> Read<'_, Value> {
    let part = || terminated(|input| literal(input, depth), gap);
    let entries = preceded(pair(char('{'), gap), cut(many_till(pair(part(), part()), char('}'))));
    entries.map(|(entries, _)| Value::map(entries)).parse(input)
}

/// number = decimal, [ "N" ] ;
fn number(input: &str) -> Read<'_, Value> {
    let (rest, digits) = decimal(input)?;
    let is_float = digits.contains(['.', 'e', 'E']);
    let rest = rest.strip_prefix('N').filter(|_| !is_float).unwrap_or(rest);
    if rest.starts_with(in_keyword) || digits.len() > LONGEST_NUMBER {
        return Wrong::expected(input, "a number");
    }
    let number = match is_float {
        true => digits.parse().ok().filter(|x: &f64| x.is_finite()).map(Value::from),
        false => digits.parse().ok().map(|n: BigInt| Value::from(n)),
    };
    match number {
        Some(number) => Ok((rest, number)),
        None => Wrong::expected(input, "a number that a float can hold"),
    }
}

/// decimal = [ "-" ], digits, [ ".", digits ], [ ( "e" | "E" ), [ "+" | "-" ], digits ] ;
fn decimal(input: &str) -> Read<'_, &str> {
    let fraction = pair(char('.'), digit1);
    let exponent = (one_of("eE"), opt(one_of("+-")), digit1);
    let read: Read<'_, &str> = recognize((opt(char('-')), digit1, opt(fraction), opt(exponent))).parse(input);
    read.or_else(|_| Wrong::expected(input, "a number"))
}

/// A bracket, and the gap after it.
pub(super) fn open<'t>(bracket: char) -> impl Parser<&'t str, Output = char, Error = Wrong<'t>> {
    terminated(char(bracket), gap)
}

/// label = ( [ ":" ], name ) | text ;
pub(super) fn label<'t>(input: &'t str, expected: &'static str) -> Read<'t, String> {
    let named = preceded(opt(char(':')), name).map(String::from);
    alt((text, named)).parse(input).or_else(|error| match error {
        nom::Err::Error(_) => Wrong::expected(input, expected),
        other => Err(other),
    })
}
