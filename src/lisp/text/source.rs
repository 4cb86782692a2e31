//! Sources and places in them.

use std::fmt;
use std::sync::{Arc, OnceLock};

/// A stretch of a source, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The stretch from `start` up to `end`; offsets beyond 4 GiB are clamped (sources are limited to far less).
    pub fn new(start: usize, end: usize) -> Self {
        Self { start: u32::try_from(start).unwrap_or(u32::MAX), end: u32::try_from(end).unwrap_or(u32::MAX) }
    }

    /// The stretch from the start of `self` to the end of `other`.
    pub fn to(self, other: Span) -> Self {
        Self { start: self.start, end: other.end }
    }
}

/// A program's text with a name for reports.
#[derive(Debug)]
pub struct Source {
    name: String,
    text: String,
    lines: OnceLock<Vec<usize>>,
}

impl Source {
    /// A source called `name` in reports.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { name: name.into(), text: text.into(), lines: OnceLock::new() }
    }

    /// What reports call it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text of a span, empty where the span lies outside.
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or("")
    }

    /// Line and column of a byte offset, both from 1; columns count characters.
    pub fn position(&self, offset: u32) -> (usize, usize) {
        let offset = (offset as usize).min(self.text.len());
        let line = self.line_starts().partition_point(|start| *start <= offset).max(1);
        let start = self.line_starts().get(line.saturating_sub(1)).copied().unwrap_or(0);
        let column = self.text.get(start..offset).map_or(1, |before| before.chars().count().saturating_add(1));
        (line, column)
    }

    /// The text of a line, counted from 1, without its end.
    pub fn line(&self, line: usize) -> &str {
        let start = self.line_starts().get(line.saturating_sub(1)).copied().unwrap_or(self.text.len());
        self.text.get(start..).unwrap_or("").lines().next().unwrap_or("")
    }

    /// Found once, so that many positions in one source cost no more than one.
    fn line_starts(&self) -> &[usize] {
        self.lines.get_or_init(|| {
            let after_breaks = self.text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
            std::iter::once(0).chain(after_breaks.map(|(at, _)| at.saturating_add(1))).collect()
        })
    }
}

/// A span of a certain source.
#[derive(Clone)]
pub struct Place {
    /// Where the span lies.
    pub source: Arc<Source>,
    /// The stretch.
    pub span: Span,
}

impl Place {
    /// Line and column of the start, both from 1.
    pub fn position(&self) -> (usize, usize) {
        self.source.position(self.span.start)
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (line, column) = self.position();
        write!(f, "{}:{line}:{column}", self.source.name())
    }
}
