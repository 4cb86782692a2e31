//! Syntax: from a source to forms.

mod form;
mod literal;
mod read;

pub use form::{Form, FormKind};
pub use read::{MAX_SOURCE_NESTING, read, read_data, read_datum};
