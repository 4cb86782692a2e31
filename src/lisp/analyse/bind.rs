//! Destructuring: patterns become plain bindings.

use super::expr::{Expr, ExprKind};
use super::{Analyser, Position};
use crate::lisp::syntax::{Form, FormKind};
use crate::lisp::text::Span;
use crate::lisp::value::{Symbol, Value};

impl Analyser<'_> {
    /// Binds the names of a pattern to the parts of a value; adds slots with what goes into them, in order.
    pub(super) fn bind(&mut self, pattern: &Form, value: Expr, bound: &mut Vec<(usize, Expr)>) {
        if !self.may_continue() {
            return;
        }
        match &pattern.kind {
            FormKind::Symbol(symbol) => {
                let name = symbol.as_str();
                if name.contains('/') && name != "/" {
                    let message = format!("a local cannot have a namespace: {name}");
                    self.wrong(pattern.span, message, "bind a plain name");
                    return;
                }
                if name == "&" {
                    self.wrong(pattern.span, "& stands only in a vector pattern or a parameter list", "");
                    return;
                }
                let slot = self.scopes.slot();
                bound.push((slot, value));
                self.scopes.name(name, slot);
            }
            FormKind::Vector(items) => {
                let whole = self.whole(value, bound);
                self.bind_vector(items, whole, pattern.span, bound);
            }
            FormKind::Map(items) => {
                let span = pattern.span;
                let value = self.builtin("%keyword-arguments", vec![value], span);
                let whole = self.whole(value, bound);
                self.bind_map(items, whole, bound);
            }
            FormKind::Literal(_)
            | FormKind::List(_)
            | FormKind::Set(_)
            | FormKind::Function(_)
            | FormKind::Regex(_) => {
                let text = self.text(pattern.span);
                self.wrong(
                    pattern.span,
                    format!("{text} cannot be bound"),
                    "bind a name, [a b & more] or {:keys [a b]}",
                );
            }
        }
    }

    /// Puts the whole value into a slot of its own, unless it is in one.
    fn whole(&mut self, value: Expr, bound: &mut Vec<(usize, Expr)>) -> usize {
        if let ExprKind::Local { slot, .. } = value.kind {
            return slot;
        }
        let slot = self.scopes.slot();
        bound.push((slot, value));
        slot
    }

    fn part(&mut self, builtin: &str, whole: usize, more: Vec<Expr>, span: Span) -> Expr {
        let mut items = vec![Expr::new(ExprKind::Local { slot: whole, last: false }, span)];
        items.extend(more);
        self.builtin(builtin, items, span)
    }

    fn bind_vector(&mut self, items: &[Form], whole: usize, span: Span, bound: &mut Vec<(usize, Expr)>) {
        let mut items = items.iter();
        let mut index = 0_usize;
        // With `& rest` the value is walked as a sequence, which also works for maps and sets.
        let by_walking = items.as_slice().iter().any(|item| item.as_symbol() == Some("&"));
        while let Some(item) = items.next() {
            if item.as_symbol() == Some("&") {
                let Some(rest) = items.next() else {
                    self.wrong(span, "after & comes a name for the rest", "write [a b & more]");
                    return;
                };
                let count = Expr::constant(Value::from(index), item.span);
                let part = self.part("nthnext", whole, vec![count], item.span);
                self.bind(rest, part, bound);
            } else if item.as_keyword() == Some("as") {
                let Some(name) = items.next() else {
                    self.wrong(span, ":as needs a name", "write [a b :as all]");
                    return;
                };
                let all = Expr::new(ExprKind::Local { slot: whole, last: false }, name.span);
                self.bind(name, all, bound);
            } else {
                let at = Expr::constant(Value::from(index), item.span);
                let builtin = if by_walking { "%nth-walking" } else { "nth" };
                let part = self.part(builtin, whole, vec![at, Expr::constant(Value::Nil, item.span)], item.span);
                self.bind(item, part, bound);
                index = index.saturating_add(1);
            }
        }
    }

    fn bind_map(&mut self, items: &[Form], whole: usize, bound: &mut Vec<(usize, Expr)>) {
        let pairs = || items.iter().step_by(2).zip(items.iter().skip(1).step_by(2));
        let defaults: Vec<(&Form, &Form)> = pairs()
            .filter(|(key, _)| key.as_keyword() == Some("or"))
            .filter_map(|(_, value)| match &value.kind {
                FormKind::Map(items) => Some(items.iter().step_by(2).zip(items.iter().skip(1).step_by(2))),
                _ => None,
            })
            .flatten()
            .collect();
        for (key, value) in pairs() {
            match key.as_keyword() {
                Some("or") => {
                    if !matches!(value.kind, FormKind::Map(_)) {
                        self.wrong(value.span, ":or takes a map of names and defaults", "write {:keys [a] :or {a 1}}");
                    }
                }
                Some("as") => {
                    let all = Expr::new(ExprKind::Local { slot: whole, last: false }, value.span);
                    self.bind(value, all, bound);
                }
                Some(name)
                    if matches!(name.rsplit('/').next(), Some("keys" | "strs" | "syms"))
                        && value.as_vector().is_some() =>
                {
                    let (space, kind) = match name.rsplit_once('/') {
                        Some((space, kind)) => (Some(space), kind),
                        None => (None, name),
                    };
                    for item in value.as_vector().unwrap_or(&[]) {
                        self.bind_key(kind, space, item, whole, &defaults, bound);
                    }
                }
                Some(name @ ("keys" | "strs" | "syms")) => {
                    let message = format!(":{name} takes a vector of names");
                    self.wrong(value.span, message, &format!("write {{:{name} [a b]}}"));
                }
                // A pattern for the value of a key: `{name :key}`, `{[a b] :point}`.
                _ => {
                    let looked_up = self.form(value, Position::Inner);
                    let part = self.lookup(whole, looked_up, key.as_symbol(), &defaults, key.span);
                    self.bind(key, part, bound);
                }
            }
        }
    }

    /// One name of `:keys`, `:strs` or `:syms`.
    fn bind_key(
        &mut self,
        kind: &str,
        space: Option<&str>,
        item: &Form,
        whole: usize,
        defaults: &[(&Form, &Form)],
        bound: &mut Vec<(usize, Expr)>,
    ) {
        let Some(full) = item.as_symbol().or_else(|| item.as_keyword()) else {
            let text = self.text(item.span);
            self.wrong(item.span, format!(":{kind} takes names, got {text}"), "write {:keys [a b]}");
            return;
        };
        let local = full.rsplit('/').next().filter(|local| !local.is_empty()).unwrap_or(full).to_owned();
        let key = match space {
            Some(space) if !full.contains('/') => format!("{space}/{full}"),
            _ => full.to_owned(),
        };
        let key = match kind {
            "strs" => Value::text(key),
            "syms" => Value::Symbol(Symbol::new(&key)),
            _ => Value::keyword(key),
        };
        let part = self.lookup(whole, Expr::constant(key, item.span), Some(&local), defaults, item.span);
        self.bind(&Form::symbol(&local, item.span), part, bound);
    }

    fn lookup(
        &mut self,
        whole: usize,
        key: Expr,
        local: Option<&str>,
        defaults: &[(&Form, &Form)],
        span: Span,
    ) -> Expr {
        let default = local.and_then(|local| defaults.iter().find(|(name, _)| name.as_symbol() == Some(local)));
        let mut items = vec![key];
        if let Some((_, default)) = default {
            items.push(self.form(default, Position::Inner));
        }
        self.part("get", whole, items, span)
    }
}
