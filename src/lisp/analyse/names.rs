//! What a name means: a local, a definition, a builtin, something of the host's.

use std::sync::Arc;

use super::expr::{Expr, ExprKind};
use super::scope::Scopes;
use super::{Analyser, handles, hints};
use crate::lisp::syntax::{Form, FormKind};
use crate::lisp::text::{Error, ErrorKind, Finding, LimitKind, Severity, Span, nearest};
use crate::lisp::value::{Builtin, Function, Symbol, Value};

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
            || self.around.names.find(name).is_some_and(|number| self.around.globals.is_defined(number))
    }

    pub(super) fn is_remembered(&self, name: &str) -> bool {
        self.remembered.contains(name)
            || self.around.names.find(name).is_some_and(|number| self.around.globals.get(number).is_some())
    }

    pub(super) fn global(&self, name: &str, strict: bool, span: Span) -> Expr {
        let number = self.around.names.number(name);
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
        let referred = self.aliases.referred(name).and_then(|full| self.around.registry.find(full));
        let plain = || self.around.registry.find(name);
        referred.or_else(plain).or_else(|| self.around.registry.find(&self.full_name(name)))
    }

    /// A name as a value.
    pub(super) fn resolve(&mut self, name: &str, span: Span) -> Expr {
        if let Some(local) = self.scopes.resolve(name, span) {
            if self.scopes.is_full() && !self.stopped {
                self.stopped = true;
                let most = Scopes::MOST_CAPTURES as u64;
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
            && let Some(builtin) = self.around.registry.find(name)
        {
            return Expr::constant(Value::Function(Arc::new(Function::Builtin(builtin))), span);
        }
        if let Some(builtin) = self.find_builtin(name) {
            return Expr::constant(Value::Function(Arc::new(Function::Builtin(builtin))), span);
        }
        if let Some(constant) = self.around.registry.constant(&self.full_name(name)) {
            return Expr::constant(constant.clone(), span);
        }
        if self.is_remembered(name) {
            return self.global(name, true, span);
        }
        if let Some(function) = handles::function(name, self.around.tools, span) {
            return self.form(&function, false);
        }
        if self.around.tools.has(name) {
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
        if let Value::Map(context) = self.around.context
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
        if let Err((kind, message, hint)) = self.around.tools.check(name, arguments) {
            self.error(span, kind, message, hint);
        }
    }

    /// Calls of tools and methods, where the name says what is meant.
    pub(super) fn hosted(&mut self, symbol: &Symbol, arguments: &[Form], span: Span) -> Option<Expr> {
        let name = symbol.as_str();
        if let Some(tool) = name.strip_prefix("tool/").filter(|tool| !tool.is_empty()) {
            return Some(self.tool_call(tool, arguments, span));
        }
        // A tool's plain name, where nothing else has it.
        if self.find_builtin(name).is_none() && !self.is_remembered(name) && self.around.tools.has(name) {
            return Some(self.tool_call(name, arguments, span));
        }
        // `(call search {…})`: the tool by its name as a symbol, where nothing else has that name.
        if name == "call"
            && let Some((first, rest)) = arguments.split_first()
            && let Some(tool) = first.as_symbol()
            && self.is_unknown(tool)
            && self.around.tools.has(tool)
        {
            return Some(self.tool_call(tool, rest, span));
        }
        if name == "call"
            && let Some((first, rest)) = arguments.split_first()
            && let Some(tool) = first.as_text().or_else(|| first.as_keyword())
        {
            return Some(self.tool_call(tool, rest, span));
        }
        if let Some(what) = name.strip_prefix("memory/")
            && matches!(what, "set" | "save" | "store" | "add" | "write" | "update" | "remember" | "assoc")
            && !self.is_remembered(what)
        {
            let hint = "write (memory/put :key value); (memory/put :key (f (memory/get :key))) changes what is there";
            return Some(self.wrong(span, format!("there is no function {name}"), hint));
        }
        if let Some(what) = name.strip_prefix("memory/")
            && matches!(
                what,
                "keys"
                    | "names"
                    | "list"
                    | "all"
                    | "vals"
                    | "entries"
                    | "has"
                    | "has?"
                    | "contains?"
                    | "exists?"
                    | "delete"
                    | "del"
                    | "remove"
                    | "dissoc"
                    | "forget"
                    | "clear"
                    | "reset"
            )
            && !self.is_remembered(what)
        {
            let hint = "there are (memory/get :key), (memory/get :key default) and (memory/put :key value); \
                        (memory/put :key nil) lets go of what is there";
            return Some(self.wrong(span, format!("there is no function {name}"), hint));
        }
        if let ("describe-tool", [tool]) = (name, arguments)
            && let Some(tool) = tool.as_text().or_else(|| tool.as_keyword())
            && let Err((kind, message, hint)) = self.around.tools.check_name(tool.strip_prefix("tool/").unwrap_or(tool))
        {
            return Some(self.error(span, kind, message, hint));
        }
        if let ("memory/put", Some(key)) = (name, arguments.first())
            && let Some(key) = key.as_keyword().or_else(|| key.as_text())
        {
            self.remembered.insert(key.to_owned());
        }
        // `(String x)`, `(Integer "5")`: classes are symbols, which would look themselves up in the argument.
        if !self.is_defined(name)
            && !self.scopes.is_local(name)
            && name.rsplit(['.', '/']).next().is_some_and(|class| class.starts_with(char::is_uppercase))
            && let Some(Value::Symbol(_)) = self.around.registry.constant(&self.full_name(name))
        {
            let hint = match name {
                "String" => "(str x) makes a string",
                "Long" | "Integer" | "Number" => "(parse-long s) reads a string, (long x) takes any number",
                "Double" | "Float" => "(parse-double s) reads a string, (double x) takes any number",
                "Boolean" => "(boolean x), or (parse-boolean s) of a string",
                _ => "(instance? Class x) asks for the class; exceptions are made by (ex-info \"message\" {})",
            };
            let message = format!("{name} is a class, no function");
            return Some(self.error(span, ErrorKind::Analysis, message, Some(hint.into())));
        }
        if matches!(name, "ctx/last-result" | "data/last-result") && arguments.is_empty() {
            return Some(Expr::new(ExprKind::Recent(0), span));
        }
        if let Some(method) = name.strip_prefix('.').filter(|method| !method.is_empty() && !method.starts_with('.')) {
            let rewritten = format!(".{}", method.trim_start_matches('-'));
            let named = method.trim_start_matches('-').starts_with(char::is_alphabetic);
            if named && self.around.registry.find(&rewritten).is_none() && !self.is_defined(name) {
                let hint = hints::method(method.trim_start_matches('-')).map(Into::into);
                let hint: String = hint.unwrap_or_else(|| {
                    let builtins = self.around.registry.all();
                    let methods = builtins.iter().map(|builtin| builtin.name).filter(|name| name.starts_with('.'));
                    nearest(name, methods).map_or_else(
                        || format!("(:{method} x) reads a key of a map; methods are functions of clojure.core and clojure.string"),
                        |near| format!("did you mean {near}?"),
                    )
                });
                return Some(self.error(
                    span,
                    ErrorKind::Unsupported,
                    format!("there are no Java methods; {name} is not among those that are built in"),
                    Some(hint),
                ));
            }
        }
        None
    }

    /// `(tool/name {…})`, `(tool/name :k v)`, `(tool/name x)`, `(call "name" …)`.
    fn tool_call(&mut self, name: &str, arguments: &[Form], span: Span) -> Expr {
        let mut positional = false;
        let map = match arguments {
            [] => Form::new(FormKind::Map(Vec::new()), span),
            [only] if matches!(only.kind, FormKind::Map(_)) => only.clone(),
            [only] => {
                positional = matches!(only.kind, FormKind::Literal(_) | FormKind::Vector(_));
                only.clone()
            }
            many if many.len() % 2 == 0 && many.iter().step_by(2).all(|key| key.as_keyword().is_some()) => {
                Form::new(FormKind::Map(many.to_vec()), span)
            }
            _ => {
                let message =
                    format!("the tool {name} takes one map of named arguments, got {} arguments", arguments.len());
                return self.wrong(span, message, &format!("write (tool/{name} {{:name value}})"));
            }
        };
        let arguments = self.form(&map, false);
        if !positional {
            let known = known_arguments(&arguments);
            self.check_tool(name, known.as_ref(), span);
        } else {
            self.check_tool(name, None, span);
        }
        Expr::new(ExprKind::Tool { name: name.into(), arguments: Box::new(arguments), positional }, span)
    }

    /// The error for a name that means nothing, with what was probably meant.
    fn unknown(&mut self, name: &str, span: Span) -> Expr {
        if let Some(advice) = hints::unsupported(name) {
            return self.error(
                span,
                ErrorKind::Unsupported,
                format!("{name} is not available in this sandbox"),
                Some(advice.into()),
            );
        }
        // `str/length`, `str/contains?`: the idiom of the short name.
        let bare = name.rsplit('/').next().unwrap_or(name);
        let idiom = hints::idiom(name).or_else(|| {
            if bare.len() < name.len() {
                hints::idiom(bare).or_else(|| hints::idiom(bare.trim_end_matches('?')))
            } else {
                None
            }
        });
        if let Some(idiom) = idiom {
            let what = if bare.len() < name.len() && !bare.is_empty() { "function" } else { "symbol" };
            return self.error(
                span,
                ErrorKind::Analysis,
                format!("unknown {what} {name}"),
                Some(format!("in Clojure this is {idiom}")),
            );
        }
        if let Some(near) = self.near_in_namespace(name) {
            let hint = Some(format!("did you mean {near}?"));
            return self.error(span, ErrorKind::Analysis, format!("unknown function {name}"), hint);
        }
        let source = self.source.clone();
        let later = ["(defn ", "(def ", "(defn- "].iter().find_map(|def| {
            let at = source.text().find(&format!("{def}{name}"))?;
            Some(source.position(u32::try_from(at).ok()?).0)
        });
        let hint = if self.binding.as_deref() == Some(name) {
            Some(format!(
                "a value cannot use the name it is bound to; a function that calls itself has a name: (fn {name} [x] …)"
            ))
        } else if super::sugar::NAMES.contains(&name) {
            Some(format!("{name} is a form and no function: write #({name} …) to pass it"))
        } else {
            None
        };
        let hint = hint.or_else(|| {
            // `java.time.LocalDate.now`
            let (class, method) = name.rsplit_once('.').filter(|(class, _)| !class.is_empty())?;
            let class = class.rsplit('.').next()?;
            let known = self.around.registry.find(&format!("{class}/{method}"))?;
            Some(format!("did you mean {}?", known.name))
        });
        let hint = hint.or_else(|| {
            later.map(|line| {
                format!("it is defined later, on line {line}: move that up, or write (declare {name}) before")
            })
        });
        let hint = hint.or_else(|| {
            let defined: Vec<String> = self.defined.keys().cloned().collect();
            let remembered: Vec<_> = self.around.globals.set_names().collect();
            let remembered: Vec<_> =
                remembered.into_iter().filter_map(|(number, _)| self.around.names.name(number)).collect();
            let builtins = self.around.registry.all();
            let candidates = self.scopes.names().chain(defined.iter().map(String::as_str));
            let candidates = candidates.chain(remembered.iter().map(|name| &**name));
            let candidates = candidates
                .chain(builtins.iter().map(|builtin| builtin.name))
                .chain(super::sugar::NAMES)
                .chain(handles::NAMES);
            let short = name.rsplit('/').next().unwrap_or(name);
            // `(str/format …)`: the same name without the namespace.
            if short.len() < name.len() && builtins.iter().any(|builtin| builtin.name == short) {
                return Some(format!("did you mean {short}?"));
            }
            let by_name = builtins.iter().find(|builtin| builtin.name != short && builtin.short_name() == short);
            nearest(name, candidates.filter(|name| !name.contains(' ')))
                .or_else(|| by_name.map(|builtin| builtin.name))
                .map(|near| format!("did you mean {near}?"))
        });
        let dotted = name.split_once('.').filter(|(object, method)| !object.is_empty() && !method.is_empty());
        let hint = hint.or_else(|| {
            let (object, method) = dotted.filter(|_| !name.contains('/'))?;
            Some(format!("methods are functions here: (f {object}), and fields are keys: (:{method} {object})"))
        });
        // `Integer/parseInteger`: what there is of the class.
        let hint = hint.or_else(|| {
            let (class, _) = name.rsplit_once('/').filter(|(class, _)| class.starts_with(char::is_uppercase))?;
            let prefix = format!("{}/", class.rsplit('.').next().unwrap_or(class));
            let builtins = self.around.registry.all();
            let members = builtins.iter().filter_map(|builtin| builtin.name.strip_prefix(&prefix));
            let members: Vec<&str> = members.take(16).collect();
            (!members.is_empty()).then(|| format!("of {class} there are {}", members.join(" ")))
        });
        let hint = hint.or_else(|| {
            let field = name.strip_prefix('.')?;
            Some(format!("fields are keys: (:{} x)", field.trim_start_matches('-')))
        });
        let hint = hint.or_else(|| {
            let plain = !name.contains(['/', '.']);
            plain.then(|| format!("(def {name} value) or (let [{name} value] …) gives it a value before it is used"))
        });
        let ctx = matches!(self.around.context, Value::Map(map) if map.get(&Value::keyword(name)).is_some());
        let hint = if ctx { Some(format!("values from the host are written ctx/{name}")) } else { hint };
        let what = if name.contains('/') { "unknown function" } else { "unknown symbol" };
        self.error(span, ErrorKind::Analysis, format!("{what} {name}"), hint)
    }
}

impl Analyser<'_> {
    /// The nearest name in the namespace that stands before a name, with the alias that was written.
    fn near_in_namespace(&self, name: &str) -> Option<String> {
        let (space, short) = name.split_once('/').filter(|(space, short)| !space.is_empty() && !short.is_empty())?;
        if matches!(space, "tools" | "tool") {
            return self.around.tools.has(short).then(|| format!("tool/{short}"));
        }
        let full = self.full_name(name);
        let prefix = full.get(..full.len().checked_sub(short.len())?)?;
        let builtins = self.around.registry.all();
        let own: Vec<&str> = builtins.iter().filter_map(|builtin| builtin.name.strip_prefix(prefix)).collect();
        let longer = || own.iter().copied().find(|name| name.starts_with(short));
        let near = nearest(short, own.iter().copied()).or_else(longer)?;
        // The Java classes say themselves what they have.
        (!prefix.starts_with(char::is_uppercase) && !prefix.is_empty()).then(|| format!("{space}/{near}"))
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
