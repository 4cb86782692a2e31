//! Java's names for the types of values: what `class` gives and `instance?` asks. A class is the symbol of its name.

use super::builtins;
use crate::lisp::ops::classes::{is_kind, simple};
use crate::lisp::value::{AtomKind, DateKind, Result, Value, type_error};

/// The class of a value; nil has none.
fn class_of(value: &Value) -> Value {
    Value::symbol(match value {
        Value::Nil | Value::Nothing => return Value::Nil,
        Value::Bool(_) => "java.lang.Boolean",
        Value::Int(_) => "java.lang.Long",
        Value::Float(_) => "java.lang.Double",
        Value::Big(_) => "clojure.lang.BigInt",
        Value::Text(_) => "java.lang.String",
        Value::Keyword(_) => "clojure.lang.Keyword",
        Value::Symbol(_) => "clojure.lang.Symbol",
        Value::Vector(_) => "clojure.lang.PersistentVector",
        Value::Seq(seq) if seq.is_list() => "clojure.lang.PersistentList",
        Value::Seq(_) | Value::Lazy(_) => "clojure.lang.LazySeq",
        Value::Map(map) if map.sorting().is_some() => "clojure.lang.PersistentTreeMap",
        Value::Map(_) => "clojure.lang.PersistentArrayMap",
        Value::Set(set) if set.as_sorted().is_some() => "clojure.lang.PersistentTreeSet",
        Value::Set(_) => "clojure.lang.PersistentHashSet",
        Value::Function(_) => "clojure.lang.AFunction",
        Value::Atom(atom) => match atom.kind {
            AtomKind::Atom => "clojure.lang.Atom",
            AtomKind::Volatile => "clojure.lang.Volatile",
            AtomKind::Delay => "clojure.lang.Delay",
            AtomKind::Transient => "clojure.lang.ITransientCollection",
        },
        Value::Regex(_) => "java.util.regex.Pattern",
        Value::Fault(fault) => return Value::symbol(fault.full_class()),
        Value::Reduced(_) => "clojure.lang.Reduced",
        Value::Date(date) => match date.kind {
            DateKind::Day => "java.time.LocalDate",
            DateKind::Local => "java.time.LocalDateTime",
            DateKind::Instant => "java.time.Instant",
        },
    })
}

fn is_instance(class: &Value, value: &Value) -> Result<bool> {
    let Value::Symbol(class) = class else {
        return Err(type_error("instance?", "a class first, such as String", class));
    };
    Ok(match (value, class_of(value)) {
        (Value::Fault(fault), _) => fault.is_a(class.as_str()),
        (Value::Text(text), _) if simple(class.as_str()) == "Character" => text.count() == 1,
        (_, Value::Symbol(own)) => is_kind(own.as_str(), class.as_str()),
        _ => false,
    })
}

builtins! { Java;
    /// The class of a value, as the symbol of its name; nil of nil.
    /// (class 1)
    /// ;=> java.lang.Long
    /// (= String (class "a"))
    /// ;=> true
    "class" (_cx, x: Value) => { Ok(class_of(&x)) }

    /// What the metadata says under :type, else the class.
    /// (type "a")
    /// ;=> java.lang.String
    "type" (_cx, x: Value) => {
        let said = x.meta().and_then(|meta| meta.get(&Value::keyword("type")).cloned());
        Ok(said.filter(|said| !said.is_nil()).unwrap_or_else(|| class_of(&x)))
    }

    /// The class of a value, as the symbol of its name.
    /// (.getSimpleName (.getClass "a"))
    /// ;=> "String"
    ".getClass" (_cx, x: Value) => { Ok(class_of(&x)) }

    /// The name of a class without its package.
    /// (.getSimpleName (class :a))
    /// ;=> "Keyword"
    ".getSimpleName" (_cx, class: Value) => { Ok(class.as_name().map(simple).into()) }

    /// Whether the value is of a class or a kind of it; the predicates string? number? map? … ask the same.
    /// (instance? String "a")
    /// ;=> true
    /// (filter #(instance? Number %) [1 "a" 2.5])
    /// ;=> (1 2.5)
    "instance?" => "bool" (_cx, class: Value, x: Value) => { is_instance(&class, &x).map(Value::from) }

    /// The value, if it is of a class.
    /// (cast Number 1)
    /// ;=> 1
    "cast" (_cx, class: Value, x: Value) => {
        if x.is_nil() || is_instance(&class, &x)? {
            return Ok(x);
        }
        Err(type_error("cast", format!("a value of the class {class}"), &x))
    }
}
