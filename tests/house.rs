//! The house is as it is said to be: who may use whom, no files in a circle, how files begin, how long they are, where `unsafe` is.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Whom a room may use; whoever is not listed may be used by nobody in that room. `lisp` alone stands for its root.
const ROOMS: &[(&str, &[&str])] = &[
    ("lisp/text", &[]),
    ("lisp/limits", &["lisp/text"]),
    ("lisp/value", &["lisp/text", "lisp/limits"]),
    ("lisp/syntax", &["lisp/text", "lisp/limits", "lisp/value"]),
    ("lisp/forms", &["lisp/text", "lisp/value", "lisp/syntax"]),
    ("lisp/layout", &["lisp/syntax", "lisp/forms"]),
    ("lisp/analyse", &["lisp/text", "lisp/limits", "lisp/value", "lisp/syntax", "lisp/forms"]),
    ("lisp/eval", &["lisp/text", "lisp/value", "lisp/analyse", "lisp/limits"]),
    // Both stand beside each other: what can be called, and the registry's row, are types of `value`.
    ("lisp/ops", &["lisp/text", "lisp/value", "lisp/syntax"]),
    ("lisp/builtins", &["lisp/text", "lisp/limits", "lisp/value", "lisp/syntax", "lisp/forms", "lisp/ops", "lisp/doc"]),
    ("settings", &["lisp/text", "lisp/limits", "model", "tool"]),
    ("contract", &["lisp/text", "lisp/value", "lisp/syntax"]),
    ("tool", &["contract", "lisp/text", "lisp/value", "lisp/analyse"]),
    ("sandbox", &["alloc", "host", "lisp", "lisp/*", "tool"]),
    // Models and traces know no Lisp.
    ("model", &[]),
    ("trace", &["host", "model"]),
    ("agent/show", &["agent", "lisp/text", "lisp/value", "tool", "settings"]),
    (
        "agent/run",
        &["agent", "agent/show", "alloc", "contract", "host", "lisp", "lisp/*", "model", "tool", "trace", "settings"],
    ),
    ("agent/tools", &["agent", "agent/run", "agent/show", "contract", "lisp", "lisp/*", "model", "tool", "settings"]),
    ("agent", &["agent/*", "contract", "host", "lisp", "lisp/*", "model", "tool", "trace", "settings"]),
    ("plan", &["agent", "contract", "lisp", "lisp/*", "model", "tool", "trace", "settings"]),
    ("mcp", &["contract", "lisp/text", "lisp/value", "model", "tool"]),
    ("process", &["agent", "contract", "host", "lisp", "lisp/*", "mcp", "model", "plan", "tool", "trace", "settings"]),
];

/// The circles of files that use each other: a room, the files in it, and why they are one thing.
const CIRCLES: [(&str, &str, &str); 2] = [
    (
        "lisp/value",
        "args builtin cell context drop equality extent fault function host iterate machine map meta name number order print \
         sequence set table vector what",
        "Values hold values of every kind: each kind is compared, printed and dropped with what is in it.",
    ),
    ("lisp/eval", "compile missing operand", "To compile an expression is to compile its parts."),
];

/// The longest file, in lines.
const MAX_FILE_LINES: usize = 700;

/// The files with `unsafe` in them.
const UNSAFE: [&str; 1] = ["src/alloc.rs"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The Rust files below a folder, by their path from the root.
fn sources(folder: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut folders: Vec<PathBuf> = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
                found.insert(name, fs::read_to_string(&path).unwrap());
            }
        }
    }
    assert!(!found.is_empty(), "{folder} is empty");
    found
}

/// The room of a file: `lisp/value` of `src/lisp/value/map.rs`, `host` of `src/host.rs`.
fn room_of(path: &str) -> String {
    let parts: Vec<&str> = path.trim_start_matches("src/").trim_end_matches(".rs").split('/').collect();
    match parts.as_slice() {
        ["lisp", "mod"] => "lisp".into(),
        [room, inner, ..] => inner_room(room, inner),
        [room] => (*room).into(),
        [] => String::new(),
    }
}

/// The room that a room and a name in it stand for: files of `lisp` are rooms, and folders of `agent`.
fn inner_room(room: &str, inner: &str) -> String {
    let place = root().join("src").join(room).join(inner);
    let is_room = match room {
        "lisp" => place.is_dir() || place.with_extension("rs").is_file(),
        "agent" => place.is_dir(),
        _ => false,
    };
    if is_room { format!("{room}/{inner}") } else { room.into() }
}

