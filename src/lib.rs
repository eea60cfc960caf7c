//! **smbscope** reads SMB and MS-RPC traffic from captures and answers which anonymous (null) sessions to `IPC$`
//! never close, what holds them open, and what that costs the server.
//!
//! ```
//! use smbscope::capture::Timeline;
//! use smbscope::report::{NullSessions, Options, Outcome};
//! use smbscope::{Analyzer, Ledger};
//!
//! let mut timeline = Timeline::open(&["testdata/hung_openprinterex_smb1.pcap"])?;
//! let (mut analyzer, mut ledger) = (Analyzer::default(), Ledger::default());
//! while let Some(packet) = timeline.next()? {
//!     analyzer.push(&packet, &mut ledger);
//! }
//! analyzer.finish(&mut ledger);
//! // How long a session was idle depends on where the capture ends, which may be after its last packet.
//! let ends = timeline.captures().flat_map(|capture| [capture.last, capture.end]);
//! for end in ends.chain([analyzer.end()]).flatten() {
//!     ledger.extend_to(end);
//! }
//! // What could not be read forbids the all-clear.
//! for capture in timeline.captures().filter(|capture| capture.has_unread_packets()) {
//!     ledger.add_unread_file(&capture.name);
//! }
//! let mut options = Options::default();
//! options.grace = 2.0; // seconds; 90 unless a capture is as short as this one
//! let report = NullSessions::new(&ledger, timeline.captures(), analyzer.counts(), options);
//! for session in report.sessions.iter().filter(|session| session.is_null()) {
//!     println!("{} is {}: {}", session.client, session.verdict, session.why);
//! }
//! assert_eq!(report.outcome(), Outcome::Trouble);
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
