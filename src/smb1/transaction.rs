//! The three transactions, by which named pipes are spoken to (\[MS-CIFS\] 2.2.4.33 and .34, .46 and .47, .62 and .63).
//!
//! A request or a response may be spread over several messages: see [`Reassembly`](super::Reassembly).
//!
//! ```
//! use smbscope::smb1::Message;
//! use smbscope::smb1::transaction::{PipeFunction, Request};
//!
//! let mut frame = b"\xffSMB\x25".to_vec(); // Protocol, Command: TRANSACTION
//! frame.resize(32, 0); // the rest of the header
//! frame.extend([16, 0, 0, 4, 0]); // WordCount, TotalParameterCount, TotalDataCount
//! frame.extend([0, 0, 0, 4]); // MaxParameterCount, MaxDataCount
//! frame.extend([0, 0, 0, 0, 0, 0, 0, 0, 0, 0]); // MaxSetupCount, Reserved1, Flags, Timeout, Reserved2
//! frame.extend([0, 0, 74, 0, 4, 0, 74, 0]); // ParameterCount, ParameterOffset, DataCount, DataOffset
//! frame.extend([2, 0, 0x26, 0, 1, 0x40]); // SetupCount, Reserved3, Setup: TRANSACT_NMPIPE, FID
//! frame.extend(b"\x0b\0\\PIPE\\\0call"); // ByteCount, Name, Data
//! for block in Message::parse(&frame)?.blocks() {
//!     let request = Request::parse(&block?)?;
//!     assert_eq!(request.name.to_string(), r"\PIPE\");
//!     assert_eq!(request.pipe_function(), Some(PipeFunction::TRANSACT_NMPIPE));
//!     assert_eq!((request.fid(), request.data.bytes), (Some(0x4001), &b"call"[..]));
//! }
//! # Ok::<(), smbscope::ParseError>(())
//! ```

use nom::Parser as _;

use super::text::Strings;
use super::{Block, Command, Text};
use crate::error::{Anomalies, Layer, ParseError, Read};
use crate::wire::{fields, le_u16, le_u32, take, u8, widen, wire_enum};

/// A run of a transaction's parameters or data, as much as one message has of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Part<'a> {
    /// Bytes of the run in all messages together.
    pub total: u32,
    /// Bytes of the run that go before this part.
    pub displacement: u32,
    /// Bytes of this part.
    pub count: u32,
    /// This part. Shorter than `count` if the message was cut, or lies about its offsets.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub bytes: &'a [u8],
}

impl Part<'_> {
    /// Adds an anomaly if bytes of this part are missing.
    pub(super) fn examine(&self, field: &'static str, end: usize, anomalies: &mut Anomalies) {
        let wanted = widen(self.count);
        let start = end.saturating_sub(self.bytes.len());
        anomalies.expect(Layer::Smb1, field, start, wanted, self.bytes);
    }

    /// True if this part is the whole run.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.displacement == 0 && self.count >= self.total
    }
}

/// The first message of a request of `TRANSACTION`, `TRANSACTION2` or `NT_TRANSACT`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Request<'a> {
    /// Which of the three.
    pub command: Command,
    /// The pipe or mailslot of a `TRANSACTION`, as `\PIPE\`; else empty.
    pub name: Text<'a>,
    /// The function of an `NT_TRANSACT`.
    pub nt_function: Option<NtFunction>,
    /// The setup words.
    pub setup: Setup<'a>,
    /// Options; none in `NT_TRANSACT`.
    pub flags: RequestFlags,
    /// How long the server may take, in milliseconds; 0 for its default, 0xffffffff for ever. 0 in `NT_TRANSACT`.
    pub timeout: u32,
    /// The most parameter bytes that the client takes in return.
    pub max_parameter_count: u32,
    /// The most data bytes that the client takes in return.
    pub max_data_count: u32,
    /// The parameters.
    pub parameters: Part<'a>,
    /// The data.
    pub data: Part<'a>,
}

