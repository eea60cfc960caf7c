//! What is left in doubt, or waiting, when messages are missing or no more come.

use super::{Key, Pending, Smb1, What};
use crate::capture::Origin;
use crate::session::event::{SessionEvent, SessionId};
use crate::session::here::Here;
use crate::session::out::Out;

impl Smb1 {
    /// Answers are missing: of all requests that wait now, nobody can say what came of them.
    pub(in crate::session) fn answers_lost(&mut self, out: &mut Out<'_>) {
        for pending in self.pending.values_mut().filter(|pending| !pending.answer_lost) {
            pending.answer_lost = true;
            pending.doubts().for_each(|event| out.tell(event));
        }
    }

    /// Tells of the requests that have no answer, at the end. The answers of those that were sent after the server was
    /// last seen may be missing.
    pub(in crate::session) fn tell_waiting(&mut self, server_last: Option<Origin>, here: &mut Here<'_>) {
        let mut waiting: Vec<(Key, Pending)> = core::mem::take(&mut self.pending).into_iter().collect();
        waiting.sort_by_key(|(key, pending)| (pending.sent, *key));
        for (_, pending) in waiting {
            if server_last.is_none_or(|last| last < pending.sent) {
                if !pending.answer_lost {
                    pending.doubts().for_each(|event| here.out.tell_at(pending.sent, event));
                }
                continue;
            }
            let known = here.tables.sessions.contains_key(&SessionId::Uid(pending.uid));
            let target = match pending.first.what {
                // Nothing is set up yet.
                What::SessionSetup(_) if !known => continue,
                What::Open { name } => name,
                What::TreeConnect { path, .. } => path,
                What::WaitsByDesign | What::Pipe | What::Locks { blocking: true, .. } => continue,
                _ => None,
            };
            if !pending.answer_lost && !pending.cancelled && pending.uid != 0 {
                self.ensure_session(pending.uid, here);
                let session = SessionId::Uid(pending.uid);
                let command = pending.first.command.name().unwrap_or("a request");
                here.out.tell_at(pending.sent, SessionEvent::Waiting { session, command, target });
            }
        }
    }
}
