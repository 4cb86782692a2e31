//! What the language says of itself, made of the builtins' own paragraphs: help, search, the reference, the prompt.

mod search;

use super::builtins::registry;
use super::forms::{self, FormRow};
use super::value::{Builtin, Theme};
pub use search::{Found, search};

/// The paragraph above a builtin or form, taken apart.
struct Paragraph {
    /// Prose, a string for each paragraph.
    prose: Vec<String>,
    /// Programs and answers, line by line.
    examples: Vec<String>,
}

impl Paragraph {
    /// Prose goes up to the first line that can only be code; from there to the next blank line are examples.
    fn of<'a>(lines: impl IntoIterator<Item = &'a str>) -> Self {
        let mut paragraph = Self { prose: Vec::new(), examples: Vec::new() };
        let (mut code, mut new) = (false, true);
        for line in lines {
            let line = line.strip_prefix(' ').unwrap_or(line);
            if line.trim().is_empty() {
                (code, new) = (false, true);
            } else if code || line.trim_start().starts_with(Builtin::CODE) {
                code = true;
                paragraph.examples.push(line.to_owned());
            } else {
                match paragraph.prose.last_mut().filter(|_| !new) {
                    Some(prose) => {
                        prose.push(' ');
                        prose.push_str(line.trim());
                    }
                    None => paragraph.prose.push(line.trim().to_owned()),
                }
                new = false;
            }
        }
        paragraph
    }

    /// The first example on one line: `(inc 1) ;=> 2`.
    fn example(&self) -> String {
        let mut out = String::new();
        for line in &self.examples {
            if !out.is_empty() {
                out.push(' ');
            }
            out.push_str(line.trim());
            if line.starts_with(";=>") || line.starts_with(";!") {
                break;
            }
        }
        out
    }

    fn write(&self, out: &mut String) {
        for prose in &self.prose {
            out.push_str(prose);
            out.push_str("\n\n");
        }
        if !self.examples.is_empty() {
            out.push_str("```clojure\n");
            for line in &self.examples {
                out.push_str(line);
                out.push('\n');
            }
            out.push_str("```\n\n");
        }
    }
}

fn paragraph(builtin: &Builtin) -> Paragraph {
    Paragraph::of(builtin.doc.iter().copied())
}

fn paragraph_of_form(form: &FormRow) -> Paragraph {
    Paragraph::of(form.text.lines())
}

/// The namespaces that have shorter names.
const ALIASES: [(&str, &str); 6] = [
    ("str/", "clojure.string/"),
    ("string/", "clojure.string/"),
    ("set/", "clojure.set/"),
    ("walk/", "clojure.walk/"),
    ("edn/", "clojure.edn/"),
    ("math/", "clojure.math/"),
];

/// The builtin of a name: the full one, one with a short namespace, or one without any.
fn find(name: &str) -> Option<&'static Builtin> {
    let name = name.strip_prefix("clojure.core/").unwrap_or(name);
    let full = ALIASES.iter().find_map(|(short, long)| Some(format!("{long}{}", name.strip_prefix(short)?)));
    let named = registry().find(full.as_deref().unwrap_or(name)).filter(|builtin| !builtin.name.starts_with('%'));
    named.or_else(|| registry().all().into_iter().find(|builtin| builtin.short_name() == name))
}

/// What there is to know of a builtin or a form: how it is written, what it does, examples.
///
/// ```
/// let entry = ptc::lisp::doc::entry("get").unwrap();
/// assert!(entry.starts_with("(get coll key)"));
/// assert!(ptc::lisp::doc::entry("str/join").is_some() || ptc::lisp::doc::entry("if").is_some());
/// ```
pub fn entry(name: &str) -> Option<String> {
    let (shape, paragraph) = match forms::find(name) {
        Some(form) => (form.shape.to_owned(), paragraph_of_form(form)),
        None => {
            let builtin = find(name)?;
            (builtin.signatures(), paragraph(builtin))
        }
    };
    let mut out = format!("{shape}\n\n");
    paragraph.write(&mut out);
    Some(out.trim_end().to_owned())
}

/// The names of all forms and builtins that programs can write, sorted.
///
/// ```
/// let names = ptc::lisp::doc::names();
/// assert!(names.contains(&"let") && names.contains(&"map") && names.is_sorted());
/// ```
pub fn names() -> Vec<&'static str> {
    let builtins = registry().all().into_iter().map(|builtin| builtin.name);
    let mut names: Vec<&str> = forms::all().iter().map(|form| form.name).chain(builtins).collect();
    names.retain(|name| !name.starts_with('%'));
    names.sort_unstable();
    names.dedup();
    names
}

