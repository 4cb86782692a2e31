//! The grammar of contracts and the functions that read them say the same, rule for rule.

use std::collections::BTreeMap;

use ptc::contract::{Signature, Type};

const GRAMMAR: &str = include_str!("../grammar/contract.ebnf");
const READERS: [&str; 2] = [include_str!("../src/contract/parse.rs"), include_str!("../src/contract/literal.rs")];

/// The rules of a text that holds one to a line, by name, with single blanks.
fn rules<'a>(lines: impl Iterator<Item = &'a str>) -> BTreeMap<String, String> {
    let lines = lines.map(|line| line.split("(*").next().unwrap_or(line));
    let rules = lines.filter_map(|line| line.trim().strip_suffix(" ;")?.split_once('='));
    rules.map(|(name, rule)| (name.trim().into(), rule.split_whitespace().collect::<Vec<_>>().join(" "))).collect()
}

#[test]
fn every_function_reads_the_rule_of_its_name() {
    let written = rules(GRAMMAR.lines());
    let read = rules(READERS.iter().flat_map(|source| source.lines()).filter_map(|line| line.strip_prefix("///")));
    for (name, rule) in &read {
        assert_eq!(written.get(name), Some(rule), "{name}");
    }
    // What has no function of its own: characters, and `Type::parse`.
    let rest: Vec<&String> = written.keys().filter(|name| !read.contains_key(*name)).collect();
    assert_eq!(rest, ["digits", "mark", "type"]);
    let functions = READERS.join("\n");
    for name in read.keys().filter(|name| *name != "key mark") {
        assert!(functions.contains(&format!("fn {name}(")) || functions.contains(&format!("fn {name}<")), "{name}");
    }
}

#[test]
fn texts_of_the_grammar_read() {
    let signatures = [
        "()",
        "now()",
        "a_b-c/d?!.*+$'1 ( ) -> :any",
        "(a:int)",
        "(a :int,,b :int\n\tc :int)",
        "(:a :int? \"b c\" :string = \"\", * :any)",
        "(a {* {:b [(:x | :y)?]}})->{}",
        "(a :any = {:k [1 -2.5 1e3 2.5E-1 7N \"\\u00e9\\/\" true false nil :a/b :<= {}]})",
    ];
    for text in signatures {
        assert!(Signature::parse(text).is_ok(), "{text}: {:?}", Signature::parse(text));
    }
    for text in [":any", "->:map", "-> [ :int ]", "( \"x\"|\"y\" )?", "{*:int}", "{ a :int b :int }", "(:=)"] {
        assert!(Type::parse(text).is_ok(), "{text}: {:?}", Type::parse(text));
    }
}

#[test]
fn other_texts_do_not() {
    let signatures = [
        "",
        "a",
        ":int",
        "-> :int",
        "(",
        ")",
        "(a)",
        "(a :int) ->",
        "(a :int) -> :int :int",
        "(1a :int)",
        "(a : int)",
        "(a :int ?)",
        "(a :int??)",
        "(a :int =)",
        "(a = 1)",
        "(* )",
        "(* :int, a :int)",
        "(a :int = 1.)",
        "(a :int = .5)",
        "(a :any = {1})",
        "(a :any = \"\\q\")",
        "(a :any = \"\\ud800\")",
        "(a :any = ::k)",
        "(a :any = 1e999)",
        "(a-> :int)",
        "(a :int) => :int",
        "a b(c :int)",
    ];
    for text in signatures {
        assert!(Signature::parse(text).is_err(), "{text}");
    }
    for text in ["", "->", "[]", "[:int", "{:a}", "{* }", "{* :int :int}", "()", "(:a |)", "(| :a)", "(:a | :a)", "(a)"]
    {
        assert!(Type::parse(text).is_err(), "{text}");
    }
}
