//! Values: what programs compute with, how they compare, hash, print and become JSON.

mod args;
mod builtin;
mod cell;
mod context;
mod date;
mod drop;
mod equality;
mod extent;
mod fault;
mod function;
mod host;
mod iterate;
mod json;
mod machine;
mod map;
mod meta;
mod name;
mod number;
mod order;
mod path;
mod print;
mod render;
mod rows;
mod scalar;
mod sequence;
mod set;
mod signature;
mod sorted;
mod table;
mod text;
mod vector;
mod what;

use std::sync::Arc;

pub use args::{Args, Callable, FromValue, ParamRef, args};
pub use builtin::{Arity, Builtin, BuiltinCode, Clause, Registry, Theme};
pub use cell::{Atom, AtomExtras, AtomKind, Regex};
pub use context::Context;
pub use date::{Date, DateKind};
pub use equality::{equal, equal_as_made, hash, same_key};
pub use extent::{Extent, MAX_NESTING};
pub use fault::{Fault, Raise, Result, arity_error, limit, type_error, type_error_as, unsupported, value_error};
pub use function::{
    ArgumentExpr, Closure, Code, CompiledFn, DirectCall, Function, Member, SpeculationFrame, StepFunction, Template,
    TemplateArity, code, native,
};
pub use host::{Ask, Host, Resumption, Suspend, ToolAnswer, ToolCall};
pub use iterate::{Iter, Ready, collect, force, pair, seq};
pub(crate) use json::parse_json_with_keys;
pub use json::{
    DataError, JsonError, check_json, from_json, from_value, json_text, json_text_pretty, key_from_json, parse_json,
    says_all_in_json, to_json, to_value,
};
pub use machine::{Allowance, Globals, Machine, Names, Printed, Shared};
pub use map::{Map, Shape};
pub use meta::Meta;
pub use name::{Keyword, Name, Symbol};
pub use num_bigint::BigInt;
pub use number::{Number, arithmetic};
pub use order::compare;
pub use path::{Path, PathError, Segment, Trail};
pub use print::{brief, display, printed, readable, shorten};
pub(crate) use render::arity as arity_message;
pub use scalar::{Boolean, Double};
pub use sequence::{Generator, Lazy, Node, Seq, State, Yield, is_bounded};
pub use set::Set;
pub use signature::{BuiltinSignature, BuiltinType, Gives, OutlineRule, parse as parse_signatures};
pub use sorted::{SortedPlace, compare_by, is_before};
pub use text::{Text, TextBuilder};
pub use vector::Vector;
pub use what::{Expected, Hint, Missing, Part, Phrase, Takes, Wanted, What};

/// Any value of the language. Cheap to clone, 16 bytes, and safe to send between threads.
#[derive(Clone, Default)]
pub enum Value {
    /// `nil`.
    #[default]
    Nil,
    /// `true` or `false`.
    Bool(Boolean),
    /// An integer of 64 bits.
    Int(i64),
    /// A double.
    Float(Double),
    /// An integer beyond 64 bits.
    Big(Arc<BigInt>),
    /// A string; characters are strings of one character.
    Text(Text),
    /// A keyword.
    Keyword(Keyword),
    /// A symbol, from quoted forms.
    Symbol(Symbol),
    /// A vector.
    Vector(Arc<Vector>),
    /// A list or a sequence whose items are there.
    Seq(Arc<Seq>),
    /// A lazy sequence.
    Lazy(Arc<Lazy>),
    /// A map.
    Map(Arc<Map>),
    /// A set.
    Set(Arc<Set>),
    /// A function.
    Function(Arc<Function>),
    /// An atom, volatile or delay: the things that change.
    Atom(Arc<Atom>),
    /// A compiled regular expression.
    Regex(Arc<Regex>),
    /// An exception, as `catch` binds it.
    Fault(Arc<Fault>),
    /// `(reduced x)`: ends a reduction early.
    Reduced(Arc<Value>),
    /// A point on the time line or a calendar date.
    Date(Arc<Date>),
    /// No value: an unset name, the end of a sequence. Programs never see it.
    Nothing,
}

impl Value {
    /// Whether `if` takes the first branch: everything but `nil` and `false`.
    #[inline]
    pub fn is_truthy(&self) -> bool {
        !matches!(self, Self::Nil | Self::Bool(Boolean::False))
    }

    /// Whether this is `nil`.
    #[inline]
    pub fn is_nil(&self) -> bool {
        matches!(self, Self::Nil)
    }

    /// Whether this is no value at all.
    #[inline]
    pub fn is_nothing(&self) -> bool {
        matches!(self, Self::Nothing)
    }

    /// A string.
    pub fn text(text: impl AsRef<str>) -> Self {
        Self::Text(Text::from(text.as_ref()))
    }

    /// A keyword of this name, written without the colon.
    pub fn keyword(name: impl AsRef<str>) -> Self {
        Self::Keyword(Keyword::new(name.as_ref()))
    }

    /// A symbol of this name.
    pub fn symbol(name: impl AsRef<str>) -> Self {
        Self::Symbol(Symbol::new(name.as_ref()))
    }

    /// A vector of these items.
    pub fn vector(items: Vec<Value>) -> Self {
        Self::Vector(Arc::new(Vector::from(items)))
    }

