//! Java's classes: their names, and which is a kind of which.

use crate::lisp::value::Value;

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

pub(crate) fn simple(class: &str) -> &str {
    class.rsplit('.').next().unwrap_or(class)
}

/// The classes under their simple names, as a program may write them.
pub(crate) fn constants() -> impl Iterator<Item = (&'static str, Value)> {
    let others = EXCEPTIONS.into_iter().chain(["java.time.Instant"]);
    CLASSES.into_iter().map(|(class, _)| class).chain(others).map(|class| (simple(class), Value::symbol(class)))
}

/// Whether this is the name of a class with its package.
pub(crate) fn is_full_name(name: &str) -> bool {
    name.contains('.') && (CLASSES.iter().any(|(class, _)| *class == name) || EXCEPTIONS.contains(&name))
}

/// Whether one class is another or a kind of it; what is no class is a kind of nothing.
pub(crate) fn is_kind(class: &str, of: &str) -> bool {
    let of = simple(of);
    class == of
        || CLASSES.iter().find(|(known, _)| *known == class || simple(known) == class).is_some_and(|(known, above)| {
            of == "Object" || simple(known) == of || above.split_ascii_whitespace().any(|above| above == of)
        })
}
