//! SMB1 on a connection, with 8-bit strings.

use std::cell::Cell;

use crate::bytes::{Bytes, bytes};
use crate::ntlm::{self, Who};
use crate::rpc;
use crate::wire::Carrier;
use crate::wire::End::{self, Client, Server};

pub(crate) const OK: u32 = 0;
pub(crate) const BUFFER_OVERFLOW: u32 = 0x8000_0005;
pub(crate) const MORE_PROCESSING: u32 = 0xc000_0016;
pub(crate) const ACCESS_DENIED: u32 = 0xc000_0022;
pub(crate) const LOGON_FAILURE: u32 = 0xc000_006d;
pub(crate) const PIPE_DISCONNECTED: u32 = 0xc000_00b0;
pub(crate) const CANCELLED: u32 = 0xc000_0120;
/// A status of SMB that has no other form than that of a DOS error (\[MS-CIFS\] 2.2.2.4).
pub(crate) const BAD_TID: u32 = 0x0005_0002;
/// SMB1 statuses in their DOS form: class, reserved byte, code.
pub(crate) const DOS_ACCESS_DENIED: u32 = 0x0005_0001;
pub(crate) const DOS_MORE_DATA: u32 = 0x00ea_0001;
pub(crate) const DOS_NOT_CONNECTED: u32 = 0x00e9_0001;
pub(crate) const DOS_NOT_ACCEPTED: u32 = 0x0059_0002;
pub(crate) const DOS_TOO_MANY_UIDS: u32 = 0x005a_0002;
pub(crate) const DOS_BAD_UID: u32 = 0x005b_0002;

pub(crate) const CLOSE: u8 = 0x04;
pub(crate) const READ: u8 = 0x0a;
pub(crate) const WRITE: u8 = 0x0b;
pub(crate) const TRANSACTION: u8 = 0x25;
pub(crate) const TRANSACTION_SECONDARY: u8 = 0x26;
pub(crate) const ECHO: u8 = 0x2b;
pub(crate) const LOCK_BYTE_RANGE: u8 = 0x0c;
pub(crate) const UNLOCK_BYTE_RANGE: u8 = 0x0d;
pub(crate) const PROCESS_EXIT: u8 = 0x11;
pub(crate) const TRANSACTION2: u8 = 0x32;
const LOCKING_ANDX: u8 = 0x24;
pub(crate) const READ_ANDX: u8 = 0x2e;
pub(crate) const WRITE_ANDX: u8 = 0x2f;
pub(crate) const READ_RAW: u8 = 0x1a;
pub(crate) const WRITE_RAW: u8 = 0x1d;
pub(crate) const WRITE_COMPLETE: u8 = 0x20;
pub(crate) const TREE_DISCONNECT: u8 = 0x71;
pub(crate) const NEGOTIATE: u8 = 0x72;
pub(crate) const SESSION_SETUP: u8 = 0x73;
pub(crate) const LOGOFF: u8 = 0x74;
pub(crate) const TREE_CONNECT: u8 = 0x75;
pub(crate) const NT_CREATE: u8 = 0xa2;
pub(crate) const NT_CANCEL: u8 = 0xa4;

/// The client and the server of a connection that speak SMB1.
pub(crate) struct Smb1<C> {
    pub(crate) tcp: C,
    mid: Cell<u16>,
    pub(crate) uid: Cell<u16>,
    pub(crate) tid: Cell<u16>,
    /// Statuses are DOS errors.
    pub(crate) dos: Cell<bool>,
    pub(crate) signature: Cell<Signature>,
}

/// What stands where a message's signature stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Signature {
    /// Zeros, and no flag.
    None,
    /// Other bytes in each message.
    Key,
    /// The same bytes in all messages.
    Constant,
}

/// A request that waits for its answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked {
    pub(crate) command: u8,
    pub(crate) mid: u16,
    pub(crate) uid: u16,
    pub(crate) tid: u16,
}

