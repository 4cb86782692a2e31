//! OpenTelemetry: a trace for each tree of processes, sent to a collector when its root has ended.
//!
//! Names are those of the semantic conventions for generative AI: `invoke_agent` for a process, `chat` for a reply of a
//! model, `execute_tool` for a tool call. The wire format is OTLP over HTTP, as JSON.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Map, Value as Json, json};
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use super::events::{Event, EventKind, Observer, Verdict};
use crate::host::random_bits;
use crate::model::{Delivery, Message, ModelError, Tokens};

/// Where traces go, and what of them.
///
/// Prompts, replies, arguments and results stay here unless they are asked for: they may be anybody's secrets.
///
/// ```no_run
/// use ptc::trace::Otel;
/// use ptc::{Options, delegate, model::from_name};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let otel = Otel::new("http://localhost:4318")?.service("mailer");
/// let options = Options::default().model(from_name("openai:gpt-4.1", None)?).observing(otel.observer());
/// let outcome = delegate("Find the urgent mails", options).await?;
/// otel.flush().await?;
/// # let _ = outcome;
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Otel {
    delivery: Delivery,
    service: String,
    content: bool,
    sent: Arc<Mutex<Sent>>,
}

impl Otel {
    /// Traces for a collector at this address, to which `/v1/traces` is added: `http://localhost:4318`.
    ///
    /// # Errors
    /// An address that requests cannot be sent to.
    pub fn new(endpoint: &str) -> Result<Self, ModelError> {
        let delivery = Delivery::new(endpoint, ["v1", "traces"])?;
        Ok(Self { delivery, service: "ptc".into(), content: false, sent: Arc::default() })
    }

    /// Sets `service.name`: `ptc` unless set.
    #[must_use]
    pub fn service(self, name: impl Into<String>) -> Self {
        Self { service: name.into(), ..self }
    }

    /// Adds a header to every request, such as the collector's key.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.delivery.header(name.into(), value.into());
        self
    }

    /// Sends prompts, replies, arguments and results as well.
    #[must_use]
    pub fn with_content(self) -> Self {
        Self { content: true, ..self }
    }

    /// An observer for one tree of processes, to be made within a tokio runtime, which sends.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub fn observer(&self) -> Observer {
        let trace = Mutex::new(Trace {
            otel: self.clone(),
            runtime: Handle::current(),
            id: id(),
            open: HashMap::new(),
            spans: Vec::new(),
        });
        Arc::new(move |event| {
            trace.lock().unwrap_or_else(PoisonError::into_inner).see(event, now());
            Verdict::Continue
        })
    }

    /// Waits until everything is sent that has ended.
    ///
    /// # Errors
    /// The first trace that could not be sent; it is lost.
    pub async fn flush(&self) -> Result<(), ModelError> {
        let under_way = std::mem::take(&mut self.sent().under_way);
        for sending in under_way {
            // One that panicked has sent nothing more than one that failed.
            sending.await.ok();
        }
        self.sent().failed.take().map_or(Ok(()), Err)
    }

    fn sent(&self) -> MutexGuard<'_, Sent> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn send(&self, runtime: &Handle, spans: Vec<Json>) {
        let body = json!({"resourceSpans": [{
            "resource": {"attributes": attributes([("service.name", json!(self.service))])},
            "scopeSpans": [{"scope": {"name": "ptc", "version": env!("CARGO_PKG_VERSION")}, "spans": spans}],
        }]});
        let otel = self.clone();
        let sending = runtime.spawn(async move {
            if let Err(error) = otel.delivery.send(&body).await {
                otel.sent().failed.get_or_insert(error);
            }
        });
        let mut sent = self.sent();
        sent.under_way.retain(|sending| !sending.is_finished());
        sent.under_way.push(sending);
    }
}

/// What was sent, or is about to be.
#[derive(Default)]
struct Sent {
    under_way: Vec<JoinHandle<()>>,
    /// The first failure since somebody asked.
    failed: Option<ModelError>,
}

/// A trace while it grows.
struct Trace {
    otel: Otel,
    runtime: Handle,
    id: String,
    /// What has begun and not ended.
    open: HashMap<Key, Span>,
    spans: Vec<Json>,
}

/// What a span stands for.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Key {
    Process(String),
    Chat(String),
    Tool(String, u32, usize),
}

struct Span {
    id: String,
    name: String,
    /// As OTLP counts: 1 is internal, 3 a client.
    kind: u8,
    begin: u128,
    attributes: Vec<(&'static str, Json)>,
}

impl Span {
    fn new(name: String, kind: u8, begin: u128) -> Self {
        Self { id: id().split_off(16), name, kind, begin, attributes: Vec::new() }
    }

