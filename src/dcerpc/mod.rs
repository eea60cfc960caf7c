//! DCE/RPC over connections, and over datagrams ([`datagram`]): PDUs, binds, fragments and NDR (C706 chapters 12 to 14, \[MS-RPCE\]).
//!
//! The way up from the bytes of a pipe: [`Stream`] cuts one direction into PDUs, [`Pdu::parse`] reads one,
//! [`Calls`] puts the fragments of a call together, and [`ndr::Ndr`] reads the stub.

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
