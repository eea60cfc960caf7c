//! SMB2 on a connection.

use std::cell::Cell;

use crate::bytes::{Bytes, bytes, wide};
use crate::ntlm::{self, Who};
use crate::rpc;
use crate::wire::End::{self, Client, Server};
use crate::wire::{Carrier as _, Tcp};

pub(crate) const OK: u32 = 0;
pub(crate) const PENDING: u32 = 0x0000_0103;
pub(crate) const BUFFER_OVERFLOW: u32 = 0x8000_0005;
pub(crate) const MORE_PROCESSING: u32 = 0xc000_0016;
pub(crate) const ACCESS_DENIED: u32 = 0xc000_0022;
pub(crate) const LOGON_FAILURE: u32 = 0xc000_006d;
pub(crate) const NETWORK_NAME_DELETED: u32 = 0xc000_00c9;
pub(crate) const REQUEST_NOT_ACCEPTED: u32 = 0xc000_00d0;
pub(crate) const PIPE_DISCONNECTED: u32 = 0xc000_00b0;
pub(crate) const CANCELLED: u32 = 0xc000_0120;
pub(crate) const USER_SESSION_DELETED: u32 = 0xc000_0203;
pub(crate) const SESSION_EXPIRED: u32 = 0xc000_035c;

pub(crate) const NEGOTIATE: u16 = 0;
const SESSION_SETUP: u16 = 1;
const LOGOFF: u16 = 2;
const TREE_CONNECT: u16 = 3;
const TREE_DISCONNECT: u16 = 4;
const CREATE: u16 = 5;
const CLOSE: u16 = 6;
const READ: u16 = 8;
const LOCK: u16 = 10;
const WRITE: u16 = 9;
const IOCTL: u16 = 11;
const CANCEL: u16 = 12;
const ECHO: u16 = 13;

/// The FileId that stands for that of the message before.
pub(crate) const RELATED: u64 = u64::MAX;

/// The client and the server of a connection that speak SMB2.
pub(crate) struct Smb2<'w> {
    pub(crate) tcp: Tcp<'w>,
    message_id: Cell<u64>,
    pub(crate) session: Cell<u64>,
    pub(crate) tree: Cell<u32>,
    /// Requests and answers that go out in one frame, while one is put together.
    frame: Cell<Option<Vec<Vec<u8>>>>,
    /// Whether messages are compressed.
    packs: Cell<bool>,
    related: Cell<bool>,
    /// Whether messages are said to be signed.
    signs: Cell<bool>,
    /// The version that the server tells in its challenges.
    version: Cell<Option<(u8, u8, u16)>>,
}

/// A request that waits for its answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked {
    command: u16,
    message_id: u64,
    session: u64,
    tree: u32,
}

/// More about a session set-up than who.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct SetUp {
    pub(crate) previous: u64,
    pub(crate) binding: bool,
    pub(crate) guest: bool,
    /// The last answer is signed.
    pub(crate) signed: bool,
}

/// The GUID of the computer at a host.
fn computer(first: u8, host: u8) -> [u8; 16] {
    let mut guid = [first; 16];
    guid[15] = host % 100;
    guid
}

impl<'w> Smb2<'w> {
    /// On a connection, dialect 2.1 agreed on. Hosts 10 and 110 are one computer at two addresses.
    pub(crate) fn on(tcp: Tcp<'w>) -> Self {
        Self::to_server(tcp, 0x11)
    }

    /// The same with a server's GUID that begins with `guid`.
    pub(crate) fn to_server(tcp: Tcp<'w>, guid: u8) -> Self {
        let guid = computer(guid, tcp.hosts()[1]);
        Self::to_guid(tcp, &guid)
    }

    /// The same with Samba.
    pub(crate) fn to_samba(tcp: Tcp<'w>) -> Self {
        Self::to_guid(tcp, b"srv\0\0\0\0\0\0\0\0\0\0\0\0\0")
    }

