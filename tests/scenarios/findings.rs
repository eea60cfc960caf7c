//! Every rule: traffic on which it fires, and traffic close to it on which it must not.

use smbscope::finding::{self, Finding};

use crate::ntlm::Who;
use crate::rpc::{CONTEXT_MISMATCH, NDR, Pipe as _, handle};
use crate::smb1::{OK, Smb1, null_set_up, rap, rap_answer};
use crate::smb2::Smb2;
use crate::story::GRACE;
use crate::wire::End::Server;
use crate::wire::{Tcp, Wire};

const REQUEST_NOT_ACCEPTED: u32 = 0xc000_00d0;
const LOGON_FAILURE: u32 = 0xc000_006d;
const ACCESS_DENIED: u32 = 0xc000_0022;

impl Wire {
    fn findings(&self) -> Vec<Finding> {
        finding::all(&self.ledger(), GRACE)
    }

    /// The names of the rules that fire, and that every finding rests on frames.
    fn rules(&self) -> Vec<&'static str> {
        let findings = self.findings();
        assert!(findings.iter().all(|finding| !finding.frames.is_empty()), "{findings:?}");
        findings.iter().map(|finding| finding.rule).collect()
    }
}

/// A session of somebody with a pipe to the spooler open and bound.
fn with_pipe<'w>(tcp: Tcp<'w>, session: u64, who: Who) -> Smb2<'w> {
    let smb = Smb2::on(tcp);
    smb.log_on(session, who);
    smb.ipc(1);
    smb.open("spoolss", 7);
    smb.pipe(7).bind(u32::try_from(session).unwrap());
    smb
}

/// Everything is closed in good order.
fn leave(smb: &Smb2<'_>) {
    smb.close(7);
    smb.disconnect();
    smb.log_off();
    smb.tcp.end();
}

#[test]
fn null_session_leak() {
    let wire = Wire::new();
    Smb2::on(wire.connect(21, 10)).hold_printer();
    wire.wait(91.0);
    assert_eq!(wire.rules(), ["null_session_leak"]);

    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.hold_printer();
    wire.wait(89.0);
    smb.pipe(7).get_printer(3, 1); // used within the grace
    wire.wait(89.0);
    assert_eq!(wire.rules(), [""; 0]);
}

#[test]
fn hung_open_printer() {
    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.hold_pipe();
    smb.pipe(7).ask_open_printer(2);
    smb.tcp.ack(Server);
    wire.wait(91.0);
    assert_eq!(wire.rules(), ["hung_open_printer"]);

    let wire = Wire::new();
    let smb = Smb2::on(wire.connect(21, 10));
    smb.hold_pipe();
    let asked = smb.pipe(7).ask_open_printer(2);
    wire.wait(91.0);
    smb.pipe(7).granted(asked, 2, 1); // late, but it came
    assert_eq!(wire.rules(), [""; 0]);
}

#[test]
fn lingering_null_session() {
    let wire = Wire::new();
    Smb2::on(wire.connect(21, 10)).log_on(0x41, Who::Null);
    wire.wait(91.0);
    assert_eq!(wire.rules(), ["lingering_null_session"]);

    let wire = Wire::new();
    Smb2::on(wire.connect(21, 10)).log_on(0x41, Who::User("alice"));
    wire.wait(91.0);
    assert_eq!(wire.rules(), [""; 0]);
}

#[test]
fn slots_exhausted() {
    let turned_away = |status| {
        let wire = Wire::new();
        let smb = Smb2::on(wire.connect(30, 10));
        let asked = smb.ask_log_on(0x42, Who::User("bob"), crate::smb2::SetUp::default());
        smb.fail(asked, status);
        wire.rules()
    };
    for status in [REQUEST_NOT_ACCEPTED, 0xc000_00ce, 0xc000_0259] {
        assert_eq!(turned_away(status), ["slots_exhausted"], "{status:#x}");
    }
    assert_eq!(turned_away(LOGON_FAILURE), [""; 0]);
}

