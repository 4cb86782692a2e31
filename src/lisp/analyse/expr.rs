//! The analysed tree: names are slots, calls know what they call, sugar is gone.

use std::sync::Arc;

use crate::lisp::text::Span;
use crate::lisp::value::{Builtin, Clause, Value};

/// An expression and where it stands.
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of expressions.
pub enum ExprKind {
    /// A value that is known.
    Constant(Value),
    /// A local of the same function; `last` when nothing reads the slot afterwards, so that the value may move.
    Local {
        /// Its slot in the frame.
        slot: usize,
        /// Whether this is the last use.
        last: bool,
    },
    /// A local of an enclosing function, by its index among the captures.
    Captured(usize),
    /// The function itself, or a sibling in a `letfn`.
    This(usize),
    /// A name made by `def` or in memory, by number; `strict` ones must have a value.
    Global {
        /// The number.
        number: usize,
        /// The name.
        name: Arc<str>,
        /// Whether being unset is an error; `memory/x` is `nil` then.
        strict: bool,
    },
    /// `ctx/name`; the whole context where the key is nothing.
    Context(Value),
    /// `*1 *2 *3` and `ctx/last-result`, from 0.
    Recent(usize),
    /// A choice.
    If(Box<[Expr; 3]>),
    /// One after the other.
    Do(Vec<Expr>),
    /// Values in slots, then a body.
    Let(Vec<(usize, Expr)>, Box<Expr>),
    /// Values in slots, then a body that `recur` starts again.
    Loop(Vec<(usize, Expr)>, Box<Expr>),
    /// New values for the slots of the loop or function.
    Recur(Vec<(usize, Expr)>),
    /// All truthy, or the first that is not.
    And(Vec<Expr>),
    /// The first that is truthy.
    Or(Vec<Expr>),
    /// A choice by equality with constants.
    Case {
        /// What is compared.
        on: Box<Expr>,
        /// Constants and what they lead to.
        branches: Vec<(Vec<Value>, Expr)>,
        /// Otherwise; without it an error.
        otherwise: Option<Box<Expr>>,
    },
    /// A function, or those of a `letfn`, which the value of `member` is picked from.
    Function(Arc<FunctionExpr>),
    /// A call of a builtin with a fitting clause.
    Builtin(&'static Builtin, &'static Clause, Vec<Expr>),
    /// A call of anything.
    Call(Box<Expr>, Vec<Expr>),
    /// A call of a tool by name, with its arguments.
    Tool {
        /// The name.
        name: Arc<str>,
        /// The map of arguments.
        arguments: Box<Expr>,
        /// Whether one positional argument was given.
        positional: bool,
    },
    /// A vector.
    Vector(Vec<Expr>),
    /// A map: keys and values.
    Map(Vec<(Expr, Expr)>),
    /// A set.
    Set(Vec<Expr>),
    /// `def`; `once` leaves a value that is there.
    Define {
        /// The number of the name.
        number: usize,
        /// The name.
        name: Arc<str>,
        /// The value; `declare` has none.
        value: Option<Box<Expr>>,
        /// Whether a value that is there stays.
        once: bool,
    },
    /// `try`.
    Try(Box<TryExpr>),
}

/// A `try` form.
pub struct TryExpr {
    /// What is tried.
    pub body: Expr,
    /// What is caught, in order.
    pub catches: Vec<CatchExpr>,
    /// What runs in any case, but not after a limit.
    pub finally: Option<Expr>,
}

/// A `catch` clause.
pub struct CatchExpr {
    /// The class it catches.
    pub class: Arc<str>,
    /// The slot of the exception.
    pub slot: usize,
    /// What it does.
    pub body: Expr,
}

/// A `fn` form, or the functions of a `letfn`.
pub struct FunctionExpr {
    /// The functions.
    pub members: Vec<MemberExpr>,
    /// What they capture: expressions of the enclosing function, with the names as written.
    pub captures: Vec<(Arc<str>, Expr)>,
    /// Where they stand.
    pub span: Span,
}

/// One function.
pub struct MemberExpr {
    /// Its name.
    pub name: Option<Arc<str>>,
    /// Its bodies.
    pub arities: Vec<ArityExpr>,
    /// The docstring.
    pub doc: Option<Arc<str>>,
}

/// One body of a function.
pub struct ArityExpr {
    /// Parameters before `&`.
    pub params: usize,
    /// Whether there is a `&`.
    pub variadic: bool,
    /// Slots of a frame.
    pub slots: usize,
    /// The parameters as written.
    pub signature: Arc<str>,
    /// The body.
    pub body: Expr,
}

impl Expr {
    /// An expression at a place.
    pub fn new(kind: ExprKind, span: Span) -> Self {
        Self { kind, span }
    }

    /// A value that is known.
    pub fn constant(value: Value, span: Span) -> Self {
        Self::new(ExprKind::Constant(value), span)
    }

    /// Whether evaluating it neither runs code nor fails.
    pub fn as_constant(&self) -> Option<&Value> {
        match &self.kind {
            ExprKind::Constant(value) => Some(value),
            _ => None,
        }
    }

    /// Visits the parts that belong to the same function, in the order in which they are evaluated.
    pub fn each_part<'e>(&'e self, visit: &mut dyn FnMut(&'e Expr)) {
        match &self.kind {
            ExprKind::Constant(_)
            | ExprKind::Local { .. }
            | ExprKind::Captured(_)
            | ExprKind::This(_)
            | ExprKind::Global { .. }
            | ExprKind::Context(_)
            | ExprKind::Recent(_) => {}
            ExprKind::If(parts) => parts.iter().for_each(visit),
            ExprKind::Do(items)
            | ExprKind::And(items)
            | ExprKind::Or(items)
            | ExprKind::Vector(items)
            | ExprKind::Set(items)
            | ExprKind::Builtin(_, _, items) => items.iter().for_each(visit),
            ExprKind::Let(bindings, body) | ExprKind::Loop(bindings, body) => {
                bindings.iter().for_each(|(_, value)| visit(value));
                visit(body);
            }
            ExprKind::Recur(bindings) => bindings.iter().for_each(|(_, value)| visit(value)),
            ExprKind::Case { on, branches, otherwise } => {
                visit(on);
                branches.iter().for_each(|(_, branch)| visit(branch));
                otherwise.iter().for_each(|otherwise| visit(otherwise));
            }
            ExprKind::Function(function) => function.captures.iter().for_each(|(_, capture)| visit(capture)),
            ExprKind::Call(function, items) => {
                visit(function);
                items.iter().for_each(visit);
            }
            ExprKind::Tool { arguments, .. } => visit(arguments),
            ExprKind::Map(entries) => entries.iter().for_each(|(key, value)| {
                visit(key);
                visit(value);
            }),
            ExprKind::Define { value, .. } => value.iter().for_each(|value| visit(value)),
            ExprKind::Try(parts) => {
                visit(&parts.body);
                parts.catches.iter().for_each(|catch| visit(&catch.body));
                parts.finally.iter().for_each(visit);
            }
        }
    }
}
