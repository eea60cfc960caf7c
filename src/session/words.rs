//! Words that events have from tables: names of commands.

#[cfg(feature = "serde")]
use std::collections::BTreeSet;
#[cfg(feature = "serde")]
use std::sync::OnceLock;

#[cfg(feature = "serde")]
use serde::{Deserialize, Deserializer, de::Error};

/// A word of one of the tables.
pub(super) type Word = &'static str;

/// Reads a word. One that is in no table was written by another version.
#[cfg(feature = "serde")]
pub(super) fn word<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Word, D::Error> {
    let text = String::deserialize(deserializer)?;
    known(&text).ok_or_else(|| Error::custom(format_args!("unknown word {text:?}")))
}

/// The word of a table that is the same as a text.
#[cfg(feature = "serde")]
fn known(text: &str) -> Option<Word> {
    static WORDS: OnceLock<BTreeSet<Word>> = OnceLock::new();
    WORDS.get_or_init(|| words().collect()).get(text).copied()
}

/// What the events have besides names: how a computer or a share is known, and what a request of no name is called.
#[cfg(feature = "serde")]
const OTHERS: [Word; 5] = ["announcement", "server_enum", "srvsvc", "rap", "a request"];

#[cfg(feature = "serde")]
fn words() -> impl Iterator<Item = Word> {
    use crate::{smb1, smb2};
    let smb1 = (0..=u8::MAX).filter_map(|command| smb1::Command(command).name());
    let smb2 = (0..=u8::MAX).filter_map(|command| smb2::Command(command.into()).name());
    OTHERS.into_iter().chain(smb1).chain(smb2)
}
