//! DCE/RPC over connections, and over datagrams ([`datagram`]): PDUs, binds, fragments and NDR (C706 chapters 12 to 14, \[MS-RPCE\]).
//!
//! The way up from the bytes of a pipe: [`Stream`] cuts one direction into PDUs, [`Pdu::parse`] reads one,
//! [`Calls`] puts the fragments of a call together, and [`ndr::Ndr`] reads the stub.
//!
//! ```
//! use smbscope::dcerpc::{Body, Pdu};
//!
//! let mut bytes = vec![
//!     5, 0, 0, 3, // rpc_vers, rpc_vers_minor, PTYPE: request, pfc_flags: first and last fragment
//!     0x10, 0, 0, 0, // packed_drep: little-endian
//!     44, 0, 0, 0, // frag_length, auth_length
//!     2, 0, 0, 0, // call_id
//!     20, 0, 0, 0, // alloc_hint
//!     0, 0, 29, 0, // p_cont_id, opnum
//! ];
//! bytes.extend([7; 20]); // the stub
//! let (rest, pdu) = Pdu::parse(&bytes)?;
//! assert!(rest.is_empty());
//! let Body::Request(request) = pdu.body else { panic!("{pdu:?}") };
//! assert_eq!((pdu.header.call_id, request.opnum, request.stub), (2, 29, &[7; 20][..]));
//! # Ok::<(), smbscope::ParseError>(())
//! ```

mod auth;
mod bind;
mod call;
mod calls;
pub mod datagram;
mod header;
pub mod ndr;
mod order;
mod pdu;
mod stream;
mod verification;

pub use auth::{AuthLevel, AuthTrailer, AuthType};
pub use bind::{
    Bind, BindAck, BindNak, Context, ContextResult, ProviderReason, RejectReason, ResultCode, SyntaxId,
};
pub use call::{Fault, FaultStatus, Request, Response};
pub use calls::{Assembled, CallLimits, Calls};
pub use header::{DataRepresentation, Header, PduType, PfcFlags};
pub use pdu::{Body, Pdu};
pub use stream::{Stream, looks_like_pdu};
pub use verification::{Command, CommandType, VerificationTrailer};
