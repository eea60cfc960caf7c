//! Events that are written down and folded elsewhere.

use std::collections::BTreeMap;

use smbscope::Scan;
use smbscope::capture::Info;
use smbscope::ledger::Ledger;
use smbscope::report::{NetSession, NullSessions, Options};
use smbscope::session::stream::{Reader, Writer};
use smbscope::session::{Counts, Event, EventKind, RpcEvent, Sink as _, sink};

use crate::common;

/// All that reports tell of a ledger.
fn reports(ledger: &Ledger, captures: &[Info], counts: &Counts) -> serde_json::Value {
    let options = Options::default().grace(std::time::Duration::from_secs(2)).all(true);
    let report = NullSessions::new(ledger, captures, counts, options);
    serde_json::json!([
        report,
        NetSession::new(ledger, None, std::time::Duration::from_secs(2), None),
        report.text(80).to_string()
    ])
}

#[test]
fn events_that_are_written_and_read_again_give_the_same_reports() {
    for (path, _) in common::captures_with_truth() {
        let (mut ledger, mut events) = (Ledger::default(), Vec::<Event>::new());
        let mut writer = Writer::new(Vec::new()).unwrap();
        let mut keep = sink::events(|event| events.push(event));
        let read = Scan::files([&path]).each(&mut ((&mut ledger, &mut writer), &mut keep)).unwrap();
        let lines = writer.finish().unwrap();

        let mut again = Ledger::default();
        let mut written = Reader::new(lines.as_slice()).unwrap();
        for event in &events {
            let copy = written.next().unwrap().unwrap_or_else(|error| panic!("{error}: {event:?}"));
            assert_eq!(copy, *event);
            again.event(copy);
        }
        assert!(written.next().is_none());
        let told = |ledger| reports(ledger, &read.captures, &read.counts);
        assert_eq!(told(&again), told(&ledger), "{}", path.display());
    }
}

#[test]
fn what_becomes_of_a_call_is_told_with_its_interface_and_number() {
    let mut called = BTreeMap::new();
    let (mut ends, mut wrong) = (0, Vec::new());
    for (path, _) in common::captures_with_truth() {
        called.clear();
        let mut hear = sink::events(|event| {
            let EventKind::Rpc(rpc) = &event.kind else { return };
            let end = match rpc {
                RpcEvent::Call { open, call, procedure, .. } => {
                    called.insert((event.connection, *open, *call), *procedure);
                    return;
                }
                RpcEvent::Answered { open, call, procedure, .. }
                | RpcEvent::Faulted { open, call, procedure, .. }
                | RpcEvent::Cancelled { open, call, procedure }
                | RpcEvent::AnswerLost { open, call, procedure, .. } => {
                    ((event.connection, *open, *call), *procedure)
                }
                _ => return,
            };
            ends += 1;
            if called.get(&end.0) != Some(&end.1) {
                wrong.push(event.clone());
            }
        });
        Scan::files([&path]).each(&mut hear).unwrap();
    }
    assert!(ends > 100 && wrong.is_empty(), "{ends} {wrong:?}");
}
