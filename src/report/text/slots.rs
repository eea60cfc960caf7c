//! The slots of a server in the course of time, and who was refused one.

use core::fmt::{self, Write};

use super::super::{Limit, RefusalReport, ServerTables, SlotChange};
use super::layout::{self, Column};
use super::parts;
use crate::finding::{Digits, Plain, count};
use crate::ledger::Slots;

/// Changes that are listed; where there are more, of each few neighbours the highest is.
const CHANGES: usize = 12;
/// Refusals that are listed; more are counted.
const REFUSALS: usize = 6;
/// Marks of a bar.
const BAR: u64 = 20;

/// Writes how many slots were in use when, with a bar, and each refusal with who held the slots then.
pub(super) fn of_server(out: &mut impl Write, server: &ServerTables<'_>, width: usize) -> fmt::Result {
    if server.slots.is_empty() && server.refusals.is_empty() {
        return Ok(());
    }
    writeln!(out, "slots over time")?;
    let mut rows: Vec<_> =
        thinned(&server.slots).map(|change| (change.at, change_row(change, server))).collect();
    rows.extend(server.refusals.iter().take(REFUSALS).map(|refusal| (refusal.at, refusal_row(refusal))));
    rows.sort_by_key(|(at, _)| (at.time, at.capture, at.frame));
    let rows: Vec<_> = rows.into_iter().map(|(_, row)| row).collect();
    let columns = [
        Column { title: "Time", least: 12 },
        Column { title: "Frame", least: 5 },
        Column { title: "In use", least: 6 },
        Column { title: "", least: 20 },
    ];
    layout::table(out, &columns, &rows, width)?;
    let left = server.refusals.len().saturating_sub(REFUSALS);
    if left > 0 {
        writeln!(out, "and {}; --format json lists all", count(left, "more refusal"))?;
    }
    writeln!(out)
}

/// The changes, of so many neighbours the highest that a few are left; and the last.
fn thinned(changes: &[SlotChange]) -> impl Iterator<Item = &SlotChange> {
    let of = changes.len().div_ceil(CHANGES).max(1);
    let highest = changes.chunks(of).filter_map(|part| part.iter().max_by_key(|change| change.slots.high));
    let told = changes.chunks(of).last().and_then(|part| part.iter().max_by_key(|change| change.slots.high));
    let last = changes.last().filter(|last| told.is_some_and(|told| told.at != last.at));
    highest.chain(last)
}

fn change_row(change: &SlotChange, server: &ServerTables<'_>) -> Vec<String> {
    vec![
        clock(change.at.time),
        change.at.frame.to_string(),
        in_use(change.slots),
        bar(change.slots, server.limit.as_ref(), server.peak.map(|peak| peak.slots.high)),
    ]
}

fn refusal_row(refusal: &RefusalReport<'_>) -> Vec<String> {
    let error = refusal.win32.map(|error| format!(" (error {error})")).unwrap_or_default();
    let what = if refusal.is_for_slots() { "" } else { ", for a limit of its own" };
    let what = refusal.path.map(|path| format!(" at {}{what}", Plain::name(path))).unwrap_or_default();
    let held = refusal.holders.to_string();
    let held = if held.is_empty() { held } else { format!("; held by {held}") };
    vec![
        clock(refusal.at.time),
        refusal.at.frame.to_string(),
        refusal.slots_in_use.to_string(),
        format!(
            "refused {}: {}{error}{what}{held}{}",
            refusal.client,
            refusal.status_name,
            refusal.slots_in_use.reason()
        ),
    ]
}

pub(super) fn in_use(slots: Slots) -> String {
    let digits = |number| Digits(usize::try_from(number).unwrap_or(usize::MAX));
    if slots.low == slots.high {
        digits(slots.low).to_string()
    } else {
        format!("{} to {}", digits(slots.low), digits(slots.high))
    }
}

/// `#####.....`: what is in use of the limit, or of the most that ever was; `?` where it is not sure.
fn bar(slots: Slots, limit: Option<&Limit>, peak: Option<u64>) -> String {
    let whole = limit.map(|limit| limit.slots).max(peak).unwrap_or_default();
    let marks = |number: u64| {
        let scaled = if whole <= BAR { Some(number) } else { number.saturating_mul(BAR).checked_div(whole) };
        usize::try_from(scaled.unwrap_or_default()).unwrap_or_default()
    };
    let (low, high, whole) = (marks(slots.low), marks(slots.high), marks(whole));
    let free = if limit.is_some() { whole.saturating_sub(high) } else { 0 };
    format!("{}{}{}", "#".repeat(low), "?".repeat(high.saturating_sub(low)), ".".repeat(free))
}

fn clock(time: crate::wire::Timestamp) -> String {
    let (_, clock) = parts(time);
    clock.get(..12).unwrap_or(&clock).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_shows_what_is_used_and_free() {
        let limit = Limit::guess("Windows 5.1").unwrap();
        assert_eq!(bar(Slots { low: 3, high: 4 }, Some(&limit), Some(4)), "###?......");
        assert_eq!(bar(Slots { low: 3, high: 3 }, None, Some(5)), "###");
        assert_eq!(bar(Slots { low: 50, high: 50 }, None, Some(100)), "##########");
        assert_eq!(bar(Slots { low: 0, high: 0 }, None, None), "");
    }
}
