//! Counting live bytes at the allocator: how the limit on memory is held exactly.
//!
//! Opt-in for hosts, on in the `ptc` binary:
//!
//! ```
//! #[global_allocator]
//! static ALLOCATOR: ptc::alloc::Counting = ptc::alloc::Counting;
//! ```
//!
//! Each thread counts what it allocates and frees; whoever resumes a program sets the count to that program's and reads
//! it afterwards. What a program frees that others allocated is credited to it, so its count is taken as zero where it
//! would be negative.
#![expect(unsafe_code, reason = "a global allocator cannot be written without; it only forwards and counts")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::LazyLock;

thread_local! {
    static LIVE: Cell<i64> = const { Cell::new(0) };
}

/// The system's allocator with a count of live bytes for each thread.
pub struct Counting;

fn count(bytes: usize, sign: i64) {
    // While a thread ends its count may be gone; then nobody reads it either.
    let _ = LIVE.try_with(|live| live.set(live.get().wrapping_add((bytes as i64).wrapping_mul(sign))));
}

// SAFETY: every call is forwarded to `System` unchanged; counting touches no memory of the caller's.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 1);
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 1);
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size, 1);
        count(layout.size(), -1);
        // SAFETY: the caller's promises are passed on.
        unsafe { System.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(layout.size(), -1);
        // SAFETY: the caller's promises are passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

/// Whether [`Counting`] is the process's allocator.
fn is_installed() -> bool {
    static INSTALLED: LazyLock<bool> = LazyLock::new(|| {
        let before = LIVE.get();
        let probe = std::hint::black_box(Box::new([0_u8; 64]));
        let counted = LIVE.get() != before;
        drop(probe);
        counted
    });
    *INSTALLED
}

/// The live bytes of one program over all the times it is resumed.
#[derive(Debug, Default)]
pub(crate) struct Account {
    live: Cell<i64>,
    outside: Cell<i64>,
}

impl Account {
    /// The account of a program whose memory already holds this number of bytes.
    pub fn beginning_with(bytes: u64) -> Self {
        Self { live: Cell::new(i64::try_from(bytes).unwrap_or(i64::MAX)), outside: Cell::new(0) }
    }

    /// What the program has left alive.
    pub fn bytes_left_alive(&self) -> u64 {
        if is_installed() { u64::try_from(self.live.get()).unwrap_or(0) } else { 0 }
    }

    /// From here on the thread's allocations are the program's.
    pub fn open(&self) {
        self.outside.set(LIVE.replace(self.live.get()));
    }

    /// From here on they are not.
    pub fn close(&self) {
        self.live.set(LIVE.replace(self.outside.get()).max(0));
    }

    /// The live bytes of the program that runs on this thread, where they are counted.
    pub fn live_bytes() -> Option<u64> {
        is_installed().then(|| u64::try_from(LIVE.get()).unwrap_or(0))
    }
}
