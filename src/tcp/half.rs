//! One direction of a connection: where its stream stands.

use super::seq::Seq;

/// Sequence numbers farther off than this belong to another connection, or to nobody.
const PLAUSIBLE: u32 = 1 << 26;

/// How far the start of a side that was never seen may lag behind what is acknowledged of it.
const UNSEEN_LAG: u32 = 1 << 20;

/// How far into the stream a new connection may be when its SYN is captured.
const LATE_SYN_REACH: u32 = 0xffff;

/// How a side's stream ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
pub enum End {
    /// A FIN: the side has no more to send.
    Fin,
    /// An RST: the side aborted the connection.
    Rst,
}

/// What is known of a side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// Not where its stream stands: its SYN is waited for, or nothing was captured at all.
    Unknown,
    /// Only what the other side acknowledged: no segment of it was captured.
    Unseen,
    /// One empty segment in the middle of the stream, maybe a keep-alive probe, whose sequence number lies one
    /// before the stream's.
    Probe,
    /// Where its stream stands.
    Open,
    /// That it ended.
    Ended(End),
}

/// One side of a flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Half {
    /// The sequence number of its SYN, or of its first captured segment if that is all there is.
    pub(super) initial: Seq,
    /// The next sequence number to deliver.
    pub(super) next: Seq,
    pub(super) state: State,
    /// The number of the packet that last brought its next bytes while others waited: what comes late still comes.
    pub(super) moved: u32,
    /// A segment of this side was captured.
    pub(super) seen: bool,
    /// Its SYN was captured.
    pub(super) synchronized: bool,
    /// Its `Start` was delivered.
    pub(super) started: bool,
    /// Nothing of it was delivered yet.
    pub(super) fresh: bool,
}

impl Half {
    pub(super) const fn new() -> Self {
        Self {
            initial: Seq(0),
            next: Seq(0),
            state: State::Unknown,
            moved: 0,
            seen: false,
            synchronized: false,
            started: false,
            fresh: true,
        }
    }

    /// Puts the stream's next byte at `seq`.
    pub(super) const fn anchor(&mut self, seq: Seq, state: State) {
        self.next = seq;
        self.initial = seq;
        self.state = state;
    }

    /// What an acknowledgment must exceed to prove that bytes of this side are missing: what lies before its
    /// first captured segment is not missing, the capture began later.
    pub(super) const fn known(&self) -> Seq {
        if self.fresh { self.next.max(self.initial) } else { self.next }
    }

    /// True if the stream is waited for before its first captured segment, where nothing is known to be missing.
    pub(super) const fn before_start(&self) -> bool {
        self.fresh && self.initial.after(self.next)
    }

    /// Moves the stream on to `next`: something of it is delivered.
    pub(super) const fn advance(&mut self, next: Seq) {
        if self.fresh && !self.synchronized {
            self.initial = self.next;
        }
        self.fresh = false;
        self.next = next;
    }

    pub(super) const fn is_far(&self, seq: Seq) -> bool {
        seq.distance(self.next) > PLAUSIBLE
    }

    /// A SYN of this side, with `isn`. It settles where the stream begins, unless that was delivered already.
    pub(super) const fn synchronize(&mut self, isn: Seq) {
        match self.state {
            State::Ended(_) => {}
            State::Unknown | State::Unseen => self.anchor(isn, State::Open),
            State::Probe | State::Open => {
                if self.fresh && !isn.after(self.next) {
                    self.next = isn;
                }
                self.state = State::Open;
            }
        }
        if !self.synchronized {
            (self.initial, self.synchronized) = (isn, true);
        }
    }

    /// A segment of this side that is no SYN. `syn_seen`: one was seen on this connection, so that where the
    /// stream begins need not be guessed yet.
    pub(super) fn meet(&mut self, seq: Seq, length: u32, syn_seen: bool) {
        match self.state {
            State::Unknown if syn_seen => {}
            State::Unknown => self.anchor(seq, if length == 0 { State::Probe } else { State::Open }),
            State::Unseen => {
                self.initial = self.next.max(seq);
                self.state = State::Open;
            }
            State::Probe if seq == self.next && length == 0 => {}
            State::Probe if seq == self.next.plus(1) => self.anchor(seq, State::Open),
            State::Probe => self.state = State::Open,
            State::Open | State::Ended(_) => {}
        }
    }

    /// The other side has received everything before `ack`.
    pub(super) fn acknowledged(&mut self, ack: Seq, syn_seen: bool) {
        match self.state {
            State::Unknown if !syn_seen => self.anchor(ack, State::Unseen),
            State::Unseen => {
                let lag = ack.since(self.next).saturating_sub(UNSEEN_LAG);
                self.next = self.next.plus(lag);
                self.initial = self.next;
            }
            State::Probe if ack == self.next.plus(1) => self.anchor(ack, State::Open),
            State::Probe => self.state = State::Open,
            State::Unknown | State::Open | State::Ended(_) => {}
        }
    }

    /// True if `isn` can be that of this stream, seen late or again. `young`: the connection is so new that its
    /// SYN may have been captured after its first bytes.
    pub(super) fn is_own_syn(&self, isn: Seq, young: bool) -> bool {
        let early = self.initial.since(isn.plus(1));
        if self.synchronized {
            isn == self.initial
        } else {
            isn.plus(1) == self.initial || (young && early > 0 && early <= LATE_SYN_REACH)
        }
    }
}
