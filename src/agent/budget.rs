//! The ledger: what a whole tree of processes may use, reserved before and settled after.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::lisp::text::LimitReached;
use crate::model::Tokens;

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
    /// Dollars. The models' prices must be known then.
    pub cost: Option<f64>,
    /// Bytes that descriptors keep: 256 MiB unless set. Beyond that nothing more is kept, and the tree goes on.
    pub descriptor_bytes: u64,
}

/// What a model costs, in dollars for a million tokens.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Price {
    /// Tokens read.
    pub input: f64,
    /// Tokens written.
    pub output: f64,
    /// Tokens read that the provider had cached.
    pub cached: f64,
}

impl Price {
    /// What a reply costs, in dollars.
    ///
    /// ```
    /// use ptc::agent::Price;
    /// use ptc::model::Tokens;
    ///
    /// let price = Price { input: 2.0, output: 8.0, cached: 0.5 };
    /// let cost = price.of(&Tokens { input: 1_000_000, output: 500_000, cached: 400_000 });
    /// assert!((cost - (1.2 + 4.0 + 0.2)).abs() < 1e-9);
    /// ```
    pub fn of(&self, tokens: &Tokens) -> f64 {
        let cached = tokens.cached.min(tokens.input);
        let fresh = tokens.input - cached;
        (fresh as f64 * self.input + tokens.output as f64 * self.output + cached as f64 * self.cached) / 1e6
    }
}

/// What a turn may use at most, or has used.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Charge {
    /// Tokens.
    pub tokens: u64,
    /// Dollars.
    pub cost: f64,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            turns: None,
            tokens: None,
            time: None,
            depth: 3,
            processes: None,
            tool_calls: None,
            cost: None,
            descriptor_bytes: 256 << 20,
        }
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
    used: Charge,
    reserved: Charge,
    processes: u64,
    tool_calls: u64,
    kept_bytes: u64,
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

    /// Whether costs are bounded.
    pub fn bounds_cost(&self) -> bool {
        self.budget.cost.is_some()
    }

    /// Takes a turn that may use so much.
    ///
    /// # Errors
    /// The limit that the turn could pass; the budget is spent then.
    pub fn take_turn(&self, most: Charge) -> Result<(), LimitReached> {
        if let Some(spent) = self.spent() {
            return Err(spent);
        }
        let mut used = self.lock();
        let turns = used.turns.saturating_add(1);
        let tokens = used.used.tokens.saturating_add(used.reserved.tokens).saturating_add(most.tokens);
        let cost = used.used.cost + used.reserved.cost + most.cost;
        let Budget { turns: most_turns, tokens: most_tokens, cost: most_cost, .. } = self.budget;
        let refused = match (most_turns, most_tokens, most_cost) {
            (Some(limit), ..) if turns > limit => Some(reached("budget.turns", limit, turns)),
            (_, Some(limit), _) if tokens > limit || used.used.tokens >= limit => {
                Some(reached("budget.tokens", limit, tokens))
            }
            (.., Some(limit)) if cost > limit || used.used.cost >= limit => {
                Some(reached("budget.cost", millionths(limit), millionths(cost)))
            }
            _ => None,
        };
        if let Some(refused) = refused {
            used.spent = Some(refused.clone());
            return Err(refused);
        }
        used.turns = turns;
        used.reserved.tokens = used.reserved.tokens.saturating_add(most.tokens);
        used.reserved.cost += most.cost;
        Ok(())
    }

    /// Settles a turn: what was reserved goes back, what was used is charged.
    pub fn settle_turn(&self, most: Charge, charge: Charge) {
        let mut used = self.lock();
        used.reserved.tokens = used.reserved.tokens.saturating_sub(most.tokens);
        used.reserved.cost = (used.reserved.cost - most.cost).max(0.0);
        used.used.tokens = used.used.tokens.saturating_add(charge.tokens);
        used.used.cost += charge.cost;
    }

    /// Starts so many processes at a depth, all or none; the root has depth 1.
    ///
    /// # Errors
    /// Too deep, or too many; the tree goes on.
    pub fn start_processes(&self, depth: u64, count: u64) -> Result<(), LimitReached> {
        if depth > self.budget.depth {
            return Err(reached("budget.depth", self.budget.depth, depth));
        }
        let mut used = self.lock();
        let processes = used.processes.saturating_add(count);
        match self.budget.processes {
            Some(most) if processes > most => Err(reached("budget.processes", most, processes)),
            _ => {
                used.processes = processes;
                Ok(())
            }
        }
    }

    /// Takes room for what a descriptor keeps.
    ///
    /// # Errors
    /// Too much; the tree goes on.
    pub fn keep_bytes(&self, bytes: u64) -> Result<(), LimitReached> {
        let mut used = self.lock();
        let (most, kept) = (self.budget.descriptor_bytes, used.kept_bytes.saturating_add(bytes));
        if kept > most {
            return Err(reached("budget.descriptor_bytes", most, kept));
        }
        used.kept_bytes = kept;
        Ok(())
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

/// Dollars as limits show them: in millionths.
fn millionths(dollars: f64) -> u64 {
    (dollars * 1e6).round() as u64
}

fn reached(name: &'static str, configured: u64, observed: u64) -> LimitReached {
    LimitReached { name, configured, observed }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(tokens: u64) -> Charge {
        Charge { tokens, cost: 0.0 }
    }

    #[test]
    fn tokens_are_reserved_so_that_no_call_overshoots() {
        let ledger = Ledger::new(Budget { tokens: Some(100), ..Budget::default() });
        ledger.take_turn(tokens(60)).expect("60 of 100");
        assert_eq!(ledger.take_turn(tokens(60)).expect_err("120 of 100").name, "budget.tokens");
        assert!(ledger.spent().is_some());
    }

    #[test]
    fn what_was_reserved_goes_back() {
        let ledger = Ledger::new(Budget { tokens: Some(100), ..Budget::default() });
        ledger.take_turn(tokens(60)).expect("60 of 100");
        ledger.settle_turn(tokens(60), tokens(10));
        ledger.take_turn(tokens(60)).expect("70 of 100");
    }

    #[test]
    fn costs_are_reserved_like_tokens() {
        let ledger = Ledger::new(Budget { cost: Some(0.01), ..Budget::default() });
        let half = Charge { tokens: 0, cost: 0.005 };
        ledger.take_turn(half).expect("half of it");
        ledger.settle_turn(half, Charge { tokens: 9, cost: 0.004 });
        ledger.take_turn(half).expect("0.9 of it");
        assert_eq!(ledger.take_turn(half), Err(reached("budget.cost", 10_000, 14_000)));
    }

    #[test]
    fn refusing_a_process_ends_nothing() {
        let ledger = Ledger::new(Budget { processes: Some(1), ..Budget::default() });
        ledger.start_processes(1, 1).expect("the root");
        assert_eq!(ledger.start_processes(2, 1).expect_err("a second one").name, "budget.processes");
        assert_eq!(ledger.start_processes(4, 1).expect_err("too deep").name, "budget.depth");
        assert!(ledger.spent().is_none());
    }
}
