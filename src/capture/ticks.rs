//! The clock of a pcapng interface: `if_tsresol` and `if_tsoffset`.

use crate::wire::Timestamp;

/// How the 64-bit time of a packet block becomes a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ticks {
    unit: Unit,
    /// Seconds to be added.
    offset: i64,
}

/// The length of a tick.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    /// So many nanoseconds.
    Nanos(u64),
    /// So many make a nanosecond; 0 is more than can be counted.
    PerNano(u64),
    /// Two to this power make a second.
    Binary(u32),
}

impl Ticks {
    /// From `if_tsresol`, a negative power of 10, or of 2 if its high bit is set, and `if_tsoffset` in seconds.
    pub(super) fn new(resolution: u8, offset: i64) -> Self {
        let power = u32::from(resolution & 0x7f);
        let unit = match (resolution >= 0x80, power.checked_sub(9)) {
            (true, _) => Unit::Binary(power),
            (false, None) => Unit::Nanos(10_u64.saturating_pow(9_u32.saturating_sub(power))),
            (false, Some(power)) => Unit::PerNano(10_u64.checked_pow(power).unwrap_or(0)),
        };
        Self { unit, offset }
    }

    /// The moment of a time's high and low 32 bits.
    pub(super) fn timestamp(self, high: u32, low: u32) -> Timestamp {
        let ticks = u64::from(high) << 32 | u64::from(low);
        let nanos = match self.unit {
            Unit::Nanos(nanos) => ticks.saturating_mul(nanos),
            Unit::PerNano(ticks_per_nano) => ticks.checked_div(ticks_per_nano).unwrap_or_default(),
            Unit::Binary(power) => {
                let scaled = u128::from(ticks).saturating_mul(1_000_000_000);
                u64::try_from(scaled.checked_shr(power).unwrap_or_default()).unwrap_or(u64::MAX)
            }
        };
        Timestamp::from_parts(self.offset, i64::try_from(nanos).unwrap_or(i64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_powers_of_ten_or_of_two() {
        let nanos = |resolution, offset, ticks: u64| {
            let [high, low] = [(ticks >> 32) as u32, ticks as u32];
            Ticks::new(resolution, offset).timestamp(high, low).as_nanos()
        };
        assert_eq!(nanos(6, 0, 1_340_954_905_298_858), 1_340_954_905_298_858_000);
        assert_eq!(nanos(0, -1, 3), 2_000_000_000);
        assert_eq!(nanos(9, 0, 7), 7);
        assert_eq!(nanos(12, 0, 7_999), 7);
        assert_eq!(nanos(0x94, 5, (3 << 20) + (1 << 19)), 8_500_000_000);
        assert_eq!(nanos(0x80, 0, 2), 2_000_000_000);
        assert_eq!(nanos(127, 0, u64::MAX), 0);
        assert_eq!(nanos(0xff, 0, u64::MAX), 0);
        assert_eq!(nanos(0, 0, u64::MAX), i64::MAX);
    }
}
