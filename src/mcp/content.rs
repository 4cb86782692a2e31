//! What servers give: content as values, and values as content.

use rmcp::model::{CallToolResult, ContentBlock};
use serde_json::Value as Json;

use crate::ToolError;
use crate::lisp::value::{Value, from_json, parse_json, to_json, to_value};

/// The value of a result: its structured content, or else its blocks. One block stands for itself.
pub(super) fn value(result: CallToolResult) -> Result<Value, ToolError> {
    let data = |json: &Json| from_json(json).map_err(|raise| ToolError(raise.to_error().message));
    if result.is_error == Some(true) {
        return Err(ToolError(error_text(&result)));
    }
    if let Some(structured) = &result.structured_content {
        return data(structured);
    }
    let mut values = Vec::new();
    for block in &result.content {
        values.push(match block {
            ContentBlock::Text(text) => read(&text.text),
            // A picture, a sound, a resource: the map that the protocol makes of it.
            other => to_value(other).map_err(ToolError::new)?,
        });
    }
    Ok(match values.len() {
        0 => Value::Nil,
        1 => values.remove(0),
        _ => Value::vector(values),
    })
}

/// The text of a result that is an error.
fn error_text(result: &CallToolResult) -> String {
    let texts = result.content.iter().filter_map(|block| block.as_text().map(|text| text.text.as_str()));
    let text = texts.collect::<Vec<_>>().join("\n");
    match (&result.structured_content, text.is_empty()) {
        (_, false) => text,
        (Some(structured), true) => structured.to_string(),
        (None, true) => "the server says that the call failed, and not why".into(),
    }
}

/// Text that is a JSON object or list is data; `42` and `true` may well be words.
fn read(text: &str) -> Value {
    let looks = text.trim_start().starts_with(['{', '[']);
    looks.then(|| parse_json(text).ok()).flatten().unwrap_or_else(|| Value::text(text))
}

/// The result that stands for a value. Maps are structured content as well as text, as older clients read only that.
pub(super) fn result(value: &Value) -> Result<CallToolResult, ToolError> {
    let json = to_json(value, "result").map_err(ToolError::new)?;
    Ok(match json {
        Json::Object(_) => CallToolResult::structured(json),
        Json::String(text) => CallToolResult::success(vec![ContentBlock::text(text)]),
        other => CallToolResult::success(vec![ContentBlock::text(other.to_string())]),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(blocks: Vec<ContentBlock>) -> String {
        value(CallToolResult::success(blocks)).map_or_else(|error| format!("! {error}"), |value| value.to_string())
    }

    #[test]
    fn content_is_read_as_data_where_it_is_data() {
        let text = |text: &str| ContentBlock::text(text);
        assert_eq!(of(vec![]), "nil");
        assert_eq!(of(vec![text(r#"{"a": [1]}"#)]), "{:a [1]}");
        assert_eq!(value(CallToolResult::success(vec![text("42")])), Ok(Value::text("42")));
        assert_eq!(value(CallToolResult::success(vec![text("[x] done")])), Ok(Value::text("[x] done")));
        assert_eq!(of(vec![text("[1]"), text("[2]")]), "[[1] [2]]");
        let deep = "[".repeat(100_000);
        assert_eq!(value(CallToolResult::success(vec![text(&deep)])), Ok(Value::text(deep)));
        assert_eq!(
            of(vec![ContentBlock::image("AAAA", "image/png")]),
            r#"{:type "image", :data "AAAA", :mimeType "image/png"}"#
        );
    }

    #[test]
    fn structured_content_comes_first_and_errors_are_errors() {
        let structured = CallToolResult::structured(json!({"n": 1}));
        assert_eq!(value(structured).map(|value| value.to_string()), Ok("{:n 1}".into()));
        let error = |result| value(result).unwrap_err().0;
        assert_eq!(error(CallToolResult::error(vec![ContentBlock::text("no"), ContentBlock::text("way")])), "no\nway");
        assert_eq!(error(CallToolResult::structured_error(json!({"code": 7}))), r#"{"code":7}"#);
        assert!(error(CallToolResult::error(vec![])).contains("not why"));
    }

    #[test]
    fn values_are_content() {
        let map = result(&Value::map([(Value::keyword("n"), 1.into())])).unwrap();
        assert_eq!((map.structured_content, map.content.len()), (Some(json!({"n": 1})), 1));
        let text = result(&Value::text("hello")).unwrap();
        assert_eq!((text.structured_content, text.content), (None, vec![ContentBlock::text("hello")]));
        assert_eq!(result(&Value::from(7)).unwrap().content, vec![ContentBlock::text("7")]);
    }
}
