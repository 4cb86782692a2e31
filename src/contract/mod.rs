//! Contracts: what a tool takes and gives, as text, as values, as JSON Schema and as Rust types, and the one validator
//! that holds callers and tools to it.
//!
//! A contract is written the way models read it:
//!
//! ```
//! use ptc::contract::{Signature, check_input, check_output};
//! use ptc::lisp::value::parse_json;
//!
//! let search = Signature::parse("search(query :string, limit :int = 10) -> [{:id :int :title :string}]")?;
//!
//! // What goes in is coerced gently, and every coercion is told.
//! let checked = check_input(&search, &parse_json(r#"{"query": "rust", "limit": "5"}"#).unwrap()).unwrap();
//! assert_eq!(checked.arguments.to_string(), r#"{:query "rust", :limit 5}"#);
//! assert_eq!(checked.warnings, [r#"limit: coerced string "5" to integer"#]);
//!
//! // What comes out is held to the letter, and all that is wrong with it is said at once.
//! let hits = parse_json(r#"[{"id": "7", "title": "One"}, {"id": 8}]"#).unwrap();
//! let issues = check_output(&search.returns, &hits, "result").unwrap_err();
//! assert_eq!(issues[0].to_string(), r#"[0].id: expected integer, got string "7""#);
//! assert_eq!(issues[1].to_string(), "[1].title: missing, expected string");
//! # Ok::<(), ptc::contract::ParseError>(())
//! ```
//!
//! The way through the room: [`types`](Type) says what there is; `parse` and `print` turn it from text and into text,
//! `schema` from and into JSON Schema, `rust` makes it of Rust types; `check` walks a value beside a type, `coerce`
//! knows which scalar may pass for which.
//!
//! Everything here may meet hostile text: types nest at most [`MAX_DEPTH`] deep whether they are read or converted,
//! walks are as deep as the type and not as the value, and the findings of a walk are bounded.
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic
)]

mod check;
mod coerce;
mod error;
mod issue;
mod literal;
mod parse;
mod print;
mod rust;
mod schema;
mod spec;
mod types;

#[cfg(feature = "agent")]
pub(crate) use check::check_part;
pub use check::{Checked, check_input, check_output};
pub use error::ParseError;
pub use issue::Issue;
pub use literal::MAX_DEPTH;
pub use parse::MAX_TEXT;
pub use print::Named;
pub use spec::{Effect, ToolSpec};
pub use types::{Choice, Field, Parameter, Signature, Type};
