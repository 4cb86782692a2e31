//! Models: one trait, one method; scripted, recorded and HTTP ones behind it. Knows no Lisp.

mod anthropic;
mod cassette;
mod connection;
#[cfg(feature = "otel")]
mod delivery;
mod deltas;
mod gemini;
mod http;
mod openai;
mod price;
mod provider;
mod retry;
mod scripted;
mod sse;
mod tls;

use std::fmt;
use std::future::Future;
use std::ops::ControlFlow;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use anthropic::Anthropic;
pub use cassette::{CassetteError, CassetteRecorder, Recorded};
pub(crate) use cassette::{contrast, difference};
#[cfg(feature = "otel")]
pub(crate) use delivery::Delivery;
pub use deltas::Deltas;
pub use gemini::Gemini;
#[cfg(feature = "github")]
pub(crate) use http::{Exchange, Secret, wait};
#[cfg(any(feature = "github", feature = "mcp"))]
pub(crate) use http::{client as http_client, place as shown_place};
pub use openai::OpenAi;
pub use price::{Price, Prices};
pub use provider::{ProviderError, from_name};
pub use retry::Retry;
pub use scripted::{ScriptError, Scripted};

/// A future that a model hands back.
pub type Answering<'a> = Pin<Box<dyn Future<Output = Result<Reply, ModelError>> + Send + 'a>>;

/// Something that answers a conversation with text: a provider's API, a script, a recording, or any async closure.
///
/// ```
/// use ptc::model::{Message, Model, Reply, Request};
///
/// // Any async closure over a request is a model.
/// let parrot = |request: Request| async move { Ok(Reply::text(request.last_user())) };
///
/// let runtime = tokio::runtime::Builder::new_current_thread().build()?;
/// let reply = runtime.block_on(parrot.reply(Request::new("be brief").user("hello")))?;
/// assert_eq!(reply.text, "hello");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Model: Send + Sync {
    /// Answers the conversation in `request`.
    ///
    /// # Errors
    /// Whatever kept the model from answering; see [`ModelErrorKind`].
    fn reply(&self, request: Request) -> Answering<'_>;

    /// The model's name as traces show it, `provider:model` where that makes sense.
    fn name(&self) -> String {
        "model".into()
    }

    /// Passes over a request whose answer is known from the journal of a run that is resumed. Only models that count what
    /// they are asked need to do something.
    fn pass_over(&self, request: &Request) {
        let _ = request;
    }

    /// Where what programs are told of clock and chance is kept with the answers. Only recordings have that.
    fn samples(&self) -> Option<&dyn Samples> {
        None
    }
}

/// What programs are told of clock and chance, in a recording.
pub trait Samples {
    /// What the program of a process's turn is told: when recorded it is what is `live`, which is written down; when played it is
    /// what was told then.
    fn sample(&self, place: (&str, u32), source: &str, live: &dyn Fn() -> i64) -> i64;
}

impl<F, Fut> Model for F
where
    F: Fn(Request) -> Fut + Send + Sync,
    Fut: Future<Output = Result<Reply, ModelError>> + Send + 'static,
{
    fn reply(&self, request: Request) -> Answering<'_> {
        Box::pin(self(request))
    }
}

impl<M: Model + ?Sized> Model for Arc<M> {
    fn reply(&self, request: Request) -> Answering<'_> {
        (**self).reply(request)
    }

    fn name(&self) -> String {
        (**self).name()
    }

    fn pass_over(&self, request: &Request) {
        (**self).pass_over(request);
    }

    fn samples(&self) -> Option<&dyn Samples> {
        (**self).samples()
    }
}

