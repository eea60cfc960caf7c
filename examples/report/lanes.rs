//! The timeline of a server's sessions: a lane for each of the worst, lanes of groups for the others.

use std::collections::BTreeMap;

use askama::Template;
use smbscope::auth::Who;
use smbscope::finding::{Digits, Plain, Span, count};
use smbscope::ledger::Verdict;
use smbscope::report::{NullSessions, RefusalReport, SessionReport};
use smbscope::wire::Timestamp;

use crate::axis::{Axis, PICTURE, Tick};
use crate::text::{clock, day, fit};

/// Sessions up to which each has a lane of its own.
const ALL: usize = 60;
/// Where there are more: lanes of their own for each verdict and kind, and lanes of groups; the others share one.
const ALONE: usize = 10;
const GROUPS: usize = 6;

/// Marks of refusals are so far apart, and so many have a line through all of a picture.
const APART: f64 = 12.0;
const LINES: usize = 16;

/// Where a lane's label begins, and the width of a column: labels are in letters of one width.
const LABEL: f64 = 72.0;
const COLUMN: f64 = 6.9;
const HEAD: f64 = 40.0;
const LANE: f64 = 18.0;
/// The least columns of labels, and what a name has beside the longest of them.
const COLUMNS: usize = 36;
const BESIDE: usize = 11;
/// Columns in which a name says something.
const NAME: usize = 4;

/// A picture of sessions in the course of time.
#[derive(Template)]
#[template(path = "sessions.svg", config = "examples/report/askama.toml")]
pub(crate) struct Picture {
    /// Tells the patterns of this picture from those of others on the page.
    id: usize,
    title: String,
    width: f64,
    height: f64,
    bottom: f64,
    left: f64,
    right: f64,
    ticks: Vec<Tick>,
    lanes: Vec<Lane>,
    refusals: Vec<Mark>,
    /// How far down their lines go.
    line: f64,
}

/// A row of the picture.
struct Lane {
    y: f64,
    verdict: &'static str,
    label: String,
    name: String,
    title: String,
    shape: Shape,
}

enum Shape {
    One(Bar),
    /// How many are open when, as the outline of an area.
    Many {
        who: &'static str,
        outline: String,
        hung: bool,
    },
}

/// A session.
struct Bar {
    who: &'static str,
    x: f64,
    width: f64,
    /// It goes on to the end.
    open: bool,
    /// Handles: from where, how wide.
    handles: Vec<(f64, f64)>,
    /// Since where it hangs, and how wide that is.
    hung: Option<(f64, f64)>,
}

/// A refusal, or several at about one time.
pub(crate) struct Mark {
    pub(crate) x: f64,
    pub(crate) title: String,
}

