//! Large registries: the right tools are found among two hundred, and a prompt need not hold them all.
#![cfg(feature = "agent")]

use std::collections::BTreeSet;

use ptc::agent::choose_tools;
use ptc::model::Scripted;
use ptc::tool::discover;
use ptc::{Options, Tool, Value, delegate};

/// Things of a company, and what people say of them.
const THINGS: [(&str, &str); 20] = [
    ("expense", "money that employees spent on travel, hotels and meals"),
    ("invoice", "a bill to a customer, with its due date and amount"),
    ("payment", "money received from a customer or sent to a supplier"),
    ("customer", "a company or person who buys from us, with address and revenue"),
    ("order", "what a customer has bought, with items and prices"),
    ("shipment", "a parcel on its way, with carrier and tracking number"),
    ("product", "an article of the catalogue, with price and stock"),
    ("supplier", "a company that we buy material from"),
    ("employee", "a person who works here, with team and manager"),
    ("vacation", "days off: holidays and sick leave"),
    ("meeting", "an appointment in the calendar, with attendees and room"),
    ("email", "a message in the mailbox, with sender and subject"),
    ("ticket", "a bug report or question in support, with priority"),
    ("deployment", "a release of a service to production or staging"),
    ("server", "a machine in the data centre, with load and disk"),
    ("alert", "an alarm of monitoring, with severity"),
    ("document", "a file in the shared folders"),
    ("contract", "a signed agreement with clauses and end date"),
    ("campaign", "a marketing action, with budget and clicks"),
    ("candidate", "a person who applied for a job, with interviews"),
];

/// What can be done with each.
const ACTIONS: [(&str, &str); 10] = [
    ("list", "Lists all of them, newest first"),
    ("get", "Gives one by its id"),
    ("search", "Finds them by a text"),
    ("create", "Makes a new one"),
    ("update", "Changes one"),
    ("delete", "Removes one for good"),
    ("export", "Writes them into a spreadsheet"),
    ("count_by", "Counts them by month or by a field"),
    ("sum_by", "Adds up their amounts by a field, for a quarter or a year"),
    ("notify_about", "Tells the people who are concerned by chat"),
];

fn registry() -> Vec<Tool> {
    let tool = |(action, does): (&str, &str), (thing, what): (&str, &str)| {
        let about = format!("{does}. A {thing} is {what}.");
        Tool::new(format!("{action}_{thing}"), |_| Ok(Value::from(7)))
            .spec("(id :int?, text :string?) -> :any")
            .expect("a signature")
            .description(about)
    };
    THINGS.into_iter().flat_map(|thing| ACTIONS.into_iter().map(move |action| tool(action, thing))).collect()
}

/// Tasks as people give them, and the tools that they cannot be done without.
const TASKS: [(&str, &[&str]); 8] = [
    ("Analyze the travel expenses of the third quarter", &["list_expense", "sum_by_expense"]),
    ("Which invoices are overdue? List them.", &["list_invoice"]),
    ("Schedule a meeting with everybody of the sales team", &["create_meeting"]),
    ("How many support tickets came in per month?", &["count_by_ticket"]),
    ("Search the emails for the offer of Polmar", &["search_email"]),
    ("Roll out the new release to production", &["create_deployment"]),
    ("Who is on holiday next week?", &["list_vacation"]),
    ("Export the applicants for the job and their interviews to a spreadsheet", &["export_candidate"]),
];

#[test]
fn discover_ranks_needed_tools_among_the_first_ten() {
    let tools = registry();
    assert_eq!(tools.len(), 200);
    let (mut found, mut wanted) = (0, 0);
    for (task, needed) in TASKS {
        let names: Vec<&str> = discover(task, &tools, 10).iter().map(|tool| tool.name.as_str()).collect();
        let hits = needed.iter().filter(|name| names.contains(name)).count();
        if hits < needed.len() {
            println!("{task}: {needed:?} not all in {names:?}");
        }
        (found, wanted) = (found + hits, wanted + needed.len());
    }
    println!("recall at 10: {found} of {wanted}");
    assert!(found * 100 >= wanted * 95, "recall at 10: {found} of {wanted}");
}

#[test]
fn discover_ranks_a_tool_first_by_its_own_words() {
    let tools = registry();
    let mut missed: BTreeSet<String> = BTreeSet::new();
    for tool in &tools {
        let first = discover(&tool.name.replace('_', " "), &tools, 1);
        if first.first().is_none_or(|first| first.name != tool.name) {
            missed.insert(tool.name.clone());
        }
    }
    assert!(missed.is_empty(), "{missed:?}");
}

#[tokio::test]
async fn apropos_finds_tools_the_prompt_hides() {
    let replies = [
        "```clojure\n(vec (take 2 (apropos \"sum expenses by field\")))\n```",
        "```clojure\n(describe-tool \"sum_by_expenses\")\n```",
        "```clojure\n(describe-tool (first ctx/last-result))\n```",
        "```clojure\n(describe-tool \"sum_by_expense\")\n```",
        "```clojure\n(tool/sum_by_expense {:text \"travel\"})\n```",
        "Seven.",
    ];
    let task = "Sum up the travel expenses";
    let found = delegate(task, Options::new(Scripted::new(replies)).tools(registry()).max_turns(6).discovery())
        .await
        .expect("an outcome");
    let told: Vec<String> = found
        .trace
        .iter()
        .map(|turn| serde_json::json!(turn.result).to_string() + &serde_json::json!(turn.error).to_string())
        .collect();
    assert!(told[0].starts_with("[\"tool/sum_by_expense\","), "{told:?}");
    assert!(told[1].contains("did you mean") && told[1].contains("sum_by_expense"), "{told:?}");
    assert!(told[2].contains("(tool/sum_by_expense {})") && told[2].contains("Adds up"), "{told:?}");
    assert_eq!(told[2], told[3]);
    assert_eq!(found.result, Value::from(7));

    let shown = delegate(task, Options::new(Scripted::new(["Seven."])).tools(registry())).await.expect("an outcome");
    let length = |outcome: &ptc::Outcome| outcome.trace[0].system.as_ref().map_or(0, |system| system.len());
    println!("system prompt: {} bytes with 200 tools, {} with discovery", length(&shown), length(&found));
    assert!(length(&found) * 5 < length(&shown), "{} {}", length(&found), length(&shown));
}

#[tokio::test]
async fn choose_tools_refuses_unknown_names() {
    let replies = [
        "```clojure\n(apropos \"overdue bill\")\n```",
        "```clojure\n(return (tool/select-tools {:names [\"list_invoices\"]}))\n```",
        "```clojure\n(return (tool/select-tools {:names [\"list_invoice\" \"notify_about_invoice\"]}))\n```",
    ];
    let chosen =
        choose_tools("Remind whose invoices are overdue", Options::new(Scripted::new(replies)).tools(registry()));
    let names: Vec<String> = chosen.await.expect("tools").into_iter().map(|tool| tool.name).collect();
    assert_eq!(names, ["list_invoice", "notify_about_invoice"]);
}
