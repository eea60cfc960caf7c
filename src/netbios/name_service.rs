//! The name service (RFC 1002 4.2, UDP port 137): who has which name.
//!
//! ```
//! use smbscope::netbios::name_service::{Entry, Opcode, Packet, RecordType};
//!
//! let datagram = [
//!     &[0xa7, 0x95, 0x01, 0x10][..], // NAME_TRN_ID, flags: a query to all
//!     &[0, 1, 0, 0, 0, 0, 0, 0], // QDCOUNT, ANCOUNT, NSCOUNT, ARCOUNT
//!     b"\x20EGEJEMEFFDFCFGCACACACACACACACACA\0", // QUESTION_NAME
//!     &[0, 0x20, 0, 1], // QUESTION_TYPE, QUESTION_CLASS
//! ]
//! .concat();
//! let packet = Packet::parse(&datagram)?;
//! assert_eq!((packet.opcode, packet.is_response()), (Opcode::QUERY, false));
//! for entry in packet.entries.iter() {
//!     let Entry::Question(question) = entry? else { continue };
//!     assert_eq!(question.question_name.to_string(), "FILESRV<20>"); // the file server
//!     assert_eq!(question.question_type, RecordType::NB);
//! }
//! # Ok::<(), smbscope::ParseError>(())
//! ```

use core::net::Ipv4Addr;

use super::Name;
use crate::error::{Anomalies, Examine, Layer, ParseError, Read, Reason, parse};
use crate::wire::{Raw, be_u16, be_u32, fields, up_to, wire_enum, wire_list};

wire_enum! {
    /// OPCODE (RFC 1002 4.2.1.1).
    pub struct Opcode(u8) {
        QUERY = 0, "query";
        REGISTRATION = 5, "registration";
        RELEASE = 6, "release";
        /// The server wants to be waited for.
        WACK = 7, "WACK";
        REFRESH = 8, "refresh";
        /// As Windows sends it.
        REFRESH_ALTERNATE = 9, "refresh (alternate)";
        MULTIHOMED_REGISTRATION = 15, "multihomed registration";
    }
}

wire_enum! {
    /// RCODE of a response (RFC 1002 4.2.6, 4.2.11, 4.2.14).
    pub struct ResponseCode(u8) {
        SUCCESS = 0, "success";
        FMT_ERR = 1, "FMT_ERR";
        SRV_ERR = 2, "SRV_ERR";
        NAM_ERR = 3, "NAM_ERR";
        IMP_ERR = 4, "IMP_ERR";
        RFS_ERR = 5, "RFS_ERR";
        /// Another node has the name.
        ACT_ERR = 6, "ACT_ERR";
        /// Several nodes have the unique name.
        CFT_ERR = 7, "CFT_ERR";
    }
}

wire_enum! {
    /// RR_TYPE and QUESTION_TYPE (RFC 1002 4.2.1.2, 4.2.1.3).
    pub struct RecordType(u16) {
        A = 0x0001, "A";
        NS = 0x0002, "NS";
        NULL = 0x000a, "NULL";
        /// A name's addresses.
        NB = 0x0020, "NB";
        /// A node's names.
        NBSTAT = 0x0021, "NBSTAT";
    }
}

bitflags::bitflags! {
    /// NM_FLAGS with the bit of a response (RFC 1002 4.2.1.1), as they stand in the 16 bits after the id.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    #[cfg_attr(feature = "serde", derive(serde::Serialize), serde(transparent))]
    pub struct Flags: u16 {
        /// R: a response.
        const RESPONSE = 0x8000;
        /// AA: the node has the name, or speaks for it.
        const AUTHORITATIVE_ANSWER = 0x0400;
        /// TC: the message was truncated.
        const TRUNCATION = 0x0200;
        /// RD.
        const RECURSION_DESIRED = 0x0100;
        /// RA.
        const RECURSION_AVAILABLE = 0x0080;
        /// B: it was broadcast.
        const BROADCAST = 0x0010;
        const _ = !0;
    }
}

