//! Tool specs: a signature with all else that a host says about a tool.

use std::time::Duration;

use super::{Parameter, ParseError, Signature, Type};
use crate::lisp::value::Value;

/// Whether a tool changes the world.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Effect {
    /// It only looks, so a call may be repeated.
    Read,
    /// It changes something; what nobody has said anything about is taken for this.
    #[default]
    Write,
}

/// What a host says about a tool: what it takes and gives, what it does, how long it may take.
///
/// ```
/// use ptc::contract::{Effect, ToolSpec, Type};
///
/// let spec = ToolSpec::new()
///     .parameter("query", Type::String)
///     .optional("limit", Type::Int, 10_i64)
///     .about("limit", "how many hits at most")
///     .returns(Type::list(Type::record([("id", Type::Int)])))
///     .description("Searches the mail.")
///     .effect(Effect::Read);
/// assert_eq!(spec.signature.to_string(), "(query :string, limit :int = 10) -> [{:id :int}]");
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ToolSpec {
    /// What it takes and gives.
    pub signature: Signature,
    /// What it does, in words.
    pub description: Option<String>,
    /// Whether it changes the world.
    pub effect: Effect,
    /// How long a call may take, where the tool has a limit of its own.
    pub timeout: Option<Duration>,
    /// Whether two calls with equal arguments give the same, so that the second need not happen.
    pub cacheable: bool,
}

impl ToolSpec {
    /// A tool without parameters that may give anything and is taken to write.
    pub fn new() -> Self {
        Self::default()
    }

    /// The spec of a signature text.
    ///
    /// ```
    /// use ptc::contract::ToolSpec;
    ///
    /// let spec = ToolSpec::parse("(id :int) -> {:name :string}")?;
    /// assert_eq!(spec.signature.parameters.len(), 1);
    /// # Ok::<(), ptc::contract::ParseError>(())
    /// ```
    ///
    /// # Errors
    /// A text that is no signature.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        Signature::parse(text).map(Self::from)
    }

    /// The spec of a signature that this program writes itself: a wrong one is a fault of ours, and a test makes each.
    #[cfg(feature = "agent")]
    #[expect(clippy::panic, reason = "only texts of this library come here, and a test makes each")]
    pub(crate) fn constant(text: &str) -> Self {
        Self::parse(text).unwrap_or_else(|error| panic!("the contract {text:?} of a built-in tool: {error}"))
    }

    /// Adds a parameter, or changes the type of the one of this name.
    #[must_use]
    pub fn parameter(self, name: &str, kind: Type) -> Self {
        self.with(Parameter::new(name, kind))
    }

    /// Adds a parameter that may be left out; with `Value::Nil` for a default it is simply not there then.
    #[must_use]
    pub fn optional(self, name: &str, kind: Type, default: impl Into<Value>) -> Self {
        self.with(Parameter::new(name, kind).or(default.into()))
    }

    /// Says what a parameter is for. Without a parameter of this name nothing happens.
    #[must_use]
    pub fn about(mut self, name: &str, description: impl Into<String>) -> Self {
        if let Some(parameter) = self.signature.parameters.iter_mut().find(|one| one.name.as_str() == name) {
            parameter.description = Some(description.into());
        }
        self
    }

    /// Allows arguments of other names, all of this type.
    #[must_use]
    pub fn rest(mut self, kind: Type) -> Self {
        self.signature.rest = Some(kind);
        self
    }

    /// Says what comes back.
    #[must_use]
    pub fn returns(mut self, kind: Type) -> Self {
        self.signature.returns = kind;
        self
    }

    /// Says what the tool does.
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// Says whether the tool changes the world.
    #[must_use]
    pub fn effect(mut self, effect: Effect) -> Self {
        self.effect = effect;
        self
    }

    /// Sets how long a call may take.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Says that equal arguments give equal results. A tool that only reads is then called once for each within a run of
    /// an agent, and the trace marks the other calls; those that are made before the first has come back are all made.
    #[must_use]
    pub fn cacheable(mut self) -> Self {
        self.cacheable = true;
        self
    }

    fn with(mut self, parameter: Parameter) -> Self {
        match self.signature.parameters.iter_mut().find(|one| one.name == parameter.name) {
            Some(old) => *old = parameter,
            None => self.signature.parameters.push(parameter),
        }
        self
    }
}

impl From<Signature> for ToolSpec {
    fn from(signature: Signature) -> Self {
        Self { signature, ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_word_on_a_parameter_counts() {
        let spec = ToolSpec::new().parameter("a", Type::Int).parameter("b", Type::Int).parameter("a", Type::String);
        assert_eq!(spec.signature.to_string(), "(a :string, b :int)");
    }

    #[test]
    fn a_default_of_nil_is_an_optional_type() {
        let spec = ToolSpec::new().optional("a", Type::Int, Value::Nil).optional("b", Type::Bool, true);
        assert_eq!(spec.signature.to_string(), "(a :int?, b :bool = true)");
    }

    #[test]
    fn all_that_a_host_says_is_in_the_spec() {
        let spec =
            ToolSpec::new().parameter("a", Type::Int).rest(Type::String).returns(Type::Bool).description("Asks.");
        assert_eq!(spec.signature.to_string(), "(a :int, * :string) -> :bool");
        assert_eq!(spec.description.as_deref(), Some("Asks."));
        let left_out = Parameter::new("a", Type::Int).or(1.into()).or(Value::Nil);
        assert_eq!((left_out.to_string(), left_out.is_required()), ("a :int?".into(), false));
    }

    #[test]
    fn what_nobody_described_writes() {
        assert_eq!(ToolSpec::parse("()").map(|spec| spec.effect).ok(), Some(Effect::Write));
    }
}
