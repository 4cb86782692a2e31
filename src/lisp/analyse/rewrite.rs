//! Forms that become others by code: what a template cannot say, because it makes names of parts or judges them.

use super::{Analyser, comprehend};
use crate::lisp::forms::{Expander, FormRow, NoExpansion};
use crate::lisp::syntax::{Form, FormKind};
use crate::lisp::text::{ErrorKind, Span};
use crate::lisp::value::Value;

fn keyword(name: &str, span: Span) -> Form {
    Form::literal(Value::keyword(name), span)
}

impl Analyser<'_> {
    /// What a form becomes by its templates; nothing where it has none, or after an error.
    pub(super) fn expand(&mut self, row: &FormRow, form: &Form, arguments: &[Form]) -> Option<Form> {
        let (source, fresh) = (self.source, &mut self.fresh);
        let mut new_name = |base: &str| Self::new_name(fresh, base);
        let source = |span| super::abridged(source, span);
        let expanded =
            Expander { span: form.span, max_depth: super::MAX_DEPTH, new_name: Some(&mut new_name), source: &source }
                .expand(row, arguments)?;
        match expanded {
            Ok(form) => return Some(form),
            Err(NoExpansion::TooDeep) => {
                self.too_deep(form.span);
            }
            Err(NoExpansion::Wrong(message)) => {
                self.wrong(form.span, message, row.usage());
            }
            Err(NoExpansion::NoRule) => self.misshapen(row, form, arguments),
        }
        None
    }

    /// The error for a form whose parts are not as they are written.
    pub(super) fn misshapen(&mut self, row: &FormRow, form: &Form, arguments: &[Form]) {
        if row.binds_one()
            && let Some(bindings) = arguments.first()
        {
            match self.pairs(bindings, row.name).map(|pairs| pairs.len()) {
                None => return,
                Some(1) => {}
                Some(count) => {
                    self.wrong(bindings.span, format!("{} binds one name, got {count}", row.name), row.usage());
                    return;
                }
            }
        }
        self.wrong(form.span, format!("{} was given {} parts", row.name, arguments.len()), row.usage());
    }

    /// The form that `name` with these arguments becomes by code.
    pub(super) fn rewrite(&mut self, name: &str, form: &Form, arguments: &[Form]) -> Option<Form> {
        let span = form.span;
        Some(match (name, arguments) {
            ("for", [bindings, body]) => {
                let levels = self.levels(bindings, name)?;
                comprehend::nest(&levels, std::slice::from_ref(body), true, span)
            }
            ("doseq", [bindings, body @ ..]) => {
                let levels = self.levels(bindings, name)?;
                comprehend::nest(&levels, body, false, span)
            }
            ("new", [class, given @ ..]) => Form::call(&format!("{}.", class.as_symbol()?), [], given, span),
            (".", [object, member, given @ ..]) => self.dotted(object, member, given, span)?,
            // `(doc map)`, `(doc "map")`, `(doc 'map)`, `(doc :map)`: the name is what is meant.
            ("doc", [named]) => Form::call("%doc", [Form::literal(Value::text(doc_name(named)?), span)], &[], span),
            ("defmulti", [named, rest @ ..]) => {
                let rest: Vec<Form> = rest.iter().filter(|form| form.as_text().is_none()).cloned().collect();
                let title = Form::literal(Value::text(named.as_symbol()?), span);
                Form::call("defonce", [named.clone(), Form::call("%multi", [title], &rest, span)], &[], span)
            }
            ("defrecord", [_, _, protocol, ..]) => {
                let text = self.text(protocol.span);
                let message = format!("defrecord makes maps, which have no methods; {text} stands for some");
                let hint = "write (defrecord Name [field]) alone and plain functions beside it, or (defmulti name :kind) \
                            and (defmethod name :value [this] …) for what differs";
                self.error(protocol.span, ErrorKind::Unsupported, message, Some(hint.to_owned()));
                return None;
            }
            ("defrecord", [named, fields]) => record(named, fields, span)?,
            _ => return None,
        })
    }

    /// `(. object member given…)`: a method, or a static one where the object is a class.
    fn dotted(&self, object: &Form, member: &Form, given: &[Form], span: Span) -> Option<Form> {
        let (name, given) = match &member.kind {
            FormKind::List(items) => (items.first()?.as_symbol()?, items.get(1..)?),
            _ => (member.as_symbol()?, given),
        };
        let class = object.as_symbol().filter(|name| {
            let class = name.rsplit('.').next().unwrap_or(name);
            class.starts_with(char::is_uppercase) && !self.scopes.is_local(name)
        });
        Some(match class {
            Some(class) => Form::call(&format!("{class}/{name}"), [], given, span),
            None => Form::call(&format!(".{name}"), [object.clone()], given, span),
        })
    }
}

/// `(defrecord Point [x y])`: data with constructors.
fn record(named: &Form, fields: &Form, span: Span) -> Option<Form> {
    let (name, items) = (named.as_symbol()?, fields.as_vector()?);
    let of_fields = |value: &dyn Fn(&Form) -> Form| {
        let entry = |field: &Form| Some([keyword(field.as_symbol()?, span), value(field)]);
        Form::new(FormKind::Map(items.iter().filter_map(entry).flatten().collect()), span)
    };
    let map = of_fields(&Form::clone);
    let make = |title: String| Form::call("defn", [Form::symbol(&title, span), fields.clone(), map.clone()], &[], span);
    let (given, nil) = (Form::symbol("given", span), Form::literal(Value::Nil, span));
    // Fields that are not given are nil.
    let whole = Form::call("merge", [of_fields(&|_| nil.clone()), given.clone()], &[], span);
    let title = Form::symbol(&format!("map->{name}"), span);
    let from_map = Form::call("defn", [title, Form::vector([given], span), whole], &[], span);
    Some(Form::call("do", [make(format!("->{name}")), make(format!("{name}.")), from_map, nil], &[], span))
}

/// The name that `doc` is asked for.
fn doc_name(named: &Form) -> Option<&str> {
    let quoted = named.as_list().filter(|_| named.is_call("quote") || named.is_call("var"));
    let quoted = quoted.and_then(|items| items.get(1)).and_then(Form::as_symbol);
    named.as_symbol().or_else(|| named.as_text()).or_else(|| named.as_keyword()).or(quoted)
}

/// The body of a function with its `:pre` and `:post` conditions as assertions, if it has any.
pub(super) fn conditions(body: &[Form], span: Span) -> Option<Vec<Form>> {
    let (first, rest) = body.split_first().filter(|(_, rest)| !rest.is_empty())?;
    let FormKind::Map(items) = &first.kind else { return None };
    let under = |key: &str| {
        let at = items.iter().step_by(2).position(|form| form.as_keyword() == Some(key))?;
        items.get(at.saturating_mul(2).saturating_add(1))?.as_vector()
    };
    let (pre, post) = (under("pre"), under("post"));
    if pre.is_none() && post.is_none() {
        return None;
    }
    let assertions = |tests: Option<&[Form]>| -> Vec<Form> {
        tests.unwrap_or(&[]).iter().map(|test| Form::call("assert", [test.clone()], &[], test.span)).collect()
    };
    let mut forms = assertions(pre);
    match post {
        None => forms.extend(rest.iter().cloned()),
        Some(_) => {
            let result = Form::symbol("%", span);
            let value = Form::call("do", [], rest, span);
            let checks: Vec<Form> = assertions(post).into_iter().chain([result.clone()]).collect();
            forms.push(Form::call("let", [Form::vector([result, value], span)], &checks, span));
        }
    }
    Some(forms)
}
