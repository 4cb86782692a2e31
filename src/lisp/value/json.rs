//! Values from JSON and to JSON.

use std::sync::Arc;

use num_traits::ToPrimitive;
use serde_json::Value as Json;

use super::{Iter, Keyword, MAX_NESTING, Map, Result, Shape, Text, Value, brief, limit};
use crate::lisp::text::{Error, LimitKind, abridge};

/// A value that has no JSON form, and where it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {what} has no JSON form")]
pub struct JsonError {
    /// The path to it: `result.items[2]`.
    pub path: String,
    /// What it is.
    pub what: String,
}

/// Whether an object key becomes a keyword: where the text reads back as one.
fn reads_as_keyword(key: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || "-_.*+!?<>=$%&|/#'".contains(c);
    !key.is_empty()
        && key.len() <= 200
        && key.chars().all(plain)
        && !key.ends_with('/')
        && !key.starts_with('/')
        && key.matches('/').count() <= 1
        && !key.starts_with(['#', '\''])
}

/// An object key as programs see it: a keyword where the text reads back as one, else a string.
pub fn key_from_json(key: &str) -> Value {
    if reads_as_keyword(key) { Value::keyword(key) } else { Value::text(key) }
}

/// The value of a JSON value; records with the same keys share their key row.
///
/// # Errors
/// The limit on nesting.
pub fn from_json(json: &Json) -> Result<Value> {
    Importer::default().value(json, 0)
}

/// The value of a JSON text.
///
/// # Errors
/// Text that is no JSON, or nested too deeply, with line and column.
pub fn parse_json(text: &str) -> Result<Value> {
    let json: Json = serde_json::from_str(text).map_err(|error| super::value_error(format!("no JSON: {error}")))?;
    from_json(&json)
}

/// The value of data of Rust: structs are maps, enums without fields strings.
///
/// ```
/// use ptc::lisp::value::{from_value, to_value};
///
/// #[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
/// struct Order {
///     id: u32,
///     customer: String,
/// }
///
/// let order = Order { id: 7, customer: "Ada".into() };
/// let value = to_value(&order)?;
/// assert_eq!(value.to_string(), r#"{:id 7, :customer "Ada"}"#);
/// assert_eq!(from_value::<Order>(&value)?, order);
/// # Ok::<(), ptc::lisp::value::DataError>(())
/// ```
///
/// # Errors
/// Data that has no JSON form, or is nested too deeply.
pub fn to_value<T: serde::Serialize + ?Sized>(data: &T) -> std::result::Result<Value, DataError> {
    let json = serde_json::to_value(data).map_err(|error| DataError(error.to_string()))?;
    from_json(&json).map_err(|raise| DataError(raise.to_error().message))
}

/// The data of Rust that a value stands for.
///
/// # Errors
/// A value without a JSON form, or of another shape.
pub fn from_value<T: serde::de::DeserializeOwned>(value: &Value) -> std::result::Result<T, DataError> {
    let json = to_json(value, "value").map_err(|error| DataError(error.to_string()))?;
    serde_json::from_value(json).map_err(|error| DataError(error.to_string()))
}

/// Why data of Rust and a value do not fit each other.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct DataError(String);

/// A number that short texts seldom share.
fn place(text: &str) -> usize {
    let bytes = text.as_bytes();
    let (head, tail) = match (bytes.first_chunk(), bytes.last_chunk(), bytes.first_chunk(), bytes.last_chunk()) {
        (Some(head), Some(tail), ..) => (u64::from_le_bytes(*head), u64::from_le_bytes(*tail)),
        (.., Some(head), Some(tail)) => (u32::from_le_bytes(*head).into(), u32::from_le_bytes(*tail).into()),
        _ => (bytes.first().copied().unwrap_or(0).into(), bytes.last().copied().unwrap_or(0).into()),
    };
    let mixed = (head ^ tail.rotate_left(29) ^ bytes.len() as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed >> 48) as usize
}

