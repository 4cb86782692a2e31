//! The names of Java that models use.

use super::builtins;

builtins! { Java;
}
