//! Values from data of Rust: a serde serializer that builds them.

use std::fmt::Display;

use serde::ser::{
    Error as _, Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};
use serde_json::{Error, Value as Json};

use super::DataError;
use super::import::{Importer, Record, too_deep, unsigned};
use crate::lisp::value::{BigInt, MAX_NESTING, Value};

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
pub fn to_value<T: serde::Serialize + ?Sized>(data: &T) -> Result<Value, DataError> {
    let mut importer = Importer::default();
    data.serialize(Builder { importer: &mut importer, depth: 0 }).map_err(|error| DataError(error.to_string()))
}

/// Builds the value of what serde serializes. It says the same as `serde_json::to_value`.
struct Builder<'i> {
    importer: &'i mut Importer,
    depth: u16,
}

impl<'i> Builder<'i> {
    /// The builder of the parts of a collection here.
    fn inner(self) -> Result<Self, Error> {
        if self.depth >= MAX_NESTING {
            return Err(Error::custom(too_deep().to_error().message));
        }
        Ok(Self { depth: self.depth.saturating_add(1), ..self })
    }

    fn again(&mut self) -> Builder<'_> {
        Builder { importer: self.importer, depth: self.depth }
    }

    fn items(self, len: Option<usize>) -> Result<Items<'i>, Error> {
        let values = Vec::with_capacity(len.unwrap_or(0).min(Items::MAX_RESERVED));
        Ok(Items { builder: self.inner()?, values, variant: None })
    }

    fn entries(self) -> Result<Entries<'i>, Error> {
        Ok(Entries { builder: self.inner()?, record: Record::default(), variant: None })
    }
}

/// `{variant value}`, as serde writes variants with data.
fn tagged(importer: &mut Importer, variant: &str, value: Value) -> Value {
    let mut record = Record::default();
    record.key(importer, variant);
    record.value(value);
    record.finish(importer)
}

impl<'i> Serializer for Builder<'i> {
    type Ok = Value;
    type Error = Error;
    type SerializeSeq = Items<'i>;
    type SerializeTuple = Items<'i>;
    type SerializeTupleStruct = Items<'i>;
    type SerializeTupleVariant = Items<'i>;
    type SerializeMap = Entries<'i>;
    type SerializeStruct = Entries<'i>;
    type SerializeStructVariant = Entries<'i>;

    fn serialize_bool(self, yes: bool) -> Result<Value, Error> {
        Ok(yes.into())
    }

    fn serialize_i8(self, n: i8) -> Result<Value, Error> {
        self.serialize_i64(n.into())
    }

    fn serialize_i16(self, n: i16) -> Result<Value, Error> {
        self.serialize_i64(n.into())
    }

    fn serialize_i32(self, n: i32) -> Result<Value, Error> {
        self.serialize_i64(n.into())
    }

    fn serialize_i64(self, n: i64) -> Result<Value, Error> {
        Ok(Value::Int(n))
    }

    fn serialize_i128(self, n: i128) -> Result<Value, Error> {
        Ok(BigInt::from(n).into())
    }

    fn serialize_u8(self, n: u8) -> Result<Value, Error> {
        self.serialize_i64(n.into())
    }

    fn serialize_u16(self, n: u16) -> Result<Value, Error> {
        self.serialize_i64(n.into())
    }

    fn serialize_u32(self, n: u32) -> Result<Value, Error> {
        self.serialize_i64(n.into())
    }

    fn serialize_u64(self, n: u64) -> Result<Value, Error> {
        Ok(unsigned(n))
    }

    fn serialize_u128(self, n: u128) -> Result<Value, Error> {
        Ok(BigInt::from(n).into())
    }

    fn serialize_f32(self, x: f32) -> Result<Value, Error> {
        self.serialize_f64(x.into())
    }

    fn serialize_f64(self, x: f64) -> Result<Value, Error> {
        // As in JSON, which has neither infinite numbers nor NaN.
        Ok(if x.is_finite() { x.into() } else { Value::Nil })
    }

