//! Hierarchies: which keyword or symbol is a kind of which.

use std::sync::Arc;

use super::builtins;
use crate::lisp::value::{Context, Fault, Map, Result, Set, Value, equal, force, type_error};

/// Under this name memory holds the hierarchy of `(derive ::a ::b)`. Programs cannot spell it.
const GLOBAL: &str = "%hierarchy";

/// Tags with the tags directly above them, all above and all below.
#[derive(Clone, Default)]
pub(super) struct Hierarchy {
    parents: Map,
    ancestors: Map,
    descendants: Map,
}

impl Hierarchy {
    /// The hierarchy that everything uses that is not given another.
    pub(super) fn global(cx: &mut dyn Context) -> Self {
        cx.recall(GLOBAL).and_then(|held| Self::of("", &held).ok()).unwrap_or_default()
    }

    /// The one that a map describes.
    pub(super) fn of(name: &str, described: &Value) -> Result<Self> {
        let part = |key| match described.get(key) {
            Some(Value::Map(map)) => Ok((**map).clone()),
            _ => Err(type_error(name, "a hierarchy from (make-hierarchy)", described)),
        };
        Ok(Self { parents: part("parents")?, ancestors: part("ancestors")?, descendants: part("descendants")? })
    }

    fn describe(self) -> Value {
        Value::map([
            (Value::keyword("parents"), self.parents.into()),
            (Value::keyword("ancestors"), self.ancestors.into()),
            (Value::keyword("descendants"), self.descendants.into()),
        ])
    }

    /// Whether one value is another one or a kind of it; vectors item by item.
    pub(super) fn is_a(&self, cx: &mut dyn Context, child: &Value, parent: &Value) -> Result<bool> {
        cx.spend(child.weight().min(parent.weight()))?;
        if equal(child, parent) || related(&self.ancestors, child, parent) {
            return Ok(true);
        }
        if let (Value::Symbol(child), Value::Symbol(parent)) = (child, parent) {
            return Ok(super::classes::is_kind(child.as_str(), parent.as_str()));
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
    pub(super) fn parents_of(&self, tag: &Value) -> Vec<Value> {
        tags(&self.parents, tag)
    }

    fn derive(&mut self, cx: &mut dyn Context, tag: &Value, parent: &Value) -> Result<()> {
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
    fn without(&self, cx: &mut dyn Context, tag: &Value, parent: &Value) -> Result<Self> {
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

fn tags(relation: &Map, tag: &Value) -> Vec<Value> {
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

fn is_tag(value: &Value) -> bool {
    matches!(value, Value::Keyword(_) | Value::Symbol(_))
}

fn check(name: &str, tag: &Value, parent: &Value) -> Result<()> {
    for value in [tag, parent] {
        if !is_tag(value) {
            return Err(type_error(name, "keywords or symbols", value));
        }
    }
    if equal(tag, parent) {
        return Err(Fault::value(format!("{tag} cannot be derived from itself")).class("AssertionError").into());
    }
    Ok(())
}

/// Tags of the hierarchy that all share have a namespace.
fn check_global(tag: &Value, parent: &Value) -> Result<()> {
    for value in [tag, parent] {
        let name = value.as_name().unwrap_or("");
        if !name.contains('/') {
            let fault = Fault::value(format!("derive needs names with a namespace, got {}", value.describe()));
            return Err(fault.class("AssertionError").hint(format!("write ::{name} or :kind/{name}")).into());
        }
    }
    Ok(())
}

/// A set of tags, or nil where there are none.
fn set_of(relation: &Map, tag: &Value) -> Value {
    match relation.get(tag) {
        Some(Value::Set(tags)) if !tags.is_empty() => Value::Set(tags.clone()),
        _ => Value::Nil,
    }
}

builtins! { Functions;
    /// An empty hierarchy for derive and isa?.
    /// (isa? (derive (make-hierarchy) :cat :animal) :cat :animal)
    /// ;=> true
    "make-hierarchy" (_cx) => { Ok(Hierarchy::default().describe()) }

    /// Makes one keyword a kind of another: in the hierarchy that multimethods use, or in one that is given.
    /// (derive ::cat ::animal) (isa? ::cat ::animal)
    /// ;=> true
    "derive"
        (cx, tag: Value, parent: Value) => {
            check("derive", &tag, &parent)?;
            check_global(&tag, &parent)?;
            let mut hierarchy = Hierarchy::global(cx);
            hierarchy.derive(cx, &tag, &parent)?;
            cx.remember(GLOBAL, hierarchy.describe())?;
            Ok(Value::Nil)
        }
        (cx, hierarchy: Value, tag: Value, parent: Value) => {
            check("derive", &tag, &parent)?;
            let mut hierarchy = Hierarchy::of("derive", &hierarchy)?;
            hierarchy.derive(cx, &tag, &parent)?;
            Ok(hierarchy.describe())
        }

    /// Undoes a derive.
    /// (derive ::cat ::animal) (underive ::cat ::animal) (isa? ::cat ::animal)
    /// ;=> false
    "underive"
        (cx, tag: Value, parent: Value) => {
            let hierarchy = Hierarchy::global(cx).without(cx, &tag, &parent)?;
            cx.remember(GLOBAL, hierarchy.describe())?;
            Ok(Value::Nil)
        }
        (cx, hierarchy: Value, tag: Value, parent: Value) => {
            Ok(Hierarchy::of("underive", &hierarchy)?.without(cx, &tag, &parent)?.describe())
        }

    /// Whether the values are equal or the first is a kind of the second, as derive said.
    /// (isa? 1 1)
    /// ;=> true
    "isa?"
        (cx, child: Value, parent: Value) => {
            force(&child, cx)?;
            force(&parent, cx)?;
            Hierarchy::global(cx).is_a(cx, &child, &parent).map(Value::from)
        }
        (cx, hierarchy: Value, child: Value, parent: Value) => {
            force(&child, cx)?;
            force(&parent, cx)?;
            Hierarchy::of("isa?", &hierarchy)?.is_a(cx, &child, &parent).map(Value::from)
        }

    /// The tags directly above a tag, or nil.
    /// (parents (derive (make-hierarchy) :cat :animal) :cat)
    /// ;=> #{:animal}
    "parents"
        (cx, tag: Value) => { Ok(set_of(&Hierarchy::global(cx).parents, &tag)) }
        (_cx, hierarchy: Value, tag: Value) => { Ok(set_of(&Hierarchy::of("parents", &hierarchy)?.parents, &tag)) }

    /// All tags above a tag, or nil.
    /// (ancestors (-> (make-hierarchy) (derive :cat :animal) (derive :animal :thing)) :cat)
    /// ;=> #{:animal :thing}
    "ancestors"
        (cx, tag: Value) => { Ok(set_of(&Hierarchy::global(cx).ancestors, &tag)) }
        (_cx, hierarchy: Value, tag: Value) => { Ok(set_of(&Hierarchy::of("ancestors", &hierarchy)?.ancestors, &tag)) }

    /// All tags below a tag, or nil.
    /// (descendants (derive (make-hierarchy) :cat :animal) :animal)
    /// ;=> #{:cat}
    "descendants"
        (cx, tag: Value) => { Ok(set_of(&Hierarchy::global(cx).descendants, &tag)) }
        (_cx, hierarchy: Value, tag: Value) => {
            Ok(set_of(&Hierarchy::of("descendants", &hierarchy)?.descendants, &tag))
        }
}