    fn to_guid(tcp: Tcp<'w>, guid: &[u8; 16]) -> Self {
        let smb = Self::midway(tcp);
        let client = computer(0xc1, smb.tcp.hosts()[0]);
        let request = bytes().u16(36).u16(1).u16(1).zeros(6).raw(&client).zeros(8).u16(0x0210);
        let asked = smb.ask(NEGOTIATE, request);
        let response = bytes().u16(65).u16(1).u16(0x0210).u16(0).raw(guid).u32(7).zeros(12);
        smb.answer(asked, OK, response.zeros(16).u16(128).u16(0).u32(0));
        smb
    }

    /// On a connection where nothing more needs be said.
    pub(crate) fn midway(tcp: Tcp<'w>) -> Self {
        Self {
            tcp,
            message_id: Cell::new(0),
            session: Cell::new(0),
            tree: Cell::new(0),
            frame: Cell::new(None),
            related: Cell::new(false),
            packs: Cell::new(false),
            signs: Cell::new(false),
            version: Cell::new(None),
        }
    }

    /// From here on the server tells its version in its challenges.
    pub(crate) fn of_version(self, version: (u8, u8, u16)) -> Self {
        self.version.set(Some(version));
        self
    }

    /// Goes on with a session and a tree that are there.
    pub(crate) fn go_on(&self, session: u64, tree: u32) {
        self.session.set(session);
        self.tree.set(tree);
    }

    /// From here on all messages but compounds are compressed.
    pub(crate) fn pack(&self) {
        self.packs.set(true);
    }

    // Messages

    fn message(&self, from: End, header: &Header, body: &Bytes) {
        let mut message = header.message(body);
        message[16] |= if self.signs.get() { 8 } else { 0 };
        match self.frame.take() {
            Some(mut frame) => {
                frame.push(message);
                self.frame.set(Some(frame));
            }
            None if self.packs.get() => self.tcp.message(from, &packed(&message)),
            None => self.tcp.message(from, &message),
        }
    }

    /// What `talk` has one end send goes out as one compound; all but its first message are related to the one before.
    pub(crate) fn compound<T>(&self, from: End, talk: impl FnOnce() -> T) -> T {
        self.frame.set(Some(Vec::new()));
        let told = talk();
        let messages = self.frame.take().unwrap();
        let last = messages.len() - 1;
        let mut frame = Vec::new();
        for (place, mut message) in messages.into_iter().enumerate() {
            if place < last {
                message.resize(message.len().next_multiple_of(8), 0);
                let next = message.len() as u32;
                message[20..24].copy_from_slice(&next.to_le_bytes());
            }
            if place > 0 {
                message[16] |= 4;
                if from == Client {
                    message[36..40].fill(0xff);
                    message[40..48].fill(0xff);
                }
            }
            frame.extend_from_slice(&message);
        }
        self.tcp.message(from, &frame);
        told
    }

    pub(crate) fn ask(&self, command: u16, body: Bytes) -> Asked {
        let message_id = self.message_id.get();
        self.message_id.set(message_id + 1);
        let asked = Asked { command, message_id, session: self.session.get(), tree: self.tree.get() };
        self.message(Client, &Header { asked, status: 0, response: false, async_id: None }, &body);
        asked
    }

    pub(crate) fn answer(&self, asked: Asked, status: u32, body: Bytes) {
        self.message(Server, &Header { asked, status, response: true, async_id: None }, &body);
    }

    /// An answer without anything but its status.
    pub(crate) fn fail(&self, asked: Asked, status: u32) {
        self.answer(asked, status, error());
    }

    /// STATUS_PENDING.
    pub(crate) fn pend(&self, asked: Asked, async_id: u64) {
        let header = Header { asked, status: PENDING, response: true, async_id: Some(async_id) };
        self.message(Server, &header, &error());
    }

    /// The answer proper to what was pending.
    pub(crate) fn answer_async(&self, asked: Asked, async_id: u64, status: u32, body: Bytes) {
        let header = Header { asked, status, response: true, async_id: Some(async_id) };
        let body = if status & 0x8000_0000 == 0 || status == BUFFER_OVERFLOW { body } else { error() };
        self.message(Server, &header, &body);
    }

    /// CANCEL of a request that is pending under `async_id`, or of one that has had no answer at all.
    pub(crate) fn cancel(&self, asked: Asked, async_id: Option<u64>) {
        let asked = Asked { command: CANCEL, ..asked };
        let header = Header { asked, status: 0, response: false, async_id };
        self.message(Client, &header, &bytes().u16(4).u16(0));
    }

