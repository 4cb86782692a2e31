//! `ptc doc`: what functions do.

use super::CliError;
use super::args::DocOptions;
use ptc::lisp::doc;

/// Prints the paragraph of a name, the finds of a search, or everything.
pub(crate) fn doc(options: &DocOptions) -> Result<u8, CliError> {
    let text = match (&options.name, &options.search) {
        (Some(name), _) => match doc::entry(name) {
            Some(text) => text,
            None => return Err(CliError::failed(format!("there is no {name}; ptc doc --search TEXT finds functions"))),
        },
        (None, Some(wanted)) => {
            let found = doc::search(wanted);
            if found.is_empty() {
                return Err(CliError::failed(format!("nothing is found for {wanted:?}")));
            }
            let line = |found: &doc::Found| format!("- `{}`: {}", found.name, found.summary);
            found.iter().take(15).map(line).collect::<Vec<_>>().join("\n")
        }
        (None, None) => doc::reference(),
    };
    println!("{}", text.trim_end());
    Ok(0)
}
