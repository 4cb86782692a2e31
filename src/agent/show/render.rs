//! How values and texts stand in a message: within bounds, in a frame, without what is internal.

use std::sync::Arc;

use serde_json::Value as Json;

use crate::lisp::value::{Iter, Map, Value, readable, shorten, to_json};

/// The longest rendering of a value, in bytes.
const VALUE: usize = 3_000;

/// How something is shown to the model.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Rendering {
    /// By shape and first items.
    #[default]
    Truncated,
    /// As it is.
    Full,
    /// By the beginning of a descriptor.
    Paged(String),
}

/// A value as the model sees it.
#[derive(Default)]
pub(crate) struct ShownValue {
    /// The value without what sub-agents keep to themselves.
    pub outside: Value,
    /// How it is shown.
    pub rendering: Rendering,
}

/// The JSON of a value for traces; the text it prints as, where it has no JSON form.
pub(crate) fn traced(value: &Value) -> Json {
    to_json(value, "value").unwrap_or_else(|_| Json::String(readable(value)))
}

/// Text that can be neither the end of its frame nor a fence: what a tool gave stays what it gave.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, line) in text.split('\n').enumerate() {
        if at > 0 {
            out.push('\n');
        }
        let start = line.trim_start();
        if start.starts_with("```") || start.starts_with("~~~") {
            out.push('\\');
        }
        out.push_str(&line.replace("</", "<\\/"));
    }
    out
}

/// What the value is, in a few words.
pub(crate) fn shape(value: &Value) -> String {
    match value {
        Value::Vector(_) | Value::Seq(_) | Value::Lazy(_) => {
            let noun = if matches!(value, Value::Vector(_)) { "vector" } else { "sequence" };
            let count = count(value);
            match keys_of_all(value) {
                Some(keys) => format!("a {noun} of {count} maps{}", with_keys(&keys)),
                None => format!("a {noun} of {count}"),
            }
        }
        Value::Map(map) => {
            format!("a map of {}{}", map.len(), with_keys(&map.keys().take(KEYS + 1).cloned().collect::<Vec<_>>()))
        }
        Value::Set(set) => format!("a set of {}", set.len()),
        Value::Text(text) => format!("a string of {} characters", text.count()),
        other => other.type_name().to_owned(),
    }
}

/// The most keys that are named.
const KEYS: usize = 12;

fn with_keys(keys: &[Value]) -> String {
    let shown: Vec<String> = keys.iter().take(KEYS).map(|key| shorten(key, 40)).collect();
    match shown.as_slice() {
        [] => String::new(),
        shown => format!(" with keys {}{}", shown.join(" "), if keys.len() > KEYS { " …" } else { "" }),
    }
}

/// The keys of maps, if all items are maps; one more than are named, at most.
fn keys_of_all(value: &Value) -> Option<Vec<Value>> {
    let mut all: Vec<Value> = Vec::new();
    let mut items = 0_usize;
    for item in Iter::ready(value) {
        let Value::Map(map) = &item else { return None };
        items += 1;
        // Records from a table have the same keys; who mixes kinds shows it early.
        if items <= 1_000 && all.len() <= KEYS {
            for key in map.keys().take(KEYS + 1) {
                if !all.contains(key) {
                    all.push(key.clone());
                }
            }
        }
    }
    (items > 0).then_some(all)
}

fn count(value: &Value) -> usize {
    value.known_count().unwrap_or_else(|| Iter::ready(value).count())
}

/// The value, or its first items with how to see more.
pub(crate) fn rendered(value: &Value) -> String {
    let whole = shorten(value, VALUE);
    if whole.len() < VALUE {
        return whole;
    }
    let (shown, rest) = match value {
        Value::Text(text) => {
            let start = Value::text(text.slice(0, VALUE / 2));
            return format!("{start}\n… {} characters in all; (subs ctx/last-result from to) shows more", text.count());
        }
        Value::Map(map) => (entries(map, VALUE), "(keys ctx/last-result) and get-in show parts".to_owned()),
        other if other.is_sequential() => {
            let (text, shown) = items(other, VALUE, "\n");
            let all = count(other);
            let rest = if shown < all {
                format!("the first {shown} of {all}; (nth ctx/last-result {shown}) is the next")
            } else {
                "cut; (nth ctx/last-result 0) is the whole of the first".to_owned()
            };
            (text, rest)
        }
        _ => (whole, "cut; (keys ctx/last-result) and get-in show parts".to_owned()),
    };
    format!("{shown}\n… {rest}")
}

/// The first items of a sequence within a number of bytes, and their count.
fn items(value: &Value, most: usize, between: &str) -> (String, usize) {
    let (mut text, mut shown) = (String::new(), 0_usize);
    for item in Iter::ready(value) {
        let item = portion(&item, most / 5);
        if text.len() + item.len() > most {
            break;
        }
        if shown > 0 {
            text.push_str(between);
        }
        text.push_str(&item);
        shown += 1;
    }
    (text, shown)
}

