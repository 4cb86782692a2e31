//! Values from whatever serde reads, JSON texts above all; no tree is made between.

use std::fmt;
use std::sync::Arc;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Value as Json;

use super::key_from_json;
use crate::lisp::text::LimitKind;
use crate::lisp::value::{BigInt, MAX_NESTING, Map, Raise, Shape, Text, Value, limit, value_error};

/// A cheap hash for the string interner.
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

/// The error for data that is nested too deeply.
pub(super) fn too_deep() -> Box<Raise> {
    let most = u64::from(MAX_NESTING);
    limit(LimitKind::Nesting, most, most.saturating_add(1))
}

/// The value of an integer without a sign.
pub(super) fn unsigned(n: u64) -> Value {
    i64::try_from(n).map_or_else(|_| BigInt::from(n).into(), Value::Int)
}

/// Makes values, and remembers the last row of keys and the last short texts: records mostly come in many of the same kind,
/// with the same few words in them.
pub(super) struct Importer {
    /// What becomes of the text of a key.
    key: fn(&str) -> Value,
    shapes: Vec<Arc<Shape>>,
    words: Vec<Option<Text>>,
    /// Whether the data is nested too deeply.
    pub is_too_deep: bool,
}

impl Default for Importer {
    fn default() -> Self {
        Self::with_keys(key_from_json)
    }
}

impl Importer {
    const MAX_SHAPES: usize = 8;
    const WORDS: usize = 512;
    const MAX_WORD: usize = 24;

    /// An importer that makes other keys than [`key_from_json`]. It must make different keys of different texts.
    pub fn with_keys(key: fn(&str) -> Value) -> Self {
        Self { key, shapes: Vec::new(), words: Vec::new(), is_too_deep: false }
    }

    /// The text, shared with the last equal one if that was not long ago.
    pub fn text(&mut self, text: &str) -> Text {
        if text.len() > Self::MAX_WORD {
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

    /// The shared row of these keys; `None` if there are too many for one or two are the same.
    fn shape(&mut self, keys: &[Value]) -> Option<Arc<Shape>> {
        if let Some(known) = self.shapes.iter().find(|shape| texts(shape.keys()).eq(texts(keys))) {
            return Some(known.clone());
        }
        let shape = Shape::new(keys.to_vec())?;
        if self.shapes.len() >= Self::MAX_SHAPES {
            self.shapes.remove(0);
        }
        self.shapes.push(shape.clone());
        Some(shape)
    }
}

fn texts(keys: &[Value]) -> impl Iterator<Item = Option<&str>> {
    keys.iter().map(Value::as_name)
}

/// A map in the making. As long as its keys are those of a row that was there before, no key is made.
#[derive(Default)]
pub(super) struct Record {
    known: Option<Arc<Shape>>,
    keys: Vec<Value>,
    values: Vec<Value>,
}

impl Record {
    /// Takes the next key.
    pub fn key(&mut self, importer: &mut Importer, key: &str) {
        let at = self.values.len();
        let continues = |shape: &Arc<Shape>| shape.keys().get(at).and_then(Value::as_name) == Some(key);
        if self.known.as_ref().is_some_and(continues) {
            return;
        }
        if self.keys.is_empty() && (at == 0 || self.known.is_some()) {
            let begun = || texts(self.known.as_ref().map_or(&[], |shape| shape.keys())).take(at);
            let other =
                importer.shapes.iter().find(|shape| continues(shape) && texts(shape.keys()).take(at).eq(begun()));
            if let Some(shape) = other {
                self.values.reserve_exact(shape.keys().len().saturating_sub(at));
                self.known = Some(shape.clone());
                return;
            }
        }
        if let Some(shape) = self.known.take() {
            self.keys.extend(shape.keys().iter().take(at).cloned());
        }
        self.keys.push((importer.key)(key));
    }

    /// Takes the value of the last key.
    pub fn value(&mut self, value: Value) {
        self.values.push(value);
    }

    /// The map; of two values of one key the last counts.
    pub fn finish(mut self, importer: &mut Importer) -> Value {
        self.values.shrink_to_fit();
        let keys = self.known.as_ref().map_or(&*self.keys, |shape| shape.keys());
        let keys = keys.get(..self.values.len()).unwrap_or(keys);
        let shape = match &self.known {
            Some(shape) if shape.keys().len() == self.values.len() => Some(shape.clone()),
            _ => importer.shape(keys),
        };
        match shape {
            Some(shape) => Map::record(shape, self.values).into(),
            None => Value::map(keys.iter().cloned().zip(self.values)),
        }
    }
}

/// One value at a depth.
pub(super) struct Seed<'i> {
    pub importer: &'i mut Importer,
    pub depth: u16,
}

impl<'i> Seed<'i> {
    /// The seed of the parts of a collection here.
    fn inner<E: Error>(self) -> Result<Self, E> {
        if self.depth >= MAX_NESTING {
            self.importer.is_too_deep = true;
            return Err(E::custom(too_deep().to_error().message));
        }
        Ok(Self { depth: self.depth.saturating_add(1), ..self })
    }

