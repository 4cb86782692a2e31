//! What builtins may ask of the machine.

use std::sync::Arc;

use crate::lisp::text::{LimitKind, abridge};
use crate::lisp::value::{
    Args, Ask, Atom, AtomExtras, AtomKind, BuiltinCode, Context, Function, Iter, Machine, Raise, Result, Resumption,
    ToolAnswer, ToolCall, Value, args, collect, limit, seq,
};

/// The longest warning, in bytes.
const LONGEST_WARNING: usize = 1 << 10;

/// The steps that it costs to look at what tools there are.
const LOOK_AT_TOOLS: u64 = 1_000;

impl Machine<'_> {
    /// Calls a function with all items of `rest` as its last arguments.
    fn spread(&mut self, function: &Value, mut arguments: Args, rest: Value) -> Result<Value> {
        arguments.extend(collect(rest, self)?);
        self.apply(function, arguments)
    }

    /// Keeps what an atom of an earlier program holds, once, for the case that this program fails.
    fn note_for_undo(&self, atom: &Arc<Atom>, old: &Value) {
        if atom.program != self.shared.program {
            let mut undo = self.shared.undo.borrow_mut();
            if !undo.iter().any(|(known, ..)| Arc::ptr_eq(known, atom)) {
                undo.push((atom.clone(), old.clone(), atom.extras()));
            }
        }
    }
}

