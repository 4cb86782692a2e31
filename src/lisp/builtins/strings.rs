//! Strings.

use super::builtins;

builtins! { Strings;
}
