//! Matchers: the matches of a regex in a string, one after the other. A matcher is a volatile of them and a count.

use super::regex::{Pattern, all, whole};
use super::text::{Str, with_hint};
use crate::lisp::value::{Atom, AtomKind, Context, Fault, Hint, Result, Value, type_error};
use std::sync::Arc;

/// What a matcher holds.
struct MatcherState {
    /// How many matches were asked for.
    asked: i64,
    /// The matches.
    found: Value,
    /// The regex and the string that they come from.
    of: [Value; 2],
}

impl MatcherState {
    fn from_matcher(name: &'static str, matcher: &Value) -> Result<(Arc<Atom>, Self)> {
        if let Value::Atom(atom) = matcher
            && let Value::Vector(state) = atom.get()
            && let (Some(Value::Int(asked)), Some(found), Some(regex @ Value::Regex(_)), Some(text)) =
                (state.get(0), state.get(1), state.get(2), state.get(3))
        {
            let state = Self { asked: *asked, found: found.clone(), of: [regex.clone(), text.clone()] };
            return Ok((atom.clone(), state));
        }
        let error = type_error(name, "a matcher", matcher);
        Err(with_hint(error, Hint::Why("(re-matcher re s) makes one", "(re-find re s) and (re-seq re s) need none")))
    }

    fn into_value(self) -> Result<Value> {
        let [regex, text] = self.of;
        Value::vector(vec![Value::Int(self.asked), self.found, regex, text]).within_nesting()
    }

    /// The match of a number.
    fn at(&self, number: i64) -> Option<Value> {
        let Value::Vector(found) = &self.found else { return None };
        usize::try_from(number).ok().and_then(|at| found.get(at)).cloned()
    }
}

/// The next match, or nil.
pub(crate) fn next(cx: &mut dyn Context, name: &'static str, matcher: &Value) -> Result<Value> {
    let (atom, state) = MatcherState::from_matcher(name, matcher)?;
    let next = state.at(state.asked).unwrap_or_default();
    let state = MatcherState { asked: state.asked.saturating_add(1), ..state }.into_value()?;
    cx.write(&atom, state);
    Ok(next)
}

/// Whether a matcher's regex matches all of its string; that is the match found last then.
pub(crate) fn matches(cx: &mut dyn Context, matcher: &Value) -> Result<Value> {
    let (atom, state) = MatcherState::from_matcher(".matches", matcher)?;
    let [Value::Regex(regex), Value::Text(text)] = &state.of else { return Ok(Value::Nil) };
    let found = whole(cx, regex, text.as_str())?;
    let matched = !found.is_nil();
    let found = Value::vector(if matched { vec![found] } else { Vec::new() });
    let state = MatcherState { asked: 1, found, ..state }.into_value()?;
    cx.write(&atom, state);
    Ok(matched.into())
}

pub(crate) fn matcher(cx: &mut dyn Context, re: Pattern, s: &Str) -> Result<Value> {
    let found = Value::vector(all(cx, &re.0, s.as_str())?);
    let state = MatcherState { asked: 0, found, of: [Value::Regex(re.0), Value::Text((**s).clone())] }.into_value()?;
    Ok(cx.make_atom(AtomKind::Volatile, state))
}

/// The match found last.
pub(crate) fn last(name: &'static str, matcher: &Value) -> Result<Value> {
    let (_, state) = MatcherState::from_matcher(name, matcher)?;
    state.at(state.asked.saturating_sub(1)).ok_or_else(|| {
        let fault = Fault::value("No match found").class("IllegalStateException");
        fault.hint("ask (re-find m) first, and whether it gives nil").into()
    })
}

/// A group of a match: the first is all of it.
pub(crate) fn group(found: &Value, index: i64) -> Result<Value> {
    let group = match (found, usize::try_from(index).ok()) {
        (Value::Vector(groups), Some(at)) => groups.get(at).cloned(),
        (found, Some(0)) => Some(found.clone()),
        (_, _) => None,
    };
    group.ok_or_else(|| Fault::value(format!("No group {index}")).class("IndexOutOfBoundsException").into())
}
