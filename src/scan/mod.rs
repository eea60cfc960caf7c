//! The front door: captures in, an answer out.
//!
//! ```
//! use std::time::Duration;
//!
//! use smbscope::Scan;
//!
//! let files = ["testdata/link_ethernet.pcap", "testdata/denied_anonymous.pcap"];
//! let answer = Scan::files(files).grace(Duration::from_secs(2)).run()?;
//! for session in &answer.report().sessions {
//!     println!("{} at {}: {}, {}", session.client, session.server, session.verdict, session.why);
//! }
//! # Ok::<(), smbscope::capture::CaptureError>(())
//! ```
//!
//! Events or PDUs alone, without a ledger:
//!
//! ```
//! use smbscope::Scan;
//! use smbscope::session::sink;
//!
//! let mut pdus = 0;
//! let read = Scan::files(["testdata/two_pipes.pcap"]).each(&mut sink::pdus(|_| pdus += 1))?;
//! assert!(pdus > 0 && read.counts.packets > 0);
//! # Ok::<(), smbscope::capture::CaptureError>(())
//! ```

mod answer;
mod source;

use std::path::Path;
use std::time::Duration;

pub use answer::{Answer, NullSession, Read, Summary};
pub use source::{Files, Packets, Source};

use crate::capture::{CaptureError, Info, Origin, Packet};
use crate::dcerpc::Body;
use crate::interface::{Call, Interface};
use crate::ledger::{Ledger, LedgerLimits};
use crate::report::Options;
use crate::session::{Analyzer, Content, Limits, Pdu, Peer, Sink, sink};
use crate::wire::Timestamp;

/// What is to be read, and how it is to be judged.
#[derive(Debug, Clone)]
#[must_use = "nothing is read before `run` or `each`"]
pub struct Scan<S> {
    source: S,
    limits: Limits,
    keeps: LedgerLimits,
    options: Options,
    until: Option<Timestamp>,
    at: Option<At>,
}

/// A moment of the captures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    /// A time.
    Time(Timestamp),
    /// So long after the first packet.
    After(Duration),
}

impl At {
    /// The time, if the first packet is of `first`.
    #[must_use]
    pub fn since(self, first: Timestamp) -> Timestamp {
        match self {
            Self::Time(time) => time,
            Self::After(after) => first.plus_nanos(i64::try_from(after.as_nanos()).unwrap_or(i64::MAX)),
        }
    }
}

/// The null sessions of a capture, the stuck ones and the others, each with its verdict, and what they come to. They count
/// as stuck after the grace of [`Options::default`].
///
/// ```
/// use smbscope::report::Outcome;
///
/// let found = smbscope::null_sessions("testdata/denied_anonymous.pcap")?;
/// for session in &found.sessions {
///     println!("{} at {}: {}", session.client, session.server, session.verdict);
/// }
/// if found.outcome == Outcome::CannotTell {
///     println!("what the capture does not show may hold a null session that is stuck");
/// }
/// # Ok::<(), smbscope::capture::CaptureError>(())
/// ```
///
/// # Errors
/// The file cannot be read, or is no capture.
pub fn null_sessions(file: impl AsRef<Path>) -> Result<Summary, CaptureError> {
    Ok(Scan::files([file]).run()?.summary())
}

/// A request of a procedure, lent while it is told.
#[derive(Debug)]
#[non_exhaustive]
pub struct Requested<'a> {
    /// The packet that completed it.
    pub at: Origin,
    /// Who calls.
    pub client: Peer,
    /// Whom it calls.
    pub server: Peer,
    /// The procedure and its arguments by their types.
    pub call: Call<'a>,
}

/// Lends each request of an RPC interface in a capture to a closure, with its arguments. Requests that are sealed, or not
/// captured whole, and procedures of which no parameter is known, are passed over.
///
/// ```
/// use smbscope::interface::SPOOLSS;
///
/// let mut opened = Vec::new();
/// smbscope::calls("testdata/link_ethernet.pcap", &SPOOLSS, |requested| {
///     if requested.call.procedure.name == "RpcOpenPrinterEx" {
///         opened.extend(requested.call.object());
///     }
/// })?;
/// assert!(!opened.is_empty());
/// # Ok::<(), smbscope::capture::CaptureError>(())
/// ```
///
/// # Errors
/// The file cannot be read, or is no capture.
pub fn calls(
    file: impl AsRef<Path>,
    interface: &'static Interface,
    mut each: impl FnMut(&Requested<'_>),
) -> Result<Read, CaptureError> {
    let requests = |pdu: &Pdu<'_>| {
        let Content::Rpc { pdu: rpc, call: Some(call), .. } = &pdu.content else { return };
        let (Body::Request(_), Some(whole), Some(opnum)) = (&rpc.body, call.whole, call.opnum) else {
            return;
        };
        let is_of_it = call.interface.is_some_and(|bound| bound.uuid == interface.uuid);
        if !is_of_it || whole.sealed || !whole.complete {
            return;
        }
        let procedure = interface.procedure(opnum);
        if let Some(call) = procedure.and_then(|known| known.request(&whole.stub, call.encoding)) {
            each(&Requested { at: pdu.at, client: pdu.source, server: pdu.destination, call });
        }
    };
    Scan::files([file]).each(&mut sink::pdus(requests))
}

