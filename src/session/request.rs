//! What is kept of a request until its response comes, in the terms that both dialects share.

use super::context::Context;
use super::event::{Doubt, EventKind, OpenEvent, OpenId, SessionEvent, SessionId, TreeEvent, TreeId};
use super::pdu::{SmbCommand, SmbRequest, Subject};
use crate::auth::Credentials;
use crate::capture::Origin;
use crate::smb1;
use crate::smb2;

/// Seconds for which a request may wait for its response without a word.
const LONG_WAIT: f64 = 1.0;

/// A request that waits for its response.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) sent: Origin,
    pub(super) session: SessionId,
    pub(super) tree: TreeId,
    pub(super) first: Step,
    /// The commands chained to the first one (SMB1).
    pub(super) rest: Vec<Step>,
    /// The request before it in its compound whose response gives the tree or the file that this one is about.
    pub(super) after: Option<RequestId>,
    /// The id that an interim response gave it.
    pub(super) async_id: Option<u64>,
    /// What its response can only be read with.
    pub(super) subject: Subject,
    /// It came in several messages (SMB1).
    pub(super) split: bool,
    /// The server has asked for the rest of it, or has sent a part of its response: it does not make the client wait.
    pub(super) begun: bool,
    /// Its response may be among what is missing from the capture.
    pub(super) response_lost: bool,
    /// The client does not wait for it any more.
    pub(super) cancelled: bool,
}

/// What pairs a response with its request on one connection: the MessageId of SMB2, or PID and MID of SMB1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct RequestId(pub(super) u64);

/// One command of a request.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) command: SmbCommand,
    pub(super) open: Option<OpenId>,
    pub(super) operation: Operation,
}

/// What a command ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ends {
    Session,
    Tree,
    Open,
}

/// What a command does, and what of it its response is read with.
#[derive(Debug)]
pub(super) enum Operation {
    /// Nothing that its response is read with.
    Other,
    /// It may wait as long as it likes.
    WaitsByDesign,
    /// Locks are to be taken and freed. It may wait for them if it is blocking.
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
        directory: bool,
        /// Its session counts as holding what it opens, as long as the response does not tell.
        held: bool,
    },
    /// It is honoured for files and directories only.
    OfFiles,
    /// A call of the remote administration protocol.
    Rap,
    /// Data went to, or will come from, a pipe.
    Pipe,
    /// Data for what a CREATE in the same compound opens, once that is answered.
    ToCreated {
        data: Box<[u8]>,
        whole: bool,
    },
}

/// A session setup exchange.
#[derive(Debug, Clone, Default)]
pub(super) struct SetUp {
    /// Its latest request, if that has no response.
    pub(super) sent: Option<Origin>,
    /// The latest response, which asked for another request.
    pub(super) asked_more: Option<Origin>,
    pub(super) credentials: Option<Credentials>,
    pub(super) native_os: Option<String>,
    pub(super) vc_zero: bool,
    /// It binds a session to a further connection.
    pub(super) binding: bool,
    /// The session that it replaces.
    pub(super) previous: Option<SessionId>,
    /// The client asked for a new session: the exchange began without an id.
    pub(super) new: bool,
}

impl Step {
    /// A command of which nothing more is known.
    pub(super) const fn bare(command: SmbCommand) -> Self {
        Self { command, open: None, operation: Operation::Other }
    }

    pub(super) const fn is_set_up(&self) -> bool {
        matches!(self.operation, Operation::SessionSetup(_))
    }

    pub(super) const fn is_tree_connect(&self) -> bool {
        matches!(self.operation, Operation::TreeConnect { .. })
    }

    pub(super) const fn is_open(&self) -> bool {
        matches!(self.operation, Operation::Open { .. })
    }
}

impl Operation {
    /// True if a session counts as holding what it may open.
    pub(super) const fn is_held(&self) -> bool {
        matches!(self, Self::Open { held: true, .. })
    }

    /// True if the response would grant what later requests use.
    pub(super) const fn grants(&self) -> bool {
        matches!(self, Self::SessionSetup(_) | Self::TreeConnect { .. } | Self::Open { .. })
    }
}

impl Request {
    /// A request of one command, in one message.
    pub(super) const fn new(sent: Origin, session: SessionId, tree: TreeId, first: Step) -> Self {
        Self {
            sent,
            session,
            tree,
            first,
            rest: Vec::new(),
            after: None,
            async_id: None,
            subject: Subject::Nothing,
            split: false,
            begun: false,
            response_lost: false,
            cancelled: false,
        }
    }

    pub(super) const fn command(&self) -> SmbCommand {
        self.first.command
    }

