//! The text of values: what it costs, and writing it.

use super::classes;
use crate::lisp::value::{Context, Iter, Result, Text, Value, display, force};

/// Realises a value and charges what its text costs, before the text is made.
pub(crate) fn charge(cx: &mut dyn Context, value: &Value) -> Result<()> {
    let size = measure(cx, value)?;
    cx.reserve(size.bytes)
}

/// Realises a value, and says about how large its text is.
pub(crate) fn measure(cx: &mut dyn Context, value: &Value) -> Result<Size> {
    force(value, cx)?;
    let mut size = Size::default();
    size.add(cx, value)?;
    Ok(size)
}

/// About how large the text of a value is.
///
/// Weights do not tell: they count a string as a few leaves, and not what of it has to be escaped.
#[derive(Default)]
pub(crate) struct Size {
    /// The bytes on one line.
    pub(crate) bytes: usize,
    /// The line ends and the indentation, two blanks a level.
    pub(crate) blanks: usize,
    depth: usize,
}

impl Size {
    fn line(&mut self) {
        self.blanks = self.blanks.saturating_add(self.depth.saturating_mul(2)).saturating_add(1);
    }

    fn text(&mut self, bytes: usize) {
        self.bytes = self.bytes.saturating_add(bytes);
    }

    fn deeper(&mut self, cx: &mut dyn Context) -> Result<()> {
        cx.enter()?;
        self.depth = self.depth.saturating_add(1);
        Ok(())
    }

    fn back(&mut self, cx: &mut dyn Context) {
        cx.leave();
        self.depth = self.depth.saturating_sub(1);
        self.line();
    }

    fn add(&mut self, cx: &mut dyn Context, value: &Value) -> Result<()> {
        self.text(2);
        self.line();
        match value {
            Value::Text(text) => {
                cx.spend(1_u64.saturating_add(text.len() as u64 / 16))?;
                let escaped = text.as_str().bytes().map(|byte| match byte {
                    0..0x20 => 6,
                    b'"' | b'\\' => 2,
                    _ => 1,
                });
                self.text(escaped.fold(0, usize::saturating_add));
            }
            Value::Keyword(keyword) => self.text(keyword.as_str().len()),
            Value::Symbol(symbol) => self.text(symbol.as_str().len()),
            Value::Big(number) => {
                let words = number.bits() / 64;
                cx.spend(words.saturating_mul(words) / 16)?;
                self.text(usize::try_from(words).unwrap_or(usize::MAX).saturating_mul(20));
            }
            Value::Regex(regex) => self.text(regex.pattern.len()),
            Value::Vector(_) | Value::Seq(_) | Value::Lazy(_) => {
                self.deeper(cx)?;
                for item in Iter::ready(value) {
                    cx.spend(1)?;
                    self.add(cx, &item)?;
                }
                self.back(cx);
            }
            Value::Set(set) => {
                self.deeper(cx)?;
                for item in set.iter_ref() {
                    cx.spend(1)?;
                    self.add(cx, item)?;
                }
                self.back(cx);
            }
            Value::Map(map) => {
                self.deeper(cx)?;
                for (key, value) in map.iter_ref() {
                    cx.spend(1)?;
                    self.add(cx, key)?;
                    self.add(cx, value)?;
                }
                self.back(cx);
            }
            Value::Atom(atom) => {
                self.deeper(cx)?;
                let held = atom.get();
                force(&held, cx)?;
                self.add(cx, &held)?;
                self.text(16);
                self.back(cx);
            }
            Value::Reduced(inner) => self.add(cx, inner)?,
            Value::Fault(fault) => {
                self.text(fault.message().len());
                if let Some(data) = &fault.data {
                    force(data, cx)?;
                    self.add(cx, data)?;
                }
            }
            Value::Nil
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Float(_)
            | Value::Function(_)
            | Value::Date(_)
            | Value::Nothing => self.text(14),
        }
        Ok(())
    }
}

/// The text of a value as `str` gives it.
pub(crate) fn shown(cx: &mut dyn Context, value: &Value) -> Result<Text> {
    match value {
        Value::Text(text) => Ok(text.clone()),
        // Where it prints as its name alone a class says with `str` what it is.
        Value::Symbol(name) if classes::is_full_name(name.as_str()) => Ok(format!("class {}", name.as_str()).into()),
        other => {
            charge(cx, other)?;
            Ok(display(other).into())
        }
    }
}

/// Makes room for more text, before it is taken.
pub(crate) fn room(cx: &mut dyn Context, out: &mut String, more: usize) -> Result<()> {
    let wanted = out.len().saturating_add(more);
    if wanted > out.capacity() {
        let wanted = wanted.max(out.capacity().saturating_mul(2));
        cx.reserve(wanted)?;
        out.reserve(wanted.saturating_sub(out.len()));
    }
    cx.spend(more as u64 / 64)
}

/// Adds the text of a value as `str` gives it.
pub(crate) fn append(cx: &mut dyn Context, out: &mut String, value: &Value) -> Result<()> {
    match value {
        Value::Nil => Ok(()),
        Value::Text(text) => {
            room(cx, out, text.len())?;
            out.push_str(text.as_str());
            Ok(())
        }
        other => {
            charge(cx, other)?;
            let text = display(other);
            room(cx, out, text.len())?;
            out.push_str(&text);
            Ok(())
        }
    }
}
