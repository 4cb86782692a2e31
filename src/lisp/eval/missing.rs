//! Which key was missing: said of an operand that is nil, on the way out of an error.
//!
//! Nothing is noted while a program runs. The compiler knows which operands are looked up by a literal key, and where
//! the map lies; when a call fails because it got nil, the map is looked at again.

use std::collections::HashMap;

use super::compile::Compiler;
use crate::lisp::analyse::{Expr, ExprKind};
use crate::lisp::text::nearest;
use crate::lisp::value::{Function, Machine, Map, Raise, Value, shorten};

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

/// The operands of a call that are looked up; most calls have none.
pub(super) type Missing = Option<Box<[Sought]>>;

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

    /// The operands that are looked up.
    pub(super) fn missing<'e>(&self, operands: impl IntoIterator<Item = &'e Expr>) -> Missing {
        let sought = operands.into_iter().filter_map(|operand| self.sought(operand));
        let sought: Vec<Sought> = sought.filter(|sought| !sought.path.is_empty()).collect();
        (!sought.is_empty()).then(|| sought.into())
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

/// The same error; one for nil in the place of something looked up says which key was missing.
#[cold]
pub(super) fn explain(mut raise: Box<Raise>, missing: &Missing, m: &Machine<'_>, env: &Function) -> Box<Raise> {
    if let (Raise::Fault(fault), Some(sought)) = (&mut *raise, missing)
        && fault.place.is_none()
        && fault.message.ends_with(", got nil")
        && let Some((why, there)) = sought.iter().find_map(|sought| sought.why(m, env))
    {
        fault.message.push_str(&why);
        // The last part of the hint says what to write where nil is no accident.
        let default =
            fault.hint.as_deref().and_then(|hint| hint.rsplit("; ").next()).unwrap_or("(or x 0) gives a default");
        fault.hint = Some(if there.is_empty() { default.to_owned() } else { format!("{there}; {default}") });
    }
    raise
}

impl Sought {
    /// What is missing on the path, and what is there instead.
    fn why(&self, m: &Machine<'_>, env: &Function) -> Option<(String, String)> {
        let mut roots = self.roots.iter().map(|root| root.value(m, env));
        let mut at = roots.find(|value| matches!(value, Value::Map(_)));
        let Some(found) = &mut at else {
            let path: Vec<String> = self.path.iter().map(|key| shorten(key, 40)).collect();
            return Some((format!(": nothing is found under {}", path.join(" ")), String::new()));
        };
        for key in &self.path {
            let Value::Map(map) = &*found else { return None };
            // A sorted map with a comparator of its own is not asked again.
            if map.sorting().flatten().is_some() {
                return None;
            }
            let next = match map.get(key) {
                None => {
                    return Some((format!(": there is no key {}", shorten(key, 40)), keys(map, key)));
                }
                Some(Value::Nil) => {
                    return Some((format!(": nil is the value of {}", shorten(key, 40)), String::new()));
                }
                Some(next) => next.clone(),
            };
            *found = next;
        }
        None
    }
}

/// The keys that a map has, and the one that was probably meant.
fn keys(map: &Map, wanted: &Value) -> String {
    if map.is_empty() {
        return "the map is empty".into();
    }
    let named: Vec<&Value> = map.keys().take(MOST_KEYS).collect();
    let near = wanted.as_name().and_then(|wanted| nearest(wanted, map.keys().take(200).filter_map(Value::as_name)));
    let near = near.and_then(|near| map.keys().find(|key| key.as_name() == Some(near)));
    let mut text: Vec<String> = named.iter().map(|key| shorten(key, 40)).collect();
    if map.len() > MOST_KEYS {
        text.push("…".into());
    }
    let meant = near.map_or_else(String::new, |near| format!("; did you mean {}?", shorten(near, 40)));
    format!("the map has {}{meant}", text.join(" "))
}
