//! What to do about a finding: what its rule says, and what holds for the server that is there.
//!
//! A rule lists parts. Those about the server come from the table of its [`System`], and those that are not true any
//! more are left out: nothing about ending sessions where all have ended, nothing about restricting null sessions on a
//! server that denies them.

mod nt;
mod samba;
mod system;
mod unknown;
mod windows;

use core::net::IpAddr;
use std::collections::{BTreeMap, BTreeSet};

use super::Finding;
use super::idle_users;
use super::scene::{self, Scene};
use super::words::list;
use crate::auth::Who;
use crate::capture::Origin;
use crate::ledger::{Denial, Ledger, Open, ServerRowId, Session, SessionRowId, Stage, Verdict};
use crate::net::Host;
use crate::session::is_ipc;

use system::System;

/// A part of a rule's advice.
#[derive(Debug, Clone, Copy)]
pub(super) enum Part {
    /// What holds whatever the server is.
    Say(&'static str),
    /// How to see who holds the slots, and what.
    Look,
    /// How many slots there are, and what counts.
    Limit,
    /// How idle sessions are dropped.
    Idle,
    /// Method 1 of KB 328459: null sessions are restricted on the server.
    Restrict,
    /// Why a null session is denied.
    Denied,
    /// Method 2 of KB 328459: the printer shares of the clients are removed.
    PrinterShares,
    /// How to end the sessions at once.
    Free,
    /// Why the spooler does not answer.
    Spooler,
    /// How to keep the spooler from those who do not print.
    RefuseClients,
    /// How to keep drivers from being planted.
    Drivers,
    /// How many users a share takes.
    ShareLimit,
}

const PRINTER_SHARES: &str = "Method 2, on each client named: remove its printer shares. Open the Printers folder \
    and see which printers are shared; open the Properties of each, go to Sharing and choose Not Shared. A client \
    that both uses a printer of the server and shares one itself opens spoolss without credentials and for good; \
    its spooler service does it, not its user (KB 328459). A printer or scanner that connects without credentials needs \
    an account on the server instead.";

/// Gives each finding its advice.
pub(super) struct Adviser<'a> {
    scene: &'a Scene<'a>,
    by_address: BTreeMap<Host, ServerRowId>,
    /// The servers that speak SMB2 or SMB3.
    smb2: BTreeSet<ServerRowId>,
    /// The servers that have a null session with a pipe still.
    let_in: BTreeSet<ServerRowId>,
    /// When a server last let a null session in, and when it last denied one.
    granted: BTreeMap<ServerRowId, Origin>,
    denied: BTreeMap<ServerRowId, Origin>,
    /// The clients whose sessions findings say to end, as the server calls them.
    to_end: BTreeMap<ServerRowId, BTreeSet<String>>,
}

impl<'a> Adviser<'a> {
    pub(super) fn of(scene: &'a Scene<'a>) -> Self {
        let ledger = scene.ledger;
        let addresses =
            ledger.servers().flat_map(|server| server.addresses.iter().map(|ip| (*ip, server.row)));
        let null = scene.null_sessions.iter().filter(|judged| judged.session.denied.is_none());
        // One that got no pipe was let in to nothing.
        let has_pipe = |session: &Session| ledger.opens_of(session).any(Open::holds);
        let null = null.filter(|judged| !judged.session.unanswered && has_pipe(judged.session));
        let null: Vec<_> = null.collect();
        let open = null.iter().filter(|judged| judged.session.closed.is_none());
        let let_in = open.filter_map(|judged| judged.session.server_row).collect();
        let granted = null.iter().map(|judged| (judged.session.server_row, scene::start(judged.session)));
        let denials = ledger.denials().iter().filter(|denial| shuts_out(denial));
        Self {
            scene,
            by_address: addresses.collect(),
            smb2: system::smb2(ledger),
            let_in,
            granted: latest(granted),
            denied: latest(denials.map(|denial| (denial.server_row, denial.at))),
            to_end: BTreeMap::new(),
        }
    }

