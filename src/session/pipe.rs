//! DCE/RPC on one pipe: its bytes in both directions, whichever way SMB carries them, become calls and handles.

use std::collections::VecDeque;

use super::event::{ClientMachine, Direction, Doubt, HandleEvent, Loss, Notice, OpenId, RpcEvent};
use super::limits::Limits;
use super::listed;
use super::loss::Table;
use super::out::Out;
use super::pdu::{Content, RpcCall};
use crate::capture::Origin;
use crate::dcerpc::ndr::{Encoding, NdrString, Syntax};
use crate::dcerpc::{Assembled, Bind, BindAck, Body, Calls, Pdu, ResultCode, Stream, SyntaxId};
use crate::error::Layer;
use crate::interface::{
    self, ContextHandle, Handle, Handles, Interface, ObjectKind, Procedure, ProcedureId, SPOOLSS, SRVSVC,
    Step,
};

/// Presentation contexts that are remembered of a pipe, and proposals that wait for their answer.
const CONTEXTS: usize = 64;

#[derive(Debug)]
pub(super) struct Pipe {
    to_server: Stream,
    to_client: Stream,
    requests: Calls,
    responses: Calls,
    /// The interface that calls are of whose binding was not seen, as the name of the pipe or their arguments show.
    unbound: Option<&'static Interface>,
    proposals: VecDeque<Proposal>,
    contexts: Vec<Context>,
    calls: Vec<Call>,
    calls_made: u32,
    /// Handles that are open as far as this pipe shows.
    handles: Vec<ContextHandle>,
}

#[derive(Debug)]
struct Proposal {
    call_id: u32,
    group: u32,
    contexts: Vec<(u16, SyntaxId)>,
}

#[derive(Debug, Clone, Copy)]
struct Context {
    id: u16,
    /// The interface, if its proposal was seen.
    proposed: Option<SyntaxId>,
    syntax: Syntax,
}

/// A call that waits for its answer.
#[derive(Debug)]
struct Call {
    number: u32,
    call_id: u32,
    id: ProcedureId,
    procedure: Option<&'static Procedure>,
    syntax: Syntax,
    sent: Origin,
    /// Which SMB request completed it.
    carrier: u64,
    /// The handles that it names.
    handles: Handles,
    object: Option<String>,
    client: Option<ClientMachine>,
    /// The registration for notifications that it makes, or belongs to.
    registration: Option<u32>,
    /// The document it starts, or the machine that it asks to notify.
    task: Option<String>,
    /// Whose sessions it ends: the client computer and the user.
    deletes: Option<(Option<String>, Option<String>)>,
    /// Its answer is missing from the capture, as far as known.
    lost: bool,
}

impl Call {
    /// What a handle stands for that one of its parameters is.
    fn object(&self, parameter: &str) -> Option<ObjectKind> {
        self.id.interface()?.object(self.procedure?, parameter)
    }

    fn gives_handle(&self) -> bool {
        self.procedure.is_some_and(Procedure::gives_handle)
    }

    /// The handle that it closes if it succeeds.
    fn takes(&self) -> Option<ContextHandle> {
        let takes = self.procedure.is_some_and(Procedure::takes_handle);
        named(&self.handles).next().filter(|_| takes)
    }

    /// Its answer is missing, or sealed.
    fn answer_lost(&self, open: OpenId, sealed: bool) -> RpcEvent {
        // What a call of an unknown procedure gives is not known, but nothing is held by it that could be told.
        let (call, procedure) = (self.number, self.id);
        RpcEvent::AnswerLost { open, call, procedure, may_grant: self.gives_handle(), sealed }
    }

    fn answered(&self, open: OpenId, return_value: Option<u32>) -> RpcEvent {
        let (call, procedure) = (self.number, self.id);
        RpcEvent::Answered { open, call, procedure, return_value }
    }

    fn faulted(&self, open: OpenId, status: u32) -> RpcEvent {
        let (call, procedure) = (self.number, self.id);
        RpcEvent::Faulted { open, call, procedure, status }
    }

