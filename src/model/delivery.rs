//! Data for a server that is no model, sent as requests to models are.

use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use reqwest::Url;
use serde_json::{Map, Value};

use super::connection::extend;
use super::http::{self, Exchange};
use super::{ModelError, ModelErrorKind};

/// An address, and the headers that go there.
#[derive(Clone)]
pub(crate) struct Delivery {
    url: Url,
    headers: Map<String, Value>,
}

impl Delivery {
    pub(crate) fn new<'a>(base: &str, path: impl IntoIterator<Item = &'a str>) -> Result<Self, ModelError> {
        let unfit = |reason: &str| {
            let message = format!("the endpoint cannot be used: {reason}; it looks like http://localhost:4318");
            ModelError::new(ModelErrorKind::BadRequest, message)
        };
        let mut url = Url::parse(base).map_err(|error| unfit(&error.to_string()))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(unfit(&format!("its scheme is {}", url.scheme())));
        }
        extend(&mut url, path);
        Ok(Self { url, headers: Map::new() })
    }

    pub(crate) fn header(&mut self, name: String, value: String) {
        self.headers.insert(name, value.into());
    }

    /// Sends a body, again where an error may pass.
    pub(crate) async fn send(&self, body: &Value) -> Result<(), ModelError> {
        let client = http::client(&self.url)?;
        let mut post = Exchange::post(&self.url, body, None);
        post.extra_headers(&self.headers)?;
        let send = || async { post.send(&client).await.map(drop) };
        send.retry(ExponentialBuilder::new().with_min_delay(Duration::from_millis(250)))
            .when(|error: &ModelError| error.kind.is_passing())
            .await
    }
}
