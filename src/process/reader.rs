//! The reader of a program file: entries by their rows, tools, warnings of unknown keys.

use std::path::Path;
use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::keys::{SOURCES, tool_rows};
use super::program::{ToolEntry, ToolSource};
use crate::lisp::syntax;
use crate::lisp::text::{Source, abridge, nearest};
use crate::settings::{KeyType, LoadError, Row, join};
use crate::tool::Response;

pub(super) type Fields = Map<String, Json>;
pub(super) type Result<T> = std::result::Result<T, LoadError>;

/// Where a file is, and what is odd about it but no error.
pub(super) struct Reader<'a> {
    pub folder: &'a Path,
    pub warnings: Vec<String>,
}

/// The table of a key, if it is there.
pub(super) fn table<'a>(fields: &'a Fields, key: &str) -> Result<Option<&'a Fields>> {
    match fields.get(key) {
        None => Ok(None),
        Some(Json::Object(table)) => Ok(Some(table)),
        Some(other) => Err(LoadError::expected(key, "a table", other)),
    }
}

impl Reader<'_> {
    /// Sets the fields of the rows. Names of keys in messages begin with `at`.
    pub fn load<T: 'static>(&self, at: &str, rows: &[Row<T>], fields: &Fields, into: &mut T) -> Result<()> {
        rows.iter().try_for_each(|row| row.load(at, fields, into))
    }

    /// The fields of an entry, all of which have rows but for the `others`.
    pub fn entry<T: Default + 'static>(
        &mut self,
        at: &str,
        rows: &[Row<T>],
        others: &[&str],
        fields: &Fields,
    ) -> Result<T> {
        let mut entry = T::default();
        self.load(at, rows, fields, &mut entry)?;
        let known = rows.iter().map(|row| &*row.key.name).chain(others.iter().copied());
        self.warn_unknown(at, fields, &known.collect::<Vec<_>>());
        Ok(entry)
    }

    /// A text of an entry that no row reads.
    pub fn text(&self, at: &str, fields: &Fields, key: &str) -> Result<Option<String>> {
        let read = fields.get(key).map(|value| KeyType::Text.read(&join(at, key), value)).transpose()?;
        Ok(read.and_then(|text| text.as_str().map(str::to_owned)))
    }

    /// Warns of the keys of a table that are not known, with the nearest that is.
    pub fn warn_unknown(&mut self, at: &str, fields: &Fields, known: &[&str]) {
        for key in fields.keys().filter(|key| !known.contains(&key.as_str())) {
            // A part of a name may be left out: `steps` for `max_steps`.
            let ends = |known: &&str| known.rsplit('_').next() == key.rsplit('_').next();
            let near = nearest(key, known.iter().copied()).or_else(|| known.iter().copied().find(ends));
            let near = near.map(|near| format!("; did you mean {near}?")).unwrap_or_default();
            self.warnings.push(format!("{}: unknown key{near}", join(at, &abridge(key, 100))));
        }
    }

    /// The text of a file that a key names.
    pub fn read_file(&self, key: &str, name: &str) -> Result<String> {
        std::fs::read_to_string(self.folder.join(name))
            .map_err(|error| LoadError::other(key, format!("{name} cannot be read: {error}")))
    }

    /// The entry of a tool.
    pub fn tool(&mut self, at: &str, name: &str, entry: &Json) -> Result<ToolEntry> {
        let Json::Object(fields) = entry else { return Err(LoadError::expected(at, "a table", entry)) };
        let others = SOURCES.map(|(name, ..)| name);
        let tool: ToolEntry = self.entry(at, &tool_rows(), &others, fields)?;
        Ok(ToolEntry { name: name.to_owned(), source: self.source(at, fields)?, ..tool })
    }

    /// Where the results of a tool come from.
    fn source(&self, at: &str, fields: &Fields) -> Result<ToolSource> {
        let read = |key: &str, kind: KeyType| fields.get(key).map(|value| kind.read(&join(at, key), value)).transpose();
        let command = read("command", KeyType::Command)?;
        match (self.text(at, fields, "program")?, command, self.text(at, fields, "lisp")?) {
            (None, None, None) => {
                let at = join(at, "responses");
                let rows = read("responses", KeyType::Responses)?.unwrap_or_else(|| Json::Array(Vec::new()));
                let responses: Vec<Response> =
                    serde_json::from_value(rows).map_err(|error| LoadError::other(&at, error))?;
                match responses.iter().position(|row| row.result.is_some() && row.error.is_some()) {
                    Some(row) => {
                        Err(LoadError::other(format!("{at}[{row}]"), "result and error are both given; give one"))
                    }
                    None => Ok(ToolSource::Table { responses, default: fields.get("default").cloned() }),
                }
            }
            (Some(path), None, None) => Ok(ToolSource::Program(self.folder.join(path))),
            (None, Some(command), None) => {
                let words = command.as_array().into_iter().flatten().filter_map(Json::as_str).map(str::to_owned);
                Ok(ToolSource::Command(words.collect()))
            }
            (None, None, Some(path)) => {
                let key = join(at, "lisp");
                let text = self.read_file(&key, &path)?;
                syntax::read(&Arc::new(Source::new(path.as_str(), text.as_str())))
                    .map_err(|error| LoadError::other(&key, error.plain()))?;
                Ok(ToolSource::Lisp(self.folder.join(&path), text))
            }
            _ => Err(LoadError::other(at, "program, command and lisp are different kinds of tools; give one")),
        }
    }
}
