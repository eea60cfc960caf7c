//! Times as the older commands have them: \[MS-CIFS\] 2.2.1.4.

use core::fmt;

use crate::error::Read;
use crate::wire::{Timestamp, le_u16, le_u32};

/// `UTIME`: seconds since 1970 in the server's own time zone. 0 and all ones are no time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Utime(pub u32);

impl Utime {
    pub(super) fn read(input: &[u8]) -> Read<'_, Self> {
        let (rest, seconds) = le_u32(input)?;
        Ok((rest, Self(seconds)))
    }
}

/// The moment without a time zone, or `0` and `0xffffffff`.
impl fmt::Display for Utime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 | u32::MAX => write!(f, "{:#x}", self.0),
            seconds => {
                let text = Timestamp::from_parts(seconds.into(), 0).to_string();
                f.write_str(text.get(..19).unwrap_or(&text))
            }
        }
    }
}

/// `SMB_DATE` and `SMB_TIME`: local time in steps of two seconds. Both 0 are no time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct DosTime {
    /// `SMB_DATE`: year since 1980 (7 bits), month (4), day (5).
    pub date: u16,
    /// `SMB_TIME`: hours (5 bits), minutes (6), two seconds (5).
    pub time: u16,
}

impl DosTime {
    /// A date and a time after it.
    pub(super) fn read(input: &[u8]) -> Read<'_, Self> {
        let (rest, date) = le_u16(input)?;
        let (rest, time) = le_u16(rest)?;
        Ok((rest, Self { date, time }))
    }

    /// A time and a date after it.
    pub(super) fn read_time_first(input: &[u8]) -> Read<'_, Self> {
        let (rest, time) = le_u16(input)?;
        let (rest, date) = le_u16(rest)?;
        Ok((rest, Self { date, time }))
    }
}

/// `1998-10-21T14:03:06`, or `0`.
impl fmt::Display for DosTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { date, time } = *self;
        if date == 0 && time == 0 {
            return f.write_str("0");
        }
        let (year, month, day) = (u32::from(date >> 9).saturating_add(1980), date >> 5 & 0x0f, date & 0x1f);
        let (hour, minute, second) = (time >> 11, time >> 5 & 0x3f, (time & 0x1f) << 1);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")
    }
}

macro_rules! serialize_as_text {
    ($($type:ty)*) => {$(
        #[cfg(feature = "serde")]
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
    )*};
}

serialize_as_text! { Utime DosTime }

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_print_themselves() {
        assert_eq!(DosTime::read(&[0x55, 0x25, 0x63, 0x70]).unwrap().1.to_string(), "1998-10-21T14:03:06");
        assert_eq!(DosTime::read_time_first(&[0x63, 0x70, 0x55, 0x25]).unwrap().1.date, 0x2555);
        assert_eq!(DosTime::default().to_string(), "0");
        assert_eq!(Utime(908_978_586).to_string(), "1998-10-21T14:03:06");
        assert_eq!(Utime(u32::MAX).to_string(), "0xffffffff");
    }
}
