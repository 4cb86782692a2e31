//! Search: which builtins and forms a phrase is about, as a user would type it.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::{forms, paragraph, paragraph_of_form};
use crate::lisp::builtins::registry;
use crate::lisp::value::Theme;

/// What people want and the names that do it, the best first: a row counts where a phrase has all its words.
const MEANT: &str = include_str!("meant.txt");

/// Words that say nothing of what is sought, unless there are no others.
const EMPTY: &str = "if a an the of in on to for with by from into at is are be it its how do does i my me and or all \
each every one that this then as what which get some two value values";

/// Words that mean the same here.
const SAME: [(&str, &str); 16] = [
    ("array", "list"),
    ("collection", "list"),
    ("comma", "commas"),
    ("days", "day"),
    ("dict", "map"),
    ("dictionary", "map"),
    ("diff", "difference"),
    ("element", "item"),
    ("elements", "item"),
    ("integer", "int"),
    ("object", "map"),
    ("sequence", "list"),
    ("str", "string"),
    ("text", "string"),
    ("texts", "string"),
    ("vector", "list"),
];

/// What a search has found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The name of the builtin or form.
    pub name: &'static str,
    /// How it is written.
    pub shape: String,
    /// What it does, in one sentence.
    pub summary: String,
}

/// An entry with its words.
struct Entry {
    found: Found,
    java: bool,
    short: String,
    name: Vec<String>,
    summary: HashSet<String>,
    prose: HashSet<String>,
}

/// All entries, and in how many of them a word occurs.
struct Index {
    entries: Vec<Entry>,
    occurrences: HashMap<String, u32>,
}

/// The words of a text: lower case, without endings, one for those that mean the same.
fn words(text: &str) -> Vec<String> {
    let parts = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    parts.map(|word| stem(&word.to_lowercase())).collect()
}

fn stem(word: &str) -> String {
    let same = SAME.iter().find(|(said, _)| *said == word);
    let word = same.map_or(word, |(_, meant)| *meant);
    let ending = ["ing", "ed", "s"].iter().find_map(|ending| word.strip_suffix(ending));
    let short = ending.filter(|rest| rest.len() >= 3 && !word.ends_with("ss")).unwrap_or(word);
    short.strip_suffix('e').filter(|rest| rest.len() >= 3).unwrap_or(short).to_owned()
}

/// The words of a name: `.getMonthValue` has three.
fn name_words(name: &str) -> Vec<String> {
    let mut spaced = String::new();
    for c in name.chars() {
        if c.is_uppercase() {
            spaced.push(' ');
        }
        spaced.push(c);
    }
    words(&spaced)
}

fn index() -> &'static Index {
    static INDEX: LazyLock<Index> = LazyLock::new(|| {
        let forms = forms::all().iter().map(|form| (form.name, form.shape.to_owned(), paragraph_of_form(form), false));
        let builtins = registry().all().into_iter().map(|row| {
            let java = matches!(row.theme, Theme::Java);
            (row.name, row.signatures(), paragraph(row), java)
        });
        let entries: Vec<Entry> = forms
            .chain(builtins)
            .map(|(name, shape, paragraph, java)| {
                let first = paragraph.prose.first().and_then(|prose| prose.split_inclusive(". ").next());
                let summary = first.unwrap_or_default().trim_end().to_owned();
                let short = name.rsplit('/').next().filter(|short| !short.is_empty()).unwrap_or(name);
                Entry {
                    java,
                    short: short.to_lowercase(),
                    name: name_words(short),
                    summary: words(&summary).into_iter().collect(),
                    prose: words(&paragraph.prose.join(" ")).into_iter().collect(),
                    found: Found { name, shape, summary },
                }
            })
            .collect();
        let mut occurrences = HashMap::new();
        for entry in &entries {
            for word in entry.prose.iter().chain(entry.name.iter().filter(|word| !entry.prose.contains(*word))) {
                let count: &mut u32 = occurrences.entry(word.clone()).or_default();
                *count = count.saturating_add(1);
            }
        }
        Index { entries, occurrences }
    });
    &INDEX
}

impl Index {
    /// How much a word tells: the rarer, the more.
    fn weight(&self, word: &str) -> f64 {
        let Some(count) = self.occurrences.get(word) else { return 0.0 };
        let all = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
        ((f64::from(all) / f64::from(*count)).log2() * 6.0).clamp(4.0, 40.0)
    }
}

