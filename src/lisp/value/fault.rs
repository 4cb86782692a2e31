//! What stops an evaluation: exceptions that programs can catch, and exits that they cannot.

use std::sync::Arc;

use super::what::{Expected, Hint, Phrase, Takes, What};
use super::{MAX_NESTING, Map, Value};
use crate::lisp::text::{Error, ErrorKind, LimitKind, LimitReached, Place, Source, Span, abridge};

/// The result of everything that can stop an evaluation. As large as a value.
pub type Result<T> = std::result::Result<T, Box<Raise>>;

/// Why an evaluation stopped.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "it is boxed wherever it travels")]
pub enum Raise {
    /// An exception, which `catch` sees.
    Fault(Fault),
    /// A limit was reached. Nothing of the program runs after one.
    Limit(LimitReached, Option<Place>),
    /// `(return v)`.
    Return(Value),
    /// `(fail reason)`.
    Fail(Value, Option<Place>),
    /// The host ended the program.
    Cancelled,
}

/// An exception.
#[derive(Clone, Debug)]
pub struct Fault {
    /// What kind of error it is.
    pub kind: ErrorKind,
    /// The Java class that Clojure would throw, without its package; `catch` asks for it.
    pub class: &'static str,
    /// What was expected and what came.
    pub what: What,
    /// What to try.
    pub hint: Option<Hint>,
    /// The data of an `ex-info`.
    pub data: Option<Value>,
    /// The exception this one was thrown for, or `nil`.
    pub cause: Value,
    /// Where it was raised.
    pub place: Option<Place>,
    /// Where in the function's own source, until the function adds which source that is.
    pub span: Option<Span>,
}

impl Fault {
    /// An exception of a kind.
    pub fn new(kind: ErrorKind, class: &'static str, what: impl Into<What>) -> Self {
        let what = match what.into() {
            What::Text(text) if text.len() > Error::MAX_MESSAGE => {
                What::Text(abridge(&text, Error::MAX_MESSAGE).into_owned())
            }
            other => other,
        };
        Self { kind, class, what, hint: None, data: None, cause: Value::Nil, place: None, span: None }
    }

    /// A value that cannot be used.
    pub fn value(what: impl Into<What>) -> Self {
        Self::new(ErrorKind::Value, "IllegalArgumentException", what)
    }

    /// The same exception as Clojure's class of this name.
    #[must_use]
    pub fn class(mut self, class: &'static str) -> Self {
        self.class = class;
        self
    }

    /// The same exception with what to try.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<Hint>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same exception with data and the exception it was thrown for, as deep as values may be nested.
    ///
    /// # Errors
    /// The limit on nesting.
    pub fn carrying(mut self, data: Option<Value>, cause: Value) -> Result<Self> {
        (self.data, self.cause) = (data, cause);
        let depth = self.depth();
        if depth > MAX_NESTING {
            return Err(limit(LimitKind::Nesting, u64::from(MAX_NESTING), u64::from(depth)));
        }
        Ok(self)
    }

    /// How deep the values in it and the exceptions that it was thrown for are nested.
    pub fn depth(&self) -> u16 {
        let (mut fault, mut level, mut deepest) = (self, 1_u16, 1_u16);
        loop {
            let data = fault.data.as_ref().map_or(0, |data| data.extent().depth);
            deepest = deepest.max(level.saturating_add(data));
            match &fault.cause {
                Value::Fault(cause) => fault = cause,
                _ => return deepest,
            }
            level = level.saturating_add(1);
        }
    }

    /// Whether `(catch name …)` sees this exception; the name may have a package.
    pub fn is_a(&self, name: &str) -> bool {
        let name = name.rsplit('.').next().unwrap_or(name);
        ["default", "Object"].contains(&name)
            || (name == "IExceptionInfo" && self.class == "ExceptionInfo")
            || std::iter::successors(Some(self.class), |class| parent(class)).any(|class| class == name)
    }

    /// Which of the classes after `catch` sees this exception.
    ///
    /// Which class an error of types has in Java depends on the host's types, so where the one that it has here is not
    /// among them, another one catches it too.
    pub fn caught_by<'a>(&self, classes: impl IntoIterator<Item = &'a str>) -> Option<usize> {
        let of_types = ["ClassCastException", "NullPointerException", "IllegalArgumentException"];
        let mut other = None;
        for (index, class) in classes.into_iter().enumerate() {
            let name = class.rsplit('.').next().unwrap_or(class);
            match (self.is_a(class), other) {
                (true, Some(other)) if !of_types.contains(&name) => return Some(other),
                (true, _) => return Some(index),
                (false, None) if self.kind == ErrorKind::Type && of_types.contains(&self.class) => {
                    other = of_types.contains(&name).then_some(index);
                }
                (false, _) => {}
            }
        }
        other
    }

    /// The name of the class with its package.
    pub fn full_class(&self) -> String {
        let package = match self.class {
            "ExceptionInfo" | "ArityException" => "clojure.lang",
            "IOException" | "FileNotFoundException" => "java.io",
            "PatternSyntaxException" => "java.util.regex",
            "NoSuchElementException" => "java.util",
            "TimeoutException" => "java.util.concurrent",
            "DateTimeException" => "java.time",
            "DateTimeParseException" => "java.time.format",
            _ => "java.lang",
        };
        format!("{package}.{}", self.class)
    }
}

