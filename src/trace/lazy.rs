//! The turns of a run as JSON, made when somebody looks at them: a conversation of many megabytes stands in each turn.

use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use serde::{Serialize, Serializer};
use serde_json::Value as Json;

use super::events::Event;
use super::tree;

/// The turns of a process, each a map, with those of sub-agents inside of the tool calls that started them. Reads like a slice;
/// cheap to clone.
///
/// ```
/// use ptc::{Options, delegate, model::Scripted};
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// let outcome = delegate("Count", Options::new(Scripted::new(["(+ 1 2)", "Three."]))).await?;
/// assert_eq!(outcome.trace.len(), 2);
/// assert_eq!(outcome.trace[0]["result"], 3);
/// assert_eq!(outcome.trace[1]["answer"], "Three.");
/// # Ok::<(), ptc::DelegateError>(()) })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default)]
pub struct Trace(Arc<Told>);

#[derive(Default)]
struct Told {
    events: Vec<Arc<Event>>,
    root: String,
    turns: OnceLock<Vec<Json>>,
}

impl Trace {
    /// The turns of a process that these events tell of.
    pub(crate) fn of(events: Vec<Arc<Event>>, root: &str) -> Self {
        Self(Arc::new(Told { events, root: root.to_owned(), turns: OnceLock::new() }))
    }
}

impl Deref for Trace {
    type Target = [Json];

    fn deref(&self) -> &[Json] {
        self.0.turns.get_or_init(|| tree::trace(&self.0.events, &self.0.root))
    }
}

impl<'a> IntoIterator for &'a Trace {
    type Item = &'a Json;
    type IntoIter = std::slice::Iter<'a, Json>;

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
