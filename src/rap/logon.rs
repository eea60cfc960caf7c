//! Messages of the locator of domain controllers and of logons, written to `\MAILSLOT\NET\NETLOGON`,
//! `\MAILSLOT\NET\NTLOGON` and to the mailslots that requests name for their answers: \[MS-ADTS\] 6.3.1, \[MS-NRPC\]
//! 2.2.1.5.1.
//!
//! ```
//! use smbscope::rap::logon::{Logon, NtVersion, Opcode};
//!
//! let response = [
//!     &[12, 0][..], // Opcode
//!     b"DC\0\0", // PrimaryDCName, padding
//!     b"D\0C\0\0\0D\0\0\0", // UnicodePrimaryDCName, UnicodeDomainName
//!     &[1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff], // NtVersion, LmNtToken, Lm20Token
//! ]
//! .concat();
//! let logon = Logon::parse(&response)?;
//! assert_eq!((logon.opcode, logon.opcode.is_answer()), (Opcode(12), true));
//! assert_eq!(logon.nt_version, Some(NtVersion::V1));
//! # Ok::<(), smbscope::ParseError>(())
//! ```

use core::fmt;
use core::net::Ipv4Addr;

use uuid::Uuid;

use crate::error::{Anomalies, Examine, Layer, ParseError, Read, Reason, Unread, parse};
use crate::wire::security::Sid;
use crate::wire::{
    FileTime, Raw, Utf16, ascii, be_u32, fields, guid, le_u16, le_u32, le_u64, take, u8, widen, wire_enum,
    wire_struct,
};

wire_enum! {
    /// What a message is (\[MS-ADTS\] 6.3.1.3); the others are LAN Manager's.
    pub struct Opcode(u16) {
        LOGON_REQUEST = 0, "LOGON_REQUEST";
        LOGON_RESPONSE2 = 6, "LOGON_RESPONSE2";
        LOGON_PRIMARY_QUERY = 7, "LOGON_PRIMARY_QUERY";
        LOGON_START_PRIMARY = 8, "LOGON_START_PRIMARY";
        LOGON_UAS_CHANGE = 10, "LOGON_UAS_CHANGE";
        LOGON_PRIMARY_RESPONSE = 12, "LOGON_PRIMARY_RESPONSE";
        LOGON_SAM_LOGON_REQUEST = 18, "LOGON_SAM_LOGON_REQUEST";
        LOGON_SAM_LOGON_RESPONSE = 19, "LOGON_SAM_LOGON_RESPONSE";
        LOGON_SAM_PAUSE_RESPONSE = 20, "LOGON_SAM_PAUSE_RESPONSE";
        LOGON_SAM_USER_UNKNOWN = 21, "LOGON_SAM_USER_UNKNOWN";
        LOGON_SAM_INTERROGATE_RESPONSE = 22, "LOGON_SAM_INTERROGATE_RESPONSE";
        LOGON_SAM_LOGON_RESPONSE_EX = 23, "LOGON_SAM_LOGON_RESPONSE_EX";
        LOGON_SAM_PAUSE_RESPONSE_EX = 24, "LOGON_SAM_PAUSE_RESPONSE_EX";
        LOGON_SAM_USER_UNKNOWN_EX = 25, "LOGON_SAM_USER_UNKNOWN_EX";
    }
}

impl Opcode {
    /// True for what is sent to the mailslot that a request names.
    #[must_use]
    pub const fn is_answer(self) -> bool {
        matches!(
            self,
            Self::LOGON_RESPONSE2
                | Self::LOGON_PRIMARY_RESPONSE
                | Self::LOGON_SAM_LOGON_RESPONSE
                | Self::LOGON_SAM_PAUSE_RESPONSE
                | Self::LOGON_SAM_USER_UNKNOWN
                | Self::LOGON_SAM_INTERROGATE_RESPONSE
                | Self::LOGON_SAM_LOGON_RESPONSE_EX
                | Self::LOGON_SAM_PAUSE_RESPONSE_EX
                | Self::LOGON_SAM_USER_UNKNOWN_EX
        )
    }
}

bitflags::bitflags! {
    /// NETLOGON_NT_VERSION (\[MS-ADTS\] 6.3.1.1): what the sender can read, or what this is.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    #[cfg_attr(feature = "serde", derive(serde::Serialize), serde(transparent))]
    pub struct NtVersion: u32 {
        /// The form of NT 4.0.
        const V1 = 0x0000_0001;
        /// The form of Windows 2000.
        const V5 = 0x0000_0002;
        /// The extended form.
        const V5EX = 0x0000_0004;
        /// The extended form with the server's address.
        const V5EX_WITH_IP = 0x0000_0008;
        /// With the name of the next closest site.
        const WITH_CLOSEST_SITE = 0x0000_0010;
        /// No answer as NT 4.0 gives it is wanted.
        const AVOID_NT4EMUL = 0x0100_0000;
        /// The primary domain controller is wanted.
        const PDC = 0x1000_0000;
        /// Obsolete.
        const IP = 0x2000_0000;
        /// The client is the server.
        const LOCAL = 0x4000_0000;
        /// A global catalogue server is wanted.
        const GC = 0x8000_0000;
        const _ = !0;
    }
}

