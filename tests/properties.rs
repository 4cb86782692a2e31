//! What holds of every value and every program.

#[allow(dead_code)]
mod programs;

use std::sync::Arc;

use programs::{Session, outcome};
use proptest::collection::vec;
use proptest::prelude::*;
use ptc::lisp::Evaluation;
use ptc::lisp::layout;
use ptc::lisp::limits::Limits;
use ptc::lisp::syntax::{TokenKind, is_unfinished, read, read_data, tokens};
use ptc::lisp::text::{ErrorKind, Source};
use ptc::lisp::value::{
    BigInt, Map, Set, Value, Vector, check_json, equal, from_json, hash, json_text, parse_json, readable, same_key,
    says_all_in_json, shorten, to_json,
};
use serde_json::Value as Json;

fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

/// Values without parts.
fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Nil),
        any::<bool>().prop_map(Value::from),
        (-5..5_i64).prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<i128>().prop_map(|n| Value::from(BigInt::from(n))),
        any::<f64>().prop_map(Value::from),
        prop_oneof![Just(0.0), Just(-0.0), Just(1.0), Just(2.5), Just(f64::INFINITY), Just(f64::NEG_INFINITY)]
            .prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[a-c]{0,2}".prop_map(Value::from),
        ":?[a-z*!?<>=][a-z0-9*+!?<>='#-]{0,6}(/[a-z][a-z0-9-]{0,4})?"
            .prop_map(|name| { name.strip_prefix(':').map_or_else(|| Value::symbol(&name), Value::keyword) }),
        "[a-c]".prop_map(Value::keyword),
    ]
    // Symbols that are spelt like constants read as those.
    .prop_filter("nil, true and false are no symbols", |value| match value {
        Value::Symbol(symbol) => !matches!(symbol.as_str(), "nil" | "true" | "false"),
        _ => true,
    })
}

/// Values of every kind that has a spelling.
fn value() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(6, 60, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::vector),
            vec(inner.clone(), 0..6).prop_map(Value::list),
            vec(inner.clone(), 0..6).prop_map(Value::seq),
            vec(inner.clone(), 0..20).prop_map(Value::set),
            vec((inner.clone(), inner), 0..20).prop_map(Value::map),
        ]
    })
}

/// Whether NaN is within, which equals nothing, not even itself.
fn has_nan(value: &Value) -> bool {
    readable(value).contains("##NaN")
}

fn read_one(text: &str) -> Result<Value, TestCaseError> {
    let read = read_data(&Arc::new(Source::new("printed", text)));
    let mut values = read.map_err(|error| TestCaseError::fail(format!("{text}: {error}")))?;
    prop_assert_eq!(values.len(), 1, "{}", text);
    Ok(values.remove(0))
}

proptest! {
    #![proptest_config(cases(600))]

    #[test]
    fn what_is_printed_reads_back(value in value()) {
        let text = readable(&value);
        let again = read_one(&text)?;
        prop_assert_eq!(readable(&again), text);
        if !has_nan(&value) {
            prop_assert!(equal(&value, &again), "{} is not {}", value, again);
            prop_assert_eq!(hash(&value), hash(&again));
        }
    }

    #[test]
    fn equality_is_one(a in value(), b in value()) {
        prop_assert_eq!(equal(&a, &b), equal(&b, &a));
        prop_assert!(has_nan(&a) || equal(&a, &a.clone()));
        if equal(&a, &b) {
            prop_assert_eq!(hash(&a), hash(&b), "{} and {} are equal", a, b);
            prop_assert!(same_key(&a, &b));
        }
    }

    #[test]
    fn the_order_of_insertion_is_no_difference(items in vec(value(), 0..20), pairs in vec((value(), scalar()), 0..6)) {
        let (set, backwards) = (Value::set(items.clone()), Value::set(items.iter().rev().cloned()));
        if !has_nan(&set) {
            prop_assert!(equal(&set, &backwards), "{} {}", set, backwards);
            prop_assert_eq!(hash(&set), hash(&backwards));
        }
        let map = Map::from_iter(pairs);
        let backwards: Vec<_> = map.iter().collect();
        let (map, backwards) = (Value::from(map), Value::map(backwards.into_iter().rev()));
        if !has_nan(&map) {
            prop_assert!(equal(&map, &backwards), "{} {}", map, backwards);
            prop_assert_eq!(hash(&map), hash(&backwards));
        }
    }

    #[test]
    fn literals_are_themselves(value in value()) {
        let mut session = Session::default();
        let finished = session.run(&format!("(quote {value})"));
        prop_assert_eq!(outcome(&finished), readable(&value));
    }
}

