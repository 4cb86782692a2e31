//! The Model Context Protocol: tools of its servers for programs, and tools of this host for its clients.

mod client;
mod content;
mod server;
mod servers;

pub use client::connect;
pub(crate) use client::connect_each;
pub use server::serve;
pub use servers::{Reach, Server, Servers};

/// Why a server cannot be used, or could not serve.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct McpError(pub String);

/// Who this is, for the other side.
fn implementation() -> rmcp::model::Implementation {
    rmcp::model::Implementation::new("ptc", env!("CARGO_PKG_VERSION"))
}
