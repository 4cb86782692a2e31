//! Things with an identity: atoms and their kin, and compiled regular expressions.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::Value;
use super::drop::drop_flat;

/// A place that holds a value which can be replaced.
pub struct Atom {
    /// What it is to the program.
    pub kind: AtomKind,
    /// The number of the program that made it.
    pub program: u64,
    value: Mutex<Value>,
}

/// The kinds of places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AtomKind {
    /// `atom`.
    Atom,
    /// `volatile!`.
    Volatile,
    /// `delay`: holds a function until it is forced, then its value as a reduced one.
    Delay,
    /// `transient`: holds a collection, and nothing once it was made persistent.
    Transient,
}

impl AtomKind {
    /// What a message calls it.
    pub fn type_name(self) -> &'static str {
        match self {
            Self::Atom => "an atom",
            Self::Volatile => "a volatile",
            Self::Delay => "a delay",
            Self::Transient => "a transient",
        }
    }
}

impl Atom {
    /// One that holds `value`, made by program number `program`.
    pub fn new(kind: AtomKind, program: u64, value: Value) -> Self {
        Self { kind, program, value: Mutex::new(value) }
    }

    fn lock(&self) -> MutexGuard<'_, Value> {
        self.value.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What it holds.
    pub fn get(&self) -> Value {
        self.lock().clone()
    }

    /// Replaces what it holds and gives what it held.
    pub fn replace(&self, value: Value) -> Value {
        std::mem::replace(&mut *self.lock(), value)
    }
}

impl Drop for Atom {
    fn drop(&mut self) {
        drop_flat(std::mem::take(self.value.get_mut().unwrap_or_else(PoisonError::into_inner)));
    }
}

/// A compiled regular expression with its source.
pub struct Regex {
    /// The pattern as written.
    pub pattern: String,
    /// The same, compiled.
    pub compiled: regex::Regex,
}
