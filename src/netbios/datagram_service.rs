//! The datagram service (RFC 1002 4.4, UDP port 138): messages to a name, mailslots among them.
//!
//! ```
//! use smbscope::netbios::datagram_service::{MessageType, Packet};
//!
//! let datagram = [
//!     &[0x11, 0x02, 0xec, 0x7c][..], // MSG_TYPE, FLAGS, DGM_ID
//!     &[192, 0, 2, 1, 0, 138], // SOURCE_IP, SOURCE_PORT
//!     &[0, 72, 0, 0], // DGM_LENGTH, PACKET_OFFSET
//!     b"\x20EGEJEMEFFDFCFGCACACACACACACACACA\0", // SOURCE_NAME
//!     b"\x20FHEPFCELEHFCEPFFFACACACACACACABN\0", // DESTINATION_NAME
//!     b"data", // USER_DATA
//! ]
//! .concat();
//! let packet = Packet::parse(&datagram)?;
//! assert_eq!(packet.msg_type, MessageType::DIRECT_GROUP);
//! assert_eq!((packet.source_ip.to_string(), packet.source_port), ("192.0.2.1".to_owned(), 138));
//! # Ok::<(), smbscope::ParseError>(())
//! ```

use core::net::Ipv4Addr;

use super::Name;
use crate::error::{Anomalies, Examine, Layer, ParseError, Read, parse};
use crate::wire::{Raw, be_u16, be_u32, fields, u8, up_to, wire_enum};

wire_enum! {
    /// MSG_TYPE (RFC 1002 4.4.1).
    pub struct MessageType(u8) {
        DIRECT_UNIQUE = 0x10, "DIRECT_UNIQUE DATAGRAM";
        DIRECT_GROUP = 0x11, "DIRECT_GROUP DATAGRAM";
        BROADCAST = 0x12, "BROADCAST DATAGRAM";
        ERROR = 0x13, "DATAGRAM ERROR";
        QUERY_REQUEST = 0x14, "DATAGRAM QUERY REQUEST";
        POSITIVE_QUERY_RESPONSE = 0x15, "DATAGRAM POSITIVE QUERY RESPONSE";
        NEGATIVE_QUERY_RESPONSE = 0x16, "DATAGRAM NEGATIVE QUERY RESPONSE";
    }
}

bitflags::bitflags! {
    /// FLAGS (RFC 1002 4.4.1).
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    #[cfg_attr(feature = "serde", derive(serde::Serialize), serde(transparent))]
    pub struct Flags: u8 {
        /// MORE: more fragments follow.
        const MORE = 0x01;
        /// FIRST: this is the first fragment.
        const FIRST = 0x02;
        /// SNT of a P node; with [`Flags::M_NODE`] it is a distribution server (NBDD).
        const P_NODE = 0x04;
        /// SNT of an M node.
        const M_NODE = 0x08;
        const _ = !0;
    }
}

wire_enum! {
    /// ERROR_CODE of a datagram error (RFC 1002 4.4.3).
    pub struct ErrorCode(u8) {
        DESTINATION_NAME_NOT_PRESENT = 0x82, "destination name not present";
        INVALID_SOURCE_NAME_FORMAT = 0x83, "invalid source name format";
        INVALID_DESTINATION_NAME_FORMAT = 0x84, "invalid destination name format";
    }
}

/// A packet of the datagram service (RFC 1002 4.4.1).
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Packet<'a> {
    /// MSG_TYPE.
    pub msg_type: MessageType,
    /// FLAGS.
    pub flags: Flags,
    /// DGM_ID.
    pub dgm_id: u16,
    /// SOURCE_IP.
    pub source_ip: Ipv4Addr,
    /// SOURCE_PORT.
    pub source_port: u16,
    /// What the type says follows.
    #[cfg_attr(feature = "serde", serde(flatten))]
    pub body: Body<'a>,
    /// A name that is none.
    #[cfg_attr(feature = "serde", serde(skip))]
    anomaly: Option<ParseError>,
}

