//! Programs as coroutines: each runs on a stack of its own and can wait without holding a thread.

use std::cell::RefCell;

use corosensei::stack::{DefaultStack, Stack};
use corosensei::{CoroutineResult, Yielder};

use crate::lisp::value::{Ask, Resumption, Suspend};

/// The size of a stack; only what is used of it takes memory.
const STACK: usize = 32 << 20;

/// What is kept free at the end of a stack for builtins and for unwinding.
const RESERVE: usize = 256 << 10;

/// The guard page at the end of a stack.
const GUARD: usize = 16 << 10;

thread_local! {
    static FREE: RefCell<Vec<DefaultStack>> = const { RefCell::new(Vec::new()) };
}

/// How many stacks a thread keeps for later.
const MAX_FREE_STACKS: usize = 64;

/// A computation that gives a `T` and can wait meanwhile.
pub struct Coroutine<T: 'static> {
    inner: corosensei::Coroutine<Resumption, Ask, T, DefaultStack>,
}

/// What happened when a coroutine was resumed.
pub enum Resumed<T> {
    /// It waits.
    Asks(Ask),
    /// It has ended.
    Done(T),
}

struct StackSuspender<'y> {
    yielder: &'y Yielder<Resumption, Ask>,
    floor: usize,
}

impl Suspend for StackSuspender<'_> {
    fn suspend(&self, ask: Ask) -> Resumption {
        self.yielder.suspend(ask)
    }

    fn stack_floor(&self) -> usize {
        self.floor
    }
}

impl<T: 'static> Coroutine<T> {
    /// A coroutine that will run `body`; `None` if the system has no memory for a stack.
    pub fn new(body: impl FnOnce(&dyn Suspend) -> T + 'static) -> Option<Self> {
        let pooled = FREE.with(|free| free.borrow_mut().pop());
        let stack = match pooled {
            Some(stack) => stack,
            None => DefaultStack::new(STACK).ok()?,
        };
        let floor = stack.limit().get().saturating_add(GUARD).saturating_add(RESERVE);
        let inner =
            corosensei::Coroutine::with_stack(stack, move |yielder, _| body(&StackSuspender { yielder, floor }));
        Some(Self { inner })
    }

    /// Goes on with an answer until it waits or ends. The first answer is only a start.
    pub fn resume(&mut self, answer: Resumption) -> Resumed<T> {
        match self.inner.resume(answer) {
            CoroutineResult::Yield(ask) => Resumed::Asks(ask),
            CoroutineResult::Return(value) => Resumed::Done(value),
        }
    }

    /// Gives the stack back for others, if the coroutine has ended.
    pub fn recycle(self) {
        if self.inner.done() {
            let stack = self.inner.into_stack();
            FREE.with(|free| {
                let mut free = free.borrow_mut();
                if free.len() < MAX_FREE_STACKS {
                    free.push(stack);
                }
            });
        }
    }
}

/// Runs a computation on a stack of its own until it ends or is cancelled, on this thread, without waiting.
pub fn run_to_end<T: 'static>(
    is_cancelled: impl Fn() -> bool,
    body: impl FnOnce(&dyn Suspend) -> T + 'static,
) -> Option<T> {
    let mut coroutine = Coroutine::new(body)?;
    let mut answer = Resumption::Go;
    loop {
        match coroutine.resume(answer) {
            Resumed::Done(value) => {
                coroutine.recycle();
                return Some(value);
            }
            Resumed::Asks(Ask::Tick) if is_cancelled() => answer = Resumption::Cancel,
            Resumed::Asks(Ask::Tick) => answer = Resumption::Go,
            // A host that answers at once never makes a program wait.
            Resumed::Asks(Ask::Tools(_)) => answer = Resumption::Cancel,
        }
    }
}
