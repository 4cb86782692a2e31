//! JSON and EDN: values from texts and texts of values.

use std::sync::Arc;

use super::builtins;
use crate::lisp::ops::print::measure;
use crate::lisp::ops::text::Str;
use crate::lisp::ops::{edn, lookup};
use crate::lisp::text::Source;
use crate::lisp::value::{
    Args, Boolean, Callable, Context, Fault, FromValue, Iter, Keyword, Map, ParamRef, Result, Text, Value, json_text,
    json_text_pretty, key_from_json, parse_json_with_keys, value_error,
};

/// What becomes of the keys of objects.
enum Keys {
    /// Keywords where they read back as such, as everywhere in the language.
    Plain,
    /// Keywords, whatever they look like.
    Keywords,
    /// What a function gives for each.
    By(Value),
}

impl Keys {
    fn of(value: &Value, name: &'static str) -> Result<Self> {
        match value {
            Value::Nil | Value::Bool(Boolean::False) => Ok(Self::Plain),
            Value::Bool(Boolean::True) => Ok(Self::Keywords),
            Value::Function(function) if function.name() == Some("keyword") => Ok(Self::Keywords),
            other => {
                Callable::from_value(other.clone(), ParamRef { name, argument: "key-fn" }).map(|by| Self::By(by.0))
            }
        }
    }
}

fn parse(cx: &mut dyn Context, text: &Text, keys: &Keys) -> Result<Value> {
    cx.spend((text.len() as u64 / 8).saturating_add(1))?;
    let (mut nodes, mut bytes) = (0_u64, text.len().saturating_mul(2));
    for byte in text.as_str().bytes() {
        let taken = match byte {
            b',' | b':' => 96,
            b'[' => 350,
            b'{' => 400,
            _ => continue,
        };
        nodes = nodes.saturating_add(1);
        bytes = bytes.saturating_add(taken);
    }
    cx.spend(nodes)?;
    cx.reserve(bytes)?;
    let key = match keys {
        Keys::Plain => key_from_json,
        Keys::Keywords | Keys::By(_) => |key: &str| Value::text(key),
    };
    let value = parse_json_with_keys(text.as_str(), key).map_err(|error| {
        let excerpt = crate::lisp::text::abridge(text.as_str(), 80);
        Fault::value(format!("this is no JSON: {error}")).hint(format!("the text is {excerpt:?}"))
    })?;
    match keys {
        Keys::Plain => Ok(value),
        Keys::Keywords | Keys::By(_) => convert(cx, value, keys)?.within_nesting(),
    }
}

/// The same with keys as asked for, of which all are strings. The parser has bounded the depth.
fn convert(cx: &mut dyn Context, value: Value, keys: &Keys) -> Result<Value> {
    match value {
        Value::Vector(_) => {
            let items = Iter::ready(&value).map(|item| convert(cx, item, keys));
            items.collect::<Result<Vec<Value>>>().map(Value::vector)
        }
        Value::Map(entries) => {
            let mut map = Map::default();
            for (key, value) in entries.iter() {
                let key = match (keys, key) {
                    (Keys::By(function), key) => cx.call1(function, key)?,
                    (Keys::Keywords | Keys::Plain, key) => key.as_name().map(Keyword::new).into(),
                };
                lookup::charge(cx, &key)?;
                map.insert(key, convert(cx, value, keys)?);
            }
            Ok(map.into())
        }
        scalar => Ok(scalar),
    }
}

fn generate(cx: &mut dyn Context, value: &Value, pretty: bool) -> Result<Value> {
    let size = measure(cx, value)?;
    let length = size.bytes.saturating_add(if pretty { size.blanks } else { 0 });
    // The text grows by doubling.
    cx.reserve(length.saturating_mul(2))?;
    let text = if pretty { json_text_pretty(value, "the value") } else { json_text(value, "the value") };
    let text = text.map_err(|error| value_error(error.to_string()))?;
    cx.reserve(text.len())?;
    Ok(text.into())
}

