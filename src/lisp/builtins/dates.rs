//! Dates.

use super::builtins;

builtins! { Dates;
}
