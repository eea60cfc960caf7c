//! What the answer comes to: trouble that a later event must not hide, doubt that must not become an all-clear, and,
//! one step beside each, what is well.

use smbscope::capture::LinkType;
use smbscope::ledger::{Ledger, LedgerLimits};
use smbscope::report::{NullSessions, Options, Outcome};
use smbscope::session::Counts;

use crate::bytes::{Bytes, bytes};
use crate::flow::log_on_to_windows;
use crate::ntlm::{self, Who};
use crate::rpc::Pipe as _;
use crate::smb1::{self, Smb1};
use crate::smb2::{self, OK, SetUp, Smb2};
use crate::story::GRACE;
use crate::wire::End::{Client, Server};
use crate::wire::Wire;

use Outcome::{CannotTell, Clear, Trouble};

/// A user.
const ALICE: Who = Who::User("alice");

fn with_report<T>(ledger: &Ledger, tell: impl FnOnce(&NullSessions<'_>) -> T) -> T {
    let mut options = Options::default();
    options.grace = GRACE;
    tell(&NullSessions::new(ledger, [], &Counts::default(), options))
}

impl Wire {
    pub(crate) fn outcome(&self) -> Outcome {
        with_report(&self.ledger(), |report| report.outcome())
    }

    /// Which sessions may be null sessions although nothing says whose they are.
    pub(crate) fn possibly_null(&self) -> Vec<bool> {
        let ledger = self.ledger();
        ledger.sessions().map(|(_, session)| ledger.is_possibly_null(session)).collect()
    }

    /// The packets of another wire, from the one at `from` on, as many as `count`, at this moment.
    fn take(&self, other: &Self, from: usize, count: usize) {
        for packet in other.packets().into_iter().skip(from).take(count) {
            self.packet(packet.link, packet.data);
        }
    }
}

// Clocks

const YEARS: f64 = 91.0 * 365.25 * 86_400.0;

/// What is sent beside a session.
type Sends = fn(&Smb2<'_>);

/// An ARP request.
fn arp(wire: &Wire) {
    let frame = [&[0xff; 6][..], &[2, 0, 0, 0, 0, 21, 0x08, 0x06], &[0, 1, 8, 0, 6, 4, 0, 1], &[0; 20]];
    wire.packet(LinkType::ETHERNET, frame.concat());
}

#[test]
fn a_clock_that_jumps_with_the_last_packet_accuses_nobody() {
    let last: [(&str, Sends); 5] = [
        ("ECHO", |smb| smb.echo()),
        ("an acknowledgment", |smb| smb.tcp.ack(Server)),
        ("another session", |smb| Smb2::on(smb.tcp.wire.connect(22, 10)).log_on(0x42, ALICE)),
        ("another connection", |smb| smb.tcp.wire.connect_by(23, 1050, 11, 80).end()),
        ("ARP", |smb| arp(smb.tcp.wire)),
    ];
    for (what, last) in last {
        let after = |seconds: f64| {
            let wire = Wire::new();
            let smb = Smb2::on(wire.connect(21, 10));
            smb.hold_printer();
            wire.wait(2.0);
            smb.echo();
            wire.wait(seconds);
            last(&smb);
            (wire.verdicts()[0], wire.outcome())
        };
        assert_eq!(after(YEARS), ("unknown", CannotTell), "{what}");
        assert_eq!(after(5.0 * 3600.0), ("leaked", Trouble), "a network may be silent for hours: {what}");
    }
}

#[test]
fn a_clock_that_goes_back_inside_a_session_that_ended_hides_how_long_it_held() {
    for (seconds, verdict, outcome) in [(-1000.0, "unknown", CannotTell), (10.0, "closed", Clear)] {
        let wire = Wire::new();
        let smb = Smb2::on(wire.connect(21, 10));
        smb.hold_pipe();
        wire.wait(seconds);
        smb.echo();
        wire.wait(10.0);
        smb.close(7);
        smb.log_off();
        smb.tcp.end();
        assert_eq!((wire.verdicts(), wire.outcome()), (vec![verdict], outcome), "{seconds}");
    }
}

// Set up anew

#[test]
fn a_null_session_that_was_stuck_and_is_a_users_now_was_trouble() {
    for (seconds, outcome) in [(400.0, Trouble), (1.0, Clear)] {
        let wire = Wire::new();
        let smb = Smb2::on(wire.connect(21, 10));
        smb.hold_pipe();
        wire.wait(seconds);
        smb.log_on(0x41, ALICE);
        smb.close(7);
        smb.log_off();
        assert_eq!(wire.outcome(), outcome, "{seconds}");
        let story = wire.story();
        assert!(story.contains("user alice 41") && story.contains("was null"), "{story}");
    }
}

/// How a set-up anew goes out, of which the answer may be missing.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Anew {
    Answered,
    Unanswered,
    /// None is sent: something else is missing.
    Never,
}

const ANEW: [(Anew, Outcome); 3] =
    [(Anew::Answered, Clear), (Anew::Unanswered, CannotTell), (Anew::Never, Trouble)];

#[test]
fn an_smb2_session_whose_set_up_anew_has_no_answer_may_be_a_users() {
    for (anew, outcome) in ANEW {
        let wire = Wire::new();
        let smb = Smb2::on(wire.connect(21, 10));
        smb.hold_pipe();
        match anew {
            Anew::Never => wire.unseen(|| smb.echo()),
            _ => {
                let asked = smb.ask_log_on(0x41, ALICE, SetUp::default());
                let answer = || smb.answer(asked, OK, smb2::set_up_answer(0, &[]));
                if anew == Anew::Answered { answer() } else { wire.unseen(answer) }
            }
        }
        smb.pipe(7).open_printer(2, 1);
        wire.wait(100.0);
        smb.echo();
        assert_eq!(wire.outcome(), outcome, "{anew:?}: {}", wire.story());
    }
}

#[test]
fn an_smb1_session_whose_set_up_anew_has_no_answer_may_be_a_users() {
    for by_blob in [false, true] {
        for (anew, outcome) in ANEW {
            let wire = Wire::new();
            let smb = Smb1::on(wire.connect(21, 10));
            smb.hold_pipe();
            let set_up = || match by_blob {
                true => smb1::blob_set_up(&ntlm::authenticate(ALICE)),
                false => smb1::set_up("alice", &[7; 24], &[8; 24]),
            };
            match anew {
                Anew::Never => wire.unseen(|| smb.echo()),
                _ => {
                    let asked = smb.ask(&[set_up()]);
                    let answer = || smb.answer(asked, smb1::OK, &[smb1::set_up_answer()]);
                    if anew == Anew::Answered { answer() } else { wire.unseen(answer) }
                }
            }
            smb.pipe(7).open_printer(2, 1);
            wire.wait(100.0);
            smb.echo();
            assert_eq!(wire.outcome(), outcome, "{anew:?}, by blob: {by_blob}: {}", wire.story());
        }
    }
}

// Beginnings and ends of connections

/// A connection between the same ports with other sequence numbers, its handshake at packet 3.
fn same_ports() -> Wire {
    let other = Wire::new();
    other.connect(98, 99);
    other.connect_by(21, 1040, 10, 445);
    other
}

#[test]
fn a_stray_syn_ends_no_connection_that_goes_on() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect_by(21, 1040, 10, 445));
    smb.hold_pipe();
    wire.wait(10.0);
    wire.take(&same_ports(), 3, 1);
    for _ in 0..10 {
        wire.wait(10.0);
        smb.echo();
    }
    assert_eq!((wire.verdicts(), wire.outcome()), (vec!["leaked"], Trouble));
}

