//! Walking over nested data.

use super::builtins;
use crate::lisp::ops::walk::{Visit, deeper, inside, prewalk};
use crate::lisp::ops::{lookup, print};
use crate::lisp::value::{Callable, Context, Map, Result, Value, equal, readable, type_error};

/// Visits the parts before the whole.
fn postwalk(cx: &mut dyn Context, form: Value, visit: Visit<'_>) -> Result<Value> {
    let rebuilt = deeper(cx, form, &mut |cx, item| postwalk(cx, item, visit))?;
    visit(cx, rebuilt)
}

/// What a map has in the place of a value, or the value itself.
fn replaced(cx: &mut dyn Context, names: &Value, form: Value) -> Result<Value> {
    let Value::Map(names) = names else { return Ok(form) };
    lookup::charge(cx, &form)?;
    Ok(match names.search(cx, &form)? {
        // Data is replaced, not looked up: a keyword is not the string of its name.
        Some((spelt, value)) if equal(spelt, &form) => value.clone(),
        _ => form,
    })
}

/// A map with its keys changed; anything else as it is.
fn rekeyed(cx: &mut dyn Context, form: Value, change: fn(Value) -> Value) -> Result<Value> {
    let Value::Map(map) = form else { return Ok(form) };
    let mut changed = Map::default();
    for (key, value) in map.iter() {
        let key = change(key);
        lookup::charge(cx, &key)?;
        changed.insert(key, value);
    }
    Value::from(changed).within_nesting()
}

fn replacements(name: &'static str, names: &Value) -> Result<()> {
    match names {
        Value::Map(_) | Value::Nil => Ok(()),
        other => Err(type_error(name, "a map of replacements", other)),
    }
}

fn shown(cx: &mut dyn Context, part: Value) -> Result<Value> {
    print::charge(cx, &part)?;
    cx.print(&format!("Walked: {}\n", readable(&part)))?;
    Ok(part)
}

builtins! { Collections;
    /// What `outer` makes of the collection with what `inner` makes of each item.
    /// (clojure.walk/walk inc #(apply + %) [1 2 3])
    /// ;=> 9
    "clojure.walk/walk" (cx, inner: Callable, outer: Callable, form: Value) => {
        let rebuilt = inside(cx, form, &mut |cx, item| cx.call1(&inner, item))?;
        cx.call1(&outer, rebuilt)
    }

    /// The data with what a function makes of each part, the innermost first; entries of maps are vectors.
    /// (clojure.walk/postwalk #(if (number? %) (inc %) %) {:a [1 2]})
    /// ;=> {:a [2 3]}
    "clojure.walk/postwalk" (cx, f: Callable, form: Value) => {
        postwalk(cx, form, &mut |cx, item| cx.call1(&f, item))
    }

    /// The data with what a function makes of each part, the outermost first.
    /// (clojure.walk/prewalk #(if (map? %) (dissoc % :secret) %) {:a 1 :b {:secret 2}})
    /// ;=> {:a 1, :b {}}
    "clojure.walk/prewalk" (cx, f: Callable, form: Value) => {
        prewalk(cx, form, &mut |cx, item| cx.call1(&f, item))
    }

    /// The data with keywords for the strings that are keys of maps.
    /// (clojure.walk/keywordize-keys {"a" [{"b" "c"}]})
    /// ;=> {:a [{:b "c"}]}
    "clojure.walk/keywordize-keys" (cx, form: Value) => {
        let change = |key| match key {
            Value::Text(text) => Value::keyword(text.as_str()),
            other => other,
        };
        postwalk(cx, form, &mut |cx, item| rekeyed(cx, item, change))
    }

    /// The data with strings for the keywords that are keys of maps.
    /// (clojure.walk/stringify-keys {:a [{:b :c}]})
    /// ;=> {"a" [{"b" :c}]}
    "clojure.walk/stringify-keys" (cx, form: Value) => {
        let change = |key| match key {
            Value::Keyword(keyword) => Value::text(keyword.name()),
            other => other,
        };
        postwalk(cx, form, &mut |cx, item| rekeyed(cx, item, change))
    }

    /// The data with parts replaced as a map says, the innermost first.
    /// (clojure.walk/postwalk-replace {:a 1} [:a {:b :a}])
    /// ;=> [1 {:b 1}]
    "clojure.walk/postwalk-replace" (cx, replacements: Value, form: Value) => {
        self::replacements("postwalk-replace", &replacements)?;
        postwalk(cx, form, &mut |cx, item| replaced(cx, &replacements, item))
    }

    /// The data with parts replaced as a map says, the outermost first; what is put in is walked, too.
    /// (clojure.walk/prewalk-replace {:a [:b] :b 2} [:a])
    /// ;=> [[2]]
    "clojure.walk/prewalk-replace" (cx, replacements: Value, form: Value) => {
        self::replacements("prewalk-replace", &replacements)?;
        prewalk(cx, form, &mut |cx, item| replaced(cx, &replacements, item))
    }

    /// As postwalk with identity, but prints every part as it is visited.
    /// (clojure.walk/postwalk-demo [1 [2]])
    /// ;| Walked: 1
    /// ;| Walked: 2
    /// ;| Walked: [2]
    /// ;| Walked: [1 [2]]
    /// ;=> [1 [2]]
    "clojure.walk/postwalk-demo" (cx, form: Value) => { postwalk(cx, form, &mut shown) }

    /// As prewalk with identity, but prints every part as it is visited.
    /// (clojure.walk/prewalk-demo [1 [2]])
    /// ;| Walked: [1 [2]]
    /// ;| Walked: 1
    /// ;| Walked: [2]
    /// ;| Walked: 2
    /// ;=> [1 [2]]
    "clojure.walk/prewalk-demo" (cx, form: Value) => { prewalk(cx, form, &mut shown) }
}
