//! A run as one HTML file: no scripts, no network, nothing in it but text.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value as Json;

use super::events::{Event, EventKind};
use super::highlight::{escape, highlight};
use super::show::cut;
use super::turns::{ProcessTrace, Turn, TurnCall, roots};
use crate::model::Role;

/// How many characters of a text or a value are shown.
const MAX_SHOWN: usize = 20_000;

/// A run as a page: how it ended, what it used, when what happened, and every turn with its prompt, its program, its
/// tool calls and its values. The page needs neither scripts nor a network; its policy forbids both.
///
/// ```
/// use ptc::trace::{EventKind, Recorder, html};
///
/// let recorder = Recorder::new(Vec::new());
/// recorder.record("main", EventKind::Start { task: "Count <b>".into(), max_turns: 5, run_id: None, warnings: Vec::new() });
/// assert!(html(&recorder.events()).contains("Count &lt;b&gt;"));
/// ```
pub fn html(events: &[Event]) -> String {
    let roots = roots(events);
    let nothing = ProcessTrace { path: "main".into(), ..ProcessTrace::default() };
    let root = roots.first().unwrap_or(&nothing);
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>{}</title>\n<style>\n{}</style></head><body>\n",
        escape(&cut(&root.task, 80)),
        include_str!("html.css")
    );
    let _ = writeln!(page, "<header><h1>{}</h1>", escape(&cut(&root.task, 400)));
    match &root.end {
        Some(Ok(result)) => block(&mut page, "end good", "result", &pretty(result)),
        Some(Err(error)) => block(&mut page, "end bad", "error", error),
        None => page.push_str("<p class=\"end bad\">The run did not end.</p>\n"),
    }
    add_usage(&mut page, root);
    page.push_str("</header>\n");
    add_timeline(&mut page, events);
    page.push_str("<main>\n");
    roots.iter().for_each(|process| add_process(&mut page, process));
    page.push_str("</main></body></html>\n");
    page
}

/// A text in a frame of its own.
fn block(page: &mut String, class: &str, label: &str, text: &str) {
    let _ = writeln!(page, "<pre class=\"{class}\" data-label=\"{label}\">{}</pre>", escape(&cut(text, MAX_SHOWN)));
}

/// A value as one line if it is short, as many if it is not.
fn pretty(json: &Json) -> String {
    let line = json.to_string();
    if line.len() <= 100 { line } else { serde_json::to_string_pretty(json).unwrap_or(line) }
}

fn add_usage(page: &mut String, root: &ProcessTrace) {
    page.push_str(
        "<table><tr><th></th><th>replies</th><th>tokens in</th><th>cached</th><th>tokens out</th><th>programs</th>",
    );
    page.push_str("<th>tool calls</th><th>processes</th></tr>\n");
    for (name, of) in [("all", root.usage.total), (&root.path, root.usage.own)] {
        let counts = [
            of.requests,
            of.input_tokens,
            of.cached_tokens,
            of.output_tokens,
            of.total_runs,
            of.tool_calls,
            of.processes,
        ];
        let cells: String = counts.iter().map(|count| format!("<td>{count}</td>")).collect();
        let _ = writeln!(page, "<tr><th>{}</th>{cells}</tr>", escape(name));
    }
    page.push_str("</table>\n");
}

/// Something that took its time.
struct Span {
    class: &'static str,
    title: String,
    from: u64,
    to: u64,
}

/// When each process asked its model, ran programs and waited for tools.
fn add_timeline(page: &mut String, events: &[Event]) {
    // Files from before there were times have the order alone.
    let timed = events.iter().any(|event| event.millis > 0);
    let at = |event: &Event| if timed { event.millis } else { event.sequence };
    let whole = events.iter().map(at).max().unwrap_or(0).max(1);
    let unit = if timed { " ms" } else { " events" };
    let started = events.iter().filter(|event| matches!(event.kind, EventKind::Start { .. }));
    let mut rows: Vec<(&str, Vec<Span>)> = started.map(|event| (event.path.as_str(), Vec::new())).collect();
    for (path, spans) in &mut rows {
        let mut asked = None;
        let mut ran = None;
        let mut calls: BTreeMap<(u32, usize), u64> = BTreeMap::new();
        for event in events.iter().filter(|event| event.path == *path) {
            let now = at(event);
            let mut add = |class, title: String, from: Option<u64>| {
                if let Some(from) = from {
                    spans.push(Span { class, title: format!("{title}: {}{unit}", now - from.min(now)), from, to: now });
                }
            };
            match &event.kind {
                EventKind::Request { .. } => asked = Some(now),
                EventKind::Response { turn, .. } => {
                    add("model", format!("reply {turn}"), asked.take());
                    ran = Some(now);
                }
                EventKind::ModelError { turn, .. } => add("bad", format!("no reply {turn}"), asked.take()),
                EventKind::ToolStart { turn, call, .. } => {
                    calls.insert((*turn, *call), now);
                }
                EventKind::ToolEnd { turn, call, name, error, .. } => {
                    let class = if error.is_some() { "bad" } else { "tool" };
                    add(class, name.clone(), calls.remove(&(*turn, *call)));
                }
                EventKind::TurnEnd(end) if end.ran => add("program", format!("program {}", end.turn), ran.take()),
                EventKind::TurnEnd(_)
                | EventKind::Start { .. }
                | EventKind::TurnStart { .. }
                | EventKind::Delta { .. }
                | EventKind::Sampled { .. }
                | EventKind::Stderr { .. }
                | EventKind::End { .. } => {}
            }
        }
        // Programs below what they call.
        spans.sort_by_key(|span| span.class != "program");
    }
    let _ = writeln!(page, "<section class=\"timeline\"><h2>{whole}{unit}</h2>");
    for (path, spans) in rows {
        let _ = write!(page, "<div class=\"row\"><span>{}</span><div>", escape(path));
        for span in spans {
            let share = |n: u64| n as f64 * 100.0 / whole as f64;
            let (left, width) = (share(span.from), share(span.to.saturating_sub(span.from)));
            let (class, title) = (span.class, escape(&cut(&span.title, 200)));
            let _ =
                write!(page, "<i class=\"{class}\" style=\"left:{left:.2}%;width:{width:.2}%\" title=\"{title}\"></i>");
        }
        page.push_str("</div></div>\n");
    }
    page.push_str("<p class=\"legend\"><i class=\"model\"></i> model <i class=\"program\"></i> program <i class=\"tool\"></i> tool ");
    page.push_str("<i class=\"bad\"></i> failed</p></section>\n");
}

