//! Who uses whose printers, and who shares some: the two conditions under which KB 328459 sees null sessions to the
//! spooler that never close.

use std::collections::{BTreeMap, BTreeSet};

use super::names::{Names, address, is_head, label, told_by_client};
use super::words::Plain;
use crate::auth::Who;
use crate::capture::Origin;
use crate::interface::ObjectKind;
use crate::ledger::{Handle, Ledger, Server, Session};
use crate::net::Host;
use crate::session::ShareKind;

/// A sign that a computer uses a printer, or shares one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum How {
    /// A printer handle: another one opened the printer.
    OpenPrinter,
    /// A printer handle: another one made the printer there.
    AddPrinter,
    /// The tree of a printer share.
    TreeConnect,
    /// A listing of shares over srvsvc.
    Srvsvc,
    /// A listing of shares by the remote administration protocol.
    Rap,
    /// Its own announcement.
    Announcement,
    /// A listing of computers.
    ServerEnum,
    /// The channel by which a print server tells its client of changes.
    BackChannel,
}

impl How {
    /// The word for it in JSON.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::OpenPrinter => "open_printer",
            Self::AddPrinter => "add_printer",
            Self::TreeConnect => "tree_connect",
            Self::Srvsvc => "srvsvc",
            Self::Rap => "rap",
            Self::Announcement => "announcement",
            Self::ServerEnum => "server_enum",
            Self::BackChannel => "back_channel",
        }
    }

    /// What the ledger calls by this word.
    fn of(word: &str) -> Option<Self> {
        let known = [Self::TreeConnect, Self::Srvsvc, Self::Rap, Self::Announcement, Self::ServerEnum];
        known.into_iter().find(|how| how.as_str() == word)
    }

    /// True for a sign that is one of a shared printer by itself, whoever the computer is: opening a printer shows no
    /// share that somebody could remove on a server that only prints.
    const fn is_of_share(self) -> bool {
        !matches!(self, Self::OpenPrinter | Self::AddPrinter | Self::BackChannel)
    }
}

/// Which printer a sign is about, and where it was seen.
#[derive(Debug, Clone, Copy)]
struct Sign<'a> {
    printer: Option<&'a str>,
    at: Origin,
}

/// A computer that shares printers.
#[derive(Debug, Default)]
pub(crate) struct Sharer<'a> {
    /// Its address, if that was seen.
    pub(crate) address: Option<Host>,
    /// Its name, if it told one.
    pub(crate) name: Option<&'a str>,
    /// The null sessions that it has open as a client.
    pub(crate) null_sessions: usize,
    /// The first sign of each kind.
    signs: BTreeMap<How, Sign<'a>>,
    /// The printers that were seen, by name in capitals.
    printers: BTreeMap<String, &'a str>,
}

impl<'a> Sharer<'a> {
    fn add(&mut self, how: How, printer: Option<&'a str>, at: Origin) {
        let sign = self.signs.entry(how).or_insert(Sign { printer, at });
        if at < sign.at {
            *sign = Sign { printer, at };
        }
        if let Some(printer) = printer {
            self.printers.entry(printer.to_uppercase()).or_insert(printer);
        }
    }

    /// The printers that were seen, by name.
    pub(crate) fn printers(&self) -> impl Iterator<Item = &'a str> {
        self.printers.values().copied()
    }

    /// What shows it.
    pub(crate) fn seen_by(&self) -> impl Iterator<Item = How> {
        self.signs.keys().copied()
    }

    /// The first sign of each kind.
    pub(crate) fn signs(&self) -> impl Iterator<Item = (How, Origin)> {
        self.signs.iter().map(|(how, sign)| (*how, sign.at))
    }

    /// The first sign of it.
    pub(crate) fn first_seen(&self) -> Option<Origin> {
        self.signs.values().map(|sign| sign.at).min()
    }
}

/// A computer by its name in capitals, at whatever address it is; by its address where it tells no name. Several may be
/// behind one address.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Computer {
    Name(String),
    Address(Host),
}

/// Who uses whose printers, and who shares some.
#[derive(Debug, Default)]
pub(crate) struct Printing<'a> {
    called: Called<'a>,
    sharers: BTreeMap<Computer, Sharer<'a>>,
    /// The printer connections of a client to a server: the first sign of each kind.
    connections: BTreeMap<(Computer, Host), BTreeMap<How, Sign<'a>>>,
    /// The clients that have, or had, null sessions, and how many each has open.
    null_sessions: BTreeMap<Computer, usize>,
}

