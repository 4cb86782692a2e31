//! The guide, and the project that `ptc init` makes: every command does what stands below it.
//!
//! The commands of a page run in a folder of its own, one after the other, in the project that `ptc init` makes. Blocks whose fence names
//! a file (`` ```toml chief.toml ``) are written into it before. `? 1` is the status, which is 0 otherwise; what is printed
//! on standard error stands before what is printed on standard output. `UPDATE=1 cargo test --test guide` writes anew
//! what is printed.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs, process};

/// A folder of a test's own, gone when the test is over.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = env::temp_dir().join(format!("ptc-guide-{name}-{}", process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// One with a project in it.
    fn project(name: &str) -> Self {
        let folder = Self::new(name);
        assert_eq!(folder.run(&["init"]).0, 0);
        folder
    }

    /// The status, and all that was printed.
    fn run<T: AsRef<str>>(&self, arguments: &[T]) -> (i32, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_ptc"))
            .args(arguments.iter().map(AsRef::as_ref))
            .current_dir(&self.0)
            .env_remove("OPENAI_API_KEY")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let printed = [output.stderr, output.stdout].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
        (output.status.code().unwrap(), printed)
    }

    fn file(&self, name: &str) -> String {
        fs::read_to_string(self.0.join(name)).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// The words of a command, those within quotes together.
fn words(command: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quote = None;
    for c in command.chars() {
        match (c, quote) {
            (c, Some(open)) if c == open => quote = None,
            ('"' | '\'', None) => quote = Some(c),
            (' ', None) => words.push(String::new()),
            (c, _) => words.last_mut().unwrap().push(c),
        }
    }
    words
}

/// The blocks of a page: what stands after the fence, and the numbers of the first line inside and of the closing fence.
fn blocks(lines: &[String]) -> Vec<(String, usize, usize)> {
    let mut blocks = Vec::new();
    let mut open: Option<(String, usize)> = None;
    for (number, line) in lines.iter().enumerate() {
        let Some(after) = line.strip_prefix("```") else { continue };
        open = match open {
            Some((fence, first)) => {
                blocks.push((fence, first, number));
                None
            }
            None => Some((after.into(), number + 1)),
        };
    }
    blocks
}

/// Runs the commands of a page, and gives their number and what is wrong. Where answers are to be rewritten, rewrites them.
fn check(page: &Path) -> (usize, Vec<String>) {
    let name = page.file_stem().unwrap().to_string_lossy().into_owned();
    let folder = Folder::project(&name);
    let lines: Vec<String> = fs::read_to_string(page).unwrap().lines().map(Into::into).collect();
    let mut written = Vec::new();
    let (mut ran, mut wrong, mut done) = (0, Vec::new(), 0);
    for (fence, first, end) in blocks(&lines) {
        if let Some((_, file)) = fence.split_once(' ') {
            fs::write(folder.0.join(file), lines[first..end].join("\n") + "\n").unwrap();
        }
        if fence != "console" {
            continue;
        }
        written.extend_from_slice(&lines[done..first]);
        done = end;
        let mut at = first;
        while at < end {
            let line = &lines[at];
            let Some(command) = line.strip_prefix("$ ptc ") else {
                panic!("{name}:{}: {line:?} is no command", at + 1)
            };
            let next = (at + 1..end).find(|number| lines[*number].starts_with("$ ")).unwrap_or(end);
            let (status, printed) = folder.run(&words(command));
            ran += 1;
            let mut got: Vec<String> = (status != 0).then(|| format!("? {status}")).into_iter().collect();
            got.extend(printed.trim_end().lines().map(|line| line.trim_end().to_owned()));
            let mut expected = &lines[at + 1..next];
            while let [before @ .., last] = expected
                && last.is_empty()
            {
                expected = before;
            }
            if got != expected {
                wrong.push(format!("{name}:{}: {line}\n{}\n", at + 1, got.join("\n")));
            }
            written.push(line.clone());
            written.extend(got);
            if next < end {
                written.push(String::new());
            }
            at = next;
        }
    }
    written.extend_from_slice(&lines[done..]);
    if !wrong.is_empty() && env::var_os("UPDATE").is_some_and(|value| value == "1") {
        fs::write(page, written.join("\n") + "\n").unwrap();
        wrong.clear();
    }
    (ran, wrong)
}

#[test]
fn the_commands_of_the_guide_print_what_stands_below_them() {
    let mut pages: Vec<PathBuf> =
        fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().path()).collect();
    pages.retain(|page| page.extension().is_some_and(|extension| extension == "md"));
    pages.sort();
    let (ran, wrong): (Vec<usize>, Vec<Vec<String>>) = pages.iter().map(|page| check(page)).unzip();
    let wrong = wrong.concat();
    assert!(wrong.is_empty(), "UPDATE=1 cargo test --test guide writes what was printed\n\n{}", wrong.join("\n"));
    assert!(ran.iter().sum::<usize>() > 10, "{ran:?}");
}

