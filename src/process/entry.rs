//! Entries of tools: a tool with what a program file says of it.

use std::sync::Arc;

use super::program::ToolEntry;
use crate::contract::ToolSpec;
use crate::settings::{LoadError, join};
use crate::tool::{Contract, Tool};

/// The tool with what its entry says: contract, description, effect, access, timeout. `at` names the entry in errors.
pub(super) fn apply_entry(mut tool: Tool, entry: &ToolEntry, at: &str) -> Result<Tool, LoadError> {
    if let Some(spec) = &entry.spec {
        tool = tool.spec(spec).map_err(|error| LoadError::other(join(at, "spec"), error))?;
    }
    if entry.reads {
        tool = tool.reads();
    }
    if entry.cacheable {
        tool = tool.cacheable();
    }
    if let Some(timeout) = entry.timeout {
        tool = tool.timeout(timeout);
    }
    tool.description = entry.description.clone().or(tool.description);
    tool.access = entry.access.unwrap_or(tool.access);
    describe_parameters(&mut tool, &entry.parameters, at)?;
    Ok(tool)
}

/// Sets the descriptions of parameters. `at` names the entry in errors.
pub(super) fn describe_parameters(
    tool: &mut Tool,
    descriptions: &[(String, String)],
    at: &str,
) -> Result<(), LoadError> {
    if descriptions.is_empty() {
        return Ok(());
    }
    let wrong = |what: String| LoadError::other(join(at, "param_descriptions"), what);
    let mut spec = match &tool.contract {
        Contract::Spec(spec) => ToolSpec::clone(spec),
        Contract::Skip | Contract::None => return Err(wrong("a spec is needed to say of what".into())),
    };
    for (name, description) in descriptions {
        if spec.signature.parameter(name).is_none() {
            let names: Vec<&str> = spec.signature.parameters.iter().map(|one| one.name.as_str()).collect();
            let names = if names.is_empty() { "none".into() } else { names.join(", ") };
            return Err(wrong(format!("there is no parameter {name} (there are {names})")));
        }
        spec = spec.about(name, description);
    }
    tool.contract = Contract::Spec(Arc::new(spec));
    Ok(())
}
