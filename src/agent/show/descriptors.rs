//! Descriptors: what is too long for a conversation, kept under a short name to be read in pieces.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use super::pages::Pages;
use super::render::{Rendering, ShownValue, escaped, without_internals};
use crate::agent::Ledger;
use crate::lisp::value::{Iter, Text, Value, hash, readable};
use crate::settings::Paging;
use crate::tool::Toolbox;

/// What `fd/…` and the prompt know the tools by.
pub(crate) const READ: &str = "read_fd";
pub(crate) const SEARCH: &str = "fd_search";

impl Paging {
    /// What the system prompt says of it to those who have these tools.
    pub(crate) fn explanation(&self, tools: &Toolbox) -> String {
        let mut text =
            "## Descriptors\nWhat is too long to show is kept under an id such as `fd:1`; you see how it begins."
                .to_owned();
        if let Some(read) = tools.name_of_builtin(READ) {
            let _ = write!(
                text,
                " `({read} {{:fd id :start 2}})` reads a page; in programs `(fd/value id)` is the whole of it, `(fd/lines id)` its lines{}",
                if tools.name_of_builtin(SEARCH).is_some() { "," } else { "." }
            );
        }
        if tools.name_of_builtin(SEARCH).is_some() {
            text.push_str(" `(fd/search id #\"regex\")` the lines that match.");
        }
        if self.references {
            text.push_str(
                " Text that you write between `<ref id=\"name\">` and `</ref>` is kept as `ref:name`, at once.",
            );
        }
        text
    }
}

/// What is kept: the text that is read, and the value that programs get.
#[derive(Clone)]
pub(crate) struct Descriptor {
    pub pages: Arc<Pages>,
    pub value: Value,
}

/// The descriptors of a process. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Descriptors {
    paging: Option<Paging>,
    numbered: im::OrdMap<u64, Descriptor>,
    named: im::OrdMap<String, Descriptor>,
    /// What programs call the tool that reads, if they have it.
    reader: Option<Arc<str>>,
    /// What the descriptor tools gave to the program that runs, by its hash: it has been kept already.
    given: HashSet<u64>,
    /// The weight of the heaviest of that.
    heaviest: u64,
    /// How much the program that runs has read, in bytes.
    pub read: usize,
    /// How long the program that runs has searched; locked while it does.
    pub searching: Arc<tokio::sync::Mutex<Duration>>,
}

/// The most of what a descriptor tool gave that is shown, in characters.
const MOST_READ: usize = 100_000;
/// The longest beginning of a descriptor that is shown, in characters.
const PREVIEW: usize = 1_000;

impl Descriptors {
    pub fn new(paging: Option<Paging>) -> Self {
        Self { paging, ..Self::default() }
    }

    pub fn paging(&self) -> Option<&Paging> {
        self.paging.as_ref()
    }

    /// The table that a process starts with under other rules of paging: the references and these descriptors.
    pub fn passed(&self, numbered: &[u64], paging: Option<Paging>) -> Self {
        let numbered = numbered.iter().filter_map(|number| Some((*number, self.numbered.get(number)?.clone())));
        Self { paging, numbered: numbered.collect(), named: self.named.clone(), ..Self::default() }
    }

    /// The same table under the rules of another agent.
    pub fn begin_under(&mut self, paging: Option<Paging>) {
        self.paging = paging;
        self.begin();
    }

    /// Says with which tool they are read.
    pub fn read_with(self, tools: &Toolbox) -> Self {
        Self { reader: tools.name_of_builtin(READ).map(Into::into), ..self }
    }

    /// A program begins: nothing has been given to it.
    pub fn begin(&mut self) {
        self.given.clear();
        self.heaviest = 0;
        self.read = 0;
        self.searching = Arc::default();
    }

    /// Notes what a descriptor tool gives.
    pub fn give(&mut self, value: &Value) {
        for value in [Some(value), value.get("content")].into_iter().flatten() {
            self.given.insert(hash(value));
            self.heaviest = self.heaviest.max(value.weight());
        }
    }

    /// Whether a descriptor tool gave this value, or its items as another kind of sequence.
    fn gave(&self, value: &Value) -> bool {
        // Cells weigh more than the items alone. What weighs much more than anything given is too large to be looked through.
        value.weight() <= self.heaviest.saturating_mul(8) && self.given.contains(&hash(value))
    }

