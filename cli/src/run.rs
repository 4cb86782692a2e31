//! `ptc run`: an agent from a program file.

use std::collections::VecDeque;
use std::io::{self, IsTerminal as _, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Map, Value as Json, json};

use super::CliError;
use super::args::{AgentOptions, GrantOptions, ModelOptions, RunOptions};
use super::progress::harmless;
use super::report::{limit_json, memory_json};
use super::watch::{Telemetry, priced};
use ptc::agent::{DelegateErrorKind, Journal, Session};
use ptc::lisp::text::abridge;
use ptc::lisp::value::{readable, to_json};
use ptc::model::{CassetteRecorder, Model, Recorded, Retry, Scripted, from_name};
use ptc::process::{Grants, Library, Root, bind};
use ptc::trace::{Observer, Recorder, TreeUsage, Usage};
use ptc::{DelegateError, Outcome};

/// Runs the agent and prints what came of it.
pub(crate) fn run(options: &RunOptions) -> Result<u8, CliError> {
    let agent_options = &options.agent;
    let unusable = |message: String| unusable(message, agent_options.json);
    let library = Library::load(&options.program).map_err(|error| unusable(error.to_string()))?;
    let root = library.root().ok_or_else(|| CliError::usage("the program was not loaded"))?;
    let demo = root.demo.clone().filter(|_| options.demo).unwrap_or_default();
    let journal = options.resume.as_ref().map(Journal::load).transpose().map_err(unusable)?;
    let mut tasks: VecDeque<String> = match &options.task {
        None if let Some(journal) = &journal => journal.tasks().to_vec().into(),
        Some(task) => [task.clone()].into(),
        None if options.demo => demo.prompts.into(),
        None => root.user.clone().into_iter().collect(),
    };
    if tasks.iter().any(|task| task.trim().is_empty()) {
        return Err(unusable("the task is empty: say what should be done".into()));
    }
    if tasks.is_empty() && !options.interactive {
        let missing = if options.demo { "demo.prompts in the file" } else { "an argument, or prompt.user in the file" };
        return Err(unusable(format!("no task: give one as {missing}")));
    }
    let grants = grants(agent_options).map_err(unusable)?;
    let telemetry = Telemetry::new(&agent_options.observers).map_err(unusable)?;
    let warnings = library.warnings();
    wait(async {
        let recorder = recorder(agent_options, &telemetry).map_err(unusable)?;
        library.connect(&grants).await.map_err(|error| unusable(error.to_string()))?;
        let agent = bind(&Arc::new(library), &root, &grants, true).map_err(|error| unusable(error.to_string()))?;
        let mut agent = priced(agent, &agent_options.observers).map_err(unusable)?;
        if !agent.has_model() {
            let file = options.program.display();
            return Err(unusable(format!("{file} names no model: give [model] name and provider there, or --model")));
        }
        if agent_options.stream {
            agent = agent.stream();
        }
        if options.resume_anyway {
            agent = agent.repeat_undecided();
        }
        let session = match journal {
            Some(journal) => Session::resumed(&agent, recorder, journal).await,
            None => Session::recorded(&agent, recorder).await,
        };
        let mut session = match session {
            Ok(session) => session,
            Err(error) => return report(Err(error), Duration::ZERO, &warnings, agent_options.json),
        };
        if let Some(name) = demo.display_name.as_ref().filter(|_| !agent_options.json) {
            eprintln!("{}", harmless(name));
        }
        let mut status = 0;
        while let Some(task) = tasks.pop_front().or_else(|| next_line(options)) {
            let began = Instant::now();
            let ended = report(session.run(&task).await, began.elapsed(), &warnings, agent_options.json)?;
            // A demonstration has worked if all of it has; a conversation goes on after a mistake.
            status = if options.demo { ended.max(status) } else { ended };
            if !tasks.is_empty() {
                tokio::time::sleep(demo.pause).await;
            }
        }
        drop(session);
        telemetry.flush().await;
        Ok(status)
    })?
}

/// The next task of a conversation: a line of standard input that says something.
fn next_line(options: &RunOptions) -> Option<String> {
    if !options.interactive {
        return None;
    }
    loop {
        if io::stdin().is_terminal() {
            eprint!("> ");
        }
        let mut line = String::new();
        // Whoever writes may be gone, or write no text.
        if !io::stdin().read_line(&mut line).is_ok_and(|bytes| bytes > 0) {
            return None;
        }
        if !line.trim().is_empty() {
            return Some(line.trim().to_owned());
        }
    }
}