bitflags::bitflags! {
    /// NB_FLAGS and NAME_FLAGS: what kind of name, of what kind of node (RFC 1002 4.2.1.3, 4.2.18).
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    #[cfg_attr(feature = "serde", derive(serde::Serialize), serde(transparent))]
    pub struct NameFlags: u16 {
        /// G: a group name, which several nodes have.
        const GROUP = 0x8000;
        /// ONT of a node that asks a name server (P).
        const P_NODE = 0x2000;
        /// ONT of a node that broadcasts first (M); with [`NameFlags::P_NODE`] one that asks first (H).
        const M_NODE = 0x4000;
        /// DRG: it is being given up.
        const DEREGISTER = 0x1000;
        /// CNF: it is in conflict.
        const CONFLICT = 0x0800;
        /// ACT: it is active.
        const ACTIVE = 0x0400;
        /// PRM: it is the permanent node name.
        const PERMANENT = 0x0200;
        const _ = !0;
    }
}

/// A packet of the name service (RFC 1002 4.2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Packet<'a> {
    /// NAME_TRN_ID: what pairs a response with its request.
    pub name_trn_id: u16,
    /// OPCODE.
    pub opcode: Opcode,
    /// The response bit and NM_FLAGS.
    pub flags: Flags,
    /// RCODE.
    pub rcode: ResponseCode,
    /// Questions and resource records.
    pub entries: Entries<'a>,
}

impl<'a> Packet<'a> {
    /// Length in bytes of what stands before the first entry.
    const HEADER: usize = 12;

    /// Reads a datagram.
    ///
    /// # Errors
    /// It is shorter than its header.
    pub fn parse(datagram: &'a [u8]) -> Result<Self, ParseError> {
        let (_, packet) = parse(Layer::NetBios, datagram, |input| {
            fields! {
                upper input => input;
                name_trn_id: be_u16,
                nm_flags: be_u16,
                qdcount: be_u16,
                ancount: be_u16,
                nscount: be_u16,
                arcount: be_u16,
            }
            let [high, low] = nm_flags.to_be_bytes();
            let packet = Self {
                name_trn_id,
                opcode: Opcode(high >> 3 & 0x0f),
                flags: Flags::from_bits_retain(nm_flags & 0x87f0),
                rcode: ResponseCode(low & 0x0f),
                entries: Entries { datagram, counts: [qdcount, ancount, nscount, arcount] },
            };
            Ok((input, packet))
        })?;
        Ok(packet)
    }

    /// OPCODE, NM_FLAGS and RCODE in the 16 bits that they share.
    #[must_use]
    pub fn bits(&self) -> u16 {
        self.flags.bits() | u16::from(self.opcode.0) << 11 | u16::from(self.rcode.0)
    }

    /// True for a response.
    #[must_use]
    pub const fn is_response(&self) -> bool {
        self.flags.contains(Flags::RESPONSE)
    }
}

impl Examine for Packet<'_> {
    fn examine(&self, anomalies: &mut Anomalies) {
        self.entries.examine(anomalies);
    }
}

/// The questions and resource records of a packet, in this order: questions, answers, authority, additional.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entries<'a> {
    datagram: &'a [u8],
    /// QDCOUNT, ANCOUNT, NSCOUNT, ARCOUNT.
    counts: [u16; 4],
}

impl<'a> Entries<'a> {
    /// How many the header says there are: QDCOUNT, ANCOUNT, NSCOUNT, ARCOUNT.
    #[must_use]
    pub const fn counts(&self) -> [u16; 4] {
        self.counts
    }

    /// The entries, up to one error where one cannot be read.
    pub fn iter(&self) -> impl Iterator<Item = Result<Entry<'a>, ParseError>> + use<'a> {
        let (datagram, mut left) = (self.datagram, self.counts);
        let mut offset = Packet::HEADER;
        core::iter::from_fn(move || {
            let section = left.iter().position(|count| *count > 0)?;
            let entry = if section == 0 {
                question(datagram, offset).map(|(next, question)| (next, Entry::Question(question)))
            } else {
                record(datagram, offset).map(|(next, record)| (next, Entry::Record(record)))
            };
            match entry {
                Ok((next, entry)) => {
                    offset = next;
                    if let Some(count) = left.get_mut(section) {
                        *count = count.saturating_sub(1);
                    }
                    Some(Ok(entry))
                }
                Err(error) => {
                    left = [0; 4];
                    Some(Err(error))
                }
            }
        })
    }
}

/// A question or a resource record.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(untagged))]
#[non_exhaustive]
pub enum Entry<'a> {
    /// What is asked, or what the request is about.
    Question(Question),
    /// What is known of a name.
    Record(Record<'a>),
}