/// What is done to a collection.
#[derive(Clone, Debug)]
enum Change {
    Insert(Value, Value),
    Remove(Value),
    /// Goes on from an older version.
    Back(usize),
}

/// Keys that often meet: equal numbers of different kinds, keywords and strings of one name.
fn key() -> impl Strategy<Value = Value> {
    prop_oneof![
        3 => (0..40_i64).prop_map(Value::from),
        1 => (0..40_i64).prop_map(|n| Value::from(n as f64)),
        2 => "[a-e]".prop_map(Value::keyword),
        2 => "[a-e]".prop_map(Value::from),
        1 => scalar(),
        1 => vec(0..3_i64, 0..3).prop_map(|items| Value::vector(items.into_iter().map(Value::from).collect())),
    ]
    .prop_filter("NaN is never found", |key| !has_nan(key))
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let change = prop_oneof![
        8 => (key(), 0..100_i64).prop_map(|(key, n)| Change::Insert(key, n.into())),
        4 => key().prop_map(Change::Remove),
        1 => any::<usize>().prop_map(Change::Back),
    ];
    vec(change, 0..120)
}

fn pairs(map: &Map) -> Vec<(String, String)> {
    map.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect()
}

fn written(model: &[(Value, Value)]) -> Vec<(String, String)> {
    model.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect()
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn maps_are_lists_of_entries_in_order(changes in changes()) {
        type Model = Vec<(Value, Value)>;
        let mut versions: Vec<(Map, Model)> = vec![(Map::default(), Vec::new())];
        for change in changes {
            let (mut map, mut model) = versions.last().cloned().unwrap_or_default();
            match change {
                Change::Insert(key, value) => {
                    match model.iter_mut().find(|(other, _)| same_key(other, &key)) {
                        Some((_, old)) => *old = value.clone(),
                        None => model.push((key.clone(), value.clone())),
                    }
                    map.insert(key, value);
                }
                Change::Remove(key) => {
                    let removed = map.remove(&key).map(|(key, _)| key.to_string());
                    let at = model.iter().position(|(other, _)| same_key(other, &key));
                    prop_assert_eq!(removed, at.map(|at| model.remove(at).0.to_string()));
                }
                Change::Back(version) => (map, model) = versions[version % versions.len()].clone(),
            }
            prop_assert_eq!(map.len(), model.len());
            versions.push((map, model));
        }
        for (map, model) in &versions {
            prop_assert_eq!(pairs(map), written(model));
            for (key, value) in model {
                prop_assert_eq!(map.get(key).map(|value| value.to_string()), Some(value.to_string()));
                prop_assert_eq!(map.entry(key).map(|(key, _)| key.to_string()), Some(key.to_string()));
            }
        }
    }

    #[test]
    fn sets_are_lists_of_items_in_order(changes in changes()) {
        let mut versions: Vec<(Set, Vec<Value>)> = vec![(Set::default(), Vec::new())];
        for change in changes {
            let (mut set, mut model) = versions.last().cloned().unwrap_or_default();
            match change {
                Change::Insert(item, _) => {
                    let new = !model.iter().any(|other| equal(other, &item));
                    if new {
                        model.push(item.clone());
                    }
                    prop_assert_eq!(set.insert(item), new);
                }
                Change::Remove(item) => {
                    let at = model.iter().position(|other| equal(other, &item));
                    let removed = at.map(|at| model.remove(at).to_string());
                    prop_assert_eq!(set.remove(&item).map(|item| item.to_string()), removed);
                }
                Change::Back(version) => (set, model) = versions[version % versions.len()].clone(),
            }
            versions.push((set, model));
        }
        for (set, model) in &versions {
            let texts = |items: &mut dyn Iterator<Item = Value>| items.map(|item| item.to_string()).collect::<Vec<_>>();
            prop_assert_eq!(texts(&mut set.iter()), texts(&mut model.iter().cloned()));
            prop_assert!(model.iter().all(|item| set.contains(item)));
        }
    }

    #[test]
    fn sorted_maps_are_in_order(numbers in vec((-50..50_i64, 0..9_i64), 0..80)) {
        let mut map = Map::sorted(None);
        let mut model = std::collections::BTreeMap::new();
        for (key, value) in numbers {
            if value == 0 {
                map.remove(&key.into());
                model.remove(&key);
            } else {
                map.insert(key.into(), value.into());
                model.insert(key, value);
            }
        }
        let model: Vec<_> = model.into_iter().map(|(key, value)| (key.to_string(), value.to_string())).collect();
        prop_assert_eq!(pairs(&map), model);
    }

    #[test]
    fn vectors_are_vectors(changes in vec((0..5_u8, any::<usize>(), 0..100_i64), 0..200), start in 0..150_usize) {
        let begin: Vec<Value> = (0..start).map(Value::from).collect();
        let mut versions = vec![(Arc::new(Vector::from(begin.clone())), begin)];
        for (kind, at, n) in changes {
            let (mut vector, mut model) = versions.last().cloned().unwrap_or_default_pair();
            match kind {
                0 | 1 => {
                    Vector::make_mut(&mut vector).push(n.into());
                    model.push(n.into());
                }
                2 => {
                    let popped = Vector::make_mut(&mut vector).pop();
                    prop_assert_eq!(popped.map(|item| item.to_string()), model.pop().map(|item| item.to_string()));
                }
                3 => {
                    let at = at % (model.len() + 2);
                    let done = Vector::make_mut(&mut vector).set(at, n.into());
                    prop_assert_eq!(done, at <= model.len());
                    if at < model.len() {
                        model[at] = n.into();
                    } else if at == model.len() {
                        model.push(n.into());
                    }
                }
                _ => (vector, model) = versions[at % versions.len()].clone(),
            }
            versions.push((vector, model));
        }
        for (vector, model) in &versions {
            let texts: Vec<String> = vector.iter().map(|item| item.to_string()).collect();
            prop_assert_eq!(texts, model.iter().map(|item| item.to_string()).collect::<Vec<_>>());
            let half = model.len() / 2;
            let slice = vector.slice(half, half + 5);
            prop_assert_eq!(slice.len(), model.len().saturating_sub(half).min(5));
            prop_assert_eq!(vector.get(half).map(|item| item.to_string()), model.get(half).map(|item| item.to_string()));
        }
    }
}

