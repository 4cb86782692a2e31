//! Retrying: what may pass is tried again, after a wait.

use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};

use super::{Answering, Model, ModelError, Reply, Request, Samples, Tokens};

/// A model that tries another one again when its error may pass (see [`is_passing`](super::ModelErrorKind::is_passing)).
///
/// Unless told otherwise it tries three times more, after 500 ms, 1 s and 2 s. A wait that the provider asked for
/// (`Retry-After`) takes the place of its own, up to a minute. Whoever asks sees one reply or one error, so attempts
/// are no turns.
///
/// ```
/// use ptc::model::{Answer, Model, ModelError, ModelErrorKind, Request, Retry, Scripted};
///
/// let busy = ModelError::new(ModelErrorKind::RateLimit, "slow down");
/// let scripted = Scripted::new([busy.into(), Answer::from("hello")]);
/// let model = Retry::new(scripted).without_waiting();
///
/// let runtime = tokio::runtime::Builder::new_current_thread().build()?;
/// let reply = runtime.block_on(model.reply(Request::new("be brief").user("hi")))?;
/// assert_eq!(reply.text, "hello");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Retry<M> {
    model: M,
    retries: usize,
    base: Duration,
    longest: Duration,
    jitter: bool,
}

impl<M: Model> Retry<M> {
    /// The model, tried again up to three times.
    pub fn new(model: M) -> Self {
        Self { model, retries: 3, base: Duration::from_millis(500), longest: Duration::from_secs(60), jitter: false }
    }

    /// How often it is tried again after the first attempt.
    #[must_use]
    pub fn retries(mut self, retries: usize) -> Self {
        self.retries = retries;
        self
    }

    /// The first wait; each one after it is twice as long.
    #[must_use]
    pub fn base(mut self, wait: Duration) -> Self {
        self.base = wait;
        self
    }

    /// The longest wait, also where the provider asked for more.
    #[must_use]
    pub fn longest(mut self, wait: Duration) -> Self {
        self.longest = wait;
        self
    }

    /// Whether waits are lengthened by chance, so that many callers do not come back at the same instant.
    #[must_use]
    pub fn jitter(mut self, jitter: bool) -> Self {
        self.jitter = jitter;
        self
    }

    /// No waits at all, whatever the provider asks for: for scripts and tests.
    #[must_use]
    pub fn without_waiting(self) -> Self {
        self.base(Duration::ZERO).longest(Duration::ZERO)
    }

    fn backoff(&self) -> ExponentialBuilder {
        let backoff = ExponentialBuilder::new()
            .with_min_delay(self.base)
            .with_max_delay(self.longest)
            .with_max_times(self.retries);
        if self.jitter { backoff.with_jitter() } else { backoff }
    }
}

impl<M: Model> Model for Retry<M> {
    fn reply(&self, request: Request) -> Answering<'_> {
        Box::pin(async move {
            // What attempts that failed on the way have used is paid for, too.
            let mut wasted = Tokens::default();
            let answered = (|| self.model.reply(request.clone()))
                .retry(self.backoff())
                .sleep(sleep)
                .when(|error| error.kind.is_passing())
                .adjust(|error, wait| wait.map(|wait| error.retry_after.unwrap_or(wait).min(self.longest)))
                .notify(|error, _| wasted = wasted + error.tokens)
                .await;
            match answered {
                Ok(reply) => Ok(Reply { tokens: reply.tokens + wasted, ..reply }),
                Err(error) => Err(ModelError { tokens: error.tokens + wasted, ..error }),
            }
        })
    }

    fn name(&self) -> String {
        self.model.name()
    }

    fn pass_over(&self, request: &Request) {
        self.model.pass_over(request);
    }

    fn samples(&self) -> Option<&dyn Samples> {
        self.model.samples()
    }
}

/// Sleeps; asks nothing of the runtime's clock when there is nothing to wait for, as it may have been built without one.
async fn sleep(wait: Duration) {
    if !wait.is_zero() {
        tokio::time::sleep(wait).await;
    }
}
