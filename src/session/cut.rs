//! Messages of which the capture has so little that not even their header can be read.

use crate::netbios::begins_with_magic;
use crate::smb1;
use crate::smb2;
use crate::smb2::transform::{Compressed, Encrypted};
use crate::wire::{DosError, NtStatus, Status};

/// What the first bytes of a message that is cut within its header tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Remains {
    /// It belongs to no session: a negotiate, an echo.
    NoSession,
    /// It belongs to a session, or may, and does not tell which.
    SomeSession,
    /// It is encrypted for a session that it does not tell.
    Encrypted,
}

/// What a message is if it is cut within its header; `None` if the header is whole, or if it is no message of SMB.
pub(super) fn remains(message: &[u8]) -> Option<Remains> {
    let Some(is_smb) = begins_with_magic(message) else { return Some(Remains::SomeSession) };
    let protocol = message.first_chunk::<4>().filter(|_| is_smb)?;
    let (size, told) = match *protocol {
        smb1::Header::PROTOCOL => (smb1::Header::SIZE, of_smb1(message)),
        smb2::Header::PROTOCOL_ID => (smb2::Header::SIZE, of_smb2(message)),
        Encrypted::PROTOCOL_ID => (Encrypted::SIZE, Remains::Encrypted),
        Compressed::PROTOCOL_ID => (Compressed::SIZE, Remains::SomeSession),
        // Samba's encryption of SMB1 has no header behind this.
        _ => return None,
    };
    (message.len() < size).then_some(told)
}

/// The command and the status of an answer that is cut within its header behind them, if it turns the client away because
/// a limit is reached. The form of the status (\[MS-CIFS\] 2.2.2.4) may be cut off: no refusal is one in both.
pub(super) fn refusal(answer: &[u8]) -> Option<(Refused, Status)> {
    let protocol = answer.first_chunk::<4>()?;
    let (refused, raw) = match *protocol {
        smb1::Header::PROTOCOL => {
            let (command, rest) = answer.get(4..)?.split_first()?;
            let refused = match smb1::Command(*command) {
                smb1::Command::NEGOTIATE => Refused::Negotiate,
                smb1::Command::SESSION_SETUP_ANDX => Refused::SessionSetup,
                smb1::Command::TREE_CONNECT_ANDX => Refused::TreeConnect,
                _ => return None,
            };
            (refused, *rest.first_chunk::<4>()?)
        }
        smb2::Header::PROTOCOL_ID => {
            let command = answer.get(12..)?.first_chunk::<2>()?;
            let refused = match smb2::Command(u16::from_le_bytes(*command)) {
                smb2::Command::NEGOTIATE => Refused::Negotiate,
                smb2::Command::SESSION_SETUP => Refused::SessionSetup,
                smb2::Command::TREE_CONNECT => Refused::TreeConnect,
                _ => return None,
            };
            (refused, *answer.get(8..)?.first_chunk::<4>()?)
        }
        _ => return None,
    };
    let [class, _, low, high] = raw;
    let forms = [
        Status::Nt(NtStatus(u32::from_le_bytes(raw))),
        Status::Dos(DosError { class, code: u16::from_le_bytes([low, high]) }),
    ];
    let status = forms.into_iter().find(|status| status.is_refusal())?;
    Some((refused, status))
}

/// What a server turned away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refused {
    Negotiate,
    SessionSetup,
    TreeConnect,
}

fn of_smb1(message: &[u8]) -> Remains {
    match message.get(4).copied().map(smb1::Command) {
        Some(smb1::Command::NEGOTIATE | smb1::Command::ECHO) => Remains::NoSession,
        _ => Remains::SomeSession,
    }
}

fn of_smb2(message: &[u8]) -> Remains {
    // StructureSize, CreditCharge and Status stand before Command.
    let command = message.get(12..).and_then(|rest| rest.first_chunk::<2>());
    match command.map(|bytes| smb2::Command(u16::from_le_bytes(*bytes))) {
        Some(smb2::Command::NEGOTIATE | smb2::Command::ECHO | smb2::Command::OPLOCK_BREAK) => {
            Remains::NoSession
        }
        _ => Remains::SomeSession,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is told of a message of 80 bytes with this beginning that is cut at each length, by the lengths from which on
    /// it is told.
    fn told(beginning: &[u8]) -> Vec<(usize, Option<Remains>)> {
        let mut message = beginning.to_vec();
        message.resize(80, 0);
        let all = (0..=80).map(|length| (length, remains(&message[..length])));
        all.fold(Vec::new(), |mut steps, (length, told)| {
            if steps.last().is_none_or(|(_, last)| *last != told) {
                steps.push((length, told));
            }
            steps
        })
    }

    /// A message of SMB2 up to its Command.
    fn smb2(command: u8) -> [u8; 14] {
        [0xfe, b'S', b'M', b'B', 64, 0, 0, 0, 0, 0, 0, 0, command, 0]
    }

    const NO: Option<Remains> = Some(Remains::NoSession);
    const SOME: Option<Remains> = Some(Remains::SomeSession);

    #[test]
    fn a_message_of_smb1_tells_its_command() {
        assert_eq!(told(b"\xffSMB\x73"), [(0, SOME), (32, None)]); // SESSION_SETUP_ANDX
        assert_eq!(told(b"\xffSMB\x72"), [(0, SOME), (5, NO), (32, None)]); // NEGOTIATE
        assert_eq!(told(b"\xffSMB\x2b"), [(0, SOME), (5, NO), (32, None)]); // ECHO
    }

    #[test]
    fn a_message_of_smb2_tells_its_command() {
        assert_eq!(told(&smb2(1)), [(0, SOME), (64, None)]); // SESSION_SETUP
        for command in [0, 13, 18] {
            // NEGOTIATE, ECHO, OPLOCK_BREAK
            assert_eq!(told(&smb2(command)), [(0, SOME), (14, NO), (64, None)]);
        }
    }

    #[test]
    fn a_transformed_message_tells_how() {
        assert_eq!(told(b"\xfdSMB"), [(0, SOME), (4, Some(Remains::Encrypted)), (52, None)]);
        assert_eq!(told(b"\xfcSMB"), [(0, SOME), (16, None)]);
        assert_eq!(told(b"\xffE\0\0"), [(0, SOME), (4, None)]);
    }

    #[test]
    fn what_is_none_of_smb_tells_nothing() {
        assert_eq!(told(b"\x05\0\x02"), [(0, SOME), (1, None)]);
        assert_eq!(told(b"\xfeSMC"), [(0, SOME), (4, None)]);
        assert_eq!(told(b"\xfbSMB"), [(0, SOME), (1, None)]);
        assert_eq!(told(b"\xfeE\0\0"), [(0, SOME), (2, None)]);
    }
}