/// The last version, or an empty one.
trait OrDefault {
    fn unwrap_or_default_pair(self) -> (Arc<Vector>, Vec<Value>);
}

impl OrDefault for Option<(Arc<Vector>, Vec<Value>)> {
    fn unwrap_or_default_pair(self) -> (Arc<Vector>, Vec<Value>) {
        self.unwrap_or_else(|| (Arc::new(Vector::from(Vec::new())), Vec::new()))
    }
}

/// Programs of the pure part of the language. All names they use are bound; not all of them make sense.
fn program() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("nil".to_owned()),
        Just("true".to_owned()),
        (-3..12_i64).prop_map(|n| n.to_string()),
        Just("2.5".to_owned()),
        "\"[a-cé]{0,4}\"",
        ":[a-c]",
        Just("[]".to_owned()),
        Just("{}".to_owned()),
        prop_oneof![Just("x"), Just("y"), Just("v"), Just("m")].prop_map(str::to_owned),
        prop_oneof![Just("x"), Just("y"), Just("v"), Just("m")].prop_map(str::to_owned),
    ];
    let expression = leaf.prop_recursive(6, 80, 4, |inner| {
        let one = inner.clone();
        let two = (inner.clone(), inner.clone());
        let three = (inner.clone(), inner.clone(), inner.clone());
        let name = prop_oneof![Just("x"), Just("y"), Just("v"), Just("m"), Just("f")];
        let callee = prop_oneof![
            Just("inc".to_owned()),
            Just("identity".to_owned()),
            Just("count".to_owned()),
            Just(":a".to_owned()),
            one.clone().prop_map(|body| format!("(fn [x] {body})")),
            two.clone().prop_map(|(a, b)| format!("(fn [x & v] {a} {b})")),
        ];
        prop_oneof![
            (
                prop_oneof![Just("+"), Just("-"), Just("*"), Just("<"), Just("="), Just("max"), Just("compare")],
                two.clone()
            )
                .prop_map(|(f, (a, b))| format!("({f} {a} {b})")),
            (
                prop_oneof![
                    Just("count"),
                    Just("first"),
                    Just("rest"),
                    Just("seq"),
                    Just("not"),
                    Just("inc"),
                    Just("sort"),
                    Just("set"),
                    Just("keys")
                ],
                one.clone()
            )
                .prop_map(|(f, a)| format!("({f} {a})")),
            three.clone().prop_map(|(a, b, c)| format!("(if {a} {b} {c})")),
            (name.clone(), two.clone()).prop_map(|(n, (a, b))| format!("(let [{n} {a}] {b})")),
            (name.clone(), three.clone())
                .prop_map(|(n, (a, b, c))| format!("(let [{n} {a} y (conj [{n}] {b})] [{c} {n} y])")),
            two.clone().prop_map(|(a, b)| format!("(let [[x & y] {a}] {b})")),
            two.clone().prop_map(|(a, b)| format!("(let [{{:keys [x] y :b :or {{x 1}} :as m}} {a}] {b})")),
            three.clone().prop_map(|(a, b, c)| format!("(loop [n 0 x {a}] (if (< n 4) (recur (inc n) {b}) {c}))")),
            two.clone()
                .prop_map(|(a, b)| format!("(loop [n 0 v []] (if (< n 5) (recur (inc n) (conj v {a})) [v {b}]))")),
            two.clone().prop_map(|(a, b)| format!(
                "(loop [n 0 m {{}}] (if (< n 30) (recur (inc n) (assoc m n {a})) [m {b}]))"
            )),
            (callee.clone(), one.clone()).prop_map(|(f, a)| format!("({f} {a})")),
            (callee.clone(), one.clone()).prop_map(|(f, a)| format!("(map {f} {a})")),
            (callee.clone(), one.clone()).prop_map(|(f, a)| format!("(filter {f} {a})")),
            (callee.clone(), one.clone()).prop_map(|(f, a)| format!("(mapv {f} {a})")),
            (callee.clone(), two.clone()).prop_map(|(f, (a, b))| format!("(let [f {f}] [(f {a}) (map f {b})])")),
            three.clone().prop_map(|(a, b, c)| format!("(reduce (fn [x y] {a}) {b} {c})")),
            three.clone().prop_map(|(a, b, c)| format!("(assoc {a} {b} {c})")),
            two.clone().prop_map(|(a, b)| format!("(get {a} {b})")),
            two.clone().prop_map(|(a, b)| format!("(conj {a} {b})")),
            (callee.clone(), two.clone()).prop_map(|(f, (a, b))| format!("(update {a} {b} {f})")),
            two.clone().prop_map(|(a, b)| format!("(try {a} (catch Exception y {b}))")),
            three.clone().prop_map(|(a, b, c)| format!("(try (let [x {a}] {b}) (catch Exception x x) (finally {c}))")),
            three.clone().prop_map(|(a, b, c)| format!("(case {a} 1 {b} :a {c} :other)")),
            two.clone().prop_map(|(a, b)| format!("(and {a} {b})")),
            two.clone().prop_map(|(a, b)| format!("(or {a} {b})")),
            two.clone().prop_map(|(a, b)| format!("[{a} {b}]")),
            two.clone().prop_map(|(a, b)| format!("{{:a {a} :b {b}}}")),
            two.clone().prop_map(|(a, b)| format!("(do (def d {a}) [d {b} d])")),
            two.clone().prop_map(|(a, b)| format!("(letfn [(f [x] {a}) (g [y] (f y))] [(g {b}) (f 1)])")),
            two.clone().prop_map(|(a, b)| format!("(take 3 (map (fn [x] {a}) {b}))")),
            two.prop_map(|(a, b)| format!("(lazy-seq (cons {a} (lazy-seq {b})))")),
        ]
    });
    vec(expression, 1..4).prop_map(|forms| {
        format!("(def x 1) (def y [1 2 3]) (def v [[1] 2]) (def m {{:a 1 :b [x]}}) (def f inc)\n{}", forms.join("\n"))
    })
}

