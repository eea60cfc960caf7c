//! SMB2 messages (\[MS-SMB2\] 2.2), dialect 2.1.

use super::client::{Exchange, ntlm, utf16};

const NEGOTIATE: u16 = 0;
const SESSION_SETUP: u16 = 1;
const LOGOFF: u16 = 2;
const TREE_CONNECT: u16 = 3;
const TREE_DISCONNECT: u16 = 4;
const CREATE: u16 = 5;
const CLOSE: u16 = 6;
const READ: u16 = 8;
const WRITE: u16 = 9;
const IOCTL: u16 = 11;
const QUERY_INFO: u16 = 16;

const MORE_PROCESSING_REQUIRED: u32 = 0xc000_0016;
const FSCTL_PIPE_TRANSCEIVE: u32 = 0x0011_c017;

/// Exchanges of a round of work.
pub(crate) const ROUND: u32 = 5;

/// Negotiate, session setup (two), tree connect.
pub(crate) fn set_up(number: u32, step: u32, anonymous: bool) -> Exchange {
    let call = Call { number, id: step, signed_in: step > 1, connected: false };
    match step {
        0 => call.exchange(NEGOTIATE, 0, &negotiate_request(), &negotiate_response()),
        1 => call.exchange(
            SESSION_SETUP,
            MORE_PROCESSING_REQUIRED,
            &setup_request(&ntlm(1, anonymous)),
            &setup_response(&ntlm(2, anonymous)),
        ),
        2 => call.exchange(SESSION_SETUP, 0, &setup_request(&ntlm(3, anonymous)), &setup_response(&[])),
        _ => {
            let path = utf16(if anonymous { r"\\SRV\IPC$" } else { r"\\SRV\data" });
            let request = [&[9, 0, 0, 0, 72, 0][..], &(path.len() as u16).to_le_bytes(), &path].concat();
            let share = if anonymous { 2 } else { 1 };
            let response = [&[16, 0, share, 0][..], &[0; 8], &[0xff, 0x01, 0x1f, 0]].concat();
            call.exchange(TREE_CONNECT, 0, &request, &response)
        }
    }
}

/// A file is created, written, read, asked for, and closed.
pub(crate) fn work(number: u32, step: u32) -> Exchange {
    let call = Call::of(number, step);
    let file = file_id(number, step / ROUND);
    match step % ROUND {
        0 => create(number, step, &format!(r"dir{}\file{}.dat", number % 50, step / ROUND)),
        1 => {
            let data = [0x57; 64];
            let request = [
                &[49, 0, 112, 0, 64, 0, 0, 0][..], // data offset, length
                &[0; 8],                           // offset
                &file,
                &[0; 16], // channel, remaining bytes, flags
                &data,
            ];
            let response = [&[17, 0, 0, 0, 64, 0, 0, 0][..], &[0; 8]];
            call.exchange(WRITE, 0, &request.concat(), &response.concat())
        }
        2 => {
            let request = [
                &[49, 0, 80, 0, 64, 0, 0, 0][..], // padding, flags, length
                &[0; 8],                          // offset
                &file,
                &[0; 17], // minimum count, channel, remaining bytes
            ];
            let response = [&[17, 0, 80, 0, 64, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0][..], &[0x52; 64]];
            call.exchange(READ, 0, &request.concat(), &response.concat())
        }
        3 => {
            let request = [
                &[41, 0, 1, 18][..],       // file information, FileAllInformation
                &[0, 4, 0, 0],             // output buffer length
                &[0, 0, 0, 0, 0, 0, 0, 0], // input buffer
                &[0; 8],                   // additional information, flags
                &file,
            ];
            let response = [&[9, 0, 72, 0, 104, 0, 0, 0][..], &[0; 104]];
            call.exchange(QUERY_INFO, 0, &request.concat(), &response.concat())
        }
        _ => close(number, step, &file),
    }
}

/// Tree disconnect, logoff.
pub(crate) fn end(number: u32, step: u32, place: u32) -> Exchange {
    let command = if place == 0 { TREE_DISCONNECT } else { LOGOFF };
    Call::of(number, step).exchange(command, 0, &[4, 0, 0, 0], &[4, 0, 0, 0])
}

/// Opens a pipe or a file.
pub(crate) fn create(number: u32, step: u32, name: &str) -> Exchange {
    let name = utf16(name);
    let request = [
        &[57, 0, 0, 0, 2, 0, 0, 0][..], // impersonation
        &[0; 16],                       // create flags, reserved
        &[0x9f, 0x01, 0x12, 0],         // desired access
        &[0; 4],                        // attributes
        &[7, 0, 0, 0, 3, 0, 0, 0],      // share access, disposition
        &[0; 4],                        // options
        &[120, 0],                      // name offset
        &(name.len() as u16).to_le_bytes(),
        &[0; 8], // contexts
        &name,
    ];
    let response = [
        &[89, 0, 0, 0, 1, 0, 0, 0][..], // action: opened
        &[0; 32],                       // times
        &[0; 16],                       // sizes
        &[0x80, 0, 0, 0, 0, 0, 0, 0],   // attributes
        &file_id(number, step / ROUND),
        &[0; 8], // contexts
    ];
    Call::of(number, step).exchange(CREATE, 0, &request.concat(), &response.concat())
}

