//! The language: from text to a value, under limits. Pure: no clock, no files, no network, no threads.
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic
)]

pub mod analyse;
pub mod builtins;
pub mod doc;
pub mod eval;
pub mod limits;
pub mod memory;
mod ops;
mod realise;
mod renew;
pub mod syntax;
pub mod text;
pub mod value;

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

pub use realise::is_finished;

use analyse::{Aliases, Program, Surroundings, Tools};
use limits::Limits;
use memory::Memory;
use text::{Error, ErrorKind, Finding, LimitKind, LimitReached, Severity, Source};
use value::{Context, Fault, Host, Machine, Raise, Shared, Suspend, Value};

/// A program with everything it runs against.
pub struct Job {
    /// The program's text.
    pub source: Arc<Source>,
    /// The memory before.
    pub memory: Memory,
    /// What `ctx/…` shows: a map.
    pub context: Value,
    /// What it may use.
    pub limits: Limits,
    /// What the analyser knows of tools.
    pub tools: Rc<dyn Tools>,
    /// The host.
    pub host: Rc<dyn Host>,
    /// Whether values move at their last use; off only in tests.
    pub moves: bool,
}

/// What came of a program.
pub struct Finished {
    /// How it ended.
    pub end: End,
    /// The memory after; as before, if the program failed.
    pub memory: Memory,
    /// What it printed.
    pub prints: String,
    /// What is odd but no error.
    pub warnings: Vec<String>,
    /// What it used.
    pub spent: Spent,
}

impl Finished {
    /// Says how many bytes are left alive; of a program that failed that is what was there before.
    pub(crate) fn leaves(&mut self, bytes: u64) {
        match self.end {
            End::Value(_) | End::Return(_) => self.memory.held = bytes,
            End::Fail(..) | End::Raised(..) | End::Errors(_) => {}
        }
    }
}

/// How a program ended.
pub enum End {
    /// With the value of its last form.
    Value(Value),
    /// With `(return v)`.
    Return(Value),
    /// With `(fail reason)`.
    Fail(Value, Box<Error>),
    /// With an exception that nothing caught.
    Raised(Fault, Box<Error>),
    /// With errors: all static ones, or a limit.
    Errors(Vec<Error>),
}

/// What a program used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// Steps.
    pub steps: u64,
    /// Interpreter time in milliseconds.
    pub time_ms: u64,
    /// Live bytes at the peak, where they are counted.
    pub memory_bytes: u64,
    /// Tool calls.
    pub tool_calls: u64,
}

/// Runs a program: read, analyse, evaluate, commit. Belongs on a stack of its own, see [`eval::Coroutine`].
pub fn run(job: Job, way: &dyn Suspend) -> Finished {
    let Job { source, memory, context, limits, tools, host, moves } = job;
    let failed = |errors: Vec<Error>, memory: Memory| Finished {
        end: End::Errors(errors),
        memory,
        prints: String::new(),
        warnings: Vec::new(),
        spent: Spent::default(),
    };
    // As the machine looks at the clock and the memory, before there is one.
    let look = || {
        let elapsed = host.elapsed();
        if elapsed > limits.max_time {
            let millis = |time: std::time::Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
            return Err(value::limit(LimitKind::Time, millis(limits.max_time), millis(elapsed)));
        }
        match host.live_bytes() {
            Some(bytes) if bytes > limits.max_memory => Err(value::limit(LimitKind::Memory, limits.max_memory, bytes)),
            Some(_) | None => Ok(()),
        }
    };
    let names = Arc::new(memory.names.copied());
    let (program, findings) = match look_at(&source, &memory, &names, &context, &limits, &*tools, Some(&look)) {
        Ok(analysed) => analysed,
        Err(error) => return failed(vec![error], memory),
    };
    let (errors, warnings): (Vec<Finding>, Vec<Finding>) =
        findings.into_iter().partition(|finding| finding.severity == Severity::Error);
    if !errors.is_empty() {
        return failed(bounded(errors.into_iter().map(|finding| finding.error)), memory);
    }
    let warnings: Vec<String> = warnings.iter().map(Finding::advice).collect();
    let function = eval::compile_program(&source, &program, moves);
    let shared = Rc::new(Shared {
        host,
        limits,
        steps: Cell::new(0),
        tool_calls: Cell::new(0),
        branches: Cell::new(0),
        peak_bytes: Cell::new(0),
        globals: RefCell::new(memory.globals.clone()),
        names,
        context,
        recent: memory.recent.clone(),
        output: RefCell::default(),
        warnings: RefCell::new(warnings),
        program: memory.programs.saturating_add(1),
        undo: RefCell::default(),
        allowance: Cell::new(None),
        atoms: RefCell::default(),
    });
    let mut machine = eval::machine(shared.clone(), way, 0);
    let result = machine.call(&Value::Function(function), value::Args::new());
    let result = finish(&mut machine, result, &memory);
    let left = machine.fuel;
    drop(machine);
    commit(memory, &shared, program.aliases, result, left)
}

