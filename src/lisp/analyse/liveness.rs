//! Last uses: where a local is read for the last time its value may move, and what it holds be changed in place.
//!
//! A walk against the direction of evaluation over one function's body. What a `catch` or `finally` reads is read
//! throughout the `try`; what a loop reads from outside is read in every turn.

use super::expr::{Expr, ExprKind};

/// Slots whose values are still needed, 64 to a word: a long program has many, and each branch copies them.
#[derive(Clone, Default)]
struct Live(Vec<u64>);

impl Live {
    /// The word of a slot, and its bit there.
    fn place(slot: usize) -> (usize, u64) {
        (slot / 64, 1_u64.rotate_left(u32::try_from(slot % 64).unwrap_or(0)))
    }

    fn has(&self, slot: usize) -> bool {
        let (word, bit) = Self::place(slot);
        self.0.get(word).is_some_and(|word| word & bit != 0)
    }

    fn set(&mut self, slot: usize, live: bool) {
        let (word, bit) = Self::place(slot);
        if self.0.len() <= word && live {
            self.0.resize(word.saturating_add(1), 0);
        }
        if let Some(word) = self.0.get_mut(word) {
            *word = if live { *word | bit } else { *word & !bit };
        }
    }

    fn join(&mut self, other: &Self) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        for (word, more) in self.0.iter_mut().zip(&other.0) {
            *word |= more;
        }
    }

    /// Ends all slots from one on.
    fn truncate(&mut self, first: usize) {
        let (word, bit) = Self::place(first);
        self.0.truncate(word.saturating_add(1));
        if let Some(word) = self.0.get_mut(word) {
            *word &= bit.wrapping_sub(1);
        }
    }
}

/// Marks the last uses in a function's body.
pub(super) fn mark(body: &mut Expr) {
    walk(body, &mut Live::default());
}

fn walk_all(items: &mut [Expr], live: &mut Live) {
    for item in items.iter_mut().rev() {
        walk(item, live);
    }
}

fn walk(expr: &mut Expr, live: &mut Live) {
    match &mut expr.kind {
        ExprKind::Constant(_)
        | ExprKind::Captured(_)
        | ExprKind::This(_)
        | ExprKind::Global { .. }
        | ExprKind::Context(_)
        | ExprKind::Recent(_) => {}
        ExprKind::Local { slot, last } => {
            *last = !live.has(*slot);
            live.set(*slot, true);
        }
        ExprKind::If(parts) => {
            let [test, then, otherwise] = &mut **parts;
            let mut other = live.clone();
            walk(then, live);
            walk(otherwise, &mut other);
            live.join(&other);
            walk(test, live);
        }
        ExprKind::Do(items) | ExprKind::Vector(items) | ExprKind::Set(items) | ExprKind::Builtin(_, _, items) => {
            walk_all(items, live);
        }
        ExprKind::Call(function, items) => {
            walk_all(items, live);
            walk(function, live);
        }
        ExprKind::Tool { arguments, .. } => walk(arguments, live),
        ExprKind::Map(entries) => {
            for (key, value) in entries.iter_mut().rev() {
                walk(value, live);
                walk(key, live);
            }
        }
        ExprKind::And(items) | ExprKind::Or(items) => {
            let after = live.clone();
            for item in items.iter_mut().rev() {
                walk(item, live);
                live.join(&after);
            }
        }
        ExprKind::Let(bindings, body) => {
            walk(body, live);
            walk_bindings(bindings, live);
        }
        ExprKind::Loop(bindings, body) => {
            let first = bindings.first().map_or(usize::MAX, |(slot, _)| *slot);
            let mut used = Live::default();
            uses(body, &mut used);
            // Slots from the loop's first on belong to the loop and are free again after it.
            used.truncate(first);
            live.join(&used);
            walk(body, live);
            walk_bindings(bindings, live);
        }
        ExprKind::Recur(bindings) => {
            // The old values end here; the new ones are all computed before the first is set.
            for (slot, _) in bindings.iter() {
                live.set(*slot, false);
            }
            for (_, value) in bindings.iter_mut().rev() {
                walk(value, live);
            }
        }
        ExprKind::Case { on, branches, otherwise } => {
            let after = live.clone();
            // Without an otherwise it throws, and a catch around it may read what is read after it.
            if let Some(otherwise) = otherwise {
                walk(otherwise, live);
            }
            for (_, branch) in branches {
                let mut other = after.clone();
                walk(branch, &mut other);
                live.join(&other);
            }
            walk(on, live);
        }
        ExprKind::Function(function) => {
            // Just made by the analyser, so this is the only owner.
            if let Some(function) = std::sync::Arc::get_mut(function) {
                for (_, capture) in function.captures.iter_mut().rev() {
                    walk(capture, live);
                }
            }
        }
        ExprKind::Define { value, .. } => {
            if let Some(value) = value {
                walk(value, live);
            }
        }
        ExprKind::Try(parts) => {
            let mut kept = Live::default();
            for catch in &mut parts.catches {
                uses(&catch.body, &mut kept);
            }
            if let Some(finally) = &mut parts.finally {
                uses(finally, &mut kept);
                walk(finally, live);
            }
            live.join(&kept);
            let after = live.clone();
            for catch in &mut parts.catches {
                let mut other = after.clone();
                other.join(&kept);
                walk(&mut catch.body, &mut other);
            }
            walk(&mut parts.body, live);
        }
    }
}

fn walk_bindings(bindings: &mut [(usize, Expr)], live: &mut Live) {
    for (slot, value) in bindings.iter_mut().rev() {
        live.set(*slot, false);
        walk(value, live);
    }
}

/// All slots that an expression reads.
fn uses(expr: &Expr, used: &mut Live) {
    if let ExprKind::Local { slot, .. } = &expr.kind {
        used.set(*slot, true);
    }
    expr.each_part(&mut |part| uses(part, used));
}
