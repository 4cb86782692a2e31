//! From analysed trees to closures: one closure for each expression, specialised by what the analyser knows.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use super::counting::Counting;
use super::missing::{Origins, with_missing_key, with_usage_hint};
use super::operand::is_fused;
use crate::lisp::analyse::{AnalysedProgram, Expr, ExprKind, FunctionExpr, TryExpr};
use crate::lisp::text::{Source, Span};
use crate::lisp::value::{
    Builtin, BuiltinCode, Closure, Code, Context, Fault, Function, Keyword, Map, Member, Raise, Result, Set, Shape,
    Symbol, Template, TemplateArity, Value, Vector, code, equal, hash, shorten,
};

/// Turns expressions into code.
pub struct Compiler {
    source: Arc<Source>,
    /// Whether values move out of slots at their last use. Off only to test that this changes nothing.
    moves: bool,
    /// What slots of the function at hand are bound to, for error messages.
    pub(super) origins: RefCell<Origins>,
}

/// Compiles a program to a function without parameters.
pub fn compile_program(source: &Arc<Source>, program: &AnalysedProgram, moves: bool) -> Arc<Function> {
    let compiler = Compiler { source: source.clone(), moves, origins: RefCell::default() };
    let body = compiler.compile(&program.body);
    let arity = TemplateArity {
        params: 0,
        variadic: false,
        slots: program.slots,
        weight: weight(&program.body),
        signature: "[]".into(),
        body,
        direct_call: None,
    };
    let member = Member { name: None, arities: vec![arity], doc: None };
    let span = program.body.span;
    let template = Template { members: vec![member], source: source.clone(), span, captures: Vec::new() };
    Arc::new(Function::Closure(Closure { template: Arc::new(template), captures: Vec::new(), member: 0 }))
}

/// What a call of a body counts in depth: one for each so many levels of nesting, so that counted depth stands for
/// stack.
fn weight(body: &Expr) -> u32 {
    const LEVELS: usize = 24;
    u32::try_from(nesting(body) / LEVELS).unwrap_or(u32::MAX).saturating_add(1)
}

fn nesting(expr: &Expr) -> usize {
    let mut most = 0;
    // What a function captures is at hand.
    if !matches!(expr.kind, ExprKind::Function(_)) {
        expr.each_part(&mut |part| most = nesting(part).max(most));
    }
    most.saturating_add(1)
}

impl Compiler {
    fn all(&self, items: &[Expr]) -> Vec<Code> {
        items.iter().map(|item| self.compile(item)).collect()
    }

    fn bindings(&self, bindings: &[(usize, Expr)]) -> Vec<(usize, Code)> {
        let bindings = bindings.iter().map(|(slot, value)| {
            let code = self.compile(value);
            self.note_origin(*slot, value);
            (*slot, code)
        });
        bindings.collect()
    }

