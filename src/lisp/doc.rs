//! Placeholder until the doc room lands.

/// The part of the prompt about the language.
pub fn prompt() -> String {
    String::new()
}