    /// Notes whose sessions a finding says to end. Advice is given when all findings are noted.
    pub(super) fn note(&mut self, parts: &[Part], finding: &Finding) {
        if !parts.iter().any(|part| matches!(part, Part::Free)) {
            return;
        }
        let ledger = self.scene.ledger;
        for session in finding.sessions.iter().filter_map(|row| ledger.session(*row)) {
            if let Some(server) = session.server_row.filter(|_| self.may_be_ended(session)) {
                self.to_end.entry(server).or_default().insert(called(ledger, session));
            }
        }
    }

    /// The paragraphs of `parts`, each a line.
    pub(super) fn advice(&self, parts: &[Part], finding: &Finding) -> String {
        let server = self.server(finding);
        let system = System::of(self.scene.ledger, server, |row| self.smb2.contains(&row));
        let mut advice = String::new();
        for part in parts.iter().filter(|part| self.is_true(**part, finding, server)) {
            for paragraph in system.paragraphs(*part, finding.server.host()) {
                advice.push_str(&self.with_clients(paragraph, server));
                advice.push('\n');
            }
        }
        advice
    }

    /// A paragraph with the command for each client in place of the one for `\\\\CLIENT`; of many clients, who CLIENT
    /// stands for.
    fn with_clients(&self, paragraph: String, server: Option<ServerRowId>) -> String {
        if !paragraph.contains(END_OF_CLIENT) {
            return paragraph;
        }
        let clients = server.and_then(|server| self.to_end.get(&server)).into_iter().flatten();
        let clients: Vec<&str> =
            clients.map(String::as_str).filter(|client| !client.is_empty()).take(COMMANDS + 1).collect();
        match clients.as_slice() {
            [] => paragraph,
            clients if clients.len() <= COMMANDS => {
                let commands = clients.iter().map(|client| END_OF_CLIENT.replace("CLIENT", client));
                paragraph.replace(END_OF_CLIENT, &list(&commands.collect::<Vec<_>>()))
            }
            _ => format!("{paragraph} CLIENT stands for each client of the null sessions above."),
        }
    }

    fn server(&self, finding: &Finding) -> Option<ServerRowId> {
        let of_session = |row: &SessionRowId| self.scene.ledger.session(*row)?.server_row;
        let by_address = || self.by_address.get(&finding.server.host()).copied();
        finding.sessions.iter().find_map(of_session).or_else(by_address)
    }

    /// False for what there is no use in any more.
    fn is_true(&self, part: Part, finding: &Finding, server: Option<ServerRowId>) -> bool {
        let mut sessions = finding.sessions.iter().filter_map(|row| self.scene.ledger.session(*row));
        match part {
            Part::Look => sessions.any(|session| session.closed.is_none()),
            Part::Free => sessions.any(|session| self.may_be_ended(session)),
            Part::Restrict | Part::PrinterShares if of_users(sessions.clone()) => false,
            Part::Idle => finding.sessions.is_empty() || sessions.any(|session| session.closed.is_none()),
            Part::Restrict => !server.is_some_and(|row| self.shuts_out(row)),
            // Beside sessions that the server let in, a denial is about something else.
            Part::Denied => !server.is_some_and(|row| self.let_in.contains(&row)),
            Part::PrinterShares => may_be_of_spooler(self.scene.ledger, sessions),
            _ => true,
        }
    }

    /// True of what is open and stuck, or not used. What was denied is no session that the server could end.
    fn may_be_ended(&self, session: &Session) -> bool {
        let Scene { ledger, grace, end, .. } = self.scene;
        // A user may well read for a while.
        let is_users = matches!(session.identity.who, Who::User | Who::Guest);
        let long = if is_users { idle_users::WHILE.max(*grace) } else { *grace };
        let idle = ledger.time_until(*end, ledger.last_use(session)) > long;
        let verdict = || ledger.judge(session.row, *grace).map(|judgement| judgement.verdict);
        let stuck = || matches!(verdict(), Some(Verdict::Hung | Verdict::Leaked));
        session.closed.is_none() && session.denied.is_none() && (idle || stuck())
    }

    /// True if a server denies null sessions: it let none in after the last one that it denied, and none is there from
    /// before, since restricting them takes a restart of Windows.
    fn shuts_out(&self, server: ServerRowId) -> bool {
        let denied = self.denied.get(&server).filter(|_| !self.let_in.contains(&server));
        denied.is_some_and(|denied| self.granted.get(&server).is_none_or(|granted| granted < denied))
    }
}