/// Everything a model is told for one reply.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// The process that asks: `main`, `main/expert#1`.
    pub path: String,
    /// The number of this reply within the process, from 1.
    pub turn: u32,
    /// The task the process was given.
    pub task: Arc<str>,
    /// The system prompt; the same bytes on every turn of a process.
    pub system: Arc<str>,
    /// The conversation, oldest message first; roles alternate, the last is the user's.
    pub messages: Vec<Message>,
    /// The tools that programs may call.
    pub tool_names: Vec<String>,
    /// What the host asks of the provider.
    pub options: ModelOptions,
    /// Where the reply goes while it is written, if somebody wants to see it.
    #[serde(skip)]
    pub deltas: Deltas,
}

impl Request {
    /// A request with a system prompt and no messages yet, of process `main`, turn 1.
    pub fn new(system: impl Into<Arc<str>>) -> Self {
        Self {
            path: "main".into(),
            turn: 1,
            task: "".into(),
            system: system.into(),
            messages: Vec::new(),
            tool_names: Vec::new(),
            options: ModelOptions::default(),
            deltas: Deltas::default(),
        }
    }

    /// The same request with one more message of the user's.
    #[must_use]
    pub fn user(mut self, content: impl Into<Arc<str>>) -> Self {
        self.messages.push(Message { role: Role::User, content: content.into() });
        self
    }

    /// The same request, whose reply is shown while it is written: see [`Deltas`].
    #[must_use]
    pub fn on_delta(mut self, show: impl Fn(usize, &str) -> ControlFlow<()> + Send + Sync + 'static) -> Self {
        self.deltas = Deltas::new(show);
        self
    }

    /// The text of the last message of the user's, or nothing.
    pub fn last_user(&self) -> String {
        let last = self.messages.iter().rev().find(|message| message.role == Role::User);
        last.map(|message| message.content.to_string()).unwrap_or_default()
    }
}

/// One message of a conversation. The text is shared, so that conversations are cheap to fork.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Who wrote it.
    pub role: Role,
    /// The text.
    pub content: Arc<str>,
}

/// Who wrote a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The host: a task, or what came back from a program.
    User,
    /// The model.
    Assistant,
}

/// What the host asks of the provider; all of it optional.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ModelOptions {
    /// The most tokens a reply may have; budgets reserve this much before each call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<u64>,
    /// The sampling temperature.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    /// How long one request may take. Two minutes unless told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Duration>,
    /// Whether the reply is to come while it is written, so that observers see it grow. The reply is the same.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stream: bool,
    /// Headers added to every request. They may carry keys: debug output shows their names only.
    #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
    pub extra_headers: serde_json::Map<String, serde_json::Value>,
    /// Anything else, passed to the provider as it is.
    #[serde(default, flatten)]
    pub extra: serde_json::Map<String, serde_json::Value>,
}

impl fmt::Debug for ModelOptions {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { max_tokens, temperature, timeout, stream, extra_headers, extra } = self;
        out.debug_struct("ModelOptions")
            .field("max_tokens", max_tokens)
            .field("temperature", temperature)
            .field("timeout", timeout)
            .field("stream", stream)
            .field("extra_headers", &extra_headers.keys().collect::<Vec<_>>())
            .field("extra", extra)
            .finish()
    }
}

/// What a model answered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// The text of the answer.
    pub text: String,
    /// What it cost in tokens.
    #[serde(flatten)]
    pub tokens: Tokens,
}

impl Reply {
    /// A reply of this text that cost nothing.
    pub fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), tokens: Tokens::default() }
    }
}

/// Tokens of one reply, as the provider counts them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tokens {
    /// Tokens read: system prompt and messages.
    #[serde(default, rename = "input_tokens")]
    pub input: u64,
    /// Tokens written.
    #[serde(default, rename = "output_tokens")]
    pub output: u64,
    /// Of the input, those that the provider had cached.
    #[serde(default, rename = "cached_tokens")]
    pub cached: u64,
}

impl Tokens {
    /// Tokens read and written.
    pub fn total(self) -> u64 {
        self.input.saturating_add(self.output)
    }

    pub(crate) fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

impl std::ops::Add for Tokens {
    type Output = Self;

