//! Outlines: what is known of a value before the program runs.
//!
//! An outline promises: whatever the expression gives, it looks like this. [`ValueKind::Any`] promises nothing, and stands
//! wherever there is doubt.

use std::fmt;
use std::sync::Arc;

use super::expr::FunctionExpr;
use crate::lisp::value::{Builtin, Function, Iter, Keyword, OutlineRule, Path, Segment, Text, Value};

/// What is known of a value.
#[derive(Clone, Default)]
pub struct Outline {
    /// What it is, where it is not `nil`.
    pub kind: ValueKind,
    /// Whether it may be `nil` as well.
    pub nil: bool,
    /// Where it comes from, if it is a part of something that was declared or given.
    pub origin: Option<Arc<Origin>>,
    /// How deep it is nested.
    depth: u8,
}

/// The kinds of values, as far as they matter.
#[derive(Clone, Default)]
pub enum ValueKind {
    /// Whatever.
    #[default]
    Any,
    /// None at all: the expression leads somewhere else, as `recur` and `throw` do.
    Never,
    /// `nil`.
    Nil,
    /// `true` or `false`.
    Bool,
    /// A number, and which, if it is a known integer.
    Number(Option<i64>),
    /// A string, and which.
    Text(Option<Text>),
    /// A keyword, and which.
    Keyword(Option<Keyword>),
    /// A string or a keyword: a choice of an enumeration.
    Name,
    /// A sequence of so many items as there are, each like this.
    List(Arc<Outline>),
    /// A sequence of just these.
    Tuple(Arc<[Outline]>),
    /// A map with these keys and no others.
    Record(Arc<[(Keyword, Outline)]>),
    /// A map of any keys to values like this.
    Map(Arc<Outline>),
    /// Something that can be called.
    Function(Callee),
}

/// What can be called.
#[derive(Clone)]
pub enum Callee {
    /// A builtin.
    Builtin(&'static Builtin),
    /// A function of the program.
    Closure(Arc<ClosureOutline>),
    /// What a builtin of this rule made of its arguments: `partial`, `comp`, `where`.
    Made(OutlineRule, Arc<[Outline]>),
}

/// A function of the program with what it captures.
pub struct ClosureOutline {
    /// The function, or those of a `letfn`.
    pub function: Arc<FunctionExpr>,
    /// Which one; nothing for the group itself.
    pub member: usize,
    /// What it captures.
    pub captures: Arc<[Outline]>,
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// What it is a part of.
    pub source: OriginSource,
    /// Where in it: `[*].customer`.
    pub path: Path,
}

/// What values are parts of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OriginSource {
    /// The result of a tool, as its contract declares it.
    Tool(Arc<str>),
    /// Data that is there: `ctx/orders`.
    Data(Arc<str>),
}

/// The most fields a record is followed with.
pub(super) const MOST_FIELDS: usize = 256;

/// The most items a tuple is followed with.
pub(super) const MOST_ITEMS: usize = 32;

/// The deepest an outline goes.
const MAX_OUTLINE_DEPTH: u8 = 16;

impl Origin {
    /// The place of a field.
    #[must_use]
    pub fn field(&self, name: &Keyword) -> Self {
        Self { source: self.source.clone(), path: self.path.with(Segment::Key(name.clone())) }
    }

    /// The place of the items of a list, or of the values of a map of any keys.
    #[must_use]
    pub fn items(&self) -> Self {
        Self { source: self.source.clone(), path: self.path.with(Segment::Each) }
    }
}

/// `[*].customer in the result of orders`, `ctx/today`.
impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{} in ", self.path.shown())?;
        }
        match &self.source {
            OriginSource::Tool(tool) => write!(f, "the result of {tool}"),
            OriginSource::Data(data) => f.write_str(data),
        }
    }
}

