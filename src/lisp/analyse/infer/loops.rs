//! Loops: what their names hold in every turn, where that is what is left of a collection.
//!
//! `(loop [items (tool/orders)] … (recur (rest items)))` has orders in `items` however often it turns. Of other names
//! nothing is known, because nobody has seen the last turn.

use super::Inference;
use crate::lisp::analyse::expr::{Expr, ExprKind};
use crate::lisp::analyse::outline::{Outline, ValueKind};
use crate::lisp::value::BuiltinSignature;

impl Inference<'_> {
    /// What a name of a loop holds in every turn; before the first it holds `first`.
    pub(super) fn in_every_turn(&mut self, slot: usize, first: &Outline, body: &Expr) -> Outline {
        let is_collection = matches!(first.kind, ValueKind::List(_) | ValueKind::Tuple(_));
        if is_collection && self.leaves_parts(body, &mut vec![slot], slot) {
            return self.some_of(first).or_nil();
        }
        Outline::ANY
    }

    /// Whether every `recur` of the loop gives the name a part of what it held. `parts` are the slots with such parts;
    /// a `recur` is always the last thing that a loop does.
    fn leaves_parts(&mut self, expr: &Expr, parts: &mut Vec<usize>, slot: usize) -> bool {
        let Some(fuel) = self.fuel.checked_sub(1) else { return false };
        self.fuel = fuel;
        match &expr.kind {
            ExprKind::Recur(bindings) => {
                let mut given = bindings.iter().filter(|(target, _)| *target == slot);
                given.all(|(_, value)| is_part(value, parts))
            }
            ExprKind::If(branches) => {
                let [_, then, otherwise] = &**branches;
                self.leaves_parts(then, parts, slot) && self.leaves_parts(otherwise, parts, slot)
            }
            ExprKind::Do(items) | ExprKind::And(items) | ExprKind::Or(items) => {
                items.last().is_none_or(|last| self.leaves_parts(last, parts, slot))
            }
            ExprKind::Let(bindings, body) => {
                let before = parts.len();
                for (name, value) in bindings {
                    if is_part(value, parts) {
                        parts.push(*name);
                    }
                }
                let leaves = self.leaves_parts(body, parts, slot);
                // The slots are free for others now.
                parts.truncate(before);
                leaves
            }
            ExprKind::Case { branches, otherwise, .. } => {
                let all = branches.iter().map(|(_, branch)| branch).chain(otherwise.as_deref());
                let mut leaves = true;
                for branch in all {
                    leaves = leaves && self.leaves_parts(branch, parts, slot);
                }
                leaves
            }
            _ => true,
        }
    }
}

/// Whether an expression gives a collection in one of the slots, or what is left of it.
fn is_part(expr: &Expr, parts: &[usize]) -> bool {
    match &expr.kind {
        ExprKind::Local { slot, .. } => parts.contains(slot),
        ExprKind::Builtin(builtin, _, items) => {
            let part = builtin.gives.signature(items.len()).and_then(BuiltinSignature::part);
            let whole = part.and_then(|at| items.get(at));
            whole.is_some_and(|whole| matches!(&whole.kind, ExprKind::Local { slot, .. } if parts.contains(slot)))
        }
        _ => false,
    }
}