/// A command of a message: words, without the four bytes of an AndX link, and data.
pub(crate) struct Block {
    command: u8,
    words: Vec<u8>,
    data: Vec<u8>,
}

pub(crate) fn block(command: u8, words: Bytes, data: Bytes) -> Block {
    Block { command, words: words.0, data: data.0 }
}

/// The block of a command that failed.
pub(crate) fn failed(command: u8) -> Block {
    block(command, bytes(), bytes())
}

const fn is_andx(command: u8) -> bool {
    matches!(command, 0x2e | 0x2f | 0x73 | 0x74 | 0x75 | 0xa2 | 0x2d | 0x24)
}

impl<C: Carrier> Smb1<C> {
    /// On a connection, `NT LM 0.12` agreed on.
    pub(crate) fn on(tcp: C) -> Self {
        let smb = Self::midway(tcp);
        let asked = smb.ask(&[block(NEGOTIATE, bytes(), bytes().u8(2).oem("NT LM 0.12"))]);
        let words =
            bytes().u16(0).u8(3).u16(50).u16(1).u32(16644).u32(65536).u32(0).u32(0xe3fd).zeros(10).u8(8);
        smb.answer(asked, OK, &[block(NEGOTIATE, words, bytes().raw(&[0x5a; 8]).zeros(4))]);
        smb
    }

    /// On a connection where nothing more needs be said.
    pub(crate) fn midway(tcp: C) -> Self {
        let new = |value| Cell::new(value);
        Self {
            tcp,
            mid: new(0),
            uid: new(0),
            tid: new(0),
            dos: Cell::new(false),
            signature: Cell::new(Signature::None),
        }
    }

    /// Goes on with a session and a tree that are there.
    pub(crate) fn go_on(&self, uid: u16, tid: u16) {
        self.uid.set(uid);
        self.tid.set(tid);
    }

    // Messages

    pub(crate) fn ask(&self, blocks: &[Block]) -> Asked {
        self.mid.set(self.mid.get() + 1);
        self.ask_as(self.mid.get(), blocks)
    }

    /// The next request has this MID.
    pub(crate) fn ask_as(&self, mid: u16, blocks: &[Block]) -> Asked {
        let asked = Asked { command: blocks[0].command, mid, uid: self.uid.get(), tid: self.tid.get() };
        self.send(Client, message(&asked, None, self.dos.get(), blocks));
        asked
    }

    pub(crate) fn answer(&self, asked: Asked, status: u32, blocks: &[Block]) {
        self.send(Server, message(&asked, Some(status), self.dos.get(), blocks));
    }

    fn send(&self, from: End, mut message: Vec<u8>) {
        if self.signature.get() != Signature::None {
            message[10] |= 4;
            message[14..22].fill(0x5a);
        }
        if self.signature.get() == Signature::Key {
            // The MID and the direction stand for what is signed.
            message.copy_within(30..32, 14);
            message[16] = from as u8;
        }
        self.tcp.message(from, &message);
    }

    /// An answer without anything but its status.
    pub(crate) fn fail(&self, asked: Asked, status: u32) {
        self.answer(asked, status, &[failed(asked.command)]);
    }

    /// Success without anything to say.
    pub(crate) fn done(&self, asked: Asked) {
        self.answer(asked, OK, &[block(asked.command, bytes(), bytes())]);
    }

    // Sessions

    /// Sets a session up with an NTLMSSP blob, bare or in SPNEGO.
    pub(crate) fn log_on_by_blob(&self, uid: u16, who: Who, spnego: bool) {
        let wrap = |blob: Vec<u8>, first: bool| match (spnego, first) {
            (false, _) => blob,
            (true, true) => ntlm::init(&blob),
            (true, false) => ntlm::resp(&blob),
        };
        self.uid.set(0);
        let asked = self.ask(&[blob_set_up(&wrap(ntlm::negotiate(), true))]);
        let asked = Asked { uid, ..asked };
        self.answer(asked, MORE_PROCESSING, &[blob_answer(&wrap(ntlm::challenge(), false))]);
        self.uid.set(uid);
        let asked = self.ask(&[blob_set_up(&wrap(ntlm::authenticate(who), false))]);
        self.answer(asked, OK, &[blob_answer(&[])]);
    }

