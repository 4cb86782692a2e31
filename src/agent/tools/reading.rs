//! The tools that read descriptors: `read_fd` and `fd_search`.

use std::time::Instant;

use crate::agent::run::process::{Process, caller};
use crate::agent::show::descriptors::{READ, SEARCH, number_of};
use crate::agent::show::pages::{Piece, Unit};
use crate::lisp::text::abridge;
use crate::lisp::value::{Boolean, Regex, Text, Value};
use crate::tool::{Access, Call, Tool, ToolError, ToolKind};

/// The modes that `(fd/value …)` and `(fd/lines …)` are made of (see `lisp/analyse/handles.rs`).
const VALUE_OF: &str = "(value)";
const LINES_OF: &str = "(lines)";

/// The lines of one piece that `(fd/lines …)` takes.
const LINES: usize = 4_000;
/// The most lines that a search gives.
const MATCHES: usize = 10_000;
/// The longest line that a regex searches, in bytes: a search within a line cannot be ended.
const MAX_REGEX_LINE: usize = 1 << 20;
/// The most of a line that a search gives, in bytes.
const MATCH: usize = 2_000;

/// The tool that reads a descriptor by pages, lines or characters.
pub(crate) fn read_fd() -> Tool {
    let tool = Tool::of_caller(READ, read);
    let contract = "(fd :string, mode :string = \"page\", start :int?, count :int = 1, read_all :bool = false, \
                    extract_to_new_fd :bool = false) -> :any";
    let mut tool = tool.constant_spec(contract).description(
        "Reads a descriptor: count pages, lines or characters (mode page, line or char) from start on, or all of it. Pages \
         and lines count from 1, characters from 0. Gives {:content … :lines [from to] :total_pages …}, or with \
         extract_to_new_fd the id of a new descriptor",
    );
    (tool.access, tool.kind, tool.builtin_id) = (Access::Read, ToolKind::Internal, Some(READ));
    tool
}

/// The tool that finds the lines of a descriptor that hold a text or match a regex.
pub(crate) fn fd_search() -> Tool {
    let tool = Tool::asynchronous(SEARCH, |call: Call| async move {
        let process = caller(&call)?;
        let (most, clock) = (process.agent.settings.limits.max_time, process.descriptors().searching.clone());
        // One after the other: all searches of a program have the time that it has itself.
        let mut spent = clock.lock_owned().await;
        // A large text takes a while, in which others go on.
        let search = tokio::task::spawn_blocking(move || {
            let began = Instant::now();
            let found = search(&call, &process, began + most.saturating_sub(*spent));
            *spent += began.elapsed();
            found
        });
        search.await.unwrap_or_else(|_| Err(ToolError::new("the search was given up")))
    });
    let mut tool = tool
        .constant_spec("(fd :string, pattern :string, regex :bool = false) -> [{:line :int :text :string}]")
        .description("Finds the lines of a descriptor that hold a text, or match a regex");
    (tool.access, tool.kind, tool.builtin_id) = (Access::Read, ToolKind::Internal, Some(SEARCH));
    tool
}

fn text<'a>(call: &'a Call, name: &str) -> &'a str {
    call.arguments.get(name).and_then(Value::as_name).unwrap_or_default()
}

fn flag(call: &Call, name: &str) -> bool {
    matches!(call.arguments.get(name), Some(Value::Bool(Boolean::True)))
}

fn whole(call: &Call, name: &str) -> Option<i64> {
    match call.arguments.get(name) {
        Some(Value::Int(n)) => Some(*n),
        _ => None,
    }
}

