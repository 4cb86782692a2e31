//! Strings: making, taking apart, searching. What matches regexes is in `regexes`, what formats in `format`.

use super::builtins;
use crate::lisp::ops::format;
use crate::lisp::ops::print::{append, room, shown};
use crate::lisp::ops::text::{
    Str, cased, character, index_of, is_space, last_index_of, not_text, stringy, walk, with_hint,
};
use crate::lisp::value::{
    Callable, Context, Iter, Keyword, Result, Symbol, Text, TextBuilder, Value, args, type_error,
};

/// A text as long as the given one is made of it.
fn made(cx: &mut dyn Context, text: &Text, make: impl FnOnce(&str) -> String) -> Result<Value> {
    walk(cx, text.as_str())?;
    cx.reserve(text.len().saturating_mul(2))?;
    Ok(make(text.as_str()).into())
}

/// What a name made of a text of so many bytes costs.
fn naming(cx: &mut dyn Context, text: &str) -> Result<()> {
    walk(cx, text)?;
    cx.reserve(text.len())
}

/// A part of a text; the text itself if it is all of it.
fn part(cx: &mut dyn Context, text: &Text, take: impl FnOnce(&str) -> &str) -> Result<Value> {
    walk(cx, text.as_str())?;
    let taken = take(text.as_str());
    if taken.len() == text.len() {
        return Ok(Value::Text(text.clone()));
    }
    cx.reserve(taken.len())?;
    Ok(taken.into())
}

/// Adds to a text.
fn push(cx: &mut dyn Context, text: &mut TextBuilder, more: &str) -> Result<()> {
    cx.spend(1_u64.saturating_add(more.len() as u64 / 16))?;
    let (before, after) = (text.bytes(), text.bytes().saturating_add(more.len()));
    if after.checked_ilog2() != before.checked_ilog2() {
        cx.reserve(after.saturating_mul(2))?;
    }
    text.push(more);
    Ok(())
}

/// The texts of values one after the other.
fn concat(cx: &mut dyn Context, first: Value, rest: impl IntoIterator<Item = Value>) -> Result<Value> {
    let first = match first {
        Value::Text(text) => text,
        other => shown(cx, &other)?,
    };
    if !first.is_sole() {
        cx.spend(first.len() as u64 / 16)?;
        cx.reserve(first.len())?;
    }
    let mut text = first.into_builder();
    for next in rest {
        match &next {
            Value::Nil => {}
            Value::Text(more) => push(cx, &mut text, more.as_str())?,
            Value::Int(n) => push(cx, &mut text, itoa::Buffer::new().format(*n))?,
            other => {
                let more = shown(cx, other)?;
                push(cx, &mut text, more.as_str())?;
            }
        }
    }
    Ok(Value::Text(text.into()))
}

fn join(cx: &mut dyn Context, separator: &str, items: Value) -> Result<Value> {
    if items.known_count() == Some(1)
        && let Value::Vector(only) = &items
        && let Some(Value::Text(text)) = only.get(0)
    {
        return Ok(Value::Text(text.clone()));
    }
    let mut items = Iter::new(items)?;
    let mut out = String::new();
    let mut first = true;
    while let Some(item) = items.next(cx)? {
        cx.spend(1)?;
        if !first {
            room(cx, &mut out, separator.len())?;
            out.push_str(separator);
        }
        first = false;
        append(cx, &mut out, &item)?;
    }
    Ok(out.into())
}

/// A part to look for: a string or a character.
fn needle(name: &'static str, value: &Value) -> Result<Text> {
    match value {
        Value::Text(text) => Ok(text.clone()),
        Value::Regex(_) => {
            Err(with_hint(type_error(name, "a string to look for", value), "(re-find regex s) looks for a regex"))
        }
        other => Err(not_text(name, "a string to look for", None, other)),
    }
}

fn subs(cx: &mut dyn Context, text: &Text, start: i64, end: i64) -> Result<Value> {
    cx.spend(text.index_cost())?;
    let index = |at: i64| usize::try_from(at).unwrap_or(0);
    let (start, end) = (index(start), index(end));
    let taken = if start < end { text.slice(start, end) } else { "" };
    if taken.len() == text.len() {
        return Ok(Value::Text(text.clone()));
    }
    cx.reserve(taken.len())?;
    cx.spend(taken.len() as u64 / 64)?;
    Ok(taken.into())
}

