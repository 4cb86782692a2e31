//! `ptc fmt`: programs indented as people write Clojure.

use std::fs;
use std::sync::Arc;

use super::CliError;
use super::args::FmtOptions;
use super::draw::draw;
use super::eval::source;
use ptc::lisp::layout;
use ptc::lisp::syntax::read;

/// Writes the files anew, or says which of them would change. One that does not read is left as it is.
pub(crate) fn fmt(options: &FmtOptions) -> Result<u8, CliError> {
    let mut status = 0;
    for file in &options.files {
        let source = Arc::new(source(file)?);
        if let Err(error) = read(&source) {
            eprintln!("{}", draw(&error));
            status = 1;
            continue;
        }
        let laid_out = layout(source.text());
        let changes = laid_out != source.text();
        match (file.as_str(), options.check) {
            ("-", false) => print!("{laid_out}"),
            (_, true) if changes => {
                println!("{file}");
                status = 1;
            }
            (_, false) if changes => {
                fs::write(file, laid_out).map_err(|error| CliError::failed(format!("{file}: {error}")))?;
            }
            _ => {}
        }
    }
    Ok(status)
}
