//! Programs that wait hold no thread, those that run share the threads fairly, and those that are dropped end.
#![cfg(feature = "agent")]

use std::future::Future;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ptc::lisp::limits::Limits;
use ptc::model::{ModelError, Reply, Request, Scripted};
use ptc::trace::{EventKind, Verdict};
use ptc::{Budget, DelegateError, Options, Outcome, Refs, Tool, ToolError, Value, as_tool, delegate};
use tokio::sync::Notify;

/// Times are measured here, so one test runs at a time.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    // What panics on purpose need not be heard of.
    static QUIET: std::sync::Once = std::sync::Once::new();
    QUIET.call_once(|| {
        let loud = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !info.to_string().contains("on purpose") {
                loud(info);
            }
        }));
    });
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs on a runtime of two threads.
fn on_two_threads<T>(test: impl Future<Output = T>) -> T {
    let _alone = alone();
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(test)
}

/// A model that writes this program, then answers, in whatever process it is asked.
fn program(text: &str) -> impl ptc::model::Model + use<> {
    let block = format!("```clojure\n{text}\n```");
    move |request: Request| {
        let reply = if request.turn == 1 { block.clone() } else { "done".into() };
        async move { Ok::<_, ModelError>(Reply::text(reply)) }
    }
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(2, std::num::NonZero::get)
}

/// How many are inside, and how many were at most.
#[derive(Default)]
struct Inside {
    now: AtomicUsize,
    most: AtomicUsize,
    ever: AtomicUsize,
}

/// Somebody inside; leaves when dropped, whatever the reason.
struct Guest(Arc<Inside>);

impl Inside {
    fn enter(self: &Arc<Self>) -> Guest {
        let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        self.ever.fetch_add(1, Ordering::SeqCst);
        Guest(self.clone())
    }

    fn now(&self) -> usize {
        self.now.load(Ordering::SeqCst)
    }

