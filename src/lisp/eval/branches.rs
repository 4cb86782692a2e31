//! Concurrent branches of one program: `pmap` and similar functions.
//!
//! Every branch is a coroutine on the program's own thread. Branches switch only where they wait for tools, so what a
//! program computes does not depend on chance. When as many are in progress as may be, the others run in place, one after
//! the other; so nested ones never wait for each other.

use std::collections::VecDeque;

use super::coroutine::{Coroutine, Resumed};
use super::machine;
use crate::lisp::value::{Args, Ask, Machine, Raise, Result, Resumption, Value};

struct Branch {
    index: usize,
    coroutine: Coroutine<Result<Value>>,
    waits_for: Vec<u64>,
}

impl Machine<'_> {
    pub(super) fn run_branches(&mut self, function: &Value, arguments: Vec<Args>) -> Result<Vec<Value>> {
        let mut results: Vec<Option<Result<Value>>> = arguments.iter().map(|_| None).collect();
        let mut queue: VecDeque<(usize, Args)> = arguments.into_iter().enumerate().collect();
        let mut active: Vec<Branch> = Vec::new();
        let outcome = self.drive(function, &mut queue, &mut active, &mut results);
        for mut branch in active {
            // Only after an exit: nothing of these runs any more.
            while let Resumed::Asks(_) = branch.coroutine.resume(Resumption::Cancel) {}
            branch.coroutine.recycle();
            self.shared.branches.set(self.shared.branches.get().saturating_sub(1));
        }
        outcome?;
        results.into_iter().map(|result| result.unwrap_or(Ok(Value::Nil))).collect()
    }

    fn drive(
        &mut self,
        function: &Value,
        queue: &mut VecDeque<(usize, Args)>,
        active: &mut Vec<Branch>,
        results: &mut [Option<Result<Value>>],
    ) -> Result<()> {
        let shared = self.shared.clone();
        loop {
            while let Some((index, arguments)) = queue.pop_front() {
                if shared.branches.get() >= shared.limits.max_branches {
                    if active.is_empty() {
                        let result = self.apply(function, arguments);
                        record_branch(results, index, result)?;
                        continue;
                    }
                    queue.push_front((index, arguments));
                    break;
                }
                let (callee, inner, depth) = (function.clone(), shared.clone(), self.depth.saturating_add(1));
                let coroutine =
                    Coroutine::new(move |suspender| machine(inner, suspender, depth).apply(&callee, arguments));
                let Some(coroutine) = coroutine else {
                    // The host has no memory for more stacks.
                    return Err(crate::lisp::value::value_error(
                        "there is no memory for another branch; use mapv in the place of pmap",
                    ));
                };
                shared.branches.set(shared.branches.get().saturating_add(1));
                let branch = Branch { index, coroutine, waits_for: Vec::new() };
                self.advance(branch, Resumption::Go, active, results)?;
            }
            if active.is_empty() {
                return Ok(());
            }
            let awaited = active.iter().flat_map(|branch| branch.waits_for.iter().copied()).collect();
            match self.suspender.suspend(Ask::Tools(awaited)) {
                Resumption::Tool(number, result) => {
                    let Some(at) = active.iter().position(|branch| branch.waits_for.contains(&number)) else {
                        continue;
                    };
                    let branch = active.remove(at);
                    self.advance(branch, Resumption::Tool(number, result), active, results)?;
                }
                Resumption::Go => {}
                Resumption::Cancel => return Err(Box::new(Raise::Cancelled)),
            }
        }
    }

    /// Lets a branch run until it waits for tools or ends.
    fn advance(
        &mut self,
        mut branch: Branch,
        answer: Resumption,
        active: &mut Vec<Branch>,
        results: &mut [Option<Result<Value>>],
    ) -> Result<()> {
        let mut answer = answer;
        loop {
            match branch.coroutine.resume(answer) {
                Resumed::Done(result) => {
                    branch.coroutine.recycle();
                    self.shared.branches.set(self.shared.branches.get().saturating_sub(1));
                    return record_branch(results, branch.index, result);
                }
                Resumed::Asks(Ask::Tools(numbers)) => {
                    branch.waits_for = numbers;
                    active.push(branch);
                    return Ok(());
                }
                Resumed::Asks(Ask::Tick) => {
                    answer = match self.suspender.suspend(Ask::Tick) {
                        Resumption::Cancel => Resumption::Cancel,
                        Resumption::Go | Resumption::Tool(..) => Resumption::Go,
                    };
                }
            }
        }
    }
}

/// Exceptions wait for the others to end; limits and exits end everything.
fn record_branch(results: &mut [Option<Result<Value>>], index: usize, result: Result<Value>) -> Result<()> {
    let result = match result {
        Err(raise) if !matches!(*raise, Raise::Fault(_)) => return Err(raise),
        other => other,
    };
    if let Some(place) = results.get_mut(index) {
        *place = Some(result);
    }
    Ok(())
}