/// The class that a class of exceptions extends.
fn parent(class: &str) -> Option<&'static str> {
    Some(match class {
        "Throwable" => return None,
        "Exception" | "Error" => "Throwable",
        "AssertionError" | "StackOverflowError" | "IllegalAccessError" => "Error",
        "RuntimeException" | "IOException" | "InterruptedException" | "TimeoutException" => "Exception",
        "FileNotFoundException" => "IOException",
        "NumberFormatException" | "ArityException" | "PatternSyntaxException" => "IllegalArgumentException",
        "StringIndexOutOfBoundsException" | "ArrayIndexOutOfBoundsException" => "IndexOutOfBoundsException",
        "DateTimeParseException" => "DateTimeException",
        _ => "RuntimeException",
    })
}

impl From<Box<Fault>> for Box<Raise> {
    #[cold]
    fn from(fault: Box<Fault>) -> Self {
        Box::new(Raise::Fault(*fault))
    }
}

impl From<Fault> for Box<Raise> {
    #[cold]
    fn from(fault: Fault) -> Self {
        Box::new(Raise::Fault(fault))
    }
}

impl Raise {
    /// Notes the span where it was raised, unless a place is known already.
    #[must_use]
    #[cold]
    pub fn at(mut self: Box<Self>, span: Span) -> Box<Self> {
        if let Raise::Fault(fault) = &mut *self
            && fault.place.is_none()
        {
            fault.span.get_or_insert(span);
        }
        self
    }

    /// Notes which source the span lies in.
    #[must_use]
    #[cold]
    pub fn within(mut self: Box<Self>, source: &Arc<Source>) -> Box<Self> {
        if let Raise::Fault(fault) = &mut *self
            && let Some(span) = fault.span.take()
            && fault.place.is_none()
        {
            fault.place = Some(Place { source: source.clone(), span });
        }
        self
    }

    /// The same, said of another function.
    #[must_use]
    #[cold]
    pub fn said_of(mut self: Box<Self>, name: &'static str) -> Box<Self> {
        if let Raise::Fault(fault) = &mut *self
            && let Some(function) = fault.what.function_mut()
        {
            *function = Some(name.into());
        }
        self
    }
}

/// A limit was reached.
#[cold]
pub fn limit(limit: LimitKind, configured: u64, observed: u64) -> Box<Raise> {
    Box::new(Raise::Limit(LimitReached { limit, configured, observed }, None))
}

/// `+ needs numbers, got the string "2"`.
#[cold]
pub fn type_error(function: impl Into<Phrase>, expected: impl Into<Expected>, got: &Value) -> Box<Raise> {
    type_error_as(function.into(), expected.into(), None, got)
}

/// `take needs an integer as n, got nil`.
#[cold]
pub fn type_error_as(function: Phrase, expected: Expected, argument: Option<&'static str>, got: &Value) -> Box<Raise> {
    let (class, hint) = (expected.class_for(got), expected.advice(&function, got));
    let fault = Fault::new(ErrorKind::Type, class, What::needs_as(function, expected, argument, got));
    Fault { hint, ..fault }.into()
}

/// A value that cannot be used.
#[cold]
pub fn value_error(what: impl Into<What>) -> Box<Raise> {
    Fault::value(what).into()
}

/// What Clojure has and the sandbox has not.
#[cold]
pub fn unsupported(message: impl Into<What>, hint: impl Into<Hint>) -> Box<Raise> {
    Fault::new(ErrorKind::Unsupported, "UnsupportedOperationException", message).hint(hint).into()
}

/// A function was called with a number of arguments it does not take.
#[cold]
pub fn arity_error(function: impl Into<Phrase>, given: usize, takes: impl Into<Takes>) -> Box<Raise> {
    let what = What::Arity { function: function.into(), given, takes: takes.into() };
    Fault::new(ErrorKind::Arity, "ArityException", what).into()
}

impl Value {
    /// The exception as a value for `catch`.
    pub fn fault(fault: Fault) -> Value {
        Value::Fault(Arc::new(fault))
    }

    /// An empty map.
    pub fn empty_map() -> Value {
        Map::default().into()
    }
}
