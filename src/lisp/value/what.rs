//! What went wrong, as parts: who needs what, what came, what is missing, what to try. Sentences are made in `render`.

use std::borrow::Cow;

use super::{Builtin, Date, Text, Value, shorten};

/// A piece of a sentence: the name of a function, mostly.
pub type Phrase = Cow<'static, str>;

/// What went wrong.
#[derive(Clone, Debug)]
pub enum What {
    /// Nothing is said: the exception was made without a message.
    Nothing,
    /// A sentence that is said in one place only.
    Text(String),
    /// Another value is needed: `+ needs numbers, got the string "2"`.
    Needs {
        /// What is needed.
        wanted: Wanted,
        /// What came.
        got: Part,
        /// Why that was nil, where it was looked up.
        missing: Option<Missing>,
    },
    /// A key without a value: `assoc needs a value for every key; the keyword :a has none`.
    Unpaired {
        /// Who takes keys and values.
        function: Phrase,
        /// The key.
        key: Part,
    },
    /// A call with a number of arguments that the function does not take.
    Arity {
        /// The function.
        function: Phrase,
        /// How many it was given.
        given: usize,
        /// How many it takes.
        takes: Takes,
    },
}

/// What is needed.
#[derive(Clone, Debug)]
pub enum Wanted {
    /// A value of some kind, by a function.
    Argument {
        /// The function; `None` where nobody knows yet who calls.
        function: Option<Phrase>,
        /// The kind of value.
        expected: Expected,
        /// The name of the argument.
        argument: Option<&'static str>,
    },
    /// What is said in one place only: `a vector is called with an index`.
    Said(Phrase),
}

/// A kind of value that is needed, and which exception Java throws for another one.
#[derive(Clone, Debug)]
pub struct Expected {
    /// In words: `numbers`, `a collection`.
    pub said: Cow<'static, str>,
    /// Java's class of the exception for a value that is not nil.
    pub class: &'static str,
    /// Which advice fits.
    advice: Advised,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Advised {
    Anything,
    Integer,
    Numbers,
}

impl Expected {
    /// Numbers for an operator.
    pub const NUMBERS: Self = Self::new("numbers", "ClassCastException", Advised::Numbers);
    /// An integer as an argument.
    pub const INTEGER: Self = Self::new("an integer", "ClassCastException", Advised::Integer);
    /// An integer that counts something.
    pub const POSITIVE: Self = Self::new("an integer of at least 1", "ClassCastException", Advised::Integer);
    /// Integers for operations on bits.
    pub const INTEGERS: Self = Self::argument("integers");
    /// Something with items.
    pub const COLLECTION: Self = Self::argument("a collection");

    const fn new(text: &'static str, class: &'static str, advice: Advised) -> Self {
        Self { said: Cow::Borrowed(text), class, advice }
    }

    /// What is needed, in words; something else is a `ClassCastException`.
    pub const fn said(text: &'static str) -> Self {
        Self::new(text, "ClassCastException", Advised::Anything)
    }

    /// What is needed, in words; something else is an `IllegalArgumentException`.
    pub const fn argument(text: &'static str) -> Self {
        Self::new(text, "IllegalArgumentException", Advised::Anything)
    }

    /// The class of the exception for this value.
    pub fn class_for(&self, got: &Value) -> &'static str {
        if got.is_nil() { "NullPointerException" } else { self.class }
    }

    /// What to try with this value.
    #[cold]
    pub(super) fn advice(&self, function: &Phrase, got: &Value) -> Option<Hint> {
        match got {
            Value::Text(text) if self.advice != Advised::Anything => reading(function, text),
            Value::Nil if self.advice == Advised::Numbers => {
                Some(Hint::Why("nil often comes from a key that is not there", "(or x 0) gives a default"))
            }
            Value::Atom(_) => Some("@name reads what an atom, volatile or delay holds".into()),
            Value::Vector(_) | Value::Seq(_) | Value::Lazy(_) | Value::Set(_) if self.advice == Advised::Numbers => {
                Some(Hint::Items(function.clone()))
            }
            _ => None,
        }
    }
}

/// What to do with a text where a number is needed.
fn reading(function: &Phrase, text: &Text) -> Option<Hint> {
    // A longer text is no number and no date, and looking through it would cost time that nobody has paid for.
    let shown = if text.len() <= 64 { text.as_str().trim() } else { "" };
    if shown.parse::<i64>().is_ok() {
        return Some(Hint::Reads("parse-long", text.clone()));
    }
    if shown.parse::<f64>().is_ok() {
        return Some(Hint::Reads("parse-double", text.clone()));
    }
    let date = shown.len() >= 10 && Date::parse(shown).is_some();
    Some(match &**function {
        "-" if date => {
            "(.between ChronoUnit/DAYS (LocalDate/parse a) (LocalDate/parse b)) gives the days from a to b".into()
        }
        "+" if date => "(.plusDays (LocalDate/parse s) n) gives another date".into(),
        "<" | ">" | "<=" | ">=" => Hint::Compares(function.clone()),
        "+" => "(str a b) joins strings".into(),
        _ => return None,
    })
}

impl From<&'static str> for Expected {
    fn from(text: &'static str) -> Self {
        Self::said(text)
    }
}

impl From<String> for Expected {
    fn from(text: String) -> Self {
        Self { said: text.into(), class: "ClassCastException", advice: Advised::Anything }
    }
}

