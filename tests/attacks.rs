//! Hostile programs: each ends in time with the right outcome, in little memory, and the next program runs as ever.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use ptc::Sandbox;
use ptc::lisp::limits::Limits;
use ptc::lisp::text::{Error, Source};

#[global_allocator]
static ALLOCATOR: ptc::alloc::Counting = ptc::alloc::Counting;

/// How long a program may run.
const TIME: Duration = Duration::from_secs(1);

/// What a program may hold.
const MEMORY: u64 = 32 << 20;

fn limits() -> Limits {
    Limits { max_time: TIME, max_memory: MEMORY, max_output: 16 << 10, ..Limits::default() }
}

/// `value`, `type-error`, `limit:max_depth`.
fn outcome(error: Option<&Error>) -> String {
    match error {
        None => "value".into(),
        Some(Error { limit: Some(limit), .. }) => format!("limit:{}", limit.name),
        Some(error) => error.kind.name().into(),
    }
}

/// Runs a program and gives how it ended; panics where it did not end as every program must.
fn run(program: &str, limits: &Limits) -> String {
    let mut sandbox = Sandbox::new().limits(limits.clone());
    let shown: String = program.chars().take(200).collect();
    let started = Instant::now();
    let evaluation = sandbox.run(&Arc::new(Source::new("program", program)));
    let elapsed = started.elapsed();
    assert!(elapsed < limits.max_time * 3, "{shown}: took {elapsed:?}");
    let used = evaluation.spent.memory_bytes;
    assert!(used <= 2 * limits.max_memory + (16 << 20), "{shown}: held {used} bytes");
    assert!(evaluation.prints.len() <= limits.max_output + 100, "{shown}: printed {}", evaluation.prints.len());
    assert!(!evaluation.prints.contains("AFTER THE LIMIT"), "{shown}: ran on after a limit");
    let errors = evaluation.result.as_ref().err().map(|failure| failure.errors.clone()).unwrap_or_default();
    assert!(errors.len() <= 20, "{shown}: {} errors", errors.len());
    for error in &errors {
        let text = error.to_string();
        assert!(text.len() <= 4096, "{shown}: an error of {} bytes", text.len());
        assert!(!text.contains("/src/") && !text.contains("panicked"), "{shown}: {text}");
    }
    if let Ok(value) = &evaluation.result {
        assert!(value.weight() <= 2_000_000, "{shown}: a result of weight {}", value.weight());
    }
    let ended = outcome(errors.first());
    // What is left is freed in time, too, and the next program runs as ever.
    let started = Instant::now();
    drop(evaluation);
    let next = sandbox.eval("(+ 1 2)").map(|value| value.to_string());
    assert!(matches!(next.as_deref(), Ok("3")), "{shown}: afterwards {next:?}");
    drop(sandbox);
    assert!(started.elapsed() < TIME, "{shown}: the next program took {:?}", started.elapsed());
    ended
}

/// Runs programs on a stack of ordinary and one of small size. Each must end in one of the ways; `limit` stands for
/// every limit, `error` for every other error.
fn attack<P: AsRef<str>>(wanted: &[&str], programs: &[P]) {
    attack_within(&limits(), wanted, programs);
}

fn attack_within<P: AsRef<str>>(limits: &Limits, wanted: &[&str], programs: &[P]) {
    let allowed = |ended: &str| {
        wanted.iter().any(|way| match *way {
            "limit" => ended.starts_with("limit:"),
            "error" => ended.ends_with("-error"),
            way => ended == way,
        })
    };
    let mut wrong = Vec::new();
    // The second time fewer steps are enough: what is new is the stack.
    for (size, steps) in [(8 << 20, limits.max_steps), (512 << 10, 1_000_000)] {
        for program in programs {
            let (text, limits) = (program.as_ref().to_owned(), Limits { max_steps: steps, ..limits.clone() });
            let spawned = thread::Builder::new().stack_size(size).spawn(move || run(&text, &limits)).unwrap();
            let shown: String = program.as_ref().chars().take(200).collect();
            match spawned.join() {
                Ok(ended) if allowed(&ended) || (ended == "limit:max_steps" && steps == 1_000_000) => {}
                Ok(ended) => wrong.push(format!("{shown}\n  ended as {ended}")),
                Err(_) => wrong.push(format!("{shown}\n  panicked on a stack of {size} bytes")),
            }
        }
    }
    assert!(wrong.is_empty(), "wanted {wanted:?}:\n{}", wrong.join("\n"));
}

fn many(times: usize, each: impl Fn(usize) -> String) -> String {
    (0..times).map(each).collect()
}

