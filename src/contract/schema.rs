//! JSON Schema: contracts of it, as MCP servers and Rust types describe themselves, and contracts as it.
//!
//! What a contract cannot say becomes `:any`: reading a schema never fails, it only knows less.

use std::collections::HashSet;

use serde_json::{Map as Object, Value as Json, json};

use super::check::conform;
use super::literal::MAX_DEPTH;
use super::{Choice, Field, Parameter, Signature, Type};
use crate::lisp::value::{from_json, to_json};

/// How many schemas are looked at: references can make a small text stand for a huge tree.
const MAX_SCHEMAS: usize = 5_000;

/// How many choices an enumeration may have; beyond that it is any string.
const MOST_CHOICES: usize = 500;

impl Type {
    /// The type that a JSON Schema describes.
    ///
    /// ```
    /// use ptc::contract::Type;
    /// use serde_json::json;
    ///
    /// let schema = json!({"type": "array", "items": {"$ref": "#/$defs/Hit"}, "$defs": {"Hit": {
    ///     "type": "object",
    ///     "properties": {"id": {"type": "integer"}, "title": {"type": ["string", "null"]}},
    ///     "required": ["id"],
    /// }}});
    /// assert_eq!(Type::from_schema(&schema).to_string(), "[{:id :int :title :string?}]");
    /// ```
    pub fn from_schema(schema: &Json) -> Self {
        Reader::new(schema).kind(schema, 0)
    }

    /// The type as JSON Schema; keywords become the strings that they are in JSON.
    ///
    /// ```
    /// use ptc::contract::Type;
    /// use serde_json::json;
    ///
    /// let schema = Type::parse("{:id :int? :tags [:string]}")?.to_schema();
    /// assert_eq!(schema["properties"]["tags"], json!({"type": "array", "items": {"type": "string"}}));
    /// assert_eq!(schema["required"], json!(["tags"]));
    /// # Ok::<(), ptc::contract::ParseError>(())
    /// ```
    pub fn to_schema(&self) -> Json {
        match self {
            Self::String | Self::Keyword => json!({"type": "string"}),
            Self::Int => json!({"type": "integer"}),
            Self::Float => json!({"type": "number"}),
            Self::Bool => json!({"type": "boolean"}),
            Self::Any => json!({}),
            Self::Map => json!({"type": "object"}),
            Self::List(item) => json!({"type": "array", "items": item.to_schema()}),
            Self::Dict(item) => json!({"type": "object", "additionalProperties": item.to_schema()}),
            Self::Record(fields) => {
                let properties = fields.iter().map(|field| (field.name.as_str(), field.kind.to_schema()));
                let required = fields.iter().filter(|field| !field.kind.is_optional()).map(|field| field.name.as_str());
                object(properties, required)
            }
            Self::Enum(choices) => {
                json!({"type": "string", "enum": choices.iter().map(Choice::name).collect::<Vec<_>>()})
            }
            Self::Optional(inner) if **inner == Self::Any => json!({}),
            Self::Optional(inner) => json!({"anyOf": [inner.to_schema(), {"type": "null"}]}),
        }
    }
}

impl Signature {
    /// The signature of a tool that describes its arguments, and maybe its result, by JSON Schema.
    ///
    /// ```
    /// use ptc::contract::Signature;
    /// use serde_json::json;
    ///
    /// let input = json!({
    ///     "type": "object",
    ///     "properties": {"query": {"type": "string"}, "limit": {"type": "integer", "default": 10}},
    ///     "required": ["query"],
    /// });
    /// let signature = Signature::from_schema(&input, None);
    /// assert_eq!(signature.named("search").to_string(), "search(query :string, limit :int = 10)");
    /// ```
    pub fn from_schema(input: &Json, output: Option<&Json>) -> Self {
        let returns = output.map_or(Type::Any, Type::from_schema);
        let mut reader = Reader::new(input);
        let described = reader.target(input);
        let (parameters, rest) = match reader.kind(input, 0).present() {
            Type::Record(fields) => {
                let rest = reader.rest(described);
                (fields.iter().map(|field| reader.parameter(field, described)).collect(), rest)
            }
            Type::Dict(item) => (Vec::new(), Some((**item).clone())),
            Type::Map if described.get("type").is_some_and(|name| name == "object") => {
                (Vec::new(), reader.rest(described))
            }
            Type::Any if is_null(described) => (Vec::new(), None),
            Type::Map | Type::Any => (Vec::new(), Some(Type::Any)),
            // Arguments are a map; what asks for anything else can only be called without.
            Type::String
            | Type::Int
            | Type::Float
            | Type::Bool
            | Type::Keyword
            | Type::List(_)
            | Type::Enum(_)
            | Type::Optional(_) => (Vec::new(), None),
        };
        Self { parameters, rest, returns }
    }