impl<'a> Request<'a> {
    /// Reads a request.
    ///
    /// # Errors
    /// The fixed words are not all there.
    pub fn parse(block: &Block<'a>) -> Result<Self, ParseError> {
        if block.command == Command::NT_TRANSACT {
            return block.fields(|words| nt_transact(block, words));
        }
        let request = block.fields(|words| transaction(block, words))?;
        let named = block.command == Command::TRANSACTION;
        let name = if named { Strings::of(block, block.bytes).text() } else { Text::default() };
        Ok(Self { name, ..request })
    }

    /// What a `TRANSACTION` on a named pipe does: the first setup word. A mailslot's or `\PIPE\LANMAN`'s has none.
    #[must_use]
    pub fn pipe_function(&self) -> Option<PipeFunction> {
        let on_pipe = self.command == Command::TRANSACTION
            && (self.name.is_empty() || self.name.starts_with_ignore_ascii_case(r"\PIPE"));
        self.setup.get(0).map(PipeFunction).filter(|_| on_pipe)
    }

    /// The FID that the setup words name: of the pipe where a [`PipeFunction`] works on an open one, of the file
    /// where an [`NtFunction`] does.
    #[must_use]
    pub fn fid(&self) -> Option<u16> {
        match (self.pipe_function(), self.nt_function) {
            (Some(PipeFunction::WAIT_NMPIPE | PipeFunction::CALL_NMPIPE), _) => None,
            (Some(_), _) => self.setup.get(1),
            (None, Some(NtFunction::IOCTL | NtFunction::NOTIFY_CHANGE)) => self.setup.get(2),
            _ => None,
        }
    }

    /// What a `TRANSACTION2` does: the first setup word.
    #[must_use]
    pub fn trans2_function(&self) -> Option<Trans2Function> {
        self.setup.get(0).map(Trans2Function).filter(|_| self.command == Command::TRANSACTION2)
    }
}

fn transaction<'a>(block: &Block<'a>, words: &'a [u8]) -> Read<'a, Request<'a>> {
    fields! {
        words => words;
        total_parameters: le_u16,
        total_data: le_u16,
        max_parameters: le_u16,
        max_data: le_u16,
        _max_setup_count: le_u16,
        flags: le_u16,
        timeout: le_u32,
        _reserved: le_u16,
    }
    let (words, parameters) = Place::short(words)?;
    let (words, data) = Place::short(words)?;
    fields!(words => words; setup_count: u8, _reserved: u8);
    let request = Request {
        command: block.command,
        name: Text::default(),
        nt_function: None,
        setup: Setup::of(words, setup_count),
        flags: RequestFlags::from_bits_retain(flags),
        timeout,
        max_parameter_count: max_parameters.into(),
        max_data_count: max_data.into(),
        parameters: parameters.part(block, total_parameters.into()),
        data: data.part(block, total_data.into()),
    };
    Ok((words, request))
}

fn nt_transact<'a>(block: &Block<'a>, words: &'a [u8]) -> Read<'a, Request<'a>> {
    fields! {
        words => words;
        _max_setup_count: u8,
        _reserved: le_u16,
        total_parameters: le_u32,
        total_data: le_u32,
        max_parameter_count: le_u32,
        max_data_count: le_u32,
    }
    let (words, parameters) = Place::long(words)?;
    let (words, data) = Place::long(words)?;
    fields!(words => words; setup_count: u8, function: le_u16);
    let request = Request {
        command: block.command,
        name: Text::default(),
        nt_function: Some(NtFunction(function)),
        setup: Setup::of(words, setup_count),
        flags: RequestFlags::empty(),
        timeout: 0,
        max_parameter_count,
        max_data_count,
        parameters: parameters.part(block, total_parameters),
        data: data.part(block, total_data),
    };
    Ok((words, request))
}

/// A further message of a request: `TRANSACTION_SECONDARY`, `TRANSACTION2_SECONDARY` or `NT_TRANSACT_SECONDARY`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Secondary<'a> {
    /// The FID that `TRANSACTION2_SECONDARY` names.
    pub fid: Option<u16>,
    /// The parameters.
    pub parameters: Part<'a>,
    /// The data.
    pub data: Part<'a>,
}

