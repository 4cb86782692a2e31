//! Contracts as text; what is printed reads back as the same contract.

use std::fmt;

use super::literal::{is_keyword, is_name};
use super::{Choice, Field, Parameter, Signature, Type};
use crate::lisp::value::{Value, readable};

/// A signature with the name of its tool before it: `search(query :string) -> [:int]`.
pub struct Named<'a> {
    name: &'a str,
    signature: &'a Signature,
}

impl Signature {
    /// The signature as the line that models see.
    ///
    /// ```
    /// use ptc::contract::Signature;
    ///
    /// let signature = Signature::parse("(id :int) -> {:name :string}")?;
    /// assert_eq!(signature.named("customer").to_string(), "customer(id :int) -> {:name :string}");
    /// # Ok::<(), ptc::contract::ParseError>(())
    /// ```
    pub fn named<'a>(&'a self, name: &'a str) -> Named<'a> {
        Named { name, signature: self }
    }
}

impl fmt::Display for Named<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.name, self.signature)
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::String => f.write_str(":string"),
            Self::Int => f.write_str(":int"),
            Self::Float => f.write_str(":float"),
            Self::Bool => f.write_str(":bool"),
            Self::Keyword => f.write_str(":keyword"),
            Self::Any => f.write_str(":any"),
            Self::Map => f.write_str(":map"),
            Self::List(item) => write!(f, "[{item}]"),
            Self::Record(fields) => {
                f.write_str("{")?;
                separated(f, fields, " ")?;
                f.write_str("}")
            }
            Self::Dict(item) => write!(f, "{{* {item}}}"),
            Self::Enum(choices) => {
                f.write_str("(")?;
                separated(f, choices, " | ")?;
                f.write_str(")")
            }
            Self::Optional(inner) if inner.is_optional() => write!(f, "{inner}"),
            Self::Optional(inner) => write!(f, "{inner}?"),
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name.as_str();
        if is_name(name) { write!(f, ":{name} {}", self.kind) } else { write!(f, "{} {}", quoted(name), self.kind) }
    }
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Keyword(name) if is_keyword(name) => write!(f, ":{name}"),
            // No keyword can be written so; the string of the name is what would be passed anyway.
            Self::Keyword(text) | Self::Text(text) => f.write_str(&quoted(text)),
        }
    }
}

impl fmt::Display for Parameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name.as_str();
        if is_name(name) {
            f.write_str(name)?
        } else {
            f.write_str(&quoted(name))?
        }
        write!(f, " {}", self.kind)?;
        match &self.default {
            Some(default) => write!(f, " = {}", readable(default)),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(")?;
        separated(f, &self.parameters, ", ")?;
        match &self.rest {
            Some(rest) if self.parameters.is_empty() => write!(f, "* {rest}")?,
            Some(rest) => write!(f, ", * {rest}")?,
            None => {}
        }
        f.write_str(")")?;
        if self.returns == Type::Any { Ok(()) } else { write!(f, " -> {}", self.returns) }
    }
}

impl fmt::Debug for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn separated(f: &mut fmt::Formatter<'_>, items: &[impl fmt::Display], separator: &str) -> fmt::Result {
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            f.write_str(separator)?;
        }
        write!(f, "{item}")?;
    }
    Ok(())
}

fn quoted(text: &str) -> String {
    readable(&Value::text(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_would_not_read_are_quoted() {
        let record = Type::record([("id", Type::Int), ("first name", Type::String), ("*", Type::Any), ("", Type::Any)]);
        assert_eq!(record.to_string(), r#"{:id :int "first name" :string "*" :any "" :any}"#);
    }

    #[test]
    fn choices_that_no_keyword_can_spell_are_strings() {
        let choices = Type::keywords(["low", "<=", "a b", "a|b", "#x", ""]);
        assert_eq!(choices.to_string(), r##"(:low | :<= | "a b" | "a|b" | "#x" | "")"##);
    }

    #[test]
    fn what_is_optional_twice_is_so_once() {
        assert_eq!(Type::Optional(Box::new(Type::Int.optional())).to_string(), ":int?");
    }

    #[test]
    fn any_result_needs_no_arrow() {
        assert_eq!(Signature::new().named("now").to_string(), "now()");
    }
}
