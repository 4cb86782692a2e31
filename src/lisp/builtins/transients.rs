//! Transients: collections that are changed in place until they are made persistent again.

use super::builtins;
use crate::lisp::ops::change::{assoc, conj};
use crate::lisp::ops::lookup::usable;
use crate::lisp::ops::{change, maps, sets};
use crate::lisp::text::ErrorKind;
use crate::lisp::value::{Args, Atom, AtomKind, Context, Fault, Hint, Result, Value, Vector, What, type_error};
use std::sync::Arc;

/// The transient that a value must be.
fn transient(name: &'static str, value: &Value) -> Result<Arc<Atom>> {
    match value {
        Value::Atom(atom) if atom.kind == AtomKind::Transient => Ok(atom.clone()),
        other => {
            let what = What::needs(name, "a transient", other);
            let hint: Hint = match name.trim_end_matches('!') {
                "persistent" => "only what (transient coll) gave is made persistent".into(),
                plain => format!("({plain} coll …) works on any collection; (transient coll) makes a transient").into(),
            };
            Err(Fault::new(ErrorKind::Type, "ClassCastException", what).hint(hint).into())
        }
    }
}

/// Changes what a transient holds. It is taken out meanwhile, so that nobody else holds it and it changes in place; `safe`
/// says whether the change cannot fail, otherwise what was there is kept to be put back.
fn change(
    cx: &mut dyn Context,
    name: &'static str,
    target: Value,
    safe: impl FnOnce(&Value) -> bool,
    change: impl FnOnce(&mut dyn Context, Value) -> Result<Value>,
) -> Result<Value> {
    let atom = transient(name, &target)?;
    let old = usable(cx.write(&atom, Value::Nothing))?;
    let kept = if safe(&old) { None } else { Some(old.clone()) };
    match change(cx, old) {
        Ok(new) => {
            cx.write(&atom, new);
            Ok(target)
        }
        Err(raise) => {
            if let Some(kept) = kept {
                cx.write(&atom, kept);
            }
            Err(raise)
        }
    }
}

/// Whether a key can be hashed without running code of the program.
fn plain(key: &Value) -> bool {
    !key.extent().lazy
}

builtins! { State;
    /// A transient of a vector, map or set: `conj!`, `assoc!` and their kin change it in place.
    ///
    /// Ordinary collections that nobody else holds are changed in place, too: transients are no faster.
    /// (persistent! (conj! (transient [1]) 2))
    /// ;=> [1 2]
    "transient" (cx, coll: Value) => {
        let sorted = match &coll {
            Value::Map(map) => map.sorting().is_some(),
            Value::Set(set) => set.as_sorted().is_some(),
            Value::Vector(_) => false,
            other => return Err(type_error("transient", "a vector, map or set", other)),
        };
        if sorted {
            let what = What::needs("transient", "an unsorted collection", &coll);
            return Err(Fault::new(ErrorKind::Type, "ClassCastException", what).into());
        }
        let coll = change::described(cx, coll, None)?;
        Ok(cx.make_atom(AtomKind::Transient, coll))
    }

    /// The collection of a transient, which cannot be used any more.
    /// (persistent! (assoc! (transient {}) :a 1))
    /// ;=> {:a 1}
    "persistent!" (cx, coll: Value) => {
        let atom = transient("persistent!", &coll)?;
        usable(cx.write(&atom, Value::Nothing))
    }

    /// The transient with an item put in.
    /// (persistent! (reduce conj! (transient #{}) [1 2 1]))
    /// ;=> #{1 2}
    "conj!"
        (cx) => { Ok(cx.make_atom(AtomKind::Transient, Value::vector(Vec::new()))) }
        (_cx, coll: Value) => { Ok(coll) }
        (cx, coll: Value, item: Value) => {
            let (is_plain, is_entry) = (plain(&item), matches!(&item, Value::Vector(pair) if pair.len() == 2));
            let safe = |held: &Value| match held {
                Value::Vector(_) => true,
                Value::Map(_) => is_plain && is_entry,
                _ => is_plain,
            };
            change(cx, "conj!", coll, safe, |cx, held| conj(cx, held, item))
        }

    /// The transient with values under keys.
    /// (persistent! (assoc! (transient [1 2]) 0 :a))
    /// ;=> [:a 2]
    "assoc!"
        (cx, coll: Value, key: Value, value: Value) => {
            let is_plain = plain(&key);
            let safe = |held: &Value| is_plain && matches!(held, Value::Map(_));
            change(cx, "assoc!", coll, safe, |cx, held| assoc(cx, held, key, value))
        }
        (cx, coll: Value, key: Value, value: Value; more) => {
            change(cx, "assoc!", coll, |_| false, |cx, held| {
                let held = assoc(cx, held, key, value)?;
                change::assoc_all(cx, held, more)
            })
        }

    /// The transient map without the keys.
    /// (persistent! (dissoc! (transient {:a 1 :b 2}) :a))
    /// ;=> {:b 2}
    "dissoc!" (cx, map: Value, key: Value; more) => {
        let keys: Args = std::iter::once(key).chain(more).collect();
        let is_plain = keys.iter().all(plain);
        let safe = |held: &Value| is_plain && matches!(held, Value::Map(_));
        change(cx, "dissoc!", map, safe, |cx, held| match held {
            Value::Map(mut map) => {
                for key in keys {
                    cx.spend(1)?;
                    maps::remove(cx, &mut map, &key)?;
                }
                Ok(Value::Map(map))
            }
            other => Err(type_error("dissoc!", "a transient of a map", &other)),
        })
    }

    /// The transient set without the items.
    /// (persistent! (disj! (transient #{1 2}) 1))
    /// ;=> #{2}
    "disj!"
        (_cx, set: Value) => { Ok(set) }
        (cx, set: Value, item: Value; more) => {
            let items: Args = std::iter::once(item).chain(more).collect();
            let is_plain = items.iter().all(plain);
            let safe = |held: &Value| is_plain && matches!(held, Value::Set(_));
            change(cx, "disj!", set, safe, |cx, held| sets::disj(cx, held, items))
        }

    /// The transient vector without its last item.
    /// (persistent! (pop! (transient [1 2])))
    /// ;=> [1]
    "pop!" (cx, coll: Value) => {
        change(cx, "pop!", coll, |held| matches!(held, Value::Vector(items) if !items.is_empty()), |cx, held| {
            match held {
                Value::Vector(mut items) => {
                    cx.spend(Vector::fork_cost(&items))?;
                    match Vector::make_mut(&mut items).pop() {
                        Some(_) => Ok(Value::Vector(items)),
                        None => Err(Fault::value("pop! needs an item to remove, and the vector is empty")
                            .class("IllegalStateException")
                            .into()),
                    }
                }
                other => Err(type_error("pop!", "a transient of a vector", &other)),
            }
        })
    }
}