#[test]
fn share_limit() {
    let in_smb2 = |status| {
        let wire = Wire::new();
        let smb = Smb2::on(wire.connect(30, 10));
        smb.log_on(0x42, Who::User("bob"));
        let asked = smb.ask_tree(r"\\SRV\docs");
        smb.fail(asked, status);
        wire.rules()
    };
    let in_smb1 = |status| {
        let wire = Wire::new();
        let smb = Smb1::on(wire.connect(30, 10));
        smb.log_on(0x41, null_set_up());
        let asked = smb.ask_tree(r"\\SRV\docs", "A:");
        smb.fail(asked, status);
        wire.rules()
    };
    assert_eq!(in_smb2(REQUEST_NOT_ACCEPTED), ["share_limit"]);
    assert_eq!(in_smb1(REQUEST_NOT_ACCEPTED), ["share_limit"]);
    assert_eq!(in_smb2(ACCESS_DENIED), [""; 0]);
}

#[test]
fn a_refusal_tells_who_held_the_slots_and_how_many_hung_or_leaked() {
    let wire = Wire::new();
    let hung = Smb2::on(wire.connect(21, 10));
    hung.hold_pipe();
    hung.pipe(7).ask_open_printer(2);
    hung.tcp.ack(Server);
    let leaked = with_pipe(wire.connect(22, 10), 0x43, Who::Null);
    leaked.pipe(7).open_printer(2, 2);
    let user = with_pipe(wire.connect(23, 10), 0x44, Who::User("alice"));
    let late = Smb2::on(wire.connect(24, 10));
    let asked = late.ask_log_on(0x45, Who::User("bob"), crate::smb2::SetUp::default());
    late.fail(asked, REQUEST_NOT_ACCEPTED);
    wire.wait(91.0);
    user.echo();
    let ledger = wire.ledger();
    let holders = ledger.holders(&ledger.refusals()[0], GRACE);
    assert_eq!((holders.null, holders.hung, holders.leaked, holders.named), (2, 1, 1, 1));
    let server = ledger.servers().next().unwrap();
    let steps: Vec<u64> = server.slots.points.iter().map(|point| point.slots.high).collect();
    assert_eq!(steps, [1, 2, 3]);
}

#[test]
fn restricted_anonymous() {
    let set_up = |who, status| {
        let wire = Wire::new();
        let smb = Smb2::on(wire.connect(21, 10));
        let asked = smb.ask_log_on(0x41, who, crate::smb2::SetUp::default());
        smb.fail(asked, status);
        let slots = wire.ledger().servers().next().unwrap().slots.now.high;
        (wire.rules(), slots)
    };
    assert_eq!(set_up(Who::Null, ACCESS_DENIED), (vec!["restricted_anonymous"], 1));
    assert_eq!(set_up(Who::User("alice"), ACCESS_DENIED), (vec![], 0));
}

#[test]
fn many_null_sessions() {
    let at_once = |clients: [u8; 3]| {
        let wire = Wire::new();
        let sessions: Vec<_> = clients.iter().map(|client| Smb2::on(wire.connect(*client, 10))).collect();
        for (number, smb) in sessions.iter().enumerate() {
            smb.log_on(0x41 + number as u64, Who::Null);
        }
        wire.rules()
    };
    assert_eq!(at_once([21, 21, 21]), ["many_null_sessions"]);
    assert_eq!(at_once([21, 21, 22]), [""; 0]);
}

/// A client that opens a printer so often, with so many seconds between.
fn opens(times: u32, seconds: f64) -> Vec<&'static str> {
    let wire = Wire::new();
    let smb = with_pipe(wire.connect(21, 10), 0x41, Who::User("alice"));
    for time in 0..times {
        smb.pipe(7).open_printer(2 * time + 2, 1);
        smb.pipe(7).close_printer(2 * time + 3, 1);
        wire.wait(seconds);
    }
    leave(&smb);
    wire.rules()
}

#[test]
fn spooler_loop() {
    assert_eq!(opens(25, 1.0), ["spooler_loop"]);
    assert_eq!(opens(25, 5.0), [""; 0]);
    assert_eq!(opens(6, 0.1), [""; 0]);
}