impl Entry {
    /// How well it answers one word, from 0 to 3.
    fn answers(&self, word: &str) -> f64 {
        if self.short == word || self.name == [word] {
            3.0
        } else if self.name.iter().any(|part| part == word) {
            2.2
        } else if word.len() > 3 && self.name.iter().any(|part| part.starts_with(word)) {
            1.5
        } else if self.summary.contains(word) {
            1.0
        } else if self.prose.contains(word) {
            0.6
        } else {
            0.0
        }
    }

    /// How well it answers a phrase.
    fn score(&self, index: &Index, phrase: &str, words: &[String]) -> f64 {
        let (mut total, mut hits) = (0.0, 0_u32);
        for word in words {
            let answers = self.answers(word);
            total += answers * index.weight(word);
            hits = hits.saturating_add(u32::from(answers > 0.0));
        }
        let count = u32::try_from(words.len()).unwrap_or(u32::MAX).max(1);
        total *= f64::from(hits) / f64::from(count);
        if self.java {
            total *= 0.5;
        }
        if self.found.name.to_lowercase() == phrase || self.short == phrase { total + 1_000_000.0 } else { total }
    }
}

/// What rows of [`MEANT`] say of a phrase with these words: names with what they are worth.
fn meant(words: &[String]) -> HashMap<&'static str, f64> {
    let mut worth = HashMap::new();
    for (said, names) in MEANT.lines().filter_map(|row| row.split_once(": ")) {
        let said: Vec<String> = said.split(' ').map(stem).collect();
        if !said.iter().all(|word| words.contains(word)) {
            continue;
        }
        let count = u32::try_from(said.len()).map_or(1.0, f64::from);
        let mut points = 300.0 * count * count;
        for name in names.split(' ') {
            *worth.entry(name).or_default() += points;
            points -= 20.0;
        }
    }
    worth
}

/// The builtins and forms that words are about, the best first.
///
/// ```
/// let found = ptc::lisp::doc::search("sort descending");
/// assert_eq!(found[0].name, "sort-by");
/// ```
pub fn search(text: &str) -> Vec<Found> {
    let text = crate::lisp::text::abridge(text, 200).to_lowercase();
    let index = index();
    let mut all = words(&text);
    all.truncate(16);
    let telling =
        text.split(|c: char| !c.is_alphanumeric()).filter(|word| !EMPTY.split(' ').any(|empty| empty == *word));
    let mut telling: Vec<String> = words(&telling.collect::<Vec<_>>().join(" "));
    telling.truncate(8);
    if telling.is_empty() {
        telling.clone_from(&all);
    }
    let meant = meant(&all);
    let by_words = if meant.is_empty() { 1.0 } else { 0.1 };
    let mut ranked: Vec<(f64, &Found)> = Vec::new();
    for entry in &index.entries {
        let worth = meant.get(entry.found.name).copied().unwrap_or(0.0);
        let score = entry.score(index, text.trim(), &telling) * by_words + worth;
        if score > 0.0 {
            ranked.push((score, &entry.found));
        }
    }
    ranked.sort_by(|(a, x), (b, y)| {
        b.total_cmp(a).then_with(|| x.name.len().cmp(&y.name.len())).then_with(|| x.name.cmp(y.name))
    });
    ranked.into_iter().take(20).map(|(_, found)| found.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<&'static str> {
        search(text).iter().map(|found| found.name).collect()
    }

    #[test]
    fn what_is_meant_is_there() {
        for (said, names) in MEANT.lines().map(|row| row.split_once(": ").expect(row)) {
            for name in names.split(' ') {
                assert!(super::super::entry(name).is_some(), "{said}: {name}");
            }
        }
    }

    #[test]
    fn phrases_find_what_does_it() {
        let phrases = include_str!("../../../tests/phrases.txt").lines();
        for (phrase, wanted) in phrases.map(|row| row.split_once(": ").expect(row)) {
            let found = names(phrase);
            assert!(
                found.iter().take(2).any(|name| wanted.split(' ').any(|wanted| wanted == *name)),
                "{phrase}: {found:?}"
            );
        }
    }

    #[test]
    fn names_find_themselves() {
        for name in ["parse-long", "group-by", "clojure.string/join", "->", "*", "juxt", "Math/sqrt"] {
            assert_eq!(names(name).first(), Some(&name));
        }
        assert_eq!(names("str/join").first(), Some(&"clojure.string/join"));
        assert!(names("qqqq").is_empty());
    }

    #[test]
    fn other_words_than_ours_are_understood() {
        assert!(names("average").contains(&"avg-by"), "{:?}", names("average"));
        assert!(names("square root").contains(&"Math/sqrt"), "{:?}", names("square root"));
        assert_eq!(names("destructuring").first(), Some(&"let"));
    }
}
