//! Finding the program in a reply.

use std::sync::Arc;

use crate::lisp::syntax::read;
use crate::lisp::text::Source;

/// What a reply holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Extracted {
    /// One program, and the text around it.
    Program {
        /// The program.
        program: String,
        /// What the reply says besides.
        prose: String,
    },
    /// Different programs: none of them is run.
    Several(usize),
    /// No program: an answer.
    Answer,
    /// Nothing but a block in another language.
    OtherLanguage(String),
    /// Nothing.
    Empty,
}

const TAGS: [&str; 5] = ["clojure", "clj", "lisp", "ptc-lisp", "ptc"];

/// Finds the program in a reply: a fenced block tagged as Clojure, or an untagged one or a whole reply that is a list and
/// reads as forms. A parenthesis in prose is prose.
///
/// ```
/// use ptc::agent::{Extracted, extract};
///
/// let reply = "I count them.\n```clojure\n(count ctx/mails)\n```";
/// let Extracted::Program { program, prose } = extract(reply) else { panic!() };
/// assert_eq!((program.as_str(), prose.as_str()), ("(count ctx/mails)", "I count them."));
/// assert_eq!(extract("There are 3 (three)."), Extracted::Answer);
/// ```
pub fn extract(reply: &str) -> Extracted {
    let trimmed = reply.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    if trimmed.is_empty() {
        return Extracted::Empty;
    }
    if trimmed.starts_with('(') && reads(trimmed) {
        return Extracted::Program { program: trimmed.into(), prose: String::new() };
    }
    let (blocks, prose) = fenced(trimmed);
    let mut programs: Vec<&str> = Vec::new();
    for block in &blocks {
        let text = block.text.trim();
        let tagged = TAGS.contains(&block.tag.as_str());
        if tagged || (block.tag.is_empty() && text.starts_with('(') && reads(text)) {
            let new = !programs.contains(&text);
            if new && !text.is_empty() {
                programs.push(text);
            }
        }
    }
    match programs.as_slice() {
        [] => match blocks.as_slice() {
            [only] if prose.trim().is_empty() && !only.tag.is_empty() && !TAGS.contains(&only.tag.as_str()) => {
                Extracted::OtherLanguage(only.tag.clone())
            }
            [_, ..] if prose.trim().is_empty() && blocks.iter().all(|block| block.text.trim().is_empty()) => {
                Extracted::Empty
            }
            _ => Extracted::Answer,
        },
        [program] => Extracted::Program { program: (*program).to_owned(), prose: prose.trim().to_owned() },
        several => Extracted::Several(several.len()),
    }
}

/// Whether a text reads as forms, the first of which is a list.
fn reads(text: &str) -> bool {
    // A long reply that begins with a parenthesis and is prose mostly fails early; a program is read once more to run.
    read(&Arc::new(Source::new("reply", text))).is_ok_and(|forms| {
        forms.first().is_some_and(|form| form.as_list().is_some_and(|items| !items.is_empty()))
            && forms.iter().enumerate().all(|(at, form)| {
                // Words after a list are prose; a name after definitions is a program.
                form.as_symbol().is_none()
                    || (at + 1 == forms.len() && forms.iter().any(|form| form.is_call("def") || form.is_call("defn")))
            })
    })
}

struct Block {
    tag: String,
    text: String,
}

/// The fenced blocks of a text and what stands around them. A block that is never closed goes on to the end.
fn fenced(text: &str) -> (Vec<Block>, String) {
    let (mut blocks, mut prose) = (Vec::new(), String::new());
    let mut open: Option<(Fence<'_>, Block)> = None;
    let mut in_list = false;
    for line in text.lines() {
        match (&mut open, Fence::of(line)) {
            (None, Some(fence)) if fence.opens(in_list) => {
                open = Some((fence, Block { tag: fence.tag(), text: String::new() }));
            }
            (Some((opening, _)), Some(fence)) if fence.closes(*opening) => {
                blocks.extend(open.take().map(|(_, block)| block));
            }
            (Some((_, block)), _) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, _) => {
                in_list = is_item(line) || (in_list && (line.trim().is_empty() || line.starts_with([' ', '\t'])));
                prose.push_str(line);
                prose.push('\n');
            }
        }
    }
    if let Some((fence, mut block)) = open {
        prose.push_str(&cut_at_end_of_line(&mut block.text, fence));
        blocks.push(block);
    }
    (blocks, prose)
}

/// Whether a line is an item of a list: `- x`, `* x`, `1. x`. What belongs to it is indented.
fn is_item(line: &str) -> bool {
    let line = line.trim_start();
    let after_number = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let is_numbered =
        after_number.len() < line.len() && (after_number.starts_with(". ") || after_number.starts_with(") "));
    is_numbered || ["- ", "* ", "+ "].iter().any(|mark| line.starts_with(mark))
}

/// Models that are in a hurry close a block at the end of its last line. Takes off what follows, and gives it.
fn cut_at_end_of_line(text: &mut String, fence: Fence<'_>) -> String {
    let marks = fence.mark.to_string().repeat(fence.length);
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if let Some(last) = line.trim_end().strip_suffix(&marks) {
            let (end, next) = (start + last.len(), start + line.len());
            let rest = text.split_off(next);
            text.truncate(end);
            return rest;
        }
        start += line.len();
    }
    String::new()
}

/// A line that may open a block or close one.
#[derive(Clone, Copy)]
struct Fence<'a> {
    mark: char,
    length: usize,
    info: &'a str,
    /// Farther in than a fence stands by itself; in a list it may.
    is_indented: bool,
}

