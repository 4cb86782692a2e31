//! What an error can add on its way out of a call: which key was missing where an operand is nil, how the function is
//! written.
//!
//! Nothing is noted while a program runs. The compiler knows which operands are looked up by a literal key, and where
//! the map lies; when a call fails because it got nil, the map is looked at again.

use std::collections::HashMap;

use super::compile::Compiler;
use crate::lisp::analyse::{Expr, ExprKind};
use crate::lisp::text::{ErrorKind, nearest};
use crate::lisp::value::{self, Builtin, Function, Hint, Machine, Map, Part, Raise, Value, What};

/// No more keys of a map are named.
const MOST_KEYS: usize = 12;

/// Where a map lies that an operand is looked up in.
#[derive(Clone)]
enum Root {
    Slot(usize),
    Captured(usize),
    Global(usize),
    Context(Value),
}

/// An operand that is looked up by literal keys.
#[derive(Clone)]
pub(super) struct Sought {
    /// Where the map may lie; a local may have moved on to another one.
    roots: Vec<Root>,
    /// The keys, from the outermost map inwards.
    path: Vec<Value>,
}

/// What slots hold that were bound to something looked up.
pub(super) type Origins = HashMap<usize, Sought>;

/// An operand of a call that is looked up.
pub(super) struct Operand {
    sought: Sought,
    /// Whether this is the operand that was nil, if the map is gone: it is the only one, or its slot still tells.
    culprit: Culprit,
}

enum Culprit {
    Sole,
    Slot(usize),
    Unknown,
}

/// The operands of a call that are looked up; most calls have none.
pub(super) type Missing = Option<Box<[Operand]>>;

