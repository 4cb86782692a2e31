//! Placeholder until the doc room lands.
use crate::lisp::value::Builtin;

/// The part of the prompt about the language.
pub fn prompt() -> String {
    String::new()
}

/// One paragraph.
pub fn entry(_name: &str) -> Option<String> {
    None
}

/// Finds.
pub fn search(_text: &str) -> Vec<&'static Builtin> {
    Vec::new()
}

/// All.
pub fn reference() -> String {
    String::new()
}
