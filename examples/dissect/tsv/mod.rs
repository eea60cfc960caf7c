//! Rows of tab-separated columns, the same for every PDU of a kind:
//!
//! * all: kind, frame, number in the frame, stream, source, destination, anomalies; then
//! * NBSS: type, flags, length, error code, called, calling;
//! * SMB1: response, commands, status, flags, flags2, TID, PID, UID, MID, word counts, byte counts, FIDs, paths,
//!   service, name and function of a transaction, account, domain, action, NTLM;
//! * SMB2: response, command, status or channel sequence, flags, message id, tree or async id, session id, credits,
//!   next command, file ids, name or path, share type, session flags, dialect, control code, security mode, previous
//!   session id, NTLM;
//! * XFRM: protocol id, session id, message size, flags or algorithm, compression algorithm;
//! * RPC: version, type, flags, fragment length, authentication length, call id, context ids, opnum, allocation hint,
//!   authentication, interfaces, results, transfer syntaxes, address, largest fragments sent and received,
//!   association group, status, object, NTLM, interface's name, opnum, handles, return value;
//! * NBNS: flags, id, names, addresses; NBDGM: type, id, source, destination.

mod names;
mod rpc;
mod smb1;
mod smb2;

use smbscope::dissect::Dissection;
use smbscope::finding::Plain;
use smbscope::session::{Content, Pdu, Stream};

/// The row of a PDU, if it has one. `number` is its place in its frame.
pub(crate) fn row(pdu: &Pdu<'_>, dissection: &Dissection<'_>, number: usize) -> Option<String> {
    let (kind, columns) = match &pdu.content {
        Content::Smb1 { header, message, .. } => ("SMB1", smb1::columns(header, message, dissection)),
        Content::NameService(datagram) => ("NBNS", names::name_service(datagram)),
        Content::DatagramService(datagram) => ("NBDGM", names::datagram_service(datagram)),
        Content::Session(frame) => ("NBSS", names::session(frame)),
        Content::Smb2 { message, .. } => ("SMB2", smb2::columns(message)),
        Content::Encrypted(header) => ("XFRM", smb2::encrypted(header)),
        Content::Compressed(header) => ("XFRM", smb2::compressed(header)),
        Content::Rpc { pdu, call, .. } => ("RPC", rpc::columns(pdu, call.as_ref())),
        Content::RpcDatagram(datagram) => ("RPC", rpc::datagram_columns(datagram)),
        _ => return None,
    };
    let stream = match pdu.stream {
        Stream::Tcp(number) => format!("tcp.{number}"),
        _ => String::new(),
    };
    let Pdu { at, source, destination, .. } = pdu;
    let anomalies: Vec<String> = dissection.anomalies.iter().map(ToString::to_string).collect();
    let anomalies = escaped(&anomalies.join(", "));
    let mut row = format!("{kind}\t{}\t{number}\t{stream}\t{source}\t{destination}\t{anomalies}", at.frame);
    for column in columns {
        row.push('\t');
        row.push_str(&escaped(&column));
    }
    Some(row)
}

/// Tabs and line ends would end the column or the row; other control characters steer a terminal, and some that are
/// none turn text round.
fn escaped(column: &str) -> String {
    let mut text = String::with_capacity(column.len());
    for c in column.chars() {
        match c {
            '\t' => text.push_str("\\t"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            c if c.is_control() => text.push_str(&format!("\\x{:x}", u32::from(c))),
            c if !Plain::shows(c) => text.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => text.push(c),
        }
    }
    text
}

/// A number in hexadecimal digits.
fn hex(number: impl Into<u64>) -> String {
    format!("{:#x}", number.into())
}

/// The values as one list.
fn list<T: ToString>(values: impl IntoIterator<Item = T>) -> String {
    let values: Vec<String> = values.into_iter().map(|value| value.to_string()).collect();
    values.join(",")
}

/// Type, flags, user, domain, workstation, and the lengths of both responses of an NTLM message in a security blob.
fn ntlm(blob: &[u8]) -> String {
    use smbscope::auth::{Token, token};
    match token(blob) {
        Token::NtlmNegotiate(negotiate) => format!("1/{}/////", hex(negotiate.flags.bits())),
        Token::NtlmChallenge(challenge) => format!("2/{}/////", hex(challenge.flags.bits())),
        Token::NtlmAuthenticate(authenticate) => {
            let flags = hex(authenticate.flags.bits());
            let (user, domain, host) = (authenticate.user, authenticate.domain, authenticate.workstation);
            format!("3/{flags}/{user}/{domain}/{host}/{}/{}", authenticate.lm_length, authenticate.nt_length)
        }
        _ => String::new(),
    }
}
