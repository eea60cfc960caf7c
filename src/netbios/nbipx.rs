//! NetBIOS over IPX: Novell's own protocol, and the name management protocol that Microsoft's direct hosting uses beside
//! it.
//!
//! Novell's ([`Packet::NetBios`], socket 0x0455; Novell, *IPX Router Specification*, type 20 packets) has names, datagrams
//! and sessions. Name management ([`Packet::Management`], sockets 0x0551 to 0x0554) has names, and datagrams to
//! mailslots. Packets that routers pass on begin with the 8 networks that they came through.
//!
//! ```
//! use smbscope::netbios::nbipx::Packet;
//!
//! let bytes = [
//!     &[0; 32][..], // networks
//!     &[0xfc, 2, 7, 0], // opcode: mailslot send, name type: workgroup, message id
//!     b"WORKGROUP      \x1d", // requested name
//!     b"WS-21          \0", // source name
//!     b"\xffSMB", // data
//! ]
//! .concat();
//! let packet = Packet::parse(0x0553, 20, &bytes)?; // socket, and type of the IPX packet
//! assert_eq!(packet.datagram(), Some(&b"\xffSMB"[..]));
//! # Ok::<(), smbscope::ParseError>(())
//! ```

use super::Name;
use crate::error::{Layer, ParseError, Read, parse};
use crate::wire::{array, fields, le_u16, take, u8, wire_enum};

/// The socket of Novell's NetBIOS.
pub const NETBIOS: u16 = 0x0455;
/// The sockets of name management: queries for names, the redirector, datagrams to mailslots, and the browser.
pub const MANAGEMENT: core::ops::RangeInclusive<u16> = 0x0551..=0x0554;
/// The number of a connection that the other end has not told yet.
pub const NO_CONNECTION: u16 = 0xffff;
/// The type of an IPX packet that routers pass on to all networks.
const WAN_BROADCAST: u8 = 20;
/// Bytes of the networks that a packet came through: 8 of 4 bytes.
const ROUTE: usize = 32;

wire_enum! {
    /// The data stream type of a packet of Novell's NetBIOS.
    pub struct PacketType(u8) {
        FIND_NAME = 1, "Find name";
        NAME_RECOGNIZED = 2, "Name recognized";
        CHECK_NAME = 3, "Check name";
        NAME_IN_USE = 4, "Name in use";
        DEREGISTER_NAME = 5, "Deregister name";
        SESSION_DATA = 6, "Session data";
        SESSION_END = 7, "Session end";
        SESSION_END_ACK = 8, "Session end acknowledgment";
        STATUS_QUERY = 9, "Status query";
        STATUS_RESPONSE = 10, "Status response";
        DIRECTED_DATAGRAM = 11, "Directed datagram";
    }
}

impl PacketType {
    /// True for the packets of a session.
    #[must_use]
    pub const fn is_of_session(self) -> bool {
        matches!(self, Self::SESSION_DATA | Self::SESSION_END | Self::SESSION_END_ACK)
    }
}

wire_enum! {
    /// What a packet of name management is.
    pub struct Opcode(u8) {
        NAME_CLAIM = 0xf1, "Name claim";
        NAME_DELETE = 0xf2, "Name delete";
        NAME_QUERY = 0xf3, "Name query";
        NAME_FOUND = 0xf4, "Name found";
        MESSENGER_HANGUP = 0xf5, "Messenger hangup";
        MAILSLOT_SEND = 0xfc, "Mailslot send";
        MAILSLOT_FIND = 0xfd, "Mailslot find";
        MAILSLOT_FOUND = 0xfe, "Mailslot found";
    }
}

wire_enum! {
    /// Whose name it is.
    pub struct NameType(u8) {
        MACHINE = 1, "machine";
        WORKGROUP = 2, "workgroup";
        BROWSER = 3, "browser";
    }
}

/// A packet of either protocol.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(untagged))]
#[non_exhaustive]
pub enum Packet<'a> {
    /// Of Novell's NetBIOS.
    NetBios {
        /// Data stream type.
        packet_type: PacketType,
        /// Flags of the name, or control of the connection.
        #[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::hex_number"))]
        flags: u8,
        /// What the type says follows.
        #[cfg_attr(feature = "serde", serde(flatten))]
        body: Body<'a>,
    },
    /// Of name management.
    Management {
        /// What it is.
        opcode: Opcode,
        /// Whose name it is.
        name_type: NameType,
        /// Pairs an answer with its query.
        message_id: u16,
        /// To whom, or about whom.
        requested_name: Name,
        /// From whom.
        source_name: Name,
        /// What is sent to a mailslot.
        #[cfg_attr(feature = "serde", serde(skip))]
        user_data: &'a [u8],
    },
}

