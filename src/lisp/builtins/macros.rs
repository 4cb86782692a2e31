//! Macros as data: what Clojure makes of a quoted form. Programs themselves are not rewritten by this.

use super::builtins;
use crate::lisp::forms::{self, Expander, NoExpansion};
use crate::lisp::ops::walk;
use crate::lisp::syntax::{Form, FormKind, Forms};
use crate::lisp::text::{Source, Span};
use crate::lisp::value::{Context, Fault, Iter, Result, Value, collect, unsupported};
use std::sync::Arc;

/// Macros of Clojure that are no forms here.
const MISSING: &str = "binding defmacro defprotocol deftype extend-protocol extend-type future reify with-local-vars \
    with-open with-precision with-redefs";

/// Forms here that are functions of Clojure.
const FUNCTIONS: [&str; 3] = ["in-ns", "require", "use"];

/// The deepest nesting of parts that an expansion may have.
const MAX_DEPTH: usize = 1_000;

/// The items of a list or vector of quoted forms.
fn items(form: &Value) -> Option<Vec<Value>> {
    form.is_sequential().then(|| Iter::ready(form).collect())
}

fn core(name: &str) -> Value {
    Value::symbol(format!("clojure.core/{name}"))
}

/// `(head parts…)`
fn call(head: Value, parts: impl IntoIterator<Item = Value>) -> Result<Value> {
    Value::list([head].into_iter().chain(parts).collect()).within_nesting()
}

/// Whether all names that a vector binds, or takes, are plain ones.
fn is_plain(bindings: Option<&Value>, step: usize) -> bool {
    matches!(bindings, Some(bindings @ Value::Vector(_)) if Iter::ready(bindings).step_by(step).all(|name| matches!(name, Value::Symbol(_))))
}

/// The parts of `(fn name? [params] body…)` or `(fn name? ([params] body…)…)` with a list for each arity.
fn arities(parts: &[Value]) -> Result<Option<Vec<Value>>> {
    let (name, rest) = match parts {
        [name @ Value::Symbol(_), rest @ ..] => (Some(name.clone()), rest),
        rest => (None, rest),
    };
    let lists = match rest.first() {
        Some(Value::Vector(_)) => vec![Value::list(rest.to_vec()).within_nesting()?],
        _ => rest.to_vec(),
    };
    let plain = lists.iter().all(|arity| is_plain(Iter::ready(arity).next().as_ref(), 1));
    Ok((plain && !lists.is_empty()).then(|| name.into_iter().chain(lists).collect()))
}

/// `defn` without its text, and what it says about the function.
fn defined(parts: &[Value]) -> Result<Option<Value>> {
    let [name @ Value::Symbol(_), rest @ ..] = parts else { return Ok(None) };
    let rest = match rest {
        [Value::Text(_) | Value::Map(_), rest @ ..] if !rest.is_empty() => rest,
        rest => rest,
    };
    let lists = match rest.first() {
        Some(Value::Vector(_)) => vec![Value::list(rest.to_vec()).within_nesting()?],
        _ => rest.to_vec(),
    };
    call(Value::symbol("def"), [name.clone(), call(core("fn"), lists)?]).map(Some)
}

/// The expansions that are no templates: they depend on what kind of names are bound, or are of what is no form here.
fn by_code(name: &str, parts: &[Value]) -> Result<Option<Value>> {
    match (name, parts) {
        ("let" | "loop", [bindings, ..]) if is_plain(Some(bindings), 2) => {
            call(Value::symbol(format!("{name}*")), parts.iter().cloned()).map(Some)
        }
        ("fn", parts) => arities(parts)?.map(|parts| call(Value::symbol("fn*"), parts)).transpose(),
        ("defn", parts) => defined(parts),
        ("letfn", [Value::Vector(functions), body @ ..]) => {
            let mut bindings = Vec::new();
            for function in functions.iter() {
                bindings.extend(Iter::ready(function).next());
                bindings.push(call(core("fn"), items(function).unwrap_or_default())?);
            }
            let bindings = Value::vector(bindings).within_nesting()?;
            call(Value::symbol("letfn*"), [bindings].into_iter().chain(body.iter().cloned())).map(Some)
        }
        ("vswap!", [place, function, more @ ..]) => {
            let value = call(Value::symbol(".deref"), [place.clone()])?;
            let value = call(function.clone(), [value].into_iter().chain(more.iter().cloned()))?;
            call(Value::symbol(".reset"), [place.clone(), value]).map(Some)
        }
        _ => Ok(None),
    }
}

