//! Data of Rust from values: a serde deserializer that reads them as their JSON would read.

use num_traits::ToPrimitive;
use serde::de::value::{MapAccessDeserializer, MapDeserializer, SeqDeserializer};
use serde::de::{DeserializeOwned, Deserializer, Error as _, IntoDeserializer, Unexpected, Visitor};
use serde_json::{Error, Number};

use super::{DataError, check_json};
use crate::lisp::value::{Iter, Value, readable};

/// The data of Rust that a value stands for.
///
/// # Errors
/// A value without a JSON form, or of another shape.
pub fn from_value<T: DeserializeOwned>(value: &Value) -> Result<T, DataError> {
    check_json(value, "value").map_err(|error| DataError(error.to_string()))?;
    T::deserialize(Data(value.clone())).map_err(|error| DataError(error.to_string()))
}

/// A value with a JSON form, as data to read. It reads as its JSON does.
struct Data(Value);

impl Data {
    fn unexpected(&self) -> Unexpected<'_> {
        match &self.0 {
            Value::Bool(yes) => Unexpected::Bool(yes.get()),
            Value::Int(n) => u64::try_from(*n).map_or(Unexpected::Signed(*n), Unexpected::Unsigned),
            Value::Big(n) => n.to_u64().map_or(Unexpected::Other("a long integer"), Unexpected::Unsigned),
            Value::Float(x) => Unexpected::Float(x.get()),
            Value::Map(_) => Unexpected::Map,
            value if value.is_sequential() || matches!(value, Value::Set(_)) => Unexpected::Seq,
            value => value.as_name().map_or(Unexpected::Unit, Unexpected::Str),
        }
    }
}

impl<'de> IntoDeserializer<'de, Error> for Data {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// Lets a visitor read items, all of them.
fn read_items<'de, V: Visitor<'de>>(items: impl Iterator<Item = Value>, visitor: V) -> Result<V::Value, Error> {
    let mut count = 0_usize;
    let mut items = items.map(Data).inspect(|_| count = count.saturating_add(1));
    let read = visitor.visit_seq(SeqDeserializer::new(&mut items))?;
    match items.count() {
        0 => Ok(read),
        _ => Err(Error::invalid_length(count, &"fewer elements in array")),
    }
}

impl<'de> Deserializer<'de> for Data {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match &self.0 {
            Value::Bool(yes) => visitor.visit_bool(yes.get()),
            Value::Int(n) => match u64::try_from(*n) {
                Ok(n) => visitor.visit_u64(n),
                Err(_) => visitor.visit_i64(*n),
            },
            Value::Big(n) => match n.to_u64() {
                Some(n) => visitor.visit_u64(n),
                None => visitor.visit_string(n.to_string()),
            },
            Value::Float(x) => visitor.visit_f64(x.get()),
            Value::Date(date) => visitor.visit_string(date.to_string()),
            Value::Set(set) => read_items(set.iter(), visitor),
            Value::Map(map) => {
                let mut entries = map.iter_ref().map(|(key, value)| (Key(key.clone()), Data(value.clone())));
                let read = visitor.visit_map(MapDeserializer::new(&mut entries))?;
                match entries.next() {
                    None => Ok(read),
                    Some(_) => Err(Error::invalid_length(map.len(), &"fewer elements in map")),
                }
            }
            value if value.is_sequential() => read_items(Iter::ready(value), visitor),
            value => match value.as_name() {
                Some(name) => visitor.visit_str(name),
                None => visitor.visit_unit(),
            },
        }
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0.as_name() {
            Some(name) => visitor.visit_str(name),
            // A number would be taken for the position of a field.
            None => Err(Error::invalid_type(self.unexpected(), &visitor)),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Nil | Value::Nothing => visitor.visit_none(),
            value => visitor.visit_some(Self(value)),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match &self.0 {
            Value::Map(map) if map.len() == 1 => {
                let entries = map.iter_ref().map(|(key, value)| (Key(key.clone()), Self(value.clone())));
                visitor.visit_enum(MapAccessDeserializer::new(MapDeserializer::new(entries)))
            }
            Value::Map(_) => Err(Error::invalid_value(Unexpected::Map, &"map with a single key")),
            value => match value.as_name() {
                Some(name) => visitor.visit_enum(name.into_deserializer()),
                None => Err(Error::invalid_type(self.unexpected(), &"string or map")),
            },
        }
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct ignored_any
    }
}

/// A key of a map, as data to read: a text, in which a number or boolean may stand.
struct Key(Value);

impl<'de> IntoDeserializer<'de, Error> for Key {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl Key {
    fn text(&self) -> String {
        self.0.as_name().map_or_else(|| readable(&self.0), str::to_owned)
    }
}

macro_rules! reads_numbers {
    ($($method:ident),*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            match self.text().parse::<Number>() {
                Ok(number) => number.$method(visitor),
                Err(_) => Err(Error::custom("invalid value: expected key to be a number in quotes")),
            }
        }
    )*};
}

impl<'de> Deserializer<'de> for Key {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0.as_name() {
            Some(name) => visitor.visit_str(name),
            None => visitor.visit_string(readable(&self.0)),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.text().parse() {
            Ok(yes) => visitor.visit_bool(yes),
            Err(_) => Err(Error::invalid_type(Unexpected::Str(&self.text()), &visitor)),
        }
    }

    reads_numbers! {
        deserialize_i8, deserialize_i16, deserialize_i32, deserialize_i64, deserialize_i128, deserialize_u8,
        deserialize_u16, deserialize_u32, deserialize_u64, deserialize_u128, deserialize_f32, deserialize_f64
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_enum(self.text().into_deserializer())
    }

    serde::forward_to_deserialize_any! {
        char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}
