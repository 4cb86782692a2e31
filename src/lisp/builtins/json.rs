//! JSON and EDN.

use super::builtins;

builtins! { Json;
}
