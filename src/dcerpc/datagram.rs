//! Connectionless DCE/RPC (C706 12.5): each PDU is a datagram of its own.
//!
//! ```
//! use smbscope::dcerpc::datagram::{Body, Pdu};
//!
//! let datagram = [
//!     &[4, 0][..], // rpc_vers, ptype: request
//!     &[0x28, 0, 0x10, 0, 0, 0], // flags1, flags2, drep: little-endian, serial_hi
//!     &[0; 16], // object
//!     &[0x11; 16], // if_id
//!     &[0x22; 16], // act_id
//!     &[0, 0, 0, 0, 3, 0, 0, 0, 9, 0, 0, 0], // server_boot, if_vers, seqnum
//!     &[5, 0, 0xff, 0xff, 0xff, 0xff, 4, 0], // opnum, ihint, ahint, len
//!     &[0, 0, 0, 1], // fragnum, auth_proto, serial_lo
//!     b"stub",
//! ]
//! .concat();
//! let pdu = Pdu::parse(&datagram)?;
//! assert_eq!((pdu.header.opnum, pdu.header.seqnum), (5, 9));
//! assert_eq!(pdu.body, Body::Stub(b"stub"));
//! # Ok::<(), smbscope::ParseError>(())
//! ```

use uuid::Uuid;

use super::call::FaultStatus;
use super::header::{DataRepresentation, PduType};
use super::order;
use crate::error::{Anomalies, Examine, Layer, ParseError, Parsed, Read, Reason, Unread, parse, prefix};
use crate::wire::{array, fields, u8, up_to};

bitflags::bitflags! {
    /// `flags1` (C706 12.5.2.3).
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    #[cfg_attr(feature = "serde", derive(serde::Serialize), serde(transparent))]
    pub struct Flags1: u8 {
        /// Reserved for implementations.
        const RESERVED_01 = 0x01;
        /// The last fragment of a call.
        const LASTFRAG = 0x02;
        /// One fragment of several.
        const FRAG = 0x04;
        /// The sender wants no fack for this fragment.
        const NOFACK = 0x08;
        /// "Maybe" call semantics.
        const MAYBE = 0x10;
        /// The call may be executed more than once.
        const IDEMPOTENT = 0x20;
        /// "Broadcast" call semantics.
        const BROADCAST = 0x40;
        const _ = !0;
    }
}

bitflags::bitflags! {
    /// `flags2` (C706 12.5.2.4).
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    #[cfg_attr(feature = "serde", derive(serde::Serialize), serde(transparent))]
    pub struct Flags2: u8 {
        /// A cancel was pending when the call ended.
        const CANCEL_PENDING = 0x02;
        const _ = !0;
    }
}

/// The header of a connectionless PDU (C706 12.5.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Header {
    /// `ptype`.
    pub ptype: PduType,
    /// `flags1`.
    pub flags1: Flags1,
    /// `flags2`.
    pub flags2: Flags2,
    /// `drep`; its fourth byte does not exist here and is 0.
    pub drep: DataRepresentation,
    /// `object`.
    pub object: Uuid,
    /// `if_id`: the interface.
    pub if_id: Uuid,
    /// `act_id`: which of the client's activities the call belongs to.
    pub act_id: Uuid,
    /// `server_boot`: when the server started, 0 if the client does not know it.
    pub server_boot: u32,
    /// `if_vers`: the interface's version, the minor one in the upper half.
    pub if_vers: u32,
    /// `seqnum`: which call of the activity.
    pub seqnum: u32,
    /// `opnum`.
    pub opnum: u16,
    /// `ihint`: where the server keeps the interface.
    pub ihint: u16,
    /// `ahint`: where the server keeps the activity.
    pub ahint: u16,
    /// `len`: bytes of the body.
    pub len: u16,
    /// `fragnum`.
    pub fragnum: u16,
    /// `auth_proto`: 0 none, 1 private key.
    pub auth_proto: u8,
    /// `serial_hi` and `serial_lo`: which fragment sent.
    pub serial: u16,
}

impl Header {
    /// The length of a header in bytes.
    pub const SIZE: usize = 80;

    /// Reads a header and gives what follows it.
    ///
    /// # Errors
    /// The input is shorter than [`Header::SIZE`], or its version is not 4.
    pub fn parse(input: &[u8]) -> Parsed<'_, Self> {
        prefix(Layer::DceRpc, input, header)
    }

    /// True if type, flags and data representation are defined ones: what tells a header from eighty other bytes.
    #[must_use]
    pub const fn is_plausible(&self) -> bool {
        let [_, _, third, _] = self.drep.0;
        self.ptype.0 <= 10 && self.drep.is_defined() && third == 0 && self.flags1.bits() & 0x80 == 0
    }
}

