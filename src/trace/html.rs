//! A run as one HTML file: no scripts, no network, nothing in it but text.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;

use serde_json::{Map, Value as Json};

use super::events::{Event, EventKind};
use super::highlight::{escape, highlight};
use super::show::{cut, ends, processes};
use super::tree::{trace, usage};

/// How many characters of a text or a value are shown.
const MOST: usize = 20_000;

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
    let root = processes(events).first().copied().unwrap_or("main");
    let (task, end) = ends(events, root);
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>{}</title>\n<style>\n{}</style></head><body>\n",
        escape(&cut(task, 80)),
        include_str!("html.css")
    );
    let _ = writeln!(page, "<header><h1>{}</h1>", escape(&cut(task, 400)));
    match end {
        Some(Ok(result)) => block(&mut page, "end good", "result", &pretty(result)),
        Some(Err(error)) => block(&mut page, "end bad", "error", error),
        None => page.push_str("<p class=\"end bad\">The run did not end.</p>\n"),
    }
    add_usage(&mut page, events, root);
    page.push_str("</header>\n");
    add_timeline(&mut page, events);
    page.push_str("<main>\n");
    let mut seen = HashSet::new();
    for path in processes(events) {
        if !seen.contains(path) {
            add_process(&mut page, events, path, &mut seen);
        }
    }
    page.push_str("</main></body></html>\n");
    page
}

/// A text in a frame of its own.
fn block(page: &mut String, class: &str, label: &str, text: &str) {
    let _ = writeln!(page, "<pre class=\"{class}\" data-label=\"{label}\">{}</pre>", escape(&cut(text, MOST)));
}

/// A value as one line if it is short, as many if it is not.
fn pretty(json: &Json) -> String {
    let line = json.to_string();
    if line.len() <= 100 { line } else { serde_json::to_string_pretty(json).unwrap_or(line) }
}

fn add_usage(page: &mut String, events: &[Event], root: &str) {
    let (tree, own) = usage(events, root);
    page.push_str(
        "<table><tr><th></th><th>replies</th><th>tokens in</th><th>cached</th><th>tokens out</th><th>programs</th>",
    );
    page.push_str("<th>tool calls</th><th>processes</th></tr>\n");
    for (name, of) in [("all", tree), (root, own)] {
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
    let mut rows: Vec<(&str, Vec<Span>)> = processes(events).into_iter().map(|path| (path, Vec::new())).collect();
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
                EventKind::TurnEnd { turn, ran: true, .. } => add("program", format!("program {turn}"), ran.take()),
                EventKind::TurnEnd { ran: false, .. }
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

fn add_process(page: &mut String, events: &[Event], path: &str, seen: &mut HashSet<String>) {
    if !seen.insert(path.to_owned()) {
        return;
    }
    let (task, end) = ends(events, path);
    let _ = writeln!(
        page,
        "<details class=\"process\" open><summary><b>{}</b> {}</summary>",
        escape(path),
        escape(&cut(task, 200))
    );
    let mut told = 0;
    let mut system = String::new();
    for turn in trace(events, path) {
        if let Json::Object(turn) = turn {
            add_turn(page, events, &turn, (&mut told, &mut system), seen);
        }
    }
    match end {
        Some(Ok(result)) => block(page, "end good", "result", &pretty(result)),
        Some(Err(error)) => block(page, "end bad", "error", error),
        None => page.push_str("<p class=\"end bad\">It did not end.</p>\n"),
    }
    page.push_str("</details>\n");
}

/// A turn; of its prompt what the turns before it did not have.
fn add_turn(
    page: &mut String,
    events: &[Event],
    turn: &Map<String, Json>,
    before: (&mut usize, &mut String),
    seen: &mut HashSet<String>,
) {
    let of = |name: &str| turn.get(name).and_then(Json::as_str);
    let (told, system) = before;
    let number = turn.get("turn").and_then(Json::as_u64).unwrap_or(0);
    let tokens = |name: &str| turn.get("usage").and_then(|usage| usage.get(name)).and_then(Json::as_u64).unwrap_or(0);
    let _ = writeln!(
        page,
        "<section class=\"turn\"><h3>turn {number} <small>{} in, {} out</small></h3>",
        tokens("input_tokens"),
        tokens("output_tokens")
    );
    if let Some(text) = of("system").filter(|text| text != system) {
        text.clone_into(system);
        page.push_str("<details><summary>system prompt</summary>");
        block(page, "prompt", "system", text);
        page.push_str("</details>\n");
    }
    let messages = turn.get("messages").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
    for message in messages.get(*told..).unwrap_or_default() {
        let text = |name: &str| message.get(name).and_then(Json::as_str).unwrap_or_default();
        // What the model itself said stands in the turn in which it said it.
        if text("role") == "user" {
            block(page, "prompt", "told", text("content"));
        }
    }
    *told = messages.len();
    match (of("program"), of("answer").or(of("reply"))) {
        (Some(program), said) => {
            // Of a reply that is the program and its fence there is no more to say.
            if let Some(said) = said.filter(|said| said.len() > program.len() + 24) {
                page.push_str("<details><summary>the whole reply</summary>");
                block(page, "said", "reply", said);
                page.push_str("</details>\n");
            }
            let shown = highlight(&cut(program, MOST));
            let _ = writeln!(page, "<pre class=\"program\" data-label=\"program\">{shown}</pre>");
        }
        (None, Some(said)) => block(page, "said", "answer", said),
        (None, None) => {}
    }
    for call in turn.get("tool_calls").and_then(Json::as_array).into_iter().flatten() {
        add_call(page, events, call, seen);
    }
    for (name, class) in [("prints", "prints"), ("error", "bad")] {
        if let Some(text) = of(name) {
            block(page, class, name, text);
        }
    }
    for warning in turn.get("warnings").and_then(Json::as_array).into_iter().flatten() {
        block(page, "warning", "warning", warning.as_str().unwrap_or_default());
    }
    if let Some(result) = turn.get("result") {
        block(page, "good", "value", &pretty(result));
    }
    page.push_str("</section>\n");
}

fn add_call(page: &mut String, events: &[Event], call: &Json, seen: &mut HashSet<String>) {
    let name = call.get("name").and_then(Json::as_str).unwrap_or_default();
    let args = call.get("args").unwrap_or(&Json::Null);
    let error = call.get("error").and_then(Json::as_str);
    let children: Vec<&str> = call
        .get("children")
        .and_then(Json::as_array)
        .into_iter()
        .flatten()
        .filter_map(|child| child.get("path").and_then(Json::as_str))
        .collect();
    let open = if children.is_empty() { "" } else { " open" };
    let mark = match (error, call.get("cached")) {
        (Some(_), _) => " <em class=\"bad\">failed</em>",
        (None, Some(_)) => " <em>cached</em>",
        (None, None) => "",
    };
    let _ = writeln!(
        page,
        "<details class=\"call\"{open}><summary><b>{}</b> <code>{}</code>{mark}</summary>",
        escape(name),
        escape(&cut(&args.to_string(), 160))
    );
    block(page, "args", "arguments", &pretty(args));
    match (error, call.get("result")) {
        (Some(error), _) => block(page, "bad", "error", error),
        (None, result) => block(page, "good", "result", &pretty(result.unwrap_or(&Json::Null))),
    }
    for path in children {
        add_process(page, events, path, seen);
    }
    page.push_str("</details>\n");
}
