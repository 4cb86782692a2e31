//! ptc
pub mod contract;
pub mod lisp;
#[cfg(feature = "agent")]
pub mod model;
