//! A check-list in the midst of what people wrote: found, and put back in its place.
//!
//! Marks that are not shown say where it begins and ends. Where there are none, the one check-list whose items read
//! `id: task` is the plan.

use std::ops::Range;

use super::PlanError;

const BEGIN: &str = "<!-- ptc plan -->";
const END: &str = "<!-- /ptc plan -->";

/// Where a plan stands in a text, in bytes.
struct Place {
    /// With its marks.
    outer: Range<usize>,
    /// What is to be read.
    inner: Range<usize>,
}

/// The check-list in a text, with as many empty lines before it as there are others, so that the places of errors are
/// those in the text.
pub(super) fn check_list(text: &str) -> Result<Option<String>, PlanError> {
    let Some(place) = find(text)? else { return Ok(None) };
    let before = text.get(..place.inner.start).unwrap_or_default().lines().count();
    let list = text.get(place.inner).unwrap_or_default().replace('\r', "");
    Ok(Some("\n".repeat(before) + &list))
}

/// The text with this check-list in place of its own, or at its end if it has none.
pub(super) fn put(text: &str, list: &str) -> Result<String, PlanError> {
    let marked = format!("{BEGIN}\n{}\n{END}", list.trim_end());
    Ok(match find(text)? {
        Some(place) => {
            let (before, after) = (text.get(..place.outer.start), text.get(place.outer.end..));
            format!("{}{marked}{}", before.unwrap_or_default(), after.unwrap_or_default())
        }
        None if text.trim().is_empty() => marked,
        None => {
            // A block of code that nobody closed would swallow the plan.
            let close = lines(text).1.map(|fence| format!("\n{fence}")).unwrap_or_default();
            format!("{}{close}\n\n{marked}", text.trim_end())
        }
    })
}

fn find(text: &str) -> Result<Option<Place>, PlanError> {
    let (lines, _) = lines(text);
    let mut begins = lines.iter().enumerate().filter(|(_, line)| !line.quoted && line.text == BEGIN);
    let Some((first, begin)) = begins.next() else { return unmarked(&lines) };
    let after = lines.get(first + 1..).unwrap_or_default();
    let Some(end) = after.iter().find(|line| line.text == END) else {
        return Err(PlanError::one(format!("line {}: {BEGIN} has no {END} after it", first + 1)));
    };
    if let Some((second, _)) = begins.next() {
        return Err(PlanError::one(format!("line {}: a second {BEGIN}; a text holds one plan", second + 1)));
    }
    let inner = after.first().map_or(end.range.start, |line| line.range.start)..end.range.start;
    Ok(Some(Place { outer: begin.range.start..end.range.end, inner }))
}

/// The one list of steps of a text without marks.
fn unmarked(lines: &[Line<'_>]) -> Result<Option<Place>, PlanError> {
    let mut lists: Vec<(usize, Range<usize>)> = Vec::new();
    let mut open = false;
    for (at, line) in lines.iter().enumerate() {
        let goes_on = line.is_item() || (line.is_field() && open);
        match lists.last_mut() {
            Some((_, list)) if open && goes_on => list.end = line.range.end,
            _ if !line.quoted && line.is_step() => lists.push((at + 1, line.range.clone())),
            _ => {}
        }
        open = match (open, line.text.is_empty()) {
            (true, true) => true,
            (true, false) => goes_on,
            (false, _) => !line.quoted && line.is_step(),
        };
    }
    match lists.as_slice() {
        [] => Ok(None),
        [(_, list)] => Ok(Some(Place { outer: list.clone(), inner: list.clone() })),
        [(one, _), (other, _), ..] => Err(PlanError::one(format!(
            "lines {one} and {other}: two check-lists that may be the plan; put {BEGIN} before it and {END} after it"
        ))),
    }
}

/// A line without its end, which its range leaves out as well.
struct Line<'a> {
    text: &'a str,
    indented: bool,
    range: Range<usize>,
    /// Whether it belongs to a block of code, where others show what check-lists look like.
    quoted: bool,
}

/// The lines of a text, and the fence of a block of code that is open at its end.
fn lines(text: &str) -> (Vec<Line<'_>>, Option<&str>) {
    let mut start = 0;
    let mut open: Option<&str> = None;
    let mut lines = Vec::new();
    for whole in text.split_inclusive('\n') {
        let line = whole.trim_end();
        let bare = line.trim_start();
        let (quoted, fence) = (open.is_some(), fence(bare));
        open = match (open, fence) {
            (Some(open), Some((fence, ""))) if fence.starts_with(open) => None,
            (Some(open), _) => Some(open),
            (None, fence) => fence.map(|(fence, _)| fence),
        };
        let quoted = quoted || open.is_some();
        let indented = bare.len() < line.len();
        lines.push(Line { text: bare, indented, range: start..start + line.len(), quoted });
        start += whole.len();
    }
    (lines, open)
}

