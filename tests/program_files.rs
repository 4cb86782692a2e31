//! Program files by their keys: what is exported loads as an equal program, whatever a file says.
#![cfg(feature = "agent")]

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};

use proptest::collection::vec;
use proptest::prelude::*;
use ptc::process::{Program, keys};
use ptc::settings::{Key, KeyType, Settings, rows};
use serde_json::{Map, Value as Json, json};

/// Loads the fields of a file.
fn load(fields: &Json) -> Result<Arc<Program>, String> {
    static FILES: AtomicUsize = AtomicUsize::new(0);
    static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("program-files-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        // The file of every link and sub-agent: written once, as the tests run at the same time.
        std::fs::write(folder.join("other.toml"), "[model]\nname = \"m\"\nprovider = \"p\"\n").unwrap();
        folder
    });
    let number = FILES.fetch_add(1, Ordering::Relaxed);
    let file = FOLDER.join(format!("agent-{number}.json"));
    std::fs::write(&file, fields.to_string()).unwrap();
    let loaded = Program::load(&file);
    std::fs::remove_file(&file).unwrap();
    Ok(loaded.map_err(|error| error.to_string())?.root().expect("it was loaded"))
}

fn export(program: &Program) -> Json {
    program.export().expect("no host's closures")
}

/// Values of a key.
fn values(key: &Key) -> BoxedStrategy<Json> {
    let text = || "[a-z]{1,8}";
    match key.name.as_ref() {
        "result.signature" => return prop_oneof![Just(json!("-> {:id :int}")), Just(json!("[:string]"))].boxed(),
        "tools.enabled" => return Just(json!(["read_fd", { "name": "spawn", "alias": "start" }])).boxed(),
        "tools.mcp" => return Just(json!({ "one": "all" })).boxed(),
        "mcp.servers" => return Just(json!({ "one": { "command": "x" } })).boxed(),
        "refs.NAME.type" => return Just(json!(":int")).boxed(),
        name if name.ends_with(".spec") => return Just(json!("(a :int) -> :any")).boxed(),
        name if name.ends_with(".path") || name.ends_with(".program") => return Just(json!("other.toml")).boxed(),
        _ => {}
    }
    match key.kind {
        KeyType::Text => text().prop_map(Json::from).boxed(),
        KeyType::Texts | KeyType::NamesOrAll | KeyType::Command => {
            vec(text(), 1..4).prop_map(|texts| json!(texts)).boxed()
        }
        KeyType::Count => any::<u64>().prop_map(Json::from).boxed(),
        KeyType::Size => (1..u64::MAX).prop_map(Json::from).boxed(),
        KeyType::Number => (0.0..1e6).prop_map(Json::from).boxed(),
        KeyType::Bytes => prop_oneof![
            (0..u64::from(u32::MAX)).prop_map(Json::from),
            (1..999_u32, prop_oneof!["KiB", "MB", "GiB"]).prop_map(|(n, unit)| json!(format!("{n}{unit}"))),
        ]
        .boxed(),
        KeyType::Time => prop_oneof![
            (0..u64::from(u32::MAX)).prop_map(Json::from),
            (0.0..1e4, prop_oneof!["ms", "s", "h"]).prop_map(|(n, unit)| json!(format!("{n}{unit}"))),
        ]
        .boxed(),
        KeyType::Bool => any::<bool>().prop_map(Json::from).boxed(),
        KeyType::Choice(names) => proptest::sample::select(names.to_vec()).prop_map(Json::from).boxed(),
        KeyType::Commands => vec(vec(text(), 1..3), 1..3).prop_map(|words| json!(words)).boxed(),
        KeyType::TextTable | KeyType::Table => Just(json!({ "a": "b" })).boxed(),
        KeyType::Prices => (0.0..9.0, 0.0..9.0).prop_map(|(a, b)| json!({ "m": { "input": a, "output": b } })).boxed(),
        KeyType::Responses => {
            Just(json!([{ "args": { "a": 1 }, "result": 2 }, { "error": "no", "delay_ms": 3 }])).boxed()
        }
        _ => (-5..5).prop_map(Json::from).boxed(),
    }
}

/// Keys that say where something comes from, of which an entry has one.
const SOURCES: [&str; 6] = [".responses", ".default", ".program", ".command", ".lisp", ".path"];

/// Whether a key can stand in any file beside the others.
fn is_free(key: &Key) -> bool {
    let named = ["prompt.system_prompt_file", "file_descriptor.enabled", "mcp.config_path", "tools.mcp"];
    // What no build without MCP can check.
    let is_mcp = key.name.starts_with("mcp.") && !cfg!(feature = "mcp");
    let source = SOURCES.iter().any(|source| key.name.ends_with(source)) && key.name.contains("NAME");
    !named.contains(&key.name.as_ref()) && !is_mcp && !source && !key.name.ends_with("NAME.lisp")
}

