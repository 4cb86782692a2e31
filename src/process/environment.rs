//! The environment block of a system prompt: what the model is told of where it runs.

use std::path::Path;
use std::time::Duration;

use super::command;
use crate::agent::framed;
use crate::lisp::text::abridge;

/// What `[env_info]` asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    /// Known variables by name.
    pub variables: Vec<String>,
    /// Variables of the host's environment.
    pub env_vars: Vec<String>,
    /// Keys and values of the file's own.
    pub custom: Vec<(String, String)>,
    /// Commands whose output is shown, if the host grants commands.
    pub commands: Vec<Vec<String>>,
}

/// The variables that are known.
pub(super) const VARIABLES: [&str; 4] = ["working_directory", "platform", "date", "ptc_version"];

/// Parts of names that mark secrets.
const SECRETS: [&str; 7] = ["KEY", "TOKEN", "SECRET", "PASS", "CRED", "AUTH", "PRIVATE"];

/// The variable that a command tells.
const PYTHON: &str = "python_version";

/// A line of the block; what follows upon a line break cannot be taken for another one.
fn entry(name: &str, value: &str) -> String {
    format!("{name}: {}", value.trim_end().replace('\n', "\n  "))
}

impl Environment {
    /// The block, and warnings of what it lacks.
    pub(super) fn block(&self, folder: &Path, commands: bool) -> (String, Vec<String>) {
        let (mut lines, mut warnings) = (Vec::new(), Vec::new());
        for name in &self.variables {
            if name == PYTHON {
                match python(folder, commands) {
                    Ok(version) => lines.push(entry(name, &version)),
                    Err(why) => warnings.push(format!("env_info.variables: {name}: {why}")),
                }
                continue;
            }
            match variable(name) {
                Some(value) => lines.push(entry(name, &value)),
                None => warnings.push(format!(
                    "env_info.variables: {name} is not known here; there are {}, {PYTHON}",
                    VARIABLES.join(", ")
                )),
            }
        }
        for name in &self.env_vars {
            if SECRETS.iter().any(|secret| name.to_ascii_uppercase().contains(secret)) {
                warnings.push(format!("env_info.env_vars: {name} looks like a secret and is left out"));
                continue;
            }
            match std::env::var(name) {
                Ok(value) => lines.push(entry(name, &abridge(&value, 500))),
                Err(_) => warnings.push(format!("env_info.env_vars: {name} is not set")),
            }
        }
        lines.extend(self.custom.iter().map(|(name, value)| entry(name, value)));
        if !commands && !self.commands.is_empty() {
            warnings.push(format!("env_info.commands: {}", command::NOT_GRANTED));
        }
        for words in self.commands.iter().filter(|_| commands) {
            match command::run(words, "", folder, Duration::from_secs(5), || false) {
                Ok(output) => lines.push(format!("$ {}\n{}", words.join(" "), abridge(output.trim_end(), 4_000))),
                Err(why) => warnings.push(format!("env_info.commands: {why}")),
            }
        }
        let block = if lines.is_empty() { String::new() } else { framed("env", "environment", &lines.join("\n")) };
        (block, warnings)
    }
}

/// The version of the Python that the host has.
fn python(folder: &Path, commands: bool) -> Result<String, String> {
    if !commands {
        return Err(command::NOT_GRANTED.into());
    }
    let words = ["python3", "--version"].map(str::to_owned);
    let told = command::run(&words, "", folder, Duration::from_secs(5), || false)?;
    Ok(told.trim().trim_start_matches("Python ").to_owned())
}

fn variable(name: &str) -> Option<String> {
    Some(match name {
        "working_directory" => std::env::current_dir().ok()?.display().to_string(),
        "platform" => format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        // The day only: the prompt stays the same for as long as it can.
        "date" => jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date().to_string(),
        "ptc_version" => env!("CARGO_PKG_VERSION").to_owned(),
        _ => return None,
    })
}
