//! Why a plan cannot be read, worked on or saved.

/// Why a plan cannot be worked on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", problems.join("\n"))]
pub struct PlanError {
    /// All that is wrong, a line or more each.
    pub problems: Vec<String>,
}

impl PlanError {
    pub(super) fn one(problem: impl Into<String>) -> Self {
        Self { problems: vec![problem.into()] }
    }

    /// The same error of a file.
    pub(super) fn of(self, file: &str) -> Self {
        Self { problems: self.problems.into_iter().map(|problem| format!("{file}: {problem}")).collect() }
    }
}
