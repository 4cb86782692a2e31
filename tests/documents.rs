//! Every example in programs, pages, builtins and doc comments gives what stands below it.

#[allow(dead_code)]
mod notation;
#[allow(dead_code)]
mod programs;

use notation::{ByPath, Document, Report, docs, files, root};

#[test]
fn programs_give_their_answers() {
    let mut report = Report::default();
    for path in files(&root().join("lisp-tests"), "clj") {
        Document::clojure(&path).check(&mut report);
    }
    report.finish("lisp-tests");
}

#[test]
fn builtins_do_what_they_say() {
    let sources = files(&root().join("src/lisp/builtins"), "rs");
    let written: Vec<_> = sources.iter().map(|path| (path, docs(path))).collect();
    let mut found: ByPath<Vec<_>> = ByPath::new();
    let mut report = Report::default();
    for builtin in ptc::lisp::builtins::registry().all() {
        let text: Vec<String> = builtin.doc.iter().map(|line| line.strip_prefix(' ').unwrap_or(line).into()).collect();
        let place = written.iter().find_map(|(path, docs)| Some((path, docs.get(&text)?)));
        match place {
            Some((path, doc)) => found.entry(path.to_path_buf()).or_default().push(doc.clone()),
            None => report.wrong(format!("the doc of {} is in none of the sources", builtin.name)),
        }
        if !text.iter().any(|line| line.starts_with(";=>") || line.starts_with(";!")) {
            report.wrong(format!("{} has no example", builtin.name));
        }
    }
    for (path, mut docs) in found {
        // Answers are rewritten from the end of the file.
        docs.sort_by_key(|doc| doc.first().map(notation::Line::number));
        Document::builtins(&path, &docs).check(&mut report);
    }
    report.finish("the docs of builtins");
}

#[test]
fn pages_are_true() {
    let mut report = Report::default();
    let mut pages = files(&root().join("docs"), "md");
    pages.extend(["README.md", "CHANGELOG.md", "grammar/functions.md", "src/README.md"].map(|page| root().join(page)));
    pages.retain(|page| std::fs::read_to_string(page).is_ok_and(|text| text.lines().any(|line| line == "```clojure")));
    for page in &pages {
        Document::markdown(page).check(&mut report);
    }
    if !pages.is_empty() {
        report.finish("the pages");
    }
}

#[test]
fn doc_comments_are_true() {
    let mut report = Report::default();
    let mut sources = files(&root().join("src"), "rs");
    sources.retain(|path| {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        text.lines().any(|line| line.trim_start().starts_with("//") && line.ends_with("```clojure"))
    });
    for path in &sources {
        Document::doc_comments(path).check(&mut report);
    }
    if !sources.is_empty() {
        report.finish("doc comments");
    }
}
