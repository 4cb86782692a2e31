//! The builtins: one file for each theme, one paragraph for each builtin.
//!
//! A paragraph says everything there is to say: what the builtin does, examples that are checked, its names and
//! arguments with their types, and its code. `ptc doc`, the prompt, `grammar/functions.md` and the suggestions in errors
//! are made of these paragraphs. The first sentence is the summary.

mod agents;
mod bits;
mod casts;
mod characters;
mod classes;
mod collections;
mod comprehensions;
mod dates;
mod describe;
mod durations;
mod encodings;
mod errors;
mod functions;
mod grouping;
mod hashing;
mod hierarchies;
mod integers;
mod java;
mod json;
mod lazies;
mod macros;
mod maps;
mod matchers;
mod math;
mod metadata;
mod multimethods;
mod names;
mod numbers;
mod order;
mod partition;
mod predicates;
mod printing;
mod random;
mod reduce;
mod regexes;
mod selection;
mod sequences;
mod sets;
mod sorted;
mod splice;
mod state;
mod statics;
mod strings;
mod transducers;
mod transforms;
mod transients;
mod vectors;
mod walk;

use std::sync::LazyLock;

use crate::lisp::ops::classes::constants as class_names;
use crate::lisp::value::{Function, Registry, Seq, Value};

/// The closed table.
pub fn registry() -> &'static Registry {
    static REGISTRY: LazyLock<Registry> = LazyLock::new(|| {
        let rows = [
            &agents::BUILTINS[..],
            &bits::BUILTINS[..],
            &casts::BUILTINS[..],
            &characters::BUILTINS[..],
            &classes::BUILTINS[..],
            &collections::BUILTINS[..],
            &comprehensions::BUILTINS[..],
            &dates::BUILTINS[..],
            &describe::BUILTINS[..],
            &durations::BUILTINS[..],
            &encodings::BUILTINS[..],
            &errors::BUILTINS[..],
            &functions::BUILTINS[..],
            &grouping::BUILTINS[..],
            &hashing::BUILTINS[..],
            &hierarchies::BUILTINS[..],
            &integers::BUILTINS[..],
            &java::BUILTINS[..],
            &json::BUILTINS[..],
            &lazies::BUILTINS[..],
            &macros::BUILTINS[..],
            &maps::BUILTINS[..],
            &matchers::BUILTINS[..],
            &metadata::BUILTINS[..],
            &math::BUILTINS[..],
            &multimethods::BUILTINS[..],
            &names::BUILTINS[..],
            &numbers::BUILTINS[..],
            &order::BUILTINS[..],
            &partition::BUILTINS[..],
            &predicates::BUILTINS[..],
            &printing::BUILTINS[..],
            &random::BUILTINS[..],
            &reduce::BUILTINS[..],
            &regexes::BUILTINS[..],
            &selection::BUILTINS[..],
            &sequences::BUILTINS[..],
            &sets::BUILTINS[..],
            &sorted::BUILTINS[..],
            &splice::BUILTINS[..],
            &state::BUILTINS[..],
            &statics::BUILTINS[..],
            &strings::BUILTINS[..],
            &transducers::BUILTINS[..],
            &transforms::BUILTINS[..],
            &transients::BUILTINS[..],
            &vectors::BUILTINS[..],
            &walk::BUILTINS[..],
        ];
        Registry::new(&rows, constants().into_iter().chain(class_names()))
    });
    &REGISTRY
}

/// A builtin as a value.
fn named(name: &str) -> Value {
    registry().find(name).map(|row| Function::Builtin(row).into()).unwrap_or_default()
}