    /// Sets a session up in one message.
    pub(crate) fn log_on(&self, uid: u16, set_up: Block) {
        let asked = self.ask_log_on(set_up);
        self.logged_on(asked, uid);
    }

    pub(crate) fn ask_log_on(&self, set_up: Block) -> Asked {
        self.uid.set(0);
        self.ask(&[set_up])
    }

    pub(crate) fn logged_on(&self, asked: Asked, uid: u16) {
        self.answer(Asked { uid, ..asked }, OK, &[set_up_answer()]);
        self.uid.set(uid);
    }

    pub(crate) fn ask_log_off(&self) -> Asked {
        self.ask(&[block(LOGOFF, bytes(), bytes())])
    }

    pub(crate) fn log_off(&self) {
        let asked = self.ask_log_off();
        self.answer(asked, OK, &[block(LOGOFF, bytes(), bytes())]);
    }

    // Trees and opens

    pub(crate) fn ask_tree(&self, path: &str, service: &str) -> Asked {
        self.ask(&[tree_connect(path, service)])
    }

    pub(crate) fn tree_connected(&self, asked: Asked, tid: u16, service: &str) {
        self.answer(Asked { tid, ..asked }, OK, &[tree_answer(service)]);
        self.tid.set(tid);
    }

    /// Connects to `IPC$`.
    pub(crate) fn ipc(&self, tid: u16) {
        let asked = self.ask_tree(r"\\SRV\IPC$", "IPC");
        self.tree_connected(asked, tid, "IPC");
    }

    pub(crate) fn ask_disconnect(&self) -> Asked {
        self.ask(&[block(TREE_DISCONNECT, bytes(), bytes())])
    }

    pub(crate) fn disconnect(&self) {
        let asked = self.ask_disconnect();
        self.done(asked);
    }

    pub(crate) fn ask_create(&self, name: &str) -> Asked {
        self.ask(&[nt_create(name)])
    }

    pub(crate) fn created(&self, asked: Asked, fid: u16) {
        self.answer(asked, OK, &[create_answer(fid, 2)]);
    }

    /// Opens a pipe.
    pub(crate) fn open(&self, name: &str, fid: u16) {
        let asked = self.ask_create(name);
        self.created(asked, fid);
    }

    pub(crate) fn ask_close(&self, fid: u16) -> Asked {
        self.ask(&[block(CLOSE, bytes().u16(fid.into()).u32(0), bytes())])
    }

    pub(crate) fn close(&self, fid: u16) {
        let asked = self.ask_close(fid);
        self.done(asked);
    }

    // Data

    /// TransactNmPipe.
    pub(crate) fn ask_transact(&self, fid: u16, data: &[u8]) -> Asked {
        self.ask(&[transact(fid, data.len(), data)])
    }

    pub(crate) fn transacted(&self, asked: Asked, status: u32, data: &[u8]) {
        self.answer(asked, status, &[transact_answer(data.len(), 0, data)]);
    }

    pub(crate) fn ask_read(&self, fid: u16) -> Asked {
        let words = bytes().u16(fid.into()).u32(0).u16(4280).u16(0).u32(usize::try_from(u32::MAX).unwrap());
        self.ask(&[block(READ_ANDX, words.u16(0).u32(0), bytes())])
    }

    pub(crate) fn read(&self, asked: Asked, status: u32, data: &[u8]) {
        let words = bytes().u16(0xffff).u16(0).u16(0).u16(data.len()).u16(60).zeros(10);
        self.answer(asked, status, &[block(READ_ANDX, words, bytes().u8(0).raw(data))]);
    }