impl<'a> Secondary<'a> {
    /// Reads a secondary request.
    ///
    /// # Errors
    /// The fixed words are not all there.
    pub fn parse(block: &Block<'a>) -> Result<Self, ParseError> {
        let (parameters, data) = if block.command == Command::NT_TRANSACT_SECONDARY {
            block.fields(|words| nt_parts(block, words))?
        } else {
            block.fields(|words| {
                let (words, totals) = (le_u16, le_u16).parse(words)?;
                parts(block, totals, words)
            })?
        };
        // Its place is behind the words that all three have.
        let fid = match (block.command, block.words.get(16..18)) {
            (Command::TRANSACTION2_SECONDARY, Some([low, high])) => Some(u16::from_le_bytes([*low, *high])),
            _ => None,
        };
        Ok(Self { fid, parameters, data })
    }
}

/// One message of a response to any of the three.
///
/// A server that waits for secondary requests answers the first message with an interim response, which is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Response<'a> {
    /// True if the server asks for the rest of the request, and nothing else is in the response.
    pub interim: bool,
    /// The setup words.
    pub setup: Setup<'a>,
    /// The parameters.
    pub parameters: Part<'a>,
    /// The data.
    pub data: Part<'a>,
}

impl<'a> Response<'a> {
    /// Reads a response. An error response looks like an interim one.
    ///
    /// # Errors
    /// There are words, but the fixed ones are not all there.
    pub fn parse(block: &Block<'a>) -> Result<Self, ParseError> {
        if block.word_count == 0 {
            return Ok(Self { interim: true, ..Self::default() });
        }
        block.fields(|words| {
            let (words, (parameters, data)) = if block.command == Command::NT_TRANSACT {
                nt_parts(block, words)?
            } else {
                fields! {
                    words => words;
                    total_parameters: le_u16,
                    total_data: le_u16,
                    _reserved: le_u16,
                }
                parts(block, (total_parameters, total_data), words)?
            };
            fields!(words => words; setup_count: u8);
            // The short form has a reserved byte here.
            let words = if block.command == Command::NT_TRANSACT { words } else { u8(words)?.0 };
            Ok((words, Self { interim: false, setup: Setup::of(words, setup_count), parameters, data }))
        })
    }
}

/// Counts, offsets and displacements of 16 bits.
fn parts<'a>(block: &Block<'a>, totals: (u16, u16), words: &'a [u8]) -> Read<'a, (Part<'a>, Part<'a>)> {
    fields! {
        words => words;
        parameters: Place::short,
        parameter_displacement: le_u16,
        data: Place::short,
        data_displacement: le_u16,
    }
    let parameters = parameters.displaced(parameter_displacement.into()).part(block, totals.0.into());
    let data = data.displaced(data_displacement.into()).part(block, totals.1.into());
    Ok((words, (parameters, data)))
}

/// Totals, counts, offsets and displacements of 32 bits.
fn nt_parts<'a>(block: &Block<'a>, words: &'a [u8]) -> Read<'a, (Part<'a>, Part<'a>)> {
    fields! {
        words => words;
        _reserved: take("Reserved1", 3),
        total_parameters: le_u32,
        total_data: le_u32,
        parameters: Place::long,
        parameter_displacement: le_u32,
        data: Place::long,
        data_displacement: le_u32,
    }
    let parameters = parameters.displaced(parameter_displacement).part(block, total_parameters);
    let data = data.displaced(data_displacement).part(block, total_data);
    Ok((words, (parameters, data)))
}

/// Where in the message a part lies, and where in the run.
struct Place {
    count: u32,
    offset: u32,
    displacement: u32,
}

impl Place {
    /// A count and an offset of 16 bits.
    fn short(words: &[u8]) -> Read<'_, Self> {
        fields!(words => words; count: le_u16, offset: le_u16);
        Ok((words, Self { count: count.into(), offset: offset.into(), displacement: 0 }))
    }

    /// A count and an offset of 32 bits.
    fn long(words: &[u8]) -> Read<'_, Self> {
        fields!(words => words; count: le_u32, offset: le_u32);
        Ok((words, Self { count, offset, displacement: 0 }))
    }

    const fn displaced(self, displacement: u32) -> Self {
        Self { displacement, ..self }
    }

    fn part<'a>(&self, block: &Block<'a>, total: u32) -> Part<'a> {
        let bytes = block.slice(widen(self.offset), widen(self.count));
        Part { total, displacement: self.displacement, count: self.count, bytes }
    }
}

