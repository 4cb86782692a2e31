//! `goto`: a process goes back in its conversation and begins again from there, with a note to itself.

use crate::agent::run::process::caller;
use crate::agent::run::turn::Rewind;
use crate::lisp::text::abridge;
use crate::lisp::value::Value;
use crate::model::Role;
use crate::tool::{Access, Call, Tool, ToolError, ToolKind};

/// The tool that rewinds the conversation. Programs that call it end there.
pub(crate) fn goto_tool() -> Tool {
    let tool = Tool::of_caller("goto", |call: &Call| {
        let process = caller(call)?;
        let text = |name: &str| call.arguments.get(name).and_then(Value::as_name).unwrap_or_default();
        let messages = process.past().messages;
        let count = messages.iter().filter(|message| message.role == Role::User).count();
        let position = text("position").trim_matches(['[', ']']);
        let number = position.strip_prefix("msg_").and_then(|digits| digits.parse::<usize>().ok());
        let to = number.filter(|number| *number < count).ok_or_else(|| {
            let last = count.saturating_sub(1);
            ToolError(format!("there is no {:?} to go back to; there are msg_0 to msg_{last}", abridge(position, 50)))
        })?;
        let message = text("message").to_owned();
        if message.trim().is_empty() {
            return Err(ToolError::new("message is empty: say what you have learnt, for all else will be gone"));
        }
        process.rewind(Rewind { to, message });
        Ok(Value::Nil)
    });
    let tool = Tool { kind: ToolKind::Internal, access: Access::Read, ..tool };
    tool.constant_spec("(position :string, message :string) -> :any").description(
        "Goes back to an earlier message of the user's, such as msg_0: what follows upon it is forgotten, but for your message. \
         Memory stays, with what the program has defined until then. The program ends there",
    )
}
