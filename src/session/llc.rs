//! NetBIOS frames over LLC. What they carry is told as PDUs; sessions are put together of their frames, and the
//! reconstruction of SMB sessions is for TCP alone.

use std::collections::BTreeMap;

use super::pdu::{Content, Pdu, Peer, Stream};
use super::{Direction, Sink};
use crate::capture::Origin;
use crate::net::LlcFrame;
use crate::netbios::nbf::{Command, Frame, Llc, Parties};
use crate::smb1;

/// Messages under way that are put together at one time.
const MESSAGES: usize = 256;
/// Bytes of one message.
const BYTES: usize = 1 << 17;

/// One way of one session: sender, receiver and their session numbers.
type Way = ([u8; 6], [u8; 6], u8, u8);

/// The messages of sessions over LLC that are under way.
#[derive(Debug, Default)]
pub(super) struct LlcSessions {
    /// What has come of a message.
    begun: BTreeMap<Way, Vec<u8>>,
}

impl LlcSessions {
    /// Takes a frame and tells what it is and what it completes.
    pub(super) fn take(&mut self, llc: &LlcFrame<'_>, at: Origin, sink: &mut dyn Sink) {
        let mut tell = |content: Content<'_>, direction: Direction| {
            let (source, destination) = (Peer::Mac(llc.source), Peer::Mac(llc.destination));
            let (connection, stream) = (None, Stream::Llc);
            sink.pdu(&Pdu { at, connection, stream, source, destination, direction, content });
        };
        tell(Content::Llc(llc.payload), Direction::ToServer);
        let Ok((rest, header)) = Llc::parse(llc.payload) else { return };
        let Some(frame) = header.carries_data().then(|| Frame::parse(rest).ok()).flatten() else { return };
        let mut message = |message: &[u8]| {
            let Ok((_, header)) = smb1::Header::parse(message) else { return };
            let direction = if header.is_response() { Direction::ToClient } else { Direction::ToServer };
            tell(Content::Smb1 { header: &header, message, damaged: false }, direction);
        };
        match frame.parties {
            Parties::Names { .. } => message(frame.user_data),
            Parties::Session { destination_number, source_number } => {
                let key = (llc.source, llc.destination, source_number, destination_number);
                match frame.command {
                    Command::DATA_FIRST_MIDDLE => self.hold(key, frame.user_data),
                    Command::DATA_ONLY_LAST => match self.begun.remove(&key) {
                        Some(mut begun) => {
                            begun.extend_from_slice(frame.user_data);
                            message(&begun);
                        }
                        None => message(frame.user_data),
                    },
                    _ => {}
                }
            }
        }
    }

    fn hold(&mut self, key: ([u8; 6], [u8; 6], u8, u8), bytes: &[u8]) {
        if self.begun.len() >= MESSAGES && !self.begun.contains_key(&key) {
            self.begun.pop_first();
        }
        let begun = self.begun.entry(key).or_default();
        if begun.len().saturating_add(bytes.len()) <= BYTES {
            begun.extend_from_slice(bytes);
        }
    }
}
