//! The 16 bytes that every connection-oriented PDU begins with (C706 12.6.3.1).

use crate::error::{Layer, Parsed, Read, Reason, Unread, prefix};
use crate::wire::{array, fields, u8, wire_enum};

use super::order;

wire_enum! {
    /// The type of a PDU (C706 12.6.4; `AUTH3` is from \[MS-RPCE\] 2.2.2.10).
    pub struct PduType(u8) {
        REQUEST = 0, "request";
        PING = 1, "ping";
        RESPONSE = 2, "response";
        FAULT = 3, "fault";
        WORKING = 4, "working";
        NOCALL = 5, "nocall";
        REJECT = 6, "reject";
        ACK = 7, "ack";
        CL_CANCEL = 8, "cl_cancel";
        FACK = 9, "fack";
        CANCEL_ACK = 10, "cancel_ack";
        BIND = 11, "bind";
        BIND_ACK = 12, "bind_ack";
        BIND_NAK = 13, "bind_nak";
        ALTER_CONTEXT = 14, "alter_context";
        ALTER_CONTEXT_RESP = 15, "alter_context_resp";
        AUTH3 = 16, "auth3";
        SHUTDOWN = 17, "shutdown";
        CO_CANCEL = 18, "co_cancel";
        ORPHANED = 19, "orphaned";
    }
}

impl PduType {
    /// True for the types that C706 and \[MS-RPCE\] send over connections; the others are for datagrams.
    #[must_use]
    pub const fn is_connection_oriented(self) -> bool {
        matches!(self.0, 0 | 2 | 3 | 11..=19)
    }
}

bitflags::bitflags! {
    /// The flags of a PDU (C706 12.6.3.1, \[MS-RPCE\] 2.2.2.3). Unknown bits are kept.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    #[cfg_attr(feature = "serde", derive(serde::Serialize))]
    pub struct PfcFlags: u8 {
        /// The first fragment of a call.
        const FIRST_FRAG = 0x01;
        /// The last fragment of a call.
        const LAST_FRAG = 0x02;
        /// In requests: a cancel was pending at the sender. In binds: the sender can sign headers.
        const PENDING_CANCEL = 0x04;
        /// Reserved.
        const RESERVED = 0x08;
        /// The sender can have several calls under way on one connection.
        const CONC_MPX = 0x10;
        /// The call was surely not executed (faults only).
        const DID_NOT_EXECUTE = 0x20;
        /// "Maybe" call semantics.
        const MAYBE = 0x40;
        /// An object UUID stands between the request header and the stub.
        const OBJECT_UUID = 0x80;
        const _ = !0;
    }
}

/// How the sender writes numbers and characters (C706 14.1, the format label).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct DataRepresentation(
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::hex"))] pub [u8; 4],
);

impl DataRepresentation {
    /// True if integers are big-endian.
    #[must_use]
    pub const fn is_big_endian(self) -> bool {
        let [integers_and_characters, ..] = self.0;
        integers_and_characters & 0xf0 == 0
    }

    /// True if 8-bit characters are EBCDIC rather than ASCII.
    #[must_use]
    pub const fn is_ebcdic(self) -> bool {
        let [integers_and_characters, ..] = self.0;
        integers_and_characters & 0x0f == 1
    }

    /// The floating point format: 0 IEEE, 1 VAX, 2 Cray, 3 IBM.
    #[must_use]
    pub const fn floating_point(self) -> u8 {
        let [_, floating_point, ..] = self.0;
        floating_point
    }

    /// True if every part has a value that C706 defines; the two reserved bytes are not looked at.
    #[must_use]
    pub const fn is_defined(self) -> bool {
        let [integers_and_characters, floating_point, ..] = self.0;
        matches!(integers_and_characters, 0x00 | 0x01 | 0x10 | 0x11) && floating_point <= 3
    }
}

/// The common header (C706 12.6.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Header {
    /// `rpc_vers`, always 5.
    pub version: u8,
    /// `rpc_vers_minor`, 0 or 1.
    pub minor: u8,
    /// `PTYPE`.
    pub kind: PduType,
    /// `pfc_flags`.
    pub flags: PfcFlags,
    /// `packed_drep`.
    pub drep: DataRepresentation,
    /// Length of the whole PDU in bytes, this header included.
    pub frag_length: u16,
    /// Length of the authentication value in bytes, without the 8 bytes in front of it. 0: no trailer.
    pub auth_length: u16,
    /// The number that pairs an answer with its request.
    pub call_id: u32,
}

impl Header {
    /// Length of this header in bytes.
    pub const SIZE: usize = 16;

    /// Reads the header and gives what follows it.
    ///
    /// # Errors
    /// The input is shorter than [`Header::SIZE`], the version is not 5, or `frag_length` is below 16.
    pub fn parse(input: &[u8]) -> Parsed<'_, Self> {
        prefix(Layer::DceRpc, input, header)
    }

    /// True if the minor version, the type and the data representation are defined ones, and the authentication
    /// trailer fits into the PDU: what tells a header from sixteen other bytes.
    #[must_use]
    pub fn is_plausible(&self) -> bool {
        let trailer = if self.auth_length == 0 { 0 } else { self.auth_length.saturating_add(8) };
        let room = usize::from(self.frag_length).saturating_sub(Self::SIZE);
        self.minor <= 1
            && self.kind.is_connection_oriented()
            && self.drep.is_defined()
            && usize::from(trailer) <= room
    }
}

fn header(input: &[u8]) -> Read<'_, Header> {
    fields!(snake input => rest; rpc_vers: u8);
    if rpc_vers != 5 {
        return Err(Unread::error(input, Reason::BadValue { field: "rpc_vers", value: rpc_vers.into() }));
    }
    fields!(snake rest => rest; rpc_vers_minor: u8, ptype: u8, pfc_flags: u8);
    fields!(snake rest => at_length; packed_drep: array::<4>);
    let drep = DataRepresentation(packed_drep);
    let big_endian = drep.is_big_endian();
    fields!(snake at_length => rest; frag_length: order::u16(big_endian));
    if usize::from(frag_length) < Header::SIZE {
        let reason = Reason::BadValue { field: "frag_length", value: frag_length.into() };
        return Err(Unread::error(at_length, reason));
    }
    fields!(snake rest => rest; auth_length: order::u16(big_endian), call_id: order::u32(big_endian));
    let header = Header {
        version: rpc_vers,
        minor: rpc_vers_minor,
        kind: PduType(ptype),
        flags: PfcFlags::from_bits_retain(pfc_flags),
        drep,
        frag_length,
        auth_length,
        call_id,
    };
    Ok((rest, header))
}
