//! The body of any message.

use super::{
    Command, Header, Message, change_notify, close, create, error, flush, ioctl, lock, negotiate,
    notification, oplock_break, query_directory, query_info, read, session_setup, set_info, tree_connect,
    write,
};
use crate::auth::Blob;
use crate::error::{Anomalies, Examine, Layer, ParseError};
use crate::fscc::{
    DirectoryEntries, FileInformation, FileInformationClass, FileSystemInformation,
    FileSystemInformationClass, NotifyRecords, fsctl,
};
use crate::wire::security::Security;
use crate::wire::{NtStatus, Raw, fields, le_u16, le_u32, widen};

/// What an answer can be read with only if its request is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Asked {
    /// Not known, or nothing that is needed.
    #[default]
    Unknown,
    /// A QUERY_INFO about this.
    Information(set_info::InfoType, u8),
    /// A QUERY_DIRECTORY of this class.
    Directory(FileInformationClass),
}

impl Asked {
    /// What the answer to a request will be read with.
    #[must_use]
    pub fn of(request: &Message<'_>) -> Self {
        match request.header.command {
            Command::QUERY_INFO => query_info::Request::parse(request).map_or(Self::Unknown, |request| {
                Self::Information(request.info_type, request.file_info_class)
            }),
            Command::QUERY_DIRECTORY => query_directory::Request::parse(request)
                .map_or(Self::Unknown, |request| {
                    Self::Directory(FileInformationClass(request.file_information_class))
                }),
            _ => Self::Unknown,
        }
    }
}

