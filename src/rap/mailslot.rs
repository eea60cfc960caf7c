//! Writes to mailslots: \[MS-MAIL\] 2.2.1. They come as SMB1 transactions, by datagrams most often.
//!
//! ```
//! use smbscope::rap::mailslot::{Message, Write};
//!
//! let setup = [1, 1, 2]; // MailSlotOpcode: write, Priority, Class: unreliable
//! let write = Write::parse(r"\MAILSLOT\BROWSE", setup, &[9, 1, 2, 0, 0, 0])?;
//! assert!(matches!(write.message, Message::Browser(_)));
//! let write = Write::parse(r"\MAILSLOT\X", setup, b"x")?;
//! assert_eq!(write.message, Message::Other(b"x")); // not a mailslot that is known
//! # Ok::<(), smbscope::ParseError>(())
//! ```

use super::ServerType;
use super::browser;
use super::logon::{Logon, Oem};
use crate::error::{Anomalies, Examine, Layer, ParseError, Read, Reason, Unread, parse};
use crate::wire::{fields, le_u16, le_u32, u8};

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
    /// `\MAILSLOT\BROWSE`: a frame of the browser protocol.
    Browser(browser::Frame<'a>),
    /// `\MAILSLOT\LANMAN`: LAN Manager's announcements.
    LanMan(LanMan<'a>),
    /// `\MAILSLOT\NET\NETLOGON`, `\MAILSLOT\NET\NTLOGON`, and mailslots of other names that are given with a request
    /// for its answer.
    Logon(Logon<'a>),
    /// `\MAILSLOT\MESSNGR`: a message for a user, as `net send` sends it.
    Messenger {
        /// From whom.
        from: Oem<'a>,
        /// To whom.
        to: Oem<'a>,
        /// The text.
        text: Oem<'a>,
    },
    /// Another mailslot, whose messages are those of its application.
    Other(#[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::hex"))] &'a [u8]),
}

/// What LAN Manager says of a server, and asks servers to say (\[MS-BRWS\] 1.3: not part of it, but beside it).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(untagged))]
#[non_exhaustive]
pub enum LanMan<'a> {
    /// A server announces itself.
    Announcement {
        /// What it is and offers.
        server_type: ServerType,
        /// Version of its operating system: major and minor.
        os_version: (u8, u8),
        /// Seconds between announcements.
        periodicity: u16,
        /// Its name.
        server_name: Oem<'a>,
        /// What it is said to be for.
        comment: Oem<'a>,
    },
    /// Servers are asked to announce themselves.
    AnnouncementRequest {
        /// Who asks.
        response_name: Oem<'a>,
    },
}

impl<'a> Write<'a> {
    /// Reads a write to the mailslot `name`: its setup words (opcode, priority and class) and its data.
    ///
    /// # Errors
    /// A message of a form that the name says is cut, or is none.
    pub fn parse(name: &str, setup: [u16; 3], data: &'a [u8]) -> Result<Self, ParseError> {
        let [opcode, priority, class] = setup;
        let slot = name.to_ascii_uppercase();
        let message = match slot.as_str() {
            r"\MAILSLOT\BROWSE" => Message::Browser(browser::Frame::parse(data)?),
            r"\MAILSLOT\LANMAN" => Message::LanMan(parse(Layer::Rap, data, lan_man)?.1),
            r"\MAILSLOT\MESSNGR" => parse(Layer::Rap, data, messenger)?.1,
            r"\MAILSLOT\NET\NETLOGON" | r"\MAILSLOT\NET\NTLOGON" => Message::Logon(Logon::parse(data)?),
            slot if slot.starts_with(r"\MAILSLOT\NET\GETDC") => Message::Logon(Logon::parse(data)?),
            // Clients choose the name that answers go to.
            _ => Logon::answer(data).map_or(Message::Other(data), Message::Logon),
        };
        Ok(Self { opcode, priority, class, message })
    }
}

fn lan_man(input: &[u8]) -> Read<'_, LanMan<'_>> {
    fields!(input => rest; kind: le_u16);
    match kind {
        1 => {
            fields! {
                rest => rest;
                server_type: le_u32,
                major: u8,
                minor: u8,
                periodicity: le_u16,
                server_name: Oem::read,
                comment: Oem::read,
            }
            let server_type = ServerType::from_bits_retain(server_type);
            let os_version = (major, minor);
            Ok((rest, LanMan::Announcement { server_type, os_version, periodicity, server_name, comment }))
        }
        2 => {
            fields!(rest => rest; response_name: Oem::read);
            Ok((rest, LanMan::AnnouncementRequest { response_name }))
        }
        _ => Err(Unread::error(input, Reason::Unknown { field: "Type", value: kind.into() })),
    }
}

fn messenger(input: &[u8]) -> Read<'_, Message<'_>> {
    fields!(input => rest; from: Oem::read, to: Oem::read, text: Oem::read);
    Ok((rest, Message::Messenger { from, to, text }))
}

impl Examine for Write<'_> {
    fn examine(&self, anomalies: &mut Anomalies) {
        match &self.message {
            Message::Browser(frame) => frame.examine(anomalies),
            Message::Logon(logon) => logon.examine(anomalies),
            Message::LanMan(_) | Message::Messenger { .. } | Message::Other(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write<'a>(name: &str, data: &'a [u8]) -> Result<Message<'a>, ParseError> {
        Write::parse(name, [1, 1, 2], data).map(|write| write.message)
    }

    #[test]
    fn the_name_says_what_is_written() {
        assert!(matches!(write(r"\mailslot\browse", &[9, 1, 2, 0, 0, 0]), Ok(Message::Browser(_))));
        assert!(write(r"\MAILSLOT\BROWSE", b"").is_err());
        let query = b"\x07\0WS\0SLOT\0";
        assert!(matches!(write(r"\MAILSLOT\NET\NETLOGON", query), Ok(Message::Logon(_))));
        assert!(matches!(write(r"\MAILSLOT\NET\NTLOGON", query), Ok(Message::Logon(_))));
        assert!(write(r"\MAILSLOT\NET\NETLOGON", b"\x07").is_err());
        assert_eq!(write(r"\MAILSLOT\X", b"x"), Ok(Message::Other(b"x")));
    }

    #[test]
    fn answers_go_to_mailslots_of_any_name() {
        let answer = b"\x0c\0DC\0\0D\0C\0\0\0D\0\0\0\x01\0\0\0\xff\xff\xff\xff";
        for name in [r"\MAILSLOT\NET\GETDC502", r"\MAILSLOT\TEMP\NETLOGON7", r"\MAILSLOT\abc123"] {
            assert!(matches!(write(name, answer), Ok(Message::Logon(_))), "{name}");
        }
        assert_eq!(write(r"\MAILSLOT\abc123", &answer[..20]), Ok(Message::Other(&answer[..20])));
        assert!(write(r"\MAILSLOT\NET\GETDC502", &answer[..20]).is_err());
    }

    #[test]
    fn lan_managers_announcements_and_messages_for_users() {
        let announcement = [
            &[1, 0][..],      // Type
            &[0x03, 2, 0, 0], // server type
            &[4, 10],         // version
            &[0x3c, 0],       // periodicity
            b"WS-21\0",       // server name
            b"Front desk\0",  // comment
        ]
        .concat();
        let Ok(Message::LanMan(LanMan::Announcement { server_name, comment, periodicity: 60, .. })) =
            write(r"\MAILSLOT\LANMAN", &announcement)
        else {
            panic!()
        };
        assert_eq!((server_name, comment), (Oem(b"WS-21"), Oem(b"Front desk")));
        let message = b"WS-21\0ALICE\0The printer is back.\0";
        let Ok(Message::Messenger { text, .. }) = write(r"\MAILSLOT\MESSNGR", message) else { panic!() };
        assert_eq!(text, Oem(b"The printer is back."));
        for (name, bytes) in [(r"\MAILSLOT\LANMAN", &announcement[..]), (r"\MAILSLOT\MESSNGR", message)] {
            for length in 0..bytes.len() {
                assert!(write(name, &bytes[..length]).is_err_and(|error| error.offset <= length));
            }
        }
        assert!(matches!(
            write(r"\MAILSLOT\LANMAN", b"\x02\0WS-21\0"),
            Ok(Message::LanMan(LanMan::AnnouncementRequest { response_name: Oem(b"WS-21") }))
        ));
        assert!(write(r"\MAILSLOT\LANMAN", b"\x03\0WS-21\0").is_err());
    }
}