    /// Waits until so many are inside.
    async fn until(&self, count: usize) {
        let began = Instant::now();
        while self.now() != count {
            assert!(began.elapsed() < Duration::from_secs(20), "{} are inside, not {count}", self.now());
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        self.0.now.fetch_sub(1, Ordering::SeqCst);
    }
}

/// A tool in which everybody waits until the door opens.
fn wait(inside: &Arc<Inside>, door: &Arc<Notify>) -> Tool {
    let (inside, door) = (inside.clone(), door.clone());
    let tool = Tool::asynchronous("wait", move |_| {
        let (inside, door) = (inside.clone(), door.clone());
        async move {
            let opened = door.notified();
            let _guest = inside.enter();
            opened.await;
            Ok(Value::keyword("waited"))
        }
    });
    tool.spec("() -> :any").expect("a signature")
}

/// A tool that takes its time to give its argument back.
fn slow(time: Duration, inside: &Arc<Inside>) -> Tool {
    let inside = inside.clone();
    let tool = Tool::asynchronous("slow", move |call| {
        let guest = inside.enter();
        async move {
            tokio::time::sleep(time).await;
            drop(guest);
            Ok(call.arguments.get("n").cloned().unwrap_or_default())
        }
    });
    tool.spec("(n :int) -> :int").expect("a signature")
}

/// The size of this process in memory.
fn resident_bytes() -> Option<usize> {
    let pages: usize = std::fs::read_to_string("/proc/self/statm").ok()?.split(' ').nth(1)?.parse().ok()?;
    Some(pages * 4096)
}

async fn many_wait_at_once(count: usize) {
    let (inside, door) = (Arc::new(Inside::default()), Arc::new(Notify::new()));
    let tool = wait(&inside, &door);
    let waiting: Vec<_> = (0..count)
        .map(|_| tokio::spawn(delegate("wait", Options::new(program("(tool/wait {})")).tools([tool.clone()]))))
        .collect();
    inside.until(count).await;
    door.notify_waiters();
    for one in waiting {
        let outcome = one.await.expect("no panic").expect("an outcome");
        assert_eq!(outcome.result, Value::keyword("waited"));
    }
    assert_eq!(inside.now(), 0);
}

#[test]
fn waiting_program_holds_no_thread() {
    on_two_threads(many_wait_at_once(200));
}

#[test]
fn two_thousand_waiting_programs_fit_in_memory() {
    on_two_threads(async {
        let before = resident_bytes();
        many_wait_at_once(2_000).await;
        if let (Some(before), Some(after)) = (before, resident_bytes()) {
            let each = after.saturating_sub(before) / 2_000;
            assert!(each < 100 << 10, "{each} bytes each");
        }
    });
}

#[test]
fn pmap_overlaps_calls_and_keeps_order() {
    on_two_threads(async {
        let inside = Arc::new(Inside::default());
        let tool = slow(Duration::from_millis(50), &inside);
        let model = program("(pmap (fn [n] (tool/slow {:n (- n)})) (range 20))");
        let began = Instant::now();
        let outcome = delegate("overlap", Options::new(model).tools([tool])).await.expect("an outcome");
        assert!(began.elapsed() < Duration::from_millis(400), "{:?}", began.elapsed());
        assert_eq!(outcome.result, Value::seq((0..20).map(|n| Value::from(-n)).collect()));
        assert_eq!(inside.most.load(Ordering::SeqCst), 20);
    });
}

#[test]
fn nested_pmap_does_not_deadlock() {
    on_two_threads(async {
        let inside = Arc::new(Inside::default());
        let tool = slow(Duration::from_millis(10), &inside);
        let source = "(pmap (fn [a] (pmap (fn [b] (tool/slow {:n (+ (* 10 a) b)})) (range 6))) (range 6))";
        for max_branches in [1, 2, 6, 7, 64] {
            let limits = Limits { max_branches, ..Limits::default() };
            let options = Options::new(program(source)).tools([tool.clone()]).limits(limits);
            let outcome = delegate("nest", options).await.expect("an outcome");
            let row = |a: i64| Value::seq((0..6).map(|b| Value::from(10 * a + b)).collect());
            assert_eq!(outcome.result, Value::seq((0..6).map(row).collect()), "{max_branches} branches");
        }
    });
}

#[test]
fn pmap_with_more_items_than_branches() {
    on_two_threads(async {
        let inside = Arc::new(Inside::default());
        let tool = slow(Duration::from_millis(5), &inside);
        let limits = Limits { max_branches: 8, ..Limits::default() };
        let model = program("(pmap (fn [n] (tool/slow {:n n})) (range 100))");
        let options = Options::new(model).tools([tool]).limits(limits);
        let outcome = delegate("many", options).await.expect("an outcome");
        assert_eq!(outcome.result, Value::seq((0..100).map(|n: i64| Value::from(n)).collect()));
        assert_eq!(inside.most.load(Ordering::SeqCst), 8);
    });
}

#[test]
fn pmap_raises_a_branch_error_after_all_have_ended() {
    on_two_threads(async {
        let inside = Arc::new(Inside::default());
        let tool = slow(Duration::from_millis(5), &inside);
        let model = program(
            "(try (pmap (fn [n] (tool/slow {:n (if (= n 2) \"two\" n)})) (range 5)) (catch Exception e :caught))",
        );
        let outcome = delegate("one fails", Options::new(model).tools([tool])).await.expect("an outcome");
        assert_eq!(outcome.result, Value::keyword("caught"));
        assert_eq!((inside.ever.load(Ordering::SeqCst), inside.now()), (4, 0));
    });
}

#[test]
fn spinning_program_does_not_starve_others() {
    on_two_threads(async {
        let limits = Limits { max_steps: u64::MAX, max_time: Duration::from_secs(2), ..Limits::default() };
        let spin = || Options::new(program("(loop [] (recur))")).limits(limits.clone()).max_turns(1);
        let spinning: Vec<_> = (0..cores()).map(|_| tokio::spawn(delegate("spin", spin()))).collect();
        tokio::time::sleep(Duration::from_millis(20)).await;
        let tool = slow(Duration::from_millis(1), &Arc::default());
        let small = "(reduce + (map (fn [n] (tool/slow {:n n})) (range 5)))";
        let began = Instant::now();
        let quick: Vec<_> = (0..20)
            .map(|_| tokio::spawn(delegate("quick", Options::new(program(small)).tools([tool.clone()]))))
            .collect();
        for one in quick {
            assert_eq!(one.await.expect("no panic").expect("an outcome").result, Value::from(10));
        }
        let took = began.elapsed();
        assert!(took < Duration::from_secs(1), "{took:?}");
        assert!(spinning.iter().all(|one| !one.is_finished()), "the others were quick only because nothing spun");
        for one in spinning {
            let error = one.await.expect("no panic").map(|outcome| outcome.result).expect_err("it never ends");
            assert!(error.message.contains("max_time"), "{error:?}");
        }
    });
}

#[test]
fn max_time_excludes_time_in_tools() {
    on_two_threads(async {
        let sleepy = Tool::new("sleepy", |_| {
            std::thread::sleep(Duration::from_millis(150));
            Ok(Value::from(1))
        });
        let tools = [slow(Duration::from_millis(150), &Arc::default()), sleepy];
        let source =
            "[(tool/slow {:n 1}) (tool/sleepy {}) (tool/slow {:n 2}) (pmap (fn [n] (tool/slow {:n n})) [3 4])]";
        let options = Options::new(program(source)).tools(tools).program_timeout(Duration::from_millis(100));
        let outcome = delegate("wait", options).await.expect("an outcome");
        assert_eq!(outcome.result.to_string(), "[1 1 2 (3 4)]");
    });
}

#[test]
fn tool_timeout_and_budget_time_end_a_hanging_tool() {
    on_two_threads(async {
        let (inside, door) = (Arc::new(Inside::default()), Arc::new(Notify::new()));
        let tool = wait(&inside, &door);
        let budget = Budget { time: Some(Duration::from_millis(200)), ..Budget::default() };
        let began = Instant::now();
        let source = "(try (tool/wait {}) (catch Throwable e :caught) (finally (tool/wait {})))";
        let options = Options::new(program(source)).tools([tool.clone()]).budget(budget);
        let error = failed(delegate("wait", options).await);
        assert_eq!((error.kind.name(), error.limit.expect("a limit").name()), ("limit-error", "budget.time"));
        assert_eq!(error.trace[0].tool_calls[0].name, "wait");
        assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
        inside.until(0).await;
        assert_eq!(inside.ever.load(Ordering::SeqCst), 1);

        let spec =
            ptc::contract::ToolSpec::parse("() -> :any").expect("a signature").timeout(Duration::from_millis(50));
        let options = Options::new(program("(try (tool/wait {}) (catch Exception e (ex-message e)))"))
            .tools([tool.with_spec(spec)]);
        let outcome = delegate("wait", options).await.expect("an outcome");
        assert!(outcome.result.to_string().contains("no result within 50ms"), "{}", outcome.result);
        inside.until(0).await;
    });
}

fn failed(result: Result<Outcome, DelegateError>) -> DelegateError {
    match result {
        Ok(outcome) => panic!("it did not fail: {}", outcome.result),
        Err(error) => error,
    }
}

/// Lets a delegate run until somebody is inside, then drops it; nobody may stay inside.
async fn dropped_inside(what: &str, count: usize, inside: &Arc<Inside>, options: Options) {
    let mut running = Box::pin(delegate("be dropped", options));
    tokio::select! {
        ended = &mut running => panic!("{what}: it ended: {:?}", ended.map(|outcome| outcome.result)),
        () = inside.until(count) => {}
    }
    drop(running);
    inside.until(0).await;
    // Nothing of it comes back.
    let ever = inside.ever.load(Ordering::SeqCst);
    tokio::time::sleep(Duration::from_millis(30)).await;
    assert_eq!(inside.ever.load(Ordering::SeqCst), ever, "{what}: something still runs");
}

/// A model that never answers.
fn silent(inside: &Arc<Inside>) -> impl ptc::model::Model + 'static {
    let inside = inside.clone();
    move |_: Request| {
        let guest = inside.enter();
        async move {
            std::future::pending::<()>().await;
            drop(guest);
            Ok::<_, ModelError>(Reply::text("never"))
        }
    }
}