/// That both conditions of KB 328459 hold of a client.
#[derive(Debug)]
pub(super) struct Conditions {
    /// In a sentence.
    pub(super) text: String,
    /// What shows it: the printer connection, and the printer share.
    pub(super) frames: [Origin; 2],
}

impl<'a> Printing<'a> {
    pub(crate) fn of(ledger: &'a Ledger) -> Self {
        let mut printing = Self { called: Called::of(ledger), ..Self::default() };
        for computer in ledger.computers() {
            let Some(at) = computer.shares_printers else { continue };
            let sharer = printing.sharer(Computer::Name(printing.called.whole(label(&computer.name))));
            (sharer.address, sharer.name) = (computer.address, Some(computer.name.as_str()));
            for how in computer.seen_by.iter().filter_map(|word| How::of(word)) {
                sharer.add(how, None, at);
            }
        }
        for server in ledger.servers() {
            let computer = printing.called.computer(server.ip, server_name(ledger, server));
            for share in ledger.shares(server.row).filter(|share| share.kind == ShareKind::Print) {
                let sharer = printing.sharer(computer.clone());
                sharer.address = sharer.address.or(Some(server.ip));
                for how in share.seen_by.iter().filter_map(|word| How::of(word)) {
                    sharer.add(how, Some(&share.name), share.first_seen);
                }
            }
        }
        for (_, session) in ledger.sessions() {
            printing.add_session(ledger, session);
        }
        let Self { called, null_sessions, sharers, .. } = &mut printing;
        for (computer, sharer) in sharers {
            sharer.null_sessions = null_sessions.get(computer).copied().unwrap_or_default();
            let (name, address) = called.known(computer);
            (sharer.name, sharer.address) = (sharer.name.or(name), sharer.address.or(address));
        }
        printing
    }

