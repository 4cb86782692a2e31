//! What can be called: builtins, closures, and functions that builtins make.

use std::sync::{Arc, Mutex, PoisonError};

use super::drop::{drop_flat, drop_step};
use super::{Args, Builtin, Context, Globals, Machine, Result, Value};
use crate::lisp::text::{Source, Span};

/// A function.
pub enum Function {
    /// One of the closed table.
    Builtin(&'static Builtin),
    /// One that a program wrote.
    Closure(Closure),
    /// One that a builtin made of others: `comp`, `partial`.
    Native {
        /// What made it.
        name: &'static str,
        /// What it holds.
        held: Vec<Value>,
        /// What it does, given what it holds and the arguments.
        code: fn(&mut dyn Context, &[Value], Args) -> Result<Value>,
    },
    /// One that keeps a state between calls: the reducing function that a transducer makes.
    Step {
        /// What made it.
        name: &'static str,
        /// The state; taken out while it runs.
        step: Mutex<Option<Box<dyn StepFunction>>>,
    },
}

/// A function with a state.
pub trait StepFunction: Send + Sync {
    /// Runs once more.
    ///
    /// # Errors
    /// Whatever the functions it calls raise.
    fn call(&mut self, cx: &mut dyn Context, arguments: Args) -> Result<Value>;
}

impl Function {
    /// A function with a state.
    pub fn step(name: &'static str, step: impl StepFunction + 'static) -> Value {
        Self::Step { name, step: Mutex::new(Some(Box::new(step))) }.into()
    }

