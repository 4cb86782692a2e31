//! Speculation: the tool calls that `map`, `mapv` and `for` are going to make, worked out before they are made.
//!
//! A function whose body is one call of a tool is compiled a second time, to a guess at the arguments of its next calls.
//! A guess runs no code of the program's: it reads slots, captured values, memory and context, and works with builtins that
//! get by on a [`Context`] that refuses everything. It is free of charge, but bounded; and nothing depends on it: a host that
//! acts on a guess finds out at the call whether it was right.

use super::compile::Compiler;
use crate::lisp::analyse::{ArityExpr, Expr, ExprKind};
use crate::lisp::value::{
    Args, ArgumentExpr, BuiltinCode, Context, DirectCall, Function, Iter, Machine, Map, Raise, Ready, Result,
    SpeculationFrame, ToolCall, Value, Vector,
};

/// The steps that one guess may take, and the largest value it may work with.
const STEPS: u64 = 2_000;

fn guess<F>(work_out: F) -> ArgumentExpr
where
    F: Fn(&mut SpeculationFrame) -> Option<Value> + Send + Sync + 'static,
{
    Box::new(work_out)
}

/// A slot for each binding, and what goes into it.
type Bindings = Vec<(usize, ArgumentExpr)>;

impl Compiler {
    /// The one tool call that a body of one parameter consists of, if it does.
    pub(super) fn direct_call(&self, arity: &ArityExpr) -> Option<DirectCall> {
        if arity.params != 1 || arity.variadic {
            return None;
        }
        let mut bindings = Vec::new();
        let mut body = &arity.body;
        loop {
            match &body.kind {
                // What a pattern in the place of the parameter comes to.
                ExprKind::Let(more, inner) => {
                    bindings.extend(guesses_of(more)?);
                    body = inner;
                }
                ExprKind::Do(items) => match items.as_slice() {
                    [only] => body = only,
                    _ => return None,
                },
                ExprKind::Tool { name, arguments, positional } => {
                    let (arguments, slots) = (guess_of(arguments)?, arity.slots);
                    let arguments = guess(move |frame| {
                        frame.slots.resize(slots, Value::Nil);
                        bind(&bindings, frame)?;
                        arguments(frame)
                    });
                    return Some(DirectCall { tool: name.clone(), positional: *positional, arguments });
                }
                _ => return None,
            }
        }
    }
}

fn bind(bindings: &Bindings, frame: &mut SpeculationFrame) -> Option<()> {
    for (slot, value) in bindings {
        let value = value(frame)?;
        *frame.slots.get_mut(*slot)? = value;
    }
    Some(())
}

fn guesses_of(bindings: &[(usize, Expr)]) -> Option<Bindings> {
    bindings.iter().map(|(slot, value)| Some((*slot, guess_of(value)?))).collect()
}

fn all(items: &[Expr]) -> Option<Vec<ArgumentExpr>> {
    items.iter().map(guess_of).collect()
}

/// How an expression is worked out early, if its kind allows it.
fn guess_of(expr: &Expr) -> Option<ArgumentExpr> {
    Some(match &expr.kind {
        ExprKind::Constant(value) => {
            let value = value.clone();
            guess(move |_| Some(value.clone()))
        }
        ExprKind::Local { slot, .. } => {
            let slot = *slot;
            guess(move |frame| frame.slots.get(slot).cloned())
        }
        ExprKind::Captured(index) => {
            let index = *index;
            guess(move |frame| Some(frame.function.captured(index)))
        }
        ExprKind::Global { number, .. } => {
            let number = *number;
            guess(move |frame| frame.globals.get(number).cloned())
        }
        ExprKind::Context(key) if !key.is_nothing() => {
            let key = key.clone();
            guess(move |frame| match &frame.context {
                Value::Map(context) => Some(context.get(&key).cloned().unwrap_or_default()),
                _ => Some(Value::Nil),
            })
        }
        ExprKind::Recent(index) => {
            let index = *index;
            guess(move |frame| frame.recent.get(index).cloned())
        }
        ExprKind::Vector(items) => {
            let items = all(items)?;
            guess(move |frame| {
                let values: Option<Vec<Value>> = items.iter().map(|item| item(frame)).collect();
                Some(Vector::from(values?).into())
            })
        }
        ExprKind::Map(entries) => {
            let entries: Option<Vec<(ArgumentExpr, ArgumentExpr)>> =
                entries.iter().map(|(key, value)| Some((guess_of(key)?, guess_of(value)?))).collect();
            let entries = entries?;
            guess(move |frame| {
                let mut map = Map::default();
                for (key, value) in &entries {
                    let key = as_realised(key(frame)?)?;
                    map.insert(key, value(frame)?);
                }
                Some(map.into())
            })
        }
        ExprKind::If(parts) => {
            let [test, then, otherwise] = &**parts;
            let (test, then, otherwise) = (guess_of(test)?, guess_of(then)?, guess_of(otherwise)?);
            guess(move |frame| if test(frame)?.is_truthy() { then(frame) } else { otherwise(frame) })
        }
        ExprKind::Let(bindings, body) => {
            let (bindings, body) = (guesses_of(bindings)?, guess_of(body)?);
            guess(move |frame| {
                bind(&bindings, frame)?;
                body(frame)
            })
        }
        ExprKind::Builtin(_, clause, items) => {
            let (code, items) = (clause.code, all(items)?);
            guess(move |frame| {
                let arguments: Option<Args> = items.iter().map(|item| as_realised(item(frame)?)).collect();
                Detached::run(code, arguments?)
            })
        }
        ExprKind::Context(_)
        | ExprKind::This(_)
        | ExprKind::Do(_)
        | ExprKind::Loop(..)
        | ExprKind::Recur(_)
        | ExprKind::And(_)
        | ExprKind::Or(_)
        | ExprKind::Case { .. }
        | ExprKind::Function(_)
        | ExprKind::Call(..)
        | ExprKind::Tool { .. }
        | ExprKind::Set(_)
        | ExprKind::Define { .. }
        | ExprKind::Try(_) => return None,
    })
}

