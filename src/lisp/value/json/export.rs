//! JSON of values: as text, as a tree, or only whether there is one.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::HashSet;
use std::io;

use num_traits::ToPrimitive;
use serde::ser::{Error, Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::Value as Json;

use super::{JsonError, reads_as_keyword};
use crate::lisp::text::abridge;
use crate::lisp::value::{Iter, Map, Trail, Value, Vector, readable};

/// The longest key that an error quotes, in bytes.
const MAX_SHOWN_KEY: usize = 80;

/// The JSON tree of a value of which everything is realised; errors call the value `root`.
///
/// # Errors
/// A value without a JSON form, with its path.
pub fn to_json(value: &Value, root: &str) -> Result<Json, JsonError> {
    export(value, root, |part| serde_json::to_value(part))
}

/// The JSON text of a value of which everything is realised, on one line; errors call the value `root`.
///
/// ```
/// use ptc::lisp::value::{Value, json_text};
///
/// let order = Value::map([(Value::keyword("id"), Value::from(7)), (Value::text("unit price"), Value::from(2.5))]);
/// assert_eq!(json_text(&order, "order").unwrap(), r#"{"id":7,"unit price":2.5}"#);
/// let none = Value::map([(Value::text("unit price"), Value::from(f64::NAN))]);
/// assert_eq!(json_text(&none, "order").unwrap_err().to_string(), r#"order["unit price"]: the number ##NaN has no JSON form"#);
/// ```
///
/// # Errors
/// A value without a JSON form, with its path.
pub fn json_text(value: &Value, root: &str) -> Result<String, JsonError> {
    export(value, root, |part| serde_json::to_string(&part))
}

/// The JSON text of a value over several lines, indented.
///
/// # Errors
/// A value without a JSON form, with its path.
pub fn json_text_pretty(value: &Value, root: &str) -> Result<String, JsonError> {
    export(value, root, |part| serde_json::to_string_pretty(&part))
}

/// Whether a value of which everything is realised has a JSON form.
///
/// # Errors
/// The first part without a JSON form, with its path.
pub fn check_json(value: &Value, root: &str) -> Result<(), JsonError> {
    export(value, root, |part| serde_json::to_writer(io::sink(), &part))
}

/// Whether reading the JSON of a value gives the value again, as [`readable`] shows it. It does not where there is a keyword
/// that is no key, a list, a set or a date.
pub fn says_all_in_json(value: &Value) -> bool {
    match value {
        Value::Nil | Value::Nothing | Value::Bool(_) | Value::Int(_) | Value::Text(_) => true,
        Value::Big(n) => n.to_u64().is_some(),
        Value::Float(x) => x.get().is_finite(),
        Value::Vector(items) => {
            // By index, because there is an iterator on the stack for each level otherwise, and those are large.
            (0..items.len()).all(|at| items.get(at).is_none_or(says_all_in_json))
        }
        Value::Map(map) => map_says_all(map),
        Value::Keyword(_)
        | Value::Symbol(_)
        | Value::Date(_)
        | Value::Seq(_)
        | Value::Lazy(_)
        | Value::Set(_)
        | Value::Function(_)
        | Value::Atom(_)
        | Value::Regex(_)
        | Value::Fault(_)
        | Value::Reduced(_) => false,
    }
}

#[inline(never)]
fn map_says_all(map: &Map) -> bool {
    let reads_back = |key: &Value| match key {
        Value::Keyword(name) => reads_as_keyword(name.as_str()),
        Value::Text(name) => !reads_as_keyword(name.as_str()),
        _ => false,
    };
    let mut seen = may_have_twins(map).then(HashSet::new);
    let mut is_new = |key: &Value| seen.as_mut().is_none_or(|seen| seen.insert(json_key(key).into_owned()));
    map.iter_ref().all(|(key, value)| reads_back(key) && is_new(key) && says_all_in_json(value))
}

/// Runs one walk over a value.
fn export<T>(value: &Value, root: &str, walk: impl FnOnce(Part<'_>) -> serde_json::Result<T>) -> Result<T, JsonError> {
    let export = Export { root, refused: Cell::default() };
    walk(Part { value, at: &Trail::Root, export: &export }).map_err(|error| {
        let refused = export.refused.take();
        refused.unwrap_or_else(|| JsonError { path: root.to_owned(), what: error.to_string() })
    })
}

/// What all parts of a walk share.
struct Export<'v> {
    root: &'v str,
    /// The part that has no JSON form.
    refused: Cell<Option<JsonError>>,
}

/// A part of a value on its way to JSON.
struct Part<'v> {
    value: &'v Value,
    at: &'v Trail<'v>,
    export: &'v Export<'v>,
}

