//! The entries of a sorted map: in order, in pieces that are shared, so that one is put between others without moving all.

use std::sync::Arc;

use super::Value;

/// The most entries of a piece.
const MAX_PIECE: usize = 256;

type Entry = (Value, Value);

/// Entries by position.
#[derive(Clone, Default)]
pub(super) struct Rows {
    /// None of them is empty.
    pieces: Vec<Arc<Vec<Entry>>>,
    /// The position of the first entry of each piece.
    starts: Vec<usize>,
    len: usize,
}

impl Rows {
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// The piece in which a position lies, and where in it; a position after the last one lies in the last piece.
    fn locate(&self, at: usize) -> (usize, usize) {
        let piece = self.starts.partition_point(|start| *start <= at).saturating_sub(1);
        (piece, at.saturating_sub(self.starts.get(piece).copied().unwrap_or(0)))
    }

    pub(super) fn get(&self, at: usize) -> Option<&Entry> {
        let (piece, offset) = self.locate(at);
        self.pieces.get(piece)?.get(offset)
    }

    pub(super) fn get_mut(&mut self, at: usize) -> Option<&mut Entry> {
        let (piece, offset) = self.locate(at);
        Arc::make_mut(self.pieces.get_mut(piece)?).get_mut(offset)
    }

    /// Puts an entry before the one at a position, or after all others.
    pub(super) fn insert(&mut self, at: usize, entry: Entry) {
        let at = at.min(self.len);
        let (piece, offset) = self.locate(at);
        let last = at == self.len;
        self.len = self.len.saturating_add(1);
        let Some(shared) = self.pieces.get_mut(piece) else {
            self.pieces.push(Arc::new(vec![entry]));
            self.starts.push(0);
            return;
        };
        let entries = Arc::make_mut(shared);
        if last && entries.len() >= MAX_PIECE {
            // What comes in order fills the pieces.
            self.pieces.push(Arc::new(vec![entry]));
            self.starts.push(at);
            return;
        }
        entries.insert(offset.min(entries.len()), entry);
        for start in self.starts.iter_mut().skip(piece.saturating_add(1)) {
            *start = start.saturating_add(1);
        }
        if entries.len() > MAX_PIECE {
            let half = entries.len() / 2;
            let behind = entries.split_off(half);
            let start = self.starts.get(piece).copied().unwrap_or(0).saturating_add(half);
            let next = piece.saturating_add(1);
            self.pieces.insert(next.min(self.pieces.len()), Arc::new(behind));
            self.starts.insert(next.min(self.starts.len()), start);
        }
    }

    /// Takes the entry at a position out.
    pub(super) fn remove(&mut self, at: usize) -> Option<Entry> {
        let (piece, offset) = self.locate(at);
        let entries = Arc::make_mut(self.pieces.get_mut(piece)?);
        if offset >= entries.len() {
            return None;
        }
        let removed = entries.remove(offset);
        let emptied = entries.is_empty();
        self.len = self.len.saturating_sub(1);
        for start in self.starts.iter_mut().skip(piece.saturating_add(1)) {
            *start = start.saturating_sub(1);
        }
        if emptied {
            self.pieces.remove(piece);
            self.starts.remove(piece);
        }
        Some(removed)
    }

    /// Where the entry is for which `order` answers `Equal`, or where it would be.
    pub(super) fn search(&self, order: impl Fn(&Entry) -> std::cmp::Ordering) -> std::result::Result<usize, usize> {
        let before = |entries: &Arc<Vec<Entry>>| entries.first().is_some_and(|first| order(first).is_le());
        let piece = self.pieces.partition_point(before).saturating_sub(1);
        let start = self.starts.get(piece).copied().unwrap_or(0);
        let Some(entries) = self.pieces.get(piece) else { return Err(0) };
        match entries.binary_search_by(order) {
            Ok(offset) => Ok(start.saturating_add(offset)),
            Err(offset) => Err(start.saturating_add(offset)),
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.pieces.iter().flat_map(|entries| entries.iter())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Entries put in and taken out at all kinds of positions lie as they would in a plain row.
    #[test]
    fn entries_stay_in_their_places() {
        let (mut rows, mut plain) = (Rows::default(), Vec::new());
        let mut seed = 1_usize;
        for step in 0..20_000 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let at = (seed >> 33) % (plain.len() + 1);
            if step % 3 == 2 && at < plain.len() {
                assert_eq!(rows.remove(at).map(|(key, _)| key), Some(Value::from(plain.remove(at))));
            } else {
                rows.insert(at, (Value::from(step as i64), Value::Nil));
                plain.insert(at, step as i64);
            }
        }
        assert_eq!(rows.len(), plain.len());
        assert!(rows.iter().zip(&plain).all(|((key, _), step)| *key == Value::from(*step)));
        for (at, step) in plain.iter().enumerate() {
            assert_eq!(rows.get(at).map(|(key, _)| key), Some(&Value::from(*step)));
        }
        assert!(rows.get(plain.len()).is_none());
    }
}
