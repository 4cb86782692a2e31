//! Requests to GitHub's REST API: redirects followed, rate limits kept, what failed told in words that help.

use std::fmt;
use std::time::Duration;

use reqwest::header::{ACCEPT, ETAG, HeaderMap, HeaderValue, IF_NONE_MATCH, LOCATION, RETRY_AFTER};
use reqwest::{Method, StatusCode, Url};
use serde_json::Value as Json;

use super::PlanError;
use crate::model::{Exchange, ModelError, ModelErrorKind, Secret, http_client, shown_place, wait};

/// Where GitHub answers by default.
const GITHUB: &str = "https://api.github.com";

/// How often a request that may succeed later is sent again.
const RETRIES: u32 = 3;

/// How often a request may be sent elsewhere.
const REDIRECTS: usize = 5;

/// GitHub, or a GitHub Enterprise Server.
///
/// The token appears in no error, no trace and no debug output, and goes to no other host.
///
/// ```
/// use ptc::plan::GitHub;
///
/// let github = GitHub::new().token(Some("ghp_very_secret".into()));
/// assert!(!format!("{github:?}").contains("secret"));
///
/// let issue = github.issue("octocat/hello-world#7")?;
/// assert!(github.issue("octocat#7").unwrap_err().to_string().contains("OWNER/REPO#NUMBER"));
/// # let _ = issue;
/// # Ok::<(), ptc::PlanError>(())
/// ```
#[derive(Clone)]
pub struct GitHub {
    base: String,
    token: Option<Secret>,
    longest: Duration,
    waits: bool,
}

impl Default for GitHub {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for GitHub {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = Url::parse(&self.base).map(|url| shown_place(&url));
        write!(out, "GitHub({})", place.as_deref().unwrap_or("not a URL"))
    }
}

impl GitHub {
    /// GitHub without a token, which can read public issues.
    pub fn new() -> Self {
        Self { base: GITHUB.into(), token: None, longest: Duration::from_secs(120), waits: true }
    }

    /// GitHub as the environment has it: the token from `GITHUB_TOKEN`, or `GH_TOKEN`, the address from `GITHUB_API_URL`.
    pub fn from_environment() -> Self {
        let given = |name: &str| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
        let github = Self::new().token(given("GITHUB_TOKEN").or_else(|| given("GH_TOKEN")));
        given("GITHUB_API_URL").into_iter().fold(github, Self::base_url)
    }

    /// Another address of the API, such as `https://HOST/api/v3` of an Enterprise Server.
    #[must_use]
    pub fn base_url(self, url: impl Into<String>) -> Self {
        Self { base: url.into(), ..self }
    }

    /// The token to send, if any. To write it needs the permission *Issues: read and write*, or the scope `repo`.
    #[must_use]
    pub fn token(self, token: Option<String>) -> Self {
        Self { token: token.map(Secret::new), ..self }
    }

    /// The longest wait for a rate limit: two minutes unless set. What would take longer is an error that says when.
    #[must_use]
    pub fn longest_wait(self, longest: Duration) -> Self {
        Self { longest, ..self }
    }

    /// No waits between attempts, whatever GitHub asks for: for tests.
    #[must_use]
    pub fn without_waiting(self) -> Self {
        Self { waits: false, ..self }
    }

    /// The address of the issues of a repository.
    pub(super) fn issues(&self, repository: &str) -> Result<Url, PlanError> {
        let plain = |part: &str| {
            let chars = part.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
            chars && part.chars().any(|c| c != '.')
        };
        let Some((owner, name)) = repository.split_once('/').filter(|(owner, name)| plain(owner) && plain(name)) else {
            return Err(PlanError::one(format!("a repository is named OWNER/REPO, got {repository:?}")));
        };
        let unfit = || PlanError::one(format!("GitHub's address cannot be used; it looks like {GITHUB}"));
        let mut url = Url::parse(&self.base).map_err(|_| unfit())?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(unfit());
        }
        url.path_segments_mut().map_err(|()| unfit())?.pop_if_empty().extend(["repos", owner, name, "issues"]);
        Ok(url)
    }

    /// One request, sent again where that may help, and the answer to it. `etag` asks only for what has changed.
    pub(super) async fn send(
        &self,
        method: Method,
        address: &Url,
        etag: Option<&HeaderValue>,
        body: Option<&Json>,
    ) -> Result<Answer, PlanError> {
        let told = |error: ModelError| PlanError::one(error.message);
        let client = http_client(address).map_err(told)?;
        let mut address = address.clone();
        let (mut attempts, mut redirects) = (0, 0);
        loop {
            let to = address.clone();
            let mut exchange = Exchange::new(method.clone(), &to, body);
            exchange.header(ACCEPT, HeaderValue::from_static("application/vnd.github+json"));
            exchange.header("x-github-api-version", HeaderValue::from_static("2022-11-28"));
            if let Some(etag) = etag {
                exchange.header(IF_NONE_MATCH, etag.clone());
            }
            if let Some(token) = &self.token {
                exchange.key(("authorization", "Bearer "), token).map_err(told)?;
            }
            let pause = match self.once(&exchange, &client).await {
                Ok((status, headers, bytes)) => {
                    if status.is_success() || status == StatusCode::NOT_MODIFIED {
                        let etag = headers.get(ETAG).cloned();
                        let body = if bytes.is_empty() { Ok(Json::Null) } else { serde_json::from_slice(&bytes) };
                        let body = body.map_err(|error| {
                            let place = shown_place(&to);
                            PlanError::one(format!("{place} answered what is no JSON ({error})"))
                        })?;
                        return Ok(Answer { body, etag, address, fresh: status != StatusCode::NOT_MODIFIED });
                    }
                    if status.is_redirection() {
                        redirects += 1;
                        address = redirected(&to, &headers, redirects).map_err(|why| {
                            told(exchange.error(ModelErrorKind::Other, &format!("{status}: {why}"), ""))
                        })?;
                        continue;
                    }
                    let body: Json = serde_json::from_slice(&bytes).unwrap_or_default();
                    let limited = limited(status, &headers, &body);
                    let passes = status.is_server_error() && method != Method::POST;
                    let pause = limited.or_else(|| passes.then(|| backoff(attempts)));
                    match pause.filter(|pause| attempts < RETRIES && *pause <= self.longest) {
                        Some(pause) => pause,
                        None => {
                            let why = explained(status, limited, &self.token);
                            return Err(told(exchange.error(ModelErrorKind::Other, &why, &message(&body))));
                        }
                    }
                }
                // What may have been made is not made a second time.
                Err(error) if error.kind.is_passing() && method != Method::POST && attempts < RETRIES => {
                    backoff(attempts)
                }
                Err(error) => return Err(told(error)),
            };
            attempts += 1;
            if self.waits {
                tokio::time::sleep(pause).await;
            }
        }
    }

    async fn once(
        &self,
        exchange: &Exchange<'_>,
        client: &reqwest::Client,
    ) -> Result<(StatusCode, HeaderMap, Vec<u8>), ModelError> {
        let response = exchange.response(client).await?;
        let (status, headers) = (response.status(), response.headers().clone());
        Ok((status, headers, exchange.read(response).await?))
    }
}