    /// The code of an expression.
    pub fn compile(&self, expr: &Expr) -> Code {
        let span = expr.span;
        match &expr.kind {
            ExprKind::Constant(value) => constant(value.clone()),
            ExprKind::Local { slot, last } => {
                let slot = *slot;
                if *last && self.moves {
                    code(move |m, _| Ok(m.take(slot)))
                } else {
                    code(move |m, _| Ok(m.peek(slot).clone()))
                }
            }
            ExprKind::Captured(index) => {
                let index = *index;
                code(move |_, env| Ok(env.captured(index)))
            }
            ExprKind::This(member) => {
                let member = *member;
                code(move |_, env| Ok(sibling(env, member)))
            }
            ExprKind::Global { number, name, strict } => {
                let (number, name, strict) = (*number, name.clone(), *strict);
                code(move |m, _| match m.shared.globals.borrow().get(number) {
                    Some(value) => Ok(value.clone()),
                    None if !strict => Ok(Value::Nil),
                    None => Err(unbound(&name, span)),
                })
            }
            ExprKind::Context(key) => {
                let key = key.clone();
                if key.is_nothing() {
                    return code(|m, _| Ok(m.shared.context.clone()));
                }
                code(move |m, _| match &m.shared.context {
                    Value::Map(context) => Ok(context.get(&key).cloned().unwrap_or_default()),
                    _ => Ok(Value::Nil),
                })
            }
            ExprKind::Recent(index) => {
                let index = *index;
                code(move |m, _| Ok(m.recent(index)))
            }
            ExprKind::If(parts) => {
                let [test, then, otherwise] = &**parts;
                let (test, then, otherwise) = (self.test(test), self.compile(then), self.compile(otherwise));
                code(move |m, env| if test.run(m, env)? { then.run(m, env) } else { otherwise.run(m, env) })
            }
            ExprKind::Do(items) => self.sequence(items),
            ExprKind::Let(bindings, body) => {
                let mut bindings = self.bindings(bindings);
                let body = self.compile(body);
                if bindings.len() == 1
                    && let Some((slot, value)) = bindings.pop()
                {
                    return code(move |m, env| {
                        let value = value.run(m, env)?;
                        m.put(slot, value);
                        body.run(m, env)
                    });
                }
                code(move |m, env| {
                    for (slot, value) in &bindings {
                        let value = value.run(m, env)?;
                        m.put(*slot, value);
                    }
                    body.run(m, env)
                })
            }
            ExprKind::Loop(bindings, body) => {
                let compiled = self.bindings(bindings);
                for (slot, _) in bindings {
                    self.forget_origin(*slot);
                }
                let (bindings, body) = (compiled, self.compile(body));
                code(move |m, env| {
                    for (slot, value) in &bindings {
                        let value = value.run(m, env)?;
                        m.put(*slot, value);
                    }
                    loop {
                        let value = body.run(m, env)?;
                        if !m.recurring {
                            return Ok(value);
                        }
                        m.recurring = false;
                        m.step()?;
                    }
                })
            }
            ExprKind::Recur(bindings) => self.recur(bindings),
            ExprKind::And(items) => {
                let items = self.all(items);
                code(move |m, env| {
                    let mut value = Value::from(true);
                    for item in &items {
                        value = item.run(m, env)?;
                        if !value.is_truthy() {
                            break;
                        }
                    }
                    Ok(value)
                })
            }
            ExprKind::Or(items) => {
                let items = self.all(items);
                code(move |m, env| {
                    let mut value = Value::Nil;
                    for item in &items {
                        value = item.run(m, env)?;
                        if value.is_truthy() {
                            break;
                        }
                    }
                    Ok(value)
                })
            }
            ExprKind::Case { on, branches, otherwise } => self.case(on, branches, otherwise.as_deref(), span),
            ExprKind::Function(function) => self.function(function),
            ExprKind::Builtin(builtin, clause, items) => self.builtin(builtin, clause.code, items, span),
            ExprKind::Call(function, items) => self.call(function, items, span),
            ExprKind::Tool { name, arguments, positional } => {
                let (name, arguments, positional) = (name.clone(), self.compile(arguments), *positional);
                code(move |m, env| {
                    let arguments = arguments.run(m, env)?;
                    m.step()?;
                    m.tool(&name, arguments, positional).map_err(|raise| raise.at(span))
                })
            }
            ExprKind::Vector(items) => {
                let items = self.all(items);
                code(move |m, env| {
                    let mut values = Vec::with_capacity(items.len());
                    for item in &items {
                        values.push(item.run(m, env)?);
                    }
                    m.spend(values.len() as u64)?;
                    Value::from(Vector::from(values)).within_nesting()
                })
            }
            ExprKind::Map(entries) => self.map(entries, span),
            ExprKind::Set(items) => {
                let items = self.all(items);
                code(move |m, env| {
                    let mut set = Set::default();
                    for item in &items {
                        let item = item.run(m, env)?;
                        m.charge(&item)?;
                        m.step()?;
                        if set.contains(&item) {
                            return Err(Box::<Raise>::from(Fault::value(format!(
                                "Duplicate key: {}",
                                shorten(&item, 200)
                            )))
                            .at(span));
                        }
                        set.insert(item);
                    }
                    Value::from(set).within_nesting()
                })
            }
            ExprKind::Define { number, name, value, once } => {
                let (number, name, once) = (*number, name.clone(), *once);
                let value = value.as_ref().map(|value| self.compile(value));
                let named = Value::Symbol(Symbol::new(&format!("#'user/{name}")));
                code(move |m, env| {
                    m.step()?;
                    let there = m.shared.globals.borrow().get(number).is_some();
                    if let Some(value) = &value
                        && !(once && there)
                    {
                        let value = value.run(m, env)?;
                        m.shared.globals.borrow_mut().set(number, value);
                    }
                    m.shared.globals.borrow_mut().define(number);
                    Ok(named.clone())
                })
            }
            ExprKind::Try(parts) => self.try_catch(parts),
        }
    }

