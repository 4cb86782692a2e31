//! A child: a process that a tool call starts below the process that calls.

use std::sync::Arc;

use super::process::{Agent, Past, Process};
use super::stop::ProcessError;
use super::turn::{Ended, Turns};
use crate::agent::Options;
use crate::agent::show::descriptors::Descriptors;
use crate::lisp::memory::Memory;
use crate::lisp::value::{Value, to_value};
use crate::model::Model;
use crate::tool::{Access, Call, ToolError};
use crate::trace::{self, TreeUsage};

/// A process that a tool call starts.
pub(crate) struct Child {
    process: Arc<Process>,
}

impl Child {
    /// A process below another one, which has named it. It may do what the other may, and no more than write.
    pub fn new(
        parent: &Arc<Process>,
        name: &str,
        mut agent: Agent,
        model: Arc<dyn Model>,
        descriptors: Descriptors,
    ) -> Self {
        let access = &mut agent.dispatcher.access;
        *access = (*access).min(parent.agent.dispatcher.access).min(Access::Write);
        let path = format!("{}/{name}", parent.path);
        Self { process: Process::new(parent.tree.clone(), path, parent.depth + 1, model, agent, descriptors) }
    }

    /// The process that a call has announced, with these options.
    pub fn start(
        parent: &Arc<Process>,
        call: &Call,
        options: &Options,
        descriptors: Descriptors,
    ) -> Result<Self, ToolError> {
        let name = call.children.first().ok_or_else(|| ToolError::new("the call has announced no process"))?;
        let agent = options.agent().map_err(ToolError)?;
        let model = options.model.clone().unwrap_or_else(|| parent.model.clone());
        Ok(Self::new(parent, name, agent, model, descriptors))
    }

    /// Works on a task with a memory and a conversation of its own.
    pub async fn work(&self, task: &str) -> Result<Ended, ProcessError> {
        let mut turns = Turns::new(self.process.agent.rules.clone());
        self.process.work(&mut turns, &mut Memory::new(), task, None).await
    }

    /// Runs a program and nothing else.
    pub async fn run_program(&self, memory: &mut Memory, program: &str) -> Result<Value, String> {
        self.process.run_alone(memory, program).await
    }

    /// Works on a task that follows upon a past.
    pub async fn continue_with(&self, past: Past, task: &str, note: &str) -> Result<Ended, ProcessError> {
        let Past { messages, mut memory } = past;
        let mut turns = Turns::new(self.process.agent.rules.clone());
        turns.messages = messages;
        self.process.work(&mut turns, &mut memory, task, Some(note)).await
    }

    /// Its turns, as a program sees them.
    pub fn trace(&self) -> Value {
        let turns = trace::turns(&self.process.tree.recorder.within(&self.process.path), &self.process.path);
        to_value(&turns).unwrap_or_default()
    }

    /// What it and its children used.
    pub fn usage(&self) -> TreeUsage {
        trace::usage(&self.process.tree.recorder.within(&self.process.path), &self.process.path)
    }
}
