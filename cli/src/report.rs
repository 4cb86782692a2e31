//! What `--json` prints.

use serde_json::{Map, Value as Json, json};

use ptc::lisp::memory::Memory;
use ptc::lisp::text::{Error, LimitReached};
use ptc::lisp::value::{Value, readable, to_json};
use ptc::{CallRecord, Evaluation, Failure};

/// The JSON of a value, `null` where it has none, and its readable text.
pub(crate) fn value_and_edn(value: &Value) -> (Json, String) {
    (to_json(value, "value").unwrap_or(Json::Null), readable(value))
}

/// A value in a place where something has to stand: its JSON, or how it prints.
pub(crate) fn any(value: &Value) -> Json {
    // What is there of it is no whole, and to make more would not end.
    if !ptc::lisp::is_finished(value) {
        return Json::String("a lazy sequence that is not finished: keep (take n xs) or (vec (take n xs))".into());
    }
    to_json(value, "value").unwrap_or_else(|_| Json::String(readable(value)))
}

/// The memory as an object.
pub(crate) fn memory_json(memory: &Memory) -> Json {
    Json::Object(memory.entries().into_iter().map(|(name, value)| (name.to_string(), any(&value))).collect())
}

/// The tool calls as a list.
pub(crate) fn calls_json(calls: &[CallRecord]) -> Json {
    calls
        .iter()
        .map(|call| match &call.result {
            Ok(result) if call.cached => {
                json!({ "name": &*call.name, "args": any(&call.arguments), "result": any(result), "cached": true })
            }
            Ok(result) => json!({ "name": &*call.name, "args": any(&call.arguments), "result": any(result) }),
            Err(error) => json!({ "name": &*call.name, "args": any(&call.arguments), "error": error.message }),
        })
        .collect()
}

/// A limit that was reached.
pub(crate) fn limit_json(limit: &LimitReached) -> Json {
    json!({ "name": limit.name(), "configured": limit.configured, "observed": limit.observed })
}

/// An error with its place.
pub(crate) fn error_json(error: &Error) -> Map<String, Json> {
    let mut fields = Map::new();
    fields.insert("kind".into(), json!(error.kind.name()));
    fields.insert("message".into(), json!(error.message));
    let (line, column) = error.position().unzip();
    fields.insert("line".into(), json!(line));
    fields.insert("column".into(), json!(column));
    fields.insert("hint".into(), json!(error.hint));
    if let Some(limit) = &error.limit {
        fields.insert("limit".into(), limit_json(limit));
    }
    fields
}

/// The first error of a program, with the others and the reason it gave.
pub(crate) fn failure_json(failure: &Failure) -> Json {
    let mut fields = error_json(&failure.error());
    if let Some(reason) = &failure.reason {
        fields.insert("reason".into(), any(reason));
    }
    if failure.errors.len() > 1 {
        let others: Vec<Json> = failure.errors.iter().map(|error| Json::Object(error_json(error))).collect();
        fields.insert("all".into(), Json::Array(others));
    }
    Json::Object(fields)
}

/// Everything that came of a program.
pub(crate) fn evaluation_json(evaluation: &Evaluation, memory: &Memory) -> Map<String, Json> {
    let mut fields = Map::new();
    match &evaluation.result {
        Ok(value) => {
            let (value, edn) = value_and_edn(value);
            fields.insert("value".into(), value);
            fields.insert("edn".into(), json!(edn));
        }
        Err(failure) => {
            fields.insert("error".into(), failure_json(failure));
        }
    }
    fields.insert("prints".into(), json!(evaluation.prints));
    if evaluation.result.is_ok() {
        fields.insert("memory".into(), memory_json(memory));
    }
    fields.insert("tool_calls".into(), calls_json(&evaluation.tool_calls));
    fields.insert("warnings".into(), json!(evaluation.warnings));
    let spent = evaluation.spent;
    fields.insert(
        "spent".into(),
        json!({ "steps": spent.steps, "time_ms": spent.time_ms, "memory_bytes": spent.memory_bytes, "tool_calls": spent.tool_calls }),
    );
    fields
}