fn constants() -> Vec<(&'static str, Value)> {
    vec![
        ("Math/PI", Value::from(std::f64::consts::PI)),
        ("PersistentQueue/EMPTY", Seq::queue()),
        ("Math/E", Value::from(std::f64::consts::E)),
        ("clojure.math/PI", Value::from(std::f64::consts::PI)),
        ("clojure.math/E", Value::from(std::f64::consts::E)),
        ("Long/MAX_VALUE", Value::Int(i64::MAX)),
        ("Long/MIN_VALUE", Value::Int(i64::MIN)),
        ("Integer/MAX_VALUE", Value::Int(i64::from(i32::MAX))),
        ("Integer/MIN_VALUE", Value::Int(i64::from(i32::MIN))),
        ("Double/MAX_VALUE", Value::from(f64::MAX)),
        ("Double/MIN_VALUE", Value::from(5e-324)),
        ("Double/POSITIVE_INFINITY", Value::from(f64::INFINITY)),
        ("Double/NEGATIVE_INFINITY", Value::from(f64::NEG_INFINITY)),
        ("Double/NaN", Value::from(f64::NAN)),
        ("Double/MIN_NORMAL", Value::from(f64::MIN_POSITIVE)),
        ("Short/MAX_VALUE", Value::Int(i64::from(i16::MAX))),
        ("Short/MIN_VALUE", Value::Int(i64::from(i16::MIN))),
        ("Byte/MAX_VALUE", Value::Int(i64::from(i8::MAX))),
        ("Byte/MIN_VALUE", Value::Int(i64::from(i8::MIN))),
        ("Integer/SIZE", Value::Int(32)),
        ("Long/SIZE", Value::Int(64)),
        ("Character/MIN_RADIX", Value::Int(2)),
        ("Character/MAX_RADIX", Value::Int(36)),
        ("Boolean/TRUE", Value::from(true)),
        ("Boolean/FALSE", Value::from(false)),
        ("BigInteger/ZERO", Value::Int(0)),
        ("BigInteger/ONE", Value::Int(1)),
        ("BigInteger/TWO", Value::Int(2)),
        ("BigInteger/TEN", Value::Int(10)),
        ("RoundingMode/HALF_UP", Value::keyword("half-up")),
        ("RoundingMode/HALF_DOWN", Value::keyword("half-down")),
        ("RoundingMode/HALF_EVEN", Value::keyword("half-even")),
        ("RoundingMode/UP", Value::keyword("up")),
        ("RoundingMode/DOWN", Value::keyword("down")),
        ("RoundingMode/CEILING", Value::keyword("ceiling")),
        ("RoundingMode/FLOOR", Value::keyword("floor")),
        ("BigDecimal/ROUND_HALF_UP", Value::keyword("half-up")),
        ("Pattern/CASE_INSENSITIVE", Value::Int(2)),
        ("Pattern/MULTILINE", Value::Int(8)),
        ("Pattern/DOTALL", Value::Int(32)),
        ("StandardCharsets/UTF_8", Value::text("UTF-8")),
        ("ZoneOffset/UTC", Value::text("UTC")),
        ("DayOfWeek/MONDAY", Value::text("MONDAY")),
        ("DayOfWeek/TUESDAY", Value::text("TUESDAY")),
        ("DayOfWeek/WEDNESDAY", Value::text("WEDNESDAY")),
        ("DayOfWeek/THURSDAY", Value::text("THURSDAY")),
        ("DayOfWeek/FRIDAY", Value::text("FRIDAY")),
        ("DayOfWeek/SATURDAY", Value::text("SATURDAY")),
        ("DayOfWeek/SUNDAY", Value::text("SUNDAY")),
        ("ChronoUnit/YEARS", Value::keyword("years")),
        ("ChronoUnit/MONTHS", Value::keyword("months")),
        ("ChronoUnit/WEEKS", Value::keyword("weeks")),
        ("ChronoUnit/DAYS", Value::keyword("days")),
        ("ChronoUnit/HOURS", Value::keyword("hours")),
        ("ChronoUnit/MINUTES", Value::keyword("minutes")),
        ("ChronoUnit/SECONDS", Value::keyword("seconds")),
        ("ChronoUnit/MILLIS", Value::keyword("millis")),
        ("DateTimeFormatter/ISO_LOCAL_DATE", Value::text("yyyy-MM-dd")),
        ("DateTimeFormatter/BASIC_ISO_DATE", Value::text("yyyyMMdd")),
        ("DateTimeFormatter/ISO_DATE", Value::text("yyyy-MM-dd")),
        ("DateTimeFormatter/ISO_LOCAL_DATE_TIME", Value::text("yyyy-MM-dd'T'HH:mm:ss")),
        // How Clojure prints and compiles unless somebody binds these; here nobody can.
        ("*assert*", Value::from(true)),
        ("*clojure-version*", version()),
        ("*command-line-args*", Value::Nil),
        ("*compile-files*", Value::from(false)),
        ("*data-readers*", Value::empty_map()),
        ("*default-data-reader-fn*", Value::Nil),
        ("*flush-on-newline*", Value::from(true)),
        ("*math-context*", Value::Nil),
        ("*print-dup*", Value::from(false)),
        ("*print-length*", Value::Nil),
        ("*print-level*", Value::Nil),
        ("*print-meta*", Value::from(false)),
        ("*print-namespace-maps*", Value::from(false)),
        ("*print-readably*", Value::from(true)),
        ("*read-eval*", Value::from(false)),
        ("*unchecked-math*", Value::from(false)),
        ("*verbose-defrecords*", Value::from(false)),
        ("*warn-on-reflection*", Value::from(false)),
        (
            "char-escape-string",
            texts(&[
                ("\n", "\\n"),
                ("\t", "\\t"),
                ("\r", "\\r"),
                ("\"", "\\\""),
                ("\\", "\\\\"),
                ("\u{c}", "\\f"),
                ("\u{8}", "\\b"),
            ]),
        ),
        (
            "char-name-string",
            texts(&[
                ("\n", "newline"),
                ("\t", "tab"),
                (" ", "space"),
                ("\u{8}", "backspace"),
                ("\u{c}", "formfeed"),
                ("\r", "return"),
            ]),
        ),
    ]
}

fn version() -> Value {
    let parts =
        [("major", 1_i64.into()), ("minor", 11_i64.into()), ("incremental", 1_i64.into()), ("qualifier", Value::Nil)];
    Value::map(parts.map(|(part, number)| (Value::keyword(part), number)))
}