    /// A list, as `list` and quoted forms make it.
    pub fn list(items: Vec<Value>) -> Self {
        Self::Seq(Arc::new(Seq::list(items)))
    }

    /// A sequence whose items are there, as `map` and `filter` make it.
    pub fn seq(items: Vec<Value>) -> Self {
        Self::Seq(Arc::new(Seq::from(items)))
    }

    /// A map of these entries; of two with one key the last wins.
    pub fn map(entries: impl IntoIterator<Item = (Value, Value)>) -> Self {
        Self::Map(Arc::new(Map::from_iter(entries)))
    }

    /// A set of these items.
    pub fn set(items: impl IntoIterator<Item = Value>) -> Self {
        Self::Set(Arc::new(Set::from_iter(items)))
    }

    /// What a message calls the type: `a string`, `nil`.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Nil => "nil",
            Self::Bool(_) => "a boolean",
            Self::Int(_) | Self::Big(_) => "an integer",
            Self::Float(_) => "a float",
            Self::Text(_) => "a string",
            Self::Keyword(_) => "a keyword",
            Self::Symbol(_) => "a symbol",
            Self::Vector(_) => "a vector",
            Self::Seq(seq) if seq.is_list() => "a list",
            Self::Seq(seq) if seq.is_queue() => "a queue",
            Self::Seq(_) | Self::Lazy(_) => "a sequence",
            Self::Map(_) => "a map",
            Self::Set(_) => "a set",
            Self::Function(_) => "a function",
            Self::Atom(atom) => atom.kind.type_name(),
            Self::Regex(_) => "a regex",
            Self::Fault(_) => "an exception",
            Self::Reduced(_) => "a reduced value",
            Self::Date(_) => "a date",
            Self::Nothing => "nothing",
        }
    }

    /// Type and short rendering for messages: `the string "2"`, `nil`, `the map {:a 1}`.
    pub fn describe(&self) -> String {
        match self {
            Self::Nil | Self::Nothing => "nil".into(),
            Self::Function(function) => format!("the function {}", function.name().unwrap_or("fn")),
            other => {
                let noun = other.type_name();
                let noun = noun.strip_prefix("a ").or_else(|| noun.strip_prefix("an ")).unwrap_or(noun);
                format!("the {noun} {}", shorten(other, 80))
            }
        }
    }

    /// The text of a string, keyword or symbol, without colons or quotes.
    pub fn as_name(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text.as_str()),
            Self::Keyword(keyword) => Some(keyword.as_str()),
            Self::Symbol(symbol) => Some(symbol.as_str()),
            _ => None,
        }
    }

    /// The value under a key of a map, `None` where there is no map or no such key.
    pub fn get(&self, key: &str) -> Option<&Value> {
        match self {
            Self::Map(map) => map.get(&Value::keyword(key)),
            _ => None,
        }
    }

    /// Whether this is a vector, list or sequence.
    pub fn is_sequential(&self) -> bool {
        matches!(self, Self::Vector(_) | Self::Seq(_) | Self::Lazy(_))
    }
}

impl From<bool> for Value {
    #[inline]
    fn from(value: bool) -> Self {
        Self::Bool(value.into())
    }
}
impl From<i32> for Value {
    fn from(value: i32) -> Self {
        Self::Int(value.into())
    }
}
impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}
impl From<usize> for Value {
    fn from(value: usize) -> Self {
        i64::try_from(value).map_or_else(|_| number::normal(BigInt::from(value)), Self::Int)
    }
}
impl From<f64> for Value {
    #[inline]
    fn from(value: f64) -> Self {
        Self::Float(value.into())
    }
}
impl From<BigInt> for Value {
    fn from(value: BigInt) -> Self {
        number::normal(value)
    }
}
impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::text(value)
    }
}
impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(Text::from(value))
    }
}
impl From<Text> for Value {
    fn from(value: Text) -> Self {
        Self::Text(value)
    }
}
impl From<Keyword> for Value {
    fn from(value: Keyword) -> Self {
        Self::Keyword(value)
    }
}
impl From<Map> for Value {
    fn from(value: Map) -> Self {
        Self::Map(Arc::new(value))
    }
}
impl From<Set> for Value {
    fn from(value: Set) -> Self {
        Self::Set(Arc::new(value))
    }
}
impl From<Vector> for Value {
    fn from(value: Vector) -> Self {
        Self::Vector(Arc::new(value))
    }
}
impl From<Seq> for Value {
    fn from(value: Seq) -> Self {
        Self::Seq(Arc::new(value))
    }
}
impl From<Function> for Value {
    fn from(value: Function) -> Self {
        Self::Function(Arc::new(value))
    }
}
impl From<Lazy> for Value {
    fn from(value: Lazy) -> Self {
        Self::Lazy(Arc::new(value))
    }
}
impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Nil, Into::into)
    }
}

impl PartialEq for Value {
    /// Clojure's `=` with the departures of the language: `1` equals `1.0`.
    fn eq(&self, other: &Self) -> bool {
        equal(self, other)
    }
}

impl std::fmt::Debug for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&shorten(self, 2000))
    }
}

impl std::fmt::Display for Value {
    /// The readable form, as `pr-str` gives it, up to a MiB: small values can be huge as text. [`readable`] gives all
    /// of it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&shorten(self, 1 << 20))
    }
}

const _: () = assert!(size_of::<Value>() == 16 && size_of::<Result<Value>>() == 16);
