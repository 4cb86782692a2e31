//! Chance: it comes from the host, so that a run can be replayed.

use super::builtins;
use crate::lisp::ops::number;
use crate::lisp::ops::uuid::uuid;
use crate::lisp::value::{Context, Value};

/// A float from 0 up to, not including, 1.
#[expect(clippy::cast_precision_loss, reason = "53 bits fit into a float")]
fn unit(cx: &mut dyn Context) -> f64 {
    cx.random().wrapping_shr(11) as f64 / (1_u64 << 53) as f64
}

builtins! { Numbers;
    /// A random float from 0 up to, not including, n or 1.
    /// (< -1 (rand 10) 10)
    /// ;=> true
    "rand" => "number" (cx) => { Ok(Value::from(unit(cx))) }
        (cx, n: f64) => { Ok(Value::from(unit(cx) * n)) }

    /// A random integer from 0 up to, not including, n.
    /// (contains? #{0 1 2} (rand-int 3))
    /// ;=> true
    "rand-int" => "number" (cx, n: f64) => {
        let number = Value::from((unit(cx) * n).trunc());
        number::int("rand-int", &number).map(Value::Int)
    }

    /// A random UUID, as a string.
    /// (count (random-uuid))
    /// ;=> 36
    "random-uuid" => "string" (cx) => {
        uuid(cx)
    }

    /// A random float from 0 up to, not including, 1.
    /// (< -1 (Math/random) 1)
    /// ;=> true
    "Math/random" => "number" (cx) => { Ok(Value::from(unit(cx))) }

    "clojure.math/random" = "Math/random"
}
