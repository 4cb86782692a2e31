//! Memory files: EDN text with data as data, and functions by their source with what they capture.
//!
//! A map from names to values. What is no data is a map with one telling key: `{:ptc/fn "(fn [x] …)", :captures {n 5}}`,
//! `{:ptc/atom 1}`, `{:ptc/builtin "inc"}`. What `require` said is under `:ptc/require`.

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use ptc::Sandbox;
use ptc::lisp::is_finished;
use ptc::lisp::memory::Memory;
use ptc::lisp::syntax::read_data;
use ptc::lisp::text::Source;
use ptc::lisp::value::{AtomKind, Closure, Function, Iter, Map, Set, Value, readable};

/// Reads a memory file into a sandbox; a file that is not there is an empty memory.
///
/// # Errors
/// A file that cannot be read or is no memory, with the place.
pub(crate) fn load(path: &Path, sandbox: &mut Sandbox) -> Result<(), String> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(format!("{}: {error}", path.display())),
    };
    let source = Arc::new(Source::new(path.display().to_string(), text));
    let wrong = |why: String| format!("{}: {why}", path.display());
    let values = read_data(&source).map_err(|error| format!("{}: {error}", path.display()))?;
    let entries = match values.as_slice() {
        [] => return Ok(()),
        [Value::Map(entries)] => entries.clone(),
        _ => return Err(wrong("a memory file is one map of names and values".into())),
    };
    let names: Vec<&str> = entries.keys().filter(|key| !is_require(key)).filter_map(Value::as_name).collect();
    // Functions may use each other: all names are there before the first is read.
    let context = std::mem::replace(&mut sandbox.context, Value::empty_map());
    let limits = std::mem::take(&mut sandbox.limits);
    let result = restore(&entries, &names, sandbox).map_err(wrong);
    (sandbox.context, sandbox.limits) = (context, limits);
    result
}

fn restore(entries: &Map, names: &[&str], sandbox: &mut Sandbox) -> Result<(), String> {
    sandbox.eval(&format!("(declare {})", names.join(" "))).map_err(|error| error.to_string())?;
    // Functions are read with the aliases that they were written with.
    if let Some(Value::Text(form)) = entries.get(&Value::keyword(REQUIRE)) {
        sandbox.eval(form.as_str()).map_err(|error| error.to_string())?;
    }
    for (key, value) in entries.iter_ref().filter(|(key, _)| !is_require(key)) {
        let Some(name) = key.as_name() else { return Err(format!("{key} is no name")) };
        let value = decode(value, name, sandbox).map_err(|why| format!("{name}: {why}"))?;
        sandbox.memory.put(name, value);
    }
    Ok(())
}

/// Writes a memory file: to a file beside it first, so that there is always a whole one. Gives a warning for each name that
/// is left out, because what it holds has no end yet.
///
/// # Errors
/// A value that cannot be written, with its name; a file that cannot be written.
pub(crate) fn save(path: &Path, memory: &Memory) -> Result<Vec<String>, String> {
    let mut lines = Vec::new();
    let mut warnings = Vec::new();
    if let Some(form) = memory.aliases().to_require() {
        lines.push(format!(":{REQUIRE} {}", readable(&Value::text(&form))));
    }
    for (name, value) in memory.entries() {
        if !is_finished(&value) {
            warnings.push(format!(
                "{name} is not in the memory file: it holds a lazy sequence that is not finished and may have no end; \
                 keep (take n xs) or (vec (take n xs)) of it"
            ));
            continue;
        }
        let encoded = encode(&value).map_err(|why| format!("the memory was not written: {name} holds {why}"))?;
        lines.push(format!("{name} {}", readable(&encoded)));
    }
    let text = format!("{{{}}}\n", lines.join(",\n "));
    let beside = path.with_extension("edn.new");
    let write = || -> std::io::Result<()> {
        let mut file = std::fs::File::create(&beside)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&beside, path)
    };
    write().map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(warnings)
}

/// The key under which the aliases of a memory are kept, as a form.
const REQUIRE: &str = "ptc/require";