impl Picture {
    /// The picture of a server's sessions, which come the worst first.
    pub(crate) fn of(
        id: usize,
        report: &NullSessions<'_>,
        sessions: &[&SessionReport<'_>],
        refusals: &[RefusalReport<'_>],
        span: (Timestamp, Timestamp),
        server: &str,
    ) -> Self {
        let longest = sessions.iter().map(|session| session.client.to_string().len()).max();
        let columns = COLUMNS.max(longest.unwrap_or_default() + BESIDE);
        let left = LABEL + COLUMN * columns as f64 + 10.0;
        let axis = Axis::new(span.0, span.1, left, PICTURE - left - 10.0);
        let mut lanes = Vec::new();
        let same = |one: &&SessionReport<'_>, other: &&SessionReport<'_>| {
            sessions.len() <= ALL || (one.verdict, one.who.kind) == (other.verdict, other.who.kind)
        };
        for kind in sessions.chunk_by(same) {
            let alone =
                if sessions.len() <= ALL || kind.len() <= ALONE + GROUPS { kind.len() } else { ALONE };
            let (alone, rest) = kind.split_at(alone);
            lanes.extend(alone.iter().map(|session| lane(report, session, &axis, columns, span.1)));
            lanes.extend(grouped(rest, &axis, span.1));
        }
        for (place, lane) in lanes.iter_mut().enumerate() {
            lane.y = HEAD + LANE * place as f64;
        }
        let bottom = HEAD + LANE * lanes.len() as f64;
        let marks = marks(refusals, &axis);
        Self {
            id,
            title: format!("Sessions of server {server} in the course of time"),
            width: PICTURE,
            height: bottom + 8.0,
            bottom,
            left: axis.left(),
            right: axis.right(),
            ticks: axis.ticks(),
            lanes,
            line: line(&marks, HEAD, bottom),
            refusals: marks,
        }
    }
}

fn lane(
    report: &NullSessions<'_>,
    session: &SessionReport<'_>,
    axis: &Axis,
    columns: usize,
    end: Timestamp,
) -> Lane {
    let start = session.opened.unwrap_or(session.first_seen).time;
    let until = session.closed.as_ref().map_or(end, |closed| closed.at.time);
    let piece = |from: Timestamp, to: Timestamp| (axis.x(from), (axis.x(to) - axis.x(from)).max(2.0));
    let (x, width) = piece(start, until);
    let opens = session.trees.iter().flat_map(|tree| &tree.opens);
    let handles = opens.flat_map(|open| &open.handles).map(|handle| {
        let from = handle.opened.map_or(handle.last_used.time, |opened| opened.time);
        let (from, wide) = piece(from, handle.closed.as_ref().map_or(until, |closed| closed.at.time));
        // The least width may reach beyond the session's bar.
        (from.min(x + width - wide).max(x), wide)
    });
    let name = session.client_name.unwrap_or_default();
    let label = session.client.to_string();
    let title = format!(
        "{} session of {}{}, {}: {}. {} to {}{}. {}",
        session.who.kind,
        session.client,
        if name.is_empty() { String::new() } else { format!(" ({})", Plain::name(name)) },
        session.verdict,
        Plain::sentence(&session.why),
        clock(start),
        clock(until),
        if session.closed.is_none() { " and on" } else { "" },
        report.holds(session),
    );
    Lane {
        y: 0.0,
        verdict: session.verdict.as_str(),
        name: beside(&label, name, columns),
        label,
        title,
        shape: Shape::One(Bar {
            who: who(session),
            x,
            width,
            open: session.closed.is_none(),
            handles: handles.take(64).collect(),
            hung: session.hung_since.map(|since| piece(since.time, until)),
        }),
    }
}

/// A name in the columns that are left beside a label, if they say anything.
fn beside(label: &str, name: &str, columns: usize) -> String {
    match columns.saturating_sub(label.chars().count() + 1) {
        columns if columns < NAME => String::new(),
        columns => fit(name, columns),
    }
}

/// The class of a bar.
fn who(session: &SessionReport<'_>) -> &'static str {
    match session.who.kind {
        Who::Null => "null",
        Who::Guest => "guest",
        Who::User => "user",
        Who::Unknown => "unknown",
    }
}

/// Sessions of one verdict and one kind: a lane for each of the clients with the most, and one for the others.
fn grouped(sessions: &[&SessionReport<'_>], axis: &Axis, end: Timestamp) -> Vec<Lane> {
    let mut clients: BTreeMap<smbscope::net::Host, Vec<&SessionReport<'_>>> = BTreeMap::new();
    for session in sessions {
        clients.entry(session.client.host()).or_default().push(session);
    }
    let mut ordered: Vec<_> = clients.into_iter().collect();
    ordered.sort_by_key(|(_, group)| std::cmp::Reverse(group.len()));
    let (shown, others) = ordered.split_at(ordered.len().min(GROUPS));
    let mut lanes: Vec<Lane> =
        shown.iter().map(|(ip, group)| group_lane(group, ip.to_string(), axis, end)).collect();
    let rest: Vec<&SessionReport<'_>> = others.iter().flat_map(|(_, group)| group.iter().copied()).collect();
    if !rest.is_empty() {
        lanes.push(group_lane(&rest, count(others.len(), "other client"), axis, end));
    }
    lanes
}

fn group_lane(group: &[&SessionReport<'_>], label: String, axis: &Axis, end: Timestamp) -> Lane {
    let first = group[0];
    let spans: Vec<(f64, f64)> = group
        .iter()
        .map(|session| {
            let start = session.opened.unwrap_or(session.first_seen).time;
            let until = session.closed.as_ref().map_or(end, |closed| closed.at.time);
            (axis.x(start), axis.x(until))
        })
        .collect();
    let (most, outline) = area(&spans, axis);
    let title = format!(
        "{} of {label}, {}; at most {} open at once",
        count(group.len(), &format!("{} session", first.who.kind)),
        first.verdict,
        Digits(most),
    );
    Lane {
        y: 0.0,
        verdict: first.verdict.as_str(),
        label,
        name: count(group.len(), "session"),
        title,
        shape: Shape::Many { who: who(first), outline, hung: first.verdict == Verdict::Hung },
    }
}

/// How many of the spans lie over each place, as points of an outline of height 1 to 13, and the most.
fn area(spans: &[(f64, f64)], axis: &Axis) -> (usize, String) {
    let places = (axis.right() - axis.left()) as usize + 1;
    let mut change = vec![0_i64; places + 2];
    for (from, to) in spans {
        let place = |x: f64| ((x - axis.left()).max(0.0) as usize).min(places - 1);
        change[place(*from)] += 1;
        change[place(*to) + 1] -= 1;
    }
    let mut open = 0;
    let over: Vec<i64> = change[..places]
        .iter()
        .map(|change| {
            open += change;
            open
        })
        .collect();
    let most = over.iter().copied().max().unwrap_or_default().max(1);
    let (floor, height) = (LANE - 3.0, LANE - 5.0);
    let mut outline = format!("M{:.0} {floor}", axis.left());
    let mut before = 0;
    for (place, number) in over.iter().enumerate().filter(|(_, number)| **number >= 0) {
        if *number != before {
            let x = axis.left() + place as f64;
            let level = |number: i64| match number {
                0 => floor,
                _ => floor - 2.0 - (height - 2.0) * number as f64 / most as f64,
            };
            outline.push_str(&format!("L{x:.0} {:.1}L{x:.0} {:.1}", level(before), level(*number)));
            before = *number;
        }
    }
    if before > 0 {
        let level = floor - 2.0 - (height - 2.0) * before as f64 / most as f64;
        outline.push_str(&format!("L{:.0} {level:.1}", axis.right()));
    }
    outline.push_str(&format!("L{:.0} {floor}Z", axis.right()));
    (usize::try_from(most).unwrap_or_default(), outline)
}

/// The refusals, those that would lie on each other as one mark.
pub(crate) fn marks(refusals: &[RefusalReport<'_>], axis: &Axis) -> Vec<Mark> {
    let near = |one: &RefusalReport<'_>, other: &RefusalReport<'_>| {
        (axis.x(one.at.time) / APART).floor() == (axis.x(other.at.time) / APART).floor()
    };
    refusals.chunk_by(near).map(|group| mark(group, axis)).collect()
}

/// How far down the lines of marks go: through the picture, unless there are so many that they would hide it.
pub(crate) fn line(marks: &[Mark], head: f64, bottom: f64) -> f64 {
    if marks.len() <= LINES { bottom } else { head }
}

fn mark(refusals: &[RefusalReport<'_>], axis: &Axis) -> Mark {
    let (first, last) = (&refusals[0], &refusals[refusals.len() - 1]);
    let error = first.win32.map(|error| format!(" (error {error})")).unwrap_or_default();
    let when = match refusals.len() {
        1 => format!("{} refused at {}, frame {}", first.client, clock(first.at.time), first.at.frame),
        several => format!(
            "{} from {} to {}, frames {} to {}",
            count(several, "refusal"),
            clock(first.at.time),
            clock(last.at.time),
            first.at.frame,
            last.at.frame
        ),
    };
    Mark { x: axis.x(first.at.time), title: format!("{when}: {}{error}", first.status_name) }
}

/// The span of time that a server's pictures have in common: to the end if anything is open then, else to the last
/// thing that happened.
pub(crate) fn span(
    sessions: &[&SessionReport<'_>],
    refusals: &[RefusalReport<'_>],
    end: Timestamp,
) -> (Timestamp, Timestamp) {
    let refused = || refusals.iter().map(|refusal| refusal.at.time);
    let starts = sessions.iter().map(|session| session.opened.unwrap_or(session.first_seen).time);
    let ends = sessions.iter().map(|session| session.closed.as_ref().map_or(end, |closed| closed.at.time));
    let first = starts.chain(refused()).min().unwrap_or(end);
    let last = ends.chain(refused()).max().unwrap_or(end).max(first);
    // A little more shows that it is over.
    let more = last.seconds_since(first) * 0.02;
    (first, last.plus_seconds(more).min(end.max(last)))
}

/// Since when, and for how long.
pub(crate) fn lasted(span: (Timestamp, Timestamp)) -> String {
    format!("from {} {} for {}", day(span.0), clock(span.0), Span::between(span.0, span.1))
}
