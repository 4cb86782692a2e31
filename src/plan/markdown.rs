//! A plan as a Markdown check-list, which an issue of any tracker can hold, and which reads back.
//!
//! ```text
//! # The goal
//!
//! - [x] find: The task
//!   - tools: list_mails
//!   - output: {:ids [:int]}
//!   - result: {:ids [1 3]}
//! - [ ] draft: Another task
//!   - needs: ids
//! ```
//!
//! What cannot stand in a line as it is stands there as a JSON string, and what a tracker would make links or mentions of
//! as code.

use std::fmt::Write as _;

use serde_json::Value as Json;

use super::steps::edn;
use super::{Done, Plan, PlanError, PlanStep, StepOutput};
use crate::lisp::text::nearest;
use crate::lisp::value::readable;

const FIELDS: [&str; 7] = ["tools", "needs", "output", "retries", "result", "summary", "failed"];

impl Plan {
    /// The plan as a check-list, with the results of what is finished.
    pub fn to_markdown(&self) -> String {
        let mut text = String::new();
        if !self.goal.is_empty() {
            let _ = writeln!(text, "# {}\n", line(&self.goal));
        }
        for step in &self.steps {
            let tick = if step.done.is_some() { 'x' } else { ' ' };
            let _ = writeln!(text, "- [{tick}] {}: {}", word(&step.id), line(&step.task));
            let mut field = |name: &str, value: String| {
                let _ = writeln!(text, "  - {name}: {value}");
            };
            for (name, words) in [("tools", &step.tools), ("needs", &step.needs)] {
                if !words.is_empty() {
                    field(name, words.iter().map(|each| word(each)).collect::<Vec<_>>().join(", "));
                }
            }
            match &step.output {
                None => {}
                Some(StepOutput::Contract(text))
                    if serde_json::from_str::<Json>(text).is_ok() || text.contains('`') =>
                {
                    field("output", Json::from(text.as_str()).to_string());
                }
                Some(StepOutput::Contract(text)) => field("output", line(text)),
                Some(StepOutput::Fields(fields)) => field("output", serde_json::to_string(fields).unwrap_or_default()),
            }
            if step.retries > 0 {
                field("retries", step.retries.to_string());
            }
            if let Some(done) = &step.done {
                field("result", plain(readable(&done.result)));
                if !done.summary.is_empty() {
                    field("summary", plain(line(&done.summary)));
                }
            }
            if let Some(failed) = &step.failed {
                field("failed", plain(line(failed)));
            }
        }
        text
    }

    /// Reads a check-list.
    ///
    /// # Errors
    /// All lines that say nothing about the plan, with their numbers: they could not be written back.
    pub fn from_markdown(text: &str) -> Result<Self, PlanError> {
        let mut plan = Self::default();
        let mut problems = Vec::new();
        for (number, line) in text.lines().enumerate() {
            if let Err(why) = read_line(&mut plan, line.trim_end()) {
                problems.push(format!("line {}: {why}", number + 1));
            }
        }
        for step in plan.steps.iter_mut().filter(|step| step.done.is_some()) {
            step.failed = None;
        }
        if problems.is_empty() { Ok(plan) } else { Err(PlanError { problems }) }
    }
}

/// A text as the rest of a line.
fn line(text: &str) -> String {
    let plain = !text.is_empty() && text.trim() == text && !text.starts_with('"') && !text.contains(char::is_control);
    // Unicode has line ends of its own, which editors and trackers may take for some.
    let plain = plain && !text.contains(['\u{2028}', '\u{2029}', '\u{feff}']);
    if plain { text.to_owned() } else { Json::from(text).to_string() }
}

fn unline(text: &str) -> Result<String, String> {
    if text.starts_with('"') {
        return serde_json::from_str(text)
            .map_err(|error| format!("a text that begins with \" is a JSON string: {error}"));
    }
    Ok(text.to_owned())
}

