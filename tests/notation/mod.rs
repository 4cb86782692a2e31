//! The notation for "this gives that": programs with their answers below them, found in files, run, compared, rewritten.
//!
//! ```text
//! (println "hi")
//! ;| hi
//! ;=> nil
//! (+ 1 "2")
//! ;! 1:1 type-error: + needs numbers, got the string "2"
//! ;? (parse-long "2") reads it as one
//! ```
//!
//! The forms above an answer are one program; its positions count from its own first line. Programs share a memory up to
//! the next heading, which is `; # title` in Clojure and `# title` in Markdown.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use ptc::lisp::Evaluation;

use crate::programs::Session;

/// A line of program or answer, and where in its file it stands.
#[derive(Clone, Debug)]
pub struct Line {
    number: usize,
    /// What stands before the text: indentation, `/// `.
    prefix: String,
    text: String,
}

/// Lines whose programs share a memory.
#[derive(Default)]
pub struct Section {
    /// What must have an answer each: the fenced blocks, the paragraphs; for messages, their first lines.
    blocks: Vec<Vec<Line>>,
}

/// A file with programs in it.
pub struct Document {
    path: PathBuf,
    sections: Vec<Section>,
}

/// A program and its answer.
struct Example {
    program: Vec<Line>,
    answer: Vec<Line>,
}

/// What running documents found.
#[derive(Default)]
pub struct Report {
    ran: usize,
    wrong: Vec<String>,
    rewritten: usize,
}

impl Line {
    /// Where it stands in its file, from 0.
    pub fn number(&self) -> usize {
        self.number
    }
}

impl Document {
    /// A file of programs.
    pub fn clojure(path: &Path) -> Self {
        let mut sections = vec![Section { blocks: vec![Vec::new()] }];
        for (number, text) in read(path).lines().enumerate() {
            if text.starts_with("; # ") {
                sections.push(Section { blocks: vec![Vec::new()] });
            } else if let Some(block) = sections.last_mut().and_then(|section| section.blocks.last_mut()) {
                block.push(Line { number, prefix: String::new(), text: text.into() });
            }
        }
        // Before the first heading there may be a word about the file.
        sections.retain(|section| section.blocks.iter().flatten().any(|line| is_program(&line.text)));
        Self { path: path.into(), sections }
    }

    /// The blocks of a page that are fenced as `clojure`.
    pub fn markdown(path: &Path) -> Self {
        let lines = read(path);
        let lines = lines.lines().enumerate().map(|(number, text)| (number, String::new(), text.to_owned()));
        Self { path: path.into(), sections: fenced(lines) }
    }

    /// The blocks of the doc comments of a Rust file that are fenced as `clojure`.
    pub fn doc_comments(path: &Path) -> Self {
        let text = read(path);
        let lines = text.lines().enumerate().filter_map(|(number, line)| {
            let (prefix, text) = doc_line(line)?;
            Some((number, prefix, text))
        });
        Self { path: path.into(), sections: fenced(lines) }
    }

    /// The examples of builtins, found in the file that declares them: one section for each doc.
    pub fn builtins(path: &Path, docs: &[Vec<Line>]) -> Self {
        let sections = docs.iter().map(|doc| Section { blocks: examples_of_doc(doc) });
        Self { path: path.into(), sections: sections.collect() }
    }

    /// Runs every program. Where answers are to be rewritten, rewrites those that differ.
    pub fn check(&self, report: &mut Report) {
        let before = report.ran;
        let mut edits: Vec<(usize, usize, Vec<String>)> = Vec::new();
        for section in &self.sections {
            let mut session = Session::default();
            for block in &section.blocks {
                self.check_block(block, &mut session, report, &mut edits);
            }
        }
        if report.ran == before {
            report.wrong.push(format!("{}: there is no example in it", self.path.display()));
        }
        if !edits.is_empty() {
            self.rewrite(edits);
            report.rewritten += 1;
        }
    }

