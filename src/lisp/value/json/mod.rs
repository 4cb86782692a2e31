//! Values from JSON and to JSON, and from data of Rust and to it.

mod build;
mod export;
mod import;
mod read;

use serde::de::DeserializeSeed;
use serde_json::Value as Json;

pub use self::build::to_value;
pub use self::export::{check_json, json_text, json_text_pretty, says_all_in_json, to_json};
use self::import::{Importer, Seed, too_deep};
pub use self::read::from_value;
use super::{Result, Value, value_error};

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

/// The value of a JSON tree; maps with the same keys share their row of keys.
///
/// # Errors
/// The limit on nesting.
pub fn from_json(json: &Json) -> Result<Value> {
    let mut importer = Importer::default();
    Seed { importer: &mut importer, depth: 0 }
        .deserialize(json)
        .map_err(|error| if importer.is_too_deep { too_deep() } else { value_error(error.to_string()) })
}

/// The value of a JSON text.
///
/// # Errors
/// Text that is not JSON, or is nested too deeply, with line and column.
pub fn parse_json(text: &str) -> Result<Value> {
    parse_json_with_keys(text, key_from_json).map_err(|error| value_error(format!("no JSON: {error}")))
}

/// As [`parse_json`], with other keys than [`key_from_json`] makes; they must differ where the texts differ.
pub(crate) fn parse_json_with_keys(text: &str, key: fn(&str) -> Value) -> serde_json::Result<Value> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let mut importer = Importer::with_keys(key);
    let value = Seed { importer: &mut importer, depth: 0 }.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}
