//! The validator: walks a value beside a type, and says all that is wrong at once.

use super::coerce::{Fit, gentle, strict};
use super::issue::{Findings, Issue};
use super::{Field, Parameter, Signature, Type};
use crate::lisp::text::{abridge, nearest};
use crate::lisp::value::{Iter, Keyword, Map, Trail, Value};

/// How many values a walk looks at.
const MAX_CHECKED: usize = 1_000_000;

/// Arguments that a tool may be given.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked {
    /// A map with keywords for keys, in the order of the parameters, defaults filled in.
    pub arguments: Value,
    /// What was coerced: `limit: coerced string "10" to integer`.
    pub warnings: Vec<String>,
}

/// Checks arguments against a signature, coerces them gently where nothing is lost, and fills in defaults.
///
/// Beside scalars, a list parameter or field takes `nil` for no items and a single item for a list of one.
/// Lazy sequences are read as far as they are realised.
///
/// ```
/// use ptc::contract::{Signature, check_input};
/// use ptc::lisp::value::parse_json;
///
/// let signature = Signature::parse("(id :int, level (:low | :high) = :low)")?;
/// let checked = check_input(&signature, &parse_json(r#"{"id": "42"}"#).unwrap()).unwrap();
/// assert_eq!(checked.arguments.to_string(), "{:id 42, :level :low}");
///
/// let issues = check_input(&signature, &parse_json(r#"{"id": 1.5, "levle": "low"}"#).unwrap()).unwrap_err();
/// assert_eq!(issues[0].to_string(), "id: expected integer, got float 1.5");
/// assert_eq!(issues[1].to_string(), "levle: unknown argument; did you mean level?");
/// # Ok::<(), ptc::contract::ParseError>(())
/// ```
///
/// # Errors
/// All that is wrong, up to twenty findings and a note of how many more there are.
pub fn check_input(signature: &Signature, arguments: &Value) -> Result<Checked, Vec<Issue>> {
    let mut walk = Walk::new(Manner::Gentle, "arguments");
    let empty = Map::default();
    let checked = match arguments {
        Value::Map(map) => walk.arguments(signature, map),
        Value::Nil => walk.arguments(signature, &empty),
        other => {
            walk.wrong(&Trail::Root, || format!("expected map of arguments by name, got {}", shown(other)));
            empty
        }
    };
    let warnings = walk.warnings.reported();
    walk.issues.verdict().map(|()| Checked { arguments: checked.into(), warnings })
}

/// Checks a value against a type, to the letter: a result of a tool or an agent, a ref, a plan.
///
/// `root` names the value itself in what is wrong with all of it; paths within it begin at its fields.
/// Fields beyond those of a record are fine. Lazy sequences are read as far as they are realised.
///
/// ```
/// use ptc::contract::{Type, check_output};
/// use ptc::lisp::value::parse_json;
///
/// let kind = Type::parse("{:results [{:amount :float}]}")?;
/// let value = parse_json(r#"{"results": [{"amount": 2}, {"amount": null}]}"#).unwrap();
/// let issues = check_output(&kind, &value, "result").unwrap_err();
/// assert_eq!(issues[0].to_string(), "results[1].amount: expected float, got nil");
///
/// let issues = check_output(&Type::Int, &"42".into(), "result").unwrap_err();
/// assert_eq!(issues[0].to_string(), r#"result: expected integer, got string "42""#);
/// # Ok::<(), ptc::contract::ParseError>(())
/// ```
///
/// # Errors
/// All that is wrong, up to twenty findings and a note of how many more there are.
pub fn check_output(kind: &Type, value: &Value, root: &str) -> Result<(), Vec<Issue>> {
    let mut walk = Walk::new(Manner::Strict, root);
    walk.visit(kind, value, &Trail::Root);
    walk.issues.verdict()
}

/// As [`check_output`] of a part of something, which is at the end of the trail.
#[cfg(feature = "agent")]
pub(crate) fn check_part(kind: &Type, value: &Value, at: &Trail<'_>) -> Result<(), Vec<Issue>> {
    let mut walk = Walk::new(Manner::Strict, "");
    walk.visit(kind, value, at);
    walk.issues.verdict()
}

/// The value as its type wants it, if it can be had gently.
pub(super) fn conform(kind: &Type, value: &Value) -> Option<Value> {
    let mut walk = Walk::new(Manner::Gentle, "default");
    let changed = walk.visit(kind, value, &Trail::Root);
    walk.issues.verdict().ok().map(|()| changed.unwrap_or_else(|| value.clone()))
}

/// How a value is held to its type.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Manner {
    Strict,
    Gentle,
}

/// A walk over a value beside its type. What a visit gives is the changed value, or nothing where none changed.
struct Walk<'a> {
    manner: Manner,
    root: &'a str,
    issues: Findings<Issue>,
    warnings: Findings<String>,
    left: usize,
}

impl<'a> Walk<'a> {
    fn new(manner: Manner, root: &'a str) -> Self {
        let (issues, warnings) = (Findings::default(), Findings::default());
        Self { manner, root, issues, warnings, left: MAX_CHECKED }
    }

