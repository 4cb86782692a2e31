//! Scopes: which names mean which slots, and what functions capture.

use std::collections::HashMap;
use std::sync::Arc;

use super::expr::{Expr, ExprKind};
use crate::lisp::text::Span;

/// The functions that enclose a place, outermost first.
pub(super) struct Scopes {
    functions: Vec<FunctionScope>,
    /// How often each name is bound in one of them: most names of a program are not.
    bound: HashMap<Arc<str>, usize>,
    /// Captures so far.
    captured: usize,
}

/// One function, or the functions of one `letfn`.
#[derive(Default)]
pub(super) struct FunctionScope {
    /// The names of the function itself, or of the functions of a `letfn`.
    members: HashMap<Arc<str>, usize>,
    /// The names of locals in the order in which they were bound.
    locals: Vec<Arc<str>>,
    /// The slots of each name, the one that counts last.
    slots: HashMap<Arc<str>, Vec<usize>>,
    captures: Vec<(Arc<str>, Expr)>,
    /// Where a name is among the captures.
    captured: HashMap<Arc<str>, usize>,
    next_slot: usize,
    most_slots: usize,
    /// Where `recur` leads, innermost last.
    targets: Vec<Vec<usize>>,
}

/// A point to come back to when a scope ends.
#[derive(Clone, Copy)]
pub(super) struct Mark {
    locals: usize,
    next_slot: usize,
}

impl Scopes {
    /// The most captures of a program: functions within functions pass on what the inner ones use, each in its turn.
    pub const MAX_CAPTURES: usize = crate::lisp::limits::MAX_CAPTURES;

    /// The scope of a program's top level.
    pub fn new() -> Self {
        Self { functions: vec![FunctionScope::default()], bound: HashMap::new(), captured: 0 }
    }

    /// Whether there are more captures than a program may have.
    pub fn is_full(&self) -> bool {
        self.captured >= Self::MAX_CAPTURES
    }

    fn bind(&mut self, name: &Arc<str>) {
        let times = self.bound.entry(name.clone()).or_default();
        *times = times.saturating_add(1);
    }

    fn unbind(&mut self, name: &Arc<str>) {
        if let Some(times) = self.bound.get_mut(name) {
            *times = times.saturating_sub(1);
        }
    }

    /// Ends the locals of the innermost function but for the first `kept`.
    fn forget(&mut self, kept: usize) {
        let top = self.top();
        let ended = top.locals.split_off(kept.min(top.locals.len()));
        for name in &ended {
            if let Some(slots) = top.slots.get_mut(name) {
                slots.pop();
            }
        }
        ended.iter().for_each(|name| self.unbind(name));
    }

    fn top(&mut self) -> &mut FunctionScope {
        if self.functions.is_empty() {
            self.functions.push(FunctionScope::default());
        }
        let last = self.functions.len().saturating_sub(1);
        #[expect(clippy::indexing_slicing, reason = "there is one, see above")]
        &mut self.functions[last]
    }

    /// How many functions enclose the place.
    pub fn nesting(&self) -> usize {
        self.functions.len().saturating_sub(1)
    }

    /// Enters a function with these names for itself and its siblings.
    pub fn enter(&mut self, members: Vec<(Arc<str>, usize)>) {
        // Of two with one name the last counts.
        let members: HashMap<Arc<str>, usize> = members.into_iter().collect();
        members.keys().for_each(|name| self.bind(name));
        self.functions.push(FunctionScope { members, ..FunctionScope::default() });
    }

    /// Begins one body of the function: locals and slots are its own, captures are shared.
    pub fn begin_body(&mut self) {
        self.forget(0);
        let top = self.top();
        top.targets.clear();
        (top.next_slot, top.most_slots) = (0, 0);
    }

    /// The slots that the body needs.
    pub fn slots(&mut self) -> usize {
        self.top().most_slots
    }

    /// Leaves the function and gives what it captures.
    pub fn leave(&mut self) -> Vec<(Arc<str>, Expr)> {
        self.forget(0);
        let Some(scope) = self.functions.pop() else { return Vec::new() };
        scope.members.keys().for_each(|name| self.unbind(name));
        scope.captures
    }

    /// The point to come back to.
    pub fn mark(&mut self) -> Mark {
        let top = self.top();
        Mark { locals: top.locals.len(), next_slot: top.next_slot }
    }

    /// Ends the names since a mark; their slots are free again.
    pub fn reset(&mut self, mark: Mark) {
        self.forget(mark.locals);
        self.top().next_slot = mark.next_slot;
    }

    /// A new slot.
    pub fn slot(&mut self) -> usize {
        let top = self.top();
        let slot = top.next_slot;
        top.next_slot = slot.saturating_add(1);
        top.most_slots = top.most_slots.max(top.next_slot);
        slot
    }

    /// Gives a slot a name.
    pub fn name(&mut self, name: &str, slot: usize) {
        let name: Arc<str> = name.into();
        self.bind(&name);
        let top = self.top();
        top.slots.entry(name.clone()).or_default().push(slot);
        top.locals.push(name);
    }

    /// Sets where `recur` leads.
    pub fn push_target(&mut self, slots: Vec<usize>) {
        self.top().targets.push(slots);
    }

    /// Ends the innermost loop.
    pub fn pop_target(&mut self) {
        self.top().targets.pop();
    }

    /// Where `recur` leads.
    pub fn target(&mut self) -> Option<Vec<usize>> {
        self.top().targets.last().cloned()
    }

    /// Whether a name is a local here.
    pub fn is_local(&self, name: &str) -> bool {
        self.bound.get(name).is_some_and(|times| *times > 0)
    }

    /// The names of all locals, for suggestions.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.functions
            .iter()
            .flat_map(|function| function.locals.iter().chain(function.members.keys()))
            .map(|name| &**name)
    }

    /// The expression that reads a local; captures it where it belongs to an enclosing function.
    pub fn resolve(&mut self, name: &str, span: Span) -> Option<Expr> {
        // Functions lie in functions, and most names are none of theirs.
        let (name, times) = self.bound.get_key_value(name)?;
        if *times == 0 {
            return None;
        }
        let name = name.clone();
        let top = self.functions.len().checked_sub(1)?;
        self.resolve_in(top, &name, span)
    }

    fn resolve_in(&mut self, level: usize, name: &Arc<str>, span: Span) -> Option<Expr> {
        let scope = self.functions.get(level)?;
        if let Some(slot) = scope.slots.get(name).and_then(|slots| slots.last()) {
            return Some(Expr::new(ExprKind::Local { slot: *slot, last: false }, span));
        }
        if let Some(index) = scope.captured.get(name) {
            return Some(Expr::new(ExprKind::Captured(*index), span));
        }
        if let Some(member) = scope.members.get(name) {
            return Some(Expr::new(ExprKind::This(*member), span));
        }
        let outer = self.resolve_in(level.checked_sub(1)?, name, span)?;
        self.captured = self.captured.saturating_add(1);
        let scope = self.functions.get_mut(level)?;
        let index = scope.captures.len();
        scope.captures.push((name.clone(), outer));
        scope.captured.insert(name.clone(), index);
        Some(Expr::new(ExprKind::Captured(index), span))
    }
}
