//! Sugar: forms that are rewritten to other forms.

use super::Analyser;
use super::hints;
use crate::lisp::syntax::{Form, FormKind};
use crate::lisp::text::Span;
use crate::lisp::value::Value;

/// The forms that are rewritten here or in `comprehend`, and the special ones: for suggestions.
pub const NAMES: [&str; 72] = [
    "if",
    "do",
    "quote",
    "and",
    "or",
    "let",
    "loop",
    "recur",
    "fn",
    "letfn",
    "def",
    "defonce",
    "defn",
    "defn-",
    "declare",
    "case",
    "try",
    "catch",
    "finally",
    "throw",
    "lazy-seq",
    "delay",
    "when",
    "when-not",
    "if-not",
    "if-let",
    "if-some",
    "when-let",
    "when-some",
    "when-first",
    "cond",
    "condp",
    "cond->",
    "cond->>",
    "->",
    "->>",
    "as->",
    "some->",
    "some->>",
    "doto",
    "for",
    "doseq",
    "dotimes",
    "while",
    "comment",
    "assert",
    "lazy-cat",
    "pvalues",
    "with-out-str",
    "time",
    "doc",
    "defmulti",
    "defmethod",
    "defrecord",
    "dosync",
    "io!",
    "sync",
    "locking",
    "bound-fn",
    "defstruct",
    "amap",
    "areduce",
    "ns",
    "require",
    "use",
    "refer-clojure",
    "in-ns",
    "import",
    "new",
    ".",
    "..",
    "memfn",
];

/// Builds forms at one place.
struct At(Span);

impl At {
    fn name(&self, name: &str) -> Form {
        Form::symbol(name, self.0)
    }

    fn nil(&self) -> Form {
        Form::literal(Value::Nil, self.0)
    }

    fn list(&self, items: impl IntoIterator<Item = Form>) -> Form {
        Form::list(items.into_iter().collect(), self.0)
    }

    fn vector(&self, items: impl IntoIterator<Item = Form>) -> Form {
        Form::new(FormKind::Vector(items.into_iter().collect()), self.0)
    }

    /// `(name items… rest…)`
    fn call(&self, name: &str, items: impl IntoIterator<Item = Form>, rest: &[Form]) -> Form {
        self.list([self.name(name)].into_iter().chain(items).chain(rest.iter().cloned()))
    }

    /// `(fn [] body…)`
    fn thunk(&self, body: &[Form]) -> Form {
        self.call("fn*", [self.vector([])], body)
    }
}

