//! Regexes: matching, splitting and replacing.

use super::print::room;
use super::text::{not_text, with_hint, wrong_replacement};
use crate::lisp::text::abridge;
use crate::lisp::value::{Context, Fault, FromValue, ParamRef, Regex, Result, Text, Value, type_error};
use regex::CaptureLocations;
use std::sync::Arc;

/// A regex as an argument, with advice for what models pass instead.
pub(crate) struct Pattern(pub(crate) Arc<Regex>);

impl FromValue for Pattern {
    fn from_value(value: Value, param: ParamRef) -> Result<Self> {
        match value {
            Value::Regex(regex) => Ok(Self(regex)),
            other => {
                let hint = match &other {
                    Value::Text(text) => {
                        let pattern = abridge(text.as_str(), 60);
                        format!("the regex comes first: #{pattern:?}, or (re-pattern s) for one made of a string")
                    }
                    _ => "a regex is written #\"[a-z]+\"".into(),
                };
                Err(with_hint(param.type_error("a regex", &other), hint))
            }
        }
    }
}

/// Compiles a pattern and charges for it.
pub(crate) fn compile(cx: &mut dyn Context, pattern: &str) -> Result<Arc<Regex>> {
    cx.spend((pattern.len() as u64).saturating_mul(100).saturating_add(1_000))?;
    Ok(Arc::new(Regex::compile(pattern)?))
}

/// The matches of a regex in a text, one after the other, as Java finds them: after an empty match the search goes on
/// one character further, and an empty match may follow right after another one.
pub(crate) struct Matches<'a> {
    regex: &'a Regex,
    text: &'a str,
    groups: CaptureLocations,
    at: Option<usize>,
    begun: bool,
}

impl<'a> Matches<'a> {
    pub(crate) fn new(regex: &'a Regex, text: &'a str) -> Self {
        Self { regex, text, groups: regex.compiled.capture_locations(), at: Some(0), begun: false }
    }

    /// The place of the next match.
    ///
    /// The first search pays for the whole text. Later ones pay a little for all that is left, because a search may look
    /// far ahead before it finds something near.
    pub(crate) fn next(&mut self, cx: &mut dyn Context) -> Result<Option<(usize, usize)>> {
        let Some(at) = self.at else { return Ok(None) };
        let left = self.text.len().saturating_sub(at) as u64;
        let cost = left.saturating_mul(u64::from(self.regex.states));
        cx.spend(2_u64.saturating_add(if self.begun { cost >> 16 } else { cost >> 3 }))?;
        self.begun = true;
        let found = if self.groups.len() > 1 {
            self.regex
                .compiled
                .captures_read_at(&mut self.groups, self.text, at)
                .map(|found| (found.start(), found.end()))
        } else {
            self.regex.compiled.find_at(self.text, at).map(|found| (found.start(), found.end()))
        };
        self.at = match found {
            Some((start, end)) if start == end => {
                let next = self.text.get(end..).and_then(|rest| rest.chars().next());
                next.map(|c| end.saturating_add(c.len_utf8()))
            }
            Some((_, end)) => Some(end),
            None => None,
        };
        Ok(found)
    }

    /// What a program sees of the match found last: its text, or a vector of it and its groups.
    pub(crate) fn value(&self, cx: &mut dyn Context, (start, end): (usize, usize)) -> Result<Value> {
        cx.reserve(self.copied((start, end)))?;
        let whole = Value::from(self.text.get(start..end).unwrap_or(""));
        if self.groups.len() <= 1 {
            return Ok(whole);
        }
        let groups = (1..self.groups.len()).map(|group| Value::from(self.group(group)));
        Ok(Value::vector(std::iter::once(whole).chain(groups).collect()))
    }

    /// How many bytes of the text that copies: groups lie in groups, and each has its own.
    fn copied(&self, (start, end): (usize, usize)) -> usize {
        let groups = (1..self.groups.len()).filter_map(|group| self.groups.get(group));
        groups.map(|(start, end)| end.saturating_sub(start)).fold(end.saturating_sub(start), usize::saturating_add)
    }

    /// The text of a group of the match found last, if it took part.
    fn group(&self, group: usize) -> Option<&'a str> {
        let (start, end) = self.groups.get(group)?;
        self.text.get(start..end)
    }
}

/// All matches of a regex in a text.
pub(crate) fn all(cx: &mut dyn Context, regex: &Regex, text: &str) -> Result<Vec<Value>> {
    let mut matches = Matches::new(regex, text);
    let mut all = Vec::new();
    let mut bytes = 0_usize;
    let each = matches.groups.len().saturating_mul(128);
    while let Some((start, end)) = matches.next(cx)? {
        bytes = bytes.saturating_add(each).saturating_add(matches.copied((start, end)));
        if bytes > 1 << 14 {
            cx.reserve(bytes)?;
            bytes = 0;
        }
        all.push(matches.value(cx, (start, end))?);
    }
    Ok(all)
}