/// The command that ends the sessions of a client.
const END_OF_CLIENT: &str = r"net session \\CLIENT /delete";
/// Clients whose command is given; of more, it is told once.
const COMMANDS: usize = 4;

/// What a server calls the client of a session: its NetBIOS name where it came by NetBIOS, else its address. A name that
/// could do harm in a command is none.
fn called(ledger: &Ledger, session: &Session) -> String {
    let mut connections = session.connections.iter().filter_map(|id| ledger.connection(*id));
    let name = connections
        .find_map(|connection| connection.calling.as_deref().filter(|_| connection.transport.is_netbios()));
    let is_harmless = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let name = name.map(str::trim_end).filter(|name| !name.is_empty() && name.chars().all(is_harmless));
    match (name, session.client.host()) {
        (Some(name), _) => name.to_owned(),
        (None, Host::Ip(IpAddr::V6(address))) => format!("[{address}]"),
        (None, Host::Ip(address)) => address.to_string(),
        // It has no address that the server could be told.
        (None, Host::Mac(_)) => String::new(),
    }
}

/// True if a null session was denied its set-up, the share that all pipes lie in, or a pipe.
fn shuts_out(denial: &Denial) -> bool {
    let null = denial.identity.as_ref().is_some_and(|identity| identity.who == Who::Null);
    let ipc = denial.what == Stage::Tree && denial.name.as_deref().is_some_and(is_ipc);
    null && !denial.answer.is_out_of_resources()
        && (matches!(denial.what, Stage::Session | Stage::Pipe) || ipc)
}

fn latest(times: impl Iterator<Item = (Option<ServerRowId>, Origin)>) -> BTreeMap<ServerRowId, Origin> {
    let mut latest: BTreeMap<ServerRowId, Origin> = BTreeMap::new();
    for (row, at) in times {
        let Some(row) = row else { continue };
        latest.entry(row).and_modify(|before| *before = before.later(at)).or_insert(at);
    }
    latest
}

/// True if there are sessions, all of them users'.
fn of_users<'a>(sessions: impl Iterator<Item = &'a Session>) -> bool {
    let mut sessions = sessions.peekable();
    sessions.peek().is_some() && sessions.all(|session| session.identity.who == Who::User)
}

/// False if the sessions have pipes, and none of them to the spooler.
fn may_be_of_spooler<'a>(ledger: &'a Ledger, sessions: impl Iterator<Item = &'a Session>) -> bool {
    let mut pipes =
        sessions.flat_map(|session| ledger.opens_of(session)).filter(|open| open.holds()).peekable();
    pipes.peek().is_none() || pipes.any(scene::leads_to_spooler)
}

#[cfg(test)]
mod tests {
    use crate::finding::all;
    use crate::finding::testing::Made;
    use crate::session::{ConnectionEvent, EventKind};

    /// The advice about the leak of a client that calls itself `calling`.
    fn advice(calling: &str) -> String {
        let mut made = Made::new();
        made.null_session(1);
        made.handle(1);
        let (called, calling) = ("PRNSRV".to_owned(), calling.to_owned());
        made.tell(1, EventKind::Connection(ConnectionEvent::NetBiosNamed { called, calling }));
        let found = all(&made.ended_after(100.0), core::time::Duration::from_secs(90));
        found.into_iter().find(|finding| finding.rule == "null_session_leak").unwrap().advice
    }

    #[test]
    fn a_client_that_came_by_netbios_is_ended_by_its_name() {
        assert!(advice("WS_21-B").contains(r"net session \\WS_21-B /delete"));
    }

    #[test]
    fn a_name_off_the_wire_does_no_harm_in_a_command() {
        for name in ["WS & del C:", "WS\u{1b}[31m", "", "WS;x", "WS 21"] {
            let advice = advice(name);
            assert!(advice.contains(r"net session \\192.168.1.21 /delete"), "{name:?}: {advice}");
            assert!(name.is_empty() || !advice.contains(name));
        }
    }
}
