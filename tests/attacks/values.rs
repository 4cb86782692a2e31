//! Values that are deep, or small in memory and huge as trees.

use super::*;

#[test]
fn deep_ones_are_not_made() {
    let makers = [
        "(fn [v] [v])",
        "(fn [v] (cons v nil))",
        "(fn [v] {:a v})",
        "(fn [v] #{v})",
        "(fn [v] {v 1})",
        "(fn [v] (conj [] v))",
        "(fn [v] (conj '() v))",
        "(fn [v] (assoc {} :a v))",
        "(fn [v] (update {:a 1} :a (fn [_] v)))",
        "(fn [v] (map identity [v]))",
        "(fn [v] (mapv identity [v]))",
        "(fn [v] (set [v]))",
        "(fn [v] (sort [v]))",
        "(fn [v] (first [[v]]))",
    ];
    let programs =
        makers.map(|make| format!("(loop [v nil n 0] (if (< n 100000) (recur ({make} v) (inc n)) (count [v])))"));
    attack(&["limit:max_nesting"], &programs);
}

#[test]
fn the_deepest_ones_can_be_used() {
    let deep = "(defn deep [n] (loop [v [] n n] (if (> n 0) (recur [v] (dec n)) v)))";
    let uses = [
        "(deep 480)",
        "(= (deep 480) (deep 480))",
        "(get {(deep 480) 1} (deep 480))",
        "(contains? (set [(deep 480)]) (deep 480))",
        "(compare (deep 480) (deep 480))",
        "(sort [(deep 480) (deep 479)])",
        "(str (deep 480))",
        "(println (deep 480))",
        "(def kept (deep 480))",
        "(throw (ex-info \"deep\" {:v (deep 480)}))",
        "(+ 1 (deep 480))",
        "(flatten (deep 480))",
        "(pr-str (deep 480))",
        "(clojure.walk/postwalk identity (deep 400))",
        "(json/generate-string (deep 400))",
    ];
    attack(&["value", "type-error", "value-error"], &uses.map(|call| format!("{deep} {call}")));
}

#[test]
fn deep_chains_that_are_no_collections_are_dropped() {
    attack(
        &["value", "limit"],
        &[
            "(do (reduce (fn [v _] (atom v)) nil (range 100000)) 1)",
            "(do (reduce (fn [v _] (fn [] v)) nil (range 100000)) 1)",
            "(do (reduce (fn [v _] (delay v)) nil (range 100000)) 1)",
            "(do (reduce (fn [v _] (lazy-seq v)) nil (range 100000)) 1)",
            "(do (reduce (fn [v _] (volatile! v)) nil (range 100000)) 1)",
            "(do (reduce (fn [v _] (cons 1 v)) nil (range 100000)) 1)",
            "(do (reduce (fn [v _] (ex-info \"x\" {} v)) nil (range 100000)) 1)",
            "(do (reduce (fn [v _] (ex-info \"x\" {:v v})) nil (range 100000)) 1)",
            "(do (reduce (fn [v _] (fn [] [v])) nil (range 100000)) 1)",
            "(do (reduce (fn [v _] (atom [v])) nil (range 100000)) 1)",
            "(do (reduce (fn [v _] (partial v)) + (range 100000)) 1)",
            "(do (reduce (fn [v _] (comp v inc)) + (range 100000)) 1)",
            "(do (reduce (fn [v _] (map v)) + (range 100000)) 1)",
            "(do (reduce (fn [v _] (reduced [v])) 1 (range 100000)) 1)",
            "(loop [v nil n 0] (if (< n 100000) (recur (reduced v) (inc n)) 1))",
            "(def kept (reduce (fn [v _] (atom v)) nil (range 100000)))",
            "(def kept (reduce (fn [v _] (fn [] v)) nil (range 100000)))",
            "(let [a (atom nil)] (reset! a a) 1)",
            "(let [a (atom nil)] (reset! a (fn [] a)) (def f a) 1)",
            "(let [a (atom nil)] (reset! a [a]) (println a) 1)",
            "(let [a (atom nil)] (reset! a [a]) (= a [a]))",
            "(let [a (atom nil)] (reset! a [a]) (str a))",
            "(let [a (atom nil)] (reset! a {:a a}) a)",
        ],
    );
}

#[test]
fn sharing() {
    let bomb = "(def bomb (loop [v [1] n 0] (if (< n 60) (recur [v v] (inc n)) v)))";
    let maps = "(def bomb (loop [v {:a 1} n 0] (if (< n 60) (recur {:a v :b v} (inc n)) v)))";
    let lists = "(def bomb (loop [v '(1) n 0] (if (< n 60) (recur (cons v v) (inc n)) v)))";
    let uses = [
        "(= bomb (conj [] bomb))",
        "(= bomb (mapv identity bomb))",
        "(get {bomb 1} bomb)",
        "(set [bomb])",
        "(contains? #{1} bomb)",
        "{bomb 1}",
        "#{bomb}",
        "(str bomb)",
        "(pr-str bomb)",
        "(println bomb)",
        "(compare bomb [bomb])",
        "(sort [bomb bomb])",
        "(hash bomb)",
        "(flatten bomb)",
        "(frequencies [bomb bomb])",
        "(distinct [bomb bomb])",
        "(group-by identity [bomb])",
        "(clojure.walk/postwalk identity bomb)",
        "(json/generate-string bomb)",
        "(case bomb [1] 2 3)",
        "(throw (ex-info \"x\" {:bomb bomb}))",
        "(+ 1 bomb)",
        "(count bomb)",
        "(first bomb)",
    ];
    let programs: Vec<String> =
        [bomb, maps, lists].iter().flat_map(|bomb| uses.map(|call| format!("{bomb} (do {call} 1)"))).collect();
    attack(&["limit", "value", "type-error", "value-error"], &programs);
}
