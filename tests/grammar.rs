//! The grammar, the reader and texts agree: what the grammar makes reads, what is kept as wrong does not.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use ptc::lisp::syntax::read;
use ptc::lisp::text::Source;

const GRAMMAR: &str = include_str!("../grammar/ptc-lisp.ebnf");
const READER: &str = include_str!("../src/lisp/syntax/read.rs");

/// The right side of a rule.
#[derive(Clone, Debug)]
enum Part {
    Text(String),
    Rule(String),
    /// `? … ?`: what only words can say.
    Words(String),
    All(Vec<Part>),
    One(Vec<Part>),
    Maybe(Box<Part>),
    Many(Box<Part>),
    Times(usize, Box<Part>),
    But(Box<Part>, Box<Part>),
}

/// Reads ISO 14977, as far as it is used here.
struct Ebnf<'g> {
    rest: &'g str,
}

impl<'g> Ebnf<'g> {
    fn rules(text: &'g str) -> BTreeMap<String, Part> {
        let mut ebnf = Ebnf { rest: text };
        let mut rules = BTreeMap::new();
        ebnf.space();
        while !ebnf.rest.is_empty() {
            let name = ebnf.word();
            assert!(ebnf.eat("="), "{name}: {:.40}", ebnf.rest);
            let part = ebnf.choice();
            assert!(ebnf.eat(";"), "{name}: {:.40}", ebnf.rest);
            assert!(rules.insert(name.clone(), part).is_none(), "{name} is there twice");
        }
        rules
    }

    fn space(&mut self) {
        loop {
            self.rest = self.rest.trim_start();
            let Some(comment) = self.rest.strip_prefix("(*") else { return };
            self.rest = comment.split_once("*)").expect("the comment ends").1;
        }
    }

    fn eat(&mut self, text: &str) -> bool {
        let found = self.rest.strip_prefix(text);
        self.rest = found.unwrap_or(self.rest);
        self.space();
        found.is_some()
    }

    fn word(&mut self) -> String {
        let end = self.rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        self.space();
        assert!(!word.is_empty(), "a name is missing before {:.40}", self.rest);
        word.into()
    }

    fn until(&mut self, end: char) -> String {
        let (text, rest) = self.rest[1..].split_once(end).expect("it ends");
        self.rest = rest;
        self.space();
        text.into()
    }

    fn choice(&mut self) -> Part {
        let mut parts = vec![self.sequence()];
        while self.eat("|") {
            parts.push(self.sequence());
        }
        if parts.len() == 1 { parts.remove(0) } else { Part::One(parts) }
    }

    fn sequence(&mut self) -> Part {
        let mut parts = vec![self.term()];
        while self.eat(",") {
            parts.push(self.term());
        }
        if parts.len() == 1 { parts.remove(0) } else { Part::All(parts) }
    }

    fn term(&mut self) -> Part {
        let part = self.primary();
        if self.eat("-") { Part::But(Box::new(part), Box::new(self.primary())) } else { part }
    }

    fn primary(&mut self) -> Part {
        match self.rest.chars().next() {
            Some(quote @ ('"' | '\'')) => Part::Text(self.until(quote)),
            Some('?') => Part::Words(self.until('?').trim().into()),
            Some('(') => self.within("(", ")"),
            Some('[') => Part::Maybe(Box::new(self.within("[", "]"))),
            Some('{') => Part::Many(Box::new(self.within("{", "}"))),
            Some(digit @ '1'..='9') => {
                let times = digit.to_digit(10).expect("a digit") as usize;
                self.word();
                assert!(self.eat("*"));
                Part::Times(times, Box::new(self.primary()))
            }
            _ => Part::Rule(self.word()),
        }
    }

    fn within(&mut self, open: &str, close: &str) -> Part {
        assert!(self.eat(open));
        let part = self.choice();
        assert!(self.eat(close), "{close} before {:.40}", self.rest);
        part
    }
}

/// Makes texts of a grammar.
struct Maker {
    rules: BTreeMap<String, Part>,
    /// How many rules deep the shortest text of a rule is.
    heights: BTreeMap<String, usize>,
    /// The state of SplitMix64, so that every run makes the same texts.
    chance: u64,
    /// Rules that must not be used here.
    closed: Vec<String>,
}

impl Maker {
    fn new(rules: BTreeMap<String, Part>) -> Self {
        let mut maker = Self { rules, heights: BTreeMap::new(), chance: 7, closed: Vec::new() };
        for _ in 0..maker.rules.len() {
            for (name, part) in maker.rules.clone() {
                if let Some(height) = maker.height(&part) {
                    maker.heights.insert(name, height + 1);
                }
            }
        }
        for name in maker.rules.keys() {
            assert!(maker.heights.contains_key(name), "{name} never ends");
        }
        maker
    }

