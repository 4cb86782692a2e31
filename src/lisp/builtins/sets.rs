//! Sets, and relations: sets of maps.

use super::builtins;
use crate::lisp::ops::change::conj;
use crate::lisp::ops::lookup::{charge, contains};
use crate::lisp::ops::sets::{build, disj, remove, to_change};
use crate::lisp::ops::{change, lookup, maps};
use crate::lisp::value::{Args, Callable, Context, Iter, Map, Result, Set, Value, collect, type_error};
use std::sync::Arc;

/// The number of items of a collection that set functions take.
fn count(name: &'static str, coll: &Value) -> Result<usize> {
    coll.known_count().ok_or_else(|| type_error(name, "sets", coll))
}

/// Sequences that are still lazy are realised, so that they can be counted.
fn realised(cx: &mut dyn Context, coll: Value) -> Result<Value> {
    match coll {
        Value::Lazy(_) => collect(coll, cx).map(Value::seq),
        other => Ok(other),
    }
}

/// Folds a function of two sets over many; none give `without`.
fn fold(
    cx: &mut dyn Context,
    sets: Args,
    without: Value,
    two: fn(&mut dyn Context, Value, Value) -> Result<Value>,
) -> Result<Value> {
    let mut sets = sets.into_iter();
    let Some(mut total) = sets.next() else { return Ok(without) };
    for set in sets {
        let (a, b) = (realised(cx, total)?, realised(cx, set)?);
        total = two(cx, a, b)?;
    }
    Ok(total)
}

fn union(cx: &mut dyn Context, a: Value, b: Value) -> Result<Value> {
    let (mut target, more) = if count("union", &a)? < count("union", &b)? { (b, a) } else { (a, b) };
    let mut more = Iter::new(more)?;
    while let Some(item) = more.next(cx)? {
        target = conj(cx, target, item)?;
    }
    Ok(target)
}

fn intersection(cx: &mut dyn Context, a: Value, b: Value) -> Result<Value> {
    let (few, many) = if count("intersection", &b)? < count("intersection", &a)? { (b, a) } else { (a, b) };
    keep(cx, "intersection", few, &mut |cx, item| contains(cx, &many, item))
}

fn difference(cx: &mut dyn Context, a: Value, b: Value) -> Result<Value> {
    if count("difference", &a)? < count("difference", &b)? {
        return keep(cx, "difference", a, &mut |cx, item| contains(cx, &b, item).map(|there| !there));
    }
    let mut kept = a;
    let mut gone = Iter::new(b)?;
    while let Some(item) = gone.next(cx)? {
        kept = match kept {
            Value::Set(mut set) => {
                cx.spend(1)?;
                remove(cx, &mut set, &item)?;
                Value::Set(set)
            }
            Value::Nil => return Ok(Value::Nil),
            other => return Err(type_error("difference", "sets", &other)),
        };
    }
    Ok(kept)
}

/// A set without the items for which the answer is no.
fn keep(
    cx: &mut dyn Context,
    name: &'static str,
    coll: Value,
    wanted: &mut dyn FnMut(&mut dyn Context, &Value) -> Result<bool>,
) -> Result<Value> {
    let items: Vec<Value> = match &coll {
        Value::Set(set) => set.iter().collect(),
        Value::Nil => return Ok(Value::Nil),
        _ => collect(coll.clone(), cx)?,
    };
    let mut kept = coll;
    for item in items {
        cx.spend(1)?;
        if wanted(cx, &item)? {
            continue;
        }
        kept = match kept {
            Value::Set(mut set) => {
                remove(cx, &mut set, &item)?;
                Value::Set(set)
            }
            other => return Err(type_error(name, "sets", &other)),
        };
    }
    Ok(kept)
}

