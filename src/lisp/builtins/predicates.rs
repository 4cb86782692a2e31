//! Predicates: questions about one value.

use super::builtins;
use crate::lisp::ops::lookup::charge;
use crate::lisp::ops::order::identical;
use crate::lisp::ops::uuid;
use crate::lisp::text::ErrorKind;
use crate::lisp::value::{AtomKind, Boolean, Expected, Fault, Node, Number, Result, Set, Value, What, type_error};

fn yes(answer: bool) -> Result<Value> {
    Ok(Value::from(answer))
}

/// A number for a question about numbers.
fn number<'a>(name: &'static str, value: &'a Value) -> Result<Number<'a>> {
    Number::of(value).ok_or_else(|| type_error(name, Expected::NUMBERS, value))
}

/// Negative, zero or positive; nothing for NaN.
fn sign(name: &'static str, value: &Value) -> Result<Option<std::cmp::Ordering>> {
    Ok(number(name, value)?.compare(Number::Int(0)))
}

/// Whether an integer is odd.
fn odd(name: &'static str, value: &Value) -> Result<bool> {
    match value {
        Value::Int(n) => Ok(n & 1 == 1),
        Value::Big(n) => Ok(n.bit(0)),
        other => {
            let what = What::needs(name, "an integer", other);
            let fault = Fault::new(ErrorKind::Type, "IllegalArgumentException", what);
            Err(match other {
                Value::Float(x) if x.get().is_finite() => {
                    fault.hint(format!("({name} (long x)) looks at the whole part"))
                }
                Value::Text(text) if text.as_str().trim().parse::<i64>().is_ok() => {
                    fault.hint(format!("(parse-long {other}) reads it as one"))
                }
                _ => fault,
            }
            .into())
        }
    }
}

/// The full name of a keyword or symbol: with a namespace or without.
fn namespaced(value: &Value) -> Option<bool> {
    match value {
        Value::Keyword(keyword) => Some(keyword.namespace().is_some()),
        Value::Symbol(symbol) => Some(symbol.namespace().is_some()),
        _ => None,
    }
}

