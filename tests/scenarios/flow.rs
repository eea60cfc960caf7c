//! What contradicts the flow of a connection: reply bits, and ends behind which it goes on.

use crate::common::Owned;
use crate::ntlm::Who;
use crate::smb1::Smb1;
use crate::smb2::Smb2;
use crate::wire::Wire;

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