/// Keeps what it has seen last: records mostly come in rows of the same kind, with the same few words in them.
#[derive(Default)]
struct Importer {
    shapes: Vec<(Vec<String>, Arc<Shape>)>,
    words: Vec<Option<Text>>,
}

impl Importer {
    const KEPT: usize = 8;
    const WORDS: usize = 512;
    const LONGEST_WORD: usize = 24;

    /// The text, shared with the last equal one if that was not long ago.
    fn text(&mut self, text: &str) -> Text {
        if text.len() > Self::LONGEST_WORD {
            return text.into();
        }
        if self.words.is_empty() {
            self.words.resize(Self::WORDS, None);
        }
        match self.words.get_mut(place(text) % Self::WORDS) {
            Some(Some(known)) if known.as_str() == text => known.clone(),
            Some(place) => place.insert(text.into()).clone(),
            None => text.into(),
        }
    }

    #[inline]
    fn value(&mut self, json: &Json, depth: u16) -> Result<Value> {
        match json {
            Json::Null => Ok(Value::Nil),
            Json::Bool(yes) => Ok(Value::from(*yes)),
            Json::Number(number) => Ok(match (number.as_i64(), number.as_u64()) {
                (Some(n), _) => Value::Int(n),
                (None, Some(n)) => super::BigInt::from(n).into(),
                (None, None) => Value::from(number.as_f64().unwrap_or(f64::NAN)),
            }),
            Json::String(text) => Ok(Value::Text(self.text(text))),
            Json::Array(_) | Json::Object(_) => self.collection(json, depth),
        }
    }

    fn collection(&mut self, json: &Json, depth: u16) -> Result<Value> {
        if depth >= MAX_NESTING {
            return Err(limit(LimitKind::Nesting, u64::from(MAX_NESTING), u64::from(depth).saturating_add(1)));
        }
        let inner = depth.saturating_add(1);
        Ok(match json {
            Json::Array(items) => {
                let mut values = Vec::with_capacity(items.len());
                for item in items {
                    values.push(self.value(item, inner)?);
                }
                Value::vector(values)
            }
            Json::Object(entries) => {
                let mut values = Vec::with_capacity(entries.len());
                for value in entries.values() {
                    values.push(self.value(value, inner)?);
                }
                match self.shape(entries) {
                    Some(shape) => Map::record(shape, values).into(),
                    None => Value::map(entries.keys().map(|key| key_from_json(key)).zip(values)),
                }
            }
            scalar => self.value(scalar, depth)?,
        })
    }

    fn shape(&mut self, entries: &serde_json::Map<String, Json>) -> Option<Arc<Shape>> {
        let alike = |keys: &[String]| keys.len() == entries.len() && keys.iter().eq(entries.keys());
        if let Some(at) = self.shapes.iter().position(|(keys, _)| alike(keys)) {
            return self.shapes.get(at).map(|(_, shape)| shape.clone());
        }
        let shape = Shape::new(entries.keys().map(|key| key_from_json(key)).collect())?;
        if self.shapes.len() >= Self::KEPT {
            self.shapes.remove(0);
        }
        self.shapes.push((entries.keys().cloned().collect(), shape.clone()));
        Some(shape)
    }
}

/// Whether a value of which everything is realised has a JSON form; nothing is made.
///
/// # Errors
/// The first part without a JSON form, with its path.
pub fn check_json(value: &Value, path: &str) -> std::result::Result<(), JsonError> {
    let plain = |value: &Value| match value {
        Value::Float(x) => x.get().is_finite(),
        Value::Nil | Value::Bool(_) | Value::Int(_) | Value::Text(_) | Value::Keyword(_) => true,
        _ => false,
    };
    match value {
        value if plain(value) => Ok(()),
        Value::Map(map) if map.iter_ref().all(|(key, value)| matches!(key, Value::Keyword(_)) && plain(value)) => {
            Ok(())
        }
        other => to_json(other, path).map(|_| ()),
    }
}