    fn with(mut self, attributes: impl IntoIterator<Item = (&'static str, Json)>) -> Self {
        self.attributes.extend(attributes);
        self
    }
}

impl Trace {
    fn see(&mut self, event: &Event, now: u128) {
        let path = &event.path;
        let process = || Key::Process(path.clone());
        let chat = || Key::Chat(path.clone());
        match &event.kind {
            EventKind::Start { .. } => {
                let name = agent(path);
                let span = Span::new(format!("invoke_agent {name}"), 1, now).with([
                    ("gen_ai.operation.name", json!("invoke_agent")),
                    ("gen_ai.agent.name", json!(name)),
                    ("ptc.path", json!(path)),
                ]);
                self.open.insert(process(), span);
            }
            EventKind::Request { turn, model, system, messages } => {
                let (provider, model) = provider(model);
                let about = [("gen_ai.provider.name", json!(provider)), ("gen_ai.request.model", json!(model))];
                if let Some(agent) = self.open.get_mut(&process())
                    && *turn == 1
                {
                    agent.attributes.extend(about.clone());
                }
                let mut span = Span::new(format!("chat {model}"), 3, now).with(about);
                span.attributes.extend([("gen_ai.operation.name", json!("chat")), ("ptc.turn", json!(turn))]);
                if self.otel.content {
                    let system = json!([{"type": "text", "content": system}]).to_string();
                    let messages = messages.iter().map(message).collect::<Json>().to_string();
                    span.attributes.push(("gen_ai.system_instructions", json!(system)));
                    span.attributes.push(("gen_ai.input.messages", json!(messages)));
                }
                self.open.insert(chat(), span);
            }
            EventKind::Response { text, tokens, cost, .. } => {
                let mut more = usage(*tokens, *cost);
                if self.otel.content {
                    let part = json!({"type": "text", "content": text});
                    let reply = json!([{"role": "assistant", "parts": [part], "finish_reason": "stop"}]).to_string();
                    more.push(("gen_ai.output.messages", json!(reply)));
                }
                self.end(&chat(), now, more, None);
            }
            EventKind::ModelError { kind, message, tokens, cost, .. } => {
                self.end(&chat(), now, usage(*tokens, *cost), Some((kind.name(), message)));
            }
            EventKind::ToolStart { turn, call, name, args, .. } => {
                let mut span = Span::new(format!("execute_tool {name}"), 1, now).with([
                    ("gen_ai.operation.name", json!("execute_tool")),
                    ("gen_ai.tool.name", json!(name)),
                    ("gen_ai.tool.type", json!("function")),
                    ("gen_ai.tool.call.id", json!(format!("{path}:{turn}:{call}"))),
                ]);
                if self.otel.content {
                    span.attributes.push(("gen_ai.tool.call.arguments", json!(args.to_string())));
                }
                self.open.insert(Key::Tool(path.clone(), *turn, *call), span);
            }
            EventKind::ToolEnd { turn, call, result, error, children, .. } => {
                let key = Key::Tool(path.clone(), *turn, *call);
                if let Some(Span { id, .. }) = self.open.get(&key) {
                    let id = id.clone();
                    children.iter().for_each(|child| self.adopt(child, &id));
                }
                let content = result.as_ref().filter(|_| self.otel.content);
                let more = content.map(|result| ("gen_ai.tool.call.result", json!(result.to_string())));
                self.end(
                    &key,
                    now,
                    more.into_iter().collect(),
                    error.as_ref().map(|error| ("tool_error", error.as_str())),
                );
            }
            EventKind::End { error, .. } => {
                self.end(&process(), now, Vec::new(), error.as_ref().map(|error| ("_OTHER", error.as_str())));
                if !path.contains('/') {
                    self.send(now);
                }
            }
            EventKind::TurnStart { .. }
            | EventKind::Delta { .. }
            | EventKind::TurnEnd { .. }
            | EventKind::Sampled { .. }
            | EventKind::Stderr { .. } => {}
        }
    }

