//! The header that every SMB2 message begins with.

use super::Command;
use crate::error::{Anomalies, Examine, Layer, ParseError, Parsed, Read, Reason, Unread, prefix};
use crate::wire::{NtStatus, array, fields, le_u16, le_u32, le_u64};

bitflags::bitflags! {
    /// The flags of a header (\[MS-SMB2\] 2.2.1.2). Unknown bits are kept.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    #[cfg_attr(feature = "serde", derive(serde::Serialize), serde(transparent))]
    pub struct HeaderFlags: u32 {
        /// The message is a response.
        const SERVER_TO_REDIR = 0x0000_0001;
        /// The header has an AsyncId where others have ProcessId and TreeId.
        const ASYNC_COMMAND = 0x0000_0002;
        /// A request of a chain that goes on with the session, tree and file of the one before it.
        const RELATED_OPERATIONS = 0x0000_0004;
        /// The message is signed.
        const SIGNED = 0x0000_0008;
        /// The three bits of the priority (SMB 3.1.1).
        const PRIORITY_MASK = 0x0000_0070;
        /// The request is a DFS operation.
        const DFS_OPERATIONS = 0x1000_0000;
        /// The request is sent again after a reconnection (SMB 3.x).
        const REPLAY_OPERATION = 0x2000_0000;
    }
}

/// The header of an SMB2 message (\[MS-SMB2\] 2.2.1), in its ASYNC (2.2.1.1) or SYNC (2.2.1.2) form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Header {
    /// CreditCharge: how many credits the request costs.
    pub credit_charge: u16,
    /// The four bytes at 8: the status of a response, see [`Header::status`]; in requests of the 3.x dialects the
    /// lower half is the ChannelSequence.
    pub status: u32,
    /// Command.
    pub command: Command,
    /// CreditRequest or CreditResponse.
    pub credits: u16,
    /// Flags.
    pub flags: HeaderFlags,
    /// NextCommand: bytes from this header to the next one of the chain, 0 in the last.
    pub next_command: u32,
    /// MessageId; all ones in what a server sends unasked.
    pub message_id: u64,
    /// ProcessId, reserved in newer dialects; 0 in the ASYNC form.
    pub process_id: u32,
    /// TreeId; 0 in the ASYNC form, which has none.
    pub tree_id: u32,
    /// AsyncId; 0 in the SYNC form, which has none.
    pub async_id: u64,
    /// SessionId.
    pub session_id: u64,
    /// Signature, zero if the message is not signed.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::hex"))]
    pub signature: [u8; 16],
    #[cfg_attr(feature = "serde", serde(skip))]
    response: bool,
}

impl Header {
    /// The length of a header in bytes, and the StructureSize that it says.
    pub const SIZE: usize = 64;

    /// The ProtocolId of a header.
    pub const PROTOCOL_ID: [u8; 4] = [0xfe, b'S', b'M', b'B'];

    /// Where Flags stands.
    const FLAGS: usize = 16;

