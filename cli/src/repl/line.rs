//! A line that is being typed: completed, coloured, and left open while its brackets are.

use std::borrow::Cow;
use std::sync::{Arc, Mutex, PoisonError};

use rustyline::completion::Completer;
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::Hinter;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Context, Helper};

use super::commands;
use ptc::lisp::doc;
use ptc::lisp::syntax::{TokenKind, is_unfinished, tokens};

/// What the editor asks while a line is typed.
pub(super) struct Line {
    /// The names that this session knows beside the builtins: definitions, tools, context.
    pub known: Arc<Mutex<Vec<String>>>,
}

impl Helper for Line {}

impl Hinter for Line {
    type Hint = String;
}

impl Validator for Line {
    fn validate(&self, input: &mut ValidationContext) -> rustyline::Result<ValidationResult> {
        let unfinished = !commands::is_command(input.input()) && is_unfinished(input.input());
        Ok(if unfinished { ValidationResult::Incomplete } else { ValidationResult::Valid(None) })
    }
}

impl Completer for Line {
    type Candidate = String;

    fn complete(&self, line: &str, at: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<String>)> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(complete(line.get(..at).unwrap_or(line), &known))
    }
}

/// Where the last name of a text begins, and the names that it could become.
fn complete(text: &str, known: &[String]) -> (usize, Vec<String>) {
    let start = text.rfind(|c: char| c.is_whitespace() || "()[]{}\"',;@^`~#".contains(c)).map_or(0, |at| at + 1);
    let begun = text.get(start..).unwrap_or("");
    if begun.is_empty() {
        return (start, Vec::new());
    }
    let commands = commands::NAMES.iter().map(|(name, _)| *name).filter(|_| start == 0);
    let mut names: Vec<String> = commands
        .chain(doc::names())
        .chain(known.iter().map(String::as_str))
        .filter(|name| name.starts_with(begun))
        .map(str::to_owned)
        .collect();
    names.sort_unstable();
    names.dedup();
    (start, names)
}

impl Highlighter for Line {
    fn highlight<'l>(&self, line: &'l str, _: usize) -> Cow<'l, str> {
        Cow::Owned(coloured(line))
    }

    fn highlight_prompt<'b, 's: 'b, 'p: 'b>(&'s self, prompt: &'p str, _: bool) -> Cow<'b, str> {
        Cow::Owned(format!("\x1b[1;34m{prompt}\x1b[0m"))
    }

    fn highlight_char(&self, _: &str, _: usize, kind: CmdKind) -> bool {
        kind != CmdKind::MoveCursor
    }
}

/// The line with colours; what is called stands out.
fn coloured(line: &str) -> String {
    let mut out = String::new();
    let mut after_open = false;
    for token in tokens(line) {
        let colour = match token.kind {
            TokenKind::Comment => "90",
            TokenKind::Text => "32",
            TokenKind::Number => "36",
            TokenKind::Keyword => "35",
            TokenKind::Symbol if after_open => "1",
            TokenKind::Open | TokenKind::Close | TokenKind::Mark => "2",
            TokenKind::Symbol | TokenKind::Space => "",
        };
        after_open = token.text == "(";
        match colour {
            "" => out.push_str(token.text),
            colour => out.push_str(&format!("\x1b[{colour}m{}\x1b[0m", token.text)),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_completed_where_they_stand() {
        let known = ["total-of-orders".to_owned(), "tool/fetch".to_owned()];
        assert_eq!(complete("(map total-", &known), (5, vec!["total-of-orders".to_owned()]));
        assert_eq!(complete("(tool/", &known), (1, vec!["tool/fetch".to_owned()]));
        assert!(complete("(partition-", &known).1.contains(&"partition-by".to_owned()));
        assert_eq!(complete(":mem", &known), (0, vec![":memory".to_owned()]));
        assert_eq!(complete("(get {} :mem", &known), (8, vec![]));
        assert_eq!(complete("", &known), (0, vec![]));
        assert_eq!(complete("(é", &known), (1, vec![]));
    }

    #[test]
    fn colours_change_no_character() {
        for line in ["(+ 1 :a \"b\\\"\" \\( ; c", "#{'a @b} “x” #\"[a]\"", "((([", "\"open", "\\"] {
            let plain: String = coloured(line).split('\x1b').enumerate().fold(String::new(), |text, (at, part)| {
                text + if at == 0 { part } else { part.split_once('m').map_or("", |(_, rest)| rest) }
            });
            assert_eq!(plain, line);
        }
    }
}
