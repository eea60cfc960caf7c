//! One command of a message, read by what it is.

use super::file::{self, Words, words};
use super::{
    Block, Command, Header, create, echo, locking, negotiate, path, read, search, session_setup, transaction,
    tree_connect, write,
};
use crate::auth::Blob;
use crate::error::{Anomalies, Examine, Layer, ParseError, Reason};
use crate::wire::{Status, wire_list};

/// The body of a command, by its code and direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(untagged))]
#[non_exhaustive]
#[allow(missing_docs, reason = "each is what its name says")]
pub enum Body<'a> {
    /// A response that failed: its status says why.
    Error {},
    NegotiateRequest(negotiate::Request<'a>),
    NegotiateResponse(negotiate::Response<'a>),
    SessionSetupRequest(session_setup::Request<'a>),
    SessionSetupResponse(session_setup::Response<'a>),
    TreeConnectRequest(tree_connect::Request<'a>),
    TreeConnectResponse(tree_connect::Response<'a>),
    CreateRequest(create::Request<'a>),
    CreateResponse(create::Response<'a>),
    CloseRequest(file::Close),
    ClosePrintFileRequest(file::ClosePrintFile),
    FlushRequest(file::Flush),
    PathRequest(path::Request<'a>),
    QueryInformationResponse(file::QueryInformationResponse),
    SetInformation2Request(file::SetInformation2),
    QueryInformation2Request(file::QueryInformation2),
    QueryInformation2Response(file::QueryInformation2Response),
    QueryInformationDiskResponse(file::QueryInformationDiskResponse),
    ReadRequest(read::Request),
    ReadResponse(read::Response<'a>),
    ReadRawRequest(file::ReadRaw),
    ReadMpxRequest(file::ReadMpx),
    ReadMpxResponse(file::ReadMpxResponse),
    WriteRequest(write::Request<'a>),
    WriteResponse(write::Response),
    WriteRawRequest(file::WriteRaw),
    WriteRawResponse(file::WriteRawResponse),
    ByteRangeRequest(file::ByteRange),
    LockingRequest(locking::Request),
    SeekRequest(file::Seek),
    SeekResponse(file::SeekResponse),
    IoctlRequest(file::Ioctl),
    EchoRequest(echo::Request<'a>),
    EchoResponse(echo::Response<'a>),
    FindClose2Request(file::FindClose2),
    SearchRequest(search::Request<'a>),
    SearchResponse(search::Response<'a>),
    TransactionRequest(transaction::Request<'a>),
    TransactionSecondary(transaction::Secondary<'a>),
    TransactionResponse(transaction::Response<'a>),
    GetPrintQueueRequest(file::GetPrintQueue),
    GetPrintQueueResponse {
        #[cfg_attr(feature = "serde", serde(flatten))]
        response: file::GetPrintQueueResponse,
        /// The queue.
        entries: PrintQueue<'a>,
    },
    /// Words and bytes that hold nothing: LOGOFF_ANDX, TREE_DISCONNECT, NT_CANCEL, PROCESS_EXIT and the answers that
    /// say nothing.
    Nothing {},
    /// An obsolete command without a specification that says what it holds, or one that is not known.
    Other {
        /// The parameter words.
        #[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::hex"))]
        words: &'a [u8],
        /// The data bytes.
        #[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::hex"))]
        bytes: &'a [u8],
    },
}

/// The entries of a print queue, 28 bytes each (\[MS-CIFS\] 2.2.4.70.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PrintQueue<'a> {
    count: u16,
    bytes: &'a [u8],
}

impl PrintQueue<'_> {
    /// Length of an entry in bytes.
    const ENTRY: usize = 28;

    /// The entries, up to one error.
    pub fn iter(&self) -> impl Iterator<Item = Result<file::PrintQueueEntry, ParseError>> {
        let (mut left, mut rest, total) = (self.count, self.bytes, self.bytes.len());
        core::iter::from_fn(move || {
            left = left.checked_sub(1)?;
            match (file::PrintQueueEntry::read(rest), rest.get(Self::ENTRY..)) {
                (Ok((_, entry)), Some(after)) => {
                    rest = after;
                    Some(Ok(entry))
                }
                _ => {
                    left = 0;
                    let reason = Reason::Truncated { field: "Queue" };
                    Some(Err(ParseError { layer: Layer::Smb1, offset: total, reason }))
                }
            }
        })
    }
}

impl Examine for file::PrintQueueEntry {
    fn examine(&self, _anomalies: &mut Anomalies) {}
}

wire_list!(PrintQueue);

impl<'a> Body<'a> {
    /// Reads a command of a message with this header.
    ///
    /// # Errors
    /// The words of the command are not all there, or are those of no known form.
    pub fn parse(block: &Block<'a>, header: &Header) -> Result<Self, ParseError> {
        if !header.is_response() {
            return Self::request(block);
        }
        let fails = header.status != Status::SUCCESS && block.word_count == 0;
        // An answer of 0 words to a transaction asks for the rest of it.
        if fails { Ok(Self::Error {}) } else { Self::response(block) }
    }

    fn request(block: &Block<'a>) -> Result<Self, ParseError> {
        Ok(match block.command {
            Command::NEGOTIATE => Self::NegotiateRequest(negotiate::Request::parse(block)?),
            Command::SESSION_SETUP_ANDX => Self::SessionSetupRequest(session_setup::Request::parse(block)?),
            Command::TREE_CONNECT | Command::TREE_CONNECT_ANDX => {
                Self::TreeConnectRequest(tree_connect::Request::parse(block)?)
            }
            Command::NT_CREATE_ANDX
            | Command::OPEN_ANDX
            | Command::OPEN
            | Command::CREATE
            | Command::CREATE_NEW
            | Command::CREATE_TEMPORARY
            | Command::OPEN_PRINT_FILE => Self::CreateRequest(create::Request::parse(block)?),
            Command::CLOSE | Command::CLOSE_AND_TREE_DISC => Self::CloseRequest(words(block)?),
            Command::CLOSE_PRINT_FILE => Self::ClosePrintFileRequest(words(block)?),
            Command::FLUSH => Self::FlushRequest(words(block)?),
            Command::CREATE_DIRECTORY
            | Command::DELETE_DIRECTORY
            | Command::DELETE
            | Command::RENAME
            | Command::NT_RENAME
            | Command::COPY
            | Command::MOVE
            | Command::QUERY_INFORMATION
            | Command::SET_INFORMATION
            | Command::CHECK_DIRECTORY => Self::PathRequest(path::Request::parse(block)?),
            Command::SET_INFORMATION2 => Self::SetInformation2Request(words(block)?),
            Command::QUERY_INFORMATION2 => Self::QueryInformation2Request(words(block)?),
            Command::READ | Command::READ_ANDX | Command::LOCK_AND_READ => {
                Self::ReadRequest(read::Request::parse(block)?)
            }
            Command::READ_RAW => Self::ReadRawRequest(words(block)?),
            Command::READ_MPX => Self::ReadMpxRequest(words(block)?),
            Command::WRITE
            | Command::WRITE_ANDX
            | Command::WRITE_AND_UNLOCK
            | Command::WRITE_AND_CLOSE
            | Command::WRITE_PRINT_FILE => Self::WriteRequest(write::Request::parse(block)?),
            Command::WRITE_RAW | Command::WRITE_MPX => Self::WriteRawRequest(words(block)?),
            Command::LOCK_BYTE_RANGE | Command::UNLOCK_BYTE_RANGE => Self::ByteRangeRequest(words(block)?),
            Command::LOCKING_ANDX => Self::LockingRequest(locking::Request::parse(block)?),
            Command::SEEK => Self::SeekRequest(words(block)?),
            Command::IOCTL => Self::IoctlRequest(words(block)?),
            Command::ECHO => Self::EchoRequest(echo::Request::parse(block)?),
            Command::FIND_CLOSE2 | Command::FIND_NOTIFY_CLOSE => Self::FindClose2Request(words(block)?),
            Command::SEARCH | Command::FIND | Command::FIND_UNIQUE | Command::FIND_CLOSE => {
                Self::SearchRequest(search::Request::parse(block)?)
            }
            Command::TRANSACTION | Command::TRANSACTION2 | Command::NT_TRANSACT => {
                Self::TransactionRequest(transaction::Request::parse(block)?)
            }
            Command::TRANSACTION_SECONDARY
            | Command::TRANSACTION2_SECONDARY
            | Command::NT_TRANSACT_SECONDARY => {
                Self::TransactionSecondary(transaction::Secondary::parse(block)?)
            }
            Command::GET_PRINT_QUEUE => Self::GetPrintQueueRequest(words(block)?),
            _ => Self::rest(block),
        })
    }

    fn response(block: &Block<'a>) -> Result<Self, ParseError> {
        Ok(match block.command {
            Command::NEGOTIATE => Self::NegotiateResponse(negotiate::Response::parse(block)?),
            Command::SESSION_SETUP_ANDX => Self::SessionSetupResponse(session_setup::Response::parse(block)?),
            Command::TREE_CONNECT | Command::TREE_CONNECT_ANDX => {
                Self::TreeConnectResponse(tree_connect::Response::parse(block)?)
            }
            Command::NT_CREATE_ANDX
            | Command::OPEN_ANDX
            | Command::OPEN
            | Command::CREATE
            | Command::CREATE_NEW
            | Command::CREATE_TEMPORARY
            | Command::OPEN_PRINT_FILE => Self::CreateResponse(create::Response::parse(block)?),
            Command::QUERY_INFORMATION => Self::QueryInformationResponse(words(block)?),
            Command::QUERY_INFORMATION2 => {
                Self::QueryInformation2Response(file::QueryInformation2Response::in_answer(block)?)
            }
            Command::QUERY_INFORMATION_DISK => Self::QueryInformationDiskResponse(words(block)?),
            Command::READ | Command::READ_ANDX | Command::LOCK_AND_READ => {
                Self::ReadResponse(read::Response::parse(block)?)
            }
            Command::READ_MPX => Self::ReadMpxResponse(words(block)?),
            Command::WRITE | Command::WRITE_ANDX | Command::WRITE_AND_UNLOCK | Command::WRITE_AND_CLOSE => {
                Self::WriteResponse(write::Response::parse(block)?)
            }
            Command::WRITE_RAW | Command::WRITE_COMPLETE => Self::WriteRawResponse(words(block)?),
            // An oplock break is the server's, and has the form of a request.
            Command::LOCKING_ANDX if block.word_count >= 8 => {
                Self::LockingRequest(locking::Request::parse(block)?)
            }
            Command::SEEK => Self::SeekResponse(words(block)?),
            Command::ECHO => Self::EchoResponse(echo::Response::parse(block)?),
            Command::SEARCH | Command::FIND | Command::FIND_UNIQUE => {
                Self::SearchResponse(search::Response::parse(block)?)
            }
            Command::TRANSACTION | Command::TRANSACTION2 | Command::NT_TRANSACT => {
                Self::TransactionResponse(transaction::Response::parse(block)?)
            }
            Command::GET_PRINT_QUEUE => {
                let response: file::GetPrintQueueResponse = words(block)?;
                let bytes = block.bytes.get(3..).unwrap_or_default();
                let entries = PrintQueue { count: response.count, bytes };
                Self::GetPrintQueueResponse { response, entries }
            }
            _ => Self::rest(block),
        })
    }

    /// A command that holds nothing beyond an AndX link, or of which nobody says what it holds.
    fn rest(block: &Block<'a>) -> Self {
        let own =
            if block.command.is_andx() { block.words.get(4..).unwrap_or_default() } else { block.words };
        if own.is_empty() && block.bytes.is_empty() {
            return Self::Nothing {};
        }
        Self::Other { words: block.words, bytes: block.bytes }
    }

    /// The FID that the command or its answer names, if it does.
    #[must_use]
    pub fn fid(&self) -> Option<u16> {
        Some(match self {
            Self::CreateResponse(response) => response.fid,
            Self::CloseRequest(request) => request.fid,
            Self::ClosePrintFileRequest(request) => request.fid,
            Self::FlushRequest(request) => request.fid,
            Self::SetInformation2Request(request) => request.fid,
            Self::QueryInformation2Request(request) => request.fid,
            Self::ReadRequest(request) => request.fid,
            Self::ReadRawRequest(request) => request.fid,
            Self::ReadMpxRequest(request) => request.fid,
            Self::WriteRequest(request) => request.fid,
            Self::WriteRawRequest(request) => request.fid,
            Self::ByteRangeRequest(request) => request.fid,
            Self::LockingRequest(request) => request.fid,
            Self::SeekRequest(request) => request.fid,
            Self::IoctlRequest(request) => request.fid,
            Self::TransactionRequest(request) => return request.fid(),
            Self::TransactionSecondary(secondary) => return secondary.fid,
            _ => return None,
        })
    }

    /// Tells what of the command could not be read; `block` is the one it was read from.
    pub fn examine(&self, block: &Block<'_>, anomalies: &mut Anomalies) {
        let end = block.message.len();
        match self {
            // What is read or written is of no interest here, and its count lies in large messages.
            Self::ReadResponse(_) | Self::WriteRequest(_) => return,
            Self::NegotiateResponse(response) => {
                if let negotiate::Security::Extended { security_blob, .. } = response.security {
                    Blob::open(security_blob).examine(anomalies);
                }
            }
            Self::SessionSetupRequest(request) => {
                request.security_blob.iter().for_each(|blob| Blob::open(blob).examine(anomalies));
            }
            Self::SessionSetupResponse(response) => {
                response.security_blob.iter().for_each(|blob| Blob::open(blob).examine(anomalies));
            }
            Self::PathRequest(request) => return request.examine(anomalies),
            Self::SearchResponse(response) => response.examine(anomalies),
            Self::GetPrintQueueResponse { entries, .. } => entries.examine(anomalies),
            Self::TransactionRequest(request) => {
                request.parameters.examine("Trans_Parameters", end, anomalies);
                request.data.examine("Trans_Data", end, anomalies);
            }
            Self::TransactionSecondary(secondary) => {
                secondary.parameters.examine("Trans_Parameters", end, anomalies);
                secondary.data.examine("Trans_Data", end, anomalies);
            }
            Self::TransactionResponse(response) => {
                response.parameters.examine("Trans_Parameters", end, anomalies);
                response.data.examine("Trans_Data", end, anomalies);
            }
            _ => {}
        }
        if block.is_cut() && anomalies.is_empty() {
            let reason = Reason::Truncated { field: "SMB_Data" };
            anomalies.add(ParseError { layer: Layer::Smb1, offset: end, reason });
        }
    }
}

impl file::QueryInformation2Response {
    /// The answer has no FID.
    fn in_answer(block: &Block<'_>) -> Result<Self, ParseError> {
        block.fields(|words| <Self as Words>::read(words))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::smb1::blocks;
    use crate::smb1::testing::{REQUEST, RESPONSE, UNICODE_REQUEST, block, message};

    fn body(message: &[u8]) -> Body<'_> {
        let (_, header) = Header::parse(message).unwrap();
        Body::parse(&block(message), &header).unwrap()
    }

    #[test]
    fn bodies_by_command_and_direction() {
        let delete = message(Command::DELETE, REQUEST, &[0x06, 0], b"\x04\\F\0");
        let Body::PathRequest(path) = body(&delete) else { panic!() };
        assert_eq!(path.path.unwrap().to_string(), r"\F");
        assert_eq!(body(&message(Command::DELETE, RESPONSE, &[], b"")), Body::Nothing {});
        let seek = message(Command::SEEK, REQUEST, &[1, 0x40, 2, 0, 0xff, 0xff, 0xff, 0xff], b"");
        assert_eq!(body(&seek).fid(), Some(0x4001));
        let odd = message(Command::QUERY_SERVER, REQUEST, &[1, 2], b"x");
        assert_eq!(body(&odd), Body::Other { words: &[1, 2], bytes: b"x" });
        let mut failed = message(Command::OPEN, RESPONSE, &[], b"");
        failed[5] = 0x22;
        failed[8] = 0xc0;
        assert_eq!(body(&failed), Body::Error {});
    }

    #[test]
    fn a_print_queue() {
        let mut bytes = vec![1, 28, 0];
        bytes.extend([
            0x55, 0x25, 0x63, 0x70, // FileDate, FileTime
            3,    // EntryStatus
            7, 0, // SpoolFileNumber
            0, 1, 0, 0, // SpoolFileSize
        ]);
        bytes.resize(3 + 28, 0);
        let whole = message(Command::GET_PRINT_QUEUE, RESPONSE, &[1, 0, 1, 0], &bytes);
        let Body::GetPrintQueueResponse { entries, .. } = body(&whole) else { panic!() };
        let entry = entries.iter().next().unwrap().unwrap();
        assert_eq!((entry.spool_file_number, entry.spool_file_size), (7, 256));
        let cut = message(Command::GET_PRINT_QUEUE, RESPONSE, &[2, 0, 1, 0], &bytes);
        let Body::GetPrintQueueResponse { entries, .. } = body(&cut) else { panic!() };
        assert_eq!(entries.iter().filter(|entry| entry.is_err()).count(), 1);
    }

    proptest! {
        #[test]
        fn any_bytes_as_any_command(
            command: u8,
            response: bool,
            unicode: bool,
            words in proptest::collection::vec(prop_oneof![0..100_u8, any::<u8>()], 0..80),
            bytes in proptest::collection::vec(prop_oneof![Just(0_u8), Just(4), any::<u8>()], 0..120),
            cut in 0..60_usize,
        ) {
            let flags = match (response, unicode) {
                (true, _) => RESPONSE,
                (false, true) => UNICODE_REQUEST,
                (false, false) => REQUEST,
            };
            let message = message(Command(command), flags, &words[..words.len() / 2 * 2], &bytes);
            let message = &message[..(message.len() - cut.min(bytes.len() + 2))];
            let (_, header) = Header::parse(message).unwrap();
            for block in blocks(message, &header).flatten() {
                if let Ok(body) = Body::parse(&block, &header) {
                    body.examine(&block, &mut Anomalies::default());
                    let _ = body.fid();
                    #[cfg(feature = "serde")]
                    prop_assert!(serde_json::to_string(&body).unwrap().len() < 4_000 + 100 * message.len());
                }
            }
        }
    }
}
