//! Sentences: messages and hints are made here, from the parts of exceptions and limits.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::what::{Hint, Missing, Part, Takes, Wanted, What};
use super::{Arity, Builtin, Fault, Raise, Value, brief, shorten};
use crate::lisp::limits::Limit;
use crate::lisp::text::{Error, ErrorKind, LimitKind, LimitReached, abridge};

impl What {
    /// What went wrong, in a sentence.
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            What::Nothing => Cow::Borrowed(""),
            What::Text(text) => Cow::Borrowed(text),
            What::Needs { wanted, got, missing } => bounded(needs(wanted, got, missing.as_ref())),
            What::Unpaired { function, key } => {
                bounded(format!("{function} needs a value for every key; {} has none", described(key)))
            }
            What::Arity { function, given, takes } => bounded(arity(function, *given, takes)),
        }
    }
}

impl Fault {
    /// What was expected and what came.
    pub fn message(&self) -> Cow<'_, str> {
        self.what.text()
    }

    /// What to try.
    pub fn advice(&self) -> Option<Cow<'_, str>> {
        let hint = self.hint.as_ref();
        let What::Needs { missing: Some(missing), .. } = &self.what else { return hint.map(hint_text) };
        let default = hint.map_or(Cow::Borrowed("(or x 0) gives a default"), alternative);
        Some(match keys(missing) {
            Some(keys) => Cow::Owned(format!("{keys}; {default}")),
            None => default,
        })
    }

    /// As an error that leaves the language.
    pub fn to_error(&self) -> Error {
        let message = self.message();
        let message = match &self.data {
            Some(Value::Map(data)) if data.is_empty() => message.into_owned(),
            Some(data) => format!("{message} {}", shorten(data, 500)),
            None => message.into_owned(),
        };
        let mut error = Error::new(self.kind, message);
        error.hint = self.advice().map(|hint| abridge(&hint, Error::LONGEST_HINT).into_owned());
        error.place.clone_from(&self.place);
        error
    }
}

fn bounded(text: String) -> Cow<'static, str> {
    if text.len() <= Error::MAX_MESSAGE { text } else { abridge(&text, Error::MAX_MESSAGE).into_owned() }.into()
}

fn needs(wanted: &Wanted, got: &Part, missing: Option<&Missing>) -> String {
    let mut text = match wanted {
        Wanted::Argument { function: None, expected, .. } => format!("{} is needed", expected.said),
        Wanted::Argument { function: Some(function), expected, argument: None } => {
            format!("{function} needs {}", expected.said)
        }
        Wanted::Argument { function: Some(function), expected, argument: Some(argument) } => {
            format!("{function} needs {} as {argument}", expected.said)
        }
        Wanted::Said(said) => said.clone().into_owned(),
    };
    let _ = write!(text, ", got {}", described(got));
    let _ = match missing {
        None => Ok(()),
        Some(Missing::Key { key, .. }) => write!(text, ": there is no key {}", shown(key)),
        Some(Missing::Nil(key)) => write!(text, ": nil is the value of {}", shown(key)),
        Some(Missing::Path(path)) => write!(text, ": nothing is found under {}", all(path)),
    };
    text
}

fn described(part: &Part) -> Cow<'_, str> {
    match part {
        Part::Leaf(value) => value.describe().into(),
        Part::Said(text) => text.into(),
    }
}

fn shown(part: &Part) -> Cow<'_, str> {
    match part {
        Part::Leaf(value) => shorten(value, Part::SHOWN).into(),
        Part::Said(text) => text.into(),
    }
}

fn all(parts: &[Part]) -> String {
    parts.iter().map(shown).collect::<Vec<_>>().join(" ")
}

/// The keys that a map has, and the one that was probably meant.
fn keys(missing: &Missing) -> Option<String> {
    let Missing::Key { keys, more, near, .. } = missing else { return None };
    if keys.is_empty() {
        return Some("the map is empty".into());
    }
    let more = if *more { " …" } else { "" };
    let meant = near.as_ref().map_or_else(String::new, |near| format!("; did you mean {}?", shown(near)));
    Some(format!("the map has {}{more}{meant}", all(keys)))
}

