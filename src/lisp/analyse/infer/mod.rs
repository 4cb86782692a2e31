//! Inference: what each expression gives, as far as it is certain, and what can never work because of it.
//!
//! A walk over the analysed tree in the order it would run, with an [`Outline`] in the place of each value. Results of
//! tools have the outlines that their contracts declare, constants and data their own; what builtins make of them stands
//! on their rows. The body of a function is walked where it is called, with the arguments of that call, and one that is never
//! called at the end, with arguments of which nothing is known.
//!
//! Where there is doubt there is no finding: after a choice, inside of `try`, beyond a bound of depth or work.
//! The work is bounded by the length of the program, so a walk costs no more than a few times what analysing does.

mod calls;
mod keys;
mod loops;
mod rules;

use std::collections::HashMap;
use std::sync::Arc;

use super::expr::{CatchExpr, Expr, ExprKind, FunctionExpr};
use super::outline::{Callee, ClosureOutline, Origin, OriginSource, Outline, ValueKind};
use super::{AnalysisContext, ToolRejection};
use crate::lisp::text::{Error, ErrorKind, Finding, Severity, Source, Span};
use crate::lisp::value::{Keyword, Path, Value};

/// The deepest nesting of expressions that is followed, calls included.
const MOST_DEPTH: usize = 600;

/// The deepest nesting of calls that is followed.
const MOST_FRAMES: usize = 24;

/// No more findings than anybody reads.
const MOST_FINDINGS: usize = 20;

/// Values of data that are looked at.
const MOST_DATA: u64 = 20_000;

/// Walks a program and gives what is certain to go wrong.
///
/// `defined` says how often each name is defined, where more than once stands for all that is not once and for all. Data,
/// which may be large, is looked at only if [`AnalysisContext::thorough`].
pub(super) fn infer(
    body: &Expr,
    slots: usize,
    source: &Arc<Source>,
    ctx: &AnalysisContext<'_>,
    defined: &HashMap<usize, usize>,
) -> Vec<Finding> {
    let mut walk = Inference::new(slots, source, ctx, defined);
    walk.expr(body);
    walk.uncalled();
    walk.findings
}

/// How certain it is that the place is reached. What holds for one holds for those that follow.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Certainty {
    /// It runs.
    Sure,
    /// It runs for each item of a sequence that may be empty, or unless the program has ended before.
    Likely,
    /// It runs if something is so.
    Choice,
    /// It runs if a look at the values has shown that they are what it needs.
    Guarded,
}

/// A call that is being walked.
struct Frame {
    slots: Vec<Outline>,
    captures: Arc<[Outline]>,
    closure: Option<Arc<ClosureOutline>>,
    /// How many loops enclose the place.
    loops: usize,
    /// Whether the function starts again.
    recurs: bool,
}

impl Frame {
    fn new(slots: usize, closure: Option<Arc<ClosureOutline>>) -> Self {
        let captures = closure.as_ref().map_or_else(|| [].into(), |closure| closure.captures.clone());
        Self { slots: vec![Outline::ANY; slots], captures, closure, loops: 0, recurs: false }
    }
}

struct Inference<'a> {
    source: &'a Arc<Source>,
    ctx: &'a AnalysisContext<'a>,
    defined: &'a HashMap<usize, usize>,
    /// Whether the program may set names by name.
    puts: bool,
    frames: Vec<Frame>,
    globals: HashMap<usize, Outline>,
    /// The declared results of tools.
    results: HashMap<Arc<str>, Outline>,
    /// The outlines of data, by name.
    data: HashMap<String, Outline>,
    /// The functions that were made, and whether they have been called.
    closures: Vec<(Arc<ClosureOutline>, bool)>,
    /// Where each is among them.
    made: HashMap<(*const FunctionExpr, usize), usize>,
    findings: Vec<Finding>,
    certainty: Certainty,
    /// Whether the program may have ended before, by `return`, `fail` or `throw`.
    may_have_ended: bool,
    fuel: u64,
    data_left: u64,
    depth: usize,
}