mod source {
    use super::*;

    #[test]
    fn nesting() {
        let pairs = [("(", ")"), ("[", "]"), ("{", "}"), ("{:a ", "}"), ("#{", "}"), ("#(", ")"), ("(do ", ")")];
        let mut programs: Vec<String> = Vec::new();
        for (open, close) in pairs {
            for times in [199, 201, 5_000, 100_000] {
                programs.push(open.repeat(times));
                programs.push(format!("{}1{}", open.repeat(times), close.repeat(times)));
            }
        }
        programs.push("([{#{".repeat(20_000));
        programs.push(format!("{}nil{}", "(let [x ".repeat(150), "] x)".repeat(150)));
        attack(&["limit:max_source_nesting", "error", "value"], &programs);
    }

    #[test]
    fn prefixes() {
        let prefixes = ["'", "@", "^a ", "^", "#_", "#_ #_ ", "#'", "#^", "#^{} ", "#inst ", "`", "~", "##", "\\", "#"];
        let programs: Vec<String> = prefixes
            .iter()
            .flat_map(|prefix| {
                [150, 3_000, 100_000].map(|times| prefix.repeat(times)).map(|text| [text.clone() + "x", text])
            })
            .flatten()
            .collect();
        attack(&["limit:max_source_nesting", "error", "value"], &programs);
    }

    #[test]
    fn flat_texts_that_become_deep() {
        let names = many(2_000, |n| format!(" x{n} {n}"));
        attack(
            &["limit", "value"],
            &[
                format!("(-> 1{})", " inc".repeat(20_000)),
                format!("(->> 1{})", " inc".repeat(20_000)),
                format!("(-> 1{})", " (-> inc)".repeat(900)),
                format!("(some-> 1{})", " inc".repeat(20_000)),
                format!("(cond->  1{})", " true inc".repeat(20_000)),
                format!("(as-> 1 x{})", " (inc x)".repeat(20_000)),
                format!("(cond{} :else 1)", " false 0".repeat(20_000)),
                format!("(condp = 1{} :other)", many(20_000, |n| format!(" {} 0", n + 2))),
                format!("(case 1{} :other)", many(20_000, |n| format!(" {} 0", n + 2))),
                format!("(and{})", " true".repeat(100_000)),
                format!("(or{})", " nil".repeat(100_000)),
                format!("(do{})", " 1".repeat(100_000)),
                format!("(let [{names}] x1)"),
                format!("(loop [{names}] x1)"),
                format!("(let [{}] 1)", many(1_000, |n| format!(" [a{n} b{n}] [1 2]"))),
                format!("(fn [{}])", many(2_000, |n| format!(" x{n}"))),
                format!("(for [{}] 1)", many(300, |n| format!(" x{n} [1]"))),
                format!("(doseq [{}] 1)", many(300, |n| format!(" x{n} [1]"))),
                format!("(for [x [1]{}] 1)", " :when true".repeat(2_000)),
                format!("(let [{}x{} nil] 1)", "[".repeat(150), "]".repeat(150)),
                format!("(let [{}x{} nil] 1)", "{".repeat(150), " :a}".repeat(150)),
                format!("(+{})", " 1".repeat(100_000)),
                format!("[{}]", " 1".repeat(200_000)),
                format!("(apply + [{}])", " 1".repeat(100_000)),
                format!("(letfn [{}] 1)", many(1_000, |n| format!("(f{n} [] (f{}))", n + 1).replace("(f1000)", "1"))),
                many(5_000, |n| format!("(def d{n} {n}) ")),
                many(5_000, |n| format!("(defn f{n} [x] x) ")),
            ],
        );
    }

