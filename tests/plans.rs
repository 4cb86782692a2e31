//! Plans from Rust: they read back, are checked as a whole, and come to the same however often they are interrupted.
#![cfg(feature = "agent")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use proptest::prelude::*;
use ptc::lisp::value::parse_json;
use ptc::model::{Model, ModelError, ModelErrorKind, Reply, Request, Scripted};
use ptc::plan::{Done, PlanStep, StepOutput};
use ptc::{Budget, DelegateError, Executor, Options, Outcome, Plan, Tool, Value};

fn plan(json: &str) -> Plan {
    Plan::from_json(json).expect("a plan")
}

fn step(id: &str, needs: &[&str]) -> PlanStep {
    PlanStep {
        id: id.into(),
        task: format!("Do {id}"),
        needs: needs.iter().map(|need| (*need).into()).collect(),
        ..PlanStep::default()
    }
}

fn work(plan: &mut Plan, executor: &Executor) -> Result<Outcome, Box<DelegateError>> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    runtime.block_on(plan.run(executor)).map_err(Box::new)
}

fn failed(plan: &mut Plan, executor: &Executor) -> DelegateError {
    match work(plan, executor) {
        Ok(outcome) => panic!("it did not fail: {}", outcome.result),
        Err(error) => *error,
    }
}

/// The step of a process: `find` of `main/find#2`.
fn step_of(path: &str) -> &str {
    path.trim_start_matches("main/").split('#').next().unwrap_or_default()
}

/// A model whose steps return a vector of their id and of what they need; it fails where it is told to, and counts.
struct Steps {
    programs: BTreeMap<String, String>,
    failing: Mutex<BTreeSet<String>>,
    asked: Mutex<Vec<String>>,
}

impl Steps {
    fn of(plan: &Plan) -> Arc<Self> {
        let program = |step: &PlanStep| {
            let needs: Vec<String> = step.needs.iter().map(|need| format!("ctx/{need}")).collect();
            (step.id.clone(), format!("```clojure\n(return [:{} {}])\n```", step.id, needs.join(" ")))
        };
        let programs = plan.steps.iter().map(program).collect();
        Arc::new(Self { programs, failing: Mutex::default(), asked: Mutex::default() })
    }

    fn model(self: &Arc<Self>) -> impl Model + use<> {
        let steps = self.clone();
        move |request: Request| {
            let id = step_of(&request.path).to_owned();
            steps.asked.lock().expect("no panic").push(id.clone());
            let fails = steps.failing.lock().expect("no panic").remove(&id);
            let reply = steps.programs[&id].clone();
            async move {
                if fails {
                    return Err(ModelError::new(ModelErrorKind::Other, "not now"));
                }
                Ok(Reply::text(reply))
            }
        }
    }
}

#[test]
fn everything_wrong_is_said_at_once() {
    let mut wrong = plan(
        r#"{"steps": [
            {"id": "find", "task": "Find", "tools": ["serch"], "output": "{:ids [:int]}"},
            {"id": "find", "task": "", "needs": ["idz"]},
            {"id": "a b", "task": "x", "output": "{:ids"},
            {"id": "one", "task": "x", "needs": ["two"]},
            {"id": "two", "task": "x", "needs": ["one", "two"]}
        ]}"#,
    );
    let executor = Executor::new(Options::new(Scripted::new(["no"])).tools([Tool::new("search", |_| Ok(Value::Nil))]));
    let problems = wrong.check_with(&executor).expect_err("wrong").problems;
    let expected = [
        r#"step "find": there is no tool "serch"; did you mean "search"?"#,
        r#"step "find": it has no task"#,
        r#"step "a b": an id is made of letters, digits, - and _"#,
        r#"step "a b": output: "#,
        r#"step "find": steps 1 and 2 have the same id"#,
        r#"step "find": it needs "idz", which is no step and no field of an output; did you mean "ids"?"#,
        r#"step "two": it needs itself"#,
        "steps wait for each other: one → two → one (each needs the next)",
    ];
    for (problem, expected) in problems.iter().zip(expected) {
        assert!(problem.starts_with(expected), "{problem}\n{expected}");
    }
    assert_eq!(problems.len(), expected.len(), "{problems:#?}");
    let error = failed(&mut wrong, &executor);
    assert_eq!((error.kind.name(), error.usage.requests), ("config-error", 0));
}

