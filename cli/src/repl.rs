//! `ptc repl`: programs one after the other on one memory, at a terminal.
//!
//! The session runs on the main thread: a line is read, and is a command or a program. A second thread waits for
//! Ctrl-C and cancels what runs.

mod commands;
mod line;

use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, mpsc};

use rustyline::config::Configurer;
use rustyline::error::ReadlineError;
use rustyline::history::FileHistory;
use rustyline::{CompletionType, Config, Editor};

use super::CliError;
use super::args::ReplOptions;
use super::eval::{print_plain, sandbox};
use super::progress::shown;
use super::run::{model, spent_line};
use crate::memory_file;
use commands::{Next, command, is_command};
use line::Line;
use ptc::lisp::text::{Source, abridge};
use ptc::lisp::value::{Value, readable};
use ptc::model::Model;
use ptc::{Cancel, Options, Sandbox, delegate};

/// The name of the last error.
const ERROR: &str = "*e";

/// The status of a command that Ctrl-C ended.
const INTERRUPTED: i32 = 130;

/// What is there between two lines.
struct Session {
    sandbox: Sandbox,
    memory_file: Option<PathBuf>,
    model: Option<Arc<dyn Model>>,
    running: Running,
    timed: bool,
    programs: u32,
}

/// What Ctrl-C ends: the program or the agent that runs, if one does.
type Running = Arc<Mutex<Option<Cancel>>>;

/// Reads and evaluates until the input ends.
pub(crate) fn repl(options: &ReplOptions) -> Result<u8, CliError> {
    let model = model(&options.model).map_err(CliError::usage)?;
    let running = Running::default();
    let mut session = Session {
        sandbox: sandbox(&options.env)?,
        memory_file: options.env.memory.clone(),
        model,
        running: running.clone(),
        timed: false,
        programs: 0,
    };
    let (listening, is_listening) = mpsc::channel();
    std::thread::spawn(move || wait_for_interrupts(&running, &listening));
    // The editor puts the handler back that it finds, so there has to be one; where there is none, nothing is sent.
    let _ = is_listening.recv();
    let failed = |error: ReadlineError| CliError::failed(format!("the terminal cannot be used: {error}"));
    let config = Config::builder().completion_type(CompletionType::List).auto_add_history(true).build();
    let mut editor: Editor<Line, FileHistory> = Editor::with_config(config).map_err(failed)?;
    let known = Arc::default();
    editor.set_helper(Some(Line { known: Arc::clone(&known) }));
    let history = io::stdin().is_terminal().then(history_file).flatten();
    if std::env::var_os("NO_COLOR").is_some() {
        editor.set_color_mode(rustyline::ColorMode::Disabled);
    }
    if let Some(path) = &history {
        // The first session has none yet.
        let _ = editor.load_history(path);
        println!("ptc {}   :help shows the commands", env!("CARGO_PKG_VERSION"));
    }
    loop {
        *known.lock().unwrap_or_else(PoisonError::into_inner) = session.names();
        match editor.readline("ptc> ") {
            Ok(text) if text.trim().is_empty() => {}
            Ok(text) if is_command(&text) => match command(&mut session, &text) {
                Next::GoOn => {}
                Next::Quit => break,
            },
            Ok(text) => session.evaluate(&text),
            Err(ReadlineError::Interrupted) => println!("Ctrl-D or :quit ends the session"),
            Err(ReadlineError::Eof) => break,
            Err(error) => return Err(failed(error)),
        }
    }
    if let Some(path) = &history {
        let saved = path.parent().map_or(Ok(()), std::fs::create_dir_all).map_err(ReadlineError::Io);
        if let Err(error) = saved.and_then(|()| editor.save_history(path)) {
            eprintln!("ptc: the history was not kept: {}: {error}", path.display());
        }
    }
    Ok(0)
}

/// Where a session keeps what was typed: `$XDG_STATE_HOME/ptc/history`.
fn history_file() -> Option<PathBuf> {
    let home = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let state = home("XDG_STATE_HOME").or_else(|| Some(home("HOME")?.join(".local/state")))?;
    Some(state.join("ptc/history"))
}