impl Analyser<'_> {
    /// The form that `name` with these arguments is rewritten to, or nothing if it is no sugar.
    pub(super) fn sugar(&mut self, name: &str, form: &Form, arguments: &[Form]) -> Option<Form> {
        let at = At(form.span);
        // Each part would lie in the next one: rewritten first and refused then, they would fill the memory.
        if nested_parts(name, arguments) > super::MAX_DEPTH {
            self.too_deep(form.span);
            return Some(at.nil());
        }
        Some(match (name, arguments) {
            ("when", [test, body @ ..]) => at.call("if", [test.clone(), at.call("do", [], body)], &[]),
            ("when-not", [test, body @ ..]) => at.call("if", [test.clone(), at.nil(), at.call("do", [], body)], &[]),
            ("if-not", [test, then, rest @ ..]) if rest.len() <= 1 => {
                let otherwise = rest.first().cloned().unwrap_or_else(|| at.nil());
                at.call("if", [test.clone(), otherwise, then.clone()], &[])
            }
            ("if-let" | "if-some", [bindings, then, rest @ ..]) if rest.len() <= 1 => {
                let otherwise = rest.first().cloned().unwrap_or_else(|| at.nil());
                self.if_let(&at, name, bindings, then.clone(), otherwise)?
            }
            ("when-let" | "when-some", [bindings, body @ ..]) => {
                self.if_let(&at, name, bindings, at.call("do", [], body), at.nil())?
            }
            ("when-first", [bindings, body @ ..]) => {
                let pairs = self.pairs(bindings, "when-first")?;
                let (pattern, value) = *pairs.first()?;
                let items = at.name(&self.fresh("items"));
                let first = at.list([at.name("first"), items.clone()]);
                let inner = at.call("let", [at.vector([pattern.clone(), first])], body);
                let seq = at.list([at.name("seq"), value.clone()]);
                at.call("when-let", [at.vector([items, seq]), inner], &[])
            }
            ("cond", clauses) => self.cond(&at, clauses),
            ("condp", [predicate, value, clauses @ ..]) => self.condp(&at, predicate, value, clauses),
            ("->", [first, steps @ ..]) => {
                steps.iter().fold(first.clone(), |value, step| thread(&at, value, step, false))
            }
            ("->>", [first, steps @ ..]) => {
                steps.iter().fold(first.clone(), |value, step| thread(&at, value, step, true))
            }
            ("as->", [first, name, steps @ ..]) => match steps.split_last() {
                None => first.clone(),
                Some((last, steps)) => {
                    let bindings = [first].into_iter().chain(steps).flat_map(|step| [name.clone(), step.clone()]);
                    at.call("let", [at.vector(bindings), last.clone()], &[])
                }
            },
            ("some->" | "some->>", [first, steps @ ..]) => {
                let value = at.name(&self.fresh("value"));
                let mut result = None;
                for step in steps.iter().rev() {
                    let threaded = thread(&At(step.span), value.clone(), step, name == "some->>");
                    let inner = match result {
                        None => threaded,
                        Some(inner) => at.call("let", [at.vector([value.clone(), threaded]), inner], &[]),
                    };
                    let test = at.list([at.name("nil?"), value.clone()]);
                    result = Some(at.call("if", [test, at.nil(), inner], &[]));
                }
                match result {
                    None => first.clone(),
                    Some(inner) => at.call("let", [at.vector([value, first.clone()]), inner], &[]),
                }
            }
            ("cond->" | "cond->>", [first, clauses @ ..]) if clauses.len().is_multiple_of(2) => {
                let value = at.name(&self.fresh("value"));
                let steps = clauses.chunks(2).filter_map(|pair| match pair {
                    [test, step] => {
                        let threaded = thread(&At(step.span), value.clone(), step, name == "cond->>");
                        Some(at.call("if", [test.clone(), threaded, value.clone()], &[]))
                    }
                    _ => None,
                });
                let bindings = [first.clone()].into_iter().chain(steps).flat_map(|step| [value.clone(), step]);
                at.call("let", [at.vector(bindings), value.clone()], &[])
            }
            ("doto", [first, steps @ ..]) => {
                let value = at.name(&self.fresh("value"));
                let steps = steps.iter().map(|step| thread(&At(step.span), value.clone(), step, false));
                let body: Vec<Form> = steps.chain([value.clone()]).collect();
                at.call("let", [at.vector([value, first.clone()])], &body)
            }
            ("throw", [fault]) => at.list([at.name("%throw"), fault.clone()]),
            ("assert", [test, message @ ..]) if message.len() <= 1 => {
                let text = format!("Assert failed: {}", self.text(test.span));
                let text = Form::literal(Value::text(text), at.0);
                let fault = at.call("%assertion", [text], message);
                at.call("if", [test.clone(), at.nil(), fault], &[])
            }
            ("comment", _) => at.nil(),
            ("lazy-cat", items) => {
                let parts = items.iter().map(|item| at.call("lazy-seq", [item.clone()], &[]));
                at.call("concat", parts, &[])
            }
            ("pvalues", items) => {
                let thunks = items.iter().map(|item| at.thunk(std::slice::from_ref(item)));
                at.call("pcalls", thunks, &[])
            }
            ("with-out-str", body) => at.list([at.name("%with-out-str"), at.thunk(body)]),
            ("time" | "dosync" | "io!", body) => at.call("do", [], body),
            // Programs run alone.
            ("locking" | "sync", [with, body @ ..]) => at.call("do", [with.clone()], body),
            ("new", [class, given @ ..]) if class.as_symbol().is_some() => {
                at.call(&format!("{}.", class.as_symbol()?), [], given)
            }
            (".", [object, member, given @ ..]) => self.dotted(&at, object, member, given)?,
            ("..", [object, member, members @ ..]) => {
                let mut value = self.dotted(&at, object, member, &[])?;
                for member in members {
                    value = self.dotted(&at, &value, member, &[])?;
                }
                value
            }
            ("memfn", [method, names @ ..]) if method.as_symbol().is_some() => {
                let target = at.name(&self.fresh("target"));
                let body = at.call(&format!(".{}", method.as_symbol()?), [target.clone()], names);
                at.list([at.name("fn"), at.vector([target].into_iter().chain(names.iter().cloned())), body])
            }
            ("bound-fn", rest) => at.call("fn", [], rest),
            ("defstruct", [named, keys @ ..]) => {
                at.list([at.name("def"), named.clone(), at.call("create-struct", [], keys)])
            }
            ("amap", [array, index, result, value]) => {
                let held = at.name(&self.fresh("array"));
                let each = at.call("fn", [at.vector([index.clone()]), value.clone()], &[]);
                let indices = at.list([at.name("range"), at.list([at.name("alength"), held.clone()])]);
                let all = at.list([at.name("mapv"), each, indices]);
                at.call("let", [at.vector([held.clone(), array.clone(), result.clone(), held]), all], &[])
            }
            ("areduce", [array, index, result, init, value]) => {
                let held = at.name(&self.fresh("array"));
                let next = at.list([at.name("recur"), at.list([at.name("inc"), index.clone()]), value.clone()]);
                let more = at.list([at.name("<"), index.clone(), at.list([at.name("alength"), held.clone()])]);
                let start = Form::literal(Value::Int(0), at.0);
                let bindings = at.vector([index.clone(), start, result.clone(), init.clone()]);
                let body = at.list([at.name("if"), more, next, result.clone()]);
                at.call("let", [at.vector([held, array.clone()]), at.list([at.name("loop"), bindings, body])], &[])
            }
            ("doc", [named]) if named.as_symbol().is_some() => {
                at.list([at.name("%doc"), Form::literal(Value::text(named.as_symbol()?), at.0)])
            }
            // `(doc "map")`, `(doc 'map)`, `(doc :map)`: the name is what is meant.
            ("doc", [named]) if doc_name(named).is_some() => {
                at.list([at.name("%doc"), Form::literal(Value::text(doc_name(named)?), at.0)])
            }
            ("for" | "doseq" | "dotimes" | "while", _) => return self.comprehend(name, form, arguments),
            ("defmulti", [named, rest @ ..]) => {
                let rest: Vec<Form> = rest.iter().filter(|form| form.as_text().is_none()).cloned().collect();
                let title = Form::literal(Value::text(named.as_symbol()?), at.0);
                at.list([at.name("defonce"), named.clone(), at.call("%multi", [title], &rest)])
            }
            ("defmethod", [named, value, rest @ ..]) => {
                at.list([at.name("%add-method"), named.clone(), value.clone(), at.call("fn", [], rest)])
            }
            ("defrecord", [_, _, protocol, ..]) => {
                let text = self.text(protocol.span);
                let message = format!("defrecord makes maps, which have no methods; {text} stands for some");
                let hint = "write (defrecord Name [field]) alone and plain functions beside it, or (defmulti name :kind) \
                            and (defmethod name :value [this] …) for what differs";
                self.error(protocol.span, crate::lisp::text::ErrorKind::Unsupported, message, Some(hint.to_owned()));
                at.nil()
            }
            ("defrecord", [named, fields]) => self.record(&at, named, fields)?,
            (
                "when" | "when-not" | "if-not" | "if-let" | "if-some" | "when-let" | "when-some" | "condp" | "->"
                | "->>" | "as->" | "some->" | "some->>" | "cond->" | "cond->>" | "doto" | "throw" | "assert" | "doc"
                | "defmulti" | "defmethod" | "defrecord" | "new" | "." | ".." | "memfn" | "when-first" | "amap"
                | "areduce" | "locking" | "defstruct",
                _,
            ) => {
                self.wrong(at.0, format!("{name} was given {} parts", arguments.len()), hints::shape(name));
                at.nil()
            }
            _ => return None,
        })
    }

    /// `(. object member given…)`: a method, or a static one where the object is a class.
    fn dotted(&mut self, at: &At, object: &Form, member: &Form, given: &[Form]) -> Option<Form> {
        let (name, given) = match &member.kind {
            FormKind::List(items) => (items.first()?.as_symbol()?, items.get(1..)?),
            _ => (member.as_symbol()?, given),
        };
        let class = object.as_symbol().filter(|name| {
            let class = name.rsplit('.').next().unwrap_or(name);
            class.starts_with(char::is_uppercase) && !self.scopes.is_local(name)
        });
        Some(match class {
            Some(class) => at.call(&format!("{class}/{name}"), [], given),
            None => at.call(&format!(".{name}"), [object.clone()], given),
        })
    }

    fn if_let(&mut self, at: &At, what: &str, bindings: &Form, then: Form, otherwise: Form) -> Option<Form> {
        let some = what.ends_with("some");
        let pairs = self.pairs(bindings, what)?;
        let [(pattern, value)] = pairs.as_slice() else {
            let message = format!("{what} binds one name, got {}", pairs.len());
            self.wrong(bindings.span, message, "nest them, or use let and if");
            return Some(at.nil());
        };
        let held = at.name(&self.fresh("held"));
        let test = if some { at.list([at.name("some?"), held.clone()]) } else { held.clone() };
        let inner = at.call("let", [at.vector([(*pattern).clone(), held.clone()]), then], &[]);
        let choice = at.call("if", [test, inner, otherwise], &[]);
        Some(at.call("let", [at.vector([held, (*value).clone()]), choice], &[]))
    }

    fn cond(&mut self, at: &At, clauses: &[Form]) -> Form {
        if !clauses.len().is_multiple_of(2) {
            let last = clauses.last().map(|last| self.text(last.span)).unwrap_or_default();
            self.wrong(at.0, format!("cond needs a value for every test; {last} has none"), "the last test is :else");
            return at.nil();
        }
        let pairs = clauses.chunks(2).rev();
        pairs.fold(at.nil(), |otherwise, pair| match pair {
            [test, then] if test.as_keyword() == Some("else") => then.clone(),
            [test, then] => At(test.span).call("if", [test.clone(), then.clone(), otherwise], &[]),
            _ => otherwise,
        })
    }

    fn condp(&mut self, at: &At, predicate: &Form, value: &Form, clauses: &[Form]) -> Form {
        let (p, v) = (at.name(&self.fresh("predicate")), at.name(&self.fresh("value")));
        let mut parts = Vec::new();
        let mut items = clauses.iter();
        let mut result = None;
        while let Some(test) = items.next() {
            match (items.next(), items.as_slice()) {
                (None, _) => result = Some(test.clone()),
                (Some(arrow), _) if arrow.as_keyword() == Some(">>") => match items.next() {
                    Some(function) => parts.push((test, function, true)),
                    None => {
                        self.wrong(arrow.span, ":>> needs a function after it", "");
                    }
                },
                (Some(then), _) => parts.push((test, then, false)),
            }
        }
        let none = at.list([at.name("%no-match"), v.clone()]);
        let start = result.unwrap_or(none);
        let held = at.name(&self.fresh("held"));
        let body = parts.into_iter().rev().fold(start, |otherwise, (test, then, arrow)| {
            let asked = at.list([p.clone(), test.clone(), v.clone()]);
            if arrow {
                let inner = at.list([then.clone(), held.clone()]);
                at.call("if-let", [at.vector([held.clone(), asked]), inner, otherwise], &[])
            } else {
                at.call("if", [asked, then.clone(), otherwise], &[])
            }
        });
        at.call("let", [at.vector([p, predicate.clone(), v, value.clone()]), body], &[])
    }

    /// `(defrecord Point [x y])`: data with constructors.
    fn record(&mut self, at: &At, named: &Form, fields: &Form) -> Option<Form> {
        let (name, items) = (named.as_symbol()?, fields.as_vector()?);
        let of_fields = |value: &dyn Fn(&Form) -> Form| {
            let entry = |field: &Form| Some([Form::literal(Value::keyword(field.as_symbol()?), at.0), value(field)]);
            Form::new(FormKind::Map(items.iter().filter_map(entry).flatten().collect()), at.0)
        };
        let map = of_fields(&Form::clone);
        let make = |title: String| at.list([at.name("defn"), at.name(&title), fields.clone(), map.clone()]);
        let given = at.name("given");
        // Fields that are not given are nil.
        let whole = at.list([at.name("merge"), of_fields(&|_| at.nil()), given.clone()]);
        let from_map = at.list([at.name("defn"), at.name(&format!("map->{name}")), at.vector([given]), whole]);
        Some(at.call("do", [make(format!("->{name}")), make(format!("{name}.")), from_map, at.nil()], &[]))
    }
}

