//! ptc
#[cfg(feature = "agent")]
pub mod model;
