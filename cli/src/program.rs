//! `ptc program`: program files looked at, without a model and without a network.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use indexmap::IndexSet;

use super::CliError;
use super::args::{GrantOptions, ProgramCommand, ProgramOptions};
use super::progress::harmless;
use super::run::roots;
use ptc::internals::roots_of;
use ptc::model::{Scripted, from_name};
use ptc::process::{Grants, Library, Program, Root, ToolSource, bind};
use ptc::tool::Access;

/// Checks or exports a program file.
pub(crate) fn program(options: &ProgramOptions) -> Result<u8, CliError> {
    match &options.command {
        ProgramCommand::Check { file, grants } => check(file, grants),
        ProgramCommand::Export { file } => {
            let program = load(file)?.root().ok_or_else(|| CliError::usage("the program was not loaded"))?;
            let json = program.export().map_err(|error| CliError::usage(error.to_string()))?;
            println!("{json:#}");
            Ok(0)
        }
        ProgramCommand::Schema => {
            println!("{:#}", ptc::process::schema());
            Ok(0)
        }
    }
}

fn load(file: &Path) -> Result<Library, CliError> {
    Library::load(file).map_err(|error| CliError::usage(error.to_string()))
}

fn check(file: &Path, options: &GrantOptions) -> Result<u8, CliError> {
    let library = Arc::new(load(file)?);
    let root = library.root().ok_or_else(|| CliError::usage("the program was not loaded"))?;
    // No model is asked: those of the files are only named.
    let mut grants = Grants::with_model(Scripted::new([""; 0]));
    grants.roots = roots(options).map_err(CliError::usage)?;
    grants.commands = options.allow_commands;
    let mut tree = Tree { library: &library, grants: &grants, lines: Vec::new(), seen: HashSet::new(), wrong: 0 };
    tree.show("main", &root, 0);
    for warning in library.warnings() {
        tree.lines.push(format!("warning: {warning}"));
    }
    println!("{}", harmless(&tree.lines.join("\n")));
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
        // Without `./` in it.
        let file: PathBuf = program.file.components().collect();
        if !self.seen.insert(program.file.clone()) {
            self.lines.push(format!("{indent}{name}: {} (see above)", file.display()));
            return;
        }
        let part = |text: &Option<String>| text.clone().unwrap_or_else(|| "(the parent's)".into());
        let model = match (&program.provider, &program.model) {
            (None, None) => part(&None),
            (provider, model) => format!("{}:{}", part(provider), part(model)),
        };
        let indented = |text: String| format!("{indent}  {text}");
        // A child does no more than write, whatever its file says.
        let access = if depth == 0 { program.settings.access } else { program.settings.access.min(Access::Write) };
        self.lines.push(format!("{indent}{name}: {}", file.display()));
        self.lines.push(indented(format!(
            "model {model}, {} turns, {} access",
            program.settings.max_turns,
            access.name()
        )));
        if let (Some(provider), Some(model)) = (&program.provider, &program.model)
            && let Err(error) = from_name(&format!("{provider}:{model}"), None)
        {
            self.wrong(&indented(format!("error: {error}")));
        }
        let bound = bind(self.library, program, self.grants, depth == 0);
        match bound.map_err(|error| error.to_string()).and_then(|options| Ok((options.check()?, options))) {
            Ok((warnings, options)) => {
                for tool in options.added_tools() {
                    let level = if tool.for_planning { "for planning" } else { tool.access.name() };
                    self.lines.push(indented(format!("tool {} ({level})", tool.signature())));
                }
                self.lines.extend(warnings.iter().map(|warning| indented(format!("warning: {warning}"))));
            }
            Err(error) => self.wrong(&indented(format!("error: {error}"))),
        }
        let roots = roots_of(self.library, program, self.grants);
        let folders: IndexSet<String> = roots.granted().map(shown).collect();
        let commands = if self.grants.commands { "granted" } else { "not granted" };
        let folders: Vec<String> = folders.into_iter().collect();
        self.lines.push(indented(format!("files {}; commands {commands}", folders.join(", "))));
        let folder = program.folder();
        for link in &program.links {
            if let Some(linked) = self.library.program(&folder.join(&link.path)) {
                let about =
                    if link.description.is_empty() { String::new() } else { format!(" ({})", link.description) };
                self.show(&format!("{}{about}", link.name), &linked, depth + 1);
            }
        }
        for tool in &program.tools {
            if let ToolSource::Program(file) = &tool.source
                && let Some(linked) = self.library.program(file)
            {
                self.show(&format!("tool {}", tool.name), &linked, depth + 1);
            }
        }
    }

    fn wrong(&mut self, line: &str) {
        self.lines.push(line.to_owned());
        self.wrong += 1;
    }
}

/// A folder as seen from here, if it is below.
fn shown(root: &Root) -> String {
    let here = std::env::current_dir().and_then(|here| here.canonicalize()).unwrap_or_default();
    let folder = match root.folder.strip_prefix(&here) {
        Ok(below) if below.as_os_str().is_empty() => Path::new("."),
        Ok(below) => below,
        Err(_) => &root.folder,
    };
    format!("{}{}", folder.display(), if root.writable { "" } else { " (read only)" })
}
