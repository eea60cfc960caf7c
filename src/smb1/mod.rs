//! SMB1: \[MS-CIFS\] and \[MS-SMB\].
//!
//! A [`Message`] is a [`Header`] and a chain of [`Block`]s: a command with its parameter words and its data bytes. A
//! module for each family of commands reads a block further, and [`Body`] reads any; the commands that have nothing beyond their block (log
//! off, tree disconnect, cancel, process exit) have no module. Whether a block is a request or a response is the
//! header's to say ([`Header::is_response`]), and an error response usually has no words: look at
//! [`Header::status`] before parsing it.
//!
//! ```
//! use smbscope::smb1::{Body, Message};
//!
//! // A request to close the file 0x4001, which was last written at a time that is not told.
//! let frame = b"\xffSMB\x04\0\0\0\0\x18\x01\x40\0\0\0\0\0\0\0\0\0\0\0\0\x01\x08\x10\0\x01\x08\x05\0\
//!     \x03\x01\x40\xff\xff\xff\xff\0\0";
//! let message = Message::parse(frame)?;
//! assert_eq!((message.header.uid, message.header.is_response()), (0x0801, false));
//! for block in message.blocks() {
//!     match Body::parse(&block?, &message.header)? {
//!         Body::CloseRequest(request) => assert_eq!(request.fid, 0x4001),
//!         other => panic!("{other:?}"),
//!     }
//! }
//! # Ok::<(), smbscope::ParseError>(())
//! ```

mod block;
mod body;
pub mod close;
mod command;
pub mod create;
mod create_fields;
mod dos_time;
pub mod ea;
pub mod echo;
pub mod file;
pub mod find;
mod header;
pub mod locking;
pub mod negotiate;
pub mod nt_transact;
pub mod path;
pub mod read;
mod reassembly;
pub mod search;
pub mod session_setup;
#[cfg(test)]
mod testing;
mod text;
pub mod trans2;
pub mod transaction;
pub mod tree_connect;
mod wanted;
pub mod write;

pub(crate) use block::blocks;
pub use block::{Block, Blocks, Message};
pub use body::{Body, PrintQueue};
pub use command::Command;
pub use dos_time::{DosTime, Utime};
pub use header::{Flags, Flags2, Header};
pub use reassembly::{Reassembly, Whole};
pub use text::Text;
pub use wanted::wanted;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::testing::message;
    use super::*;

    /// Reads `block` as everything it could be, and gives the runs of data that came out.
    fn read_as_everything<'a>(block: &Block<'a>) -> Vec<&'a [u8]> {
        let mut runs = vec![block.words, block.bytes];
        if let Ok(request) = negotiate::Request::parse(block) {
            runs.extend(request.dialects());
        }
        if let Ok(negotiate::Response {
            security: negotiate::Security::Challenge { challenge, .. }, ..
        }) = negotiate::Response::parse(block)
        {
            runs.push(challenge);
        }
        if let Ok(request) = session_setup::Request::parse(block) {
            runs.extend([request.lm_response, request.nt_response]);
            runs.extend(request.security_blob);
        }
        runs.extend(session_setup::Response::parse(block).ok().and_then(|response| response.security_blob));
        runs.extend(tree_connect::Request::parse(block).map(|request| request.password));
        runs.extend(read::Response::parse(block).map(|response| response.data));
        if let Ok(request) = write::Request::parse(block) {
            runs.extend([request.data, request.pipe_data()]);
        }
        if let Ok(request) = transaction::Request::parse(block) {
            runs.extend([request.parameters.bytes, request.data.bytes, request.setup.as_bytes()]);
            let _ = create::Request::of_transaction(request.parameters.bytes, block.unicode);
            let _ = create::Response::of_transaction(request.parameters.bytes);
            assert!(request.fid().is_none() || request.setup.get(1).is_some());
        }
        if let Ok(secondary) = transaction::Secondary::parse(block) {
            runs.extend([secondary.parameters.bytes, secondary.data.bytes]);
        }
        if let Ok(response) = transaction::Response::parse(block) {
            runs.extend([response.parameters.bytes, response.data.bytes]);
        }
        let _ = tree_connect::Response::parse(block);
        let _ = create::Request::parse(block);
        let _ = create::Response::parse(block);
        let _ = close::Request::parse(block);
        let _ = read::Request::parse(block);
        let _ = write::Response::parse(block);
        let _ = locking::Request::parse(block);
        let _ = echo::Response::parse(block);
        runs
    }

    /// Commands whose forms differ, and one that no parser knows.
    const COMMANDS: [Command; 12] = [
        Command::OPEN,
        Command::TRANSACTION,
        Command::TRANSACTION2,
        Command::NT_TRANSACT,
        Command::NT_TRANSACT_SECONDARY,
        Command::NT_CREATE_ANDX,
        Command::OPEN_ANDX,
        Command::READ_ANDX,
        Command::WRITE_ANDX,
        Command::WRITE_PRINT_FILE,
        Command::TREE_CONNECT,
        Command(0x55),
    ];

    proptest! {
        #[test]
        fn every_parser_takes_any_bytes_and_borrows_from_the_message_alone(
            command in prop::sample::select(&COMMANDS[..]),
            words in proptest::collection::vec(prop_oneof![0..100_u8, any::<u8>()], 0..60),
            bytes in proptest::collection::vec(prop_oneof![Just(0_u8), any::<u8>()], 0..120),
            unicode: bool,
            cut in 0..40_usize,
        ) {
            let flags = if unicode { testing::UNICODE_REQUEST } else { testing::REQUEST };
            let message = message(command, flags, &words[..words.len() / 2 * 2], &bytes);
            let message = &message[..(message.len() - cut.min(bytes.len() + 2))];
            let (_, header) = Header::parse(message).unwrap();
            let range = message.as_ptr_range();
            for block in blocks(message, &header).flatten() {
                for run in read_as_everything(&block).into_iter().filter(|run| !run.is_empty()) {
                    let run = run.as_ptr_range();
                    prop_assert!(range.start <= run.start && run.end <= range.end);
                }
            }
            let wanted = wanted(message, header.is_response(), |_, _| false);
            prop_assert!(wanted == usize::MAX || wanted <= message.len());
        }
    }
}
