//! `ptc mcp`: programs, checks and agents as tools of a server for the Model Context Protocol.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Map, Value as Json, json};
use tokio::sync::oneshot;

use super::CliError;
use super::args::{McpOptions, WatchOptions};
use super::check::finding_json;
use super::eval::base_sandbox;
use super::report::{any, evaluation_json};
use super::run::{grants_for, wait};
use super::watch::{Telemetry, priced};
use ptc::contract::{Effect, ToolSpec};
use ptc::lisp::text::{Severity, Source};
use ptc::lisp::value::{Value, from_json};
use ptc::mcp::serve;
use ptc::process::{Grants, Library, bind};
use ptc::tool::Toolbox;
use ptc::{Cancel, Evaluation, Options, Outcome, Sandbox, Tool, ToolError, delegate};

/// What models have to know of the language, in the descriptions of tools.
const LANGUAGE: &str = "PTC-Lisp: Clojure without Java, files or network";

/// Serves until the client closes standard input.
pub(crate) fn mcp(options: &McpOptions) -> Result<u8, CliError> {
    let sandbox = Sandbox { limits: options.limits.limits(), ..base_sandbox(&options.inputs)? };
    let grants = grants_for(&options.model, &options.grants).map_err(CliError::usage)?;
    let watch = Watch::new(&options.observers)?;
    let mut tools = vec![check_tool(&sandbox)?, eval_tool(&sandbox)?];
    if let Some(model) = grants.model.clone().or_else(|| grants.root_model.clone()) {
        let agent = Options::default().model(model).tools(sandbox.tools.iter().cloned());
        let agent = agent.context(sandbox.context.clone()).limits(sandbox.limits.clone());
        let about = "Gives a task to an agent, which writes programs until it has an answer.";
        tools.push(agent_tool("delegate", about, agent, &watch)?);
    }
    wait(async {
        for file in &options.program {
            tools.push(program_tool(file, &grants, &watch).await?);
        }
        let mut toolbox = Toolbox::new();
        for tool in tools {
            toolbox.add(tool).map_err(|error| CliError::usage(error.0))?;
        }
        let served = serve(toolbox, tokio::io::stdin(), tokio::io::stdout()).await;
        watch.telemetry.flush().await;
        served.map(|()| 0).map_err(|error| CliError::failed(error.0))
    })?
}

/// A tool of ours with its contract.
fn with_contract(tool: Tool, signature: &str, about: &str, parameter: (&str, &str)) -> Result<Tool, CliError> {
    let spec = ToolSpec::parse(signature).map_err(|error| CliError::failed(format!("{}: {error}", tool.name)))?;
    Ok(tool.with_spec(spec.about(parameter.0, parameter.1)).description(about))
}

/// What programs find around them, for the description of a tool.
fn describe_sandbox(sandbox: &Sandbox) -> String {
    let mut lines = Vec::new();
    if let Value::Map(context) = &sandbox.context {
        let keys: Vec<String> = context.keys().filter_map(|key| Some(format!("ctx/{}", key.as_name()?))).collect();
        if !keys.is_empty() {
            lines.push(format!("Given: {}.", keys.join(", ")));
        }
    }
    let tools: Vec<String> = sandbox.tools.iter().map(|tool| format!("\n- tool/{}", tool.signature())).collect();
    if !tools.is_empty() {
        lines.push(format!("Tools, called as (tool/name {{:argument …}}):{}", tools.concat()));
    }
    lines.iter().map(|line| format!("\n{line}")).collect()
}

fn eval_tool(sandbox: &Sandbox) -> Result<Tool, CliError> {
    let about = format!(
        "Evaluates a program in {LANGUAGE}, under limits on time and memory. The value of its last form comes back, with what \
         it printed. Nothing is kept for the next program.{}",
        describe_sandbox(sandbox)
    );
    let reads = sandbox.tools.iter().all(|tool| tool.effect() == Effect::Read);
    let sandbox = sandbox.clone();
    let tool = Tool::asynchronous("eval", move |call| {
        let sandbox = sandbox.clone();
        async move {
            let source = source(&call.arguments);
            let context = call.arguments.get("ctx").cloned().filter(|context| !context.is_nil());
            let context = context.unwrap_or_else(|| sandbox.context.clone());
            evaluate(Sandbox { context, cancel: Cancel::new(), ..sandbox }, source).await
        }
    });
    let result = "{:value :any :edn :string :prints :string :tool_calls [:map] :warnings [:string] :spent :map}";
    let signature = format!("(program :string, ctx :map?) -> {result}");
    let tool = with_contract(tool, &signature, &about, ("program", "The program's text."))?;
    Ok(if reads { tool.reads() } else { tool })
}

fn check_tool(sandbox: &Sandbox) -> Result<Tool, CliError> {
    let sandbox = sandbox.clone();
    let tool = Tool::new("check", move |arguments| {
        let findings = sandbox.check_source(&source(arguments));
        let errors = findings.iter().filter(|finding| finding.severity == Severity::Error).count();
        let list: Vec<Json> = findings.iter().map(finding_json).collect();
        data(&json!({ "errors": errors, "findings": list }))
    });
    let about = format!("Checks a program in {LANGUAGE}, without running it.");
    let signature = "(program :string) -> {:errors :int :findings [:map]}";
    Ok(with_contract(tool, signature, &about, ("program", "The program's text."))?.reads())
}

