//! Contracts as the analyser sees them: the outline of a declared result, and outlines that no parameter takes.

use crate::contract::{Choice, Issue, Signature, Type};
use crate::lisp::analyse::{Origin, OriginSource, Outline, ValueKind};
use crate::lisp::text::nearest;
use crate::lisp::value::{Keyword, Path, Trail};

/// How many comparisons of an outline with a type are made for a call.
const MAX_COMPARISONS: usize = 2_000;

/// What the tool of this name gives if its result is of this type, with these fields besides.
pub(super) fn result(tool: &str, kind: &Type, more: &[&str]) -> Outline {
    let origin = Origin { source: OriginSource::Tool(tool.into()), path: Path::default() };
    let result = outline(kind, &origin);
    if more.is_empty() {
        return result;
    }
    let more = more.iter().map(|name| (Keyword::new(name), Outline::ANY));
    let fields = result.fields().map(|(key, field)| (key.clone(), field.clone()));
    Outline::record(fields.chain(more).collect()).with_origin(origin)
}

fn outline(kind: &Type, origin: &Origin) -> Outline {
    let known = match kind {
        Type::String => ValueKind::Text(None).into(),
        Type::Int | Type::Float => ValueKind::Number(None).into(),
        Type::Bool => ValueKind::Bool.into(),
        Type::Keyword => ValueKind::Keyword(None).into(),
        // Data from JSON has strings where a contract has keywords.
        Type::Enum(choices) if choices.iter().all(|choice| matches!(choice, Choice::Text(_))) => {
            ValueKind::Text(None).into()
        }
        Type::Enum(_) => ValueKind::Name.into(),
        Type::Any => return Outline::ANY,
        Type::Map => Outline::map(Outline::ANY),
        Type::List(item) => Outline::list(outline(item, &origin.items())),
        Type::Dict(item) => Outline::map(outline(item, &origin.items())),
        Type::Record(fields) => {
            let fields =
                fields.iter().map(|field| (field.name.clone(), outline(&field.kind, &origin.field(&field.name))));
            Outline::record(fields.collect())
        }
        Type::Optional(inner) => return outline(inner, origin).or_nil(),
    };
    known.with_origin(origin.clone())
}

/// The arguments that are never what the signature takes.
pub(super) fn misfits(signature: &Signature, arguments: &[(Keyword, Outline)]) -> Vec<Issue> {
    let mut issues = Vec::new();
    let mut left = MAX_COMPARISONS;
    for (name, argument) in arguments {
        let name = name.as_str();
        match signature.parameter(name).map(|parameter| &parameter.kind).or(signature.rest.as_ref()) {
            Some(kind) => field(kind, argument, &Trail::Field(&Trail::Root, name), &mut left, &mut issues),
            None if argument.may_be_missing() => {}
            None => {
                let near = nearest(name, signature.parameters.iter().map(|parameter| parameter.name.as_str()));
                let more = near.map(|near| format!("; did you mean {near}?")).unwrap_or_default();
                let path = Trail::Field(&Trail::Root, name).path().shown();
                issues.push(Issue { path, message: format!("unknown argument{more}") });
            }
        }
    }
    issues
}

/// An argument or a field: where a list is wanted, `nil` is none and a single item is one.
fn field(kind: &Type, given: &Outline, at: &Trail<'_>, left: &mut usize, issues: &mut Vec<Issue>) {
    match kind.present() {
        Type::List(_) if matches!(given.kind, ValueKind::Nil) => {}
        Type::List(item) if !matches!(given.kind, ValueKind::List(_) | ValueKind::Tuple(_)) => {
            visit(item, given, at, left, issues)
        }
        _ => visit(kind, given, at, left, issues),
    }
}

/// Compares an outline with a type; what may fit, after a gentle coercion too, is no issue.
fn visit(kind: &Type, given: &Outline, at: &Trail<'_>, left: &mut usize, issues: &mut Vec<Issue>) {
    let Some(rest) = left.checked_sub(1) else { return };
    *left = rest;
    let fits = match (kind.present(), &given.kind) {
        (Type::Any, _) | (_, ValueKind::Any | ValueKind::Never) => true,
        // What may be nil may also be left out by its tool: only what is always nil never fits.
        (_, ValueKind::Nil) => kind.is_optional(),
        (Type::String, ValueKind::Text(_) | ValueKind::Keyword(_) | ValueKind::Name) => true,
        (Type::Int | Type::Float, ValueKind::Number(_) | ValueKind::Text(_) | ValueKind::Name) => true,
        (Type::Bool, ValueKind::Bool | ValueKind::Text(_) | ValueKind::Name) => true,
        (Type::Keyword, ValueKind::Keyword(_) | ValueKind::Text(_) | ValueKind::Name) => true,
        (Type::Enum(_), ValueKind::Text(_) | ValueKind::Keyword(_) | ValueKind::Name) => true,
        (Type::Map, ValueKind::Map(_) | ValueKind::Record(_)) => true,
        (Type::Record(_), ValueKind::Map(_)) | (Type::Dict(_), ValueKind::Map(_)) => true,
        (Type::List(item), ValueKind::Tuple(items)) => {
            for (index, held) in items.iter().enumerate() {
                visit(item, held, &Trail::Index(at, index), left, issues);
            }
            true
        }
        // There may be no item in it.
        (Type::List(_), ValueKind::List(_)) => true,
        (Type::Record(fields), ValueKind::Record(_)) => {
            for wanted in fields {
                let at = &Trail::Field(at, wanted.name.as_str());
                match given.field(wanted.name.as_str()) {
                    Some(held) => field(&wanted.kind, held, at, left, issues),
                    // A tool may give more than it declares.
                    None if wanted.kind.is_optional() || given.origin.is_some() => {}
                    None => issues.push(Issue {
                        path: at.path().shown(),
                        message: format!("missing, expected {}", wanted.kind.noun()),
                    }),
                }
            }
            true
        }
        (Type::Dict(item), ValueKind::Record(_)) => {
            for (name, held) in given.fields() {
                visit(item, held, &Trail::Field(at, name.as_str()), left, issues);
            }
            true
        }
        (
            Type::String
            | Type::Int
            | Type::Float
            | Type::Bool
            | Type::Keyword
            | Type::Enum(_)
            | Type::Map
            | Type::List(_)
            | Type::Record(_)
            | Type::Dict(_)
            | Type::Optional(_),
            _,
        ) => false,
    };
    if !fits {
        issues.push(Issue {
            path: at.path().shown(),
            message: format!("expected {}, got {}", kind.noun(), given.described_with_origin()),
        });
    }
}
