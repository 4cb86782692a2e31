//! Strings as arguments: taking them, charging for them, searching them.

use super::print::shown;
use crate::lisp::value::{
    Context, Fault, FromValue, Hint, ParamRef, Raise, Result, Text, Value, What, type_error, type_error_as, value_error,
};

/// A string, with advice for what models pass instead.
pub(crate) struct Str(Text);

impl FromValue for Str {
    fn from_value(value: Value, param: ParamRef) -> Result<Self> {
        match value {
            Value::Text(text) => Ok(Self(text)),
            other => Err(not_text(param.name, "a string", Some(param.argument), &other)),
        }
    }
}

impl std::ops::Deref for Str {
    type Target = Text;
    fn deref(&self) -> &Text {
        &self.0
    }
}

/// The error for a value that is no string, with how to make it one.
#[cold]
pub(crate) fn not_text(
    name: &'static str,
    expected: &'static str,
    argument: Option<&'static str>,
    got: &Value,
) -> Box<Raise> {
    let hint: Hint = match got {
        Value::Nil => Hint::Why("nil often comes from a key that is not there", "(or s \"\") gives a default"),
        Value::Keyword(_) | Value::Symbol(_) => "(name k) gives its name as a string".into(),
        Value::Vector(_) | Value::Seq(_) | Value::Lazy(_) => {
            "map the function over it, or make one string with (str/join coll)".into()
        }
        Value::Regex(_) => "the string comes first, the regex after it".into(),
        _ => "(str x) makes it a string".into(),
    };
    with_hint(type_error_as(name.into(), expected.into(), argument, got), hint)
}

/// The same error with what to try, unless it says so already.
#[cold]
pub(crate) fn with_hint(mut raise: Box<Raise>, hint: impl Into<Hint>) -> Box<Raise> {
    if let Raise::Fault(fault) = &mut *raise {
        fault.hint.get_or_insert_with(|| hint.into());
    }
    raise
}

/// The text of anything but nil: where Clojure calls `toString`.
pub(crate) fn stringy(cx: &mut dyn Context, name: &'static str, value: Value) -> Result<Text> {
    match value {
        Value::Text(text) => Ok(text),
        Value::Nil => Err(not_text(name, "a string", Some("s"), &Value::Nil)),
        Value::Regex(_) => Err(not_text(name, "a string", Some("s"), &value)),
        other => shown(cx, &other),
    }
}

/// What Java counts as white space: neither no-break spaces nor other format characters.
pub(crate) fn is_space(c: char) -> bool {
    matches!(c, '\t'..='\r' | '\u{1c}'..=' ')
        || (!c.is_ascii() && c.is_whitespace() && !matches!(c, '\u{85}' | '\u{a0}' | '\u{2007}' | '\u{202f}'))
}

/// What looking at a whole text costs.
pub(crate) fn walk(cx: &mut dyn Context, text: &str) -> Result<()> {
    cx.spend(1_u64.saturating_add(text.len() as u64 / 16))
}

/// A text in the other case: some letters take three times the bytes of their small ones.
pub(crate) fn cased(cx: &mut dyn Context, text: &Text, make: fn(&str) -> String) -> Result<Value> {
    walk(cx, text.as_str())?;
    if !text.as_str().is_ascii() {
        cx.spend(text.len() as u64 / 2)?;
        let both = |c: char| {
            let upper: usize = c.to_uppercase().map(char::len_utf8).sum();
            let lower: usize = c.to_lowercase().map(char::len_utf8).sum();
            upper.max(lower)
        };
        let grown = text.as_str().chars().map(both).fold(0, usize::saturating_add);
        // What grows beyond the length of the text is moved to a piece of twice the size.
        cx.reserve(grown.saturating_mul(if grown > text.len() { 4 } else { 2 }))?;
        return Ok(make(text.as_str()).into());
    }
    cx.reserve(text.len().saturating_mul(2))?;
    Ok(make(text.as_str()).into())
}

/// Where a part is found from an index on, in characters.
pub(crate) fn index_of(cx: &mut dyn Context, text: &Text, part: &str, from: i64) -> Result<Option<usize>> {
    walk(cx, text.as_str())?;
    let from = usize::try_from(from).unwrap_or(0);
    let rest = text.slice(from, usize::MAX);
    let start = text.len().saturating_sub(rest.len());
    Ok(rest.find(part).map(|at| text.index_of_byte(start.saturating_add(at))))
}

/// Where a part is found last, beginning at an index at most.
pub(crate) fn last_index_of(cx: &mut dyn Context, text: &Text, part: &str, from: i64) -> Result<Option<usize>> {
    walk(cx, text.as_str())?;
    let Ok(from) = usize::try_from(from) else { return Ok(None) };
    let most = text.slice(0, from).len().saturating_add(part.len()).min(text.len());
    let most = text.as_str().ceil_char_boundary(most);
    let found = text.as_str().get(..most).and_then(|start| start.rfind(part));
    Ok(found.map(|at| text.index_of_byte(at)))
}

/// A character as a string of one character.
pub(crate) fn character(name: &'static str, value: &Value) -> Result<char> {
    let code = match value {
        Value::Text(text) => {
            return text.as_char().ok_or_else(|| {
                with_hint(type_error(name, "a character", value), "(first s) gives the first character of a string")
            });
        }
        Value::Int(code) => *code,
        #[expect(clippy::cast_possible_truncation, reason = "what Clojure does; saturates outside")]
        Value::Float(code) => code.get() as i64,
        other => return Err(type_error(name, "a character or its code", other)),
    };
    let c = u32::try_from(code).ok().and_then(char::from_u32);
    c.ok_or_else(|| value_error(format!("Value out of range for char: {code}")))
}

/// The error for a replacement of a kind that the match does not take.
#[cold]
pub(crate) fn wrong_replacement(name: &'static str, by: &Value, hint: &'static str) -> Box<Raise> {
    let class = if by.is_nil() { "NullPointerException" } else { "ClassCastException" };
    let fault = Fault::new(crate::lisp::text::ErrorKind::Type, class, What::needs(name, "another replacement", by));
    fault.hint(hint).into()
}
