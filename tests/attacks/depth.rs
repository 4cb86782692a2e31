//! Calls and sequences within each other without end.

use super::*;

#[test]
fn recursion() {
    let nested = format!("(defn f [n] {} (f n){}) (f 1)", "(+ 1 ".repeat(150), ")".repeat(150));
    let in_vectors = format!("(defn f [n] {} (f n){}) (f 1)", "[".repeat(150), "]".repeat(150));
    let in_lets = format!("(defn f [n] {} (f n){}) (f 1)", "(let [a (do ".repeat(60), ")] a)".repeat(60));
    attack(
        &["limit:max_depth"],
        &[
            "((fn [f] (f f)) (fn [f] (f f)))",
            "(defn f [n] (inc (f n))) (f 0)",
            "(defn f [& more] (apply f more)) (f 1)",
            "(letfn [(a [n] (inc (b n))) (b [n] (inc (a n)))] (a 0))",
            "(defn f [x] (map f [x])) (f 1)",
            "(defn f [x] (mapv f [x])) (f 1)",
            "(defn f [x] (filter f [x])) (f 1)",
            "(defn f [a x] (reduce f a [x x])) (f 1 1)",
            "(defn f [a b] (sort f [a b]) 1) (f 1 2)",
            "(defn f [a] (sort-by f [a a]) 1) (f 1)",
            "(defn f [m] (update m :a f)) (f {})",
            "(def f (atom nil)) (reset! f (fn [x] (inc (@f x)))) (@f 1)",
            "(defn f [x] ((partial f) x)) (f 1)",
            "(defn f [x] ((comp inc f) x)) (f 1)",
            "(defn f [x] ((juxt f) x)) (f 1)",
            "(defn f [x] (first (lazy-seq (f x)))) (f 1)",
            "(defn f [x] {:a (f x)}) (f 1)",
            "(defn f [x] #{(f x)}) (f 1)",
            "(defn f [x] (if (f x) 1 2)) (f 1)",
            "(defn f [x] (case (f x) 1 2)) (f 1)",
            "(defn f [x] (let [{:keys [a]} (f x)] a)) (f 1)",
            "(defn f [x] {:pre [(f x)]} x) (f 1)",
            "(defn f [x] (try (f x) (catch Throwable e 1) (finally 2))) (f 1)",
            "(defn f [x] (try 1 (finally (f x)))) (f 1)",
            "(defn f [x] (and (f x) 1)) (f 1)",
            "(defn f ([x] (f x x)) ([x y] (inc (f x)))) (f 1)",
            &nested,
            &in_vectors,
            &in_lets,
        ],
    );
}

#[test]
fn recursion_without_a_limit_on_depth_stays_within_the_stack() {
    let limits = Limits { max_depth: u32::MAX, ..limits() };
    let nested = format!("(defn f [n] {} (f n){}) (f 1)", "(+ 1 ".repeat(150), ")".repeat(150));
    attack_within(
        &limits,
        &["limit"],
        &[
            "(defn f [n] (inc (f n))) (f 0)",
            "(defn f [x] (mapv f [x])) (f 1)",
            "(defn f [a x] (reduce f a [x x])) (f 1 1)",
            "(defn f [a] (sort-by f [a a]) 1) (f 1)",
            "(defn f [x] (first (lazy-seq (f x)))) (f 1)",
            "(defn f [x] ((comp inc f) x)) (f 1)",
            &nested,
        ],
    );
}

#[test]
fn chains_of_functions() {
    attack(
        &["limit", "value"],
        &[
            "((apply comp (take 100000 (iterate identity inc))) 0)",
            "((reduce comp (take 100000 (iterate identity inc))) 0)",
            "((reduce (fn [f _] (fn [x] (f (inc x)))) identity (range 100000)) 0)",
            "((reduce (fn [f _] (partial f)) + (range 100000)) 0)",
            "((reduce (fn [f _] (complement f)) not (range 100000)) 0)",
            "((reduce (fn [f _] (juxt f)) inc (range 100000)) 0)",
            "(do (reduce (fn [f _] (constantly f)) inc (range 100000)) 1)",
        ],
    );
}

#[test]
fn a_sequence_that_needs_itself() {
    attack(&["value-error"], &["(def s (lazy-seq s)) (first s)"]);
}

#[test]
fn chains_of_lazy_sequences() {
    attack(
        &["limit", "value"],
        &[
            "(first (reduce (fn [s _] (map inc s)) (iterate inc 0) (range 20000)))",
            "(first (reduce (fn [s _] (filter identity s)) (iterate inc 1) (range 20000)))",
            "(first (reduce (fn [s _] (take 5 s)) (iterate inc 1) (range 20000)))",
            "(first (reduce (fn [s _] (rest s)) (iterate inc 1) (range 20000)))",
            "(first (reduce (fn [s _] (lazy-seq s)) nil (range 100000)))",
            "(first (reduce (fn [s n] (lazy-seq (cons n s))) nil (range 100000)))",
            "(defn f [] (lazy-seq (f))) (first (f))",
            "(defn f [n] (lazy-seq (cons n (f (inc n))))) (count (take 100000 (f 0)))",
            "(def s (lazy-seq (cons 1 s))) (first (rest s))",
            "(count (reduce concat (map vector (range 20000))))",
            "(do (reduce (fn [s _] (map inc s)) (iterate inc 0) (range 100000)) 1)",
        ],
    );
}