    fn sharer(&mut self, computer: Computer) -> &mut Sharer<'a> {
        self.sharers.entry(computer).or_default()
    }

    fn add_session(&mut self, ledger: &'a Ledger, session: &'a Session) {
        let ends = Ends::of(ledger, session, &self.called);
        let server = session.server.host();
        if session.client.host() == server {
            return;
        }
        if session.is_null() {
            let open = session.closed.is_none() && session.identity.who == Who::Null;
            let number = self.null_sessions.entry(ends.client.clone()).or_default();
            *number = number.saturating_add(usize::from(open));
        }
        for tree in ledger.trees(session).filter(|tree| tree.share == ShareKind::Print) {
            let share = tree.path.as_deref().and_then(printer_of);
            let at = tree.opened.unwrap_or(tree.first_seen);
            self.connected(ends.client.clone(), server, How::TreeConnect, share, at);
        }
        for open in ledger.opens_of(session) {
            for handle in ledger.handles(open) {
                self.add_handle(ledger, session, &ends, handle);
            }
            // Who waits for a printer to be opened has a connection to it all the same.
            for call in open.waiting.values().filter(|call| call.opens_printer()) {
                if let Some(printer) = call.object.as_deref().and_then(printer_of) {
                    self.connected(ends.client.clone(), server, How::OpenPrinter, Some(printer), call.sent);
                }
            }
        }
    }

    fn add_handle(&mut self, ledger: &'a Ledger, session: &'a Session, ends: &Ends, handle: &'a Handle) {
        let (client, server) = (session.client.host(), session.server.host());
        let at = handle.opened.unwrap_or(handle.used.first);
        if handle.is_back_channel() {
            // The print server is the one that connects: it shares the printer that the other one uses.
            self.connected(ends.server.clone(), client, How::BackChannel, None, at);
            self.sharer(ends.client.clone()).add(How::BackChannel, None, at);
            return;
        }
        let Some((object, printer)) =
            handle.object.as_deref().and_then(|object| Some((object, printer_of(object)?)))
        else {
            return;
        };
        let how = match handle.stands_for {
            Some(ObjectKind::Printer) => How::OpenPrinter,
            Some(ObjectKind::AddedPrinter) => How::AddPrinter,
            _ => return,
        };
        if how == How::OpenPrinter {
            self.connected(ends.client.clone(), server, how, Some(printer), at);
        }
        let sharer = self.called.owner(ledger, session, object).unwrap_or_else(|| ends.server.clone());
        self.sharer(sharer).add(how, Some(printer), at);
    }

    fn connected(&mut self, client: Computer, server: Host, how: How, printer: Option<&'a str>, at: Origin) {
        let signs = self.connections.entry((client, server)).or_default();
        let sign = signs.entry(how).or_insert(Sign { printer, at });
        if at < sign.at {
            *sign = Sign { printer, at };
        }
    }

    /// The computers that share printers: those that show it of themselves or whose shares others see; and those with
    /// null sessions that use a printer of another computer, whose own are used by others.
    pub(crate) fn sharers(&self) -> impl Iterator<Item = &Sharer<'a>> {
        let users: BTreeSet<&Computer> = self.connections.keys().map(|(client, _)| client).collect();
        let sharers = self.sharers.iter().filter(move |(computer, sharer)| {
            let both = users.contains(computer) && self.null_sessions.contains_key(computer);
            sharer.seen_by().any(How::is_of_share) || both
        });
        sharers.map(|(_, sharer)| sharer)
    }

    /// Both conditions of KB 328459, where they hold of the client of a session with a server at these addresses.
    pub(super) fn both_conditions(
        &self,
        ledger: &Ledger,
        session: &Session,
        servers: impl Iterator<Item = Host>,
    ) -> Option<Conditions> {
        let client = Ends::of(ledger, session, &self.called).client;
        let mut used = servers.filter_map(|server| self.connections.get(&(client.clone(), server)));
        let (how, used) = used.find_map(|signs| signs.first_key_value())?;
        let at_address = || {
            let only = self.called.computer(session.client.host(), None) == client;
            self.sharers.get(&Computer::Address(session.client.host())).filter(|_| only)
        };
        let (shown, shared) = self.sharers.get(&client).or_else(at_address)?.signs.first_key_value()?;
        let name = |sign: &Sign<'_>, unknown: &str| {
            sign.printer.map_or_else(|| unknown.to_owned(), |name| Plain::name(name).to_string())
        };
        let uses = match how {
            How::BackChannel => "the server opened a notification channel to it".to_owned(),
            How::TreeConnect => format!("{}, by a tree connect", name(used, "a share")),
            _ => name(used, "a printer"),
        };
        let printer = name(shared, "a printer");
        let shares = match (shown, shared.printer) {
            (How::OpenPrinter, _) => format!("shares a printer itself ({printer} was opened there"),
            (How::AddPrinter, _) => format!("shares a printer itself ({printer} was added there"),
            (How::TreeConnect, _) => format!("shares a printer itself ({printer}, by a tree connect"),
            (How::Srvsvc | How::Rap, Some(_)) => {
                format!("shares a printer itself ({printer} is in its list of shares")
            }
            (How::Srvsvc | How::Rap | How::Announcement, _) => {
                "shares printers itself (it says so".to_owned()
            }
            (How::ServerEnum, _) => "shares printers itself (the list of computers says so".to_owned(),
            (How::BackChannel, _) => {
                "shares a printer itself (it opened a channel to notify another one that uses it, RpcReplyOpenPrinter"
                    .to_owned()
            }
        };
        let text = format!(
            "Both conditions of KB 328459 hold: the client has a printer connection to the server ({uses}, frame {}) \
             and {shares}, frame {})",
            used.at.frame, shared.at.frame,
        );
        Some(Conditions { text, frames: [used.at, shared.at] })
    }
}

/// The printer in the name of what was opened: `lp1` of `\\PRNSRV\lp1`, and of `\\PRNSRV\lp1,Job 3`. None for a print
/// server, its ports and its monitors.
fn printer_of(object: &str) -> Option<&str> {
    let printer = match object.strip_prefix(r"\\") {
        Some(unc) => unc.split_once('\\')?.1,
        None => object,
    };
    printer.split(',').next().map(str::trim).filter(|printer| !printer.is_empty())
}

/// The computers at both ends of a session.
struct Ends {
    client: Computer,
    server: Computer,
}