/// How deep the parts of a form nest at least once it is rewritten; 0 where they do not.
fn nested_parts(name: &str, arguments: &[Form]) -> usize {
    match name {
        "->" | "->>" | "some->" | "some->>" | ".." => arguments.len().saturating_sub(1),
        "cond" => {
            let last = arguments.iter().step_by(2).position(|test| test.as_keyword() == Some("else"));
            last.unwrap_or(arguments.len() / 2)
        }
        // A test, an arrow and a function at most for each.
        "condp" => arguments.len().saturating_sub(2) / 3,
        _ => 0,
    }
}

/// The name that `doc` is asked for otherwise than by the name itself.
fn doc_name(named: &Form) -> Option<&str> {
    let quoted = named.as_list().filter(|_| named.is_call("quote") || named.is_call("var"));
    let quoted = quoted.and_then(|items| items.get(1)).and_then(Form::as_symbol);
    named.as_text().or_else(|| named.as_keyword()).or(quoted)
}

/// One step of a threading form: the value goes to the second or the last place.
fn thread(at: &At, value: Form, step: &Form, last: bool) -> Form {
    match &step.kind {
        FormKind::List(items) if !items.is_empty() => {
            let (head, rest) = items.split_at(1);
            let items: Vec<Form> = if last {
                items.iter().cloned().chain([value]).collect()
            } else {
                head.iter().cloned().chain([value]).chain(rest.iter().cloned()).collect()
            };
            Form::list(items, step.span)
        }
        _ => At(if step.span == Span::default() { at.0 } else { step.span }).list([step.clone(), value]),
    }
}