/// What follows the flags and the type of a packet of Novell's NetBIOS.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(untagged))]
#[non_exhaustive]
pub enum Body<'a> {
    /// A datagram.
    Datagram {
        /// To whom.
        destination_name: Name,
        /// From whom.
        source_name: Name,
        /// What is sent.
        #[cfg_attr(feature = "serde", serde(skip))]
        user_data: &'a [u8],
    },
    /// A packet of a session.
    Session {
        /// The sender's number of the connection.
        source_connection_id: u16,
        /// The receiver's.
        destination_connection_id: u16,
        /// Number of the packet.
        send_sequence: u16,
        /// Bytes of the whole message.
        total_data_length: u16,
        /// Where in it the data of this packet belong.
        offset: u16,
        /// Bytes of data in this packet.
        data_length: u16,
        /// The number that is expected next from the receiver.
        receive_sequence: u16,
        /// Bytes received of the message under way.
        bytes_received: u16,
        /// The data.
        #[cfg_attr(feature = "serde", serde(skip))]
        user_data: &'a [u8],
    },
    /// A packet about a name.
    Name {
        /// The name.
        name: Name,
        /// What follows it, such as the names of a status response.
        #[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::hex"))]
        bytes: &'a [u8],
    },
}

/// Which of the sockets of a packet says that it is NetBIOS.
#[must_use]
pub fn socket(destination: u16, source: u16) -> Option<u16> {
    [destination, source].into_iter().find(|socket| *socket == NETBIOS || MANAGEMENT.contains(socket))
}

impl<'a> Packet<'a> {
    /// Reads the payload of an IPX packet of this type to or from this socket, which [`socket`] gives.
    ///
    /// # Errors
    /// It is cut before its data.
    pub fn parse(socket: u16, ipx_type: u8, payload: &'a [u8]) -> Result<Self, ParseError> {
        let (_, packet) = parse(Layer::NetBios, payload, |input| {
            if socket != NETBIOS {
                return management(input);
            }
            let route = if ipx_type == WAN_BROADCAST { ROUTE } else { 0 };
            let (rest, _) = take("networks", route)(input)?;
            fields!(rest => rest; flags: u8, packet_type: u8);
            let packet_type = PacketType(packet_type);
            let (rest, body) = body(packet_type, rest)?;
            Ok((rest, Self::NetBios { packet_type, flags, body }))
        })?;
        Ok(packet)
    }

    /// The data of a datagram.
    #[must_use]
    pub const fn datagram(&self) -> Option<&'a [u8]> {
        match self {
            Self::NetBios { body: Body::Datagram { user_data, .. }, .. }
            | Self::Management { opcode: Opcode::MAILSLOT_SEND, user_data, .. } => Some(user_data),
            _ => None,
        }
    }
}

fn body(packet_type: PacketType, input: &[u8]) -> Read<'_, Body<'_>> {
    Ok(match packet_type {
        PacketType::DIRECTED_DATAGRAM => {
            fields!(input => rest; destination_name: name);
            fields!(rest => user_data; source_name: name);
            (&[], Body::Datagram { destination_name, source_name, user_data })
        }
        packet_type if packet_type.is_of_session() => {
            fields! {
                input => rest;
                source_connection_id: le_u16,
                destination_connection_id: le_u16,
                send_sequence: le_u16,
                total_data_length: le_u16,
                offset: le_u16,
                data_length: le_u16,
                receive_sequence: le_u16,
            }
            fields!(rest => user_data; bytes_received: le_u16);
            let session = Body::Session {
                source_connection_id,
                destination_connection_id,
                send_sequence,
                total_data_length,
                offset,
                data_length,
                receive_sequence,
                bytes_received,
                user_data,
            };
            (&[], session)
        }
        _ => {
            fields!(input => bytes; name: name);
            (&[], Body::Name { name, bytes })
        }
    })
}

fn management(input: &[u8]) -> Read<'_, Packet<'_>> {
    let (rest, _) = take("networks", ROUTE)(input)?;
    fields!(rest => rest; opcode: u8, name_type: u8, message_id: le_u16, requested_name: name);
    fields!(rest => user_data; source_name: name);
    let (opcode, name_type) = (Opcode(opcode), NameType(name_type));
    let packet = Packet::Management { opcode, name_type, message_id, requested_name, source_name, user_data };
    Ok((&[], packet))
}

