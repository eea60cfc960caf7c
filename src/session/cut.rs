//! Messages of which the capture has so little that not even their header can be read.

use crate::smb1;
use crate::smb2;
use crate::smb2::transform::Encrypted;

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

/// What a message is if it is cut within its header; `None` if the header is whole.
pub(super) fn remains(message: &[u8]) -> Option<Remains> {
    if message.starts_with(&Encrypted::PROTOCOL_ID) {
        return (message.len() < Encrypted::SIZE).then_some(Remains::Encrypted);
    }
    if message.starts_with(&smb2::Header::PROTOCOL_ID) {
        // StructureSize, CreditCharge and Status stand before Command.
        let command = || message.get(12..14).and_then(|bytes| <[u8; 2]>::try_from(bytes).ok());
        let none = |command: [u8; 2]| {
            matches!(
                smb2::Command(u16::from_le_bytes(command)),
                smb2::Command::NEGOTIATE | smb2::Command::ECHO | smb2::Command::OPLOCK_BREAK
            )
        };
        return (message.len() < smb2::Header::SIZE).then(|| belongs(command().is_some_and(none)));
    }
    let none =
        |command: &u8| matches!(smb1::Command(*command), smb1::Command::NEGOTIATE | smb1::Command::ECHO);
    (message.len() < smb1::Header::SIZE).then(|| belongs(message.get(4).is_some_and(none)))
}

const fn belongs(to_none: bool) -> Remains {
    if to_none { Remains::NoSession } else { Remains::SomeSession }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_that_is_cut_tells_its_command_as_long_as_it_can() {
        let mut setup = vec![0; 64];
        setup[..4].copy_from_slice(b"\xfeSMB");
        setup[12] = 1; // SESSION_SETUP
        let mut negotiate = setup.clone();
        negotiate[12] = 0;
        for length in 4..64 {
            assert_eq!(remains(&setup[..length]), Some(Remains::SomeSession), "{length}");
            let expected = if length < 14 { Remains::SomeSession } else { Remains::NoSession };
            assert_eq!(remains(&negotiate[..length]), Some(expected), "{length}");
        }
        assert_eq!(remains(&setup), None);
        assert_eq!(remains(b"\xffSMBr"), Some(Remains::NoSession));
        assert_eq!(remains(b"\xffSMBs"), Some(Remains::SomeSession));
        assert_eq!(remains(b"\xffSMB"), Some(Remains::SomeSession));
        assert_eq!(remains(b""), Some(Remains::SomeSession));
        assert_eq!(remains(b"\xfdSMB\0\0"), Some(Remains::Encrypted));
        assert_eq!(remains(&[b"\xfdSMB".as_slice(), &[0; 48]].concat()), None);
    }
}