    /// WRITE_ANDX in a mode; the data are as they stand, with their prefix if the mode has one.
    pub(crate) fn ask_write(&self, fid: u16, mode: usize, data: &[u8]) -> Asked {
        let words =
            bytes().u16(fid.into()).u32(0).u32(0).u16(mode).u16(0).u16(0).u16(data.len()).u16(64).u32(0);
        self.ask(&[block(WRITE_ANDX, words, bytes().u8(0).raw(data))])
    }

    pub(crate) fn wrote(&self, asked: Asked, count: usize) {
        self.answer(asked, OK, &[block(WRITE_ANDX, bytes().u16(count).u16(0).u32(0), bytes())]);
    }

    pub(crate) fn write(&self, fid: u16, mode: usize, data: &[u8]) {
        let asked = self.ask_write(fid, mode, data);
        self.wrote(asked, data.len());
    }

    /// Unlocks and locks so many ranges.
    pub(crate) fn lock(&self, fid: u16, unlocks: usize, locks: usize) {
        let words = bytes().u16(fid.into()).u8(0).u8(0).u32(0).u16(unlocks).u16(locks);
        let asked = self.ask(&[block(LOCKING_ANDX, words, bytes().zeros(10 * (unlocks + locks)))]);
        self.answer(asked, OK, &[block(LOCKING_ANDX, bytes(), bytes())]);
    }

    pub(crate) fn echo(&self) {
        let asked = self.ask(&[block(ECHO, bytes().u16(1), bytes().raw(b"echo"))]);
        self.answer(asked, OK, &[block(ECHO, bytes().u16(1), bytes().raw(b"echo"))]);
    }

    /// A pipe by TransactNmPipe.
    pub(crate) fn pipe(&self, fid: u16) -> Transact<'_, C> {
        Transact { smb: self, fid }
    }

    /// A null session that has a pipe to the spooler open and bound: UID 41, TID 1, pipe 7 in group 5.
    pub(crate) fn hold_pipe(&self) {
        use rpc::Pipe as _;
        self.log_on(0x41, null_set_up());
        self.ipc(1);
        self.open(r"\spoolss", 7);
        self.pipe(7).bind(5);
    }

    /// The same with a printer handle on it, 1 by call 2.
    pub(crate) fn hold_printer(&self) {
        use rpc::Pipe as _;
        self.hold_pipe();
        self.pipe(7).open_printer(2, 1);
    }
}

/// A message: header and chained blocks. `status` is that of an answer.
fn message(asked: &Asked, status: Option<u32>, dos: bool, blocks: &[Block]) -> Vec<u8> {
    let flags = if status.is_some() { 0x98 } else { 0x18 };
    let flags2 = if dos { 0x0001 } else { 0x4001 };
    let head = bytes().raw(b"\xffSMB").u8(asked.command).raw(&status.unwrap_or(0).to_le_bytes()).u8(flags);
    let head = head.u16(flags2).zeros(12).u16(asked.tid.into()).u16(0xfeff);
    let mut message = head.u16(asked.uid.into()).u16(asked.mid.into()).0;
    for (place, block) in blocks.iter().enumerate() {
        let empty = block.words.is_empty() && status.is_some_and(|status| status != 0);
        let mut words = block.words.clone();
        if is_andx(block.command) && !empty {
            let end = message.len() + 1 + 4 + words.len() + 2 + block.data.len();
            let link = match blocks.get(place + 1) {
                Some(next) => bytes().u8(next.command).u8(0).u16(end),
                None => bytes().u8(0xff).u8(0).u16(0),
            };
            words.splice(0..0, link.0);
        }
        let words = bytes().u8(u8::try_from(words.len() / 2).unwrap()).raw(&words);
        message.extend_from_slice(&words.u16(block.data.len()).raw(&block.data).0);
    }
    message
}

pub(crate) fn blob_set_up(blob: &[u8]) -> Block {
    let words = bytes().u16(16644).u16(50).u16(1).u32(0).u16(blob.len()).u32(0).u32(0x8000_00d4);
    block(SESSION_SETUP, words, bytes().raw(blob).oem("Unix").oem("client"))
}