/// Enough of a value to tell it from others; some print longer than any memory.
fn told(value: &Value) -> String {
    if value.weight() < 10_000 { readable(value) } else { format!("{} of {}", shorten(value, 5_000), value.weight()) }
}

/// The value or the errors.
fn end(evaluation: &Evaluation) -> String {
    evaluation.result.as_ref().map_or_else(|_| outcome(evaluation), told)
}

fn entries(session: &Session) -> Vec<String> {
    session.memory.entries().iter().map(|(name, value)| format!("{name} {}", told(value))).collect()
}

/// Enough steps for any of these programs that ends.
fn limits() -> Limits {
    Limits { max_steps: 200_000, ..Limits::default() }
}

/// What can be seen of a program from the outside.
fn seen(session: &mut Session, program: &str) -> (String, String, u64, Vec<String>) {
    let finished = session.run(program);
    (end(&finished), finished.prints, finished.spent.steps, entries(session))
}

proptest! {
    #![proptest_config(cases(1500))]

    #[test]
    fn programs_end_within_their_limits_and_always_alike(program in program()) {
        let limits = limits();
        let mut first = Session { limits: limits.clone(), ..Session::default() };
        let once = seen(&mut first, &program);
        prop_assert!(once.2 <= limits.max_steps, "{}", once.2);
        prop_assert!(!once.0.contains("%") && !once.0.contains("max_time"), "{}", once.0);
        let mut second = Session { limits: limits.clone(), ..Session::default() };
        prop_assert_eq!(&once, &seen(&mut second, &program));
        let mut unmoved = Session { limits, moves: false, ..Session::default() };
        let (result, prints, _, memory) = seen(&mut unmoved, &program);
        // Which key was missing is said with the keys of its map only where the map has not moved away.
        let bare = |text: &str| text.split(": nothing is found under").next().and_then(|text| text.split(": there is no key").next()).map(str::to_owned);
        prop_assert_eq!((bare(&once.0), &once.1, &once.3), (bare(&result), &prints, &memory), "with values that do not move");
    }

    #[test]
    fn a_program_with_less_is_cut_off_or_the_same(program in program(), steps in 0..2000_u64) {
        let whole = seen(&mut Session { limits: limits(), ..Session::default() }, &program);
        let limits = Limits { max_steps: steps, ..limits() };
        let mut session = Session { limits, ..Session::default() };
        let finished = session.run(&program);
        prop_assert!(finished.spent.steps <= steps);
        match &finished.result {
            Err(failure) if failure.errors.iter().any(|error| error.kind == ErrorKind::Limit) => {
                prop_assert!(whole.2 > steps || whole.0.contains("limit-error"), "{} steps were enough", whole.2);
                prop_assert!(session.memory.entries().is_empty());
            }
            Ok(_) | Err(_) => prop_assert_eq!(end(&finished), whole.0),
        }
    }

    #[test]
    fn values_that_print_change_nothing_before(program in program()) {
        // Older versions of what a program changes stay as they were, wherever it keeps them.
        let mut session = Session { limits: limits(), ..Session::default() };
        let kept = "(def old {:v [1 2 3] :m {:a 1} :s (set [1 2])}) (def v (:v old)) (def m (:m old))";
        session.run(kept);
        session.run(&program.replacen("(def x 1) (def y [1 2 3]) (def v [[1] 2]) (def m {:a 1 :b [x]})", "(def x v) (def y m)", 1));
        prop_assert_eq!(outcome(&session.run("old")), "{:v [1 2 3], :m {:a 1}, :s #{1 2}}");
    }
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn a_program_that_fails_leaves_no_trace(
        program in program(),
        failure in prop_oneof![
            Just("(/ 1 0)"), Just("(loop [] (recur))"), Just("(nope)"), Just("((fn f [] (inc (f))))"), Just("(")
        ],
    ) {
        let mut session = Session::default();
        session.run("(def x 5) (def kept {:a [1 2 3]})");
        session.limits.max_steps = 100_000;
        let before = entries(&session);
        let last = session.memory.last_result().to_string();
        let finished = session.run(&format!("{program} (def kept (assoc kept :b 1)) (def new 1) {failure}"));
        prop_assert!(finished.result.is_err(), "{}", outcome(&finished));
        prop_assert_eq!(before, entries(&session));
        prop_assert_eq!(last, session.memory.last_result().to_string());
    }

    #[test]
    fn a_program_that_fails_undoes_writes_to_atoms(writes in vec((0..3_u8, 0..100_i64), 1..6)) {
        let mut session = Session::default();
        session.run("(def a (atom {:n 0})) (def held [a])");
        let before = outcome(&session.run("[@a (deref (first held))]"));
        let writes: String = writes.into_iter().map(|(kind, n)| match kind {
            0 => format!("(reset! a {n}) "),
            1 => format!("(swap! a (fn [old] [old {n}])) "),
            _ => format!("(let [b (first held)] (swap! b (fn [old] {{:old old :n {n}}}))) "),
        }).collect();
        let finished = session.run(&format!("(memory/put :p 1) {writes} (/ 1 0)"));
        prop_assert!(finished.result.is_err());
        prop_assert_eq!(outcome(&session.run("[@a (deref (first held))]")), before);
        prop_assert_eq!(outcome(&session.run("memory/p")), "nil");
    }

    #[test]
    fn no_text_breaks_the_language(text in any::<String>()) {
        Session::default().run(&text);
    }

    #[test]
    fn nothing_that_looks_like_a_program_breaks_the_language(
        text in r#"[()\[\]{}#"'@^\\;: %&\n0-9a-cx]{0,40}"#,
        parts in vec("(\\(|\\)|\\[|\\]|\\{|\\}| let| fn| \\[x 1\\]| x| 1| :a| inc| map| loop| recur| if| ->| #\\(| %|'|@| &| :keys| :as| case| def| try| catch){1}", 0..30),
    ) {
        let mut session = Session { limits: Limits { max_steps: 50_000, ..Limits::default() }, ..Session::default() };
        session.run(&text);
        session.run(&parts.concat());
        session.run(&format!("({})", parts.concat()));
    }
}

