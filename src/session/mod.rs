//! The reconstructor: packets in, events out.
//!
//! An [`Analyzer`] takes packets and tells a [`Sink`] what happens: connections, sessions, trees, opens, calls and
//! handles begin, are used and end. It reads each connection by itself; what spans connections is the ledger's to join.
//!
//! ```
//! use smbscope::Analyzer;
//! use smbscope::capture::Capture;
//! use smbscope::session::{EventKind, sink};
//!
//! let mut sessions = 0;
//! let mut count = sink::events(|event| sessions += usize::from(matches!(event.kind, EventKind::Session(_))));
//! let mut capture = Capture::open("testdata/link_ethernet.pcap")?;
//! let mut analyzer = Analyzer::default();
//! while let Some(packet) = capture.next()? {
//!     analyzer.push(&packet, &mut count);
//! }
//! analyzer.finish(&mut count);
//! assert!(sessions > 0);
//! # Ok::<(), smbscope::capture::CaptureError>(())
//! ```

mod analyzer;
mod capture_clock;
mod connection;
mod context;
mod cut;
mod datagram;
mod event;
mod exchange;
mod flows;
mod idle;
mod ids;
mod ipx;
mod limits;
mod listed;
mod llc;
mod loss;
mod mailslot;
mod missing;
mod out;
mod pairing;
mod pdu;
mod pipe;
mod request;
mod rpc;
pub mod sink;
mod smb1;
mod smb2;
#[cfg(feature = "serde")]
mod status;
#[cfg(feature = "serde")]
pub mod stream;
mod tables;
mod unread;
mod unseen;
mod words;

pub use analyzer::{Analyzer, Counts};
pub use event::{
    CaptureEvent, ClientMachine, CloseReason, ConnectionEnd, ConnectionEvent, Direction, Doubt, Event,
    EventKind, HandleEvent, Notice, OpenEvent, OpenKind, Party, RpcEvent, SessionEvent, ShareKind, Told,
    Transport, TreeEvent,
};
pub use idle::{Idle, IdleSpan};
pub use ids::{ConnectionId, NotAnId, OpenId, SessionId, TreeId};
pub use limits::Limits;
pub use loss::{Loss, Table};
pub use pdu::{
    Content, Pdu, Peer, RpcCall, SmbCommand, SmbRequest, Stream, Subject, Transaction, TransactionCall,
};
pub use sink::Sink;
pub(crate) use unseen::offer;
pub use unseen::{Example, Examples, MayHold, Unseen, UnseenKind, UserShown};

/// True for the path of an `IPC$` share.
pub(crate) fn is_ipc(path: &str) -> bool {
    path.rsplit(['\\', '/']).next().is_some_and(|share| share.eq_ignore_ascii_case("IPC$"))
}

/// A pipe's name without what leads to it: `\PIPE\spoolss`, `\spoolss` and `spoolss` are one.
fn pipe_name(name: &str) -> String {
    let name = name.trim_start_matches('\\');
    let tail = name.get(..5).filter(|head| head.eq_ignore_ascii_case(r"PIPE\")).and_then(|_| name.get(5..));
    tail.unwrap_or(name).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ipc_share_is_known_with_either_slash_and_in_any_case() {
        for path in [r"\\SRV\IPC$", r"\\SRV/ipc$", "//srv/Ipc$", "IPC$"] {
            assert!(is_ipc(path), "{path}");
        }
        for path in [r"\\SRV\IPC", r"\\SRV\IPC$\x", r"\\IPC$\docs", ""] {
            assert!(!is_ipc(path), "{path}");
        }
    }
}
