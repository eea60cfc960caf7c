//! NetBIOS Frames over IEEE 802.2 LLC (NetBEUI): names, datagrams and sessions without IP.
//!
//! A frame is an LLC header ([`Llc`]) and, in those that carry data, a NetBIOS header ([`Frame`]) with its user data
//! (IBM LAN Technical Reference, SC30-3383, chapter 5). Numbers are little-endian.
//!
//! ```
//! use smbscope::netbios::nbf::{Command, Frame, Llc, Parties};
//!
//! let bytes = [
//!     0xf0, 0xf0, 0x04, 0x06, // DSAP, SSAP, control: information, N(S) 2, N(R) 3
//!     14, 0, 0xff, 0xef, // LENGTH, DELIMITER
//!     0x16, 0x0c, 1, 0, // COMMAND, DATA1, DATA2
//!     5, 0, 9, 0, // transmit correlator, response correlator
//!     7, 8, // DESTINATION NUMBER, SOURCE NUMBER
//!     0xff, b'S', b'M', b'B', // user data
//! ];
//! let (rest, llc) = Llc::parse(&bytes)?;
//! assert!(llc.carries_data() && !llc.response);
//! let frame = Frame::parse(rest)?;
//! assert_eq!(frame.command, Command::DATA_ONLY_LAST);
//! assert_eq!(frame.parties, Parties::Session { destination_number: 7, source_number: 8 });
//! assert_eq!(frame.user_data, b"\xffSMB");
//! # Ok::<(), smbscope::ParseError>(())
//! ```

use super::Name;
use crate::error::{Layer, ParseError, Parsed, Reason, parse, prefix};
use crate::wire::{array, fields, le_u16, u8, wire_enum};

/// The control field of an LLC header (IEEE 802.2 5.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Control {
    /// I: numbered information.
    Information {
        /// N(S).
        send: u8,
        /// N(R): what is expected next from the other end.
        receive: u8,
    },
    /// S: supervision (0 RR, 1 RNR, 2 REJ).
    Supervisory {
        /// Which.
        function: u8,
        /// N(R).
        receive: u8,
    },
    /// U: unnumbered (0x03 UI, 0x6f SABME, 0x63 UA, 0x43 DISC, 0x0f DM, without the poll bit).
    Unnumbered {
        /// The control byte without its poll bit.
        function: u8,
    },
}

/// An LLC header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Llc {
    /// The sender answers (the C/R bit of SSAP).
    pub response: bool,
    /// The control field.
    pub control: Control,
    /// P/F: an answer is wanted, or this is it.
    pub poll_final: bool,
}

impl Llc {
    /// Reads an LLC header and gives what follows it.
    ///
    /// # Errors
    /// The input is shorter than the header.
    pub fn parse(input: &[u8]) -> Parsed<'_, Self> {
        prefix(Layer::NetBios, input, |input| {
            fields!(upper input => rest; _dsap: u8, ssap: u8, control1: u8);
            let response = ssap & 1 == 1;
            if control1 & 3 == 3 {
                let control = Control::Unnumbered { function: control1 & 0xef };
                return Ok((rest, Self { response, control, poll_final: control1 & 0x10 != 0 }));
            }
            fields!(upper rest => rest; control2: u8);
            let (receive, poll_final) = (control2 >> 1, control2 & 1 == 1);
            let control = match control1 & 1 {
                0 => Control::Information { send: control1 >> 1, receive },
                _ => Control::Supervisory { function: control1 >> 2 & 3, receive },
            };
            Ok((rest, Self { response, control, poll_final }))
        })
    }

    /// True if a NetBIOS frame follows.
    #[must_use]
    pub const fn carries_data(&self) -> bool {
        matches!(self.control, Control::Information { .. } | Control::Unnumbered { function: 0x03 })
    }
}

