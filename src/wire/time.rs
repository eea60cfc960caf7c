//! Points in time: capture timestamps and Windows FILETIMEs.

use core::fmt;

/// A moment of capture time: nanoseconds since 1970-01-01 00:00:00 UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

const NANOS_PER_SECOND: i64 = 1_000_000_000;
const SECONDS_PER_DAY: i64 = 86_400;

impl Timestamp {
    /// From nanoseconds since the Unix epoch.
    #[must_use]
    pub const fn from_nanos(nanos: i64) -> Self {
        Self(nanos)
    }

    /// From seconds and nanoseconds, saturating at the ends of what 64 bits of nanoseconds hold (years 1677 to 2262).
    #[must_use]
    pub const fn from_parts(seconds: i64, nanos: i64) -> Self {
        Self(seconds.saturating_mul(NANOS_PER_SECOND).saturating_add(nanos))
    }

    /// Nanoseconds since the Unix epoch.
    #[must_use]
    pub const fn as_nanos(self) -> i64 {
        self.0
    }

    /// Seconds from `earlier` to this moment; negative if it is later.
    #[must_use]
    pub fn seconds_since(self, earlier: Self) -> f64 {
        let nanos = self.0.saturating_sub(earlier.0);
        #[expect(clippy::as_conversions, reason = "i64 to f64 has no lossless From; the rounding is wanted")]
        let seconds = nanos as f64 / 1e9;
        seconds
    }

    /// This moment and `nanos` nanoseconds more, saturating.
    #[must_use]
    pub const fn plus_nanos(self, nanos: i64) -> Self {
        Self(self.0.saturating_add(nanos))
    }

    /// This moment and `seconds` more, saturating.
    #[must_use]
    pub fn plus_seconds(self, seconds: f64) -> Self {
        #[expect(clippy::as_conversions, reason = "a saturating float conversion is what is wanted")]
        let nanos = (seconds * 1e9) as i64;
        Self(self.0.saturating_add(nanos))
    }
}

/// RFC 3339 in UTC with nanoseconds: `2002-11-05T14:03:05.120000000Z`.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.div_euclid(NANOS_PER_SECOND);
        let nanos = self.0.rem_euclid(NANOS_PER_SECOND);
        let (year, month, day) = civil(seconds.div_euclid(SECONDS_PER_DAY));
        let of_day = seconds.rem_euclid(SECONDS_PER_DAY);
        let [hour, minute, second] =
            [of_day.div_euclid(3600), of_day.div_euclid(60).rem_euclid(60), of_day.rem_euclid(60)];
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{nanos:09}Z")
    }
}

/// Year, month and day of a day number since 1970-01-01 (proleptic Gregorian). Months are counted from March, so
/// that the leap day is the last of its year.
#[expect(clippy::arithmetic_side_effects, reason = "day numbers of 64-bit nanoseconds are below 2^17")]
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(feature = "serde")]
impl serde::Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A Windows FILETIME: 100 ns units since 1601-01-01 UTC (\[MS-DTYP\] 2.3.3). 0 means "not set".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct FileTime(pub u64);

impl FileTime {
    /// A FILETIME as it stands on the wire.
    ///
    /// # Errors
    /// The input ends before eight bytes.
    pub fn read(input: &[u8]) -> crate::error::Parsed<'_, Self> {
        let (rest, units) = super::le_u64(input)?;
        Ok((rest, Self(units)))
    }

    /// The same moment as capture time, if it is set and can be expressed.
    #[must_use]
    pub fn timestamp(self) -> Option<Timestamp> {
        const EPOCH_DIFFERENCE: i64 = 116_444_736_000_000_000;
        let units = i64::try_from(self.0).ok().filter(|units| *units != 0)?;
        units.checked_sub(EPOCH_DIFFERENCE)?.checked_mul(100).map(Timestamp)
    }
}

/// The moment, or the number in hexadecimal digits where it is none (0 and all ones mean "not set" or "leave as is").
impl fmt::Display for FileTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.timestamp() {
            Some(timestamp) => fmt::Display::fmt(&timestamp, f),
            None => write!(f, "{:#x}", self.0),
        }
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for FileTime {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_rfc_3339() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00.000000000Z"),
            (951_782_400, "2000-02-29T00:00:00.000000000Z"),
            (1_036_504_985, "2002-11-05T14:03:05.000000000Z"),
            (-1, "1969-12-31T23:59:59.000000000Z"),
            (4_102_444_799, "2099-12-31T23:59:59.000000000Z"),
        ] {
            assert_eq!(Timestamp::from_parts(seconds, 0).to_string(), text);
        }
        assert_eq!(Timestamp::from_nanos(i64::MIN).to_string(), "1677-09-21T00:12:43.145224192Z");
    }

    #[test]
    fn filetime_is_capture_time() {
        assert_eq!(FileTime(116_444_736_000_000_000).timestamp(), Some(Timestamp::from_nanos(0)));
        assert_eq!(FileTime(0).timestamp(), None);
        assert_eq!(FileTime(u64::MAX).to_string(), "0xffffffffffffffff");
    }
}