    /// Reads the header at the start of `input` and gives what follows it. [`HeaderFlags::SERVER_TO_REDIR`] says whether
    /// it is a response, until [`Header::sent_by_server`] is told.
    ///
    /// # Errors
    /// `input` is shorter than a header, or its ProtocolId or StructureSize is not that of SMB2.
    pub fn parse(input: &[u8]) -> Parsed<'_, Self> {
        match input.split_first_chunk::<{ Self::SIZE }>() {
            Some((header, rest)) => prefix(Layer::Smb2, header, fields).map(|(_, header)| (rest, header)),
            // Which field is cut.
            None => prefix(Layer::Smb2, input, fields),
        }
    }

    /// The status of a response.
    #[must_use]
    pub const fn status(&self) -> NtStatus {
        NtStatus(self.status)
    }

    /// The ChannelSequence of a request of the 3.x dialects.
    #[must_use]
    pub fn channel_sequence(&self) -> u16 {
        let [low, high, ..] = self.status.to_le_bytes();
        u16::from_le_bytes([low, high])
    }

    /// The header of a message of which it is known who sent it: what the client sends is a request, and what the server
    /// sends a response or a notification, whatever the flag says.
    #[must_use]
    pub const fn sent_by_server(mut self, server: bool) -> Self {
        self.response = server;
        self
    }

    /// True if a server sent the message.
    #[must_use]
    pub const fn is_response(&self) -> bool {
        self.response
    }

    /// True if nobody asked for this message, if the server sent it: an oplock break, a lease break or another
    /// notification (\[MS-SMB2\] 2.2.23, 2.2.44).
    #[must_use]
    pub const fn is_unsolicited(&self) -> bool {
        self.message_id == u64::MAX
    }

    /// True if the header has the ASYNC form: an [`Header::async_id`] and no [`Header::tree_id`].
    #[must_use]
    pub const fn is_async(&self) -> bool {
        self.flags.contains(HeaderFlags::ASYNC_COMMAND)
    }
}

/// A flag that says otherwise than who sent the message.
impl Examine for Header {
    fn examine(&self, anomalies: &mut Anomalies) {
        let flag = self.flags.contains(HeaderFlags::SERVER_TO_REDIR);
        if self.response != flag && !(self.response && self.is_unsolicited()) {
            let field = "Flags: the reply bit contradicts the direction";
            let reason = Reason::BadValue { field, value: u64::from(self.flags.bits()) };
            anomalies.add(ParseError { layer: Layer::Smb2, offset: Self::FLAGS, reason });
        }
    }
}

