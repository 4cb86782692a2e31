//! What a model is shown: values, prints and errors within bounds, the rest by descriptors.

pub mod descriptors;
pub mod feedback;
pub mod pages;
pub mod render;
