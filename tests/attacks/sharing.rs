//! Values that are small in memory and huge as trees, given to every builtin in every place.

use super::*;
use ptc::lisp::value::readable;

/// Makers of values of 2^60 leaves, of endless ones, and of ones that keep to their limits narrowly.
const BOMBS: [&str; 8] = [
    "(nth (iterate (fn [v] [v v]) [1]) 60)",
    "(nth (iterate (fn [v] {:a v :b v}) {:a 1}) 60)",
    "(nth (iterate (fn [v] (list v v)) '(1)) 60)",
    "(zipmap (range 300) (repeat (nth (iterate (fn [v] [v v]) [1]) 40)))",
    "(vec (repeat 3000 (nth (iterate (fn [v] {:a v :b v}) {:a 1}) 30)))",
    "(nth (iterate (fn [v] (lazy-seq (list v v))) '(1)) 60)",
    "(iterate (fn [v] [v v]) [1])",
    "(apply str (repeat 100000 \"ab\"))",
];

const CALLS: [&str; 12] = [
    "(F b)",
    "(F b b)",
    "(F b b b)",
    "(F [b] 1)",
    "(F 1 b)",
    "(F identity b)",
    "(F = [b b] [b b])",
    "(F compare [b b b])",
    "(F :a {:a b} b)",
    "(F {b b} {b 1})",
    "(F b 1 b 2)",
    "(F (fn [& xs] b) [1 2 3] b)",
];

/// Every builtin in one or the other of the calls, with one or the other of the values.
#[test]
fn every_builtin_meets_its_limits_on_them() {
    let names = ptc::lisp::doc::names();
    assert!(names.len() > 400);
    let limits = Limits { max_steps: 20_000, max_time: TIME, max_memory: MEMORY, ..Limits::default() };
    let mut slow = Vec::new();
    let all = names.iter().flat_map(|name| BOMBS.iter().flat_map(move |bomb| CALLS.map(|call| (name, bomb, call))));
    for (name, bomb, call) in all.step_by(7) {
        let program = format!("(let [b {bomb}] {})", call.replace('F', name));
        let mut sandbox = Sandbox::new().limits(limits.clone());
        let started = Instant::now();
        let evaluation = sandbox.run(&Arc::new(Source::new("program", &*program)));
        // Whoever shows what came of it must not wait either.
        let shown = evaluation.result.as_ref().map_or_else(|failure| failure.error().to_string(), ToString::to_string);
        assert!(shown.len() < 3 << 20, "{program}: {} bytes", shown.len());
        drop((evaluation, sandbox));
        if started.elapsed() > TIME {
            slow.push(format!("{program}: {:?}", started.elapsed()));
        }
    }
    assert!(slow.is_empty(), "{}", slow.join("\n"));
}

#[test]
fn keyword_arguments_of_them_meet_a_limit() {
    attack(
        &["limit"],
        &[
            "(defn f [& {:as m}] (count m)) (loop [v [] i 0] (if (< i 60) (recur [v v] (inc i)) (apply f (concat (range 40) [v 1]))))",
        ],
    );
}

/// What a cell or an exception holds is not weighed with it; showing it must end all the same.
#[test]
fn cells_and_exceptions_that_hold_them_are_shown_in_part() {
    let bomb = "(nth (iterate (fn [v] [v v]) [1]) 60)";
    let holders = [
        "(atom b)",
        "(vec (repeat 10000 (atom b)))",
        "(ex-info \"x\" {:b b})",
        "(let [d (delay b)] @d d)",
        "(reduced b)",
        "[(volatile! b)]",
        "(transient b)",
        "(return (atom b))",
        "(let [a (atom 1)] (reset! a [a a b]) a)",
        "(str (vec (repeat 1000 (ex-info \"a\" {:b b}))))",
        "(println (vec (repeat 1000 (atom b))))",
    ];
    for holder in holders {
        let started = Instant::now();
        let mut sandbox = Sandbox::new().limits(limits());
        let evaluation = sandbox.run(&Arc::new(Source::new("program", format!("(let [b {bomb}] {holder})"))));
        let shown = evaluation.result.map_or_else(|failure| failure.error().to_string(), |value| readable(&value));
        assert!(shown.len() < 3 << 20, "{holder}: {} bytes", shown.len());
        assert!(started.elapsed() < 2 * TIME, "{holder}: {:?}", started.elapsed());
    }
    attack(
        &["fail", "value-error", "limit"],
        &[format!("(fail {bomb})"), format!("(throw (ex-info \"x\" {{:b {bomb}}}))")],
    );
    attack(
        &["error"],
        &["(where b b b)", "(where :a {:a b} b)", "(derive b :a/b)"].map(|call| format!("(let [b {bomb}] {call})")),
    );
}