impl Examine for Entry<'_> {
    fn examine(&self, anomalies: &mut Anomalies) {
        if let Self::Record(record) = self {
            record.examine(anomalies);
        }
    }
}

/// An entry of the question section (RFC 1002 4.2.1.2).
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Question {
    /// QUESTION_NAME.
    pub question_name: Name,
    /// QUESTION_TYPE.
    pub question_type: RecordType,
    /// QUESTION_CLASS, 1 for the Internet.
    pub question_class: u16,
}

/// A resource record (RFC 1002 4.2.1.3).
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Record<'a> {
    /// RR_NAME.
    pub rr_name: Name,
    /// RR_TYPE.
    pub rr_type: RecordType,
    /// RR_CLASS.
    pub rr_class: u16,
    /// TTL in seconds.
    pub ttl: u32,
    /// RDLENGTH in bytes.
    pub rdlength: u16,
    /// RDATA.
    pub rdata: RecordData<'a>,
    /// Where RDATA begins, in bytes from the start of the datagram.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub rdata_offset: usize,
}

impl Examine for Record<'_> {
    fn examine(&self, anomalies: &mut Anomalies) {
        let (bytes, at) = (self.rdata.bytes(), self.rdata_offset);
        anomalies.expect(Layer::NetBios, "RDATA", at, self.rdlength.into(), bytes);
        if let RecordData::NodeStatus(status) = &self.rdata
            && status.names().count() < usize::from(status.num_names)
        {
            let offset = at.saturating_add(bytes.len());
            let reason = Reason::Truncated { field: "NODE_NAME ARRAY" };
            anomalies.add(ParseError { layer: Layer::NetBios, offset, reason });
        }
    }
}

/// RDATA of a record, by its type.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(untagged))]
#[non_exhaustive]
pub enum RecordData<'a> {
    /// The addresses of a name (NB).
    Addresses(Addresses<'a>),
    /// The names of a node (NBSTAT).
    NodeStatus(NodeStatus<'a>),
    /// Of another type, and as it is.
    Other(Raw<'a>),
}

impl<'a> RecordData<'a> {
    /// The bytes as they are.
    #[must_use]
    pub const fn bytes(&self) -> &'a [u8] {
        match self {
            Self::Addresses(Addresses(bytes)) | Self::Other(Raw { bytes, .. }) => bytes,
            Self::NodeStatus(status) => status.bytes,
        }
    }
}

/// The addresses of an NB record, each with the flags of the name there (RFC 1002 4.2.2, 4.2.13).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Addresses<'a>(&'a [u8]);

impl<'a> Addresses<'a> {
    /// The addresses that are whole.
    pub fn iter(&self) -> impl Iterator<Item = Address> + use<'a> {
        self.0.as_chunks::<6>().0.iter().map(|[f0, f1, a, b, c, d]| Address {
            nb_flags: NameFlags::from_bits_retain(u16::from_be_bytes([*f0, *f1])),
            nb_address: Ipv4Addr::new(*a, *b, *c, *d),
        })
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Addresses<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        crate::wire::serialise::list(self.iter(), serializer)
    }
}

/// One address of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Address {
    /// NB_FLAGS.
    pub nb_flags: NameFlags,
    /// NB_ADDRESS.
    pub nb_address: Ipv4Addr,
}

/// The names of a node, and its statistics (RFC 1002 4.2.18).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct NodeStatus<'a> {
    /// NUM_NAMES.
    pub num_names: u8,
    bytes: &'a [u8],
}

impl<'a> NodeStatus<'a> {
    /// The names and their flags, as many as are whole.
    pub fn names(&self) -> impl Iterator<Item = (Name, NameFlags)> + use<'a> {
        let entries = self.bytes.get(1..).unwrap_or_default().as_chunks::<18>().0;
        entries.iter().take(self.num_names.into()).filter_map(|entry| {
            let (name, flags) = entry.split_first_chunk::<16>()?;
            let flags = u16::from_be_bytes(*flags.first_chunk::<2>()?);
            Some((Name::from_bytes(*name), NameFlags::from_bits_retain(flags)))
        })
    }

    /// STATISTICS, which begin with UNIT_ID, the node's MAC address.
    #[must_use]
    pub fn statistics(&self) -> &'a [u8] {
        let names = usize::from(self.num_names).saturating_mul(18);
        self.bytes.get(names.saturating_add(1)..).unwrap_or_default()
    }

    /// UNIT_ID, if it is there: the MAC address.
    #[must_use]
    pub fn unit_id(&self) -> Option<[u8; 6]> {
        self.statistics().first_chunk::<6>().copied()
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for NodeStatus<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(serde::Serialize)]
        struct NodeName {
            nb_name: Name,
            name_flags: NameFlags,
        }
        #[derive(serde::Serialize)]
        struct Status {
            num_names: u8,
            names: Vec<NodeName>,
            unit_id: Option<String>,
        }
        let names = self.names().map(|(nb_name, name_flags)| NodeName { nb_name, name_flags });
        let unit_id = self.unit_id().map(|id| crate::wire::hex(&id));
        Status { num_names: self.num_names, names: names.collect(), unit_id }.serialize(serializer)
    }
}