#[test]
fn dropped_delegate_ends_at_any_point() {
    on_two_threads(async {
        let (inside, door) = (Arc::new(Inside::default()), Arc::new(Notify::new()));
        let tool = || wait(&inside, &door);
        let agent = |source: &str| Options::new(program(source)).tools([tool()]);

        dropped_inside("in the model", 1, &inside, Options::new(silent(&inside))).await;
        dropped_inside("in a tool", 1, &inside, agent("(tool/wait {})")).await;
        let with_finally = "(try (tool/wait {}) (catch Throwable e (tool/wait {})) (finally (tool/wait {})))";
        dropped_inside("in a tool within try", 1, &inside, agent(with_finally)).await;
        dropped_inside("in branches", 5, &inside, agent("(pmap (fn [n] (tool/wait {})) (range 5))")).await;

        let child = as_tool(agent("(tool/wait {})").name("child"));
        let parent = Options::new(program("(tool/child {:task \"t\"})")).tools([child]);
        dropped_inside("in a tool of a child", 1, &inside, parent).await;

        let child = as_tool(Options::new(silent(&inside)).name("child"));
        let source = "(pmap (fn [n] (tool/child {:task \"t\"})) (range 3))";
        dropped_inside("in the models of children", 3, &inside, Options::new(program(source)).tools([child])).await;
    });
}

