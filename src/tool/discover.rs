//! Finding tools in large registries by what they say of themselves: BM25 over names, descriptions and parameters.

use std::collections::HashMap;

use super::toolbox::Tool;

/// How much a word in a name counts, compared to one in a description.
const NAME: f64 = 3.0;
/// How much a word in a parameter's name or description counts.
const PARAMETER: f64 = 0.5;
/// How much a word counts that only begins like the one asked for.
const BEGINNING: f64 = 0.4;

/// The tools that have most to do with a task, the best first; those that have nothing to do with it are left out.
///
/// ```
/// use ptc::Tool;
/// use ptc::tool::discover;
///
/// let tool = |name: &str, about: &str| Tool::new(name, |_| Ok(1.into())).description(about);
/// let tools = [
///     tool("list_mails", "Lists the mails of the inbox"),
///     tool("get_expenses", "Expenses of an employee in a quarter"),
///     tool("bookTravel", "Books a journey"),
/// ];
/// let found = discover("Analyze the travel expenses of Q3", &tools, 2);
/// assert_eq!(found.iter().map(|tool| tool.name.as_str()).collect::<Vec<_>>(), ["get_expenses", "bookTravel"]);
/// ```
pub fn discover<'a>(task: &str, tools: impl IntoIterator<Item = &'a Tool>, most: usize) -> Vec<&'a Tool> {
    let tools: Vec<&Tool> = tools.into_iter().collect();
    let index = Index::new(tools.iter().copied());
    index.search(task, most).into_iter().filter_map(|at| tools.get(at).copied()).collect()
}

/// What tools say of themselves, by word.
#[derive(Debug)]
pub(super) struct Index {
    /// For each word the tools that have it, and how much it says of each.
    words: HashMap<String, Vec<(usize, f64)>>,
    /// How much each tool says.
    lengths: Vec<f64>,
    /// How much a tool says on average.
    average: f64,
}

impl Index {
    pub fn new<'a>(tools: impl Iterator<Item = &'a Tool>) -> Self {
        let mut index = Self { words: HashMap::new(), lengths: Vec::new(), average: 1.0 };
        for (at, tool) in tools.enumerate() {
            let mut weights: HashMap<String, f64> = HashMap::new();
            let mut add = |text: &str, weight: f64| {
                for word in words(text) {
                    *weights.entry(word).or_default() += weight;
                }
            };
            add(&tool.name, NAME);
            add(tool.description.as_deref().unwrap_or_default(), 1.0);
            for parameter in tool.spec_of().iter().flat_map(|spec| &spec.signature.parameters) {
                add(parameter.name.as_str(), PARAMETER);
                add(parameter.description.as_deref().unwrap_or_default(), PARAMETER);
            }
            index.lengths.push(weights.values().sum());
            for (word, weight) in weights {
                index.words.entry(word).or_default().push((at, weight));
            }
        }
        index.average = (index.lengths.iter().sum::<f64>() / index.lengths.len().max(1) as f64).max(1.0);
        index
    }

    /// The places of the tools that fit best, the best first.
    pub fn search(&self, text: &str, most: usize) -> Vec<usize> {
        let mut scores: HashMap<usize, f64> = HashMap::new();
        let mut asked = words(text);
        asked.sort();
        asked.dedup();
        for word in asked {
            // A tool that has the word in several forms has it once, in the best of them.
            let mut best: HashMap<usize, f64> = HashMap::new();
            let begins = |other: &str| {
                word.len() >= 4 && other.len() >= 4 && (other.starts_with(&word) || word.starts_with(other))
            };
            for (other, tools) in &self.words {
                let part = match other {
                    _ if *other == word => 1.0,
                    _ if begins(other) => BEGINNING,
                    _ => continue,
                };
                for (at, weight) in tools {
                    let score = part * self.score(*at, *weight, tools.len());
                    best.entry(*at).and_modify(|old| *old = old.max(score)).or_insert(score);
                }
            }
            for (at, score) in best {
                *scores.entry(at).or_default() += score;
            }
        }
        let mut found: Vec<(usize, f64)> = scores.into_iter().collect();
        found.sort_by(|(a, x), (b, y)| y.total_cmp(x).then(a.cmp(b)));
        found.into_iter().take(most).map(|(at, _)| at).collect()
    }

    /// BM25 with its customary constants.
    fn score(&self, at: usize, weight: f64, having: usize) -> f64 {
        let (k, b) = (1.2, 0.75);
        let all = self.lengths.len() as f64;
        let length = self.lengths.get(at).copied().unwrap_or_default();
        let rarity = (1.0 + (all - having as f64 + 0.5) / (having as f64 + 0.5)).ln();
        rarity * weight * (k + 1.0) / (weight + k * (1.0 - b + b * length / self.average))
    }
}

/// Words that say nothing about what a tool does.
const EMPTY: [&str; 26] = [
    "a", "an", "and", "are", "as", "at", "by", "for", "from", "in", "into", "is", "it", "its", "of", "on", "or",
    "that", "the", "their", "this", "to", "what", "which", "who", "with",
];

/// The words of a text in a form in which they compare: `listInvoices` is `list` and `invoice`.
fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for c in text.chars() {
        let ends = !c.is_alphanumeric() || (c.is_uppercase() && before.is_lowercase());
        if ends && words.last().is_some_and(|word| !word.is_empty()) {
            words.push(String::new());
        }
        if let (true, Some(word)) = (c.is_alphanumeric(), words.last_mut()) {
            word.extend(c.to_lowercase());
        }
        before = c;
    }
    words.retain(|word| !word.is_empty() && !EMPTY.contains(&word.as_str()));
    words.iter().map(|word| stem(word)).collect()
}

/// A word without its English ending.
fn stem(word: &str) -> String {
    let long = |rest: &str, least: usize| rest.chars().count() >= least;
    if let Some(rest) = word.strip_suffix("ies").filter(|rest| long(rest, 2)) {
        return format!("{rest}y");
    }
    for (ending, least) in [("ing", 3), ("ed", 3), ("es", 3), ("s", 3), ("e", 3)] {
        // An address is not several of something.
        let plural = |rest: &&str| ending != "s" || !rest.ends_with('s');
        if let Some(rest) = word.strip_suffix(ending).filter(|rest| long(rest, least)).filter(plural) {
            return rest.to_owned();
        }
    }
    word.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn discover_matches_forms_of_a_word() {
        assert_eq!(words("listInvoices for the HTTP-client_2"), ["list", "invoic", "http", "client", "2"]);
        for (one, other) in
            [("expenses", "expense"), ("categories", "category"), ("booking", "booked"), ("addresses", "address")]
        {
            assert_eq!(stem(one), stem(other), "{one} {other}");
        }
    }

    #[test]
    fn discover_finds_nothing_for_an_empty_text() {
        let tool = Tool::new("list_mails", |_| Ok(1.into()));
        assert!(discover("", [&tool], 5).is_empty());
        assert!(discover("the of 日本", [&tool], 5).is_empty());
        assert!(discover("mail", [], 5).is_empty());
    }
}