    /// Runs a function with a state.
    ///
    /// # Errors
    /// A call from within itself; whatever the step raises.
    pub fn call_step(
        step: &Mutex<Option<Box<dyn StepFunction>>>,
        cx: &mut dyn Context,
        arguments: Args,
    ) -> Result<Value> {
        let lock = || step.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = lock().take();
        let Some(mut inner) = taken else {
            return Err(super::value_error("a reducing function was called from within itself"));
        };
        let result = inner.call(cx, arguments);
        *lock() = Some(inner);
        result
    }
}

/// A function of a program with the values it captured.
pub struct Closure {
    /// The compiled function.
    pub template: Arc<Template>,
    /// The values of the locals it uses from outside.
    pub captures: Vec<Value>,
    /// Which of the template's functions it is; only those of a `letfn` are several.
    pub member: usize,
}

/// A compiled function, before it captures anything; or those of a `letfn`, which share what they capture and so can
/// refer to each other without rings of values.
pub struct Template {
    /// The functions.
    pub members: Vec<Member>,
    /// Where they are written.
    pub source: Arc<Source>,
    /// The stretch of the whole form.
    pub span: Span,
    /// The names of what they capture, to write them to a memory file.
    pub captures: Vec<Arc<str>>,
}

/// One function of a template.
pub struct Member {
    /// Its name, if it has one.
    pub name: Option<Arc<str>>,
    /// One body for each number of parameters.
    pub arities: Vec<TemplateArity>,
    /// The docstring.
    pub doc: Option<Arc<str>>,
}

/// One body of a function.
pub struct TemplateArity {
    /// The number of parameters before `&`.
    pub params: usize,
    /// Whether there is a `&`.
    pub variadic: bool,
    /// The number of slots of a frame.
    pub slots: usize,
    /// What a call counts in depth: more than one where the body is nested deeply.
    pub weight: u32,
    /// The parameters as written.
    pub signature: Arc<str>,
    /// The body.
    pub body: Code,
    /// What is known of its calls before they are made, if it does nothing but to call a tool.
    pub direct_call: Option<DirectCall>,
}

/// The call of a tool that the body of a function of one parameter consists of.
pub struct DirectCall {
    /// The tool.
    pub tool: Arc<str>,
    /// Whether it is called with one positional argument.
    pub positional: bool,
    /// What it is called with, given the function's argument.
    pub arguments: ArgumentExpr,
}

/// What a value will be, worked out before its time; nothing if that cannot be known.
pub type ArgumentExpr = Box<dyn Fn(&mut SpeculationFrame) -> Option<Value> + Send + Sync>;

/// What a guess is made of.
pub struct SpeculationFrame {
    /// The frame; the argument is in the first slot.
    pub slots: Vec<Value>,
    /// The function, with what it captured.
    pub function: Arc<Function>,
    /// The values of names.
    pub globals: Globals,
    /// What `ctx/…` shows.
    pub context: Value,
    /// The values of the last programs.
    pub recent: [Value; 3],
}

/// Compiled code: given the machine and the function it belongs to, a value.
///
/// What the closure gives is a bare value, which fits two registers where a `Result` goes through memory. Where the
/// machine holds an error, that is meant, and the value is [`Value::Nothing`].
pub struct Code(Box<CompiledFn<Value>>);

/// A compiled closure that gives a `T`.
pub type CompiledFn<T> = dyn Fn(&mut Machine<'_>, &Arc<Function>) -> T + Send + Sync;

impl Code {
    /// Runs it.
    ///
    /// # Errors
    /// What the program raises.
    #[inline]
    pub fn run(&self, machine: &mut Machine<'_>, function: &Arc<Function>) -> Result<Value> {
        match (self.0)(machine, function) {
            Value::Nothing => machine.raised.take().map_or(Ok(Value::Nothing), Err),
            value => Ok(value),
        }
    }
}

/// A closure as code; lets the compiler infer that it works for every machine.
pub fn code<F>(run: F) -> Code
where
    F: Fn(&mut Machine<'_>, &Arc<Function>) -> Result<Value> + Send + Sync + 'static,
{
    Code(Box::new(move |machine, function| run(machine, function).unwrap_or_else(|raise| machine.raise(raise))))
}

impl Function {
    /// The name, if there is one.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Builtin(builtin) => Some(builtin.name),
            Self::Closure(closure) => closure.member()?.name.as_deref(),
            Self::Native { name, .. } | Self::Step { name, .. } => Some(name),
        }
    }

    /// The value captured at an index.
    #[inline]
    pub fn captured(&self, index: usize) -> Value {
        match self {
            Self::Closure(closure) => closure.captures.get(index).cloned().unwrap_or_default(),
            Self::Builtin(_) | Self::Native { .. } | Self::Step { .. } => Value::Nil,
        }
    }

    /// Whether both are the same builtin; those are equal wherever they come from.
    pub fn is_same_builtin(&self, other: &Self) -> bool {
        matches!((self, other), (Self::Builtin(a), Self::Builtin(b)) if std::ptr::eq(*a, *b))
    }
}

impl Closure {
    /// The function itself.
    #[inline]
    pub fn member(&self) -> Option<&Member> {
        self.template.members.get(self.member)
    }
}

impl Member {
    /// The body for a number of arguments.
    #[inline]
    pub fn arity(&self, given: usize) -> Option<&TemplateArity> {
        self.arities
            .iter()
            .find(|arity| arity.params == given && !arity.variadic)
            .or_else(|| self.arities.iter().find(|arity| arity.variadic && arity.params <= given))
    }

    /// The parameters of every body, as written.
    pub fn signatures(&self) -> String {
        self.arities.iter().map(|arity| &*arity.signature).collect::<Vec<_>>().join(" ")
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        match self {
            Self::Builtin(_) => {}
            Self::Closure(Closure { captures: held, .. }) | Self::Native { held, .. } => {
                for value in std::mem::take(held) {
                    drop_flat(value);
                }
            }
            Self::Step { step, .. } => {
                if let Some(step) = step.get_mut().unwrap_or_else(PoisonError::into_inner).take() {
                    drop_step(step);
                }
            }
        }
    }
}

/// A function that a builtin makes of others.
pub fn native(
    name: &'static str,
    held: Vec<Value>,
    code: fn(&mut dyn Context, &[Value], Args) -> Result<Value>,
) -> Value {
    Function::Native { name, held, code }.into()
}