    #[test]
    fn huge_parts() {
        attack(
            &["limit", "error", "value"],
            &[
                format!("(count \"{}\")", "x".repeat(1_000_000)),
                format!("(count \"{}\")", "\\n".repeat(500_000)),
                "x".repeat(1_000_000),
                format!(":{}", "x".repeat(1_000_000)),
                format!("(f{})", "-".repeat(1_000_000)),
                "9".repeat(19_000),
                "9".repeat(1_000_000),
                format!("0x{}", "f".repeat(19_000)),
                format!("36r{}", "z".repeat(19_000)),
                format!("1e{}", "9".repeat(1_000_000)),
                format!("1/{}", "9".repeat(1_000_000)),
                format!("0.{}", "1".repeat(1_000_000)),
                format!("; {}", "x".repeat(1_000_000)),
                format!("#\"{}\"", "(a|".repeat(300_000)),
                format!("#\"{}{}\"", "(".repeat(5_000), ")".repeat(5_000)),
                "#\"(a{1000}){1000}\"".to_owned(),
                format!("#\"{}\"", "[^a]*".repeat(100_000)),
                "#(+ %999999999)".to_owned(),
                "#(+ %99999999999999999999999999)".to_owned(),
                format!("{{{}}}", many(20_000, |n| format!(":k{n} {n} "))),
                format!("{{{} :k1 0}}", many(20_000, |n| format!(":k{n} {n} "))),
                format!("#{{{}}}", many(20_000, |n| format!("{n} "))),
                format!("#{{{} 1}}", many(20_000, |n| format!("{n} "))),
                format!("'{{{} :k1 0}}", many(20_000, |n| format!(":k{n} {n} "))),
                format!("(quote [{}])", "a ".repeat(200_000)),
            ],
        );
        attack(&["limit:max_source"], &[" ".repeat((1 << 20) + 1)]);
        attack(&["value"], &[" ".repeat(1 << 20), ",".repeat(1 << 20), "#!".repeat(1 << 19), "[]".repeat(10_000)]);
    }

    #[test]
    fn many_mistakes() {
        attack(
            &["analysis-error", "unsupported-error", "parse-error"],
            &[
                many(100_000, |n| format!("u{n} ")),
                many(50_000, |n| format!("(printn{n}) ")),
                many(50_000, |_| "(inc) ".into()),
                many(20_000, |_| "(let [x]) ".into()),
                many(20_000, |_| "(recur) ".into()),
                many(20_000, |_| "#\"(?=a)\" ".into()),
                many(20_000, |n| format!("eval{n} eval ")),
                format!("{} nope", "\n".repeat(900_000)),
                format!("(and {})", many(20_000, |_| "(where :a) ".into())),
                format!("(or {})", many(50_000, |n| format!("u{n} "))) + " nope",
                many(20_000, |n| format!("(foo.bar/baz{n}) ")),
                many(20_000, |n| format!("(case 1 {n} {n} {n} {n}) ")),
                format!("(case 1 {})", many(20_000, |n| format!("#\"{n}\" 1 "))),
            ],
        );
    }

    #[test]
    fn characters() {
        attack(
            &["error", "value"],
            &[
                "\u{feff}(+ 1 2)",
                "(+ 1\u{0} 2)",
                "\"\u{0}\"",
                "\u{202e}(+ 1 2)\u{202c}",
                "(\u{202e}nc 1)",
                "(+ 1 2)\u{200b}",
                "(\u{440}rintln 1)",
                "\"\\ud800\"",
                "\"\\udfff\\ud800\"",
                "\\ud800",
                "\u{85}\u{2028}\u{2029}1",
                "(def \u{1f600} 1) \u{1f600}",
                "\"\u{1b}[31m\"",
                "(\u{ff08}+ 1 2\u{ff09})",
                "\u{301}",
                "'\u{301}\u{301}\u{301}",
                "\r\r\r(",
            ],
        );
    }
}

mod depth {
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
}

mod values {
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
}

mod time {
    use super::*;

