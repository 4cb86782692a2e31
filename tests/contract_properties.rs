//! What holds of every contract: what is printed reads back, what was coerced stays, and no text breaks the reader.

use proptest::collection::{btree_map, btree_set, vec};
use proptest::prelude::*;
use proptest::sample::Index;
use ptc::contract::{Choice, Field, Parameter, Signature, Type, check_input, check_output};
use ptc::lisp::value::{Value, readable};
use ptc::{Sandbox, Tool};

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => "[a-z_][a-zA-Z0-9_?!-]{0,8}",
        1 => "[äöüß文]{1,3}",
        // Names that have to be quoted.
        1 => any::<String>(),
    ]
}

fn choices() -> impl Strategy<Value = Type> {
    let keywords = btree_set("[a-z<>=][a-z0-9?!-]{0,6}", 1..4)
        .prop_map(|names| Type::Enum(names.into_iter().map(Choice::Keyword).collect()));
    let texts =
        btree_set(any::<String>(), 1..4).prop_map(|names| Type::Enum(names.into_iter().map(Choice::Text).collect()));
    prop_oneof![keywords, texts]
}

fn kind() -> impl Strategy<Value = Type> {
    let scalar = prop_oneof![
        Just(Type::String),
        Just(Type::Int),
        Just(Type::Float),
        Just(Type::Bool),
        Just(Type::Keyword),
        Just(Type::Any),
        Just(Type::Map),
        choices(),
    ];
    scalar.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            inner.clone().prop_map(Type::list),
            inner.clone().prop_map(Type::dict),
            inner.clone().prop_map(Type::optional),
            btree_map(name(), inner, 0..4).prop_map(|fields| {
                Type::Record(fields.iter().map(|(name, kind)| Field::new(name, kind.clone())).collect())
            }),
        ]
    })
}

/// A value of a type, as a literal can write it.
fn fitting(kind: &Type) -> BoxedStrategy<Value> {
    match kind {
        Type::String => any::<String>().prop_map(Value::from).boxed(),
        Type::Int => prop_oneof![any::<i64>().prop_map(Value::from), any::<usize>().prop_map(Value::from)].boxed(),
        Type::Float => (-1e12..1e12).prop_map(|x: f64| Value::from(x)).boxed(),
        Type::Bool => any::<bool>().prop_map(Value::from).boxed(),
        Type::Keyword => "[a-z][a-z0-9-]{0,6}".prop_map(Value::keyword).boxed(),
        Type::Any => anything().boxed(),
        Type::Map => vec((anything(), anything()), 0..3).prop_map(Value::map).boxed(),
        Type::List(item) => vec(fitting(item), 0..3).prop_map(Value::vector).boxed(),
        Type::Dict(item) => vec((name().prop_map(Value::from), fitting(item)), 0..3).prop_map(Value::map).boxed(),
        Type::Record(fields) => {
            let held: Vec<_> = fields.iter().map(|field| fitting(&field.kind)).collect();
            let names: Vec<Value> = fields.iter().map(|field| Value::text(field.name.as_str())).collect();
            held.prop_map(move |held| Value::map(names.clone().into_iter().zip(held))).boxed()
        }
        Type::Enum(choices) => proptest::sample::select(choices.clone()).prop_map(|choice| choice.value()).boxed(),
        Type::Optional(inner) => prop_oneof![Just(Value::Nil), fitting(inner)].boxed(),
    }
}

/// Literals of every kind.
fn anything() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        Just(Value::Nil),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1e300..1e300).prop_map(|x: f64| Value::from(x)),
        any::<String>().prop_map(Value::from),
        "[0-9a-z.-]{0,4}".prop_map(Value::from),
        "[a-z][a-z0-9-]{0,6}".prop_map(Value::keyword),
    ];
    scalar.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Value::vector),
            vec((inner.clone(), inner), 0..3).prop_map(Value::map),
        ]
    })
}

fn parameter() -> impl Strategy<Value = Parameter> {
    (name(), kind()).prop_flat_map(|(name, kind)| {
        let plain = Parameter::new(&name, kind.clone());
        let with_default = plain.clone();
        prop_oneof![
            2 => Just(plain),
            1 => fitting(&kind).prop_map(move |default| with_default.clone().or(default)),
        ]
    })
}

