//! The event stream: the only bookkeeping of a run. Trace, usage, JSONL and the viewer are read from it. Knows no Lisp.

mod events;
mod highlight;
mod html;
mod lazy;
#[cfg(feature = "otel")]
mod otel;
mod show;
mod turns;
mod usage;

#[cfg(feature = "agent")]
pub(crate) use events::is_within;
pub use events::{
    CallEnd, CallOrigin, Event, EventKind, Observer, Provenance, Recorder, SampleSource, TurnResult, Verdict,
    read_events,
};
#[doc(hidden)]
pub use highlight::harmless;
pub use html::html;
pub use lazy::Trace;
#[cfg(feature = "otel")]
pub use otel::Otel;
pub use show::show;
pub use turns::{ProcessTrace, ReplyUsage, Turn, TurnCall, roots, turns, usage};
pub use usage::{TreeUsage, Usage};
