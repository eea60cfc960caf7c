//! Frames of the browser protocol: \[MS-BRWS\] 2.2.
//!
//! ```
//! use smbscope::rap::ServerType;
//! use smbscope::rap::browser::{Body, Frame};
//!
//! let bytes = [
//!     &[1, 3][..], // host announcement, UpdateCount
//!     &[0xc0, 0xd4, 1, 0], // Periodicity
//!     b"WS-21\0\0\0\0\0\0\0\0\0\0\0", // ServerName
//!     &[4, 0, 0x03, 0x22, 0x40, 0], // OSVersionMajor, OSVersionMinor, ServerType
//!     &[15, 1, 0x55, 0xaa], // BrowserVersionMajor, BrowserVersionMinor, Signature
//!     b"Front desk\0", // Comment
//! ]
//! .concat();
//! let Body::Announcement(host) = Frame::parse(&bytes)?.body else { panic!() };
//! assert_eq!((host.server_name, host.comment), (&b"WS-21"[..], &b"Front desk"[..]));
//! assert!(host.server_type.contains(ServerType::PRINTQ_SERVER)); // it shares a printer
//! # Ok::<(), smbscope::ParseError>(())
//! ```

use super::ServerType;
use crate::error::{Anomalies, Examine, Layer, ParseError, Read, Reason, parse};
use crate::wire::{Raw, array, fields, le_u16, le_u32, u8, up_to, wire_enum};

wire_enum! {
    /// What a frame is (\[MS-BRWS\] 2.2).
    pub struct FrameType(u8) {
        HOST_ANNOUNCEMENT = 0x01, "HostAnnouncement";
        ANNOUNCEMENT_REQUEST = 0x02, "AnnouncementRequest";
        REQUEST_ELECTION = 0x08, "RequestElection";
        GET_BACKUP_LIST_REQUEST = 0x09, "GetBackupListRequest";
        GET_BACKUP_LIST_RESPONSE = 0x0a, "GetBackupListResponse";
        BECOME_BACKUP = 0x0b, "BecomeBackup";
        DOMAIN_ANNOUNCEMENT = 0x0c, "DomainAnnouncement";
        MASTER_ANNOUNCEMENT = 0x0d, "MasterAnnouncement";
        RESET_STATE_REQUEST = 0x0e, "ResetStateRequest";
        LOCAL_MASTER_ANNOUNCEMENT = 0x0f, "LocalMasterAnnouncement";
    }
}

/// A frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Frame<'a> {
    /// What it is.
    pub frame_type: FrameType,
    /// What it says.
    #[cfg_attr(feature = "serde", serde(flatten))]
    pub body: Body<'a>,
}

/// An announcement of a computer, or of a domain and its master (\[MS-BRWS\] 2.2.1, 2.2.7, 2.2.10).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Announcement<'a> {
    /// UpdateCount.
    pub update_count: u8,
    /// Periodicity in milliseconds.
    pub periodicity: u32,
    /// ServerName, or MachineGroup of a domain.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::ascii"))]
    pub server_name: &'a [u8],
    /// OSVersionMajor and OSVersionMinor.
    pub os_version: (u8, u8),
    /// ServerType.
    pub server_type: ServerType,
    /// BrowserVersionMajor and BrowserVersionMinor.
    pub browser_version: (u8, u8),
    /// Signature, 0xAA55.
    pub signature: u16,
    /// Comment, or LocalMasterBrowserName of a domain, without its NUL.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::ascii"))]
    pub comment: &'a [u8],
}

/// What a [`Frame`] says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(untagged))]
#[non_exhaustive]
pub enum Body<'a> {
    /// HostAnnouncement, DomainAnnouncement, LocalMasterAnnouncement.
    Announcement(Announcement<'a>),
    /// AnnouncementRequest (2.2.2).
    AnnouncementRequest {
        /// ResponseName: who asks.
        #[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::ascii"))]
        response_name: &'a [u8],
    },
    /// RequestElection (2.2.3).
    Election {
        /// Version.
        version: u8,
        /// Criteria.
        #[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::hex_number"))]
        criteria: u32,
        /// Uptime in milliseconds.
        uptime: u32,
        /// ServerName.
        #[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::ascii"))]
        server_name: &'a [u8],
    },
    /// GetBackupListRequest (2.2.4).
    BackupListRequest {
        /// RequestedCount.
        requested_count: u8,
        /// Token.
        token: u32,
    },
    /// GetBackupListResponse (2.2.5).
    BackupListResponse {
        /// BackupServerCount.
        backup_server_count: u8,
        /// Token.
        token: u32,
        /// BackupServerList: names, each with its NUL.
        #[cfg_attr(feature = "serde", serde(serialize_with = "names"))]
        backup_server_list: &'a [u8],
    },
    /// BecomeBackup, MasterAnnouncement (2.2.6, 2.2.8).
    Name {
        /// BrowserToPromote, or MasterBrowserServerName.
        #[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::ascii"))]
        name: &'a [u8],
    },
    /// ResetStateRequest (2.2.9).
    Reset {
        /// Options: 1 stop being master, 2 clear the list, 4 stop for good.
        options: u8,
    },
    /// Of another type.
    Other {
        /// The bytes.
        bytes: Raw<'a>,
    },
}

