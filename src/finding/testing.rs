//! Ledgers made of events, for the tests of rules and reports.

use core::time::Duration;

use super::Finding;
use crate::auth::{Evidence, Identity, Who, identify};
use crate::capture::Origin;
use crate::interface::{ContextHandle, ObjectKind, ProcedureId, SPOOLSS};
use crate::ledger::{Ledger, LedgerLimits};
use crate::net::Endpoint;
use crate::net::Host;
use crate::session::{
    ClientMachine, CloseReason, ConnectionEnd, ConnectionEvent, ConnectionId, Direction, Doubt, Event,
    EventKind, HandleEvent, Loss, Notice, OpenEvent, OpenId, OpenKind, Party, RpcEvent, SessionEvent,
    SessionId, ShareKind, Sink, Transport, TreeEvent, TreeId,
};
use crate::wire::{Status, Timestamp};

/// What one rule finds. A test of a rule asks for no more, so that another rule does not break it.
pub(crate) fn found_by(rule: &str, ledger: &Ledger, grace: f64) -> Vec<Finding> {
    assert!(super::RULES.contains(&rule), "no such rule: {rule}");
    let mut findings = super::all(ledger, Duration::from_secs_f64(grace));
    findings.retain(|finding| finding.rule == rule);
    findings
}

/// A ledger in the making. Clients are numbered; each has one SMB1 connection from its own port of 192.168.1.21 (or
/// of an address of its own), one session, one tree, one pipe and one handle.
pub(crate) struct Made {
    ledger: Ledger,
    now: Origin,
    granted: std::collections::BTreeMap<u16, Origin>,
    pub(crate) server: Endpoint,
    pub(crate) client_ip: Host,
    pub(crate) machine: String,
    pub(crate) printer: String,
    /// Whom the print calls name as their user.
    pub(crate) user: String,
}

impl Made {
    pub(crate) fn new() -> Self {
        Self::from(Timestamp::from_parts(1_036_504_985, 0))
    }

    /// The first event comes 10 ms after `start`, each further one 10 ms later.
    pub(crate) fn from(start: Timestamp) -> Self {
        Self {
            ledger: Ledger::new(LedgerLimits::default()),
            now: Origin { time: start, capture: 0, frame: 0 },
            granted: std::collections::BTreeMap::new(),
            server: Endpoint::new("192.168.1.10".parse().unwrap(), 139),
            client_ip: "192.168.1.21".parse().unwrap(),
            machine: r"\\WS-21".to_owned(),
            printer: r"\\PRNSRV\lp1".to_owned(),
            user: "alice".to_owned(),
        }
    }

    pub(crate) fn tell(&mut self, client: u16, kind: EventKind) -> Origin {
        self.now.time = self.now.time.plus_seconds(0.01);
        self.now.frame += 1;
        let first = Origin { time: Timestamp::default(), capture: 0, frame: client.into() };
        // Whatever server the script goes on to, the connection stays the same.
        let end = Endpoint::new([192, 0, 2, 1].into(), 445);
        let connection = Some(ConnectionId::new(first, end, end));
        self.ledger.event(Event { at: self.now, connection, kind });
        self.now
    }

    /// The clock of the capture goes back by so much.
    pub(crate) fn clock_back(&mut self, client: u16, seconds: f64) {
        let from = self.now.time;
        self.now.time = from.plus_seconds(-seconds);
        self.tell(client, EventKind::Loss(Loss::ClockWentBack { from, silent: core::time::Duration::ZERO }));
    }

    pub(crate) fn wait(&mut self, seconds: f64) {
        self.now.time = self.now.time.plus_seconds(seconds);
    }

    /// The next events are in the next capture.
    pub(crate) fn next_capture(&mut self) {
        self.now.capture += 1;
        self.now.frame = 0;
    }

    pub(crate) fn ended_after(mut self, seconds: f64) -> Ledger {
        self.ledger.extend_to(self.now.time.plus_seconds(seconds));
        self.ledger
    }

