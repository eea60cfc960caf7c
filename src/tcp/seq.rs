//! Sequence numbers.

/// A TCP sequence number (RFC 9293 3.4). Arithmetic and order are modulo 2^32.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Seq(pub(super) u32);

impl Seq {
    /// The number `bytes` later.
    pub(super) const fn plus(self, bytes: u32) -> Self {
        Self(self.0.wrapping_add(bytes))
    }

    /// The number before it.
    pub(super) const fn before(self) -> Self {
        Self(self.0.wrapping_sub(1))
    }

    /// True if `self` is later than `other`.
    pub(super) const fn after(self, other: Self) -> bool {
        is_after(self.0, other.0)
    }

    /// How many bytes `self` is later than `other`, 0 if it is not.
    pub(super) const fn since(self, other: Self) -> u32 {
        if self.after(other) { self.0.wrapping_sub(other.0) } else { 0 }
    }

    /// How many bytes lie between the two, in either direction.
    pub(super) const fn distance(self, other: Self) -> u32 {
        self.0.wrapping_sub(other.0).cast_signed().unsigned_abs()
    }

    /// The later of the two.
    pub(super) const fn max(self, other: Self) -> Self {
        if other.after(self) { other } else { self }
    }

    /// The earlier of the two.
    pub(super) const fn min(self, other: Self) -> Self {
        if self.after(other) { other } else { self }
    }
}

/// True if a sequence number is later than another, modulo 2^32.
pub(crate) const fn is_after(number: u32, other: u32) -> bool {
    number.wrapping_sub(other).cast_signed() > 0
}

#[cfg(test)]
mod tests {
    use super::Seq;

    #[test]
    fn order_and_distance_wrap() {
        let (before, after) = (Seq(u32::MAX - 1), Seq(3));
        assert!(after.after(before) && !before.after(after) && !before.after(before));
        assert_eq!((after.since(before), before.since(after)), (5, 0));
        assert_eq!((after.distance(before), before.distance(after)), (5, 5));
        assert_eq!((before.max(after), before.min(after)), (after, before));
        assert_eq!(before.plus(5), after);
    }
}
