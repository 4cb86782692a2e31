//! Arithmetic and comparison with operands that are slots or constants: no value is cloned, no frame made.

use super::compile::Compiler;
use super::missing::with_missing_key;
use crate::lisp::analyse::{Expr, ExprKind};
use crate::lisp::text::Span;
use crate::lisp::value::{
    Code, CompiledFn, Context, Function, Machine, Result, Value, arithmetic, code, equal_as_made,
};
use std::cmp::Ordering;
use std::sync::Arc;

/// Code that gives only whether a test holds; no boolean value is made. `None` stands for an error that the machine holds.
pub(super) struct Test(Box<CompiledFn<Option<bool>>>);

impl Test {
    #[inline]
    pub(super) fn run(&self, m: &mut Machine<'_>, env: &Arc<Function>) -> Result<bool> {
        match (self.0)(m, env) {
            Some(held) => Ok(held),
            None => m.raised.take().map_or(Ok(false), Err),
        }
    }
}

fn test<F>(run: F) -> Test
where
    F: Fn(&mut Machine<'_>, &Arc<Function>) -> Result<bool> + Send + Sync + 'static,
{
    Test(Box::new(move |m, env| {
        let held = run(m, env);
        held.map_err(|raise| m.raise(raise)).ok()
    }))
}

/// Where an operand comes from.
enum Operand {
    Slot(usize),
    Constant(Value),
    Code(Code),
}

impl Compiler {
    fn operand(&self, expr: &Expr) -> Operand {
        match &expr.kind {
            ExprKind::Local { slot, .. } => Operand::Slot(*slot),
            ExprKind::Constant(value) => Operand::Constant(value.clone()),
            _ => Operand::Code(self.compile(expr)),
        }
    }

    /// Both operands. A slot on the left is read first if code on the right might move it away.
    fn operands(&self, left: &Expr, right: &Expr) -> (Operand, Operand) {
        let right_operand = self.operand(right);
        let left_operand = match (&right_operand, &left.kind) {
            (Operand::Code(_), ExprKind::Local { .. }) => Operand::Code(self.compile(left)),
            _ => self.operand(left),
        };
        (left_operand, right_operand)
    }
}

/// Makes the closure for each pair of places that operands come from; `$use` sees them as references.
macro_rules! fused {
    ($make:ident, $left:expr, $right:expr, |$m:ident, $env:ident, $a:ident, $b:ident| $body:expr) => {
        match ($left, $right) {
            (Operand::Slot(x), Operand::Slot(y)) => $make(move |$m, $env| {
                let ($a, $b) = ($m.peek(x), $m.peek(y));
                $body
            }),
            (Operand::Slot(x), Operand::Constant(y)) => $make(move |$m, $env| {
                let ($a, $b) = ($m.peek(x), &y);
                $body
            }),
            (Operand::Constant(x), Operand::Slot(y)) => $make(move |$m, $env| {
                let ($a, $b) = (&x, $m.peek(y));
                $body
            }),
            (Operand::Constant(x), Operand::Constant(y)) => $make(move |$m, $env| {
                let _ = (&$m, $env);
                let ($a, $b) = (&x, &y);
                $body
            }),
            (Operand::Code(x), Operand::Slot(y)) => $make(move |$m, $env| {
                let x = x.run($m, $env)?;
                let ($a, $b) = (&x, $m.peek(y));
                $body
            }),
            (Operand::Code(x), Operand::Constant(y)) => $make(move |$m, $env| {
                let x = x.run($m, $env)?;
                let ($a, $b) = (&x, &y);
                $body
            }),
            (Operand::Slot(x), Operand::Code(y)) => $make(move |$m, $env| {
                let y = y.run($m, $env)?;
                let ($a, $b) = ($m.peek(x), &y);
                $body
            }),
            (Operand::Constant(x), Operand::Code(y)) => $make(move |$m, $env| {
                let y = y.run($m, $env)?;
                let ($a, $b) = (&x, &y);
                $body
            }),
            (Operand::Code(x), Operand::Code(y)) => $make(move |$m, $env| {
                let x = x.run($m, $env)?;
                let y = y.run($m, $env)?;
                let ($a, $b) = (&x, &y);
                $body
            }),
        }
    };
}

/// Whether two values are equal, where that needs no walk.
#[inline]
fn plainly_equal(a: &Value, b: &Value) -> Option<bool> {
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => Some(a == b),
        (Value::Keyword(a), Value::Keyword(b)) => Some(a == b),
        (Value::Text(a), Value::Text(b)) => Some(a == b),
        (Value::Nil, other) | (other, Value::Nil) => Some(other.is_nil()),
        _ => None,
    }
}

