//! SMB1 on one connection: messages in, events out.

mod answers;
mod listed;
mod missing;
mod raw;
mod requests;
mod unseen;

use std::collections::BTreeMap;

use super::event::{
    ConnectionEvent, Doubt, OpenEvent, OpenId, OpenKind, SessionEvent, SessionId, ShareKind, TreeEvent,
    TreeId,
};
use super::here::{Here, LONG_WAIT, NewOpen};
use super::missing::Answered;
use super::tables::{Map, Tables};
use super::{Content, Direction, is_ipc};
use crate::auth::Credentials;
use crate::capture::Origin;
use crate::rap;
use crate::smb1::{Command, Flags2, Header, Reassembly, create};
use crate::wire::Status;

/// Bytes of one transaction that are put together.
const TRANSACTION_BYTES: usize = 1 << 20;
/// Requests whose PID and MID were used again before an answer was seen, and that are remembered.
const UNANSWERED: usize = 16;
/// Dialects of a negotiate request that are remembered.
const DIALECTS: usize = 64;

#[derive(Debug, Default)]
pub(super) struct Smb1 {
    pending: BTreeMap<Key, Pending>,
    /// Set-ups under way, by the UID that the server gave them in its first answer.
    setups: Map<u16, SetUp>,
    dialects: Vec<String>,
    /// The server asks for the passwords of shares, not of users.
    share_level: bool,
    /// Requests that granted something perhaps, and whose PID and MID were used again before an answer was seen.
    unanswered: Vec<Pending>,
    /// UIDs of which it was told that they are encrypted.
    encrypted: Vec<SessionId>,
    /// The UID of which it was told last that its messages are signed.
    signed: Option<u16>,
    /// What stood last where a signature stands.
    signature: Option<[u8; 8]>,
    raw: raw::Raw,
}

/// What pairs an answer with its request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Key {
    pid: u32,
    mid: u16,
}

impl Key {
    fn of(header: &Header) -> Self {
        // PIDHigh is not echoed by every server.
        Self { pid: header.pid & 0xffff, mid: header.mid }
    }

    fn carrier(self) -> u64 {
        u64::from(self.pid) << 16 | u64::from(self.mid)
    }
}

/// A request that waits for its answer.
#[derive(Debug)]
struct Pending {
    sent: Origin,
    uid: u16,
    tid: u16,
    first: Step,
    /// The commands chained to the first one.
    rest: Vec<Step>,
    /// A transaction that is spread over several messages.
    reassembly: Option<Box<Reassembly>>,
    /// Its answer may be among what is missing from the capture.
    answer_lost: bool,
    /// The client does not wait for it any more.
    cancelled: bool,
}

impl Pending {
    /// What it leaves in doubt if its answer is missing: whatever it would have ended.
    fn doubts(&self) -> impl Iterator<Item = super::EventKind> + '_ {
        let why = Doubt::AnswerMissing;
        core::iter::once(&self.first).chain(&self.rest).filter_map(move |step| {
            Some(match (step.command, step.fid) {
                (Command::CLOSE | Command::WRITE_AND_CLOSE, Some(fid)) => {
                    OpenEvent::InDoubt { open: OpenId::Fid(fid), why }.into()
                }
                (Command::TREE_DISCONNECT, _) => {
                    TreeEvent::InDoubt { tree: TreeId::Tid(self.tid), why }.into()
                }
                (Command::LOGOFF_ANDX, _) => {
                    SessionEvent::InDoubt { session: SessionId::Uid(self.uid), why }.into()
                }
                _ => return None,
            })
        })
    }
}

/// One command of a request.
#[derive(Debug)]
struct Step {
    command: Command,
    fid: Option<u16>,
    what: What,
}