/// What came of a step, as code where Markdown or a tracker would make something of it: what a model or a tool has
/// written mentions nobody, links to nothing and looks as it is.
fn plain(text: String) -> String {
    let marked = text.contains(['@', '#', '<', '>', '&', '*', '_', '~', '`', '\\', '$'])
        || ["](", "][", "://", "www.", "GH-", "gh-"].iter().any(|mark| text.contains(mark));
    if !marked {
        return text;
    }
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// The text of a line that may be code.
fn unplain(text: &str) -> &str {
    let fence = text.len() - text.trim_start_matches('`').len();
    let code = text.get(fence..text.len().saturating_sub(fence)).unwrap_or_default();
    let ends = text.len() - text.trim_end_matches('`').len();
    if fence == 0 || ends != fence || code.is_empty() {
        return text;
    }
    let padded = code.strip_prefix(' ').and_then(|code| code.strip_suffix(' '));
    padded.filter(|code| code.starts_with('`') || code.ends_with('`')).unwrap_or(code)
}

/// A name in a list.
fn word(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./!?".contains(c);
    if !name.is_empty() && name.chars().all(plain) { name.to_owned() } else { Json::from(name).to_string() }
}

/// The first name of a text, and what comes after it.
fn take_word(text: &str) -> Result<(String, &str), String> {
    if !text.starts_with('"') {
        let (name, rest) = text.split_at(text.find([':', ',']).unwrap_or(text.len()));
        return Ok((name.trim().trim_matches(['`', '*']).to_owned(), rest));
    }
    let mut strings = serde_json::Deserializer::from_str(text).into_iter::<String>();
    let name = strings.next().ok_or("a name is missing")?.map_err(|error| error.to_string())?;
    Ok((name, text.get(strings.byte_offset()..).unwrap_or_default().trim_start()))
}

fn words(mut text: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    loop {
        let (name, rest) = take_word(text)?;
        words.push(name);
        match rest.strip_prefix(',') {
            Some(more) => text = more.trim_start(),
            None if rest.is_empty() => return Ok(words),
            None => return Err(format!("expected a comma and another name, got {rest:?}")),
        }
    }
}

fn read_line(plan: &mut Plan, line: &str) -> Result<(), String> {
    if line.is_empty() {
        return Ok(());
    }
    if let Some(goal) = line.strip_prefix("# ") {
        if !plan.goal.is_empty() {
            return Err("a second goal; there is one".into());
        }
        plan.goal = unline(goal.trim())?;
        return Ok(());
    }
    let item = line.strip_prefix("- [").or_else(|| line.strip_prefix("* ["));
    if let Some((tick, rest)) = item.and_then(|item| item.split_once("] ")) {
        let (id, rest) = take_word(rest.trim_start())?;
        let task = rest.strip_prefix(':').ok_or("a step reads - [ ] id: task")?;
        let done = match tick {
            " " | "" => None,
            // What somebody has ticked by hand has no result.
            "x" | "X" => Some(Done { result: crate::Value::Nil, summary: String::new() }),
            _ => return Err(format!("[{tick}] is neither [ ] nor [x]")),
        };
        plan.steps.push(PlanStep { id, task: unline(task.trim())?, done, ..PlanStep::default() });
        return Ok(());
    }
    let field = line.trim_start();
    let field =
        field.strip_prefix("- ").or_else(|| field.strip_prefix("* ")).filter(|_| line.starts_with(char::is_whitespace));
    let Some((name, value)) = field.and_then(|field| field.split_once(':')) else {
        return Err("expected # goal, - [ ] id: task, or a field of a step such as `  - needs: id`".into());
    };
    let step = plan.steps.last_mut().ok_or("a field before the first step")?;
    read_field(step, name.trim(), value.trim())
}

fn read_field(step: &mut PlanStep, name: &str, value: &str) -> Result<(), String> {
    match name {
        "tools" => step.tools = words(value)?,
        "needs" => step.needs = words(value)?,
        "output" => {
            step.output = Some(match serde_json::from_str(value) {
                Ok(output) => output,
                Err(_) => StepOutput::Contract(value.trim_matches('`').to_owned()),
            });
        }
        "retries" => step.retries = value.parse().map_err(|_| format!("retries: expected a number, got {value:?}"))?,
        "failed" => step.failed = Some(unline(unplain(value))?),
        "result" | "summary" => {
            let done = step.done.as_mut().ok_or(format!("{name}: the step is not ticked"))?;
            match name {
                "result" => done.result = edn(unplain(value))?,
                _ => done.summary = unline(unplain(value))?,
            }
        }
        _ => {
            let near = nearest(name, FIELDS).map(|near| format!("; did you mean {near}?"));
            let near = near.unwrap_or_else(|| format!("; the fields are {}", FIELDS.join(", ")));
            return Err(format!("a step has no field {name:?}{near}"));
        }
    }
    Ok(())
}
