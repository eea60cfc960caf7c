//! The text of [`NetSession`]: the tables as Windows prints them.

use core::fmt::{self, Write};
use core::time::Duration;
use std::collections::BTreeMap;

use super::super::server_tables::{NetBios, NetSession, ServerTables};
use super::super::{Limit, OpenReport, SessionReport};
use super::layout::{self, Column};
use super::{ROWS, When, parts, slots};
use crate::finding::{self, Plain, Span, count, list};
use crate::ledger::Ledger;
use crate::net::Host;
use crate::session::{OpenKind, ShareKind};
use crate::wire::Timestamp;

/// Addresses of a server that are told beside its first.
const ADDRESSES: usize = 8;

/// The tables for people: plain, in lines of a given width, without colours. It is written by its `Display`.
#[derive(Debug, Clone, Copy)]
pub struct ServerTablesText<'a> {
    tables: &'a NetSession<'a>,
    width: usize,
}

impl NetSession<'_> {
    /// The text for people, with lines of at most `width` characters (80 if it is less).
    #[must_use]
    pub fn text(&self, width: usize) -> ServerTablesText<'_> {
        ServerTablesText { tables: self, width: width.max(80) }
    }
}

impl fmt::Display for ServerTablesText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { tables, width } = *self;
        let Some(at) = tables.at else { return writeln!(f, "No packet was read, so there are no tables.") };
        let (day, clock) = parts(at);
        let clock = clock.get(..12).unwrap_or(&clock);
        let held = if tables.beyond_end {
            ", after the end of the captures: what was open then is taken to be open still"
        } else {
            ""
        };
        writeln!(f, "At {day} {clock}Z{held}\n")?;
        if tables.servers.is_empty() {
            writeln!(f, "No SMB server was seen.\n")?;
        }
        for server in &tables.servers {
            head(f, server, width)?;
            slots::of_server(f, server, width)?;
            sessions(f, tables.ledger, server, width)?;
            denied(f, tables.ledger, server, width)?;
            files(f, server, at, width)?;
            shares(f, server, width)?;
            netbios(f, &server.netbios, width)?;
        }
        let unseen = tables.ledger.unseen(tables.grace);
        super::unseen::all(f, &unseen, &When::at(at, &unseen), width)
    }
}

fn head(out: &mut impl Write, server: &ServerTables<'_>, width: usize) -> fmt::Result {
    let name = server.name.map(|name| format!(" ({})", Plain::name(name)));
    let others = server.addresses.iter().filter(|ip| **ip != server.server);
    let others: Vec<String> = others.take(ADDRESSES).map(ToString::to_string).collect();
    let also = if others.is_empty() { String::new() } else { format!(", also at {}", list(&others)) };
    let system = server.system.as_ref().map(|system| format!(": {}", system.phrase())).unwrap_or_default();
    layout::paragraph(
        out,
        "",
        0,
        &format!("Server {}{}{also}{system}", server.server, name.unwrap_or_default()),
        width,
    )?;
    let null = server.sessions.iter().filter(|session| session.is_null()).count();
    let possibly = server.sessions.iter().filter(|session| session.possibly_null).count();
    let denied = match server.denied.len() {
        0 => String::new(),
        1 => "; 1 denied anonymous session setup holds a slot".to_owned(),
        number => format!("; {} hold slots", count(number, "denied anonymous session setup")),
    };
    let of_them = match (server.sessions.len(), possibly) {
        (0, _) => String::new(),
        (_, 0) => format!(", {null} of them null"),
        _ => format!(", {null} to {} of them null", null.saturating_add(possibly)),
    };
    let text = format!("{}; {}{of_them}{denied}", in_use(server), count(server.sessions.len(), "session"),);
    layout::paragraph(out, "", 0, &text, width)?;
    if let Some(why) = server.limit.as_ref().and_then(Limit::sentence) {
        layout::paragraph(out, "", 0, &why, width)?;
    }
    writeln!(out)
}

/// `3 of 10 connection slots in use`, and why that may not be all.
fn in_use(server: &ServerTables<'_>) -> String {
    let used = server.slots_in_use;
    let slots = match &server.limit {
        Some(limit) => {
            let slots = if limit.slots == 1 { "slot" } else { "slots" };
            format!("{used} of {} connection {slots}", limit.slots)
        }
        None => used.counted("connection slot"),
    };
    let text = format!("{slots} in use{}", used.reason());
    let (first, rest) = text.split_at_checked(1).unwrap_or_default();
    format!("{}{rest}", first.to_ascii_uppercase())
}