fn texts(pairs: &[(&str, &str)]) -> Value {
    Value::map(pairs.iter().map(|(key, value)| (Value::text(key), Value::text(value))))
}

/// Declares the builtins of a theme:
///
/// ```text
/// builtins! { Strings;
///     /// The text with its letters in upper case.
///     /// (clojure.string/upper-case "abc")
///     /// ;=> "ABC"
///     "clojure.string/upper-case" => "string"
///         (cx, text: Text) => { Ok(Value::from(text.as_str().to_uppercase())) }
///
///     /// Two arities, and one that takes any number more.
///     "max" => "number" (cx, a: Value) => {…} (cx, a: Value, b: Value) => {…} (cx, a: Value, b: Value; more) => {…}
///
///     /// Another name for the same.
///     ".toUpperCase" = "clojure.string/upper-case"
/// }
/// ```
///
/// Behind `=>` stands what the builtin gives, as far as the checks before a run should know
/// ([`Gives`](crate::lisp::value::Gives)); `by Get` is the rule where a signature says too little. `? "…"` is a hint for calls
/// with the wrong number of arguments: of the builtin, or of the function that it is given.
///
/// Arguments are declared with their types ([`FromValue`](crate::lisp::value::FromValue)), so that a wrong one is an error
/// that names it; the rest are [`Args`](crate::lisp::value::Args).
macro_rules! builtins {
    ($theme:ident; $($(#[doc = $doc:literal])* $name:literal $(= $alias:literal)?
        $(=> $gives:literal)? $(by $rule:ident)? $(? $hint:literal)?
        $(($cx:ident $(, $arg:ident : $type:ty)* $(; $rest:ident)?) => $body:block)*)*) => {
        /// The builtins of this theme.
        pub(super) static BUILTINS: [crate::lisp::value::Builtin; [$($name),*].len()] = [$(
            crate::lisp::value::Builtin {
                name: $name,
                theme: crate::lisp::value::Theme::$theme,
                doc: &[$($doc),*],
                gives: crate::lisp::value::Gives::new(
                    concat!($($gives)?),
                    crate::lisp::builtins::given!($(crate::lisp::value::OutlineRule::$rule)?),
                ),
                hint: crate::lisp::builtins::given!($($hint)?),
                alias_of: crate::lisp::builtins::given!($($alias)?),
                clauses: &[$(
                    crate::lisp::value::Clause {
                        params: &[$(stringify!($arg),)* $(stringify!($rest))?],
                        variadic: false $(|| { let _ = stringify!($rest); true })?,
                        code: crate::lisp::builtins::clause!($name, $cx, ($($arg: $type),*), ($($rest)?), $body),
                    }
                ),*],
            }
        ),*];
    };
}

/// `Some` of what is given, else `None`.
macro_rules! given {
    () => {
        None
    };
    ($given:expr) => {
        Some($given)
    };
}

/// The code of one arity, by its number of arguments.
macro_rules! clause {
    ($name:literal, $cx:ident, (), (), $body:block) => {
        crate::lisp::value::BuiltinCode::F0(|$cx| $body)
    };
    ($name:literal, $cx:ident, ($a:ident: $A:ty), (), $body:block) => {
        crate::lisp::value::BuiltinCode::F1(|$cx, $a| {
            let $a = crate::lisp::builtins::argument!($name, $a: $A);
            $body
        })
    };
    ($name:literal, $cx:ident, ($a:ident: $A:ty, $b:ident: $B:ty), (), $body:block) => {
        crate::lisp::value::BuiltinCode::F2(|$cx, $a, $b| {
            let $a = crate::lisp::builtins::argument!($name, $a: $A);
            let $b = crate::lisp::builtins::argument!($name, $b: $B);
            $body
        })
    };
    ($name:literal, $cx:ident, ($a:ident: $A:ty, $b:ident: $B:ty, $c:ident: $C:ty), (), $body:block) => {
        crate::lisp::value::BuiltinCode::F3(|$cx, $a, $b, $c| {
            let $a = crate::lisp::builtins::argument!($name, $a: $A);
            let $b = crate::lisp::builtins::argument!($name, $b: $B);
            let $c = crate::lisp::builtins::argument!($name, $c: $C);
            $body
        })
    };
    ($name:literal, $cx:ident, ($($arg:ident: $type:ty),*), ($($rest:ident)?), $body:block) => {
        crate::lisp::value::BuiltinCode::N(|$cx, arguments| {
            #[allow(unused_mut, unused_variables, reason = "some have no fixed arguments, some no rest")]
            let mut arguments = arguments.into_iter();
            $(
                let $arg = arguments.next().unwrap_or_default();
                let $arg = crate::lisp::builtins::argument!($name, $arg: $type);
            )*
            $(let $rest: crate::lisp::value::Args = arguments.collect();)?
            $body
        })
    };
}

macro_rules! argument {
    ($name:literal, $arg:ident: $type:ty) => {
        <$type as crate::lisp::value::FromValue>::from_value(
            $arg,
            crate::lisp::value::ParamRef { name: $name, argument: stringify!($arg) },
        )?
    };
}

use {argument, builtins, clause, given};
