//! Every public name of the namespaces that programs know: it is there, or an error says what to write instead.
//!
//! `tests/vars/NAMESPACE.txt` is what `(run! println (sort (keys (ns-publics 'NAMESPACE))))` prints in Clojure 1.11.

use std::path::Path;

use ptc::Sandbox;
use ptc::lisp::forms;
use ptc::lisp::text::ErrorKind;

enum Standing {
    /// A function, a form or a constant.
    There,
    /// Not there, and an error says what to use.
    Advised,
    /// Neither.
    Unknown(String),
}

fn standing(name: &str) -> Standing {
    if forms::find(name).is_some() || Sandbox::new().eval(name).is_ok() {
        return Standing::There;
    }
    for program in [name.to_owned(), format!("({name})"), format!("({name} 1 2)")] {
        match Sandbox::new().eval(&program) {
            Err(error) if error.kind == ErrorKind::Unsupported && error.hint.is_some() => {}
            other => return Standing::Unknown(format!("{program}: {other:?}")),
        }
    }
    Standing::Advised
}

/// How many names of a namespace are there, and how many are answered with advice.
fn count(namespace: &str) -> (usize, usize) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/vars/{namespace}.txt"));
    let names = std::fs::read_to_string(path).expect("the names are written down");
    let (mut there, mut advised, mut unknown) = (0, 0, Vec::new());
    for name in names.lines() {
        let name = if namespace == "clojure.core" { name.to_owned() } else { format!("{namespace}/{name}") };
        match standing(&name) {
            Standing::There => there += 1,
            Standing::Advised => advised += 1,
            Standing::Unknown(why) => unknown.push(why),
        }
    }
    assert!(unknown.is_empty(), "{namespace}: {} names are neither:\n{}", unknown.len(), unknown.join("\n"));
    println!("{namespace}: {there} there, {advised} advised");
    (there, advised)
}

#[test]
fn clojure_core_is_there_or_advised() {
    let (there, advised) = count("clojure.core");
    assert_eq!(there + advised, 671);
    assert!(there >= 430, "{there} of clojure.core");
}

#[test]
fn the_other_namespaces_are_there() {
    for (namespace, names) in
        [("clojure.string", 21), ("clojure.set", 12), ("clojure.walk", 10), ("clojure.edn", 1), ("clojure.math", 45)]
    {
        // Missing is edn/read.
        assert_eq!(count(namespace).0, names, "{namespace}");
    }
}

/// What Clojure has no name for, a linter of Clojure must be told.
#[test]
fn clj_kondo_is_told_what_only_this_language_has() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let config = std::fs::read_to_string(root.join(".clj-kondo/config.edn")).expect("the configuration is there");
    let source = std::sync::Arc::new(ptc::lisp::text::Source::new("config.edn", &config));
    assert_eq!(ptc::lisp::syntax::read_data(&source).expect("it reads").len(), 1, "it is one map");
    let names = std::fs::read_to_string(root.join("tests/vars/clojure.core.txt")).expect("the names are written down");
    let told: Vec<&str> = config.split(|c: char| c.is_whitespace() || "[]{}".contains(c)).collect();
    for builtin in ptc::lisp::builtins::registry().all() {
        let name = builtin.name;
        let expected = match name.split_once('/').filter(|(space, short)| !space.is_empty() && !short.is_empty()) {
            Some((space, _)) => space,
            None if name.starts_with('.') || name.ends_with('.') => continue,
            None if names.lines().any(|known| known == name) => continue,
            None => name,
        };
        assert!(told.contains(&expected), "{expected} is missing in .clj-kondo/config.edn");
    }
}
