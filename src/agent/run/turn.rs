//! The loop as a pure state machine: events in, actions out. Time, models and tools are the driver's.

use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::Value as Json;

use super::extract::{Extracted, extract};
use super::stop::ProcessError;
use crate::Failure;
use crate::agent::Refs;
use crate::agent::show::descriptors::outside_references;
use crate::agent::show::feedback;
use crate::agent::show::render::{Rendering, ShownValue, traced, without_internals};
use crate::contract::{Type, check_output};
use crate::lisp::text::abridge;
use crate::lisp::value::{Value, shorten};
use crate::model::{Message, Role};
use crate::trace::TurnResult;

/// What the loop holds an agent to.
#[derive(Clone, Default)]
pub struct Rules {
    /// Replies of the model; those after a ref retry are not counted.
    pub max_turns: u32,
    /// Extra turns to repair required refs.
    pub max_ref_retries: u32,
    /// What is taken from the result.
    pub refs: Refs,
    /// What the result must be.
    pub signature: Option<Type>,
    /// Whether replies may mark content with `<ref id="x">…</ref>`, which then holds no program.
    pub references: bool,
    /// Whether the user's messages begin with their numbers: `[msg_0]`.
    pub numbered: bool,
}

/// What happened.
pub enum TurnInput {
    /// The process begins, with the text of the first user message.
    Begin(String),
    /// The model answered.
    Replied(String),
    /// The program ran.
    Ran(Ran),
    /// The program ended with going back in the conversation.
    Rewound(Rewind),
}

/// Where a process goes back to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rewind {
    /// The number of the user's message that stays; what follows upon it is dropped.
    pub to: usize,
    /// What the model wants to know then.
    pub message: String,
}

/// What came of a program.
pub struct Ran {
    /// The value or the errors.
    pub result: Result<Value, Failure>,
    /// Whether the value is that of `(return v)`.
    pub returned: bool,
    /// What was printed.
    pub prints: String,
    /// What is odd but no error.
    pub warnings: Vec<String>,
    /// The names in memory.
    pub remembered: Vec<String>,
    /// How the value is shown.
    pub(crate) shown: ShownValue,
    /// How the prints are shown.
    pub(crate) shown_prints: Rendering,
    /// The calls of a program that failed which have changed the world, or may have.
    pub happened: Vec<String>,
}

/// What to do next.
pub enum Action {
    /// Ask the model with the conversation as it is now.
    Ask,
    /// Run this program.
    Run(String),
    /// The process has ended.
    End(Result<Ended, ProcessError>),
}

/// A process that ended well.
#[derive(Clone, Debug)]
pub struct Ended {
    /// The value of the last program that succeeded, or the answer's text where none ran.
    pub result: Value,
    /// The result as JSON; as it prints, where it has no JSON form.
    pub json: Arc<Json>,
    /// The answer's text.
    pub summary: String,
    /// Whether the model wrote that text; otherwise it is a short rendering of the result.
    pub in_words: bool,
    /// What was taken from the result.
    pub refs: IndexMap<String, Value>,
}

impl Ended {
    /// The value returned to the parent process: the text of the answer, or the result if there is no text.
    pub fn response(&self) -> Value {
        if self.in_words { Value::text(&self.summary) } else { self.result.clone() }
    }
}

/// The state of a process's conversation.
#[derive(Clone)]
pub struct Turns {
    rules: Arc<Rules>,
    /// The conversation, oldest message first.
    pub messages: Vec<Message>,
    /// Replies so far.
    pub turn: u32,
    /// How the turn that is in progress, or the last one, ended.
    pub note: TurnResult,
    allowed: u32,
    ref_retries: u32,
    last_value: Option<(Value, Arc<Json>)>,
    reminded: bool,
    /// Whether a program of the task has run, be it to an error.
    has_run: bool,
    prose: String,
    /// Whether the answer is a value that no text came with.
    wordless: bool,
    /// Set while required refs are being repaired.
    repair: Option<Repair>,
    /// The messages that notes were added to by going back to them, as they were before.
    noted: Vec<(usize, Arc<str>)>,
}

/// An answer whose result lacks something.
#[derive(Clone)]
struct Repair {
    answer: String,
    missing: String,
}

impl Turns {
    /// A conversation that has not begun.
    pub fn new(rules: Rules) -> Self {
        Self {
            allowed: rules.max_turns,
            rules: Arc::new(rules),
            messages: Vec::new(),
            turn: 0,
            note: TurnResult::default(),
            ref_retries: 0,
            last_value: None,
            reminded: false,
            has_run: false,
            prose: String::new(),
            wordless: false,
            noted: Vec::new(),
            repair: None,
        }
    }

