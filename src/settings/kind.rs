//! The types of keys: what each accepts, how it is read from JSON and from a command line, how it is described.

use std::time::Duration;

use serde_json::{Value as Json, json};

use super::error::{LoadError, got};

/// The type of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyType {
    /// A string.
    Text,
    /// A list of strings.
    Texts,
    /// A whole number, 0 or more.
    Count,
    /// A whole number, 1 or more.
    Size,
    /// A number, 0 or more.
    Number,
    /// An amount of memory: a number of bytes or a string with a unit.
    Bytes,
    /// A span of time: a number of milliseconds or a string with a unit.
    Time,
    /// True or false.
    Bool,
    /// One of these strings.
    Choice(&'static [&'static str]),
    /// A command: a list of words, or a string that is split at blanks.
    Command,
    /// A list of commands.
    Commands,
    /// A list of names, or `"all"`.
    NamesOrAll,
    /// A table of strings.
    TextTable,
    /// A table of anything.
    Table,
    /// A table of prices by model.
    Prices,
    /// A list of canned responses.
    Responses,
    /// A list of tools: names, or tables with a name.
    Tools,
    /// Anything.
    Any,
}

impl KeyType {
    /// The value of a key in the form in which it is stored: bytes as a number, time in milliseconds, a command as a list.
    ///
    /// # Errors
    /// A value of another type, with the key, what was expected and what came.
    pub fn read(self, key: &str, value: &Json) -> Result<Json, LoadError> {
        let unread = |expected: &str, text: &str| LoadError::expected_not(key, expected, format!("{text:?}"));
        match (self, value) {
            (Self::Bytes, Json::String(text)) => {
                parse_bytes(text).map(Json::from).ok_or_else(|| unread("a size such as \"64MiB\"", text))
            }
            (Self::Time, Json::String(text)) => {
                let time = parse_time(text).filter(|_| text.contains(char::is_alphabetic));
                time.map(millis).ok_or_else(|| unread("a time such as \"5s\" or \"200ms\"", text))
            }
            (Self::Choice(names), Json::String(text)) => match text.replace('-', "_") {
                name if names.contains(&name.as_str()) => Ok(name.into()),
                _ => Err(unread(&one_of(names), text)),
            },
            (Self::Command, Json::String(text)) => words(key, text).map(|words| json!(words)),
            (Self::Command, Json::Array(items)) if items.is_empty() => {
                Err(LoadError::expected_not(key, "a command", "an empty list".into()))
            }
            (Self::Commands, Json::Array(items)) => {
                let command = |item| Self::Command.read(key, item);
                items.iter().map(command).collect::<Result<_, _>>().map(Json::Array)
            }
            (Self::Texts | Self::NamesOrAll | Self::Command, Json::Array(items)) => {
                match items.iter().find(|item| !item.is_string()) {
                    Some(odd) => Err(LoadError::expected_not(key, "a list of strings", format!("{} in it", got(odd)))),
                    None => Ok(value.clone()),
                }
            }
            (Self::TextTable, Json::Object(fields)) => match fields.iter().find(|(_, text)| !text.is_string()) {
                Some((name, odd)) => Err(LoadError::expected(format!("{key}.{name}"), "a string", odd)),
                None => Ok(value.clone()),
            },
            (Self::Size, _) if value.as_u64() == Some(0) => Err(LoadError::expected(key, "1 or more", value)),
            _ if self.accepts(value) => Ok(value.clone()),
            _ => Err(LoadError::expected(key, self.expected(), value)),
        }
    }

    /// Whether a value is of this type, but for what lists and tables hold.
    fn accepts(self, value: &Json) -> bool {
        match self {
            Self::Text | Self::Choice(_) => value.is_string(),
            Self::Texts | Self::Commands | Self::Responses | Self::Tools | Self::Command => value.is_array(),
            Self::NamesOrAll => value.is_array() || value == "all",
            Self::Count | Self::Size | Self::Bytes | Self::Time => value.is_u64(),
            Self::Number => value.as_f64().is_some_and(|number| number >= 0.0 && number.is_finite()),
            Self::Bool => value.is_boolean(),
            Self::TextTable | Self::Table | Self::Prices => value.is_object(),
            Self::Any => true,
        }
    }