/// The end of a command whose file or arguments cannot be used.
pub(crate) fn unusable(message: String, json: bool) -> CliError {
    if json { error_as_json(&message) } else { CliError::usage(message) }
}

/// Where the events of a run go.
pub(crate) fn recorder(agent_options: &AgentOptions, telemetry: &Telemetry) -> Result<Recorder, String> {
    let show: Observer = match (agent_options.stream, agent_options.json) {
        (true, _) => Arc::new(super::progress::live()),
        (false, true) => Arc::new(super::progress::said()),
        (false, false) => Arc::new(super::progress::shown()),
    };
    let recorder = Recorder::new([show].into_iter().chain(telemetry.observer()).collect());
    if let Some(path) = &agent_options.observers.trace {
        recorder.write_to(path).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(recorder)
}

/// Waits for a run.
pub(crate) fn wait<T>(run: impl Future<Output = T>) -> Result<T, CliError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| CliError::failed(format!("no runtime: {error}")))?;
    let outcome = runtime.block_on(run);
    // Calls that were given up need not be waited for.
    runtime.shutdown_background();
    Ok(outcome)
}

/// Prints what came of a run, and gives the status to exit with.
pub(crate) fn report(
    outcome: Result<Outcome, DelegateError>,
    took: Duration,
    warnings: &[String],
    json: bool,
) -> Result<u8, CliError> {
    match (outcome, json) {
        (Ok(outcome), true) => print(&outcome_json(&outcome, took, warnings).to_string(), 0),
        (Ok(outcome), false) => print(&harmless(&outcome_text(&outcome, warnings)), 0),
        (Err(error), true) => print(&error_json(&error, Some(took), warnings).to_string(), status(&error)),
        (Err(error), false) => {
            eprintln!("ptc: {}: {}", error.kind, harmless(&error.message));
            Ok(status(&error))
        }
    }
}

/// Prints a text, and gives the status to exit with.
pub(crate) fn print(text: &str, status: u8) -> Result<u8, CliError> {
    // Whoever reads may have stopped reading.
    let _ = writeln!(io::stdout().lock(), "{text}");
    Ok(status)
}

fn error_as_json(message: &str) -> CliError {
    println!("{}", error_json(&DelegateError::unusable(message.to_owned()), None, &[]));
    CliError::usage(message)
}

fn status(error: &DelegateError) -> u8 {
    match error.kind {
        DelegateErrorKind::Limit => 3,
        DelegateErrorKind::Config | DelegateErrorKind::Resume => 2,
        DelegateErrorKind::Model | DelegateErrorKind::Fail | DelegateErrorKind::Ref | DelegateErrorKind::Stopped => 1,
    }
}

/// The models that the options ask for.
pub(crate) fn grants(options: &AgentOptions) -> Result<Grants, String> {
    let mut grants = grants_for(&options.model, &options.grants)?;
    if let Some(path) = &options.replay {
        let recorded = Recorded::load(path).map_err(|error| error.to_string())?;
        grants.model = Some(Arc::new(recorded));
    }
    if let Some(path) = &options.record {
        record(&mut grants, path)?;
    }
    Ok(grants)
}

/// What programs may use: a model, and folders and commands.
pub(crate) fn grants_for(model_options: &ModelOptions, options: &GrantOptions) -> Result<Grants, String> {
    let of = model_options.model.as_deref().and_then(|model| model.split([':', '/']).next()).unwrap_or_default();
    let base_url = model_options.base_url.as_ref().map(|url| (of.to_owned(), url.clone()));
    let mut grants = Grants::new(base_url);
    grants.roots = roots(options)?;
    grants.commands = options.allow_commands;
    let place = if model_options.script.is_some() { &mut grants.model } else { &mut grants.root_model };
    *place = model(model_options)?;
    Ok(grants)
}

/// The granted folders, all of which must exist.
pub(crate) fn roots(options: &GrantOptions) -> Result<Vec<Root>, String> {
    let roots: Vec<Root> = options.root.iter().map(|text| Root::parse(text)).collect();
    match roots.iter().find(|root| !root.folder.is_dir()) {
        Some(missing) => Err(format!("--root: {} is no folder", missing.folder.display())),
        None => Ok(roots),
    }
}

/// The model of these options: the one named, or a file with its replies.
pub(crate) fn model(model_options: &ModelOptions) -> Result<Option<Arc<dyn Model>>, String> {
    match (&model_options.model, &model_options.script) {
        (Some(name), _) => {
            from_name(name, model_options.base_url.as_deref()).map(Some).map_err(|error| error.to_string())
        }
        (None, Some(path)) => {
            let wrong = |error: String| format!("{}: {error}", path.display());
            let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
            let script = Scripted::from_json(&text).map_err(|error| wrong(error.to_string()))?;
            Ok(Some(Arc::new(Retry::new(script).without_waiting())))
        }
        (None, None) => Ok(None),
    }
}

