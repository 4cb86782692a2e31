//! Metadata: what a collection, function or atom carries along unseen.

use super::builtins;
use crate::lisp::ops::change::described;
use crate::lisp::value::{
    Args, Callable, Context, Expected, Function, Lazy, Map, Meta, Result, Seq, Value, args, type_error,
};
use std::sync::Arc;

/// What marks a function that carries metadata: it holds the function and the map.
const CARRIER: &str = "with-meta";

fn carried(cx: &mut dyn Context, held: &[Value], arguments: Args) -> Result<Value> {
    match held.first() {
        Some(function) => cx.call(function, arguments),
        None => Ok(Value::Nil),
    }
}

/// The function that one with metadata is made of, and the metadata.
pub(super) fn carrier(value: &Value) -> Option<(&Value, &Value)> {
    match value {
        Value::Function(function) => match &**function {
            Function::Native { name: CARRIER, held, .. } => held.first().zip(held.get(1)),
            _ => None,
        },
        _ => None,
    }
}

/// The metadata of any value.
fn meta_of(value: &Value) -> Value {
    match (value, carrier(value)) {
        (_, Some((_, meta))) => meta.clone(),
        (Value::Atom(atom), None) => atom.extras().meta.map().cloned().map_or(Value::Nil, Value::Map),
        _ => value.meta().cloned().map_or(Value::Nil, Value::Map),
    }
}

fn map_or_nil(name: &'static str, meta: Value) -> Result<Option<Arc<Map>>> {
    match meta {
        Value::Nil => Ok(None),
        Value::Map(map) => Ok(Some(map)),
        other => Err(type_error(name, "a map or nil as metadata", &other)),
    }
}

/// The value with other metadata.
fn with_meta(cx: &mut dyn Context, name: &'static str, value: Value, meta: Value) -> Result<Value> {
    cx.spend(1)?;
    let map = map_or_nil(name, meta)?;
    match value {
        Value::Vector(_) | Value::Map(_) | Value::Set(_) | Value::Seq(_) => described(cx, value, map),
        Value::Lazy(lazy) => match Lazy::realise(&lazy, cx)? {
            Value::Nil => Ok(Seq::empty().with_meta(map)),
            cells => Ok(cells.with_meta(map)),
        },
        Value::Function(_) => {
            let bare = carrier(&value).map(|(function, _)| function.clone()).unwrap_or(value);
            let held = vec![bare, map.map_or(Value::Nil, Value::Map)];
            Ok(crate::lisp::value::native(CARRIER, held, carried))
        }
        Value::Symbol(_) | Value::Regex(_) | Value::Date(_) | Value::Fault(_) => Ok(value),
        other => Err(type_error(name, Expected::argument("a collection, symbol or function"), &other)),
    }
}

builtins! { State;
    /// The metadata of a value: a map that a collection, function or atom carries along, or nil.
    /// (meta (with-meta [1 2] {:source "a"}))
    /// ;=> {:source "a"}
    /// (meta (conj ^:checked [1] 2))
    /// ;=> {:checked true}
    "meta" (_cx, x: Value) => { Ok(meta_of(&x)) }

    /// The same value with other metadata, which changes neither how it prints nor what it equals.
    /// (with-meta [1] {:source "a"})
    /// ;=> [1]
    "with-meta" => "a any -> a" (cx, x: Value, meta: Value) => { with_meta(cx, "with-meta", x, meta) }

    /// The same value with the metadata that a function makes of what it has and the arguments.
    /// (meta (vary-meta ^:a [1] assoc :b 2))
    /// ;=> {:a true, :b 2}
    "vary-meta" (cx, x: Value, f: Callable; arguments) => {
        let meta = cx.call(&f, args([meta_of(&x)]).into_iter().chain(arguments).collect())?;
        with_meta(cx, "vary-meta", x, meta)
    }

    /// Changes the metadata of an atom to what a function makes of it and the arguments, and gives that.
    /// (alter-meta! (atom 1 :meta {:a 1}) assoc :source "a")
    /// ;=> {:a 1, :source "a"}
    "alter-meta!" (cx, reference: Value, f: Callable; arguments) => {
        let meta = cx.call(&f, args([meta_of(&reference)]).into_iter().chain(arguments).collect())?;
        reset(cx, "alter-meta!", &reference, meta)
    }

    /// Gives an atom other metadata.
    /// (let [a (atom 1)] (reset-meta! a {:unit "m"}) (meta a))
    /// ;=> {:unit "m"}
    "reset-meta!" (cx, reference: Value, meta: Value) => { reset(cx, "reset-meta!", &reference, meta) }
}

fn reset(cx: &mut dyn Context, name: &'static str, reference: &Value, meta: Value) -> Result<Value> {
    let map = map_or_nil(name, meta.clone())?;
    match reference {
        Value::Atom(atom) => {
            let mut extras = atom.extras();
            extras.meta = Meta::new(map);
            cx.amend(atom, extras);
            Ok(meta)
        }
        // What `#'name` gives here is the value, which has none that could change.
        Value::Function(_) => Ok(meta),
        other => Err(type_error(name, "an atom", other)),
    }
}
