//! **smbscope** reads SMB and MS-RPC traffic from captures and answers which anonymous (null) sessions to `IPC$`
//! never close, what holds them open, and what that costs the server.
//!
//! ```
//! let found = smbscope::null_sessions("testdata/hung_openprinterex_smb1.pcap")?;
//! for session in &found.sessions {
//!     println!("{} is {}: {}", session.client, session.verdict, session.why);
//! }
//! println!("{:?}", found.outcome); // without sessions too, all is not clear where something could not be read
//! # Ok::<(), smbscope::capture::CaptureError>(())
//! ```
//!
//! A [`Scan`] takes files, or packets from anywhere, with options, and gives the whole [`Answer`](scan::Answer): the report
//! that the program `null_sessions` prints, the servers' own tables, findings with advice, and the [`Ledger`] behind them.
//!
//! ```
//! use std::time::Duration;
//!
//! use smbscope::Scan;
//! use smbscope::report::Outcome;
//!
//! // 90 seconds of grace, unless a capture is as short as this one.
//! let grace = Duration::from_secs(2);
//! let answer = Scan::files(["testdata/hung_openprinterex_smb1.pcap"]).grace(grace).run()?;
//! println!("{}", answer.report().text(80));
//! assert_eq!(answer.report().outcome(), Outcome::Trouble);
//! # Ok::<(), smbscope::capture::CaptureError>(())
//! ```
//!
//! # Features
//!
//! | feature | on unless turned off |
//! |---|---|
//! | `gzip` | reads gzip-compressed captures |
//! | `quic` | reads what QUIC clients offer to speak, which tells SMB over QUIC from the web; without it QUIC to a private address counts as SMB |
//! | `serde` | serialises events, ledger rows and reports; the examples need it |
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
//! | [`rprn`], [`interface`] | stubs | procedures, their arguments, handles |
//! | [`session`] | all of these | [`Event`]s |
//! | [`dissect`] | PDUs | their fields, with what their requests asked |
//! | [`ledger`] | events | who holds what |
//! | [`finding`], [`report`] | the ledger | findings, text, JSON |
//! | [`scan`] | files, packets | all of these |
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
pub mod scan;
pub mod session;
pub mod smb1;
pub mod smb2;
pub mod tcp;
pub mod wire;

pub use error::ParseError;
pub use finding::Finding;
pub use ledger::Ledger;
pub use scan::{Scan, calls, null_sessions};
pub use session::{Analyzer, Event, Sink};

/// The README's programs are compiled with the tests of the documentation.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
