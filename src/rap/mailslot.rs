//! Writes to mailslots: \[MS-MAIL\] 2.2.1. They come as SMB1 transactions, by datagrams most often.

use super::browser;
use crate::error::{Anomalies, Examine, Layer, ParseError};
use crate::wire::Raw;

/// A write to a mailslot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Write<'a> {
    /// MailSlotOpcode, 1 for a write.
    pub opcode: u16,
    /// Priority, 0 to 9.
    pub priority: u16,
    /// Class: 2 is unreliable.
    pub class: u16,
    /// What is written.
    pub message: Message<'a>,
}

/// What is written to a mailslot, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Message<'a> {
    /// `\MAILSLOT\BROWSE` and `\MAILSLOT\LANMAN`: a frame of the browser protocol.
    Browser(browser::Frame<'a>),
    /// `\MAILSLOT\NET\NETLOGON` and `\MAILSLOT\NET\NTLOGON`: the operation code (\[MS-ADTS\] 6.3.1.4: 7 a query for
    /// the primary, 12 its answer, 18 a request to log on, 19 and 23 its answers) and the rest as it is.
    Logon {
        /// Opcode.
        opcode: u16,
        /// Everything behind it.
        bytes: Raw<'a>,
    },
    /// Another mailslot.
    Other(Raw<'a>),
}

impl<'a> Write<'a> {
    /// Reads a write to the mailslot `name`: its setup words (opcode, priority and class) and its data.
    ///
    /// # Errors
    /// A frame of the browser protocol is cut.
    pub fn parse(name: &str, setup: [u16; 3], data: &'a [u8]) -> Result<Self, ParseError> {
        let [opcode, priority, class] = setup;
        let slot = name.to_ascii_uppercase();
        let message = match (slot.as_str(), data) {
            (r"\MAILSLOT\BROWSE" | r"\MAILSLOT\LANMAN", _) => Message::Browser(browser::Frame::parse(data)?),
            (r"\MAILSLOT\NET\NETLOGON" | r"\MAILSLOT\NET\NTLOGON", [low, high, bytes @ ..]) => {
                let opcode = u16::from_le_bytes([*low, *high]);
                Message::Logon { opcode, bytes: Raw::unknown(Layer::Rap, "Opcode", opcode, bytes) }
            }
            _ => Message::Other(Raw::unknown(Layer::Rap, "mailslot", 0_u8, data)),
        };
        Ok(Self { opcode, priority, class, message })
    }
}

impl Examine for Write<'_> {
    fn examine(&self, anomalies: &mut Anomalies) {
        match &self.message {
            Message::Browser(frame) => frame.examine(anomalies),
            Message::Logon { bytes, .. } | Message::Other(bytes) => bytes.examine(anomalies),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_says_what_is_written() {
        let write = |name, data| Write::parse(name, [1, 1, 2], data).map(|write| write.message);
        assert!(matches!(write(r"\mailslot\browse", &[9, 1, 2, 0, 0, 0]), Ok(Message::Browser(_))));
        assert!(write(r"\MAILSLOT\BROWSE", b"").is_err());
        let logon = write(r"\MAILSLOT\NET\NETLOGON", &[7, 0, 9]);
        assert!(matches!(logon, Ok(Message::Logon { opcode: 7, bytes: Raw { bytes: [9], .. } })));
        assert!(matches!(write(r"\MAILSLOT\X", b"x"), Ok(Message::Other(Raw { bytes: b"x", .. }))));
    }
}