#[test]
fn a_plan_of_thousands_of_steps_is_checked_at_once() {
    let needs = |at: usize| if at < 2_999 { vec![format!("s{}", at + 1)] } else { Vec::new() };
    let steps = (0..3_000).map(|at| PlanStep { needs: needs(at), ..step(&format!("s{at}"), &[]) });
    let mut plan = Plan { goal: String::new(), steps: steps.collect() };
    let began = std::time::Instant::now();
    plan.check().expect("a chain");
    plan.steps[2_999].needs = vec!["s0".into()];
    assert!(plan.check().expect_err("a circle").to_string().starts_with("steps wait for each other: s0 → s1 → "));
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
}

#[test]
fn what_can_be_needed_has_one_meaning() {
    let both = |needs: &str| {
        let mut plan = plan(
            r#"{"steps": [
                {"id": "a", "task": "x", "output": {"n": ":int", "b": "a letter"}},
                {"id": "b", "task": "x", "output": {"n": ":int"}},
                {"id": "c", "task": "x"}
            ]}"#,
        );
        plan.steps[2].needs = vec![needs.into()];
        plan.check().err().map(|error| error.to_string()).unwrap_or_default()
    };
    assert!(both("n").ends_with("which is a field of several outputs; need one of the steps a, b"), "{}", both("n"));
    assert!(both("b").ends_with(r#"which is a step and a field of "a"; rename one of them"#), "{}", both("b"));
    assert_eq!(both("a"), "");
}

#[test]
fn needs_enter_the_context_and_outputs_are_held_to_their_contracts() {
    let mut plan = plan(
        r#"{"steps": [
            {"id": "find", "task": "Find", "tools": ["mail"], "output": {"ids": "[:int]", "note": "what is odd"}},
            {"id": "draft", "task": "Draft", "needs": ["ids", "find", "who"]}
        ]}"#,
    );
    let seen: Arc<Mutex<Vec<Request>>> = Arc::default();
    let requests = seen.clone();
    let model = move |request: Request| {
        let program = match (step_of(&request.path), request.turn) {
            ("find", 1) => "(return {:ids (tool/list) :note nil})",
            ("find", _) => "(return {:ids (mapv :id (tool/list)) :note \"none\"})",
            _ => "(return [ctx/ids (:note ctx/find) ctx/who])",
        };
        requests.lock().expect("no panic").push(request);
        async move { Ok::<_, ModelError>(Reply::text(format!("```clojure\n{program}\n```"))) }
    };
    let list = Tool::new("list", |_| Ok(parse_json(r#"[{"id": 1}, {"id": 3}]"#).expect("JSON")));
    let other = Tool::new("other", |_| Ok(Value::Nil));
    let options = Options::new(model).with_context("who", "Ann").tools([other]);
    let outcome = work(&mut plan, &Executor::new(options).tool_set("mail", [list])).expect("an outcome");
    assert_eq!(outcome.result.to_string(), r#"{:find {:ids [1 3], :note "none"}, :draft [[1 3] "none" "Ann"]}"#);
    assert_eq!(outcome.refs["ids"].to_string(), "[1 3]");
    let seen = seen.lock().expect("no panic");
    assert_eq!(&*seen[0].task, "Find\n- :note what is odd");
    assert_eq!(seen[0].tool_names, ["list"]);
    assert!(seen[1].messages.last().is_some_and(|told| told.content.contains("ids[0]: expected integer, got map")));
    assert!(seen[2].tool_names.is_empty());
    // One trace: the steps are calls of the plan, and their turns stand below them.
    let calls = &outcome.trace[0].tool_calls;
    assert_eq!(calls[0].children[0].turns.len(), 2);
    assert_eq!(calls[1].children[0].path, "main/draft#1");
    assert_eq!((outcome.usage.requests, outcome.usage.processes), (3, 3));
}

#[test]
fn independent_steps_work_at_once_but_not_too_many() {
    let ids: Vec<String> = (0..9).map(|n| format!("s{n}")).collect();
    let mut plan = Plan { goal: "all".into(), steps: ids.iter().map(|id| step(id, &[])).collect() };
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (working, highest) = (now.clone(), most.clone());
    let model = move |request: Request| {
        let (working, highest) = (working.clone(), highest.clone());
        async move {
            highest.fetch_max(working.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            // The first are the slowest.
            let place: u64 = step_of(&request.path)[1..].parse().unwrap_or(0);
            tokio::time::sleep(Duration::from_millis(40 - 4 * place)).await;
            working.fetch_sub(1, Ordering::SeqCst);
            Ok::<_, ModelError>(Reply::text(step_of(&request.path)))
        }
    };
    let outcome = work(&mut plan, &Executor::new(Options::new(model)).parallel(3)).expect("an outcome");
    assert_eq!(most.load(Ordering::SeqCst), 3);
    let Value::Map(results) = &outcome.result else { panic!("no map") };
    assert_eq!(
        results.keys().map(|key| key.to_string()).collect::<Vec<_>>(),
        ids.iter().map(|id| format!(":{id}")).collect::<Vec<_>>()
    );
}

#[test]
fn a_step_is_tried_again_as_often_as_it_may_be() {
    let mut plan =
        Plan { goal: String::new(), steps: vec![step("a", &[]), PlanStep { retries: 2, ..step("b", &["a"]) }] };
    let answers = |path: &str, ok: bool| (path.to_owned(), ok);
    let script = Mutex::new(BTreeMap::from([
        answers("main/a#1", true),
        answers("main/b#1", false),
        answers("main/b#2", false),
        answers("main/b#3", true),
    ]));
    let tasks: Arc<Mutex<Vec<String>>> = Arc::default();
    let told = tasks.clone();
    let model = move |request: Request| {
        told.lock().expect("no panic").push(request.task.to_string());
        let ok = script.lock().expect("no panic").remove(&request.path).unwrap_or(false);
        let reply = if ok { "fine" } else { "```clojure\n(fail \"no luck\")\n```" };
        async move { Ok::<_, ModelError>(Reply::text(reply)) }
    };
    let outcome = work(&mut plan, &Executor::new(Options::new(model))).expect("an outcome");
    assert_eq!(outcome.result.to_string(), r#"{:a "fine", :b "fine"}"#);
    assert_eq!(plan.steps[1].failed, None);
    let tasks = tasks.lock().expect("no panic");
    assert_eq!(tasks[2], "Do b\n\nAn earlier attempt failed; what it did is not undone: no luck");
    assert_eq!(outcome.trace[0].tool_calls.len(), 4);
}

#[test]
fn a_budget_that_is_spent_ends_the_plan_and_leaves_what_was_done() {
    let mut plan =
        Plan { goal: String::new(), steps: vec![step("a", &[]), PlanStep { retries: 9, ..step("b", &["a"]) }] };
    let steps = Steps::of(&plan);
    let budget = Budget { turns: Some(1), ..Budget::default() };
    let error = failed(&mut plan, &Executor::new(Options::new(steps.model()).budget(budget)));
    assert_eq!((error.kind.name(), error.limit.map(|limit| limit.name())), ("limit-error", Some("budget.turns")));
    assert!(
        error.message.starts_with("step \"b\": ") && error.message.ends_with("(1 of 2 steps are done)"),
        "{}",
        error.message
    );
    assert!(plan.steps[0].done.is_some() && plan.steps[1].failed.is_some());
    let outcome = work(&mut plan, &Executor::new(Options::new(steps.model()))).expect("an outcome");
    assert_eq!(outcome.result.to_string(), "{:a [:a], :b [:b [:a]]}");
    assert_eq!(
        *steps.asked.lock().expect("no panic"),
        ["a", "b"],
        "a is not repeated, b was refused before it was asked"
    );
}

#[test]
fn a_step_without_a_process_is_a_limit() {
    let mut plan = Plan { goal: String::new(), steps: vec![step("a", &[]), step("b", &["a"])] };
    let steps = Steps::of(&plan);
    let budget = Budget { processes: Some(2), ..Budget::default() };
    let error = failed(&mut plan, &Executor::new(Options::new(steps.model()).budget(budget)));
    assert_eq!((error.kind.name(), error.limit.map(|limit| limit.name())), ("limit-error", Some("budget.processes")));
}

#[test]
fn the_plan_of_the_readme_is_one() {
    let readme = include_str!("../README.md");
    let shown = readme.split("```markdown\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a plan");
    let plan = Plan::from_markdown(shown).expect("a plan");
    plan.check().expect("a plan that can be run");
    assert_eq!(plan.to_markdown(), shown);
}

#[test]
fn what_has_happened_is_told_to_the_next_attempt() {
    let mut plan = Plan { goal: String::new(), steps: vec![PlanStep { tools: vec!["send".into()], ..step("a", &[]) }] };
    let program = "```clojure\n(tool/send {:to \"Ann\"})\n(fail \"no luck\")\n```";
    let send = Tool::new("send", |_| Ok(Value::from(1)));
    let model = move |_: Request| async move { Ok::<_, ModelError>(Reply::text(program)) };
    let error = failed(&mut plan, &Executor::new(Options::new(model).tools([send])));
    assert_eq!(error.kind.name(), "fail");
    let why = plan.steps[0].failed.as_deref();
    assert_eq!(why, Some("no luck\nBefore that it called:\n- send {\"to\":\"Ann\"}"));
    assert_eq!(Plan::from_markdown(&plan.to_markdown()).as_ref(), Ok(&plan));
}

#[test]
fn a_plan_that_cannot_be_saved_is_not_begun() {
    let mut plan = Plan { goal: String::new(), steps: vec![step("a", &[])] };
    let steps = Steps::of(&plan);
    let error = failed(&mut plan, &Executor::new(Options::new(steps.model())).save("/no/such/folder/plan.json"));
    assert!(error.message.contains("cannot be saved: /no/such/folder/plan.json"), "{}", error.message);
    assert!(steps.asked.lock().expect("no panic").is_empty());
}

#[test]
fn check_lists_that_say_something_else_are_refused_with_the_lines() {
    let error = Plan::from_markdown("# Goal\n\nSome prose\n- [x] a: Do it\n  - neds: b\n  - result: [1\n- [?] b: x\n")
        .expect_err("wrong");
    let begin: Vec<&str> = error.problems.iter().map(|problem| &problem[..problem.len().min(40)]).collect();
    assert_eq!(begin.len(), 4, "{error}");
    assert!(error.problems[0].starts_with("line 3: expected # goal"), "{error}");
    assert_eq!(error.problems[1], "line 5: a step has no field \"neds\"; did you mean needs?");
    assert!(error.problems[2].starts_with("line 6: "), "{error}");
    assert_eq!(error.problems[3], "line 7: [?] is neither [ ] nor [x]");
}

#[test]
fn what_a_person_ticked_counts_as_done_if_nothing_was_to_come_of_it() {
    let plan =
        Plan::from_markdown("- [x] buy: Buy stamps\n- [ ] post: Post the letters\n  - needs: `buy`\n").expect("a plan");
    plan.check().expect("fine");
    assert_eq!(plan.steps[0].done.as_ref().map(|done| done.result.clone()), Some(Value::Nil));
    let owed = Plan::from_markdown("- [x] count: Count\n  - output: {:n :int}\n").expect("a plan");
    let error = owed.check().expect_err("no result");
    assert!(error.to_string().starts_with("step \"count\": it is done, but result: expected"), "{error}");
}

fn words() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z][a-z0-9_-]{0,8}", "\\PC{0,12}", "[\\x00-\\x7f\u{85}\u{2028}é]{0,12}"]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Nil),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1e9..1e9).prop_map(|n: f64| Value::from(n)),
        words().prop_map(Value::text),
        "[a-z]{1,5}".prop_map(Value::keyword),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::vector),
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::set),
            prop::collection::vec(("[a-z]{1,5}".prop_map(Value::keyword), inner), 0..3).prop_map(Value::map),
        ]
    })
}

