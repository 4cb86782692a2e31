//! Scripted models: replies written down beforehand, so that examples and tests run without a key.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indexmap::IndexMap;
use serde_json::{Map, Value};

use super::{Answer, Answering, Model, ModelError, ModelErrorKind, Reply, Request, Tokens};

/// The process that a plain list answers.
const MAIN: &str = "main";

/// A model that reads its replies from a script, in order, one list for each process.
///
/// ```
/// use ptc::model::{Model, Request, Scripted};
///
/// let model = Scripted::new(["first", "second"]);
///
/// let runtime = tokio::runtime::Builder::new_current_thread().build()?;
/// let request = Request::new("be brief").user("hi");
/// assert_eq!(runtime.block_on(model.reply(request.clone()))?.text, "first");
/// assert_eq!(runtime.block_on(model.reply(request.clone()))?.text, "second");
///
/// let error = runtime.block_on(model.reply(Request { turn: 3, ..request })).unwrap_err();
/// assert_eq!(error.to_string(), "the script has no reply left for main, turn 3 (it holds 2)");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Scripted {
    parts: Mutex<IndexMap<String, Part>>,
    /// Whether the script was one list, which decides what to advise.
    is_list: bool,
}

/// The replies of one process.
#[derive(Debug)]
struct Part {
    left: VecDeque<Answer>,
    total: usize,
}

impl From<Vec<Answer>> for Part {
    fn from(answers: Vec<Answer>) -> Self {
        Self { total: answers.len(), left: answers.into() }
    }
}

impl Scripted {
    /// A script for process `main`: texts, replies or errors.
    pub fn new<A: Into<Answer>>(answers: impl IntoIterator<Item = A>) -> Self {
        Self::list(answers.into_iter().map(Into::into).collect())
    }

    /// The same script with replies for one more process.
    ///
    /// ```
    /// use ptc::model::{Model, Request, Scripted};
    ///
    /// let model = Scripted::new(["ask the expert"]).process("main/expert#1", ["I know"]);
    ///
    /// let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    /// let expert = Request { path: "main/expert#1".into(), ..Request::new("you know") };
    /// assert_eq!(runtime.block_on(model.reply(expert))?.text, "I know");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn process<A: Into<Answer>>(self, path: impl Into<String>, answers: impl IntoIterator<Item = A>) -> Self {
        let mut parts = self.parts.into_inner().unwrap_or_else(PoisonError::into_inner);
        let answers: Vec<Answer> = answers.into_iter().map(Into::into).collect();
        parts.insert(path.into(), answers.into());
        Self { parts: Mutex::new(parts), is_list: false }
    }

    /// A script from JSON: a list for one process, or an object from process path to list.
    ///
    /// A reply is a text, `{"text", "input_tokens", "output_tokens", "cached_tokens"}` with any of the numbers left
    /// out, or `{"error": {"kind", "message", "retry_after"}}` with the wait in seconds, if any.
    ///
    /// ```
    /// use ptc::model::Scripted;
    ///
    /// Scripted::from_json(r#"["(return 1)", {"text": "(return 2)", "input_tokens": 900, "output_tokens": 12}]"#)?;
    /// Scripted::from_json(r#"{"main": [{"error": {"kind": "timeout", "message": "late"}}], "main/expert#1": ["yes"]}"#)?;
    ///
    /// let error = Scripted::from_json(r#"{"main": ["fine", 7]}"#).unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     r#"script, reply 2 of main: expected a text, {"text": …} or {"error": …}, got the number 7"#,
    /// );
    /// # Ok::<(), ptc::model::ScriptError>(())
    /// ```
    ///
    /// # Errors
    /// When the text is no JSON or of another shape; the error says which entry it is and what was expected.
    pub fn from_json(text: &str) -> Result<Self, ScriptError> {
        match serde_json::from_str(text).map_err(ScriptError::Json)? {
            Value::Array(entries) => Ok(Self::list(read_entries(MAIN, &entries)?)),
            Value::Object(parts) => {
                let read = |(path, entries): (String, Value)| match entries {
                    Value::Array(entries) => Ok((path.clone(), read_entries(&path, &entries)?.into())),
                    other => Err(wrong(format!("replies of {path}"), "a list", &other)),
                };
                let parts = parts.into_iter().map(read).collect::<Result<_, _>>()?;
                Ok(Self { parts: Mutex::new(parts), is_list: false })
            }
            other => Err(wrong("the whole".into(), "a list of replies or an object from process path to list", &other)),
        }
    }

    fn list(answers: Vec<Answer>) -> Self {
        Self { parts: Mutex::new(IndexMap::from([(MAIN.into(), answers.into())])), is_list: true }
    }

    fn next(&self, path: &str, turn: u32) -> Result<Reply, ModelError> {
        let mut parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(part) = parts.get_mut(path) else {
            return Err(other(if self.is_list {
                format!(
                    "the script is a plain list, which answers {MAIN} only; for {path}, turn {turn} \
                     it must be an object from process path to list"
                )
            } else {
                let paths = parts.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
                format!("the script has no replies for {path}, turn {turn} (it has some for: {paths})")
            }));
        };
        match part.left.pop_front() {
            Some(answer) => answer.into(),
            None => {
                Err(other(format!("the script has no reply left for {path}, turn {turn} (it holds {})", part.total)))
            }
        }
    }
}

