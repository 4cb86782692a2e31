//! `ptc eval`: programs from a file, an argument, standard input, or line by line.

use std::io::{self, BufRead, IsTerminal as _, Read, Write};
use std::path::Path;
use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use super::CliError;
use super::args::{EnvOptions, EvalOptions, InputOptions};
use super::draw::draw;
use super::progress::harmless;
use super::report::{evaluation_json, memory_json};
use crate::memory_file;
use ptc::lisp::text::{ErrorKind, Source};
use ptc::lisp::value::{Value, from_json, readable};
use ptc::settings::load_limits;
use ptc::tool::{Toolbox, table_tools};
use ptc::{Evaluation, Sandbox};

/// Evaluates what the options name.
pub(crate) fn eval(options: &EvalOptions) -> Result<u8, CliError> {
    if options.batch {
        return batch(&sandbox(&options.env)?, options.json);
    }
    let source = match (&options.expression, options.file.as_deref()) {
        (Some(text), _) => Source::new("-e", text.as_str()),
        (None, Some(file)) => source(file)?,
        (None, None) => {
            return Err(CliError::usage("nothing to evaluate: give a FILE, - for standard input, -e EXPR, or --batch"));
        }
    };
    let mut sandbox = sandbox(&options.env)?;
    let mut evaluation = sandbox.run(&Arc::new(source));
    if let (Some(path), true) = (&options.env.memory, evaluation.result.is_ok()) {
        evaluation.warnings.extend(memory_file::save(path, &sandbox.memory).map_err(CliError::failed)?);
    }
    print_one(&evaluation, &sandbox, options.json)
}

/// The sandbox that the options describe.
pub(crate) fn sandbox(options: &EnvOptions) -> Result<Sandbox, CliError> {
    let mut sandbox = Sandbox { limits: options.limits.limits(), ..base_sandbox(&options.inputs)? };
    if let Some(path) = &options.memory {
        memory_file::load(path, &mut sandbox).map_err(CliError::usage)?;
    }
    Ok(sandbox)
}

/// A sandbox with the context and the tools of these files.
pub(crate) fn base_sandbox(inputs: &InputOptions) -> Result<Sandbox, CliError> {
    let context = match &inputs.ctx {
        Some(path) => read_context(path)?,
        None => Value::empty_map(),
    };
    let tools = match &inputs.tools {
        Some(path) => {
            let wrong = |error| CliError::usage(format!("{}: {error}", path.display()));
            table_tools(&read(path)?).map_err(wrong)?
        }
        None => Toolbox::new(),
    };
    Ok(Sandbox { context, tools: Arc::new(tools), ..Sandbox::new() })
}

/// The program in a file, or on standard input for `-`.
pub(crate) fn source(file: &str) -> Result<Source, CliError> {
    if file != "-" {
        return Ok(Source::new(file, read(Path::new(file))?));
    }
    let mut text = String::new();
    io::stdin().read_to_string(&mut text).map_err(|error| CliError::usage(format!("standard input: {error}")))?;
    Ok(Source::new("standard input", text))
}

fn read(path: &Path) -> Result<String, CliError> {
    std::fs::read_to_string(path).map_err(|error| CliError::usage(format!("{}: {error}", path.display())))
}

/// The context in a file.
pub(crate) fn read_context(path: &Path) -> Result<Value, CliError> {
    let (text, name) = (read(path)?, path.display());
    let json: Json =
        serde_json::from_str(&text).map_err(|error| CliError::usage(format!("{name}: no JSON: {error}")))?;
    if !json.is_object() {
        return Err(CliError::usage(format!("{name}: the context is a JSON object; its keys become ctx/…")));
    }
    from_json(&json).map_err(|raise| CliError::usage(format!("{name}: {}", raise.to_error().message)))
}

fn print_one(evaluation: &Evaluation, sandbox: &Sandbox, as_json: bool) -> Result<u8, CliError> {
    let status = match &evaluation.result {
        Ok(_) => 0,
        Err(failure) if failure.error().kind == ErrorKind::Limit => 3,
        Err(_) => 1,
    };
    let mut out = io::stdout().lock();
    let written = if as_json {
        writeln!(out, "{}", Json::Object(evaluation_json(evaluation, &sandbox.memory)))
    } else {
        print_plain(evaluation, &mut out)
    };
    // Whoever reads may have stopped reading.
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(CliError::failed(format!("standard output: {error}")))
        }
        Ok(()) | Err(_) => Ok(status),
    }
}

/// Prints what came of a program for people: prints and value to `out`, warnings and errors to standard error.
pub(crate) fn print_plain(evaluation: &Evaluation, out: &mut impl Write) -> io::Result<()> {
    // A program that has read an attacker's text must not steer the terminal. In a file the text stays as it is.
    let shown = |text: &str| if io::stdout().is_terminal() { harmless(text) } else { text.to_owned() };
    if !evaluation.prints.is_empty() {
        write!(out, "{}", shown(&evaluation.prints))?;
        if !evaluation.prints.ends_with('\n') {
            writeln!(out)?;
        }
    }
    for warning in &evaluation.warnings {
        eprintln!("warning: {}", harmless(warning));
    }
    match &evaluation.result {
        Ok(value) => writeln!(out, "{}", shown(&readable(value))),
        Err(failure) => {
            for error in &failure.errors {
                eprintln!("{}", draw(error));
            }
            Ok(())
        }
    }
}

