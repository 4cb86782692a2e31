//! Contracts from text. The functions are called as the rules of `grammar/contract.ebnf`.

use std::collections::HashSet;

use nom::Parser;
use nom::branch::alt;
use nom::bytes::complete::{tag, take_while};
use nom::character::complete::char;
use nom::combinator::{cut, opt};
use nom::multi::{many_till, many0};
use nom::sequence::{pair, preceded, separated_pair, terminated};

use super::check::conform;
use super::error::Wrong;
use super::literal::{Read, deeper, gap, keyword, label, literal, name, open, text};
use super::{Choice, Field, Parameter, ParseError, Signature, Type};
use crate::lisp::text::nearest;

/// The longest text that is read, in bytes.
pub const MAX_TEXT: usize = 64 * 1024;

impl Type {
    /// Reads a type: `[{:id :int}]`. An arrow may stand before it.
    ///
    /// ```
    /// use ptc::contract::Type;
    ///
    /// assert_eq!(Type::parse("[:int]")?, Type::list(Type::Int));
    /// assert_eq!(Type::parse("-> (:low | :high)")?, Type::keywords(["low", "high"]));
    /// # Ok::<(), ptc::contract::ParseError>(())
    /// ```
    ///
    /// # Errors
    /// A text that is no type, with place and hint.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        whole(text, preceded(opt(pair(tag("->"), gap)), |input| kind(input, 0)))
    }
}

impl Signature {
    /// Reads a signature, with or without the tool's name: `search(query :string) -> [:int]`.
    ///
    /// ```
    /// use ptc::contract::Signature;
    ///
    /// let signature = Signature::parse("agent(task :string, context :map?) -> {:count :int}")?;
    /// assert_eq!(signature.to_string(), "(task :string, context :map?) -> {:count :int}");
    /// # Ok::<(), ptc::contract::ParseError>(())
    /// ```
    ///
    /// # Errors
    /// A text that is no signature, with place and hint.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        Self::parse_named(text).map(|(_, signature)| signature)
    }

    /// Reads a signature and the name before it, if there is one.
    ///
    /// # Errors
    /// A text that is no signature, with place and hint.
    pub fn parse_named(text: &str) -> Result<(Option<String>, Self), ParseError> {
        whole(text, signature)
    }

    /// Reads what an agent has to give, `-> {:id :int}` or just `{:id :int}`, as a signature without parameters.
    ///
    /// # Errors
    /// A text that is no type, with place and hint.
    pub fn parse_result(text: &str) -> Result<Self, ParseError> {
        Ok(Self { returns: Type::parse(text)?, ..Self::new() })
    }
}

impl std::str::FromStr for Type {
    type Err = ParseError;
    fn from_str(text: &str) -> Result<Self, ParseError> {
        Self::parse(text)
    }
}

impl std::str::FromStr for Signature {
    type Err = ParseError;
    fn from_str(text: &str) -> Result<Self, ParseError> {
        Self::parse(text)
    }
}

/// What a rule reads from the whole text.
fn whole<'t, T>(text: &'t str, rule: impl Parser<&'t str, Output = T, Error = Wrong<'t>>) -> Result<T, ParseError> {
    if text.len() > MAX_TEXT {
        return Err(ParseError::too_long(text, MAX_TEXT));
    }
    let end = |input: &'t str| if input.is_empty() { Ok((input, ())) } else { Wrong::expected(input, "nothing more") };
    let wrong = match (gap, rule, gap, end).parse(text) {
        Ok((_, (_, read, _, ()))) => return Ok(read),
        Err(nom::Err::Error(wrong) | nom::Err::Failure(wrong)) => wrong,
        // Only rules over texts that are still arriving say so, and there is none.
        Err(nom::Err::Incomplete(_)) => Wrong { at: "", expected: "more text".into(), hint: None },
    };
    Err(ParseError::of(text, &wrong))
}

/// signature = [ name ], parameters, result ;
fn signature(input: &str) -> Read<'_, (Option<String>, Signature)> {
    let (input, name) = opt(terminated(name, gap)).parse(input)?;
    if !input.starts_with('(') {
        return Wrong::hinted(input, "`(` and the parameters", "a signature reads (query :string) -> [:int]");
    }
    let (input, (parameters, rest)) = parameters(input)?;
    let (input, returns) = result(input)?;
    Ok((input, (name.map(String::from), Signature { parameters, rest, returns })))
}

