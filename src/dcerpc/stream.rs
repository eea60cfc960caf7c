//! The bytes of one direction of a pipe, cut into PDUs.

use super::header::Header;

/// One direction of one pipe. PDUs that lie whole in what is pushed are lent where they lie; only one that is split
/// over several pushes is copied.
#[derive(Debug, Default)]
pub struct Stream {
    /// The beginning of a PDU; never longer than the `frag_length` it announces, 65,535 bytes.
    partial: Vec<u8>,
    /// Set while nobody knows where the next PDU begins.
    adrift: bool,
    dropped: u64,
    resyncs: u64,
}

impl Stream {
    /// A stream at its start.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next bytes and lends each PDU that is whole now to `out`.
    ///
    /// Bytes that are no PDU are dropped, with the rest of this push; the stream goes on at the next push that begins
    /// with a plausible header, since a pipe's writes and reads nearly always begin with one.
    pub fn push(&mut self, bytes: &[u8], out: &mut impl FnMut(&[u8])) {
        if self.adrift {
            if !looks_like_pdu(bytes) {
                return self.drop_bytes(bytes.len());
            }
            self.adrift = false;
        }
        let mut rest = if self.partial.is_empty() { bytes } else { self.complete(bytes, out) };
        while !rest.is_empty() {
            match next(rest) {
                Next::Whole(pdu, after) => {
                    out(pdu);
                    rest = after;
                }
                Next::Part { .. } => {
                    self.partial.extend_from_slice(rest);
                    return;
                }
                Next::Implausible => return self.lose(rest.len()),
            }
        }
    }

    /// Bytes are missing here: drops the beginning of a PDU that is waiting for its rest, and looks for a header at
    /// the next push.
    pub fn lost(&mut self) {
        self.lose(0);
    }

    /// The beginning of a PDU whose rest has not come. [`super::Pdu::parse`] reads what there is of it.
    #[must_use]
    pub fn partial(&self) -> &[u8] {
        &self.partial
    }

    /// The same, given away: its rest will not come.
    pub fn take_partial(&mut self) -> Vec<u8> {
        core::mem::take(&mut self.partial)
    }

    /// Bytes that the PDU under way still lacks, once its header is whole; 0 between PDUs.
    #[must_use]
    pub fn lacks(&self) -> usize {
        match Header::parse(&self.partial) {
            Ok((_, header)) => usize::from(header.frag_length).saturating_sub(self.partial.len()),
            Err(_) => 0,
        }
    }

    /// True if it is not known where the next PDU begins.
    #[must_use]
    pub const fn is_adrift(&self) -> bool {
        self.adrift
    }

    /// Bytes that were dropped since they belonged to no PDU, or to one that was never whole.
    #[must_use]
    pub const fn dropped(&self) -> u64 {
        self.dropped
    }

    /// How often the stream lost its way, by missing bytes or by an implausible header.
    #[must_use]
    pub const fn resyncs(&self) -> u64 {
        self.resyncs
    }

    /// Adds to the partial PDU what it lacks, lends it if it is whole, and gives the bytes after it.
    fn complete<'a>(&mut self, bytes: &'a [u8], out: &mut impl FnMut(&[u8])) -> &'a [u8] {
        let mut rest = bytes;
        // Twice at most: the header first, which tells the length of the PDU.
        while let Next::Part { lacks } = next(&self.partial) {
            let (more, after) = rest.split_at_checked(lacks).unwrap_or((rest, &[]));
            self.partial.extend_from_slice(more);
            rest = after;
            if more.len() < lacks {
                return rest;
            }
        }
        let whole = core::mem::take(&mut self.partial);
        if let Next::Whole(pdu, _) = next(&whole) {
            out(pdu);
            return rest;
        }
        self.lose(whole.len().saturating_add(rest.len()));
        &[]
    }

    fn lose(&mut self, more: usize) {
        let partial = core::mem::take(&mut self.partial);
        self.drop_bytes(partial.len().saturating_add(more));
        self.adrift = true;
        self.resyncs = self.resyncs.saturating_add(1);
    }

    fn drop_bytes(&mut self, count: usize) {
        self.dropped = self.dropped.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
    }
}

/// What stands at the beginning of some bytes.
enum Next<'a> {
    /// A PDU and what follows it.
    Whole(&'a [u8], &'a [u8]),
    /// The beginning of one.
    Part {
        /// Bytes to the end of the header, or of the PDU if its header is whole. Never 0.
        lacks: usize,
    },
    /// Something else.
    Implausible,
}

fn next(bytes: &[u8]) -> Next<'_> {
    if bytes.len() < Header::SIZE {
        let may_be_header = matches!(bytes, [] | [5] | [5, 0 | 1, ..]);
        let lacks = Header::SIZE.saturating_sub(bytes.len());
        return if may_be_header { Next::Part { lacks } } else { Next::Implausible };
    }
    let Ok((_, header)) = Header::parse(bytes) else { return Next::Implausible };
    if !header.is_plausible() {
        return Next::Implausible;
    }
    let length = usize::from(header.frag_length);
    match bytes.split_at_checked(length) {
        Some((pdu, rest)) => Next::Whole(pdu, rest),
        None => Next::Part { lacks: length.saturating_sub(bytes.len()) },
    }
}

