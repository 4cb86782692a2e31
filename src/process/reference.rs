//! The reference of program files, as a page and as a JSON Schema; both come from the keys.

use serde_json::{Map, Value as Json, json};

use super::builtins;
use super::keys::{SECTIONS, Section, builtin_rows, keys};
use super::read::below;
use crate::lisp::limits::{LIMITS, Limit};
use crate::settings::{Key, KeyType, join};

/// The start of the page.
const INTRODUCTION: &str = "\
# Keys of program files

Every key of a program file with its type, its default and its meaning. This page and the [JSON Schema](program.schema.json), which
`ptc program schema` prints, are generated from the table that reads the files. [Program files](6-program-files.md) are
introduced in the guide.

A file is TOML, or JSON or YAML if its name ends so. Paths begin at the folder of the file. An unknown key is a warning with the nearest
name; a value of the wrong type is an error that names the key.

- *size*: a number of bytes, or a string with a unit: `\"64MiB\"`, `\"10KB\"`.
- *time*: a number of milliseconds, or a string with a unit: `\"200ms\"`, `\"5s\"`, `\"2m\"`, `\"1h\"`.
- *command*: a list of words, or a string that is split at blanks: `[\"sh\", \"-c\", \"date\"]`, `\"uname -s\"`.
- *table of prices*: `\"openai:gpt-4.1\" = { input = 2.0, output = 8.0, cached = 0.5 }`; `cached` may be left out.
- A key that is *also written* otherwise may stand in either place; two places with different values are an error.
";

/// The page of all keys.
pub fn reference() -> String {
    let keys = keys();
    let mut page = INTRODUCTION.to_owned();
    for section in &SECTIONS {
        page.push_str(&format!("\n## {}\n\n{}\n", heading(section), section.doc));
        if section.name == "tool_catalog.NAME" {
            continue;
        }
        if let Some(short) = section.short {
            page.push_str(&format!("A string in its place: {}{}\n", short[..1].to_lowercase(), &short[1..]));
        }
        page.push_str("\n| key | type | default | meaning |\n|---|---|---|---|\n");
        for key in keys.iter().filter(|key| section_of(&key.name) == section.name && *key.name != *section.name) {
            page.push_str(&row(key, section.name));
        }
        if let Some(others) = section.others {
            page.push_str(&format!("| *any other* | any value | | {others} |\n"));
        }
        if section.name == "tools" {
            page.push_str(&builtin_tools());
        }
        if section.name == "limits" {
            page.push_str(&fixed_limits());
        }
    }
    page
}

fn heading(section: &Section) -> String {
    if section.name.is_empty() { "Top level".into() } else { format!("`[{}]`", section.name) }
}

/// The section of a key: all but the last part of its name.
fn section_of(name: &str) -> &str {
    match name {
        // Their tables are sections of their own.
        "context" => "context",
        name => name.rsplit_once('.').map_or("", |(section, _)| section),
    }
}

fn row(key: &Key, section: &str) -> String {
    let name = key.name.strip_prefix(section).unwrap_or(&key.name).trim_start_matches('.');
    let default = match &key.default {
        Json::Null => String::new(),
        Json::String(text) if text.is_empty() => String::new(),
        value => format!("`{}`", key.show(value)),
    };
    let also: Vec<String> = key.synonyms.iter().map(|name| format!("`{name}`")).collect();
    let also = if also.is_empty() { String::new() } else { format!(" Also written {}.", also.join(", ")) };
    format!("| `{name}` | {} | {default} | {}{also} |\n", cell(&key.kind.describe()), cell(key.doc.trim()))
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn builtin_tools() -> String {
    let names: Vec<String> = builtins::names().map(|name| format!("`{name}`")).collect();
    let mut text = format!("\nThe built-in tools: {}. Keys of a table in `enabled`:\n", names.join(", "));
    text.push_str("\n| key | type | default | meaning |\n|---|---|---|---|\n");
    for row in builtin_rows() {
        text.push_str(&self::row(&Key { default: Json::Null, ..row.key }, ""));
    }
    text
}

fn fixed_limits() -> String {
    let fixed = |limit: &Limit| Some(format!("| `{}` | {} | {} |\n", limit.name, limit.fixed()?, limit.doc.trim()));
    let rows: String = LIMITS.iter().filter_map(fixed).collect();
    format!("\nThese limits are fixed; errors name them:\n\n| limit | value | meaning |\n|---|---|---|\n{rows}")
}

/// The JSON Schema of program files.
pub fn schema() -> Json {
    let keys: Vec<(String, Json)> = keys()
        .iter()
        .flat_map(|key| key.spellings().map(|name| (name.to_owned(), key_schema(key, name))).collect::<Vec<_>>())
        .collect();
    let mut schema = Map::new();
    schema.insert("$schema".into(), "https://json-schema.org/draft/2020-12/schema".into());
    schema.insert("title".into(), "Program file of ptc".into());
    if let Json::Object(root) = table_schema("", &keys) {
        schema.extend(root);
    }
    Json::Object(schema)
}

/// The schema of a key under one of its spellings.
fn key_schema(key: &Key, name: &str) -> Json {
    let mut schema = match key.kind {
        KeyType::Tools => {
            let names: Vec<&str> = builtins::names().collect();
            let fields = builtin_rows().into_iter().map(|row| (row.key.name.to_string(), key_schema(&row.key, "")));
            let mut fields: Map<String, Json> = fields.collect();
            fields.insert("name".into(), json!({ "enum": names }));
            let table = json!({
                "type": "object", "properties": fields, "required": ["name"], "additionalProperties": false,
            });
            json!({ "type": "array", "items": { "anyOf": [{ "enum": names }, table] } })
        }
        kind => kind.schema(),
    };
    if let Json::Object(fields) = &mut schema {
        let same = || format!("The same as {}.", key.name);
        let doc = if key.synonyms.contains(&name) { same() } else { key.doc.trim().to_owned() };
        fields.insert("description".into(), doc.into());
        if !key.default.is_null() {
            fields.insert("default".into(), key.default.clone());
        }
    }
    schema
}

/// The schema of a table with all that is below it.
fn table_schema(at: &str, keys: &[(String, Json)]) -> Json {
    let section = SECTIONS.iter().find(|section| section.name == at);
    let others = section.and_then(|section| section.others);
    let mut others = others.map_or(Json::Bool(false), |doc| json!({ "description": doc }));
    let mut properties = Map::new();
    for (name, schema) in keys {
        let below = if at.is_empty() { Some(name.as_str()) } else { below(name, at) };
        let Some((part, is_table)) = below.map(|rest| {
            let part = rest.split('.').next().unwrap_or(rest);
            (part, part != rest || SECTIONS.iter().any(|section| section.name == join(at, part)))
        }) else {
            continue;
        };
        let inner = |name: &str| if is_table { table_schema(name, keys) } else { schema.clone() };
        match part {
            "NAME" if others == Json::Bool(false) => others = inner(&join(at, part)),
            "NAME" => {}
            part if properties.contains_key(part) => {}
            part => drop(properties.insert(part.to_owned(), inner(&join(at, part)))),
        }
    }
    let mut schema = json!({ "type": "object", "properties": properties, "additionalProperties": others });
    if let Some(section) = section.filter(|section| !section.name.is_empty()) {
        schema["description"] = section.doc.into();
        if section.short.is_some() {
            return json!({ "anyOf": [{ "type": "string" }, schema] });
        }
    }
    schema
}
