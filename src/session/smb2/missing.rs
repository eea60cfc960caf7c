//! What is left in doubt, or waiting, when messages are missing or no more come.

use super::{Smb2, What};
use crate::capture::Origin;
use crate::session::event::SessionId;
use crate::session::here::Here;
use crate::session::out::Out;

impl Smb2 {
    /// Answers are missing: of all requests that wait now, nobody can say what came of them.
    pub(in crate::session) fn answers_lost(&mut self, out: &mut Out<'_>) {
        for pending in self.pending.values_mut().filter(|pending| !pending.answer_lost) {
            pending.answer_lost = true;
            if let Some(event) = pending.doubt() {
                out.tell_at(pending.sent, event);
            }
        }
    }

    /// Tells of the requests that have no answer when the connection ends. It may go on all the same. The answers of those
    /// that were sent after the server was last seen may be missing.
    pub(in crate::session) fn tell_unanswered(&self, server_last: Option<Origin>, here: &mut Here<'_>) {
        for pending in self.pending.values() {
            let session = SessionId::Smb2(pending.session);
            match &pending.what {
                What::SessionSetup(set_up) if !here.tables.sessions.contains_key(&session) => {
                    here.set_up_unanswered(session, set_up.credentials.as_ref(), pending.sent);
                }
                _ if pending.answer_lost || pending.cancelled => {}
                What::SessionSetup(_) if server_last.is_none_or(|last| last < pending.sent) => {
                    // If it is not under way any more, it is what the session is known from.
                    let set_up = self.setups.get(&pending.session).filter(|set_up| !set_up.binding);
                    if set_up.and_then(|set_up| set_up.sent) == Some(pending.sent) {
                        here.reauthenticated_unseen(session, pending.sent);
                    }
                }
                _ if server_last.is_none_or(|last| last < pending.sent) => {
                    if let Some(event) = pending.doubt() {
                        here.out.tell_at(pending.sent, event);
                    }
                }
                _ => {
                    if let Some(event) = pending.waiting(None) {
                        here.out.tell_at(pending.sent, event);
                    }
                }
            }
        }
    }

    /// Tells of the requests that have no answer, at the end. The answers of those that were sent after the server was
    /// last seen may be missing.
    pub(in crate::session) fn tell_waiting(&mut self, server_last: Option<Origin>, here: &mut Here<'_>) {
        let waiting = core::mem::take(&mut self.pending);
        for (_, pending) in waiting {
            let id = SessionId::Smb2(pending.session);
            if let What::SessionSetup(set_up) = &pending.what
                && !here.tables.sessions.contains_key(&id)
            {
                // Nothing is set up yet, as far as known.
                here.set_up_unanswered(id, set_up.credentials.as_ref(), pending.sent);
                continue;
            }
            if server_last.is_none_or(|last| last < pending.sent) {
                if let Some(event) = pending.doubt().filter(|_| !pending.answer_lost) {
                    here.out.tell_at(pending.sent, event);
                }
                continue;
            }
            let counts = !pending.answer_lost && !pending.cancelled;
            let Some(event) = pending.waiting(None).filter(|_| counts) else { continue };
            self.ensure_session(pending.session, here);
            here.out.tell_at(pending.sent, event);
        }
    }
}
