//! Programs that Clojure would run and that never mean what they say.

use super::Analyser;
use crate::lisp::syntax::{Form, FormKind};
use crate::lisp::text::{Error, ErrorKind, Finding, Severity, Span};

impl Analyser<'_> {
    /// Reports what is wrong with a call although every part of it is right.
    pub(super) fn lint(&mut self, name: &str, arguments: &[Form], span: Span) {
        match (name, arguments) {
            ("and" | "or", items)
                if items.iter().any(|item| item.is_call("where")) && items.iter().all(is_predicate) =>
            {
                let with = if name == "and" { "all-of" } else { "any-of" };
                let message = format!("({name} (where …) …) gives one of the predicates, not their combination");
                self.wrong(span, message, &format!("write ({with} (where …) (where …))"));
            }
            ("max" | "min", [only]) if matches!(only.kind, FormKind::Vector(_)) => {
                let message = format!("({name} [ … ]) gives the vector itself");
                self.wrong(span, message, &format!("write (apply {name} [ … ])"));
            }
            ("sort-by", [_, items, comparator]) if is_comparator(comparator) && !is_comparator(items) => {
                let (items, comparator) = (self.text(items.span), self.text(comparator.span));
                let key = arguments.first().map(|key| self.text(key.span)).unwrap_or_default();
                let message = "sort-by takes the comparator before the collection".to_owned();
                self.wrong(span, message, &format!("write (sort-by {key} {comparator} {items})"));
            }
            ("get" | "get-in" | "select-keys" | "contains?" | "find", [first, _, ..])
                if first.as_keyword().is_some() =>
            {
                let key = self.text(first.span);
                let message = format!("({name} {key} …) looks into the keyword, which has nothing");
                let hint = format!("the map comes first: ({name} m {key}); in a ->> chain write ({key})");
                let error = Error::new(ErrorKind::Analysis, message).at(self.source, span).hint(hint);
                self.warnings.push(Finding { severity: Severity::Warning, error, before_run: true });
            }
            _ => {}
        }
    }
}

fn is_predicate(form: &Form) -> bool {
    form.is_call("where") || form.is_call("all-of") || form.is_call("any-of") || form.is_call("none-of")
}

fn is_comparator(form: &Form) -> bool {
    matches!(form.as_symbol(), Some("<" | ">" | "<=" | ">=" | "compare"))
}
