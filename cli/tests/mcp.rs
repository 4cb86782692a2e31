//! The Model Context Protocol: our server spoken to in its own words, and our client with our server and with strange ones.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ptc::contract::Effect;
use ptc::mcp::{Reach, Server, Servers, connect};
use ptc::model::Scripted;
use ptc::{Options, Sandbox, Tool, delegate};
use serde_json::{Value as Json, json};
use tokio::runtime::Runtime;

const PTC: &str = env!("CARGO_BIN_EXE_ptc");

/// A program file with links.
const LINKED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/linked/main.toml");

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
}

/// A file of this run, with this content.
fn file(name: &str, content: &Json) -> String {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("mcp");
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    std::fs::write(&path, content.to_string()).unwrap();
    path.to_str().unwrap().to_owned()
}

/// The tools of `ptc mcp` with these arguments.
fn tools_of(runtime: &Runtime, arguments: &[&str]) -> Vec<Tool> {
    let arguments = ["mcp"].into_iter().chain(arguments.iter().copied());
    runtime.block_on(connect(&Servers::new().command("ptc", PTC, arguments).allow_commands())).unwrap()
}

fn refused(servers: &Servers) -> String {
    runtime().block_on(connect(servers)).unwrap_err().to_string()
}

/// What the server answers to these messages, by the numbers of the requests.
fn answers(messages: &[Json]) -> Vec<Json> {
    let lines: Vec<String> = messages.iter().map(Json::to_string).collect();
    answers_to_bytes((lines.join("\n") + "\n").as_bytes())
}

/// The same for whatever a client may send once it has begun.
fn answers_to_bytes(sent: &[u8]) -> Vec<Json> {
    let hello =
        json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "0"}});
    let mut server = Command::new(PTC).arg("mcp").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut input = server.stdin.take().unwrap();
    let begin = [
        json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": hello}),
        json!({"jsonrpc": "2.0", "method": "notifications/initialized"}),
    ];
    for message in &begin {
        writeln!(input, "{message}").unwrap();
    }
    // In two parts, so that a message comes in pieces.
    let (first, rest) = sent.split_at(sent.len() / 2);
    for part in [first, rest] {
        input.write_all(part).unwrap();
        input.flush().unwrap();
        std::thread::sleep(Duration::from_millis(20));
    }
    drop(input);
    let output = server.wait_with_output().unwrap();
    assert!(output.status.success());
    let lines = String::from_utf8(output.stdout).unwrap();
    let mut answers: Vec<Json> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    answers.sort_by_key(|answer| answer["id"].as_u64());
    answers
}

fn call(id: u32, tool: &str, arguments: Json) -> Json {
    json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": {"name": tool, "arguments": arguments}})
}

#[test]
fn what_is_no_message_is_passed_over() {
    let call = |id: Json| json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": {"name": "eval", "arguments": {"program": "(+ 1 2)"}}});
    let batch = json!([call(json!(2)), call(json!(3))]).to_string();
    let deep = "[".repeat(100_000);
    let strange: [&[u8]; 9] = [
        b"not json",
        b"\xff\xfe\x00",
        b"",
        b"  \r",
        batch.as_bytes(),
        deep.as_bytes(),
        br#"{"jsonrpc":"2.0","id":99999999999999999999999999,"method":"tools/list"}"#,
        br#"{"jsonrpc":"2.0","id":4,"method":"tools/call","params":{"name":5}}"#,
        br#"{"jsonrpc":"2.0","id":5,"method":"no/such"}"#,
    ];
    let mut sent = strange.join(&b'\n');
    let long = json!("x".repeat(1_000));
    sent.extend(format!("\n{}\r\n{}\n", call(long.clone()), call(json!(1))).into_bytes());
    let answers = answers_to_bytes(&sent);
    for id in [long, json!(1)] {
        let answer = answers.iter().find(|answer| answer["id"] == id).expect("an answer");
        assert_eq!(answer["result"]["structuredContent"]["value"], 3, "{answer}");
    }
    for id in [4, 5] {
        let answer = answers.iter().find(|answer| answer["id"] == id).expect("an answer");
        assert!(answer["error"]["message"].is_string(), "{answer}");
    }
    // Nothing of the batch has run.
    assert!(!answers.iter().any(|answer| answer["id"] == 2 || answer["id"] == 3), "{answers:?}");
}