/// What GitHub answered, and where.
pub(super) struct Answer {
    pub body: Json,
    pub etag: Option<HeaderValue>,
    /// Where it was answered, after redirects.
    pub address: Url,
    /// Whether there is anything in it: not, if nothing has changed.
    pub fresh: bool,
}

fn backoff(attempts: u32) -> Duration {
    Duration::from_millis(500 << attempts.min(6))
}

/// Where a redirect leads. The token goes to no other host.
fn redirected(from: &Url, headers: &HeaderMap, redirects: usize) -> Result<Url, String> {
    let target = headers.get(LOCATION).and_then(|target| target.to_str().ok()).and_then(|to| from.join(to).ok());
    let target = target.ok_or("a redirect to nowhere")?;
    if target.origin() != from.origin() {
        return Err(format!("a redirect to {}, another host, which is not followed", shown_place(&target)));
    }
    if redirects > REDIRECTS { Err("too many redirects".into()) } else { Ok(target) }
}

/// How long to wait if a rate limit was reached: as long as GitHub says, or a minute.
fn limited(status: StatusCode, headers: &HeaderMap, body: &Json) -> Option<Duration> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let spent = text("x-ratelimit-remaining") == Some("0");
    let secondary = message(body).contains("secondary rate limit");
    let asked = headers.get(RETRY_AFTER).and_then(wait);
    match status {
        StatusCode::TOO_MANY_REQUESTS => {}
        StatusCode::FORBIDDEN if spent || secondary || asked.is_some() => {}
        _ => return None,
    }
    let reset = || {
        let at: i64 = text("x-ratelimit-reset").filter(|_| spent)?.parse().ok()?;
        // A second more, as it is told in whole seconds.
        let seconds = at.saturating_sub(jiff::Timestamp::now().as_second()).saturating_add(1);
        Some(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)))
    };
    Some(asked.or_else(reset).unwrap_or(Duration::from_secs(60)))
}

/// What a status means for whoever wanted something of an issue.
fn explained(status: StatusCode, limited: Option<Duration>, token: &Option<Secret>) -> String {
    let meaning = match (status.as_u16(), limited, token) {
        (_, Some(wait), _) => format!("the rate limit is reached; try again in {} s", wait.as_secs()),
        (401, ..) => "the token is wrong or has expired".into(),
        (403, _, None) => "writing needs a token: set the environment variable GITHUB_TOKEN".into(),
        (403, _, Some(_)) => "the token may not do this: it needs the permission Issues: read and write".into(),
        (404, _, None) => "it is not there, or only for those with a token (GITHUB_TOKEN)".into(),
        (404, _, Some(_)) => "it is not there, or the token may not see it".into(),
        (410, ..) => "it was deleted, or the repository has no issues".into(),
        (422, ..) => "GitHub does not take what was sent".into(),
        _ => return format!("GitHub answered {status}"),
    };
    format!("GitHub answered {status}: {meaning}")
}

/// What GitHub says about an error, with each thing that it did not like.
fn message(body: &Json) -> String {
    let text = |value: &Json, name: &str| value.get(name).and_then(Json::as_str).map(str::to_owned);
    let errors = body.get("errors").and_then(Json::as_array).into_iter().flatten();
    let errors = errors.map(|error| match (text(error, "message"), text(error, "field"), text(error, "code")) {
        (Some(message), ..) => message,
        (None, Some(field), Some(code)) => format!("{field}: {code}"),
        _ => error.as_str().map_or_else(|| error.to_string(), str::to_owned),
    });
    text(body, "message").into_iter().chain(errors).collect::<Vec<_>>().join("; ")
}