/// A message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Logon<'a> {
    /// Opcode.
    pub opcode: Opcode,
    /// What the opcode says follows.
    #[cfg_attr(feature = "serde", serde(flatten))]
    pub body: Body<'a>,
    /// NtVersion, unless it is a message of LAN Manager.
    pub nt_version: Option<NtVersion>,
    /// Bytes behind the last field.
    #[cfg_attr(feature = "serde", serde(skip))]
    left_over: usize,
}

/// What a [`Logon`] says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(untagged))]
#[non_exhaustive]
pub enum Body<'a> {
    /// LAN Manager's request to log on.
    Request {
        /// Name of the computer.
        computer_name: Oem<'a>,
        /// Name of the user.
        user_name: Oem<'a>,
        /// Where the answer is to go.
        mailslot_name: Oem<'a>,
        /// How often this was asked.
        request_count: u8,
        /// The version of LAN Manager: 1 is 2.0.
        lm_version: u16,
    },
    /// LAN Manager's answer to it.
    Response {
        /// The server to log on to.
        logon_server: Oem<'a>,
    },
    /// NETLOGON_LOGON_QUERY (\[MS-ADTS\] 6.3.1.4): who is the primary domain controller?
    PrimaryQuery {
        /// ComputerName.
        computer_name: Oem<'a>,
        /// MailslotName: where the answer is to go.
        mailslot_name: Oem<'a>,
        /// UnicodeComputerName, unless it is LAN Manager's.
        unicode_computer_name: Option<Utf16<'a>>,
    },
    /// NETLOGON_PRIMARY_RESPONSE (\[MS-ADTS\] 6.3.1.5), and what a primary domain controller says when it starts.
    Primary {
        /// PrimaryDCName.
        primary_dc_name: Oem<'a>,
        /// UnicodePrimaryDCName, unless it is LAN Manager's.
        unicode_primary_dc_name: Option<Utf16<'a>>,
        /// UnicodeDomainName, unless it is LAN Manager's.
        unicode_domain_name: Option<Utf16<'a>>,
    },
    /// NETLOGON_SAM_LOGON_REQUEST (\[MS-ADTS\] 6.3.1.6).
    SamRequest {
        /// RequestCount: how often this was asked.
        request_count: u16,
        /// UnicodeComputerName.
        unicode_computer_name: Utf16<'a>,
        /// UnicodeUserName.
        unicode_user_name: Utf16<'a>,
        /// MailslotName: where the answer is to go.
        mailslot_name: Oem<'a>,
        /// AllowableAccountControlBits.
        #[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::hex_number"))]
        allowable_account_control_bits: u32,
        /// DomainSid.
        domain_sid: Option<Sid<'a>>,
    },
    /// NETLOGON_SAM_LOGON_RESPONSE and NETLOGON_SAM_LOGON_RESPONSE_NT40 (\[MS-ADTS\] 6.3.1.7, 6.3.1.8).
    SamResponse {
        /// UnicodeLogonServer.
        unicode_logon_server: Utf16<'a>,
        /// UnicodeUserName.
        unicode_user_name: Utf16<'a>,
        /// UnicodeDomainName.
        unicode_domain_name: Utf16<'a>,
        /// What domain controllers since Windows 2000 add.
        directory: Option<Directory<'a>>,
    },
    /// NETLOGON_SAM_LOGON_RESPONSE_EX (\[MS-ADTS\] 6.3.1.9).
    SamResponseEx(SamResponseEx<'a>),
    /// NETLOGON_DB_CHANGE (\[MS-NRPC\] 2.2.1.5.1): accounts have changed.
    DbChange(DbChange<'a>),
    /// Of an opcode that is not known.
    Other {
        /// Everything behind it.
        bytes: Raw<'a>,
    },
}

/// What NETLOGON_SAM_LOGON_RESPONSE has and its form of NT 4.0 has not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Directory<'a> {
    /// DomainGuid.
    pub domain_guid: Uuid,
    /// DnsForestName.
    pub dns_forest_name: DnsName<'a>,
    /// DnsDomainName.
    pub dns_domain_name: DnsName<'a>,
    /// DnsHostName.
    pub dns_host_name: DnsName<'a>,
    /// DcIpAddress.
    pub dc_ip_address: Ipv4Addr,
    /// Flags (\[MS-ADTS\] 6.3.1.2).
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::hex_number"))]
    pub flags: u32,
}

