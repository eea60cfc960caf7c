//! A transaction's parameters and data put together again.

use super::transaction::Part;
use crate::error::{Layer, ParseError, Reason};

/// Parts of one run that may arrive before what goes before them.
const MAX_EARLY: usize = 64;

/// The parameters and data of a request or a response, complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Whole<'a> {
    /// The parameters; their beginning if some were cut from the capture.
    pub parameters: &'a [u8],
    /// The data; their beginning if some were cut from the capture.
    pub data: &'a [u8],
    /// True if parameters or data are shorter than the sender said.
    pub cut: bool,
}

impl<'a> Whole<'a> {
    /// What one message holds, where it lies, if it holds everything.
    #[must_use]
    pub fn of(parameters: Part<'a>, data: Part<'a>) -> Option<Self> {
        let is_cut = |part: &Part<'_>| part.bytes.len() < crate::wire::widen(part.count);
        (parameters.is_whole() && data.is_whole()).then_some(Self {
            parameters: parameters.bytes,
            data: data.bytes,
            cut: is_cut(&parameters) || is_cut(&data),
        })
    }
}

/// Gathers the parts of a transaction that is spread over several messages (\[MS-CIFS\] 2.2.4.33 and .34).
///
/// Parts may come in any order and more than once. A transaction in one message is lent where it lies; nothing is
/// copied for it.
#[derive(Debug, Clone)]
pub struct Reassembly {
    parameters: Run,
    data: Run,
    limit: usize,
}

impl Reassembly {
    /// Nothing gathered yet, and at most `limit` bytes to be held.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self { parameters: Run::default(), data: Run::default(), limit }
    }

    /// Bytes held.
    #[must_use]
    pub const fn held(&self) -> usize {
        self.parameters.held.saturating_add(self.data.held)
    }

    /// Adds what one message holds, and lends the whole if nothing is missing any more.
    ///
    /// A total may shrink from message to message, as the specification allows; it never grows.
    ///
    /// # Errors
    /// More bytes than the limit, or too many parts out of order. Nothing is held after that.
    pub fn push<'a>(
        &'a mut self,
        parameters: Part<'a>,
        data: Part<'a>,
    ) -> Result<Option<Whole<'a>>, ParseError> {
        if self.parameters.is_new() && self.data.is_new() {
            let whole = Whole::of(parameters, data);
            if whole.is_some() {
                return Ok(whole);
            }
        }
        self.parameters.push(parameters);
        self.data.push(data);
        if self.held() > self.limit || self.parameters.is_scattered() || self.data.is_scattered() {
            *self = Self::new(self.limit);
            let reason = Reason::TooDeep { field: "TotalDataCount" };
            return Err(ParseError { layer: Layer::Smb1, offset: 0, reason });
        }
        let whole = Whole {
            parameters: &self.parameters.bytes,
            data: &self.data.bytes,
            cut: self.parameters.is_cut() || self.data.is_cut(),
        };
        Ok((self.parameters.is_complete() && self.data.is_complete()).then_some(whole))
    }
}

/// The parameters, or the data.
#[derive(Debug, Clone, Default)]
struct Run {
    /// Bytes there will be, once a message has said it.
    total: Option<usize>,
    /// Bytes from the start that have arrived, or would have if they had not been cut.
    covered: usize,
    /// What there is of them from the start on.
    bytes: Vec<u8>,
    /// Parts that begin behind `covered`.
    early: Vec<Piece>,
    /// Bytes in `bytes` and `early`.
    held: usize,
}

/// A part, kept.
#[derive(Debug, Clone)]
struct Piece {
    start: usize,
    end: usize,
    bytes: Vec<u8>,
}

impl Run {
    const fn is_new(&self) -> bool {
        self.total.is_none()
    }

    fn is_complete(&self) -> bool {
        self.total.is_some_and(|total| self.covered >= total)
    }

    const fn is_cut(&self) -> bool {
        self.bytes.len() < self.covered
    }

    const fn is_scattered(&self) -> bool {
        self.early.len() > MAX_EARLY
    }

    fn push(&mut self, part: Part<'_>) {
        let total = crate::wire::widen(part.total);
        self.total = Some(self.total.map_or(total, |known| known.min(total)));
        let start = crate::wire::widen(part.displacement);
        let end = start.saturating_add(crate::wire::widen(part.count));
        if start > self.covered {
            if end > start {
                self.held = self.held.saturating_add(part.bytes.len());
                self.early.push(Piece { start, end, bytes: part.bytes.to_vec() });
            }
            return;
        }
        self.append(start, end, part.bytes);
        while let Some(next) = self.early.iter().position(|piece| piece.start <= self.covered) {
            let piece = self.early.swap_remove(next);
            self.held = self.held.saturating_sub(piece.bytes.len());
            self.append(piece.start, piece.end, &piece.bytes);
        }
    }

