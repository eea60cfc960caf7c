//! DCE/RPC on the pipe spoolss (C706 12.6, \[MS-RPRN\]): a printer is opened, asked for, and closed.

use super::client::{Exchange, utf16};
use super::smb2;

/// Exchanges that open the pipe: CREATE, bind.
pub(crate) const OPENED: u32 = 2;
/// Exchanges of a round of work.
pub(crate) const ROUND: u32 = 4;

const OPEN_PRINTER_EX: u16 = 69;
const GET_PRINTER: u16 = 8;
const CLOSE_PRINTER: u16 = 29;

const SPOOLSS: [u8; 20] =
    [0x78, 0x56, 0x34, 0x12, 0x34, 0x12, 0xcd, 0xab, 0xef, 0, 1, 0x23, 0x45, 0x67, 0x89, 0xab, 1, 0, 0, 0];
const NDR: [u8; 20] = [
    0x04, 0x5d, 0x88, 0x8a, 0xeb, 0x1c, 0xc9, 0x11, 0x9f, 0xe8, 0x08, 0x00, 0x2b, 0x10, 0x48, 0x60, 2, 0, 0,
    0,
];

const REQUEST: u8 = 0;
const RESPONSE: u8 = 2;
const BIND: u8 = 11;
const BIND_ACK: u8 = 12;

/// The pipe is opened and bound, worked on, and closed in the last of `work` exchanges.
pub(crate) fn work(number: u32, step: u32, work: u32) -> Exchange {
    let pipe = smb2::file_id(number, 0);
    let Some(call) = step.checked_sub(OPENED) else {
        return match step {
            0 => smb2::create(number, step, "spoolss"),
            _ => smb2::transceive(number, step, &pipe, &bind(), &bind_ack(number)),
        };
    };
    if step + 1 == work {
        return smb2::close(number, step, &pipe);
    }
    let handle = handle(number, call / ROUND);
    let (opnum, arguments, answer) = match call % ROUND {
        0 => (OPEN_PRINTER_EX, open_printer(), [&handle[..], &[0; 4]].concat()),
        1 | 2 => {
            let arguments = [&handle[..], &[2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]].concat();
            (GET_PRINTER, arguments, [&[0; 4][..], &[0x20, 1, 0, 0, 122, 0, 0, 0]].concat())
        }
        _ => (CLOSE_PRINTER, handle.to_vec(), vec![0; 24]),
    };
    let request = pdu(REQUEST, call, &[&[0; 4][..], &[0, 0], &opnum.to_le_bytes(), &arguments].concat());
    let response = pdu(RESPONSE, call, &[&[0; 4][..], &[0, 0, 0, 0], &answer].concat());
    smb2::transceive(number, step, &pipe, &request, &response)
}

fn handle(number: u32, round: u32) -> [u8; 20] {
    let mut handle = [0; 20];
    handle[4..8].copy_from_slice(&number.to_le_bytes());
    handle[8..12].copy_from_slice(&round.to_le_bytes());
    handle[12..].fill(0x68);
    handle
}

/// The arguments of RpcOpenPrinterEx.
fn open_printer() -> Vec<u8> {
    let mut stub = vec![0, 0, 2, 0]; // a pointer
    string(&mut stub, r"\\SRV\laser");
    stub.extend([0; 4]); // no data type
    stub.extend([0; 8]); // no DEVMODE
    stub.extend([8, 0, 0, 0]); // access: use
    stub.extend([1, 0, 0, 0, 1, 0, 0, 0, 4, 0, 2, 0]); // level 1, a pointer
    stub.extend([28, 0, 0, 0, 8, 0, 2, 0, 12, 0, 2, 0]); // size, machine, user
    stub.extend([0x28, 0x0a, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]); // build, versions, processor
    string(&mut stub, r"\\WS-21");
    string(&mut stub, "alice");
    stub
}

/// A conformant varying string of UTF-16 with its NUL.
fn string(stub: &mut Vec<u8>, text: &str) {
    let units = utf16(&format!("{text}\0"));
    let count = (units.len() as u32 / 2).to_le_bytes();
    stub.extend([count, [0; 4], count].as_flattened());
    stub.extend(units);
    stub.resize(stub.len().next_multiple_of(4), 0);
}

fn bind() -> Vec<u8> {
    let body = [
        &[0xb8, 0x10, 0xb8, 0x10, 0, 0, 0, 0][..], // fragment sizes, a new association group
        &[1, 0, 0, 0],                             // one context
        &[0, 0, 1, 0],                             // number 0, one transfer syntax
        &SPOOLSS,
        &NDR,
    ];
    pdu(BIND, u32::MAX, &body.concat())
}

fn bind_ack(number: u32) -> Vec<u8> {
    let body = [
        &[0xb8, 0x10, 0xb8, 0x10][..],
        &number.to_le_bytes(), // association group
        &[14, 0],
        b"\\PIPE\\spoolss\0",
        &[1, 0, 0, 0], // one result
        &[0, 0, 0, 0], // accepted
        &NDR,
    ];
    pdu(BIND_ACK, u32::MAX, &body.concat())
}

fn pdu(kind: u8, call: u32, body: &[u8]) -> Vec<u8> {
    let length = (16 + body.len() as u16).to_le_bytes();
    let call = call.wrapping_add(2).to_le_bytes();
    [&[5, 0, kind, 3, 0x10, 0, 0, 0][..], &length, &[0, 0], &call, body].concat()
}
