//! The turns of a run, read from its events on first use.

use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use serde::{Serialize, Serializer};

use super::events::Event;
use super::turns::{self, Turn};

/// The turns of a process, with those of sub-agents inside of the tool calls that started them. Derefs to a slice; cheap to
/// clone.
///
/// ```
/// use ptc::{Options, delegate, model::Scripted};
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// let outcome = delegate("Count", Options::new(Scripted::new(["(+ 1 2)", "Three."]))).await?;
/// assert_eq!(outcome.trace.len(), 2);
/// assert_eq!(outcome.trace[0].result.as_deref(), Some(&3.into()));
/// assert_eq!(outcome.trace[1].answer.as_deref(), Some("Three."));
/// # Ok::<(), ptc::DelegateError>(()) })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default)]
pub struct Trace(Arc<Lazy>);

#[derive(Default)]
struct Lazy {
    events: Vec<Arc<Event>>,
    root: String,
    turns: OnceLock<Vec<Turn>>,
}

impl Trace {
    /// The turns of a process that these events tell of.
    pub(crate) fn from_events(events: Vec<Arc<Event>>, root: &str) -> Self {
        Self(Arc::new(Lazy { events, root: root.to_owned(), turns: OnceLock::new() }))
    }
}

impl Deref for Trace {
    type Target = [Turn];

    fn deref(&self) -> &[Turn] {
        self.0.turns.get_or_init(|| turns::turns(&self.0.events, &self.0.root))
    }
}

impl<'a> IntoIterator for &'a Trace {
    type Item = &'a Turn;
    type IntoIter = std::slice::Iter<'a, Turn>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl PartialEq for Trace {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Serialize for Trace {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (**self).serialize(serializer)
    }
}

impl fmt::Debug for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