/// As many of the errors as anybody reads, with a note of how many more there are.
fn bounded(errors: impl ExactSizeIterator<Item = Error>) -> Vec<Error> {
    const MOST: usize = 4_000;
    let all = errors.len();
    let (mut kept, mut bytes) = (Vec::new(), 0_usize);
    for error in errors {
        bytes = bytes.saturating_add(error.to_string().len()).saturating_add(1);
        if bytes > MOST && !kept.is_empty() {
            break;
        }
        kept.push(error);
    }
    let more = all.saturating_sub(kept.len());
    if more > 0 {
        let noun = if more == 1 { "error" } else { "errors" };
        kept.push(Error::new(ErrorKind::Analysis, format!("… and {more} more {noun}")));
    }
    kept
}

/// Reads and analyses a program without running it, and gives all that is found, sorted by place. Belongs on a stack of
/// its own, see [`eval::Coroutine`].
pub fn check(
    source: &Arc<Source>,
    memory: &Memory,
    context: &Value,
    limits: &Limits,
    tools: &dyn Tools,
) -> Vec<Finding> {
    let mut findings = match look_at(source, memory, &memory.names.copied(), context, limits, tools, None) {
        Ok((_, findings)) => findings,
        Err(error) => vec![Finding::error(error)],
    };
    findings.sort_by_key(|finding| finding.error.place.as_ref().map(|place| place.span.start));
    findings
}

/// Says whether there is time and memory left.
type Look<'a> = &'a dyn Fn() -> value::Result<()>;

/// A program's expressions, and what is found about them: all that can be found where nothing looks at the time.
fn look_at(
    source: &Arc<Source>,
    memory: &Memory,
    names: &value::Names,
    context: &Value,
    limits: &Limits,
    tools: &dyn Tools,
    look: Option<Look<'_>>,
) -> std::result::Result<(Program, Vec<Finding>), Error> {
    if source.text().len() > limits.max_source {
        let (configured, observed) = (limits.max_source as u64, source.text().len() as u64);
        let message = format!("the source is too long: max_source is {configured} bytes, and it has {observed}");
        let mut error = Error::new(ErrorKind::Limit, message);
        error.limit = Some(LimitReached { limit: LimitKind::Source, configured, observed });
        return Err(error);
    }
    let forms = syntax::read(source)?;
    let around = Surroundings {
        registry: builtins::registry(),
        names,
        globals: &memory.globals,
        aliases: &memory.aliases,
        tools,
        context,
        thorough: look.is_none(),
        look: look.unwrap_or(&|| Ok(())),
    };
    Ok(analyse::analyse(source, &forms, &around))
}

