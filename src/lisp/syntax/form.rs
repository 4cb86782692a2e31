//! Forms: what the reader makes of a source, with the place of every part.

use crate::lisp::text::{Error, ErrorKind, Source, Span};
use crate::lisp::value::{Map, Set, Symbol, Value, equal, same_key};
use std::sync::Arc;

/// Forms in a row: a clone shares them.
pub type Forms = ecow::EcoVec<Form>;

/// A form and where it stands.
#[derive(Clone, Debug)]
pub struct Form {
    /// What it is.
    pub kind: FormKind,
    /// Where it stands.
    pub span: Span,
    /// A map of what `^` wrote before it, if that is more than a type hint.
    pub meta: Option<Box<Form>>,
}

/// The kinds of forms. Parts are shared: a clone of a form costs nothing to speak of.
#[derive(Clone, Debug)]
pub enum FormKind {
    /// A value that stands for itself: nil, a number, a string, a keyword, a date.
    Literal(Value),
    /// A symbol.
    Symbol(Symbol),
    /// `(…)`.
    List(Forms),
    /// `[…]`.
    Vector(Forms),
    /// `{…}`: keys and values in turn.
    Map(Forms),
    /// `#{…}`.
    Set(Forms),
    /// `#(…)`.
    Function(Forms),
    /// `#"…"`.
    Regex(String),
}

impl Form {
    /// A form at a place.
    pub fn new(kind: FormKind, span: Span) -> Self {
        Self { kind, span, meta: None }
    }

    /// A symbol that the reader or the analyser writes itself.
    pub fn symbol(name: &str, span: Span) -> Self {
        Self::new(FormKind::Symbol(Symbol::new(name)), span)
    }

    /// A list that the reader or the analyser writes itself.
    pub fn list(items: impl Into<Forms>, span: Span) -> Self {
        Self::new(FormKind::List(items.into()), span)
    }

    /// `(name items… rest…)`.
    pub(crate) fn call(name: &str, items: impl IntoIterator<Item = Self>, rest: &[Self], span: Span) -> Self {
        let items = [Self::symbol(name, span)].into_iter().chain(items).chain(rest.iter().cloned());
        Self::list(items.collect::<Forms>(), span)
    }

    /// A vector that the reader or the analyser writes itself.
    pub fn vector(items: impl Into<Forms>, span: Span) -> Self {
        Self::new(FormKind::Vector(items.into()), span)
    }

    /// A value that stands for itself.
    pub fn literal(value: Value, span: Span) -> Self {
        Self::new(FormKind::Literal(value), span)
    }

    /// The name, if this is a symbol.
    pub fn as_symbol(&self) -> Option<&str> {
        match &self.kind {
            FormKind::Symbol(symbol) => Some(symbol.as_str()),
            _ => None,
        }
    }

    /// The name, if this is a keyword.
    pub fn as_keyword(&self) -> Option<&str> {
        match &self.kind {
            FormKind::Literal(Value::Keyword(keyword)) => Some(keyword.as_str()),
            _ => None,
        }
    }

    /// The items, if this is a list.
    pub fn as_list(&self) -> Option<&[Form]> {
        match &self.kind {
            FormKind::List(items) => Some(items),
            _ => None,
        }
    }

    /// The items, if this is a vector.
    pub fn as_vector(&self) -> Option<&[Form]> {
        match &self.kind {
            FormKind::Vector(items) => Some(items),
            _ => None,
        }
    }

    /// The text, if this is a string.
    pub fn as_text(&self) -> Option<&str> {
        match &self.kind {
            FormKind::Literal(Value::Text(text)) => Some(text.as_str()),
            _ => None,
        }
    }

    /// Whether its value takes the metadata that is written before it: that of a call does not.
    pub fn carries_meta(&self) -> bool {
        match &self.kind {
            FormKind::Vector(_) | FormKind::Map(_) | FormKind::Set(_) | FormKind::Function(_) => true,
            FormKind::List(items) => items.is_empty() || self.is_call("fn"),
            FormKind::Literal(_) | FormKind::Symbol(_) | FormKind::Regex(_) => false,
        }
    }

