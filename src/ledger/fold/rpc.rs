//! Events about DCE/RPC on pipes.

use crate::auth::Who;
use crate::capture::Origin;
use crate::interface;
use crate::ledger::{BoundInterface, DenialAnswer, Ledger, SessionRowId, Stage, WaitingCall};
use crate::session::{ConnectionId, OpenId, RpcEvent};
use crate::wire::Win32Error;

impl Ledger {
    pub(super) fn fold_rpc(&mut self, at: Origin, connection: ConnectionId, event: RpcEvent) {
        let most = self.limits.waiting_calls;
        match event {
            RpcEvent::Bound { open, interface, group, joined, .. } => {
                let Some(row) = self.open_row(connection, open) else { return };
                self.join_group(row, connection, group, joined);
                if let Some(open) = self.opens.get_mut(&row) {
                    let (uuid, version) = (interface.uuid, (interface.version, interface.minor));
                    let name = interface::name(&uuid);
                    open.bind(BoundInterface { uuid, version, name, bound: at }, most);
                }
            }
            RpcEvent::Refused { .. } => {}
            RpcEvent::Call { open, call, procedure, object, client, waits_by_design, sealed } => {
                let Some(open) = self.open_mut(connection, open) else { return };
                if sealed {
                    open.sealed.get_or_insert(at);
                }
                let (sent, sealed) = (at, false);
                let waiting = WaitingCall { procedure, object, client, sent, waits_by_design, sealed };
                if !open.call(call, waiting, most) {
                    self.losses.evicted("waiting calls of a pipe");
                }
            }
            RpcEvent::Answered { open, call, return_value, .. } => {
                self.answered(at, connection, (open, call), return_value);
                self.call_over(at, connection, (open, call), return_value, false);
            }
            RpcEvent::Faulted { open, call, status, .. } => {
                self.answered(at, connection, (open, call), Some(status));
                self.call_over(at, connection, (open, call), None, false);
            }
            RpcEvent::Cancelled { open, call, .. } => {
                self.call_over(at, connection, (open, call), None, true);
            }
            RpcEvent::AnswerLost { open, call, may_grant, sealed, .. } => {
                let Some(open) = self.open_mut(connection, open) else { return };
                if sealed {
                    open.sealed.get_or_insert(at);
                }
                open.answer_lost(call, may_grant, sealed, most);
            }
        }
    }

    /// A call waits no more: it was answered with a value, or faulted, or was given up.
    fn call_over(
        &mut self,
        at: Origin,
        connection: ConnectionId,
        (open, call): (OpenId, u32),
        returned: Option<u32>,
        cancelled: bool,
    ) {
        let Some(open) = self.open_mut(connection, open) else { return };
        open.grants_lost.remove(&call);
        let Some(call) = open.waiting.remove(&call) else { return };
        open.note_failure(at, &call, returned, cancelled);
        let session = open.session;
        self.call_ended(at, connection, session, call, returned);
    }

    /// A call was answered or cancelled: how long it waited, and whether it was denied the printer that it opens.
    fn call_ended(
        &mut self,
        at: Origin,
        connection: ConnectionId,
        session: SessionRowId,
        call: WaitingCall,
        returned: Option<u32>,
    ) {
        let waited = self.call_waited(&call, at);
        let Some(row) = self.sessions.get_mut(&session) else { return };
        let opens = call.opens_printer();
        if !call.waits_by_design {
            row.waited(waited);
        }
        let error = Win32Error(returned.unwrap_or_default());
        if opens && error == Win32Error::ACCESS_DENIED && row.identity.who == Who::Null {
            let (identity, answer) = (Some(row.identity.clone()), DenialAnswer::Win32(error));
            self.denied(at, connection, Stage::Printer, identity, call.object, answer);
        }
    }
}