/// The setup words of a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Setup<'a>(
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::hex"))] &'a [u8],
);

impl<'a> Setup<'a> {
    /// Setup words as they stand on the wire.
    #[must_use]
    pub const fn new(words: &'a [u8]) -> Self {
        Self(words)
    }

    /// The first `count` of `words`, or what there is of them.
    fn of(words: &'a [u8], count: u8) -> Self {
        Self(super::block::split(words, usize::from(count).saturating_mul(2)).0)
    }

    /// The word at `index`, if it is there.
    #[must_use]
    pub fn get(self, index: usize) -> Option<u16> {
        self.0.as_chunks().0.get(index).copied().map(u16::from_le_bytes)
    }

    /// The words as they stood on the wire.
    #[must_use]
    pub const fn as_bytes(self) -> &'a [u8] {
        self.0
    }
}

bitflags::bitflags! {
    /// The `Flags` field of a request (\[MS-CIFS\] 2.2.4.33.1).
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
    #[cfg_attr(feature = "serde", derive(serde::Serialize), serde(transparent))]
    pub struct RequestFlags: u16 {
        /// Disconnect the tree when the transaction is done.
        const DISCONNECT_TID = 0x0001;
        /// Send no response.
        const NO_RESPONSE = 0x0002;
    }
}

wire_enum! {
    /// What a `TRANSACTION` on a named pipe does (\[MS-CIFS\] 2.2.2.2, 2.2.5).
    pub struct PipeFunction(u16) {
        SET_NMPIPE_STATE = 0x0001, "TRANS_SET_NMPIPE_STATE";
        RAW_READ_NMPIPE = 0x0011, "TRANS_RAW_READ_NMPIPE";
        QUERY_NMPIPE_STATE = 0x0021, "TRANS_QUERY_NMPIPE_STATE";
        QUERY_NMPIPE_INFO = 0x0022, "TRANS_QUERY_NMPIPE_INFO";
        PEEK_NMPIPE = 0x0023, "TRANS_PEEK_NMPIPE";
        TRANSACT_NMPIPE = 0x0026, "TRANS_TRANSACT_NMPIPE";
        RAW_WRITE_NMPIPE = 0x0031, "TRANS_RAW_WRITE_NMPIPE";
        READ_NMPIPE = 0x0036, "TRANS_READ_NMPIPE";
        WRITE_NMPIPE = 0x0037, "TRANS_WRITE_NMPIPE";
        WAIT_NMPIPE = 0x0053, "TRANS_WAIT_NMPIPE";
        CALL_NMPIPE = 0x0054, "TRANS_CALL_NMPIPE";
    }
}

wire_enum! {
    /// What a `TRANSACTION2` does (\[MS-CIFS\] 2.2.2.2, 2.2.6).
    pub struct Trans2Function(u16) {
        OPEN2 = 0x0000, "TRANS2_OPEN2";
        FIND_FIRST2 = 0x0001, "TRANS2_FIND_FIRST2";
        FIND_NEXT2 = 0x0002, "TRANS2_FIND_NEXT2";
        QUERY_FS_INFORMATION = 0x0003, "TRANS2_QUERY_FS_INFORMATION";
        SET_FS_INFORMATION = 0x0004, "TRANS2_SET_FS_INFORMATION";
        QUERY_PATH_INFORMATION = 0x0005, "TRANS2_QUERY_PATH_INFORMATION";
        SET_PATH_INFORMATION = 0x0006, "TRANS2_SET_PATH_INFORMATION";
        QUERY_FILE_INFORMATION = 0x0007, "TRANS2_QUERY_FILE_INFORMATION";
        SET_FILE_INFORMATION = 0x0008, "TRANS2_SET_FILE_INFORMATION";
        FSCTL = 0x0009, "TRANS2_FSCTL";
        IOCTL2 = 0x000a, "TRANS2_IOCTL2";
        FIND_NOTIFY_FIRST = 0x000b, "TRANS2_FIND_NOTIFY_FIRST";
        FIND_NOTIFY_NEXT = 0x000c, "TRANS2_FIND_NOTIFY_NEXT";
        CREATE_DIRECTORY = 0x000d, "TRANS2_CREATE_DIRECTORY";
        SESSION_SETUP = 0x000e, "TRANS2_SESSION_SETUP";
        GET_DFS_REFERRAL = 0x0010, "TRANS2_GET_DFS_REFERRAL";
        REPORT_DFS_INCONSISTENCY = 0x0011, "TRANS2_REPORT_DFS_INCONSISTENCY";
    }
}