/// The match of a whole text.
pub(crate) fn whole(cx: &mut dyn Context, regex: &Regex, text: &str) -> Result<Value> {
    let mut matches = Matches::new(regex, text);
    match matches.next(cx)? {
        // The match preferred here is preferred among those of the whole text as well.
        Some((0, end)) if end == text.len() => return matches.value(cx, (0, end)),
        Some((0, _)) => {}
        Some(_) | None => return Ok(Value::Nil),
    }
    cx.spend((text.len() as u64).saturating_mul(u64::from(regex.states)) >> 3)?;
    let mut groups = regex.whole().capture_locations();
    let Some(found) = regex.whole().captures_read(&mut groups, text) else { return Ok(Value::Nil) };
    let span = (found.start(), found.end());
    Matches { regex, text, groups, at: None, begun: true }.value(cx, span)
}

/// What to split or replace by: a regex, or a plain string.
enum Separator<'a> {
    Regex(Matches<'a>),
    Plain { text: &'a str, part: &'a str, at: Option<usize> },
}

impl<'a> Separator<'a> {
    fn plain(text: &'a str, part: &'a str) -> Self {
        Self::Plain { text, part, at: Some(0) }
    }

    fn next(&mut self, cx: &mut dyn Context) -> Result<Option<(usize, usize)>> {
        match self {
            Self::Regex(matches) => matches.next(cx),
            Self::Plain { text, part, at } => {
                let Some(from) = *at else { return Ok(None) };
                let rest = text.get(from..).unwrap_or("");
                let found = rest.find(*part).map(|found| from.saturating_add(found));
                let end = found.map(|start| start.saturating_add(part.len()));
                cx.spend(1_u64.saturating_add(end.unwrap_or(text.len()).saturating_sub(from) as u64 / 16))?;
                *at = match end {
                    Some(end) if part.is_empty() => rest.chars().next().map(|c| end.saturating_add(c.len_utf8())),
                    other => other,
                };
                Ok(found.zip(end))
            }
        }
    }
}

/// The parts of a text between separators, as Java splits: nothing empty before a match of nothing at the start, and
/// nothing empty at the end unless a limit says so.
pub(crate) fn split(cx: &mut dyn Context, text: &Text, by: &Value, limit: i64) -> Result<Value> {
    let whole = text.as_str();
    let mut separator = match by {
        Value::Regex(regex) => Separator::Regex(Matches::new(regex, whole)),
        Value::Text(part) => Separator::plain(whole, part.as_str()),
        other => {
            let error = type_error("clojure.string/split", "a regex or string to split at", other);
            return Err(with_hint(error, "write (str/split s #\",\")"));
        }
    };
    let most = usize::try_from(limit).ok().filter(|most| *most > 0).unwrap_or(usize::MAX);
    let mut parts: Vec<Value> = Vec::new();
    let mut from = 0_usize;
    let mut bytes = 0_usize;
    while parts.len().saturating_add(1) < most
        && let Some((start, end)) = separator.next(cx)?
    {
        if from == 0 && start == 0 && end == 0 {
            continue;
        }
        let part = whole.get(from..start).unwrap_or("");
        bytes = bytes.saturating_add(part.len().saturating_add(64));
        if bytes > 1 << 14 {
            cx.reserve(bytes)?;
            bytes = 0;
        }
        parts.push(part.into());
        from = end;
    }
    if from == 0 {
        return Ok(Value::vector(vec![Value::Text(text.clone())]));
    }
    let rest = whole.get(from..).unwrap_or("");
    cx.reserve(rest.len())?;
    parts.push(rest.into());
    while limit == 0 && matches!(parts.last(), Some(Value::Text(last)) if last.is_empty()) {
        parts.pop();
    }
    Ok(Value::vector(parts))
}

/// A piece of a replacement: plain text, or what a group matched.
enum Piece {
    Plain(String),
    Group(usize),
}

