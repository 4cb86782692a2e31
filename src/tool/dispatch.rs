//! Dispatchers: the tools of a process, how strictly their contracts hold, what it may do, and what was cached.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use super::discover::Index;
use super::outlines;
use super::toolbox::{Access, Contract, Run, Tool, ToolError, Toolbox};
use crate::contract::{Effect, Issue, Signature, Type, check_input, check_output};
use crate::lisp::analyse::{Outline, ToolRejection, Tools};
use crate::lisp::text::{ErrorKind, nearest};
use crate::lisp::value::{Fault, Keyword, Map, ToolCall, Value, check_json, readable};

/// How strictly calls are held to contracts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Validation {
    /// A call that does not fit is an error.
    #[default]
    Enabled,
    /// A call that does not fit goes through with a warning.
    WarnOnly,
    /// Nothing is checked.
    Disabled,
    /// As enabled, and every tool must have a contract.
    Strict,
}

impl Validation {
    /// The names of all modes.
    pub const NAMES: [&str; 4] = ["enabled", "warn_only", "disabled", "strict"];

    /// The name in options and files.
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }

    /// The mode of a name.
    pub fn parse(name: &str) -> Option<Self> {
        let name = name.replace('-', "_");
        let all = [Self::Enabled, Self::WarnOnly, Self::Disabled, Self::Strict];
        all.into_iter().find(|mode| mode.name() == name)
    }
}

/// Checks calls against a toolbox on the way in and results on the way out.
#[derive(Clone, Debug)]
pub struct Dispatcher {
    /// The tools.
    pub tools: Arc<Toolbox>,
    /// How strictly contracts are held.
    pub validation: Validation,
    /// What the process may do.
    pub access: Access,
    /// What cacheable tools gave.
    cache: Arc<Mutex<HashMap<String, Value>>>,
    /// By which tools are found.
    index: Arc<OnceLock<Index>>,
}

/// The most results that are cached.
const MAX_CACHED: usize = 1_000;

/// A call that fits its tool's contract.
pub(crate) struct CheckedCall {
    pub tool: Arc<Tool>,
    /// By name, after coercion.
    pub arguments: Value,
    pub warnings: Vec<String>,
}

const HAPPENED: &str = "the call has happened; it is the tool that is wrong";

/// The most names of tools that an error lists.
const MAX_NAMES: usize = 30;

/// The error of a call, as programs see it.
pub(crate) fn fault(message: String) -> Fault {
    Fault::new(ErrorKind::Tool, "ExceptionInfo", message)
}

/// The error of a tool, as programs see it.
pub(crate) fn fault_of(tool: &Tool, error: &ToolError) -> Box<Fault> {
    fault(format!("{}: {error}", tool.name)).into()
}

fn list(issues: &[Issue]) -> String {
    issues.iter().map(|issue| format!("\n- {issue}")).collect()
}

impl Dispatcher {
    /// A dispatcher that checks everything and allows everything.
    pub fn new(tools: Arc<Toolbox>) -> Self {
        Self {
            tools,
            validation: Validation::Enabled,
            access: Access::Admin,
            cache: Arc::default(),
            index: Arc::default(),
        }
    }

    fn cache(&self) -> MutexGuard<'_, HashMap<String, Value>> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a call may be made: a tool that exists, an access that allows it, arguments that fit the contract.
    pub(crate) fn check_call(&self, call: ToolCall) -> Result<CheckedCall, Box<Fault>> {
        let tool = self.find(&call.name).map_err(|ToolRejection { kind, message, hint }| {
            let refused = Fault::new(kind, "ExceptionInfo", message);
            hint.into_iter().fold(refused, Fault::hint)
        })?;
        if tool.access > self.access {
            let message = format!(
                "{} needs {} access, and this process has {} access",
                call.name,
                tool.access.name(),
                self.access.name()
            );
            return Err(Fault::new(ErrorKind::Policy, "ExceptionInfo", message).into());
        }
        let mut warnings = Vec::new();
        let arguments = named_arguments(tool, call.arguments, call.positional, &mut warnings)?;
        if let Err(error) = check_json(&arguments, "arguments") {
            return Err(fault(format!("{}: {error}; tools take data", call.name)).into());
        }
        let arguments = match &tool.contract {
            Contract::Spec(spec) if self.validation != Validation::Disabled => {
                match check_input(&spec.signature, &arguments) {
                    Ok(checked) => {
                        warnings.extend(checked.warnings);
                        checked.arguments
                    }
                    Err(issues) if self.validation == Validation::WarnOnly => {
                        warnings.extend(issues.iter().map(|issue| format!("{}: {issue}", call.name)));
                        arguments
                    }
                    Err(issues) => {
                        let message =
                            format!("{} was called with arguments that do not fit:{}", call.name, list(&issues));
                        return Err(fault(message).hint(format!("its contract is {}", tool.signature())).into());
                    }
                }
            }
            Contract::Spec(_) | Contract::Skip | Contract::None => arguments,
        };
        Ok(CheckedCall { tool: tool.clone(), arguments, warnings })
    }