impl Compiler {
    /// What an expression is looked up in, if it is.
    fn sought(&self, expr: &Expr) -> Option<Sought> {
        let root = |root| Some(Sought { roots: vec![root], path: Vec::new() });
        match &expr.kind {
            ExprKind::Local { slot, .. } => {
                let mut sought =
                    self.origins.borrow().get(slot).cloned().unwrap_or(Sought { roots: Vec::new(), path: Vec::new() });
                if sought.path.is_empty() {
                    sought.roots.insert(0, Root::Slot(*slot));
                }
                Some(sought)
            }
            ExprKind::Captured(index) => root(Root::Captured(*index)),
            ExprKind::Global { number, .. } => root(Root::Global(*number)),
            ExprKind::Context(key) => root(Root::Context(key.clone())),
            ExprKind::Builtin(builtin, _, items) => match (builtin.name, items.as_slice()) {
                ("%lookup" | "get" | "get-in", [target, key]) => {
                    let mut sought = self.sought(target)?;
                    match (builtin.name, key.as_constant()?) {
                        ("get-in", Value::Vector(keys)) => sought.path.extend(keys.iter().cloned()),
                        (_, key @ (Value::Keyword(_) | Value::Text(_))) => sought.path.push(key.clone()),
                        _ => return None,
                    }
                    Some(sought)
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// Notes what a slot is bound to.
    pub(super) fn note_origin(&self, slot: usize, value: &Expr) {
        let sought = self.sought(value);
        let mut origins = self.origins.borrow_mut();
        match sought {
            Some(sought) => origins.insert(slot, sought),
            None => origins.remove(&slot),
        };
    }

    /// Forgets what a slot was bound to.
    pub(super) fn forget_origin(&self, slot: usize) {
        self.origins.borrow_mut().remove(&slot);
    }

    /// The operands that are looked up. Those that are `kept` stay in their slots while the call runs.
    pub(super) fn missing<'e>(&self, operands: impl IntoIterator<Item = &'e Expr>, kept: bool) -> Missing {
        let operands: Vec<&Expr> = operands.into_iter().filter(|operand| operand.as_constant().is_none()).collect();
        let sole = operands.len() == 1;
        let looked_up = operands.into_iter().filter_map(|operand| {
            let sought = self.sought(operand).filter(|sought| !sought.path.is_empty())?;
            let culprit = match &operand.kind {
                _ if sole => Culprit::Sole,
                ExprKind::Local { slot, .. } if kept => Culprit::Slot(*slot),
                _ => Culprit::Unknown,
            };
            Some(Operand { sought, culprit })
        });
        let looked_up: Vec<Operand> = looked_up.collect();
        (!looked_up.is_empty()).then(|| looked_up.into())
    }
}

impl Root {
    fn value(&self, m: &Machine<'_>, env: &Function) -> Value {
        match self {
            Self::Slot(slot) => m.peek(*slot).clone(),
            Self::Captured(index) => env.captured(*index),
            Self::Global(number) => m.shared.globals.borrow().get(*number).cloned().unwrap_or_default(),
            Self::Context(key) if key.is_nothing() => m.shared.context.clone(),
            Self::Context(key) => match &m.shared.context {
                Value::Map(context) => context.get(key).cloned().unwrap_or_default(),
                _ => Value::Nil,
            },
        }
    }
}

/// The same error; one for a wrong value without advice shows how the builtin is called.
#[cold]
pub(super) fn with_usage_hint(mut raise: Box<Raise>, builtin: &'static Builtin) -> Box<Raise> {
    let Raise::Fault(fault) = &mut *raise else { return raise };
    if fault.place.is_some() || fault.span.is_some() || fault.hint.is_some() {
        return raise;
    }
    if fault.kind == ErrorKind::Arity {
        fault.hint = builtin.function_hint().filter(|_| !builtin.name.starts_with('%')).map(Into::into);
        return raise;
    }
    let (ErrorKind::Type, Some(function)) = (fault.kind, fault.what.function_mut()) else { return raise };
    // What others are made of is called by their names.
    if matches!(builtin.name, "update" | "update-in" | "assoc-in" | "merge" | "into")
        && matches!(function.as_deref(), Some("assoc" | "conj"))
    {
        *function = Some(builtin.name.into());
    }
    if builtin.name.starts_with('%') {
        return raise;
    }
    let params = || builtin.clauses.iter().flat_map(|clause| clause.params);
    match function {
        // What a function gives may be at fault as well as the argument.
        None if builtin.calls_function() => {}
        None => *function = Some(builtin.name.into()),
        Some(name) if name == builtin.name => {}
        Some(_) => return raise,
    }
    if params().any(|param| param.len() > 1) {
        fault.hint = Some(Hint::Usage(builtin));
    }
    raise
}

/// The same error; one for nil in the place of something looked up says which key was missing.
#[cold]
pub(super) fn with_missing_key(
    mut raise: Box<Raise>,
    operands: &Missing,
    m: &Machine<'_>,
    env: &Function,
) -> Box<Raise> {
    if let (Raise::Fault(fault), Some(operands)) = (&mut *raise, operands)
        && fault.place.is_none()
        && let What::Needs { got, missing: missing @ None, .. } = &mut fault.what
        && got.is_nil()
    {
        *missing = operands.iter().find_map(|operand| operand.why(m, env));
    }
    raise
}

impl Operand {
    /// What is missing on the path, and what is there instead.
    fn why(&self, m: &Machine<'_>, env: &Function) -> Option<value::Missing> {
        let mut roots = self.sought.roots.iter().map(|root| root.value(m, env));
        let mut at = roots.find(|value| matches!(value, Value::Map(_)));
        let Some(found) = &mut at else {
            let is_nil = match self.culprit {
                Culprit::Sole => true,
                Culprit::Slot(slot) => m.peek(slot).is_nil(),
                Culprit::Unknown => false,
            };
            if !is_nil {
                return None;
            }
            return Some(value::Missing::Path(self.sought.path.iter().map(Part::shown).collect()));
        };
        for key in &self.sought.path {
            let Value::Map(map) = &*found else { return None };
            // A sorted map with a comparator of its own is not asked again.
            if map.sorting().flatten().is_some() {
                return None;
            }
            let next = match map.get(key) {
                None => return Some(no_key(map, key)),
                Some(Value::Nil) => return Some(value::Missing::Nil(Part::shown(key))),
                Some(next) => next.clone(),
            };
            *found = next;
        }
        None
    }
}

/// The keys that a map has, and the one that was probably meant.
fn no_key(map: &Map, wanted: &Value) -> value::Missing {
    let near = wanted.as_name().and_then(|wanted| nearest(wanted, map.keys().take(200).filter_map(Value::as_name)));
    let near = near.and_then(|near| map.keys().find(|key| key.as_name() == Some(near)));
    value::Missing::Key {
        key: Part::shown(wanted),
        keys: map.keys().take(MOST_KEYS).map(Part::shown).collect(),
        more: map.len() > MOST_KEYS,
        near: near.map(Part::shown),
    }
}