    #[test]
    fn endless_loops() {
        attack(
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
}

mod memory {
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
            &["value", "limit", "error"],
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
}

mod numbers {
    use super::*;

    #[test]
    fn edges() {
        let (most, least) = ("9223372036854775807", "-9223372036854775808");
        let programs: Vec<String> = [
            "(quot LEAST -1)",
            "(rem LEAST -1)",
            "(mod LEAST -1)",
            "(- LEAST)",
            "(* LEAST -1)",
            "(/ LEAST -1)",
            "(dec LEAST)",
            "(inc MOST)",
            "(abs LEAST)",
            "(quot 1 0)",
            "(rem 1.0 0)",
            "(mod 1 0.0)",
            "(quot ##Inf 1)",
            "(quot ##NaN 1)",
            "(int 1e30)",
            "(long ##NaN)",
            "(int ##Inf)",
            "(long 1e300)",
            "(bit-shift-left 1 64)",
            "(bit-shift-left 1 -1)",
            "(bit-shift-right LEAST 200)",
            "(unsigned-bit-shift-right -1 1)",
            "(nth [1 2] MOST)",
            "(nth [1 2] LEAST)",
            "(nth (range 10) MOST)",
            "(nth '(1 2) MOST)",
            "(get [1] MOST)",
            "(take MOST [1 2])",
            "(take LEAST [1 2])",
            "(drop MOST [1 2])",
            "(drop LEAST [1 2])",
            "(first (range LEAST MOST))",
            "(first (range MOST LEAST -1))",
            "(range MOST (+ MOST 5))",
            "(count (range LEAST MOST))",
            "(range 0 10 LEAST)",
            "(range 0 10 MOST)",
            "(nthnext [1 2] MOST)",
            "(nthrest [1 2] LEAST)",
            "(subs \"é文\" 1 2)",
            "(subs \"abc\" MOST)",
            "(subs \"abc\" 2 1)",
            "(subs \"abc\" LEAST MOST)",
            "(subvec [1 2 3] 2 1)",
            "(subvec [1 2 3] LEAST MOST)",
            "(assoc [1] MOST 2)",
            "(assoc [1] -1 2)",
            "(vec (repeat -1 1))",
            "(compare MOST LEAST)",
            "(+ MOST 0.5)",
            "(= MOST 9223372036854775807.0)",
            "(< 9223372036854775806 9223372036854775807.0)",
            "(Math/pow 10 1000)",
            "(Math/abs LEAST)",
            "(Math/round 1e300)",
            "(Math/round ##NaN)",
            "(rand-int 0)",
            "(rand-int -5)",
            "(char -1)",
            "(char 55296)",
            "(char MOST)",
            "(parse-long \"99999999999999999999\")",
            "(Integer/parseInt \"2147483648\")",
            "(Long/toString LEAST 99)",
        ]
        .iter()
        .map(|program| program.replace("MOST", most).replace("LEAST", least))
        .collect();
        attack(&["value", "type-error", "value-error", "limit", "arity-error"], &programs);
    }
}

mod authority {
    use super::*;

    #[test]
    fn nothing_of_the_host_is_there() {
        attack(
            &["unsupported-error", "analysis-error", "parse-error", "type-error", "value-error", "tool-error"],
            &[
                "(eval '(+ 1 2))",
                "(read-string \"(+ 1 2)\")",
                "(load-string \"1\")",
                "(slurp \"/etc/passwd\")",
                "(spit \"/tmp/x\" 1)",
                "(System/getenv \"HOME\")",
                "(System/exit 0)",
                "(System/getProperty \"user.home\")",
                "(.exec (Runtime/getRuntime) \"ls\")",
                "(Class/forName \"java.lang.Runtime\")",
                "(.getClass \"x\")",
                "(.. \"x\" getClass getName)",
                "(new java.io.File \"/\")",
                "(java.io.File. \"/\")",
                "(import 'java.io.File)",
                "(require '[clojure.java.shell :as sh])",
                "(clojure.java.shell/sh \"ls\")",
                "(resolve 'slurp)",
                "(ns-resolve 'clojure.core 'slurp)",
                "(alter-var-root #'+ (fn [_] -))",
                "(with-redefs [+ -] (+ 1 2))",
                "(intern 'user 'x 1)",
                "(in-ns 'clojure.core) (slurp 1)",
                "#=(System/exit 0)",
                "#java.io.File[\"/\"]",
                "(gen-class)",
                "(proxy [Object] [])",
                "(reify Object (toString [_] \"x\"))",
                "(agent 1)",
                "(future (+ 1 2))",
                "(Thread/sleep 60000)",
                "(Thread. (fn [] 1))",
                "(%lazy-seq 1)",
                "(%member 1 2)",
                "%1",
                "(defmacro m [] 1)",
                "(macroexpand '(when 1 2))",
                "(tool/secret {})",
                "(call \"secret\" {})",
                "(call (str \"sec\" \"ret\") {})",
                "*ns*",
                "*out*",
                "(set! *warn-on-reflection* true)",
                "(var-set #'inc 1)",
                "(def clojure.core/inc dec)",
                "(memory/put)",
            ],
        );
    }

    #[test]
    fn builtins_stay_what_they_are() {
        let mut sandbox = Sandbox::new();
        assert_eq!(sandbox.eval("(def + -) (+ 5 3)").unwrap().to_string(), "2");
        // Another agent's names are its own.
        assert_eq!(Sandbox::new().eval("(+ 5 3)").unwrap().to_string(), "8");
    }

    #[test]
    fn nothing_printed_shows_an_address() {
        let mut sandbox = Sandbox::new();
        for program in ["(fn [x] x)", "[inc (fn f [] 1) (partial + 1) (comp inc dec)]", "(map inc)"] {
            let text = sandbox.eval(program).unwrap().to_string();
            assert!(!text.contains("0x") && !text.contains('@'), "{text}");
            assert_eq!(text, Sandbox::new().eval(program).unwrap().to_string());
        }
    }
}
