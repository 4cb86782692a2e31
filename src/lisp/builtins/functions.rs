//! Functions of functions.

use super::builtins;
use crate::lisp::ops::splice;
use crate::lisp::value::{Args, Callable, Context, Function, Lazy, Result, Value, arity_error, native};

fn composed(cx: &mut dyn Context, functions: &[Value], arguments: Args) -> Result<Value> {
    let Some((last, before)) = functions.split_last() else { return Ok(Value::Nil) };
    let mut value = cx.call(last, arguments)?;
    for function in before.iter().rev() {
        cx.spend(1)?;
        value = cx.call1(function, value)?;
    }
    Ok(value)
}

/// `fnil`: the function with defaults in the place of arguments that are nil.
fn with_defaults(cx: &mut dyn Context, held: &[Value], mut arguments: Args) -> Result<Value> {
    let Some((function, defaults)) = held.split_first() else { return Ok(Value::Nil) };
    if arguments.len() < defaults.len() {
        let takes = format!("at least {}, one for each default", defaults.len());
        return Err(arity_error("a function of fnil", arguments.len(), takes));
    }
    for (argument, default) in arguments.iter_mut().zip(defaults) {
        if argument.is_nil() {
            argument.clone_from(default);
        }
    }
    cx.call(function, arguments)
}

/// The first answer of predicates that is truthy, or that is not, else the last one.
///
/// As in Clojure each predicate is asked about the first three arguments, then all are asked about each of the others.
fn first_answer(
    cx: &mut dyn Context,
    predicates: &[Value],
    arguments: &[Value],
    wanted: bool,
) -> Result<Option<Value>> {
    let (first, others) = arguments.split_at(arguments.len().min(3));
    let ahead = predicates.iter().flat_map(|predicate| first.iter().map(move |argument| (predicate, argument)));
    let behind = others.iter().flat_map(|argument| predicates.iter().map(move |predicate| (predicate, argument)));
    let mut last = None;
    for (predicate, argument) in ahead.chain(behind) {
        cx.spend(1)?;
        let answer = cx.call1(predicate, argument.clone())?;
        if answer.is_truthy() == wanted {
            return Ok(Some(answer));
        }
        last = Some(answer);
    }
    Ok(last)
}