wire_list!(Entries);

fn question(datagram: &[u8], offset: usize) -> Result<(usize, Question), ParseError> {
    let (offset, question_name) = Name::parse_at(datagram, offset)?;
    let (next, (question_type, question_class)) = at(datagram, offset, |input| {
        fields!(upper input => input; question_type: be_u16, question_class: be_u16);
        Ok((input, (RecordType(question_type), question_class)))
    })?;
    Ok((next, Question { question_name, question_type, question_class }))
}

fn record(datagram: &[u8], offset: usize) -> Result<(usize, Record<'_>), ParseError> {
    let (offset, rr_name) = Name::parse_at(datagram, offset)?;
    let (rdata_offset, (rr_type, rr_class, ttl, rdlength)) = at(datagram, offset, |input| {
        fields!(upper input => input; rr_type: be_u16, rr_class: be_u16, ttl: be_u32, rdlength: be_u16);
        Ok((input, (RecordType(rr_type), rr_class, ttl, rdlength)))
    })?;
    let rest = datagram.get(rdata_offset..).unwrap_or_default();
    let bytes = up_to(rest, rdlength.into());
    let rdata = match (rr_type, bytes) {
        (RecordType::NB, _) => RecordData::Addresses(Addresses(bytes)),
        (RecordType::NBSTAT, [num_names, ..]) => {
            RecordData::NodeStatus(NodeStatus { num_names: *num_names, bytes })
        }
        _ => RecordData::Other(Raw::unknown(Layer::NetBios, "RR_TYPE", rr_type.0, bytes)),
    };
    let record = Record { rr_name, rr_type, rr_class, ttl, rdlength, rdata, rdata_offset };
    Ok((rdata_offset.saturating_add(bytes.len()), record))
}

