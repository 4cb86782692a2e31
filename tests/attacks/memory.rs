//! Programs that want all memory there is.

use super::*;

#[test]
fn growth() {
    attack(
        &["limit"],
        &[
            "(loop [v [1 2 3 4]] (recur (reduce conj v v)))",
            "(loop [v []] (recur (conj v [1 2 3])))",
            "(loop [l nil] (recur (cons [1 2 3] l)))",
            "(loop [m {} n 0] (recur (assoc m n [n n]) (inc n)))",
            "(loop [s #{} n 0] (recur (conj s [n]) (inc n)))",
            "(mapv (fn [x] [x x x]) (range 100000000))",
            "(map (fn [x] [x x x]) (vec (range 900000)))",
            "(reduce conj [] (range 1000000000))",
            "(let [s (iterate inc 0)] [(nth s 100000000) (first s)])",
            "(def a (atom [])) (loop [] (swap! a conj [1 2 3]) (recur))",
            "(loop [s \"x\"] (recur (str s s)))",
            "(loop [s \"x\"] (recur (apply str (repeat 10 s))))",
            "(vec (repeat 1000000000 1))",
            "(apply str (repeat 1000000000 \"x\"))",
            "(count (zipmap (range 10000000) (range 10000000)))",
            "(loop [k []] (recur (conj k (fn [] k))))",
            "(loop [n 0 ks []] (recur (inc n) (conj ks (keyword (str \"k\" n)))))",
        ],
    );
}

#[test]
fn prints_and_errors() {
    attack(
        &["value", "limit", "error", "fail"],
        &[
            "(println (apply str (repeat 1000000 \"x\")))",
            "(loop [] (println \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\") (recur))",
            "(+ 1 (vec (range 1000000)))",
            "(+ 1 (apply str (repeat 1000000 \"x\")))",
            "((apply str (repeat 1000000 \"x\")) 1)",
            "(throw (ex-info (apply str (repeat 1000000 \"x\")) {}))",
            "(fail (apply str (repeat 1000000 \"x\")))",
            "(fail (vec (range 100000)))",
            "(count (with-out-str (loop [n 0] (println \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\") (recur 0))))",
            "(keyword (apply str (repeat 1000000 \"x\")))",
            "(get {} (apply str (repeat 1000000 \"x\")))",
        ],
    );
}
