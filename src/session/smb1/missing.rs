//! What is left in doubt, or waiting, when messages are missing or no more come.

use super::{Key, Pending, Smb1, What};
use crate::capture::Origin;
use crate::session::event::SessionId;
use crate::session::here::Here;
use crate::session::out::Out;

impl Smb1 {
    /// Answers are missing: of all requests that wait now, nobody can say what came of them.
    pub(in crate::session) fn answers_lost(&mut self, out: &mut Out<'_>) {
        for pending in self.pending.values_mut().filter(|pending| !pending.answer_lost) {
            pending.answer_lost = true;
            pending.doubts().for_each(|event| out.tell_at(pending.sent, event));
        }
    }

    /// Tells of the requests that have no answer when the connection ends. It may go on all the same. The answers of those
    /// that were sent after the server was last seen may be missing.
    pub(in crate::session) fn tell_unanswered(&self, server_last: Option<Origin>, here: &mut Here<'_>) {
        for pending in self.pending.values() {
            let session = SessionId::Uid(pending.uid);
            match &pending.first.what {
                What::SessionSetup(set_up) if !here.tables.sessions.contains_key(&session) => {
                    here.set_up_unanswered(session, set_up.credentials.as_ref(), pending.sent);
                }
                _ if pending.answer_lost || pending.cancelled => {}
                What::SessionSetup(_) if server_last.is_none_or(|last| last < pending.sent) => {
                    // If it is not under way any more, it is what the session is known from.
                    let under_way = self.setups.get(&pending.uid).and_then(|set_up| set_up.sent);
                    if under_way == Some(pending.sent) {
                        here.reauthenticated_unseen(session, pending.sent);
                    }
                }
                _ if server_last.is_none_or(|last| last < pending.sent) => {
                    pending.doubts().for_each(|event| here.out.tell_at(pending.sent, event));
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
        let mut waiting: Vec<(Key, Pending)> = core::mem::take(&mut self.pending).into_iter().collect();
        waiting.sort_by_key(|(key, pending)| (pending.sent, *key));
        for (_, pending) in waiting {
            let id = SessionId::Uid(pending.uid);
            if let What::SessionSetup(set_up) = &pending.first.what
                && !here.tables.sessions.contains_key(&id)
            {
                // Nothing is set up yet, as far as known.
                here.set_up_unanswered(id, set_up.credentials.as_ref(), pending.sent);
                continue;
            }
            if server_last.is_none_or(|last| last < pending.sent) {
                if !pending.answer_lost {
                    pending.doubts().for_each(|event| here.out.tell_at(pending.sent, event));
                }
                continue;
            }
            let counts = !pending.answer_lost && !pending.cancelled;
            let Some(event) = pending.waiting(None).filter(|_| counts) else { continue };
            self.ensure_session(pending.uid, here);
            here.out.tell_at(pending.sent, event);
        }
    }
}
