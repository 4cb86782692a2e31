//! Dropping long chains without recursion.
//!
//! The tail of a list, what a closure captures and what a cell holds may go on for millions of links. Their owners hand
//! them over here instead of dropping them on the spot; the outermost drop works the queue off.

use std::cell::{Cell, RefCell};

use super::{Generator, StepFunction, Value};

/// Something to drop.
enum Link {
    Value(Value),
    Generator(Box<dyn Generator>),
    Step(Box<dyn StepFunction>),
}

thread_local! {
    static WORKING: Cell<bool> = const { Cell::new(false) };
    static QUEUE: RefCell<Vec<Link>> = const { RefCell::new(Vec::new()) };
}

/// Drops a value now, or later if a drop is already in progress on this thread.
pub(super) fn drop_flat(value: Value) {
    match value {
        Value::Nil | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Nothing => {}
        value => drop_link(Link::Value(value)),
    }
}

/// The same for a generator, which may hold other ones.
pub(super) fn drop_generator(generator: Box<dyn Generator>) {
    drop_link(Link::Generator(generator));
}

/// The same for a function with a state.
pub(super) fn drop_step(step: Box<dyn StepFunction>) {
    drop_link(Link::Step(step));
}

fn drop_link(link: Link) {
    // While a thread ends its queue may be gone: then there is nothing better than to drop here.
    let Ok(outermost) = WORKING.try_with(|working| !working.replace(true)) else { return };
    if !outermost {
        let _ = QUEUE.try_with(|queue| queue.borrow_mut().push(link));
        return;
    }
    release(link);
    while let Ok(Some(next)) = QUEUE.try_with(|queue| queue.borrow_mut().pop()) {
        release(next);
    }
    let _ = WORKING.try_with(|working| working.set(false));
}

fn release(link: Link) {
    match link {
        Link::Value(value) => drop(value),
        Link::Generator(generator) => drop(generator),
        Link::Step(step) => drop(step),
    }
}
