//! Java methods that models write out of habit: `(.toUpperCase s)`, `(.indexOf v x)`. Builtins like all others.

use super::builtins;
use crate::lisp::ops::print::shown;
use crate::lisp::ops::text::{Str, cased, index_of, last_index_of, walk, with_hint};
use crate::lisp::ops::{dates, format, lookup, matcher, parse, regex, text};
use crate::lisp::value::{
    Context, Expected, Fault, FromValue, Hint, Iter, Map, Number, ParamRef, Raise, Result, Text, Value, compare, equal,
    equal_as_made, force, type_error,
};

/// The error for a value that has no such method.
#[cold]
fn no_method(name: &'static str, expected: impl Into<Expected>, target: &Value) -> Box<Raise> {
    let error = type_error(name, expected, target);
    let hint = match target {
        Value::Nil => {
            Hint::Why("nil often comes from a key that is not there", "test with some? or use (or x default)")
        }
        _ => "there are no Java objects here; functions of clojure.core and clojure.string do the same".into(),
    };
    with_hint(error, hint)
}

#[cold]
fn out_of_range(what: String) -> Box<Raise> {
    Fault::value(what)
        .class("StringIndexOutOfBoundsException")
        .hint("(subs s start end) clamps, (get s i) gives nil")
        .into()
}

fn substring(cx: &mut dyn Context, text: &Text, start: i64, end: Option<i64>) -> Result<Value> {
    cx.spend(text.index_cost())?;
    let length = text.count();
    let end = match end {
        Some(end) => usize::try_from(end).ok(),
        None => Some(length),
    };
    match (usize::try_from(start).ok(), end) {
        (Some(start), Some(end)) if start <= end && end <= length => {
            let part = text.slice(start, end);
            cx.reserve(part.len())?;
            Ok(part.into())
        }
        _ => Err(out_of_range(format!("a substring from {start} does not lie within {length} characters"))),
    }
}

/// A string to look for, also given as a character's code.
fn sought(name: &'static str, value: &Value) -> Result<Text> {
    match value {
        Value::Text(text) => Ok(text.clone()),
        Value::Int(_) => text::character("a character", value).map(Text::from),
        other => Err(no_method(name, "a string or character to look for", other)),
    }
}

/// The index of an item among others, or -1.
fn position(cx: &mut dyn Context, name: &'static str, items: Value, item: &Value, last: bool) -> Result<Value> {
    if !items.is_sequential() {
        return Err(no_method(name, "a string, vector or sequence", &items));
    }
    lookup::charge(cx, item)?;
    let mut items = Iter::new(items)?;
    let mut found = -1;
    let mut at: i64 = 0;
    while let Some(next) = items.next(cx)? {
        cx.spend(next.weight().min(item.weight()))?;
        force(&next, cx)?;
        if equal(&next, item) {
            found = at;
            if !last {
                break;
            }
        }
        at = at.saturating_add(1);
    }
    Ok(Value::Int(found))
}

fn pattern(cx: &mut dyn Context, text: &Str) -> Result<Value> {
    regex::compile(cx, text.as_str()).map(Value::Regex)
}

/// A text in place of another: of characters or strings, nothing is a pattern.
fn replace(cx: &mut dyn Context, s: &Str, what: &Value, by: &Value, once: bool) -> Result<Value> {
    regex::replace(cx, ".replace", (**s).clone(), what, by, once)
}

/// How Java compares strings: by the first character that differs, else by length.
fn compared(cx: &mut dyn Context, a: &str, b: &str) -> Result<Value> {
    walk(cx, a)?;
    walk(cx, b)?;
    let (mut left, mut right) = (a.encode_utf16(), b.encode_utf16());
    let count = |rest: std::str::EncodeUtf16<'_>| i64::try_from(rest.count()).unwrap_or(i64::MAX).saturating_add(1);
    Ok(Value::Int(loop {
        match (left.next(), right.next()) {
            (Some(x), Some(y)) if x == y => {}
            (Some(x), Some(y)) => break i64::from(x).saturating_sub(i64::from(y)),
            (Some(_), None) => break count(left),
            (None, Some(_)) => break count(right).saturating_neg(),
            (None, None) => break 0,
        }
    }))
}