fn add_process(page: &mut String, process: &ProcessTrace) {
    let _ = writeln!(
        page,
        "<details class=\"process\" open><summary><b>{}</b> {}</summary>",
        escape(&process.path),
        escape(&cut(&process.task, 200))
    );
    let (mut told, mut system) = (0, "");
    for turn in &process.turns {
        add_turn(page, turn, (told, system));
        (told, system) = (turn.messages.len(), turn.system.as_deref().unwrap_or(system));
    }
    match &process.end {
        Some(Ok(result)) => block(page, "end good", "result", &pretty(result)),
        Some(Err(error)) => block(page, "end bad", "error", error),
        None => page.push_str("<p class=\"end bad\">It did not end.</p>\n"),
    }
    page.push_str("</details>\n");
}

/// A turn; of its prompt, only what the turns before it did not have: that many messages, and this system prompt.
fn add_turn(page: &mut String, turn: &Turn, (told, system): (usize, &str)) {
    let tokens = turn.usage.unwrap_or_default().tokens;
    let _ = writeln!(
        page,
        "<section class=\"turn\"><h3>turn {} <small>{} in, {} out</small></h3>",
        turn.turn, tokens.input, tokens.output
    );
    if let Some(text) = turn.system.as_deref().filter(|text| *text != system) {
        page.push_str("<details><summary>system prompt</summary>");
        block(page, "prompt", "system", text);
        page.push_str("</details>\n");
    }
    for message in turn.messages.get(told..).unwrap_or_default() {
        // What the model itself said stands in the turn in which it said it.
        if message.role == Role::User {
            block(page, "prompt", "told", &message.content);
        }
    }
    match (&turn.program, turn.answer.as_ref().or(turn.reply.as_ref())) {
        (Some(program), said) => {
            // Of a reply that is the program and its fence there is no more to say.
            if let Some(said) = said.filter(|said| said.len() > program.len() + 24) {
                page.push_str("<details><summary>the whole reply</summary>");
                block(page, "said", "reply", said);
                page.push_str("</details>\n");
            }
            let shown = highlight(&cut(program, MAX_SHOWN));
            let _ = writeln!(page, "<pre class=\"program\" data-label=\"program\">{shown}</pre>");
        }
        (None, Some(said)) => block(page, "said", "answer", said),
        (None, None) => {}
    }
    turn.tool_calls.iter().for_each(|call| add_call(page, call));
    if !turn.prints.is_empty() {
        block(page, "prints", "prints", &turn.prints);
    }
    if let Some(error) = &turn.error {
        block(page, "bad", "error", error);
    }
    for warning in &turn.warnings {
        block(page, "warning", "warning", warning);
    }
    if let Some(result) = &turn.result {
        block(page, "good", "value", &pretty(result));
    }
    page.push_str("</section>\n");
}

fn add_call(page: &mut String, call: &TurnCall) {
    let open = if call.children.is_empty() { "" } else { " open" };
    let mark = match (&call.error, call.cached) {
        (Some(_), _) => " <em class=\"bad\">failed</em>",
        (None, true) => " <em>cached</em>",
        (None, false) => "",
    };
    let _ = writeln!(
        page,
        "<details class=\"call\"{open}><summary><b>{}</b> <code>{}</code>{mark}</summary>",
        escape(&call.name),
        escape(&cut(&call.args.to_string(), 160))
    );
    block(page, "args", "arguments", &pretty(&call.args));
    match (&call.error, &call.result) {
        (Some(error), _) => block(page, "bad", "error", error),
        (None, result) => block(page, "good", "result", &pretty(result.as_ref().unwrap_or(&Json::Null))),
    }
    call.children.iter().for_each(|child| add_process(page, child));
    page.push_str("</details>\n");
}