/// The entries of a map within about this number of bytes: each has its share, and what short ones leave goes to the others.
fn entries(map: &Map, most: usize) -> String {
    let mut lines: Vec<String> = Vec::new();
    let (mut left, mut entries_left) = (most, map.len());
    for (key, value) in map.iter_ref() {
        let share = left / entries_left.max(1);
        // Of very many entries the first ones are shown, instead of a little of each.
        let line = format!("{} {}", shorten(key, 100), portion(value, share.max(60)));
        if line.len() > left {
            break;
        }
        left -= line.len();
        entries_left -= 1;
        lines.push(line);
    }
    let more = if entries_left > 0 { format!("\n … and {entries_left} more keys") } else { String::new() };
    format!("{{{}{more}}}", lines.join(",\n "))
}

/// A value within about this number of bytes: a collection by its count and first items.
fn portion(value: &Value, most: usize) -> String {
    let whole = shorten(value, most);
    if whole.len() < most || most < 120 {
        return whole;
    }
    match value {
        Value::Text(text) => format!("{} … {} characters in all", Value::text(text.slice(0, most / 2)), text.count()),
        other if other.is_sequential() => {
            let (text, shown) = items(other, most - 40, " ");
            format!("[{text} … the first {shown} of {}]", count(other))
        }
        _ => whole,
    }
}

/// A sub-agent's result is shown by its summary and refs, wherever it stands; its whole result and trace stay reachable by
/// program.
pub(crate) fn without_internals(value: &Value) -> Value {
    shown_part(value).unwrap_or_else(|| value.clone())
}

/// What is shown of a value, if that is not all of it.
fn shown_part(value: &Value) -> Option<Value> {
    let is_internal = |key: &Value| matches!(key.as_name(), Some("result" | "trace"));
    let parts = |items: &mut dyn Iterator<Item = Value>| {
        let mut changed = false;
        let shown: Vec<Value> = items
            .map(|item| match shown_part(&item) {
                Some(shown) => {
                    changed = true;
                    shown
                }
                None => item,
            })
            .collect();
        changed.then_some(shown)
    };
    match value {
        Value::Map(map) => {
            let outcome = map.is_outcome();
            let kept = map.iter().filter(|(key, _)| !(outcome && is_internal(key)));
            let (keys, values): (Vec<Value>, Vec<Value>) = kept.unzip();
            let shown = parts(&mut values.iter().cloned());
            if !outcome && shown.is_none() {
                return None;
            }
            Some(Value::map(keys.into_iter().zip(shown.unwrap_or(values))))
        }
        Value::Vector(_) => parts(&mut Iter::ready(value)).map(Value::vector),
        Value::Seq(_) | Value::Lazy(_) => parts(&mut Iter::ready(value)).map(Value::seq),
        Value::Set(set) => parts(&mut set.iter()).map(|items| Value::Set(Arc::new(items.into_iter().collect()))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shape_names_keys_and_counts_lazy_items() {
        let map = |name: &str| Value::map([(Value::keyword(name), Value::from(1))]);
        assert_eq!(shape(&Value::vector(vec![map("a"), map("b")])), "a vector of 2 maps with keys :a :b");
        assert_eq!(shape(&Value::vector(vec![map("a"), Value::from(1)])), "a vector of 2");
        assert_eq!(shape(&Value::map([])), "a map of 0");
        assert_eq!(shape(&Value::seq((0..5_000).map(Value::from).collect())), "a sequence of 5000");
    }

    #[test]
    fn without_internals_hides_result_and_trace_of_sub_agents() {
        let outcome = || Value::map(Map::OUTCOME.map(|key| (Value::keyword(key), Value::text(format!("its {key}")))));
        let with_topic = Value::map(
            [(Value::keyword("topic"), Value::from(1))]
                .into_iter()
                .chain(Map::OUTCOME.map(|key| (Value::keyword(key), Value::text(format!("its {key}"))))),
        );
        for value in [
            outcome(),
            with_topic,
            Value::vector(vec![outcome(); 60]),
            Value::map([(Value::keyword("kids"), Value::seq(vec![outcome()]))]),
            Value::Set(Arc::new([outcome()].into_iter().collect())),
        ] {
            let shown = without_internals(&value).to_string();
            assert!(shown.contains("its summary") && shown.contains("its refs"), "{shown}");
            assert!(!shown.contains("its result") && !shown.contains("its trace"), "{shown}");
        }
        let plain = Value::map([(Value::keyword("result"), Value::from(1))]);
        assert_eq!(without_internals(&plain), plain);
    }
}
