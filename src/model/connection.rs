//! What all clients share: an address, a key, one request, and a reply put together from what comes back.

use std::borrow::Cow;
use std::fmt;
use std::ops::ControlFlow;
use std::sync::OnceLock;

use reqwest::header::HeaderValue;
use reqwest::{Client, Url};
use serde_json::{Map, Value, json};

use super::http::{self, Answer, Exchange, Secret};
use super::{Deltas, Message, ModelError, ModelErrorKind, Reply, Request, Role, Tokens};

/// What sets one provider's API apart from another's.
pub(super) trait Wire: Sync {
    /// Where the text of a reply stands, for errors.
    const TEXT: &'static str;

    /// The header that carries the key, and what stands before the key in it.
    fn key_header(&self) -> (&'static str, &'static str);

    /// A header that every request must have.
    fn other_header(&self) -> Option<(&'static str, &'static str)> {
        None
    }

    /// Extends the base URL to the address of a request.
    fn address(&self, base: &mut Url, model: &str, streamed: bool);

    /// The body of a request.
    fn body(&self, model: &str, request: &Request, streamed: bool) -> Map<String, Value>;

    /// Takes in a whole answer, or one event of a stream.
    fn take(&self, piece: &Value, draft: &mut Draft<'_>);
}

/// One model of a provider.
#[derive(Debug)]
pub(super) struct Connection {
    provider: String,
    model: String,
    base: Base,
    key: Key,
    /// Built at the first request, since building fails where a machine has no certificates.
    client: OnceLock<Client>,
}

/// Where requests go. The text may hold a password, so that only a parsed address is shown, and of it the origin.
struct Base(String);

impl fmt::Debug for Base {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Url::parse(&self.0) {
            Ok(url) => out.write_str(&http::place(&url)),
            Err(_) => out.write_str("not a URL"),
        }
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

impl Connection {
    pub(super) fn new(provider: &str, model: impl Into<String>, base: &str) -> Self {
        let (provider, model, base) = (provider.into(), model.into(), Base(base.into()));
        Self { provider, model, base, key: Key::None, client: OnceLock::new() }
    }

    pub(super) fn set_base(&mut self, url: impl Into<String>) {
        self.base = Base(url.into());
        self.client = OnceLock::new();
    }

    pub(super) fn set_key(&mut self, key: Option<String>) {
        self.key = key.map_or(Key::None, |key| Key::Given(Secret::new(key)));
    }

    /// Refuses every request, naming the environment variable that should have held the key.
    pub(super) fn set_missing_key(&mut self, variable: String) {
        self.key = Key::Missing(variable);
    }

    pub(super) fn set_provider(&mut self, provider: impl Into<String>) {
        self.provider = provider.into();
    }

    pub(super) fn name(&self) -> String {
        format!("{}:{}", self.provider, self.model)
    }

