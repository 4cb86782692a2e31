//! Errors as texts with their source line: plain for models, and the parts from which terminals draw.

use std::fmt::Write as _;

use super::{Error, Place, abridge};

/// A finding about a program, with what a drawing of it needs.
pub struct Finding<'a> {
    /// The error or warning.
    pub error: &'a Error,
}

impl Finding<'_> {
    /// The error, its source line with a caret, and the hint, for a model or a log.
    pub fn plain(&self) -> String {
        let mut text = format!("{}: {}", self.error.kind.name(), self.error.message);
        if let Some(place) = &self.error.place {
            text.push('\n');
            text.push_str(&excerpt(place));
        }
        if let Some(hint) = &self.error.hint {
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