    /// The arguments as JSON Schema, with defaults and descriptions.
    ///
    /// ```
    /// use ptc::contract::Signature;
    /// use serde_json::json;
    ///
    /// let schema = Signature::parse("(query :string, limit :int = 10)")?.input_schema();
    /// assert_eq!(schema["properties"]["limit"], json!({"type": "integer", "default": 10}));
    /// assert_eq!(schema["required"], json!(["query"]));
    /// assert_eq!(schema["additionalProperties"], json!(false));
    /// # Ok::<(), ptc::contract::ParseError>(())
    /// ```
    pub fn input_schema(&self) -> Json {
        let properties = self.parameters.iter().map(|parameter| {
            let mut schema = parameter.kind.to_schema();
            if let Json::Object(schema) = &mut schema {
                if let Some(description) = &parameter.description {
                    schema.insert("description".into(), json!(description));
                }
                // A default that has no JSON form cannot be told; that the argument is not required still is.
                if let Some(Ok(default)) = parameter.default.as_ref().map(|default| to_json(default, "default")) {
                    schema.insert("default".into(), default);
                }
            }
            (parameter.name.as_str(), schema)
        });
        let required = self.parameters.iter().filter(|one| one.is_required()).map(|one| one.name.as_str());
        let mut schema = object(properties, required);
        if let Json::Object(schema) = &mut schema {
            let rest = self.rest.as_ref().map_or(json!(false), Type::to_schema);
            schema.insert("additionalProperties".into(), rest);
        }
        schema
    }

    /// The result as JSON Schema.
    pub fn output_schema(&self) -> Json {
        self.returns.to_schema()
    }
}

fn object<'a>(properties: impl Iterator<Item = (&'a str, Json)>, required: impl Iterator<Item = &'a str>) -> Json {
    let properties: Object<String, Json> = properties.map(|(name, schema)| (name.into(), schema)).collect();
    json!({"type": "object", "properties": properties, "required": required.collect::<Vec<_>>()})
}

/// Reads schemas of one document.
struct Reader<'s> {
    root: &'s Json,
    /// The references that are being followed, to see cycles.
    open: Vec<&'s str>,
    left: usize,
}

impl<'s> Reader<'s> {
    fn new(root: &'s Json) -> Self {
        Self { root, open: vec!["#"], left: MAX_SCHEMAS }
    }

    fn kind(&mut self, schema: &'s Json, depth: usize) -> Type {
        let inner = depth.saturating_add(1);
        let (Some(left), true) = (self.left.checked_sub(1), inner < MAX_DEPTH) else { return Type::Any };
        self.left = left;
        let Json::Object(schema) = schema else { return Type::Any };
        let kind = if let Some(path) = schema.get("$ref").and_then(Json::as_str) {
            self.referred(path, inner)
        } else if let Some(Json::Array(choices)) = schema.get("enum") {
            constants(choices)
        } else if let Some(constant) = schema.get("const") {
            constants(std::slice::from_ref(constant))
        } else if let Some(Json::Array(ways)) = schema.get("anyOf").or_else(|| schema.get("oneOf")) {
            // The ways may differ only in what a contract cannot say: which fields are required together.
            let ways = one_of(ways.iter().map(|way| (!is_null(way)).then(|| self.kind(way, inner))).collect());
            all_of(vec![ways], self.typed(schema, inner))
        } else if let Some(Json::Array(parts)) = schema.get("allOf") {
            let parts = parts.iter().map(|part| self.kind(part, inner)).collect();
            all_of(parts, self.typed(schema, inner))
        } else {
            self.typed(schema, inner)
        };
        if schema.get("nullable") == Some(&Json::Bool(true)) { kind.optional() } else { kind }
    }