/// NETLOGON_SAM_LOGON_RESPONSE_EX (\[MS-ADTS\] 6.3.1.9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct SamResponseEx<'a> {
    /// Flags (\[MS-ADTS\] 6.3.1.2).
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::hex_number"))]
    pub flags: u32,
    /// DomainGuid.
    pub domain_guid: Uuid,
    /// DnsForestName.
    pub dns_forest_name: DnsName<'a>,
    /// DnsDomainName.
    pub dns_domain_name: DnsName<'a>,
    /// DnsHostName.
    pub dns_host_name: DnsName<'a>,
    /// NetbiosDomainName.
    pub netbios_domain_name: DnsName<'a>,
    /// NetbiosComputerName.
    pub netbios_computer_name: DnsName<'a>,
    /// UserName.
    pub user_name: DnsName<'a>,
    /// DcSiteName.
    pub dc_site_name: DnsName<'a>,
    /// ClientSiteName.
    pub client_site_name: DnsName<'a>,
    /// The address in DcSockAddr, if there is one of IPv4.
    pub dc_address: Option<Ipv4Addr>,
    /// NextClosestSiteName, if it was asked for.
    pub next_closest_site_name: Option<DnsName<'a>>,
}

/// NETLOGON_DB_CHANGE (\[MS-NRPC\] 2.2.1.5.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct DbChange<'a> {
    /// LowSerialNumber of the SAM database.
    pub low_serial_number: u32,
    /// DateAndTime at which that was made, in seconds since 1970.
    pub date_and_time: u32,
    /// Pulse: seconds between announcements.
    pub pulse: u32,
    /// Random: seconds within which a backup domain controller asks for the changes.
    pub random: u32,
    /// PrimaryDCName.
    pub primary_dc_name: Oem<'a>,
    /// DomainName.
    pub domain_name: Oem<'a>,
    /// UnicodePrimaryDCName.
    pub unicode_primary_dc_name: Utf16<'a>,
    /// UnicodeDomainName.
    pub unicode_domain_name: Utf16<'a>,
    /// DBChangeInfo.
    #[cfg_attr(feature = "serde", serde(serialize_with = "serialise_changes"))]
    pub db_change_info: &'a [u8],
    /// DomainSid.
    pub domain_sid: Option<Sid<'a>>,
    /// MessageFormatVersion.
    pub message_format_version: u32,
}

wire_struct! {
    /// One database that has changed (\[MS-NRPC\] 2.2.1.5.1).
    pub struct DbChangeInfo {
        /// DBIndex: 0 SAM, 1 built-in, 2 LSA.
        db_index: u32 = le_u32;
        /// LargeSerialNumber.
        large_serial_number: u64 = le_u64;
        /// DateAndTime at which the database was made.
        date_and_time: FileTime = FileTime::read;
    }
}

impl DbChange<'_> {
    /// The databases.
    pub fn changes(&self) -> impl Iterator<Item = DbChangeInfo> {
        changes(self.db_change_info)
    }
}

fn changes(bytes: &[u8]) -> impl Iterator<Item = DbChangeInfo> {
    let infos = bytes.chunks_exact(DB_CHANGE_INFO);
    infos.filter_map(|info| DbChangeInfo::read(info).ok()).map(|(_, info)| info)
}

/// Bytes of a [`DbChangeInfo`].
const DB_CHANGE_INFO: usize = 20;

#[cfg(feature = "serde")]
fn serialise_changes<S: serde::Serializer>(bytes: &&[u8], serializer: S) -> Result<S::Ok, S::Error> {
    crate::wire::serialise::list(changes(bytes), serializer)
}

/// Text of 8-bit characters, without its NUL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Oem<'a>(pub &'a [u8]);

impl<'a> Oem<'a> {
    /// Reads text and its NUL.
    pub(super) fn read(input: &'a [u8]) -> Read<'a, Self> {
        let end = input.iter().position(|byte| *byte == 0);
        let (text, rest) = end.and_then(|end| input.split_at_checked(end)).unwrap_or((input, &[]));
        let (rest, _) = take("NUL", 1)(rest)?;
        Ok((rest, Self(text)))
    }
}

impl fmt::Display for Oem<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&ascii(self.0))
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Oem<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A name in labels, compressed as DNS does (\[MS-ADTS\] 6.3.7, RFC 1035 4.1.4): its end may stand earlier in the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DnsName<'a> {
    message: &'a [u8],
    offset: usize,
}

/// Labels and pointers of one name that are followed.
const MAX_LABELS: usize = 128;

impl<'a> DnsName<'a> {
    fn read(message: &'a [u8], input: &'a [u8]) -> Read<'a, Self> {
        let name = Self { message, offset: message.len().saturating_sub(input.len()) };
        let mut rest = input;
        for _ in 0..MAX_LABELS {
            fields!(rest => after; length: u8);
            match length {
                0 => return Ok((after, name)),
                1..=63 => rest = take("label", length.into())(after)?.0,
                0xc0.. => return Ok((u8(after)?.0, name)),
                _ => {
                    let reason = Reason::BadValue { field: "label", value: length.into() };
                    return Err(Unread::error(rest, reason));
                }
            }
        }
        Err(Unread::error(rest, Reason::TooDeep { field: "label" }))
    }

    /// The labels, up to one that leads out of the message.
    pub fn labels(self) -> impl Iterator<Item = &'a [u8]> {
        let (mut rest, mut left) = (self.message.get(self.offset..).unwrap_or_default(), MAX_LABELS);
        core::iter::from_fn(move || {
            while let [length, after @ ..] = rest {
                left = left.checked_sub(1)?;
                match (length, after) {
                    (0xc0.., [low, ..]) => {
                        let place = usize::from(u16::from_be_bytes([length & 0x3f, *low]));
                        rest = self.message.get(place..)?;
                    }
                    (1..=63, _) => {
                        let (label, next) = after.split_at_checked(usize::from(*length))?;
                        rest = next;
                        return Some(label);
                    }
                    _ => return None,
                }
            }
            None
        })
    }
}