/// A connectionless PDU.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Pdu<'a> {
    /// Its header.
    #[cfg_attr(feature = "serde", serde(flatten))]
    pub header: Header,
    /// What its type says follows it.
    #[cfg_attr(feature = "serde", serde(flatten))]
    pub body: Body<'a>,
    /// Bytes of the body that the datagram lacks.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub missing: usize,
}

/// The body of a [`Pdu`] (C706 12.5.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(untagged))]
#[non_exhaustive]
pub enum Body<'a> {
    /// The arguments of a request, or the results of a response, or one fragment of them.
    Stub(#[cfg_attr(feature = "serde", serde(skip))] &'a [u8]),
    /// Why a call failed (fault) or was not even begun (reject).
    Status {
        /// `status`.
        status: FaultStatus,
    },
    /// A cancel (`cl_cancel`).
    Cancel {
        /// `cancel_id`.
        cancel_id: u32,
    },
    /// What came of a cancel (`cancel_ack`).
    CancelAck {
        /// `cancel_id`.
        cancel_id: u32,
        /// `server_is_accepting`.
        server_is_accepting: bool,
    },
    /// What the receiver got so far and takes further (`fack`, and a `nocall` that has it).
    Fack {
        /// `window_size` in kilobytes.
        window_size: u16,
        /// `max_tsdu`: the longest message that it takes, in bytes.
        max_tsdu: u32,
        /// `max_frag_size` in bytes.
        max_frag_size: u32,
        /// `serial_num` of the fragment that this answers.
        serial_num: u16,
        /// `selack_len`: how many words follow that say which fragments came.
        selack_len: u16,
    },
    /// A PDU that is its header: ping, working, ack, and a nocall without more.
    Nothing {},
}

impl<'a> Pdu<'a> {
    /// Reads a datagram.
    ///
    /// # Errors
    /// No [`Header`], or the fixed body of its type is cut.
    pub fn parse(datagram: &'a [u8]) -> Result<Self, ParseError> {
        let (_, pdu) = parse(Layer::DceRpc, datagram, |input| {
            fields!(snake input => rest; header: header);
            let len = usize::from(header.len);
            let content = up_to(rest, len);
            let (rest, body) = body(&header, content)?;
            Ok((rest, Self { header, body, missing: len.saturating_sub(content.len()) }))
        })?;
        Ok(pdu)
    }
}

impl Examine for Pdu<'_> {
    fn examine(&self, anomalies: &mut Anomalies) {
        if self.missing > 0 {
            let there = usize::from(self.header.len).saturating_sub(self.missing);
            let offset = Header::SIZE.saturating_add(there);
            let reason = Reason::Truncated { field: "body" };
            anomalies.add(ParseError { layer: Layer::DceRpc, offset, reason });
        }
    }
}

/// True if a datagram is, by its header, one of these: asked of datagrams on any port.
#[must_use]
pub fn looks_like_datagram(datagram: &[u8]) -> bool {
    matches!(datagram, [4, 0..=10, ..])
        && Header::parse(datagram)
            .is_ok_and(|(rest, header)| header.is_plausible() && usize::from(header.len) <= rest.len())
}

fn header(input: &[u8]) -> Read<'_, Header> {
    fields!(snake input => rest; rpc_vers: u8);
    if rpc_vers != 4 {
        return Err(Unread::error(input, Reason::BadValue { field: "rpc_vers", value: rpc_vers.into() }));
    }
    fields!(snake rest => rest; ptype: u8, flags1: u8, flags2: u8, drep: array::<3>, serial_hi: u8);
    let [integers, floats, reserved] = drep;
    let drep = DataRepresentation([integers, floats, reserved, 0]);
    let big_endian = drep.is_big_endian();
    let (u16, u32, uuid) = (order::u16(big_endian), order::u32(big_endian), order::uuid(big_endian));
    fields! {
        snake rest => rest;
        object: uuid,
        if_id: uuid,
        act_id: uuid,
        server_boot: u32,
        if_vers: u32,
        seqnum: u32,
        opnum: u16,
        ihint: u16,
        ahint: u16,
        len: u16,
        fragnum: u16,
        auth_proto: u8,
        serial_lo: u8,
    }
    let header = Header {
        ptype: PduType(ptype),
        flags1: Flags1::from_bits_retain(flags1),
        flags2: Flags2::from_bits_retain(flags2),
        drep,
        object,
        if_id,
        act_id,
        server_boot,
        if_vers,
        seqnum,
        opnum,
        ihint,
        ahint,
        len,
        fragnum,
        auth_proto,
        serial: u16::from_be_bytes([serial_hi, serial_lo]),
    };
    Ok((rest, header))
}