    fn cancelled(&self, open: OpenId) -> RpcEvent {
        let (call, procedure) = (self.number, self.id);
        RpcEvent::Cancelled { open, call, procedure }
    }
}

/// The handles that are not zero.
fn named(handles: &Handles) -> impl Iterator<Item = ContextHandle> {
    handles.iter().flatten().map(|handle| handle.handle).filter(|handle| !handle.is_zero())
}

/// Tells what a direction lost, by its bytes that are no PDU and its calls that were let go, `before` and `now`.
fn tell_lost(before: (u64, u64), now: (u64, u64), out: &mut Out<'_>) {
    let bytes = now.0.saturating_sub(before.0);
    if bytes > 0 {
        out.tell(Loss::PassedOver { layer: Layer::DceRpc, bytes });
    }
    for _ in before.1..now.1 {
        out.tell(Loss::Evicted { table: Table::CallFragments });
    }
}

impl Pipe {
    pub(super) fn new(name: Option<&str>, limits: &Limits) -> Self {
        Self {
            to_server: Stream::new(),
            to_client: Stream::new(),
            requests: Calls::new(limits.fragments_of_calls),
            responses: Calls::new(limits.fragments_of_calls),
            unbound: name.and_then(interface::of_pipe),
            proposals: VecDeque::new(),
            contexts: Vec::new(),
            calls: Vec::new(),
            calls_made: 0,
            handles: Vec::new(),
        }
    }

    /// Bytes the client wrote; `carrier` names the SMB request that carries them.
    pub(super) fn data_to_server(
        &mut self,
        id: OpenId,
        bytes: &[u8],
        carrier: u64,
        limits: &Limits,
        out: &mut Out<'_>,
    ) {
        let mut stream = core::mem::take(&mut self.to_server);
        let before = (stream.dropped(), self.requests.evicted());
        stream.push(bytes, &mut |pdu| match Pdu::parse(pdu) {
            Ok((_, pdu)) => self.client_pdu(id, &pdu, carrier, limits, out),
            Err(error) => out.unreadable(error),
        });
        tell_lost(before, (stream.dropped(), self.requests.evicted()), out);
        self.to_server = stream;
    }

    /// Bytes the client read.
    pub(super) fn data_to_client(&mut self, id: OpenId, bytes: &[u8], limits: &Limits, out: &mut Out<'_>) {
        let mut stream = core::mem::take(&mut self.to_client);
        let before = (stream.dropped(), self.responses.evicted());
        stream.push(bytes, &mut |pdu| match Pdu::parse(pdu) {
            Ok((_, pdu)) => self.server_pdu(id, &pdu, limits, out),
            Err(error) => out.unreadable(error),
        });
        tell_lost(before, (stream.dropped(), self.responses.evicted()), out);
        self.to_client = stream;
    }

    /// Nothing more comes of what the client wrote last: reads what there is of the PDU that is cut.
    pub(super) fn cut_to_server(&mut self, id: OpenId, carrier: u64, limits: &Limits, out: &mut Out<'_>) {
        let cut = self.to_server.take_partial();
        if let Ok((_, pdu)) = Pdu::parse(&cut) {
            self.client_pdu(id, &pdu, carrier, limits, out);
        }
    }

    /// Nothing more comes of what the client read last.
    pub(super) fn cut_to_client(&mut self, id: OpenId, limits: &Limits, out: &mut Out<'_>) {
        let cut = self.to_client.take_partial();
        if let Ok((_, pdu)) = Pdu::parse(&cut) {
            self.server_pdu(id, &pdu, limits, out);
        }
    }

    /// Bytes of one direction are missing.
    pub(super) fn lost(&mut self, id: OpenId, direction: Direction, out: &mut Out<'_>) {
        match direction {
            Direction::ToServer => {
                self.to_server.lost();
                self.requests.lost();
            }
            Direction::ToClient => {
                self.to_client.lost();
                self.responses.lost();
                self.answers_lost(id, out);
            }
        }
    }