fn is_require(key: &Value) -> bool {
    matches!(key, Value::Keyword(keyword) if keyword.as_str() == REQUIRE)
}

fn marked(key: &str, value: Value) -> Value {
    Value::map([(Value::keyword(key), value)])
}

fn encode(value: &Value) -> Result<Value, String> {
    let all = |items: &mut dyn Iterator<Item = Value>| items.map(|item| encode(&item)).collect::<Result<Vec<_>, _>>();
    Ok(match value {
        Value::Vector(items) => Value::vector(all(&mut items.iter().cloned())?),
        Value::Seq(_) | Value::Lazy(_) => Value::list(all(&mut Iter::ready(value))?),
        Value::Set(items) => Value::from(Set::from_iter(all(&mut items.iter())?)),
        Value::Map(map) => {
            let mut encoded = Map::default();
            for (key, value) in map.iter_ref() {
                encoded.insert(encode(key)?, encode(value)?);
            }
            encoded.into()
        }
        Value::Atom(atom) => match atom.kind {
            AtomKind::Atom => marked("ptc/atom", encode(&atom.get())?),
            AtomKind::Volatile => marked("ptc/volatile", encode(&atom.get())?),
            AtomKind::Delay | AtomKind::Transient => return Err(format!("{}, which has no text", value.describe())),
        },
        Value::Function(function) => match &**function {
            Function::Builtin(builtin) => marked("ptc/builtin", Value::text(builtin.name)),
            Function::Closure(closure) => encode_closure(closure)?,
            // Metadata is not kept, but what carried it is.
            Function::Native { name: "with-meta", held, .. } => encode(held.first().unwrap_or(&Value::Nil))?,
            Function::Native { .. } | Function::Step { .. } => {
                return Err(format!("{}, which has no source; write it with fn", value.describe()));
            }
        },
        Value::Regex(regex) => marked("ptc/regex", Value::text(&regex.pattern)),
        Value::Fault(_) | Value::Reduced(_) | Value::Nothing => return Err(value.describe()),
        Value::Nil
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Float(_)
        | Value::Big(_)
        | Value::Text(_)
        | Value::Keyword(_)
        | Value::Symbol(_)
        | Value::Date(_) => value.clone(),
    })
}

fn encode_closure(closure: &Closure) -> Result<Value, String> {
    let template = &closure.template;
    if template.members.len() != 1 {
        return Err("a function of a letfn, which cannot be written alone".into());
    }
    let mut captures = Map::default();
    for (name, value) in template.captures.iter().zip(&closure.captures) {
        captures.insert(Value::symbol(name), encode(value)?);
    }
    let mut fields = vec![(Value::keyword("ptc/fn"), Value::text(template.source.slice(template.span)))];
    if !captures.is_empty() {
        fields.push((Value::keyword("captures"), captures.into()));
    }
    Ok(Value::map(fields))
}

fn decode(value: &Value, name: &str, sandbox: &mut Sandbox) -> Result<Value, String> {
    let mut all = |items: &mut dyn Iterator<Item = Value>| {
        items.map(|item| decode(&item, name, sandbox)).collect::<Result<Vec<_>, _>>()
    };
    Ok(match value {
        Value::Vector(items) => Value::vector(all(&mut items.iter().cloned())?),
        Value::Seq(_) => Value::list(all(&mut Iter::ready(value))?),
        Value::Set(items) => Value::from(Set::from_iter(all(&mut items.iter())?)),
        Value::Map(map) => {
            if let Some(special) = decode_special(map, name, sandbox)? {
                return Ok(special);
            }
            let mut decoded = Map::default();
            for (key, value) in map.iter_ref() {
                decoded.insert(decode(key, name, sandbox)?, decode(value, name, sandbox)?);
            }
            decoded.into()
        }
        other => other.clone(),
    })
}

