//! Maps: entries, keys, values, merging, and what lies deeper in them.

use super::builtins;
use crate::lisp::ops::change::{assoc, conj_entries, entry, take};
use crate::lisp::ops::lookup::{charge, find, find_entry, select};
use crate::lisp::ops::maps::{build, remove, to_change};
use crate::lisp::ops::stage::function;
use crate::lisp::ops::{change, lookup};
use crate::lisp::text::ErrorKind;
use crate::lisp::value::{
    Args, Callable, Context, Fault, Iter, Map, Result, Value, Vector, What, args, collect, pair, type_error,
};
use std::sync::Arc;

/// What update-vals and update-keys go through: a sequence of entries as a map, anything else as it is.
fn gathered(cx: &mut dyn Context, coll: Value) -> Result<Value> {
    match coll {
        Value::Seq(_) | Value::Lazy(_) => conj_entries(cx, Arc::default(), coll),
        other => Ok(other),
    }
}

/// One side of the entries of a map, or of a sequence of entries.
fn side(cx: &mut dyn Context, name: &'static str, coll: Value, keys: bool) -> Result<Value> {
    let items: Vec<Value> = match coll {
        Value::Map(map) => {
            cx.spend(map.len() as u64)?;
            if keys { map.keys().cloned().collect() } else { map.values().cloned().collect() }
        }
        Value::Seq(_) | Value::Lazy(_) => {
            let mut items = Vec::new();
            for item in collect(coll, cx)? {
                let (key, value) = entry(name, &item)?;
                items.push(if keys { key } else { value });
            }
            items
        }
        other => match other.known_count() {
            Some(0) => Vec::new(),
            Some(_) => return Err(type_error(name, "a map", &other)),
            None => {
                let what = What::needs(name, "a map", &other);
                return Err(Fault::new(ErrorKind::Type, "IllegalArgumentException", what).into());
            }
        },
    };
    Ok(if items.is_empty() { Value::Nil } else { Value::seq(items) })
}

/// The items of a collection of keys; something else is an error that says how it is written.
fn keys(cx: &mut dyn Context, name: &'static str, argument: &'static str, keys: Value) -> Result<Vec<Value>> {
    if matches!(keys, Value::Nil) || keys.is_sequential() || keys.known_count().is_some() {
        return collect(keys, cx);
    }
    let what = What::needs_as(name, "a vector of keys", Some(argument), &keys);
    let fault = Fault::new(ErrorKind::Type, "IllegalArgumentException", what);
    let rest = if name.ends_with("-in") && name != "get-in" { " …" } else { "" };
    Err(fault.hint(format!("write ({name} m [{keys}]{rest})")).into())
}

fn get_in(cx: &mut dyn Context, coll: Value, path: Value) -> Result<Option<Value>> {
    if let Value::Vector(path) = &path {
        return look_in(cx, coll, path.iter());
    }
    let path = keys(cx, "get-in", "path", path)?;
    look_in(cx, coll, path.iter())
}

fn look_in<'a>(cx: &mut dyn Context, coll: Value, path: impl Iterator<Item = &'a Value>) -> Result<Option<Value>> {
    let mut value = coll;
    for key in path {
        cx.spend(1)?;
        match find(cx, &value, key)? {
            Some(inner) => value = inner,
            None => return Ok(None),
        }
    }
    Ok(Some(value))
}

/// A collection with what `change` makes of the value at the end of a path. The values on the way are taken out of their
/// collections, so that all of them may be changed in place.
fn change_in(
    cx: &mut dyn Context,
    coll: Value,
    path: &[Value],
    change: &mut dyn FnMut(&mut dyn Context, Value) -> Result<Value>,
) -> Result<Value> {
    let mut coll = coll;
    let Some((key, deeper)) = path.split_first() else { return change(cx, coll) };
    let old = take(cx, &mut coll, key)?;
    let new = if deeper.is_empty() {
        change(cx, old)?
    } else {
        cx.enter()?;
        let new = change_in(cx, old, deeper, change);
        cx.leave();
        new?
    };
    assoc(cx, coll, key.clone(), new)
}

/// The keys of a path; an empty one leads to the key `nil`, as in Clojure.
fn path(cx: &mut dyn Context, name: &'static str, path: Value) -> Result<Vec<Value>> {
    let path = keys(cx, name, "path", path)?;
    Ok(if path.is_empty() { vec![Value::Nil] } else { path })
}

fn update_in(cx: &mut dyn Context, coll: Value, given: Value, f: &Value, more: &Args) -> Result<Value> {
    let path = path(cx, "update-in", given)?;
    change_in(cx, coll, &path, &mut |cx, old| {
        if more.is_empty() {
            cx.call1(f, old)
        } else {
            cx.call(f, args([old]).into_iter().chain(more.clone()).collect())
        }
    })
}

