//! A source as tokens: every character is in one of them and nothing is refused. For colours, and to see whether a
//! program that is being typed is complete.

use super::read::{is_delimiter, is_quote, is_space};

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// White space and commas.
    Space,
    /// From `;` or `#!` to the end of the line.
    Comment,
    /// A string, a regex or a character.
    Text,
    /// A number.
    Number,
    /// `:key`
    Keyword,
    /// A name.
    Symbol,
    /// `(`, `[` or `{`.
    Open,
    /// `)`, `]` or `}`.
    Close,
    /// `'`, `@`, `#` and the like.
    Mark,
}

/// A piece of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'s> {
    /// What it is.
    pub kind: TokenKind,
    /// The piece.
    pub text: &'s str,
}

/// The tokens of a source; put together they are the source.
///
/// ```
/// use ptc::lisp::syntax::{TokenKind, tokens};
///
/// let kinds: Vec<TokenKind> = tokens("(inc 1)").map(|token| token.kind).collect();
/// use TokenKind::*;
/// assert_eq!(kinds, [Open, Symbol, Space, Number, Close]);
/// ```
pub fn tokens(source: &str) -> impl Iterator<Item = Token<'_>> {
    let mut rest = source;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let (kind, length) = scan(first, rest);
        let (text, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        rest = after;
        Some(Token { kind, text })
    })
}

fn scan(first: char, rest: &str) -> (TokenKind, usize) {
    let until = |end: fn(char) -> bool| rest.find(end).unwrap_or(rest.len());
    let signed = |rest: &str| rest.chars().nth(1).is_some_and(|c| c.is_ascii_digit());
    match first {
        c if is_space(c) => (TokenKind::Space, until(|c| !is_space(c))),
        ';' => (TokenKind::Comment, until(|c| c == '\n' || c == '\r')),
        '#' if rest.starts_with("#!") => (TokenKind::Comment, until(|c| c == '\n' || c == '\r')),
        '#' if rest.starts_with("#\"") => (TokenKind::Text, string_length(rest, 2).unwrap_or(rest.len())),
        c if is_quote(c) => (TokenKind::Text, string_length(rest, c.len_utf8()).unwrap_or(rest.len())),
        '\\' => {
            // The character after the backslash may itself end tokens.
            let head: usize = rest.chars().take(2).map(char::len_utf8).sum();
            let tail = rest.get(head..).unwrap_or("");
            (TokenKind::Text, head.saturating_add(tail.find(is_delimiter).unwrap_or(tail.len())))
        }
        '(' | '[' | '{' => (TokenKind::Open, 1),
        ')' | ']' | '}' => (TokenKind::Close, 1),
        ':' => (TokenKind::Keyword, until(is_delimiter)),
        '0'..='9' => (TokenKind::Number, until(is_delimiter)),
        '+' | '-' if signed(rest) => (TokenKind::Number, until(is_delimiter)),
        '\'' | '#' => (TokenKind::Mark, 1),
        c if is_delimiter(c) => (TokenKind::Mark, c.len_utf8()),
        _ => (TokenKind::Symbol, until(is_delimiter)),
    }
}

/// The length of a string with its quotes, if it is closed. A typographic quote closes none but its own kind.
fn string_length(rest: &str, opening: usize) -> Option<usize> {
    let straight = rest.starts_with(['"', '#']);
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip_while(|(at, _)| *at < opening) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return Some(at.saturating_add(1)),
            c if !straight && is_quote(c) => return Some(at.saturating_add(c.len_utf8())),
            _ => {}
        }
    }
    None
}

/// Whether a source ends within brackets or a string, so that more of it must be to come.
///
/// ```
/// use ptc::lisp::syntax::is_unfinished;
///
/// assert!(is_unfinished("(map inc ["));
/// assert!(is_unfinished("\"abc"));
/// assert!(!is_unfinished("(inc 1)") && !is_unfinished("inc)"));
/// ```
pub fn is_unfinished(source: &str) -> bool {
    let mut open = 0_usize;
    for token in tokens(source) {
        match token.kind {
            TokenKind::Open => open = open.saturating_add(1),
            // One bracket too many: the reader says so.
            TokenKind::Close if open == 0 => return false,
            TokenKind::Close => open = open.saturating_sub(1),
            TokenKind::Text => {
                let opening = if token.text.starts_with('#') { 2 } else { 1 };
                let quoted = token.text.trim_start_matches('#').starts_with(is_quote);
                if quoted && string_length(token.text, opening).is_none() {
                    return true;
                }
            }
            TokenKind::Space
            | TokenKind::Comment
            | TokenKind::Number
            | TokenKind::Keyword
            | TokenKind::Symbol
            | TokenKind::Mark => {}
        }
    }
    open > 0
}
