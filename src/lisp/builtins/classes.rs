//! Java's names for the types of values: what `class` gives and `instance?` asks. A class is the symbol of its name.

use super::builtins;
use crate::lisp::value::{AtomKind, DateKind, Result, Value, type_error};

/// The classes, each with those it is a kind of; all are kinds of Object.
const CLASSES: [(&str, &str); 55] = [
    ("java.lang.Object", ""),
    ("java.lang.Comparable", ""),
    ("java.lang.CharSequence", ""),
    ("java.lang.Iterable", ""),
    ("java.lang.Number", ""),
    ("java.util.Collection", "Iterable"),
    ("java.util.Map", ""),
    ("java.util.List", "Collection Iterable"),
    ("java.util.Set", "Collection Iterable"),
    ("clojure.lang.IFn", ""),
    ("clojure.lang.Fn", ""),
    ("clojure.lang.Named", ""),
    ("clojure.lang.Seqable", ""),
    ("clojure.lang.Sequential", ""),
    ("clojure.lang.Counted", ""),
    ("clojure.lang.Indexed", ""),
    ("clojure.lang.Associative", ""),
    ("clojure.lang.IPersistentCollection", "Seqable"),
    ("clojure.lang.IPersistentVector", "IPersistentCollection Seqable Associative Sequential Indexed Counted"),
    ("clojure.lang.APersistentVector", "IPersistentVector"),
    ("clojure.lang.IPersistentMap", "IPersistentCollection Seqable Associative Counted Iterable"),
    ("clojure.lang.APersistentMap", "IPersistentMap"),
    ("clojure.lang.IPersistentSet", "IPersistentCollection Seqable Counted"),
    ("clojure.lang.APersistentSet", "IPersistentSet"),
    ("clojure.lang.ISeq", "IPersistentCollection Seqable"),
    ("clojure.lang.IDeref", ""),
    ("java.lang.Boolean", "Comparable"),
    ("java.lang.Long", "Number Comparable"),
    ("java.lang.Integer", "Number Comparable"),
    ("java.lang.Short", "Number Comparable"),
    ("java.lang.Byte", "Number Comparable"),
    ("java.lang.Double", "Number Comparable"),
    ("java.lang.Float", "Number Comparable"),
    ("clojure.lang.BigInt", "Number"),
    ("clojure.lang.Ratio", "Number Comparable"),
    ("java.math.BigInteger", "Number Comparable"),
    ("java.math.BigDecimal", "Number Comparable"),
    ("java.lang.String", "CharSequence Comparable"),
    ("java.lang.Character", "Comparable"),
    ("clojure.lang.Keyword", "IFn Named Comparable"),
    ("clojure.lang.Symbol", "IFn Named Comparable"),
    (
        "clojure.lang.PersistentVector",
        "APersistentVector IPersistentVector IPersistentCollection Seqable Associative Sequential Indexed Counted IFn List \
         Collection Iterable Comparable",
    ),
    ("clojure.lang.PersistentList", "ISeq IPersistentCollection Seqable Sequential Counted List Collection Iterable"),
    ("clojure.lang.LazySeq", "ISeq IPersistentCollection Seqable Sequential List Collection Iterable"),
    (
        "clojure.lang.PersistentArrayMap",
        "APersistentMap IPersistentMap IPersistentCollection Seqable Associative Counted IFn Map Iterable",
    ),
    (
        "clojure.lang.PersistentTreeMap",
        "APersistentMap IPersistentMap IPersistentCollection Seqable Associative Counted IFn Map Iterable",
    ),
    (
        "clojure.lang.PersistentHashSet",
        "APersistentSet IPersistentSet IPersistentCollection Seqable Counted IFn Set Collection Iterable",
    ),
    (
        "clojure.lang.PersistentTreeSet",
        "APersistentSet IPersistentSet IPersistentCollection Seqable Counted IFn Set Collection Iterable",
    ),
    ("clojure.lang.AFunction", "Fn IFn"),
    ("clojure.lang.Atom", "IDeref"),
    ("clojure.lang.Volatile", "IDeref"),
    ("clojure.lang.Delay", "IDeref"),
    ("java.util.regex.Pattern", ""),
    ("java.time.LocalDate", "Comparable"),
    ("java.time.LocalDateTime", "Comparable"),
];

/// The classes of exceptions that programs compare with; which is a kind of which an exception says itself.
const EXCEPTIONS: [&str; 13] = [
    "java.lang.Throwable",
    "java.lang.Exception",
    "java.lang.Error",
    "java.lang.AssertionError",
    "java.lang.RuntimeException",
    "java.lang.ArithmeticException",
    "java.lang.ClassCastException",
    "java.lang.IllegalArgumentException",
    "java.lang.IllegalStateException",
    "java.lang.IndexOutOfBoundsException",
    "java.lang.NullPointerException",
    "java.lang.NumberFormatException",
    "clojure.lang.ExceptionInfo",
];

fn simple(class: &str) -> &str {
    class.rsplit('.').next().unwrap_or(class)
}

/// The classes under their simple names, as a program may write them.
pub(super) fn constants() -> impl Iterator<Item = (&'static str, Value)> {
    let others = EXCEPTIONS.into_iter().chain(["java.time.Instant"]);
    CLASSES.into_iter().map(|(class, _)| class).chain(others).map(|class| (simple(class), Value::symbol(class)))
}

/// Whether this is the name of a class with its package.
pub(super) fn is_full_name(name: &str) -> bool {
    name.contains('.') && (CLASSES.iter().any(|(class, _)| *class == name) || EXCEPTIONS.contains(&name))
}

/// Whether one class is another or a kind of it; what is no class is a kind of nothing.
pub(super) fn is_kind(class: &str, of: &str) -> bool {
    let of = simple(of);
    class == of
        || CLASSES.iter().find(|(known, _)| *known == class || simple(known) == class).is_some_and(|(known, above)| {
            of == "Object" || simple(known) == of || above.split_ascii_whitespace().any(|above| above == of)
        })
}

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
    "instance?" (_cx, class: Value, x: Value) => { is_instance(&class, &x).map(Value::from) }

    /// The value, if it is of a class.
    /// (cast Number 1)
    /// ;=> 1
    "cast" (_cx, class: Value, x: Value) => {
        if x.is_nil() || is_instance(&class, &x)? {
            return Ok(x);
        }
        Err(type_error("cast", &format!("a value of the class {class}"), &x))
    }
}
