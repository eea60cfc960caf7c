//! The remote administration protocol over `\PIPE\LANMAN` (\[MS-RAP\]), mailslots (\[MS-MAIL\]) and what is written to them:
//! the browser protocol (\[MS-BRWS\]) and that of logons (\[MS-ADTS\] 6.3.1).
//!
//! A [`Request`] of RAP brings the descriptors of its own parameters and of the entries of its answer; [`descriptor`]
//! reads values by them, so that a call which [`calls`] does not name is read all the same.
//!
//! ```
//! use smbscope::rap::Request;
//! use smbscope::rap::descriptor::Value;
//!
//! let parameters = [
//!     &[0, 0][..], // RAPOpcode
//!     b"WrLeh\0",  // ParamDesc
//!     b"B13BWz\0", // DataDesc
//!     &[1, 0],     // InfoLevel
//!     &[0, 0x10],  // ReceiveBufferSize
//! ]
//! .concat();
//! let request = Request::parse(&parameters, b"")?;
//! assert_eq!(request.call().map(|call| call.name), Some("NetShareEnum"));
//! let fields = request.parameters().collect::<Result<Vec<_>, _>>()?;
//! assert_eq!((fields[0].name, fields[0].value), (Some("InfoLevel"), Value::Number(1)));
//! assert_eq!((fields[1].name, fields[1].value), (Some("ReceiveBufferSize"), Value::Number(4096)));
//! # Ok::<(), smbscope::ParseError>(())
//! ```

pub mod browser;
pub mod calls;
pub mod descriptor;
#[cfg(test)]
pub(crate) mod fixtures;
pub mod logon;
pub mod mailslot;
mod message;
mod server_type;

pub use message::{Asked, Entry, Field, Request, Response};
pub use server_type::{MAJOR_VERSION, ServerType};