/// What of a command its answer will be read with.
#[derive(Debug)]
enum What {
    /// Nothing more.
    Plain,
    /// It may wait as long as it likes.
    WaitsByDesign,
    /// Locks are to be taken and freed; it may wait for them if it is blocking.
    Locks {
        taken: u32,
        freed: u32,
        blocking: bool,
    },
    SessionSetup(Box<SetUp>),
    TreeConnect {
        path: Option<String>,
        service: String,
    },
    Open {
        name: Option<String>,
        /// Its session may hold what it opens, as long as the answer does not tell.
        held: bool,
    },
    /// It is honoured for files and directories alone.
    OfFiles,
    /// A call of the remote administration protocol.
    Rap(rap::Asked),
    /// Data went to, or will come from, a pipe.
    Pipe,
}

impl Pending {
    /// Its session may hold what it opens, from now on.
    fn hold(&mut self, here: &mut Here<'_>) {
        let (session, tree) = (SessionId::Uid(self.uid), TreeId::Tid(self.tid));
        for step in core::iter::once(&mut self.first).chain(&mut self.rest) {
            if let What::Open { held: held @ false, .. } = &mut step.what {
                *held = here.tables.open_asked(session, tree, self.sent);
            }
        }
    }

    /// That it waits for its answer, or waited until `answered`, if it is a request that should be answered at once.
    fn waiting(&self, answered: Option<Origin>) -> Option<SessionEvent> {
        let target = match &self.first.what {
            // It belongs to no session, whatever its UID says, and SMB2 may answer it.
            _ if self.uid == 0 || self.first.command == Command::NEGOTIATE => return None,
            What::Open { name, .. } => name.clone(),
            What::TreeConnect { path, .. } => path.clone(),
            What::WaitsByDesign | What::Pipe | What::Locks { blocking: true, .. } => return None,
            _ => None,
        };
        let session = SessionId::Uid(self.uid);
        let command = self.first.command.name().unwrap_or("a request");
        Some(SessionEvent::Waiting { session, command, target, answered })
    }

    /// That it waited long for the answer that comes now.
    fn waited(&self, at: Origin) -> Option<SessionEvent> {
        let long = at.time.seconds_since(self.sent.time) > LONG_WAIT;
        if long && !self.cancelled && !self.answer_lost { self.waiting(Some(at)) } else { None }
    }
}

impl What {
    /// True if a session counts as holding what it may open.
    const fn is_held(&self) -> bool {
        matches!(self, Self::Open { held: true, .. })
    }

    /// True if the answer would grant what later requests use.
    const fn grants(&self) -> bool {
        matches!(self, Self::SessionSetup(_) | Self::TreeConnect { .. } | Self::Open { .. })
    }
}

/// A session setup exchange.
#[derive(Debug, Clone, Default)]
struct SetUp {
    /// Its latest request, if that has no answer.
    sent: Option<Origin>,
    /// The latest answer, which asked for another request.
    asked_more: Option<Origin>,
    credentials: Option<Credentials>,
    native_os: Option<String>,
    vc_zero: bool,
    /// The client asked for a new session: the exchange began without a UID.
    new: bool,
}

impl Smb1 {
    /// True if what a message reads or writes is a pipe's, or may be.
    pub(super) fn is_pipe(&self, header: &Header, fid: Option<u16>, tables: &Tables) -> bool {
        let pending = self.pending.get(&Key::of(header)).filter(|_| header.is_response());
        let (tid, fid) = match pending {
            Some(pending) => (pending.tid, pending.first.fid),
            None => (header.tid, fid),
        };
        if let Some(open) = fid.and_then(|fid| tables.opens.get(&OpenId::Fid(fid))) {
            return matches!(open.what, OpenKind::Pipe | OpenKind::Unknown);
        }
        !matches!(tables.share(TreeId::Tid(tid)), ShareKind::Disk | ShareKind::Print)
    }

