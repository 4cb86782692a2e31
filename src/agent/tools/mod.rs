//! Tools of agents: those that start processes, read descriptors or change the process that calls.

pub mod discovery;
pub mod fork;
pub mod goto;
pub mod lisp_tool;
pub mod reading;
pub mod spawn;
pub mod spawn_agent;
