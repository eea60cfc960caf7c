//! The fixed header of every message.

use super::Command;
use crate::error::{Anomalies, Examine, Layer, ParseError, Parsed, Read, Reason, Unread, prefix};
use crate::wire::{DosError, NtStatus, Status, array, fields, le_u16, u8};

/// The header of a message (\[MS-CIFS\] 2.2.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Header {
    /// The command of the message's first block.
    pub command: Command,
    /// What the server answers: an NTSTATUS if [`Flags2::NT_STATUS`] is set, else a DOS class and code.
    pub status: Status,
    /// The `Flags` field.
    pub flags: Flags,
    /// The `Flags2` field.
    pub flags2: Flags2,
    /// The client's process: `PIDHigh` and `PIDLow` together.
    pub pid: u32,
    /// `SecurityFeatures`: the signature if messages are signed.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::hex"))]
    pub security_features: [u8; 8],
    /// Tree id.
    pub tid: u16,
    /// User id: the session.
    pub uid: u16,
    /// Multiplex id: with the PID, what pairs a response with its request.
    pub mid: u16,
    #[cfg_attr(feature = "serde", serde(skip))]
    response: bool,
}

impl Header {
    /// Bytes a header takes.
    pub const SIZE: usize = 32;

    /// The bytes a message begins with.
    pub const PROTOCOL: [u8; 4] = *b"\xffSMB";
    /// What messages begin with that are encrypted by Samba's UNIX extensions.
    pub const ENCRYPTED: [u8; 4] = *b"\xffE\0\0";

    /// Where `Flags` stand.
    const FLAGS: usize = 9;

    /// Reads a header and gives what follows it: the first block. [`Flags::REPLY`] says whether it is a response, until
    /// [`Header::sent_by_server`] is told.
    ///
    /// # Errors
    /// The message is shorter than [`Header::SIZE`], or does not begin with [`Header::PROTOCOL`].
    pub fn parse(input: &[u8]) -> Parsed<'_, Self> {
        prefix(Layer::Smb1, input, header)
    }

    /// The header of a message of which it is known who sent it: what the client sends is a request, and what the server
    /// sends a response or an oplock break, whatever the flag says. Some clients set it in requests, and servers take
    /// them.
    #[must_use]
    pub const fn sent_by_server(mut self, server: bool) -> Self {
        self.response = server && (self.flags.contains(Flags::REPLY) || !self.is_unsolicited());
        self
    }

    /// True if the server sent this message.
    #[must_use]
    pub const fn is_response(&self) -> bool {
        self.response
    }

    /// True if nobody asked for this message, if the server sent it: an oplock break is a `LOCKING_ANDX` request of MID
    /// 0xFFFF (\[MS-CIFS\] 3.3.4.2).
    #[must_use]
    pub const fn is_unsolicited(&self) -> bool {
        self.command.0 == Command::LOCKING_ANDX.0 && self.mid == 0xffff
    }

    /// True if the message's strings are UTF-16, where its commands know both forms.
    #[must_use]
    pub const fn unicode(&self) -> bool {
        self.flags2.contains(Flags2::UNICODE)
    }
}

/// A flag that says otherwise than who sent the message.
impl Examine for Header {
    fn examine(&self, anomalies: &mut Anomalies) {
        if self.response != self.flags.contains(Flags::REPLY) {
            let field = "Flags: the reply bit contradicts the direction";
            let reason = Reason::BadValue { field, value: u64::from(self.flags.bits()) };
            anomalies.add(ParseError { layer: Layer::Smb1, offset: Self::FLAGS, reason });
        }
    }
}

fn header(input: &[u8]) -> Read<'_, Header> {
    fields!(input => rest; protocol: array::<4>);
    if protocol != Header::PROTOCOL {
        let value = u64::from(u32::from_be_bytes(protocol));
        return Err(Unread::error(input, Reason::BadValue { field: "Protocol", value }));
    }
    fields! {
        rest => rest;
        command: u8,
        status: array::<4>,
        flags: u8,
        flags2: le_u16,
        pid_high: le_u16,
        security_features: array::<8>,
        _reserved: le_u16,
        tid: le_u16,
        pid_low: le_u16,
        uid: le_u16,
        mid: le_u16,
    }
    let (flags, flags2) = (Flags::from_bits_retain(flags), Flags2::from_bits_retain(flags2));
    let header = Header {
        command: Command(command),
        status: status_of(status, flags2),
        flags,
        flags2,
        pid: u32::from(pid_high) << 16 | u32::from(pid_low),
        security_features,
        tid,
        uid,
        mid,
        response: flags.contains(Flags::REPLY),
    };
    Ok((rest, header))
}