/// As much of a value as messages say. Holds nothing that has parts, so that no exception keeps a collection, or the
/// exceptions before it.
#[derive(Clone, Debug)]
pub enum Part {
    /// A value without parts.
    Leaf(Value),
    /// How another one is described.
    Said(String),
}

impl Part {
    /// The longest text that is kept as it is.
    const MAX_KEPT_TEXT: usize = 256;

    /// The value with its type, as messages describe it.
    pub fn described(value: &Value) -> Self {
        Self::leaf(value).unwrap_or_else(|| Self::Said(value.describe()))
    }

    /// The value as a program writes it.
    pub fn shown(value: &Value) -> Self {
        Self::leaf(value).unwrap_or_else(|| Self::Said(shorten(value, Self::SHOWN)))
    }

    /// How long a value may be that is shown, in bytes.
    pub(super) const SHOWN: usize = 40;

    fn leaf(value: &Value) -> Option<Self> {
        let is_leaf = match value {
            Value::Nil | Value::Nothing | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Keyword(_) => true,
            Value::Text(text) => text.len() <= Self::MAX_KEPT_TEXT,
            Value::Big(_)
            | Value::Symbol(_)
            | Value::Vector(_)
            | Value::Seq(_)
            | Value::Lazy(_)
            | Value::Map(_)
            | Value::Set(_)
            | Value::Function(_)
            | Value::Atom(_)
            | Value::Regex(_)
            | Value::Fault(_)
            | Value::Reduced(_)
            | Value::Date(_) => false,
        };
        is_leaf.then(|| Self::Leaf(value.clone()))
    }

    /// Whether it is nil.
    pub fn is_nil(&self) -> bool {
        matches!(self, Self::Leaf(Value::Nil | Value::Nothing))
    }
}

/// Why an operand was nil that was looked up.
#[derive(Clone, Debug)]
pub enum Missing {
    /// The map has no such key.
    Key {
        /// The key.
        key: Part,
        /// The first of those that it has.
        keys: Vec<Part>,
        /// Whether it has more.
        more: bool,
        /// The one that was probably meant.
        near: Option<Part>,
    },
    /// The map has the key, and nil is its value.
    Nil(Part),
    /// Nothing is found under these keys, one within the other.
    Path(Vec<Part>),
}

/// How many arguments a function takes.
#[derive(Clone, Debug)]
pub enum Takes {
    /// As many as a builtin does.
    Builtin(&'static Builtin),
    /// In words.
    Said(Phrase),
}

impl From<&'static Builtin> for Takes {
    fn from(builtin: &'static Builtin) -> Self {
        Self::Builtin(builtin)
    }
}

impl From<&'static str> for Takes {
    fn from(text: &'static str) -> Self {
        Self::Said(text.into())
    }
}

impl From<String> for Takes {
    fn from(text: String) -> Self {
        Self::Said(text.into())
    }
}

/// What to try.
#[derive(Clone, Debug)]
pub enum Hint {
    /// In words.
    Text(Cow<'static, str>),
    /// What may be the reason, and what to write if it is not.
    Why(&'static str, &'static str),
    /// A function that reads a number from this text.
    Reads(&'static str, Text),
    /// How strings are compared, in the place of numbers.
    Compares(Phrase),
    /// How the items of a collection become arguments of an operator.
    Items(Phrase),
    /// How a builtin is called.
    Usage(&'static Builtin),
}

impl From<&'static str> for Hint {
    fn from(text: &'static str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Hint {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl What {
    /// A function needs another value than this one.
    pub fn needs(function: impl Into<Phrase>, expected: impl Into<Expected>, got: &Value) -> Self {
        Self::needs_as(function, expected, None, got)
    }

    /// A function needs another value than this one as an argument.
    pub fn needs_as(
        function: impl Into<Phrase>,
        expected: impl Into<Expected>,
        argument: Option<&'static str>,
        got: &Value,
    ) -> Self {
        let wanted = Wanted::Argument { function: Some(function.into()), expected: expected.into(), argument };
        Self::Needs { wanted, got: Part::described(got), missing: None }
    }

    /// A function needs another value than this one, which is described by what is known of it.
    pub fn needs_other(function: impl Into<Phrase>, expected: Expected, described: String) -> Self {
        let wanted = Wanted::Argument { function: Some(function.into()), expected, argument: None };
        Self::Needs { wanted, got: Part::Said(described), missing: None }
    }

    /// A collection is needed by a function that nobody knows yet.
    pub fn no_items(got: &Value) -> Self {
        let wanted = Wanted::Argument { function: None, expected: Expected::COLLECTION, argument: None };
        Self::Needs { wanted, got: Part::described(got), missing: None }
    }

    /// What is said in one place only, and then what came.
    pub fn unfit(said: impl Into<Phrase>, got: &Value) -> Self {
        Self::Needs { wanted: Wanted::Said(said.into()), got: Part::described(got), missing: None }
    }

    /// A key has no value.
    pub fn unpaired(function: impl Into<Phrase>, key: &Value) -> Self {
        Self::Unpaired { function: function.into(), key: Part::described(key) }
    }

    /// The function that needs another value, if that is what went wrong.
    pub fn function_mut(&mut self) -> Option<&mut Option<Phrase>> {
        match self {
            Self::Needs { wanted: Wanted::Argument { function, .. }, .. } => Some(function),
            Self::Needs { wanted: Wanted::Said(_), .. }
            | Self::Nothing
            | Self::Text(_)
            | Self::Unpaired { .. }
            | Self::Arity { .. } => None,
        }
    }
}

impl From<String> for What {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for What {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}
