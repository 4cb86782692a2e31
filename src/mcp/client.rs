//! The client: tools of servers as tools of programs.

use std::collections::HashMap;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use indexmap::IndexMap;
use reqwest::Url;
use reqwest::header::{HeaderName, HeaderValue};
use rmcp::model::{CallToolRequestParams, ClientCapabilities, ClientConfig, Tool as Listed};
use rmcp::service::{RoleClient, RunningService, ServiceExt};
use rmcp::transport::streamable_http_client::StreamableHttpClientTransportConfig;
use rmcp::transport::{StreamableHttpClientTransport, TokioChildProcess};
use serde_json::Value as Json;
use tokio::io::AsyncReadExt;
use tokio::process::{ChildStderr, Command};
use tokio::task::{JoinHandle, JoinSet};

use super::servers::{Reach, Server, Servers};
use super::{McpError, content, implementation};
use crate::contract::{Signature, ToolSpec};
use crate::lisp::value::to_json;
use crate::model::{http_client, shown_place};
use crate::tool::{Call, Tool, ToolError};

/// What commands see of this process's environment.
const ENVIRONMENT: [&str; 12] = [
    "HOME",
    "LANG",
    "LOGNAME",
    "PATH",
    "SHELL",
    "TERM",
    "TMPDIR",
    "USER",
    "APPDATA",
    "SYSTEMROOT",
    "TEMP",
    "USERPROFILE",
];

/// How many bytes of what a command says on standard error are kept, the last ones.
const MAX_STDERR: usize = 1_000;

type Connection = RunningService<RoleClient, ClientConfig>;

/// Connects to servers, all at once, and gives their tools: `server__tool` each, with the contract that its JSON Schemas
/// describe. A tool that its server calls read-only may be called by processes that only read.
///
/// Connections live on the runtime that this is awaited in, until the last tool of a server is dropped; then its command
/// ends.
///
/// ```no_run
/// use ptc::mcp::{Servers, connect};
///
/// # tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
/// let servers = Servers::new().command("files", "npx", ["-y", "@modelcontextprotocol/server-filesystem", "/srv"]);
/// let tools = connect(&servers.allow_commands()).await?;
/// let options = ptc::Options::new(ptc::model::from_name("openai:gpt-4.1", None)?).tools(tools);
/// let outcome = ptc::delegate("Which of the files is the largest?", options).await?;
/// # Ok::<(), Box<dyn std::error::Error>>(()) })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// The first server that cannot be reached, with its name and what it said; commands that were not granted; two tools
/// of one name.
pub async fn connect(servers: &Servers) -> Result<Vec<Tool>, McpError> {
    Ok(connect_each(servers).await?.into_iter().flatten().collect())
}

/// The same, with the tools of each server by themselves.
pub(crate) async fn connect_each(servers: &Servers) -> Result<Vec<Vec<Tool>>, McpError> {
    let is_command = |server: &Server| matches!(server.reach, Reach::Command { .. });
    if let Some((name, _)) = servers.servers.iter().find(|(_, server)| is_command(server) && !servers.commands) {
        return Err(McpError(format!("the MCP server {name} is a command, and commands are not granted here")));
    }
    let mut connecting = JoinSet::new();
    for (at, (name, server)) in servers.servers.clone().into_iter().enumerate() {
        connecting.spawn(async move { (at, tools(&name, &server).await) });
    }
    let mut found = Vec::new();
    while let Some(connected) = connecting.join_next().await {
        let (at, tools) = connected.map_err(|error| McpError(format!("connecting was given up: {error}")))?;
        found.push((at, tools?));
    }
    found.sort_by_key(|(at, _)| *at);
    let found: Vec<Vec<Tool>> = found.into_iter().map(|(_, tools)| tools).collect();
    let mut names: Vec<&str> = found.iter().flatten().map(|tool| tool.name.as_str()).collect();
    names.sort_unstable();
    match names.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(McpError(format!("two tools of MCP servers would have the name {}", pair[0]))),
        None => Ok(found),
    }
}

/// The tools of one server.
async fn tools(name: &str, server: &Server) -> Result<Vec<Tool>, McpError> {
    let mut said = None;
    let connecting = async {
        let connection = open(server, &mut said).await?;
        let listed = connection.list_all_tools().await.map_err(|error| error.to_string())?;
        Ok((connection, listed))
    };
    let connected = tokio::time::timeout(server.timeout, connecting)
        .await
        .unwrap_or_else(|_| Err(format!("no answer within {:?}", server.timeout)));
    match connected {
        Ok((connection, listed)) => {
            let connection = Arc::new(connection);
            Ok(listed.into_iter().map(|listed| tool(name, server.timeout, &connection, listed)).collect())
        }
        Err(why) => {
            let said = match said {
                Some(said) => said.last().await,
                None => String::new(),
            };
            Err(McpError(format!("the MCP server {name}: {why}{said}")))
        }
    }
}

