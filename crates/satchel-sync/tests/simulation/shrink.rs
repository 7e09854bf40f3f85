//! Delta debugging: the shortest list of events that still breaks the same promise.

use crate::{
    campaign::Bench,
    plan::{Item, Plan},
    plants::Plant,
    violation::Violation,
};

/// Runs that shrinking may take.
const RUNS: usize = 400;

/// Takes out halves, quarters, eighths … of the events for as long as the same invariant breaks.
pub(crate) fn shrink(bench: &Bench, plan: Plan, violation: &Violation, plant: Option<Plant>) -> Plan {
    let mut short = plan;
    let mut runs = 0;
    let mut size = short.items.len().div_ceil(2);
    while size > 0 && runs < RUNS {
        let mut from = 0;
        let mut has_shrunk = false;
        while from < short.items.len() && runs < RUNS {
            let without = without(&short, from, size);
            runs += 1;
            match bench.run(&without, plant, false).outcome {
                Err(found) if found.invariant == violation.invariant => {
                    short = without;
                    has_shrunk = true;
                }
                _ => from += size,
            }
        }
        if !has_shrunk || size > 1 {
            size = if size == 1 { 0 } else { size.div_ceil(2) };
        }
    }
    short
}

fn without(plan: &Plan, from: usize, size: usize) -> Plan {
    let stays = |(place, _): &(usize, &Item)| !(from..from + size).contains(place);
    let items = plan.items.iter().enumerate().filter(stays).map(|(_, item)| item.clone()).collect();
    Plan { items, ..plan.clone() }
}
