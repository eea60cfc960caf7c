//! SMB2 on one connection: messages in, events out.

mod answers;
mod missing;
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
use super::{Content, Direction};
use crate::auth::Credentials;
use crate::capture::Origin;
use crate::fscc::FileAttributes;
use crate::smb2::{Command, FileId, Header, HeaderFlags, compound, tree_connect};

/// A TreeId or SessionId that stands for that of the message before (related operations).
const RELATED_TREE: u32 = u32::MAX;
const RELATED_SESSION: u64 = u64::MAX;

#[derive(Debug, Default)]
pub(super) struct Smb2 {
    /// Ordered, since the oldest is given up first and the messages of a compound are neighbours.
    pending: BTreeMap<u64, Pending>,
    /// Set-ups under way, by the id that the server gave them in its first answer.
    setups: Map<u64, SetUp>,
    client_guid: Option<uuid::Uuid>,
    negotiated: bool,
    server_is_samba: bool,
    encrypted: Vec<u64>,
    /// The session of which it was told last that its messages are signed.
    signed: Option<u64>,
}

/// A request that waits for its answer.
#[derive(Debug)]
struct Pending {
    command: Command,
    sent: Origin,
    session: u64,
    tree: u32,
    file: Option<FileId>,
    /// The request before it in its frame whose answer gives the tree or the file that this one is about.
    after: Option<u64>,
    what: What,
    /// Its answer may be among what is missing from the capture.
    answer_lost: bool,
    /// The id that the interim answer gave it.
    async_id: Option<u64>,
    /// The client does not wait for it any more.
    cancelled: bool,
}

impl Pending {
    /// What it leaves in doubt if its answer is missing: whatever it would have ended.
    fn doubt(&self) -> Option<super::EventKind> {
        let why = Doubt::AnswerMissing;
        let session = self.session;
        Some(match (self.command, self.file) {
            (Command::CLOSE, Some(file)) => OpenEvent::InDoubt { open: open_id(session, file), why }.into(),
            (Command::TREE_DISCONNECT, _) => {
                TreeEvent::InDoubt { tree: TreeId::Smb2 { session, tree: self.tree }, why }.into()
            }
            (Command::LOGOFF, _) => SessionEvent::InDoubt { session: SessionId::Smb2(session), why }.into(),
            _ => return None,
        })
    }
}

impl Pending {
    /// Its session may hold what it opens, from now on.
    fn hold(&mut self, here: &mut Here<'_>) {
        let (session, tree) = (self.session, self.tree);
        if let What::Create { held: held @ false, .. } = &mut self.what {
            let tree = TreeId::Smb2 { session, tree };
            *held = here.tables.open_asked(SessionId::Smb2(session), tree, self.sent);
        }
    }

    /// What it asks to open is answered, or known from its use.
    fn let_go(&mut self, answer_seen: bool, here: &mut Here<'_>) {
        if let What::Create { held: held @ true, .. } = &mut self.what {
            *held = false;
            here.tables.open_answered(SessionId::Smb2(self.session), answer_seen, here.out.at);
        }
    }

    /// That it waits for its answer, or waited until `answered`, if it is a request that should be answered at once.
    fn waiting(&self, answered: Option<Origin>) -> Option<SessionEvent> {
        let target = match &self.what {
            // A negotiate, whose answer may be one of SMB1.
            _ if self.session == 0 => return None,
            What::Create { name, .. } => name.clone(),
            What::TreeConnect(path) => path.clone(),
            What::WaitsByDesign | What::Pipe | What::Locks { blocking: true, .. } => return None,
            _ => None,
        };
        let session = SessionId::Smb2(self.session);
        let command = self.command.name().unwrap_or("a request");
        Some(SessionEvent::Waiting { session, command, target, answered })
    }

    /// That it waited long for the answer that comes now.
    fn waited(&self, at: Origin) -> Option<SessionEvent> {
        let long = at.time.seconds_since(self.sent.time) > LONG_WAIT;
        if long && !self.cancelled && !self.answer_lost { self.waiting(Some(at)) } else { None }
    }
}

/// What of a request its answer will be read with.
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
    TreeConnect(Option<String>),
    Create {
        name: Option<String>,
        directory: bool,
        /// Its session may hold what it opens, as long as the answer does not tell.
        held: bool,
    },
    /// Data went to, or will come from, a pipe.
    Pipe,
    /// Data for what a CREATE in the same frame opens, once that is answered.
    ToCreated {
        data: Box<[u8]>,
        whole: bool,
    },
}

/// A session setup exchange.
#[derive(Debug, Clone, Default)]
struct SetUp {
    /// Its latest request, if that has no answer.
    sent: Option<Origin>,
    /// The latest answer, which asked for another request.
    asked_more: Option<Origin>,
    credentials: Option<Credentials>,
    binding: bool,
    previous: Option<u64>,
    /// The client asked for a new session: the exchange began without a SessionId.
    new: bool,
}