/// The status field in the form that `flags2` says. Errors that exist in the DOS form only are sent as a class and
/// code even where NTSTATUS was agreed on (\[MS-CIFS\] 2.2.2.4: STATUS_SMB_BAD_UID is 0x005B0002).
fn status_of(bytes: [u8; 4], flags2: Flags2) -> Status {
    let [class, reserved, low, high] = bytes;
    let only_dos = matches!((class, reserved, low, high), (1 | 2, 0, 1.., 0));
    if flags2.contains(Flags2::NT_STATUS) && !only_dos {
        return Status::Nt(NtStatus(u32::from_le_bytes(bytes)));
    }
    Status::Dos(DosError { class, code: u16::from_le_bytes([low, high]) })
}

bitflags::bitflags! {
    /// The `Flags` field (\[MS-CIFS\] 2.2.3.1).
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    #[cfg_attr(feature = "serde", derive(serde::Serialize), serde(transparent))]
    pub struct Flags: u8 {
        /// The server knows `LOCK_AND_READ` and `WRITE_AND_UNLOCK`.
        const LOCK_AND_READ_OK = 0x01;
        /// Obsolete: a receive buffer is posted.
        const BUF_AVAIL = 0x02;
        /// Paths are case-insensitive.
        const CASE_INSENSITIVE = 0x08;
        /// Obsolete: paths are in canonical form.
        const CANONICALIZED_PATHS = 0x10;
        /// Obsolete: an exclusive oplock is asked for, or granted.
        const OPLOCK = 0x20;
        /// Obsolete: a batch oplock is asked for, or granted.
        const OPBATCH = 0x40;
        /// The message is a response.
        const REPLY = 0x80;
    }
}

