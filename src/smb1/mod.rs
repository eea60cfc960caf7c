//! SMB1: \[MS-CIFS\] and \[MS-SMB\].
//!
//! A message is a [`Header`] and a chain of [`Block`]s: a command with its parameter words and its data bytes. A
//! module for each family of commands reads a block further; the commands that have nothing beyond their block (log
//! off, tree disconnect, cancel, process exit) have no module. Whether a block is a request or a response is the
//! header's to say ([`Header::is_response`]), and an error response usually has no words: look at
//! [`Header::status`] before parsing it.
//!
//! ```
//! use smbscope::smb1::{self, Command, Header};
//!
//! # fn read(message: &[u8]) -> Result<(), smbscope::ParseError> {
//! let (_, header) = Header::parse(message)?;
//! for block in smb1::blocks(message, &header) {
//!     let block = block?;
//!     if block.command == Command::TREE_CONNECT_ANDX && !header.is_response() {
//!         let request = smb1::tree_connect::Request::parse(&block)?;
//!         println!("tree connect to {}", request.path);
//!     }
//! }
//! # Ok(())
//! # }
//! # assert!(read(&[]).is_err());
//! ```

mod block;
pub mod close;
mod command;
pub mod create;
pub mod echo;
mod header;
pub mod locking;
pub mod negotiate;
pub mod read;
mod reassembly;
pub mod session_setup;
#[cfg(test)]
mod testing;
mod text;
pub mod transaction;
pub mod tree_connect;
mod wanted;
pub mod write;

pub use block::{Block, Blocks, blocks};
pub use command::Command;
pub use header::{Flags, Flags2, Header};
pub use reassembly::{Reassembly, Whole};
pub use text::Text;
pub use wanted::wanted;
