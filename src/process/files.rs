//! The built-in tools that touch files: `read_file`, `list_dir`, `fd_to_file`.

use std::sync::Arc;

use super::beneath::Opening;
use super::confine::Roots;
use crate::agent::caller;
use crate::lisp::value::{Boolean, Value};
use crate::tool::{Access, Call, Tool, ToolError};

fn text<'a>(arguments: &'a Value, name: &str) -> &'a str {
    arguments.get(name).and_then(Value::as_name).unwrap_or_default()
}

fn flag(arguments: &Value, name: &str) -> bool {
    matches!(arguments.get(name), Some(Value::Bool(Boolean::True)))
}

fn count(n: u64) -> Value {
    Value::from(i64::try_from(n).unwrap_or(i64::MAX))
}

/// The text of a file.
pub(super) fn read_file(roots: Arc<Roots>) -> Tool {
    let tool = Tool::asynchronous("read_file", move |call: Call| {
        let roots = roots.clone();
        off_thread(move || roots.read(text(&call.arguments, "path")).map(Value::text))
    });
    tool.constant_spec("(path :string) -> :string").description("The text of a file").reads()
}

/// What is in a folder.
pub(super) fn list_dir(roots: Arc<Roots>) -> Tool {
    let entry = |(name, folder, bytes): (String, bool, u64)| {
        let kind = if folder { "folder" } else { "file" };
        Value::map([
            (Value::keyword("name"), Value::text(name)),
            (Value::keyword("type"), Value::text(kind)),
            (Value::keyword("bytes"), count(bytes)),
        ])
    };
    let tool = Tool::asynchronous("list_dir", move |call: Call| {
        let roots = roots.clone();
        off_thread(move || {
            let found = roots.list(text(&call.arguments, "path"))?;
            Ok(Value::vector(found.into_iter().map(entry).collect()))
        })
    });
    let tool =
        tool.constant_spec("(path :string = \".\") -> [{:name :string :type (\"file\" | \"folder\") :bytes :int}]");
    tool.description("What is in a folder").reads()
}

/// Writes the content of a descriptor to a file.
pub(super) fn fd_to_file(roots: Arc<Roots>) -> Tool {
    let tool = Tool::asynchronous("fd_to_file", move |call: Call| {
        let roots = roots.clone();
        off_thread(move || {
            let arguments = &call.arguments;
            let append = match text(arguments, "mode") {
                "write" => false,
                "append" => true,
                other => return Err(format!("mode is {other:?}; it can be write or append")),
            };
            let process = caller(&call).map_err(|error| error.0)?;
            let pages = process.descriptors().find(text(arguments, "fd"))?.pages.clone();
            let path = text(arguments, "file_path");
            let opening = Opening { append, create: flag(arguments, "create"), exist_ok: flag(arguments, "exist_ok") };
            let content = pages.text().as_str();
            roots.write(path, content, opening)?;
            Ok(Value::map([
                (Value::keyword("file_path"), Value::text(path)),
                (Value::keyword("characters"), count(pages.characters() as u64)),
                (Value::keyword("bytes"), count(content.len() as u64)),
            ]))
        })
    });
    let contract = "(fd :string, file_path :string, mode :string = \"write\", create :bool = true, exist_ok :bool = true) -> \
                    {:file_path :string :characters :int :bytes :int}";
    let tool = tool.constant_spec(contract).description(
        "Writes a descriptor to a file (mode write or append). exist_ok false: only to a new one; create false: only to one \
         that is there",
    );
    Tool { access: Access::Write, ..tool }
}

/// Does what may take a while without holding up others.
async fn off_thread(work: impl FnOnce() -> Result<Value, String> + Send + 'static) -> Result<Value, ToolError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|_| Err("it was given up".into())).map_err(ToolError)
}
