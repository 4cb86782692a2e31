//! Refs: small values taken out of a result for whoever comes next, by path, by program, or by closure.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use indexmap::IndexMap;

use crate::Sandbox;
use crate::contract::{Type, check_part};
use crate::lisp::limits::Limits;
use crate::lisp::text::{ErrorKind, Severity, Source};
use crate::lisp::value::{Iter, Path, PathError, Segment, Trail, Value};

/// A closure of the host's that finds a value in a result.
pub type FindRef = Arc<dyn Fn(&Value) -> Option<Value> + Send + Sync>;

/// Where a ref comes from.
#[derive(Clone)]
pub enum RefSource {
    /// A path: `[0].id`, `[*].id`, `customer.address.city`.
    Path(Path),
    /// An expression in which `result` is the result.
    Lisp(String),
    /// A closure of the host's.
    Closure(FindRef),
}

impl Default for RefSource {
    /// The whole result.
    fn default() -> Self {
        Self::Path(Path::default())
    }
}

/// A value to take out of a result.
#[derive(Clone, Default)]
pub struct Ref {
    /// Its name.
    pub name: String,
    /// Where it comes from.
    pub source: RefSource,
    /// Whether a result without it is sent back.
    pub required: bool,
    /// What it must be.
    pub kind: Option<Type>,
}

/// The refs of an agent.
///
/// ```
/// use ptc::Refs;
/// use ptc::lisp::value::parse_json;
///
/// let refs = Refs::new().path("ids", "[*].id").required().lisp("count", "(count result)");
/// let mails = parse_json(r#"[{"id": 1}, {"id": 3}]"#).unwrap();
/// let found = refs.extract(&mails).unwrap();
/// assert_eq!(found["ids"].to_string(), "[1 3]");
/// assert_eq!(found["count"].to_string(), "2");
/// ```
#[derive(Clone, Default)]
pub struct Refs {
    refs: Vec<Ref>,
    /// Paths that are none.
    parse_errors: Vec<String>,
}

/// What is missing or wrong, and the values that are there.
#[derive(Debug)]
pub struct RefsProblem {
    /// `email_ids: missing at [0].id; there was …`
    pub missing: Vec<String>,
}

impl Refs {
    /// No refs.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a ref.
    #[must_use]
    pub fn push_source(mut self, name: impl Into<String>, source: RefSource) -> Self {
        self.refs.push(Ref { name: name.into(), source, required: false, kind: None });
        self
    }

    /// Adds a ref that is made already.
    #[must_use]
    pub fn push(mut self, new: Ref) -> Self {
        self.refs.push(new);
        self
    }

    /// Adds a ref by path. A text that is no [`Path`] gives a ref that is never found, and an error before
    /// any model is asked.
    #[must_use]
    pub fn path(mut self, name: impl Into<String>, path: &str) -> Self {
        let name = name.into();
        let source = path.parse().map(RefSource::Path).unwrap_or_else(|why: PathError| {
            self.parse_errors.push(format!("refs.{name}: {why}"));
            // The empty path would find the whole result.
            RefSource::Closure(Arc::new(|_| None))
        });
        self.push_source(name, source)
    }

    /// Adds a ref by an expression over `result`.
    #[must_use]
    pub fn lisp(self, name: impl Into<String>, expression: impl Into<String>) -> Self {
        self.push_source(name, RefSource::Lisp(expression.into()))
    }

    /// Adds a ref by a closure; one that panics finds nothing.
    #[must_use]
    pub fn closure(
        self,
        name: impl Into<String>,
        find: impl Fn(&Value) -> Option<Value> + Send + Sync + 'static,
    ) -> Self {
        self.push_source(name, RefSource::Closure(Arc::new(find)))
    }

    /// Makes the last ref required.
    #[must_use]
    pub fn required(mut self) -> Self {
        if let Some(last) = self.refs.last_mut() {
            last.required = true;
        }
        self
    }

    /// Gives the last ref a type.
    #[must_use]
    pub fn typed(mut self, kind: Type) -> Self {
        if let Some(last) = self.refs.last_mut() {
            last.kind = Some(kind);
        }
        self
    }