/// The body of a function with its `:pre` and `:post` conditions as assertions, if it has any.
pub(super) fn conditions(body: &[Form], span: Span) -> Option<Vec<Form>> {
    let (first, rest) = body.split_first().filter(|(_, rest)| !rest.is_empty())?;
    let FormKind::Map(items) = &first.kind else { return None };
    let under = |key: &str| {
        let at = items.iter().step_by(2).position(|form| form.as_keyword() == Some(key))?;
        items.get(at.saturating_mul(2).saturating_add(1))?.as_vector()
    };
    let (pre, post) = (under("pre"), under("post"));
    if pre.is_none() && post.is_none() {
        return None;
    }
    let at = At(span);
    let assertions = |tests: Option<&[Form]>| -> Vec<Form> {
        tests.unwrap_or(&[]).iter().map(|test| At(test.span).call("assert", [test.clone()], &[])).collect()
    };
    let mut forms = assertions(pre);
    match post {
        None => forms.extend(rest.iter().cloned()),
        Some(_) => {
            let result = at.name("%");
            let value = at.call("do", [], rest);
            let checks: Vec<Form> = assertions(post).into_iter().chain([result.clone()]).collect();
            forms.push(at.call("let", [at.vector([result, value])], &checks));
        }
    }
    Some(forms)
}
