//! What is recorded of the calls of a program: events, sources of refs, warnings, and the bytes that the trace keeps.

use std::borrow::Cow;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value as Json;

use super::journal::edn;
use super::process::Process;
use crate::agent::show::descriptors::READ;
use crate::agent::show::render::traced;
use crate::lisp::text::abridge;
use crate::lisp::value::Value;
use crate::tool::{BegunCall, CallEffect, EndedCall, Recording};
use crate::trace::{CallEnd, Event, EventKind};

/// The record of one program's calls, shared by the program's thread and the agent's task.
pub(crate) struct CallRecorder {
    pub process: Arc<Process>,
    pub turn: u32,
    warnings: Mutex<Vec<String>>,
    /// The bytes that the trace keeps of calls that ended on other threads. They count as the program's.
    traced: AtomicU64,
}

impl CallRecorder {
    pub fn new(process: Arc<Process>, turn: u32) -> Self {
        Self { process, turn, warnings: Mutex::default(), traced: AtomicU64::new(0) }
    }

    pub fn take_warnings(&self) -> Vec<String> {
        std::mem::take(&mut *self.warnings.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The bytes that the trace keeps beside the program's account.
    pub fn traced_bytes(&self) -> u64 {
        self.traced.load(Ordering::Relaxed)
    }

    /// Records the end of a call and gives the bytes that the trace keeps of it.
    pub fn record_end(&self, ended: EndedCall<'_>) -> u64 {
        let EndedCall { index: call, name, arguments, children, result, effect, is_abandoned } = ended;
        let (process, turn) = (&*self.process, self.turn);
        let (result, edn, error, hint, end) = match result {
            Ok(value) => {
                if !process.agent.rules.refs.is_empty() {
                    process.sources.keep(turn, call, name, value);
                }
                let json = traced_result(process, name, value);
                // What processes gave is made again from what they did.
                let keeps = children.is_empty() && process.tree.recorder.writes_file();
                let edn = if keeps { edn(value, &json) } else { None };
                (Some(without_trace(json, !children.is_empty())), edn, None, None, CallEnd::Result)
            }
            Err(fault) => {
                let end = if is_abandoned { CallEnd::GivenUp } else { CallEnd::Error };
                (None, None, Some(fault.message().into_owned()), fault.advice().map(Cow::into_owned), end)
            }
        };
        let bytes = result.as_ref().map_or(0, size) + edn.as_ref().map_or(0, |edn| edn.len() as u64);
        let children = children.iter().map(|child| format!("{}/{child}", process.path)).collect();
        process.record(EventKind::ToolEnd {
            turn,
            call,
            name: name.to_owned(),
            args: traced(arguments),
            result,
            edn,
            error,
            hint,
            end,
            children,
            writes: effect == CallEffect::Performed,
            cached: effect == CallEffect::Cached,
        });
        bytes
    }
}

impl Recording for CallRecorder {
    fn begin(&self, call: BegunCall<'_>) {
        let (name, args) = (call.name.to_owned(), traced(call.arguments));
        self.process.record(EventKind::ToolStart {
            turn: self.turn,
            call: call.index,
            name,
            args,
            writes: call.writes,
        });
    }

    /// The end of a call on another thread than the program's: what the trace keeps of it is not on the program's account yet.
    fn end(&self, ended: EndedCall<'_>) {
        let bytes = self.record_end(ended);
        self.traced.fetch_add(bytes, Ordering::Relaxed);
    }

    fn warn(&self, warnings: Vec<String>) {
        self.warnings.lock().unwrap_or_else(PoisonError::into_inner).extend(warnings);
    }
}

/// A call that has changed the world, or may have, as a model is told of it.
pub(crate) fn written(event: &Event, path: &str, of: Option<u32>) -> Option<String> {
    match &event.kind {
        EventKind::ToolEnd { turn, name, args, error, writes: true, .. }
            if event.path == path && of.is_none_or(|of| of == *turn) =>
        {
            let failed = if error.is_some() { " (with an error)" } else { "" };
            Some(format!("{name} {}{failed}", abridge(&args.to_string(), 200)))
        }
        _ => None,
    }
}

/// The most that the trace keeps of what one program read of descriptors, in bytes. It is in the trace already, where the
/// descriptor came from.
const READ_TRACED: usize = 1 << 20;

/// A result as the trace keeps it.
fn traced_result(process: &Process, name: &str, value: &Value) -> Json {
    let tool = process.agent.dispatcher.tools.get(name);
    if tool.is_some_and(|tool| tool.builtin_id == Some(READ)) {
        let mut descriptors = process.descriptors();
        let bytes = bytes_of(value);
        descriptors.read = descriptors.read.saturating_add(bytes);
        if descriptors.read > READ_TRACED {
            return Json::String(format!("(about {bytes} bytes of a descriptor, not kept here)"));
        }
    }
    traced(value)
}

/// Roughly how long what was read of a descriptor is.
fn bytes_of(value: &Value) -> usize {
    let text = |value: &Value| if let Value::Text(text) = value { text.len() } else { 0 };
    let inner = match value {
        Value::Vector(lines) => lines.iter().map(text).sum(),
        other => text(other.get("content").unwrap_or(other)),
    };
    inner + usize::try_from(value.weight()).unwrap_or(usize::MAX).saturating_mul(16)
}

/// What a JSON value takes, in bytes, about.
fn size(json: &Json) -> u64 {
    let inner: u64 = match json {
        Json::String(text) => text.len() as u64,
        Json::Array(items) => items.iter().map(size).sum(),
        Json::Object(fields) => fields.iter().map(|(key, value)| key.len() as u64 + size(value)).sum(),
        Json::Null | Json::Bool(_) | Json::Number(_) => 0,
    };
    inner.saturating_add(size_of::<Json>() as u64)
}

/// The result of a sub-agent without its trace, which stands under the call's children.
fn without_trace(mut result: Json, has_child: bool) -> Json {
    if let (true, Json::Object(fields)) = (has_child, &mut result) {
        fields.shift_remove("trace");
    }
    result
}
