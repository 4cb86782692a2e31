//! Server-sent events: from chunks of bytes, cut anywhere, to the data of events.

use std::mem;

/// Gathers the data of events; one that has not ended waits for the next chunk. Only `data` counts: every provider says
/// in it what kind of event it is. As the standard has it, an event without an empty line after it is none.
#[derive(Debug, Default)]
pub(super) struct Events {
    line: Vec<u8>,
    data: Option<String>,
    /// Whether the last byte was a carriage return, so that a line feed after it ends no line of its own.
    returned: bool,
    /// Whether a line has been read: before the first there may be a byte order mark.
    begun: bool,
}

impl Events {
    /// Takes in a chunk and gives the data of the events that end in it.
    pub(super) fn push(&mut self, chunk: &[u8]) -> Vec<String> {
        let mut ended = Vec::new();
        for &byte in chunk {
            let after_return = mem::replace(&mut self.returned, byte == b'\r');
            match byte {
                b'\n' if after_return => {}
                b'\n' | b'\r' => ended.extend(self.end_line()),
                _ => self.line.push(byte),
            }
        }
        ended
    }

    /// Lines are whole characters, wherever chunks were cut.
    fn end_line(&mut self) -> Option<String> {
        let line = mem::take(&mut self.line);
        let line = String::from_utf8_lossy(&line);
        let line = match mem::replace(&mut self.begun, true) {
            true => &*line,
            false => line.strip_prefix('\u{feff}').unwrap_or(&line),
        };
        if line.is_empty() {
            return self.data.take();
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        if field == "data" {
            let value = value.strip_prefix(' ').unwrap_or(value);
            match &mut self.data {
                Some(data) => data.extend(["\n", value]),
                None => self.data = Some(value.to_owned()),
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Vec<String> {
        Events::default().push(text.as_bytes())
    }

    #[test]
    fn events_are_read_as_the_standard_has_it() {
        for (text, data) in [
            ("data: a\n\n", vec!["a"]),
            ("data:a\r\n\r\ndata: b\r\rdata:  c\n\n", vec!["a", "b", " c"]),
            ("event: x\nid: 7\ndata: a\ndata\ndata: b\nretry: 1\n\n", vec!["a\n\nb"]),
            (": a comment\n\n\n", vec![]),
            ("\u{feff}data: a\n\ndata: not whole\n", vec!["a"]),
            ("event: ping\n\ndata: a: b\n\n", vec!["a: b"]),
        ] {
            assert_eq!(read(text), data, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn it_does_not_matter_where_chunks_are_cut(
            text in "((data|event|): ?[aé😀\u{feff}]{0,3}(\n|\r|\r\n){1,2}){0,8}",
            cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
        ) {
            let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(text.len() + 1)).collect();
            cuts.extend([0, text.len()]);
            cuts.sort_unstable();
            let mut events = Events::default();
            let chunks = cuts.windows(2).map(|cut| &text.as_bytes()[cut[0]..cut[1]]);
            let cut: Vec<String> = chunks.flat_map(|chunk| events.push(chunk)).collect();
            prop_assert_eq!(cut, read(&text));
        }
    }
}
