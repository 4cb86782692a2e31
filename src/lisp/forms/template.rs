//! Templates: patterns for forms and what a form that fits becomes, read from how they are written.

use std::collections::HashMap;

use crate::lisp::syntax::{Form, FormKind, Forms};
use crate::lisp::value::{Symbol, Value};

/// What the names in a template that are new in each expansion end in.
const NEW: &str = "__auto__";

/// For whom a rule is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// For programs that run and for those that ask what a form becomes.
    Both,
    Runs,
    Shows,
    /// The form is an error, and the template its message.
    Wrong,
}

/// A rule as it is written: a pattern and a template.
pub(super) struct Written {
    purpose: Purpose,
    name: String,
    pattern: Forms,
    template: Form,
}

impl Written {
    /// The rules that forms in a row write down.
    pub fn pairs(forms: &[Form]) -> Vec<Self> {
        let mut rules = Vec::new();
        let mut forms = forms.iter().peekable();
        while let Some(first) = forms.next() {
            let purpose = match first.as_keyword() {
                Some("runs") => Purpose::Runs,
                Some("shows") => Purpose::Shows,
                Some("wrong") => Purpose::Wrong,
                _ => Purpose::Both,
            };
            let pattern = if purpose == Purpose::Both { Some(first) } else { forms.next() };
            let (Some(pattern), Some(template)) = (pattern, forms.next()) else { break };
            if let FormKind::List(items) = &pattern.kind
                && let Some(name) = items.first().and_then(Form::as_symbol)
            {
                rules.push(Self { purpose, name: name.into(), pattern: items.clone(), template: template.clone() });
            }
        }
        rules
    }
}

/// The rules by the names of their forms.
#[derive(Default)]
pub(super) struct RuleSets {
    by_name: HashMap<String, usize>,
    sets: Vec<RuleSet>,
}

/// The rules of one form, tried in order.
#[derive(Default)]
pub(super) struct RuleSet {
    pub rules: Vec<Rule>,
    /// Whether there are rules for programs that run: else code analyses the form.
    runs: bool,
    /// How many parts there are at least before a rest: no more may be made when a rest is passed on as it is.
    pub before: usize,
}

impl RuleSets {
    /// Makes a set for the rule's form.
    pub fn add(&mut self, rule: &Written) {
        let at = *self.by_name.entry(rule.name.clone()).or_insert(self.sets.len());
        if at == self.sets.len() {
            self.sets.push(RuleSet { before: usize::MAX, ..RuleSet::default() });
        }
        if let Some(set) = self.sets.get_mut(at) {
            set.runs |= matches!(rule.purpose, Purpose::Both | Purpose::Runs);
        }
    }

    pub fn push(&mut self, written: &Written, rule: Rule) {
        if let Some(set) = self.find(&written.name).and_then(|at| self.sets.get_mut(at)) {
            if !rule.pattern.rest.is_empty() {
                set.before = set.before.min(rule.pattern.before.len());
            }
            set.rules.push(rule);
        }
    }

    pub fn find(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    pub fn get(&self, at: usize) -> Option<&RuleSet> {
        self.sets.get(at)
    }

    /// Whether there are rules for programs that run.
    pub fn runs(&self, at: usize) -> bool {
        self.get(at).is_some_and(|set| set.runs)
    }

    /// Whether the first pattern of a form begins with a vector of two parts.
    pub fn binds_one(&self, at: usize) -> bool {
        let first = self.get(at).and_then(|set| set.rules.first()).and_then(|rule| rule.pattern.before.first());
        matches!(first, Some(Pattern::Vector(parts)) if parts.before.len() == 2)
    }

    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.sets.iter().map(|set| set.rules.len()).sum()
    }
}

/// What a form of a certain look becomes.
pub(super) struct Rule {
    pub purpose: Purpose,
    pub pattern: Parts,
    pub template: Template,
    /// The names in the pattern.
    pub names: usize,
    /// The base of each new name.
    pub new: Vec<(String, Symbol)>,
}

/// What a form is held against.
pub(super) enum Pattern {
    /// Any form, under the number of a name.
    Any(usize),
    Keyword(Value),
    List(Parts),
    Vector(Parts),
}

/// The parts of a list or vector: some, then a rest if there is a `&`, then some.
#[derive(Default)]
pub(super) struct Parts {
    pub before: Vec<Pattern>,
    /// The names of the rest; several take turns.
    pub rest: Vec<usize>,
    pub after: Vec<Pattern>,
}

/// What takes the place of a form.
pub(super) enum Template {
    /// What a name of the pattern stands for.
    Name(usize),
    /// A new name, by its number.
    New(usize),
    /// A form that stands for itself.
    Constant(Form),
    /// A list; where it begins with the name of a form with templates, that one's rules.
    List(Vec<Item>, Option<usize>),
    Vector(Vec<Item>),
    /// The patterns are tried again with these parts.
    Recur(Vec<Item>),
    /// The text of a part.
    Source(usize),
}

