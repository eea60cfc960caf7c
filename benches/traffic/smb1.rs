//! SMB1 messages (\[MS-CIFS\] 2.2.4, \[MS-SMB\] 2.2.4) with extended security and OEM strings.

use super::client::{Exchange, ntlm};

const CLOSE: u8 = 0x04;
const READ_ANDX: u8 = 0x2e;
const WRITE_ANDX: u8 = 0x2f;
const TREE_DISCONNECT: u8 = 0x71;
const NEGOTIATE: u8 = 0x72;
const SESSION_SETUP_ANDX: u8 = 0x73;
const LOGOFF_ANDX: u8 = 0x74;
const TREE_CONNECT_ANDX: u8 = 0x75;
const NT_CREATE_ANDX: u8 = 0xa2;

const MORE_PROCESSING_REQUIRED: u32 = 0xc000_0016;

/// Exchanges of a round of work.
pub(crate) const ROUND: u32 = 4;

/// No further command in the message.
const NO_ANDX: [u8; 4] = [0xff, 0, 0, 0];

/// Negotiate, session setup (two), tree connect.
pub(crate) fn set_up(number: u32, step: u32) -> Exchange {
    let call = Call { number, id: step, uid: step > 1, tid: false };
    match step {
        0 => {
            let words = [
                &[0, 0, 3, 50, 0, 1, 0][..],  // dialect, security mode, multiplex, circuits
                &[4, 0x41, 0, 0, 0, 0, 1, 0], // maximum sizes
                &[0; 4],                      // session key
                &[0xfc, 0xe3, 0x01, 0x80],    // capabilities: extended security
                &[0; 11],                     // time, zone, no challenge
            ];
            call.exchange(
                NEGOTIATE,
                0,
                &block(&[], b"\x02NT LM 0.12\0"),
                &block(&words.concat(), &[0x5e; 16]),
            )
        }
        1 => call.exchange(
            SESSION_SETUP_ANDX,
            MORE_PROCESSING_REQUIRED,
            &setup(&ntlm(1, false)),
            &granted(&ntlm(2, false)),
        ),
        2 => call.exchange(SESSION_SETUP_ANDX, 0, &setup(&ntlm(3, false)), &granted(&[])),
        _ => {
            let words = [&NO_ANDX[..], &[0, 0, 1, 0]].concat();
            let request = block(&words, b"\0\\\\SRV\\data\0?????\0");
            let response = block(&[&NO_ANDX[..], &[1, 0]].concat(), b"A:\0NTFS\0");
            call.exchange(TREE_CONNECT_ANDX, 0, &request, &response)
        }
    }
}

/// A file is created, written, read and closed.
pub(crate) fn work(number: u32, step: u32) -> Exchange {
    let call = Call::of(number, step);
    let fid = (0x4000 + (step / ROUND) as u16).to_le_bytes();
    match step % ROUND {
        0 => {
            let name = format!("\\dir{}\\file{}.dat\0", number % 50, step / ROUND);
            let words = [
                &NO_ANDX[..],
                &[0],
                &(name.len() as u16 - 1).to_le_bytes(),
                &[0; 8],                   // flags, root
                &[0x9f, 0x01, 0x12, 0],    // desired access
                &[0; 8],                   // allocation size
                &[0; 4],                   // attributes
                &[7, 0, 0, 0, 3, 0, 0, 0], // share access, disposition
                &[0, 0, 0, 0, 2, 0, 0, 0], // options, impersonation
                &[0],
            ];
            let granted = [
                &NO_ANDX[..],
                &[0],
                &fid,
                &[1, 0, 0, 0], // action: opened
                &[0; 32],      // times
                &[0x80, 0, 0, 0],
                &[0; 16], // sizes
                &[0; 5],  // type: disk, state, no directory
            ];
            call.exchange(
                NT_CREATE_ANDX,
                0,
                &block(&words.concat(), name.as_bytes()),
                &block(&granted.concat(), &[]),
            )
        }
        1 => {
            let words = [
                &NO_ANDX[..],
                &fid,
                &[0; 8],         // offset, timeout
                &[0; 6],         // mode, remaining, high half of the length
                &[64, 0, 63, 0], // length, offset
                &[0; 4],
            ];
            let written = [&NO_ANDX[..], &[64, 0, 0, 0, 0, 0, 0, 0]];
            call.exchange(WRITE_ANDX, 0, &block(&words.concat(), &[0x57; 64]), &block(&written.concat(), &[]))
        }
        2 => {
            let words = [
                &NO_ANDX[..],
                &fid,
                &[0; 4],         // offset
                &[64, 0, 64, 0], // counts
                &[0; 10],        // timeout, remaining, high half of the offset
            ];
            let read = [&NO_ANDX[..], &[0; 6], &[64, 0, 59, 0], &[0; 10]];
            call.exchange(READ_ANDX, 0, &block(&words.concat(), &[]), &block(&read.concat(), &[0x52; 64]))
        }
        _ => {
            let words = [&fid[..], &[0; 4]].concat();
            call.exchange(CLOSE, 0, &block(&words, &[]), &block(&[], &[]))
        }
    }
}