fn read(call: &Call) -> Result<Value, ToolError> {
    let process = caller(call)?;
    let id = text(call, "fd");
    let canonical = number_of(id).map(|number| format!("fd:{number}"));
    let found = process.descriptors().find(id).cloned().map_err(ToolError)?;
    let pages = found.pages;
    let start = whole(call, "start");
    let mode = text(call, "mode");
    if !flag(call, "read_all") {
        let given = match mode {
            VALUE_OF => Some(found.value),
            LINES_OF => {
                let start = usize::try_from(start.unwrap_or(1)).unwrap_or(1);
                Some(Value::vector(pages.lines_from(start, LINES).into_iter().map(Value::text).collect()))
            }
            _ => None,
        };
        if let Some(given) = given {
            process.descriptors().give(&given);
            return Ok(given);
        }
    }
    let piece = if flag(call, "read_all") {
        pages.whole()
    } else {
        let unit = Unit::parse(mode)
            .ok_or_else(|| ToolError(format!("mode is {:?}; it can be page, line or char", abridge(mode, 50))))?;
        let count = whole(call, "count").unwrap_or(1);
        let count = usize::try_from(count).ok().filter(|count| *count > 0);
        let count = count.ok_or_else(|| ToolError::new("count must be 1 or more"))?;
        let first = i64::try_from(unit.first()).unwrap_or(1);
        pages.read(unit, start.unwrap_or(first), count).map_err(|why| ToolError(format!("{id}: {why}")))?
    };
    let content = if piece.content.len() == pages.text().len() { pages.text().clone() } else { piece.content.into() };
    if flag(call, "extract_to_new_fd") {
        let id = process.descriptors().keep_text(content, &process.tree.ledger).map_err(ToolError)?;
        return Ok(Value::text(id));
    }
    let answer = answer(canonical.as_deref().unwrap_or(id), &piece, content, (pages.pages(), pages.lines()));
    process.descriptors().give(&answer);
    Ok(answer)
}

fn answer(id: &str, piece: &Piece<'_>, content: Text, (pages, lines): (usize, usize)) -> Value {
    let count = |n: usize| Value::from(i64::try_from(n).unwrap_or(i64::MAX));
    let pair = |(from, to): (usize, usize)| Value::vector(vec![count(from), count(to)]);
    Value::map([
        (Value::keyword("fd"), Value::text(id)),
        (Value::keyword("content"), Value::Text(content)),
        (Value::keyword("page"), count(piece.pages.0)),
        (Value::keyword("pages"), pair(piece.pages)),
        (Value::keyword("total_pages"), count(pages)),
        (Value::keyword("lines"), pair(piece.lines)),
        (Value::keyword("total_lines"), count(lines)),
        (Value::keyword("continued"), Value::from(piece.continued)),
        (Value::keyword("truncated"), Value::from(piece.truncated)),
    ])
}

fn search(call: &Call, process: &Process, deadline: Instant) -> Result<Value, ToolError> {
    let pages = process.descriptors().find(text(call, "fd")).map_err(ToolError)?.pages.clone();
    let pattern = text(call, "pattern");
    if pattern.is_empty() {
        return Err(ToolError::new("pattern is empty: every line would match"));
    }
    if pattern.contains('\n') {
        return Err(ToolError::new(
            "pattern has a line break, and lines are searched one by one: search for a part of it",
        ));
    }
    let regex = if flag(call, "regex") {
        Some(Regex::compile(pattern).map_err(|fault| ToolError(fault.message().into_owned()))?)
    } else {
        None
    };
    let matches = |line: &str| match &regex {
        Some(regex) => regex.compiled.is_match(line),
        None => line.contains(pattern),
    };
    let (mut found, mut count) = (Vec::new(), 0_usize);
    for (at, line) in pages.text().as_str().lines().enumerate() {
        if regex.is_some() && line.len() > MAX_REGEX_LINE {
            return Err(ToolError(format!(
                "line {} has {} bytes, and a regex searches lines of {MAX_REGEX_LINE} at most; search for a text (regex false), or \
                 read it by characters",
                at + 1,
                line.len()
            )));
        }
        if Instant::now() >= deadline {
            return Err(ToolError(format!(
                "the searches of this program take longer than {:?}; search for a text, or for a simpler regex",
                process.agent.settings.limits.max_time
            )));
        }
        if !matches(line) {
            continue;
        }
        count += 1;
        if count <= MATCHES {
            let number = i64::try_from(at + 1).unwrap_or(i64::MAX);
            let text = Value::text(abridge(line, MATCH));
            found.push(Value::map([(Value::keyword("line"), Value::from(number)), (Value::keyword("text"), text)]));
        }
    }
    if count > MATCHES {
        return Err(ToolError(format!(
            "{count} lines match, and at most {MATCHES} are given; look for something rarer"
        )));
    }
    let found = Value::vector(found);
    process.descriptors().give(&found);
    Ok(found)
}