fn fields(input: &[u8]) -> Read<'_, Header> {
    fields!(input => rest; protocol_id: array::<4>);
    if protocol_id != Header::PROTOCOL_ID {
        let value = u64::from(u32::from_be_bytes(protocol_id));
        return Err(Unread::error(input, Reason::BadValue { field: "ProtocolId", value }));
    }
    fields!(rest => after_size; structure_size: le_u16);
    if usize::from(structure_size) != Header::SIZE {
        let reason = Reason::BadValue { field: "StructureSize", value: u64::from(structure_size) };
        return Err(Unread::error(rest, reason));
    }
    fields! {
        after_size => rest;
        credit_charge: le_u16,
        status: le_u32,
        command: le_u16,
        credits: le_u16,
        flags: le_u32,
        next_command: le_u32,
        message_id: le_u64,
    }
    fields!(rest => _other_ids; async_id: le_u64);
    fields! {
        rest => rest;
        process_id: le_u32,
        tree_id: le_u32,
        session_id: le_u64,
        signature: array::<16>,
    }
    let flags = HeaderFlags::from_bits_retain(flags);
    let (process_id, tree_id, async_id) =
        if flags.contains(HeaderFlags::ASYNC_COMMAND) { (0, 0, async_id) } else { (process_id, tree_id, 0) };
    let header = Header {
        credit_charge,
        status,
        command: Command(command),
        credits,
        flags,
        next_command,
        message_id,
        process_id,
        tree_id,
        async_id,
        session_id,
        signature,
        response: flags.contains(HeaderFlags::SERVER_TO_REDIR),
    };
    Ok((rest, header))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fixture(flags: u32) -> Vec<u8> {
        [
            &Header::PROTOCOL_ID[..],                                 // ProtocolId
            &[64, 0],                                                 // StructureSize
            &[1, 0],                                                  // CreditCharge
            &[0x16, 0x00, 0x00, 0xc0],                                // Status
            &[1, 0],                                                  // Command
            &[31, 0],                                                 // CreditResponse
            &flags.to_le_bytes(),                                     // Flags
            &[0; 4],                                                  // NextCommand
            &[2, 0, 0, 0, 0, 0, 0, 0],                                // MessageId
            &[0xff, 0xfe, 0, 0],                                      // ProcessId
            &[5, 0, 0, 0],                                            // TreeId
            &[0x61, 0, 0, 0, 0, 0x50, 0, 0],                          // SessionId
            &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16], // Signature
        ]
        .concat()
    }

    #[test]
    fn reads_every_field_of_the_sync_form() {
        let mut bytes = fixture(0x0000_0009);
        bytes.push(0xaa);
        let (rest, header) = Header::parse(&bytes).unwrap();
        assert_eq!(rest, [0xaa]);
        let expected = Header {
            credit_charge: 1,
            status: 0xc000_0016,
            command: Command::SESSION_SETUP,
            credits: 31,
            flags: HeaderFlags::SERVER_TO_REDIR | HeaderFlags::SIGNED,
            next_command: 0,
            message_id: 2,
            process_id: 0xfeff,
            tree_id: 5,
            async_id: 0,
            session_id: 0x0000_5000_0000_0061,
            signature: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
            response: true,
        };
        assert_eq!(header, expected);
        assert_eq!(header.status(), NtStatus::MORE_PROCESSING_REQUIRED);
        assert!(header.is_response() && !header.is_async());
    }

    #[test]
    fn the_async_form_has_an_async_id_and_no_tree() {
        let (_, header) = Header::parse(&fixture(0x8000_0003)).unwrap();
        assert!(header.is_async());
        assert_eq!((header.process_id, header.tree_id, header.async_id), (0, 0, 0x0000_0005_0000_feff));
        assert_eq!(header.flags.bits(), 0x8000_0003, "unknown bits survive");
    }

    #[test]
    fn who_sent_a_message_decides_what_it_is_and_a_flag_that_contradicts_is_an_anomaly() {
        let told = |bytes: &[u8], server| {
            let header = Header::parse(bytes).unwrap().1.sent_by_server(server);
            let mut anomalies = Anomalies::default();
            header.examine(&mut anomalies);
            (header.is_response(), anomalies.iter().map(ToString::to_string).collect::<Vec<_>>())
        };
        let contradicts = |flags: &str| {
            vec![format!(
                "SMB2: bad value {flags} of Flags: the reply bit contradicts the direction at byte 16"
            )]
        };
        assert_eq!(told(&fixture(1), true), (true, vec![]));
        assert_eq!(told(&fixture(0), false), (false, vec![]));
        assert_eq!(told(&fixture(1), false), (false, contradicts("0x1")));
        assert_eq!(told(&fixture(8), true), (true, contradicts("0x8")));
        let mut notification = fixture(0);
        notification[24..32].fill(0xff); // MessageId
        assert_eq!(told(&notification, true), (true, vec![]));
    }

    #[test]
    fn what_is_no_header_is_an_error_with_its_place() {
        let bytes = fixture(0);
        for length in 0..bytes.len() {
            let error = Header::parse(&bytes[..length]).map_err(ParseError::from).unwrap_err();
            let Reason::Truncated { field } = error.reason else { panic!("{error}") };
            let at = match field {
                "ProtocolId" => 0,
                "StructureSize" => 4,
                "CreditCharge" => 6,
                "Status" => 8,
                "Command" => 12,
                "Credits" => 14,
                "Flags" => 16,
                "NextCommand" => 20,
                "MessageId" => 24,
                "AsyncId" => 32,
                "SessionId" => 40,
                "Signature" => 48,
                _ => panic!("{error}"),
            };
            assert_eq!(error.offset, at);
            assert!((at..at + 16).contains(&length), "{length}: {error}");
        }
        for (at, offset, field) in [(0, 0, "ProtocolId"), (3, 0, "ProtocolId"), (4, 4, "StructureSize")] {
            let mut bytes = bytes.clone();
            bytes[at] = 0xff;
            let error = Header::parse(&bytes).map_err(ParseError::from).unwrap_err();
            assert_eq!(error.offset, offset);
            assert!(matches!(error.reason, Reason::BadValue { field: named, .. } if named == field));
        }
    }
}
