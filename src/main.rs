//! The `ptc` command.

use std::io::Write as _;
use std::panic::PanicHookInfo;
use std::process::ExitCode;

use clap::Parser;

/// Counts what programs allocate, so that their limit on memory is exact.
#[global_allocator]
static ALLOCATOR: ptc::alloc::Counting = ptc::alloc::Counting;

fn main() -> ExitCode {
    if std::env::var_os("RUST_BACKTRACE").is_none() {
        std::panic::set_hook(Box::new(say));
    }
    ptc::cli::main(ptc::cli::Arguments::parse())
}

/// Says where a fault of ours was found: no paths of a machine, and nothing of the program that led to it.
fn say(panic: &PanicHookInfo<'_>) {
    let Some(place) = panic.location() else { return };
    let file = place.file().rsplit_once("src/").map_or("elsewhere", |(_, file)| file);
    // Where nobody listens there is nobody to tell.
    let _ = writeln!(std::io::stderr(), "ptc: internal error at {file}:{}", place.line());
}