    /// A frame that begins with an SMB1 header.
    pub(super) fn frame(
        &mut self,
        frame: &[u8],
        direction: Direction,
        damaged: bool,
        here: &mut Here<'_>,
    ) -> Answered {
        let mut answered = Answered::default();
        let by_server = direction == Direction::ToClient;
        let header = match Header::parse(frame) {
            Ok((_, header)) => header.sent_by_server(by_server),
            Err(error) => {
                if !damaged {
                    here.out.unreadable(error);
                }
                return answered;
            }
        };
        here.out.pdu(direction, Content::Smb1 { header: &header, message: frame, damaged });
        if by_server && header.is_unsolicited() {
            return answered;
        }
        if by_server {
            self.response(frame, &header, damaged, &mut answered, here);
        } else {
            answered.unread = !self.request(frame, &header, damaged, here);
        }
        if self.signed != Some(header.uid) && self.is_signed(&header) {
            self.signed = here.tables.signed(SessionId::Uid(header.uid), &mut here.out).then_some(header.uid);
        }
        answered
    }

    /// True if the message bears a signature that only a key can make. Clients fill the field with `BSRSPYL ` until they
    /// have one (\[MS-SMB\] 3.2.4.1). A signature covers the message's number (\[MS-CIFS\] 3.1.4.1), so the same bytes in
    /// one message after another are none.
    fn is_signed(&mut self, header: &Header) -> bool {
        const FILLER: [u8; 8] = *b"BSRSPYL ";
        let signature = header.security_features;
        let signed = header.flags2.contains(Flags2::SMB_SECURITY_SIGNATURE)
            && signature != [0; 8]
            && signature != FILLER;
        signed && self.signature.replace(signature).is_some_and(|before| before != signature)
    }

    /// An encrypted frame, which may be any session's.
    pub(super) fn encrypted(&mut self, here: &mut Here<'_>) {
        let mut sessions: Vec<SessionId> = here.tables.sessions.keys().copied().collect();
        sessions.sort_unstable();
        for session in sessions {
            if !self.encrypted.contains(&session) && self.encrypted.len() < here.limits.sessions {
                self.encrypted.push(session);
                here.out.tell(ConnectionEvent::Encrypted { session });
            }
            here.tables.session_used(session, None, here.out.at);
        }
    }
}

/// What an answer says that it granted.
fn granted(
    response: &create::Response<'_>,
    printer: bool,
    uid: u16,
    tid: u16,
    name: Option<String>,
) -> NewOpen {
    let told = match response.resource_type {
        Some(resource) if resource.is_pipe() => OpenKind::Pipe,
        _ if printer => OpenKind::Printer,
        _ if response.directory == Some(true) => OpenKind::Directory,
        _ => OpenKind::Unknown,
    };
    let (session, tree, open) = (SessionId::Uid(uid), TreeId::Tid(tid), OpenId::Fid(response.fid));
    NewOpen { session, tree, open, name, told, answer_seen: true }
}

/// What the answer to one command of a chain is read with.
#[derive(Clone, Copy)]
struct StepContext<'a> {
    header: &'a Header,
    /// The session that asked, by the header of the request.
    asked_by: SessionId,
    uid: u16,
    tid: u16,
    status: Status,
    carrier: u64,
}

/// Pipe data in an answer that does not say which pipe, when only one can be meant.
fn orphan_pipe_data(session: SessionId, tree: TreeId, data: &[u8], whole: bool, here: &mut Here<'_>) {
    let at = here.out.at;
    if let Some(open) = here.tables.pipe_awaiting(tree, data, &mut here.out) {
        here.tables.open_used(open, Some(at), at);
        here.read_pipe(Some(open), data, whole);
    } else if crate::dcerpc::looks_like_pdu(data) {
        here.tables.unnamed_pipe_read(session, tree, at);
    }
}

/// What kind of share it is: as the server says, else as the client asked, else by the name.
fn share_kind(told: Option<&str>, asked: &str, path: Option<&str>) -> ShareKind {
    match (told.unwrap_or(asked), path) {
        ("IPC", _) => ShareKind::Pipe,
        ("A:", _) => ShareKind::Disk,
        ("LPT1:" | "LPT:", _) => ShareKind::Print,
        (_, Some(path)) if is_ipc(path) => ShareKind::Pipe,
        _ => ShareKind::Unknown,
    }
}