impl Ends {
    fn of(ledger: &Ledger, session: &Session, called: &Called<'_>) -> Self {
        let there = session.server_row.and_then(|row| ledger.server(row));
        let name = there.and_then(|server| server_name(ledger, server));
        let client = called.computer(session.client.host(), client_name(ledger, session));
        // A client that gives itself another name does not make the computer at the other end itself.
        let server = called.computer(session.server.host(), name);
        let server = if server == client { Computer::Address(session.server.host()) } else { server };
        Self { client, server }
    }
}

/// The name of the client of a session, where it gives one that is no address.
fn client_name<'a>(ledger: &'a Ledger, session: &'a Session) -> Option<&'a str> {
    told_by_client(ledger, session).find(|name| address(name).is_none() && !label(name).is_empty())
}

/// The name of a server, as it announces it, else as it or its clients call it.
fn server_name<'a>(ledger: &'a Ledger, server: &'a Server) -> Option<&'a str> {
    let announced = ledger.computer_of(server).map(|computer| computer.name.as_str());
    announced.or(server.name.as_deref()).filter(|name| address(name).is_none())
}

/// What computers are called: servers, and clients by the name they go by.
#[derive(Debug, Default)]
struct Called<'a> {
    /// By name in capitals: the name as it was first seen, and where.
    by_name: BTreeMap<String, (&'a str, Option<Host>)>,
    /// The names that are told of an address.
    at: BTreeMap<Host, BTreeSet<String>>,
}

impl<'a> Called<'a> {
    fn of(ledger: &'a Ledger) -> Self {
        let servers =
            ledger.servers().filter_map(|server| Some((server_name(ledger, server)?, Some(server.ip))));
        let computers = ledger.computers().map(|computer| (computer.name.as_str(), computer.address));
        let clients = ledger
            .sessions()
            .filter_map(|(_, session)| Some((client_name(ledger, session)?, Some(session.client.host()))));
        let mut called = Self::default();
        let mut told: BTreeSet<(Host, String)> = BTreeSet::new();
        for (name, host) in servers.chain(computers).chain(clients) {
            told.extend(host.map(|host| (host, label(name))));
            let known = called.by_name.entry(label(name)).or_insert((name.trim_start_matches('\\'), host));
            known.1 = known.1.or(host);
        }
        for (host, name) in told {
            let name = called.whole(name);
            called.at.entry(host).or_default().insert(name);
        }
        called
    }

    /// A name whole, where NetBIOS left 15 letters of one that is known.
    fn whole(&self, name: String) -> String {
        let names = self.by_name.range(name.clone()..).map(|(own, _)| own).skip_while(|own| **own == name);
        let mut longer = names.take_while(|own| is_head(&name, own));
        let only = longer.next().filter(|_| longer.next().is_none()).cloned();
        only.unwrap_or(name)
    }

    /// The computer of that name; without one, the only one that is known at an address.
    fn computer(&self, host: Host, name: Option<&str>) -> Computer {
        let named = name.map(|name| self.whole(label(name)));
        let only = || {
            let mut names = self.at.get(&host)?.iter();
            names.next().filter(|_| names.next().is_none()).cloned()
        };
        named.or_else(only).map_or(Computer::Address(host), Computer::Name)
    }

    /// The computer, if it is another one than the server of the session, that is named by a UNC which was opened there.
    fn owner(&self, ledger: &Ledger, session: &Session, object: &str) -> Option<Computer> {
        if !object.starts_with('\\') {
            return None;
        }
        let here = session.server.host();
        if let Some(host) = address(object) {
            let there = session.server_row.and_then(|row| ledger.server(row));
            let is_own = host == here || there.is_some_and(|server| server.addresses.contains(&host));
            return (!is_own && !host.is_loopback()).then(|| self.computer(host, None));
        }
        let name = self.whole(label(object));
        let own = Names::of_server(ledger, session);
        let mut paths = ledger.trees(session).filter_map(|tree| tree.path.as_deref());
        let is_own = name == "LOCALHOST"
            || own.contains(object)
            || paths.any(|path| label(path) == label(object))
            || self.at.get(&here).map_or(own.is_empty(), |names| names.contains(&name));
        (!is_own).then_some(Computer::Name(name))
    }