fn signature() -> impl Strategy<Value = Signature> {
    (vec(parameter(), 0..4), proptest::option::weighted(0.1, kind()), kind()).prop_map(|(many, rest, returns)| {
        let mut parameters: Vec<Parameter> = Vec::new();
        for parameter in many {
            if parameters.iter().all(|one| one.name != parameter.name) {
                parameters.push(parameter);
            }
        }
        Signature { parameters, rest, returns }
    })
}

/// A value for a type that fits, fits roughly, or does not.
fn roughly(kind: &Type) -> BoxedStrategy<Value> {
    let quoted = fitting(kind).prop_map(|value| match value {
        Value::Text(text) => Value::keyword(text.as_str()),
        Value::Keyword(keyword) => Value::text(keyword.as_str()),
        Value::Vector(items) => items.get(0).cloned().unwrap_or_default(),
        other => Value::text(readable(&other)),
    });
    prop_oneof![3 => fitting(kind), 2 => quoted, 1 => anything()].boxed()
}

fn call() -> impl Strategy<Value = (Signature, Value)> {
    signature().prop_flat_map(|signature| {
        let given: Vec<_> = signature.parameters.iter().map(|parameter| roughly(&parameter.kind)).collect();
        given.prop_map(move |given| {
            let names = signature.parameters.iter().map(|parameter| Value::text(parameter.name.as_str()));
            (signature.clone(), Value::map(names.zip(given)))
        })
    })
}

proptest! {
    #[test]
    fn what_is_printed_reads_back(signature in signature()) {
        let text = signature.to_string();
        let again = Signature::parse(&text);
        prop_assert!(again.is_ok(), "{text}: {}", again.unwrap_err());
        let again = again.unwrap();
        prop_assert_eq!(again.to_string(), text);
        prop_assert_eq!(again, signature);
    }

    #[test]
    fn types_read_back(kind in kind()) {
        prop_assert_eq!(Type::parse(&kind.to_string()).unwrap(), kind);
    }

    #[test]
    fn what_fits_passes((kind, value) in kind().prop_flat_map(|kind| (Just(kind.clone()), fitting(&kind)))) {
        prop_assert_eq!(check_output(&kind, &value, "result"), Ok(()));
    }

    #[test]
    fn what_was_coerced_stays((signature, arguments) in call()) {
        if let Ok(checked) = check_input(&signature, &arguments) {
            let again = check_input(&signature, &checked.arguments).unwrap();
            prop_assert_eq!(again.arguments.to_string(), checked.arguments.to_string());
            prop_assert_eq!(again.warnings, Vec::<String>::new());
            for parameter in &signature.parameters {
                let given = checked.arguments.get(parameter.name.as_str());
                if let Some(given) = given {
                    prop_assert_eq!(check_output(&parameter.kind, given, "x"), Ok(()));
                }
            }
        }
    }

    #[test]
    fn schemas_of_any_contract_are_read(signature in signature()) {
        let again = Signature::from_schema(&signature.input_schema(), Some(&signature.output_schema()));
        prop_assert_eq!(again.parameters.len(), signature.parameters.len());
    }

    #[test]
    fn no_text_breaks_the_reader(text in any::<String>()) {
        let _ = Signature::parse(&text);
        let _ = Type::parse(&text);
    }

    #[test]
    fn nothing_that_looks_like_a_contract_breaks_the_reader(text in r#"[(){}\[\]:?*|=\-> a-c"0-9.,\\]{0,60}"#) {
        if let Ok(signature) = Signature::parse(&text) {
            prop_assert_eq!(Signature::parse(&signature.to_string()).unwrap(), signature);
        }
        let _ = Type::parse(&text);
    }

    #[test]
    fn no_text_put_into_a_contract_breaks_it(signature in signature(), at in any::<Index>(), more in any::<String>()) {
        let text = signature.to_string();
        let (start, end) = text.split_at(text.floor_char_boundary(at.index(text.len())));
        let _ = Signature::parse(&format!("{start}{more}{end}"));
        let _ = Signature::parse(start);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn describe_shows_a_call_that_is_a_program(signature in signature()) {
        let tool = Tool::new("show", |_| Ok(Value::Nil)).with_spec(signature.into());
        let described = tool.describe();
        let (_, example) = described.split_once("\n    (tool/show").expect("an example");
        let program = format!("(tool/show{example}");
        let checked = Sandbox::new().tools([tool]).check(&program);
        let errors: Vec<String> = checked.iter().map(|finding| finding.error.to_string()).collect();
        prop_assert!(errors.is_empty(), "{}: {:?}", program, errors);
    }
}