    /// One request, and the reply to it.
    pub(super) async fn ask<W: Wire>(&self, wire: &W, request: &Request) -> Result<Reply, ModelError> {
        let streamed = request.options.stream || request.deltas.are_wanted();
        let mut url = self.url()?;
        wire.address(&mut url, &self.model, streamed);
        let body = wire.body(&self.model, request, streamed).into();
        let mut post = Exchange::post(&url, &body, request.options.timeout);
        match &self.key {
            Key::None => {}
            Key::Given(key) => post.key(wire.key_header(), key)?,
            Key::Missing(variable) => {
                let message = format!("{} needs a key: set the environment variable {variable}", self.provider);
                return Err(ModelError::new(ModelErrorKind::Auth, message));
            }
        }
        if let Some((name, value)) = wire.other_header() {
            post.header(name, HeaderValue::from_static(value));
        }
        post.extra_headers(&request.options.extra_headers)?;
        let mut draft = Draft::new(&request.deltas);
        let shown = match post.send(self.client(&url)?).await? {
            Answer::Whole(response) => {
                let answer = post.whole(response).await?;
                wire.take(&answer, &mut draft);
                answer.to_string()
            }
            Answer::Stream(response) => {
                draft.streamed = true;
                post.events(response, |event| {
                    wire.take(event, &mut draft);
                    if draft.is_closed { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
                })
                .await?;
                String::new()
            }
        };
        draft.reply::<W>(&post, &http::place(&url), &shown)
    }

    fn url(&self) -> Result<Url, ModelError> {
        let unfit = |reason: &str| {
            let message = format!("the base URL cannot be used: {reason}; it looks like http://localhost:8000/v1");
            ModelError::new(ModelErrorKind::BadRequest, message)
        };
        let url = Url::parse(&self.base.0).map_err(|error| unfit(&error.to_string()))?;
        if url.cannot_be_a_base() { Err(unfit("it has no path")) } else { Ok(url) }
    }

    fn client(&self, url: &Url) -> Result<&Client, ModelError> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let client = http::client(url)?;
        Ok(self.client.get_or_init(|| client))
    }
}

/// What every client can be told, and that it is a model: it has a `connection`, and this field, which is its [`Wire`].
macro_rules! client {
    ($client:ident, $wire:ident, $address:literal) => {
        impl $client {
            #[doc = concat!("Another endpoint: the address before ", $address, ".")]
            #[must_use]
            pub fn base_url(mut self, url: impl Into<String>) -> Self {
                self.connection.set_base(url);
                self
            }

            /// The key to send, if any.
            #[must_use]
            pub fn key(mut self, key: Option<String>) -> Self {
                self.connection.set_key(key);
                self
            }
        }

        impl $crate::model::Model for $client {
            fn reply(&self, request: $crate::model::Request) -> $crate::model::Answering<'_> {
                Box::pin(async move { self.connection.ask(&self.$wire, &request).await })
            }

            fn name(&self) -> String {
                self.connection.name()
            }
        }
    };
}

pub(super) use client;

/// Adds segments to the path of a URL, however it ends.
pub(super) fn extend<'a>(url: &mut Url, segments: impl IntoIterator<Item = &'a str>) {
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(segments);
    }
}

/// Adds the version of an API, unless the path has one: base URLs are given with it and without.
pub(super) fn with_version(url: &mut Url, version: &str) {
    let is_version =
        |part: &str| part.strip_prefix('v').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    if !url.path_segments().is_some_and(|mut parts| parts.any(is_version)) {
        extend(url, [version]);
    }
}

/// The messages as OpenAI and Anthropic write them.
pub(super) fn messages(request: &Request) -> impl Iterator<Item = Value> {
    alternating(&request.messages).into_iter().map(|(role, content)| json!({"role": role, "content": content}))
}

/// The messages with those of one role in a row made one, as providers want the roles to alternate.
pub(super) fn alternating(messages: &[Message]) -> Vec<(Role, Cow<'_, str>)> {
    let mut merged: Vec<(Role, Cow<'_, str>)> = Vec::with_capacity(messages.len());
    for message in messages {
        match merged.last_mut() {
            Some((role, text)) if *role == message.role => {
                text.to_mut().extend(["\n\n", &message.content]);
            }
            _ => merged.push((message.role, Cow::Borrowed(&message.content))),
        }
    }
    merged
}

/// A reply while it is put together.
pub(super) struct Draft<'a> {
    deltas: &'a Deltas,
    text: Option<String>,
    pub(super) tokens: Tokens,
    ended: Option<(End, String)>,
    /// Whether the model called a tool in the provider's way, of which it was told none.
    called: bool,
    trouble: Option<(ModelErrorKind, String)>,
    streamed: bool,
    /// Whether nothing more is to come, or to be waited for.
    is_closed: bool,
    given_up: bool,
}

/// How a reply ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The model had said all.
    Whole,
    /// There was no room for more.
    Cut,
    /// The model, or whoever watches over it, did not want to.
    Refused,
}