wire_enum! {
    /// What an `NT_TRANSACT` does (\[MS-CIFS\] 2.2.2.2, 2.2.7, \[MS-SMB\] 2.2.2.2).
    pub struct NtFunction(u16) {
        CREATE = 0x0001, "NT_TRANSACT_CREATE";
        IOCTL = 0x0002, "NT_TRANSACT_IOCTL";
        SET_SECURITY_DESC = 0x0003, "NT_TRANSACT_SET_SECURITY_DESC";
        NOTIFY_CHANGE = 0x0004, "NT_TRANSACT_NOTIFY_CHANGE";
        RENAME = 0x0005, "NT_TRANSACT_RENAME";
        QUERY_SECURITY_DESC = 0x0006, "NT_TRANSACT_QUERY_SECURITY_DESC";
        QUERY_QUOTA = 0x0007, "NT_TRANSACT_QUERY_QUOTA";
        SET_QUOTA = 0x0008, "NT_TRANSACT_SET_QUOTA";
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::smb1::testing::{
        REQUEST, RESPONSE, UNICODE_REQUEST, UNICODE_RESPONSE, block, cut_blocks, message, wide,
    };

    #[rustfmt::skip]
    const TRANSACT_NMPIPE: [u8; 32] = [
        0x00, 0x00,             // TotalParameterCount
        0x04, 0x00,             // TotalDataCount
        0x00, 0x00,             // MaxParameterCount
        0x00, 0x04,             // MaxDataCount
        0x00, 0xee,             // MaxSetupCount, Reserved1, not zero
        0x02, 0x00,             // Flags: no response
        0xe8, 0x03, 0x00, 0x00, // Timeout
        0xee, 0xee,             // Reserved2, not zero
        0x00, 0x00,             // ParameterCount
        0x54, 0x00,             // ParameterOffset
        0x04, 0x00,             // DataCount
        0x54, 0x00,             // DataOffset
        0x02, 0xee,             // SetupCount, Reserved3, not zero
        0x26, 0x00,             // Setup: TRANSACT_NMPIPE
        0x01, 0x40,             // FID
    ];

    fn transact() -> Vec<u8> {
        let bytes = [&[0][..], &wide("\\PIPE\\\0"), &[0xee, 0xee], b"call"].concat();
        message(Command::TRANSACTION, UNICODE_REQUEST, &TRANSACT_NMPIPE, &bytes)
    }

    #[test]
    fn reads_a_transaction_on_a_pipe() {
        let message = transact();
        let request = Request::parse(&block(&message)).unwrap();
        assert_eq!(request.name.to_string(), r"\PIPE\");
        assert_eq!(request.pipe_function(), Some(PipeFunction::TRANSACT_NMPIPE));
        assert_eq!(
            (request.fid(), request.trans2_function(), request.nt_function),
            (Some(0x4001), None, None)
        );
        assert_eq!((request.flags, request.timeout), (RequestFlags::NO_RESPONSE, 1000));
        assert_eq!((request.max_parameter_count, request.max_data_count), (0, 1024));
        assert_eq!(request.parameters, Part::default());
        assert_eq!(request.data, Part { total: 4, displacement: 0, count: 4, bytes: b"call" });
        assert!(request.data.is_whole());
        cut_blocks(&message, |block| match Request::parse(&block) {
            Err(_) => assert!(block.words.len() < 28),
            Ok(cut) => {
                assert_eq!((cut.data.count, cut.max_data_count), (4, 1024));
                assert!(b"call".starts_with(cut.data.bytes));
                let named = !(3..11).contains(&block.bytes.len());
                assert_eq!(cut.fid().is_some(), block.words.len() == 32 && named);
            }
        });
    }

    #[test]
    fn the_setup_words_of_a_mailslot_and_of_functions_by_name_are_no_fid() {
        let bytes = b"\\MAILSLOT\\BROWSE\0call";
        let mailslot = message(Command::TRANSACTION, REQUEST, &TRANSACT_NMPIPE, bytes);
        let request = Request::parse(&block(&mailslot)).unwrap();
        assert_eq!(request.name.to_string(), r"\MAILSLOT\BROWSE");
        assert_eq!((request.pipe_function(), request.fid()), (None, None));
        for function in [0x53, 0x54] {
            let mut words = TRANSACT_NMPIPE;
            words[28] = function;
            let by_name = message(Command::TRANSACTION, REQUEST, &words, b"\\PIPE\\spoolss\0");
            let request = Request::parse(&block(&by_name)).unwrap();
            assert_eq!((request.pipe_function(), request.fid()), (Some(PipeFunction(function.into())), None));
        }
    }

    #[test]
    fn reads_transaction2() {
        let mut words = TRANSACT_NMPIPE;
        words[28] = 0x05; // Setup
        let message = message(Command::TRANSACTION2, UNICODE_REQUEST, &words, b"\0\0\0");
        let request = Request::parse(&block(&message)).unwrap();
        assert_eq!(request.trans2_function(), Some(Trans2Function::QUERY_PATH_INFORMATION));
        assert_eq!((request.pipe_function(), request.fid()), (None, None));
        assert!(request.name.is_empty());
    }

    #[test]
    fn reads_nt_transact() {
        #[rustfmt::skip]
        let words = [
            0x04,                                           // MaxSetupCount
            0xee, 0xee,                                     // Reserved1, not zero
            0x03, 0x00, 0x00, 0x00,                         // TotalParameterCount
            0x08, 0x00, 0x00, 0x00,                         // TotalDataCount
            0x20, 0x00, 0x00, 0x00,                         // MaxParameterCount
            0x00, 0x00, 0x01, 0x00,                         // MaxDataCount
            0x03, 0x00, 0x00, 0x00,                         // ParameterCount
            0x51, 0x00, 0x00, 0x00,                         // ParameterOffset
            0x02, 0x00, 0x00, 0x00,                         // DataCount
            0x54, 0x00, 0x00, 0x00,                         // DataOffset
            0x04,                                           // SetupCount
            0x04, 0x00,                                     // Function: NOTIFY_CHANGE
            0x17, 0x00, 0x00, 0x00, 0x09, 0x40, 0x01, 0x00, // Setup: CompletionFilter, FID, WatchTree
        ];
        let message = message(Command::NT_TRANSACT, REQUEST, &words, b"parda");
        let request = Request::parse(&block(&message)).unwrap();
        assert_eq!((request.nt_function, request.fid()), (Some(NtFunction::NOTIFY_CHANGE), Some(0x4009)));
        assert_eq!((request.max_parameter_count, request.max_data_count), (32, 65536));
        assert_eq!(request.parameters, Part { total: 3, displacement: 0, count: 3, bytes: b"par" });
        assert_eq!(request.data, Part { total: 8, displacement: 0, count: 2, bytes: b"da" });
        assert!(request.parameters.is_whole() && !request.data.is_whole());
        cut_blocks(&message, |block| assert_eq!(Request::parse(&block).is_ok(), block.words.len() >= 38));
    }

    #[test]
    fn reads_secondaries_of_both_widths() {
        #[rustfmt::skip]
        let words = [
            0x00, 0x00, // TotalParameterCount
            0x08, 0x00, // TotalDataCount
            0x00, 0x00, // ParameterCount
            0x00, 0x00, // ParameterOffset
            0x00, 0x00, // ParameterDisplacement
            0x04, 0x00, // DataCount
            0x33, 0x00, // DataOffset
            0x04, 0x00, // DataDisplacement
        ];
        let short = message(Command::TRANSACTION_SECONDARY, REQUEST, &words, b"more");
        let data = Part { total: 8, displacement: 4, count: 4, bytes: b"more" };
        assert_eq!(
            Secondary::parse(&block(&short)).unwrap(),
            Secondary { fid: None, parameters: Part::default(), data }
        );
        cut_blocks(&short, |block| assert_eq!(Secondary::parse(&block).is_ok(), block.words.len() == 16));
        #[rustfmt::skip]
        let words = [
            0xee, 0xee, 0xee,       // Reserved1, not zero
            0x00, 0x00, 0x00, 0x00, // TotalParameterCount
            0x08, 0x00, 0x00, 0x00, // TotalDataCount
            0x00, 0x00, 0x00, 0x00, // ParameterCount
            0x00, 0x00, 0x00, 0x00, // ParameterOffset
            0x00, 0x00, 0x00, 0x00, // ParameterDisplacement
            0x04, 0x00, 0x00, 0x00, // DataCount
            0x47, 0x00, 0x00, 0x00, // DataOffset
            0x04, 0x00, 0x00, 0x00, // DataDisplacement
            0xee,                   // Reserved2, not zero
        ];
        let long = message(Command::NT_TRANSACT_SECONDARY, REQUEST, &words, b"more");
        assert_eq!(
            Secondary::parse(&block(&long)).unwrap(),
            Secondary { fid: None, parameters: Part::default(), data }
        );
    }

    #[test]
    fn reads_responses_of_both_widths() {
        #[rustfmt::skip]
        let words = [
            0x00, 0x00, // TotalParameterCount
            0x04, 0x00, // TotalDataCount
            0xee, 0xee, // Reserved1, not zero
            0x00, 0x00, // ParameterCount
            0x38, 0x00, // ParameterOffset
            0x00, 0x00, // ParameterDisplacement
            0x04, 0x00, // DataCount
            0x38, 0x00, // DataOffset
            0x00, 0x00, // DataDisplacement
            0x00, 0xee, // SetupCount, Reserved2, not zero
        ];
        let short = message(Command::TRANSACTION, UNICODE_RESPONSE, &words, b"\0done");
        let response = Response::parse(&block(&short)).unwrap();
        assert_eq!(response.data, Part { total: 4, displacement: 0, count: 4, bytes: b"done" });
        assert!(!response.interim);
        cut_blocks(&short, |block| match Response::parse(&block) {
            Err(_) => assert!(block.words.len() < 20),
            Ok(cut) => assert!(!cut.interim && b"done".starts_with(cut.data.bytes)),
        });
        #[rustfmt::skip]
        let words = [
            0xee, 0xee, 0xee,       // Reserved1, not zero
            0x02, 0x00, 0x00, 0x00, // TotalParameterCount
            0x00, 0x00, 0x00, 0x00, // TotalDataCount
            0x02, 0x00, 0x00, 0x00, // ParameterCount
            0x49, 0x00, 0x00, 0x00, // ParameterOffset
            0x00, 0x00, 0x00, 0x00, // ParameterDisplacement
            0x00, 0x00, 0x00, 0x00, // DataCount
            0x00, 0x00, 0x00, 0x00, // DataOffset
            0x00, 0x00, 0x00, 0x00, // DataDisplacement
            0x01,                   // SetupCount
            0x34, 0x12,             // Setup
        ];
        let long = message(Command::NT_TRANSACT, RESPONSE, &words, b"ok");
        let response = Response::parse(&block(&long)).unwrap();
        assert_eq!(response.parameters, Part { total: 2, displacement: 0, count: 2, bytes: b"ok" });
        assert_eq!((response.setup.get(0), response.setup.get(1)), (Some(0x1234), None));
        assert_eq!(response.setup.as_bytes(), [0x34, 0x12]);
    }

    #[test]
    fn an_empty_response_is_interim() {
        for command in [Command::TRANSACTION, Command::TRANSACTION2, Command::NT_TRANSACT] {
            let message = message(command, RESPONSE, &[], b"");
            let response = Response::parse(&block(&message)).unwrap();
            assert_eq!(response, Response { interim: true, ..Response::default() });
        }
    }
}
