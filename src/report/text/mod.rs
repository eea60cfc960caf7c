//! The text of [`NullSessions`]: the answer, a table, the story of each session that leaked or hangs, what to do.

mod answer;
mod clients;
mod holders;
mod layout;
mod notes;
mod server_tables;
mod servers;
mod slots;
mod story;
mod table;
mod unseen;

use core::fmt;
use core::time::Duration;

use super::{Moment, NullSessions, SessionReport};
use crate::finding::count;
use crate::ledger::{ServerRowId, UnseenTotal};
use crate::wire::Timestamp;

pub use server_tables::ServerTablesText;
pub use story::Step;

/// Rows of a server's table. Where there are more, a few of each verdict are shown and the others counted by client.
const ROWS: usize = 40;
/// The few rows of each verdict.
const ROWS_OF_EACH: usize = 5;
/// Sessions whose story is told. Where there are more, that of a few of each verdict is.
const STORIES: usize = 20;
/// The few stories of each verdict.
const STORIES_OF_EACH: usize = 2;
/// Columns of a date and the space behind it.
const DATE: usize = 11;
/// Servers that are told of one by one; more are counted.
const SERVERS: usize = 20;

/// The text for people: plain, in lines of a given width, without colours. It is written by its `Display`.
#[derive(Debug, Clone, Copy)]
pub struct Text<'a> {
    report: &'a NullSessions<'a>,
    width: usize,
}

impl<'a> Text<'a> {
    pub(super) fn of(report: &'a NullSessions<'a>, width: usize) -> Self {
        Self { report, width: width.max(80) }
    }
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { report, width } = *self;
        let when = When::of(report);
        let servers = servers::of(report);
        unseen::doubts(f, report, width)?;
        answer::overall(f, report, &servers, width)?;
        let mut stories = STORIES;
        for server in servers.iter().take(SERVERS) {
            answer::of_server(f, report, server, servers.len() == 1, &when, width)?;
            table::of_server(f, report, server, &when, width)?;
            answer::refusals(f, server, &when, width)?;
            holders::of_server(f, report, server, &when, width)?;
            story::of_server(f, report, server, &when, width, &mut stories)?;
        }
        let left = servers.len().saturating_sub(SERVERS);
        if left > 0 {
            writeln!(f, "And {}; --format json lists all.\n", count(left, "more server"))?;
        }
        notes::findings(f, report, &when, width)?;
        notes::printer_shares(f, report, &when, width)?;
        notes::read(f, report, &when, width)
    }
}

impl NullSessions<'_> {
    /// The answer in paragraphs of a few sentences: over all servers if there are several; then for each, the worst first,
    /// its headline and what else is to be said, with the server's row.
    #[must_use]
    pub fn answer(&self) -> Vec<(Option<ServerRowId>, String)> {
        let servers = servers::of(self);
        let doubt = unseen::doubt(self).map(|text| (None, text));
        let overall = answer::over_all(self, &servers).map(|text| (None, text));
        let (alone, when) = (servers.len() == 1, When::of(self));
        let each = servers.iter().flat_map(|server| {
            answer::for_server(self, server, alone, &when).into_iter().map(|text| (server.row, text))
        });
        doubt.into_iter().chain(overall).chain(each).collect()
    }

    /// What was not read, and what the captures lack, in sentences without their full stops.
    #[must_use]
    pub fn not_seen(&self) -> Vec<String> {
        notes::not_seen(self)
    }

    /// What would tell whether a null session is stuck, where that is not known: an advice for each reason.
    #[must_use]
    pub fn to_be_sure(&self) -> Vec<String> {
        unseen::to_be_sure(self)
    }

    /// What a session holds, in a few words: `handle 5f083d… on \\\\PRNSRV\\lp1`.
    #[must_use]
    pub fn holds(&self, session: &SessionReport<'_>) -> String {
        table::holds(self, session)
    }

    /// For how many seconds what a session still holds, or else the session itself, has not been used; nothing if it has
    /// ended.
    #[must_use]
    pub fn unused_for(&self, session: &SessionReport<'_>) -> Option<Duration> {
        table::unused_for(self, session)
    }

    /// What happened to what a session still holds, in order.
    #[must_use]
    pub fn story(&self, session: &SessionReport<'_>) -> Vec<Step> {
        let Some(row) = self.ledger.session(session.id) else { return Vec::new() };
        let mut steps = story::steps(self, session, row);
        steps.sort_by_key(|step| step.at);
        steps
    }

    /// Whose session it is and which component made it, in a line: `account …; NT LM 0.12; Windows 2002 2600`.
    #[must_use]
    pub fn context(&self, session: &SessionReport<'_>) -> String {
        story::facts(session)
    }
}

/// How moments are told: times of the day of the first one, and frames with their capture if there are several.
struct When {
    day: String,
    several: bool,
}

impl When {
    fn of(report: &NullSessions<'_>) -> Self {
        let sessions =
            report.sessions.iter().map(|session| session.opened.unwrap_or(session.first_seen).time);
        let packets = report.captures.iter().filter_map(|capture| capture.first);
        let first = sessions.min().or_else(|| packets.min()).or(report.end).unwrap_or_default();
        Self { day: parts(first).0, several: report.captures.len() > 1 }
    }

    /// Of a server's tables at a time.
    fn at(time: Timestamp, unseen: &[UnseenTotal]) -> Self {
        let mut examples = unseen.iter().flat_map(|unseen| unseen.examples.iter());
        Self { day: parts(time).0, several: examples.any(|example| example.first.capture > 0) }
    }

    /// Columns of the date before a time, where one of these times is of another day than most: so that the times of the
    /// day stand under each other.
    fn date_width(&self, mut times: impl Iterator<Item = Timestamp>) -> usize {
        if times.any(|time| parts(time).0 != self.day) { DATE } else { 0 }
    }

    /// `14:03:05`, with its date if it is of another day than the first.
    fn second(&self, time: Timestamp) -> String {
        let (day, clock) = parts(time);
        let clock = clock.get(..8).unwrap_or_default();
        if day == self.day { clock.to_owned() } else { format!("{day} {clock}") }
    }

    /// `14:03:05.120`, with its date if it is of another day than the first.
    fn millisecond(&self, time: Timestamp) -> String {
        let (day, clock) = parts(time);
        let clock = clock.get(..12).unwrap_or_default();
        if day == self.day { clock.to_owned() } else { format!("{day} {clock}") }
    }

    /// `frame 812`, or `frame 1:812` for the second of several captures.
    fn frame(&self, at: Moment) -> String {
        format!("frame {}", self.number(at))
    }

    /// `812`, or `1:812`.
    fn number(&self, at: Moment) -> String {
        if self.several { format!("{}:{}", at.capture, at.frame) } else { at.frame.to_string() }
    }
}

/// The date and the time of the day: `2002-11-05`, `14:03:05.120000000Z`.
fn parts(time: Timestamp) -> (String, String) {
    let text = time.to_string();
    match text.split_once('T') {
        Some((day, clock)) => (day.to_owned(), clock.to_owned()),
        None => (text, String::new()),
    }
}

#[cfg(test)]
mod tests;
