//! Selecting records.

use super::builtins;

builtins! { Agents;
}
