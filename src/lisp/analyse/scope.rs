//! Scopes: which names mean which slots, and what functions capture.

use std::sync::Arc;

use super::expr::{Expr, ExprKind};
use crate::lisp::text::Span;

/// The functions that enclose a place, outermost first.
pub(super) struct Scopes {
    functions: Vec<FunctionScope>,
}

/// One function, or the functions of one `letfn`.
#[derive(Default)]
pub(super) struct FunctionScope {
    /// The names of the function itself, or of the functions of a `letfn`.
    members: Vec<(Arc<str>, usize)>,
    locals: Vec<(Arc<str>, usize)>,
    captures: Vec<(Arc<str>, Expr)>,
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
    /// The scope of a program's top level.
    pub fn new() -> Self {
        Self { functions: vec![FunctionScope::default()] }
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
        self.functions.push(FunctionScope { members, ..FunctionScope::default() });
    }

    /// Begins one body of the function: locals and slots are its own, captures are shared.
    pub fn begin_body(&mut self) {
        let top = self.top();
        top.locals.clear();
        top.targets.clear();
        (top.next_slot, top.most_slots) = (0, 0);
    }

    /// The slots that the body needs.
    pub fn slots(&mut self) -> usize {
        self.top().most_slots
    }

    /// Leaves the function and gives what it captures.
    pub fn leave(&mut self) -> Vec<(Arc<str>, Expr)> {
        self.functions.pop().map(|scope| scope.captures).unwrap_or_default()
    }

    /// The point to come back to.
    pub fn mark(&mut self) -> Mark {
        let top = self.top();
        Mark { locals: top.locals.len(), next_slot: top.next_slot }
    }

    /// Ends the names since a mark; their slots are free again.
    pub fn reset(&mut self, mark: Mark) {
        let top = self.top();
        top.locals.truncate(mark.locals);
        top.next_slot = mark.next_slot;
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
        self.top().locals.push((name.into(), slot));
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
        self.functions
            .iter()
            .any(|function| function.locals.iter().chain(&function.members).any(|(local, _)| &**local == name))
    }

    /// The names of all locals, for suggestions.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.functions
            .iter()
            .flat_map(|function| function.locals.iter().chain(&function.members))
            .map(|(name, _)| &**name)
    }

    /// The expression that reads a local; captures it where it belongs to an enclosing function.
    pub fn resolve(&mut self, name: &str, span: Span) -> Option<Expr> {
        let top = self.functions.len().checked_sub(1)?;
        self.resolve_in(top, name, span)
    }

    fn resolve_in(&mut self, level: usize, name: &str, span: Span) -> Option<Expr> {
        let scope = self.functions.get(level)?;
        let find = |names: &[(Arc<str>, usize)]| {
            names.iter().rev().find(|(local, _)| &**local == name).map(|(_, number)| *number)
        };
        if let Some(slot) = find(&scope.locals) {
            return Some(Expr::new(ExprKind::Local { slot, last: false }, span));
        }
        if let Some(index) = scope.captures.iter().position(|(captured, _)| &**captured == name) {
            return Some(Expr::new(ExprKind::Captured(index), span));
        }
        if let Some(member) = find(&scope.members) {
            return Some(Expr::new(ExprKind::This(member), span));
        }
        let outer = self.resolve_in(level.checked_sub(1)?, name, span)?;
        let scope = self.functions.get_mut(level)?;
        scope.captures.push((name.into(), outer));
        Some(Expr::new(ExprKind::Captured(scope.captures.len().saturating_sub(1)), span))
    }
}
