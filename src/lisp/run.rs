//! Running a program: from its text to an evaluation, under limits.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use super::analyse::{self, Aliases, AnalysedProgram, AnalysisContext, Tools};
use super::limits::Limits;
use super::memory::{self, Memory};
use super::text::{Error, ErrorKind, Finding, LimitKind, LimitReached, Severity, Source};
use super::value::{self, Context, Host, Machine, Names, Raise, Shared, Suspend, Value};
use super::{builtins, eval, realise, syntax};

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

/// The result of a program, and everything else it left behind.
#[derive(Clone)]
pub struct Evaluation {
    /// The value, or why there is none.
    pub result: Result<Value, Failure>,
    /// Whether the value is that of `(return v)`.
    pub returned: bool,
    /// The memory after the program; as before, if it failed.
    pub memory: Memory,
    /// What it printed.
    pub prints: String,
    /// The tool calls, in order, where the host records them.
    pub tool_calls: Vec<CallRecord>,
    /// What is odd, but no error.
    pub warnings: Vec<String>,
    /// What it used.
    pub spent: Spent,
}

impl Evaluation {
    /// A program that was not run: the memory is as it was.
    pub(crate) fn not_run(memory: Memory, errors: Vec<Error>) -> Self {
        Self {
            result: Err(Failure { errors, reason: None, raised: None }),
            returned: false,
            memory,
            prints: String::new(),
            tool_calls: Vec::new(),
            warnings: Vec::new(),
            spent: Spent::default(),
        }
    }

    /// Notes how many bytes the program left alive; a program that failed leaves what was there before.
    pub(crate) fn set_live_bytes(&mut self, bytes: u64) {
        if self.result.is_ok() {
            self.memory.live_bytes = bytes;
        }
    }
}

/// Why a program gave no value.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The errors, at least one: all static errors, or the one that ended the program.
    pub errors: Vec<Error>,
    /// The reason as data, after `(fail reason)`.
    pub reason: Option<Value>,
    /// The exception that nothing caught, for `ex-data` and the like.
    pub raised: Option<Value>,
}

impl Failure {
    /// The first error.
    pub fn error(&self) -> Error {
        self.errors.first().cloned().unwrap_or_else(|| Error::new(ErrorKind::Value, "the program failed"))
    }
}

