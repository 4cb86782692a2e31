//! Loops and builtins that would never end.

use super::*;

#[test]
fn endless_loops() {
    // As many as these would take long with a whole second each.
    let limits = Limits { max_time: TIME / 4, ..limits() };
    attack_within(
        &limits,
        &["limit:max_time", "limit:max_steps"],
        &[
            "(loop [] (recur))",
            "(loop [n 0] (recur (inc n)))",
            "(while true)",
            "((fn [] (recur)))",
            "(try (loop [] (recur)) (catch Throwable e 1) (finally (println \"AFTER THE LIMIT\")))",
            "(try (loop [] (recur)) (catch :default e (println \"AFTER THE LIMIT\")))",
            "(loop [n 0] (recur (try (/ 1 0) (catch Exception e n))))",
            "(defn fib [n] (if (< n 2) n (+ (fib (- n 1)) (fib (- n 2))))) (fib 60)",
            "(count (iterate inc 0))",
            "(count (range))",
            "(count (cycle [1]))",
            "(count (repeatedly (fn [] 1)))",
            "(doseq [x (range)] x)",
            "(dotimes [i 1000000000000] i)",
            "(reduce + (range))",
            "(last (range))",
            "(first (filter (fn [x] (< x 0)) (range)))",
            "(some (fn [x] (< x 0)) (range))",
            "(every? (fn [x] (>= x 0)) (range))",
            "(nth (iterate inc 0) 1000000000)",
            "(drop 1000000000 (range))",
            "(first (drop 1000000000 (iterate inc 0)))",
            "(= (range) (range))",
            "(reduce (fn [a x] x) (cycle [1 2]))",
            "(count (range 0 1 0))",
            "(count (range 0 1 1e-300))",
            "(let [xs (range 100000000000)] [(reduce + xs) (first xs)])",
        ],
    );
}

#[test]
fn order() {
    attack(
        &["value", "type-error", "limit"],
        &[
            "(count (sort (fn [a b] true) (range 20000)))",
            "(count (sort (fn [a b] -1) (range 20000)))",
            "(count (sort (fn [a b] ##NaN) (range 20000)))",
            "(let [n (atom 0)] (count (sort (fn [a b] (- (rem (swap! n + 7) 3) 1)) (range 20000))))",
            "(sort [##NaN 1 ##Inf ##NaN 0 ##-Inf])",
            "(sort [1 :a \"b\" nil])",
            "(sort (range))",
            "(sort-by (fn [x] ##NaN) (range 20000))",
            "(max ##NaN 1 ##NaN)",
        ],
    );
}

#[test]
fn work_within_builtins() {
    attack(
        &["limit", "error"],
        &[
            "(loop [x 2] (recur (* x x)))",
            "(reduce * (range 1 1000000))",
            "(loop [x 2] (recur (+ x x)))",
            "(str (range))",
            "(apply + (range))",
            "(vec (range))",
            "(set (range))",
            "(mapv inc (range))",
            "(into [] (range))",
            "(apply str (repeat \"x\"))",
            "(partition 0 [1 2 3])",
            "(count (clojure.string/join \",\" (range 100000000)))",
            "(zipmap (range) (range))",
            "(reduce (fn [s _] (str s s)) \"x\" (range 100))",
            "(loop [s \"xxxxxxxxxxxxxxxx\"] (recur (clojure.string/replace s \"x\" s)))",
            "(apply max (range))",
            "(println (range))",
            "(frequencies (cycle [1 2]))",
        ],
    );
    attack(
        &["limit", "value", "error"],
        &[
            "(count (re-seq #\"\" (apply str (repeat 1000000 \"a\"))))",
            "(re-find #\"(a*)*b\" (apply str (repeat 1000000 \"a\")))",
            "(count (distinct (range 1000000)))",
            "(count (set (map (fn [i] (* i 1.0e300)) (range 1 50000))))",
            "(nth (vec (range 1000)) 9223372036854775807 nil)",
            "(take-nth 0 [1 2 3])",
            "(count (take 10000000 (take-nth 0 [1 2 3])))",
            "(clojure.string/replace (apply str (repeat 100000 \"a\")) #\"\" (apply str (repeat 1000 \"b\")))",
            "(partition 3 0 [1 2 3 4])",
            "(partition-all 1000000000 1 (range 1000))",
            "(rationalize 1e308)",
            "(format \"%1000000000d\" 1)",
            "(format \"%.1000000000f\" 1.0)",
        ],
    );
}

/// So few that they are over soon, if each is as short as it should be.
fn few_steps() -> Limits {
    Limits { max_steps: 5_000_000, ..limits() }
}

/// Texts weigh what they are long, also those that are parts of something else.
#[test]
fn long_texts_in_collections() {
    attack(
        &["limit", "value"],
        &[
            "(hash (vec (repeat 20000 (.repeat \"x\" 2000000))))",
            "(hash {(.repeat \"x\" 2000000) (vec (repeat 20000 (.repeat \"x\" 2000000)))})",
            "(let [s (.repeat \"x\" 4000000) t (str (subs s 1) \"x\")] (= (vec (repeat 300000 s)) (vec (repeat 300000 t))))",
            "(let [k (keyword (.repeat \"x\" 10000000))] (dotimes [i 1000] (hash k)))",
            "(let [k (symbol (.repeat \"x\" 10000000))] (dotimes [i 1000] (hash [k])))",
            "(let [m {(.repeat \"x\" 8000000) 1}] (dotimes [i 1000] (hash m)))",
            "(count (distinct (repeatedly 3000 (fn [] [(.repeat \"x\" 100000)]))))",
        ],
    );
}

/// Errors are made without a meter, so nothing looks through a long text for one.
#[test]
fn errors_about_long_texts() {
    let text = "(def s (.repeat \"1\" 12000000)) (def k (keyword s))";
    let uses = [
        "(+ 1 s)",
        "(- s 1)",
        "(int s)",
        "(num s)",
        "(bigdec s)",
        "(LocalDate/parse s)",
        "(Instant/parse s)",
        "(.compareTo s (str s \"x\"))",
        "(.startsWith s s)",
        "(.endsWith s s)",
        "(inc k)",
        "(inc [s k])",
        "(compare k 1)",
        "(name k)",
        "(throw (ex-info s {}))",
        "(parse-long s)",
        "(re-find s s)",
    ];
    let programs = uses.map(|call| format!("{text} (dotimes [i 100000] (try {call} (catch Throwable e 1)))"));
    attack_within(&few_steps(), &["value", "limit"], &programs);
}

/// What others hold is copied to be changed or walked, and the copy is paid for.
#[test]
fn large_maps_and_sets() {
    let both = "(def m (zipmap (range 60000) (range))) (def s (set (range 60000)))";
    let uses = [
        "(first m)",
        "(first s)",
        "(rest m)",
        "(seq s)",
        "(some identity m)",
        "(assoc m :a i)",
        "(dissoc m i)",
        "(conj s :a)",
        "(disj s i)",
        "(update-vals m inc)",
        "(with-meta m {:a i})",
        "(transient (with-meta m {:a i}))",
        "(into {} (with-meta m {:a i}))",
        "(into m {:a 1})",
    ];
    let programs = uses.map(|call| format!("{both} (dotimes [i 20000] {call})"));
    attack_within(&few_steps(), &["value", "limit"], &programs);
}
