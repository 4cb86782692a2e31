//! The analyser: from forms to expressions. All static errors are found here, all at once, before anything runs.
//!
//! A form is first looked at as a special form (`forms`), then as sugar that is rewritten to other forms (`sugar`,
//! `comprehend`), else as a call. Patterns become plain bindings in `bind`. When a function is complete, `liveness`
//! marks the last use of each local. Last, `infer` walks the whole with what tools and data are declared to look like.

mod bind;
mod comprehend;
mod expr;
mod handles;
mod hints;
mod infer;
mod lint;
mod liveness;
mod names;
mod namespaces;
mod outline;
mod rewrite;
mod scope;
mod special;
mod unknown;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

pub use expr::{ArityExpr, CatchExpr, Expr, ExprKind, FunctionExpr, MemberExpr, TryExpr};
pub use namespaces::Aliases;
pub use outline::{Callee, ClosureOutline, Origin, OriginSource, Outline, ValueKind};

use crate::lisp::forms;
use crate::lisp::syntax::{Form, FormKind};
use crate::lisp::text::{Error, ErrorKind, Finding, LimitKind, LimitReached, Source, Span};
use crate::lisp::value::{Globals, Keyword, Names, Regex, Registry, Symbol, Takes, Value, arity_message};
use scope::Scopes;

/// The deepest nesting of an analysed program, sugar included.
const MAX_DEPTH: usize = crate::lisp::limits::MAX_EXPANDED_NESTING;

/// What a program is analysed against.
pub struct AnalysisContext<'a> {
    /// The builtins.
    pub registry: &'a Registry,
    /// The names of the memory.
    pub names: &'a Names,
    /// Their values.
    pub globals: &'a Globals,
    /// The aliases that earlier programs gave.
    pub aliases: &'a Aliases,
    /// The tools.
    pub tools: &'a dyn Tools,
    /// The context.
    pub context: &'a Value,
    /// Whether to find all there is to find, also what running the program would say; else only what has to be known
    /// before.
    pub thorough: bool,
    /// Fails if there is no time or memory left.
    pub check_limits: &'a dyn Fn() -> crate::lisp::value::Result<()>,
}

/// Why a call of a tool cannot work.
pub struct ToolRejection {
    /// The kind of error.
    pub kind: ErrorKind,
    /// The reason.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
}

/// What the analyser knows of tools.
pub trait Tools {
    /// Why a call of the tool cannot work, if it cannot: an unknown name, arguments that do not fit. The arguments are
    /// given where they are known, with [`Value::Nothing`] in the place of what is not.
    ///
    /// # Errors
    /// The reason and what to do.
    fn check(&self, name: &str, arguments: Option<&Value>) -> Result<(), ToolRejection>;

    /// The same of arguments that are known in outline only. What is known as a value has been checked already.
    ///
    /// # Errors
    /// The reason and what to do.
    fn check_outlines(&self, name: &str, arguments: &[(Keyword, Outline)]) -> Result<(), ToolRejection>;

    /// What the tool gives, as far as it is declared and held to it.
    fn result(&self, name: &str) -> Outline;

    /// What programs call a tool of the runtime here.
    fn name_of_builtin<'a>(&'a self, builtin_id: &'a str) -> &'a str {
        builtin_id
    }

    /// Why there is nothing to be told of a tool: nobody knows its name.
    ///
    /// # Errors
    /// The reason and what to do.
    fn check_name(&self, name: &str) -> Result<(), ToolRejection> {
        self.check(name, None)
    }

    /// Whether there is such a tool, and it can be called.
    fn has(&self, name: &str) -> bool {
        self.check(name, None).is_ok()
    }
}

/// No tools at all.
pub struct NoTools;

impl Tools for NoTools {
    fn check(&self, name: &str, _: Option<&Value>) -> Result<(), ToolRejection> {
        let message = format!("there is no tool {name:?}: this program was given none");
        Err(ToolRejection { kind: ErrorKind::Analysis, message, hint: None })
    }

    fn check_outlines(&self, name: &str, _: &[(Keyword, Outline)]) -> Result<(), ToolRejection> {
        self.check(name, None)
    }

    fn result(&self, _: &str) -> Outline {
        Outline::ANY
    }
}

/// An analysed program.
pub struct AnalysedProgram {
    /// Its forms, in order.
    pub body: Expr,
    /// The slots of its frame.
    pub slots: usize,
    /// The aliases that hold from now on.
    pub aliases: Aliases,
}

