//! What programs save, and what the runtime costs. Prints the tables of `docs/measured.md`.
//!
//! - `task`: a task of five steps, done by program and by calling one tool at a time, over 10, 1,000 and 10,000 rows: turns,
//!   and bytes sent to the model and back;
//! - `overhead`: microseconds that a turn takes besides the model;
//! - `overlap`: a hundred reads of 10 ms each, one after the other and overlapping;
//! - `forks`: microseconds that a fork takes after 1 KB, 1 MB and 100 MB of conversation; ten forks that wait, at once;
//! - `descriptors`: what keeping and reading texts of 1 MB and 100 MB takes;
//! - `delegates`: a thousand delegates at once against a model at a local endpoint: turns in a second, memory.
//!
//! ```text
//! cargo run --release --example measure                 all of it
//! cargo run --release --example measure -- task 10      one table; of the first, one row
//! ```

mod processes;

use std::error::Error;
use std::io::{BufRead as _, BufReader as Lines};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use ptc::lisp::value::from_json;
use ptc::model::{Model, Scripted, from_name};
use ptc::trace::TurnCall;
use ptc::{Options, Outcome, Tool, ToolError, Value, delegate, delegate_all};
use serde_json::{Value as Json, json};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const TASK: &str =
    "File a report on the five largest overdue orders, with the names of the customers and the totals in euros.";

