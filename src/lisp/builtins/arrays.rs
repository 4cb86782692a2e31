//! Java's arrays, which are vectors here: making them, and what is read from them.

use super::builtins;
use super::named;
use crate::lisp::ops::slice::vec;
use crate::lisp::ops::stage::MeteredVec;
use crate::lisp::value::{Context, Fault, FromValue, Iter, ParamRef, Result, Value, Vector};
use std::sync::Arc;

/// So many items, first those of `items`, then `rest`.
fn filled(cx: &mut dyn Context, name: &'static str, size: Value, items: Vec<Value>, rest: &Value) -> Result<Value> {
    let size = usize::from_value(size, ParamRef { name, argument: "size" })?;
    let mut made = MeteredVec::default();
    let count = items.len();
    for item in items.into_iter().take(size) {
        made.push(cx, item)?;
    }
    for _ in count..size {
        made.push(cx, rest.clone())?;
    }
    Ok(Value::vector(made.into_items()))
}

/// The items, each as the builtin `kind` makes it.
fn cast(cx: &mut dyn Context, kind: &str, items: Value) -> Result<Vec<Value>> {
    let (kind, mut items) = (named(kind), Iter::new(items)?);
    let mut made = MeteredVec::default();
    while let Some(item) = items.next(cx)? {
        let item = cx.call1(&kind, item)?;
        made.push(cx, item)?;
    }
    Ok(made.into_items())
}

fn array(cx: &mut dyn Context, name: &'static str, kind: &str, size: Value, zero: Value) -> Result<Value> {
    match size {
        Value::Int(_) => filled(cx, name, size, Vec::new(), &zero),
        items => cast(cx, kind, items).map(Value::vector),
    }
}

fn array_from(
    cx: &mut dyn Context,
    name: &'static str,
    kind: &str,
    size: Value,
    init: Value,
    zero: Value,
) -> Result<Value> {
    match init {
        Value::Vector(_) | Value::Seq(_) | Value::Lazy(_) | Value::Nil => {
            let items = cast(cx, kind, init)?;
            filled(cx, name, size, items, &zero)
        }
        init => {
            let one = cx.call1(&named(kind), init)?;
            filled(cx, name, size, Vec::new(), &one)
        }
    }
}