#[test]
fn dropped_delegate_ends_a_computing_program() {
    on_two_threads(async {
        let ticks = Arc::new(AtomicUsize::new(0));
        let counted = ticks.clone();
        let tick = Tool::new("tick", move |_| {
            counted.fetch_add(1, Ordering::SeqCst);
            Ok(Value::Nil)
        });
        let limits = Limits {
            max_tool_calls: u64::MAX,
            max_steps: u64::MAX,
            max_time: Duration::from_secs(60),
            ..Limits::default()
        };
        let options = Options::new(program("(loop [] (tool/tick {}) (recur))")).tools([tick]).limits(limits);
        let mut running = Box::pin(delegate("spin", options));
        tokio::select! {
            _ = &mut running => panic!("it ended"),
            () = async { while ticks.load(Ordering::SeqCst) < 100 { tokio::time::sleep(Duration::from_millis(1)).await } } => {}
        }
        drop(running);
        tokio::time::sleep(Duration::from_millis(100)).await;
        let ticked = ticks.load(Ordering::SeqCst);
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert_eq!(ticks.load(Ordering::SeqCst), ticked);
    });
}

#[test]
fn tool_panic_is_an_error_programs_can_catch() {
    on_two_threads(async {
        let now = Tool::new("now", |_| -> Result<Value, ToolError> { panic!("now, on purpose") });
        let later = Tool::asynchronous("later", |_| async { panic!("later, on purpose") });
        let early = Tool::asynchronous("early", |_| -> std::future::Ready<Result<Value, ToolError>> {
            panic!("before it began, on purpose")
        });
        let source = "(mapv (fn [f] (try (f {}) (catch Exception e (ex-message e)))) [tool/now tool/later tool/early])";
        let outcome =
            delegate("panic", Options::new(program(source)).tools([now, later, early])).await.expect("an outcome");
        let messages: Vec<String> = outcome.result_as().expect("texts");
        assert_eq!(
            messages,
            [
                "now: the tool panicked: now, on purpose",
                "later: the tool panicked: later, on purpose",
                "early: the tool panicked: before it began, on purpose"
            ]
        );
        assert_eq!(outcome.usage.tool_calls, 3);
        assert_eq!(outcome.trace[0].tool_calls[1].error.as_deref(), Some(messages[1].as_str()));
    });
}

#[test]
fn model_panic_is_an_error_with_usage_and_trace() {
    on_two_threads(async {
        for early in [true, false] {
            let model = move |request: Request| {
                assert!(!(early && request.turn == 2), "early, on purpose");
                async move {
                    assert!(request.turn < 2, "late, on purpose");
                    Ok(Reply::text("```clojure\n(+ 1 2)\n```"))
                }
            };
            let error = failed(delegate("panic", Options::new(model)).await);
            assert_eq!(error.kind.name(), "model-error");
            assert!(error.message.contains("turn 2") && error.message.contains("panicked"), "{error:?}");
            assert_eq!((error.usage.requests, error.trace.len()), (1, 2));
            assert_eq!(error.trace[0].result.as_deref(), Some(&3.into()));
        }
    });
}

