//! Things with an identity: atoms, volatiles, delays, transients, and compiled regular expressions.

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use super::drop::drop_flat;
use super::{Fault, Meta, Value};
use crate::lisp::text::{ErrorKind, abridge};

/// A place that holds a value which can be replaced.
pub struct Atom {
    /// What it is to the program.
    pub kind: AtomKind,
    /// The number of the program that made it.
    pub program: u64,
    value: Mutex<Value>,
    extras: OnceLock<Mutex<AtomExtras>>,
}

/// What few atoms have besides their value.
#[derive(Clone, Default)]
pub struct AtomExtras {
    /// The function that says whether it may hold a value; `nil` if all are welcome.
    pub validator: Value,
    /// The functions that are told of every change: a map from their keys; `nil` for none.
    pub watches: Value,
    /// Its metadata.
    pub meta: Meta,
}

/// The kinds of places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AtomKind {
    /// `atom`.
    Atom,
    /// `volatile!`.
    Volatile,
    /// `delay`: holds a function until it is forced, then its value as a reduced one.
    Delay,
    /// `transient`: holds a collection, and nothing once it was made persistent.
    Transient,
}

impl AtomKind {
    /// What a message calls it.
    pub fn type_name(self) -> &'static str {
        match self {
            Self::Atom => "an atom",
            Self::Volatile => "a volatile",
            Self::Delay => "a delay",
            Self::Transient => "a transient",
        }
    }
}

impl Atom {
    /// One that holds `value`, made by program number `program`.
    pub fn new(kind: AtomKind, program: u64, value: Value) -> Self {
        Self { kind, program, value: Mutex::new(value), extras: OnceLock::new() }
    }

    fn lock(&self) -> MutexGuard<'_, Value> {
        self.value.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What it holds.
    pub fn get(&self) -> Value {
        self.lock().clone()
    }

    /// Replaces what it holds and gives what it held.
    pub fn replace(&self, value: Value) -> Value {
        std::mem::replace(&mut *self.lock(), value)
    }

    /// Lets go of its value, its validator, its watches and its metadata.
    pub fn clear(&self) {
        drop(self.replace(Value::Nil));
        if self.extras.get().is_some() {
            self.set_extras(AtomExtras::default());
        }
    }

    /// The function that says whether it may hold a value, if it has one.
    pub fn validator(&self) -> Option<Value> {
        self.extras.get().map(|_| self.extras().validator).filter(|validator| !validator.is_nil())
    }

    /// The functions that are told of every change, by their keys, if there are any.
    pub fn watches(&self) -> Option<std::sync::Arc<super::Map>> {
        match self.extras.get().map(|_| self.extras().watches) {
            Some(Value::Map(watches)) if !watches.is_empty() => Some(watches),
            _ => None,
        }
    }

    /// Whether nobody is asked or told when it changes.
    pub fn is_unwatched(&self) -> bool {
        self.extras.get().is_none() || (self.validator().is_none() && self.watches().is_none())
    }

    /// Its validator, watches and metadata.
    pub fn extras(&self) -> AtomExtras {
        let extras = self.extras.get().map(|extras| extras.lock().unwrap_or_else(PoisonError::into_inner).clone());
        extras.unwrap_or_default()
    }

    /// Gives it another validator, other watches and other metadata.
    pub fn set_extras(&self, extras: AtomExtras) {
        let before = {
            let mut place = self.extras.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::replace(&mut *place, extras)
        };
        drop(before);
    }
}

impl Drop for Atom {
    fn drop(&mut self) {
        if let Some(extras) = self.extras.take() {
            let extras = extras.into_inner().unwrap_or_else(PoisonError::into_inner);
            drop_flat(extras.validator);
            drop_flat(extras.watches);
        }
        drop_flat(std::mem::take(self.value.get_mut().unwrap_or_else(PoisonError::into_inner)));
    }
}

/// A compiled regular expression with its source.
pub struct Regex {
    /// The pattern as written.
    pub pattern: String,
    /// The same, compiled.
    pub compiled: regex::Regex,
    /// About how many states it has: what looking at one byte costs at worst.
    pub states: u32,
    whole: OnceLock<Option<regex::Regex>>,
}

impl Regex {
    /// The largest compiled form, in bytes.
    const LARGEST: usize = 1 << 20;

