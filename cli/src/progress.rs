//! What `ptc run` shows while it goes on: a line for each thing that happens, and on a terminal what each process does.

use std::collections::HashMap;
use std::io::IsTerminal as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use ptc::lisp::text::abridge;
use ptc::trace::{Event, EventKind, TurnResult, Verdict};

/// An observer that shows what happens on standard error.
pub(crate) fn shown() -> impl Fn(&Event) -> Verdict + Send + Sync + 'static {
    let bars = std::io::stderr().is_terminal().then(|| Mutex::new(Bars::default()));
    move |event| {
        match &bars {
            Some(bars) => bars.lock().unwrap_or_else(PoisonError::into_inner).show(event),
            None => line(event).into_iter().for_each(|line| eprintln!("{}", harmless(&line))),
        }
        Verdict::Continue
    }
}

/// As `shown`, with the replies of the root while they are written. Those of its children, of which several may write at
/// once, are shown whole.
pub(crate) fn live() -> impl Fn(&Event) -> Verdict + Send + Sync + 'static {
    let rest = shown();
    let is_writing = AtomicBool::new(false);
    move |event| {
        if let (EventKind::Delta { turn, at, text }, "main") = (&event.kind, event.path.as_str()) {
            if *at == 0 {
                // Anew, where a stream broke.
                let line = if is_writing.swap(true, Ordering::Relaxed) { "\n" } else { "" };
                eprint!("{line}  turn {turn}: ");
            }
            eprint!("{}", harmless(text).replace('\n', "\n      "));
            return Verdict::Continue;
        }
        if is_writing.swap(false, Ordering::Relaxed) {
            eprintln!();
            if matches!(event.kind, EventKind::Response { .. }) {
                return Verdict::Continue;
            }
        }
        rest(event)
    }
}

/// An observer that shows nothing but what programs say themselves.
pub(crate) fn said() -> impl Fn(&Event) -> Verdict + Send + Sync + 'static {
    |event| {
        if let EventKind::Stderr { message } = &event.kind {
            eprintln!("{}", harmless(message));
        }
        Verdict::Continue
    }
}

/// Text without what a terminal would take for a command, and without what turns it round.
pub(crate) fn harmless(text: &str) -> String {
    text.chars().map(ptc::internals::harmless).collect()
}

/// A line at the foot of the terminal for each process that is at work.
#[derive(Default)]
struct Bars {
    multi: MultiProgress,
    bars: HashMap<String, (ProgressBar, u64)>,
}

impl Bars {
    fn show(&mut self, event: &Event) {
        if let Some(line) = line(event) {
            // A terminal that is gone is nobody's loss.
            let _ = self.multi.println(harmless(&line));
        }
        if let EventKind::Start { .. } = event.kind {
            let bar = self.multi.add(ProgressBar::new_spinner());
            if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix} {wide_msg}") {
                bar.set_style(style);
            }
            bar.set_prefix(event.path.clone());
            bar.enable_steady_tick(Duration::from_millis(100));
            self.bars.insert(event.path.clone(), (bar, 0));
        }
        let Some((bar, tokens)) = self.bars.get_mut(&event.path) else { return };
        match &event.kind {
            EventKind::Request { turn, .. } => {
                bar.set_message(format!("turn {turn}: asks the model ({tokens} tokens)"))
            }
            EventKind::Response { turn, tokens: used, .. } => {
                *tokens += used.input + used.output;
                bar.set_message(format!("turn {turn}: runs ({tokens} tokens)"));
            }
            EventKind::ToolStart { turn, name, .. } => {
                bar.set_message(format!("turn {turn}: {name} ({tokens} tokens)"))
            }
            EventKind::End { .. } => {
                bar.finish_and_clear();
                self.bars.remove(&event.path);
            }
            EventKind::Start { .. }
            | EventKind::TurnStart { .. }
            | EventKind::Delta { .. }
            | EventKind::TurnEnd { .. }
            | EventKind::ToolEnd { .. }
            | EventKind::ModelError { .. }
            | EventKind::Sampled { .. }
            | EventKind::Stderr { .. } => {}
        }
    }
}

/// What is said of an event, if anything is.
fn line(event: &Event) -> Option<String> {
    let depth = event.path.matches('/').count();
    let indent = "  ".repeat(depth);
    match &event.kind {
        EventKind::Start { task, .. } => Some(format!("{indent}● {} ← {}", event.path, abridge(task, 200))),
        EventKind::Response { turn, text, .. } => {
            // Fences say nothing to whoever watches.
            let lines = text.trim().lines().filter(|line| !line.trim_start().starts_with("```"));
            let text = lines.collect::<Vec<_>>().join("\n");
            let text = abridge(text.trim(), 800).replace('\n', &format!("\n{indent}      "));
            Some(format!("{indent}  turn {turn}: {text}"))
        }
        EventKind::TurnEnd(TurnResult { result, error, prints, .. }) => {
            let mut lines = Vec::new();
            for printed in prints.lines().take(20) {
                lines.push(format!("{indent}      | {printed}"));
            }
            if let Some(result) = result {
                lines.push(format!("{indent}      => {}", abridge(&result.to_string(), 300)));
            }
            if let Some(error) = error {
                lines.push(format!(
                    "{indent}      ! {}",
                    abridge(error, 300).replace('\n', &format!("\n{indent}        "))
                ));
            }
            Some(lines.join("\n")).filter(|text| !text.is_empty())
        }
        EventKind::ToolEnd { name, args, result, error, .. } => {
            let came = match (result, error) {
                (Some(result), _) => abridge(&result.to_string(), 200).into_owned(),
                (None, error) => format!("! {}", abridge(error.as_deref().unwrap_or(""), 200)),
            };
            Some(format!("{indent}      {name} {} → {came}", abridge(&args.to_string(), 200)))
        }
        EventKind::ModelError { message, .. } => Some(format!("{indent}  the model did not answer: {message}")),
        EventKind::Stderr { message } => Some(format!("{indent}  {message}")),
        EventKind::TurnStart { .. }
        | EventKind::Request { .. }
        | EventKind::Delta { .. }
        | EventKind::ToolStart { .. }
        | EventKind::Sampled { .. }
        | EventKind::End { .. } => None,
    }
}
