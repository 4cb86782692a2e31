//! State: atoms, volatiles, delays, and what functions remember.

use super::lookup::{charge, index};
use crate::lisp::value::{Args, Atom, Context, Fault, Function, Result, Value, args, equal};
use std::sync::Arc;

/// Asks the validator of an atom whether it may hold a value.
pub(crate) fn validate(cx: &mut dyn Context, validator: Option<&Value>, value: &Value) -> Result<()> {
    match validator {
        Some(validator) if !cx.call1(validator, value.clone())?.is_truthy() => {
            let fault = Fault::value("Invalid reference state").class("IllegalStateException");
            Err(fault.hint(format!("the atom's :validator refused {}", value.describe())).into())
        }
        _ => Ok(()),
    }
}

/// `(swap! a update k (fnil conj []) x)` is three functions deep.
const LEVELS: u8 = 4;

/// Keys heavier than this are not looked up beforehand.
const LIGHT: u64 = 64;

/// Changes what an atom or volatile holds and gives the new value.
pub(crate) fn swap(cx: &mut dyn Context, atom: &Arc<Atom>, f: &Value, more: Args) -> Result<Value> {
    if atom.is_unwatched() && is_sure(f, &atom.get(), &more, LEVELS) {
        let old = cx.write(atom, Value::Nothing);
        let new = cx.call(f, args([old]).into_iter().chain(more).collect())?;
        cx.write(atom, new.clone());
        return Ok(new);
    }
    exchange(cx, atom, f, &more).map(|(_, new)| new)
}

/// Changes what an atom or volatile holds and gives the old and the new value.
pub(crate) fn exchange(cx: &mut dyn Context, atom: &Arc<Atom>, f: &Value, more: &Args) -> Result<(Value, Value)> {
    loop {
        let old = atom.get();
        let arguments: Args = args([old.clone()]).into_iter().chain(more.iter().cloned()).collect();
        let new = cx.call(f, arguments)?;
        validate(cx, atom.validator().as_ref(), &new)?;
        if is_unchanged(cx, &atom.get(), &old)? {
            put(cx, atom, new.clone())?;
            return Ok((old, new));
        }
        cx.spend(1)?;
    }
}

/// Replaces what an atom holds, tells those who watch it, and gives what it held.
pub(crate) fn put(cx: &mut dyn Context, atom: &Arc<Atom>, new: Value) -> Result<Value> {
    let Some(watches) = atom.watches() else { return Ok(cx.write(atom, new)) };
    let old = cx.write(atom, new.clone());
    for (key, watch) in watches.iter() {
        cx.call(&watch, args([key, Value::Atom(atom.clone()), old.clone(), new.clone()]))?;
    }
    Ok(old)
}

/// Whether an atom holds what it held before. An equal value will do: nobody could tell the difference.
fn is_unchanged(cx: &mut dyn Context, now: &Value, before: &Value) -> Result<bool> {
    if is_same(now, before) {
        return Ok(true);
    }
    if now.extent().lazy || before.extent().lazy {
        return Ok(false);
    }
    cx.spend(now.weight().min(before.weight()))?;
    Ok(equal(now, before))
}

/// Whether two values are the very same one, not only equal.
pub(crate) fn is_same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Vector(a), Value::Vector(b)) => Arc::ptr_eq(a, b),
        (Value::Seq(a), Value::Seq(b)) => Arc::ptr_eq(a, b),
        (Value::Lazy(a), Value::Lazy(b)) => Arc::ptr_eq(a, b),
        (Value::Map(a), Value::Map(b)) => Arc::ptr_eq(a, b),
        (Value::Set(a), Value::Set(b)) => Arc::ptr_eq(a, b),
        (Value::Float(a), Value::Float(b)) => a.get().to_bits() == b.get().to_bits(),
        (Value::Int(a), Value::Int(b)) => a == b,
        (Value::Int(_) | Value::Float(_), _) | (_, Value::Int(_) | Value::Float(_)) => false,
        // What is left compares by identity or has none of its own.
        (a, b) => !a.is_sequential() && !b.is_sequential() && equal(a, b),
    }
}

