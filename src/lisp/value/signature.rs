//! Signatures: what a builtin gives, in a line on its row, for the checks before a run.
//!
//! `bool` says that every call gives a boolean, `[a] -> a?` that a call with one argument gives one of its items or `nil`.
//!
//! ```text
//! signatures  signature; signature; …     one for each number of arguments of which something is known
//! signature   type, or types -> type      the last parameter may have … behind it: one or more of it
//! type        any never nil bool number string keyword
//!             a                           one letter: the same wherever it stands
//!             [a]                         a sequence of items; of a parameter, its items
//!             [a b]                       a sequence of just these
//!             {a}                         a map of any keys to values like this
//!             (a b -> c)                  a function; it is called with these
//!             a?                          or nil
//!             tested                      a parameter that the builtin looks at: what follows its answer has thought of others
//! ```

use std::sync::OnceLock;

/// What a builtin gives: signatures, and a rule where they cannot say it.
pub struct Gives {
    text: &'static str,
    /// How to work it out with more than the signatures say.
    pub rule: Option<OutlineRule>,
    parsed: OnceLock<Vec<BuiltinSignature>>,
}

/// What needs more than a signature; `analyse/infer/rules.rs` has the code. What it leaves open the signatures say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is named after what it is the rule of")]
pub enum OutlineRule {
    Apply,
    Arithmetic,
    Assoc,
    AssocIn,
    Comp,
    Complement,
    Conj,
    Constantly,
    Dissoc,
    Ends,
    First,
    Get,
    GetIn,
    Into,
    Juxt,
    KeywordArguments,
    Keys,
    Member,
    Merge,
    MinKey,
    Nth,
    NthRest,
    Partial,
    Reduce,
    Second,
    SelectKeys,
    SomeFn,
    Tool,
    Tuple,
    Update,
    UpdateIn,
    Val,
    Vals,
    Where,
}

/// What a call with some number of arguments gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuiltinSignature {
    /// The parameters; none where it holds of any.
    pub params: Option<Vec<BuiltinType>>,
    /// Whether the last parameter stands for one or more arguments.
    pub variadic: bool,
    /// The result.
    pub gives: BuiltinType,
}

/// A type in a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BuiltinType {
    /// Nothing is known.
    Any,
    /// There is no result: the program goes elsewhere.
    Never,
    /// `nil`.
    Nil,
    /// `true` or `false`.
    Bool,
    /// A number.
    Number,
    /// A string.
    String,
    /// A keyword.
    Keyword,
    /// An argument that the builtin looks at.
    Tested,
    /// A letter.
    Variable(char),
    /// A sequence of any number of items.
    List(Box<BuiltinType>),
    /// A sequence of just these.
    Tuple(Vec<BuiltinType>),
    /// A map of any keys.
    Map(Box<BuiltinType>),
    /// A function.
    Function(Box<BuiltinSignature>),
    /// The same or `nil`.
    OrNil(Box<BuiltinType>),
}

impl Gives {
    /// What these signatures say, and the rule.
    pub const fn new(text: &'static str, rule: Option<OutlineRule>) -> Self {
        Self { text, rule, parsed: OnceLock::new() }
    }

    /// The signatures as they are written; empty where nothing is known.
    pub fn text(&self) -> &'static str {
        self.text
    }

    /// All signatures.
    pub fn signatures(&self) -> &[BuiltinSignature] {
        self.parsed.get_or_init(|| parse(self.text).unwrap_or_default())
    }

    /// The signature of a call with this number of arguments.
    pub fn signature(&self, given: usize) -> Option<&BuiltinSignature> {
        self.signatures().iter().find(|signature| signature.takes(given))
    }

    /// Whether it looks at what an argument is or has.
    pub fn is_test(&self) -> bool {
        self.signatures().iter().flat_map(BuiltinSignature::params).any(|param| *param == BuiltinType::Tested)
    }
}

impl BuiltinSignature {
    /// Whether it is for this number of arguments.
    pub fn takes(&self, given: usize) -> bool {
        match &self.params {
            None => true,
            Some(params) if self.variadic => given >= params.len(),
            Some(params) => given == params.len(),
        }
    }

    /// The parameters that are written.
    pub fn params(&self) -> &[BuiltinType] {
        self.params.as_deref().unwrap_or_default()
    }