/// Runs a parser at an offset of the datagram; gives the offset of what follows.
fn at<'a, T>(
    datagram: &'a [u8],
    offset: usize,
    parser: impl FnOnce(&'a [u8]) -> Read<'a, T>,
) -> Result<(usize, T), ParseError> {
    match parse(Layer::NetBios, datagram.get(offset..).unwrap_or_default(), parser) {
        Ok((rest, value)) => Ok((datagram.len().saturating_sub(rest.len()), value)),
        Err(error) => Err(error.behind(offset)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// `FILESRV<20>`, encoded.
    const FILESRV: &[u8] = b"\x20EGEJEMEFFDFCFGCACACACACACACACACA\0";

    fn registration() -> Vec<u8> {
        [
            &[0xa7, 0x95][..],   // NAME_TRN_ID
            &[0x29, 0x10],       // R, OPCODE, NM_FLAGS, RCODE
            &[0, 1],             // QDCOUNT
            &[0, 0],             // ANCOUNT
            &[0, 0],             // NSCOUNT
            &[0, 1],             // ARCOUNT
            FILESRV,             // QUESTION_NAME
            &[0, 0x20],          // QUESTION_TYPE
            &[0, 1],             // QUESTION_CLASS
            &[0xc0, 12],         // RR_NAME: a pointer to QUESTION_NAME
            &[0, 0x20],          // RR_TYPE
            &[0, 1],             // RR_CLASS
            &[0, 4, 0x93, 0xe0], // TTL
            &[0, 6],             // RDLENGTH
            &[0xe0, 0],          // NB_FLAGS
            &[192, 0, 2, 7],     // NB_ADDRESS
        ]
        .concat()
    }

    fn node_status() -> Vec<u8> {
        [
            &[0, 1][..],            // NAME_TRN_ID
            &[0x84, 0],             // R, OPCODE, NM_FLAGS, RCODE
            &[0, 0],                // QDCOUNT
            &[0, 1],                // ANCOUNT
            &[0, 0, 0, 0],          // NSCOUNT, ARCOUNT
            FILESRV,                // RR_NAME
            &[0, 0x21],             // RR_TYPE
            &[0, 1],                // RR_CLASS
            &[0, 0, 0, 0],          // TTL
            &[0, 43],               // RDLENGTH
            &[2],                   // NUM_NAMES
            b"FILESRV        \x20", // NETBIOS FORMAT NAME
            &[0x04, 0],             // NAME_FLAGS
            b"WORKGROUP      \0",   // NETBIOS FORMAT NAME
            &[0x84, 0],             // NAME_FLAGS
            &[2, 0, 0, 1, 2, 3],    // UNIT_ID
        ]
        .concat()
    }

    #[test]
    fn a_registration_says_name_and_address() {
        let bytes = registration();
        let packet = Packet::parse(&bytes).unwrap();
        assert_eq!(
            (packet.name_trn_id, packet.opcode, packet.bits()),
            (0xa795, Opcode::REGISTRATION, 0x2910)
        );
        assert!(packet.flags.contains(Flags::BROADCAST) && !packet.is_response());
        let entries: Vec<_> = packet.entries.iter().map(Result::unwrap).collect();
        let [Entry::Question(question), Entry::Record(record)] = &entries[..] else { panic!("{entries:?}") };
        assert_eq!(question.question_name.to_string(), "FILESRV<20>");
        assert_eq!(record.rr_name, question.question_name);
        assert_eq!((record.ttl, record.rdlength), (300_000, 6));
        let RecordData::Addresses(addresses) = record.rdata else { panic!() };
        let address = addresses.iter().next().unwrap();
        assert_eq!(address.nb_address, Ipv4Addr::new(192, 0, 2, 7));
        assert_eq!(address.nb_flags, NameFlags::GROUP | NameFlags::M_NODE | NameFlags::P_NODE);
    }

    #[test]
    fn a_node_status_lists_names() {
        let bytes = node_status();
        let packet = Packet::parse(&bytes).unwrap();
        assert!(packet.is_response());
        let Some(Ok(Entry::Record(record))) = packet.entries.iter().next() else { panic!() };
        let RecordData::NodeStatus(status) = &record.rdata else { panic!() };
        let names: Vec<_> = status.names().map(|(name, flags)| (name.to_string(), flags)).collect();
        assert_eq!(names[0], ("FILESRV<20>".into(), NameFlags::ACTIVE));
        assert_eq!(names[1], ("WORKGROUP<00>".into(), NameFlags::ACTIVE | NameFlags::GROUP));
        assert_eq!(status.unit_id(), Some([2, 0, 0, 1, 2, 3]));
    }

    #[test]
    fn what_is_cut_is_told() {
        for bytes in [registration(), node_status()] {
            let mut anomalies = Anomalies::default();
            Packet::parse(&bytes).unwrap().examine(&mut anomalies);
            assert!(anomalies.is_empty(), "{anomalies:?}");
            for length in 0..bytes.len() {
                let mut anomalies = Anomalies::default();
                match Packet::parse(&bytes[..length]) {
                    Ok(packet) => packet.examine(&mut anomalies),
                    Err(error) => anomalies.add(error),
                }
                assert!(!anomalies.iter().any(ParseError::is_unnamed), "{anomalies:?}");
                let first = anomalies.iter().next().copied().unwrap_or_else(|| panic!("cut at {length}"));
                assert!(first.offset <= length, "{first} in {length} bytes");
            }
        }
    }

    #[test]
    fn a_pointer_that_leads_forwards_or_to_itself_is_an_error() {
        for target in [46_u8, 50, 63] {
            let mut bytes = registration();
            bytes[51] = target;
            bytes[50] = 0xc0;
            let packet = Packet::parse(&bytes).unwrap();
            assert!(packet.entries.iter().any(|entry| entry.is_err()), "to {target}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_give_a_bounded_list(bytes: Vec<u8>) {
            if let Ok(packet) = Packet::parse(&bytes) {
                prop_assert!(packet.entries.iter().count() <= bytes.len());
                packet.examine(&mut Anomalies::default());
            }
        }
    }
}
