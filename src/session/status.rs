//! How events write a status, so that it is read again as it was: `0xc00000d0`, or `2/0x59` of a DOS class and code.

use serde::{Deserialize, Deserializer, Serializer, de::Error};

use crate::wire::{DosError, NtStatus, Status};

pub(super) fn serialize<S: Serializer>(status: &Status, serializer: S) -> Result<S::Ok, S::Error> {
    match status {
        Status::Nt(NtStatus(status)) => serializer.collect_str(&format_args!("{status:#010x}")),
        Status::Dos(DosError { class, code }) => serializer.collect_str(&format_args!("{class}/{code:#x}")),
    }
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Status, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse(&text).ok_or_else(|| Error::custom(format_args!("no status: {text:?}")))
}

fn parse(text: &str) -> Option<Status> {
    let hex = |digits: &str| u32::from_str_radix(digits.strip_prefix("0x")?, 16).ok();
    let Some((class, code)) = text.split_once('/') else {
        return hex(text).map(|status| Status::Nt(NtStatus(status)));
    };
    let code = u16::try_from(hex(code)?).ok()?;
    Some(Status::Dos(DosError { class: class.parse().ok()?, code }))
}