/// Items of a list or vector in a template.
pub(super) enum Item {
    One(Template),
    /// All that a name stands for.
    All(usize),
    /// Once for each form that the name stands for.
    Each(usize, Vec<Template>),
}

/// Reads the pattern and the template of one rule.
struct Reader<'s> {
    sets: &'s RuleSets,
    names: Vec<String>,
    /// Those that stand for several forms.
    rests: Vec<usize>,
    new: Vec<(String, Symbol)>,
}

impl Rule {
    pub fn new(written: &Written, sets: &RuleSets) -> Option<Self> {
        let mut reader = Reader { sets, names: Vec::new(), rests: Vec::new(), new: Vec::new() };
        let pattern = reader.parts(written.pattern.get(1..)?)?;
        let template = match &written.template.kind {
            FormKind::List(items) if written.template.is_call("recur") => {
                Template::Recur(reader.items(items.get(1..)?)?)
            }
            _ => reader.template(&written.template)?,
        };
        Some(Self { purpose: written.purpose, pattern, template, names: reader.names.len(), new: reader.new })
    }
}

impl Reader<'_> {
    fn parts(&mut self, forms: &[Form]) -> Option<Parts> {
        let mut parts = Parts::default();
        let mut forms = forms.iter();
        while let Some(form) = forms.next() {
            if form.as_symbol() == Some("&") {
                let names = forms.next()?;
                let names = names.as_list().unwrap_or(std::slice::from_ref(names));
                parts.rest = names.iter().map(|name| self.name(name)).collect::<Option<_>>()?;
                self.rests.extend(&parts.rest);
            } else if parts.rest.is_empty() {
                parts.before.push(self.pattern(form)?);
            } else {
                parts.after.push(self.pattern(form)?);
            }
        }
        Some(parts)
    }

    fn name(&mut self, form: &Form) -> Option<usize> {
        self.names.push(form.as_symbol()?.to_owned());
        self.names.len().checked_sub(1)
    }

    fn pattern(&mut self, form: &Form) -> Option<Pattern> {
        Some(match &form.kind {
            FormKind::Symbol(_) => Pattern::Any(self.name(form)?),
            FormKind::Literal(value @ Value::Keyword(_)) => Pattern::Keyword(value.clone()),
            FormKind::List(items) => Pattern::List(self.parts(items)?),
            FormKind::Vector(items) => Pattern::Vector(self.parts(items)?),
            _ => return None,
        })
    }

    fn known(&self, form: &Form) -> Option<usize> {
        let name = form.as_symbol()?;
        self.names.iter().position(|known| known == name)
    }

    fn template(&mut self, form: &Form) -> Option<Template> {
        Some(match &form.kind {
            FormKind::Symbol(symbol) => match (self.known(form), symbol.as_str().strip_suffix(NEW)) {
                (Some(name), _) => Template::Name(name),
                (None, Some(base)) => {
                    let known = self.new.iter().position(|(_, shown)| shown == symbol);
                    Template::New(known.unwrap_or_else(|| {
                        let base = base.split("__").next().unwrap_or(base);
                        self.new.push((base.to_owned(), symbol.clone()));
                        self.new.len().saturating_sub(1)
                    }))
                }
                (None, None) => Template::Constant(form.clone()),
            },
            FormKind::List(items) if form.is_call("%source") => Template::Source(self.known(items.get(1)?)?),
            FormKind::List(items) => {
                let head = items.first().and_then(Form::as_symbol).unwrap_or_default();
                let set = self.sets.find(head.strip_prefix("clojure.core/").unwrap_or(head));
                Template::List(self.items(items)?, set.filter(|at| self.sets.runs(*at)))
            }
            FormKind::Vector(items) => Template::Vector(self.items(items)?),
            _ => Template::Constant(form.clone()),
        })
    }

    fn items(&mut self, forms: &[Form]) -> Option<Vec<Item>> {
        let mut items = Vec::new();
        let mut forms = forms.iter();
        while let Some(form) = forms.next() {
            items.push(if form.as_symbol() == Some("&") {
                let rest = forms.next()?;
                match rest.as_list() {
                    None => Item::All(self.known(rest)?),
                    Some(each) => {
                        let each = each.iter().map(|form| self.template(form)).collect::<Option<Vec<_>>>()?;
                        Item::Each(each.iter().find_map(|template| template.name_of(&self.rests))?, each)
                    }
                }
            } else {
                Item::One(self.template(form)?)
            });
        }
        Some(items)
    }
}

impl Template {
    /// The first of some names in the template.
    fn name_of(&self, names: &[usize]) -> Option<usize> {
        match self {
            Self::Name(name) | Self::Source(name) => names.contains(name).then_some(*name),
            Self::New(_) | Self::Constant(_) => None,
            Self::List(items, _) | Self::Vector(items) | Self::Recur(items) => {
                items.iter().find_map(|item| match item {
                    Item::One(template) => template.name_of(names),
                    Item::All(_) | Item::Each(..) => None,
                })
            }
        }
    }
}
