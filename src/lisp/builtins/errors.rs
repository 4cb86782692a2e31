//! Errors: raising and looking at them.

use super::builtins;

builtins! { Errors;
}