impl From<ValueKind> for Outline {
    fn from(kind: ValueKind) -> Self {
        let depth = match &kind {
            ValueKind::List(item) | ValueKind::Map(item) => above([&**item]),
            ValueKind::Tuple(items) => above(&**items),
            ValueKind::Record(fields) => above(fields.iter().map(|(_, field)| field)),
            ValueKind::Function(Callee::Made(_, parts)) => above(&**parts),
            ValueKind::Function(Callee::Closure(closure)) => above(&*closure.captures),
            ValueKind::Function(Callee::Builtin(_))
            | ValueKind::Any
            | ValueKind::Never
            | ValueKind::Nil
            | ValueKind::Bool
            | ValueKind::Number(_)
            | ValueKind::Text(_)
            | ValueKind::Keyword(_)
            | ValueKind::Name => 0,
        };
        // Nothing is known of what lies too deep: so no walk over an outline is long.
        if depth > MAX_OUTLINE_DEPTH {
            return Self::ANY;
        }
        Self { nil: matches!(kind, ValueKind::Nil), kind, origin: None, depth }
    }
}

/// The depth of what holds these.
fn above<'a>(parts: impl IntoIterator<Item = &'a Outline>) -> u8 {
    parts.into_iter().map(|part| part.depth).max().unwrap_or(0).saturating_add(1)
}

impl Outline {
    /// Nothing is known.
    pub const ANY: Self = Self { kind: ValueKind::Any, nil: false, origin: None, depth: 0 };

    /// No value comes of it.
    pub const NEVER: Self = Self { kind: ValueKind::Never, nil: false, origin: None, depth: 0 };

    /// A sequence of items like this.
    pub fn list(item: Self) -> Self {
        ValueKind::List(Arc::new(item)).into()
    }

    /// A sequence of just these items.
    pub fn tuple(items: Vec<Self>) -> Self {
        if items.len() > MOST_ITEMS {
            return Self::list(Self::ANY);
        }
        ValueKind::Tuple(items.into()).into()
    }

    /// A map with these keys.
    pub fn record(fields: Vec<(Keyword, Self)>) -> Self {
        if fields.len() > MOST_FIELDS {
            return Self::map(Self::ANY);
        }
        ValueKind::Record(fields.into()).into()
    }

    /// A map of any keys.
    pub fn map(value: Self) -> Self {
        ValueKind::Map(Arc::new(value)).into()
    }

    /// The same, or `nil`.
    #[must_use]
    pub fn or_nil(self) -> Self {
        Self { nil: true, ..self }
    }

    /// The same, if it is not `nil`.
    #[must_use]
    pub fn not_nil(self) -> Self {
        match self.kind {
            ValueKind::Nil => Self::NEVER,
            _ => Self { nil: false, ..self },
        }
    }

    /// The same as a part of something.
    #[must_use]
    pub fn with_origin(self, origin: Origin) -> Self {
        Self { origin: Some(Arc::new(origin)), ..self }
    }

    /// The value, where it is known and not part of anything.
    pub fn as_value(&self) -> Option<Value> {
        match &self.kind {
            ValueKind::Nil if self.origin.is_none() => Some(Value::Nil),
            ValueKind::Number(number) => number.map(Value::from),
            ValueKind::Text(text) => text.clone().map(Value::Text),
            ValueKind::Keyword(keyword) => keyword.clone().map(Value::Keyword),
            _ => None,
        }
    }

    /// What messages call it: `a string`, `the string "abc"`.
    pub fn described(&self) -> String {
        let noun = match &self.kind {
            ValueKind::Any | ValueKind::Never => "anything",
            ValueKind::Nil => "nil",
            ValueKind::Bool => "a boolean",
            ValueKind::Number(_) => "a number",
            ValueKind::Text(_) => "a string",
            ValueKind::Keyword(_) => "a keyword",
            ValueKind::Name => "a choice",
            ValueKind::List(_) | ValueKind::Tuple(_) => "a list",
            ValueKind::Record(_) | ValueKind::Map(_) => "a map",
            ValueKind::Function(_) => "a function",
        };
        self.as_value().map_or_else(|| noun.into(), |value| value.describe())
    }

    /// The same with where it is from: `a map, [*].customer in the result of orders`.
    pub fn described_with_origin(&self) -> String {
        match &self.origin {
            Some(origin) => format!("{}, {origin}", self.described()),
            None => self.described(),
        }
    }

    /// Whether, as a field, it may not be there at all.
    pub fn may_be_missing(&self) -> bool {
        self.nil && !matches!(self.kind, ValueKind::Nil)
    }

