//! What a name means: a local, a definition, a builtin, something of the host's.

use std::sync::Arc;

use super::expr::{Expr, ExprKind};
use super::scope::Scopes;
use super::{Analyser, Position, ToolRejection, handles, hints};
use crate::lisp::syntax::{Form, FormKind, Forms};
use crate::lisp::text::{Error, ErrorKind, Finding, LimitKind, Severity, Span, nearest};
use crate::lisp::value::{Builtin, Function, Symbol, Value};

/// What a call by a name at the head of a list may be.
type Hosted<A> = fn(&mut A, &str, &[Form], Span) -> Option<Expr>;

/// The namespaces of the table and the aliases that models use for them.
const NAMESPACES: [(&str, &str); 12] = [
    ("str", "clojure.string"),
    ("string", "clojure.string"),
    ("s", "clojure.string"),
    ("set", "clojure.set"),
    ("walk", "clojure.walk"),
    ("edn", "clojure.edn"),
    ("math", "clojure.math"),
    ("json", "json"),
    ("cheshire", "json"),
    ("data", "data"),
    ("fd", "fd"),
    ("clojure.core", ""),
];

impl Analyser<'_> {
    /// Whether a `def`, of this program or an earlier one, made the name.
    pub(super) fn is_defined(&self, name: &str) -> bool {
        self.defined.contains_key(name)
            || self.ctx.names.find(name).is_some_and(|number| self.ctx.globals.is_defined(number))
    }

    pub(super) fn is_remembered(&self, name: &str) -> bool {
        self.remembered.contains(name)
            || self.ctx.names.find(name).is_some_and(|number| self.ctx.globals.get(number).is_some())
    }

    pub(super) fn global(&self, name: &str, strict: bool, span: Span) -> Expr {
        let number = self.ctx.names.number(name);
        Expr::new(ExprKind::Global { number, name: name.into(), strict }, span)
    }

    /// The full name of a builtin that a program may have written with an alias or a Java package.
    pub(super) fn full_name(&self, name: &str) -> String {
        if let Some(referred) = self.aliases.referred(name) {
            return referred.to_owned();
        }
        let Some((space, rest)) = name.split_once('/').filter(|(space, rest)| !space.is_empty() && !rest.is_empty())
        else {
            // `(java.util.Date.)`, `java.time.LocalDate`
            let class = name.rsplit('.').find(|part| !part.is_empty()).unwrap_or(name);
            let packaged = name.contains('.') && !name.starts_with('.') && class.starts_with(char::is_uppercase);
            return if !packaged {
                name.to_owned()
            } else if name.ends_with('.') {
                format!("{class}.")
            } else {
                class.to_owned()
            };
        };
        let space = self.aliases.space(space).unwrap_or(space);
        match NAMESPACES.iter().find(|(alias, _)| *alias == space) {
            Some((_, "")) => rest.to_owned(),
            Some((_, full)) => format!("{full}/{rest}"),
            None => match space.rsplit('.').next() {
                Some(class) if class.starts_with(char::is_uppercase) => format!("{class}/{rest}"),
                _ => format!("{space}/{rest}"),
            },
        }
    }

    pub(super) fn find_builtin(&self, name: &str) -> Option<&'static Builtin> {
        if name.starts_with('%') {
            return None;
        }
        // What the program refers to comes before what has the name anyway: `(:require [clojure.string :refer [reverse]])`.
        let referred = self.aliases.referred(name).and_then(|full| self.ctx.registry.find(full));
        let plain = || self.ctx.registry.find(name);
        referred.or_else(plain).or_else(|| self.ctx.registry.find(&self.full_name(name)))
    }

    /// A name as a value.
    pub(super) fn resolve(&mut self, name: &str, span: Span) -> Expr {
        if let Some(local) = self.scopes.resolve(name, span) {
            if self.scopes.is_full() && !self.stopped {
                self.stopped = true;
                let most = Scopes::MAX_CAPTURES as u64;
                let message = "functions within functions use too many locals of those around them";
                return self.beyond(LimitKind::Captures, most, span, message, "pass one map instead of many locals");
            }
            return local;
        }
        if self.is_defined(name) {
            return self.global(name, true, span);
        }
        match name {
            "*1" | "ctx/last-result" | "data/last-result" => return Expr::new(ExprKind::Recent(0), span),
            "*2" => return Expr::new(ExprKind::Recent(1), span),
            "*3" => return Expr::new(ExprKind::Recent(2), span),
            _ => {}
        }
        if let Some((space, rest)) = name.split_once('/').filter(|(space, rest)| !space.is_empty() && !rest.is_empty())
        {
            match space {
                "ctx" | "data" if self.aliases.space(space).is_none() => return self.context(rest, span),
                "memory" if !matches!(rest, "get" | "put") => return self.global(rest, false, span),
                "tool" => return self.tool_value(rest, span),
                "user" if self.is_defined(rest) => return self.global(rest, true, span),
                _ => {}
            }
        }
        // Sugar names builtins that a program cannot: only there the text of the place is another one.
        if name.starts_with('%')
            && self.text(span) != name
            && let Some(builtin) = self.ctx.registry.find(name)
        {
            return Expr::constant(Value::Function(Arc::new(Function::Builtin(builtin))), span);
        }
        if let Some(builtin) = self.find_builtin(name) {
            return Expr::constant(Value::Function(Arc::new(Function::Builtin(builtin))), span);
        }
        if let Some(constant) = self.ctx.registry.constant(&self.full_name(name)) {
            return Expr::constant(constant.clone(), span);
        }
        if self.is_remembered(name) {
            return self.global(name, true, span);
        }
        if let Some(function) = handles::function(name, self.ctx.tools, span) {
            return self.form(&function, Position::Inner);
        }
        if self.ctx.tools.has(name) {
            return self.tool_value(name, span);
        }
        // The whole context, for keys that no name can have: `(get ctx "first name")`.
        if name == "ctx" {
            return Expr::new(ExprKind::Context(Value::Nothing), span);
        }
        self.unknown(name, span)
    }

    fn context(&mut self, name: &str, span: Span) -> Expr {
        let key = Value::keyword(name);
        if let Value::Map(context) = self.ctx.context
            && context.get(&key).is_none()
        {
            let names: Vec<&str> = context.keys().filter_map(Value::as_name).collect();
            if let Some(near) = nearest(name, names.iter().copied()) {
                let error = Error::new(ErrorKind::Analysis, format!("ctx/{name} is nil: there is no such value"));
                let error = error.at(self.source, span).hint(format!("did you mean ctx/{near}?"));
                self.warnings.push(Finding { severity: Severity::Warning, error, before_run: true });
            }
        }
        Expr::new(ExprKind::Context(key), span)
    }

    /// `tool/name` as a function of a map of arguments.
    fn tool_value(&mut self, name: &str, span: Span) -> Expr {
        self.check_tool(name, None, span);
        let name = Expr::constant(Value::text(name), span);
        let Some(call) = self.find_builtin("call") else { return name };
        let call = Expr::constant(Value::Function(Arc::new(Function::Builtin(call))), span);
        self.builtin("partial", vec![call, name], span)
    }

    fn check_tool(&mut self, name: &str, arguments: Option<&Value>, span: Span) {
        self.calls_tools = true;
        if let Err(ToolRejection { kind, message, hint }) = self.ctx.tools.check(name, arguments) {
            self.error(span, kind, message, hint);
        }
    }

    /// What a name at the head of a list may mean beside a function, in the order in which it is asked.
    const HOSTED: [Hosted<Self>; 6] = [
        Self::named_tool,
        Self::memory_call,
        Self::described_tool,
        Self::class_call,
        Self::recent_call,
        Self::method_call,
    ];

    /// Calls of tools and methods, where the name says what is meant.
    pub(super) fn hosted(&mut self, symbol: &Symbol, arguments: &[Form], span: Span) -> Option<Expr> {
        Self::HOSTED.iter().find_map(|call| call(self, symbol.as_str(), arguments, span))
    }

    fn named_tool(&mut self, name: &str, arguments: &[Form], span: Span) -> Option<Expr> {
        if let Some(tool) = name.strip_prefix("tool/").filter(|tool| !tool.is_empty()) {
            return Some(self.tool_call(tool, arguments, span));
        }
        // A tool's plain name, where nothing else has it.
        if self.find_builtin(name).is_none() && !self.is_remembered(name) && self.ctx.tools.has(name) {
            return Some(self.tool_call(name, arguments, span));
        }
        let (first, rest) = arguments.split_first().filter(|_| name == "call")?;
        // `(call search {…})`: the tool by its name as a symbol, where nothing else has that name.
        let by_symbol = |tool: &&str| self.is_unknown(tool) && self.ctx.tools.has(tool);
        let tool = first.as_symbol().filter(by_symbol).or_else(|| first.as_text()).or_else(|| first.as_keyword())?;
        Some(self.tool_call(tool, rest, span))
    }

    /// What programs take for functions of the memory; a key that is put literally is a name from then on.
    fn memory_call(&mut self, name: &str, arguments: &[Form], span: Span) -> Option<Expr> {
        let what = name.strip_prefix("memory/")?;
        let hint = match what {
            "set" | "save" | "store" | "add" | "write" | "update" | "remember" | "assoc" => {
                "write (memory/put :key value); (memory/put :key (f (memory/get :key))) changes what is there"
            }
            "keys" | "names" | "list" | "all" | "vals" | "entries" | "has" | "has?" | "contains?" | "exists?"
            | "delete" | "del" | "remove" | "dissoc" | "forget" | "clear" | "reset" => {
                "there are (memory/get :key), (memory/get :key default) and (memory/put :key value); \
                 (memory/put :key nil) lets go of what is there"
            }
            "put" => {
                let key = arguments.first().and_then(|key| key.as_keyword().or_else(|| key.as_text()))?;
                self.remembered.insert(key.to_owned());
                return None;
            }
            _ => return None,
        };
        let is_value = self.is_remembered(what);
        (!is_value).then(|| self.wrong(span, format!("there is no function {name}"), hint))
    }

    /// `(describe-tool :name)` of a tool that is not there.
    fn described_tool(&mut self, name: &str, arguments: &[Form], span: Span) -> Option<Expr> {
        let ("describe-tool", [tool]) = (name, arguments) else { return None };
        let tool = tool.as_text().or_else(|| tool.as_keyword())?;
        let rejection = self.ctx.tools.check_name(tool.strip_prefix("tool/").unwrap_or(tool)).err();
        rejection.map(|ToolRejection { kind, message, hint }| self.error(span, kind, message, hint))
    }

    /// `(String x)`, `(Integer "5")`: classes are symbols, which would look themselves up in the argument.
    fn class_call(&mut self, name: &str, _: &[Form], span: Span) -> Option<Expr> {
        let is_class = !self.is_defined(name)
            && !self.scopes.is_local(name)
            && name.rsplit(['.', '/']).next().is_some_and(|class| class.starts_with(char::is_uppercase))
            && matches!(self.ctx.registry.constant(&self.full_name(name)), Some(Value::Symbol(_)));
        let hint = match name {
            _ if !is_class => return None,
            "String" => "(str x) makes a string",
            "Long" | "Integer" | "Number" => "(parse-long s) reads a string, (long x) takes any number",
            "Double" | "Float" => "(parse-double s) reads a string, (double x) takes any number",
            "Boolean" => "(boolean x), or (parse-boolean s) of a string",
            _ => "(instance? Class x) asks for the class; exceptions are made by (ex-info \"message\" {})",
        };
        Some(self.wrong(span, format!("{name} is a class, no function"), hint))
    }

    /// `(ctx/last-result)`
    fn recent_call(&mut self, name: &str, arguments: &[Form], span: Span) -> Option<Expr> {
        let is_recent = matches!(name, "ctx/last-result" | "data/last-result") && arguments.is_empty();
        is_recent.then(|| Expr::new(ExprKind::Recent(0), span))
    }

    /// `(.method x)` of a method that is not there.
    fn method_call(&mut self, name: &str, _: &[Form], span: Span) -> Option<Expr> {
        let method = name.strip_prefix('.').map(|method| method.trim_start_matches('-'))?;
        let is_known = self.ctx.registry.find(&format!(".{method}")).is_some() || self.is_defined(name);
        if is_known || !method.starts_with(char::is_alphabetic) {
            return None;
        }
        let hint = hints::method(method).map(str::to_owned).unwrap_or_else(|| {
            let builtins = self.ctx.registry.all();
            let methods = builtins.iter().map(|builtin| builtin.name).filter(|name| name.starts_with('.'));
            let keys = || {
                format!("(:{method} x) reads a key of a map; methods are functions of clojure.core and clojure.string")
            };
            nearest(name, methods).map_or_else(keys, |near| format!("did you mean {near}?"))
        });
        let message = format!("there are no Java methods; {name} is not among those that are built in");
        Some(self.error(span, ErrorKind::Unsupported, message, Some(hint)))
    }

    /// `(tool/name {…})`, `(tool/name :k v)`, `(tool/name x)`, `(call "name" …)`.
    fn tool_call(&mut self, name: &str, arguments: &[Form], span: Span) -> Expr {
        let mut positional = false;
        let map = match arguments {
            [] => Form::new(FormKind::Map(Forms::new()), span),
            [only] if matches!(only.kind, FormKind::Map(_)) => only.clone(),
            [only] => {
                positional = matches!(only.kind, FormKind::Literal(_) | FormKind::Vector(_));
                only.clone()
            }
            many if many.len() % 2 == 0 && many.iter().step_by(2).all(|key| key.as_keyword().is_some()) => {
                Form::new(FormKind::Map(many.into()), span)
            }
            _ => {
                let message =
                    format!("the tool {name} takes one map of named arguments, got {} arguments", arguments.len());
                return self.wrong(span, message, &format!("write (tool/{name} {{:name value}})"));
            }
        };
        let arguments = self.form(&map, Position::Inner);
        if !positional {
            let known = known_arguments(&arguments);
            self.check_tool(name, known.as_ref(), span);
        } else {
            self.check_tool(name, None, span);
        }
        Expr::new(ExprKind::Tool { name: name.into(), arguments: Box::new(arguments), positional }, span)
    }
}

/// The arguments as far as they are known: [`Value::Nothing`] stands for what is not.
fn known_arguments(arguments: &Expr) -> Option<Value> {
    let known = |expr: &Expr| expr.as_constant().cloned().unwrap_or(Value::Nothing);
    match &arguments.kind {
        ExprKind::Constant(value) => Some(value.clone()),
        ExprKind::Map(entries) => {
            let keys: Option<Vec<Value>> = entries.iter().map(|(key, _)| key.as_constant().cloned()).collect();
            Some(Value::map(keys?.into_iter().zip(entries.iter().map(|(_, value)| known(value)))))
        }
        _ => None,
    }
}