/// Looks at the data, then does all five steps: fetch, choose, look up, convert, file.
const REPLIES: [&str; 3] = [
    "```clojure\n(take 2 (tool/orders))\n```",
    "```clojure
(let [due (take 5 (sort-by :total > (filter (where :status = \"overdue\") (tool/orders))))
      lines (mapv (fn [{:keys [id customer total]}]
                    (let [{:keys [name currency]} (tool/customer {:id customer})]
                      {:order id :name name :euros (* total (tool/rate {:currency currency}))}))
                  due)]
  (tool/file_report {:lines lines :total (sum-by :euros lines)}))
```",
    "Report R-5 is filed.",
];

#[tokio::main]
async fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        [] => {
            task(&[10, 1_000, 10_000]).await?;
            overhead().await?;
            overlap().await?;
            processes::forks().await?;
            processes::descriptors().await?;
            delegates(1_000).await
        }
        ["task"] => task(&[10, 1_000, 10_000]).await,
        ["task", rows] => task(&[rows.parse()?]).await,
        ["overhead"] => overhead().await,
        ["overlap"] => overlap().await,
        ["forks"] => processes::forks().await,
        ["descriptors"] => processes::descriptors().await,
        ["delegates"] => delegates(1_000).await,
        ["delegates", count] => delegates(count.parse()?).await,
        ["serve", delay] => serve(Duration::from_millis(delay.parse()?)).await,
        _ => Err("measure [task [ROWS] | overhead | overlap | forks | descriptors | delegates [COUNT]]".into()),
    }
}

/// A shop with so many orders.
fn shop(rows: usize) -> Result<Vec<Tool>> {
    let orders: Json = (0..rows)
        .map(|id| {
            let status = ["paid", "overdue", "open"][id % 3];
            json!({ "id": id, "customer": id * 7 % 97, "total": (id * 7_919 % 10_007) as f64 / 4.0, "status": status,
                "note": format!("ordered by telephone, to be delivered on day {}", id % 28) })
        })
        .collect();
    let orders = from_json(&orders).map_err(|raise| raise.to_error().to_string())?;
    let id = |arguments: &Value| if let Some(Value::Int(id)) = arguments.get("id") { *id } else { 0 };
    let customer = move |arguments: &Value| {
        let id = id(arguments);
        let currency = if id % 2 == 0 { "EUR" } else { "USD" };
        from_json(&json!({ "id": id, "name": format!("Customer {id}"), "currency": currency }))
            .map_err(|raise| ToolError::new(raise.to_error()))
    };
    let rate = |arguments: &Value| {
        let euro = arguments.get("currency").and_then(Value::as_name) == Some("EUR");
        Ok(Value::from(if euro { 1.0 } else { 0.9 }))
    };
    let file = |_: &Value| Ok(Value::text("R-5"));
    Ok(vec![
        Tool::new("orders", move |_| Ok(orders.clone()))
            .spec("() -> [{:id :int :customer :int :total :float :status :string :note :string}]")?
            .description("All orders")
            .reads(),
        Tool::new("customer", customer)
            .spec("(id :int) -> {:id :int :name :string :currency :string}")?
            .description("A customer")
            .reads(),
        Tool::new("rate", rate)
            .spec("(currency :string) -> :float")?
            .description("What a unit of a currency is in euros")
            .reads(),
        Tool::new("file_report", file)
            .spec("(lines [{:order :int :name :string :euros :float}], total :float) -> :string")?
            .description("Files a report and gives its number"),
    ])
}

/// Turns, and bytes sent and received.
#[derive(Default)]
struct Cost {
    turns: usize,
    bytes: usize,
}

async fn task(rows: &[usize]) -> Result<()> {
    println!("| rows | by program | a call for each turn | all calls of a step at once |\n|---:|---:|---:|---:|");
    for rows in rows {
        let tools = shop(*rows)?;
        let options = Options::new(Scripted::new(REPLIES)).tools(tools.clone());
        let outcome = delegate(TASK, options).await?;
        if outcome.result != Value::text("R-5") {
            return Err(format!("the report was not filed: {}", outcome.result).into());
        }
        let calls = calls(&outcome);
        let one_each: Vec<Vec<TurnCall>> = calls.iter().map(|call| vec![call.clone()]).collect();
        let costs = [by_program(&outcome), by_calls(&tools, &one_each), by_calls(&tools, &by_step(&calls))];
        let cells = costs.map(|Cost { turns, bytes }| format!("{turns} turns, {} bytes", grouped(bytes)));
        println!("| {} | {} |", grouped(*rows), cells.join(" | "));
    }
    println!();
    Ok(())
}

/// What the agent's turns came to: the prompt and the whole conversation in each request, and the replies.
fn by_program(outcome: &Outcome) -> Cost {
    let mut cost = Cost::default();
    for turn in &outcome.trace {
        let mut messages = vec![json!({ "role": "system", "content": turn.system })];
        messages.extend(turn.messages.iter().map(|message| json!(message)));
        cost.turns += 1;
        cost.bytes += json!({ "model": "m", "messages": messages }).to_string().len();
        cost.bytes += turn.reply.as_ref().map_or(0, String::len);
    }
    cost
}

/// The calls that did the work, without those of the first look.
fn calls(outcome: &Outcome) -> Vec<TurnCall> {
    let working = outcome.trace.iter().skip(1);
    working.flat_map(|turn| &turn.tool_calls).cloned().collect()
}

/// The calls by tool: those of one step do not need each other.
fn by_step(calls: &[TurnCall]) -> Vec<Vec<TurnCall>> {
    let of = |name: &str| calls.iter().filter(|call| call.name == name).cloned().collect();
    ["orders", "customer", "rate", "file_report"].map(of).into()
}

/// What the same calls come to where the model makes them itself, in the messages of chat completions: each result goes into the
/// conversation, and the conversation into each request.
fn by_calls(tools: &[Tool], steps: &[Vec<TurnCall>]) -> Cost {
    let described: Vec<Json> = tools
        .iter()
        .map(|tool| {
            let parameters = tool.spec_of().map(|spec| spec.signature.input_schema()).unwrap_or_default();
            let function = json!({ "name": tool.name, "description": tool.description, "parameters": parameters });
            json!({ "type": "function", "function": function })
        })
        .collect();
    let mut messages = vec![
        json!({ "role": "system", "content": "Do the task with the tools." }),
        json!({ "role": "user", "content": TASK }),
    ];
    let mut cost = Cost::default();
    let mut ask = |messages: &[Json], reply: &Json| {
        cost.turns += 1;
        cost.bytes += json!({ "model": "m", "messages": messages, "tools": described }).to_string().len();
        cost.bytes += reply.to_string().len();
    };
    for step in steps {
        let calls: Vec<Json> = step
            .iter()
            .enumerate()
            .map(|(at, call)| {
                let function = json!({ "name": call.name, "arguments": call.args.to_string() });
                json!({ "id": format!("call_{at}"), "type": "function", "function": function })
            })
            .collect();
        let reply = json!({ "role": "assistant", "tool_calls": calls });
        ask(&messages, &reply);
        messages.push(reply);
        for (at, call) in step.iter().enumerate() {
            let content = call.result.as_ref().unwrap_or(&Json::Null).to_string();
            messages.push(json!({ "role": "tool", "tool_call_id": format!("call_{at}"), "content": content }));
        }
    }
    ask(&messages, &json!({ "role": "assistant", "content": REPLIES[2] }));
    cost
}

fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The time of a turn, by what a run of 21 turns takes longer than one of a single turn.
async fn overhead() -> Result<()> {
    const TURNS: u32 = 20;
    const RUNS: usize = 100;
    let now = Tool::new("id", |arguments| Ok(arguments.clone())).spec("(n :int) -> {:n :int}")?;
    let later = Tool::asynchronous("later", |call| async move { Ok(call.arguments) }).spec("(n :int) -> {:n :int}")?;
    println!("| program of each turn | µs a turn |\n|---|---:|");
    for (about, program) in [
        ("`(+ 1 2)`", "(+ 1 2)"),
        ("a call of a function", "(tool/id {:n 1})"),
        ("a call of an asynchronous function", "(tool/later {:n 1})"),
        ("100 calls of a function", "(mapv (fn [n] (tool/id {:n n})) (range 100))"),
    ] {
        let run = async |turns: u32| -> Result<Duration> {
            let replies = (0..turns).map(|_| program.to_owned()).chain(["done".to_owned()]);
            let options = Options::new(Scripted::new(replies)).tools([now.clone(), later.clone()]).max_turns(turns + 1);
            let began = Instant::now();
            delegate("Go.", options).await?;
            Ok(began.elapsed())
        };
        let mut times = Vec::new();
        for _ in 0..RUNS {
            times.push(run(TURNS).await?.saturating_sub(run(0).await?) / TURNS);
        }
        times.sort();
        println!("| {about} | {} |", times.get(RUNS / 2).map_or(0, Duration::as_micros));
    }
    println!();
    Ok(())
}

/// The time of a hundred reads, by how many may be in progress at once.
async fn overlap() -> Result<()> {
    let fetch = Tool::asynchronous("fetch", |call| async move {
        tokio::time::sleep(Duration::from_millis(10)).await;
        Ok(call.arguments)
    });
    let fetch = fetch.spec("(id :int) -> {:id :int}")?.reads();
    println!("| reads at once | ms for 100 reads of 10 ms |\n|---:|---:|");
    for at_once in [1, 4, 16] {
        let program = "(return (count (mapv (fn [id] (tool/fetch {:id id})) (range 100))))";
        let options = Options::new(Scripted::new([program])).tools([fetch.clone()]).overlap_reads(at_once);
        let outcome = delegate("Fetch.", options).await?;
        println!("| {at_once} | {} |", outcome.duration.as_millis());
    }
    println!();
    Ok(())
}

/// So many delegates of three turns each, all at once, against a model that answers after a while.
async fn delegates(count: usize) -> Result<()> {
    println!(
        "| delegates at once | the model takes | turns a second | seconds in all | memory at the peak |\n|---:|---:|---:|---:|---:|"
    );
    for delay in [0, 100, 1_000] {
        // Where the system can, what was at the peak before is forgotten.
        let _ = std::fs::write("/proc/self/clear_refs", "5");
        let server = Server::start(delay)?;
        let model: Arc<dyn Model> = from_name("ollama:fake", Some(&server.address))?;
        let tasks = (0..count).map(|at| (format!("Task {at}"), Options::default().model(model.clone())));
        let began = Instant::now();
        let outcomes = delegate_all(tasks, count).await;
        let took = began.elapsed().as_secs_f64();
        let turns: usize = outcomes.into_iter().map(|outcome| Ok(outcome?.trace.len())).sum::<Result<usize>>()?;
        println!(
            "| {} | {delay} ms | {} | {took:.2} | {} |",
            grouped(count),
            grouped((turns as f64 / took) as usize),
            peak_memory().map_or_else(|| "unknown".into(), |kilobytes| format!("{} MB", kilobytes / 1024))
        );
    }
    println!();
    Ok(())
}

/// The most memory that this process has had, in KB, where the system tells.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// The model's endpoint: this program in a process of its own, so that its memory is not counted.
struct Server {
    process: Child,
    address: String,
}

impl Server {
    fn start(delay: u64) -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        let mut process = command.args(["serve", &delay.to_string()]).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        if let Some(out) = process.stdout.take() {
            Lines::new(out).read_line(&mut line)?;
        }
        Ok(Self { process, address: format!("http://{}/v1", line.trim()) })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

async fn serve(delay: Duration) -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        tokio::spawn(async move {
            // A client that goes away ends its own connection only.
            let _ = answer(stream, delay).await;
        });
    }
}

/// Answers chat completions on a connection: two programs, then a text.
async fn answer(stream: TcpStream, delay: Duration) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut stream = BufReader::new(stream);
    loop {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            let line = line.trim().to_ascii_lowercase();
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap_or(0);
            }
            if line.is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        stream.read_exact(&mut body).await?;
        let before = String::from_utf8_lossy(&body).matches("\"role\":\"assistant\"").count();
        let text = if before < 2 { "```clojure\n(reduce + (range 100))\n```" } else { "4950" };
        let message = json!({ "role": "assistant", "content": text });
        let reply = json!({
            "choices": [{ "index": 0, "message": message, "finish_reason": "stop" }],
            "usage": { "prompt_tokens": body.len() / 4, "completion_tokens": 12 },
        });
        let reply = reply.to_string();
        tokio::time::sleep(delay).await;
        let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length:";
        stream.write_all(format!("{head} {}\r\n\r\n{reply}", reply.len()).as_bytes()).await?;
        stream.flush().await?;
    }
}
