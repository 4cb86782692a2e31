//! Processes from the outside: what observers end, what costs end, forks at once, conversations that go on.
#![cfg(feature = "agent")]

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use ptc::agent::StopReason;
use ptc::model::{ModelError, Price, Reply, Request, Scripted, Tokens};
use ptc::process::{Grants, Program};
use ptc::trace::{EventKind, Verdict};
use ptc::{Budget, Options, as_tool, delegate};

/// A program file in a folder of its own.
fn file(name: &str, text: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("processes").join(name);
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("agent.toml");
    std::fs::write(&path, format!("{text}\n[model]\nname = \"m\"\nprovider = \"openai\"\n")).unwrap();
    path
}

#[tokio::test]
async fn observer_stop_ends_one_process() {
    let model =
        Scripted::new(["(try (tool/helper {:task \"go\"}) (catch Exception e (ex-message e)))", "It was ended."])
            .process("main/helper#1", ["(+ 1 2)", "Three."]);
    let helper = as_tool(Options::default().name("helper"));
    let options = Options::new(model).tools([helper]).observer(|event| match &event.kind {
        EventKind::TurnEnd { .. } if event.path == "main/helper#1" => Verdict::Stop,
        _ => Verdict::Continue,
    });
    let outcome = delegate("Have it done.", options).await.expect("the tree goes on");
    assert_eq!(outcome.summary, "It was ended.");
    assert!(outcome.result.to_string().contains("an observer stopped the process"), "{}", outcome.result);
    assert_eq!((outcome.usage.requests, outcome.usage.own.requests), (3, 2));
}

#[tokio::test]
async fn observer_stop_of_the_root_ends_the_tree() {
    let options = Options::new(Scripted::new(["(+ 1 2)", "Three."])).observer(|event| match &event.kind {
        EventKind::Response { .. } => Verdict::Stop,
        _ => Verdict::Continue,
    });
    let error = delegate("Sum up.", options).await.map(|outcome| outcome.summary).expect_err("it was stopped");
    assert_eq!((error.kind.name(), error.usage.requests, error.trace.len()), ("stopped", 1, 1));
}

#[tokio::test]
async fn program_file_budget_counts_costs() {
    let model = |request: Request| async move {
        let text = if request.turn < 4 { "(+ 1 2)" } else { "Done." };
        let tokens = Tokens { input: 1_000, output: 100, cached: 0 };
        Ok::<_, ModelError>(Reply { text: text.into(), tokens })
    };
    let prices = || [("*", Price::new(2.0, 10.0))].into_iter().collect();
    let outcome = delegate("Go.", Options::new(model).budget(Budget { prices: prices(), ..Budget::default() }))
        .await
        .expect("an outcome");
    let cost = outcome.usage.cost.unwrap();
    assert!((cost - 4.0 * 0.003).abs() < 1e-9, "{cost}");

    let dear = Options::new(model).budget(Budget { cost: Some(0.006), prices: prices(), ..Budget::default() });
    let error = delegate("Go.", dear).await.map(|outcome| outcome.summary).expect_err("it costs more");
    assert_eq!((error.kind.name(), error.limit.map(|limit| limit.name())), ("limit-error", Some("budget.cost")));
    assert!(error.message.contains("budget.cost is 0.006"), "{}", error.message);
    assert_eq!(error.usage.requests, 2);

    let unknown = Options::new(model).budget(Budget { cost: Some(1.0), ..Budget::default() });
    let error = delegate("Go.", unknown).await.map(|outcome| outcome.summary).expect_err("nobody knows the price");
    assert_eq!((error.kind.name(), error.usage.requests), ("config-error", 0));
}