/// Analyses a program, and says what is wrong with it.
///
/// It can run unless there is a finding that is an error and counts [before a run](Finding::before_run).
pub fn analyse(source: &Arc<Source>, forms: &[Form], ctx: &AnalysisContext<'_>) -> (AnalysedProgram, Vec<Finding>) {
    let mut analyser = Analyser {
        source,
        ctx,
        scopes: Scopes::new(),
        errors: Vec::new(),
        warnings: Vec::new(),
        defined: HashMap::new(),
        definitions: HashMap::new(),
        calls_tools: false,
        remembered: HashSet::new(),
        aliases: ctx.aliases.clone(),
        depth: 0,
        binding: None,
        trying: 0,
        fresh: 0,
        forms: 0,
        regexes: HashMap::new(),
        states: 0,
        stopped: false,
    };
    analyser.scopes.begin_body();
    let span = Span::new(0, source.text().len());
    let items = analyser.all(forms);
    let mut body = Expr::new(ExprKind::Do(items), span);
    liveness::mark(&mut body);
    let stopped = analyser.stopped;
    let slots = analyser.scopes.slots();
    let mut findings: Vec<Finding> = analyser.errors.into_iter().map(Finding::error).collect();
    findings.append(&mut analyser.warnings);
    // Without tools nothing is declared, and data shows what it is when the program runs.
    if !stopped && (ctx.thorough || analyser.calls_tools) {
        findings.extend(infer::infer(&body, slots, source, ctx, &analyser.definitions));
    }
    (AnalysedProgram { body, slots, aliases: analyser.aliases }, findings)
}

/// The text at a place, cut where it is long.
fn abridged(source: &Source, span: Span) -> String {
    crate::lisp::text::abridge(source.slice(span), 80).into_owned()
}

/// The number of parameters, whether more may follow, and how they are written.
type BuiltinSignature = (usize, bool, Arc<str>);

/// Where a form stands in the loop or function around it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Position {
    /// Its value is the value of the whole, so `recur` may stand there.
    Tail,
    /// Its value is still needed.
    Inner,
}

impl Position {
    /// The position of one of several forms of which the last stands here.
    fn of_last(self, is_last: bool) -> Self {
        if is_last { self } else { Self::Inner }
    }
}

struct Analyser<'a> {
    source: &'a Arc<Source>,
    ctx: &'a AnalysisContext<'a>,
    scopes: Scopes,
    errors: Vec<Error>,
    warnings: Vec<Finding>,
    /// Names that a `def` of this program made so far, with the parameters if it is a `defn`.
    defined: HashMap<String, Option<Vec<BuiltinSignature>>>,
    /// How often names are defined, by number; within a function counts as more than once.
    definitions: HashMap<usize, usize>,
    /// Whether a tool is called or named.
    calls_tools: bool,
    /// Names that a literal `memory/put` of this program puts.
    remembered: HashSet<String>,
    aliases: Aliases,
    depth: usize,
    /// The name whose value is being read: it cannot be used there.
    binding: Option<String>,
    /// How many `try` forms enclose the place: inside one, what Clojure raises at run time is raised at run time.
    trying: usize,
    fresh: usize,
    /// The forms looked at so far.
    forms: u64,
    /// The regexes of the source by their patterns: equal ones are compiled once.
    regexes: HashMap<String, Arc<Regex>>,
    /// The states of all of them together.
    states: u64,
    /// Whether a limit has ended the analysis.
    stopped: bool,
}