builtins! { Java;
    /// A vector of the items; arrays are vectors here.
    /// (to-array '(1 2))
    /// ;=> [1 2]
    "to-array" (cx, coll: Value) => { vec(cx, coll) }

    /// A vector of the items, of whatever type; arrays are vectors here.
    /// (into-array [1 2])
    /// ;=> [1 2]
    "into-array"
        (cx, coll: Value) => { vec(cx, coll) }
        (cx, _type: Value, coll: Value) => { vec(cx, coll) }

    /// The item of a vector at an index; one that is not there is an error.
    /// (aget [7 8] 1)
    /// ;=> 8
    "aget" (_cx, array: Arc<Vector>, index: i64) => {
        let found = usize::try_from(index).ok().and_then(|at| array.get(at));
        found.cloned().ok_or_else(|| {
            let message = format!("index {index} is outside of a vector of {} items", array.len());
            Fault::value(message).class("ArrayIndexOutOfBoundsException").into()
        })
    }

    /// The length of a vector.
    /// (alength [7 8])
    /// ;=> 2
    "alength" (_cx, array: Arc<Vector>) => { Ok(array.len().into()) }

    /// A vector of so many nils, or of the items; arrays are vectors here.
    /// (object-array 2)
    /// ;=> [nil nil]
    "object-array" (cx, size: Value) => {
        match size {
            Value::Int(_) => filled(cx, "object-array", size, Vec::new(), &Value::Nil),
            items => vec(cx, items),
        }
    }

    /// The same array: nothing changes one, so nobody needs a copy.
    /// (aclone [1 2])
    /// ;=> [1 2]
    "aclone" (_cx, array: Arc<Vector>) => { Ok(Value::Vector(array)) }

    /// A vector of a vector for each item; arrays are vectors here.
    /// (to-array-2d [[1 2] '(3)])
    /// ;=> [[1 2] [3]]
    "to-array-2d" (cx, coll: Value) => {
        let (mut rows, mut made) = (Iter::new(coll)?, MeteredVec::default());
        while let Some(row) = rows.next(cx)? {
            let row = vec(cx, row)?;
            made.push(cx, row)?;
        }
        Value::vector(made.into_items()).within_nesting()
    }

    /// A vector of so many integers, or of the items as integers; arrays are vectors here.
    /// (int-array 2)
    /// ;=> [0 0]
    /// (int-array [1 2])
    /// ;=> [1 2]
    "int-array"
        (cx, size: Value) => { array(cx, "int-array", "int", size, Value::Int(0)) }
        (cx, size: Value, init: Value) => { array_from(cx, "int-array", "int", size, init, Value::Int(0)) }

    /// A vector of so many integers, or of the items as integers; arrays are vectors here.
    /// (long-array 2)
    /// ;=> [0 0]
    /// (long-array [1 2])
    /// ;=> [1 2]
    "long-array"
        (cx, size: Value) => { array(cx, "long-array", "long", size, Value::Int(0)) }
        (cx, size: Value, init: Value) => { array_from(cx, "long-array", "long", size, init, Value::Int(0)) }

    /// A vector of so many integers, or of the items as integers; arrays are vectors here.
    /// (short-array 2)
    /// ;=> [0 0]
    /// (short-array [1 2])
    /// ;=> [1 2]
    "short-array"
        (cx, size: Value) => { array(cx, "short-array", "short", size, Value::Int(0)) }
        (cx, size: Value, init: Value) => { array_from(cx, "short-array", "short", size, init, Value::Int(0)) }

    /// A vector of so many integers, or of the items as integers; arrays are vectors here.
    /// (byte-array 2)
    /// ;=> [0 0]
    /// (byte-array [1 2])
    /// ;=> [1 2]
    "byte-array"
        (cx, size: Value) => { array(cx, "byte-array", "byte", size, Value::Int(0)) }
        (cx, size: Value, init: Value) => { array_from(cx, "byte-array", "byte", size, init, Value::Int(0)) }

    /// A vector of so many floats, or of the items as floats; arrays are vectors here.
    /// (double-array 2)
    /// ;=> [0.0 0.0]
    /// (double-array [1 2])
    /// ;=> [1.0 2.0]
    "double-array"
        (cx, size: Value) => { array(cx, "double-array", "double", size, Value::from(0.0)) }
        (cx, size: Value, init: Value) => { array_from(cx, "double-array", "double", size, init, Value::from(0.0)) }

    /// A vector of so many floats, or of the items as floats; arrays are vectors here.
    /// (float-array 2)
    /// ;=> [0.0 0.0]
    /// (float-array [1 2])
    /// ;=> [1.0 2.0]
    "float-array"
        (cx, size: Value) => { array(cx, "float-array", "float", size, Value::from(0.0)) }
        (cx, size: Value, init: Value) => { array_from(cx, "float-array", "float", size, init, Value::from(0.0)) }

    /// A vector of so many booleans, or of the items as booleans; arrays are vectors here.
    /// (boolean-array 2)
    /// ;=> [false false]
    /// (boolean-array [1 nil])
    /// ;=> [true false]
    "boolean-array"
        (cx, size: Value) => { array(cx, "boolean-array", "boolean", size, Value::from(false)) }
        (cx, size: Value, init: Value) => { array_from(cx, "boolean-array", "boolean", size, init, Value::from(false)) }

    /// A vector of so many characters, or of the items as characters; arrays are vectors here.
    /// (char-array "ab")
    /// ;=> ["a" "b"]
    "char-array"
        (cx, size: Value) => { array(cx, "char-array", "char", size, Value::text("\0")) }
        (cx, size: Value, init: Value) => { array_from(cx, "char-array", "char", size, init, Value::text("\0")) }

    /// The array itself; what a type hint would say.
    /// (ints [1])
    /// ;=> [1]
    "ints" (_cx, array: Arc<Vector>) => { Ok(Value::Vector(array)) }

    /// The array itself; what a type hint would say.
    /// (longs [1])
    /// ;=> [1]
    "longs" (_cx, array: Arc<Vector>) => { Ok(Value::Vector(array)) }

    /// The array itself; what a type hint would say.
    /// (shorts [1])
    /// ;=> [1]
    "shorts" (_cx, array: Arc<Vector>) => { Ok(Value::Vector(array)) }

    /// The array itself; what a type hint would say.
    /// (bytes [1])
    /// ;=> [1]
    "bytes" (_cx, array: Arc<Vector>) => { Ok(Value::Vector(array)) }

    /// The array itself; what a type hint would say.
    /// (floats [1.5])
    /// ;=> [1.5]
    "floats" (_cx, array: Arc<Vector>) => { Ok(Value::Vector(array)) }

    /// The array itself; what a type hint would say.
    /// (doubles [1.5])
    /// ;=> [1.5]
    "doubles" (_cx, array: Arc<Vector>) => { Ok(Value::Vector(array)) }

    /// The array itself; what a type hint would say.
    /// (booleans [true])
    /// ;=> [true]
    "booleans" (_cx, array: Arc<Vector>) => { Ok(Value::Vector(array)) }

    /// The array itself; what a type hint would say.
    /// (chars ["a"])
    /// ;=> ["a"]
    "chars" (_cx, array: Arc<Vector>) => { Ok(Value::Vector(array)) }

    /// A vector of numbers or characters, each as the function of this name makes it; others are put in as they are.
    /// (vector-of :double 1 2)
    /// ;=> [1.0 2.0]
    "vector-of" (cx, kind: Value; items) => {
        let known = ["int", "long", "float", "double", "byte", "short", "char", "boolean"];
        let Value::Keyword(keyword) = &kind else {
            return Err(crate::lisp::value::type_error("vector-of", "a keyword such as :int as the kind", &kind));
        };
        if !known.contains(&keyword.as_str()) {
            let message = format!("vector-of has no kind {kind}");
            return Err(Fault::value(message).hint("the kinds are :int :long :float :double :boolean :char").into());
        }
        cast(cx, keyword.as_str(), Value::vector(items.into_vec())).map(Value::vector)
    }
}
