//! `ptc program`: program files looked at, without a model and without a network.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Trouble;
use super::args::{GrantOptions, ProgramCommand, ProgramOptions};
use crate::model::{Scripted, from_name};
use crate::process::{Grants, Library, Program, Root, bind};

/// Checks or exports a program file.
pub(super) fn program(options: &ProgramOptions) -> Result<u8, Trouble> {
    match &options.command {
        ProgramCommand::Check { file, granted } => check(file, granted),
        ProgramCommand::Export { file } => {
            let program = load(file)?.root().ok_or_else(|| Trouble::usage("the program was not loaded"))?;
            let json = program.export().map_err(Trouble::usage)?;
            println!("{json:#}");
            Ok(0)
        }
    }
}

fn load(file: &Path) -> Result<Library, Trouble> {
    Library::load(file).map_err(|error| Trouble::usage(error.to_string()))
}

fn check(file: &Path, granted: &GrantOptions) -> Result<u8, Trouble> {
    let library = Arc::new(load(file)?);
    let root = library.root().ok_or_else(|| Trouble::usage("the program was not loaded"))?;
    // Nobody is asked: the models of the files are only named.
    let mut grants = Grants::with_model(Scripted::new([""; 0]));
    grants.roots = granted.root.iter().map(|text| Root::parse(text)).collect();
    grants.commands = granted.allow_commands;
    let mut tree = Tree { library: &library, grants: &grants, lines: Vec::new(), seen: HashSet::new(), wrong: 0 };
    tree.show("main", &root, 0);
    for warning in library.warnings() {
        tree.lines.push(format!("warning: {warning}"));
    }
    println!("{}", tree.lines.join("\n"));
    Ok(if tree.wrong == 0 { 0 } else { 2 })
}

/// The programs that one leads to, as lines.
struct Tree<'a> {
    library: &'a Arc<Library>,
    grants: &'a Grants,
    lines: Vec<String>,
    seen: HashSet<PathBuf>,
    wrong: usize,
}

impl Tree<'_> {
    fn show(&mut self, name: &str, program: &Program, depth: usize) {
        let indent = "  ".repeat(depth);
        if !self.seen.insert(program.file.clone()) {
            self.lines.push(format!("{indent}{name}: {} (see above)", program.file.display()));
            return;
        }
        let part = |text: &Option<String>| text.clone().unwrap_or_else(|| "(the parent's)".into());
        let model = match (&program.provider, &program.model) {
            (None, None) => part(&None),
            (provider, model) => format!("{}:{}", part(provider), part(model)),
        };
        let indented = |text: String| format!("{indent}  {text}");
        self.lines.push(format!("{indent}{name}: {}", program.file.display()));
        self.lines.push(indented(format!(
            "model {model}, {} turns, {} access",
            program.max_turns,
            program.access.name()
        )));
        if let (Some(provider), Some(model)) = (&program.provider, &program.model)
            && let Err(error) = from_name(&format!("{provider}:{model}"), None)
        {
            self.lines.push(indented(format!("error: {error}")));
            self.wrong += 1;
        }
        match bind(self.library, program, self.grants, depth == 0) {
            Ok(options) => {
                for tool in &options.tools {
                    let level = tool.access.name();
                    self.lines.push(indented(format!("tool {} ({level})", tool.signature())));
                }
                self.lines.extend(options.warnings.iter().map(|warning| indented(format!("warning: {warning}"))));
            }
            Err(error) => {
                self.lines.push(indented(format!("error: {error}")));
                self.wrong += 1;
            }
        }
        let folder = program.folder();
        let shown = if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder.clone() };
        let more = self
            .grants
            .roots
            .iter()
            .map(|root| format!(", {}{}", root.folder.display(), if root.writable { "" } else { " (read only)" }));
        let commands = if self.grants.commands { "granted" } else { "not granted" };
        self.lines.push(indented(format!(
            "files {}{}; commands {commands}",
            shown.display(),
            more.collect::<String>()
        )));
        for link in &program.links {
            if let Some(linked) = self.library.program(&folder.join(&link.path)) {
                self.show(&link.name, &linked, depth + 1);
            }
        }
    }
}
