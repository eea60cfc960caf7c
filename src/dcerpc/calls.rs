//! The fragments of calls, put together to whole stubs (C706 12.6.3.1: the first and last fragment flags).

use std::borrow::Cow;

use uuid::Uuid;

use super::header::PfcFlags;
use super::pdu::{Body, Pdu};
use crate::wire::options;

/// How much [`Calls`] may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct CallLimits {
    /// Calls of several fragments that are under way at one time.
    pub calls: usize,
    /// Bytes of the stub of one call.
    pub bytes_per_call: usize,
}

impl Default for CallLimits {
    fn default() -> Self {
        Self { calls: 16, bytes_per_call: 1 << 20 }
    }
}

options! {
    CallLimits {
        calls: usize,
        bytes_per_call: usize,
    }
}

impl CallLimits {
    /// At most `calls` calls of `bytes_per_call` bytes each.
    #[must_use]
    pub const fn new(calls: usize, bytes_per_call: usize) -> Self {
        Self { calls, bytes_per_call }
    }
}

/// One direction of one connection: the requests of its client, or the responses of its server. A call of one
/// fragment is lent and never copied.
#[derive(Debug, Default)]
pub struct Calls {
    limits: CallLimits,
    /// The calls under way, the one that has waited longest for a fragment first.
    pending: Vec<Pending>,
    evicted: u64,
}

#[derive(Debug)]
struct Pending {
    head: Head,
    stub: Vec<u8>,
    complete: bool,
}

/// A request or a response whose last fragment has come.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Assembled<'a> {
    /// The call, unique among those under way in its connection.
    pub call_id: u32,
    /// The presentation context.
    pub context_id: u16,
    /// The procedure; `None` for responses.
    pub opnum: Option<u16>,
    /// The object of a request.
    pub object: Option<Uuid>,
    /// The byte order of the stub.
    pub big_endian: bool,
    /// True if the stub is encrypted.
    pub sealed: bool,
    /// The arguments or results: all of them, or the beginning if not `complete` (nothing if the first fragment was
    /// lost).
    pub stub: Cow<'a, [u8]>,
    /// False if a part of the stub was lost, cut, or above the limit.
    pub complete: bool,
}

/// What an [`Assembled`] takes from the first fragment of a call.
#[derive(Debug, Clone, Copy)]
struct Head {
    call_id: u32,
    context_id: u16,
    opnum: Option<u16>,
    object: Option<Uuid>,
    big_endian: bool,
    sealed: bool,
}

impl Head {
    fn assembled(self, stub: Cow<'_, [u8]>, complete: bool) -> Assembled<'_> {
        let Self { call_id, context_id, opnum, object, big_endian, sealed } = self;
        Assembled { call_id, context_id, opnum, object, big_endian, sealed, stub, complete }
    }
}

impl Calls {
    /// No calls yet.
    #[must_use]
    pub fn new(limits: CallLimits) -> Self {
        Self { limits, ..Self::default() }
    }

    /// Takes the next PDU of this direction; gives the call if it is a request or response whose last fragment this
    /// is. A first fragment starts its call again, whatever was held of it. Fragments whose first one was lost are
    /// not held; their last one gives a call that is not complete. A fault or an orphaned PDU drops its call.
    pub fn push<'a>(&mut self, pdu: &Pdu<'a>) -> Option<Assembled<'a>> {
        let call_id = pdu.header.call_id;
        let held = self.pending.iter().position(|pending| pending.head.call_id == call_id);
        let Some((head, stub)) = fragment(pdu) else {
            if matches!(pdu.body, Body::Fault(_) | Body::Orphaned) {
                held.map(|index| self.pending.remove(index));
            }
            return None;
        };
        let first = pdu.header.flags.contains(PfcFlags::FIRST_FRAG);
        let last = pdu.header.flags.contains(PfcFlags::LAST_FRAG);
        let whole = pdu.missing == 0;
        let held = held.map(|index| self.pending.remove(index));
        let mut pending = match held {
            _ if first && last => return Some(head.assembled(Cow::Borrowed(stub), whole)),
            _ if first => Pending { head, stub: Vec::new(), complete: true },
            Some(pending) => pending,
            None => return last.then(|| head.assembled(Cow::Borrowed(&[]), false)),
        };
        pending.append(stub, whole, self.limits.bytes_per_call);
        if last {
            return Some(pending.head.assembled(Cow::Owned(pending.stub), pending.complete));
        }
        self.hold(pending);
        None
    }

    /// PDUs of this direction are missing here: no call under way is complete any more, and what comes later of it
    /// is not appended.
    pub fn lost(&mut self) {
        for pending in &mut self.pending {
            pending.complete = false;
        }
    }

    /// How many calls are under way with some, but not all, of their fragments.
    #[must_use]
    pub fn under_way(&self) -> usize {
        self.pending.len()
    }

    /// Calls that were dropped, the longest waiting first, since [`CallLimits::calls`] was reached.
    #[must_use]
    pub const fn evicted(&self) -> u64 {
        self.evicted
    }

    fn hold(&mut self, pending: Pending) {
        if self.pending.len() >= self.limits.calls.max(1) {
            self.pending.remove(0);
            self.evicted = self.evicted.saturating_add(1);
        }
        self.pending.push(pending);
    }
}

impl Pending {
    /// Appends what there is room for, unless something before it is missing.
    fn append(&mut self, stub: &[u8], whole: bool, limit: usize) {
        if !self.complete {
            return;
        }
        let room = limit.saturating_sub(self.stub.len());
        self.stub.extend_from_slice(stub.get(..room).unwrap_or(stub));
        self.complete = whole && stub.len() <= room;
    }
}