/// Tree disconnect, logoff.
pub(crate) fn end(number: u32, step: u32, place: u32) -> Exchange {
    let call = Call::of(number, step);
    match place {
        0 => call.exchange(TREE_DISCONNECT, 0, &block(&[], &[]), &block(&[], &[])),
        _ => call.exchange(LOGOFF_ANDX, 0, &block(&NO_ANDX, &[]), &block(&NO_ANDX, &[])),
    }
}

fn setup(blob: &[u8]) -> Vec<u8> {
    let words = [
        &NO_ANDX[..],
        &[4, 0x41, 50, 0, 1, 0], // maximum buffer, multiplex, circuit
        &[0; 4],                 // session key
        &(blob.len() as u16).to_le_bytes(),
        &[0; 4],
        &[0xd4, 0, 0, 0x80], // capabilities
    ];
    block(&words.concat(), &[blob, b"Unix\0Samba\0"].concat())
}

fn granted(blob: &[u8]) -> Vec<u8> {
    let words = [&NO_ANDX[..], &[0, 0], &(blob.len() as u16).to_le_bytes()];
    block(&words.concat(), &[blob, b"Windows 5.1\0Windows 2000 LAN Manager\0WORKGROUP\0"].concat())
}

/// Words and bytes of a message.
fn block(words: &[u8], bytes: &[u8]) -> Vec<u8> {
    [&[words.len() as u8 / 2][..], words, &(bytes.len() as u16).to_le_bytes(), bytes].concat()
}

/// What the headers of an exchange say.
struct Call {
    number: u32,
    id: u32,
    uid: bool,
    tid: bool,
}

impl Call {
    fn of(number: u32, step: u32) -> Self {
        Self { number, id: step + 4, uid: true, tid: true }
    }

    fn exchange(&self, command: u8, status: u32, request: &[u8], response: &[u8]) -> Exchange {
        let ask = self.header(command, 0, false);
        let answer = self.header(command, status, true);
        ([&ask, request].concat(), [&answer, response].concat())
    }

    fn header(&self, command: u8, status: u32, response: bool) -> Vec<u8> {
        let uid = if self.uid || (response && command == SESSION_SETUP_ANDX) { 100 } else { 0_u16 };
        let tid = if self.tid || (response && command == TREE_CONNECT_ANDX) { 7 } else { 0xffff_u16 };
        [
            &b"\xffSMB"[..],
            &[command],
            &status.to_le_bytes(),
            &[if response { 0x98 } else { 0x18 }],
            &0x4801_u16.to_le_bytes(), // NT status codes, extended security, long names
            &[0; 12],                  // high half of the process id, signature
            &tid.to_le_bytes(),
            &(self.number as u16).to_le_bytes(), // process id
            &uid.to_le_bytes(),
            &(self.id as u16).to_le_bytes(),
        ]
        .concat()
    }
}
