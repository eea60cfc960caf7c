//! Events folded by hand, for what no capture at hand shows.

use core::net::{IpAddr, Ipv4Addr};
use core::time::Duration;

use super::table::work;
use super::{HandleEnd, Ledger, LedgerLimits, OpenEnd, Rundown, Session, SessionEnd, Verdict};
use crate::auth::{Credentials, Who, identify};
use crate::capture::Origin;
use crate::interface::{ContextHandle, ObjectKind, ProcedureId, SPOOLSS};
use crate::net::Endpoint;
use crate::session::{
    CloseReason, ConnectionEnd, ConnectionEvent, ConnectionId, Event, EventKind, HandleEvent, OpenEvent,
    OpenId, OpenKind, RpcEvent, SessionEvent, SessionId, ShareKind, Sink as _, Transport, TreeEvent, TreeId,
};
use crate::wire::Timestamp;

/// A ledger and a clock; every event takes a second.
struct Script {
    ledger: Ledger,
    second: u32,
}

/// The id of a connection of the script.
fn id(connection: u64) -> ConnectionId {
    let first = Origin { time: Timestamp::default(), capture: 0, frame: connection };
    let end = |host| Endpoint::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, host)), 445);
    ConnectionId::new(first, end(1), end(2))
}

impl Script {
    fn new() -> Self {
        Self { ledger: Ledger::new(LedgerLimits::default()), second: 0 }
    }

    fn tell(&mut self, connection: u64, kind: impl Into<EventKind>) -> Origin {
        self.second += 1;
        let time = Timestamp::from_parts(self.second.into(), 0);
        let at = Origin { time, capture: 0, frame: self.second.into() };
        self.ledger.event(Event { at, connection: Some(id(connection)), kind: kind.into() });
        at
    }

    /// A connection of the client 192.0.2.`client` to the server 192.0.2.1.
    fn connect(&mut self, connection: u64, client: u8) {
        self.connect_to(connection, client, 1);
    }

    fn connect_to(&mut self, connection: u64, client: u8, server: u8) {
        let end = |host, port| Endpoint::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, host)), port);
        let client = end(client, 1000 + u16::try_from(connection).unwrap());
        let (server, transport, start_seen) = (end(server, 445), Transport::Direct, true);
        self.tell(connection, ConnectionEvent::Opened { client, server, transport, start_seen });
    }

    fn set_up(&mut self, connection: u64, session: SessionId, previous: Option<SessionId>, vc_zero: bool) {
        let identity = identify(Some(&Credentials::plain("", "", &[], &[])), false, false);
        self.tell(
            connection,
            SessionEvent::SetUp { session, identity, answer_seen: true, previous, vc_zero },
        );
    }

    /// A tree, and in it a pipe with a printer handle in the group `group`.
    fn hold(&mut self, connection: u64, session: SessionId, fid: u16, group: u32, joined: bool, handle: u8) {
        let tree = tree(session);
        let path = Some(r"\\SRV\IPC$".to_owned());
        self.tell(
            connection,
            TreeEvent::Connected { session, tree, path, share: ShareKind::Pipe, answer_seen: true },
        );
        self.pipe(connection, session, fid, group, joined, handle);
    }

    /// A pipe with a printer handle.
    fn pipe(&mut self, connection: u64, session: SessionId, fid: u16, group: u32, joined: bool, handle: u8) {
        let (tree, open) = (tree(session), open(session, fid));
        let (name, what) = (Some("spoolss".to_owned()), OpenKind::Pipe);
        self.tell(connection, OpenEvent::Opened { session, tree, open, name, what, answer_seen: true });
        let interface = SPOOLSS.id();
        let bound = RpcEvent::Bound { open, context: 0, interface, ndr64: false, group, joined };
        self.tell(connection, bound);
        let handle = ContextHandle([handle; 20]);
        let (opened_by, stands_for) = (Some(ProcedureId::new(&SPOOLSS, 69)), Some(ObjectKind::Printer));
        let (object, client, asked, printer_remote) = (None, None, None, None);
        self.tell(
            connection,
            HandleEvent::Granted {
                open,
                handle,
                opened_by,
                stands_for,
                object,
                client,
                asked,
                printer_remote,
            },
        );
    }

    /// How the sessions stand: their verdicts and how they ended.
    fn sessions(&self) -> Vec<(Verdict, Option<SessionEnd>)> {
        // What has ended is told by how it ended, for however long it was idle before.
        let grace = |session: &Session| match session.closed {
            Some(_) => Duration::MAX,
            None => Duration::from_secs(2),
        };
        let judge = |row, session| self.ledger.judge(row, grace(session)).unwrap().verdict;
        self.ledger
            .sessions()
            .map(|(row, session)| (judge(row, session), session.closed.map(|closing| closing.by)))
            .collect()
    }
}

