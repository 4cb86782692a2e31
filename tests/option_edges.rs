//! Every option of an agent at the edge of what it can be: an outcome or an error that says why, and never a panic.
#![cfg(feature = "agent")]

use std::time::Duration;

use ptc::lisp::limits::Limits;
use ptc::lisp::value::to_value;
use ptc::model::{Price, Scripted};
use ptc::{Budget, DelegateError, Options, Outcome, Refs, Tool, Value, delegate};
use serde_json::json;

fn numbers() -> Tool {
    Tool::new("numbers", |_| Ok(Value::vector(vec![3.into(), 5.into()]))).spec("() -> [:int]").expect("a contract")
}

/// Two programs and an answer.
fn options() -> Options {
    Options::new(Scripted::new(["(tool/numbers)", "(reduce + ctx/last-result)", "It is 8."])).tools([numbers()])
}

fn ran(options: Options) -> Result<Outcome, Box<DelegateError>> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    runtime.block_on(delegate("Add them", options)).map_err(Box::new)
}

#[track_caller]
fn is_eight(options: Options) {
    match ran(options) {
        Ok(outcome) => assert_eq!(outcome.result, 8.into(), "{:?}", outcome.warnings),
        Err(error) => panic!("{}: {}", error.kind, error.message),
    }
}

/// Fails unless it ends with an error of this kind and text, before the model is asked more often than this.
#[track_caller]
fn fails(options: Options, kind: &str, text: &str, requests: u64) {
    match ran(options) {
        Ok(outcome) => panic!("it gave {}", outcome.result),
        Err(error) => {
            assert!(error.kind.name() == kind && error.message.contains(text), "{}: {}", error.kind, error.message);
            assert_eq!(error.usage.requests, requests, "{}", error.message);
        }
    }
}

#[test]
fn options_max_turns_and_times_at_their_edges() {
    fails(options().max_turns(0), "limit-error", "no answer within 0 turns (max_turns); the model was not asked", 0);
    fails(options().max_turns(2), "limit-error", "no answer within 2 turns", 2);
    is_eight(options().max_turns(u32::MAX));
    is_eight(options().program_timeout(Duration::MAX));
    // A program without time fails, and the answer in words is what is left.
    assert_eq!(ran(options().program_timeout(Duration::ZERO)).expect("words").result, Value::text("It is 8."));
    let nothing =
        Limits { max_steps: 0, max_memory: 0, max_depth: 0, max_source: 0, max_result: 0, ..Limits::default() };
    assert_eq!(ran(options().limits(nothing)).expect("words").result, Value::text("It is 8."));
}

#[test]
fn budget_at_its_edges() {
    let with = |change: fn(&mut Budget)| {
        let mut budget = Budget { prices: [("*", Price::new(1.0, 1.0))].into_iter().collect(), ..Budget::default() };
        change(&mut budget);
        options().budget(budget)
    };
    for (change, text, requests) in [
        ((|budget| budget.turns = Some(0)) as fn(&mut Budget), "budget.turns is 0, and 1 would be needed", 0),
        (|budget| budget.tokens = Some(0), "budget.tokens is 0, and 1 would be needed", 0),
        (|budget| budget.cost = Some(0.0), "budget.cost is 0, and 0.00", 0),
        (|budget| budget.time = Some(Duration::ZERO), "budget.time is 0, and ", 0),
        (|budget| budget.depth = 0, "budget.depth is 0, and 1 would be needed", 0),
        (|budget| budget.processes = Some(0), "budget.processes is 0, and 1 would be needed", 0),
        (|budget| budget.tool_calls = Some(0), "budget.tool_calls is 0, and 1 would be needed", 1),
    ] {
        fails(with(change), "limit-error", text, requests);
    }
    for change in [
        (|budget| budget.time = Some(Duration::MAX)) as fn(&mut Budget),
        |budget| (budget.turns, budget.tokens) = (Some(u64::MAX), Some(u64::MAX)),
        |budget| budget.cost = Some(f64::INFINITY),
        |budget| (budget.depth, budget.processes, budget.tool_calls) = (1, Some(1), Some(1)),
        |budget| budget.descriptor_bytes = 0,
    ] {
        is_eight(with(change));
    }
    fails(with(|budget| budget.cost = Some(f64::NAN)), "config-error", "budget.cost: expected 0 or more, got NaN", 0);
    fails(with(|budget| budget.cost = Some(-1.0)), "config-error", "budget.cost: expected 0 or more, got -1", 0);
}