impl<'a> Frame<'a> {
    /// Reads what is written to `\MAILSLOT\BROWSE` or `\MAILSLOT\LANMAN`.
    ///
    /// # Errors
    /// It is cut before its last fixed field.
    pub fn parse(data: &'a [u8]) -> Result<Self, ParseError> {
        parse(Layer::Rap, data, |input| {
            fields!(input => rest; frame_type: u8);
            let frame_type = FrameType(frame_type);
            let (rest, body) = body(frame_type, rest)?;
            Ok((rest, Self { frame_type, body }))
        })
        .map(|(_, frame)| frame)
    }
}

impl Examine for Frame<'_> {
    fn examine(&self, anomalies: &mut Anomalies) {
        if let Body::Other { bytes } = &self.body {
            bytes.examine(anomalies);
        }
        if let Body::BackupListResponse { backup_server_count, backup_server_list, .. } = self.body
            && backup_server_list.iter().filter(|byte| **byte == 0).count() < usize::from(backup_server_count)
        {
            let reason = Reason::Truncated { field: "BackupServerList" };
            let offset = backup_server_list.len().saturating_add(6);
            anomalies.add(ParseError { layer: Layer::Rap, offset, reason });
        }
    }
}

#[cfg(feature = "serde")]
fn names<S: serde::Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    let names = bytes.split(|byte| *byte == 0).filter(|name| !name.is_empty());
    crate::wire::serialise::list(names.map(crate::wire::ascii), serializer)
}

fn body(kind: FrameType, input: &[u8]) -> Read<'_, Body<'_>> {
    Ok(match kind {
        FrameType::HOST_ANNOUNCEMENT
        | FrameType::DOMAIN_ANNOUNCEMENT
        | FrameType::LOCAL_MASTER_ANNOUNCEMENT => {
            let (rest, announcement) = announcement(input)?;
            (rest, Body::Announcement(announcement))
        }
        FrameType::ANNOUNCEMENT_REQUEST => {
            fields!(input => rest; _reserved: u8);
            (&[], Body::AnnouncementRequest { response_name: until_nul(rest) })
        }
        FrameType::REQUEST_ELECTION => {
            fields! {
                input => rest;
                version: u8,
                criteria: le_u32,
                uptime: le_u32,
                _reserved: le_u32,
            }
            (&[], Body::Election { version, criteria, uptime, server_name: until_nul(rest) })
        }
        FrameType::GET_BACKUP_LIST_REQUEST => {
            fields!(input => rest; requested_count: u8, token: le_u32);
            (rest, Body::BackupListRequest { requested_count, token })
        }
        FrameType::GET_BACKUP_LIST_RESPONSE => {
            fields!(input => rest; backup_server_count: u8, token: le_u32);
            (&[], Body::BackupListResponse { backup_server_count, token, backup_server_list: rest })
        }
        FrameType::BECOME_BACKUP | FrameType::MASTER_ANNOUNCEMENT => {
            (&[], Body::Name { name: until_nul(input) })
        }
        FrameType::RESET_STATE_REQUEST => {
            fields!(input => rest; options: u8);
            (rest, Body::Reset { options })
        }
        _ => (&[], Body::Other { bytes: Raw::unknown(Layer::Rap, "Frame type", kind.0, input) }),
    })
}

fn announcement(input: &[u8]) -> Read<'_, Announcement<'_>> {
    fields!(input => rest; update_count: u8, periodicity: le_u32);
    let (rest, name) = crate::wire::take("ServerName", 16)(rest)?;
    let (rest, [os_major, os_minor]) = array::<2>(rest)?;
    fields!(rest => rest; server_type: le_u32);
    let (rest, [browser_major, browser_minor]) = array::<2>(rest)?;
    fields!(rest => rest; signature: le_u16);
    let announcement = Announcement {
        update_count,
        periodicity,
        server_name: until_nul(name),
        os_version: (os_major, os_minor),
        server_type: ServerType::from_bits_retain(server_type),
        browser_version: (browser_major, browser_minor),
        signature,
        comment: until_nul(rest),
    };
    Ok((&[], announcement))
}

fn until_nul(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    up_to(bytes, end)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::rap::fixtures::host_announcement;

    #[test]
    fn a_host_that_shares_a_printer() {
        let bytes = host_announcement();
        let frame = Frame::parse(&bytes).unwrap();
        let Body::Announcement(announcement) = frame.body else { panic!() };
        assert_eq!((announcement.server_name, announcement.comment), (&b"WS-21"[..], &b"Front desk"[..]));
        assert!(announcement.server_type.contains(ServerType::PRINTQ_SERVER | ServerType::WINDOWS));
        assert_eq!((announcement.periodicity, announcement.os_version), (120_000, (4, 0)));
        for length in 0..32 {
            assert!(Frame::parse(&bytes[..length]).unwrap_err().offset <= length);
        }
    }

    #[test]
    fn elections_and_backup_lists() {
        let election = [8, 1, 0x00, 0x0f, 0x01, 0x20, 0x10, 0x27, 0, 0, 0, 0, 0, 0, b'S', 0];
        let Body::Election { criteria, uptime, server_name, .. } = Frame::parse(&election).unwrap().body
        else {
            panic!()
        };
        assert_eq!((criteria, uptime, server_name), (0x2001_0f00, 10_000, &b"S"[..]));
        let list = Frame::parse(&[10, 2, 0, 0, 0, 0, b'A', 0, b'B']).unwrap();
        let mut anomalies = Anomalies::default();
        list.examine(&mut anomalies);
        assert!(!anomalies.is_empty(), "the second name has no end");
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(kind in 0_u8..17, rest: Vec<u8>) {
            let bytes = [vec![kind], rest].concat();
            let _ = Frame::parse(&bytes).map(|frame| frame.examine(&mut Anomalies::default()));
        }
    }
}
