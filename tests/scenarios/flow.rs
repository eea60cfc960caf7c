//! What contradicts the flow of a connection: reply bits, and ends behind which it goes on.

use crate::bytes::bytes;
use crate::common::Owned;
use crate::ntlm::Who;
use crate::rpc::Pipe as _;
use crate::smb1::{ACCESS_DENIED, Asked, OK, SESSION_SETUP, Smb1, block};
use crate::smb2::{self, Smb2};
use crate::wire::End::{Client, Server};
use crate::wire::{Tcp, Wire};

/// Where the message stands: behind Ethernet, IPv4, TCP and the session service header.
const MESSAGE: usize = 14 + 20 + 20 + 4;

fn is_from_server(packet: &Owned) -> bool {
    packet.data[34..36] == 445_u16.to_be_bytes()
}

/// The packets with the reply bit changed in each message that the server, or the client, sent.
fn with_reply_bit(packets: &[Owned], of_server: bool, set: bool) -> Vec<Owned> {
    let mut packets = packets.to_vec();
    for packet in packets.iter_mut().filter(|packet| is_from_server(packet) == of_server) {
        let mut start = MESSAGE;
        while let Some(message) = packet.data.get_mut(start..).filter(|message| message.len() >= 32) {
            let (flags, bit) = if message[0] == 0xff { (9, 0x80) } else { (16, 0x01) };
            message[flags] = if set { message[flags] | bit } else { message[flags] & !bit };
            let next = u32::from_le_bytes(message[20..24].try_into().unwrap());
            start += if message[0] == 0xfe && next > 0 { next as usize } else { message.len() };
        }
    }
    packets
}

/// SMB1 and SMB2: a null session that holds a printer handle, and one that closes what it opened.
fn conversations() -> Wire {
    let wire = Wire::new();
    let smb = Smb1::on(wire.connect(21, 10));
    smb.hold_printer();
    smb.lock(9, 0, 1);
    let smb = Smb1::on(wire.connect(22, 10));
    smb.hold_pipe();
    smb.close(7);
    smb.disconnect();
    smb.log_off();
    let smb = Smb2::on(wire.connect(23, 11));
    smb.hold_printer();
    let smb = Smb2::on(wire.connect(24, 11));
    smb.hold_pipe();
    smb.close(7);
    smb.log_off();
    wire.wait(100.0);
    wire
}

#[test]
fn requests_with_the_bit_of_a_reply_and_replies_without_it_are_what_they_are() {
    let wire = conversations();
    let packets = wire.packets();
    let story = wire.story_of(&packets);
    assert!(story.contains("leaked") && story.contains("closed"), "{story}");
    for (of_server, set) in [(false, true), (true, false)] {
        let contradicting = with_reply_bit(&packets, of_server, set);
        assert_eq!(wire.story_of(&contradicting), story, "of server: {of_server}");
        // Begun after the handshakes: the well-known port tells who is the server.
        let midway = |packets: &[Owned]| wire.story_of(&packets[4..]);
        assert_eq!(midway(&contradicting), midway(&packets), "of server: {of_server}, begun midway");
    }
}

#[test]
fn only_where_nothing_else_tells_who_is_the_server_the_first_reply_bit_does() {
    let tell = |bit: Option<bool>, from: usize| {
        let wire = Wire::new();
        let smb = Smb2::on(wire.connect_by(21, 3000, 10, 4000));
        smb.log_on(0x41, Who::Null);
        let mut packets = wire.packets().split_off(from);
        let first = packets.iter_mut().find(|packet| packet.data.len() > MESSAGE).unwrap();
        if let Some(bit) = bit {
            first.data[MESSAGE + 16] = bit.into();
        }
        let ledger = wire.ledger_of(&packets);
        let (_, connection) = ledger.connections().next().unwrap();
        connection.server.port
    };
    assert_eq!(tell(None, 4), 4000);
    assert_eq!(tell(Some(false), 4), 3000, "an answer without it is taken for the client's request");
    assert_eq!(tell(Some(true), 0), 4000, "the handshake tells");
}

// Ends that are none

const FIN: u8 = 0x01;
const RST: u8 = 0x04;

fn number(packet: &Owned, at: usize) -> u32 {
    u32::from_be_bytes(packet.data[at..at + 4].try_into().unwrap())
}