    // Sessions

    /// Sets a session up in two legs.
    pub(crate) fn log_on(&self, session: u64, who: Who) {
        self.log_on_with(session, who, SetUp::default());
    }

    pub(crate) fn log_on_with(&self, session: u64, who: Who, set_up: SetUp) {
        let asked = self.ask_log_on(session, who, set_up);
        self.signs.set(set_up.signed);
        self.answer(asked, OK, set_up_answer(if set_up.guest { 1 } else { 0 }, &[]));
        self.signs.set(false);
    }

    /// The request of the first leg.
    pub(crate) fn ask_set_up(&self, set_up: SetUp) -> Asked {
        self.ask(SESSION_SETUP, set_up_request(set_up, &ntlm::init(&ntlm::negotiate())))
    }

    /// The first leg, and the request of the second.
    pub(crate) fn ask_log_on(&self, session: u64, who: Who, set_up: SetUp) -> Asked {
        self.first_leg(session, set_up);
        self.ask_credentials(who, set_up)
    }

    /// The first leg.
    pub(crate) fn first_leg(&self, session: u64, set_up: SetUp) {
        let new = self.session.get() != session && !set_up.binding;
        self.session.set(if new { 0 } else { session });
        let asked = self.ask_set_up(set_up);
        self.session.set(session);
        let asked = Asked { session, ..asked };
        let challenge = self.version.get().map_or_else(ntlm::challenge, ntlm::challenge_of);
        self.answer(asked, MORE_PROCESSING, set_up_answer(0, &ntlm::resp(&challenge)));
    }

    /// The request of the second leg.
    pub(crate) fn ask_credentials(&self, who: Who, set_up: SetUp) -> Asked {
        self.ask(SESSION_SETUP, set_up_request(set_up, &ntlm::resp(&ntlm::authenticate(who))))
    }

    /// The answer to it.
    pub(crate) fn answer_set_up(&self, asked: Asked) {
        self.answer(asked, OK, set_up_answer(0, &[]));
    }

    pub(crate) fn ask_log_off(&self) -> Asked {
        self.ask(LOGOFF, bytes().u16(4).u16(0))
    }

    pub(crate) fn log_off(&self) {
        let asked = self.ask_log_off();
        self.done(asked);
    }

    /// Success without anything to say: of LOGOFF, TREE_DISCONNECT, ECHO.
    pub(crate) fn done(&self, asked: Asked) {
        self.answer(asked, OK, bytes().u16(4).u16(0));
    }

    pub(crate) fn echo(&self) {
        let asked = self.ask(ECHO, bytes().u16(4).u16(0));
        self.done(asked);
    }

    // Trees and opens

    pub(crate) fn ask_tree(&self, path: &str) -> Asked {
        self.ask(TREE_CONNECT, bytes().u16(9).u16(0).u16(72).u16(path.len() * 2).wide(path))
    }

    pub(crate) fn tree_connected(&self, asked: Asked, tree: u32, share: u8) {
        self.tree.set(tree);
        let body = bytes().u16(16).u8(share).u8(0).u32(0x30).u32(0).u32(0x001f_01ff);
        self.answer(Asked { tree, ..asked }, OK, body);
    }

    /// Connects to `IPC$`.
    pub(crate) fn ipc(&self, tree: u32) {
        let asked = self.ask_tree(r"\\SRV\IPC$");
        self.tree_connected(asked, tree, 2);
    }

    pub(crate) fn ask_disconnect(&self) -> Asked {
        self.ask(TREE_DISCONNECT, bytes().u16(4).u16(0))
    }

    pub(crate) fn disconnect(&self) {
        let asked = self.ask_disconnect();
        self.done(asked);
    }

    pub(crate) fn ask_create(&self, name: &str) -> Asked {
        let body = bytes().u16(57).zeros(2).u32(2).zeros(16).u32(0x0012_019f).u32(0).u32(3).u32(1).u32(0);
        self.ask(CREATE, body.u16(120).u16(name.len() * 2).zeros(8).wide(name))
    }

    pub(crate) fn created(&self, asked: Asked, file: u64) {
        let body = bytes().u16(89).zeros(2).u32(1).zeros(48).u32(0x80).u32(0);
        self.answer(asked, OK, body.u64(file).u64(file).zeros(8));
    }