    /// The type that a reference leads to; one that leads back to itself has no end to write down.
    fn referred(&mut self, path: &'s str, depth: usize) -> Type {
        let Some(target) = self.find(path).filter(|_| !self.open.contains(&path)) else { return Type::Any };
        self.open.push(path);
        let kind = self.kind(target, depth);
        self.open.pop();
        kind
    }

    fn find(&self, path: &str) -> Option<&'s Json> {
        self.root.pointer(path.strip_prefix('#')?)
    }

    /// The schema itself, or the one that it refers to.
    fn target(&self, schema: &'s Json) -> &'s Json {
        let referred = schema.get("$ref").and_then(Json::as_str).and_then(|path| self.find(path));
        referred.unwrap_or(schema)
    }

    /// The type by the word `type`, or by what stands where it is missing.
    fn typed(&mut self, schema: &'s Object<String, Json>, depth: usize) -> Type {
        match schema.get("type") {
            Some(Json::String(name)) => self.named(name, schema, depth),
            Some(Json::Array(names)) => {
                let names = names.iter().filter_map(Json::as_str);
                let ways = names.map(|name| (name != "null").then(|| self.named(name, schema, depth)));
                one_of(ways.collect())
            }
            _ if schema.contains_key("properties") => self.named("object", schema, depth),
            _ if schema.contains_key("items") => self.named("array", schema, depth),
            _ => Type::Any,
        }
    }

    fn named(&mut self, name: &str, schema: &'s Object<String, Json>, depth: usize) -> Type {
        match name {
            "string" => Type::String,
            "integer" => Type::Int,
            "number" => Type::Float,
            "boolean" => Type::Bool,
            "array" => {
                let first = schema.get("prefixItems").or_else(|| schema.get("items")).and_then(Json::as_array);
                let others = schema.get("items").filter(|items| items.is_object());
                let items = first.into_iter().flatten().chain(others);
                Type::list(one_of(items.map(|item| Some(self.kind(item, depth))).collect()))
            }
            "object" => self.object(schema, depth),
            _ => Type::Any,
        }
    }

    fn object(&mut self, schema: &'s Object<String, Json>, depth: usize) -> Type {
        if let Some(Json::Object(properties)) = schema.get("properties")
            && !properties.is_empty()
        {
            if properties.len() > self.left {
                return Type::Map;
            }
            let required = schema.get("required").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
            let required: HashSet<&str> = required.iter().filter_map(Json::as_str).collect();
            let fields = properties.iter().map(|(name, schema)| {
                let kind = self.kind(schema, depth);
                Field::new(name, if required.contains(name.as_str()) { kind } else { kind.optional() })
            });
            return Type::Record(fields.collect());
        }
        let patterns = schema.get("patternProperties").and_then(Json::as_object).into_iter().flat_map(Object::values);
        let (held, others) = match schema.get("additionalProperties") {
            Some(others @ Json::Object(_)) => (true, Some(others)),
            Some(Json::Bool(false)) => (patterns.clone().next().is_some(), None),
            // Keys that no pattern knows may hold anything.
            _ => (false, None),
        };
        match held {
            true => Type::dict(one_of(patterns.chain(others).map(|item| Some(self.kind(item, depth))).collect())),
            false => Type::Map,
        }
    }

    /// The parameter that a field of the arguments is, with what the schema says beside its type.
    fn parameter(&self, field: &Field, input: &'s Json) -> Parameter {
        let schema = input.get("properties").and_then(|all| all.get(field.name.as_str())).unwrap_or(&Json::Null);
        let text = |schema: &Json| schema.get("description").and_then(Json::as_str).map(String::from);
        let description = text(schema).or_else(|| text(self.target(schema)));
        let present = field.kind.present();
        let default = schema.get("default").and_then(|default| from_json(default).ok());
        let default = default.filter(|default| !default.is_nil()).and_then(|default| conform(present, &default));
        // The field may be optional only because it is not required, and that the default says already.
        let said = default.is_some() && !allows_null(self.target(schema));
        let kind = if said { present.clone() } else { field.kind.clone() };
        Parameter { name: field.name.clone(), kind, default, description }
    }

    /// What arguments beside the named ones may be, if the schema says so.
    fn rest(&mut self, input: &'s Json) -> Option<Type> {
        match input.get("additionalProperties") {
            Some(Json::Bool(true)) => Some(Type::Any),
            Some(schema @ Json::Object(_)) => Some(self.kind(schema, 0)),
            Some(_) => None,
            // One of several ways may have names of its own.
            None => {
                let ways = ["anyOf", "oneOf"].into_iter().filter_map(|key| input.get(key)?.as_array()).flatten();
                ways.map(|way| self.target(way)).any(|way| way.get("properties").is_some()).then_some(Type::Any)
            }
        }
    }
}