    /// How many turns are left, this one included, counting down from `max_turns`.
    pub fn iteration(&self) -> u32 {
        self.rules.max_turns.saturating_sub(self.turn.saturating_sub(1))
    }

    /// The value of the last program that succeeded.
    pub fn last_value(&self) -> Option<&Value> {
        self.last_value.as_ref().map(|(value, _)| value)
    }

    /// Takes another task on the same conversation.
    pub fn reset_for_task(&mut self) {
        self.allowed = self.rules.max_turns;
        (self.turn, self.ref_retries) = (0, 0);
        (self.reminded, self.has_run) = (false, false);
        (self.last_value, self.repair) = (None, None);
    }

    /// The next action.
    pub fn step(&mut self, event: TurnInput) -> Action {
        match event {
            TurnInput::Begin(text) => {
                self.say(Role::User, &text);
                if self.allowed == 0 {
                    return Action::End(Err(ProcessError::Turns {
                        max_turns: 0,
                        last: "the model was not asked".into(),
                    }));
                }
                Action::Ask
            }
            TurnInput::Replied(text) => self.replied(&text),
            TurnInput::Ran(ran) => self.ran(ran),
            TurnInput::Rewound(rewind) => self.rewound(&rewind),
        }
    }

    fn say(&mut self, role: Role, text: &str) {
        // Providers refuse empty messages and two of the same role in a row.
        let text = if text.trim().is_empty() { "(nothing)" } else { text };
        match self.messages.last_mut() {
            Some(last) if last.role == role => last.content = format!("{}\n\n{text}", last.content).into(),
            _ if role == Role::User && self.rules.numbered => {
                let number = self.messages.iter().filter(|message| message.role == Role::User).count();
                self.messages.push(Message { role, content: format!("[msg_{number}]\n{text}").into() });
            }
            _ => self.messages.push(Message { role, content: text.into() }),
        }
    }

    /// Drops what follows upon a message of the user's and goes on from there.
    fn rewound(&mut self, rewind: &Rewind) -> Action {
        let mut users = self.messages.iter().enumerate().filter(|(_, message)| message.role == Role::User);
        if let Some((at, _)) = users.nth(rewind.to) {
            self.messages.truncate(at + 1);
            self.noted.retain(|(noted, _)| *noted <= at);
            match (self.noted.last(), self.messages.last_mut()) {
                // An earlier note followed upon the message, and is dropped with the rest.
                (Some((noted, before)), Some(message)) if *noted == at => message.content = before.clone(),
                (_, Some(message)) => self.noted.push((at, message.content.clone())),
                (_, None) => {}
            }
        }
        self.next(&format!(
            "(You have gone back to this message, msg_{}; what you did since is forgotten, but memory is as it was. Your note:)\n{}",
            rewind.to, rewind.message
        ))
    }

    fn replied(&mut self, text: &str) -> Action {
        self.turn += 1;
        self.wordless = false;
        self.note = TurnResult { turn: self.turn, iteration: self.iteration(), ..TurnResult::default() };
        self.say(Role::Assistant, text);
        match self.find_program(text) {
            Extracted::Program { program, prose } => {
                self.prose = prose;
                self.note.program = Some(program.clone());
                self.note.ran = true;
                self.has_run = true;
                Action::Run(program)
            }
            Extracted::Answer => self.answer(text.trim().to_owned()),
            Extracted::OtherLanguage(language) => {
                if !self.has_run && !self.reminded {
                    self.reminded = true;
                    let told = format!(
                        "Your reply is a {language} block; only PTC-Lisp (Clojure) runs here. Write the program in a ```clojure block, \
                         or give your answer in words."
                    );
                    return self.feed_back(&told, "a block in another language");
                }
                self.answer(text.trim().to_owned())
            }
            Extracted::Several(count) => {
                let told = format!(
                    "Your reply has {count} different programs; none of them ran. Write one program in one block."
                );
                self.feed_back(&told, "several programs")
            }
            Extracted::Empty => self.feed_back(
                "Your reply was empty. Write one program in a ```clojure block, or give your answer in words.",
                "an empty reply",
            ),
        }
    }

