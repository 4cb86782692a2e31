//! Functions of functions.

use super::builtins;
use crate::lisp::value::{Args, Callable, Context, Function, Lazy, Result, Value, collect};

/// A function that a builtin makes of others.
pub(super) fn native(
    name: &'static str,
    held: Vec<Value>,
    code: fn(&mut dyn Context, &[Value], Args) -> Result<Value>,
) -> Value {
    Function::Native { name, held, code }.into()
}

fn composed(cx: &mut dyn Context, functions: &[Value], arguments: Args) -> Result<Value> {
    let Some((last, before)) = functions.split_last() else { return Ok(Value::Nil) };
    let mut value = cx.call(last, arguments)?;
    for function in before.iter().rev() {
        cx.spend(1)?;
        value = cx.call1(function, value)?;
    }
    Ok(value)
}

builtins! { Functions;
    /// The value of a function with the items of the last argument as its last arguments.
    /// (apply + 1 [2 3])
    /// ;=> 6
    "apply" (cx, f: Callable, arguments: Value) => {
            let arguments = collect(arguments, cx)?;
            cx.call(&f, arguments.into())
        }
        (cx, f: Callable, first: Value; more) => {
            let mut arguments: Args = std::iter::once(first).chain(more).collect();
            let last = arguments.pop().unwrap_or_default();
            arguments.extend(collect(last, cx)?);
            cx.call(&f, arguments)
        }

    /// The value itself.
    /// (identity 1)
    /// ;=> 1
    "identity" (_cx, x: Value) => { Ok(x) }

    /// A function that always gives this value.
    /// ((constantly 1) 2 3)
    /// ;=> 1
    "constantly" (_cx, x: Value) => {
        Ok(native("constantly", vec![x], |_, held, _| Ok(held.first().cloned().unwrap_or_default())))
    }

    /// A function that calls the last function and gives its value to the one before, and so on.
    /// ((comp inc count) [1 2])
    /// ;=> 3
    "comp" (cx; functions) => {
        if functions.is_empty() {
            let identity = super::registry().find("identity").map(|identity| Function::Builtin(identity).into());
            return Ok(identity.unwrap_or_default());
        }
        cx.spend(functions.len() as u64)?;
        Ok(native("comp", functions.into_vec(), composed))
    }

    /// A function with the first arguments filled in.
    /// ((partial + 1) 2)
    /// ;=> 3
    "partial" (_cx, f: Callable; arguments) => {
        let held = std::iter::once(f.0).chain(arguments).collect();
        Ok(native("partial", held, |cx, held, more| {
            let Some((function, first)) = held.split_first() else { return Ok(Value::Nil) };
            let arguments = first.iter().cloned().chain(more).collect();
            cx.call(function, arguments)
        }))
    }

    /// A function that gives true where this one gives nil or false.
    /// ((complement nil?) 1)
    /// ;=> true
    "complement" (_cx, f: Callable) => {
        Ok(native("complement", vec![f.0], |cx, held, arguments| {
            let Some(function) = held.first() else { return Ok(Value::Nil) };
            cx.call(function, arguments).map(|value| Value::Bool(!value.is_truthy()))
        }))
    }

    /// A function that gives a vector of what each function gives.
    /// ((juxt first count) [7 8])
    /// ;=> [7 2]
    "juxt" (_cx, f: Callable; more) => {
        let held = std::iter::once(f.0).chain(more).collect();
        Ok(native("juxt", held, |cx, held, arguments| {
            let mut values = Vec::with_capacity(held.len());
            for function in held {
                values.push(cx.call(function, arguments.clone())?);
            }
            Ok(Value::vector(values))
        }))
    }

    /// Whether the value is nil or false.
    /// (not nil)
    /// ;=> true
    "not" (_cx, x: Value) => { Ok(Value::Bool(!x.is_truthy())) }

    /// A lazy sequence from a function without parameters; what `lazy-seq` is made of.
    "%lazy-seq" (_cx, thunk: Value) => { Ok(Lazy::thunk(thunk)) }

    /// One function of a `letfn`.
    "%member" (_cx, group: Value, index: usize) => {
        Ok(match &group {
            Value::Function(function) => match &**function {
                Function::Closure(closure) => Function::Closure(crate::lisp::value::Closure {
                    template: closure.template.clone(),
                    captures: closure.captures.clone(),
                    member: index,
                })
                .into(),
                Function::Builtin(_) | Function::Native { .. } | Function::Step { .. } => group,
            },
            _ => group,
        })
    }
}
