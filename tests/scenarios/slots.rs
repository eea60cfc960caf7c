//! What is told of a server's slots when it turned somebody away.

use smbscope::ledger::{Ledger, LedgerLimits, Slots};
use smbscope::report::{NetSession, NullSessions, Options};
use smbscope::session::Counts;

use crate::either::{BOTH, Speaks};
use crate::ntlm::{self, Who};
use crate::rpc::Pipe as _;
use crate::smb1::{self, Smb1};
use crate::smb2::Smb2;
use crate::story::GRACE;
use crate::wire::End::{Client, Server};
use crate::wire::Wire;

const REQUEST_NOT_ACCEPTED: u32 = 0xc000_00d0;
const NOT_CAPTURED: &str = "the server was full, and who took the other slots was not captured";
const ONE_BY_ONE: &str = "sessions of one user may count one by one";

impl Wire {
    /// A client is turned away at its set-up.
    fn turn_away(&self, client: u8) {
        Speaks::Smb2.on(self.connect(client, 10)).set_up(0x99, Who::User("carol"), REQUEST_NOT_ACCEPTED);
    }

    /// So many null sessions of a client.
    fn null_sessions(&self, client: u8, number: u64) -> Vec<Smb2<'_>> {
        let log_on = |session| {
            let smb = Smb2::on(self.connect(client, 10));
            smb.log_on(session, Who::Null);
            smb
        };
        (0..number).map(|session| log_on(u64::from(client) * 0x100 + session)).collect()
    }

    /// A session that began before the capture.
    fn begun(&self, client: u8) -> Smb2<'_> {
        let tcp = self.unseen(|| self.connect(client, 10));
        tcp.frame(Client, 0x85, b"");
        tcp.ack(Server);
        let smb = Smb2::midway(tcp);
        smb.go_on(0x4100 + u64::from(client), 1);
        smb
    }
}

fn with_limit(limit: Option<u64>) -> Options {
    let mut options = Options::default();
    options.limit = limit;
    options
}

/// Slots in use at the first refusal, as reports have them: at least, at most, and why they differ.
fn told(ledger: &Ledger, limit: Option<u64>) -> (u64, Option<u64>, Option<&'static str>) {
    let report = NullSessions::new(ledger, [], &Counts::default(), with_limit(limit));
    let slots = report.refusals[0].slots_in_use;
    (slots.low, (!slots.open_ended).then_some(slots.high), slots.why)
}