    /// Adds what lies behind `covered` of a part that does not begin behind it.
    fn append(&mut self, start: usize, end: usize, bytes: &[u8]) {
        if end <= self.covered {
            return;
        }
        if !self.is_cut() {
            let fresh = bytes.get(self.covered.saturating_sub(start)..).unwrap_or_default();
            self.bytes.extend_from_slice(fresh);
            self.held = self.held.saturating_add(fresh.len());
        }
        self.covered = end;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn part(total: usize, displacement: usize, bytes: &[u8]) -> Part<'_> {
        let [total, displacement, count] =
            [total, displacement, bytes.len()].map(|length| u32::try_from(length).unwrap());
        Part { total, displacement, count, bytes }
    }

    #[test]
    fn one_message_is_lent_where_it_lies() {
        let (parameters, data) = (part(2, 0, b"pa"), part(4, 0, b"data"));
        let mut reassembly = Reassembly::new(0);
        let whole = reassembly.push(parameters, data).unwrap().unwrap();
        assert!(core::ptr::eq(whole.parameters, parameters.bytes) && core::ptr::eq(whole.data, data.bytes));
        assert!(!whole.cut);
        assert_eq!(reassembly.held(), 0);
    }

    #[test]
    fn parameters_and_data_are_waited_for() {
        let mut reassembly = Reassembly::new(100);
        assert_eq!(reassembly.push(part(2, 0, b"pa"), part(4, 0, b"")), Ok(None));
        assert_eq!(reassembly.push(part(2, 2, b""), part(4, 0, b"da")), Ok(None));
        assert_eq!(reassembly.held(), 4);
        let whole = reassembly.push(part(2, 0, b""), part(4, 2, b"ta")).unwrap().unwrap();
        assert_eq!((whole.parameters, whole.data, whole.cut), (&b"pa"[..], &b"data"[..], false));
    }

    #[test]
    fn a_total_may_shrink() {
        let mut reassembly = Reassembly::new(100);
        assert_eq!(reassembly.push(part(0, 0, b""), part(9, 0, b"da")), Ok(None));
        let whole = reassembly.push(part(0, 0, b""), part(4, 2, b"ta")).unwrap().unwrap();
        assert_eq!(whole.data, b"data");
    }

    #[test]
    fn bytes_cut_from_the_capture_end_the_whole_early_and_are_not_waited_for() {
        let cut = Part { count: 4, ..part(8, 0, b"ab") };
        let mut reassembly = Reassembly::new(100);
        assert_eq!(reassembly.push(part(0, 0, b""), cut), Ok(None));
        let whole = reassembly.push(part(0, 0, b""), part(8, 4, b"efgh")).unwrap().unwrap();
        assert_eq!((whole.data, whole.cut), (&b"ab"[..], true));
        let whole = Whole::of(part(0, 0, b""), Part { total: 4, ..cut }).unwrap();
        assert_eq!((whole.data, whole.cut), (&b"ab"[..], true));
    }

    #[test]
    fn the_limits_hold() {
        let too_deep = Reason::TooDeep { field: "TotalDataCount" };
        let mut reassembly = Reassembly::new(3);
        assert_eq!(reassembly.push(part(0, 0, b""), part(9, 0, b"ab")), Ok(None));
        let error = reassembly.push(part(0, 0, b""), part(9, 2, b"cd")).unwrap_err();
        assert_eq!((error.reason, reassembly.held()), (too_deep, 0));

        let mut reassembly = Reassembly::new(1000);
        let pushed: Vec<_> = (1..)
            .map(|at| reassembly.push(part(0, 0, b""), part(999, at * 2, b"x")).map(|whole| whole.is_some()))
            .take(65)
            .collect();
        assert_eq!(pushed[63], Ok(false));
        assert_eq!(pushed[64].unwrap_err().reason, too_deep);
    }

    proptest! {
        #[test]
        fn parts_in_any_order_and_twice_give_the_whole_exactly_when_nothing_is_missing(
            data in proptest::collection::vec(any::<u8>(), 1..200),
            cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..8),
            order in any::<prop::sample::Index>(),
        ) {
            let mut ends: Vec<_> = cuts.iter().map(|cut| cut.index(data.len())).collect();
            ends.extend([0, data.len()]);
            ends.sort_unstable();
            ends.dedup();
            let mut parts: Vec<_> = ends.windows(2).map(|w| part(data.len(), w[0], &data[w[0]..w[1]])).collect();
            let middle = order.index(parts.len());
            parts.rotate_left(middle);
            let (last, first) = parts.split_last().unwrap();
            let mut reassembly = Reassembly::new(2 * data.len());
            for part in first.iter().chain(first) {
                prop_assert_eq!(reassembly.push(Part::default(), *part), Ok(None));
            }
            let whole = reassembly.push(Part::default(), *last).unwrap().unwrap();
            prop_assert_eq!(whole.data, &data[..]);
            prop_assert!(!whole.cut);
            let lent = first.is_empty();
            prop_assert_eq!(reassembly.held(), if lent { 0 } else { data.len() });
        }
    }
}