#[test]
fn observer_panic_is_ignored() {
    on_two_threads(async {
        let seen = Arc::new(AtomicUsize::new(0));
        let counted = seen.clone();
        let options = Options::new(program("(+ 1 2)")).observer(|_| panic!("on purpose")).observer(move |_| {
            counted.fetch_add(1, Ordering::SeqCst);
            Verdict::Continue
        });
        assert_eq!(delegate("panic", options).await.expect("an outcome").result, Value::from(3));
        assert!(seen.load(Ordering::SeqCst) > 5);
    });
}

#[test]
fn observer_stop_ends_the_run() {
    on_two_threads(async {
        let calls = Arc::new(AtomicUsize::new(0));
        let counted = calls.clone();
        let tick = Tool::new("tick", move |_| Ok(Value::from(counted.fetch_add(1, Ordering::SeqCst))));
        let source = "(try (mapv (fn [n] (tool/tick {})) (range 10)) (catch Throwable e :caught))";
        let options = Options::new(program(source)).tools([tick]).observer(|event| match &event.kind {
            EventKind::ToolEnd { call: 2, .. } => Verdict::Stop,
            _ => Verdict::Continue,
        });
        let error = failed(delegate("stop", options).await);
        assert_eq!((error.kind.name(), calls.load(Ordering::SeqCst)), ("stopped", 3));
        assert_eq!((error.usage.requests, error.usage.tool_calls), (1, 3));
    });
}

#[test]
fn refs_closure_panic_is_a_missing_ref() {
    on_two_threads(async {
        let refs = Refs::new().closure("bad", |_| panic!("on purpose")).required().path("good", "");
        let options = Options::new(Scripted::new(["one", "two"])).refs(refs);
        let error = failed(delegate("panic", options).await);
        assert_eq!(error.kind.name(), "ref-error");
        assert!(error.message.contains("bad: nothing at the host's closure (the closure panicked)"), "{error:?}");
    });
}

#[test]
fn trace_has_abandoned_calls_with_children() {
    on_two_threads(async {
        let (inside, door) = (Arc::new(Inside::default()), Arc::new(Notify::new()));
        let child = as_tool(Options::new(program("(tool/wait {})")).tools([wait(&inside, &door)]).name("child"));
        let quick = slow(Duration::from_millis(50), &Arc::default());
        let source =
            "(pmap (fn [n] (if (= n 0) (do (tool/slow {:n 1}) (return :early)) (tool/child {:task \"t\"}))) (range 3))";
        let outcome = delegate("leave", Options::new(program(source)).tools([child, quick])).await.expect("an outcome");
        assert_eq!(outcome.result, Value::keyword("early"));
        inside.until(0).await;
        let calls = &outcome.trace[0].tool_calls;
        assert_eq!(calls.len(), 3);
        for call in calls.iter().filter(|call| call.name == "child") {
            assert!(call.error.as_ref().is_some_and(|error| error.contains("given up")), "{call:?}");
            assert_eq!(call.children[0].turns[0].turn, 1, "{call:?}");
        }
        // The children's replies are part of the tree's.
        assert_eq!((outcome.usage.requests, outcome.usage.own.requests), (3, 1));
    });
}

#[test]
fn trace_is_deterministic() {
    on_two_threads(async {
        let run = || async {
            let child =
                as_tool(Options::default().tools([slow(Duration::from_millis(1), &Arc::default())]).name("child"));
            let block = |source: &str| format!("```clojure\n{source}\n```");
            let mut model = Scripted::new([
                block(
                    "(def seen (atom #{}))\n(pmap (fn [n] (swap! seen conj n) (:result (tool/child {:task (str n)}))) (range 6))",
                ),
                block("(+ 1 :a)"),
                block("(println @seen)\n{:b 1 :a (frequencies \"banana\") :c #{3 1 2}}"),
                "done".into(),
            ]);
            for number in 1..=6 {
                let replies = [block("(pmap (fn [n] (tool/slow {:n n})) (range 4))"), "fine".into()];
                model = model.process(format!("main/child#{number}"), replies);
            }
            delegate("twice", Options::new(model).tools([child])).await.expect("an outcome")
        };
        let (first, second) = (run().await, run().await);
        let text = |outcome: &Outcome| serde_json::to_string_pretty(&outcome.trace).expect("JSON");
        assert_eq!(text(&first), text(&second));
        assert_eq!(first.usage, second.usage);
        assert_eq!(first.usage.processes, 7);
        assert_eq!(first.result.to_string(), second.result.to_string());
    });
}
