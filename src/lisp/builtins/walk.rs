//! Walking over nested data.

use super::builtins;

builtins! { Collections;
}
