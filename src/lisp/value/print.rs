//! Printing as Clojure prints: readably (`pr-str`), for display (`str`), and shortened for messages.
//!
//! Lazy sequences are printed as far as they are realised; who prints one whole has forced it before.

use std::fmt::Write as _;

use super::number::float_text;
use super::{AtomKind, Fault, Function, Iter, Value};
use crate::lisp::text::abridge;

/// The value as text that reads back as it.
pub fn readable(value: &Value) -> String {
    let mut printer = Printer { out: String::new(), most: usize::MAX, readable: true, held: HELD };
    printer.value(value, 0);
    printer.out
}

/// The value as `print` gives it: as readable text, but strings without quotes wherever they stand.
pub fn printed(value: &Value) -> String {
    let mut printer = Printer { out: String::new(), most: usize::MAX, readable: false, held: HELD };
    printer.value(value, 0);
    printer.out
}

/// The value as `str` gives it: strings without quotes, `nil` as nothing.
pub fn display(value: &Value) -> String {
    match value {
        Value::Nil => String::new(),
        Value::Text(text) => text.as_str().into(),
        Value::Float(x) => float_text(x.get(), false),
        Value::Big(n) => n.to_string(),
        Value::Regex(regex) => regex.pattern.clone(),
        Value::Date(date) => date.to_string(),
        Value::Fault(fault) => described(fault),
        other => {
            let mut printer = Printer { out: String::new(), most: usize::MAX, readable: true, held: HELD };
            printer.value(other, 0);
            printer.out
        }
    }
}

/// The value as `str` gives it, but no more than about `most` bytes of it: for messages.
pub fn brief(value: &Value, most: usize) -> String {
    match value {
        Value::Text(text) => abridge(text.as_str(), most).into_owned(),
        Value::Keyword(_) | Value::Symbol(_) | Value::Vector(_) | Value::Seq(_) | Value::Lazy(_) | Value::Map(_) => {
            shorten(value, most)
        }
        Value::Set(_) | Value::Function(_) | Value::Atom(_) | Value::Reduced(_) => shorten(value, most),
        Value::Nil
        | Value::Nothing
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Big(_)
        | Value::Float(_)
        | Value::Regex(_)
        | Value::Fault(_)
        | Value::Date(_) => display(value),
    }
}

/// An exception as Java's `toString` gives it: class, message and data.
fn described(fault: &Fault) -> String {
    let mut text = fault.full_class();
    let message = fault.message();
    if !message.is_empty() {
        text = format!("{text}: {message}");
    }
    match &fault.data {
        Some(data) => format!("{text} {}", shorten(data, HELD)),
        None => text,
    }
}

/// The value as readable text of about `most` bytes; what is left out is shown as `…`.
pub fn shorten(value: &Value, most: usize) -> String {
    let mut printer = Printer { out: String::new(), most, readable: true, held: HELD };
    printer.value(value, 0);
    let mut text = printer.out;
    if text.len() > most.saturating_add(8) {
        text.truncate(text.floor_char_boundary(most));
        text.push('…');
    }
    text
}

/// How many bytes the contents of cells and exceptions may take in one text. The weight of a value does not count them,
/// and they can be in each other.
const HELD: usize = 64 << 10;

struct Printer {
    out: String,
    most: usize,
    readable: bool,
    /// What is left of [`HELD`].
    held: usize,
}

impl Printer {
    fn full(&self) -> bool {
        self.out.len() >= self.most
    }

    fn value(&mut self, value: &Value, depth: u16) {
        if self.full() || depth > super::MAX_NESTING {
            self.out.push('…');
            return;
        }
        let inner = depth.saturating_add(1);
        match value {
            Value::Vector(items) => self.vector(items, inner),
            Value::Seq(_) | Value::Lazy(_) => self.sequence(value, inner),
            Value::Set(set) => self.set(set, inner),
            Value::Map(map) => self.map(map, inner),
            Value::Atom(atom) => self.cell(atom, inner),
            Value::Reduced(held) => {
                self.out.push_str("#<Reduced ");
                self.held(held, inner);
                self.out.push('>');
            }
            Value::Fault(fault) => self.fault(fault, inner),
            Value::Nil
            | Value::Nothing
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Big(_)
            | Value::Float(_)
            | Value::Text(_)
            | Value::Keyword(_)
            | Value::Symbol(_)
            | Value::Function(_)
            | Value::Regex(_)
            | Value::Date(_) => self.leaf(value),
        }
    }

    /// What has no parts. On its own, so that the stack of a deep value is not one of formatters.
    #[inline(never)]
    fn leaf(&mut self, value: &Value) {
        match value {
            Value::Bool(yes) => self.out.push_str(if yes.get() { "true" } else { "false" }),
            Value::Int(n) => self.out.push_str(itoa::Buffer::new().format(*n)),
            Value::Big(n) => {
                self.display(n);
                self.out.push('N');
            }
            Value::Float(x) => self.out.push_str(&float_text(x.get(), true)),
            Value::Text(text) if self.readable => self.quoted(text.as_str()),
            Value::Text(text) => self.out.push_str(text.as_str()),
            Value::Keyword(keyword) => {
                self.out.push(':');
                self.cut(keyword.as_str());
            }
            Value::Symbol(symbol) => self.cut(symbol.as_str()),
            Value::Function(function) => self.function(function),
            Value::Regex(regex) => {
                self.out.push_str("#\"");
                self.cut(&regex.pattern);
                self.out.push('"');
            }
            Value::Date(date) => self.display(&format_args!("#inst \"{}\"", date.readable())),
            _ => self.out.push_str("nil"),
        }
    }