impl Scan<Files> {
    /// Files, read as one timeline; `-` is standard input. Of several, those that cannot be read are told by
    /// [`Read::errors`], and by the answer as files in which anything may be.
    pub fn files<P: AsRef<Path>>(paths: impl IntoIterator<Item = P>) -> Self {
        Self::of(Files::new(paths))
    }
}

impl<'a, I: Iterator<Item = Packet<'a>>> Scan<Packets<'a, I>> {
    /// Packets from anywhere, in the order of their time.
    ///
    /// ```
    /// use smbscope::Scan;
    /// use smbscope::capture::{LinkType, Packet};
    /// use smbscope::wire::Timestamp;
    ///
    /// let time = Timestamp::from_parts(1_036_504_985, 0);
    /// let packets = [Packet::new(&[0; 60], time, LinkType::ETHERNET)];
    /// let answer = Scan::packets(packets).run()?;
    /// assert_eq!(answer.ledger.end(), Some(time));
    /// # Ok::<(), smbscope::capture::CaptureError>(())
    /// ```
    pub fn packets(packets: impl IntoIterator<Item = Packet<'a>, IntoIter = I>) -> Self {
        Self::of(Packets::new(packets.into_iter()))
    }
}

impl<S: Source> Scan<S> {
    /// Whatever gives packets: a [`Capture`](crate::capture::Capture), a [`Timeline`](crate::capture::Timeline), a source of
    /// one's own.
    pub fn of(source: S) -> Self {
        Self {
            source,
            limits: Limits::default(),
            keeps: LedgerLimits::default(),
            options: Options::default(),
            until: None,
            at: None,
        }
    }

    /// How much the analyzer holds.
    pub fn limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// How much the ledger keeps.
    pub fn ledger_limits(self, keeps: LedgerLimits) -> Self {
        Self { keeps, ..self }
    }

    /// How long a session may stay, a pipe be idle and a call wait before that is held against them.
    pub fn grace(mut self, grace: Duration) -> Self {
        self.options.grace = grace;
        self
    }

    /// How many slots the server has; guessed unless it is said.
    pub fn limit(mut self, slots: impl Into<Option<u64>>) -> Self {
        self.options.limit = slots.into();
        self
    }

    /// What reports are made with, as a whole.
    pub fn options(self, options: Options) -> Self {
        Self { options, ..self }
    }

    /// Nothing was sent from the end of the captures until this time: sessions are judged then. A time before the end says
    /// nothing.
    pub fn until(self, until: impl Into<Option<Timestamp>>) -> Self {
        Self { until: until.into(), ..self }
    }

    /// Packets that come later have not happened yet: what is told is the state at this moment.
    pub fn at(self, at: impl Into<Option<At>>) -> Self {
        Self { at: at.into(), ..self }
    }

    /// Reads it all and gives the answer.
    ///
    /// # Errors
    /// No file can be read, or the only one not to its end.
    pub fn run(self) -> Result<Answer, CaptureError> {
        let mut ledger = Ledger::new(self.keeps.clone());
        let options = self.options.clone();
        let read = self.each(&mut ledger)?;
        Ok(Answer { ledger, read, options })
    }

    /// Reads it all and tells a sink.
    ///
    /// # Errors
    /// No file can be read, or the only one not to its end.
    pub fn each(mut self, sink: &mut dyn Sink) -> Result<Read, CaptureError> {
        let mut analyzer = Analyzer::new(self.limits);
        let mut at = None;
        loop {
            let packet = match self.source.next() {
                Ok(Some(packet)) => packet,
                Ok(None) => break,
                Err(error) => {
                    self.source.failed(error)?;
                    continue;
                }
            };
            let origin = packet.origin;
            at = at.or_else(|| Some(self.at?.since(origin.time)));
            if at.is_some_and(|at| origin.time > at) {
                continue;
            }
            analyzer.push(&packet, sink);
            if sink.packet(origin).is_break() {
                break;
            }
        }
        let (captures, errors) = self.source.finish();
        for error in &errors {
            analyzer.unread_file(error.name(), sink);
        }
        for capture in &captures {
            // How far the capture goes is of no interest to an earlier moment.
            let end = capture.end.filter(|_| at.is_none());
            analyzer.capture(&Info { end, ..capture.clone() }, sink);
        }
        at.or(self.until).into_iter().for_each(|time| analyzer.extend_to(time));
        analyzer.finish(sink);
        Ok(Read { captures, counts: analyzer.counts().clone(), errors, at })
    }
}
