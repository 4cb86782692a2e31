//! Strings: shared, counted by Unicode scalar value, fast where they are ASCII.

use std::sync::Arc;

use ecow::EcoString;

/// A string. Short ones lie in one piece of memory; appending to one without another owner is done in place.
#[derive(Clone)]
pub struct Text(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    text: EcoString,
    /// Kept so that counting and indexing need no scan of ASCII texts.
    ascii: bool,
}

impl Text {
    /// The text.
    #[inline]
    pub fn as_str(&self) -> &str {
        &self.0.text
    }

    /// The number of bytes.
    #[inline]
    pub fn len(&self) -> usize {
        self.0.text.len()
    }

    /// Whether there is no character.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.0.text.is_empty()
    }

    /// The number of characters (Unicode scalar values).
    pub fn count(&self) -> usize {
        if self.0.ascii { self.len() } else { self.as_str().chars().count() }
    }

    /// What finding a character by index costs, in bytes walked.
    pub fn index_cost(&self) -> u64 {
        if self.0.ascii { 1 } else { self.len() as u64 / 8 }
    }

    /// The character at an index.
    pub fn nth(&self, index: usize) -> Option<char> {
        if self.0.ascii {
            self.as_str().as_bytes().get(index).map(|byte| char::from(*byte))
        } else {
            self.as_str().chars().nth(index)
        }
    }

    /// The characters from index `from` up to `to`, clamped to the text.
    pub fn slice(&self, from: usize, to: usize) -> &str {
        let text = self.as_str();
        let byte = |index: usize| {
            if self.0.ascii {
                index.min(text.len())
            } else {
                text.char_indices().nth(index).map_or(text.len(), |(at, _)| at)
            }
        };
        let start = byte(from);
        text.get(start..byte(to).max(start)).unwrap_or("")
    }

    /// The index in characters of a byte offset.
    pub fn index_of_byte(&self, offset: usize) -> usize {
        if self.0.ascii { offset } else { self.as_str().get(..offset).map_or(0, |before| before.chars().count()) }
    }

    /// The one character of a string of one character.
    pub fn as_char(&self) -> Option<char> {
        let mut chars = self.as_str().chars();
        chars.next().filter(|_| chars.next().is_none())
    }

    /// Whether nobody else holds the string.
    pub fn is_sole(&self) -> bool {
        Arc::strong_count(&self.0) == 1
    }

    /// The text to append to: in its own memory if the string has no other owner.
    pub fn into_builder(self) -> TextBuilder {
        TextBuilder(Arc::unwrap_or_clone(self.0))
    }
}

/// A text that is being put together.
pub struct TextBuilder(Inner);

impl TextBuilder {
    /// The number of bytes so far.
    #[inline]
    pub fn bytes(&self) -> usize {
        self.0.text.len()
    }

    /// Adds to the end.
    pub fn push(&mut self, more: &str) {
        self.0.ascii = self.0.ascii && more.is_ascii();
        self.0.text.push_str(more);
    }
}

impl From<TextBuilder> for Text {
    fn from(builder: TextBuilder) -> Self {
        Self(Arc::new(builder.0))
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self(Arc::new(Inner { ascii: text.is_ascii(), text: text.into() }))
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<char> for Text {
    fn from(c: char) -> Self {
        let mut buffer = [0; 4];
        Self::from(&*c.encode_utf8(&mut buffer))
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.text == other.0.text
    }
}
impl Eq for Text {}

impl std::fmt::Debug for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.as_str().fmt(f)
    }
}
