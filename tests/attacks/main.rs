//! Hostile programs: each ends in time with the right outcome, in little memory, and the next program runs as ever.

mod authority;
mod depth;
mod files;
mod memory;
mod numbers;
mod sharing;
mod source;
mod time;
mod values;

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
        Some(Error { limit: Some(limit), .. }) => format!("limit:{}", limit.name()),
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
    let bytes: usize = errors.iter().map(|error| error.to_string().len() + 1).sum();
    assert!(bytes <= 4096, "{shown}: errors of {bytes} bytes");
    for error in &errors {
        let text = error.to_string();
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
/// every limit, `error` for every other error but `analysis-error`, which a misspelt attack would end as.
fn attack<P: AsRef<str>>(wanted: &[&str], programs: &[P]) {
    attack_within(&limits(), wanted, programs);
}

fn attack_within<P: AsRef<str>>(limits: &Limits, wanted: &[&str], programs: &[P]) {
    let allowed = |ended: &str| {
        wanted.iter().any(|way| match *way {
            "limit" => ended.starts_with("limit:"),
            "error" => ended.ends_with("-error") && ended != "analysis-error",
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