impl<'a> Draft<'a> {
    fn new(deltas: &'a Deltas) -> Self {
        Self {
            deltas,
            text: None,
            tokens: Tokens::default(),
            ended: None,
            called: false,
            trouble: None,
            streamed: false,
            is_closed: false,
            given_up: false,
        }
    }

    /// Adds to the text; an empty piece says at least that there is one.
    pub(super) fn write(&mut self, piece: &str) {
        let text = self.text.get_or_insert_default();
        let at = text.len();
        text.push_str(piece);
        if self.deltas.show(at, piece).is_break() {
            self.given_up = true;
            self.is_closed = true;
        }
    }

    /// Says how the reply ended, in the provider's words.
    pub(super) fn end(&mut self, end: End, reason: &str) {
        self.ended = Some((end, reason.to_owned()));
    }

    /// Says that the model called a tool in the provider's way. Its text only announces that, so it is no answer: the
    /// reply counts as empty, and the model is told how programs are written.
    pub(super) fn call(&mut self) {
        self.called = true;
        self.text.get_or_insert_default();
    }

    /// Says that nothing more will come.
    pub(super) fn close(&mut self) {
        self.is_closed = true;
    }

    /// Takes note of an error that came in place of a reply, or in the midst of one, if there is one in the field
    /// `error`. Gateways report failures of the provider behind them in that way.
    pub(super) fn trouble(&mut self, piece: &Value) {
        if let Some(error) = piece.get("error").filter(|error| !error.is_null()) {
            let told = http::message(piece).map_or_else(|| error.to_string(), str::to_owned);
            self.trouble = Some((http::kind_of(error), told));
            self.is_closed = true;
        }
    }

    /// The reply, if it is whole.
    fn reply<W: Wire>(self, post: &Exchange<'_>, place: &str, shown: &str) -> Result<Reply, ModelError> {
        let error =
            |kind, what: String, detail: &str| ModelError { tokens: self.tokens, ..post.error(kind, &what, detail) };
        if self.given_up {
            return Err(error(ModelErrorKind::Other, "the reply was given up by whoever watched it".into(), ""));
        }
        if let Some((kind, told)) = &self.trouble {
            return Err(error(*kind, format!("{place} answered an error"), told));
        }
        match (self.ended, self.text) {
            (Some((End::Cut, reason)), _) => {
                let what = format!(
                    "the reply was cut off ({reason}), and nothing of it is used: raise max_tokens, or shorten the task"
                );
                Err(error(ModelErrorKind::Other, what, ""))
            }
            (Some((End::Refused, reason)), text) => {
                let what = format!("the model refused to answer ({reason})");
                Err(error(ModelErrorKind::Other, what, &text.unwrap_or_default()))
            }
            (None, _) if self.streamed => {
                Err(error(ModelErrorKind::Server, format!("{place} broke off before the reply was whole"), ""))
            }
            (_, Some(_)) if self.called => Ok(Reply { text: String::new(), tokens: self.tokens }),
            (_, Some(text)) => Ok(Reply { text, tokens: self.tokens }),
            (ended, None) => {
                let ended = ended.map(|(_, reason)| format!(" (it finished by {reason:?})")).unwrap_or_default();
                Err(error(ModelErrorKind::Other, format!("{place} answered no {}{ended}", W::TEXT), shown))
            }
        }
    }
}

