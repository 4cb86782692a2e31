//! Turns: what the events of a run say of each turn, with the processes that its tool calls started.

use std::borrow::Borrow;
use std::collections::{BTreeMap, HashSet};
use std::ops::Bound;
use std::sync::Arc;

use indexmap::IndexMap;
use serde::Serialize;
use serde_json::Value as Json;

use super::events::{Event, EventKind, Provenance, TurnResult, is_within};
use super::usage::{TreeUsage, Usage};
use crate::model::{Message, Tokens};

/// A turn of a process: what the model was asked, what it replied, and what its program did.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Turn {
    /// The number of the turn, from 1.
    pub turn: u32,
    /// How many turns are left, this one included.
    pub iteration: u32,
    /// The system prompt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system: Option<Arc<str>>,
    /// The conversation that the model was sent.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<Message>,
    /// The reply of the model, program and all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply: Option<String>,
    /// The tokens of the reply.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usage: Option<ReplyUsage>,
    /// The tool calls, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tool_calls: Vec<TurnCall>,
    /// The program, if the reply held one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub program: Option<String>,
    /// Whether the program was run.
    #[serde(skip)]
    pub ran: bool,
    /// What went wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The answer, if the reply was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    /// The value of the program; as it prints, where it has no JSON form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<Arc<Json>>,
    /// What the program printed.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub prints: String,
    /// What is odd, but no error.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// On the last turn: where the refs come from.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub provenance: IndexMap<String, Provenance>,
}

/// The tokens of a reply, and their cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct ReplyUsage {
    /// Tokens read and written.
    #[serde(flatten)]
    pub tokens: Tokens,
    /// The cost in the currency of `Budget::prices`; `None` without prices.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<f64>,
}

/// A tool call of a turn.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct TurnCall {
    /// The tool.
    pub name: String,
    /// The arguments.
    pub args: Json,
    /// The result.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<Json>,
    /// Why there is no result.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Whether the result is that of an earlier call.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub cached: bool,
    /// The processes that the call started.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<ProcessTrace>,
}

/// A process: its task, its turns, what it used and how it ended.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ProcessTrace {
    /// The path: `main`, `main/expert#1`.
    pub path: String,
    /// The task; the last one, if it was given several.
    #[serde(skip)]
    pub task: String,
    /// The turns.
    #[serde(rename = "trace")]
    pub turns: Vec<Turn>,
    /// What it and the processes below it used.
    pub usage: TreeUsage,
    /// The result or the error; `None` if the process did not end.
    #[serde(skip)]
    pub end: Option<Result<Arc<Json>, String>>,
}

/// The usage of a process and of the processes below it.
pub fn usage<E: Borrow<Event>>(events: &[E], root: &str) -> TreeUsage {
    Processes::from_events(events).usage(root)
}

/// The turns of a process, with those of the processes it started inside of the tool calls that started them.
pub fn turns<E: Borrow<Event>>(events: &[E], root: &str) -> Vec<Turn> {
    Processes::from_events(events).process(root, &mut HashSet::new()).turns
}

/// The processes that no finished tool call of another process started, in the order in which they started; the others
/// are inside of them.
pub fn roots<E: Borrow<Event>>(events: &[E]) -> Vec<ProcessTrace> {
    let (processes, mut seen) = (Processes::from_events(events), HashSet::new());
    let started = events.iter().map(Borrow::borrow).filter(|event| matches!(event.kind, EventKind::Start { .. }));
    // A parent starts before its children.
    started
        .filter_map(
            |event| {
                if seen.contains(&event.path) { None } else { Some(processes.process(&event.path, &mut seen)) }
            },
        )
        .collect()
}