fn map_of(name: &'static str, value: Value) -> Result<std::sync::Arc<Map>> {
    match value {
        Value::Map(map) => Ok(map),
        other => Err(no_method(name, "a map", &other)),
    }
}

fn integer(value: &Value, name: &'static str) -> Result<Value> {
    match Number::of(value) {
        #[expect(clippy::cast_possible_truncation, reason = "what Java does; saturates outside")]
        Some(Number::Float(x)) => Ok(Value::Int(x as i64)),
        Some(Number::Int(_) | Number::Big(_)) => Ok(value.clone()),
        None => Err(no_method(name, "a number", value)),
    }
}

builtins! { Java;
    /// The string in upper case.
    /// (.toUpperCase "abc")
    /// ;=> "ABC"
    ".toUpperCase" => "string" (cx, s: Str) => {
        cased(cx, &s, str::to_uppercase)
    }

    /// The string in lower case.
    /// (.toLowerCase "ABC")
    /// ;=> "abc"
    ".toLowerCase" => "string" (cx, s: Str) => {
        cased(cx, &s, str::to_lowercase)
    }

    /// The string without spaces and control characters at both ends.
    /// (.trim " a ")
    /// ;=> "a"
    ".trim" => "string" (cx, s: Str) => {
        walk(cx, s.as_str())?;
        cx.reserve(s.len())?;
        Ok(s.as_str().trim_matches(|c| c <= ' ').into())
    }

    ".strip" = "clojure.string/trim"

    ".stripLeading" = "clojure.string/triml"

    ".stripTrailing" = "clojure.string/trimr"

    /// The number of characters.
    /// (.length "abc")
    /// ;=> 3
    ".length" => "number" (cx, s: Str) => {
        cx.spend(s.index_cost())?;
        Ok(s.count().into())
    }

    /// The character at an index.
    /// (.charAt "abc" 1)
    /// ;=> "b"
    ".charAt" => "string" (cx, s: Str, index: i64) => {
        cx.spend(s.index_cost())?;
        match usize::try_from(index).ok().and_then(|at| s.nth(at)) {
            Some(c) => Ok(Text::from(c).into()),
            None => Err(out_of_range(format!("index {index} lies outside of {} characters", s.count()))),
        }
    }

    /// The code of the character at an index.
    /// (.codePointAt "abc" 0)
    /// ;=> 97
    ".codePointAt" => "number" (cx, s: Str, index: i64) => {
        cx.spend(s.index_cost())?;
        match usize::try_from(index).ok().and_then(|at| s.nth(at)) {
            Some(c) => Ok(Value::Int(i64::from(u32::from(c)))),
            None => Err(out_of_range(format!("index {index} lies outside of {} characters", s.count()))),
        }
    }

    /// The characters from an index up to another, or to the end.
    /// (.substring "hello" 1 3)
    /// ;=> "el"
    ".substring" => "string"
        (cx, s: Str, start: i64) => { substring(cx, &s, start, None) }
        (cx, s: Str, start: i64, end: i64) => { substring(cx, &s, start, Some(end)) }

    ".subSequence" = ".substring"

    /// The index where a part of a string or an item of a vector or sequence is first found; -1 if it is not there.
    /// (.indexOf "hello" "l")
    /// ;=> 2
    /// (.indexOf [7 8 9] 9)
    /// ;=> 2
    ".indexOf" => "number"
        (cx, target: Value, item: Value) => {
            let Value::Text(text) = &target else { return position(cx, ".indexOf", target, &item, false) };
            let found = index_of(cx, text, sought(".indexOf", &item)?.as_str(), 0)?;
            Ok(found.map_or(Value::Int(-1), Value::from))
        }
        (cx, s: Str, part: Value, from: i64) => {
            let found = index_of(cx, &s, sought(".indexOf", &part)?.as_str(), from)?;
            Ok(found.map_or(Value::Int(-1), Value::from))
        }

    /// The index where a part of a string or an item of a vector or sequence is last found; -1 if it is not there.
    /// (.lastIndexOf "hello" "l")
    /// ;=> 3
    ".lastIndexOf" => "number"
        (cx, target: Value, item: Value) => {
            let Value::Text(text) = &target else { return position(cx, ".lastIndexOf", target, &item, true) };
            let found = last_index_of(cx, text, sought(".lastIndexOf", &item)?.as_str(), i64::MAX)?;
            Ok(found.map_or(Value::Int(-1), Value::from))
        }
        (cx, s: Str, part: Value, from: i64) => {
            let found = last_index_of(cx, &s, sought(".lastIndexOf", &part)?.as_str(), from)?;
            Ok(found.map_or(Value::Int(-1), Value::from))
        }

    /// Whether a string contains another, or a collection an item.
    /// (.contains "hello" "ell")
    /// ;=> true
    /// (.contains [1 2] 2)
    /// ;=> true
    ".contains" => "bool" (cx, target: Value, item: Value) => {
        match &target {
            Value::Text(text) => {
                walk(cx, text.as_str())?;
                Ok(text.as_str().contains(sought(".contains", &item)?.as_str()).into())
            }
            Value::Set(_) => lookup::contains(cx, &target, &item).map(Value::from),
            Value::Atom(atom) => {
                let held = atom.get();
                lookup::contains(cx, &held, &item).map(Value::from)
            }
            _ => {
                let found = position(cx, ".contains", target, &item, false)?;
                Ok(Value::from(!matches!(found, Value::Int(-1))))
            }
        }
    }

    /// Whether the string begins with another one.
    /// (.startsWith "abc" "ab")
    /// ;=> true
    ".startsWith" => "bool"
        (cx, s: Str, prefix: Str) => {
            cx.spend(prefix.len() as u64 / 64)?;
            Ok(s.as_str().starts_with(prefix.as_str()).into())
        }
        (cx, s: Str, prefix: Str, from: usize) => {
            cx.spend(s.index_cost().saturating_add(prefix.len() as u64 / 64))?;
            let rest = s.slice(from.min(s.count()), s.count());
            Ok((from <= s.count() && rest.starts_with(prefix.as_str())).into())
        }

    /// Whether the string ends with another one.
    /// (.endsWith "abc" "bc")
    /// ;=> true
    ".endsWith" => "bool" (cx, s: Str, suffix: Str) => {
        cx.spend(suffix.len() as u64 / 64)?;
        Ok(s.as_str().ends_with(suffix.as_str()).into())
    }

    /// The string with every occurrence of a part or character replaced.
    /// (.replace "a.b.c" "." "-")
    /// ;=> "a-b-c"
    ".replace" => "string" (cx, s: Str, part: Str, by: Str) => {
        let (part, by) = (Value::Text((*part).clone()), Value::Text((*by).clone()));
        replace(cx, &s, &part, &by, false)
    }

    /// The string with every match of a regex, given as a string, replaced.
    /// (.replaceAll "a1b22" "[0-9]+" "#")
    /// ;=> "a#b#"
    ".replaceAll" => "string" (cx, s: Str, regex: Str, by: Str) => {
        let regex = pattern(cx, &regex)?;
        replace(cx, &s, &regex, &Value::Text((*by).clone()), false)
    }

    /// The string with the first match of a regex, given as a string, replaced.
    /// (.replaceFirst "a1b2" "[0-9]" "#")
    /// ;=> "a#b2"
    ".replaceFirst" => "string" (cx, s: Str, regex: Str, by: Str) => {
        let regex = pattern(cx, &regex)?;
        replace(cx, &s, &regex, &Value::Text((*by).clone()), true)
    }

    /// The parts of the string between matches of a regex, given as a string.
    /// (.split "a1b2c" "[0-9]")
    /// ;=> ["a" "b" "c"]
    ".split"
        (cx, s: Str, regex: Str) => {
            let regex = pattern(cx, &regex)?;
            regex::split(cx, &s, &regex, 0)
        }
        (cx, s: Str, regex: Str, limit: i64) => {
            let regex = pattern(cx, &regex)?;
            regex::split(cx, &s, &regex, limit)
        }

    /// Whether a regex, given as a string, matches the whole string.
    /// (.matches "123" "[0-9]+")
    /// ;=> true
    ".matches" => "bool"
        (cx, matcher: Value) => { matcher::matches(cx, &matcher) }
        (cx, s: Str, regex: Str) => {
            let regex = regex::compile(cx, regex.as_str())?;
            regex::whole(cx, &regex, s.as_str()).map(|found| Value::from(!found.is_nil()))
        }

    /// Whether the string or collection is empty.
    /// (.isEmpty "")
    /// ;=> true
    ".isEmpty" => "bool" (cx, target: Value) => {
        match &target {
            Value::Text(text) => Ok(text.is_empty().into()),
            Value::Nil => Err(no_method(".isEmpty", "a string or collection", &target)),
            _ => crate::lisp::value::seq(target, cx).map(|items| items.is_nil().into()),
        }
    }

    /// Whether the string is empty or all white space.
    /// (.isBlank " ")
    /// ;=> true
    ".isBlank" => "bool" (cx, s: Str) => {
        walk(cx, s.as_str())?;
        Ok(s.as_str().chars().all(text::is_space).into())
    }

    /// Whether the values are equal.
    /// (.equals "a" "a")
    /// ;=> true
    ".equals" => "bool" (cx, target: Value, other: Value) => {
        if target.is_nil() {
            return Err(no_method(".equals", "a value", &target));
        }
        equal_as_made(cx, &target, &other).map(Value::from)
    }

    /// Whether the strings are equal but for upper and lower case.
    /// (.equalsIgnoreCase "Abc" "aBC")
    /// ;=> true
    ".equalsIgnoreCase" => "bool" (cx, s: Str, other: Option<Str>) => {
        walk(cx, s.as_str())?;
        let Some(other) = other else { return Ok(Value::from(false)) };
        walk(cx, other.as_str())?;
        if s.as_str().is_ascii() && other.as_str().is_ascii() {
            return Ok(s.as_str().eq_ignore_ascii_case(other.as_str()).into());
        }
        // Letter by letter, as Java does: there is no need of copies.
        let folded = |c: char| c.to_uppercase().flat_map(char::to_lowercase);
        let mut letters = s.as_str().chars().flat_map(folded);
        let mut others = other.as_str().chars().flat_map(folded);
        let mut count = 0_u64;
        loop {
            match (letters.next(), others.next()) {
                (None, None) => return Ok(Value::from(true)),
                (a, b) if a == b => {}
                _ => return Ok(Value::from(false)),
            }
            count = count.saturating_add(1);
            if count.is_multiple_of(256) {
                cx.spend(256)?;
            }
        }
    }

    /// Negative, zero or positive as the value comes before, with or after another.
    /// (.compareTo "a" "c")
    /// ;=> -2
    ".compareTo" => "number" (cx, target: Value, other: Value) => {
        if let (Value::Text(a), Value::Text(b)) = (&target, &other) {
            return compared(cx, a.as_str(), b.as_str());
        }
        cx.spend(target.weight().min(other.weight()))?;
        Ok(Value::Int(match compare(&target, &other)? {
            std::cmp::Ordering::Less => -1,
            std::cmp::Ordering::Equal => 0,
            std::cmp::Ordering::Greater => 1,
        }))
    }

    /// As .compareTo, but for upper and lower case.
    /// (.compareToIgnoreCase "a" "B")
    /// ;=> -1
    ".compareToIgnoreCase" => "number" (cx, s: Str, other: Str) => {
        cx.reserve(s.len().saturating_add(other.len()).saturating_mul(4))?;
        walk(cx, s.as_str())?;
        compared(cx, &s.as_str().to_lowercase(), &other.as_str().to_lowercase())
    }

    /// The string with another one after it.
    /// (.concat "a" "b")
    /// ;=> "ab"
    ".concat" => "string" (cx, s: Str, more: Str) => {
        cx.reserve(s.len().saturating_add(more.len()))?;
        walk(cx, s.as_str())?;
        walk(cx, more.as_str())?;
        Ok(format!("{}{}", s.as_str(), more.as_str()).into())
    }

    /// The string n times.
    /// (.repeat "ab" 3)
    /// ;=> "ababab"
    ".repeat" => "string" (cx, s: Str, n: usize) => {
        let bytes = s.len().saturating_mul(n);
        cx.reserve(bytes)?;
        cx.spend(1_u64.saturating_add(bytes as u64 / 64))?;
        Ok(s.as_str().repeat(n).into())
    }

    /// The characters of the string, as a vector.
    /// (.toCharArray "ab")
    /// ;=> ["a" "b"]
    ".toCharArray" (cx, s: Str) => {
        cx.reserve(s.len().saturating_mul(64))?;
        cx.spend(s.len() as u64)?;
        Ok(Value::vector(s.as_str().chars().map(|c| Text::from(c).into()).collect()))
    }

    /// The value as a string; an integer in a radix.
    /// (.toString [1 2])
    /// ;=> "[1 2]"
    /// (.toString (biginteger 255) 16)
    /// ;=> "ff"
    ".toString" => "string"
        (cx, target: Value) => {
            if target.is_nil() {
                return Err(no_method(".toString", "a value", &target));
            }
            shown(cx, &target).map(Value::Text)
        }
        (_cx, n: i64, radix: i64) => { Ok(parse::in_radix(n, radix)) }

    /// The message of an exception.
    /// (try (/ 1 0) (catch Exception e (.getMessage e)))
    /// ;=> "Divide by zero"
    ".getMessage" (_cx, e: Value) => {
        match &e {
            Value::Fault(fault) => Ok(fault.message().as_ref().into()),
            other => Err(no_method(".getMessage", "an exception", other)),
        }
    }

    /// The data of an exception made by ex-info.
    /// (try (throw (ex-info "no" {:id 1})) (catch Exception e (.getData e)))
    /// ;=> {:id 1}
    ".getData" (_cx, e: Value) => {
        match &e {
            Value::Fault(fault) => Ok(fault.data.clone().unwrap_or_default()),
            other => Err(no_method(".getData", "an exception", other)),
        }
    }

    /// The exception that this one was thrown for, or nil.
    /// (try (throw (ex-info "no" {})) (catch Exception e (.getCause e)))
    /// ;=> nil
    ".getCause" (_cx, e: Value) => {
        match &e {
            Value::Fault(fault) => Ok(fault.cause.clone()),
            other => Err(no_method(".getCause", "an exception", other)),
        }
    }

    /// The name of a keyword or symbol without its namespace; of a class all of it.
    /// (.getName :a/b)
    /// ;=> "b"
    ".getName" = "name"

    /// The namespace of a keyword or symbol.
    /// (.getNamespace :a/b)
    /// ;=> "a"
    ".getNamespace" = "namespace"

    /// The number of items.
    /// (.size [1 2])
    /// ;=> 2
    ".size" => "number" (cx, target: Value) => {
        match &target {
            Value::Nil | Value::Text(_) => Err(no_method(".size", Expected::COLLECTION, &target)),
            _ => lookup::count(cx, target),
        }
    }

    /// The value under a key of a map, or the item at an index of a vector.
    /// (.get {:a 1} :a)
    /// ;=> 1
    ".get"
        (cx, target: Value, key: Value) => {
            match &target {
                Value::Map(_) | Value::Set(_) => Ok(lookup::find(cx, &target, &key)?.unwrap_or_default()),
                Value::Vector(_) => match lookup::find(cx, &target, &key)? {
                    Some(item) => Ok(item),
                    None => Err(Fault::value(format!("index {key} is outside of the vector")).class("IndexOutOfBoundsException").into()),
                },
                Value::Seq(_) | Value::Lazy(_) => {
                    let index = i64::from_value(key, ParamRef { name: ".get", argument: "index" })?;
                    lookup::nth(cx, target, index).map(Option::unwrap_or_default)
                }
                _ => Err(no_method(".get", "a map or vector", &target)),
            }
        }

    /// The value under a key of a map, or the default.
    /// (.getOrDefault {:a 1} :b 0)
    /// ;=> 0
    ".getOrDefault" (cx, map: Value, key: Value, default: Value) => {
        let map = Value::Map(map_of(".getOrDefault", map)?);
        Ok(lookup::find(cx, &map, &key)?.unwrap_or(default))
    }

    /// Whether the map has the key.
    /// (.containsKey {:a 1} :a)
    /// ;=> true
    ".containsKey" => "bool" (cx, map: Value, key: Value) => {
        let map = Value::Map(map_of(".containsKey", map)?);
        lookup::contains(cx, &map, &key).map(Value::from)
    }

    /// Whether a value is among those of the map.
    /// (.containsValue {:a 1} 1)
    /// ;=> true
    ".containsValue" => "bool" (cx, map: Value, value: Value) => {
        let map = map_of(".containsValue", map)?;
        let values = Value::seq(map.values().cloned().collect());
        let found = position(cx, ".containsValue", values, &value, false)?;
        Ok(Value::from(!matches!(found, Value::Int(-1))))
    }

    /// The keys of the map, as a set.
    /// (.keySet {:a 1})
    /// ;=> #{:a}
    ".keySet" (cx, map: Value) => {
        let map = map_of(".keySet", map)?;
        cx.spend(Value::Map(map.clone()).weight())?;
        Value::set(map.keys().cloned()).within_nesting()
    }

    /// The values of the map, in order.
    /// (.values {:a 1})
    /// ;=> (1)
    ".values" (cx, map: Value) => {
        let map = map_of(".values", map)?;
        cx.spend(map.len() as u64)?;
        Ok(Value::seq(map.values().cloned().collect()))
    }

    /// The entries of the map, in order.
    /// (.entrySet {:a 1})
    /// ;=> ([:a 1])
    ".entrySet" (cx, map: Value) => {
        let map = map_of(".entrySet", map)?;
        cx.spend(map.len() as u64)?;
        Ok(Value::seq(map.iter().map(|(key, value)| crate::lisp::value::pair(key, value)).collect()))
    }

    /// The key of an entry.
    /// (map #(.getKey %) {:a 1})
    /// ;=> (:a)
    ".getKey" = "first"

    /// The value of an entry; the number of a day of the week or month by name.
    /// (map #(.getValue %) {:a 1})
    /// ;=> (1)
    /// (.getValue (.getDayOfWeek (LocalDate/parse "2024-01-31")))
    /// ;=> 3
    ".getValue" (cx, entry: Value) => {
        if let Value::Text(name) = &entry
            && let Some(number) = dates::number_of(name.as_str())
        {
            return Ok(number.into());
        }
        lookup::nth(cx, entry, 1).map(Option::unwrap_or_default)
    }

    /// The number without its fraction.
    /// (.intValue 3.9)
    /// ;=> 3
    ".intValue" => "number" (_cx, n: Value) => { integer(&n, ".intValue") }

    ".longValue" = ".intValue"

    /// The number as a float.
    /// (.doubleValue 3)
    /// ;=> 3.0
    ".doubleValue" => "number" (_cx, n: Value) => {
        Number::of(&n).map(|n| Value::from(n.to_f64())).ok_or_else(|| no_method(".doubleValue", "a number", &n))
    }

    /// A date by a pattern of DateTimeFormatter/ofPattern, or a format string with its arguments.
    /// (.format (LocalDate/of 2024 1 31) (DateTimeFormatter/ofPattern "dd.MM.yyyy"))
    /// ;=> "31.01.2024"
    ".format" (cx, target: Value; more) => {
        match (&target, more.as_slice()) {
            (Value::Date(date), [Value::Text(pattern)]) | (Value::Text(pattern), [Value::Date(date)]) => {
                dates::format(cx, date, pattern.as_str())
            }
            (Value::Date(_), _) => Err(no_method(".format", "a pattern after the date", more.first().unwrap_or(&Value::Nil))),
            (Value::Text(format), arguments) => {
                format::format(cx, format.as_str(), arguments).map(Value::from)
            }
            (other, _) => Err(no_method(".format", "a date or a format", other)),
        }
    }
}
