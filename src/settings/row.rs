//! A row: a key of program files with its type, its meaning, and the field that it sets.

use std::borrow::Cow;
use std::time::Duration;

use serde_json::{Map, Value as Json};

use super::error::{LoadError, Problem};
use super::kind::{KeyType, bytes_text, millis, time_text};
use crate::model::Prices;
use crate::tool::{Access, Validation};

/// A key of program files.
#[derive(Clone, Debug)]
pub struct Key {
    /// Its full name: `limits.max_steps`; at the top level without a section.
    pub name: Cow<'static, str>,
    /// Other spellings, also by their full names.
    pub synonyms: &'static [&'static str],
    /// What it takes.
    pub kind: KeyType,
    /// What it means, in one or two sentences.
    pub doc: &'static str,
    /// Its default; `Json::Null` if there is none.
    pub default: Json,
}

impl Key {
    /// A key without synonyms or a default.
    pub fn new(name: impl Into<Cow<'static, str>>, kind: KeyType, doc: &'static str) -> Self {
        Self { name: name.into(), synonyms: &[], kind, doc, default: Json::Null }
    }

    /// The flag of the command line for it, without its dashes: `max-steps` for `limits.max_steps`.
    pub fn flag(&self) -> String {
        self.name.rsplit('.').next().unwrap_or(&self.name).replace('_', "-")
    }

    /// All spellings; those at the top level first.
    pub fn spellings(&self) -> impl Iterator<Item = &str> {
        let all = || self.synonyms.iter().copied().chain([&*self.name]);
        let top = all().filter(|name| !name.contains('.'));
        top.chain(all().filter(|name| name.contains('.')))
    }

    /// A value as it can be written: `5s`, `64MiB`, `1000`.
    pub fn show(&self, value: &Json) -> String {
        match (self.kind, value.as_u64()) {
            (KeyType::Time, Some(millis)) => time_text(Duration::from_millis(millis)),
            (KeyType::Bytes, Some(bytes)) => bytes_text(bytes),
            (_, _) => value.as_str().map_or_else(|| value.to_string(), str::to_owned),
        }
    }
}

type Get<T> = Box<dyn Fn(&T) -> Json + Send + Sync>;
type Set<T> = Box<dyn Fn(&mut T, Json) -> Result<(), String> + Send + Sync>;

/// A key and the field of `T` that it sets.
pub struct Row<T> {
    /// The key.
    pub key: Key,
    get: Get<T>,
    set: Set<T>,
}

impl<T: 'static> Row<T> {
    /// A row with these accessors. The default of the key is what `get` gives of the default.
    pub(crate) fn new(
        key: Key,
        get: impl Fn(&T) -> Json + Send + Sync + 'static,
        set: impl Fn(&mut T, Json) -> Result<(), String> + Send + Sync + 'static,
    ) -> Self
    where
        T: Default,
    {
        let default = get(&T::default());
        Self { key: Key { default, ..key }, get: Box::new(get), set: Box::new(set) }
    }

    /// The row for what has a `T` as a part.
    pub(crate) fn within<U: 'static>(self, part: fn(&U) -> &T, part_mut: fn(&mut U) -> &mut T) -> Row<U> {
        let Self { key, get, set } = self;
        Row {
            key,
            get: Box::new(move |whole| get(part(whole))),
            set: Box::new(move |whole, value| set(part_mut(whole), value)),
        }
    }

    /// The value; `Json::Null` if there is none.
    pub fn get(&self, of: &T) -> Json {
        (self.get)(of)
    }

    /// Sets the field.
    ///
    /// # Errors
    /// A value of another type.
    pub fn set(&self, of: &mut T, value: &Json) -> Result<(), LoadError> {
        self.set_as(&self.key.name, of, value)
    }

    fn set_as(&self, name: &str, of: &mut T, value: &Json) -> Result<(), LoadError> {
        let value = self.key.kind.read(name, value)?;
        (self.set)(of, value).map_err(|what| LoadError::other(name, what))
    }

    /// Sets the field to what a file says under any spelling of the key. `at` is the name of the table in messages.
    ///
    /// # Errors
    /// A value of another type; spellings that differ.
    pub(crate) fn load(&self, at: &str, file: &Map<String, Json>, into: &mut T) -> Result<(), LoadError> {
        let mut first: Option<(String, Json)> = None;
        for spelling in self.key.spellings() {
            let Some(value) = lookup(file, spelling) else { continue };
            let name = join(at, spelling);
            self.set_as(&name, into, value)?;
            let stored = self.get(into);
            match &first {
                Some((other, value)) if *value != stored => {
                    let problem = Problem::Differs(name);
                    return Err(LoadError { key: other.clone(), problem, ..LoadError::default() });
                }
                Some(_) => {}
                None => first = Some((name, stored)),
            }
        }
        Ok(())
    }

    /// Writes the field into a file, unless it has its default.
    pub(crate) fn store(&self, of: &T, file: &mut Map<String, Json>) {
        let value = self.get(of);
        if value != self.key.default {
            insert(file, &self.key.name, value);
        }
    }
}

/// The full name of a key in a table.
pub(crate) fn join(at: &str, key: &str) -> String {
    if at.is_empty() { key.to_owned() } else { format!("{at}.{key}") }
}

/// The value of a full name.
fn lookup<'a>(file: &'a Map<String, Json>, name: &str) -> Option<&'a Json> {
    match name.split_once('.') {
        None => file.get(name),
        Some((section, rest)) => lookup(file.get(section)?.as_object()?, rest),
    }
}