/// The packets with an end among them that one side did not send, behind its last packet before `place`.
fn with_forged_end(packets: &[Owned], place: usize, of_server: bool, flags: u8) -> Vec<Owned> {
    let before = packets[..place].iter().rev().find(|packet| is_from_server(packet) == of_server).unwrap();
    let syn = u32::from(before.data[47] & 0x02 != 0);
    let next = number(before, 38).wrapping_add(before.data.len() as u32 - 54 + syn);
    let mut forged = before.clone();
    forged.data.truncate(54);
    forged.data[16..18].copy_from_slice(&40_u16.to_be_bytes()); // IPv4: total length
    forged.data[38..42].copy_from_slice(&next.to_be_bytes()); // sequence number
    forged.data[47] = flags | 0x10;
    forged.length = 54;
    let mut packets = packets.to_vec();
    packets.insert(place, forged);
    for (place, packet) in packets.iter_mut().enumerate() {
        packet.origin.frame = place as u64 + 1;
        if place > 0 && packet.length == 54 {
            packet.origin.time = packet.origin.time.max(before.origin.time);
        }
    }
    packets
}

/// What was open and what it took, without the frames.
fn slots(ledger: &smbscope::ledger::Ledger) -> Vec<(u64, u64, usize)> {
    let of = |server: &smbscope::ledger::Server| {
        (server.slots.now.low, server.slots.now.high, server.open_sessions.len())
    };
    ledger.servers().map(of).collect()
}

#[test]
fn an_end_that_somebody_else_sends_ends_nothing() {
    let leaves = |wire: &Wire| {
        let smb = Smb1::on(wire.connect(21, 10));
        smb.hold_printer();
        smb.pipe(7).get_printer(3, 1);
        smb.tcp.ack(Client);
        smb.tcp.ack(Server);
    };
    let closes = |wire: &Wire| {
        let smb = Smb2::on(wire.connect(21, 10));
        smb.hold_printer();
        smb.pipe(7).close_printer(3, 1);
        smb.close(7);
        smb.log_off();
        smb.tcp.ack(Client);
        smb.tcp.ack(Server);
    };
    for script in [&leaves as &dyn Fn(&Wire), &closes] {
        let wire = Wire::new();
        script(&wire);
        wire.wait(100.0);
        let packets = wire.packets();
        let (story, held) = (wire.story_of(&packets), slots(&wire.ledger()));
        for place in 3..packets.len() - 3 {
            for (of_server, flags) in [(false, FIN), (true, FIN), (false, RST), (true, RST)] {
                let forged = with_forged_end(&packets, place, of_server, flags);
                let what = format!("{flags:#x} of server: {of_server} at {place}");
                assert_eq!(wire.story_of(&forged), story, "{what}");
                assert_eq!(slots(&wire.ledger_of(&forged)), held, "{what}");
            }
        }
    }
}

#[test]
fn a_connection_that_goes_on_long_after_its_end_is_known_by_the_ledger() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.hold_printer();
    smb.tcp.ack(Client);
    let end = wire.packets().len();
    for client in 0..300 {
        let other = Smb2::on(wire.connect(22, 10));
        other.log_on(100 + client, Who::Null);
        other.tcp.end();
    }
    smb.pipe(7).get_printer(3, 1);
    smb.tcp.ack(Client);
    wire.wait(100.0);
    let ledger = wire.ledger_of(&with_forged_end(&wire.packets(), end, true, RST));
    let (row, first) = ledger.sessions().next().unwrap();
    assert_eq!(ledger.judge(row, crate::story::GRACE).unwrap().verdict.as_str(), "leaked");
    let handles: usize = ledger.opens_of(first).map(|open| ledger.handles(open).count()).sum();
    assert_eq!((handles, first.handles_run_down), (1, 0));
}

#[test]
fn what_is_on_its_way_when_an_end_is_sent_makes_it_no_less_an_end() {
    let keep_alive = |smb: &Smb2<'_>| smb.tcp.frame(Server, 0x85, b"");
    let race = |behind: &dyn Fn(&Smb2<'_>)| {
        let wire = Wire::new();
        let smb = Smb2::on(wire.connect(21, 10));
        smb.hold_printer();
        smb.tcp.rst(Client);
        behind(&smb);
        wire.wait(100.0);
        wire.verdicts()
    };
    assert_eq!(race(&|smb| smb.tcp.ack(Server)), ["abandoned"]);
    assert_eq!(race(&keep_alive), ["abandoned"]);
    let reset_again = |smb: &Smb2<'_>| {
        keep_alive(smb);
        smb.tcp.rst(Client);
    };
    assert_eq!(race(&reset_again), ["abandoned"]);
    let acknowledged = |smb: &Smb2<'_>| {
        keep_alive(smb);
        smb.tcp.ack(Client);
    };
    assert_eq!(race(&acknowledged), ["leaked"]);
}

