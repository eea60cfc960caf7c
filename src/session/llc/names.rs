//! Names: who calls whom before a session begins.

use std::collections::VecDeque;

use crate::netbios::nbf::{Command, Frame, Parties};

/// Calls that are remembered, the latest.
const CALLS: usize = 256;
/// What a NAME_RECOGNIZED gives for the number of a session where there will be none, or none yet.
const NO_NUMBER: [u8; 2] = [0x00, 0xff];

/// A session of a station, by its number there.
pub(super) type Place = ([u8; 6], u8);

/// The calls that NAME_QUERY and NAME_RECOGNIZED told of.
#[derive(Debug, Default)]
pub(super) struct Calls(VecDeque<Call>);

/// A call: a station looks for the station of a name, to begin a session with it.
#[derive(Debug)]
struct Call {
    /// Where the session will be at the station that calls.
    caller: Option<Place>,
    /// Where it will be at the station that is called.
    callee: Option<Place>,
    names: Names,
}

/// The names of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::session) struct Names {
    pub(in crate::session) called: String,
    pub(in crate::session) calling: String,
}

impl Calls {
    /// Learns from a frame between names, which `source` sent.
    pub(super) fn note(&mut self, source: [u8; 6], frame: &Frame<'_>) {
        let Parties::Names { destination_name, source_name } = &frame.parties else { return };
        let [number, _] = frame.data2.to_le_bytes();
        let place = Some((source, number)).filter(|_| !NO_NUMBER.contains(&number));
        let (destination, source) = (destination_name.name.clone(), source_name.name.clone());
        match frame.command {
            Command::NAME_QUERY if place.is_some() => {
                self.0.retain(|call| call.caller != place);
                let names = Names { called: destination, calling: source };
                self.add(Call { caller: place, callee: None, names });
            }
            Command::NAME_RECOGNIZED if place.is_some() => {
                let names = Names { called: source, calling: destination };
                self.0.iter_mut().filter(|call| call.callee == place).for_each(|call| call.callee = None);
                match self.0.iter_mut().rev().find(|call| call.names == names) {
                    Some(call) => call.callee = place,
                    None => self.add(Call { caller: None, callee: place, names }),
                }
            }
            _ => {}
        }
    }

    fn add(&mut self, call: Call) {
        if self.0.len() >= CALLS {
            self.0.pop_front();
        }
        self.0.push_back(call);
    }

    /// The names with which a session between two places began.
    pub(super) fn of(&self, caller: Place, callee: Place) -> Option<&Names> {
        let known = |place: Option<Place>, is: Place| place.is_none_or(|place| place == is);
        let is = |call: &&Call| known(call.caller, caller) && known(call.callee, callee);
        self.0.iter().rev().find(is).map(|call| &call.names)
    }
}