async fn open(server: &Server, said: &mut Option<Said>) -> Result<Connection, String> {
    let config = ClientConfig::new(ClientCapabilities::default(), implementation());
    let connection = match &server.reach {
        Reach::Command { command, args, env, cwd } => {
            let mut process = Command::new(command);
            process.args(args).env_clear().kill_on_drop(true);
            process.envs(ENVIRONMENT.iter().filter_map(|name| Some((name, std::env::var_os(name)?))));
            process.envs(env);
            if let Some(folder) = cwd {
                process.current_dir(folder);
            }
            let (transport, stderr) = TokioChildProcess::builder(process)
                .stderr(Stdio::piped())
                .spawn()
                .map_err(|error| format!("{command} cannot be started: {error}"))?;
            *said = stderr.map(Said::listen);
            config.serve(transport).await
        }
        Reach::Http { url, headers } => {
            let address = Url::parse(url).map_err(|error| format!("no address: {error}"))?;
            let client = http_client(&address).map_err(|error| error.to_string())?;
            let with = StreamableHttpClientTransportConfig::with_uri(url.as_str()).custom_headers(fields(headers)?);
            let transport = StreamableHttpClientTransport::with_client(client, with);
            // Addresses may hold keys.
            return config
                .serve(transport)
                .await
                .map_err(|error| error.to_string().replace(address.as_str(), &shown_place(&address)));
        }
    };
    connection.map_err(|error| error.to_string())
}

fn fields(headers: &IndexMap<String, String>) -> Result<HashMap<HeaderName, HeaderValue>, String> {
    let field = |(name, value): (&String, &String)| {
        let mut field = HeaderValue::from_str(value).map_err(|_| format!("headers.{name}: no header can hold this"))?;
        field.set_sensitive(true);
        Ok((HeaderName::try_from(name).map_err(|_| format!("headers.{name}: no name of a header"))?, field))
    };
    headers.iter().map(field).collect()
}

/// What a command says on standard error.
struct Said {
    text: Arc<Mutex<Vec<u8>>>,
    reading: JoinHandle<()>,
}

impl Said {
    fn listen(mut stderr: ChildStderr) -> Self {
        let text: Arc<Mutex<Vec<u8>>> = Arc::default();
        let kept = text.clone();
        let reading = tokio::spawn(async move {
            let mut piece = [0; MAX_STDERR];
            while let Ok(read @ 1..) = stderr.read(&mut piece).await {
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                kept.extend_from_slice(&piece[..read]);
                let old = kept.len().saturating_sub(MAX_STDERR);
                kept.drain(..old);
            }
        });
        Self { text, reading }
    }

    /// The end of it, for an error. A command that has ended has said all soon.
    async fn last(self) -> String {
        let _ = tokio::time::timeout(Duration::from_millis(200), self.reading).await;
        let text = self.text.lock().unwrap_or_else(PoisonError::into_inner);
        match String::from_utf8_lossy(&text).trim() {
            "" => String::new(),
            text => format!("\nit said: {text}"),
        }
    }
}

/// A tool of a server.
fn tool(server: &str, timeout: Duration, connection: &Arc<Connection>, listed: Listed) -> Tool {
    let input = Json::Object((*listed.input_schema).clone());
    let output = listed.output_schema.as_ref().map(|schema| Json::Object((**schema).clone()));
    let spec = ToolSpec::from(Signature::from_schema(&input, output.as_ref())).timeout(timeout);
    let required: Vec<Json> = input.get("required").and_then(Json::as_array).cloned().unwrap_or_default();
    let (connection, name) = (connection.clone(), listed.name.clone());
    let required = Arc::new(required);
    let tool = Tool::asynchronous(format!("{server}__{}", plain(&listed.name)), move |call: Call| {
        let (connection, name, required) = (connection.clone(), name.clone(), required.clone());
        async move {
            let Json::Object(mut arguments) = to_json(&call.arguments, "arguments").map_err(ToolError::new)? else {
                return Err(ToolError::new("the arguments are no map"));
            };
            // Schemas seldom say that what can be left out can be null as well.
            arguments.retain(|name, value| !value.is_null() || required.iter().any(|one| one == name));
            let asked = connection.call_tool(CallToolRequestParams::new(name).with_arguments(arguments));
            match tokio::time::timeout(timeout, asked).await {
                Ok(result) => content::value(result.map_err(ToolError::new)?),
                Err(_) => Err(ToolError(format!("no result within {timeout:?}"))),
            }
        }
    });
    let reads = listed.annotations.as_ref().is_some_and(|hints| hints.read_only_hint == Some(true));
    let title = listed.title.or_else(|| listed.annotations.and_then(|hints| hints.title));
    let description = listed.description.map(String::from).or(title);
    let tool = tool.with_spec(spec);
    let tool = if reads { tool.reads() } else { tool };
    Tool { description, ..tool }
}

/// The name with characters that tools can have.
fn plain(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' }).collect()
}
