//! Pages: a long text in pieces, found fast and put together again exactly.

use crate::lisp::value::Text;

/// A text with a table of its pages.
///
/// Pages have a maximum number of characters, end after a line break where one lies in them, never split a character, and
/// put together are the text. The table is built in one walk; what is read is found by bisection and a walk over one
/// page.
#[derive(Debug)]
pub(crate) struct Pages {
    text: Text,
    marks: Vec<Mark>,
    characters: usize,
    lines: usize,
    ascii: bool,
}

/// Where a page begins: what is before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Mark {
    bytes: usize,
    characters: usize,
    breaks: usize,
}

/// A stretch of the text, as it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece<'a> {
    pub content: &'a str,
    /// The first page and the last one, from 1.
    pub pages: (usize, usize),
    /// The first line and the last one, from 1.
    pub lines: (usize, usize),
    /// Whether it begins inside of a line.
    pub continued: bool,
    /// Whether it ends inside of a line.
    pub truncated: bool,
}

/// What a start and a count are counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Page,
    Line,
    Character,
}

impl Unit {
    const ALL: [(&'static str, Self); 3] = [("page", Self::Page), ("line", Self::Line), ("char", Self::Character)];

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find_map(|(known, unit)| (known == name).then_some(unit))
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Line => "line",
            Self::Character => "char",
        }
    }

    /// What the first one is called.
    pub fn first(self) -> usize {
        match self {
            Self::Page | Self::Line => 1,
            Self::Character => 0,
        }
    }
}

fn breaks(text: &str) -> usize {
    text.bytes().filter(|byte| *byte == b'\n').count()
}

/// The byte after a number of characters, at most the end.
fn after(text: &str, characters: usize, ascii: bool) -> usize {
    if ascii {
        return characters.min(text.len());
    }
    text.char_indices().nth(characters).map_or(text.len(), |(byte, _)| byte)
}

impl Pages {
    /// Divides a text into pages of at most `size` characters.
    pub fn new(text: Text, size: usize) -> Self {
        let whole = text.as_str();
        let ascii = whole.is_ascii();
        let (mut marks, mut at) = (vec![Mark::default()], Mark::default());
        loop {
            let rest = &whole[at.bytes..];
            let most = after(rest, size.max(1), ascii);
            let end = match rest[..most].rfind('\n') {
                Some(line_break) if most < rest.len() => line_break + 1,
                _ => most,
            };
            let page = &rest[..end];
            let characters = if ascii { page.len() } else { page.chars().count() };
            at = Mark {
                bytes: at.bytes + end,
                characters: at.characters + characters,
                breaks: at.breaks + breaks(page),
            };
            if at.bytes == whole.len() {
                break;
            }
            marks.push(at);
        }
        // A final line break opens no further line.
        let lines = at.breaks + usize::from(!whole.is_empty() && !whole.ends_with('\n'));
        Self { characters: at.characters, lines, marks, text, ascii }
    }

    pub fn text(&self) -> &Text {
        &self.text
    }

    pub fn pages(&self) -> usize {
        self.marks.len()
    }

    pub fn lines(&self) -> usize {
        self.lines
    }

    pub fn characters(&self) -> usize {
        self.characters
    }

    /// What the text and its table take, in bytes.
    pub fn bytes(&self) -> u64 {
        (self.text.len() + self.marks.len() * size_of::<Mark>()) as u64
    }