/// Labels and dots.
impl fmt::Display for DnsName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, label) in self.labels().enumerate() {
            let dot = if place == 0 { "" } else { "." };
            write!(f, "{dot}{}", ascii(label))?;
        }
        Ok(())
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for DnsName<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'a> Logon<'a> {
    /// Bytes of NtVersion and both tokens, which end the messages of NT.
    const TAIL: usize = 8;

    /// Reads a message.
    ///
    /// # Errors
    /// It is cut, or a name in labels is none.
    pub fn parse(data: &'a [u8]) -> Result<Self, ParseError> {
        let (left, logon) = parse(Layer::Rap, data, |input| {
            fields!(input => rest; opcode: le_u16);
            let opcode = Opcode(opcode);
            let (rest, body) = body(opcode, data, rest)?;
            let of_nt = !matches!(
                body,
                Body::Request { .. } | Body::Response { .. } | Body::DbChange(_) | Body::Other { .. }
            );
            let (rest, nt_version) = match rest.len() {
                // LAN Manager's have but the last token.
                0..=2 if body.may_be_lan_managers() => (lm_token(rest)?.0, None),
                _ if of_nt => tail(rest)?,
                _ => (rest, None),
            };
            Ok((rest, Self { opcode, body, nt_version, left_over: 0 }))
        })?;
        Ok(Self { left_over: left.len(), ..logon })
    }

    /// Reads what was written to a mailslot of any name, if it is an answer beyond doubt: one that ends with its tokens.
    #[must_use]
    pub fn answer(data: &'a [u8]) -> Option<Self> {
        let logon = Self::parse(data).ok().filter(|logon| logon.left_over == 0)?;
        (logon.opcode.is_answer() && data.ends_with(&[0xff; 2])).then_some(logon)
    }
}

impl Body<'_> {
    /// True if nothing of NT was in it.
    const fn may_be_lan_managers(&self) -> bool {
        matches!(
            self,
            Self::Request { .. }
                | Self::Response { .. }
                | Self::PrimaryQuery { unicode_computer_name: None, .. }
                | Self::Primary { unicode_primary_dc_name: None, .. }
        )
    }
}

impl Examine for Logon<'_> {
    fn examine(&self, anomalies: &mut Anomalies) {
        if let Body::Other { bytes } = &self.body {
            bytes.examine(anomalies);
        }
        if self.left_over > 0 {
            let reason = Reason::LeftOver { bytes: self.left_over };
            anomalies.add(ParseError { layer: Layer::Rap, offset: 0, reason });
        }
    }
}

/// Lm20Token, or nothing.
fn lm_token(input: &[u8]) -> Read<'_, ()> {
    if input.is_empty() { Ok((input, ())) } else { le_u16(input).map(|(rest, _)| (rest, ())) }
}

/// NtVersion, LmNtToken and Lm20Token.
fn tail(input: &[u8]) -> Read<'_, Option<NtVersion>> {
    fields!(input => at_tokens; nt_version: le_u32);
    fields!(at_tokens => rest; tokens: le_u32);
    if tokens != u32::MAX {
        let reason = Reason::BadValue { field: "LmNtToken", value: tokens.into() };
        return Err(Unread::error(at_tokens, reason));
    }
    Ok((rest, Some(NtVersion::from_bits_retain(nt_version))))
}