/// result = [ "->", kind ] ;
fn result(input: &str) -> Read<'_, Type> {
    let (rest, _) = gap(input)?;
    if let Some(after) = rest.strip_prefix("->") {
        let (after, _) = gap(after)?;
        return kind(after, 0);
    }
    if rest.is_empty() {
        return Ok((input, Type::Any));
    }
    Wrong::hinted(rest, "`->` and a type, or the end", "the result follows an arrow: -> [:int]")
}

/// parameters = "(", { parameter }, [ "*", kind ], ")" ;
fn parameters(input: &str) -> Read<'_, (Vec<Parameter>, Option<Type>)> {
    let end = pair(opt(preceded(pair(char('*'), gap), cut(terminated(|input| kind(input, 0), gap)))), char(')'));
    let inner = many_till(terminated(at(parameter), gap), end);
    let (input, (parameters, (rest, _))) = preceded(open('('), cut(inner)).parse(input)?;
    Ok((input, (distinct(parameters, |parameter| parameter.name.as_str())?, rest)))
}

/// parameter = label, kind, [ "=", literal ] ;
fn parameter(input: &str) -> Read<'_, Parameter> {
    let (input, name) = label(input, "a parameter or `)`")?;
    let (input, kind) = preceded(gap, |input| kind(input, 0)).parse(input)?;
    let parameter = Parameter::new(&name, kind);
    let (input, equals) = opt((gap, char('='), gap)).parse(input)?;
    if equals.is_none() {
        return Ok((input, parameter));
    }
    let (rest, default) = literal(input, 0)?;
    match conform(&parameter.kind, &default) {
        Some(default) => Ok((rest, parameter.or(default))),
        None if default.is_nil() => Wrong::hinted(
            input,
            format!("a default that is {}", parameter.kind.noun()),
            format!("{name} {}? is a parameter that may be left out", parameter.kind),
        ),
        None => Wrong::expected(input, format!("a default that is {}", parameter.kind.noun())),
    }
}

/// kind = ( simple | list | dictionary | record | enumeration ), [ "?" ] ;
fn kind(input: &str, depth: usize) -> Read<'_, Type> {
    let depth = deeper(input, depth)?;
    let (rest, kind) = match input.chars().next() {
        Some(':') => simple(input)?,
        Some('[') => list(input, depth)?,
        Some('{') => alt((|input| dictionary(input, depth), |input| record(input, depth))).parse(input)?,
        Some('(') => enumeration(input)?,
        _ => return no_type(input),
    };
    match rest.strip_prefix('?') {
        Some(rest) => Ok((rest, kind.optional())),
        None => Ok((rest, kind)),
    }
}

/// simple = ":string" | ":int" | ":float" | ":bool" | ":keyword" | ":map" | ":any" ;
fn simple(input: &str) -> Read<'_, Type> {
    let (rest, word) =
        preceded(char(':'), take_while(|c: char| c.is_alphanumeric() || c == '-' || c == '_')).parse(input)?;
    let kind = match word {
        "string" => Type::String,
        "int" => Type::Int,
        "float" => Type::Float,
        "bool" => Type::Bool,
        "keyword" => Type::Keyword,
        "map" => Type::Map,
        "any" => Type::Any,
        "" => return Wrong::hinted(input, "a type", "the colon belongs to the type: query :string"),
        other => return Wrong::hinted(input, "a type", meant(other)),
    };
    Ok((rest, kind))
}

/// list = "[", kind, "]" ;
fn list(input: &str, depth: usize) -> Read<'_, Type> {
    if let Ok((_, _)) = preceded(open('['), char(']')).parse(input) {
        return Wrong::hinted(input, "the type of the items", "[:any] is a list of anything");
    }
    let (rest, item) = preceded(open('['), cut(|input| kind(input, depth))).parse(input)?;
    let (rest, _) = gap(rest)?;
    match rest.strip_prefix(']') {
        Some(rest) => Ok((rest, Type::list(item))),
        None => Wrong::hinted(rest, "`]`", "a list has items of one type; [:any] holds anything"),
    }
}

/// dictionary = "{", "*", kind, "}" ;
fn dictionary(input: &str, depth: usize) -> Read<'_, Type> {
    let (input, _) = (open('{'), char('*'), gap).parse(input)?;
    cut(terminated(|input| kind(input, depth), pair(gap, char('}')))).map(Type::dict).parse(input)
}

