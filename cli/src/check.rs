//! `ptc check`: what is wrong with a program, without running it.

use std::io::{self, Write};
use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use super::CliError;
use super::args::CheckOptions;
use super::draw::draw_finding;
use super::eval::{base_sandbox, source};
use super::report::error_json;
use ptc::lisp::text::{Finding, Severity};

/// Checks the program; status 1 if there is an error among the findings.
pub(crate) fn check(options: &CheckOptions) -> Result<u8, CliError> {
    let sandbox = base_sandbox(&options.inputs)?;
    let findings = sandbox.check_source(&Arc::new(source(&options.file)?));
    let errors = findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    let mut out = io::stdout().lock();
    let written = if options.json {
        let list: Vec<Json> = findings.iter().map(finding_json).collect();
        writeln!(out, "{}", Json::Array(list))
    } else {
        for finding in &findings {
            eprintln!("{}", draw_finding(finding));
        }
        writeln!(out, "{}", summary(errors, findings.len().saturating_sub(errors)))
    };
    match written {
        // Whoever reads may have stopped reading.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(CliError::failed(format!("standard output: {error}")))
        }
        Ok(()) | Err(_) => Ok(u8::from(errors > 0)),
    }
}

/// A finding with its place.
pub(crate) fn finding_json(finding: &Finding) -> Json {
    let mut fields = Map::new();
    fields.insert("severity".into(), json!(finding.severity.name()));
    fields.append(&mut error_json(&finding.error));
    Json::Object(fields)
}

fn summary(errors: usize, warnings: usize) -> String {
    let counted = |count: usize, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
    match (errors, warnings) {
        (0, 0) => "nothing found".into(),
        (errors, 0) => counted(errors, "error"),
        (0, warnings) => counted(warnings, "warning"),
        (errors, warnings) => format!("{}, {}", counted(errors, "error"), counted(warnings, "warning")),
    }
}