macro_rules! order {
    ($name:literal, $op:tt, $left:expr, $right:expr, $missing:expr, $span:expr) => {{
        let (span, missing) = ($span, $missing);
        fused!(test, $left, $right, |m, env, a, b| match (a, b) {
            (Value::Int(a), Value::Int(b)) => Ok(a $op b),
            (Value::Float(a), Value::Float(b)) => Ok(a.get() $op b.get()),
            (a, b) => match arithmetic::ordering($name, a, b) {
                Ok(Some(order)) => Ok(order $op Ordering::Equal),
                Ok(None) => Ok(false),
                Err(raise) => Err(with_missing_key(raise, &missing, m, env).at(span)),
            },
        })
    }};
}

macro_rules! operate {
    ($slow:path, $checked:ident, $left:expr, $right:expr, $missing:expr, $span:expr) => {{
        let (span, missing) = ($span, $missing);
        fused!(code, $left, $right, |m, env, a, b| {
            if let (Value::Int(a), Value::Int(b)) = (a, b)
                && let Some(n) = a.$checked(*b)
            {
                return Ok(Value::Int(n));
            }
            let cost = big_cost(a, b);
            let result = $slow(a, b).map_err(|raise| with_missing_key(raise, &missing, m, env).at(span));
            m.spend(cost)?;
            result
        })
    }};
}

/// What an operation on big integers costs; one of them is bounded, so that it can be charged afterwards.
#[inline]
fn big_cost(a: &Value, b: &Value) -> u64 {
    match (a, b) {
        (Value::Big(_), _) | (_, Value::Big(_)) => 1_u64.saturating_add(a.weight().saturating_mul(b.weight()) / 8),
        _ => 0,
    }
}

/// `inc` and `dec`: the other operand is known.
macro_rules! by_one {
    ($name:literal, $slow:path, $checked:ident, $operand:expr, $missing:expr, $span:expr) => {{
        let (span, missing) = ($span, $missing);
        let slow = move |value: &Value, m: &Machine<'_>, env: &Function| {
            $slow(value, &Value::Int(1))
                .map_err(|raise| with_missing_key(raise.said_of($name), &missing, m, env).at(span))
        };
        let quick = |value: &Value| match value {
            Value::Int(n) => n.$checked(1).map(Value::Int),
            _ => None,
        };
        match $operand {
            Operand::Slot(slot) => code(move |m, env| {
                let value = m.peek(slot);
                quick(value).map_or_else(|| slow(value, m, env), Ok)
            }),
            Operand::Constant(value) => code(move |m, env| quick(&value).map_or_else(|| slow(&value, m, env), Ok)),
            Operand::Code(value) => code(move |m, env| {
                let value = value.run(m, env)?;
                quick(&value).map_or_else(|| slow(&value, m, env), Ok)
            }),
        }
    }};
}

/// The builtins whose calls with two arguments are fused.
pub(super) fn is_fused(name: &str) -> bool {
    matches!(name, "+" | "-" | "*" | "<" | ">" | "<=" | ">=" | "=" | "not=" | "==")
}

