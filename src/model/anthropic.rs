//! The Messages API of Anthropic.

use reqwest::Url;
use serde_json::{Map, Value, json};

use super::Request;
use super::connection::{Connection, Draft, End, Wire, add, client, extend, messages, with_version};

/// The most tokens of a reply by default: the API answers no request without a bound.
const MAX_TOKENS: u64 = 8192;

/// A model behind Anthropic's Messages API, or behind the same API on Google's Vertex AI.
///
/// The system prompt is marked for the provider's cache, since it is the same on every turn. Cached tokens are counted
/// among those read. It tries once, as [`OpenAi`](super::OpenAi) does.
///
/// ```
/// use ptc::model::{Anthropic, Model};
///
/// let model = Anthropic::new("claude-sonnet-4-5").key(Some("sk-ant-secret".into()));
/// assert_eq!(model.name(), "anthropic:claude-sonnet-4-5");
/// assert!(!format!("{model:?}").contains("secret"));
/// ```
#[derive(Debug)]
pub struct Anthropic {
    pub(super) connection: Connection,
    host: Host,
}

/// Who hosts the API, which decides about addresses and keys.
#[derive(Debug)]
pub(super) enum Host {
    Anthropic,
    Vertex,
}

impl Anthropic {
    /// The model of this name at Anthropic, without a key.
    pub fn new(model: impl Into<String>) -> Self {
        Self { connection: Connection::new("anthropic", model, "https://api.anthropic.com/v1"), host: Host::Anthropic }
    }

    /// The model of this name on Vertex AI, below an address such as
    /// `https://REGION-aiplatform.googleapis.com/v1/projects/PROJECT/locations/REGION/publishers/anthropic`. Its key is
    /// an access token.
    pub fn on_vertex(model: impl Into<String>, base_url: impl AsRef<str>) -> Self {
        Self { connection: Connection::new("anthropic_vertex", model, base_url.as_ref()), host: Host::Vertex }
    }
}

client!(Anthropic, host, "`/messages`, with `/v1` or without");

impl Wire for Host {
    const TEXT: &'static str = "content";

    fn key_header(&self) -> (&'static str, &'static str) {
        match self {
            Self::Anthropic => ("x-api-key", ""),
            Self::Vertex => ("authorization", "Bearer "),
        }
    }

    fn other_header(&self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Anthropic => Some(("anthropic-version", "2023-06-01")),
            Self::Vertex => None,
        }
    }

    fn address(&self, base: &mut Url, model: &str, streamed: bool) {
        with_version(base, "v1");
        match self {
            Self::Anthropic => extend(base, ["messages"]),
            Self::Vertex => {
                let method = if streamed { "streamRawPredict" } else { "rawPredict" };
                extend(base, ["models", &format!("{model}:{method}")]);
            }
        }
    }

    fn body(&self, model: &str, request: &Request, streamed: bool) -> Map<String, Value> {
        let options = &request.options;
        let mut body = Map::new();
        match self {
            Self::Anthropic => body.insert("model".into(), json!(model)),
            Self::Vertex => body.insert("anthropic_version".into(), json!("vertex-2023-10-16")),
        };
        body.insert("max_tokens".into(), json!(options.max_tokens.unwrap_or(MAX_TOKENS)));
        if !request.system.is_empty() {
            let cached = json!({"type": "text", "text": request.system, "cache_control": {"type": "ephemeral"}});
            body.insert("system".into(), json!([cached]));
        }
        body.insert("messages".into(), messages(request).collect());
        if let Some(temperature) = options.temperature {
            body.insert("temperature".into(), json!(temperature));
        }
        if streamed {
            body.insert("stream".into(), json!(true));
        }
        add(&mut body, &options.extra);
        body
    }

    fn take(&self, piece: &Value, draft: &mut Draft<'_>) {
        draft.trouble(piece);
        let text = |pointer: &str| piece.pointer(pointer).and_then(Value::as_str);
        match text("/type") {
            Some("message") => {
                draft.write("");
                for block in piece.get("content").and_then(Value::as_array).into_iter().flatten() {
                    // Other blocks are thoughts, or calls of tools that nobody offered.
                    if block.get("type").and_then(Value::as_str) == Some("text") {
                        draft.write(block.get("text").and_then(Value::as_str).unwrap_or_default());
                    }
                }
                count(piece.get("usage"), draft);
                end(piece, draft);
            }
            Some("message_start") => {
                draft.write("");
                count(piece.pointer("/message/usage"), draft);
            }
            Some("content_block_start") if text("/content_block/type") == Some("text") => {
                draft.write(text("/content_block/text").unwrap_or_default());
            }
            Some("content_block_delta") if text("/delta/type") == Some("text_delta") => {
                draft.write(text("/delta/text").unwrap_or_default());
            }
            Some("message_delta") => {
                count(piece.get("usage"), draft);
                piece.get("delta").into_iter().for_each(|delta| end(delta, draft));
            }
            Some("message_stop") => draft.close(),
            // There will be more kinds of events in time, all of them to be passed over.
            Some(_) | None => {}
        }
    }
}

/// Takes in the tokens; those of later events are sums, and hold what they do not name as it was.
fn count(usage: Option<&Value>, draft: &mut Draft<'_>) {
    let Some(usage) = usage else { return };
    let count = |name: &str| usage.get(name).and_then(Value::as_u64);
    if let Some(fresh) = count("input_tokens") {
        let cached = count("cache_read_input_tokens").unwrap_or(0);
        let written = count("cache_creation_input_tokens").unwrap_or(0);
        draft.tokens.input = fresh.saturating_add(cached).saturating_add(written);
        draft.tokens.cached = cached;
    }
    if let Some(output) = count("output_tokens") {
        draft.tokens.output = output;
    }
}

fn end(message: &Value, draft: &mut Draft<'_>) {
    let Some(reason) = message.get("stop_reason").and_then(Value::as_str) else { return };
    match reason {
        "max_tokens" | "model_context_window_exceeded" => draft.end(End::Cut, reason),
        "refusal" => match message.pointer("/stop_details/explanation").and_then(Value::as_str) {
            Some(why) => draft.end(End::Refused, &format!("{reason}: {why}")),
            None => draft.end(End::Refused, reason),
        },
        _ => {
            if reason == "tool_use" {
                draft.call();
            }
            draft.end(End::Whole, reason);
        }
    }
}