    /// Whether this is a call of the form or function of this name.
    pub fn is_call(&self, name: &str) -> bool {
        self.as_list().and_then(<[Form]>::first).and_then(Form::as_symbol) == Some(name)
    }

    /// The form as data, as `quote` gives it.
    ///
    /// # Errors
    /// Duplicate keys or items; what is no data.
    pub fn to_value(&self, source: &Arc<Source>) -> Result<Value, Error> {
        let value = self.kind_to_value(source)?;
        match self.meta.as_deref().map(|meta| meta.to_value(source)).transpose()? {
            Some(Value::Map(meta)) => Ok(value.with_meta(Some(meta))),
            _ => Ok(value),
        }
    }

    fn kind_to_value(&self, source: &Arc<Source>) -> Result<Value, Error> {
        let all = |items: &[Form]| items.iter().map(|item| item.to_value(source)).collect::<Result<Vec<_>, _>>();
        Ok(match &self.kind {
            FormKind::Literal(value) => value.clone(),
            FormKind::Symbol(symbol) => Value::Symbol(symbol.clone()),
            FormKind::List(items) if items.is_empty() => crate::lisp::value::Seq::empty(),
            FormKind::List(items) => Value::list(all(items)?),
            FormKind::Vector(items) => Value::vector(all(items)?),
            FormKind::Set(items) => {
                let values = all(items)?;
                let mut set = Set::default();
                for (value, item) in values.into_iter().zip(items.iter()) {
                    if set.contains(&value) {
                        return Err(duplicate("item of a set", &value, item.span, source));
                    }
                    set.insert(value);
                }
                set.into()
            }
            FormKind::Map(items) => {
                let values = all(items)?;
                let mut map = Map::default();
                let mut values = values.into_iter().zip(items.iter());
                while let (Some((key, form)), Some((value, _))) = (values.next(), values.next()) {
                    if map.get(&key).is_some() {
                        return Err(duplicate("key", &key, form.span, source));
                    }
                    map.insert(key, value);
                }
                map.into()
            }
            FormKind::Function(_) | FormKind::Regex(_) => {
                let error = Error::new(ErrorKind::Parse, format!("{} is no data", source.slice(self.span)));
                return Err(error.at(source, self.span));
            }
        })
    }

    /// The form with what `^` wrote before it; metadata that it has already stays but for the keys that are in both.
    #[must_use]
    pub fn described(mut self, entries: Vec<Form>, span: Span) -> Self {
        let inner = match self.meta.take().map(|meta| meta.kind) {
            Some(FormKind::Map(items)) => items,
            _ => Forms::new(),
        };
        let is_new = |key: &Form| match &key.kind {
            FormKind::Literal(key) => !entries.iter().step_by(2).any(|new| match &new.kind {
                FormKind::Literal(new) => same_key(new, key),
                _ => false,
            }),
            _ => true,
        };
        let kept = inner.chunks(2).filter(|entry| entry.first().is_some_and(is_new)).flatten().cloned();
        let items: Forms = kept.chain(entries.iter().cloned()).collect();
        self.meta = (!items.is_empty()).then(|| Box::new(Self::new(FormKind::Map(items), span)));
        self
    }

    /// The first key of a map literal that is there twice, where that can be seen.
    pub fn duplicate_key(items: &[Form], step: usize) -> Option<&Form> {
        let scalars = items.iter().step_by(step).filter_map(|form| match &form.kind {
            FormKind::Literal(value) => Some((form, value)),
            _ => None,
        });
        // A map of hundreds of literal keys is checked when it is built; here the quadratic way is quick enough.
        let scalars: Vec<_> = scalars.take(500).collect();
        let twice = |a: &Value, b: &Value| if step == 2 { same_key(a, b) } else { equal(a, b) };
        scalars
            .iter()
            .enumerate()
            .find_map(|(at, (form, key))| scalars.iter().take(at).any(|(_, other)| twice(key, other)).then_some(*form))
    }
}

fn duplicate(what: &str, value: &Value, span: Span, source: &Arc<Source>) -> Error {
    Error::new(ErrorKind::Parse, format!("Duplicate {what}: {value}")).at(source, span)
}