fn body<'a>(opcode: Opcode, data: &'a [u8], input: &'a [u8]) -> Read<'a, Body<'a>> {
    Ok(match opcode {
        Opcode::LOGON_REQUEST => {
            fields! {
                input => rest;
                computer_name: Oem::read,
                user_name: Oem::read,
                mailslot_name: Oem::read,
                request_count: u8,
                lm_version: le_u16,
            }
            (rest, Body::Request { computer_name, user_name, mailslot_name, request_count, lm_version })
        }
        Opcode::LOGON_RESPONSE2 => {
            fields!(input => rest; logon_server: Oem::read);
            (rest, Body::Response { logon_server })
        }
        Opcode::LOGON_PRIMARY_QUERY => {
            fields!(input => rest; computer_name: Oem::read, mailslot_name: Oem::read);
            let (rest, unicode_computer_name) = if_of_nt(data, rest)?;
            (rest, Body::PrimaryQuery { computer_name, mailslot_name, unicode_computer_name })
        }
        Opcode::LOGON_PRIMARY_RESPONSE | Opcode::LOGON_START_PRIMARY => {
            fields!(input => rest; primary_dc_name: Oem::read);
            let (rest, unicode_primary_dc_name) = if_of_nt(data, rest)?;
            let (rest, unicode_domain_name) = match unicode_primary_dc_name {
                Some(_) => unicode(rest).map(|(rest, name)| (rest, Some(name)))?,
                None => (rest, None),
            };
            (rest, Body::Primary { primary_dc_name, unicode_primary_dc_name, unicode_domain_name })
        }
        Opcode::LOGON_SAM_LOGON_REQUEST => {
            fields!(input => rest; request_count: le_u16);
            let (rest, unicode_computer_name) = unicode(rest)?;
            let (rest, unicode_user_name) = unicode(rest)?;
            fields!(rest => rest; mailslot_name: Oem::read, allowable_account_control_bits: le_u32);
            let (rest, domain_sid) = domain_sid(data, rest)?;
            let request = Body::SamRequest {
                request_count,
                unicode_computer_name,
                unicode_user_name,
                mailslot_name,
                allowable_account_control_bits,
                domain_sid,
            };
            (rest, request)
        }
        Opcode::LOGON_SAM_LOGON_RESPONSE
        | Opcode::LOGON_SAM_PAUSE_RESPONSE
        | Opcode::LOGON_SAM_USER_UNKNOWN
        | Opcode::LOGON_SAM_INTERROGATE_RESPONSE => {
            let (rest, unicode_logon_server) = unicode(input)?;
            let (rest, unicode_user_name) = unicode(rest)?;
            let (rest, unicode_domain_name) = unicode(rest)?;
            let (rest, directory) = match rest.len() {
                0..=Logon::TAIL => (rest, None),
                _ => directory(data, rest).map(|(rest, directory)| (rest, Some(directory)))?,
            };
            let response =
                Body::SamResponse { unicode_logon_server, unicode_user_name, unicode_domain_name, directory };
            (rest, response)
        }
        Opcode::LOGON_SAM_LOGON_RESPONSE_EX
        | Opcode::LOGON_SAM_PAUSE_RESPONSE_EX
        | Opcode::LOGON_SAM_USER_UNKNOWN_EX => {
            let (rest, response) = sam_response_ex(data, input)?;
            (rest, Body::SamResponseEx(response))
        }
        Opcode::LOGON_UAS_CHANGE => {
            let (rest, change) = db_change(data, input)?;
            (rest, Body::DbChange(change))
        }
        _ => (&[], Body::Other { bytes: Raw::unknown(Layer::Rap, "Opcode", opcode.0, input) }),
    })
}

fn directory<'a>(data: &'a [u8], input: &'a [u8]) -> Read<'a, Directory<'a>> {
    fields!(input => rest; domain_guid: guid, _null_guid: guid);
    let (rest, dns_forest_name) = DnsName::read(data, rest)?;
    let (rest, dns_domain_name) = DnsName::read(data, rest)?;
    let (rest, dns_host_name) = DnsName::read(data, rest)?;
    fields!(rest => rest; address: be_u32, flags: le_u32);
    let dc_ip_address = Ipv4Addr::from_bits(address);
    let directory =
        Directory { domain_guid, dns_forest_name, dns_domain_name, dns_host_name, dc_ip_address, flags };
    Ok((rest, directory))
}

fn sam_response_ex<'a>(data: &'a [u8], input: &'a [u8]) -> Read<'a, SamResponseEx<'a>> {
    // What the end says decides what stands before it.
    let at_tail = data.len().saturating_sub(Logon::TAIL);
    let version = tail(data.get(at_tail..).unwrap_or_default())?.1.unwrap_or(NtVersion::empty());
    let name = |input| DnsName::read(data, input);
    fields!(input => rest; _sbz: le_u16, flags: le_u32, domain_guid: guid);
    let (rest, dns_forest_name) = name(rest)?;
    let (rest, dns_domain_name) = name(rest)?;
    let (rest, dns_host_name) = name(rest)?;
    let (rest, netbios_domain_name) = name(rest)?;
    let (rest, netbios_computer_name) = name(rest)?;
    let (rest, user_name) = name(rest)?;
    let (rest, dc_site_name) = name(rest)?;
    let (rest, client_site_name) = name(rest)?;
    let (rest, dc_address) = if version.contains(NtVersion::V5EX_WITH_IP) {
        fields!(rest => rest; size: u8);
        let (rest, address) = take("DcSockAddr", size.into())(rest)?;
        (rest, ipv4(address))
    } else {
        (rest, None)
    };
    let (rest, next_closest_site_name) = if version.contains(NtVersion::WITH_CLOSEST_SITE) {
        name(rest).map(|(rest, name)| (rest, Some(name)))?
    } else {
        (rest, None)
    };
    let response = SamResponseEx {
        flags,
        domain_guid,
        dns_forest_name,
        dns_domain_name,
        dns_host_name,
        netbios_domain_name,
        netbios_computer_name,
        user_name,
        dc_site_name,
        client_site_name,
        dc_address,
        next_closest_site_name,
    };
    Ok((rest, response))
}

/// The address in a socket address of IPv4: family 2, port, address.
const fn ipv4(address: &[u8]) -> Option<Ipv4Addr> {
    match *address {
        [2, 0, _, _, a, b, c, d, ..] => Some(Ipv4Addr::new(a, b, c, d)),
        _ => None,
    }
}

