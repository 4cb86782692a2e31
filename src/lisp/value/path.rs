//! Paths: where in a value something is, as `[0].customer["first name"][*].id`.

use std::fmt;
use std::str::FromStr;

use super::{Iter, Keyword, Value, readable, shorten};
use crate::lisp::text::abridge;

/// The longest path in a message, in bytes.
const MAX_SHOWN: usize = 300;

/// The longest key in a message that stands without quotes, in bytes.
const MAX_SHOWN_NAME: usize = 100;

/// The longest key in a message that stands in quotes, in bytes.
const MAX_SHOWN_KEY: usize = 60;

/// One step into a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// To the value of a key, given by its text: `customer`, `["first name"]`.
    Key(Keyword),
    /// To an item, counted from 0, or to the value of a number in a map: `[3]`.
    Index(usize),
    /// To each item, or to some item of a set: `[*]`.
    Each,
}

impl Segment {
    /// The step to the value of a key in a map. A key that has no text is named by how it prints.
    pub fn of_key(key: &Value) -> Self {
        match key {
            Value::Keyword(name) => Self::Key(name.clone()),
            Value::Int(n) => usize::try_from(*n).map_or_else(|_| Self::Key(Keyword::new(&n.to_string())), Self::Index),
            Value::Text(name) => Self::Key(Keyword::new(name.as_str())),
            // A symbol is another key than the string and the keyword of its text.
            Value::Symbol(name) => Self::Key(Keyword::new(&format!("'{}", name.as_str()))),
            other => Self::Key(Keyword::new(&shorten(other, MAX_SHOWN_KEY))),
        }
    }

    /// The part of a value that lies one step in; `None` if there is none. `[*]` leads to no single part.
    pub fn part(&self, value: &Value) -> Option<Value> {
        match (self, value) {
            (Self::Key(key), Value::Map(map)) => map.get(&Value::Keyword(key.clone())).cloned(),
            (Self::Index(at), Value::Map(map)) => map.get(&Value::from(*at)).cloned(),
            (Self::Index(at), items) => Iter::ready(items).nth(*at),
            (Self::Key(_) | Self::Each, _) => None,
        }
    }

    fn write(&self, out: &mut impl fmt::Write, is_first: bool, is_shown: bool) -> fmt::Result {
        let name = match self {
            Self::Key(name) => name.as_str(),
            Self::Index(at) => return write!(out, "[{at}]"),
            Self::Each => return out.write_str("[*]"),
        };
        if is_bare(name) && !(is_shown && name.len() > MAX_SHOWN_NAME) {
            let dot = if is_first { "" } else { "." };
            return write!(out, "{dot}{name}");
        }
        let name = Value::text(name);
        write!(out, "[{}]", if is_shown { shorten(&name, MAX_SHOWN_KEY) } else { readable(&name) })
    }
}

/// Whether a key stands in a path without quotes.
fn is_bare(key: &str) -> bool {
    let starts_name = |c: char| c.is_alphabetic() || c == '_';
    let in_name = |c: char| c.is_alphanumeric() || "-_?!*+/$'".contains(c);
    key.starts_with(starts_name) && key.chars().all(in_name)
}

/// The way from a value to a part of it. What [`Display`](fmt::Display) prints, [`FromStr`] reads as the same path.
///
/// ```
/// use ptc::lisp::value::{Path, parse_json};
///
/// let path: Path = r#"items[*]["unit price"]"#.parse()?;
/// let order = parse_json(r#"{"items": [{"unit price": 3}, {"unit price": 4}]}"#).unwrap();
/// assert_eq!(path.find(&order).to_string(), "[3 4]");
/// assert_eq!(path.to_string(), r#"items[*]["unit price"]"#);
/// # Ok::<(), ptc::lisp::value::PathError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Path(Vec<Segment>);

/// Why a text is not a path.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the path {path:?} {problem}")]
pub struct PathError {
    path: String,
    problem: String,
}