bitflags::bitflags! {
    /// The `Flags2` field (\[MS-CIFS\] 2.2.3.1, \[MS-SMB\] 2.2.3.1).
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    #[cfg_attr(feature = "serde", derive(serde::Serialize), serde(transparent))]
    pub struct Flags2: u16 {
        /// The client knows long file names.
        const LONG_NAMES = 0x0001;
        /// The client knows extended attributes.
        const EAS = 0x0002;
        /// The message is signed.
        const SMB_SECURITY_SIGNATURE = 0x0004;
        /// The client may compress `WRITE_ANDX` data.
        const COMPRESSED = 0x0008;
        /// The client requires signing.
        const SMB_SECURITY_SIGNATURE_REQUIRED = 0x0010;
        /// Paths in the message are long names.
        const IS_LONG_NAME = 0x0040;
        /// The path names an older version of the file.
        const REPARSE_PATH = 0x0400;
        /// Sessions are set up with security blobs.
        const EXTENDED_SECURITY = 0x0800;
        /// Paths are DFS paths.
        const DFS = 0x1000;
        /// Reading needs no more than execute access.
        const PAGING_IO = 0x2000;
        /// The status is an NTSTATUS.
        const NT_STATUS = 0x4000;
        /// Strings are UTF-16.
        const UNICODE = 0x8000;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rustfmt::skip]
    const REFUSED: [u8; Header::SIZE] = [
        0xff, b'S', b'M', b'B',                         // Protocol
        0x73,                                           // Command: SESSION_SETUP_ANDX
        0xd0, 0x00, 0x00, 0xc0,                         // Status: STATUS_REQUEST_NOT_ACCEPTED
        0x98,                                           // Flags: REPLY, CANONICALIZED_PATHS, CASE_INSENSITIVE
        0x07, 0xc8,                                     // Flags2: UNICODE, NT_STATUS, EXTENDED_SECURITY, ...
        0x01, 0x00,                                     // PIDHigh
        0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, // SecurityFeatures
        0xee, 0xee,                                     // Reserved, not zero
        0x02, 0x08,                                     // TID
        0xff, 0xfe,                                     // PIDLow
        0x03, 0x10,                                     // UID
        0x40, 0x00,                                     // MID
    ];

    #[test]
    fn errors_of_the_dos_form_alone_are_read_as_such_whatever_the_flags_say() {
        let mut bad_uid = REFUSED;
        bad_uid[5..9].copy_from_slice(&[0x02, 0x00, 0x5b, 0x00]);
        let (_, header) = Header::parse(&bad_uid).unwrap();
        assert!(header.flags2.contains(Flags2::NT_STATUS));
        assert_eq!(header.status, Status::Dos(DosError::BAD_UID));
        assert!(header.status.is_session_gone() && !header.status.is_success());
    }

    #[test]
    fn reads_every_field_and_leaves_the_blocks() {
        let message = [&REFUSED[..], &[0, 0, 0]].concat();
        let (rest, header) = Header::parse(&message).unwrap();
        assert_eq!(rest, [0, 0, 0]);
        assert_eq!(header.command, Command::SESSION_SETUP_ANDX);
        assert_eq!(header.status.to_string(), "STATUS_REQUEST_NOT_ACCEPTED");
        assert!(header.is_response() && header.unicode());
        assert_eq!(header.flags.bits(), 0x98);
        assert_eq!(header.flags2.bits(), 0xc807);
        assert_eq!(header.pid, 0x0001_feff);
        assert_eq!(header.security_features, [0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18]);
        assert_eq!([header.tid, header.uid, header.mid], [0x0802, 0x1003, 0x0040]);
    }

    #[test]
    fn who_sent_a_message_decides_what_it_is_and_a_flag_that_contradicts_is_an_anomaly() {
        let told = |bytes: &[u8; Header::SIZE], server| {
            let header = Header::parse(bytes).unwrap().1.sent_by_server(server);
            let mut anomalies = Anomalies::default();
            header.examine(&mut anomalies);
            (header.is_response(), anomalies.iter().map(ToString::to_string).collect::<Vec<_>>())
        };
        let contradicts = |flags: &str| {
            vec![format!(
                "SMB1: bad value {flags} of Flags: the reply bit contradicts the direction at byte 9"
            )]
        };
        let mut request = REFUSED;
        request[9] = 0x18; // without REPLY
        assert_eq!(told(&REFUSED, true), (true, vec![]));
        assert_eq!(told(&request, false), (false, vec![]));
        assert_eq!(told(&REFUSED, false), (false, contradicts("0x98")));
        assert_eq!(told(&request, true), (true, contradicts("0x18")));
        let mut oplock_break = request;
        oplock_break[4] = Command::LOCKING_ANDX.0;
        assert_eq!(told(&oplock_break, true), (true, contradicts("0x18")), "the answer to a lock");
        oplock_break[30..].copy_from_slice(&[0xff, 0xff]); // MID
        assert_eq!(told(&oplock_break, true), (false, vec![]));
        assert_eq!(told(&oplock_break, false), (false, vec![]));
    }

    #[test]
    fn without_the_flag_the_status_is_class_and_code() {
        let mut message = REFUSED;
        message[5..9].copy_from_slice(&[0x02, 0x77, 0x59, 0x00]);
        message[11] = 0x80;
        let (_, header) = Header::parse(&message).unwrap();
        assert_eq!(header.status, Status::Dos(DosError { class: 2, code: 0x59 }));
        assert!(header.status.is_refusal());
    }

    #[test]
    fn a_short_or_foreign_message_is_an_error_with_its_place() {
        for length in 0..Header::SIZE {
            let error = Header::parse(&REFUSED[..length]).map_err(ParseError::from).unwrap_err();
            assert!(error.offset <= length && matches!(error.reason, Reason::Truncated { .. }));
            assert!(!error.is_unnamed(), "{error}");
        }
        let error =
            Header::parse(b"\xfeSMB____________________________").map_err(ParseError::from).unwrap_err();
        assert_eq!(error.reason, Reason::BadValue { field: "Protocol", value: 0xfe53_4d42 });
        assert_eq!(error.offset, 0);
    }
}
