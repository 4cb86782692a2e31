//! The ledger: what a tree of processes uses of its budget, reserved before and settled after.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::lisp::text::{LimitKind, LimitReached};
use crate::model::{Message, Price, Tokens};
use crate::settings::Budget;

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
    cost: f64,
    /// What turns that are in progress may use at most.
    reserved_tokens: u64,
    reserved_cost: f64,
    processes: u64,
    tool_calls: u64,
    kept_bytes: u64,
    spent: Option<LimitReached>,
}

/// What a turn that is in progress may use at most. It goes back when the turn is settled or given up.
#[derive(Debug)]
#[must_use = "what is dropped is reserved no longer"]
pub struct Reserved<'l> {
    ledger: &'l Ledger,
    tokens: u64,
    cost: f64,
    price: Option<Price>,
}

impl Reserved<'_> {
    /// Charges what the turn did use. Gives what it cost, if there is a price.
    pub fn commit_tokens(self, tokens: Tokens) -> Option<f64> {
        let cost = self.price.map(|price| price.of(tokens));
        let mut used = self.ledger.lock();
        used.tokens = used.tokens.saturating_add(tokens.total());
        used.cost += cost.unwrap_or(0.0);
        let overspent = self.ledger.overspent(&used);
        if used.spent.is_none() {
            used.spent = overspent;
        }
        cost
    }
}

impl Drop for Reserved<'_> {
    fn drop(&mut self) {
        let mut used = self.ledger.lock();
        used.reserved_tokens = used.reserved_tokens.saturating_sub(self.tokens);
        used.reserved_cost = (used.reserved_cost - self.cost).max(0.0);
    }
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
            let most = millis(time);
            used.spent =
                Some(reached(LimitKind::BudgetTime, most, millis(self.began.elapsed()).max(most.saturating_add(1))));
        }
        used.spent
    }

    /// The wall time that is left, if it is bounded.
    pub fn time_left(&self) -> Option<Duration> {
        self.budget.time.map(|time| time.saturating_sub(self.began.elapsed()))
    }

    /// The price of a model's tokens, if one is known.
    ///
    /// # Errors
    /// A model without a price where the cost is bounded; a bound that is none.
    pub fn price(&self, model: &str) -> Result<Option<Price>, String> {
        if let Some(odd) = self.budget.cost.filter(|most| most.is_nan() || *most < 0.0) {
            return Err(format!("budget.cost: expected 0 or more, got {odd}"));
        }
        match self.budget.prices.get(model) {
            None if self.budget.cost.is_some() => Err(format!(
                "budget.cost is set, and budget.prices has no price for {model}; \"*\" stands for any model"
            )),
            price => Ok(price),
        }
    }

    /// Reserves a turn with estimated prompt tokens and the most reply tokens, at this price. What it reads is reserved of the
    /// cost only.
    ///
    /// # Errors
    /// The limit that the turn could pass; the budget is spent then.
    pub fn take_turn(&self, input: u64, max_tokens: u64, price: Option<Price>) -> Result<Reserved<'_>, LimitReached> {
        if let Some(spent) = self.spent() {
            return Err(spent);
        }
        let most = Tokens { input, output: max_tokens, cached: 0 };
        let reserved_cost = price.map_or(0.0, |price| price.of(most));
        let mut used = self.lock();
        let turns = used.turns.saturating_add(1);
        let tokens = used.tokens.saturating_add(used.reserved_tokens).saturating_add(max_tokens);
        let cost = used.cost + used.reserved_cost + reserved_cost;
        let turns_spent = || {
            let most = self.budget.turns.filter(|most| turns > *most)?;
            Some(reached(LimitKind::BudgetTurns, most, turns))
        };
        let tokens_spent = || {
            let most = self.budget.tokens.filter(|most| tokens > *most || used.tokens >= *most)?;
            // A turn needs at least one more, though nobody knows how many.
            Some(reached(LimitKind::BudgetTokens, most, tokens.max(most.saturating_add(1))))
        };
        let cost_spent = || {
            let most = self.budget.cost.filter(|most| cost > *most || used.cost >= *most)?;
            Some(reached(
                LimitKind::BudgetCost,
                millionths(most),
                millionths(cost).max(millionths(most).saturating_add(1)),
            ))
        };
        if let Some(refused) = turns_spent().or_else(tokens_spent).or_else(cost_spent) {
            used.spent = Some(refused);
            return Err(refused);
        }
        used.turns = turns;
        used.reserved_tokens = used.reserved_tokens.saturating_add(max_tokens);
        used.reserved_cost += reserved_cost;
        Ok(Reserved { ledger: self, tokens: max_tokens, cost: reserved_cost, price })
    }

    /// The limit that was passed by what is settled, if one was: a reply may cost more than was reserved for it.
    fn overspent(&self, used: &Used) -> Option<LimitReached> {
        let tokens = self.budget.tokens.filter(|most| used.tokens > *most);
        let cost = self.budget.cost.filter(|most| used.cost > *most);
        tokens
            .map(|most| reached(LimitKind::BudgetTokens, most, used.tokens))
            .or_else(|| cost.map(|most| reached(LimitKind::BudgetCost, millionths(most), millionths(used.cost))))
    }

    /// Starts a number of processes at a depth, all or none; the root has depth 1.
    ///
    /// # Errors
    /// Too deep, or too many; the tree goes on.
    pub fn start_processes(&self, depth: u64, count: u64) -> Result<(), LimitReached> {
        if depth > self.budget.depth {
            return Err(reached(LimitKind::BudgetDepth, self.budget.depth, depth));
        }
        let mut used = self.lock();
        let processes = used.processes.saturating_add(count);
        match self.budget.processes {
            Some(most) if processes > most => Err(reached(LimitKind::BudgetProcesses, most, processes)),
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
            return Err(reached(LimitKind::BudgetDescriptorBytes, most, kept));
        }
        used.kept_bytes = kept;
        Ok(())
    }

    /// How many tool calls are left.
    pub fn tool_calls_left(&self) -> u64 {
        self.budget.tool_calls.map_or(u64::MAX, |most| most.saturating_sub(self.lock().tool_calls))
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
                let refused = reached(LimitKind::BudgetToolCalls, most, calls);
                used.spent = Some(refused);
                Err(refused)
            }
            _ => {
                used.tool_calls = calls;
                Ok(())
            }
        }
    }
}