/// The body of a message, by its command and direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(untagged))]
#[non_exhaustive]
#[allow(missing_docs, reason = "each is what its name says")]
pub enum Body<'a> {
    /// A response that failed, or an interim one.
    Error(error::Response<'a>),
    NegotiateRequest(negotiate::Request<'a>),
    NegotiateResponse(negotiate::Response<'a>),
    SessionSetupRequest(session_setup::Request<'a>),
    SessionSetupResponse(session_setup::Response<'a>),
    TreeConnectRequest(tree_connect::Request<'a>),
    TreeConnectResponse(tree_connect::Response),
    CreateRequest(create::Request<'a>),
    CreateResponse(create::Response<'a>),
    CloseRequest(close::Request),
    CloseResponse(close::Response),
    FlushRequest(flush::Request),
    ReadRequest(read::Request),
    ReadResponse(read::Response<'a>),
    WriteRequest(write::Request<'a>),
    WriteResponse(write::Response),
    LockRequest(lock::Request<'a>),
    IoctlRequest {
        #[cfg_attr(feature = "serde", serde(flatten))]
        request: ioctl::Request<'a>,
        /// What the code is called with.
        input: fsctl::Input<'a>,
    },
    IoctlResponse {
        #[cfg_attr(feature = "serde", serde(flatten))]
        response: ioctl::Response<'a>,
        /// What the code answers.
        output: fsctl::Output<'a>,
    },
    QueryDirectoryRequest(query_directory::Request<'a>),
    ChangeNotifyRequest(change_notify::Request),
    ChangeNotifyResponse {
        /// The changes.
        changes: NotifyRecords<'a>,
    },
    QueryInfoRequest(query_info::Request),
    /// The answer to a QUERY_INFO or a QUERY_DIRECTORY.
    Information(Buffer<'a>),
    SetInfoRequest {
        #[cfg_attr(feature = "serde", serde(flatten))]
        request: set_info::Request<'a>,
        /// What is set.
        information: Information<'a>,
    },
    OplockBreak(oplock_break::Break),
    Notification(notification::Notification),
    /// LOGOFF, TREE_DISCONNECT, CANCEL, ECHO and the answers that say nothing.
    Nothing {},
    /// Of a command that is not known.
    Unknown {
        /// Everything behind the header.
        #[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::hex"))]
        bytes: &'a [u8],
    },
}

/// The buffer of an answer to QUERY_INFO, QUERY_DIRECTORY or CHANGE_NOTIFY (\[MS-SMB2\] 2.2.34, 2.2.36, 2.2.38).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Buffer<'a> {
    /// OutputBufferLength in bytes.
    pub output_buffer_length: u32,
    /// Where it begins, in bytes from the SMB2 header.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub offset: u16,
    /// The buffer, as far as it is there.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub bytes: &'a [u8],
    /// What it holds.
    pub information: Information<'a>,
}

/// What is told or set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Information<'a> {
    /// Of a file.
    File(FileInformation<'a>),
    /// Of a file system.
    FileSystem(FileSystemInformation<'a>),
    /// What a directory holds.
    Directory(DirectoryEntries<'a>),
    /// A security descriptor, self-relative (\[MS-DTYP\] 2.4.6).
    Security(Security<'a>),
    /// Something else, or the request is not known.
    Other(Raw<'a>),
}

impl<'a> Body<'a> {
    /// Reads the body of a message; `asked` is what is known of the request if it is an answer.
    ///
    /// # Errors
    /// The fixed part of the body is cut short, or is that of another structure.
    pub fn parse(message: &Message<'a>, asked: Asked) -> Result<Self, ParseError> {
        let response = message.header.is_response();
        if response && is_error(message) {
            return error::Response::parse(message).map(Self::Error);
        }
        Ok(match (message.header.command, response) {
            (Command::NEGOTIATE, false) => Self::NegotiateRequest(negotiate::Request::parse(message)?),
            (Command::NEGOTIATE, true) => Self::NegotiateResponse(negotiate::Response::parse(message)?),
            (Command::SESSION_SETUP, false) => {
                Self::SessionSetupRequest(session_setup::Request::parse(message)?)
            }
            (Command::SESSION_SETUP, true) => {
                Self::SessionSetupResponse(session_setup::Response::parse(message)?)
            }
            (Command::TREE_CONNECT, false) => {
                Self::TreeConnectRequest(tree_connect::Request::parse(message)?)
            }
            (Command::TREE_CONNECT, true) => {
                Self::TreeConnectResponse(tree_connect::Response::parse(message)?)
            }
            (Command::CREATE, false) => Self::CreateRequest(create::Request::parse(message)?),
            (Command::CREATE, true) => Self::CreateResponse(create::Response::parse(message)?),
            (Command::CLOSE, false) => Self::CloseRequest(close::Request::parse(message)?),
            (Command::CLOSE, true) => Self::CloseResponse(close::Response::parse(message)?),
            (Command::FLUSH, false) => Self::FlushRequest(flush::Request::parse(message)?),
            (Command::READ, false) => Self::ReadRequest(read::Request::parse(message)?),
            (Command::READ, true) => Self::ReadResponse(read::Response::parse(message)?),
            (Command::WRITE, false) => Self::WriteRequest(write::Request::parse(message)?),
            (Command::WRITE, true) => Self::WriteResponse(write::Response::parse(message)?),
            (Command::LOCK, false) => Self::LockRequest(lock::Request::parse(message)?),
            (Command::IOCTL, false) => {
                let request = ioctl::Request::parse(message)?;
                let input = fsctl::Input::read(request.ctl_code, request.input);
                Self::IoctlRequest { request, input }
            }
            (Command::IOCTL, true) => {
                let response = ioctl::Response::parse(message)?;
                let output = fsctl::Output::read(response.ctl_code, response.output);
                Self::IoctlResponse { response, output }
            }
            (Command::QUERY_DIRECTORY, false) => {
                Self::QueryDirectoryRequest(query_directory::Request::parse(message)?)
            }
            (Command::CHANGE_NOTIFY, false) => {
                Self::ChangeNotifyRequest(change_notify::Request::parse(message)?)
            }
            (Command::CHANGE_NOTIFY, true) => {
                let buffer = Buffer::parse(message, Asked::Unknown)?;
                Self::ChangeNotifyResponse { changes: NotifyRecords(buffer.bytes) }
            }
            (Command::QUERY_INFO, false) => Self::QueryInfoRequest(query_info::Request::parse(message)?),
            (Command::QUERY_DIRECTORY | Command::QUERY_INFO, true) => {
                Self::Information(Buffer::parse(message, asked)?)
            }
            (Command::SET_INFO, false) => {
                let request = set_info::Request::parse(message)?;
                let asked = Asked::Information(request.info_type, request.file_info_class);
                let information = Information::parse(asked, request.buffer);
                Self::SetInfoRequest { request, information }
            }
            (Command::OPLOCK_BREAK, _) => Self::OplockBreak(oplock_break::Break::parse(message)?),
            (Command::SERVER_TO_CLIENT_NOTIFICATION, _) => {
                Self::Notification(notification::Notification::parse(message)?)
            }
            (
                Command::LOGOFF
                | Command::TREE_DISCONNECT
                | Command::CANCEL
                | Command::ECHO
                | Command::FLUSH
                | Command::LOCK
                | Command::SET_INFO,
                _,
            ) => Self::Nothing {},
            _ => Self::Unknown { bytes: message.bytes.get(Header::SIZE..).unwrap_or_default() },
        })
    }
}

/// True if a response has the body of an error rather than that of its command (\[MS-SMB2\] 3.3.4.4).
fn is_error(Message { header, bytes }: &Message<'_>) -> bool {
    let body = bytes.get(Header::SIZE..).unwrap_or_default();
    let has_size_of_error = le_u16(body).is_ok_and(|(_, size)| size == 9) || body.is_empty();
    let own = match (header.status(), header.command) {
        (NtStatus::SUCCESS, _) => true,
        (NtStatus::PENDING, _) => false,
        (NtStatus::MORE_PROCESSING_REQUIRED, command) => command == Command::SESSION_SETUP,
        (NtStatus::BUFFER_OVERFLOW, command) => {
            matches!(command, Command::QUERY_INFO | Command::QUERY_DIRECTORY | Command::READ | Command::IOCTL)
        }
        (status, _) => status.0 >> 30 < 2,
    };
    has_size_of_error && !own
}

impl<'a> Buffer<'a> {
    fn parse(message: &Message<'a>, asked: Asked) -> Result<Self, ParseError> {
        super::body::body(message, 9, |input| {
            fields!(input => rest; offset: le_u16, output_buffer_length: le_u32);
            let bytes = super::body::buffer(message, offset.into(), widen(output_buffer_length));
            let information = Information::parse(asked, bytes);
            Ok((rest, Self { output_buffer_length, offset, bytes, information }))
        })
    }
}

impl<'a> Information<'a> {
    fn parse(asked: Asked, bytes: &'a [u8]) -> Self {
        match asked {
            Asked::Directory(class) if DirectoryEntries::is_directory_class(class) => {
                Self::Directory(DirectoryEntries { class, bytes })
            }
            Asked::Information(set_info::InfoType::FILE, class) => {
                Self::File(FileInformation::read(FileInformationClass(class), bytes))
            }
            Asked::Information(set_info::InfoType::FILESYSTEM, class) => {
                Self::FileSystem(FileSystemInformation::read(FileSystemInformationClass(class), bytes))
            }
            Asked::Information(set_info::InfoType::SECURITY, _) => Self::Security(Security::read(bytes)),
            Asked::Directory(class) => {
                Self::Other(Raw::unknown(Layer::Smb2, "FileInformationClass", class.0, bytes))
            }
            Asked::Information(info_type, _) => {
                Self::Other(Raw::unknown(Layer::Smb2, "InfoType", info_type.0, bytes))
            }
            // Without the request nobody knows what is told.
            Asked::Unknown => Self::Other(Raw::unknown(Layer::Smb2, "request", 0_u8, bytes)),
        }
    }

    fn examine(&self, anomalies: &mut Anomalies) {
        match self {
            Self::File(information) => information.examine(anomalies),
            Self::Directory(entries) => entries.examine(anomalies),
            Self::FileSystem(information) => information.examine(anomalies),
            Self::Other(bytes) => bytes.examine(anomalies),
            Self::Security(descriptor) => descriptor.examine(anomalies),
        }
    }
}

impl Examine for Body<'_> {
    fn examine(&self, anomalies: &mut Anomalies) {
        // Where buffers begin is not kept; that one is cut says enough: the message ends there.
        let mut cut = |field, wanted: usize, bytes: &[u8]| {
            anomalies.expect(Layer::Smb2, field, Header::SIZE, wanted, bytes);
        };
        match self {
            Self::Error(error) => cut("ErrorData", widen(error.byte_count), error.error_data),
            Self::NegotiateRequest(request) => {
                let count = request.dialects().count().saturating_mul(2);
                let missing = usize::from(request.dialect_count).saturating_mul(2).saturating_sub(count);
                cut("Dialects", missing, &[]);
                request.contexts.examine(anomalies);
            }
            Self::NegotiateResponse(response) => {
                cut("SecurityBuffer", response.security_buffer_length.into(), response.security_buffer);
                Blob::open(response.security_buffer).examine(anomalies);
                response.contexts.examine(anomalies);
            }
            Self::SessionSetupRequest(request) => {
                cut("SecurityBuffer", request.security_buffer_length.into(), request.security_buffer);
                Blob::open(request.security_buffer).examine(anomalies);
            }
            Self::SessionSetupResponse(response) => {
                cut("SecurityBuffer", response.security_buffer_length.into(), response.security_buffer);
                Blob::open(response.security_buffer).examine(anomalies);
            }
            Self::TreeConnectRequest(request) => {
                cut("PathName", request.path_length.into(), request.path.as_bytes());
            }
            Self::CreateRequest(request) => {
                cut("Name", request.name_length.into(), request.name.as_bytes());
                request.contexts.examine(anomalies);
            }
            Self::CreateResponse(response) => response.contexts.examine(anomalies),
            Self::LockRequest(request) => cut("Locks", request.missing(), &[]),
            Self::IoctlRequest { request, input } => {
                cut("Input", widen(request.input_count), request.input);
                input.examine(anomalies);
            }
            Self::IoctlResponse { response, output } => {
                cut("Output", widen(response.output_count), response.output);
                output.examine(anomalies);
            }
            Self::ChangeNotifyResponse { changes } => changes.examine(anomalies),
            Self::Information(buffer) => {
                cut("Buffer", widen(buffer.output_buffer_length), buffer.bytes);
                buffer.information.examine(anomalies);
            }
            Self::SetInfoRequest { request, information } => {
                cut("Buffer", widen(request.buffer_length), request.buffer);
                information.examine(anomalies);
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::fixture::{FILE_ID, header, message};
    use super::*;
    use crate::smb2::compound;

    fn one(bytes: &[u8]) -> Message<'_> {
        compound(bytes).next().unwrap().unwrap()
    }

    #[test]
    fn an_answer_is_read_with_what_was_asked() {
        let mut bytes = [
            header(16, 1),
            vec![9, 0],                   // StructureSize
            vec![72, 0],                  // OutputBufferOffset
            vec![8, 0, 0, 0],             // OutputBufferLength
            vec![7, 0, 0, 0, 0, 0, 0, 0], // IndexNumber
        ]
        .concat();
        let asked = Asked::Information(set_info::InfoType::FILE, FileInformationClass::INTERNAL.0);
        let Ok(Body::Information(buffer)) = Body::parse(&one(&bytes), asked) else { panic!() };
        assert_eq!(buffer.information, Information::File(FileInformation::Internal { index_number: 7 }));
        let Ok(Body::Information(buffer)) = Body::parse(&one(&bytes), Asked::Unknown) else { panic!() };
        let Information::Other(raw) = buffer.information else { panic!("{buffer:?}") };
        assert_eq!(raw.bytes, [7, 0, 0, 0, 0, 0, 0, 0]);
        bytes.truncate(76);
        let mut anomalies = Anomalies::default();
        Body::parse(&one(&bytes), asked).unwrap().examine(&mut anomalies);
        assert!(!anomalies.is_empty());
    }

    #[test]
    fn a_rename_says_the_new_name() {
        let bytes = message(&[
            &[33, 0],       // StructureSize
            &[1],           // InfoType
            &[10],          // FileInfoClass
            &[22, 0, 0, 0], // BufferLength
            &[96, 0],       // BufferOffset
            &[0; 6],        // Reserved, AdditionalInformation
            &FILE_ID,       // FileId
            &[0; 16],       // ReplaceIfExists, Reserved, RootDirectory
            &[2, 0, 0, 0],  // FileNameLength
            b"n\0",         // FileName
        ]);
        let mut bytes = bytes;
        bytes[12] = 17; // Command
        let Ok(Body::SetInfoRequest {
            information: Information::File(FileInformation::Rename(rename)), ..
        }) = Body::parse(&one(&bytes), Asked::Unknown)
        else {
            panic!()
        };
        assert_eq!(rename.file_name.to_string(), "n");
    }

    #[test]
    fn errors_and_interim_answers_have_their_own_body() {
        for (command, status, is_error) in [
            (1_u8, 0xc000_0016_u32, false),
            (1, 0xc000_006d, true),
            (5, 0x0000_0103, true),
            (16, 0x8000_0005, false),
            (14, 0x8000_0006, true),
            (15, 0x0000_010c, false),
        ] {
            let mut bytes = [header(command.into(), 1), vec![9, 0, 0, 0, 0, 0, 0, 0, 0]].concat();
            bytes[8..12].copy_from_slice(&status.to_le_bytes());
            let body = Body::parse(&one(&bytes), Asked::Unknown).unwrap();
            assert_eq!(matches!(body, Body::Error(_)), is_error, "{command} {status:x}: {body:?}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_as_any_command(
            command in 0_u16..21,
            response: bool,
            status in prop_oneof![Just(0_u32), Just(0x8000_0005), any::<u32>()],
            mut body in proptest::collection::vec(prop_oneof![0_u8..120, any::<u8>()], 0..160),
            size in prop_oneof![Just(9_u8), Just(57), Just(49), Just(33), Just(41), Just(36), Just(65), Just(89)],
            class in 0_u8..70,
        ) {
            if let Some(first) = body.first_mut() {
                *first = size;
            }
            if let Some(second) = body.get_mut(1) {
                *second = 0;
            }
            let mut bytes = [header(command, u32::from(response)), body].concat();
            bytes[8..12].copy_from_slice(&status.to_le_bytes());
            let message = one(&bytes);
            let asks = [
                Asked::of(&message),
                Asked::Directory(FileInformationClass(class)),
                Asked::Information(set_info::InfoType::FILE, class),
                Asked::Information(set_info::InfoType::FILESYSTEM, class),
            ];
            for asked in asks {
                if let Ok(body) = Body::parse(&message, asked) {
                    body.examine(&mut Anomalies::default());
                    #[cfg(feature = "serde")]
                    prop_assert!(serde_json::to_string(&body).unwrap().len() < 200 * bytes.len());
                }
            }
        }
    }
}