    fn height(&self, part: &Part) -> Option<usize> {
        match part {
            Part::Text(_) | Part::Words(_) | Part::Maybe(_) | Part::Many(_) => Some(0),
            Part::Rule(name) => self.heights.get(name).copied(),
            Part::All(parts) => {
                parts.iter().map(|part| self.height(part)).try_fold(0, |most, one| Some(most.max(one?)))
            }
            Part::One(parts) => parts.iter().filter_map(|part| self.height(part)).min(),
            Part::Times(_, part) | Part::But(part, _) => self.height(part),
        }
    }

    fn below(&mut self, most: usize) -> usize {
        self.chance = self.chance.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.chance;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((bits ^ (bits >> 31)) % most.max(1) as u64) as usize
    }

    /// Adds a text of the part; `false` where there is none.
    fn make(&mut self, part: &Part, depth: usize, out: &mut String) -> bool {
        match part {
            Part::Text(text) => out.push_str(text),
            Part::Words(words) => out.push(self.character(words)),
            Part::Rule(name) if self.closed.contains(name) => return false,
            Part::Rule(name) => {
                let rule = self.rules.get(name).unwrap_or_else(|| panic!("there is no rule {name}")).clone();
                let closes = name == "function";
                if closes {
                    self.closed.push(name.clone());
                }
                let made = self.make(&rule, depth.saturating_sub(1), out);
                if closes {
                    self.closed.pop();
                }
                return made;
            }
            Part::All(parts) => return parts.iter().all(|part| self.make(part, depth, out)),
            Part::One(parts) => {
                let mut parts: Vec<&Part> = parts.iter().collect();
                if depth == 0 {
                    let least = parts.iter().filter_map(|part| self.height(part)).min();
                    parts.retain(|part| self.height(part) == least);
                }
                while !parts.is_empty() {
                    let part = parts.swap_remove(self.below(parts.len()));
                    let before = out.len();
                    if self.make(part, depth, out) {
                        return true;
                    }
                    out.truncate(before);
                }
                return false;
            }
            Part::Maybe(part) => {
                let before = out.len();
                if depth > 0 && self.below(2) == 0 && !self.make(part, depth, out) {
                    out.truncate(before);
                }
            }
            Part::Many(part) => {
                while depth > 0 && self.below(3) > 0 {
                    let before = out.len();
                    if !self.make(part, depth, out) {
                        out.truncate(before);
                    }
                }
            }
            Part::Times(times, part) => return (0..*times).all(|_| self.make(part, depth, out)),
            Part::But(part, not) => {
                let before = out.len();
                loop {
                    if !self.make(part, depth, out) {
                        return false;
                    }
                    if !self.matches(not, &out[before..]) {
                        return true;
                    }
                    out.truncate(before);
                }
            }
        }
        true
    }

    fn matches(&self, part: &Part, text: &str) -> bool {
        match part {
            Part::Text(wanted) => wanted == text,
            Part::Words(words) => code_point(words).is_some_and(|c| text.chars().eq([c])),
            Part::One(parts) => parts.iter().any(|part| self.matches(part, text)),
            other => panic!("{other:?} cannot be left out of something"),
        }
    }

    fn character(&mut self, words: &str) -> char {
        if let Some(c) = code_point(words) {
            return c;
        }
        let odd = ['é', '文', '😀', '\u{0}', '\u{301}', '\u{202e}', '\u{7f}', '\u{e000}', '\n', '\t', '\u{a0}', '“'];
        match (words, self.below(10)) {
            ("any character", 0) => odd[self.below(odd.len())],
            ("any character", 1) => loop {
                if let Some(c) = char::from_u32(self.below(0x11_0000) as u32) {
                    return c;
                }
            },
            ("any character", _) => char::from(b' ' + self.below(95) as u8),
            ("a letter", 0) => ['é', 'ß', '文', 'ж'][self.below(4)],
            ("a letter", _) => char::from(b'a' + self.below(26) as u8),
            (other, _) => panic!("nobody knows what {other:?} means"),
        }
    }
}

fn code_point(words: &str) -> Option<char> {
    char::from_u32(u32::from_str_radix(words.strip_prefix("U+")?, 16).ok()?)
}

fn reads(text: &str) -> Result<usize, ptc::lisp::text::Error> {
    read(&Arc::new(Source::new("generated", text))).map(|forms| forms.len())
}