    /// Compiles a pattern in Java's syntax, as far as it can be matched in linear time.
    ///
    /// # Errors
    /// Look-around and back-references; patterns that are wrong or too large.
    pub fn compile(pattern: &str) -> std::result::Result<Self, Box<Fault>> {
        let unsupported = |what: &str, hint: &'static str| {
            let message = format!("{what} is not available: regexes here match in linear time");
            Err(Fault::new(ErrorKind::Unsupported, "PatternSyntaxException", message).hint(hint).into())
        };
        for ahead in ["(?=", "(?!", "(?<=", "(?<!"] {
            if unescaped(pattern, ahead) {
                return unsupported("look-around", "match more and take the part with a group, or filter afterwards");
            }
        }
        if unescaped(pattern, "(?>") {
            return unsupported("an atomic group", "write (?:…) instead");
        }
        // In Rust's syntax this would turn greediness around.
        if ["(?U", "(?iU", "(?sU", "(?mU"].iter().any(|flags| unescaped(pattern, flags)) {
            return unsupported("the flag U", "write \\p{L} for letters and \\p{Nd} for digits of all alphabets");
        }
        let reference = ('1'..='9').any(|digit| unescaped(pattern, &format!("\\{digit}")));
        if reference || unescaped(pattern, "\\k<") {
            return unsupported("a back-reference", "match both parts and compare the groups");
        }
        Self::build(&translated(pattern))
            .map(|compiled| Self {
                pattern: pattern.into(),
                compiled,
                states: Self::states_of(pattern),
                whole: OnceLock::new(),
            })
            .map_err(|error| {
                let why = error.to_string();
                let why = why.lines().last().unwrap_or("").trim().trim_start_matches("error: ");
                let message = format!("the regex #\"{}\" cannot be used: {why}", abridge(pattern, 200));
                Fault::new(ErrorKind::Value, "PatternSyntaxException", message).into()
            })
    }

    /// Another regex of the same pattern, which is not compiled again.
    #[must_use]
    pub fn alike(&self) -> Self {
        let (pattern, compiled) = (self.pattern.clone(), self.compiled.clone());
        Self { pattern, compiled, states: self.states, whole: OnceLock::new() }
    }

    /// About how many states a pattern compiles to.
    pub fn states_of(pattern: &str) -> u32 {
        count_states(pattern)
    }

    fn build(pattern: &str) -> std::result::Result<regex::Regex, regex::Error> {
        regex::RegexBuilder::new(pattern).size_limit(Self::LARGEST).nest_limit(200).crlf(true).build()
    }

    /// The same for whole texts only: compiled when it is first asked for.
    pub fn whole(&self) -> &regex::Regex {
        let whole = self.whole.get_or_init(|| Self::build(&format!("\\A(?:{})\\z", self.compiled.as_str())).ok());
        whole.as_ref().unwrap_or(&self.compiled)
    }
}

/// About how many states a pattern compiles to, from its length and its counted repetitions.
fn count_states(pattern: &str) -> u32 {
    let (mut groups, mut sum, mut last): (Vec<u32>, u32, u32) = (Vec::new(), 1, 0);
    let mut rest = pattern.chars();
    while let Some(c) = rest.next() {
        match c {
            '(' => {
                groups.push(sum);
                (sum, last) = (1, 0);
            }
            ')' => {
                last = sum;
                sum = groups.pop().unwrap_or(0).saturating_add(sum);
            }
            '{' => {
                let counts: String = rest.by_ref().take_while(|c| *c != '}').collect();
                let most = counts.split(',').filter_map(|count| count.trim().parse::<u32>().ok()).max();
                sum = sum.saturating_add(last.saturating_mul(most.unwrap_or(1)));
            }
            '*' | '+' | '?' | '|' => {}
            '\\' => {
                // Classes by name, such as `\p{L}`, have many ranges.
                last = if rest.next() == Some('p') { 64 } else { 1 };
                sum = sum.saturating_add(last);
            }
            _ => {
                last = 1;
                sum = sum.saturating_add(1);
            }
        }
    }
    groups.into_iter().fold(sum, u32::saturating_add)
}

/// Whether a part of a pattern occurs in it, not as an escaped backslash and not within a class.
fn unescaped(pattern: &str, part: &str) -> bool {
    let (mut escaped, mut class) = (false, false);
    pattern.char_indices().any(|(at, c)| {
        let here = !escaped && !class && pattern.get(at..).is_some_and(|rest| rest.starts_with(part));
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '[' => class = true,
            ']' => class = false,
            _ => {}
        }
        here
    })
}

