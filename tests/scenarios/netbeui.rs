//! NetBEUI: sessions over LLC, without IP.

use std::collections::BTreeMap;
use std::time::Duration;

use smbscope::ledger::{Ledger, LedgerLimits};
use smbscope::report::NetSession;
use smbscope::session::{
    ConnectionEnd, ConnectionEvent, Event, EventKind, Limits, Loss, Sink, Table, Transport, UnseenKind,
};

use crate::common::{self, Owned, rewrite};
use crate::nbf::*;
use crate::rpc::{NDR, Pipe as _};
use crate::smb1::Smb1;
use crate::story::GRACE;
use crate::wire::End::{Client, Server};
use crate::wire::{Carrier, Wire};

const HELD: &str = r"
    null 41: leaked
      tree IPC$
        pipe spoolss
          handle 1 \\SRV\lp1";

const CLOSED: &str = r"
    null 41 (own_close): closed
      tree IPC$ (own_close)
        pipe spoolss (own_close)
          handle 1 \\SRV\lp1 (close_call)";

/// A connection from its first packet on that ends in good order.
fn close_all(smb: &Smb1<NetBeui<'_>>) {
    smb.pipe(7).close_printer(3, 1);
    smb.close(7);
    smb.disconnect();
    smb.log_off();
}

fn opened(wire: &Wire) -> Vec<(String, String, Transport, bool)> {
    let of = |event: Event| match event.kind {
        EventKind::Connection(ConnectionEvent::Opened { client, server, transport, start_seen }) => {
            Some((client.to_string(), server.to_string(), transport, start_seen))
        }
        _ => None,
    };
    wire.events().into_iter().filter_map(of).collect()
}

fn unseen(wire: &Wire) -> Vec<(UnseenKind, bool)> {
    let ledger = wire.ledger();
    ledger.unseen(GRACE).iter().map(|total| (total.what, total.could_hold_null_sessions)).collect()
}

fn ends(wire: &Wire) -> Vec<Option<ConnectionEnd>> {
    wire.ledger().connections().map(|(_, connection)| connection.closed.map(|closing| closing.by)).collect()
}

#[test]
fn a_session_that_holds_a_printer_is_leaked() {
    let wire = Wire::new();
    let link = Link::up(&wire, 21, 10);
    let smb = Smb1::on(link.session(3, 21));
    smb.hold_printer();
    wire.wait(100.0);
    wire.tells(HELD);
    let ends = ("02:00:00:00:00:15/3".to_owned(), "02:00:00:00:00:0a/21".to_owned());
    assert_eq!(opened(&wire), [(ends.0, ends.1, Transport::NetBeui, true)]);
}

#[test]
fn a_session_that_closes_all_is_closed() {
    let wire = Wire::new();
    let link = Link::up(&wire, 21, 10);
    let smb = Smb1::on(link.session(3, 21));
    smb.hold_printer();
    close_all(&smb);
    smb.tcp.end(Client);
    link.unnumbered(Client, DISC);
    link.unnumbered(Server, UA);
    wire.wait(100.0);
    wire.tells(CLOSED);
    assert_eq!(ends(&wire), [Some(ConnectionEnd::Fin)]);
}

#[test]
fn the_order_of_frames_is_that_of_their_numbers() {
    let wire = Wire::new();
    let link = Link::up(&wire, 21, 10);
    let smb = Smb1::on(link.session(3, 21));
    smb.hold_printer();
    close_all(&smb);
    smb.tcp.end(Client);
    let story = |packets: &[Owned]| {
        let mut ledger = Ledger::new(LedgerLimits::default());
        analyze(packets, &Limits::default(), &mut ledger);
        let (row, session) = ledger.sessions().next().unwrap();
        (session.closed.map(|closing| closing.by), ledger.judge(row, GRACE).unwrap().verdict)
    };
    let packets = wire.packets();
    let whole = story(&packets);
    // The set-up of the link is not numbered.
    let (set_up, rest) = packets.split_at(4);
    for seed in 1..=20 {
        let random = &mut rewrite::Random::new(seed);
        let shuffled = rewrite::shuffle(&rewrite::double(rest), 1 + seed as usize % 8, random);
        assert_eq!(story(&[set_up, &shuffled].concat()), whole, "seed {seed}");
    }
}

fn analyze(packets: &[Owned], limits: &Limits, sink: &mut dyn Sink) {
    common::scan(packets).limits(limits.clone()).each(sink).unwrap();
}