    fn steps(&self) -> impl Iterator<Item = &Step> {
        core::iter::once(&self.first).chain(&self.rest)
    }

    /// It as the PDU of its response bears it.
    pub(super) fn lend(&self) -> SmbRequest<'_> {
        let name = match &self.first.operation {
            Operation::TreeConnect { path: name, .. } | Operation::Open { name, .. } => name.as_deref(),
            _ => None,
        };
        let Self { sent: at, session, tree, ref subject, .. } = *self;
        SmbRequest { at, command: self.command(), session, tree, open: self.first.open, name, subject }
    }

    /// What it leaves in doubt if its response is missing: whatever it would have ended.
    pub(super) fn doubts(&self) -> impl Iterator<Item = EventKind> + '_ {
        let why = Doubt::AnswerMissing;
        let (session, tree) = (self.session, self.tree);
        self.steps().filter_map(move |step| {
            Some(match (step.command.ends()?, step.open) {
                (Ends::Open, open) => OpenEvent::InDoubt { open: open?, why }.into(),
                (Ends::Tree, _) => TreeEvent::InDoubt { tree, why }.into(),
                (Ends::Session, _) => SessionEvent::InDoubt { session, why }.into(),
            })
        })
    }

    /// Its session counts as holding what it opens from now on.
    pub(super) fn hold(&mut self, cx: &mut Context<'_>) {
        for step in core::iter::once(&mut self.first).chain(&mut self.rest) {
            if let Operation::Open { held: held @ false, .. } = &mut step.operation {
                *held = cx.tables.open_asked(self.session, self.tree, self.sent);
            }
        }
    }

    /// That it waits for its response, or waited until `answered`, if it is a request that should be answered at once.
    pub(super) fn waiting(&self, answered: Option<Origin>) -> Option<SessionEvent> {
        let target = match &self.first.operation {
            // It belongs to no session, whatever id it bears, and the other dialect may answer it.
            _ if self.session.as_raw() == 0 || self.command().is_negotiate() => return None,
            _ if self.begun => return None,
            Operation::Open { name, .. } => name.clone(),
            Operation::TreeConnect { path, .. } => path.clone(),
            Operation::WaitsByDesign | Operation::Pipe | Operation::Locks { blocking: true, .. } => {
                return None;
            }
            _ => None,
        };
        let (session, command) = (self.session, self.command().name().unwrap_or("a request"));
        Some(SessionEvent::Waiting { session, command, target, answered })
    }

    /// That it waited long for the response that comes now.
    pub(super) fn waited(&self, at: Origin) -> Option<SessionEvent> {
        let long = at.time.seconds_since(self.sent.time) > LONG_WAIT;
        if long && !self.cancelled && !self.response_lost { self.waiting(Some(at)) } else { None }
    }
}

impl SmbCommand {
    /// Its name, if it is known.
    pub(super) const fn name(self) -> Option<&'static str> {
        match self {
            Self::Smb1(command) => command.name(),
            Self::Smb2(command) => command.name(),
        }
    }

    /// What it ends.
    pub(super) const fn ends(self) -> Option<Ends> {
        Some(match self {
            Self::Smb1(smb1::Command::CLOSE | smb1::Command::WRITE_AND_CLOSE)
            | Self::Smb2(smb2::Command::CLOSE) => Ends::Open,
            Self::Smb1(smb1::Command::TREE_DISCONNECT) | Self::Smb2(smb2::Command::TREE_DISCONNECT) => {
                Ends::Tree
            }
            Self::Smb1(smb1::Command::LOGOFF_ANDX) | Self::Smb2(smb2::Command::LOGOFF) => Ends::Session,
            _ => return None,
        })
    }

    pub(super) const fn is_negotiate(self) -> bool {
        matches!(self, Self::Smb1(smb1::Command::NEGOTIATE) | Self::Smb2(smb2::Command::NEGOTIATE))
    }

    pub(super) const fn is_session_setup(self) -> bool {
        matches!(
            self,
            Self::Smb1(smb1::Command::SESSION_SETUP_ANDX) | Self::Smb2(smb2::Command::SESSION_SETUP)
        )
    }

    pub(super) const fn is_close(self) -> bool {
        matches!(self, Self::Smb1(smb1::Command::CLOSE) | Self::Smb2(smb2::Command::CLOSE))
    }

    pub(super) const fn is_read(self) -> bool {
        matches!(
            self,
            Self::Smb1(smb1::Command::READ_ANDX | smb1::Command::READ) | Self::Smb2(smb2::Command::READ)
        )
    }
}
