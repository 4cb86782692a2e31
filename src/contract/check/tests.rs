//! What the validator says, case by case.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::*;
use crate::lisp::value::parse_json;

fn input(signature: &str, arguments: &str) -> Result<(String, Vec<String>), Vec<String>> {
    let signature = Signature::parse(signature).unwrap();
    let checked = check_input(&signature, &parse_json(arguments).unwrap());
    checked
        .map(|checked| (checked.arguments.to_string(), checked.warnings))
        .map_err(|issues| issues.iter().map(ToString::to_string).collect())
}

fn output(kind: &str, value: &Value) -> Vec<String> {
    let issues = check_output(&Type::parse(kind).unwrap(), value, "result").err().unwrap_or_default();
    issues.iter().map(ToString::to_string).collect()
}

#[test]
fn arguments_that_fit_come_out_in_declared_order() {
    let (arguments, warnings) = input("(a :int, b :string?, c :bool = true)", r#"{"b": "x", "a": 1}"#).unwrap();
    assert_eq!(arguments, r#"{:a 1, :b "x", :c true}"#);
    assert!(warnings.is_empty());
}

#[test]
fn coercions_are_told_with_their_paths() {
    let table = [
        ("(x :int)", r#"{"x": "42"}"#, "{:x 42}", r#"x: coerced string "42" to integer"#),
        ("(x :int)", r#"{"x": 42.0}"#, "{:x 42}", "x: coerced float 42.0 to integer"),
        ("(x :float)", r#"{"x": "3"}"#, "{:x 3.0}", r#"x: coerced string "3" to float"#),
        ("(x :bool)", r#"{"x": "true"}"#, "{:x true}", r#"x: coerced string "true" to boolean"#),
        ("(x :keyword)", r#"{"x": "abc"}"#, "{:x :abc}", r#"x: coerced string "abc" to keyword"#),
        ("(x (:a | :b))", r#"{"x": "b"}"#, "{:x :b}", r#"x: coerced string "b" to :b"#),
        ("(x [:int])", r#"{"x": null}"#, "{:x []}", "x: coerced nil to empty list"),
        ("(x [:int])", r#"{"x": 1}"#, "{:x [1]}", "x: coerced integer 1 to list of one"),
        ("(x [:int]?)", r#"{"x": 1}"#, "{:x [1]}", "x: coerced integer 1 to list of one"),
        ("(x [{:a :int}])", r#"{"x": [{"a": "1"}]}"#, "{:x [{:a 1}]}", r#"x[0].a: coerced string "1" to integer"#),
        ("(x {:a [:int]})", r#"{"x": {"a": 1}}"#, "{:x {:a [1]}}", "x.a: coerced integer 1 to list of one"),
        ("(x {* :int})", r#"{"x": {"a b": "1"}}"#, "{:x {\"a b\" 1}}", r#"x["a b"]: coerced string "1" to integer"#),
        (
            "(x {* :int})",
            r#"{"x": {"a": 1, "b": "2", "c": 3}}"#,
            "{:x {:a 1, :b 2, :c 3}}",
            r#"x.b: coerced string "2" to integer"#,
        ),
        ("(* :int)", r#"{"x": "1"}"#, "{:x 1}", r#"x: coerced string "1" to integer"#),
    ];
    for (signature, given, arguments, warning) in table {
        assert_eq!(input(signature, given), Ok((arguments.into(), vec![warning.into()])), "{signature} {given}");
    }
}

#[test]
fn what_is_coerced_within_a_list_of_one_has_its_place_there() {
    let (arguments, warnings) = input("(x [{:a :int}])", r#"{"x": {"a": "1"}}"#).unwrap();
    assert_eq!(arguments, "{:x [{:a 1}]}");
    assert_eq!(warnings, [r#"x[0].a: coerced string "1" to integer"#, r#"x: coerced map {:a "1"} to list of one"#]);
}

#[test]
fn what_is_quiet() {
    assert_eq!(input("(x :float)", r#"{"x": 1}"#), Ok(("{:x 1.0}".into(), vec![])));
    assert_eq!(input("(x :int?)", r#"{"x": null}"#), Ok(("{:x nil}".into(), vec![])));
    assert_eq!(input("(x :int?, y [:int]?)", r#"{"y": null}"#), Ok(("{:y nil}".into(), vec![])));
    let beyond = "{:x 18446744073709551615N}";
    assert_eq!(input("(x :int)", r#"{"x": 18446744073709551615}"#), Ok((beyond.into(), vec![])));
    let unseen = input("(x {:a :int})", r#"{"x": {"a": 1, "b": 2}}"#);
    assert_eq!(unseen, Ok(("{:x {:a 1, :b 2}}".into(), vec![])), "records are open");
}

#[test]
fn what_is_no_coercion() {
    let table = [
        (":float", r#""3.14abc""#, r#"expected float, got string "3.14abc""#),
        (":string", "null", "expected string, got nil"),
        (":keyword", "true", "expected keyword, got boolean true"),
        (":int", "42.5", "expected integer, got float 42.5"),
        (":int", r#"" 42 ""#, r#"expected integer, got string " 42 ""#),
        (":bool", "1", "expected boolean, got integer 1"),
        (":string", "7", "expected string, got integer 7"),
        (":map", "[]", "expected map, got vector []"),
        ("[:int]", r#""x""#, r#"expected list [:int], got string "x""#),
        ("{:a :int}", "1", "expected map {:a :int}, got integer 1"),
        ("(:low | :high)", r#""hihg""#, r#"expected one of :low, :high, got string "hihg"; did you mean :high?"#),
    ];
    for (kind, given, message) in table {
        let issues = input(&format!("(x {kind})"), &format!(r#"{{"x": {given}}}"#));
        assert_eq!(issues, Err(vec![format!("x: {message}")]));
    }
}

#[test]
fn wrong_names_are_errors_that_know_the_right_ones() {
    let issues = input("(query :string, limit :int = 10)", r#"{"qurey": "x", "other": 1}"#).unwrap_err();
    assert_eq!(
        issues,
        [
            "query: missing, expected string",
            "qurey: unknown argument; did you mean query?",
            "other: unknown argument; the parameters are query, limit",
        ]
    );
    let issues = input("()", r#"{"x": 1}"#).unwrap_err();
    assert_eq!(issues, ["x: unknown argument; there are no parameters"]);
    let issues = input("(x {:city :string})", r#"{"x": {"ctiy": "Ulm"}}"#).unwrap_err();
    assert_eq!(issues, ["x.city: missing, expected string; there is ctiy"]);
    let issues = input("(x {:city :string :cite :string})", r#"{"x": {"cite": "Ulm"}}"#).unwrap_err();
    assert_eq!(issues, ["x.city: missing, expected string"], "cite is a field of its own");
}

#[test]
fn a_symbol_is_no_name_of_an_argument() {
    let arguments = Value::map([(Value::symbol("id"), Value::Int(1))]);
    let issues = check_input(&Signature::parse("(id :int?)").unwrap(), &arguments).unwrap_err();
    assert_eq!(issues[0].to_string(), r#"["'id"]: unknown argument; the parameters are id"#);
}

#[test]
fn arguments_are_a_map() {
    let signature = Signature::parse("(x :int?)").unwrap();
    assert!(check_input(&signature, &Value::Nil).is_ok());
    let issues = check_input(&signature, &Value::Int(1)).unwrap_err();
    assert_eq!(issues[0].to_string(), "arguments: expected map of arguments by name, got integer 1");
}

#[test]
fn two_spellings_of_a_name_are_refused_where_a_map_keeps_both() {
    let both = |keys: [Value; 3]| {
        let mut map = Map::sorted(Some(Value::keyword("a comparator")));
        for (at, key) in keys.into_iter().enumerate() {
            map.insert_at(Err(at), key, Value::Int(1));
        }
        Value::from(map)
    };
    let issues = |signature: &str, arguments: &Value| {
        let issues = check_input(&Signature::parse(signature).unwrap(), arguments).err().unwrap_or_default();
        issues.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let map = both([Value::keyword("id"), Value::text("id"), Value::text("n")]);
    assert_eq!(issues("(id :int, n :int)", &map), ["id: given twice, as keyword and as string"]);
    let nested = Value::map([(Value::keyword("by"), map)]);
    for kind in ["{* :int}", "{:id :int}"] {
        assert_eq!(
            issues(&format!("(by {kind})"), &nested),
            ["by.id: given twice, as keyword and as string"],
            "{kind}"
        );
    }
    let symbol = both([Value::keyword("id"), Value::symbol("id"), Value::text("n")]);
    let nested = Value::map([(Value::keyword("by"), symbol)]);
    assert!(issues("(by {* :int})", &nested).is_empty(), "a symbol is another key");
}

#[test]
fn output_is_strict_and_says_everything_at_once() {
    let value = r#"{"results": [{"customer": {"id": "abc"}, "amount": 1.5}, {"customer": {"id": 2}, "amount": 2},
                    {"customer": {}, "amount": null}]}"#;
    let issues = output("{:results [{:customer {:id :int} :amount :float}]}", &parse_json(value).unwrap());
    assert_eq!(
        issues,
        [
            r#"results[0].customer.id: expected integer, got string "abc""#,
            "results[2].customer.id: missing, expected integer",
            "results[2].amount: expected float, got nil",
        ]
    );
    assert_eq!(output(":int", &"42".into()), [r#"result: expected integer, got string "42""#]);
    assert_eq!(output(":bool", &"true".into()).len(), 1);
    assert_eq!(output("{:n :int}", &Value::Nil), ["result: expected map {:n :int}, got nil"]);
    assert_eq!(output("[:int]", &parse_json("[1, 2.0]").unwrap()), ["[1]: expected integer, got float 2.0"]);
    assert_eq!(output(":keyword", &"a".into()).len(), 1);
    assert_eq!(output(":string", &Value::keyword("a")).len(), 1);
    assert_eq!(output(r#"("a")"#, &Value::keyword("a")).len(), 1);
    assert_eq!(output(":float", &Value::from(f64::NAN)), ["result: expected float, got float ##NaN"]);
    assert_eq!(output("[:int]", &Value::set([Value::Int(1)])).len(), 1);
    assert_eq!(output("{:tags [:int]}", &parse_json(r#"{"tags": 1}"#).unwrap()).len(), 1);
}

#[test]
fn a_set_passes_for_a_list() {
    let signature = Signature::parse("(ids [:int])").unwrap();
    let ids = |items: [Value; 2]| Value::map([(Value::keyword("ids"), Value::set(items))]);
    let checked = check_input(&signature, &ids([1, 2].map(Value::from))).unwrap();
    assert_eq!(checked.arguments.to_string(), "{:ids [1 2]}");
    let checked = check_input(&signature, &ids(["1", "2"].map(Value::from))).unwrap();
    assert_eq!(checked.arguments.to_string(), "{:ids [1 2]}");
    assert_eq!(checked.warnings[0], r#"ids: coerced set #{"1" "2"} to list"#);
    assert_eq!(checked.warnings[2], r#"ids[1]: coerced string "2" to integer"#);
}

#[test]
fn what_output_may_be() {
    let fine = [
        ("(:low | :high)", Value::text("low")),
        (":float", Value::Int(1)),
        (":any", Value::Nil),
        (":int?", Value::Nil),
        ("[:int]", Value::list(vec![Value::Int(1)])),
        ("{:a :int?}", Value::map([])),
        ("{:a :int}", parse_json(r#"{"a": 1, "b": 2}"#).unwrap()),
        ("{* :int}", parse_json(r#"{"a": 1, "b": 2}"#).unwrap()),
    ];
    for (kind, value) in fine {
        assert_eq!(output(kind, &value), Vec::<String>::new(), "{kind}");
    }
}

#[test]
fn findings_are_bounded() {
    let wrong = |count| output("[:int]", &Value::vector(vec![Value::text("x".repeat(500)); count]));
    assert_eq!(wrong(20).len(), 20);
    assert_eq!(wrong(21)[20], "… and 1 more");
    let issues = wrong(1000);
    assert_eq!(issues.len(), 21);
    assert_eq!(issues[20], "… and 980 more");
    assert!(issues[0].len() < 200);

    let quoted = Value::map([(Value::keyword("x"), Value::vector(vec![Value::text("1"); 30]))]);
    let checked = check_input(&Signature::parse("(x [:int])").unwrap(), &quoted).unwrap();
    assert_eq!(checked.warnings.len(), 21);
    assert_eq!(checked.warnings[20], "… and 10 more");
}

#[test]
fn walks_end() {
    let row = Value::vector(vec![Value::Int(1); 2000]);
    let square = Value::vector(vec![row; 2000]);
    assert_eq!(output("[[:int]]", &square).len(), 1);
    assert_eq!(output("[[:any]]", &square).len(), 1);
    assert_eq!(output("[:any]", &square).len(), 0);
    let by_number = Value::map((0..2000).map(|at| (Value::Int(at), square.clone())));
    assert_eq!(output("{* [:any]}", &by_number).len(), 1);
    let row_of_rows = Value::vector(vec![by_number; 2]);
    assert_eq!(output("[{* :any}]", &row_of_rows).len(), 0);
    // What is less than too much is looked at to its end.
    let ending_in_nil = |before: usize| {
        let items = std::iter::repeat_n(Value::Int(1), before).chain([Value::Nil]);
        output("[:int]", &Value::vector(items.collect()))
    };
    assert_eq!(ending_in_nil(MAX_CHECKED - 3), [format!("[{}]: expected integer, got nil", MAX_CHECKED - 3)]);
    let too_much = format!("[{}]: too much to check: more than {MAX_CHECKED} values", MAX_CHECKED - 2);
    assert_eq!(ending_in_nil(MAX_CHECKED - 2), [too_much]);
}