#[test]
fn files_that_are_open_are_still_listed_when_their_connection_goes_on() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.log_on(0x41, Who::User("bob"));
    let asked = smb.ask_tree(r"\\SRV\docs");
    smb.tree_connected(asked, 2, 1);
    smb.open("letter.doc", 8);
    let end = wire.packets().len();
    let asked = smb.ask_read(8);
    smb.read(asked, smb2::OK, b"Dear Sir");
    smb.tcp.ack(Client);
    let ledger = wire.ledger_of(&with_forged_end(&wire.packets(), end, true, RST));
    let (_, session) = ledger.sessions().next().unwrap();
    assert_eq!(ledger.opens_of(session).filter(|open| open.closed.is_none()).count(), 1);
}

/// Sets a session up on a connection to Windows; with VcNumber 0 it says that it is the client's first.
pub(crate) fn log_on_to_windows(smb: &Smb1<Tcp<'_>>, uid: u16, vc_number: usize) {
    log_on_to(smb, uid, vc_number, "Windows 5.1", "Windows 2000 LAN Manager");
}

fn log_on_to(smb: &Smb1<Tcp<'_>>, uid: u16, vc_number: usize, os: &str, lan_manager: &str) {
    let words = bytes().u16(16644).u16(50).u16(vc_number).u32(0).u16(1).u16(0).u32(0).u32(0xd4);
    let asked =
        smb.ask_log_on(block(SESSION_SETUP, words, bytes().u8(0).oem("").oem("").oem("Unix").oem("client")));
    let answer = block(SESSION_SETUP, bytes().u16(0), bytes().oem(os).oem(lan_manager));
    smb.answer(Asked { uid, ..asked }, OK, &[answer]);
    smb.uid.set(uid);
}

#[test]
fn vc_number_0_ends_no_session_of_samba_which_calls_itself_windows() {
    let behind = |lan_manager| {
        let wire = Wire::new();
        let smb = Smb1::on(wire.connect(21, 10));
        log_on_to(&smb, 0x41, 1, "Windows 6.1", lan_manager);
        smb.ipc(1);
        smb.open(r"\spoolss", 7);
        smb.pipe(7).bind(5);
        smb.pipe(7).open_printer(2, 1);
        log_on_to(&Smb1::on(wire.connect(21, 10)), 0x51, 0, "Windows 6.1", lan_manager);
        wire.wait(100.0);
        wire.verdicts()[0]
    };
    assert_eq!(behind("Samba 4.17.12-Debian"), "leaked");
    assert_eq!(behind("Windows 7 Professional 6.1"), "abandoned");
}

#[test]
fn vc_number_0_ends_no_session_that_windows_answers_for_later() {
    let behind = |later: fn(&Smb1<Tcp<'_>>)| {
        let wire = Wire::new();
        let smb = Smb1::on(wire.connect(21, 10));
        log_on_to_windows(&smb, 0x41, 1);
        smb.ipc(1);
        smb.open(r"\spoolss", 7);
        smb.pipe(7).bind(5);
        smb.pipe(7).open_printer(2, 1);
        log_on_to_windows(&Smb1::on(wire.connect(21, 10)), 0x51, 0);
        later(&smb);
        wire.wait(100.0);
        wire.verdicts()[0]
    };
    assert_eq!(behind(|_| {}), "abandoned");
    assert_eq!(behind(|smb| smb.tcp.ack(Server)), "abandoned");
    assert_eq!(
        behind(|smb| {
            smb.ask_close(7);
        }),
        "abandoned"
    );
    assert_eq!(behind(|smb| smb.fail(smb.ask_close(7), ACCESS_DENIED)), "abandoned");
    assert_eq!(behind(|smb| smb.pipe(7).get_printer(3, 1)), "leaked");
    assert_eq!(behind(|smb| smb.ipc(2)), "leaked");
    let leaves = |smb: &Smb1<Tcp<'_>>| {
        smb.pipe(7).close_printer(3, 1);
        smb.close(7);
        smb.log_off();
    };
    assert_eq!(behind(leaves), "closed");
    assert_eq!(behind(|smb| smb.close(7)), "lingering");
}
