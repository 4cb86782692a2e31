//! Calls: frames, steps, depth.

use std::rc::Rc;
use std::sync::Arc;

use crate::lisp::text::{ErrorKind, LimitKind, Span};
use crate::lisp::value::{
    Args, Ask, AtomKind, Builtin, Closure, Fault, Function, Machine, Raise, Result, Resumption, Shared, Suspend,
    TemplateArity, Value, What, arity_error, limit,
};

/// Steps between two looks at clock and budget.
const SLICE: u64 = 1024;

/// A machine at the beginning of a program or branch.
pub fn machine<'way>(shared: Rc<Shared>, suspender: &'way dyn Suspend, depth: u32) -> Machine<'way> {
    Machine {
        stack: Vec::with_capacity(64),
        base: 0,
        fuel: 0,
        depth,
        recurring: false,
        floor: suspender.stack_floor(),
        raised: None,
        shared,
        suspender,
    }
}

impl Machine<'_> {
    /// The value in a slot of the frame.
    #[inline]
    pub(super) fn peek(&self, slot: usize) -> &Value {
        const NIL: &Value = &Value::Nil;
        self.stack.get(self.base.wrapping_add(slot)).unwrap_or(NIL)
    }

    /// The value of a slot, moved out of it.
    #[inline]
    pub(super) fn take(&mut self, slot: usize) -> Value {
        self.stack.get_mut(self.base.wrapping_add(slot)).map(std::mem::take).unwrap_or_default()
    }

    /// Puts a value into a slot.
    #[inline]
    pub(super) fn put(&mut self, slot: usize, value: Value) {
        if let Some(place) = self.stack.get_mut(self.base.wrapping_add(slot)) {
            *place = value;
        }
    }

    /// Puts an integer into a slot; where one lies there, only its bits change.
    #[inline]
    pub(super) fn put_int(&mut self, slot: usize, n: i64) {
        match self.stack.get_mut(self.base.wrapping_add(slot)) {
            Some(Value::Int(place)) => *place = n,
            Some(place) => *place = Value::Int(n),
            None => {}
        }
    }

    /// Charges one step.
    #[inline]
    pub(super) fn step(&mut self) -> Result<()> {
        match self.fuel.checked_sub(1) {
            Some(fuel) => {
                self.fuel = fuel;
                Ok(())
            }
            None => self.refuel(1),
        }
    }

    /// Looks at budget, clock and memory, gives others a turn, and takes steps for a while.
    #[cold]
    pub(super) fn refuel(&mut self, needed: u64) -> Result<()> {
        let shared = self.shared.clone();
        let limits = &shared.limits;
        let needed = needed.saturating_sub(self.fuel);
        let used = shared.steps.get().saturating_add(needed);
        let allowed = shared.allowance.get();
        let most = allowed.map_or(limits.max_steps, |allowance| allowance.steps);
        if used > most {
            if allowed.is_none() {
                shared.steps.set(most);
            }
            return Err(limit(LimitKind::Steps, most, used));
        }
        // Near the end of the budget the slices get shorter, so that the count is exact.
        let slice = SLICE.min(most.saturating_sub(used));
        shared.steps.set(used.saturating_add(slice));
        self.fuel = slice;
        self.check_limits()?;
        match self.suspender.suspend(Ask::Tick) {
            Resumption::Go | Resumption::Tool(..) => Ok(()),
            Resumption::Cancel => Err(Box::new(Raise::Cancelled)),
        }
    }

    /// The last check of a program.
    ///
    /// # Errors
    /// The limits on time and memory.
    pub fn look_at_end(&mut self) -> Result<()> {
        self.check_limits()
    }

    /// Checks clock and memory.
    pub(super) fn check_limits(&mut self) -> Result<()> {
        let limits = &self.shared.limits;
        let elapsed = self.shared.host.elapsed();
        // What is only tried has its own steps, which do not take long.
        if elapsed > limits.max_time && self.shared.allowance.get().is_none() {
            let millis = |time: std::time::Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
            return Err(limit(LimitKind::Time, millis(limits.max_time), millis(elapsed)));
        }
        self.look_at_memory()
    }

    /// Checks memory alone, where the clock would cost more than what is done.
    ///
    /// # Errors
    /// The limit on memory.
    pub fn look_at_memory(&mut self) -> Result<()> {
        if let Some(bytes) = self.shared.host.live_bytes() {
            self.shared.peak_bytes.set(self.shared.peak_bytes.get().max(bytes));
            let most = self.max_memory();
            if bytes > most {
                return Err(limit(LimitKind::Memory, most, bytes));
            }
        }
        Ok(())
    }

    /// How many bytes may live at present.
    pub(super) fn max_memory(&self) -> u64 {
        let allowed = self.shared.allowance.get().map_or(u64::MAX, |allowance| allowance.bytes);
        self.shared.limits.max_memory.min(allowed)
    }

    /// Goes `weight` levels deeper.
    #[inline]
    pub(super) fn descend(&mut self, weight: u32) -> Result<()> {
        let marker = 0_u8;
        let here = (&raw const marker).addr();
        let depth = self.depth.saturating_add(weight);
        if depth > self.shared.limits.max_depth || here < self.floor {
            return Err(self.too_deep(depth));
        }
        self.depth = depth;
        Ok(())
    }

    #[cold]
    fn too_deep(&self, depth: u32) -> Box<Raise> {
        limit(LimitKind::Depth, u64::from(self.shared.limits.max_depth), u64::from(depth))
    }

    /// Runs a body whose arguments lie on the stack from `bottom` on.
    #[inline]
    pub(super) fn run(&mut self, function: &Arc<Function>, arity: &TemplateArity, bottom: usize) -> Result<Value> {
        if arity.variadic {
            self.gather_rest(bottom.saturating_add(arity.params));
        }
        self.run_gathered(function, arity, bottom)
    }

    /// The same where the rest is one value already.
    #[inline]
    pub(super) fn run_gathered(
        &mut self,
        function: &Arc<Function>,
        arity: &TemplateArity,
        bottom: usize,
    ) -> Result<Value> {
        self.step()?;
        self.descend(arity.weight)?;
        self.stack.resize(bottom.saturating_add(arity.slots), Value::Nil);
        let outer = std::mem::replace(&mut self.base, bottom);
        let mut result = arity.body.run(self, function);
        while self.recurring {
            self.recurring = false;
            self.step()?;
            result = arity.body.run(self, function);
        }
        self.base = outer;
        self.stack.truncate(bottom);
        self.depth = self.depth.saturating_sub(arity.weight);
        result
    }

    /// The arguments beyond the fixed ones become one sequence, or `nil`.
    fn gather_rest(&mut self, from: usize) {
        let rest: Vec<Value> = self.stack.drain(from.min(self.stack.len())..).collect();
        self.stack.push(if rest.is_empty() { Value::Nil } else { Value::seq(rest) });
    }

    /// Calls a closure whose arguments lie on the stack from `bottom` on.
    #[inline]
    pub(super) fn call_closure(&mut self, function: &Arc<Function>, closure: &Closure, bottom: usize) -> Result<Value> {
        let given = self.stack.len().saturating_sub(bottom);
        match closure.member().and_then(|member| member.arity(given)) {
            Some(arity) => self.run(function, arity, bottom).map_err(|raise| raise.within(&closure.template.source)),
            None => Err(wrong_arity(closure, given)),
        }
    }

    /// Calls anything with arguments that lie on the stack from `bottom` on.
    pub(super) fn call_on_stack(&mut self, callee: &Value, bottom: usize, span: Span) -> Result<Value> {
        if let Value::Function(function) = callee
            && let Function::Closure(closure) = &**function
        {
            return self.call_closure(function, closure, bottom).map_err(|raise| raise.at(span));
        }
        let args: Args = self.stack.drain(bottom.min(self.stack.len())..).collect();
        self.apply(callee, args).map_err(|raise| raise.at(span))
    }

    /// Calls anything.
    pub(super) fn apply(&mut self, callee: &Value, mut args: Args) -> Result<Value> {
        match callee {
            Value::Function(function) => match &**function {
                Function::Closure(closure) => {
                    let bottom = self.stack.len();
                    self.stack.extend(args);
                    self.call_closure(function, closure, bottom)
                }
                Function::Builtin(builtin) => {
                    self.step()?;
                    // Builtins that call others are levels, too; and long rests are copied on the way.
                    self.descend(1)?;
                    if args.len() > 8 {
                        crate::lisp::value::Context::spend(self, args.len() as u64 / 4)?;
                    }
                    let result = self.call_builtin(builtin, args);
                    self.depth = self.depth.saturating_sub(1);
                    result
                }
                Function::Native { held, code, .. } => {
                    self.step()?;
                    self.descend(1)?;
                    let result = code(self, held, args);
                    self.depth = self.depth.saturating_sub(1);
                    result
                }
                Function::Step { step, .. } => {
                    self.step()?;
                    self.descend(1)?;
                    let result = Function::call_step(step, self, args);
                    self.depth = self.depth.saturating_sub(1);
                    result
                }
            },
            Value::Keyword(_) | Value::Symbol(_) if (1..=2).contains(&args.len()) => {
                let default = if args.len() == 2 { args.pop().unwrap_or_default() } else { Value::Nil };
                let target = args.pop().unwrap_or_default();
                Ok(self.lookup(&target, callee)?.unwrap_or(default))
            }
            Value::Map(map) if (1..=2).contains(&args.len()) => {
                let default = if args.len() == 2 { args.pop().unwrap_or_default() } else { Value::Nil };
                let key = args.pop().unwrap_or_default();
                self.charge(&key)?;
                Ok(map.search(self, &key)?.map_or(default, |(_, value)| value.clone()))
            }
            Value::Set(set) if args.len() == 1 => {
                let key = args.pop().unwrap_or_default();
                self.charge(&key)?;
                Ok(set.search(self, &key)?.cloned().unwrap_or_default())
            }
            Value::Vector(items) if args.len() == 1 => match args.pop().unwrap_or_default() {
                Value::Int(at) => match usize::try_from(at).ok().and_then(|at| items.get(at)) {
                    Some(item) => Ok(item.clone()),
                    None => Err(Fault::value(format!("index {at} is outside of a vector of {} items", items.len()))
                        .class("IndexOutOfBoundsException")
                        .hint("(get v i) gives nil there, (nth v i default) a default")
                        .into()),
                },
                other => Err(Fault::new(
                    ErrorKind::Type,
                    "IllegalArgumentException",
                    What::unfit("a vector is called with an index", &other),
                )
                .into()),
            },
            Value::Atom(atom) if atom.kind == AtomKind::Transient && !atom.get().is_nothing() => {
                match (atom.get(), args.len()) {
                    // Unlike a set that does not change, one that does takes a default.
                    (Value::Set(set), 2) => {
                        let default = args.pop().unwrap_or_default();
                        let key = args.pop().unwrap_or_default();
                        self.charge(&key)?;
                        Ok(set.search(self, &key)?.cloned().unwrap_or(default))
                    }
                    (held, _) => self.apply(&held, args),
                }
            }
            other => Err(not_callable(other, args.len())),
        }
    }

    /// What a keyword or symbol finds in a value.
    pub(super) fn lookup(&mut self, target: &Value, key: &Value) -> Result<Option<Value>> {
        Ok(match target {
            Value::Map(map) => map.search(self, key)?.map(|(_, value)| value.clone()),
            Value::Set(set) => set.search(self, key)?.cloned(),
            Value::Fault(fault) => of_fault(fault, key),
            Value::Atom(atom) if atom.kind == AtomKind::Transient => {
                // A transient holds a vector, map or set, never another transient.
                self.lookup(&atom.get(), key)?
            }
            _ => None,
        })
    }

    /// Charges what walking a key costs.
    pub(super) fn charge(&mut self, key: &Value) -> Result<()> {
        use crate::lisp::value::{Context, force};
        match key {
            Value::Int(_) | Value::Keyword(_) | Value::Nil | Value::Bool(_) => Ok(()),
            key => {
                self.spend(key.weight())?;
                force(key, self)
            }
        }
    }

    fn call_builtin(&mut self, builtin: &'static Builtin, args: Args) -> Result<Value> {
        let given = args.len();
        let Some(clause) = builtin.clause(given) else {
            return Err(arity_error(builtin.name, given, builtin));
        };
        clause.code.call(self, args)
    }
}

