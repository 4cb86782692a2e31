//! What forks and descriptors cost.

use std::time::{Duration, Instant};

use ptc::agent::{Paging, Session};
use ptc::model::{Model, Reply, Request};
use ptc::{Options, delegate};

use super::{Result, grouped};

/// Says that it has read each task, and forks ten times when it is told to, after a wait in each fork.
fn forker(wait: Duration) -> impl Model + 'static {
    move |request: Request| {
        let is_fork = request.path.contains("fork[");
        let text = match &*request.task {
            "Fork." if request.turn == 1 => "(count (call \"fork\" {:prompts (mapv str (range 10))}))",
            "Wait." if request.turn == 1 => "(count (mapv str (range 10)))",
            _ => "Read.",
        };
        async move {
            if is_fork {
                tokio::time::sleep(wait).await;
            }
            Ok(Reply::text(text))
        }
    }
}

/// The microseconds that a fork takes, after so many bytes of conversation in a hundred tasks.
async fn fork_after(bytes: usize) -> Result<f64> {
    let mut session = Session::start(&Options::new(forker(Duration::ZERO)).forks(10)).await?;
    for _ in 0..100 {
        session.run(&"history ".repeat(bytes / 800)).await?;
    }
    let (mut with, mut without) = (Duration::MAX, Duration::MAX);
    for _ in 0..20 {
        with = with.min(session.run("Fork.").await?.duration);
        without = without.min(session.run("Wait.").await?.duration);
    }
    Ok(with.saturating_sub(without).as_secs_f64() * 1e6 / 10.0)
}

pub async fn forks() -> Result<()> {
    println!("\n| bytes said before | µs a fork |\n|---:|---:|");
    for bytes in [1_000, 1_000_000, 100_000_000] {
        println!("| {} | {:.0} |", grouped(bytes), fork_after(bytes).await?);
    }
    let mut session = Session::start(&Options::new(forker(Duration::from_millis(50))).forks(10)).await?;
    let took = session.run("Fork.").await?.duration;
    println!("\nTen forks that wait 50 ms each: {} ms in all.", took.as_millis());
    Ok(())
}

/// What one turn takes with this program at best, when the task is a text of so many bytes that is kept as `fd:1`.
async fn turn(task: &str, program: &'static str) -> Result<Duration> {
    let mut best = Duration::MAX;
    for _ in 0..5 {
        best = best.min(one_turn(task, program).await?);
    }
    Ok(best)
}

async fn one_turn(task: &str, program: &'static str) -> Result<Duration> {
    let model =
        move |request: Request| async move { Ok(Reply::text(if request.turn == 1 { program } else { "Read." })) };
    let began = Instant::now();
    delegate(task, Options::new(model).descriptors(Paging::default())).await?;
    Ok(began.elapsed())
}

pub async fn descriptors() -> Result<()> {
    println!(
        "\n| bytes kept | ms to keep | µs for a page | ms to search for a word | peak of memory |\n|---:|---:|---:|---:|---:|"
    );
    for lines in [20_000, 2_000_000] {
        let task: String = (0..lines).map(|n| format!("{n:>10} all is well in the shop, says the log\n")).collect();
        let nothing = turn(&task, "(do nil)").await?;
        let empty = turn("Short.", "(do nil)").await?;
        let pages = turn(&task, "(dotimes [n 200] (read_fd {:fd \"fd:1\" :start (inc n)}))").await?;
        let search = turn(&task, "(count (fd/search \"fd:1\" \"19999 all\"))").await?;
        println!(
            "| {} | {:.0} | {:.0} | {:.0} | {} |",
            grouped(task.len()),
            nothing.saturating_sub(empty).as_secs_f64() * 1e3,
            pages.saturating_sub(nothing).as_secs_f64() * 1e6 / 200.0,
            search.saturating_sub(nothing).as_secs_f64() * 1e3,
            super::peak_memory().map_or_else(|| "?".into(), |kilobytes| format!("{} MB", kilobytes / 1000)),
        );
    }
    Ok(())
}
