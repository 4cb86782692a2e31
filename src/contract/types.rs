//! What contracts are made of: types, fields, parameters, signatures.

use crate::lisp::value::{Keyword, Value};

/// What a value may be. Displayed as contracts are written: `[{:id :int :title :string?}]`.
///
/// ```
/// use ptc::contract::Type;
///
/// let hits = Type::list(Type::record([("id", Type::Int), ("title", Type::String.optional())]));
/// assert_eq!(hits.to_string(), "[{:id :int :title :string?}]");
/// assert_eq!(Type::parse("[{id :int, title :string?}]")?, hits);
/// # Ok::<(), ptc::contract::ParseError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub enum Type {
    /// `:string`.
    String,
    /// `:int`, of any size.
    Int,
    /// `:float`; an integer passes for one.
    Float,
    /// `:bool`.
    Bool,
    /// `:keyword`.
    Keyword,
    /// `:any`: whatever it is, `nil` too.
    Any,
    /// `:map`: a map of whatever.
    Map,
    /// `[T]`: a vector, list or sequence.
    List(Box<Type>),
    /// `{:k T}`: a map with at least these fields.
    Record(Vec<Field>),
    /// `{* T}`: a map of any keys to values of one type.
    Dict(Box<Type>),
    /// `(:a | :b)` or `("x" | "y")`: one of these, and there is at least one.
    Enum(Vec<Choice>),
    /// `T?`: that or `nil`; as a field or parameter it may be left out. See [`Type::optional`].
    Optional(Box<Type>),
}

/// One field of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its key, as keyword; in maps the string of the same name is the same key.
    pub name: Keyword,
    /// What it holds; where that is optional the field may be missing.
    pub kind: Type,
}

/// One of the values that an enumeration allows.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Choice {
    /// `:a`, here without the colon.
    Keyword(String),
    /// `"x"`, here without the quotes.
    Text(String),
}

/// One argument that a tool takes.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Its name, and the key in the map of arguments.
    pub name: Keyword,
    /// What may be passed.
    pub kind: Type,
    /// What a tool gets where the argument is left out: data, as a literal can say it.
    pub default: Option<Value>,
    /// What it is for, in words.
    pub description: Option<String>,
}

/// What a tool or an agent takes and gives: `(query :string, limit :int = 10) -> [{:id :int}]`.
#[derive(Clone, PartialEq)]
pub struct Signature {
    /// The arguments by name, in the order they are shown and handed over.
    pub parameters: Vec<Parameter>,
    /// What arguments of other names may be, written `(… * T)`; without it there may be none.
    pub rest: Option<Type>,
    /// What comes back; [`Type::Any`] where the text has no arrow.
    pub returns: Type,
}

impl Type {
    /// `[T]`.
    pub fn list(item: Type) -> Self {
        Self::List(Box::new(item))
    }

    /// `{* T}`.
    pub fn dict(item: Type) -> Self {
        Self::Dict(Box::new(item))
    }

    /// `{:k T …}`; of two fields with one name the last counts.
    pub fn record<'a>(fields: impl IntoIterator<Item = (&'a str, Type)>) -> Self {
        let mut record: Vec<Field> = Vec::new();
        for (name, kind) in fields {
            match record.iter_mut().find(|field| field.name.as_str() == name) {
                Some(field) => field.kind = kind,
                None => record.push(Field::new(name, kind)),
            }
        }
        Self::Record(record)
    }

    /// `("x" | "y")`: one of these strings.
    pub fn strings<'a>(choices: impl IntoIterator<Item = &'a str>) -> Self {
        Self::Enum(choices.into_iter().map(|choice| Choice::Text(choice.into())).collect())
    }

    /// `(:a | :b)`: one of these keywords, given without their colons.
    pub fn keywords<'a>(choices: impl IntoIterator<Item = &'a str>) -> Self {
        Self::Enum(choices.into_iter().map(|choice| Choice::Keyword(choice.into())).collect())
    }

    /// `T?`. What is optional already stays as it is, so that there is one way to say it.
    #[must_use]
    pub fn optional(self) -> Self {
        if self.is_optional() { self } else { Self::Optional(Box::new(self)) }
    }

    /// Whether `nil` or nothing at all will do.
    pub fn is_optional(&self) -> bool {
        matches!(self, Self::Optional(_))
    }

    /// The type of what is there: `T` of `T?`, else the type itself.
    pub fn present(&self) -> &Type {
        match self {
            Self::Optional(inner) => inner,
            Self::String
            | Self::Int
            | Self::Float
            | Self::Bool
            | Self::Keyword
            | Self::Any
            | Self::Map
            | Self::List(_)
            | Self::Record(_)
            | Self::Dict(_)
            | Self::Enum(_) => self,
        }
    }

    /// What messages call a value of this type: `integer`, `list [:int]`, `one of :a, :b`.
    pub(crate) fn noun(&self) -> String {
        match self {
            Self::String => "string".into(),
            Self::Int => "integer".into(),
            Self::Float => "float".into(),
            Self::Bool => "boolean".into(),
            Self::Keyword => "keyword".into(),
            Self::Any => "anything".into(),
            Self::Map => "map".into(),
            Self::List(_) => format!("list {self}"),
            Self::Record(_) | Self::Dict(_) => format!("map {self}"),
            Self::Enum(choices) => {
                let choices: Vec<String> = choices.iter().map(ToString::to_string).collect();
                format!("one of {}", choices.join(", "))
            }
            Self::Optional(inner) => format!("{} or nil", inner.noun()),
        }
    }
}

impl Field {
    /// A field of this name, written without a colon.
    pub fn new(name: &str, kind: Type) -> Self {
        Self { name: Keyword::new(name), kind }
    }
}

impl Choice {
    /// The text of the choice without colon or quotes.
    pub fn name(&self) -> &str {
        match self {
            Self::Keyword(name) | Self::Text(name) => name,
        }
    }

    /// The choice as a value.
    pub fn value(&self) -> Value {
        match self {
            Self::Keyword(name) => Value::keyword(name),
            Self::Text(text) => Value::text(text),
        }
    }
}

impl Parameter {
    /// A parameter without default and description.
    pub fn new(name: &str, kind: Type) -> Self {
        Self { name: Keyword::new(name), kind, default: None, description: None }
    }

    /// A parameter that may be left out: the default stands in, and where that is `nil`, nothing does.
    #[must_use]
    pub fn or(mut self, default: Value) -> Self {
        if default.is_nil() {
            self.kind = self.kind.optional();
            self.default = None;
        } else {
            self.default = Some(default);
        }
        self
    }

    /// Whether a call without it is wrong.
    pub fn is_required(&self) -> bool {
        self.default.is_none() && !self.kind.is_optional()
    }
}

impl Signature {
    /// No parameters, any result.
    pub fn new() -> Self {
        Self { parameters: Vec::new(), rest: None, returns: Type::Any }
    }

    /// The parameter of a name.
    pub fn parameter(&self, name: &str) -> Option<&Parameter> {
        self.parameters.iter().find(|parameter| parameter.name.as_str() == name)
    }
}

impl Default for Signature {
    fn default() -> Self {
        Self::new()
    }
}