    #[inline(never)]
    fn cell(&mut self, atom: &super::Atom, depth: u16) {
        self.out.push_str(match atom.kind {
            AtomKind::Atom => "#<Atom ",
            AtomKind::Volatile => "#<Volatile ",
            AtomKind::Delay => "#<Delay ",
            AtomKind::Transient => "#<Transient ",
        });
        match (atom.kind, atom.get()) {
            (AtomKind::Delay, Value::Reduced(held)) => self.held(&held, depth),
            (AtomKind::Delay, _) => self.out.push_str(":pending"),
            (AtomKind::Atom | AtomKind::Volatile | AtomKind::Transient, held) => self.held(&held, depth),
        }
        self.out.push('>');
    }

    /// What a cell or an exception holds. It counts as several levels, since a ring of cells would fill them all.
    #[inline(never)]
    fn held(&mut self, value: &Value, depth: u16) {
        let (start, most) = (self.out.len(), self.most);
        self.most = most.min(start.saturating_add(self.held));
        self.value(value, depth.saturating_add(15));
        self.most = most;
        self.held = self.held.saturating_sub(self.out.len().saturating_sub(start));
    }

    fn display(&mut self, what: &dyn std::fmt::Display) {
        // Writing to a string does not fail.
        let _ = write!(self.out, "{what}");
    }

    /// The space before an item; whether there is room for it.
    fn begins(&mut self, at: usize, separator: &str) -> bool {
        if at > 0 {
            self.out.push_str(separator);
        }
        if self.full() {
            self.out.push('…');
            return false;
        }
        true
    }

    /// By index, because an iterator over a vector is large and there is one on the stack for each level.
    #[inline(never)]
    fn vector(&mut self, items: &super::Vector, depth: u16) {
        self.out.push('[');
        for at in 0..items.len() {
            let (true, Some(item)) = (self.begins(at, " "), items.get(at)) else { break };
            self.value(item, depth);
        }
        self.out.push(']');
    }

    #[inline(never)]
    fn set(&mut self, set: &super::Set, depth: u16) {
        self.out.push_str("#{");
        for (at, item) in set.iter_ref().enumerate() {
            if !self.begins(at, " ") {
                break;
            }
            self.value(item, depth);
        }
        self.out.push('}');
    }

    #[inline(never)]
    fn sequence(&mut self, seq: &Value, depth: u16) {
        self.out.push('(');
        for (at, item) in Iter::ready(seq).enumerate() {
            if !self.begins(at, " ") {
                break;
            }
            self.value(&item, depth);
        }
        self.out.push(')');
    }

    #[inline(never)]
    fn map(&mut self, map: &super::Map, depth: u16) {
        self.out.push('{');
        for (at, (key, value)) in map.iter_ref().enumerate() {
            if !self.begins(at, ", ") {
                break;
            }
            self.value(key, depth);
            self.out.push(' ');
            self.value(value, depth);
        }
        self.out.push('}');
    }

    /// A text as it is, as far as there is room.
    fn cut(&mut self, text: &str) {
        let left = self.most.saturating_sub(self.out.len());
        if text.len() <= left {
            self.out.push_str(text);
        } else {
            self.out.push_str(text.get(..text.floor_char_boundary(left)).unwrap_or(""));
            self.out.push('…');
        }
    }

    fn function(&mut self, function: &Function) {
        match function.name() {
            Some(name) => {
                self.out.push_str("#<fn ");
                self.cut(name);
                self.out.push('>');
            }
            None => self.out.push_str("#<fn>"),
        }
    }

    #[inline(never)]
    fn fault(&mut self, fault: &Fault, depth: u16) {
        self.out.push_str("#error {:kind \"");
        self.out.push_str(fault.kind.name());
        self.out.push_str("\", :message ");
        self.quoted(&fault.message());
        if let Some(data) = &fault.data {
            self.out.push_str(", :data ");
            self.held(data, depth);
        }
        self.out.push('}');
    }

    fn quoted(&mut self, text: &str) {
        self.out.push('"');
        let left = self.most.saturating_sub(self.out.len());
        let mut chars = text.chars();
        for c in chars.by_ref().take(left) {
            match c {
                '"' => self.out.push_str("\\\""),
                '\\' => self.out.push_str("\\\\"),
                '\n' => self.out.push_str("\\n"),
                '\t' => self.out.push_str("\\t"),
                '\r' => self.out.push_str("\\r"),
                '\u{8}' => self.out.push_str("\\b"),
                '\u{c}' => self.out.push_str("\\f"),
                c => self.out.push(c),
            }
        }
        if chars.next().is_some() {
            self.out.push('…');
        }
        self.out.push('"');
    }
}