    /// The whole text.
    pub fn whole(&self) -> Piece<'_> {
        self.piece(0, self.text.len())
    }

    /// So many pages, lines or characters from a start on; fewer where the text ends.
    ///
    /// # Errors
    /// A start where there is nothing, with what there is.
    pub fn read(&self, unit: Unit, start: i64, count: usize) -> Result<Piece<'_>, String> {
        let first = unit.first();
        let total = match unit {
            Unit::Page => self.pages(),
            Unit::Line => self.lines,
            Unit::Character => self.characters,
        };
        let last = (first + total).saturating_sub(1);
        let begin = usize::try_from(start).ok().filter(|start| total > 0 && (first..=last).contains(start));
        let Some(begin) = begin else {
            let name = unit.name();
            return Err(match total {
                0 => format!("there is no {name}: the text is empty"),
                _ => format!("start is {start}, and there are {name}s {first} to {last}"),
            });
        };
        let end = begin.saturating_add(count).min(last + 1);
        Ok(match unit {
            Unit::Page => self.piece(self.page_start(begin), self.page_start(end)),
            Unit::Line => self.piece(self.line_start(begin), self.line_start(end)),
            Unit::Character => self.piece(self.byte_of(begin), self.byte_of(end)),
        })
    }

    /// The lines from number `start` on, without what ends them.
    pub fn lines_from(&self, start: usize, count: usize) -> Vec<&str> {
        match self.read(Unit::Line, i64::try_from(start).unwrap_or(i64::MAX), count) {
            Ok(piece) => piece.content.lines().collect(),
            Err(_) => Vec::new(),
        }
    }

    fn page_start(&self, page: usize) -> usize {
        self.marks.get(page - 1).map_or(self.text.len(), |mark| mark.bytes)
    }

    /// The text of the page that has this index.
    fn page_text(&self, index: usize) -> &str {
        &self.text.as_str()[self.marks[index].bytes..self.page_start(index + 2)]
    }

    fn line_start(&self, line: usize) -> usize {
        // After the line break before it, which lies in the last page that has fewer breaks before it.
        let before = line - 1;
        let next = self.marks.partition_point(|mark| mark.breaks < before);
        let Some(index) = next.checked_sub(1) else { return 0 };
        let mark = self.marks[index];
        let mut found = self.page_text(index).match_indices('\n');
        found.nth(before - mark.breaks - 1).map_or(self.text.len(), |(at, _)| mark.bytes + at + 1)
    }

    fn byte_of(&self, character: usize) -> usize {
        let index = self.marks.partition_point(|mark| mark.characters <= character).saturating_sub(1);
        let mark = self.marks[index];
        mark.bytes + after(&self.text.as_str()[mark.bytes..], character - mark.characters, self.ascii)
    }

    /// The page and the line that a byte belongs to, from 1.
    fn place(&self, byte: usize) -> (usize, usize) {
        let page = self.marks.partition_point(|mark| mark.bytes <= byte).max(1);
        let mark = self.marks[page - 1];
        (page, mark.breaks + breaks(&self.text.as_str()[mark.bytes..byte]) + 1)
    }

    fn piece(&self, from: usize, to: usize) -> Piece<'_> {
        let text = self.text.as_str();
        let content = &text[from..to];
        let final_character = content.chars().next_back().map_or(0, char::len_utf8);
        let (first, last) = (self.place(from), self.place(to - final_character));
        Piece {
            content,
            pages: (first.0, last.0),
            lines: (first.1.min(self.lines), last.1.min(self.lines)),
            continued: from > 0 && !text[..from].ends_with('\n'),
            truncated: to < text.len() && !content.ends_with('\n'),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts() -> impl Strategy<Value = String> {
        proptest::collection::vec(
            prop_oneof![Just("\n"), Just("a"), Just("é"), Just("漢字"), Just("🙂\r\n"), Just("word ")],
            0..80,
        )
        .prop_map(|parts| parts.concat())
    }

    proptest! {
        #[test]
        fn pages_join_to_the_text(text in texts(), size in 1_usize..20) {
            let pages = Pages::new(text.as_str().into(), size);
            let read: Vec<Piece> = (1..=pages.pages()).filter_map(|page| pages.read(Unit::Page, page as i64, 1).ok()).collect();
            prop_assert_eq!(read.len(), pages.pages());
            prop_assert_eq!(read.iter().map(|piece| piece.content).collect::<String>(), text.clone());
            for (at, piece) in read.iter().enumerate() {
                prop_assert!(piece.content.chars().count() <= size);
                prop_assert_eq!(piece.pages, (at + 1, at + 1));
                // Where a page has a line break and another follows, it ends with one.
                prop_assert!(at + 1 == read.len() || !piece.content.contains('\n') || piece.content.ends_with('\n'));
            }
        }

        #[test]
        fn pages_read_lines(text in texts(), size in 1_usize..20) {
            let pages = Pages::new(text.as_str().into(), size);
            let expected: Vec<&str> = text.split_inclusive('\n').collect();
            prop_assert_eq!(pages.lines(), expected.len());
            for (at, line) in expected.iter().enumerate() {
                let piece = pages.read(Unit::Line, at as i64 + 1, 1).map_err(TestCaseError::fail)?;
                prop_assert_eq!(piece.content, *line);
                prop_assert_eq!(piece.lines, (at + 1, at + 1));
                prop_assert!(!piece.continued && !piece.truncated);
            }
            prop_assert_eq!(pages.lines_from(1, usize::MAX), text.lines().collect::<Vec<_>>());
        }

        #[test]
        fn pages_read_characters(text in texts(), size in 1_usize..20, start in 0_usize..90, count in 1_usize..9) {
            let pages = Pages::new(text.as_str().into(), size);
            prop_assert_eq!(pages.characters(), text.chars().count());
            let expected: String = text.chars().skip(start).take(count).collect();
            match pages.read(Unit::Character, start as i64, count) {
                Ok(piece) => {
                    prop_assert_eq!(piece.content, expected.as_str());
                    let before: String = text.chars().take(start).collect();
                    prop_assert_eq!(piece.continued, !before.is_empty() && !before.ends_with('\n'));
                    prop_assert_eq!(piece.lines.0, before.matches('\n').count() + 1);
                }
                Err(_) => prop_assert!(start >= pages.characters()),
            }
        }
    }

    #[test]
    fn pages_read_error_gives_the_range() {
        let pages = Pages::new("one\ntwo\n".into(), 4);
        assert_eq!(pages.read(Unit::Page, 3, 1), Err("start is 3, and there are pages 1 to 2".into()));
        assert_eq!(pages.read(Unit::Line, 0, 1), Err("start is 0, and there are lines 1 to 2".into()));
        assert_eq!(pages.read(Unit::Character, 8, 1), Err("start is 8, and there are chars 0 to 7".into()));
        assert_eq!(pages.read(Unit::Line, 2, 9).map(|piece| piece.content), Ok("two\n"));
        let empty = Pages::new("".into(), 4);
        assert_eq!((empty.pages(), empty.lines()), (1, 0));
        assert_eq!(empty.read(Unit::Page, 1, 1).map(|piece| piece.content), Ok(""));
        assert!(empty.read(Unit::Line, 1, 1).is_err());
        assert_eq!(empty.read(Unit::Character, 0, 1), Err("there is no char: the text is empty".into()));
    }

    #[test]
    fn pages_of_a_large_text_are_fast() {
        let began = std::time::Instant::now();
        let line = "The quick brown fox jumps over the lazy dog, and écrit it down.\n";
        let text = line.repeat(100_000_000 / line.len());
        let text = Text::from(text);
        let made = began.elapsed();
        let pages = Pages::new(text, 4_000);
        let built = began.elapsed() - made;
        let reading = std::time::Instant::now();
        for at in 0..1_000 {
            let line_number = at * (pages.lines() / 1_000) + 1;
            assert_eq!(pages.read(Unit::Line, line_number as i64, 1).map(|piece| piece.content), Ok(line));
        }
        let read = reading.elapsed() / 1_000;
        // Generous, for debug builds on busy machines; what would be quadratic takes hours.
        assert!(built.as_secs() < 20, "100 MB took {built:?}");
        assert!(read.as_millis() < 20, "a line took {read:?}");
        assert!(pages.bytes() < 101_000_000, "{} bytes", pages.bytes());
        eprintln!("100 MB: {built:?} to divide, {read:?} to read a line, {} bytes", pages.bytes());
    }
}
