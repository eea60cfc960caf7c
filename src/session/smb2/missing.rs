//! What is left in doubt, or waiting, when messages are missing or no more come.

use super::{Smb2, What};
use crate::capture::Origin;
use crate::session::event::{SessionEvent, SessionId};
use crate::session::here::Here;
use crate::session::out::Out;

impl Smb2 {
    /// Answers are missing: of all requests that wait now, nobody can say what came of them.
    pub(in crate::session) fn answers_lost(&mut self, out: &mut Out<'_>) {
        for pending in self.pending.values_mut().filter(|pending| !pending.answer_lost) {
            pending.answer_lost = true;
            if let Some(event) = pending.doubt() {
                out.tell(event);
            }
        }
    }

    /// Tells of the requests that have no answer, at the end. The answers of those that were sent after the server was
    /// last seen may be missing.
    pub(in crate::session) fn tell_waiting(&mut self, server_last: Option<Origin>, here: &mut Here<'_>) {
        let waiting = core::mem::take(&mut self.pending);
        for (_, pending) in waiting {
            if server_last.is_none_or(|last| last < pending.sent) {
                if let Some(event) = pending.doubt().filter(|_| !pending.answer_lost) {
                    here.out.tell_at(pending.sent, event);
                }
                continue;
            }
            let counts = !pending.answer_lost && !pending.cancelled && pending.session != 0;
            let known = here.tables.sessions.contains_key(&SessionId::Smb2(pending.session));
            let target = match pending.what {
                // Nothing is set up yet.
                What::SessionSetup(_) if !known => continue,
                What::Create { name, .. } => name,
                What::TreeConnect(path) => path,
                What::WaitsByDesign | What::Pipe | What::Locks { blocking: true, .. } => continue,
                _ => None,
            };
            if counts {
                self.ensure_session(pending.session, here);
                let session = SessionId::Smb2(pending.session);
                let command = pending.command.name().unwrap_or("a request");
                here.out.tell_at(pending.sent, SessionEvent::Waiting { session, command, target });
            }
        }
    }
}
