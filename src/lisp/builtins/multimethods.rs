//! Multimethods: functions with one method for each value of a dispatch function.

use super::builtins;
use crate::lisp::ops::hierarchy::Hierarchy;
use crate::lisp::ops::lookup::charge;
use crate::lisp::value::{
    Args, Atom, AtomKind, Callable, Context, Fault, Function, Map, Result, Text, Value, What, shorten, type_error,
};
use std::sync::Arc;

/// What a multimethod is printed as, and how it is known.
const NAME: &str = "multimethod";

/// The parts of a multimethod, as the function holds them.
struct Multi<'a> {
    title: &'a Value,
    dispatch: &'a Value,
    default: &'a Value,
    hierarchy: &'a Value,
    /// Holds a vector of two maps: methods and preferences. Dispatch values stand in vectors of one item, because as keys
    /// of a map `:a` and `"a"` would be one.
    table: &'a Arc<Atom>,
}

impl<'a> Multi<'a> {
    fn of(held: &'a [Value]) -> Option<Self> {
        match held {
            [title, dispatch, default, hierarchy, Value::Atom(table)] => {
                Some(Self { title, dispatch, default, hierarchy, table })
            }
            _ => None,
        }
    }

    fn from(name: &'static str, value: &'a Value) -> Result<Self> {
        if let Value::Function(function) = value
            && let Function::Native { name: NAME, held, .. } = &**function
            && let Some(multi) = Self::of(held)
        {
            return Ok(multi);
        }
        Err(type_error(name, "a multimethod, as defmulti makes it", value))
    }

    /// One of the two maps of the table.
    fn part(&self, at: usize) -> Map {
        match self.table.get() {
            Value::Vector(parts) => match parts.get(at) {
                Some(Value::Map(map)) => (**map).clone(),
                _ => Map::default(),
            },
            _ => Map::default(),
        }
    }

    fn methods(&self) -> Map {
        self.part(0)
    }

    fn preferences(&self) -> Map {
        self.part(1)
    }

    fn set(&self, cx: &mut dyn Context, methods: Map, preferences: Map) {
        cx.write(self.table, Value::vector(vec![methods.into(), preferences.into()]));
    }

    fn hierarchy(&self, cx: &mut dyn Context) -> Result<Hierarchy> {
        match self.hierarchy {
            Value::Nil => Ok(Hierarchy::global(cx)),
            Value::Atom(atom) => Hierarchy::of("defmulti", &atom.get()),
            given => Hierarchy::of("defmulti", given),
        }
    }

    /// The method for a dispatch value: its own, that of something it is a kind of, or the default.
    fn method(&self, cx: &mut dyn Context, value: &Value) -> Result<Option<Value>> {
        charge(cx, value)?;
        let methods = self.methods();
        if let Some(method) = methods.get(&key(value)) {
            return Ok(Some(method.clone()));
        }
        let related = matches!(value, Value::Keyword(_) | Value::Symbol(_) | Value::Vector(_));
        if related && let Some(method) = self.inherited(cx, &methods, value)? {
            return Ok(Some(method));
        }
        Ok(methods.get(&key(self.default)).cloned())
    }

    fn inherited(&self, cx: &mut dyn Context, methods: &Map, value: &Value) -> Result<Option<Value>> {
        let hierarchy = self.hierarchy(cx)?;
        let preferences = self.preferences();
        let mut best: Option<(Value, Value)> = None;
        for (boxed, method) in methods.iter() {
            let tag = unboxed(&boxed);
            if !hierarchy.is_a(cx, value, &tag)? {
                continue;
            }
            let Some((chosen, _)) = &best else {
                best = Some((tag, method));
                continue;
            };
            if dominates(cx, &hierarchy, &preferences, &tag, chosen)? {
                best = Some((tag, method));
            } else if !dominates(cx, &hierarchy, &preferences, chosen, &tag)? {
                let title = crate::lisp::value::display(self.title);
                let (value, a, b) = (shorten(value, 80), shorten(chosen, 80), shorten(&tag, 80));
                let message = format!(
                    "Multiple methods in multimethod '{title}' match dispatch value: {value} -> {b} and {a}, and neither is preferred"
                );
                return Err(Fault::value(message).hint(format!("(prefer-method {title} {a} {b}) decides")).into());
            }
        }
        Ok(best.map(|(_, method)| method))
    }
}

fn key(value: &Value) -> Value {
    Value::vector(vec![value.clone()])
}

fn unboxed(key: &Value) -> Value {
    match key {
        Value::Vector(items) => items.get(0).cloned().unwrap_or_default(),
        other => other.clone(),
    }
}

fn dominates(cx: &mut dyn Context, hierarchy: &Hierarchy, preferences: &Map, a: &Value, b: &Value) -> Result<bool> {
    Ok(prefers(cx, hierarchy, preferences, a, b)? || hierarchy.is_a(cx, a, b)?)
}

/// Whether one tag is preferred to another: itself, to a parent of the other, or one of its parents.
fn prefers(cx: &mut dyn Context, hierarchy: &Hierarchy, preferences: &Map, a: &Value, b: &Value) -> Result<bool> {
    cx.spend(1)?;
    if matches!(preferences.get(&key(a)), Some(Value::Set(less)) if less.contains(b)) {
        return Ok(true);
    }
    cx.enter()?;
    let mut found = false;
    for parent in hierarchy.parents_of(b) {
        found = found || prefers(cx, hierarchy, preferences, a, &parent)?;
    }
    for parent in hierarchy.parents_of(a) {
        found = found || prefers(cx, hierarchy, preferences, &parent, b)?;
    }
    cx.leave();
    Ok(found)
}