    fn add(self, more: Self) -> Self {
        Self {
            input: self.input.saturating_add(more.input),
            output: self.output.saturating_add(more.output),
            cached: self.cached.saturating_add(more.cached),
        }
    }
}

/// Why a model did not answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct ModelError {
    /// What kind of failure, which decides whether it is tried again.
    pub kind: ModelErrorKind,
    /// What happened, without secrets.
    pub message: String,
    /// How long the provider asked to wait; in JSON a number of seconds.
    #[serde(default, with = "seconds", skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<Duration>,
    /// What it cost nevertheless: a reply that was cut off or refused is paid for.
    #[serde(flatten, skip_serializing_if = "Tokens::is_none")]
    pub tokens: Tokens,
}

impl ModelError {
    /// An error of a kind with a message.
    pub fn new(kind: ModelErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), retry_after: None, tokens: Tokens::default() }
    }
}

/// What came back from a model, as scripts and recordings hold it: a reply or an error.
///
/// ```
/// use ptc::model::{Answer, ModelError, ModelErrorKind, Reply};
///
/// let answers = [Answer::from("42"), ModelError::new(ModelErrorKind::Server, "down for a moment").into()];
/// let [first, second] = answers.map(Result::from);
/// assert_eq!(first, Ok(Reply::text("42")));
/// assert!(second.is_err_and(|error| error.kind.is_passing()));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// The model answered.
    Reply(Reply),
    /// It did not.
    Error(ModelError),
}

impl From<&str> for Answer {
    fn from(text: &str) -> Self {
        Self::Reply(Reply::text(text))
    }
}

impl From<String> for Answer {
    fn from(text: String) -> Self {
        Self::Reply(Reply::text(text))
    }
}

impl From<Reply> for Answer {
    fn from(reply: Reply) -> Self {
        Self::Reply(reply)
    }
}

impl From<ModelError> for Answer {
    fn from(error: ModelError) -> Self {
        Self::Error(error)
    }
}

impl From<Result<Reply, ModelError>> for Answer {
    fn from(result: Result<Reply, ModelError>) -> Self {
        result.map_or_else(Self::Error, Self::Reply)
    }
}

impl From<Answer> for Result<Reply, ModelError> {
    fn from(answer: Answer) -> Self {
        match answer {
            Answer::Reply(reply) => Ok(reply),
            Answer::Error(error) => Err(error),
        }
    }
}

/// The kinds of failure of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ModelErrorKind {
    /// Too many requests (HTTP 429); tried again.
    RateLimit,
    /// The provider failed (HTTP 5xx, a broken connection); tried again.
    Server,
    /// No answer in time; tried again.
    Timeout,
    /// The key was refused (HTTP 401, 403); not tried again.
    Auth,
    /// The request was refused (other HTTP 4xx); not tried again.
    BadRequest,
    /// Anything else: an answer that cannot be read, a script that ran out; not tried again.
    Other,
}

impl ModelErrorKind {
    /// The name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::RateLimit => "rate_limit",
            Self::Server => "server",
            Self::Timeout => "timeout",
            Self::Auth => "auth",
            Self::BadRequest => "bad_request",
            Self::Other => "other",
        }
    }

    /// Whether the same request may succeed later.
    pub fn is_passing(self) -> bool {
        match self {
            Self::RateLimit | Self::Server | Self::Timeout => true,
            Self::Auth | Self::BadRequest | Self::Other => false,
        }
    }
}

/// A wait as JSON has it: a number of seconds.
mod seconds {
    use std::time::Duration;

    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(wait: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
        match wait {
            Some(wait) => serializer.serialize_f64(wait.as_secs_f64()),
            None => serializer.serialize_none(),
        }
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
        let seconds = Option::<f64>::deserialize(deserializer)?;
        seconds.map(Duration::try_from_secs_f64).transpose().map_err(D::Error::custom)
    }
}