/// About how many tokens a prompt is: one for three bytes of text, and eight for each message. Text in English comes to a
/// quarter less, most other text and data to about as many; so it is rarely too few.
pub(super) fn estimated_tokens(system: &str, messages: &[Message]) -> u64 {
    let tokens = |text: &str| (text.len() as u64).div_ceil(3).saturating_add(8);
    messages.iter().map(|message| tokens(&message.content)).fold(tokens(system), u64::saturating_add)
}

/// Money in millionths, as limits count it. NaN maps to 0; the cast saturates.
fn millionths(cost: f64) -> u64 {
    (cost * 1e6).ceil() as u64
}

fn reached(limit: LimitKind, configured: u64, observed: u64) -> LimitReached {
    LimitReached { limit, configured, observed }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(output: u64) -> Tokens {
        Tokens { output, ..Tokens::default() }
    }

    #[test]
    fn ledger_reserves_tokens_of_turns_in_flight() {
        let ledger = Ledger::new(Budget { tokens: Some(100), ..Budget::default() });
        let _under_way = ledger.take_turn(0, 60, None).expect("60 of 100");
        assert_eq!(ledger.take_turn(0, 60, None).expect_err("120 of 100").limit, LimitKind::BudgetTokens);
        assert!(ledger.spent().is_some());
    }

    #[test]
    fn ledger_returns_unused_reservations() {
        let ledger = Ledger::new(Budget { tokens: Some(100), ..Budget::default() });
        let reserved = ledger.take_turn(0, 60, None).expect("60 of 100");
        assert_eq!(reserved.commit_tokens(written(10)), None);
        drop(ledger.take_turn(0, 60, None).expect("70 of 100"));
        let all = ledger.take_turn(0, 90, None).expect("100 of 100: the turn before was given up");
        assert_eq!(all.commit_tokens(written(90)), None);
        assert_eq!(
            ledger.take_turn(0, 0, None).expect_err("100 of 100 are used"),
            reached(LimitKind::BudgetTokens, 100, 101)
        );
    }

    #[test]
    fn ledger_is_spent_by_a_reply_beyond_the_budget() {
        let settled = |tokens| {
            let ledger = Ledger::new(Budget { tokens: Some(100), ..Budget::default() });
            ledger.take_turn(0, 0, None).expect("nothing is reserved").commit_tokens(written(tokens));
            ledger.spent()
        };
        assert_eq!(settled(100), None, "all of it is no more than all of it");
        assert_eq!(settled(101), Some(reached(LimitKind::BudgetTokens, 100, 101)));
    }

    /// A budget of two cents, and a model whose output costs a cent for a thousand tokens.
    fn two_cents() -> Ledger {
        let prices = [("tiny", Price::new(1.0, 10.0))].into_iter().collect();
        Ledger::new(Budget { cost: Some(0.02), prices, ..Budget::default() })
    }

    #[test]
    fn ledger_reserves_costs() {
        let ledger = two_cents();
        let price = ledger.price("home:tiny").expect("a price");
        let reserved = ledger.take_turn(0, 1500, price).expect("1.5 of 2 cents");
        let other = ledger.take_turn(0, 400, price).expect("1.9 of 2 cents");
        assert_eq!(reserved.commit_tokens(written(1000)), Some(0.01));
        assert_eq!(other.commit_tokens(Tokens { input: 5000, cached: 5000, output: 0 }), Some(0.005));
        let refused = ledger.take_turn(0, 600, price).expect_err("2.1 of 2 cents");
        assert_eq!(refused, reached(LimitKind::BudgetCost, 20_000, 21_000));
    }

    #[test]
    fn ledger_reserves_the_cost_of_the_prompt() {
        let ledger = two_cents();
        let price = ledger.price("tiny").expect("a price");
        let _under_way = ledger.take_turn(15_000, 0, price).expect("1.5 of 2 cents");
        assert_eq!(ledger.take_turn(6_000, 0, price).expect_err("2.1 of 2 cents").limit, LimitKind::BudgetCost);
        let message = Message { role: crate::model::Role::User, content: "Zähle!".into() };
        assert_eq!(estimated_tokens("You count.", &[message]), (4 + 8) + (3 + 8));
    }

    #[test]
    fn ledger_is_spent_at_the_exact_cost() {
        let ledger = two_cents();
        let price = ledger.price("tiny").expect("a price");
        let reserved = ledger.take_turn(0, 0, price).expect("nothing of 2 cents");
        assert_eq!(reserved.commit_tokens(written(2000)), Some(0.02));
        assert_eq!(
            ledger.take_turn(0, 0, price).expect_err("2 of 2 cents"),
            reached(LimitKind::BudgetCost, 20_000, 20_001)
        );
    }

    #[test]
    fn ledger_allows_the_last_of_the_budget() {
        let ledger = two_cents();
        let price = ledger.price("tiny").expect("a price");
        let _free = ledger.take_turn(0, 5_000, None).expect("what has no price costs nothing");
        let _under_way = ledger.take_turn(0, 2_000, price).expect("2 of 2 cents");
        let ledger = Ledger::new(Budget { descriptor_bytes: 10, ..Budget::default() });
        assert_eq!(ledger.keep_bytes(6), Ok(()));
        assert_eq!(ledger.keep_bytes(5), Err(reached(LimitKind::BudgetDescriptorBytes, 10, 11)));
        assert_eq!(ledger.keep_bytes(4), Ok(()), "what was refused takes no room");
        assert!(ledger.keep_bytes(1).is_err() && ledger.spent().is_none());
    }

    #[test]
    fn ledger_is_spent_when_time_is_over() {
        let mut ledger = Ledger::new(Budget { time: Some(Duration::from_secs(60)), ..Budget::default() });
        ledger.began -= Duration::from_secs(5);
        assert!(ledger.spent().is_none() && ledger.time_left() <= Some(Duration::from_secs(55)));
        ledger.began -= Duration::from_secs(95);
        assert_eq!(ledger.time_left(), Some(Duration::ZERO));
        let spent = ledger.spent().expect("100 of 60 s");
        assert!(
            spent.limit == LimitKind::BudgetTime && spent.configured == 60_000 && spent.observed >= 100_000,
            "{spent:?}"
        );
        let mut ledger = Ledger::new(Budget { time: Some(Duration::from_secs(60)), ..Budget::default() });
        ledger.began -= Duration::from_secs(60);
        assert!(
            ledger.spent().is_some_and(|spent| spent.observed > 60_000),
            "more than there was, in whole numbers too"
        );
    }

    #[test]
    fn ledger_first_limit_wins() {
        let mut ledger = Ledger::new(Budget { turns: Some(0), ..Budget::default() });
        let refused = ledger.take_turn(0, 0, None).expect_err("no turns");
        assert_eq!(refused, reached(LimitKind::BudgetTurns, 0, 1));
        ledger.budget.time = Some(Duration::ZERO);
        assert_eq!(ledger.spent().as_ref(), Some(&refused));
        assert_eq!(ledger.take_tool_call(), Err(refused));
    }

    #[test]
    fn ledger_cost_needs_a_price() {
        assert!(two_cents().price("huge").expect_err("no price").contains("no price for huge"));
        assert_eq!(Ledger::new(Budget::default()).price("huge"), Ok(None));
    }

    #[test]
    fn ledger_refused_process_spends_nothing() {
        let ledger = Ledger::new(Budget { processes: Some(1), ..Budget::default() });
        ledger.start_processes(1, 1).expect("the root");
        assert_eq!(ledger.start_processes(2, 1).expect_err("a second one").limit, LimitKind::BudgetProcesses);
        assert_eq!(ledger.start_processes(4, 1).expect_err("too deep").limit, LimitKind::BudgetDepth);
        assert!(ledger.spent().is_none());
    }
}
