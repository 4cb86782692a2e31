//! `ptc init`: a project that runs at once, from replies in a file.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

use super::CliError;
use super::args::InitOptions;
use super::run::print;

/// The files of the project.
const FILES: [(&str, &str); 6] = [
    ("README.md", include_str!("init/README.md")),
    ("agent.toml", include_str!("init/agent.toml")),
    ("replies.json", include_str!("init/replies.json")),
    ("tools.json", include_str!("init/tools.json")),
    ("context.json", include_str!("init/context.json")),
    ("waiting.clj", include_str!("init/waiting.clj")),
];

/// Writes the files of a project into a folder; none of them if one is there already.
pub(crate) fn init(options: &InitOptions) -> Result<u8, CliError> {
    let folder = &options.folder;
    let failed = |path: &Path, error: &io::Error| CliError::failed(format!("{}: {error}", path.display()));
    let there: Vec<String> = FILES
        .iter()
        .map(|(name, _)| folder.join(name))
        .filter(|path| path.symlink_metadata().is_ok())
        .map(|path| path.display().to_string())
        .collect();
    if !there.is_empty() {
        let message = format!("nothing is written: {} would be overwritten; give another folder", there.join(", "));
        return Err(CliError::usage(message));
    }
    fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
    let mut lines = Vec::new();
    for (name, text) in FILES {
        let path = folder.join(name);
        let file = OpenOptions::new().write(true).create_new(true).open(&path);
        file.and_then(|mut file| file.write_all(text.as_bytes())).map_err(|error| failed(&path, &error))?;
        lines.push(path.display().to_string());
    }
    let enter = if folder == Path::new(".") { String::new() } else { format!("cd {} && ", folder.display()) };
    lines.push(format!("try: {enter}ptc run agent.toml --script replies.json"));
    print(&lines.join("\n"), 0)
}
