//! How a tool is told to a model: its contract, what it does, an example of a call.

use std::fmt::Write as _;

use super::toolbox::Tool;
use crate::contract::{Effect, Parameter, Type};
use crate::lisp::value::{Keyword, key_from_json, readable};

impl Tool {
    /// What a model is told of the tool, with an example of how it is called if it can be.
    ///
    /// ```
    /// use ptc::Tool;
    ///
    /// let search = Tool::new("search", |_| Ok(1.into())).description("Finds mails").spec("(query :string) -> [:map]")?.reads();
    /// assert_eq!(
    ///     search.describe(),
    ///     "search(query :string) -> [:map] ; Finds mails (reads only)\n    (tool/search {:query \"text\"})"
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn describe(&self) -> String {
        let mut text = self.signature();
        if let Some(description) = &self.description {
            let _ = write!(text, " ; {}", description.replace('\n', " "));
        }
        let Some(spec) = self.spec_of() else { return text };
        if spec.effect == Effect::Read {
            text.push_str(" (reads only)");
        }
        for parameter in &spec.signature.parameters {
            if let Some(description) = &parameter.description {
                let _ = write!(text, "\n    :{} {}", parameter.name.as_str(), description.replace('\n', " "));
            }
        }
        if !self.for_planning {
            let suggested = || {
                let required = spec.signature.parameters.iter().filter(|parameter| parameter.is_required());
                let argument = |parameter: &Parameter| format!("{} {}", key(&parameter.name), sample(&parameter.kind));
                format!("{{{}}}", required.map(argument).collect::<Vec<_>>().join(" "))
            };
            let arguments = self.example.clone().unwrap_or_else(suggested);
            let _ = write!(text, "\n    (tool/{} {arguments})", self.name);
        }
        text
    }
}

/// A key as a program writes it.
fn key(name: &Keyword) -> String {
    readable(&key_from_json(name.as_str()))
}

/// A value of a type, for an example.
fn sample(kind: &Type) -> String {
    match kind {
        Type::String => "\"text\"".into(),
        Type::Int => "1".into(),
        Type::Float => "1.5".into(),
        Type::Bool => "true".into(),
        Type::Keyword => ":name".into(),
        Type::Any => "\"anything\"".into(),
        Type::Map | Type::Dict(_) => "{}".into(),
        Type::List(inner) => format!("[{}]", sample(inner)),
        Type::Record(fields) => {
            let fields: Vec<String> = fields
                .iter()
                .filter(|field| !field.kind.is_optional())
                .map(|field| format!("{} {}", key(&field.name), sample(&field.kind)))
                .collect();
            format!("{{{}}}", fields.join(" "))
        }
        Type::Enum(choices) => choices.first().map_or_else(|| "nil".into(), ToString::to_string),
        Type::Optional(inner) => sample(inner),
    }
}
