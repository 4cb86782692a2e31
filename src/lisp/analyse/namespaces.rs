//! Namespaces: what `ns`, `require` and `use` give names to.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{Analyser, Expr};
use crate::lisp::syntax::{Form, FormKind};
use crate::lisp::text::{ErrorKind, Span, nearest};
use crate::lisp::value::Value;

/// The aliases of namespaces, and the names that are referred to without one. They belong to a memory, as the names that
/// `def` makes do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Aliases {
    /// The namespace for an alias.
    spaces: BTreeMap<String, String>,
    /// The full name of a builtin for a plain name.
    referred: BTreeMap<String, String>,
}

impl Aliases {
    /// The namespace that an alias stands for.
    pub(super) fn space(&self, alias: &str) -> Option<&str> {
        self.spaces.get(alias).map(String::as_str)
    }

    /// The builtin that a name without a namespace stands for.
    pub(super) fn referred(&self, name: &str) -> Option<&str> {
        self.referred.get(name).map(String::as_str)
    }

    /// A form that says the same, if there is anything to say.
    pub fn to_require(&self) -> Option<String> {
        if self.spaces.is_empty() && self.referred.is_empty() {
            return None;
        }
        let mut text = String::from("(require");
        for (alias, space) in &self.spaces {
            let _ = write!(text, " '[{space} :as {alias}]");
        }
        for (name, full) in &self.referred {
            let (space, own) = full.split_once('/').unwrap_or(("clojure.core", full));
            let _ = write!(text, " '[{space} :refer [{own}]");
            if own != name {
                let _ = write!(text, " :rename {{{own} {name}}}");
            }
            text.push(']');
        }
        text.push(')');
        Some(text)
    }
}

/// What names without an alias a spec asks for.
#[derive(Default)]
struct Wanted {
    all: bool,
    names: Vec<(String, Span)>,
    excluded: Vec<String>,
    renamed: Vec<(String, String)>,
}

/// Namespaces under which libraries have what is in `json/` here.
fn is_json(space: &str) -> bool {
    matches!(space, "cheshire.core" | "clojure.data.json")
}

