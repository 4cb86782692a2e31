//! Reading a section of a program file: typed keys, errors that name the key, warnings for unknown keys.

use std::cell::RefCell;

use serde_json::{Map, Value as Json};

use crate::lisp::text::{abridge, nearest};

/// A section and which of its keys have been asked for.
pub(super) struct Section<'a> {
    at: String,
    fields: &'a Map<String, Json>,
    asked: RefCell<Vec<&'static str>>,
}

/// What came, for messages.
pub(super) fn got(value: &Json) -> String {
    match value {
        Json::Null => "nothing".into(),
        Json::Bool(_) | Json::Number(_) => value.to_string(),
        Json::String(text) => format!("the string {:?}", abridge(text, 60)),
        Json::Array(_) => "a list".into(),
        Json::Object(_) => "a table".into(),
    }
}

impl<'a> Section<'a> {
    pub fn new(at: impl Into<String>, fields: &'a Map<String, Json>) -> Self {
        Self { at: at.into(), fields, asked: RefCell::default() }
    }

    /// The full name of a key.
    pub fn name(&self, key: &str) -> String {
        if self.at.is_empty() { key.to_owned() } else { format!("{}.{key}", self.at) }
    }

    pub fn get(&self, key: &'static str) -> Option<&'a Json> {
        self.asked.borrow_mut().push(key);
        self.fields.get(key)
    }

    fn wrong<T>(&self, key: &str, expected: &str, got: &Json) -> Result<T, String> {
        Err(format!("{}: expected {expected}, got {}", self.name(key), self::got(got)))
    }

    pub fn text(&self, key: &'static str) -> Result<Option<String>, String> {
        match self.get(key) {
            None => Ok(None),
            Some(Json::String(text)) => Ok(Some(text.clone())),
            Some(other) => self.wrong(key, "a string", other),
        }
    }

    /// One of several names for the same thing.
    pub fn text_of(&self, keys: [&'static str; 2]) -> Result<Option<String>, String> {
        let [first, second] = keys;
        match (self.text(first)?, self.text(second)?) {
            (Some(_), Some(_)) => {
                Err(format!("{} and {} mean the same; give one", self.name(first), self.name(second)))
            }
            (one, other) => Ok(one.or(other)),
        }
    }

    pub fn list(&self, key: &'static str) -> Result<Option<&'a Vec<Json>>, String> {
        match self.get(key) {
            None => Ok(None),
            Some(Json::Array(items)) => Ok(Some(items)),
            Some(other) => self.wrong(key, "a list", other),
        }
    }

    pub fn texts(&self, key: &'static str) -> Result<Option<Vec<String>>, String> {
        let Some(items) = self.list(key)? else { return Ok(None) };
        let text = |item: &Json| item.as_str().map(str::to_owned);
        match items.iter().map(text).collect::<Option<Vec<String>>>() {
            Some(texts) => Ok(Some(texts)),
            None => {
                let odd = items.iter().find(|item| !item.is_string()).map(got).unwrap_or_default();
                Err(format!("{}: expected a list of strings, got {odd} in it", self.name(key)))
            }
        }
    }

    /// A command: a list of words, or a text without quotes, which is split at blanks.
    pub fn command(&self, key: &'static str) -> Result<Option<Vec<String>>, String> {
        match self.get(key) {
            Some(text @ Json::String(_)) => words(&self.name(key), text).map(Some),
            _ => {
                let words = self.texts(key)?;
                match words.as_deref() {
                    Some([]) => Err(format!("{}: expected a command, got an empty list", self.name(key))),
                    _ => Ok(words),
                }
            }
        }
    }

    pub fn boolean(&self, key: &'static str) -> Result<Option<bool>, String> {
        match self.get(key) {
            None => Ok(None),
            Some(Json::Bool(yes)) => Ok(Some(*yes)),
            Some(other) => self.wrong(key, "true or false", other),
        }
    }

    pub fn count(&self, key: &'static str) -> Result<Option<u64>, String> {
        match self.get(key) {
            None => Ok(None),
            Some(other) => match other.as_u64() {
                Some(count) => Ok(Some(count)),
                None => self.wrong(key, "a whole number that is not negative", other),
            },
        }
    }

    pub fn number(&self, key: &'static str) -> Result<Option<f64>, String> {
        match self.get(key) {
            None => Ok(None),
            Some(other) => match other.as_f64().filter(|number| *number >= 0.0 && number.is_finite()) {
                Some(number) => Ok(Some(number)),
                None => self.wrong(key, "a number that is not negative", other),
            },
        }
    }

    /// A span of time: `"5s"`, `"200ms"`, `"2m"`, or a number of milliseconds. A text needs its unit.
    pub fn time(&self, key: &'static str) -> Result<Option<std::time::Duration>, String> {
        match self.get(key) {
            None => Ok(None),
            Some(Json::String(text)) => match parse_time(text).filter(|_| text.contains(char::is_alphabetic)) {
                Some(time) => Ok(Some(time)),
                None => Err(format!("{}: expected a time such as \"5s\" or \"200ms\", got {text:?}", self.name(key))),
            },
            Some(other) => match other.as_u64() {
                Some(millis) => Ok(Some(std::time::Duration::from_millis(millis))),
                None => self.wrong(key, "a time such as \"5s\"", other),
            },
        }
    }

    /// An amount of memory: `"64MiB"`, `"10KB"`, or a number of bytes.
    pub fn bytes(&self, key: &'static str) -> Result<Option<u64>, String> {
        match self.get(key) {
            None => Ok(None),
            Some(Json::String(text)) => match parse_bytes(text) {
                Some(bytes) => Ok(Some(bytes)),
                None => Err(format!("{}: expected a size such as \"64MiB\", got {text:?}", self.name(key))),
            },
            Some(other) => match other.as_u64() {
                Some(bytes) => Ok(Some(bytes)),
                None => self.wrong(key, "a size such as \"64MiB\"", other),
            },
        }
    }

    pub fn table(&self, key: &'static str) -> Result<Option<&'a Map<String, Json>>, String> {
        match self.get(key) {
            None => Ok(None),
            Some(Json::Object(fields)) => Ok(Some(fields)),
            Some(other) => self.wrong(key, "a table", other),
        }
    }

    pub fn section(&self, key: &'static str) -> Result<Option<Section<'a>>, String> {
        Ok(self.table(key)?.map(|fields| Section::new(self.name(key), fields)))
    }

    /// What nobody asked for.
    pub fn others(&self) -> Map<String, Json> {
        let asked = self.asked.borrow();
        let others = self.fields.iter().filter(|(key, _)| !asked.contains(&key.as_str()));
        others.map(|(key, value)| (key.clone(), value.clone())).collect()
    }

    /// Warnings for the keys that nobody asked for.
    pub fn unknown(&self, warnings: &mut Vec<String>) {
        let asked = self.asked.borrow();
        for key in self.fields.keys().filter(|key| !asked.contains(&key.as_str())) {
            // Who leaves out a part of a name (`steps` for `max_steps`) means it, too.
            let ends = |known: &&str| known.rsplit('_').next() == key.rsplit('_').next();
            let near = nearest(key, asked.iter().copied()).or_else(|| asked.iter().copied().find(ends));
            let near = near.map(|near| format!("; did you mean {near}?")).unwrap_or_default();
            warnings.push(format!("{}: unknown key{near}", self.name(&abridge(key, 100))));
        }
    }
}

/// The words of a command that is one text.
pub(super) fn words(at: &str, command: &Json) -> Result<Vec<String>, String> {
    let Json::String(text) = command else {
        return Err(format!("{at}: expected a text or a list of words, got {}", got(command)));
    };
    match text.split_whitespace().map(str::to_owned).collect::<Vec<_>>() {
        words if words.is_empty() => Err(format!("{at}: expected a command, got an empty text")),
        _ if text.contains(['"', '\'']) => {
            Err(format!("{at}: a command with quotes is written as a list of words: [\"sh\", \"-c\", \"echo 'a b'\"]"))
        }
        words => Ok(words),
    }
}

/// `5s`, `200ms`, `2m`, `1h`, `1.5s`; a plain number is seconds.
pub fn parse_time(text: &str) -> Option<std::time::Duration> {
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
    std::time::Duration::try_from_secs_f64(seconds).ok()
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