    fn check_block(
        &self,
        block: &[Line],
        session: &mut Session,
        report: &mut Report,
        edits: &mut Vec<(usize, usize, Vec<String>)>,
    ) {
        let (examples, rest) = examples(block);
        let unanswered = rest.iter().find(|line| is_program(&line.text));
        if let Some(line) = unanswered.or(block.first().filter(|_| examples.is_empty())) {
            let place = self.place(line);
            report.wrong.push(format!("{place}: the program {:?} has no answer", line.text));
        }
        for example in examples {
            report.ran += 1;
            let program = texts(&example.program).join("\n");
            let got = render(&session.run(&program));
            let wanted = texts(&example.answer);
            if let Some(line) = example.program.iter().find(|line| line.text.contains(" ;=> ")) {
                let place = self.place(line);
                report.wrong.push(format!("{place}: an answer stands on a line of its own"));
            }
            if got == wanted {
                continue;
            }
            let (Some(first), Some(last)) = (example.answer.first(), example.answer.last()) else { continue };
            if updating() {
                let lines = got.iter().map(|text| format!("{}{text}", first.prefix)).collect();
                edits.push((first.number, last.number, lines));
                continue;
            }
            let mut message = format!("{}:\n", self.place(first));
            for (label, lines) in [("program", texts(&example.program)), ("wanted", wanted), ("got", got)] {
                for (at, line) in lines.iter().enumerate() {
                    let _ = writeln!(message, "  {:8}{line}", if at == 0 { label } else { "" });
                }
            }
            report.wrong.push(message);
        }
    }

    fn place(&self, line: &Line) -> String {
        let path = self.path.strip_prefix(root()).unwrap_or(&self.path);
        format!("{}:{}", path.display(), line.number + 1)
    }

    fn rewrite(&self, edits: Vec<(usize, usize, Vec<String>)>) {
        let text = read(&self.path);
        let mut lines: Vec<String> = text.lines().map(Into::into).collect();
        for (first, last, answer) in edits.into_iter().rev() {
            lines.splice(first..=last, answer);
        }
        fs::write(&self.path, lines.join("\n") + "\n").unwrap();
    }
}

impl Report {
    /// Fails with everything that is wrong, or if nothing ran.
    pub fn finish(self, what: &str) {
        println!("{what}: {} examples, {} files rewritten", self.ran, self.rewritten);
        let hint = "UPDATE=1 cargo test --test documents writes what was got";
        assert!(
            self.wrong.is_empty(),
            "{} of {} examples in {what} are wrong; {hint}\n\n{}\n",
            self.wrong.len(),
            self.ran,
            self.wrong.join("\n")
        );
        assert!(self.ran > 0, "there are no examples in {what}");
    }

    /// Adds something that is wrong.
    pub fn wrong(&mut self, message: String) {
        self.wrong.push(message);
    }
}

/// What a program gave, in the notation.
pub fn render(evaluation: &Evaluation) -> Vec<String> {
    let one = |text: &str| text.replace('\r', "\\r").replace('\n', "\\n");
    let mut lines: Vec<String> =
        evaluation.prints.lines().map(|line| format!(";| {line}").trim_end().to_owned()).collect();
    match &evaluation.result {
        Ok(value) => lines.push(format!(";=> {}", one(&value.to_string()))),
        Err(failure) => {
            for error in &failure.errors {
                let place = error.position().map(|(line, column)| format!("{line}:{column} ")).unwrap_or_default();
                lines.push(format!(";! {place}{}: {}", error.kind.name(), one(&error.message)));
                lines.extend(error.hint.as_ref().map(|hint| format!(";? {}", one(hint))));
            }
        }
    }
    lines
}

/// The files with this extension below a folder, in order.
pub fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The package.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The doc comments of a Rust file by their text, each with its lines; several may have the same text.
pub fn docs(path: &Path) -> HashMap<Vec<String>, Vec<Line>> {
    let mut docs = HashMap::new();
    let mut current: Vec<Line> = Vec::new();
    let text = read(path);
    for (number, line) in text.lines().chain([""]).enumerate() {
        match doc_line(line) {
            Some((prefix, text)) => current.push(Line { number, prefix, text }),
            None if current.is_empty() => {}
            None => {
                let doc = std::mem::take(&mut current);
                docs.insert(texts(&doc), doc);
            }
        }
    }
    docs
}

