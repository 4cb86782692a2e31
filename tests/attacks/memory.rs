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

#[test]
fn widths_of_formats() {
    let wide = ["%9999999999999%", "%99999999999999999999%", "%-9999999999999%", "%9999999999999n"];
    let calls = ["(format F)", "(printf F)", "(String/format F)", "(.format F)"];
    let programs: Vec<String> =
        wide.iter().flat_map(|wide| calls.map(|call| call.replace('F', &format!("\"{wide}\"")))).collect();
    attack(&["limit", "error", "analysis-error"], &programs);
}

#[test]
fn long_reasons() {
    attack(
        &["fail", "error", "limit"],
        &[
            "(fail (vec (repeat 200 (.repeat \"x\" 2000000))))",
            "(fail {:a (.repeat \"x\" 2000000)})",
            "(assert false (vec (repeat 100 (.repeat \"x\" 2000000))))",
            "(assert false (.repeat \"x\" 2000000))",
            "(throw (ex-info (.repeat \"x\" 8000000) {:a (.repeat \"y\" 8000000)}))",
            "((keyword (.repeat \"x\" 8000000)))",
            "(+ 1 (keyword (.repeat \"x\" 8000000)))",
            "(inc (symbol (.repeat \"x\" 8000000)))",
        ],
    );
}

/// What is made of a text can be many times as long, and is there beside it.
#[test]
fn texts_that_grow() {
    let text = "(def s (.repeat \"-?\\n\" 3000000))";
    let uses = [
        "(munge s)",
        "(namespace-munge s)",
        "(str/split-lines s)",
        "(str/upper-case (str/replace s \"?\" \"\u{390}\"))",
        "(.equalsIgnoreCase s (str s \"\u{390}\"))",
        "(.compareToIgnoreCase s (str s \"\u{390}\"))",
        "(mapv keyword (repeat 8 s))",
        "(mapv symbol (repeat 8 s))",
        "(let [k (keyword s)] (mapv name (repeat 8 k)))",
        "(mapv #(keyword \"a\" %) (repeat 8 s))",
        "(re-find #\"(?s)((((((((((((((((.*))))))))))))))))\" s)",
        "(re-matches #\"(?s)((((((((((((((((.*))))))))))))))))\" s)",
        "(re-seq #\"(?s)((((((((((((((((.*))))))))))))))))\" s)",
        "(count (str/replace s #\"(?s)((((((((((((((((.*))))))))))))))))\" (fn [g] \"\")))",
        "(json/generate-string (vec (repeat 4 s)))",
    ];
    attack(&["value", "limit"], &uses.map(|call| format!("{text} (do {call} 1)")));
}

#[test]
fn data_in_texts() {
    attack(
        &["value", "limit", "error"],
        &[
            "(count (json/parse-string (str \"[\" (.repeat \"[],\" 300000) \"1]\")))",
            "(count (json/parse-string (str \"[\" (.repeat \"{\\\"a\\\":1},\" 200000) \"1]\")))",
            "(count (clojure.edn/read-string (str \"[\" (.repeat \"1 \" 500000) \"1]\")))",
            "(count (clojure.edn/read-string (str \"[\" (.repeat \"[] \" 300000) \"1]\")))",
            "(count (json/generate-string (vec (repeat 300000 [])) {:pretty true}))",
            "(count (json/generate-string (nth (iterate vector (vec (range 30000))) 400) {:pretty true}))",
            "(count (json/generate-string {(.repeat \"k\" 1000000) (vec (range 200000))}))",
            "(json/generate-string {(.repeat \"k\" 1000000) [1 inc]})",
            "(count (json/parse-string (json/generate-string (zipmap (map str (range 30000)) (range)))))",
        ],
    );
}

/// The names of a program that failed are gone with it: the next one holds no more than the first.
#[test]
fn names_of_programs_that_failed() {
    let mut sandbox = Sandbox::new().limits(limits());
    let held = |sandbox: &mut Sandbox, line: usize| {
        let text =
            format!("(do (dotimes [i 20000] (memory/put (str \"k{line}-\" i \"{}\") 1)) (fail 1))", "x".repeat(100));
        let evaluation = sandbox.run(&Arc::new(Source::new("program", text)));
        assert_eq!(outcome(evaluation.result.err().map(|failure| failure.error()).as_ref()), "fail");
        evaluation.spent.memory_bytes
    };
    let first = held(&mut sandbox, 0);
    for line in 1..20 {
        let now = held(&mut sandbox, line);
        assert!(now < first + (first >> 2), "{now} bytes after {line} programs, {first} after the first");
    }
    assert!(sandbox.memory.entries().is_empty());
    sandbox.eval("(def kept 1)").unwrap();
    assert_eq!(sandbox.eval("(inc kept)").unwrap().to_string(), "2");
}

#[test]
fn warnings() {
    let mut sandbox = Sandbox::new();
    let text = "(let [s (.repeat \"x\" 1000000)] (frequencies [(keyword s) s]) 1)";
    let evaluation = sandbox.run(&Arc::new(Source::new("program", text)));
    assert!(evaluation.result.is_ok());
    assert_eq!(evaluation.warnings.len(), 1);
    assert!(evaluation.warnings.iter().all(|warning| warning.len() <= 1 << 10));
}