impl Analyser<'_> {
    /// `ns` and `require` where they only give aliases to namespaces that are there anyway.
    pub(super) fn namespace(&mut self, name: &str, arguments: &[Form], span: Span) -> Expr {
        // Whether all names of a namespace are referred to unless it says which.
        let mut specs: Vec<(Form, bool)> = Vec::new();
        let mut stack: Vec<(&Form, bool)> = match name {
            "ns" => arguments.iter().skip(1).map(|form| (form, false)).collect(),
            "require" | "use" => arguments.iter().map(|form| (form, name == "use")).collect(),
            // `refer-clojure`, `in-ns`, `import`
            _ => return Expr::constant(Value::Nil, span),
        };
        stack.reverse();
        while let Some((form, uses)) = stack.pop() {
            let more =
                |items| -> Vec<(&Form, bool)> { <[Form]>::iter(items).skip(1).map(|form| (form, uses)).collect() };
            match &form.kind {
                FormKind::Vector(_) => specs.push((form.clone(), uses)),
                FormKind::Symbol(_) => {
                    specs.push((Form::vector([form.clone()], form.span), uses));
                }
                FormKind::List(items) if form.is_call("quote") => stack.extend(more(items)),
                FormKind::List(items) => match items.first().and_then(Form::as_keyword) {
                    Some(clause @ ("require" | "use")) => {
                        let clause = clause == "use";
                        stack.extend(items.iter().skip(1).map(|form| (form, clause)).rev());
                    }
                    Some("import" | "refer-clojure" | "gen-class") => {}
                    _ => return self.not_a_clause(name, form),
                },
                FormKind::Literal(_) | FormKind::Map(_) => {}
                FormKind::Set(_) | FormKind::Function(_) | FormKind::Regex(_) => return self.not_a_clause(name, form),
            }
        }
        for (spec, uses) in specs {
            self.refer(&spec, uses);
        }
        Expr::constant(Value::Nil, span)
    }

    fn not_a_clause(&mut self, name: &str, form: &Form) -> Expr {
        let text = self.text(form.span);
        let hint = "only (:require [namespace :as alias :refer [name]]) for clojure.string, clojure.set and their kin"
            .to_owned();
        self.error(form.span, ErrorKind::Unsupported, format!("{name} cannot do {text} here"), Some(hint))
    }

    /// One spec: `[clojure.string :as str :refer [join]]`.
    fn refer(&mut self, spec: &Form, uses: bool) {
        let items = spec.as_vector().unwrap_or(&[]);
        let space = items.first().and_then(Form::as_symbol).unwrap_or("");
        let full = if is_json(space) { "json" } else { space };
        let prefix = format!("{full}/");
        let mut builtins = self.ctx.registry.all().into_iter();
        let known = matches!(space, "clojure.core" | "clojure.pprint" | "clojure.test")
            || builtins.any(|builtin| builtin.name.starts_with(&prefix));
        if !known {
            let hint =
                "there are clojure.string, clojure.set, clojure.walk, clojure.edn, clojure.math and json".to_owned();
            self.error(spec.span, ErrorKind::Unsupported, format!("there is no namespace {space}"), Some(hint));
            return;
        }
        let mut wanted = Wanted { all: uses, ..Wanted::default() };
        let mut options = items.iter().skip(1);
        while let (Some(option), Some(value)) = (options.next(), options.next()) {
            let listed = value.as_vector().or_else(|| value.as_list());
            if let (Some(option @ ("refer" | "only" | "exclude")), None) = (option.as_keyword(), listed)
                && value.as_keyword() != Some("all")
            {
                let text = self.text(value.span);
                let hint = format!("write [{space} :{option} [name]]");
                self.wrong(value.span, format!(":{option} takes a vector of names, got {text}"), &hint);
            }
            let names = listed.unwrap_or(&[]).iter().filter_map(|form| Some((form.as_symbol()?.to_owned(), form.span)));
            match option.as_keyword() {
                Some("as" | "as-alias") => {
                    if let Some(alias) = value.as_symbol() {
                        self.aliases.spaces.insert(alias.to_owned(), full.to_owned());
                    }
                    // `(use '[clojure.set :as set])` refers to all names beside the alias, as Clojure does.
                }
                Some("refer") if value.as_keyword() == Some("all") => wanted.all = true,
                Some("refer" | "only") => {
                    wanted.all = false;
                    wanted.names.extend(names);
                }
                Some("exclude") => wanted.excluded.extend(names.map(|(name, _)| name)),
                Some("rename") => {
                    if let FormKind::Map(pairs) = &value.kind {
                        let mut pairs = pairs.iter().filter_map(Form::as_symbol);
                        while let (Some(from), Some(to)) = (pairs.next(), pairs.next()) {
                            wanted.renamed.push((from.to_owned(), to.to_owned()));
                        }
                    }
                }
                _ => {}
            }
        }
        self.refer_names(full, wanted);
    }

    fn refer_names(&mut self, space: &str, wanted: Wanted) {
        // The names of clojure.core have no namespace here, and they are all there.
        let core = space == "clojure.core";
        let prefix = format!("{space}/");
        let own: Vec<&'static str> = self
            .ctx
            .registry
            .all()
            .into_iter()
            .filter_map(|builtin| if core { Some(builtin.name) } else { builtin.name.strip_prefix(&prefix) })
            .collect();
        let all = own.iter().filter(|_| wanted.all && !core).map(|name| ((*name).to_owned(), None));
        let named = wanted.names.into_iter().map(|(name, span)| (name, Some(span)));
        for (name, span) in all.chain(named).collect::<Vec<_>>() {
            if wanted.excluded.contains(&name) {
                continue;
            }
            let full = if core { name.clone() } else { format!("{prefix}{name}") };
            let there = own.contains(&name.as_str()) || self.ctx.registry.constant(&full).is_some();
            if !there {
                // What is a form needs no reference, and the macros of clojure.test say what to do when they are used.
                if let Some(span) = span
                    && !own.is_empty()
                    && crate::lisp::forms::find(&name).is_none()
                {
                    let near = nearest(&name, own.iter().copied());
                    let hint = near.map(|near| format!("did you mean {near}?"));
                    self.error(span, ErrorKind::Analysis, format!("{space} has no function {name}"), hint);
                }
                continue;
            }
            let renamed = wanted.renamed.iter().find(|(from, _)| *from == name);
            let local = renamed.map_or_else(|| name.clone(), |(_, to)| to.clone());
            self.aliases.referred.insert(local, full);
        }
    }
}
