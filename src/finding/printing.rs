//! Who uses whose printers, and who shares some: the two conditions under which KB 328459 sees null sessions to the
//! spooler that never close.

use std::collections::{BTreeMap, BTreeSet};

use super::names::{address, label};
use super::scene;
use super::words::Plain;
use crate::capture::Origin;
use crate::ledger::{Handle, Ledger, Session};
use crate::net::Host;
use crate::rprn;
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
    /// Its name, if it told one.
    pub(crate) name: Option<&'a str>,
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

/// A computer by its address, or by its name where another one told of it and its address is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Computer<'a> {
    Address(Host),
    Name(&'a str),
}

/// Who uses whose printers, and who shares some.
#[derive(Debug, Default)]
pub(crate) struct Printing<'a> {
    sharers: BTreeMap<Computer<'a>, Sharer<'a>>,
    /// The printer connections of a client to a server: the first sign of each kind.
    connections: BTreeMap<(Host, Host), BTreeMap<How, Sign<'a>>>,
    /// The clients that have, or had, null sessions.
    null_clients: BTreeSet<Host>,
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
        let mut printing = Self::default();
        let called = Called::of(ledger);
        for computer in ledger.computers() {
            let Some(at) = computer.shares_printers else { continue };
            let host = computer.address.or_else(|| called.host(&computer.name));
            let sharer = printing.sharer(host.map_or(Computer::Name(&computer.name), Computer::Address));
            sharer.name = Some(&computer.name);
            for how in computer.seen_by.iter().filter_map(|word| How::of(word)) {
                sharer.add(how, None, at);
            }
        }
        for server in ledger.servers() {
            for share in ledger.shares(server.row).filter(|share| share.kind == ShareKind::Print) {
                let sharer = printing.sharer(Computer::Address(server.ip));
                for how in share.seen_by.iter().filter_map(|word| How::of(word)) {
                    sharer.add(how, Some(&share.name), share.first_seen);
                }
            }
        }
        for (_, session) in ledger.sessions() {
            printing.add_session(ledger, session, &called);
        }
        for (computer, sharer) in &mut printing.sharers {
            if let Computer::Address(host) = computer {
                sharer.name = sharer.name.or_else(|| called.names.get(host).copied());
            }
        }
        printing
    }

    fn sharer(&mut self, computer: Computer<'a>) -> &mut Sharer<'a> {
        self.sharers.entry(computer).or_default()
    }

    fn add_session(&mut self, ledger: &'a Ledger, session: &'a Session, called: &Called<'a>) {
        let (client, server) = (session.client.host(), session.server.host());
        if client == server {
            return;
        }
        if session.is_null() {
            self.null_clients.insert(client);
        }
        for tree in ledger.trees(session).filter(|tree| tree.share == ShareKind::Print) {
            let share = tree.path.as_deref().and_then(printer_of);
            self.connected(client, server, How::TreeConnect, share, tree.opened.unwrap_or(tree.first_seen));
        }
        for open in ledger.opens_of(session) {
            for handle in ledger.handles(open) {
                self.add_handle(session, handle, called);
            }
            // Who waits for a printer to be opened has a connection to it all the same.
            for call in open.waiting.values().filter(|call| call.opens_printer()) {
                if let Some(printer) = call.object.as_deref().and_then(printer_of) {
                    self.connected(client, server, How::OpenPrinter, Some(printer), call.sent);
                }
            }
        }
    }

    fn add_handle(&mut self, session: &'a Session, handle: &'a Handle, called: &Called<'a>) {
        let Some((_, procedure)) = handle.opened_by else { return };
        let (client, server) = (session.client.host(), session.server.host());
        let at = handle.opened.unwrap_or(handle.used.first);
        if handle.is_back_channel() {
            // The print server is the one that connects.
            self.connected(server, client, How::BackChannel, None, at);
            self.sharer(Computer::Address(server)).add(How::BackChannel, None, at);
            return;
        }
        let Some((object, printer)) =
            handle.object.as_deref().and_then(|object| Some((object, printer_of(object)?)))
        else {
            return;
        };
        let named = if object.starts_with('\\') { called.host(object) } else { None };
        let sharer = named.filter(|host| !host.is_loopback()).unwrap_or(server);
        if rprn::opens_printer(procedure) {
            self.connected(client, server, How::OpenPrinter, Some(printer), at);
            self.sharer(Computer::Address(sharer)).add(How::OpenPrinter, Some(printer), at);
        } else if rprn::adds_printer(procedure) {
            self.sharer(Computer::Address(sharer)).add(How::AddPrinter, Some(printer), at);
        }
    }

    fn connected(&mut self, client: Host, server: Host, how: How, printer: Option<&'a str>, at: Origin) {
        let signs = self.connections.entry((client, server)).or_default();
        let sign = signs.entry(how).or_insert(Sign { printer, at });
        if at < sign.at {
            *sign = Sign { printer, at };
        }
    }

    /// The computers that share printers: those that show it of themselves or whose shares others see; and those with
    /// null sessions that use a printer of another computer, whose own are used by others.
    pub(crate) fn sharers(&self) -> impl Iterator<Item = (Computer<'a>, &Sharer<'a>)> {
        let users: BTreeSet<Host> = self.connections.keys().map(|(client, _)| *client).collect();
        self.sharers.iter().map(|(computer, sharer)| (*computer, sharer)).filter(move |(computer, sharer)| {
            let both = |host| users.contains(host) && self.null_clients.contains(host);
            sharer.seen_by().any(How::is_of_share)
                || matches!(computer, Computer::Address(host) if both(host))
        })
    }

    /// Both conditions of KB 328459, where they hold of a client of a server at these addresses.
    pub(super) fn both_conditions(
        &self,
        client: Host,
        servers: impl Iterator<Item = Host>,
    ) -> Option<Conditions> {
        let mut used = servers.filter_map(|server| self.connections.get(&(client, server)));
        let (how, used) = used.find_map(|signs| signs.first_key_value())?;
        let (shown, shared) = self.sharers.get(&Computer::Address(client))?.signs.first_key_value()?;
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
                "lets others reach its spooler, as a computer that shares a printer does \
                                      (RpcReplyOpenPrinter"
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

/// What computers are called: servers, and clients by the name they go by.
#[derive(Default)]
struct Called<'a> {
    by_name: BTreeMap<String, Host>,
    names: BTreeMap<Host, &'a str>,
}

impl<'a> Called<'a> {
    fn of(ledger: &'a Ledger) -> Self {
        let servers = ledger.servers().filter_map(|server| Some((server.name.as_deref()?, server.ip)));
        let clients = ledger
            .sessions()
            .filter_map(|(_, session)| Some((scene::client_name(ledger, session)?, session.client.host())));
        let mut called = Self::default();
        for (name, host) in servers.chain(clients) {
            called.by_name.entry(label(name)).or_insert(host);
            called.names.entry(host).or_insert(name);
        }
        called
    }

    /// The address of the computer that a name or UNC is about.
    fn host(&self, name: &str) -> Option<Host> {
        address(name).or_else(|| self.by_name.get(&label(name)).copied())
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
        let findings = all(&made.ended_after(91.0), 90.0);
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

    #[test]
    fn a_client_that_only_shares_has_no_printer_connection() {
        let mut made = Made::new();
        made.printer = r"\\PRNSRV".to_owned(); // the print server itself
        made.null_session(1);
        made.handle(1);
        told(&mut made, "WS-21", Some("192.168.1.21"), ServerType::PRINTQ_SERVER);
        let findings = all(&made.ended_after(91.0), 90.0);
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
