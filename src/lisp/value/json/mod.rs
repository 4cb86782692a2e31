//! Values from JSON and to JSON, and from data of Rust and to it.

mod build;
mod export;
mod import;
mod read;

pub use build::to_value;
pub use export::{check_json, json_text, json_text_pretty, says_all_in_json, to_json};
pub(crate) use import::parse_json_with_keys;
pub use import::{from_json, parse_json};
pub use read::from_value;

use super::Value;

/// A value that has no JSON form, and where it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {what} has no JSON form")]
pub struct JsonError {
    /// The path to it: `result.items[2]`.
    pub path: String,
    /// What it is.
    pub what: String,
}

/// Why data of Rust and a value do not fit each other.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct DataError(String);

/// Whether an object key becomes a keyword: where the text reads back as one.
fn reads_as_keyword(key: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || "-_.*+!?<>=$%&|/#'".contains(c);
    !key.is_empty()
        && key.len() <= 200
        && key.chars().all(plain)
        && !key.ends_with('/')
        && !key.starts_with('/')
        && key.matches('/').count() <= 1
        && !key.starts_with(['#', '\''])
}

/// An object key as programs see it: a keyword where the text reads back as one, else a string.
pub fn key_from_json(key: &str) -> Value {
    if reads_as_keyword(key) { Value::keyword(key) } else { Value::text(key) }
}
