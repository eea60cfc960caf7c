//! PDUs taken apart to the last field, one at a time.
//!
//! A [`Dissector`] gives of each PDU that a [`Sink`](crate::session::Sink) hears a [`Dissection`], which serialises. An SMB
//! response bears its request; of RPC calls the dissector remembers what their answers can only be read with.
//!
//! ```
//! use smbscope::Scan;
//! use smbscope::dissect::{Dissector, Message};
//! use smbscope::session::sink;
//!
//! let mut opened = 0;
//! let mut dissector = Dissector::new();
//! let mut pdus = sink::pdus(|pdu| {
//!     dissector.pdu(pdu, |dissection| {
//!         if let Some(Message::Rpc(rpc)) = &dissection.message {
//!             opened += usize::from(rpc.procedure == Some("RpcOpenPrinterEx"));
//!         }
//!     });
//! });
//! Scan::files(["testdata/link_ethernet.pcap"]).each(&mut pdus)?;
//! assert!(opened > 0);
//! # Ok::<(), smbscope::capture::CaptureError>(())
//! ```

mod asked;
mod endpoints;
mod message;
mod rpc;
mod smb1;

use crate::capture::Origin;
use crate::error::Anomalies;
use crate::session::{Content, Pdu, Peer, Stream};

pub use message::Message;
pub use rpc::Rpc;
pub use smb1::{Command, Smb1, Transaction};

use asked::Asked;
use endpoints::Endpoints;

/// Takes PDUs apart, in the order in which they come.
#[derive(Debug, Default)]
pub struct Dissector {
    asked: Asked,
    endpoints: Endpoints,
}

/// A PDU taken apart.
#[derive(Debug)]
#[non_exhaustive]
pub struct Dissection<'a> {
    /// The packet that completed it.
    pub at: Origin,
    /// Which stream of packets it came in.
    pub stream: Stream,
    /// The sender.
    pub source: Peer,
    /// The receiver.
    pub destination: Peer,
    /// What it says; `None` if not even its header can be read.
    pub message: Option<Message<'a>>,
    /// What of it could not be read.
    pub anomalies: Anomalies,
}

impl Dissector {
    /// A dissector that remembers nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// RPC calls that were forgotten before their answer came, and endpoints: there were too many.
    #[must_use]
    pub const fn forgotten(&self) -> u64 {
        self.asked.forgotten().saturating_add(self.endpoints.forgotten())
    }

    /// Takes the next PDU apart and lends the result to `tell`.
    pub fn pdu(&mut self, pdu: &Pdu<'_>, tell: impl FnOnce(&Dissection<'_>)) {
        let mut anomalies = Anomalies::default();
        let message = Message::of(pdu, &mut self.asked, &mut self.endpoints, &mut anomalies);
        let Pdu { at, stream, source, destination, .. } = *pdu;
        tell(&Dissection { at, stream, source, destination, message, anomalies });
    }
}

impl Dissection<'_> {
    /// The kind of a PDU in one word: NBSS, NBNS, NBDGM, NBF, NBIPX, SMB1, RAW, SMB2, XFRM or RPC.
    #[must_use]
    pub const fn kind(content: &Content<'_>) -> &'static str {
        match content {
            Content::Session(_) => "NBSS",
            Content::NameService(_) => "NBNS",
            Content::DatagramService(_) => "NBDGM",
            Content::Llc(_) => "NBF",
            Content::NetBiosIpx { .. } => "NBIPX",
            Content::Smb1 { .. } => "SMB1",
            Content::Raw { .. } => "RAW",
            Content::Smb2 { .. } => "SMB2",
            Content::Encrypted(_) | Content::Compressed(_) => "XFRM",
            Content::Rpc { .. } | Content::RpcDatagram(_) => "RPC",
        }
    }
}
