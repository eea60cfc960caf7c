//! The link of two stations, and the sessions on it.

use std::collections::BTreeMap;

use super::names::Calls;
use super::order::{Next, Numbered, Order};
use super::session::{First, Session};
use crate::capture::Origin;
use crate::net::{Endpoint, FlowKey, Side};
use crate::netbios::nbf::{Command, Frame, Parties};
use crate::session::connection::{LinkState, PerSide};
use crate::session::out::Outlet;
use crate::tcp::End;

/// The MAC addresses of two stations, the lower one first.
pub(super) type Stations = ([u8; 6], [u8; 6]);

/// What a frame is read with.
pub(super) struct Around<'a> {
    /// The packet that is read.
    pub(super) at: Origin,
    /// The calls before the sessions.
    pub(super) calls: &'a Calls,
    /// Sessions so far.
    pub(super) begun: &'a mut u32,
    pub(super) io: Outlet<'a>,
}

/// A link.
#[derive(Debug)]
pub(super) struct Link {
    order: Order,
    sessions: Sessions,
    last: PerSide<Option<Origin>>,
    /// It ended.
    ended: bool,
    /// It had frames since the clock came by.
    pub(super) fresh: bool,
}

/// The sessions of a link by their numbers at the lower and at the higher station.
#[derive(Debug)]
struct Sessions {
    stations: Stations,
    by_numbers: BTreeMap<(u8, u8), Box<Session>>,
}

impl Link {
    pub(super) fn new(stations: Stations) -> Self {
        Self {
            order: Order::default(),
            sessions: Sessions { stations, by_numbers: BTreeMap::new() },
            last: PerSide::default(),
            ended: false,
            fresh: true,
        }
    }

    /// How many sessions it has.
    pub(super) fn len(&self) -> usize {
        self.sessions.by_numbers.len()
    }

    /// Its last frame.
    pub(super) fn latest(&self) -> Option<Origin> {
        (*self.last.get(Side::Low)).max(*self.last.get(Side::High))
    }

    /// An I frame.
    pub(super) fn information(
        &mut self,
        side: Side,
        (send, receive): (u8, u8),
        frame: Numbered<'_>,
        around: &mut Around<'_>,
    ) {
        if self.ended {
            // The first frame of all has these numbers.
            let first = (send, receive) == (0, 0);
            if !first && self.order.is_late(side, send) {
                return;
            }
            // That it was set up again was not seen.
            self.ended = false;
            self.order = Order::default();
        }
        self.saw(side, around.at);
        let Self { order, sessions, .. } = self;
        order.information(side, send, receive, frame, &mut |side, next| sessions.next(side, &next, around));
    }

    /// An S frame.
    pub(super) fn supervisory(&mut self, side: Side, receive: u8, around: &mut Around<'_>) {
        if self.ended {
            return;
        }
        self.saw(side, around.at);
        let Self { order, sessions, .. } = self;
        order.supervisory(side, receive, &mut |side, next| sessions.next(side, &next, around));
    }

    fn saw(&mut self, side: Side, at: Origin) {
        let last = self.last.get_mut(side);
        *last = Some(at).max(*last);
    }

    /// A station sets the link up (SABME). What was on it before is gone.
    pub(super) fn set_up(&mut self, around: &mut Around<'_>) {
        for (_, session) in self.drain(around) {
            session.replaced(around.at, &mut around.io);
        }
        self.order.restart();
        self.ended = false;
    }

    /// A station ends the link, and with it all its sessions.
    pub(super) fn end(&mut self, side: Side, end: End, around: &mut Around<'_>) {
        self.saw(side, around.at);
        for (_, mut session) in self.drain(around) {
            session.end(side, around.at, end, &mut around.io);
            session.finish(&mut around.io);
        }
        self.ended = true;
    }

    /// Its sessions, which are told how far the link came. Nothing stays.
    pub(super) fn drain(&mut self, around: &mut Around<'_>) -> BTreeMap<(u8, u8), Box<Session>> {
        let Self { order, sessions, .. } = self;
        order.flush(&mut |side, next| sessions.next(side, &next, around));
        let mut gone = core::mem::take(&mut self.sessions.by_numbers);
        let state = self.state();
        gone.values_mut().for_each(|session| session.seen(&state));
        gone
    }

    fn state(&self) -> LinkState {
        let (low, high) = (self.order.sent(Side::Low), self.order.sent(Side::High));
        LinkState { last: self.last, low, high }
    }
}

impl Sessions {
    /// What comes next on the link.
    fn next(&mut self, side: Side, next: &Next<'_>, around: &mut Around<'_>) {
        let numbered = match next {
            Next::Frame(numbered) => numbered,
            Next::Lost => return self.lost(side, around),
        };
        let frame = match Frame::parse(numbered.bytes) {
            Ok(frame) => frame,
            Err(_) if numbered.cut > 0 => return self.lost(side, around),
            Err(_) => return,
        };
        let Parties::Session { destination_number, source_number } = frame.parties else { return };
        let numbers = match side {
            Side::Low => (source_number, destination_number),
            Side::High => (destination_number, source_number),
        };
        let client = match frame.command {
            Command::SESSION_INITIALIZE => Some(side),
            Command::SESSION_CONFIRM => Some(side.other()),
            _ => None,
        };
        let data = matches!(frame.command, Command::DATA_FIRST_MIDDLE | Command::DATA_ONLY_LAST);
        let goes_on = |session: &Session| match session.ended() {
            None => frame.command != Command::SESSION_INITIALIZE,
            // Who ended a session sends no more data on it.
            Some(ended) => !(data && ended == side || client.is_some()),
        };
        if !self.by_numbers.get(&numbers).is_some_and(|session| goes_on(session)) {
            self.begin(numbers, client, numbered, around);
        }
        if let Some(session) = self.by_numbers.get_mut(&numbers) {
            session.take(side, &frame, numbered, around);
        }
    }

    fn lost(&mut self, side: Side, around: &mut Around<'_>) {
        for session in self.by_numbers.values_mut() {
            session.lost(side, around);
        }
    }

    /// A session begins, by `client` if that was seen, or was under way. One that has a number of it is over.
    fn begin(
        &mut self,
        numbers: (u8, u8),
        client: Option<Side>,
        numbered: &Numbered<'_>,
        around: &mut Around<'_>,
    ) {
        let at = numbered.at;
        let same = |(low, high): &&(u8, u8)| *low == numbers.0 || *high == numbers.1;
        let over: Vec<_> = self.by_numbers.keys().filter(same).copied().collect();
        for session in over.iter().filter_map(|numbers| self.by_numbers.remove(numbers)) {
            session.replaced(at, &mut around.io);
        }
        let (low, high) = ((self.stations.0, numbers.0), (self.stations.1, numbers.1));
        let calls = around.calls;
        let called_by = |side: Side| match side {
            Side::Low => calls.of(low, high),
            Side::High => calls.of(high, low),
        };
        // Of one under way only its call tells who called.
        let by_call = || [Side::Low, Side::High].into_iter().find(|side| called_by(*side).is_some());
        let caller = client.or_else(by_call);
        let names = caller.and_then(called_by);
        let end = |(station, number): ([u8; 6], u8)| Endpoint::station(station, number.into());
        let key = FlowKey { low: end(low), high: end(high) };
        let ordinal = *around.begun;
        *around.begun = ordinal.saturating_add(1);
        let first = First { ordinal, key, client: caller, names, at, start_seen: client.is_some() };
        self.by_numbers.insert(numbers, Box::new(Session::new(first)));
    }
}