fn is_subset(cx: &mut dyn Context, name: &'static str, a: Value, b: Value) -> Result<bool> {
    let (a, b) = (realised(cx, a)?, realised(cx, b)?);
    if count(name, &a)? > count(name, &b)? {
        return Ok(false);
    }
    let mut items = Iter::new(a)?;
    while let Some(item) = items.next(cx)? {
        cx.spend(1)?;
        if !contains(cx, &b, &item)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The map with keys called otherwise.
fn rename_keys(cx: &mut dyn Context, name: &'static str, map: &Value, names: &Value) -> Result<Value> {
    let names = match names {
        Value::Map(names) => names.clone(),
        Value::Nil => return Ok(map.clone()),
        other => return Err(type_error(name, "a map of old to new keys", other)),
    };
    let mut renamed = match map {
        Value::Nil => return Ok(Value::Nil),
        Value::Map(map) => map.clone(),
        other => return Err(type_error(name, "a map", other)),
    };
    for old in names.keys() {
        cx.spend(1)?;
        maps::remove(cx, &mut renamed, old)?;
    }
    let mut renamed = Value::Map(renamed);
    for (old, new) in names.iter() {
        if let Some((_, value)) = lookup::find_entry(cx, map, &old)? {
            renamed = change::assoc(cx, renamed, new, value)?;
        }
    }
    Ok(renamed)
}

/// The maps of a relation by what they have under some keys.
fn index(cx: &mut dyn Context, relation: Value, keys: &[Value]) -> Result<Map> {
    let mut index = Map::default();
    for item in collect(relation, cx)? {
        let group = lookup::select(cx, &item, keys)?;
        charge(cx, &group)?;
        charge(cx, &item)?;
        let mut set = match index.take(&group) {
            Some(Value::Set(set)) => set,
            _ => Arc::default(),
        };
        to_change(cx, &mut set)?.insert(item);
        index.insert(group, Value::Set(set));
    }
    Ok(index)
}

fn inverted(cx: &mut dyn Context, map: &Value) -> Result<Map> {
    let mut inverted = Map::default();
    match map {
        Value::Nil => {}
        Value::Map(map) => {
            for (key, value) in map.iter() {
                charge(cx, &value)?;
                inverted.insert(value, key);
            }
        }
        other => return Err(type_error("map-invert", "a map", other)),
    }
    Ok(inverted)
}

/// Each map of `many` merged onto those of `index` that fit it; `group` says under which key of the index they are.
fn join(
    cx: &mut dyn Context,
    index: &Map,
    many: Value,
    group: &mut dyn FnMut(&mut dyn Context, &Value) -> Result<Value>,
) -> Result<Value> {
    let mut joined = Set::default();
    for item in collect(many, cx)? {
        cx.spend(1)?;
        let group = group(cx, &item)?;
        charge(cx, &group)?;
        let Some(Value::Set(found)) = index.get(&group) else { continue };
        for other in found.iter() {
            let merged = conj(cx, other, item.clone())?;
            charge(cx, &merged)?;
            joined.insert(merged);
        }
    }
    Value::from(joined).within_nesting()
}

/// The keys of the first map of a relation.
fn first_keys(relation: &Value, cx: &mut dyn Context) -> Result<Option<Vec<Value>>> {
    Ok(match Iter::new(relation.clone())?.next(cx)? {
        None => None,
        Some(Value::Map(map)) => Some(map.keys().cloned().collect()),
        Some(Value::Nil) => Some(Vec::new()),
        Some(other) => return Err(type_error("join", "sets of maps", &other)),
    })
}

builtins! { Sets;
    /// A set of the items of a collection.
    /// (set [1 2 1])
    /// ;=> #{1 2}
    "set" (cx, coll: Value) => {
        match coll {
            Value::Set(_) => change::described(cx, coll, None),
            other => {
                let items = collect(other, cx)?;
                build(cx, Set::default(), items)
            }
        }
    }

    /// A set of the arguments.
    /// (hash-set 1 2 1)
    /// ;=> #{1 2}
    "hash-set" (cx; items) => { build(cx, Set::default(), items) }

    /// The set without the items.
    /// (disj #{1 2 3} 2)
    /// ;=> #{1 3}
    "disj"
        (_cx, set: Value) => { Ok(set) }
        (cx, set: Value; items) => { disj(cx, set, items) }

    /// All items of all sets.
    /// (clojure.set/union #{1 2} #{2 3})
    /// ;=> #{1 2 3}
    "clojure.set/union" (cx; sets) => { fold(cx, sets, Value::set([]), union) }

    /// The items that are in every set.
    /// (clojure.set/intersection #{1 2 3} #{2 3 4})
    /// ;=> #{2 3}
    "clojure.set/intersection" (cx, set: Value; sets) => {
        fold(cx, std::iter::once(set).chain(sets).collect(), Value::Nil, intersection)
    }

    /// The items of the first set that are in none of the others.
    /// (clojure.set/difference #{1 2 3} #{2} #{3})
    /// ;=> #{1}
    "clojure.set/difference" (cx, set: Value; sets) => {
        fold(cx, std::iter::once(set).chain(sets).collect(), Value::Nil, difference)
    }

    /// Whether every item of the first set is in the second.
    /// (clojure.set/subset? #{1} #{1 2})
    /// ;=> true
    "clojure.set/subset?" => "bool" (cx, a: Value, b: Value) => { is_subset(cx, "subset?", a, b).map(Value::from) }

    /// Whether every item of the second set is in the first.
    /// (clojure.set/superset? #{1 2} #{1})
    /// ;=> true
    "clojure.set/superset?" => "bool"
        (cx, a: Value, b: Value) => { is_subset(cx, "superset?", b, a).map(Value::from) }

    /// The set of the items for which the predicate is truthy.
    /// (clojure.set/select odd? #{1 2 3})
    /// ;=> #{1 3}
    "clojure.set/select" (cx, pred: Callable, set: Value) => {
        keep(cx, "select", set, &mut |cx, item| cx.call1(&pred, item.clone()).map(|answer| answer.is_truthy()))
    }

    /// A set of the maps with only these keys.
    /// (clojure.set/project #{{:a 1 :b 2} {:a 1 :b 3}} [:a])
    /// ;=> #{{:a 1}}
    "clojure.set/project" (cx, relation: Value, keys: Value) => {
        let keys = collect(keys, cx)?;
        let meta = relation.meta().cloned();
        let mut projected = Vec::new();
        for item in collect(relation, cx)? {
            projected.push(lookup::select(cx, &item, &keys)?);
        }
        Ok(build(cx, Set::default(), projected)?.with_meta(meta))
    }

    /// A set of the maps of two relations, merged where they agree: on the keys they share, or as a map of keys says.
    /// (clojure.set/join #{{:id 1 :name "Ann"}} #{{:id 1 :age 30}})
    /// ;=> #{{:id 1, :name "Ann", :age 30}}
    /// (clojure.set/join #{{:id 1}} #{{:owner 1 :pet "cat"}} {:id :owner})
    /// ;=> #{{:id 1, :owner 1, :pet "cat"}}
    "clojure.set/join"
        (cx, a: Value, b: Value) => {
            let (a, b) = (realised(cx, a)?, realised(cx, b)?);
            let (Some(of_a), Some(of_b)) = (first_keys(&a, cx)?, first_keys(&b, cx)?) else {
                return Ok(Value::set([]));
            };
            let of_b = build(cx, Set::default(), of_b)?;
            let mut shared = Vec::new();
            for key in of_a {
                if contains(cx, &of_b, &key)? {
                    shared.push(key);
                }
            }
            let (few, many) = if count("join", &a)? <= count("join", &b)? { (a, b) } else { (b, a) };
            let index = index(cx, few, &shared)?;
            join(cx, &index, many, &mut |cx, item| lookup::select(cx, item, &shared))
        }
        (cx, a: Value, b: Value, names: Value) => {
            let (a, b) = (realised(cx, a)?, realised(cx, b)?);
            let swapped = inverted(cx, &names)?;
            let (few, many, names) = if count("join", &a)? <= count("join", &b)? {
                (a, b, Value::from(swapped))
            } else {
                (b, a, names)
            };
            let Value::Map(map) = &names else { return Err(type_error("join", "a map of keys", &names)) };
            let (from, to): (Vec<Value>, Vec<Value>) = map.iter().unzip();
            let index = index(cx, few, &to)?;
            join(cx, &index, many, &mut |cx, item| {
                let own = lookup::select(cx, item, &from)?;
                rename_keys(cx, "join", &own, &names)
            })
        }

    /// The relation with keys of its maps called otherwise.
    /// (clojure.set/rename #{{:a 1}} {:a :b})
    /// ;=> #{{:b 1}}
    "clojure.set/rename" (cx, relation: Value, names: Value) => {
        let meta = relation.meta().cloned();
        let mut renamed = Vec::new();
        for item in collect(relation, cx)? {
            renamed.push(rename_keys(cx, "rename", &item, &names)?);
        }
        Ok(build(cx, Set::default(), renamed)?.with_meta(meta))
    }

    /// The map with keys called otherwise.
    /// (clojure.set/rename-keys {:a 1 :b 2} {:a :x})
    /// ;=> {:b 2, :x 1}
    "clojure.set/rename-keys" (cx, map: Value, names: Value) => { rename_keys(cx, "rename-keys", &map, &names) }

    /// The maps of a relation as sets, by what they have under some keys.
    /// (clojure.set/index #{{:a 1 :b 2} {:a 1 :b 3}} [:a])
    /// ;=> {{:a 1} #{{:a 1, :b 2} {:a 1, :b 3}}}
    "clojure.set/index" (cx, relation: Value, keys: Value) => {
        let keys = collect(keys, cx)?;
        index(cx, relation, &keys).map(Value::from)?.within_nesting()
    }

    /// The map with its values as keys and its keys as values.
    /// (clojure.set/map-invert {:a 1 :b 2})
    /// ;=> {1 :a, 2 :b}
    "clojure.set/map-invert" (cx, map: Value) => { inverted(cx, &map).map(Value::from)?.within_nesting() }
}
