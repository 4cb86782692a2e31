//! What every host of programs needs: clocks and random bits.

use std::cell::Cell;
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
    pub fn go_on(&self) {
        self.before.set(self.elapsed());
        self.running_since.set(Some(Instant::now()));
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