    fn keep(&mut self, pages: Pages, value: Value, ledger: &Ledger) -> Result<u64, String> {
        ledger.keep_bytes(pages.bytes()).map_err(|reached| {
            format!(
                "{} is {} in the whole tree, and {} would be needed",
                reached.name(),
                reached.configured,
                reached.observed
            )
        })?;
        let number = self.numbered.get_max().map_or(1, |(last, _)| last + 1);
        self.numbered.insert(number, Descriptor { pages: Arc::new(pages), value });
        Ok(number)
    }

    /// Keeps a text and gives its id.
    ///
    /// # Errors
    /// The tree keeps too much already.
    pub fn keep_text(&mut self, text: Text, ledger: &Ledger) -> Result<String, String> {
        let size = self.paging().map_or_else(|| Paging::default().page_size, |paging| paging.page_size);
        let value = Value::Text(text.clone());
        self.keep(Pages::new(text, size), value, ledger).map(|number| format!("fd:{number}"))
    }

    /// What a program gave, as the model is shown it.
    pub fn show_value(&mut self, value: &Value, ledger: &Ledger) -> ShownValue {
        let outside = without_internals(value);
        ShownValue { rendering: self.rendering(value, &outside, ledger), outside }
    }

    /// How a value is shown that looks like `outside` to the model.
    fn rendering(&mut self, value: &Value, outside: &Value, ledger: &Ledger) -> Rendering {
        let Some(paging) = self.paging.clone() else { return Rendering::Truncated };
        if self.gave(value) {
            return if longer(value, MOST_READ) { Rendering::Truncated } else { Rendering::Full };
        }
        let is_short = match outside {
            Value::Text(text) => text.count() <= paging.max_direct,
            other => !longer_than(&readable(other), paging.max_direct),
        };
        if is_short {
            return Rendering::Full;
        }
        match self.keep(Pages::new(rendered(outside), paging.page_size), value.clone(), ledger) {
            Ok(number) => Rendering::Paged(self.preview(number, paging.max_direct)),
            Err(_) => Rendering::Truncated,
        }
    }

    /// A text for the model, as it is shown: what was printed, a task.
    pub fn show_text(&mut self, text: &str, most: usize, ledger: &Ledger) -> Rendering {
        if self.paging.is_none() {
            return Rendering::Truncated;
        }
        if !longer_than(text, most) {
            return Rendering::Full;
        }
        match self.keep_text(text.into(), ledger) {
            Ok(id) => Rendering::Paged(self.preview(number_of(&id).unwrap_or_default(), most)),
            Err(_) => Rendering::Truncated,
        }
    }

    /// The first message of a process with this task.
    pub fn show_task(&mut self, task: &str, ledger: &Ledger) -> Option<String> {
        let paging = self.paging.clone().filter(|paging| paging.page_input)?;
        match self.show_text(task, paging.max_input, ledger) {
            Rendering::Paged(preview) => Some(format!("The task is long. Read all of it before you begin.\n{preview}")),
            Rendering::Truncated | Rendering::Full => None,
        }
    }

    /// The frame with the beginning of a descriptor of what is longer than `direct`, and how to read on.
    fn preview(&self, number: u64, direct: usize) -> String {
        let Some(Descriptor { pages, .. }) = self.numbered.get(&number) else { return String::new() };
        let most = self.paging().map_or(PREVIEW, |paging| PREVIEW.min(paging.page_size).min(direct / 2));
        let text = pages.text();
        let (begin, count) = (text.slice(0, most), pages.characters());
        let mut shown = format!(
            "Kept as fd:{number}: {count} characters, {} lines, {} pages; the first {} characters:\n<fd id=\"fd:{number}\">\n{}",
            pages.lines(),
            pages.pages(),
            most.min(count),
            escaped(begin.trim_end_matches('\n'))
        );
        shown.push_str("\n</fd>\n");
        if let Some(read) = &self.reader {
            let _ = writeln!(
                shown,
                "({read} {{:fd \"fd:{number}\" :start 1}}) reads a page, (fd/value \"fd:{number}\") is the whole of it."
            );
        }
        shown
    }

