//! Macros as data: what Clojure makes of a quoted form. Programs themselves are not rewritten by this.

use super::builtins;
use crate::lisp::ops::walk;
use crate::lisp::syntax::read_data;
use crate::lisp::text::Source;
use crate::lisp::value::{Context, Fault, Iter, Result, Value, collect, unsupported};
use std::sync::{Arc, LazyLock};

/// Patterns and what they become, as Clojure writes it: names stand for forms, `&` for all that follow. The names that
/// end in `__auto__` are those of Clojure 1.11.1.
const RULES: &str = "
    (when test & body)          (if test (do & body))
    (when-not test & body)      (if test nil (do & body))
    (if-not test then)          (clojure.core/if-not test then nil)
    (if-not test then else)     (if (clojure.core/not test) then else)
    (cond)                      nil
    (cond test then & clauses)  (if test then (clojure.core/cond & clauses))
    (and)                       true
    (and x)                     x
    (and x & more)
    (clojure.core/let [and__5579__auto__ x]
      (if and__5579__auto__ (clojure.core/and & more) and__5579__auto__))
    (or)                        nil
    (or x)                      x
    (or x & more)
    (clojure.core/let [or__5581__auto__ x] (if or__5581__auto__ or__5581__auto__ (clojure.core/or & more)))
    (if-let [name value] then)  (clojure.core/if-let [name value] then nil)
    (if-let [name value] then else)
    (clojure.core/let [temp__5802__auto__ value]
      (if temp__5802__auto__ (clojure.core/let [name temp__5802__auto__] then) else))
    (when-let [name value] & body)
    (clojure.core/let [temp__5804__auto__ value]
      (clojure.core/when temp__5804__auto__ (clojure.core/let [name temp__5804__auto__] & body)))
    (if-some [name value] then) (clojure.core/if-some [name value] then nil)
    (if-some [name value] then else)
    (clojure.core/let [temp__5806__auto__ value]
      (if (clojure.core/nil? temp__5806__auto__) else (clojure.core/let [name temp__5806__auto__] then)))
    (when-some [name value] & body)
    (clojure.core/let [temp__5808__auto__ value]
      (if (clojure.core/nil? temp__5808__auto__) nil (clojure.core/let [name temp__5808__auto__] & body)))
    (when-first [name items] & body)
    (clojure.core/when-let [xs__6360__auto__ (clojure.core/seq items)]
      (clojure.core/let [name (clojure.core/first xs__6360__auto__)] & body))
    (dotimes [name n] & body)
    (clojure.core/let [n__6088__auto__ (clojure.core/long n)]
      (clojure.core/loop [name 0]
        (clojure.core/when (clojure.core/< name n__6088__auto__)
          & body (recur (clojure.core/unchecked-inc name)))))
    (while test & body)         (clojure.core/loop [] (clojure.core/when test & body (recur)))
    (comment & body)            nil
    (assert x)
    (clojure.core/when-not x
      (throw (new java.lang.AssertionError
        (clojure.core/str \"Assert failed: \" (clojure.core/pr-str (quote x))))))
    (assert x message)
    (clojure.core/when-not x
      (throw (new java.lang.AssertionError
        (clojure.core/str \"Assert failed: \" message \"\\n\" (clojure.core/pr-str (quote x))))))
    (lazy-seq & body)           (new clojure.lang.LazySeq (fn* [] & body))
    (delay & body)              (new clojure.lang.Delay (fn* [] & body))
    (vswap! v f & more)         (.reset v (f (.deref v) & more))
    (defn- name & rest)         (clojure.core/defn name & rest)
    (.. x form)                 (. x form)
    (.. x form & forms)         (.. (. x form) & forms)
";

/// Macros whose expansion has names that Clojure makes anew each time, or parts of its host.
const GENERATED: &str = "amap areduce binding bound-fn case cond-> cond->> condp defmacro defmethod defmulti defonce \
    defprotocol defrecord defstruct deftype doseq dosync doto extend-protocol extend-type for future io! lazy-cat \
    locking ns pvalues reify some-> some->> sync time with-local-vars with-open with-out-str with-precision \
    with-redefs";

struct Rule {
    name: String,
    pattern: Vec<Value>,
    template: Value,
}

static TABLE: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    let forms = read_data(&Arc::new(Source::new("macros", RULES))).unwrap_or_default();
    let rule = |pair: &[Value]| match pair {
        [pattern, template] => {
            let mut pattern = items(pattern)?;
            let name = pattern.first()?.as_name()?.to_owned();
            pattern.remove(0);
            Some(Rule { name, pattern, template: template.clone() })
        }
        _ => None,
    };
    forms.chunks(2).filter_map(rule).collect()
});

/// The items of a list or vector of quoted forms.
fn items(form: &Value) -> Option<Vec<Value>> {
    form.is_sequential().then(|| Iter::ready(form).collect())
}

/// What the names of a pattern stand for.
type Found = Vec<(String, Vec<Value>)>;

fn matches(pattern: &[Value], parts: &[Value], found: &mut Found) -> bool {
    match (pattern, parts) {
        ([], []) => true,
        ([ampersand, rest], parts) if ampersand.as_name() == Some("&") => {
            found.push((rest.to_string(), parts.to_vec()));
            true
        }
        ([first, pattern @ ..], [part, parts @ ..]) => {
            let fits = match (first, part) {
                (Value::Vector(_), Value::Vector(_)) => match (items(first), items(part)) {
                    (Some(first), Some(part)) => matches(&first, &part, found),
                    _ => false,
                },
                (Value::Vector(_), _) => false,
                (name, part) => {
                    found.push((name.to_string(), vec![part.clone()]));
                    true
                }
            };
            fits && matches(pattern, parts, found)
        }
        _ => false,
    }
}

fn filled(template: &Value, found: &Found) -> Result<Value> {
    let inside = |parts: Vec<Value>| -> Result<Vec<Value>> {
        let mut out = Vec::with_capacity(parts.len());
        let mut parts = parts.iter();
        while let Some(part) = parts.next() {
            let splice = (part.as_name() == Some("&")).then(|| parts.next()).flatten();
            match (splice, part) {
                (Some(name), _) => out.extend(under(name, found).iter().cloned()),
                (None, part) => out.push(filled(part, found)?),
            }
        }
        Ok(out)
    };
    match template {
        Value::Symbol(_) => Ok(under(template, found).first().unwrap_or(template).clone()),
        Value::Vector(_) => Value::vector(inside(items(template).unwrap_or_default())?).within_nesting(),
        Value::Seq(_) => Value::list(inside(items(template).unwrap_or_default())?).within_nesting(),
        other => Ok(other.clone()),
    }
}

fn under<'f>(name: &Value, found: &'f Found) -> &'f [Value] {
    let name = name.as_name().unwrap_or_default();
    found.iter().find(|(known, _)| known == name).map_or(&[], |(_, forms)| forms)
}

fn core(name: &str) -> Value {
    Value::symbol(format!("clojure.core/{name}"))
}

/// `(head parts…)`
fn call(head: Value, parts: impl IntoIterator<Item = Value>) -> Result<Value> {
    Value::list([head].into_iter().chain(parts).collect()).within_nesting()
}

/// The value put into the second place of a step, or the last.
fn threaded(value: Value, step: &Value, last: bool) -> Result<Value> {
    let Value::Seq(_) = step else { return call(step.clone(), [value]) };
    let mut parts = items(step).unwrap_or_default();
    let place = if last { parts.len() } else { parts.len().min(1) };
    parts.insert(place, value);
    Value::list(parts).with_meta_of(step).within_nesting()
}

/// Whether all names that a vector binds, or takes, are plain ones.
fn is_plain(bindings: Option<&Value>, step: usize) -> bool {
    matches!(bindings, Some(bindings @ Value::Vector(_)) if Iter::ready(bindings).step_by(step).all(|name| matches!(name, Value::Symbol(_))))
}

/// The parts of `(fn name? [params] body…)` or `(fn name? ([params] body…)…)` with a list for each arity.
fn arities(parts: &[Value]) -> Result<Option<Vec<Value>>> {
    let (name, rest) = match parts {
        [name @ Value::Symbol(_), rest @ ..] => (Some(name.clone()), rest),
        rest => (None, rest),
    };
    let lists = match rest.first() {
        Some(Value::Vector(_)) => vec![Value::list(rest.to_vec()).within_nesting()?],
        _ => rest.to_vec(),
    };
    let plain = lists.iter().all(|arity| is_plain(Iter::ready(arity).next().as_ref(), 1));
    Ok((plain && !lists.is_empty()).then(|| name.into_iter().chain(lists).collect()))
}

/// `defn` without its text, and what it says about the function.
fn defined(parts: &[Value]) -> Result<Option<Value>> {
    let [name @ Value::Symbol(_), rest @ ..] = parts else { return Ok(None) };
    let rest = match rest {
        [Value::Text(_) | Value::Map(_), rest @ ..] if !rest.is_empty() => rest,
        rest => rest,
    };
    let lists = match rest.first() {
        Some(Value::Vector(_)) => vec![Value::list(rest.to_vec()).within_nesting()?],
        _ => rest.to_vec(),
    };
    call(Value::symbol("def"), [name.clone(), call(core("fn"), lists)?]).map(Some)
}

fn special(name: &str, parts: &[Value]) -> Result<Option<Value>> {
    match (name, parts) {
        ("->" | "->>", [first, steps @ ..]) => {
            steps.iter().try_fold(first.clone(), |value, step| threaded(value, step, name == "->>")).map(Some)
        }
        ("as->", [first, name, steps @ ..]) => {
            let (last, steps) = steps.split_last().map_or((name, steps), |(last, steps)| (last, steps));
            let bindings = [first].into_iter().chain(steps).flat_map(|step| [name.clone(), step.clone()]);
            let bindings = Value::vector(bindings.collect()).within_nesting()?;
            call(core("let"), [bindings, last.clone()]).map(Some)
        }
        ("let" | "loop", [bindings, ..]) if is_plain(Some(bindings), 2) => {
            call(Value::symbol(format!("{name}*")), parts.iter().cloned()).map(Some)
        }
        ("fn", parts) => arities(parts)?.map(|parts| call(Value::symbol("fn*"), parts)).transpose(),
        ("defn", parts) => defined(parts),
        ("letfn", [Value::Vector(functions), body @ ..]) => {
            let mut bindings = Vec::new();
            for function in functions.iter() {
                bindings.extend(Iter::ready(function).next());
                bindings.push(call(core("fn"), items(function).unwrap_or_default())?);
            }
            let bindings = Value::vector(bindings).within_nesting()?;
            call(Value::symbol("letfn*"), [bindings].into_iter().chain(body.iter().cloned())).map(Some)
        }
        ("declare", names) => {
            let define = |name: &Value| call(Value::symbol("def"), [name.clone()]);
            let parts = names.iter().map(define).collect::<Result<Vec<_>>>()?;
            call(Value::symbol("do"), parts).map(Some)
        }
        _ => Ok(None),
    }
}

/// What the macro at the head of a form makes of it; nothing where there is none.
fn expanded(cx: &mut dyn Context, form: &Value) -> Result<Option<Value>> {
    if !matches!(form, Value::Seq(_) | Value::Lazy(_)) {
        return Ok(None);
    }
    let parts = collect(form.clone(), cx)?;
    let Some((Value::Symbol(head), parts)) = parts.split_first() else { return Ok(None) };
    let name = head.as_str().strip_prefix("clojure.core/").unwrap_or(head.as_str());
    cx.spend(parts.len() as u64)?;
    if let Some(made) = special(name, parts)? {
        return Ok(Some(made));
    }
    let mut known = false;
    for rule in TABLE.iter().filter(|rule| rule.name == name) {
        known = true;
        let mut found = Found::new();
        if matches(&rule.pattern, parts, &mut found) {
            return filled(&rule.template, &found).map(Some);
        }
    }
    if known {
        return Err(Fault::value(format!("{name} takes no {} parts of these kinds", parts.len())).into());
    }
    if matches!(name, "let" | "loop" | "fn" | "letfn" | "as->" | "->" | "->>") || is_generated(name) {
        let message = format!("the expansion of this {name} has names or classes that only Clojure itself can make");
        return Err(unsupported(message, "expand a simpler form; programs need no expansion to run"));
    }
    Ok(None)
}

fn is_generated(name: &str) -> bool {
    GENERATED.split_ascii_whitespace().any(|other| other == name)
}

fn fully(cx: &mut dyn Context, mut form: Value) -> Result<Value> {
    while let Some(next) = expanded(cx, &form)? {
        form = next;
    }
    Ok(form)
}

builtins! { Collections;
    /// What Clojure's macro at the head of a quoted form makes of it, once; any other form as it is.
    /// (macroexpand-1 '(cond a 1 :else 2))
    /// ;=> (if a 1 (clojure.core/cond :else 2))
    "macroexpand-1" (cx, form: Value) => { Ok(expanded(cx, &form)?.unwrap_or(form)) }

    /// A quoted form after its macro, and the macro that this makes of it, have been expanded.
    /// (macroexpand '(-> x (f 1) g))
    /// ;=> (g (f x 1))
    "macroexpand" (cx, form: Value) => { fully(cx, form) }

    /// A quoted form after all macros in it have been expanded.
    /// (clojure.walk/macroexpand-all '(when a (-> x inc)))
    /// ;=> (if a (do (inc x)))
    "clojure.walk/macroexpand-all" (cx, form: Value) => { walk::prewalk(cx, form, &mut fully) }
}