#[tokio::test]
async fn forks_run_at_the_same_time() {
    let path = file("ten-forks", "[tools]\nenabled = [\"fork\"]\n");
    let model = |request: Request| async move {
        let text = match (request.path.as_str(), request.turn) {
            ("main", 1) => "(call \"fork\" {:prompts (mapv str (range 10))})".to_owned(),
            ("main", _) => "done".to_owned(),
            (path, _) => {
                tokio::time::sleep(Duration::from_millis(100)).await;
                path.to_owned()
            }
        };
        Ok::<_, ModelError>(Reply::text(text))
    };
    let mut process = Program::load(path).unwrap().start(&Grants::with_model(model)).await.expect("a process");
    let began = Instant::now();
    let outcome = process.run("Go.").await.expect("an outcome");
    let took = began.elapsed();
    assert!(took < Duration::from_millis(600), "{took:?}");
    assert!(
        outcome
            .result
            .to_string()
            .starts_with("[{:id 0, :message \"main/fork[0]\"} {:id 1, :message \"main/fork[1]\"}")
    );
    assert_eq!(outcome.usage.processes, 11);
    eprintln!("ten forks of 100 ms: {took:?}");
}

/// A model that forks ten times; forks think for this long.
#[derive(Clone, Default)]
struct TenForks {
    thinking: Arc<AtomicUsize>,
    asked: Arc<AtomicUsize>,
}

impl TenForks {
    fn model(&self, each: Duration) -> impl ptc::model::Model + 'static {
        /// Counts those who think.
        struct Thinks(Arc<AtomicUsize>);
        impl Drop for Thinks {
            fn drop(&mut self) {
                self.0.fetch_sub(1, Ordering::SeqCst);
            }
        }
        let own = self.clone();
        move |request: Request| {
            let own = own.clone();
            async move {
                own.asked.fetch_add(1, Ordering::SeqCst);
                if request.path == "main" {
                    let program = "(call \"fork\" {:prompts (mapv str (range 10))})";
                    return Ok(Reply::text(if request.turn == 1 { program } else { "done" }));
                }
                own.thinking.fetch_add(1, Ordering::SeqCst);
                let _thinks = Thinks(own.thinking.clone());
                // One after the other comes to an end.
                let number: u32 = request.path.chars().rev().nth(1).and_then(|digit| digit.to_digit(10)).unwrap_or(0);
                tokio::time::sleep(each * (number + 1)).await;
                let text = if request.turn == 1 { "(+ 1 2)" } else { "Three." };
                Ok::<_, ModelError>(Reply { text: text.into(), tokens: Tokens { input: 10, output: 10, cached: 0 } })
            }
        }
    }
}