    /// The type in errors.
    fn expected(self) -> &'static str {
        match self {
            Self::Text | Self::Choice(_) => "a string",
            Self::Texts | Self::Commands | Self::Responses => "a list",
            Self::Tools => "a list of tools",
            Self::Command => "a text or a list of words",
            Self::NamesOrAll => "a list or \"all\"",
            Self::Count | Self::Size => "a whole number that is not negative",
            Self::Bytes => "a size such as \"64MiB\"",
            Self::Time => "a time such as \"5s\"",
            Self::Number => "a number that is not negative",
            Self::Bool => "true or false",
            Self::TextTable | Self::Table | Self::Prices => "a table",
            Self::Any => "a value",
        }
    }

    /// The value of a command-line argument, in the same form.
    ///
    /// # Errors
    /// What was expected.
    pub fn read_argument(self, text: &str) -> Result<Json, String> {
        let read = match self {
            Self::Time => parse_time(text).map(millis).ok_or("expected a time such as 5s or 200ms"),
            Self::Bytes => {
                parse_bytes(text).map(Json::from).ok_or("expected a size such as 64MiB or a number of bytes")
            }
            Self::Count => text.parse::<u64>().map(Json::from).map_err(|_| "expected a whole number, 0 or more"),
            Self::Size => match text.parse::<u64>() {
                Ok(size) if size > 0 => Ok(size.into()),
                Ok(_) | Err(_) => Err("expected a whole number, 1 or more"),
            },
            Self::Number => text.parse::<f64>().map(Json::from).map_err(|_| "expected a number"),
            Self::Bool => text.parse::<bool>().map(Json::from).map_err(|_| "expected true or false"),
            _ => return self.read("it", &Json::from(text)).map_err(|error| error.to_string()),
        };
        read.map_err(str::to_owned)
    }

    /// The placeholder for a value in help texts.
    pub fn placeholder(self) -> &'static str {
        match self {
            Self::Time => "TIME",
            Self::Bytes => "SIZE",
            Self::Text | Self::Choice(_) => "TEXT",
            _ => "N",
        }
    }

    /// The type in words, for the reference.
    pub fn describe(self) -> String {
        match self {
            Self::Text => "string".into(),
            Self::Texts => "list of strings".into(),
            Self::Count => "whole number".into(),
            Self::Size => "whole number, 1 or more".into(),
            Self::Number => "number, 0 or more".into(),
            Self::Bytes => "size".into(),
            Self::Time => "time".into(),
            Self::Bool => "true or false".into(),
            Self::Choice(names) => names.iter().map(|name| format!("`\"{name}\"`")).collect::<Vec<_>>().join(", "),
            Self::Command => "command".into(),
            Self::Commands => "list of commands".into(),
            Self::NamesOrAll => "list of names, or `\"all\"`".into(),
            Self::TextTable => "table of strings".into(),
            Self::Table => "table".into(),
            Self::Prices => "table of prices".into(),
            Self::Responses => "list of responses".into(),
            Self::Tools => "list of names and tables".into(),
            Self::Any => "any value".into(),
        }
    }

    /// The type as a JSON Schema.
    pub fn schema(self) -> Json {
        match self {
            Self::Text => json!({"type": "string"}),
            Self::Texts => json!({"type": "array", "items": {"type": "string"}}),
            Self::Count => json!({"type": "integer", "minimum": 0}),
            Self::Size => json!({"type": "integer", "minimum": 1}),
            Self::Number => json!({"type": "number", "minimum": 0}),
            Self::Bytes => json!({"anyOf": [
                {"type": "integer", "minimum": 0},
                {"type": "string", "pattern": "^\\s*[0-9.]+\\s*([kKmMgG]([iI]?[bB])?|[bB])?\\s*$"},
            ]}),
            Self::Time => json!({"anyOf": [
                {"type": "integer", "minimum": 0},
                {"type": "string", "pattern": "^\\s*[0-9.]+\\s*(ms|s|m|min|h)\\s*$"},
            ]}),
            Self::Bool => json!({"type": "boolean"}),
            Self::Choice(names) => json!({"enum": names}),
            Self::Command => json!({"anyOf": [{"type": "string"}, Self::Texts.schema()]}),
            Self::Commands => json!({"type": "array", "items": Self::Command.schema()}),
            Self::NamesOrAll => json!({"anyOf": [{"const": "all"}, Self::Texts.schema()]}),
            Self::TextTable => json!({"type": "object", "additionalProperties": {"type": "string"}}),
            Self::Table => json!({"type": "object"}),
            Self::Prices => {
                let price = Self::Number.schema();
                let fields = json!({"input": price, "output": price, "cached": price});
                let row = json!({
                    "type": "object", "properties": fields, "required": ["input", "output"],
                    "additionalProperties": false,
                });
                json!({"type": "object", "additionalProperties": row})
            }
            Self::Responses => {
                let fields = json!({
                    "args": {"type": "object"}, "result": {}, "error": {"type": "string"},
                    "delay_ms": Self::Count.schema(),
                });
                json!({
                    "type": "array",
                    "items": {"type": "object", "properties": fields, "additionalProperties": false},
                })
            }
            Self::Tools | Self::Any => json!({}),
        }
    }
}

