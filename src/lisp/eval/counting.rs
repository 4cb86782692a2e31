//! `recur` where all that changes are integers: all new ones are computed before the first is written, in place.

use crate::lisp::analyse::{Expr, ExprKind};
use crate::lisp::value::{Machine, Value};

/// The most integers that change.
const MAX_COUNTERS: usize = 4;

/// The steps from the integers of one round to those of the next.
pub(super) struct Counting(Vec<Step>);

/// One slot's next integer.
struct Step {
    slot: usize,
    operation: Operation,
    left: Operand,
    right: Operand,
}

#[derive(Clone, Copy)]
enum Operation {
    Add,
    Subtract,
    Multiply,
}

/// Where an integer comes from.
enum Operand {
    Slot(usize),
    Constant(i64),
}

impl Counting {
    /// The steps, if every binding of a `recur` is one or leaves its slot as it is.
    pub(super) fn of(bindings: &[(usize, Expr)]) -> Option<Self> {
        let stays =
            |(slot, value): &&(usize, Expr)| matches!(value.kind, ExprKind::Local { slot: same, .. } if same == *slot);
        let changes = bindings.iter().filter(|binding| !stays(binding));
        let steps: Vec<Step> = changes.map(|(slot, value)| Step::of(*slot, value)).collect::<Option<_>>()?;
        (1..=MAX_COUNTERS).contains(&steps.len()).then_some(Self(steps))
    }

    /// Takes all steps. `false`, and nothing is done, where something is no integer or would not stay one of 64 bits.
    #[inline]
    pub(super) fn run(&self, m: &mut Machine<'_>) -> bool {
        let mut results = [0; MAX_COUNTERS];
        for (step, result) in self.0.iter().zip(&mut results) {
            let (Some(left), Some(right)) = (step.left.read(m), step.right.read(m)) else { return false };
            let next = match step.operation {
                Operation::Add => left.checked_add(right),
                Operation::Subtract => left.checked_sub(right),
                Operation::Multiply => left.checked_mul(right),
            };
            let Some(next) = next else { return false };
            *result = next;
        }
        for (step, result) in self.0.iter().zip(results) {
            m.put_int(step.slot, result);
        }
        true
    }
}

impl Step {
    fn of(slot: usize, value: &Expr) -> Option<Self> {
        if let Some(left) = Operand::of(value) {
            return Some(Self { slot, operation: Operation::Add, left, right: Operand::Constant(0) });
        }
        let ExprKind::Builtin(builtin, _, arguments) = &value.kind else { return None };
        let (name, left, right) = match (builtin.name, arguments.as_slice()) {
            ("inc", [only]) => ("+", Operand::of(only)?, Operand::Constant(1)),
            ("dec", [only]) => ("-", Operand::of(only)?, Operand::Constant(1)),
            (name, [left, right]) => (name, Operand::of(left)?, Operand::of(right)?),
            _ => return None,
        };
        let operation = match name {
            "+" => Operation::Add,
            "-" => Operation::Subtract,
            "*" => Operation::Multiply,
            _ => return None,
        };
        Some(Self { slot, operation, left, right })
    }
}

impl Operand {
    fn of(expr: &Expr) -> Option<Self> {
        match &expr.kind {
            ExprKind::Local { slot, .. } => Some(Self::Slot(*slot)),
            ExprKind::Constant(Value::Int(n)) => Some(Self::Constant(*n)),
            _ => None,
        }
    }

    #[inline]
    fn read(&self, m: &Machine<'_>) -> Option<i64> {
        match self {
            Self::Constant(n) => Some(*n),
            Self::Slot(slot) => match m.peek(*slot) {
                Value::Int(n) => Some(*n),
                _ => None,
            },
        }
    }
}