impl<'a> Fence<'a> {
    fn of(line: &'a str) -> Option<Self> {
        let trimmed = line.trim_start();
        let mark = trimmed.chars().next().filter(|c| matches!(c, '`' | '~'))?;
        let length = trimmed.chars().take_while(|c| *c == mark).count();
        let info = trimmed.get(length..)?.trim();
        (length >= 3).then_some(Self { mark, length, info, is_indented: line.len() - trimmed.len() > 3 })
    }

    fn tag(self) -> String {
        self.info.split([' ', '\t', '{', ',']).next().unwrap_or("").to_ascii_lowercase()
    }

    fn opens(self, in_list: bool) -> bool {
        let is_code_in_a_line = self.mark == '`' && self.info.contains('`');
        !is_code_in_a_line && (!self.is_indented || in_list)
    }

    fn closes(self, opening: Self) -> bool {
        let as_far_in = !self.is_indented || opening.is_indented;
        self.mark == opening.mark && self.length >= opening.length && self.info.is_empty() && as_far_in
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extract_finds_fences_in_odd_places() {
        for reply in [
            "1. I count:\n\n    ```clojure\n    (+ 1 2)\n    ```\n2. Done.",
            "- I count:\n  - so:\n\n      ```clj\n      (+ 1 2)\n      ```",
            "I count:\n```clojure\n(+ 1 2)```\nThat is all.",
            "```clojure\n(+ 1 2)```",
            "\u{feff}(+ 1 2)",
            "~~~clj\n(+ 1 2)\n~~~",
        ] {
            assert_eq!(program(reply).trim(), "(+ 1 2)", "{reply:?}");
        }
        let Extracted::Program { prose, .. } = extract("```clojure\n(+ 1 2)```\nThat is all.") else { panic!() };
        assert_eq!(prose, "That is all.");
        let quoted = "- A list.\n\nIndented code is a quotation:\n\n    ```clojure\n    (+ 1 2)\n    ```";
        assert_eq!(extract(quoted), Extracted::Answer);
    }

    fn program(reply: &str) -> String {
        match extract(reply) {
            Extracted::Program { program, .. } => program,
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn extract_programs() {
        assert_eq!(program("(+ 1 2)"), "(+ 1 2)");
        assert_eq!(program("  (+ 1 2)\n(* 3 4)\n"), "(+ 1 2)\n(* 3 4)");
        assert_eq!(program("```clj\n(+ 1 2)\n```"), "(+ 1 2)");
        assert_eq!(program("```\n(+ 1 2)\n```\nThat is it."), "(+ 1 2)");
        assert_eq!(program("~~~lisp\n(+ 1\n2)\n~~~"), "(+ 1\n2)");
        assert_eq!(program("```clojure\n(+ 1 2)"), "(+ 1 2)");
        assert_eq!(program("````clojure\n(str \"```\")\n````"), "(str \"```\")");
        assert_eq!(program("```clojure\n(+ 1\n```"), "(+ 1");
        assert_eq!(program("```clojure\n(a)\n```\nagain\n```clojure\n(a)\n```"), "(a)");
        assert_eq!(program("(def x 5)\nx"), "(def x 5)\nx");
        assert_eq!(program("(defn f [] 1)\nf"), "(defn f [] 1)\nf");
        assert_eq!(program("```json\n{}\n```\n```clojure\n(a)\n```"), "(a)");
    }

    #[test]
    fn extract_reads_markdown_fences() {
        let table = [
            ("```clojure title=\"a\"\n(a)\n```", "(a)"),
            ("```{clojure}\n(a)\n```", "(a)"),
            ("~~~clojure `a`\n(a)\n~~~", "(a)"),
            ("```clojure` is how\n(a)\nis marked.", "Answer"),
            ("So:\n   ```clojure\n   (a)\n   ```", "(a)"),
            ("So:\n    ```clojure\n    (a)\n    ```", "Answer"),
            ("```clojure\n(str \"\n```x\n\")\n```", "(str \"\n```x\n\")"),
            ("```clojure\n(str \"\n~~~\n\")\n```", "(str \"\n~~~\n\")"),
            ("````clojure\n(str \"\n```\n\")\n````", "(str \"\n```\n\")"),
            ("```clojure\n(a)\n`````", "(a)"),
        ];
        for (reply, expected) in table {
            assert_eq!(program(reply), expected, "{reply}");
        }
    }

    #[test]
    fn extract_keeps_lines_around_a_program() {
        let Extracted::Program { prose, .. } = extract("One.\nTwo.\n```clojure\n(a)\n```\nThree.\n") else { panic!() };
        assert_eq!(prose, "One.\nTwo.\nThree.");
    }

    #[test]
    fn extract_answers() {
        for reply in [
            "There are three (3).",
            "(I think) there are three.",
            "(see above)\nDone.",
            "Use `(call \"wipe\" {})` with care.",
            "```\nsome text\n```",
            "```python\nprint(1)\n```\nThat prints 1.",
            "```scheme\n(display 1)\n```\nThat prints 1.",
            "```\n(see above) and so on\n(\n```",
            "```\n; a list\n(a b c)\n```",
            "; a list\n(a b c)",
            "()",
            "(def x 5) makes x (of course) 5",
            "(def x 5)\nso x is five (inc x)",
        ] {
            assert_eq!(extract(reply), Extracted::Answer, "{reply}");
        }
    }

    #[test]
    fn extract_other_languages_and_several_programs() {
        assert_eq!(extract(" \n "), Extracted::Empty);
        assert_eq!(extract("```clojure\n```"), Extracted::Empty);
        assert_eq!(extract("```\n\n```\n```clj\n```"), Extracted::Empty);
        assert_eq!(extract("```python\nprint(1)\n```"), Extracted::OtherLanguage("python".into()));
        assert_eq!(extract("```clojure\n(a)\n```\n```clojure\n(b)\n```"), Extracted::Several(2));
    }
}
