//! Forms that are analysed by code: those that become no others.

use std::sync::Arc;

use super::expr::{ArityExpr, CatchExpr, Expr, ExprKind, FunctionExpr, MemberExpr, TryExpr};
use super::{Analyser, Position, liveness};
use crate::lisp::forms;
use crate::lisp::syntax::{Form, FormKind, Forms};
use crate::lisp::text::Span;
use crate::lisp::value::{Set, Value};

impl Analyser<'_> {
    /// The expression of a special form, or nothing if `name` is none.
    pub(super) fn special(&mut self, name: &str, form: &Form, arguments: &[Form], position: Position) -> Option<Expr> {
        let span = form.span;
        Some(match (name, arguments) {
            ("if", [test, then, rest @ ..]) if rest.len() <= 1 => {
                let test = self.form(test, Position::Inner);
                let then = self.form(then, position);
                let otherwise =
                    rest.first().map_or_else(|| Expr::constant(Value::Nil, span), |form| self.form(form, position));
                Expr::new(ExprKind::If(Box::new([test, then, otherwise])), span)
            }
            ("do", body) => self.body(body, position, span),
            ("quote", [data]) => match data.to_value(self.source) {
                Ok(value) => Expr::constant(value, span),
                Err(error) => {
                    self.add(error);
                    Expr::constant(Value::Nil, span)
                }
            },
            ("var", [named]) => match named.as_symbol() {
                Some(name) => self.resolve(name, named.span),
                None => self.wrong(span, "#' takes a name", "write #'name, or just name"),
            },
            ("and", items) => match items {
                [] => Expr::constant(Value::from(true), span),
                [only] => self.form(only, position),
                _ => ExprKind::And(self.sequence(items, position)).at(span),
            },
            ("or", items) => match items {
                [] => Expr::constant(Value::Nil, span),
                [only] => self.form(only, position),
                _ => {
                    // `(or x default)` gives default also where x was never defined, or not yet: that shows at run time.
                    let last = items.len().saturating_sub(1);
                    let items = items.iter().enumerate().map(|(at, item)| match item.as_symbol() {
                        Some(name) if at < last && self.may_be_unbound(name) => self.global(name, false, item.span),
                        _ => self.form(item, position.of_last(at == last)),
                    });
                    ExprKind::Or(items.collect()).at(span)
                }
            },
            ("let", [bindings, body @ ..]) => self.let_form(bindings, body, position, span),
            ("loop", [bindings, body @ ..]) => self.loop_form(bindings, body, span),
            ("recur", values) => self.recur(values, position, span),
            ("fn", [_, ..]) => self.function(form, arguments),
            ("letfn", [functions, body @ ..]) => self.letfn(functions, body, position, span),
            ("def" | "defonce", [named, rest @ ..]) => self.define(name == "defonce", named, rest, span),
            ("defn", [named, rest @ ..]) => self.defn(form, named, rest, span),
            ("declare", names) => self.declare(names, span),
            ("case", [on, clauses @ ..]) => self.case(on, clauses, position, span),
            ("try", parts) => self.try_form(parts, span),
            ("catch" | "finally", _) => {
                self.wrong(span, format!("{name} stands outside of try"), "write (try … (catch Exception e …))")
            }
            ("ns" | "require" | "use" | "import" | "refer-clojure" | "in-ns", _) => {
                self.namespace(name, arguments, span)
            }
            _ => return None,
        })
    }

    /// Whether nothing has this name.
    pub(super) fn is_unknown(&self, name: &str) -> bool {
        self.may_be_unbound(name) && !self.is_defined(name) && !self.is_remembered(name)
    }

    /// Whether the name is one of memory, if of anything: it has a value once a `def` or `memory/put` gave it one.
    fn may_be_unbound(&self, name: &str) -> bool {
        let host = name.split_once('/').is_some_and(|(space, rest)| !space.is_empty() && !rest.is_empty());
        let built_in =
            || self.find_builtin(name).is_some() || self.ctx.registry.constant(&self.full_name(name)).is_some();
        !host
            && !self.scopes.is_local(name)
            && !matches!(name, "*1" | "*2" | "*3" | "ctx")
            && (self.is_defined(name) || !built_in())
    }

    /// Items of which only the last is in tail position.
    fn sequence(&mut self, items: &[Form], position: Position) -> Vec<Expr> {
        let last = items.len().saturating_sub(1);
        items.iter().enumerate().map(|(at, item)| self.form(item, position.of_last(at == last))).collect()
    }

    /// The pairs of a binding vector, or nothing after an error.
    pub(super) fn pairs<'f>(&mut self, form: &'f Form, what: &str) -> Option<Vec<(&'f Form, &'f Form)>> {
        let Some(items) = form.as_vector() else {
            let text = self.text(form.span);
            self.wrong(form.span, format!("{what} needs a vector of names and values, got {text}"), forms::usage(what));
            return None;
        };
        if !items.len().is_multiple_of(2) {
            let last = items.last().map(|last| self.text(last.span)).unwrap_or_default();
            self.wrong(form.span, format!("{what} needs a value for every name; {last} has none"), forms::usage(what));
            return None;
        }
        Some(items.iter().step_by(2).zip(items.iter().skip(1).step_by(2)).collect())
    }

    fn let_form(&mut self, bindings: &Form, body: &[Form], position: Position, span: Span) -> Expr {
        let Some(pairs) = self.pairs(bindings, "let") else { return Expr::constant(Value::Nil, span) };
        let mark = self.scopes.mark();
        let mut bound = Vec::with_capacity(pairs.len());
        for (pattern, value) in pairs {
            let outer = std::mem::replace(&mut self.binding, pattern.as_symbol().map(str::to_owned));
            let value = self.form(value, Position::Inner);
            self.binding = outer;
            self.bind(pattern, value, &mut bound);
        }
        let body = self.body(body, position, span);
        self.scopes.reset(mark);
        ExprKind::Let(bound, Box::new(body)).at(span)
    }

    fn loop_form(&mut self, bindings: &Form, body: &[Form], span: Span) -> Expr {
        let Some(pairs) = self.pairs(bindings, "loop") else { return Expr::constant(Value::Nil, span) };
        if pairs.iter().any(|(pattern, _)| pattern.as_symbol().is_none()) {
            let rewritten = self.loop_without_patterns(&pairs, body, span);
            return self.form(&rewritten, Position::Inner);
        }
        let mark = self.scopes.mark();
        // All slots of the loop come first and in a row: liveness counts on it.
        let slots: Vec<usize> = pairs.iter().map(|_| self.scopes.slot()).collect();
        let mut bound = Vec::with_capacity(pairs.len());
        for ((pattern, value), slot) in pairs.iter().zip(&slots) {
            bound.push((*slot, self.form(value, Position::Inner)));
            self.scopes.name(pattern.as_symbol().unwrap_or_default(), *slot);
        }
        self.scopes.push_target(slots);
        let body = self.body(body, Position::Tail, span);
        self.scopes.pop_target();
        self.scopes.reset(mark);
        ExprKind::Loop(bound, Box::new(body)).at(span)
    }

    /// A loop over plain names that takes the patterns apart in every turn. Before the loop they are taken apart too,
    /// because later values may use the parts.
    fn loop_without_patterns(&mut self, pairs: &[(&Form, &Form)], body: &[Form], span: Span) -> Form {
        let names: Vec<Form> =
            pairs.iter().map(|(pattern, _)| Form::symbol(&self.fresh("part"), pattern.span)).collect();
        let vector = |items: Vec<Form>| Form::vector(items, span);
        let (mut before, mut within) = (Vec::new(), Vec::new());
        for ((pattern, value), name) in pairs.iter().zip(&names) {
            before.extend([name.clone(), (*value).clone(), (*pattern).clone(), name.clone()]);
            within.extend([(*pattern).clone(), name.clone()]);
        }
        let same = names.iter().flat_map(|name| [name.clone(), name.clone()]).collect();
        let inner = Form::call("let*", [vector(within)], body, span);
        Form::call("let*", [vector(before), Form::call("loop*", [vector(same), inner], &[], span)], &[], span)
    }

    fn recur(&mut self, values: &[Form], position: Position, span: Span) -> Expr {
        if position == Position::Inner {
            self.all(values);
            return self.wrong(
                span,
                "recur stands where its value is still needed: it must be the last thing the loop or function does",
                "call the function by its name, or keep the rest of the work in a loop variable",
            );
        }
        let Some(slots) = self.scopes.target() else {
            return self.wrong(span, "recur stands outside of loop and fn", "");
        };
        if slots.len() != values.len() {
            let message = format!("recur was given {} values; the loop or function has {}", values.len(), slots.len());
            return self.wrong(span, message, "give one value for each name of the loop");
        }
        let values = self.all(values);
        ExprKind::Recur(slots.into_iter().zip(values).collect()).at(span)
    }

    /// `(fn name? [params] body…)`, `(fn name? ([params] body…)…)`.
    pub(super) fn function(&mut self, form: &Form, parts: &[Form]) -> Expr {
        let (name, rest) = match parts.split_first() {
            Some((first, rest)) if first.as_symbol().is_some() => (first.as_symbol(), rest),
            _ => (None, parts),
        };
        let name: Option<Arc<str>> = name.map(Into::into);
        let members = name.clone().map(|name| vec![(name, 0)]).unwrap_or_default();
        self.scopes.enter(members);
        let trying = std::mem::take(&mut self.trying);
        let member = self.member(name, None, rest, form.span);
        self.trying = trying;
        let captures = self.scopes.leave();
        ExprKind::Function(Arc::new(FunctionExpr { members: vec![member], captures, span: form.span })).at(form.span)
    }

    /// The bodies of one function, whose scope has been entered.
    fn member(&mut self, name: Option<Arc<str>>, doc: Option<Arc<str>>, rest: &[Form], span: Span) -> MemberExpr {
        let arities = match rest.first() {
            Some(first) if first.as_vector().is_some() => vec![self.arity(first, rest.get(1..).unwrap_or(&[]), span)],
            Some(first) if first.as_list().is_some() => {
                let mut arities: Vec<ArityExpr> = Vec::new();
                for form in rest {
                    if self.errors.len() >= Self::MAX_ERRORS {
                        break;
                    }
                    let body = form
                        .as_list()
                        .and_then(<[Form]>::split_first)
                        .filter(|(params, _)| params.as_vector().is_some());
                    let Some((params, body)) = body else {
                        let text = self.text(form.span);
                        self.wrong(
                            form.span,
                            format!("a body of a function is ([params] …), got {text}"),
                            forms::usage("fn"),
                        );
                        continue;
                    };
                    let arity = self.arity(params, body, form.span);
                    for other in &arities {
                        let what = match (other.variadic, arity.variadic) {
                            (true, true) => "two bodies of the function take any number of arguments",
                            (false, false) if other.params == arity.params => {
                                "two bodies of the function take the same number of arguments"
                            }
                            (true, false) if other.params < arity.params => {
                                "a body takes more than the one with a rest"
                            }
                            (false, true) if other.params > arity.params => {
                                "a body takes more than the one with a rest"
                            }
                            _ => continue,
                        };
                        self.wrong(form.span, what, "");
                        break;
                    }
                    arities.push(arity);
                }
                arities
            }
            _ => {
                self.wrong(span, "a function needs a vector of parameters", forms::usage("fn"));
                Vec::new()
            }
        };
        MemberExpr { name, arities, doc }
    }

    fn arity(&mut self, params: &Form, body: &[Form], span: Span) -> ArityExpr {
        self.scopes.begin_body();
        let items = params.as_vector().unwrap_or(&[]);
        let (fixed, rest) = match items.iter().position(|item| item.as_symbol() == Some("&")) {
            Some(at) => (items.get(..at).unwrap_or(&[]), items.get(at.saturating_add(1)..).unwrap_or(&[])),
            None => (items, &[][..]),
        };
        if rest.len() > 1 || (rest.is_empty() && fixed.len() < items.len()) {
            self.wrong(params.span, "after & comes one name for the rest", "write [a b & more]");
        }
        let patterns: Vec<&Form> = fixed.iter().chain(rest.first()).collect();
        let slots: Vec<usize> = patterns.iter().map(|_| self.scopes.slot()).collect();
        self.scopes.push_target(slots.clone());
        let mut bound = Vec::new();
        for (pattern, slot) in patterns.iter().zip(&slots) {
            if let Some(name) = pattern.as_symbol() {
                self.scopes.name(name, *slot);
            }
        }
        for (pattern, slot) in patterns.iter().zip(&slots) {
            if pattern.as_symbol().is_none() {
                let value = Expr::new(ExprKind::Local { slot: *slot, last: false }, pattern.span);
                self.bind(pattern, value, &mut bound);
            }
        }
        let checked = super::rewrite::conditions(body, span);
        let mut body = self.body(checked.as_deref().unwrap_or(body), Position::Tail, span);
        if !bound.is_empty() {
            body = ExprKind::Let(bound, Box::new(body)).at(span);
        }
        liveness::mark(&mut body);
        ArityExpr {
            params: fixed.len(),
            variadic: !rest.is_empty(),
            slots: self.scopes.slots(),
            signature: self.text(params.span).into(),
            body,
        }
    }

    /// `#(…)`: the body with `%`, `%1`, `%2`, `%&` as parameters.
    pub(super) fn function_literal(&mut self, items: &[Form], span: Span) -> Expr {
        let (mut most, mut rest) = (0_usize, false);
        let body = Form::list(items.to_vec(), span);
        let body = self.placeholders(&body, &mut most, &mut rest);
        if most > 20 {
            return self.wrong(
                span,
                format!("%{most} asks for too many parameters"),
                "a function literal has at most %20",
            );
        }
        let mut params: Vec<Form> = (1..=most).map(|n| Form::symbol(&format!("%{n}"), span)).collect();
        if rest {
            params.extend([Form::symbol("&", span), Form::symbol("%&", span)]);
        }
        let parts = [Form::vector(params, span), body];
        self.function(&Form::list(Vec::new(), span), &parts).placed(span)
    }

    fn placeholders(&mut self, form: &Form, most: &mut usize, rest: &mut bool) -> Form {
        let kind = match &form.kind {
            FormKind::Symbol(symbol) => match symbol.as_str() {
                "%" => {
                    *most = (*most).max(1);
                    return Form::symbol("%1", form.span);
                }
                "%&" => {
                    *rest = true;
                    return form.clone();
                }
                name => {
                    if let Some(number) = name.strip_prefix('%').and_then(|digits| digits.parse::<usize>().ok()) {
                        *most = (*most).max(number);
                    }
                    return form.clone();
                }
            },
            FormKind::List(items) => FormKind::List(self.all_placeholders(items, most, rest)),
            FormKind::Vector(items) => FormKind::Vector(self.all_placeholders(items, most, rest)),
            FormKind::Map(items) => FormKind::Map(self.all_placeholders(items, most, rest)),
            FormKind::Set(items) => FormKind::Set(self.all_placeholders(items, most, rest)),
            FormKind::Function(_) | FormKind::Literal(_) | FormKind::Regex(_) => return form.clone(),
        };
        Form { kind, ..form.clone() }
    }

    fn all_placeholders(&mut self, items: &[Form], most: &mut usize, rest: &mut bool) -> Forms {
        items.iter().map(|item| self.placeholders(item, most, rest)).collect()
    }

    fn letfn(&mut self, functions: &Form, body: &[Form], position: Position, span: Span) -> Expr {
        let Some(forms) = functions.as_vector() else {
            return self.wrong(functions.span, "letfn takes a vector of functions", forms::usage("letfn"));
        };
        let mut specs = Vec::new();
        for form in forms {
            match form
                .as_list()
                .and_then(<[Form]>::split_first)
                .and_then(|(name, rest)| Some((name.as_symbol()?, rest)))
            {
                Some((name, rest)) => specs.push((Arc::<str>::from(name), rest, form.span)),
                None => {
                    return self.wrong(form.span, "letfn takes a vector of functions", forms::usage("letfn"));
                }
            }
        }
        self.scopes.enter(specs.iter().enumerate().map(|(at, (name, ..))| (name.clone(), at)).collect());
        let members =
            specs.iter().map(|(name, rest, span)| self.member(Some(name.clone()), None, rest, *span)).collect();
        let captures = self.scopes.leave();
        let mark = self.scopes.mark();
        let group = ExprKind::Function(Arc::new(FunctionExpr { members, captures, span })).at(span);
        let first = self.scopes.slot();
        let mut bound = vec![(first, group)];
        for (at, (name, ..)) in specs.iter().enumerate() {
            let whole = Expr::new(ExprKind::Local { slot: first, last: false }, span);
            let member = self.builtin("%member", vec![whole, Expr::constant(Value::from(at), span)], span);
            let slot = self.scopes.slot();
            self.scopes.name(name, slot);
            bound.push((slot, member));
        }
        let body = self.body(body, position, span);
        self.scopes.reset(mark);
        ExprKind::Let(bound, Box::new(body)).at(span)
    }

    fn defined_name(&mut self, named: &Form) -> Option<String> {
        match named.as_symbol() {
            Some(name) if !name.contains('/') || name == "/" => Some(name.to_owned()),
            _ => {
                let text = self.text(named.span);
                self.wrong(named.span, format!("def takes a plain name, got {text}"), "write (def name value)");
                None
            }
        }
    }

    fn define(&mut self, once: bool, named: &Form, rest: &[Form], span: Span) -> Expr {
        let Some(name) = self.defined_name(named) else { return Expr::constant(Value::Nil, span) };
        let value = match rest {
            [] => None,
            [value] => Some(value),
            [doc, value] if doc.as_text().is_some() => Some(value),
            _ => return self.wrong(span, format!("def was given {} values", rest.len()), "write (def name value)"),
        };
        // The value may use an older definition of the name, or itself where it is a function.
        let is_function =
            value.is_some_and(|value| value.is_call("fn") || value.is_call("lazy-seq") || value.is_call("delay"));
        let known = self.is_defined(&name);
        if !known && (is_function || self.find_builtin(&name).is_none()) {
            self.defined.insert(name.clone(), None);
        }
        let value = value.map(|value| Box::new(self.form(value, Position::Inner)));
        self.finish_define(name, value, once, None, span)
    }

    fn finish_define(
        &mut self,
        name: String,
        value: Option<Box<Expr>>,
        once: bool,
        arities: Option<Vec<super::BuiltinSignature>>,
        span: Span,
    ) -> Expr {
        let number = self.ctx.names.number(&name);
        let times = if self.scopes.nesting() == 0 { 1 } else { 2 };
        let count = self.definitions.entry(number).or_default();
        *count = count.saturating_add(times);
        // Defined inside of functions or branches or twice: its arity is not certain.
        let certain = self.scopes.nesting() == 0 && !matches!(self.defined.get(&name), Some(Some(_)));
        self.defined.insert(name.clone(), arities.filter(|_| certain));
        ExprKind::Define { number, name: name.into(), value, once }.at(span)
    }

    fn defn(&mut self, form: &Form, named: &Form, rest: &[Form], span: Span) -> Expr {
        let Some(name) = self.defined_name(named) else { return Expr::constant(Value::Nil, span) };
        let (doc, rest) = match rest.split_first() {
            Some((doc, rest)) if doc.as_text().is_some() && !rest.is_empty() => (doc.as_text(), rest),
            _ => (None, rest),
        };
        // An attribute map
        let rest = match rest.split_first() {
            Some((attributes, more)) if matches!(attributes.kind, FormKind::Map(_)) && !more.is_empty() => more,
            _ => rest,
        };
        // Another one may follow the last body.
        let rest = match rest.split_last() {
            Some((attributes, bodies))
                if matches!(attributes.kind, FormKind::Map(_))
                    && bodies.first().is_some_and(|body| body.as_list().is_some()) =>
            {
                bodies
            }
            _ => rest,
        };
        let again = self.defined.contains_key(&name);
        self.defined.insert(name.clone(), None);
        self.scopes.enter(Vec::new());
        let trying = std::mem::take(&mut self.trying);
        let member = self.member(Some(name.as_str().into()), doc.map(Into::into), rest, form.span);
        self.trying = trying;
        let captures = self.scopes.leave();
        let arities =
            member.arities.iter().map(|arity| (arity.params, arity.variadic, arity.signature.clone())).collect();
        let function = FunctionExpr { members: vec![member], captures, span };
        let value = ExprKind::Function(Arc::new(function)).at(span);
        self.finish_define(name, Some(Box::new(value)), false, Some(arities).filter(|_| !again), span)
    }

    fn declare(&mut self, names: &[Form], span: Span) -> Expr {
        let mut items = Vec::new();
        for named in names {
            if let Some(name) = self.defined_name(named) {
                let known = self.is_defined(&name);
                let number = self.ctx.names.number(&name);
                self.defined.entry(name.clone()).or_insert(None);
                if !known {
                    items.push(ExprKind::Define { number, name: name.into(), value: None, once: true }.at(named.span));
                }
            }
        }
        items.push(Expr::constant(Value::Nil, span));
        ExprKind::Do(items).at(span)
    }

    fn case(&mut self, on: &Form, clauses: &[Form], position: Position, span: Span) -> Expr {
        let on = Box::new(self.form(on, Position::Inner));
        let mut branches: Vec<(Vec<Value>, Expr)> = Vec::new();
        let mut seen = Set::default();
        let pairs = clauses.chunks(2);
        let mut otherwise = None;
        for pair in pairs {
            match pair {
                [constant, then] => {
                    let constants = match &constant.kind {
                        FormKind::List(items) => items.iter().collect(),
                        _ => vec![constant],
                    };
                    let mut values = Vec::new();
                    for constant in constants {
                        match constant.to_value(self.source) {
                            Ok(value) => {
                                if !seen.insert(value.clone()) {
                                    self.wrong(constant.span, format!("Duplicate case test constant: {value}"), "");
                                }
                                values.push(value);
                            }
                            Err(error) => self.add(error),
                        }
                    }
                    let then = self.form(then, position);
                    branches.push((values, then));
                }
                [last] => otherwise = Some(Box::new(self.form(last, position))),
                _ => {}
            }
        }
        ExprKind::Case { on, branches, otherwise }.at(span)
    }

    fn try_form(&mut self, parts: &[Form], span: Span) -> Expr {
        let is_clause = |form: &&Form| form.is_call("catch") || form.is_call("finally");
        let split = parts.iter().position(|form| is_clause(&form)).unwrap_or(parts.len());
        let (body, clauses) = parts.split_at(split);
        self.trying = self.trying.saturating_add(1);
        let body = self.body(body, Position::Inner, span);
        self.trying = self.trying.saturating_sub(1);
        let (mut catches, mut finally) = (Vec::new(), None);
        for clause in clauses {
            let items = clause.as_list().unwrap_or(&[]);
            match items {
                [head, body @ ..] if head.as_symbol() == Some("finally") => {
                    finally = Some(self.body(body, Position::Inner, clause.span));
                }
                [head, class, name, body @ ..] if head.as_symbol() == Some("catch") => {
                    let class = class.as_symbol().or_else(|| class.as_keyword());
                    let (Some(class), Some(name)) = (class, name.as_symbol()) else {
                        self.wrong(clause.span, "catch takes a class and a name", "write (catch Exception e …)");
                        continue;
                    };
                    let mark = self.scopes.mark();
                    let slot = self.scopes.slot();
                    self.scopes.name(name, slot);
                    let body = self.body(body, Position::Inner, clause.span);
                    self.scopes.reset(mark);
                    catches.push(CatchExpr { class: class.into(), slot, body });
                }
                _ => {
                    self.wrong(
                        clause.span,
                        "after the first catch come only catch and finally",
                        "write (catch Exception e …)",
                    );
                }
            }
        }
        ExprKind::Try(Box::new(TryExpr { body, catches, finally })).at(span)
    }
}

impl ExprKind {
    pub(super) fn at(self, span: Span) -> Expr {
        Expr::new(self, span)
    }
}

impl Expr {
    /// The same expression at another place.
    pub(super) fn placed(mut self, span: Span) -> Self {
        self.span = span;
        self
    }
}