fn fragment<'a>(pdu: &Pdu<'a>) -> Option<(Head, &'a [u8])> {
    let (context_id, opnum, object, stub) = match pdu.body {
        Body::Request(request) => (request.context_id, Some(request.opnum), request.object, request.stub),
        Body::Response(response) => (response.context_id, None, None, response.stub),
        _ => return None,
    };
    let big_endian = pdu.header.drep.is_big_endian();
    let (call_id, sealed) = (pdu.header.call_id, pdu.is_sealed());
    Some((Head { call_id, context_id, opnum, object, big_endian, sealed }, stub))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: u8 = 1;
    const MIDDLE: u8 = 0;
    const LAST: u8 = 2;

    fn request(flags: u8, call_id: u8, stub: &[u8]) -> Vec<u8> {
        let length = u8::try_from(24 + stub.len()).unwrap();
        let mut pdu = vec![5, 0, 0, flags, 0x10, 0, 0, 0, length, 0, 0, 0, call_id, 0, 0, 0];
        pdu.extend([0, 0, 0, 0, 7, 0, 69, 0]); // alloc_hint, p_cont_id, opnum
        pdu.extend(stub);
        pdu
    }

    /// Pushes one fragment and gives the stub of the call, and whether it is complete.
    fn push(calls: &mut Calls, flags: u8, call_id: u8, stub: &[u8]) -> Option<(Vec<u8>, bool)> {
        let bytes = request(flags, call_id, stub);
        let assembled = calls.push(&Pdu::parse(&bytes).unwrap().1)?;
        assert_eq!((assembled.call_id, assembled.context_id, assembled.opnum), (call_id.into(), 7, Some(69)));
        Some((assembled.stub.into_owned(), assembled.complete))
    }

    #[test]
    fn a_single_fragment_is_lent() {
        let bytes = request(FIRST | LAST, 1, b"stub");
        let mut calls = Calls::default();
        let assembled = calls.push(&Pdu::parse(&bytes).unwrap().1).unwrap();
        assert!(matches!(assembled.stub, Cow::Borrowed(b"stub")) && assembled.complete);
        assert_eq!(calls.pending.capacity(), 0);
    }

    #[test]
    fn fragments_of_several_calls_interleave() {
        let mut calls = Calls::default();
        assert_eq!(push(&mut calls, FIRST, 1, b"ab"), None);
        assert_eq!(push(&mut calls, FIRST, 2, b"xy"), None);
        assert_eq!(push(&mut calls, MIDDLE, 1, b"cd"), None);
        assert_eq!(push(&mut calls, LAST, 2, b"z"), Some((b"xyz".to_vec(), true)));
        assert_eq!(push(&mut calls, LAST, 1, b"e"), Some((b"abcde".to_vec(), true)));
        assert_eq!(calls.under_way(), 0);
    }

    #[test]
    fn without_its_first_fragment_a_call_is_incomplete() {
        let mut calls = Calls::default();
        assert_eq!(push(&mut calls, MIDDLE, 1, b"cd"), None);
        assert_eq!(push(&mut calls, LAST, 1, b"e"), Some((vec![], false)));
    }

    #[test]
    fn a_hole_ends_what_is_appended() {
        let mut calls = Calls::default();
        push(&mut calls, FIRST, 1, b"ab");
        calls.lost();
        push(&mut calls, MIDDLE, 1, b"ef");
        assert_eq!(push(&mut calls, LAST, 1, b"g"), Some((b"ab".to_vec(), false)));
    }

    #[test]
    fn a_new_first_fragment_starts_the_call_again() {
        let mut calls = Calls::default();
        push(&mut calls, FIRST, 1, b"old");
        push(&mut calls, FIRST, 1, b"new");
        assert_eq!(push(&mut calls, LAST, 1, b"er"), Some((b"newer".to_vec(), true)));
        push(&mut calls, FIRST, 1, b"old");
        assert_eq!(push(&mut calls, FIRST | LAST, 1, b"one"), Some((b"one".to_vec(), true)));
        assert_eq!(calls.under_way(), 0);
    }

    #[test]
    fn limits_hold_and_evictions_are_counted() {
        let mut calls = Calls::new(CallLimits::new(2, 4));
        push(&mut calls, FIRST, 1, b"abc");
        push(&mut calls, MIDDLE, 1, b"defg");
        push(&mut calls, MIDDLE, 1, b"h");
        assert_eq!(push(&mut calls, LAST, 1, b"i"), Some((b"abcd".to_vec(), false)));
        for id in 1..=3 {
            push(&mut calls, FIRST, id, b"");
        }
        assert_eq!((calls.under_way(), calls.evicted()), (2, 1));
        assert_eq!(push(&mut calls, LAST, 1, b"x"), Some((vec![], false)));
        assert_eq!(push(&mut calls, LAST, 2, b"x"), Some((b"x".to_vec(), true)));
    }

    #[test]
    fn a_cut_pdu_makes_an_incomplete_call_and_a_fault_drops_it() {
        let bytes = request(FIRST | LAST, 1, b"stub");
        let cut = Pdu::parse(&bytes[..26]).unwrap().1;
        let assembled = Calls::default().push(&cut).unwrap();
        assert_eq!((&*assembled.stub, assembled.complete), (&b"st"[..], false));

        let mut calls = Calls::default();
        push(&mut calls, FIRST, 1, b"ab");
        let mut fault = request(FIRST | LAST, 1, &[0; 8]);
        fault[2] = 3;
        assert_eq!(calls.push(&Pdu::parse(&fault).unwrap().1), None);
        assert_eq!(calls.under_way(), 0);
    }
}
