//! The registry's row: what a builtin is called, what it takes, what it does and what it says of itself.

use super::{Args, BuiltinSignature, BuiltinType, Context, Gives, Result, Value};

/// A function of the closed table.
pub struct Builtin {
    /// The full name: `map`, `clojure.string/join`.
    pub name: &'static str,
    /// The part of the reference it stands in.
    pub theme: Theme,
    /// What it does, in sentences, then examples in the notation; line by line, as written above it.
    pub doc: &'static [&'static str],
    /// What it gives, for the checks before a run.
    pub gives: Gives,
    /// What to say where it, or the function it was given, has the wrong number of arguments.
    pub hint: Option<&'static str>,
    /// The builtin that this is another name of, whose code it has.
    pub alias_of: Option<&'static str>,
    /// One for each number of parameters.
    pub clauses: &'static [Clause],
}

/// The parts of the reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Theme {
    Agents,
    Numbers,
    Comparing,
    Predicates,
    Collections,
    Maps,
    Sets,
    Sequences,
    Transducers,
    Functions,
    Strings,
    Regexes,
    State,
    Errors,
    Printing,
    Json,
    Dates,
    Java,
}

/// One arity of a builtin.
pub struct Clause {
    /// The parameters' names; the last is the rest if `variadic`.
    pub params: &'static [&'static str],
    /// Whether the last parameter takes all that is left.
    pub variadic: bool,
    /// What it does.
    pub code: BuiltinCode,
}

/// Code by number of arguments, so that few ones are passed without a list.
#[derive(Clone, Copy)]
pub enum BuiltinCode {
    /// None.
    F0(fn(&mut dyn Context) -> Result<Value>),
    /// One.
    F1(fn(&mut dyn Context, Value) -> Result<Value>),
    /// Two.
    F2(fn(&mut dyn Context, Value, Value) -> Result<Value>),
    /// Three.
    F3(fn(&mut dyn Context, Value, Value, Value) -> Result<Value>),
    /// Any number.
    N(fn(&mut dyn Context, Args) -> Result<Value>),
}

impl BuiltinCode {
    /// Runs the code with as many arguments as its clause takes; those that are not given are `nil`.
    ///
    /// # Errors
    /// What the builtin raises.
    #[inline]
    pub fn call(self, cx: &mut dyn Context, mut arguments: Args) -> Result<Value> {
        let mut pop = || arguments.pop().unwrap_or_default();
        match self {
            Self::F0(code) => code(cx),
            Self::F1(code) => code(cx, pop()),
            Self::F2(code) => {
                let b = pop();
                code(cx, pop(), b)
            }
            Self::F3(code) => {
                let (c, b) = (pop(), pop());
                code(cx, pop(), b, c)
            }
            Self::N(code) => code(cx, arguments),
        }
    }
}

/// How many arguments are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arity {
    /// At least.
    pub least: usize,
    /// At most, if there is a most.
    pub most: Option<usize>,
}

impl Arity {
    /// Whether this number of arguments is taken.
    pub fn takes(self, given: usize) -> bool {
        given >= self.least && self.most.is_none_or(|most| given <= most)
    }
}

impl Clause {
    /// How a builtin of this name is called: `(get coll key)`.
    pub fn signature(&self, name: &str) -> String {
        let last = self.params.len().saturating_sub(1);
        let params =
            self.params.iter().enumerate().map(|(at, param)| {
                if self.variadic && at == last { format!(" & {param}") } else { format!(" {param}") }
            });
        format!("({name}{})", params.collect::<String>())
    }

    /// How many arguments the clause takes.
    pub fn arity(&self) -> Arity {
        if self.variadic {
            Arity { least: self.params.len().saturating_sub(1), most: None }
        } else {
            Arity { least: self.params.len(), most: Some(self.params.len()) }
        }
    }
}

/// By name: `map`.
impl std::fmt::Debug for Builtin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

impl Builtin {
    /// What a line of a doc begins with if it is the first of an example.
    pub const CODE: [char; 9] = ['(', '[', '{', '#', '\'', '"', ';', '@', '*'];

    /// This row with what another one does, and says of it where this one says nothing.
    fn with_code_of(&self, other: &Self) -> Self {
        Self {
            name: self.name,
            theme: self.theme,
            doc: if self.doc.is_empty() { other.doc } else { self.doc },
            gives: Gives::new(other.gives.text(), other.gives.rule),
            hint: other.hint,
            alias_of: self.alias_of,
            clauses: other.clauses,
        }
    }

