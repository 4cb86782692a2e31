//! Regular expressions.

use super::builtins;

builtins! { Regexes;
}