wire_enum! {
    /// The command of a NetBIOS frame.
    pub struct Command(u8) {
        ADD_GROUP_NAME_QUERY = 0x00, "ADD_GROUP_NAME_QUERY";
        ADD_NAME_QUERY = 0x01, "ADD_NAME_QUERY";
        NAME_IN_CONFLICT = 0x02, "NAME_IN_CONFLICT";
        STATUS_QUERY = 0x03, "STATUS_QUERY";
        TERMINATE_TRACE = 0x07, "TERMINATE_TRACE";
        DATAGRAM = 0x08, "DATAGRAM";
        DATAGRAM_BROADCAST = 0x09, "DATAGRAM_BROADCAST";
        NAME_QUERY = 0x0a, "NAME_QUERY";
        ADD_NAME_RESPONSE = 0x0d, "ADD_NAME_RESPONSE";
        NAME_RECOGNIZED = 0x0e, "NAME_RECOGNIZED";
        STATUS_RESPONSE = 0x0f, "STATUS_RESPONSE";
        TERMINATE_TRACE_ALL = 0x13, "TERMINATE_TRACE (local and remote)";
        DATA_ACK = 0x14, "DATA_ACK";
        DATA_FIRST_MIDDLE = 0x15, "DATA_FIRST_MIDDLE";
        DATA_ONLY_LAST = 0x16, "DATA_ONLY_LAST";
        SESSION_CONFIRM = 0x17, "SESSION_CONFIRM";
        SESSION_END = 0x18, "SESSION_END";
        SESSION_INITIALIZE = 0x19, "SESSION_INITIALIZE";
        NO_RECEIVE = 0x1a, "NO_RECEIVE";
        RECEIVE_OUTSTANDING = 0x1b, "RECEIVE_OUTSTANDING";
        RECEIVE_CONTINUE = 0x1c, "RECEIVE_CONTINUE";
        SESSION_ALIVE = 0x1f, "SESSION_ALIVE";
    }
}

impl Command {
    /// True for the frames of a session, which name it by two numbers; the others name two names.
    #[must_use]
    pub const fn is_of_session(self) -> bool {
        self.0 >= 0x14
    }
}

/// A NetBIOS frame.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Frame<'a> {
    /// Length of the header in bytes.
    pub length: u16,
    /// COMMAND.
    pub command: Command,
    /// DATA1: flags, or the status of a name.
    pub data1: u8,
    /// DATA2: bytes taken, the session number of a query, or the largest message.
    pub data2: u16,
    /// Transmit correlator.
    pub transmit_correlator: u16,
    /// Response correlator.
    pub response_correlator: u16,
    /// Between whom.
    #[cfg_attr(feature = "serde", serde(flatten))]
    pub parties: Parties,
    /// What follows the header.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub user_data: &'a [u8],
}

/// Between whom a [`Frame`] goes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(untagged))]
pub enum Parties {
    /// Two names.
    Names {
        /// DESTINATION NAME.
        destination_name: Name,
        /// SOURCE NAME.
        source_name: Name,
    },
    /// The two ends of a session.
    Session {
        /// DESTINATION NUMBER.
        destination_number: u8,
        /// SOURCE NUMBER.
        source_number: u8,
    },
}

impl<'a> Frame<'a> {
    /// The delimiter that follows the length, 0xEFFF.
    const DELIMITER: u16 = 0xefff;

