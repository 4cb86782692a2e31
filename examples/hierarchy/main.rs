//! Agents as tools: an analyst asks two sub-agents, each with tools of its own, and never sees what they looked at.
//!
//! ```text
//! cargo run --example hierarchy
//! ```

use std::error::Error;

use ptc::lisp::value::parse_json;
use ptc::model::Scripted;
use ptc::trace::{EventKind, Verdict};
use ptc::{Options, Refs, Tool, ToolError, Value, as_tool, delegate};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let customers = as_tool(
        Options::default()
            .name("customers")
            .description("Knows who buys, and how much")
            .tools([table("list_customers", "() -> [{:id :int :name :string :revenue :int}]", CUSTOMERS)?])
            .refs(Refs::new().path("customer_id", "[0].id").required()),
    );
    let orders = as_tool(
        Options::default()
            .name("orders")
            .description("Knows the orders of a customer")
            .tools([table("list_orders", "() -> [{:customer :int :total :int}]", ORDERS)?])
            .refs(Refs::new().lisp("count", "(count result)")),
    );
    let outcome = delegate(
        "Who is our best customer, and how many orders are open?",
        Options::new(script()).tools([customers, orders]).observer(|event| {
            match &event.kind {
                EventKind::Start { task, .. } => println!("{:24} starts: {task}", event.path),
                EventKind::ToolEnd { name, args, .. } => println!("{:24} called {name} {args}", event.path),
                EventKind::End { .. } => println!("{:24} ends", event.path),
                _ => {}
            }
            Verdict::Continue
        }),
    )
    .await?;
    println!("\nsummary: {}", outcome.summary);
    println!("result:  {}", outcome.result);
    println!(
        "usage:   {} replies in the tree, {} of them the analyst's own",
        outcome.usage.requests, outcome.usage.own.requests
    );
    Ok(())
}

/// Replies for each process of the tree. Sub-agents name no model: they use their parent's.
fn script() -> Scripted {
    Scripted::new([
        "```clojure
(let [best  (tool/customers {:task \"Who is the best customer?\"})
      id    (get (:refs best) :customer_id)
      found (tool/orders {:task \"Which orders are open?\" :context {:customer_id id}})]
  {:customer id
   :said     (:summary best)
   :open     (get (:refs found) :count)})
```",
        "Fjordline is the best customer; two of its orders are open.",
    ])
    .process(
        "main/customers#1",
        [
            "```clojure\n(take 1 (sort-by (fn [c] (- (:revenue c))) (tool/list_customers)))\n```",
            "Fjordline brings the most: 91,000.",
        ],
    )
    .process(
        "main/orders#1",
        [
            "```clojure\n(filter (fn [o] (= ctx/customer_id (:customer o))) (tool/list_orders))\n```",
            "Two orders are open.",
        ],
    )
}

const CUSTOMERS: &str = r#"[{"id": 1, "name": "Polmar", "revenue": 40500},
                            {"id": 2, "name": "Fjordline", "revenue": 91000},
                            {"id": 3, "name": "Atelier Bleu", "revenue": 7200}]"#;

const ORDERS: &str =
    r#"[{"customer": 2, "total": 1200}, {"customer": 3, "total": 80}, {"customer": 2, "total": 15500}]"#;

/// A tool that answers with a table.
fn table(name: &str, spec: &str, json: &'static str) -> Result<Tool, Box<dyn Error>> {
    let answer = |_: &Value| parse_json(json).map_err(|raise| ToolError::new(raise.to_error()));
    Ok(Tool::new(name, answer).spec(spec)?)
}
