//! A source laid out as people write Clojure: lines are indented by the brackets they are in, white space at the end of
//! lines and before closing brackets goes. Where a line breaks is the writer's business, and comments stay.

use super::forms::{Indent as Style, find};
use super::syntax::{Token, TokenKind, tokens};

/// Where lines within a bracket begin.
enum Indent {
    /// At this column.
    At(usize),
    /// The bracket was opened at this column and nothing stands in it yet.
    Head(usize),
    /// The head was read: with the next part if that is in the same line, otherwise at this column.
    Part(usize),
}

/// The source with its lines indented anew. Any text will do, also one that does not read.
///
/// ```
/// use ptc::lisp::layout;
///
/// assert_eq!(layout("(let [x 1 \n y 2]\n(+ x\n y) )"), "(let [x 1\n      y 2]\n  (+ x\n     y))\n");
/// ```
pub fn layout(source: &str) -> String {
    let mut out = String::new();
    let mut column = 0_usize;
    let mut open: Vec<Indent> = Vec::new();
    let (mut after, mut last) = (TokenKind::Space, "");
    let mut tokens = tokens(source).peekable();
    while let Some(token) = tokens.next() {
        if token.kind == TokenKind::Space {
            let closes = tokens.peek().is_some_and(|next| next.kind == TokenKind::Close);
            let Some(space) = space(&token, out.is_empty() || tokens.peek().is_none(), after, closes) else { continue };
            match space.split_once('\n') {
                None => {
                    out.push_str(space);
                    column = column.saturating_add(space.chars().count());
                }
                Some((before, rest)) => {
                    out.push_str(if before.contains(',') { ",\n" } else { "\n" });
                    if rest.contains('\n') {
                        out.push('\n');
                    }
                    column = open.last_mut().map_or(0, Indent::of_a_line);
                    out.extend(std::iter::repeat_n(' ', column));
                }
            }
            continue;
        }
        if token.kind == TokenKind::Close {
            open.pop();
        } else if let Some(indent) = open.last_mut().filter(|_| token.kind != TokenKind::Comment) {
            indent.begin(&token, column);
        }
        let text = if token.kind == TokenKind::Comment { token.text.trim_end() } else { token.text };
        out.push_str(text);
        if token.kind == TokenKind::Open {
            open.push(if token.text == "(" { Indent::Head(column) } else { Indent::At(column.saturating_add(1)) });
        }
        column = match text.rsplit_once('\n') {
            Some((_, last)) => last.chars().count(),
            None => column.saturating_add(text.chars().count()),
        };
        (after, last) = (token.kind, token.text);
    }
    // A text that is never closed would take the line break in.
    if !out.is_empty() && super::syntax::tokens(&format!("{last}\n")).count() > 1 {
        out.push('\n');
    }
    out
}

/// What is left of white space; nothing where none is needed.
fn space<'s>(token: &Token<'s>, at_an_end: bool, after: TokenKind, closes: bool) -> Option<&'s str> {
    let ends_a_comment = after == TokenKind::Comment;
    if at_an_end || ((after == TokenKind::Open || closes) && !ends_a_comment) {
        return None;
    }
    Some(if token.text.contains('\n') { token.text } else { token.text.trim_end_matches('\r') })
}

impl Indent {
    /// The column of a new line within the bracket.
    fn of_a_line(&mut self) -> usize {
        match self {
            Self::At(column) | Self::Part(column) => {
                let column = *column;
                *self = Self::At(column);
                column
            }
            Self::Head(column) => column.saturating_add(1),
        }
    }

    /// A part begins at this column.
    fn begin(&mut self, token: &Token<'_>, column: usize) {
        match self {
            Self::At(_) => {}
            Self::Part(_) => *self = Self::At(column),
            Self::Head(open) => {
                let open = *open;
                let name = token.text.rsplit_once('/').map_or(token.text, |(_, name)| name);
                *self = match token.kind {
                    TokenKind::Symbol => match style(name) {
                        Style::Body => Self::At(open.saturating_add(2)),
                        Style::Block => Self::Part(open.saturating_add(2)),
                        Style::Call => Self::Part(open.saturating_add(1)),
                    },
                    TokenKind::Keyword => Self::Part(open.saturating_add(1)),
                    _ => Self::At(open.saturating_add(1)),
                };
            }
        }
    }
}

/// How the parts of a form or call are indented: names with `def` and `with-` have bodies, also those of other libraries.
fn style(name: &str) -> Style {
    match find(name) {
        _ if name.starts_with("def") || name.starts_with("with-") => Style::Body,
        Some(form) => form.indent,
        None => Style::Call,
    }
}