/// Values that the file describes instead of holding.
fn decode_special(map: &Map, name: &str, sandbox: &mut Sandbox) -> Result<Option<Value>, String> {
    let under = |key: &str| map.get(&Value::keyword(key));
    let made_by = |program: &str, given: Value, sandbox: &mut Sandbox| {
        sandbox.context = Value::map([(Value::keyword("given"), given)]);
        sandbox.eval(program).map_err(|error| error.to_string())
    };
    if let Some(inner) = under("ptc/atom") {
        let inner = decode(inner, name, sandbox)?;
        return made_by("(atom ctx/given)", inner, sandbox).map(Some);
    }
    if let Some(inner) = under("ptc/volatile") {
        let inner = decode(inner, name, sandbox)?;
        return made_by("(volatile! ctx/given)", inner, sandbox).map(Some);
    }
    if let Some(Value::Text(pattern)) = under("ptc/regex") {
        return made_by("(re-pattern ctx/given)", Value::Text(pattern.clone()), sandbox).map(Some);
    }
    if let Some(Value::Text(builtin)) = under("ptc/builtin") {
        return sandbox.eval(builtin.as_str()).map(Some).map_err(|error| error.to_string());
    }
    let Some(Value::Text(source)) = under("ptc/fn") else { return Ok(None) };
    let source = source.as_str();
    let mut bindings = String::new();
    let mut given = Map::default();
    if let Some(Value::Map(captures)) = under("captures") {
        for (key, value) in captures.iter_ref() {
            let key = key.as_name().unwrap_or_default();
            bindings.push_str(&format!("{key} (get ctx/given {key:?}) "));
            given.insert(Value::text(key), decode(value, name, sandbox)?);
        }
    }
    // A `defn` defines its own name; that is then taken as the value.
    let defined = source.strip_prefix("(defn").and_then(|rest| rest.trim_start_matches('-').split_whitespace().next());
    let program = match defined {
        Some(own) => format!("(let [{bindings}] {source} {own})"),
        None => format!("(let [{bindings}] {source})"),
    };
    made_by(&program, given.into(), sandbox).map(Some)
}

#[cfg(test)]
mod tests {
    use super::{load, save};
    use ptc::Sandbox;

    /// What programs give one after the other, each in a process of its own, and the warnings of writing.
    fn turns(name: &str, programs: &[&str]) -> (Vec<String>, Vec<String>) {
        let path = std::env::temp_dir().join(format!("ptc-memory-{}-{name}.edn", std::process::id()));
        let (mut values, mut warnings) = (Vec::new(), Vec::new());
        for program in programs {
            let mut sandbox = Sandbox::new();
            load(&path, &mut sandbox).expect("a memory");
            values.push(sandbox.eval(program).map_or_else(|error| error.message, |value| value.to_string()));
            warnings.extend(save(&path, &sandbox.memory).expect("written"));
        }
        let _ = std::fs::remove_file(path);
        (values, warnings)
    }

    #[test]
    fn aliases_stay_and_functions_are_read_with_them() {
        let (values, warnings) = turns(
            "aliases",
            &[
                "(require '[clojure.set :as cset] '[clojure.string :refer [reverse join] :rename {join glue}]) \
                 (defn both [a b] (cset/union a b)) (defn turned [s] (reverse s))",
                "[(both #{1} #{2}) (turned \"abc\") (cset/union #{3}) (reverse \"xy\") (glue \"-\" [1 2])]",
            ],
        );
        assert_eq!(values.last().map(String::as_str), Some("[#{1 2} \"cba\" #{3} \"yx\" \"1-2\"]"));
        assert!(warnings.is_empty());
    }

    #[test]
    fn what_has_no_end_is_left_out_and_not_cut() {
        let (values, warnings) = turns(
            "lazy",
            &[
                "(def powers (iterate inc 1)) (def within {:a [(map inc powers)]}) (def ends (take 1200 powers)) \
                 (def found (filter even? (take 4 powers))) (nth powers 3)",
                "[(count ends) found (or powers :none) (or within :none)]",
            ],
        );
        assert_eq!(values.last().map(String::as_str), Some("[1200 (2 4) :none :none]"));
        assert_eq!(warnings.len(), 2, "{warnings:?}");
        assert!(warnings.iter().all(|warning| warning.contains("keep (take n xs)")), "{warnings:?}");
    }
}