/// `read, write or admin`
fn one_of(names: &[&str]) -> String {
    match names.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => String::new(),
    }
}

/// A time as it is stored: whole milliseconds as a number, others as a string.
pub(super) fn millis(time: Duration) -> Json {
    match u64::try_from(time.as_millis()) {
        Ok(millis) if Duration::from_millis(millis) == time => millis.into(),
        Ok(_) | Err(_) => format!("{}s", time.as_secs_f64()).into(),
    }
}

/// A time as people write it: `5s`, `200ms`.
pub(super) fn time_text(time: Duration) -> String {
    let millis = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    let units = [(3_600_000, "h"), (60_000, "m"), (1_000, "s"), (1, "ms")];
    match units.into_iter().find(|(unit, _)| millis >= *unit && millis.is_multiple_of(*unit)) {
        _ if Duration::from_millis(millis) != time => format!("{}s", time.as_secs_f64()),
        Some((unit, name)) => format!("{}{name}", millis / unit),
        None => "0s".into(),
    }
}

/// A size as people write it: `64MiB`, `10B`.
pub(super) fn bytes_text(bytes: u64) -> String {
    let units = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    match units.into_iter().find(|(unit, _)| bytes >= *unit && bytes.is_multiple_of(*unit)) {
        Some((unit, name)) => format!("{}{name}", bytes / unit),
        None => format!("{bytes}B"),
    }
}

/// The words of a command that is one text.
fn words(key: &str, text: &str) -> Result<Vec<String>, LoadError> {
    match text.split_whitespace().map(str::to_owned).collect::<Vec<_>>() {
        words if words.is_empty() => Err(LoadError::expected_not(key, "a command", "an empty text".into())),
        _ if text.contains(['"', '\'']) => Err(LoadError::other(
            key,
            "a command with quotes is written as a list of words: [\"sh\", \"-c\", \"echo 'a b'\"]",
        )),
        words => Ok(words),
    }
}

/// `5s`, `200ms`, `2m`, `1h`, `1.5s`; a plain number is seconds.
pub fn parse_time(text: &str) -> Option<Duration> {
    let text = text.trim();
    let split = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let number: f64 = number.trim().parse().ok()?;
    let seconds = match unit.trim() {
        "ms" => number / 1000.0,
        "s" | "" => number,
        "m" | "min" => number * 60.0,
        "h" => number * 3600.0,
        _ => return None,
    };
    Duration::try_from_secs_f64(seconds).ok()
}

/// `64MiB`, `10KB`, `1GiB`; a plain number is bytes.
pub fn parse_bytes(text: &str) -> Option<u64> {
    let text = text.trim();
    let split = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let number: f64 = number.trim().parse().ok()?;
    let factor = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1.0,
        "k" | "kb" => 1e3,
        "kib" => 1024.0,
        "m" | "mb" => 1e6,
        "mib" => 1024.0 * 1024.0,
        "g" | "gb" => 1e9,
        "gib" => 1024.0 * 1024.0 * 1024.0,
        _ => return None,
    };
    let bytes = number * factor;
    (bytes.is_finite() && bytes >= 0.0).then_some(bytes as u64)
}