/// `map was given 0 arguments; it takes 1 or more: (map f) (map f coll)`.
pub(crate) fn arity(function: &str, given: usize, takes: &Takes) -> String {
    let noun = if given == 1 { "argument" } else { "arguments" };
    let takes = match takes {
        Takes::Builtin(builtin) => Cow::Owned(format!("{}: {}", counts(builtin), builtin.signatures())),
        Takes::Said(text) => Cow::Borrowed(&**text),
    };
    format!("{function} was given {given} {noun}; it takes {takes}")
}

/// How many arguments a builtin takes: `1`, `1 or 2`, `1 to 4`, `2 or more`, `0, 2 or more`.
fn counts(builtin: &Builtin) -> String {
    let mut counts: Vec<usize> = Vec::new();
    let mut beyond: Option<usize> = None;
    for Arity { least, most } in builtin.clauses.iter().map(|clause| clause.arity()) {
        match most {
            Some(most) => counts.extend(least..=most),
            None => beyond = Some(beyond.map_or(least, |known| known.min(least))),
        }
    }
    counts.sort_unstable();
    counts.dedup();
    // What comes right before the open end is said by it.
    while let (Some(last), Some(least)) = (counts.last(), beyond)
        && last.saturating_add(1) >= least
    {
        beyond = Some(least.min(*last));
        counts.pop();
    }
    if let (None, [first, _, .., last]) = (beyond, counts.as_slice())
        && last.abs_diff(*first).saturating_add(1) == counts.len()
    {
        return format!("{first} to {last}");
    }
    let mut said: Vec<String> = counts.iter().map(ToString::to_string).collect();
    match (beyond, said.pop()) {
        (Some(least), last) => {
            said.extend(last);
            said.push(format!("{least} or more"));
            said.join(", ")
        }
        (None, Some(last)) if said.is_empty() => last,
        (None, Some(last)) => format!("{} or {last}", said.join(", ")),
        (None, None) => String::new(),
    }
}

fn hint_text(hint: &Hint) -> Cow<'_, str> {
    match hint {
        Hint::Text(text) => Cow::Borrowed(text),
        Hint::Why(reason, otherwise) => format!("{reason}; {otherwise}").into(),
        Hint::Reads(function, text) => format!("({function} {:?}) reads it as one", text.as_str().trim()).into(),
        Hint::Compares(function) => {
            format!("({function} (compare a b) 0) compares strings, and dates as they are written").into()
        }
        Hint::Items(function) => {
            let joins = if function == "+" { "; (concat a b) joins collections, (into a b) vectors" } else { "" };
            format!("(apply {function} coll) takes the items of a collection{joins}").into()
        }
        Hint::Usage(builtin) => match threading(builtin) {
            Some(threading) => format!("usage: {}; {threading}", builtin.signatures()).into(),
            None => format!("usage: {}", builtin.signatures()).into(),
        },
    }
}

/// What to write where a nil is no accident: the last part of a hint.
fn alternative(hint: &Hint) -> Cow<'_, str> {
    match hint {
        Hint::Why(_, otherwise) => Cow::Borrowed(otherwise),
        Hint::Usage(builtin) => threading(builtin).map_or_else(|| hint_text(hint), Cow::Borrowed),
        Hint::Text(_) | Hint::Reads(..) | Hint::Compares(_) | Hint::Items(_) => hint_text(hint),
    }
}

/// Which threading form fits a function of a collection and something else.
fn threading(builtin: &Builtin) -> Option<&'static str> {
    let is_collection = |param: Option<&&str>| param.is_some_and(|param| matches!(*param, "coll" | "map" | "s"));
    match builtin.clauses.iter().map(|clause| clause.params).find(|params| params.len() > 1) {
        Some(params) if is_collection(params.first()) => Some("in a chain use ->, which puts the value first"),
        Some(params) if is_collection(params.last()) => Some("in a chain use ->>, which puts the value last"),
        _ => None,
    }
}

impl Raise {
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
                let mut error = Error::new(ErrorKind::Fail, brief(reason, Error::MAX_MESSAGE));
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
    let is_fixed = Limit::of(reached.limit).is_some_and(|limit| limit.fixed().is_some());
    let raise = if is_fixed { String::new() } else { format!("; the host can raise {name}") };
    let mut error = Error::new(ErrorKind::Limit, format!("{what}: {reached}")).hint(format!("{try_this}{raise}"));
    error.limit = Some(*reached);
    error
}