/// The answer, with its words on one line.
fn text(ledger: &Ledger, limit: Option<u64>) -> String {
    let text = NullSessions::new(ledger, [], &Counts::default(), with_limit(limit)).text(80).to_string();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn tables(ledger: &Ledger, limit: Option<u64>) -> String {
    let text = NetSession::new(ledger, None, GRACE, limit).text(80).to_string();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn sessions_from_before_the_capture_count_at_a_refusal() {
    // Six that go on before the refusal, and three that are set up.
    let wire = Wire::new();
    let begun: Vec<_> = (31..37).map(|client| wire.begun(client)).collect();
    wire.wait(600.0);
    begun.iter().for_each(|smb| smb.pipe(7).get_printer(3, 1));
    let _three = wire.null_sessions(21, 3);
    wire.wait(100.0);
    wire.turn_away(40);
    let ledger = wire.ledger();
    let refusal = &ledger.refusals()[0];
    assert_eq!(refusal.slots, Slots { low: 9, high: 9 });
    assert_eq!((refusal.present.null, refusal.present.unknown, refusal.held_by.len()), (3, 6, 9));
    let history = &ledger.servers().next().unwrap().slots;
    assert_eq!(history.now, refusal.slots, "the history of the slots says the same");
    assert_eq!(told(&ledger, Some(10)), (9, Some(10), Some(NOT_CAPTURED)));
    let text = text(&ledger, Some(10));
    assert!(
        text.contains("at that time null sessions of WS-21 held 3 of the 9 to 10 slots in use"),
        "{text}"
    );
    assert!(text.contains(&format!("9 to 10 slots in use ({NOT_CAPTURED})")), "{text}");
}

#[test]
fn sessions_first_seen_after_a_refusal_may_have_been_there() {
    let late = |begun_before: bool, set_up_seen: bool| {
        let wire = Wire::new();
        wire.turn_away(40);
        wire.wait(10.0);
        if begun_before {
            wire.begun(31).pipe(7).get_printer(3, 1);
        } else if set_up_seen {
            wire.null_sessions(31, 1);
        } else {
            // Its connection began since, so that it cannot have been there.
            let smb = Smb2::midway(wire.connect(31, 10));
            smb.go_on(0x41, 1);
            smb.pipe(7).get_printer(3, 1);
        }
        let ledger = wire.ledger();
        let refusal = &ledger.refusals()[0];
        (refusal.slots.low, refusal.slots.high, refusal.present.perhaps, refusal.held_by.len())
    };
    assert_eq!(late(true, false), (0, 1, 1, 0));
    assert_eq!(late(false, false), (0, 0, 0, 0));
    assert_eq!(late(false, true), (0, 0, 0, 0));
}

#[test]
fn a_session_counts_at_the_refusals_between_its_ends_alone() {
    let wire = Wire::new();
    wire.turn_away(40);
    wire.wait(1.0);
    let sessions = wire.null_sessions(21, 2);
    wire.wait(1.0);
    wire.turn_away(41);
    wire.wait(1.0);
    sessions[0].tcp.rst(Client);
    wire.wait(1.0);
    wire.turn_away(42);
    let ledger = wire.ledger();
    let slots: Vec<u64> = ledger.refusals().iter().map(|refusal| refusal.slots.high).collect();
    assert_eq!(slots, [0, 2, 1]);
}

#[test]
fn more_holders_than_are_listed_are_counted() {
    let wire = Wire::new();
    for client in 100..166 {
        Smb2::on(wire.connect(client, 10)).log_on(client.into(), Who::User("bob"));
    }
    for client in 21..24 {
        for smb in wire.null_sessions(client, 30) {
            smb.ipc(1);
            smb.open("spoolss", 7);
        }
    }
    wire.wait(100.0);
    wire.turn_away(40);
    let ledger = wire.ledger();
    let refusal = &ledger.refusals()[0];
    assert_eq!(refusal.held_by.len(), 64);
    let null = |row| ledger.session(row).unwrap().is_null();
    assert!(refusal.held_by.iter().all(|row| null(*row)), "null sessions come first");
    let holders = ledger.holders(refusal, GRACE);
    assert_eq!((holders.null, holders.leaked, holders.named), (90, 90, 66));
    let findings = smbscope::finding::all(&ledger, GRACE);
    let found = findings.iter().find(|finding| finding.rule == "slots_exhausted").unwrap();
    let held = "held by 90 leaked null sessions and 66 sessions of users";
    assert!(found.text.contains(held), "{}", found.text);
}

#[test]
fn all_clients_of_null_sessions_count_in_the_headline() {
    let wire = Wire::new();
    // They tell no name.
    for client in 100..180 {
        Smb1::on(wire.connect(client, 10)).log_on(1, smb1::null_set_up());
    }
    wire.wait(100.0);
    wire.turn_away(40);
    let text = text(&wire.ledger(), None);
    assert!(text.contains("10.0.0.102 and 77 other clients held 80 slots ("), "{text}");
}

#[test]
fn sessions_whose_rows_are_gone_count_at_the_refusals_they_saw() {
    let holders = |ended_sessions| {
        let wire = Wire::new();
        let sessions = wire.null_sessions(21, 20);
        for smb in &sessions {
            smb.ipc(1);
            smb.open("spoolss", 7);
        }
        wire.wait(100.0);
        wire.turn_away(40);
        wire.wait(1.0);
        sessions.iter().for_each(|smb| smb.tcp.rst(Client));
        // These never met a refusal.
        wire.null_sessions(22, 20).iter().for_each(|smb| smb.tcp.rst(Client));
        let mut limits = LedgerLimits::default();
        limits.ended_sessions = ended_sessions;
        let ledger = wire.ledger_keeping(limits);
        let refusal = &ledger.refusals()[0];
        assert_eq!(refusal.slots, Slots { low: 20, high: 20 });
        ledger.holders(refusal, GRACE).to_string()
    };
    assert_eq!(holders(100), "20 null sessions (20 leaked)");
    assert_eq!(holders(25), "20 null sessions (at least 5 leaked)");
    assert_eq!(holders(0), "20 null sessions");
}

#[test]
fn a_server_that_is_full_uses_its_limit() {
    let wire = Wire::new();
    let sessions = wire.null_sessions(21, 3);
    wire.wait(100.0);
    wire.turn_away(40);
    let ledger = wire.ledger();
    assert_eq!(told(&ledger, Some(3)), (3, Some(3), None));
    assert_eq!(told(&ledger, Some(10)), (3, Some(10), Some(NOT_CAPTURED)));
    assert_eq!(told(&ledger, None), (3, None, Some(NOT_CAPTURED)), "its limit is not known");
    assert_eq!(told(&ledger, Some(2)), (3, Some(3), Some("more than the limit")));
    let of_ten = format!("held 3 of the 3 to 10 slots in use ({NOT_CAPTURED})");
    assert!(text(&ledger, Some(10)).contains(&of_ten), "{}", text(&ledger, Some(10)));
    let at_least = format!("held 3 slots ({NOT_CAPTURED})");
    assert!(text(&ledger, None).contains(&at_least), "{}", text(&ledger, None));
    // Who took the other seven may be there still.
    let tables = tables(&ledger, Some(10));
    assert!(tables.contains("3 to 10 of 10 connection slots in use (the server was full when"), "{tables}");
    sessions.iter().for_each(|smb| smb.tcp.rst(Client));
    let tables = self::tables(&wire.ledger(), Some(10));
    assert!(tables.contains("0 to 7 of 10 connection slots in use (the server was full when"), "{tables}");
    let tables = self::tables(&wire.ledger(), Some(3));
    assert!(tables.contains("0 of 3 connection slots in use; 0 sessions"), "{tables}");
}

#[test]
fn a_refusal_of_which_nothing_else_is_known_tells_no_number() {
    let wire = Wire::new();
    wire.turn_away(40);
    let ledger = wire.ledger();
    assert_eq!(told(&ledger, None), (0, None, Some(NOT_CAPTURED)));
    let text = text(&ledger, None);
    assert!(text.contains(&format!("an unknown number of slots in use ({NOT_CAPTURED})")), "{text}");
    assert_eq!(told(&ledger, Some(10)), (0, Some(10), Some(NOT_CAPTURED)));
}

#[test]
fn sessions_of_one_user_may_count_one_by_one() {
    let full_with = |of_alice: u64, others: u8| {
        let wire = Wire::new();
        for session in 0..of_alice {
            Smb2::on(wire.connect(21, 10)).log_on(0x4100 + session, Who::User("alice"));
        }
        for client in 31..31 + others {
            Smb2::on(wire.connect(client, 10)).log_on(client.into(), Who::User("bob"));
        }
        wire.turn_away(40);
        let ledger = wire.ledger();
        (told(&ledger, None), told(&ledger, Some(10)))
    };
    let exactly = |slots| (slots, Some(slots), None);
    let up_to_ten = |low| (low, Some(10), Some(ONE_BY_ONE));
    assert_eq!(full_with(20, 5), ((6, None, Some(ONE_BY_ONE)), up_to_ten(6)));
    assert_eq!(full_with(20, 4), ((5, None, Some(ONE_BY_ONE)), up_to_ten(5)), "its limit may be 10 or 20");
    assert_eq!(full_with(1, 4), (exactly(5), (5, Some(10), Some(NOT_CAPTURED))), "a limit of 5");
    assert_eq!(full_with(2, 9), (exactly(10), exactly(10)), "a limit of 10");
}

#[test]
fn one_account_is_one_user_whatever_domain_a_server_outside_of_domains_is_told() {
    const SERVER: usize = 0x0002_0000;
    const DOMAIN: usize = 0x0001_0000;
    let slots = |target, accounts: &[&'static str]| {
        let wire = Wire::new();
        for (uid, account) in (1..).zip(accounts) {
            let smb = Smb1::on(wire.connect(21, 10));
            let asked = smb.ask(&[smb1::blob_set_up(&ntlm::negotiate())]);
            let challenge = smb1::blob_answer(&ntlm::challenge_with(target));
            smb.answer(smb1::Asked { uid, ..asked }, smb1::MORE_PROCESSING, &[challenge]);
            smb.uid.set(uid);
            let asked = smb.ask(&[smb1::blob_set_up(&ntlm::authenticate(Who::User(account)))]);
            smb.answer(asked, smb1::OK, &[smb1::blob_answer(&[])]);
        }
        wire.turn_away(40);
        let ledger = wire.ledger();
        let Slots { low, high } = ledger.refusals()[0].slots;
        assert_eq!(ledger.servers().next().unwrap().slots.now, Slots { low, high });
        (low, high)
    };
    let alice = [r"OFFICE\alice", r"WS21\ALICE", r"\Alice"];
    assert_eq!(slots(SERVER, &alice), (1, 1));
    assert_eq!(slots(DOMAIN, &alice), (1, 3), "a member of a domain may know each of them");
    assert_eq!(slots(SERVER, &[r"OFFICE\alice", r"OFFICE\bob"]), (2, 2));
}

#[test]
fn a_pipe_that_is_full_is_told_and_is_not_the_server() {
    for speaks in BOTH {
        let refused = |status| {
            let wire = Wire::new();
            let smb = speaks.on(wire.connect(21, 10));
            smb.log_on(0x41, Who::User("bob"));
            smb.ipc();
            smb.refused_open("spoolss", status);
            (wire.ledger(), wire.outcome())
        };
        let (ledger, outcome) = refused(REQUEST_NOT_ACCEPTED);
        assert_eq!(outcome, smbscope::report::Outcome::Clear);
        let refusal = &ledger.refusals()[0];
        assert_eq!((refusal.what.as_str(), refusal.is_for_slots()), ("pipe", false));
        let text = text(&ledger, None);
        assert!(text.contains("The pipe spoolss has reached its own limit and refused"), "{text}");
        assert!(text.contains("The server's slots are not the cause."), "{text}");
        assert!(refused(smb1::ACCESS_DENIED).0.refusals().is_empty());
    }
}

#[test]
fn a_share_is_the_cause_only_where_it_has_a_limit_and_the_server_has_room() {
    for speaks in BOTH {
        let refused = |path, limit| {
            let wire = Wire::new();
            let _two = wire.null_sessions(21, 2);
            let smb = speaks.on(wire.connect(22, 10));
            smb.log_on(0x41, Who::User("bob"));
            smb.refused_tree(path, REQUEST_NOT_ACCEPTED);
            let ledger = wire.ledger();
            let findings = smbscope::finding::all(&ledger, GRACE);
            let rules: Vec<&str> = findings.iter().map(|finding| finding.rule).collect();
            (ledger.refusals()[0].is_for_slots(), rules, text(&ledger, Some(limit)))
        };
        let not_the_cause = "The server's slots are not the cause.";
        let (for_slots, rules, text) = refused(r"\\SRV\docs", 10);
        assert!(!for_slots && rules.contains(&"share_limit") && text.contains(not_the_cause), "{text}");
        let (for_slots, rules, text) = refused(r"\\SRV\docs", 3);
        assert!(!for_slots && rules.contains(&"share_limit") && !text.contains(not_the_cause), "{text}");
        assert!(text.contains("All 3 slots of the server were in use then as well."), "{text}");
        // IPC$ has no limit of its own.
        let (for_slots, rules, text) = refused(r"\\SRV\IPC$", 3);
        assert!(for_slots && !rules.contains(&"share_limit") && rules.contains(&"slots_exhausted"));
        assert!(!text.contains(not_the_cause) && text.contains("of the 3 slots in use"), "{text}");
    }
}

#[test]
fn a_single_slot_is_told_in_the_singular() {
    let wire = Wire::new();
    let _one = wire.null_sessions(21, 1);
    wire.wait(100.0);
    wire.turn_away(40);
    let ledger = wire.ledger();
    let text = text(&ledger, Some(1));
    assert!(text.contains("; at that time a null session of WS-21 held the only slot in use."), "{text}");
    assert!(self::text(&ledger, None).contains("held 1 slot ("));
}