#[test]
fn a_syn_that_is_answered_begins_another_connection() {
    // An answer that is missing is known from what the client sends behind it.
    for handshake in [&[3, 4, 5][..], &[3, 4], &[3, 5]] {
        let wire = Wire::new();
        let smb = Smb2::on(wire.connect_by(21, 1040, 10, 445));
        smb.hold_pipe();
        wire.wait(10.0);
        for place in handshake {
            wire.take(&same_ports(), *place, 1);
        }
        wire.wait(100.0);
        wire.tells(
            "null 41 (connection_end): closed
            tree IPC$ (connection_end)
            pipe spoolss (connection_end)",
        );
        assert_eq!(wire.outcome(), Clear, "{handshake:?}");
    }
}

#[test]
fn a_connection_that_lives_on_behind_vc_number_0_may_hold_its_session() {
    for (echoes, verdict, outcome) in [(true, "unknown", CannotTell), (false, "closed", Clear)] {
        let wire = Wire::new();
        let smb = Smb1::on(wire.connect(21, 10));
        log_on_to_windows(&smb, 0x41, 1);
        smb.ipc(1);
        smb.open(r"\spoolss", 7);
        let other = Smb1::on(wire.connect(21, 10));
        log_on_to_windows(&other, 0x51, 0);
        other.log_off();
        other.tcp.end();
        for _ in 0..10 {
            wire.wait(60.0);
            if echoes {
                smb.echo();
            }
        }
        assert_eq!((wire.verdicts()[0], wire.outcome()), (verdict, outcome), "{}", wire.story());
    }
}