fn negotiated(dialect: String, server_guid: Option<uuid::Uuid>) -> SessionEvent {
    SessionEvent::Negotiated { dialect, server_guid, samba: false, client_guid: None }
}

fn tree(session: SessionId) -> TreeId {
    match session {
        SessionId::Uid(uid) => TreeId::Tid(uid),
        SessionId::Smb2(session) => TreeId::Smb2 { session, tree: 1 },
        SessionId::Unnamed => unreachable!(),
    }
}

fn open(session: SessionId, fid: u16) -> OpenId {
    match session {
        SessionId::Uid(_) | SessionId::Unnamed => OpenId::Fid(fid),
        SessionId::Smb2(session) => OpenId::Smb2 { session, persistent: 0, volatile: fid.into() },
    }
}

/// Two connections of one client, and one of another; the second sets up its session with VcNumber 0.
fn first_circuit_anew(server_os: &str) -> Script {
    let mut script = Script::new();
    for (connection, client) in [(1, 7), (2, 8), (3, 7)] {
        script.connect(connection, client);
        script.tell(
            connection,
            SessionEvent::Native {
                client_os: None,
                server_os: Some(server_os.to_owned()),
                server_lan_manager: None,
            },
        );
        script.set_up(connection, SessionId::Uid(5), None, connection == 3);
        script.hold(connection, SessionId::Uid(5), 9, 1, false, u8::try_from(connection).unwrap());
    }
    script.second += 10;
    script.ledger.extend_to(Timestamp::from_parts(script.second.into(), 0));
    script
}

#[test]
fn a_server_is_one_by_its_guid_or_name_at_any_address_and_two_guids_are_two() {
    let mut script = Script::new();
    let guid = |number| Some(uuid::Uuid::from_u128(number));
    for (connection, server, server_guid, called) in [
        (1, 1, guid(1), None),
        (2, 2, guid(1), Some("PRNSRV")),
        (3, 3, None, Some("prnsrv         ")),
        (4, 1, guid(2), None),
        (5, 4, None, Some("*SMBSERVER")),
        (6, 5, Some(uuid::Uuid::from_bytes([b'A'; 16])), Some("*SMBSERVER")),
        (7, 6, Some(uuid::Uuid::from_bytes([b'A'; 16])), None),
    ] {
        script.connect_to(connection, 7, server);
        if let Some(called) = called {
            let (called, calling) = (called.to_owned(), "WS-21".to_owned());
            script.tell(connection, ConnectionEvent::NetBiosNamed { called, calling });
        }
        let dialect = "SMB 2.1".to_owned();
        script.tell(connection, negotiated(dialect, server_guid));
        script.set_up(connection, SessionId::Smb2(connection), None, false);
    }
    let servers: Vec<_> = script
        .ledger
        .servers()
        .map(|server| (server.addresses.len(), server.name.as_deref(), server.slots.now.high))
        .collect();
    assert_eq!(servers, [(3, Some("PRNSRV"), 3), (1, None, 1), (1, None, 1), (1, None, 1), (1, None, 1)]);
}

