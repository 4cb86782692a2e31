//! What the choke point lets through, case by case.

#![allow(clippy::unwrap_used)]

use super::*;

fn tool(name: &str, spec: &str) -> Tool {
    Tool::new(name, |_| Ok(Value::Nil)).spec(spec).unwrap()
}

fn dispatcher(tools: impl IntoIterator<Item = Tool>) -> Dispatcher {
    let mut toolbox = Toolbox::new();
    tools.into_iter().for_each(|tool| toolbox.add(tool).unwrap());
    Dispatcher::new(Arc::new(toolbox))
}

fn call(name: &str, arguments: Value) -> ToolCall {
    ToolCall { name: name.into(), arguments, positional: false }
}

fn map<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Value::map(entries.map(|(name, value)| (Value::text(name), value)))
}

#[test]
fn known_issues_skips_values_not_known_yet() {
    let issues = |signature: &str, arguments: Value| {
        let Value::Map(arguments) = arguments else { unreachable!() };
        let issues = known_issues(&Signature::parse(signature).unwrap(), &arguments);
        issues.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let unknown = || Value::Nothing;
    let odd = r#"("$filter" :string, "first name" [:string])"#;
    assert_eq!(issues(odd, map([("$filter", unknown()), ("first name", unknown())])), Vec::<String>::new());
    assert_eq!(
        issues("(a :int, b :int)", map([("a", unknown()), ("b", "x".into())])),
        [r#"b: expected integer, got string "x""#]
    );
    assert_eq!(
        issues("(limit :int)", map([("limti", unknown())])),
        ["limit: missing, expected integer", "limti: unknown argument; did you mean limit?"]
    );
    assert_eq!(
        issues("(a :int, * :int)", map([("a", unknown()), ("b", unknown()), ("c", "x".into())])),
        [r#"c: expected integer, got string "x""#]
    );
}

#[test]
fn validation_parse() {
    let names = ["enabled", "warn_only", "warn-only", "disabled", "strict", "loose"];
    assert_eq!(
        names.map(Validation::parse),
        [
            Some(Validation::Enabled),
            Some(Validation::WarnOnly),
            Some(Validation::WarnOnly),
            Some(Validation::Disabled),
            Some(Validation::Strict),
            None
        ]
    );
}

#[test]
fn check_call_refuses_what_is_no_data() {
    let dispatcher = dispatcher([tool("keep", "(what :any)")]);
    let refused = dispatcher.check_call(call("keep", map([("what", Value::from(f64::NAN))]))).err().unwrap();
    assert!(
        refused.message().starts_with("keep: ") && refused.message().ends_with("; tools take data"),
        "{}",
        refused.message()
    );
}

#[test]
fn unknown_tool_error_lists_a_bounded_number() {
    let many = |count: usize| dispatcher((0..count).map(|at| tool(&format!("tool-{at}"), "()")));
    let hint = |count| many(count).find("wipe").err().and_then(|rejection| rejection.hint).unwrap();
    assert!(hint(MAX_NAMES).ends_with(&format!("tool-{}", MAX_NAMES - 1)), "{}", hint(MAX_NAMES));
    assert!(hint(MAX_NAMES + 5).ends_with(" and 5 more"), "{}", hint(MAX_NAMES + 5));
    assert_eq!(hint(0), "this program was given no tools");
}

#[test]
fn cache_is_bounded() {
    let tool = tool("look", "(at :int)").reads().cacheable();
    let dispatcher = dispatcher([tool.clone()]);
    for at in 0..=MAX_CACHED {
        let settled = dispatcher.check_result(&tool, &map([("at", Value::from(at))]), Value::Nil, &mut Vec::new());
        assert_eq!(settled.ok(), Some(Value::Nil));
    }
    assert_eq!(dispatcher.cache().len(), MAX_CACHED);
}

#[test]
fn check_call_takes_a_map_or_the_only_argument() {
    let dispatcher =
        dispatcher([tool("one", "(a :int)"), tool("shape", "(where :map)"), tool("two", "(a :int?, b :int?)")]);
    let given = |name: &str, arguments: Value, positional: bool| match dispatcher
        .check_call(ToolCall { positional, ..call(name, arguments) })
    {
        Ok(prepared) => format!("{} {}", prepared.arguments, prepared.warnings.join("; ")),
        Err(fault) => fault.message().into_owned(),
    };
    let a = || map([("a", 1.into())]);
    assert_eq!(given("one", a(), false), "{:a 1} ");
    for positional in [false, true] {
        let took = "{:a 1} one: took the positional argument as a; write {:a …}";
        assert_eq!(given("one", 1.into(), positional), took);
        assert_eq!(given("two", Value::Nil, positional), "{} ");
    }
    assert_eq!(
        given("shape", a(), true),
        r#"{:where {"a" 1}} shape: took the positional argument as where; write {:where …}"#
    );
    assert_eq!(given("two", a(), true), r#"two takes a map of named arguments, got the map {"a" 1}"#);
}

#[test]
fn cache_keeps_only_cacheable_reads() {
    let table = [
        (tool("look", "()").reads().cacheable(), 1),
        (tool("look", "()").reads(), 0),
        (tool("change", "()").cacheable(), 0),
    ];
    for (tool, kept) in table {
        let dispatcher = dispatcher([tool.clone()]);
        let settled = dispatcher.check_result(&tool, &map([]), Value::Nil, &mut Vec::new());
        assert_eq!((settled.ok(), dispatcher.cache().len()), (Some(Value::Nil), kept), "{}", tool.name);
    }
}

#[test]
fn arguments_without_a_json_form_are_named_by_their_path() {
    let mut sandbox = crate::Sandbox::new().tools([Tool::new("v", |_| Ok(Value::Nil))]);
    let error = sandbox.eval(r#"(tool/v {"first name" {"a b" [1 (fn [] 1)]}})"#).unwrap_err();
    let expected = r#"v: arguments["first name"]["a b"][1]: the function fn has no JSON form; tools take data"#;
    assert_eq!(error.message, expected);
}