#[test]
fn a_handshake_that_was_captured_in_another_order_is_a_beginning() {
    // Which packets of the handshake there are, in the order in which they were captured.
    for (order, outcome) in [
        (&[0, 1, 2][..], Clear),
        (&[1, 0, 2], Clear),
        (&[1, 2, 0], Clear),
        (&[2, 0, 1], Clear),
        (&[2], CannotTell),
    ] {
        let other = Wire::new();
        let tcp = other.connect_by(21, 1040, 10, 139);
        tcp.end();
        let wire = Wire::new();
        for place in order {
            wire.take(&other, *place, 1);
        }
        wire.take(&other, 3, 3);
        wire.wait(1000.0);
        assert_eq!(wire.outcome(), outcome, "{order:?}");
        assert_eq!(wire.verdicts(), [""; 0]);
    }
}

// What was denied

#[test]
fn anonymous_set_ups_are_denied_with_many_a_status() {
    const STATUSES: [u32; 5] = [
        0xc000_0022, // STATUS_ACCESS_DENIED
        0xc000_006d, // STATUS_LOGON_FAILURE
        0xc000_00bb, // STATUS_NOT_SUPPORTED
        0xc000_018d, // STATUS_TRUSTED_RELATIONSHIP_FAILURE
        0xc000_0205, // STATUS_INSUFF_SERVER_RESOURCES
    ];
    let denied = (vec!["denied"], Trouble);
    for status in STATUSES {
        let by_smb2 = |who| {
            let wire = Wire::new();
            let smb = Smb2::on(wire.connect(21, 10));
            let asked = smb.ask_log_on(0x41, who, SetUp::default());
            smb.fail(asked, status);
            wire.wait(100.0);
            (wire.verdicts(), wire.outcome())
        };
        assert_eq!(by_smb2(Who::Null), denied, "{status:#x}");
        assert_eq!(by_smb2(ALICE), (vec![], Clear), "{status:#x}");
        let by_smb1 = |set_up| {
            let wire = Wire::new();
            let smb = Smb1::on(wire.connect(21, 10));
            let asked = smb.ask_log_on(set_up);
            smb.fail(asked, status);
            wire.wait(100.0);
            (wire.verdicts(), wire.outcome())
        };
        assert_eq!(by_smb1(smb1::null_set_up()), denied, "{status:#x}");
        assert_eq!(by_smb1(smb1::set_up("alice", &[7; 24], &[8; 24])), (vec![], Clear), "{status:#x}");
    }
}

#[test]
fn a_denied_set_up_that_does_not_say_whose_it_is_may_be_nobodys() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    // SESSION_SETUP: Flags, SecurityMode, Capabilities, Channel; SecurityBuffer, PreviousSessionId.
    let request = bytes().u16(25).u8(0).u8(1).u32(1).u32(0).u16(88).u16(0).u64(0);
    let asked = smb.ask(1, request);
    smb.fail(asked, smb2::ACCESS_DENIED);
    wire.wait(100.0);
    assert_eq!((wire.possibly_null(), wire.outcome()), (vec![true], CannotTell), "{}", wire.story());

    let wire = Wire::new();
    let smb = Smb1::on(wire.connect(21, 10));
    let asked = smb.ask_log_on(smb1::blob_set_up(&[]));
    smb.fail(asked, smb1::ACCESS_DENIED);
    wire.wait(100.0);
    assert_eq!((wire.possibly_null(), wire.outcome()), (vec![true], CannotTell), "{}", wire.story());
}

#[test]
fn what_was_denied_beside_a_users_session_takes_no_slot_of_its_own() {
    for (user, expected) in [(true, (vec!["lingering"], Clear)), (false, (vec!["denied"], Trouble))] {
        let wire = Wire::new();
        let smb = Smb2::on(wire.connect(21, 10));
        if user {
            smb.log_on(0x41, ALICE);
        }
        let asked = smb.ask_log_on(0x42, Who::Null, SetUp::default());
        smb.fail(asked, smb2::ACCESS_DENIED);
        wire.wait(100.0);
        assert_eq!((wire.verdicts(), wire.outcome()), expected);
    }
}

// What is counted only

