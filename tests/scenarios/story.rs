//! What the ledger tells of a wire, as text to compare.

use std::fmt::Write as _;
use std::time::Duration;

use smbscope::ledger::{Closing, HandleEnd, Ledger, LedgerLimits, RefusalAnswer, Stage, Stuck};
use smbscope::report::{NetSession, SessionReport};
use smbscope::session::{Event, Limits, Sink};

use crate::common::{self, Owned, rewrite};
use crate::wire::Wire;

/// The grace that verdicts are given with.
pub(crate) const GRACE: Duration = Duration::from_secs(90);

#[derive(Default)]
struct Both {
    ledger: Ledger,
    events: Vec<Event>,
}

impl Sink for Both {
    fn event(&mut self, event: Event) {
        self.events.push(event.clone());
        self.ledger.event(event);
    }
}

fn both(wire: &Wire, packets: &[Owned]) -> Both {
    both_within(Limits::default(), LedgerLimits::default(), wire, packets)
}

fn both_within(limits: Limits, keeps: LedgerLimits, wire: &Wire, packets: &[Owned]) -> Both {
    let mut both = Both { ledger: Ledger::new(keeps), events: Vec::new() };
    common::scan(packets).limits(limits).until(wire.now()).each(&mut both).unwrap();
    both
}

impl Wire {
    /// The ledger at this moment.
    pub(crate) fn ledger(&self) -> Ledger {
        both(self, &self.packets()).ledger
    }

    /// The same, of an analyzer with other limits.
    pub(crate) fn ledger_within(&self, limits: Limits) -> Ledger {
        both_within(limits, LedgerLimits::default(), self, &self.packets()).ledger
    }

    /// The same, of a ledger with other limits.
    pub(crate) fn ledger_keeping(&self, limits: LedgerLimits) -> Ledger {
        both_within(Limits::default(), limits, self, &self.packets()).ledger
    }

    /// All events so far.
    pub(crate) fn events(&self) -> Vec<Event> {
        both(self, &self.packets()).events
    }

    /// The same, of an analyzer with other limits.
    pub(crate) fn events_within(&self, limits: Limits) -> Vec<Event> {
        both_within(limits, LedgerLimits::default(), self, &self.packets()).events
    }

    /// The story at this moment: sessions with verdicts, and in them what they hold or held.
    pub(crate) fn story(&self) -> String {
        let packets = self.packets();
        if let Ok(directory) = std::env::var("SCENARIO_PCAPS") {
            let name = std::thread::current().name().unwrap_or("scenario").replace("::", "-");
            std::fs::write(format!("{directory}/{name}.pcap"), pcap(&packets)).unwrap();
        }
        let story = tell(&both(self, &packets).ledger);
        for (name, rewritten) in [
            ("split into single bytes", rewrite::split(&packets, 1)),
            ("split at 60", rewrite::split(&packets, 60)),
            ("doubled", rewrite::double(&packets)),
        ] {
            assert_eq!(story, tell(&both(self, &rewritten).ledger), "{name}");
        }
        story
    }

    /// The ledger that other packets would make at this moment.
    pub(crate) fn ledger_of(&self, packets: &[Owned]) -> Ledger {
        both(self, packets).ledger
    }

    /// The story that other packets would tell at this moment.
    pub(crate) fn story_of(&self, packets: &[Owned]) -> String {
        tell(&both(self, packets).ledger)
    }

    /// Compares the story with `expected`, whatever its indentation.
    #[track_caller]
    pub(crate) fn tells(&self, expected: &str) {
        assert_eq!(self.story(), lines(expected));
    }

    /// The verdicts alone, in the order in which the sessions were first seen.
    pub(crate) fn verdicts(&self) -> Vec<&'static str> {
        let ledger = self.ledger();
        let verdict = |(row, _)| ledger.judge(row, GRACE).unwrap().verdict.as_str();
        ledger.sessions().map(verdict).collect()
    }

    /// The clients' ports of the sessions that the servers list.
    pub(crate) fn client_ports(&self) -> Vec<u16> {
        self.listed(|session| session.client.port)
    }

    /// How many trees each session has that the servers list.
    pub(crate) fn trees_listed(&self) -> Vec<usize> {
        self.listed(|session| session.trees.len())
    }

    fn listed<T>(&self, tell: impl Fn(&SessionReport<'_>) -> T) -> Vec<T> {
        let ledger = self.ledger();
        let tables = NetSession::new(&ledger, None, GRACE, None);
        tables.servers.iter().flat_map(|server| &server.sessions).map(tell).collect()
    }

    /// Whether the sessions are stuck.
    pub(crate) fn stuck(&self) -> Vec<Stuck> {
        let ledger = self.ledger();
        ledger.sessions().map(|(row, _)| ledger.judge(row, GRACE).unwrap().stuck).collect()
    }

    /// Why the first session's verdict is what it is.
    pub(crate) fn why(&self) -> String {
        let ledger = self.ledger();
        let (row, _) = ledger.sessions().next().unwrap();
        ledger.judge(row, GRACE).unwrap().why
    }
}