#[test]
fn the_server_speaks_the_protocol() {
    let answers = answers(&[
        json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"}),
        call(2, "eval", json!({"program": "(println :hi) (reduce + ctx/ns)", "ctx": {"ns": [1, 2, 3]}})),
        call(3, "eval", json!({"program": "(+ 1 \"2\")"})),
        call(4, "eval", json!({"text": "1"})),
        call(5, "check", json!({"program": "(frist [1])"})),
        call(6, "evil", json!({})),
        call(7, "eval", json!({"program": "(loop [] (recur))"})),
    ]);
    assert_eq!(answers.len(), 8);
    assert_eq!(answers[0]["result"]["serverInfo"]["name"], "ptc");
    assert_eq!(answers[0]["result"]["capabilities"], json!({"tools": {}}));

    let tools = answers[1]["result"]["tools"].as_array().unwrap();
    // Without a model there is no delegate.
    assert_eq!(tools.iter().map(|tool| tool["name"].as_str().unwrap()).collect::<Vec<_>>(), ["check", "eval"]);
    assert_eq!(tools[1]["inputSchema"]["required"], json!(["program"]));
    assert_eq!(tools[1]["outputSchema"]["type"], "object");

    let given = &answers[2]["result"];
    assert_eq!(given["structuredContent"]["value"], 6);
    assert_eq!(given["structuredContent"]["prints"], ":hi\n");
    let text: Json = serde_json::from_str(given["content"][0]["text"].as_str().unwrap()).unwrap();
    assert_eq!(text, given["structuredContent"]);

    let told = |at: usize| {
        assert_eq!(answers[at]["result"]["isError"], true, "{}", answers[at]);
        answers[at]["result"]["content"][0]["text"].as_str().unwrap().to_owned()
    };
    assert!(told(3).contains("1:1 type-error: + needs numbers"), "{}", told(3));
    assert!(told(4).contains("program: missing"), "{}", told(4));
    assert_eq!(answers[5]["result"]["structuredContent"]["findings"][0]["hint"], "did you mean first?");
    assert_eq!(answers[6]["error"]["code"], -32602);
    assert!(told(7).contains("limit-error"), "{}", told(7));
}

