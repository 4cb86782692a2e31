//! Servers as they are described: in the section `[mcp]` of a program file, and in the JSON files of MCP clients.

use std::path::{Path, PathBuf};
use std::time::Duration;

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::{Map, Value as Json};

use super::McpError;
use crate::lisp::text::nearest;

/// How long a server may take to begin, and a call to answer, by default.
const TIMEOUT: Duration = Duration::from_secs(60);

/// What a description can say.
const KEYS: [&str; 9] = ["type", "command", "args", "env", "cwd", "url", "headers", "timeout", "disabled"];

/// Servers by name, and whether the host grants that they are started.
///
/// ```
/// use ptc::mcp::Servers;
///
/// let servers = Servers::from_json(r#"{"mcpServers": {"files": {"command": "mcp-files", "args": ["/srv"]}}}"#)?
///     .url("wiki", "http://127.0.0.1:8080/mcp")
///     .allow_commands();
/// assert_eq!(servers.names().collect::<Vec<_>>(), ["files", "wiki"]);
/// # Ok::<(), ptc::mcp::McpError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Servers {
    pub(super) servers: IndexMap<String, Server>,
    pub(super) commands: bool,
    /// Keys of descriptions that mean nothing here.
    pub warnings: Vec<String>,
}

/// A server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// How it is reached.
    pub reach: Reach,
    /// How long it may take to begin, and then each call.
    pub timeout: Duration,
}

/// How a server is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// By a command that speaks on its standard streams. Of this process's environment it sees only what commands cannot
    /// do without, such as `PATH` and `HOME`.
    Command {
        /// The command.
        command: String,
        /// Its arguments.
        args: Vec<String>,
        /// Its environment, besides.
        env: IndexMap<String, String>,
        /// The folder it starts in; the current one unless given.
        cwd: Option<PathBuf>,
    },
    /// By streamable HTTP.
    Http {
        /// Its address.
        url: String,
        /// Headers of every request, such as `Authorization`.
        headers: IndexMap<String, String>,
    },
}

/// A server as files describe it.
#[derive(Deserialize)]
struct Description {
    #[serde(rename = "type")]
    kind: Option<String>,
    command: Option<String>,
    #[serde(default)]
    args: Vec<String>,
    #[serde(default)]
    env: IndexMap<String, String>,
    cwd: Option<PathBuf>,
    url: Option<String>,
    #[serde(default)]
    headers: IndexMap<String, String>,
    /// In seconds.
    timeout: Option<f64>,
    #[serde(default)]
    disabled: bool,
}

impl Servers {
    /// No servers.
    pub fn new() -> Self {
        Self::default()
    }

    /// The servers of a JSON text with `mcpServers`, as other clients of the protocol keep them.
    ///
    /// # Errors
    /// Text that is no JSON, and descriptions that cannot be followed, with the name of the server.
    pub fn from_json(text: &str) -> Result<Self, McpError> {
        let json: Json = serde_json::from_str(text).map_err(|error| McpError(format!("no JSON: {error}")))?;
        let Some(Json::Object(described)) = json.get("mcpServers") else {
            return Err(McpError("expected an object with mcpServers, an object of servers by name".into()));
        };
        Self::new().and(described, "mcpServers")
    }

    /// The servers of a section `[mcp]` with `servers`, `config_path` or both; paths begin at `folder`.
    ///
    /// ```
    /// use ptc::mcp::{Reach, Servers};
    /// use serde_json::json;
    ///
    /// let section = json!({"servers": {"git": {"type": "stdio", "command": "mcp-git", "env": {"LANG": "C"}}}});
    /// let servers = Servers::from_section(section.as_object().unwrap(), ".".as_ref())?;
    /// assert!(matches!(&servers.get("git").unwrap().reach, Reach::Command { command, .. } if command == "mcp-git"));
    ///
    /// let wrong = json!({"servers": {"git": {"type": "http", "command": "mcp-git"}}});
    /// let error = Servers::from_section(wrong.as_object().unwrap(), ".".as_ref()).unwrap_err();
    /// assert_eq!(error.to_string(), "mcp.servers.git: a server of type http needs a url");
    /// # Ok::<(), ptc::mcp::McpError>(())
    /// ```
    ///
    /// # Errors
    /// See [`Servers::from_json`]; a file that cannot be read, with its path.
    pub fn from_section(section: &Map<String, Json>, folder: &Path) -> Result<Self, McpError> {
        let mut servers = match section.get("config_path") {
            None => Self::new(),
            Some(Json::String(path)) => {
                let wrong = |error: String| McpError(format!("mcp.config_path: {path}: {error}"));
                let text = std::fs::read_to_string(folder.join(path)).map_err(|error| wrong(error.to_string()))?;
                Self::from_json(&text).map_err(|error| wrong(error.0))?
            }
            Some(_) => return Err(McpError("mcp.config_path: expected a path".into())),
        };
        servers = match section.get("servers") {
            None => servers,
            Some(Json::Object(described)) => servers.and(described, "mcp.servers")?,
            Some(_) => return Err(McpError("mcp.servers: expected a table of servers by name".into())),
        };
        let unknown = section.keys().filter(|key| !["config_path", "servers"].contains(&key.as_str()));
        servers.warnings.extend(unknown.map(|key| format!("mcp.{key}: unknown key")));
        Ok(servers)
    }