/// Adds parameters that the host gave, without overwriting any.
pub(super) fn add(parameters: &mut Map<String, Value>, given: &Map<String, Value>) {
    for (name, value) in given {
        parameters.entry(name).or_insert_with(|| value.clone());
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::super::sse::Events;
    use super::super::{anthropic, gemini, openai};
    use super::*;

    #[test]
    fn paths_join_however_the_base_ends() {
        for base in ["http://h/v1", "http://h/v1/"] {
            let mut url = Url::parse(base).unwrap();
            extend(&mut url, ["chat", "completions"]);
            assert_eq!(url.as_str(), "http://h/v1/chat/completions");
        }
        let mut with_query = Url::parse("https://h/openai?api-version=1").unwrap();
        extend(&mut with_query, ["chat"]);
        assert_eq!(with_query.as_str(), "https://h/openai/chat?api-version=1");
        assert!(Connection::new("p", "m", "mailto:a@b").url().is_err());
    }

    #[test]
    fn a_version_is_added_where_there_is_none() {
        for (base, whole) in [
            ("http://h", "http://h/v1"),
            ("http://h/", "http://h/v1"),
            ("http://h/gate/", "http://h/gate/v1"),
            ("http://h/v1", "http://h/v1"),
            ("http://h/v1beta/", "http://h/v1beta/"),
            ("http://h/v1/projects/x", "http://h/v1/projects/x"),
            ("http://h/vertex", "http://h/vertex/v1"),
        ] {
            let mut url = Url::parse(base).unwrap();
            with_version(&mut url, "v1");
            assert_eq!(url.as_str(), whole);
        }
    }

    #[test]
    fn messages_of_one_role_become_one() {
        let message = |role, text: &str| Message { role, content: text.into() };
        let texts = [(Role::User, "a"), (Role::User, "b"), (Role::Assistant, "c"), (Role::User, "b")];
        let messages = texts.map(|(role, text)| message(role, text));
        let merged = alternating(&messages);
        assert_eq!(merged, [(Role::User, "a\n\nb".into()), (Role::Assistant, "c".into()), (Role::User, "b".into())]);
    }

    /// What comes of a stream that arrives in these chunks: reply, tokens, how it ended, and what was shown of it.
    fn stream<'a>(
        wire: &impl Wire,
        chunks: impl IntoIterator<Item = &'a [u8]>,
    ) -> (String, Tokens, Option<End>, String) {
        let shown = Arc::new(Mutex::new(String::new()));
        let screen = shown.clone();
        let deltas = Deltas::new(move |at, piece| {
            let mut shown = screen.lock().unwrap();
            assert_eq!(at, shown.len());
            shown.push_str(piece);
            ControlFlow::Continue(())
        });
        let mut draft = Draft::new(&deltas);
        let mut events = Events::default();
        for data in chunks.into_iter().flat_map(|chunk| events.push(chunk)).filter(|data| data != "[DONE]") {
            wire.take(&serde_json::from_str(&data).unwrap(), &mut draft);
        }
        let shown = shown.lock().unwrap().clone();
        (draft.text.unwrap_or_default(), draft.tokens, draft.ended.map(|(end, _)| end), shown)
    }

    fn does_not_care_where_it_is_cut(wire: &impl Wire, text: &str) {
        let bytes = text.as_bytes();
        let tokens = Tokens { input: 90, output: 7, cached: 64 };
        let reply = "Grüße 😀 an alle".to_owned();
        let whole = (reply.clone(), tokens, Some(End::Whole), reply);
        assert_eq!(stream(wire, [bytes]), whole);
        assert_eq!(stream(wire, bytes.chunks(1)), whole);
        for at in 0..bytes.len() {
            let (one, other) = bytes.split_at(at);
            assert_eq!(stream(wire, [one, other]), whole, "cut at {at}");
        }
    }

    #[test]
    fn streams_may_be_cut_at_any_byte() {
        does_not_care_where_it_is_cut(&openai::Dialect::default(), include_str!("../../tests/streams/openai.txt"));
        does_not_care_where_it_is_cut(&anthropic::Host::Anthropic, include_str!("../../tests/streams/anthropic.txt"));
        does_not_care_where_it_is_cut(&gemini::Host::Google, include_str!("../../tests/streams/gemini.txt"));
    }

    #[test]
    fn debug_output_holds_no_secret() {
        let mut connection = Connection::new("p", "m", "http://user:pass-word@h/v1?token=t0ken");
        connection.set_key(Some("sk-secret".into()));
        let shown = format!("{connection:?}");
        assert!(!shown.contains("pass-word") && !shown.contains("t0ken") && !shown.contains("sk-secret"), "{shown}");
    }
}