/// Realises what the program leaves behind, under its limits.
fn finish(machine: &mut Machine<'_>, result: value::Result<Value>, before: &Memory) -> value::Result<Value> {
    let (value, returned) = match result {
        Ok(value) => (value, false),
        Err(raise) => match *raise {
            Raise::Return(value) => (value, true),
            other => return Err(Box::new(other)),
        },
    };
    value::force(&value, machine)?;
    let most = machine.shared.limits.max_result;
    let mut left = most;
    if !fits(&value, &mut left) {
        // Counted only up to the limit: how much more there is would cost as much to find out.
        return Err(value::limit(LimitKind::Result, most as u64, (most as u64).saturating_add(1)));
    }
    machine.spend((most.saturating_sub(left) / 64) as u64)?;
    machine.look_at_end()?;
    realise::realise(machine, before)?;
    machine.look_at_memory()?;
    if returned { Err(Box::new(Raise::Return(value))) } else { Ok(value) }
}

/// Whether a value takes no more than `left` bytes as JSON, about; takes what it needs off.
fn fits(value: &Value, left: &mut usize) -> bool {
    let own = match value {
        Value::Text(text) => text.len().saturating_add(2),
        Value::Keyword(name) => name.as_str().len().saturating_add(2),
        Value::Symbol(name) => name.as_str().len().saturating_add(2),
        Value::Int(_) | Value::Float(_) => 4,
        Value::Big(n) => usize::try_from(n.bits() / 3).unwrap_or(usize::MAX),
        _ => 2,
    };
    match left.checked_sub(own) {
        Some(rest) => *left = rest,
        None => return false,
    }
    match value {
        Value::Vector(_) | Value::Seq(_) | Value::Lazy(_) => value::Iter::ready(value).all(|item| fits(&item, left)),
        Value::Map(map) => {
            // What a sub-agent did is on record already, and stays reachable however much it is.
            let on_record = |key: &Value| key.as_name() == Some("trace") && map.is_outcome();
            map.iter_ref().all(|(key, value)| fits(key, left) && (on_record(key) || fits(value, left)))
        }
        Value::Set(set) => set.iter_ref().all(|item| fits(item, left)),
        _ => true,
    }
}

/// Keeps what a program that succeeded has written, and undoes what one that failed has.
fn commit(before: Memory, shared: &Rc<Shared>, aliases: Aliases, result: value::Result<Value>, left: u64) -> Finished {
    let mut memory = before;
    let (value, data) = match &result {
        Ok(value) => (Some(value), None),
        Err(raise) => match &**raise {
            Raise::Return(value) => (Some(value), None),
            Raise::Fault(fault) => (None, fault.data.as_ref()),
            Raise::Fail(reason, _) => (None, Some(reason)),
            Raise::Limit(..) | Raise::Cancelled => (None, None),
        },
    };
    match value {
        Some(value) => {
            memory.globals = shared.globals.borrow().clone();
            memory.names = shared.names.clone();
            memory.programs = shared.program;
            if *memory.aliases != aliases {
                memory.aliases = Arc::new(aliases);
            }
            memory.has_atoms |= shared.atoms.borrow().iter().any(|atom| atom.strong_count() > 0);
            memory.push_result(value.clone());
        }
        None => {
            for (atom, old, extras) in shared.undo.borrow_mut().drain(..).rev() {
                atom.replace(old);
                atom.set_extras(extras);
            }
        }
    }
    memory::cut_rings(&shared.atoms.borrow(), memory.roots().chain(value).chain(data));
    let time_ms = u64::try_from(shared.host.elapsed().as_millis()).unwrap_or(u64::MAX);
    let spent = Spent {
        steps: shared.steps.get().saturating_sub(left),
        time_ms,
        memory_bytes: shared.peak_bytes.get(),
        tool_calls: shared.tool_calls.get(),
    };
    let end = match result {
        Ok(value) => End::Value(value),
        Err(raise) => {
            let error = raise.to_error();
            match *raise {
                Raise::Return(value) => End::Return(value),
                Raise::Fail(reason, _) => End::Fail(reason, Box::new(error)),
                Raise::Fault(fault) => End::Raised(fault, Box::new(error)),
                Raise::Limit(..) | Raise::Cancelled => End::Errors(vec![error]),
            }
        }
    };
    let prints = std::mem::take(&mut shared.output.borrow_mut().text);
    Finished { end, memory, prints, warnings: shared.warnings.take(), spent }
}