/// What follows the header of a [`Packet`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(untagged))]
#[non_exhaustive]
pub enum Body<'a> {
    /// A datagram (RFC 1002 4.4.2).
    Datagram {
        /// DGM_LENGTH: bytes of both names and the user data.
        dgm_length: u16,
        /// PACKET_OFFSET: where the user data of this fragment belongs.
        packet_offset: u16,
        /// SOURCE_NAME, unless it is none.
        source_name: Option<Name>,
        /// DESTINATION_NAME, unless it is none.
        destination_name: Option<Name>,
        /// USER_DATA, as far as it is there.
        #[cfg_attr(feature = "serde", serde(skip))]
        user_data: &'a [u8],
        /// Bytes of the datagram that DGM_LENGTH counts and that are not there.
        #[cfg_attr(feature = "serde", serde(skip))]
        missing: usize,
    },
    /// An error (RFC 1002 4.4.3).
    Error {
        /// ERROR_CODE.
        error_code: ErrorCode,
    },
    /// A query for a name, or its answer (RFC 1002 4.4.4).
    Query {
        /// DESTINATION_NAME.
        destination_name: Name,
    },
    /// Of a type that is not known.
    Other(Raw<'a>),
}

impl<'a> Packet<'a> {
    /// Reads a datagram.
    ///
    /// # Errors
    /// It is cut before its user data, or a query has a name that is none.
    pub fn parse(datagram: &'a [u8]) -> Result<Self, ParseError> {
        let (total, mut anomaly) = (datagram.len(), None);
        let (_, packet) = parse(Layer::NetBios, datagram, |input| {
            fields! {
                upper input => input;
                msg_type: u8,
                flags: u8,
                dgm_id: be_u16,
                source_ip: be_u32,
                source_port: be_u16,
            }
            let msg_type = MessageType(msg_type);
            let (input, body) = match msg_type {
                MessageType::DIRECT_UNIQUE | MessageType::DIRECT_GROUP | MessageType::BROADCAST => {
                    fields!(upper input => input; dgm_length: be_u16);
                    fields!(upper input => names; packet_offset: be_u16);
                    let (input, source_name) = name(names, total, &mut anomaly)?;
                    let (rest, destination_name) = name(input, total, &mut anomaly)?;
                    let left = usize::from(dgm_length).saturating_sub(names.len().saturating_sub(rest.len()));
                    let user_data = up_to(rest, left);
                    let missing = left.saturating_sub(user_data.len());
                    let body = Body::Datagram {
                        dgm_length,
                        packet_offset,
                        source_name,
                        destination_name,
                        user_data,
                        missing,
                    };
                    (rest, body)
                }
                MessageType::ERROR => {
                    fields!(upper input => input; error_code: u8);
                    (input, Body::Error { error_code: ErrorCode(error_code) })
                }
                MessageType::QUERY_REQUEST
                | MessageType::POSITIVE_QUERY_RESPONSE
                | MessageType::NEGATIVE_QUERY_RESPONSE => {
                    fields!(upper input => input; destination_name: Name::read);
                    (input, Body::Query { destination_name })
                }
                _ => (input, Body::Other(Raw::unknown(Layer::NetBios, "MSG_TYPE", msg_type.0, input))),
            };
            let (flags, source_ip) = (Flags::from_bits_retain(flags), Ipv4Addr::from_bits(source_ip));
            Ok((input, Self { msg_type, flags, dgm_id, source_ip, source_port, body, anomaly }))
        })?;
        Ok(packet)
    }
}

/// A name, passed over if it is none but takes the place of one.
fn name<'a>(input: &'a [u8], total: usize, anomaly: &mut Option<ParseError>) -> Read<'a, Option<Name>> {
    match (Name::read(input), input) {
        (Ok((rest, name)), _) => Ok((rest, Some(name))),
        (Err(nom::Err::Error(unread)), [32, rest @ ..]) => match rest.split_at_checked(33) {
            Some(([.., 0], rest)) => {
                anomaly.get_or_insert(unread.at(Layer::NetBios, total));
                Ok((rest, None))
            }
            _ => Err(nom::Err::Error(unread)),
        },
        (Err(error), _) => Err(error),
    }
}