    /// The text of a known string or keyword.
    pub fn as_key(&self) -> Option<&str> {
        match &self.kind {
            _ if self.nil => None,
            ValueKind::Keyword(Some(keyword)) => Some(keyword.as_str()),
            ValueKind::Text(Some(text)) => Some(text.as_str()),
            _ => None,
        }
    }

    /// The field of a record.
    pub fn field(&self, key: &str) -> Option<&Self> {
        let ValueKind::Record(fields) = &self.kind else { return None };
        fields.iter().find(|(name, _)| name.as_str() == key).map(|(_, field)| field)
    }

    /// The outline of a value that is there, as long as `left` lasts: one is taken for each value looked at.
    pub fn of_value(value: &Value, origin: Option<&Origin>, left: &mut u64) -> Self {
        Self::of_value_within(value, origin, left, MAX_OUTLINE_DEPTH)
    }

    fn of_value_within(value: &Value, origin: Option<&Origin>, left: &mut u64, depth: u8) -> Self {
        let (Some(rest), Some(depth)) = (left.checked_sub(1), depth.checked_sub(1)) else { return Self::ANY };
        *left = rest;
        let outline = match value {
            Value::Nil => ValueKind::Nil.into(),
            Value::Bool(_) => ValueKind::Bool.into(),
            Value::Int(n) => ValueKind::Number(Some(*n).filter(|_| origin.is_none())).into(),
            Value::Float(_) | Value::Big(_) => ValueKind::Number(None).into(),
            Value::Text(text) => ValueKind::Text(origin.is_none().then(|| text.clone())).into(),
            Value::Keyword(keyword) => ValueKind::Keyword(Some(keyword.clone())).into(),
            Value::Vector(_) | Value::Seq(_) => {
                let count = value.known_count().and_then(|count| u64::try_from(count).ok());
                if count.is_none_or(|count| count > *left) {
                    return Self::list(Self::ANY);
                }
                let inner = origin.map(Origin::items);
                let items = Iter::ready(value).map(|item| Self::of_value_within(&item, inner.as_ref(), left, depth));
                let items: Vec<Self> = items.collect();
                // In data it matters what the items have in common; a program's own vectors are often pairs.
                if items.is_empty() || (origin.is_none() && items.len() <= MOST_ITEMS) {
                    Self::tuple(items)
                } else {
                    Self::list(items.iter().fold(Self::NEVER, |all, item| all.join(item, left)))
                }
            }
            Value::Map(map) if map.len() <= MOST_FIELDS && map.keys().all(|key| key_of(key).is_some()) => {
                let fields = map.iter_ref().filter_map(|(key, held)| {
                    let key = key_of(key)?;
                    let inner = origin.map(|origin| origin.field(&key));
                    Some((key, Self::of_value_within(held, inner.as_ref(), left, depth)))
                });
                Self::record(fields.collect())
            }
            Value::Map(_) => Self::map(Self::ANY),
            Value::Function(function) => match &**function {
                Function::Builtin(builtin) => ValueKind::Function(Callee::Builtin(builtin)).into(),
                Function::Closure(_) | Function::Native { .. } | Function::Step { .. } => Self::ANY,
            },
            Value::Symbol(_)
            | Value::Lazy(_)
            | Value::Set(_)
            | Value::Atom(_)
            | Value::Regex(_)
            | Value::Fault(_)
            | Value::Reduced(_)
            | Value::Date(_)
            | Value::Nothing => Self::ANY,
        };
        match origin {
            Some(origin) if !matches!(outline.kind, ValueKind::Any) => outline.with_origin(origin.clone()),
            _ => outline,
        }
    }

