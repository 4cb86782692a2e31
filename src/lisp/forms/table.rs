//! The table of forms: `forms.clj`, read at first use.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use super::template::{Rule, RuleSets, Written};
use crate::lisp::syntax::read;
use crate::lisp::text::{Error, Source};

/// How the lines within a form are indented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Indent {
    /// As those of a call: under the first argument.
    Call,
    /// By two.
    Body,
    /// Under the first part, or by two where that stands in a line of its own.
    Block,
}

/// A form of the language.
pub struct FormRow {
    /// Its name.
    pub name: &'static str,
    /// How it is written: `(when test body…)`.
    pub shape: &'static str,
    /// What it does, then examples with their answers; each line begins with a space.
    pub text: String,
    /// How its lines are indented.
    pub indent: Indent,
    usage: String,
    special: bool,
    rules: Option<usize>,
}

impl FormRow {
    /// Whether no local and no definition changes what this name of the form means.
    pub fn is_special(&self, name: &str) -> bool {
        self.special || name != self.name
    }

    /// What an error about the form suggests: `write (when test body…)`.
    pub fn usage(&self) -> &str {
        &self.usage
    }

    /// Whether templates say what the form becomes when it runs; else code analyses it.
    pub fn has_templates(&self) -> bool {
        self.rules.is_some_and(|rules| TABLE.sets.runs(rules))
    }

    /// Whether the form begins with a vector of one name and its value.
    pub fn binds_one(&self) -> bool {
        self.rules.is_some_and(|rules| TABLE.sets.binds_one(rules))
    }

    /// The patterns and templates of the form, if it has any.
    pub(super) fn rules(&self) -> Option<usize> {
        self.rules
    }
}

/// All rows, and what they become.
pub(super) struct Table {
    rows: Vec<FormRow>,
    by_name: HashMap<String, usize, foldhash::fast::FixedState>,
    pub(super) sets: RuleSets,
}

pub(super) static TABLE: LazyLock<Table> = LazyLock::new(|| {
    // A test reads the table too, and fails where it cannot be read.
    Table::read(include_str!("forms.clj")).unwrap_or_else(|_| Table::empty())
});

/// The forms, those that belong together next to each other.
pub fn all() -> &'static [FormRow] {
    &TABLE.rows
}

/// The form of a name.
///
/// ```
/// use ptc::lisp::forms;
///
/// assert_eq!(forms::find("when").map(|form| form.shape), Some("(when test body…)"));
/// assert!(forms::find("map").is_none());
/// ```
pub fn find(name: &str) -> Option<&'static FormRow> {
    TABLE.rows.get(*TABLE.by_name.get(name)?)
}

/// What an error about a form suggests; nothing for what is no form.
pub fn usage(name: &str) -> &'static str {
    find(name).map_or("", FormRow::usage)
}

impl Table {
    fn empty() -> Self {
        Self { rows: Vec::new(), by_name: HashMap::default(), sets: RuleSets::default() }
    }

    fn read(text: &'static str) -> Result<Self, Error> {
        let mut table = Self::empty();
        let mut written = Vec::new();
        for row in text.split(";;; ").skip(1) {
            let mut lines = row.lines();
            let mut header = lines.next().unwrap_or_default().split(' ');
            let name = header.next().unwrap_or_default();
            let flags: Vec<&str> = header.collect();
            let (comments, code): (Vec<&str>, Vec<&str>) = lines.partition(|line| line.starts_with(";;"));
            let mut comments = comments.into_iter().map(|line| line.trim_start_matches(';')).peekable();
            let shape = comments.next().unwrap_or_default().trim_start();
            let suggested = comments.next_if(|line| line.starts_with(" ;? "));
            let usage = match suggested.and_then(|line| line.strip_prefix(" ;? ")) {
                Some(usage) => usage.to_owned(),
                None => format!("write {shape}"),
            };
            let indent = match () {
                () if flags.contains(&"body") => Indent::Body,
                () if flags.contains(&"block") => Indent::Block,
                () => Indent::Call,
            };
            let forms = read(&Arc::new(Source::new("forms.clj", code.join("\n"))))?;
            written.extend(Written::pairs(&forms).into_iter().map(|rule| (name, rule)));
            let at = table.rows.len();
            table.by_name.insert(name.to_owned(), at);
            if flags.contains(&"starred") {
                table.by_name.insert(format!("{name}*"), at);
            }
            let (text, special) = (comments.collect::<Vec<_>>().join("\n"), flags.contains(&"special"));
            table.rows.push(FormRow { name, shape, text, indent, usage, special, rules: None });
        }
        // First the names: a template may use a form that is written further below.
        for (_, rule) in &written {
            table.sets.add(rule);
        }
        for (_, rule) in &written {
            if let Some(made) = Rule::new(rule, &table.sets) {
                table.sets.push(rule, made);
            }
        }
        for row in &mut table.rows {
            row.rules = table.sets.find(row.name);
        }
        Ok(table)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_clj_is_read_whole() {
        assert!(Table::read(include_str!("forms.clj")).is_ok());
        assert!(all().len() > 70);
        for row in all() {
            assert!(!row.shape.is_empty() && row.text.lines().any(|line| line.starts_with(" ;=>")), "{}", row.name);
            assert!(row.text.trim_start().starts_with(char::is_uppercase), "{}: {}", row.name, row.text);
        }
        let pairs = include_str!("forms.clj").lines().filter(|line| line.starts_with(['(', ':'])).count();
        assert!(TABLE.sets.len() <= pairs);
    }

    #[test]
    fn names_are_registered_once() {
        for row in all() {
            assert_eq!(all().iter().filter(|other| other.name == row.name).count(), 1, "{}", row.name);
        }
        assert!(find("let*").is_some_and(|row| row.is_special("let*") && !row.is_special("let")));
    }
}