impl<'a> Inference<'a> {
    fn new(
        slots: usize,
        source: &'a Arc<Source>,
        ctx: &'a AnalysisContext<'a>,
        defined: &'a HashMap<usize, usize>,
    ) -> Self {
        let length = source.text().len() as u64;
        Self {
            source,
            ctx,
            defined,
            puts: source.text().contains("memory/put"),
            frames: vec![Frame::new(slots, None)],
            globals: HashMap::new(),
            results: HashMap::new(),
            data: HashMap::new(),
            closures: Vec::new(),
            made: HashMap::new(),
            findings: Vec::new(),
            certainty: Certainty::Sure,
            may_have_ended: false,
            fuel: length.saturating_mul(16).saturating_add(1_000),
            data_left: MOST_DATA,
            depth: 0,
        }
    }
}

impl Inference<'_> {
    /// What an expression gives.
    fn expr(&mut self, expr: &Expr) -> Outline {
        let Some(fuel) = self.fuel.checked_sub(1) else { return Outline::ANY };
        self.fuel = fuel;
        if self.depth >= MOST_DEPTH || self.findings.len() >= MOST_FINDINGS {
            return Outline::ANY;
        }
        self.depth = self.depth.saturating_add(1);
        let outline = self.expr_within(expr);
        self.depth = self.depth.saturating_sub(1);
        outline
    }

    fn expr_within(&mut self, expr: &Expr) -> Outline {
        match &expr.kind {
            ExprKind::Constant(value) => Outline::of_value(value, None, &mut self.fuel),
            ExprKind::Local { slot, .. } => self.local(*slot),
            ExprKind::Captured(index) => {
                self.frames.last().and_then(|frame| frame.captures.get(*index)).cloned().unwrap_or_default()
            }
            ExprKind::This(member) => match self.frames.last().and_then(|frame| frame.closure.clone()) {
                Some(closure) => {
                    let (function, captures) = (closure.function.clone(), closure.captures.clone());
                    ValueKind::Function(Callee::Closure(Arc::new(ClosureOutline {
                        function,
                        member: *member,
                        captures,
                    })))
                    .into()
                }
                None => Outline::ANY,
            },
            ExprKind::Global { number, name, .. } => self.global(*number, name),
            ExprKind::Context(key) => self.context(key),
            ExprKind::Recent(_) => Outline::ANY,
            ExprKind::If(parts) => self.choice(parts),
            ExprKind::Do(items) => self.body(items),
            ExprKind::Let(bindings, body) => {
                self.bindings(bindings);
                self.expr(body)
            }
            ExprKind::Loop(bindings, body) => {
                self.bindings(bindings);
                for (slot, _) in bindings {
                    let first = self.local(*slot);
                    let held = self.in_every_turn(*slot, &first, body);
                    self.set(*slot, held);
                }
                self.in_loop(1);
                let outline = self.expr(body);
                self.in_loop(-1);
                outline
            }
            ExprKind::Recur(bindings) => {
                for (_, value) in bindings {
                    self.expr(value);
                }
                if let Some(frame) = self.frames.last_mut() {
                    frame.recurs |= frame.loops == 0;
                }
                Outline::NEVER
            }
            ExprKind::And(items) => self.and(items),
            ExprKind::Or(items) => self.or(items),
            ExprKind::Case { on, branches, otherwise } => {
                self.expr(on);
                let branches = branches.iter().map(|(_, branch)| branch).chain(otherwise.as_deref());
                self.one_of(branches, Certainty::Choice)
            }
            ExprKind::Function(function) => self.function(function),
            ExprKind::Builtin(builtin, _, items) => {
                let arguments = self.all(items);
                self.builtin(builtin, &arguments, expr.span)
            }
            ExprKind::Call(function, items) => {
                let callee = self.expr(function);
                let arguments = self.all(items);
                self.apply(&callee, &arguments, expr.span)
            }
            ExprKind::Tool { name, arguments, positional } => {
                let given = self.expr(arguments);
                if !*positional {
                    self.tool_arguments(name, arguments, &given, expr.span);
                }
                self.result_of(name)
            }
            ExprKind::Vector(items) => Outline::tuple(self.all(items)),
            ExprKind::Map(entries) => self.map(entries),
            ExprKind::Set(items) => {
                self.all(items);
                Outline::ANY
            }
            ExprKind::Define { number, value, once, .. } => {
                if let Some(value) = value {
                    let outline = self.expr(value);
                    // Only what is defined once, and in any case, is what it is from here on.
                    let steady = !self.puts && self.defined.get(number) == Some(&1) && !*once;
                    if steady && self.certainty <= Certainty::Likely {
                        self.globals.insert(*number, outline);
                    }
                }
                Outline::ANY
            }
            ExprKind::Try(parts) => {
                let mut outline = self.with(Certainty::Choice, |walk| walk.expr(&parts.body));
                for CatchExpr { slot, body, .. } in &parts.catches {
                    self.set(*slot, Outline::ANY);
                    let caught = self.with(Certainty::Choice, |walk| walk.expr(body));
                    outline = outline.join(&caught, &mut self.fuel);
                }
                if let Some(finally) = &parts.finally {
                    self.expr(finally);
                }
                outline
            }
        }
    }

    fn all(&mut self, items: &[Expr]) -> Vec<Outline> {
        items.iter().map(|item| self.expr(item)).collect()
    }

    fn local(&self, slot: usize) -> Outline {
        self.frames.last().and_then(|frame| frame.slots.get(slot)).cloned().unwrap_or_default()
    }

    fn set(&mut self, slot: usize, outline: Outline) {
        if let Some(held) = self.frames.last_mut().and_then(|frame| frame.slots.get_mut(slot)) {
            *held = outline;
        }
    }

    fn bindings(&mut self, bindings: &[(usize, Expr)]) {
        for (slot, value) in bindings {
            let outline = self.expr(value);
            self.set(*slot, outline);
        }
    }

    fn in_loop(&mut self, step: isize) {
        if let Some(frame) = self.frames.last_mut() {
            frame.loops = frame.loops.saturating_add_signed(step);
        }
    }

    /// Runs a walk with no more certainty than this.
    fn with<T>(&mut self, certainty: Certainty, walk: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.certainty;
        self.certainty = before.max(certainty);
        let result = walk(self);
        self.certainty = before;
        result
    }

    /// How certain it is that this place is reached.
    fn certainty(&self) -> Certainty {
        if self.may_have_ended { self.certainty.max(Certainty::Likely) } else { self.certainty }
    }

    /// Forms one after the other: what the last gives.
    fn body(&mut self, items: &[Expr]) -> Outline {
        let mut last = ValueKind::Nil.into();
        for item in items {
            last = self.expr(item);
        }
        last
    }

    /// What one of some expressions gives, of which only one runs.
    fn one_of<'e>(&mut self, branches: impl Iterator<Item = &'e Expr>, certainty: Certainty) -> Outline {
        let mut all = Outline::NEVER;
        for branch in branches {
            let outline = self.with(certainty, |walk| walk.expr(branch));
            all = all.join(&outline, &mut self.fuel);
        }
        all
    }

    fn choice(&mut self, parts: &[Expr; 3]) -> Outline {
        let [test, then, otherwise] = parts;
        self.expr(test);
        self.one_of([then, otherwise].into_iter(), after(test))
    }

    fn and(&mut self, items: &[Expr]) -> Outline {
        let mut certainty = Certainty::Sure;
        let mut last = Outline::ANY;
        for item in items {
            last = self.with(certainty, |walk| walk.expr(item));
            certainty = certainty.max(after(item));
        }
        // `nil` or `false` of an earlier item.
        if items.len() == 1 { last } else { Outline::ANY.join(&last, &mut self.fuel) }
    }

    /// What is not the last item may well be `nil`: that is what the others are for.
    fn or(&mut self, items: &[Expr]) -> Outline {
        let mut all = Outline::NEVER;
        for (at, item) in items.iter().enumerate() {
            let is_last = at.saturating_add(1) == items.len();
            let certainty = if is_last { Certainty::Choice } else { Certainty::Guarded };
            let outline = self.with(certainty, |walk| walk.expr(item));
            let outline = if is_last { outline } else { outline.not_nil() };
            all = all.join(&outline, &mut self.fuel);
        }
        all
    }

    fn map(&mut self, entries: &[(Expr, Expr)]) -> Outline {
        let mut fields = Vec::with_capacity(entries.len());
        let mut known = true;
        for (key, value) in entries {
            let key = self.expr(key);
            let value = self.expr(value);
            match key.as_key() {
                Some(name) => fields.push((Keyword::new(name), value)),
                None => known = false,
            }
        }
        if known { Outline::record(fields) } else { Outline::map(Outline::ANY) }
    }

    fn function(&mut self, function: &Arc<FunctionExpr>) -> Outline {
        let captures: Arc<[Outline]> = function.captures.iter().map(|(_, capture)| self.expr(capture)).collect();
        let mut first = Outline::ANY;
        for member in (0..function.members.len()).rev() {
            let closure = Arc::new(ClosureOutline { function: function.clone(), member, captures: captures.clone() });
            self.made.entry((Arc::as_ptr(function), member)).or_insert_with(|| {
                self.closures.push((closure.clone(), false));
                self.closures.len().saturating_sub(1)
            });
            first = ValueKind::Function(Callee::Closure(closure)).into();
        }
        first
    }

    /// Walks the functions that nobody was seen to call.
    fn uncalled(&mut self) {
        let mut at = 0_usize;
        while let Some((closure, called)) = self.closures.get(at) {
            at = at.saturating_add(1);
            if *called {
                continue;
            }
            let closure = closure.clone();
            let Some(member) = closure.function.members.get(closure.member) else { continue };
            for arity in &member.arities {
                let given = arity.params.saturating_add(usize::from(arity.variadic));
                let arguments = vec![Outline::ANY; given];
                self.with(Certainty::Choice, |walk| walk.apply_closure(&closure, &arguments));
            }
        }
    }

    /// Walks the body of a function with these arguments.
    fn apply_closure(&mut self, closure: &Arc<ClosureOutline>, arguments: &[Outline]) -> Outline {
        let at = self.made.get(&(Arc::as_ptr(&closure.function), closure.member));
        if let Some((_, called)) = at.and_then(|at| self.closures.get_mut(*at)) {
            *called = true;
        }
        let active = |frame: &Frame| frame.closure.as_ref().is_some_and(|other| is_same(other, closure));
        if self.frames.len() >= MOST_FRAMES || self.frames.iter().any(active) {
            return Outline::ANY;
        }
        let given = arguments.len();
        let fits = |params: usize, variadic: bool| given == params || (variadic && given >= params);
        let member = closure.function.members.get(closure.member);
        let Some(arity) =
            member.and_then(|member| member.arities.iter().find(|arity| fits(arity.params, arity.variadic)))
        else {
            return Outline::ANY;
        };
        self.fuel = self.fuel.saturating_sub(arity.slots as u64);
        let mut frame = Frame::new(arity.slots, Some(closure.clone()));
        for (slot, argument) in frame.slots.iter_mut().zip(arguments.iter().take(arity.params)) {
            *slot = argument.clone();
        }
        if arity.variadic
            && let Some(rest) = frame.slots.get_mut(arity.params)
        {
            *rest = Outline::ANY;
        }
        self.frames.push(frame);
        let outline = self.expr(&arity.body);
        let recurs = self.frames.pop().is_some_and(|frame| frame.recurs);
        if recurs { Outline::ANY } else { outline }
    }

    fn global(&mut self, number: usize, name: &str) -> Outline {
        if let Some(known) = self.globals.get(&number) {
            return known.clone();
        }
        let ctx = self.ctx;
        match ctx.globals.get(number) {
            Some(value) if ctx.thorough && !self.puts && !self.defined.contains_key(&number) => {
                self.data(name.into(), value)
            }
            _ => Outline::ANY,
        }
    }

    fn context(&mut self, key: &Value) -> Outline {
        let ctx = self.ctx;
        match (ctx.context, key) {
            (Value::Map(context), Value::Keyword(name)) if ctx.thorough => match context.get(key) {
                Some(value) => self.data(format!("ctx/{}", name.as_str()), value),
                None => Outline::ANY,
            },
            _ => Outline::ANY,
        }
    }

    fn data(&mut self, name: String, value: &Value) -> Outline {
        if let Some(known) = self.data.get(&name) {
            return known.clone();
        }
        let origin = Origin { source: OriginSource::Data(name.as_str().into()), path: Path::default() };
        let outline = Outline::of_value(value, Some(&origin), &mut self.data_left);
        self.data.insert(name, outline.clone());
        outline
    }

    fn result_of(&mut self, name: &Arc<str>) -> Outline {
        let tools = self.ctx.tools;
        self.results.entry(name.clone()).or_insert_with(|| tools.result(name)).clone()
    }

    /// Holds the arguments of a call against what the tool takes. What is literally there has been checked already.
    fn tool_arguments(&mut self, name: &str, written: &Expr, given: &Outline, span: Span) {
        let entries: &[(Expr, Expr)] = match &written.kind {
            ExprKind::Constant(_) => return,
            ExprKind::Map(entries) => entries,
            _ => &[],
        };
        // Of a map that the program has made elsewhere the names are known here only.
        let certain = given.fields().all(|(_, field)| !field.may_be_missing());
        if entries.is_empty() && given.origin.is_none() && matches!(given.kind, ValueKind::Record(_)) && certain {
            let names = given.fields().map(|(key, _)| (Value::Keyword(key.clone()), Value::Nothing));
            if let Err(rejection) = self.ctx.tools.check(name, Some(&Value::map(names))) {
                return self.reject(rejection, span);
            }
        }
        let literal = |wanted: &Keyword| {
            let named = |key: &Expr| key.as_constant().and_then(Value::as_name) == Some(wanted.as_str());
            entries.iter().any(|(key, value)| named(key) && value.as_constant().is_some())
        };
        // Whoever passes what may be nothing but nil, if something is so, has it set meanwhile.
        let choice = self.certainty() >= Certainty::Choice;
        let unset = |field: &Outline| choice && matches!(field.kind, ValueKind::Nil);
        let fields: Vec<(Keyword, Outline)> = given
            .fields()
            .filter(|(key, field)| !(literal(key) || unset(field)))
            .map(|(key, field)| (key.clone(), field.clone()))
            .collect();
        if let Err(rejection) = self.ctx.tools.check_outlines(name, &fields) {
            self.reject(rejection, span);
        }
    }

    fn reject(&mut self, ToolRejection { kind, message, hint }: ToolRejection, span: Span) {
        let severity = if self.certainty() < Certainty::Guarded { Severity::Error } else { Severity::Warning };
        self.report(span, kind, message, hint, severity, true);
    }

    fn report(
        &mut self,
        span: Span,
        kind: ErrorKind,
        message: String,
        hint: Option<String>,
        severity: Severity,
        before_run: bool,
    ) {
        let told = before_run || self.ctx.thorough;
        if !told || self.findings.len() >= MOST_FINDINGS {
            return;
        }
        let mut error = Error::new(kind, message).at(self.source, span);
        if let Some(hint) = hint {
            error = error.hint(hint);
        }
        let known = self.findings.iter_mut().find(|other| {
            other.error.message == error.message && other.error.place.as_ref().is_some_and(|place| place.span == span)
        });
        match known {
            // The same place may be reached in several ways; the surest counts.
            Some(other) if severity < other.severity => other.severity = severity,
            Some(_) => {}
            None => self.findings.push(Finding { severity, error, before_run }),
        }
    }
}

fn is_same(a: &Arc<ClosureOutline>, b: &Arc<ClosureOutline>) -> bool {
    Arc::ptr_eq(&a.function, &b.function) && a.member == b.member
}

/// How certain the branches of a test are.
fn after(test: &Expr) -> Certainty {
    if is_type_test(test, 4) { Certainty::Guarded } else { Certainty::Choice }
}

/// Whether a test looks at what a value is or has.
fn is_type_test(test: &Expr, depth: usize) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return false };
    let any = |items: &[Expr]| items.iter().take(8).any(|item| is_type_test(item, depth));
    match &test.kind {
        ExprKind::Builtin(builtin, _, items) => builtin.gives.is_test() || any(items),
        ExprKind::And(items) | ExprKind::Or(items) => any(items),
        ExprKind::If(parts) => any(&**parts),
        ExprKind::Let(bindings, body) => {
            bindings.iter().take(8).any(|(_, value)| is_type_test(value, depth)) || is_type_test(body, depth)
        }
        ExprKind::Call(_, items) => any(items),
        _ => false,
    }
}
