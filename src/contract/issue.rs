//! Findings: what is wrong with a value and what was coerced, the first few told, the others counted.

use std::fmt;

/// How many findings are told one by one.
const TOLD: usize = 20;

/// One thing that is wrong, and where: `results[0].id: expected integer, got string "abc"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue {
    /// The path to it; empty for the note that there is more.
    pub path: String,
    /// What was expected and what came.
    pub message: String,
}

impl fmt::Display for Issue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => f.write_str(&self.message),
            path => write!(f, "{path}: {}", self.message),
        }
    }
}

impl From<String> for Issue {
    fn from(message: String) -> Self {
        Self { path: String::new(), message }
    }
}

/// The first few of many findings.
pub(super) struct Findings<T> {
    told: Vec<T>,
    more: usize,
}

impl<T> Default for Findings<T> {
    fn default() -> Self {
        Self { told: Vec::new(), more: 0 }
    }
}

impl<T: From<String>> Findings<T> {
    /// Adds a finding, made only if it is told.
    pub fn add(&mut self, finding: impl FnOnce() -> T) {
        if self.told.len() < TOLD {
            self.told.push(finding());
        } else {
            self.more = self.more.saturating_add(1);
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.told.is_empty()
    }

    /// The findings, with a note of how many more there are.
    pub fn reported(mut self) -> Vec<T> {
        if self.more > 0 {
            self.told.push(T::from(format!("… and {} more", self.more)));
        }
        self.told
    }

    /// All is well, or the findings.
    pub fn verdict(self) -> Result<(), Vec<T>> {
        if self.is_empty() { Ok(()) } else { Err(self.reported()) }
    }
}
