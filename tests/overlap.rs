//! Reads that overlap: everything that can be seen of a run is that of the run without.
#![cfg(feature = "agent")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use proptest::prelude::*;
use ptc::agent::Budget;
use ptc::contract::{Effect, ToolSpec};
use ptc::lisp::limits::Limits;
use ptc::model::Scripted;
use ptc::trace::{Verdict, read_events};
use ptc::{DelegateError, Options, Outcome, Tool, ToolError, Value, delegate, resume};
use serde_json::{Value as Json, json};

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// What the tools read and write, and how often.
#[derive(Default)]
struct World {
    writes: AtomicU64,
    reads: AtomicUsize,
    /// Reads that are in progress.
    open: AtomicUsize,
    most_open: AtomicUsize,
}

/// A read that is in progress, also if it is given up.
struct Open(Arc<World>);

impl Open {
    fn new(world: &Arc<World>) -> Self {
        world.reads.fetch_add(1, Ordering::SeqCst);
        let open = world.open.fetch_add(1, Ordering::SeqCst) + 1;
        world.most_open.fetch_max(open, Ordering::SeqCst);
        Self(world.clone())
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::SeqCst);
    }
}

fn number(arguments: &Value) -> u64 {
    if let Some(Value::Int(number)) = arguments.get("id") { number.unsigned_abs() } else { 0 }
}

fn reads(tool: Tool, contract: &str, cacheable: bool) -> Tool {
    let spec = ToolSpec::parse(contract).unwrap().effect(Effect::Read);
    tool.with_spec(if cacheable { spec.cacheable() } else { spec })
}

/// `fetch` tells the id, its key and how much was written before; every fifth id fails, every seventh breaks the contract, 11
/// panics. `rate` is the same but cacheable. `peek` answers at once. `put` writes.
fn tools(world: &Arc<World>) -> Vec<Tool> {
    let fetch = |name: &str, tells_key: bool| {
        let world = world.clone();
        Tool::asynchronous(name, move |call| {
            let (open, id) = (Open::new(&world), number(&call.arguments));
            let seen = i64::try_from(world.writes.load(Ordering::SeqCst)).unwrap_or(0);
            async move {
                let _open = open;
                tokio::time::sleep(Duration::from_micros(id * 379 % 900)).await;
                match id {
                    _ if id % 5 == 0 => Err(ToolError(format!("no {id}"))),
                    _ if id % 7 == 0 => Ok("not a map".into()),
                    11 => panic!("eleven"),
                    _ => {
                        // The run, by which each key begins, is another one.
                        let key =
                            call.idempotency_key.split_once(':').filter(|_| tells_key).map_or("", |(_, place)| place);
                        let id = i64::try_from(id).unwrap_or(0);
                        Ok(Value::map([
                            (Value::keyword("id"), id.into()),
                            (Value::keyword("seen"), seen.into()),
                            (Value::keyword("key"), key.into()),
                        ]))
                    }
                }
            }
        })
    };
    let peek = Tool::new("peek", |arguments| Ok(arguments.clone()));
    let of_put = world.clone();
    let put = Tool::asynchronous("put", move |call| {
        let world = of_put.clone();
        async move {
            tokio::time::sleep(Duration::from_micros(100)).await;
            world.writes.fetch_add(1, Ordering::SeqCst);
            Ok(call.arguments)
        }
    });
    vec![
        reads(fetch("fetch", true), "(id :int, of :any?) -> {:id :int :seen :int :key :string}", false),
        reads(fetch("rate", false), "(id :int) -> {:id :int :seen :int :key :string}", true),
        reads(peek, "(id :int) -> {:id :int}", false),
        put.spec("(id :int) -> {:id :int}").unwrap(),
    ]
}