pub(crate) fn blob_answer(blob: &[u8]) -> Block {
    block(SESSION_SETUP, bytes().u16(0).u16(blob.len()), bytes().raw(blob).oem("Unix").oem("server"))
}

pub(crate) fn set_up_answer() -> Block {
    block(SESSION_SETUP, bytes().u16(0), bytes().oem("Unix").oem("server"))
}

/// The form of 13 words, with plain fields.
pub(crate) fn set_up(account: &str, lm: &[u8], nt: &[u8]) -> Block {
    let words = bytes().u16(16644).u16(50).u16(1).u32(0).u16(lm.len()).u16(nt.len()).u32(0).u32(0xd4);
    let data = bytes().raw(lm).raw(nt).oem(account).oem(if account.is_empty() { "" } else { "WG" });
    block(SESSION_SETUP, words, data.oem("Unix").oem("client"))
}

/// The form of 13 words, of nobody.
pub(crate) fn null_set_up() -> Block {
    set_up("", &[0], &[])
}

/// LAN Manager's form of 10 words.
pub(crate) fn core_set_up(account: &str, password: &[u8]) -> Block {
    let words = bytes().u16(16644).u16(50).u16(1).u32(0).u16(password.len()).u32(0);
    block(SESSION_SETUP, words, bytes().raw(password).oem(account).oem("").oem("DOS").oem("LM"))
}

pub(crate) fn tree_connect(path: &str, service: &str) -> Block {
    block(TREE_CONNECT, bytes().u16(0).u16(1), bytes().u8(0).oem(path).oem(service))
}

pub(crate) fn tree_answer(service: &str) -> Block {
    block(TREE_CONNECT, bytes().u16(1), bytes().oem(service).oem(""))
}

pub(crate) fn nt_create(name: &str) -> Block {
    let words = bytes().u8(0).u16(name.len()).u32(0x16).u32(0).u32(0x0002_019f).u64(0).u32(0).u32(3).u32(1);
    block(NT_CREATE, words.u32(0x40).u32(2).u8(3), bytes().oem(name))
}

pub(crate) fn create_answer(fid: u16, resource_type: usize) -> Block {
    let words = bytes().u8(0).u16(fid.into()).u32(1).zeros(32).u32(0x80).zeros(16);
    block(NT_CREATE, words.u16(resource_type).u16(0x05ff).u8(0), bytes())
}