    /// What holds of both, as long as `left` lasts.
    #[must_use]
    pub fn join(&self, other: &Self, left: &mut u64) -> Self {
        let Some(rest) = left.checked_sub(1) else { return Self::ANY };
        *left = rest;
        let same_place = match (&self.origin, &other.origin) {
            (Some(a), Some(b)) => Arc::ptr_eq(a, b) || a == b,
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        let joined = match (&self.kind, &other.kind) {
            (ValueKind::Never, _) => return other.clone(),
            (_, ValueKind::Never) => return self.clone(),
            (ValueKind::Nil, _) => return other.clone().or_nil(),
            (_, ValueKind::Nil) => return self.clone().or_nil(),
            (ValueKind::Bool, ValueKind::Bool) => ValueKind::Bool.into(),
            (ValueKind::Number(a), ValueKind::Number(b)) => ValueKind::Number(a.filter(|_| a == b)).into(),
            (ValueKind::Text(a), ValueKind::Text(b)) => ValueKind::Text(a.clone().filter(|_| a == b)).into(),
            (ValueKind::Keyword(a), ValueKind::Keyword(b)) => {
                let same = a.as_ref().map(Keyword::as_str) == b.as_ref().map(Keyword::as_str);
                ValueKind::Keyword(a.clone().filter(|_| same)).into()
            }
            (
                ValueKind::Text(_) | ValueKind::Keyword(_) | ValueKind::Name,
                ValueKind::Text(_) | ValueKind::Keyword(_) | ValueKind::Name,
            ) => ValueKind::Name.into(),
            (ValueKind::Tuple(a), ValueKind::Tuple(b)) if a.len() == b.len() => {
                Self::tuple(a.iter().zip(&**b).map(|(a, b)| a.join(b, left)).collect())
            }
            (ValueKind::List(_) | ValueKind::Tuple(_), ValueKind::List(_) | ValueKind::Tuple(_)) => {
                Self::list(self.items(left).join(&other.items(left), left))
            }
            (ValueKind::Record(a), ValueKind::Record(b)) if Arc::ptr_eq(a, b) => self.clone(),
            (ValueKind::Record(a), ValueKind::Record(_)) => {
                let mut fields: Vec<(Keyword, Self)> = Vec::with_capacity(a.len());
                for (key, field) in &**a {
                    let joined = match other.field(key.as_str()) {
                        Some(theirs) => field.join(theirs, left),
                        None => field.clone().or_nil(),
                    };
                    fields.push((key.clone(), joined));
                }
                let theirs = other.fields().filter(|(key, _)| self.field(key.as_str()).is_none());
                fields.extend(theirs.map(|(key, field)| (key.clone(), field.clone().or_nil())));
                // Looking each key up among the others is work too.
                *left = left.saturating_sub((fields.len() as u64).saturating_mul(a.len() as u64) / 16);
                Self::record(fields)
            }
            (ValueKind::Map(a), ValueKind::Map(b)) => Self::map(a.join(b, left)),
            _ => return Self::ANY,
        };
        let origin = self.origin.clone().filter(|_| same_place);
        Self { nil: self.nil || other.nil, origin, ..joined }
    }

    /// What every item of a collection looks like.
    #[must_use]
    pub fn items(&self, left: &mut u64) -> Self {
        match &self.kind {
            ValueKind::List(item) => (**item).clone(),
            ValueKind::Tuple(items) => items.iter().fold(Self::NEVER, |all, item| all.join(item, left)),
            ValueKind::Map(value) => Self::tuple(vec![Self::ANY, (**value).clone()]),
            ValueKind::Record(_) => Self::tuple(vec![ValueKind::Keyword(None).into(), Self::ANY]),
            ValueKind::Text(_) => ValueKind::Text(None).into(),
            ValueKind::Nil | ValueKind::Never => Self::NEVER,
            ValueKind::Any
            | ValueKind::Bool
            | ValueKind::Number(_)
            | ValueKind::Keyword(_)
            | ValueKind::Name
            | ValueKind::Function(_) => Self::ANY,
        }
    }

    /// The fields of a record.
    pub fn fields(&self) -> impl Iterator<Item = (&Keyword, &Self)> {
        let fields = match &self.kind {
            ValueKind::Record(fields) => &**fields,
            _ => &[],
        };
        fields.iter().map(|(key, field)| (key, field))
    }
}

/// The key of a record that a value stands for: a string is the same key as the keyword of its name.
fn key_of(key: &Value) -> Option<Keyword> {
    match key {
        Value::Keyword(keyword) => Some(keyword.clone()),
        Value::Text(text) => Some(Keyword::new(text.as_str())),
        _ => None,
    }
}