    /// Adds a server that is a command.
    #[must_use]
    pub fn command<A: Into<String>>(
        self,
        name: impl Into<String>,
        command: impl Into<String>,
        args: impl IntoIterator<Item = A>,
    ) -> Self {
        let args = args.into_iter().map(Into::into).collect();
        let reach = Reach::Command { command: command.into(), args, env: IndexMap::new(), cwd: None };
        self.server(name, Server { reach, timeout: TIMEOUT })
    }

    /// Adds a server with an address.
    #[must_use]
    pub fn url(self, name: impl Into<String>, url: impl Into<String>) -> Self {
        let reach = Reach::Http { url: url.into(), headers: IndexMap::new() };
        self.server(name, Server { reach, timeout: TIMEOUT })
    }

    /// Adds a server, in the place of the one of this name.
    #[must_use]
    pub fn server(mut self, name: impl Into<String>, server: Server) -> Self {
        self.servers.insert(name.into(), server);
        self
    }

    /// Grants that the commands of servers are run. Without it there is an error for each.
    #[must_use]
    pub fn allow_commands(self) -> Self {
        Self { commands: true, ..self }
    }

    /// The server of a name.
    pub fn get(&self, name: &str) -> Option<&Server> {
        self.servers.get(name)
    }

    /// The names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.servers.keys().map(String::as_str)
    }

    fn and(mut self, described: &Map<String, Json>, at: &str) -> Result<Self, McpError> {
        for (name, json) in described {
            let at = format!("{at}.{name}");
            let description = Description::deserialize(json).map_err(|error| McpError(format!("{at}: {error}")))?;
            for key in json.as_object().into_iter().flat_map(Map::keys).filter(|key| !KEYS.contains(&key.as_str())) {
                let near = nearest(key, KEYS).map(|near| format!("; did you mean {near}?")).unwrap_or_default();
                self.warnings.push(format!("{at}.{key}: unknown key{near}"));
            }
            if !description.disabled {
                let server = description.server().map_err(|why| McpError(format!("{at}: {why}")))?;
                self.servers.insert(name.clone(), server);
            }
        }
        Ok(self)
    }
}

impl Description {
    fn server(self) -> Result<Server, String> {
        let kind = match (self.kind.as_deref(), &self.command, &self.url) {
            (Some("stdio"), ..) | (None, Some(_), None) => "stdio",
            (Some("http" | "streamable-http" | "streamableHttp"), ..) | (None, None, Some(_)) => "http",
            (None, ..) => return Err("expected either a command or a url".into()),
            (Some(other), ..) => return Err(format!("expected the type stdio or http, got {other:?}")),
        };
        let reach = match (kind, self.command, self.url) {
            ("stdio", Some(command), _) => Reach::Command { command, args: self.args, env: self.env, cwd: self.cwd },
            ("stdio", None, _) => return Err("a server of type stdio needs a command".into()),
            (_, _, Some(url)) => Reach::Http { url, headers: self.headers },
            (_, _, None) => return Err("a server of type http needs a url".into()),
        };
        let timeout = self.timeout.map_or(Ok(TIMEOUT), Duration::try_from_secs_f64);
        let timeout = timeout.map_err(|_| "timeout: expected a number of seconds".to_owned())?;
        Ok(Server { reach, timeout })
    }
}