builtins! { Functions;
    /// The value of a function with the items of the last argument as its last arguments.
    /// (apply + 1 [2 3])
    /// ;=> 6
    "apply" by Apply (cx, f: Callable, arguments: Value) => {
            if !arguments.is_eager() && splice::is_concat(&f) {
                return splice::concat_all(cx, arguments);
            }
            cx.call_with_rest(&f, Args::new(), arguments)
        }
        (cx, f: Callable, first: Value; more) => {
            let mut arguments: Args = std::iter::once(first).chain(more).collect();
            let last = arguments.pop().unwrap_or_default();
            cx.call_with_rest(&f, arguments, last)
        }

    /// The value itself.
    /// (identity 1)
    /// ;=> 1
    "identity" => "a -> a" (_cx, x: Value) => { Ok(x) }

    /// A function that always gives this value.
    /// ((constantly 1) 2 3)
    /// ;=> 1
    "constantly" by Constantly (_cx, x: Value) => {
        Ok(native("constantly", vec![x], |_, held, _| Ok(held.first().cloned().unwrap_or_default())))
    }

    /// A function that calls the last function and gives its value to the one before, and so on.
    /// ((comp inc count) [1 2])
    /// ;=> 3
    "comp" by Comp (cx; functions) => {
        if functions.is_empty() {
            let identity = super::registry().find("identity").map(|identity| Function::Builtin(identity).into());
            return Ok(identity.unwrap_or_default());
        }
        if let [function] = functions.as_slice() {
            return Ok(function.clone());
        }
        cx.spend(functions.len() as u64)?;
        Ok(native("comp", functions.into_vec(), composed))
    }

    /// A function with the first arguments filled in.
    /// ((partial + 1) 2)
    /// ;=> 3
    "partial" by Partial (_cx, f: Value; arguments) => {
        if arguments.is_empty() {
            return Ok(f);
        }
        let held = std::iter::once(f).chain(arguments).collect();
        Ok(native("partial", held, |cx, held, more| {
            let Some((function, first)) = held.split_first() else { return Ok(Value::Nil) };
            let arguments = first.iter().cloned().chain(more).collect();
            cx.call(function, arguments)
        }))
    }

    /// A function that gives true where this one gives nil or false.
    /// ((complement nil?) 1)
    /// ;=> true
    "complement" by Complement (_cx, f: Value) => {
        Ok(native("complement", vec![f], |cx, held, arguments| {
            let Some(function) = held.first() else { return Ok(Value::Nil) };
            cx.call(function, arguments).map(|value| Value::from(!value.is_truthy()))
        }))
    }

    /// A function that gives a vector of what each function gives.
    /// ((juxt first count) [7 8])
    /// ;=> [7 2]
    "juxt" by Juxt (_cx, f: Value; more) => {
        let held = std::iter::once(f).chain(more).collect();
        Ok(native("juxt", held, |cx, held, arguments| {
            let mut values = Vec::with_capacity(held.len());
            for function in held {
                values.push(cx.call(function, arguments.clone())?);
            }
            Ok(Value::vector(values))
        }))
    }

    /// A function that gives these defaults to the first arguments where they are nil.
    /// (update {} :n (fnil inc 0))
    /// ;=> {:n 1}
    "fnil"
        (_cx, f: Value, a: Value) => { Ok(native("fnil", vec![f, a], with_defaults)) }
        (_cx, f: Value, a: Value, b: Value) => { Ok(native("fnil", vec![f, a, b], with_defaults)) }
        (_cx, f: Value, a: Value, b: Value, c: Value) => { Ok(native("fnil", vec![f, a, b, c], with_defaults)) }

    /// A function that says whether all predicates hold of all its arguments.
    /// ((every-pred odd? pos?) 1 3)
    /// ;=> true
    "every-pred" by Complement (_cx, pred: Value; more) => {
        let held = std::iter::once(pred).chain(more).collect();
        Ok(native("every-pred", held, |cx, held, arguments| {
            let refused = first_answer(cx, held, &arguments, false)?;
            Ok(Value::from(refused.is_none_or(|answer| answer.is_truthy())))
        }))
    }

    /// A function that gives the first truthy value of any predicate for any of its arguments.
    /// ((some-fn :nick :name) {:name "Ann"})
    /// ;=> "Ann"
    "some-fn" by SomeFn (_cx, pred: Value; more) => {
        let held = std::iter::once(pred).chain(more).collect();
        Ok(native("some-fn", held, |cx, held, arguments| {
            first_answer(cx, held, &arguments, true).map(Option::unwrap_or_default)
        }))
    }

    /// Calls the function, then what it gives as long as that is a function.
    /// (trampoline (fn down [n] (if (pos? n) #(down (dec n)) :done)) 1000)
    /// ;=> :done
    "trampoline" (cx, f: Callable; arguments) => {
        let mut value = cx.call(&f, arguments)?;
        while let Value::Function(_) = value {
            cx.spend(1)?;
            value = cx.call(&value, Args::new())?;
        }
        Ok(value)
    }

    /// Whether the value is nil or false.
    /// (not nil)
    /// ;=> true
    "not" => "bool" ? "to negate several use (not (or a b)); to compare use not="
        (_cx, x: Value) => { Ok(Value::from(!x.is_truthy())) }

    /// A lazy sequence from a function without parameters; what `lazy-seq` is made of.
    "%lazy-seq" (_cx, thunk: Value) => { Ok(Lazy::thunk(thunk)) }

    /// One function of a `letfn`.
    "%member" by Member (_cx, group: Value, index: usize) => {
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