impl Compiler {
    /// A fused call that gives a value.
    pub(super) fn fused_value(&self, name: &str, left: &Expr, right: &Expr, span: Span) -> Option<Code> {
        if !matches!(name, "+" | "-" | "*") {
            let holds = self.fused_test(name, left, right, span)?;
            return Some(code(move |m, env| holds.run(m, env).map(Value::from)));
        }
        let missing = self.missing([left, right], true);
        let (left, right) = self.operands(left, right);
        Some(match name {
            "+" => operate!(arithmetic::add, checked_add, left, right, missing, span),
            "-" => operate!(arithmetic::subtract, checked_sub, left, right, missing, span),
            _ => operate!(arithmetic::multiply, checked_mul, left, right, missing, span),
        })
    }

    /// A fused call of `inc` or `dec`.
    pub(super) fn fused_step(&self, name: &str, operand: &Expr, span: Span) -> Option<Code> {
        let missing = self.missing([operand], true);
        let operand = match name {
            "inc" | "dec" => self.operand(operand),
            _ => return None,
        };
        Some(match name {
            "inc" => by_one!("inc", arithmetic::add, checked_add, operand, missing, span),
            _ => by_one!("dec", arithmetic::subtract, checked_sub, operand, missing, span),
        })
    }

    /// A fused call that gives whether it holds.
    pub(super) fn fused_test(&self, name: &str, left: &Expr, right: &Expr, span: Span) -> Option<Test> {
        if !is_fused(name) || matches!(name, "+" | "-" | "*") {
            return None;
        }
        let missing = self.missing([left, right], true);
        let (left, right) = self.operands(left, right);
        Some(match name {
            "<" => order!("<", <, left, right, missing, span),
            ">" => order!(">", >, left, right, missing, span),
            "<=" => order!("<=", <=, left, right, missing, span),
            ">=" => order!(">=", >=, left, right, missing, span),
            "==" => order!("==", ==, left, right, missing, span),
            _ => {
                let wanted = name == "=";
                fused!(test, left, right, |m, _env, a, b| match plainly_equal(a, b) {
                    Some(same) => Ok(same == wanted),
                    None => {
                        let (a, b) = (a.clone(), b.clone());
                        equal_as_made(m, &a, &b).map(|same| same == wanted).map_err(|raise| raise.at(span))
                    }
                })
            }
        })
    }

    /// Code for the test of a choice.
    pub(super) fn test(&self, expr: &Expr) -> Test {
        match &expr.kind {
            ExprKind::Builtin(builtin, _, items) => match (builtin.name, items.as_slice()) {
                (name, [left, right]) if is_fused(name) => {
                    if let Some(fused) = self.fused_test(name, left, right, expr.span) {
                        return fused;
                    }
                    self.any_test(expr)
                }
                ("nil?", [only]) => {
                    let value = self.compile(only);
                    test(move |m, env| Ok(value.run(m, env)?.is_nil()))
                }
                ("some?", [only]) => {
                    let value = self.compile(only);
                    test(move |m, env| Ok(!value.run(m, env)?.is_nil()))
                }
                ("not", [only]) => {
                    let inner = self.test(only);
                    test(move |m, env| Ok(!inner.run(m, env)?))
                }
                _ => self.any_test(expr),
            },
            ExprKind::And(items) => {
                let items: Vec<Test> = items.iter().map(|item| self.test(item)).collect();
                test(move |m, env| {
                    for item in &items {
                        if !item.run(m, env)? {
                            return Ok(false);
                        }
                    }
                    Ok(true)
                })
            }
            ExprKind::Or(items) => {
                let items: Vec<Test> = items.iter().map(|item| self.test(item)).collect();
                test(move |m, env| {
                    for item in &items {
                        if item.run(m, env)? {
                            return Ok(true);
                        }
                    }
                    Ok(false)
                })
            }
            _ => self.any_test(expr),
        }
    }

    fn any_test(&self, expr: &Expr) -> Test {
        let value = self.compile(expr);
        test(move |m, env| Ok(value.run(m, env)?.is_truthy()))
    }
}