#[test]
fn every_page_of_the_guide_is_linked_and_its_rust_is_run() {
    let index = fs::read_to_string(root().join("docs/README.md")).unwrap();
    let library = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    for entry in fs::read_dir(root().join("docs")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(name == "README.md" || index.contains(&format!("({name})")), "{name} is not in docs/README.md");
        let text = fs::read_to_string(root().join("docs").join(&name)).unwrap();
        let rust = text.contains("```rust");
        assert_eq!(library.contains(&format!("../docs/{name}")), rust, "{name}: doctests of src/lib.rs");
    }
}

#[test]
fn a_new_project_runs_at_once() {
    let folder = Folder::new("init");
    let (status, printed) = folder.run(&["init", "desk/front"]);
    assert_eq!(status, 0, "{printed}");
    assert!(printed.ends_with("try: cd desk/front && ptc run agent.toml --script replies.json\n"), "{printed}");
    let project = Folder(folder.0.join("desk/front"));
    let readme = project.file("README.md");
    let lines: Vec<String> = readme.lines().map(Into::into).collect();
    let mut printed = Vec::new();
    for (fence, first, end) in blocks(&lines) {
        for line in &lines[first..end] {
            let command = line.trim_start_matches("$ ").strip_prefix("ptc ").unwrap();
            let (status, text) = project.run(&words(command));
            match fence.as_str() {
                "console" => assert_eq!(status, 0, "{line}\n{text}"),
                // They need a key, which is all that is wrong with them.
                _ => assert!(
                    status == 1 && text.contains("set the environment variable OPENAI_API_KEY"),
                    "{line}\n{text}"
                ),
            }
            printed.push(text);
        }
    }
    assert_eq!(printed.len(), 9);
    let found = "[{:ticket 3, :name \"Bo\", :hours 51} {:ticket 1, :name \"Ada\", :hours 30}]";
    assert!(printed[0].contains(&format!("result:  {found}\n")), "{}", printed[0]);
    assert!(printed[2].starts_with("main ← Who has waited too long"), "{}", printed[2]);
    assert!(project.file("run.html").starts_with("<!"), "{}", printed[3]);
    assert_eq!(printed[4], "nothing found\n");
    assert_eq!(printed[5], format!("{found}\n"));
}

#[test]
fn a_project_overwrites_nothing() {
    let folder = Folder::new("overwrites");
    fs::write(folder.0.join("tools.json"), "mine").unwrap();
    let (status, printed) = folder.run(&["init"]);
    assert_eq!((status, printed.contains("tools.json would be overwritten")), (2, true), "{printed}");
    assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 1);
    assert_eq!(folder.file("tools.json"), "mine");
    fs::write(folder.0.join("taken"), "").unwrap();
    let (status, printed) = folder.run(&["init", "taken"]);
    assert_eq!((status, printed.contains("taken")), (1, true), "{printed}");
}

#[test]
fn a_project_has_the_same_tools_in_both_files() {
    let folder = Folder::project("tools");
    let table: serde_json::Value = serde_json::from_str(&folder.file("tools.json")).unwrap();
    let agent: serde_json::Value = toml::from_str(&folder.file("agent.toml")).unwrap();
    let context: serde_json::Value = serde_json::from_str(&folder.file("context.json")).unwrap();
    assert_eq!(agent["context"], context);
    for (name, tool) in table.as_object().unwrap() {
        for (key, value) in tool.as_object().unwrap() {
            assert_eq!(&agent["tools"][name][key], value, "{name}.{key}");
        }
    }
}