proptest! {
    #![proptest_config(cases(1_000))]

    /// Nothing of a source is lost or doubled, whatever it is.
    #[test]
    fn tokens_put_together_are_the_source(text in prop_oneof![any::<String>(), "[()\\[\\]{} \"\\\\#'@:;a1“”\n]{0,30}"]) {
        let together: String = tokens(&text).map(|token| token.text).collect();
        prop_assert_eq!(together, text);
    }

    /// What the reader reads is finished, and a part of a form is not.
    #[test]
    fn a_form_is_unfinished_until_its_last_character(value in value()) {
        let text = readable(&Value::vector(vec![value]));
        prop_assert!(read(&Arc::new(Source::new("text", text.as_str()))).is_ok());
        prop_assert!(!is_unfinished(&text), "{}", text);
        prop_assert!(is_unfinished(&text[..text.len() - 1]), "{}", text);
    }
}

/// The tokens of a source without white space, which is all that `layout` may change.
fn tokens_of(source: &str) -> Vec<String> {
    let tokens = tokens(source).filter(|token| token.kind != TokenKind::Space);
    tokens
        .map(|token| if token.kind == TokenKind::Comment { token.text.trim_end() } else { token.text }.to_owned())
        .collect()
}

proptest! {
    #![proptest_config(cases(1_000))]

    #[test]
    fn layout_changes_white_space_only_and_once(
        text in prop_oneof![any::<String>(), "[()\\[\\]{} \"\\\\#';a1\n]{0,40}", "(\\(|\\)|\\[|\\]| let |\n|;c\n| x| :k| \"a\nb\"|, |cond|do ){0,30}"],
    ) {
        let once = layout(&text);
        prop_assert_eq!(tokens_of(&once), tokens_of(&text));
        prop_assert_eq!(layout(&once), once);
    }

    #[test]
    fn layout_keeps_the_value(value in value(), breaks in vec(0..4_usize, 0..40)) {
        let mut breaks = breaks.into_iter().cycle().map(|at| [" ", "\n", "\n\n\n  ", ",  "][at]);
        let text: String = readable(&value).split(' ').flat_map(|part| [part, breaks.next().unwrap_or(" ")]).collect();
        let forms = |text: &str| read_data(&Arc::new(Source::new("text", text))).map(|values| values.iter().map(readable).collect::<Vec<_>>());
        prop_assert_eq!(forms(&layout(&text)).ok(), forms(&text).ok());
    }
}

