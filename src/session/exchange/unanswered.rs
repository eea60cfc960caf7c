//! What is left in doubt, or waiting, when messages are missing or no more come.

use super::{Context, Exchanges, Operation, Origin};
use crate::session::out::Out;
use crate::session::request::Request;

impl Exchanges {
    /// Responses are missing: of all requests that wait now, nobody can say what came of them.
    pub(in crate::session) fn responses_lost(&mut self, out: &mut Out<'_>) {
        for request in self.requests.values_mut().filter(|request| !request.response_lost) {
            request.response_lost = true;
            tell_doubts(request, out);
        }
    }

    /// Tells of the requests that have no response when the connection ends. It may go on all the same. The responses to
    /// those that were sent after the server was last seen may be missing.
    pub(in crate::session) fn tell_unanswered(&self, server_last: Option<Origin>, cx: &mut Context<'_>) {
        for (_, request) in self.requests.iter() {
            let session = request.session;
            match &request.first.operation {
                Operation::SessionSetup(set_up) if !cx.tables.sessions.contains_key(&session) => {
                    cx.set_up_unanswered(session, set_up.credentials.as_ref(), request.sent);
                }
                _ if request.response_lost || request.cancelled => {}
                Operation::SessionSetup(_) if is_unseen(request, server_last) => {
                    // If it is not under way any more, it is what the session is known from.
                    let set_up = self.setups.get(&session).filter(|set_up| !set_up.binding);
                    if set_up.and_then(|set_up| set_up.sent) == Some(request.sent) {
                        cx.reauthenticated_unseen(session, request.sent);
                    }
                }
                _ if is_unseen(request, server_last) => tell_doubts(request, &mut cx.out),
                _ => {
                    if let Some(event) = request.waiting(None) {
                        cx.out.tell_at(request.sent, event);
                    }
                }
            }
        }
    }

    /// Tells of the requests that have no response, at the end. The responses to those that were sent after the server was
    /// last seen may be missing.
    pub(in crate::session) fn tell_waiting(&mut self, server_last: Option<Origin>, cx: &mut Context<'_>) {
        for request in self.requests.take_all() {
            let session = request.session;
            if let Operation::SessionSetup(set_up) = &request.first.operation
                && !cx.tables.sessions.contains_key(&session)
            {
                // Nothing is known to be set up yet.
                cx.set_up_unanswered(session, set_up.credentials.as_ref(), request.sent);
                continue;
            }
            if is_unseen(&request, server_last) {
                if !request.response_lost {
                    tell_doubts(&request, &mut cx.out);
                }
                continue;
            }
            let counts = !request.response_lost && !request.cancelled;
            let Some(event) = request.waiting(None).filter(|_| counts) else { continue };
            self.ensure_session(session, cx);
            cx.out.tell_at(request.sent, event);
        }
    }
}

/// True if a request was sent after the server was last seen.
fn is_unseen(request: &Request, server_last: Option<Origin>) -> bool {
    server_last.is_none_or(|last| last < request.sent)
}

fn tell_doubts(request: &Request, out: &mut Out<'_>) {
    request.doubts().for_each(|event| out.tell_at(request.sent, event));
}
