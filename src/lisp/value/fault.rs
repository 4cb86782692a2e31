//! What stops an evaluation: exceptions that programs can catch, and exits that they cannot.

use std::sync::Arc;

use super::{MAX_NESTING, Map, Value};
use crate::lisp::text::{Error, ErrorKind, LimitKind, LimitReached, Place, Source, Span, abridge};

/// The result of everything that can stop an evaluation. As large as a value.
pub type Result<T> = std::result::Result<T, Box<Raise>>;

/// Why an evaluation stopped.
#[derive(Clone, Debug)]
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
    pub message: String,
    /// Whether it was made without a message.
    pub silent: bool,
    /// What to try.
    pub hint: Option<String>,
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
    pub fn new(kind: ErrorKind, class: &'static str, message: impl Into<String>) -> Self {
        let message = abridge(&message.into(), Error::LONGEST).into_owned();
        Self { kind, class, message, silent: false, hint: None, data: None, cause: Value::Nil, place: None, span: None }
    }

    /// A value that cannot be used.
    pub fn value(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Value, "IllegalArgumentException", message)
    }

    /// The same exception as Clojure's class of this name.
    #[must_use]
    pub fn class(mut self, class: &'static str) -> Self {
        self.class = class;
        self
    }

    /// The same exception with what to try.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
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

    /// As an error that leaves the language.
    pub fn to_error(&self) -> Error {
        let message = match &self.data {
            Some(Value::Map(data)) if data.is_empty() => self.message.clone(),
            Some(data) => format!("{} {}", self.message, super::shorten(data, 500)),
            None => self.message.clone(),
        };
        let mut error = Error::new(self.kind, message);
        error.hint = self.hint.as_deref().map(|hint| abridge(hint, 800).into_owned());
        error.place.clone_from(&self.place);
        error
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
    pub fn renamed(mut self: Box<Self>, from: &str, to: &str) -> Box<Self> {
        if let Raise::Fault(fault) = &mut *self
            && let Some(rest) = fault.message.strip_prefix(from)
        {
            fault.message = format!("{to}{rest}");
        }
        self
    }

    /// As an error that leaves the language.
    pub fn to_error(&self) -> Error {
        match self {
            Raise::Fault(fault) => fault.to_error(),
            Raise::Limit(reached, place) => {
                let mut error = limit_error(reached);
                error.place.clone_from(place);
                error
            }
            Raise::Return(value) => {
                Error::new(ErrorKind::Value, format!("(return {value}) outside of a program")).hint("return ends a run")
            }
            Raise::Fail(reason, place) => {
                let mut error = Error::new(ErrorKind::Fail, super::brief(reason, Error::LONGEST));
                error.place.clone_from(place);
                error
            }
            Raise::Cancelled => Error::new(ErrorKind::Limit, "the host cancelled the program"),
        }
    }
}

fn limit_error(reached: &LimitReached) -> Error {
    let name = reached.name();
    let what = match reached.limit {
        LimitKind::Steps => "the program took too many steps",
        LimitKind::Time => "the program ran too long (milliseconds)",
        LimitKind::Memory => "the program holds too much memory (bytes)",
        LimitKind::Depth => "calls are nested too deeply",
        LimitKind::Nesting => "a value is nested too deeply",
        LimitKind::SourceNesting => "the source is nested too deeply",
        LimitKind::Source => "the source is too long (bytes)",
        LimitKind::Result => "the result is too large (bytes of JSON)",
        LimitKind::IntegerBits => "an integer is too large (bits)",
        LimitKind::ToolCalls => "the program called tools too often",
        LimitKind::Output
        | LimitKind::Branches
        | LimitKind::RegexStates
        | LimitKind::Captures
        | LimitKind::Turns
        | LimitKind::BudgetTurns
        | LimitKind::BudgetTokens
        | LimitKind::BudgetCost
        | LimitKind::BudgetTime
        | LimitKind::BudgetDepth
        | LimitKind::BudgetProcesses
        | LimitKind::BudgetToolCalls
        | LimitKind::BudgetDescriptorBytes => name,
    };
    let try_this = match reached.limit {
        LimitKind::Steps | LimitKind::Time => "work on less data, or break the work into several programs",
        LimitKind::Memory | LimitKind::Result => {
            "keep only what is needed: select-keys, take, count instead of whole collections"
        }
        LimitKind::Depth => "use loop/recur or reduce instead of recursion",
        LimitKind::ToolCalls => "ask for more with each call",
        _ => "make it smaller",
    };
    let mut error = Error::new(ErrorKind::Limit, format!("{what}: {reached}"))
        .hint(format!("{try_this}; the host can raise {name}"));
    error.limit = Some(*reached);
    error
}

