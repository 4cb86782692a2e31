//! The sizes of descriptors.

/// When something is too long for a conversation, and how it is paged then. Lengths are in characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paging {
    /// What a program gives or prints is shown whole up to this length: 8,000.
    pub max_direct: usize,
    /// The longest page: 4,000.
    pub page_size: usize,
    /// A task is shown whole up to this length: 8,000.
    pub max_input: usize,
    /// Whether longer tasks are paged; otherwise they are shown whole as well.
    pub page_input: bool,
    /// Whether `<ref id="x">…</ref>` in a reply makes the descriptor `ref:x`.
    pub references: bool,
}

impl Default for Paging {
    fn default() -> Self {
        Self { max_direct: 8_000, page_size: 4_000, max_input: 8_000, page_input: true, references: false }
    }
}
