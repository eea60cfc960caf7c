//! SMB2 and SMB3: \[MS-SMB2\].
//!
//! A framed message begins with one of three protocol ids: `FE 'S' 'M' 'B'` is one message or a chain of them
//! ([`compound`]), `FD` an encrypted one ([`transform::Encrypted`]), `FC` a compressed one
//! ([`transform::Compressed`]). Every element of a chain is a [`Message`]: a [`Header`] and a body; each body has its parser in
//! the module of its command, which takes the message, because offsets on the wire count from its header. A buffer that is not wholly there is given as far as it goes, while the field that counts
//! it keeps the wire's number.
//!
//! The bodies of LOGOFF, TREE_DISCONNECT, CANCEL and ECHO (\[MS-SMB2\] 2.2.7, 2.2.8, 2.2.11, 2.2.12, 2.2.28 to
//! 2.2.30) hold nothing, and the answers to FLUSH, LOCK and SET_INFO nothing either: their header says all.
//!
//! ```
//! use smbscope::smb2::{self, Asked, Body, FileId};
//!
//! let mut frame = vec![0; 88];
//! frame[..6].copy_from_slice(b"\xfeSMB\x40\0"); // ProtocolId, StructureSize
//! frame[12] = 6; // Command: CLOSE
//! frame[64] = 24; // StructureSize of the body
//! frame[72..].fill(0xff); // FileId
//! for message in smb2::compound(&frame) {
//!     let message = message?;
//!     match Body::parse(&message, Asked::Unknown)? {
//!         Body::CloseRequest(request) => assert_eq!(request.file_id, FileId::ANY),
//!         other => panic!("{other:?}"),
//!     }
//! }
//! # Ok::<(), smbscope::ParseError>(())
//! ```

mod bodies;
mod body;
mod command;
mod compound;
mod create_contexts;
mod file_id;
#[cfg(test)]
mod fixture;
mod header;
mod negotiate_contexts;
mod wanted;

pub mod change_notify;
pub mod close;
pub mod compression;
pub mod create;
pub mod error;
pub mod flush;
pub mod ioctl;
pub mod lock;
pub mod negotiate;
pub mod notification;
pub mod oplock_break;
pub mod query_directory;
pub mod query_info;
pub mod read;
pub mod session_setup;
pub mod set_info;
pub mod transform;
pub mod tree_connect;
pub mod write;

pub use bodies::{Asked, Body, Buffer, Information};
pub use command::Command;
pub use compound::{Compound, Message, compound};
pub use file_id::{FileId, request_file_id};
pub use header::{Header, HeaderFlags};
pub use wanted::wanted;
