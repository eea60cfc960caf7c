//! A response whose request is missing.

use super::{Place, Smb1, granted, is_of_files, says_disk};
use crate::session::context::{Context, share_kind};
use crate::session::event::{CloseReason, TreeEvent};
use crate::session::exchange::is_honoured;
use crate::smb1::transaction;
use crate::smb1::{Block, Command, Header, Whole, blocks, create, read, tree_connect};
use crate::wire::widen;

impl Smb1 {
    /// A response whose request is missing: what ended or began, as far as the response alone shows.
    pub(super) fn orphan(&mut self, frame: &[u8], header: &Header, cx: &mut Context<'_>) {
        let status = header.status;
        let Place { session, .. } = Place::of(header);
        let Some(Ok(block)) = blocks(frame, header).next() else { return };
        match header.command {
            Command::NEGOTIATE if status.is_success() => {
                let _ = self.negotiated(&block, cx);
            }
            Command::NEGOTIATE if status.is_refusal() => cx.negotiate_refused(status),
            Command::SESSION_SETUP_ANDX => {
                let set_up = self.exchanges.setup(session);
                self.session_setup_answered(&block, header.uid, status, set_up, cx);
            }
            Command::NEGOTIATE | Command::ECHO => {}
            _ => self.orphan_of_session(&block, header, cx),
        }
    }

    fn orphan_of_session(&mut self, block: &Block<'_>, header: &Header, cx: &mut Context<'_>) {
        let status = header.status;
        let Place { session, .. } = Place::of(header);
        if status.is_session_gone() {
            cx.close_session(session, CloseReason::ServerDeniesIt);
        }
        // A response that nobody asked for says nothing.
        if cx.requests_missing_since.is_none() {
            return;
        }
        if status.is_refusal() && header.command == Command::TREE_CONNECT_ANDX {
            cx.out.tell(TreeEvent::Refused { session, path: None, status });
        }
        if !is_honoured(status) {
            return;
        }
        self.exchanges.ensure_session(session, cx);
        cx.session_used(session, Some(cx.out.at));
        self.orphan_honoured(block, header, cx);
    }

    fn orphan_honoured(&mut self, block: &Block<'_>, header: &Header, cx: &mut Context<'_>) {
        let Place { session, tree, .. } = Place::of(header);
        match header.command {
            Command::TREE_CONNECT_ANDX => {
                if let Ok(response) = tree_connect::Response::parse(block) {
                    let service = response.service.map(|service| service.to_string());
                    cx.connected(session, tree, None, share_kind(service.as_deref(), "", None), true);
                }
            }
            command if is_of_files(command) => self.exchanges.shows_disk(tree, session, cx),
            Command::TREE_DISCONNECT => cx.close_tree(tree, CloseReason::OwnClose),
            Command::LOGOFF_ANDX => cx.close_session(session, CloseReason::OwnClose),
            Command::NT_CREATE_ANDX | Command::OPEN_ANDX => {
                if let Ok(response) = create::Response::parse(block) {
                    let new = granted(&response, false, (session, tree), None);
                    self.exchanges.opened(new, session, false, cx);
                    if says_disk(&response, None) {
                        cx.tables.says_disk(tree, &mut cx.out);
                    }
                }
            }
            Command::CLOSE => cx.closed_one(session, tree, |open| open.tree == tree),
            Command::TRANSACTION => {
                let Ok(response) = transaction::Response::parse(block) else { return };
                let whole = Whole::of(response.parameters, response.data).filter(|_| !response.interim);
                if let Some(whole) = whole {
                    cx.read_unnamed_pipe(session, tree, whole.data, !whole.cut);
                }
            }
            Command::READ_ANDX => {
                if let Ok(response) = read::Response::parse(block) {
                    let whole = response.data.len() == widen(response.length);
                    cx.read_unnamed_pipe(session, tree, response.data, whole);
                }
            }
            _ => {}
        }
    }
}
