//! The front door: packets in, events out.

use super::Sink;
use super::capture_clock::CaptureClock;
use super::datagram;
use super::event::{CaptureEvent, Event};
use super::flows::{Around, Flows};
use super::ipx::Ipx;
use super::limits::Limits;
use super::llc::LlcSessions;
use super::loss::{Loss, Table};
use super::out::Outlet;
use super::unread::Unread;
use crate::capture::{Info, Origin, Packet};
use crate::net::{Decoded, Decoder};
use crate::wire::Timestamp;

/// Reads packets and tells a [`Sink`] what happens in them.
///
/// Push the packets of all captures in the order of their time, then call [`Analyzer::finish`].
///
/// Several analyzers may share the work and tell one ledger: each reads whole captures, or all packets between the same
/// addresses. The ledger wants the events of all of them in the order of packets, and those of [`Analyzer::finish`] last,
/// by their [connections](Event::connection).
#[derive(Debug)]
pub struct Analyzer {
    limits: Limits,
    decoder: Decoder,
    flows: Flows,
    llc: LlcSessions,
    ipx: Ipx,
    unread: Unread,
    counts: Counts,
    time: CaptureClock,
    /// Datagrams that were given up for want of fragments, and of which that was told.
    fragments_told: u64,
    /// The time up to which nothing more was sent, if somebody said so.
    extended_to: Option<Timestamp>,
}

/// What was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Counts {
    /// Packets pushed.
    pub packets: u64,
    /// Of those, the TCP segments.
    pub segments: u64,
    /// TCP connections that the segments belong to.
    pub connections: u32,
    /// UDP datagrams.
    pub datagrams: u64,
    /// Packets whose link, IP or TCP header could not be read.
    pub unreadable_packets: u64,
    /// Packets that are older than one before them.
    pub time_went_back: u64,
    /// Connections that were let go because there were too many.
    pub connections_evicted: u64,
}

impl Counts {
    /// Adds what another analyzer read.
    pub fn add(&mut self, other: &Self) {
        let Self { packets, segments, connections, datagrams, .. } = self;
        *packets = packets.saturating_add(other.packets);
        *segments = segments.saturating_add(other.segments);
        *connections = connections.saturating_add(other.connections);
        *datagrams = datagrams.saturating_add(other.datagrams);
        let Self { unreadable_packets, time_went_back, connections_evicted, .. } = self;
        *unreadable_packets = unreadable_packets.saturating_add(other.unreadable_packets);
        *time_went_back = time_went_back.saturating_add(other.time_went_back);
        *connections_evicted = connections_evicted.saturating_add(other.connections_evicted);
    }
}

impl Default for Analyzer {
    fn default() -> Self {
        Self::new(Limits::default())
    }
}

