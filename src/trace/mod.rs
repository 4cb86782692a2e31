//! The event stream: the only bookkeeping of a run. Trace, usage and JSONL are read from it. Knows no Lisp.

mod events;
#[cfg(feature = "otel")]
mod otel;
mod tree;

pub use events::{Event, EventKind, Observer, Recorder, Verdict};
#[cfg(feature = "otel")]
pub use otel::Otel;
pub use tree::{Usage, trace, usage, usage_json};