/// A keyword's or symbol's text of a namespace and a name.
fn qualified(cx: &mut dyn Context, name: &'static str, space: &Value, local: &Value) -> Result<String> {
    let Value::Text(local) = local else { return Err(not_text(name, "a string", Some("name"), local)) };
    walk(cx, local.as_str())?;
    cx.reserve(local.len().saturating_mul(2))?;
    match space {
        Value::Nil => Ok(local.as_str().to_owned()),
        Value::Text(space) => {
            walk(cx, space.as_str())?;
            cx.reserve(local.len().saturating_add(space.len()).saturating_mul(2))?;
            Ok(format!("{}/{}", space.as_str(), local.as_str()))
        }
        other => Err(not_text(name, "a string", Some("namespace"), other)),
    }
}

builtins! { Strings;
    /// The texts of the values one after the other; nil is nothing.
    /// (str "a" 1 :b nil 2.0)
    /// ;=> "a1:b2.0"
    /// (str [1 "x"] nil)
    /// ;=> "[1 \"x\"]"
    "str" => "string"
        (_cx) => { Ok("".into()) }
        (cx, x: Value) => { shown(cx, &x).map(Value::Text) }
        (cx, x: Value, y: Value) => { concat(cx, x, [y]) }
        (cx, x: Value, y: Value; more) => { concat(cx, x, std::iter::once(y).chain(more)) }

    /// The characters from index start up to end, or to the end of the string; both are clamped.
    /// (subs "hello" 1 3)
    /// ;=> "el"
    /// (subs "hi" 1 10)
    /// ;=> "i"
    /// (subs nil 1)
    /// ;! 1:1 type-error: subs needs a string as s, got nil
    /// ;? nil often comes from a key that is not there; (or s "") gives a default
    "subs" => "string"
        (cx, s: Str, start: i64) => { subs(cx, &s, start, i64::MAX) }
        (cx, s: Str, start: i64, end: i64) => { subs(cx, &s, start, end) }

    /// The name of a keyword or symbol without its namespace; a string itself.
    /// (name :user/id)
    /// ;=> "id"
    "name" => "string" (cx, x: Value) => {
        match &x {
            Value::Text(_) => Ok(x),
            Value::Keyword(keyword) => {
                naming(cx, keyword.as_str())?;
                Ok(keyword.name().into())
            }
            Value::Symbol(symbol) => {
                naming(cx, symbol.as_str())?;
                Ok(symbol.name().into())
            }
            other => Err(type_error("name", "a keyword, symbol or string", other)),
        }
    }

    /// The namespace of a keyword or symbol, or nil.
    /// (namespace :user/id)
    /// ;=> "user"
    "namespace" => "string?" (cx, x: Value) => {
        match &x {
            Value::Keyword(keyword) => {
                naming(cx, keyword.as_str())?;
                Ok(keyword.namespace().into())
            }
            Value::Symbol(symbol) => {
                naming(cx, symbol.as_str())?;
                Ok(symbol.namespace().into())
            }
            other => Err(type_error("namespace", "a keyword or symbol", other)),
        }
    }

    /// The keyword of a name, or of a namespace and a name.
    /// (keyword "id")
    /// ;=> :id
    /// (keyword "user" "id")
    /// ;=> :user/id
    "keyword"
        (cx, name: Value) => {
            Ok(match &name {
                Value::Text(text) => {
                    naming(cx, text.as_str())?;
                    Keyword::new(text.as_str()).into()
                }
                Value::Symbol(symbol) => {
                    naming(cx, symbol.as_str())?;
                    Keyword::new(symbol.as_str()).into()
                }
                Value::Keyword(_) => name,
                _ => Value::Nil,
            })
        }
        (cx, ns: Value, name: Value) => { Ok(Keyword::new(&qualified(cx, "keyword", &ns, &name)?).into()) }

    /// The symbol of a name, or of a namespace and a name.
    /// (symbol "x")
    /// ;=> x
    "symbol"
        (cx, name: Value) => {
            Ok(match &name {
                Value::Text(text) => {
                    naming(cx, text.as_str())?;
                    Value::symbol(text.as_str())
                }
                Value::Keyword(keyword) => {
                    naming(cx, keyword.as_str())?;
                    Value::symbol(keyword.as_str())
                }
                Value::Symbol(_) => name,
                other => return Err(type_error("symbol", "a string or keyword", other)),
            })
        }
        (cx, ns: Value, name: Value) => { Ok(Value::Symbol(Symbol::new(&qualified(cx, "symbol", &ns, &name)?))) }

    /// The character of a code; characters are strings of one character.
    /// (char 97)
    /// ;=> "a"
    "char" => "string" (_cx, x: Value) => { Ok(Text::from(character("char", &x)?).into()) }

    /// The format with each directive replaced by the text of an argument, as Java's format does.
    ///
    /// There are %s (anything), %d %x %o (integers), %f %e %g (floats), %c, %b, %h, %n and %%, with flags, width, precision and
    /// argument numbers.
    /// (format "%-6s|%5d|%.2f" "ab" 42 3.14159)
    /// ;=> "ab    |   42|3.14"
    /// (format "%,d and %05d" 1234567 42)
    /// ;=> "1,234,567 and 00042"
    /// (format "%d" 1.5)
    /// ;! 1:1 type-error: %d in a format needs an integer, got the float 1.5
    /// ;? (long x) cuts the fraction off, (Math/round x) rounds; %.0f prints a float without one
    "format" => "string" (cx, format: Str; more) => { format::format(cx, format.as_str(), &more).map(Value::from) }

    /// The texts of the items, one after the other, with a separator between.
    /// (clojure.string/join ", " [1 2 3])
    /// ;=> "1, 2, 3"
    /// (clojure.string/join [1 2] ", ")
    /// ;! 1:1 type-error: clojure.string/join needs a separator first, got the vector [1 2]
    /// ;? write (str/join ", " coll): the separator comes first
    "clojure.string/join" => "string"
        (cx, coll: Value) => { join(cx, "", coll) }
        (cx, separator: Value, coll: Value) => {
            if let (true, Value::Text(text)) = (separator.is_sequential() || matches!(separator, Value::Set(_)), &coll) {
                let hint = format!("write (str/join {} coll): the separator comes first", Value::Text(text.clone()));
                let error = type_error("clojure.string/join", "a separator first", &separator);
                return Err(with_hint(error, hint));
            }
            let separator = shown(cx, &separator)?;
            join(cx, separator.as_str(), coll)
        }

    /// Whether the string is nil, empty or all white space.
    /// (clojure.string/blank? " \n")
    /// ;=> true
    "clojure.string/blank?" => "bool" (cx, s: Option<Str>) => {
        let Some(s) = s else { return Ok(Value::from(true)) };
        walk(cx, s.as_str())?;
        Ok(s.as_str().chars().all(is_space).into())
    }

    /// The string without white space at both ends.
    /// (clojure.string/trim "  a b ")
    /// ;=> "a b"
    "clojure.string/trim" => "string" (cx, s: Str) => { part(cx, &s, |s| s.trim_matches(is_space)) }

    /// The string without white space at its start.
    /// (clojure.string/triml " a ")
    /// ;=> "a "
    "clojure.string/triml" => "string" (cx, s: Str) => { part(cx, &s, |s| s.trim_start_matches(is_space)) }

    /// The string without white space at its end.
    /// (clojure.string/trimr " a ")
    /// ;=> " a"
    "clojure.string/trimr" => "string" (cx, s: Str) => { part(cx, &s, |s| s.trim_end_matches(is_space)) }

    /// The string without line ends at its end.
    /// (clojure.string/trim-newline "a\n\n")
    /// ;=> "a"
    "clojure.string/trim-newline" => "string" (cx, s: Str) => { part(cx, &s, |s| s.trim_end_matches(['\n', '\r'])) }

    /// The string in upper case.
    /// (clojure.string/upper-case "abc")
    /// ;=> "ABC"
    "clojure.string/upper-case" => "string" (cx, s: Value) => {
        let s = stringy(cx, "clojure.string/upper-case", s)?;
        cased(cx, &s, str::to_uppercase)
    }

    /// The string in lower case.
    /// (clojure.string/lower-case "ABC")
    /// ;=> "abc"
    "clojure.string/lower-case" => "string" (cx, s: Value) => {
        let s = stringy(cx, "clojure.string/lower-case", s)?;
        cased(cx, &s, str::to_lowercase)
    }

    /// The string with its first character in upper case and the others in lower case.
    /// (clojure.string/capitalize "hELLO")
    /// ;=> "Hello"
    "clojure.string/capitalize" => "string" (cx, s: Value) => {
        let s = stringy(cx, "clojure.string/capitalize", s)?;
        cased(cx, &s, |s| {
            let mut chars = s.chars();
            let first = chars.next().into_iter().flat_map(char::to_uppercase);
            first.collect::<String>() + &chars.as_str().to_lowercase()
        })
    }

    /// The string backwards.
    /// (clojure.string/reverse "abc")
    /// ;=> "cba"
    "clojure.string/reverse" => "string" (cx, s: Str) => { made(cx, &s, |s| s.chars().rev().collect()) }

    /// Whether the string begins with another one.
    /// (clojure.string/starts-with? "abc" "ab")
    /// ;=> true
    "clojure.string/starts-with?" => "bool" (cx, s: Value, prefix: Str) => {
        let s = stringy(cx, "clojure.string/starts-with?", s)?;
        cx.spend(prefix.len() as u64 / 64)?;
        Ok(s.as_str().starts_with(prefix.as_str()).into())
    }

    /// Whether the string ends with another one.
    /// (clojure.string/ends-with? "abc" "bc")
    /// ;=> true
    "clojure.string/ends-with?" => "bool" (cx, s: Value, suffix: Str) => {
        let s = stringy(cx, "clojure.string/ends-with?", s)?;
        cx.spend(suffix.len() as u64 / 64)?;
        Ok(s.as_str().ends_with(suffix.as_str()).into())
    }

    /// Whether the string contains another one.
    /// (clojure.string/includes? "hello" "ell")
    /// ;=> true
    "clojure.string/includes?" => "bool" (cx, s: Value, part: Value) => {
        let s = stringy(cx, "clojure.string/includes?", s)?;
        let part = needle("clojure.string/includes?", &part)?;
        walk(cx, s.as_str())?;
        Ok(s.as_str().contains(part.as_str()).into())
    }

    /// The index where a part is first found, from an index on if one is given; nil if it is not there.
    /// (clojure.string/index-of "hello" "l")
    /// ;=> 2
    /// (clojure.string/index-of "hello" "x")
    /// ;=> nil
    "clojure.string/index-of" => "number?"
        (cx, s: Value, part: Value) => {
            let s = stringy(cx, "clojure.string/index-of", s)?;
            let part = needle("clojure.string/index-of", &part)?;
            index_of(cx, &s, part.as_str(), 0).map(Value::from)
        }
        (cx, s: Value, part: Value, from: i64) => {
            let s = stringy(cx, "clojure.string/index-of", s)?;
            let part = needle("clojure.string/index-of", &part)?;
            index_of(cx, &s, part.as_str(), from).map(Value::from)
        }

    /// The index where a part is last found, at an index or before if one is given; nil if it is not there.
    /// (clojure.string/last-index-of "hello" "l")
    /// ;=> 3
    "clojure.string/last-index-of" => "number?"
        (cx, s: Value, part: Value) => {
            let s = stringy(cx, "clojure.string/last-index-of", s)?;
            let part = needle("clojure.string/last-index-of", &part)?;
            last_index_of(cx, &s, part.as_str(), i64::MAX).map(Value::from)
        }
        (cx, s: Value, part: Value, from: i64) => {
            let s = stringy(cx, "clojure.string/last-index-of", s)?;
            let part = needle("clojure.string/last-index-of", &part)?;
            last_index_of(cx, &s, part.as_str(), from).map(Value::from)
        }

    /// The string with every character for which the map or function gives a value replaced by that value.
    /// (clojure.string/escape "a<b" {\< "&lt;"})
    /// ;=> "a&lt;b"
    "clojure.string/escape" => "string" (cx, s: Str, replacements: Callable) => {
        let mut out = String::new();
        for c in s.as_str().chars() {
            let by = cx.call(&replacements, args([Text::from(c).into()]))?;
            if by.is_nil() {
                room(cx, &mut out, 4)?;
                out.push(c);
            } else {
                append(cx, &mut out, &by)?;
            }
            cx.spend(1)?;
        }
        Ok(out.into())
    }

    /// The replacement with backslashes before what clojure.string/replace would take as a group.
    /// (clojure.string/re-quote-replacement "$5")
    /// ;=> "\\$5"
    "clojure.string/re-quote-replacement" => "string" (cx, replacement: Value) => {
        let text = stringy(cx, "clojure.string/re-quote-replacement", replacement)?;
        walk(cx, text.as_str())?;
        let special = text.as_str().bytes().filter(|byte| matches!(byte, b'\\' | b'$')).count();
        cx.reserve(text.len().saturating_add(special).saturating_mul(4))?;
        Ok(text.as_str().replace('\\', "\\\\").replace('$', "\\$").into())
    }

    /// The lines of the string, without empty ones at the end.
    /// (clojure.string/split-lines "a\nb\r\nc")
    /// ;=> ["a" "b" "c"]
    "clojure.string/split-lines" => "[string]" (cx, s: Str) => {
        let text = s.as_str();
        walk(cx, text)?;
        let count = text.bytes().filter(|byte| *byte == b'\n').count().saturating_add(1);
        cx.reserve(text.len().saturating_add(count.saturating_mul(112)))?;
        cx.spend(count as u64)?;
        let mut lines = Vec::with_capacity(count);
        lines.extend(text.split('\n'));
        // A carriage return belongs to the line end only where a line feed follows.
        let last = lines.pop().unwrap_or("");
        lines.iter_mut().for_each(|line| *line = line.strip_suffix('\r').unwrap_or(line));
        lines.push(last);
        while lines.last().is_some_and(|line| line.is_empty() && !text.is_empty()) {
            lines.pop();
        }
        Ok(Value::vector(lines.into_iter().map(Value::from).collect()))
    }
}