/// Whether a row lists a room, by its name or as one of all rooms within another.
fn lists(allowed: &[&str], used: &str) -> bool {
    let within = |name: &&str| name.strip_suffix('*').is_some_and(|outer| used.starts_with(outer));
    allowed.iter().any(|name| *name == used || within(name))
}

/// The code of a file: without comments and without what only tests use.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]").next().unwrap_or(text);
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// The rooms that a file names, after `crate::` and in the lists that may follow.
fn uses(text: &str) -> Vec<String> {
    let code = code(text);
    let mut rooms = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let after = &code[at + "crate::".len()..];
        for path in expand(after) {
            let mut parts = path.split("::");
            match (parts.next(), parts.next()) {
                (Some(room), Some(inner)) if room.starts_with(char::is_lowercase) && !inner.is_empty() => {
                    rooms.push(inner_room(room, inner));
                }
                (Some(room), _) if room.starts_with(char::is_lowercase) => rooms.push(room.into()),
                _ => {}
            }
        }
    }
    rooms.sort();
    rooms.dedup();
    rooms
}

/// The paths that begin a piece of code: `a::{b, c::d}` is `a::b` and `a::c::d`.
fn expand(code: &str) -> Vec<String> {
    let end = code.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')).unwrap_or(code.len());
    let (path, rest) = code.split_at(end);
    let Some(list) = rest.strip_prefix('{').filter(|_| path.is_empty() || path.ends_with("::")) else {
        return vec![path.into()];
    };
    let mut depth = 1;
    let mut begins = true;
    let mut paths = Vec::new();
    for (at, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' => begins = depth == 1,
            c if begins && !c.is_whitespace() => {
                begins = false;
                paths.extend(expand(&list[at..]).into_iter().map(|inner| format!("{path}{inner}")));
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    paths
}

#[test]
fn lists_of_uses_are_read() {
    assert_eq!(expand("lisp::value::Value;"), ["lisp::value::Value"]);
    assert_eq!(
        expand("lisp::{End, text::{Error, Span}, value::Map};"),
        ["lisp::End", "lisp::text::Error", "lisp::text::Span", "lisp::value::Map"]
    );
    assert_eq!(uses("use crate::{tool::Tool, lisp::{text, End}};\n// crate::agent\n"), ["lisp", "lisp/text", "tool"]);
}

#[test]
fn rooms_use_only_those_below() {
    let mut wrong = Vec::new();
    for (path, text) in sources("src") {
        let room = room_of(&path);
        let Some((_, allowed)) = ROOMS.iter().find(|(name, _)| *name == room) else { continue };
        for used in uses(&text).into_iter().filter(|used| *used != room && !lists(allowed, used)) {
            wrong.push(format!("{path} uses {used}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The modules of `src` with their code: `lisp/value/map`, and `lisp/value` for its `mod.rs`.
fn modules() -> BTreeMap<String, String> {
    let name = |path: &str| {
        let name = path.trim_start_matches("src/").trim_end_matches(".rs");
        name.strip_suffix("/mod").unwrap_or(if name == "lib" { "" } else { name }).to_owned()
    };
    sources("src").into_iter().map(|(path, text)| (name(&path), code(&text))).collect()
}

/// The module that a path in another one leads to, and the name in it.
fn resolve<'p>(modules: &BTreeMap<String, String>, from: &str, path: &'p str) -> (String, &'p str) {
    let mut at: Vec<&str> = from.split('/').filter(|part| !part.is_empty()).collect();
    let mut parts = path.split("::").peekable();
    match parts.peek() {
        Some(&"crate") => at.clear(),
        Some(&"super") => at.truncate(at.len().saturating_sub(1)),
        _ => {}
    }
    parts.next_if(|part| ["crate", "super", "self"].contains(part));
    while parts.next_if_eq(&"super").is_some() {
        at.pop();
    }
    while let Some(part) = parts.next_if(|part| modules.contains_key(&[&at[..], &[*part]].concat().join("/"))) {
        at.push(part);
    }
    (at.join("/"), parts.next().unwrap_or_default())
}

/// What modules give on from others: the module and the name that it gives, and where that comes from.
fn given_on(modules: &BTreeMap<String, String>) -> BTreeMap<(String, String), String> {
    let mut given = BTreeMap::new();
    for (module, code) in modules {
        for statement in code.split(';').map(str::trim).filter(|line| line.starts_with("pub")) {
            let Some((_, path)) = statement.split_once(" use ") else { continue };
            for path in expand(path) {
                let name = path.rsplit("::").next().unwrap_or_default().to_owned();
                given.insert((module.clone(), name), resolve(modules, module, &path).0);
            }
        }
    }
    given
}

/// The modules that each uses. A module and those within it are one: that it uses them says nothing.
fn used(modules: &BTreeMap<String, String>) -> BTreeMap<&str, BTreeSet<String>> {
    let given = given_on(modules);
    let mut all = BTreeMap::new();
    for (module, code) in modules {
        let used: &mut BTreeSet<String> = all.entry(module.as_str()).or_default();
        let begins = |at: &usize| !code[..*at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':');
        let places = ["crate::", "super::", "self::"].into_iter().flat_map(|way| code.match_indices(way));
        for path in places.map(|(at, _)| at).filter(begins).flat_map(|at| expand(&code[at..])) {
            let (mut target, name) = resolve(modules, module, &path);
            while let Some(source) = given.get(&(target.clone(), name.to_owned())).filter(|source| **source != target) {
                target.clone_from(source);
            }
            if !target.is_empty() && target != *module && !target.starts_with(&format!("{module}/")) {
                used.insert(target);
            }
        }
    }
    all
}

/// The modules that one uses, directly or through others.
fn reached<'m>(used: &'m BTreeMap<&str, BTreeSet<String>>, module: &'m str) -> BTreeSet<&'m str> {
    let (mut found, mut open) = (BTreeSet::new(), vec![module]);
    while let Some(next) = open.pop().and_then(|module| used.get(module)) {
        open.extend(next.iter().map(String::as_str).filter(|module| found.insert(*module)));
    }
    found
}

/// The modules that use each other, directly or through others.
fn circles(modules: &BTreeMap<String, String>) -> BTreeSet<Vec<String>> {
    let used = used(modules);
    let reach: BTreeMap<&str, BTreeSet<&str>> = used.keys().map(|module| (*module, reached(&used, module))).collect();
    let circle = |module: &&str| -> Vec<String> {
        let others = reach[module].iter().filter(|other| reach[**other].contains(module));
        others.map(|other| (*other).to_owned()).collect()
    };
    reach.keys().map(circle).filter(|circle| circle.len() > 1).collect()
}

#[test]
fn circles_are_found() {
    let modules = [
        ("", "mod a; mod b;"),
        ("a", "mod x; mod y; pub use x::X;"),
        ("a/x", "use crate::b::{B, C as D};"),
        ("a/y", "use super::X;"),
        ("b", "use crate::{a::{\n    X}};"),
    ];
    let modules = modules.map(|(name, code)| (name.to_owned(), code.to_owned())).into();
    assert_eq!(circles(&modules), BTreeSet::from([vec!["a/x".to_owned(), "b".to_owned()]]));
}

#[test]
fn no_file_uses_one_that_uses_it() {
    let found = circles(&modules());
    let allowed = |(room, names, _): &(&str, &str, &str), circle: &[String]| {
        let name = |module: &str| module.strip_prefix(room).and_then(|name| name.strip_prefix('/')).map(str::to_owned);
        circle.iter().all(|module| name(module).is_some_and(|name| names.split(' ').any(|one| one == name)))
    };
    let wrong: Vec<_> = found.iter().filter(|circle| !CIRCLES.iter().any(|row| allowed(row, circle))).collect();
    assert!(wrong.is_empty(), "these use each other: move what they share below them: {wrong:#?}");
    let gone: Vec<_> = CIRCLES.iter().filter(|row| !found.iter().any(|circle| allowed(row, circle))).collect();
    assert!(gone.is_empty(), "no circle any more: {gone:#?}");
}

/// What a file of builtins may use of `builtins/mod.rs`: the macros, and the registry.
const OF_BUILTINS: [&str; 5] = ["builtins", "clause", "argument", "registry", "named"];

#[test]
fn builtins_use_no_other_builtins() {
    let mut wrong = Vec::new();
    for (path, text) in sources("src/lisp/builtins") {
        if path.ends_with("/mod.rs") {
            continue;
        }
        let code = code(&text);
        let after = ["super::", "lisp::builtins::"].into_iter().flat_map(|way| {
            let places = code.match_indices(way).map(move |(at, _)| at + way.len());
            places.collect::<Vec<_>>()
        });
        for used in after.flat_map(|at| expand(&code[at..])) {
            if !OF_BUILTINS.contains(&used.split("::").next().unwrap_or_default()) {
                wrong.push(format!("{path} uses {used}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_language_knows_nothing_outside() {
    let outside =
        ["tokio", "reqwest", "std::fs", "std::net", "std::process", "std::env", "SystemTime", "std::thread::"];
    let mut wrong = Vec::new();
    for (path, text) in sources("src/lisp") {
        let code = code(&text);
        wrong.extend(outside.iter().filter(|name| code.contains(**name)).map(|name| format!("{path}: {name}")));
        let beyond = uses(&text).into_iter().filter(|room| !room.starts_with("lisp"));
        wrong.extend(beyond.map(|room| format!("{path} uses {room}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The names of the types that a file declares `pub`: `["Row"]` of `pub struct Row<T> {`.
fn public_types(text: &str) -> Vec<&str> {
    let declared = text.lines().filter_map(|line| line.trim_start().strip_prefix("pub "));
    declared
        .filter_map(|rest| {
            let (kind, rest) = rest.split_once(' ')?;
            let name = rest.split(|c: char| !c.is_alphanumeric() && c != '_').next()?;
            ["struct", "enum", "trait", "type", "union"].contains(&kind).then_some(name)
        })
        .collect()
}

#[test]
fn no_public_type_name_stands_twice() {
    let files = sources("src");
    let mut declared: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (path, text) in &files {
        public_types(text).into_iter().for_each(|name| declared.entry(name).or_default().push(path));
    }
    let twice = declared.iter().filter(|(_, paths)| paths.len() > 1);
    let wrong: Vec<String> = twice.map(|(name, paths)| format!("{name}: {}", paths.join(", "))).collect();
    assert!(wrong.is_empty(), "say of what each is:\n{}", wrong.join("\n"));
}

#[test]
fn files_say_what_they_are_and_are_short() {
    let mut wrong = Vec::new();
    for folder in
        ["src", "cli", "macros", "tests", "benches", "examples"].iter().filter(|folder| root().join(folder).is_dir())
    {
        for (path, text) in sources(folder) {
            let first = text.lines().next().unwrap_or("");
            if !first.starts_with("//! ") || !first.ends_with(['.', ':', '?']) && first.len() < 80 {
                wrong.push(format!("{path}: the first line says what the file is, got {first:?}"));
            }
            let lines = text.lines().count();
            if lines > MAX_FILE_LINES {
                wrong.push(format!("{path}: {lines} lines are more than {MAX_FILE_LINES}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Where a message or hint is read, and what is done with it decides something.
fn decisions_by_text(code: &str) -> Vec<String> {
    let questions = ["contains(", "starts_with(", "ends_with(", "strip_prefix(", "strip_suffix(", "eq("];
    let ways = ["as_str()", "as_ref()", "as_deref()", "trim()"];
    let sources = ["message", "message()", "hint", "hint()", "advice()", "to_string()"];
    let joined: String = code.split_whitespace().collect::<Vec<_>>().join(" ").replace(" .", ".");
    let mut found = Vec::new();
    for source in sources {
        for (at, _) in joined.match_indices(&format!(".{source}")) {
            let rest = &joined[at + 1 + source.len()..];
            let mut asked = rest;
            while let Some(after) = ways.iter().find_map(|way| asked.strip_prefix('.')?.strip_prefix(way)) {
                asked = after;
            }
            let is_asked =
                questions.iter().any(|question| asked.strip_prefix('.').is_some_and(|q| q.starts_with(question)));
            if is_asked || asked.starts_with(" == \"") || asked.starts_with(" != \"") {
                found.push(format!("{source}{}", rest.chars().take(40).collect::<String>()));
            }
        }
    }
    found
}

#[test]
fn no_code_decides_by_a_message_or_hint() {
    assert_eq!(decisions_by_text("if error\n    .message\n    .contains(\"x\") {}").len(), 1);
    assert_eq!(decisions_by_text("error.to_string() == \"x\" || error.hint.as_deref().starts_with(\"y\")").len(), 2);
    assert!(decisions_by_text("error.message.len() > 3 && text.contains(\"x\")").is_empty());
    let all = sources("src").into_iter().chain(sources("cli/src"));
    for (path, text) in all.filter(|(path, _)| !path.ends_with("tests.rs") && !path.contains("/tests/")) {
        assert_eq!(decisions_by_text(&code(&text)), Vec::<String>::new(), "{path}");
    }
}

#[test]
fn unsafe_code_is_where_it_is_said_to_be() {
    for (path, text) in sources("src") {
        let code = code(&text);
        let unsafe_code =
            ["unsafe {", "unsafe fn", "unsafe impl", "unsafe extern"].iter().any(|mark| code.contains(mark));
        assert_eq!(unsafe_code, UNSAFE.contains(&path.as_str()), "{path}");
    }
}

/// What a name in the tables of `docs/parity.md` is: a talk, a test of a file, or a path.
fn is_there(name: &str) -> bool {
    let of = |file: &str, test: &str| {
        ["tests", "src", "cli/tests"]
            .iter()
            .filter_map(|folder| fs::read_to_string(root().join(folder).join(format!("{file}.rs"))).ok())
            .any(|text| text.contains(&format!("fn {test}(")))
    };
    match (name.split_once("::"), name.strip_prefix("talks/")) {
        (Some((file, test)), _) => of(file, test),
        (None, Some(talk)) => root().join(format!("tests/talks/{talk}.md")).is_file(),
        (None, None) => ["", "tests", "src", "cli/tests"].iter().any(|folder| root().join(folder).join(name).exists()),
    }
}

#[test]
fn what_the_tables_of_parity_name_is_there() {
    let text = fs::read_to_string(root().join("docs/parity.md")).unwrap();
    let mut wrong = Vec::new();
    let (mut header, mut rows) = (0, 0);
    for line in text.lines().filter(|line| line.starts_with('|')) {
        let line = line.replace("\\|", "¦");
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [.., works, held_by] = cells.as_slice() else { panic!("{line}") };
        match *works {
            "works" => header = cells.len(),
            "---" => {}
            _ if cells.len() != header => wrong.push(format!("{line}: {header} cells were expected")),
            "yes" | "in part" => {
                rows += 1;
                let names: Vec<&str> = held_by.split(", ").map(|name| name.trim_matches('`')).collect();
                wrong.extend(names.iter().filter(|name| !is_there(name)).map(|name| format!("{name:?} in {line}")));
            }
            "no" if held_by.is_empty() => {}
            other => wrong.push(format!("{line}: {other:?} is not yes, in part or no")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(rows > 100, "{rows}");
    assert!(!is_there("talks/none") && !is_there("agents::none") && !is_there("none.rs"));
}

/// Whether Windows can hold a file of this name.
fn is_portable(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name).to_ascii_lowercase();
    let is_port = |port: &str| stem.strip_prefix(port).is_some_and(|number| number.len() == 1 && number != "0");
    let is_reserved = matches!(stem.as_str(), "con" | "prn" | "aux" | "nul") || is_port("com") || is_port("lpt");
    !is_reserved && !name.ends_with(['.', ' ']) && !name.contains(['<', '>', ':', '"', '|', '?', '*', '\\'])
}

#[test]
fn file_names_are_possible_on_windows() {
    assert!(!is_portable("nul.clj") && !is_portable("COM1") && !is_portable("what?") && is_portable("null.clj"));
    let mut wrong = Vec::new();
    let mut folders = vec![root().to_path_buf()];
    while let Some(folder) = folders.pop() {
        let mut names = Vec::new();
        for entry in fs::read_dir(&folder).unwrap().flatten() {
            let (name, path) = (entry.file_name().to_string_lossy().into_owned(), entry.path());
            if name == "target" || name == ".git" {
                continue;
            }
            if !is_portable(&name) || names.contains(&name.to_lowercase()) {
                wrong.push(path.display().to_string());
            }
            names.push(name.to_lowercase());
            if path.is_dir() && !path.is_symlink() {
                folders.push(path);
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
