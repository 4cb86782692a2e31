//! A source laid out as people write Clojure: lines are indented by the brackets they are in, white space at the end of
//! lines and before closing brackets goes. Where a line breaks is the writer's business, and comments stay.

use super::tokens::{Token, TokenKind, tokens};

/// Forms whose body is indented by two, whatever stands in their first line. So is that of names with `def` and `with-`.
const BODIES: [&str; 23] = [
    "as->",
    "binding",
    "case",
    "catch",
    "condp",
    "doseq",
    "dotimes",
    "doto",
    "fn",
    "for",
    "if",
    "if-let",
    "if-not",
    "if-some",
    "let",
    "letfn",
    "loop",
    "when",
    "when-first",
    "when-let",
    "when-not",
    "when-some",
    "while",
];

/// Forms whose parts are lined up with the first one, or indented by two where that stands in a line of its own.
const BLOCKS: [&str; 5] = ["comment", "cond", "do", "finally", "try"];

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
/// use ptc::lisp::syntax::layout;
///
/// assert_eq!(layout("(let [x 1 \n y 2]\n(+ x\n y) )"), "(let [x 1\n      y 2]\n  (+ x\n     y))\n");
/// ```
pub fn layout(source: &str) -> String {
    let mut out = String::new();
    let mut column = 0_usize;
    let mut open: Vec<Indent> = Vec::new();
    let mut after = TokenKind::Space;
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
                Some((_, rest)) => {
                    out.push('\n');
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
        after = token.kind;
    }
    if !out.is_empty() {
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
                    TokenKind::Symbol if is_body(name) => Self::At(open.saturating_add(2)),
                    TokenKind::Symbol if BLOCKS.contains(&name) => Self::Part(open.saturating_add(2)),
                    TokenKind::Symbol | TokenKind::Keyword => Self::Part(open.saturating_add(1)),
                    _ => Self::At(open.saturating_add(1)),
                };
            }
        }
    }
}

fn is_body(name: &str) -> bool {
    BODIES.contains(&name) || name.starts_with("def") || name.starts_with("with-")
}