fn lines(text: &str) -> String {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(|line| format!("{line}\n")).collect()
}

fn tell(ledger: &Ledger) -> String {
    let mut story = String::new();
    for (row, session) in ledger.sessions() {
        let identity = &session.identity;
        let account = identity.account.as_deref().map(|account| format!(" {account}")).unwrap_or_default();
        let id = session.id.as_raw();
        let verdict = ledger.judge(row, GRACE).unwrap().verdict;
        writeln!(story, "{}{account} {id:x}{}: {verdict}", identity.who, ended(session.closed)).unwrap();
        for (_, before) in &session.identities_before {
            writeln!(story, "was {}", before.who).unwrap();
        }
        for request in session.waiting.iter().filter(|_| session.closed.is_none()) {
            let target = request.target.as_deref().unwrap_or("-");
            writeln!(story, "waits: {} {target}", request.command).unwrap();
        }
        for tree in ledger.trees(session) {
            let path = tree.path.as_deref().unwrap_or("?");
            let path = path.rsplit('\\').next().unwrap_or(path);
            writeln!(story, "tree {path}{}", ended(tree.closed)).unwrap();
            for open in ledger.opens(tree).filter(|open| open.session == row) {
                let name = open.name.as_deref().unwrap_or("?");
                writeln!(story, "pipe {name}{}", ended(open.closed)).unwrap();
                for handle in ledger.handles(open) {
                    let object = handle.object.as_deref().map(|name| format!(" {name}")).unwrap_or_default();
                    writeln!(
                        story,
                        "handle {:x}{object}{}",
                        handle.handle.0[4],
                        handle.closed.map(closed_by).unwrap_or_default()
                    )
                    .unwrap();
                }
                for call in open.waiting.values().filter(|_| open.closed.is_none()) {
                    writeln!(story, "waits: {}", call.name()).unwrap();
                }
            }
        }
    }
    for refusal in ledger.refusals() {
        let answer = match refusal.answer {
            RefusalAnswer::Status(status) => format!("{:#010x}", status.as_raw()),
            RefusalAnswer::NetBios(reason) => format!("{reason:#04x}"),
        };
        writeln!(story, "refused {answer}").unwrap();
    }
    for denial in ledger.denials() {
        let what = match denial.what {
            Stage::Session => "session",
            Stage::Tree => "tree",
            what => what.as_str(),
        };
        writeln!(story, "denied {what} {:#010x}", denial.answer.as_raw()).unwrap();
    }
    story
}

fn ended<By: Into<&'static str>>(closing: Option<Closing<By>>) -> String {
    closing.map(|closing| format!(" ({})", closing.by.into())).unwrap_or_default()
}

/// How a handle ended; if it was run down, by what.
fn closed_by(closing: Closing<HandleEnd>) -> String {
    match closing.by {
        HandleEnd::CloseCall => " (close_call)".to_owned(),
        HandleEnd::Rundown(cause) => format!(" ({})", cause.as_str()),
    }
}

/// The packets as a capture file, for other programs to look at.
pub(crate) fn pcap(packets: &[Owned]) -> Vec<u8> {
    let mut file = Vec::new();
    for field in [0xa1b2_3c4d_u32, 0x0004_0002, 0, 0, 0x0004_0000, 1] {
        file.extend_from_slice(&field.to_le_bytes());
    }
    for packet in packets {
        let nanos = packet.origin.time.as_nanos();
        let times = [(nanos / 1_000_000_000) as u32, (nanos % 1_000_000_000) as u32];
        for field in [times[0], times[1], packet.length, packet.length] {
            file.extend_from_slice(&field.to_le_bytes());
        }
        file.extend_from_slice(&packet.data);
    }
    file
}