fn insert(file: &mut Map<String, Json>, name: &str, value: Json) {
    match name.split_once('.') {
        None => drop(file.insert(name.to_owned(), value)),
        Some((section, rest)) => {
            let section = file.entry(section.replace("NAME", "one")).or_insert_with(|| json!({}));
            insert(section.as_object_mut().expect("a table"), rest, value);
        }
    }
}

/// A file with any of the keys, under any of their spellings.
fn files() -> impl Strategy<Value = Json> {
    let keys: Vec<Key> = keys().into_iter().filter(is_free).collect();
    let entries: Vec<_> = keys
        .iter()
        .map(|key| {
            let spellings: Vec<String> = key.spellings().map(str::to_owned).collect();
            (prop::option::of(values(key)), proptest::sample::select(spellings))
        })
        .collect();
    let source = prop_oneof!["responses", "default", "program", "command"];
    (entries, source).prop_map(move |(entries, source)| {
        let mut file = Map::new();
        for (value, spelling) in entries {
            value.into_iter().for_each(|value| insert(&mut file, &spelling, value));
        }
        let value = match source.as_str() {
            "responses" => json!([{ "result": 1 }]),
            "program" => json!("other.toml"),
            "command" => json!(["cat"]),
            _ => json!(null),
        };
        insert(&mut file, &format!("tools.one.{source}"), value);
        for (section, key) in [("refs", "path"), ("linked_programs", "path")] {
            if file.contains_key(section) {
                insert(&mut file, &format!("{section}.one.{key}"), json!("other.toml"));
            }
        }
        Json::Object(file)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn export_then_load_is_the_identity(file in files()) {
        let program = load(&file);
        prop_assert!(program.is_ok(), "{:?}: {file:#}", program.err());
        let program = program.unwrap();
        let exported = export(&program);
        let again = load(&exported).unwrap_or_else(|error| panic!("{error}: {exported:#}"));
        prop_assert_eq!(&again.settings, &program.settings);
        prop_assert_eq!(export(&again), exported);
    }
}

#[test]
fn every_setting_differs_from_its_default_when_it_is_set() {
    let mut settings = Settings::default();
    for row in rows() {
        let value = match row.key.kind {
            KeyType::Choice(names) => {
                names.iter().map(|name| json!(name)).find(|name| *name != row.key.default).unwrap()
            }
            KeyType::Bool => json!(row.key.default != json!(true)),
            KeyType::Prices => json!({ "m": { "input": 1.0, "output": 2.0, "cached": 0.5 } }),
            KeyType::Table => json!({ "a": "b" }),
            KeyType::Number => json!(0.25),
            _ => json!(77),
        };
        row.set(&mut settings, &value).unwrap();
        assert_eq!(row.get(&settings), value, "{}", row.key.name);
        assert_ne!(value, row.key.default, "{}", row.key.name);
    }
    let mut file = Map::new();
    rows().iter().for_each(|row| insert(&mut file, &row.key.name, row.get(&settings)));
    let program = load(&Json::Object(file.clone())).unwrap();
    assert_eq!(program.settings, settings);
    file.insert("model".into(), json!({ "max_turns": 77 }));
    assert_eq!(export(&program), Json::Object(file), "nothing else is written, and nothing is lost");
}

#[test]
fn spellings_of_one_key_may_agree_and_not_differ() {
    for key in keys() {
        for synonym in
            key.synonyms.iter().filter(|_| matches!(key.kind, KeyType::Count | KeyType::Time | KeyType::Text))
        {
            let (one, other) =
                if key.kind == KeyType::Text { (json!(":int"), json!(":string")) } else { (json!(3), json!(4)) };
            let mut file = Map::new();
            insert(&mut file, &key.name, one.clone());
            insert(&mut file, synonym, one);
            load(&Json::Object(file.clone())).unwrap_or_else(|error| panic!("{error}"));
            insert(&mut file, synonym, other);
            let error = load(&Json::Object(file)).map(|_| ()).unwrap_err();
            assert!(error.contains("mean the same, and differ; give one"), "{error}");
            assert!(error.contains(key.name.as_ref()) && error.contains(synonym), "{error}");
        }
    }
}

#[test]
fn errors_of_files_say_the_key_and_what_came() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("program-files");
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("wrong.json");
    std::fs::write(&file, r#"{"limits": {"max_steps": "many"}}"#).unwrap();
    let error = Program::load(&file).map(|_| ()).unwrap_err();
    assert_eq!(error.key, "limits.max_steps");
    let problem = ptc::settings::Problem::Expected {
        expected: "a whole number that is not negative".into(),
        got: "the string \"many\"".into(),
    };
    assert_eq!(error.problem, problem);
    assert!(error.to_string().ends_with("expected a whole number that is not negative, got the string \"many\""));
}
