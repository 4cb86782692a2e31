//! `fork`: copies of a process that go on with its conversation, each with a task of its own.

use std::sync::Arc;

use tokio::task::JoinSet;

use super::spawn::{MakeProgram, known_program};
use crate::agent::run::child::Child;
use crate::agent::run::process::{Agent, Past, Process, caller};
use crate::agent::show::descriptors::Descriptors;
use crate::lisp::value::{Iter, Value};
use crate::model::Model;
use crate::tool::{Access, Call, Starts, Tool, ToolError};

/// The task of a fork, and the program under which it goes on, if it is another one.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Prompt {
    text: String,
    program: Option<String>,
}

/// The tool that forks, at most this number of times per call, to continue under the same program or one of these.
pub(crate) fn fork_tool(most: usize, links: Vec<(String, String)>, make: MakeProgram) -> Tool {
    let or_linked = match links.is_empty() {
        true => "",
        false => ", or {:prompt \"…\" :program \"…\"} to go on as a linked program",
    };
    let description = format!(
        "Continues this conversation in up to {most} copies of this process at once, each with one of the prompts as its only \
         task. Copies have the conversation and memory from before this turn. Gives [{{:id 0 :message \"…\"}} …] in the order \
         of the prompts, {{:id 1 :error true :message cause}} for one that failed. A prompt is a text{or_linked}"
    );
    let announce = move |call: &Call| {
        let prompts = prompts(&call.arguments, most)?;
        for program in prompts.iter().filter_map(|prompt| prompt.program.as_deref()) {
            known_program(program, &links)?;
        }
        Ok(Starts::Forks(prompts.len()))
    };
    let tool = Tool::process("fork", announce, move |call: Call| {
        let make = make.clone();
        async move { run(&call, most, &make).await }
    });
    let contract = "(prompts [:any]) -> [{:id :int :message :any :error :bool?}]";
    let mut tool = tool.constant_spec(contract).description(description).example("{:prompts [\"text\" \"text\"]}");
    tool.access = Access::Admin;
    tool
}

/// The prompts of a call, if there are not too many and each says something.
fn prompts(arguments: &Value, most: usize) -> Result<Vec<Prompt>, ToolError> {
    let given = arguments.get("prompts").unwrap_or(&Value::Nil);
    if !matches!(given, Value::Vector(_) | Value::Seq(_) | Value::Lazy(_)) {
        return Err(ToolError(format!(
            "prompts is {}; a list of texts is needed: {{:prompts [\"…\" \"…\"]}}",
            given.describe()
        )));
    }
    let given: Vec<Value> = Iter::ready(given).take(most.saturating_add(100_000)).collect();
    if given.len() > most {
        return Err(ToolError(format!(
            "{} prompts are more than the {most} forks of one call; nothing was started, fork in several calls",
            given.len()
        )));
    }
    given
        .iter()
        .enumerate()
        .map(|(at, prompt)| self::prompt(prompt).map_err(|why| ToolError(format!("prompts[{at}]: {why}"))))
        .collect()
}

fn prompt(given: &Value) -> Result<Prompt, String> {
    let text = |key: &str| match given.get(key) {
        None | Some(Value::Nil) => Ok(None),
        Some(text) => text
            .as_name()
            .map(|text| Some(text.to_owned()))
            .ok_or_else(|| format!("{key}: expected a text, got {}", text.describe())),
    };
    let prompt = match given {
        Value::Text(text) => Prompt { text: text.as_str().to_owned(), program: None },
        Value::Map(map) => {
            if let Some(key) = map.keys().find(|key| !matches!(key.as_name(), Some("prompt" | "program"))) {
                return Err(format!("unknown key {key}; a prompt has :prompt and :program"));
            }
            let prompt = text("prompt")?.ok_or("a :prompt is missing")?;
            Prompt { text: prompt, program: text("program")?.filter(|program| !program.trim().is_empty()) }
        }
        other => return Err(format!("expected a text, got {}", other.describe())),
    };
    if prompt.text.trim().is_empty() { Err("it is empty: say what the fork should do".into()) } else { Ok(prompt) }
}

/// What a fork begins with.
struct Beginning {
    parent: Arc<Process>,
    past: Past,
    descriptors: Descriptors,
    agent: Agent,
    model: Arc<dyn Model>,
}