fn record(grants: &mut Grants, path: &Path) -> Result<(), String> {
    let Some(model) = grants.root_model.take() else {
        return Err("--record needs --model: what is recorded is what a model really answered".into());
    };
    let recorder = CassetteRecorder::new(model, path).map_err(|error| error.to_string())?;
    let model: Arc<dyn Model> = Arc::new(recorder);
    // One recording holds the whole tree.
    grants.model = Some(model);
    Ok(())
}

fn refs_json(outcome: &Outcome) -> Json {
    let refs = outcome.refs.iter();
    Json::Object(refs.map(|(name, value)| (name.clone(), to_json(value, name).unwrap_or(Json::Null))).collect())
}

/// The usage with the wall time that the run took.
fn usage_json(usage: &TreeUsage, took: Option<Duration>) -> Json {
    let mut json = json!(usage);
    if let (Json::Object(fields), Some(took)) = (&mut json, took) {
        fields.insert("duration_ms".into(), json!(u64::try_from(took.as_millis()).unwrap_or(u64::MAX)));
    }
    json
}

fn outcome_json(outcome: &Outcome, took: Duration, warnings: &[String]) -> Json {
    let mut fields = Map::new();
    let result = to_json(&outcome.result, "value").ok();
    if result.is_none() {
        fields.insert("edn".into(), json!(readable(&outcome.result)));
    }
    fields.insert("result".into(), result.unwrap_or_default());
    fields.insert("summary".into(), json!(outcome.summary));
    fields.insert("refs".into(), refs_json(outcome));
    if !outcome.provenance.is_empty() {
        fields.insert("provenance".into(), json!(outcome.provenance));
    }
    fields.insert("usage".into(), usage_json(&outcome.usage, Some(took)));
    fields.insert("trace".into(), json!(outcome.trace));
    fields.insert("memory".into(), memory_json(&outcome.memory));
    fields.insert("stop_reason".into(), json!(outcome.stop_reason));
    fields.insert("last_message".into(), json!(outcome.last_message));
    let all: Vec<&String> = warnings.iter().chain(&outcome.warnings).collect();
    fields.insert("warnings".into(), json!(all));
    Json::Object(fields)
}

fn error_json(error: &DelegateError, took: Option<Duration>, warnings: &[String]) -> Json {
    let mut fields = Map::new();
    fields.insert("kind".into(), json!(error.kind));
    fields.insert("message".into(), json!(error.message));
    if let Some(limit) = &error.limit {
        fields.insert("limit".into(), limit_json(limit));
    }
    if let Some(reason) = &error.reason {
        fields.insert("reason".into(), to_json(reason, "reason").unwrap_or_else(|_| json!(readable(reason))));
    }
    let last_message = error.trace.iter().rev().find_map(|turn| turn.reply.as_ref());
    json!({
        "error": fields, "usage": usage_json(&error.usage, took), "trace": error.trace, "warnings": warnings,
        "stop_reason": error.kind, "last_message": last_message,
    })
}

fn outcome_text(outcome: &Outcome, warnings: &[String]) -> String {
    let mut lines = vec![
        format!("result:  {}", abridge(&readable(&outcome.result), 2_000)),
        format!("summary: {}", outcome.summary),
    ];
    if !outcome.refs.is_empty() {
        lines.push(format!("refs:    {}", refs_json(outcome)));
    }
    lines.push(format!("usage:   {}", spent_line(&outcome.usage)));
    for warning in warnings.iter().chain(&outcome.warnings) {
        lines.push(format!("warning: {warning}"));
    }
    lines.join("\n")
}

/// An amount to four places, or what little there is of it.
fn money(amount: f64) -> String {
    let text = format!("{amount:.4}");
    if amount > 0.0 && amount < 0.0001 { format!("{amount:.1e}") } else { text }
}

/// What a run used, in a line.
pub(crate) fn spent_line(usage: &Usage) -> String {
    let cost = usage.cost.map(|cost| format!(", cost {}", money(cost))).unwrap_or_default();
    format!(
        "{} replies, {} programs, {} tool calls, {} tokens ({} in, {} out){cost}",
        usage.requests, usage.total_runs, usage.tool_calls, usage.total_tokens, usage.input_tokens, usage.output_tokens
    )
}