/// A way to call for each of some ids, or something between such calls.
fn statement() -> impl Strategy<Value = String> {
    let id = || {
        prop_oneof![6 => (1..5_i64).prop_map(|id| id.to_string()), 3 => (1..40_i64).prop_map(|id| id.to_string()),
        1 => Just("\"8\"".to_owned()), 1 => Just("\"eight\"".to_owned()), 1 => Just("nil".to_owned()), 1 => Just("8.5".to_owned())]
    };
    let ids = prop::collection::vec(id(), 0..9).prop_map(|ids| format!("[{}]", ids.join(" ")));
    let ways = prop::sample::select(vec![
        "(mapv (fn [id] (tool/fetch {:id id})) IDS)",
        "(map #(tool/fetch {:id %}) IDS)",
        "(doall (for [id IDS] (tool/fetch {:id id :of {:n [id (str \"#\" id)]}})))",
        "(vec (for [x [1 2] id IDS] (tool/rate {:id id})))",
        "(mapv (fn [{:keys [id]}] (tool/fetch {:id id})) (map (fn [id] {:id id}) IDS))",
        "(mapv (fn [[id of]] (fetch :id id :of of)) (map vector IDS (range)))",
        "(mapv (fn [id] (tool/fetch {:id (+ id n)})) IDS)",
        "(mapv (fn [id] (tool/fetch {:id (if (number? id) (inc id) (:none id)) :of (do n)})) IDS)",
        "(mapv (fn [id] (tool/fetch {:id id :of (swap! seen inc)})) IDS)",
        "(mapv (fn [id] (tool/fetch {:id id :of (do (println id) id)})) IDS)",
        "(mapv (fn [id] (call \"rate\" {:id id})) IDS)",
        "(mapv (fn [id] (tool/rate id)) IDS)",
        "(mapv (fn [id] (tool/peek {:id id})) IDS)",
        "(mapv (fn [id] (tool/put {:id id})) IDS)",
        "(take 2 (map #(tool/fetch {:id %}) IDS))",
        "(first (map #(tool/fetch {:id %}) (iterate inc 1)))",
        "(reduce (fn [found x] (tool/put {:id 1}) (conj found (:seen x))) [] (map #(tool/fetch {:id %}) IDS))",
        "(into [] (map #(tool/fetch {:id %})) IDS)",
        "(mapv (fn [id] (tool/fetch {:id id :of (mapv (fn [id] (tool/peek {:id id})) [1 2])})) IDS)",
        "(mapv (fn [ids] (mapv (fn [id] (tool/fetch {:id id})) ids)) [IDS IDS])",
        "(mapv (fn [id] (tool/fetch {:id id :of ctx/of})) (set IDS))",
        "(mapv (fn [id] (tool/nothing {:id id})) [])",
        "(tool/fetch {:id 1})",
        "(swap! seen inc)",
        "(println n @seen)",
    ]);
    (ways, ids, any::<bool>()).prop_map(|(way, ids, caught)| {
        let way = way.replace("IDS", &ids);
        let way = way.replace("(tool/nothing {:id id})", "(tool/peek {:id id})");
        if caught { format!("(try (doall {way}) (catch Exception e [:caught (ex-message e)]))") } else { way }
    })
}

#[derive(Clone, Debug)]
struct Case {
    programs: Vec<String>,
    at_once: usize,
    tool_calls: Option<u64>,
    max_tool_calls: u64,
    /// After how many events an observer stops the run.
    stop_after: Option<usize>,
    /// How much of the journal is left when the run is killed, in thousandths.
    killed_at: usize,
}

fn case() -> impl Strategy<Value = Case> {
    let program = prop::collection::vec(statement(), 1..5)
        .prop_map(|all| format!("(def n 1) (def seen (atom 0)) [{}]", all.join("\n ")));
    (
        prop::collection::vec(program, 1..3),
        2..7_usize,
        prop::option::weighted(0.3, 0..20_u64),
        prop_oneof![4 => Just(1_000_u64), 1 => 0..12_u64],
        prop::option::weighted(0.3, 0..40_usize),
        0..1_000_usize,
    )
        .prop_map(|(programs, at_once, tool_calls, max_tool_calls, stop_after, killed_at)| Case {
            programs,
            at_once,
            tool_calls,
            max_tool_calls,
            stop_after,
            killed_at,
        })
}

fn options(case: &Case, overlap: bool, world: &Arc<World>, journal: &Path) -> Options {
    let mut replies = case.programs.clone();
    replies.push("(return [*1 *2])".into());
    let events = AtomicUsize::new(0);
    let stop_after = case.stop_after;
    Options::new(Scripted::new(replies))
        .tools(tools(world))
        .context(Value::map([(Value::keyword("of"), "context".into())]))
        .budget(Budget { tool_calls: case.tool_calls, ..Budget::default() })
        .limits(Limits { max_tool_calls: case.max_tool_calls, ..Limits::default() })
        .overlap_reads(if overlap { case.at_once } else { 1 })
        .journal(journal)
        .observer(move |_| match stop_after {
            Some(most) if events.fetch_add(1, Ordering::SeqCst) >= most => Verdict::Stop,
            _ => Verdict::Continue,
        })
}

