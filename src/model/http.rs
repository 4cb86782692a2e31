//! One request to a server: bounded in time and size, streamed or whole, and no error of it holds a secret.

use std::fmt;
use std::ops::ControlFlow;
use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::{Client, Method, Response, StatusCode, Url, redirect};
use serde_json::Value;

use super::sse::Events;
use super::{ModelError, ModelErrorKind};

/// How long a request may take by default.
const TIMEOUT: Duration = Duration::from_secs(120);

/// The most bytes a reply may have.
const LIMIT: usize = 16 * 1024 * 1024;

/// The most characters of a provider's text that an error repeats.
const EXCERPT: usize = 300;

/// Something that must not be shown.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(String);

impl Secret {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into().trim().to_owned())
    }

    /// The header value with a word before it, unless the secret has characters that no header may carry.
    fn header(&self, before: &str) -> Option<HeaderValue> {
        let mut value = HeaderValue::from_str(&format!("{before}{}", self.0)).ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    /// The text without the secret. One of a few characters is none: it would blot out harmless words.
    fn hide(&self, text: String) -> String {
        if self.0.len() >= 4 && text.contains(&self.0) { text.replace(&self.0, "***") } else { text }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("***")
    }
}

/// A client for one address.
///
/// It follows no redirects: a redirected POST loses its body or carries the key elsewhere. An address without TLS needs
/// no certificates, so that a model on this machine works where none are installed, and no proxy can reach it.
pub(crate) fn client(url: &Url) -> Result<Client, ModelError> {
    let failed =
        |why: String| ModelError::new(ModelErrorKind::Other, format!("cannot set up HTTPS for {}: {why}", place(url)));
    let builder = Client::builder()
        .user_agent(concat!("ptc/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        .retry(reqwest::retry::never());
    let mut builder = super::tls::encrypted(builder, url).map_err(failed)?;
    if is_this_machine(url) {
        builder = builder.no_proxy();
    }
    builder.build().map_err(|error| failed(cause(error)))
}

fn is_this_machine(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// The part of an address that is fit to be shown: neither user, password nor query.
pub(crate) fn place(url: &Url) -> String {
    url.origin().ascii_serialization()
}

/// A request about to be sent.
pub(crate) struct Exchange<'a> {
    method: Method,
    url: &'a Url,
    body: Option<&'a Value>,
    timeout: Duration,
    headers: HeaderMap,
    /// What must not appear in errors, even where the provider repeats it.
    secrets: Vec<Secret>,
}

impl<'a> Exchange<'a> {
    /// A POST of data.
    pub(super) fn post(url: &'a Url, body: &'a Value, timeout: Option<Duration>) -> Self {
        Self { timeout: timeout.unwrap_or(TIMEOUT), ..Self::new(Method::POST, url, Some(body)) }
    }

    pub(crate) fn new(method: Method, url: &'a Url, body: Option<&'a Value>) -> Self {
        let secrets = url.password().map(Secret::new).into_iter().collect();
        Self { method, url, body, timeout: TIMEOUT, headers: HeaderMap::new(), secrets }
    }

    /// Adds a header that says nothing secret.
    pub(crate) fn header(&mut self, name: impl reqwest::header::IntoHeaderName, value: HeaderValue) {
        self.headers.insert(name, value);
    }

    /// Adds the key: in this header, after this word.
    pub(crate) fn key(&mut self, (name, before): (&'static str, &str), key: &Secret) -> Result<(), ModelError> {
        let value = key.header(before).ok_or_else(|| {
            ModelError::new(ModelErrorKind::Auth, "the key cannot be sent: it has characters that no header may carry")
        })?;
        self.headers.insert(name, value);
        self.secrets.push(key.clone());
        Ok(())
    }

    /// Adds headers the host asked for. Their values count as secrets, for that is where other keys are given.
    pub(super) fn extra_headers(&mut self, extra: &serde_json::Map<String, Value>) -> Result<(), ModelError> {
        for (name, value) in extra {
            let text = match value {
                Value::String(text) => text.clone(),
                Value::Bool(_) | Value::Number(_) => value.to_string(),
                Value::Null | Value::Array(_) | Value::Object(_) => return Err(unfit_header(name)),
            };
            let key = HeaderName::try_from(name).map_err(|_| unfit_header(name))?;
            let mut header = HeaderValue::from_str(&text).map_err(|_| unfit_header(name))?;
            header.set_sensitive(true);
            self.headers.insert(key, header);
            let bare = text.strip_prefix("Bearer ").unwrap_or(&text);
            self.secrets.push(Secret::new(bare));
        }
        Ok(())
    }

    /// Sends the request, and takes an answer of any status.
    pub(crate) async fn response(&self, client: &Client) -> Result<Response, ModelError> {
        let mut request =
            client.request(self.method.clone(), self.url.clone()).headers(self.headers.clone()).timeout(self.timeout);
        if let Some(body) = self.body {
            request = request.header(CONTENT_TYPE, "application/json").body(body.to_string());
        }
        request.send().await.map_err(|error| self.broken(error))
    }

    /// Sends the request; what is not a success is an error.
    pub(super) async fn send(&self, client: &Client) -> Result<Answer, ModelError> {
        let response = self.response(client).await?;
        if !response.status().is_success() {
            return Err(self.refused(response).await);
        }
        let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        // Some servers answer as a whole though they were asked for a stream.
        Ok(if kind.to_ascii_lowercase().starts_with("text/event-stream") {
            Answer::Stream(response)
        } else {
            Answer::Whole(response)
        })
    }

    /// Reads the JSON of a whole answer.
    pub(crate) async fn whole(&self, response: Response) -> Result<Value, ModelError> {
        let bytes = self.read(response).await?;
        serde_json::from_slice(&bytes).map_err(|error| self.unread(&bytes, &error))
    }

    /// Reads the JSON of one event after the other, until the stream ends or `take` has enough. The word `[DONE]`, with
    /// which some streams end, is no event.
    pub(super) async fn events(
        &self,
        mut response: Response,
        mut take: impl FnMut(&Value) -> ControlFlow<()>,
    ) -> Result<(), ModelError> {
        let mut events = Events::default();
        let mut size = 0;
        while let Some(chunk) = response.chunk().await.map_err(|error| self.broken(error))? {
            size += chunk.len();
            self.bounded(size)?;
            for data in events.push(&chunk) {
                if data == "[DONE]" {
                    return Ok(());
                }
                let event = serde_json::from_str(&data).map_err(|error| self.unread(data.as_bytes(), &error))?;
                if take(&event).is_break() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    fn unread(&self, bytes: &[u8], error: &serde_json::Error) -> ModelError {
        let what = format!("{} answered what is no JSON ({error})", place(self.url));
        // What ends too early was cut off on its way.
        let kind = if error.is_eof() { ModelErrorKind::Server } else { ModelErrorKind::Other };
        self.error(kind, &what, &String::from_utf8_lossy(bytes))
    }

    fn bounded(&self, size: usize) -> Result<(), ModelError> {
        if size <= LIMIT {
            return Ok(());
        }
        let what = format!("{} answered more than {} MiB", place(self.url), LIMIT / 1024 / 1024);
        Err(self.error(ModelErrorKind::Other, &what, ""))
    }

    /// An error whose text is followed by some of the provider's.
    pub(crate) fn error(&self, kind: ModelErrorKind, what: &str, detail: &str) -> ModelError {
        let hide = |text: &str| self.secrets.iter().fold(text.to_owned(), |text, secret| secret.hide(text));
        // Hidden before it is cut, lest half a key remain.
        let detail = excerpt(&hide(detail));
        let what = hide(what);
        ModelError::new(kind, if detail.is_empty() { what } else { format!("{what}: {detail}") })
    }

    pub(crate) async fn read(&self, mut response: Response) -> Result<Vec<u8>, ModelError> {
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.broken(error))? {
            self.bounded(bytes.len() + chunk.len())?;
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }

    /// What a status other than success means.
    async fn refused(&self, response: Response) -> ModelError {
        let status = response.status();
        let headers = response.headers();
        // The same in milliseconds, which some add.
        let milliseconds = headers.get("retry-after-ms").and_then(wait).map(|wait| wait / 1000);
        let retry_after = milliseconds.or_else(|| headers.get(RETRY_AFTER).and_then(wait));
        // Not every number has a name: 529 is Anthropic's for being overloaded.
        let named = status.canonical_reason().map_or_else(|| status.as_str().to_owned(), |_| status.to_string());
        let mut what = format!("{} answered {named}", place(self.url));
        if let Some(target) = response.headers().get("location").and_then(|target| target.to_str().ok())
            && let Ok(target) = self.url.join(target)
        {
            what.push_str(&format!(", a redirect to {}{}, which is not followed", place(&target), target.path()));
        }
        // The status says more than a body that could not be read.
        let bytes = self.read(response).await.unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        let kind = if is_wrong_key(&body) { ModelErrorKind::Auth } else { kind(status) };
        let error = self.error(kind, &what, message(&body).unwrap_or(&text));
        ModelError { retry_after: retry_after.or_else(|| retry_delay(&body)), ..error }
    }

    /// What a request that got no whole answer means.
    fn broken(&self, error: reqwest::Error) -> ModelError {
        let place = place(self.url);
        if error.is_timeout() {
            let what = format!("no answer from {place} within {:?}", self.timeout);
            return self.error(ModelErrorKind::Timeout, &what, "");
        }
        let (kind, what) = if error.is_builder() {
            (ModelErrorKind::BadRequest, format!("the request to {place} cannot be made"))
        } else if error.is_connect() {
            (ModelErrorKind::Server, format!("cannot connect to {place}"))
        } else {
            (ModelErrorKind::Server, format!("the connection to {place} broke"))
        };
        self.error(kind, &what, &cause(error))
    }
}

fn unfit_header(name: &str) -> ModelError {
    let message = format!("the extra header {name:?} cannot be sent: its name or value is not a header's");
    ModelError::new(ModelErrorKind::BadRequest, message)
}

/// The body of an answer that was a success so far.
pub(super) enum Answer {
    Whole(Response),
    Stream(Response),
}

/// The kind of an error that came as data: by its `code`, which is a status, or by its `type`, as Anthropic has it.
pub(super) fn kind_of(error: &Value) -> ModelErrorKind {
    let code = error.get("code").and_then(Value::as_u64).and_then(|code| u16::try_from(code).ok());
    if let Some(status) = code.and_then(|code| StatusCode::from_u16(code).ok()) {
        return kind(status);
    }
    match error.get("type").and_then(Value::as_str) {
        Some("rate_limit_error") => ModelErrorKind::RateLimit,
        Some("overloaded_error" | "api_error" | "server_error") => ModelErrorKind::Server,
        Some("timeout_error") => ModelErrorKind::Timeout,
        Some("authentication_error" | "permission_error") => ModelErrorKind::Auth,
        Some("invalid_request_error" | "not_found_error" | "request_too_large" | "billing_error") => {
            ModelErrorKind::BadRequest
        }
        Some(_) | None => ModelErrorKind::Other,
    }
}

/// The kind of error that a status stands for.
fn kind(status: StatusCode) -> ModelErrorKind {
    match status.as_u16() {
        429 => ModelErrorKind::RateLimit,
        401 | 403 => ModelErrorKind::Auth,
        408 => ModelErrorKind::Timeout,
        300..=499 => ModelErrorKind::BadRequest,
        500..=599 => ModelErrorKind::Server,
        _ => ModelErrorKind::Other,
    }
}

/// What a provider says in an error: `{"error": {"message": …}}`, `{"error": …}`, `{"message": …}` or `{"detail": …}`.
pub(super) fn message(body: &Value) -> Option<&str> {
    ["/error/message", "/error", "/message", "/detail"]
        .into_iter()
        .find_map(|pointer| body.pointer(pointer).and_then(Value::as_str))
}

/// What is told in the details of an error, as Google's services have them.
fn detail<'a>(body: &'a Value, name: &str) -> Option<&'a str> {
    let details = body.pointer("/error/details")?.as_array()?;
    details.iter().find_map(|detail| detail.get(name)?.as_str())
}

/// Whether a key was refused with a status that does not say so.
fn is_wrong_key(body: &Value) -> bool {
    detail(body, "reason") == Some("API_KEY_INVALID")
}

/// A wait as a body has it: `"retryDelay": "8.5s"`.
fn retry_delay(body: &Value) -> Option<Duration> {
    let seconds = detail(body, "retryDelay")?.strip_suffix('s')?.parse().ok()?;
    Duration::try_from_secs_f64(seconds).ok()
}

/// A wait as a header has it: seconds, or the date when it is over.
pub(crate) fn wait(header: &HeaderValue) -> Option<Duration> {
    let text = header.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let until = DateTimeParser::new().parse_timestamp(text).ok()?;
    // A date that has passed asks for no wait.
    Some(Duration::try_from(until.duration_since(Timestamp::now())).unwrap_or_default())
}

/// The innermost reason of an error, which alone says what happened.
fn cause(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut cause: &dyn std::error::Error = &error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

/// The beginning of a text, on one line.
fn excerpt(text: &str) -> String {
    let mut words = text.split_whitespace().flat_map(|word| [" ", word]).skip(1).flat_map(str::chars);
    let mut excerpt: String = words.by_ref().take(EXCERPT).collect();
    if words.next().is_some() {
        excerpt.push('…');
    }
    excerpt
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_are_seconds_or_dates() {
        let wait = |text: &str| wait(&HeaderValue::from_str(text).unwrap());
        assert_eq!(wait("7"), Some(Duration::from_secs(7)));
        assert_eq!(wait(" 0.5 "), Some(Duration::from_millis(500)));
        assert_eq!(wait("Sun, 06 Nov 1994 08:49:37 GMT"), Some(Duration::ZERO));
        assert!(wait("Fri, 01 Jan 2100 00:00:00 GMT") > Some(Duration::from_secs(3600)));
        for nonsense in ["", "soon", "-1", "NaN", "inf", "1e300"] {
            assert_eq!(wait(nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn excerpts_are_one_short_line() {
        assert_eq!(excerpt(" a\n\tb  c "), "a b c");
        assert_eq!(excerpt(&"é".repeat(EXCERPT)), "é".repeat(EXCERPT));
        assert_eq!(excerpt(&"é".repeat(EXCERPT + 1)).chars().count(), EXCERPT + 1);
    }

    #[test]
    fn this_machine_needs_no_proxy() {
        let is = |url: &str| is_this_machine(&Url::parse(url).unwrap());
        assert!(is("http://localhost:1/v1") && is("http://127.0.0.1") && is("http://[::1]:8/"));
        assert!(!is("https://api.openai.com/v1") && !is("http://localhost.example"));
    }

    #[test]
    fn secrets_stay_hidden() {
        let secret = Secret::new(" sk-1234\n");
        assert_eq!(secret.hide("key sk-1234 is wrong".into()), "key *** is wrong");
        assert_eq!(format!("{secret:?} {:?}", secret.header("Bearer ")), "*** Some(Sensitive)");
        assert!(Secret::new("a\nb").header("").is_none());
    }
}
