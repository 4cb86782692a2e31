//! The server: tools of this host for the protocol's clients.

use std::sync::{Arc, Mutex, PoisonError};

use rmcp::ErrorData;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, ListToolsResult, PaginatedRequestParams,
    ServerCapabilities, ServerConfig, Tool as Listed, ToolAnnotations,
};
use rmcp::service::{RequestContext, RoleServer, ServiceExt};
use serde_json::{Map, Value as Json};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::JoinSet;

use super::{McpError, content, implementation};
use crate::contract::Effect;
use crate::lisp::value::{Fault, ToolCall, Value, from_json};
use crate::tool::{
    Call, CallOutcome, CallResult, CallSite, Dispatched, Dispatcher, EndedCall, Immediate, PendingCall, Recording,
    Tool, ToolError, Toolbox, fault, panicked,
};

/// Serves tools to the client at the other end of two streams, until it closes them. Calls are held to the tools'
/// contracts, and run at the same time; one that the client cancels is dropped.
///
/// ```
/// use ptc::Tool;
/// use ptc::tool::Toolbox;
/// use tokio::io::{AsyncReadExt, AsyncWriteExt};
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// let mut tools = Toolbox::new();
/// tools.add(Tool::new("add", |_| Ok(3.into())).spec("(a :int, b :int) -> :int")?)?;
///
/// let (mut client, server) = tokio::io::duplex(10_000);
/// let (input, output) = tokio::io::split(server);
/// let serving = tokio::spawn(ptc::mcp::serve(tools, input, output));
/// let hello = r#"{"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "me", "version": "1"}}"#;
/// for message in [
///     format!(r#"{{"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {hello}}}"#),
///     r#"{"jsonrpc": "2.0", "method": "notifications/initialized"}"#.into(),
///     r#"{"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "add", "arguments": {"a": 1, "b": 2}}}"#.into(),
/// ] {
///     client.write_all(format!("{message}\n").as_bytes()).await?;
/// }
/// client.shutdown().await?;
/// let mut answers = String::new();
/// client.read_to_string(&mut answers).await?;
/// assert!(answers.ends_with("{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{\"content\":[{\"type\":\"text\",\"text\":\"3\"}],\"isError\":false}}\n"));
/// serving.await??;
/// # Ok::<(), Box<dyn std::error::Error>>(()) })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// A client that does not begin as the protocol has it.
pub async fn serve<R, W>(tools: Toolbox, input: R, output: W) -> Result<(), McpError>
where
    R: AsyncRead + Send + Unpin + 'static,
    W: AsyncWrite + Send + Unpin + 'static,
{
    let handler = Handler { dispatcher: Dispatcher::new(Arc::new(tools)) };
    let running = handler.serve((input, output)).await.map_err(|error| McpError(error.to_string()))?;
    running.waiting().await.map_err(|error| McpError(error.to_string()))?;
    Ok(())
}

struct Handler {
    dispatcher: Dispatcher,
}

impl rmcp::ServerHandler for Handler {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build()).with_server_info(implementation())
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let callable = self.dispatcher.tools.iter().filter(|tool| !tool.for_planning);
        Ok(ListToolsResult::with_all_items(callable.map(listed).collect()))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        if self.dispatcher.tools.get(&request.name).is_none() {
            let names = self.dispatcher.tools.callable_names().join(", ");
            let message = format!("there is no tool {:?}; the tools are {names}", request.name);
            return Err(ErrorData::invalid_params(message, None));
        }
        let arguments = from_json(&Json::Object(request.arguments.unwrap_or_default()))
            .map_err(|raise| ErrorData::invalid_params(raise.to_error().message, None))?;
        let call = ToolCall { name: request.name.as_ref().into(), arguments, positional: false };
        let site = ClientCall::new(format!("mcp:{}", context.id));
        let called = tokio::select! {
            called = self.call(call, &site) => called,
            () = context.ct.cancelled() => return Err(ErrorData::internal_error("cancelled", None)),
        };
        let mut result = match called.map(|value| content::result(&value)) {
            Ok(Ok(result)) => result,
            Ok(Err(error)) => error_result(error.0),
            Err(fault) => error_result(fault_text(&fault)),
        };
        let warnings =
            site.take_warnings().into_iter().map(|warning| ContentBlock::text(format!("warning: {warning}")));
        result.content.extend(warnings);
        Ok(result.into())
    }
}

impl Handler {
    async fn call(&self, call: ToolCall, site: &ClientCall) -> CallResult {
        match self.dispatcher.call(call, site) {
            Dispatched::Stop => Err(fault("the call was refused".into()).into()),
            Dispatched::Done(result) => result,
            Dispatched::Pending(pending) => {
                let result = run(&pending).await;
                pending.complete(site, CallOutcome::Live(result))
            }
        }
    }
}

/// The one call of a client's request.
struct ClientCall {
    idempotency_key: String,
    warnings: Mutex<Vec<String>>,
}

impl ClientCall {
    fn new(idempotency_key: String) -> Self {
        Self { idempotency_key, warnings: Mutex::default() }
    }

    fn take_warnings(&self) -> Vec<String> {
        std::mem::take(&mut *self.warnings.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Recording for ClientCall {
    fn end(&self, _: EndedCall<'_>) {}

    fn warn(&self, warnings: Vec<String>) {
        self.warnings.lock().unwrap_or_else(PoisonError::into_inner).extend(warnings);
    }
}

impl CallSite for ClientCall {
    fn admit(&self) -> Option<usize> {
        Some(0)
    }

    fn idempotency_key(&self, _: usize) -> String {
        self.idempotency_key.clone()
    }

    fn run_now(&self, _: &Immediate, _: &Call) -> Option<Result<Value, ToolError>> {
        // Other requests go on meanwhile.
        None
    }
}

/// Runs a tool on a task of its own, which ends with this future; a panic is an error of the tool.
async fn run(pending: &PendingCall) -> Result<Value, ToolError> {
    let mut running = JoinSet::new();
    running.spawn(pending.run());
    match running.join_next().await {
        Some(Ok(result)) => result,
        Some(Err(error)) => Err(error.try_into_panic().map_or_else(ToolError::new, |panic| panicked(&*panic))),
        None => Err(ToolError::new("the call was given up")),
    }
}

fn error_result(message: String) -> CallToolResult {
    CallToolResult::error(vec![ContentBlock::text(message)])
}

fn fault_text(fault: &Fault) -> String {
    match fault.advice() {
        Some(hint) => format!("{}\n{hint}", fault.message()),
        None => fault.message().into_owned(),
    }
}

/// A tool as clients see it.
fn listed(tool: &Tool) -> Listed {
    let signature = tool.spec_of().map(|spec| &spec.signature);
    let input = signature.map_or_else(|| serde_json::json!({"type": "object"}), |signature| signature.input_schema());
    let description = tool.description.clone().map(Into::into);
    let mut listed = Listed::new_with_raw(tool.name.clone(), description, object(input));
    // Clients hold results to the schema, and only objects can be told from text in every version of the protocol.
    let output = signature.map(|signature| signature.returns.to_schema());
    if let Some(output) = output.filter(|output| output.get("type").is_some_and(|kind| kind == "object")) {
        listed = listed.with_raw_output_schema(Arc::new(object(output)));
    }
    listed.with_annotations(ToolAnnotations::new().read_only(tool.effect() == Effect::Read))
}

fn object(schema: Json) -> Map<String, Json> {
    match schema {
        Json::Object(fields) => fields,
        _ => Map::new(),
    }
}
