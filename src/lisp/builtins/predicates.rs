//! Predicates: what a value is.

use super::builtins;

builtins! { Predicates;
}