    /// The program of a reply. What stands within a reference is content, and none.
    fn find_program(&self, text: &str) -> Extracted {
        if !self.rules.references {
            return extract(text);
        }
        match (extract(&outside_references(text)), extract(text)) {
            (found @ (Extracted::Program { .. } | Extracted::Several(_)), _) => found,
            (_, Extracted::Program { .. } | Extracted::Several(_) | Extracted::OtherLanguage(_)) => Extracted::Answer,
            (_, whole) => whole,
        }
    }

    /// An error turn without a program.
    fn feed_back(&mut self, told: &str, error: &str) -> Action {
        self.note.error = Some(error.to_owned());
        self.next(told)
    }

    fn ran(&mut self, ran: Ran) -> Action {
        self.note.prints.clone_from(&ran.prints);
        self.note.warnings.clone_from(&ran.warnings);
        match ran.result {
            Ok(value) if ran.returned => {
                self.keep(&value);
                let prose = std::mem::take(&mut self.prose);
                self.wordless = prose.is_empty();
                let summary = if prose.is_empty() { shorten(&without_internals(&value), 300) } else { prose };
                self.answer(summary)
            }
            Ok(value) => {
                let prints = (ran.prints.as_str(), &ran.shown_prints);
                let told = feedback::of_value(&ran.shown, prints, &ran.warnings, &ran.remembered);
                self.keep(&value);
                if self.turn >= self.allowed
                    && let Some(repair) = &self.repair
                {
                    // The extra turn went into repairing the value; the answer was given before.
                    return self.answer(repair.answer.clone());
                }
                self.next(&told)
            }
            Err(failure) => {
                if let Some(reason) = failure.reason {
                    self.note.error = Some(format!("fail: {}", shorten(&reason, 500)));
                    return Action::End(Err(ProcessError::Fail(reason)));
                }
                let first = failure.error();
                self.note.error = Some(abridge(&first.to_string(), 2_000).into_owned());
                let prints = (ran.prints.as_str(), &ran.shown_prints);
                self.next(&feedback::of_errors(&failure.errors, prints, &ran.warnings, &ran.happened))
            }
        }
    }

    /// Notes the value of a program that succeeded.
    fn keep(&mut self, value: &Value) {
        let json = Arc::new(traced(value));
        self.note.result = Some(json.clone());
        self.last_value = Some((value.clone(), json));
    }

    /// Tells the model something and asks again, if there are turns left.
    fn next(&mut self, told: &str) -> Action {
        if self.turn >= self.allowed
            && let Some(repair) = &self.repair
        {
            // The repair failed. Its turns are beyond those of the task, so they do not end for want of turns.
            if self.ref_retries >= self.rules.max_ref_retries {
                return Action::End(Err(ProcessError::Refs(repair.missing.clone())));
            }
            self.ref_retries += 1;
            self.allowed = self.turn + 1;
        }
        if self.turn >= self.allowed {
            let value = self.last_value().filter(|_| self.note.result.is_some());
            let last = match (&self.note.error, value) {
                (Some(error), _) => format!("the last turn failed: {}", abridge(error, 500)),
                (None, Some(value)) => format!("the last program gave {}", shorten(value, 200)),
                (None, None) => "the last turn gave nothing".into(),
            };
            return Action::End(Err(ProcessError::Turns { max_turns: self.rules.max_turns, last }));
        }
        let left = self.allowed - self.turn;
        let line = match left {
            1 if self.repair.is_some() => "This is your last turn: a program whose value has it is enough.",
            1 => "This is your last turn: answer now.",
            2 => "2 turns left.",
            _ => "",
        };
        self.say(Role::User, &format!("{}{}{line}", told.trim_end(), if line.is_empty() { "" } else { "\n" }));
        Action::Ask
    }

