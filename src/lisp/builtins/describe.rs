//! The shape of a value in a few words, so that a model need not print what it only wants to know the keys of.

use std::fmt::Write;

use super::builtins;
use crate::lisp::text::abridge;
use crate::lisp::value::{Context, Iter, Result, Value, shorten};

/// Items of one collection that are looked at.
const SAMPLE: usize = 50;

/// Values that are looked at in all.
const MOST_VALUES: usize = 2_000;

/// Keys beyond which a map is a table, not a record.
const MOST_FIELDS: usize = 24;

/// Levels below the value.
const MAX_LEVELS: usize = 5;

/// The longest description.
const MAX_DESCRIPTION: usize = 2_000;

/// What the values at one place have in common.
#[derive(Default)]
struct Shape {
    /// How many there are.
    values: usize,
    /// The kinds of those without items.
    scalars: Vec<&'static str>,
    /// The fields of records, and how many records there are.
    records: usize,
    fields: Vec<(String, Shape)>,
    /// Vectors, sequences, sets.
    items: Option<Box<Items>>,
    /// Maps that are tables.
    table: Option<Box<Table>>,
}

struct Items {
    kind: &'static str,
    least: usize,
    most: usize,
    /// Whether some collection has more items than were looked at, and nobody knows how many.
    endless: bool,
    item: Shape,
}

struct Table {
    least: usize,
    most: usize,
    key: Shape,
    value: Shape,
}

/// Looks at values until there were enough of them.
struct Look {
    left: usize,
}

fn plain(value: &Value) -> &'static str {
    let noun = value.type_name();
    noun.strip_prefix("a ").or_else(|| noun.strip_prefix("an ")).unwrap_or(noun)
}

impl Look {
    fn at(&mut self, cx: &mut dyn Context, shape: &mut Shape, value: &Value, depth: usize) -> Result<()> {
        if self.left == 0 {
            return Ok(());
        }
        self.left = self.left.saturating_sub(1);
        cx.spend(1)?;
        shape.values = shape.values.saturating_add(1);
        let inner = depth.saturating_add(1);
        match value {
            Value::Map(_) | Value::Vector(_) | Value::Seq(_) | Value::Lazy(_) | Value::Set(_)
                if depth >= MAX_LEVELS =>
            {
                shape.scalar(plain(value));
            }
            Value::Map(map) if map.len() <= MOST_FIELDS && map.keys().all(|key| key.as_name().is_some()) => {
                shape.records = shape.records.saturating_add(1);
                for (key, value) in map.iter_ref() {
                    let name = shorten(key, 60);
                    let at = match shape.fields.iter().position(|(known, _)| *known == name) {
                        Some(at) => at,
                        None => {
                            shape.fields.push((name, Shape::default()));
                            shape.fields.len().saturating_sub(1)
                        }
                    };
                    if let Some((_, field)) = shape.fields.get_mut(at) {
                        self.at(cx, field, value, inner)?;
                    }
                }
            }
            Value::Map(map) => {
                let table = shape.table.get_or_insert_with(|| {
                    Box::new(Table {
                        least: map.len(),
                        most: map.len(),
                        key: Shape::default(),
                        value: Shape::default(),
                    })
                });
                table.least = table.least.min(map.len());
                table.most = table.most.max(map.len());
                for (key, value) in map.iter_ref().take(SAMPLE) {
                    self.at(cx, &mut table.key, key, inner)?;
                    self.at(cx, &mut table.value, value, inner)?;
                }
            }
            Value::Vector(_) | Value::Seq(_) | Value::Lazy(_) | Value::Set(_) => {
                let known = value.known_count();
                let items = shape.items.get_or_insert_with(|| {
                    Box::new(Items {
                        kind: plain(value),
                        least: usize::MAX,
                        most: 0,
                        endless: false,
                        item: Shape::default(),
                    })
                });
                let mut seen = 0_usize;
                let mut iter = match value {
                    Value::Set(set) => Iter::new(Value::seq(set.iter_ref().take(SAMPLE).cloned().collect()))?,
                    other => Iter::new(other.clone())?,
                };
                while seen < SAMPLE
                    && let Some(item) = iter.next(cx)?
                {
                    seen = seen.saturating_add(1);
                    self.at(cx, &mut items.item, &item, inner)?;
                }
                items.endless |= known.is_none() && seen == SAMPLE;
                let count = known.unwrap_or(seen);
                items.least = items.least.min(count);
                items.most = items.most.max(count);
            }
            scalar => shape.scalar(plain(scalar)),
        }
        Ok(())
    }
}

