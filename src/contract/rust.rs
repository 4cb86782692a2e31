//! Contracts of Rust types: what derives `JsonSchema` needs no contract written by hand.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::Value as Json;

use super::{Signature, ToolSpec, Type};

impl Type {
    /// The type of the values that `T` deserialises from.
    ///
    /// ```
    /// use ptc::contract::Type;
    ///
    /// assert_eq!(Type::of::<Vec<Option<u8>>>().to_string(), "[:int?]");
    /// ```
    pub fn of<T: JsonSchema>() -> Self {
        Self::from_schema(&schema::<T>(SchemaSettings::draft2020_12().for_deserialize()))
    }
}

impl Signature {
    /// The signature of a function from `Arguments`, a struct with a field for each parameter, to `Output`.
    ///
    /// Doc comments describe the parameters, `Option` makes them optional, serde's defaults are their defaults.
    ///
    /// ```
    /// use ptc::contract::Signature;
    /// use schemars::JsonSchema;
    /// use serde::{Deserialize, Serialize};
    ///
    /// #[derive(Deserialize, JsonSchema)]
    /// struct Search {
    ///     /// What to look for.
    ///     query: String,
    ///     #[serde(default = "ten")]
    ///     limit: u32,
    ///     folder: Option<String>,
    /// }
    /// fn ten() -> u32 { 10 }
    ///
    /// #[derive(Serialize, JsonSchema)]
    /// struct Hit { id: u64, title: String }
    ///
    /// let signature = Signature::of::<Search, Vec<Hit>>();
    /// assert_eq!(
    ///     signature.to_string(),
    ///     "(query :string, limit :int = 10, folder :string?) -> [{:id :int :title :string}]",
    /// );
    /// assert_eq!(signature.parameters[0].description.as_deref(), Some("What to look for."));
    /// ```
    pub fn of<Arguments: JsonSchema, Output: JsonSchema>() -> Self {
        ToolSpec::of::<Arguments, Output>().signature
    }
}

impl ToolSpec {
    /// As [`Signature::of`]; the doc comment of `Arguments` describes the tool.
    pub fn of<Arguments: JsonSchema, Output: JsonSchema>() -> Self {
        let input = schema::<Arguments>(SchemaSettings::draft2020_12().for_deserialize());
        let output = schema::<Output>(SchemaSettings::draft2020_12().for_serialize());
        let description = input.get("description").and_then(Json::as_str).map(String::from);
        Self { description, ..Self::from(Signature::from_schema(&input, Some(&output))) }
    }
}

fn schema<T: JsonSchema>(settings: SchemaSettings) -> Json {
    settings.into_generator().into_root_schema_for::<T>().into()
}

#[cfg(test)]
mod tests {
    #![allow(dead_code, reason = "the types are only described")]

    use std::borrow::Cow;
    use std::collections::{BTreeMap, BTreeSet, HashMap};

    use serde::{Deserialize, Serialize};

    use super::*;

    #[derive(Serialize, Deserialize, JsonSchema)]
    #[serde(rename_all = "lowercase")]
    enum Level {
        Low,
        High,
    }

    #[derive(Serialize, Deserialize, JsonSchema)]
    enum Documented {
        /// The one.
        This,
        /// The other.
        That,
    }

    #[derive(Serialize, Deserialize, JsonSchema)]
    struct Customer {
        id: u64,
        address: Address,
        level: Option<Level>,
    }

    #[derive(Serialize, Deserialize, JsonSchema)]
    struct Address {
        city: String,
        #[serde(rename = "zip-code")]
        zip: Option<String>,
    }

    #[derive(Serialize, Deserialize, JsonSchema)]
    struct Tree {
        label: String,
        children: Vec<Tree>,
    }

    #[derive(Serialize, Deserialize, JsonSchema)]
    enum Shape {
        Circle(f64),
        Square { side: f64 },
    }

