//! Operations on values that builtins share: each charges the meter before it works.
//!
//! They stand below the builtins, which are leaves: no file of builtins uses another. What one of them needs of another is
//! here.

pub(crate) mod atoms;
pub(crate) mod bytes;
pub(crate) mod change;
pub(crate) mod classes;
pub(crate) mod dates;
pub(crate) mod edn;
pub(crate) mod format;
pub(crate) mod hierarchy;
pub(crate) mod lookup;
pub(crate) mod maps;
pub(crate) mod matcher;
pub(crate) mod number;
pub(crate) mod order;
pub(crate) mod parse;
pub(crate) mod print;
pub(crate) mod reduce;
pub(crate) mod regex;
pub(crate) mod rows;
pub(crate) mod sets;
pub(crate) mod slice;
pub(crate) mod splice;
pub(crate) mod stage;
pub(crate) mod text;
pub(crate) mod uuid;
pub(crate) mod walk;