    pub(crate) fn connect_unnamed(&mut self, client: u16) {
        let opened = ConnectionEvent::Opened {
            client: Endpoint::new(self.client_ip.ip().unwrap(), 1000 + client),
            server: self.server,
            transport: Transport::NetBios,
            start_seen: true,
        };
        self.tell(client, EventKind::Connection(opened));
    }

    pub(crate) fn connect(&mut self, client: u16) {
        self.connect_unnamed(client);
        // Only the server at the first address has a name.
        let is_first = self.server.host() == "192.168.1.10".parse::<Host>().unwrap();
        let called = if is_first { "PRNSRV" } else { "*SMBSERVER" }.to_owned();
        let calling = self.machine.trim_start_matches('\\').to_owned();
        let named = ConnectionEvent::NetBiosNamed { called, calling };
        self.tell(client, EventKind::Connection(named));
        let negotiated = SessionEvent::Negotiated {
            dialect: "NT LM 0.12".to_owned(),
            server_guid: None,
            samba: false,
            client_guid: None,
        };
        self.tell(client, EventKind::Session(negotiated));
    }

    pub(crate) fn session(&mut self, client: u16, identity: Identity) {
        self.connect(client);
        let set_up = SessionEvent::SetUp {
            session: SessionId::Uid(100),
            identity,
            answer_seen: true,
            previous: None,
            vc_zero: false,
        };
        self.tell(client, EventKind::Session(set_up));
    }

    pub(crate) fn null_session_alone(&mut self, client: u16) {
        let evidence = vec![Evidence::EmptyAccount, Evidence::LmResponse1Byte];
        self.session(client, Identity { who: Who::Null, evidence, ..nobody() });
    }

    pub(crate) fn native(&mut self, client: u16, client_os: &str, server_os: &str) {
        let (client_os, server_os) = (Some(client_os.to_owned()), Some(server_os.to_owned()));
        let native = SessionEvent::Native { client_os, server_os, server_lan_manager: None };
        self.tell(client, EventKind::Session(native));
    }

    /// A null session with the spoolss pipe open and bound.
    pub(crate) fn null_session(&mut self, client: u16) {
        self.null_session_alone(client);
        self.pipe(client);
    }

    pub(crate) fn user_session(&mut self, client: u16) {
        self.user_session_of(client, "alice");
    }

    pub(crate) fn user_session_of(&mut self, client: u16, account: &str) {
        let account = Some(account.to_owned());
        self.session(client, Identity { who: Who::User, account, ..nobody() });
        self.pipe(client);
    }

    /// A session whose set-up was not seen, with its pipe.
    pub(crate) fn session_from_the_middle(&mut self, client: u16) {
        self.connect(client);
        self.tell(client, EventKind::Session(SessionEvent::FirstSeen { session: SessionId::Uid(100) }));
        self.pipe(client);
    }

    pub(crate) fn tree(&mut self, client: u16, path: &str, share: ShareKind) {
        let connected = TreeEvent::Connected {
            session: SessionId::Uid(100),
            tree: TreeId::Tid(7),
            path: Some(path.to_owned()),
            share,
            answer_seen: true,
        };
        self.tell(client, EventKind::Tree(connected));
    }

    pub(crate) fn pipe(&mut self, client: u16) {
        self.pipe_of(client, "spoolss");
    }

    /// A pipe of any name on which spoolss is bound.
    pub(crate) fn pipe_of(&mut self, client: u16, name: &str) {
        self.tree(client, r"\\PRNSRV\IPC$", ShareKind::Pipe);
        let opened = OpenEvent::Opened {
            session: SessionId::Uid(100),
            tree: TreeId::Tid(7),
            open: OpenId::Fid(0x4001),
            name: Some(name.to_owned()),
            what: OpenKind::Pipe,
            answer_seen: true,
        };
        self.tell(client, EventKind::Open(opened));
        let bound = RpcEvent::Bound {
            open: OpenId::Fid(0x4001),
            context: 0,
            interface: SPOOLSS.id(),
            ndr64: false,
            group: 0x53f0 + u32::from(client),
            joined: false,
        };
        self.tell(client, EventKind::Rpc(bound));
    }

