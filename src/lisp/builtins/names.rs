//! What Clojure knows of its own names.

use super::builtins;
use crate::lisp::ops::{lookup, print, text};
use crate::lisp::value::{Callable, Context, Result, Value};

const SPECIAL: [&str; 24] = [
    "&",
    "monitor-exit",
    "case*",
    "try",
    "reify*",
    "finally",
    "loop*",
    "do",
    "letfn*",
    "if",
    "clojure.core/import*",
    "new",
    "deftype*",
    "let*",
    "fn*",
    "recur",
    "set!",
    ".",
    "var",
    "quote",
    "catch",
    "throw",
    "monitor-enter",
    "def",
];

/// How a character of a name is written in Java's names.
fn java_name(c: char) -> Option<&'static str> {
    Some(match c {
        '-' => "_",
        ':' => "_COLON_",
        '+' => "_PLUS_",
        '>' => "_GT_",
        '<' => "_LT_",
        '=' => "_EQ_",
        '~' => "_TILDE_",
        '!' => "_BANG_",
        '@' => "_CIRCA_",
        '#' => "_SHARP_",
        '\'' => "_SINGLEQUOTE_",
        '"' => "_DOUBLEQUOTE_",
        '%' => "_PERCENT_",
        '^' => "_CARET_",
        '&' => "_AMPERSAND_",
        '*' => "_STAR_",
        '|' => "_BAR_",
        '{' => "_LBRACE_",
        '}' => "_RBRACE_",
        '[' => "_LBRACK_",
        ']' => "_RBRACK_",
        '/' => "_SLASH_",
        '\\' => "_BSLASH_",
        '?' => "_QMARK_",
        _ => return None,
    })
}

fn munged(cx: &mut dyn Context, text: &str) -> Result<String> {
    cx.spend(text.len() as u64 / 4)?;
    let length = text.chars().map(|c| java_name(c).map_or(c.len_utf8(), str::len)).fold(0, usize::saturating_add);
    cx.reserve(length.saturating_mul(2))?;
    let mut out = String::with_capacity(length);
    for c in text.chars() {
        match java_name(c) {
            Some(name) => out.push_str(name),
            None => out.push(c),
        }
    }
    Ok(out)
}

/// The content of an XML element as data: a map with :content.
fn content(cx: &mut dyn Context, element: &Value) -> Result<Value> {
    lookup::find(cx, element, &Value::keyword("content")).map(Option::unwrap_or_default)
}

builtins! { Predicates;
    /// Whether a symbol names a form that the compiler itself knows.
    /// (map special-symbol? '[if when])
    /// ;=> (true false)
    "special-symbol?" => "bool" (_cx, x: Value) => {
        Ok(Value::from(matches!(&x, Value::Symbol(symbol) if SPECIAL.contains(&symbol.as_str()))))
    }

    /// Whether the value is a class: there are none, so false.
    /// (class? 1)
    /// ;=> false
    "class?" => "bool" (_cx, _x: Value) => { Ok(Value::from(false)) }

    /// Whether the value is a future: there are none, so false.
    /// (future? (delay 1))
    /// ;=> false
    "future?" => "bool" (_cx, _x: Value) => { Ok(Value::from(false)) }

    /// Whether the value is a tagged literal: there are none, so false.
    /// (tagged-literal? 1)
    /// ;=> false
    "tagged-literal?" => "bool" (_cx, _x: Value) => { Ok(Value::from(false)) }

    /// Whether the value is a reader conditional: there are none, so false.
    /// (reader-conditional? 1)
    /// ;=> false
    "reader-conditional?" => "bool" (_cx, _x: Value) => { Ok(Value::from(false)) }

    /// The version of Clojure that this language follows.
    /// (clojure-version)
    /// ;=> "1.11.1"
    "clojure-version" (_cx) => { Ok("1.11.1".into()) }

    /// A name as Java would write it.
    /// (munge "odd-name?")
    /// ;=> "odd_name_QMARK_"
    "munge" (cx, name: Value) => {
        match &name {
            Value::Symbol(symbol) => Ok(Value::symbol(munged(cx, symbol.as_str())?)),
            Value::Text(text) => Ok(munged(cx, text.as_str())?.into()),
            other => {
                let text = print::shown(cx, other)?;
                Ok(munged(cx, text.as_str())?.into())
            }
        }
    }

    /// The name of a namespace with _ for -.
    /// (namespace-munge "my-app.core")
    /// ;=> "my_app.core"
    "namespace-munge" (cx, name: Value) => {
        let name = print::shown(cx, &name)?;
        text::walk(cx, name.as_str())?;
        cx.reserve(name.len().saturating_mul(3))?;
        Ok(name.as_str().replace('-', "_").into())
    }

    /// The keyword of a name, as keyword gives it: every keyword is there.
    /// (find-keyword "a")
    /// ;=> :a
    "find-keyword"
        (cx, name: Value) => { cx.call1(&super::named("keyword"), name) }
        (cx, ns: Value, name: Value) => { cx.call2(&super::named("keyword"), ns, name) }

    /// The function itself: names have no other values elsewhere.
    /// ((bound-fn* inc) 1)
    /// ;=> 2
    "bound-fn*" (_cx, f: Callable) => { Ok(f.0) }

    /// The elements and texts of an XML tree of maps with :content, each before what is in it.
    /// (map #(:tag % %) (xml-seq {:tag :a :content ["text" {:tag :b}]}))
    /// ;=> (:a "text" :b)
    "xml-seq" (cx, root: Value) => {
        let branch = crate::lisp::value::native("xml-seq", Vec::new(), |_, _, arguments| {
            Ok(Value::from(!matches!(arguments.first(), Some(Value::Text(_)))))
        });
        let children = crate::lisp::value::native("xml-seq", Vec::new(), |cx, _, arguments| {
            content(cx, arguments.first().unwrap_or(&Value::Nil))
        });
        cx.call(&super::named("tree-seq"), crate::lisp::value::args([branch, children, root]))
    }

    /// The sequence itself: nothing is computed ahead.
    /// (seque 10 [1 2])
    /// ;=> (1 2)
    "seque"
        (cx, s: Value) => { crate::lisp::value::seq(s, cx) }
        (cx, _n: Value, s: Value) => { crate::lisp::value::seq(s, cx) }
}