/// Java's spelling where it differs: possessive quantifiers, `\Q…\E`, `\Z`, `\h`, POSIX classes, ASCII-only `\d \w \s \b`.
fn translated(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut rest = pattern;
    let mut class = 0_usize;
    // Whether what was written last is a quantifier.
    let mut quantified = false;
    while let Some(c) = rest.chars().next() {
        let after_quantifier = std::mem::take(&mut quantified);
        let after = rest.get(c.len_utf8()..).unwrap_or("");
        if c == '\\' {
            let next = after.chars().next();
            let tail = after.get(next.map_or(0, char::len_utf8)..).unwrap_or("");
            rest = tail;
            match next {
                Some('Q') => {
                    let (literal, beyond) = tail.split_once("\\E").unwrap_or((tail, ""));
                    out.push_str(&regex::escape(literal));
                    rest = beyond;
                }
                Some('e') => out.push_str("\\x1B"),
                Some('Z') => out.push_str("\\z"),
                Some('h') => out.push_str(if class > 0 { " \\t" } else { "[ \\t]" }),
                Some('d') => out.push_str(if class > 0 { "0-9" } else { "[0-9]" }),
                Some('D') => out.push_str("[^0-9]"),
                Some('w') => out.push_str(if class > 0 { "a-zA-Z0-9_" } else { "[a-zA-Z0-9_]" }),
                Some('W') => out.push_str("[^a-zA-Z0-9_]"),
                Some('s') => out.push_str(if class > 0 { " \\t\\n\\x0B\\f\\r" } else { "[ \\t\\n\\x0B\\f\\r]" }),
                Some('S') => out.push_str("[^ \\t\\n\\x0B\\f\\r]"),
                Some('R') => out.push_str("(?:\\r\\n|[\\n\\r])"),
                Some('u') => {
                    let digits = tail.get(..4).unwrap_or("");
                    out.push_str(&format!("\\x{{{digits}}}"));
                    rest = tail.get(4..).unwrap_or("");
                }
                Some('p' | 'P') if posix(tail).is_some() => {
                    let (name, set, beyond) = posix(tail).unwrap_or_default();
                    let negated = next == Some('P');
                    let _ = name;
                    out.push_str(&match (class > 0 && !negated, negated) {
                        (true, _) => set.to_owned(),
                        (false, true) => format!("[^{set}]"),
                        (false, false) => format!("[{set}]"),
                    });
                    rest = beyond;
                }
                Some(c @ ('p' | 'P' | 'x')) if tail.starts_with('{') => {
                    let length = tail.find('}').map_or(tail.len(), |end| end.saturating_add(1));
                    let (name, beyond) = tail.split_at(length);
                    out.push_str(&format!("\\{c}{name}"));
                    rest = beyond;
                }
                Some(c) if c.is_ascii_punctuation() || c.is_ascii_alphanumeric() => {
                    // What Java lets one escape needlessly stands for itself.
                    let plain =
                        matches!(c, '"' | '\'' | '`' | ',' | ';' | ':' | '!' | '@' | '%' | '=' | '/' | '_' | '<' | '>');
                    if !plain {
                        out.push('\\');
                    }
                    out.push(c);
                }
                Some(c) => out.push(c),
                None => out.push('\\'),
            }
            continue;
        }
        rest = after;
        match c {
            '[' if class > 0 => {
                class = class.saturating_add(1);
                // Java knows no `[:alpha:]`: that is a class of these characters.
                out.push_str(if rest.starts_with(':') { "[\\:" } else { "[" });
                rest = rest.strip_prefix(':').unwrap_or(rest);
            }
            '[' => {
                class = 1;
                out.push('[');
                if let Some(beyond) = rest.strip_prefix('^') {
                    out.push('^');
                    rest = beyond;
                }
                if let Some(beyond) = rest.strip_prefix(']') {
                    out.push_str("\\]");
                    rest = beyond;
                }
            }
            ']' => {
                class = class.saturating_sub(1);
                out.push(']');
            }
            // Possessive quantifiers match the same here.
            '+' if class == 0 && after_quantifier => {}
            '*' | '+' | '?' if class == 0 => {
                out.push(c);
                quantified = true;
            }
            '{' if class == 0 => {
                let (count, beyond) = rest.split_once('}').unwrap_or((rest, ""));
                out.push_str(&format!("{{{count}"));
                if count.len() < rest.len() {
                    out.push('}');
                }
                rest = beyond;
                quantified = true;
            }
            // In Rust's syntax these would begin set operations.
            '&' | '~' | '-' if class > 0 && rest.starts_with(c) && c != '-' => {
                out.push(c);
                if c == '~' {
                    out.pop();
                    out.push_str("\\~");
                }
            }
            _ => out.push(c),
        }
    }
    out
}

/// The set of a Java class name after `\p`: name, set and what follows.
fn posix(tail: &str) -> Option<(&str, &'static str, &str)> {
    let (name, beyond) = tail.strip_prefix('{')?.split_once('}')?;
    let set = match name {
        "Alpha" => "a-zA-Z",
        "Digit" => "0-9",
        "Alnum" => "a-zA-Z0-9",
        "Upper" => "A-Z",
        "Lower" => "a-z",
        "Punct" => "!-/:-@\\[-`{-~",
        "Space" => " \\t\\n\\x0B\\f\\r",
        "Blank" => " \\t",
        "XDigit" => "0-9a-fA-F",
        "IsAlphabetic" => "\\p{Alphabetic}",
        "IsDigit" => "\\p{Nd}",
        "IsPunctuation" => "\\p{P}",
        "IsLetter" => "\\p{L}",
        "ASCII" => "\\x00-\\x7F",
        "javaLowerCase" | "IsLowercase" => "\\p{Lowercase}",
        "javaUpperCase" | "IsUppercase" => "\\p{Uppercase}",
        "javaLetter" => "\\p{L}",
        "javaDigit" => "\\p{Nd}",
        "javaLetterOrDigit" => "\\p{L}\\p{Nd}",
        "javaWhitespace" | "IsWhite_Space" => "\\s",
        _ => return None,
    };
    Some((name, set, beyond))
}