    fn sequence(&self, items: &[Expr]) -> Code {
        let mut items = self.all(items);
        match items.pop() {
            None => constant(Value::Nil),
            Some(last) if items.is_empty() => last,
            Some(last) => code(move |m, env| {
                for item in &items {
                    item.run(m, env)?;
                }
                last.run(m, env)
            }),
        }
    }

    fn recur(&self, bindings: &[(usize, Expr)]) -> Code {
        let general = self.recur_to_values(bindings);
        let Some(counting) = Counting::of(bindings) else { return general };
        code(move |m, env| {
            if !counting.run(m) {
                return general.run(m, env);
            }
            m.recurring = true;
            Ok(Value::Nil)
        })
    }

    fn recur_to_values(&self, bindings: &[(usize, Expr)]) -> Code {
        let mut bindings: Vec<(usize, Code)> =
            bindings.iter().map(|(slot, value)| (*slot, self.compile(value))).collect();
        match bindings.len() {
            1 => {
                let Some((slot, value)) = bindings.pop() else { return constant(Value::Nil) };
                code(move |m, env| {
                    let value = value.run(m, env)?;
                    m.put(slot, value);
                    m.recurring = true;
                    Ok(Value::Nil)
                })
            }
            2 => {
                let (Some((y, b)), Some((x, a))) = (bindings.pop(), bindings.pop()) else {
                    return constant(Value::Nil);
                };
                code(move |m, env| {
                    let a = a.run(m, env)?;
                    let b = b.run(m, env)?;
                    m.put(x, a);
                    m.put(y, b);
                    m.recurring = true;
                    Ok(Value::Nil)
                })
            }
            _ => code(move |m, env| {
                // New values wait on the stack until all are computed.
                let bottom = m.stack.len();
                for (_, value) in &bindings {
                    let value = value.run(m, env)?;
                    m.stack.push(value);
                }
                for (slot, _) in bindings.iter().rev() {
                    let value = m.stack.pop().unwrap_or_default();
                    m.put(*slot, value);
                }
                m.stack.truncate(bottom);
                m.recurring = true;
                Ok(Value::Nil)
            }),
        }
    }

    fn case(&self, on: &Expr, branches: &[(Vec<Value>, Expr)], otherwise: Option<&Expr>, span: Span) -> Code {
        let on = self.compile(on);
        let otherwise = otherwise.map(|otherwise| self.compile(otherwise));
        let mut table: HashMap<u64, Vec<(Value, usize)>> = HashMap::new();
        let mut bodies = Vec::new();
        for (constants, body) in branches {
            for constant in constants {
                table.entry(hash(constant)).or_default().push((constant.clone(), bodies.len()));
            }
            bodies.push(self.compile(body));
        }
        code(move |m, env| {
            let value = on.run(m, env)?;
            m.step()?;
            m.charge(&value)?;
            let found =
                table.get(&hash(&value)).and_then(|row| row.iter().find(|(constant, _)| equal(constant, &value)));
            match found.and_then(|(_, at)| bodies.get(*at)).or(otherwise.as_ref()) {
                Some(body) => body.run(m, env),
                None => {
                    let message = format!("No matching clause: {}", crate::lisp::value::shorten(&value, 200));
                    let fault = Fault::value(message).hint("add a last expression to case for everything else");
                    Err(Box::<Raise>::from(fault).at(span))
                }
            }
        })
    }