    /// Makes a descriptor of each reference in a reply; later ones of a name replace earlier ones.
    pub fn take_references(&mut self, reply: &str, ledger: &Ledger) -> Vec<String> {
        let Some(paging) = self.paging.clone().filter(|paging| paging.references) else { return Vec::new() };
        let mut refused = Vec::new();
        for reference in references(reply) {
            let text = Text::from(&reply[reference.content.0..reference.content.1]);
            let pages = Pages::new(text.clone(), paging.page_size);
            match ledger.keep_bytes(pages.bytes()) {
                Ok(()) => {
                    let kept = Descriptor { pages: Arc::new(pages), value: Value::Text(text) };
                    self.named.insert(reference.id, kept);
                }
                Err(reached) => refused.push(format!(
                    "ref:{} is not kept: {} is {}",
                    reference.id,
                    reached.name(),
                    reached.configured
                )),
            }
        }
        refused
    }

    /// The descriptor of an id: `fd:1`, `fd-1`, `ref:name`.
    ///
    /// # Errors
    /// An id that names none, with those there are.
    pub fn find(&self, id: &str) -> Result<&Descriptor, String> {
        let found = match id.strip_prefix("ref:") {
            Some(name) => self.named.get(name),
            None => number_of(id).and_then(|number| self.numbered.get(&number)),
        };
        found.ok_or_else(|| {
            let ids: Vec<String> = self.ids().collect();
            let known = match ids.len() {
                0 => "there are none yet".to_owned(),
                1..=20 => format!("there are {}", ids.join(", ")),
                many => format!("there are {many}: {}, … {}", ids[..10].join(", "), ids[many - 1]),
            };
            let id = crate::lisp::text::abridge(id, 100);
            format!("there is no descriptor {id:?}; {known}")
        })
    }

    fn ids(&self) -> impl Iterator<Item = String> {
        let numbered = self.numbered.keys().map(|number| format!("fd:{number}"));
        numbered.chain(self.named.keys().map(|name| format!("ref:{name}")))
    }
}

/// The number of `fd:3` and of `fd-3`.
pub(crate) fn number_of(id: &str) -> Option<u64> {
    let digits = id.strip_prefix("fd:").or_else(|| id.strip_prefix("fd-"))?;
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
}

/// Whether a text has more than `most` characters.
fn longer_than(text: &str, most: usize) -> bool {
    // Bytes are more than characters or as many.
    text.len() > most && text.chars().count() > most
}

/// Whether a value that was given is longer than `most` characters.
fn longer(value: &Value, most: usize) -> bool {
    let length = |value: &Value| match value {
        Value::Text(text) => text.count(),
        other => readable(other).len(),
    };
    length(value.get("content").unwrap_or(value)) > most
}

/// The text of a value: a text itself, a collection with an item on each line.
fn rendered(value: &Value) -> Text {
    let lines = |items: Vec<String>, open: &str, separator: &str, close: &str| {
        Text::from(format!("{open}{}{close}", items.join(separator)))
    };
    match value {
        Value::Text(text) => text.clone(),
        Value::Vector(items) => lines(items.iter().map(readable).collect(), "[", "\n ", "]"),
        Value::Seq(_) | Value::Lazy(_) => {
            lines(Iter::ready(value).map(|item| readable(&item)).collect(), "(", "\n ", ")")
        }
        Value::Map(map) => {
            let entries = map.iter_ref().map(|(key, value)| format!("{} {}", readable(key), readable(value)));
            lines(entries.collect(), "{", ",\n ", "}")
        }
        other => Text::from(readable(other)),
    }
}

/// A reference in a reply: its name, and from where to where its content and the whole of it are, in bytes.
struct Reference {
    id: String,
    content: (usize, usize),
    whole: (usize, usize),
}

/// The references of a reply that are closed, in the order of their ends. What one holds is kept as it was written, the marks of
/// those within it too.
fn references(reply: &str) -> Vec<Reference> {
    let (mut found, mut open): (Vec<Reference>, Vec<(String, usize, usize)>) = (Vec::new(), Vec::new());
    let mut at = 0;
    while let Some(next) = reply[at..].find('<') {
        at += next;
        if reply[at..].starts_with("</ref>") {
            if let Some((id, start, inside)) = open.pop() {
                found.push(Reference { id, content: (inside, at), whole: (start, at + "</ref>".len()) });
            }
        } else if let Some((id, length)) = opening(&reply[at..]) {
            open.push((id, at, at + length));
        }
        at += 1;
    }
    found
}