    /// The answers of all calls that wait may be among what is missing.
    pub(super) fn answers_lost(&mut self, id: OpenId, out: &mut Out<'_>) {
        for call in self.calls.iter_mut().filter(|call| !call.lost) {
            call.lost = true;
            out.tell(call.answer_lost(id, false));
            if let Some(handle) = call.takes() {
                let why = Doubt::AnswerMissing;
                out.tell(HandleEvent::InDoubt { open: id, handle: Some(handle), why });
            }
        }
    }

    /// Tells of handles whose closing call was sent after the server was last seen, so that its answer may be missing.
    pub(super) fn tell_unanswered_endings(&self, id: OpenId, server_last: Option<Origin>, out: &mut Out<'_>) {
        let unseen = |call: &&Call| !call.lost && server_last.is_none_or(|last| last < call.sent);
        for call in self.calls.iter().filter(unseen) {
            if let Some(handle) = call.takes() {
                let why = Doubt::AnswerMissing;
                out.tell_at(call.sent, HandleEvent::InDoubt { open: id, handle: Some(handle), why });
            }
        }
    }

    /// True if a call of that id, or the answer to a bind, is waited for.
    pub(super) fn awaits(&self, call_id: u32) -> bool {
        self.calls.iter().any(|call| call.call_id == call_id)
            || self.proposals.iter().any(|proposal| proposal.call_id == call_id)
    }

    /// Bytes that the client has still to read of the PDU whose beginning it read last.
    pub(super) fn lacks(&self) -> usize {
        self.to_client.lacks()
    }

    /// The SMB request that carried calls failed, so they will have no answer.
    pub(super) fn failed(
        &mut self,
        id: OpenId,
        carrier: u64,
        status: u32,
        cancelled: bool,
        out: &mut Out<'_>,
    ) {
        self.calls.retain(|call| {
            let failed = call.carrier == carrier;
            if failed && cancelled {
                out.tell(call.cancelled(id));
            } else if failed {
                out.tell(call.faulted(id, status));
            }
            !failed
        });
    }

    /// The pipe answered a read in a way that says that it has no answers to give: it is disconnected.
    pub(super) fn broken(&mut self, id: OpenId, status: u32, out: &mut Out<'_>) {
        for call in self.calls.drain(..) {
            out.tell(call.faulted(id, status));
        }
    }

    /// The client does not wait any more: for the calls that one SMB request carried, or for any if that read answers.
    /// They may still be answered, and an answer may grant a handle.
    pub(super) fn cancelled(&mut self, id: OpenId, carrier: Option<u64>, out: &mut Out<'_>) {
        for call in self.calls.iter().filter(|call| carrier.is_none_or(|carrier| call.carrier == carrier)) {
            out.tell(call.cancelled(id));
        }
    }

    fn client_pdu(&mut self, id: OpenId, pdu: &Pdu<'_>, carrier: u64, limits: &Limits, out: &mut Out<'_>) {
        let call_id = pdu.header.call_id;
        if let Body::Request(request) = &pdu.body {
            let whole = self.requests.push(pdu);
            let readable = whole.as_ref().filter(|whole| whole.complete && !whole.sealed);
            let big_endian = pdu.header.drep.is_big_endian();
            let known = self.known(request.context_id, request.opnum, big_endian, readable);
            let call = Some(RpcCall { whole: whole.as_ref(), ..known });
            out.pdu(Direction::ToServer, Content::Rpc { pdu, call, open: id });
            if let Some(whole) = whole {
                self.request(id, &whole, &known, carrier, limits, out);
            }
            return;
        }
        out.pdu(Direction::ToServer, Content::Rpc { pdu, call: None, open: id });
        match &pdu.body {
            Body::Bind(bind) | Body::AlterContext(bind) => self.propose(call_id, bind),
            Body::Cancel | Body::Orphaned => {
                self.requests.push(pdu);
                self.calls.retain(|call| {
                    let cancelled = call.call_id == call_id;
                    if cancelled {
                        out.tell(call.cancelled(id));
                    }
                    // A cancelled call may still be answered, and its answer may grant a handle.
                    !cancelled || matches!(pdu.body, Body::Cancel)
                });
            }
            _ => {}
        }
    }