/// The fence with which a line begins or ends a block of code, and what stands after it.
fn fence(line: &str) -> Option<(&str, &str)> {
    let mark = line.chars().next().filter(|mark| ['`', '~'].contains(mark))?;
    let (fence, after) = line.split_at(line.len() - line.trim_start_matches(mark).len());
    let is_fence = fence.len() >= 3 && !(mark == '`' && after.contains('`'));
    is_fence.then_some((fence, after))
}

impl Line<'_> {
    fn item(&self) -> Option<&str> {
        let rest = self.text.strip_prefix("- [").or_else(|| self.text.strip_prefix("* ["))?;
        rest.split_once("] ").filter(|_| !self.indented).map(|(_, rest)| rest.trim_start())
    }

    fn is_item(&self) -> bool {
        self.item().is_some()
    }

    /// Whether it reads `- [ ] id: task`.
    fn is_step(&self) -> bool {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
        let id = self.item().and_then(|item| item.split_once(':')).map(|(id, _)| id.trim().trim_matches(['`', '*']));
        id.is_some_and(|id| !id.is_empty() && id.chars().all(plain))
    }

    fn is_field(&self) -> bool {
        self.indented && (self.text.starts_with("- ") || self.text.starts_with("* "))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_people_wrote_stays() {
        let list = "- [x] a: Do it\n  - result: 1\n";
        let marked = "<!-- ptc plan -->\n- [x] a: Do it\n  - result: 1\n<!-- /ptc plan -->";
        for (before, after) in [
            ("", marked.to_owned()),
            (" \r\n", marked.to_owned()),
            ("Please.\r\n", format!("Please.\n\n{marked}")),
            ("Please.\r\n\r\n- [ ] a: Do it\r\n\r\nThanks.\r\n", format!("Please.\r\n\r\n{marked}\r\n\r\nThanks.\r\n")),
            ("- [ ] a: Do it\n  - tools: x\n\n- [ ] b: And it\n\n\nBye", format!("{marked}\n\n\nBye")),
            ("- [ ] I have read the rules\n\n* [ ] a: Do it", format!("- [ ] I have read the rules\n\n{marked}")),
            ("```\n- [ ] a: so\n```\n", format!("```\n- [ ] a: so\n```\n\n{marked}")),
            ("````md\n- [ ] a: so\n```\n", format!("````md\n- [ ] a: so\n```\n````\n\n{marked}")),
            (&*format!("x\n{marked}\ny"), format!("x\n{marked}\ny")),
            ("<!-- ptc plan -->\n<!-- /ptc plan -->\n- [ ] b: mine", format!("{marked}\n- [ ] b: mine")),
        ] {
            assert_eq!(put(before, list).unwrap(), after, "{before:?}");
            assert_eq!(put(&after, list).unwrap(), after, "{before:?}");
            assert_eq!(check_list(&after).unwrap().unwrap().trim(), list.trim(), "{before:?}");
        }
    }

    #[test]
    fn what_may_be_meant_is_asked() {
        let wrong = |text: &str| check_list(text).expect_err("ambiguous").to_string();
        assert!(wrong("- [ ] a: x\n\nand\n\n- [ ] b: y").starts_with("lines 1 and 5: two check-lists"));
        assert!(wrong("\n<!-- ptc plan -->\n- [ ] a: x").starts_with("line 2: <!-- ptc plan --> has no"));
        let twice = "<!-- ptc plan -->\n<!-- /ptc plan -->\n<!-- ptc plan -->";
        assert!(wrong(twice).starts_with("line 3: a second"));
        for none in ["", "- [ ] Buy milk\n", "  - [ ] a: x", "- a: x", "- [ ] : x", "~~~\n- [ ] a: x\n"] {
            assert_eq!(check_list(none), Ok(None), "{none:?}");
        }
    }

    #[test]
    fn lines_keep_their_numbers() {
        let text = "Hello\r\n\r\n<!-- ptc plan -->\r\n- [ ] a: x\r\n  - neds: b\r\n<!-- /ptc plan -->\r\n";
        let error = crate::Plan::from_markdown(&check_list(text).unwrap().unwrap()).expect_err("a slip");
        assert!(error.to_string().starts_with("line 5: a step has no field \"neds\""), "{error}");
    }

    proptest! {
        /// Whatever stands around it, what is put in is found again, and all else is as it was.
        #[test]
        fn what_is_put_in_is_found(before in "([a-z#>`~ \r\n\\-\\[\\]x:*]|é){0,40}", after in "([a-z#> \r\n-]|é){0,20}") {
            let list = "- [ ] a: Do it\n";
            if let Ok(text) = put(&before, list) {
                let again = put(&text, list);
                prop_assert_eq!(again.as_ref(), Ok(&text));
                let found = check_list(&format!("{text}\n{after}")).unwrap().unwrap();
                prop_assert_eq!(found.trim(), list.trim());
            }
        }
    }
}
