//! Nearest names and bounded texts, for messages.

use std::borrow::Cow;

/// The candidate most like `name`, if one is near enough to be a slip.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = name.chars().count();
    // A slip in a name of one letter leaves nothing to recognise it by.
    if length < 2 || name.len() > 64 {
        return None;
    }
    let most = length.div_ceil(3).min(3);
    let distances = candidates.into_iter().filter(|candidate| candidate.len() <= 64 && *candidate != name);
    let ranked = distances.map(|candidate| (distance(name, candidate, most), candidate));
    ranked.filter(|(distance, _)| *distance <= most).min().map(|(_, candidate)| candidate)
}

/// How many letters to insert, drop, change or swap; `most + 1` stands for anything more.
fn distance(a: &str, b: &str, most: usize) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().abs_diff(b.len()) > most {
        return most.saturating_add(1);
    }
    let at = |row: &[usize], index: usize| row.get(index).copied().unwrap_or(usize::MAX);
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i.saturating_add(1)];
        for (j, y) in b.iter().enumerate() {
            let changed = at(&last, j).saturating_add(usize::from(x != y));
            let mut best =
                changed.min(at(&last, j.saturating_add(1)).saturating_add(1)).min(at(&row, j).saturating_add(1));
            let swapped = i.checked_sub(1).zip(j.checked_sub(1));
            if let Some((i1, j1)) = swapped
                && a.get(i1) == Some(y)
                && b.get(j1) == Some(x)
            {
                best = best.min(at(&before, j1).saturating_add(1));
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    at(&last, b.len())
}

/// The text, or as much of its start as `most` bytes hold with a note of its length.
pub fn abridge(text: &str, most: usize) -> Cow<'_, str> {
    if text.len() <= most {
        return Cow::Borrowed(text);
    }
    let cut = text.floor_char_boundary(most.saturating_sub(30));
    let start = text.get(..cut).unwrap_or("");
    // Messages are made without a meter, so nothing very long is counted for one.
    Cow::Owned(if text.len() <= COUNTED {
        format!("{start}… ({} characters in all)", text.chars().count())
    } else {
        format!("{start}… ({} bytes in all)", text.len())
    })
}

/// The longest text whose characters are counted for a message.
const COUNTED: usize = 64 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_recognised_and_strangers_are_not() {
        let names = ["filter", "reduce", "sort-by", "map", "count"];
        assert_eq!(nearest("fitler", names), Some("filter"));
        assert_eq!(nearest("sortby", names), Some("sort-by"));
        assert_eq!(nearest("length", names), None);
        assert_eq!(nearest("", names), None);
        assert_eq!(nearest("x", ["*", "y"]), None);
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        assert_eq!(abridge("short", 10), "short");
        assert!(abridge(&"é".repeat(100), 41).starts_with("ééééé… (100"));
    }
}