    fn wrong(&mut self, at: &Trail<'_>, message: impl FnOnce() -> String) {
        let root = self.root;
        self.issues.add(|| Issue { path: shown_path(at, root), message: message() });
    }

    fn coerced(&mut self, at: &Trail<'_>, from: &Value, to: &str) {
        let root = self.root;
        self.warnings.add(|| format!("{}: coerced {} to {to}", shown_path(at, root), shown(from)));
    }
    fn visit(&mut self, kind: &Type, value: &Value, at: &Trail<'_>) -> Option<Value> {
        match self.left.checked_sub(1) {
            Some(left) => self.left = left,
            None => return None,
        }
        if self.left == 0 {
            self.wrong(at, || format!("too much to check: more than {MAX_CHECKED} values"));
            return None;
        }
        match kind {
            Type::Any => None,
            Type::Optional(_) if value.is_nil() => None,
            Type::Optional(inner) => self.visit(inner, value, at),
            Type::List(item) => self.list(kind, item, value, at),
            Type::Record(fields) => self.record(kind, fields, value, at),
            Type::Dict(item) => self.dict(kind, item, value, at),
            Type::String | Type::Int | Type::Float | Type::Bool | Type::Keyword | Type::Map | Type::Enum(_) => {
                self.scalar(kind, value, at)
            }
        }
    }

    fn scalar(&mut self, kind: &Type, value: &Value, at: &Trail<'_>) -> Option<Value> {
        let fit = match self.manner {
            Manner::Strict if strict(kind, value) => Fit::AsIs,
            Manner::Strict => Fit::Wrong,
            Manner::Gentle => gentle(kind, value),
        };
        match fit {
            Fit::AsIs => None,
            Fit::Quietly(changed) => Some(changed),
            Fit::Coerced(changed) => {
                let to = if let Type::Enum(_) = kind { changed.to_string() } else { kind.noun() };
                self.coerced(at, value, &to);
                Some(changed)
            }
            Fit::Wrong => self.mismatch(kind, value, at),
        }
    }

    fn mismatch(&mut self, kind: &Type, value: &Value, at: &Trail<'_>) -> Option<Value> {
        self.wrong(at, || {
            let expected = kind.noun();
            let near = match (kind, value.as_name()) {
                (Type::Enum(choices), Some(name)) => {
                    let near = nearest(name, choices.iter().map(super::Choice::name));
                    near.and_then(|near| choices.iter().find(|choice| choice.name() == near))
                }
                _ => None,
            };
            let hint = near.map(|choice| format!("; did you mean {choice}?")).unwrap_or_default();
            format!("expected {}, got {}{hint}", abridge(&expected, 200), shown(value))
        });
        None
    }

    fn list(&mut self, kind: &Type, item: &Type, value: &Value, at: &Trail<'_>) -> Option<Value> {
        let from_set = match value {
            Value::Vector(_) | Value::Seq(_) | Value::Lazy(_) => None,
            Value::Set(set) if self.manner == Manner::Gentle => {
                self.coerced(at, value, "list");
                Some(Value::vector(set.iter().collect()))
            }
            other => return self.mismatch(kind, other, at),
        };
        let items = from_set.as_ref().unwrap_or(value);
        let mut rebuilt: Option<Vec<Value>> = None;
        for (index, held) in Iter::ready(items).enumerate() {
            if self.left == 0 {
                return None;
            }
            let new = self.visit(item, &held, &Trail::Index(at, index));
            match (&mut rebuilt, new) {
                (Some(rebuilt), new) => rebuilt.push(new.unwrap_or(held)),
                (None, Some(new)) => rebuilt = Some(Iter::ready(items).take(index).chain([new]).collect()),
                (None, None) => {}
            }
        }
        rebuilt.map(Value::vector).or(from_set)
    }

    fn dict(&mut self, kind: &Type, item: &Type, value: &Value, at: &Trail<'_>) -> Option<Value> {
        let Value::Map(map) = value else { return self.mismatch(kind, value, at) };
        self.twice(map, at);
        // Rebuilt as plain map: looking keys up one by one in a map with a comparator of its own is slow.
        let mut rebuilt: Option<Map> = None;
        for (index, (key, held)) in map.iter_ref().enumerate() {
            if self.left == 0 {
                return None;
            }
            let new = self.visit(item, held, &Trail::Key(at, key));
            match (&mut rebuilt, new) {
                (Some(rebuilt), new) => rebuilt.insert(key.clone(), new.unwrap_or_else(|| held.clone())),
                (None, Some(new)) => rebuilt = Some(map.iter().take(index).chain([(key.clone(), new)]).collect()),
                (None, None) => {}
            }
        }
        rebuilt.map(Value::from)
    }