/// Sets the value of a full name.
fn insert(file: &mut Map<String, Json>, name: &str, value: Json) {
    match name.split_once('.') {
        None => {
            file.insert(name.to_owned(), value);
        }
        Some((section, rest)) => {
            let section = file.entry(section).or_insert_with(|| Json::Object(Map::new()));
            if let Json::Object(fields) = section {
                insert(fields, rest, value);
            }
        }
    }
}

/// A type of fields: how it is stored as JSON.
pub(crate) trait Field: Sized {
    /// The value as JSON; `Json::Null` for nothing.
    fn to_json(&self) -> Json;

    /// The value of JSON that is of the key's type.
    fn from_json(value: Json) -> Result<Self, String>;
}

/// Types that are stored as serde stores them.
macro_rules! as_serde {
    ($($field:ty),* $(,)?) => { $(
        impl Field for $field {
            fn to_json(&self) -> Json {
                serde_json::to_value(self).unwrap_or_default()
            }

            fn from_json(value: Json) -> Result<Self, String> {
                serde_json::from_value(value).map_err(|error| error.to_string())
            }
        }
    )* };
}

as_serde!(u64, f64, bool, String);

/// Whole numbers of other widths: what is too large is the largest there is.
macro_rules! as_count {
    ($($field:ty),*) => { $(
        impl Field for $field {
            fn to_json(&self) -> Json {
                u64::try_from(*self).unwrap_or(u64::MAX).into()
            }

            fn from_json(value: Json) -> Result<Self, String> {
                u64::from_json(value).map(|count| Self::try_from(count).unwrap_or(Self::MAX))
            }
        }
    )* };
}

as_count!(u32, usize);

/// Lists and tables: nothing if they are empty.
macro_rules! as_collection {
    ($($field:ty),*) => { $(
        impl Field for $field {
            fn to_json(&self) -> Json {
                if self.is_empty() { Json::Null } else { serde_json::to_value(self).unwrap_or_default() }
            }

            fn from_json(value: Json) -> Result<Self, String> {
                serde_json::from_value(value).map_err(|error| error.to_string())
            }
        }
    )* };
}

as_collection!(Vec<String>, Vec<Vec<String>>, Map<String, Json>);

impl Field for Json {
    fn to_json(&self) -> Json {
        self.clone()
    }

    fn from_json(value: Json) -> Result<Self, String> {
        Ok(value)
    }
}

impl<F: Field> Field for Option<F> {
    fn to_json(&self) -> Json {
        self.as_ref().map(F::to_json).unwrap_or_default()
    }

    fn from_json(value: Json) -> Result<Self, String> {
        F::from_json(value).map(Some)
    }
}

impl Field for Duration {
    fn to_json(&self) -> Json {
        millis(*self)
    }

    fn from_json(value: Json) -> Result<Self, String> {
        let time = match &value {
            Json::String(text) => super::parse_time(text),
            other => other.as_u64().map(Self::from_millis),
        };
        time.ok_or_else(|| format!("expected a time, got {value}"))
    }
}

/// The strings of an enumeration.
macro_rules! as_choice {
    ($($field:ty),*) => { $(
        impl Field for $field {
            fn to_json(&self) -> Json {
                self.name().into()
            }

            fn from_json(value: Json) -> Result<Self, String> {
                let name = value.as_str().unwrap_or_default();
                Self::parse(name).ok_or_else(|| format!("there is no {name:?}"))
            }
        }
    )* };
}

as_choice!(Access, Validation);

impl Field for Prices {
    fn to_json(&self) -> Json {
        let json = serde_json::to_value(self).unwrap_or_default();
        if json.as_object().is_some_and(Map::is_empty) { Json::Null } else { json }
    }

    fn from_json(value: Json) -> Result<Self, String> {
        serde_json::from_value(value).map_err(|error| {
            format!("{error}; a price has input, output and, if it differs, cached, each for a million tokens")
        })
    }
}

/// Descriptions by name, in the order of the file.
impl Field for Vec<(String, String)> {
    fn to_json(&self) -> Json {
        let fields: Map<String, Json> = self.iter().map(|(name, text)| (name.clone(), text.as_str().into())).collect();
        fields.to_json()
    }

    fn from_json(value: Json) -> Result<Self, String> {
        let fields = Map::from_json(value)?;
        Ok(fields.into_iter().map(|(name, text)| (name, text.as_str().unwrap_or_default().to_owned())).collect())
    }
}

/// Rows of a struct: `rows![Settings; "limits.max_forks": Count = max_forks, "The most forks of one call."; …]`, with
/// `also ["other.spelling"]` after the meaning.
macro_rules! rows {
    ($whole:ty; $( $name:literal: $kind:expr => $($field:ident).+, $doc:literal $(, also $also:expr)?; )+) => {
        vec![$( {
            let key = $crate::settings::Key::new($name, $kind, $doc);
            $( let key = $crate::settings::Key { synonyms: &$also, ..key }; )?
            $crate::settings::Row::<$whole>::new(
                key,
                |whole: &$whole| $crate::settings::Field::to_json(&whole.$($field).+),
                |whole: &mut $whole, value| {
                    whole.$($field).+ = $crate::settings::Field::from_json(value)?;
                    Ok(())
                },
            )
        } ),+]
    };
}

pub(crate) use rows;
