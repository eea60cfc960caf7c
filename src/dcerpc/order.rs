//! Integers and UUIDs in the byte order that the data representation of a PDU announces.

use uuid::Uuid;

use crate::error::Read;
use crate::wire::{array, be_u16, be_u32, le_u16, le_u32};

pub(super) fn u16(big_endian: bool) -> impl Fn(&[u8]) -> Read<'_, u16> {
    move |input| if big_endian { be_u16(input) } else { le_u16(input) }
}

pub(super) fn u32(big_endian: bool) -> impl Fn(&[u8]) -> Read<'_, u32> {
    move |input| if big_endian { be_u32(input) } else { le_u32(input) }
}

pub(super) fn uuid(big_endian: bool) -> impl Fn(&[u8]) -> Read<'_, Uuid> {
    move |input| {
        let (rest, bytes) = array::<16>(input)?;
        Ok((rest, if big_endian { Uuid::from_bytes(bytes) } else { Uuid::from_bytes_le(bytes) }))
    }
}
