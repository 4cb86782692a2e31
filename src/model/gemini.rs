//! The Gemini API of Google: `generateContent`, and the same as a stream.

use reqwest::Url;
use serde_json::{Map, Value, json};

use super::connection::{Connection, Draft, End, Wire, add, alternating, client, extend, with_version};
use super::{Request, Role};

/// The parameters that stand beside the configuration of a request, not in it.
const BESIDE: [&str; 10] = [
    "cachedContent",
    "cached_content",
    "labels",
    "safetySettings",
    "safety_settings",
    "serviceTier",
    "service_tier",
    "toolConfig",
    "tool_config",
    "tools",
];

/// How replies finish in which a model tried to call tools, though nobody offered any.
const CALLS: [&str; 3] = ["MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS"];

/// A model behind Google's Gemini API, or behind the same API on Vertex AI.
///
/// Parameters are those of `generationConfig`, such as `topP` or `thinkingConfig`; the few that the API wants beside it,
/// such as `safetySettings`, go there. Thoughts are counted among the tokens written. It tries once, as
/// [`OpenAi`](super::OpenAi) does.
///
/// ```
/// use ptc::model::{Gemini, Model};
///
/// let model = Gemini::new("gemini-2.5-flash").key(Some("AIza-secret".into()));
/// assert_eq!(model.name(), "gemini:gemini-2.5-flash");
/// assert!(!format!("{model:?}").contains("secret"));
/// ```
#[derive(Debug)]
pub struct Gemini {
    pub(super) connection: Connection,
    host: Host,
}

/// Who hosts the API, which decides about keys.
#[derive(Debug)]
pub(super) enum Host {
    Google,
    Vertex,
}

impl Gemini {
    /// The model of this name at Google, without a key.
    pub fn new(model: impl Into<String>) -> Self {
        let base = "https://generativelanguage.googleapis.com/v1beta";
        Self { connection: Connection::new("gemini", model, base), host: Host::Google }
    }

    /// The model of this name on Vertex AI, below an address such as
    /// `https://REGION-aiplatform.googleapis.com/v1/projects/PROJECT/locations/REGION/publishers/google`. Its key is an
    /// access token.
    pub fn on_vertex(model: impl Into<String>, base_url: impl AsRef<str>) -> Self {
        Self { connection: Connection::new("gemini_vertex", model, base_url.as_ref()), host: Host::Vertex }
    }
}

client!(Gemini, host, "`/models`, with `/v1beta` or without");

impl Wire for Host {
    const TEXT: &'static str = "candidates[0].content.parts";

    fn key_header(&self) -> (&'static str, &'static str) {
        match self {
            Self::Google => ("x-goog-api-key", ""),
            Self::Vertex => ("authorization", "Bearer "),
        }
    }

    fn address(&self, base: &mut Url, model: &str, streamed: bool) {
        with_version(base, "v1beta");
        let method = if streamed { "streamGenerateContent" } else { "generateContent" };
        // A name with a slash says itself what it is the name of: `tunedModels/mine`.
        let collection = if model.contains('/') { None } else { Some("models") };
        extend(base, collection.into_iter().chain(format!("{model}:{method}").split('/')));
        if streamed {
            base.query_pairs_mut().append_pair("alt", "sse");
        }
    }

    fn body(&self, _: &str, request: &Request, _: bool) -> Map<String, Value> {
        let options = &request.options;
        let mut body = Map::new();
        if !request.system.is_empty() {
            body.insert("systemInstruction".into(), json!({"parts": [{"text": request.system}]}));
        }
        let contents = alternating(&request.messages).into_iter().map(|(role, text)| {
            let role = match role {
                Role::User => "user",
                Role::Assistant => "model",
            };
            json!({"role": role, "parts": [{"text": text}]})
        });
        body.insert("contents".into(), contents.collect());
        let mut config = Map::new();
        if let Some(max_tokens) = options.max_tokens {
            config.insert("maxOutputTokens".into(), json!(max_tokens));
        }
        if let Some(temperature) = options.temperature {
            config.insert("temperature".into(), json!(temperature));
        }
        for (name, value) in &options.extra {
            match value {
                Value::Object(given) if matches!(name.as_str(), "generationConfig" | "generation_config") => {
                    add(&mut config, given);
                }
                _ => {
                    let place = if BESIDE.contains(&name.as_str()) { &mut body } else { &mut config };
                    place.entry(name).or_insert_with(|| value.clone());
                }
            }
        }
        if !config.is_empty() {
            body.insert("generationConfig".into(), config.into());
        }
        body
    }

    fn take(&self, piece: &Value, draft: &mut Draft<'_>) {
        draft.trouble(piece);
        if let Some(usage) = piece.get("usageMetadata") {
            let count = |name: &str| usage.get(name).and_then(Value::as_u64);
            let sum = |one: &str, other: &str| match (count(one), count(other)) {
                (None, None) => None,
                (one, other) => Some(one.unwrap_or(0).saturating_add(other.unwrap_or(0))),
            };
            // Each event names the sums it knows.
            let tokens = &mut draft.tokens;
            tokens.input = sum("promptTokenCount", "toolUsePromptTokenCount").unwrap_or(tokens.input);
            tokens.output = sum("candidatesTokenCount", "thoughtsTokenCount").unwrap_or(tokens.output);
            tokens.cached = count("cachedContentTokenCount").unwrap_or(tokens.cached);
        }
        let text = |pointer: &str| piece.pointer(pointer).and_then(Value::as_str);
        if let Some(reason) = text("/promptFeedback/blockReason") {
            draft.end(End::Refused, &format!("the prompt was blocked: {reason}"));
        }
        for part in piece.pointer("/candidates/0/content/parts").and_then(Value::as_array).into_iter().flatten() {
            if part.get("thought") != Some(&Value::Bool(true)) {
                draft.write(part.get("text").and_then(Value::as_str).unwrap_or_default());
            }
            if part.get("functionCall").is_some() {
                draft.call();
            }
        }
        match text("/candidates/0/finishReason") {
            Some(reason @ "MAX_TOKENS") => draft.end(End::Cut, reason),
            Some(reason @ "STOP") => {
                // A model that had nothing to say leaves the parts out.
                draft.write("");
                draft.end(End::Whole, reason);
            }
            Some(reason) if CALLS.contains(&reason) => {
                draft.call();
                draft.end(End::Whole, reason);
            }
            Some(reason) => match text("/candidates/0/finishMessage") {
                Some(why) => draft.end(End::Refused, &format!("{reason}: {why}")),
                None => draft.end(End::Refused, reason),
            },
            None => {}
        }
    }
}