    /// An answer ends the process, if the result is what it should be.
    fn answer(&mut self, summary: String) -> Action {
        let (result, json) = self.last_value.clone().unwrap_or_else(|| {
            let text = Value::text(&summary);
            let json = Arc::new(traced(&text));
            (text, json)
        });
        if self.note.program.is_none() {
            self.note.answer = Some(summary.clone());
        }
        if let Some(kind) = &self.rules.signature
            && let Err(issues) = check_output(kind, &result, "result")
        {
            // What a sub-agent keeps to itself is not told in passing.
            let issues = check_output(kind, &without_internals(&result), "result").err().unwrap_or(issues);
            let list: Vec<String> = issues.iter().map(ToString::to_string).collect();
            let told = format!(
                "The result does not fit. It must be {kind}:\n- {}\nRun a program whose value fits, then answer.",
                list.join("\n- ")
            );
            self.note.error = Some(format!("the result does not fit {kind}: {}", list.join("; ")));
            return self.next(&told);
        }
        match self.rules.refs.extract(&result) {
            Ok(refs) => Action::End(Ok(Ended { result, json, summary, in_words: !self.wordless, refs })),
            Err(problem) => {
                let missing = problem.to_string();
                self.note.error = Some(format!("required refs are missing: {}", problem.missing.join("; ")));
                if self.ref_retries >= self.rules.max_ref_retries {
                    return Action::End(Err(ProcessError::Refs(missing)));
                }
                self.ref_retries += 1;
                self.allowed = self.allowed.max(self.turn).saturating_add(1);
                let told = format!(
                    "Something that the host needs is missing from the result:\n{missing}The result was {}\nRun a program whose value \
                     has it, then answer.",
                    shorten(&without_internals(&result), 500)
                );
                self.repair = Some(Repair { answer: summary, missing });
                self.next(&told)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lisp::text::{Error, ErrorKind};

    fn ran(result: Result<Value, Failure>) -> TurnInput {
        let outside = result.as_ref().ok().cloned().unwrap_or_default();
        let (shown, shown_prints) = (ShownValue { outside, ..ShownValue::default() }, Rendering::Truncated);
        let (prints, warnings, remembered, happened) = (String::new(), Vec::new(), Vec::new(), Vec::new());
        TurnInput::Ran(Ran { result, returned: false, prints, warnings, remembered, shown, shown_prints, happened })
    }

    fn returned(value: Value) -> TurnInput {
        let TurnInput::Ran(ran) = ran(Ok(value)) else { unreachable!() };
        TurnInput::Ran(Ran { returned: true, ..ran })
    }

    fn failed(reason: Option<Value>) -> TurnInput {
        ran(Err(Failure { errors: vec![Error::new(ErrorKind::Value, "no")], reason, raised: None }))
    }

    fn said(text: &str) -> TurnInput {
        TurnInput::Replied(text.into())
    }

    /// What the last of these events leads to.
    fn after(turns: &mut Turns, events: impl IntoIterator<Item = TurnInput>) -> String {
        let shown = |action| match action {
            Action::Ask => "ask".into(),
            Action::Run(program) => format!("run {program}"),
            Action::End(Ok(ended)) => format!("{:?} {} in words {}", ended.summary, ended.result, ended.in_words),
            Action::End(Err(ProcessError::Turns { max_turns, last })) => format!("{max_turns} turns: {last}"),
            Action::End(Err(ProcessError::Fail(reason))) => format!("fail {reason}"),
            Action::End(Err(ProcessError::Refs(missing))) => format!("refs: {}", missing.trim()),
            Action::End(Err(other)) => format!("{other:?}"),
        };
        events.into_iter().map(|event| shown(turns.step(event))).last().unwrap_or_default()
    }

    const PYTHON: &str = "```python\nprint(1)\n```";

    fn rules(max_turns: u32, max_ref_retries: u32) -> Rules {
        Rules { max_turns, max_ref_retries, refs: Refs::new().path("id", "id").required(), ..Rules::default() }
    }

    #[test]
    fn turns_reset_for_the_next_task() {
        let mut turns = Turns::new(Rules { refs: Refs::new(), ..rules(2, 1) });
        for _ in 0..2 {
            assert_eq!(after(&mut turns, [TurnInput::Begin("task".into()), said(PYTHON)]), "ask", "the reminder");
            assert_eq!(turns.last_value(), None);
            assert_eq!(turns.note.error.as_deref(), Some("a block in another language"));
            assert_eq!(after(&mut turns, [said("(f)"), returned(1.into())]), "\"1\" 1 in words false");
            assert_eq!((turns.iteration(), turns.last_value()), (1, Some(&1.into())));
            assert_eq!(turns.note.answer, None);
            turns.reset_for_task();
        }
        assert_eq!(
            after(&mut turns, [TurnInput::Begin("task".into()), said(" In words.\n")]),
            "\"In words.\" \"In words.\" in words true"
        );
        assert_eq!(turns.note.answer.as_deref(), Some("In words."));
        turns.reset_for_task();
        assert_eq!(after(&mut turns, [TurnInput::Begin("task".into()), said(PYTHON)]), "ask");
        let answer = format!("{PYTHON:?} {PYTHON:?} in words true");
        assert_eq!(after(&mut turns, [said(&format!(" {PYTHON}\n"))]), answer, "it is told once");
        let mut turns = Turns::new(rules(1, 1));
        let row = || Value::map([(Value::keyword("id"), Value::from(1))]);
        for _ in 0..2 {
            assert_eq!(
                after(&mut turns, [TurnInput::Begin("task".into()), said("Done.")]),
                "ask",
                "the ref is missing"
            );
            assert_eq!(after(&mut turns, [said("(f)"), ran(Ok(row()))]), "\"Done.\" {:id 1} in words true");
            turns.reset_for_task();
        }
        let ended = after(&mut turns, [TurnInput::Begin("task".into()), said("(f)"), failed(None)]);
        assert_eq!(ended, "1 turns: the last turn failed: value-error: no", "the extra turn was for the task before");
    }

    #[test]
    fn turns_repair_refs_within_retries() {
        let mut turns = Turns::new(rules(5, 0));
        assert_eq!(after(&mut turns, [TurnInput::Begin("task".into()), said("Done.")]), "refs: - id: nothing at id");
        assert_eq!(turns.note.error.as_deref(), Some("required refs are missing: id: nothing at id"));
        let mut turns = Turns::new(rules(1, 3));
        assert_eq!(after(&mut turns, [TurnInput::Begin("task".into()), said("Done.")]), "ask");
        assert_eq!(after(&mut turns, [said("(f)"), failed(None)]), "ask");
        assert_eq!(after(&mut turns, [said("(f)"), failed(None)]), "ask");
        assert_eq!(after(&mut turns, [said("(f)"), failed(None)]), "refs: - id: nothing at id");
        let mut turns = Turns::new(rules(5, 1));
        assert_eq!(after(&mut turns, [TurnInput::Begin("task".into()), said("Done.")]), "ask");
        assert_eq!(after(&mut turns, [said("(f)"), ran(Ok(1.into()))]), "ask", "turns are left to look further");
    }

    #[test]
    fn turns_ended_in_words() {
        let mut turns = Turns::new(Rules { refs: Refs::new(), signature: Some(Type::Int), ..rules(5, 0) });
        assert_eq!(after(&mut turns, [TurnInput::Begin("task".into()), said("(f)"), returned("one".into())]), "ask");
        let told = "the result does not fit :int: result: expected integer, got string \"one\"";
        assert_eq!(turns.note.error.as_deref(), Some(told));
        assert_eq!(after(&mut turns, [said("(g)"), ran(Ok(1.into())), said("Done.")]), "\"Done.\" 1 in words true");
        let mut turns = Turns::new(rules(5, 0));
        assert_eq!(
            after(&mut turns, [TurnInput::Begin("task".into()), said("(f)"), failed(Some("no".into()))]),
            "fail \"no\""
        );
        assert_eq!(turns.note.error.as_deref(), Some("fail: \"no\""));
    }

    #[test]
    fn turns_rewind_keeps_the_last_note() {
        let mut turns = Turns::new(Rules { refs: Refs::new(), numbered: true, ..rules(20, 0) });
        let go = |turns: &mut Turns, to: usize, message: &str| {
            after(turns, [said("(g)"), TurnInput::Rewound(Rewind { to, message: message.into() })]);
            let notes = |message: &Message| {
                let parts = message.content.split("\n\n").map(|part| part.lines().next_back().unwrap_or_default());
                parts.collect::<Vec<_>>().join(" + ")
            };
            turns.messages.iter().map(notes).collect::<Vec<_>>().join(" | ")
        };
        after(&mut turns, [TurnInput::Begin("  ".into()), said("(f)"), failed(None)]);
        assert_eq!(&*turns.messages[0].content, "[msg_0]\n(nothing)");
        assert_eq!(&*turns.messages[1].content, "(f)");
        assert!(turns.messages[2].content.starts_with("[msg_1]\n"));
        assert_eq!(go(&mut turns, 0, "A"), "(nothing) + A");
        after(&mut turns, [said("(f)"), failed(None)]);
        let error = turns.messages[2].content.lines().next_back().unwrap_or_default().to_owned();
        assert_eq!(go(&mut turns, 1, "B"), format!("(nothing) + A | (f) | {error} + B"));
        assert_eq!(go(&mut turns, 1, "C"), format!("(nothing) + A | (f) | {error} + C"));
        assert_eq!(go(&mut turns, 0, "D"), "(nothing) + D");
    }
}
