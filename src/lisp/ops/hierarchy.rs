//! Hierarchies: which tag derives from which.

use super::classes;
use crate::lisp::value::{Context, Fault, Map, Result, Set, Value, equal, type_error};
use std::sync::Arc;

/// Under this name memory holds the hierarchy of `(derive ::a ::b)`. Programs cannot spell it.
pub(crate) const GLOBAL: &str = "%hierarchy";

/// Tags with the tags directly above them, all above and all below.
#[derive(Clone, Default)]
pub(crate) struct Hierarchy {
    pub(crate) parents: Map,
    pub(crate) ancestors: Map,
    pub(crate) descendants: Map,
}

impl Hierarchy {
    /// The hierarchy that everything uses that is not given another.
    pub(crate) fn global(cx: &mut dyn Context) -> Self {
        cx.recall(GLOBAL).and_then(|held| Self::of("", &held).ok()).unwrap_or_default()
    }

    /// The one that a map describes.
    pub(crate) fn of(name: &'static str, described: &Value) -> Result<Self> {
        let part = |key| match described.get(key) {
            Some(Value::Map(map)) => Ok((**map).clone()),
            _ => Err(type_error(name, "a hierarchy from (make-hierarchy)", described)),
        };
        Ok(Self { parents: part("parents")?, ancestors: part("ancestors")?, descendants: part("descendants")? })
    }

    pub(crate) fn describe(self) -> Value {
        Value::map([
            (Value::keyword("parents"), self.parents.into()),
            (Value::keyword("ancestors"), self.ancestors.into()),
            (Value::keyword("descendants"), self.descendants.into()),
        ])
    }

    /// Whether one value is another one or a kind of it; vectors item by item.
    pub(crate) fn is_a(&self, cx: &mut dyn Context, child: &Value, parent: &Value) -> Result<bool> {
        cx.spend(child.weight().min(parent.weight()))?;
        if equal(child, parent) || related(&self.ancestors, child, parent) {
            return Ok(true);
        }
        if let (Value::Symbol(child), Value::Symbol(parent)) = (child, parent) {
            return Ok(classes::is_kind(child.as_str(), parent.as_str()));
        }
        let (Value::Vector(children), Value::Vector(parents)) = (child, parent) else { return Ok(false) };
        if children.len() != parents.len() {
            return Ok(false);
        }
        for (child, parent) in children.iter().zip(parents.iter()) {
            if !self.is_a(cx, child, parent)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The tags directly above a tag.
    pub(crate) fn parents_of(&self, tag: &Value) -> Vec<Value> {
        tags(&self.parents, tag)
    }

    pub(crate) fn derive(&mut self, cx: &mut dyn Context, tag: &Value, parent: &Value) -> Result<()> {
        if related(&self.parents, tag, parent) {
            return Ok(());
        }
        let refused = |message: String| Err(Fault::value(message).class("Exception").into());
        if related(&self.ancestors, tag, parent) {
            return refused(format!("{tag} already has {parent} as ancestor"));
        }
        if related(&self.ancestors, parent, tag) {
            return refused(format!("Cyclic derivation: {parent} has {tag} as ancestor"));
        }
        let mut below = vec![tag.clone()];
        below.extend(tags(&self.descendants, tag));
        let mut above = vec![parent.clone()];
        above.extend(tags(&self.ancestors, parent));
        relate(cx, &mut self.parents, tag, std::slice::from_ref(parent))?;
        for tag in &below {
            relate(cx, &mut self.ancestors, tag, &above)?;
        }
        for tag in &above {
            relate(cx, &mut self.descendants, tag, &below)?;
        }
        Ok(())
    }

    /// The hierarchy without one relation, built anew from the others.
    pub(crate) fn without(&self, cx: &mut dyn Context, tag: &Value, parent: &Value) -> Result<Self> {
        let mut rebuilt = Self::default();
        for (child, parents) in self.parents.iter_ref() {
            let Value::Set(parents) = parents else { continue };
            for other in parents.iter_ref() {
                if !(equal(child, tag) && equal(other, parent)) {
                    rebuilt.derive(cx, child, other)?;
                }
            }
        }
        Ok(rebuilt)
    }
}

pub(crate) fn tags(relation: &Map, tag: &Value) -> Vec<Value> {
    match relation.get(tag) {
        Some(Value::Set(tags)) => tags.iter().collect(),
        _ => Vec::new(),
    }
}

fn related(relation: &Map, tag: &Value, other: &Value) -> bool {
    is_tag(tag) && matches!(relation.get(tag), Some(Value::Set(tags)) if tags.contains(other))
}

fn relate(cx: &mut dyn Context, relation: &mut Map, tag: &Value, others: &[Value]) -> Result<()> {
    let mut tags = match relation.take(tag) {
        Some(Value::Set(tags)) => tags,
        _ => Arc::default(),
    };
    let set: &mut Set = Arc::make_mut(&mut tags);
    for other in others {
        cx.spend(1)?;
        set.insert(other.clone());
    }
    relation.insert(tag.clone(), Value::Set(tags));
    Ok(())
}

pub(crate) fn is_tag(value: &Value) -> bool {
    matches!(value, Value::Keyword(_) | Value::Symbol(_))
}