#[test]
fn a_server_that_is_restarted_tells_another_guid_and_is_the_same() {
    let mut script = Script::new();
    let mut guids = (1..).map(uuid::Uuid::from_u128);
    let mut connect = |script: &mut Script, connection| {
        script.connect(connection, 7);
        let (dialect, server_guid) = ("SMB 2.1".to_owned(), guids.next());
        script.tell(connection, negotiated(dialect, server_guid));
        script.set_up(connection, SessionId::Smb2(connection), None, false);
    };
    connect(&mut script, 1);
    script.tell(1, ConnectionEvent::Closed { by: ConnectionEnd::Rst, side: None });
    connect(&mut script, 2);
    assert_eq!(script.ledger.servers().count(), 1);
    connect(&mut script, 3);
    assert_eq!(script.ledger.servers().count(), 2, "the other one is still there");
}

#[test]
fn vc_zero_ends_the_other_sessions_of_that_client_on_a_windows_server() {
    let script = first_circuit_anew("Windows 5.1");
    let expected =
        [(Verdict::Abandoned, Some(SessionEnd::VcZero)), (Verdict::Leaked, None), (Verdict::Leaked, None)];
    assert_eq!(script.sessions(), expected);
}

/// The script after VcNumber 0 has ended the first session, and then an event of its connection.
fn behind_vc_zero(kind: impl Into<EventKind>) -> Script {
    let mut script = first_circuit_anew("Windows 5.1");
    script.tell(1, kind);
    script.ledger.extend_to(Timestamp::from_parts(i64::from(script.second + 10), 0));
    script
}

#[test]
fn a_session_that_the_server_answers_for_behind_vc_zero_goes_on() {
    let (session, open, handle) = (SessionId::Uid(5), OpenId::Fid(9), ContextHandle([1; 20]));
    let later = Some(Origin { time: Timestamp::from_parts(1_000, 0), capture: 0, frame: 1_000 });
    let path = || Some(r"\\SRV\IPC$".to_owned());
    let (tree, share, what, name) = (TreeId::Tid(6), ShareKind::Pipe, OpenKind::Pipe, || None);
    let proofs: [EventKind; 9] = [
        RpcEvent::Answered {
            open,
            call: 7,
            procedure: ProcedureId::new(&SPOOLSS, 69),
            return_value: Some(0),
        }
        .into(),
        HandleEvent::Proved { open, handle }.into(),
        HandleEvent::Granted {
            open,
            handle: ContextHandle([9; 20]),
            opened_by: None,
            stands_for: None,
            object: None,
            client: None,
            asked: None,
            printer_remote: None,
        }
        .into(),
        TreeEvent::Connected { session, tree, path: path(), share, answer_seen: true }.into(),
        OpenEvent::Opened { session, tree, open: OpenId::Fid(10), name: name(), what, answer_seen: true }
            .into(),
        SessionEvent::LastUsed { session, succeeded: later, idle: Box::default() }.into(),
        OpenEvent::LastUsed { open, succeeded: later }.into(),
        HandleEvent::Closed { open, handle }.into(),
        OpenEvent::Closed { open, by: CloseReason::OwnClose }.into(),
    ];
    for proof in proofs {
        let script = behind_vc_zero(proof.clone());
        let ledger = &script.ledger;
        let (row, first) = ledger.sessions().next().unwrap();
        assert_eq!(first.closed, None, "{proof:?}");
        let closes_pipe = matches!(proof, EventKind::Open(OpenEvent::Closed { .. }));
        let closes_handle = matches!(proof, EventKind::Handle(HandleEvent::Closed { .. }));
        let pipe = ledger.opens_of(first).find(|pipe| pipe.id == open).unwrap();
        let handle = ledger.handles(pipe).find(|known| known.handle == handle).unwrap();
        assert_eq!(pipe.closed.map(|end| end.by), closes_pipe.then_some(OpenEnd::OwnClose), "{proof:?}");
        let run_down = closes_pipe.then_some(HandleEnd::Rundown(Rundown::PipeClose));
        let ended = closes_handle.then_some(HandleEnd::CloseCall).or(run_down);
        assert_eq!(handle.closed.map(|end| end.by), ended, "{proof:?}");
        assert_eq!(first.handles_run_down, u64::from(closes_pipe), "{proof:?}");
        let server = ledger.servers().next().unwrap();
        assert!(server.open_sessions.contains(&row) && server.slots.now.high == 3, "{proof:?}");
        assert_eq!(ledger.sessions.beyond(0), None, "{proof:?}");
    }
}

