//! Tools of agents: those that start processes, read descriptors or change the process that calls.

pub mod discovery;
pub mod fork;
pub mod goto;
pub mod lisp_tool;
pub mod reading;
pub mod spawn;
pub mod spawn_agent;

use std::future::ready;
use std::sync::Arc;

use self::fork::fork_tool;
use self::goto::goto_tool;
use self::reading::{fd_search, read_fd};
use super::options::MadeOptions;
use super::{Options, Paging};

impl Options {
    /// Keeps what is too long for the conversation as descriptors, which the model reads with `read_fd` and `fd_search`.
    ///
    /// ```
    /// use ptc::agent::Paging;
    /// use ptc::{Options, delegate, model::Scripted};
    ///
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
    /// let model = Scripted::new([
    ///     "(apply str (repeat 3000 \"tick \"))",
    ///     "(:content (read_fd {:fd \"fd:1\" :mode \"char\" :start 5 :count 4}))",
    ///     "It ticks.",
    /// ]);
    /// let outcome = delegate("Listen.", Options::new(model).descriptors(Paging::default())).await?;
    /// assert_eq!(outcome.result, ptc::Value::text("tick"));
    /// # Ok::<(), ptc::DelegateError>(()) })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn descriptors(mut self, paging: Paging) -> Self {
        self.settings.paging = Some(paging);
        self.tools([read_fd(), fd_search()])
    }

    /// Lets programs fork: `(call "fork" {:prompts [… …]})` continues the conversation in at most `most` copies of
    /// the process, each with its own task. Copies cannot fork. Ten is usual, and the default of program files.
    ///
    /// ```
    /// use ptc::{Options, delegate, model::Scripted};
    ///
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
    /// let model = Scripted::new(["(mapv :message (call \"fork\" {:prompts [\"Count up.\" \"Count down.\"]}))", "Counted."])
    ///     .process("main/fork[0]", ["One, two."])
    ///     .process("main/fork[1]", ["Two, one."]);
    /// let outcome = delegate("Have it counted.", Options::new(model).forks(10)).await?;
    /// assert_eq!(outcome.result.to_string(), "[\"One, two.\" \"Two, one.\"]");
    /// # Ok::<(), ptc::DelegateError>(()) })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn forks(self, most: usize) -> Self {
        let none = |name: &str| -> MadeOptions { Box::pin(ready(Err(format!("there is no program {name:?}")))) };
        self.tools([fork_tool(most, Vec::new(), Arc::new(none))])
    }

    /// Lets programs go back in the conversation, to forget what led nowhere:
    /// `(call "goto" {:position "msg_0" :message "what was learnt"})`. The user's messages carry such numbers then.
    #[must_use]
    pub fn rewinds(self) -> Self {
        Self { numbered: true, ..self }.tools([goto_tool()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contracts_of_built_in_tools_parse() {
        let none = |_: &str| -> MadeOptions { Box::pin(ready(Err(String::new()))) };
        let selects = discovery::select(Arc::default());
        let spawns = spawn_agent::spawn_agent(Options::default(), [("none", vec![])]);
        for tool in [read_fd(), fd_search(), goto_tool(), fork_tool(1, Vec::new(), Arc::new(none)), selects, spawns] {
            assert!(tool.spec_of().is_some(), "{}", tool.name);
        }
    }
}
