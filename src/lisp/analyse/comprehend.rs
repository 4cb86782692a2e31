//! `for` and `doseq`: nested functions over the collections, innermost last.

use super::Analyser;
use crate::lisp::forms;
use crate::lisp::syntax::Form;
use crate::lisp::text::Span;

/// One collection of a comprehension with the modifiers that follow it.
pub(super) struct Level<'f> {
    pattern: &'f Form,
    items: &'f Form,
    modifiers: Vec<(&'f str, &'f Form)>,
}

impl Analyser<'_> {
    /// The levels of the bindings of a comprehension, or nothing after an error.
    pub(super) fn levels<'f>(&mut self, bindings: &'f Form, form: &str) -> Option<Vec<Level<'f>>> {
        let mut levels: Vec<Level<'f>> = Vec::new();
        for (pattern, value) in self.pairs(bindings, form)? {
            match pattern.as_keyword() {
                None => levels.push(Level { pattern, items: value, modifiers: Vec::new() }),
                Some(modifier @ ("let" | "when" | "while")) => match levels.last_mut() {
                    Some(level) => level.modifiers.push((modifier, value)),
                    None => {
                        self.wrong(
                            pattern.span,
                            format!("{form} begins with a name and a collection, not with :{modifier}"),
                            "",
                        );
                        return None;
                    }
                },
                Some(other) => {
                    let hint = "the modifiers are :let [x …], :when test and :while test";
                    self.wrong(pattern.span, format!("{form} knows no :{other}"), hint);
                    return None;
                }
            }
        }
        if levels.is_empty() && form == "for" {
            self.wrong(bindings.span, format!("{form} needs a name and a collection"), forms::usage(form));
            return None;
        }
        Some(levels)
    }
}

/// `(%for (fn [x] …) items)` gathers what the function gives, `%for-each` splices it, `%doseq` drops it; each leaves out
/// an item for which the function gives `(%skip)` and ends at `(%stop)`.
pub(super) fn nest(levels: &[Level<'_>], body: &[Form], collects: bool, span: Span) -> Form {
    let Some((level, inner)) = levels.split_first() else { return Form::call("do", [], body, span) };
    let mut result = nest(inner, body, collects, span);
    for (modifier, value) in level.modifiers.iter().rev() {
        let value = (*value).clone();
        result = match *modifier {
            "let" => Form::call("let", [value, result], &[], span),
            "when" => Form::call("if", [value, result, Form::call("%skip", [], &[], span)], &[], span),
            _ => Form::call("if", [value, result, Form::call("%stop", [], &[], span)], &[], span),
        };
    }
    let function = Form::call("fn*", [Form::vector([level.pattern.clone()], span), result], &[], span);
    let walk = match (collects, inner.is_empty()) {
        (true, true) => "%for",
        (true, false) => "%for-each",
        (false, _) => "%doseq",
    };
    Form::call(walk, [function, level.items.clone()], &[], span)
}
