//! A run as a tree in the terminal.

use std::fmt::Write as _;

use serde_json::Value as Json;

use super::events::Event;
use super::highlight::harmless;
use super::turns::{ProcessTrace, Turn, TurnCall, roots, usage};

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
/// recorder.record("main", EventKind::End { result: Some(std::sync::Arc::new(3.into())), error: None, duration_ms: 20, provenance: Default::default() });
/// assert!(show(&recorder.events()).starts_with("main ← Count\n  => 3\n"));
/// ```
pub fn show(events: &[Event]) -> String {
    let mut text = String::new();
    roots(events).iter().for_each(|root| process(&mut text, root, 0));
    let all = usage(events, "main");
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

fn process(text: &mut String, process: &ProcessTrace, depth: usize) {
    line(text, depth, &format!("{} ← ", process.path), &cut(&process.task, TEXT));
    process.turns.iter().for_each(|turn| show_turn(text, turn, depth + 1));
    match &process.end {
        Some(Ok(result)) => line(text, depth + 1, "=> ", &value(result)),
        Some(Err(error)) => line(text, depth + 1, "! ", &cut(error, TEXT)),
        None => line(text, depth + 1, "", "… it did not end"),
    }
}

fn show_turn(text: &mut String, turn: &Turn, depth: usize) {
    let tokens = turn.usage.unwrap_or_default().tokens;
    let tokens = match (tokens.input, tokens.output) {
        (0, 0) => String::new(),
        (input, output) => format!(" ({input} in, {output} out)"),
    };
    line(text, depth, "", &format!("turn {}{tokens}", turn.turn));
    if let Some(said) = turn.program.as_ref().or(turn.answer.as_ref()).or(turn.reply.as_ref()) {
        line(text, depth + 1, "", &cut(said.trim(), TEXT));
    }
    turn.tool_calls.iter().for_each(|call| show_call(text, call, depth + 1));
    if !turn.prints.is_empty() {
        line(text, depth + 1, "| ", &cut(turn.prints.trim_end(), TEXT));
    }
    if let Some(error) = &turn.error {
        line(text, depth + 1, "! ", &cut(error.trim_end(), TEXT));
    }
    for warning in &turn.warnings {
        line(text, depth + 1, "~ ", &cut(warning, VALUE));
    }
    if let Some(result) = &turn.result {
        line(text, depth + 1, "=> ", &value(result));
    }
}

fn show_call(text: &mut String, call: &TurnCall, depth: usize) {
    let answer = match (&call.result, &call.error) {
        (_, Some(error)) => format!("! {}", cut(error, VALUE)),
        (result, None) => format!("→ {}", value(result.as_ref().unwrap_or(&Json::Null))),
    };
    let cached = if call.cached { " (cached)" } else { "" };
    line(text, depth, "", &format!("{} {} {answer}{cached}", call.name, value(&call.args)));
    call.children.iter().for_each(|child| process(text, child, depth + 1));
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
