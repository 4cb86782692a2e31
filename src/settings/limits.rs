//! The limits of the language as settings: flags, keys of program files, fields of `--batch`.

use serde_json::{Map, Value as Json};

use super::error::did_you_mean;
use super::kind::KeyType;
use super::row::{Field as _, Key, Row};
use crate::lisp::limits::{Amount, Bound, LIMITS, Limit, Limits, Unit};

/// The limits that can be set, with keys in the section `limits`.
pub fn limit_rows() -> Vec<Row<Limits>> {
    LIMITS.iter().filter_map(row).collect()
}

fn row(limit: &'static Limit) -> Option<Row<Limits>> {
    let Bound::Field { get, set } = limit.bound else { return None };
    let kind = match limit.unit {
        Unit::Count => KeyType::Count,
        Unit::Bytes => KeyType::Bytes,
        Unit::Time => KeyType::Time,
    };
    let key = Key {
        synonyms: if limit.name == "max_time" { &["timeout"] } else { &[] },
        ..Key::new(limit.key, kind, limit.doc)
    };
    let to_json = move |limits: &Limits| match get(limits) {
        Amount::Number(number) => number.into(),
        Amount::Time(time) => time.to_json(),
    };
    let from_json = move |limits: &mut Limits, value: Json| {
        let amount = match limit.unit {
            Unit::Count | Unit::Bytes => Amount::Number(u64::from_json(value)?),
            Unit::Time => Amount::Time(std::time::Duration::from_json(value)?),
        };
        set(limits, amount);
        Ok(())
    };
    Some(Row::new(key, to_json, from_json))
}

/// Sets limits from the fields of a JSON object: `{"max_steps": 1000}`, with or without `max_`; times and sizes also as in
/// program files.
///
/// # Errors
/// A field that is no limit, a value of another type.
pub fn load_limits(fields: &Map<String, Json>, limits: &mut Limits) -> Result<(), String> {
    let rows = limit_rows();
    for (name, value) in fields {
        // `time_ms`, `memory_bytes`: the unit may follow.
        let plain = name.trim_start_matches("max_");
        let plain = plain.strip_suffix("_ms").or_else(|| plain.strip_suffix("_bytes")).unwrap_or(plain);
        let Some(row) = rows.iter().find(|row| row.key.name.trim_start_matches("limits.max_") == plain) else {
            let near = did_you_mean(name, rows.iter().map(|row| row.key.name.trim_start_matches("limits.")));
            return Err(format!("unknown limit {name:?}{}", near.map(|near| format!("; {near}")).unwrap_or_default()));
        };
        row.set(limits, value).map_err(|error| error.to_string())?;
    }
    Ok(())
}