/// All that can be seen of a run.
fn seen(ended: Result<Outcome, DelegateError>, journal: &Path) -> Json {
    let mut events = Vec::new();
    for event in read_events(&fs::read_to_string(journal).unwrap()).unwrap() {
        let mut event = serde_json::to_value(event).unwrap();
        for time in ["millis", "duration_ms", "run_id"] {
            event.as_object_mut().unwrap().shift_remove(time);
        }
        events.push(event);
    }
    match ended {
        Ok(outcome) => json!({
            "result": outcome.result.to_string(), "summary": outcome.summary, "usage": outcome.usage, "trace": outcome.trace,
            "warnings": outcome.warnings, "events": events,
        }),
        Err(error) => json!({
            "kind": error.kind, "message": error.message, "usage": error.usage, "trace": error.trace, "events": events,
            "limit": error.limit.map(|limit| (limit.name(), limit.configured, limit.observed)),
        }),
    }
}

struct Files(PathBuf);

impl Files {
    fn new() -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::SeqCst);
        let folder = std::env::temp_dir().join(format!("ptc-overlap-{}-{number}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn overlap_reads_changes_nothing_visible(case in case()) {
        let files = Files::new();
        let worlds: [Arc<World>; 2] = Default::default();
        let runs = [false, true].map(|overlap| {
            let journal = files.0.join(format!("{overlap}.jsonl"));
            let options = options(&case, overlap, &worlds[usize::from(overlap)], &journal);
            seen(wait(delegate("Fetch.", options)), &journal)
        });
        let [alone, overlapped] = &runs;
        prop_assert_eq!(alone, overlapped);

        // Reads that were made in vain are few, and never beyond the budget.
        let [alone, overlapped] = worlds.map(|world| world.reads.load(Ordering::SeqCst));
        let stops = runs[0]["events"].as_array().unwrap().iter()
            .filter(|event| event["event"] == "tool_start" || event["event"] == "turn_end").count();
        prop_assert!(overlapped <= alone + (case.at_once - 1) * stops, "{} reads instead of {}", overlapped, alone);
        if let Some(most) = case.tool_calls {
            prop_assert!(overlapped as u64 <= most.max(alone as u64) + (case.at_once as u64 - 1) * stops as u64);
        }
    }

    #[test]
    fn overlap_reads_resumes_like_sequential_reads(case in case()) {
        let case = Case { stop_after: None, ..case };
        let files = Files::new();
        let whole = files.0.join("whole.jsonl");
        let expected = seen(wait(delegate("Fetch.", options(&case, true, &Arc::default(), &whole))), &whole);
        let text = fs::read(&whole).unwrap();
        for overlap in [false, true] {
            let journal = files.0.join(format!("{overlap}.jsonl"));
            let first = text.iter().position(|byte| *byte == b'\n').unwrap_or(0) + 1;
            let kept = first + (text.len() - first) * case.killed_at / 1_000;
            fs::write(&journal, &text[..kept]).unwrap();
            // What was written before the run was killed is in the journal, and not in this world.
            let world = Arc::new(World::default());
            let before = read_events(&String::from_utf8_lossy(&text[..kept])).unwrap();
            let written = before.iter().filter(|event| {
                matches!(&event.kind, ptc::trace::EventKind::ToolEnd { name, error: None, .. } if name == "put")
            });
            world.writes.store(written.count() as u64, Ordering::SeqCst);
            let mut resumed = options(&case, overlap, &world, &journal);
            resumed = resumed.repeat_undecided();
            prop_assert_eq!(&seen(wait(resume(&journal, resumed)), &journal), &expected);
        }
    }
}

fn fetch_all(at_once: usize, program: &str) -> (Arc<World>, Result<Outcome, DelegateError>) {
    let world = Arc::<World>::default();
    let options = Options::new(Scripted::new([program])).tools(tools(&world)).overlap_reads(at_once).max_turns(1);
    let ended = wait(delegate("Fetch.", options));
    (world, ended)
}

