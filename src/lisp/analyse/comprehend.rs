//! `for`, `doseq`, `dotimes`, `while`: nested functions over the collections, innermost last.

use super::{Analyser, hints};
use crate::lisp::syntax::{Form, FormKind};
use crate::lisp::text::Span;
use crate::lisp::value::Value;

/// One collection of a comprehension with the modifiers that follow it.
struct Level<'f> {
    pattern: &'f Form,
    items: &'f Form,
    modifiers: Vec<(&'f str, &'f Form)>,
}

fn name(name: &str, span: Span) -> Form {
    Form::symbol(name, span)
}

fn vector(items: Vec<Form>, span: Span) -> Form {
    Form::new(FormKind::Vector(items), span)
}

impl Analyser<'_> {
    /// What a comprehension is rewritten to.
    pub(super) fn comprehend(&mut self, form: &str, whole: &Form, arguments: &[Form]) -> Option<Form> {
        let span = whole.span;
        Some(match (form, arguments) {
            ("while", [test, body @ ..]) => {
                let mut inner = vec![name("when", span), test.clone()];
                inner.extend_from_slice(body);
                inner.push(Form::list(vec![name("recur", span)], span));
                Form::list(vec![name("loop", span), vector(vec![], span), Form::list(inner, span)], span)
            }
            ("dotimes", [bindings, body @ ..]) => {
                let pairs = self.pairs(bindings, "dotimes")?;
                let [(counter, count)] = pairs.as_slice() else {
                    self.wrong(bindings.span, "dotimes binds one name", hints::shape("dotimes"));
                    return Some(Form::literal(Value::Nil, span));
                };
                let most = name(&self.fresh("most"), span);
                let counter = (*counter).clone();
                let test = Form::list(vec![name("<", span), counter.clone(), most.clone()], span);
                let next = Form::list(vec![name("inc", span), counter.clone()], span);
                let mut inner = vec![name("when", span), test];
                inner.extend_from_slice(body);
                inner.push(Form::list(vec![name("recur", span), next], span));
                let counting = vec![counter, Form::literal(Value::Int(0), span)];
                let counting =
                    Form::list(vec![name("loop", span), vector(counting, span), Form::list(inner, span)], span);
                let count = Form::list(vec![name("long", span), (*count).clone()], span);
                Form::list(vec![name("let", span), vector(vec![most, count], span), counting], span)
            }
            ("for", [bindings, body]) => {
                let levels = self.levels(bindings, form)?;
                nest(&levels, std::slice::from_ref(body), true, span)
            }
            ("doseq", [bindings, body @ ..]) => {
                let levels = self.levels(bindings, form)?;
                nest(&levels, body, false, span)
            }
            _ => {
                self.wrong(span, format!("{form} was given {} parts", arguments.len()), hints::shape(form));
                Form::literal(Value::Nil, span)
            }
        })
    }

    fn levels<'f>(&mut self, bindings: &'f Form, form: &str) -> Option<Vec<Level<'f>>> {
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
            self.wrong(bindings.span, format!("{form} needs a name and a collection"), hints::shape(form));
            return None;
        }
        Some(levels)
    }
}

/// `(%for (fn [x] …) items)` gathers what the function gives, `%for-each` splices it, `%doseq` drops it; each leaves out
/// an item for which the function gives `(%skip)` and ends at `(%stop)`.
fn nest(levels: &[Level<'_>], body: &[Form], collects: bool, span: Span) -> Form {
    let Some((level, inner)) = levels.split_first() else {
        let body = Form::list([name("do", span)].into_iter().chain(body.iter().cloned()).collect(), span);
        return body;
    };
    let mut result = nest(inner, body, collects, span);
    let innermost = inner.is_empty();
    for (modifier, value) in level.modifiers.iter().rev() {
        let parts = match *modifier {
            "let" => vec![name("let", span), (*value).clone(), result],
            "when" => vec![name("if", span), (*value).clone(), result, Form::list(vec![name("%skip", span)], span)],
            _ => vec![name("if", span), (*value).clone(), result, Form::list(vec![name("%stop", span)], span)],
        };
        result = Form::list(parts, span);
    }
    let function = vec![name("fn*", span), vector(vec![level.pattern.clone()], span), result];
    let walk = match (collects, innermost) {
        (true, true) => "%for",
        (true, false) => "%for-each",
        (false, _) => "%doseq",
    };
    Form::list(vec![name(walk, span), Form::list(function, span), level.items.clone()], span)
}