    /// Ends a span below the process it belongs to; a process is below its parent until the call is known that began it.
    fn end(&mut self, key: &Key, now: u128, more: Vec<(&'static str, Json)>, error: Option<(&str, &str)>) {
        let Some(span) = self.open.remove(key) else { return };
        let above = match key {
            Key::Process(path) => path.rsplit_once('/').map(|(parent, _)| parent),
            Key::Chat(path) | Key::Tool(path, ..) => Some(path.as_str()),
        };
        let parent = above.and_then(|above| self.open.get(&Key::Process(above.to_owned())));
        let error_type = error.map(|(kind, _)| ("error.type", json!(kind)));
        let mut fields = Map::new();
        fields.insert("traceId".into(), json!(self.id));
        fields.insert("spanId".into(), json!(span.id));
        fields.extend(parent.map(|parent| ("parentSpanId".into(), json!(parent.id))));
        fields.insert("name".into(), json!(span.name));
        fields.insert("kind".into(), json!(span.kind));
        fields.insert("startTimeUnixNano".into(), json!(span.begin.to_string()));
        fields.insert("endTimeUnixNano".into(), json!(now.to_string()));
        fields.insert("attributes".into(), attributes(span.attributes.into_iter().chain(more).chain(error_type)));
        if let Some((_, message)) = error {
            fields.insert("status".into(), json!({"code": 2, "message": message}));
        }
        self.spans.push(fields.into());
    }

    /// Puts the span of a process that has ended below the call that began it.
    fn adopt(&mut self, path: &str, parent: &str) {
        let is_it = |span: &&mut Json| {
            let attributes = span.get("attributes").and_then(Json::as_array);
            attributes.is_some_and(|attributes| {
                attributes.contains(&json!({"key": "ptc.path", "value": {"stringValue": path}}))
            })
        };
        if let Some(Json::Object(span)) = self.spans.iter_mut().rev().find(is_it) {
            span.insert("parentSpanId".into(), json!(parent));
        }
    }

    /// Sends what there is; what has not ended ends now.
    fn send(&mut self, now: u128) {
        // From the leaves to the root, as whoever is above must still be there.
        let mut left: Vec<Key> = self.open.keys().cloned().collect();
        left.sort_by_key(|key| match key {
            Key::Chat(_) | Key::Tool(..) => usize::MIN,
            Key::Process(path) => usize::MAX - path.matches('/').count(),
        });
        left.iter().for_each(|key| self.end(key, now, Vec::new(), Some(("_OTHER", "it did not end"))));
        if !self.spans.is_empty() {
            self.otel.send(&self.runtime, std::mem::take(&mut self.spans));
        }
        self.id = id();
    }
}

/// A run that was given up is sent as far as it came.
impl Drop for Trace {
    fn drop(&mut self) {
        self.send(now());
    }
}

fn now() -> u128 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos()
}

/// 16 random bytes in hexadecimal digits.
fn id() -> String {
    format!("{:016x}{:016x}", random_bits(), random_bits())
}

/// The name of an agent: `expert` of `main/expert#1`.
fn agent(path: &str) -> &str {
    let last = path.rsplit('/').next().unwrap_or(path);
    last.split(['#', '[']).next().unwrap_or(last)
}

/// The provider under the name that the conventions have for it, and the model.
fn provider(name: &str) -> (&str, &str) {
    let (provider, model) = name.split_once(':').unwrap_or((name, name));
    let known = match provider {
        "gemini" => "gcp.gemini",
        "gemini_vertex" | "anthropic_vertex" => "gcp.vertex_ai",
        "mistral" => "mistral_ai",
        other => other,
    };
    (known, model)
}

fn message(message: &Message) -> Json {
    json!({"role": message.role, "parts": [{"type": "text", "content": message.content}]})
}

fn usage(tokens: Tokens, cost: Option<f64>) -> Vec<(&'static str, Json)> {
    let counts = [
        ("gen_ai.usage.input_tokens", json!(tokens.input)),
        ("gen_ai.usage.output_tokens", json!(tokens.output)),
        ("gen_ai.usage.cache_read.input_tokens", json!(tokens.cached)),
    ];
    counts.into_iter().chain(cost.map(|cost| ("ptc.cost", json!(cost)))).collect()
}

/// Attributes as OTLP writes them: whole numbers as text.
fn attributes(list: impl IntoIterator<Item = (&'static str, Json)>) -> Json {
    let value = |value: Json| match value {
        Json::Number(number) if number.is_f64() => json!({"doubleValue": number}),
        Json::Number(number) => json!({"intValue": number.to_string()}),
        Json::Bool(truth) => json!({"boolValue": truth}),
        Json::String(text) => json!({"stringValue": text}),
        other => json!({"stringValue": other.to_string()}),
    };
    list.into_iter().map(|(key, one)| json!({"key": key, "value": value(one)})).collect()
}