/// The heading of a theme.
fn heading(theme: Theme) -> &'static str {
    match theme {
        Theme::Agents => "Agents: tools, memory, records",
        Theme::Numbers => "Numbers",
        Theme::Comparing => "Comparing and sorting",
        Theme::Predicates => "Predicates",
        Theme::Collections => "Collections",
        Theme::Maps => "Maps",
        Theme::Sets => "Sets",
        Theme::Sequences => "Sequences",
        Theme::Transducers => "Transducers",
        Theme::Functions => "Functions",
        Theme::Strings => "Strings",
        Theme::Regexes => "Regular expressions",
        Theme::State => "State",
        Theme::Errors => "Errors",
        Theme::Printing => "Printing",
        Theme::Json => "JSON",
        Theme::Dates => "Dates and times",
        Theme::Java => "Names from Java",
    }
}

/// The reference of all forms and builtins, as Markdown.
pub fn reference() -> String {
    let mut out = String::from(
        "# Forms and functions\n\nMade from the paragraphs above the builtins (`ptc::lisp::doc::reference`); every example is run \
         by a test.\n\n## Forms\n\n",
    );
    for form in forms::all() {
        out.push_str(&format!("### {}\n\n`{}`\n\n", form.name, form.shape));
        paragraph_of_form(form).write(&mut out);
    }
    let mut theme = None;
    for builtin in registry().all() {
        if theme != Some(builtin.theme) {
            theme = Some(builtin.theme);
            out.push_str(&format!("## {}\n\n", heading(builtin.theme)));
        }
        out.push_str(&format!("### {}\n\n`{}`\n\n", builtin.name, builtin.signatures().replace(") (", ")` `(")));
        paragraph(builtin).write(&mut out);
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

/// What differs from Clojure, for models that know Clojure.
const DEPARTURES: &str = "\
Unlike Clojure: integers grow, (/ 7 2) is 3.5 and (= 1 1.0) is true. A character is a string: \\a is \"a\". As keys of a map :a and \
\"a\" are one. (contains? vector x) asks for an item; (nth v i) out of range is nil; subs clamps. str/split takes a string too. Maps \
and sets keep their order. Regexes have no look-around and no back-references. There are no files, classes, threads, eval or macros \
of your own.";

/// The part of a system prompt that says what is not known from Clojure.
///
/// ```
/// assert!(ptc::lisp::doc::prompt().contains("(where"));
/// ```
pub fn prompt() -> String {
    let mut out = String::from("Programs are Clojure: clojure.core, str/, set/, walk/, Math/, json/. Beside it:\n");
    for builtin in registry().all().into_iter().filter(|builtin| builtin.theme == Theme::Agents) {
        // Of several arities the longest that is fixed shows the others.
        let fixed = builtin.clauses.iter().rfind(|clause| !clause.variadic);
        let shape = fixed.or(builtin.clauses.last()).map(|clause| clause.signature(builtin.name)).unwrap_or_default();
        out.push_str(&format!("{shape} {}", builtin.summary()));
        if builtin.name == "where" {
            out.push_str(&format!(" {}", paragraph(builtin).example()));
        }
        out.push('\n');
    }
    out.push_str("ctx/name is a value from the host, memory/name one from memory, *1 the last result.\n");
    out.push_str(DEPARTURES);
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_builtin_says_what_it_does_and_shows_it() {
        for builtin in registry().all() {
            let (paragraph, summary) = (paragraph(builtin), builtin.summary());
            assert!(summary.ends_with(['.', ':']) && summary.len() > 8, "{}: {summary:?}", builtin.name);
            assert!(summary.starts_with(|c: char| !c.is_lowercase()), "{}: {summary:?}", builtin.name);
            assert!(paragraph.examples.iter().any(|line| line.starts_with(';')), "{} has no example", builtin.name);
        }
    }

    #[test]
    fn entries_are_found_by_any_name() {
        let get = entry("get").unwrap();
        assert!(get.starts_with("(get coll key) (get coll key default)\n\nThe value under a key"), "{get}");
        assert!(get.contains("```clojure\n(get {:a 1} :a)\n;=> 1\n"), "{get}");
        assert_eq!(entry("clojure.core/get"), Some(get));
        assert_eq!(entry("math/sqrt"), entry("clojure.math/sqrt"));
        assert!(entry("sqrt").is_some() && entry("if-let").is_some());
        assert_eq!(entry("%lookup"), None);
        assert_eq!(entry("no such thing"), None);
    }

    #[test]
    fn the_reference_has_every_name_once() {
        let reference = reference();
        for name in forms::all().iter().map(|form| form.name).chain(registry().all().iter().map(|builtin| builtin.name))
        {
            assert_eq!(reference.matches(&format!("\n### {name}\n")).count(), 1, "{name}");
        }
    }

    #[test]
    fn the_prompt_is_short() {
        let prompt = prompt();
        assert!(prompt.len() < 2_600, "{} bytes:\n{prompt}", prompt.len());
        for name in ["where", "call", "pmap", "memory/put", "sum-by", "return"] {
            assert!(prompt.contains(&format!("({name}")), "{name}");
        }
    }
}