#[test]
fn own_spooler() {
    let from = |client| {
        let wire = Wire::new();
        let smb = with_pipe(wire.connect(client, 10), 0x41, Who::User("alice"));
        smb.pipe(7).open_printer(2, 1);
        wire.rules()
    };
    assert_eq!(from(10), ["own_spooler"]);
    assert_eq!(from(11), [""; 0]);
}

#[test]
fn stale_handle() {
    let answered = |fault: Option<u32>| {
        let wire = Wire::new();
        let smb = with_pipe(wire.connect(21, 10), 0x41, Who::User("alice"));
        let pipe = smb.pipe(7);
        pipe.open_printer(2, 1);
        let asked = pipe.ask_get_printer(3, 1);
        match fault {
            Some(status) => pipe.reply(asked, &NDR.fault(3, status)),
            None => pipe.got_printer(asked, 3),
        }
        wire.rules()
    };
    let closed_before = || {
        let wire = Wire::new();
        let smb = with_pipe(wire.connect(21, 10), 0x41, Who::User("alice"));
        let pipe = smb.pipe(7);
        pipe.open_printer(2, 1);
        pipe.close_printer(3, 1);
        let asked = pipe.ask_get_printer(4, 1);
        pipe.reply(asked, &NDR.fault(4, CONTEXT_MISMATCH));
        let ledger = wire.ledger();
        let (_, session) = ledger.sessions().next().unwrap();
        let handles = ledger.opens_of(session).map(|open| ledger.handles(open).count()).sum::<usize>();
        (wire.rules(), handles)
    };
    assert_eq!(closed_before(), (vec!["stale_handle"], 1));
    assert_eq!(answered(Some(CONTEXT_MISMATCH)), ["stale_handle"]);
    assert_eq!(answered(Some(0x1c01_0002)), [""; 0]); // nca_s_op_rng_error: about the procedure
    assert_eq!(answered(None), [""; 0]);
}

#[test]
fn several_users() {
    let users = |one, other| {
        let wire = Wire::new();
        let first = Smb2::on(wire.connect(21, 10));
        first.log_on(0x41, Who::User(one));
        let second = Smb2::on(wire.connect(21, 10));
        second.log_on(0x42, Who::User(other));
        wire.rules()
    };
    assert_eq!(users("alice", "backup"), ["several_users"]);
    assert_eq!(users("alice", "ALICE"), [""; 0]);
}

#[test]
fn idle_users() {
    let turned_away = |user_works: bool| {
        let wire = Wire::new();
        let user = Smb2::on(wire.connect(21, 10));
        user.log_on(0x41, Who::User("backup"));
        let late = Smb2::on(wire.connect(24, 10));
        let asked = late.ask_log_on(0x45, Who::User("bob"), crate::smb2::SetUp::default());
        late.fail(asked, 0xc000_0259);
        wire.wait(91.0);
        match user_works {
            true => user.ipc(1),
            false => user.echo(),
        }
        wire.rules()
    };
    assert_eq!(turned_away(false), ["slots_exhausted", "idle_users"]);
    assert_eq!(turned_away(true), ["slots_exhausted"]);
}

#[test]
fn idle_pipes() {
    let held = |pipes: u64| {
        let wire = Wire::new();
        let smb = with_pipe(wire.connect(21, 10), 0x41, Who::User("alice"));
        for pipe in 1..pipes {
            smb.open("spoolss", 7 + pipe);
        }
        wire.wait(91.0);
        wire.rules()
    };
    assert_eq!(held(5), ["idle_pipes"]);
    assert_eq!(held(4), [""; 0]);
}

#[test]
fn local_system() {
    let by = |user: &str| {
        let wire = Wire::new();
        let smb = with_pipe(wire.connect(21, 10), 0x41, Who::Null);
        let call = NDR.request(2, 0, 69, &NDR.open_printer_ex_by(r"\\SRV\lp1", r"\\WS-21", user));
        smb.pipe(7).exchange(&call, &NDR.response(2, 0, &NDR.handle_and(handle(1), 0)));
        wire.wait(91.0);
        wire.rules()
    };
    assert_eq!(by("SYSTEM"), ["null_session_leak", "local_system"]);
    assert_eq!(by("WS-21$"), ["null_session_leak", "local_system"]);
    assert_eq!(by("alice"), ["null_session_leak"]);
}