    fn record(&mut self, kind: &Type, fields: &[Field], value: &Value, at: &Trail<'_>) -> Option<Value> {
        let Value::Map(map) = value else { return self.mismatch(kind, value, at) };
        self.twice(map, at);
        let mut changed: Option<Map> = None;
        for Field { name, kind } in fields {
            let key = Value::Keyword(name.clone());
            let at = Trail::Field(at, name.as_str());
            let new = match map.get(&key) {
                Some(held) => self.field(kind, held, &at),
                None if kind.is_optional() => None,
                None => {
                    let known = |known: &str| fields.iter().any(|field| field.name.as_str() == known);
                    self.missing(name, kind, map, &at, known)
                }
            };
            if let Some(new) = new {
                changed.get_or_insert_with(|| (**map).clone()).insert(key, new);
            }
        }
        changed.map(Value::from)
    }

    /// A field or an argument: where a list is wanted, `nil` is none and a single item is one.
    fn field(&mut self, kind: &Type, value: &Value, at: &Trail<'_>) -> Option<Value> {
        let Type::List(item) = kind.present() else { return self.visit(kind, value, at) };
        let is_list = value.is_sequential() || matches!(value, Value::Set(_));
        if self.manner == Manner::Strict || is_list || (value.is_nil() && kind.is_optional()) {
            return self.visit(kind, value, at);
        }
        if value.is_nil() {
            self.coerced(at, value, "empty list");
            return Some(Value::vector(Vec::new()));
        }
        let found_before = std::mem::take(&mut self.issues);
        let single = self.visit(item, value, &Trail::Index(at, 0));
        if !std::mem::replace(&mut self.issues, found_before).is_empty() {
            return self.mismatch(kind, value, at);
        }
        self.coerced(at, value, "list of one");
        Some(Value::vector(vec![single.unwrap_or_else(|| value.clone())]))
    }

    fn missing(
        &mut self,
        name: &Keyword,
        kind: &Type,
        map: &Map,
        at: &Trail<'_>,
        known: impl Fn(&str) -> bool,
    ) -> Option<Value> {
        self.wrong(at, || {
            let strangers = map.keys().filter_map(Value::as_name).filter(|key| !known(key));
            let near = nearest(name.as_str(), strangers).map(|near| format!("; there is {near}")).unwrap_or_default();
            format!("missing, expected {}{near}", abridge(&kind.noun(), 200))
        });
        None
    }

    fn arguments(&mut self, signature: &Signature, map: &Map) -> Map {
        self.twice(map, &Trail::Root);
        let mut arguments = Map::default();
        for parameter in &signature.parameters {
            if let Some(value) = self.argument(parameter, map) {
                arguments.insert(Value::Keyword(parameter.name.clone()), value);
            }
        }
        for (key, value) in map.iter_ref() {
            let declared = matches!(key, Value::Keyword(_) | Value::Text(_))
                && key.as_name().is_some_and(|name| signature.parameter(name).is_some());
            if declared {
                continue;
            }
            let at = Trail::Key(&Trail::Root, key);
            match &signature.rest {
                Some(rest) => {
                    let value = self.visit(rest, value, &at).unwrap_or_else(|| value.clone());
                    arguments.insert(key.clone(), value);
                }
                None => self.wrong(&at, || unknown(key, signature)),
            }
        }
        arguments
    }

    fn argument(&mut self, parameter: &Parameter, map: &Map) -> Option<Value> {
        let Parameter { name, kind, default, .. } = parameter;
        let at = &Trail::Field(&Trail::Root, name.as_str());
        match (map.get(&Value::Keyword(name.clone())), default) {
            (Some(given), _) => Some(self.field(kind, given, at).unwrap_or_else(|| given.clone())),
            (None, Some(default)) => Some(default.clone()),
            (None, None) if kind.is_optional() => None,
            (None, None) => {
                self.wrong(at, || format!("missing, expected {}", abridge(&kind.noun(), 200)));
                None
            }
        }
    }

    /// Maps fold `:id` and `"id"` into one key; but what a program's comparator keeps apart stays two.
    fn twice(&mut self, map: &Map, at: &Trail<'_>) {
        if !matches!(map.sorting(), Some(Some(_))) {
            return;
        }
        let mut seen = std::collections::HashSet::new();
        for key in map.keys().filter(|key| matches!(key, Value::Keyword(_) | Value::Text(_))) {
            if key.as_name().is_some_and(|name| !seen.insert(name)) {
                self.wrong(&Trail::Key(at, key), || "given twice, as keyword and as string".into());
            }
        }
    }
}

fn unknown(key: &Value, signature: &Signature) -> String {
    let names = || signature.parameters.iter().map(|parameter| parameter.name.as_str());
    match key.as_name().and_then(|name| nearest(name, names())) {
        Some(near) => format!("unknown argument; did you mean {near}?"),
        None if signature.parameters.is_empty() => "unknown argument; there are no parameters".into(),
        None => {
            let names: Vec<&str> = names().collect();
            format!("unknown argument; the parameters are {}", abridge(&names.join(", "), 200))
        }
    }
}

/// The value as findings show it: `string "abc"`, `nil`.
fn shown(value: &Value) -> String {
    let described = value.describe();
    described.strip_prefix("the ").unwrap_or(&described).into()
}

/// A path as messages show it; `root` is what the whole value is called.
fn shown_path(at: &Trail<'_>, root: &str) -> String {
    let path = at.path();
    if path.is_empty() { root.into() } else { path.shown() }
}

#[cfg(test)]
mod tests;