impl Model for Scripted {
    fn reply(&self, request: Request) -> Answering<'_> {
        Box::pin(async move { self.next(&request.path, request.turn) })
    }

    fn name(&self) -> String {
        "scripted".into()
    }

    fn pass_over(&self, request: &Request) {
        // What came of the request is the first answer after which nobody tries again.
        while self.next(&request.path, request.turn).is_err_and(|error| error.kind.is_passing()) {}
    }
}

fn other(message: String) -> ModelError {
    ModelError::new(ModelErrorKind::Other, message)
}

/// Why a script cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ScriptError {
    /// It is not JSON.
    #[error("script: not JSON: {0}")]
    Json(serde_json::Error),
    /// Something in it is not what it should be.
    #[error("script, {place}: expected {expected}, got {got}")]
    Entry {
        /// Which entry it is: `reply 2 of main`.
        place: String,
        /// What may stand there.
        expected: String,
        /// What stands there.
        got: String,
    },
}

const ENTRY: &str = r#"a text, {"text": …} or {"error": …}"#;
const KINDS: &str = "rate_limit, server, timeout, auth, bad_request or other";

fn read_entries(path: &str, entries: &[Value]) -> Result<Vec<Answer>, ScriptError> {
    let read = |(index, entry)| read_entry(&format!("reply {} of {path}", index + 1), entry);
    entries.iter().enumerate().map(read).collect()
}

fn read_entry(place: &str, entry: &Value) -> Result<Answer, ScriptError> {
    match entry {
        Value::String(text) => Ok(text.as_str().into()),
        Value::Object(fields) if fields.contains_key("error") => {
            only(place, fields, &["error"])?;
            match fields.get("error") {
                Some(Value::Object(fields)) => Ok(read_error(&format!("error in {place}"), fields)?.into()),
                error => Err(wrong(format!("error in {place}"), r#"{"kind", "message"}"#, error.unwrap_or(entry))),
            }
        }
        Value::Object(fields) if fields.contains_key("text") => Ok(read_reply(place, fields)?.into()),
        Value::Object(_) | Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => {
            Err(wrong(place.into(), ENTRY, entry))
        }
    }
}

fn read_reply(place: &str, fields: &Map<String, Value>) -> Result<Reply, ScriptError> {
    only(place, fields, &["text", "input_tokens", "output_tokens", "cached_tokens"])?;
    let count = |name: &str| match fields.get(name) {
        None => Ok(0),
        Some(value) => value.as_u64().ok_or_else(|| wrong(format!("{name} in {place}"), "a whole number", value)),
    };
    Ok(Reply {
        text: text_of(place, fields, "text")?.unwrap_or_default(),
        tokens: Tokens {
            input: count("input_tokens")?,
            output: count("output_tokens")?,
            cached: count("cached_tokens")?,
        },
    })
}

fn read_error(place: &str, fields: &Map<String, Value>) -> Result<ModelError, ScriptError> {
    only(place, fields, &["kind", "message", "retry_after"])?;
    let kind = fields.get("kind").unwrap_or(&Value::Null);
    let Ok(known) = serde_json::from_value(kind.clone()) else {
        return Err(wrong(format!("kind of the {place}"), KINDS, kind));
    };
    let retry_after = match fields.get("retry_after") {
        None | Some(Value::Null) => None,
        Some(wait) => match wait.as_f64().map(Duration::try_from_secs_f64) {
            Some(Ok(wait)) => Some(wait),
            Some(Err(_)) | None => return Err(wrong(format!("retry_after of the {place}"), "seconds", wait)),
        },
    };
    let message = text_of(place, fields, "message")?;
    let message = message.unwrap_or_else(|| "an error from the script".into());
    Ok(ModelError { retry_after, ..ModelError::new(known, message) })
}

fn text_of(place: &str, fields: &Map<String, Value>, name: &str) -> Result<Option<String>, ScriptError> {
    match fields.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(value) => Err(wrong(format!("{name} in {place}"), "a text", value)),
    }
}

/// Refuses fields that mean nothing here: a misspelt one would otherwise be dropped in silence.
fn only(place: &str, fields: &Map<String, Value>, known: &[&str]) -> Result<(), ScriptError> {
    match fields.keys().find(|name| !known.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => Err(ScriptError::Entry {
            place: place.into(),
            expected: format!("no fields but {}", known.join(", ")),
            got: format!("the field {name:?}"),
        }),
    }
}

fn wrong(place: String, expected: &str, got: &Value) -> ScriptError {
    let got = match got {
        Value::Null => "nothing".into(),
        Value::Bool(truth) => format!("{truth}"),
        Value::Number(number) => format!("the number {number}"),
        Value::String(text) => format!("the text {text:?}"),
        Value::Array(_) => "a list".into(),
        Value::Object(fields) => {
            format!("an object with the fields [{}]", fields.keys().map(String::as_str).collect::<Vec<_>>().join(", "))
        }
    };
    ScriptError::Entry { place, expected: expected.into(), got }
}
