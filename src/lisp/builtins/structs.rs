//! Struct maps: maps whose keys are named beforehand. Here the keys are a vector, and what they make is a plain map.

use super::builtins;
use crate::lisp::ops::{lookup, maps};
use crate::lisp::value::{Args, Context, Fault, Map, Result, Value, Vector};
use std::sync::Arc;

fn read(cx: &mut dyn Context, held: &[Value], arguments: Args) -> Result<Value> {
    match (held.first(), arguments.first()) {
        (Some(key), Some(map)) => Ok(lookup::find(cx, map, key)?.unwrap_or_default()),
        _ => Ok(Value::Nil),
    }
}

builtins! { Maps;
    /// The keys of struct maps, for struct and struct-map; plain maps do the same.
    /// (struct (create-struct :x :y) 1 2)
    /// ;=> {:x 1, :y 2}
    "create-struct" (_cx, key: Value; more) => {
        Value::vector(std::iter::once(key).chain(more).collect()).within_nesting()
    }

    /// A map of the keys of a struct and values in their order; missing ones are nil.
    /// (struct (create-struct :x :y) 1)
    /// ;=> {:x 1, :y nil}
    "struct" (cx, keys: Arc<Vector>; values) => {
        if values.len() > keys.len() {
            let message = format!("struct was given {} values for {} keys", values.len(), keys.len());
            return Err(Fault::value(message).class("IllegalArgumentException").into());
        }
        let values = values.into_iter().chain(std::iter::repeat(Value::Nil));
        let items = keys.iter().cloned().zip(values).flat_map(|(key, value)| [key, value]).collect();
        maps::build(cx, "struct", Map::default(), items)
    }

    /// A map of the keys of a struct, with these keys and values put in.
    /// (struct-map (create-struct :x :y) :y 2 :z 3)
    /// ;=> {:x nil, :y 2, :z 3}
    "struct-map" (cx, keys: Arc<Vector>; entries) => {
        let empty = keys.iter().cloned().flat_map(|key| [key, Value::Nil]);
        maps::build(cx, "struct-map", Map::default(), empty.chain(entries).collect())
    }

    /// A function that looks a key of a struct up.
    /// ((accessor (create-struct :x :y) :y) {:x 1 :y 2})
    /// ;=> 2
    "accessor" (_cx, _keys: Arc<Vector>, key: Value) => { Ok(crate::lisp::value::native("accessor", vec![key], read)) }

    /// The map that keyword arguments are: of keys and values in turn, or one map.
    /// (seq-to-map-for-destructuring '(:a 1 :b 2))
    /// ;=> {:a 1, :b 2}
    "seq-to-map-for-destructuring" (cx, s: Value) => {
        match crate::lisp::value::seq(s, cx)? {
            Value::Nil => Ok(Value::empty_map()),
            cells => cx.call1(&super::named("%keyword-arguments"), cells),
        }
    }
}