#[test]
fn options_context_is_a_map() {
    is_eight(options().context(Value::Nil));
    let list = Value::vector(vec![1.into()]);
    fails(options().context(list), "config-error", "the context is a map of names to values, got the vector", 0);
    let order = to_value(&json!({"id": "ORD-12345", "history": true, "lines": [{"n": 1}]})).expect("data");
    let model = Scripted::new(["(return [(:id ctx/order) (get-in ctx/order [:lines 0 :n])])"]);
    let outcome = ran(Options::new(model).with_context("order", order)).expect("an outcome");
    assert_eq!(outcome.result_as::<(String, u32)>().expect("two"), ("ORD-12345".into(), 1));
    // A name that is taken is told.
    let outcome = ran(options().with_context("last-result", 1)).expect("an outcome");
    assert!(outcome.warnings.iter().any(|warning| warning.starts_with("ctx/last-result is")), "{:?}", outcome.warnings);
}

#[test]
fn refs_that_cannot_be_read_are_config_error() {
    for (refs, text) in [
        (Refs::new().path("ids", "[[["), "refs.ids: "),
        (Refs::new().lisp("count", "(cuont result)"), "refs.count: 1:2 "),
        (Refs::new().lisp("count", "(count result"), "refs.count: "),
        (Refs::new().path("id", "id").lisp("id", "1"), "refs.id: there are two of that name"),
    ] {
        fails(options().refs(refs), "config-error", text, 0);
    }
    let refs = Refs::new()
        .path("itself", "")
        .lisp("twice", "(* 2 result)")
        .lisp("none", "(:a result)")
        .closure("shown", |result| Some(Value::text(result.to_string())))
        .required();
    let outcome = ran(options().refs(refs)).expect("an outcome");
    assert_eq!(outcome.ref_as::<u32>("twice").expect("a number"), 16);
    assert_eq!(outcome.ref_as::<Option<u32>>("none").expect("nothing"), None);
    assert_eq!(outcome.ref_as::<String>("shown").expect("a text"), "8");
    let wrong = outcome.ref_as::<String>("twice").expect_err("no text").to_string();
    assert!(wrong.starts_with("refs.twice: invalid type"), "{wrong}");
    is_eight(options().refs(Refs::new().required()));
}

#[test]
fn options_max_ref_retries_at_its_edges() {
    let repaired = || {
        Options::new(Scripted::new(["(return {})", "(return {:id 7})"])).refs(Refs::new().path("id", "id").required())
    };
    fails(repaired().max_ref_retries(0), "ref-error", "required refs are missing:\n- id: nothing at id", 1);
    for (turns, retries) in [(1, 1), (1, u32::MAX), (u32::MAX, u32::MAX)] {
        let outcome = ran(repaired().max_turns(turns).max_ref_retries(retries)).expect("an outcome");
        assert_eq!(outcome.refs["id"], 7.into());
    }
}

#[test]
fn tool_names_are_unique() {
    fails(options().tools([numbers()]), "config-error", "there is a tool \"numbers\" already", 0);
    fails(options().tool_catalog([numbers()]), "config-error", "there is a tool \"numbers\" already", 0);
    for name in ["", "a b", "naïve", "x\ny"] {
        let tool = Tool::new(name, |_| Ok(1.into()));
        fails(options().tools([tool]), "config-error", "cannot be a tool's name", 0);
    }
    // Names of the language are no trouble.
    for name in ["def", "return", "call", "map", "1a"] {
        let model = Scripted::new([format!("(return (call {name:?} {{}}))")]);
        let outcome = ran(Options::new(model).tools([Tool::new(name, |_| Ok(1.into()))])).expect("an outcome");
        assert_eq!(outcome.result, 1.into(), "{name}");
    }
}

#[test]
fn delegate_blocking_runs_without_a_runtime_and_refuses_to_block_one() {
    let options = || Options::new(Scripted::new(["Seven."]));
    let task = String::from("Say seven");
    assert_eq!(ptc::delegate_blocking(&task, options()).expect("an outcome").summary, "Seven.");
    let within = async { ptc::delegate_blocking(task, options()) };
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let error = runtime.block_on(within).err().expect("an error");
    assert!(error.message.contains("use ptc::delegate(…).await"), "{}", error.message);
}