    fn function(&self, function: &Arc<FunctionExpr>) -> Code {
        let outside = self.origins.take();
        let members = function.members.iter().map(|member| {
            let arities = member.arities.iter().map(|arity| TemplateArity {
                params: arity.params,
                variadic: arity.variadic,
                slots: arity.slots,
                weight: weight(&arity.body),
                signature: arity.signature.clone(),
                body: {
                    self.origins.borrow_mut().clear();
                    self.compile(&arity.body)
                },
                direct_call: self.direct_call(arity),
            });
            Member { name: member.name.clone(), arities: arities.collect(), doc: member.doc.clone() }
        });
        let template = Arc::new(Template {
            members: members.collect(),
            source: self.source.clone(),
            span: function.span,
            captures: function.captures.iter().map(|(name, _)| name.clone()).collect(),
        });
        self.origins.replace(outside);
        let captures: Vec<Code> = function.captures.iter().map(|(_, value)| self.compile(value)).collect();
        if captures.is_empty() {
            let closure = Closure { template, captures: Vec::new(), member: 0 };
            return constant(Function::Closure(closure).into());
        }
        code(move |m, env| {
            m.step()?;
            let mut held = Vec::with_capacity(captures.len());
            for capture in &captures {
                held.push(capture.run(m, env)?);
            }
            Ok(Function::Closure(Closure { template: template.clone(), captures: held, member: 0 }).into())
        })
    }

    fn builtin(&self, builtin: &'static Builtin, run: BuiltinCode, items: &[Expr], span: Span) -> Code {
        if let [left, right] = items
            && is_fused(builtin.name)
            && let Some(fused) = self.fused_value(builtin.name, left, right, span)
        {
            return fused;
        }
        if let [only] = items
            && let Some(fused) = self.fused_step(builtin.name, only, span)
        {
            return fused;
        }
        if builtin.name == "%lookup"
            && let [target, key, ..] = items
            && let Some(Value::Keyword(key)) = key.as_constant()
        {
            return self.lookup(target, key.clone(), items.get(2));
        }
        let missing = self.missing(items, false);
        let mut items = self.all(items);
        let mut pop = || items.pop().unwrap_or_else(|| constant(Value::Nil));
        match run {
            BuiltinCode::F0(run) => code(move |m, _| {
                m.step()?;
                run(m).map_err(|raise| with_usage_hint(raise, builtin).at(span))
            }),
            BuiltinCode::F1(run) => {
                let a = pop();
                code(move |m, env| {
                    let a = a.run(m, env)?;
                    m.step()?;
                    run(m, a)
                        .map_err(|raise| with_missing_key(with_usage_hint(raise, builtin), &missing, m, env).at(span))
                })
            }
            BuiltinCode::F2(run) => {
                let (b, a) = (pop(), pop());
                code(move |m, env| {
                    let a = a.run(m, env)?;
                    let b = b.run(m, env)?;
                    m.step()?;
                    run(m, a, b)
                        .map_err(|raise| with_missing_key(with_usage_hint(raise, builtin), &missing, m, env).at(span))
                })
            }
            BuiltinCode::F3(run) => {
                let (c, b, a) = (pop(), pop(), pop());
                code(move |m, env| {
                    let a = a.run(m, env)?;
                    let b = b.run(m, env)?;
                    let c = c.run(m, env)?;
                    m.step()?;
                    run(m, a, b, c)
                        .map_err(|raise| with_missing_key(with_usage_hint(raise, builtin), &missing, m, env).at(span))
                })
            }
            BuiltinCode::N(run) => code(move |m, env| {
                let mut values = crate::lisp::value::Args::new();
                for item in &items {
                    values.push(item.run(m, env)?);
                }
                m.step()?;
                run(m, values)
                    .map_err(|raise| with_missing_key(with_usage_hint(raise, builtin), &missing, m, env).at(span))
            }),
        }
    }

