//! The command line: one file for each command.

#[macro_use]
mod say;

mod args;
mod check;
mod doc;
mod draw;
mod eval;
mod fmt;
mod init;
#[cfg(feature = "mcp")]
mod mcp;
mod plan;
mod program;
mod progress;
mod repl;
mod report;
mod run;
mod trace;
mod watch;

pub use args::Arguments;

use std::process::ExitCode;

use args::Command;

use crate::lisp::text::abridge;

/// What ended a command before it could do its work, and the status to exit with.
pub(crate) struct Trouble {
    message: String,
    status: u8,
}

impl Trouble {
    /// Wrong usage or unreadable input: status 2.
    pub fn usage(message: impl Into<String>) -> Self {
        Self { message: message.into(), status: 2 }
    }

    /// The work failed: status 1.
    pub fn failed(message: impl Into<String>) -> Self {
        Self { message: message.into(), status: 1 }
    }
}

/// Runs the command of these arguments.
pub fn main(arguments: Arguments) -> ExitCode {
    let status = match arguments.command {
        Command::Init(options) => init::init(&options),
        Command::Eval(options) => eval::eval(&options),
        Command::Check(options) => check::check(&options),
        Command::Fmt(options) => fmt::fmt(&options),
        Command::Run(options) => run::run(&options),
        Command::Repl(options) => repl::repl(&options),
        Command::Plan(command) => plan::plan(&command),
        Command::Trace(command) => trace::trace(&command),
        Command::Doc(options) => doc::doc(&options),
        #[cfg(feature = "mcp")]
        Command::Mcp(options) => mcp::mcp(&options),
        Command::Program(options) => program::program(&options),
    };
    match status {
        Ok(status) => ExitCode::from(status),
        Err(trouble) => {
            eprintln!("ptc: {}", progress::harmless(&abridge(&trouble.message, 4_000)));
            ExitCode::from(trouble.status)
        }
    }
}