impl Examine for Packet<'_> {
    fn examine(&self, anomalies: &mut Anomalies) {
        self.anomaly.iter().for_each(|anomaly| anomalies.add(*anomaly));
        if let Body::Datagram { user_data, missing, dgm_length, .. } = &self.body
            && *missing > 0
        {
            let offset = usize::from(*dgm_length).saturating_add(14).saturating_sub(*missing);
            let offset = offset.saturating_sub(user_data.len());
            let wanted = user_data.len().saturating_add(*missing);
            anomalies.expect(Layer::NetBios, "USER_DATA", offset, wanted, user_data);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn direct_group() -> Vec<u8> {
        [
            &[0x11][..],                               // MSG_TYPE
            &[0x02],                                   // FLAGS
            &[0xec, 0x7c],                             // DGM_ID
            &[192, 0, 2, 1],                           // SOURCE_IP
            &[0, 138],                                 // SOURCE_PORT
            &[0, 72],                                  // DGM_LENGTH
            &[0, 0],                                   // PACKET_OFFSET
            b"\x20EGEJEMEFFDFCFGCACACACACACACACACA\0", // SOURCE_NAME
            b"\x20FHEPFCELEHFCEPFFFACACACACACACABN\0", // DESTINATION_NAME
            b"data",                                   // USER_DATA
        ]
        .concat()
    }

    #[test]
    fn a_datagram_has_names_and_data() {
        let bytes = direct_group();
        let packet = Packet::parse(&bytes).unwrap();
        assert_eq!(
            (packet.msg_type, packet.flags, packet.dgm_id),
            (MessageType::DIRECT_GROUP, Flags::FIRST, 0xec7c)
        );
        assert_eq!((packet.source_ip, packet.source_port), (Ipv4Addr::new(192, 0, 2, 1), 138));
        let Body::Datagram { source_name, destination_name, user_data, missing, .. } = &packet.body else {
            panic!()
        };
        assert_eq!(source_name.as_ref().unwrap().to_string(), "FILESRV<20>");
        assert_eq!(destination_name.as_ref().unwrap().to_string(), "WORKGROUP<1d>");
        assert_eq!((*user_data, *missing), (&b"data"[..], 0));
        for length in 0..bytes.len() {
            let mut anomalies = Anomalies::default();
            match Packet::parse(&bytes[..length]) {
                Ok(packet) => packet.examine(&mut anomalies),
                Err(error) => anomalies.add(error),
            }
            assert!(!anomalies.iter().any(ParseError::is_unnamed), "{anomalies:?}");
            let offset = anomalies.iter().next().unwrap().offset;
            assert!(offset <= length && (length < 82 || offset == length), "{offset} when cut at {length}");
        }
    }

    #[test]
    fn a_name_that_is_none_does_not_hide_the_rest() {
        let mut bytes = direct_group();
        bytes[16] = b'z';
        let packet = Packet::parse(&bytes).unwrap();
        let Body::Datagram { source_name, user_data, .. } = &packet.body else { panic!() };
        assert_eq!((source_name, *user_data), (&None, &b"data"[..]));
        let mut anomalies = Anomalies::default();
        packet.examine(&mut anomalies);
        assert_eq!(anomalies.iter().next().map(|anomaly| anomaly.offset), Some(15));
    }

    #[test]
    fn errors_and_queries() {
        let error = [0x13, 0, 0, 1, 192, 0, 2, 1, 0, 138, 0x82];
        let body = Packet::parse(&error).unwrap().body;
        assert_eq!(body, Body::Error { error_code: ErrorCode::DESTINATION_NAME_NOT_PRESENT });
        let query =
            [&[0x14, 0, 0, 1, 192, 0, 2, 1, 0, 138][..], b"\x20EGEJEMEFFDFCFGCACACACACACACACACA\0"].concat();
        let Body::Query { destination_name } = Packet::parse(&query).unwrap().body else { panic!() };
        assert_eq!(destination_name.to_string(), "FILESRV<20>");
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(kind in 0x0f_u8..0x18, rest: Vec<u8>) {
            let bytes = [vec![kind], rest].concat();
            if let Ok(packet) = Packet::parse(&bytes) {
                packet.examine(&mut Anomalies::default());
            }
        }
    }
}