builtins! { Predicates;
    /// Whether the value is nil.
    /// (nil? nil)
    /// ;=> true
    "nil?" => "bool" (_cx, x: Value) => { yes(x.is_nil()) }

    /// Whether the value is anything but nil.
    /// (filter some? [1 nil false])
    /// ;=> (1 false)
    "some?" => "bool" (_cx, x: Value) => { yes(!x.is_nil()) }

    /// Whether the value is true itself.
    /// (true? 1)
    /// ;=> false
    "true?" => "bool" (_cx, x: Value) => { yes(matches!(x, Value::Bool(Boolean::True))) }

    /// Whether the value is false itself.
    /// (false? nil)
    /// ;=> false
    "false?" => "bool" (_cx, x: Value) => { yes(matches!(x, Value::Bool(Boolean::False))) }

    /// Whether the value is true or false.
    /// (boolean? nil)
    /// ;=> false
    "boolean?" => "tested -> bool" (_cx, x: Value) => { yes(matches!(x, Value::Bool(_))) }

    /// False for nil and false, true for anything else.
    /// (boolean "false")
    /// ;=> true
    "boolean" => "bool" (_cx, x: Value) => { yes(x.is_truthy()) }

    /// Always true; to ask whether any item matches use some.
    /// (any? nil)
    /// ;=> true
    "any?" => "bool" (_cx, _x: Value) => { yes(true) }

    /// Whether the value is a string.
    /// (string? "a")
    /// ;=> true
    "string?" => "tested -> bool" (_cx, x: Value) => { yes(matches!(x, Value::Text(_))) }

    /// Whether the value is a string of one character, which is what a character is.
    /// (char? \a)
    /// ;=> true
    /// (char? "ab")
    /// ;=> false
    "char?" => "bool" (_cx, x: Value) => { yes(matches!(&x, Value::Text(text) if text.as_char().is_some())) }

    /// Whether the value is a keyword.
    /// (keyword? :a)
    /// ;=> true
    "keyword?" => "tested -> bool" (_cx, x: Value) => { yes(matches!(x, Value::Keyword(_))) }

    /// Whether the value is a symbol.
    /// (symbol? 'a)
    /// ;=> true
    "symbol?" => "tested -> bool" (_cx, x: Value) => { yes(matches!(x, Value::Symbol(_))) }

    /// Whether the value is a keyword or a symbol.
    /// (ident? :a)
    /// ;=> true
    "ident?" => "bool" (_cx, x: Value) => { yes(namespaced(&x).is_some()) }

    /// Whether the value is a keyword without a namespace.
    /// (simple-keyword? :a/b)
    /// ;=> false
    "simple-keyword?" => "bool"
        (_cx, x: Value) => { yes(matches!(x, Value::Keyword(_)) && namespaced(&x) == Some(false)) }

    /// Whether the value is a keyword with a namespace.
    /// (qualified-keyword? :a/b)
    /// ;=> true
    "qualified-keyword?" => "bool"
        (_cx, x: Value) => { yes(matches!(x, Value::Keyword(_)) && namespaced(&x) == Some(true)) }

    /// Whether the value is a symbol without a namespace.
    /// (simple-symbol? 'a)
    /// ;=> true
    "simple-symbol?" => "bool"
        (_cx, x: Value) => { yes(matches!(x, Value::Symbol(_)) && namespaced(&x) == Some(false)) }

    /// Whether the value is a symbol with a namespace.
    /// (qualified-symbol? 'a/b)
    /// ;=> true
    "qualified-symbol?" => "bool"
        (_cx, x: Value) => { yes(matches!(x, Value::Symbol(_)) && namespaced(&x) == Some(true)) }

    /// Whether the value is a keyword or symbol without a namespace.
    /// (simple-ident? :a)
    /// ;=> true
    "simple-ident?" => "bool" (_cx, x: Value) => { yes(namespaced(&x) == Some(false)) }

    /// Whether the value is a keyword or symbol with a namespace.
    /// (qualified-ident? :a)
    /// ;=> false
    "qualified-ident?" => "bool" (_cx, x: Value) => { yes(namespaced(&x) == Some(true)) }

    /// Whether the value is a number.
    /// (number? 1.5)
    /// ;=> true
    /// (number? "1")
    /// ;=> false
    "number?" => "tested -> bool" (_cx, x: Value) => { yes(Number::of(&x).is_some()) }

    /// Whether the value is an integer of 64 bits.
    /// (int? 1.0)
    /// ;=> false
    "int?" => "tested -> bool" (_cx, x: Value) => { yes(matches!(x, Value::Int(_))) }

    /// Whether the value is an integer of any size.
    /// (integer? 10000000000000000000000)
    /// ;=> true
    "integer?" => "tested -> bool" (_cx, x: Value) => { yes(matches!(x, Value::Int(_) | Value::Big(_))) }

    /// Whether the value is an integer of 64 bits above 0.
    /// (pos-int? 0)
    /// ;=> false
    "pos-int?" => "bool" (_cx, x: Value) => { yes(matches!(x, Value::Int(1..))) }

    /// Whether the value is an integer of 64 bits below 0.
    /// (neg-int? -1)
    /// ;=> true
    "neg-int?" => "bool" (_cx, x: Value) => { yes(matches!(x, Value::Int(..0))) }

    /// Whether the value is an integer of 64 bits that is not negative.
    /// (nat-int? 0)
    /// ;=> true
    "nat-int?" => "bool" (_cx, x: Value) => { yes(matches!(x, Value::Int(0..))) }

    /// Whether the value is a float.
    /// (float? 1.0)
    /// ;=> true
    "float?" => "tested -> bool" (_cx, x: Value) => { yes(matches!(x, Value::Float(_))) }

    /// Whether the value is a float.
    /// (double? 1)
    /// ;=> false
    "double?" => "tested -> bool" (_cx, x: Value) => { yes(matches!(x, Value::Float(_))) }

    /// Whether the value is an integer: there are no ratios or decimals.
    /// (rational? 1.5)
    /// ;=> false
    "rational?" => "bool" (_cx, x: Value) => { yes(matches!(x, Value::Int(_) | Value::Big(_))) }

    /// Always false: there are no ratios.
    /// (ratio? (/ 7 2))
    /// ;=> false
    "ratio?" => "bool" (_cx, _x: Value) => { yes(false) }

    /// Always false: there are no decimals.
    /// (decimal? 1.5)
    /// ;=> false
    "decimal?" => "bool" (_cx, _x: Value) => { yes(false) }

    /// Whether the number is 0.
    /// (zero? 0.0)
    /// ;=> true
    "zero?" => "bool" (_cx, n: Value) => {
        if let Value::Int(n) = n {
            return yes(n == 0);
        }
        sign("zero?", &n).map(|sign| Value::from(sign.is_some_and(std::cmp::Ordering::is_eq)))
    }

    /// Whether the number is greater than 0.
    /// (pos? 3)
    /// ;=> true
    /// (pos? nil)
    /// ;! 1:1 type-error: pos? needs numbers, got nil
    /// ;? nil often comes from a key that is not there; (or x 0) gives a default
    "pos?" => "bool" (_cx, n: Value) => {
        if let Value::Int(n) = n {
            return yes(n > 0);
        }
        sign("pos?", &n).map(|sign| Value::from(sign.is_some_and(std::cmp::Ordering::is_gt)))
    }

    /// Whether the number is less than 0.
    /// (neg? -3)
    /// ;=> true
    "neg?" => "bool" (_cx, n: Value) => {
        if let Value::Int(n) = n {
            return yes(n < 0);
        }
        sign("neg?", &n).map(|sign| Value::from(sign.is_some_and(std::cmp::Ordering::is_lt)))
    }

    /// Whether the integer is even.
    /// (filter even? [1 2 3 4])
    /// ;=> (2 4)
    /// (even? 2.0)
    /// ;! 1:1 type-error: even? needs an integer, got the float 2.0
    /// ;? (even? (long x)) looks at the whole part
    "even?" => "bool" (_cx, n: Value) => { odd("even?", &n).map(|odd| Value::from(!odd)) }

    /// Whether the integer is odd.
    /// (odd? 3)
    /// ;=> true
    "odd?" => "bool" (_cx, n: Value) => { odd("odd?", &n).map(Value::from) }

    /// Whether the number is the float that is no number.
    /// (NaN? ##NaN)
    /// ;=> true
    "NaN?" => "bool" (_cx, n: Value) => { yes(number("NaN?", &n)?.to_f64().is_nan()) }

    /// Whether the number is infinite.
    /// (infinite? ##-Inf)
    /// ;=> true
    "infinite?" => "bool"
        (_cx, n: Value) => { yes(matches!(number("infinite?", &n)?, Number::Float(x) if x.is_infinite())) }

    /// Whether the value is a map.
    /// (map? {:a 1})
    /// ;=> true
    "map?" => "tested -> bool" (_cx, x: Value) => { yes(matches!(x, Value::Map(_))) }

    /// Whether the value is a vector.
    /// (vector? '(1 2))
    /// ;=> false
    "vector?" => "tested -> bool" (_cx, x: Value) => { yes(matches!(x, Value::Vector(_))) }

    /// Whether the value is a set.
    /// (set? #{1})
    /// ;=> true
    "set?" => "tested -> bool" (_cx, x: Value) => { yes(matches!(x, Value::Set(_))) }

    /// Whether the value is a list; sequences that functions give are none.
    /// (list? '(1 2))
    /// ;=> true
    /// (list? (map inc [1 2]))
    /// ;=> false
    "list?" => "tested -> bool" (_cx, x: Value) => { yes(matches!(&x, Value::Seq(seq) if seq.is_list())) }

    /// Whether the value is a list or a sequence; a vector is none.
    /// (seq? (map inc [1 2]))
    /// ;=> true
    "seq?" => "tested -> bool" (_cx, x: Value) => { yes(matches!(x, Value::Seq(_) | Value::Lazy(_))) }

    /// Whether the value is a vector, list or sequence.
    /// (sequential? [1 2])
    /// ;=> true
    "sequential?" => "tested -> bool" (_cx, x: Value) => { yes(x.is_sequential()) }

    /// Whether the value is a vector, list, sequence, map or set.
    /// (coll? "text")
    /// ;=> false
    "coll?" => "tested -> bool"
        (_cx, x: Value) => { yes(x.is_sequential() || matches!(x, Value::Map(_) | Value::Set(_))) }

    /// Whether seq takes the value: a collection, a string or nil.
    /// (seqable? "text")
    /// ;=> true
    "seqable?" => "tested -> bool" (_cx, x: Value) => {
        yes(x.is_sequential() || matches!(x, Value::Map(_) | Value::Set(_) | Value::Text(_) | Value::Nil))
    }

    /// Whether assoc takes the value: a map or a vector.
    /// (associative? [1 2])
    /// ;=> true
    "associative?" => "tested -> bool" (_cx, x: Value) => { yes(matches!(x, Value::Map(_) | Value::Vector(_))) }

    /// Whether count need not walk through the collection.
    /// (counted? [1 2])
    /// ;=> true
    "counted?" => "bool" (_cx, x: Value) => {
        yes(match &x {
            Value::Vector(_) | Value::Map(_) | Value::Set(_) => true,
            Value::Seq(seq) => match seq.node() {
                Node::Empty | Node::Slice { .. } => true,
                Node::Range { count, .. } => *count != usize::MAX,
                Node::Cons { .. } => seq.is_list(),
            },
            Value::Atom(atom) => atom.kind == AtomKind::Transient,
            _ => false,
        })
    }

    /// Whether nth need not walk through the collection: a vector.
    /// (indexed? [1 2])
    /// ;=> true
    "indexed?" => "bool" (_cx, x: Value) => { yes(matches!(x, Value::Vector(_))) }

    /// Whether rseq takes the value: a vector, a sorted map or set.
    /// (reversible? [1 2])
    /// ;=> true
    "reversible?" => "bool" (_cx, x: Value) => {
        yes(match &x {
            Value::Vector(_) => true,
            Value::Map(map) => map.sorting().is_some(),
            Value::Set(set) => set.as_sorted().is_some(),
            _ => false,
        })
    }

    /// Whether the value is an entry of a map. Other vectors of two items are none.
    /// (map map-entry? [(first {:a 1}) [:a 1]])
    /// ;=> (true false)
    "map-entry?" => "bool" (_cx, x: Value) => { yes(matches!(&x, Value::Vector(items) if items.is_entry())) }

    /// Whether the value is a function.
    /// (fn? inc)
    /// ;=> true
    /// (fn? :a)
    /// ;=> false
    "fn?" => "tested -> bool" (_cx, x: Value) => { yes(matches!(x, Value::Function(_))) }

    /// Whether the value can be called: a function, keyword, symbol, map, set or vector.
    /// (ifn? :a)
    /// ;=> true
    "ifn?" => "tested -> bool" (_cx, x: Value) => {
        yes(matches!(
            x,
            Value::Function(_)
                | Value::Keyword(_)
                | Value::Symbol(_)
                | Value::Map(_)
                | Value::Set(_)
                | Value::Vector(_)
        ) || matches!(&x, Value::Atom(atom) if atom.kind == AtomKind::Transient))
    }

    /// Whether the value is a regular expression.
    /// (regex? #"a+")
    /// ;=> true
    "regex?" => "bool" (_cx, x: Value) => { yes(matches!(x, Value::Regex(_))) }

    /// Whether the value is a UUID: here those are strings in the usual spelling.
    /// (uuid? "b6883c0a-0342-4007-9966-bc2dfa6b109e")
    /// ;=> true
    "uuid?" => "bool" (_cx, x: Value) => { yes(matches!(&x, Value::Text(text) if uuid::is_uuid(text.as_str()))) }

    /// Always false: defrecord makes maps.
    /// (record? {:a 1})
    /// ;=> false
    "record?" => "tested -> bool" (_cx, _x: Value) => { yes(false) }

    /// Always false: addresses are strings.
    /// (uri? "https://example.org")
    /// ;=> false
    "uri?" => "bool" (_cx, _x: Value) => { yes(false) }

    /// Always false: there are no arrays of bytes.
    /// (bytes? "abc")
    /// ;=> false
    "bytes?" => "bool" (_cx, _x: Value) => { yes(false) }

    /// Always false: #'name gives the value itself.
    /// (var? #'inc)
    /// ;=> false
    "var?" => "bool" (_cx, _x: Value) => { yes(false) }

    /// Whether both values are one and the same.
    /// (identical? :a :a)
    /// ;=> true
    /// (identical? [1] [1])
    /// ;=> false
    "identical?" => "bool" (cx, a: Value, b: Value) => {
        if let (Value::Text(a), Value::Text(_)) = (&a, &b) {
            cx.spend(a.len() as u64 / 16)?;
        }
        yes(identical(&a, &b))
    }

    /// Whether no two of the values are equal.
    /// (distinct? 1 2 1)
    /// ;=> false
    /// (apply distinct? [1 2 3])
    /// ;=> true
    "distinct?" => "bool" (cx, x: Value; more) => {
        let mut seen = Set::default();
        for item in std::iter::once(x).chain(more) {
            charge(cx, &item)?;
            if !seen.insert(item) {
                return yes(false);
            }
        }
        yes(true)
    }
}
