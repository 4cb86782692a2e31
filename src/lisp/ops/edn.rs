//! Tagged values in texts of data: what the functions under `:readers` and `:default` make of them.

use crate::lisp::syntax::{TAGGED, read_tagged_datum};
use crate::lisp::text::{Error, Source};
use crate::lisp::value::{Context, Iter, Map, Result, Set, Value};
use std::sync::Arc;

/// The options of `clojure.edn/read-string` that are about tags.
struct Tags {
    readers: Value,
    default: Value,
}

impl Tags {
    fn reader(&self, tag: &str) -> Option<&Value> {
        match &self.readers {
            Value::Map(readers) => readers.get(&Value::symbol(tag)),
            _ => None,
        }
    }

    /// Whether a function is asked for the value of a tag.
    fn wanted(&self, tag: &str) -> bool {
        self.reader(tag).is_some() || (!self.default.is_nil() && !matches!(tag, "inst" | "uuid"))
    }

    /// The value with what the functions make of tagged ones, from the innermost outwards.
    fn applied(&self, cx: &mut dyn Context, value: Value) -> Result<Value> {
        cx.spend(1)?;
        Ok(match value {
            Value::Vector(items) => {
                let items: Result<Vec<Value>> = items.iter().map(|item| self.applied(cx, item.clone())).collect();
                Value::vector(items?)
            }
            Value::Set(items) => {
                let items: Result<Vec<Value>> = items.iter().map(|item| self.applied(cx, item)).collect();
                Value::from(Set::from_iter(items?))
            }
            Value::Map(map) => {
                let mut changed = Map::default();
                for (key, value) in map.iter() {
                    changed.insert(self.applied(cx, key)?, self.applied(cx, value)?);
                }
                Value::from(changed)
            }
            Value::Seq(_) => {
                let items: Result<Vec<Value>> = Iter::ready(&value).map(|item| self.applied(cx, item)).collect();
                let items = items?;
                match items.as_slice() {
                    [Value::Symbol(mark), Value::Symbol(tag), inner] if mark.as_str() == TAGGED => {
                        match self.reader(tag.as_str()) {
                            Some(reader) => cx.call1(reader, inner.clone())?,
                            None => cx.call2(&self.default, Value::Symbol(tag.clone()), inner.clone())?,
                        }
                    }
                    [] => value,
                    _ => Value::list(items),
                }
            }
            other => other,
        })
    }
}

/// The first value of a text, with functions for its tags where the options have some.
pub(crate) fn read(
    cx: &mut dyn Context,
    source: &Arc<Source>,
    options: &Value,
) -> Result<std::result::Result<Option<Value>, Error>> {
    let under = |key: &str| options.get(key).cloned().unwrap_or_default();
    let tags = Tags { readers: under("readers"), default: under("default") };
    match read_tagged_datum(source, &|tag| tags.wanted(tag)) {
        Ok(Some(value)) => Ok(Ok(Some(tags.applied(cx, value)?))),
        other => Ok(other),
    }
}