#[test]
fn programs_call_tools_of_our_server() {
    let runtime = runtime();
    let table = json!({"double": {"spec": "(n :int) -> :int", "responses": [{"args": {"n": 2}, "result": 4}]}});
    let context = file("context.json", &json!({"greeting": "hello"}));
    let tools =
        tools_of(&runtime, &["--tools", &file("table.json", &table), "--ctx", &context, "--max-steps", "10000"]);
    let named = |name: &str| tools.iter().find(|tool| tool.name == name).unwrap();
    assert_eq!(named("ptc__check").effect(), Effect::Read);
    // A program may call double, of which nobody has said that it only reads.
    assert_eq!(named("ptc__eval").effect(), Effect::Write);
    let signature = named("ptc__eval").signature();
    assert!(signature.starts_with("ptc__eval(program :string, ctx :map?) -> {:value :any"), "{signature}");
    assert!(named("ptc__eval").description.as_ref().unwrap().contains("tool/double(n :int) -> :int"));

    let mut sandbox = Sandbox::new().tools(tools);
    let mut eval = |program: &str| match sandbox.eval(program) {
        Ok(value) => value.to_string(),
        Err(error) => error.to_string(),
    };
    assert_eq!(eval(r#"(:value (tool/ptc__eval {:program "(tool/double {:n 2})"}))"#), "4");
    assert_eq!(eval(r#"(:value (tool/ptc__eval {:program "ctx/greeting"}))"#), "\"hello\"");
    assert_eq!(eval(r#"(:value (tool/ptc__eval {:program "ctx/n" :ctx {:n 7}}))"#), "7");
    // Nothing is sent for an argument that is nil.
    assert_eq!(eval(r#"(:value (tool/ptc__eval {:program "(+ 1 1)" :ctx nil}))"#), "2");
    assert_eq!(eval(r#"(:errors (tool/ptc__check {:program "(frist)"}))"#), "1");
    assert!(eval(r#"(tool/ptc__eval {:program "(/ 1 0)"})"#).contains("tool-error: ptc__eval: eval: 1:1"));
    assert!(eval(r#"(tool/ptc__eval {:program "(reduce + (range 1000000))"})"#).contains("max_steps is 10000"));
    // What the contract says is known before anything runs.
    assert!(eval(r#"(tool/ptc__eval {:prgram "1"})"#).contains("did you mean program?"));
    assert!(eval(r#"(:valeu (tool/ptc__eval {:program "1"}))"#).contains("did you mean :value?"));
}

#[test]
fn agents_are_tools_of_our_server() {
    let runtime = runtime();
    let script = file("script.json", &json!(["(+ 1 2)", "Three."]));
    let tools = tools_of(&runtime, &["--script", &script, "--program", LINKED]);
    let names: Vec<&str> = tools.iter().map(|tool| tool.name.as_str()).collect();
    assert_eq!(names, ["ptc__check", "ptc__eval", "ptc__delegate", "ptc__main"]);
    let model = Scripted::new([r#"(tool/ptc__delegate {:task "One and two?"})"#, "It is three."]);
    let outcome = runtime.block_on(delegate("Ask.", Options::new(model).tools(tools))).unwrap();
    assert_eq!(outcome.result.get("summary").unwrap().to_string(), "\"Three.\"");
    assert_eq!(outcome.result.get("result").unwrap().to_string(), "3");

    let tools = tools_of(&runtime, &["--script", &script, "--program", LINKED]);
    let summary = Sandbox::new().tools(tools).eval(r#"(:summary (tool/ptc__main {:task "One and two?"}))"#);
    assert_eq!(summary.unwrap().to_string(), "\"Three.\"");
}

#[test]
fn servers_that_cannot_be_used_say_why() {
    let sleepy = Server {
        reach: Reach::Command { command: "sleep".into(), args: vec!["30".into()], env: Default::default(), cwd: None },
        timeout: Duration::from_millis(100),
    };
    let not_granted = Servers::new().command("x", "sleep", ["30"]);
    assert_eq!(refused(&not_granted), "the MCP server x is a command, and commands are not granted here");
    let missing = Servers::new().command("x", "/no/such/server", [""; 0]).allow_commands();
    assert!(refused(&missing).starts_with("the MCP server x: /no/such/server cannot be started: "));
    assert_eq!(
        refused(&Servers::new().server("x", sleepy).allow_commands()),
        "the MCP server x: no answer within 100ms"
    );
    let broken = Servers::new().command("x", "sh", ["-c", "echo the key is missing >&2; exit 1"]).allow_commands();
    assert!(refused(&broken).ends_with("\nit said: the key is missing"), "{}", refused(&broken));
    let chatty = Servers::new().command("x", "sh", ["-c", "echo hello; exit 1"]).allow_commands();
    assert!(refused(&chatty).starts_with("the MCP server x: "), "{}", refused(&chatty));
    let dead = Servers::new().url("x", "http://127.0.0.1:1/mcp?key=hidden");
    assert!(!refused(&dead).contains("hidden"), "{}", refused(&dead));
    assert!(refused(&Servers::new().url("x", "nowhere")).contains("no address"));
}

#[test]
fn commands_see_little_of_the_environment() {
    let runtime = runtime();
    let mut env = indexmap::IndexMap::new();
    env.insert("GIVEN".to_owned(), "given".to_owned());
    let script = "env >&2; exit 1".to_owned();
    let reach = Reach::Command { command: "sh".into(), args: vec!["-c".into(), script], env, cwd: None };
    let server = Server { reach, timeout: Duration::from_secs(10) };
    let error =
        runtime.block_on(connect(&Servers::new().server("x", server).allow_commands())).unwrap_err().to_string();
    assert!(error.contains("GIVEN=given") && error.contains("PATH="), "{error}");
    assert!(std::env::var_os("CARGO_PKG_NAME").is_some() && !error.contains("CARGO_PKG_NAME"), "{error}");
}

/// A server for streamable HTTP that has one tool, and remembers the headers of its requests.
fn http_server() -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/mcp", listener.local_addr().unwrap());
    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    let record = seen.clone();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let (line, headers, body) = hear(&stream);
            record.lock().unwrap().extend(headers);
            let (status, kind, body) = if line.starts_with("POST") {
                let message: Json = serde_json::from_slice(&body).unwrap();
                reply(&message)
            } else {
                ("405 Method Not Allowed", "text/plain", String::new())
            };
            let length = body.len();
            // A client that has heard enough hangs up.
            let _ = write!(
                stream,
                "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
            );
        }
    });
    (url, seen)
}

fn hear(stream: &TcpStream) -> (String, Vec<String>, Vec<u8>) {
    let mut reader = BufReader::new(stream);
    let mut lines = reader.by_ref().lines().map_while(Result::ok).take_while(|line| !line.is_empty());
    let line = lines.next().unwrap_or_default();
    let headers: Vec<String> = lines.collect();
    let length = headers.iter().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).unwrap();
    (line, headers, body)
}

fn reply(message: &Json) -> (&'static str, &'static str, String) {
    let schema = json!({"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]});
    let result = match message["method"].as_str().unwrap() {
        "initialize" => json!({
            "protocolVersion": "2025-06-18", "capabilities": {"tools": {}}, "serverInfo": {"name": "weather", "version": "1"},
        }),
        "tools/list" => json!({"tools": [{
            "name": "fore cast", "description": "Tells the weather.", "inputSchema": schema,
            "annotations": {"readOnlyHint": true},
        }]}),
        "tools/call" => {
            let city = &message["params"]["arguments"]["city"];
            json!({"content": [{"type": "text", "text": json!({"city": city, "degrees": 21}).to_string()}]})
        }
        _ => return ("202 Accepted", "text/plain", String::new()),
    };
    let answer = json!({"jsonrpc": "2.0", "id": message["id"], "result": result});
    match message["method"].as_str() {
        // A server may stream its answer as well.
        Some("tools/call") => ("200 OK", "text/event-stream", format!("event: message\ndata: {answer}\n\n")),
        _ => ("200 OK", "application/json", answer.to_string()),
    }
}

#[test]
fn servers_are_reached_by_http() {
    let (url, seen) = http_server();
    let runtime = runtime();
    let config = json!({"mcpServers": {
        "weather": {"type": "http", "url": url, "headers": {"X-Key": "sesame"}},
        "off": {"command": "sleep", "disabled": true},
    }});
    let servers = Servers::from_json(&config.to_string()).unwrap();
    let tools = runtime.block_on(connect(&servers)).unwrap();
    assert_eq!(tools[0].signature(), "weather__fore_cast(city :string)");
    assert_eq!((tools[0].effect(), tools[0].description.as_deref()), (Effect::Read, Some("Tells the weather.")));
    let mut sandbox = Sandbox::new().tools(tools);
    let value = sandbox.eval(r#"(:degrees (tool/weather__fore_cast {:city "Oslo"}))"#).unwrap();
    assert_eq!(value.to_string(), "21");
    assert!(seen.lock().unwrap().iter().any(|header| header.eq_ignore_ascii_case("x-key: sesame")));
}

#[test]
fn descriptions_that_cannot_be_followed_say_why() {
    let wrong = |server: Json| {
        let config = json!({"mcpServers": {"x": server}});
        Servers::from_json(&config.to_string())
            .map_or_else(|error| error.to_string(), |servers| servers.warnings.join("\n"))
    };
    assert_eq!(wrong(json!({})), "mcpServers.x: expected either a command or a url");
    assert_eq!(wrong(json!({"command": "a", "url": "b"})), "mcpServers.x: expected either a command or a url");
    assert_eq!(wrong(json!({"type": "stdio"})), "mcpServers.x: a server of type stdio needs a command");
    assert_eq!(
        wrong(json!({"type": "sse", "url": "a"})),
        r#"mcpServers.x: expected the type stdio or http, got "sse""#
    );
    assert_eq!(wrong(json!({"command": "a", "timeout": -1})), "mcpServers.x: timeout: expected a number of seconds");
    assert_eq!(wrong(json!({"command": "a", "arg": []})), "mcpServers.x.arg: unknown key; did you mean args?");
    assert!(wrong(json!({"command": 1})).starts_with("mcpServers.x: invalid type"));
    assert!(Servers::from_json("{}").unwrap_err().to_string().contains("mcpServers"));

    let config = file("servers.json", &json!({"mcpServers": {"a": {"command": "a"}, "b": {"command": "b"}}}));
    let section = json!({"config_path": config, "servers": {"b": {"url": "http://127.0.0.1/"}}});
    let servers = Servers::from_section(section.as_object().unwrap(), "/".as_ref()).unwrap();
    assert_eq!(servers.names().collect::<Vec<_>>(), ["a", "b"]);
    assert!(matches!(servers.get("b").unwrap().reach, Reach::Http { .. }));
    let lost = Servers::from_section(json!({"config_path": "no.json"}).as_object().unwrap(), "/".as_ref()).unwrap_err();
    assert!(lost.to_string().starts_with("mcp.config_path: no.json: "), "{lost}");
}

/// The protocol's own test server, where it is installed: `npm install -g @modelcontextprotocol/server-everything`.
#[test]
fn tools_of_a_server_of_others_are_called() {
    let is_installed = |folder: PathBuf| folder.join("mcp-server-everything").is_file();
    if !std::env::var_os("PATH").is_some_and(|path| std::env::split_paths(&path).any(is_installed)) {
        eprintln!("mcp-server-everything is not installed; it is left out");
        return;
    }
    let runtime = runtime();
    let servers = Servers::new().command("every", "mcp-server-everything", ["stdio"]).allow_commands();
    let tools = runtime.block_on(connect(&servers)).unwrap();
    let mut sandbox = Sandbox::new().tools(tools);
    let mut eval =
        |program: &str| sandbox.eval(program).map_or_else(|error| error.to_string(), |value| value.to_string());
    assert_eq!(eval(r#"(tool/every__echo {:message "owl"})"#), "\"Echo: owl\"");
    assert_eq!(eval(r#"(tool/every__get-sum {:a 1 :b 2})"#), "\"The sum of 1 and 2 is 3.\"");
    let weather = eval(r#"(keys (tool/every__get-structured-content {:location "Chicago"}))"#);
    assert_eq!(weather, "(:temperature :conditions :humidity)");
    assert!(eval(r#"(tool/every__echo {:massage "owl"})"#).contains("did you mean message?"));
}

/// `ptc` with these arguments: status, standard output, standard error.
fn ptc(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(PTC).args(arguments).stdin(Stdio::null()).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn program_files_name_servers_and_what_they_take_of_them() {
    let program = |name: &str, chosen: Json| {
        let server = json!({"type": "stdio", "command": PTC, "args": ["mcp"]});
        let mut tools = json!({"mcp": chosen});
        if chosen.is_null() {
            tools = json!({});
        }
        file(name, &json!({"mcp": {"servers": {"lisp": server}}, "tools": tools}))
    };
    let script = file("files.json", &json!(["(:value (tool/lisp__eval {:program \"(* 6 7)\"}))", "It is 42."]));
    let run = |file: &str, more: &[&str]| {
        let arguments = ["run", file, "What is six times seven?", "--json", "--script", &script];
        let (status, out, err) = ptc(&arguments.into_iter().chain(more.iter().copied()).collect::<Vec<_>>());
        let json: Json = serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}\n{err}"));
        (status, json)
    };
    let all = program("all.json", Json::Null);
    let (status, outcome) = run(&all, &["--allow-commands"]);
    assert_eq!((status, &outcome["result"]), (Some(0), &json!(42)), "{outcome}");
    let (status, outcome) = run(&all, &[]);
    assert_eq!(status, Some(2));
    let message = outcome["error"]["message"].as_str().unwrap();
    assert!(message.contains("mcp.servers.lisp: commands are not granted here"), "{message}");

    let settings = json!({"lisp": {"eval": {"access": "read", "spec": "(program :string) -> {:value :int}"}}});
    let (status, outcome) = run(&program("some.json", settings), &["--allow-commands"]);
    assert_eq!((status, &outcome["result"]), (Some(0), &json!(42)), "{outcome}");
    // The name, what is said of it and of its parameters are the program's to choose.
    let mine = json!({"name": "eval", "alias": "lisp__eval", "param_descriptions": {"program": "MY-WORDS"}});
    let (status, outcome) = run(&program("mine.json", json!({"lisp": [mine]})), &["--allow-commands"]);
    assert_eq!((status, &outcome["result"]), (Some(0), &json!(42)), "{outcome}");
    let system = outcome["trace"][0]["system"].as_str().unwrap();
    assert!(system.contains("MY-WORDS"), "{system}");
    assert!(!outcome["warnings"].to_string().contains("param_descriptions"), "{outcome}");
    let alias = json!({"lisp": {"eval": {"alias": "compute", "description": "COMPUTES"}}});
    let (_, outcome) = run(&program("alias.json", alias), &["--allow-commands"]);
    assert!(outcome["trace"][0]["error"].as_str().unwrap().contains("the tools are compute"), "{outcome}");
    let wrong = json!({"lisp": {"eval": {"param_descriptions": {"code": "x"}}}});
    let (status, outcome) = run(&program("wrong.json", wrong), &["--allow-commands"]);
    let message = outcome["error"]["message"].as_str().unwrap();
    assert_eq!(status, Some(2));
    assert!(
        message.contains("tools.mcp.lisp.eval.param_descriptions: there is no parameter code (there are program"),
        "{message}"
    );

    let (_, outcome) = run(&program("check.json", json!({"lisp": ["check"]})), &["--allow-commands"]);
    let error = outcome["trace"][0]["error"].as_str().unwrap();
    assert!(error.contains("the tools are lisp__check"), "{error}");
    let (_, outcome) = run(&program("evil.json", json!({"lisp": ["evil"]})), &["--allow-commands"]);
    let message = outcome["error"]["message"].as_str().unwrap();
    assert!(message.ends_with("tools.mcp.lisp.evil: the server has no such tool (there are check, eval)"), "{message}");

    let checked = |chosen: Json| {
        let (status, out, err) = ptc(&["program", "check", &program("checked.json", chosen)]);
        (status, out + &err)
    };
    let (status, text) = checked(json!({"lisp": "all"}));
    assert!(status == Some(0) && text.contains("warning: mcp: its servers are not connected"), "{text}");
    let (status, text) = checked(json!({"lips": "all"}));
    assert!(
        status == Some(2) && text.contains("tools.mcp.lips: mcp.servers has no such server (there are lisp)"),
        "{text}"
    );
    let (status, text) = checked(json!({"lisp": {"eval": {"responses": [{"result": 1}]}}}));
    assert!(status == Some(2) && text.contains("it is the server that answers"), "{text}");

    let (_, exported, _) = ptc(&["program", "export", &program("out.json", json!({"lisp": ["eval"]}))]);
    let exported: Json = serde_json::from_str(&exported).unwrap();
    assert_eq!(
        (&exported["tools"]["mcp"]["lisp"][0], &exported["mcp"]["servers"]["lisp"]["args"][0]),
        (&json!("eval"), &json!("mcp"))
    );
}
