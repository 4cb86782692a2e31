//! Places within values: `results[0].customer.id`.

use std::fmt;

use super::literal::is_name;
use crate::lisp::text::abridge;
use crate::lisp::value::{Value, shorten};

/// The longest path that is shown, in bytes.
const LONGEST: usize = 300;

/// One step into a value.
pub(super) enum Step<'a> {
    /// To a field that the contract names.
    Field(&'a str),
    /// To the value of a key that the value has.
    Key(Value),
    /// To an item.
    Index(usize),
}

/// The steps from the top to where a walk is.
#[derive(Default)]
pub(super) struct Path<'a>(Vec<Step<'a>>);

impl<'a> Path<'a> {
    /// Goes one step in.
    pub fn push(&mut self, step: Step<'a>) {
        self.0.push(step);
    }

    /// Goes back.
    pub fn pop(&mut self) {
        self.0.pop();
    }

    /// The path as messages show it; `root` is what the top itself is called.
    pub fn shown(&self, root: &str) -> String {
        if self.0.is_empty() { root.into() } else { abridge(&self.to_string(), LONGEST).into_owned() }
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, step) in self.0.iter().enumerate() {
            let name = match step {
                Step::Index(index) => {
                    write!(f, "[{index}]")?;
                    continue;
                }
                Step::Field(name) => Some(*name),
                Step::Key(Value::Keyword(name)) => Some(name.as_str()),
                Step::Key(Value::Text(name)) => Some(name.as_str()),
                Step::Key(_) => None,
            };
            match (name.filter(|name| is_name(name) && name.len() <= 100), step) {
                (Some(name), _) if at == 0 => write!(f, "{name}")?,
                (Some(name), _) => write!(f, ".{name}")?,
                (None, Step::Field(name)) => write!(f, "[{}]", shorten(&Value::text(name), 60))?,
                (None, Step::Key(key)) => write!(f, "[{}]", shorten(key, 60))?,
                (None, Step::Index(_)) => {}
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_read_like_code() {
        let mut path = Path::default();
        assert_eq!(path.shown("result"), "result");
        path.push(Step::Index(0));
        path.push(Step::Field("customer"));
        path.push(Step::Field("first name"));
        path.push(Step::Key(Value::Int(3)));
        assert_eq!(path.shown("result"), r#"[0].customer["first name"][3]"#);
        let long = "a".repeat(200);
        path.push(Step::Field(&long));
        let shown = path.shown("result");
        assert!(shown.ends_with("a…\"]") && shown.len() < 120, "{shown}");
    }
}