/// What a keyword finds in an exception: one of its parts, or what is under the key in its data.
fn of_fault(fault: &Fault, key: &Value) -> Option<Value> {
    match key.as_name()? {
        "message" => Some(Value::text(fault.message())),
        "data" => fault.data.clone(),
        "cause" => Some(fault.cause.clone()),
        _ => match &fault.data {
            Some(Value::Map(data)) => data.get(key).cloned(),
            _ => None,
        },
    }
}

#[cold]
fn wrong_arity(closure: &Closure, given: usize) -> Box<Raise> {
    let member = closure.member();
    let name = member.and_then(|member| member.name.as_deref()).unwrap_or("a function");
    let signatures: Vec<String> =
        member.into_iter().flat_map(|member| &member.arities).map(|arity| arity.signature.to_string()).collect();
    arity_error(name.to_owned(), given, signatures.join(" or "))
}

#[cold]
fn not_callable(value: &Value, given: usize) -> Box<Raise> {
    match value {
        Value::Keyword(_) | Value::Symbol(_) | Value::Map(_) => {
            arity_error(value.describe(), given, "1 or 2: what to look in, or the key, and a default")
        }
        Value::Set(_) | Value::Vector(_) => arity_error(value.describe(), given, "1"),
        other => {
            let class = if other.is_nil() { "NullPointerException" } else { "ClassCastException" };
            let hint = if other.is_nil() {
                "the function was nil: a key that is not there, or a name that holds no function"
            } else {
                "the first item of a list is called, operators too: (+ 1 2); data lists are written [1 2 3] or '(1 2 3)"
            };
            Fault::new(ErrorKind::Type, class, format!("{} cannot be called", other.describe())).hint(hint).into()
        }
    }
}