/// A quoted form as the templates read it: with lists and vectors as far as their patterns look.
fn form(value: &Value, depth: usize) -> Form {
    let kind = match (value, depth.checked_sub(1), items(value)) {
        (Value::Symbol(symbol), ..) => FormKind::Symbol(symbol.clone()),
        (Value::Vector(_), Some(depth), Some(items)) => FormKind::Vector(all(&items, depth)),
        (Value::Seq(_), Some(depth), Some(items)) => FormKind::List(all(&items, depth)),
        _ => return Form::literal(value.clone(), Span::default()),
    };
    let meta = value.meta().map(|meta| Box::new(Form::literal(Value::Map(meta.clone()), Span::default())));
    Form { meta, ..Form::new(kind, Span::default()) }
}

fn all(items: &[Value], depth: usize) -> Forms {
    items.iter().map(|item| form(item, depth)).collect()
}

/// What the macro at the head of a form makes of it; nothing where there is none.
fn expanded(cx: &mut dyn Context, form: &Value) -> Result<Option<Value>> {
    if !matches!(form, Value::Seq(_) | Value::Lazy(_)) {
        return Ok(None);
    }
    let parts = collect(form.clone(), cx)?;
    let Some((Value::Symbol(head), arguments)) = parts.split_first() else { return Ok(None) };
    let name = head.as_str().strip_prefix("clojure.core/").unwrap_or(head.as_str());
    cx.spend(arguments.len() as u64)?;
    if let Some(made) = by_code(name, arguments)? {
        return Ok(Some(made));
    }
    let row = forms::find(name);
    let mut expander =
        Expander { span: Span::default(), max_depth: MAX_DEPTH, new_name: None, source: &|_| String::new() };
    match row.and_then(|row| expander.expand(row, &all(arguments, 2))) {
        Some(Ok(form)) => {
            let value = form.to_value(&Arc::new(Source::new("", "")));
            let value = value.map_err(|error| Fault::value(error.message))?;
            return value.within_nesting().map(Some);
        }
        Some(Err(NoExpansion::NoRule | NoExpansion::Wrong(_))) => {
            return Err(Fault::value(format!("{name} takes no {} parts of these kinds", arguments.len())).into());
        }
        Some(Err(NoExpansion::TooDeep)) => {
            return Err(Fault::value(format!("{name} has too many parts to be expanded")).into());
        }
        None => {}
    }
    if row.is_some_and(|row| !row.is_special(name) && !FUNCTIONS.contains(&name))
        || MISSING.split_ascii_whitespace().any(|other| other == name)
    {
        let message = format!("the expansion of this {name} has names or classes that only Clojure itself can make");
        return Err(unsupported(message, "expand a simpler form; programs need no expansion to run"));
    }
    Ok(None)
}

fn fully(cx: &mut dyn Context, mut form: Value) -> Result<Value> {
    while let Some(next) = expanded(cx, &form)? {
        form = next;
    }
    Ok(form)
}

builtins! { Collections;
    /// What Clojure's macro at the head of a quoted form makes of it, once; any other form as it is.
    /// (macroexpand-1 '(cond a 1 :else 2))
    /// ;=> (if a 1 (clojure.core/cond :else 2))
    "macroexpand-1" (cx, form: Value) => { Ok(expanded(cx, &form)?.unwrap_or(form)) }

    /// A quoted form after its macro, and the macro that this makes of it, have been expanded.
    /// (macroexpand '(-> x (f 1) g))
    /// ;=> (g (f x 1))
    "macroexpand" (cx, form: Value) => { fully(cx, form) }

    /// A quoted form after all macros in it have been expanded.
    /// (clojure.walk/macroexpand-all '(when a (-> x inc)))
    /// ;=> (if a (do (inc x)))
    "clojure.walk/macroexpand-all" (cx, form: Value) => { walk::prewalk(cx, form, &mut fully) }
}
