//! Programs that Clojure would run and that never mean what they say.

use super::Analyser;
use crate::lisp::syntax::{Form, FormKind};
use crate::lisp::text::{Error, ErrorKind, Finding, Severity, Span};
use crate::lisp::value::BuiltinType;

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
            ("not", [only]) if is_predicate(only) => {
                let predicate = self.text(only.span);
                let message = "(not (where …)) is false: a predicate is a function, and not nil".to_owned();
                self.wrong(span, message, &format!("write (none-of {predicate})"));
            }
            ("where", [field, ..]) if field.as_symbol().is_some_and(|name| self.is_unknown(name)) => {
                let field = self.text(field.span);
                self.wrong(
                    span,
                    format!("where takes a field as a keyword, got the name {field}"),
                    &format!("write (where :{field} …)"),
                );
            }
            ("where", [_, _, _, more, ..]) if matches!(more.as_symbol(), Some("and" | "or" | "&&" | "||")) => {
                let with = if matches!(more.as_symbol(), Some("and" | "&&")) { "all-of" } else { "any-of" };
                let hint = format!("write ({with} (where :a = 1) (where :b > 2))");
                self.wrong(span, "where holds one condition", &hint);
            }
            ("where", [field, ..]) if field.as_keyword().is_some_and(|name| name.contains('.')) => {
                let path = field.as_keyword().unwrap_or_default().replace('.', " :");
                let field = self.text(field.span);
                self.warn(span, format!("{field} is one key"), format!("a path is a vector: (where [:{path}] …)"));
            }
            (_, [pred, _]) if predicate_within(pred) && self.asks_of_items(name) => {
                let message = format!(
                    "(where …) is a predicate already: the function around it gives that, for {name} always true"
                );
                self.wrong(pred.span, message, &format!("write ({name} (where …) coll)"));
            }
            ("format", [pattern, _, ..]) if pattern.as_text().is_some_and(|text| !text.contains('%')) => {
                let message = "the format has no directive, so the values are not used".to_owned();
                self.warn(span, message, "%s stands for any value, %d for an integer, %.2f for a number".to_owned());
            }
            ("str", [_, operator, ..]) if operator.as_symbol() == Some("+") => {
                let hint = "(str a b) puts its arguments together, without a sign between them";
                self.warn(operator.span, "+ stands here as the function itself".to_owned(), hint.to_owned());
            }
            ("where", [_, operation, ..]) if operation.as_symbol().is_some_and(|name| self.is_unknown(name)) => {
                let operation = self.text(operation.span);
                let hint = "the operations are = not= > < >= <= includes in; (all-of (where :n >= 1) (where :n <= 9)) asks for a range";
                self.wrong(span, format!("where has no operation {operation}"), hint);
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
            ("sort-by", [comparator, key, items]) if is_comparator(comparator) && key.as_keyword().is_some() => {
                let (comparator, key, items) = (self.text(comparator.span), self.text(key.span), self.text(items.span));
                let message = "sort-by takes the key before the comparator".to_owned();
                self.wrong(span, message, &format!("write (sort-by {key} {comparator} {items})"));
            }
            ("max-key" | "min-key", [key, only]) if only.as_symbol().is_some() && key.as_keyword().is_some() => {
                let (key, items) = (self.text(key.span), self.text(only.span));
                let message = format!("({name} {key} {items}) gives {items} itself: it compares its arguments");
                let hint = format!("(apply {name} {key} {items}) compares the items of a collection");
                self.warn(span, message, hint);
            }
            ("get" | "get-in" | "select-keys" | "contains?" | "find", [first, _, ..])
                if first.as_keyword().is_some() =>
            {
                let key = self.text(first.span);
                let message = format!("({name} {key} …) looks into the keyword, which has nothing");
                let hint = format!("the map comes first: ({name} m {key}); in a ->> chain write ({key})");
                self.warn(span, message, hint);
            }
            _ => {}
        }
    }

    /// Whether a builtin calls its first argument with items, and does not give what that gives.
    fn asks_of_items(&self, name: &str) -> bool {
        let function = self.ctx.registry.find(name).and_then(|row| row.gives.signature(2)?.function_of_items());
        function.is_some_and(|function| matches!(function.gives, BuiltinType::Bool | BuiltinType::Any))
    }

    /// Reports `x[0]`, which reads as two forms.
    pub(super) fn lint_neighbours(&mut self, forms: &[Form]) {
        for (before, index) in forms.iter().zip(forms.iter().skip(1)) {
            if let (Some(name), Some([only])) = (before.as_symbol(), index.as_vector())
                && index.span.start == before.span.end
            {
                let only = self.text(only.span);
                let message = format!("{name}[{only}] reads as {name} and then the vector [{only}]");
                self.warn(index.span, message, format!("(get {name} {only}) looks into a collection"));
            }
        }
    }

    fn warn(&mut self, span: Span, message: String, hint: String) {
        let error = Error::new(ErrorKind::Analysis, message).at(self.source, span).hint(hint);
        self.warnings.push(Finding { severity: Severity::Warning, error, before_run: true });
    }
}

fn is_predicate(form: &Form) -> bool {
    form.is_call("where") || form.is_call("all-of") || form.is_call("any-of") || form.is_call("none-of")
}

/// `#(where …)` and `(fn [x] (where …))`.
fn predicate_within(form: &Form) -> bool {
    match &form.kind {
        FormKind::Function(items) => items.first().and_then(Form::as_symbol) == Some("where"),
        FormKind::List(items) if form.is_call("fn") => items.len() > 2 && items.last().is_some_and(is_predicate),
        _ => false,
    }
}

fn is_comparator(form: &Form) -> bool {
    matches!(form.as_symbol(), Some("<" | ">" | "<=" | ">=" | "compare"))
}
