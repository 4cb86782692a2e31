//! The chat completions of OpenAI, which many other providers and local servers speak as well.

use reqwest::Url;
use serde_json::{Map, Value, json};

use super::connection::{Connection, Draft, End, Wire, add, client, extend, messages};
use super::{Request, Tokens};

/// A model behind an endpoint that speaks OpenAI's chat completions.
///
/// It tries once; [`Retry`](super::Retry) tries again, and [`from_name`](super::from_name) puts the two together. The
/// key appears in no error and no debug output.
///
/// ```
/// use ptc::model::{Model, OpenAi};
///
/// let model = OpenAi::new("gpt-4.1").base_url("http://localhost:8000/v1").key(Some("sk-very-secret".into()));
/// assert_eq!(model.name(), "openai:gpt-4.1");
/// assert!(!format!("{model:?}").contains("very-secret"));
/// ```
#[derive(Debug)]
pub struct OpenAi {
    pub(super) connection: Connection,
    dialect: Dialect,
}

/// In what endpoints differ.
#[derive(Debug)]
pub(super) struct Dialect {
    limit_parameter: String,
    /// Whether a stream tells its tokens only where it is asked to.
    asks_for_usage: bool,
}

impl Default for Dialect {
    fn default() -> Self {
        Self { limit_parameter: "max_tokens".into(), asks_for_usage: true }
    }
}

impl OpenAi {
    /// The model of this name at OpenAI, without a key.
    pub fn new(model: impl Into<String>) -> Self {
        Self { connection: Connection::new("openai", model, "https://api.openai.com/v1"), dialect: Dialect::default() }
    }

    /// The provider's name, for [`name`](super::Model::name).
    #[must_use]
    pub fn provider(mut self, provider: impl Into<String>) -> Self {
        self.connection.set_provider(provider);
        self
    }

    /// The parameter that carries [`max_tokens`](super::ModelOptions::max_tokens), where it is not called that: OpenAI's
    /// reasoning models want `max_completion_tokens`.
    #[must_use]
    pub fn limit_parameter(mut self, name: impl Into<String>) -> Self {
        self.dialect.limit_parameter = name.into();
        self
    }

    /// Whether a stream is asked for its tokens by `stream_options`, which all but few endpoints need and few refuse.
    #[must_use]
    pub fn asks_for_usage(mut self, asks: bool) -> Self {
        self.dialect.asks_for_usage = asks;
        self
    }
}

client!(OpenAi, dialect, "`/chat/completions`");

impl Wire for Dialect {
    const TEXT: &'static str = "choices[0].message.content";

    fn key_header(&self) -> (&'static str, &'static str) {
        ("authorization", "Bearer ")
    }

    fn address(&self, base: &mut Url, _: &str, _: bool) {
        extend(base, ["chat", "completions"]);
    }

    fn body(&self, model: &str, request: &Request, streamed: bool) -> Map<String, Value> {
        let system = Some(&request.system).filter(|system| !system.is_empty());
        let system = system.map(|system| json!({"role": "system", "content": system}));
        let options = &request.options;
        let mut body = Map::new();
        body.insert("model".into(), json!(model));
        body.insert("messages".into(), system.into_iter().chain(messages(request)).collect());
        if let Some(max_tokens) = options.max_tokens {
            body.insert(self.limit_parameter.clone(), json!(max_tokens));
        }
        if let Some(temperature) = options.temperature {
            body.insert("temperature".into(), json!(temperature));
        }
        if streamed {
            body.insert("stream".into(), json!(true));
            if self.asks_for_usage {
                body.insert("stream_options".into(), json!({"include_usage": true}));
            }
        }
        add(&mut body, &options.extra);
        body
    }

    fn take(&self, piece: &Value, draft: &mut Draft<'_>) {
        draft.trouble(piece);
        let count = |pointer: &str| piece.pointer(pointer).and_then(Value::as_u64);
        if piece.get("usage").is_some_and(Value::is_object) {
            draft.tokens = Tokens {
                input: count("/usage/prompt_tokens").unwrap_or(0),
                output: count("/usage/completion_tokens").unwrap_or(0),
                cached: count("/usage/prompt_tokens_details/cached_tokens")
                    // DeepSeek's name for it.
                    .or_else(|| count("/usage/prompt_cache_hit_tokens"))
                    .unwrap_or(0),
            };
        }
        // A message as a whole, or what is added to it. Of several that were asked for it is the first.
        let first = |choice: &&Value| choice.get("index").and_then(Value::as_u64).unwrap_or(0) == 0;
        let Some(choice) = piece.pointer("/choices/0").filter(first) else { return };
        if let Some(message) = choice.get("message").or_else(|| choice.get("delta")) {
            let text = message.get("content").and_then(text).or_else(|| message.get("refusal").and_then(text));
            text.into_iter().for_each(|text| draft.write(&text));
        }
        match choice.get("finish_reason").and_then(Value::as_str) {
            Some(reason @ "length") => draft.end(End::Cut, reason),
            Some(reason @ "content_filter") => draft.end(End::Refused, reason),
            Some(reason) => {
                // A model that had nothing to say has no content.
                if choice.get("message").or_else(|| choice.get("delta")).is_some_and(Value::is_object) {
                    draft.write("");
                }
                if matches!(reason, "tool_calls" | "function_call") {
                    draft.call();
                }
                // Endpoints have other words for the usual end.
                draft.end(End::Whole, reason);
            }
            None => {}
        }
    }
}

/// The text of a message: itself, or the texts among its parts (others are thoughts and pictures).
fn text(content: &Value) -> Option<String> {
    match content {
        Value::String(text) => Some(text.clone()),
        Value::Array(parts) => {
            let texts: Vec<&str> = parts.iter().filter_map(|part| part.get("text")?.as_str()).collect();
            (!texts.is_empty()).then(|| texts.concat())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_is_a_text_or_parts() {
        assert_eq!(text(&json!("a")).as_deref(), Some("a"));
        let parts = json!([{"type": "thinking", "thinking": []}, {"type": "text", "text": "a"}, {"text": "b"}]);
        assert_eq!(text(&parts).as_deref(), Some("ab"));
        for nothing in [json!(null), json!([]), json!(7), json!({"text": "a"})] {
            assert_eq!(text(&nothing), None);
        }
    }
}