fn updating() -> bool {
    std::env::var_os("UPDATE").is_some_and(|value| value == "1")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn texts(lines: &[Line]) -> Vec<String> {
    lines.iter().map(|line| line.text.clone()).collect()
}

fn doc_line(line: &str) -> Option<(String, String)> {
    let text = line.trim_start();
    let indent = &line[..line.len() - text.len()];
    let mark = ["///", "//!"].into_iter().find(|mark| text.starts_with(mark) && !text.starts_with("////"))?;
    let text = &text[mark.len()..];
    let text = text.strip_prefix(' ').unwrap_or(text);
    Some((format!("{indent}{mark} "), text.trim_end().to_owned()))
}

fn fenced(lines: impl Iterator<Item = (usize, String, String)>) -> Vec<Section> {
    let mut sections = vec![Section::default()];
    // Which fence is open, and whether it holds programs.
    let mut open: Option<(String, bool)> = None;
    let mut last = None;
    for (number, prefix, text) in lines {
        // A doc comment ends where lines are missing.
        if !prefix.is_empty() && last.is_some_and(|last: usize| last + 1 != number) {
            open = None;
            sections.push(Section::default());
        }
        last = Some(number);
        let trimmed = text.trim_start();
        let indent = &text[..text.len() - trimmed.len()];
        let Some(section) = sections.last_mut() else { break };
        match &open {
            Some((fence, _)) if trimmed.trim_end() == *fence => open = None,
            Some((_, true)) => {
                let text = text.strip_prefix(indent).unwrap_or(&text).to_owned();
                let line = Line { number, prefix: format!("{prefix}{indent}"), text };
                if let Some(block) = section.blocks.last_mut() {
                    block.push(line);
                }
            }
            Some((_, false)) => {}
            None if trimmed.starts_with("```") => {
                let name = trimmed.trim_start_matches('`');
                let fence = trimmed[..trimmed.len() - name.len()].to_owned();
                let programs = name.trim() == "clojure";
                if programs {
                    section.blocks.push(Vec::new());
                }
                open = Some((fence, programs));
            }
            None if trimmed.starts_with('#') => sections.push(Section::default()),
            None => {}
        }
    }
    sections.retain(|section| !section.blocks.is_empty());
    sections
}

/// The parts of a builtin's doc that are examples: from a line that can only be code to the next blank one.
fn examples_of_doc(doc: &[Line]) -> Vec<Vec<Line>> {
    let mut blocks: Vec<Vec<Line>> = Vec::new();
    let mut within = false;
    for line in doc {
        let first = line.text.trim_start().chars().next();
        if line.text.is_empty() {
            within = false;
        } else if within {
            blocks.last_mut().into_iter().for_each(|block| block.push(line.clone()));
        } else if first.is_some_and(|first| "([{#'\";@*".contains(first)) {
            within = true;
            blocks.push(vec![line.clone()]);
        }
    }
    blocks
}

/// The programs with their answers, and the lines after the last answer.
fn examples(block: &[Line]) -> (Vec<Example>, Vec<Line>) {
    let mut examples: Vec<Example> = Vec::new();
    let mut program: Vec<Line> = Vec::new();
    for line in block {
        if is_answer(&line.text) {
            match examples.last_mut().filter(|_| program.is_empty()) {
                Some(example) => example.answer.push(line.clone()),
                None => examples.push(Example { program: std::mem::take(&mut program), answer: vec![line.clone()] }),
            }
        } else if is_program(&line.text) || !program.is_empty() {
            program.push(line.clone());
        }
    }
    (examples, program)
}

fn is_answer(line: &str) -> bool {
    [";=>", ";|", ";!", ";?"].iter().any(|mark| line.starts_with(mark))
}

/// Whether a program can begin with the line: blank ones and remarks before it are not part of it.
fn is_program(line: &str) -> bool {
    let text = line.trim();
    !text.is_empty() && !text.starts_with(';')
}

/// By path, for documents that are found in several ways.
pub type ByPath<T> = BTreeMap<PathBuf, T>;