/// JSON of every kind, records with the same keys among it.
fn json() -> impl Strategy<Value = Json> {
    let scalar = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<u64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        any::<String>().prop_map(Json::from),
        "[a-c]{0,3}".prop_map(Json::from),
    ];
    scalar.prop_recursive(6, 80, 8, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..8).prop_map(Json::from),
            vec(("[a-f ]{0,2}", inner.clone()), 0..20).prop_map(|entries| Json::Object(entries.into_iter().collect())),
            vec((any::<String>(), inner), 0..20).prop_map(|entries| Json::Object(entries.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(cases(600))]

    #[test]
    fn json_text_is_that_of_the_tree(value in value()) {
        let (tree, text) = (to_json(&value, "value"), json_text(&value, "value"));
        prop_assert_eq!(check_json(&value, "value"), tree.clone().map(drop));
        prop_assert_eq!(serde_json::to_string(&value).map_err(|error| error.to_string()), text.clone().map_err(|error| error.to_string()));
        let says_all = tree.as_ref().is_ok_and(|json| from_json(json).is_ok_and(|back| readable(&back) == readable(&value)));
        prop_assert_eq!(says_all_in_json(&value), says_all);
        prop_assert_eq!(text, tree.map(|json| json.to_string()));
    }

    #[test]
    fn parse_json_is_from_json(json in json()) {
        let parsed = parse_json(&json.to_string()).map_err(|raise| TestCaseError::fail(raise.to_error().to_string()))?;
        prop_assert_eq!(to_json(&parsed, "value"), Ok(json.clone()));
        prop_assert!(says_all_in_json(&parsed));
        let from_tree = from_json(&json).map_err(|raise| TestCaseError::fail(raise.to_error().to_string()))?;
        prop_assert_eq!(readable(&from_tree), readable(&parsed));
        prop_assert_eq!(from_tree.extent(), parsed.extent());
    }

    #[test]
    fn parse_json_errors_are_those_of_the_reader(
        json in json(),
        at in any::<proptest::sample::Index>(),
        junk in r#"[\[\]{}",:0-9eE.ntf \\-]{0,3}"#,
    ) {
        let mut text: Vec<char> = json.to_string().chars().collect();
        let at = at.index(text.len());
        text.splice(at..(at + 1).min(text.len()), junk.chars());
        let text: String = text.into_iter().collect();
        agrees_with_reader(&text);
    }
}