/// `net session`: a row for each client computer and user. Where one stands for several null sessions, each of these
/// follows it, for each takes a slot of its own.
fn sessions(out: &mut impl Write, ledger: &Ledger, server: &ServerTables<'_>, width: usize) -> fmt::Result {
    writeln!(out, "net session")?;
    let mut groups: BTreeMap<(String, String), Vec<&SessionReport<'_>>> = BTreeMap::new();
    for session in &server.sessions {
        groups.entry((computer(ledger, session), user(session))).or_default().push(session);
    }
    let mut rows = Vec::new();
    for ((computer, user), group) in &groups {
        let [first, ..] = group.as_slice() else { continue };
        let idle = group.iter().filter_map(|session| session.idle).min();
        let age = group.iter().map(|session| session.age).max();
        let several = group.len() > 1;
        let verdicts = verdicts(group);
        rows.push(vec![
            computer.clone(),
            user.clone(),
            client_type(first),
            opens_of(group),
            age.map_or_else(|| "-".to_owned(), clock),
            idle.map_or_else(|| "-".to_owned(), clock),
            if several { format!("{}: {verdicts}", group.len()) } else { verdicts },
        ]);
        for session in group.iter().filter(|session| several && session.is_null()) {
            rows.push(vec![
                match session.client.host() {
                    Host::Ip(_) => format!("- port {}", session.client.port),
                    Host::Mac(_) => format!("- session {}", session.client.port),
                },
                user.clone(),
                client_type(session),
                opens_of(&[session]),
                clock(session.age),
                session.idle.map_or_else(|| "-".to_owned(), clock),
                session.verdict.to_string(),
            ]);
        }
    }
    // An address is not broken.
    let least =
        if server.sessions.iter().any(|session| session.client.host().ip().is_none()) { 19 } else { 15 };
    let columns = [
        Column { title: "Computer", least },
        Column { title: "User name", least: 9 },
        Column { title: "Client Type", least: 11 },
        Column { title: "Opens", least: 5 },
        Column { title: "Age", least: 8 },
        Column { title: "Idle time", least: 9 },
        Column { title: "Verdict", least: 7 },
    ];
    print(out, &columns, &rows, width)
}

/// Anonymous session setups that the server denied: no sessions of its table, but each takes a slot.
fn denied(out: &mut impl Write, ledger: &Ledger, server: &ServerTables<'_>, width: usize) -> fmt::Result {
    if server.denied.is_empty() {
        return Ok(());
    }
    writeln!(out, "denied session setups, each of which takes a slot while its connection stays open")?;
    let rows = server.denied.iter().map(|session| {
        let status = ledger.session(session.id).and_then(|row| row.denied);
        vec![
            computer(ledger, session),
            session.client.to_string(),
            client_type(session),
            clock(session.age),
            status.map(|status| status.to_string()).unwrap_or_default(),
        ]
    });
    let columns = [
        Column { title: "Computer", least: 15 },
        Column { title: "Client", least: 12 },
        Column { title: "Client Type", least: 11 },
        Column { title: "Age", least: 8 },
        Column { title: "Denied with", least: 11 },
    ];
    print(out, &columns, &rows.collect::<Vec<_>>(), width)
}

/// `net files`.
fn files(out: &mut impl Write, server: &ServerTables<'_>, at: Timestamp, width: usize) -> fmt::Result {
    writeln!(out, "net files")?;
    let mut rows = Vec::new();
    for session in &server.sessions {
        for open in opens(session) {
            let since = open.opened.map(|moment| Span::between(moment.time, at).to_string());
            rows.push(vec![
                id(&open.file_id.digits()),
                path(open),
                user(session),
                open.locks.to_string(),
                session.client.to_string(),
                format!("{}{}", since.unwrap_or_else(|| "-".to_owned()), handles(open)),
            ]);
        }
    }
    let columns = [
        Column { title: "ID", least: 4 },
        Column { title: "Path", least: 12 },
        Column { title: "User name", least: 9 },
        Column { title: "# Locks", least: 7 },
        Column { title: "Client", least: 12 },
        Column { title: "Open for", least: 8 },
    ];
    print(out, &columns, &rows, width)
}

/// `net share`.
fn shares(out: &mut impl Write, server: &ServerTables<'_>, width: usize) -> fmt::Result {
    writeln!(out, "net share")?;
    let kind = |kind| match kind {
        ShareKind::Disk => "disk",
        ShareKind::Pipe => "IPC",
        ShareKind::Print => "print queue",
        ShareKind::Unknown => "?",
    };
    let rows = server.shares.iter().map(|share| {
        vec![
            Plain::name(share.name).to_string(),
            kind(share.kind).to_owned(),
            share.uses.to_string(),
            share.seen_by.iter().copied().collect::<Vec<_>>().join(", "),
            share.remark.map(|remark| Plain::name(remark).to_string()).unwrap_or_default(),
        ]
    });
    let columns = [
        Column { title: "Share name", least: 10 },
        Column { title: "Resource", least: 8 },
        Column { title: "Uses", least: 4 },
        Column { title: "Seen by", least: 7 },
        Column { title: "Remark", least: 6 },
    ];
    print(out, &columns, &rows.collect::<Vec<_>>(), width)
}