    /// `(:key target)`: looks first where the key was the last time.
    fn lookup(&self, target: &Expr, key: Keyword, default: Option<&Expr>) -> Code {
        let guess = AtomicUsize::new(0);
        let key = Value::Keyword(key);
        let default = default.map(|default| self.compile(default));
        if let (ExprKind::Local { slot, .. }, None) = (&target.kind, &default) {
            // The record stays where it is; only what is found is cloned.
            let slot = *slot;
            return code(move |m, _| {
                m.step()?;
                let found = match m.peek(slot) {
                    Value::Map(map) if map.sorting().is_none() => map.get_near(&key, &guess).cloned(),
                    other => {
                        let other = other.clone();
                        m.lookup(&other, &key)?
                    }
                };
                Ok(found.unwrap_or_default())
            });
        }
        let target = self.compile(target);
        code(move |m, env| {
            let target = target.run(m, env)?;
            let default = match &default {
                Some(default) => default.run(m, env)?,
                None => Value::Nil,
            };
            m.step()?;
            let found = match &target {
                Value::Map(map) if map.sorting().is_none() => map.get_near(&key, &guess).cloned(),
                other => m.lookup(other, &key)?,
            };
            Ok(found.unwrap_or(default))
        })
    }

    fn call(&self, function: &Expr, items: &[Expr], span: Span) -> Code {
        let items = self.all(items);
        if let ExprKind::Global { number, name, .. } = &function.kind {
            let (number, name) = (*number, name.clone());
            return code(move |m, env| {
                // A function that calls itself by its global name is at hand already: no count of owners is touched.
                let other = match m.shared.globals.borrow().get(number) {
                    Some(Value::Function(this)) if Arc::ptr_eq(this, env) => None,
                    Some(other) => Some(other.clone()),
                    None => return Err(unbound(&name, span)),
                };
                let bottom = m.stack.len();
                for item in &items {
                    let value = item.run(m, env)?;
                    m.stack.push(value);
                }
                match (&other, &**env) {
                    (None, Function::Closure(closure)) => {
                        m.call_closure(env, closure, bottom).map_err(|raise| raise.at(span))
                    }
                    (Some(other), _) => m.call_on_stack(other, bottom, span),
                    (None, _) => Ok(Value::Nil),
                }
            });
        }
        if let ExprKind::This(member) = &function.kind {
            let member = *member;
            return code(move |m, env| {
                let bottom = m.stack.len();
                for item in &items {
                    let value = item.run(m, env)?;
                    m.stack.push(value);
                }
                match &**env {
                    Function::Closure(closure) if closure.member == member => {
                        m.call_closure(env, closure, bottom).map_err(|raise| raise.at(span))
                    }
                    _ => m.call_on_stack(&sibling(env, member), bottom, span),
                }
            });
        }
        let function = self.compile(function);
        code(move |m, env| {
            let callee = function.run(m, env)?;
            let bottom = m.stack.len();
            for item in &items {
                let value = item.run(m, env)?;
                m.stack.push(value);
            }
            m.call_on_stack(&callee, bottom, span)
        })
    }