/// The pieces of a replacement in which `$1` and `${name}` stand for groups and a backslash quotes.
fn pieces(replacement: &str, regex: &Regex) -> Result<Vec<Piece>> {
    let refuse = |message: String| {
        let fault = Fault::value(message);
        Err(fault.hint("$1 stands for a group; write \\\\$ for a dollar sign, or (str/re-quote-replacement s)").into())
    };
    let count = regex.compiled.captures_len();
    let mut made = Vec::new();
    let mut plain = String::new();
    let mut rest = replacement.chars();
    while let Some(c) = rest.next() {
        match c {
            '\\' => match rest.next() {
                Some(quoted) => plain.push(quoted),
                None => return refuse("character to be escaped is missing".into()),
            },
            '$' => {
                let after = rest.as_str();
                let group = if let Some(named) = after.strip_prefix('{') {
                    let Some((name, beyond)) = named.split_once('}') else {
                        return refuse("named capturing group is missing trailing '}'".into());
                    };
                    rest = beyond.chars();
                    match regex.compiled.capture_names().position(|known| known == Some(name)) {
                        Some(group) => group,
                        None => return refuse(format!("No group with name {{{}}}", abridge(name, 60))),
                    }
                } else {
                    let Some(first) = after.chars().next().and_then(|c| c.to_digit(10)) else {
                        return refuse("Illegal group reference: group index is missing".into());
                    };
                    rest.next();
                    let mut group = first as usize;
                    if group >= count {
                        return Err(Fault::value(format!("No group {group}"))
                            .class("IndexOutOfBoundsException")
                            .into());
                    }
                    while let Some(digit) = rest.as_str().chars().next().and_then(|c| c.to_digit(10)) {
                        let longer = group.saturating_mul(10).saturating_add(digit as usize);
                        if longer >= count {
                            break;
                        }
                        rest.next();
                        group = longer;
                    }
                    group
                };
                if !plain.is_empty() {
                    made.push(Piece::Plain(std::mem::take(&mut plain)));
                }
                made.push(Piece::Group(group));
            }
            c => plain.push(c),
        }
    }
    made.push(Piece::Plain(plain));
    Ok(made)
}

/// A text with the first or all matches replaced.
pub(crate) fn replace(
    cx: &mut dyn Context,
    name: &'static str,
    text: Text,
    what: &Value,
    by: &Value,
    once: bool,
) -> Result<Value> {
    let whole = text.as_str();
    let mut separator = match what {
        Value::Regex(regex) => Separator::Regex(Matches::new(regex, whole)),
        Value::Text(part) => Separator::plain(whole, part.as_str()),
        other => {
            let error = type_error(name, "a string, character or regex to replace", other);
            return Err(with_hint(error, "write (str/replace s \"a\" \"b\") or (str/replace s #\"[ab]\" \"c\")"));
        }
    };
    match (what, by) {
        (_, Value::Text(_)) => {}
        (_, Value::Nil) => return Err(not_text(name, "a replacement", None, by)),
        (
            Value::Regex(_),
            Value::Function(_) | Value::Map(_) | Value::Keyword(_) | Value::Set(_) | Value::Vector(_),
        ) => {}
        (Value::Text(_), Value::Function(_) | Value::Map(_)) => {
            let hint = "only matches of a regex are given to functions and maps: write the match as #\"…\"";
            return Err(wrong_replacement(name, by, hint));
        }
        _ => return Err(wrong_replacement(name, by, "a replacement is a string: (str x) makes one")),
    }
    let mut template: Option<Vec<Piece>> = None;
    let mut out = String::new();
    let mut from = 0_usize;
    let mut found = separator.next(cx)?;
    if found.is_none() {
        return Ok(Value::Text(text));
    }
    while let Some((start, end)) = found {
        let before = whole.get(from..start).unwrap_or("");
        room(cx, &mut out, before.len())?;
        out.push_str(before);
        match (&separator, by) {
            (Separator::Plain { .. }, by) => {
                let by = by.as_name().unwrap_or("");
                room(cx, &mut out, by.len())?;
                out.push_str(by);
            }
            (Separator::Regex(matches), Value::Text(by)) => {
                let template = match &template {
                    Some(template) => template,
                    None => template.insert(pieces(by.as_str(), matches.regex)?),
                };
                for piece in template {
                    let piece = match piece {
                        Piece::Plain(plain) => plain,
                        Piece::Group(0) => whole.get(start..end).unwrap_or(""),
                        Piece::Group(group) => matches.group(*group).unwrap_or(""),
                    };
                    cx.spend(1)?;
                    room(cx, &mut out, piece.len())?;
                    out.push_str(piece);
                }
            }
            (Separator::Regex(matches), function) => {
                let given = matches.value(cx, (start, end))?;
                match cx.call1(function, given)? {
                    Value::Text(made) => {
                        room(cx, &mut out, made.len())?;
                        out.push_str(made.as_str());
                    }
                    other => {
                        let error = type_error(name, "a function that gives strings", &other);
                        return Err(with_hint(error, "(str x) makes a string of any value"));
                    }
                }
            }
        }
        from = end;
        found = if once { None } else { separator.next(cx)? };
    }
    let rest = whole.get(from..).unwrap_or("");
    room(cx, &mut out, rest.len())?;
    out.push_str(rest);
    Ok(out.into())
}
