//! The event stream: the only bookkeeping of a run. Trace, usage and JSONL are read from it. Knows no Lisp.

mod events;
mod tree;

pub use events::{Event, EventKind, Observer, Recorder, Verdict};
pub use tree::{Usage, trace, usage, usage_json};