/// Cancels what runs at each Ctrl-C; where nothing runs, ends the command.
fn wait_for_interrupts(running: &Running, listening: &mpsc::Sender<()>) {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
    let interrupts = async {
        while tokio::signal::ctrl_c().await.is_ok() {
            match &*running.lock().unwrap_or_else(PoisonError::into_inner) {
                Some(cancel) => cancel.cancel(),
                None => std::process::exit(INTERRUPTED),
            }
        }
    };
    let told = async {
        let _ = listening.send(());
        std::future::pending::<()>().await;
    };
    runtime.block_on(async {
        // In this order: the first is asked once, and listens from then on, before the second says so.
        tokio::select! { biased; () = interrupts => {}, () = told => {} }
    });
}

impl Session {
    /// The names that can be completed beside those of builtins.
    fn names(&self) -> Vec<String> {
        let memory = self.sandbox.memory.entries().into_iter().map(|(name, _)| name.to_string());
        let tools = self.sandbox.tools.iter().map(|tool| format!("tool/{}", tool.name));
        let keys: Vec<Value> = match &self.sandbox.context {
            Value::Map(context) => context.iter().map(|(key, _)| key).collect(),
            _ => Vec::new(),
        };
        let context = keys.iter().filter_map(|key| Some(format!("ctx/{}", key.as_name()?)));
        let mut names: Vec<String> = memory.chain(tools).chain(context).collect();
        names.retain(|name| name != ERROR);
        names
    }

    /// Does something that Ctrl-C can end.
    fn interruptible<T>(&mut self, work: impl FnOnce(&mut Self, &Cancel) -> T) -> T {
        let cancel = Cancel::new();
        *self.running.lock().unwrap_or_else(PoisonError::into_inner) = Some(cancel.clone());
        let done = work(self, &cancel);
        *self.running.lock().unwrap_or_else(PoisonError::into_inner) = None;
        done
    }

    fn evaluate(&mut self, text: &str) {
        self.programs += 1;
        let source = Arc::new(Source::new(format!("repl:{}", self.programs), text));
        let evaluation = self.interruptible(|session, cancel| {
            session.sandbox.cancel = cancel.clone();
            session.sandbox.run(&source)
        });
        // Whoever reads may have stopped reading.
        let _ = print_plain(&evaluation, &mut io::stdout().lock());
        match &evaluation.result {
            Ok(_) => self.save(),
            Err(failure) => {
                let raised = failure.raised.clone().or_else(|| failure.reason.clone());
                let value = raised.unwrap_or_else(|| Value::text(failure.error().to_string()));
                self.sandbox.memory.put(ERROR, value);
            }
        }
        if self.timed {
            let spent = evaluation.spent;
            println!("{} ms, {} steps, {} KiB at most", spent.time_ms, spent.steps, spent.memory_bytes / 1024);
        }
    }

    fn save(&self) {
        let Some(path) = &self.memory_file else { return };
        match memory_file::save(path, &self.sandbox.memory) {
            Ok(warnings) => warnings.iter().for_each(|warning| eprintln!("ptc: {warning}")),
            Err(why) => eprintln!("ptc: {why}"),
        }
    }

    /// Gives a task to an agent with the tools and the context of the session; its result is `*1`.
    fn delegate(&mut self, task: &str, verbose: bool) {
        let task = task.trim_matches('"').trim();
        let Some(model) = self.model.clone() else {
            return println!("there is no model: start with ptc repl --model PROVIDER:NAME");
        };
        if task.is_empty() {
            return println!("give a task: /subagent Find the employee with the highest expenses");
        }
        let options = Options::default()
            .model(model)
            .tools(self.sandbox.tools.iter().cloned())
            .context(self.sandbox.context.clone())
            .limits(self.sandbox.limits.clone());
        let options = if verbose { options.observer(shown()) } else { options };
        let Ok(runtime) = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build() else {
            return println!("the system has no threads for an agent");
        };
        let outcome = self.interruptible(|_, cancel| {
            runtime.block_on(async {
                tokio::select! {
                    outcome = delegate(task, options) => Some(outcome),
                    () = cancelled(cancel) => None,
                }
            })
        });
        runtime.shutdown_background();
        match outcome {
            None => println!("interrupted"),
            Some(Ok(outcome)) => {
                println!("{}", outcome.summary);
                println!("=> {}", abridge(&readable(&outcome.result), 2_000));
                println!("{}", spent_line(&outcome.usage));
                self.sandbox.memory.push_result(outcome.result);
            }
            Some(Err(error)) => println!("{}: {}\n{}", error.kind, error.message, spent_line(&error.usage)),
        }
    }
}

/// Waits until Ctrl-C.
async fn cancelled(cancel: &Cancel) {
    while !cancel.is_cancelled() {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}