#[test]
fn a_session_that_was_stuck_is_told_when_it_is_counted_only() {
    for (seconds, outcome) in [(400.0, Trouble), (1.0, Clear)] {
        let wire = Wire::new();
        for place in 0..20 {
            let smb = Smb2::on(wire.connect(21, 10));
            smb.hold_pipe();
            wire.wait(if place == 0 { seconds } else { 1.0 });
            smb.close(7);
            smb.log_off();
            smb.tcp.end();
        }
        let mut limits = LedgerLimits::default();
        limits.ended_sessions = 4;
        let ledger = wire.ledger_keeping(limits);
        assert!(
            ledger.sessions().all(|(row, _)| ledger.judge(row, GRACE).unwrap().verdict.as_str() == "closed")
        );
        with_report(&ledger, |report| {
            let text = report.text(80).to_string().split_whitespace().collect::<Vec<_>>().join(" ");
            assert_eq!(report.outcome(), outcome, "{text}");
            let said = "A null session that has ended and is not listed, because too many ended to keep them all, \
                        was stuck for 6m40s";
            assert_eq!(text.contains(said), outcome == Trouble, "{text}");
        });
    }
}

// Who opens files

/// What an SMB2 server answers to CREATE: times, attributes, FileId 7.
fn smb2_created(times: u64, attributes: usize) -> Bytes {
    let head = bytes().u16(89).u8(0).u8(0).u32(1); // OplockLevel, Flags, CreateAction
    let head = (0..4).fold(head, |body, _| body.u64(times)).u64(0).u64(0); // AllocationSize, EndofFile
    head.u32(attributes).u32(0).u64(7).u64(7).zeros(8)
}

#[test]
fn an_smb2_file_shows_a_user() {
    /// 1 January 1970, as some versions of Samba give it for pipes.
    const EPOCH: u64 = 116_444_736_000_000_000;
    const TODAY: u64 = 126_444_736_000_000_000;
    const NORMAL: usize = 0x80;
    const ARCHIVE: usize = 0x20;
    for (times, attributes, possibly, outcome) in
        [(TODAY, ARCHIVE, false, Clear), (EPOCH, NORMAL, true, CannotTell), (0, NORMAL, true, CannotTell)]
    {
        for request_seen in [true, false] {
            let wire = Wire::new();
            let smb = wire.unseen(|| {
                let smb = Smb2::on(wire.connect(21, 10));
                smb.log_on(0x41, ALICE);
                let asked = smb.ask_tree(r"\\SRV\docs");
                smb.tree_connected(asked, 2, 1);
                smb
            });
            let ask = || smb.ask_create("letter");
            let asked = if request_seen { ask() } else { wire.unseen(ask) };
            smb.answer(asked, OK, smb2_created(times, attributes));
            wire.wait(100.0);
            smb.echo();
            let told = (wire.possibly_null(), wire.outcome());
            assert_eq!(
                told,
                (vec![possibly], outcome),
                "{attributes:#x} {times} {request_seen} {}",
                wire.story()
            );
        }
    }
}

#[test]
fn an_smb1_file_shows_a_user() {
    const DISK: usize = 0;
    const MESSAGE_MODE_PIPE: usize = 2;
    for (resource, possibly, outcome) in [(DISK, false, Clear), (MESSAGE_MODE_PIPE, true, CannotTell)] {
        for request_seen in [true, false] {
            let wire = Wire::new();
            let smb = wire.unseen(|| Smb1::on(wire.connect(21, 10)));
            smb.go_on(0x41, 2);
            let ask = || smb.ask_create(r"\letter");
            let asked = if request_seen { ask() } else { wire.unseen(ask) };
            smb.answer(asked, smb1::OK, &[smb1::create_answer(7, resource)]);
            wire.wait(100.0);
            smb.echo();
            let told = (wire.possibly_null(), wire.outcome());
            assert_eq!(told, (vec![possibly], outcome), "{resource} {request_seen} {}", wire.story());
        }
    }
}

#[test]
fn a_fin_of_a_server_that_goes_on_to_acknowledge_with_its_number_is_none() {
    // A server that has sent it goes on behind it, and its client may have more to say.
    for (forged, verdict, outcome) in [(true, "leaked", Trouble), (false, "closed", Clear)] {
        let wire = Wire::new();
        let smb = Smb1::on(wire.connect_by(21, 1040, 10, 139));
        log_on_to_windows(&smb, 0x41, 1);
        smb.ipc(1);
        smb.open(r"\spoolss", 7);
        if forged {
            smb.tcp.forged_fin(Server)
        } else {
            smb.tcp.fin(Server)
        }
        for _ in 0..10 {
            wire.wait(60.0);
            smb.tcp.frame(Client, 0x85, b"");
            smb.tcp.ack(Server);
        }
        assert_eq!((wire.verdicts(), wire.outcome()), (vec![verdict], outcome), "{forged}");
    }
}