#[test]
fn what_the_grammar_makes_reads() {
    let mut maker = Maker::new(Ebnf::rules(GRAMMAR));
    let (mut read, mut forms, mut equal_keys) = (0, 0, 0);
    for turn in 0..4000 {
        let mut text = String::new();
        assert!(maker.make(&Part::Rule("program".into()), 6 + turn % 14, &mut text));
        match reads(&text) {
            Ok(found) => {
                read += 1;
                forms += found;
            }
            // That keys differ, no grammar of this kind can say.
            Err(error) if error.message.starts_with("Duplicate") => equal_keys += 1,
            Err(error) => panic!("{text}\n\n{text:?}\n{error}"),
        }
    }
    assert!(equal_keys * 5 < read, "{equal_keys} of {read}");
    assert!(forms > 4000, "{forms}");
}

#[test]
fn every_form_of_the_grammar_is_made() {
    let rules = Ebnf::rules(GRAMMAR);
    let mut maker = Maker::new(rules.clone());
    for name in rules.keys() {
        let mut text = String::new();
        assert!(maker.make(&Part::Rule(name.clone()), 8, &mut text), "{name}");
    }
    let Some(Part::One(forms)) = rules.get("form") else { panic!("form is a choice") };
    for form in forms {
        for _ in 0..200 {
            let mut text = String::new();
            assert!(maker.make(form, 8, &mut text), "{form:?}");
            match reads(&text) {
                Ok(found) => assert_eq!(found, 1, "{form:?}: {text:?}"),
                Err(error) => assert!(error.message.starts_with("Duplicate"), "{form:?}: {text:?}: {error}"),
            }
        }
    }
}

#[test]
fn the_reader_says_the_same_as_the_grammar() {
    let lines = GRAMMAR.lines().map(|line| line.split(" (*").next().unwrap_or(line));
    let rules = |line: &str| {
        let (name, rule) = line.trim().strip_suffix(" ;")?.split_once('=')?;
        Some((name.trim().to_owned(), rule.split_whitespace().collect::<Vec<_>>().join(" ")))
    };
    let written: BTreeMap<String, String> = lines.filter_map(rules).collect();
    assert_eq!(written.len(), Ebnf::rules(GRAMMAR).len(), "a rule stands on one line");
    let mut lines = READER.lines();
    let mut found = 0;
    while let Some(line) = lines.next() {
        let Some((name, rule)) = line.trim().strip_prefix("/// ").and_then(rules) else { continue };
        assert_eq!(written.get(&name), Some(&rule), "{name}");
        let function = lines.find(|line| line.trim().starts_with("fn ")).unwrap_or("");
        assert!(function.trim().starts_with(&format!("fn {name}<")), "{name} is above {function}");
        found += 1;
    }
    let first_part = &GRAMMAR[GRAMMAR.find("\nprogram").unwrap()..GRAMMAR.find("(* White space").unwrap()];
    let first_part = first_part.lines().filter_map(|line| rules(line.split(" (*").next().unwrap_or(line))).count();
    assert_eq!(found, first_part, "every rule of the first part is a function");
}

#[test]
fn what_is_wrong_does_not_read() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/grammar/wrong");
    let mut wrong = Vec::new();
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let (wanted, program) = text.split_once('\n').unwrap();
        let wanted = wanted.strip_prefix("; ").unwrap_or_else(|| panic!("{path:?}: its first line says the error"));
        // The last line end is the file's, not the program's.
        let program = program.strip_suffix('\n').unwrap_or(program);
        let got = reads(program).map_or_else(|error| error.to_string(), |forms| format!("{forms} forms"));
        if !got.starts_with(wanted) || !wanted.contains("-error: ") {
            wrong.push(format!("{}\n  wanted {wanted}\n  got    {got}", path.display()));
        }
        count += 1;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count > 20, "{count} files");
}

#[test]
fn any_text_reads_or_is_an_error_with_its_place() {
    let mut runner = TestRunner::deterministic();
    let bits = r#"[()\[\]{}#"'@^\\;:~`%&/,. \n\-+0-9a-cnrtux“‘é]{0,60}"#;
    let texts = [proptest::string::string_regex(bits).unwrap().boxed(), proptest::arbitrary::any::<String>().boxed()];
    for turn in 0..6000 {
        let text = texts[turn % 2].new_tree(&mut runner).unwrap().current();
        if let Err(error) = reads(&text) {
            let (line, column) = error.position().unwrap_or_else(|| panic!("{text:?}: {error} has no place"));
            let lines = text.split('\n').count();
            assert!(line >= 1 && line <= lines && column >= 1, "{text:?}: {error}");
            assert!(error.to_string().len() < 4096, "{text:?}");
        }
    }
}

#[test]
fn texts_that_are_cut_or_joined_read_or_are_errors() {
    let mut maker = Maker::new(Ebnf::rules(GRAMMAR));
    for _ in 0..300 {
        let mut text = String::new();
        maker.make(&Part::Rule("program".into()), 12, &mut text);
        let cut = text.floor_char_boundary(maker.below(text.len() + 1));
        let _ = reads(&text[..cut]);
        let _ = reads(&text[cut..]);
    }
}
