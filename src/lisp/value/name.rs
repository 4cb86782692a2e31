//! Keywords and symbols: shared names that carry their hash.

use std::borrow::Borrow;
use std::sync::Arc;

use super::equality::hash_text;

/// The text behind a keyword or a symbol.
#[derive(Debug)]
pub struct Name {
    text: Box<str>,
    hash: u64,
}

impl Name {
    fn new(text: &str) -> Arc<Self> {
        Arc::new(Self { text: text.into(), hash: hash_text(text) })
    }

    /// Equal names are equal wherever they come from; being the same one is only a fast hit.
    #[inline]
    fn same(a: &Arc<Self>, b: &Arc<Self>) -> bool {
        Arc::ptr_eq(a, b) || (a.hash == b.hash && a.text == b.text)
    }
}

/// Splits `a/b` into namespace and name; `/` alone is a name.
fn parts(text: &str) -> (Option<&str>, &str) {
    match text.split_once('/') {
        Some((space, name)) if !space.is_empty() && !name.is_empty() => (Some(space), name),
        _ => (None, text),
    }
}

macro_rules! named {
    ($(#[$doc:meta])* $type:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $type(Arc<Name>);

        impl $type {
            /// One of this full name.
            pub fn new(text: &str) -> Self {
                Self(Name::new(text))
            }

            /// The full name, with the namespace and without a colon.
            #[inline]
            pub fn as_str(&self) -> &str {
                &self.0.text
            }

            /// The hash of the full name, the same as that of an equal string.
            #[inline]
            pub fn hash(&self) -> u64 {
                self.0.hash
            }

            /// The part before the slash.
            pub fn namespace(&self) -> Option<&str> {
                parts(&self.0.text).0
            }

            /// The part after the slash, or all of it.
            pub fn name(&self) -> &str {
                parts(&self.0.text).1
            }
        }

        impl PartialEq for $type {
            #[inline]
            fn eq(&self, other: &Self) -> bool {
                Name::same(&self.0, &other.0)
            }
        }
        impl Eq for $type {}

        impl std::hash::Hash for $type {
            fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
                self.0.text.hash(state);
            }
        }
        impl Borrow<str> for $type {
            fn borrow(&self) -> &str {
                &self.0.text
            }
        }
    };
}

named! {
    /// A keyword, without its colon.
    Keyword
}
named! {
    /// A symbol.
    Symbol
}
