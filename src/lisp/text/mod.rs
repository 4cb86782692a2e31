//! Text: sources, places in them, errors and how they are shown. The lowest room; knows no values.

mod error;
mod limit;
mod report;
mod source;
mod suggest;

pub use error::{Error, ErrorKind};
pub use limit::{LimitKind, LimitReached};
pub use report::{Finding, Severity, excerpt};
pub use source::{Place, Source, Span};
pub use suggest::{abridge, nearest};