impl Part<'_> {
    #[cold]
    #[inline(never)]
    fn refuse<E: Error>(&self, what: String) -> E {
        let error = JsonError { path: self.at.path().below(self.export.root), what };
        let message = error.to_string();
        self.export.refused.set(Some(error));
        E::custom(message)
    }

    /// By index, because there is an iterator on the stack for each level otherwise, and those are large.
    #[inline(never)]
    fn vector<S: Serializer>(&self, serializer: S, items: &Vector) -> Result<S::Ok, S::Error> {
        let mut sequence = serializer.serialize_seq(Some(items.len()))?;
        for index in 0..items.len() {
            let Some(value) = items.get(index) else { break };
            let at = Trail::Index(self.at, index);
            sequence.serialize_element(&Part { value, at: &at, export: self.export })?;
        }
        sequence.end()
    }

    #[inline(never)]
    fn items<S: Serializer>(
        &self,
        serializer: S,
        len: Option<usize>,
        items: impl Iterator<Item = Value>,
    ) -> Result<S::Ok, S::Error> {
        let mut sequence = serializer.serialize_seq(len)?;
        for (index, item) in items.enumerate() {
            let at = Trail::Index(self.at, index);
            sequence.serialize_element(&Part { value: &item, at: &at, export: self.export })?;
        }
        sequence.end()
    }

    #[inline(never)]
    fn map<S: Serializer>(&self, serializer: S, map: &Map) -> Result<S::Ok, S::Error> {
        let mut seen = may_have_twins(map).then(HashSet::new);
        let mut object = serializer.serialize_map(Some(map.len()))?;
        for (key, value) in map.iter_ref() {
            let (at, key) = (Trail::Key(self.at, key), json_key(key));
            object.serialize_entry(&*key, &Part { value, at: &at, export: self.export })?;
            if let Some(seen) = &mut seen
                && !seen.insert(key.clone())
            {
                let key = abridge(&key, MAX_SHOWN_KEY);
                return Err(self.refuse(format!("a map with two keys that become {key:?}")));
            }
        }
        object.end()
    }
}

impl Serialize for Part<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.value {
            Value::Nil | Value::Nothing => serializer.serialize_unit(),
            Value::Bool(yes) => serializer.serialize_bool(yes.get()),
            Value::Int(n) => serializer.serialize_i64(*n),
            Value::Big(n) => match n.to_u64() {
                Some(n) => serializer.serialize_u64(n),
                None => serializer.collect_str(n),
            },
            Value::Float(x) if x.get().is_finite() => serializer.serialize_f64(x.get()),
            Value::Float(_) => Err(self.refuse(format!("the number {}", self.value))),
            Value::Text(text) => serializer.serialize_str(text.as_str()),
            Value::Keyword(keyword) => serializer.serialize_str(keyword.as_str()),
            Value::Symbol(symbol) => serializer.serialize_str(symbol.as_str()),
            Value::Date(date) => serializer.collect_str(date),
            Value::Vector(items) => self.vector(serializer, items),
            Value::Seq(_) | Value::Lazy(_) => self.items(serializer, None, Iter::ready(self.value)),
            Value::Set(set) => self.items(serializer, Some(set.len()), set.iter()),
            Value::Map(map) => self.map(serializer, map),
            Value::Function(_) | Value::Atom(_) | Value::Regex(_) | Value::Fault(_) | Value::Reduced(_) => {
                Err(self.refuse(self.value.describe()))
            }
        }
    }
}

/// Writes the JSON form: keywords, symbols and dates as strings, lists and sets as arrays, integers beyond 64 bits as strings.
/// A value without a JSON form, such as a function or `##NaN`, is an error that names its path.
impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let export = Export { root: "value", refused: Cell::default() };
        Part { value: self, at: &Trail::Root, export: &export }.serialize(serializer)
    }
}

/// The text of a key in JSON.
fn json_key(key: &Value) -> Cow<'_, str> {
    key.as_name().map_or_else(|| readable(key).into(), Cow::Borrowed)
}

/// Whether two keys of a map may become the same text. A keyword and a string of one text are one key, but a comparator of a
/// program's own may keep anything apart.
fn may_have_twins(map: &Map) -> bool {
    let is_plain = |key: &Value| matches!(key, Value::Keyword(_) | Value::Text(_));
    matches!(map.sorting(), Some(Some(_))) || !map.keys().all(is_plain)
}
