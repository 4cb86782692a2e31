//! Dropping long chains without recursion.
//!
//! The tail of a list, what a closure captures and what a cell holds may go on for millions of links. Their owners hand
//! them over here instead of dropping them on the spot; the outermost drop works the queue off.

use std::cell::{Cell, RefCell};

use super::Value;

thread_local! {
    static WORKING: Cell<bool> = const { Cell::new(false) };
    static QUEUE: RefCell<Vec<Value>> = const { RefCell::new(Vec::new()) };
}

/// Drops a value now, or later if a drop is already under way on this thread.
pub(super) fn drop_flat(value: Value) {
    match value {
        Value::Nil | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Nothing => return,
        _ => {}
    }
    // While a thread ends its queue may be gone: then there is nothing better than to drop here.
    let Ok(outermost) = WORKING.try_with(|working| !working.replace(true)) else { return };
    if !outermost {
        let _ = QUEUE.try_with(|queue| queue.borrow_mut().push(value));
        return;
    }
    drop(value);
    while let Ok(Some(next)) = QUEUE.try_with(|queue| queue.borrow_mut().pop()) {
        drop(next);
    }
    let _ = WORKING.try_with(|working| working.set(false));
}