impl Analyzer {
    /// An analyzer that has seen nothing.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        let decoder = Decoder::new(&limits.fragments);
        Self {
            limits,
            decoder,
            flows: Flows::default(),
            llc: LlcSessions::default(),
            ipx: Ipx::default(),
            unread: Unread::default(),
            counts: Counts::default(),
            time: CaptureClock::default(),
            fragments_told: 0,
            extended_to: None,
        }
    }

    /// What was read so far.
    #[must_use]
    pub const fn counts(&self) -> &Counts {
        &self.counts
    }

    /// Reads the next packet and tells `sink` what it completes. A packet without a number gets that of all packets so
    /// far.
    pub fn push(&mut self, packet: &Packet<'_>, sink: &mut dyn Sink) {
        self.counts.packets = self.counts.packets.saturating_add(1);
        let mut packet = *packet;
        if packet.origin.frame == 0 {
            packet.origin.frame = self.counts.packets;
        }
        let (packet, at) = (&packet, packet.origin);
        if let Some(loss) = self.time.tick(at, &mut self.counts) {
            sink.event(Event { at, connection: None, kind: loss.into() });
        }
        self.tell_fragments(at, sink);
        let Self { limits, decoder, flows, llc, ipx, unread, counts, .. } = self;
        match decoder.decode(packet) {
            Decoded::Tcp(segment) => {
                counts.segments = counts.segments.saturating_add(1);
                flows.take(&segment, &mut Around { at, limits, counts, unread, sink });
            }
            Decoded::Udp(datagram) => {
                counts.datagrams = counts.datagrams.saturating_add(1);
                datagram::take(&datagram, at, unread, sink);
            }
            Decoded::Llc(frame) => llc.take(&frame, at, counts, limits, sink),
            Decoded::Ipx(packet) => {
                ipx.take(&packet, at, &mut Outlet { limits, sink });
                unread.ipx(&packet, at);
            }
            Decoded::Foreign(foreign) => unread.packet(foreign, at),
            Decoded::Unreadable(error) => {
                counts.unreadable_packets = counts.unreadable_packets.saturating_add(1);
                unread.unreadable(packet, error.reason);
            }
            _ => {}
        }
    }

    /// Tells of datagrams that were given up, since too many waited for their fragments or one for too long.
    fn tell_fragments(&mut self, at: Origin, sink: &mut dyn Sink) {
        let given_up = self.decoder.counts().evicted;
        for _ in self.fragments_told..given_up {
            let kind = Loss::Evicted { table: Table::DatagramFragments }.into();
            sink.event(Event { at, connection: None, kind });
        }
        self.fragments_told = given_up;
    }

    /// The time up to which packets were captured: the latest since the clock of the captures was set last.
    #[must_use]
    pub fn end(&self) -> Option<Timestamp> {
        self.time.latest().map(|latest| latest.time)
    }

    /// Tells when what is open on TCP connections was last used, and when their ends were last seen.
    ///
    /// Uses change nothing that other events tell, and are told late: when something ends, or in [`finish`](Self::finish).
    /// Whoever reads packets as they come and asks a [`Ledger`](crate::ledger::Ledger) for verdicts in between calls this
    /// before, and may call it as often as it likes. Requests that are no calls on pipes and have no answer are told at
    /// the end alone.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use smbscope::capture::Packet;
    /// use smbscope::ledger::{Ledger, Verdict};
    /// use smbscope::session::Analyzer;
    ///
    /// /// How many sessions hang or hold what nobody uses, after one more packet.
    /// fn stuck_after(packet: &Packet<'_>, analyzer: &mut Analyzer, ledger: &mut Ledger) -> usize {
    ///     analyzer.push(packet, ledger);
    ///     analyzer.tell_uses(ledger);
    ///     ledger.extend_to(packet.origin.time);
    ///     let judged = ledger.sessions().filter_map(|(row, _)| ledger.judge(row, Duration::from_secs(90)));
    ///     judged.filter(|judged| matches!(judged.verdict, Verdict::Hung | Verdict::Leaked)).count()
    /// }
    /// # let _ = stuck_after;
    /// ```
    pub fn tell_uses(&mut self, sink: &mut dyn Sink) {
        self.flows.tell_uses(&mut Outlet { limits: &self.limits, sink });
    }

    /// Takes in what is known of a capture as a whole once its packets were pushed: when it was stopped, and whether
    /// packets of it could not be read, which is told.
    pub fn capture(&mut self, info: &Info, sink: &mut dyn Sink) {
        if info.has_unread_packets() {
            self.unread_file(&info.name, sink);
        }
        info.end.into_iter().for_each(|end| self.extend_to(end));
    }

    /// Tells that a file could not be read, or not to its end. Anything may be in it.
    pub fn unread_file(&mut self, name: &str, sink: &mut dyn Sink) {
        self.tell_of_captures(CaptureEvent::Unread { name: name.to_owned() }, sink);
    }

    /// Says that nothing was sent from the last packet until `time`. [`finish`](Self::finish) tells the latest of all
    /// times that were said, and the time of the last packet.
    pub fn extend_to(&mut self, time: Timestamp) {
        self.extended_to = self.extended_to.max(Some(time));
    }

    fn tell_of_captures(&self, event: CaptureEvent, sink: &mut dyn Sink) {
        let at = self.time.latest().unwrap_or_default();
        sink.event(Event { at, connection: None, kind: event.into() });
    }

    /// Says that no more packets will come, and tells what is still to be told; last of all where the captures end. Nothing
    /// can be pushed after it: whoever wants to know in between calls [`tell_uses`](Self::tell_uses).
    pub fn finish(&mut self, sink: &mut dyn Sink) {
        if let Some(latest) = self.time.latest() {
            self.tell_fragments(latest, sink);
        }
        let Self { limits, flows, llc, unread, counts, .. } = self;
        let sessions = llc.finish(limits, sink);
        flows.finish(sessions, limits, unread, sink);
        unread.finish(counts.packets, sink);
        for until in [self.end(), self.extended_to].into_iter().flatten() {
            self.tell_of_captures(CaptureEvent::Ended { until }, sink);
        }
    }
}