/// A limit was reached.
#[cold]
pub fn limit(limit: LimitKind, configured: u64, observed: u64) -> Box<Raise> {
    Box::new(Raise::Limit(LimitReached { limit, configured, observed }, None))
}

/// `+ needs numbers, got the string "2"`.
#[cold]
pub fn type_error(name: &str, needs: &str, got: &Value) -> Box<Raise> {
    let no_sequence = needs.starts_with("a collection") && name != "conj";
    let class = match got {
        Value::Nil => "NullPointerException",
        _ if no_sequence || needs.ends_with("for a map") || needs == "integers" => "IllegalArgumentException",
        _ => "ClassCastException",
    };
    let fault = Fault::new(ErrorKind::Type, class, format!("{name} needs {needs}, got {}", got.describe()));
    let hint = match got {
        Value::Text(text) if needs.starts_with("number") || needs.starts_with("an integer") => {
            // A longer text is no number and no date, and looking through it would cost time that nobody has paid for.
            let text = if text.len() <= 64 { text.as_str().trim() } else { "" };
            let reads = if text.parse::<i64>().is_ok() {
                Some("parse-long")
            } else {
                text.parse::<f64>().ok().map(|_| "parse-double")
            };
            let date = text.len() >= 10 && super::Date::parse(text).is_some();
            let joins = match name {
                "-" if date => Some(
                    "(.between ChronoUnit/DAYS (LocalDate/parse a) (LocalDate/parse b)) gives the days from a to b"
                        .to_owned(),
                ),
                "+" if date => Some("(.plusDays (LocalDate/parse s) n) gives another date".to_owned()),
                "<" | ">" | "<=" | ">=" => {
                    Some(format!("({name} (compare a b) 0) compares strings, and dates as they are written"))
                }
                "+" => Some("(str a b) joins strings".to_owned()),
                _ => None,
            };
            reads.map(|reads| format!("({reads} {text:?}) reads it as one")).or(joins)
        }
        Value::Nil if needs.starts_with("number") => {
            Some("nil often comes from a key that is not there; (or x 0) gives a default".into())
        }
        Value::Atom(_) => Some("@name reads what an atom, volatile or delay holds".into()),
        Value::Vector(_) | Value::Seq(_) | Value::Lazy(_) | Value::Set(_) if needs == "numbers" => {
            let joins = if name == "+" { "; (concat a b) joins collections, (into a b) vectors" } else { "" };
            Some(format!("(apply {name} coll) takes the items of a collection{joins}"))
        }
        _ => None,
    };
    Fault { hint, ..fault }.into()
}

/// A value that cannot be used.
#[cold]
pub fn value_error(message: impl Into<String>) -> Box<Raise> {
    Fault::value(message).into()
}

/// What Clojure has and the sandbox has not.
#[cold]
pub fn unsupported(message: impl Into<String>, hint: impl Into<String>) -> Box<Raise> {
    Fault::new(ErrorKind::Unsupported, "UnsupportedOperationException", message).hint(hint).into()
}

/// A function was called with a number of arguments it does not take.
#[cold]
pub fn arity_error(name: &str, given: usize, takes: &str) -> Box<Raise> {
    let noun = if given == 1 { "argument" } else { "arguments" };
    let message = format!("{name} was given {given} {noun}; it takes {takes}");
    Fault::new(ErrorKind::Arity, "ArityException", message).into()
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