    fn server_pdu(&mut self, id: OpenId, pdu: &Pdu<'_>, limits: &Limits, out: &mut Out<'_>) {
        let call_id = pdu.header.call_id;
        if let Body::Response(response) = &pdu.body {
            let whole = self.responses.push(pdu);
            let known = self.answered(call_id, response.context_id, pdu.header.drep.is_big_endian());
            let call = Some(RpcCall { whole: whole.as_ref(), ..known });
            out.pdu(Direction::ToClient, Content::Rpc { pdu, call, open: id });
            if let Some(whole) = whole {
                self.response(id, &whole, limits, out);
            }
            return;
        }
        let call = match &pdu.body {
            Body::Fault(fault) => {
                Some(self.answered(call_id, fault.context_id, pdu.header.drep.is_big_endian()))
            }
            _ => None,
        };
        out.pdu(Direction::ToClient, Content::Rpc { pdu, call, open: id });
        match &pdu.body {
            Body::BindAck(ack) | Body::AlterContextResponse(ack) => self.bound(id, call_id, ack, out),
            Body::BindNak(nak) => {
                self.proposals.retain(|proposal| proposal.call_id != call_id);
                out.tell(RpcEvent::Refused { open: id, reason: nak.reason.0 });
            }
            Body::Fault(fault) => {
                self.responses.push(pdu);
                if let Some(call) = self.take_call(call_id) {
                    let status = fault.status;
                    out.tell(call.faulted(id, status.0));
                    let stale = status == crate::dcerpc::FaultStatus::CONTEXT_MISMATCH;
                    for handle in named(&call.handles).filter(|_| stale) {
                        self.forget(handle);
                        out.tell(HandleEvent::Stale { open: id, handle });
                    }
                }
            }
            _ => {}
        }
    }

    // Binding

    fn propose(&mut self, call_id: u32, bind: &Bind<'_>) {
        let contexts =
            bind.contexts().take(CONTEXTS).map(|context| (context.id, context.abstract_syntax)).collect();
        if self.proposals.len() >= CONTEXTS {
            self.proposals.pop_front();
        }
        self.proposals.push_back(Proposal { call_id, group: bind.assoc_group_id, contexts });
    }

    fn bound(&mut self, id: OpenId, call_id: u32, ack: &BindAck<'_>, out: &mut Out<'_>) {
        if let Some(interface) = of_address(ack.secondary_address) {
            self.unbound = Some(interface);
        }
        let place = self.proposals.iter().position(|proposal| proposal.call_id == call_id);
        let proposal = place.and_then(|place| self.proposals.remove(place));
        for (place, result) in ack.results().enumerate().take(CONTEXTS) {
            // Without its proposal an answer tells the encoding only; contexts are nearly always numbered in order.
            let proposed = proposal.as_ref().and_then(|proposal| proposal.contexts.get(place)).copied();
            let context =
                proposed.map_or_else(|| u16::try_from(place).unwrap_or(u16::MAX), |(context, _)| context);
            if result.result != ResultCode::ACCEPTANCE {
                if result.result == ResultCode::PROVIDER_REJECTION {
                    out.tell(RpcEvent::Refused { open: id, reason: result.reason.0 });
                }
                continue;
            }
            let Some(syntax) = Syntax::of(&result.transfer_syntax) else { continue };
            self.contexts.retain(|known| known.id != context);
            if self.contexts.len() < CONTEXTS {
                let proposed = proposed.map(|(_, interface)| interface);
                self.contexts.push(Context { id: context, proposed, syntax });
            }
            if let Some((_, interface)) = proposed {
                out.tell(RpcEvent::Bound {
                    open: id,
                    context,
                    interface,
                    ndr64: syntax == Syntax::Ndr64,
                    group: ack.assoc_group_id,
                    joined: proposal.as_ref().is_some_and(|proposal| proposal.group != 0),
                });
            }
        }
    }

