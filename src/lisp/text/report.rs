//! Errors as texts with their source line: plain for models, and the parts from which terminals draw.

use std::fmt::Write as _;

use super::{Error, Place, abridge};

/// Something that was found about a program before it ran.
#[derive(Clone, Debug)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// What it is, where, and what to try.
    pub error: Error,
    /// Whether it keeps a program from running, or is told to whoever runs it. What does not is found out by running, or
    /// is advice for whoever writes.
    pub before_run: bool,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The program cannot do what it says.
    Error,
    /// It is odd, or wrong only if it comes to it.
    Warning,
}

impl Severity {
    /// The name in messages and `--json`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

impl Finding {
    /// An error that keeps the program from running.
    pub fn error(error: Error) -> Self {
        Self { severity: Severity::Error, error, before_run: true }
    }

    /// The finding in a line without its place: message and hint.
    pub fn advice(&self) -> String {
        match &self.error.hint {
            Some(hint) => format!("{}; {hint}", self.error.message),
            None => self.error.message.clone(),
        }
    }
}

impl Error {
    /// The error, its source line with a caret, and the hint, for a model or a log.
    pub fn plain(&self) -> String {
        let mut text = format!("{}: {}", self.kind.name(), self.message);
        if let Some(place) = &self.place {
            text.push('\n');
            text.push_str(&excerpt(place));
        }
        if let Some(hint) = &self.hint {
            let _ = write!(text, "\n{hint}");
        }
        text
    }
}

/// The source line of a place with a caret below its start.
///
/// Lines longer than a screen are shown around the place only.
pub fn excerpt(place: &Place) -> String {
    const WIDTH: usize = 100;
    let (line, column) = place.position();
    let text: Vec<char> = place.source.line(line).chars().collect();
    let from = if text.len() <= WIDTH { 0 } else { column.saturating_sub(WIDTH / 2) };
    let shown: String = text.iter().skip(from).take(WIDTH).map(|c| if c.is_control() { ' ' } else { *c }).collect();
    let indent = " ".repeat(column.saturating_sub(from).saturating_sub(1));
    let name = abridge(place.source.name(), 100);
    format!("{name}:{line}:{column}\n  {shown}\n  {indent}^")
}