/// record = "{", { field }, "}" ;
fn record(input: &str, depth: usize) -> Read<'_, Type> {
    let field = terminated(at(|input| field(input, depth)), gap);
    let (input, (fields, _)) = preceded(open('{'), cut(many_till(field, char('}')))).parse(input)?;
    Ok((input, Type::Record(distinct(fields, |field| field.name.as_str())?)))
}

/// field = label, kind ;
fn field(input: &str, depth: usize) -> Read<'_, Field> {
    let kind = |input| kind(input, depth);
    let field = separated_pair(|input| label(input, "a field or `}`"), gap, kind);
    field.map(|(name, kind)| Field::new(&name, kind)).parse(input)
}

/// enumeration = "(", choice, { "|", choice }, ")" ;
fn enumeration(input: &str) -> Read<'_, Type> {
    let more = many0(preceded((gap, char('|'), gap), cut(at(choice))));
    let (input, (first, more)) = preceded(open('('), cut(pair(at(choice), more))).parse(input)?;
    let (input, _) = gap(input)?;
    let Some(rest) = input.strip_prefix(')') else {
        return Wrong::hinted(input, "`|` or `)`", "choices are separated by bars: (:low | :high)");
    };
    let choices = distinct([first].into_iter().chain(more).collect(), Choice::name)?;
    Ok((rest, Type::Enum(choices)))
}

/// choice = keyword | text ;
fn choice(input: &str) -> Read<'_, Choice> {
    let keyword = keyword.map(|name| Choice::Keyword(name.into()));
    alt((keyword, text.map(Choice::Text))).parse(input).or_else(|error| match error {
        nom::Err::Error(_) => Wrong::hinted(input, "a choice", "choices are keywords or strings: (:low | :high)"),
        other => Err(other),
    })
}

/// What a rule reads, with the place where it began.
fn at<'t, T>(
    mut rule: impl Parser<&'t str, Output = T, Error = Wrong<'t>>,
) -> impl FnMut(&'t str) -> Read<'t, (&'t str, T)> {
    move |input| rule.parse(input).map(|(rest, read)| (rest, (input, read)))
}

/// The items, if no two have one name.
fn distinct<'t, T>(items: Vec<(&'t str, T)>, name: impl Fn(&T) -> &str) -> Result<Vec<T>, nom::Err<Wrong<'t>>> {
    let mut seen = HashSet::new();
    if let Some((place, item)) = items.iter().find(|(_, item)| !seen.insert(name(item))) {
        return Wrong::hinted(place, "another name", format!("{} is there already", name(item)));
    }
    Ok(items.into_iter().map(|(_, item)| item).collect())
}

const SIMPLE: [&str; 7] = ["string", "int", "float", "bool", "keyword", "map", "any"];

/// What to write for a type that other languages have.
fn meant(word: &str) -> String {
    let word = word.to_lowercase();
    let known = match word.as_str() {
        "str" | "text" | "char" | "date" | "datetime" | "uuid" | "url" => ":string",
        "integer" | "long" | "i64" | "u64" | "i32" | "u32" | "usize" | "bigint" | "number-int" => ":int",
        "number" | "double" | "decimal" | "num" | "real" | "f64" | "f32" => ":float",
        "atom" | "symbol" | "kw" => ":keyword",
        "object" | "dict" | "hash" | "hashmap" | "record" | "struct" => ":map",
        "array" | "list" | "vector" | "vec" | "seq" | "set" | "tuple" => {
            return "a list of T is written [T], such as [:string]".into();
        }
        "nil" | "null" | "none" | "void" | "unit" => return "what may be nil is written T?, such as :string?".into(),
        "optional" | "option" | "maybe" => return "what is optional is written T?, such as :string?".into(),
        "enum" | "union" | "oneof" => return "an enumeration is written (:low | :high)".into(),
        "json" | "value" | "anything" | "unknown" => ":any",
        other => match SIMPLE.iter().find(|name| **name == other).copied().or_else(|| nearest(other, SIMPLE)) {
            Some(name) => return format!("did you mean :{name}?"),
            None => return "the types are :string :int :float :bool :keyword :map :any, [T] and {:k T}".into(),
        },
    };
    format!("did you mean {known}?")
}

/// The finding where a type should begin and none does.
fn no_type(input: &str) -> Read<'_, Type> {
    match name(input) {
        Ok((_, word)) if SIMPLE.contains(&word) => {
            Wrong::hinted(input, "a type", format!("types begin with a colon: :{word}"))
        }
        Ok(_) | Err(_) => Wrong::hinted(input, "a type", "each name is followed by a type, such as :string or [:int]"),
    }
}

#[cfg(test)]
mod tests;
