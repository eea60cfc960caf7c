//! What a connection of DCE/RPC shows: which interfaces are bound, who authenticated, where the spooler listens.

use std::borrow::Cow;

use uuid::Uuid;

use crate::auth::{self, Credentials};
use crate::dcerpc::{AuthLevel, AuthTrailer, AuthType, Body};
use crate::interface::{self, EPMAPPER, Interface, epmapper};
use crate::session::event::{Event, EventKind, RpcEvent};
use crate::session::pdu::{Content, Pdu};
use crate::session::{MayHold, Sink, UserShown};

/// Interfaces that are remembered of a connection, and endpoints.
const KEPT: usize = 16;
/// The number of `ept_map` (C706 appendix O).
const EPT_MAP: u16 = 3;

/// What a connection has shown.
#[derive(Debug, Default)]
pub(in crate::session) struct Facts {
    /// Interfaces that the client proposed and the server did not refuse.
    proposed: Vec<Uuid>,
    /// Interfaces that the server accepted.
    bound: Vec<Uuid>,
    /// The interface of the print spooler that calls are of.
    called: Option<&'static Interface>,
    bind_seen: bool,
    who: Shown,
    /// Calls are sealed.
    sealed: bool,
    /// Ports that the endpoint mapper gave for interfaces of the print spooler.
    mapped: Vec<(u16, &'static Interface)>,
}

/// Who authenticated, in the order of what is told: once a user has, it is a user's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
enum Shown {
    #[default]
    Nobody,
    /// Calls carry a signature or are sealed, which takes a key.
    Key,
    /// Somebody who gave no name. With that, a key is everyone's (\[MS-NLMP\] 3.4.5.2).
    Anonymous,
    User,
}

impl Facts {
    /// The interfaces of the print spooler, by the ports that the endpoint mapper gave.
    pub(in crate::session) fn mapped(&self) -> impl Iterator<Item = (u16, &'static Interface)> + '_ {
        self.mapped.iter().copied()
    }

    /// What the connection is called, and whether a null session may be on it. `mapped` is the interface that the
    /// endpoint mapper gave its port for, if that is one of the print spooler.
    pub(in crate::session) fn weigh(
        &self,
        mapped: Option<&'static Interface>,
    ) -> (Cow<'static, str>, MayHold) {
        let bound = if self.bound.is_empty() { &self.proposed } else { &self.bound };
        let spooler = self.called.or_else(|| bound.iter().find_map(interface::spooler));
        let spooler = spooler.or_else(|| mapped.filter(|_| !self.bind_seen));
        if let Some(spooler) = spooler {
            let by_user = self.user().is_some();
            return (spooler.name.into(), if by_user { MayHold::Never } else { MayHold::IfLasting });
        }
        let name = match bound.first() {
            Some(uuid) => interface::name_or_uuid(uuid),
            None if self.bind_seen => "bind refused".into(),
            None => "bind not seen".into(),
        };
        (name, MayHold::Never)
    }

    /// What shows that the connection is a user's.
    pub(in crate::session) fn user(&self) -> Option<UserShown> {
        match self.who {
            Shown::User | Shown::Key if self.sealed => Some(UserShown::Sealed),
            Shown::User => Some(UserShown::Authenticated),
            Shown::Key => Some(UserShown::Signed),
            Shown::Nobody | Shown::Anonymous => None,
        }
    }

    fn bind(&mut self, uuid: Uuid, accepted: bool) {
        let list = if accepted { &mut self.bound } else { &mut self.proposed };
        if list.len() < KEPT && !list.contains(&uuid) {
            list.push(uuid);
        }
    }

    fn refused(&mut self) {
        self.proposed.clear();
    }

    fn authenticated(&mut self, auth: &AuthTrailer<'_>) {
        let shown = match Credentials::from_blob(auth.value) {
            Some(credentials) if auth::identify(Some(&credentials), false, false).may_be_null() => {
                Shown::Anonymous
            }
            Some(_) => Shown::User,
            // These are of machine accounts.
            None if matches!(auth.kind, AuthType::NETLOGON | AuthType::GSS_SCHANNEL) => Shown::User,
            None => return,
        };
        self.who = self.who.max(shown);
    }

    fn pdu(&mut self, content: &Content<'_>) {
        let Content::Rpc { pdu, call, .. } = content else { return };
        match &pdu.body {
            Body::Bind(bind) | Body::AlterContext(bind) => {
                // Of a bind that is cut before its first interface nothing is known.
                self.bind_seen |= pdu.missing == 0 || bind.contexts().next().is_some();
                for context in bind.contexts().take(KEPT) {
                    if context.abstract_syntax.bind_time_features().is_none() {
                        self.bind(context.abstract_syntax.uuid, false);
                    }
                }
                pdu.auth.iter().for_each(|auth| self.authenticated(auth));
            }
            Body::Auth3 => pdu.auth.iter().for_each(|auth| self.authenticated(auth)),
            Body::Request(_) | Body::Response(_) | Body::Fault(_) if pdu.auth.is_some_and(takes_a_key) => {
                self.who = self.who.max(Shown::Key);
                self.sealed |= pdu.auth.is_some_and(|auth| auth.level == AuthLevel::PKT_PRIVACY);
            }
            _ => {}
        }
        let Some(call) = call else { return };
        let uuid = call.interface.map(|interface| interface.uuid);
        self.called = uuid.as_ref().and_then(interface::spooler).or(self.called);
        let answer = matches!(pdu.body, Body::Response(_)) && uuid == Some(EPMAPPER.uuid);
        let whole = call.whole.filter(|whole| answer && whole.complete && !whole.sealed);
        if let Some(whole) = whole.filter(|_| call.opnum == Some(EPT_MAP)) {
            for tower in epmapper::mapped(&whole.stub, call.encoding).iter().take(KEPT) {
                let spooler = tower.interface().and_then(|interface| interface::spooler(&interface.uuid));
                if let (Some(spooler), Some((_, port))) = (spooler, tower.tcp())
                    && self.mapped.len() < KEPT
                    && !self.mapped.contains(&(port, spooler))
                {
                    self.mapped.push((port, spooler));
                }
            }
        }
    }
}

/// True if the trailer of a call is what only a key makes: a signature, of a call that is sealed too or not.
fn takes_a_key(auth: AuthTrailer<'_>) -> bool {
    auth.level >= AuthLevel::PKT && !auth.value.is_empty()
}

/// Hears the PDUs of a connection, and lends them on, and what is lost of them. Other events it keeps: they would name an
/// SMB session that there is none of.
pub(super) struct Watch<'a> {
    pub(super) facts: &'a mut Facts,
    pub(super) sink: &'a mut dyn Sink,
}

impl Sink for Watch<'_> {
    fn pdu(&mut self, pdu: &Pdu<'_>) {
        self.facts.pdu(&pdu.content);
        self.sink.pdu(pdu);
    }

    fn event(&mut self, event: Event) {
        match event.kind {
            EventKind::Rpc(RpcEvent::Bound { interface, .. }) => self.facts.bind(interface.uuid, true),
            EventKind::Rpc(RpcEvent::Refused { .. }) => self.facts.refused(),
            // The connection itself is not told of.
            EventKind::Loss(_) => self.sink.event(Event { connection: None, ..event }),
            _ => {}
        }
    }
}