pub(crate) fn close(number: u32, step: u32, file: &[u8]) -> Exchange {
    let request = [&[24, 0, 0, 0, 0, 0, 0, 0][..], file];
    let response = [&[60, 0, 0, 0, 0, 0, 0, 0][..], &[0; 52]];
    Call::of(number, step).exchange(CLOSE, 0, &request.concat(), &response.concat())
}

/// Sends a PDU over a pipe and gets one back.
pub(crate) fn transceive(number: u32, step: u32, file: &[u8], pdu: &[u8], answer: &[u8]) -> Exchange {
    let code = FSCTL_PIPE_TRANSCEIVE.to_le_bytes();
    let request = [
        &[57, 0, 0, 0][..],
        &code,
        file,
        &120_u32.to_le_bytes(), // input offset
        &(pdu.len() as u32).to_le_bytes(),
        &[0; 4],                 // maximum input
        &[0; 8],                 // output offset, count
        &4280_u32.to_le_bytes(), // maximum output
        &[1, 0, 0, 0],           // an FSCTL
        &[0; 4],
        pdu,
    ];
    let response = [
        &[49, 0, 0, 0][..],
        &code,
        file,
        &112_u32.to_le_bytes(), // input offset
        &[0; 4],
        &112_u32.to_le_bytes(), // output offset
        &(answer.len() as u32).to_le_bytes(),
        &[0; 8], // flags
        answer,
    ];
    Call::of(number, step).exchange(IOCTL, 0, &request.concat(), &response.concat())
}

/// The id of a client's file.
pub(crate) fn file_id(number: u32, file: u32) -> [u8; 16] {
    let mut id = [0; 16];
    id[..4].copy_from_slice(&file.to_le_bytes());
    id[8..12].copy_from_slice(&number.to_le_bytes());
    id
}

fn negotiate_request() -> Vec<u8> {
    [
        &[36, 0, 1, 0, 1, 0, 0, 0][..], // one dialect, signing enabled
        &[0; 4],                        // capabilities
        &[0xc1; 16],                    // client GUID
        &[0; 8],
        &[0x10, 0x02], // 2.1
    ]
    .concat()
}

fn negotiate_response() -> Vec<u8> {
    [
        &[65, 0, 1, 0, 0x10, 0x02, 0, 0][..],  // signing enabled, 2.1
        &[0x5e; 16],                           // server GUID
        &[1, 0, 0, 0],                         // capabilities
        &[0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0], // maximum sizes
        &[0; 16],                              // times
        &[128, 0, 0, 0, 0, 0, 0, 0],           // security buffer
    ]
    .concat()
}

fn setup_request(blob: &[u8]) -> Vec<u8> {
    let length = (blob.len() as u16).to_le_bytes();
    [&[25, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 88, 0][..], &length, &[0; 8], blob].concat()
}

fn setup_response(blob: &[u8]) -> Vec<u8> {
    [&[9, 0, 0, 0, 72, 0][..], &(blob.len() as u16).to_le_bytes(), blob].concat()
}

/// What the headers of an exchange say.
struct Call {
    number: u32,
    id: u32,
    signed_in: bool,
    connected: bool,
}

impl Call {
    fn of(number: u32, step: u32) -> Self {
        Self { number, id: step + 4, signed_in: true, connected: true }
    }

    fn exchange(&self, command: u16, status: u32, request: &[u8], response: &[u8]) -> Exchange {
        let ask = self.header(command, 0, false);
        let answer = self.header(command, status, true);
        ([&ask, request].concat(), [&answer, response].concat())
    }

    fn header(&self, command: u16, status: u32, response: bool) -> Vec<u8> {
        let tree: u32 = if self.connected || (response && command == TREE_CONNECT) { 5 } else { 0 };
        let has_session = self.signed_in || (response && command == SESSION_SETUP);
        let session = if has_session { 0x4000_0000_0000 | u64::from(self.number) } else { 0 };
        [
            &b"\xfeSMB"[..],
            &[64, 0, 1, 0],
            &status.to_le_bytes(),
            &command.to_le_bytes(),
            &[1, 0], // credits
            &u32::from(response).to_le_bytes(),
            &[0; 4], // next command
            &u64::from(self.id).to_le_bytes(),
            &[0xff, 0xfe, 0, 0],
            &tree.to_le_bytes(),
            &session.to_le_bytes(),
            &[0; 16], // signature
        ]
        .concat()
    }
}
