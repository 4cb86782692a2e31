//! The chat completions of OpenAI, which many other providers and local servers speak as well.

use std::sync::OnceLock;

use reqwest::{Client, StatusCode, Url};
use serde_json::{Map, Value, json};

use super::http::{self, Post, Secret};
use super::{Answering, Model, ModelError, ModelErrorKind, Reply, Request, Role, Tokens};

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
    provider: String,
    model: String,
    endpoint: Endpoint,
    key: Key,
    limit_parameter: String,
    /// Built at the first request, since building fails where a machine has no certificates.
    client: OnceLock<Client>,
}

/// Where requests go. The text may hold a password, so that only a parsed address is shown, and of it the origin.
#[derive(Clone)]
struct Endpoint(String);

impl std::fmt::Debug for Endpoint {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match Url::parse(&self.0) {
            Ok(url) => out.write_str(&url.origin().ascii_serialization()),
            Err(_) => out.write_str("not a URL"),
        }
    }
}

impl Endpoint {
    fn url(&self) -> Result<Url, ModelError> {
        let unfit = |reason: &str| {
            let message = format!("the base URL cannot be used: {reason}; it looks like http://localhost:8000/v1");
            ModelError::new(ModelErrorKind::BadRequest, message)
        };
        let mut url = Url::parse(&self.0).map_err(|error| unfit(&error.to_string()))?;
        match url.path_segments_mut() {
            Ok(mut path) => path.pop_if_empty().push("chat").push("completions"),
            Err(()) => return Err(unfit("it has no path")),
        };
        Ok(url)
    }
}

#[derive(Debug)]
enum Key {
    /// None is sent.
    None,
    Given(Secret),
    /// There should be one in this environment variable.
    Missing(String),
}

impl OpenAi {
    /// The model of this name at OpenAI, without a key.
    pub fn new(model: impl Into<String>) -> Self {
        Self {
            provider: "openai".into(),
            model: model.into(),
            endpoint: Endpoint("https://api.openai.com/v1".into()),
            key: Key::None,
            limit_parameter: "max_tokens".into(),
            client: OnceLock::new(),
        }
    }

    /// Another endpoint: the address before `/chat/completions`.
    #[must_use]
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.endpoint = Endpoint(url.into());
        self.client = OnceLock::new();
        self
    }

    /// The key to send, if any.
    #[must_use]
    pub fn key(mut self, key: Option<String>) -> Self {
        self.key = key.map_or(Key::None, |key| Key::Given(Secret::new(key)));
        self
    }

    /// The provider's name, for [`name`](Model::name).
    #[must_use]
    pub fn provider(mut self, provider: impl Into<String>) -> Self {
        self.provider = provider.into();
        self
    }

    /// The parameter that carries [`max_tokens`](super::ModelOptions::max_tokens), where it is not called that: OpenAI's
    /// reasoning models want `max_completion_tokens`.
    #[must_use]
    pub fn limit_parameter(mut self, name: impl Into<String>) -> Self {
        self.limit_parameter = name.into();
        self
    }

    /// Refuses every request, naming the environment variable that should have held the key.
    pub(super) fn missing_key(mut self, variable: String) -> Self {
        self.key = Key::Missing(variable);
        self
    }

    async fn ask(&self, request: &Request) -> Result<Reply, ModelError> {
        let url = self.endpoint.url()?;
        let body = self.body(request);
        let mut post = Post::new(&url, &body, request.options.timeout);
        match &self.key {
            Key::None => {}
            Key::Given(key) => post.bearer(key)?,
            Key::Missing(variable) => {
                let message = format!("{} needs a key: set the environment variable {variable}", self.provider);
                return Err(ModelError::new(ModelErrorKind::Auth, message));
            }
        }
        post.extra_headers(&request.options.extra_headers)?;
        let answer = post.send(self.client(&url)?).await?;
        reply(&answer).ok_or_else(|| self.unread(&post, &url, &answer))
    }

    fn client(&self, url: &Url) -> Result<&Client, ModelError> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let client = http::client(url)?;
        Ok(self.client.get_or_init(|| client))
    }

    fn body(&self, request: &Request) -> Value {
        let mut messages = Vec::with_capacity(request.messages.len() + 1);
        if !request.system.is_empty() {
            messages.push(json!({"role": "system", "content": request.system}));
        }
        messages.extend(request.messages.iter().map(|message| {
            let role = match message.role {
                Role::User => "user",
                Role::Assistant => "assistant",
            };
            json!({"role": role, "content": message.content})
        }));
        let options = &request.options;
        let mut body = Map::new();
        body.insert("model".into(), json!(self.model));
        body.insert("messages".into(), messages.into());
        if let Some(max_tokens) = options.max_tokens {
            body.insert(self.limit_parameter.clone(), json!(max_tokens));
        }
        if let Some(temperature) = options.temperature {
            body.insert("temperature".into(), json!(temperature));
        }
        for (name, value) in &options.extra {
            body.entry(name).or_insert_with(|| value.clone());
        }
        body.into()
    }

    /// What an answer means that arrived whole and holds no reply. Some gateways report failures of the provider
    /// behind them that way, with its status as `code`.
    fn unread(&self, post: &Post<'_>, url: &Url, answer: &Value) -> ModelError {
        let place = http::place(url);
        if let Some(error) = answer.get("error").filter(|error| !error.is_null()) {
            let code = error.get("code").and_then(Value::as_u64).and_then(|code| u16::try_from(code).ok());
            let kind = code.and_then(|code| StatusCode::from_u16(code).ok()).map_or(ModelErrorKind::Other, http::kind);
            let told = http::message(answer).map_or_else(|| error.to_string(), str::to_owned);
            return post.error(kind, &format!("{place} answered an error"), &told);
        }
        let what = match answer.pointer("/choices/0/finish_reason").and_then(Value::as_str) {
            Some(reason) => format!("{place} answered no choices[0].message.content (it finished by {reason:?})"),
            None => format!("{place} answered no choices[0].message.content"),
        };
        post.error(ModelErrorKind::Other, &what, &answer.to_string())
    }
}