#[test]
fn overlap_reads_bounds_reads_in_flight() {
    let ids = "[1 2 3 4 6 8 9 12 13 16 17 18 19 22 23 24]";
    for program in ["(mapv (fn [id] (tool/fetch {:id id})) IDS)", "(doall (for [id IDS] (tool/fetch {:id id})))"] {
        let program = format!("(return {})", program.replace("IDS", ids));
        for at_once in [0, 1, 2, 5] {
            let (world, ended) = fetch_all(at_once, &program);
            assert_eq!(ended.unwrap().usage.tool_calls, 16, "{program}");
            assert_eq!(world.most_open.load(Ordering::SeqCst), at_once.max(1), "{program}");
            assert_eq!(world.reads.load(Ordering::SeqCst), 16, "{program}");
        }
    }
}

#[test]
fn overlap_reads_leaves_writes_and_agents_sequential() {
    for program in [
        "(return (mapv (fn [id] (do (println id) (tool/fetch {:id id}))) [1 2 3]))",
        "(return (mapv (fn [id] (:id (tool/fetch {:id id}))) [1 2 3]))",
        "(return (mapv (fn [id] (tool/fetch {:id (swap! seen + id)})) [1 2 3]))",
        "(return (mapv (fn [id] (tool/fetch {:id (do (tool/put {:id 1}) id)})) [1 2 3]))",
    ] {
        let (world, ended) = fetch_all(8, &format!("(def seen (atom 0)) {program}"));
        assert_eq!(ended.err().map(|error| error.message), None, "{program}");
        assert_eq!(world.most_open.load(Ordering::SeqCst), 1, "{program}");
    }
}

#[test]
fn overlap_reads_uses_the_cache() {
    let (world, ended) = fetch_all(8, "(return (mapv (fn [id] (tool/rate {:id id})) [1 1 1 2 1 2]))");
    assert_eq!(ended.unwrap().usage.tool_calls, 6);
    assert_eq!(world.reads.load(Ordering::SeqCst), 2);
}

#[test]
fn overlap_reads_bounds_wasted_reads_after_an_error() {
    let (world, ended) = fetch_all(4, "(return (mapv (fn [id] (tool/fetch {:id id})) [1 5 2 3 4 6 8 9 12 13 16]))");
    let error = ended.err().unwrap();
    assert_eq!(error.usage.tool_calls, 2, "{error}");
    assert!((2..=5).contains(&world.reads.load(Ordering::SeqCst)));
}

#[test]
fn overlap_reads_stops_at_the_budget() {
    let world = Arc::<World>::default();
    let program = "(return (mapv (fn [id] (tool/fetch {:id id})) [1 2 3 4 6 8]))";
    let options = Options::new(Scripted::new([program])).tools(tools(&world)).overlap_reads(6);
    let error = wait(delegate("Fetch.", options.budget(Budget { tool_calls: Some(3), ..Budget::default() })));
    assert_eq!(error.err().and_then(|error| error.limit).unwrap().name(), "budget.tool_calls");
    assert_eq!(world.reads.load(Ordering::SeqCst), 3);
}

#[test]
fn overlap_reads_ends_with_a_cancelled_run() {
    let world = Arc::<World>::default();
    let of_slow = world.clone();
    let slow = Tool::asynchronous("slow", move |_| {
        let open = Open::new(&of_slow);
        async move {
            let _open = open;
            tokio::time::sleep(Duration::from_secs(60)).await;
            Ok(Value::Nil)
        }
    });
    let slow = slow.spec("(id :int) -> :any").unwrap().reads();
    let program = "(return (mapv (fn [id] (tool/slow {:id id})) (range 100)))";
    wait(async {
        let options = Options::new(Scripted::new([program])).tools([slow]).overlap_reads(5);
        let run = tokio::time::timeout(Duration::from_millis(300), delegate("Wait.", options));
        assert!(run.await.is_err());
        for _ in 0..200 {
            if world.open.load(Ordering::SeqCst) == 0 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    });
    assert_eq!(world.reads.load(Ordering::SeqCst), 5);
    assert_eq!(world.open.load(Ordering::SeqCst), 0);
}
