//! A run as a tree in the terminal.

use std::collections::HashSet;
use std::fmt::Write as _;

use serde_json::{Map, Value as Json};

use super::events::{Event, EventKind};
use super::highlight::harmless;
use super::tree::{trace, usage};

/// How many characters of a value are shown.
const VALUE: usize = 300;
/// How many of a text.
const TEXT: usize = 1_200;

/// The tree of a run: processes, their turns, programs, tool calls, values, usage.
///
/// ```
/// use ptc::trace::{EventKind, Recorder, show};
///
/// let recorder = Recorder::new(Vec::new());
/// recorder.record("main", EventKind::Start { task: "Count".into(), max_turns: 5, run_id: None, warnings: Vec::new() });
/// recorder.record("main", EventKind::End { result: Some(3.into()), error: None, duration_ms: 20, provenance: Default::default() });
/// assert!(show(&recorder.events()).starts_with("main ← Count\n  => 3\n"));
/// ```
pub fn show(events: &[Event]) -> String {
    let mut text = String::new();
    let mut seen = HashSet::new();
    // What a tool call of another process started stands there; what is left are roots, and children of calls that did
    // not end.
    for path in processes(events) {
        if !seen.contains(path) {
            process(&mut text, events, path, 0, &mut seen);
        }
    }
    let (all, _) = usage(events, "main");
    let _ = writeln!(
        text,
        "{} processes, {} replies, {} programs, {} tool calls, {} tokens ({} in, {} out)",
        all.processes,
        all.requests,
        all.total_runs,
        all.tool_calls,
        all.total_tokens,
        all.input_tokens,
        all.output_tokens
    );
    text
}

/// The paths of the processes, in the order in which they began; a parent begins before its children.
pub(super) fn processes(events: &[Event]) -> Vec<&str> {
    let began = events.iter().filter(|event| matches!(event.kind, EventKind::Start { .. }));
    began.map(|event| event.path.as_str()).collect()
}

/// What a process was told to do, and how it ended: a value or an error.
pub(super) fn ends<'a>(events: &'a [Event], path: &str) -> (&'a str, Option<Result<&'a Json, &'a str>>) {
    let mut task = "";
    let mut end = None;
    for event in events.iter().filter(|event| event.path == path) {
        match &event.kind {
            EventKind::Start { task: text, .. } => task = text,
            EventKind::End { error: Some(error), .. } => end = Some(Err(error.as_str())),
            EventKind::End { result: Some(result), .. } => end = Some(Ok(result)),
            EventKind::End { .. } => end = Some(Ok(&Json::Null)),
            EventKind::TurnStart { .. }
            | EventKind::Delta { .. }
            | EventKind::Request { .. }
            | EventKind::Response { .. }
            | EventKind::ModelError { .. }
            | EventKind::ToolStart { .. }
            | EventKind::ToolEnd { .. }
            | EventKind::TurnEnd { .. }
            | EventKind::Sampled { .. }
            | EventKind::Stderr { .. } => {}
        }
    }
    (task, end)
}

fn process(text: &mut String, events: &[Event], path: &str, depth: usize, seen: &mut HashSet<String>) {
    if !seen.insert(path.to_owned()) {
        return;
    }
    let (task, end) = ends(events, path);
    line(text, depth, &format!("{path} ← "), &cut(task, TEXT));
    for turn in trace(events, path) {
        if let Json::Object(turn) = turn {
            show_turn(text, events, &turn, depth + 1, seen);
        }
    }
    match end {
        Some(Ok(result)) => line(text, depth + 1, "=> ", &value(result)),
        Some(Err(error)) => line(text, depth + 1, "! ", &cut(error, TEXT)),
        None => line(text, depth + 1, "", "… it did not end"),
    }
}

fn show_turn(text: &mut String, events: &[Event], turn: &Map<String, Json>, depth: usize, seen: &mut HashSet<String>) {
    let of = |name: &str| turn.get(name).and_then(Json::as_str);
    let tokens = |name: &str| turn.get("usage").and_then(|usage| usage.get(name)).and_then(Json::as_u64).unwrap_or(0);
    let tokens = match (tokens("input_tokens"), tokens("output_tokens")) {
        (0, 0) => String::new(),
        (input, output) => format!(" ({input} in, {output} out)"),
    };
    let number = turn.get("turn").and_then(Json::as_u64).unwrap_or(0);
    line(text, depth, "", &format!("turn {number}{tokens}"));
    if let Some(said) = of("program").or(of("answer")).or(of("reply")) {
        line(text, depth + 1, "", &cut(said.trim(), TEXT));
    }
    for call in turn.get("tool_calls").and_then(Json::as_array).into_iter().flatten() {
        show_call(text, events, call, depth + 1, seen);
    }
    for (name, mark) in [("prints", "| "), ("error", "! ")] {
        if let Some(told) = of(name) {
            line(text, depth + 1, mark, &cut(told.trim_end(), TEXT));
        }
    }
    for warning in turn.get("warnings").and_then(Json::as_array).into_iter().flatten() {
        line(text, depth + 1, "~ ", &cut(warning.as_str().unwrap_or_default(), VALUE));
    }
    if let Some(result) = turn.get("result") {
        line(text, depth + 1, "=> ", &value(result));
    }
}

fn show_call(text: &mut String, events: &[Event], call: &Json, depth: usize, seen: &mut HashSet<String>) {
    let of = |name: &str| call.get(name);
    let came = match (of("result"), of("error").and_then(Json::as_str)) {
        (_, Some(error)) => format!("! {}", cut(error, VALUE)),
        (result, None) => format!("→ {}", value(result.unwrap_or(&Json::Null))),
    };
    let cached = if of("cached").is_some() { " (cached)" } else { "" };
    let name = of("name").and_then(Json::as_str).unwrap_or_default();
    line(text, depth, "", &format!("{name} {} {came}{cached}", value(of("args").unwrap_or(&Json::Null))));
    for child in of("children").and_then(Json::as_array).into_iter().flatten() {
        if let Some(path) = child.get("path").and_then(Json::as_str) {
            process(text, events, path, depth + 1, seen);
        }
    }
}

/// Lines below each other, the first one with a mark. What could steer a terminal is shown as what it is.
fn line(text: &mut String, depth: usize, mark: &str, content: &str) {
    let indent = "  ".repeat(depth);
    let blank = " ".repeat(mark.chars().count());
    for (at, line) in content.split('\n').enumerate() {
        let plain: String = line.chars().map(harmless).collect();
        let _ = writeln!(text, "{}", format!("{indent}{}{plain}", if at == 0 { mark } else { &blank }).trim_end());
    }
}

fn value(json: &Json) -> String {
    cut(&json.to_string(), VALUE)
}

/// The beginning of a text, with how much is left.
pub(super) fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{} … ({} characters more)", &text[..at], text[at..].chars().count()),
        None => text.to_owned(),
    }
}