impl Model for OpenAi {
    fn reply(&self, request: Request) -> Answering<'_> {
        Box::pin(async move { self.ask(&request).await })
    }

    fn name(&self) -> String {
        format!("{}:{}", self.provider, self.model)
    }
}

fn reply(answer: &Value) -> Option<Reply> {
    let message = answer.pointer("/choices/0/message")?;
    let text = message.get("content").and_then(text).or_else(|| message.get("refusal").and_then(text))?;
    let count = |pointer: &str| answer.pointer(pointer).and_then(Value::as_u64);
    let tokens = Tokens {
        input: count("/usage/prompt_tokens").unwrap_or(0),
        output: count("/usage/completion_tokens").unwrap_or(0),
        cached: count("/usage/prompt_tokens_details/cached_tokens")
            // DeepSeek's name for it.
            .or_else(|| count("/usage/prompt_cache_hit_tokens"))
            .unwrap_or(0),
    };
    Some(Reply { text, tokens })
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
    fn paths_join_however_the_base_ends() {
        for base in ["http://h/v1", "http://h/v1/"] {
            assert_eq!(Endpoint(base.into()).url().unwrap().as_str(), "http://h/v1/chat/completions");
        }
        let with_query = Endpoint("https://h/openai?api-version=1".into()).url().unwrap();
        assert_eq!(with_query.as_str(), "https://h/openai/chat/completions?api-version=1");
        assert!(Endpoint("mailto:a@b".into()).url().is_err());
    }

    #[test]
    fn content_is_a_text_or_parts() {
        assert_eq!(text(&json!("a")).as_deref(), Some("a"));
        let parts = json!([{"type": "thinking", "thinking": []}, {"type": "text", "text": "a"}, {"text": "b"}]);
        assert_eq!(text(&parts).as_deref(), Some("ab"));
        for nothing in [json!(null), json!([]), json!(7), json!({"text": "a"})] {
            assert_eq!(text(&nothing), None);
        }
    }

    #[test]
    fn debug_output_holds_no_secret() {
        let model = OpenAi::new("m").base_url("http://user:pass-word@h/v1?token=t0ken").key(Some("sk-secret".into()));
        let shown = format!("{model:?}");
        assert!(!shown.contains("pass-word") && !shown.contains("t0ken") && !shown.contains("sk-secret"), "{shown}");
    }
}