/// One map with the entries of another, where both have a key with what the function makes of both values.
fn merge_two(cx: &mut dyn Context, f: &Value, target: Value, more: Value) -> Result<Value> {
    let mut target = if target.is_nil() { Value::empty_map() } else { target };
    if !matches!(&more, Value::Nil | Value::Map(_) | Value::Seq(_) | Value::Lazy(_)) {
        return Err(type_error("merge-with", "maps", &more));
    }
    let mut entries = Iter::new(more)?;
    while let Some(item) = entries.next(cx)? {
        cx.spend(1)?;
        let (key, value) = entry("merge-with", &item)?;
        let value = if lookup::contains(cx, &target, &key)? {
            let old = take(cx, &mut target, &key)?;
            cx.call2(f, old, value)?
        } else {
            value
        };
        target = assoc(cx, target, key, value)?;
    }
    Ok(target)
}

builtins! { Maps;
    /// A map of keys and values in turn.
    /// (hash-map :a 1 :b 2)
    /// ;=> {:a 1, :b 2}
    "hash-map" (cx; keyvals) => { build(cx, "hash-map", Map::default(), keyvals) }

    /// A map of keys and values in turn; every map keeps the order of its keys.
    /// (array-map :z 1 :a 2)
    /// ;=> {:z 1, :a 2}
    "array-map" (cx; keyvals) => { build(cx, "array-map", Map::default(), keyvals) }

    /// The keys of a map, in order; nil of an empty one.
    /// (keys {:a 1 :b 2})
    /// ;=> (:a :b)
    "keys" => "[any]" by Keys (cx, map: Value) => { side(cx, "keys", map, true) }

    /// The values of a map, in the order of its keys; nil of an empty one.
    /// (vals {:a 1 :b 2})
    /// ;=> (1 2)
    "vals" => "{a} -> [a]" by Vals (cx, map: Value) => { side(cx, "vals", map, false) }

    /// The key of an entry.
    /// (map key {:a 1 :b 2})
    /// ;=> (:a :b)
    "key" (_cx, entry: Value) => { Ok(self::entry("key", &entry)?.0) }

    /// The value of an entry.
    /// (map val {:a 1 :b 2})
    /// ;=> (1 2)
    "val" by Val (_cx, entry: Value) => { Ok(self::entry("val", &entry)?.1) }

    /// An entry of a map: a vector of a key and a value.
    /// (MapEntry/create :a 1)
    /// ;=> [:a 1]
    "MapEntry/create" (_cx, key: Value, value: Value) => { pair(key, value).within_nesting() }

    /// An entry of a map: a vector of a key and a value.
    /// (MapEntry. :a 1)
    /// ;=> [:a 1]
    "MapEntry." (_cx, key: Value, value: Value) => { pair(key, value).within_nesting() }

    /// The entry of a key, or nil.
    /// (find {:a nil} :a)
    /// ;=> [:a nil]
    /// (find {:a nil} :b)
    /// ;=> nil
    "find" => "tested any -> any" (cx, map: Value, key: Value) => {
        Ok(find_entry(cx, &map, &key)?.map(|(key, value)| pair(key, value)).unwrap_or_default())
    }

    /// The map with the entries of the others; later ones win. A key that is there keeps its place.
    /// (merge {:a 1 :b 2} {:a 3} nil)
    /// ;=> {:a 3, :b 2}
    "merge" by Merge (cx; maps) => {
        if maps.iter().all(|map| !map.is_truthy()) {
            return Ok(Value::Nil);
        }
        let mut maps = maps.into_iter();
        let mut target = maps.next().unwrap_or_default();
        for map in maps {
            let onto = if target.is_truthy() { target } else { Value::empty_map() };
            target = change::conj(cx, onto, map)?;
        }
        Ok(target)
    }

    /// As merge, but where several maps have a key, the function makes one value of them.
    /// (merge-with + {:a 1 :b 2} {:a 10})
    /// ;=> {:a 11, :b 2}
    "merge-with" ? "the function gets the two values of a key: (fn [old new] …)" (cx, f: Value; maps) => {
        let f = function("(merge-with f map & more)", f)?;
        if maps.iter().all(|map| !map.is_truthy()) {
            return Ok(Value::Nil);
        }
        let mut maps = maps.into_iter();
        let mut target = maps.next().unwrap_or_default();
        for map in maps {
            target = merge_two(cx, &f, target, map)?;
        }
        Ok(target)
    }

    /// The entries of a map whose keys are among these.
    /// (select-keys {:a 1 :b 2 :c 3} [:a :c :x])
    /// ;=> {:a 1, :c 3}
    /// (select-keys {:a 1} :a)
    /// ;! 1:1 type-error: select-keys needs a vector of keys as keys, got the keyword :a
    /// ;? write (select-keys m [:a])
    "select-keys" by SelectKeys (cx, map: Value, keys: Value) => {
        let keys = self::keys(cx, "select-keys", "keys", keys)?;
        Ok(select(cx, &map, &keys)?.with_meta_of(&map))
    }

    /// The map without the keys.
    /// (dissoc {:a 1 :b 2} :a)
    /// ;=> {:b 2}
    "dissoc" by Dissoc
        (_cx, map: Value) => { Ok(map) }
        (cx, map: Value; keys) => {
            let mut map = match map {
                Value::Nil => return Ok(Value::Nil),
                Value::Map(map) => map,
                other => return Err(type_error("dissoc", "a map", &other)),
            };
            for key in keys {
                cx.spend(1)?;
                remove(cx, &mut map, &key)?;
            }
            Ok(Value::Map(map))
        }

    /// What lies at the end of a path of keys and indices; nil or the default where nothing does.
    /// (get-in {:a [{:b 1}]} [:a 0 :b])
    /// ;=> 1
    /// (get-in {:a {:b 1}} [:a :c] :none)
    /// ;=> :none
    "get-in" by GetIn
        (cx, coll: Value, path: Value) => { get_in(cx, coll, path).map(Option::unwrap_or_default) }
        (cx, coll: Value, path: Value, default: Value) => { Ok(get_in(cx, coll, path)?.unwrap_or(default)) }

    /// The collection with a value at the end of a path; maps that are missing on the way are made.
    /// (assoc-in {:a {:b 1}} [:a :c] 2)
    /// ;=> {:a {:b 1, :c 2}}
    /// (assoc-in nil [:a :b] 1)
    /// ;=> {:a {:b 1}}
    "assoc-in" by AssocIn (cx, coll: Value, path: Value, value: Value) => {
        let path = self::path(cx, "assoc-in", path)?;
        let mut value = Some(value);
        change_in(cx, coll, &path, &mut |_, _| Ok(value.take().unwrap_or_default()))
    }

    /// The collection with a function's value in the place of what lies at the end of a path.
    /// (update-in {:a {:b 1}} [:a :b] + 10)
    /// ;=> {:a {:b 11}}
    "update-in" by UpdateIn ? "the function gets the value that is there, then the arguments after it"
        (cx, coll: Value, path: Value, f: Callable) => { update_in(cx, coll, path, &f, &Args::new()) }
        (cx, coll: Value, path: Value, f: Callable; more) => { update_in(cx, coll, path, &f, &more) }

    /// The map with a function's value in the place of each value.
    /// (update-vals {:a 1 :b 2} inc)
    /// ;=> {:a 2, :b 3}
    "update-vals" => "{a} (a -> b) -> {b}" ? "the function gets one value: (update-vals m (fn [v] …))"
        (cx, map: Value, f: Value) => {
        let f = function("(update-vals map f)", f)?;
        match gathered(cx, map)? {
            Value::Nil => Ok(Value::empty_map()),
            Value::Map(map) => {
                let mut map = if map.sorting().is_some() { Arc::new(map.iter().collect()) } else { map };
                let changed = to_change(cx, &mut map)?;
                cx.reserve(changed.len().saturating_mul(size_of::<Value>()))?;
                let keys: Vec<Value> = changed.keys().cloned().collect();
                for key in keys {
                    charge(cx, &key)?;
                    let old = changed.take(&key).unwrap_or_default();
                    let new = cx.call1(&f, old)?;
                    changed.insert(key, new);
                }
                Value::Map(map).within_nesting()
            }
            Value::Vector(mut items) => {
                cx.spend((items.len() as u64).saturating_add(Vector::fork_cost(&items)))?;
                let changed = Vector::make_mut(&mut items);
                for at in 0..changed.len() {
                    let new = cx.call1(&f, changed.take(at).unwrap_or_default())?;
                    changed.set(at, new);
                }
                Value::Vector(items).within_nesting()
            }
            other => Err(type_error("update-vals", "a map", &other)),
        }
    }

    /// The map with a function's value in the place of each key.
    /// (update-keys {:a 1 :b 2} name)
    /// ;=> {"a" 1, "b" 2}
    "update-keys" ? "the function gets one value: (update-keys m (fn [k] …))" (cx, map: Value, f: Value) => {
        let f = function("(update-keys map f)", f)?;
        let map = gathered(cx, map)?;
        let entries: Vec<(Value, Value)> = match &map {
            Value::Nil => Vec::new(),
            Value::Map(map) => map.iter().collect(),
            Value::Vector(items) => items.iter().enumerate().map(|(at, item)| (at.into(), item.clone())).collect(),
            other => return Err(type_error("update-keys", "a map", other)),
        };
        let mut changed = Map::default();
        for (key, value) in entries {
            cx.spend(1)?;
            let key = cx.call1(&f, key)?;
            charge(cx, &key)?;
            changed.insert(key, value);
        }
        Value::from(changed).with_meta_of(&map).within_nesting()
    }
}
