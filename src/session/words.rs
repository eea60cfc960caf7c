//! Words that events have from tables: names of interfaces, procedures and commands.

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

/// Reads a word that may be missing.
#[cfg(feature = "serde")]
pub(super) fn option<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Word>, D::Error> {
    let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
    known(&text).map(Some).ok_or_else(|| Error::custom(format_args!("unknown word {text:?}")))
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
    use crate::{interface, smb1, smb2};
    let smb1 = (0..=u8::MAX).filter_map(|command| smb1::Command(command).name());
    let smb2 = (0..=u8::MAX).filter_map(|command| smb2::Command(command.into()).name());
    let procedures =
        interface::all().flat_map(|interface| interface.procedures).map(|procedure| procedure.name);
    OTHERS.into_iter().chain(smb1).chain(smb2).chain(interface::names()).chain(procedures)
}