async fn run(call: &Call, most: usize, make: &MakeProgram) -> Result<Value, ToolError> {
    let parent = caller(call)?;
    let prompts = prompts(&call.arguments, most)?;
    let (count, past) = (prompts.len(), parent.past());
    let mut forks: JoinSet<(usize, Result<Value, String>)> = JoinSet::new();
    let mut results: Vec<Result<Value, String>> = vec![Err("the fork was given up".into()); count];
    for (at, (prompt, name)) in prompts.into_iter().zip(&call.children).enumerate() {
        let begun = match &prompt.program {
            None => Ok((parent.agent.clone(), parent.model.clone())),
            Some(program) => make(program).await.and_then(|options| {
                let model = options.model.clone().unwrap_or_else(|| parent.model.clone());
                Ok((options.agent()?, model))
            }),
        };
        let (agent, model) = match begun {
            Ok(begun) => begun,
            Err(why) => {
                results[at] = Err(why);
                continue;
            }
        };
        let past = Past { messages: past.messages.clone(), memory: past.memory.forked() };
        let beginning =
            Beginning { parent: parent.clone(), past, descriptors: parent.descriptors().clone(), agent, model };
        let name = name.clone();
        forks.spawn(async move { (at, run_fork(beginning, &name, &prompt.text, (at + 1, count)).await) });
    }
    while let Some(joined) = forks.join_next().await {
        if let Ok((at, result)) = joined {
            results[at] = result;
        }
    }
    let entries = results.into_iter().enumerate().map(|(at, result)| {
        let id = (Value::keyword("id"), Value::from(i64::try_from(at).unwrap_or(i64::MAX)));
        match result {
            Ok(message) => Value::map([id, (Value::keyword("message"), message)]),
            Err(why) => Value::map([
                id,
                (Value::keyword("error"), Value::from(true)),
                (Value::keyword("message"), Value::text(why)),
            ]),
        }
    });
    Ok(Value::vector(entries.collect()))
}

async fn run_fork(
    beginning: Beginning,
    name: &str,
    prompt: &str,
    (number, count): (usize, usize),
) -> Result<Value, String> {
    let Beginning { parent, past, mut descriptors, agent, model } = beginning;
    descriptors.begin_under(agent.settings.paging.clone());
    let child = Child::new(&parent, name, agent, model, descriptors);
    let note = format!(
        "(You are child {number} of {count}: a copy of the process that led the conversation so far. What it meant to do next is \
         not your task, and other copies see to the rest. You have only this task:)"
    );
    let ended = child.continue_with(past, prompt, &note).await;
    ended.map(|ended| ended.response()).map_err(|stop| stop.message())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(program: &str) -> String {
        let given = ptc_value(program);
        prompts(&Value::map([(Value::keyword("prompts"), given)]), 10).expect_err(program).0
    }

    fn ptc_value(program: &str) -> Value {
        crate::Sandbox::new().eval(program).expect("a value")
    }

    #[test]
    fn fork_shares_conversation_and_memory() {
        use crate::agent::{Rules, TurnInput, Turns};
        use crate::lisp::memory::Memory;
        use crate::model::{Message, Role};

        let text: Arc<str> = "word ".repeat(1_000).into();
        let said = |role, content: &str| Message { role, content: content.into() };
        let long = Message { role: Role::Assistant, content: text.clone() };
        let (mut memory, value) = (Memory::new(), Value::text(&*text));
        memory.put("text", value.clone());
        let past = Past { messages: vec![said(Role::User, "task"), long, said(Role::User, "result")], memory };
        let Past { messages, memory } = Past { messages: past.messages.clone(), memory: past.memory.forked() };
        let mut turns = Turns::new(Rules::default());
        turns.messages = messages;
        turns.step(TurnInput::Begin("note".into()));
        assert_eq!(turns.messages.len(), 3);
        assert!(Arc::ptr_eq(&turns.messages[1].content, &text), "the conversation is not copied");
        let place =
            |value: &Value| if let Value::Text(text) = value { text.as_str().as_ptr() } else { std::ptr::null() };
        let entries = memory.entries();
        let (_, kept) = entries.first().expect("an entry");
        assert_eq!(place(kept), place(&value), "memory is not copied");
    }

    #[test]
    fn fork_prompts_are_texts_or_maps() {
        let given = Value::map([(Value::keyword("prompts"), ptc_value("[\"a\" {:prompt \"b\" :program \"c\"}]"))]);
        let expected =
            vec![Prompt { text: "a".into(), program: None }, Prompt { text: "b".into(), program: Some("c".into()) }];
        assert_eq!(prompts(&given, 2), Ok(expected));
        assert!(prompts(&given, 1).is_err());
        assert_eq!(
            told("(repeat 11 \"x\")"),
            "11 prompts are more than the 10 forks of one call; nothing was started, fork in several calls"
        );
        assert_eq!(told("[\"a\" \" \"]"), "prompts[1]: it is empty: say what the fork should do");
        assert_eq!(told("[{:promt \"a\"}]"), "prompts[0]: unknown key :promt; a prompt has :prompt and :program");
        assert!(told("\"a\"").starts_with("prompts is "));
        assert_eq!(told("[{:program \"c\"}]"), "prompts[0]: a :prompt is missing");
        assert_eq!(told("[1]"), "prompts[0]: expected a text, got the integer 1");
        let given = Value::map([(Value::keyword("prompts"), ptc_value("[{:prompt \"b\" :program \" \"}]"))]);
        assert_eq!(prompts(&given, 2), Ok(vec![Prompt { text: "b".into(), program: None }]), "a blank name is none");
    }
}
