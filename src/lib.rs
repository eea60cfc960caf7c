//! **smbscope** reads SMB and MS-RPC traffic from captures and answers which anonymous (null) sessions to `IPC$`
//! never close, what holds them open, and what that costs the server.
//!
//! # The house
//!
//! Data rises one floor at a time; a module imports only from floors below it.
//!
//! | floor | takes | gives |
//! |---|---|---|
//! | [`wire`] | bytes | integers, strings, times, status codes |
//! | [`capture`] | pcap and pcapng files | [`capture::Packet`] |
//! | [`net`] | link-layer frames | [`net::Segment`] |
//! | [`tcp`] | segments | bytes in order, gaps |
//! | [`quic`] | datagrams | what their clients offer to speak |
//! | [`netbios`] | stream bytes | framed messages |
//! | [`fscc`] | buffers | file system structures |
//! | [`auth`] | security blobs | who is there |
//! | [`smb1`], [`smb2`] | framed messages | commands |
//! | [`rap`] | transactions | LANMAN calls, mailslots, browser frames |
//! | [`dcerpc`] | pipe bytes | PDUs, NDR values |
//! | [`interface`], [`rprn`] | stubs | procedures, handles |
//! | [`session`] | all of these | [`Event`]s |
//! | [`dissect`] | PDUs | their fields, with what their requests asked |
//! | [`ledger`] | events | who holds what |
//! | [`finding`], [`report`] | the ledger | findings, text, JSON |
#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        clippy::as_conversions,
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::unreachable,
        clippy::todo,
        clippy::unimplemented,
        clippy::string_slice,
        clippy::allow_attributes_without_reason
    )
)]

pub mod auth;
pub mod capture;
pub mod dcerpc;
pub mod dissect;
pub mod error;
pub mod finding;
pub mod fscc;
pub mod interface;
pub mod ledger;
pub mod net;
pub mod netbios;
pub mod quic;
pub mod rap;
pub mod report;
pub mod rprn;
pub mod session;
pub mod smb1;
pub mod smb2;
pub mod tcp;
pub mod wire;

pub use error::ParseError;
pub use finding::Finding;
pub use ledger::Ledger;
pub use session::{Analyzer, Event, Sink};