#[test]
fn what_is_not_answered_behind_vc_zero_brings_nothing_back() {
    let (session, open, handle) = (SessionId::Uid(5), OpenId::Fid(9), ContextHandle([1; 20]));
    let before = Some(Origin { time: Timestamp::from_parts(8, 0), capture: 0, frame: 8 });
    let signs: [EventKind; 5] = [
        HandleEvent::Used { open, handle, procedure: ProcedureId::new(&SPOOLSS, 8), stands_for: None }.into(),
        SessionEvent::LastUsed { session, succeeded: before, idle: Box::default() }.into(),
        OpenEvent::LastUsed { open, succeeded: None }.into(),
        OpenEvent::Closed { open, by: CloseReason::ServerDeniesIt }.into(),
        // Of another session of the connection.
        SessionEvent::LastUsed {
            session: SessionId::Uid(6),
            succeeded: Some(Origin { time: Timestamp::from_parts(1_000, 0), capture: 0, frame: 1_000 }),
            idle: Box::default(),
        }
        .into(),
    ];
    for sign in signs {
        let script = behind_vc_zero(sign.clone());
        assert_eq!(script.sessions()[0], (Verdict::Abandoned, Some(SessionEnd::VcZero)), "{sign:?}");
    }
}

#[test]
fn a_tree_that_was_disconnected_behind_vc_zero_is_not_open_again() {
    let mut script = first_circuit_anew("Windows 5.1");
    script.tell(1, TreeEvent::Closed { tree: TreeId::Tid(5), by: CloseReason::OwnClose });
    let succeeded = Some(Origin { time: Timestamp::from_parts(1_000, 0), capture: 0, frame: 1_000 });
    script.tell(1, SessionEvent::LastUsed { session: SessionId::Uid(5), succeeded, idle: Box::default() });
    let (_, first) = script.ledger.sessions().next().unwrap();
    let ended: Vec<_> =
        script.ledger.opens_of(first).map(|open| open.closed.map(|closing| closing.by)).collect();
    assert_eq!((first.closed, ended), (None, vec![Some(OpenEnd::TreeDisconnect)]));
}

#[test]
fn a_connection_that_goes_on_holds_what_it_held() {
    for session in [SessionId::Uid(5), SessionId::Smb2(5)] {
        let mut script = Script::new();
        script.connect(1, 7);
        script.connect(2, 7);
        script.set_up(1, session, None, false);
        // Two pipes of one group: a handle outlives the pipe that it was granted on.
        script.hold(1, session, 9, 1, false, 1);
        script.pipe(1, session, 10, 1, true, 2);
        script.tell(1, OpenEvent::Closed { open: open(session, 9), by: CloseReason::OwnClose });
        let rows = |script: &Script| {
            let ledger = &script.ledger;
            let server = ledger.servers().next().unwrap();
            let (open, now, peak) = (server.open_sessions.clone(), server.slots.now, server.slots.peak());
            let held = (ledger.trees.clone(), ledger.opens.clone(), ledger.handles.clone());
            let holders = (ledger.sessions.clone(), ledger.connections.clone());
            (holders, held, (open, now, peak, server.connections))
        };
        let before = rows(&script);
        let ends = |script: &Script| {
            let connection = script.ledger.connection(id(1)).unwrap();
            (connection.client, connection.server)
        };
        let (client, server) = ends(&script);
        for by in [ConnectionEnd::Rst, ConnectionEnd::Fin] {
            script.tell(1, ConnectionEvent::Closed { by, side: None });
            let (_, ended) = script.ledger.sessions().next().unwrap();
            assert_eq!((ended.handles_run_down, ended.closed.is_some()), (2, true));
            let (transport, start_seen) = (Transport::Direct, true);
            script.tell(1, ConnectionEvent::Resumed { client, server, transport, start_seen });
            assert_eq!(rows(&script), before, "{session:?}");
        }
        // Its handles are found by their pipe's group, and end with it.
        script.tell(1, HandleEvent::Closed { open: open(session, 10), handle: ContextHandle([1; 20]) });
        script.tell(1, OpenEvent::Closed { open: open(session, 10), by: CloseReason::OwnClose });
        let (_, first) = script.ledger.sessions().next().unwrap();
        assert_eq!(first.handles_run_down, 1);
        // A connection of which the ledger knows nothing more is seen anew.
        script.tell(2, ConnectionEvent::Closed { by: ConnectionEnd::Fin, side: None });
        assert!(script.ledger.connection(id(2)).is_none());
        let (transport, start_seen) = (Transport::Direct, true);
        script.tell(2, ConnectionEvent::Resumed { client, server, transport, start_seen });
        script.set_up(2, session, None, false);
        assert_eq!(script.sessions().len(), 2);
    }
}

