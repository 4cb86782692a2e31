//! What every host of programs needs: clocks, random bits, and a way to end what runs.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Measures the time that a program runs, without the time that it waits.
#[derive(Debug)]
pub(crate) struct Stopwatch {
    before: Cell<Duration>,
    running_since: Cell<Option<Instant>>,
}

impl Stopwatch {
    /// One that runs.
    pub fn started() -> Self {
        Self { before: Cell::default(), running_since: Cell::new(Some(Instant::now())) }
    }

    /// The time it has run.
    pub fn elapsed(&self) -> Duration {
        self.before.get().saturating_add(self.running_since.get().map_or(Duration::ZERO, |since| since.elapsed()))
    }

    /// Stops it.
    pub fn pause(&self) {
        self.before.set(self.elapsed());
        self.running_since.set(None);
    }

    /// Starts it again.
    pub fn resume(&self) {
        self.before.set(self.elapsed());
        self.running_since.set(Some(Instant::now()));
    }
}

/// Ends what runs, from any thread: a click on "stop", Ctrl-C. Clones are one and the same.
///
/// ```
/// use ptc::{Cancel, Sandbox};
///
/// let mut sandbox = Sandbox::new();
/// let cancel = sandbox.cancel.clone();
/// std::thread::spawn(move || cancel.cancel());
/// let error = sandbox.eval("(while true)").unwrap_err();
/// assert_eq!(error.message, "the host cancelled the program");
/// ```
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// One that is not cancelled.
    pub fn new() -> Self {
        Self::default()
    }

    /// Ends what runs with it, soon, and whatever is started with it later.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it is cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Milliseconds since 1970.
pub(crate) fn wall_clock() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// Random bits from the process's own source.
pub(crate) fn random_bits() -> u64 {
    use std::hash::BuildHasher;
    std::collections::hash_map::RandomState::new().hash_one(0_u8)
}
