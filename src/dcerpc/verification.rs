//! The verification trailer that may end the stub of a request (\[MS-RPCE\] 2.2.2.13).

use crate::error::{Layer, ParseError, Read, parse};
use crate::wire::{fields, le_u16, le_u32, take, wire_enum, wire_list};

/// What the trailer begins with, aligned to four bytes of the stub.
const SIGNATURE: [u8; 8] = [0x8a, 0xe3, 0x13, 0x71, 0x02, 0xf4, 0x36, 0x71];
/// Set in the last command.
const END: u16 = 0x4000;
/// Set in a command that its receiver must understand.
const MUST_PROCESS: u16 = 0x8000;

wire_enum! {
    /// What a command of the trailer is (\[MS-RPCE\] 2.2.2.13.1).
    pub struct CommandType(u16) {
        BITMASK_1 = 0x0001, "SEC_VT_COMMAND_BITMASK_1";
        PCONTEXT = 0x0002, "SEC_VT_COMMAND_PCONTEXT";
        HEADER2 = 0x0003, "SEC_VT_COMMAND_HEADER2";
    }
}

/// The verification trailer: what of the unprotected headers the client vouches for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct VerificationTrailer<'a> {
    /// Bytes of the stub before the trailer and its padding.
    pub offset: usize,
    commands: &'a [u8],
}

impl<'a> VerificationTrailer<'a> {
    /// The trailer at the end of a whole stub, if there is one. It is looked for from the end, since arguments may hold
    /// the same bytes.
    #[must_use]
    pub fn find(stub: &'a [u8]) -> Option<Self> {
        let mut before = stub.len().saturating_sub(SIGNATURE.len()) & !3;
        // Real trailers have three commands of at most 44 bytes.
        for _ in 0..64 {
            if stub.get(before..)?.starts_with(&SIGNATURE) {
                let commands = stub.get(before.saturating_add(SIGNATURE.len())..)?;
                return Some(Self { offset: before, commands });
            }
            before = before.checked_sub(4)?;
        }
        None
    }

    /// The commands, up to the one that says it is the last.
    pub fn iter(&self) -> impl Iterator<Item = Result<Command<'a>, ParseError>> + use<'a> {
        let mut rest = Some(self.commands);
        let at = self.offset.saturating_add(SIGNATURE.len());
        let total = self.commands.len();
        core::iter::from_fn(move || {
            let bytes = rest.take()?;
            match parse(Layer::DceRpc, bytes, command) {
                Ok((after, command)) => {
                    rest = (!command.is_last).then_some(after);
                    Some(Ok(command))
                }
                Err(error) => {
                    let before = at.saturating_add(total.saturating_sub(bytes.len()));
                    Some(Err(error.behind(before)))
                }
            }
        })
    }
}

/// A command of a [`VerificationTrailer`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Command<'a> {
    /// What it is.
    pub command: CommandType,
    /// Its receiver must understand it.
    pub must_process: bool,
    /// It is the last.
    pub is_last: bool,
    /// What it says: `bits` of [`CommandType::BITMASK_1`], interface and transfer syntax of
    /// [`CommandType::PCONTEXT`], parts of the request's header of [`CommandType::HEADER2`].
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::hex"))]
    pub value: &'a [u8],
}

impl Command<'_> {
    /// The bits of [`CommandType::BITMASK_1`]: 1 is "the client can sign headers".
    #[must_use]
    pub fn bitmask(&self) -> Option<u32> {
        (self.command == CommandType::BITMASK_1)
            .then(|| le_u32(self.value).ok())
            .flatten()
            .map(|(_, bits)| bits)
    }
}

impl crate::error::Examine for Command<'_> {
    fn examine(&self, _anomalies: &mut crate::error::Anomalies) {}
}

wire_list!(VerificationTrailer);

fn command(input: &[u8]) -> Read<'_, Command<'_>> {
    fields!(snake input => rest; command: le_u16, length: le_u16);
    let (rest, value) = take("sec_vt command", length.into())(rest)?;
    let (must_process, is_last) = (command & MUST_PROCESS != 0, command & END != 0);
    let command = CommandType(command & !(MUST_PROCESS | END));
    Ok((rest, Command { command, must_process, is_last, value }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commands_at_the_end_of_a_stub() {
        let mut stub = vec![1, 2, 3, 4];
        stub.extend(SIGNATURE);
        stub.extend([0x01, 0x00, 4, 0, 1, 0, 0, 0]); // BITMASK_1
        stub.extend([0x03, 0xc0, 4, 0, 0, 0, 0, 0]); // HEADER2, must process, last
        stub.extend([0xee; 3]);
        let trailer = VerificationTrailer::find(&stub).unwrap();
        assert_eq!(trailer.offset, 4);
        let commands: Vec<_> = trailer.iter().map(Result::unwrap).collect();
        assert_eq!((commands[0].bitmask(), commands[0].is_last), (Some(1), false));
        assert_eq!((commands[1].command, commands[1].must_process), (CommandType::HEADER2, true));
        assert_eq!(commands.len(), 2);
        for cut in 12..28 {
            let trailer = VerificationTrailer::find(&stub[..cut]).unwrap();
            let error = trailer.iter().find_map(Result::err).unwrap();
            assert!(error.offset <= cut, "{error} at {cut}");
        }
        assert_eq!(VerificationTrailer::find(&stub[..11]), None);
        assert_eq!(VerificationTrailer::find(b""), None);
    }
}