/// Whether a function given `target` and these arguments surely gives a value, without running code of the program.
/// Functions within functions are looked at `levels` deep.
fn is_sure(f: &Value, target: &Value, more: &[Value], levels: u8) -> bool {
    let (Value::Function(function), Some(levels)) = (f, levels.checked_sub(1)) else { return false };
    let builtin = match &**function {
        Function::Builtin(builtin) => builtin.name,
        Function::Native { name: "fnil", held, .. } => {
            return match held.as_slice() {
                [inner, default] => is_sure(inner, if target.is_nil() { default } else { target }, more, levels),
                _ => false,
            };
        }
        Function::Closure(_) | Function::Native { .. } | Function::Step { .. } => return false,
    };
    let is_plain = more.iter().all(|value| !value.extent().lazy);
    match (builtin, target, more) {
        ("inc" | "dec", Value::Int(_), []) => true,
        ("+" | "-", Value::Int(_), [Value::Int(_)]) => true,
        ("conj", Value::Vector(_) | Value::Nil | Value::Seq(_), [_, ..]) => true,
        ("conj", Value::Set(set), [_, ..]) => is_plain && set.as_sorted().is_none(),
        ("conj", Value::Map(map), [Value::Vector(pair)]) => is_plain && pair.len() == 2 && map.sorting().is_none(),
        ("disj", Value::Set(set), [_, ..]) => is_plain && set.as_sorted().is_none(),
        ("dissoc", Value::Map(map), [_, ..]) => is_plain && map.sorting().is_none(),
        ("assoc", Value::Nil, [_, _]) => is_plain,
        ("assoc", Value::Map(map), [_, _, ..]) => is_plain && more.len().is_multiple_of(2) && map.sorting().is_none(),
        ("assoc", Value::Vector(items), [at, _]) => index(at).is_some_and(|at| at <= items.len()),
        ("update", Value::Nil | Value::Map(_), [key, inner, more @ ..]) => {
            is_plain && inside(target, key, |value| is_sure(inner, value, more, levels))
        }
        ("update-in", Value::Nil | Value::Map(_), [Value::Vector(path), inner, more @ ..]) => {
            is_plain && !path.is_empty() && along(target, path.iter(), &mut |value| is_sure(inner, value, more, levels))
        }
        ("assoc-in", Value::Nil | Value::Map(_), [Value::Vector(path), _]) => {
            is_plain && !path.is_empty() && along(target, path.iter(), &mut |_| true)
        }
        _ => false,
    }
}

/// Whether something holds of what is under a key of a map; no for sorted maps and heavy keys.
fn inside(target: &Value, key: &Value, holds: impl FnOnce(&Value) -> bool) -> bool {
    match target {
        Value::Nil => holds(&Value::Nil),
        Value::Map(map) if map.sorting().is_none() && key.weight() <= LIGHT => {
            holds(map.get(key).unwrap_or(&Value::Nil))
        }
        _ => false,
    }
}

/// Whether something holds of what lies at the end of a path through maps.
fn along<'a>(target: &Value, mut path: impl Iterator<Item = &'a Value>, holds: &mut dyn FnMut(&Value) -> bool) -> bool {
    // Longer paths are rare; looking along one must not take longer than walking it.
    let mut value = target.clone();
    for _ in 0..16 {
        let Some(key) = path.next() else { return holds(&value) };
        let mut inner = Value::Nil;
        if !inside(&value, key, |found| {
            inner = found.clone();
            true
        }) {
            return false;
        }
        value = inner;
    }
    false
}

/// What a memoized function gives: from its cache, an atom with a map from arguments to values, or made now.
pub(crate) fn remembered(cx: &mut dyn Context, held: &[Value], arguments: Args) -> Result<Value> {
    let [function, Value::Atom(cache)] = held else { return Ok(Value::Nil) };
    let key = Value::vector(arguments.to_vec());
    charge(cx, &key)?;
    if let Value::Map(known) = cache.get()
        && let Some(value) = known.get(&key)
    {
        return Ok(value.clone());
    }
    let value = cx.call(function, arguments)?;
    // Nothing of the program runs while the map is out of the cache.
    if let Value::Map(mut known) = cx.write(cache, Value::Nothing) {
        Arc::make_mut(&mut known).insert(key, value.clone());
        cx.write(cache, Value::Map(known));
    }
    Ok(value)
}
