//! The trace of a process with those of its children inside, and what they used.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::ops::Bound;

use serde::Serialize;
use serde_json::{Map, Value as Json, json};

use super::events::{Event, EventKind, is_within};
use crate::model::Tokens;

/// What a process, or a process and its tree, used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Usage {
    /// Tokens read.
    pub input_tokens: u64,
    /// Tokens written.
    pub output_tokens: u64,
    /// Both.
    pub total_tokens: u64,
    /// Of the tokens read, those that were cached.
    pub cached_tokens: u64,
    /// Replies of models.
    pub requests: u64,
    /// Programs run, failed ones too.
    pub total_runs: u64,
    /// Tool calls.
    pub tool_calls: u64,
    /// Processes.
    pub processes: u64,
    /// What the tokens cost, as far as the host gave prices.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<f64>,
}

impl Usage {
    fn add(&mut self, event: &EventKind) {
        match event {
            EventKind::Response { tokens, cost, .. } => {
                self.pay(*tokens, *cost);
                self.requests += 1;
            }
            EventKind::ModelError { tokens, cost, .. } => self.pay(*tokens, *cost),
            EventKind::TurnEnd { ran, .. } => self.total_runs += u64::from(*ran),
            EventKind::ToolEnd { .. } => self.tool_calls += 1,
            EventKind::Start { .. } => self.processes += 1,
            EventKind::TurnStart { .. }
            | EventKind::Request { .. }
            | EventKind::Delta { .. }
            | EventKind::ToolStart { .. }
            | EventKind::Sampled { .. }
            | EventKind::Stderr { .. }
            | EventKind::End { .. } => {}
        }
    }

    /// Both together.
    fn and(mut self, other: &Self) -> Self {
        let Self { input_tokens, output_tokens, total_tokens, cached_tokens, .. } = &mut self;
        for (sum, more) in [
            (input_tokens, other.input_tokens),
            (output_tokens, other.output_tokens),
            (total_tokens, other.total_tokens),
            (cached_tokens, other.cached_tokens),
        ] {
            *sum = sum.saturating_add(more);
        }
        self.requests += other.requests;
        self.total_runs += other.total_runs;
        self.tool_calls += other.tool_calls;
        self.processes += other.processes;
        self.cost = match (self.cost, other.cost) {
            (Some(cost), Some(more)) => Some(cost + more),
            (cost, more) => cost.or(more),
        };
        self
    }

    fn pay(&mut self, tokens: Tokens, cost: Option<f64>) {
        // Providers may tell anything.
        let add = |sum: &mut u64, more: u64| *sum = sum.saturating_add(more);
        add(&mut self.input_tokens, tokens.input);
        add(&mut self.output_tokens, tokens.output);
        add(&mut self.total_tokens, tokens.total());
        add(&mut self.cached_tokens, tokens.cached);
        if let Some(cost) = cost {
            *self.cost.get_or_insert_default() += cost;
        }
    }
}

/// What the tree below a process used, and what the process itself did.
pub fn usage<E: Borrow<Event>>(events: &[E], root: &str) -> (Usage, Usage) {
    Processes::of(events).usage(root)
}

/// Usage as `--json` and traces show it: the totals of the tree, the process's own under `own`.
pub fn usage_json<E: Borrow<Event>>(events: &[E], root: &str) -> Json {
    Processes::of(events).usage_json(root)
}

/// The turns of a process, those of the processes it started inside of the tool calls that started them.
pub fn trace<E: Borrow<Event>>(events: &[E], root: &str) -> Vec<Json> {
    Processes::of(events).trace(root)
}

