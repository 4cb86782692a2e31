//! The same task in five patterns: who decides what is done in which order, and when.
//!
//! - `dynamic`: the model makes agents as it goes, of sets of tools that the host allows;
//! - `predefined`: the agents are there, as tools; the model says what each is to do;
//! - `hybrid`: a first agent thinks the task through without tools, a second one works with its plan before it;
//! - `plan`: a planner hands in a plan as data; it is checked, then worked on step by step, and could be resumed;
//! - `parallel`: the host knows the tasks; so many agents at once, results in order.
//!
//! ```text
//! cargo run --example patterns                  all of them, with replies from script.json
//! cargo run --example patterns -- plan          one of them
//! ```

use std::error::Error;
use std::sync::Arc;

use ptc::lisp::value::parse_json;
use ptc::model::{Model, Scripted};
use ptc::{Executor, Options, Outcome, Plan, Refs, Tool, ToolError, Value};
use ptc::{as_tool, create_plan, delegate, delegate_all, spawn_agent};
use serde_json::Value as Json;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const TASK: &str = "Find the urgent mails and schedule a meeting about each";

#[tokio::main]
async fn main() -> Result<()> {
    let only = std::env::args().nth(1);
    let wanted = |name: &str| only.as_deref().is_none_or(|only| only == name);
    if wanted("dynamic") {
        show("dynamic", &dynamic(script("dynamic")?).await?);
    }
    if wanted("predefined") {
        show("predefined", &predefined(script("predefined")?).await?);
    }
    if wanted("hybrid") {
        show("hybrid", &hybrid(script("hybrid")?).await?);
    }
    if wanted("plan") {
        show("plan", &plan(script("plan")?, script("plan, carried out")?).await?);
    }
    if wanted("parallel") {
        parallel().await?;
    }
    Ok(())
}

/// The model chooses sets of tools for agents that it makes itself. It cannot ask for what is in no set.
async fn dynamic(model: Arc<dyn Model>) -> Result<Outcome> {
    let spawn = spawn_agent(Options::default(), [("email", email()?), ("calendar", calendar()?)]);
    Ok(delegate(TASK, Options::default().model(model).tools([spawn])).await?)
}

/// The agents are fixed; what goes from one to the other are refs, which the host takes out of results.
async fn predefined(model: Arc<dyn Model>) -> Result<Outcome> {
    let emails = Options::default()
        .name("email-agent")
        .description("Finds mails")
        .tools(email()?)
        .refs(Refs::new().path("email_ids", "[*].id").required());
    let meetings = Options::default()
        .name("calendar-agent")
        .description("Schedules meetings")
        .tools(calendar()?)
        .refs(Refs::new().path("meeting_ids", "[*].meeting"));
    Ok(delegate(TASK, Options::default().model(model).tools([as_tool(emails), as_tool(meetings)])).await?)
}

/// Two delegations: a plan in words, then the work, with the plan in the context.
async fn hybrid(model: Arc<dyn Model>) -> Result<Outcome> {
    let thought = "Which steps are needed, and what can be done in one program? Give a numbered plan; do nothing yet.";
    let planner = Options::default().model(model.clone()).tool_catalog(email()?).tool_catalog(calendar()?);
    let plan = delegate(&format!("{TASK}.\n{thought}"), planner).await?;
    let worker = Options::default().model(model).tools(email()?).tools(calendar()?);
    Ok(delegate(&format!("{TASK}.\nYour plan:\n{}", plan.summary), worker).await?)
}

/// The planner sees the tools and can only hand in a plan. What is carried out is the plan, not the planner's mood.
async fn plan(planner: Arc<dyn Model>, workers: Arc<dyn Model>) -> Result<Outcome> {
    let tools: Vec<Tool> = email()?.into_iter().chain(calendar()?).collect();
    let options = Options::default()
        .model(planner)
        .tools([create_plan(tools.iter().map(|tool| tool.name.clone()))])
        .tool_catalog(tools.clone())
        .refs(Refs::new().path("plan", "plan").required());
    let planned = delegate(&format!("Plan this: {TASK}"), options).await?;
    let mut plan = Plan::from_value(&planned.refs["plan"])?;
    println!("{}", plan.to_markdown());
    Ok(plan.run(&Executor::new(Options::default().model(workers).tools(tools)).retries(1)).await?)
}

/// Tasks that have nothing to do with each other: two at once, what came of them in order.
async fn parallel() -> Result<()> {
    let tasks = [
        ("Which mails are urgent?", "parallel, mails", email()?),
        ("Which slots are free?", "parallel, slots", calendar()?),
        ("How many mails are there?", "parallel, count", email()?),
    ];
    let tasks = tasks
        .into_iter()
        .map(|(task, replies, tools)| Ok((task.to_owned(), Options::default().model(script(replies)?).tools(tools))));
    for outcome in delegate_all(tasks.collect::<Result<Vec<_>>>()?, 2).await {
        show("parallel", &outcome?);
    }
    Ok(())
}

fn email() -> Result<Vec<Tool>> {
    let mails = r#"[{"id": 1, "subject": "Server down", "urgent": true},
                    {"id": 2, "subject": "Lunch?", "urgent": false},
                    {"id": 3, "subject": "Customer complains", "urgent": true}]"#;
    Ok(vec![answers("list_mails", "() -> [{:id :int :subject :string :urgent :bool}]", mails)?])
}

fn calendar() -> Result<Vec<Tool>> {
    let meet = Tool::new("create_meeting", |arguments| {
        let Some(Value::Int(mail)) = arguments.get("mail") else { return Err(ToolError::new("mail is needed")) };
        Ok(Value::map([(Value::keyword("meeting"), Value::from(100 + mail))]))
    });
    Ok(vec![
        answers("find_slots", "() -> [:string]", r#"["Mon 09:00", "Mon 09:30", "Mon 14:00"]"#)?,
        meet.spec("(mail :int, slot :string) -> {:meeting :int}")?,
    ])
}

/// A tool that always answers the same.
fn answers(name: &str, spec: &str, json: &'static str) -> Result<Tool> {
    let answer = |_: &Value| parse_json(json).map_err(|raise| ToolError::new(raise.to_error()));
    Ok(Tool::new(name, answer).spec(spec)?)
}

fn script(part: &str) -> Result<Arc<dyn Model>> {
    let scripts: Json = serde_json::from_str(include_str!("script.json"))?;
    Ok(Arc::new(Scripted::from_json(&scripts[part].to_string())?))
}

fn show(pattern: &str, outcome: &Outcome) {
    let usage = &outcome.usage;
    println!("{pattern}: {}", outcome.summary.replace('\n', "; "));
    println!("  result {}", outcome.result);
    println!("  {} replies of {} agents, {} tool calls", usage.requests, usage.processes, usage.tool_calls);
}