#[test]
fn a_session_of_two_connections_goes_on_with_the_first_that_does() {
    let mut script = Script::new();
    let session = SessionId::Smb2(5);
    script.connect(1, 7);
    script.connect(2, 7);
    script.set_up(1, session, None, false);
    script.tell(2, SessionEvent::ChannelJoined { session });
    script.hold(1, session, 9, 1, false, 1);
    let (client, server) = script.ledger.connection(id(1)).map(|row| (row.client, row.server)).unwrap();
    script.tell(1, ConnectionEvent::Closed { by: ConnectionEnd::Rst, side: None });
    script.tell(2, ConnectionEvent::Closed { by: ConnectionEnd::Rst, side: None });
    assert_eq!(script.sessions()[0].1, Some(SessionEnd::ConnectionEnd));
    let (transport, start_seen) = (Transport::Direct, true);
    script.tell(1, ConnectionEvent::Resumed { client, server, transport, start_seen });
    script.ledger.extend_to(Timestamp::from_parts(100, 0));
    assert_eq!(script.sessions(), [(Verdict::Leaked, None)]);
}

#[test]
fn vc_zero_explains_the_end_of_a_connection_elsewhere_unless_it_was_used_since() {
    let mut script = first_circuit_anew("Unix");
    assert_eq!(script.sessions(), [(Verdict::Leaked, None); 3]);
    script.tell(1, ConnectionEvent::Closed { by: ConnectionEnd::Rst, side: None });
    assert_eq!(script.sessions()[0], (Verdict::Abandoned, Some(SessionEnd::VcZero)));

    let mut script = first_circuit_anew("Unix");
    let session = SessionId::Uid(5);
    let at = script.tell(1, SessionEvent::LastUsed { session, succeeded: None, idle: Box::default() });
    script.tell(1, SessionEvent::LastUsed { session, succeeded: Some(at), idle: Box::default() });
    script.tell(1, ConnectionEvent::Closed { by: ConnectionEnd::Rst, side: None });
    assert_eq!(script.sessions()[0], (Verdict::Abandoned, Some(SessionEnd::ConnectionEnd)));
}

#[test]
fn a_session_that_replaces_another_ends_it_on_its_own_server_only() {
    let mut script = Script::new();
    let old = SessionId::Smb2(77);
    script.connect(1, 7);
    script.set_up(1, old, None, false);
    script.hold(1, old, 9, 1, false, 1);
    script.connect(2, 7);
    script.set_up(2, SessionId::Smb2(78), Some(old), false);
    assert_eq!(script.sessions()[0], (Verdict::Abandoned, Some(SessionEnd::Reconnected)));
    script.set_up(2, SessionId::Smb2(79), Some(SessionId::Smb2(5)), false);
    assert_eq!(script.sessions()[1].1, None, "a session nobody knows");
}

