//! Loading: a program file with all files it leads to, each of them once.

use std::collections::HashMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value as Json;

use super::grants::Grants;
use super::program::{Program, ToolSource};
use crate::lisp::text::abridge;
use crate::model::Prices;
use crate::settings::{Field as _, LoadError};
use crate::tool::Tool;

/// A program with the programs it links to.
#[derive(Clone)]
pub struct Library {
    programs: HashMap<PathBuf, Arc<Program>>,
    /// The tools of MCP servers, by the files that name them.
    connected: Arc<Mutex<HashMap<PathBuf, Vec<Tool>>>>,
    /// Locked while connecting, so that each program connects once.
    #[cfg_attr(not(feature = "mcp"), expect(dead_code, reason = "nothing is connected"))]
    connecting: Arc<tokio::sync::Mutex<()>>,
    root: PathBuf,
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
        let mut library = Self {
            programs: HashMap::new(),
            connected: Arc::default(),
            connecting: Arc::default(),
            root: canonical(path),
        };
        let mut queue = vec![(path.to_owned(), None::<(String, PathBuf)>)];
        while let Some((path, link)) = queue.pop() {
            let key = canonical(&path);
            if library.programs.contains_key(&key) {
                continue;
            }
            let program = read(&path).map_err(|error| match (&link, path.exists()) {
                (Some((name, from)), false) => {
                    let what = format!("{name} leads to {}, which is not there", shown(&path));
                    LoadError::other("", what).in_file(shown(from))
                }
                (Some((name, from)), true) => LoadError { via: Some(format!("{name} of {}", shown(from))), ..error },
                (None, _) => error,
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

    /// Connects to the MCP servers that the program names which was asked for; without it their tools are left out. Those of linked
    /// programs are connected to when such a program is started. The connections live on the runtime that this is awaited in.
    /// Without the feature `mcp` nothing happens.
    ///
    /// # Errors
    /// A server that cannot be reached, a command that is not granted, a tool that its server does not have.
    pub async fn connect(&self, grants: &Grants) -> Result<(), LoadError> {
        let Some(root) = self.root() else { return Ok(()) };
        self.connect_to(&root, grants).await.map_err(|error| error.in_file(shown(&root.file)))
    }

    /// Connects to the servers that a program names, unless they are connected.
    #[cfg_attr(not(feature = "mcp"), expect(clippy::unused_async, reason = "nothing is connected"))]
    pub(super) async fn connect_to(&self, program: &Program, grants: &Grants) -> Result<(), LoadError> {
        #[cfg(feature = "mcp")]
        {
            let _lock = self.connecting.lock().await;
            if self.connected(program).is_none() {
                let tools = program.remote.connect(&program.folder(), grants.commands).await?;
                self.lock().insert(canonical(&program.file), tools);
            }
        }
        let _ = (program, grants);
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<PathBuf, Vec<Tool>>> {
        self.connected.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The tools of the MCP servers that a program names, if they are connected.
    pub(super) fn connected(&self, program: &Program) -> Option<Vec<Tool>> {
        self.lock().get(&canonical(&program.file)).cloned()
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
    let read = read_data(path).and_then(|data| match data {
        Json::Object(fields) => Program::from_fields(path, &fields),
        _ => Err(LoadError::other("", "expected a table of sections")),
    });
    read.map_err(|error| error.in_file(shown(path)))
}

/// The data in a file: JSON or YAML if it is called so, else TOML.
fn read_data(path: &Path) -> Result<Json, LoadError> {
    let text = read_text(path)?;
    match path.extension().and_then(|extension| extension.to_str()).unwrap_or_default() {
        "json" => serde_json::from_str(&text).map_err(|error| LoadError::other("", error)),
        "yaml" | "yml" => serde_saphyr::from_str(&text)
            .map_err(|error| LoadError::other("", abridge(error.to_string().trim_end(), 500))),
        _ => {
            let table: toml::Table =
                toml::from_str(&text).map_err(|error| LoadError::other("", toml_error(&text, &error)))?;
            plain(toml::Value::Table(table), "")
        }
    }
}

/// The largest program file, in bytes.
const MAX_FILE_BYTES: u64 = 4 << 20;

/// The text of a program file. What is no file is not read: it may have no end.
fn read_text(path: &Path) -> Result<String, LoadError> {
    let cannot = |error: std::io::Error| LoadError::other("", format!("cannot be read: {error}"));
    let about = std::fs::metadata(path).map_err(cannot)?;
    if !about.is_file() {
        return Err(LoadError::other("", "is no file"));
    }
    let mut text = String::new();
    std::fs::File::open(path).map_err(cannot)?.take(MAX_FILE_BYTES + 1).read_to_string(&mut text).map_err(cannot)?;
    match text.len() as u64 {
        0..=MAX_FILE_BYTES => Ok(text),
        _ => Err(LoadError::other("", format!("is larger than {MAX_FILE_BYTES} bytes"))),
    }
}

/// Where a TOML file is wrong. The line itself is not told: it may be no TOML at all, but a secret.
fn toml_error(text: &str, error: &toml::de::Error) -> String {
    let message = abridge(error.message().trim_end(), 300);
    match error.span() {
        None => message.into_owned(),
        Some(span) => {
            let before = &text[..text.floor_char_boundary(span.start)];
            let line = before.matches('\n').count() + 1;
            let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
            format!("line {line}, column {column}: {message}")
        }
    }
}

/// TOML as JSON: dates as texts.
fn plain(value: toml::Value, at: &str) -> Result<Json, LoadError> {
    Ok(match value {
        toml::Value::String(text) => Json::String(text),
        toml::Value::Integer(n) => n.into(),
        toml::Value::Float(x) => {
            let number = serde_json::Number::from_f64(x);
            Json::Number(number.ok_or_else(|| LoadError::expected_not(at, "a number that JSON has", x.to_string()))?)
        }
        toml::Value::Boolean(yes) => yes.into(),
        toml::Value::Datetime(date) => Json::String(date.to_string()),
        toml::Value::Array(items) => {
            let item = |(index, item)| plain(item, &format!("{at}[{index}]"));
            Json::Array(items.into_iter().enumerate().map(item).collect::<Result<_, _>>()?)
        }
        toml::Value::Table(fields) => {
            let dot = if at.is_empty() { "" } else { "." };
            let field = |(key, value): (String, toml::Value)| {
                plain(value, &format!("{at}{dot}{key}")).map(|value| (key, value))
            };
            Json::Object(fields.into_iter().map(field).collect::<Result<_, _>>()?)
        }
    })
}

/// Reads the prices of models from a file (TOML, JSON or YAML), which has what `[budget.prices]` of a program file has:
///
/// ```
/// use ptc::model::Price;
/// use ptc::process::read_prices;
///
/// let file = std::env::temp_dir().join("prices-of-the-docs.toml");
/// std::fs::write(&file, "\"openai:gpt-4.1\" = { input = 2.0, output = 8.0, cached = 0.5 }\n\"*\" = { input = 5, output = 25 }\n")?;
/// let prices = read_prices(&file)?;
/// assert_eq!(prices.get("openai:gpt-4.1"), Some(Price::new(2.0, 8.0).cached(0.5)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// A file that cannot be read, or holds something else.
pub fn read_prices(path: &Path) -> Result<Prices, LoadError> {
    let prices = |data| Prices::from_json(data).map_err(|what| LoadError::other("", what));
    read_data(path).and_then(prices).map_err(|error| error.in_file(shown(path)))
}
