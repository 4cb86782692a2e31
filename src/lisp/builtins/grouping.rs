//! Grouping: maps made of the items of a collection.

use super::builtins;
use crate::lisp::ops::lookup;
use crate::lisp::ops::stage::{function, in_order};
use crate::lisp::value::{Context, Iter, Map, Result, Value, shorten};

/// Numbers keys in the order in which they come.
#[derive(Default)]
struct Groups {
    numbers: Map,
    count: usize,
}

impl Groups {
    /// The number of a key, and whether it is new. `:a` and `"a"` are one key; data that has both is worth a warning.
    fn number(&mut self, cx: &mut dyn Context, name: &str, key: &Value) -> Result<(usize, bool)> {
        lookup::charge(cx, key)?;
        if let Some((known, Value::Int(at))) = self.numbers.entry(key) {
            if matches!((known, key), (Value::Keyword(_), Value::Text(_)) | (Value::Text(_), Value::Keyword(_))) {
                let (known, key) = (shorten(known, 80), shorten(key, 80));
                cx.warn(format!("{name}: {known} and {key} are one key of a map; their groups were put together"));
            }
            return Ok((usize::try_from(*at).unwrap_or(0), false));
        }
        let at = self.count;
        self.count = at.saturating_add(1);
        self.numbers.insert(key.clone(), Value::from(at));
        Ok((at, true))
    }

    /// The keys with what belongs to each.
    fn into_map(self, values: Vec<Value>) -> Result<Value> {
        let mut map = Map::default();
        for ((key, _), value) in self.numbers.iter().zip(values) {
            map.insert(key, value);
        }
        Value::from(map).within_nesting()
    }
}

builtins! { Sequences;
    /// A map from what the function gives to a vector of the items for which it does.
    /// (group-by odd? [1 2 3])
    /// ;=> {true [1 3], false [2]}
    "group-by" => "(a -> any) [a] -> {[a]}" (cx, f: Value, coll: Value) => {
        in_order("(group-by f coll)", &f, &coll)?;
        let f = function("(group-by f coll)", f)?;
        let mut items = Iter::new(coll)?;
        let (mut groups, mut members) = (Groups::default(), Vec::<Vec<Value>>::new());
        while let Some(item) = items.next(cx)? {
            cx.spend(1)?;
            let key = cx.call1(&f, item.clone())?;
            let (at, new) = groups.number(cx, "group-by", &key)?;
            match members.get_mut(at) {
                Some(group) if !new => group.push(item),
                _ => members.push(vec![item]),
            }
        }
        cx.spend(groups.count as u64)?;
        let members = members.into_iter().map(|group| Value::vector(group).within_nesting());
        let members = members.collect::<Result<Vec<Value>>>()?;
        groups.into_map(members)
    }

    /// A map from each item to how often it is there.
    /// (frequencies [:a :b :a])
    /// ;=> {:a 2, :b 1}
    "frequencies" => "{number}" (cx, coll: Value) => {
        let mut items = Iter::new(coll)?;
        let (mut groups, mut counts) = (Groups::default(), Vec::<i64>::new());
        while let Some(item) = items.next(cx)? {
            cx.spend(1)?;
            let (at, new) = groups.number(cx, "frequencies", &item)?;
            match counts.get_mut(at) {
                Some(count) if !new => *count = count.saturating_add(1),
                _ => counts.push(1),
            }
        }
        cx.spend(groups.count as u64)?;
        groups.into_map(counts.into_iter().map(Value::Int).collect())
    }

    /// A map from keys to values, each from a collection.
    /// (zipmap [:a :b] [1 2])
    /// ;=> {:a 1, :b 2}
    "zipmap" => "any [a] -> {a}" (cx, keys: Value, vals: Value) => {
        let (mut keys, mut values) = (Iter::new(keys)?, Iter::new(vals)?);
        let mut map = Map::default();
        while let Some(key) = keys.next(cx)?
            && let Some(value) = values.next(cx)?
        {
            cx.spend(1)?;
            lookup::charge(cx, &key)?;
            map.insert(key, value);
        }
        Value::from(map).within_nesting()
    }
}