fn any_step() -> impl Strategy<Value = PlanStep> {
    let output = prop_oneof![
        words().prop_map(StepOutput::Contract),
        Just(StepOutput::Contract("{:ids [:int]}".into())),
        prop::collection::vec((words(), words()), 0..3)
            .prop_map(|fields| StepOutput::Fields(fields.into_iter().collect())),
    ];
    let done = (value(), words()).prop_map(|(result, summary)| Done { result, summary });
    let lists = (prop::collection::vec(words(), 0..3), prop::collection::vec(words(), 0..3));
    (words(), words(), lists, prop::option::of(output), 0..4_u32, prop::option::of(done), prop::option::of(words()))
        .prop_map(|(id, task, (tools, needs), output, retries, done, failed)| PlanStep {
            id,
            task,
            tools,
            needs,
            output,
            retries,
            failed: failed.filter(|_| done.is_none()),
            done,
        })
}

/// A plan whose steps need some of those before them, in any order.
fn graph() -> impl Strategy<Value = Plan> {
    let needs = prop::collection::vec(prop::collection::vec(any::<prop::sample::Index>(), 0..3), 1..7);
    needs.prop_flat_map(|needs| {
        let steps: Vec<PlanStep> = needs
            .iter()
            .enumerate()
            .map(|(at, needs)| {
                let needs: BTreeSet<usize> = needs.iter().filter(|_| at > 0).map(|need| need.index(at)).collect();
                let names: Vec<String> = needs.iter().map(|need| format!("s{need}")).collect();
                step(&format!("s{at}"), &names.iter().map(String::as_str).collect::<Vec<_>>())
            })
            .collect();
        Just(steps).prop_shuffle().prop_map(|steps| Plan { goal: "a graph".into(), steps })
    })
}

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn plans_read_back(goal in words(), steps in prop::collection::vec(any_step(), 0..4)) {
        let plan = Plan { goal, steps };
        prop_assert_eq!(&Plan::from_json(&plan.to_json()).expect("JSON"), &plan);
        let text = plan.to_markdown();
        prop_assert_eq!(&Plan::from_markdown(&text).map_err(|error| format!("{error}\n{text}")), &Ok(plan));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// Wherever a plan is interrupted, it goes on from its file, repeats nothing that was finished, and comes to the same.
    #[test]
    fn a_plan_goes_on_where_it_was(plan in graph(), failing in prop::collection::vec(any::<prop::sample::Index>(), 0..4), markdown: bool) {
        let whole = Steps::of(&plan);
        let straight = work(&mut plan.clone(), &Executor::new(Options::new(whole.model()))).expect("an outcome");

        let steps = Steps::of(&plan);
        let mut failing: Vec<String> = failing.iter().map(|at| plan.steps[at.index(plan.steps.len())].id.clone()).collect();
        failing.sort();
        failing.dedup();
        *steps.failing.lock().expect("no panic") = failing.iter().cloned().collect();
        let path = file(if markdown { "goes-on.md" } else { "goes-on.json" });
        let executor = Executor::new(Options::new(steps.model())).parallel(2).save(&path);
        plan.save(&path).expect("saved");
        let mut last = None;
        for _ in 0..=failing.len() {
            // Each time as another command would: all that is known is in the file.
            let mut plan = Plan::load(&path).expect("the saved plan");
            if let Ok(outcome) = work(&mut plan, &executor) {
                last = Some(outcome);
                break;
            }
            prop_assert!(plan.has_begun());
        }
        prop_assert_eq!(last.map(|outcome| outcome.result.to_string()), Some(straight.result.to_string()));
        let asked = steps.asked.lock().expect("no panic");
        for step in &plan.steps {
            let expected = 1 + usize::from(failing.contains(&step.id));
            prop_assert_eq!(asked.iter().filter(|id| **id == step.id).count(), expected, "{}", step.id);
        }
    }
}
