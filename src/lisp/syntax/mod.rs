//! Syntax: from a source to forms.

mod form;
mod literal;
mod read;
mod tokens;

pub use form::{Form, FormKind, Forms};
pub use read::{MAX_SOURCE_NESTING, TAGGED, read, read_data, read_datum, read_tagged_datum};
pub use tokens::{Token, TokenKind, is_unfinished, tokens};