/// Answers each line of standard input with one line.
fn batch(sandbox: &Sandbox, as_json: bool) -> Result<u8, CliError> {
    let (stdin, mut stdout) = (io::stdin().lock(), io::stdout().lock());
    for line in stdin.lines() {
        let line = line.map_err(|error| CliError::usage(format!("standard input: {error}")))?;
        if line.trim().is_empty() {
            continue;
        }
        let answer = answer(sandbox, &line, as_json);
        if writeln!(stdout, "{answer}").and_then(|()| stdout.flush()).is_err() {
            return Ok(0);
        }
    }
    Ok(0)
}

/// The answer to one line: a fresh sandbox, one program or several on one memory.
fn answer(sandbox: &Sandbox, line: &str, as_json: bool) -> String {
    match request(sandbox, line) {
        Err(why) if as_json => json!({ "error": { "kind": "usage-error", "message": why } }).to_string(),
        Err(why) => format!("#error {:?}", format!("usage-error: {why}")),
        Ok((mut sandbox, programs, several)) => {
            let mut entries: Vec<Json> = Vec::new();
            let mut last = None;
            let mut calls = Vec::new();
            for program in &programs {
                let evaluation = sandbox.run(&Arc::new(Source::new("program", program.as_str())));
                entries.push(match &evaluation.result {
                    Ok(value) => ptc::lisp::value::to_json(value, "value").unwrap_or(Json::Null),
                    Err(failure) => json!({ "error": super::report::failure_json(failure) }),
                });
                calls.extend(evaluation.tool_calls.iter().cloned());
                last = Some(evaluation);
            }
            let Some(mut evaluation) = last else { return "#error \"usage-error: programs is empty\"".into() };
            if !as_json {
                return match &evaluation.result {
                    Ok(value) => readable(value).replace('\n', "\\n").replace('\r', "\\r"),
                    Err(failure) => {
                        let error = failure.error();
                        format!("#error {}", Value::text(format!("{}: {}", error.kind.name(), error.message)))
                    }
                };
            }
            evaluation.tool_calls = calls;
            let mut fields: Map<String, Json> = evaluation_json(&evaluation, &sandbox.memory);
            if several {
                fields.insert("values".into(), Json::Array(entries));
                fields.insert("memory".into(), memory_json(&sandbox.memory));
            }
            Json::Object(fields).to_string()
        }
    }
}

/// The sandbox and the programs that a line asks for.
fn request(sandbox: &Sandbox, line: &str) -> Result<(Sandbox, Vec<String>, bool), String> {
    let json: Json = serde_json::from_str(line).map_err(|error| format!("the line is no JSON: {error}"))?;
    let fields = match json {
        Json::String(program) => return Ok((sandbox.clone(), vec![program], false)),
        Json::Object(fields) => fields,
        _ => return Err("a line is a JSON string or an object with program or programs".into()),
    };
    let mut sandbox = sandbox.clone();
    let text = |json: &Json| json.as_str().map(str::to_owned).ok_or("a program is a string".to_owned());
    let (programs, several) = match (fields.get("program"), fields.get("programs")) {
        (Some(program), None) => (vec![text(program)?], false),
        (None, Some(Json::Array(programs))) => (programs.iter().map(text).collect::<Result<_, _>>()?, true),
        _ => return Err("an object needs either program or programs".into()),
    };
    if let Some(context) = fields.get("ctx").filter(|json| !json.is_null()) {
        if !context.is_object() {
            return Err("ctx is an object".into());
        }
        sandbox.context = from_json(context).map_err(|raise| raise.to_error().message)?;
    }
    if let Some(tools) = fields.get("tools").filter(|json| !json.is_null()) {
        sandbox.tools = Arc::new(table_tools(&tools.to_string()).map_err(|error| format!("tools: {error}"))?);
    }
    match fields.get("memory") {
        None | Some(Json::Null) => {}
        Some(Json::Object(memory)) => {
            for (name, json) in memory {
                sandbox.memory.put(name, from_json(json).map_err(|raise| raise.to_error().message)?);
            }
        }
        Some(_) => return Err("memory is an object".into()),
    }
    if let Some(limits) = fields.get("limits") {
        let Json::Object(fields) = limits else { return Err("limits is an object".into()) };
        load_limits(fields, &mut sandbox.limits)?;
    }
    if let Some(unknown) = fields
        .keys()
        .find(|key| !matches!(key.as_str(), "program" | "programs" | "ctx" | "tools" | "memory" | "limits"))
    {
        return Err(format!("unknown field {unknown:?}; there are program, programs, ctx, tools, memory and limits"));
    }
    Ok((sandbox, programs, several))
}
