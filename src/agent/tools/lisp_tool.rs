//! Tools written in the language: a program that runs below the process that calls, over the same tools.

use std::sync::Arc;

use crate::agent::run::child::Child;
use crate::agent::run::process::{Agent, caller};
use crate::agent::show::descriptors::Descriptors;
use crate::lisp::memory::Memory;
use crate::lisp::value::Value;
use crate::tool::{Call, Starts, Tool, ToolError};

/// A tool whose result is the value of a program, which sees the arguments as `ctx/…` and may call the other tools.
///
/// Its calls are those of a process without a model: they are counted, checked and traced like all others.
pub(crate) fn lisp_tool(name: &str, program: String) -> Tool {
    let (own, program): (String, Arc<str>) = (name.to_owned(), program.into());
    let announce = move |_: &Call| Ok(Starts::Fresh(own.clone()));
    Tool::process(name, announce, move |call: Call| {
        let program = program.clone();
        async move { run(&call, &program).await }
    })
}

async fn run(call: &Call, program: &str) -> Result<Value, ToolError> {
    let parent = caller(call)?;
    let name = call.children.first().ok_or_else(|| ToolError::new("the call has announced no process"))?;
    let mut agent = Agent { context: call.arguments.clone(), ..parent.agent.clone() };
    agent.settings.paging = None;
    let child = Child::new(&parent, name, agent, parent.model.clone(), Descriptors::new(None));
    child.run_program(&mut Memory::new(), program).await.map_err(ToolError)
}
