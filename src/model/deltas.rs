//! A reply while it is written.

use std::fmt;
use std::ops::ControlFlow;
use std::sync::Arc;

/// Who sees a reply grow: a function of a piece of text and the place in the reply, in bytes, where the piece begins.
///
/// A place behind which something has come already says that the stream broke and is tried again: what came from that
/// place on is void. `Break` gives the reply up. Nothing that is shown here has been acted upon; the reply as a whole is
/// what counts. Models that cannot stream show nothing.
///
/// ```
/// use std::ops::ControlFlow;
/// use std::sync::{Arc, Mutex};
/// use ptc::model::Request;
///
/// let shown: Arc<Mutex<String>> = Arc::default();
/// let screen = shown.clone();
/// let request = Request::new("be brief").user("hi").on_delta(move |at, piece| {
///     let mut text = screen.lock().unwrap();
///     text.truncate(at);
///     text.push_str(piece);
///     ControlFlow::Continue(())
/// });
///
/// // What a model does with it:
/// for (at, piece) in [(0, "Hel"), (3, "l-"), (0, "Hello"), (5, "!")] {
///     assert!(request.deltas.show(at, piece).is_continue());
/// }
/// assert_eq!(*shown.lock().unwrap(), "Hello!");
/// ```
#[derive(Clone, Default)]
pub struct Deltas(Option<Arc<Show>>);

type Show = dyn Fn(usize, &str) -> ControlFlow<()> + Send + Sync;

impl Deltas {
    /// Shows a reply to this function.
    pub fn new(show: impl Fn(usize, &str) -> ControlFlow<()> + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(show)))
    }

    /// Whether there is a reader.
    pub fn are_wanted(&self) -> bool {
        self.0.is_some()
    }

    /// Shows a piece that begins at a place of the reply.
    pub fn show(&self, at: usize, piece: &str) -> ControlFlow<()> {
        match &self.0 {
            Some(show) if !piece.is_empty() => show(at, piece),
            Some(_) | None => ControlFlow::Continue(()),
        }
    }
}

impl fmt::Debug for Deltas {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(if self.are_wanted() { "wanted" } else { "not wanted" })
    }
}

/// Who looks changes nothing about a request.
impl PartialEq for Deltas {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}