/// True if `bytes` begin with what can only be the header of a connection-oriented PDU: for streams whose beginning
/// was not seen.
#[must_use]
pub fn looks_like_pdu(bytes: &[u8]) -> bool {
    Header::parse(bytes)
        .is_ok_and(|(_, header)| header.is_plausible() && matches!(header.drep.0, [_, _, 0, 0]))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A request of `length` bytes, its stub filled with `fill`.
    fn pdu(length: u16, call_id: u8, fill: u8) -> Vec<u8> {
        let [low, high] = length.to_le_bytes();
        let mut pdu = vec![5, 0, 0, 3, 0x10, 0, 0, 0, low, high, 0, 0, call_id, 0, 0, 0];
        pdu.resize(usize::from(length), fill);
        pdu
    }

    fn push(stream: &mut Stream, bytes: &[u8]) -> Vec<Vec<u8>> {
        let mut pdus = Vec::new();
        stream.push(bytes, &mut |pdu| pdus.push(pdu.to_vec()));
        pdus
    }

    #[test]
    fn whole_pdus_are_lent_where_they_lie() {
        let bytes = [pdu(24, 1, 0xaa), pdu(16, 2, 0), pdu(40, 3, 0xbb)].concat();
        let mut lent = Vec::new();
        Stream::new().push(&bytes, &mut |pdu| lent.push(pdu.as_ptr() as usize - bytes.as_ptr() as usize));
        assert_eq!(lent, [0, 24, 40]);
    }

    #[test]
    fn a_pdu_split_at_any_byte_is_whole_again() {
        let (first, second) = (pdu(24, 1, 0xaa), pdu(33, 2, 0xbb));
        let bytes = [first.clone(), second.clone()].concat();
        for cut in 0..=bytes.len() {
            let mut stream = Stream::new();
            let mut pdus = push(&mut stream, &bytes[..cut]);
            pdus.extend(push(&mut stream, &bytes[cut..]));
            assert_eq!(pdus, [first.clone(), second.clone()], "cut at {cut}");
            assert_eq!((stream.partial().len(), stream.dropped()), (0, 0));
        }
    }

    #[test]
    fn after_a_loss_the_next_push_that_begins_with_a_header_counts() {
        let mut stream = Stream::new();
        let long = pdu(64, 1, 0xcc);
        assert!(push(&mut stream, &long[..40]).is_empty());
        stream.lost();
        assert!(stream.is_adrift() && stream.dropped() == 40);
        assert!(push(&mut stream, &long[50..]).is_empty());
        assert_eq!(push(&mut stream, &pdu(24, 2, 0)), [pdu(24, 2, 0)]);
        assert!(!stream.is_adrift());
        assert_eq!((stream.dropped(), stream.resyncs()), (54, 1));
    }

    #[test]
    fn what_is_no_pdu_is_dropped_and_counted() {
        let mut stream = Stream::new();
        let bytes = [pdu(24, 1, 0), vec![b'x'; 30]].concat();
        assert_eq!(push(&mut stream, &bytes), [pdu(24, 1, 0)]);
        assert_eq!((stream.dropped(), stream.resyncs(), stream.is_adrift()), (30, 1, true));
        // A header split over two pushes whose second half is wrong.
        let mut stream = Stream::new();
        push(&mut stream, &[5, 0, 0, 3]);
        assert!(push(&mut stream, &[0xee; 40]).is_empty());
        assert_eq!((stream.dropped(), stream.partial().len()), (44, 0));
    }

    #[test]
    fn sniffing_wants_every_field_plausible() {
        let good = pdu(16, 1, 0);
        assert!(looks_like_pdu(&good) && !looks_like_pdu(&good[..15]));
        for (at, bad) in
            [(0, 4), (1, 2), (2, 1), (2, 20), (4, 0x20), (4, 2), (5, 4), (6, 1), (8, 15), (10, 1)]
        {
            let mut bytes = good.clone();
            bytes[at] = bad;
            assert!(!looks_like_pdu(&bytes), "byte {at} is {bad}");
        }
    }

    proptest! {
        #[test]
        fn segmentation_changes_nothing(
            lengths in prop::collection::vec(16_u16..300, 1..8),
            cuts in prop::collection::vec(0_usize..2400, 0..12),
        ) {
            let pdus: Vec<_> = lengths.iter().zip(0_u8..).map(|(length, id)| pdu(*length, id, id)).collect();
            let bytes = pdus.concat();
            let mut cuts: Vec<_> = cuts.into_iter().map(|cut| cut.min(bytes.len())).collect();
            cuts.extend([0, bytes.len()]);
            cuts.sort_unstable();
            let mut stream = Stream::new();
            let got: Vec<_> = cuts.windows(2).flat_map(|w| push(&mut stream, &bytes[w[0]..w[1]])).collect();
            prop_assert_eq!(got, pdus);
        }

        #[test]
        fn every_byte_is_lent_held_or_counted(
            pushes in prop::collection::vec(prop::collection::vec(prop::sample::select(vec![5_u8, 0, 3, 16, 24]), 0..60), 0..20),
        ) {
            let mut stream = Stream::new();
            let (mut lent, mut total) = (0, 0);
            for bytes in &pushes {
                total += bytes.len();
                stream.push(bytes, &mut |pdu| lent += pdu.len());
            }
            prop_assert_eq!(lent + stream.partial().len() + usize::try_from(stream.dropped()).unwrap(), total);
        }
    }
}