    /// Whether all of them can be taken out of some result.
    ///
    /// # Errors
    /// Paths that are none, expressions that no result can make right, and names that stand twice.
    pub fn check(&self) -> Result<(), String> {
        let mut problems = self.parse_errors.clone();
        for (at, each) in self.refs.iter().enumerate() {
            if self.refs.iter().take(at).any(|other| other.name == each.name) {
                problems.push(format!("refs.{}: there are two of that name", each.name));
            }
            let RefSource::Lisp(expression) = &each.source else { continue };
            let mut sandbox = Sandbox::new();
            sandbox.memory.put("result", Value::Nil);
            let findings = sandbox.check_source(&Arc::new(Source::new("ref", expression.as_str())));
            // What is wrong with a value is wrong with another result perhaps not.
            let errors = findings.iter().filter(|finding| {
                let whatever_it_is =
                    matches!(finding.error.kind, ErrorKind::Parse | ErrorKind::Analysis | ErrorKind::Unsupported);
                finding.severity == Severity::Error && whatever_it_is
            });
            problems.extend(errors.map(|finding| format!("refs.{}: {}", each.name, finding.error)));
        }
        if problems.is_empty() { Ok(()) } else { Err(problems.join("\n")) }
    }

    /// All refs in order.
    pub fn iter(&self) -> impl Iterator<Item = &Ref> {
        self.refs.iter()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.refs.is_empty()
    }

    /// The types of the refs as a contract shows them; those that are not required are optional.
    pub fn types(&self) -> Vec<(String, Type)> {
        let kind = |each: &Ref| each.kind.clone().unwrap_or(Type::Any);
        let shown = |each: &Ref| if each.required { kind(each) } else { kind(each).optional() };
        self.refs.iter().map(|each| (each.name.clone(), shown(each))).collect()
    }

    /// Takes the refs out of a result; optional ones that are not there are nil.
    ///
    /// # Errors
    /// The required refs that are missing and those of the wrong type.
    pub fn extract(&self, result: &Value) -> Result<IndexMap<String, Value>, RefsProblem> {
        let mut found = IndexMap::new();
        let mut missing = Vec::new();
        for each in &self.refs {
            let value = each.source.find(result);
            match value {
                Ok(value) if !value.is_nil() => {
                    let at = Trail::Field(&Trail::Root, &each.name);
                    let issues = each.kind.as_ref().and_then(|kind| check_part(kind, &value, &at).err());
                    match issues {
                        Some(issues) => missing.extend(issues.iter().map(ToString::to_string)),
                        None => {
                            found.insert(each.name.clone(), value);
                        }
                    }
                }
                other => {
                    if each.required {
                        let why = other.err().map(|why| format!(" ({why})")).unwrap_or_default();
                        missing.push(format!("{}: nothing at {}{why}", each.name, each.source.describe()));
                    }
                    found.insert(each.name.clone(), Value::Nil);
                }
            }
        }
        if missing.is_empty() { Ok(found) } else { Err(RefsProblem { missing }) }
    }
}

/// How many places are looked at of a ref that is taken from many.
const PLACES: usize = 1_000;

/// Where a ref was found: what is around it from the outermost on, each with the path from there to it.
pub(super) struct Place {
    pub around: Vec<(Value, Vec<Segment>)>,
}

impl RefSource {
    /// The path or the expression.
    pub(super) fn text(&self) -> Option<String> {
        match self {
            Self::Path(path) => Some(path.to_string()),
            Self::Lisp(expression) => Some(expression.clone()),
            Self::Closure(_) => None,
        }
    }

    /// Where the value of a ref was found; of a collection that was made anew, where its items were.
    pub(super) fn places(&self, result: &Value, value: &Value) -> Vec<Place> {
        let mut places = Vec::new();
        match self {
            Self::Path(path) => walk(result, path.segments(), &mut Vec::new(), &mut places),
            Self::Lisp(_) | Self::Closure(_) => {
                let whole = std::iter::once(value.clone());
                let each = whole.chain(Iter::ready(value).take(PLACES));
                places.extend(each.map(|found| Place { around: vec![(found, Vec::new())] }));
            }
        }
        places
    }

    fn describe(&self) -> String {
        self.text().unwrap_or_else(|| "the host's closure".into())
    }

    fn find(&self, result: &Value) -> Result<Value, String> {
        match self {
            Self::Path(path) => Ok(path.find(result)),
            Self::Closure(find) => catch_unwind(AssertUnwindSafe(|| find(result)))
                .map(Option::unwrap_or_default)
                .map_err(|_| "the closure panicked".to_owned()),
            Self::Lisp(expression) => {
                let limits = Limits { max_time: std::time::Duration::from_secs(1), ..Limits::default() };
                let mut sandbox = Sandbox::new().limits(limits);
                sandbox.memory.put("result", result.clone());
                sandbox.eval(expression).map_err(|error| error.to_string())
            }
        }
    }
}