/// A call of a multimethod.
fn run(cx: &mut dyn Context, held: &[Value], arguments: Args) -> Result<Value> {
    let Some(multi) = Multi::of(held) else { return Ok(Value::Nil) };
    let value = cx.call(multi.dispatch, arguments.clone())?;
    if let Some(method) = multi.method(cx, &value)? {
        return cx.call(&method, arguments);
    }
    let title = crate::lisp::value::display(multi.title);
    let message = format!("No method in multimethod '{title}' for dispatch value: {}", shorten(&value, 200));
    let known: Vec<String> = multi.methods().keys().take(10).map(|key| shorten(&unboxed(key), 40)).collect();
    let hint = if known.is_empty() {
        format!("(defmethod {title} {} [x] …) adds one", shorten(&value, 40))
    } else {
        format!("there are methods for {}; (defmethod {title} :default [x] …) takes the rest", known.join(", "))
    };
    Err(Fault::value(message).hint(hint).into())
}

builtins! { Functions;
    /// A multimethod; what `defmulti` is made of.
    "%multi" (cx, title: Text, dispatch: Callable; options) => {
        let (mut default, mut hierarchy) = (Value::keyword("default"), Value::Nil);
        let mut options = options.into_iter();
        while let (Some(option), Some(value)) = (options.next(), options.next()) {
            match option.as_name() {
                Some("default") => default = value,
                Some("hierarchy") => hierarchy = value,
                _ => {
                    let what = What::unfit("defmulti has the options :default and :hierarchy", &option);
                    return Err(Fault::value(what).into());
                }
            }
        }
        let table = cx.make_atom(AtomKind::Atom, Value::vector(vec![Value::empty_map(), Value::empty_map()]));
        let held = vec![title.into(), dispatch.0, default, hierarchy, table];
        Ok(crate::lisp::value::native(NAME, held, run))
    }

    /// The multimethod with one more method; what `defmethod` is made of.
    "%add-method" (cx, multi: Value, value: Value, method: Callable) => {
        charge(cx, &value)?;
        let parts = Multi::from("defmethod", &multi)?;
        let mut methods = parts.methods();
        methods.insert(key(&value), method.0);
        parts.set(cx, methods, parts.preferences());
        Ok(multi)
    }

    /// The method of a multimethod for a dispatch value, or nil.
    /// (defmulti area :shape) (defmethod area :square [m] (:side m)) ((get-method area :square) {:side 2})
    /// ;=> 2
    "get-method" (cx, multi: Value, value: Value) => {
        Ok(Multi::from("get-method", &multi)?.method(cx, &value)?.unwrap_or_default())
    }

    /// A map of dispatch values and methods.
    /// (defmulti area :shape) (defmethod area :square [m] (:side m)) (keys (methods area))
    /// ;=> (:square)
    "methods" (cx, multi: Value) => {
        let methods = Multi::from("methods", &multi)?.methods();
        cx.spend(methods.len() as u64)?;
        Value::map(methods.iter().map(|(key, method)| (unboxed(&key), method))).within_nesting()
    }

    /// Takes a method from a multimethod.
    /// (defmulti area :shape) (defmethod area :square [m] 1) (count (methods (remove-method area :square)))
    /// ;=> 0
    "remove-method" (cx, multi: Value, value: Value) => {
        charge(cx, &value)?;
        let parts = Multi::from("remove-method", &multi)?;
        let mut methods = parts.methods();
        methods.remove(&key(&value));
        parts.set(cx, methods, parts.preferences());
        Ok(multi)
    }

    /// Takes all methods from a multimethod.
    /// (defmulti area :shape) (defmethod area :square [m] 1) (count (methods (remove-all-methods area)))
    /// ;=> 0
    "remove-all-methods" (cx, multi: Value) => {
        let parts = Multi::from("remove-all-methods", &multi)?;
        parts.set(cx, Map::default(), Map::default());
        Ok(multi)
    }

    /// Says which of two dispatch values is taken where a value is a kind of both.
    /// (derive ::bat ::bird) (derive ::bat ::mammal) (defmulti legs identity)
    /// (defmethod legs ::bird [_] 2) (defmethod legs ::mammal [_] 4)
    /// (prefer-method legs ::mammal ::bird) (legs ::bat)
    /// ;=> 4
    "prefer-method" (cx, multi: Value, preferred: Value, other: Value) => {
        charge(cx, &preferred)?;
        charge(cx, &other)?;
        let parts = Multi::from("prefer-method", &multi)?;
        let mut preferences = parts.preferences();
        let mut less = match preferences.get(&key(&preferred)) {
            Some(Value::Set(less)) => less.clone(),
            _ => Arc::default(),
        };
        Arc::make_mut(&mut less).insert(other);
        preferences.insert(key(&preferred), Value::Set(less));
        parts.set(cx, parts.methods(), preferences);
        Ok(multi)
    }

    /// A map of dispatch values and the sets of those they are preferred to.
    /// (defmulti area :shape) (prefers (prefer-method area :a :b))
    /// ;=> {:a #{:b}}
    "prefers" (cx, multi: Value) => {
        let preferences = Multi::from("prefers", &multi)?.preferences();
        cx.spend(preferences.len() as u64)?;
        Value::map(preferences.iter().map(|(key, less)| (unboxed(&key), less))).within_nesting()
    }
}