    fn again(&mut self) -> Seed<'_> {
        Seed { importer: self.importer, depth: self.depth }
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any valid JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Nil)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Nil)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        self.deserialize(deserializer)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        self.deserialize(deserializer)
    }

    fn visit_bool<E>(self, yes: bool) -> Result<Value, E> {
        Ok(yes.into())
    }

    fn visit_i64<E>(self, n: i64) -> Result<Value, E> {
        Ok(Value::Int(n))
    }

    fn visit_u64<E>(self, n: u64) -> Result<Value, E> {
        Ok(unsigned(n))
    }

    fn visit_f64<E>(self, x: f64) -> Result<Value, E> {
        Ok(x.into())
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(self.importer.text(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut seed = self.inner()?;
        let mut values = Vec::new();
        while let Some(value) = items.next_element_seed(seed.again())? {
            values.push(value);
        }
        Ok(Value::vector(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut seed = self.inner()?;
        let mut record = Record::default();
        while entries.next_key_seed(Key { importer: seed.importer, record: &mut record })?.is_some() {
            let value = entries.next_value_seed(seed.again())?;
            record.value(value);
        }
        Ok(record.finish(seed.importer))
    }
}

/// The next key of a record.
struct Key<'i> {
    importer: &'i mut Importer,
    record: &'i mut Record,
}

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string key")
    }

    fn visit_str<E>(self, key: &str) -> Result<(), E> {
        self.record.key(self.importer, key);
        Ok(())
    }
}

/// Reads data as JSON would give it: objects are maps, and their keys are keywords where the text reads back as one.
///
/// ```
/// use ptc::lisp::value::Value;
///
/// let value: Value = serde_json::from_str(r#"{"id": 1, "first name": [true, null]}"#)?;
/// assert_eq!(value.to_string(), r#"{:id 1, "first name" [true nil]}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Seed { importer: &mut Importer::default(), depth: 0 }.deserialize(deserializer)
    }
}

/// The value of a JSON tree; maps with the same keys share their row of keys.
///
/// # Errors
/// The limit on nesting.
pub fn from_json(json: &Json) -> Result<Value, Box<Raise>> {
    let mut importer = Importer::default();
    Seed { importer: &mut importer, depth: 0 }
        .deserialize(json)
        .map_err(|error| if importer.is_too_deep { too_deep() } else { value_error(error.to_string()) })
}

/// The value of a JSON text.
///
/// # Errors
/// Text that is not JSON, or is nested too deeply, with line and column.
pub fn parse_json(text: &str) -> Result<Value, Box<Raise>> {
    parse_json_with_keys(text, key_from_json).map_err(|error| value_error(format!("no JSON: {error}")))
}

/// As [`parse_json`], with other keys than [`key_from_json`] makes; they must differ where the texts differ.
pub(crate) fn parse_json_with_keys(text: &str, key: fn(&str) -> Value) -> serde_json::Result<Value> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let mut importer = Importer::with_keys(key);
    let value = Seed { importer: &mut importer, depth: 0 }.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}
