//! What both dialects read a connection's messages with.

use super::event::{
    Direction, Doubt, HandleEvent, OpenEvent, OpenId, OpenKind, SessionEvent, SessionId, ShareKind, TreeId,
};
use super::limits::Limits;
use super::out::Out;
use super::pipe::Pipe;
use super::pipe_name;
use super::tables::Tables;
use crate::auth;
use crate::wire::{DosError, NtStatus, Status};

/// The connection whose message is being read: its tables, the limits they have, and where events go.
pub(super) struct Here<'a> {
    pub(super) tables: &'a mut Tables,
    pub(super) limits: &'a Limits,
    pub(super) out: Out<'a>,
}

/// Something that was opened.
pub(super) struct NewOpen {
    pub(super) session: SessionId,
    pub(super) tree: TreeId,
    pub(super) open: OpenId,
    pub(super) name: Option<String>,
    /// What the messages say that it is; the share may say more.
    pub(super) told: OpenKind,
    pub(super) answer_seen: bool,
}

impl Here<'_> {
    /// The answer to a session setup that asks for more may tell the server's name.
    pub(super) fn server_named(&mut self, blob: Option<&[u8]>) {
        if let Some(name) = blob.and_then(auth::server_name) {
            self.out.tell(SessionEvent::ServerNamed { name });
        }
    }

    /// Something was opened, or is known from its use to have been.
    pub(super) fn opened(&mut self, new: NewOpen) {
        let Self { tables, limits, out } = self;
        let NewOpen { session, tree, open, name, told, answer_seen } = new;
        tables.ensure_tree(tree, session, limits, out);
        let share = tables.trees.get(&tree).map_or(ShareKind::Unknown, |tree| tree.share);
        let what = match (share, told) {
            (ShareKind::Pipe, _) | (_, OpenKind::Pipe) => OpenKind::Pipe,
            (ShareKind::Print, _) | (_, OpenKind::Printer) => OpenKind::Printer,
            (ShareKind::Disk, OpenKind::Directory) => OpenKind::Directory,
            (ShareKind::Disk, _) => OpenKind::File,
            (ShareKind::Unknown, _) => OpenKind::Unknown,
        };
        let name = if what == OpenKind::Pipe { name.map(|name| pipe_name(&name)) } else { name };
        tables.add_open(open, session, tree, what, limits, out);
        if matches!(what, OpenKind::Pipe | OpenKind::Unknown)
            && let Some(state) = tables.opens.get_mut(&open)
        {
            state.pipe = name.as_deref().map(|name| Box::new(Pipe::new(Some(name), limits)));
        }
        out.tell(OpenEvent::Opened { session, tree, open, name, what, answer_seen });
    }

    // Pipes

    /// Bytes that the client writes to a pipe; `carrier` names the request that carries them.
    pub(super) fn write_pipe(&mut self, open: OpenId, data: &[u8], whole: bool, carrier: u64) {
        let Self { tables, limits, out } = self;
        let Some(state) = tables.opens.get_mut(&open) else { return };
        let pipe = state.pipe.get_or_insert_with(|| Box::new(Pipe::new(None, limits)));
        pipe.data_to_server(open, data, carrier, limits, out);
        if !whole {
            // What is missing may have closed a handle.
            pipe.lost(open, Direction::ToServer, out);
            out.tell(HandleEvent::InDoubt { open, handle: None, why: Doubt::RequestMissing });
        }
    }

    /// Bytes that the client reads from something that is a pipe, or shows by them to be one.
    pub(super) fn read_pipe(&mut self, open: Option<OpenId>, data: &[u8], whole: bool) {
        let Self { tables, limits, out } = self;
        let Some((open, state)) = open.and_then(|open| Some((open, tables.opens.get_mut(&open)?))) else {
            return;
        };
        if state.pipe.is_none() && matches!(state.what, OpenKind::Pipe | OpenKind::Unknown) {
            state.pipe = crate::dcerpc::looks_like_pdu(data).then(|| Box::new(Pipe::new(None, limits)));
        }
        if let Some(pipe) = &mut state.pipe {
            pipe.data_to_client(open, data, limits, out);
            if !whole {
                pipe.lost(open, Direction::ToClient, out);
            }
        }
    }

    /// The request that carried calls failed.
    pub(super) fn pipe_failed(&mut self, open: Option<OpenId>, carrier: u64, status: Status) {
        if let Some((open, pipe)) = open.and_then(|open| Some((open, self.tables.pipe(open)?))) {
            let cancelled = status == Status::Nt(NtStatus::CANCELLED);
            pipe.failed(open, carrier, status.as_raw(), cancelled, &mut self.out);
        }
    }

    /// A read of a pipe failed. What that says of the calls that wait depends on why.
    pub(super) fn read_failed(&mut self, open: Option<OpenId>, status: Status) {
        let Some((open, pipe)) = open.and_then(|open| Some((open, self.tables.pipe(open)?))) else { return };
        match status {
            Status::Nt(NtStatus::CANCELLED) => pipe.cancelled(open, None, &mut self.out),
            Status::Nt(NtStatus::PIPE_DISCONNECTED | NtStatus::PIPE_CLOSING | NtStatus::PIPE_BROKEN)
            | Status::Dos(DosError { class: 0x01, code: 109 | 232 | 233 }) => {
                pipe.broken(open, status.as_raw(), &mut self.out);
            }
            _ => {}
        }
    }
}

/// True if an open of this kind is a pipe, or what is written to it shows that it is.
pub(super) fn may_be_pipe(known: Option<OpenKind>, data: &[u8]) -> bool {
    match known {
        Some(OpenKind::Pipe) => true,
        Some(OpenKind::Unknown) | None => crate::dcerpc::looks_like_pdu(data),
        Some(_) => false,
    }
}