    fn serialize_char(self, c: char) -> Result<Value, Error> {
        self.serialize_str(c.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, text: &str) -> Result<Value, Error> {
        Ok(Value::Text(self.importer.text(text)))
    }

    fn serialize_bytes(self, bytes: &[u8]) -> Result<Value, Error> {
        Ok(Value::vector(bytes.iter().map(|byte| Value::Int((*byte).into())).collect()))
    }

    fn serialize_none(self) -> Result<Value, Error> {
        Ok(Value::Nil)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Value, Error> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<Value, Error> {
        Ok(Value::Nil)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<Value, Error> {
        Ok(Value::Nil)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<Value, Error> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<Value, Error> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<Value, Error> {
        let mut inner = self.inner()?;
        let value = value.serialize(inner.again())?;
        Ok(tagged(inner.importer, variant, value))
    }

    fn serialize_seq(self, len: Option<usize>) -> Result<Items<'i>, Error> {
        self.items(len)
    }

    fn serialize_tuple(self, len: usize) -> Result<Items<'i>, Error> {
        self.items(Some(len))
    }

    fn serialize_tuple_struct(self, _: &'static str, len: usize) -> Result<Items<'i>, Error> {
        self.items(Some(len))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Items<'i>, Error> {
        Ok(Items { variant: Some(variant), ..self.inner()?.items(Some(len))? })
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Entries<'i>, Error> {
        self.entries()
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Entries<'i>, Error> {
        self.entries()
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Entries<'i>, Error> {
        Ok(Entries { variant: Some(variant), ..self.inner()?.entries()? })
    }

    fn collect_str<T: Display + ?Sized>(self, text: &T) -> Result<Value, Error> {
        self.serialize_str(&text.to_string())
    }
}

/// A vector in the making.
struct Items<'i> {
    builder: Builder<'i>,
    values: Vec<Value>,
    variant: Option<&'static str>,
}

impl Items<'_> {
    /// The most items for which room is made before they come.
    const MAX_RESERVED: usize = 4096;

    fn add<T: Serialize + ?Sized>(&mut self, item: &T) -> Result<(), Error> {
        self.values.push(item.serialize(self.builder.again())?);
        Ok(())
    }

    fn finish(self) -> Result<Value, Error> {
        let value = Value::vector(self.values);
        Ok(match self.variant {
            Some(variant) => tagged(self.builder.importer, variant, value),
            None => value,
        })
    }
}

/// A map in the making.
struct Entries<'i> {
    builder: Builder<'i>,
    record: Record,
    variant: Option<&'static str>,
}

impl Entries<'_> {
    fn add<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.record.value(value.serialize(self.builder.again())?);
        Ok(())
    }

    fn finish(self) -> Result<Value, Error> {
        let importer = self.builder.importer;
        let value = self.record.finish(importer);
        Ok(match self.variant {
            Some(variant) => tagged(importer, variant, value),
            None => value,
        })
    }
}

macro_rules! adds_items {
    ($($method:ident of $trait:ident),*) => {$(
        impl $trait for Items<'_> {
            type Ok = Value;
            type Error = Error;

            fn $method<T: Serialize + ?Sized>(&mut self, item: &T) -> Result<(), Error> {
                self.add(item)
            }

            fn end(self) -> Result<Value, Error> {
                self.finish()
            }
        }
    )*};
}

adds_items! {
    serialize_element of SerializeSeq, serialize_element of SerializeTuple,
    serialize_field of SerializeTupleStruct, serialize_field of SerializeTupleVariant
}

macro_rules! adds_fields {
    ($($trait:ident),*) => {$(
        impl $trait for Entries<'_> {
            type Ok = Value;
            type Error = Error;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), Error> {
                self.record.key(self.builder.importer, key);
                self.add(value)
            }

            fn end(self) -> Result<Value, Error> {
                self.finish()
            }
        }
    )*};
}

adds_fields! { SerializeStruct, SerializeStructVariant }

impl SerializeMap for Entries<'_> {
    type Ok = Value;
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        let key = match serde_json::to_value(key)? {
            Json::String(text) => text,
            Json::Number(number) => number.to_string(),
            Json::Bool(yes) => yes.to_string(),
            Json::Null | Json::Array(_) | Json::Object(_) => return Err(Error::custom("key must be a string")),
        };
        self.record.key(self.builder.importer, &key);
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.add(value)
    }

    fn end(self) -> Result<Value, Error> {
        self.finish()
    }
}
