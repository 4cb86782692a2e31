//! Rules: what builtins give of which a signature says too little.

use std::sync::Arc;

use super::{Certainty, Inference};
use crate::lisp::analyse::outline::{Callee, ClosureOutline, MOST_FIELDS, Outline, ValueKind};
use crate::lisp::text::Span;
use crate::lisp::value::{Builtin, Keyword, OutlineRule};

impl Inference<'_> {
    /// What a rule says of a call; nothing where the signature is to say it.
    pub(super) fn by_rule(
        &mut self,
        rule: OutlineRule,
        builtin: &'static Builtin,
        arguments: &[Outline],
        span: Span,
    ) -> Option<Outline> {
        Some(match rule {
            OutlineRule::Get => match arguments {
                [from, key] => self.lookup(from, key, false, span),
                [from, key, _] => {
                    self.lookup(from, key, true, span);
                    return None;
                }
                _ => return None,
            },
            OutlineRule::GetIn => match arguments {
                [from, path] => self.lookup_path(from, path, false, span),
                [from, path, _] => {
                    self.lookup_path(from, path, true, span);
                    return None;
                }
                _ => return None,
            },
            OutlineRule::Tool => self.result_of(&arguments.first()?.as_key()?.into()),
            OutlineRule::Ends => {
                self.may_have_ended = true;
                Outline::NEVER
            }
            OutlineRule::KeywordArguments => match &arguments.first()?.kind {
                // A sequence of keys and values is a map here, a vector is none.
                ValueKind::List(_) | ValueKind::Tuple(_) => return None,
                _ => arguments.first()?.clone(),
            },
            OutlineRule::Member => {
                let (ValueKind::Function(Callee::Closure(group)), ValueKind::Number(Some(member))) =
                    (&arguments.first()?.kind, &arguments.get(1)?.kind)
                else {
                    return None;
                };
                let (function, captures) = (group.function.clone(), group.captures.clone());
                let member = usize::try_from(*member).unwrap_or(usize::MAX);
                ValueKind::Function(Callee::Closure(Arc::new(ClosureOutline { function, member, captures }))).into()
            }
            OutlineRule::Arithmetic => self.number(builtin.name, arguments, span),
            OutlineRule::Partial
            | OutlineRule::Comp
            | OutlineRule::Juxt
            | OutlineRule::Constantly
            | OutlineRule::Complement
            | OutlineRule::SomeFn
            | OutlineRule::Where => {
                arguments.first()?;
                ValueKind::Function(Callee::Made(rule, arguments.into())).into()
            }
            OutlineRule::Apply => {
                let [function, given @ .., last] = arguments else { return None };
                self.spread(function, given, last, span)
            }
            OutlineRule::First => item_at(arguments.first()?, 0)?,
            OutlineRule::Second => item_at(arguments.first()?, 1)?,
            OutlineRule::Nth => match (&arguments.first()?.kind, &arguments.get(1)?.kind) {
                (ValueKind::Tuple(items), ValueKind::Number(Some(at))) => {
                    usize::try_from(*at).ok().and_then(|at| items.get(at)).cloned().unwrap_or_default()
                }
                (ValueKind::List(item), _) => (**item).clone().or_nil(),
                _ => return None,
            },
            OutlineRule::NthRest => match (&arguments.first()?.kind, &arguments.get(1)?.kind) {
                (ValueKind::Tuple(items), ValueKind::Number(Some(from))) => {
                    let from = usize::try_from(*from).unwrap_or(0);
                    Outline::tuple(items.iter().skip(from).cloned().collect()).or_nil()
                }
                _ => return None,
            },
            OutlineRule::MinKey => {
                let [function, items @ ..] = arguments else { return None };
                let mut all = Outline::NEVER;
                // One alone is the answer without being asked.
                let certainty = if items.len() > 1 { Certainty::Sure } else { Certainty::Choice };
                for item in items {
                    self.with(certainty, |walk| walk.apply(function, std::slice::from_ref(item), span));
                    all = all.join(item, &mut self.fuel);
                }
                all
            }
            OutlineRule::Reduce => match arguments {
                [function, items] => self.reduce(function, None, items, span),
                [function, first, items] => self.reduce(function, Some(first), items, span),
                _ => return None,
            },
            OutlineRule::Tuple => Outline::tuple(arguments.to_vec()),
            OutlineRule::Conj => match arguments {
                [items, more @ ..] if matches!(items.kind, ValueKind::List(_) | ValueKind::Tuple(_)) => {
                    let all = self.items(items);
                    Outline::list(more.iter().fold(all, |all, item| all.join(item, &mut self.fuel)))
                }
                _ => return None,
            },
            OutlineRule::Into => {
                let [to, from] = arguments else { return None };
                let entry = self.items(from);
                match &to.kind {
                    ValueKind::List(_) | ValueKind::Tuple(_) => {
                        let all = self.items(to);
                        Outline::list(all.join(&entry, &mut self.fuel))
                    }
                    ValueKind::Record(fields) if fields.is_empty() => match entry.kind {
                        ValueKind::Tuple(entry) => Outline::map(entry.get(1).cloned().unwrap_or_default()),
                        _ => Outline::map(Outline::ANY),
                    },
                    _ => return None,
                }
            }
            OutlineRule::Keys => match &arguments.first()?.kind {
                ValueKind::Record(_) => Outline::list(ValueKind::Keyword(None).into()),
                _ => return None,
            },
            OutlineRule::Vals => match &arguments.first()?.kind {
                ValueKind::Record(fields) => {
                    let all = fields.iter().fold(Outline::NEVER, |all, (_, field)| all.join(field, &mut self.fuel));
                    Outline::list(all)
                }
                _ => return None,
            },
            OutlineRule::Val => match &arguments.first()?.kind {
                ValueKind::Tuple(entry) => entry.get(1).cloned().unwrap_or_default(),
                _ => return None,
            },
            OutlineRule::SelectKeys => {
                let [map, keys] = arguments else { return None };
                let (ValueKind::Record(_), ValueKind::Tuple(keys)) = (&map.kind, &keys.kind) else { return None };
                let mut fields = Vec::new();
                for key in &**keys {
                    let field = self.lookup(map, key, false, span);
                    if let Some(name) = key.as_key().filter(|name| map.field(name).is_some()) {
                        fields.push((Keyword::new(name), field));
                    }
                }
                self.like(map, fields)
            }
            OutlineRule::Assoc => {
                let [map, entries @ ..] = arguments else { return None };
                self.with_fields(map, entries)
            }
            OutlineRule::AssocIn | OutlineRule::UpdateIn => {
                let [map, path, ..] = arguments else { return None };
                let ValueKind::Tuple(path) = &path.kind else { return None };
                self.with_fields(map, &[path.first()?.clone(), Outline::ANY])
            }
            OutlineRule::Update => {
                let [map, key, function, more @ ..] = arguments else { return None };
                let old = key.as_key().and_then(|name| map.field(name)).cloned().unwrap_or_default();
                let all: Vec<Outline> = [old].into_iter().chain(more.iter().cloned()).collect();
                let new = self.apply(function, &all, span);
                self.with_fields(map, &[key.clone(), new])
            }
            OutlineRule::Dissoc => {
                let [map, keys @ ..] = arguments else { return None };
                let names: Vec<&str> = keys.iter().map(Outline::as_key).collect::<Option<_>>()?;
                let ValueKind::Record(_) = &map.kind else { return None };
                let left = map.fields().filter(|(key, _)| !names.contains(&key.as_str()));
                let left = left.map(|(key, field)| (key.clone(), field.clone())).collect();
                // What was taken out is not what a contract lacks.
                self.like(&Outline::ANY, left)
            }
            OutlineRule::Merge => {
                let [first, rest @ ..] = arguments else { return None };
                rest.iter().try_fold(first.clone(), |all, more| self.merged(&all, more))?
            }
        })
    }

    /// `(apply f a b items)`.
    fn spread(&mut self, function: &Outline, given: &[Outline], last: &Outline, span: Span) -> Outline {
        let mut all = given.to_vec();
        match (&function.kind, &last.kind) {
            (_, ValueKind::Tuple(items)) => all.extend(items.iter().cloned()),
            // Two stand for however many there are.
            (ValueKind::Function(Callee::Builtin(builtin)), _) => {
                let item = self.items(last);
                all.extend([item.clone(), item]);
                return self.with(Certainty::Likely, |walk| walk.builtin(builtin, &all, span));
            }
            _ => return Outline::ANY,
        }
        self.apply(function, &all, span)
    }

    fn reduce(&mut self, function: &Outline, first: Option<&Outline>, items: &Outline, span: Span) -> Outline {
        let item = self.items(items);
        let ValueKind::Function(Callee::Builtin(builtin)) = &function.kind else {
            self.with(Certainty::Likely, |walk| walk.apply(function, &[Outline::ANY, item], span));
            return Outline::ANY;
        };
        // A single item without a first value is given as it is.
        let several = matches!(&items.kind, ValueKind::Tuple(items) if items.len() > usize::from(first.is_none()));
        let certainty = if several { Certainty::Sure } else { Certainty::Likely };
        let arguments = [first.cloned().unwrap_or_else(|| item.clone()), item];
        if builtin.gives.rule == Some(OutlineRule::Arithmetic) && builtin.clause(2).is_some() {
            return self.with(certainty, |walk| walk.builtin(builtin, &arguments, span));
        }
        Outline::ANY
    }

    /// A record with the fields of another.
    fn merged(&mut self, all: &Outline, more: &Outline) -> Option<Outline> {
        let known = matches!((&all.kind, &more.kind), (ValueKind::Record(_), ValueKind::Record(_)));
        if !known || more.nil || all.nil {
            return None;
        }
        let entries: Vec<Outline> = more
            .fields()
            .flat_map(|(key, field)| {
                let before = all.field(key.as_str()).filter(|_| field.nil);
                // A field that may not be there leaves the other as it is.
                let field = before.map_or_else(|| field.clone(), |_| Outline::ANY);
                [ValueKind::Keyword(Some(key.clone())).into(), field]
            })
            .collect();
        Some(self.with_fields(all, &entries))
    }

    /// A record in the place of another.
    fn like(&mut self, map: &Outline, fields: Vec<(Keyword, Outline)>) -> Outline {
        self.fuel = self.fuel.saturating_sub(fields.len() as u64);
        let record = Outline::record(fields);
        match &map.origin {
            Some(origin) => record.with_origin((**origin).clone()),
            None => record,
        }
    }

    /// A record with these keys and values put in.
    fn with_fields(&mut self, map: &Outline, entries: &[Outline]) -> Outline {
        if !matches!(map.kind, ValueKind::Record(_)) || map.nil {
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
}

/// An item of a sequence of which all are known.
fn item_at(items: &Outline, at: usize) -> Option<Outline> {
    match &items.kind {
        ValueKind::Tuple(items) => Some(items.get(at).cloned().unwrap_or(ValueKind::Nil.into())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::sync::Arc;

    use super::*;
    use crate::lisp::analyse::{AnalysisContext, NoTools, analyse};
    use crate::lisp::builtins::registry;
    use crate::lisp::text::Source;
    use crate::lisp::value::{Globals, Iter, Names, Value, parse_signatures};

    /// What inference says of a program that runs to its end.
    fn outline_of(program: &str) -> Option<Outline> {
        let source = Arc::new(Source::new("test", program));
        let forms = crate::lisp::syntax::read(&source).ok()?;
        let ctx = AnalysisContext {
            registry: registry(),
            names: &Names::default(),
            globals: &Globals::default(),
            aliases: &Default::default(),
            tools: &NoTools,
            context: &Value::Nil,
            thorough: true,
            check_limits: &|| Ok(()),
        };
        let (program, _) = analyse(&source, &forms, &ctx);
        let defined = HashMap::new();
        let mut walk = Inference::new(program.slots, &source, &ctx, &defined);
        let outline = walk.expr(&program.body);
        (!walk.may_have_ended).then_some(outline)
    }

    /// Whether a value is as the outline says.
    fn covers(outline: &Outline, value: &Value) -> bool {
        if value.is_nil() {
            return outline.nil || matches!(outline.kind, ValueKind::Any | ValueKind::Nil);
        }
        let known = |known: &Option<Value>| known.as_ref().is_none_or(|known| known == value);
        match (&outline.kind, value) {
            (ValueKind::Any, _) | (ValueKind::Bool, Value::Bool(_)) | (ValueKind::Function(_), Value::Function(_)) => {
                true
            }
            (ValueKind::Number(_), Value::Int(_) | Value::Float(_) | Value::Big(_))
            | (ValueKind::Text(_), Value::Text(_))
            | (ValueKind::Keyword(_), Value::Keyword(_)) => known(&outline.as_value()),
            (ValueKind::Name, Value::Text(_) | Value::Keyword(_)) => true,
            (ValueKind::List(item), Value::Vector(_) | Value::Seq(_) | Value::Lazy(_)) => {
                Iter::ready(value).all(|value| covers(item, &value))
            }
            (ValueKind::Tuple(items), Value::Vector(_) | Value::Seq(_) | Value::Lazy(_)) => {
                let values: Vec<Value> = Iter::ready(value).collect();
                values.len() == items.len() && items.iter().zip(&values).all(|(item, value)| covers(item, value))
            }
            (ValueKind::Map(item), Value::Map(map)) => map.iter().all(|(_, value)| covers(item, &value)),
            (ValueKind::Record(_), Value::Map(map)) => {
                let known = |key: &Value| key.as_name().and_then(|name| outline.field(name)).cloned();
                map.iter().all(|(key, value)| known(&key).is_some_and(|field| covers(&field, &value)))
                    && outline
                        .fields()
                        .all(|(name, field)| field.nil || map.keys().any(|key| key.as_name() == Some(name.as_str())))
            }
            _ => false,
        }
    }

    /// The examples of a builtin that have an answer.
    fn examples(builtin: &Builtin) -> Vec<String> {
        let (mut examples, mut code) = (Vec::new(), String::new());
        for line in builtin.doc.iter().map(|line| line.strip_prefix(' ').unwrap_or(line)) {
            if line.starts_with(";=>") {
                examples.push(std::mem::take(&mut code));
            } else if line.starts_with(';') {
                code = code.split_off(if line.starts_with(";!") { code.len() } else { 0 });
            } else if !code.is_empty() || line.starts_with(Builtin::CODE) {
                code.push_str(line);
                code.push('\n');
            }
        }
        examples
    }

    #[test]
    fn signatures_hold_for_every_example() {
        let (mut wrong, mut checked) = (Vec::new(), 0);
        for builtin in registry().all() {
            for example in examples(builtin) {
                let Ok(value) = crate::Sandbox::new().eval(&example) else { continue };
                let Some(outline) = outline_of(&example) else { continue };
                checked += usize::from(!matches!(outline.kind, ValueKind::Any));
                if !covers(&outline, &value) {
                    wrong.push(format!(
                        "{}: {example}  gives {value}, {} was expected",
                        builtin.name,
                        outline.described()
                    ));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        assert!(checked > 400, "{checked}");
    }

    #[test]
    fn signatures_can_be_read() {
        for builtin in registry().all() {
            let text = builtin.gives.text();
            let signatures = parse_signatures(text).unwrap_or_else(|| panic!("{}: {text}", builtin.name));
            for signature in signatures.iter().filter(|signature| signature.params.is_some()) {
                let fits = builtin.clauses.iter().any(|clause| {
                    let arity = clause.arity();
                    arity.takes(signature.params().len()) || signature.variadic && arity.most.is_none()
                });
                assert!(fits, "{}: no call has the arguments of {text}", builtin.name);
            }
        }
    }
}
