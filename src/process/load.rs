//! Loading: a program file with all files it leads to, each of them once.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value as Json;

use super::bind::{Grants, bind};
use super::program::{Program, ToolSource};
use crate::agent::{DelegateError, Session, wait};

/// A program with the programs it links to.
#[derive(Clone)]
pub struct Library {
    programs: HashMap<PathBuf, Arc<Program>>,
    root: PathBuf,
}

/// Why a program file cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {why}")]
pub struct LoadError {
    /// The file.
    pub file: String,
    /// What is wrong, with the key.
    pub why: String,
}

/// The same file under one name, however it is written.
fn canonical(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

/// A path as messages show it: without `./` parts.
fn shown(path: &Path) -> String {
    path.components()
        .filter(|part| !matches!(part, std::path::Component::CurDir))
        .collect::<PathBuf>()
        .display()
        .to_string()
}

impl Library {
    /// Loads a program file and all that it leads to.
    ///
    /// # Errors
    /// A file that is missing, no TOML, JSON or YAML, or has wrong keys; links to missing files.
    pub fn load(path: &Path) -> Result<Self, LoadError> {
        let mut library = Self { programs: HashMap::new(), root: canonical(path) };
        let mut queue = vec![(path.to_owned(), None::<(String, PathBuf)>)];
        while let Some((path, link)) = queue.pop() {
            let key = canonical(&path);
            if library.programs.contains_key(&key) {
                continue;
            }
            let program = read(&path).map_err(|error| match (&link, path.exists()) {
                (Some((name, from)), false) => LoadError {
                    file: shown(from),
                    why: format!("{name} leads to {}, which is not there", shown(&path)),
                },
                _ => error,
            })?;
            let folder = path.parent().unwrap_or(Path::new(".")).to_owned();
            for link in &program.links {
                queue.push((folder.join(&link.path), Some((format!("the link {}", link.name), path.clone()))));
            }
            for tool in &program.tools {
                if let ToolSource::Program(file) = &tool.source {
                    queue.push((file.clone(), Some((format!("the tool {}", tool.name), path.clone()))));
                }
            }
            library.programs.insert(key, Arc::new(program));
        }
        Ok(library)
    }

    /// Starts the program that was asked for as a process of this host.
    ///
    /// ```
    /// use ptc::model::Scripted;
    /// use ptc::process::{Grants, Program};
    ///
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
    /// let grants = Grants::with_model(Scripted::new(["(+ 1 2)", "Three.", "As I said: three."]));
    /// let mut process = Program::load("examples/linked/main.toml")?.start(&grants).await?;
    /// assert_eq!(process.run("One and two?").await?.summary, "Three.");
    /// assert_eq!(process.run("Again?").await?.summary, "As I said: three.");
    /// assert_eq!(process.last_message(), Some("As I said: three.".into()));
    /// # Ok::<(), Box<dyn std::error::Error>>(()) })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Tools that cannot be made, a model that is not there.
    pub async fn start(self, grants: &Grants) -> Result<Session, DelegateError> {
        let library = Arc::new(self);
        let root = library.root().ok_or_else(|| DelegateError::unusable("the program was not loaded".into()))?;
        let options = bind(&library, &root, grants, true).map_err(DelegateError::unusable)?;
        Session::start(&options).await
    }

    /// The same for hosts without a runtime: waits on the calling thread.
    ///
    /// ```
    /// use ptc::model::Scripted;
    /// use ptc::process::{Grants, Program};
    ///
    /// let grants = Grants::with_model(Scripted::new(["(+ 1 2)", "Three."]));
    /// let mut process = Program::load("examples/linked/main.toml")?.start_and_wait(&grants)?;
    /// assert_eq!(process.run_and_wait("One and two?")?.summary, "Three.");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// See [`Library::start`].
    ///
    /// # Panics
    /// From within an asynchronous runtime, where a thread must not wait.
    pub fn start_and_wait(self, grants: &Grants) -> Result<Session, Box<DelegateError>> {
        wait(self.start(grants))?.map_err(Box::new)
    }

    /// The program that was asked for.
    pub fn root(&self) -> Option<Arc<Program>> {
        self.programs.get(&self.root).cloned()
    }

    /// The program of a file.
    pub fn program(&self, file: &Path) -> Option<Arc<Program>> {
        self.programs.get(&canonical(file)).cloned()
    }

    /// All warnings, with the file they belong to.
    pub fn warnings(&self) -> Vec<String> {
        let mut all: Vec<String> = self
            .programs
            .values()
            .flat_map(|program| program.warnings.iter().map(|warning| format!("{}: {warning}", shown(&program.file))))
            .collect();
        all.sort();
        all
    }
}

impl Program {
    /// Loads a program file and all that it leads to.
    ///
    /// # Errors
    /// See [`Library::load`].
    pub fn load(path: impl AsRef<Path>) -> Result<Library, LoadError> {
        Library::load(path.as_ref())
    }
}

fn read(path: &Path) -> Result<Program, LoadError> {
    let wrong = |why: String| LoadError { file: shown(path), why };
    let text = std::fs::read_to_string(path).map_err(|error| wrong(format!("cannot be read: {error}")))?;
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    let fields: Json = match extension {
        "json" => serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?,
        "yaml" | "yml" => {
            serde_saphyr::from_str(&text).map_err(|error| wrong(error.to_string().trim_end().to_owned()))?
        }
        _ => toml::from_str(&text).map_err(|error| wrong(error.to_string().trim_end().to_owned()))?,
    };
    match &fields {
        Json::Object(fields) => Program::from_fields(path, fields).map_err(wrong),
        _ => Err(wrong("expected a table of sections".into())),
    }
}
