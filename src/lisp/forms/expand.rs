//! Expanding: a form is held against the patterns of its row, and becomes what the template of the first that fits says.

use smallvec::SmallVec;

use super::FormRow;
use super::table::TABLE;
use super::template::{Item, Parts, Pattern, Purpose, Rule, Template};
use crate::lisp::syntax::{Form, FormKind, Forms};
use crate::lisp::text::Span;
use crate::lisp::value::{Symbol, Value};

/// The parts of a form that is expanded: some that were made on the way, then those of a list.
#[derive(Clone, Copy)]
struct Given<'f> {
    made: &'f [Form],
    rest: &'f [Form],
}

impl<'f> Given<'f> {
    fn new(rest: &'f [Form]) -> Self {
        Self { made: &[], rest }
    }

    fn len(self) -> usize {
        self.made.len().saturating_add(self.rest.len())
    }

    fn get(self, at: usize) -> Option<&'f Form> {
        match at.checked_sub(self.made.len()) {
            None => self.made.get(at),
            Some(at) => self.rest.get(at),
        }
    }

    /// The parts from one on, but for the last `without`. They lie in one slice, see `RuleSet::before`.
    fn rest(self, from: usize, without: usize) -> &'f [Form] {
        let to = self.len().saturating_sub(without);
        let of = |forms: usize| from.checked_sub(forms).zip(to.checked_sub(forms));
        let rest = of(self.made.len()).and_then(|(from, to)| self.rest.get(from..to));
        rest.or_else(|| self.made.get(from..to)).unwrap_or(&[])
    }
}

/// What a name of a pattern stands for.
#[derive(Clone, Copy)]
enum Found<'f> {
    Nothing,
    /// A form, and the list of the pattern that it heads: a list that it heads in the template stands where that stood.
    One(&'f Form, Option<&'f Form>),
    /// Those of the forms that its turn comes to: from one, one of so many.
    Many(&'f [Form], usize, usize),
}

/// What the names of a pattern stand for, by number.
type AllFound<'f> = SmallVec<[Found<'f>; 6]>;

impl Parts {
    /// Whether this number of parts is allowed.
    fn takes(&self, count: usize) -> bool {
        let least = self.before.len().saturating_add(self.after.len());
        count.checked_sub(least).is_some_and(|more| match self.rest.len() {
            0 => more == 0,
            turns => more.is_multiple_of(turns),
        })
    }

    fn fit<'f>(&self, given: Given<'f>, mut list: Option<&'f Form>, found: &mut AllFound<'f>) -> bool {
        if !self.takes(given.len()) {
            return false;
        }
        for (at, pattern) in self.before.iter().enumerate() {
            if !given.get(at).is_some_and(|part| pattern.fit(part, list.take(), found)) {
                return false;
            }
        }
        let last = given.len().saturating_sub(self.after.len());
        for (at, pattern) in (last..).zip(&self.after) {
            if !given.get(at).is_some_and(|part| pattern.fit(part, None, found)) {
                return false;
            }
        }
        if !self.rest.is_empty() {
            let rest = given.rest(self.before.len(), self.after.len());
            for (turn, name) in self.rest.iter().enumerate() {
                set(found, *name, Found::Many(rest, turn, self.rest.len()));
            }
        }
        true
    }
}

fn set<'f>(found: &mut AllFound<'f>, name: usize, what: Found<'f>) {
    if let Some(slot) = found.get_mut(name) {
        *slot = what;
    }
}

impl Pattern {
    fn fit<'f>(&self, part: &'f Form, list: Option<&'f Form>, found: &mut AllFound<'f>) -> bool {
        match (self, &part.kind) {
            (Self::Any(name), _) => {
                set(found, *name, Found::One(part, list));
                true
            }
            (Self::Keyword(Value::Keyword(keyword)), FormKind::Literal(Value::Keyword(other))) => keyword == other,
            (Self::List(parts), FormKind::List(items)) => parts.fit(Given::new(items), Some(part), found),
            (Self::Vector(parts), FormKind::Vector(items)) => parts.fit(Given::new(items), None, found),
            (Self::Keyword(_) | Self::List(_) | Self::Vector(_), _) => false,
        }
    }
}