/// A TransactNmPipe with the first part of `total` bytes of data.
pub(crate) fn transact(fid: u16, total: usize, data: &[u8]) -> Block {
    let words = bytes().u16(0).u16(total).u16(0).u16(4280).u16(0).u16(0).u32(0).u16(0).u16(0).u16(0);
    let words = words.u16(data.len()).u16(76).u8(2).u8(0).u16(0x26).u16(fid.into());
    block(TRANSACTION, words, bytes().oem(r"\PIPE\").zeros(2).raw(data))
}

/// A call of the remote administration protocol: its number, descriptors and arguments.
pub(crate) fn rap(opcode: usize, descriptors: [&str; 2], arguments: &[u8]) -> Block {
    let parameters = bytes().u16(opcode).oem(descriptors[0]).oem(descriptors[1]).raw(arguments).0;
    let words = bytes().u16(parameters.len()).u16(0).u16(8).u16(4280).u16(0).u16(0).u32(0).u16(0);
    let words = words.u16(parameters.len()).u16(76).u16(0).u16(0).u8(0).u8(0);
    block(TRANSACTION, words, bytes().oem(r"\PIPE\LANMAN").raw(&parameters))
}

/// An answer to it with so many entries.
pub(crate) fn rap_answer(entries: usize, data: &[u8]) -> Block {
    let parameters = bytes().u16(0).u16(0).u16(entries).u16(entries).0;
    let words = bytes().u16(8).u16(data.len()).u16(0).u16(8).u16(56).u16(0).u16(data.len()).u16(64);
    block(TRANSACTION, words.u16(0).u16(0), bytes().u8(0).raw(&parameters).raw(data))
}

/// Further data of a TransactNmPipe.
pub(crate) fn transact_more(total: usize, displacement: usize, data: &[u8]) -> Block {
    let words = bytes().u16(0).u16(total).u16(0).u16(0).u16(0);
    let words = words.u16(data.len()).u16(52).u16(displacement);
    block(TRANSACTION_SECONDARY, words, bytes().u8(0).raw(data))
}

/// An answer to it, or one of several, with the part of `total` bytes that goes at `displacement`.
pub(crate) fn transact_answer(total: usize, displacement: usize, data: &[u8]) -> Block {
    let words = bytes().u16(0).u16(total).u16(0).u16(0).u16(56).u16(0).u16(data.len()).u16(56);
    block(TRANSACTION, words.u16(displacement).u16(0), bytes().u8(0).raw(data))
}

/// TRANS2_OPEN2, which has no data.
pub(crate) fn open2(name: &str) -> Block {
    let parameters = bytes().zeros(28).oem(name).0;
    let words = bytes().u16(parameters.len()).u16(0).u16(30).u16(0).zeros(10).u16(parameters.len());
    let words = words.u16(68).u16(0).u16(0).u16(1).u16(0);
    block(TRANSACTION2, words, bytes().zeros(3).raw(&parameters))
}

/// A TRANSACTION2 of any function, and an answer to any of them.
pub(crate) fn trans2(function: usize, parameters: &[u8]) -> Block {
    let words = bytes().u16(parameters.len()).u16(0).u16(30).u16(0).zeros(10).u16(parameters.len());
    let words = words.u16(68).u16(0).u16(0).u16(1).u16(function);
    block(TRANSACTION2, words, bytes().zeros(3).raw(parameters))
}

pub(crate) fn trans2_answer() -> Block {
    let words = bytes().u16(10).u16(0).u16(0).u16(10).u16(56).zeros(10);
    block(TRANSACTION2, words, bytes().u8(0).zeros(10))
}

/// Directory, or not, as the answer to NT_CREATE_ANDX says of a file.
pub(crate) fn file_answer(fid: u16, directory: u8) -> Block {
    let words = bytes().u8(0).u16(fid.into()).u32(1).zeros(32).u32(0x80).zeros(16);
    block(NT_CREATE, words.u16(0).u16(0).u8(directory), bytes())
}

pub(crate) fn open2_answer(fid: u16) -> Block {
    let words = bytes().u16(30).u16(0).u16(0).u16(30).u16(56).zeros(10);
    block(TRANSACTION2, words, bytes().u8(0).u16(fid.into()).zeros(28))
}

/// A pipe by TransactNmPipe.
pub(crate) struct Transact<'a, C> {
    smb: &'a Smb1<C>,
    fid: u16,
}

impl<C: Carrier> rpc::Pipe for Transact<'_, C> {
    type Asked = Asked;

    fn ask(&self, pdu: &[u8]) -> Asked {
        self.smb.ask_transact(self.fid, pdu)
    }

    fn reply(&self, asked: Asked, pdu: &[u8]) {
        self.smb.transacted(asked, OK, pdu);
    }
}

/// A raw read: its answer has no header.
pub(crate) fn read_raw(fid: u16) -> Block {
    let words = bytes().u16(fid.into()).u32(0).u16(4280).u16(0).u32(0).u16(0);
    block(READ_RAW, words, bytes())
}

/// A raw write of `total` bytes, of which the first come with it.
pub(crate) fn write_raw(fid: u16, total: usize, first: &[u8]) -> Block {
    let words = bytes().u16(fid.into()).u16(total).u16(0).u32(0).u32(0).u16(0).u32(0);
    block(WRITE_RAW, words.u16(first.len()).u16(59), bytes().raw(first))
}

/// An answer to it: the first that wants the rest, or the second, of another command, that has it.
pub(crate) fn write_raw_answer(command: u8) -> Block {
    block(command, bytes().u16(0xffff), bytes())
}