/// `nbtstat -s`.
fn netbios(out: &mut impl Write, connections: &[NetBios<'_>], width: usize) -> fmt::Result {
    writeln!(out, "nbtstat -s")?;
    let name = |name: Option<&str>| {
        name.map_or_else(|| "?".to_owned(), |name| Plain::name(name.trim_end()).to_string())
    };
    let rows = connections.iter().map(|connection| {
        let (server, client) = (name(connection.called), name(connection.calling));
        let (local, direction, remote) = if connection.outgoing {
            (client, "Out", format!("{server} ({})", connection.server))
        } else {
            (server, "In", format!("{client} ({})", connection.client))
        };
        vec![
            local,
            "Connected".to_owned(),
            direction.to_owned(),
            remote,
            bytes(connection.input_bytes),
            bytes(connection.output_bytes),
        ]
    });
    let columns = [
        Column { title: "Local Name", least: 10 },
        Column { title: "State", least: 5 },
        Column { title: "In/Out", least: 6 },
        Column { title: "Remote Host", least: 15 },
        Column { title: "Input", least: 5 },
        Column { title: "Output", least: 6 },
    ];
    print(out, &columns, &rows.collect::<Vec<_>>(), width)
}

fn print(out: &mut impl Write, columns: &[Column], rows: &[Vec<String>], width: usize) -> fmt::Result {
    if rows.is_empty() {
        return writeln!(out, "There are no entries in the list.\n");
    }
    layout::table(out, columns, rows.get(..ROWS).unwrap_or(rows), width)?;
    let left = rows.len().saturating_sub(ROWS);
    if left > 0 {
        writeln!(out, "and {left} more; --format json lists all")?;
    }
    writeln!(out)
}

/// `\\WS-21`, or its address where it has told no name.
fn computer(ledger: &Ledger, session: &SessionReport<'_>) -> String {
    let name = ledger.session(session.id).and_then(|row| finding::client_name(ledger, row));
    let address = session.client.host();
    name.map_or_else(|| format!(r"\\{address}"), |name| format!(r"\\{} ({address})", Plain::name(name)))
}

fn user(session: &SessionReport<'_>) -> String {
    let account = session.who.account.filter(|account| !account.is_empty());
    let account = account.map(|account| Plain::name(account).to_string());
    match (session.who.kind, account) {
        (crate::auth::Who::User, Some(account)) => account,
        (kind, Some(account)) => format!("{account} ({kind})"),
        (_, None) if session.possibly_null => "(null?)".to_owned(),
        (kind, None) => format!("({kind})"),
    }
}

/// The dialect, and the operating system where SMB1 tells it.
fn client_type(session: &SessionReport<'_>) -> String {
    let told = [session.dialect, session.native_os.filter(|os| !os.is_empty())];
    told.into_iter().flatten().map(|told| Plain::name(told).to_string()).collect::<Vec<_>>().join(", ")
}

/// The verdicts that people act on, of several sessions each once.
fn verdicts(group: &[&SessionReport<'_>]) -> String {
    let mut verdicts: Vec<_> = group.iter().map(|session| session.verdict).collect();
    verdicts.sort_unstable();
    verdicts.dedup();
    verdicts.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn opens<'s, 'a>(session: &'s SessionReport<'a>) -> impl Iterator<Item = &'s OpenReport<'a>> {
    session.trees.iter().flat_map(|tree| &tree.opens)
}

/// How much is open in sessions, if that can be seen.
fn opens_of(group: &[&SessionReport<'_>]) -> String {
    let number = group.iter().flat_map(|session| opens(session)).count();
    match (number, group.iter().any(|session| session.encrypted.is_some())) {
        (0, true) => "encrypted".to_owned(),
        (number, true) => format!("{number}, encrypted"),
        (number, false) => number.to_string(),
    }
}

fn path(open: &OpenReport<'_>) -> String {
    let name = open.name.map_or_else(|| "?".to_owned(), |name| Plain::name(name).to_string());
    if open.kind == OpenKind::Pipe { format!(r"\PIPE\{name}") } else { name }
}

/// `, 2 printer handles`, and the calls that wait.
fn handles(open: &OpenReport<'_>) -> String {
    let mut told = String::new();
    if !open.handles.is_empty() {
        told.push_str(&format!(", {}", count(open.handles.len(), "handle")));
    }
    if open.sealed.is_some() {
        told.push_str(", its calls are sealed");
    }
    for waiting in open.waiting.iter().take(1) {
        told.push_str(&format!(", {} unanswered", waiting.procedure.unwrap_or("a call")));
    }
    told
}

/// The digits of an id that tell it from others: a FileId's last ones.
fn id(digits: &str) -> String {
    digits.get(digits.len().saturating_sub(8)..).unwrap_or(digits).to_owned()
}

/// `01:02:03`, as `net session` has it.
fn clock(lasted: Duration) -> String {
    let whole = lasted.as_secs();
    let (hours, rest) = (whole.div_euclid(3600), whole.rem_euclid(3600));
    format!("{hours:02}:{:02}:{:02}", rest.div_euclid(60), rest.rem_euclid(60))
}

/// `3 B`, `12 KB`, `4 MB`, as `nbtstat` has it.
fn bytes(count: u64) -> String {
    match count {
        0..=9_999 => format!("{count}B"),
        10_000..=9_999_999 => format!("{}KB", count.div_euclid(1024)),
        _ => format!("{}MB", count.div_euclid(1024 * 1024)),
    }
}
