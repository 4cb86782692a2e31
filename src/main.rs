//! The `ptc` command.

use std::process::ExitCode;

use clap::Parser;

/// Counts what programs allocate, so that their limit on memory is exact.
#[global_allocator]
static ALLOCATOR: ptc::alloc::Counting = ptc::alloc::Counting;

fn main() -> ExitCode {
    ptc::cli::main(ptc::cli::Arguments::parse())
}
