//! The PTC layer: tools, memory, and functions for records.

use super::builtins;

builtins! { Agents;
}