/// Where a part of a value lies, spelt only when there is something to say of it.
enum Path<'p> {
    Whole(&'p str),
    Item(&'p Path<'p>, usize),
    Entry(&'p Path<'p>, &'p Value),
}

impl Path<'_> {
    /// The most of a key that is shown.
    const LONGEST_KEY: usize = 80;

    fn spelt(&self) -> String {
        let (mut parts, mut path) = (Vec::new(), self);
        let whole = loop {
            path = match path {
                Path::Whole(name) => break *name,
                Path::Item(outer, at) => {
                    parts.push(format!("[{at}]"));
                    outer
                }
                Path::Entry(outer, key) => {
                    let key = key.as_name().map_or_else(
                        || brief(key, Self::LONGEST_KEY),
                        |name| abridge(name, Self::LONGEST_KEY).into_owned(),
                    );
                    parts.push(format!(".{key}"));
                    outer
                }
            };
        };
        parts.push(whole.to_owned());
        parts.reverse();
        abridge(&parts.concat(), Error::LONGEST / 2).into_owned()
    }

    fn refuse<T>(&self, what: String) -> std::result::Result<T, JsonError> {
        Err(JsonError { path: self.spelt(), what })
    }
}

/// The JSON of a value of which everything is realised; `path` is what errors call it.
///
/// # Errors
/// A value without a JSON form, with its path.
pub fn to_json(value: &Value, path: &str) -> std::result::Result<Json, JsonError> {
    converted(value, &Path::Whole(path))
}

fn converted(value: &Value, path: &Path<'_>) -> std::result::Result<Json, JsonError> {
    Ok(match value {
        Value::Nil | Value::Nothing => Json::Null,
        Value::Bool(yes) => Json::Bool(yes.get()),
        Value::Int(n) => Json::from(*n),
        Value::Big(n) => n.to_u64().map_or_else(|| Json::String(n.to_string()), Json::from),
        Value::Float(x) => match serde_json::Number::from_f64(x.get()) {
            Some(number) => Json::Number(number),
            None => return path.refuse(format!("the number {value}")),
        },
        Value::Text(text) => Json::String(text.as_str().into()),
        Value::Keyword(keyword) => Json::String(keyword.as_str().into()),
        Value::Symbol(symbol) => Json::String(symbol.as_str().into()),
        Value::Date(date) => Json::String(date.to_string()),
        Value::Vector(_) | Value::Seq(_) | Value::Lazy(_) => {
            let mut items = Vec::with_capacity(value.known_count().unwrap_or(0));
            for (at, item) in Iter::ready(value).enumerate() {
                items.push(converted(&item, &Path::Item(path, at))?);
            }
            Json::Array(items)
        }
        Value::Set(set) => {
            let mut items = Vec::with_capacity(set.len());
            for (at, item) in set.iter_ref().enumerate() {
                items.push(converted(item, &Path::Item(path, at))?);
            }
            Json::Array(items)
        }
        Value::Map(map) => {
            let mut object = serde_json::Map::with_capacity(map.len());
            for (key, value) in map.iter_ref() {
                let value = converted(value, &Path::Entry(path, key))?;
                let key = json_key(key);
                if object.contains_key(&key) {
                    let key = abridge(&key, Path::LONGEST_KEY);
                    return path.refuse(format!("a map with two keys that become {key:?}"));
                }
                object.insert(key, value);
            }
            Json::Object(object)
        }
        Value::Function(_) | Value::Atom(_) | Value::Regex(_) | Value::Fault(_) | Value::Reduced(_) => {
            return path.refuse(value.describe());
        }
    })
}

fn json_key(key: &Value) -> String {
    match key {
        Value::Keyword(keyword) => Keyword::as_str(keyword).into(),
        Value::Text(text) => text.as_str().into(),
        Value::Symbol(symbol) => symbol.as_str().into(),
        other => super::readable(other),
    }
}