/// Whether a text reads as serde_json reads it, as data and with errors.
fn agrees_with_reader(text: &str) {
    let parsed = parse_json(text).map(|value| readable(&value)).map_err(|raise| raise.to_error().message);
    let read = serde_json::from_str::<Json>(text).map_err(|error| format!("no JSON: {error}"));
    let read = read.map(|json| readable(&from_json(&json).unwrap_or_default()));
    assert_eq!(parsed, read, "{text}");
}

#[test]
fn parse_json_edges() {
    let lists = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let maps = |depth: usize| format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth));
    let texts = [
        r#"{"a":1,"a":2}"#,
        r#"{"a":1,"b":3,"a":2}"#,
        "1e400",
        "-1e400",
        "-0",
        "-0.0",
        "0.1e-400",
        "18446744073709551615",
        "18446744073709551616",
        "-9223372036854775808",
        "-9223372036854775809",
        r#""\ud800""#,
        r#""\ud83d\ude00""#,
        "\u{feff}1",
        "1 2",
        "[1,]",
        r#"{"a"}"#,
        "",
        " ",
        "nul",
        r#""a"#,
        "[",
        "{",
        "01",
        "\"\u{1}\"",
        "{1:2}",
    ];
    texts.into_iter().for_each(agrees_with_reader);
    [127, 128, 129, 100_000].into_iter().for_each(|depth| {
        agrees_with_reader(&lists(depth));
        agrees_with_reader(&maps(depth));
    });
}

#[test]
fn json_is_as_deep_as_values() {
    let nested = |depth: usize| (1..depth).fold(Json::Array(Vec::new()), |inner, _| Json::Array(vec![inner]));
    let test = move || {
        let deepest = from_json(&nested(500)).map_err(|raise| raise.to_error().message).expect("as deep as values");
        assert_eq!(json_text(&deepest, "value"), Ok(nested(500).to_string()));
        assert_eq!(to_json(&deepest, "value"), Ok(nested(500)));
        assert!(says_all_in_json(&deepest));
        assert!(from_json(&nested(501)).is_err_and(|raise| raise.to_error().message.contains("max_nesting")));
    };
    // The stack of a program.
    std::thread::Builder::new().stack_size(32 << 20).spawn(test).expect("a thread").join().expect("no panic");
}
