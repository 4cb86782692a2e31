//! The `ptc` command: one file for each of its commands.

#[macro_use]
mod say;

mod args;
mod check;
mod doc;
mod draw;
mod eval;
mod fmt;
mod init;
mod limits;
mod mcp;
mod memory_file;
mod plan;
mod program;
mod progress;
mod repl;
mod report;
mod run;
mod trace;
mod watch;

use std::io::Write as _;
use std::panic::PanicHookInfo;
use std::process::ExitCode;

use args::{Arguments, Command};
use clap::Parser;
use ptc::lisp::text::abridge;

/// Counts what programs allocate, so that their limit on memory is exact.
#[global_allocator]
static ALLOCATOR: ptc::alloc::Counting = ptc::alloc::Counting;

/// What ended a command before it could do its work, and the status to exit with.
pub(crate) struct CliError {
    message: String,
    status: u8,
}

impl CliError {
    /// Wrong usage or unreadable input: status 2.
    pub fn usage(message: impl Into<String>) -> Self {
        Self { message: message.into(), status: 2 }
    }

    /// The work failed: status 1.
    pub fn failed(message: impl Into<String>) -> Self {
        Self { message: message.into(), status: 1 }
    }
}

fn main() -> ExitCode {
    if std::env::var_os("RUST_BACKTRACE").is_none() {
        std::panic::set_hook(Box::new(say));
    }
    match run(Arguments::parse().command) {
        Ok(status) => ExitCode::from(status),
        Err(error) => {
            eprintln!("ptc: {}", progress::harmless(&abridge(&error.message, 4_000)));
            ExitCode::from(error.status)
        }
    }
}

/// Runs a command and gives the status to exit with.
fn run(command: Command) -> Result<u8, CliError> {
    match command {
        Command::Init(options) => init::init(&options),
        Command::Eval(options) => eval::eval(&options),
        Command::Check(options) => check::check(&options),
        Command::Fmt(options) => fmt::fmt(&options),
        Command::Run(options) => run::run(&options),
        Command::Repl(options) => repl::repl(&options),
        Command::Plan(command) => plan::plan(&command),
        Command::Trace(command) => trace::trace(&command),
        Command::Doc(options) => doc::doc(&options),
        Command::Mcp(options) => mcp::mcp(&options),
        Command::Program(options) => program::program(&options),
    }
}

/// Says where a fault of ours was found: no paths of a machine, and nothing of the program that led to it.
fn say(panic: &PanicHookInfo<'_>) {
    let Some(place) = panic.location() else { return };
    let file = place.file().rsplit_once("src/").map_or("elsewhere", |(_, file)| file);
    // Where nobody listens there is nobody to tell.
    let _ = writeln!(std::io::stderr(), "ptc: internal error at {file}:{}", place.line());
}
