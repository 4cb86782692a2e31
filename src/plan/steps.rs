//! What a plan is made of, as JSON and as a file.

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use indexmap::IndexMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value as Json;

use super::PlanError;
use crate::contract::{Field, ParseError, Type};
use crate::lisp::syntax::read_data;
use crate::lisp::text::Source;
use crate::lisp::value::{Iter, Keyword, Value, display, readable};

/// A goal, and the steps that lead to it.
///
/// ```
/// use ptc::Plan;
///
/// let plan = Plan::from_json(r#"{
///     "goal": "Answer the urgent mails",
///     "steps": [
///         {"id": "find", "task": "Find the urgent mails", "tools": ["list_mails"], "output": "{:ids [:int]}"},
///         {"id": "draft", "task": "Draft a reply to each of ctx/ids", "tools": ["save_draft"], "needs": ["ids"]}
///     ]
/// }"#)?;
/// let text = plan.to_markdown();
/// assert!(text.contains("- [ ] draft: Draft a reply to each of ctx/ids\n  - tools: save_draft\n  - needs: ids\n"));
/// assert_eq!(Plan::from_markdown(&text)?, plan);
/// # Ok::<(), ptc::PlanError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// What all of it is for.
    #[serde(default)]
    pub goal: String,
    /// The steps, in the order in which results are shown; what each needs says what comes before it.
    pub steps: Vec<PlanStep>,
}

/// A step: the task of one agent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanStep {
    /// Its name: letters, digits, `-` and `_`.
    pub id: String,
    /// What its agent is told to do.
    pub task: String,
    /// The names of the tools, or of the sets of tools, that its agent may call.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tools: Vec<String>,
    /// Steps whose results, or fields of outputs that, its agent sees as `ctx/…`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<String>,
    /// What its result must be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<StepOutput>,
    /// How often it is tried again after a failure.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub retries: u32,
    /// What came of it, once it is finished.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done: Option<Done>,
    /// Why it was given up, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_zero(retries: &u32) -> bool {
    *retries == 0
}

/// What the result of a step must be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum StepOutput {
    /// A contract: `{:ids [:int]}`. The fields of a record can be needed by their names.
    Contract(String),
    /// A map with these fields, each described by a type or in words.
    Fields(IndexMap<String, String>),
}

/// What came of a step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Done {
    /// Its result. In files: as EDN, which keeps keywords and sets.
    #[serde(serialize_with = "write_edn", deserialize_with = "read_edn")]
    pub result: Value,
    /// The answer's text.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub summary: String,
}

fn write_edn<S: Serializer>(value: &Value, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&readable(value))
}

fn read_edn<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
    edn(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
}

/// The one value of an EDN text.
pub(super) fn edn(text: &str) -> Result<Value, String> {
    match read_data(&Arc::new(Source::new("result", text))).map_err(|error| error.to_string())?.as_slice() {
        [value] => Ok(value.clone()),
        values => Err(format!("a result is one value, this text has {}", values.len())),
    }
}

impl Done {
    /// What came of a step, as it will be when the plan is loaded again: what has no text is the text that it prints.
    pub(super) fn new(result: &Value, summary: String) -> Self {
        let text = readable(result);
        let result = edn(&text).ok().filter(|read| readable(read) == text);
        Self { result: result.unwrap_or_else(|| Value::text(text)), summary }
    }
}

impl StepOutput {
    /// The output that a value stands for: text, a map of texts, or a contract as data.
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Nil => None,
            Value::Text(text) => Some(Self::Contract(text.as_str().to_owned())),
            Value::Map(map) if map.values().all(|what| matches!(what, Value::Text(_))) => {
                let fields =
                    map.iter().map(|(name, what)| (name.as_name().unwrap_or_default().to_owned(), display(&what)));
                Some(Self::Fields(fields.collect()))
            }
            other => Some(Self::Contract(readable(other))),
        }
    }

    /// The type of the result.
    pub(super) fn kind(&self) -> Result<Type, ParseError> {
        match self {
            Self::Contract(text) => Type::parse(text),
            Self::Fields(fields) => {
                let field = |(name, what): (&String, &String)| Field {
                    name: Keyword::new(name),
                    // What is no type is a description.
                    kind: Type::parse(what).unwrap_or(Type::Any),
                };
                Ok(Type::Record(fields.iter().map(field).collect()))
            }
        }
    }

    /// The names under which parts of the result can be needed.
    pub(super) fn names(&self) -> Vec<String> {
        match self.kind() {
            Ok(Type::Record(fields)) => fields.iter().map(|field| field.name.as_str().to_owned()).collect(),
            Ok(_) | Err(_) => Vec::new(),
        }
    }
}

impl Plan {
    /// A plan from JSON.
    ///
    /// # Errors
    /// A text that is no JSON, or of another shape.
    pub fn from_json(text: &str) -> Result<Self, PlanError> {
        serde_json::from_str(text).map_err(|error| PlanError::one(format!("no plan: {error}")))
    }

    /// The plan as JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// A plan from a value, such as one that a model made: a map with `:steps`, or with such a map under `:plan`. An
    /// output may be a contract as data, `{:ids [:int]}`; what is nil is not there.
    ///
    /// # Errors
    /// A value of another shape.
    pub fn from_value(value: &Value) -> Result<Self, PlanError> {
        let value = value.get("plan").unwrap_or(value);
        let mut json = crate::lisp::value::to_json(value, "plan").map_err(|error| PlanError::one(error.to_string()))?;
        let steps = value.get("steps").into_iter().flat_map(Iter::ready);
        let places = json.get_mut("steps").and_then(Json::as_array_mut).into_iter().flatten();
        for (place, step) in places.zip(steps) {
            let Json::Object(fields) = place else { continue };
            if let Some(output) = step.get("output").and_then(StepOutput::from_value) {
                fields.insert("output".into(), serde_json::to_value(output).unwrap_or_default());
            }
            fields.retain(|_, field| !field.is_null());
        }
        serde_json::from_value(json).map_err(|error| PlanError::one(format!("no plan: {error}")))
    }

    /// Reads a plan from a file: a check-list if its name ends in `.md`, else JSON.
    ///
    /// # Errors
    /// A file that cannot be read or is no plan.
    pub fn load(path: &Path) -> Result<Self, PlanError> {
        let text = std::fs::read_to_string(path).map_err(|error| PlanError::one(format!("cannot be read: {error}")));
        let read = if is_markdown(path) { Self::from_markdown } else { Self::from_json };
        text.and_then(|text| read(&text)).map_err(|error| error.of(&path.display().to_string()))
    }

    /// Writes the plan into a file: to a file beside it first, so that there is always a whole one.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn save(&self, path: &Path) -> std::io::Result<()> {
        let text = if is_markdown(path) { self.to_markdown() } else { format!("{}\n", self.to_json()) };
        let mut beside = path.as_os_str().to_owned();
        beside.push(".new");
        let mut file = std::fs::File::create(&beside)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&beside, path)
    }

    /// Whether a step is finished or has been given up.
    pub fn has_begun(&self) -> bool {
        self.steps.iter().any(|step| step.done.is_some() || step.failed.is_some())
    }

    /// The same plan with nothing done.
    #[must_use]
    pub fn from_the_start(mut self) -> Self {
        for step in &mut self.steps {
            (step.done, step.failed) = (None, None);
        }
        self
    }
}

fn is_markdown(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "md" || extension == "markdown")
}