fn span(least: usize, most: usize) -> String {
    if least == most { most.to_string() } else { format!("{least} to {most}") }
}

impl Shape {
    fn scalar(&mut self, kind: &'static str) {
        if !self.scalars.contains(&kind) {
            self.scalars.push(kind);
        }
    }

    fn write(&self, out: &mut String) {
        if out.len() > MAX_DESCRIPTION {
            return;
        }
        let mut first = true;
        let mut or = |out: &mut String| {
            if !std::mem::take(&mut first) {
                out.push_str(" or ");
            }
        };
        if self.records > 0 {
            or(out);
            self.write_record(out);
        }
        if let Some(table) = &self.table {
            or(out);
            // Writing to a string does not fail.
            let _ = write!(out, "map of {} entries: ", span(table.least, table.most));
            table.key.write(out);
            out.push_str(" → ");
            table.value.write(out);
        }
        if let Some(items) = &self.items {
            or(out);
            match items.most {
                0 => drop(write!(out, "empty {}", items.kind)),
                _ => {
                    let more = if items.endless { "more than " } else { "" };
                    let _ = write!(out, "{} of {more}{} ", items.kind, span(items.least, items.most));
                    items.item.write(out);
                }
            }
        }
        // What may be nil is said last.
        for kind in self.scalars.iter().filter(|kind| **kind != "nil") {
            or(out);
            out.push_str(kind);
        }
        if self.scalars.contains(&"nil") {
            or(out);
            out.push_str("nil");
        }
        if first {
            out.push('…');
        }
    }

    fn write_record(&self, out: &mut String) {
        out.push('{');
        for (at, (name, field)) in self.fields.iter().enumerate() {
            if at > 0 {
                out.push_str(", ");
            }
            if at >= MOST_FIELDS.saturating_mul(2) {
                out.push('…');
                break;
            }
            out.push_str(name);
            if field.values < self.records {
                out.push('?');
            }
            out.push(' ');
            field.write(out);
        }
        out.push('}');
    }
}

/// The shape of a value.
fn describe(cx: &mut dyn Context, value: &Value) -> Result<String> {
    let mut shape = Shape::default();
    Look { left: MOST_VALUES }.at(cx, &mut shape, value, 0)?;
    let mut text = String::new();
    match (&shape.items, value) {
        (Some(items), _) if items.most > 0 => {
            let more = if items.endless { "more than " } else { "" };
            let _ = write!(text, "{} of {more}{}: ", value.type_name(), items.most);
            items.item.write(&mut text);
        }
        (_, Value::Text(string)) if string.len() > 80 => {
            let _ = write!(text, "a string of {} characters: {}", string.count(), shorten(value, 80));
        }
        (None, _) if shape.records == 0 && shape.table.is_none() => {
            let words = value.describe();
            text.push_str(words.strip_prefix("the ").unwrap_or(&words));
        }
        _ => {
            if shape.records > 0 {
                text.push_str("a map ");
            }
            shape.write(&mut text);
        }
    }
    Ok(abridge(&text, MAX_DESCRIPTION).into_owned())
}

builtins! { Agents;
    /// The shape of a value in a few words. They say its size, its keys and what is in them.
    /// (describe [{:id 1 :tags ["a"]} {:id 2 :price 1.5}])
    /// ;=> "a vector of 2: {:id integer, :tags? vector of 1 string, :price? float}"
    "describe" => "tested -> string" (cx, value: Value) => { describe(cx, &value).map(Value::from) }
}