/// The agent of a program file, as a tool of the file's name.
async fn program_tool(file: &Path, grants: &Grants, watch: &Arc<Watch>) -> Result<Tool, CliError> {
    let library = Library::load(file).map_err(|error| CliError::usage(error.to_string()))?;
    for warning in library.warnings() {
        eprintln!("warning: {warning}");
    }
    library.connect(grants).await.map_err(|error| CliError::usage(error.to_string()))?;
    let root = library.root().ok_or_else(|| CliError::usage("the program was not loaded"))?;
    let agent = bind(&Arc::new(library), &root, grants, true).map_err(|error| CliError::usage(error.to_string()))?;
    let name = file.file_stem().unwrap_or_default().to_string_lossy();
    let title = root.display_name.clone().unwrap_or_else(|| name.clone().into_owned());
    agent_tool(&name, &format!("Gives a task to the agent {title}."), agent, watch)
}

/// Who hears of the tasks that agents are given, each of which is a run of its own.
struct Watch {
    telemetry: Telemetry,
    options: WatchOptions,
    tasks: AtomicU64,
}

impl Watch {
    fn new(options: &WatchOptions) -> Result<Arc<Self>, CliError> {
        let telemetry = Telemetry::new(options).map_err(CliError::usage)?;
        Ok(Arc::new(Self { telemetry, options: options.clone(), tasks: AtomicU64::new(0) }))
    }

    /// The agent as it is watched at its next task.
    fn over(&self, agent: Options) -> Options {
        let agent = self.telemetry.observer().into_iter().fold(agent, Options::observing);
        match &self.options.trace {
            None => agent,
            Some(path) => {
                let task = self.tasks.fetch_add(1, Ordering::Relaxed) + 1;
                let mut name = path.file_stem().unwrap_or_default().to_owned();
                name.push(format!("-{task}"));
                let name = Path::new(&name).with_extension(path.extension().unwrap_or_default());
                agent.journal(path.with_file_name(name))
            }
        }
    }
}

fn agent_tool(name: &str, about: &str, agent: Options, watch: &Arc<Watch>) -> Result<Tool, CliError> {
    let agent = priced(agent, &watch.options).map_err(CliError::usage)?;
    let watch = watch.clone();
    let tool = Tool::asynchronous(name, move |call| {
        let agent = watch.over(agent.clone());
        async move {
            let task = call.arguments.get("task").and_then(Value::as_name).unwrap_or_default().to_owned();
            match delegate(&task, agent).await {
                Ok(outcome) => data(&outcome_json(&outcome)),
                Err(error) => Err(ToolError(format!("{}: {}", error.kind, error.message))),
            }
        }
    });
    let signature = "(task :string) -> {:result :any :summary :string :refs :map :usage :map :warnings [:string]}";
    with_contract(tool, signature, about, ("task", "The task, in words."))
}

fn outcome_json(outcome: &Outcome) -> Json {
    let refs: Map<String, Json> = outcome.refs.iter().map(|(name, value)| (name.clone(), any(value))).collect();
    json!({
        "result": any(&outcome.result),
        "summary": outcome.summary,
        "refs": refs,
        "usage": outcome.usage,
        "warnings": outcome.warnings,
    })
}

fn source(arguments: &Value) -> Arc<Source> {
    let text = arguments.get("program").and_then(Value::as_name).unwrap_or_default();
    Arc::new(Source::new("program", text))
}

fn data(json: &Json) -> Result<Value, ToolError> {
    from_json(json).map_err(|raise| ToolError(raise.to_error().message))
}

/// Ends a program when nobody waits for it any more.
struct Guard(Cancel);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

/// Runs a program on a thread of its own, where tools can be waited for.
async fn evaluate(mut sandbox: Sandbox, source: Arc<Source>) -> Result<Value, ToolError> {
    let _guard = Guard(sandbox.cancel.clone());
    let (done, result) = oneshot::channel();
    let run = move || {
        let evaluation = sandbox.run(&source);
        // Nobody waits for a program that was cancelled.
        let _ = done.send(answer(&evaluation, &sandbox));
    };
    std::thread::Builder::new().name("ptc-eval".into()).spawn(run).map_err(ToolError::new)?;
    result.await.unwrap_or_else(|_| Err(ToolError::new("the program was given up")))
}

/// What came of a program, without the memory, which nothing reads again.
fn answer(evaluation: &Evaluation, sandbox: &Sandbox) -> Result<Value, ToolError> {
    match &evaluation.result {
        Ok(_) => {
            let mut fields = evaluation_json(evaluation, &sandbox.memory);
            fields.shift_remove("memory");
            data(&Json::Object(fields))
        }
        Err(failure) => {
            let errors: Vec<String> = failure.errors.iter().map(ToString::to_string).collect();
            let prints = match evaluation.prints.trim_end() {
                "" => String::new(),
                prints => format!("\nprinted before:\n{prints}"),
            };
            Err(ToolError(format!("{}{prints}", errors.join("\n"))))
        }
    }
}
