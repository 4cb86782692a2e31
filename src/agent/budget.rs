//! The ledger: what a whole tree of processes may use, reserved before and settled after.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::lisp::text::LimitReached;

/// What a tree of processes may use in all. Nothing is bounded but the depth unless it is set.
#[derive(Clone, Debug, PartialEq)]
pub struct Budget {
    /// Replies of models; those after a ref retry count, transport retries do not.
    pub turns: Option<u64>,
    /// Tokens, read and written.
    pub tokens: Option<u64>,
    /// Wall time.
    pub time: Option<Duration>,
    /// Levels of processes: 3 is root, child, grandchild.
    pub depth: u64,
    /// Processes, finished ones too; the root counts.
    pub processes: Option<u64>,
    /// Tool calls.
    pub tool_calls: Option<u64>,
}

impl Default for Budget {
    fn default() -> Self {
        Self { turns: None, tokens: None, time: None, depth: 3, processes: None, tool_calls: None }
    }
}

/// The account of a tree.
#[derive(Debug)]
pub struct Ledger {
    budget: Budget,
    began: Instant,
    used: Mutex<Used>,
}

#[derive(Debug, Default)]
struct Used {
    turns: u64,
    tokens: u64,
    reserved: u64,
    processes: u64,
    tool_calls: u64,
    spent: Option<LimitReached>,
}

impl Ledger {
    /// A new account.
    pub fn new(budget: Budget) -> Self {
        Self { budget, began: Instant::now(), used: Mutex::default() }
    }

    fn lock(&self) -> MutexGuard<'_, Used> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What of the budget is used up, if something is. Then nothing in the tree goes on.
    pub fn spent(&self) -> Option<LimitReached> {
        let mut used = self.lock();
        if used.spent.is_none()
            && let Some(time) = self.budget.time
            && self.began.elapsed() >= time
        {
            let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
            used.spent = Some(reached("budget.time", millis(time), millis(self.began.elapsed())));
        }
        used.spent.clone()
    }

    /// The wall time that is left, if it is bounded.
    pub fn time_left(&self) -> Option<Duration> {
        self.budget.time.map(|time| time.saturating_sub(self.began.elapsed()))
    }

    /// Takes a turn that may write so many tokens.
    ///
    /// # Errors
    /// The limit that the turn could pass; the budget is spent then.
    pub fn take_turn(&self, max_tokens: u64) -> Result<(), LimitReached> {
        if let Some(spent) = self.spent() {
            return Err(spent);
        }
        let mut used = self.lock();
        let turns = used.turns.saturating_add(1);
        let tokens = used.tokens.saturating_add(used.reserved).saturating_add(max_tokens);
        let refused = match (self.budget.turns, self.budget.tokens) {
            (Some(most), _) if turns > most => Some(reached("budget.turns", most, turns)),
            (_, Some(most)) if tokens > most || used.tokens >= most => Some(reached("budget.tokens", most, tokens)),
            _ => None,
        };
        if let Some(refused) = refused {
            used.spent = Some(refused.clone());
            return Err(refused);
        }
        used.turns = turns;
        used.reserved = used.reserved.saturating_add(max_tokens);
        Ok(())
    }

    /// Settles a turn: what was reserved goes back, what was used is charged.
    pub fn settle_turn(&self, max_tokens: u64, tokens: u64) {
        let mut used = self.lock();
        used.reserved = used.reserved.saturating_sub(max_tokens);
        used.tokens = used.tokens.saturating_add(tokens);
    }

    /// Starts a process at a depth; the root has depth 1.
    ///
    /// # Errors
    /// Too deep, or too many; the tree goes on.
    pub fn start_process(&self, depth: u64) -> Result<(), LimitReached> {
        if depth > self.budget.depth {
            return Err(reached("budget.depth", self.budget.depth, depth));
        }
        let mut used = self.lock();
        let processes = used.processes.saturating_add(1);
        match self.budget.processes {
            Some(most) if processes > most => Err(reached("budget.processes", most, processes)),
            _ => {
                used.processes = processes;
                Ok(())
            }
        }
    }

    /// Takes a tool call.
    ///
    /// # Errors
    /// Too many; the budget is spent then.
    pub fn take_tool_call(&self) -> Result<(), LimitReached> {
        if let Some(spent) = self.spent() {
            return Err(spent);
        }
        let mut used = self.lock();
        let calls = used.tool_calls.saturating_add(1);
        match self.budget.tool_calls {
            Some(most) if calls > most => {
                let refused = reached("budget.tool_calls", most, calls);
                used.spent = Some(refused.clone());
                Err(refused)
            }
            _ => {
                used.tool_calls = calls;
                Ok(())
            }
        }
    }
}

fn reached(name: &'static str, configured: u64, observed: u64) -> LimitReached {
    LimitReached { name, configured, observed }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_reserved_so_that_no_call_overshoots() {
        let ledger = Ledger::new(Budget { tokens: Some(100), ..Budget::default() });
        ledger.take_turn(60).expect("60 of 100");
        assert_eq!(ledger.take_turn(60).expect_err("120 of 100").name, "budget.tokens");
        assert!(ledger.spent().is_some());
    }

    #[test]
    fn what_was_reserved_goes_back() {
        let ledger = Ledger::new(Budget { tokens: Some(100), ..Budget::default() });
        ledger.take_turn(60).expect("60 of 100");
        ledger.settle_turn(60, 10);
        ledger.take_turn(60).expect("70 of 100");
    }

    #[test]
    fn refusing_a_process_ends_nothing() {
        let ledger = Ledger::new(Budget { processes: Some(1), ..Budget::default() });
        ledger.start_process(1).expect("the root");
        assert_eq!(ledger.start_process(2).expect_err("a second one").name, "budget.processes");
        assert_eq!(ledger.start_process(4).expect_err("too deep").name, "budget.depth");
        assert!(ledger.spent().is_none());
    }
}
