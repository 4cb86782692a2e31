//! The language: from text to a value, under limits. Pure: no clock, no files, no network, no threads.
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic
)]

pub mod limits;
pub mod syntax;
pub mod text;
pub mod value;