    fn client_machine(&self) -> Option<ClientMachine> {
        let (machine, user) = (Some(self.machine.clone()), Some(self.user.clone()));
        Some(ClientMachine { machine, user, build: Some(2600) })
    }

    pub(crate) fn call(&mut self, client: u16, opnum: u16) -> Origin {
        let call = RpcEvent::Call {
            open: OpenId::Fid(0x4001),
            call: 1,
            procedure: ProcedureId::new(&SPOOLSS, opnum),
            object: Some(self.printer.clone()),
            client: self.client_machine(),
            waits_by_design: false,
            sealed: false,
        };
        self.tell(client, EventKind::Rpc(call))
    }

    pub(crate) fn answer(&mut self, client: u16) {
        self.answer_with(client, 0);
    }

    pub(crate) fn answer_with(&mut self, client: u16, value: u32) {
        let open = OpenId::Fid(0x4001);
        let answered = RpcEvent::Answered {
            open,
            call: 1,
            procedure: ProcedureId::new(&SPOOLSS, 69),
            return_value: Some(value),
        };
        self.tell(client, EventKind::Rpc(answered));
    }

    pub(crate) fn cancel(&mut self, client: u16) {
        self.tell(
            client,
            EventKind::Rpc(RpcEvent::Cancelled {
                open: OpenId::Fid(0x4001),
                call: 1,
                procedure: ProcedureId::new(&SPOOLSS, 69),
            }),
        );
    }

    /// Opens a printer and is granted a handle.
    pub(crate) fn handle(&mut self, client: u16) {
        self.call(client, 69);
        self.answer(client);
        let granted = HandleEvent::Granted {
            open: OpenId::Fid(0x4001),
            handle: handle_of(client),
            opened_by: Some(ProcedureId::new(&SPOOLSS, 69)),
            stands_for: Some(ObjectKind::Printer),
            object: Some(self.printer.clone()),
            client: self.client_machine(),
            asked: None,
            printer_remote: None,
        };
        let at = self.tell(client, EventKind::Handle(granted));
        self.granted.insert(client, at);
    }

    /// Opens a channel for the notifications that were registered with this number.
    pub(crate) fn channel(&mut self, client: u16, number: u32) {
        let granted = HandleEvent::Granted {
            open: OpenId::Fid(0x4001),
            handle: handle_of(client),
            opened_by: Some(ProcedureId::new(&SPOOLSS, 58)),
            stands_for: Some(ObjectKind::BackChannel),
            object: None,
            client: None,
            asked: None,
            printer_remote: Some(number),
        };
        self.tell(client, EventKind::Handle(granted));
    }

    /// Asks that this machine be notified, under this number, at the printer that is held.
    pub(crate) fn register(&mut self, client: u16, machine: &str, number: u32) {
        self.call(client, 65);
        let (open, handle, machine) = (OpenId::Fid(0x4001), Some(handle_of(client)), machine.to_owned());
        let printer_local = Some(number);
        let notice = Notice::NotifyRegistered { open, call: 1, handle, machine, printer_local };
        self.tell(client, EventKind::Notice(notice));
        self.answer(client);
    }

    /// The frame in which the client was granted its handle.
    pub(crate) fn granted(&self, client: u16) -> Origin {
        self.granted.get(&client).copied().unwrap()
    }

    pub(crate) fn use_handle(&mut self, client: u16) {
        let (open, handle) = (OpenId::Fid(0x4001), handle_of(client));
        let (procedure, stands_for) = (ProcedureId::new(&SPOOLSS, 8), Some(ObjectKind::Printer));
        let used = HandleEvent::Used { open, handle, procedure, stands_for };
        self.tell(client, EventKind::Handle(used));
    }

    /// Bytes are missing, and may have held an ending.
    pub(crate) fn gap(&mut self, client: u16, bytes: u64) {
        let gap = ConnectionEvent::Gap { direction: Direction::ToServer, bytes, harmless: false };
        self.tell(client, EventKind::Connection(gap));
    }