    /// Reads what follows an LLC header.
    ///
    /// # Errors
    /// The header is cut, or its delimiter or its length are others.
    pub fn parse(input: &'a [u8]) -> Result<Self, ParseError> {
        let (_, frame) = parse(Layer::NetBios, input, |input| {
            fields!(upper input => at_delimiter; length: le_u16);
            fields! {
                upper at_delimiter => rest;
                delimiter: le_u16,
                command: u8,
                data1: u8,
                data2: le_u16,
                transmit_correlator: le_u16,
                response_correlator: le_u16,
            }
            let command = Command(command);
            let (rest, parties) = if command.is_of_session() {
                fields!(upper rest => rest; destination_number: u8, source_number: u8);
                (rest, Parties::Session { destination_number, source_number })
            } else {
                fields!(upper rest => rest; destination_name: array::<16>, source_name: array::<16>);
                let (destination_name, source_name) =
                    (Name::from_bytes(destination_name), Name::from_bytes(source_name));
                (rest, Parties::Names { destination_name, source_name })
            };
            let frame = Self {
                length,
                command,
                data1,
                data2,
                transmit_correlator,
                response_correlator,
                parties,
                user_data: input.get(length.into()..).unwrap_or_default(),
            };
            Ok((rest, (frame, delimiter)))
        })
        .and_then(|(rest, (frame, delimiter))| {
            let bad = |offset, field, value| {
                let reason = Reason::BadValue { field, value };
                Err(ParseError { layer: Layer::NetBios, offset, reason })
            };
            let header = input.len().saturating_sub(rest.len());
            if delimiter != Self::DELIMITER {
                return bad(2, "DELIMITER", delimiter.into());
            }
            if usize::from(frame.length) < header {
                return bad(0, "LENGTH", frame.length.into());
            }
            Ok((rest, frame))
        })?;
        Ok(frame)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[rustfmt::skip]
    const DATA: &[u8] = &[
        0xf0, 0xf1,  // DSAP, SSAP: a response
        0x04, 0x07,  // control: I, N(S) 2, N(R) 3, P/F
        14, 0,       // LENGTH
        0xff, 0xef,  // DELIMITER
        0x16,        // COMMAND: DATA_ONLY_LAST
        0x0c,        // DATA1
        0x01, 0x00,  // DATA2
        0x05, 0x00,  // transmit correlator
        0x09, 0x00,  // response correlator
        7,           // DESTINATION NUMBER
        8,           // SOURCE NUMBER
        0xff, b'S', b'M', b'B',
    ];

    #[test]
    fn a_frame_of_a_session() {
        let (rest, llc) = Llc::parse(DATA).unwrap();
        let control = Control::Information { send: 2, receive: 3 };
        assert_eq!(llc, Llc { response: true, control, poll_final: true });
        assert!(llc.carries_data());
        let frame = Frame::parse(rest).unwrap();
        assert_eq!((frame.command, frame.data1, frame.data2), (Command::DATA_ONLY_LAST, 0x0c, 1));
        assert_eq!((frame.transmit_correlator, frame.response_correlator), (5, 9));
        assert_eq!(frame.parties, Parties::Session { destination_number: 7, source_number: 8 });
        assert_eq!(frame.user_data, b"\xffSMB");
        for length in 0..18 {
            let error = Llc::parse(&DATA[..length])
                .map_err(ParseError::from)
                .and_then(|(rest, _)| Frame::parse(rest))
                .unwrap_err();
            assert!(error.offset <= length && !error.is_unnamed(), "{error}");
        }
    }

    #[test]
    fn a_frame_between_names() {
        let bytes = [
            &[44, 0][..],           // LENGTH
            &[0xff, 0xef],          // DELIMITER
            &[0x0a],                // COMMAND: NAME_QUERY
            &[0],                   // DATA1
            &[0x01, 0x00],          // DATA2
            &[0, 0],                // transmit correlator
            &[0x0b, 0],             // response correlator
            b"FILESRV        \x20", // DESTINATION NAME
            b"WS-21          \0",   // SOURCE NAME
        ]
        .concat();
        let frame = Frame::parse(&bytes).unwrap();
        let Parties::Names { destination_name, source_name } = &frame.parties else { panic!() };
        assert_eq!(
            (destination_name.to_string(), source_name.to_string()),
            ("FILESRV<20>".into(), "WS-21<00>".into())
        );
        for length in 0..bytes.len() {
            assert!(Frame::parse(&bytes[..length]).is_err());
        }
    }

    #[test]
    fn supervision_and_set_up_carry_nothing() {
        let (_, llc) = Llc::parse(&[0xf0, 0xf0, 0x01, 0x00]).unwrap();
        assert_eq!(llc.control, Control::Supervisory { function: 0, receive: 0 });
        let (_, llc) = Llc::parse(&[0xf0, 0xf0, 0x7f]).unwrap();
        assert_eq!((llc.control, llc.poll_final), (Control::Unnumbered { function: 0x6f }, true));
        assert!(!llc.carries_data());
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes: Vec<u8>) {
            let _ = Llc::parse(&bytes).map(|(rest, _)| Frame::parse(rest));
        }
    }
}