    fn context(&self, id: u16) -> Option<&Context> {
        self.contexts.iter().find(|context| context.id == id)
    }

    // Calls

    /// What is known of a request: its interface as bound, else as the pipe or, of a whole one, the arguments show.
    fn known<'a>(
        &mut self,
        context: u16,
        opnum: u16,
        big_endian: bool,
        readable: Option<&Assembled<'_>>,
    ) -> RpcCall<'a> {
        let context = self.context(context).copied();
        let syntax = context.map_or(Syntax::Ndr, |context| context.syntax);
        let encoding = Encoding { syntax, big_endian };
        let interface = context.and_then(|context| context.proposed).or_else(|| {
            let recognise = || interface::recognise(opnum, &readable?.stub, encoding);
            self.unbound = self.unbound.or_else(recognise);
            self.unbound.map(Interface::id)
        });
        RpcCall { interface, opnum: Some(opnum), encoding, whole: None }
    }

    /// What is known of the call that an answer belongs to.
    fn answered<'a>(&self, call_id: u32, context: u16, big_endian: bool) -> RpcCall<'a> {
        if let Some(call) = self.calls.iter().rfind(|call| call.call_id == call_id) {
            let encoding = Encoding { syntax: call.syntax, big_endian };
            let ProcedureId { interface, opnum } = call.id;
            return RpcCall { interface, opnum: Some(opnum), encoding, whole: None };
        }
        let context = self.context(context);
        let syntax = context.map_or(Syntax::Ndr, |context| context.syntax);
        let interface = self.interface_of(context);
        RpcCall { interface, opnum: None, encoding: Encoding { syntax, big_endian }, whole: None }
    }

    /// The interface of a context, or of calls whose binding was not seen.
    fn interface_of(&self, context: Option<&Context>) -> Option<SyntaxId> {
        context.and_then(|context| context.proposed).or_else(|| self.unbound.map(Interface::id))
    }

    fn request(
        &mut self,
        id: OpenId,
        request: &Assembled<'_>,
        known: &RpcCall<'_>,
        carrier: u64,
        limits: &Limits,
        out: &mut Out<'_>,
    ) {
        let Some(opnum) = request.opnum else { return };
        let RpcCall { interface, encoding, .. } = *known;
        let procedure = ProcedureId { interface, opnum };
        let readable = request.complete && !request.sealed;
        self.calls_made = self.calls_made.wrapping_add(1);
        let mut call = Call {
            number: self.calls_made,
            call_id: request.call_id,
            id: procedure,
            procedure: procedure.procedure(),
            syntax: encoding.syntax,
            sent: out.at,
            carrier,
            handles: Handles::default(),
            object: None,
            client: None,
            task: None,
            registration: None,
            deletes: None,
            lost: false,
        };
        let (mut notify, mut driver) = (None, Vec::new());
        match call.procedure.map(|procedure| procedure.request_facts(&request.stub, encoding)) {
            None => {}
            Some(Ok(facts)) if readable => {
                let details = facts.details;
                call.handles = facts.handles;
                call.object = facts.object;
                call.client = details.client.map(|client| ClientMachine {
                    machine: client.machine.map(|name| name.to_string()),
                    user: client.user.map(|name| name.to_string()),
                    build: Some(client.build),
                });
                call.registration = details.registration;
                notify = details.notify.map(|machine| machine.to_string());
                driver = details.driver;
                call.task = notify.clone().or_else(|| details.document.map(|name| name.to_string()));
            }
            // What stands in front of the cut is there.
            Some(Ok(facts)) if !request.sealed => call.handles = facts.handles,
            Some(Err(error)) if readable => out.unreadable(error),
            Some(_) => {}
        }
        if readable
            && procedure.interface() == Some(&SRVSVC)
            && let Some(deletion) = interface::session_deletion(opnum, &request.stub, encoding)
        {
            let text =
                |text: Option<NdrString<'_>>| text.map(|text| text.to_string()).filter(|t| !t.is_empty());
            call.deletes = Some((text(deletion.client), text(deletion.user)));
        }
        out.tell(RpcEvent::Call {
            open: id,
            call: call.number,
            procedure,
            object: call.object.clone(),
            client: call.client.clone(),
            waits_by_design: call.procedure.is_some_and(|procedure| procedure.waits_by_design),
            sealed: request.sealed,
        });
        for Handle { parameter, handle, .. } in call.handles.into_iter().flatten() {
            if handle.is_zero() {
                continue;
            }
            self.learn(handle, limits);
            let stands_for = call.object(parameter);
            out.tell(HandleEvent::Used { open: id, handle, procedure, stands_for });
        }
        if let Some(machine) = notify {
            let handle = named(&call.handles).next();
            let printer_local = call.registration;
            out.tell(Notice::NotifyRegistered {
                open: id,
                call: call.number,
                handle,
                machine,
                printer_local,
            });
        }
        for path in driver {
            out.tell(Notice::DriverPath { open: id, call: call.number, path });
        }
        if self.calls.len() >= limits.calls {
            // Its answer will be taken for nobody's.
            out.tell(self.calls.remove(0).answer_lost(id, false));
            out.tell(Loss::Evicted { table: Table::Calls });
        }
        self.calls.push(call);
    }

    fn response(&mut self, id: OpenId, response: &Assembled<'_>, limits: &Limits, out: &mut Out<'_>) {
        let Some(call) = self.take_call(response.call_id) else {
            self.orphan(id, response, limits, out);
            return;
        };
        let encoding = Encoding { syntax: call.syntax, big_endian: response.big_endian };
        let readable = response.complete && !response.sealed;
        if !readable && call.gives_handle() {
            self.granted_unread(id, response, encoding, call, limits, out);
            return;
        }
        if !readable && let Some(handle) = call.takes() {
            let why = Doubt::AnswerMissing;
            out.tell(HandleEvent::InDoubt { open: id, handle: Some(handle), why });
        }
        let facts = call.procedure.filter(|_| readable).and_then(|procedure| {
            let facts = procedure.response_facts(&response.stub, encoding);
            facts.map_err(|error| out.unreadable(error)).ok()
        });
        let return_value = facts.as_ref().and_then(|facts| facts.return_value);
        out.tell(call.answered(id, return_value));
        if readable && call.id.interface() == Some(&SRVSVC) {
            listed::tell(call.id.opnum, &response.stub, encoding, out);
        }
        let done = readable && return_value_at_end(&response.stub) == Some(0);
        if let Some((client, user)) = call.deletes.clone().filter(|_| done) {
            out.tell(Notice::SessionsDeleted { open: id, client, user });
        }
        let (Some(facts), Some(procedure)) = (facts, call.procedure) else { return };
        for handle in named(&call.handles) {
            if facts.closed {
                self.forget(handle);
                out.tell(HandleEvent::Closed { open: id, handle });
            } else if return_value.is_some_and(|value| procedure.returns.denies_handle(value)) {
                self.forget(handle);
                out.tell(HandleEvent::Stale { open: id, handle });
            } else {
                // What was sent after the request may have ended it all the same.
                out.tell_at(call.sent, HandleEvent::Proved { open: id, handle });
            }
            if facts.succeeded {
                match procedure.step {
                    Some(Step::Begins(task)) => {
                        let name = call.task.clone();
                        out.tell(HandleEvent::Began { open: id, handle, task, name });
                    }
                    Some(Step::Ends(task)) => out.tell(HandleEvent::Ended { open: id, handle, task }),
                    None => {}
                }
            }
        }
        for handle in facts.granted.iter().flatten() {
            self.granted(id, handle, &call, limits, out);
        }
    }

    /// The answer of a call that gives handles is cut or sealed. A handle that is not zero was granted, though the return
    /// value behind it is cut off.
    fn granted_unread(
        &mut self,
        id: OpenId,
        response: &Assembled<'_>,
        encoding: Encoding,
        call: Call,
        limits: &Limits,
        out: &mut Out<'_>,
    ) {
        let handles = call.procedure.and_then(|procedure| {
            procedure.response_handles(&response.stub, encoding).ok().filter(|_| !response.sealed)
        });
        let handles = handles.unwrap_or_default();
        if named(&handles).next().is_none() {
            out.tell(call.answer_lost(id, response.sealed));
            return;
        }
        out.tell(call.answered(id, None));
        for handle in handles.iter().flatten().filter(|handle| !handle.handle.is_zero()) {
            self.granted(id, handle, &call, limits, out);
        }
    }

    fn granted(&mut self, id: OpenId, handle: &Handle, call: &Call, limits: &Limits, out: &mut Out<'_>) {
        let Handle { parameter, handle, .. } = *handle;
        self.learn(handle, limits);
        out.tell(HandleEvent::Granted {
            open: id,
            handle,
            opened_by: Some(call.id),
            stands_for: call.object(parameter),
            object: call.object.clone(),
            client: call.client.clone(),
            asked: Some(call.sent),
            printer_remote: call.registration,
        });
    }

    /// An answer whose request is missing. The spooler's grants and closes can be told by their form: a handle and a
    /// return value.
    fn orphan(&mut self, id: OpenId, response: &Assembled<'_>, limits: &Limits, out: &mut Out<'_>) {
        let interface = self.interface_of(self.context(response.context_id));
        if interface.is_none_or(|interface| interface.uuid != SPOOLSS.uuid)
            || !response.complete
            || response.sealed
        {
            return;
        }
        let Some((handle, [0, 0, 0, 0])) = handle_and_value(&response.stub) else { return };
        if !handle.is_zero() {
            self.learn(handle, limits);
            let (opened_by, object, client, asked, printer_remote) = (None, None, None, None, None);
            out.tell(HandleEvent::Granted {
                open: id,
                handle,
                opened_by,
                // The most are.
                stands_for: Some(ObjectKind::Printer),
                object,
                client,
                asked,
                printer_remote,
            });
            return;
        }
        match self.handles.as_slice() {
            [] => {}
            [only] => {
                let handle = *only;
                self.forget(handle);
                out.tell(HandleEvent::Closed { open: id, handle });
            }
            _ => out.tell(HandleEvent::InDoubt { open: id, handle: None, why: Doubt::EndedOneOfSeveral }),
        }
    }

    fn take_call(&mut self, call_id: u32) -> Option<Call> {
        let place = self.calls.iter().rposition(|call| call.call_id == call_id)?;
        Some(self.calls.remove(place))
    }

    fn learn(&mut self, handle: ContextHandle, limits: &Limits) {
        if !self.handles.contains(&handle) && self.handles.len() < limits.calls {
            self.handles.push(handle);
        }
    }

    fn forget(&mut self, handle: ContextHandle) {
        self.handles.retain(|known| *known != handle);
    }
}

/// The return value that a stub ends with.
fn return_value_at_end(stub: &[u8]) -> Option<u32> {
    stub.last_chunk::<4>().map(|value| u32::from_le_bytes(*value))
}

/// A context handle and a return value and nothing else: with attributes of zero, as all servers send them.
fn handle_and_value(stub: &[u8]) -> Option<(ContextHandle, [u8; 4])> {
    let (handle, rest) = stub.split_first_chunk::<20>()?;
    let value = <[u8; 4]>::try_from(rest).ok()?;
    handle.starts_with(&[0; 4]).then_some((ContextHandle(*handle), value))
}

/// The interface of a pipe whose name a bind_ack gives as its secondary address, `\PIPE\spoolss`.
fn of_address(address: &[u8]) -> Option<&'static Interface> {
    let address = address.strip_suffix(&[0]).unwrap_or(address);
    interface::of_pipe(core::str::from_utf8(address).ok()?)
}
