//! One client: it connects, sets up a session, works, and leaves.

use std::io;

use super::wire::{From, Tcp, Wire};
use super::{rpc, smb1, smb2};

/// Rounds of work of one connection.
const ROUNDS: u32 = 24;

/// What a client does.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Files over SMB2.
    Smb2,
    /// Files over SMB1.
    Smb1,
    /// A printer over SMB2, on a null session.
    Rpc,
}

/// A request and its response.
pub(crate) type Exchange = (Vec<u8>, Vec<u8>);

pub(crate) struct Client {
    kind: Kind,
    number: u32,
    tcp: Tcp,
    /// Exchanges done.
    done: u32,
}

/// Exchanges before the work begins: negotiate, session setup (two), tree connect.
const SET_UP: u32 = 4;

impl Client {
    pub(crate) fn new(kind: Kind, number: u32) -> Self {
        Self { kind, number, tcp: Tcp::new(number, 445), done: 0 }
    }

    pub(crate) fn is_set_up(&self) -> bool {
        self.done > SET_UP
    }

    /// Handles that are open at this moment.
    pub(crate) fn open_handles(&self) -> u64 {
        let calls = self.done.saturating_sub(SET_UP + rpc::OPENED).min(ROUNDS * rpc::ROUND);
        u64::from(self.kind == Kind::Rpc && !calls.is_multiple_of(rpc::ROUND))
    }

    /// Exchanges of the work, what opens and closes its pipe or file included.
    fn work(&self) -> u32 {
        match self.kind {
            Kind::Smb2 => ROUNDS * smb2::ROUND,
            Kind::Smb1 => ROUNDS * smb1::ROUND,
            Kind::Rpc => rpc::OPENED + ROUNDS * rpc::ROUND + 1,
        }
    }

    /// Does the next exchange. True if it was the last and the connection is ended.
    pub(crate) fn go_on(&mut self, wire: &mut Wire) -> io::Result<bool> {
        if self.done == 0 {
            self.tcp.connect(wire)?;
        }
        let (work, number, step) = (self.work(), self.number, self.done);
        let (request, response) = match (self.kind, step.checked_sub(SET_UP)) {
            (Kind::Smb1, None) => smb1::set_up(number, step),
            (Kind::Smb1, Some(step)) if step < work => smb1::work(number, step),
            (Kind::Smb1, Some(step)) => smb1::end(number, step, step - work),
            (kind, None) => smb2::set_up(number, step, kind == Kind::Rpc),
            (Kind::Smb2, Some(step)) if step < work => smb2::work(number, step),
            (Kind::Rpc, Some(step)) if step < work => rpc::work(number, step, work),
            (_, Some(step)) => smb2::end(number, step, step - work),
        };
        self.tcp.message(wire, From::Client, &request)?;
        self.tcp.message(wire, From::Server, &response)?;
        if step % 2 == 0 {
            self.tcp.acknowledge(wire, From::Client)?;
        }
        self.done += 1;
        let ended = self.done == SET_UP + work + 2;
        if ended {
            self.tcp.disconnect(wire)?;
        }
        Ok(ended)
    }
}

/// NTLMSSP messages: negotiate, challenge, authenticate.
pub(crate) fn ntlm(message: u32, anonymous: bool) -> Vec<u8> {
    let mut blob = b"NTLMSSP\0".to_vec();
    blob.extend(message.to_le_bytes());
    let flags = 0xa208_8205_u32.to_le_bytes();
    match message {
        1 => {
            blob.extend(flags);
            blob.extend([0; 16]); // domain, workstation
        }
        2 => {
            blob.extend([0, 0, 0, 0, 56, 0, 0, 0]); // target name
            blob.extend(flags);
            blob.extend([0x5c; 8]); // challenge
            blob.extend([0; 8]);
            blob.extend([4, 0, 4, 0, 56, 0, 0, 0]); // target information
            blob.extend([0; 8]); // version
            blob.extend([0; 4]); // end of list
        }
        _ => {
            let user = if anonymous { Vec::new() } else { utf16("alice") };
            let answer = if anonymous { 0 } else { 24 };
            let lm = u16::from(anonymous).max(answer);
            let mut place = 72_u32;
            for length in [lm, answer, 0, user.len() as u16, 0, 0] {
                blob.extend(length.to_le_bytes());
                blob.extend(length.to_le_bytes());
                blob.extend(place.to_le_bytes());
                place += u32::from(length);
            }
            blob.extend(flags);
            blob.extend([0; 8]); // version
            blob.extend(vec![if anonymous { 0 } else { 0x4c }; usize::from(lm)]);
            blob.extend(vec![0x4e; usize::from(answer)]);
            blob.extend(user);
        }
    }
    blob
}

pub(crate) fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}
