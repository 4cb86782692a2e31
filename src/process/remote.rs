//! Tools of MCP servers in program files: which servers there are, and what a program takes of them.

use serde_json::{Map, Value as Json};

use super::program::{Remote, ToolEntry, ToolSource};
use super::reader::{Reader, table};
use crate::settings::LoadError;

/// What is taken of a server.
#[cfg_attr(not(feature = "mcp"), expect(dead_code, reason = "only checked"))]
enum Choice {
    All,
    Only(Vec<Taken>),
}

/// A tool that is taken, under the name that the server knows, and what the program calls it.
#[cfg_attr(not(feature = "mcp"), expect(dead_code, reason = "only checked"))]
struct Taken {
    entry: ToolEntry,
    alias: Option<String>,
}

impl Remote {
    pub(super) fn read(fields: &Map<String, Json>, reader: &mut Reader<'_>) -> Result<Self, LoadError> {
        let servers = table(fields, "mcp")?.cloned().unwrap_or_default();
        let chosen = match table(fields, "tools")?.and_then(|tools| tools.get("mcp")) {
            None => None,
            Some(Json::Object(chosen)) => Some(chosen.clone()),
            Some(other) => return Err(LoadError::expected("tools.mcp", "a table of choices by server", other)),
        };
        let remote = Self { servers, chosen };
        if remote.is_empty() {
            return Ok(remote);
        }
        let choices = remote.choices(reader)?;
        #[cfg(feature = "mcp")]
        {
            let servers = remote.described(reader.folder)?;
            reader.warnings.extend(servers.warnings.iter().cloned());
            for (name, _) in choices {
                if servers.get(&name).is_none() {
                    let names: Vec<&str> = servers.names().collect();
                    let names = if names.is_empty() { "none".into() } else { names.join(", ") };
                    let what = format!("mcp.servers has no such server (there are {names})");
                    return Err(LoadError::other(format!("tools.mcp.{name}"), what));
                }
            }
        }
        #[cfg(not(feature = "mcp"))]
        {
            let _ = choices;
            reader
                .warnings
                .push("mcp: this build is without the feature mcp; the tools of its servers are left out".into());
        }
        Ok(remote)
    }

    /// Whether there is neither a server nor a choice.
    pub fn is_empty(&self) -> bool {
        self.servers.is_empty() && self.chosen.is_none()
    }

    fn choices(&self, reader: &mut Reader<'_>) -> Result<Vec<(String, Choice)>, LoadError> {
        let mut choices = Vec::new();
        for (server, chosen) in self.chosen.iter().flatten() {
            let at = format!("tools.mcp.{server}");
            let mut entries = Vec::new();
            let named: Vec<(String, Json)> = match chosen {
                Json::String(all) if all == "all" => {
                    choices.push((server.clone(), Choice::All));
                    continue;
                }
                Json::Array(items) => items
                    .iter()
                    .map(|item| named(item).map_err(|what| LoadError::other(&at, what)))
                    .collect::<Result<_, _>>()?,
                Json::Object(tools) => tools.iter().map(|(name, settings)| (name.clone(), settings.clone())).collect(),
                _ => {
                    return Err(LoadError::other(
                        at,
                        "expected \"all\", a list of names, or a table of settings by tool",
                    ));
                }
            };
            for (name, mut settings) in named {
                let at = format!("{at}.{name}");
                let alias = match settings.as_object_mut().and_then(|fields| fields.shift_remove("alias")) {
                    None => None,
                    Some(Json::String(alias)) => Some(alias),
                    Some(other) => return Err(LoadError::expected(format!("{at}.alias"), "a string", &other)),
                };
                let entry = reader.tool(&at, &name, &settings)?;
                match &entry.source {
                    ToolSource::Table { responses, default: None } if responses.is_empty() => {
                        entries.push(Taken { entry, alias });
                    }
                    _ => {
                        let what = "it is the server that answers; leave out where results come from";
                        return Err(LoadError::other(at, what));
                    }
                }
            }
            choices.push((server.clone(), Choice::Only(entries)));
        }
        Ok(choices)
    }
}

/// An item of a list of tools: a name, or a table with a name and settings.
fn named(item: &Json) -> Result<(String, Json), &'static str> {
    match item {
        Json::String(name) => Ok((name.clone(), Json::Object(Map::new()))),
        Json::Object(fields) => {
            let mut settings = fields.clone();
            match settings.shift_remove("name") {
                Some(Json::String(name)) => Ok((name, Json::Object(settings))),
                _ => Err("a tool in the list needs a name"),
            }
        }
        _ => Err("expected names of tools in the list, or tables with a name"),
    }
}

#[cfg(feature = "mcp")]
mod connected {
    use std::path::Path;

    use super::{Choice, Taken};
    use crate::mcp::{Reach, Servers, connect_each};
    use crate::process::command::NOT_GRANTED;
    use crate::process::entry::apply_entry;
    use crate::process::program::Remote;
    use crate::process::reader::Reader;
    use crate::settings::LoadError;
    use crate::tool::Tool;

    impl Remote {
        pub(super) fn described(&self, folder: &Path) -> Result<Servers, LoadError> {
            Servers::from_section(&self.servers, folder).map_err(|error| LoadError::other("", error.0))
        }

        /// Connects to the servers that something is taken of, and gives what is taken.
        pub(in crate::process) async fn connect(&self, folder: &Path, commands: bool) -> Result<Vec<Tool>, LoadError> {
            if self.is_empty() {
                return Ok(Vec::new());
            }
            let described = self.described(folder)?;
            // What is odd has been said when the file was read.
            let mut choices = self.choices(&mut Reader { folder, warnings: Vec::new() })?;
            if self.chosen.is_none() {
                choices = described.names().map(|name| (name.to_owned(), Choice::All)).collect();
            }
            let mut tools = Vec::new();
            let mut servers = Servers::new().allow_commands();
            for (name, _) in &choices {
                let unknown = || LoadError::other(format!("tools.mcp.{name}"), "mcp has no such server");
                let server = described.get(name).ok_or_else(unknown)?;
                if matches!(server.reach, Reach::Command { .. }) && !commands {
                    return Err(LoadError::other(format!("mcp.servers.{name}"), NOT_GRANTED));
                }
                servers = servers.server(name.as_str(), server.clone());
            }
            let each = connect_each(&servers).await.map_err(|error| LoadError::other("", error.0))?;
            for ((server, choice), own) in choices.into_iter().zip(each) {
                let Choice::Only(entries) = choice else {
                    tools.extend(own);
                    continue;
                };
                let short = |tool: &'_ Tool| tool.name[server.len() + "__".len()..].to_owned();
                for Taken { entry, alias } in entries {
                    let at = format!("tools.mcp.{server}.{}", entry.name);
                    let Some(tool) = own.iter().find(|tool| short(tool) == entry.name) else {
                        let names: Vec<String> = own.iter().map(short).collect();
                        let what = format!("the server has no such tool (there are {})", names.join(", "));
                        return Err(LoadError::other(at, what));
                    };
                    let mut tool = apply_entry(tool.clone(), &entry, &at)?;
                    tool.name = alias.unwrap_or(tool.name);
                    tools.push(tool);
                }
            }
            Ok(tools)
        }
    }
}