    #[derive(Serialize, Deserialize, JsonSchema)]
    struct Flat {
        own: bool,
        #[serde(flatten)]
        address: Address,
    }

    #[test]
    fn every_rust_type_has_its_contract() {
        let table = [
            (Type::of::<String>(), ":string"),
            (Type::of::<&str>(), ":string"),
            (Type::of::<Cow<'static, str>>(), ":string"),
            (Type::of::<char>(), ":string"),
            (Type::of::<i8>(), ":int"),
            (Type::of::<i16>(), ":int"),
            (Type::of::<i32>(), ":int"),
            (Type::of::<i64>(), ":int"),
            (Type::of::<u8>(), ":int"),
            (Type::of::<u16>(), ":int"),
            (Type::of::<u32>(), ":int"),
            (Type::of::<u64>(), ":int"),
            (Type::of::<usize>(), ":int"),
            (Type::of::<f32>(), ":float"),
            (Type::of::<f64>(), ":float"),
            (Type::of::<bool>(), ":bool"),
            (Type::of::<()>(), ":any"),
            (Type::of::<serde_json::Value>(), ":any"),
            (Type::of::<serde_json::Map<String, serde_json::Value>>(), ":map"),
            (Type::of::<Vec<String>>(), "[:string]"),
            (Type::of::<[f64; 3]>(), "[:float]"),
            (Type::of::<BTreeSet<i64>>(), "[:int]"),
            (Type::of::<(i64, f64)>(), "[:float]"),
            (Type::of::<(i64, String)>(), "[:any]"),
            (Type::of::<HashMap<String, u8>>(), "{* :int}"),
            (Type::of::<BTreeMap<String, Vec<bool>>>(), "{* [:bool]}"),
            (Type::of::<HashMap<u32, String>>(), "{* :string}"),
            (Type::of::<Option<String>>(), ":string?"),
            (Type::of::<Vec<Option<Level>>>(), r#"[("low" | "high")?]"#),
            (Type::of::<Box<i64>>(), ":int"),
            (Type::of::<Level>(), r#"("low" | "high")"#),
            (Type::of::<Documented>(), r#"("This" | "That")"#),
            (
                Type::of::<Customer>(),
                r#"{:id :int :address {:city :string :zip-code :string?} :level ("low" | "high")?}"#,
            ),
            (Type::of::<Tree>(), "{:label :string :children [:any]}"),
            (Type::of::<Shape>(), ":map"),
            (Type::of::<Flat>(), "{:own :bool :city :string :zip-code :string?}"),
        ];
        for (kind, text) in table {
            assert_eq!(kind.to_string(), text);
        }
    }

    /// Finds customers.
    #[derive(Deserialize, JsonSchema)]
    struct Find {
        /// Part of the name.
        name: String,
        #[serde(default)]
        exact: bool,
        #[serde(default)]
        tags: Vec<String>,
        level: Option<Level>,
        #[serde(default)]
        limit: Option<u32>,
    }

    #[test]
    fn functions_describe_themselves() {
        let spec = ToolSpec::of::<Find, Option<Customer>>();
        assert_eq!(spec.description.as_deref(), Some("Finds customers."));
        assert_eq!(
            spec.signature.to_string(),
            "(name :string, exact :bool = false, tags [:string] = [], level (\"low\" | \"high\")?, limit :int?) \
             -> {:id :int :address {:city :string :zip-code :string?} :level (\"low\" | \"high\")?}?"
        );
        assert_eq!(
            spec.signature.parameter("name").and_then(|name| name.description.as_deref()),
            Some("Part of the name.")
        );
    }

    #[test]
    fn arguments_without_names_of_their_own() {
        assert_eq!(Signature::of::<HashMap<String, u8>, ()>().to_string(), "(* :int)");
        assert_eq!(Signature::of::<serde_json::Value, u8>().to_string(), "(* :any) -> :int");
        assert_eq!(Signature::of::<(), bool>().to_string(), "() -> :bool");
    }
}
