//! Calls: what builtins and functions give, from the outlines of their arguments.
//!
//! A builtin that is not here gives whatever it gives, and the functions passed to it are walked on their own.

use std::sync::Arc;

use super::{Certainty, Inference};
use crate::lisp::analyse::outline::{Callee, ClosureOutline, Kind, MOST_FIELDS, Outline};
use crate::lisp::text::Span;
use crate::lisp::value::Keyword;

/// Whether a builtin looks at what a value is or has, so that its caller has thought of other values.
pub(super) fn looks(name: &str) -> bool {
    matches!(
        name,
        "contains?"
            | "map?"
            | "record?"
            | "associative?"
            | "string?"
            | "number?"
            | "int?"
            | "integer?"
            | "float?"
            | "double?"
            | "boolean?"
            | "keyword?"
            | "symbol?"
            | "vector?"
            | "list?"
            | "seq?"
            | "sequential?"
            | "coll?"
            | "set?"
            | "seqable?"
            | "fn?"
            | "ifn?"
            | "find"
            | "describe"
    )
}

impl Inference<'_> {
    /// What a call of anything gives.
    pub(super) fn apply(&mut self, callee: &Outline, arguments: &[Outline], span: Span) -> Outline {
        match (&callee.kind, arguments) {
            (Kind::Keyword(Some(_)), [from]) => self.lookup(from, callee, false, span),
            (Kind::Keyword(Some(_)), [from, _]) => self.lookup(from, callee, true, span),
            (Kind::Record(_) | Kind::Map(_) | Kind::Tuple(_), [key]) => self.lookup(callee, key, false, span),
            (Kind::Function(Callee::Builtin(builtin)), _) => self.builtin(builtin.name, arguments, span),
            (Kind::Function(Callee::Closure(closure)), _) => {
                let closure = closure.clone();
                self.apply_closure(&closure, arguments)
            }
            (Kind::Function(Callee::Made(name, parts)), _) => {
                let parts = parts.clone();
                self.apply_made(name, &parts, arguments, span)
            }
            _ => Outline::ANY,
        }
    }

    /// Calls what `partial`, `comp` and their kin have made.
    fn apply_made(&mut self, name: &str, parts: &[Outline], arguments: &[Outline], span: Span) -> Outline {
        match (name, parts) {
            ("partial", [function, first @ ..]) => {
                let all: Vec<Outline> = first.iter().chain(arguments).cloned().collect();
                self.apply(function, &all, span)
            }
            ("comp", [rest @ .., last]) => {
                let first = self.apply(last, arguments, span);
                rest.iter().rev().fold(first, |value, function| self.apply(function, &[value], span))
            }
            ("juxt", functions) => {
                Outline::tuple(functions.iter().map(|function| self.apply(function, arguments, span)).collect())
            }
            ("constantly", [value]) => value.clone(),
            ("where", [field, ..]) => {
                match (&field.kind, arguments) {
                    (Kind::Tuple(_), [item]) => self.lookup_path(item, field, false, span),
                    (Kind::Keyword(_) | Kind::Text(_), [item]) => self.lookup(item, field, false, span),
                    _ => Outline::ANY,
                };
                Kind::Bool.into()
            }
            // Predicates of predicates: after the first, whether the others are asked depends.
            (_, predicates) => {
                for predicate in predicates {
                    self.with(Certainty::Choice, |walk| walk.apply(predicate, arguments, span));
                }
                if name == "some-fn" { Outline::ANY } else { Kind::Bool.into() }
            }
        }
    }

    /// Calls a function for each item of a collection, which may have none.
    fn each(&mut self, function: &Outline, items: &Outline, before: &[Outline], span: Span) -> Outline {
        let item = items.items(&mut self.fuel);
        let certainty = match &items.kind {
            Kind::Tuple(items) if !items.is_empty() => Certainty::Sure,
            Kind::Tuple(_) | Kind::Nil => return Outline::ANY,
            _ => Certainty::Likely,
        };
        let arguments: Vec<Outline> = before.iter().cloned().chain([item]).collect();
        self.with(certainty, |walk| walk.apply(function, &arguments, span))
    }

    fn items(&mut self, of: &Outline) -> Outline {
        of.items(&mut self.fuel)
    }

    /// A sequence of the same items, maybe fewer.
    pub(super) fn some_of(&mut self, of: &Outline) -> Outline {
        let list = Outline::list(self.items(of));
        match (&of.kind, &of.origin) {
            (Kind::List(_), Some(origin)) => list.of((**origin).clone()),
            _ => list,
        }
    }

    /// What a builtin gives.
    pub(super) fn builtin(&mut self, name: &'static str, arguments: &[Outline], span: Span) -> Outline {
        match (name, arguments) {
            ("%lookup" | "get", [from, key]) => self.lookup(from, key, false, span),
            ("%lookup" | "get", [from, key, _]) => {
                self.lookup(from, key, true, span);
                Outline::ANY
            }
            ("get-in", [from, path]) => self.lookup_path(from, path, false, span),
            ("get-in", [from, path, _]) => {
                self.lookup_path(from, path, true, span);
                Outline::ANY
            }
            ("call", [tool, ..]) => match tool.as_key() {
                Some(tool) => self.result_of(&tool.into()),
                None => Outline::ANY,
            },
            ("%throw" | "fail" | "return" | "%assertion" | "%no-match", _) => {
                self.may_have_ended = true;
                Outline::NEVER
            }
            ("%skip" | "%stop", _) => Outline::NEVER,
            ("%keyword-arguments", [value]) => match &value.kind {
                // A sequence of keys and values is a map here, a vector is none.
                Kind::List(_) | Kind::Tuple(_) => Outline::ANY,
                _ => value.clone(),
            },
            ("%member", [group, number]) => match (&group.kind, &number.kind) {
                (Kind::Function(Callee::Closure(group)), Kind::Number(Some(member))) => {
                    let (function, captures) = (group.function.clone(), group.captures.clone());
                    let member = usize::try_from(*member).unwrap_or(usize::MAX);
                    Kind::Function(Callee::Closure(Arc::new(ClosureOutline { function, member, captures }))).into()
                }
                _ => Outline::ANY,
            },
            ("+" | "-" | "*" | "/" | "inc" | "dec" | "quot" | "rem" | "mod", _) => self.number(name, arguments, span),
            (
                "partial" | "comp" | "juxt" | "constantly" | "complement" | "every-pred" | "some-fn" | "where"
                | "all-of" | "any-of" | "none-of",
                [_, ..],
            ) => Kind::Function(Callee::Made(name, arguments.into())).into(),
            ("apply", [function, given @ .., last]) => self.spread(function, given, last, span),
            ("identity" | "doall" | "with-meta", [value, ..]) => value.clone(),
            ("not-empty", [value]) => value.clone().or_nil(),
            _ => self
                .of_sequences(name, arguments, span)
                .or_else(|| self.of_maps(name, arguments, span))
                .unwrap_or_else(|| self.of_scalars(name)),
        }
    }

    /// `(apply f a b items)`.
    fn spread(&mut self, function: &Outline, given: &[Outline], last: &Outline, span: Span) -> Outline {
        let mut all = given.to_vec();
        match (&function.kind, &last.kind) {
            (_, Kind::Tuple(items)) => all.extend(items.iter().cloned()),
            // Two stand for however many there are.
            (Kind::Function(Callee::Builtin(builtin)), _) => {
                let item = self.items(last);
                all.extend([item.clone(), item]);
                return self.with(Certainty::Likely, |walk| walk.builtin(builtin.name, &all, span));
            }
            _ => return Outline::ANY,
        }
        self.apply(function, &all, span)
    }

    /// What the functions on sequences give.
    fn of_sequences(&mut self, name: &str, arguments: &[Outline], span: Span) -> Option<Outline> {
        Some(match (name, arguments) {
            ("first" | "last" | "peek" | "rand-nth" | "second", [items]) => {
                let at = match name {
                    "first" => Some(0),
                    "second" => Some(1),
                    _ => None,
                };
                match (&items.kind, at) {
                    (Kind::Tuple(items), Some(at)) => items.get(at).cloned().unwrap_or(Kind::Nil.into()),
                    _ => self.items(items).or_nil(),
                }
            }
            ("nth" | "%nth-walking", [items, at, ..]) => match (&items.kind, &at.kind) {
                (Kind::Tuple(items), Kind::Number(Some(at))) => {
                    usize::try_from(*at).ok().and_then(|at| items.get(at)).cloned().unwrap_or_default()
                }
                (Kind::List(item), _) => (**item).clone().or_nil(),
                _ => Outline::ANY,
            },
            ("nthnext" | "nthrest", [items, Outline { kind: Kind::Number(Some(from)), .. }])
                if matches!(items.kind, Kind::Tuple(_)) =>
            {
                let Kind::Tuple(items) = &items.kind else { return None };
                Outline::tuple(items.iter().skip(usize::try_from(*from).unwrap_or(0)).cloned().collect()).or_nil()
            }
            ("seq" | "next" | "nthnext" | "nnext", [items, ..]) => self.some_of(items).or_nil(),
            (
                "rest" | "nthrest" | "reverse" | "rseq" | "shuffle" | "sort" | "distinct" | "dedupe" | "vec"
                | "butlast" | "cycle" | "subvec" | "pop" | "sequence",
                [items, ..],
            ) if name != "sort" || arguments.len() == 1 => self.some_of(items),
            ("take" | "drop" | "take-last" | "take-nth" | "sort", [_, items]) => self.some_of(items),
            ("drop-last", [.., items]) => self.some_of(items),
            ("split-at", [_, items]) => {
                let part = self.some_of(items);
                Outline::tuple(vec![part.clone(), part])
            }
            (
                "filter" | "filterv" | "remove" | "take-while" | "drop-while" | "sort-by" | "distinct-by",
                [function, .., items],
            ) => {
                self.each(function, items, &[], span);
                self.some_of(items)
            }
            ("split-with", [function, items]) => {
                self.each(function, items, &[], span);
                let part = self.some_of(items);
                Outline::tuple(vec![part.clone(), part])
            }
            ("map" | "mapv" | "pmap" | "%for" | "pluck", [function, items]) => {
                Outline::list(self.each(function, items, &[], span))
            }
            ("map" | "mapv" | "pmap", [function, several @ ..]) if several.len() > 1 => {
                let items: Vec<Outline> = several.iter().map(|items| items.items(&mut self.fuel)).collect();
                Outline::list(self.with(Certainty::Likely, |walk| walk.apply(function, &items, span)))
            }
            ("keep", [function, items]) => Outline::list(self.each(function, items, &[], span).not_nil()),
            ("map-indexed", [function, items]) => {
                Outline::list(self.each(function, items, &[Kind::Number(None).into()], span))
            }
            ("keep-indexed", [function, items]) => {
                Outline::list(self.each(function, items, &[Kind::Number(None).into()], span).not_nil())
            }
            ("mapcat" | "%for-each", [function, items]) => {
                let parts = self.each(function, items, &[], span);
                Outline::list(self.items(&parts))
            }
            ("%doseq" | "run!", [function, items]) => {
                self.each(function, items, &[], span);
                Kind::Nil.into()
            }
            ("group-by", [function, items]) => {
                self.each(function, items, &[], span);
                Outline::map(self.some_of(items))
            }
            ("partition-by", [function, items]) => {
                self.each(function, items, &[], span);
                Outline::list(self.some_of(items))
            }
            ("partition" | "partition-all" | "partitionv" | "partitionv-all", [_, .., items]) => {
                Outline::list(self.some_of(items))
            }
            ("sum-by" | "avg-by", [function, items]) => {
                self.each(function, items, &[], span);
                Kind::Number(None).into()
            }
            ("min-by" | "max-by", [function, items]) => {
                self.each(function, items, &[], span);
                self.items(items).or_nil()
            }
            ("min-key" | "max-key", [function, items @ ..]) => {
                let mut all = Outline::NEVER;
                // One alone is the answer without being asked.
                let certainty = if items.len() > 1 { Certainty::Sure } else { Certainty::Choice };
                for item in items {
                    self.with(certainty, |walk| walk.apply(function, std::slice::from_ref(item), span));
                    all = all.join(item, &mut self.fuel);
                }
                all
            }
            ("find-by", [key, value, items]) => {
                self.each(key, items, &[], span);
                let _ = value;
                self.items(items).or_nil()
            }
            ("find-by", [function, items]) => {
                self.each(function, items, &[], span);
                self.items(items).or_nil()
            }
            ("some" | "every?" | "not-any?" | "not-every?", [function, items]) => {
                self.each(function, items, &[], span);
                if name == "some" { Outline::ANY } else { Kind::Bool.into() }
            }
            ("reduce", [function, items]) => self.reduce(function, None, items, span),
            ("reduce", [function, first, items]) => self.reduce(function, Some(first), items, span),
            ("reduce-kv", [function, _, items]) => {
                let value = match &items.kind {
                    Kind::Map(value) => (**value).clone(),
                    _ => Outline::ANY,
                };
                let arguments = [Outline::ANY, Outline::ANY, value];
                self.with(Certainty::Likely, |walk| walk.apply(function, &arguments, span));
                Outline::ANY
            }
            ("concat" | "interleave" | "conj" | "into" | "cons" | "list" | "vector" | "interpose", _) => {
                return self.gathered(name, arguments);
            }
            _ => return None,
        })
    }

    fn reduce(&mut self, function: &Outline, first: Option<&Outline>, items: &Outline, span: Span) -> Outline {
        let item = self.items(items);
        let Kind::Function(Callee::Builtin(builtin)) = &function.kind else {
            self.with(Certainty::Likely, |walk| walk.apply(function, &[Outline::ANY, item], span));
            return Outline::ANY;
        };
        // A single item without a first value is given as it is.
        let several = matches!(&items.kind, Kind::Tuple(items) if items.len() > usize::from(first.is_none()));
        let certainty = if several { Certainty::Sure } else { Certainty::Likely };
        let arguments = [first.cloned().unwrap_or_else(|| item.clone()), item];
        if matches!(builtin.name, "+" | "-" | "*") {
            return self.with(certainty, |walk| walk.builtin(builtin.name, &arguments, span));
        }
        Outline::ANY
    }

    /// Collections made of items and of other collections.
    fn gathered(&mut self, name: &str, arguments: &[Outline]) -> Option<Outline> {
        let mut all = Outline::NEVER;
        let (whole, single) = match (name, arguments) {
            ("concat" | "interleave", _) => (arguments, &[][..]),
            ("interpose", [separator, items]) => (std::slice::from_ref(items), std::slice::from_ref(separator)),
            ("cons", [item, items]) => (std::slice::from_ref(items), std::slice::from_ref(item)),
            ("conj", [items, more @ ..]) if matches!(items.kind, Kind::List(_) | Kind::Tuple(_)) => {
                (std::slice::from_ref(items), more)
            }
            ("into", [to, from]) => match &to.kind {
                Kind::List(_) | Kind::Tuple(_) => (arguments, &[][..]),
                Kind::Record(fields) if fields.is_empty() => {
                    let entry = self.items(from);
                    let Kind::Tuple(entry) = entry.kind else { return Some(Outline::map(Outline::ANY)) };
                    return Some(Outline::map(entry.get(1).cloned().unwrap_or_default()));
                }
                _ => return None,
            },
            ("list" | "vector", _) => return Some(Outline::tuple(arguments.to_vec())),
            _ => return None,
        };
        for items in whole {
            let item = self.items(items);
            all = all.join(&item, &mut self.fuel);
        }
        for item in single {
            all = all.join(item, &mut self.fuel);
        }
        Some(Outline::list(all))
    }

    /// What the functions on maps give.
    fn of_maps(&mut self, name: &str, arguments: &[Outline], span: Span) -> Option<Outline> {
        Some(match (name, arguments) {
            ("keys", [map]) => match &map.kind {
                Kind::Record(_) => Outline::list(Kind::Keyword(None).into()),
                _ => Outline::list(Outline::ANY),
            },
            ("vals", [map]) => match &map.kind {
                Kind::Map(value) => Outline::list((**value).clone()),
                Kind::Record(fields) => {
                    let each = fields.iter();
                    let all = each.fold(Outline::NEVER, |all, (_, field)| all.join(field, &mut self.fuel));
                    Outline::list(all)
                }
                _ => Outline::list(Outline::ANY),
            },
            ("val", [entry]) => match &entry.kind {
                Kind::Tuple(entry) => entry.get(1).cloned().unwrap_or_default(),
                _ => Outline::ANY,
            },
            ("frequencies", [_]) => Outline::map(Kind::Number(None).into()),
            ("zipmap", [_, values]) => Outline::map(self.items(values)),
            ("update-vals", [map, function]) => {
                let value = match &map.kind {
                    Kind::Map(value) => (**value).clone(),
                    _ => Outline::ANY,
                };
                Outline::map(self.with(Certainty::Likely, |walk| walk.apply(function, &[value], span)))
            }
            ("select-keys", [map, keys]) => {
                let (Kind::Record(_), Kind::Tuple(keys)) = (&map.kind, &keys.kind) else { return Some(Outline::ANY) };
                let mut fields = Vec::new();
                for key in &**keys {
                    let field = self.lookup(map, key, false, span);
                    if let (Some(name), true) =
                        (key.as_key(), key.as_key().is_some_and(|name| map.field(name).is_some()))
                    {
                        fields.push((Keyword::new(name), field));
                    }
                }
                self.like(map, fields)
            }
            ("assoc", [map, entries @ ..]) => self.with_fields(map, entries),
            ("assoc-in", [map, path, _]) => match &path.kind {
                Kind::Tuple(path) => match path.first() {
                    Some(key) => self.with_fields(map, &[key.clone(), Outline::ANY]),
                    None => Outline::ANY,
                },
                _ => Outline::ANY,
            },
            ("update", [map, key, function, more @ ..]) => {
                let held = match key.as_key().map(|name| (map.field(name), &map.kind)) {
                    Some((Some(field), _)) => field.clone(),
                    _ => Outline::ANY,
                };
                let all: Vec<Outline> = [held].into_iter().chain(more.iter().cloned()).collect();
                let new = self.apply(function, &all, span);
                self.with_fields(map, &[key.clone(), new])
            }
            ("update-in", [map, path, ..]) => match &path.kind {
                Kind::Tuple(path) => match path.first() {
                    Some(key) => self.with_fields(map, &[key.clone(), Outline::ANY]),
                    None => Outline::ANY,
                },
                _ => Outline::ANY,
            },
            ("dissoc", [map, keys @ ..]) => {
                let names: Option<Vec<&str>> = keys.iter().map(Outline::as_key).collect();
                match (&map.kind, names) {
                    (Kind::Record(_), Some(names)) => {
                        let kept = map.fields().filter(|(key, _)| !names.contains(&key.as_str()));
                        let kept = kept.map(|(key, field)| (key.clone(), field.clone())).collect();
                        // What was taken out is not what a contract lacks.
                        self.like(&Outline::ANY, kept)
                    }
                    _ => Outline::ANY,
                }
            }
            ("merge", [first, rest @ ..]) => {
                let mut all = first.clone();
                for more in rest {
                    let known = matches!((&all.kind, &more.kind), (Kind::Record(_), Kind::Record(_)));
                    if !known || more.nil || all.nil {
                        return Some(Outline::ANY);
                    }
                    let entries: Vec<Outline> = more
                        .fields()
                        .flat_map(|(key, field)| {
                            let before = all.field(key.as_str()).filter(|_| field.nil);
                            // A field that may not be there leaves the other as it is.
                            let field = before.map_or_else(|| field.clone(), |_| Outline::ANY);
                            [Kind::Keyword(Some(key.clone())).into(), field]
                        })
                        .collect();
                    all = self.with_fields(&all, &entries);
                }
                all
            }
            _ => return None,
        })
    }

    /// A record in the place of another.
    fn like(&mut self, map: &Outline, fields: Vec<(Keyword, Outline)>) -> Outline {
        self.fuel = self.fuel.saturating_sub(fields.len() as u64);
        let record = Outline::record(fields);
        match &map.origin {
            Some(origin) => record.of((**origin).clone()),
            None => record,
        }
    }

    /// A record with these keys and values put in.
    fn with_fields(&mut self, map: &Outline, entries: &[Outline]) -> Outline {
        if !matches!(map.kind, Kind::Record(_)) || map.nil {
            return Outline::ANY;
        }
        let mut fields: Vec<(Keyword, Outline)> =
            map.fields().map(|(key, field)| (key.clone(), field.clone())).collect();
        for entry in entries.chunks(2) {
            let [key, value] = entry else { return Outline::ANY };
            let Some(name) = key.as_key() else { return Outline::map(Outline::ANY) };
            self.fuel = self.fuel.saturating_sub((fields.len() / 16) as u64);
            let most = fields.len() >= MOST_FIELDS;
            match fields.iter_mut().find(|(known, _)| known.as_str() == name) {
                Some((_, field)) => *field = value.clone(),
                None if most => return Outline::map(Outline::ANY),
                None => fields.push((Keyword::new(name), value.clone())),
            }
        }
        self.like(map, fields)
    }

    /// What is a scalar whatever it is made of.
    fn of_scalars(&self, name: &str) -> Outline {
        match name {
            "count" | "sum" | "abs" | "double" | "long" | "int" | "compare" | "hash" | "Math/round" | "Math/floor"
            | "Math/ceil" | "Math/sqrt" | "Math/pow" | "Math/abs" => Kind::Number(None).into(),
            "avg" | "parse-long" | "parse-double" | "clojure.string/index-of" => {
                Outline::from(Kind::Number(None)).or_nil()
            }
            "str"
            | "format"
            | "name"
            | "pr-str"
            | "print-str"
            | "println-str"
            | "subs"
            | "clojure.string/join"
            | "clojure.string/upper-case"
            | "clojure.string/lower-case"
            | "clojure.string/capitalize"
            | "clojure.string/trim"
            | "clojure.string/triml"
            | "clojure.string/trimr"
            | "clojure.string/replace"
            | "clojure.string/replace-first"
            | "clojure.string/reverse"
            | "json/generate-string"
            | "json/write-str" => Kind::Text(None).into(),
            "clojure.string/split" | "clojure.string/split-lines" => Outline::list(Kind::Text(None).into()),
            "="
            | "not="
            | "=="
            | "<"
            | ">"
            | "<="
            | ">="
            | "not"
            | "nil?"
            | "some?"
            | "empty?"
            | "zero?"
            | "pos?"
            | "neg?"
            | "even?"
            | "odd?"
            | "contains?"
            | "string?"
            | "number?"
            | "map?"
            | "boolean"
            | "clojure.string/blank?"
            | "clojure.string/includes?"
            | "clojure.string/starts-with?"
            | "clojure.string/ends-with?" => Kind::Bool.into(),
            "println" | "print" | "prn" | "pr" | "newline" => Kind::Nil.into(),
            _ => Outline::ANY,
        }
    }
}

#[cfg(test)]
mod tests {
    /// The names in the patterns and lists of the files that know builtins.
    fn named() -> Vec<&'static str> {
        let files = [include_str!("calls.rs"), include_str!("loops.rs")];
        files.into_iter().flat_map(names_in).collect()
    }

    fn names_in(file: &'static str) -> Vec<&'static str> {
        let code = file.split("#[cfg(test)]").next().unwrap_or_default();
        let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
        let texts = lines.flat_map(|line| line.split('"').skip(1).step_by(2));
        texts.collect()
    }

    #[test]
    fn every_name_is_a_builtin() {
        let registry = crate::lisp::builtins::registry();
        let unknown: Vec<&str> = named().into_iter().filter(|name| registry.find(name).is_none()).collect();
        assert!(unknown.is_empty(), "{unknown:?}");
        assert!(named().len() > 150);
    }
}
