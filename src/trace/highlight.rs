//! Programs in colour: Lisp text as HTML, by the look of its tokens alone.

/// Text in which nothing is markup.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(harmless(c)),
        }
    }
    out
}

/// A character as it is, but for what reorders text, steers a terminal, or is no text at all.
pub fn harmless(c: char) -> char {
    match c {
        '\n' | '\t' => c,
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        _ if c.is_control() => '\u{fffd}',
        _ => c,
    }
}

/// A program as HTML.
pub(super) fn highlight(program: &str) -> String {
    let mut out = String::new();
    let mut rest = program;
    let mut after_open = false;
    while let Some(first) = rest.chars().next() {
        let (end, class) = token(rest, first, after_open);
        let (token, left) = rest.split_at(end);
        match class {
            "" => out.push_str(&escape(token)),
            class => out.push_str(&format!("<span class=\"{class}\">{}</span>", escape(token))),
        }
        after_open = first == '(' || (after_open && first.is_whitespace());
        rest = left;
    }
    out
}

/// How long the token is that a text begins with, and what it is.
fn token(text: &str, first: char, after_open: bool) -> (usize, &'static str) {
    let until = |ends: fn(char) -> bool| text.find(ends).unwrap_or(text.len());
    let delimiter = |c: char| c.is_whitespace() || "()[]{}\";,".contains(c);
    match first {
        ';' => (until(|c| c == '\n'), "comment"),
        '"' => (string_end(text), "string"),
        c if delimiter(c) => (c.len_utf8(), if c.is_whitespace() { "" } else { "paren" }),
        _ => {
            let end = text.find(delimiter).unwrap_or(text.len());
            let digits = text.trim_start_matches(['-', '+']);
            let class = match first {
                ':' => "keyword",
                _ if digits.starts_with(|c: char| c.is_ascii_digit()) => "number",
                _ if text.starts_with("tool/") => "tool",
                _ if after_open => "head",
                _ => "",
            };
            (end, class)
        }
    }
}

fn string_end(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_have_their_colours() {
        assert_eq!(
            highlight("(map :id \"a\\\"<b\" -1) ; <"),
            "<span class=\"paren\">(</span><span class=\"head\">map</span> <span class=\"keyword\">:id</span> \
             <span class=\"string\">&quot;a\\&quot;&lt;b&quot;</span> <span class=\"number\">-1</span>\
             <span class=\"paren\">)</span> <span class=\"comment\">; &lt;</span>"
        );
    }

    #[test]
    fn what_does_not_end_ends_with_the_text() {
        for text in ["\"a", "(", ";", "\\", "\"\\", "é\"ü", ""] {
            let plain = highlight(text).replace("</span>", "");
            assert!(!plain.replace("<span class=", "").contains('<'), "{text}");
        }
    }
}