/// What a request is about.
#[derive(Debug, Clone, Copy)]
struct Place {
    session: u64,
    tree: u32,
    open: Option<OpenId>,
    /// It is about what a CREATE before it in its frame opens.
    to_created: bool,
}

/// The messages before in one frame, which related ones refer to.
#[derive(Debug, Default, Clone, Copy)]
struct Chain {
    session: u64,
    tree: u32,
    file: Option<FileId>,
    /// The last request whose answer gives a tree or a file.
    gives: Option<u64>,
}

impl Smb2 {
    /// True if what is in `head` is read from or written to a pipe, or may be.
    pub(super) fn is_pipe(&self, header: &Header, file: Option<FileId>, tables: &Tables) -> bool {
        let (session, tree, file) = match (header.is_response(), file) {
            (true, _) => match self.pending.get(&header.message_id) {
                Some(pending) => (pending.session, pending.tree, pending.file),
                None => (header.session_id, header.tree_id, None),
            },
            (false, file) => (header.session_id, header.tree_id, file),
        };
        if let Some(open) = file.and_then(|file| tables.opens.get(&open_id(session, file))) {
            return matches!(open.what, OpenKind::Pipe | OpenKind::Unknown);
        }
        !matches!(tables.share(TreeId::Smb2 { session, tree }), ShareKind::Disk | ShareKind::Print)
    }

    /// A frame that begins with an SMB2 header.
    pub(super) fn frame(
        &mut self,
        frame: &[u8],
        direction: Direction,
        damaged: bool,
        here: &mut Here<'_>,
    ) -> Answered {
        let by_server = direction == Direction::ToClient;
        let mut answered = Answered::default();
        let mut chain = Chain::default();
        for message in compound(frame) {
            let message = match message {
                Ok(message) => message.sent_by_server(by_server),
                Err(error) => {
                    if !damaged {
                        here.out.unreadable(error);
                    }
                    break;
                }
            };
            here.out.pdu(direction, Content::Smb2 { message: &message, damaged });
            if by_server {
                self.response(&message, damaged, &mut answered, &mut chain, here);
            } else {
                answered.unread |= !self.request(&message, damaged, &mut chain, here);
            }
            let session = message.header.session_id;
            if self.signed != Some(session) && self.is_signed_by_user(&message.header) {
                let told = here.tables.signed(SessionId::Smb2(session), &mut here.out);
                self.signed = told.then_some(session);
            }
        }
        answered
    }

    /// True if a message bears a signature that only a user's key can make. Samba has a key for anonymous sessions too,
    /// but does not sign the answer that sets them up; its SessionIds have 32 bits.
    fn is_signed_by_user(&self, header: &Header) -> bool {
        let signed = header.flags.contains(HeaderFlags::SIGNED) && header.signature != [0; 16];
        let set_up = header.command == Command::SESSION_SETUP && header.is_response();
        let samba = if self.negotiated { self.server_is_samba } else { header.session_id <= u32::MAX.into() };
        signed && (set_up || !samba)
    }

    /// A frame whose messages are encrypted for a session.
    pub(super) fn encrypted(&mut self, session: u64, here: &mut Here<'_>) {
        let id = SessionId::Smb2(session);
        if !self.encrypted.contains(&session) && self.encrypted.len() < here.limits.sessions {
            self.encrypted.push(session);
            self.ensure_session(session, here);
            here.out.tell(ConnectionEvent::Encrypted { session: id });
        }
        here.tables.session_used(id, Some(here.out.at), here.out.at);
    }
}

/// What an answer to CREATE granted.
fn created(session: u64, tree: TreeId, file: FileId, name: Option<String>, directory: bool) -> NewOpen {
    let told = if directory { OpenKind::Directory } else { OpenKind::Unknown };
    let open = open_id(session, file);
    NewOpen { session: SessionId::Smb2(session), tree, open, name, told, answer_seen: true }
}

/// True for attributes that nothing in `IPC$` has: a pipe has none, or is normal, and the root is a directory.
fn is_of_file(attributes: FileAttributes, name: Option<&str>) -> bool {
    let named = name.is_some_and(|name| !name.is_empty());
    let others = FileAttributes::NORMAL | FileAttributes::DIRECTORY;
    !others.contains(attributes) || (named && attributes.contains(FileAttributes::DIRECTORY))
}

fn open_id(session: u64, file: FileId) -> OpenId {
    OpenId::Smb2 { session, persistent: file.persistent, volatile: file.volatile }
}

const fn share_kind(share: tree_connect::ShareType) -> ShareKind {
    match share {
        tree_connect::ShareType::DISK => ShareKind::Disk,
        tree_connect::ShareType::PIPE => ShareKind::Pipe,
        tree_connect::ShareType::PRINT => ShareKind::Print,
        _ => ShareKind::Unknown,
    }
}
