//! One POST to a provider: bounded in time and size, and no error of it holds a secret.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::{Client, Response, StatusCode, Url, redirect};
use serde_json::Value;

use super::{ModelError, ModelErrorKind};

/// How long a request may take when nobody says.
const TIMEOUT: Duration = Duration::from_secs(120);

/// The most bytes a reply may have.
const LIMIT: usize = 16 * 1024 * 1024;

/// The most characters of a provider's text that an error repeats.
const EXCERPT: usize = 300;

/// Something that must not be shown.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Secret(String);

impl Secret {
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self(text.into().trim().to_owned())
    }

    /// The header value `Bearer …`, unless the secret has characters that no header may carry.
    fn bearer(&self) -> Option<HeaderValue> {
        let mut value = HeaderValue::from_str(&format!("Bearer {}", self.0)).ok()?;
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
pub(super) fn client(url: &Url) -> Result<Client, ModelError> {
    // Fails when a provider is installed already, which serves as well.
    rustls::crypto::ring::default_provider().install_default().ok();
    let mut builder = Client::builder()
        .user_agent(concat!("ptc/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        .retry(reqwest::retry::never());
    if url.scheme() == "http" {
        builder = builder.tls_certs_only([]);
    }
    if is_this_machine(url) {
        builder = builder.no_proxy();
    }
    builder.build().map_err(|error| {
        ModelError::new(ModelErrorKind::Other, format!("cannot set up HTTPS for {}: {}", place(url), cause(error)))
    })
}

fn is_this_machine(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// The part of an address that is fit to be shown: neither user, password nor query.
pub(super) fn place(url: &Url) -> String {
    url.origin().ascii_serialization()
}

/// A request about to be sent.
pub(super) struct Post<'a> {
    url: &'a Url,
    body: &'a Value,
    timeout: Duration,
    headers: HeaderMap,
    /// What must not appear in errors, even where the provider repeats it.
    secrets: Vec<Secret>,
}

impl<'a> Post<'a> {
    pub(super) fn new(url: &'a Url, body: &'a Value, timeout: Option<Duration>) -> Self {
        let secrets = url.password().map(Secret::new).into_iter().collect();
        Self { url, body, timeout: timeout.unwrap_or(TIMEOUT), headers: HeaderMap::new(), secrets }
    }

    /// Adds the key, as most providers want it.
    pub(super) fn bearer(&mut self, key: &Secret) -> Result<(), ModelError> {
        let value = key.bearer().ok_or_else(|| {
            ModelError::new(ModelErrorKind::Auth, "the key cannot be sent: it has characters that no header may carry")
        })?;
        self.headers.insert(AUTHORIZATION, value);
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

    /// Sends the request and reads the JSON that comes back.
    pub(super) async fn send(&self, client: &Client) -> Result<Value, ModelError> {
        let request = client
            .post(self.url.clone())
            .header(CONTENT_TYPE, "application/json")
            .headers(self.headers.clone())
            .timeout(self.timeout)
            .body(self.body.to_string());
        let response = request.send().await.map_err(|error| self.broken(error))?;
        if !response.status().is_success() {
            return Err(self.refused(response).await);
        }
        let bytes = self.read(response).await?;
        serde_json::from_slice(&bytes).map_err(|error| {
            let text = String::from_utf8_lossy(&bytes);
            self.error(ModelErrorKind::Other, &format!("{} answered what is no JSON ({error})", place(self.url)), &text)
        })
    }

    /// An error whose text is followed by some of the provider's.
    pub(super) fn error(&self, kind: ModelErrorKind, what: &str, detail: &str) -> ModelError {
        let hide = |text: &str| self.secrets.iter().fold(text.to_owned(), |text, secret| secret.hide(text));
        // Hidden before it is cut, lest half a key remain.
        let detail = excerpt(&hide(detail));
        let what = hide(what);
        ModelError::new(kind, if detail.is_empty() { what } else { format!("{what}: {detail}") })
    }

    async fn read(&self, mut response: Response) -> Result<Vec<u8>, ModelError> {
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.broken(error))? {
            if bytes.len() + chunk.len() > LIMIT {
                let what = format!("{} answered more than {} MiB", place(self.url), LIMIT / 1024 / 1024);
                return Err(self.error(ModelErrorKind::Other, &what, ""));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }

    /// What a status other than success means.
    async fn refused(&self, response: Response) -> ModelError {
        let status = response.status();
        let retry_after = response.headers().get(RETRY_AFTER).and_then(wait);
        let mut what = format!("{} answered {status}", place(self.url));
        if let Some(target) = response.headers().get("location").and_then(|target| target.to_str().ok())
            && let Ok(target) = self.url.join(target)
        {
            what.push_str(&format!(", a redirect to {}{}, which is not followed", place(&target), target.path()));
        }
        // The status says more than a body that could not be read.
        let bytes = self.read(response).await.unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        let told = serde_json::from_str(&text).ok().and_then(|body: Value| message(&body).map(str::to_owned));
        ModelError { retry_after, ..self.error(kind(status), &what, told.as_deref().unwrap_or(&text)) }
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

/// The kind of error that a status stands for.
pub(super) fn kind(status: StatusCode) -> ModelErrorKind {
    match status.as_u16() {
        429 => ModelErrorKind::RateLimit,
        401 | 403 => ModelErrorKind::Auth,
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

/// A wait as a header has it: seconds, or the date when it is over.
fn wait(header: &HeaderValue) -> Option<Duration> {
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
        assert_eq!(format!("{secret:?} {:?}", secret.bearer()), "*** Some(Sensitive)");
        assert!(Secret::new("a\nb").bearer().is_none());
    }
}
