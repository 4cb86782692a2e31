//! `fd/…`: functions over descriptors, written in the language itself over the tools that read them.

use std::sync::Arc;

use super::Tools;
use crate::lisp::syntax::{Form, FormKind, Forms, read};
use crate::lisp::text::{Source, Span};

/// Their names.
pub(super) const NAMES: [&str; 4] = ["fd/read", "fd/value", "fd/lines", "fd/search"];

/// The functions and what they are.
const FUNCTIONS: [(&str, &str); 4] = [
    ("fd/read", "(fn [fd & {:as how}] (call \"read_fd\" (assoc how :fd fd)))"),
    ("fd/value", "(fn [fd] (call \"read_fd\" {:fd fd :mode \"(value)\"}))"),
    (
        // A piece at a time, as far as somebody looks.
        "fd/lines",
        "(fn [fd] (mapcat identity (take-while seq \
           (map (fn [start] (call \"read_fd\" {:fd fd :mode \"(lines)\" :start start})) (iterate (fn [n] (+ n 4000)) 1)))))",
    ),
    (
        "fd/search",
        "(fn [fd pattern] (call \"fd_search\" {:fd fd :pattern (str pattern) :regex (not (string? pattern))}))",
    ),
];

/// The function of a name, as if it were written at a place, over the tools as they are called here.
pub(super) fn function(name: &str, tools: &dyn Tools, span: Span) -> Option<Form> {
    let (_, text) = FUNCTIONS.iter().find(|(known, _)| *known == name)?;
    let called =
        |text: String, tool: &str| text.replace(&format!("{tool:?}"), &format!("{:?}", tools.name_of_builtin(tool)));
    let text = ["read_fd", "fd_search"].into_iter().fold((*text).to_owned(), called);
    let forms = read(&Arc::new(Source::new("fd", text))).ok()?;
    forms.into_iter().next().map(|form| placed(form, span))
}

fn placed(form: Form, span: Span) -> Form {
    let all = |items: Forms| items.iter().map(|item| placed(item.clone(), span)).collect();
    let kind = match form.kind {
        FormKind::List(items) => FormKind::List(all(items)),
        FormKind::Vector(items) => FormKind::Vector(all(items)),
        FormKind::Map(items) => FormKind::Map(all(items)),
        FormKind::Set(items) => FormKind::Set(all(items)),
        FormKind::Function(items) => FormKind::Function(all(items)),
        kind @ (FormKind::Literal(_) | FormKind::Symbol(_) | FormKind::Regex(_)) => kind,
    };
    Form::new(kind, span)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lisp::analyse::NoTools;

    #[test]
    fn all_functions_read() {
        for name in NAMES {
            assert!(function(name, &NoTools, Span { start: 0, end: 0 }).is_some(), "{name}");
        }
    }
}
