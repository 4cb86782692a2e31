//! The pool: a few threads on which all programs run, by turns.
//!
//! Each thread has a queue of programs that can go on. A program goes on until it waits for tools or has had its share;
//! then the next one does. While a program waits it holds no thread: the agent's own task awaits the tool and sends the
//! result back here.

use std::collections::{HashMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, mpsc};

use tokio::sync::oneshot;

use crate::alloc::Account;
use crate::host::Stopwatch;
use crate::lisp::eval::{Coroutine, Resumed};
use crate::lisp::text::Error;
use crate::lisp::value::{Ask, Fault, Resumption, Suspend, Value};
use crate::lisp::{Evaluation, interpreter_failed, no_stack};

/// A program, to be run with its clock on some thread of the pool.
pub(crate) type Body = Box<dyn FnOnce(Rc<Stopwatch>, &dyn Suspend) -> Evaluation + Send>;

/// The evaluation of a program, or why it could not be run at all.
pub(crate) type Finish = Result<Evaluation, Error>;

enum Order {
    /// Number, bytes its memory holds already, the program, and where its evaluation goes.
    Start(u64, u64, Body, oneshot::Sender<Finish>),
    Resume(u64, u64, Result<Value, Box<Fault>>),
    Cancel(u64),
}

/// Threads that run programs.
pub struct Pool {
    threads: Vec<mpsc::Sender<Order>>,
    next_thread: AtomicUsize,
    next_program: AtomicU64,
}

/// A program on the pool; dropping it ends the program.
pub(crate) struct Ticket {
    thread: mpsc::Sender<Order>,
    number: u64,
}

impl Ticket {
    /// Gives the program the result of a tool call.
    pub fn resume(&self, call: u64, result: Result<Value, Box<Fault>>) {
        let _ = self.thread.send(Order::Resume(self.number, call, result));
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        // Ending a program that has ended does nothing.
        let _ = self.thread.send(Order::Cancel(self.number));
    }
}

impl Pool {
    /// A pool with this number of threads.
    pub fn new(threads: usize) -> Self {
        let spawn = |at: usize| {
            let (orders, inbox) = mpsc::channel();
            let thread = std::thread::Builder::new().name(format!("ptc-{at}"));
            // Without a thread the orders are dropped, and their senders get an error.
            let _ = thread.spawn(move || Worker::default().work(&inbox));
            orders
        };
        Self {
            threads: (0..threads.max(1)).map(spawn).collect(),
            next_thread: AtomicUsize::new(0),
            next_program: AtomicU64::new(0),
        }
    }

    /// The pool that all agents of the process share: a thread for each core.
    pub fn shared() -> Arc<Self> {
        static SHARED: LazyLock<Arc<Pool>> = LazyLock::new(|| {
            Arc::new(Pool::new(std::thread::available_parallelism().map_or(2, std::num::NonZero::get)))
        });
        SHARED.clone()
    }

    /// Starts a program on one of the threads. The bytes that its memory holds count from the start.
    pub(crate) fn start(&self, held: u64, body: Body) -> (Ticket, oneshot::Receiver<Finish>) {
        let at = self.next_thread.fetch_add(1, Ordering::Relaxed) % self.threads.len();
        let number = self.next_program.fetch_add(1, Ordering::Relaxed);
        let (done, finished) = oneshot::channel();
        let thread = self.threads[at].clone();
        let _ = thread.send(Order::Start(number, held, body, done));
        (Ticket { thread, number }, finished)
    }
}

/// One thread of the pool.
#[derive(Default)]
struct Worker {
    programs: HashMap<u64, Slot>,
    ready: VecDeque<(u64, Resumption)>,
}

struct Slot {
    coroutine: Coroutine<Evaluation>,
    watch: Rc<Stopwatch>,
    account: Account,
    waits_for: Option<Vec<u64>>,
    arrived: VecDeque<(u64, Result<Value, Box<Fault>>)>,
    done: oneshot::Sender<Finish>,
}

impl Worker {
    fn work(mut self, inbox: &mpsc::Receiver<Order>) {
        loop {
            // Wait only if no program can go on.
            let order = if self.ready.is_empty() {
                match inbox.recv() {
                    Ok(order) => Some(order),
                    Err(mpsc::RecvError) => return,
                }
            } else {
                inbox.try_recv().ok()
            };
            if let Some(order) = order {
                self.take(order);
                continue;
            }
            if let Some((number, answer)) = self.ready.pop_front() {
                self.advance(number, answer);
            }
        }
    }

    fn take(&mut self, order: Order) {
        match order {
            Order::Start(number, held, body, done) => {
                let watch = Rc::new(Stopwatch::started());
                watch.pause();
                let clock = watch.clone();
                match Coroutine::new(move |suspender| body(clock, suspender)) {
                    Some(coroutine) => {
                        let slot = Slot {
                            coroutine,
                            watch,
                            account: Account::beginning_with(held),
                            waits_for: None,
                            arrived: VecDeque::new(),
                            done,
                        };
                        self.programs.insert(number, slot);
                        self.ready.push_back((number, Resumption::Go));
                    }
                    None => drop(done.send(Err(no_stack()))),
                }
            }
            Order::Resume(number, call, result) => {
                let Some(slot) = self.programs.get_mut(&number) else { return };
                match &slot.waits_for {
                    Some(calls) if calls.contains(&call) => {
                        slot.waits_for = None;
                        self.ready.push_back((number, Resumption::Tool(call, result)));
                    }
                    // It is busy, or waits for others: it will ask.
                    Some(_) | None => slot.arrived.push_back((call, result)),
                }
            }
            Order::Cancel(number) => {
                if self.programs.contains_key(&number) {
                    self.ready.retain(|(ready, _)| *ready != number);
                    self.ready.push_front((number, Resumption::Cancel));
                }
            }
        }
    }

    /// Lets a program go on until it waits or has had its share.
    fn advance(&mut self, number: u64, answer: Resumption) {
        let Some(mut slot) = self.programs.remove(&number) else { return };
        let cancelled = matches!(answer, Resumption::Cancel);
        slot.watch.resume();
        slot.account.open();
        let resumed = catch_unwind(AssertUnwindSafe(|| slot.coroutine.resume(answer)));
        slot.account.close();
        slot.watch.pause();
        match resumed {
            Ok(Resumed::Done(mut finished)) => {
                slot.coroutine.recycle();
                finished.set_live_bytes(slot.account.bytes_left_alive());
                let _ = slot.done.send(Ok(finished));
            }
            Ok(Resumed::Asks(_)) if cancelled => {
                self.programs.insert(number, slot);
                self.ready.push_front((number, Resumption::Cancel));
            }
            Ok(Resumed::Asks(Ask::Tick)) => {
                self.programs.insert(number, slot);
                self.ready.push_back((number, Resumption::Go));
            }
            Ok(Resumed::Asks(Ask::Tools(calls))) => {
                match slot.arrived.iter().position(|(call, _)| calls.contains(call)) {
                    Some(at) => {
                        if let Some((call, result)) = slot.arrived.remove(at) {
                            self.ready.push_back((number, Resumption::Tool(call, result)));
                        }
                    }
                    None => slot.waits_for = Some(calls),
                }
                self.programs.insert(number, slot);
            }
            Err(_) => {
                // A fault of ours; the program's state is gone, everything else goes on.
                let _ = slot.done.send(Err(interpreter_failed()));
            }
        }
    }
}