/// The name in a `<ref id="name">` that a text begins with, and the length of it.
fn opening(text: &str) -> Option<(String, usize)> {
    let rest = text.strip_prefix("<ref")?;
    let rest = rest.strip_prefix(char::is_whitespace)?.trim_start().strip_prefix("id")?;
    let rest = rest.trim_start().strip_prefix('=')?.trim_start();
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let (id, rest) = rest[1..].split_once(quote)?;
    // It may say more of it.
    let (more, rest) = rest.split_once('>')?;
    let plain = !more.contains(['\n', '<']) && !id.is_empty() && id.len() <= 100 && !id.contains(['\n', '<', '>', '"']);
    plain.then(|| (id.to_owned(), text.len() - rest.len()))
}

/// A reply without the references in it, where programs are looked for: what is marked is content.
pub(crate) fn outside_references(reply: &str) -> String {
    let mut spans: Vec<(usize, usize)> = references(reply).into_iter().map(|reference| reference.whole).collect();
    spans.sort_unstable();
    let (mut outside, mut at) = (String::new(), 0);
    for (start, end) in spans {
        if start >= at {
            outside.push_str(&reply[at..start]);
        }
        at = at.max(end);
    }
    outside.push_str(&reply[at..]);
    outside
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agent::Budget;

    fn table(paging: Paging) -> (Descriptors, Ledger) {
        (Descriptors::new(Some(paging)), Ledger::new(Budget::default()))
    }

    fn content(descriptors: &Descriptors, id: &str) -> Result<String, String> {
        descriptors.find(id).map(|found| found.pages.whole().content.to_owned())
    }

    #[test]
    fn descriptors_take_closed_references() {
        let (mut descriptors, ledger) = table(Paging { references: true, ..Paging::default() });
        let reply = "<ref id=\"a\">one <ref id='b'>two</ref> three</ref><ref id=\"a b\">x</ref><ref id=\"open\">never";
        descriptors.take_references(reply, &ledger);
        assert_eq!(content(&descriptors, "ref:a").as_deref(), Ok("one <ref id='b'>two</ref> three"));
        assert_eq!(content(&descriptors, "ref:b").as_deref(), Ok("two"));
        assert_eq!(content(&descriptors, "ref:a b").as_deref(), Ok("x"));
        assert!(content(&descriptors, "ref:open").is_err());
        descriptors.take_references("<ref id=\"code\" type='rust'>fn</ref><ref id=\"d\"never\n>", &ledger);
        assert_eq!(content(&descriptors, "ref:code").as_deref(), Ok("fn"));
        descriptors.take_references("<ref id=\"b\">first</ref> <ref id=\"b\">last</ref>", &ledger);
        assert_eq!(content(&descriptors, "ref:b").as_deref(), Ok("last"));
        assert_eq!(
            outside_references("a<ref id=\"x\">b<ref id=\"y\">c</ref></ref>d<ref id=\"z\">e"),
            "ad<ref id=\"z\">e"
        );
    }

    #[test]
    fn descriptors_are_bounded_by_the_budget() {
        let mut descriptors = Descriptors::new(Some(Paging { max_direct: 10, ..Paging::default() }));
        let ledger = Ledger::new(Budget { descriptor_bytes: 100, ..Budget::default() });
        assert!(matches!(descriptors.show_value(&Value::text("x".repeat(60)), &ledger).rendering, Rendering::Paged(_)));
        assert_eq!(descriptors.show_value(&Value::text("y".repeat(60)), &ledger).rendering, Rendering::Truncated);
        assert!(
            descriptors
                .keep_text("z".repeat(60).as_str().into(), &ledger)
                .is_err_and(|why| why.contains("descriptor_bytes"))
        );
    }

    #[test]
    fn descriptors_find_error_lists_ids() {
        let (mut descriptors, ledger) = table(Paging::default());
        assert_eq!(content(&descriptors, "fd:1"), Err("there is no descriptor \"fd:1\"; there are none yet".into()));
        descriptors.keep_text("a".into(), &ledger).expect("it is short");
        assert_eq!(content(&descriptors, "fd-1").as_deref(), Ok("a"));
        assert!(content(&descriptors, "fd:+1").is_err_and(|why| why.ends_with("there are fd:1")));
    }

    #[test]
    fn descriptors_ignore_malformed_references() {
        let (mut descriptors, ledger) = table(Paging { references: true, ..Paging::default() });
        let long = "x".repeat(200);
        for id in ["\"\"", "xax", "\"a<b\"", "\"a\nb\"", "\"a\" <b", "\"a\"\n", &format!("\"{long}\"")] {
            descriptors.take_references(&format!("<ref id={id}>c</ref>"), &ledger);
            assert_eq!(descriptors.ids().collect::<Vec<_>>(), Vec::<String>::new(), "{id}");
        }
        descriptors.take_references("é < <<ref id=\"a\">é<é</ref>", &ledger);
        assert_eq!(content(&descriptors, "ref:a").as_deref(), Ok("é<é"));
        let (mut without, ledger) = table(Paging::default());
        without.take_references("<ref id=\"a\">c</ref>", &ledger);
        assert_eq!(without.ids().count(), 0, "references are off");
    }

    #[test]
    fn descriptors_count_characters() {
        let (mut descriptors, ledger) = table(Paging { max_input: 5, ..Paging::default() });
        assert_eq!(descriptors.show_text("ééééé", 5, &ledger), Rendering::Full);
        assert!(matches!(descriptors.show_text("éééééé", 5, &ledger), Rendering::Paged(_)));
        assert!(
            descriptors.show_task("ééééé", &ledger).is_none() && descriptors.show_task("éééééé", &ledger).is_some()
        );
        let (mut unpaged, ledger) = table(Paging { max_input: 5, page_input: false, ..Paging::default() });
        assert_eq!(unpaged.show_task("éééééé", &ledger), None);
    }

    #[test]
    fn descriptors_show_read_pieces_whole_up_to_a_limit() {
        let (mut descriptors, ledger) = table(Paging { max_direct: 10, ..Paging::default() });
        let piece = |length: usize| Value::map([(Value::keyword("content"), Value::text("x".repeat(length)))]);
        for (length, shown) in [(MOST_READ, Rendering::Full), (MOST_READ + 1, Rendering::Truncated)] {
            let piece = piece(length);
            descriptors.give(&piece);
            assert_eq!(descriptors.show_value(&piece, &ledger).rendering, shown);
            let content = piece.get("content").expect("it is there");
            assert_eq!(descriptors.show_value(content, &ledger).rendering, shown, "the content alone");
        }
        assert!(
            matches!(
                descriptors.show_value(&Value::text("y".repeat(MOST_READ)), &ledger).rendering,
                Rendering::Paged(_)
            ),
            "not read"
        );
        let paging = descriptors.paging().cloned();
        descriptors.begin_under(paging);
        assert!(
            matches!(descriptors.show_value(&piece(MOST_READ), &ledger).rendering, Rendering::Paged(_)),
            "to the next program it is new"
        );
        descriptors.begin_under(None);
        assert_eq!(
            descriptors.show_value(&piece(100), &ledger).rendering,
            Rendering::Truncated,
            "another agent has no descriptors"
        );
    }

    #[test]
    fn descriptors_render_an_item_per_line() {
        let rows = || vec![Value::from(1), Value::text("a\nb")];
        assert_eq!(rendered(&Value::vector(rows())).as_str(), "[1\n \"a\\nb\"]");
        assert_eq!(rendered(&Value::list(rows())).as_str(), "(1\n \"a\\nb\")");
        let entries = ["a", "b"].map(|key| (Value::keyword(key), Value::from(1)));
        assert_eq!(rendered(&Value::map(entries)).as_str(), "{:a 1,\n :b 1}");
    }

    #[test]
    fn paging_explains_only_the_tools_there_are() {
        let explained = |tools: Vec<crate::tool::Tool>, references| {
            let mut toolbox = Toolbox::new();
            tools.into_iter().for_each(|tool| toolbox.add(tool).expect("a tool"));
            let text = Paging { references, ..Paging::default() }.explanation(&toolbox);
            ["read_fd", "fd/search", "<ref id="].map(|part| text.contains(part))
        };
        let read = crate::agent::read_fd;
        let search = crate::agent::fd_search;
        assert_eq!(explained(vec![], true), [false, false, true]);
        assert_eq!(explained(vec![read()], false), [true, false, false]);
        assert_eq!(explained(vec![read(), search()], false), [true, true, false]);
    }
}