#[test]
fn a_handle_lives_until_the_last_pipe_of_its_group_is_gone() {
    let mut script = Script::new();
    let (first, second) = (SessionId::Smb2(1), SessionId::Smb2(2));
    for (connection, session) in [(1, first), (2, second)] {
        script.connect(connection, 7);
        script.set_up(connection, session, None, false);
        script.hold(connection, session, 9, 0x53f0, connection == 2, u8::try_from(connection).unwrap());
    }
    script.tell(1, ConnectionEvent::Closed { by: ConnectionEnd::Fin, side: None });
    let handles = |script: &Script| {
        let sessions: Vec<_> = script.ledger.sessions().map(|(_, session)| session.clone()).collect();
        let of = |session| {
            let opens = script.ledger.opens_of(session).flat_map(|open| script.ledger.handles(open));
            opens.map(|handle| handle.closed.map(|closing| closing.by)).collect::<Vec<_>>()
        };
        sessions.iter().flat_map(of).collect::<Vec<_>>()
    };
    assert_eq!(handles(&script), [None, None], "the second pipe still holds both");
    script.tell(2, OpenEvent::Closed { open: open(second, 9), by: CloseReason::OwnClose });
    assert_eq!(handles(&script), [Some(HandleEnd::Rundown(Rundown::PipeClose)); 2]);
}

#[test]
fn servers_that_give_all_clients_one_group_number_do_not_mix_them() {
    let mut script = Script::new();
    for (connection, client) in [(1, 7), (2, 8), (3, 7)] {
        let session = SessionId::Smb2(connection);
        script.connect(connection, client);
        script.set_up(connection, session, None, false);
        // All ask for a group of their own.
        script.hold(connection, session, 9, 0x53f0, false, u8::try_from(connection).unwrap());
    }
    script.tell(1, ConnectionEvent::Closed { by: ConnectionEnd::Fin, side: None });
    let verdicts: Vec<Verdict> = script.sessions().into_iter().map(|(verdict, _)| verdict).collect();
    assert_eq!(verdicts[0], Verdict::Abandoned);
    assert_ne!(verdicts[1], Verdict::Abandoned);
    assert_ne!(verdicts[2], Verdict::Abandoned);
}

#[test]
fn sessions_of_users_that_left_nothing_behind_go_before_null_sessions() {
    let mut script = Script::new();
    script.ledger.limits.ended_sessions = 2;
    script.connect(1, 7);
    for number in 1..=4_u64 {
        let session = SessionId::Smb2(number);
        let account = if number < 3 { "" } else { "alice" };
        let identity = identify(Some(&Credentials::plain(account, "", &[], &[])), false, false);
        script.tell(
            1,
            SessionEvent::SetUp { session, identity, answer_seen: true, previous: None, vc_zero: false },
        );
        script.tell(1, SessionEvent::Closed { session, by: CloseReason::OwnClose });
    }
    let who: Vec<Who> = script.ledger.sessions().map(|(_, session)| session.identity.who).collect();
    assert_eq!(who, [Who::Null, Who::Null]);
    assert_eq!(script.ledger.losses().sessions_aggregated.get("closed"), Some(&2));
}

#[test]
fn ended_sessions_beyond_the_cap_are_counted_by_verdict_before_they_go() {
    let mut script = Script::new();
    script.ledger.limits.ended_sessions = 2;
    script.connect(1, 7);
    for number in 1..=5_u64 {
        let session = SessionId::Smb2(number);
        script.set_up(1, session, None, false);
        script.hold(1, session, 9, u32::try_from(number).unwrap(), false, u8::try_from(number).unwrap());
        script.tell(1, SessionEvent::Closed { session, by: CloseReason::OwnClose });
    }
    assert_eq!(script.sessions(), [(Verdict::Abandoned, Some(SessionEnd::OwnClose)); 2]);
    assert_eq!(script.ledger.losses().sessions_aggregated.get("abandoned"), Some(&3));
    assert_eq!(
        (script.ledger.trees.len(), script.ledger.opens.len(), script.ledger.handles.len()),
        (2, 2, 2)
    );
}

