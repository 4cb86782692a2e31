//! `ptc trace`: what happened in a run, from the file that `--trace` wrote.

use std::path::Path;

use super::CliError;
use super::args::TraceCommand;
use super::run::print;
use ptc::trace::{Event, html, read_events, show};

/// Shows a trace.
pub(crate) fn trace(command: &TraceCommand) -> Result<u8, CliError> {
    match command {
        TraceCommand::Show { file } => print(show(&events(file)?).trim_end(), 0),
        TraceCommand::Html { file, output: None } => print(html(&events(file)?).trim_end(), 0),
        TraceCommand::Html { file, output: Some(output) } => {
            let page = html(&events(file)?);
            std::fs::write(output, page).map_err(|error| CliError::usage(format!("{}: {error}", output.display())))?;
            Ok(0)
        }
    }
}

fn events(file: &Path) -> Result<Vec<Event>, CliError> {
    let named = |why: String| CliError::usage(format!("{}: {why}", file.display()));
    let text = std::fs::read_to_string(file).map_err(|error| named(error.to_string()))?;
    read_events(&text).map_err(named)
}
