//! Two agents, one after the other, over a folder of mails: the first finds what is urgent, the second drafts replies.
//!
//! Only ids go from the first to the second. Nobody's context ever holds forty mails: programs do.
//!
//! ```text
//! cargo run --example mails                        replies from script.json: no key, no network
//! cargo run --example mails -- openai:gpt-4.1      the real thing, with a key in OPENAI_API_KEY
//! ```

use std::error::Error;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use ptc::contract::Type;
use ptc::model::{Model, Scripted, from_name};
use ptc::trace::{Event, EventKind, TurnResult, Verdict};
use ptc::{Options, Outcome, Refs, Tool, delegate};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A mail as it lies in `inbox.json`.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
struct Mail {
    id: u64,
    received: String,
    from: String,
    priority: String,
    subject: String,
    body: String,
}

#[derive(Deserialize, JsonSchema)]
struct ListEmails {
    /// At most so many, newest last.
    limit: u32,
}

#[derive(Deserialize, JsonSchema)]
struct ReadEmail {
    id: u64,
}

#[derive(Clone, Serialize, Deserialize, JsonSchema)]
struct Draft {
    to: String,
    subject: String,
    body: String,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let inbox: Arc<[Mail]> = serde_json::from_str::<Vec<Mail>>(&read("inbox.json")?)?.into();
    let drafts: Arc<Mutex<Vec<Draft>>> = Arc::default();
    let model = std::env::args().nth(1);

    let mails = inbox.clone();
    let list_emails = Tool::typed("list_emails", move |wanted: ListEmails| -> Result<Vec<Mail>, String> {
        Ok(mails.iter().take(wanted.limit as usize).cloned().collect())
    });
    let urgent = work(
        "Find all urgent emails",
        Options::default()
            .model(choose(&model, "find")?)
            .tools([list_emails.description("The mails of the inbox")])
            .refs(Refs::new().path("email_ids", "[*].id").required().typed(Type::parse("[:int]")?)),
    )
    .await?;

    let mails = inbox.clone();
    let read_email = Tool::typed("read_email", move |wanted: ReadEmail| -> Result<Mail, String> {
        mails.iter().find(|mail| mail.id == wanted.id).cloned().ok_or_else(|| format!("there is no mail {}", wanted.id))
    });
    let kept = drafts.clone();
    let save_draft = Tool::typed("save_draft", move |draft: Draft| -> Result<usize, String> {
        let mut drafts = kept.lock().map_err(|error| error.to_string())?;
        drafts.push(draft);
        Ok(drafts.len())
    });
    work(
        "Draft a short reply to each of the mails in ctx/email_ids",
        Options::default()
            .model(choose(&model, "draft")?)
            .tools([read_email, save_draft.description("Keeps a draft; gives the number of drafts")])
            .with_context("email_ids", urgent.refs["email_ids"].clone()),
    )
    .await?;

    println!("\nThe drafts:");
    for draft in drafts.lock().map_err(|error| error.to_string())?.iter() {
        println!("  {} | {} | {}", draft.to, draft.subject, draft.body);
    }
    Ok(())
}

/// Gives a task to an agent, showing what happens as it happens and what came of it.
async fn work(task: &str, options: Options) -> Result<Outcome, Box<dyn Error>> {
    println!("\n=== {task}");
    let outcome = delegate(task, options.observer(show)).await?;
    println!("--- done");
    println!("  result  {}", cut(&outcome.result.to_string(), 140));
    println!("  summary {}", outcome.summary);
    for (name, value) in &outcome.refs {
        println!("  ref     {name} = {value}");
    }
    let usage = outcome.usage;
    println!(
        "  usage   {} replies, {} programs, {} tool calls, {} tokens",
        usage.requests, usage.total_runs, usage.tool_calls, usage.total_tokens
    );
    Ok(outcome)
}

/// Replies, tool calls, values and errors, in the order in which they happen.
fn show(event: &Event) -> Verdict {
    match &event.kind {
        EventKind::Response { turn, text, .. } => {
            println!("--- reply {turn}");
            text.lines().for_each(|line| println!("    {line}"));
        }
        EventKind::ToolEnd { name, args, result: Some(result), .. } => {
            println!("  tool {name} {} → {}", cut(&args.to_string(), 90), cut(&result.to_string(), 60));
        }
        EventKind::ToolEnd { name, args, error: Some(error), .. } => println!("  tool {name} {args} failed: {error}"),
        EventKind::TurnEnd(TurnResult { result, error, .. }) => {
            if let Some(result) = result {
                println!("  value {}", cut(&result.to_string(), 140));
            }
            error.iter().flat_map(|error| error.lines()).for_each(|line| println!("  error {line}"));
        }
        _ => {}
    }
    Verdict::Continue
}

/// The model named on the command line, or a script of replies.
fn choose(name: &Option<String>, script: &str) -> Result<Arc<dyn Model>, Box<dyn Error>> {
    match name {
        Some(name) => Ok(from_name(name, None)?),
        None => {
            let scripts: serde_json::Value = serde_json::from_str(&read("script.json")?)?;
            Ok(Arc::new(Scripted::from_json(&scripts[script].to_string())?))
        }
    }
}

fn read(name: &str) -> Result<String, Box<dyn Error>> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("examples/mails").join(name);
    std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()).into())
}

fn cut(text: &str, characters: usize) -> String {
    match text.char_indices().nth(characters) {
        Some((at, _)) => format!("{} …", &text[..at]),
        None => text.to_owned(),
    }
}
