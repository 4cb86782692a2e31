//! Calls: what builtins and functions give, from the outlines of their arguments.
//!
//! What a builtin gives stands on its row, as a signature. A builtin without one gives whatever it gives.

use std::sync::Arc;

use super::{Certainty, Inference};
use crate::lisp::analyse::outline::{Callee, Origin, Outline, ValueKind};
use crate::lisp::text::Span;
use crate::lisp::value::{Builtin, BuiltinSignature, BuiltinType, OutlineRule};

/// What the letters of a signature stand for in a call.
type Variables = Vec<Variable>;

/// What a letter of a signature stands for.
struct Variable {
    letter: char,
    /// What holds of all arguments in its place.
    outline: Outline,
    /// Each of them, and how certain it is that there is one; nothing where there is none.
    each: Vec<(Outline, Option<Certainty>)>,
    /// Where the collection is from whose items they are.
    origin: Option<Arc<Origin>>,
}

impl Inference<'_> {
    /// What a call of anything gives.
    pub(super) fn apply(&mut self, callee: &Outline, arguments: &[Outline], span: Span) -> Outline {
        match (&callee.kind, arguments) {
            (ValueKind::Keyword(Some(_)), [from]) => self.lookup(from, callee, false, span),
            (ValueKind::Keyword(Some(_)), [from, _]) => self.lookup(from, callee, true, span),
            (ValueKind::Record(_) | ValueKind::Map(_) | ValueKind::Tuple(_), [key]) => {
                self.lookup(callee, key, false, span)
            }
            (ValueKind::Function(Callee::Builtin(builtin)), _) => self.builtin(builtin, arguments, span),
            (ValueKind::Function(Callee::Closure(closure)), _) => {
                let closure = closure.clone();
                self.apply_closure(&closure, arguments)
            }
            (ValueKind::Function(Callee::Made(rule, parts)), _) => {
                let parts = parts.clone();
                self.apply_made(*rule, &parts, arguments, span)
            }
            _ => Outline::ANY,
        }
    }

    /// Calls what `partial`, `comp` and similar functions have made.
    fn apply_made(&mut self, rule: OutlineRule, parts: &[Outline], arguments: &[Outline], span: Span) -> Outline {
        match (rule, parts) {
            (OutlineRule::Partial, [function, first @ ..]) => {
                let all: Vec<Outline> = first.iter().chain(arguments).cloned().collect();
                self.apply(function, &all, span)
            }
            (OutlineRule::Comp, [rest @ .., last]) => {
                let first = self.apply(last, arguments, span);
                rest.iter().rev().fold(first, |value, function| self.apply(function, &[value], span))
            }
            (OutlineRule::Juxt, functions) => {
                Outline::tuple(functions.iter().map(|function| self.apply(function, arguments, span)).collect())
            }
            (OutlineRule::Constantly, [value]) => value.clone(),
            (OutlineRule::Where, [field, ..]) => {
                match (&field.kind, arguments) {
                    (ValueKind::Tuple(_), [item]) => self.lookup_path(item, field, false, span),
                    (ValueKind::Keyword(_) | ValueKind::Text(_), [item]) => self.lookup(item, field, false, span),
                    _ => Outline::ANY,
                };
                ValueKind::Bool.into()
            }
            // Predicates of predicates: after the first, whether the others are asked depends.
            (_, predicates) => {
                for predicate in predicates {
                    self.with(Certainty::Choice, |walk| walk.apply(predicate, arguments, span));
                }
                if rule == OutlineRule::SomeFn { Outline::ANY } else { ValueKind::Bool.into() }
            }
        }
    }

    pub(super) fn items(&mut self, of: &Outline) -> Outline {
        of.items(&mut self.fuel)
    }

    /// A sequence of the same items, maybe fewer.
    pub(super) fn some_of(&mut self, of: &Outline) -> Outline {
        let list = Outline::list(self.items(of));
        match (&of.kind, &of.origin) {
            (ValueKind::List(_), Some(origin)) => list.with_origin((**origin).clone()),
            _ => list,
        }
    }

    /// What a builtin gives.
    pub(super) fn builtin(&mut self, builtin: &'static Builtin, arguments: &[Outline], span: Span) -> Outline {
        let by_rule = builtin.gives.rule.and_then(|rule| self.by_rule(rule, builtin, arguments, span));
        by_rule.unwrap_or_else(|| match builtin.gives.signature(arguments.len()) {
            Some(signature) => self.by_signature(signature, arguments, span),
            None => Outline::ANY,
        })
    }

    /// What a signature says of a call.
    fn by_signature(&mut self, signature: &BuiltinSignature, arguments: &[Outline], span: Span) -> Outline {
        let mut variables = Variables::new();
        for (param, argument) in signature.with(arguments) {
            self.bind(&mut variables, param, argument);
        }
        for (param, argument) in signature.with(arguments) {
            if let BuiltinType::Function(function) = param {
                let given = self.call_with(&variables, argument, function, span);
                self.bind(&mut variables, &function.gives, &given);
            }
        }
        self.build(&variables, &signature.gives)
    }

    /// Notes what the letters of a type stand for.
    fn bind(&mut self, variables: &mut Variables, to: &BuiltinType, argument: &Outline) {
        let (letter, outline, certainty, origin) = match to {
            BuiltinType::Variable(letter) => (letter, argument.clone(), Some(Certainty::Sure), None),
            BuiltinType::OrNil(inner) => return self.bind(variables, inner, &argument.clone().not_nil()),
            BuiltinType::Map(inner) => match (&**inner, &argument.kind) {
                (BuiltinType::Variable(letter), ValueKind::Map(value)) => {
                    (letter, (**value).clone(), Some(Certainty::Likely), None)
                }
                (BuiltinType::Variable(letter), _) => (letter, Outline::ANY, Some(Certainty::Likely), None),
                _ => return,
            },
            BuiltinType::List(inner) => {
                let item = self.items(argument);
                let BuiltinType::Variable(letter) = &**inner else { return self.bind(variables, inner, &item) };
                let certainty = match &argument.kind {
                    ValueKind::Tuple(items) if !items.is_empty() => Some(Certainty::Sure),
                    ValueKind::Tuple(_) | ValueKind::Nil => None,
                    _ => Some(Certainty::Likely),
                };
                let origin = argument.origin.clone().filter(|_| matches!(argument.kind, ValueKind::List(_)));
                (letter, item, certainty, origin)
            }
            BuiltinType::Any
            | BuiltinType::Never
            | BuiltinType::Nil
            | BuiltinType::Bool
            | BuiltinType::Number
            | BuiltinType::String
            | BuiltinType::Keyword
            | BuiltinType::Tested
            | BuiltinType::Tuple(_)
            | BuiltinType::Function(_) => return,
        };
        match variables.iter_mut().find(|variable| variable.letter == *letter) {
            Some(variable) => {
                variable.outline = variable.outline.join(&outline, &mut self.fuel);
                variable.each.push((outline, certainty));
                variable.origin = None;
            }
            None => variables.push(Variable {
                letter: *letter,
                outline: outline.clone(),
                each: vec![(outline, certainty)],
                origin,
            }),
        }
    }

    /// Calls a function argument with what the signature says it gets.
    fn call_with(
        &mut self,
        variables: &Variables,
        function: &Outline,
        as_said: &BuiltinSignature,
        span: Span,
    ) -> Outline {
        let mut given = Vec::new();
        let mut certainty = Certainty::Sure;
        let count = as_said.params().len();
        for (at, param) in as_said.params().iter().enumerate() {
            let variable = match param {
                BuiltinType::Variable(letter) => variables.iter().find(|variable| variable.letter == *letter),
                _ => None,
            };
            let Some(variable) = variable else {
                given.push(self.build(variables, param));
                continue;
            };
            if variable.each.len() > 1 {
                certainty = certainty.max(Certainty::Likely);
            }
            for (_, reached) in &variable.each {
                // Without an item nothing is called.
                let Some(reached) = reached else { return Outline::ANY };
                certainty = certainty.max(*reached);
            }
            if as_said.variadic && at.saturating_add(1) == count {
                given.extend(variable.each.iter().map(|(outline, _)| outline.clone()));
            } else {
                given.push(variable.outline.clone());
            }
        }
        self.with(certainty, |walk| walk.apply(function, &given, span))
    }

    /// The outline that a type stands for.
    fn build(&mut self, variables: &Variables, wanted: &BuiltinType) -> Outline {
        let find = |letter: char| variables.iter().find(|variable| variable.letter == letter);
        match wanted {
            BuiltinType::Any | BuiltinType::Tested | BuiltinType::Function(_) => Outline::ANY,
            BuiltinType::Never => Outline::NEVER,
            BuiltinType::Nil => ValueKind::Nil.into(),
            BuiltinType::Bool => ValueKind::Bool.into(),
            BuiltinType::Number => ValueKind::Number(None).into(),
            BuiltinType::String => ValueKind::Text(None).into(),
            BuiltinType::Keyword => ValueKind::Keyword(None).into(),
            BuiltinType::Variable(letter) => find(*letter).map_or(Outline::ANY, |variable| variable.outline.clone()),
            BuiltinType::List(item) => {
                let list = Outline::list(self.build(variables, item));
                let origin = match &**item {
                    BuiltinType::Variable(letter) => find(*letter).and_then(|variable| variable.origin.clone()),
                    _ => None,
                };
                origin.map_or_else(|| list.clone(), |origin| list.clone().with_origin((*origin).clone()))
            }
            BuiltinType::Tuple(items) => Outline::tuple(items.iter().map(|item| self.build(variables, item)).collect()),
            BuiltinType::Map(value) => Outline::map(self.build(variables, value)),
            BuiltinType::OrNil(inner) => self.build(variables, inner).or_nil(),
        }
    }
}
