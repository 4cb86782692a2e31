//! Names that mean nothing: the error, and what was probably meant.

use super::{Analyser, Expr, handles, hints};
use crate::lisp::forms;
use crate::lisp::text::{ErrorKind, Span, nearest};
use crate::lisp::value::Value;

/// What a hint is made of.
type Hint<'a> = fn(&Analyser<'a>, &str) -> Option<String>;

impl<'a> Analyser<'a> {
    /// The hints for an unknown name, the most telling first.
    const HINTS: [Hint<'a>; 10] = [
        Self::value_of_the_host,
        Self::name_within_its_value,
        Self::form_as_a_value,
        Self::method_after_a_dot,
        Self::defined_later,
        Self::similar_name,
        Self::field_after_a_dot,
        Self::members_of_a_class,
        Self::field,
        Self::how_to_define,
    ];

    /// The error for a name that means nothing, with what was probably meant.
    pub(super) fn unknown(&mut self, name: &str, span: Span) -> Expr {
        if let Some(advice) = hints::unsupported(name) {
            let message = format!("{name} is not available in this sandbox");
            return self.error(span, ErrorKind::Unsupported, message, Some(advice.into()));
        }
        // `str/length`, `str/contains?`: the idiom of the short name.
        let bare = name.rsplit('/').next().filter(|bare| bare.len() < name.len());
        let short = |bare: &str| hints::idiom(bare).or_else(|| hints::idiom(bare.trim_end_matches('?')));
        let what = if bare.is_some_and(|bare| !bare.is_empty()) { "function" } else { "symbol" };
        let idiom =
            hints::idiom(name).or_else(|| bare.and_then(short)).map(|idiom| format!("in Clojure this is {idiom}"));
        if let Some(idiom) = idiom {
            return self.error(span, ErrorKind::Analysis, format!("unknown {what} {name}"), Some(idiom));
        }
        if let Some(near) = self.near_in_namespace(name) {
            let hint = Some(format!("did you mean {near}?"));
            return self.error(span, ErrorKind::Analysis, format!("unknown function {name}"), hint);
        }
        let hint = Self::HINTS.iter().find_map(|hint| hint(self, name));
        let what = if name.contains('/') { "function" } else { "symbol" };
        self.error(span, ErrorKind::Analysis, format!("unknown {what} {name}"), hint)
    }

    fn value_of_the_host(&self, name: &str) -> Option<String> {
        let Value::Map(context) = self.ctx.context else { return None };
        context.get(&Value::keyword(name)).map(|_| format!("values from the host are written ctx/{name}"))
    }

    fn name_within_its_value(&self, name: &str) -> Option<String> {
        let itself = self.binding.as_deref() == Some(name);
        let hint = "a value cannot use the name it is bound to; a function that calls itself has a name";
        itself.then(|| format!("{hint}: (fn {name} [x] …)"))
    }

    fn form_as_a_value(&self, name: &str) -> Option<String> {
        forms::find(name).map(|_| format!("{name} is a form and no function: write #({name} …) to pass it"))
    }

    /// `java.time.LocalDate.now`
    fn method_after_a_dot(&self, name: &str) -> Option<String> {
        let (class, method) = name.rsplit_once('.').filter(|(class, _)| !class.is_empty())?;
        let class = class.rsplit('.').next()?;
        let known = self.ctx.registry.find(&format!("{class}/{method}"))?;
        Some(format!("did you mean {}?", known.name))
    }

    fn defined_later(&self, name: &str) -> Option<String> {
        let line = ["(defn ", "(def ", "(defn- "].iter().find_map(|def| {
            let at = self.source.text().find(&format!("{def}{name}"))?;
            Some(self.source.position(u32::try_from(at).ok()?).0)
        })?;
        Some(format!("it is defined later, on line {line}: move that up, or write (declare {name}) before"))
    }

    fn similar_name(&self, name: &str) -> Option<String> {
        let remembered = self.ctx.globals.set_names();
        let remembered: Vec<_> = remembered.filter_map(|(number, _)| self.ctx.names.name(number)).collect();
        let builtins = self.ctx.registry.all();
        let written = forms::all().iter().filter(|form| form.shape.starts_with('(')).map(|form| form.name);
        let candidates = self.scopes.names().chain(self.defined.keys().map(String::as_str));
        let candidates = candidates.chain(remembered.iter().map(|name| &**name));
        let candidates =
            candidates.chain(builtins.iter().map(|builtin| builtin.name)).chain(written).chain(handles::NAMES);
        let short = name.rsplit('/').next().unwrap_or(name);
        // `(str/format …)`: the same name without the namespace.
        if short.len() < name.len() && builtins.iter().any(|builtin| builtin.name == short) {
            return Some(format!("did you mean {short}?"));
        }
        let by_name = builtins.iter().find(|builtin| builtin.name != short && builtin.short_name() == short);
        nearest(name, candidates.filter(|name| !name.contains(' ')))
            .or_else(|| by_name.map(|builtin| builtin.name))
            .map(|near| format!("did you mean {near}?"))
    }

    /// `order.total`
    fn field_after_a_dot(&self, name: &str) -> Option<String> {
        let (object, method) =
            name.split_once('.').filter(|(object, method)| !object.is_empty() && !method.is_empty())?;
        let plain = !name.contains('/');
        plain.then(|| format!("methods are functions here: (f {object}), and fields are keys: (:{method} {object})"))
    }

    /// `Integer/parseInteger`: what there is of the class.
    fn members_of_a_class(&self, name: &str) -> Option<String> {
        let (class, _) = name.rsplit_once('/').filter(|(class, _)| class.starts_with(char::is_uppercase))?;
        let prefix = format!("{}/", class.rsplit('.').next().unwrap_or(class));
        let builtins = self.ctx.registry.all();
        let members = builtins.iter().filter_map(|builtin| builtin.name.strip_prefix(&prefix));
        let members: Vec<&str> = members.take(16).collect();
        (!members.is_empty()).then(|| format!("of {class} there are {}", members.join(" ")))
    }

    fn field(&self, name: &str) -> Option<String> {
        let field = name.strip_prefix('.')?;
        Some(format!("fields are keys: (:{} x)", field.trim_start_matches('-')))
    }

    fn how_to_define(&self, name: &str) -> Option<String> {
        let plain = !name.contains(['/', '.']);
        plain.then(|| format!("(def {name} value) or (let [{name} value] …) gives it a value before it is used"))
    }

    /// The nearest name in the namespace that stands before a name, with the alias that was written.
    fn near_in_namespace(&self, name: &str) -> Option<String> {
        let (space, short) = name.split_once('/').filter(|(space, short)| !space.is_empty() && !short.is_empty())?;
        if matches!(space, "tools" | "tool") {
            return self.ctx.tools.has(short).then(|| format!("tool/{short}"));
        }
        let full = self.full_name(name);
        let prefix = full.get(..full.len().checked_sub(short.len())?)?;
        let builtins = self.ctx.registry.all();
        let own: Vec<&str> = builtins.iter().filter_map(|builtin| builtin.name.strip_prefix(prefix)).collect();
        let longer = || own.iter().copied().find(|name| name.starts_with(short));
        let near = nearest(short, own.iter().copied()).or_else(longer)?;
        // The Java classes say themselves what they have.
        (!prefix.starts_with(char::is_uppercase) && !prefix.is_empty()).then(|| format!("{space}/{near}"))
    }
}