    /// The clause for a number of arguments.
    #[inline]
    pub fn clause(&self, given: usize) -> Option<&'static Clause> {
        self.clauses.iter().find(|clause| clause.arity().takes(given))
    }

    /// Whether it calls a function that it is given.
    pub fn calls_function(&self) -> bool {
        let mut params = self.clauses.iter().flat_map(|clause| clause.params);
        params.any(|param| matches!(*param, "f" | "pred" | "xform" | "thunk" | "comparator"))
    }

    /// What to say where it has the wrong number of arguments.
    pub fn arity_hint(&self) -> Option<&'static str> {
        let function_first = || {
            let first = self.gives.signatures().iter().any(|signature| signature.function_of_items().is_some());
            first.then_some("the function comes first, the collection last")
        };
        self.hint.filter(|_| !self.calls_function()).or_else(function_first)
    }

    /// What to say where the function that it calls takes another number of arguments.
    pub fn function_hint(&self) -> Option<&'static str> {
        let by_signature = || {
            let function = self.gives.signatures().iter().find_map(BuiltinSignature::function_of_items)?;
            match function.params() {
                [BuiltinType::Variable(_)] => Some(
                    "the function gets one item of each collection: (fn [item] …); of a map the entry: (fn [[k v]] …)",
                ),
                [BuiltinType::Number, BuiltinType::Variable(_)] => {
                    Some("the function gets the index and the item: (fn [i item] …)")
                }
                _ => None,
            }
        };
        self.hint.filter(|_| self.calls_function()).or_else(by_signature)
    }

    /// The name without the namespace.
    pub fn short_name(&self) -> &'static str {
        match self.name.split_once('/') {
            Some((space, name)) if !space.is_empty() && !name.is_empty() => name,
            _ => self.name,
        }
    }

    /// How it is called: `(get coll key) (get coll key default)`.
    pub fn signatures(&self) -> String {
        self.clauses.iter().map(|clause| clause.signature(self.name)).collect::<Vec<_>>().join(" ")
    }

    /// What it does, in one sentence: the first of the prose, which ends where a line can only be code.
    pub fn summary(&self) -> String {
        let lines = self.doc.iter().map(|line| line.trim());
        let prose = lines.take_while(|line| !line.is_empty() && !line.starts_with(Self::CODE));
        let prose = prose.collect::<Vec<_>>().join(" ");
        prose.split_inclusive(". ").next().unwrap_or("").trim_end().to_owned()
    }

    /// The first example on one line: `(inc 1) ;=> 2`.
    pub fn example(&self) -> Option<String> {
        let lines = self.doc.iter().map(|line| line.trim());
        let mut lines = lines.skip_while(|line| !line.starts_with(Self::CODE) || line.starts_with(';'));
        let (code, answer) = (lines.next()?, lines.next()?);
        answer.starts_with(";=>").then(|| format!("{code} {answer}"))
    }
}

/// The closed table of everything that programs can name without defining it.
pub struct Registry {
    by_name: std::collections::HashMap<&'static str, &'static Builtin, foldhash::fast::FixedState>,
    constants: std::collections::HashMap<&'static str, Value, foldhash::fast::FixedState>,
}

impl Registry {
    /// A table of these rows and constants. It lasts as long as the process: another name of a builtin is a row made here.
    pub fn new(rows: &[&'static [Builtin]], constants: impl IntoIterator<Item = (&'static str, Value)>) -> Self {
        let rows = || rows.iter().flat_map(|rows| rows.iter());
        let mut by_name: std::collections::HashMap<_, _, _> = rows().map(|row| (row.name, row)).collect();
        for row in rows() {
            if let Some(of) = row.alias_of.and_then(|name| by_name.get(name).copied()) {
                by_name.insert(row.name, Box::leak(Box::new(row.with_code_of(of))));
            }
        }
        Self { by_name, constants: constants.into_iter().collect() }
    }

    /// The builtin of a full name.
    pub fn find(&self, name: &str) -> Option<&'static Builtin> {
        self.by_name.get(name).copied()
    }

    /// The constant of a full name: `Math/PI`.
    pub fn constant(&self, name: &str) -> Option<&Value> {
        self.constants.get(name)
    }

    /// All builtins that programs may name, by theme and name.
    pub fn all(&self) -> Vec<&'static Builtin> {
        let mut rows: Vec<_> = self.by_name.values().copied().filter(|row| !row.name.starts_with('%')).collect();
        rows.sort_by_key(|row| (row.theme, row.name));
        rows
    }
}