    fn map(&self, entries: &[(Expr, Expr)], span: Span) -> Code {
        let keys: Option<Vec<Value>> = entries.iter().map(|(key, _)| key.as_constant().cloned()).collect();
        if let Some(shape) = keys.and_then(Shape::new) {
            let values: Vec<Code> = entries.iter().map(|(_, value)| self.compile(value)).collect();
            return code(move |m, env| {
                let mut held = Vec::with_capacity(values.len());
                for value in &values {
                    held.push(value.run(m, env)?);
                }
                m.spend(held.len() as u64)?;
                Value::from(Map::record(shape.clone(), held)).within_nesting()
            });
        }
        let entries: Vec<(Code, Code)> =
            entries.iter().map(|(key, value)| (self.compile(key), self.compile(value))).collect();
        code(move |m, env| {
            let mut map = Map::default();
            for (key, value) in &entries {
                let key = key.run(m, env)?;
                m.charge(&key)?;
                let value = value.run(m, env)?;
                m.step()?;
                if map.get(&key).is_some() {
                    return Err(
                        Box::<Raise>::from(Fault::value(format!("Duplicate key: {}", shorten(&key, 200)))).at(span)
                    );
                }
                map.insert(key, value);
            }
            Value::from(map).within_nesting()
        })
    }

    fn try_catch(&self, parts: &TryExpr) -> Code {
        let body = self.compile(&parts.body);
        let catches: Vec<(Arc<str>, usize, Code)> = parts
            .catches
            .iter()
            .map(|catch| {
                self.forget_origin(catch.slot);
                (catch.class.clone(), catch.slot, self.compile(&catch.body))
            })
            .collect();
        let finally = parts.finally.as_ref().map(|finally| self.compile(finally));
        let source = self.source.clone();
        code(move |m, env| {
            let (height, base, depth) = (m.stack.len(), m.base, m.depth);
            let captures = m.shared.output.borrow().captures.len();
            let mut result = body.run(m, env);
            if let Err(raise) = result {
                if matches!(*raise, Raise::Limit(..) | Raise::Cancelled) {
                    return Err(raise);
                }
                // What the body had begun ends here.
                m.stack.truncate(height);
                (m.base, m.depth, m.recurring) = (base, depth, false);
                m.shared.output.borrow_mut().captures.truncate(captures);
                result = match *raise.within(&source) {
                    Raise::Fault(fault) => {
                        let caught = fault.caught_by(catches.iter().map(|(class, ..)| &**class));
                        match caught.and_then(|caught| catches.get(caught)) {
                            Some((_, slot, handler)) => {
                                m.put(*slot, Value::fault(fault));
                                handler.run(m, env)
                            }
                            None => Err(fault.into()),
                        }
                    }
                    other => Err(Box::new(other)),
                };
            }
            if let Some(finally) = &finally {
                match &result {
                    Err(raise) if matches!(**raise, Raise::Limit(..) | Raise::Cancelled) => {}
                    Ok(_) | Err(_) => {
                        m.stack.truncate(height);
                        (m.base, m.depth, m.recurring) = (base, depth, false);
                        finally.run(m, env)?;
                    }
                }
            }
            result
        })
    }
}

fn constant(value: Value) -> Code {
    match value {
        Value::Nil => code(|_, _| Ok(Value::Nil)),
        Value::Int(n) => code(move |_, _| Ok(Value::Int(n))),
        value => code(move |_, _| Ok(value.clone())),
    }
}

/// The function itself, or another one of its `letfn`.
fn sibling(env: &Arc<Function>, member: usize) -> Value {
    match &**env {
        Function::Closure(closure) if closure.member != member => Function::Closure(Closure {
            template: closure.template.clone(),
            captures: closure.captures.clone(),
            member,
        })
        .into(),
        Function::Closure(_) | Function::Builtin(_) | Function::Native { .. } | Function::Step { .. } => {
            Value::Function(env.clone())
        }
    }
}

#[cold]
fn unbound(name: &str, span: Span) -> Box<Raise> {
    let fault = Fault::value(format!("{name} was declared but has no value yet")).class("IllegalStateException");
    let fault = fault.hint(format!("(def {name} value) gives it one; that must run before this"));
    Box::<Raise>::from(fault).at(span)
}

/// A [`Result`] is as large as a value, so code returns it in registers.
const _: () = assert!(size_of::<Result<Value>>() == 16);