    /// The name of a computer as it was first seen, and its address.
    fn known(&self, computer: &Computer) -> (Option<&'a str>, Option<Host>) {
        match computer {
            Computer::Address(host) => (None, Some(*host)),
            Computer::Name(name) => {
                self.by_name.get(name).map_or((None, None), |(name, host)| (Some(*name), *host))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::all;
    use super::super::testing::Made;
    use super::*;
    use crate::net::Endpoint;
    use crate::rap::ServerType;
    use crate::session::{EventKind, Notice, Told};

    /// The text of the leak of client WS-21, who holds a printer of PRNSRV, after `sign` was seen; then what is told of
    /// conditions.
    fn leak_and(sign: impl Fn(&mut Made)) -> Option<String> {
        let mut made = Made::new();
        made.null_session(1);
        made.handle(1);
        sign(&mut made);
        let findings = all(&made.ended_after(91.0), core::time::Duration::from_secs(90));
        let leak = findings.iter().find(|finding| finding.rule == "null_session_leak").unwrap();
        let (_, conditions) = leak.text.split_once(". Both conditions of KB 328459 hold: ")?;
        // The frames that are named are those of the finding.
        for frame in conditions.split("frame ").skip(1) {
            let frame: u64 = frame.split(|c: char| !c.is_ascii_digit()).next().unwrap().parse().unwrap();
            assert!(leak.frames.iter().any(|origin| origin.frame == frame), "{frame} of {}", leak.text);
        }
        Some(conditions.to_owned())
    }

    fn told(made: &mut Made, name: &str, address: Option<&str>, server_type: ServerType) {
        let (name, address) = (name.to_owned(), address.map(|ip| ip.parse().unwrap()));
        let by = if address.is_some() { "announcement" } else { "server_enum" };
        let told = Told { name, address, server_type, version: (5, 1), users: None, comment: None, by };
        made.tell(900, EventKind::Notice(Notice::Computer(told)));
    }

    /// Somebody lists the shares of WS-21.
    fn listed(made: &mut Made, share: ShareKind, by: &'static str) {
        made.server = Endpoint::new("192.168.1.21".parse().unwrap(), 139);
        made.client_ip = "192.168.1.30".parse().unwrap();
        made.machine = r"\\WS-30".to_owned();
        made.user_session(2);
        let notice = Notice::Share { name: "laser".to_owned(), share, remark: None, by };
        made.tell(2, EventKind::Notice(notice));
    }

    #[test]
    fn any_sign_of_a_printer_share_of_the_client_counts() {
        let connected = "the client has a printer connection to the server (lp1, frame 10) and ";
        let says =
            |sign: &dyn Fn(&mut Made)| leak_and(sign).unwrap().strip_prefix(connected).unwrap().to_owned();
        let printers = ServerType::PRINTQ_SERVER;
        let announced = says(&|made| told(made, "WS-21", Some("192.168.1.21"), printers));
        assert_eq!(announced, "shares printers itself (it says so, frame 11)");
        let enumerated = says(&|made| told(made, "ws-21", None, printers));
        assert_eq!(enumerated, "shares printers itself (the list of computers says so, frame 11)");
        for by in ["srvsvc", "rap"] {
            let listed = says(&|made| listed(made, ShareKind::Print, by));
            assert_eq!(listed, "shares a printer itself (laser is in its list of shares, frame 18)");
        }
    }

    #[test]
    fn what_is_no_sign_of_a_printer_share_of_the_client_does_not_count() {
        assert_eq!(leak_and(|_| ()), None);
        assert_eq!(leak_and(|made| told(made, "WS-21", Some("192.168.1.21"), ServerType::WORKSTATION)), None);
        assert_eq!(
            leak_and(|made| told(made, "WS-30", Some("192.168.1.30"), ServerType::PRINTQ_SERVER)),
            None
        );
        assert_eq!(leak_and(|made| told(made, "WS-30", None, ServerType::PRINTQ_SERVER)), None);
        assert_eq!(leak_and(|made| listed(made, ShareKind::Disk, "srvsvc")), None);
    }

    /// PRNSRV opens something of this name at 192.168.1.21.
    fn opened_at_client(made: &mut Made, object: &str) {
        made.server = Endpoint::new("192.168.1.21".parse().unwrap(), 139);
        made.client_ip = "192.168.1.10".parse().unwrap();
        (made.machine, made.printer) = (r"\\PRNSRV".to_owned(), object.to_owned());
        made.user_session(2);
        made.handle(2);
    }

    #[test]
    fn a_printer_counts_as_the_clients_by_its_own_names_alone() {
        for own in [r"\\WS-21\laser", r"\\192.168.1.21\laser", r"\\ws-21.office.local\laser", "laser"] {
            let conditions = leak_and(|made| opened_at_client(made, own));
            assert!(conditions.is_some_and(|it| it.contains("(laser was opened there, frame ")), "{own}");
        }
        for other in [r"\\WS-33\laser", r"\\192.168.1.33\laser"] {
            assert_eq!(leak_and(|made| opened_at_client(made, other)), None, "{other}");
        }
    }

    /// A channel for notifications from one computer to another.
    fn channel(made: &mut Made, (from, name): (&str, &str), to: &str) {
        made.server = Endpoint::new(to.parse().unwrap(), 139);
        (made.client_ip, made.machine) = (from.parse().unwrap(), name.to_owned());
        made.user_session(2);
        made.channel(2, 7);
    }

    #[test]
    fn a_channel_shows_a_share_of_the_one_that_opens_it() {
        let serves = leak_and(|made| channel(made, ("192.168.1.21", r"\\WS-21"), "192.168.1.30"));
        assert!(serves.is_some_and(|it| it.contains("(it opened a channel to notify another one")));
        assert_eq!(leak_and(|made| channel(made, ("192.168.1.10", r"\\PRNSRV"), "192.168.1.21")), None);
    }

    #[test]
    fn a_computer_is_known_by_its_name_at_another_address_and_not_by_an_address_of_several() {
        let printers = ServerType::PRINTQ_SERVER;
        assert!(leak_and(|made| told(made, "WS-21", Some("192.168.1.99"), printers)).is_some());
        // What translates the addresses of others shares printers itself.
        assert_eq!(leak_and(|made| told(made, "GATEWAY", Some("192.168.1.21"), printers)), None);
    }

    #[test]
    fn a_leak_without_the_spoolers_pipe_has_another_cause() {
        use crate::session::{OpenEvent, OpenId, OpenKind, SessionId, TreeId};

        let leaks = |pipe: &str| {
            let mut made = Made::new();
            made.user_session(1);
            made.handle(1);
            made.null_session_alone(2);
            made.tree(2, r"\\PRNSRV\IPC$", ShareKind::Pipe);
            let opened = OpenEvent::Opened {
                session: SessionId::Uid(100),
                tree: TreeId::Tid(7),
                open: OpenId::Fid(0x4001),
                name: Some(pipe.to_owned()),
                what: OpenKind::Pipe,
                answer_seen: true,
            };
            made.tell(2, EventKind::Open(opened));
            told(&mut made, "WS-21", Some("192.168.1.21"), ServerType::PRINTQ_SERVER);
            let findings = all(&made.ended_after(91.0), core::time::Duration::from_secs(90));
            let leak = findings.iter().find(|finding| finding.rule == "null_session_leak").unwrap();
            leak.text.contains("Both conditions")
        };
        assert!(leaks("spoolss") && !leaks("srvsvc"));
    }

    #[test]
    fn a_client_that_only_shares_has_no_printer_connection() {
        let mut made = Made::new();
        made.printer = r"\\PRNSRV".to_owned(); // the print server itself
        made.null_session(1);
        made.handle(1);
        told(&mut made, "WS-21", Some("192.168.1.21"), ServerType::PRINTQ_SERVER);
        let findings = all(&made.ended_after(91.0), core::time::Duration::from_secs(90));
        assert!(findings[0].text.ends_with("It takes its own slot"), "{}", findings[0].text);
    }

    #[test]
    fn the_printer_in_a_name() {
        let printers = [r"\\PRNSRV\lp1", "lp1", r"\\PRNSRV\lp1,Job 3", "lp1, LocalOnly"];
        assert!(printers.iter().all(|name| printer_of(name) == Some("lp1")));
        let others = [r"\\PRNSRV", r"\\PRNSRV\", r"\\PRNSRV\,XcvPort LPT1:", ",XcvMonitor Local Port", ""];
        assert!(others.iter().all(|name| printer_of(name).is_none()));
    }
}
