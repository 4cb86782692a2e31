//! Why a text is no contract: where, what was expected, what is there instead, and what to try.

use std::borrow::Cow;
use std::sync::Arc;

use nom::error::{ErrorKind as NomKind, ParseError as NomError};

use crate::lisp::text::{Error, ErrorKind, Place, Source, Span, abridge};

/// Why a text is no contract.
///
/// ```
/// use ptc::contract::Signature;
///
/// let error = Signature::parse("(query :str)").unwrap_err();
/// assert_eq!(error.position(), (1, 8));
/// assert_eq!(error.to_string(), "column 8: expected a type, got `:str`; did you mean :string?");
/// ```
#[derive(Clone, Debug)]
pub struct ParseError {
    /// What could have stood there.
    pub expected: Cow<'static, str>,
    /// What stands there, shortened.
    pub got: String,
    /// What to try.
    pub hint: Option<String>,
    place: Place,
}

impl ParseError {
    /// Line and column, both from 1.
    pub fn position(&self) -> (usize, usize) {
        self.place.position()
    }

    /// That a text is too long to be looked at.
    pub(super) fn too_long(text: &str, most: usize) -> Self {
        Self {
            expected: format!("a contract of at most {most} bytes").into(),
            got: format!("{} bytes", text.len()),
            hint: None,
            place: Place { source: Arc::new(Source::new("contract", "")), span: Span::default() },
        }
    }

    /// What a rule found wrong with `text`.
    pub(super) fn of(text: &str, wrong: &Wrong<'_>) -> Self {
        let start = text.len().saturating_sub(wrong.at.len());
        let got = match wrong.at.trim_start_matches(is_gap) {
            "" => "the end of the text".into(),
            rest => format!("`{}`", abridge(word(rest), 60)),
        };
        let source = Arc::new(Source::new("contract", text));
        let place = Place { source, span: Span::new(start, start) };
        Self { expected: wrong.expected.clone(), got, hint: wrong.hint.clone(), place }
    }
}

impl std::fmt::Display for ParseError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.position() {
            (1, column) => write!(f, "column {column}")?,
            (line, column) => write!(f, "line {line}, column {column}")?,
        }
        write!(f, ": expected {}, got {}", self.expected, self.got)?;
        match &self.hint {
            Some(hint) => write!(f, "; {hint}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for ParseError {}

impl From<ParseError> for Error {
    fn from(error: ParseError) -> Self {
        let message = format!("expected {}, got {}", error.expected, error.got);
        let plain = Self::new(ErrorKind::Parse, message).at(&error.place.source, error.place.span);
        match error.hint {
            Some(hint) => plain.hint(hint),
            None => plain,
        }
    }
}

/// What separates: blanks and, as everywhere in the language, commas.
pub(super) fn is_gap(c: char) -> bool {
    c.is_whitespace() || c == ','
}

/// The stretch of a text that a reader takes for one thing: a word, or a bracket.
fn word(text: &str) -> &str {
    let end = text.find(|c: char| is_gap(c) || "()[]{}|\"".contains(c)).unwrap_or(text.len());
    text.get(..end.max(1)).unwrap_or(text)
}

/// What a rule could not read.
#[derive(Debug)]
pub(super) struct Wrong<'t> {
    /// The text from there on.
    pub at: &'t str,
    /// What could have stood there.
    pub expected: Cow<'static, str>,
    /// What to try.
    pub hint: Option<String>,
}

impl<'t> Wrong<'t> {
    /// That something else was expected here.
    pub fn expected<T>(at: &'t str, expected: impl Into<Cow<'static, str>>) -> Result<T, nom::Err<Self>> {
        Err(nom::Err::Error(Self { at, expected: expected.into(), hint: None }))
    }

    /// The same with what to try. No other rule can read what a hint was found for, so none is asked.
    pub fn hinted<T>(
        at: &'t str,
        expected: impl Into<Cow<'static, str>>,
        hint: impl Into<String>,
    ) -> Result<T, nom::Err<Self>> {
        Err(nom::Err::Failure(Self { at, expected: expected.into(), hint: Some(hint.into()) }))
    }
}

/// What nom's own combinators report.
impl<'t> NomError<&'t str> for Wrong<'t> {
    fn from_error_kind(at: &'t str, _: NomKind) -> Self {
        Self { at, expected: "something else".into(), hint: None }
    }

    fn append(_: &'t str, _: NomKind, other: Self) -> Self {
        other
    }

    fn from_char(at: &'t str, wanted: char) -> Self {
        Self { at, expected: format!("`{wanted}`").into(), hint: None }
    }
}