/// The events of each process, and what it used itself. By path, so that those of a tree lie together.
#[derive(Default)]
struct Processes<'e>(BTreeMap<&'e str, (Vec<&'e EventKind>, Usage)>);

impl<'e> Processes<'e> {
    fn of<E: Borrow<Event>>(events: &'e [E]) -> Self {
        let mut processes = Self::default();
        for event in events.iter().map(Borrow::borrow) {
            let (events, used) = processes.0.entry(&event.path).or_default();
            events.push(&event.kind);
            used.add(&event.kind);
        }
        processes
    }

    fn usage(&self, root: &str) -> (Usage, Usage) {
        let own = self.0.get(root).map(|(_, used)| *used).unwrap_or_default();
        let near = self
            .0
            .range::<str, _>((Bound::Included(root), Bound::Unbounded))
            .take_while(|(path, _)| path.starts_with(root));
        let tree =
            near.filter(|(path, _)| is_within(path, root)).fold(Usage::default(), |sum, (_, (_, used))| sum.and(used));
        (tree, own)
    }

    fn usage_json(&self, root: &str) -> Json {
        let (tree, own) = self.usage(root);
        let mut json = serde_json::to_value(tree).unwrap_or_default();
        if let Json::Object(fields) = &mut json {
            fields.insert("api_calls".into(), json!(tree.requests));
            fields.insert("own".into(), serde_json::to_value(own).unwrap_or_default());
        }
        json
    }

    fn trace(&self, root: &str) -> Vec<Json> {
        let events = self.0.get(root).map(|(events, _)| events.as_slice()).unwrap_or_default();
        turns(events, |child| json!({ "path": child, "trace": self.trace(child), "usage": self.usage_json(child) }))
    }
}

/// The turns that the events of a process tell of.
fn turns(events: &[&EventKind], child: impl Fn(&String) -> Json) -> Vec<Json> {
    let mut turns: Vec<Map<String, Json>> = Vec::new();
    let mut most = 0;
    for event in events {
        match event {
            EventKind::Start { max_turns, .. } => most = *max_turns,
            EventKind::TurnStart { turn } => {
                let mut fields = Map::new();
                fields.insert("turn".into(), json!(turn));
                fields.insert("iteration".into(), json!(most.saturating_sub(turn.saturating_sub(1))));
                turns.push(fields);
            }
            EventKind::Request { system, messages, .. } => {
                set(&mut turns, "system", json!(system));
                set(&mut turns, "messages", json!(messages));
            }
            EventKind::Response { text, tokens, cost, .. } => {
                // It was answered after the run was resumed: the error of before is none of its.
                turns.last_mut().and_then(|turn| turn.shift_remove("error"));
                set(&mut turns, "reply", json!(text));
                let mut usage = json!(tokens);
                if let (Json::Object(fields), Some(cost)) = (&mut usage, cost) {
                    fields.insert("cost".into(), json!(cost));
                }
                set(&mut turns, "usage", usage);
            }
            EventKind::ModelError { kind, message, .. } => {
                set(&mut turns, "error", json!(format!("{}: {message}", kind.name())))
            }
            EventKind::ToolStart { name, args, .. } => {
                // Its place; filled in when it ends.
                calls(&mut turns).push(json!({ "name": name, "args": args, "error": "did not end" }));
            }
            EventKind::ToolEnd { call, name, args, result, error, children, cached, .. } => {
                let mut fields = Map::new();
                fields.insert("name".into(), json!(name));
                fields.insert("args".into(), args.clone());
                if let Some(result) = result {
                    fields.insert("result".into(), result.clone());
                }
                if let Some(error) = error {
                    fields.insert("error".into(), json!(error));
                }
                if *cached {
                    fields.insert("cached".into(), json!(true));
                }
                if !children.is_empty() {
                    fields.insert("children".into(), children.iter().map(&child).collect());
                }
                let calls = calls(&mut turns);
                match calls.get_mut(*call) {
                    Some(place) => *place = Json::Object(fields),
                    None => calls.push(Json::Object(fields)),
                }
            }
            EventKind::TurnEnd { program, result, error, answer, prints, warnings, .. } => {
                for (name, text) in [("program", program), ("error", error), ("answer", answer)] {
                    if let Some(text) = text {
                        set(&mut turns, name, json!(text));
                    }
                }
                if let Some(result) = result {
                    set(&mut turns, "result", result.clone());
                }
                if !prints.is_empty() {
                    set(&mut turns, "prints", json!(prints));
                }
                if !warnings.is_empty() {
                    set(&mut turns, "warnings", json!(warnings));
                }
            }
            EventKind::End { provenance, .. } if !provenance.is_empty() => {
                set(&mut turns, "provenance", json!(provenance))
            }
            EventKind::Delta { .. } | EventKind::Sampled { .. } | EventKind::Stderr { .. } | EventKind::End { .. } => {}
        }
    }
    turns.into_iter().map(Json::Object).collect()
}

fn set(turns: &mut [Map<String, Json>], name: &str, value: Json) {
    if let Some(turn) = turns.last_mut() {
        turn.insert(name.into(), value);
    }
}

/// The tool calls of the turn that is under way.
fn calls(turns: &mut Vec<Map<String, Json>>) -> &mut Vec<Json> {
    if turns.is_empty() {
        turns.push(Map::new());
    }
    let last = turns.len() - 1;
    let list = turns[last].entry("tool_calls").or_insert_with(|| Json::Array(Vec::new()));
    if !list.is_array() {
        *list = Json::Array(Vec::new());
    }
    match list {
        Json::Array(calls) => calls,
        _ => unreachable!("made an array above"),
    }
}