/// A value that is all there and not too large: nothing lazy in it would run, and no atom change.
fn as_realised(value: Value) -> Option<Value> {
    let extent = value.extent();
    let is_data = !matches!(value, Value::Lazy(_) | Value::Function(_) | Value::Atom(_));
    (is_data && !extent.lazy && u64::from(extent.weight) <= STEPS).then_some(value)
}

/// The calls that a function will make of a collection's items, as far as they can be known.
struct Calls {
    items: Ready,
    frame: SpeculationFrame,
}

impl Iterator for Calls {
    type Item = ToolCall;

    fn next(&mut self) -> Option<ToolCall> {
        let item = as_realised(self.items.next()?)?;
        self.frame.slots.clear();
        self.frame.slots.push(item);
        let function = self.frame.function.clone();
        let call = direct_call(&function)?;
        let arguments = as_realised((call.arguments)(&mut self.frame)?)?;
        Some(ToolCall { name: call.tool.clone(), arguments, positional: call.positional })
    }
}

fn direct_call(function: &Function) -> Option<&DirectCall> {
    match function {
        Function::Closure(closure) => closure.member()?.arity(1)?.direct_call.as_ref(),
        Function::Builtin(_) | Function::Native { .. } | Function::Step { .. } => None,
    }
}

impl Machine<'_> {
    /// Tells the host what a function will call for these items, if it will do nothing else.
    pub(super) fn announce_calls(&self, function: &Value, items: &Value) {
        let Value::Function(function) = function else { return };
        // Branches call side by side already.
        if direct_call(function).is_none() || !items.is_eager() || self.shared.branches.get() > 0 {
            return;
        }
        let shared = &self.shared;
        let left = shared.limits.max_tool_calls.saturating_sub(shared.tool_calls.get());
        let frame = SpeculationFrame {
            slots: Vec::new(),
            function: function.clone(),
            globals: shared.globals.borrow().clone(),
            context: shared.context.clone(),
            recent: shared.recent.clone(),
        };
        let calls = Calls { items: Iter::ready(items), frame };
        shared.host.prefetch(Box::new(calls.take(usize::try_from(left).unwrap_or(usize::MAX))));
    }
}

/// A world in which there is nothing: builtins that need more than their arguments give nothing in it.
struct Detached {
    steps: u64,
    /// Whether something was asked for that is not there.
    was_asked: bool,
}

impl Detached {
    fn run(code: BuiltinCode, arguments: Args) -> Option<Value> {
        let mut nothing = Self { steps: STEPS, was_asked: false };
        let made = code.call(&mut nothing, arguments);
        made.ok().filter(|_| !nothing.was_asked)
    }
}

impl Context for Detached {
    fn refuse(&mut self) -> Box<Raise> {
        self.was_asked = true;
        Box::new(Raise::Cancelled)
    }

    fn spend(&mut self, steps: u64) -> Result<()> {
        self.steps = self.steps.checked_sub(steps).ok_or_else(|| Box::new(Raise::Cancelled))?;
        Ok(())
    }

    fn reserve(&mut self, bytes: usize) -> Result<()> {
        self.spend(bytes as u64 / 256)
    }

    fn enter(&mut self) -> Result<()> {
        self.spend(1)
    }
}