    /// The parameter of each of these arguments.
    pub fn with<'s, T>(&'s self, arguments: &'s [T]) -> impl Iterator<Item = (&'s BuiltinType, &'s T)> {
        let params = self.params();
        let last = params.last().filter(|_| self.variadic);
        params.iter().chain(last.into_iter().cycle()).zip(arguments)
    }

    /// The argument of which the result is a part: a sequence of its items, maybe fewer.
    pub fn part(&self) -> Option<usize> {
        let gives = match &self.gives {
            BuiltinType::OrNil(gives) => gives,
            gives => gives,
        };
        let is_source = |param: &&BuiltinType| matches!(param, BuiltinType::List(_)) && *param == gives;
        let mut sources = self.params().iter().enumerate().filter(|(_, param)| is_source(param));
        match (sources.next(), sources.next()) {
            (Some((at, _)), None) if !self.variadic => Some(at),
            _ => None,
        }
    }

    /// The function that is called with items, if that is the first parameter and their collection the last.
    pub fn function_of_items(&self) -> Option<&BuiltinSignature> {
        match self.params() {
            [BuiltinType::Function(function), .., BuiltinType::List(_)] => Some(function),
            _ => None,
        }
    }
}

/// The signatures of a text; nothing where it is none.
pub fn parse(text: &str) -> Option<Vec<BuiltinSignature>> {
    let parts = text.split(';').map(str::trim).filter(|part| !part.is_empty());
    parts.map(|part| Parser { rest: part }.whole()).collect()
}

struct Parser<'t> {
    rest: &'t str,
}

impl Parser<'_> {
    /// The text is one signature.
    fn whole(&mut self) -> Option<BuiltinSignature> {
        let signature = self.signature()?;
        self.rest.is_empty().then_some(signature)
    }

    /// Takes a token if it is there.
    fn take(&mut self, token: &str) -> bool {
        let found = self.rest.strip_prefix(token);
        self.rest = found.unwrap_or(self.rest).trim_start();
        found.is_some()
    }

    fn signature(&mut self) -> Option<BuiltinSignature> {
        let (mut params, mut variadic) = (Vec::new(), false);
        while !self.take("->") {
            if self.rest.is_empty() || self.rest.starts_with(')') {
                let gives = params.pop().filter(|_| params.is_empty() && !variadic)?;
                return Some(BuiltinSignature { params: None, variadic, gives });
            }
            params.push(self.one()?);
            variadic = self.take("…");
        }
        Some(BuiltinSignature { params: Some(params), variadic, gives: self.one()? })
    }

    fn one(&mut self) -> Option<BuiltinType> {
        let one = if self.take("[") {
            let mut items = vec![self.one()?];
            while !self.take("]") {
                items.push(self.one()?);
            }
            if items.len() > 1 { BuiltinType::Tuple(items) } else { BuiltinType::List(Box::new(items.pop()?)) }
        } else if self.take("{") {
            let value = self.one()?;
            self.take("}").then(|| BuiltinType::Map(Box::new(value)))?
        } else if self.take("(") {
            let function = self.signature()?;
            self.take(")").then(|| BuiltinType::Function(Box::new(function)))?
        } else {
            let end = self.rest.find(|c: char| !c.is_ascii_lowercase()).unwrap_or(self.rest.len());
            let (word, rest) = self.rest.split_at_checked(end)?;
            self.rest = rest;
            let is_nilable = self.rest.starts_with('?');
            let named = named(word)?;
            if !is_nilable {
                self.rest = self.rest.trim_start();
            }
            named
        };
        Some(if self.take("?") { BuiltinType::OrNil(Box::new(one)) } else { one })
    }
}

fn named(word: &str) -> Option<BuiltinType> {
    Some(match word {
        "any" => BuiltinType::Any,
        "never" => BuiltinType::Never,
        "nil" => BuiltinType::Nil,
        "bool" => BuiltinType::Bool,
        "number" => BuiltinType::Number,
        "string" => BuiltinType::String,
        "keyword" => BuiltinType::Keyword,
        "tested" => BuiltinType::Tested,
        _ => {
            let mut letters = word.chars();
            BuiltinType::Variable(letters.next().filter(|_| letters.next().is_none())?)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parse_reads_every_type() {
        let signatures = parse("bool; [a] -> a?; (number a -> {b}) any [a]… -> [b [string]]").unwrap();
        assert_eq!(signatures.len(), 3);
        assert!(signatures[0].takes(7) && signatures[0].gives == BuiltinType::Bool);
        assert_eq!(signatures[1].gives, BuiltinType::OrNil(Box::new(BuiltinType::Variable('a'))));
        assert!(signatures[2].takes(3) && signatures[2].takes(5) && !signatures[2].takes(2));
        assert_eq!(parse("[a] -> "), None);
        assert_eq!(parse("a ] b"), None);
        assert_eq!(parse("boolean"), None);
        assert_eq!(parse(""), Some(Vec::new()));
    }

    #[test]
    fn part_is_the_one_collection_that_the_result_has_its_items_of() {
        let part = |text: &str| parse(text).unwrap()[0].part();
        assert_eq!(part("(a -> any) [a] -> [a]"), Some(1));
        assert_eq!(part("[a] -> [a]?"), Some(0));
        assert_eq!(part("[a] [a] -> [a]"), None);
        assert_eq!(part("[a]… -> [a]"), None);
        assert_eq!(part("[a] -> a"), None);
    }
}
