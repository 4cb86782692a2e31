//! What a session understands beside programs.

use std::path::Path;

use clap::Parser;

use super::Session;
use crate::CliError;
use crate::eval::read_context;
use crate::limits::LimitOptions;
use ptc::lisp::doc;
use ptc::lisp::value::shorten;

/// The commands, and what they do.
pub(super) const NAMES: [(&str, &str); 11] = [
    (":help", "shows this"),
    (":doc", "NAME   what a function does; :doc alone lists all names"),
    (":search", "TEXT   finds functions by what they do"),
    (":ctx", "[FILE.json]   the context, or another one"),
    (":tools", "the tools that programs can call"),
    (":memory", "what was defined; :memory clear forgets it"),
    (":limits", "[--max-time 10s …]   what a program may use, or new limits"),
    (":time", "shows time, steps and memory after each program, or stops that"),
    ("/subagent", "TASK   gives a task to an agent with these tools and this context; needs --model"),
    ("/subagent:verbose", "TASK   the same, with replies and tool calls as they happen"),
    (":quit", "ends the session, as Ctrl-D does"),
];

/// Whether a line is a command. Other keywords are programs.
pub(super) fn is_command(line: &str) -> bool {
    let name = line.split_whitespace().next().unwrap_or("");
    NAMES.iter().any(|(command, _)| *command == name)
}

/// What follows a command.
pub(super) enum Next {
    GoOn,
    Quit,
}

/// Does what a command says.
pub(super) fn command(session: &mut Session, line: &str) -> Next {
    let (name, rest) = line.trim().split_once(char::is_whitespace).unwrap_or((line.trim(), ""));
    let rest = rest.trim();
    match name {
        ":quit" => return Next::Quit,
        ":help" => help(),
        ":doc" if rest.is_empty() => println!("{}", doc::names().join("  ")),
        ":doc" => match doc::entry(rest) {
            Some(text) => println!("{text}"),
            None => println!("there is no {rest}; :search TEXT finds functions"),
        },
        ":search" => {
            for builtin in doc::search(rest).iter().take(10) {
                println!("{:24} {}", builtin.name, builtin.summary);
            }
        }
        ":ctx" if rest.is_empty() => println!("{}", shorten(&session.sandbox.context, 4_000)),
        ":ctx" => match read_context(Path::new(rest)) {
            Ok(context) => session.sandbox.context = context,
            Err(CliError { message, .. }) => println!("{message}"),
        },
        ":tools" => tools(session),
        ":memory" => memory(session, rest),
        ":limits" => limits(session, rest),
        ":time" => {
            session.timed = !session.timed;
            println!("time is {}", if session.timed { "shown" } else { "not shown" });
        }
        "/subagent" => session.delegate(rest, false),
        "/subagent:verbose" => session.delegate(rest, true),
        _ => println!("there is no command {name}; :help lists them"),
    }
    Next::GoOn
}

fn help() {
    for (name, text) in NAMES {
        println!("{name:18} {text}");
    }
    println!(
        "\n*1 *2 *3 are the last values, *e is the last error. Tab completes names; Ctrl-C ends a program that runs."
    );
}

fn tools(session: &Session) {
    for tool in session.sandbox.tools.iter() {
        let description = tool.description.as_deref().map(|text| format!("   {text}")).unwrap_or_default();
        println!("{}{description}", tool.signature());
    }
}

fn memory(session: &mut Session, rest: &str) {
    match rest {
        "" => {
            for (name, value) in
                session.sandbox.memory.entries().into_iter().filter(|(name, _)| **name != *super::ERROR)
            {
                println!("{name:20} {}", shorten(&value, 100));
            }
        }
        "clear" => session.sandbox.memory = ptc::lisp::memory::Memory::new(),
        _ => println!(":memory, or :memory clear"),
    }
}

/// The arguments of `:limits`, which are those of the command line.
#[derive(Parser)]
#[command(name = ":limits", no_binary_name = true, disable_help_flag = true)]
struct LimitsCommand {
    #[command(flatten)]
    limits: LimitOptions,
}

fn limits(session: &mut Session, rest: &str) {
    if !rest.is_empty() {
        match LimitsCommand::try_parse_from(rest.split_whitespace()) {
            Ok(given) => session.sandbox.limits = given.limits.over(session.sandbox.limits.clone()),
            Err(error) => return println!("{}", error.to_string().trim_end()),
        }
    }
    println!("{}", crate::limits::list(&session.sandbox.limits));
}
