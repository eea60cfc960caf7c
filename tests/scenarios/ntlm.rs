//! NTLMSSP messages, bare and in SPNEGO.

use crate::bytes::{bytes, wide};

/// Who logs on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Who {
    /// Nobody: no account, no NT response, an LM response of one byte.
    Null,
    /// Nobody, with an LM response of no byte.
    NullWithoutLm,
    /// A user, of the domain `WG` unless the name begins with another one and a backslash.
    User(&'static str),
    /// No account, but a real NT response.
    Nameless,
}

/// NEGOTIATE_MESSAGE.
pub(crate) fn negotiate() -> Vec<u8> {
    bytes().raw(b"NTLMSSP\0").u32(1).u32(0xa208_8207).zeros(16).0
}

/// CHALLENGE_MESSAGE of a server that is no member of a domain (NTLMSSP_TARGET_TYPE_SERVER).
pub(crate) fn challenge() -> Vec<u8> {
    challenge_with(0x0002_0000)
}

/// CHALLENGE_MESSAGE with this type of target.
pub(crate) fn challenge_with(target: usize) -> Vec<u8> {
    let head = bytes().raw(b"NTLMSSP\0").u32(2).u16(0).u16(0).u32(48).u32(0xa288_8205 | target);
    head.raw(&[0x5a; 8]).zeros(8).u16(0).u16(0).u32(48).0
}

/// CHALLENGE_MESSAGE of a server that tells its version.
pub(crate) fn challenge_of((major, minor, build): (u8, u8, u16)) -> Vec<u8> {
    let head = bytes().raw(b"NTLMSSP\0").u32(2).u16(0).u16(0).u32(56).u32(0xa28a_8205);
    let head = head.raw(&[0x5a; 8]).zeros(8).u16(0).u16(0).u32(56);
    head.u8(major).u8(minor).u16(build.into()).zeros(3).u8(15).0
}

/// AUTHENTICATE_MESSAGE.
pub(crate) fn authenticate(who: Who) -> Vec<u8> {
    let (lm, nt, user) = match who {
        Who::Null => (vec![0], vec![], ""),
        Who::NullWithoutLm => (vec![], vec![], ""),
        Who::User(name) => (vec![7; 24], vec![8; 24], name),
        Who::Nameless => (vec![7; 24], vec![8; 24], ""),
    };
    let (domain, user) = user.split_once('\\').unwrap_or(("WG", user));
    let domain = wide(if user.is_empty() { "" } else { domain });
    // Texts lie before responses, so that they are aligned however short those are.
    let mut payload = bytes();
    let [domain, user, workstation, lm, nt, key] = [domain, wide(user), wide("WS-21"), lm, nt, Vec::new()]
        .map(|run| {
            let field = bytes().u16(run.len()).u16(run.len()).u32(72 + payload.0.len());
            payload.0.extend_from_slice(&run);
            field.0
        });
    let fields = [lm, nt, domain, user, workstation, key].concat();
    let flags = if matches!(who, Who::Null | Who::NullWithoutLm) { 0xa288_8a05 } else { 0xa288_8205 };
    let version = [6, 1, 0xb1, 0x1d, 0, 0, 0, 15];
    bytes().raw(b"NTLMSSP\0").u32(3).raw(&fields).u32(flags).raw(&version).raw(&payload.0).0
}

/// NegTokenInit with `token` (RFC 4178 4.2.1).
pub(crate) fn init(token: &[u8]) -> Vec<u8> {
    let ntlmssp = der(0x06, &[0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x02, 0x02, 0x0a]);
    let mechanisms = der(0xa0, &der(0x30, &ntlmssp));
    let token = der(0xa2, &der(0x04, token));
    let init = der(0xa0, &der(0x30, &[mechanisms, token].concat()));
    let spnego = der(0x06, &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x02]);
    der(0x60, &[spnego, init].concat())
}

/// NegTokenResp with `token` (RFC 4178 4.2.2).
pub(crate) fn resp(token: &[u8]) -> Vec<u8> {
    der(0xa1, &der(0x30, &der(0xa2, &der(0x04, token))))
}

fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let head = bytes().u8(tag);
    let head = match u8::try_from(length) {
        Ok(short @ 0..=0x7f) => head.u8(short),
        Ok(long) => head.u8(0x81).u8(long),
        Err(_) => head.u8(0x82).raw(&u16::try_from(length).unwrap().to_be_bytes()),
    };
    head.raw(content).0
}
