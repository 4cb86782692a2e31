//! Schemas that are met, and schemas that are meant badly.

#![allow(clippy::unwrap_used)]

use super::*;

fn reads(schema: Json) -> String {
    Type::from_schema(&schema).to_string()
}

#[test]
fn every_way_to_say_a_type() {
    let table = [
        (json!(true), ":any"),
        (json!({}), ":any"),
        (json!({"type": "null"}), ":any"),
        (json!({"type": "weird"}), ":any"),
        (json!({"type": ["integer", "null"]}), ":int?"),
        (json!({"type": ["integer", "number"]}), ":float"),
        (json!({"type": ["integer", "string"]}), ":any"),
        (json!({"type": "string", "nullable": true}), ":string?"),
        (json!({"anyOf": [{"type": "string"}, {"type": "null"}]}), ":string?"),
        (json!({"oneOf": [{"const": "a"}, {"enum": ["b", "a"]}, {"type": "null"}]}), r#"("a" | "b")?"#),
        (json!({"enum": ["a", null]}), r#"("a")?"#),
        (json!({"anyOf": [{"const": "a"}, {"const": null}]}), r#"("a")?"#),
        (json!({"anyOf": [{"type": ["integer", "null"]}, {"type": "integer"}]}), ":int?"),
        (json!({"anyOf": [{}, {"type": "null"}]}), ":any"),
        (json!({"anyOf": [{"enum": ["a"]}, {"type": "string"}]}), ":string"),
        (json!({"anyOf": [{"type": "string"}, {"enum": ["a"]}]}), ":string"),
        (json!({"anyOf": [{"items": {"type": "integer"}}, {"items": {"type": "string"}}]}), "[:any]"),
        (json!({"anyOf": [{"type": "object"}, {"properties": {"a": {}}}]}), ":map"),
        (json!({"type": "string", "anyOf": [{"format": "date"}, {"format": "time"}]}), ":string"),
        (
            json!({"properties": {"a": {"type": "integer"}, "b": {}}, "anyOf": [{"required": ["a"]}, {"required": ["b"]}]}),
            "{:a :int? :b :any?}",
        ),
        (
            json!({"properties": {"a": {"type": "integer"}}, "oneOf": [{"type": "object", "required": ["a"]}, {"type": "object"}]}),
            "{:a :int?}",
        ),
        (json!({"enum": [1.5, 2]}), ":float"),
        (json!({"enum": [1, 2]}), ":int"),
        (json!({"enum": [1, "a"]}), ":any"),
        (json!({"const": true}), ":bool"),
        (json!({"type": "array"}), "[:any]"),
        (json!({"items": {"type": "integer"}}), "[:int]"),
        (json!({"type": "array", "prefixItems": [{"type": "integer"}, {"type": "null"}]}), "[:any]"),
        (json!({"items": [{"type": "integer"}, {"type": "number"}]}), "[:float]"),
        (json!({"prefixItems": [{"type": "integer"}], "items": {"type": "string"}, "type": "array"}), "[:any]"),
        (json!({"prefixItems": [{"type": "integer"}], "items": false, "type": "array"}), "[:int]"),
        (json!({"type": "object"}), ":map"),
        (json!({"type": "object", "properties": {}}), ":map"),
        (json!({"properties": {}, "additionalProperties": {"type": "integer"}}), "{* :int}"),
        (json!({"type": "object", "patternProperties": {"^x": {"type": "integer"}}}), ":map"),
        (
            json!({"type": "object", "patternProperties": {"^x": {"type": "integer"}}, "additionalProperties": false}),
            "{* :int}",
        ),
        (
            json!({"type": "object", "patternProperties": {"^x": {"type": "integer"}, "^y": {"type": "number"}},
                   "additionalProperties": false}),
            "{* :float}",
        ),
        (
            json!({"type": "object", "patternProperties": {"^x": {"type": "integer"}},
                   "additionalProperties": {"type": "string"}}),
            "{* :any}",
        ),
        (json!({"type": "object", "additionalProperties": {"type": "number"}}), "{* :float}"),
        (json!({"properties": {"a": {"type": "integer"}}}), "{:a :int?}"),
        (json!({"properties": {"a b": {}}, "required": ["a b"]}), r#"{"a b" :any}"#),
        (
            json!({"allOf": [{"properties": {"a": {"type": "integer"}}, "required": ["a"]},
                             {"properties": {"b": {"type": "string"}}}]}),
            "{:a :int :b :string?}",
        ),
        (json!({"allOf": [{"type": "integer"}], "description": "one"}), ":int"),
        (json!({"allOf": [{}, {"type": "integer"}]}), ":int"),
        (
            json!({"allOf": [{"properties": {"a": {"type": "integer"}}}, {"properties": {"a": {}}, "required": ["a"]}]}),
            "{:a :any}",
        ),
        (
            json!({"allOf": [{"properties": {"a": {"type": "integer"}}, "required": ["a"]}, {"properties": {"a": {}}}]}),
            "{:a :int}",
        ),
        (json!({"$ref": "#/$defs/nowhere"}), ":any"),
        (json!({"$ref": "https://example.com/x"}), ":any"),
        (json!({"$ref": "#/definitions/X", "definitions": {"X": {"type": "boolean"}}}), ":bool"),
        (json!({"$ref": "#/$defs/A", "$defs": {"A": {"items": {"$ref": "#/$defs/A"}}}}), "[:any]"),
        (
            json!({"properties": {"a": {"$ref": "#/$defs/X"}, "b": {"$ref": "#/$defs/X"}},
                   "required": ["a", "b"], "$defs": {"X": {"type": "boolean"}}}),
            "{:a :bool :b :bool}",
        ),
    ];
    for (schema, text) in table {
        assert_eq!(reads(schema.clone()), text, "{schema}");
    }
}

#[test]
fn arguments_of_tools() {
    let table = [
        (json!({"type": "object"}), "()"),
        (json!({"type": "object", "properties": {}, "additionalProperties": false}), "()"),
        (json!({"type": "object", "additionalProperties": true}), "(* :any)"),
        (json!({"type": "null"}), "()"),
        (json!({}), "(* :any)"),
        (json!({"properties": {"a": {"type": "integer", "default": "7"}}}), "(a :int = 7)"),
        (json!({"properties": {"a": {"type": "integer", "default": "seven"}}}), "(a :int?)"),
        (json!({"properties": {"a": {"type": ["integer", "null"], "default": 1}}}), "(a :int? = 1)"),
        (json!({"properties": {"a": {"type": "integer", "default": null}}}), "(a :int?)"),
        (json!({"properties": {"a": {"default": null}}}), "(a :any?)"),
        (json!({"anyOf": [{"properties": {"a": {}}}, {"properties": {"b": {}}}]}), "(* :any)"),
        (json!({"anyOf": [{"type": "object"}]}), "(* :any)"),
        (json!({"type": "object", "oneOf": [{"properties": {"a": {}}}, {"properties": {"b": {}}}]}), "(* :any)"),
        (
            json!({"properties": {"a": {}}, "required": ["a"], "oneOf": [{"$ref": "#/$defs/B"}, {"type": "object"}],
                   "$defs": {"B": {"properties": {"b": {}}}}}),
            "(a :any, * :any)",
        ),
        (
            json!({"properties": {"a": {}, "b": {}}, "anyOf": [{"required": ["a"]}, {"required": ["b"]}]}),
            "(a :any?, b :any?)",
        ),
        (
            json!({"properties": {"a": {}}, "required": ["a"], "additionalProperties": {"type": "string"}}),
            "(a :any, * :string)",
        ),
    ];
    for (schema, text) in table {
        assert_eq!(Signature::from_schema(&schema, None).to_string(), text, "{schema}");
    }
}

#[test]
fn a_default_stands_beside_nil_only_where_the_schema_says_so() {
    let parameter = |mut schema: Json| {
        schema["default"] = json!(1);
        Signature::from_schema(&json!({"properties": {"a": schema}}), None).to_string()
    };
    for schema in [
        json!({"type": ["integer", "null"]}),
        json!({"type": "integer", "nullable": true}),
        json!({"anyOf": [{"type": "integer"}, {"type": "null"}]}),
        json!({"oneOf": [{"const": null}, {"type": "integer"}]}),
        json!({"enum": [1, null]}),
    ] {
        assert_eq!(parameter(schema.clone()), "(a :int? = 1)", "{schema}");
    }
    for schema in [
        json!({"type": "integer"}),
        json!({"type": ["integer"]}),
        json!({"type": "integer", "nullable": false}),
        json!({"anyOf": [{"type": "integer"}]}),
        json!({"enum": [1]}),
    ] {
        assert_eq!(parameter(schema.clone()), "(a :int = 1)", "{schema}");
    }
}

#[test]
fn what_must_be_there_is_required() {
    let schema = |text| Type::parse(text).unwrap().to_schema();
    assert_eq!(schema("{:a :int :b :int? :c :any}")["required"], json!(["a", "c"]));
    assert_eq!(schema("[:any?]"), json!({"type": "array", "items": {}}));
}

#[test]
fn descriptions_are_kept() {
    let input = json!({"properties": {"a": {"$ref": "#/$defs/A"}}, "$defs": {"A": {"description": "an A"}}});
    let signature = Signature::from_schema(&input, Some(&json!({"type": "integer"})));
    assert_eq!(signature.parameter("a").and_then(|a| a.description.as_deref()), Some("an A"));
    assert_eq!(signature.returns, Type::Int);
    assert_eq!(signature.input_schema().pointer("/properties/a/description"), Some(&json!("an A")));
}

#[test]
fn what_goes_out_comes_back() {
    let texts = [
        r#"(a :string, b :int = 3, c [:float]?, d {* {:x :bool? :y :map}}, e ("p" | "q") = "q") -> [{:id :int}]?"#,
        "(a :any, * :int) -> {* :any}",
        "(* :string) -> :float",
    ];
    for text in texts {
        let signature = Signature::parse(text).unwrap();
        let again = Signature::from_schema(&signature.input_schema(), Some(&signature.output_schema()));
        assert_eq!(again, signature);
    }
}

#[test]
fn small_schemas_that_stand_for_huge_types_are_cut() {
    let mut definitions = Object::new();
    for level in 0..40 {
        let next = json!({"$ref": format!("#/$defs/L{}", level + 1)});
        definitions.insert(format!("L{level}"), json!({"properties": {"a": next, "b": next}}));
    }
    assert!(reads(json!({"$ref": "#/$defs/L0", "$defs": definitions})).len() < 100_000);

    let choices: Vec<String> = (0..100_000).map(|at| at.to_string()).collect();
    assert!(reads(json!({"enum": choices})) == ":string");
    let constants: Vec<Json> = choices.iter().map(|choice| json!({"const": choice})).collect();
    assert!(reads(json!({"oneOf": &constants[..MAX_SCHEMAS - 1]})) == ":string");

    let properties: Object<String, Json> = choices.iter().map(|name| (name.clone(), json!({}))).collect();
    assert!(reads(json!({"properties": properties, "required": choices})) == ":map");
}

#[test]
fn large_schemas_are_read_to_their_end() {
    let properties: Object<String, Json> =
        (1..MAX_SCHEMAS).map(|at| (at.to_string(), json!({"type": "integer"}))).collect();
    let Type::Record(fields) = Type::from_schema(&json!({"properties": properties})) else { panic!("a record") };
    assert!(fields.iter().all(|field| *field.kind.present() == Type::Int));
}

#[test]
fn deep_schemas_end_in_anything() {
    let deep = (0..1000).fold(json!({"type": "integer"}), |inner, _| json!({"items": inner}));
    let kind = Type::from_schema(&deep);
    assert_eq!(Type::parse(&kind.to_string()).unwrap(), kind);
    std::mem::forget(deep);
}

#[test]
fn deep_contracts_go_out_and_come_back() {
    let nested = |levels: usize| format!("{}:int{}", "[".repeat(levels), "]".repeat(levels));
    let deepest = nested(MAX_DEPTH - 2);
    // The arguments are a map, which is a level of the schema.
    let text = format!("(a {}, * {deepest}) -> {deepest}", nested(MAX_DEPTH - 3));
    let signature = Signature::parse(&text).unwrap();
    let again = Signature::from_schema(&signature.input_schema(), Some(&signature.output_schema()));
    assert_eq!(again.to_string(), text);
}
