//! Hierarchies: which keyword or symbol is a kind of which.

use super::builtins;
use crate::lisp::ops::hierarchy::{GLOBAL, Hierarchy, is_tag};
use crate::lisp::value::{Fault, Map, Result, Value, What, equal, force, type_error};

fn check(name: &'static str, tag: &Value, parent: &Value) -> Result<()> {
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
            let fault = Fault::value(What::needs("derive", "names with a namespace", value));
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
    "isa?" => "bool"
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