/// Why a form has no expansion.
#[derive(Debug, PartialEq, Eq)]
pub enum NoExpansion {
    /// No pattern fits it.
    NoRule,
    /// It would be nested more deeply than is allowed.
    TooDeep,
    /// What is wrong with it.
    Wrong(String),
}

/// Expands forms.
pub struct Expander<'a> {
    /// Where what the templates add stands.
    pub span: Span,
    /// The deepest nesting of parts that an expansion may have.
    pub max_depth: usize,
    /// A new name, made of a readable one; nothing where the expansion is to be shown, with Clojure's own names.
    pub new_name: Option<&'a mut dyn FnMut(&str) -> String>,
    /// The text at a place of the program.
    pub source: &'a dyn Fn(Span) -> String,
}

/// The names of one expansion.
struct Names<'f> {
    found: AllFound<'f>,
    new: Vec<Form>,
    /// Which of the forms of the rest a repeated template is filled with.
    at: usize,
}

impl Expander<'_> {
    /// What a form becomes: all at once where it is to run, one step where it is shown. `None` if code analyses it.
    ///
    /// # Errors
    /// Why there is no expansion.
    pub fn expand(&mut self, row: &FormRow, parts: &[Form]) -> Option<Result<Form, NoExpansion>> {
        let set = row.rules()?;
        let is_there = TABLE.sets.get(set)?.rules.iter().any(|rule| self.serves(rule));
        is_there.then(|| self.rewrite(set, Given::new(parts)))
    }

    fn serves(&self, rule: &Rule) -> bool {
        match rule.purpose {
            Purpose::Both => true,
            Purpose::Runs => self.new_name.is_some(),
            Purpose::Shows => self.new_name.is_none(),
            Purpose::Wrong => false,
        }
    }

    /// Each call nests what there is once more, or lies in what the one before made.
    fn rewrite(&mut self, set: usize, given: Given<'_>) -> Result<Form, NoExpansion> {
        let rules = TABLE.sets.get(set).map_or(&[][..], |set| &set.rules);
        self.max_depth = self.max_depth.checked_sub(1).ok_or(NoExpansion::TooDeep)?;
        let mut found = AllFound::new();
        let mut fits = |rule: &&Rule| {
            rule.pattern.takes(given.len()) && (self.serves(rule) || rule.purpose == Purpose::Wrong) && {
                found.clear();
                found.resize(rule.names, Found::Nothing);
                rule.pattern.fit(given, None, &mut found)
            }
        };
        let rule = rules.iter().find(&mut fits).ok_or(NoExpansion::NoRule)?;
        let new = rule.new.iter().map(|(base, shown)| self.name(base, shown)).collect();
        let mut names = Names { found, new, at: 0 };
        let form = match &rule.template {
            Template::Constant(message) if rule.purpose == Purpose::Wrong => {
                return Err(NoExpansion::Wrong(self.message(message, &names)));
            }
            Template::Recur(items) => self.again(set, items, &mut names)?,
            template => self.fill(template, &mut names)?,
        };
        self.max_depth = self.max_depth.saturating_add(1);
        Ok(form)
    }

    /// Expands the form of a set with the parts that a template makes. A rest that comes last is passed on as it is.
    fn again(&mut self, set: usize, items: &[Item], names: &mut Names<'_>) -> Result<Form, NoExpansion> {
        let before = TABLE.sets.get(set).map_or(0, |set| set.before);
        let (first, mut rest) = match items.split_last() {
            Some((Item::All(name), first)) => match names.found.get(*name) {
                Some(Found::Many(rest, _, 1)) => (first, *rest),
                _ => (items, &[][..]),
            },
            _ => (items, &[][..]),
        };
        let mut made = self.forms(first, names)?;
        if made.len() > before {
            made.extend(rest.iter().cloned());
            rest = &[];
        }
        self.rewrite(set, Given { made: &made, rest })
    }

    fn name(&mut self, base: &str, shown: &Symbol) -> Form {
        match &mut self.new_name {
            Some(new_name) => Form::symbol(&new_name(base), self.span),
            None => Form::new(FormKind::Symbol(shown.clone()), self.span),
        }
    }

    /// The message with the text of the first part in the place of `{}`.
    fn message(&self, message: &Form, names: &Names<'_>) -> String {
        let part = names.found.iter().find_map(|found| match *found {
            Found::One(form, _) => Some((self.source)(form.span)),
            Found::Nothing | Found::Many(..) => None,
        });
        message.as_text().unwrap_or_default().replace("{}", &part.unwrap_or_default())
    }

    fn fill(&mut self, template: &Template, names: &mut Names<'_>) -> Result<Form, NoExpansion> {
        Ok(match template {
            Template::Name(name) => names.one(*name).cloned().unwrap_or_else(|| self.constant(Value::Nil)),
            Template::New(name) => names.new.get(*name).cloned().unwrap_or_else(|| self.constant(Value::Nil)),
            Template::Constant(form) => Form { span: self.span, ..form.clone() },
            Template::Source(name) => {
                let span = names.one(*name).map_or(self.span, |form| form.span);
                self.constant(Value::text((self.source)(span)))
            }
            Template::List(items, Some(set)) if self.new_name.is_some() => {
                return self.again(*set, items.get(1..).unwrap_or(&[]), names);
            }
            Template::List(items, _) => {
                let forms = self.forms(items, names)?;
                let (span, meta) = match items.first() {
                    Some(Item::One(Template::Name(head))) => names.place(*head).unwrap_or((self.span, None)),
                    _ => (self.span, None),
                };
                Form { meta, ..Form::list(forms, span) }
            }
            Template::Vector(items) => Form::vector(self.forms(items, names)?, self.span),
            Template::Recur(_) => self.constant(Value::Nil),
        })
    }

    fn constant(&self, value: Value) -> Form {
        Form::literal(value, self.span)
    }

    fn forms(&mut self, items: &[Item], names: &mut Names<'_>) -> Result<Forms, NoExpansion> {
        let mut forms = Forms::with_capacity(items.len());
        for item in items {
            match item {
                Item::One(template) => forms.push(self.fill(template, names)?),
                Item::All(name) => forms.extend(names.all(*name).cloned()),
                Item::Each(name, templates) => {
                    for at in 0..names.all(*name).count() {
                        names.at = at;
                        for template in templates {
                            forms.push(self.fill(template, names)?);
                        }
                    }
                }
            }
        }
        Ok(forms)
    }
}

impl<'f> Names<'f> {
    /// What a name stands for.
    fn one(&self, name: usize) -> Option<&'f Form> {
        match *self.found.get(name)? {
            Found::One(form, _) => Some(form),
            Found::Many(..) => self.all(name).nth(self.at),
            Found::Nothing => None,
        }
    }

    /// Where a list stands that a name heads, and what `^` wrote before it.
    fn place(&self, name: usize) -> Option<(Span, Option<Box<Form>>)> {
        match *self.found.get(name)? {
            Found::One(_, Some(list)) => Some((list.span, list.meta.clone())),
            _ => self.one(name).map(|head| (head.span, None)),
        }
    }

    fn all(&self, name: usize) -> impl Iterator<Item = &'f Form> + use<'f> {
        let (forms, turn, of) = match self.found.get(name) {
            Some(Found::Many(forms, turn, of)) => (*forms, *turn, *of),
            Some(Found::One(form, _)) => (std::slice::from_ref(*form), 0, 1),
            Some(Found::Nothing) | None => (&[][..], 0, 1),
        };
        forms.iter().skip(turn).step_by(of.max(1))
    }
}