fn body<'a>(header: &Header, content: &'a [u8]) -> Read<'a, Body<'a>> {
    let big_endian = header.drep.is_big_endian();
    let (u16, u32) = (order::u16(big_endian), order::u32(big_endian));
    Ok(match header.ptype {
        PduType::REQUEST | PduType::RESPONSE => (&[], Body::Stub(content)),
        PduType::FAULT | PduType::REJECT => {
            fields!(snake content => rest; status: u32);
            (rest, Body::Status { status: FaultStatus(status) })
        }
        PduType::CL_CANCEL => {
            fields!(snake content => rest; _vers: u32, cancel_id: u32);
            (rest, Body::Cancel { cancel_id })
        }
        PduType::CANCEL_ACK if !content.is_empty() => {
            fields!(snake content => rest; _vers: u32, cancel_id: u32, server_is_accepting: u32);
            (rest, Body::CancelAck { cancel_id, server_is_accepting: server_is_accepting != 0 })
        }
        PduType::FACK | PduType::NOCALL if !content.is_empty() => {
            fields! {
                snake content => rest;
                _vers: u8,
                _pad: u8,
                window_size: u16,
                max_tsdu: u32,
                max_frag_size: u32,
                serial_num: u16,
                selack_len: u16,
            }
            (rest, Body::Fack { window_size, max_tsdu, max_frag_size, serial_num, selack_len })
        }
        _ => (content, Body::Nothing {}),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn datagram(big_endian: bool, ptype: u8, body: &[u8]) -> Vec<u8> {
        let u16 = |value: u16| if big_endian { value.to_be_bytes() } else { value.to_le_bytes() };
        let u32 = |value: u32| if big_endian { value.to_be_bytes() } else { value.to_le_bytes() };
        let drep = if big_endian { 0x00 } else { 0x10 };
        [
            &[4, ptype][..],         // rpc_vers, ptype
            &[0x28, 0x02],           // flags1, flags2
            &[drep, 0, 0],           // drep
            &[0x01],                 // serial_hi
            &[0; 16],                // object
            &[0x11; 16],             // if_id
            &[0x22; 16],             // act_id
            &u32(7),                 // server_boot
            &u32(3),                 // if_vers
            &u32(9),                 // seqnum
            &u16(5),                 // opnum
            &[0xff; 4],              // ihint, ahint
            &u16(body.len() as u16), // len
            &u16(1),                 // fragnum
            &[0],                    // auth_proto
            &[0x02],                 // serial_lo
            body,
        ]
        .concat()
    }

    #[test]
    fn both_byte_orders() {
        for big_endian in [false, true] {
            let bytes = datagram(big_endian, 0, b"stub");
            assert!(looks_like_datagram(&bytes));
            let pdu = Pdu::parse(&bytes).unwrap();
            let header = &pdu.header;
            assert_eq!((header.ptype, header.opnum, header.seqnum), (PduType::REQUEST, 5, 9));
            assert_eq!(
                (header.if_vers, header.server_boot, header.serial, header.fragnum),
                (3, 7, 0x0102, 1)
            );
            assert_eq!(header.flags1, Flags1::IDEMPOTENT | Flags1::NOFACK);
            assert_eq!(pdu.body, Body::Stub(b"stub"));
            for length in 0..bytes.len() {
                let mut anomalies = Anomalies::default();
                match Pdu::parse(&bytes[..length]) {
                    Ok(pdu) => pdu.examine(&mut anomalies),
                    Err(error) => anomalies.add(error),
                }
                assert!(!anomalies.iter().any(ParseError::is_unnamed), "{length}: {anomalies:?}");
                assert!(anomalies.iter().next().is_some_and(|anomaly| anomaly.offset <= length));
                assert!(!looks_like_datagram(&bytes[..length]));
            }
        }
    }

    #[test]
    fn bodies() {
        let body = |ptype, body: &[u8]| {
            let bytes = datagram(true, ptype, body);
            let pdu = Pdu::parse(&bytes).unwrap();
            format!("{:?}", pdu.body)
        };
        let status = FaultStatus::UNK_IF.0.to_be_bytes();
        assert_eq!(body(6, &status), "Status { status: FaultStatus(nca_s_unk_if) }");
        assert_eq!(body(8, &[0, 0, 0, 0, 0, 0, 0, 4]), "Cancel { cancel_id: 4 }");
        assert_eq!(body(1, &[]), "Nothing");
        let fack = [0, 0, 0, 8, 0, 0, 0x10, 0, 0, 0, 5, 0, 0, 3, 0, 0];
        assert!(
            body(9, &fack)
                .starts_with("Fack { window_size: 8, max_tsdu: 4096, max_frag_size: 1280, serial_num: 3")
        );
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(mut bytes in proptest::collection::vec(any::<u8>(), 0..120)) {
            if let Some(first) = bytes.first_mut() {
                *first = 4;
            }
            let _ = Pdu::parse(&bytes).map(|pdu| pdu.examine(&mut Anomalies::default()));
        }
    }
}