impl Path {
    /// The steps, from the outermost on.
    pub fn segments(&self) -> &[Segment] {
        &self.0
    }

    /// Whether this is the path to the whole value.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The same path with one more step.
    #[must_use]
    pub fn with(&self, segment: Segment) -> Self {
        self.0.iter().cloned().chain([segment]).collect()
    }

    /// The part of a value at this path; `nil` if there is none. After `[*]` it is a vector with one item for each part.
    pub fn find(&self, value: &Value) -> Value {
        find(value, &self.0)
    }

    /// The path for a message: long keys and long paths are shortened.
    pub fn shown(&self) -> String {
        self.below("")
    }

    /// The same below a name for the whole value: `arguments["first name"]`.
    pub fn below(&self, root: &str) -> String {
        let mut text = root.to_owned();
        for segment in &self.0 {
            let is_first = text.is_empty();
            // Writing to a string does not fail.
            let _ = segment.write(&mut text, is_first, true);
            if text.len() > MAX_SHOWN {
                break;
            }
        }
        abridge(&text, MAX_SHOWN).into_owned()
    }
}

impl FromIterator<Segment> for Path {
    fn from_iter<I: IntoIterator<Item = Segment>>(segments: I) -> Self {
        Self(segments.into_iter().collect())
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().enumerate().try_for_each(|(at, segment)| segment.write(f, at == 0, false))
    }
}

impl FromStr for Path {
    type Err = PathError;

    /// Reads `[0].id`, `[*].id`, `customer.address.city`, `["first name"]`. Keys stand in single or double quotes where they
    /// contain `.`, `[` or quotes; escapes in quotes are those of strings.
    fn from_str(text: &str) -> Result<Self, PathError> {
        let wrong = |problem: String| PathError { path: abridge(text, MAX_SHOWN).into_owned(), problem };
        let mut segments = Vec::new();
        let mut rest = text.trim();
        while !rest.is_empty() {
            let (segment, after) = match rest.strip_prefix('[') {
                Some(inner) => bracketed(inner).map_err(wrong)?,
                None => {
                    let (key, after) = rest.split_at(rest.find(['.', '[']).unwrap_or(rest.len()));
                    let key = key.trim().trim_start_matches(':');
                    if key.is_empty() {
                        return Err(wrong("has an empty key".into()));
                    }
                    (Segment::Key(Keyword::new(key)), after)
                }
            };
            segments.push(segment);
            rest = after.strip_prefix('.').unwrap_or(after);
        }
        Ok(Self(segments))
    }
}

/// Reads what stands after `[`, with the `]`; also gives the text after it.
fn bracketed(text: &str) -> Result<(Segment, &str), String> {
    let text = text.trim_start();
    let (segment, rest) = match text.chars().next() {
        Some(quote @ ('"' | '\'')) => {
            let (key, rest) = quoted(text.get(1..).unwrap_or(""), quote)?;
            (Segment::Key(Keyword::new(&key)), rest)
        }
        _ => {
            let Some(end) = text.find(']') else { return Err("has a [ without ]".into()) };
            let (inner, rest) = text.split_at(end);
            let segment = match inner.trim() {
                "*" => Segment::Each,
                index => match index.parse() {
                    Ok(index) => Segment::Index(index),
                    Err(_) => {
                        let index = abridge(index, MAX_SHOWN_NAME);
                        return Err(format!("has [{index}]; an index, * or a quoted key stands there"));
                    }
                },
            };
            (segment, rest)
        }
    };
    match rest.trim_start().strip_prefix(']') {
        Some(rest) => Ok((segment, rest)),
        None => Err("has a [ without ]".into()),
    }
}