fn db_change<'a>(data: &'a [u8], input: &'a [u8]) -> Read<'a, DbChange<'a>> {
    fields! {
        input => rest;
        low_serial_number: le_u32,
        date_and_time: le_u32,
        pulse: le_u32,
        random: le_u32,
        primary_dc_name: Oem::read,
        domain_name: Oem::read,
    }
    let (rest, ()) = align(data, rest, 2)?;
    let (rest, unicode_primary_dc_name) = unicode(rest)?;
    let (rest, unicode_domain_name) = unicode(rest)?;
    fields!(rest => rest; db_count: le_u32);
    let (rest, db_change_info) = take("DBChangeInfo", widen(db_count).saturating_mul(DB_CHANGE_INFO))(rest)?;
    let (rest, domain_sid) = domain_sid(data, rest)?;
    fields!(rest => rest; message_format_version: le_u32, _message_token: le_u32);
    let change = DbChange {
        low_serial_number,
        date_and_time,
        pulse,
        random,
        primary_dc_name,
        domain_name,
        unicode_primary_dc_name,
        unicode_domain_name,
        db_change_info,
        domain_sid,
        message_format_version,
    };
    Ok((rest, change))
}

/// DomainSidSize and DomainSid, which is padded so that it begins at a multiple of four bytes.
fn domain_sid<'a>(data: &'a [u8], input: &'a [u8]) -> Read<'a, Option<Sid<'a>>> {
    fields!(input => rest; size: le_u32);
    if size == 0 {
        return Ok((rest, None));
    }
    // Not everybody pads it. A SID begins with its revision, 1.
    let (rest, ()) = if rest.first() == Some(&1) { (rest, ()) } else { align(data, rest, 4)? };
    let (_, sid) = Sid::read(rest)?;
    let (rest, _) = take("DomainSid", widen(size))(rest)?;
    Ok((rest, Some(sid)))
}

/// The first of the names that only NT sends. LAN Manager's messages end with a token of two bytes.
fn if_of_nt<'a>(data: &'a [u8], input: &'a [u8]) -> Read<'a, Option<Utf16<'a>>> {
    if input.len() <= 2 {
        return Ok((input, None));
    }
    let (rest, ()) = align(data, input, 2)?;
    unicode(rest).map(|(rest, name)| (rest, Some(name)))
}

/// Passes over what pads `input`, which is the end of `data`, to a multiple of `to` bytes.
fn align<'a>(data: &[u8], input: &'a [u8], to: usize) -> Read<'a, ()> {
    let offset = data.len().saturating_sub(input.len());
    let padding = offset.next_multiple_of(to).saturating_sub(offset);
    take("padding", padding)(input).map(|(rest, _)| (rest, ()))
}