    /// Opens a pipe, or what `name` is.
    pub(crate) fn open(&self, name: &str, file: u64) {
        let asked = self.ask_create(name);
        self.created(asked, file);
    }

    pub(crate) fn ask_close(&self, file: u64) -> Asked {
        self.ask(CLOSE, bytes().u16(24).u16(0).u32(0).u64(file).u64(file))
    }

    pub(crate) fn closed(&self, asked: Asked) {
        self.answer(asked, OK, bytes().u16(60).zeros(58));
    }

    pub(crate) fn close(&self, file: u64) {
        let asked = self.ask_close(file);
        self.closed(asked);
    }

    // Data

    /// Locks or unlocks so many ranges.
    pub(crate) fn lock(&self, file: u64, ranges: u64, flags: usize, status: u32) {
        let body = bytes().u16(48).u16(ranges as usize).u32(0).u64(file).u64(file);
        let range = |body: Bytes, at| body.u64(at * 16).u64(16).u32(flags).u32(0);
        let asked = self.ask(LOCK, (0..ranges).fold(body, range));
        if status == OK { self.done(asked) } else { self.fail(asked, status) }
    }

    pub(crate) fn ask_read(&self, file: u64) -> Asked {
        let body = bytes().u16(49).u8(80).u8(0).u32(4280).u64(0).u64(file).u64(file);
        self.ask(READ, body.zeros(16).u8(0))
    }

    pub(crate) fn read(&self, asked: Asked, status: u32, data: &[u8]) {
        self.answer(asked, status, read_answer(data));
    }

    pub(crate) fn ask_write(&self, file: u64, data: &[u8]) -> Asked {
        let body = bytes().u16(49).u16(112).u32(data.len()).u64(0).u64(file).u64(file);
        self.ask(WRITE, body.zeros(16).raw(data))
    }

    pub(crate) fn wrote(&self, asked: Asked, count: usize) {
        self.answer(asked, OK, bytes().u16(17).u16(0).u32(count).zeros(8));
    }

    pub(crate) fn write(&self, file: u64, data: &[u8]) {
        let asked = self.ask_write(file, data);
        self.wrote(asked, data.len());
    }

    pub(crate) fn ask_transceive(&self, file: u64, data: &[u8]) -> Asked {
        let body = bytes().u16(57).u16(0).u32(0x0011_c017).u64(file).u64(file);
        let body = body.u32(120).u32(data.len()).u32(0).u32(0).u32(0).u32(4280).u32(1).u32(0);
        self.ask(IOCTL, body.raw(data))
    }

    pub(crate) fn transceived(&self, asked: Asked, status: u32, file: u64, data: &[u8]) {
        self.answer(asked, status, transceive_answer(file, data));
    }

    /// A pipe by FSCTL_PIPE_TRANSCEIVE.
    pub(crate) fn pipe(&self, file: u64) -> Transceive<'_, 'w> {
        Transceive { smb: self, file }
    }

    /// A pipe by WRITE and READ.
    pub(crate) fn write_and_read(&self, file: u64) -> WriteRead<'_, 'w> {
        WriteRead { smb: self, file }
    }

    /// A null session that has a pipe to the spooler open and bound, and a printer handle on it: session 41, tree 1,
    /// pipe 7 in group 5, handle 1 by call 2.
    pub(crate) fn hold_printer(&self) {
        use rpc::Pipe as _;
        self.hold_pipe();
        self.pipe(7).open_printer(2, 1);
    }

    /// The same without the handle.
    pub(crate) fn hold_pipe(&self) {
        use rpc::Pipe as _;
        self.log_on(0x41, Who::Null);
        self.ipc(1);
        self.open("spoolss", 7);
        self.pipe(7).bind(5);
    }
}

/// Bytes of an SMB2 header.
struct Header {
    asked: Asked,
    status: u32,
    response: bool,
    async_id: Option<u64>,
}