/// Reads the rest of a quoted key, with the closing quote; also gives the text after it.
fn quoted(text: &str, quote: char) -> Result<(String, &str), String> {
    let mut key = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        key.push(match c {
            c if c == quote => return Ok((key, chars.as_str())),
            '\\' => match chars.next() {
                Some('n') => '\n',
                Some('t') => '\t',
                Some('r') => '\r',
                Some('b') => '\u{8}',
                Some('f') => '\u{c}',
                Some(plain @ ('"' | '\'' | '\\')) => plain,
                other => {
                    return Err(format!("has the unknown escape \\{}", other.map(String::from).unwrap_or_default()));
                }
            },
            c => c,
        });
    }
    Err(format!("has a key without its closing {quote}"))
}

fn find(value: &Value, segments: &[Segment]) -> Value {
    let Some((segment, rest)) = segments.split_first() else { return value.clone() };
    match (segment, value) {
        (Segment::Each, Value::Set(items)) => Value::vector(items.iter().map(|item| find(&item, rest)).collect()),
        (Segment::Each, items) if items.is_sequential() => {
            Value::vector(Iter::ready(items).map(|item| find(&item, rest)).collect())
        }
        (segment, value) => segment.part(value).map_or(Value::Nil, |part| find(&part, rest)),
    }
}