#[test]
fn a_call_hangs_if_the_server_was_seen_since() {
    for (seen, verdict) in [
        ((|_| {}) as fn(&NetBeui<'_>), "leaked"),
        (|session| session.link.ready(Client), "leaked"),
        (|session| session.send(Client, SESSION_ALIVE, 0, b""), "leaked"),
        (|session| session.link.ready(Server), "hung"),
        (|session| session.send(Server, DATA_ACK, 0, b""), "hung"),
        (|session| session.send(Server, SESSION_ALIVE, 0, b""), "hung"),
    ] {
        let wire = Wire::new();
        let link = Link::up(&wire, 21, 10);
        let smb = Smb1::on(link.session(3, 21));
        smb.hold_pipe();
        smb.pipe(7).ask_open_printer(2);
        wire.wait(100.0);
        seen(&smb.tcp);
        assert_eq!(wire.verdicts(), [verdict]);
    }
}

#[test]
fn a_server_that_acknowledged_the_call_was_seen_since() {
    let wire = Wire::new();
    let link = Link::up(&wire, 21, 10);
    let smb = Smb1::on(link.session(3, 21));
    smb.hold_pipe();
    smb.pipe(7).ask_open_printer(2);
    link.ready(Server);
    wire.wait(100.0);
    assert_eq!(wire.verdicts(), ["hung"]);
}

#[test]
fn an_ending_is_believed_if_its_answer_is_there() {
    for (ending, ended) in [("close", "lingering"), ("disconnect", "lingering"), ("logoff", "closed")] {
        for (request, answer, verdict) in
            [(true, true, ended), (false, true, ended), (true, false, "unknown"), (false, false, "unknown")]
        {
            let wire = Wire::new();
            let link = Link::up(&wire, 21, 10);
            let smb = Smb1::on(link.session(3, 21));
            smb.hold_pipe();
            let ask = || match ending {
                "close" => smb.ask_close(7),
                "disconnect" => smb.ask_disconnect(),
                _ => smb.ask_log_off(),
            };
            let asked = if request { ask() } else { wire.unseen(ask) };
            if answer {
                smb.done(asked)
            } else {
                wire.unseen(|| smb.done(asked))
            }
            smb.echo();
            wire.wait(100.0);
            assert_eq!(wire.verdicts(), [verdict], "{ending} {request} {answer}");
            wire.story();
        }
    }
}

#[test]
fn what_was_acknowledged_and_never_seen_may_have_been_an_ending() {
    for (from, sure) in [(Client, "leaked"), (Server, "unknown")] {
        let wire = Wire::new();
        let link = Link::up(&wire, 21, 10);
        let smb = Smb1::on(link.session(3, 21));
        smb.hold_pipe();
        wire.unseen(|| smb.ask_close(7));
        link.ready(from);
        wire.wait(100.0);
        assert_eq!(wire.verdicts(), [sure], "{from:?}");
    }
}

#[test]
fn frames_missing_on_a_link_may_be_of_any_of_its_sessions_and_of_no_others() {
    let wire = Wire::new();
    let (link, other) = (Link::up(&wire, 21, 10), Link::up(&wire, 22, 10));
    let links = [(&link, 3, 21), (&link, 4, 22), (&other, 3, 23)];
    let clients = links.map(|(link, client, server)| Smb1::on(link.session(client, server)));
    clients.iter().for_each(Smb1::hold_pipe);
    let asked = wire.unseen(|| clients[0].ask_close(7));
    wire.unseen(|| clients[0].done(asked));
    // That the link goes on betrays it.
    link.ready(Client);
    link.ready(Server);
    wire.wait(100.0);
    assert_eq!(wire.verdicts(), ["unknown", "unknown", "leaked"]);
}

#[test]
fn a_number_that_is_used_again_is_of_another_session() {
    for (numbers, by) in [
        ([3, 21], ConnectionEnd::PortReused),
        ([3, 22], ConnectionEnd::PortReused),
        ([4, 21], ConnectionEnd::PortReused),
    ] {
        let wire = Wire::new();
        let link = Link::up(&wire, 21, 10);
        Smb1::on(link.session(3, 21)).hold_printer();
        let smb = Smb1::on(link.session(numbers[0], numbers[1]));
        smb.hold_pipe();
        wire.wait(100.0);
        assert_eq!(ends(&wire), [Some(by), None], "{numbers:?}");
        assert_eq!(wire.verdicts().len(), 2);
    }
    let wire = Wire::new();
    let link = Link::up(&wire, 21, 10);
    Smb1::on(link.session(3, 21)).hold_printer();
    Smb1::on(link.session(4, 22)).hold_printer();
    wire.wait(100.0);
    assert_eq!(ends(&wire), [None, None]);
    assert_eq!(wire.verdicts(), ["leaked", "leaked"]);
}

#[test]
fn what_still_comes_of_an_ended_session_is_no_session() {
    let wire = Wire::new();
    let link = Link::up(&wire, 21, 10);
    let smb = Smb1::on(link.session(3, 21));
    smb.hold_printer();
    let asked = smb.ask_close(7);
    smb.tcp.end(Client);
    smb.done(asked);
    smb.tcp.send(Client, DATA_ACK, 0, b"");
    wire.wait(100.0);
    assert_eq!(ends(&wire), [Some(ConnectionEnd::Fin)]);
    assert_eq!(unseen(&wire), []);
}

#[test]
fn the_end_of_a_link_ends_its_sessions() {
    for (function, by) in [
        (DISC, ConnectionEnd::Fin),
        (DM, ConnectionEnd::Rst),
        (FRMR, ConnectionEnd::Rst),
        (SABME, ConnectionEnd::PortReused),
    ] {
        let wire = Wire::new();
        let (link, other) = (Link::up(&wire, 21, 10), Link::up(&wire, 22, 10));
        Smb1::on(link.session(3, 21)).hold_printer();
        Smb1::on(link.session(4, 22)).hold_printer();
        Smb1::on(other.session(3, 23)).hold_printer();
        link.unnumbered(Server, function);
        wire.wait(100.0);
        assert_eq!(ends(&wire), [Some(by), Some(by), None], "{function:#x}");
    }
}

#[test]
fn a_link_that_is_set_up_again_counts_anew() {
    // Whether the capture has SABME and its answer, and the first frames behind.
    for (set_up_seen, first_seen, begins) in [(true, true, true), (false, true, true), (false, false, false)]
    {
        let wire = Wire::new();
        let link = Link::up(&wire, 21, 10);
        let smb = Smb1::on(link.session(3, 21));
        smb.hold_printer();
        close_all(&smb);
        smb.tcp.end(Client);
        link.unnumbered(Client, DISC);
        link.unnumbered(Server, UA);
        // Stragglers.
        link.ready(Client);
        smb.tcp.send(Client, DATA_ACK, 0, b"");
        if set_up_seen {
            link.set_up()
        } else {
            wire.unseen(|| link.set_up())
        }
        let session = || link.session(3, 21);
        let smb = Smb1::on(if first_seen { session() } else { wire.unseen(session) });
        smb.hold_printer();
        wire.wait(100.0);
        assert_eq!(ends(&wire), [Some(ConnectionEnd::Fin), None]);
        assert_eq!(wire.verdicts(), ["closed", "leaked"], "{set_up_seen} {first_seen}");
        assert_eq!(opened(&wire)[1].3, begins);
        assert_eq!(unseen(&wire), []);
    }
}

#[test]
fn a_session_under_way_is_taken_up_where_it_is_met() {
    let wire = Wire::new();
    let link = Link::midway(&wire, 21, 10, 120);
    let smb = Smb1::midway(link.session_midway(3, 21));
    smb.go_on(0x41, 1);
    smb.pipe(7).open_printer(2, 1);
    wire.wait(100.0);
    let ends = ("02:00:00:00:00:15/3".to_owned(), "02:00:00:00:00:0a/21".to_owned());
    assert_eq!(opened(&wire), [(ends.0, ends.1, Transport::NetBeui, false)]);
    wire.tells("unknown 41: leaked\n tree ?\n pipe ?\n handle 1 \\\\SRV\\lp1");
}

#[test]
fn who_confirms_a_session_is_the_server() {
    let wire = Wire::new();
    let link = Link::up(&wire, 21, 10);
    wire.hear_only(Server);
    let session = link.session(3, 21);
    wire.hear_all();
    Smb1::on(session).hold_pipe();
    let ends = ("02:00:00:00:00:15/3".to_owned(), "02:00:00:00:00:0a/21".to_owned());
    assert_eq!(opened(&wire), [(ends.0, ends.1, Transport::NetBeui, true)]);
    let json = serde_json::to_value(&wire.events()[0]).unwrap();
    assert_eq!((&json["transport"], &json["client"]), (&"netbeui".into(), &"02:00:00:00:00:15/3".into()));
}

#[test]
fn a_server_that_is_heard_first_is_the_server() {
    let wire = Wire::new();
    let link = Link::midway(&wire, 21, 10, 0);
    let smb = Smb1::midway(link.session_midway(3, 21));
    smb.go_on(0x41, 1);
    let asked = wire.unseen(|| smb.ask_close(8));
    smb.done(asked);
    smb.echo();
    assert_eq!(opened(&wire)[0].1, "02:00:00:00:00:0a/21");
}

#[test]
fn names_are_those_of_the_call() {
    let (query, recognized) = (["SRV#20", "WS21#00"], ["WS21#00", "SRV#20"]);
    for (asked, answered, begun) in [
        (true, true, true),
        (true, false, true),
        (false, true, true),
        (true, true, false), // the call tells who called
        (false, false, true),
    ] {
        let wire = Wire::new();
        let link = Link::up(&wire, 21, 10);
        // Another one's, of the same number.
        Link::midway(&wire, 22, 10, 0).names(Client, NAME_QUERY, 3, ["OTHER#20", "WS22#00"]);
        link.names(Client, NAME_QUERY, 0, ["NOBODY#20", "WS21#00"]);
        if asked {
            link.names(Client, NAME_QUERY, 3, query);
        }
        if answered {
            link.names(Server, NAME_RECOGNIZED, 21, recognized);
        }
        let session = || link.session(3, 21);
        Smb1::on(if begun { session() } else { wire.unseen(session) }).hold_pipe();
        let ledger = wire.ledger();
        let (_, connection) = ledger.connections().next().unwrap();
        let names = (connection.called.as_deref(), connection.calling.as_deref());
        let known = asked || answered;
        assert_eq!(names, (known.then_some("SRV"), known.then_some("WS21")), "{asked} {answered} {begun}");
        let tables = NetSession::new(&ledger, None, GRACE, None);
        assert_eq!(tables.servers[0].netbios.len(), 1);
    }
}

#[test]
fn a_long_message_is_put_together() {
    for has_no_room in [false, true] {
        let wire = Wire::new();
        let link = Link::up(&wire, 21, 10);
        let smb = Smb1::on(link.session(3, 21));
        smb.hold_pipe();
        let printer = format!(r"\\SRV\{}", "p".repeat(2000));
        smb.tcp.has_no_room.set(has_no_room);
        let asked = smb.ask_transact(7, &NDR.request(2, 0, 69, &NDR.open_printer_ex(&printer)));
        smb.pipe(7).granted(asked, 2, 1);
        wire.wait(100.0);
        let story = wire.story();
        assert!(story.contains(&format!("handle 1 {printer}\n")), "{has_no_room} {story}");
    }
}

#[test]
fn a_frame_that_is_cut_leaves_as_much_in_doubt_as_a_segment() {
    /// A CLOSE request: header, WordCount, FID, LastTimeModified, ByteCount.
    const CLOSE: usize = 32 + 1 + 2 + 4 + 2;
    fn verdict(wire: &Wire, smb: &Smb1<impl Carrier>, cut: impl Fn()) -> &'static str {
        smb.hold_pipe();
        cut();
        let asked = smb.ask_close(7);
        smb.done(asked);
        smb.echo();
        wire.wait(100.0);
        wire.verdicts()[0]
    }
    for captured in 4..=CLOSE {
        let (by_llc, by_tcp) = (Wire::new(), Wire::new());
        let link = Link::up(&by_llc, 21, 10);
        let smb = Smb1::on(link.session(3, 21));
        // Behind Ethernet, LLC and NetBIOS.
        let over_llc = verdict(&by_llc, &smb, || link.cut(14 + 4 + 14 + captured));
        let smb = Smb1::on(by_tcp.connect(21, 10));
        let over_tcp = verdict(&by_tcp, &smb, || smb.tcp.miss(4 + captured, CLOSE - captured));
        assert_eq!(over_llc, over_tcp, "{captured} bytes");
    }
}

#[test]
fn a_frame_of_which_not_even_the_header_was_captured_is_missing() {
    for length in [18, 31] {
        for (answered, verdict) in [(true, "lingering"), (false, "unknown")] {
            let wire = Wire::new();
            let link = Link::up(&wire, 21, 10);
            let smb = Smb1::on(link.session(3, 21));
            smb.hold_pipe();
            link.cut(length);
            let asked = smb.ask_close(7);
            if answered {
                smb.done(asked)
            } else {
                wire.unseen(|| smb.done(asked))
            }
            smb.echo();
            wire.wait(100.0);
            assert_eq!(wire.verdicts(), [verdict], "{length}");
        }
    }
}

#[test]
fn a_session_of_unknown_content_is_told() {
    for (midway, command, told) in [
        (true, SESSION_ALIVE, true),
        (true, DATA_ACK, true),
        (true, SESSION_END, true),
        (false, SESSION_ALIVE, false),
    ] {
        let wire = Wire::new();
        let link = Link::up(&wire, 21, 10);
        let session = if midway { link.session_midway(3, 21) } else { link.session(3, 21) };
        session.send(Client, command, 0, b"");
        wire.wait(100.0);
        let expected = if told { vec![(UnseenKind::KeepAlivesOnly, true)] } else { vec![] };
        assert_eq!(unseen(&wire), expected, "{midway} {command:#x}");
    }
}

#[test]
fn a_session_that_carries_something_else_is_none_of_ours() {
    let wire = Wire::new();
    let link = Link::up(&wire, 21, 10);
    let session = link.session(3, 21);
    session.part(Client, true, false, b"printer status?");
    session.part(Server, true, false, b"fine");
    wire.wait(100.0);
    assert_eq!((opened(&wire), unseen(&wire)), (vec![], vec![]));
    let missed = link.session(4, 22);
    wire.unseen(|| missed.part(Client, true, false, b"\xffSMB"));
    missed.part(Client, true, false, b"something");
    assert_eq!(unseen(&wire), [(UnseenKind::KeepAlivesOnly, false)], "it does not last");
    wire.wait(100.0);
    assert_eq!(unseen(&wire), [(UnseenKind::KeepAlivesOnly, true)]);
}

#[derive(Default)]
struct Told(Vec<Event>);

impl Sink for Told {
    fn event(&mut self, event: Event) {
        self.0.push(event);
    }
}

#[test]
fn the_link_that_was_idle_longest_is_let_go_and_told() {
    let wire = Wire::new();
    let links = [21, 22, 23].map(|host| Link::up(&wire, host, 10));
    for (link, number) in links.iter().zip(1..) {
        Smb1::on(link.session(3, number)).hold_pipe();
    }
    let mut limits = Limits::default();
    limits.netbeui_sessions = 2;
    let mut told = Told::default();
    analyze(&wire.packets(), &limits, &mut told);
    let evicted =
        |event: &&Event| matches!(&event.kind, EventKind::Loss(Loss::Evicted { table: Table::Connections }));
    let evicted: Vec<_> = told.0.iter().filter(evicted).map(|event| event.connection).collect();
    let first = told.0.iter().find_map(|event| {
        matches!(event.kind, EventKind::Connection(ConnectionEvent::Opened { .. }))
            .then_some(event.connection)
    });
    assert_eq!(evicted, Vec::from_iter(first));
}

#[test]
fn connections_that_are_left_are_finished_in_the_order_in_which_they_began() {
    let wire = Wire::new();
    let link = Link::up(&wire, 21, 10);
    Smb1::on(wire.connect(22, 10)).hold_pipe();
    Smb1::on(link.session(3, 21)).hold_pipe();
    Smb1::on(wire.connect(23, 10)).hold_pipe();
    let last = |event: Event| {
        matches!(event.kind, EventKind::Connection(ConnectionEvent::LastSeen { .. }))
            .then_some(event.connection)
    };
    let finished: Vec<_> = wire.events().into_iter().filter_map(last).collect();
    assert_eq!(finished.len(), 3);
    assert!(finished.is_sorted());
}

#[test]
fn a_server_is_one_by_its_name_whatever_the_transport() {
    let wire = Wire::new();
    let link = Link::up(&wire, 21, 10);
    link.names(Client, NAME_QUERY, 3, ["SRV#20", "WS21#00"]);
    Smb1::on(link.session(3, 21)).hold_pipe();
    let tcp = wire.connect_by(22, 1040, 10, 139);
    let call = [&b" "[..], &encoded("SRV", 0x20), b"\0 ", &encoded("WS22", 0), b"\0"].concat();
    tcp.frame(Client, 0x81, &call);
    tcp.frame(Server, 0x82, b"");
    Smb1::on(tcp).hold_pipe();
    let ledger = wire.ledger();
    assert_eq!(ledger.servers().count(), 1);
    let tables = NetSession::new(&ledger, None, GRACE, None);
    assert_eq!((tables.servers[0].slots_in_use.low, tables.servers[0].netbios.len()), (2, 2));
}

/// A name in its first-level encoding.
fn encoded(name: &str, suffix: u8) -> Vec<u8> {
    let bytes = format!("{name:15}").into_bytes().into_iter().chain([suffix]);
    bytes.flat_map(|byte| [b'A' + (byte >> 4), b'A' + (byte & 15)]).collect()
}

#[test]
fn stations_are_told_by_their_addresses() {
    let wire = Wire::new();
    let (link, other) = (Link::up(&wire, 21, 10), Link::up(&wire, 22, 10));
    Smb1::on(link.session(3, 21)).hold_printer();
    Smb1::on(link.session(4, 22)).hold_printer();
    Smb1::on(other.session(3, 23)).hold_printer();
    wire.wait(100.0);
    let ledger = wire.ledger();
    let mut tables = NetSession::new(&ledger, None, GRACE, None);
    let text = tables.text(80).to_string();
    for line in [
        "Server 02:00:00:00:00:0a: Unix\n",
        "\n(02:00:00:00:00:15) ",
        "\n- session 3 ",
        "(02:00:00:00:00:16/3)",
    ] {
        assert!(text.contains(line), "{line} {text}");
    }
    tables.retain_server("02:00:00:00:00:0a".parse().unwrap());
    assert_eq!(tables.servers.len(), 1);
    let counts = smbscope::session::Counts::default();
    let options = smbscope::report::Options::default();
    let answer = smbscope::report::NullSessions::new(&ledger, [], &counts, options).text(200).to_string();
    for part in ["They take 3 connection slots on 02:00:00:00:00:0a.", "leaked   02:00:00:00:00:15/3"] {
        assert!(answer.contains(part), "{part} {answer}");
    }
}

/// The grace that the recorded conversation was made for.
const SHORT: Duration = Duration::from_secs(2);

/// What is wrong with the verdicts of the recorded conversation when only a part of it was captured: its sessions 3 and
/// 7 leak, and 2, 4, 5, 6 and 8 end.
fn wrong(packets: &[Owned], capture: &common::InMemory) -> Vec<String> {
    let ledger = common::analyze(packets, capture.end);
    let unseen = ledger.unseen(SHORT).iter().any(|total| total.could_hold_null_sessions);
    let mut verdicts: BTreeMap<u16, Vec<String>> = BTreeMap::new();
    for (number, known) in common::ledger_sessions(&ledger, SHORT) {
        verdicts.insert(number, known.into_iter().map(|known| known.verdict).collect());
    }
    let told = |number: u16, any: &[&str]| {
        verdicts.get(&number).is_some_and(|told| told.iter().any(|verdict| any.contains(&verdict.as_str())))
    };
    let hidden =
        [3, 7].into_iter().filter(|number| !unseen && !told(*number, &["leaked", "lingering", "unknown"]));
    let invented = [2, 4, 5, 6, 8].into_iter().filter(|number| told(*number, &["leaked", "hung"]));
    let (hidden, invented): (Vec<_>, Vec<_>) = (hidden.collect(), invented.collect());
    let list = |what: &str, numbers: &[u16]| {
        (!numbers.is_empty()).then(|| format!("{what} {numbers:?}: {verdicts:?}"))
    };
    [list("hidden", &hidden), list("invented", &invented)].into_iter().flatten().collect()
}

#[test]
fn what_is_missing_hides_no_leak_and_invents_none() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/smb1_netbeui.pcap");
    let capture = common::read(path.as_ref());
    let packets = &capture.packets;
    let mut faults = Vec::new();
    let mut check = |what: String, packets: &[Owned]| {
        faults.extend(wrong(packets, &capture).into_iter().map(|fault| format!("{what}: {fault}")));
    };
    check("whole".into(), packets);
    for dropped in 0..packets.len() {
        check(
            format!("packet {} dropped", dropped + 1),
            &[&packets[..dropped], &packets[dropped + 1..]].concat(),
        );
    }
    // From the header of SMB on.
    for length in 14 + 4 + 14 + 32 + 1..400 {
        let cut = |packet: &Owned| Owned {
            data: packet.data[..packet.data.len().min(length)].to_vec(),
            ..packet.clone()
        };
        check(format!("cut at {length}"), &packets.iter().map(cut).collect::<Vec<_>>());
    }
    for sender in [0x0a, 0x15] {
        let of = packets.iter().filter(|packet| packet.data[11] == sender);
        check(format!("station {sender:#x} alone"), &of.cloned().collect::<Vec<_>>());
    }
    assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.join("\n"));
}