fn is_null(schema: &Json) -> bool {
    schema.get("type").is_some_and(|name| name == "null") || schema.get("const").is_some_and(Json::is_null)
}

/// Whether a schema says itself that `null` will do.
fn allows_null(schema: &Json) -> bool {
    let has = |key: &str, test: fn(&Json) -> bool| {
        schema.get(key).and_then(Json::as_array).is_some_and(|all| all.iter().any(test))
    };
    has("anyOf", is_null)
        || has("oneOf", is_null)
        || has("type", |name| name == "null")
        || has("enum", Json::is_null)
        || schema.get("nullable") == Some(&Json::Bool(true))
}

/// The type of a value that is one of these constants.
fn constants(values: &[Json]) -> Type {
    let each = values.iter().map(|value| match value {
        Json::Null => None,
        Json::Bool(_) => Some(Type::Bool),
        Json::Number(number) if number.is_f64() => Some(Type::Float),
        Json::Number(_) => Some(Type::Int),
        Json::String(text) => Some(Type::strings([text.as_str()])),
        Json::Array(_) => Some(Type::list(Type::Any)),
        Json::Object(_) => Some(Type::Map),
    });
    one_of(each.collect())
}

/// The type of what is of one of these types; nothing stands for `null`.
fn one_of(ways: Vec<Option<Type>>) -> Type {
    let has_null = ways.contains(&None) || ways.iter().flatten().any(Type::is_optional);
    let common = ways.into_iter().flatten().map(|kind| kind.present().clone()).reduce(either).unwrap_or(Type::Any);
    if has_null && common != Type::Any { common.optional() } else { common }
}

/// The narrowest type that both are.
fn either(a: Type, b: Type) -> Type {
    match (a, b) {
        (a, b) if a == b => a,
        (Type::Enum(mut choices), Type::Enum(more)) => {
            for choice in more {
                if !choices.contains(&choice) {
                    choices.push(choice);
                }
            }
            if choices.len() <= MOST_CHOICES { Type::Enum(choices) } else { Type::String }
        }
        (Type::Enum(_), Type::String) | (Type::String, Type::Enum(_)) => Type::String,
        (Type::Int, Type::Float) | (Type::Float, Type::Int) => Type::Float,
        (Type::Record(_) | Type::Dict(_) | Type::Map, Type::Record(_) | Type::Dict(_) | Type::Map) => Type::Map,
        (Type::List(_), Type::List(_)) => Type::list(Type::Any),
        _ => Type::Any,
    }
}

/// The type of what is of all these types: records with all their fields, else the first that says something.
fn all_of(parts: Vec<Type>, own: Type) -> Type {
    let mut kinds = parts.into_iter().chain([own]).filter(|kind| *kind != Type::Any);
    let first = kinds.next().unwrap_or(Type::Any);
    kinds.fold(first, |all, kind| match (all, kind) {
        (Type::Record(mut fields), Type::Record(more)) => {
            for field in more {
                match fields.iter_mut().find(|known| known.name == field.name) {
                    Some(known) if known.kind.is_optional() => *known = field,
                    Some(_) => {}
                    None => fields.push(field),
                }
            }
            Type::Record(fields)
        }
        (Type::Map, record @ Type::Record(_)) => record,
        (first, _) => first,
    })
}

#[cfg(test)]
mod tests;