/// Finds what a path leads to, with all that is around each part.
fn walk(value: &Value, segments: &[Segment], around: &mut Vec<(Value, Vec<Segment>)>, places: &mut Vec<Place>) {
    if places.len() >= PLACES || value.is_nil() {
        return;
    }
    around.push((value.clone(), Vec::new()));
    let mut go_in = |segment: Segment, inner: &Value, rest: &[Segment]| {
        around.iter_mut().for_each(|(_, segments)| segments.push(segment.clone()));
        walk(inner, rest, around, places);
        around.iter_mut().for_each(|(_, segments)| drop(segments.pop()));
    };
    match segments.split_first() {
        None => places.push(Place { around: around.clone() }),
        Some((Segment::Each, rest)) => match value {
            Value::Set(items) => items.iter().for_each(|item| go_in(Segment::Each, &item, rest)),
            other => Iter::ready(other)
                .enumerate()
                .take(PLACES)
                .for_each(|(at, item)| go_in(Segment::Index(at), &item, rest)),
        },
        Some((segment @ (Segment::Key(_) | Segment::Index(_)), rest)) => {
            if let Some(part) = segment.part(value) {
                go_in(segment.clone(), &part, rest);
            }
        }
    }
    around.pop();
}

impl std::fmt::Display for RefsProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for line in &self.missing {
            writeln!(f, "- {}", crate::lisp::text::abridge(line, 400))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lisp::value::parse_json;

    /// What is around each place that a path leads to, each with the steps from there.
    fn places(path: &str, value: &Value) -> Vec<String> {
        let source = RefSource::Path(path.parse().expect("a path"));
        let places = source.places(value, &Value::Nil).into_iter().map(|place| {
            let around =
                place.around.iter().map(|(value, steps)| format!("{value}{}", Path::from_iter(steps.iter().cloned())));
            around.collect::<Vec<_>>().join(" ")
        });
        places.collect()
    }

    #[test]
    fn missing_ref_lists_the_keys_around_it() {
        let rows = parse_json(r#"[{"id": 1}, {"id": null}, {}, {"id": 4}]"#).expect("JSON");
        assert_eq!(places("[3].id", &rows), [format!("{rows}[3].id {{:id 4}}id 4")]);
        assert_eq!(
            places("[*].id", &rows),
            [format!("{rows}[0].id {{:id 1}}id 1"), format!("{rows}[3].id {{:id 4}}id 4")]
        );
        let set = Value::map([(Value::keyword("ids"), Value::set([Value::from(7)]))]);
        assert_eq!(places("ids[*]", &set), ["{:ids #{7}}ids[*] #{7}[*] 7"]);
        let square = Value::vector(vec![Value::vector(vec![Value::from(1); 40]); 40]);
        assert_eq!(places("[*][*]", &square).len(), PLACES);
    }

    #[test]
    fn refs_types_of_optional_refs() {
        let refs =
            Refs::new().path("a", "a").typed(Type::Int).path("b", "b").typed(Type::Int).required().path("c", "c");
        let types = refs.types().into_iter().map(|(name, kind)| format!("{name} {kind}"));
        assert_eq!(types.collect::<Vec<_>>(), ["a :int?", "b :int", "c :any?"]);
    }

    #[test]
    fn refs_check_refuses_only_what_can_never_work() {
        let check = |expression: &str| Refs::new().lisp("x", expression).check();
        assert_eq!(check("(format \"{}\" result)"), Ok(()), "that is a warning");
        assert_eq!(check("(+ result 1)"), Ok(()), "a result may be a number");
        assert!(check("(coutn result)").expect_err("a name").contains("did you mean count?"));
    }

    #[test]
    fn typed_ref_error_has_its_path() {
        let kind = |text| Type::parse(text).expect("a type");
        let refs = Refs::new()
            .path("ids", "[*].id")
            .typed(kind("[:int]"))
            .path("one", "[0]")
            .typed(kind("{:id :int}"))
            .path("first", "[0].id")
            .typed(kind(":int"));
        let problem = refs.extract(&parse_json(r#"[{"id": "a"}]"#).expect("JSON")).expect_err("wrong types");
        let lines = ["ids[0]", "one.id", "first"].map(|path| format!("{path}: expected integer, got string \"a\""));
        assert_eq!(problem.missing, lines);
    }

    #[test]
    fn ref_with_invalid_path_finds_nothing() {
        let refs = Refs::new().path("id", "a..b").required();
        assert!(refs.extract(&Value::from(1)).is_err());
    }

    #[test]
    fn refs_closure_panic_is_a_missing_ref() {
        let refs = Refs::new().closure("bad", |_| panic!("no")).required();
        let problem = refs.extract(&Value::Nil).expect_err("missing");
        assert!(problem.to_string().contains("bad: nothing at the host's closure (the closure panicked)"));
    }
}