#[test]
fn transient_null_session() {
    // NetServerEnum2 at level 1: one computer, which shares print queues.
    let entry =
        [&b"WS-30\0\0\0\0\0\0\0\0\0\0\0"[..], &[5, 1], &0x1203_u32.to_le_bytes(), &[26, 0, 0, 0], b"\0"]
            .concat();
    let looked = |opcode, seconds| {
        let wire = Wire::new();
        let smb = Smb1::on(wire.connect(21, 10));
        smb.log_on(0x41, null_set_up());
        smb.ipc(1);
        let arguments = [1, 0, 0, 16, 0xff, 0xff, 0xff, 0xff];
        let asked = smb.ask(&[rap(opcode, ["WrLehDz", "B16BBDz"], &arguments)]);
        smb.answer(asked, OK, &[rap_answer(1, &entry)]);
        wire.wait(seconds);
        smb.disconnect();
        smb.log_off();
        smb.tcp.end();
        wire
    };
    let wire = looked(104, 30.0);
    assert_eq!(wire.rules(), ["transient_null_session"]);
    let ledger = wire.ledger();
    let computer = ledger.computers().next().unwrap();
    assert_eq!((computer.name.as_str(), computer.shares_printers.is_some()), ("WS-30", true));
    assert_eq!(looked(104, 91.0).rules(), [""; 0]);
    assert_eq!(looked(63, 30.0).rules(), [""; 0]); // NetWkstaGetInfo
}

#[test]
fn coerced_connection_and_back_channel() {
    // Client 21 registers at server 10 for a machine; server 10 opens a channel to client 21, or does not.
    let registered = |machine: &str, back: Option<u16>| {
        let wire = Wire::new();
        let smb = with_pipe(wire.connect(21, 10), 0x41, Who::User("alice"));
        let pipe = smb.pipe(7);
        pipe.open_printer(2, 1);
        let asked = pipe.ask(&NDR.request(3, 0, 65, &NDR.remote_find_first(1, machine)));
        let there = back.map(|opnum| {
            let there = with_pipe(wire.connect(10, 21), 0x51, Who::Null);
            let call = NDR.request(2, 0, opnum, &NDR.reply_open_printer(r"\\SRV"));
            there.pipe(7).exchange(&call, &NDR.response(2, 0, &NDR.handle_and(handle(9), 0)));
            there
        });
        pipe.reply(asked, &NDR.response(3, 0, &NDR.value(0)));
        drop(there);
        wire.rules()
    };
    assert_eq!(registered(r"\\WS-21", Some(58)), ["back_channel"]);
    assert_eq!(registered(r"\\WS-21", None), [""; 0]);
    assert_eq!(registered(r"\\10.0.0.66", None), ["coerced_connection"]);
    assert_eq!(registered(r"\\10.0.0.21", None), ["coerced_connection"]);
    assert_eq!(registered(r"\\10.0.0.21", Some(58)), ["back_channel"]);
}

#[test]
fn driver_from_unc() {
    let adds = |path: &str| {
        let wire = Wire::new();
        let smb = with_pipe(wire.connect(21, 10), 0x41, Who::User("alice"));
        let call = NDR.request(2, 0, 89, &NDR.add_printer_driver_ex(r"\\SRV", path));
        smb.pipe(7).exchange(&call, &NDR.response(2, 0, &NDR.value(5)));
        wire.rules()
    };
    assert_eq!(adds(r"\\10.0.0.66\share\evil.dll"), ["driver_from_unc"]);
    assert_eq!(adds(r"C:\Windows\System32\spool\drivers\x64\3\unidrv.dll"), [""; 0]);
    assert_eq!(adds("unidrv.dll"), [""; 0]);
}

#[test]
fn every_rule_is_scripted_here() {
    let here = include_str!("findings.rs");
    for rule in finding::RULES {
        assert!(here.contains(&format!("fn {rule}()")) || here.contains(&format!("[\"{rule}\"]")), "{rule}");
    }
}
