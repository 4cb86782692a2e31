//! Arguments of builtins: how they are passed, and how values become the types that builtins ask for.

use std::sync::Arc;

use smallvec::SmallVec;

use super::{Expected, Keyword, Map, Number, Raise, Result, Set, Text, Value, Vector, type_error_as};

/// Arguments in order; few ones need no memory of their own.
pub type Args = SmallVec<[Value; 4]>;

/// Arguments of these values.
pub fn args<const N: usize>(values: [Value; N]) -> Args {
    values.into_iter().collect()
}

/// A parameter of a builtin, for messages.
#[derive(Clone, Copy, Debug)]
pub struct ParamRef {
    /// The builtin.
    pub name: &'static str,
    /// The argument's name.
    pub argument: &'static str,
}

impl ParamRef {
    /// The error for a value of the wrong type.
    #[cold]
    pub fn type_error(self, expected: impl Into<Expected>, got: &Value) -> Box<Raise> {
        type_error_as(self.name.into(), expected.into(), Some(self.argument), got)
    }
}

/// What an argument of a builtin can be declared as.
pub trait FromValue: Sized {
    /// The value as this type.
    ///
    /// # Errors
    /// A value of another type.
    fn from_value(value: Value, param: ParamRef) -> Result<Self>;
}

impl FromValue for Value {
    #[inline]
    fn from_value(value: Value, _: ParamRef) -> Result<Self> {
        Ok(value)
    }
}

macro_rules! from_value {
    ($type:ty, $needs:literal, $pattern:pat => $result:expr) => {
        impl FromValue for $type {
            #[inline]
            fn from_value(value: Value, param: ParamRef) -> Result<Self> {
                match value {
                    $pattern => Ok($result),
                    other => Err(param.type_error($needs, &other)),
                }
            }
        }
    };
}

from_value!(Text, "a string", Value::Text(text) => text);
from_value!(Keyword, "a keyword", Value::Keyword(keyword) => keyword);
from_value!(bool, "a boolean", Value::Bool(yes) => yes.get());
from_value!(Arc<Vector>, "a vector", Value::Vector(vector) => vector);
from_value!(Arc<Map>, "a map", Value::Map(map) => map);
from_value!(Arc<Set>, "a set", Value::Set(set) => set);
from_value!(Arc<super::Atom>, "an atom", Value::Atom(atom) => atom);
from_value!(Arc<super::Regex>, "a regex", Value::Regex(regex) => regex);

impl FromValue for i64 {
    #[inline]
    fn from_value(value: Value, param: ParamRef) -> Result<Self> {
        match value {
            Value::Int(n) => Ok(n),
            #[expect(
                clippy::cast_possible_truncation,
                reason = "what Clojure does; saturates outside, and no number is 0"
            )]
            Value::Float(x) if !x.get().is_infinite() => Ok(x.get() as i64),
            other => Err(param.type_error(Expected::INTEGER, &other)),
        }
    }
}

/// A count or an index; negative ones are refused.
impl FromValue for usize {
    fn from_value(value: Value, param: ParamRef) -> Result<Self> {
        match usize::try_from(i64::from_value(value.clone(), param)?) {
            Ok(n) => Ok(n),
            Err(_) => Err(param.type_error("a number that is not negative", &value)),
        }
    }
}

impl FromValue for f64 {
    fn from_value(value: Value, param: ParamRef) -> Result<Self> {
        match Number::of(&value) {
            Some(number) => Ok(number.to_f64()),
            None => Err(param.type_error("a number", &value)),
        }
    }
}

/// `nil`, or a value of the type.
impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: Value, param: ParamRef) -> Result<Self> {
        match value {
            Value::Nil => Ok(None),
            other => T::from_value(other, param).map(Some),
        }
    }
}

/// A value that can be called.
pub struct Callable(pub Value);

impl FromValue for Callable {
    #[inline]
    fn from_value(value: Value, param: ParamRef) -> Result<Self> {
        match &value {
            Value::Function(_)
            | Value::Keyword(_)
            | Value::Map(_)
            | Value::Set(_)
            | Value::Vector(_)
            | Value::Symbol(_) => Ok(Self(value)),
            other => Err(param.type_error("a function", other)),
        }
    }
}

impl std::ops::Deref for Callable {
    type Target = Value;
    fn deref(&self) -> &Value {
        &self.0
    }
}