    /// What the same call gave before, if it need not happen again.
    pub(crate) fn cached(&self, tool: &Tool, arguments: &Value) -> Option<Value> {
        key(tool, arguments).and_then(|key| self.cache().get(&key).cloned())
    }

    /// The signature that calls of a tool are held to, so that one that does not fit is an error.
    fn held_signature<'t>(&self, tool: &'t Tool) -> Option<&'t Signature> {
        let held = matches!(self.validation, Validation::Enabled | Validation::Strict);
        tool.spec_of().filter(|_| held).map(|spec| &spec.signature)
    }

    /// The names of the tools that have most to do with a text, the best first.
    pub(crate) fn find_tools(&self, text: &str) -> Vec<String> {
        /// A text that says no more than this is enough to find a tool by.
        const MAX_QUERY: usize = 400;
        const MAX_FOUND: usize = 10;
        let index = self.index.get_or_init(|| Index::new(self.tools.iter()));
        let text = text.get(..text.floor_char_boundary(MAX_QUERY)).unwrap_or_default();
        let found = index.search(text, MAX_FOUND).into_iter().filter_map(|at| self.tools.iter().nth(at));
        found.map(|tool| tool.name.clone()).collect()
    }

    /// What a program is told of a tool.
    pub(crate) fn describe_tool(&self, name: &str) -> crate::lisp::value::Result<String> {
        if let Some(tool) = self.tools.get(name) {
            let planning = if tool.for_planning { "\n    for planning only: it cannot be called here" } else { "" };
            return Ok(tool.describe() + planning);
        }
        let near = nearest(name, self.tools.iter().map(|tool| tool.name.as_str()));
        let hint = near.map_or_else(
            || "(apropos \"words\") finds tools by what they do".to_owned(),
            |near| format!("did you mean {near}?"),
        );
        Err(fault(format!("there is no tool {name:?}")).hint(hint).into())
    }

    fn find(&self, name: &str) -> Result<&Arc<Tool>, ToolRejection> {
        match self.tools.get(name) {
            Some(tool) if tool.for_planning => {
                let message = format!("{name} is for planning only: it is shown, but cannot be called here");
                let hint = Some("put it into the steps of the plan".into());
                Err(ToolRejection { kind: ErrorKind::Tool, message, hint })
            }
            Some(tool) => Ok(tool),
            None => {
                let names = self.tools.callable_names();
                let near = nearest(name, names.iter().map(String::as_str));
                let hint = match near {
                    Some(near) => format!("did you mean {near}?"),
                    None if names.is_empty() => "this program was given no tools".into(),
                    None => {
                        let more = if names.len() > MAX_NAMES {
                            format!(" and {} more", names.len() - MAX_NAMES)
                        } else {
                            String::new()
                        };
                        format!("the tools are {}{more}", names[..names.len().min(MAX_NAMES)].join(", "))
                    }
                };
                let message = format!("there is no tool {name:?}");
                Err(ToolRejection { kind: ErrorKind::Tool, message, hint: Some(hint) })
            }
        }
    }

    /// The result of a call, if it fits the contract. That of a cacheable tool is kept for the next call with equal arguments.
    pub(crate) fn check_result(
        &self,
        tool: &Tool,
        arguments: &Value,
        value: Value,
        warnings: &mut Vec<String>,
    ) -> Result<Value, Box<Fault>> {
        if let Contract::Spec(spec) = &tool.contract
            && self.validation != Validation::Disabled
            && let Err(issues) = check_output(&spec.signature.returns, &value, "result")
        {
            if self.validation != Validation::WarnOnly {
                let message = format!("{} ran, but its result does not fit its contract:{}", tool.name, list(&issues));
                return Err(fault(message).hint(HAPPENED).into());
            }
            warnings.extend(issues.iter().map(|issue| format!("{}: {issue}", tool.name)));
        }
        if let Some(key) = key(tool, arguments) {
            let mut cache = self.cache();
            if cache.len() < MAX_CACHED {
                cache.insert(key, value.clone());
            }
        }
        Ok(value)
    }

    /// Warnings about tools without a contract, or the error of strict validation.
    ///
    /// # Errors
    /// In strict mode the names of the tools without a contract.
    pub fn missing_contracts(&self) -> Result<Vec<String>, ToolError> {
        let missing: Vec<&str> = self
            .tools
            .iter()
            .filter(|tool| matches!(tool.contract, Contract::None))
            .map(|tool| tool.name.as_str())
            .collect();
        match self.validation {
            Validation::Strict if !missing.is_empty() => {
                let names = missing.join(", ");
                Err(ToolError(format!("tool_validation is strict, and these tools have no spec: {names}")))
            }
            Validation::Strict | Validation::Enabled | Validation::WarnOnly => Ok(missing
                .iter()
                .map(|name| format!("the tool {name} has no spec: its calls are not checked"))
                .collect()),
            Validation::Disabled => Ok(Vec::new()),
        }
    }
}