#[tokio::test]
async fn observer_stop_ends_one_fork() {
    let ten = TenForks::default();
    let options = Options::new(ten.model(Duration::from_millis(50))).forks(10).observer(|event| match &event.kind {
        EventKind::Response { .. } if event.path == "main/fork[1]" => Verdict::Stop,
        _ => Verdict::Continue,
    });
    let outcome = delegate("Go.", options.max_turns(3)).await.map_err(|error| error.message);
    let result = outcome.expect("only one fork was ended").result.to_string();
    assert!(result.contains("{:id 1, :error true, :message \"an observer stopped the process\"}"), "{result}");
    assert_eq!(result.matches(":error").count(), 1, "{result}");
    assert_eq!(ten.thinking.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn observer_stop_of_the_root_ends_all_forks() {
    let ten = TenForks::default();
    let began = Instant::now();
    let seen = Arc::new(AtomicUsize::new(0));
    let count = seen.clone();
    let options = Options::new(ten.model(Duration::from_millis(100))).forks(10).observer(move |event| {
        let replied = matches!(event.kind, EventKind::Response { .. }) && event.path != "main";
        if replied {
            count.fetch_add(1, Ordering::SeqCst);
        }
        if count.load(Ordering::SeqCst) >= 3 { Verdict::Stop } else { Verdict::Continue }
    });
    let ended = delegate("Go.", options).await;
    // Each is asked to stop with its next event; those that think are heard when they have thought.
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    assert!(ended.is_err_and(|error| error.kind.name() == "stopped"));
    assert_eq!(ten.thinking.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn dropped_delegate_ends_all_forks() {
    let ten = TenForks::default();
    let options = Options::new(ten.model(Duration::from_millis(100))).forks(10);
    let given_up = tokio::time::timeout(Duration::from_millis(250), delegate("Go.", options)).await;
    assert!(given_up.is_err());
    tokio::time::sleep(Duration::from_millis(100)).await;
    let asked = ten.asked.load(Ordering::SeqCst);
    assert!(asked >= 11 && ten.thinking.load(Ordering::SeqCst) == 0, "{asked} asked");
    tokio::time::sleep(Duration::from_millis(1_000)).await;
    assert_eq!(ten.asked.load(Ordering::SeqCst), asked);
}

#[tokio::test]
async fn spent_budget_ends_all_forks() {
    let ten = TenForks::default();
    let budget = Budget { tokens: Some(65), ..Budget::default() };
    let options = Options::new(ten.model(Duration::from_millis(20))).forks(10).budget(budget);
    let error = delegate("Go.", options).await.map(|outcome| outcome.summary).expect_err("it is spent");
    assert_eq!((error.kind.name(), error.limit.map(|limit| limit.name())), ("limit-error", Some("budget.tokens")));
    assert_eq!(ten.thinking.load(Ordering::SeqCst), 0);
    let asked = ten.asked.load(Ordering::SeqCst);
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(ten.asked.load(Ordering::SeqCst), asked);
}

#[tokio::test]
async fn read_fd_trace_is_bounded() {
    let read = "(count (for [_ (range 100)] (do (fd/value \"fd:1\") (read_fd {:fd \"fd:1\" :read_all true}) nil)))";
    let model = Scripted::new(["(apply str (repeat 300000 \"0123456789\"))", read, "It was read."]);
    let options = Options::new(model).descriptors(ptc::agent::Paging::default());
    let outcome = delegate("Read.", options).await.expect("an outcome");
    assert_eq!(outcome.result, 100.into());
    let calls = serde_json::to_string(&outcome.trace[1].tool_calls).unwrap();
    assert!(calls.len() < 200_000, "{} bytes", calls.len());
    assert!(calls.contains("bytes of a descriptor, not kept here"), "{calls}");
}

#[tokio::test]
async fn fd_search_is_bounded_by_program_time() {
    // Of such a text no state of a searcher comes up twice.
    let mut state = 1_u64;
    let mut bit = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        if state >> 63 == 0 { '0' } else { '1' }
    };
    let lines: String = (0..400).map(|_| (0..10_000).map(|_| bit()).chain(['\n']).collect::<String>()).collect();
    let search = "(pmap (fn [i] (try (fd/search \"fd:1\" (re-pattern (str \"1[01]{400}\" i))) (catch Exception e (ex-message e)))) (range 2 40))";
    let long = "(def line (apply str (repeat 300000 \"long\"))) (str line \" end\")";
    let told = "(vector (fd/search \"fd:2\" \" end\") (try (fd/search \"fd:2\" #\"end\") (catch Exception e (ex-message e))) \
                (try (fd/search \"fd:2\" \"a\\nb\") (catch Exception e (ex-message e))))";
    let model = Scripted::new(["(str ctx/text)", search, long, told, "It was sought."]);
    let options = Options::new(model)
        .with_context("text", ptc::Value::text(lines))
        .descriptors(ptc::agent::Paging::default())
        .program_timeout(Duration::from_millis(500));
    let began = Instant::now();
    let outcome = delegate("Seek.", options).await.expect("an outcome");
    // Each of them would take longer than that alone; how long a program takes that does nothing depends on the machine.
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    let sought = outcome.trace[1].result.as_ref().unwrap().to_string();
    assert!(sought.contains("the searches of this program take longer than 500ms"), "{sought}");
    let told = outcome.result.to_string();
    assert!(told.starts_with("[[{:line 1"), "{told}");
    assert!(told.contains("a regex searches lines of 1048576 at most") && told.contains("has a line break"), "{told}");
}

#[tokio::test]
async fn options_forks_and_rewinds() {
    let script = [
        "(try (call \"fork\" {:prompts [\"a\" \"b\" \"c\"]}) (catch Exception e (ex-message e)))",
        "(call \"goto\" {:position \"msg_0\" :message \"Two are the most.\"})",
        "Two it is.",
    ];
    let outcome = delegate("Go.", Options::new(Scripted::new(script)).forks(2).rewinds()).await.expect("an outcome");
    assert!(
        outcome.result.to_string().contains("3 prompts are more than the 2 forks of one call"),
        "{}",
        outcome.result
    );
    let last = &outcome.trace[2].messages;
    assert!(last.len() == 1 && last[0].content.contains("Two are the most."));
}

#[tokio::test]
async fn session_continues_after_a_failure() {
    let path = file("goes-on", "max_turns = 1\n");
    let model = Scripted::new(["(def x 1)", "(inc x)", "(return (+ x 10))", "Eleven."]);
    let mut process = Program::load(path).unwrap().start(&Grants::with_model(model)).await.expect("a process");
    assert!(process.run("One.").await.is_err_and(|error| error.kind.name() == "limit-error"));
    assert!(process.run("Two.").await.is_err());
    let outcome = process.run("Three.").await.expect("an outcome");
    assert_eq!((outcome.result, outcome.stop_reason), (11.into(), StopReason::Return));
    assert_eq!((outcome.usage.requests, outcome.trace.len()), (1, 1));
    assert_eq!(process.run("Four?").await.expect("an outcome").summary, "Eleven.");
    assert_eq!(process.last_message().as_deref(), Some("Eleven."));
}

#[cfg(unix)]
#[tokio::test]
async fn command_tools_need_a_grant() {
    let text = "[tools.upper]\ncommand = [\"tr\", \"a-z\", \"A-Z\"]\nspec = \"(word :string) -> :any\"\n[tools.fails]\ncommand = \"false\"\n[tools.slow]\ncommand = \"sleep 9\"\ntimeout = \"200ms\"\nspec = \"skip\"\n";
    let path = file("commands", text);
    let program = "```clj\n[(tool/upper {:word \"owl\"}) (try (tool/fails {}) (catch Exception e (ex-message e))) \
                   (try (tool/slow {}) (catch Exception e (ex-message e)))]\n```";
    let refused = Program::load(&path)
        .unwrap()
        .start(&Grants::with_model(Scripted::new(["(tool/upper {:word \"owl\"})", "no"])))
        .await;
    let outcome = refused.expect("a process").run("Go.").await.expect("an outcome");
    assert!(outcome.trace[0].error.as_ref().unwrap().contains("--allow-commands"), "{:?}", outcome.trace[0]);
    assert!(outcome.warnings.iter().any(|warning| warning.contains("tools.upper: commands are not granted")));

    let mut granted = Grants::with_model(Scripted::new([program, "yes"]));
    granted.commands = true;
    let outcome =
        Program::load(&path).unwrap().start(&granted).await.expect("a process").run("Go.").await.expect("an outcome");
    let shown = outcome.result.to_string();
    assert!(shown.starts_with("[{\"WORD\" \"OWL\"}") || shown.starts_with("[{:WORD \"OWL\"}"), "{shown}");
    assert!(shown.contains("false ended with status 1") && shown.contains("slow"), "{shown}");
}

const FULL: &str = r#"
overlap_reads = 4
max_ref_retries = 2
tool_validation = "warn_only"
access = "write"
timeout = "2s"
[prompt]
system = "You count."
user = "Count."
[parameters]
temperature = 0.5
top_k = 3
[context]
list = [1, 2.5, "three"]
[tools]
enabled = ["spawn", "read_fd", { name = "fork", alias = "split", access = "write", param_descriptions = { prompts = "Tasks" } }]
[tools.table]
spec = "(id :int) -> :any"
effect = "read"
timeout = "1s"
responses = [{ args = { id = 1 }, result = { name = "one" }, delay_ms = 5 }, { args = { id = 2 }, error = "none" }]
[tools.shout]
command = ["cat", "-"]
access = "admin"
[tools.sub]
program = "agent.toml"
[tool_catalog.later]
spec = "(x :string)"
[linked_programs]
me = { path = "agent.toml", description = "Again" }
[refs]
first = "list[0].id"
count = { lisp = "(count result)", required = true, type = ":int" }
[result]
signature = "-> {:list [:any]}"
[limits]
max_steps = 1000
max_memory = "1MiB"
[budget]
turns = 7
cost = 0.25
descriptor_bytes = "1MiB"
[file_descriptor]
max_direct_output_chars = 100
enable_references = true
[preload]
files = ["agent.toml"]
relative_to = "cwd"
[env_info]
variables = ["date"]
commands = ["uname -s"]
team = "support"
[demo]
prompts = ["One.", "Two."]
pause_between_prompts = 0.5
[budget.prices]
m = { input = 1.5, output = 6.0, cached = 0.5 }
"#;

#[test]
fn export_then_load_gives_an_equal_program() {
    let mut paths = vec![file("full", FULL)];
    for example in ["invoices/agent", "linked/main", "linked/translator", "forks/main", "descriptors/main"] {
        paths.push(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("examples/{example}.toml")));
    }
    for path in paths {
        let exported = Program::load(&path).unwrap().root().unwrap().export().unwrap();
        let copy = path.with_file_name(format!("exported-{}.json", std::process::id()));
        std::fs::write(&copy, exported.to_string()).unwrap();
        let loaded = Program::load(&copy);
        std::fs::remove_file(&copy).unwrap();
        let library = loaded.unwrap();
        assert_eq!(library.root().unwrap().export().unwrap(), exported, "{}", path.display());
        assert_eq!(library.warnings(), [""; 0]);
        if path.ends_with("full/agent.toml") {
            // Nothing of it was lost on the way out.
            for key in [
                "max_ref_retries",
                "overlap_reads",
                "tool_validation",
                "access",
                "model",
                "prompt",
                "parameters",
                "context",
                "tools",
                "tool_catalog",
                "linked_programs",
                "refs",
                "result",
                "limits",
                "budget",
                "file_descriptor",
                "preload",
                "env_info",
                "demo",
            ] {
                assert!(exported.get(key).is_some(), "{key} is missing in {exported:#}");
            }
            assert_eq!(
                exported["limits"],
                serde_json::json!({ "max_time": 2000, "max_steps": 1000, "max_memory": 1 << 20 })
            );
        }
    }
}

#[tokio::test]
async fn program_file_in_yaml() {
    let path = file("yaml", "").with_file_name("agent.yaml");
    let text = "model:\n  name: m\n  provider: openai\n  max_turns: 2\nprompt:\n  system: |\n    You count.\n    Slowly.\ncontext:\n  numbers: [1, 2, 3]\nreffs: {}\n";
    std::fs::write(&path, text).unwrap();
    let library = Program::load(&path).unwrap();
    let warnings = library.warnings();
    assert!(warnings.iter().any(|warning| warning.contains("reffs: unknown key; did you mean refs?")), "{warnings:?}");
    let mut process = library
        .start(&Grants::with_model(Scripted::new(["(return (reduce + ctx/numbers))"])))
        .await
        .expect("a process");
    let outcome = process.run("Sum.").await.expect("an outcome");
    assert_eq!(outcome.result, 6.into());
    assert!(outcome.trace[0].system.as_ref().unwrap().starts_with("You count.\nSlowly.\n"));
    std::fs::write(&path, "model: [1, 2").unwrap();
    assert!(Program::load(&path).is_err_and(|error| error.to_string().contains("agent.yaml")));
}

#[tokio::test]
async fn program_file_tool_in_lisp() {
    let path = file(
        "lisp",
        "[tools.price]\nspec = \"(id :int) -> :int\"\ndefault = 20\n[tools.total]\nspec = \"(ids [:int]) -> :int\"\nlisp = \"total.clj\"\n",
    );
    std::fs::write(path.with_file_name("total.clj"), "(reduce + (pmap (fn [id] (tool/price {:id id})) ctx/ids))")
        .unwrap();
    let model = Scripted::new([
        "```clj\n[(tool/total {:ids [1 2 3]}) (try (tool/total {:ids [(str \"x\")]}) (catch Exception e :refused))]\n```",
        "60.",
    ]);
    let mut process = Program::load(&path).unwrap().start(&Grants::with_model(model)).await.expect("a process");
    let outcome = process.run("Sum.").await.expect("an outcome");
    assert_eq!(outcome.result.to_string(), "[60 :refused]");
    let child = &outcome.trace[0].tool_calls[0].children[0];
    assert_eq!((child.path.as_str(), child.turns[0].tool_calls.len()), ("main/total#1", 3));
    std::fs::write(path.with_file_name("total.clj"), "(reduce +").unwrap();
    let error = Program::load(&path).err().expect("it does not read").to_string();
    assert!(error.contains("tools.total.lisp") && error.contains("total.clj:1"), "{error}");
}
