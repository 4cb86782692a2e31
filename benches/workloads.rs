//! The workloads that engines are compared by, with all limits armed.
//!
//! a: a new sandbox and `(+ 1 2)` from source. b: a new sandbox, 100 records in, filter, map, sort, group, sum, the
//! result out as JSON. c: the same over 100,000 records, and converting them. d: `(fib 25)`. e: a loop to a million.
//! f: a map of 100,000 string keys, built and read back. g: 10,000 log lines. h: 10,000 calls of a host function.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use ptc::lisp::limits::Limits;
use ptc::lisp::value::{from_json, to_json};
use ptc::{Sandbox, Tool, Value};
use serde_json::{Value as Json, json};

#[global_allocator]
static ALLOCATOR: ptc::alloc::Counting = ptc::alloc::Counting;

const TRIAGE: &str = r#"
(let [urgent (filter (fn [r] (and (= (:priority r) "urgent") (not= (:status r) "closed"))) ctx/data)
      scored (map (fn [r] {:id (:id r) :team (:team r) :amount (:amount r)
                           :score (+ (* (:amount r) 100000) (:id r))}) urgent)
      sorted (sort-by :score > scored)
      teams (reduce (fn [m r] (assoc m (:team r) (+ (get m (:team r) 0) (:amount r)))) {} sorted)]
  {:total (reduce + (map :amount sorted)) :teams teams :top (mapv :id (take 5 sorted))})"#;

const LOGS: &str = r#"
(let [levels ["INFO" "WARN" "ERROR" "DEBUG"]
      lines (map (fn [i] (str "2026-01-02 " (nth levels (mod i 4)) " svc" (mod i 17) " id=" i " took=" (mod i 250) "ms"))
                 (range 10000))
      text (clojure.string/join "\n" lines)]
  (reduce (fn [total line]
            (if-let [[_ took] (re-find #"ERROR .*took=(\d+)ms" line)] (+ total (parse-long took)) total))
          0
          (clojure.string/split text #"\n")))"#;

fn records(count: usize) -> Json {
    let mut state: u64 = 0x9E37_79B9_7F4A_7C15;
    let mut random = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 33) as usize
    };
    let (priorities, statuses) = (["urgent", "high", "normal", "low"], ["open", "closed", "pending"]);
    let teams = ["billing", "infra", "search", "mobile", "growth", "support"];
    (0..count)
        .map(|id| {
            let amount = random() % 1000;
            json!({
                "id": id, "title": format!("Ticket number {id} about something"), "status": statuses[random() % 3],
                "priority": priorities[random() % 4], "team": teams[random() % 6], "amount": amount,
                "tags": ["alpha", "beta"]
            })
        })
        .collect()
}

fn sandbox() -> Sandbox {
    Sandbox::new().limits(Limits { max_memory: 1 << 30, ..Limits::default() })
}

fn run(source: &str) -> Value {
    sandbox().eval(source).expect("the workload succeeds")
}

fn with_data(data: &Value) -> Json {
    let mut sandbox = sandbox().context(Value::map([(Value::keyword("data"), data.clone())]));
    to_json(&sandbox.eval(TRIAGE).expect("the workload succeeds"), "result").expect("data")
}

fn workloads(criterion: &mut Criterion) {
    criterion.bench_function("a: (+ 1 2)", |bench| bench.iter(|| run(black_box("(+ 1 2)"))));
    let small = records(100);
    criterion.bench_function("b: 100 records", |bench| {
        bench.iter(|| with_data(&from_json(black_box(&small)).expect("data")));
    });
    let large = records(100_000);
    let mut slow = criterion.benchmark_group("slow");
    slow.sample_size(10);
    slow.bench_function("c: 100,000 records in", |bench| bench.iter(|| from_json(black_box(&large)).expect("data")));
    let data = from_json(&large).expect("data");
    slow.bench_function("c: 100,000 records", |bench| bench.iter(|| with_data(black_box(&data))));
    slow.bench_function("d: fib 25", |bench| {
        bench.iter(|| run("(defn fib [n] (if (< n 2) n (+ (fib (- n 1)) (fib (- n 2))))) (fib 25)"));
    });
    slow.bench_function("e: loop to a million", |bench| {
        bench.iter(|| run("(loop [i 1 s 0] (if (> i 1000000) s (recur (inc i) (+ s i))))"));
    });
    slow.bench_function("f: 100,000 keys", |bench| {
        bench.iter(|| {
            run(r#"(let [m (reduce (fn [m i] (assoc m (str "k" i) i)) {} (range 100000))]
                     (reduce (fn [s i] (+ s (get m (str "k" i)))) 0 (range 100000)))"#)
        });
    });
    slow.bench_function("g: 10,000 log lines", |bench| bench.iter(|| run(LOGS)));
    slow.bench_function("h: 10,000 tool calls", |bench| {
        bench.iter(|| {
            let lookup = Tool::new("lookup", |arguments| match arguments.get("i") {
                Some(Value::Int(i)) => Ok(Value::from(i * 2 + 1)),
                _ => Err(ptc::ToolError::new("i is needed")),
            });
            let limits = Limits { max_tool_calls: 100_000, ..Limits::default() };
            let mut sandbox = Sandbox::new().tools([lookup]).limits(limits);
            sandbox
                .eval("(reduce (fn [s i] (+ s (tool/lookup {:i i}))) 0 (range 10000))")
                .expect("the workload succeeds")
        });
    });
    slow.finish();
}

criterion_group!(benches, workloads);
criterion_main!(benches);