/// Under what the result of a call is kept, if it is.
fn key(tool: &Tool, arguments: &Value) -> Option<String> {
    let may = tool.spec_of().is_some_and(|spec| spec.cacheable && spec.effect == Effect::Read);
    // Arguments that were checked stand in the order of the parameters.
    may.then(|| format!("{} {}", tool.name, readable(arguments)))
}

/// The map of arguments: a single positional one goes to the only parameter, with a warning.
fn named_arguments(
    tool: &Tool,
    given: Value,
    positional: bool,
    warnings: &mut Vec<String>,
) -> Result<Value, Box<Fault>> {
    if !positional && matches!(given, Value::Map(_)) {
        return Ok(given);
    }
    if given.is_nil() {
        return Ok(Map::default().into());
    }
    let parameters = tool.spec_of().map(|spec| spec.signature.parameters.as_slice()).unwrap_or_default();
    match parameters {
        [only] => {
            let name = only.name.as_str();
            warnings.push(format!("{}: took the positional argument as {name}; write {{:{name} …}}", tool.name));
            Ok(Value::map([(Value::keyword(name), given)]))
        }
        _ => {
            let message = format!("{} takes a map of named arguments, got {}", tool.name, given.describe());
            Err(fault(message).hint(format!("its contract is {}", tool.signature())).into())
        }
    }
}

impl Tools for Dispatcher {
    fn check(&self, name: &str, arguments: Option<&Value>) -> Result<(), ToolRejection> {
        let tool = self.find(name)?;
        match (self.held_signature(tool), arguments) {
            (Some(signature), Some(Value::Map(arguments))) => verdict(tool, &known_issues(signature, arguments)),
            _ => Ok(()),
        }
    }

    fn check_name(&self, name: &str) -> Result<(), ToolRejection> {
        // What is there for planning is described as well.
        if self.tools.get(name).is_some() { Ok(()) } else { self.find(name).map(|_| ()) }
    }

    fn check_outlines(&self, name: &str, arguments: &[(Keyword, Outline)]) -> Result<(), ToolRejection> {
        let tool = self.find(name)?;
        match self.held_signature(tool) {
            Some(signature) => verdict(tool, &outlines::misfits(signature, arguments)),
            None => Ok(()),
        }
    }

    fn name_of_builtin<'a>(&'a self, builtin_id: &'a str) -> &'a str {
        self.tools.name_of_builtin(builtin_id).unwrap_or(builtin_id)
    }

    fn result(&self, name: &str) -> Outline {
        let Some(tool) = self.tools.get(name) else { return Outline::ANY };
        let Some(signature) = self.held_signature(tool) else { return Outline::ANY };
        // Of processes there is more to be had than models are told of.
        let more: &[&str] = match tool.run {
            Run::Process(..) => &["result", "trace", "input_tokens", "output_tokens", "total_tokens"],
            Run::Now(_) | Run::Later(_) => &[],
        };
        outlines::result(name, &signature.returns, more)
    }
}

/// All is well, or the issues of a call.
fn verdict(tool: &Tool, issues: &[Issue]) -> Result<(), ToolRejection> {
    if issues.is_empty() {
        return Ok(());
    }
    let message = format!("{} is called with arguments that do not fit:{}", tool.name, list(issues));
    let hint = Some(format!("its contract is {}", tool.signature()));
    Err(ToolRejection { kind: ErrorKind::Tool, message, hint })
}

/// What is wrong with arguments of which some are not known yet: those may be whatever is wanted.
fn known_issues(signature: &Signature, arguments: &Map) -> Vec<Issue> {
    let mut relaxed = signature.clone();
    for parameter in &mut relaxed.parameters {
        if arguments.get(&Value::Keyword(parameter.name.clone())).is_some_and(Value::is_nothing) {
            parameter.kind = Type::Any;
        }
    }
    let is_rest =
        |key: &Value| relaxed.rest.is_some() && key.as_name().is_none_or(|name| relaxed.parameter(name).is_none());
    let known = Value::map(arguments.iter().filter(|(key, value)| !value.is_nothing() || !is_rest(key)));
    check_input(&relaxed, &known).err().unwrap_or_default()
}

#[cfg(test)]
mod tests;
