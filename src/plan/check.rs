//! What is wrong with a plan, all of it at once, before any model is asked.

use std::collections::HashMap;

use super::{Plan, PlanError, PlanStep};
use crate::contract::check_output;
use crate::lisp::text::nearest;

/// What a step needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    /// The result of the step at this place, or the field of it that has the need's name.
    Result(usize),
    /// See [`Need::Result`].
    Field(usize),
    /// A value that the host gives to every step.
    Context,
}

/// What the names of a plan may stand for.
#[derive(Default)]
pub(super) struct Known<'a> {
    /// The tools and sets of tools, if they are known.
    pub tools: Option<Vec<&'a str>>,
    /// The values of the host.
    pub context: Vec<&'a str>,
}

/// The needs of every step, in the order in which it names them.
pub(super) fn check(plan: &Plan, known: &Known<'_>) -> Result<Vec<Vec<Need>>, PlanError> {
    let mut problems = Vec::new();
    if plan.steps.is_empty() {
        problems.push("the plan has no steps".into());
    }
    for step in &plan.steps {
        check_alone(step, known, &mut problems);
    }
    let mut places: HashMap<&str, usize> = HashMap::new();
    for (at, step) in plan.steps.iter().enumerate() {
        if let Some(first) = places.get(step.id.as_str()) {
            problems.push(format!("{}: steps {} and {} have the same id", name(step), first + 1, at + 1));
        } else {
            places.insert(&step.id, at);
        }
    }
    let outputs: Vec<(String, usize)> = plan
        .steps
        .iter()
        .enumerate()
        .flat_map(|(at, step)| step.output.iter().flat_map(|output| output.names()).map(move |field| (field, at)))
        .collect();
    let mut needs = Vec::new();
    for step in &plan.steps {
        let found = step.needs.iter().filter_map(|need| match find(need, &places, &outputs, known, plan) {
            Ok(Need::Result(at)) if plan.steps.get(at).is_some_and(|other| other.id == step.id) => {
                problems.push(format!("{}: it needs itself", name(step)));
                None
            }
            Ok(need) => Some(need),
            Err(why) => {
                problems.push(format!("{}: {why}", name(step)));
                None
            }
        });
        needs.push(found.collect::<Vec<Need>>());
    }
    if let Some(cycle) = cycle(&needs) {
        let names: Vec<&str> = cycle.iter().filter_map(|at| plan.steps.get(*at)).map(|step| &*step.id).collect();
        problems.push(format!("steps wait for each other: {} (each needs the next)", names.join(" → ")));
    }
    if problems.is_empty() { Ok(needs) } else { Err(PlanError { problems }) }
}

fn name(step: &PlanStep) -> String {
    format!("step {:?}", step.id)
}

/// What is wrong with a step whatever the others are.
fn check_alone(step: &PlanStep, known: &Known<'_>, problems: &mut Vec<String>) {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if step.id.is_empty() || !step.id.chars().all(plain) {
        problems.push(format!("{}: an id is made of letters, digits, - and _", name(step)));
    }
    if step.task.trim().is_empty() {
        problems.push(format!("{}: it has no task", name(step)));
    }
    match (step.output.as_ref().map(super::StepOutput::kind), &step.done) {
        (Some(Err(error)), _) => problems.push(format!("{}: output: {error}", name(step))),
        (Some(Ok(kind)), Some(done)) => {
            let issues = check_output(&kind, &done.result, "result").err().unwrap_or_default();
            problems.extend(issues.iter().map(|issue| format!("{}: it is done, but {issue}", name(step))));
        }
        (Some(Ok(_)) | None, _) => {}
    }
    for tool in &step.tools {
        let Some(tools) = &known.tools else { continue };
        if !tools.contains(&tool.as_str()) {
            let hint = hint(tool, tools.iter().copied(), "the tools are");
            problems.push(format!("{}: there is no tool {tool:?}{hint}", name(step)));
        }
    }
}

/// The nearest name, or all of them if they are few.
fn hint<'a>(wrong: &str, names: impl Iterator<Item = &'a str> + Clone, all: &str) -> String {
    match nearest(wrong, names.clone()) {
        Some(near) => format!("; did you mean {near:?}?"),
        None if names.clone().count() == 0 => String::new(),
        None => {
            let shown: Vec<&str> = names.clone().take(20).collect();
            let more = if names.count() > shown.len() { ", …" } else { "" };
            format!("; {all} {}{more}", shown.join(", "))
        }
    }
}

fn find(
    need: &str,
    places: &HashMap<&str, usize>,
    outputs: &[(String, usize)],
    known: &Known<'_>,
    plan: &Plan,
) -> Result<Need, String> {
    let fields: Vec<usize> = outputs.iter().filter(|(field, _)| field == need).map(|(_, at)| *at).collect();
    let id = |at: &usize| plan.steps.get(*at).map(|step| step.id.as_str()).unwrap_or_default();
    match (places.get(need), fields.as_slice()) {
        (Some(at), []) => Ok(Need::Result(*at)),
        (None, [at]) => Ok(Need::Field(*at)),
        (None, []) if known.context.contains(&need) => Ok(Need::Context),
        (None, []) => {
            let names = plan.steps.iter().map(|step| step.id.as_str());
            let names =
                names.chain(outputs.iter().map(|(field, _)| field.as_str())).chain(known.context.iter().copied());
            let hint = hint(need, names, "there are");
            Err(format!("it needs {need:?}, which is no step and no field of an output{hint}"))
        }
        (Some(_), [at, ..]) => {
            Err(format!("it needs {need:?}, which is a step and a field of {:?}; rename one of them", id(at)))
        }
        (None, several) => {
            let ids: Vec<&str> = several.iter().map(id).collect();
            Err(format!(
                "it needs {need:?}, which is a field of several outputs; need one of the steps {}",
                ids.join(", ")
            ))
        }
    }
}

/// The places of the steps before a step.
pub(super) fn before(needs: &[Need]) -> impl Iterator<Item = usize> {
    needs.iter().filter_map(|need| match need {
        Need::Result(at) | Need::Field(at) => Some(*at),
        Need::Context => None,
    })
}

/// Steps of which each needs the next, the first one again at the end.
fn cycle(needs: &[Vec<Need>]) -> Option<Vec<usize>> {
    // What is left when every step that waits for nothing that is left has been taken away.
    let mut open: Vec<bool> = vec![true; needs.len()];
    let mut changed = true;
    while std::mem::take(&mut changed) {
        for (at, needs) in needs.iter().enumerate() {
            if open[at] && before(needs).all(|other| !open.get(other).copied().unwrap_or(false)) {
                (open[at], changed) = (false, true);
            }
        }
    }
    let mut at = open.iter().position(|open| *open)?;
    let mut way = Vec::new();
    // From a step that waits to one that it waits for: this comes round.
    while !way.contains(&at) {
        way.push(at);
        at = before(needs.get(at)?).find(|other| open.get(*other).copied().unwrap_or(false))?;
    }
    let mut round = way.split_off(way.iter().position(|step| *step == at)?);
    round.push(at);
    Some(round)
}