impl Header {
    fn message(&self, body: &Bytes) -> Vec<u8> {
        let Asked { command, message_id, session, tree } = self.asked;
        let flags = u32::from(self.response) | if self.async_id.is_some() { 2 } else { 0 };
        let head = bytes().raw(b"\xfeSMB").u16(64).u16(1).raw(&self.status.to_le_bytes());
        let head = head.raw(&command.to_le_bytes()).u16(1).raw(&flags.to_le_bytes()).u32(0).u64(message_id);
        let head = match self.async_id {
            Some(id) => head.u64(id),
            None => head.u32(0xfeff).raw(&tree.to_le_bytes()),
        };
        head.u64(session).zeros(16).raw(&body.0).0
    }
}

fn error() -> Bytes {
    bytes().u16(9).u16(0).u32(0).u8(0)
}

fn set_up_request(set_up: SetUp, blob: &[u8]) -> Bytes {
    let body = bytes().u16(25).u8(u8::from(set_up.binding)).u8(1).u32(1).u32(0);
    body.u16(88).u16(blob.len()).u64(set_up.previous).raw(blob)
}

pub(crate) fn set_up_answer(flags: usize, blob: &[u8]) -> Bytes {
    bytes().u16(9).u16(flags).u16(72).u16(blob.len()).raw(blob)
}

pub(crate) fn read_answer(data: &[u8]) -> Bytes {
    bytes().u16(17).u8(80).u8(0).u32(data.len()).u32(0).u32(0).raw(data)
}

pub(crate) fn transceive_answer(file: u64, data: &[u8]) -> Bytes {
    let body = bytes().u16(49).u16(0).u32(0x0011_c017).u64(file).u64(file).u32(112).u32(0);
    body.u32(112).u32(data.len()).u32(0).u32(0).raw(data)
}

/// An SMB2 TRANSFORM_HEADER of a session with what it encrypts.
pub(crate) fn encrypted(session: u64, length: usize) -> Vec<u8> {
    let head = bytes().raw(b"\xfdSMB").raw(&[0xaa; 16]).raw(&[0xbb; 16]).u32(length).u16(0).u16(1);
    head.u64(session).raw(&vec![0xcc; length]).0
}

/// An SMB2 COMPRESSION_TRANSFORM_HEADER with what it compresses.
pub(crate) fn compressed(length: usize) -> Vec<u8> {
    bytes().raw(b"\xfcSMB").u32(4096).u16(1).u16(0).u32(0).raw(&vec![0xdd; length]).0
}

/// A message under an SMB2 COMPRESSION_TRANSFORM_HEADER: its header as it is, then plain LZ77 of literals alone.
fn packed(message: &[u8]) -> Vec<u8> {
    let (head, body) = message.split_at(64);
    let literals: Vec<u8> = body.chunks(32).flat_map(|some| [&[0; 4], some].concat()).collect();
    let packed = bytes().raw(b"\xfcSMB").u32(message.len()).u16(0).u16(1).u32(head.len()).raw(head);
    packed.u16(2).u16(0).u32(4 + literals.len()).u32(body.len()).raw(&literals).0
}

/// Two pairs of UTF-16 units, so that nobody takes it for RPC.
pub(crate) fn text(length: usize) -> Vec<u8> {
    wide("text").into_iter().cycle().take(length).collect()
}

/// A pipe by FSCTL_PIPE_TRANSCEIVE.
pub(crate) struct Transceive<'a, 'w> {
    pub(crate) smb: &'a Smb2<'w>,
    file: u64,
}

impl rpc::Pipe for Transceive<'_, '_> {
    type Asked = Asked;

    fn ask(&self, pdu: &[u8]) -> Asked {
        self.smb.ask_transceive(self.file, pdu)
    }

    fn reply(&self, asked: Asked, pdu: &[u8]) {
        self.smb.transceived(asked, OK, self.file, pdu);
    }
}

/// A pipe by WRITE and READ.
pub(crate) struct WriteRead<'a, 'w> {
    pub(crate) smb: &'a Smb2<'w>,
    file: u64,
}

impl rpc::Pipe for WriteRead<'_, '_> {
    type Asked = Asked;

    fn ask(&self, pdu: &[u8]) -> Asked {
        self.smb.write(self.file, pdu);
        self.smb.ask_read(self.file)
    }

    fn reply(&self, asked: Asked, pdu: &[u8]) {
        self.smb.read(asked, OK, pdu);
    }
}
