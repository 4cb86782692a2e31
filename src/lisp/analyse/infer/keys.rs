//! Looking up: what lies under a key, and the findings where nothing can.

use super::{Certainty, Inference};
use crate::lisp::analyse::outline::{Origin, OriginSource, Outline, ValueKind};
use crate::lisp::text::{ErrorKind, Severity, Span, abridge, nearest};
use crate::lisp::value::{Expected, Keyword, What, type_error};

/// A typing error in a shorter key of a program's own map is not told from a key that may be there.
const SHORTEST_SLIP: usize = 4;

impl Inference<'_> {
    /// What lies under a key; `provided` where the program says what to do if there is nothing.
    pub(super) fn lookup(&mut self, from: &Outline, key: &Outline, provided: bool, span: Span) -> Outline {
        let found = match (&from.kind, key.as_key()) {
            (ValueKind::Record(_), Some(name)) => match from.field(name) {
                Some(field) => field.clone(),
                None => {
                    self.missing(from, name, provided, span);
                    return Outline::ANY;
                }
            },
            (ValueKind::Map(value), _) => return (**value).clone().or_nil(),
            (ValueKind::Nil, _) => return ValueKind::Nil.into(),
            (
                ValueKind::List(_)
                | ValueKind::Tuple(_)
                | ValueKind::Text(_)
                | ValueKind::Number(_)
                | ValueKind::Bool
                | ValueKind::Keyword(_)
                | ValueKind::Name,
                Some(name),
            ) => {
                self.no_map(from, name, provided, span);
                return Outline::ANY;
            }
            (ValueKind::List(item), None) => match &key.kind {
                ValueKind::Number(_) => return (**item).clone().or_nil(),
                _ => return Outline::ANY,
            },
            (ValueKind::Tuple(items), None) => match &key.kind {
                ValueKind::Number(Some(index)) => {
                    let item = usize::try_from(*index).ok().and_then(|index| items.get(index));
                    return item.cloned().unwrap_or(ValueKind::Nil.into());
                }
                _ => return Outline::ANY,
            },
            _ => return Outline::ANY,
        };
        if from.nil || provided { found.or_nil() } else { found }
    }

    /// What lies at the end of a path.
    pub(super) fn lookup_path(&mut self, from: &Outline, path: &Outline, provided: bool, span: Span) -> Outline {
        let ValueKind::Tuple(keys) = &path.kind else { return Outline::ANY };
        let mut found = from.clone();
        for key in &**keys {
            found = self.lookup(&found, key, provided, span);
        }
        found
    }

    /// A key that a map cannot have.
    fn missing(&mut self, from: &Outline, name: &str, provided: bool, span: Span) {
        let keys: Vec<&str> = from.fields().map(|(key, _)| key.as_str()).collect();
        let near = nearest(name, keys.iter().copied());
        let within = || {
            let mut holding = from.fields().filter(|(_, field)| field.field(name).is_some());
            holding.next().map(|(key, _)| format!("it is within :{0}: (get-in … [:{0} :{name}])", key.as_str()))
        };
        let hint = near.map(|near| format!("did you mean :{near}?")).or_else(within);
        let Some(origin) = &from.origin else {
            let name = abridge(name, 60);
            if hint.is_some() && name.len() >= SHORTEST_SLIP && !provided && self.certainty() < Certainty::Guarded {
                let message = format!("the map has no key :{name}; it has {}", listed(&keys));
                self.report(span, ErrorKind::Analysis, message, hint, Severity::Warning, false);
            }
            return;
        };
        let path = origin.field(&Keyword::new(name)).path.shown();
        match &origin.source {
            OriginSource::Tool(tool) => {
                let there = if keys.is_empty() {
                    "there are no keys".into()
                } else {
                    format!("the keys there are {}", listed(&keys))
                };
                let message = format!("{path} is not in the result of {tool}; {there}");
                let severity = self.severity(provided);
                self.report(span, ErrorKind::Analysis, message, hint, severity, true);
            }
            // Data may lack what it could have; what looks like a slip is worth a word.
            OriginSource::Data(data) if near.is_some() && !provided && self.certainty() < Certainty::Guarded => {
                let message = format!("{path} is not in {data}; the keys there are {}", listed(&keys));
                self.report(span, ErrorKind::Analysis, message, hint, Severity::Warning, false);
            }
            OriginSource::Data(_) => {}
        }
    }

    /// A key of what is no map.
    fn no_map(&mut self, from: &Outline, name: &str, provided: bool, span: Span) {
        let Some(origin) = &from.origin else { return };
        let name = abridge(name, 60);
        let hint = matches!(from.kind, ValueKind::List(_) | ValueKind::Tuple(_))
            .then(|| format!("(map :{name} …) takes it of every item, (:{name} (first …)) of one"));
        let (severity, before_run) = match &origin.source {
            OriginSource::Tool(_) => (self.severity(provided), true),
            OriginSource::Data(_) if provided || self.certainty() >= Certainty::Guarded => return,
            OriginSource::Data(_) => (Severity::Warning, false),
        };
        let message = format!("{origin} is {}: it has no key :{name}", from.described());
        self.report(span, ErrorKind::Analysis, message, hint, severity, before_run);
    }

    fn severity(&self, provided: bool) -> Severity {
        if provided || self.certainty() >= Certainty::Guarded { Severity::Warning } else { Severity::Error }
    }

    /// What a function of numbers gives; reports arguments that cannot be some.
    pub(super) fn number(&mut self, name: &str, arguments: &[Outline], span: Span) -> Outline {
        let wrong = || arguments.iter().filter(|argument| is_no_number(&argument.kind));
        let Some(first) = wrong().next() else { return ValueKind::Number(None).into() };
        let from_tool = |origin: &Origin| matches!(origin.source, OriginSource::Tool(_));
        let declared = wrong().any(|argument| argument.origin.as_deref().is_some_and(from_tool));
        let severity = match self.certainty() {
            Certainty::Sure => Severity::Error,
            // Of what is no contract's word only what is sure is said; running the program says it as well.
            _ if !declared => return Outline::ANY,
            Certainty::Likely => Severity::Error,
            Certainty::Choice | Certainty::Guarded => Severity::Warning,
        };
        let (message, hint) = match first.as_value() {
            // As the run would say it.
            Some(value) => {
                let error = type_error(name.to_owned(), Expected::NUMBERS, &value).to_error();
                (error.message, error.hint)
            }
            None => {
                let reads = matches!(first.kind, ValueKind::Text(_));
                let hint = "(parse-long …) or (parse-double …) reads a string as a number";
                let what = What::needs_other(name.to_owned(), Expected::NUMBERS, first.described_with_origin());
                (what.text().into_owned(), reads.then(|| hint.into()))
            }
        };
        self.report(span, ErrorKind::Type, message, hint, severity, declared);
        Outline::ANY
    }
}

fn is_no_number(kind: &ValueKind) -> bool {
    match kind {
        ValueKind::Text(_)
        | ValueKind::Bool
        | ValueKind::Keyword(_)
        | ValueKind::Name
        | ValueKind::Nil
        | ValueKind::List(_)
        | ValueKind::Tuple(_)
        | ValueKind::Record(_)
        | ValueKind::Map(_) => true,
        ValueKind::Any | ValueKind::Never | ValueKind::Number(_) | ValueKind::Function(_) => false,
    }
}

/// Keys as messages list them.
fn listed(keys: &[&str]) -> String {
    let shown: Vec<String> = keys.iter().take(20).map(|key| format!(":{}", abridge(key, 40))).collect();
    let more = if keys.len() > 20 { ", …" } else { "" };
    format!("{}{more}", shown.join(", "))
}