/// The events of each process, and its own usage. By path, so that those of a tree lie together.
#[derive(Default)]
struct Processes<'e>(BTreeMap<&'e str, (Vec<&'e EventKind>, Usage)>);

impl<'e> Processes<'e> {
    fn from_events<E: Borrow<Event>>(events: &'e [E]) -> Self {
        let mut processes = Self::default();
        for event in events.iter().map(Borrow::borrow) {
            let (events, used) = processes.0.entry(&event.path).or_default();
            events.push(&event.kind);
            used.add(&event.kind);
        }
        processes
    }

    fn usage(&self, root: &str) -> TreeUsage {
        let own = self.0.get(root).map(|(_, used)| *used).unwrap_or_default();
        let near = self
            .0
            .range::<str, _>((Bound::Included(root), Bound::Unbounded))
            .take_while(|(path, _)| path.starts_with(root));
        let total =
            near.filter(|(path, _)| is_within(path, root)).fold(Usage::default(), |sum, (_, (_, used))| sum.and(used));
        TreeUsage { total, own }
    }

    /// A process with all that its calls started. A file may name a process twice: it stands below the first call.
    fn process(&self, path: &str, seen: &mut HashSet<String>) -> ProcessTrace {
        seen.insert(path.to_owned());
        let mut process = ProcessTrace { path: path.to_owned(), usage: self.usage(path), ..ProcessTrace::default() };
        let mut max_turns = 0;
        for event in self.0.get(path).map(|(events, _)| events.as_slice()).unwrap_or_default() {
            match event {
                EventKind::Start { max_turns: most, task, .. } => {
                    max_turns = *most;
                    process.task.clone_from(task);
                }
                EventKind::TurnStart { turn } => {
                    let iteration = max_turns.saturating_sub(turn.saturating_sub(1));
                    process.turns.push(Turn { turn: *turn, iteration, ..Turn::default() });
                }
                EventKind::End { result, error, provenance, .. } => {
                    process.end = Some(error.clone().map_or_else(|| Ok(result.clone().unwrap_or_default()), Err));
                    if let Some(turn) = process.turns.last_mut().filter(|_| !provenance.is_empty()) {
                        turn.provenance.clone_from(provenance);
                    }
                }
                event => {
                    if let Some(turn) = process.turns.last_mut() {
                        turn.add(event, |child| (!seen.contains(child)).then(|| self.process(child, seen)));
                    }
                }
            }
        }
        process
    }
}

impl Turn {
    /// Takes in an event of the turn.
    fn add(&mut self, event: &EventKind, child: impl FnMut(&String) -> Option<ProcessTrace>) {
        match event {
            EventKind::Request { system, messages, .. } => {
                self.system = Some(system.clone());
                self.messages.clone_from(messages);
            }
            EventKind::Response { text, tokens, cost, .. } => {
                // In a resumed run, the error came before the reply.
                self.error = None;
                self.reply = Some(text.clone());
                self.usage = Some(ReplyUsage { tokens: *tokens, cost: *cost });
            }
            EventKind::ModelError { kind, message, .. } => self.error = Some(format!("{}: {message}", kind.name())),
            EventKind::ToolStart { name, args, .. } => self.tool_calls.push(TurnCall {
                name: name.clone(),
                args: args.clone(),
                error: Some("did not end".into()),
                ..TurnCall::default()
            }),
            EventKind::ToolEnd { call, name, args, result, error, children, cached, .. } => {
                let ended = TurnCall {
                    name: name.clone(),
                    args: args.clone(),
                    result: result.clone(),
                    error: error.clone(),
                    cached: *cached,
                    children: children.iter().filter_map(child).collect(),
                };
                match self.tool_calls.get_mut(*call) {
                    Some(started) => *started = ended,
                    None => self.tool_calls.push(ended),
                }
            }
            EventKind::TurnEnd(TurnResult {
                turn: _,
                iteration: _,
                program,
                ran,
                result,
                error,
                answer,
                prints,
                warnings,
            }) => {
                self.program.clone_from(program);
                self.ran = *ran;
                self.error.clone_from(error);
                self.answer.clone_from(answer);
                self.result.clone_from(result);
                self.prints.clone_from(prints);
                self.warnings.clone_from(warnings);
            }
            EventKind::Start { .. }
            | EventKind::TurnStart { .. }
            | EventKind::End { .. }
            | EventKind::Delta { .. }
            | EventKind::Sampled { .. }
            | EventKind::Stderr { .. } => {}
        }
    }
}
