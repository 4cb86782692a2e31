//! Tools that answer from a table: canned responses for files, tests and `--tools`.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

#[cfg(feature = "agent")]
use super::toolbox::Call;
use super::toolbox::{Tool, ToolError, Toolbox};
use crate::lisp::value::{Value, from_json};

/// Why a table is no table.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// No JSON, or not of the right form.
    #[error("{0}")]
    Form(String),
    /// A tool with something wrong in it.
    #[error("tool {name}: {why}")]
    Tool {
        /// Which tool.
        name: String,
        /// What is wrong.
        why: String,
    },
}

/// One canned response.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Response {
    /// The arguments it answers, compared after coercion.
    #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
    pub args: serde_json::Map<String, Json>,
    /// What it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<Json>,
    /// Or the error it answers with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// How long it takes.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub delay_ms: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_zero(n: &u64) -> bool {
    *n == 0
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    spec: Option<String>,
    description: Option<String>,
    #[serde(default)]
    responses: Vec<Response>,
    #[serde(default, deserialize_with = "present")]
    default: Option<Json>,
}

/// A field that is there, even if it is null.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Json>, D::Error> {
    Json::deserialize(deserializer).map(Some)
}

/// The tools of a JSON object: `{"name": {"spec": "(q :string) -> …", "responses": [{"args": {…}, "result": …}], "default": …}}`.
///
/// # Errors
/// JSON that is not of this form; a spec that is no signature.
pub fn table_tools(json: &str) -> Result<Toolbox, TableError> {
    let entries: serde_json::Map<String, Json> =
        serde_json::from_str(json).map_err(|error| TableError::Form(format!("not an object of tools: {error}")))?;
    let mut tools = Toolbox::new();
    for (name, json) in entries {
        let wrong = |why: String| TableError::Tool { name: name.clone(), why };
        let entry = match json {
            // A signature alone: enough to check programs by, and for calls that never happen.
            Json::String(spec) => Entry { spec: Some(spec), ..Entry::default() },
            json => serde_json::from_value(json).map_err(|error| wrong(error.to_string()))?,
        };
        let mut tool = table_tool(&name, entry.responses, entry.default).map_err(|error| wrong(error.0))?;
        if let Some(spec) = &entry.spec {
            tool = tool.spec(spec).map_err(|error| wrong(format!("spec: {error}")))?;
        }
        tool.description = entry.description;
        tools.add(tool).map_err(|error| wrong(error.0))?;
    }
    Ok(tools)
}

/// One tool of a table.
///
/// # Errors
/// A response that is nested too deeply.
pub fn table_tool(name: &str, responses: Vec<Response>, default: Option<Json>) -> Result<Tool, ToolError> {
    let value = |json: &Json| from_json(json).map_err(|raise| ToolError(raise.to_error().message));
    let slow = responses.iter().any(|response| response.delay_ms > 0);
    let mut rows = Vec::new();
    for response in responses {
        let arguments = value(&Json::Object(response.args))?;
        let answer = match (response.error, response.result) {
            (Some(error), _) => Err(ToolError(error)),
            (None, result) => Ok(value(&result.unwrap_or(Json::Null))?),
        };
        rows.push((arguments, answer, Duration::from_millis(response.delay_ms)));
    }
    let default = default.as_ref().map(value).transpose()?;
    let rows = Arc::new(rows);
    let answer = move |arguments: &Value| {
        let row = rows.iter().find(|(wanted, ..)| same(wanted, arguments));
        match (row, &default) {
            (Some((_, answer, delay)), _) => (answer.clone(), *delay),
            (None, Some(default)) => (Ok(default.clone()), Duration::ZERO),
            (None, None) => {
                (Err(ToolError(format!("no response is set down for the arguments {arguments}"))), Duration::ZERO)
            }
        }
    };
    #[cfg(feature = "agent")]
    if slow {
        let answer = Arc::new(answer);
        return Ok(Tool::asynchronous(name, move |call: Call| {
            let (result, delay) = answer(&call.arguments);
            async move {
                tokio::time::sleep(delay).await;
                result
            }
        }));
    }
    let _ = slow;
    Ok(Tool::new(name, move |arguments| answer(arguments).0))
}

/// Whether arguments are those of a row: equal, where an optional one that is nil may be left out.
fn same(wanted: &Value, given: &Value) -> bool {
    let (Value::Map(wanted), Value::Map(given)) = (wanted, given) else { return wanted == given };
    let covered = |a: &crate::lisp::value::Map, b: &crate::lisp::value::Map| {
        a.iter_ref().all(|(key, value)| b.get(key).map_or(value.is_nil(), |other| loosely(value, other)))
    };
    covered(wanted, given) && covered(given, wanted)
}

/// Equal, or a keyword and its name, as JSON cannot tell them apart.
fn loosely(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Keyword(a), Value::Text(b)) => a.as_str() == b.as_str(),
        (Value::Text(a), Value::Keyword(b)) => a.as_str() == b.as_str(),
        (a, b) => a == b || crate::lisp::value::to_json(a, "").ok() == crate::lisp::value::to_json(b, "").ok(),
    }
}
