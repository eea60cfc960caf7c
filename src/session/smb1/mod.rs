//! SMB1 on one connection: its messages, translated into what they mean.

mod orphan;
mod rap;
mod raw;
mod requests;
mod responses;
mod transactions;

use super::Content;
use super::context::{Context, NewOpen};
use super::event::{Direction, OpenId, OpenKind, SessionId, TreeId};
use super::exchange::{Exchanges, tell_encrypted};
use super::loss::{Loss, Table};
use super::missing::Answered;
use super::out::Out;
use super::pdu::SmbCommand;
use super::request::RequestId;
use super::tables::Tables;
use crate::capture::Origin;
use crate::smb1::{Command, Flags2, Header, create};
use responses::answers;
use transactions::Gathered;
pub(super) use transactions::{Gathering, request_of};

#[derive(Debug, Default)]
pub(super) struct Smb1 {
    exchanges: Exchanges,
    gathering: Gathering<RequestId>,
    /// The dialects of the negotiate request.
    dialects: Vec<String>,
    /// The server asks for the passwords of shares, not of users.
    share_level: bool,
    /// What stood last where a signature stands.
    signature: Option<[u8; 8]>,
    raw: raw::Raw,
}

/// A message, and what is known of it before its commands are read.
struct Received<'a> {
    frame: &'a [u8],
    header: &'a Header,
    damaged: bool,
    gathered: Gathered,
}

/// What a message is about, by its header.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    session: SessionId,
    tree: TreeId,
    pub(super) id: RequestId,
}

impl Place {
    pub(super) fn of(header: &Header) -> Self {
        // PIDHigh is not echoed by every server.
        let id = RequestId(u64::from(header.pid & 0xffff) << 16 | u64::from(header.mid));
        Self { session: SessionId::Uid(header.uid), tree: TreeId::Tid(header.tid), id }
    }
}

impl Smb1 {
    /// True if what a message reads or writes is a pipe's, or may be.
    pub(super) fn is_pipe(&self, header: &Header, fid: Option<u16>, tables: &Tables) -> bool {
        let Place { tree, id, .. } = Place::of(header);
        let answers = header.is_response().then_some(id);
        self.exchanges.may_be_pipe(answers, (tree, fid.map(OpenId::Fid)), tables)
    }

    /// A frame that begins with an SMB1 header.
    pub(super) fn frame(
        &mut self,
        frame: &[u8],
        direction: Direction,
        damaged: bool,
        cx: &mut Context<'_>,
    ) -> Answered {
        let mut answered = Answered::default();
        let by_server = direction == Direction::ToClient;
        let header = match Header::parse(frame) {
            Ok((_, header)) => header.sent_by_server(by_server),
            Err(error) => {
                if !damaged {
                    cx.out.unreadable(error);
                }
                return answered;
            }
        };
        let id = Place::of(&header).id;
        let request = self.exchanges.requests.get(id);
        let request = request.filter(|request| by_server && answers(header.command, request.command()));
        let gathered = if by_server && request.is_none() {
            Gathered::Alone
        } else {
            let evicted = || cx.out.tell(Loss::Evicted { table: Table::Transactions });
            self.gathering.take(id, &header, frame, evicted)
        };
        let transaction = gathered.lend();
        cx.out.pdu_of(
            direction,
            request,
            Content::Smb1 { header: &header, message: frame, damaged, transaction },
        );
        if by_server && header.is_unsolicited() {
            return answered;
        }
        if by_server {
            self.response(&Received { frame, header: &header, damaged, gathered }, &mut answered, cx);
        } else {
            answered.unread = !self.request(&Received { frame, header: &header, damaged, gathered }, cx);
        }
        let session = SessionId::Uid(header.uid);
        if !self.exchanges.is_signed(session) && self.bears_signature(&header) {
            self.exchanges.signed(session, cx);
        }
        answered
    }

    /// True if the message bears a signature that only a key can make. Clients fill the field with `BSRSPYL ` until they
    /// have one (\[MS-SMB\] 3.2.4.1). A signature covers the message's number (\[MS-CIFS\] 3.1.4.1), so the same bytes in
    /// one message after another are none.
    fn bears_signature(&mut self, header: &Header) -> bool {
        const FILLER: [u8; 8] = *b"BSRSPYL ";
        let signature = header.security_features;
        let signed = header.flags2.contains(Flags2::SMB_SECURITY_SIGNATURE)
            && signature != [0; 8]
            && signature != FILLER;
        signed && self.signature.replace(signature).is_some_and(|before| before != signature)
    }

    /// An encrypted frame, which may be any session's.
    pub(super) fn encrypted(&mut self, cx: &mut Context<'_>) {
        let mut sessions: Vec<SessionId> = cx.tables.sessions.keys().copied().collect();
        sessions.sort_unstable();
        for session in sessions {
            if self.exchanges.begins_encryption(session, cx) {
                tell_encrypted(session, cx);
            }
            cx.session_used(session, None);
        }
    }

    pub(super) fn responses_lost(&mut self, out: &mut Out<'_>) {
        self.exchanges.responses_lost(out);
    }

    pub(super) fn tell_unanswered(&self, server_last: Option<Origin>, cx: &mut Context<'_>) {
        self.exchanges.tell_unanswered(server_last, cx);
    }

    pub(super) fn tell_waiting(&mut self, server_last: Option<Origin>, cx: &mut Context<'_>) {
        self.exchanges.tell_waiting(server_last, cx);
    }
}

/// What a response says that it granted.
fn granted(
    response: &create::Response<'_>,
    printer: bool,
    (session, tree): (SessionId, TreeId),
    name: Option<String>,
) -> NewOpen {
    let kind = match response.resource_type {
        Some(resource) if resource.is_pipe() => OpenKind::Pipe,
        _ if printer => OpenKind::Printer,
        _ if response.directory == Some(true) => OpenKind::Directory,
        _ => OpenKind::Unknown,
    };
    NewOpen { session, tree, open: OpenId::Fid(response.fid), name, kind, response_seen: true }
}

/// True if a response says that what it opened is a file. The root of `IPC$` is a directory too, and has no name.
fn says_disk(response: &create::Response<'_>, name: Option<&str>) -> bool {
    let named = name.is_some_and(|name| !name.trim_matches('\\').is_empty());
    response.resource_type == Some(create::ResourceType::DISK) && (named || response.directory != Some(true))
}

/// True for commands that servers honour for files and directories only.
const fn is_of_files(command: Command) -> bool {
    matches!(
        command,
        Command::LOCKING_ANDX
            | Command::SEARCH
            | Command::CHECK_DIRECTORY
            | Command::CREATE_DIRECTORY
            | Command::DELETE_DIRECTORY
            | Command::DELETE
            | Command::RENAME
            | Command::QUERY_INFORMATION
            | Command::QUERY_INFORMATION_DISK
            | Command::SET_INFORMATION
            | Command::FIND_CLOSE2
    )
}