/// A tool call that was made, or refused.
#[derive(Clone, Debug)]
pub struct CallRecord {
    /// The tool.
    pub name: Arc<str>,
    /// The arguments, after coercion if the tool was reached.
    pub arguments: Value,
    /// The result, or why there is none.
    pub result: Result<Value, Error>,
    /// Whether the result is that of an earlier call.
    pub cached: bool,
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

/// Runs a program: read, analyse, evaluate, commit. Call it on a stack of its own, see
/// [`Coroutine`](super::eval::Coroutine).
pub fn run(job: Job, suspender: &dyn Suspend) -> Evaluation {
    let Job { source, memory, context, limits, tools, host, moves } = job;
    // The machine checks the same limits later.
    let check_limits = || {
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
    let analysis = AnalysisContext {
        thorough: false,
        check_limits: &check_limits,
        ..analysis_context(&memory, &names, &context, &*tools)
    };
    let (program, findings) = match read_and_analyse(&source, limits.max_source, &analysis) {
        Ok(analysed) => analysed,
        Err(error) => return Evaluation::not_run(memory, vec![error]),
    };
    let (errors, warnings): (Vec<Finding>, Vec<Finding>) =
        findings.into_iter().partition(|finding| finding.severity == Severity::Error);
    if !errors.is_empty() {
        return Evaluation::not_run(memory, bounded(errors.into_iter().map(|finding| finding.error)));
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
    let mut machine = eval::machine(shared.clone(), suspender, 0);
    let result = machine.call(&Value::Function(function), value::Args::new());
    let result = finish(&mut machine, result, &memory);
    let left = machine.fuel;
    drop(machine);
    commit(memory, &shared, program.aliases, result, left)
}

/// The first errors, with a note of how many more there are.
fn bounded(errors: impl ExactSizeIterator<Item = Error>) -> Vec<Error> {
    const MAX_ERROR_BYTES: usize = 4_000;
    let all = errors.len();
    let (mut kept, mut bytes) = (Vec::new(), 0_usize);
    for error in errors {
        bytes = bytes.saturating_add(error.to_string().len()).saturating_add(1);
        if bytes > MAX_ERROR_BYTES && !kept.is_empty() {
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

/// Reads and analyses a program without running it, and returns all findings, sorted by place. Call it on a stack of its
/// own, see [`Coroutine`](super::eval::Coroutine).
pub fn check(
    source: &Arc<Source>,
    memory: &Memory,
    context: &Value,
    limits: &Limits,
    tools: &dyn Tools,
) -> Vec<Finding> {
    let names = memory.names.copied();
    let analysis = analysis_context(memory, &names, context, tools);
    let mut findings = match read_and_analyse(source, limits.max_source, &analysis) {
        Ok((_, findings)) => findings,
        Err(error) => vec![Finding::error(error)],
    };
    findings.sort_by_key(|finding| finding.error.place.as_ref().map(|place| place.span.start));
    findings
}

/// What a program is analysed against where nothing limits the analysis, and everything is to be found.
fn analysis_context<'a>(
    memory: &'a Memory,
    names: &'a Names,
    context: &'a Value,
    tools: &'a dyn Tools,
) -> AnalysisContext<'a> {
    AnalysisContext {
        registry: builtins::registry(),
        names,
        globals: &memory.globals,
        aliases: &memory.aliases,
        tools,
        context,
        thorough: true,
        check_limits: &|| Ok(()),
    }
}

/// A program's expressions, and the findings about them.
fn read_and_analyse(
    source: &Arc<Source>,
    max_source: usize,
    context: &AnalysisContext<'_>,
) -> Result<(AnalysedProgram, Vec<Finding>), Error> {
    if source.text().len() > max_source {
        let (configured, observed) = (max_source as u64, source.text().len() as u64);
        let message = format!("the source is too long: max_source is {configured} bytes, and it has {observed}");
        let mut error = Error::new(ErrorKind::Limit, message);
        error.limit = Some(LimitReached { limit: LimitKind::Source, configured, observed });
        return Err(error);
    }
    let forms = syntax::read(source)?;
    Ok(analyse::analyse(source, &forms, context))
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
fn commit(
    before: Memory,
    shared: &Rc<Shared>,
    aliases: Aliases,
    result: value::Result<Value>,
    left: u64,
) -> Evaluation {
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
    memory::collect_cycles(&shared.atoms.borrow(), memory.roots().chain(value).chain(data));
    let time_ms = u64::try_from(shared.host.elapsed().as_millis()).unwrap_or(u64::MAX);
    let spent = Spent {
        steps: shared.steps.get().saturating_sub(left),
        time_ms,
        memory_bytes: shared.peak_bytes.get(),
        tool_calls: shared.tool_calls.get(),
    };
    let (result, returned) = match result {
        Ok(value) => (Ok(value), false),
        Err(raise) => {
            let errors = vec![raise.to_error()];
            match *raise {
                Raise::Return(value) => (Ok(value), true),
                Raise::Fail(reason, _) => (Err(Failure { errors, reason: Some(reason), raised: None }), false),
                Raise::Fault(fault) => {
                    (Err(Failure { errors, reason: None, raised: Some(Value::fault(fault)) }), false)
                }
                Raise::Limit(..) | Raise::Cancelled => (Err(Failure { errors, reason: None, raised: None }), false),
            }
        }
    };
    let prints = std::mem::take(&mut shared.output.borrow_mut().text);
    let warnings = shared.warnings.take();
    Evaluation { result, returned, memory, prints, tool_calls: Vec::new(), warnings, spent }
}

/// Why a program could not begin.
pub(crate) fn no_stack() -> Error {
    Error::new(ErrorKind::Limit, "the system has no memory for another program's stack")
        .hint("run fewer programs at once")
}

/// A panic of the interpreter, as an error of the program that caused it.
pub(crate) fn interpreter_failed() -> Error {
    Error::new(ErrorKind::Value, "the interpreter failed on this program; please report it")
}
