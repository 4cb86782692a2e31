//! ptc
pub mod lisp;
#[cfg(feature = "agent")]
pub mod model;