/// The value of an option given as `:key value`, or in one map.
fn option<'a>(options: &'a Args, names: &[&str]) -> Option<&'a Value> {
    if let [map @ Value::Map(_)] = options.as_slice() {
        return names.iter().find_map(|name| map.get(name));
    }
    let pairs = options.chunks(2).filter_map(|pair| match pair {
        [Value::Keyword(key), value] => Some((key, value)),
        _ => None,
    });
    pairs.filter(|(key, _)| names.contains(&key.as_str())).map(|(_, value)| value).next()
}

fn is_pretty(options: &Args) -> bool {
    option(options, &["pretty", "indent"]).is_some_and(Value::is_truthy)
}

builtins! { Json;
    /// The value of a JSON text: keys become keywords where they read back as such.
    ///
    /// With true all keys become keywords, with a function what it gives for each.
    /// (json/parse-string "{\"id\": 1, \"first name\": [true, null]}")
    /// ;=> {:id 1, "first name" [true nil]}
    /// (json/parse-string "{\"a\": 1}" str)
    /// ;=> {"a" 1}
    "json/parse-string"
        (cx, text: Str) => { parse(cx, &text, &Keys::Plain) }
        (cx, text: Str, key_fn: Value) => {
            let keys = Keys::of(&key_fn, "json/parse-string")?;
            parse(cx, &text, &keys)
        }

    /// As json/parse-string; the function for keys is the option :key-fn.
    /// (json/read-str "[1, {\"a\": 2.5}]" :key-fn keyword)
    /// ;=> [1 {:a 2.5}]
    "json/read-str" (cx, text: Str; options) => {
        let keys = Keys::of(option(&options, &["key-fn"]).unwrap_or(&Value::Nil), "json/read-str")?;
        parse(cx, &text, &keys)
    }

    /// The JSON text of a value.
    /// (json/generate-string {:id 1 :tags #{"a"} :at nil})
    /// ;=> "{\"id\":1,\"tags\":[\"a\"],\"at\":null}"
    /// (json/generate-string {:a [1]} {:pretty true})
    /// ;=> "{\n  \"a\": [\n    1\n  ]\n}"
    "json/generate-string" => "string"
        (cx, value: Value) => { generate(cx, &value, false) }
        (cx, value: Value, options: Value) => { generate(cx, &value, is_pretty(&Args::from_iter([options]))) }

    /// As json/generate-string, with options one by one.
    /// (json/write-str [1 "a"])
    /// ;=> "[1,\"a\"]"
    "json/write-str" => "string" (cx, value: Value; options) => { generate(cx, &value, is_pretty(&options)) }

    /// The first value of an EDN text, which is data only; nil of an empty one.
    /// (clojure.edn/read-string "{:a [1 2.5 \"x\"]} rest")
    /// ;=> {:a [1 2.5 "x"]}
    "clojure.edn/read-string"
        (cx, text: Option<Str>) => { read(cx, text, &Value::Nil) }
        (cx, options: Value, text: Option<Str>) => { read(cx, text, &options) }
}

fn read(cx: &mut dyn Context, text: Option<Str>, options: &Value) -> Result<Value> {
    let Some(text) = text else { return Ok(Value::Nil) };
    cx.spend(1_u64.saturating_add(text.len() as u64))?;
    // A form and a value for whatever stands between blanks and brackets, and a piece of memory for each bracket.
    let bytes = text.as_str().bytes().map(|byte| match byte {
        b'(' | b'[' | b'{' => 350,
        b' ' | b',' | b'\n' | b'\t' | b'\r' | b'\\' => 100,
        b'"' => 50,
        _ => 2,
    });
    cx.reserve(bytes.fold(100, usize::saturating_add))?;
    match edn::read(cx, &Arc::new(Source::new("text", text.as_str())), options)? {
        Ok(Some(value)) => value.within_nesting(),
        Ok(None) => Ok(options.get("eof").cloned().unwrap_or_default()),
        Err(error) => {
            let mut fault = Fault::value(error.message).class("RuntimeException");
            fault.hint = error.hint.map(Into::into);
            Err(fault.into())
        }
    }
}
