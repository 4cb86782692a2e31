//! A process at work: its turns, the programs of its replies, and their calls.

pub mod call;
pub mod child;
pub mod extract;
pub mod journal;
pub mod pool;
pub mod prefetch;
pub mod process;
pub mod program;
pub mod recording;
pub mod stop;
pub mod turn;
