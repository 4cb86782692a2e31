//! Printing and formatting.

use super::builtins;

builtins! { Printing;
}
