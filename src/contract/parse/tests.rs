//! Texts that read, and what is said about those that do not.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::*;
use crate::contract::MAX_DEPTH;
use crate::lisp::value::Value;

fn canonical(text: &str) -> String {
    Signature::parse(text).map_or_else(|error| error.to_string(), |signature| signature.to_string())
}

fn complaint(text: &str) -> String {
    Signature::parse(text).map_or_else(|error| error.to_string(), |signature| format!("reads as {signature}"))
}

#[test]
fn signatures_read_however_they_are_written() {
    let table = [
        ("(query :string, limit :int) -> [{:id :int :title :string}]", None),
        (
            "(query :string limit :int)->[{id :int, title :string}]",
            Some("(query :string, limit :int) -> [{:id :int :title :string}]"),
        ),
        ("()", None),
        ("  now ( ) -> :any\n", Some("()")),
        ("(task :string, context :map?) -> {:summary :string :refs {:email_ids [:int]}}", None),
        ("(:a :int :b :int)", Some("(a :int, b :int)")),
        ("(is-new? :bool, save! :bool, x1_y :int, _ :any, _x {:_y :int})", None),
        (
            r#"(level (:low|:high) = :low, op (:< | := | :>=), mode ("x" | "y z")?)"#,
            Some(r#"(level (:low | :high) = :low, op (:< | := | :>=), mode ("x" | "y z")?)"#),
        ),
        (
            "(limit :int = 10, rate :float=0.5, tags [:string] = [\"a\" \"b\"], by {* :int} = {:a 1})",
            Some("(limit :int = 10, rate :float = 0.5, tags [:string] = [\"a\" \"b\"], by {* :int} = {:a 1})"),
        ),
        (
            "(a :int = -5, b :int = 99999999999999999999, c :float = 1e21, d :any = nil)",
            Some("(a :int = -5, b :int = 99999999999999999999N, c :float = 1.0E21, d :any?)"),
        ),
        (
            r#"(a :string = "q\"\\\n\u00e9", b :bool = true, c :keyword = :k, d :any = [[] {}])"#,
            Some("(a :string = \"q\\\"\\\\\\né\", b :bool = true, c :keyword = :k, d :any = [[] {}])"),
        ),
        ("(rate :float = 1, n :int = 2.0)", Some("(rate :float = 1.0, n :int = 2)")),
        ("(\"first name\" :string, * :any) -> {* [:int?]?}", None),
        ("(* :int)", None),
        ("(x {}) -> {:user/id :int}", None),
        ("(steps [{:id :keyword :task :string :tools [:string] :needs [:keyword]}]) -> {:plan_id :string}", None),
    ];
    for (text, expected) in table {
        let shown = canonical(text);
        assert_eq!(shown, expected.unwrap_or(text));
        assert_eq!(canonical(&shown), shown);
    }
}

#[test]
fn names_are_kept_on_request() {
    let (name, signature) = Signature::parse_named("mail/search(q :string)").unwrap();
    assert_eq!(name.as_deref(), Some("mail/search"));
    assert_eq!(signature.named("find").to_string(), "find(q :string)");
    assert_eq!(Signature::parse_named("()").unwrap().0, None);
}

#[test]
fn results_stand_alone() {
    for text in ["-> {:id :int}", "{:id :int}", " ->{id :int} "] {
        assert_eq!(Signature::parse_result(text).unwrap().to_string(), "() -> {:id :int}");
    }
    assert_eq!(Type::parse("(:a | :b)?").unwrap(), Type::keywords(["a", "b"]).optional());
}

/// A text, what is said about it, and what it says to try.
const COMPLAINTS: &str = r#"
(q :str)
;! column 4: expected a type, got `:str`
;? did you mean :string?

(q :integer)
;! column 4: expected a type, got `:integer`
;? did you mean :int?

(q :number)
;! column 4: expected a type, got `:number`
;? did you mean :float?

(q :boolean)
;! column 4: expected a type, got `:boolean`
;? did you mean :bool?

(q :object)
;! column 4: expected a type, got `:object`
;? did you mean :map?

(q :strnig)
;! column 4: expected a type, got `:strnig`
;? did you mean :string?

(q :String)
;! column 4: expected a type, got `:String`
;? did you mean :string?

(q :list)
;! column 4: expected a type, got `:list`
;? a list of T is written [T], such as [:string]

(q :null)
;! column 4: expected a type, got `:null`
;? what may be nil is written T?, such as :string?

(q :customer)
;! column 4: expected a type, got `:customer`
;? the types are :string :int :float :bool :keyword :map :any, [T] and {:k T}

(q :string_list)
;! column 4: expected a type, got `:string_list`
;? the types are :string :int :float :bool :keyword :map :any, [T] and {:k T}

(q: string)
;! column 3: expected a type, got `:`
;? the colon belongs to the type: query :string

(q string)
;! column 4: expected a type, got `string`
;? types begin with a colon: :string

(q, r :int)
;! column 5: expected a type, got `r`
;? each name is followed by a type, such as :string or [:int]

(q :int
;! column 8: expected a parameter or `)`, got the end of the text

(q :int :string)
;! column 16: expected a type, got `)`
;? each name is followed by a type, such as :string or [:int]

(q [:int :string])
;! column 10: expected `]`, got `:string`
;? a list has items of one type; [:any] holds anything

(q [])
;! column 4: expected the type of the items, got `[`
;? [:any] is a list of anything

(q {:a :int)
;! column 12: expected a field or `}`, got `)`

(q {* :int :string})
;! column 12: expected `}`, got `:string`

(q (:a :b))
;! column 8: expected `|` or `)`, got `:b`
;? choices are separated by bars: (:low | :high)

(q (a | b))
;! column 5: expected a choice, got `a`
;? choices are keywords or strings: (:low | :high)

(q :int, q :string)
;! column 10: expected another name, got `q`
;? q is there already

(q {:a :int :a :int})
;! column 13: expected another name, got `:a`
;? a is there already

(q :int = "x")
;! column 11: expected a default that is integer, got `"`

(q :int = nil)
;! column 11: expected a default that is integer, got `nil`
;? q :int? is a parameter that may be left out

(q :int = 10abc)
;! column 11: expected a number, got `10abc`

(q :int = -)
;! column 11: expected a number, got `-`

(q :any = 1.5N)
;! column 11: expected a number, got `1.5N`

(q :any = :)
;! column 11: expected a keyword, got `:`

(q :any = :a/b/c)
;! column 11: expected a keyword, got `:a/b/c`

(q :string = "\u+0e9")
;! column 15: expected an escape, got `\u+0e9`
;? strings know \" \\ \/ \n \t \r \b \f and \u00e9

(q :int = ten)
;! column 11: expected a literal: a number, a string, true, false, nil, a keyword, [ ] or { }, got `ten`

(q :string = "ab)
;! column 18: expected `"`, got the end of the text
;? the string is not closed

(q :int) :int
;! column 10: expected `->` and a type, or the end, got `:int`
;? the result follows an arrow: -> [:int]

(q :int) -> :int x
;! column 18: expected nothing more, got `x`

search
;! column 7: expected `(` and the parameters, got the end of the text
;? a signature reads (query :string) -> [:int]
"#;

#[test]
fn errors_say_where_what_and_how_instead() {
    for case in COMPLAINTS.trim().split("\n\n") {
        let (text, expected) = case.split_once("\n;! ").unwrap();
        assert_eq!(complaint(text), expected.replace("\n;? ", "; "), "{text}");
    }
    let second_line = complaint("(q :int,\n r :itn)");
    assert_eq!(second_line, "line 2, column 4: expected a type, got `:itn`; did you mean :int?");
}

#[test]
fn types_of_other_languages_are_known() {
    let table = [
        ("text uuid", "did you mean :string?"),
        ("long number-int", "did you mean :int?"),
        ("double f32", "did you mean :float?"),
        ("symbol kw", "did you mean :keyword?"),
        ("dict struct", "did you mean :map?"),
        ("json unknown", "did you mean :any?"),
        ("vec tuple", "a list of T is written [T], such as [:string]"),
        ("nil void", "what may be nil is written T?, such as :string?"),
        ("option maybe", "what is optional is written T?, such as :string?"),
        ("enum oneof", "an enumeration is written (:low | :high)"),
    ];
    for (words, hint) in table {
        for word in words.split(' ') {
            let expected = format!("column 1: expected a type, got `:{word}`; {hint}");
            assert_eq!(Type::parse(&format!(":{word}")).unwrap_err().to_string(), expected);
        }
    }
}

#[test]
fn errors_are_the_languages_own_too() {
    let error = crate::lisp::text::Error::from(Signature::parse("(q :str)").unwrap_err());
    assert_eq!(error.to_string(), "1:4 parse-error: expected a type, got `:str`\ndid you mean :string?");
}

#[test]
fn depth_and_length_are_bounded_on_a_small_stack() {
    let reads = || {
        let nested = |levels: usize| format!("(a {}:int{})", "[".repeat(levels), "]".repeat(levels));
        assert!(Signature::parse(&nested(MAX_DEPTH - 1)).is_ok());
        assert!(complaint(&nested(MAX_DEPTH)).contains("at most 64 levels of nesting"));
        assert!(complaint(&nested(20_000)).contains("at most 64 levels of nesting"));
        let brackets = nested(MAX_DEPTH - 1);
        let deepest = brackets.trim_start_matches("(a ").trim_end_matches(')');
        assert!(Type::parse(deepest).is_ok());
        assert!(Signature::parse(&format!("(* {deepest}) -> {deepest}")).is_ok());
        let records = format!("(a {}:int{})", "{:a ".repeat(MAX_DEPTH - 1), "}".repeat(MAX_DEPTH - 1));
        assert!(Signature::parse(&records).is_ok());
        let literal = |levels: usize| format!("(a :any = {}{})", "[".repeat(levels), "]".repeat(levels));
        assert!(Signature::parse(&literal(MAX_DEPTH)).is_ok());
        assert!(complaint(&literal(30_000)).contains("at most 64 levels of nesting"));
        let maps = format!("(a :any = {}1{})", "{:a ".repeat(MAX_DEPTH), "}".repeat(MAX_DEPTH));
        assert!(Signature::parse(&maps).is_ok());
        assert!(Signature::parse(&format!("({})", " ".repeat(MAX_TEXT - 2))).is_ok());
        let long = format!("({})", "a".repeat(MAX_TEXT));
        assert_eq!(complaint(&long), "column 1: expected a contract of at most 65536 bytes, got 65538 bytes");
        assert!(complaint(&format!("({})", "a".repeat(60_000))).len() < 300);
    };
    std::thread::Builder::new().stack_size(256 * 1024).spawn(reads).unwrap().join().unwrap();
}

#[test]
fn strings_know_the_escapes_of_json() {
    let signature = Signature::parse(r#"(a :string = "\"\\\/\n\t\r\b\f\u00e9")"#).unwrap();
    assert_eq!(signature.parameters[0].default, Some(Value::text("\"\\/\n\t\r\u{8}\u{c}é")));
}

#[test]
fn numbers_have_a_length() {
    assert!(Signature::parse(&format!("(a :any = {})", "9".repeat(300))).is_ok());
    assert!(complaint(&format!("(a :any = {})", "9".repeat(500))).starts_with("column 11: expected a number, got"));
}

#[test]
fn many_parts_take_no_more_than_their_time() {
    let parameters: Vec<String> = (0..6_000).map(|at| format!("a{at} :int")).collect();
    assert!(Signature::parse(&format!("({})", parameters.join(" "))).is_ok());
    let choices: Vec<String> = (0..6_000).map(|at| format!(":a{at}")).collect();
    assert!(Type::parse(&format!("({})", choices.join("|"))).is_ok());
}