/// Where a walk over a value is. It costs nothing until there is something to say about that place.
#[derive(Clone, Copy)]
pub enum Trail<'a> {
    /// At the whole value.
    Root,
    /// At the value of a key that is known by name.
    Field(&'a Trail<'a>, &'a str),
    /// At the value of a key of a map.
    Key(&'a Trail<'a>, &'a Value),
    /// At an item.
    Index(&'a Trail<'a>, usize),
}

impl Trail<'_> {
    /// The path from the whole value to here.
    pub fn path(&self) -> Path {
        let (mut segments, mut trail) = (Vec::new(), self);
        loop {
            let (outer, segment) = match trail {
                Self::Root => break,
                Self::Field(outer, name) => (outer, Segment::Key(Keyword::new(name))),
                Self::Key(outer, key) => (outer, Segment::of_key(key)),
                Self::Index(outer, at) => (outer, Segment::Index(*at)),
            };
            segments.push(segment);
            trail = outer;
        }
        segments.reverse();
        Path(segments)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::lisp::value::parse_json;

    fn path(text: &str) -> Path {
        text.parse().expect("a path")
    }

    fn key(text: &str) -> Segment {
        Segment::Key(Keyword::new(text))
    }

    #[test]
    fn path_prints_bare_and_quoted_keys() {
        let segments =
            [Segment::Index(0), key("customer"), key("first name"), key("a.b"), key(""), Segment::Each, key("id")];
        let path: Path = segments.into_iter().collect();
        assert_eq!(path.to_string(), r#"[0].customer["first name"]["a.b"][""][*].id"#);
        assert_eq!(path.below("arguments"), r#"arguments[0].customer["first name"]["a.b"][""][*].id"#);
        assert_eq!((Path::default().shown(), Path::default().below("result")), (String::new(), "result".into()));
        assert_eq!(Path::from_iter([key("id")]).below("result"), "result.id");
    }

    #[test]
    fn path_shown_is_shortened() {
        let long = "a".repeat(200);
        let shown = Path::from_iter([key(&long)]).shown();
        assert!(shown.ends_with("a…\"]") && shown.len() < 120, "{shown}");
        let shown = Path::from_iter(vec![key("field"); 100]).shown();
        assert!(shown.starts_with("field.field.") && shown.len() <= MAX_SHOWN, "{shown}");
    }

    #[test]
    fn path_find() {
        let at = |text, json| path(text).find(&parse_json(json).expect("JSON")).to_string();
        let order = r#"{"items": [{"id": 1}, {"id": 2}], "customer": {"first name": "Jo"}}"#;
        assert_eq!(at("items[*].id", order), "[1 2]");
        assert_eq!(at("items[1].id", order), "2");
        assert_eq!(at("items[9].id", order), "nil");
        assert_eq!(at("customer[\"first name\"]", order), "\"Jo\"");
        assert_eq!(at("customer.none.deeper", order), "nil");
        assert_eq!(at("customer['first name']", order), "\"Jo\"");
        assert_eq!(at("  items[ 1 ] ", order), "{:id 2}");
        assert_eq!(at("customer . first name", order), "\"Jo\"");
        assert_eq!(at("", "[1]"), "[1]");
        assert_eq!(at("[\"\"]", r#"{"": 1}"#), "1");
        assert_eq!(at("['say \"yes\"'][']']", r#"{"say \"yes\"": {"]": 1}}"#), "1");
        assert_eq!(at("[0]", r#"{"a": 1}"#), "nil");
        assert_eq!(at("[*]", r#"{"a": 1}"#), "nil");
        assert_eq!(at("[999999999999]", "[1]"), "nil");
        assert_eq!(path("[7]").find(&Value::map([(Value::from(7), Value::from(1))])), Value::from(1));
    }

    #[test]
    fn path_find_in_sequences_and_sets() {
        let row = |id: i64| Value::map([(Value::keyword("id"), Value::from(id))]);
        let list = Value::list(vec![row(1), row(2)]);
        assert_eq!(path("[1].id").find(&list).to_string(), "2");
        assert_eq!(path("[*].id").find(&list).to_string(), "[1 2]");
        let set = Value::set([row(1)]);
        assert_eq!(path("[*].id").find(&set).to_string(), "[1]");
        assert_eq!(path("[0]").find(&set), Value::Nil, "a set has no first item");
    }

    #[test]
    fn path_errors_say_what_is_wrong() {
        let error = |text: &str| text.parse::<Path>().expect_err(text).to_string();
        assert_eq!(error("a..b"), r#"the path "a..b" has an empty key"#);
        assert_eq!(error("[x]"), r#"the path "[x]" has [x]; an index, * or a quoted key stands there"#);
        assert_eq!(error("a[0"), r#"the path "a[0" has a [ without ]"#);
        assert_eq!(error(r#"["a"x]"#), r#"the path "[\"a\"x]" has a [ without ]"#);
        assert_eq!(error(r#"["a"#), r#"the path "[\"a" has a key without its closing ""#);
        assert_eq!(error(r#"["\q"]"#), r#"the path "[\"\\q\"]" has the unknown escape \q"#);
        for wrong in ["[-1]", "[\"]", "[\"a']", "['a]", "[a']", "[]", "[", ".a", "a[99999999999999999999999]"] {
            error(wrong);
        }
    }

    #[test]
    fn trail_becomes_a_path() {
        let (name, number, vector) = (Value::text("a b"), Value::Int(3), Value::vector(vec![Value::Nil]));
        let trail = Trail::Field(&Trail::Root, "rows");
        let trail = Trail::Index(&trail, 0);
        let trail = Trail::Key(&trail, &name);
        let trail = Trail::Key(&trail, &number);
        assert_eq!(Trail::Key(&trail, &vector).path().to_string(), r#"rows[0]["a b"][3]["[nil]"]"#);
    }

    fn segments() -> impl Strategy<Value = Segment> {
        prop_oneof![
            any::<String>().prop_map(|name| key(&name)),
            r#"[a-z :."'\\\[\]*0-9\n\t\r]{0,6}"#.prop_map(|name| key(&name)),
            "[a-zA-Zé_?!*+/$'-]{1,300}".prop_map(|name| key(&name)),
            any::<usize>().prop_map(Segment::Index),
            Just(Segment::Each),
        ]
    }

    proptest! {
        #[test]
        fn path_printed_reads_as_the_same(segments in prop::collection::vec(segments(), 0..8)) {
            let path: Path = segments.into_iter().collect();
            prop_assert_eq!(path.to_string().parse::<Path>(), Ok(path));
        }

        #[test]
        fn path_read_prints_as_the_same(text in r#"[a-c."'\[\]*01 :]{0,12}"#) {
            if let Ok(path) = text.parse::<Path>() {
                prop_assert_eq!(path.to_string().parse::<Path>(), Ok(path));
            }
        }
    }
}