    /// Whatever is open may have ended.
    pub(crate) fn doubt(&mut self, client: u16) {
        let doubt = ConnectionEvent::InDoubt { from: self.now, why: Doubt::RequestMissing };
        self.tell(client, EventKind::Connection(doubt));
    }

    /// The pipe may have been closed.
    pub(crate) fn doubt_pipe(&mut self, client: u16) {
        let doubt = OpenEvent::InDoubt { open: OpenId::Fid(0x4001), why: Doubt::RequestMissing };
        self.tell(client, EventKind::Open(doubt));
    }

    /// The session is set up anew, as a user's.
    pub(crate) fn reauthenticate(&mut self, client: u16, account: &str) {
        let identity = Identity { who: Who::User, account: Some(account.to_owned()), ..nobody() };
        let session = SessionId::Uid(100);
        self.tell(
            client,
            EventKind::Session(SessionEvent::Reauthenticated { session, identity, asked: None }),
        );
    }

    /// Closes the handle by its own call.
    pub(crate) fn close_handle(&mut self, client: u16) {
        let closed = HandleEvent::Closed { open: OpenId::Fid(0x4001), handle: handle_of(client) };
        self.tell(client, EventKind::Handle(closed));
    }

    /// Closes the pipe and with it what was granted on it.
    pub(crate) fn close_pipe(&mut self, client: u16) {
        let closed = OpenEvent::Closed { open: OpenId::Fid(0x4001), by: CloseReason::OwnClose };
        self.tell(client, EventKind::Open(closed));
    }

    /// Closes everything in good order.
    pub(crate) fn close_all(&mut self, client: u16) {
        self.close_handle(client);
        self.close_pipe(client);
        let logoff = SessionEvent::Closed { session: SessionId::Uid(100), by: CloseReason::OwnClose };
        self.tell(client, EventKind::Session(logoff));
        self.disconnect(client);
    }

    pub(crate) fn disconnect(&mut self, client: u16) {
        self.tell(
            client,
            EventKind::Connection(ConnectionEvent::Closed {
                by: ConnectionEnd::Fin,
                side: Some(Party::Client),
            }),
        );
    }

    /// The server's side of the connection shows a packet now.
    pub(crate) fn server_seen(&mut self, client: u16) {
        self.now.time = self.now.time.plus_seconds(0.01);
        self.now.frame += 1;
        let seen = Some(self.now);
        self.tell(
            client,
            EventKind::Connection(ConnectionEvent::LastSeen {
                client: seen,
                server: seen,
                to_server: 0,
                to_client: 0,
                packets: 1,
            }),
        );
        // Being seen is no use, and takes no time.
        self.now.time = self.now.time.plus_seconds(-0.02);
    }

    pub(crate) fn refuse(&mut self, client: u16, status: Status) {
        self.connect(client);
        let identity = nobody();
        self.tell(client, EventKind::Session(SessionEvent::Refused { negotiate: false, status, identity }));
    }

    pub(crate) fn refuse_netbios(&mut self, client: u16, reason: u8) {
        self.connect(client);
        self.tell(client, EventKind::Connection(ConnectionEvent::NetBiosRefused { reason }));
    }

    pub(crate) fn deny(&mut self, client: u16) {
        self.deny_with(client, Status::Nt(crate::wire::NtStatus::ACCESS_DENIED));
    }

    pub(crate) fn deny_with(&mut self, client: u16, status: Status) {
        self.connect(client);
        let denied = SessionEvent::Denied {
            session: SessionId::Uid(0),
            status,
            identity: Identity { who: Who::Null, ..nobody() },
        };
        self.tell(client, EventKind::Session(denied));
    }
}

/// The handle of a client: 4 bytes of attributes, then a UUID that holds the client's number.
pub(crate) fn handle_of(client: u16) -> ContextHandle {
    let mut bytes = [0; 20];
    let [high, low] = client.to_be_bytes();
    bytes[4..10].copy_from_slice(&[0x5f, high, low, 0x11, 0x22, 0x33]);
    ContextHandle(bytes)
}

fn nobody() -> Identity {
    identify(None, false, false)
}