impl Context for Machine<'_> {
    fn call(&mut self, function: &Value, arguments: Args) -> Result<Value> {
        self.apply(function, arguments)
    }

    #[inline]
    fn call1(&mut self, function: &Value, a: Value) -> Result<Value> {
        if let Value::Function(shared) = function {
            match &**shared {
                Function::Closure(closure) => {
                    let bottom = self.stack.len();
                    self.stack.push(a);
                    return self.call_closure(shared, closure, bottom);
                }
                Function::Builtin(builtin) => {
                    if let Some(BuiltinCode::F1(run)) = builtin.clause(1).map(|clause| clause.code) {
                        self.step()?;
                        return run(self, a);
                    }
                }
                Function::Native { .. } | Function::Step { .. } => {}
            }
        }
        self.apply(function, args([a]))
    }

    #[inline]
    fn call2(&mut self, function: &Value, a: Value, b: Value) -> Result<Value> {
        if let Value::Function(shared) = function {
            match &**shared {
                Function::Closure(closure) => {
                    let bottom = self.stack.len();
                    self.stack.push(a);
                    self.stack.push(b);
                    return self.call_closure(shared, closure, bottom);
                }
                Function::Builtin(builtin) => {
                    if let Some(BuiltinCode::F2(run)) = builtin.clause(2).map(|clause| clause.code) {
                        self.step()?;
                        return run(self, a, b);
                    }
                }
                Function::Native { .. } | Function::Step { .. } => {}
            }
        }
        self.apply(function, args([a, b]))
    }

    fn call_with_rest(&mut self, function: &Value, mut arguments: Args, rest: Value) -> Result<Value> {
        let Value::Function(shared) = function else { return self.spread(function, arguments, rest) };
        let variadic = match &**shared {
            Function::Closure(closure) => {
                let arities = closure.member().into_iter().flat_map(|member| &member.arities);
                arities.into_iter().find(|arity| arity.variadic).map(|arity| (closure, arity))
            }
            Function::Builtin(_) | Function::Native { .. } | Function::Step { .. } => None,
        };
        let Some((closure, arity)) = variadic.filter(|(_, arity)| arguments.len() <= arity.params) else {
            return self.spread(function, arguments, rest);
        };
        let mut items = Iter::new(rest)?;
        while arguments.len() < arity.params {
            match items.next(self)? {
                Some(item) => arguments.push(item),
                None => return self.call(function, arguments),
            }
        }
        let rest = items.into_rest(self)?;
        let rest = seq(rest, self)?;
        if rest.is_nil() {
            return self.call(function, arguments);
        }
        let bottom = self.stack.len();
        self.stack.extend(arguments);
        self.stack.push(rest);
        self.run_gathered(shared, arity, bottom).map_err(|raise| raise.within(&closure.template.source))
    }

    #[inline]
    fn spend(&mut self, steps: u64) -> Result<()> {
        match self.fuel.checked_sub(steps) {
            Some(fuel) => {
                self.fuel = fuel;
                Ok(())
            }
            None => self.refuel(steps),
        }
    }

    fn reserve(&mut self, bytes: usize) -> Result<()> {
        // Small pieces are seen at the next look.
        if bytes < 16 << 10 {
            return Ok(());
        }
        let most = self.max_memory();
        let live = self.shared.host.live_bytes().unwrap_or(0);
        let wanted = live.saturating_add(bytes as u64);
        if wanted > most {
            return Err(limit(LimitKind::Memory, most, wanted));
        }
        self.shared.peak_bytes.set(self.shared.peak_bytes.get().max(wanted));
        // Memory takes time to fill, too.
        self.spend(bytes as u64 / 256)
    }

    fn enter(&mut self) -> Result<()> {
        self.descend(1)
    }

    fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    fn print(&mut self, text: &str) -> Result<()> {
        self.reserve(text.len())?;
        let most = self.shared.limits.max_output;
        let mut output = self.shared.output.borrow_mut();
        if let Some(capture) = output.captures.last_mut() {
            capture.push_str(text);
            return Ok(());
        }
        let wanted = output.bytes.saturating_add(text.len());
        if wanted > most {
            // What was printed before stays; what is too much is cut with a note, once.
            if output.bytes <= most {
                let room = most.saturating_sub(output.bytes);
                let cut = text.floor_char_boundary(room);
                output.text.push_str(text.get(..cut).unwrap_or(""));
                output.text.push_str(&format!("\n… output cut at {most} bytes (max_output)\n"));
                output.bytes = most.saturating_add(1);
            }
            return Ok(());
        }
        output.bytes = wanted;
        output.text.push_str(text);
        Ok(())
    }

    fn begin_capture(&mut self) {
        self.shared.output.borrow_mut().captures.push(String::new());
    }

    fn end_capture(&mut self) -> String {
        self.shared.output.borrow_mut().captures.pop().unwrap_or_default()
    }

    fn tool(&mut self, name: &Arc<str>, arguments: Value, positional: bool) -> Result<Value> {
        if self.shared.allowance.get().is_some() {
            return Err(crate::lisp::value::Allowance::no_tools());
        }
        let most = self.shared.limits.max_tool_calls;
        let calls = self.shared.tool_calls.get().saturating_add(1);
        if calls > most {
            return Err(limit(LimitKind::ToolCalls, most, calls));
        }
        self.shared.tool_calls.set(calls);
        self.spend(arguments.weight().saturating_add(8))?;
        crate::lisp::value::force(&arguments, self)?;
        self.look_at_memory()?;
        let host = self.shared.host.clone();
        let result = match host.call(ToolCall { name: name.clone(), arguments, positional }) {
            ToolAnswer::Now(result) => result,
            ToolAnswer::Stop => return Err(Box::new(Raise::Cancelled)),
            ToolAnswer::End => return Err(Box::new(Raise::Return(Value::Nil))),
            ToolAnswer::Later(number) => loop {
                match self.suspender.suspend(Ask::Tools(vec![number])) {
                    Resumption::Tool(answered, result) if answered == number => break result,
                    Resumption::Tool(..) | Resumption::Go => {}
                    Resumption::Cancel => return Err(Box::new(Raise::Cancelled)),
                }
            },
        };
        self.look_at_memory()?;
        let value = result.map_err(Box::<Raise>::from)?;
        self.spend(value.weight() / 16)?;
        Ok(value)
    }

    fn find_tools(&mut self, text: &str) -> Result<Vec<String>> {
        self.spend(LOOK_AT_TOOLS)?;
        Ok(self.shared.host.find_tools(text))
    }

    fn describe_tool(&mut self, name: &str) -> Result<String> {
        self.spend(LOOK_AT_TOOLS)?;
        self.shared.host.describe_tool(name)
    }

    fn branches(&mut self, function: &Value, arguments: Vec<Args>) -> Result<Vec<Value>> {
        self.run_branches(function, arguments)
    }

    fn prefetch(&mut self, function: &Value, items: &Value) {
        self.announce_calls(function, items);
    }

    fn now(&mut self) -> i64 {
        self.shared.host.now()
    }

    fn random(&mut self) -> u64 {
        self.shared.host.random()
    }

    fn recall(&mut self, name: &str) -> Option<Value> {
        let number = self.shared.names.find(name)?;
        self.shared.globals.borrow().get(number).cloned()
    }

    fn remember(&mut self, name: &str, value: Value) -> Result<()> {
        self.spend(1)?;
        let number = self.shared.names.number(name);
        self.shared.globals.borrow_mut().set(number, value);
        Ok(())
    }

    fn remembered(&mut self) -> Vec<Arc<str>> {
        let globals = self.shared.globals.borrow();
        globals.set_names().filter_map(|(number, _)| self.shared.names.name(number)).collect()
    }

    fn write(&mut self, atom: &Arc<Atom>, value: Value) -> Value {
        let old = atom.replace(value);
        self.note_for_undo(atom, &old);
        old
    }

    fn amend(&mut self, atom: &Arc<Atom>, extras: AtomExtras) {
        self.note_for_undo(atom, &atom.get());
        atom.set_extras(extras);
    }

    fn make_atom(&mut self, kind: AtomKind, value: Value) -> Value {
        let atom = Arc::new(Atom::new(kind, self.shared.program, value));
        if matches!(kind, AtomKind::Atom | AtomKind::Volatile | AtomKind::Transient) {
            let mut atoms = self.shared.atoms.borrow_mut();
            // Forget those that are gone before the list grows.
            if atoms.len() == atoms.capacity() {
                atoms.retain(|atom| atom.strong_count() > 0);
            }
            atoms.push(Arc::downgrade(&atom));
        }
        Value::Atom(atom)
    }

    fn warn(&mut self, warning: String) {
        let warning = abridge(&warning, LONGEST_WARNING).into_owned();
        let mut warnings = self.shared.warnings.borrow_mut();
        if warnings.len() < 50 && !warnings.contains(&warning) {
            warnings.push(warning);
        }
    }

    fn recent(&mut self, index: usize) -> Value {
        self.shared.recent.get(index).cloned().unwrap_or_default()
    }
}