/// Text of UTF-16 and its NUL.
fn unicode(input: &[u8]) -> Read<'_, Utf16<'_>> {
    let text = Utf16::until_nul(input);
    let (rest, _) = take("text", text.as_bytes().len())(input)?;
    let (rest, _) = take("NUL", 2)(rest)?;
    Ok((rest, text))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn wide(text: &str) -> Vec<u8> {
        text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect()
    }

    /// Reads it whole. What is cut of it is refused, or read as LAN Manager's, which ends earlier.
    fn read(bytes: &[u8]) -> Logon<'_> {
        for length in 0..bytes.len() {
            match Logon::parse(&bytes[..length]) {
                Err(error) => assert!(error.offset <= length, "{error} at {length}"),
                Ok(cut) => assert!(cut.body.may_be_lan_managers(), "{length}: {cut:?}"),
            }
        }
        let logon = Logon::parse(bytes).unwrap();
        let mut anomalies = Anomalies::default();
        logon.examine(&mut anomalies);
        assert!(anomalies.is_empty(), "{anomalies:?}");
        let longer = [bytes, &[0]].concat();
        if let Ok(longer) = Logon::parse(&longer) {
            longer.examine(&mut anomalies);
            assert_eq!(anomalies.iter().next().unwrap().reason, Reason::LeftOver { bytes: 1 });
        }
        logon
    }

    const VERSION_1: [u8; 8] = [1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff];

    #[test]
    fn an_answer_is_a_response_by_its_name() {
        for opcode in (0..=64).map(Opcode) {
            let name = opcode.to_string();
            let is_answer = name.contains("RESPONSE") || name.contains("USER_UNKNOWN");
            assert_eq!(opcode.is_answer(), is_answer, "{name}");
        }
    }

    #[test]
    fn who_is_the_primary_domain_controller() {
        let query = [
            &[7, 0][..],                    // Opcode
            b"WS-21\0",                     // ComputerName
            b"\\MAILSLOT\\NET\\GETDC502\0", // MailslotName
            &[0],                           // padding
            &wide("WS-21"),                 // UnicodeComputerName
            &[0x0b, 0, 0, 0],               // NtVersion
            &[0xff, 0xff, 0xff, 0xff],      // LmNtToken, Lm20Token
        ]
        .concat();
        let logon = read(&query);
        let Body::PrimaryQuery { mailslot_name, unicode_computer_name, .. } = logon.body else { panic!() };
        assert_eq!(mailslot_name.to_string(), r"\MAILSLOT\NET\GETDC502");
        assert_eq!(unicode_computer_name.unwrap().to_string(), "WS-21");
        assert_eq!(logon.nt_version, Some(NtVersion::V1 | NtVersion::V5 | NtVersion::V5EX_WITH_IP));
        assert_eq!(Logon::answer(&query), None, "a query is no answer");

        let response = [
            &[12, 0][..],      // Opcode
            b"PDC\0",          // PrimaryDCName
            &wide("PDC"),      // UnicodePrimaryDCName
            &wide("WORKWAYS"), // UnicodeDomainName
            &VERSION_1,        // NtVersion, LmNtToken, Lm20Token
        ]
        .concat();
        let Body::Primary { primary_dc_name, unicode_domain_name, .. } = read(&response).body else {
            panic!()
        };
        assert_eq!(primary_dc_name, Oem(b"PDC"));
        assert_eq!(unicode_domain_name.unwrap().to_string(), "WORKWAYS");
        assert_eq!(Logon::answer(&response), Some(read(&response)));
        assert_eq!(Logon::answer(&response[..response.len() - 1]), None);
    }

    #[test]
    fn lan_manager_says_less() {
        let query = b"\x07\0WIN98\0\\MAILSLOT\\NET\\GETDC1\0\xff\xff";
        let Body::PrimaryQuery { unicode_computer_name: None, computer_name, .. } =
            Logon::parse(query).unwrap().body
        else {
            panic!()
        };
        assert_eq!(computer_name, Oem(b"WIN98"));
        let request = b"\0\0WIN98\0ALICE\0\\MAILSLOT\\TEMP\\NETLOGON\0\x02\x01\0\xff\xff";
        let logon = Logon::parse(request).unwrap();
        let Body::Request { user_name, request_count: 2, lm_version: 1, .. } = logon.body else {
            panic!("{logon:?}")
        };
        assert_eq!((user_name, logon.left_over), (Oem(b"ALICE"), 0));
        let response = b"\x06\0\\\\PDC\0\xff\xff";
        let Body::Response { logon_server } = Logon::answer(response).unwrap().body else { panic!() };
        assert_eq!(logon_server.to_string(), r"\\PDC");
    }

    #[test]
    fn a_request_to_log_on_with_and_without_a_sid() {
        let sid = [1, 1, 0, 0, 0, 0, 0, 5, 21, 0, 0, 0]; // S-1-5-21
        for (size, padding) in [(0, 0), (12, 2), (12, 0)] {
            let request = [
                &[18, 0][..],                    // Opcode
                &[1, 0],                         // RequestCount
                &wide("WS-21"),                  // UnicodeComputerName
                &wide("WS-21$"),                 // UnicodeUserName
                b"\\MAILSLOT\\NET\\GETDC5022\0", // MailslotName
                &[0x80, 0, 0, 0],                // AllowableAccountControlBits
                &[size, 0, 0, 0],                // DomainSidSize
                &[0; 3][..padding],              // padding
                &sid[..size.into()],             // DomainSid
                &VERSION_1,                      // NtVersion, LmNtToken, Lm20Token
            ]
            .concat();
            let logon = Logon::parse(&request).unwrap();
            let Body::SamRequest { unicode_user_name, domain_sid, request_count: 1, .. } = logon.body else {
                panic!("{logon:?}")
            };
            assert_eq!((logon.left_over, logon.nt_version), (0, Some(NtVersion::V1)), "{size} {padding}");
            assert_eq!(unicode_user_name.to_string(), "WS-21$");
            assert_eq!(domain_sid.map(|sid| sid.to_string()), (size > 0).then(|| "S-1-5-21".into()));
            if padding > 0 || size == 0 {
                read(&request);
            }
        }
    }

    #[test]
    fn answers_of_nt_and_of_windows_2000() {
        let names = [wide(r"\\DC1"), wide("alice"), wide("EXAMPLE")].concat();
        let of_nt = [&[19, 0][..], &names, &VERSION_1].concat();
        let Body::SamResponse { unicode_logon_server, directory: None, .. } = read(&of_nt).body else {
            panic!()
        };
        assert_eq!(unicode_logon_server.to_string(), r"\\DC1");

        let at = u8::try_from(2 + names.len() + 32).unwrap();
        let of_2000 = [
            &[21, 0][..],            // Opcode
            &names,                  // UnicodeLogonServer, UnicodeUserName, UnicodeDomainName
            &[0x11; 16],             // DomainGuid
            &[0; 16],                // NullGuid
            b"\x07example\x03org\0", // DnsForestName
            &[0xc0, at],             // DnsDomainName: the same
            b"\x03dc1\xc0",          // DnsHostName: dc1 in it
            &[at],
            &[192, 0, 2, 10], // DcIpAddress
            &[0xfd, 3, 0, 0], // Flags
            &[3, 0, 0, 0],    // NtVersion
            &[0xff; 4],       // LmNtToken, Lm20Token
        ]
        .concat();
        let logon = read(&of_2000);
        assert_eq!(logon.opcode.to_string(), "LOGON_SAM_USER_UNKNOWN");
        let Body::SamResponse { directory: Some(directory), .. } = logon.body else { panic!() };
        assert_eq!(directory.dns_domain_name.to_string(), "example.org");
        assert_eq!(directory.dns_host_name.to_string(), "dc1.example.org");
        assert_eq!(directory.dc_ip_address, Ipv4Addr::new(192, 0, 2, 10));
    }

    #[test]
    fn the_extended_answer_has_what_its_version_says() {
        for (version, extra) in [
            (0x05_u32, vec![]),
            (0x0d, [&[16, 2, 0, 0, 0, 192, 0, 2, 10][..], &[0; 8]].concat()),
            (0x1d, [&[16, 2, 0, 0, 0, 192, 0, 2, 10][..], &[0; 8], b"\x04Next\0"].concat()),
        ] {
            let response = [
                &[23, 0][..],            // Opcode
                &[0, 0],                 // Sbz
                &[0xfd, 3, 0, 0],        // Flags
                &[0x11; 16],             // DomainGuid
                b"\x07example\x03org\0", // DnsForestName
                &[0xc0, 24],             // DnsDomainName
                b"\x03dc1\xc0\x18",      // DnsHostName
                b"\x07EXAMPLE\0",        // NetbiosDomainName
                b"\x03DC1\0",            // NetbiosComputerName
                b"\0",                   // UserName
                b"\x04Here\0",           // DcSiteName
                b"\x05There\0",          // ClientSiteName
                &extra,                  // DcSockAddrSize, DcSockAddr, NextClosestSiteName
                &version.to_le_bytes(),  // NtVersion
                &[0xff; 4],              // LmNtToken, Lm20Token
            ]
            .concat();
            let logon = Logon::answer(&response).unwrap();
            let Body::SamResponseEx(answer) = logon.body else { panic!() };
            assert_eq!(answer.dns_host_name.to_string(), "dc1.example.org");
            assert_eq!(
                (answer.user_name.to_string(), answer.client_site_name.to_string()),
                (String::new(), "There".into())
            );
            assert_eq!(answer.dc_address, (version & 8 != 0).then_some(Ipv4Addr::new(192, 0, 2, 10)));
            let next = answer.next_closest_site_name.map(|name| name.to_string());
            assert_eq!(next.as_deref(), (version & 0x10 != 0).then_some("Next"));
            read(&response);
        }
    }

    #[test]
    fn a_change_of_accounts() {
        let change = [
            &[10, 0][..],                           // MessageType
            &[5, 0, 0, 0],                          // LowSerialNumber
            &[0, 0, 0, 0x40],                       // DateAndTime
            &[0x2c, 1, 0, 0],                       // Pulse
            &[1, 0, 0, 0],                          // Random
            b"PDC\0",                               // PrimaryDCName
            b"WORKWAYS\0",                          // DomainName
            &[0],                                   // padding
            &wide("PDC"),                           // UnicodePrimaryDCName
            &wide("WORKWAYS"),                      // UnicodeDomainName
            &[1, 0, 0, 0],                          // DBCount
            &[2, 0, 0, 0],                          // DBIndex
            &[7, 0, 0, 0, 0, 0, 0, 0],              // LargeSerialNumber
            &[0; 8],                                // DateAndTime
            &[12, 0, 0, 0],                         // DomainSidSize
            &[0, 0],                                // padding
            &[1, 1, 0, 0, 0, 0, 0, 5, 21, 0, 0, 0], // DomainSid
            &[1, 0, 0, 0],                          // MessageFormatVersion
            &[0xff; 4],                             // MessageToken
        ]
        .concat();
        let Body::DbChange(read) = read(&change).body else { panic!() };
        assert_eq!((read.pulse, read.unicode_domain_name.to_string()), (300, "WORKWAYS".into()));
        let changes: Vec<_> = read.changes().map(|info| (info.db_index, info.large_serial_number)).collect();
        assert_eq!(changes, [(2, 7)]);
        assert_eq!(read.domain_sid.unwrap().to_string(), "S-1-5-21");
    }

    #[test]
    fn an_unknown_opcode_is_said() {
        let logon = Logon::parse(&[99, 0, 1]).unwrap();
        let mut anomalies = Anomalies::default();
        logon.examine(&mut anomalies);
        assert_eq!(anomalies.iter().count(), 1);
    }

    #[test]
    fn a_name_that_points_at_itself_ends() {
        let name = DnsName { message: &[0xc0, 0], offset: 0 };
        assert_eq!(name.to_string(), "");
        let name = DnsName { message: b"\x01a\xc0\0", offset: 0 };
        assert!(name.labels().count() <= MAX_LABELS);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(opcode in 0_u8..28, rest: Vec<u8>) {
            let bytes = [vec![opcode, 0], rest].concat();
            if let Ok(logon) = Logon::parse(&bytes) {
                logon.examine(&mut Anomalies::default());
                let _ = format!("{logon:?}");
            }
        }
    }
}