impl Analyser<'_> {
    /// No more errors than a model can use.
    const MAX_ERRORS: usize = 20;

    /// How many forms are analysed between two checks of time and memory.
    const BETWEEN_CHECKS: u64 = 1_024;

    /// The most states that the regexes of a source may have together, of which one takes more than half a kilobyte.
    const MAX_REGEX_STATES: u64 = crate::lisp::limits::MAX_REGEX_STATES;

    /// What the smallest regex takes, in states.
    const MIN_REGEX_STATES: u64 = 32;

    #[cold]
    fn error(&mut self, span: Span, kind: ErrorKind, message: impl Into<String>, hint: Option<String>) -> Expr {
        let mut error = Error::new(kind, message).at(self.source, span);
        if let Some(hint) = hint {
            error = error.hint(hint);
        }
        self.add(error);
        // No value: nothing more is said of what is made of it.
        Expr::constant(Value::Nothing, span)
    }

    fn add(&mut self, error: Error) {
        if self.errors.len() < Self::MAX_ERRORS {
            self.errors.push(error);
        }
    }

    fn wrong(&mut self, span: Span, message: impl Into<String>, hint: &str) -> Expr {
        let hint = (!hint.is_empty()).then(|| hint.to_owned());
        self.error(span, ErrorKind::Analysis, message, hint)
    }

    /// A name that no program can write.
    fn fresh(&mut self, name: &str) -> String {
        Self::new_name(&mut self.fresh, name)
    }

    fn new_name(fresh: &mut usize, name: &str) -> String {
        *fresh = fresh.saturating_add(1);
        format!("{name} {fresh}")
    }

    fn text(&self, span: Span) -> String {
        abridged(self.source, span)
    }

    /// Whether to analyse the next form or pattern, which it counts: no limit has ended the analysis and not all errors are found.
    fn may_continue(&mut self) -> bool {
        self.forms = self.forms.saturating_add(1);
        if self.forms.is_multiple_of(Self::BETWEEN_CHECKS)
            && !self.stopped
            && let Err(raise) = (self.ctx.check_limits)()
        {
            self.stopped = true;
            self.errors.insert(0, raise.to_error());
        }
        !self.stopped && self.errors.len() < Self::MAX_ERRORS
    }

    /// The expression of a form.
    fn form(&mut self, form: &Form, position: Position) -> Expr {
        // Enough is known: looking on would cost time, suggestions most of all, and say nothing more.
        if !self.may_continue() {
            return Expr::constant(Value::Nothing, form.span);
        }
        if self.depth >= MAX_DEPTH {
            return self.too_deep(form.span);
        }
        self.depth = self.depth.saturating_add(1);
        let expr = match form.meta.as_deref() {
            Some(meta) if form.carries_meta() => self.with_meta(form, meta),
            _ => self.form_within(form, position),
        };
        self.depth = self.depth.saturating_sub(1);
        expr
    }

    /// Refuses what is nested too deeply, and says so once.
    #[cold]
    fn too_deep(&mut self, span: Span) -> Expr {
        if self.errors.iter().any(|error| error.kind == ErrorKind::Limit) {
            return Expr::constant(Value::Nil, span);
        }
        let hint = "give inner parts names with let or defn";
        self.beyond(LimitKind::SourceNesting, MAX_DEPTH as u64, span, "the program is nested too deeply", hint)
    }

    /// Refuses what is beyond a limit of the analyser.
    #[cold]
    fn beyond(&mut self, limit: LimitKind, configured: u64, span: Span, message: &str, hint: &str) -> Expr {
        let expr = self.error(span, ErrorKind::Limit, message, Some(hint.to_owned()));
        if let Some(error) = self.errors.last_mut() {
            error.limit = Some(LimitReached::one_more(limit, configured));
        }
        expr
    }

    /// A regex of the source.
    fn regex(&mut self, pattern: &str, span: Span) -> Expr {
        if let Some(regex) = self.regexes.get(pattern) {
            return Expr::constant(Value::Regex(Arc::new(regex.alike())), span);
        }
        // Before it is compiled: afterwards the memory is taken.
        self.states =
            self.states.saturating_add(Regex::states_of(pattern).into()).saturating_add(Self::MIN_REGEX_STATES);
        if self.states > Self::MAX_REGEX_STATES {
            self.stopped = true;
            let message = "the regexes of the program are too large together";
            let hint = "repeat less in them, or write one that serves in several places";
            return self.beyond(LimitKind::RegexStates, Self::MAX_REGEX_STATES, span, message, hint);
        }
        match Regex::compile(pattern) {
            Ok(regex) => {
                let regex = Arc::new(regex);
                self.regexes.insert(pattern.to_owned(), regex.clone());
                Expr::constant(Value::Regex(regex), span)
            }
            Err(fault) => self.error(
                span,
                fault.kind,
                fault.message().into_owned(),
                fault.advice().map(std::borrow::Cow::into_owned),
            ),
        }
    }

    /// A literal collection or function with what `^` wrote before it.
    fn with_meta(&mut self, form: &Form, meta: &Form) -> Expr {
        let value = self.form_within(form, Position::Inner);
        let meta = self.form(meta, Position::Inner);
        if let (Some(constant @ (Value::Vector(_) | Value::Map(_))), Some(Value::Map(map))) =
            (value.as_constant(), meta.as_constant())
        {
            return Expr::constant(constant.clone().with_meta(Some(map.clone())), form.span);
        }
        self.builtin("with-meta", vec![value, meta], form.span)
    }

    fn form_within(&mut self, form: &Form, position: Position) -> Expr {
        let span = form.span;
        match &form.kind {
            FormKind::Literal(value) => Expr::constant(value.clone(), span),
            FormKind::Symbol(symbol) => self.symbol(symbol, span),
            FormKind::Regex(pattern) => self.regex(pattern, span),
            FormKind::Vector(items) => {
                let items = self.all(items);
                if items.iter().all(|item| item.as_constant().is_some()) {
                    let values = items.iter().filter_map(Expr::as_constant).cloned().collect();
                    return Expr::constant(Value::vector(values), span);
                }
                Expr::new(ExprKind::Vector(items), span)
            }
            FormKind::Set(items) => {
                let items = self.all(items);
                Expr::new(ExprKind::Set(items), span)
            }
            FormKind::Map(items) => {
                let mut entries = Vec::with_capacity(items.len() / 2);
                let mut items = items.iter();
                while let (Some(key), Some(value)) = (items.next(), items.next()) {
                    entries.push((self.form(key, Position::Inner), self.form(value, Position::Inner)));
                }
                if entries.iter().all(|(key, value)| key.as_constant().is_some() && value.as_constant().is_some()) {
                    let constants = entries
                        .iter()
                        .filter_map(|(key, value)| key.as_constant().cloned().zip(value.as_constant().cloned()));
                    return Expr::constant(Value::map(constants), span);
                }
                Expr::new(ExprKind::Map(entries), span)
            }
            FormKind::Function(items) => self.function_literal(items, span),
            FormKind::List(items) => match items.as_slice() {
                [] => Expr::constant(crate::lisp::value::Seq::empty(), span),
                [head, arguments @ ..] => self.list(form, head, arguments, position),
            },
        }
    }

    fn all(&mut self, forms: &[Form]) -> Vec<Expr> {
        self.lint_neighbours(forms);
        forms.iter().map(|form| self.form(form, Position::Inner)).collect()
    }

    /// Forms one after the other; the last is in tail position if the whole is.
    fn body(&mut self, forms: &[Form], position: Position, span: Span) -> Expr {
        match forms {
            [] => Expr::constant(Value::Nil, span),
            [only] => self.form(only, position),
            _ => {
                let last = forms.len().saturating_sub(1);
                let items =
                    forms.iter().enumerate().map(|(at, form)| self.form(form, position.of_last(at == last))).collect();
                Expr::new(ExprKind::Do(items), span)
            }
        }
    }

    fn list(&mut self, form: &Form, head: &Form, arguments: &[Form], position: Position) -> Expr {
        let span = form.span;
        if let FormKind::Symbol(symbol) = &head.kind
            && let Some(expr) = self.named(symbol, form, head, arguments, position)
        {
            return expr;
        }
        // A keyword before a collection is a lookup wherever the builtin `get` would do the same.
        if let FormKind::Literal(key @ Value::Keyword(_)) = &head.kind {
            let mut items = vec![];
            if let [target, default @ ..] = arguments
                && default.len() <= 1
            {
                items.push(self.form(target, Position::Inner));
                items.push(Expr::constant(key.clone(), head.span));
                items.extend(default.iter().map(|form| self.form(form, Position::Inner)));
                return self.builtin("%lookup", items, span);
            }
            return self.wrong(
                span,
                format!("{key} takes a collection and, if need be, a default"),
                "write (:key map)",
            );
        }
        let function = self.form(head, Position::Inner);
        let items = self.all(arguments);
        // `(Long/MAX_VALUE)` is a way to write the constant.
        if items.is_empty()
            && head.as_symbol().is_some_and(|name| name.contains('/'))
            && function.as_constant().is_some()
        {
            let is_constant = matches!(function.as_constant(), Some(Value::Int(_) | Value::Float(_) | Value::Bool(_)));
            if is_constant {
                return function;
            }
        }
        self.call(function, items, span)
    }

    /// A list that begins with a name: a form, or a call that its name makes special.
    fn named(
        &mut self,
        symbol: &Symbol,
        form: &Form,
        head: &Form,
        arguments: &[Form],
        position: Position,
    ) -> Option<Expr> {
        let span = form.span;
        let plain = symbol.as_str().strip_prefix("clojure.core/");
        let name = plain.unwrap_or(symbol.as_str());
        let row = forms::find(name);
        let is_special = row.is_some_and(|row| row.is_special(name));
        if !is_special && plain.is_none() && (self.scopes.is_local(name) || self.is_defined(name)) {
            return None;
        }
        if self.aliases.referred(name).is_none() {
            self.lint(name, arguments, span);
        }
        let errors = self.errors.len();
        if let Some(row) = row {
            let rewritten = if row.has_templates() {
                self.expand(row, form, arguments)
            } else if let Some(expr) = self.special(row.name, form, arguments, position) {
                return Some(expr);
            } else {
                self.rewrite(row.name, form, arguments)
            };
            if let Some(rewritten) = rewritten {
                return Some(self.form(&rewritten, position));
            }
            // A form that is none has said why.
            if self.errors.len() == errors {
                self.misshapen(row, form, arguments);
            }
            return Some(Expr::constant(Value::Nothing, span));
        }
        // What is a form elsewhere need not have its parts judged.
        if self.find_builtin(name).is_none() && hints::is_form(name) {
            let unknown = self.form(head, Position::Inner);
            if self.errors.len() > errors {
                return Some(unknown);
            }
        }
        self.hosted(symbol, arguments, span)
    }

    fn call(&mut self, function: Expr, items: Vec<Expr>, span: Span) -> Expr {
        match &function.kind {
            ExprKind::Constant(Value::Function(callee)) => {
                if let crate::lisp::value::Function::Builtin(builtin) = &**callee {
                    let Some(clause) = builtin.clause(items.len()) else {
                        return if self.trying == 0 {
                            let given = items.len();
                            let message = arity_message(builtin.name, given, &Takes::Builtin(builtin));
                            let example = || builtin.example().map(|example| format!("for example {example}"));
                            let compared = match (builtin.name, items.as_slice()) {
                                ("where", [field, value]) => {
                                    let (field, value) = (self.text(field.span), self.text(value.span));
                                    Some(format!("write (where {field} = {value})"))
                                }
                                _ => None,
                            };
                            let usual = || builtin.arity_hint().map(Into::into);
                            let hint = compared.or_else(usual).or_else(example);
                            self.error(span, ErrorKind::Analysis, message, hint)
                        } else {
                            Expr::new(ExprKind::Call(Box::new(function), items), span)
                        };
                    };
                    return Expr::new(ExprKind::Builtin(builtin, clause, items), span);
                }
            }
            ExprKind::Constant(
                value @ (Value::Int(_) | Value::Float(_) | Value::Text(_) | Value::Nil | Value::Bool(_)),
            ) if self.trying == 0 => {
                let message = format!("{} cannot be called", value.describe());
                return self.wrong(
                    span,
                    message,
                    "the first item of a list is called, operators too: (+ 1 2); data lists are written [1 2 3] or '(1 2 3)",
                );
            }
            ExprKind::Global { name, .. } if self.trying == 0 => {
                if let Some(Some(arities)) = self.defined.get(&**name) {
                    let given = items.len();
                    if !arities.iter().any(|(params, rest, _)| given == *params || (*rest && given >= *params)) {
                        let takes: Vec<String> = arities
                            .iter()
                            .map(
                                |(params, rest, _)| {
                                    if *rest { format!("{params} or more") } else { params.to_string() }
                                },
                            )
                            .collect();
                        let noun = if given == 1 { "argument" } else { "arguments" };
                        let written: Vec<&str> = arities.iter().map(|(.., written)| &**written).collect();
                        let (takes, written) = (takes.join(" or "), written.join(" or "));
                        let message = format!("{name} was given {given} {noun}; it takes {takes}: {written}");
                        return self.wrong(span, message, "");
                    }
                }
            }
            _ => {}
        }
        Expr::new(ExprKind::Call(Box::new(function), items), span)
    }

    /// A call of a builtin that the analyser writes itself.
    fn builtin(&mut self, name: &str, items: Vec<Expr>, span: Span) -> Expr {
        match self.ctx.registry.find(name).and_then(|builtin| Some((builtin, builtin.clause(items.len())?))) {
            Some((builtin, clause)) => Expr::new(ExprKind::Builtin(builtin, clause, items), span),
            None => self.wrong(span, format!("{name} is missing from the registry"), ""),
        }
    }

    fn symbol(&mut self, symbol: &Symbol, span: Span) -> Expr {
        self.resolve(symbol.as_str(), span)
    }
}