fn name(input: &[u8]) -> Read<'_, Name> {
    array::<16>(input).map(|(rest, bytes)| (rest, Name::from_bytes(bytes)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn mailslot() -> Vec<u8> {
        [
            &[0; 32][..],           // networks
            &[0xfc],                // opcode: mailslot send
            &[2],                   // name type: workgroup
            &[7, 0],                // message id
            b"WORKGROUP      \x1d", // requested name
            b"WS-21          \0",   // source name
            b"\xffSMB",             // data
        ]
        .concat()
    }

    #[test]
    fn a_datagram_to_a_mailslot() {
        let bytes = mailslot();
        for ipx_type in [4, 20] {
            let packet = Packet::parse(0x0553, ipx_type, &bytes).unwrap();
            let Packet::Management { opcode, name_type, message_id, requested_name, source_name, .. } =
                &packet
            else {
                panic!()
            };
            assert_eq!((*opcode, *name_type), (Opcode::MAILSLOT_SEND, NameType::WORKGROUP));
            assert_eq!((*message_id, requested_name.to_string()), (7, "WORKGROUP<1d>".into()));
            assert_eq!(
                (source_name.to_string(), packet.datagram()),
                ("WS-21<00>".into(), Some(&b"\xffSMB"[..]))
            );
        }
        for length in 0..bytes.len() {
            let cut = Packet::parse(0x0553, 20, &bytes[..length]);
            assert_eq!(cut.is_ok(), length >= 68, "{length}");
            assert!(cut.is_ok_and(|packet| packet.datagram() == Some(&bytes[68..length])) || length < 68);
        }
    }

    #[test]
    fn a_name_query_has_no_data() {
        let mut bytes = mailslot();
        bytes[32] = 0xf3; // opcode: name query
        assert_eq!(Packet::parse(0x0551, 4, &bytes).unwrap().datagram(), None);
    }

    #[test]
    fn a_datagram_of_novells_is_routed_if_its_type_says_so() {
        let direct = [
            &[0][..],               // control
            &[11],                  // type: directed datagram
            b"WORKGROUP      \x1e", // destination name
            b"WS-21          \0",   // source name
            b"data",                // data
        ]
        .concat();
        let routed = [&[0; 32][..], &direct].concat();
        for (ipx_type, bytes, head) in [(4, &direct, 34), (20, &routed, 66)] {
            let packet = Packet::parse(NETBIOS, ipx_type, bytes).unwrap();
            assert_eq!(packet.datagram(), Some(&b"data"[..]));
            let Packet::NetBios { body: Body::Datagram { destination_name, source_name, .. }, .. } = packet
            else {
                panic!()
            };
            assert_eq!(destination_name.to_string(), "WORKGROUP<1e>");
            assert_eq!(source_name.to_string(), "WS-21<00>");
            for length in 0..bytes.len() {
                assert_eq!(Packet::parse(NETBIOS, ipx_type, &bytes[..length]).is_ok(), length >= head);
            }
        }
    }

    #[test]
    fn sessions_are_told_from_names() {
        let mut bytes = vec![
            0x10, // control: end of message
            6,    // type: session data
            1, 0, // source connection id
            2, 0, // destination connection id
            3, 0, // send sequence
            4, 0, // total data length
            0, 0, // offset
            4, 0, // data length
            5, 0, // receive sequence
            0, 0, // bytes received
        ];
        bytes.extend(b"\xffSMB");
        let packet = Packet::parse(NETBIOS, 4, &bytes).unwrap();
        let Packet::NetBios { packet_type, body, .. } = &packet else { panic!() };
        assert!(packet_type.is_of_session());
        let Body::Session { destination_connection_id: 2, data_length: 4, user_data, .. } = body else {
            panic!("{body:?}")
        };
        assert_eq!((*user_data, packet.datagram()), (&b"\xffSMB"[..], None), "a session is no datagram");
        for length in 0..18 {
            let error = Packet::parse(NETBIOS, 4, &bytes[..length]).unwrap_err();
            assert!(!error.is_unnamed(), "{error}");
        }
        bytes[1] = 9; // type: status query
        let Packet::NetBios { packet_type, body: Body::Name { .. }, .. } =
            Packet::parse(NETBIOS, 4, &bytes).unwrap()
        else {
            panic!()
        };
        assert!(!packet_type.is_of_session());
    }

    #[test]
    fn a_socket_of_either_end_says_what_it_is() {
        assert_eq!(socket(0x4000, 0x0455), Some(0x0455));
        assert_eq!(socket(0x0553, 0x0552), Some(0x0553));
        assert_eq!(socket(0x0550, 0x4000), None, "the SMB server's own");
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(socket in 0x0450_u16..0x0560, ipx_type in 0_u8..24, bytes: Vec<u8>) {
            let _ = Packet::parse(socket, ipx_type, &bytes).map(|packet| packet.datagram());
        }
    }
}
