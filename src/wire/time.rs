//! Points in time: capture timestamps and Windows FILETIMEs.

use core::fmt;
use core::time::Duration;

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

    /// The time from `earlier` to this moment; none if it is later.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        let nanos = i128::from(self.0).saturating_sub(i128::from(earlier.0));
        Duration::from_nanos(u64::try_from(nanos.max(0)).unwrap_or(u64::MAX))
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

/// A text that is no time of RFC 3339 in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a time of RFC 3339 in UTC")]
pub struct NotATime;

/// Reads RFC 3339 in UTC, as [`Display`](fmt::Display) writes it, with 0 to 9 digits of a second's fraction.
impl core::str::FromStr for Timestamp {
    type Err = NotATime;

    fn from_str(text: &str) -> Result<Self, NotATime> {
        let (date, time) = text.strip_suffix('Z').and_then(|text| text.split_once('T')).ok_or(NotATime)?;
        let [year, month, day] = parts(date, '-')?;
        let (clock, fraction) = time.split_once('.').unwrap_or((time, "0"));
        let [hour, minute, second] = parts(clock, ':')?;
        let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let is_possible = (1..=12).contains(&month) && (1..=31).contains(&day) && year <= 9999;
        if !is_possible
            || hour > 23
            || minute > 59
            || second > 60
            || !is_digits(fraction)
            || fraction.len() > 9
        {
            return Err(NotATime);
        }
        let nanos: i64 = format!("{fraction:0<9}").parse().map_err(|_| NotATime)?;
        let seconds = day_number(year, month, day)
            .checked_mul(SECONDS_PER_DAY)
            .and_then(|days| days.checked_add(hour.checked_mul(3600)?))
            .and_then(|seconds| seconds.checked_add(minute.checked_mul(60)?)?.checked_add(second));
        // The earliest times lie within a second whose beginning is out of range.
        let whole = seconds.map(|seconds| i128::from(seconds).saturating_mul(NANOS_PER_SECOND.into()));
        let whole = whole.and_then(|whole| i64::try_from(whole.saturating_add(nanos.into())).ok());
        whole.map(Self).ok_or(NotATime)
    }
}

/// Three numbers between two signs.
fn parts(text: &str, between: char) -> Result<[i64; 3], NotATime> {
    let mut parts = text.split(between).map(|part| {
        let is_number = (2..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        part.parse::<i64>().ok().filter(|_| is_number).ok_or(NotATime)
    });
    let mut next = || parts.next().unwrap_or(Err(NotATime));
    let three = [next()?, next()?, next()?];
    if parts.next().is_some() { Err(NotATime) } else { Ok(three) }
}

/// The day number since 1970-01-01 of a date: what [`civil`] undoes.
#[expect(clippy::arithmetic_side_effects, reason = "years have four digits, months and days two")]
fn day_number(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month_from_march = (month + 9).rem_euclid(12);
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// A time of the system's clock, to the nanosecond.
impl From<std::time::SystemTime> for Timestamp {
    fn from(time: std::time::SystemTime) -> Self {
        let nanos = |duration: core::time::Duration| i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX);
        match time.duration_since(std::time::UNIX_EPOCH) {
            Ok(after) => Self(nanos(after)),
            Err(before) => Self(nanos(before.duration()).saturating_neg()),
        }
    }
}

#[cfg(feature = "serde")]
super::serialise::deserialize_from_text!(Timestamp);

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
    pub(crate) fn read(input: &[u8]) -> crate::error::Read<'_, Self> {
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
    fn time_passes_forward_only() {
        let [early, late] = [-1, 2].map(|seconds| Timestamp::from_parts(seconds, 0));
        assert_eq!((late.since(early), early.since(late)), (Duration::from_secs(3), Duration::ZERO));
        let all = Timestamp::from_nanos(i64::MAX).since(Timestamp::from_nanos(i64::MIN));
        assert_eq!(all, Duration::from_nanos(u64::MAX));
    }

    #[test]
    fn filetime_is_capture_time() {
        assert_eq!(FileTime(116_444_736_000_000_000).timestamp(), Some(Timestamp::from_nanos(0)));
        assert_eq!(FileTime(0).timestamp(), None);
        assert_eq!(FileTime(u64::MAX).to_string(), "0xffffffffffffffff");
    }

    #[test]
    fn times_are_read_as_they_are_written() {
        for nanos in [0, 1, -1, 1_036_504_985_120_000_000, -5_822_236_800_000_000_000, i64::MAX, i64::MIN] {
            let time = Timestamp::from_nanos(nanos);
            assert_eq!(time.to_string().parse(), Ok(time), "{time}");
        }
        let short: Timestamp = "2002-11-05T14:03:05.12Z".parse().unwrap();
        assert_eq!(short.to_string(), "2002-11-05T14:03:05.120000000Z");
        for wrong in [
            "",
            "2002-11-05",
            "2002-11-05T14:03:05",
            "2002-13-05T14:03:05Z",
            "2002-11-05T24:03:05Z",
            "2002-11-05T14:03:05.Z",
            "2002-11-05T14:03:05.1234567890Z",
            "+002-11-05T14:03:05Z",
            "2002-11-05-01T14:03:05Z",
            "9999-11-05T14:03:05Z",
        ] {
            assert_eq!(wrong.parse::<Timestamp>(), Err(NotATime), "{wrong}");
        }
    }

    #[test]
    fn a_time_of_the_system_is_a_timestamp() {
        let nanos = core::time::Duration::from_nanos(1_500_000_000);
        assert_eq!(Timestamp::from(std::time::UNIX_EPOCH + nanos), Timestamp::from_nanos(1_500_000_000));
        assert_eq!(Timestamp::from(std::time::UNIX_EPOCH - nanos), Timestamp::from_nanos(-1_500_000_000));
    }
}