/// Plays something so many times.
type Play = fn(&mut Script, u64);

/// The rows that a play of `size` looks up, behind what is made ready before.
fn lookups(size: u64, play: Play) -> u64 {
    let mut script = Script::new();
    script.connect(1, 7);
    script.set_up(1, SessionId::Uid(5), None, false);
    let before = work::lookups();
    play(&mut script, size);
    work::lookups() - before
}

#[test]
fn twice_as_much_takes_twice_the_work() {
    let plays: [(&str, Play); 6] = [
        ("servers at one address", |script, size| {
            for connection in 2..size {
                script.connect(connection, 7);
                let (dialect, server_guid) =
                    ("SMB 2.1".to_owned(), Some(uuid::Uuid::from_u128(connection.into())));
                script.tell(connection, negotiated(dialect, server_guid));
            }
        }),
        ("pipes that come and go beside many", |script, size| {
            let session = SessionId::Uid(5);
            for fid in 0..size as u16 {
                script.pipe(1, session, fid, fid.into(), false, 1);
            }
            for _ in 0..size {
                script.pipe(1, session, 0xfff0, 0xfff0, false, 2);
                script.tell(1, OpenEvent::Closed { open: OpenId::Fid(0xfff0), by: CloseReason::OwnClose });
            }
        }),
        ("sessions of one connection that open something in one tree and log off", |script, size| {
            for uid in 6..size as u16 {
                let (session, open) = (SessionId::Uid(uid), OpenId::Fid(uid));
                let (tree, name, what) = (TreeId::Tid(5), None, OpenKind::File);
                script.set_up(1, session, None, false);
                script.tell(1, OpenEvent::Opened { session, tree, open, name, what, answer_seen: true });
            }
            for uid in 6..size as u16 {
                let (session, by) = (SessionId::Uid(uid), CloseReason::OwnClose);
                script.tell(1, SessionEvent::Closed { session, by });
            }
        }),
        ("handles that nobody saw granted, on many pipes", |script, size| {
            for number in 0..size {
                script.pipe(1, SessionId::Uid(5), number as u16, 0, false, 1);
            }
            for number in 0..size {
                let mut handle = ContextHandle([9; 20]);
                handle.0[..8].copy_from_slice(&number.to_le_bytes());
                let (open, procedure) = (OpenId::Fid(number as u16), ProcedureId::new(&SPOOLSS, 8));
                script.tell(1, HandleEvent::Used { open, handle, procedure, stands_for: None });
            }
        }),
        ("trees that come and go beside many", |script, size| {
            let (session, share) = (SessionId::Uid(5), ShareKind::Pipe);
            let connect = |script: &mut Script, tree| {
                let path = None;
                script.tell(1, TreeEvent::Connected { session, tree, path, share, answer_seen: true });
            };
            for tid in 0..size as u16 {
                connect(script, TreeId::Tid(tid));
            }
            for _ in 0..size {
                let (tree, by) = (TreeId::Tid(0xfff0), CloseReason::OwnClose);
                connect(script, tree);
                script.tell(1, TreeEvent::Closed { tree, by });
            }
        }),
        ("denied set-ups on one connection", |script, size| {
            let identity = identify(Some(&Credentials::plain("", "", &[], &[])), false, false);
            let status = crate::wire::Status::Nt(crate::wire::NtStatus::ACCESS_DENIED);
            for _ in 0..size {
                let (session, identity) = (SessionId::Uid(0), identity.clone());
                script.tell(1, SessionEvent::Denied { session, status, identity });
            }
        }),
    ];
    for (what, play) in plays {
        let (once, twice) = (lookups(1_000, play), lookups(2_000, play));
        assert!(once > 1_000 && twice < once * 5 / 2, "{what}: {once} rows looked up, then {twice}");
    }
}
